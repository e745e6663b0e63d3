/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules at the township: after a change has been taken, never instead of taking it; problems raised once. */
#include "config.h"

#include "ruhu-checks.h"
#include "ruhu-cleanups.h"
#include "ruhu-fixture.h"
#include "ruhu-rules.h"
#include "ruhu-store-private.h"

#include <string.h>

#define TODAY "2018-06-30"

/* Runs until nothing waits; returns how many turns it took. */
static guint
check_all (Township *township, const char *today, guint limit)
{
  GError *error = NULL;
  gboolean left = TRUE;
  guint turns = 0;

  for (; left && turns < 100; turns++)
    {
      gboolean run = ruhu_checks_run (township->store, township->ledger, today, limit, TRUE, &left, &error);
      g_assert_no_error (error);
      g_assert_true (run);
    }
  return turns;
}

static gint64
count (Township *township, const char *rule)
{
  g_autofree char *sql = g_strdup_printf ("SELECT count(*) FROM finding WHERE rule = '%s'", rule);

  return store_count (township->store, sql);
}

/* Out of poverty, but a guarantee is not met; the repair is finished, but without water. */
#define FALLING_BACK                                                                                                                                             \
  "{\"household\":{\"h1\":{\"status\":\"1\",\"reg_class\":\"1\"}},\"housing\":{\"%s\":{\"grade\":\"D\",\"certified_on\":\"2018-01-01\",\"certifier\":\"县\"}}," \
  "\"repair\":{\"11111111-1111-4111-8111-111111111111\":{\"stage\":\"6\",\"water_on\":false,\"power_on\":true}}}"

static char *
falling_back (Township *township)
{
  RuhuRecordType *housing = ruhu_catalogue_get_record (ruhu_store_get_catalogue (township->store), "housing");
  g_autofree char *id = ruhu_record_type_make_id (housing, "h1", NULL);

  return g_strdup_printf (FALLING_BACK, id);
}

static void
test_what_arrived_is_checked_afterwards (void)
{
  Township *township = township_new ();
  Laptop *laptop = laptop_new (township, "d1", "helper-a");

  laptop_sync (laptop, township);
  check_all (township, TODAY, 10);
  g_assert_cmpint (count (township, "R08"), ==, 0);

  /* Two heads: a laptop cannot know that another has made somebody else the head meanwhile, so this is taken, and found afterwards. */
  laptop_save (laptop, "h1", "{\"person\":{\"22222222-2222-4222-8222-222222222222\":{\"name\":\"曾小红\",\"relation\":\"01\"}}}", -1);
  g_assert_cmpuint (laptop_push (laptop, township), ==, 0);
  g_assert_cmpint (count (township, "R08"), ==, 0);
  check_all (township, TODAY, 10);
  g_assert_cmpint (count (township, "R08"), ==, 1);
  g_assert_cmpint (store_count (township->store, "SELECT count(*) FROM finding_due"), ==, 0);

  laptop_save (laptop, "h1", "{\"person\":{\"22222222-2222-4222-8222-222222222222\":{\"relation\":\"03\"}}}", -1);
  g_assert_cmpuint (laptop_push (laptop, township), ==, 0);
  check_all (township, TODAY, 10);
  g_assert_cmpint (count (township, "R08"), ==, 0);
  laptop_free (laptop);
  township_free (township);
}

