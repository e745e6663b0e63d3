/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-income-pad"

#include "config.h"

#include "ruhu-income-pad.h"

#include "ruhu-buttons-editor.h"
#include "ruhu-cleanups.h"
#include "ruhu-field-editor.h"
#include "ruhu-income-totals.h"
#include "ruhu-scroll-keep.h"
#include "ruhu-session-references.h"
#include "ruhu-value.h"
#include "ruhu-wrap-layout.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#define N_FIELDS 6

/* What is asked, in order; the amount last, because Enter in it adds the line. */
static const char *const field_names[N_FIELDS] = { "year", "period", "cat", "item", "person_id", "amount" };

enum
{
  YEAR,
  PERIOD,
  CLASS,
  ITEM,
  PERSON,
  AMOUNT,
};

struct _RuhuIncomePad
{
  GtkWidget parent_instance;

  /* Owned. */
  RuhuEditSession *session;
  char *record;                /* the line that is being entered, as the session has it; NULL: nothing was typed */
  json_object *kept[N_FIELDS]; /* what the next line starts with */

  /* Borrowed. */
  RuhuRecordType *type;
  RuhuFieldEditor *editors[N_FIELDS]; /* NULL where the type has no such field */
  GtkEditable *amount;
  GtkWidget *message;
  GtkWidget *totals;
  GtkWidget *clear;
  GtkWidget *box;

  int year;            /* that the next line starts with unless another was typed */
  gboolean is_writing; /* what the session says is what is being written */
};

G_DEFINE_FINAL_TYPE (RuhuIncomePad, ruhu_income_pad, GTK_TYPE_WIDGET)

static const char *const keys[] = { "7", "8", "9", "4", "5", "6", "1", "2", "3", ".", "0", "⌫" };

/* --- what it comes to --- */

static gint64
get_year (RuhuIncomePad *self)
{
  json_object *value = NULL;
  gint64 year = 0;

  if (self->editors[YEAR] != NULL && ruhu_field_editor_get_value (self->editors[YEAR], &value, NULL))
    year = json_object_get_int64 (value);
  g_clear_pointer (&value, json_object_put);
  return year;
}

static void
update_totals (RuhuIncomePad *self)
{
  g_autofree char *text = ruhu_income_totals_describe (self->session, self->type, (int) get_year (self));

  gtk_label_set_text (GTK_LABEL (self->totals), text);
  gtk_widget_set_visible (self->totals, *text != '\0');
}

/* --- what the session holds --- */

static void
say (RuhuIncomePad *self, const char *text)
{
  gtk_label_set_text (GTK_LABEL (self->message), text != NULL ? text : "");
  gtk_widget_set_visible (self->message, text != NULL);
}

static void
keep (RuhuIncomePad *self, guint index, json_object *value)
{
  g_clear_pointer (&self->kept[index], json_object_put);
  self->kept[index] = json_object_get (value);
}

/* Year, period, class and person mostly stay the same for the next line. */
static void
keep_line (RuhuIncomePad *self, const char *record)
{
  RuhuDraftBody *body = ruhu_edit_session_get_body (self->session);

  for (guint i = 0; i < N_FIELDS; i++)
    keep (self, i, i != ITEM && i != AMOUNT ? ruhu_draft_body_get_value (body, self->type->name, record, field_names[i]) : NULL);
}

/* Shows what the session has of a field, unless that is what stands there already. */
static void
load_value (RuhuIncomePad *self, guint index)
{
  RuhuFieldEditor *editor = self->editors[index];
  RuhuDraftBody *body = ruhu_edit_session_get_body (self->session);
  const char *text = self->record != NULL ? ruhu_draft_body_get_text (body, self->type->name, self->record, field_names[index]) : NULL;
  json_object *value = self->record != NULL ? ruhu_draft_body_get_value (body, self->type->name, self->record, field_names[index]) : self->kept[index];
  g_autoptr (RuhuJson) shown = NULL;
  g_autofree char *typed = NULL;

  if (editor == NULL)
    return;
  typed = ruhu_field_editor_dup_text (editor);
  if (text != NULL && g_strcmp0 (typed, text) != 0)
    ruhu_field_editor_set_text (editor, text);
  if (text == NULL && (!ruhu_field_editor_get_value (editor, &shown, NULL) || !ruhu_value_equal (shown, value)))
    ruhu_field_editor_set_value (editor, value);
}

