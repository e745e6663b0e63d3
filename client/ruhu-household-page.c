/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-household-page"

#include "config.h"

#include "ruhu-household-page.h"

#include "ruhu-describe.h"
#include "ruhu-amendment.h"
#include "ruhu-file-actions.h"
#include "ruhu-file-chapter.h"
#include "ruhu-file-header.h"
#include "ruhu-file-writer.h"
#include "ruhu-history-page.h"
#include "ruhu-household-file.h"
#include "ruhu-photo-strip.h"
#include "ruhu-record-dialog.h"
#include "ruhu-scroll-keep.h"
#include "ruhu-step-keys.h"
#include "ruhu-visit-record.h"
#include "ruhu-window.h"

#include <glib/gi18n.h>

/* µs in each frame for making what a file shows below what is seen. */
#define FILL_TIME 700

struct _RuhuHouseholdPage
{
  RuhuPage parent_instance;

  /* Template. */
  AdwToastOverlay *toasts;
  GtkStack *stack;
  AdwStatusPage *gone;
  GtkScrolledWindow *scrolled;
  GtkBox *box;
  RuhuFileHeader *header;
  GtkMenuButton *sections;
  GtkButton *visit_button;

  /* Owned. */
  RuhuWorker *worker;
  GCancellable *cancellable;
  RuhuFileWriter *writer;
  char *id;
  RuhuHouseholdFile *file;
  GHashTable *open; /* ids of records unfolded */

  GPtrArray *chapters; /* RuhuFileChapter, borrowed: in the box */
  int at;              /* the chapter that somebody went to last */
  guint n_shown;       /* of them, those that show the file */
  gboolean begun;      /* the next one shows some of it */
  gboolean fresh;      /* nothing of it has been drawn */
  gboolean anew;       /* they showed an earlier one: each is made at once, so that nothing moves */
  guint fill_id;
  gboolean wants_visit;
};

G_DEFINE_FINAL_TYPE (RuhuHouseholdPage, ruhu_household_page, RUHU_TYPE_PAGE)

static void
history_cb (RuhuHouseholdPage *self, const char *type, const char *record, const char *field, const char *title)
{
  RuhuWindow *window = ruhu_window_of (GTK_WIDGET (self));

  if (window != NULL)
    ruhu_window_push (window, ruhu_history_page_new (self->worker, type, record, field, title));
}

static void
conflict_cb (RuhuHouseholdPage *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.show-conflicts", NULL);
}

static void
saved_cb (const char *type, const char *record, gint64 seq, gpointer data)
{
  RuhuHouseholdPage *self = data;

  /* The page may have been left while the dialog was open. */
  if (self->worker == NULL)
    return;
  ruhu_page_refresh (RUHU_PAGE (self));
  ruhu_file_writer_note_saved (self->writer, seq);
}

static void
edit_cb (RuhuHouseholdPage *self, const char *type, const char *record)
{
  if (self->file != NULL)
    ruhu_record_dialog_present (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), self->worker, type, record, self->id, self->file->seen, saved_cb, g_object_ref (self), g_object_unref);
}

static RuhuFileChapter *
get_chapter (RuhuHouseholdPage *self, guint number)
{
  return g_ptr_array_index (self->chapters, number);
}

/* What stands above a chapter's sections, or the next section, or all of it. Whether anything was made: what reads the same costs nothing. */
static gboolean
fill_next (RuhuHouseholdPage *self, gboolean whole)
{
  RuhuFileChapter *chapter = get_chapter (self, self->n_shown);
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

/* Whatever somebody goes to is there when they arrive. */
static void
fill_to (RuhuHouseholdPage *self, guint number)
{
  while (self->n_shown <= number && self->n_shown < self->chapters->len)
    fill_next (self, TRUE);
}

/* What comes next is seen as soon as it is there. */
static gboolean
is_next_in_view (RuhuHouseholdPage *self)
{
  graphene_rect_t bounds;

  if (self->n_shown >= self->chapters->len || !gtk_widget_compute_bounds (GTK_WIDGET (get_chapter (self, self->n_shown)), GTK_WIDGET (self->scrolled), &bounds))
    return TRUE;
  return bounds.origin.y + bounds.size.height < (float) gtk_widget_get_height (GTK_WIDGET (self->scrolled));
}

/* A few milliseconds' worth a frame: what is made is styled and measured in it too, and one piece is enough where it is also drawn. */
static gboolean
fill_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  RuhuHouseholdPage *self = RUHU_HOUSEHOLD_PAGE (widget);
  gint64 began = g_get_monotonic_time ();
  gboolean in_view;

  /* The frame in which the page's head is laid out for the first time has enough to do. */
  if (self->fresh)
    {
      self->fresh = FALSE;
      return G_SOURCE_CONTINUE;
    }
  if (self->anew)
    ruhu_scroll_keep (self->scrolled);
  in_view = is_next_in_view (self);
  while (self->n_shown < self->chapters->len)
    if (fill_next (self, self->anew) && (in_view || g_get_monotonic_time () - began > FILL_TIME))
      return G_SOURCE_CONTINUE;
  self->fill_id = 0;
  return G_SOURCE_REMOVE;
}

