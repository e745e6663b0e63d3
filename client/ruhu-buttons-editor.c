/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-buttons-editor"

#include "config.h"

#include "ruhu-buttons-editor.h"

#include "ruhu-cleanups.h"
#include "ruhu-value.h"
#include "ruhu-wrap-layout.h"

#include <glib/gi18n.h>

struct _RuhuButtonsEditor
{
  RuhuFieldEditor parent_instance;

  /* Owned by the widget tree; each carries its code as "ruhu-code". */
  GPtrArray *buttons;

  gboolean is_settling;
};

G_DEFINE_FINAL_TYPE (RuhuButtonsEditor, ruhu_buttons_editor, RUHU_TYPE_FIELD_EDITOR)

static RuhuField *
get_field (RuhuButtonsEditor *self)
{
  return ruhu_field_editor_get_field (RUHU_FIELD_EDITOR (self));
}

static gboolean
get_active (GtkWidget *button)
{
  return GTK_IS_CHECK_BUTTON (button) ? gtk_check_button_get_active (GTK_CHECK_BUTTON (button)) : gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (button));
}

static void
set_active (GtkWidget *button, gboolean active)
{
  if (GTK_IS_CHECK_BUTTON (button))
    gtk_check_button_set_active (GTK_CHECK_BUTTON (button), active);
  else
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), active);
}

static const char *
get_code (GtkWidget *button)
{
  return g_object_get_data (G_OBJECT (button), "ruhu-code");
}

/* Not a radio group: the active button can be pressed again to say nothing. */
static void
toggled_cb (RuhuButtonsEditor *self, GtkWidget *button)
{
  if (self->is_settling)
    return;
  self->is_settling = TRUE;
  if (get_field (self)->type != RUHU_TYPE_CHOICES && get_active (button))
    {
      for (guint i = 0; i < self->buttons->len; i++)
        if (self->buttons->pdata[i] != button)
          set_active (self->buttons->pdata[i], FALSE);
    }
  self->is_settling = FALSE;
  ruhu_field_editor_changed (RUHU_FIELD_EDITOR (self));
}

