/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-amendment"

#include "config.h"

#include "ruhu-amendment.h"

#include "ruhu-cleanups.h"
#include "ruhu-file-actions.h"
#include "ruhu-typed-question.h"
#include "ruhu-value.h"
#include "ruhu-visit-lines.h"

#include <glib/gi18n.h>

/* What is asked, in this order. */
static const struct
{
  const char *field;
  const char *label;
} questions[] = {
  { "subject", N_ ("What is corrected") },
  { "old_value", N_ ("It said") },
  { "new_value", N_ ("It should say") },
  { "body", N_ ("Why") },
};

GtkWidget *
ruhu_amendment_new (const RuhuFileRecord *amendment)
{
  const RuhuOrigin *origin = amendment->origins != NULL && amendment->origins->len > 0 ? g_ptr_array_index (amendment->origins, 0) : NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  const char *old = ruhu_file_record_get_text (amendment, "old_value");
  const char *new = ruhu_file_record_get_text (amendment, "new_value");
  GtkWidget *label;

  g_string_append_printf (text, _ ("Amendment of %s"), ruhu_file_record_get_text (amendment, "date"));
  if (origin != NULL)
    g_string_append_printf (text, " · %s", origin->by_name);
  g_string_append_printf (text, "\n%s", ruhu_file_record_get_text (amendment, "subject"));
  if (*old != '\0' || *new != '\0')
    /* Translators: what a visit said, and what it should say. */
    g_string_append_printf (text, _ ("\n“%s” should be “%s”"), old, new);
  g_string_append_printf (text, _ ("\nWhy: %s"), ruhu_file_record_get_text (amendment, "body"));
  label = gtk_label_new (text->str);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_widget_add_css_class (label, "amendment");
  return label;
}

GtkWidget *
ruhu_amendment_row_new (const RuhuAmendmentText *amendment)
{
  g_autofree char *title = amendment->old_value != NULL || amendment->new_value != NULL
                               /* Translators: what a visit said, and what it should say. */
                               ? g_strdup_printf (_ ("“%s” should be “%s”"), amendment->old_value != NULL ? amendment->old_value : "", amendment->new_value != NULL ? amendment->new_value : "")
                               : g_strdup (amendment->body);
  g_autofree char *subtitle = g_strdup_printf (_ ("Amendment of %s · %s · %s"), amendment->date, amendment->by_name, amendment->body);
  g_autofree char *spoken = g_strdup_printf ("%s, %s", title, subtitle);
  GtkWidget *row = g_object_new (ADW_TYPE_ACTION_ROW, "use-markup", FALSE, "title", title, "subtitle", subtitle, "title-lines", 0, "subtitle-lines", 0, NULL);

  gtk_widget_add_css_class (row, "amendment");
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  return row;
}

typedef struct
{
  RuhuTypedQuestion *asked; /* which owns this */
  RuhuHouseholdFile *file;
  GCancellable *cancellable;
  char *visit;
  GPtrArray *recorded; /* RuhuVisitLine; NULL before it is read */
  GtkWidget *list;
  GtkWidget *choice; /* NULL before it is read: which of @recorded, after “something else” */
  GtkWidget *rows[G_N_ELEMENTS (questions)];
  GtkWidget *instead; /* shown where what was chosen can be taken out of the file */
  GtkSwitch *is_taken_out;
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  g_cancellable_cancel (question->cancellable);
  for (gsize i = 0; i < G_N_ELEMENTS (questions); i++)
    g_signal_handlers_disconnect_by_data (question->rows[i], question);
  g_signal_handlers_disconnect_by_data (question->is_taken_out, question);
  if (question->choice != NULL)
    g_signal_handlers_disconnect_by_data (question->choice, question);
  g_object_unref (question->cancellable);
  ruhu_household_file_free (question->file);
  g_clear_pointer (&question->recorded, g_ptr_array_unref);
  g_free (question->visit);
  g_free (question);
}

/* NULL: something else. */
static const RuhuVisitLine *
get_chosen (Question *question)
{
  guint n = question->choice != NULL ? adw_combo_row_get_selected (ADW_COMBO_ROW (question->choice)) : 0;

  return n > 0 && n != GTK_INVALID_LIST_POSITION && n <= question->recorded->len ? question->recorded->pdata[n - 1] : NULL;
}

/* The entry of the file that what was chosen belongs to, where it is written once and this user may remove it; *@field: the field that is wrong. */
static const RuhuFileRecord *
find_entry (Question *question, const RuhuFileGroup **group, RuhuField **field)
{
  const RuhuVisitLine *chosen = get_chosen (question);
  g_auto (GStrv) path = g_strsplit (chosen != NULL ? chosen->path : "", "/", 3);
  const RuhuFileRecord *record;

  if (g_strv_length (path) < 3)
    return NULL;
  *group = ruhu_household_file_get_group (question->file, path[0]);
  record = ruhu_household_file_find (question->file, path[0], path[1]);
  *field = *group != NULL ? ruhu_record_type_get_field ((*group)->type, path[2]) : NULL;
  return record != NULL && *field != NULL && (*group)->type->append_only && record->may_remove ? record : NULL;
}

