/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The store, the replica and the ledger together: one behaviour a test, on real files. */
#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-fixture.h"

#include <string.h>

static void
sync_all (Laptops *f)
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
assert_all_same (Laptops *f)
{
  gint64 checked;
  g_autoptr (GError) error = NULL;

  assert_same (f->township->store, f->office->store, NULL);
  assert_same (f->township->store, f->a->store, "h1");
  assert_same (f->township->store, f->b->store, "h1");
  assert_same (f->township->store, f->b->store, "h2");
  g_assert_true (ruhu_ledger_verify (f->township->ledger, &checked, &error));
  g_assert_no_error (error);
}

static void
test_enrolment_brings_the_assigned_households_and_no_others (Laptops *f, gconstpointer data)
{
  assert_value (f->a->store, "person", "p1", "name", "\"曾小明\"");
  assert_value (f->a->store, "person", "p2", "name", "-");
  assert_value (f->b->store, "person", "p2", "name", "\"单玄黄\"");
  assert_value (f->a->store, "village", "v1", "name", "\"月亮村\"");
  assert_value (f->a->store, "helper", "helper-b", "name", "\"乙地\"");
  g_assert_cmpint (store_count (f->a->store, "SELECT count (*) FROM log WHERE body LIKE '%单玄黄%'"), ==, 0);
  assert_all_same (f);
}

static void
test_a_saved_visit_survives_closing_and_reaches_everybody (Laptops *f, gconstpointer data)
{
  laptop_save (f->a, "h1",
               "{\"visit\":{\"w1\":{\"date\":\"2018-06-30\",\"outcome\":\"1\",\"minutes\":30,\"summary\":\"屋顶漏雨\"}},"
               "\"household\":{\"h1\":{\"land_arable\":2.5}}}",
               -1);
  laptop_reopen (f->a, f->township);
  assert_value (f->a->store, "visit", "w1", "summary", "\"屋顶漏雨\"");
  sync_all (f);
  assert_value (f->b->store, "visit", "w1", "summary", "\"屋顶漏雨\"");
  assert_value (f->office->store, "household", "h1", "land_arable", "2.5");
  g_assert_cmpint (store_count (f->a->store, "SELECT count (*) FROM log WHERE position IS NULL"), ==, 0);
  assert_all_same (f);
}

static void
test_different_fields_merge_without_a_conflict (Laptops *f, gconstpointer data)
{
  laptop_save (f->a, "h1", "{\"person\":{\"p1\":{\"relation\":\"99\"}}}", -1);
  laptop_save (f->b, "h1", "{\"person\":{\"p1\":{\"birth\":\"1970-01-02\"}}}", -1);
  sync_all (f);
  assert_value (f->office->store, "person", "p1", "relation", "\"99\"");
  assert_value (f->office->store, "person", "p1", "birth", "\"1970-01-02\"");
  g_assert_cmpint (store_count (f->office->store, "SELECT count (*) FROM conflict"), ==, 0);
  assert_all_same (f);
}

static void
test_the_same_value_twice_is_no_conflict (Laptops *f, gconstpointer data)
{
  laptop_save (f->a, "h1", "{\"person\":{\"p1\":{\"relation\":\"99\"}}}", -1);
  laptop_save (f->b, "h1", "{\"person\":{\"p1\":{\"relation\":\"99\"}}}", -1);
  sync_all (f);
  g_assert_cmpint (store_count (f->a->store, "SELECT count (*) FROM conflict"), ==, 0);
  assert_all_same (f);
}

