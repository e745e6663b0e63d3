/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-income-pad"

#include "config.h"

#include "ruhu-income-pad.h"

#include "ruhu-buttons-editor.h"
#include "ruhu-cleanups.h"
#include "ruhu-field-editor.h"
#include "ruhu-field-row.h"
#include "ruhu-value.h"

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

  /* Borrowed. */
  RuhuRecordType *type;
  RuhuFieldEditor *editors[N_FIELDS]; /* NULL where the type has no such field */
  GtkEditable *amount;
  GtkWidget *message;
  GtkWidget *totals;
  GtkWidget *box;
};

G_DEFINE_FINAL_TYPE (RuhuIncomePad, ruhu_income_pad, GTK_TYPE_WIDGET)

static const char *const keys[] = { "7", "8", "9", "4", "5", "6", "1", "2", "3", ".", "0", "⌫" };

/* --- what it comes to --- */

static gint64
get_int (json_object *fields, const char *name)
{
  return json_object_get_int64 (json_object_object_get (fields, name));
}

static void
add_amount (GHashTable *sums, json_object *fields, gint64 year)
{
  const char *class = json_object_get_string (json_object_object_get (fields, "cat"));
  gint64 *sum = class != NULL ? g_hash_table_lookup (sums, class) : NULL;

  if (class == NULL || get_int (fields, "year") != year)
    return;
  if (sum == NULL)
    {
      sum = g_new0 (gint64, 1);
      g_hash_table_insert (sums, g_strdup (class), sum);
    }
  *sum += get_int (fields, "amount");
}

static GHashTable *
sum_added (RuhuIncomePad *self, gint64 year)
{
  GHashTable *sums = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  RuhuDraftBody *body = ruhu_edit_session_get_body (self->session);
  g_autoptr (GPtrArray) ids = ruhu_draft_body_list_records (body, self->type->name);

  for (guint i = 0; i < ids->len; i++)
    {
      g_autoptr (RuhuJson) fields = ruhu_draft_body_dup_fields (body, self->type->name, ids->pdata[i]);

      add_amount (sums, fields, year);
    }
  return sums;
}

static GHashTable *
sum_earlier (RuhuIncomePad *self, gint64 year)
{
  GHashTable *sums = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GPtrArray *earlier = ruhu_edit_session_get_earlier (self->session, self->type->name);

  for (guint i = 0; earlier != NULL && i < earlier->len; i++)
    add_amount (sums, earlier->pdata[i], year);
  return sums;
}

/* "Wages 1,500.00 · Costs 300.00", or NULL when there is nothing. */
static char *
describe_sums (RuhuIncomePad *self, GHashTable *sums)
{
  RuhuField *class = ruhu_record_type_get_field (self->type, "cat");
  RuhuField *amount = ruhu_record_type_get_field (self->type, "amount");
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < class->choices->choices->len; i++)
    {
      RuhuChoice *choice = class->choices->choices->pdata[i];
      gint64 *sum = g_hash_table_lookup (sums, choice->code);
      g_autoptr (RuhuJson) value = sum != NULL ? json_object_new_int64 (*sum) : NULL;
      g_autofree char *figure = sum != NULL ? ruhu_field_row_format (amount, value, NULL) : NULL;

      if (sum != NULL)
        g_string_append_printf (text, "%s%s %s", text->len > 0 ? " · " : "", ruhu_label_get (&choice->label), figure);
    }
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

static void
append_line (GString *lines, const char *format, int year, const char *sums)
{
  if (sums == NULL)
    return;
  if (lines->len > 0)
    g_string_append_c (lines, '\n');
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  g_string_append_printf (lines, format, year, sums);
#pragma GCC diagnostic pop
}

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
  int year = (int) get_year (self);
  g_autoptr (GHashTable) added = sum_added (self, year);
  g_autoptr (GHashTable) before = sum_earlier (self, year);
  g_autoptr (GHashTable) last = sum_earlier (self, year - 1);
  g_autofree char *added_text = describe_sums (self, added);
  g_autofree char *before_text = describe_sums (self, before);
  g_autofree char *last_text = describe_sums (self, last);
  g_autoptr (GString) lines = g_string_new (NULL);

  /* Translators: a year, and sums by class of income. */
  append_line (lines, _ ("Added now for %d: %s"), year, added_text);
  append_line (lines, _ ("Recorded before for %d: %s"), year, before_text);
  append_line (lines, _ ("For comparison, %d: %s"), year - 1, last_text);
  gtk_label_set_text (GTK_LABEL (self->totals), lines->str);
  gtk_widget_set_visible (self->totals, lines->len > 0);
}

/* --- adding a line --- */

static void
say (RuhuIncomePad *self, const char *text)
{
  gtk_label_set_text (GTK_LABEL (self->message), text != NULL ? text : "");
  gtk_widget_set_visible (self->message, text != NULL);
}

static void
clear_values (json_object *values[N_FIELDS])
{
  for (guint i = 0; i < N_FIELDS; i++)
    g_clear_pointer (&values[i], json_object_put);
}

