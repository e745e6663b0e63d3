/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The household list's filters and orders, and what a person is reminded of. */
#include "config.h"

#include "ruhu-fixture.h"

typedef struct
{
  Township *township;
  Laptop *b; /* helper-b: h1 (曾小明), h2 (单玄黄) and what is added here */
} Fixture;

static void
add_household (Fixture *f, const char *id, const char *village, const char *name, const char *status)
{
  g_autofree char *set = g_strdup_printf ("{\"household\":{\"%s\":{\"village_id\":\"%s\",\"head\":\"p-%s\",\"status\":\"%s\"}},\"person\":{\"p-%s\":{\"name\":\"%s\"}},"
                                          "\"assignment\":{\"a-%s\":{\"helper_id\":\"helper-b\",\"post\":\"A\",\"from_date\":\"2018-01-01\"}}}",
                                          id, village, id, status, id, name, id);

  township_write (f->township, id, set);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->township = township_new ();
  /* The village after the households: its name reaches the laptop late. */
  add_household (f, "h3", "v2", "安地", "1");
  add_household (f, "h4", "v2", "黎天", "0");
  add_household (f, "h5", "v2", "李天", "0");
  township_write (f->township, RUHU_SCOPE_TOWNSHIP, "{\"village\":{\"v2\":{\"name\":\"大海村\"}}}");
  f->b = laptop_new (f->township, "0b", "helper-b");
  laptop_pull (f->b, f->township);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  laptop_free (f->b);
  township_free (f->township);
}

/* Deadlines are the office's to set. */
static void
record_problems (Fixture *f, const char *scope, const char *set)
{
  township_write (f->township, scope, set);
  laptop_pull (f->b, f->township);
}

/* The ids that a filter gives, joined by spaces. */
static void
assert_listed (RuhuStore *store, const RuhuHouseholdFilter *filter, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) numbers = ruhu_store_select_households (store, filter, &error);
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GString) found = g_string_new (NULL);

  g_assert_no_error (error);
  rows = ruhu_store_read_households (store, (const gint64 *) numbers->data, numbers->len, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < rows->len; i++)
    g_string_append_printf (found, "%s%s", i > 0 ? " " : "", ((RuhuHouseholdRow *) g_ptr_array_index (rows, i))->id);
  g_assert_cmpstr (found->str, ==, expected);
}

static void
test_orders (Fixture *f, gconstpointer data)
{
  /* 大海村 dahai before 月亮村 yueliang; an, li (李), li (黎); zeng after shan. */
  assert_listed (f->b->store, &(RuhuHouseholdFilter){ .sort = RUHU_SORT_PLACE }, "h3 h5 h4 h2 h1");
  assert_listed (f->b->store, &(RuhuHouseholdFilter){ .sort = RUHU_SORT_NAME }, "h3 h5 h4 h2 h1");
  laptop_save (f->b, "h3", "{\"visit\":{\"w3\":{\"date\":\"2018-06-20\",\"outcome\":\"1\"}}}", -1);
  laptop_save (f->b, "h1", "{\"visit\":{\"w1\":{\"date\":\"2018-05-20\",\"outcome\":\"3\"}}}", -1);
  assert_listed (f->b->store, &(RuhuHouseholdFilter){ .sort = RUHU_SORT_DUE, .village = "v1" }, "h2 h1");
  assert_listed (f->b->store, &(RuhuHouseholdFilter){ .sort = RUHU_SORT_VISIT }, "h3 h1 h2 h5 h4");
}

