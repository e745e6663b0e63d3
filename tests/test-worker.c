/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "test-worker"

#include "config.h"

#include "ruhu-error.h"
#include "ruhu-worker.h"

#include <glib/gstdio.h>

#define PATIENCE_MS 20000

typedef struct
{
  char *directory;
  char *path;
  RuhuWorker *worker;
  GString *order;
  guint n_changed;
} Fixture;

typedef struct
{
  gpointer result;
  GError *error;
  gboolean done;
} Outcome;

static void
changed_cb (Fixture *fixture)
{
  fixture->n_changed++;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->directory = g_dir_make_tmp ("ruhu-test-worker-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = g_build_filename (fixture->directory, "ruhu.db", NULL);
  fixture->worker = ruhu_worker_new (fixture->path);
  g_signal_connect_swapped (fixture->worker, "changed", G_CALLBACK (changed_cb), fixture);
  fixture->order = g_string_new (NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  static const char *const tails[] = { "", "-wal", "-shm" };

  g_assert_finalize_object (fixture->worker);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  for (gsize i = 0; i < G_N_ELEMENTS (tails); i++)
    {
      g_autofree char *path = g_strconcat (fixture->path, tails[i], NULL);

      (void) g_unlink (path);
    }
  g_rmdir (fixture->path);
  g_rmdir (fixture->directory);
  g_string_free (fixture->order, TRUE);
  g_free (fixture->path);
  g_free (fixture->directory);
}

static gboolean
give_up_cb (gpointer data)
{
  g_error ("waited in vain");
  return G_SOURCE_REMOVE;
}

#define wait_until(condition)                                       \
  G_STMT_START                                                      \
  {                                                                 \
    guint patience = g_timeout_add (PATIENCE_MS, give_up_cb, NULL); \
    while (!(condition))                                            \
      g_main_context_iteration (NULL, TRUE);                        \
    g_source_remove (patience);                                     \
  }                                                                 \
  G_STMT_END

static void
done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Outcome *outcome = user_data;

  outcome->result = ruhu_worker_run_finish (RUHU_WORKER (source), result, &outcome->error);
  outcome->done = TRUE;
}

static void
outcome_clear (Outcome *outcome)
{
  g_clear_error (&outcome->error);
  g_clear_pointer (&outcome->result, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outcome, outcome_clear)

typedef struct
{
  Fixture *fixture;
  char letter;
} Letter;

/* Slower at first, so that threads that ran side by side would be seen. */
static gpointer
append_letter (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  Letter *letter = data;

  g_usleep (letter->letter == 'a' ? 50000 : 1000);
  g_string_append_c (letter->fixture->order, letter->letter);
  return g_strndup (&letter->letter, 1);
}

static void
append (Fixture *fixture, char letter, GCancellable *cancellable, Outcome *outcome)
{
  Letter *data = g_new0 (Letter, 1);

  data->fixture = fixture;
  data->letter = letter;
  ruhu_worker_run_async (fixture->worker, append_letter, data, g_free, g_free, cancellable, done_cb, outcome);
}

static void
test_order (Fixture *fixture, gconstpointer data)
{
  Outcome outcomes[8] = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    append (fixture, (char) ('a' + i), NULL, &outcomes[i]);
  wait_until (outcomes[7].done);
  g_assert_cmpstr (fixture->order->str, ==, "abcdefgh");
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    {
      g_assert_true (outcomes[i].done);
      g_assert_no_error (outcomes[i].error);
      g_assert_cmpint (((char *) outcomes[i].result)[0], ==, 'a' + (int) i);
      outcome_clear (&outcomes[i]);
    }
}

static gpointer
fail (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_NO_SPACE, "the disk is full");
  return NULL;
}

static void
test_error (Fixture *fixture, gconstpointer data)
{
  g_auto (Outcome) failed = { 0 };
  g_auto (Outcome) next = { 0 };

  ruhu_worker_run_async (fixture->worker, fail, NULL, NULL, NULL, NULL, done_cb, &failed);
  append (fixture, 'x', NULL, &next);
  wait_until (next.done);
  g_assert_true (failed.done);
  g_assert_null (failed.result);
  g_assert_error (failed.error, RUHU_ERROR, RUHU_ERROR_NO_SPACE);
  g_assert_no_error (next.error);
}

/* As long as nobody stops it. */
static gpointer
count_for_ever (RuhuStore *store, gpointer started, GCancellable *cancellable, GError **error)
{
  gint64 n = 0;

  g_atomic_int_set ((int *) started, TRUE);
  (void) !ruhu_database_get_integer (ruhu_store_get_database (store), "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count (*) FROM n", 0, &n, error, "");
  return NULL;
}

static void
test_a_cancelled_reading_ends (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (Outcome) stopped = { 0 };
  g_auto (Outcome) next = { 0 };
  int started = FALSE;

  ruhu_worker_read_async (fixture->worker, count_for_ever, &started, NULL, NULL, cancellable, done_cb, &stopped);
  append (fixture, 'x', NULL, &next);
  while (!g_atomic_int_get (&started))
    g_thread_yield ();
  g_cancellable_cancel (cancellable);
  /* In two threads. */
  wait_until (stopped.done && next.done);
  g_assert_error (stopped.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpstr (fixture->order->str, ==, "x");
}

static gpointer
nothing (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  return NULL;
}

static void
test_nothing_is_a_result (Fixture *fixture, gconstpointer data)
{
  g_auto (Outcome) outcome = { 0 };

  ruhu_worker_run_async (fixture->worker, nothing, NULL, NULL, NULL, NULL, done_cb, &outcome);
  wait_until (outcome.done);
  g_assert_no_error (outcome.error);
  g_assert_null (outcome.result);
}

static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (Outcome) first = { 0 };
  g_auto (Outcome) cancelled = { 0 };
  g_auto (Outcome) last = { 0 };

  append (fixture, 'a', NULL, &first);
  append (fixture, 'b', cancellable, &cancelled);
  append (fixture, 'c', NULL, &last);
  g_cancellable_cancel (cancellable);
  wait_until (last.done && cancelled.done);
  g_assert_error (cancelled.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpstr (fixture->order->str, ==, "ac");
}

static gpointer
put_draft (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autofree char *id = ruhu_random_id ();
  json_object *body = json_object_new_object ();
  /* Only an enrolled laptop keeps drafts. */
  gboolean put = ruhu_store_set_meta (store, "device", "0123456789abcdef", error) && ruhu_store_put_draft (store, id, "visit", "household-1", 0, body, error);

  json_object_put (body);
  return put ? g_steal_pointer (&id) : NULL;
}

static void
test_flush (Fixture *fixture, gconstpointer data)
{
  Outcome outcomes[3] = { 0 };

  append (fixture, 'a', NULL, &outcomes[0]);
  append (fixture, 'b', NULL, &outcomes[1]);
  append (fixture, 'c', NULL, &outcomes[2]);
  ruhu_worker_flush (fixture->worker);
  g_assert_cmpstr (fixture->order->str, ==, "abc");
  wait_until (outcomes[2].done);
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    outcome_clear (&outcomes[i]);
}

static RuhuStore *
open_again (Fixture *fixture)
{
  RuhuStoreOptions options = { .path = fixture->path };
  g_autoptr (GError) error = NULL;
  RuhuStore *store = ruhu_store_open (&options, &error);

  g_assert_no_error (error);
  return store;
}

static guint
count_drafts (RuhuStore *store)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) drafts = ruhu_store_list_drafts (store, NULL, &error);

  g_assert_no_error (error);
  return drafts->len;
}

