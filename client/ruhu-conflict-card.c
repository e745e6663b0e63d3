/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-conflict-card"

#include "config.h"

#include "ruhu-conflict-card.h"

#include "ruhu-cleanups.h"
#include "ruhu-describe.h"
#include "ruhu-field-editor.h"
#include "ruhu-field-row.h"
#include "ruhu-version-row.h"

#include <glib/gi18n.h>

/* Records offered for a reference. */
#define MAX_CHOICES 500

/* Codes of problem_kind and problem_source: data to correct, found by checking. */
#define KIND_DATA    "11"
#define SOURCE_CHECK "3"

struct _RuhuConflictCard
{
  AdwBin parent_instance;

  /* Template. */
  AdwPreferencesGroup *group;
  GtkLabel *error;

  /* Owned. */
  RuhuWorker *worker;
  RuhuCatalogue *catalogue;
  RuhuConflictText *text;
  RuhuCatalogue *editor_catalogue; /* the one that the editor's field is of */

  /* Borrowed: in the group. */
  GPtrArray *rows;
  GtkWidget *other;     /* the row that unfolds to the editor */
  GtkWidget *save;      /* its button; not to be pressed before anything is written */
  RuhuFieldRow *editor; /* or NULL */

  gboolean is_written;  /* something is in the editor that is not saved */
  gboolean is_unlisted; /* and its conflict is not listed */
};

enum
{
  SIGNAL_RESOLVED,
  SIGNAL_ASKED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RuhuConflictCard, ruhu_conflict_card, ADW_TYPE_BIN)

/* In the worker's thread. */

static char *
describe_place (RuhuStore *store, RuhuRecordType *type, const RuhuConflict *conflict)
{
  const char *label = type != NULL ? ruhu_label_get (&type->label) : conflict->type;
  const char *field = ruhu_describe_field (type, conflict->field);
  g_autofree char *title = NULL;

  if (type == NULL || type->title == NULL || g_str_equal (conflict->type, "household"))
    return g_strdup_printf ("%s · %s", label, field);
  title = ruhu_describe_title (store, conflict->type, conflict->record);
  return g_strdup_printf ("%s %s · %s", label, title, field);
}

/* What a reference may point to instead: the household's own records, or the township's. */
static GPtrArray *
list_choices (RuhuStore *store, const char *reference, const char *scope)
{
  RuhuRecordType *type = ruhu_catalogue_get_record (ruhu_store_get_catalogue (store), reference);
  g_autoptr (GPtrArray) choices = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) records = NULL;

  if (type == NULL)
    return g_steal_pointer (&choices);
  records = ruhu_store_list_records (store, reference, type->belongs == RUHU_BELONGS_HOUSEHOLD ? scope : NULL, 0, MAX_CHOICES, NULL);
  for (guint i = 0; records != NULL && i < records->len; i++)
    {
      const RuhuRecord *record = g_ptr_array_index (records, i);

      g_ptr_array_add (choices, g_strdup (record->id));
      g_ptr_array_add (choices, ruhu_describe_title (store, reference, record->id));
    }
  return g_steal_pointer (&choices);
}

/* Whoever decides on a removal wants to know what would go with it. */
static char *
describe_edits (RuhuStore *store, RuhuRecordType *type, json_object *edits)
{
  g_autoptr (GString) lines = g_string_new (NULL);

  json_object_object_foreach (edits, name, value)
  {
    g_autofree char *text = ruhu_describe_value (store, type != NULL ? ruhu_record_type_get_field (type, name) : NULL, value);

    g_string_append (lines, lines->len > 0 ? "\n" : "");
    /* Translators: a field and what stands in it. */
    g_string_append_printf (lines, _ ("%s: %s"), ruhu_describe_field (type, name), *text != '\0' ? text : _ ("emptied"));
  }
  return lines->len > 0 ? g_string_free (g_steal_pointer (&lines), FALSE) : NULL;
}