static void
assert_found (Fixture *f)
{
  assert_listed (f->b->store, &(RuhuHouseholdFilter){ .text = "l", .sort = RUHU_SORT_PLACE }, "h5 h4 h2 h1");
  assert_listed (f->b->store, &(RuhuHouseholdFilter){ .text = "l", .status = "1" }, "");
  assert_listed (f->b->store, &(RuhuHouseholdFilter){ .text = "dahai" }, "h3 h5 h4");
  assert_listed (f->b->store, &(RuhuHouseholdFilter){ .text = "dahai 李" }, "h5");
  assert_listed (f->b->store, &(RuhuHouseholdFilter){ .text = "dahai an" }, "h3");
  assert_listed (f->b->store, &(RuhuHouseholdFilter){ .text = "dahai", .first = 2 }, "h3 h5");
  assert_listed (f->b->store, &(RuhuHouseholdFilter){ .text = "dahai", .first = 50 }, "h3 h5 h4");
  assert_listed (f->b->store, &(RuhuHouseholdFilter){ .text = "dahai 李", .first = 50 }, "h5");
  assert_listed (f->b->store, &(RuhuHouseholdFilter){ .text = "l", .sort = RUHU_SORT_PLACE, .first = 50 }, "h5 h4 h2 h1");
}

/* What a search finds, and in which order, does not depend on how it looks for it. */
static void
test_frequent_words_find_the_same (Fixture *f, gconstpointer data)
{
  gboolean filled;

  assert_found (f);
  filled = ruhu_database_execute (ruhu_store_get_database (f->b->store),
                                  "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)"
                                  " INSERT INTO term (term, record, scope) SELECT p || i, 'nobody', 'nobody' FROM n, (SELECT 'l' AS p UNION SELECT 'dahai' UNION SELECT '李')",
                                  NULL);
  g_assert_true (filled);
  assert_found (f);
}

static void
test_the_first_are_the_first_of_all (Fixture *f, gconstpointer data)
{
  assert_listed (f->b->store, &(RuhuHouseholdFilter){ .sort = RUHU_SORT_PLACE, .first = 3 }, "h3 h5 h4");
  assert_listed (f->b->store, &(RuhuHouseholdFilter){ .sort = RUHU_SORT_NAME, .first = 1 }, "h3");
  assert_listed (f->b->store, &(RuhuHouseholdFilter){ .text = "dahai", .first = 2 }, "h3 h5");
  assert_listed (f->b->store, &(RuhuHouseholdFilter){ .visited_before = "2030-01-01", .first = 2 }, "h3 h5");
  assert_listed (f->b->store, &(RuhuHouseholdFilter){ .sort = RUHU_SORT_PLACE, .first = 50 }, "h3 h5 h4 h2 h1");
}

static void
test_filters_combine (Fixture *f, gconstpointer data)
{
  assert_listed (f->b->store, &(RuhuHouseholdFilter){ .village = "v2" }, "h3 h5 h4");
  assert_listed (f->b->store, &(RuhuHouseholdFilter){ .village = "v2", .status = "0" }, "h5 h4");
  assert_listed (f->b->store, &(RuhuHouseholdFilter){ .status = "0", .text = "lt" }, "h5 h4");
  assert_listed (f->b->store, &(RuhuHouseholdFilter){ .status = "1", .text = "lt" }, "");
  assert_listed (f->b->store, &(RuhuHouseholdFilter){ .text = "dahai 李" }, "h5");
  assert_listed (f->b->store, &(RuhuHouseholdFilter){ .helper = "helper-a", .today = "2018-06-30" }, "h1");
  record_problems (f, "h4", "{\"problem\":{\"b4\":{\"source\":\"1\",\"kind\":\"05\",\"description\":\"水\",\"found\":\"2018-06-01\",\"deadline\":\"2018-06-08\",\"state\":\"1\"}}}");
  assert_listed (f->b->store, &(RuhuHouseholdFilter){ .wants_problem = TRUE }, "h4");
}

static void
test_an_assignment_that_ended_does_not_count (Fixture *f, gconstpointer data)
{
  township_write (f->township, "h1", "{\"assignment\":{\"a-old\":{\"helper_id\":\"office\",\"post\":\"A\",\"from_date\":\"2018-01-01\",\"to_date\":\"2018-03-31\"}}}");
  laptop_pull (f->b, f->township);
  assert_listed (f->b->store, &(RuhuHouseholdFilter){ .helper = "office", .today = "2018-03-31" }, "h1");
  assert_listed (f->b->store, &(RuhuHouseholdFilter){ .helper = "office", .today = "2018-04-01" }, "");
}

