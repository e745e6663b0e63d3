/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A township restored from an older backup, a laptop's data put back from an older copy, a laptop that begins anew: on real files, by the real lines of the wire. */
#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-exchange.h"
#include "ruhu-page.h"
#include "ruhu-standing.h"
#include "ruhu-store-review.h"

#include <string.h>

#define OLD   "{\"person\":{\"p1\":{\"relation\":\"99\"}}}"
#define BIRTH "{\"person\":{\"p1\":{\"birth\":\"1970-01-02\"}}}"

/* Acknowledged before the backup, and after it: by three laptops. */
static void
lose_what_was_acknowledged (Fixture *f, gboolean mark)
{
  laptop_save (f->a, "h1", OLD, -1);
  standing_sync_all (f);
  standing_back_up_township (f);
  laptop_save (f->a, "h1", BIRTH, -1);
  laptop_save (f->b, "h2", "{\"person\":{\"p2\":{\"birth\":\"1980-03-04\"}}}", -1);
  standing_sync_all (f);
  laptop_save (f->office, "h1", "{\"household\":{\"h1\":{\"land_arable\":2.5}}}", -1);
  standing_sync_all (f);
  laptop_save (f->a, "h1", "{\"household\":{\"h1\":{\"land_forest\":1.5}}}", -1);
  standing_restore_township (f, mark);
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

      standing_assert_told_otherwise (f, all[i]);
      if (i == 0)
        {
          stop = standing_push_at (f, all[i], FALSE, NULL);
          g_assert_error (stop, RUHU_ERROR, RUHU_ERROR_REWRITTEN);
        }
      standing_start_anew (f, all[i], FALSE, 0, "restored");
      laptop_sync (all[i], f->township);
    }
  standing_sync_all (f);
  standing_assert_same (f);
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
  standing_start_anew (f, f->office, FALSE, 0, "restored");
  laptop_sync (f->office, f->township);
  /* The laptops of helper-a and helper-b have not been heard of. */
  g_assert_cmpint (store_count (f->office->store, "SELECT count (*) FROM witness"), ==, 2);
  g_assert_cmpint (store_count (f->office->store, "SELECT count (*) FROM witness WHERE body LIKE '%1980-03-04%' AND device = '0b' AND scope = 'h2'"), ==, 1);
  assert_value (f->office->store, "person", "p2", "birth", "-");
  standing_start_anew (f, f->b, FALSE, 0, "restored");
  laptop_sync (f->b, f->township);
  laptop_sync (f->office, f->township);
  g_assert_cmpint (store_count (f->office->store, "SELECT count (*) FROM witness"), ==, 1);
  assert_value (f->office->store, "person", "p2", "birth", "\"1980-03-04\"");
}

