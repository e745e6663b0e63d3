/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a draft holds, and what of it becomes a change. */
#define G_LOG_DOMAIN "test-draft-body"

#include "config.h"

#include "ruhu-draft-body.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"

#define SCOPE "h1"

static RuhuCatalogue *catalogue;

static json_object *
parse (const char *text)
{
  json_object *object = json_tokener_parse (text);

  g_assert_nonnull (object);
  return object;
}

/* A body with one person and the household, as read from the store. */
static RuhuDraftBody *
new_body (void)
{
  RuhuDraftBody *body = ruhu_draft_body_new ();
  g_autoptr (RuhuJson) person = parse ("{\"name\":\"甲\",\"work_months\":3,\"health\":[\"01\"]}");
  g_autoptr (RuhuJson) household = parse ("{\"phone\":\"13800000001\",\"land_arable\":12.5}");

  ruhu_draft_body_set_base (body, "person", "p1", person);
  ruhu_draft_body_set_base (body, "household", SCOPE, household);
  return body;
}

static void
type_in (RuhuDraftBody *body, const char *type, const char *record, const char *field, const char *json)
{
  g_autoptr (RuhuJson) value = json != NULL ? parse (json) : NULL;

  ruhu_draft_body_set_value (body, type, record, field, value);
}

static char *
dup_set_text (RuhuDraftBody *body, RuhuDraftFilter filter)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuJson) set = ruhu_draft_body_dup_set (body, catalogue, SCOPE, filter, NULL, &error);

  g_assert_no_error (error);
  return g_strdup (json_object_to_json_string_ext (set, JSON_C_TO_STRING_PLAIN));
}

#define assert_set(body, filter, expected)               \
  G_STMT_START                                           \
  {                                                      \
    g_autofree char *set_ = dup_set_text (body, filter); \
    g_assert_cmpstr (set_, ==, expected);                \
  }                                                      \
  G_STMT_END

static void
test_only_changed_values (void)
{
  g_autoptr (RuhuDraftBody) body = new_body ();

  assert_set (body, NULL, "{}");
  g_assert_false (ruhu_draft_body_is_changed (body, NULL, NULL, NULL));
  type_in (body, "person", "p1", "name", "\"甲\"");
  type_in (body, "person", "p1", "work_months", "3.0");
  assert_set (body, NULL, "{}");
  type_in (body, "person", "p1", "work_months", "5");
  type_in (body, "household", SCOPE, "phone", NULL);
  assert_set (body, NULL, "{\"person\":{\"p1\":{\"work_months\":5}},\"household\":{\"h1\":{\"phone\":null}}}");
  g_assert_true (ruhu_draft_body_is_changed (body, "person", "p1", "work_months"));
  g_assert_false (ruhu_draft_body_is_changed (body, "person", "p1", "name"));
  type_in (body, "person", "p1", "work_months", "3");
  type_in (body, "household", SCOPE, "phone", "\"13800000001\"");
  assert_set (body, NULL, "{}");
  g_assert_false (ruhu_draft_body_is_changed (body, NULL, NULL, NULL));
}

static void
test_whole_record (void)
{
  g_autoptr (RuhuDraftBody) body = new_body ();
  g_autoptr (RuhuJson) fields = NULL;

  type_in (body, "person", "p1", "work_months", "5");
  fields = ruhu_draft_body_dup_fields (body, "person", "p1");
  g_assert_cmpstr (json_object_to_json_string_ext (fields, JSON_C_TO_STRING_PLAIN), ==, "{\"name\":\"甲\",\"work_months\":5,\"health\":[\"01\"]}");
  g_assert_cmpint (json_object_get_int (ruhu_draft_body_get_base (body, "person", "p1", "work_months")), ==, 3);
}

static gboolean
without_months (const char *type, const char *record, const char *field, gpointer data)
{
  return !g_str_equal (field, "work_months");
}

/* What is not asked (any more) stays in the draft, should it be asked again, but is not recorded. */
static void
test_irrelevant_values (void)
{
  g_autoptr (RuhuDraftBody) body = new_body ();

  type_in (body, "person", "p1", "work_months", "5");
  type_in (body, "person", "p1", "name", "\"乙\"");
  assert_set (body, without_months, "{\"person\":{\"p1\":{\"name\":\"乙\"}}}");
  g_assert_cmpint (json_object_get_int (ruhu_draft_body_get_value (body, "person", "p1", "work_months")), ==, 5);
}

