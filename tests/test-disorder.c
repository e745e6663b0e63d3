/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What comes in another order than it was made in, or from another time: after a restore, and when the township's own clock was wrong. */
#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-fixture.h"
#include "ruhu-store-review.h"

#include <sqlite3.h>
#include <string.h>

#define DAY_MS  G_GINT64_CONSTANT (86400000)
#define NO_MORE "{\"assignment\":{\"a1\":{\"to_date\":\"2018-06-01\"}}}"
#define GROUP_9 "{\"household\":{\"h1\":{\"group_name\":\"九组\"}}}"

typedef struct
{
  Township *township;
  Laptop *a;      /* helper-a: h1 */
  Laptop *office; /* everything */
} Fixture;

/* The look at the newest stamp, which goes through ten thousand entries. */
static struct
{
  guint n;
  gboolean fails;
} look;

static int
statement_cb (unsigned int kind, void *database, void *statement, void *text)
{
  (void) kind;
  (void) statement;
  if (strstr (text, "max (time)") == NULL || strstr (text, "LIMIT") == NULL)
    return 0;
  look.n++;
  if (look.fails)
    sqlite3_interrupt (database);
  return 0;
}

static int
connection_cb (sqlite3 *database, const char **message, const struct sqlite3_api_routines *routines)
{
  (void) message;
  (void) routines;
  return sqlite3_trace_v2 (database, SQLITE_TRACE_STMT, statement_cb, database);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->township = township_new ();
  f->a = laptop_new (f->township, "0a", "helper-a");
  f->office = laptop_new (f->township, "0f", "office");
  laptop_pull (f->a, f->township);
  laptop_pull (f->office, f->township);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gint64 n;

  g_assert_true (ruhu_ledger_verify (f->township->ledger, &n, &error));
  g_assert_no_error (error);
  laptop_free (f->a);
  laptop_free (f->office);
  township_free (f->township);
}

static void
sync_both (Fixture *f)
{
  for (guint i = 0; i < 2; i++)
    {
      laptop_sync (f->a, f->township);
      laptop_sync (f->office, f->township);
    }
}

/* For an hour the township's own clock was forty days ahead, and a laptop that heard of it cannot go back behind what it heard. */
static void
test_a_township_whose_clock_was_wrong_shuts_nobody_out (Fixture *f, gconstpointer data)
{
  gint64 real = f->township->now;

  f->township->now += 40 * DAY_MS;
  laptop_save (f->a, "h1", "{\"person\":{\"p1\":{\"name\":\"曾晓明\"}}}", -1);
  sync_both (f);
  f->township->now = real;
  laptop_save (f->a, "h1", "{\"person\":{\"p1\":{\"name\":\"曾晓光\"}}}", -1);
  laptop_save (f->office, "h1", "{\"household\":{\"h1\":{\"group_name\":\"三组\"}}}", -1);
  sync_both (f);
  assert_value (f->township->store, "person", "p1", "name", "\"曾晓光\"");
  assert_value (f->township->store, "household", "h1", "group_name", "\"三组\"");
}

