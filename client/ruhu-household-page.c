/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-household-page"

#include "config.h"

#include "ruhu-household-page.h"

#include "ruhu-describe.h"
#include "ruhu-amendment.h"
#include "ruhu-file-actions.h"
#include "ruhu-file-chapters.h"
#include "ruhu-file-header.h"
#include "ruhu-file-writer.h"
#include "ruhu-filler.h"
#include "ruhu-history-page.h"
#include "ruhu-household-file.h"
#include "ruhu-photo-strip.h"
#include "ruhu-problem-ask.h"
#include "ruhu-record-dialog.h"
#include "ruhu-removed-page.h"
#include "ruhu-step-keys.h"
#include "ruhu-visit-record.h"
#include "ruhu-window.h"

#include <glib/gi18n.h>

/* What of a page is there to be seen. */
typedef enum
{
  STAGE_NOTHING,
  STAGE_PAGE,
  STAGE_HEAD,
} Stage;

struct _RuhuHouseholdPage
{
  RuhuPage parent_instance;

  /* Template. */
  AdwToastOverlay *toasts;
  GtkStack *stack;
  GtkScrolledWindow *scrolled;
  GtkBox *box;
  RuhuFileHeader *header;
  GtkMenuButton *sections;
  GtkButton *visit_button;

  /* Owned. */
  RuhuWorker *worker;
  GCancellable *cancellable;
  RuhuFileWriter *writer;
  RuhuFiller *filler;
  char *id;
  RuhuHouseholdFile *file;
  RuhuFileChapters *chapters; /* in the box once the head has been seen */

  Stage stage;
  gboolean head_stale;
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

static void
show (RuhuHouseholdPage *self)
{
  RuhuHouseholdRow *row = self->file->row;
  g_autofree char *place = row->group != NULL && *row->group != '\0' ? g_strdup_printf ("%s · %s", row->village, row->group) : g_strdup (row->village);

  ruhu_page_set_title (RUHU_PAGE (self), *row->head_name != '\0' ? row->head_name : _ ("No head of household"), place);
  gtk_button_set_label (self->visit_button, self->file->draft != NULL ? _ ("Continue Visit") : _ ("Record Visit"));
  gtk_stack_set_visible_child_name (self->stack, "file");
  self->stage = MAX (self->stage, STAGE_PAGE);
}

static void
show_head (RuhuHouseholdPage *self)
{
  ruhu_file_header_show (self->header, self->file);
  self->head_stale = FALSE;
  self->stage = MAX (self->stage, STAGE_HEAD);
  ruhu_page_ready (RUHU_PAGE (self));
}

/* A piece between two frames. The page itself is enough for the first one, which draws all of the window, and its head for the second. */
static gboolean
fill_cb (gpointer data)
{
  RuhuHouseholdPage *self = data;

  if (self->stage < STAGE_PAGE)
    show (self);
  else if (self->stage < STAGE_HEAD || self->head_stale)
    show_head (self);
  else if (!ruhu_file_chapters_are_placed (self->chapters))
    ruhu_file_chapters_place (self->chapters);
  else
    return ruhu_file_chapters_go_on (self->chapters) ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
  return G_SOURCE_CONTINUE;
}

/* Whatever somebody goes to is there when they arrive. FALSE where there is nothing yet. */
static gboolean
finish (RuhuHouseholdPage *self)
{
  if (self->file == NULL)
    return FALSE;
  if (self->stage < STAGE_PAGE)
    show (self);
  if (self->stage < STAGE_HEAD || self->head_stale)
    show_head (self);
  ruhu_file_chapters_finish (self->chapters);
  return TRUE;
}

static void
jump (RuhuHouseholdPage *self, guint number)
{
  if (number < ruhu_file_chapters_get_length (self->chapters) && finish (self))
    ruhu_file_chapters_jump (self->chapters, number);
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
  for (guint i = 0; i < ruhu_file_chapters_get_length (self->chapters); i++)
    if (g_str_equal (ruhu_file_chapter_get_name (ruhu_file_chapters_get (self->chapters, i)), name))
      jump (self, i);
}

static void
step_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RuhuHouseholdPage *self = RUHU_HOUSEHOLD_PAGE (widget);

  if (finish (self))
    ruhu_file_chapters_step (self->chapters, g_str_equal (name, "household.next") ? 1 : -1);
}

static void
history_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  const char *type, *record, *field, *title;

  g_variant_get (parameter, "(&s&s&s&s)", &type, &record, &field, &title);
  history_cb (RUHU_HOUSEHOLD_PAGE (widget), type, record, field, title);
}