static void
test_differing_edits_are_a_conflict_everywhere_until_resolved (Laptops *f, gconstpointer data)
{
  g_autoptr (GPtrArray) conflicts = NULL;
  RuhuConflict *conflict;

  laptop_save (f->a, "h1", "{\"person\":{\"p1\":{\"name\":\"曾晓明\"}}}", -1);
  laptop_save (f->b, "h1", "{\"person\":{\"p1\":{\"name\":\"曾小铭\"}}}", -1);
  sync_all (f);
  assert_value (f->a->store, "person", "p1", "name", "\"曾小铭\"");
  conflicts = ruhu_store_list_conflicts (f->office->store, NULL, 0, 0, NULL);
  g_assert_cmpuint (conflicts->len, ==, 1);
  conflict = g_ptr_array_index (conflicts, 0);
  g_assert_cmpstr (conflict->field, ==, "name");
  g_assert_cmpuint (conflict->versions->len, ==, 2);
  g_assert_cmpstr (((RuhuVersion *) g_ptr_array_index (conflict->versions, 0))->by_name, ==, "乙地");
  g_assert_cmpint (store_count (f->a->store, "SELECT count (*) FROM conflict"), ==, 1);
  assert_all_same (f);
  laptop_save (f->office, "h1", "{\"person\":{\"p1\":{\"name\":\"曾晓明\"}}}", conflict->seen);
  sync_all (f);
  g_assert_cmpint (store_count (f->a->store, "SELECT count (*) FROM conflict"), ==, 0);
  g_assert_cmpint (store_count (f->b->store, "SELECT count (*) FROM conflict"), ==, 0);
  assert_value (f->b->store, "person", "p1", "name", "\"曾晓明\"");
  assert_all_same (f);
}

static void
test_a_latest_field_takes_the_later_value_and_keeps_the_history (Laptops *f, gconstpointer data)
{
  g_autoptr (GPtrArray) versions = NULL;

  laptop_save (f->a, "h1", "{\"household\":{\"h1\":{\"group_name\":\"一组\"}}}", -1);
  laptop_save (f->b, "h1", "{\"household\":{\"h1\":{\"group_name\":\"二组\"}}}", -1);
  sync_all (f);
  assert_value (f->a->store, "household", "h1", "group_name", "\"二组\"");
  g_assert_cmpint (store_count (f->a->store, "SELECT count (*) FROM conflict"), ==, 0);
  versions = ruhu_store_get_history (f->a->store, "household", "h1", "group_name", NULL);
  g_assert_cmpuint (versions->len, ==, 2);
  g_assert_true (((RuhuVersion *) g_ptr_array_index (versions, 0))->stands);
  assert_all_same (f);
}

static void
test_a_page_open_during_a_pull_saves_with_the_seen_of_its_opening (Laptops *f, gconstpointer data)
{
  gint64 opened;

  g_assert_true (ruhu_store_get_seen (f->b->store, &opened, NULL));
  laptop_save (f->a, "h1", "{\"person\":{\"p1\":{\"name\":\"曾晓明\"}}}", -1);
  laptop_sync (f->a, f->township);
  laptop_pull (f->b, f->township);
  laptop_save (f->b, "h1", "{\"person\":{\"p1\":{\"name\":\"曾小铭\"}}}", opened);
  g_assert_cmpint (store_count (f->b->store, "SELECT count (*) FROM conflict"), ==, 1);
  sync_all (f);
  g_assert_cmpint (store_count (f->a->store, "SELECT count (*) FROM conflict"), ==, 1);
  assert_all_same (f);
}

static void
test_a_deletion_does_not_stand_against_a_concurrent_edit (Laptops *f, gconstpointer data)
{
  laptop_save (f->a, "h1", "{\"person\":{\"p9\":{\"name\":\"曾天\",\"relation\":\"03\",\"sex\":\"1\"}}}", -1);
  sync_all (f);
  laptop_save (f->a, "h1", "{\"person\":{\"p9\":{\"deleted\":true}}}", -1);
  laptop_save (f->b, "h1", "{\"person\":{\"p9\":{\"birth\":\"2010-05-06\"}}}", -1);
  sync_all (f);
  assert_value (f->a->store, "person", "p9", "deleted", "-");
  g_assert_cmpint (store_count (f->office->store, "SELECT count (*) FROM conflict WHERE field = 'deleted'"), ==, 1);
  assert_all_same (f);
  laptop_save (f->office, "h1", "{\"person\":{\"p9\":{\"deleted\":true}}}", -1);
  sync_all (f);
  assert_value (f->a->store, "person", "p9", "deleted", "true");
  g_assert_cmpint (store_count (f->office->store, "SELECT count (*) FROM conflict"), ==, 0);
  assert_all_same (f);
}

