/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-field-row"

#include "config.h"

#include "ruhu-field-row.h"

#include "ruhu-cleanups.h"
#include "ruhu-describe.h"
#include "ruhu-field-editor.h"
#include "ruhu-form-style.h"
#include "ruhu-pair-layout.h"
#include "ruhu-value.h"

#include <glib/gi18n.h>

struct _RuhuFieldRow
{
  GtkWidget parent_instance;

  /* Template. */
  GtkLabel *label;
  GtkWidget *required;
  GtkLabel *hint;
  GtkBox *value_box;
  GtkLabel *read_only;
  GtkWidget *previous_box;
  GtkLabel *previous;
  GtkWidget *restore;
  GtkWidget *message_box;
  GtkImage *message_icon;
  GtkLabel *message;

  /* Borrowed. */
  RuhuField *field;
  RuhuFieldEditor *editor; /* NULL for what cannot be edited */

  /* Owned. */
  json_object *value_before;
  GListModel *references;
  char *own_message;   /* what is typed is no value */
  char *given_message; /* ruhu_field_row_set_message() */

  RuhuSeverity given_severity;
  int year_before; /* whose value @value_before is; 0: that of the opening */
  char *since;     /* @value_before was never entered, but is known from then on; or NULL */
  gboolean is_read_only;
};

enum
{
  CHANGED,
  LEFT,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RuhuFieldRow, ruhu_field_row, GTK_TYPE_WIDGET)

static void
show_message (RuhuFieldRow *self)
{
  const char *message = ruhu_field_row_get_message (self);
  gboolean is_error = self->own_message != NULL || self->given_severity == RUHU_SEVERITY_ERROR;
  static const char *const classes[] = { "warning", "error" };

  gtk_widget_set_visible (self->message_box, message != NULL);
  gtk_label_set_text (self->message, message != NULL ? message : "");
  gtk_image_set_from_icon_name (self->message_icon, is_error ? "dialog-error-symbolic" : "dialog-warning-symbolic");
  gtk_widget_remove_css_class (self->message_box, classes[!is_error]);
  gtk_widget_add_css_class (self->message_box, classes[is_error]);
  if (self->editor != NULL)
    ruhu_field_editor_set_message (self->editor, message, message != NULL && is_error);
}

static gboolean
is_empty (RuhuFieldRow *self)
{
  g_autoptr (RuhuJson) value = NULL;

  return ruhu_field_editor_get_value (self->editor, &value, NULL) && value == NULL;
}

static void
show_previous (RuhuFieldRow *self)
{
  g_autoptr (RuhuJson) value = NULL;
  g_autofree char *before = NULL;
  g_autofree char *text = NULL;
  gboolean differs;

  /* Where nothing was, there is nothing to compare with. */
  if (self->value_before == NULL || self->editor == NULL || self->is_read_only)
    return;
  differs = !ruhu_field_editor_get_value (self->editor, &value, NULL) || !ruhu_value_equal (value, self->value_before);
  if (self->since != NULL)
    differs = differs && is_empty (self);
  gtk_widget_set_visible (self->previous_box, differs);
  if (!differs)
    return;
  before = ruhu_field_row_format (self->field, self->value_before, self->references);
  if (self->since != NULL)
    /* Translators: a time of day, and how long that is ago. */
    text = g_strdup_printf (_ ("Since %s: %s"), self->since, before);
  else
    /* Translators: a year, and what was answered in it. */
    text = self->year_before > 0 ? g_strdup_printf (_ ("In %d: %s"), self->year_before, before) : g_strdup_printf (_ ("Before: %s"), before);
  gtk_label_set_text (self->previous, text);
}

/* Says what is wrong with the text itself. */
static void
check_text (RuhuFieldRow *self)
{
  g_autoptr (RuhuJson) value = NULL;
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->own_message, g_free);
  if (!ruhu_field_editor_get_value (self->editor, &value, &error))
    self->own_message = g_strdup (error->message);
  show_message (self);
}

