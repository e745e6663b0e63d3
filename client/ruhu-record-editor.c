/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-record-editor"

#include "config.h"

#include "ruhu-record-editor.h"

#include "ruhu-cleanups.h"
#include "ruhu-field-editor.h"
#include "ruhu-field-row.h"
#include "ruhu-session-references.h"
#include "ruhu-value.h"

#include <glib/gi18n.h>

/* In ms: after this long without a key, what is wrong with a field is said although the keyboard is still in it. */
#define PATIENCE 800

struct _RuhuRecordEditor
{
  GtkWidget parent_instance;

  /* Owned. */
  RuhuEditSession *session;
  char *record;
  GPtrArray *rows;     /* RuhuFieldRow, borrowed from the widget tree */
  GHashTable *touched; /* rows in which something was typed, or that were left */

  /* Borrowed. */
  RuhuRecordType *type;
  GtkWidget *box;
  GtkWidget *message; /* about the record as a whole */
  RuhuFieldRow *typing;

  guint patience;
  gboolean is_revealed;
};

G_DEFINE_FINAL_TYPE (RuhuRecordEditor, ruhu_record_editor, GTK_TYPE_WIDGET)

/* --- what the session says --- */

static void
show_meanwhile (RuhuRecordEditor *self, RuhuFieldRow *row, json_object *value)
{
  RuhuField *field = ruhu_field_row_get_field (row);
  g_autofree char *now = ruhu_value_format (field, value);
  g_autofree char *text = g_strdup_printf (_ ("Since this visit was begun, somebody else recorded: %s"), now[0] != '\0' ? now : _ ("nothing"));

  ruhu_field_row_set_message (row, RUHU_SEVERITY_WARNING, text);
}

static RuhuFieldRow *
find_row (RuhuRecordEditor *self, RuhuField *field)
{
  for (guint i = 0; i < self->rows->len; i++)
    if (ruhu_field_row_get_field (self->rows->pdata[i]) == field)
      return self->rows->pdata[i];
  return NULL;
}

static gboolean
is_typed_elsewhere (RuhuRecordEditor *self, RuhuField *field)
{
  RuhuDraftBody *body = ruhu_edit_session_get_body (self->session);
  const char *type = field->record->name;
  g_autoptr (GPtrArray) ids = NULL;

  if (field->record == self->type)
    return ruhu_draft_body_is_changed (body, type, self->record, field->name);
  ids = ruhu_draft_body_list_records (body, type);
  for (guint i = 0; i < ids->len; i++)
    if (ruhu_draft_body_is_changed (body, type, ids->pdata[i], field->name))
      return TRUE;
  return FALSE;
}

/* What nobody has come to yet is no mistake; what does not fit with what was just typed is one, wherever it is shown. */
static gboolean
is_due (RuhuRecordEditor *self, RuhuFieldRow *row, const RuhuFinding *finding)
{
  g_autoptr (GPtrArray) fields = NULL;

  if (self->is_revealed || g_hash_table_contains (self->touched, row))
    return TRUE;
  fields = ruhu_edit_session_list_uses (self->session, finding);
  for (guint i = 0; i < fields->len; i++)
    {
      RuhuFieldRow *other = find_row (self, fields->pdata[i]);

      if (other != NULL ? g_hash_table_contains (self->touched, other) : is_typed_elsewhere (self, fields->pdata[i]))
        return TRUE;
    }
  return FALSE;
}

static void
update_message (RuhuRecordEditor *self, RuhuFieldRow *row)
{
  RuhuField *field = ruhu_field_row_get_field (row);
  const RuhuFinding *finding = ruhu_edit_session_get_finding (self->session, self->type, field, self->record);
  json_object *meanwhile = NULL;

  if (finding != NULL && !is_due (self, row, finding))
    finding = NULL;
  if ((finding == NULL || finding->severity != RUHU_SEVERITY_ERROR) && ruhu_edit_session_get_meanwhile (self->session, field, self->record, &meanwhile))
    show_meanwhile (self, row, meanwhile);
  else
    ruhu_field_row_set_message (row, finding != NULL ? finding->severity : RUHU_SEVERITY_WARNING, finding != NULL ? finding->message : NULL);
}