static RuhuVersionText *
make_version (RuhuStore *store, RuhuRecordType *type, const RuhuConflictText *conflict, const RuhuVersion *version)
{
  RuhuVersionText *text = ruhu_version_text_new (store, conflict->field, version, FALSE);

  if (conflict->field == NULL && g_str_equal (conflict->field_name, "deleted"))
    {
      g_free (text->text);
      text->text = g_strdup (json_object_get_boolean (version->value) ? _ ("Delete it") : _ ("Keep it"));
      /* Until somebody decides, the record is in the file. */
      text->stands = !json_object_get_boolean (version->value);
      text->edits = version->edits != NULL ? describe_edits (store, type, version->edits) : NULL;
    }
  return text;
}

/* Of what belongs to a household somebody can ask it. */
static void
read_question (RuhuStore *store, RuhuRecordType *type, RuhuConflictText *self)
{
  g_autoptr (GError) error = NULL;

  if (type == NULL || type->belongs != RUHU_BELONGS_HOUSEHOLD)
    return;
  /* Translators: the description of a problem; %s: what is recorded differently, "Housing · Grade". */
  self->question = g_strdup_printf (_ ("“%s” is recorded in different ways. Ask the family and record what is right."), self->place);
  if (!ruhu_store_is_asked (store, self->scope, self->question, &self->is_asked, &error))
    g_warning ("Whether the question is put already is not known: %s", error->message);
}

RuhuConflictText *
ruhu_conflict_text_new (RuhuStore *store, const RuhuConflict *conflict)
{
  RuhuRecordType *type = ruhu_catalogue_get_record (ruhu_store_get_catalogue (store), conflict->type);
  RuhuConflictText *self = g_new0 (RuhuConflictText, 1);
  g_autoptr (GString) fingerprint = g_string_new (NULL);

  self->type = g_strdup (conflict->type);
  self->record = g_strdup (conflict->record);
  self->field_name = g_strdup (conflict->field);
  self->scope = g_strdup (conflict->scope);
  self->of_village = type != NULL && type->belongs == RUHU_BELONGS_VILLAGE;
  self->seen = conflict->seen;
  self->household = g_strdup (conflict->household_name);
  self->place = describe_place (store, type, conflict);
  self->field = type != NULL ? ruhu_record_type_get_field (type, conflict->field) : NULL;
  self->versions = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_version_text_free);
  for (guint i = 0; i < conflict->versions->len; i++)
    {
      const RuhuVersion *version = g_ptr_array_index (conflict->versions, i);

      g_ptr_array_add (self->versions, make_version (store, type, self, version));
      g_string_append_printf (fingerprint, "%s:%" G_GINT64_FORMAT ":%d;", version->device, version->seq, version->position > 0);
    }
  read_question (store, type, self);
  g_string_append_printf (fingerprint, "%d", self->is_asked);
  self->fingerprint = g_string_free (g_steal_pointer (&fingerprint), FALSE);
  if (self->field != NULL && self->field->type == RUHU_TYPE_REFERENCE)
    self->choices = list_choices (store, self->field->reference, self->scope);
  return self;
}

void
ruhu_conflict_text_free (RuhuConflictText *self)
{
  g_free (self->type);
  g_free (self->record);
  g_free (self->field_name);
  g_free (self->scope);
  g_free (self->household);
  g_free (self->place);
  g_free (self->fingerprint);
  g_free (self->question);
  g_ptr_array_unref (self->versions);
  g_clear_pointer (&self->choices, g_ptr_array_unref);
  g_free (self);
}

char *
ruhu_conflict_text_dup_key (const RuhuConflictText *self)
{
  return g_strdup_printf ("%s/%s", self->record, self->field_name);
}

/* Settling. */

typedef struct
{
  char *scope;
  gboolean of_village;
  gint64 seen;
  json_object *set;
} Resolution;

static void
resolution_free (gpointer data)
{
  Resolution *resolution = data;

  g_free (resolution->scope);
  json_object_put (resolution->set);
  g_free (resolution);
}

