/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-file-writer"

#include "config.h"

#include "ruhu-file-writer.h"

#include "ruhu-describe.h"
#include "ruhu-file-actions.h"
#include "ruhu-session-jobs.h"

#include <glib/gi18n.h>

struct _RuhuFileWriter
{
  GObject parent_instance;

  /* Owned. */
  RuhuWorker *worker;
  AdwToastOverlay *toasts;
  AdwToast *toast; /* the last one */

  gint64 last; /* what can be taken back; 0: nothing */
};

enum
{
  SIGNAL_WRITTEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RuhuFileWriter, ruhu_file_writer, G_TYPE_OBJECT)

/* Who is told, and in which words, that it is saved; and who, that it is not. */
typedef struct
{
  RuhuFileWriter *writer;
  char *sentence;
  RuhuRefusedFunc refused; /* NULL: a toast says it */
  gpointer data;
  GDestroyNotify destroy;
} Word;

static Word *
word_new (RuhuFileWriter *self, const char *sentence)
{
  Word *word = g_new0 (Word, 1);

  word->writer = g_object_ref (self);
  word->sentence = g_strdup (sentence);
  return word;
}

static void
word_free (Word *word)
{
  if (word->data != NULL)
    word->destroy (word->data);
  g_object_unref (word->writer);
  g_free (word->sentence);
  g_free (word);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Word, word_free)

/* What came of it: a number, or whether it can be taken back. */
typedef struct
{
  gint64 seq;
  gboolean can_undo;
} Outcome;

static void
say (RuhuFileWriter *self, const char *sentence, gboolean with_undo)
{
  g_autofree char *escaped = g_markup_escape_text (sentence, -1);
  AdwToast *toast = adw_toast_new (escaped);

  if (with_undo)
    {
      adw_toast_set_button_label (toast, _ ("_Undo"));
      adw_toast_set_action_name (toast, "household.undo");
      adw_toast_set_timeout (toast, 10);
    }
  /* Toasts wait for one another; what was said before is old news. */
  if (self->toast != NULL)
    adw_toast_dismiss (self->toast);
  g_set_object (&self->toast, toast);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

static void
say_error (RuhuFileWriter *self, const GError *error)
{
  g_autofree char *sentence = ruhu_describe_error (error);

  say (self, sentence, FALSE);
}

static gpointer
judge (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  Outcome *outcome = g_new0 (Outcome, 1);

  outcome->seq = *(gint64 *) data;
  outcome->can_undo = ruhu_store_can_undo (store, outcome->seq);
  return outcome;
}

static void
judged_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Word) word = data;
  g_autoptr (GError) error = NULL;
  g_autofree Outcome *outcome = ruhu_worker_run_finish (RUHU_WORKER (source), result, &error);

  if (outcome == NULL)
    return;
  word->writer->last = outcome->can_undo ? outcome->seq : 0;
  say (word->writer, word->sentence, outcome->can_undo);
}

static void
note (RuhuFileWriter *self, gint64 seq, const char *sentence)
{
  ruhu_worker_run_async (self->worker, judge, g_memdup2 (&seq, sizeof seq), g_free, g_free, NULL, judged_cb, word_new (self, sentence));
}

void
ruhu_file_writer_note_saved (RuhuFileWriter *self, gint64 seq)
{
  g_return_if_fail (RUHU_IS_FILE_WRITER (self));

  note (self, seq, _ ("Saved on this laptop."));
}

static const char *
get_first_error (GPtrArray *findings)
{
  for (guint i = 0; i < findings->len; i++)
    if (((RuhuFinding *) g_ptr_array_index (findings, i))->severity == RUHU_SEVERITY_ERROR)
      return ((RuhuFinding *) g_ptr_array_index (findings, i))->message;
  return "";
}

static void
say_refused (Word *word, const char *why)
{
  if (word->refused != NULL)
    word->refused (why, g_steal_pointer (&word->data));
  else
    say (word->writer, why, FALSE);
}

static void
written_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Word) word = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuSaved) saved = ruhu_worker_run_finish (RUHU_WORKER (source), result, &error);
  g_autofree char *why = NULL;

  if (saved == NULL)
    why = ruhu_describe_error (error);
  else if (!saved->saved)
    why = g_strdup_printf (_ ("Not saved: %s"), get_first_error (saved->findings));
  if (why != NULL)
    {
      say_refused (word, why);
      return;
    }
  g_signal_emit (word->writer, signals[SIGNAL_WRITTEN], 0);
  note (word->writer, saved->seq, word->sentence);
}