/* … also where the laptop may not keep the household any longer: until the township has a copy. */
static void
test_a_witness_gives_nothing_up_before_it_was_handed_over (Fixture *f, gconstpointer data)
{
  g_autoptr (RuhuWitness) none = NULL, copies = NULL;
  g_autoptr (GError) error = NULL;
  gboolean erased = TRUE;

  lose_what_was_acknowledged (f, TRUE);
  standing_start_anew (f, f->a, FALSE, 0, "restored");
  laptop_sync (f->a, f->township);
  g_assert_true (ruhu_database_execute (ruhu_store_get_database (f->a->store), "INSERT INTO witness SELECT '0b', 7, 'h1', 9, '2018-06-29T01:02:03.004Z', 'helper-b', '{\"half\":'", NULL));
  none = ruhu_replica_take_witness (f->a->replica, FALSE, 1000, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (none->rows->len, ==, 0);
  g_assert_true (ruhu_replica_erase_sent (f->a->replica, NULL, &erased, &error));
  g_assert_false (erased);
  township_write (f->township, "h1", "{\"assignment\":{\"a1\":{\"to_date\":\"2018-06-01\"}}}");
  laptop_sync (f->a, f->township);
  g_assert_cmpint (store_count (f->a->store, "SELECT count (*) FROM scope WHERE scope = 'h1'"), ==, 0);
  copies = ruhu_replica_take_witness (f->a->replica, FALSE, 1000, &error);
  g_assert_cmpint (copies->rows->len, ==, store_count (f->a->store, "SELECT count (*) FROM witness"));
  g_assert_nonnull (strstr (copies->lines->str, "{\"device\":\"0b\",\"seq\":7,\"body\":\"{\\\"half\\\":\"}\n"));
  g_assert_true (ruhu_replica_witness_told (f->a->replica, copies, &error));
  g_assert_cmpint (store_count (f->a->store, "SELECT count (*) FROM witness"), ==, 0);
  g_assert_true (ruhu_replica_erase_sent (f->a->replica, NULL, &erased, &error));
  g_assert_true (erased);
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
  standing_start_anew (f, f->b, FALSE, 0, "restored");
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
  shorter = standing_ask (f, f->a, FALSE);
  g_assert_true (shorter->rewritten);
  for (guint i = 0; i < 20; i++)
    township_write (f->township, "h2", "{\"household\":{\"h2\":{\"land_arable\":1}}}");
  standing_assert_told_otherwise (f, f->a);
  other = standing_ask (f, f->a, FALSE);
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
  answer = standing_ask (f, f->a, FALSE);
  g_assert_true (answer->rewritten);
}

static void
test_what_a_backup_holds_of_the_backup_is_a_restore_by_itself (Fixture *f, gconstpointer data)
{
  gboolean marked = TRUE;
  gint64 head;

  g_assert_true (ruhu_ledger_mark_restored (f->township->ledger, FALSE, 0, &marked, NULL));
  g_assert_false (marked);
  g_assert_true (ruhu_ledger_mark_backup (f->township->ledger, NULL));
  g_assert_true (ruhu_ledger_mark_restored (f->township->ledger, FALSE, 0, &marked, NULL));
  g_assert_true (marked);
  g_assert_true (ruhu_ledger_get_head (f->township->ledger, &head, NULL, NULL));
  g_assert_cmpint (head, >=, FIXTURE_NOW * 1000);
  g_assert_true (ruhu_ledger_mark_restored (f->township->ledger, FALSE, 0, &marked, NULL));
  g_assert_false (marked);
  /* Whoever was up to date goes on as if nothing had been. */
  laptop_save (f->a, "h1", BIRTH, -1);
  standing_sync_all (f);
  standing_assert_same (f);
}

/* What was taken, but whose echo had not come: the laptop stands before the restore, and nothing is rewritten for it. */
static void
test_an_answer_without_its_echo_is_not_believed_after_a_restore (Fixture *f, gconstpointer data)
{
  gint64 pushed, lost;

  standing_back_up_township (f);
  laptop_save (f->a, "h1", BIRTH, -1);
  laptop_push (f->a, f->township);
  standing_restore_township (f, TRUE);
  g_assert_true (ruhu_replica_get_pushed (f->a->replica, &pushed, NULL));
  laptop_pull (f->a, f->township);
  g_assert_true (ruhu_replica_find_lost (f->a->replica, pushed, &lost, NULL));
  g_assert_cmpint (lost, ==, 1);
  g_assert_true (ruhu_replica_lower_pushed (f->a->replica, lost - 1, NULL));
  standing_sync_all (f);
  standing_assert_same (f);
  assert_value (f->office->store, "person", "p1", "birth", "\"1970-01-02\"");
}

/* Own changes that went with a household are not here any more to be sent again; what follows them still gets through. */
static void
test_what_was_forgotten_leaves_a_gap_that_is_passed (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) stop = NULL;
  g_autoptr (GError) passed = NULL;

  standing_back_up_township (f);
  laptop_save (f->b, "h2", "{\"household\":{\"h2\":{\"land_arable\":3}}}", -1);
  laptop_save (f->b, "h1", BIRTH, -1);
  standing_sync_all (f);
  township_write (f->township, "h2", "{\"assignment\":{\"a3\":{\"deleted\":true}}}");
  standing_sync_all (f);
  g_assert_cmpint (store_count (f->b->store, "SELECT count (*) FROM log WHERE device = '0b' AND scope = 'h2'"), ==, 0);
  standing_restore_township (f, TRUE);
  standing_start_anew (f, f->b, FALSE, 0, "restored");
  stop = standing_push_at (f, f->b, FALSE, NULL);
  g_assert_error (stop, RUHU_ERROR, RUHU_ERROR_GAP);
  passed = standing_push_at (f, f->b, TRUE, NULL);
  g_assert_no_error (passed);
  laptop_pull (f->b, f->township);
  standing_start_anew (f, f->office, FALSE, 0, NULL);
  laptop_pull (f->office, f->township);
  assert_value (f->office->store, "person", "p1", "birth", "\"1970-01-02\"");
}