static void
stop_filling (RuhuHouseholdPage *self)
{
  if (self->fill_id != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->fill_id);
  self->fill_id = 0;
}

static void
fill (RuhuHouseholdPage *self)
{
  if (self->fill_id == 0)
    self->fill_id = gtk_widget_add_tick_callback (GTK_WIDGET (self), fill_cb, NULL, NULL);
}

static void
jump (RuhuHouseholdPage *self, guint number)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scrolled);
  graphene_point_t point;
  GtkWidget *chapter;

  if (number >= self->chapters->len || self->file == NULL)
    return;
  fill_to (self, self->chapters->len - 1);
  chapter = GTK_WIDGET (get_chapter (self, number));
  if (gtk_widget_compute_point (chapter, GTK_WIDGET (self->box), &GRAPHENE_POINT_INIT (0, 0), &point))
    gtk_adjustment_set_value (adjustment, point.y);
  self->at = (int) number;
  /* Its first control, also from within it. */
  gtk_root_set_focus (gtk_widget_get_root (chapter), NULL);
  gtk_widget_child_focus (chapter, GTK_DIR_TAB_FORWARD);
}

static void
jump_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  jump (RUHU_HOUSEHOLD_PAGE (widget), g_variant_get_uint32 (parameter));
}

static void
alert_cb (RuhuHouseholdPage *self, const char *name)
{
  if (g_str_equal (name, "conflicts"))
    conflict_cb (self);
  for (guint i = 0; i < self->chapters->len; i++)
    if (g_str_equal (ruhu_file_chapter_get_name (get_chapter (self, i)), name))
      jump (self, i);
}

/* The chapter that has the keyboard, or -1. One with nothing in it that could have it is where somebody last went. */
static int
find_focus_chapter (RuhuHouseholdPage *self)
{
  if (gtk_root_get_focus (gtk_widget_get_root (GTK_WIDGET (self))) == NULL)
    return self->at;
  for (guint i = 0; i < self->chapters->len; i++)
    if (gtk_widget_get_focus_child (GTK_WIDGET (get_chapter (self, i))) != NULL && gtk_widget_is_ancestor (gtk_root_get_focus (gtk_widget_get_root (GTK_WIDGET (self))), GTK_WIDGET (get_chapter (self, i))))
      return (int) i;
  return -1;
}

static void
step_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RuhuHouseholdPage *self = RUHU_HOUSEHOLD_PAGE (widget);
  int number = find_focus_chapter (self) + (g_str_equal (name, "household.next") ? 1 : -1);

  jump (self, (guint) CLAMP (number, 0, (int) self->chapters->len - 1));
}

static void
history_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  const char *type, *record, *field, *title;

  g_variant_get (parameter, "(&s&s&s&s)", &type, &record, &field, &title);
  history_cb (RUHU_HOUSEHOLD_PAGE (widget), type, record, field, title);
}

static void
act (RuhuHouseholdPage *self, const char *action, const char *record, const char *words)
{
  ruhu_file_writer_write (self->writer, self->id, NULL, self->file->seen, ruhu_file_actions_make_set (self->file, action, record, words));
}

static void
solved_cb (AdwMessageDialog *dialog, const char *response, RuhuHouseholdPage *self)
{
  GtkEditable *words = GTK_EDITABLE (adw_message_dialog_get_extra_child (dialog));

  if (g_str_equal (response, "solved") && self->file != NULL)
    act (self, "solve", g_object_get_data (G_OBJECT (dialog), "ruhu-problem"), gtk_editable_get_text (words));
}