/* An ordinary change that has seen every head. @value: NULL empties. */
static Resolution *
resolution_new (const RuhuConflictText *text, json_object *value)
{
  Resolution *resolution = g_new0 (Resolution, 1);
  json_object *fields = json_object_new_object ();
  json_object *records = json_object_new_object ();
  json_object *copy = NULL;

  /* A copy: json-c counts references for one thread only. */
  if (value != NULL)
    json_object_deep_copy (value, &copy, NULL);
  json_object_object_add (fields, text->field_name, copy);
  json_object_object_add (records, text->record, fields);
  resolution->set = json_object_new_object ();
  json_object_object_add (resolution->set, text->type, records);
  resolution->scope = g_strdup (text->scope);
  resolution->of_village = text->of_village;
  resolution->seen = text->seen;
  return resolution;
}

static gpointer
save (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  Resolution *resolution = data;
  RuhuEdit edit = { .scope = resolution->scope, .of_village = resolution->of_village, .seen = resolution->seen, .set = resolution->set };

  return ruhu_store_save (store, &edit, NULL, error) ? GINT_TO_POINTER (TRUE) : NULL;
}

/* A problem of the household: Today shows it to its helpers as something to find out. */
static gpointer
save_question (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  Resolution *resolution = data;
  RuhuRecordType *type = ruhu_catalogue_get_record (ruhu_store_get_catalogue (store), "problem");
  g_autofree char *id = ruhu_random_id ();
  g_autofree char *today = ruhu_clock_today (ruhu_store_get_clock (store));
  g_autoptr (RuhuJson) fields = g_steal_pointer (&resolution->set);
  json_object *records = json_object_new_object ();

  resolution->set = json_object_new_object ();
  json_object_object_add (records, id, json_object_get (fields));
  json_object_object_add (resolution->set, "problem", records);
  if (!ruhu_store_read_initials (store, type, ruhu_store_get_role (store), resolution->scope, today, fields, FALSE, fields, error))
    return NULL;
  return save (store, data, cancellable, error);
}

static void
show_error (RuhuConflictCard *self, const char *sentence)
{
  gtk_label_set_label (self->error, sentence != NULL ? sentence : "");
  gtk_widget_set_visible (GTK_WIDGET (self->error), sentence != NULL);
}

static void
finish (RuhuConflictCard *self, RuhuWorker *worker, GAsyncResult *result, guint signal)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *sentence = NULL;

  gtk_widget_set_sensitive (GTK_WIDGET (self), TRUE);
  if (ruhu_worker_run_finish (worker, result, &error) != NULL)
    {
      self->is_written = self->is_written && signal != SIGNAL_RESOLVED;
      g_signal_emit (self, signals[signal], 0);
      return;
    }
  sentence = ruhu_describe_error (error);
  show_error (self, sentence);
}

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RuhuConflictCard) self = user_data;

  finish (self, RUHU_WORKER (source), result, SIGNAL_RESOLVED);
}

static void
asked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RuhuConflictCard) self = user_data;

  finish (self, RUHU_WORKER (source), result, SIGNAL_ASKED);
}

static void
resolve (RuhuConflictCard *self, json_object *value)
{
  show_error (self, NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self), FALSE);
  ruhu_worker_run_async (self->worker, save, resolution_new (self->text, value), resolution_free, NULL, NULL, saved_cb, g_object_ref (self));
}

static void
take_cb (RuhuConflictCard *self, GtkWidget *button)
{
  guint number = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "ruhu-version"));
  const RuhuVersionText *version = g_ptr_array_index (self->text->versions, number);

  resolve (self, version->value);
}

static void
write_cb (RuhuConflictCard *self)
{
  g_autoptr (GError) error = NULL;
  json_object *value = NULL;

  if (!ruhu_field_row_get_value (self->editor, &value, &error))
    {
      g_autofree char *sentence = ruhu_describe_error (error);

      ruhu_field_row_set_message (self->editor, RUHU_SEVERITY_ERROR, sentence);
      return;
    }
  resolve (self, value);
  json_object_put (value);
}