static void
test_flushed_is_on_disk (Fixture *fixture, gconstpointer data)
{
  g_auto (Outcome) outcome = { 0 };
  g_autoptr (RuhuStore) store = NULL;

  ruhu_worker_run_async (fixture->worker, put_draft, NULL, NULL, g_free, NULL, done_cb, &outcome);
  ruhu_worker_flush (fixture->worker);
  store = open_again (fixture);
  g_assert_cmpuint (count_drafts (store), ==, 1);
  wait_until (outcome.done);
  g_assert_no_error (outcome.error);
}

static void
test_own_writes_are_announced (Fixture *fixture, gconstpointer data)
{
  g_auto (Outcome) read = { 0 };
  g_auto (Outcome) write = { 0 };

  ruhu_worker_run_async (fixture->worker, nothing, NULL, NULL, NULL, NULL, done_cb, &read);
  wait_until (read.done);
  ruhu_worker_flush (fixture->worker);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (fixture->n_changed, ==, 0);
  ruhu_worker_run_async (fixture->worker, put_draft, NULL, NULL, g_free, NULL, done_cb, &write);
  wait_until (fixture->n_changed > 0);
  wait_until (write.done);
  g_assert_cmpuint (fixture->n_changed, ==, 1);
}

static gpointer
tell_drafts (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) drafts = ruhu_store_list_drafts (store, NULL, error);

  return drafts != NULL ? g_strdup_printf ("%u", drafts->len) : NULL;
}

/* The daemon, for one. */
static void
test_others_writes_are_noticed (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuStore) store = NULL;
  gint64 start;

  ruhu_worker_flush (fixture->worker);
  store = open_again (fixture);
  g_free (put_draft (store, NULL, NULL, &error));
  g_assert_no_error (error);
  start = g_get_monotonic_time ();
  wait_until (fixture->n_changed > 0);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 10 * G_TIME_SPAN_SECOND);
}