static void
add_button (RuhuButtonsEditor *self, const char *code, const char *label, gboolean retired)
{
  GtkWidget *button;

  if (get_field (self)->type == RUHU_TYPE_CHOICES)
    button = gtk_check_button_new_with_label (label);
  else
    button = gtk_toggle_button_new_with_label (label);
  gtk_widget_add_css_class (button, "ruhu-option");
  gtk_widget_set_visible (button, !retired);
  g_object_set_data_full (G_OBJECT (button), "ruhu-code", g_strdup (code), g_free);
  g_object_set_data (G_OBJECT (button), "ruhu-retired", GINT_TO_POINTER (retired));
  g_signal_connect_object (button, "toggled", G_CALLBACK (toggled_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_set_parent (button, GTK_WIDGET (self));
  g_ptr_array_add (self->buttons, button);
}

static gboolean
key_pressed_cb (RuhuButtonsEditor *self, guint keyval, guint keycode, GdkModifierType state)
{
  guint number = gdk_keyval_to_unicode (keyval) - '1';

  if ((state & (GDK_CONTROL_MASK | GDK_ALT_MASK)) != 0 || number >= self->buttons->len)
    return GDK_EVENT_PROPAGATE;
  gtk_widget_grab_focus (self->buttons->pdata[number]);
  set_active (self->buttons->pdata[number], !get_active (self->buttons->pdata[number]));
  return GDK_EVENT_STOP;
}

/* One stop of the Tab key for the whole group: at what is chosen, else at the first. Arrows go from button to button. */
static gboolean
ruhu_buttons_editor_focus (GtkWidget *widget, GtkDirectionType direction)
{
  RuhuButtonsEditor *self = RUHU_BUTTONS_EDITOR (widget);
  gboolean is_tab = direction == GTK_DIR_TAB_FORWARD || direction == GTK_DIR_TAB_BACKWARD;

  if (!is_tab)
    return GTK_WIDGET_CLASS (ruhu_buttons_editor_parent_class)->focus (widget, direction);
  if (gtk_widget_get_focus_child (widget) != NULL)
    return FALSE;
  for (guint i = 0; i < self->buttons->len; i++)
    if (get_active (self->buttons->pdata[i]))
      return gtk_widget_grab_focus (self->buttons->pdata[i]);
  for (guint i = 0; i < self->buttons->len; i++)
    if (gtk_widget_get_visible (self->buttons->pdata[i]))
      return gtk_widget_grab_focus (self->buttons->pdata[i]);
  return FALSE;
}

static gboolean
contains_code (RuhuField *field, json_object *value, const char *code)
{
  if (value == NULL)
    return FALSE;
  if (field->type == RUHU_TYPE_BOOLEAN)
    return g_str_equal (code, json_object_get_boolean (value) ? "1" : "0");
  if (!json_object_is_type (value, json_type_array))
    return g_strcmp0 (code, json_object_get_string (value)) == 0;
  for (size_t i = 0; i < json_object_array_length (value); i++)
    if (g_strcmp0 (code, json_object_get_string (json_object_array_get_idx (value, i))) == 0)
      return TRUE;
  return FALSE;
}

static void
ruhu_buttons_editor_set_value (RuhuFieldEditor *editor, json_object *value)
{
  RuhuButtonsEditor *self = RUHU_BUTTONS_EDITOR (editor);

  self->is_settling = TRUE;
  for (guint i = 0; i < self->buttons->len; i++)
    {
      GtkWidget *button = self->buttons->pdata[i];
      gboolean active = contains_code (get_field (self), value, get_code (button));

      set_active (button, active);
      if (g_object_get_data (G_OBJECT (button), "ruhu-retired") != NULL)
        gtk_widget_set_visible (button, active);
    }
  self->is_settling = FALSE;
}

static int
compare_codes (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static json_object *
make_array (GPtrArray *codes)
{
  json_object *array;

  if (codes->len == 0)
    return NULL;
  g_ptr_array_sort (codes, compare_codes);
  array = json_object_new_array ();
  for (guint i = 0; i < codes->len; i++)
    json_object_array_add (array, json_object_new_string (codes->pdata[i]));
  return array;
}

static gboolean
ruhu_buttons_editor_get_value (RuhuFieldEditor *editor, json_object **value, GError **error)
{
  RuhuButtonsEditor *self = RUHU_BUTTONS_EDITOR (editor);
  RuhuField *field = get_field (self);
  g_autoptr (GPtrArray) codes = g_ptr_array_new ();
  g_autoptr (RuhuJson) result = NULL;

  for (guint i = 0; i < self->buttons->len; i++)
    if (get_active (self->buttons->pdata[i]))
      g_ptr_array_add (codes, (gpointer) get_code (self->buttons->pdata[i]));
  if (field->type == RUHU_TYPE_CHOICES)
    result = make_array (codes);
  else if (codes->len > 0 && field->type == RUHU_TYPE_BOOLEAN)
    result = json_object_new_boolean (g_str_equal (codes->pdata[0], "1"));
  else if (codes->len > 0)
    result = json_object_new_string (codes->pdata[0]);
  if (!ruhu_value_check (field, result, error))
    return FALSE;
  *value = g_steal_pointer (&result);
  return TRUE;
}

static void
ruhu_buttons_editor_constructed (GObject *object)
{
  RuhuButtonsEditor *self = RUHU_BUTTONS_EDITOR (object);
  RuhuField *field = get_field (self);

  G_OBJECT_CLASS (ruhu_buttons_editor_parent_class)->constructed (object);
  if (field->type == RUHU_TYPE_BOOLEAN)
    {
      add_button (self, "1", _ ("Yes"), FALSE);
      add_button (self, "0", _ ("No"), FALSE);
      return;
    }
  for (guint i = 0; i < field->choices->choices->len; i++)
    {
      RuhuChoice *choice = field->choices->choices->pdata[i];

      add_button (self, choice->code, ruhu_label_get (&choice->label), choice->retired);
    }
}

static void
ruhu_buttons_editor_finalize (GObject *object)
{
  g_ptr_array_unref (RUHU_BUTTONS_EDITOR (object)->buttons);
  G_OBJECT_CLASS (ruhu_buttons_editor_parent_class)->finalize (object);
}

static void
ruhu_buttons_editor_class_init (RuhuButtonsEditorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  RuhuFieldEditorClass *editor_class = RUHU_FIELD_EDITOR_CLASS (klass);

  object_class->constructed = ruhu_buttons_editor_constructed;
  object_class->finalize = ruhu_buttons_editor_finalize;
  widget_class->focus = ruhu_buttons_editor_focus;
  editor_class->set_value = ruhu_buttons_editor_set_value;
  editor_class->get_value = ruhu_buttons_editor_get_value;
  gtk_widget_class_set_layout_manager_type (widget_class, RUHU_TYPE_WRAP_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
ruhu_buttons_editor_init (RuhuButtonsEditor *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->buttons = g_ptr_array_new ();
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_pressed_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
}