static void
ask_cb (RuhuConflictCard *self)
{
  Resolution *question = g_new0 (Resolution, 1);

  question->scope = g_strdup (self->text->scope);
  question->seen = self->text->seen;
  question->set = json_object_new_object ();
  json_object_object_add (question->set, "source", json_object_new_string (SOURCE_CHECK));
  json_object_object_add (question->set, "kind", json_object_new_string (KIND_DATA));
  json_object_object_add (question->set, "description", json_object_new_string (self->text->question));
  show_error (self, NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self), FALSE);
  ruhu_worker_run_async (self->worker, save_question, question, resolution_free, NULL, NULL, asked_cb, g_object_ref (self));
}

static void
changed_cb (RuhuConflictCard *self)
{
  gtk_widget_set_sensitive (self->save, TRUE);
  self->is_written = TRUE;
}

/* Showing. */

static GtkWidget *
make_take_button (RuhuConflictCard *self, guint number)
{
  const RuhuVersionText *version = g_ptr_array_index (self->text->versions, number);
  GtkWidget *button = gtk_button_new_with_label (_ ("Take This"));
  g_autofree char *name = g_strdup_printf (_ ("Take this: %s"), version->text);

  g_object_set_data (G_OBJECT (button), "ruhu-version", GUINT_TO_POINTER (number));
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect_object (button, "clicked", G_CALLBACK (take_cb), self, G_CONNECT_SWAPPED);
  return button;
}

/* A photo is taken, not written. */
static gboolean
can_write (RuhuField *field)
{
  return field != NULL && field->calculate == NULL && field->type != RUHU_TYPE_PHOTO;
}

static void
set_choices (RuhuConflictCard *self)
{
  g_autoptr (GListStore) items = g_list_store_new (RUHU_TYPE_REFERENCE_ITEM);
  GPtrArray *choices = self->text->choices;

  for (guint i = 0; i + 1 < choices->len; i += 2)
    {
      g_autoptr (RuhuReferenceItem) item = ruhu_reference_item_new (g_ptr_array_index (choices, i), g_ptr_array_index (choices, i + 1));

      g_list_store_append (items, item);
    }
  ruhu_field_row_set_references (self->editor, G_LIST_MODEL (items));
}

/* A row that only holds something: the keyboard passes it by. */
static GtkWidget *
make_plain_row (GtkWidget *child)
{
  GtkWidget *row = gtk_list_box_row_new ();

  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), child);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  gtk_widget_set_focusable (row, FALSE);
  return row;
}

static void
add_editor (RuhuConflictCard *self)
{
  GtkWidget *button = gtk_button_new_with_label (_ ("Save This Value"));

  self->editor_catalogue = ruhu_catalogue_ref (self->catalogue);
  self->editor = RUHU_FIELD_ROW (ruhu_field_row_new (self->text->field));
  if (self->text->choices != NULL)
    set_choices (self);
  self->other = g_object_new (ADW_TYPE_EXPANDER_ROW, "title", _ ("Write Another Value"), NULL);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (self->other), make_plain_row (GTK_WIDGET (self->editor)));
  self->save = button;
  gtk_widget_set_sensitive (button, FALSE);
  g_signal_connect_object (self->editor, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_css_class (button, "suggested-action");
  gtk_widget_set_halign (button, GTK_ALIGN_END);
  gtk_widget_set_margin_top (button, 6);
  gtk_widget_set_margin_bottom (button, 6);
  gtk_widget_set_margin_end (button, 12);
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (write_cb), self);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (self->other), make_plain_row (button));
}

static void
add_question (RuhuConflictCard *self)
{
  GtkWidget *button = gtk_button_new_with_label (_ ("Ask Again"));

  GtkWidget *row = g_object_new (ADW_TYPE_ACTION_ROW, "title", _ ("Let the Family Be Asked Again"), "subtitle",
                                 self->text->is_asked ? _ ("Whoever visits next is asked to find out.") : _ ("Puts it on the list of whoever visits next. The conflict stays until then."),
                                 "subtitle-lines", 0, NULL);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_sensitive (button, !self->text->is_asked);
  g_signal_connect_object (button, "clicked", G_CALLBACK (ask_cb), self, G_CONNECT_SWAPPED);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  adw_preferences_group_add (self->group, row);
  g_ptr_array_add (self->rows, row);
}