/* A line may have been added by whoever left the step, or come from the draft. */
static void
follow (RuhuIncomePad *self)
{
  const char *record = ruhu_edit_session_get_pending (self->session, self->type);

  if (self->record != NULL && g_strcmp0 (record, self->record) != 0 && ruhu_draft_body_is_added (ruhu_edit_session_get_body (self->session), self->type->name, self->record))
    keep_line (self, self->record);
  g_free (self->record);
  self->record = g_strdup (record);
  for (guint i = 0; i < N_FIELDS; i++)
    load_value (self, i);
  if (record == NULL)
    say (self, NULL);
  gtk_widget_set_sensitive (self->clear, record != NULL);
  update_totals (self);
}

static void
give_references (RuhuIncomePad *self, guint index)
{
  g_autoptr (GListModel) references = ruhu_session_list_references (self->session, ruhu_field_editor_get_field (self->editors[index]), NULL);

  ruhu_field_editor_set_references (self->editors[index], references);
}

/* The visit's year; whoever is entering those of another year stays with that one. */
static void
follow_year (RuhuIncomePad *self)
{
  int year = ruhu_edit_session_get_year (self->session);
  json_object *value;

  if (year == self->year)
    return;
  if (self->kept[YEAR] == NULL || json_object_get_int (self->kept[YEAR]) == self->year)
    {
      value = json_object_new_int (year);
      keep (self, YEAR, value);
      json_object_put (value);
    }
  self->year = year;
  follow (self);
}

static void
edited_cb (RuhuIncomePad *self, const char *type)
{
  if (!self->is_writing)
    follow_year (self);
  if (self->editors[PERSON] != NULL && g_strcmp0 (ruhu_field_editor_get_field (self->editors[PERSON])->reference, type) == 0)
    give_references (self, PERSON);
  if (!self->is_writing && g_strcmp0 (type, self->type->name) == 0)
    follow (self);
}

/* --- adding a line --- */

/* Whether a line could be made of it; else says what is missing and puts the keyboard there. */
static gboolean
check_values (RuhuIncomePad *self)
{
  for (guint i = 0; i < N_FIELDS; i++)
    {
      RuhuField *field = self->editors[i] != NULL ? ruhu_field_editor_get_field (self->editors[i]) : NULL;
      g_autoptr (RuhuJson) value = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *missing = NULL;

      if (field == NULL)
        continue;
      if (ruhu_field_editor_get_value (self->editors[i], &value, &error) && (value != NULL || !field->required))
        continue;
      missing = error == NULL ? g_strdup_printf (_ ("Still missing: %s"), ruhu_label_get (&field->label)) : NULL;
      say (self, error != NULL ? error->message : missing);
      gtk_widget_child_focus (GTK_WIDGET (self->editors[i]), GTK_DIR_TAB_FORWARD);
      return FALSE;
    }
  return TRUE;
}

static void
add_line (RuhuIncomePad *self)
{
  if (!check_values (self))
    return;
  say (self, NULL);
  ruhu_edit_session_add_pending (self->session);
  gtk_widget_child_focus (GTK_WIDGET (self->editors[ITEM]), GTK_DIR_TAB_FORWARD);
}

static void
clear_cb (RuhuIncomePad *self)
{
  g_autofree char *record = g_strdup (self->record);

  if (record != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "visit.remove", "(ss)", self->type->name, record);
  gtk_widget_child_focus (GTK_WIDGET (self->editors[ITEM]), GTK_DIR_TAB_FORWARD);
}

/* --- what is typed --- */