static void
test_a_refused_change_is_undone_kept_and_said (Laptops *f, gconstpointer data)
{
  g_autoptr (GPtrArray) refused = NULL;
  RuhuOutboxItem *item;

  /* What the laptop would not let through is slipped past it, as a hostile or older program might. */
  laptop_save (f->a, "h1", "{\"person\":{\"p1\":{\"name\":\"曾晓明\"}}}", -1);
  g_assert_true (ruhu_database_execute (ruhu_store_get_database (f->a->store),
                                        "UPDATE log SET body = replace (body, '\"name\":\"曾晓明\"', '\"sex\":\"7\"'), hash = NULL WHERE position IS NULL", NULL));
  g_assert_cmpuint (laptop_push (f->a, f->township), ==, 1);
  laptop_save (f->a, "h1", "{\"household\":{\"h1\":{\"group_name\":\"三组\"}}}", -1);
  laptop_pull (f->a, f->township);
  assert_value (f->a->store, "person", "p1", "name", "\"曾小明\"");
  assert_value (f->a->store, "household", "h1", "group_name", "\"三组\"");
  refused = ruhu_store_list_refused (f->a->store, NULL);
  g_assert_cmpuint (refused->len, ==, 1);
  item = g_ptr_array_index (refused, 0);
  g_assert_cmpstr (item->reason, ==, "invalid");
  g_assert_nonnull (strstr (item->body, "\"sex\":\"7\""));
  sync_all (f);
  assert_value (f->office->store, "household", "h1", "group_name", "\"三组\"");
  assert_all_same (f);
  g_assert_true (ruhu_store_settle_refused (f->a->store, item->seq, NULL));
  g_assert_cmpint (store_count (f->a->store, "SELECT count (*) FROM log WHERE kind = 'refused'"), ==, 1);
}

static void
test_a_household_that_leaves_goes_at_once_and_its_outbox_is_still_sent (Laptops *f, gconstpointer data)
{
  laptop_save (f->a, "h1", "{\"household\":{\"h1\":{\"group_name\":\"九组\"}}}", -1);
  township_write (f->township, "h1", "{\"assignment\":{\"a1\":{\"to_date\":\"2018-06-01\"}}}");
  laptop_pull (f->a, f->township);
  assert_value (f->a->store, "person", "p1", "name", "-");
  g_assert_cmpint (store_count (f->a->store, "SELECT count (*) FROM log WHERE body LIKE '%曾小明%'"), ==, 0);
  g_assert_cmpint (store_count (f->a->store, "SELECT count (*) FROM log WHERE position IS NULL"), ==, 1);
  g_assert_cmpuint (laptop_push (f->a, f->township), ==, 0);
  laptop_pull (f->a, f->township);
  g_assert_cmpint (store_count (f->a->store, "SELECT count (*) FROM log WHERE scope = 'h1'"), ==, 0);
  assert_value (f->township->store, "household", "h1", "group_name", "\"九组\"");
}

static void
test_a_household_that_comes_back_is_whole_with_the_outbox_on_top (Laptops *f, gconstpointer data)
{
  laptop_save (f->a, "h1", "{\"household\":{\"h1\":{\"group_name\":\"九组\"}}}", -1);
  township_write (f->township, "h1", "{\"assignment\":{\"a1\":{\"to_date\":\"2018-06-01\"}}}");
  laptop_save (f->b, "h1", "{\"person\":{\"p1\":{\"birth\":\"1970-01-02\"}}}", -1);
  laptop_sync (f->b, f->township);
  laptop_pull (f->a, f->township);
  township_write (f->township, "h1", "{\"assignment\":{\"a1\":{\"to_date\":null}}}");
  laptop_pull (f->a, f->township);
  assert_value (f->a->store, "person", "p1", "birth", "\"1970-01-02\"");
  assert_value (f->a->store, "household", "h1", "group_name", "\"九组\"");
  sync_all (f);
  assert_all_same (f);
}

