/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-record-dialog"

#include "config.h"

#include "ruhu-record-dialog.h"

#include "ruhu-edit-session.h"
#include "ruhu-error.h"
#include "ruhu-form-style.h"
#include "ruhu-record-editor.h"
#include "ruhu-ruling-row.h"
#include "ruhu-typing.h"

#include <glib/gi18n.h>

#define RUHU_TYPE_RECORD_DIALOG (ruhu_record_dialog_get_type ())
G_DECLARE_FINAL_TYPE (RuhuRecordDialog, ruhu_record_dialog, RUHU, RECORD_DIALOG, AdwWindow)

struct _RuhuRecordDialog
{
  AdwWindow parent_instance;

  /* Template. */
  AdwWindowTitle *heading;
  GtkWidget *save;
  GtkRevealer *notice_revealer;
  GtkLabel *notice;
  GtkScrolledWindow *scroller;
  AdwPreferencesGroup *rulings;
  AdwBin *content;

  /* Owned. */
  RuhuEditSession *session;
  GCancellable *cancellable;
  GPtrArray *ruling_rows; /* borrowed elements: in the group */
  char *type_name;
  char *scope;
  RuhuCorrection *correction; /* or NULL; until opened */
  gpointer saved_data;
  GDestroyNotify saved_data_free;
  RuhuRecordSavedFunc saved;

  /* Borrowed; NULL until opened. */
  RuhuRecordType *type;
  RuhuRecordEditor *editor;

  GtkWidget *focus; /* weak: what had the keyboard when the save began */
  gboolean is_saving;
};

G_DEFINE_FINAL_TYPE (RuhuRecordDialog, ruhu_record_dialog, ADW_TYPE_WINDOW)

static void
show_notice (RuhuRecordDialog *self, const char *text)
{
  gtk_label_set_text (self->notice, text);
  gtk_revealer_set_reveal_child (self->notice_revealer, TRUE);
  gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (self->scroller), 0);
}

static void
update_save (RuhuRecordDialog *self)
{
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "record.save", self->editor != NULL && !self->is_saving && ruhu_edit_session_is_changed (self->session));
}

static void
set_saving (RuhuRecordDialog *self, gboolean is_saving)
{
  self->is_saving = is_saving;
  if (is_saving)
    ruhu_typing_stop (GTK_WIDGET (self->scroller), &self->focus);
  update_save (self);
  if (!is_saving)
    ruhu_typing_go_on (GTK_WIDGET (self->scroller), self->focus);
}

static void
ruling_go_cb (RuhuRecordDialog *self, GtkWidget *row)
{
  ruhu_record_editor_focus_field (self->editor, g_object_get_data (G_OBJECT (row), "ruhu-field"));
}

static void
drop_rulings (RuhuRecordDialog *self)
{
  for (guint i = 0; i < self->ruling_rows->len; i++)
    adw_preferences_group_remove (self->rulings, self->ruling_rows->pdata[i]);
  g_ptr_array_set_size (self->ruling_rows, 0);
  gtk_widget_set_visible (GTK_WIDGET (self->rulings), FALSE);
}

/* What a rule lets pass when there is a reason for it. */
static void
add_ruling (RuhuRecordDialog *self, const RuhuFinding *finding)
{
  RuhuField *field = finding->field != NULL ? ruhu_record_type_get_field (self->type, finding->field) : NULL;
  GtkWidget *row = ruhu_ruling_row_new (self->session, finding, field != NULL ? ruhu_label_get (&field->label) : "");

  g_object_set_data_full (G_OBJECT (row), "ruhu-field", g_strdup (finding->field), g_free);
  g_signal_connect_object (row, "go", G_CALLBACK (ruling_go_cb), self, G_CONNECT_SWAPPED);
  adw_preferences_group_add (self->rulings, row);
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), TRUE);
  g_ptr_array_add (self->ruling_rows, row);
  gtk_widget_set_visible (GTK_WIDGET (self->rulings), TRUE);
}

