/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-entry-editor"

#include "config.h"

#include "ruhu-entry-editor.h"

#include "ruhu-cleanups.h"
#include "ruhu-describe.h"
#include "ruhu-value.h"

#include <glib/gi18n.h>

/* The privacy class of ID numbers and the like. */
#define MOST_PRIVATE 3

/* A text that may have no more characters needs no more room than a date. */
#define SHORT 12

struct _RuhuEntryEditor
{
  RuhuFieldEditor parent_instance;

  /* Borrowed from the widget tree. */
  GtkWidget *entry;
  GtkWidget *calendar;
  GtkWidget *popover;
  GtkEventControllerFocus *focus; /* of what is sensitive; else NULL */

  gboolean is_following; /* the calendar is being set to what is typed */
};

G_DEFINE_FINAL_TYPE (RuhuEntryEditor, ruhu_entry_editor, RUHU_TYPE_FIELD_EDITOR)

static char *
ruhu_entry_editor_dup_text (RuhuFieldEditor *editor)
{
  return g_strdup (gtk_editable_get_text (GTK_EDITABLE (RUHU_ENTRY_EDITOR (editor)->entry)));
}

static void
ruhu_entry_editor_set_text (RuhuFieldEditor *editor, const char *text)
{
  gtk_editable_set_text (GTK_EDITABLE (RUHU_ENTRY_EDITOR (editor)->entry), text);
}

static void
ruhu_entry_editor_set_value (RuhuFieldEditor *editor, json_object *value)
{
  g_autofree char *text = ruhu_value_to_entry (ruhu_field_editor_get_field (editor), value);

  ruhu_entry_editor_set_text (editor, text);
}

static gboolean
ruhu_entry_editor_get_value (RuhuFieldEditor *editor, json_object **value, GError **error)
{
  RuhuEntryEditor *self = RUHU_ENTRY_EDITOR (editor);

  return ruhu_value_parse (ruhu_field_editor_get_field (editor), gtk_editable_get_text (GTK_EDITABLE (self->entry)), value, error);
}

static GtkWidget *
ruhu_entry_editor_get_target (RuhuFieldEditor *editor)
{
  return RUHU_ENTRY_EDITOR (editor)->entry;
}

/* --- the calendar --- */

static void
take_date (RuhuEntryEditor *self, GDateTime *date)
{
  g_autofree char *text = g_date_time_format (date, "%Y-%m-%d");

  gtk_editable_set_text (GTK_EDITABLE (self->entry), text);
  gtk_popover_popdown (GTK_POPOVER (self->popover));
  gtk_widget_grab_focus (self->entry);
}

static void
day_selected_cb (RuhuEntryEditor *self)
{
  g_autoptr (GDateTime) date = NULL;

  if (self->is_following)
    return;
  date = gtk_calendar_get_date (GTK_CALENDAR (self->calendar));
  take_date (self, date);
}

static void
today_cb (RuhuEntryEditor *self)
{
  g_autoptr (GDateTime) today = ruhu_describe_now ();

  take_date (self, today);
}

static void
popover_shown_cb (RuhuEntryEditor *self)
{
  g_autoptr (RuhuJson) value = NULL;
  g_autoptr (GDateTime) date = NULL;
  g_autofree char *text = NULL;

  if (ruhu_entry_editor_get_value (RUHU_FIELD_EDITOR (self), &value, NULL) && value != NULL)
    {
      text = g_strdup_printf ("%sT00:00:00Z", json_object_get_string (value));
      date = g_date_time_new_from_iso8601 (text, NULL);
    }
  if (date == NULL)
    date = ruhu_describe_now ();
  self->is_following = TRUE;
  gtk_calendar_select_day (GTK_CALENDAR (self->calendar), date);
  self->is_following = FALSE;
}