static void
test_what_was_kept_from_a_laptop_does_not_count_as_seen (Laptops *f, gconstpointer data)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  gint64 cursor;

  g_assert_true (ruhu_replica_get_cursor (f->a->replica, &cursor, NULL, NULL));
  laptop_save (f->b, "h1", "{\"person\":{\"p1\":{\"name\":\"曾小铭\"}}}", -1);
  laptop_sync (f->b, f->township);
  township_write (f->township, "h1", "{\"assignment\":{\"a1\":{\"to_date\":\"2018-06-01\"}}}");
  g_assert_true (ruhu_ledger_stream (f->township->ledger, "0a", cursor, NULL, 1, lines, NULL));
  g_assert_null (strstr (lines->str, "曾小铭"));
  g_assert_nonnull (strstr (lines->str, "\"revoke\":\"h1\""));
  laptop_pull (f->a, f->township);
  g_assert_false (laptop_try_save (f->a, "h1", "{\"person\":{\"p1\":{\"name\":\"曾晓明\"}}}", -1, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_FORBIDDEN);
}

static void
test_sending_again_is_harmless_and_a_gap_is_an_error (Laptops *f, gconstpointer data)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  RuhuBatch batch = { .device = "0a" };
  RuhuBatch *batches[] = { &batch };
  RuhuPushed *pushed = g_new0 (RuhuPushed, 1);
  gint64 last;
  gint64 before;
  gint64 after;

  laptop_save (f->a, "h1", "{\"household\":{\"h1\":{\"group_name\":\"一组\"}}}", -1);
  laptop_push (f->a, f->township);
  g_assert_true (ruhu_ledger_get_head (f->township->ledger, &before, NULL, NULL));
  laptop_push (f->a, f->township);
  laptop_push (f->a, f->township);
  g_assert_true (ruhu_ledger_get_head (f->township->ledger, &after, NULL, NULL));
  g_assert_cmpint (after, ==, before);
  laptop_save (f->a, "h1", "{\"household\":{\"h1\":{\"group_name\":\"二组\"}}}", -1);
  laptop_save (f->a, "h1", "{\"household\":{\"h1\":{\"group_name\":\"三组\"}}}", -1);
  g_assert_true (ruhu_replica_take_outbox (f->a->replica, 2, 10, 1 << 20, lines, &last, NULL));
  pushed->line = g_strndup (lines->str, lines->len - 1);
  pushed->length = lines->len - 1;
  pushed->change = ruhu_change_parse (pushed->line, pushed->length, NULL);
  batch.changes = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_pushed_free);
  g_ptr_array_add (batch.changes, pushed);
  g_assert_true (ruhu_ledger_accept (f->township->ledger, batches, 1, NULL));
  g_assert_error (batch.stop, RUHU_ERROR, RUHU_ERROR_GAP);
  g_assert_cmpint (batch.accepted, ==, 1);
  g_ptr_array_unref (batch.changes);
  ruhu_batch_clear (&batch);
  sync_all (f);
  assert_all_same (f);
}

/* What a laptop has made may be gone from it: its numbers and its time are not. */
static void
test_numbers_and_stamps_go_on_when_all_that_had_them_has_gone (Laptops *f, gconstpointer data)
{
  g_autoptr (RuhuJson) set = json_tokener_parse ("{\"household\":{\"h1\":{\"group_name\":\"三组\"}}}");
  RuhuEdit edit = { .scope = "h1", .set = set, .draft = "d1" };
  gint64 seq;
  g_autoptr (GError) error = NULL;

  f->township->now += 300000;
  laptop_save (f->a, "h1", "{\"household\":{\"h1\":{\"group_name\":\"一组\"}}}", -1);
  laptop_save (f->a, "h1", "{\"household\":{\"h1\":{\"group_name\":\"二组\"}}}", -1);
  laptop_push (f->a, f->township);
  township_write (f->township, "h1", "{\"assignment\":{\"a1\":{\"to_date\":\"2018-06-01\"}}}");
  laptop_pull (f->a, f->township);
  g_assert_cmpint (store_count (f->a->store, "SELECT count (*) FROM log WHERE device = '0a'"), ==, 0);
  f->township->now -= 300000;
  laptop_reopen (f->a, f->township);
  g_assert_true (ruhu_store_save (f->a->store, &edit, &seq, &error));
  g_assert_no_error (error);
  g_assert_cmpint (seq, ==, 3);
  g_assert_cmpint (store_count (f->township->store, "SELECT count (*) FROM log WHERE device = '0a' AND seq = 2"), ==, 1);
  laptop_push (f->a, f->township);
  g_assert_cmpint (store_count (f->township->store,
                                "SELECT count (*) FROM log x JOIN log y ON x.device = '0a' AND y.device = '0a' AND x.seq = 2 AND y.seq = 3 AND x.time < y.time"),
                   ==, 1);
}