static void
act (RuhuHouseholdPage *self, const char *action, const char *record)
{
  ruhu_file_writer_write (self->writer, self->id, NULL, self->file->seen, ruhu_file_actions_make_set (self->file, action, record, NULL));
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
remove_record (RuhuHouseholdPage *self, const char *type, const char *id)
{
  const RuhuFileRecord *record = ruhu_household_file_find (self->file, type, id);
  const RuhuFileGroup *group = ruhu_household_file_get_group (self->file, type);

  if (record != NULL && record->may_remove)
    ruhu_file_writer_remove (self->writer, self->id, self->file->seen, type, id, *record->title != '\0' ? record->title : ruhu_label_get (&group->type->label));
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
    ruhu_problem_ask_fix (widget, self->writer, self->file, record);
  else if (g_str_equal (action, "return"))
    ruhu_problem_ask_back (widget, self->worker, self->writer, self->file, record);
  else if (g_str_equal (action, "show"))
    show_visit (self, record);
  else if (g_str_equal (action, "amend"))
    ruhu_amendment_ask (GTK_WIDGET (self), self->worker, self->writer, self->file, record);
  else if (g_str_equal (action, "remove"))
    remove_record (self, type, record);
  else if (g_str_equal (action, "removed") && ruhu_window_of (widget) != NULL)
    ruhu_window_push (ruhu_window_of (widget), ruhu_removed_page_new (self->worker, self->id));
  else
    act (self, action, record);
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

  if (!finish (self))
    return;
  for (guint i = 0; i < ruhu_file_chapters_get_length (self->chapters); i++)
    {
      GtkWidget *strip = ruhu_file_chapter_get_strip (ruhu_file_chapters_get (self->chapters, i));

      if (strip == NULL)
        continue;
      jump (self, i);
      ruhu_photo_strip_paste (RUHU_PHOTO_STRIP (strip));
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
  g_autoptr (GMenuModel) menu = ruhu_file_chapter_make_menu ("household.jump");

  self->chapters = ruhu_file_chapters_new (self->box, self->scrolled, self->worker);
  for (guint i = 0; i < ruhu_file_chapters_get_length (self->chapters); i++)
    {
      RuhuFileChapter *chapter = ruhu_file_chapters_get (self->chapters, i);

      g_signal_connect_object (chapter, "history", G_CALLBACK (history_cb), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (chapter, "edit", G_CALLBACK (edit_cb), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (chapter, "conflict", G_CALLBACK (conflict_cb), self, G_CONNECT_SWAPPED);
    }
  gtk_menu_button_set_menu_model (self->sections, menu);
}

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
  if (!first)
    show (self);
  self->head_stale = !first;
  ruhu_file_chapters_begin (self->chapters, file);
  ruhu_filler_start (self->filler);
}

static void
show_gone (RuhuHouseholdPage *self, const GError *error)
{
  GtkWidget *gone = gtk_stack_get_child_by_name (self->stack, "gone");
  g_autofree char *sentence = ruhu_describe_error (error);
  g_autofree char *escaped = g_markup_escape_text (sentence, -1);

  ruhu_filler_stop (self->filler);
  /* Nearly no page has to say so, and each would have to lay it out. */
  if (gone == NULL)
    {
      gone = g_object_new (ADW_TYPE_STATUS_PAGE, "icon-name", "ruhu-household-symbolic", "title", _ ("Not on This Laptop"), NULL);
      gtk_stack_add_named (self->stack, gone, "gone");
    }
  adw_status_page_set_description (ADW_STATUS_PAGE (gone), escaped);
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
  ruhu_filler_stop (self->filler);
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
  ruhu_filler_free (self->filler);
  g_clear_pointer (&self->chapters, ruhu_file_chapters_free);
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
  self->filler = ruhu_filler_new (GTK_WIDGET (self), fill_cb, self);
  gtk_widget_init_template (GTK_WIDGET (self));
  ruhu_step_keys_add (GTK_WIDGET (self), "household.next", "household.previous");
}

GtkWidget *
ruhu_household_page_new (RuhuWorker *worker, const char *household)
{
  RuhuHouseholdPage *self = g_object_new (RUHU_TYPE_HOUSEHOLD_PAGE, NULL);

  self->worker = g_object_ref (worker);
  make_chapters (self);
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

  ruhu_filler_stop (self->filler);
  g_cancellable_cancel (self->cancellable);
  return ruhu_file_chapters_drop_last (self->chapters);
}

gboolean
ruhu_household_page_is_whole (RuhuHouseholdPage *self)
{
  g_return_val_if_fail (RUHU_IS_HOUSEHOLD_PAGE (self), FALSE);

  return ruhu_file_chapters_are_whole (self->chapters);
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
  for (guint i = 0; i < ruhu_file_chapters_get_length (self->chapters); i++)
    {
      const RuhuFileGroup *group = NULL;
      const char *record = ruhu_file_chapter_get_focus (ruhu_file_chapters_get (self->chapters, i), &group);

      if (record != NULL && group->may_edit)
        {
          edit_cb (self, group->type->name, record);
          return;
        }
    }
  edit_cb (self, "household", self->id);
}