static void
test_added_records (void)
{
  g_autoptr (RuhuDraftBody) body = new_body ();
  g_autofree char *first = g_strdup (ruhu_draft_body_add_record (body, "person"));
  g_autofree char *second = g_strdup (ruhu_draft_body_add_record (body, "person"));
  g_autofree char *expected = NULL;
  g_autoptr (RuhuJson) taken = NULL;
  g_autoptr (GPtrArray) ids = ruhu_draft_body_list_records (body, "person");

  g_assert_cmpstr (first, !=, second);
  g_assert_true (g_uuid_string_is_valid (first));
  g_assert_cmpuint (ids->len, ==, 3);
  g_assert_cmpstr (ids->pdata[0], ==, "p1");
  g_assert_cmpstr (ids->pdata[2], ==, second);
  /* What was added and left empty is not recorded. */
  assert_set (body, NULL, "{}");
  type_in (body, "person", second, "name", "\"丙\"");
  expected = g_strdup_printf ("{\"person\":{\"%s\":{\"name\":\"丙\"}}}", second);
  assert_set (body, NULL, expected);
  taken = ruhu_draft_body_take_record (body, "person", second);
  g_assert_nonnull (taken);
  assert_set (body, NULL, "{}");
  g_assert_null (ruhu_draft_body_take_record (body, "person", "p1"));
}

/* What was taken away comes back where it was, with values, with text that is no value, and as the line that is being entered. */
static void
test_taken_records_come_back (void)
{
  g_autoptr (RuhuDraftBody) body = new_body ();
  g_autofree char *first = g_strdup (ruhu_draft_body_add_record (body, "person"));
  g_autofree char *second = g_strdup (ruhu_draft_body_add_record (body, "person"));
  g_autoptr (RuhuJson) before = NULL;
  g_autoptr (RuhuJson) after = NULL;
  g_autoptr (RuhuJson) taken = NULL;
  g_autoptr (GPtrArray) ids = NULL;

  type_in (body, "person", first, "name", "\"乙\"");
  ruhu_draft_body_set_text (body, "person", first, "work_months", "some");
  ruhu_draft_body_set_pending (body, "person", first);
  before = ruhu_draft_body_to_json (body);
  taken = ruhu_draft_body_take_record (body, "person", first);
  g_assert_false (ruhu_draft_body_is_changed (body, NULL, NULL, NULL));
  ruhu_draft_body_put_record (body, "person", first, taken);
  after = ruhu_draft_body_to_json (body);
  g_assert_true (json_object_equal (before, after));
  ids = ruhu_draft_body_list_records (body, "person");
  g_assert_cmpstr (ids->pdata[1], ==, first);
  g_assert_cmpstr (ids->pdata[2], ==, second);
}