static const char *
get_new_value (Question *question)
{
  return gtk_editable_get_text (GTK_EDITABLE (question->rows[2]));
}

/* Whether what was typed can stand in the entry's place; @value NULL: nothing was, the wrong one is only taken out. */
static gboolean
parse_new_value (Question *question, RuhuField *wrong, json_object **value, GError **error)
{
  *value = NULL;
  return *get_new_value (question) == '\0' || ruhu_value_parse (wrong, get_new_value (question), value, error);
}

/* The same entry with the right value. */
static void
add_right_one (const RuhuFileGroup *group, const RuhuFileRecord *record, RuhuField *wrong, json_object *value, json_object *records)
{
  g_autofree char *id = ruhu_random_id ();
  json_object *fields = json_object_new_object ();

  for (guint i = 0; i < group->type->fields->len; i++)
    {
      RuhuField *field = g_ptr_array_index (group->type->fields, i);
      json_object *stored = field == wrong ? value : json_object_object_get (record->fields, field->name);

      if (stored != NULL && field->calculate == NULL)
        json_object_object_add (fields, field->name, json_object_get (stored));
    }
  json_object_object_add (records, id, fields);
}

/* What counts in a sum counts until it is taken out of it: words beside it change no figure. */
static void
take_out (Question *question, json_object *set)
{
  const RuhuFileGroup *group;
  RuhuField *field;
  const RuhuFileRecord *record = find_entry (question, &group, &field);
  g_autoptr (RuhuJson) removal = NULL;
  g_autoptr (RuhuJson) value = NULL;
  json_object *records;

  if (record == NULL || !gtk_switch_get_active (question->is_taken_out) || !parse_new_value (question, field, &value, NULL))
    return;
  removal = ruhu_file_actions_make_removal (group->type->name, record->id, TRUE);
  records = json_object_get (json_object_object_get (removal, group->type->name));
  if (value != NULL)
    add_right_one (group, record, field, value, records);
  json_object_object_add (set, group->type->name, records);
}

static json_object *
make_set (gpointer data)
{
  Question *question = data;
  g_autofree char *id = ruhu_random_id ();
  const RuhuVisitLine *chosen = get_chosen (question);
  json_object *fields = json_object_new_object ();
  json_object *records = json_object_new_object ();
  json_object *set = json_object_new_object ();

  json_object_object_add (fields, "visit_id", json_object_new_string (question->visit));
  json_object_object_add (fields, "date", json_object_new_string (question->file->today));
  if (chosen != NULL)
    json_object_object_add (fields, "field_path", json_object_new_string (chosen->path));
  for (gsize i = 0; i < G_N_ELEMENTS (questions); i++)
    {
      const char *text = gtk_editable_get_text (GTK_EDITABLE (question->rows[i]));

      if (*text != '\0')
        json_object_object_add (fields, questions[i].field, json_object_new_string (text));
    }
  json_object_object_add (records, id, fields);
  json_object_object_add (set, "amendment", records);
  take_out (question, set);
  return set;
}

/* What becomes of the entry, in words that follow the typing. Whether that can be done. */
static gboolean
show_instead (Question *question)
{
  const RuhuFileGroup *group;
  RuhuField *field;
  gboolean has_entry = find_entry (question, &group, &field) != NULL;
  g_autoptr (RuhuJson) value = NULL;
  g_autoptr (GError) error = NULL;
  gboolean fits = !has_entry || parse_new_value (question, field, &value, &error);

  gtk_widget_set_visible (question->instead, has_entry);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (question->instead), *get_new_value (question) != '\0' ? _ ("Put the right entry in its place") : _ ("Take the wrong entry out"));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (question->instead), fits ? _ ("The wrong one no longer counts; it stays among what was removed.") : error->message);
  if (fits)
    gtk_widget_remove_css_class (question->instead, "error");
  else
    gtk_widget_add_css_class (question->instead, "error");
  return fits || !gtk_switch_get_active (question->is_taken_out);
}

/* What is corrected and why: without them an amendment says nothing. */
static void
changed_cb (Question *question)
{
  gboolean enough = *gtk_editable_get_text (GTK_EDITABLE (question->rows[0])) != '\0' && *gtk_editable_get_text (GTK_EDITABLE (question->rows[G_N_ELEMENTS (questions) - 1])) != '\0';

  ruhu_typed_question_set_complete (question->asked, show_instead (question) && enough);
}