/* The laptop's data folder as it was before the last two changes. */
static void
put_laptop_back (Fixture *f)
{
  laptop_save (f->a, "h1", OLD, -1);
  standing_sync_all (f);
  standing_back_up (f->a->store, f->a->path);
  laptop_save (f->a, "h1", BIRTH, -1);
  laptop_save (f->a, "h1", "{\"household\":{\"h1\":{\"land_arable\":2.5}}}", -1);
  standing_sync_all (f);
  laptop_close (f->a);
  standing_put_back (f->a->path);
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
  standing_start_anew (f, f->a, TRUE, ruhu_replica_get_reused (f->a->replica), "reused");
  standing_sync_all (f);
  standing_assert_same (f);
  assert_value (f->a->store, "household", "h1", "land_arable", "2.5");
  laptop_save (f->a, "h1", "{\"household\":{\"h1\":{\"land_forest\":1.5}}}", -1);
  standing_sync_all (f);
  assert_value (f->office->store, "household", "h1", "land_forest", "1.5");
}

static void
test_numbers_used_twice_lose_nothing (Fixture *f, gconstpointer data)
{
  g_autoptr (RuhuExchange) exchange = NULL;
  g_autoptr (GError) stop = NULL;
  gint64 stopped_at, unsent;

  put_laptop_back (f);
  /* Under the numbers 2 to 4: something new, something that contradicts what was written before, and one more. */
  laptop_save (f->a, "h1", "{\"household\":{\"h1\":{\"land_forest\":1.5}}}", -1);
  laptop_save (f->a, "h1", "{\"person\":{\"p1\":{\"birth\":\"1971-01-02\"}}}", -1);
  laptop_save (f->a, "h1", "{\"person\":{\"p1\":{\"name\":\"曾大明\"}}}", -1);
  stop = standing_push_at (f, f->a, FALSE, &stopped_at);
  g_assert_error (stop, RUHU_ERROR, RUHU_ERROR_SEQ_REUSED);
  g_assert_cmpint (stopped_at, ==, 2);
  standing_start_anew (f, f->a, TRUE, stopped_at, "reused");
  laptop_pull (f->a, f->township);
  g_clear_error (&stop);
  stop = standing_push_at (f, f->a, TRUE, NULL);
  g_assert_no_error (stop);
  standing_sync_all (f);
  standing_assert_same (f);
  assert_value (f->office->store, "household", "h1", "land_forest", "1.5");
  assert_value (f->office->store, "household", "h1", "land_arable", "2.5");
  assert_value (f->office->store, "person", "p1", "name", "\"曾大明\"");
  /* Nothing was overwritten: the other birth date is put before its author. */
  assert_value (f->office->store, "person", "p1", "birth", "\"1970-01-02\"");
  g_assert_cmpint (store_count (f->a->store, "SELECT count (*) FROM log WHERE kind = 'refused' AND reason = 'seq-reused' AND body LIKE '%1971-01-02%'"), ==, 1);
  g_assert_cmpint (store_count (f->a->store, "SELECT CAST (counts ->> 'renumbered' AS INTEGER) FROM notice WHERE kind = 'reused'"), ==, 3);
  /* It does not wait for the township, and is nowhere else. */
  exchange = ruhu_exchange_new (f->a->store, f->a->replica, NULL, NULL, NULL);
  g_assert_true (ruhu_store_set_meta (f->a->store, "pushed", "0", NULL));
  g_assert_false (ruhu_exchange_has_unsent (exchange));
  g_assert_true (ruhu_store_count_unsent (f->a->store, &unsent, NULL));
  g_assert_cmpint (unsent, ==, 1);
}