static void
write_set (RuhuFileWriter *self, const char *household, const char *visit, gint64 seen, json_object *set, Word *word)
{
  RuhuWriteRequest *request = g_new0 (RuhuWriteRequest, 1);

  request->scope = g_strdup (household);
  request->visit = g_strdup (visit);
  request->seen = seen;
  request->content = set;
  request->judged = TRUE;
  ruhu_worker_run_async (self->worker, ruhu_session_save, request, (GDestroyNotify) ruhu_write_request_free, (GDestroyNotify) ruhu_saved_free, NULL, written_cb, word);
}

void
ruhu_file_writer_write (RuhuFileWriter *self, const char *household, const char *visit, gint64 seen, json_object *set)
{
  g_return_if_fail (RUHU_IS_FILE_WRITER (self));

  write_set (self, household, visit, seen, set, word_new (self, _ ("Saved on this laptop.")));
}

void
ruhu_file_writer_write_typed (RuhuFileWriter *self, const char *household, gint64 seen, json_object *set, RuhuRefusedFunc refused, gpointer data, GDestroyNotify destroy)
{
  Word *word;

  g_return_if_fail (RUHU_IS_FILE_WRITER (self));

  word = word_new (self, _ ("Saved on this laptop."));
  word->refused = refused;
  word->data = data;
  word->destroy = destroy;
  write_set (self, household, NULL, seen, set, word);
}

void
ruhu_file_writer_write_saying (RuhuFileWriter *self, const char *household, gint64 seen, json_object *set, const char *sentence)
{
  g_return_if_fail (RUHU_IS_FILE_WRITER (self));

  write_set (self, household, NULL, seen, set, word_new (self, sentence));
}

void
ruhu_file_writer_remove (RuhuFileWriter *self, const char *household, gint64 seen, const char *type, const char *record, const char *title)
{
  g_autofree char *sentence = g_strdup_printf (_ ("Removed: %s"), title);

  g_return_if_fail (RUHU_IS_FILE_WRITER (self));

  write_set (self, household, NULL, seen, ruhu_file_actions_make_removal (type, record, TRUE), word_new (self, sentence));
}

static gpointer
take_back (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autofree Outcome *outcome = g_new0 (Outcome, 1);

  if (!ruhu_store_undo (store, *(gint64 *) data, &outcome->seq, error))
    return NULL;
  outcome->can_undo = ruhu_store_can_undo (store, outcome->seq);
  return g_steal_pointer (&outcome);
}

static void
taken_back_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (RuhuFileWriter) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree Outcome *outcome = ruhu_worker_run_finish (RUHU_WORKER (source), result, &error);

  if (outcome == NULL)
    {
      say_error (self, error);
      return;
    }
  self->last = outcome->can_undo ? outcome->seq : 0;
  g_signal_emit (self, signals[SIGNAL_WRITTEN], 0);
  say (self, _ ("Taken back: the earlier values are there again."), FALSE);
}

void
ruhu_file_writer_undo (RuhuFileWriter *self)
{
  g_return_if_fail (RUHU_IS_FILE_WRITER (self));

  if (self->last == 0)
    {
      say (self, _ ("There is nothing to take back."), FALSE);
      return;
    }
  ruhu_worker_run_async (self->worker, take_back, g_memdup2 (&self->last, sizeof self->last), g_free, g_free, NULL, taken_back_cb, g_object_ref (self));
  self->last = 0;
}

static void
ruhu_file_writer_finalize (GObject *object)
{
  RuhuFileWriter *self = RUHU_FILE_WRITER (object);

  g_clear_object (&self->worker);
  g_clear_object (&self->toasts);
  g_clear_object (&self->toast);
  G_OBJECT_CLASS (ruhu_file_writer_parent_class)->finalize (object);
}

static void
ruhu_file_writer_class_init (RuhuFileWriterClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ruhu_file_writer_finalize;
  signals[SIGNAL_WRITTEN] = g_signal_new ("written", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
ruhu_file_writer_init (RuhuFileWriter *self)
{
}

RuhuFileWriter *
ruhu_file_writer_new (RuhuWorker *worker, AdwToastOverlay *toasts)
{
  RuhuFileWriter *self = g_object_new (RUHU_TYPE_FILE_WRITER, NULL);

  self->worker = g_object_ref (worker);
  self->toasts = g_object_ref (toasts);
  return self;
}