static void
test_a_problem_is_raised_once (void)
{
  Township *township = township_new ();
  g_autofree char *set = falling_back (township);
  gint64 head = 0, again = 0;

  township_write (township, "h1", set);
  check_all (township, TODAY, 10);
  g_assert_cmpint (store_count (township->store, "SELECT count(*) FROM r_problem WHERE rule = 'R71' AND kind = '04' AND source = '3' AND state = '1' AND deadline = '2018-07-15'"), ==, 1);
  g_assert_cmpint (store_count (township->store, "SELECT count(*) FROM r_problem WHERE rule = 'R73'"), ==, 1);
  g_assert_true (ruhu_ledger_get_head (township->ledger, &head, NULL, NULL));

  /* Neither checked again, nor all anew, nor when somebody has closed and deleted it, in the same year. */
  g_assert_true (ruhu_checks_restart (township->store, NULL));
  check_all (township, TODAY, 10);
  g_assert_true (ruhu_ledger_get_head (township->ledger, &again, NULL, NULL));
  g_assert_cmpint (head, ==, again);
  g_autofree char *id = NULL;
  g_assert_true (ruhu_database_get_text (ruhu_store_get_database (township->store), "SELECT id FROM r_problem WHERE rule = 'R71'", &id, NULL, ""));
  g_autofree char *closing = g_strdup_printf ("{\"problem\":{\"%s\":{\"state\":\"4\",\"deleted\":true}}}", id);
  township_write (township, "h1", closing);
  check_all (township, TODAY, 10);
  g_assert_cmpint (store_count (township->store, "SELECT count(*) FROM r_problem WHERE rule = 'R71' AND deleted = 0"), ==, 0);
  /* The next year it is a new one. */
  check_all (township, "2019-01-02", 10);
  g_assert_cmpint (store_count (township->store, "SELECT count(*) FROM r_problem WHERE rule = 'R71' AND deleted = 0"), ==, 1);
  township_free (township);
}

static void
test_the_days_for_a_problem_are_the_offices (void)
{
  Township *township = township_new ();
  RuhuRecordType *term = ruhu_catalogue_get_record (ruhu_store_get_catalogue (township->store), "problem_term");
  g_autoptr (RuhuJson) key = json_tokener_parse ("{\"kind\":\"04\"}");
  g_autofree char *id = ruhu_record_type_make_id (term, RUHU_SCOPE_TOWNSHIP, key);
  g_autofree char *term_set = g_strdup_printf ("{\"problem_term\":{\"%s\":{\"kind\":\"04\",\"days\":7}}}", id);
  g_autofree char *set = falling_back (township);

  township_write (township, RUHU_SCOPE_TOWNSHIP, term_set);
  township_write (township, "h1", set);
  check_all (township, TODAY, 10);
  g_assert_cmpint (store_count (township->store, "SELECT count(*) FROM r_problem WHERE rule = 'R71' AND deadline = '2018-07-07'"), ==, 1);
  township_free (township);
}

static void
test_a_setting_makes_every_household_wait (void)
{
  Township *township = township_new ();
  RuhuRecordType *setting = ruhu_catalogue_get_record (ruhu_store_get_catalogue (township->store), "rule_setting");
  g_autoptr (RuhuJson) key = json_tokener_parse ("{\"rule\":\"R102\",\"parameter\":\"severity\"}");
  g_autofree char *id = ruhu_record_type_make_id (setting, RUHU_SCOPE_TOWNSHIP, key);
  g_autofree char *off = g_strdup_printf ("{\"rule_setting\":{\"%s\":{\"rule\":\"R102\",\"parameter\":\"severity\",\"severity\":\"off\"}}}", id);

  township_write (township, "h2", "{\"household\":{\"h2\":{\"reg_class\":\"1\"}}}");
  /* One household a turn: the work is left and taken up again. */
  g_assert_cmpuint (check_all (township, TODAY, 1), >=, 3);
  g_assert_cmpint (count (township, "R102"), ==, 1);
  township_write (township, RUHU_SCOPE_TOWNSHIP, off);
  check_all (township, TODAY, 10);
  g_assert_cmpint (count (township, "R102"), ==, 0);
  township_free (township);
}

/* Something that the rules meet in one household only: here a finding that cannot be kept. */
static void
test_a_household_that_cannot_be_checked_holds_up_nobody (void)
{
  static const char *const two_heads = "{\"person\":{\"22222222-2222-4222-8222-222222222222\":{\"name\":\"曾小红\",\"relation\":\"01\"},"
                                       "\"33333333-3333-4333-8333-333333333333\":{\"name\":\"曾小明\",\"relation\":\"01\"}}}";
  Township *township = township_new ();
  RuhuDatabase *database = ruhu_store_get_database (township->store);

  check_all (township, TODAY, 10);
  g_assert_true (ruhu_database_execute (database, "CREATE TRIGGER broken BEFORE INSERT ON finding WHEN NEW.scope = 'h1' BEGIN SELECT RAISE(ABORT, 'broken'); END", NULL));
  township_write (township, "h1", two_heads);
  township_write (township, "h2", "{\"household\":{\"h2\":{\"reg_class\":\"1\"}}}");
  g_test_expect_message ("ruhu-checks", G_LOG_LEVEL_WARNING, "*a household*broken*");
  check_all (township, TODAY, 1);
  g_test_assert_expected_messages ();
  g_assert_cmpint (count (township, "R102"), ==, 1);
  g_assert_cmpint (store_count (township->store, "SELECT count(*) FROM finding_due"), ==, 0);

  /* Mended, it is checked again when it changes. */
  g_assert_true (ruhu_database_execute (database, "DROP TRIGGER broken", NULL));
  township_write (township, "h1", two_heads);
  check_all (township, TODAY, 1);
  g_assert_cmpint (count (township, "R08"), ==, 1);
  township_free (township);
}