static void
update_visible (RuhuRecordEditor *self, RuhuFieldRow *row)
{
  RuhuField *field = ruhu_field_row_get_field (row);
  RuhuDraftBody *body = ruhu_edit_session_get_body (self->session);
  gboolean visible = ruhu_edit_session_is_relevant (self->session, field, self->record);

  /* What cannot be filled in here is shown where there is something to read. */
  if (ruhu_edit_session_get_read_only (self->session, field, self->record) != NULL)
    visible = visible && ruhu_draft_body_get_value (body, self->type->name, self->record, field->name) != NULL;
  gtk_widget_set_visible (GTK_WIDGET (row), visible);
}

/* What is known of it by now. */
static void
update_proposed (RuhuRecordEditor *self, RuhuFieldRow *row)
{
  g_autofree char *since = NULL;
  g_autoptr (RuhuJson) proposed = ruhu_edit_session_dup_proposed (self->session, ruhu_field_row_get_field (row), self->record, &since);

  ruhu_field_row_set_proposed (row, proposed, since);
}

/* A heading stands as long as one of the rows below it does. */
static void
update_headings (RuhuRecordEditor *self)
{
  GtkWidget *heading = NULL;
  gboolean visible = FALSE;

  for (GtkWidget *child = gtk_widget_get_first_child (self->box); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      if (RUHU_IS_FIELD_ROW (child))
        visible = visible || gtk_widget_get_visible (child);
      else
        {
          if (heading != NULL)
            gtk_widget_set_visible (heading, visible);
          heading = child;
          visible = FALSE;
        }
    }
  if (heading != NULL)
    gtk_widget_set_visible (heading, visible);
}

static void
update (RuhuRecordEditor *self)
{
  const RuhuFinding *finding = ruhu_edit_session_get_finding (self->session, self->type, NULL, self->record);
  gboolean shown = finding != NULL && (self->is_revealed || g_hash_table_size (self->touched) > 0);

  for (guint i = 0; i < self->rows->len; i++)
    {
      update_visible (self, self->rows->pdata[i]);
      update_message (self, self->rows->pdata[i]);
      update_proposed (self, self->rows->pdata[i]);
    }
  update_headings (self);
  gtk_widget_set_visible (self->message, shown);
  if (!shown)
    return;
  gtk_label_set_text (GTK_LABEL (self->message), finding->message);
  gtk_widget_remove_css_class (self->message, finding->severity == RUHU_SEVERITY_ERROR ? "warning" : "error");
  gtk_widget_add_css_class (self->message, finding->severity == RUHU_SEVERITY_ERROR ? "error" : "warning");
}

static void
checked_cb (RuhuRecordEditor *self, const char *type, const char *record)
{
  /* "": what the rules say, which may be about any record. */
  if (*type == '\0' || (g_strcmp0 (type, self->type->name) == 0 && g_strcmp0 (record, self->record) == 0))
    update (self);
}

/* Shows what the session holds, unless that is what the row says already. */
static void
load_row (RuhuRecordEditor *self, RuhuFieldRow *row)
{
  RuhuField *field = ruhu_field_row_get_field (row);
  RuhuDraftBody *body = ruhu_edit_session_get_body (self->session);
  const char *text = ruhu_draft_body_get_text (body, self->type->name, self->record, field->name);
  json_object *value = ruhu_draft_body_get_value (body, self->type->name, self->record, field->name);
  g_autofree char *typed = NULL;
  g_autoptr (RuhuJson) shown = NULL;

  if (text != NULL)
    {
      typed = ruhu_field_row_dup_text (row);
      if (g_strcmp0 (typed, text) != 0)
        ruhu_field_row_set_text (row, text);
      return;
    }
  if (!ruhu_field_row_get_value (row, &shown, NULL) || !ruhu_value_equal (shown, value))
    ruhu_field_row_set_value (row, value);
}