static void
test_a_clock_two_years_ahead_is_corrected_in_order (Laptops *f, gconstpointer data)
{
  const gint64 two_years = (gint64) 731 * 24 * 3600 * 1000;
  gint64 real = f->township->now;
  g_autoptr (GPtrArray) notices = NULL;

  f->township->now += two_years;
  laptop_save (f->a, "h1", "{\"person\":{\"p1\":{\"name\":\"曾晓明\"}}}", -1);
  laptop_save (f->a, "h1", "{\"household\":{\"h1\":{\"group_name\":\"二组\"}}}", -1);
  f->township->now = real;
  laptop_reopen (f->a, f->township);
  f->township->now += two_years;
  g_assert_true (ruhu_replica_correct_clock (f->a->replica, -two_years, NULL));
  /* Dates in the changes are a person's: they stay, and the person is told, once. */
  g_assert_true (ruhu_replica_correct_clock (f->a->replica, -two_years + 1000, NULL));
  notices = ruhu_store_list_notices (f->a->store, NULL);
  g_assert_cmpuint (notices->len, ==, 1);
  g_assert_cmpstr (((RuhuNotice *) notices->pdata[0])->kind, ==, "clock");
  g_assert_nonnull (strstr (((RuhuNotice *) notices->pdata[0])->text, "731 days fast when 2 changes"));
  f->township->now = real + 3600000;
  g_assert_cmpuint (laptop_push (f->a, f->township), ==, 0);
  laptop_pull (f->a, f->township);
  g_assert_cmpint (store_count (f->township->store, "SELECT count (*) FROM log WHERE device = '0a' AND time > '2018-07'"), ==, 0);
  g_assert_cmpint (store_count (f->township->store,
                                "SELECT count (*) FROM log x JOIN log y ON x.device = '0a' AND y.device = '0a' AND x.seq = 1 AND y.seq = 2 AND x.time < y.time"),
                   ==, 1);
  sync_all (f);
  assert_all_same (f);
}

static void
test_a_stamp_from_the_future_stops_the_batch_and_loses_nothing (Laptops *f, gconstpointer data)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_pushed_free);
  RuhuPushed *pushed = g_new0 (RuhuPushed, 1);
  RuhuBatch batch = { .device = "0a", .changes = changes };
  RuhuBatch *batches[] = { &batch };
  gint64 real = f->township->now;
  gint64 last;

  f->township->now += 3600000;
  laptop_save (f->a, "h1", "{\"person\":{\"p1\":{\"name\":\"曾晓明\"}}}", -1);
  f->township->now = real;
  g_assert_true (ruhu_replica_take_outbox (f->a->replica, 0, 10, 1 << 20, lines, &last, NULL));
  pushed->line = g_strndup (lines->str, lines->len - 1);
  pushed->length = lines->len - 1;
  pushed->change = ruhu_change_parse (pushed->line, pushed->length, NULL);
  g_ptr_array_add (changes, pushed);
  g_assert_true (ruhu_ledger_accept (f->township->ledger, batches, 1, NULL));
  g_assert_error (batch.stop, RUHU_ERROR, RUHU_ERROR_CLOCK);
  g_assert_cmpint (batch.accepted, ==, 0);
  ruhu_batch_clear (&batch);
  /* The clock was put right meanwhile; what had been sent before kept its stamp until the township refused it. */
  g_assert_true (ruhu_replica_correct_clock (f->a->replica, -3600000, NULL));
  g_assert_true (ruhu_replica_correct_clock (f->a->replica, 0, NULL));
  g_assert_cmpint (store_count (f->a->store, "SELECT count (*) FROM notice"), ==, 0);
  g_assert_true (ruhu_replica_unsend (f->a->replica, 0, NULL));
  g_assert_cmpuint (laptop_push (f->a, f->township), ==, 0);
  sync_all (f);
  assert_value (f->office->store, "person", "p1", "name", "\"曾晓明\"");
  assert_all_same (f);
}