static void
editor_changed_cb (RuhuFieldRow *self)
{
  /* While somebody types, an unfinished date is no mistake: a complaint goes away at once, but comes only when the row is left. */
  if (self->own_message != NULL)
    check_text (self);
  show_previous (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
focus_left_cb (RuhuFieldRow *self)
{
  if (self->editor == NULL || self->is_read_only)
    return;
  check_text (self);
  g_signal_emit (self, signals[LEFT], 0);
}

static void
restore_cb (RuhuFieldRow *self)
{
  ruhu_field_editor_set_value (self->editor, self->value_before);
  check_text (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->editor));
  show_previous (self);
  g_signal_emit (self, signals[CHANGED], 0);
  g_signal_emit (self, signals[LEFT], 0);
}

/* The button is no stop of the Tab key, which would stand in the way of everybody who types on: this is its key. */
static gboolean
restore_key (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  RuhuFieldRow *self = RUHU_FIELD_ROW (widget);

  if (!gtk_widget_get_visible (self->previous_box))
    return FALSE;
  restore_cb (self);
  return TRUE;
}

static gboolean
ruhu_field_row_grab_focus (GtkWidget *widget)
{
  RuhuFieldRow *self = RUHU_FIELD_ROW (widget);

  return self->editor != NULL && !self->is_read_only && gtk_widget_grab_focus (GTK_WIDGET (self->editor));
}

static gboolean
ruhu_field_row_focus (GtkWidget *widget, GtkDirectionType direction)
{
  if (direction == GTK_DIR_TAB_FORWARD || direction == GTK_DIR_TAB_BACKWARD)
    return ruhu_field_editor_move_focus (widget, direction);
  return GTK_WIDGET_CLASS (ruhu_field_row_parent_class)->focus (widget, direction);
}

static void
ruhu_field_row_dispose (GObject *object)
{
  RuhuFieldRow *self = RUHU_FIELD_ROW (object);
  GtkWidget *child;

  self->editor = NULL;
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&self->references);
  g_clear_pointer (&self->value_before, json_object_put);
  G_OBJECT_CLASS (ruhu_field_row_parent_class)->dispose (object);
}

static void
ruhu_field_row_finalize (GObject *object)
{
  RuhuFieldRow *self = RUHU_FIELD_ROW (object);

  g_free (self->own_message);
  g_free (self->given_message);
  g_free (self->since);
  G_OBJECT_CLASS (ruhu_field_row_parent_class)->finalize (object);
}

static void
ruhu_field_row_class_init (RuhuFieldRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = ruhu_field_row_dispose;
  object_class->finalize = ruhu_field_row_finalize;
  widget_class->focus = ruhu_field_row_focus;
  widget_class->grab_focus = ruhu_field_row_grab_focus;
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[LEFT] = g_signal_new ("left", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  ruhu_form_add_style ();
  gtk_widget_class_set_template_from_resource (widget_class, "/org/ruhu/form/ruhu-field-row.ui");
  gtk_widget_class_bind_template_child (widget_class, RuhuFieldRow, label);
  gtk_widget_class_bind_template_child (widget_class, RuhuFieldRow, required);
  gtk_widget_class_bind_template_child (widget_class, RuhuFieldRow, hint);
  gtk_widget_class_bind_template_child (widget_class, RuhuFieldRow, value_box);
  gtk_widget_class_bind_template_child (widget_class, RuhuFieldRow, read_only);
  gtk_widget_class_bind_template_child (widget_class, RuhuFieldRow, previous_box);
  gtk_widget_class_bind_template_child (widget_class, RuhuFieldRow, previous);
  gtk_widget_class_bind_template_child (widget_class, RuhuFieldRow, restore);
  gtk_widget_class_bind_template_child (widget_class, RuhuFieldRow, message_box);
  gtk_widget_class_bind_template_child (widget_class, RuhuFieldRow, message_icon);
  gtk_widget_class_bind_template_child (widget_class, RuhuFieldRow, message);
  gtk_widget_class_bind_template_callback (widget_class, restore_cb);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_u, GDK_CONTROL_MASK, restore_key, NULL);
  gtk_widget_class_set_layout_manager_type (widget_class, RUHU_TYPE_PAIR_LAYOUT);
}