static void
test_attempts_count_as_visits_but_not_what_was_put_off (Fixture *f, gconstpointer data)
{
  RuhuHouseholdFilter due = { .visited_before = "2018-06-01", .village = "v1", .sort = RUHU_SORT_DUE };

  assert_listed (f->b->store, &due, "h1 h2");
  laptop_save (f->b, "h1", "{\"visit\":{\"w1\":{\"date\":\"2018-06-20\",\"outcome\":\"4\"}}}", -1);
  assert_listed (f->b->store, &due, "h1 h2");
  laptop_save (f->b, "h1", "{\"visit\":{\"w2\":{\"date\":\"2018-06-20\",\"outcome\":\"2\"}}}", -1);
  assert_listed (f->b->store, &due, "h2");
  laptop_save (f->b, "h2", "{\"visit\":{\"w3\":{\"date\":\"2018-06-01\",\"outcome\":\"3\"}}}", -1);
  assert_listed (f->b->store, &due, "");
}

static void
test_the_list_follows_names_heads_and_deletions (Fixture *f, gconstpointer data)
{
  laptop_save (f->b, "h3", "{\"person\":{\"p-h3\":{\"name\":\"周地\"}}}", -1);
  assert_listed (f->b->store, &(RuhuHouseholdFilter){ .sort = RUHU_SORT_NAME }, "h5 h4 h2 h1 h3");
  township_write (f->township, RUHU_SCOPE_TOWNSHIP, "{\"village\":{\"v2\":{\"name\":\"竹海村\"}}}");
  township_write (f->township, "h5", "{\"household\":{\"h5\":{\"deleted\":true}}}");
  laptop_sync (f->b, f->township);
  assert_listed (f->b->store, &(RuhuHouseholdFilter){ .sort = RUHU_SORT_PLACE }, "h2 h1 h4 h3");
  township_write (f->township, "h4", "{\"assignment\":{\"a-h4\":{\"deleted\":true}}}");
  laptop_pull (f->b, f->township);
  assert_listed (f->b->store, &(RuhuHouseholdFilter){ .sort = RUHU_SORT_PLACE }, "h2 h1 h3");
  g_assert_cmpint (store_count (f->b->store, "SELECT count (*) FROM listing"), ==, 3);
}

static void
test_a_file_from_before_the_list_is_filled_at_opening (Fixture *f, gconstpointer data)
{
  RuhuDatabase *database = ruhu_store_get_database (f->b->store);

  g_assert_true (ruhu_database_execute (database, "DELETE FROM listing; DELETE FROM meta WHERE key = 'columns:listing'", NULL));
  assert_listed (f->b->store, &(RuhuHouseholdFilter){ 0 }, "");
  laptop_reopen (f->b, f->township);
  assert_listed (f->b->store, &(RuhuHouseholdFilter){ .sort = RUHU_SORT_PLACE }, "h3 h5 h4 h2 h1");
}

static void
test_due_problems_come_most_overdue_first (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) due = NULL;
  gint64 count, overdue;

  record_problems (f, "h1",
                   "{\"problem\":{\"b1\":{\"source\":\"1\",\"kind\":\"07\",\"description\":\"路\",\"found\":\"2018-06-01\",\"deadline\":\"2018-07-03\",\"state\":\"1\"},"
                   "\"b2\":{\"source\":\"1\",\"kind\":\"05\",\"description\":\"水\",\"found\":\"2018-06-01\",\"deadline\":\"2018-06-10\",\"state\":\"2\"},"
                   "\"b3\":{\"source\":\"1\",\"kind\":\"04\",\"description\":\"房\",\"found\":\"2018-06-01\",\"deadline\":\"2018-08-10\",\"state\":\"1\"}}}");
  due = ruhu_store_list_due_problems (f->b->store, "2018-06-30", "2018-07-07", 10, &count, &overdue, NULL);
  g_assert_cmpuint (due->len, ==, 2);
  g_assert_cmpint (count, ==, 2);
  g_assert_cmpint (overdue, ==, 1);
  g_assert_cmpstr (((RuhuReminder *) g_ptr_array_index (due, 0))->record, ==, "b2");
  g_assert_cmpstr (((RuhuReminder *) g_ptr_array_index (due, 0))->head_name, ==, "曾小明");
  g_assert_cmpstr (((RuhuReminder *) g_ptr_array_index (due, 1))->date, ==, "2018-07-03");
}

