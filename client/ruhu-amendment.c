/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-amendment"

#include "config.h"

#include "ruhu-amendment.h"

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

typedef struct
{
  RuhuFileWriter *writer;
  RuhuHouseholdFile *file;
  char *visit;
  GtkWidget *rows[G_N_ELEMENTS (questions)];
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  g_object_unref (question->writer);
  ruhu_household_file_free (question->file);
  g_free (question->visit);
  g_free (question);
}

static void
response_cb (AdwMessageDialog *dialog, const char *response, Question *question)
{
  g_autofree char *id = ruhu_random_id ();
  json_object *fields;
  json_object *records;
  json_object *set;

  if (!g_str_equal (response, "amend"))
    return;
  fields = json_object_new_object ();
  records = json_object_new_object ();
  set = json_object_new_object ();
  json_object_object_add (fields, "visit_id", json_object_new_string (question->visit));
  json_object_object_add (fields, "date", json_object_new_string (question->file->today));
  for (gsize i = 0; i < G_N_ELEMENTS (questions); i++)
    {
      const char *text = gtk_editable_get_text (GTK_EDITABLE (question->rows[i]));

      if (*text != '\0')
        json_object_object_add (fields, questions[i].field, json_object_new_string (text));
    }
  json_object_object_add (records, id, fields);
  json_object_object_add (set, "amendment", records);
  ruhu_file_writer_write (question->writer, question->file->id, NULL, question->file->seen, set);
}

/* What is corrected and why: without them an amendment says nothing. */
static void
changed_cb (AdwMessageDialog *dialog)
{
  Question *question = g_object_get_data (G_OBJECT (dialog), "ruhu-question");
  gboolean enough = *gtk_editable_get_text (GTK_EDITABLE (question->rows[0])) != '\0' && *gtk_editable_get_text (GTK_EDITABLE (question->rows[G_N_ELEMENTS (questions) - 1])) != '\0';

  adw_message_dialog_set_response_enabled (dialog, "amend", enough);
}

static GtkWidget *
make_rows (Question *question, GtkWidget *dialog)
{
  GtkWidget *list = gtk_list_box_new ();

  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  for (gsize i = 0; i < G_N_ELEMENTS (questions); i++)
    {
      question->rows[i] = g_object_new (ADW_TYPE_ENTRY_ROW, "title", _ (questions[i].label), NULL);
      gtk_list_box_append (GTK_LIST_BOX (list), question->rows[i]);
      g_signal_connect_object (question->rows[i], "changed", G_CALLBACK (changed_cb), dialog, G_CONNECT_SWAPPED);
    }
  return list;
}

void
ruhu_amendment_ask (GtkWidget *widget, RuhuFileWriter *writer, RuhuHouseholdFile *file, const char *visit)
{
  Question *question = g_new0 (Question, 1);
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (gtk_widget_get_root (widget)), _ ("Amend a Sealed Visit"), _ ("The visit stays as it is; the amendment is shown with it."));

  question->writer = g_object_ref (writer);
  question->file = ruhu_household_file_ref (file);
  question->visit = g_strdup (visit);
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), make_rows (question, dialog));
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "amend", _ ("_Amend"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "amend", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_response_enabled (ADW_MESSAGE_DIALOG (dialog), "amend", FALSE);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "amend");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_object_set_data_full (G_OBJECT (dialog), "ruhu-question", question, question_free);
  g_signal_connect (dialog, "response", G_CALLBACK (response_cb), question);
  gtk_window_present (GTK_WINDOW (dialog));
  gtk_widget_grab_focus (question->rows[0]);
}