static void
give_references (RuhuRecordEditor *self, RuhuFieldRow *row, RuhuField *field)
{
  g_autoptr (GListModel) references = ruhu_session_list_references (self->session, field, self->record);

  ruhu_field_row_set_references (row, references);
}

/* Whoever has come, or has another name now, is offered under it. */
static void
renew_references (RuhuRecordEditor *self, const char *type)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      RuhuField *field = ruhu_field_row_get_field (self->rows->pdata[i]);

      if (field->type == RUHU_TYPE_REFERENCE && g_strcmp0 (field->reference, type) == 0)
        give_references (self, self->rows->pdata[i], field);
    }
}

/* The same record may be open in another step. */
static void
edited_cb (RuhuRecordEditor *self, const char *type, const char *record)
{
  renew_references (self, type);
  if (g_strcmp0 (type, self->type->name) != 0 || g_strcmp0 (record, self->record) != 0)
    return;
  for (guint i = 0; i < self->rows->len; i++)
    load_row (self, self->rows->pdata[i]);
}

/* --- what a person does --- */

static void
touch (RuhuRecordEditor *self, RuhuFieldRow *row)
{
  if (g_hash_table_add (self->touched, row))
    update (self);
}

static gboolean
patience_cb (gpointer data)
{
  RuhuRecordEditor *self = data;

  self->patience = 0;
  touch (self, self->typing);
  return G_SOURCE_REMOVE;
}

static void
row_changed_cb (RuhuRecordEditor *self, RuhuFieldRow *row)
{
  g_autoptr (RuhuJson) value = NULL;
  g_autofree char *text = ruhu_field_row_dup_text (row);

  if (ruhu_field_row_get_value (row, &value, NULL))
    ruhu_edit_session_set_value (self->session, ruhu_field_row_get_field (row), self->record, value);
  else if (text != NULL)
    ruhu_edit_session_set_text (self->session, ruhu_field_row_get_field (row), self->record, text);
  g_clear_handle_id (&self->patience, g_source_remove);
  self->typing = row;
  self->patience = g_timeout_add (PATIENCE, patience_cb, self);
}

static void
row_left_cb (RuhuRecordEditor *self, RuhuFieldRow *row)
{
  g_clear_handle_id (&self->patience, g_source_remove);
  touch (self, row);
  ruhu_edit_session_store (self->session);
}

/* --- building --- */

