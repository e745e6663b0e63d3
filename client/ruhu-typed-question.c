/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-typed-question"

#include "config.h"

#include "ruhu-typed-question.h"

#include <glib/gi18n.h>

struct _RuhuTypedQuestion
{
  GtkWindow *window;        /* weak: over which it is asked, also when the page is gone whence it was */
  AdwMessageDialog *dialog; /* borrowed; NULL while it is being saved */
  GtkWidget *start;         /* borrowed, within @child */
  gboolean is_complete;

  /* Owned. */
  RuhuFileWriter *writer;
  RuhuHouseholdFile *file;
  GtkWidget *child;
  char *heading;
  char *button;

  RuhuTypedFunc make_set;
  gpointer data;
  GDestroyNotify destroy;
};

static void
question_free (gpointer data)
{
  RuhuTypedQuestion *self = data;

  g_clear_weak_pointer (&self->window);
  self->destroy (self->data);
  g_clear_object (&self->child);
  g_object_unref (self->writer);
  ruhu_household_file_free (self->file);
  g_free (self->heading);
  g_free (self->button);
  g_free (self);
}

static void present (RuhuTypedQuestion *self, const char *body);

/* Why stands where the dialog said what it is about. */
static void
refused_cb (const char *why, gpointer data)
{
  RuhuTypedQuestion *self = data;

  if (self->window != NULL)
    present (self, why);
  else
    question_free (self);
}

static void
response_cb (AdwMessageDialog *dialog, const char *response, RuhuTypedQuestion *self)
{
  if (!g_str_equal (response, "save"))
    return;
  adw_message_dialog_set_extra_child (dialog, NULL);
  self->dialog = NULL;
  ruhu_file_writer_write_typed (self->writer, self->file->id, self->file->seen, self->make_set (self->data), refused_cb, g_object_steal_data (G_OBJECT (dialog), "ruhu-question"), question_free);
}

/* A dialog around what was typed, which takes @self. */
static void
present (RuhuTypedQuestion *self, const char *body)
{
  self->dialog = ADW_MESSAGE_DIALOG (adw_message_dialog_new (self->window, self->heading, body));
  adw_message_dialog_set_extra_child (self->dialog, self->child);
  adw_message_dialog_add_responses (self->dialog, "cancel", _ ("_Cancel"), "save", self->button, NULL);
  adw_message_dialog_set_response_appearance (self->dialog, "save", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_response_enabled (self->dialog, "save", self->is_complete);
  adw_message_dialog_set_default_response (self->dialog, "save");
  adw_message_dialog_set_close_response (self->dialog, "cancel");
  g_object_set_data_full (G_OBJECT (self->dialog), "ruhu-question", self, question_free);
  g_signal_connect (self->dialog, "response", G_CALLBACK (response_cb), self);
  gtk_window_present (GTK_WINDOW (self->dialog));
  gtk_widget_grab_focus (self->start);
}

RuhuTypedQuestion *
ruhu_typed_question_new (GtkWidget *widget, RuhuFileWriter *writer, RuhuHouseholdFile *file, RuhuTypedFunc make_set, gpointer data, GDestroyNotify destroy)
{
  RuhuTypedQuestion *self = g_new0 (RuhuTypedQuestion, 1);

  g_set_weak_pointer (&self->window, GTK_WINDOW (gtk_widget_get_root (widget)));
  self->writer = g_object_ref (writer);
  self->file = ruhu_household_file_ref (file);
  self->is_complete = TRUE;
  self->make_set = make_set;
  self->data = data;
  self->destroy = destroy;
  return self;
}

void
ruhu_typed_question_ask (RuhuTypedQuestion *self, const char *heading, const char *body, const char *button, GtkWidget *child, GtkWidget *start)
{
  g_return_if_fail (self != NULL && self->child == NULL);

  self->heading = g_strdup (heading);
  self->button = g_strdup (button);
  self->child = g_object_ref_sink (child);
  self->start = start;
  present (self, body);
}

void
ruhu_typed_question_set_complete (RuhuTypedQuestion *self, gboolean complete)
{
  g_return_if_fail (self != NULL);

  self->is_complete = complete;
  if (self->dialog != NULL)
    adw_message_dialog_set_response_enabled (self->dialog, "save", complete);
}

void
ruhu_typed_question_set_start (RuhuTypedQuestion *self, GtkWidget *start)
{
  g_return_if_fail (self != NULL);

  self->start = start;
  if (self->dialog != NULL)
    gtk_widget_grab_focus (start);
}