static void
test_a_revoked_laptop_gets_nothing_and_is_told (Laptops *f, gconstpointer data)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (ruhu_ledger_revoke_device (f->township->ledger, "0a", NULL));
  g_assert_true (ruhu_ledger_stream (f->township->ledger, "0a", 0, NULL, 1 << 20, lines, NULL));
  g_assert_null (strstr (lines->str, "曾小明"));
  g_assert_false (ruhu_ledger_backfill (f->township->ledger, "0a", "h1", 100, NULL, 1 << 20, lines, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_FORBIDDEN);
  g_assert_true (ruhu_replica_erase (f->a->replica, NULL));
  g_assert_cmpint (store_count (f->a->store, "SELECT count (*) FROM log"), ==, 0);
  g_assert_cmpint (store_count (f->a->store, "SELECT count (*) FROM r_person"), ==, 0);
}

static void
test_a_rewritten_history_is_noticed (Laptops *f, gconstpointer data)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *hash = NULL;
  gint64 cursor;

  g_assert_true (ruhu_replica_get_cursor (f->a->replica, &cursor, &hash, NULL));
  g_assert_nonnull (hash);
  g_assert_true (ruhu_ledger_stream (f->township->ledger, "0a", cursor, hash, 1 << 20, lines, NULL));
  hash[0] = hash[0] == '0' ? '1' : '0';
  g_assert_false (ruhu_ledger_stream (f->township->ledger, "0a", cursor, hash, 1 << 20, lines, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_REWRITTEN);
  g_clear_error (&error);
  g_assert_false (ruhu_ledger_stream (f->township->ledger, "0a", cursor + 1000, NULL, 1 << 20, lines, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_REWRITTEN);
}

static void
test_verify_finds_any_tampering (Laptops *f, gconstpointer data)
{
  static const char *const tampering[] = {
    "UPDATE log SET body = replace (body, '曾小明', '曾大明') WHERE body LIKE '%曾小明%'",
    "UPDATE log SET kind = 'refused' WHERE n = 3",
    "UPDATE log SET scope = 'h2' WHERE scope = 'h1' AND kind = 'change'",
    "DELETE FROM log WHERE n = 4",
    "UPDATE log SET hash = zeroblob (32) WHERE n = 2",
    "UPDATE r_person SET name = '曾大明' WHERE id = 'p1'",
    "DELETE FROM head WHERE record = 'p1'",
    "INSERT INTO conflict (record, field, type, scope) VALUES ('p1', 'name', 'person', 'h1')",
  };
  RuhuDatabase *database = ruhu_store_get_database (f->township->store);

  for (gsize i = 0; i < G_N_ELEMENTS (tampering); i++)
    {
      g_autoptr (GError) error = NULL;
      gint64 n;

      g_assert_true (ruhu_database_execute (database, "BEGIN", NULL));
      g_assert_true (ruhu_database_execute (database, tampering[i], &error));
      g_assert_no_error (error);
      g_test_message ("%s", tampering[i]);
      g_assert_false (ruhu_ledger_verify (f->township->ledger, &n, &error));
      g_assert_error (error, RUHU_ERROR, RUHU_ERROR_CORRUPT);
      g_assert_true (ruhu_database_execute (database, "ROLLBACK", NULL));
    }
  assert_all_same (f);
}

static void
test_an_extension_of_the_catalogue_travels_and_brings_waiting_data_to_light (Laptops *f, gconstpointer data)
{
  /* An unknown field is pushed by a program that knows it already. */
  laptop_save (f->a, "h1", "{\"household\":{\"h1\":{\"group_name\":\"一组\"}}}", -1);
  g_assert_true (ruhu_database_execute (ruhu_store_get_database (f->a->store),
                                        "UPDATE log SET body = replace (body, '\"group_name\":', '\"solar_panels\":3,\"group_name\":'), hash = NULL WHERE position IS NULL", NULL));
  g_assert_true (ruhu_database_execute (ruhu_store_get_database (f->a->store),
                                        "UPDATE head SET fields = 'group_name,solar_panels' WHERE fields = 'group_name'", NULL));
  laptop_push (f->a, f->township);
  sync_all (f);
  assert_value (f->b->store, "household", "h1", "solar_panels", "-");
  township_write (f->township, RUHU_SCOPE_TOWNSHIP,
                  "{\"catalogue_extension\":{\"x1\":{\"name\":\"2019\",\"body\":"
                  "\"{\\\"catalogue\\\":1,\\\"records\\\":[{\\\"name\\\":\\\"household\\\",\\\"fields\\\":[{\\\"name\\\":\\\"solar_panels\\\",\\\"type\\\":\\\"integer\\\","
                  "\\\"label\\\":{\\\"en\\\":\\\"Solar panels\\\",\\\"zh_CN\\\":\\\"光伏板\\\"},\\\"privacy\\\":1,\\\"merge\\\":\\\"review\\\"}]}]}\"}}}");
  sync_all (f);
  assert_value (f->b->store, "household", "h1", "solar_panels", "3");
  assert_value (f->township->store, "household", "h1", "solar_panels", "3");
  township_reopen (f->township);
  assert_value (f->township->store, "household", "h1", "solar_panels", "3");
  assert_all_same (f);
}

static void
test_nothing_of_a_lost_household_stays_in_the_files (Laptops *f, gconstpointer data)
{
  static const char *const suffixes[] = { "", "-wal" };

  laptop_save (f->b, "h1", "{\"visit\":{\"w1\":{\"date\":\"2018-06-30\",\"outcome\":\"1\",\"summary\":\"CANARY-7431\"}}}", -1);
  sync_all (f);
  assert_value (f->a->store, "visit", "w1", "summary", "\"CANARY-7431\"");
  township_write (f->township, "h1", "{\"assignment\":{\"a1\":{\"to_date\":\"2018-06-01\"}}}");
  laptop_sync (f->a, f->township);
  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *path = g_strconcat (f->a->path, suffixes[i], NULL);
      g_autofree char *content = NULL;
      gsize length = 0;

      if (!g_file_get_contents (path, &content, &length, NULL))
        continue;
      g_assert_null (memmem (content, length, "CANARY-7431", 11));
      g_assert_null (memmem (content, length, "曾小明", strlen ("曾小明")));
    }
}