static void
ruhu_field_row_init (RuhuFieldRow *self)
{
  GtkEventController *focus = gtk_event_controller_focus_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (focus, "leave", G_CALLBACK (focus_left_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), focus);
}

GtkWidget *
ruhu_field_row_new (RuhuField *field)
{
  RuhuFieldRow *self = g_object_new (RUHU_TYPE_FIELD_ROW, NULL);
  const char *hint = ruhu_label_get (&field->hint);

  self->field = field;
  gtk_label_set_text (self->label, ruhu_label_get (&field->label));
  gtk_widget_set_visible (self->required, field->required);
  gtk_label_set_text (self->hint, hint);
  gtk_widget_set_visible (GTK_WIDGET (self->hint), hint[0] != '\0');
  self->editor = ruhu_field_editor_new (field);
  gtk_widget_set_visible (GTK_WIDGET (self), self->editor != NULL);
  if (self->editor == NULL)
    return GTK_WIDGET (self);
  gtk_box_prepend (self->value_box, GTK_WIDGET (self->editor));
  ruhu_field_editor_set_label (self->editor, GTK_WIDGET (self->label));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->editor), GTK_ACCESSIBLE_PROPERTY_REQUIRED, field->required, -1);
  g_signal_connect_object (self->editor, "changed", G_CALLBACK (editor_changed_cb), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}

RuhuField *
ruhu_field_row_get_field (RuhuFieldRow *self)
{
  g_return_val_if_fail (RUHU_IS_FIELD_ROW (self), NULL);
  return self->field;
}

static void
show_read_only (RuhuFieldRow *self, json_object *value)
{
  g_autofree char *text = ruhu_field_row_format (self->field, value, self->references);

  gtk_label_set_text (self->read_only, text[0] != '\0' ? text : _ ("Nothing recorded"));
}

void
ruhu_field_row_set_value (RuhuFieldRow *self, json_object *value)
{
  g_return_if_fail (RUHU_IS_FIELD_ROW (self));
  if (self->editor == NULL)
    return;
  ruhu_field_editor_set_value (self->editor, value);
  show_read_only (self, value);
  g_clear_pointer (&self->own_message, g_free);
  show_message (self);
  show_previous (self);
}

gboolean
ruhu_field_row_get_value (RuhuFieldRow *self, json_object **value, GError **error)
{
  g_return_val_if_fail (RUHU_IS_FIELD_ROW (self), FALSE);
  if (self->editor != NULL)
    return ruhu_field_editor_get_value (self->editor, value, error);
  *value = NULL;
  return TRUE;
}

char *
ruhu_field_row_dup_text (RuhuFieldRow *self)
{
  g_return_val_if_fail (RUHU_IS_FIELD_ROW (self), NULL);
  return self->editor != NULL ? ruhu_field_editor_dup_text (self->editor) : NULL;
}

void
ruhu_field_row_set_text (RuhuFieldRow *self, const char *text)
{
  g_return_if_fail (RUHU_IS_FIELD_ROW (self));
  if (self->editor == NULL)
    return;
  ruhu_field_editor_set_text (self->editor, text);
  check_text (self);
  show_previous (self);
}