/* The daemon has set the damaged database aside and put a new one in its place: that is noticed without a job, the new one is read, and its changes are noticed. */
static void
test_another_file_in_its_place_is_opened (Fixture *fixture, gconstpointer data)
{
  static const char *const tails[] = { "-wal", "-shm", "" };
  g_autofree char *fresh = g_strconcat (fixture->path, ".rebuilding", NULL);
  RuhuStoreOptions options = { .path = fresh, .flags = RUHU_DATABASE_CREATE };
  g_autoptr (RuhuStore) store = NULL, again = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *draft = NULL;
  g_auto (Outcome) read = { 0 };
  guint before;

  ruhu_worker_flush (fixture->worker);
  store = ruhu_store_open (&options, &error);
  draft = put_draft (store, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (ruhu_database_checkpoint (ruhu_store_get_database (store), &error));
  g_clear_pointer (&store, ruhu_store_close);
  for (gsize i = 0; i < G_N_ELEMENTS (tails); i++)
    {
      g_autofree char *from = g_strconcat (fixture->path, tails[i], NULL), *to = g_strconcat (fixture->path, ".damaged", tails[i], NULL);

      g_assert_cmpint (g_rename (from, to), ==, 0);
    }
  g_assert_cmpint (g_rename (fresh, fixture->path), ==, 0);
  wait_until (fixture->n_changed > 0);
  ruhu_worker_run_async (fixture->worker, tell_drafts, NULL, NULL, g_free, NULL, done_cb, &read);
  wait_until (read.done);
  g_assert_no_error (read.error);
  g_assert_cmpstr (read.result, ==, "1");
  before = fixture->n_changed;
  again = open_again (fixture);
  g_free (put_draft (again, NULL, NULL, &error));
  wait_until (fixture->n_changed > before);
  for (gsize i = 0; i < G_N_ELEMENTS (tails); i++)
    {
      g_autofree char *aside = g_strconcat (fixture->path, ".damaged", tails[i], NULL);

      g_unlink (aside);
    }
}

/* What cannot be opened now may be opened later: a directory stands in the file's place at first. */
static void
test_store_is_tried_again (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->directory, "later.db", NULL);
  g_autofree char *wal = g_strconcat (path, "-wal", NULL);
  g_autofree char *shm = g_strconcat (path, "-shm", NULL);
  g_autoptr (RuhuWorker) worker = NULL;
  g_autoptr (RuhuCatalogue) catalogue = NULL;
  g_auto (Outcome) failed = { 0 };
  g_auto (Outcome) opened = { 0 };

  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
  worker = ruhu_worker_new (path);
  ruhu_worker_run_async (worker, put_draft, NULL, NULL, g_free, NULL, done_cb, &failed);
  wait_until (failed.done);
  g_assert_nonnull (failed.error);
  g_assert_null (ruhu_worker_dup_catalogue (worker));
  g_assert_cmpint (g_rmdir (path), ==, 0);
  ruhu_worker_run_async (worker, put_draft, NULL, NULL, g_free, NULL, done_cb, &opened);
  wait_until (opened.done);
  g_assert_no_error (opened.error);
  catalogue = ruhu_worker_dup_catalogue (worker);
  g_assert_nonnull (ruhu_catalogue_get_record (catalogue, "household"));
  g_clear_object (&worker);
  g_unlink (path);
  g_unlink (wal);
  g_unlink (shm);
}

/* The file closes with the worker, after everything that it was given. */
static void
test_end_waits_for_jobs (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->directory, "end.db", NULL);
  RuhuWorker *worker = ruhu_worker_new (path);
  g_auto (Outcome) outcome = { 0 };
  RuhuStoreOptions options = { .path = path };
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuStore) store = NULL;

  ruhu_worker_run_async (worker, put_draft, NULL, NULL, g_free, NULL, done_cb, &outcome);
  g_object_unref (worker);
  wait_until (outcome.done);
  g_assert_no_error (outcome.error);
  store = ruhu_store_open (&options, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count_drafts (store), ==, 1);
  g_clear_pointer (&store, ruhu_store_close);
  g_unlink (path);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define add(name, func) g_test_add ("/worker/" name, Fixture, NULL, set_up, func, tear_down)
  add ("jobs-run-in-order", test_order);
  add ("errors-come-back", test_error);
  add ("nothing-is-a-result", test_nothing_is_a_result);
  add ("a-cancelled-job-is-not-run", test_cancel);
  add ("a-cancelled-reading-ends", test_a_cancelled_reading_ends);
  add ("flush-waits-for-all", test_flush);
  add ("what-is-flushed-is-on-disk", test_flushed_is_on_disk);
  add ("own-writes-are-announced", test_own_writes_are_announced);
  add ("others-writes-are-noticed", test_others_writes_are_noticed);
  add ("another-file-in-its-place-is-opened", test_another_file_in_its_place_is_opened);
  add ("a-store-that-fails-is-tried-again", test_store_is_tried_again);
  add ("the-end-waits-for-jobs", test_end_waits_for_jobs);
#undef add
  return g_test_run ();
}