static void
test_an_open_page_does_not_bring_a_lost_household_back (Laptops *f, gconstpointer data)
{
  g_autoptr (RuhuJson) body = json_tokener_parse ("{\"base\":{\"person\":{\"p1\":{\"name\":\"曾小明\"}}},\"typed\":{\"person\":{\"p1\":{\"sex\":\"2\"}}}}");
  g_autoptr (RuhuDraft) before = NULL;
  g_autoptr (RuhuDraft) after = NULL;

  g_assert_true (ruhu_store_put_draft (f->a->store, "d1", "visit", "h1", 7, body, NULL));
  before = ruhu_store_get_draft (f->a->store, "d1", NULL);
  g_assert_true (json_object_object_get_ex (before->body, RUHU_DRAFT_BASE, NULL));
  township_write (f->township, "h1", "{\"assignment\":{\"a1\":{\"to_date\":\"2018-06-01\"}}}");
  laptop_sync (f->a, f->township);
  g_assert_true (ruhu_store_put_draft (f->a->store, "d1", "visit", "h1", 7, body, NULL));
  after = ruhu_store_get_draft (f->a->store, "d1", NULL);
  g_assert_cmpstr (json_object_to_json_string_ext (after->body, JSON_C_TO_STRING_PLAIN), ==, "{\"typed\":{\"person\":{\"p1\":{\"sex\":\"2\"}}}}");
}

