/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A township restored from an older backup, a laptop's data put back from an older copy, a laptop that begins anew: on real files, by the real lines of the wire. */
#include "config.h"

#include "ruhu-answer.h"
#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-fixture.h"
#include "ruhu-page.h"
#include "ruhu-wire.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  Township *township;
  Laptop *a; /* helper-a: h1 */
  Laptop *b; /* helper-b: h1, h2 */
  Laptop *office;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->township = township_new ();
  f->a = laptop_new (f->township, "0a", "helper-a");
  f->b = laptop_new (f->township, "0b", "helper-b");
  f->office = laptop_new (f->township, "0c", "office");
  laptop_pull (f->a, f->township);
  laptop_pull (f->b, f->township);
  laptop_pull (f->office, f->township);
}

static void
tear_down (Fixture *f, gconstpointer data)
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

static void
back_up (RuhuStore *store, const char *path)
{
  g_autofree char *copy = copy_path (path);
  g_autoptr (GError) error = NULL;

  g_assert_true (ruhu_database_backup (ruhu_store_get_database (store), copy, &error));
  g_assert_no_error (error);
}

/* The closed database at @path is what it was at the backup. */
static void
put_back (const char *path)
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

static void
back_up_township (Fixture *f)
{
  g_autofree char *path = township_path (f);

  back_up (f->township->store, path);
}

static void
restore_township (Fixture *f, gboolean mark)
{
  g_autofree char *path = township_path (f);
  g_autoptr (GError) error = NULL;
  gboolean marked = FALSE;

  township_close (f->township);
  put_back (path);
  township_reopen (f->township);
  g_assert_true (!mark || ruhu_ledger_mark_restored (f->township->ledger, TRUE, &marked, &error));
  g_assert_no_error (error);
  g_assert_cmpint (marked, ==, mark);
}

/* The question that a laptop asks, and its answer. */
static RuhuStandingAnswer *
ask (Fixture *f, Laptop *laptop, gboolean fresh)
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

static void
start_anew (Fixture *f, Laptop *laptop, gboolean fresh, gint64 reused, const char *notice)
{
  g_autoptr (RuhuStandingAnswer) answer = ask (f, laptop, fresh);
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

static void
assert_is_told_otherwise (Fixture *f, Laptop *laptop)
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
static GError *
push_at (Fixture *f, Laptop *laptop, gboolean gaps, gint64 *stopped_at)
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

static void
sync_all (Fixture *f)
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

static void
assert_all_same (Fixture *f)
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

#define OLD   "{\"person\":{\"p1\":{\"relation\":\"99\"}}}"
#define BIRTH "{\"person\":{\"p1\":{\"birth\":\"1970-01-02\"}}}"

/* Acknowledged before the backup, and after it: by three laptops. */
static void
lose_what_was_acknowledged (Fixture *f, gboolean mark)
{
  laptop_save (f->a, "h1", OLD, -1);
  sync_all (f);
  back_up_township (f);
  laptop_save (f->a, "h1", BIRTH, -1);
  laptop_save (f->b, "h2", "{\"person\":{\"p2\":{\"birth\":\"1980-03-04\"}}}", -1);
  sync_all (f);
  laptop_save (f->office, "h1", "{\"household\":{\"h1\":{\"land_arable\":2.5}}}", -1);
  sync_all (f);
  laptop_save (f->a, "h1", "{\"household\":{\"h1\":{\"land_forest\":1.5}}}", -1);
  restore_township (f, mark);
}

static void
test_what_a_restore_lost_is_sent_again (Fixture *f, gconstpointer data)
{
  Laptop *all[] = { f->a, f->b, f->office };
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  lose_what_was_acknowledged (f, TRUE);
  g_assert_true (ruhu_database_get_text (ruhu_store_get_database (f->a->store), "SELECT group_concat (body) FROM (SELECT body FROM log WHERE device = '0a' AND seq > 0 ORDER BY seq)",
                                         &before, NULL, ""));
  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_autoptr (GError) stop = NULL;

      assert_is_told_otherwise (f, all[i]);
      if (i == 0)
        {
          stop = push_at (f, all[i], FALSE, NULL);
          g_assert_error (stop, RUHU_ERROR, RUHU_ERROR_REWRITTEN);
        }
      start_anew (f, all[i], FALSE, 0, "restored");
      laptop_sync (all[i], f->township);
    }
  sync_all (f);
  assert_all_same (f);
  assert_value (f->office->store, "person", "p1", "birth", "\"1970-01-02\"");
  assert_value (f->office->store, "person", "p2", "birth", "\"1980-03-04\"");
  assert_value (f->a->store, "household", "h1", "land_arable", "2.5");
  assert_value (f->office->store, "household", "h1", "land_forest", "1.5");
  g_assert_true (ruhu_database_get_text (ruhu_store_get_database (f->township->store),
                                         "SELECT group_concat (body) FROM (SELECT body FROM log WHERE device = '0a' AND seq > 0 ORDER BY seq)", &after, NULL, ""));
  g_assert_cmpstr (after, ==, before);
  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_assert_cmpint (store_count (all[i]->store, "SELECT count (*) FROM witness"), ==, 0);
      g_assert_cmpint (store_count (all[i]->store, "SELECT count (*) FROM notice WHERE kind = 'restored'"), ==, 1);
    }
  g_assert_cmpint (store_count (f->a->store, "SELECT CAST (counts ->> 'again' AS INTEGER) FROM notice"), ==, 1);
}