static void
test_keyed_records (void)
{
  g_autoptr (RuhuDraftBody) body = new_body ();
  g_autofree char *added = g_strdup (ruhu_draft_body_add_record (body, "assessment"));
  RuhuRecordType *type = ruhu_catalogue_get_record (catalogue, "assessment");
  g_autoptr (RuhuJson) key = parse ("{\"kind\":\"1\",\"year\":2018}");
  g_autofree char *id = ruhu_record_type_make_id (type, SCOPE, key);
  g_autofree char *expected = g_strdup_printf ("{\"assessment\":{\"%s\":{\"year\":2018,\"i1\":\"1\",\"kind\":\"1\"}}}", id);
  g_autoptr (GError) error = NULL;

  type_in (body, "assessment", added, "year", "2018");
  type_in (body, "assessment", added, "i1", "\"1\"");
  g_assert_null (ruhu_draft_body_dup_set (body, catalogue, SCOPE, NULL, NULL, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_INVALID);
  type_in (body, "assessment", added, "kind", "\"1\"");
  assert_set (body, NULL, expected);
}

/* The year's assessment is there already: adding it once more edits it. */
static void
test_keyed_record_that_exists (void)
{
  g_autoptr (RuhuDraftBody) body = new_body ();
  RuhuRecordType *type = ruhu_catalogue_get_record (catalogue, "assessment");
  g_autoptr (RuhuJson) fields = parse ("{\"kind\":\"1\",\"year\":2018,\"i1\":\"1\"}");
  g_autofree char *id = ruhu_record_type_make_id (type, SCOPE, fields);
  g_autofree char *expected = g_strdup_printf ("{\"assessment\":{\"%s\":{\"i2\":\"0\"}}}", id);
  g_autofree char *added = NULL;

  ruhu_draft_body_set_base (body, "assessment", id, fields);
  added = g_strdup (ruhu_draft_body_add_record (body, "assessment"));
  type_in (body, "assessment", added, "kind", "\"1\"");
  type_in (body, "assessment", added, "year", "2018");
  type_in (body, "assessment", added, "i1", "\"1\"");
  type_in (body, "assessment", added, "i2", "\"0\"");
  assert_set (body, NULL, expected);
}

/* Whoever was added in the draft can be referred to in it. */
static void
test_references_to_added_records (void)
{
  g_autoptr (RuhuDraftBody) body = new_body ();
  g_autofree char *person = g_strdup (ruhu_draft_body_add_record (body, "person"));
  g_autofree char *value = g_strdup_printf ("\"%s\"", person);
  g_autofree char *expected = g_strdup_printf ("{\"household\":{\"h1\":{\"head\":\"%s\"}},\"person\":{\"%s\":{\"name\":\"丁\"}}}", person, person);

  type_in (body, "household", SCOPE, "head", value);
  type_in (body, "person", person, "name", "\"丁\"");
  assert_set (body, NULL, expected);
}

static void
test_text_that_is_no_value (void)
{
  g_autoptr (RuhuDraftBody) body = new_body ();
  g_autoptr (GError) error = NULL;

  ruhu_draft_body_set_text (body, "person", "p1", "work_months", "三个月");
  g_assert_true (ruhu_draft_body_is_changed (body, "person", "p1", NULL));
  g_assert_null (ruhu_draft_body_dup_set (body, catalogue, SCOPE, NULL, NULL, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_INVALID);
  g_assert_null (strstr (error->message, "三个月"));
  type_in (body, "person", "p1", "work_months", "3");
  g_assert_null (ruhu_draft_body_get_text (body, "person", "p1", "work_months"));
  assert_set (body, NULL, "{}");
}

static void
test_round_trip (void)
{
  g_autoptr (RuhuDraftBody) body = new_body ();
  g_autofree char *added = g_strdup (ruhu_draft_body_add_record (body, "visit"));
  g_autofree char *expected = NULL;
  g_autoptr (RuhuDraftBody) again = NULL;
  g_autoptr (RuhuJson) json = NULL;
  g_autoptr (RuhuJson) second = NULL;
  g_autoptr (RuhuJson) parsed = NULL;
  g_autoptr (GError) error = NULL;

  ruhu_draft_body_set_self (body, added);
  ruhu_draft_body_set_step (body, "house");
  ruhu_draft_body_set_visited (body, "greet");
  type_in (body, "visit", added, "date", "\"2018-06-30\"");
  type_in (body, "household", SCOPE, "phone", NULL);
  ruhu_draft_body_set_text (body, "person", "p1", "work_months", "abc");
  json = ruhu_draft_body_to_json (body);
  parsed = parse (json_object_to_json_string (json));
  again = ruhu_draft_body_from_json (parsed, &error);
  g_assert_no_error (error);
  second = ruhu_draft_body_to_json (again);
  g_assert_true (json_object_equal (json, second));
  g_assert_cmpstr (ruhu_draft_body_get_self (again), ==, added);
  g_assert_cmpstr (ruhu_draft_body_get_step (again), ==, "house");
  g_assert_true (ruhu_draft_body_get_visited (again, "greet"));
  g_assert_false (ruhu_draft_body_get_visited (again, "house"));
  g_assert_cmpstr (ruhu_draft_body_get_text (again, "person", "p1", "work_months"), ==, "abc");
  g_assert_true (ruhu_draft_body_is_added (again, "visit", added));
  g_assert_null (ruhu_draft_body_get_value (again, "household", SCOPE, "phone"));
  type_in (again, "person", "p1", "work_months", "3");
  expected = g_strdup_printf ("{\"visit\":{\"%s\":{\"date\":\"2018-06-30\"}},\"household\":{\"h1\":{\"phone\":null}}}", added);
  assert_set (again, NULL, expected);
}

static void
test_damaged_drafts (void)
{
  static const char *const damaged[] = {
    "[]",
    "\"text\"",
    "{}",
    "{\"version\":\"1\"}",
    "{\"version\":1,\"base\":[]}",
    "{\"version\":1,\"base\":{\"person\":{\"p1\":7}}}",
    "{\"version\":1,\"typed\":{\"person\":\"x\"}}",
    "{\"version\":1,\"text\":{\"person\":{\"p1\":{\"name\":7}}}}",
    "{\"version\":1,\"added\":{\"person\":[]}}",
    "{\"version\":1,\"visited\":[]}",
    "{\"version\":1,\"self\":7}",
    "{\"version\":1,\"step\":{}}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (damaged); i++)
    {
      g_autoptr (RuhuJson) object = parse (damaged[i]);
      g_autofree char *before = g_strdup (json_object_to_json_string (object));
      g_autoptr (GError) error = NULL;

      g_assert_null (ruhu_draft_body_from_json (object, &error));
      g_assert_error (error, RUHU_ERROR, RUHU_ERROR_INVALID);
      g_assert_cmpstr (json_object_to_json_string (object), ==, before);
    }
}

static void
test_other_versions (void)
{
  g_autoptr (RuhuJson) newer = parse ("{\"version\":2}");
  g_autoptr (RuhuJson) kept = parse ("{\"version\":1,\"later\":{\"a\":1},\"typed\":{\"moon\":{\"m\":{\"phase\":1}}}}");
  g_autoptr (RuhuDraftBody) body = NULL;
  g_autoptr (RuhuJson) again = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (ruhu_draft_body_from_json (newer, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_VERSION);
  g_clear_error (&error);
  /* What is unknown is kept, and stands in the way of saving rather than being lost. */
  body = ruhu_draft_body_from_json (kept, &error);
  g_assert_no_error (error);
  again = ruhu_draft_body_to_json (body);
  g_assert_true (json_object_equal (kept, again));
  g_assert_null (ruhu_draft_body_dup_set (body, catalogue, SCOPE, NULL, NULL, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_VERSION);
}

/* Typed on a laptop that has heard of a questionnaire, and gone on with on one that has not: all of the record is known but one field. */
static void
test_a_field_of_a_newer_catalogue (void)
{
  static const char *const typed[] = {
    "{\"version\":1,\"base\":{\"person\":{\"p1\":{}}},\"typed\":{\"person\":{\"p1\":{\"work_months\":5,\"stove\":true}}}}",
    "{\"version\":1,\"base\":{\"person\":{\"p1\":{}}},\"typed\":{\"person\":{\"p1\":{\"work_months\":5}}},\"text\":{\"person\":{\"p1\":{\"stove\":\"warm\"}}}}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (typed); i++)
    {
      g_autoptr (RuhuJson) kept = parse (typed[i]);
      g_autoptr (RuhuDraftBody) body = ruhu_draft_body_from_json (kept, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_nonnull (body);
      g_assert_null (ruhu_draft_body_dup_set (body, catalogue, SCOPE, NULL, NULL, &error));
      g_assert_error (error, RUHU_ERROR, RUHU_ERROR_VERSION);
    }
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  int result;

  g_test_init (&argc, &argv, NULL);
  catalogue = ruhu_catalogue_load_builtin (&error);
  g_assert_no_error (error);
  g_test_add_func ("/draft-body/only-changed-values", test_only_changed_values);
  g_test_add_func ("/draft-body/whole-record", test_whole_record);
  g_test_add_func ("/draft-body/irrelevant-values", test_irrelevant_values);
  g_test_add_func ("/draft-body/added-records", test_added_records);
  g_test_add_func ("/draft-body/taken-records-come-back", test_taken_records_come_back);
  g_test_add_func ("/draft-body/keyed-records", test_keyed_records);
  g_test_add_func ("/draft-body/keyed-record-that-exists", test_keyed_record_that_exists);
  g_test_add_func ("/draft-body/references-to-added-records", test_references_to_added_records);
  g_test_add_func ("/draft-body/text-that-is-no-value", test_text_that_is_no_value);
  g_test_add_func ("/draft-body/round-trip", test_round_trip);
  g_test_add_func ("/draft-body/damaged-drafts", test_damaged_drafts);
  g_test_add_func ("/draft-body/other-versions", test_other_versions);
  g_test_add_func ("/draft-body/a-field-of-a-newer-catalogue", test_a_field_of_a_newer_catalogue);
  result = g_test_run ();
  ruhu_catalogue_unref (catalogue);
  return result;
}