void
ruhu_field_row_set_previous (RuhuFieldRow *self, json_object *value, int year)
{
  g_return_if_fail (RUHU_IS_FIELD_ROW (self));
  g_clear_pointer (&self->value_before, json_object_put);
  self->value_before = json_object_get (value);
  self->year_before = year;
  if (year > 0)
    {
      gtk_button_set_icon_name (GTK_BUTTON (self->restore), "edit-copy-symbolic");
      gtk_widget_set_tooltip_text (self->restore, _ ("The same again (Ctrl+U)"));
      gtk_accessible_update_property (GTK_ACCESSIBLE (self->restore), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("The same again"), -1);
    }
  show_previous (self);
}

void
ruhu_field_row_set_proposed (RuhuFieldRow *self, json_object *value, const char *since)
{
  g_return_if_fail (RUHU_IS_FIELD_ROW (self));
  if (value == NULL && self->since == NULL)
    return;
  g_clear_pointer (&self->value_before, json_object_put);
  g_free (self->since);
  self->value_before = json_object_get (value);
  self->since = g_strdup (since);
  gtk_widget_set_visible (self->previous_box, FALSE);
  gtk_button_set_icon_name (GTK_BUTTON (self->restore), "edit-copy-symbolic");
  gtk_widget_set_tooltip_text (self->restore, _ ("Enter this (Ctrl+U)"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->restore), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Enter this"), -1);
  show_previous (self);
}

void
ruhu_field_row_set_message (RuhuFieldRow *self, RuhuSeverity severity, const char *message)
{
  g_return_if_fail (RUHU_IS_FIELD_ROW (self));
  if (g_strcmp0 (message, self->given_message) == 0 && severity == self->given_severity)
    return;
  g_free (self->given_message);
  self->given_message = g_strdup (message);
  self->given_severity = severity;
  show_message (self);
}

const char *
ruhu_field_row_get_message (RuhuFieldRow *self)
{
  g_return_val_if_fail (RUHU_IS_FIELD_ROW (self), NULL);
  return self->own_message != NULL ? self->own_message : self->given_message;
}

void
ruhu_field_row_set_references (RuhuFieldRow *self, GListModel *references)
{
  g_return_if_fail (RUHU_IS_FIELD_ROW (self));
  if (self->editor == NULL || !g_set_object (&self->references, references))
    return;
  ruhu_field_editor_set_references (self->editor, references);
  show_previous (self);
}

void
ruhu_field_row_set_read_only (RuhuFieldRow *self, const char *reason)
{
  g_autoptr (RuhuJson) value = NULL;

  g_return_if_fail (RUHU_IS_FIELD_ROW (self));
  if (self->editor == NULL)
    return;
  self->is_read_only = TRUE;
  gtk_widget_set_visible (GTK_WIDGET (self->editor), FALSE);
  gtk_widget_set_visible (self->previous_box, FALSE);
  gtk_widget_set_visible (self->required, FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->read_only), TRUE);
  gtk_accessible_update_relation (GTK_ACCESSIBLE (self->read_only), GTK_ACCESSIBLE_RELATION_LABELLED_BY, self->label, NULL, -1);
  if (ruhu_field_editor_get_value (self->editor, &value, NULL))
    show_read_only (self, value);
  gtk_label_set_text (self->hint, reason);
  gtk_widget_set_visible (GTK_WIDGET (self->hint), reason[0] != '\0');
}

char *
ruhu_field_row_format (RuhuField *field, json_object *value, GListModel *references)
{
  const char *id = value != NULL && field->type == RUHU_TYPE_REFERENCE ? json_object_get_string (value) : NULL;

  for (guint i = 0; id != NULL && references != NULL && i < g_list_model_get_n_items (references); i++)
    {
      g_autoptr (RuhuReferenceItem) item = g_list_model_get_item (references, i);

      if (g_strcmp0 (ruhu_reference_item_get_id (item), id) == 0)
        return g_strdup (ruhu_reference_item_get_title (item));
    }
  if (field->type == RUHU_TYPE_REFERENCE)
    return ruhu_value_format (field, value);
  return ruhu_describe_value (NULL, field, value);
}