static void
test_what_only_a_witness_has_is_kept (Fixture *f, gconstpointer data)
{
  lose_what_was_acknowledged (f, TRUE);
  start_anew (f, f->office, FALSE, 0, "restored");
  laptop_sync (f->office, f->township);
  /* The laptops of helper-a and helper-b have not been heard of. */
  g_assert_cmpint (store_count (f->office->store, "SELECT count (*) FROM witness"), ==, 2);
  g_assert_cmpint (store_count (f->office->store, "SELECT count (*) FROM witness WHERE body LIKE '%1980-03-04%' AND device = '0b' AND scope = 'h2'"), ==, 1);
  assert_value (f->office->store, "person", "p2", "birth", "-");
  start_anew (f, f->b, FALSE, 0, "restored");
  laptop_sync (f->b, f->township);
  laptop_sync (f->office, f->township);
  g_assert_cmpint (store_count (f->office->store, "SELECT count (*) FROM witness"), ==, 1);
  assert_value (f->office->store, "person", "p2", "birth", "\"1980-03-04\"");
}

/* What was made on what the restore lost says that it saw positions which are not given again: nothing new is taken for seen. */
static void
test_nothing_after_a_restore_counts_as_seen_before_it (Fixture *f, gconstpointer data)
{
  lose_what_was_acknowledged (f, TRUE);
  laptop_save (f->b, "h1", "{\"person\":{\"p1\":{\"relation\":\"02\"}}}", -1);
  /* Meanwhile another laptop, whose place is before the backup, has its say. */
  township_write (f->township, "h1", "{\"person\":{\"p1\":{\"relation\":\"01\"}}}");
  for (guint i = 0; i < 40; i++)
    township_write (f->township, "h2", "{\"household\":{\"h2\":{\"land_arable\":1}}}");
  start_anew (f, f->b, FALSE, 0, "restored");
  laptop_sync (f->b, f->township);
  g_assert_cmpint (store_count (f->township->store, "SELECT count (*) FROM conflict WHERE record = 'p1' AND field = 'relation'"), ==, 1);
}

static void
test_a_rewritten_history_is_no_restore (Fixture *f, gconstpointer data)
{
  g_autoptr (RuhuStandingAnswer) shorter = NULL;
  g_autoptr (RuhuStandingAnswer) other = NULL;
  g_autoptr (GError) error = NULL;

  lose_what_was_acknowledged (f, FALSE);
  shorter = ask (f, f->a, FALSE);
  g_assert_true (shorter->rewritten);
  for (guint i = 0; i < 20; i++)
    township_write (f->township, "h2", "{\"household\":{\"h2\":{\"land_arable\":1}}}");
  assert_is_told_otherwise (f, f->a);
  other = ask (f, f->a, FALSE);
  g_assert_true (other->rewritten);
  /* Work goes on. */
  laptop_save (f->a, "h1", "{\"person\":{\"p1\":{\"name\":\"曾大明\"}}}", -1);
  assert_value (f->a->store, "person", "p1", "birth", "\"1970-01-02\"");
}

static void
test_a_restore_after_which_it_was_rewritten_is_told_apart (Fixture *f, gconstpointer data)
{
  g_autoptr (RuhuStandingAnswer) answer = NULL;

  lose_what_was_acknowledged (f, TRUE);
  g_assert_true (ruhu_database_execute (ruhu_store_get_database (f->a->store), "UPDATE checkpoint SET hash = '00' || substr (hash, 3) WHERE position < 1000000", NULL));
  answer = ask (f, f->a, FALSE);
  g_assert_true (answer->rewritten);
}

