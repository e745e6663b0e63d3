/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A year of many laptops' visits: what the scripts of ruhu-generate-year.h must leave behind at the township. */
#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-generate-year.h"
#include "ruhu-generate.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  guint64 calls;
  RuhuStore *store;
  RuhuLedger *ledger;
} RuhuMade;

static RuhuMade *year;
static char *directory;

static void
made_free (RuhuMade *made)
{
  ruhu_ledger_free (made->ledger);
  ruhu_store_close (made->store);
  g_free (made);
}

static char *
make_path (const char *name)
{
  return g_build_filename (directory, name, NULL);
}

static RuhuMade *
make (const char *name, guint64 seed)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = make_path (name);
  RuhuMade *made = g_new0 (RuhuMade, 1);
  RuhuStoreOptions options = { .path = path, .flags = RUHU_DATABASE_CREATE, .now = ruhu_generate_now, .now_data = &made->calls };
  made->store = ruhu_store_open (&options, &error);
  g_assert_no_error (error);
  made->ledger = ruhu_ledger_new (made->store);
  gboolean generated = ruhu_generate (made->ledger, seed, &error) && ruhu_generate_year (made->ledger, seed, &made->calls, &error);
  g_assert_no_error (error);
  g_assert_true (generated);
  return made;
}

static gint64
count (const char *sql)
{
  gint64 value = -1;
  g_autoptr (GError) error = NULL;
  g_assert_true (ruhu_database_get_integer (ruhu_store_get_database (year->store), sql, 0, &value, &error, ""));
  g_assert_no_error (error);
  return value;
}

static void
test_every_helper_has_a_laptop (void)
{
  g_assert_cmpint (count ("SELECT count(*) FROM device"), ==, 92 + 204);
  g_assert_cmpint (count ("SELECT count(DISTINCT device) FROM log WHERE kind = 'change' AND device <> 'township'"), ==, 92 + 204);
}

static void
test_every_household_every_month (void)
{
  g_assert_cmpint (count ("SELECT count(*) FROM (SELECT DISTINCT scope, substr(date, 1, 7) FROM r_visit WHERE date > '2018-06-30')"), ==, 218 * 12);
  /* By the A helper each month, by the B helper each quarter. */
  g_assert_cmpint (count ("SELECT count(*) FROM r_visit WHERE date > '2018-06-30'"), ==, 218 * 16);
  g_assert_cmpint (count ("SELECT count(*) FROM r_visit WHERE date > '2019-06-30'"), ==, 0);
}

static void
test_nothing_was_refused (void)
{
  g_assert_cmpint (count ("SELECT count(*) FROM log WHERE kind = 'refused'"), ==, 0);
  g_assert_cmpint (count ("SELECT count(*) FROM (SELECT device FROM log WHERE seq IS NOT NULL GROUP BY device HAVING count(*) <> max(seq))"), ==, 0);
}

static void
test_conflicts_are_those_of_the_second_round (void)
{
  g_assert_cmpint (count ("SELECT count(*) FROM conflict"), ==, RUHU_YEAR_CONFLICTS);
  g_assert_cmpint (count ("SELECT count(*) FROM conflict WHERE type = 'household' AND field = 'cause_main'"), ==, RUHU_YEAR_EACH);
  g_assert_cmpint (count ("SELECT count(*) FROM conflict WHERE type = 'problem' AND field = 'deleted'"), ==, RUHU_YEAR_EACH);
}

static void
test_different_fields_both_stand (void)
{
  g_assert_cmpint (count ("SELECT count(*) FROM r_household WHERE phone = '10900000001' AND coop = 1"), ==, 2 * RUHU_YEAR_EACH);
}

static void
test_the_latest_stands_where_that_is_the_rule (void)
{
  g_assert_cmpint (count ("SELECT count(*) FROM r_household WHERE phone = '10900000003'"), ==, 2 * RUHU_YEAR_EACH);
  g_assert_cmpint (count ("SELECT count(*) FROM r_household WHERE phone = '10900000002'"), ==, 0);
}