/* All values, or FALSE after having said what is missing and put the keyboard there. */
static gboolean
read_values (RuhuIncomePad *self, json_object *values[N_FIELDS])
{
  for (guint i = 0; i < N_FIELDS; i++)
    {
      RuhuField *field = self->editors[i] != NULL ? ruhu_field_editor_get_field (self->editors[i]) : NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *missing = NULL;

      if (field == NULL)
        continue;
      if (ruhu_field_editor_get_value (self->editors[i], &values[i], &error) && (values[i] != NULL || !field->required))
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
  json_object *values[N_FIELDS] = { NULL };
  const char *record;

  if (!read_values (self, values))
    {
      clear_values (values);
      return;
    }
  say (self, NULL);
  record = ruhu_edit_session_add_record (self->session, self->type);
  for (guint i = 0; i < N_FIELDS; i++)
    if (self->editors[i] != NULL)
      ruhu_edit_session_set_value (self->session, ruhu_field_editor_get_field (self->editors[i]), record, values[i]);
  clear_values (values);
  /* Year, period, class and person mostly stay the same for the next line. */
  ruhu_field_editor_set_value (self->editors[AMOUNT], NULL);
  ruhu_field_editor_set_value (self->editors[ITEM], NULL);
  gtk_widget_child_focus (GTK_WIDGET (self->editors[ITEM]), GTK_DIR_TAB_FORWARD);
  update_totals (self);
}

/* Whatever was chosen, the amount is what is typed next. */
static void
item_changed_cb (RuhuIncomePad *self)
{
  json_object *value = NULL;

  if (ruhu_field_editor_get_value (self->editors[ITEM], &value, NULL) && value != NULL && self->amount != NULL)
    gtk_widget_grab_focus (GTK_WIDGET (self->amount));
  g_clear_pointer (&value, json_object_put);
  say (self, NULL);
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

static GListModel *
new_references (RuhuIncomePad *self, const char *type)
{
  GPtrArray *titles = ruhu_edit_session_get_references (self->session, type);
  GListStore *store = g_list_store_new (RUHU_TYPE_REFERENCE_ITEM);

  for (guint i = 0; titles != NULL && i < titles->len; i++)
    {
      RuhuTitle *title = titles->pdata[i];
      g_autoptr (RuhuReferenceItem) item = ruhu_reference_item_new (title->id, title->title);

      g_list_store_append (store, item);
    }
  return G_LIST_MODEL (store);
}

/* One press for class and item, however many there are. */
static RuhuFieldEditor *
new_editor (RuhuField *field, guint index)
{
  return index == CLASS || index == ITEM ? g_object_new (RUHU_TYPE_BUTTONS_EDITOR, "field", field, NULL) : ruhu_field_editor_new (field);
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
  if (field->type == RUHU_TYPE_REFERENCE)
    {
      g_autoptr (GListModel) references = new_references (self, field->reference);

      ruhu_field_editor_set_references (editor, references);
    }
  gtk_grid_attach (grid, label, 0, (int) index, 1, 1);
  gtk_grid_attach (grid, GTK_WIDGET (editor), 1, (int) index, 1, 1);
  self->editors[index] = editor;
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
ruhu_income_pad_class_init (RuhuIncomePadClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ruhu_income_pad_dispose;
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
  GtkWidget *add = gtk_button_new_with_label (_ ("Add This Line"));

  gtk_grid_set_row_spacing (GTK_GRID (grid), 6);
  gtk_grid_set_column_spacing (GTK_GRID (grid), 12);
  gtk_widget_add_css_class (grid, "ruhu-field");
  for (guint i = 0; i < N_FIELDS; i++)
    add_editor (self, i, GTK_GRID (grid));
  self->message = new_label ("error");
  self->totals = new_label ("dim-label");
  gtk_widget_set_halign (add, GTK_ALIGN_START);
  gtk_widget_add_css_class (add, "ruhu-add");
  gtk_grid_attach (GTK_GRID (grid), add, 1, N_FIELDS, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), self->message, 1, N_FIELDS + 1, 1, 1);
  g_signal_connect_object (add, "clicked", G_CALLBACK (add_line), self, G_CONNECT_SWAPPED);
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
  g_autoptr (RuhuJson) year = NULL;

  g_return_val_if_fail (RUHU_IS_EDIT_SESSION (session) && ruhu_income_pad_fits (type), NULL);
  self->session = g_object_ref (session);
  self->type = type;
  fill_box (self);
  year = json_object_new_int64 (g_ascii_strtoll (ruhu_edit_session_get_today (session), NULL, 10));
  ruhu_field_editor_set_value (self->editors[YEAR], year);
  self->amount = find_editable (GTK_WIDGET (self->editors[AMOUNT]));
  g_signal_connect_object (self->amount, "activate", G_CALLBACK (add_line), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->editors[ITEM], "changed", G_CALLBACK (item_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->editors[YEAR], "changed", G_CALLBACK (update_totals), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "edited", G_CALLBACK (update_totals), self, G_CONNECT_SWAPPED);
  update_totals (self);
  return GTK_WIDGET (self);
}