static void
test_the_townships_own_rules_can_wait (void)
{
  Township *township = township_new ();
  gboolean left = TRUE;

  township_write (township, "h2", "{\"household\":{\"h2\":{\"reg_class\":\"1\"}}}");
  while (left)
    g_assert_true (ruhu_checks_run (township->store, township->ledger, TODAY, 10, FALSE, &left, NULL));
  g_assert_cmpint (count (township, "R102"), ==, 1);
  g_assert_cmpint (store_count (township->store, "SELECT count(*) FROM finding_due WHERE scope = 'township'"), ==, 1);
  g_assert_cmpint (store_count (township->store, "SELECT count(*) FROM finding_due"), ==, 1);
  check_all (township, TODAY, 10);
  g_assert_cmpint (store_count (township->store, "SELECT count(*) FROM finding_due"), ==, 0);
  township_free (township);
}

#define REPAIR(fields) "{\"repair\":{\"11111111-1111-4111-8111-111111111111\":{" fields "}}}"

/* Two who did not know of each other: what the rule says to each of them while they type, the log says to the township. */
static void
test_a_repair_that_goes_back_is_seen_in_the_log (void)
{
  Township *township = township_new ();

  township_write (township, "h1", REPAIR ("\"stage\":\"4\",\"stage_date\":\"2018-05-01\""));
  check_all (township, TODAY, 10);
  g_assert_cmpint (count (township, "R72b"), ==, 0);
  township_write (township, "h1", REPAIR ("\"stage\":\"3\""));
  check_all (township, TODAY, 10);
  g_assert_cmpint (count (township, "R72b"), ==, 1);
  /* It is all right again with the next stage, of that day or later. */
  township_write (township, "h1", REPAIR ("\"stage\":\"4\",\"stage_date\":\"2018-04-30\""));
  check_all (township, TODAY, 10);
  g_assert_cmpint (count (township, "R72b"), ==, 1);
  township_write (township, "h1", REPAIR ("\"stage_date\":\"2018-05-01\""));
  check_all (township, TODAY, 10);
  g_assert_cmpint (count (township, "R72b"), ==, 0);
  township_free (township);
}

/* A stage that was never reached was recorded by mistake: whoever puts it right says so, and the township has heard it, whatever is dated afterwards. */
static void
test_a_repair_goes_back_for_a_reason (void)
{
  Township *township = township_new ();
  Laptop *laptop = laptop_new (township, "d1", "helper-a");
  g_autoptr (RuhuJson) set = json_tokener_parse (REPAIR ("\"stage\":\"3\""));
  g_autofree char *today = NULL;
  g_autoptr (GPtrArray) findings = NULL;
  GError *error = NULL;
  guint n = 0;

  township_write (township, "h1", REPAIR ("\"stage\":\"4\",\"stage_date\":\"2018-05-01\""));
  laptop_sync (laptop, township);
  today = ruhu_clock_today (ruhu_store_get_clock (laptop->store));
  RuhuRulesQuestion question = { .scope = "h1", .today = today, .draft = set, .user = "helper-a", .role = RUHU_ROLE_HELPER };
  findings = ruhu_rules_check_household (ruhu_store_get_rules (laptop->store, &error), &question, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < findings->len; i++)
    {
      const RuhuFinding *finding = findings->pdata[i];

      if (!g_str_equal (finding->rule, "R72b"))
        continue;
      g_assert_true (finding->blocks && finding->may_pend);
      ruhu_rules_add_note (set, finding, NULL, "录错户");
      n++;
    }
  g_assert_cmpuint (n, ==, 1);
  laptop_save (laptop, "h1", json_object_to_json_string (set), -1);
  g_assert_cmpuint (laptop_push (laptop, township), ==, 0);
  township_write (township, "h1", REPAIR ("\"stage_date\":\"2018-05-03\""));
  check_all (township, TODAY, 10);
  g_assert_cmpint (count (township, "R72b"), ==, 1);
  g_assert_cmpint (store_count (township->store, "SELECT noted FROM finding WHERE rule = 'R72b'"), ==, 1);
  laptop_free (laptop);
  township_free (township);
}

