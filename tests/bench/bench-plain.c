/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "bench"

#include "config.h"

#include "bench-plain.h"

#define N_ROWS   100000
#define N_LABELS 4
#define N_STEPS  120
#define N_TIMES  10

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  for (guint i = 0; i < N_LABELS; i++)
    gtk_box_append (GTK_BOX (box), gtk_label_new (NULL));
  gtk_list_item_set_child (list_item, box);
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item)
{
  GtkWidget *label = gtk_widget_get_first_child (gtk_list_item_get_child (list_item));

  for (; label != NULL; label = gtk_widget_get_next_sibling (label))
    gtk_label_set_label (GTK_LABEL (label), gtk_string_object_get_string (gtk_list_item_get_item (list_item)));
}

static GListModel *
make_rows (guint n)
{
  GtkStringList *rows = gtk_string_list_new (NULL);

  for (guint i = 0; i < n; i++)
    gtk_string_list_take (rows, g_strdup_printf ("第 %u 户", i));
  return G_LIST_MODEL (rows);
}

static GtkWidget *
make_list (GListModel *rows)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  return gtk_list_view_new (GTK_SELECTION_MODEL (gtk_no_selection_new (rows)), factory);
}

void
bench_plain_turn (GtkWidget *view, BenchWatched *watched)
{
  GtkWidget *scrolled = gtk_widget_get_ancestor (view, GTK_TYPE_SCROLLED_WINDOW);
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scrolled));

  for (guint i = 0; i < N_STEPS; i++)
    {
      double began = bench_clock ();

      gtk_adjustment_set_value (adjustment, gtk_adjustment_get_value (adjustment) + 120);
      bench_loop_frame (view);
      bench_watched_add (watched, began);
    }
}

/* The list is put in, and drawn; then other rows take their place. */
static void
show_lists (GtkWidget *window, GtkWidget *scrolled, void (*tell) (BenchWatched *watched))
{
  g_autoptr (BenchWatched) watched = bench_loop_watch ("bare GTK: a list of other rows to its frame");
  GtkWidget *view = NULL;

  for (guint i = 0; i < N_TIMES; i++)
    {
      GListModel *rows = make_rows (N_ROWS + i);
      double began = bench_clock ();

      if (view == NULL)
        gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), view = make_list (rows));
      else
        {
          g_autoptr (GtkNoSelection) selection = gtk_no_selection_new (rows);

          gtk_list_view_set_model (GTK_LIST_VIEW (view), GTK_SELECTION_MODEL (selection));
        }
      bench_loop_frame (window);
      bench_watched_add (watched, began);
    }
  tell (watched);
}

static void
turn_wheel (GtkWidget *scrolled, void (*tell) (BenchWatched *watched))
{
  g_autoptr (BenchWatched) watched = bench_loop_watch ("bare GTK: one step of the wheel");

  bench_plain_turn (gtk_scrolled_window_get_child (GTK_SCROLLED_WINDOW (scrolled)), watched);
  tell (watched);
}

static void
show_pages (GtkWidget *window, GtkWidget *scrolled, guint widgets, void (*tell) (BenchWatched *watched))
{
  g_autoptr (BenchWatched) watched = bench_loop_watch ("bare GTK: a page of as many labels, at once");

  for (guint i = 0; i < N_TIMES; i++)
    {
      GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
      double began = bench_clock ();

      for (guint j = 0; j < widgets; j++)
        {
          g_autofree char *text = g_strdup_printf ("第 %u 页第 %u 行", i, j);

          gtk_box_append (GTK_BOX (box), gtk_label_new (text));
        }
      gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), box);
      bench_loop_frame (window);
      bench_watched_add (watched, began);
    }
  tell (watched);
}

void
bench_plain (void (*tell) (BenchWatched *watched), guint widgets)
{
  GtkWidget *window = gtk_window_new ();
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  gtk_window_set_default_size (GTK_WINDOW (window), 1100, 720);
  gtk_window_set_child (GTK_WINDOW (window), scrolled);
  gtk_window_present (GTK_WINDOW (window));
  bench_loop_pause (0.3);
  bench_loop_follow (window);
  show_lists (window, scrolled, tell);
  turn_wheel (scrolled, tell);
  show_pages (window, scrolled, widgets, tell);
  gtk_window_destroy (GTK_WINDOW (window));
}