static void
test_due_measures_are_those_that_go_on (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) due = NULL;
  gint64 count;

  laptop_save (f->b, "h1",
               "{\"measure\":{\"m1\":{\"kind\":\"101\",\"state\":\"3\",\"due\":\"2018-07-03\"},\"m2\":{\"kind\":\"101\",\"state\":\"3\",\"due\":\"2018-06-10\"},"
               "\"m3\":{\"kind\":\"101\",\"state\":\"4\",\"due\":\"2018-06-10\"},\"m4\":{\"kind\":\"401\",\"state\":\"6\",\"due\":\"2018-06-10\"},\"m5\":{\"kind\":\"101\",\"state\":\"3\",\"due\":\"2018-08-10\"}}}",
               -1);
  due = ruhu_store_list_due_measures (f->b->store, "2018-07-07", 10, &count, NULL);
  g_assert_cmpuint (due->len, ==, 2);
  g_assert_cmpint (count, ==, 2);
  g_assert_cmpstr (((RuhuReminder *) g_ptr_array_index (due, 0))->record, ==, "m2");
  g_assert_cmpstr (((RuhuReminder *) g_ptr_array_index (due, 1))->date, ==, "2018-07-03");
}

static void
test_what_is_to_be_confirmed (Fixture *f, gconstpointer data)
{
  RuhuRecordType *living = ruhu_catalogue_get_record (ruhu_store_get_catalogue (f->b->store), "living");
  g_autofree char *id = ruhu_record_type_make_id (living, "h1", NULL);
  g_autofree char *set = g_strdup_printf ("{\"living\":{\"%s\":{\"power\":true}}}", id);
  g_autoptr (GPtrArray) none = NULL, old = NULL, all = NULL;

  laptop_save (f->b, "h1", set, -1);
  none = ruhu_store_list_unconfirmed (f->b->store, "2018-01-01", 10, NULL);
  g_assert_cmpuint (none->len, ==, 0);
  old = ruhu_store_list_unconfirmed (f->b->store, "2018-12-01", 10, NULL);
  g_assert_cmpuint (old->len, ==, 1);
  g_assert_cmpstr (((RuhuReminder *) g_ptr_array_index (old, 0))->type, ==, "living");
  g_assert_cmpstr (((RuhuReminder *) g_ptr_array_index (old, 0))->date, ==, "2018-06-30");
  record_problems (f, "h2", "{\"problem\":{\"b1\":{\"source\":\"1\",\"kind\":\"11\",\"description\":\"姓名有误\",\"found\":\"2018-06-01\",\"state\":\"1\"}}}");
  all = ruhu_store_list_unconfirmed (f->b->store, "2018-12-01", 1, NULL);
  g_assert_cmpuint (all->len, ==, 1);
  g_assert_cmpstr (((RuhuReminder *) g_ptr_array_index (all, 0))->type, ==, "problem");
}

#define ADD(name) g_test_add ("/listing/" #name, Fixture, NULL, set_up, test_##name, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (orders);
  ADD (frequent_words_find_the_same);
  ADD (the_first_are_the_first_of_all);
  ADD (filters_combine);
  ADD (an_assignment_that_ended_does_not_count);
  ADD (attempts_count_as_visits_but_not_what_was_put_off);
  ADD (the_list_follows_names_heads_and_deletions);
  ADD (a_file_from_before_the_list_is_filled_at_opening);
  ADD (due_problems_come_most_overdue_first);
  ADD (due_measures_are_those_that_go_on);
  ADD (what_is_to_be_confirmed);
  return g_test_run ();
}