static void
test_what_a_backup_holds_of_the_backup_is_a_restore_by_itself (Fixture *f, gconstpointer data)
{
  gboolean marked = TRUE;
  gint64 head;

  g_assert_true (ruhu_ledger_mark_restored (f->township->ledger, FALSE, &marked, NULL));
  g_assert_false (marked);
  g_assert_true (ruhu_ledger_mark_backup (f->township->ledger, NULL));
  g_assert_true (ruhu_ledger_mark_restored (f->township->ledger, FALSE, &marked, NULL));
  g_assert_true (marked);
  g_assert_true (ruhu_ledger_get_head (f->township->ledger, &head, NULL, NULL));
  g_assert_cmpint (head, ==, 1000000000);
  g_assert_true (ruhu_ledger_mark_restored (f->township->ledger, FALSE, &marked, NULL));
  g_assert_false (marked);
  /* Whoever was up to date goes on as if nothing had been. */
  laptop_save (f->a, "h1", BIRTH, -1);
  sync_all (f);
  assert_all_same (f);
}

/* What was taken, but whose echo had not come: the laptop stands before the restore, and nothing is rewritten for it. */
static void
test_an_answer_without_its_echo_is_not_believed_after_a_restore (Fixture *f, gconstpointer data)
{
  gint64 pushed, lost;

  back_up_township (f);
  laptop_save (f->a, "h1", BIRTH, -1);
  laptop_push (f->a, f->township);
  restore_township (f, TRUE);
  g_assert_true (ruhu_replica_get_pushed (f->a->replica, &pushed, NULL));
  laptop_pull (f->a, f->township);
  g_assert_true (ruhu_replica_find_lost (f->a->replica, pushed, &lost, NULL));
  g_assert_cmpint (lost, ==, 1);
  g_assert_true (ruhu_replica_lower_pushed (f->a->replica, lost - 1, NULL));
  sync_all (f);
  assert_all_same (f);
  assert_value (f->office->store, "person", "p1", "birth", "\"1970-01-02\"");
}

/* Own changes that went with a household are not here any more to be sent again; what follows them still gets through. */
static void
test_what_was_forgotten_leaves_a_gap_that_is_passed (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) stop = NULL;
  g_autoptr (GError) passed = NULL;

  back_up_township (f);
  laptop_save (f->b, "h2", "{\"household\":{\"h2\":{\"land_arable\":3}}}", -1);
  laptop_save (f->b, "h1", BIRTH, -1);
  sync_all (f);
  township_write (f->township, "h2", "{\"assignment\":{\"a3\":{\"deleted\":true}}}");
  sync_all (f);
  g_assert_cmpint (store_count (f->b->store, "SELECT count (*) FROM log WHERE device = '0b' AND scope = 'h2'"), ==, 0);
  restore_township (f, TRUE);
  start_anew (f, f->b, FALSE, 0, "restored");
  stop = push_at (f, f->b, FALSE, NULL);
  g_assert_error (stop, RUHU_ERROR, RUHU_ERROR_GAP);
  passed = push_at (f, f->b, TRUE, NULL);
  g_assert_no_error (passed);
  laptop_pull (f->b, f->township);
  start_anew (f, f->office, FALSE, 0, NULL);
  laptop_pull (f->office, f->township);
  assert_value (f->office->store, "person", "p1", "birth", "\"1970-01-02\"");
}

/* The laptop's data folder as it was before the last two changes. */
static void
put_laptop_back (Fixture *f)
{
  laptop_save (f->a, "h1", OLD, -1);
  sync_all (f);
  back_up (f->a->store, f->a->path);
  laptop_save (f->a, "h1", BIRTH, -1);
  laptop_save (f->a, "h1", "{\"household\":{\"h1\":{\"land_arable\":2.5}}}", -1);
  sync_all (f);
  laptop_close (f->a);
  put_back (f->a->path);
  laptop_reopen (f->a, f->township);
}

static void
test_a_laptop_put_back_sees_that_it_was (Fixture *f, gconstpointer data)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autofree char *hash = NULL;
  g_autoptr (RuhuPage) page = NULL;
  g_autoptr (GError) error = NULL;
  gint64 cursor;
  gsize applied;

  put_laptop_back (f);
  g_assert_true (ruhu_replica_get_cursor (f->a->replica, &cursor, &hash, &error));
  g_assert_true (ruhu_ledger_stream (f->township->ledger, "0a", cursor, hash, 100000, lines, &error));
  page = ruhu_page_parse (lines->str, lines->len, &error);
  g_assert_no_error (error);
  g_assert_false (ruhu_replica_apply (f->a->replica, (RuhuEntry *) (void *) page->entries->data, page->entries->len, &applied, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_SEQ_REUSED);
  start_anew (f, f->a, TRUE, ruhu_replica_get_reused (f->a->replica), "reused");
  sync_all (f);
  assert_all_same (f);
  assert_value (f->a->store, "household", "h1", "land_arable", "2.5");
  laptop_save (f->a, "h1", "{\"household\":{\"h1\":{\"land_forest\":1.5}}}", -1);
  sync_all (f);
  assert_value (f->office->store, "household", "h1", "land_forest", "1.5");
}