/* What was done belongs to it: the person who checks it wants to know. */
static void
ask_what_was_done (RuhuHouseholdPage *self, const char *problem)
{
  const RuhuFileRecord *record = ruhu_household_file_find (self->file, "problem", problem);
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), _ ("What was done?"), record != NULL ? record->title : NULL);
  GtkWidget *words = gtk_entry_new ();

  gtk_entry_set_max_length (GTK_ENTRY (words), 200);
  gtk_entry_set_activates_default (GTK_ENTRY (words), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (words), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("What was done?"), -1);
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), words);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "solved", _ ("_Solved, to Be Checked"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "solved", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "solved");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_object_set_data_full (G_OBJECT (dialog), "ruhu-problem", g_strdup (problem), g_free);
  g_signal_connect_object (dialog, "response", G_CALLBACK (solved_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
  gtk_widget_grab_focus (words);
}

static void
show_visit (RuhuHouseholdPage *self, const char *visit)
{
  RuhuWindow *window = ruhu_window_of (GTK_WIDGET (self));
  const RuhuFileRecord *record = ruhu_household_file_find (self->file, "visit", visit);

  if (window != NULL && record != NULL)
    ruhu_window_push (window, ruhu_visit_record_new (self->worker, self->id, visit, record->title));
}

static void
act_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RuhuHouseholdPage *self = RUHU_HOUSEHOLD_PAGE (widget);
  const char *action, *type, *record;

  g_variant_get (parameter, "(&s&s&s)", &action, &type, &record);
  if (self->file == NULL)
    return;
  if (g_str_equal (action, "solve"))
    ask_what_was_done (self, record);
  else if (g_str_equal (action, "show"))
    show_visit (self, record);
  else if (g_str_equal (action, "amend"))
    ruhu_amendment_ask (GTK_WIDGET (self), self->worker, self->writer, self->file, record);
  else
    act (self, action, record, NULL);
}

static void
add_photo_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RuhuHouseholdPage *self = RUHU_HOUSEHOLD_PAGE (widget);
  const char *hash, *subject, *note, *field, *record;

  g_variant_get (parameter, "(&s&s&s&s&s)", &hash, &subject, &note, &field, &record);
  if (self->file != NULL)
    ruhu_file_writer_write (self->writer, self->id, NULL, self->file->seen, ruhu_file_actions_make_photo (self->file, hash, subject, note, field, record));
}

/* A picture pasted anywhere in the file is a photo of the household. */
static void
paste_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RuhuHouseholdPage *self = RUHU_HOUSEHOLD_PAGE (widget);

  if (self->file == NULL)
    return;
  fill_to (self, self->chapters->len - 1);
  for (guint i = 0; i < self->chapters->len; i++)
    if (ruhu_file_chapter_get_strip (get_chapter (self, i)) != NULL)
      {
        jump (self, i);
        ruhu_photo_strip_paste (RUHU_PHOTO_STRIP (ruhu_file_chapter_get_strip (get_chapter (self, i))));
      }
}

static void
undo_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ruhu_file_writer_undo (RUHU_HOUSEHOLD_PAGE (widget)->writer);
}

static void
add_problem_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  edit_cb (RUHU_HOUSEHOLD_PAGE (widget), "problem", NULL);
}