static void
test_the_same_bytes_again_are_no_reuse (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) stop = NULL;

  laptop_save (f->a, "h1", OLD, -1);
  laptop_push (f->a, f->township);
  stop = standing_push_at (f, f->a, FALSE, NULL);
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

/* h2 comes to helper-a after the backup: where the township and the laptop agree, it is not there. */
static void
test_what_was_written_in_a_household_assigned_after_the_backup_is_kept (Fixture *f, gconstpointer data)
{
  standing_back_up_township (f);
  township_write (f->township, "h2", "{\"assignment\":{\"a4\":{\"helper_id\":\"helper-a\",\"post\":\"B\",\"from_date\":\"2018-01-01\"}}}");
  laptop_pull (f->a, f->township);
  laptop_save (f->a, "h2", "{\"person\":{\"p2\":{\"birth\":\"1980-03-04\"}}}", -1);
  laptop_sync (f->a, f->township);
  g_assert_cmpint (store_count (f->a->store, "SELECT count (*) FROM log WHERE device = '0a' AND position IS NOT NULL"), ==, 1);
  standing_restore_township (f, TRUE);
  standing_start_anew (f, f->a, FALSE, 0, "restored");
  g_assert_cmpint (store_count (f->a->store, "SELECT count (*) FROM scope WHERE scope = 'h2'"), ==, 0);
  g_assert_cmpint (store_count (f->a->store, "SELECT count (*) FROM log WHERE device = '0a' AND position IS NULL AND body LIKE '%1980-03-04%'"), ==, 1);
  g_assert_cmpint (store_count (f->a->store, "SELECT CAST (counts ->> 'again' AS INTEGER) FROM notice"), ==, 1);
  laptop_sync (f->a, f->township);
  g_assert_cmpint (store_count (f->township->store, "SELECT count (*) FROM log WHERE device = '0a' AND body LIKE '%1980-03-04%'"), ==, 1);
}

/* The same where the household was only half there. */
static void
test_what_was_written_in_a_household_that_is_half_told_is_kept (Fixture *f, gconstpointer data)
{
  standing_back_up_township (f);
  laptop_save (f->a, "h1", BIRTH, -1);
  standing_sync_all (f);
  g_assert_true (ruhu_database_execute (ruhu_store_get_database (f->a->store),
                                        "INSERT INTO meta (key, value) VALUES ('backfill_scope', 'h1'), ('backfill_position', (SELECT value FROM meta WHERE key = 'cursor'))", NULL));
  standing_restore_township (f, TRUE);
  standing_start_anew (f, f->a, FALSE, 0, "restored");
  laptop_sync (f->a, f->township);
  assert_value (f->township->store, "person", "p1", "birth", "\"1970-01-02\"");
}

/* It was told a position, but never the chain's hash. */
static void
test_a_laptop_without_checkpoints_notices_a_restore_too (Fixture *f, gconstpointer data)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) stop = NULL;
  gint64 cursor;

  lose_what_was_acknowledged (f, TRUE);
  g_assert_true (ruhu_database_execute (ruhu_store_get_database (f->a->store), "DELETE FROM checkpoint", NULL));
  g_assert_true (ruhu_replica_get_cursor (f->a->replica, &cursor, NULL, NULL));
  g_assert_false (ruhu_ledger_stream (f->township->ledger, f->a->device, cursor, NULL, 500, lines, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_REWRITTEN);
  stop = standing_push_at (f, f->a, FALSE, NULL);
  g_assert_error (stop, RUHU_ERROR, RUHU_ERROR_REWRITTEN);
  standing_start_anew (f, f->a, TRUE, 0, "restored");
  standing_start_anew (f, f->b, FALSE, 0, "restored");
  standing_start_anew (f, f->office, FALSE, 0, "restored");
  standing_sync_all (f);
  standing_assert_same (f);
  assert_value (f->office->store, "person", "p1", "birth", "\"1970-01-02\"");
  assert_value (f->office->store, "household", "h1", "land_forest", "1.5");
}

