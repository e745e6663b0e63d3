/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-file-chapters"

#include "config.h"

#include "ruhu-file-chapters.h"

#include "ruhu-scroll-keep.h"

/* µs between two frames for making what a file shows below what is seen. */
#define FILL_TIME 700

struct _RuhuFileChapters
{
  /* Borrowed. */
  GtkBox *box;
  GtkScrolledWindow *scrolled;
  RuhuHouseholdFile *file; /* NULL: none yet */

  /* Owned. */
  RuhuWorker *worker;
  GPtrArray *chapters; /* RuhuFileChapter */
  GHashTable *open;    /* ids of records unfolded */

  int at;         /* the chapter that somebody went to last */
  guint n_shown;  /* of them, those that show the file */
  gboolean begun; /* the next one shows some of it */
  gboolean anew;  /* they showed an earlier one: each that is seen is made at once, so that nothing moves */
  gboolean placed;
};

RuhuFileChapters *
ruhu_file_chapters_new (GtkBox *box, GtkScrolledWindow *scrolled, RuhuWorker *worker)
{
  RuhuFileChapters *self = g_new0 (RuhuFileChapters, 1);

  self->box = box;
  self->scrolled = scrolled;
  self->worker = g_object_ref (worker);
  self->open = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->chapters = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < ruhu_file_chapter_count (); i++)
    g_ptr_array_add (self->chapters, g_object_ref_sink (ruhu_file_chapter_new (i)));
  return self;
}

void
ruhu_file_chapters_free (RuhuFileChapters *self)
{
  g_ptr_array_unref (self->chapters);
  g_hash_table_unref (self->open);
  g_object_unref (self->worker);
  g_free (self);
}

guint
ruhu_file_chapters_get_length (RuhuFileChapters *self)
{
  return self->chapters->len;
}

RuhuFileChapter *
ruhu_file_chapters_get (RuhuFileChapters *self, guint number)
{
  return g_ptr_array_index (self->chapters, number);
}

void
ruhu_file_chapters_place (RuhuFileChapters *self)
{
  for (guint i = 0; !self->placed && i < self->chapters->len; i++)
    gtk_box_append (self->box, g_ptr_array_index (self->chapters, i));
  self->placed = TRUE;
}

gboolean
ruhu_file_chapters_are_placed (RuhuFileChapters *self)
{
  return self->placed;
}

void
ruhu_file_chapters_begin (RuhuFileChapters *self, RuhuHouseholdFile *file)
{
  self->anew = self->file != NULL;
  self->file = file;
  self->n_shown = 0;
  self->begun = FALSE;
}

/* What stands above a chapter's sections, or the next section, or all of it. Whether anything was made: what reads the same costs nothing. */
static gboolean
fill_next (RuhuFileChapters *self, gboolean whole)
{
  RuhuFileChapter *chapter = ruhu_file_chapters_get (self, self->n_shown);
  gboolean made = self->begun || ruhu_file_chapter_begin (chapter, self->worker, self->file);
  gboolean more = made;

  if (self->begun || whole)
    do
      more = more && ruhu_file_chapter_go_on (chapter, self->open);
    while (more && whole);
  self->begun = more;
  if (!more)
    self->n_shown++;
  return made;
}

/* From where to where the next one reaches in what is seen, in pixels from its top; FALSE where there is none, or nothing has its place yet. */
static gboolean
measure_next (RuhuFileChapters *self, float *top, float *bottom)
{
  graphene_rect_t bounds;

  if (self->n_shown >= self->chapters->len || !gtk_widget_compute_bounds (g_ptr_array_index (self->chapters, self->n_shown), GTK_WIDGET (self->scrolled), &bounds))
    return FALSE;
  *top = bounds.origin.y;
  *bottom = bounds.origin.y + bounds.size.height;
  return TRUE;
}

/* What comes next is seen as soon as it is there. */
static gboolean
is_next_in_view (RuhuFileChapters *self)
{
  float top, bottom;

  return !measure_next (self, &top, &bottom) || bottom < (float) gtk_widget_get_height (GTK_WIDGET (self->scrolled));
}

/* Nothing of it is seen, nor moves what is seen while it is being made. */
static gboolean
is_next_below (RuhuFileChapters *self)
{
  float top, bottom;

  return measure_next (self, &top, &bottom) && top >= (float) gtk_widget_get_height (GTK_WIDGET (self->scrolled));
}

/* What is made is styled and measured in the next frame, and one piece is enough where it is also drawn. */
gboolean
ruhu_file_chapters_go_on (RuhuFileChapters *self)
{
  gint64 began = g_get_monotonic_time ();
  gboolean in_view;

  if (self->anew)
    ruhu_scroll_keep (self->scrolled);
  in_view = is_next_in_view (self);
  while (self->n_shown < self->chapters->len)
    if (fill_next (self, self->anew && !is_next_below (self)) && (in_view || g_get_monotonic_time () - began > FILL_TIME))
      return TRUE;
  return FALSE;
}

void
ruhu_file_chapters_finish (RuhuFileChapters *self)
{
  ruhu_file_chapters_place (self);
  while (self->n_shown < self->chapters->len)
    fill_next (self, TRUE);
}

gboolean
ruhu_file_chapters_are_whole (RuhuFileChapters *self)
{
  return self->file != NULL && self->n_shown == self->chapters->len;
}

void
ruhu_file_chapters_jump (RuhuFileChapters *self, guint number)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scrolled);
  graphene_point_t point;
  GtkWidget *chapter;

  g_return_if_fail (number < self->chapters->len);

  ruhu_file_chapters_finish (self);
  chapter = g_ptr_array_index (self->chapters, number);
  if (gtk_widget_compute_point (chapter, GTK_WIDGET (self->box), &GRAPHENE_POINT_INIT (0, 0), &point))
    gtk_adjustment_set_value (adjustment, point.y);
  self->at = (int) number;
  /* Its first control, also from within it. */
  gtk_root_set_focus (gtk_widget_get_root (chapter), NULL);
  gtk_widget_child_focus (chapter, GTK_DIR_TAB_FORWARD);
}

/* The chapter that has the keyboard, or -1. One with nothing in it that could have it is where somebody last went. */
static int
find_focus (RuhuFileChapters *self)
{
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (GTK_WIDGET (self->box)));

  if (focus == NULL)
    return self->at;
  for (guint i = 0; i < self->chapters->len; i++)
    if (gtk_widget_is_ancestor (focus, g_ptr_array_index (self->chapters, i)))
      return (int) i;
  return -1;
}

void
ruhu_file_chapters_step (RuhuFileChapters *self, int by)
{
  ruhu_file_chapters_jump (self, (guint) CLAMP (find_focus (self) + by, 0, (int) self->chapters->len - 1));
}

gboolean
ruhu_file_chapters_drop_last (RuhuFileChapters *self)
{
  if (self->chapters->len == 0)
    return FALSE;
  if (self->placed)
    gtk_box_remove (self->box, g_ptr_array_index (self->chapters, self->chapters->len - 1));
  g_ptr_array_set_size (self->chapters, (gint) self->chapters->len - 1);
  return self->chapters->len > 0;
}