/* Whether it says no more than what the line began with. */
static gboolean
is_untouched (RuhuIncomePad *self)
{
  for (guint i = 0; i < N_FIELDS; i++)
    {
      g_autoptr (RuhuJson) value = NULL;

      if (self->editors[i] != NULL && (!ruhu_field_editor_get_value (self->editors[i], &value, NULL) || !ruhu_value_equal (value, self->kept[i])))
        return FALSE;
    }
  return TRUE;
}

static void
write_value (RuhuIncomePad *self, guint index, const char *record)
{
  RuhuFieldEditor *editor = self->editors[index];
  g_autoptr (RuhuJson) value = NULL;
  g_autofree char *text = editor != NULL ? ruhu_field_editor_dup_text (editor) : NULL;

  if (editor == NULL)
    return;
  if (ruhu_field_editor_get_value (editor, &value, NULL))
    ruhu_edit_session_set_value (self->session, ruhu_field_editor_get_field (editor), record, value);
  else if (text != NULL)
    ruhu_edit_session_set_text (self->session, ruhu_field_editor_get_field (editor), record, text);
}

/* The draft has it at once: a line that was not added yet is typed all the same. */
static void
changed_cb (RuhuIncomePad *self)
{
  g_autofree char *record = g_strdup (ruhu_edit_session_get_pending (self->session, self->type));

  say (self, NULL);
  if (is_untouched (self))
    {
      if (record != NULL)
        ruhu_edit_session_remove_record (self->session, self->type, record);
      return;
    }
  self->is_writing = TRUE;
  if (record == NULL)
    record = g_strdup (ruhu_edit_session_begin_pending (self->session, self->type));
  for (guint i = 0; i < N_FIELDS; i++)
    write_value (self, i, record);
  self->is_writing = FALSE;
  follow (self);
}

/* Whatever was chosen, the amount is what is typed next. */
static void
item_changed_cb (RuhuIncomePad *self)
{
  g_autoptr (RuhuJson) value = NULL;

  if (ruhu_field_editor_get_value (self->editors[ITEM], &value, NULL) && value != NULL && self->amount != NULL)
    {
      gtk_widget_grab_focus (GTK_WIDGET (self->amount));
      /* What can be chosen was shown by the same press and stands above it. */
      ruhu_scroll_keep_in_view (gtk_widget_get_parent (GTK_WIDGET (self->editors[AMOUNT])));
    }
}

static void
key_cb (GtkButton *button, RuhuIncomePad *self)
{
  const char *key = g_object_get_data (G_OBJECT (button), "ruhu-key");
  int position = (int) g_utf8_strlen (gtk_editable_get_text (self->amount), -1);

  if (g_str_equal (key, "⌫"))
    {
      if (position > 0)
        gtk_editable_delete_text (self->amount, position - 1, position);
      return;
    }
  gtk_editable_insert_text (self->amount, key, -1, &position);
  gtk_editable_set_position (self->amount, -1);
}

/* --- the widget --- */

static GtkEditable *
find_editable (GtkWidget *widget)
{
  GtkEditable *found = NULL;

  if (GTK_IS_ENTRY (widget))
    return GTK_EDITABLE (widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL; child = gtk_widget_get_next_sibling (child))
    found = find_editable (child);
  return found;
}

/* One press for class and item, however many there are. */
static RuhuFieldEditor *
new_editor (RuhuField *field, guint index)
{
  return index == CLASS || index == ITEM ? g_object_new (RUHU_TYPE_BUTTONS_EDITOR, "field", field, NULL) : ruhu_field_editor_new (field);
}