static void
add_calendar (RuhuEntryEditor *self)
{
  GtkWidget *button = gtk_menu_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *today = gtk_button_new_with_label (_ ("Today"));

  self->calendar = gtk_calendar_new ();
  self->popover = gtk_popover_new ();
  gtk_box_append (GTK_BOX (box), self->calendar);
  gtk_box_append (GTK_BOX (box), today);
  gtk_popover_set_child (GTK_POPOVER (self->popover), box);
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (button), self->popover);
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), "x-office-calendar-symbolic");
  gtk_widget_set_tooltip_text (button, _ ("Choose a day"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Choose a day"), -1);
  g_signal_connect_object (self->calendar, "day-selected", G_CALLBACK (day_selected_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->popover, "show", G_CALLBACK (popover_shown_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (today, "clicked", G_CALLBACK (today_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_set_parent (button, GTK_WIDGET (self));
}

/* --- the entry --- */

static void
set_up_entry (RuhuEntryEditor *self, RuhuField *field)
{
  GtkEntry *entry = GTK_ENTRY (self->entry);

  switch (field->type)
    {
    case RUHU_TYPE_INTEGER:
      gtk_entry_set_input_purpose (entry, GTK_INPUT_PURPOSE_DIGITS);
      break;
    case RUHU_TYPE_DECIMAL:
    case RUHU_TYPE_MONEY:
      gtk_entry_set_input_purpose (entry, GTK_INPUT_PURPOSE_NUMBER);
      break;
    case RUHU_TYPE_DATE:
      gtk_entry_set_placeholder_text (entry, _ ("year-month-day"));
      break;
    case RUHU_TYPE_MONTH:
      gtk_entry_set_placeholder_text (entry, _ ("year-month"));
      break;
    default:
      if (field->has_max && field->max <= SHORT)
        break;
      gtk_widget_set_hexpand (self->entry, TRUE);
      return;
    }
  gtk_editable_set_width_chars (GTK_EDITABLE (entry), 14);
  gtk_editable_set_max_width_chars (GTK_EDITABLE (entry), 14);
}

/* Who looks over a shoulder sees what is sensitive only while it is being typed, or when it needs correcting. */
static void
update_shown (RuhuEntryEditor *self)
{
  g_autoptr (RuhuJson) value = NULL;
  gboolean is_value = ruhu_entry_editor_get_value (RUHU_FIELD_EDITOR (self), &value, NULL);

  gtk_entry_set_visibility (GTK_ENTRY (self->entry), !is_value || value == NULL || gtk_event_controller_focus_contains_focus (self->focus));
}

static void
hide_when_left (RuhuEntryEditor *self)
{
  self->focus = GTK_EVENT_CONTROLLER_FOCUS (gtk_event_controller_focus_new ());
  gtk_widget_add_controller (self->entry, GTK_EVENT_CONTROLLER (self->focus));
  gtk_widget_set_tooltip_text (self->entry, _ ("Hidden until you click into it"));
  g_signal_connect_object (self->focus, "notify::contains-focus", G_CALLBACK (update_shown), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->entry, "changed", G_CALLBACK (update_shown), self, G_CONNECT_SWAPPED);
}

static void
add_unit (RuhuEntryEditor *self, RuhuField *field)
{
  const char *unit = field->type == RUHU_TYPE_MONEY ? _ ("yuan") : ruhu_label_get (&field->unit_label);
  GtkWidget *label;

  if (unit[0] == '\0')
    return;
  label = gtk_label_new (unit);
  gtk_widget_add_css_class (label, "dim-label");
  gtk_widget_set_parent (label, GTK_WIDGET (self));
}

static void
ruhu_entry_editor_constructed (GObject *object)
{
  RuhuEntryEditor *self = RUHU_ENTRY_EDITOR (object);
  RuhuField *field = ruhu_field_editor_get_field (RUHU_FIELD_EDITOR (self));

  G_OBJECT_CLASS (ruhu_entry_editor_parent_class)->constructed (object);
  set_up_entry (self, field);
  add_unit (self, field);
  if (field->type == RUHU_TYPE_TEXT && field->privacy >= MOST_PRIVATE)
    hide_when_left (self);
  if (field->type == RUHU_TYPE_DATE)
    add_calendar (self);
}

static void
ruhu_entry_editor_class_init (RuhuEntryEditorClass *klass)
{
  RuhuFieldEditorClass *editor_class = RUHU_FIELD_EDITOR_CLASS (klass);

  G_OBJECT_CLASS (klass)->constructed = ruhu_entry_editor_constructed;
  editor_class->set_value = ruhu_entry_editor_set_value;
  editor_class->get_value = ruhu_entry_editor_get_value;
  editor_class->dup_text = ruhu_entry_editor_dup_text;
  editor_class->set_text = ruhu_entry_editor_set_text;
  editor_class->get_target = ruhu_entry_editor_get_target;
}

static void
ruhu_entry_editor_init (RuhuEntryEditor *self)
{
  self->entry = gtk_entry_new ();
  gtk_widget_set_parent (self->entry, GTK_WIDGET (self));
  g_signal_connect_object (self->entry, "changed", G_CALLBACK (ruhu_field_editor_changed), self, G_CONNECT_SWAPPED);
}