/* A laptop that begins at the head is not told the echo any more. */
static void
test_what_waits_for_the_office_is_told_to_who_starts_anew (Fixture *f, gconstpointer data)
{
  gint64 seen;

  township_write (f->township, "h1", "{\"assignment\":{\"a1\":{\"to_date\":\"2018-06-01\"}}}");
  g_assert_true (ruhu_ledger_get_head (f->township->ledger, &seen, NULL, NULL));
  laptop_save (f->a, "h1", "{\"household\":{\"h1\":{\"group_name\":\"九组\"}}}", seen);
  laptop_push (f->a, f->township);
  g_assert_cmpint (store_count (f->township->store, "SELECT count (*) FROM log WHERE kind = 'quarantined'"), ==, 1);
  g_assert_true (ruhu_database_execute (ruhu_store_get_database (f->a->store), "DELETE FROM checkpoint", NULL));
  standing_start_anew (f, f->a, TRUE, 0, "restored");
  g_assert_cmpint (store_count (f->a->store, "SELECT count (*) FROM log WHERE kind = 'quarantined' AND position IS NOT NULL AND reason IS NOT NULL"), ==, 1);
}

/* Nothing waits for the office after that. */
static void
start_without (Fixture *f, const char *sql)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (ruhu_database_execute (ruhu_store_get_database (f->township->store), sql, &error));
  g_assert_true (ruhu_database_execute (ruhu_store_get_database (f->a->store), "DELETE FROM log", &error));
  g_assert_no_error (error);
  standing_start_anew (f, f->a, TRUE, 0, NULL);
  g_assert_cmpint (store_count (f->a->store, "SELECT count (*) FROM log"), ==, 0);
}

/* … also where its data was put back from before it recorded that: the change is listed with what it says, and what the office decides finds it. */
static void
test_what_waits_for_the_office_is_there_again_after_an_older_copy (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) reviews = NULL;
  gint64 seen;

  standing_sync_all (f);
  standing_back_up (f->a->store, f->a->path);
  township_write (f->township, "h1", "{\"assignment\":{\"a1\":{\"to_date\":\"2018-06-01\"}}}");
  g_assert_true (ruhu_ledger_get_head (f->township->ledger, &seen, NULL, NULL));
  laptop_save (f->a, "h1", "{\"household\":{\"h1\":{\"group_name\":\"九组\"}}}", seen);
  standing_sync_all (f);
  g_assert_cmpint (store_count (f->township->store, "SELECT count (*) FROM log WHERE kind = 'quarantined'"), ==, 1);
  laptop_close (f->a);
  standing_put_back (f->a->path);
  laptop_reopen (f->a, f->township);
  standing_start_anew (f, f->a, TRUE, 0, "reused");
  laptop_sync (f->a, f->township);
  reviews = ruhu_store_list_reviews (f->a->store, NULL);
  g_assert_cmpuint (reviews->len, ==, 1);
  g_assert_cmpint (((RuhuReview *) reviews->pdata[0])->state, ==, RUHU_REVIEW_QUARANTINED);
  g_assert_cmpint (store_count (f->a->store, "SELECT count (*) FROM log WHERE kind = 'quarantined' AND body LIKE '%九组%' AND reason IS NOT NULL"), ==, 1);
  /* A withdrawn laptop is given none of it, and what the office has refused meanwhile does not wait any more. */
  start_without (f, "UPDATE device SET revoked = '2018-07-01' WHERE id = '0a'");
  start_without (f, "UPDATE device SET revoked = NULL; INSERT INTO log (n, kind, device, seq, scope, body, reason, hash) SELECT n + 1, 'refused', device, seq, scope, body, 'office', hash FROM log "
                    "WHERE kind = 'quarantined'");
}