/* Of many that count on from there, together, and of none the clock is said to be wrong because the disk could not be read. */
static void
test_the_newest_stamp_is_looked_up_once_and_what_fails_is_no_judgement (Fixture *f, gconstpointer data)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_pushed_free);
  RuhuBatch batch = { .device = "0a", .changes = changes };
  RuhuBatch *batches[] = { &batch };
  g_auto (GStrv) texts = NULL;
  g_autoptr (GError) error = NULL;
  gint64 real = f->township->now, last;

  f->township->now += 40 * DAY_MS;
  laptop_save (f->a, "h1", "{\"person\":{\"p1\":{\"name\":\"曾晓明\"}}}", -1);
  sync_both (f);
  f->township->now = real;
  for (guint i = 0; i < 50; i++)
    laptop_save (f->a, "h1", GROUP_9, -1);
  g_assert_true (ruhu_replica_take_outbox (f->a->replica, 0, 100, 1 << 20, lines, &last, NULL));
  texts = g_strsplit (lines->str, "\n", -1);
  for (guint i = 0; texts[i][0] != '\0'; i++)
    {
      RuhuPushed *pushed = g_new0 (RuhuPushed, 1);

      pushed->line = g_strdup (texts[i]);
      pushed->length = strlen (texts[i]);
      pushed->change = ruhu_change_parse (pushed->line, pushed->length, NULL);
      g_ptr_array_add (changes, pushed);
    }
  g_assert_cmpuint (changes->len, ==, 50);
  look.fails = TRUE;
  g_assert_false (ruhu_ledger_accept (f->township->ledger, batches, 1, &error));
  g_assert_nonnull (error);
  g_assert_null (batch.stop);
  look.fails = FALSE;
  look.n = 0;
  g_assert_true (ruhu_ledger_accept (f->township->ledger, batches, 1, NULL));
  g_assert_no_error (batch.stop);
  g_assert_cmpint (batch.accepted, ==, 51);
  g_assert_cmpuint (look.n, ==, 1);
  ruhu_batch_clear (&batch);
}

/* The office's decision about a's first change in h1, and only then a change whose `seen` lies behind the end of a's assignment. What a is told. Transfer full. */
static RuhuReview *
decide_too_early (Fixture *f, const char *fields)
{
  g_autoptr (RuhuJson) parsed = json_tokener_parse (fields);
  RuhuRecordType *type = ruhu_catalogue_get_record (ruhu_store_get_catalogue (f->township->store), RUHU_TYPE_DECISION);
  g_autofree char *key = ruhu_record_type_make_id (type, "h1", parsed);
  g_autofree char *set = g_strdup_printf ("{\"decision\":{\"%s\":%s}}", key != NULL ? key : "d1", fields);
  g_autoptr (GPtrArray) reviews = NULL;
  gint64 seen;

  township_write (f->township, "h1", set);
  township_write (f->township, "h1", NO_MORE);
  g_assert_true (ruhu_ledger_get_head (f->township->ledger, &seen, NULL, NULL));
  laptop_save (f->a, "h1", GROUP_9, seen);
  g_assert_cmpuint (laptop_push (f->a, f->township), ==, 0);
  sync_both (f);
  reviews = ruhu_store_list_reviews (f->a->store, NULL);
  g_assert_cmpuint (reviews->len, ==, 1);
  return g_ptr_array_steal_index (reviews, 0);
}

static void
test_an_acceptance_that_came_back_before_its_change_is_carried_out (Fixture *f, gconstpointer data)
{
  g_autoptr (RuhuReview) review = decide_too_early (f, "{\"device\":\"0a\",\"seq\":1,\"accept\":true}");

  assert_value (f->township->store, "household", "h1", "group_name", "\"九组\"");
  assert_value (f->office->store, "household", "h1", "group_name", "\"九组\"");
  g_assert_cmpint (review->state, ==, RUHU_REVIEW_ACCEPTED);
}

static void
test_a_refusal_that_came_back_before_its_change_reaches_its_author (Fixture *f, gconstpointer data)
{
  g_autoptr (RuhuReview) review = decide_too_early (f, "{\"device\":\"0a\",\"seq\":1,\"accept\":false,\"reason\":\"重复\"}");

  assert_value (f->township->store, "household", "h1", "group_name", "-");
  g_assert_cmpint (review->state, ==, RUHU_REVIEW_REFUSED);
}