/* The editor's row is taken out and put below again, so that it stays last and keeps what is typed. */
static void
show (RuhuConflictCard *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (self->group, g_ptr_array_index (self->rows, i));
  g_ptr_array_set_size (self->rows, 0);
  adw_preferences_group_set_title (self->group, self->text->household);
  adw_preferences_group_set_description (self->group, self->text->place);
  if (self->other != NULL)
    adw_preferences_group_remove (self->group, self->other);
  for (guint i = 0; i < self->text->versions->len; i++)
    {
      GtkWidget *row = ruhu_version_row_new (g_ptr_array_index (self->text->versions, i), make_take_button (self, i));

      adw_preferences_group_add (self->group, row);
      g_ptr_array_add (self->rows, row);
    }
  if (self->other == NULL && can_write (self->text->field))
    {
      add_editor (self);
      g_object_ref_sink (self->other);
    }
  if (self->other != NULL)
    adw_preferences_group_add (self->group, self->other);
  if (self->text->question != NULL)
    add_question (self);
}

static void
ruhu_conflict_card_dispose (GObject *object)
{
  RuhuConflictCard *self = RUHU_CONFLICT_CARD (object);

  g_clear_object (&self->worker);
  g_clear_object (&self->other);
  self->editor = NULL;
  G_OBJECT_CLASS (ruhu_conflict_card_parent_class)->dispose (object);
}

static void
ruhu_conflict_card_finalize (GObject *object)
{
  RuhuConflictCard *self = RUHU_CONFLICT_CARD (object);

  g_ptr_array_unref (self->rows);
  g_clear_pointer (&self->text, ruhu_conflict_text_free);
  g_clear_pointer (&self->catalogue, ruhu_catalogue_unref);
  g_clear_pointer (&self->editor_catalogue, ruhu_catalogue_unref);
  G_OBJECT_CLASS (ruhu_conflict_card_parent_class)->finalize (object);
}

static void
ruhu_conflict_card_class_init (RuhuConflictCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ruhu_conflict_card_dispose;
  G_OBJECT_CLASS (klass)->finalize = ruhu_conflict_card_finalize;

  signals[SIGNAL_ASKED] = g_signal_new ("asked", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_RESOLVED] = g_signal_new ("resolved", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/ruhu/Ruhu/ruhu-conflict-card.ui");
  gtk_widget_class_bind_template_child (widget_class, RuhuConflictCard, error);
  gtk_widget_class_bind_template_child (widget_class, RuhuConflictCard, group);
}

static void
ruhu_conflict_card_init (RuhuConflictCard *self)
{
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
ruhu_conflict_card_new (RuhuWorker *worker, RuhuCatalogue *catalogue, RuhuConflictText *text)
{
  RuhuConflictCard *self = g_object_new (RUHU_TYPE_CONFLICT_CARD, NULL);

  self->worker = g_object_ref (worker);
  ruhu_conflict_card_update (self, catalogue, text);
  return GTK_WIDGET (self);
}

void
ruhu_conflict_card_update (RuhuConflictCard *self, RuhuCatalogue *catalogue, RuhuConflictText *text)
{
  RuhuCatalogue *old = self->catalogue;
  gboolean same = self->text != NULL && g_str_equal (self->text->fingerprint, text->fingerprint);

  self->catalogue = ruhu_catalogue_ref (catalogue);
  g_clear_pointer (&self->text, ruhu_conflict_text_free);
  self->text = text;
  g_clear_pointer (&old, ruhu_catalogue_unref);
  if (self->is_unlisted)
    show_error (self, NULL);
  self->is_unlisted = FALSE;
  if (!same)
    show (self);
}

gboolean
ruhu_conflict_card_is_written (RuhuConflictCard *self)
{
  g_return_val_if_fail (RUHU_IS_CONFLICT_CARD (self), FALSE);
  return self->is_written;
}

void
ruhu_conflict_card_say_unlisted (RuhuConflictCard *self)
{
  g_return_if_fail (RUHU_IS_CONFLICT_CARD (self));
  self->is_unlisted = TRUE;
  show_error (self, _ ("Settled, or further down in the list. What is written here is kept until it is saved, or the page is left."));
}