/* Whoever sees the amount sees how to add it. */
static GtkWidget *
new_amount_row (RuhuIncomePad *self)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *add = gtk_button_new_with_label (_ ("Add This Line"));

  self->clear = gtk_button_new_with_label (_ ("Clear"));
  gtk_widget_set_layout_manager (row, g_object_new (RUHU_TYPE_WRAP_LAYOUT, NULL));
  gtk_widget_add_css_class (add, "suggested-action");
  gtk_widget_add_css_class (self->clear, "flat");
  gtk_box_append (GTK_BOX (row), GTK_WIDGET (self->editors[AMOUNT]));
  gtk_box_append (GTK_BOX (row), add);
  gtk_box_append (GTK_BOX (row), self->clear);
  g_signal_connect_object (add, "clicked", G_CALLBACK (add_line), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->clear, "clicked", G_CALLBACK (clear_cb), self, G_CONNECT_SWAPPED);
  return row;
}

static void
add_editor (RuhuIncomePad *self, guint index, GtkGrid *grid)
{
  RuhuField *field = ruhu_record_type_get_field (self->type, field_names[index]);
  RuhuFieldEditor *editor = field != NULL && !field->retired ? new_editor (field, index) : NULL;
  GtkWidget *label;

  if (editor == NULL)
    return;
  label = gtk_label_new (ruhu_label_get (&field->label));
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_valign (label, GTK_ALIGN_START);
  gtk_widget_set_margin_top (label, 8);
  gtk_widget_set_hexpand (GTK_WIDGET (editor), TRUE);
  ruhu_field_editor_set_label (editor, label);
  gtk_grid_attach (grid, label, 0, (int) index, 1, 1);
  self->editors[index] = editor;
  if (field->type == RUHU_TYPE_REFERENCE)
    give_references (self, index);
  gtk_grid_attach (grid, index == AMOUNT ? new_amount_row (self) : GTK_WIDGET (editor), 1, (int) index, 1, 1);
}

static GtkWidget *
new_keypad (RuhuIncomePad *self)
{
  GtkWidget *grid = gtk_grid_new ();

  gtk_grid_set_row_spacing (GTK_GRID (grid), 4);
  gtk_grid_set_column_spacing (GTK_GRID (grid), 4);
  gtk_widget_set_valign (grid, GTK_ALIGN_END);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      GtkWidget *key = gtk_button_new_with_label (keys[i]);

      gtk_widget_add_css_class (key, "ruhu-key");
      /* A keyboard has digits of its own: the Tab key need not stop at each of these. */
      gtk_widget_set_focusable (key, FALSE);
      g_object_set_data (G_OBJECT (key), "ruhu-key", (gpointer) keys[i]);
      if (i == G_N_ELEMENTS (keys) - 1)
        gtk_accessible_update_property (GTK_ACCESSIBLE (key), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Take the last digit away"), -1);
      g_signal_connect_object (key, "clicked", G_CALLBACK (key_cb), self, 0);
      gtk_grid_attach (GTK_GRID (grid), key, (int) i % 3, (int) i / 3, 1, 1);
    }
  return grid;
}

static GtkWidget *
new_label (const char *css_class)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_widget_add_css_class (label, css_class);
  gtk_widget_set_visible (label, FALSE);
  return label;
}