static void
add_row (RuhuRecordEditor *self, RuhuField *field)
{
  GtkWidget *row = ruhu_field_row_new (field);
  int year = 0;
  json_object *previous = ruhu_edit_session_get_previous (self->session, field, self->record, &year);
  const char *read_only = ruhu_edit_session_get_read_only (self->session, field, self->record);

  if (field->type == RUHU_TYPE_REFERENCE)
    give_references (self, RUHU_FIELD_ROW (row), field);
  load_row (self, RUHU_FIELD_ROW (row));
  if (read_only != NULL)
    ruhu_field_row_set_read_only (RUHU_FIELD_ROW (row), read_only);
  else
    ruhu_field_row_set_previous (RUHU_FIELD_ROW (row), previous, year);
  g_signal_connect_object (row, "changed", G_CALLBACK (row_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (row, "left", G_CALLBACK (row_left_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (self->box), row);
  g_ptr_array_add (self->rows, row);
}

static void
add_heading (RuhuRecordEditor *self, const char *name)
{
  for (guint i = 0; self->type->sections != NULL && i < self->type->sections->len; i++)
    {
      RuhuSection *section = self->type->sections->pdata[i];
      GtkWidget *label;

      if (g_strcmp0 (section->name, name) != 0)
        continue;
      label = gtk_label_new (ruhu_label_get (&section->label));
      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_label_set_wrap (GTK_LABEL (label), TRUE);
      gtk_widget_add_css_class (label, "heading");
      gtk_widget_add_css_class (label, "ruhu-section");
      gtk_box_append (GTK_BOX (self->box), label);
    }
}

static void
build (RuhuRecordEditor *self, RuhuFormPart *part)
{
  g_autoptr (GPtrArray) fields = ruhu_session_list_fields (self->type, part);
  const char *section = NULL;

  for (guint i = 0; i < fields->len; i++)
    {
      RuhuField *field = fields->pdata[i];

      /* A part that names its fields is its own arrangement. */
      if ((part == NULL || part->fields == NULL || part->fields->len == 0) && g_strcmp0 (field->section, section) != 0)
        {
          section = field->section;
          add_heading (self, section);
        }
      add_row (self, field);
    }
}

static void
ruhu_record_editor_dispose (GObject *object)
{
  RuhuRecordEditor *self = RUHU_RECORD_EDITOR (object);
  GtkWidget *child;

  g_clear_handle_id (&self->patience, g_source_remove);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (self->session, self);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (ruhu_record_editor_parent_class)->dispose (object);
}

static void
ruhu_record_editor_finalize (GObject *object)
{
  RuhuRecordEditor *self = RUHU_RECORD_EDITOR (object);

  g_hash_table_unref (self->touched);
  g_free (self->record);
  G_OBJECT_CLASS (ruhu_record_editor_parent_class)->finalize (object);
}

static void
ruhu_record_editor_class_init (RuhuRecordEditorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = ruhu_record_editor_dispose;
  object_class->finalize = ruhu_record_editor_finalize;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static void
ruhu_record_editor_init (RuhuRecordEditor *self)
{
  GtkWidget *outer = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  self->rows = g_ptr_array_new ();
  self->touched = g_hash_table_new (NULL, NULL);
  self->message = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (self->message), TRUE);
  gtk_label_set_xalign (GTK_LABEL (self->message), 0);
  gtk_widget_add_css_class (self->message, "ruhu-section");
  gtk_widget_set_visible (self->message, FALSE);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (outer), self->message);
  gtk_box_append (GTK_BOX (outer), self->box);
  gtk_widget_set_parent (outer, GTK_WIDGET (self));
}

GtkWidget *
ruhu_record_editor_new (RuhuEditSession *session, RuhuRecordType *type, RuhuFormPart *part, const char *record)
{
  RuhuRecordEditor *self = g_object_new (RUHU_TYPE_RECORD_EDITOR, NULL);

  self->session = g_object_ref (session);
  self->type = type;
  self->record = g_strdup (record);
  build (self, part);
  g_signal_connect_object (session, "checked", G_CALLBACK (checked_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "edited", G_CALLBACK (edited_cb), self, G_CONNECT_SWAPPED);
  update (self);
  ruhu_edit_session_check (session, type, record);
  return GTK_WIDGET (self);
}

RuhuRecordType *
ruhu_record_editor_get_record_type (RuhuRecordEditor *self)
{
  g_return_val_if_fail (RUHU_IS_RECORD_EDITOR (self), NULL);
  return self->type;
}

const char *
ruhu_record_editor_get_record (RuhuRecordEditor *self)
{
  g_return_val_if_fail (RUHU_IS_RECORD_EDITOR (self), NULL);
  return self->record;
}

void
ruhu_record_editor_reveal (RuhuRecordEditor *self)
{
  g_return_if_fail (RUHU_IS_RECORD_EDITOR (self));
  self->is_revealed = TRUE;
  update (self);
}

gboolean
ruhu_record_editor_focus_field (RuhuRecordEditor *self, const char *field)
{
  g_return_val_if_fail (RUHU_IS_RECORD_EDITOR (self), FALSE);
  for (guint i = 0; i < self->rows->len; i++)
    {
      RuhuFieldRow *row = self->rows->pdata[i];

      if (field != NULL && g_strcmp0 (ruhu_field_row_get_field (row)->name, field) != 0)
        continue;
      if (gtk_widget_grab_focus (GTK_WIDGET (row)))
        return TRUE;
    }
  return FALSE;
}
