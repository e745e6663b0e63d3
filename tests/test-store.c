/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The store as the app uses it: one laptop that has its households. */
#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-fixture.h"

#include <string.h>

typedef struct
{
  Township *township;
  Laptop *b; /* helper-b: h1, h2 */
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->township = township_new ();
  f->b = laptop_new (f->township, "0b", "helper-b");
  laptop_pull (f->b, f->township);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  laptop_free (f->b);
  township_free (f->township);
}

/* The save fails with @code, names @place, and leaves no trace. */
static void
assert_refused (Fixture *f, const char *scope, const char *set, RuhuError code, const char *place)
{
  g_autofree char *before = store_dump (f->b->store, NULL);
  g_autofree char *after = NULL;
  g_autoptr (GError) error = NULL;

  g_test_message ("%s", set);
  g_assert_false (laptop_try_save (f->b, scope, set, -1, &error));
  g_assert_error (error, RUHU_ERROR, (int) code);
  if (strstr (error->message, place) == NULL)
    g_error ("the message does not name “%s”: %s", place, error->message);
  after = store_dump (f->b->store, NULL);
  g_assert_cmpstr (after, ==, before);
  g_assert_cmpint (store_count (f->b->store, "SELECT count (*) FROM log WHERE position IS NULL"), ==, 0);
}

static void
test_bad_values_are_refused_with_the_place_and_nothing_changes (Fixture *f, gconstpointer data)
{
  assert_refused (f, "h1", "{\"person\":{\"p1\":{\"sex\":\"7\"}}}", RUHU_ERROR_INVALID, "Sex");
  assert_refused (f, "h1", "{\"person\":{\"p1\":{\"work_months\":13}}}", RUHU_ERROR_INVALID, "Months");
  assert_refused (f, "h1", "{\"person\":{\"p1\":{\"birth\":\"2018-02-30\"}}}", RUHU_ERROR_INVALID, "birth");
  assert_refused (f, "h1", "{\"person\":{\"p1\":{\"name\":5}}}", RUHU_ERROR_INVALID, "Name");
  assert_refused (f, "h1", "{\"visit\":{\"w1\":{\"summary\":\"没有日期\"}}}", RUHU_ERROR_INVALID, "Date");
}

static void
test_what_is_the_offices_cannot_be_written_by_a_helper (Fixture *f, gconstpointer data)
{
  assert_refused (f, "h1", "{\"household\":{\"h1\":{\"status\":\"1\"}}}", RUHU_ERROR_INVALID, "status");
}

/* Without memory, or from a disk that does not read. */
static void
test_a_role_that_cannot_be_read_is_not_called_a_wrong_one (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (ruhu_database_execute (ruhu_store_get_database (f->b->store), "ALTER TABLE r_helper RENAME TO hidden", NULL));
  g_assert_false (laptop_try_save (f->b, "h1", "{\"household\":{\"h1\":{\"group_name\":\"一组\"}}}", -1, &error));
  g_assert_nonnull (error);
  g_assert_null (strstr (error->message, "your role"));
}

static void
test_a_record_of_another_household_is_refused (Fixture *f, gconstpointer data)
{
  assert_refused (f, "h1", "{\"person\":{\"p2\":{\"relation\":\"99\"}}}", RUHU_ERROR_INVALID, "person");
}

static void
test_an_excluded_field_is_refused (Fixture *f, gconstpointer data)
{
  assert_refused (f, "h1", "{\"person\":{\"p1\":{\"ethnicity\":\"x\"}}}", RUHU_ERROR_INVALID, "ethnicity");
}

static void
test_a_household_that_is_not_here_is_refused (Fixture *f, gconstpointer data)
{
  assert_refused (f, "h9", "{\"household\":{\"h9\":{\"group_name\":\"一组\"}}}", RUHU_ERROR_FORBIDDEN, "not on this laptop");
}