static void
make_chapters (RuhuHouseholdPage *self)
{
  g_autoptr (GMenu) menu = g_menu_new ();

  for (guint i = 0; i < ruhu_file_chapter_count (); i++)
    {
      GtkWidget *chapter = ruhu_file_chapter_new (i);
      g_autoptr (GMenuItem) item = g_menu_item_new (ruhu_file_chapter_get_title (RUHU_FILE_CHAPTER (chapter)), NULL);

      g_signal_connect_object (chapter, "history", G_CALLBACK (history_cb), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (chapter, "edit", G_CALLBACK (edit_cb), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (chapter, "conflict", G_CALLBACK (conflict_cb), self, G_CONNECT_SWAPPED);
      gtk_box_append (self->box, chapter);
      g_ptr_array_add (self->chapters, chapter);
      g_menu_item_set_action_and_target (item, "household.jump", "u", i);
      g_menu_append_item (menu, item);
    }
  gtk_menu_button_set_menu_model (self->sections, G_MENU_MODEL (menu));
}

static void
show (RuhuHouseholdPage *self)
{
  RuhuHouseholdRow *row = self->file->row;
  g_autofree char *place = row->group != NULL && *row->group != '\0' ? g_strdup_printf ("%s · %s", row->village, row->group) : g_strdup (row->village);

  ruhu_page_set_title (RUHU_PAGE (self), *row->head_name != '\0' ? row->head_name : _ ("No head of household"), place);
  gtk_button_set_label (self->visit_button, self->file->draft != NULL ? _ ("Continue the Visit") : _ ("Record a Visit"));
  ruhu_file_header_show (self->header, self->file);
  gtk_stack_set_visible_child_name (self->stack, "file");
}

/* Chapter by chapter, one between two frames; of an earlier file's chapters only those that read differently. */
static void
take_file (RuhuHouseholdPage *self, RuhuHouseholdFile *file)
{
  gboolean first = self->file == NULL;

  if (!first && g_str_equal (self->file->fingerprint, file->fingerprint))
    {
      /* It reads the same; what is edited from here on has seen more. */
      self->file->seen = file->seen;
      ruhu_household_file_free (file);
      return;
    }
  g_clear_pointer (&self->file, ruhu_household_file_free);
  self->file = file;
  show (self);
  self->anew = !first;
  self->n_shown = 0;
  self->begun = FALSE;
  self->fresh = first;
  fill (self);
}

static void
show_gone (RuhuHouseholdPage *self, const GError *error)
{
  g_autofree char *sentence = ruhu_describe_error (error);
  g_autofree char *escaped = g_markup_escape_text (sentence, -1);

  stop_filling (self);
  adw_status_page_set_description (self->gone, escaped);
  gtk_stack_set_visible_child_name (self->stack, "gone");
}

static gpointer
read_file (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  return ruhu_household_file_read (store, data, error);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  RuhuHouseholdFile *file = ruhu_worker_run_finish (RUHU_WORKER (source), result, &error);
  RuhuHouseholdPage *self;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self = RUHU_HOUSEHOLD_PAGE (user_data);
  if (file == NULL)
    {
      show_gone (self, error);
      return;
    }
  take_file (self, file);
  ruhu_page_ready (RUHU_PAGE (self));
  if (self->wants_visit)
    ruhu_household_page_record_visit (self);
}

static void
ruhu_household_page_refresh (RuhuPage *page)
{
  RuhuHouseholdPage *self = RUHU_HOUSEHOLD_PAGE (page);

  ruhu_worker_run_async (self->worker, read_file, g_strdup (self->id), g_free, (GDestroyNotify) ruhu_household_file_free, self->cancellable, read_cb, self);
}

static void
ruhu_household_page_dispose (GObject *object)
{
  RuhuHouseholdPage *self = RUHU_HOUSEHOLD_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  stop_filling (self);
  g_clear_object (&self->writer);
  g_clear_object (&self->worker);
  G_OBJECT_CLASS (ruhu_household_page_parent_class)->dispose (object);
}

static void
ruhu_household_page_finalize (GObject *object)
{
  RuhuHouseholdPage *self = RUHU_HOUSEHOLD_PAGE (object);

  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->file, ruhu_household_file_free);
  g_hash_table_unref (self->open);
  g_ptr_array_unref (self->chapters);
  g_free (self->id);
  G_OBJECT_CLASS (ruhu_household_page_parent_class)->finalize (object);
}

static void
ruhu_household_page_class_init (RuhuHouseholdPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ruhu_household_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = ruhu_household_page_finalize;
  RUHU_PAGE_CLASS (klass)->refresh = ruhu_household_page_refresh;

  g_type_ensure (RUHU_TYPE_COLUMNS_LAYOUT);
  g_type_ensure (RUHU_TYPE_FILE_HEADER);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/ruhu/Ruhu/ruhu-household-page.ui");
  gtk_widget_class_bind_template_child (widget_class, RuhuHouseholdPage, box);
  gtk_widget_class_bind_template_child (widget_class, RuhuHouseholdPage, gone);
  gtk_widget_class_bind_template_child (widget_class, RuhuHouseholdPage, header);
  gtk_widget_class_bind_template_child (widget_class, RuhuHouseholdPage, scrolled);
  gtk_widget_class_bind_template_child (widget_class, RuhuHouseholdPage, sections);
  gtk_widget_class_bind_template_child (widget_class, RuhuHouseholdPage, stack);
  gtk_widget_class_bind_template_child (widget_class, RuhuHouseholdPage, toasts);
  gtk_widget_class_bind_template_child (widget_class, RuhuHouseholdPage, visit_button);
  gtk_widget_class_bind_template_callback (widget_class, alert_cb);
  gtk_widget_class_install_action (widget_class, "household.jump", "u", jump_cb);
  gtk_widget_class_install_action (widget_class, "household.next", NULL, step_cb);
  gtk_widget_class_install_action (widget_class, "household.previous", NULL, step_cb);
  gtk_widget_class_install_action (widget_class, "household.history", "(ssss)", history_action);
  gtk_widget_class_install_action (widget_class, "household.act", "(sss)", act_action);
  gtk_widget_class_install_action (widget_class, "household.undo", NULL, undo_action);
  gtk_widget_class_install_action (widget_class, "household.add-photo", "(sssss)", add_photo_action);
  gtk_widget_class_install_action (widget_class, "household.paste", NULL, paste_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_v, GDK_CONTROL_MASK, "household.paste", NULL);
  gtk_widget_class_install_action (widget_class, "household.add-problem", NULL, add_problem_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_z, GDK_CONTROL_MASK, "household.undo", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_p, GDK_CONTROL_MASK | GDK_SHIFT_MASK, "household.add-problem", NULL);
}

static void
ruhu_household_page_init (RuhuHouseholdPage *self)
{
  self->cancellable = g_cancellable_new ();
  self->open = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->chapters = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  make_chapters (self);
  ruhu_step_keys_add (GTK_WIDGET (self), "household.next", "household.previous");
}

GtkWidget *
ruhu_household_page_new (RuhuWorker *worker, const char *household)
{
  RuhuHouseholdPage *self = g_object_new (RUHU_TYPE_HOUSEHOLD_PAGE, NULL);

  self->worker = g_object_ref (worker);
  self->writer = ruhu_file_writer_new (worker, self->toasts);
  g_signal_connect_object (self->writer, "written", G_CALLBACK (ruhu_page_refresh), self, G_CONNECT_SWAPPED);
  self->id = g_strdup (household);
  ruhu_page_refresh (RUHU_PAGE (self));
  return GTK_WIDGET (self);
}

const char *
ruhu_household_page_get_id (RuhuHouseholdPage *self)
{
  g_return_val_if_fail (RUHU_IS_HOUSEHOLD_PAGE (self), NULL);

  return self->id;
}

gboolean
ruhu_household_page_take_apart (RuhuHouseholdPage *self)
{
  g_return_val_if_fail (RUHU_IS_HOUSEHOLD_PAGE (self), FALSE);

  stop_filling (self);
  g_cancellable_cancel (self->cancellable);
  if (self->chapters->len == 0)
    return FALSE;
  gtk_box_remove (self->box, GTK_WIDGET (get_chapter (self, self->chapters->len - 1)));
  g_ptr_array_set_size (self->chapters, (gint) self->chapters->len - 1);
  return self->chapters->len > 0;
}

gboolean
ruhu_household_page_is_whole (RuhuHouseholdPage *self)
{
  g_return_val_if_fail (RUHU_IS_HOUSEHOLD_PAGE (self), FALSE);

  return self->file != NULL && self->n_shown == self->chapters->len;
}

void
ruhu_household_page_record_visit (RuhuHouseholdPage *self)
{
  RuhuWindow *window;

  g_return_if_fail (RUHU_IS_HOUSEHOLD_PAGE (self));

  /* Whether there is an unfinished one is known when the file is there. */
  window = ruhu_window_of (GTK_WIDGET (self));
  self->wants_visit = self->file == NULL || window == NULL;
  if (!self->wants_visit)
    ruhu_window_open_visit (window, self->id, self->file->draft);
}

void
ruhu_household_page_edit (RuhuHouseholdPage *self)
{
  g_return_if_fail (RUHU_IS_HOUSEHOLD_PAGE (self));

  if (self->file == NULL)
    return;
  for (guint i = 0; i < self->chapters->len; i++)
    {
      const RuhuFileGroup *group = NULL;
      const char *record = ruhu_file_chapter_get_focus (get_chapter (self, i), &group);

      if (record != NULL && group->may_edit)
        {
          edit_cb (self, group->type->name, record);
          return;
        }
    }
  edit_cb (self, "household", self->id);
}