static gint64
tell_now (gpointer data)
{
  return ((Township *) data)->now++;
}

/* The daemon's connection was opened before the app, on another one, saved the extension. */
static void
test_an_extension_saved_by_the_app_reaches_its_daemon (Laptops *f, gconstpointer data)
{
  RuhuStoreOptions options = { .path = f->office->path, .now = tell_now, .now_data = f->township };
  g_autoptr (RuhuJson) set =
      json_tokener_parse ("{\"catalogue_extension\":{\"x1\":{\"name\":\"2019\",\"body\":"
                          "\"{\\\"catalogue\\\":1,\\\"records\\\":[{\\\"name\\\":\\\"household\\\",\\\"fields\\\":[{\\\"name\\\":\\\"solar_panels\\\",\\\"type\\\":\\\"integer\\\","
                          "\\\"label\\\":{\\\"en\\\":\\\"Solar panels\\\",\\\"zh_CN\\\":\\\"光伏板\\\"},\\\"privacy\\\":1,\\\"merge\\\":\\\"review\\\"}]}]}\"}}}");
  RuhuEdit edit = { .scope = RUHU_SCOPE_TOWNSHIP, .set = set };
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuStore) app = ruhu_store_open (&options, &error);

  g_assert_no_error (error);
  g_assert_true (ruhu_store_get_seen (app, &edit.seen, NULL));
  g_assert_true (ruhu_store_save (app, &edit, NULL, &error));
  g_assert_no_error (error);
  laptop_sync (f->office, f->township);
  laptop_pull (f->b, f->township);
  laptop_save (f->b, "h1", "{\"household\":{\"h1\":{\"solar_panels\":3}}}", -1);
  laptop_push (f->b, f->township);
  laptop_pull (f->office, f->township);
  assert_value (app, "household", "h1", "solar_panels", "3");
  assert_value (f->office->store, "household", "h1", "solar_panels", "3");
}

#define ADD(name) g_test_add ("/ledger/" #name, Laptops, NULL, laptops_set_up, test_##name, laptops_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (enrolment_brings_the_assigned_households_and_no_others);
  ADD (a_saved_visit_survives_closing_and_reaches_everybody);
  ADD (different_fields_merge_without_a_conflict);
  ADD (the_same_value_twice_is_no_conflict);
  ADD (differing_edits_are_a_conflict_everywhere_until_resolved);
  ADD (a_latest_field_takes_the_later_value_and_keeps_the_history);
  ADD (a_page_open_during_a_pull_saves_with_the_seen_of_its_opening);
  ADD (a_deletion_does_not_stand_against_a_concurrent_edit);
  ADD (a_refused_change_is_undone_kept_and_said);
  ADD (a_household_that_leaves_goes_at_once_and_its_outbox_is_still_sent);
  ADD (a_household_that_comes_back_is_whole_with_the_outbox_on_top);
  ADD (what_was_kept_from_a_laptop_does_not_count_as_seen);
  ADD (sending_again_is_harmless_and_a_gap_is_an_error);
  ADD (numbers_and_stamps_go_on_when_all_that_had_them_has_gone);
  ADD (a_clock_two_years_ahead_is_corrected_in_order);
  ADD (a_stamp_from_the_future_stops_the_batch_and_loses_nothing);
  ADD (a_revoked_laptop_gets_nothing_and_is_told);
  ADD (a_rewritten_history_is_noticed);
  ADD (verify_finds_any_tampering);
  ADD (an_extension_of_the_catalogue_travels_and_brings_waiting_data_to_light);
  ADD (nothing_of_a_lost_household_stays_in_the_files);
  ADD (an_open_page_does_not_bring_a_lost_household_back);
  ADD (an_extension_saved_by_the_app_reaches_its_daemon);
  return g_test_run ();
}
