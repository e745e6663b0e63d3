/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ruhu-standing.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-page.h"
#include "ruhu-wire.h"

#include <glib/gstdio.h>
#include <string.h>

void
standing_set_up (Fixture *f, gconstpointer data)
{
  f->township = township_new ();
  f->a = laptop_new (f->township, "0a", "helper-a");
  f->b = laptop_new (f->township, "0b", "helper-b");
  f->office = laptop_new (f->township, "0c", "office");
  laptop_pull (f->a, f->township);
  laptop_pull (f->b, f->township);
  laptop_pull (f->office, f->township);
}

void
standing_tear_down (Fixture *f, gconstpointer data)
{
  laptop_free (f->a);
  laptop_free (f->b);
  laptop_free (f->office);
  township_free (f->township);
}

static char *
copy_path (const char *path)
{
  return g_strconcat (path, ".copy", NULL);
}

void
standing_back_up (RuhuStore *store, const char *path)
{
  g_autofree char *copy = copy_path (path);
  g_autoptr (GError) error = NULL;

  g_assert_true (ruhu_database_backup (ruhu_store_get_database (store), copy, &error));
  g_assert_no_error (error);
}

/* The closed database at @path is what it was at the backup. */
void
standing_put_back (const char *path)
{
  static const char *const suffixes[] = { "-wal", "-shm" };
  g_autofree char *copy = copy_path (path);
  g_autofree char *bytes = NULL;
  gsize size;

  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *beside = g_strconcat (path, suffixes[i], NULL);

      g_unlink (beside);
    }
  g_assert_true (g_file_get_contents (copy, &bytes, &size, NULL));
  g_assert_true (g_file_set_contents (path, bytes, (gssize) size, NULL));
}

static char *
township_path (Fixture *f)
{
  return g_strdup (ruhu_database_get_path (ruhu_store_get_database (f->township->store)));
}

void
standing_back_up_township (Fixture *f)
{
  g_autofree char *path = township_path (f);

  standing_back_up (f->township->store, path);
}

void
standing_restore_township (Fixture *f, gboolean mark)
{
  g_autofree char *path = township_path (f);
  g_autoptr (GError) error = NULL;
  gboolean marked = FALSE;

  township_close (f->township);
  standing_put_back (path);
  township_reopen (f->township);
  g_assert_true (!mark || ruhu_ledger_mark_restored (f->township->ledger, TRUE, 0, &marked, &error));
  g_assert_no_error (error);
  g_assert_cmpint (marked, ==, mark);
}

/* The question that a laptop asks, and its answer. */
RuhuStandingAnswer *
standing_ask (Fixture *f, Laptop *laptop, gboolean fresh)
{
  g_autoptr (RuhuJson) list = fresh ? json_object_new_array () : ruhu_replica_list_checkpoints (laptop->replica, NULL);
  g_autoptr (RuhuJson) out = NULL;
  g_autoptr (GArray) checkpoints = g_array_new (FALSE, FALSE, sizeof (RuhuCheckpoint));
  g_autoptr (GError) error = NULL;
  RuhuStandingAnswer *answer;
  gboolean rewritten;
  const char *text;

  g_assert_nonnull (list);
  for (gsize i = 0; i < json_object_array_length (list); i++)
    {
      json_object *item = json_object_array_get_idx (list, i);
      RuhuCheckpoint checkpoint = { json_object_get_int64 (json_object_object_get (item, "position")),
                                    (char *) json_object_get_string (json_object_object_get (item, "hash")) };

      g_array_append_val (checkpoints, checkpoint);
    }
  g_assert_true (ruhu_ledger_stand (f->township->ledger, laptop->device, checkpoints, &rewritten, &out, &error));
  g_assert_no_error (error);
  text = json_object_to_json_string (out);
  answer = ruhu_standing_answer_parse (text, strlen (text), &error);
  g_assert_no_error (error);
  g_assert_cmpint (answer->rewritten, ==, rewritten);
  return answer;
}

