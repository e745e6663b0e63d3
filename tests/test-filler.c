/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pieces of a page are made between frames, one after each. */
#define G_LOG_DOMAIN "test-filler"

#include "config.h"

#include "form-fixture.h"
#include "ruhu-filler.h"

#define PIECES 6

typedef struct
{
  GtkWidget *window;
  GtkWidget *scrolled;
  GtkWidget *box;
  gboolean in_frame;
  guint frames;
  guint drawn; /* frames when the last piece was made */
  guint pieces;
} Fixture;

static void
begin_frame_cb (Fixture *f)
{
  f->in_frame = TRUE;
}

static void
end_frame_cb (Fixture *f)
{
  f->in_frame = FALSE;
  f->frames++;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  GdkFrameClock *clock;

  f->window = gtk_window_new ();
  f->scrolled = gtk_scrolled_window_new ();
  f->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (f->scrolled), f->box);
  gtk_window_set_child (GTK_WINDOW (f->window), f->scrolled);
  gtk_window_set_default_size (GTK_WINDOW (f->window), 300, 200);
  gtk_window_present (GTK_WINDOW (f->window));
  clock = gtk_widget_get_frame_clock (f->window);
  g_signal_connect_swapped (clock, "before-paint", G_CALLBACK (begin_frame_cb), f);
  g_signal_connect_data (clock, "after-paint", G_CALLBACK (end_frame_cb), f, NULL, G_CONNECT_SWAPPED | G_CONNECT_AFTER);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (f->window));
}

static gboolean
make_piece (gpointer data)
{
  Fixture *f = data;

  g_assert_false (f->in_frame);
  g_assert_cmpuint (f->frames, >, f->drawn);
  f->drawn = f->frames;
  gtk_box_append (GTK_BOX (f->box), gtk_label_new ("a piece"));
  return ++f->pieces < PIECES ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static gboolean
is_filled (gpointer data)
{
  return ((Fixture *) data)->pieces == PIECES;
}

/* In a frame GTK would compute their styles one by one. */
static void
test_pieces_are_made_between_frames (Fixture *f, gconstpointer data)
{
  g_autoptr (RuhuFiller) filler = ruhu_filler_new (f->box, make_piece, f);

  ruhu_filler_start (filler);
  ruhu_filler_start (filler);
  form_wait (is_filled, f);
  for (int i = 0; i < 20; i++)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (f->pieces, ==, PIECES);
}

static gboolean
must_not_come (gpointer data)
{
  g_assert_not_reached ();
}

static void
test_what_is_stopped_makes_no_more (Fixture *f, gconstpointer data)
{
  g_autoptr (RuhuFiller) filler = ruhu_filler_new (f->box, must_not_come, NULL);

  ruhu_filler_start (filler);
  ruhu_filler_stop (filler);
  for (f->frames = 0; f->frames < 3;)
    {
      guint before = f->frames;

      gtk_widget_queue_draw (f->box);
      while (f->frames == before)
        g_main_context_iteration (NULL, TRUE);
    }
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  g_test_add ("/filler/pieces-are-made-between-frames", Fixture, NULL, set_up, test_pieces_are_made_between_frames, tear_down);
  g_test_add ("/filler/what-is-stopped-makes-no-more", Fixture, NULL, set_up, test_what_is_stopped_makes_no_more, tear_down);
  return g_test_run ();
}