#define VISIT "44444444-4444-4444-8444-444444444444"

/* By the day of its change, not by today's: a visit is not late because the year goes on. What was said of it when it was sealed holds here too. */
static void
test_a_visit_sealed_late_is_one_for_ever (void)
{
  Township *township = township_new ();
  Laptop *laptop = laptop_new (township, "d1", "helper-a");
  g_autofree char *today = ruhu_clock_today (ruhu_store_get_clock (township->store));
  g_autofree char *on_time = g_strdup_printf ("{\"visit\":{\"v1\":{\"date\":\"%s\",\"outcome\":\"1\"}}}", today);
  g_autoptr (RuhuJson) set = json_tokener_parse ("{\"visit\":{\"" VISIT "\":{\"date\":\"2018-01-01\",\"outcome\":\"1\"}}}");
  g_autofree char *here = NULL;
  g_autoptr (GPtrArray) findings = NULL;
  GError *error = NULL;

  laptop_sync (laptop, township);
  township_write (township, "h1", on_time);
  check_all (township, "2030-01-01", 10);
  g_assert_cmpint (count (township, "R100c"), ==, 0);

  here = ruhu_clock_today (ruhu_store_get_clock (laptop->store));
  RuhuRulesQuestion question = { .scope = "h1", .today = here, .draft = set, .visit = VISIT, .user = "helper-a", .role = RUHU_ROLE_HELPER };
  findings = ruhu_rules_check_household (ruhu_store_get_rules (laptop->store, &error), &question, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < findings->len; i++)
    if (g_str_equal (((RuhuFinding *) findings->pdata[i])->rule, "R100c"))
      ruhu_rules_add_note (set, findings->pdata[i], VISIT, "大雪封山");
  g_assert_true (json_object_object_get_ex (set, "finding_note", NULL));
  laptop_save (laptop, "h1", json_object_to_json_string (set), -1);
  g_assert_cmpuint (laptop_push (laptop, township), ==, 0);
  check_all (township, "2030-01-02", 10);
  g_assert_cmpint (count (township, "R100c"), ==, 1);
  g_assert_cmpint (store_count (township->store, "SELECT noted FROM finding WHERE rule = 'R100c'"), ==, 1);
  laptop_free (laptop);
  township_free (township);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/checks/what-arrived-is-checked-afterwards", test_what_arrived_is_checked_afterwards);
  g_test_add_func ("/checks/a-problem-is-raised-once", test_a_problem_is_raised_once);
  g_test_add_func ("/checks/the-days-for-a-problem-are-the-offices", test_the_days_for_a_problem_are_the_offices);
  g_test_add_func ("/checks/a-setting-makes-every-household-wait", test_a_setting_makes_every_household_wait);
  g_test_add_func ("/checks/a-household-that-cannot-be-checked-holds-up-nobody", test_a_household_that_cannot_be_checked_holds_up_nobody);
  g_test_add_func ("/checks/the-townships-own-rules-can-wait", test_the_townships_own_rules_can_wait);
  g_test_add_func ("/checks/a-repair-that-goes-back-is-seen-in-the-log", test_a_repair_that_goes_back_is_seen_in_the_log);
  g_test_add_func ("/checks/a-repair-goes-back-for-a-reason", test_a_repair_goes_back_for_a_reason);
  g_test_add_func ("/checks/a-visit-sealed-late-is-one-for-ever", test_a_visit_sealed_late_is_one_for_ever);
  return g_test_run ();
}