static void
ruhu_income_pad_dispose (GObject *object)
{
  RuhuIncomePad *self = RUHU_INCOME_PAD (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (ruhu_income_pad_parent_class)->dispose (object);
}

static void
ruhu_income_pad_finalize (GObject *object)
{
  RuhuIncomePad *self = RUHU_INCOME_PAD (object);

  for (guint i = 0; i < N_FIELDS; i++)
    json_object_put (self->kept[i]);
  g_free (self->record);
  G_OBJECT_CLASS (ruhu_income_pad_parent_class)->finalize (object);
}

static void
ruhu_income_pad_class_init (RuhuIncomePadClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ruhu_income_pad_dispose;
  G_OBJECT_CLASS (klass)->finalize = ruhu_income_pad_finalize;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static void
ruhu_income_pad_init (RuhuIncomePad *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  gtk_widget_add_css_class (self->box, "card");
  gtk_widget_add_css_class (self->box, "ruhu-pad");
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

gboolean
ruhu_income_pad_fits (RuhuRecordType *type)
{
  RuhuField *amount = ruhu_record_type_get_field (type, "amount");
  RuhuField *class = ruhu_record_type_get_field (type, "cat");

  return amount != NULL && amount->type == RUHU_TYPE_MONEY && class != NULL && class->choices != NULL && ruhu_record_type_get_field (type, "item") != NULL &&
         ruhu_record_type_get_field (type, "year") != NULL;
}

static void
fill_box (RuhuIncomePad *self)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *grid = gtk_grid_new ();
  GtkWidget *squeezer = adw_squeezer_new ();

  gtk_grid_set_row_spacing (GTK_GRID (grid), 6);
  gtk_grid_set_column_spacing (GTK_GRID (grid), 12);
  gtk_widget_add_css_class (grid, "ruhu-field");
  for (guint i = 0; i < N_FIELDS; i++)
    add_editor (self, i, GTK_GRID (grid));
  self->message = new_label ("error");
  self->totals = new_label ("dim-label");
  gtk_grid_attach (GTK_GRID (grid), self->message, 1, N_FIELDS, 1, 1);
  gtk_widget_set_hexpand (grid, TRUE);
  gtk_box_append (GTK_BOX (row), grid);
  /* Where there is no room for it beside, the keys of the keyboard must do. */
  adw_squeezer_set_allow_none (ADW_SQUEEZER (squeezer), TRUE);
  adw_squeezer_add (ADW_SQUEEZER (squeezer), new_keypad (self));
  gtk_box_append (GTK_BOX (row), squeezer);
  gtk_box_append (GTK_BOX (self->box), row);
  gtk_box_append (GTK_BOX (self->box), self->totals);
}

GtkWidget *
ruhu_income_pad_new (RuhuEditSession *session, RuhuRecordType *type)
{
  RuhuIncomePad *self = g_object_new (RUHU_TYPE_INCOME_PAD, NULL);

  g_return_val_if_fail (RUHU_IS_EDIT_SESSION (session) && ruhu_income_pad_fits (type), NULL);
  self->session = g_object_ref (session);
  self->type = type;
  fill_box (self);
  self->year = ruhu_edit_session_get_year (session);
  self->kept[YEAR] = json_object_new_int (self->year);
  self->amount = find_editable (GTK_WIDGET (self->editors[AMOUNT]));
  g_signal_connect_object (self->amount, "activate", G_CALLBACK (add_line), self, G_CONNECT_SWAPPED);
  for (guint i = 0; i < N_FIELDS; i++)
    if (self->editors[i] != NULL)
      g_signal_connect_object (self->editors[i], "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->editors[ITEM], "changed", G_CALLBACK (item_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "edited", G_CALLBACK (edited_cb), self, G_CONNECT_SWAPPED);
  follow (self);
  return GTK_WIDGET (self);
}

void
ruhu_income_pad_reveal (RuhuIncomePad *self)
{
  g_return_if_fail (RUHU_IS_INCOME_PAD (self));
  if (self->record != NULL)
    say (self, _ ("This line has not been added yet. Finish it, or clear it."));
}

gboolean
ruhu_income_pad_focus_record (RuhuIncomePad *self, const char *record)
{
  g_return_val_if_fail (RUHU_IS_INCOME_PAD (self), FALSE);
  if (self->record == NULL || g_strcmp0 (self->record, record) != 0)
    return FALSE;
  for (guint i = 0; i < N_FIELDS; i++)
    {
      g_autoptr (RuhuJson) value = NULL;
      RuhuField *field = self->editors[i] != NULL ? ruhu_field_editor_get_field (self->editors[i]) : NULL;

      if (field != NULL && (!ruhu_field_editor_get_value (self->editors[i], &value, NULL) || (value == NULL && field->required)))
        return gtk_widget_child_focus (GTK_WIDGET (self->editors[i]), GTK_DIR_TAB_FORWARD);
    }
  return gtk_widget_child_focus (GTK_WIDGET (self), GTK_DIR_TAB_FORWARD);
}