static void
test_a_sealed_visit_is_not_written_again (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  laptop_save (f->b, "h1", "{\"visit\":{\"w1\":{\"date\":\"2018-06-30\",\"outcome\":\"1\"}}}", -1);
  g_assert_false (laptop_try_save (f->b, "h1", "{\"visit\":{\"w1\":{\"summary\":\"改\"}}}", -1, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_INVALID);
}

static void
test_before_enrolment_nothing_can_be_saved (void)
{
  RuhuStoreOptions options = { .path = ":memory:", .flags = RUHU_DATABASE_CREATE };
  g_autoptr (RuhuStore) store = ruhu_store_open (&options, NULL);
  g_autoptr (RuhuJson) set = json_tokener_parse ("{\"person\":{\"p1\":{\"name\":\"天\"}}}");
  RuhuEdit edit = { .scope = "h1", .set = set };
  g_autoptr (GError) error = NULL;

  g_assert_false (ruhu_store_save (store, &edit, NULL, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_NOT_ENROLLED);
}

static void
test_numbers_follow_each_other_across_reopening (Fixture *f, gconstpointer data)
{
  for (gint64 i = 1; i <= 5; i++)
    {
      g_autoptr (RuhuJson) set = json_tokener_parse ("{\"household\":{\"h1\":{\"group_name\":\"一组\"}}}");
      RuhuEdit edit = { .scope = "h1", .set = set };
      gint64 seq;

      g_assert_true (ruhu_store_save (f->b->store, &edit, &seq, NULL));
      g_assert_cmpint (seq, ==, i);
      laptop_reopen (f->b, f->township);
      if (i == 3)
        laptop_sync (f->b, f->township);
    }
}

static void
test_a_draft_survives_and_goes_with_its_visit (Fixture *f, gconstpointer data)
{
  g_autoptr (RuhuJson) body = json_tokener_parse ("{\"typed\":\"半句\"}");
  g_autoptr (RuhuJson) set = json_tokener_parse ("{\"visit\":{\"w1\":{\"date\":\"2018-06-30\",\"outcome\":\"1\"}}}");
  RuhuEdit edit = { .scope = "h1", .set = set, .draft = "d1" };
  g_autoptr (RuhuDraft) draft = NULL;
  g_autoptr (GPtrArray) rows = NULL;

  g_assert_true (ruhu_store_put_draft (f->b->store, "d1", "visit", "h1", 7, body, NULL));
  laptop_reopen (f->b, f->township);
  draft = ruhu_store_get_draft (f->b->store, "d1", NULL);
  g_assert_nonnull (draft);
  g_assert_cmpint (draft->seen, ==, 7);
  g_assert_cmpstr (json_object_to_json_string_ext (draft->body, JSON_C_TO_STRING_PLAIN), ==, "{\"typed\":\"半句\"}");
  rows = ruhu_store_find_households (f->b->store, "曾", NULL, 0, 10, NULL);
  g_assert_true (((RuhuHouseholdRow *) g_ptr_array_index (rows, 0))->has_draft);
  g_assert_true (ruhu_store_save (f->b->store, &edit, NULL, NULL));
  g_assert_null (ruhu_store_get_draft (f->b->store, "d1", NULL));
}

static void
test_a_failed_save_keeps_the_draft (Fixture *f, gconstpointer data)
{
  g_autoptr (RuhuJson) body = json_object_new_object ();
  g_autoptr (RuhuJson) set = json_tokener_parse ("{\"visit\":{\"w1\":{\"date\":\"gestern\",\"outcome\":\"1\"}}}");
  RuhuEdit edit = { .scope = "h1", .set = set, .draft = "d1" };
  g_autoptr (RuhuDraft) draft = NULL;

  g_assert_true (ruhu_store_put_draft (f->b->store, "d1", "visit", "h1", 7, body, NULL));
  g_assert_false (ruhu_store_save (f->b->store, &edit, NULL, NULL));
  draft = ruhu_store_get_draft (f->b->store, "d1", NULL);
  g_assert_nonnull (draft);
}

static guint
n_found (Fixture *f, const char *text)
{
  g_autoptr (GPtrArray) rows = ruhu_store_find_households (f->b->store, text, NULL, 0, 10, NULL);
  gint64 count;

  g_assert_nonnull (rows);
  g_assert_true (ruhu_store_count_households (f->b->store, text, NULL, &count, NULL));
  g_assert_cmpint (count, ==, rows->len);
  return rows->len;
}

static void
test_search_finds_names_parts_pinyin_initials_and_villages (Fixture *f, gconstpointer data)
{
  g_assert_cmpuint (n_found (f, NULL), ==, 2);
  g_assert_cmpuint (n_found (f, "曾"), ==, 1);
  g_assert_cmpuint (n_found (f, "小明"), ==, 1);
  g_assert_cmpuint (n_found (f, "zxm"), ==, 1);
  g_assert_cmpuint (n_found (f, "CXM"), ==, 1);
  g_assert_cmpuint (n_found (f, "zengxiao"), ==, 1);
  g_assert_cmpuint (n_found (f, "月亮"), ==, 2);
  g_assert_cmpuint (n_found (f, "月亮 单"), ==, 1);
  g_assert_cmpuint (n_found (f, "yl sx"), ==, 1);
  g_assert_cmpuint (n_found (f, "0002"), ==, 1);
  g_assert_cmpuint (n_found (f, "没有"), ==, 0);
  laptop_save (f->b, "h1", "{\"person\":{\"p1\":{\"name\":\"黄天\"}}}", -1);
  g_assert_cmpuint (n_found (f, "曾"), ==, 0);
  g_assert_cmpuint (n_found (f, "黄"), ==, 2);
  g_assert_cmpuint (n_found (f, "huangtian"), ==, 1);
}

static void
test_a_household_file_has_its_records_seen_and_calculated_fields (Fixture *f, gconstpointer data)
{
  g_autoptr (RuhuHousehold) household = ruhu_store_open_household (f->b->store, "h1", NULL);
  g_autoptr (GError) error = NULL;
  gint64 seen;
  RuhuRecord *record;
  json_object *size;

  g_assert_nonnull (household);
  g_assert_true (ruhu_store_get_seen (f->b->store, &seen, NULL));
  g_assert_cmpint (household->seen, ==, seen);
  g_assert_cmpuint (ruhu_household_get (household, "assignment")->len, ==, 2);
  g_assert_null (ruhu_household_get (household, "visit"));
  record = g_ptr_array_index (ruhu_household_get (household, "household"), 0);
  g_assert_true (json_object_object_get_ex (record->fields, "size", &size));
  g_assert_cmpint (json_object_get_int (size), ==, 1);
  g_assert_null (ruhu_store_open_household (f->b->store, "h9", &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_NOT_FOUND);
}

static void
test_history_says_who_when_and_in_which_visit (Fixture *f, gconstpointer data)
{
  g_autoptr (RuhuJson) set = json_tokener_parse ("{\"visit\":{\"w1\":{\"date\":\"2018-06-30\",\"outcome\":\"1\"}},\"person\":{\"p1\":{\"relation\":\"99\"}}}");
  RuhuEdit edit = { .scope = "h1", .set = set, .visit = "w1" };
  g_autoptr (GPtrArray) versions = NULL;
  RuhuVersion *version;

  g_assert_true (ruhu_store_get_seen (f->b->store, &edit.seen, NULL));
  g_assert_true (ruhu_store_save (f->b->store, &edit, NULL, NULL));
  versions = ruhu_store_get_history (f->b->store, "person", "p1", "relation", NULL);
  g_assert_cmpuint (versions->len, ==, 2);
  version = g_ptr_array_index (versions, 0);
  g_assert_cmpstr (version->by_name, ==, "乙地");
  g_assert_cmpstr (version->visit_date, ==, "2018-06-30");
  g_assert_cmpint (version->position, ==, 0);
  g_assert_true (version->stands);
  version = g_ptr_array_index (versions, 1);
  g_assert_cmpstr (version->by_name, ==, "办公室");
  g_assert_false (version->is_head);
}

static void
test_titles_of_references (Fixture *f, gconstpointer data)
{
  g_autofree char *person = ruhu_store_dup_title (f->b->store, "person", "p1");
  g_autofree char *household = ruhu_store_dup_title (f->b->store, "household", "h1");
  g_autofree char *gone = ruhu_store_dup_title (f->b->store, "person", "p77");

  g_assert_cmpstr (person, ==, "曾小明");
  g_assert_cmpstr (household, ==, "曾小明");
  g_assert_cmpstr (gone, ==, "p77");
}

static void
test_a_store_opens_while_another_program_writes (Fixture *f, gconstpointer data)
{
  g_autoptr (RuhuDatabase) other = ruhu_database_open (f->b->path, RUHU_DATABASE_DEFAULT, NULL);

  g_assert_true (ruhu_database_execute (other, "BEGIN IMMEDIATE; UPDATE meta SET value = value", NULL));
  laptop_reopen (f->b, f->township);
  assert_value (f->b->store, "person", "p1", "name", "\"曾小明\"");
  g_assert_true (ruhu_database_execute (other, "ROLLBACK", NULL));
}

#define ADD(name) g_test_add ("/store/" #name, Fixture, NULL, set_up, test_##name, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (bad_values_are_refused_with_the_place_and_nothing_changes);
  ADD (what_is_the_offices_cannot_be_written_by_a_helper);
  ADD (a_role_that_cannot_be_read_is_not_called_a_wrong_one);
  ADD (a_record_of_another_household_is_refused);
  ADD (an_excluded_field_is_refused);
  ADD (a_household_that_is_not_here_is_refused);
  ADD (a_sealed_visit_is_not_written_again);
  g_test_add_func ("/store/before_enrolment_nothing_can_be_saved", test_before_enrolment_nothing_can_be_saved);
  ADD (numbers_follow_each_other_across_reopening);
  ADD (a_draft_survives_and_goes_with_its_visit);
  ADD (a_failed_save_keeps_the_draft);
  ADD (search_finds_names_parts_pinyin_initials_and_villages);
  ADD (a_household_file_has_its_records_seen_and_calculated_fields);
  ADD (history_says_who_when_and_in_which_visit);
  ADD (titles_of_references);
  ADD (a_store_opens_while_another_program_writes);
  return g_test_run ();
}