static void
test_verify_misses_what_followed_from_a_decision (Fixture *f, gconstpointer data)
{
  g_autoptr (RuhuReview) review = decide_too_early (f, "{\"device\":\"0a\",\"seq\":1,\"accept\":false,\"reason\":\"重复\"}");
  RuhuDatabase *database = ruhu_store_get_database (f->township->store);
  g_autoptr (GError) error = NULL;
  gint64 n;

  g_assert_true (ruhu_ledger_verify (f->township->ledger, &n, &error));
  g_assert_true (ruhu_database_execute (database, "CREATE TEMP TABLE kept AS SELECT * FROM log WHERE kind = 'refused' AND n = (SELECT max (n) FROM log)", NULL));
  g_assert_cmpint (store_count (f->township->store, "SELECT count (*) FROM kept"), ==, 1);
  g_assert_true (ruhu_database_execute (database, "DELETE FROM log WHERE n = (SELECT n FROM kept)", NULL));
  g_assert_false (ruhu_ledger_verify (f->township->ledger, &n, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_CORRUPT);
  g_assert_true (ruhu_database_execute (database, "INSERT INTO log SELECT * FROM kept", NULL));
}

/* A change of laptop a's with that number, which says that it has seen everything there is. */
static void
push_numbered (Fixture *f, gint64 seq, const char *group)
{
  g_autoptr (RuhuJson) set = json_tokener_parse (GROUP_9);
  json_object *fields = json_object_object_get (json_object_object_get (set, "household"), "h1");
  RuhuChange change = { .device = f->a->device, .seq = seq, .time = (char *) "2018-01-02T03:04:05.000Z.0000", .by = (char *) "helper-a", .scope = (char *) "h1", .set = set };
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_pushed_free);
  RuhuBatch batch = { .device = f->a->device, .changes = changes, .gaps = TRUE };
  RuhuBatch *batches[] = { &batch };
  RuhuPushed *pushed = g_new0 (RuhuPushed, 1);
  g_autofree char *line = NULL;
  g_autoptr (GError) error = NULL;

  json_object_object_add (fields, "group_name", json_object_new_string (group));
  g_assert_true (ruhu_ledger_get_head (f->township->ledger, &change.seen, NULL, &error));
  line = ruhu_change_to_json (&change);
  pushed->change = ruhu_change_parse (line, strlen (line), &error);
  g_assert_no_error (error);
  pushed->length = strlen (line);
  pushed->line = g_steal_pointer (&line);
  g_ptr_array_add (changes, pushed);
  g_assert_true (ruhu_ledger_accept (f->township->ledger, batches, 1, &error));
  g_assert_no_error (batch.stop);
  g_assert_cmpuint (batch.refused->len + batch.quarantined->len, ==, 0);
  ruhu_batch_clear (&batch);
}

/* Of one laptop's changes the number counts, whatever the earlier one says that it has seen. */
static void
test_an_earlier_change_that_comes_later_supersedes_none_of_its_own_laptops (Fixture *f, gconstpointer data)
{
  push_numbered (f, 7, "七组");
  push_numbered (f, 6, "六组");
  assert_value (f->township->store, "household", "h1", "group_name", "\"七组\"");
  push_numbered (f, 8, "八组");
  assert_value (f->township->store, "household", "h1", "group_name", "\"八组\"");
  g_assert_cmpint (store_count (f->township->store, "SELECT count (*) FROM head WHERE record = 'h1' AND instr (fields, 'group_name') > 0"), ==, 1);
}

#define ADD(name) g_test_add ("/disorder/" #name, Fixture, NULL, set_up, test_##name, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (sqlite3_auto_extension ((void (*) (void)) connection_cb), ==, SQLITE_OK);
  ADD (a_township_whose_clock_was_wrong_shuts_nobody_out);
  ADD (the_newest_stamp_is_looked_up_once_and_what_fails_is_no_judgement);
  ADD (an_acceptance_that_came_back_before_its_change_is_carried_out);
  ADD (a_refusal_that_came_back_before_its_change_reaches_its_author);
  ADD (an_earlier_change_that_comes_later_supersedes_none_of_its_own_laptops);
  ADD (verify_misses_what_followed_from_a_decision);
  return g_test_run ();
}