#define LAND "{\"household\":{\"h1\":{\"land_arable\":3.5}}}"

static void
test_the_townships_own_numbers_are_not_used_twice (Fixture *f, gconstpointer data)
{
  gint64 lost;

  standing_back_up_township (f);
  township_write (f->township, "h2", "{\"household\":{\"h2\":{\"land_forest\":4}}}");
  standing_sync_all (f);
  lost = store_count (f->b->store, "SELECT max (seq) FROM log WHERE device = 'township'");
  standing_restore_township (f, TRUE);
  township_write (f->township, "h1", LAND);
  township_write (f->township, "h1", LAND);
  g_assert_cmpint (store_count (f->township->store, "SELECT seq FROM log WHERE kind = 'change' ORDER BY n DESC LIMIT 1 OFFSET 1"), >, lost);
  g_assert_cmpint (store_count (f->township->store, "SELECT max (seq) - min (seq) FROM (SELECT seq FROM log WHERE kind = 'change' ORDER BY n DESC LIMIT 2)"), ==, 1);
  standing_start_anew (f, f->a, FALSE, 0, "restored");
  standing_start_anew (f, f->b, FALSE, 0, "restored");
  standing_start_anew (f, f->office, FALSE, 0, "restored");
  standing_sync_all (f);
  standing_assert_same (f);
  assert_value (f->b->store, "household", "h1", "land_arable", "3.5");
}

/* As from a township that did use them twice: neither change is taken for the other. */
static void
test_another_change_under_a_known_number_is_another_one (Fixture *f, gconstpointer data)
{
  gint64 next = store_count (f->township->store, "SELECT max (seq) + 1 FROM log WHERE device = 'township'");
  g_autofree char *renumber = g_strdup_printf ("UPDATE log SET seq = %" G_GINT64_FORMAT " WHERE device = 'township' AND scope = 'h2' AND body LIKE '%%hh_no%%'", next);

  g_assert_true (ruhu_database_execute (ruhu_store_get_database (f->b->store), renumber, NULL));
  township_write (f->township, "h1", LAND);
  laptop_pull (f->b, f->township);
  assert_value (f->b->store, "household", "h1", "land_arable", "3.5");
  township_write (f->township, "h2", "{\"household\":{\"h2\":{\"hh_no\":\"0003\"}}}");
  laptop_sync (f->b, f->township);
  assert_value (f->b->store, "household", "h1", "land_arable", "3.5");
  assert_value (f->b->store, "household", "h2", "hh_no", "\"0003\"");
  assert_value (f->b->store, "person", "p2", "sex", "\"2\"");
  g_assert_cmpint (store_count (f->b->store, "SELECT count (*) FROM log WHERE body LIKE '%land_arable%'"), ==, 1);
}

/* From the same backup, with work in between. */
static void
test_restored_twice_gives_no_position_twice (Fixture *f, gconstpointer data)
{
  gint64 first, second;

  standing_back_up_township (f);
  standing_restore_township (f, TRUE);
  first = store_count (f->township->store, "SELECT max (n) FROM log");
  laptop_save (f->a, "h1", BIRTH, -1);
  standing_sync_all (f);
  first = MAX (first, store_count (f->township->store, "SELECT max (n) FROM log"));
  standing_restore_township (f, TRUE);
  second = store_count (f->township->store, "SELECT max (n) FROM log");
  g_assert_cmpint (second, >, first);
  laptop_save (f->b, "h2", "{\"person\":{\"p2\":{\"birth\":\"1980-03-04\"}}}", -1);
  standing_start_anew (f, f->a, FALSE, 0, "restored");
  standing_start_anew (f, f->b, FALSE, 0, "restored");
  standing_start_anew (f, f->office, FALSE, 0, "restored");
  standing_sync_all (f);
  standing_assert_same (f);
  assert_value (f->office->store, "person", "p1", "birth", "\"1970-01-02\"");
}