/* What the store or a rule finds about a field is said there; what has no row here is said above. */
static void
show_findings (RuhuRecordDialog *self, GPtrArray *findings)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < findings->len; i++)
    {
      const RuhuFinding *finding = findings->pdata[i];

      if (finding->rule != NULL && (finding->may_pend || !finding->blocks))
        add_ruling (self, finding);
      else if (finding->severity == RUHU_SEVERITY_ERROR)
        g_string_append_printf (text, "\n· %s", finding->message);
    }
  g_string_prepend (text, text->len > 0 ? _ ("Not saved yet: something must be corrected first. Everything typed is kept.") : _ ("Not saved yet: correct it, or say why it is right. Everything typed is kept."));
  show_notice (self, text->str);
}

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (RuhuRecordDialog) self = data;
  RuhuEditSession *session = RUHU_EDIT_SESSION (source);
  RuhuDraftBody *body = ruhu_edit_session_get_body (session);
  g_autoptr (GPtrArray) findings = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *explained = NULL;
  g_autofree char *record = NULL;

  if (ruhu_edit_session_save_finish (session, result, &findings, &error))
    {
      record = ruhu_draft_body_dup_final_id (body, self->type, self->scope, ruhu_draft_body_get_self (body));
      if (self->saved != NULL)
        self->saved (self->type_name, record, ruhu_edit_session_get_saved_seq (session), self->saved_data);
      gtk_window_destroy (GTK_WINDOW (self));
      return;
    }
  set_saving (self, FALSE);
  ruhu_record_editor_reveal (self->editor);
  if (error != NULL)
    {
      explained = ruhu_error_explain (error);
      show_notice (self, explained);
    }
  else
    show_findings (self, findings);
}

static void
save_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RuhuRecordDialog *self = RUHU_RECORD_DIALOG (widget);

  drop_rulings (self);
  set_saving (self, TRUE);
  gtk_revealer_set_reveal_child (self->notice_revealer, FALSE);
  ruhu_edit_session_save_async (self->session, NULL, saved_cb, g_object_ref (self));
}

static void
leave_response_cb (RuhuRecordDialog *self, const char *response, GtkWindow *asked)
{
  if (!g_str_equal (response, "discard"))
    return;
  /* GTK 4.8 keeps a pointer to the window that is asked about, which goes before the question does. */
  gtk_window_set_transient_for (asked, NULL);
  gtk_window_destroy (GTK_WINDOW (self));
}

/* A dialog keeps no draft, so it asks before it lets typing go. */
static gboolean
ruhu_record_dialog_close_request (GtkWindow *window)
{
  RuhuRecordDialog *self = RUHU_RECORD_DIALOG (window);
  GtkWidget *dialog;

  if (self->is_saving)
    return TRUE;
  if (self->editor == NULL || !ruhu_edit_session_is_changed (self->session))
    return GTK_WINDOW_CLASS (ruhu_record_dialog_parent_class)->close_request (window);
  dialog = adw_message_dialog_new (window, _ ("Leave without saving?"), _ ("What was typed here is then gone."));
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("Go On Typing"), "discard", _ ("Leave"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "discard", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (leave_response_cb), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
  return TRUE;
}

static void
close_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  gtk_window_close (GTK_WINDOW (widget));
}

/* A new record starts at the first field that it cannot do without and that nothing is proposed for. */
static void
focus_first (RuhuRecordDialog *self, const char *record)
{
  RuhuDraftBody *body = ruhu_edit_session_get_body (self->session);
  const char *name = NULL;

  for (guint i = 0; ruhu_draft_body_is_added (body, self->type_name, record) && i < self->type->fields->len && name == NULL; i++)
    {
      RuhuField *field = g_ptr_array_index (self->type->fields, i);

      if (field->required && ruhu_draft_body_get_value (body, self->type_name, record, field->name) == NULL)
        name = field->name;
    }
  if (name == NULL || !ruhu_record_editor_focus_field (self->editor, name))
    ruhu_record_editor_focus_field (self->editor, NULL);
}

static void
show_record (RuhuRecordDialog *self)
{
  RuhuDraftBody *body = ruhu_edit_session_get_body (self->session);
  const char *record = ruhu_draft_body_get_self (body);
  GtkWidget *card = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  self->type = ruhu_catalogue_get_record (ruhu_edit_session_get_catalogue (self->session), self->type_name);
  self->editor = RUHU_RECORD_EDITOR (ruhu_record_editor_new (self->session, self->type, NULL, record));
  gtk_widget_add_css_class (card, "card");
  gtk_box_append (GTK_BOX (card), GTK_WIDGET (self->editor));
  adw_bin_set_child (self->content, card);
  adw_window_title_set_title (self->heading, ruhu_label_get (&self->type->label));
  if (ruhu_edit_session_get_title (self->session) != NULL)
    adw_window_title_set_subtitle (self->heading, ruhu_edit_session_get_title (self->session));
  else if (ruhu_draft_body_is_added (body, self->type_name, record))
    adw_window_title_set_subtitle (self->heading, _ ("new"));
  gtk_window_set_title (GTK_WINDOW (self), ruhu_label_get (&self->type->label));
  update_save (self);
  focus_first (self, record);
}

