/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-problem-ask"

#include "config.h"

#include "ruhu-problem-ask.h"

#include "ruhu-cleanups.h"
#include "ruhu-file-actions.h"
#include "ruhu-typed-question.h"
#include "ruhu-value.h"

#include <glib/gi18n.h>
#include <string.h>

typedef struct
{
  RuhuTypedQuestion *asked; /* which owns this */
  RuhuHouseholdFile *file;
  char *problem;
  const char *action; /* what the answer does to the problem */
  GtkEditable *entry;
} Question;

/* What the catalogue would propose for such a problem if it were found today. */
typedef struct
{
  char *household;
  json_object *fields;
} Request;

/* Who is to be asked for a deadline once one can be proposed. */
typedef struct
{
  GtkWidget *widget; /* weak: the page may be left meanwhile */
  RuhuFileWriter *writer;
  RuhuHouseholdFile *file;
  char *problem;
} Return;

static void
question_free (gpointer data)
{
  Question *question = data;

  g_signal_handlers_disconnect_by_data (question->entry, question);
  ruhu_household_file_free (question->file);
  g_free (question->problem);
  g_free (question);
}

static void
request_free (gpointer data)
{
  Request *request = data;

  g_free (request->household);
  json_object_put (request->fields);
  g_free (request);
}

static void
return_free (Return *returned)
{
  g_clear_weak_pointer (&returned->widget);
  g_object_unref (returned->writer);
  ruhu_household_file_free (returned->file);
  g_free (returned->problem);
  g_free (returned);
}

static json_object *
make_set (gpointer data)
{
  Question *question = data;

  return ruhu_file_actions_make_set (question->file, question->action, question->problem, gtk_editable_get_text (question->entry));
}

static RuhuField *
get_deadline (RuhuHouseholdFile *file)
{
  const RuhuFileGroup *group = ruhu_household_file_get_group (file, "problem");

  return group != NULL ? ruhu_record_type_get_field (group->type, "deadline") : NULL;
}

/* A day, and none that is over. */
static void
deadline_changed_cb (Question *question)
{
  const char *text = gtk_editable_get_text (question->entry);
  g_autoptr (RuhuJson) value = NULL;
  gboolean is_day = ruhu_value_parse (get_deadline (question->file), text, &value, NULL) && value != NULL && strcmp (json_object_get_string (value), text) == 0;

  ruhu_typed_question_set_complete (question->asked, is_day && strcmp (text, question->file->today) >= 0);
}

/* What is asked about @problem, before it is put. */
static Question *
question_new (GtkWidget *widget, RuhuFileWriter *writer, RuhuHouseholdFile *file, const char *problem, const char *action)
{
  Question *question = g_new0 (Question, 1);

  question->asked = ruhu_typed_question_new (widget, writer, file, make_set, question, question_free);
  question->file = ruhu_household_file_ref (file);
  question->problem = g_strdup (problem);
  question->action = action;
  question->entry = GTK_EDITABLE (gtk_entry_new ());
  gtk_entry_set_activates_default (GTK_ENTRY (question->entry), TRUE);
  return question;
}

static void
ask (Question *question, const char *heading, const char *label, const char *button)
{
  const RuhuFileRecord *record = ruhu_household_file_find (question->file, "problem", question->problem);

  gtk_accessible_update_property (GTK_ACCESSIBLE (question->entry), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  ruhu_typed_question_ask (question->asked, heading, record != NULL ? record->title : NULL, button, GTK_WIDGET (question->entry), GTK_WIDGET (question->entry));
}

/* What was done belongs to it: the person who checks it wants to know. */
void
ruhu_problem_ask_fix (GtkWidget *widget, RuhuFileWriter *writer, RuhuHouseholdFile *file, const char *problem)
{
  Question *question = question_new (widget, writer, file, problem, "solve");

  gtk_entry_set_max_length (GTK_ENTRY (question->entry), 200);
  ask (question, _ ("What was done?"), _ ("What was done?"), _ ("_Solved, to Be Checked"));
}

static gpointer
propose (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  Request *request = data;
  RuhuRecordType *type = ruhu_catalogue_get_record (ruhu_store_get_catalogue (store), "problem");
  g_autofree char *today = ruhu_clock_today (ruhu_store_get_clock (store));
  g_autoptr (RuhuJson) values = json_object_new_object ();

  if (!ruhu_store_read_initials (store, type, ruhu_store_get_role (store), request->household, today, request->fields, TRUE, values, error))
    return NULL;
  return g_strdup (json_object_get_string (json_object_object_get (values, "deadline")));
}

static void
proposed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Return *returned = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *proposed = ruhu_worker_run_finish (RUHU_WORKER (source), result, &error);
  Question *question;

  if (error != NULL)
    g_message ("No deadline is proposed: %s", error->message);
  if (returned->widget != NULL && gtk_widget_get_root (returned->widget) != NULL)
    {
      question = question_new (returned->widget, returned->writer, returned->file, returned->problem, "return");
      gtk_entry_set_max_length (GTK_ENTRY (question->entry), 10);
      g_signal_connect_swapped (question->entry, "changed", G_CALLBACK (deadline_changed_cb), question);
      gtk_editable_set_text (question->entry, proposed != NULL ? proposed : "");
      deadline_changed_cb (question);
      ask (question, _ ("Solve it by when?"), _ ("New deadline (year-month-day)"), _ ("_Send Back"));
    }
  return_free (returned);
}

void
ruhu_problem_ask_back (GtkWidget *widget, RuhuWorker *worker, RuhuFileWriter *writer, RuhuHouseholdFile *file, const char *problem)
{
  const RuhuFileRecord *record = ruhu_household_file_find (file, "problem", problem);
  RuhuField *deadline = get_deadline (file);
  Return *returned;
  Request *request;

  g_return_if_fail (record != NULL);

  /* The deadline is the office's: whoever sends a problem back has none to give, and is told whose it is. */
  if (deadline == NULL || (deadline->writers & file->role) == 0)
    {
      ruhu_file_writer_write_saying (writer, file->id, file->seen, ruhu_file_actions_make_set (file, "return", problem, NULL), _ ("Sent back. The township office sets the new deadline."));
      return;
    }
  returned = g_new0 (Return, 1);
  g_set_weak_pointer (&returned->widget, widget);
  returned->writer = g_object_ref (writer);
  returned->file = ruhu_household_file_ref (file);
  returned->problem = g_strdup (problem);
  request = g_new0 (Request, 1);
  request->household = g_strdup (file->id);
  request->fields = json_object_new_object ();
  json_object_object_add (request->fields, "found", json_object_new_string (file->today));
  if (ruhu_file_record_get (record, "kind") != NULL)
    json_object_object_add (request->fields, "kind", json_object_new_string (ruhu_file_record_get (record, "kind")));
  ruhu_worker_run_async (worker, propose, request, request_free, g_free, NULL, proposed_cb, returned);
}