/* A clock that was set back does not lead behind what is being replaced. */
static void
test_a_restore_goes_beyond_what_it_replaces (Fixture *f, gconstpointer data)
{
  gint64 replaced;
  gboolean marked;

  standing_back_up_township (f);
  standing_restore_township (f, TRUE);
  replaced = store_count (f->township->store, "SELECT max (n) FROM log");
  standing_restore_township (f, FALSE);
  f->township->now = G_GINT64_CONSTANT (1000000000000);
  g_assert_true (ruhu_ledger_mark_restored (f->township->ledger, TRUE, replaced, &marked, NULL));
  g_assert_cmpint (store_count (f->township->store, "SELECT n FROM log WHERE kind = 'restored'"), >, replaced);
}

/* Drafts are in no log. Whether the township still has one is not known, so it goes there again, and until then the laptop is not erased. */
static void
test_drafts_are_handed_over_again_after_a_restore (Fixture *f, gconstpointer data)
{
  g_autoptr (RuhuJson) body = json_tokener_parse ("{\"step\":\"food\"}");
  g_autoptr (GError) error = NULL;
  RuhuHandover *handover;
  gboolean erased = TRUE;

  standing_sync_all (f);
  standing_back_up_township (f);
  g_assert_true (ruhu_store_put_draft (f->a->store, "d1", "visit", "h1", 0, body, &error));
  handover = ruhu_replica_take_drafts (f->a->replica, G_MAXINT, &error);
  g_assert_true (handover->news);
  g_assert_true (ruhu_replica_drafts_handed (f->a->replica, handover, &error));
  ruhu_handover_free (handover);
  laptop_save (f->a, "h1", BIRTH, -1);
  standing_sync_all (f);
  standing_restore_township (f, TRUE);
  standing_start_anew (f, f->a, FALSE, 0, "restored");
  laptop_sync (f->a, f->township);
  handover = ruhu_replica_take_drafts (f->a->replica, G_MAXINT, &error);
  g_assert_true (handover->news);
  g_assert_nonnull (strstr (handover->lines->str, "food"));
  ruhu_handover_free (handover);
  g_assert_true (ruhu_replica_erase_sent (f->a->replica, NULL, &erased, &error));
  g_assert_no_error (error);
  g_assert_false (erased);
}

#define ADD(name, function) g_test_add ("/standing/" name, Fixture, NULL, standing_set_up, function, standing_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("what_a_restore_lost_is_sent_again", test_what_a_restore_lost_is_sent_again);
  ADD ("what_only_a_witness_has_is_kept", test_what_only_a_witness_has_is_kept);
  ADD ("a_witness_gives_nothing_up_before_it_was_handed_over", test_a_witness_gives_nothing_up_before_it_was_handed_over);
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
  ADD ("what_was_written_in_a_household_assigned_after_the_backup_is_kept", test_what_was_written_in_a_household_assigned_after_the_backup_is_kept);
  ADD ("what_was_written_in_a_household_that_is_half_told_is_kept", test_what_was_written_in_a_household_that_is_half_told_is_kept);
  ADD ("a_laptop_without_checkpoints_notices_a_restore_too", test_a_laptop_without_checkpoints_notices_a_restore_too);
  ADD ("what_waits_for_the_office_is_told_to_who_starts_anew", test_what_waits_for_the_office_is_told_to_who_starts_anew);
  ADD ("what_waits_for_the_office_is_there_again_after_an_older_copy", test_what_waits_for_the_office_is_there_again_after_an_older_copy);
  ADD ("the_townships_own_numbers_are_not_used_twice", test_the_townships_own_numbers_are_not_used_twice);
  ADD ("another_change_under_a_known_number_is_another_one", test_another_change_under_a_known_number_is_another_one);
  ADD ("restored_twice_gives_no_position_twice", test_restored_twice_gives_no_position_twice);
  ADD ("drafts_are_handed_over_again_after_a_restore", test_drafts_are_handed_over_again_after_a_restore);
  ADD ("a_restore_goes_beyond_what_it_replaces", test_a_restore_goes_beyond_what_it_replaces);
  return g_test_run ();
}