/* What was not let in stands there as if it had just been typed. */
static void
type_in (RuhuRecordDialog *self)
{
  RuhuRecordType *type = ruhu_catalogue_get_record (ruhu_edit_session_get_catalogue (self->session), self->type_name);
  const char *record = ruhu_draft_body_get_self (ruhu_edit_session_get_body (self->session));

  json_object_object_foreach (self->correction->fields, name, value)
  {
    RuhuField *field = ruhu_record_type_get_field (type, name);

    if (field != NULL && field->calculate == NULL)
      ruhu_edit_session_set_value (self->session, field, record, value);
  }
  ruhu_edit_session_set_answers (self->session, self->correction->seq);
  g_clear_pointer (&self->correction, ruhu_correction_free);
}

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (RuhuRecordDialog) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (ruhu_edit_session_open_finish (RUHU_EDIT_SESSION (source), result, &error))
    {
      if (self->correction != NULL)
        type_in (self);
      show_record (self);
      return;
    }
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  text = ruhu_error_explain (error);
  show_notice (self, text);
}

static void
ruhu_record_dialog_dispose (GObject *object)
{
  RuhuRecordDialog *self = RUHU_RECORD_DIALOG (object);

  g_cancellable_cancel (self->cancellable);
  if (self->saved_data_free != NULL)
    g_clear_pointer (&self->saved_data, self->saved_data_free);
  self->saved = NULL;
  G_OBJECT_CLASS (ruhu_record_dialog_parent_class)->dispose (object);
}

static void
ruhu_record_dialog_finalize (GObject *object)
{
  RuhuRecordDialog *self = RUHU_RECORD_DIALOG (object);

  g_clear_weak_pointer (&self->focus);
  g_clear_object (&self->session);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->correction, ruhu_correction_free);
  g_ptr_array_unref (self->ruling_rows);
  g_free (self->type_name);
  g_free (self->scope);
  G_OBJECT_CLASS (ruhu_record_dialog_parent_class)->finalize (object);
}

static void
ruhu_record_dialog_class_init (RuhuRecordDialogClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = ruhu_record_dialog_dispose;
  object_class->finalize = ruhu_record_dialog_finalize;
  GTK_WINDOW_CLASS (klass)->close_request = ruhu_record_dialog_close_request;
  ruhu_form_add_style ();
  gtk_widget_class_set_template_from_resource (widget_class, "/org/ruhu/form/ruhu-record-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, RuhuRecordDialog, heading);
  gtk_widget_class_bind_template_child (widget_class, RuhuRecordDialog, save);
  gtk_widget_class_bind_template_child (widget_class, RuhuRecordDialog, notice_revealer);
  gtk_widget_class_bind_template_child (widget_class, RuhuRecordDialog, notice);
  gtk_widget_class_bind_template_child (widget_class, RuhuRecordDialog, scroller);
  gtk_widget_class_bind_template_child (widget_class, RuhuRecordDialog, rulings);
  gtk_widget_class_bind_template_child (widget_class, RuhuRecordDialog, content);
  gtk_widget_class_install_action (widget_class, "record.save", NULL, save_action);
  gtk_widget_class_install_action (widget_class, "record.close", NULL, close_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_s, GDK_CONTROL_MASK, "record.save", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Return, GDK_CONTROL_MASK, "record.save", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "record.close", NULL);
}

static void
ruhu_record_dialog_init (RuhuRecordDialog *self)
{
  self->cancellable = g_cancellable_new ();
  self->ruling_rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "record.save", FALSE);
}

static RuhuRecordDialog *
present (GtkWindow *parent, RuhuWorker *worker, const char *type, const char *record, const char *scope, gint64 seen)
{
  RuhuRecordDialog *self = g_object_new (RUHU_TYPE_RECORD_DIALOG, "transient-for", parent, NULL);

  self->session = ruhu_edit_session_new_record (worker, type, record, scope, seen);
  self->type_name = g_strdup (type);
  self->scope = g_strdup (scope);
  g_signal_connect_object (self->session, "edited", G_CALLBACK (update_save), self, G_CONNECT_SWAPPED);
  ruhu_edit_session_open_async (self->session, self->cancellable, opened_cb, g_object_ref (self));
  gtk_window_present (GTK_WINDOW (self));
  return self;
}

void
ruhu_record_dialog_present (GtkWindow *parent, RuhuWorker *worker, const char *type, const char *record, const char *scope, gint64 seen, RuhuRecordSavedFunc saved, gpointer data, GDestroyNotify data_free)
{
  RuhuRecordDialog *self = present (parent, worker, type, record, scope, seen);

  self->saved = saved;
  self->saved_data = data;
  self->saved_data_free = data_free;
}

void
ruhu_record_dialog_present_correction (GtkWindow *parent, RuhuWorker *worker, RuhuCorrection *correction)
{
  present (parent, worker, correction->type, correction->record, correction->scope, correction->seen)->correction = correction;
}