static void
test_an_edit_outlives_a_deletion (void)
{
  g_assert_cmpint (count ("SELECT count(*) FROM r_problem WHERE fix = '已开工改造' AND deleted = 0"), ==, 2 * RUHU_YEAR_EACH);
  g_assert_cmpint (count ("SELECT count(*) FROM r_problem WHERE deleted = 1"), ==, 0);
}

static void
test_newborns_entered_twice (void)
{
  g_assert_cmpint (count ("SELECT count(*) FROM (SELECT scope FROM r_person GROUP BY scope, name, birth HAVING count(*) = 2)"), ==, RUHU_YEAR_DUPLICATES);
}

static void
test_wrong_clocks (void)
{
  /* Sent in December by a laptop two days behind: older than what had come in before it by more than a day. */
  g_assert_cmpint (count ("SELECT count(*) FROM log WHERE kind = 'change' AND device <> 'township' AND time LIKE '2018-12-%' AND (julianday(substr(json_extract(body, '$.set.visit.' || '\"' || visit || '\".date'), 1, 10)) - julianday(substr(time, 1, 10))) BETWEEN 1.5 AND 2.5"), >, 0);
  /* The one that was ahead has been stamped anew: no stamp lies after its visit's day. */
  g_assert_cmpint (count ("SELECT count(*) FROM log WHERE kind = 'change' AND device <> 'township' AND visit IS NOT NULL AND (julianday(substr(time, 1, 10)) - julianday(substr(json_extract(body, '$.set.visit.' || '\"' || visit || '\".date'), 1, 10))) > 1"), ==, 0);
}

static void
test_chain (void)
{
  g_autoptr (GError) error = NULL;
  gint64 n = 0;
  g_assert_true (ruhu_ledger_verify (year->ledger, &n, &error));
  g_assert_no_error (error);
  g_assert_cmpint (n, >, 3488);
}

static void
test_same_seed_same_bytes (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path_a = make_path ("year.db"), *path_b = make_path ("again.db"), *bytes_a = NULL, *bytes_b = NULL;
  gsize length_a = 0, length_b = 0;
  RuhuMade *again = make ("again.db", 1);
  g_assert_true (ruhu_database_checkpoint (ruhu_store_get_database (again->store), &error));
  g_assert_true (ruhu_database_checkpoint (ruhu_store_get_database (year->store), &error));
  g_assert_no_error (error);
  made_free (again);
  g_assert_true (g_file_get_contents (path_a, &bytes_a, &length_a, &error));
  g_assert_true (g_file_get_contents (path_b, &bytes_b, &length_b, &error));
  g_assert_cmpmem (bytes_a, length_a, bytes_b, length_b);
}

static void
remove_directory (void)
{
  g_autoptr (GDir) files = g_dir_open (directory, 0, NULL);
  const char *name;
  while (files != NULL && (name = g_dir_read_name (files)) != NULL)
    {
      g_autofree char *path = make_path (name);
      g_unlink (path);
    }
  g_rmdir (directory);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  directory = g_dir_make_tmp ("ruhu-year-XXXXXX", NULL);
  g_assert_nonnull (directory);
  year = make ("year.db", 1);
  g_test_add_func ("/year/every-helper-has-a-laptop", test_every_helper_has_a_laptop);
  g_test_add_func ("/year/every-household-every-month", test_every_household_every_month);
  g_test_add_func ("/year/nothing-was-refused", test_nothing_was_refused);
  g_test_add_func ("/year/conflicts-are-those-of-the-second-round", test_conflicts_are_those_of_the_second_round);
  g_test_add_func ("/year/different-fields-both-stand", test_different_fields_both_stand);
  g_test_add_func ("/year/the-latest-stands-where-that-is-the-rule", test_the_latest_stands_where_that_is_the_rule);
  g_test_add_func ("/year/an-edit-outlives-a-deletion", test_an_edit_outlives_a_deletion);
  g_test_add_func ("/year/newborns-entered-twice", test_newborns_entered_twice);
  g_test_add_func ("/year/wrong-clocks", test_wrong_clocks);
  g_test_add_func ("/year/chain", test_chain);
  g_test_add_func ("/year/same-seed-same-bytes", test_same_seed_same_bytes);
  int status = g_test_run ();
  made_free (year);
  remove_directory ();
  g_free (directory);
  return status;
}