static void
test_numbers_used_twice_lose_nothing (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) stop = NULL;
  gint64 stopped_at;

  put_laptop_back (f);
  /* Under the numbers 2 to 4: something new, something that contradicts what was written before, and one more. */
  laptop_save (f->a, "h1", "{\"household\":{\"h1\":{\"land_forest\":1.5}}}", -1);
  laptop_save (f->a, "h1", "{\"person\":{\"p1\":{\"birth\":\"1971-01-02\"}}}", -1);
  laptop_save (f->a, "h1", "{\"person\":{\"p1\":{\"name\":\"曾大明\"}}}", -1);
  stop = push_at (f, f->a, FALSE, &stopped_at);
  g_assert_error (stop, RUHU_ERROR, RUHU_ERROR_SEQ_REUSED);
  g_assert_cmpint (stopped_at, ==, 2);
  start_anew (f, f->a, TRUE, stopped_at, "reused");
  laptop_pull (f->a, f->township);
  g_clear_error (&stop);
  stop = push_at (f, f->a, TRUE, NULL);
  g_assert_no_error (stop);
  sync_all (f);
  assert_all_same (f);
  assert_value (f->office->store, "household", "h1", "land_forest", "1.5");
  assert_value (f->office->store, "household", "h1", "land_arable", "2.5");
  assert_value (f->office->store, "person", "p1", "name", "\"曾大明\"");
  /* Nothing was overwritten: the other birth date is put before its author. */
  assert_value (f->office->store, "person", "p1", "birth", "\"1970-01-02\"");
  g_assert_cmpint (store_count (f->a->store, "SELECT count (*) FROM log WHERE kind = 'refused' AND reason = 'seq-reused' AND body LIKE '%1971-01-02%'"), ==, 1);
  g_assert_cmpint (store_count (f->a->store, "SELECT CAST (counts ->> 'renumbered' AS INTEGER) FROM notice WHERE kind = 'reused'"), ==, 3);
}

static void
test_the_same_bytes_again_are_no_reuse (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) stop = NULL;

  laptop_save (f->a, "h1", OLD, -1);
  laptop_push (f->a, f->township);
  stop = push_at (f, f->a, FALSE, NULL);
  g_assert_no_error (stop);
}

static void
test_checkpoints_are_few_and_reach_far_back (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 400; i++)
    {
      township_write (f->township, "h1", "{\"household\":{\"h1\":{\"land_arable\":1}}}");
      if (i % 2 == 0)
        laptop_pull (f->a, f->township);
    }
  g_assert_cmpint (store_count (f->a->store, "SELECT count (*) FROM checkpoint"), <, 40);
  g_assert_cmpint (store_count (f->a->store, "SELECT min (position) FROM checkpoint"), <, 100);
  g_assert_cmpint (store_count (f->a->store, "SELECT count (*) FROM checkpoint WHERE position > (SELECT max (position) FROM checkpoint) - 20"), >, 2);
}

#define ADD(name, function) g_test_add ("/standing/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("what_a_restore_lost_is_sent_again", test_what_a_restore_lost_is_sent_again);
  ADD ("what_only_a_witness_has_is_kept", test_what_only_a_witness_has_is_kept);
  ADD ("nothing_after_a_restore_counts_as_seen_before_it", test_nothing_after_a_restore_counts_as_seen_before_it);
  ADD ("a_rewritten_history_is_no_restore", test_a_rewritten_history_is_no_restore);
  ADD ("a_restore_after_which_it_was_rewritten_is_told_apart", test_a_restore_after_which_it_was_rewritten_is_told_apart);
  ADD ("a_backup_in_place_is_a_restore_by_itself", test_what_a_backup_holds_of_the_backup_is_a_restore_by_itself);
  ADD ("an_answer_without_its_echo_is_not_believed_after_a_restore", test_an_answer_without_its_echo_is_not_believed_after_a_restore);
  ADD ("what_was_forgotten_leaves_a_gap_that_is_passed", test_what_was_forgotten_leaves_a_gap_that_is_passed);
  ADD ("a_laptop_put_back_sees_that_it_was", test_a_laptop_put_back_sees_that_it_was);
  ADD ("numbers_used_twice_lose_nothing", test_numbers_used_twice_lose_nothing);
  ADD ("the_same_bytes_again_are_no_reuse", test_the_same_bytes_again_are_no_reuse);
  ADD ("checkpoints_are_few_and_reach_far_back", test_checkpoints_are_few_and_reach_far_back);
  return g_test_run ();
}