static char *
dup_name (const RuhuVisitLine *line)
{
  return g_strdup_printf ("%s · %s", line->record, line->label);
}

static void
chosen_cb (Question *question)
{
  const RuhuVisitLine *chosen = get_chosen (question);
  g_autofree char *name = chosen != NULL ? dup_name (chosen) : g_strdup ("");

  gtk_editable_set_text (GTK_EDITABLE (question->rows[0]), name);
  gtk_editable_set_text (GTK_EDITABLE (question->rows[1]), chosen != NULL ? chosen->now : "");
  gtk_widget_set_visible (question->rows[0], chosen == NULL);
  changed_cb (question);
  ruhu_typed_question_set_start (question->asked, question->rows[chosen != NULL ? 2 : 0]);
}

static void
recorded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *recorded = ruhu_worker_run_finish (RUHU_WORKER (source), result, &error);
  g_autoptr (GtkStringList) names = NULL;
  Question *question;

  if (recorded == NULL && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  question = data;
  for (guint i = recorded != NULL ? recorded->len : 0; i > 0; i--)
    if (!((RuhuVisitLine *) recorded->pdata[i - 1])->in_words)
      g_ptr_array_remove_index (recorded, i - 1);
  if (recorded == NULL || recorded->len == 0)
    {
      g_clear_pointer (&recorded, g_ptr_array_unref);
      return;
    }
  question->recorded = recorded;
  names = gtk_string_list_new (NULL);
  gtk_string_list_append (names, _ ("Something else"));
  for (guint i = 0; i < recorded->len; i++)
    {
      g_autofree char *name = dup_name (recorded->pdata[i]);

      gtk_string_list_append (names, name);
    }
  question->choice = g_object_new (ADW_TYPE_COMBO_ROW, "title", _ ("Recorded by the visit"), "use-subtitle", TRUE, "subtitle-lines", 0, "model", names, NULL);
  gtk_list_box_prepend (GTK_LIST_BOX (question->list), question->choice);
  g_signal_connect_swapped (question->choice, "notify::selected", G_CALLBACK (chosen_cb), question);
}

/* No more can be typed than can be recorded. */
static GtkWidget *
make_row (Question *question, gsize i)
{
  GtkWidget *row = g_object_new (ADW_TYPE_ENTRY_ROW, "title", _ (questions[i].label), "activates-default", TRUE, NULL);
  const RuhuFileGroup *group = ruhu_household_file_get_group (question->file, "amendment");
  RuhuField *field = group != NULL ? ruhu_record_type_get_field (group->type, questions[i].field) : NULL;

  if (field != NULL && field->has_max)
    gtk_text_set_max_length (GTK_TEXT (gtk_editable_get_delegate (GTK_EDITABLE (row))), (int) field->max);
  return row;
}

static void
make_rows (Question *question)
{
  question->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (question->list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (question->list, "boxed-list");
  for (gsize i = 0; i < G_N_ELEMENTS (questions); i++)
    {
      question->rows[i] = make_row (question, i);
      gtk_list_box_append (GTK_LIST_BOX (question->list), question->rows[i]);
      g_signal_connect_swapped (question->rows[i], "changed", G_CALLBACK (changed_cb), question);
    }
  question->is_taken_out = GTK_SWITCH (g_object_new (GTK_TYPE_SWITCH, "active", TRUE, "valign", GTK_ALIGN_CENTER, NULL));
  g_signal_connect_swapped (question->is_taken_out, "notify::active", G_CALLBACK (changed_cb), question);
  question->instead = g_object_new (ADW_TYPE_ACTION_ROW, "use-markup", FALSE, "subtitle-lines", 0, "visible", FALSE, "activatable-widget", question->is_taken_out, NULL);
  adw_action_row_add_suffix (ADW_ACTION_ROW (question->instead), GTK_WIDGET (question->is_taken_out));
  gtk_list_box_append (GTK_LIST_BOX (question->list), question->instead);
}

void
ruhu_amendment_ask (GtkWidget *widget, RuhuWorker *worker, RuhuFileWriter *writer, RuhuHouseholdFile *file, const char *visit)
{
  Question *question = g_new0 (Question, 1);

  question->asked = ruhu_typed_question_new (widget, writer, file, make_set, question, question_free);
  question->file = ruhu_household_file_ref (file);
  question->cancellable = g_cancellable_new ();
  question->visit = g_strdup (visit);
  make_rows (question);
  changed_cb (question);
  ruhu_visit_lines_read_async (worker, file->id, visit, question->cancellable, recorded_cb, question);
  ruhu_typed_question_ask (question->asked, _ ("Amend a Sealed Visit"), _ ("The visit stays as it is; the amendment is shown with it, and in the history of the field."), _ ("_Amend"), question->list,
                           question->rows[0]);
}