void
standing_start_anew (Fixture *f, Laptop *laptop, gboolean fresh, gint64 reused, const char *notice)
{
  g_autoptr (RuhuStandingAnswer) answer = standing_ask (f, laptop, fresh);
  RuhuRebase to = { .position = answer->position,
                    .hash = answer->hash,
                    .fresh = fresh,
                    .accepted = answer->accepted,
                    .reused = reused,
                    .scopes = (const char *const *) answer->scopes,
                    .refused = (const RuhuEntry *) (const void *) answer->refused->data,
                    .n_refused = answer->refused->len,
                    .notice = notice };
  g_autoptr (GError) error = NULL;

  g_assert_false (answer->rewritten);
  g_assert_true (ruhu_replica_get_pushed (laptop->replica, &to.pushed, &error));
  g_assert_true (ruhu_replica_rebase (laptop->replica, &to, &error));
  g_assert_no_error (error);
  laptop_reopen (laptop, f->township);
}

void
standing_assert_told_otherwise (Fixture *f, Laptop *laptop)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autofree char *hash = NULL;
  g_autoptr (GError) error = NULL;
  gint64 cursor;

  g_assert_true (ruhu_replica_get_cursor (laptop->replica, &cursor, &hash, &error));
  g_assert_nonnull (hash);
  g_assert_false (ruhu_ledger_stream (f->township->ledger, laptop->device, cursor, hash, 500, lines, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_REWRITTEN);
}

static GPtrArray *
read_outbox (Laptop *laptop, gint64 after)
{
  GPtrArray *changes = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_pushed_free);
  g_autoptr (GString) lines = g_string_new (NULL);
  gsize offset = 0, length;
  const char *line;
  gint64 last;

  g_assert_true (ruhu_replica_take_outbox (laptop->replica, after, 1000, 1 << 20, lines, &last, NULL));
  while (ruhu_wire_next_line (lines->str, lines->len, &offset, &line, &length))
    {
      RuhuPushed *pushed = g_new0 (RuhuPushed, 1);

      pushed->line = g_strndup (line, length);
      pushed->length = length;
      pushed->change = ruhu_change_parse (line, length, NULL);
      g_ptr_array_add (changes, pushed);
    }
  return changes;
}

/* What stops a push, with the place at which the laptop stands. */
GError *
standing_push_at (Fixture *f, Laptop *laptop, gboolean gaps, gint64 *stopped_at)
{
  g_autoptr (GPtrArray) changes = read_outbox (laptop, 0);
  RuhuBatch batch = { .device = laptop->device, .changes = changes, .gaps = gaps };
  RuhuBatch *batches[] = { &batch };
  g_autoptr (GError) error = NULL;
  GError *stop;

  g_assert_true (ruhu_replica_get_cursor (laptop->replica, &batch.at, &batch.hash, &error));
  g_assert_true (ruhu_ledger_accept (f->township->ledger, batches, 1, &error));
  stop = g_steal_pointer (&batch.stop);
  if (stopped_at != NULL)
    *stopped_at = batch.stopped_at;
  g_free (batch.hash);
  ruhu_batch_clear (&batch);
  return stop;
}

void
standing_sync_all (Fixture *f)
{
  for (guint i = 0; i < 2; i++)
    {
      laptop_sync (f->a, f->township);
      laptop_sync (f->b, f->township);
      laptop_sync (f->office, f->township);
    }
}

static void
assert_same (RuhuStore *x, RuhuStore *y, const char *scope)
{
  g_autofree char *left = store_dump (x, scope);
  g_autofree char *right = store_dump (y, scope);

  g_assert_cmpstr (left, ==, right);
}

void
standing_assert_same (Fixture *f)
{
  gint64 checked;
  g_autoptr (GError) error = NULL;

  assert_same (f->township->store, f->office->store, NULL);
  assert_same (f->township->store, f->a->store, "h1");
  assert_same (f->township->store, f->b->store, "h1");
  assert_same (f->township->store, f->b->store, "h2");
  g_assert_cmpint (store_count (f->a->store, "SELECT count (*) FROM log WHERE position IS NULL AND kind = 'change'"), ==, 0);
  g_assert_true (ruhu_ledger_verify (f->township->ledger, &checked, &error));
  g_assert_no_error (error);
}
