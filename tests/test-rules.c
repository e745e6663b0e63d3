/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every rule of the catalogue with an example that breaks it and one that just does not (rule-examples.json); what a draft, a setting, a reason and a role change. */
#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-rules.h"
#include "ruhu-tables.h"

#include <glib/gstdio.h>
#include <string.h>

#define TODAY "2018-06-30"

typedef struct
{
  char *directory, *path;
  RuhuCatalogue *catalogue;
  RuhuDatabase *database;
  RuhuRules *rules;
  json_object *examples;
} Fixture;

static json_object *
get (json_object *object, const char *name)
{
  return json_object_object_get (object, name);
}

static void
put_set (Fixture *self, const char *scope, json_object *set)
{
  GError *error = NULL;

  if (set == NULL)
    return;
  json_object_object_foreach (set, name, records)
  {
    RuhuRecordType *type = ruhu_catalogue_get_record (self->catalogue, name);
    g_assert_nonnull (type);
    json_object_object_foreach (records, id, fields)
    {
      g_autoptr (RuhuJson) there = ruhu_tables_get (self->database, type, id, NULL);
      const char *place = type->belongs == RUHU_BELONGS_HOUSEHOLD ? scope : type->belongs == RUHU_BELONGS_VILLAGE ? "v1"
                                                                                                                  : RUHU_SCOPE_TOWNSHIP;
      json_object_object_foreach (fields, field, value)
      {
        (void) value;
        if (ruhu_record_type_get_field (type, field) == NULL)
          g_error ("%s.%s", name, field);
      }
      g_assert_true (ruhu_tables_put (self->database, type, id, place, fields, there == NULL, &error));
    }
  }
}

static gboolean
write_base (RuhuDatabase *database, gpointer data, GError **error)
{
  Fixture *self = data;

  g_assert_true (ruhu_tables_clear (database, self->catalogue, NULL, NULL, NULL));
  g_assert_true (ruhu_database_execute (database, "DELETE FROM log; DELETE FROM head", NULL));
  put_set (self, RUHU_SCOPE_TOWNSHIP, get (self->examples, "township"));
  put_set (self, "h1", get (self->examples, "household"));
  put_set (self, "h2", get (self->examples, "elsewhere"));
  return TRUE;
}

static gboolean
make_tables (RuhuDatabase *database, gpointer data, GError **error)
{
  return ruhu_tables_follow (database, data, NULL, error);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autofree char *file = g_test_build_filename (G_TEST_DIST, "..", "syncd", "township", "rule-examples.json", NULL);

  self->examples = json_object_from_file (file);
  g_assert_nonnull (self->examples);
  self->directory = g_dir_make_tmp ("ruhu-rules-XXXXXX", NULL);
  self->path = g_build_filename (self->directory, "rules.db", NULL);
  self->catalogue = ruhu_catalogue_load_builtin (NULL);
  self->database = ruhu_database_open (self->path, RUHU_DATABASE_CREATE, NULL);
  g_assert_true (ruhu_database_migrate (self->database, NULL));
  g_assert_true (ruhu_database_transaction (self->database, make_tables, self->catalogue, NULL));
  g_assert_true (ruhu_database_transaction (self->database, write_base, self, NULL));
  self->rules = ruhu_rules_new (self->path, self->catalogue, NULL);
  g_assert_nonnull (self->rules);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  static const char *const suffixes[] = { "", "-wal", "-shm" };

  ruhu_rules_free (self->rules);
  ruhu_database_close (self->database);
  ruhu_catalogue_unref (self->catalogue);
  json_object_put (self->examples);
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *file = g_strconcat (self->path, suffixes[i], NULL);
      g_unlink (file);
    }
  g_rmdir (self->directory);
  g_free (self->path);
  g_free (self->directory);
}

static GPtrArray *
ask (Fixture *self, const RuhuRulesQuestion *question)
{
  GError *error = NULL;
  GPtrArray *findings = ruhu_rules_check_household (self->rules, question, &error);

  g_assert_no_error (error);
  return findings;
}

static RuhuFinding *
find (GPtrArray *findings, const char *rule)
{
  for (guint i = 0; i < findings->len; i++)
    if (strcmp (((RuhuFinding *) g_ptr_array_index (findings, i))->rule, rule) == 0)
      return g_ptr_array_index (findings, i);
  return NULL;
}

/* "R01 R02": the rules of the findings. */
static char *
list (GPtrArray *findings)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < findings->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? " " : "", ((RuhuFinding *) g_ptr_array_index (findings, i))->rule);
  return g_string_free (text, FALSE);
}

static void
test_the_household_without_fault (Fixture *self, gconstpointer data)
{
  RuhuRulesQuestion question = { .scope = "h1", .today = TODAY };
  g_autoptr (GPtrArray) findings = ask (self, &question);
  g_autofree char *found = list (findings);
  g_autoptr (GPtrArray) of_township = ruhu_rules_check_township (self->rules, TODAY, NULL);
  g_autofree char *found_there = list (of_township);

  g_assert_cmpstr (found, ==, "");
  g_assert_cmpstr (found_there, ==, "");
}

static GPtrArray *
run_example (Fixture *self, RuhuRule *rule, json_object *example, json_object *draft)
{
  json_object *sql = get (example, "sql");
  RuhuRulesQuestion question = { .scope = "h1", .today = TODAY, .draft = draft, .step = get (example, "exit") != NULL ? "exit" : NULL };

  g_assert_true (ruhu_database_transaction (self->database, write_base, self, NULL));
  put_set (self, RUHU_SCOPE_TOWNSHIP, get (example, "township"));
  put_set (self, "h2", get (example, "elsewhere"));
  if (sql != NULL)
    g_assert_true (ruhu_database_execute (self->database, json_object_get_string (sql), NULL));
  question.visit = json_object_get_string (get (example, "visit"));
  question.user = json_object_get_string (get (example, "user"));
  if (rule->level == RUHU_RULE_HOUSEHOLD)
    return ask (self, &question);
  put_set (self, "h1", draft);
  return ruhu_rules_check_township (self->rules, TODAY, NULL);
}

static void
check_finding (RuhuRule *rule, RuhuFinding *finding)
{
  g_assert_nonnull (strstr (finding->message, strchr (rule->message.en, '{') == NULL ? rule->message.en : " "));
  g_assert_null (strchr (finding->message, '{'));
  g_assert_cmpstr (finding->record, !=, "");
  g_assert_cmpint (strlen (finding->basis), ==, 16);
  if (rule->fields->len > 0 && strcmp (finding->type, rule->record->name) == 0)
    g_assert_nonnull (ruhu_record_type_get_field (rule->record, finding->field));
}

static void
test_each_rule_with_its_examples (Fixture *self, gconstpointer data)
{
  json_object *examples = get (self->examples, "examples");
  g_autoptr (GHashTable) shown = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *rules = ruhu_catalogue_get_rules (self->catalogue);

  for (gsize i = 0; i < json_object_array_length (examples); i++)
    {
      json_object *example = json_object_array_get_idx (examples, i);
      const char *id = json_object_get_string (get (example, "rule"));
      RuhuRule *rule = ruhu_catalogue_get_rule (self->catalogue, id);
      g_assert_nonnull (rule);
      g_autoptr (GPtrArray) bad = run_example (self, rule, example, get (example, "bad"));
      g_autoptr (GPtrArray) good = run_example (self, rule, example, get (example, "good"));
      RuhuFinding *finding = find (bad, id);
      if (finding == NULL)
        g_error ("%s does not see what breaks it", id);
      check_finding (rule, finding);
      if (find (good, id) != NULL)
        g_error ("%s is not content with what keeps it", id);
      g_hash_table_add (shown, (gpointer) rule->id);
    }
  for (guint i = 0; i < rules->len; i++)
    if (!g_hash_table_contains (shown, ((RuhuRule *) g_ptr_array_index (rules, i))->id))
      g_error ("%s has no examples", ((RuhuRule *) g_ptr_array_index (rules, i))->id);
}

/* Copies of what is in the file's tables, to see that nothing changes. */
static char *
dump_file (Fixture *self)
{
  GString *text = g_string_new (NULL);
  GPtrArray *records = ruhu_catalogue_get_records (self->catalogue);

  for (guint i = 0; i < records->len; i++)
    {
      RuhuRecordType *type = g_ptr_array_index (records, i);
      g_autofree char *sql = g_strdup_printf ("SELECT count(*) || ':' || coalesce(sum(length(id)), 0) FROM r_%s", type->name);
      g_autofree char *count = NULL;
      g_assert_true (ruhu_database_get_text (self->database, sql, &count, NULL, ""));
      g_string_append_printf (text, "%s=%s ", type->name, count);
    }
  return g_string_free (text, FALSE);
}

static json_object *
parse (const char *json)
{
  json_object *object = json_tokener_parse (json);

  g_assert_nonnull (object);
  return object;
}

static void
test_a_draft_is_judged_and_leaves_the_file_as_it_was (Fixture *self, gconstpointer data)
{
  g_autoptr (RuhuJson) draft = parse ("{\"person\":{\"p1\":{\"id_no\":\"1\"},\"new\":{\"name\":\"甲\",\"relation\":\"01\"}},\"unknown\":{\"x\":{}},\"household\":{\"h1\":{\"land_arable\":\"wrong type\"}}}");
  RuhuRulesQuestion question = { .scope = "h1", .today = TODAY, .draft = draft };
  gint64 version = ruhu_database_get_data_version (self->database);
  g_autofree char *before = dump_file (self);
  g_autofree char *value = NULL;

  g_autoptr (GPtrArray) findings = ask (self, &question);
  g_assert_nonnull (find (findings, "R01"));
  g_assert_nonnull (find (findings, "R08"));
  g_autofree char *after = dump_file (self);
  g_assert_cmpstr (before, ==, after);
  g_assert_cmpint (ruhu_database_get_data_version (self->database), ==, version);
  g_assert_true (ruhu_database_get_text (self->database, "SELECT id_no FROM r_person WHERE id = 'p1'", &value, NULL, ""));
  g_assert_cmpstr (value, !=, "1");

  /* The next question sees nothing of the draft. */
  question.draft = NULL;
  g_autoptr (GPtrArray) again = ask (self, &question);
  g_assert_cmpuint (again->len, ==, 0);
}

static void
test_the_file_changes_between_two_questions (Fixture *self, gconstpointer data)
{
  RuhuRulesQuestion question = { .scope = "h1", .today = TODAY };
  g_autoptr (GPtrArray) before = ask (self, &question);

  g_assert_true (ruhu_database_execute (self->database, "UPDATE r_person SET relation = '01' WHERE id = 'p2'", NULL));
  g_autoptr (GPtrArray) after = ask (self, &question);
  g_assert_null (find (before, "R08"));
  g_assert_nonnull (find (after, "R08"));
}

static void
test_the_office_sets_severities_and_parameters (Fixture *self, gconstpointer data)
{
  g_autoptr (RuhuJson) draft = parse ("{\"visit\":{\"v9\":{\"date\":\"2018-06-20\",\"outcome\":\"1\",\"helper_id\":\"a1\",\"minutes\":200}}}");
  RuhuRulesQuestion question = { .scope = "h1", .today = TODAY, .draft = draft };
  g_autoptr (GPtrArray) plain = ask (self, &question);
  g_assert_cmpint (find (plain, "R100")->severity, ==, RUHU_SEVERITY_WARNING);

  g_assert_true (ruhu_database_execute (self->database, "INSERT INTO r_rule_setting (id, scope, rule, parameter, severity) VALUES ('1', 'township', 'R100', 'severity', 'error')", NULL));
  g_autoptr (GPtrArray) harder = ask (self, &question);
  g_assert_cmpint (find (harder, "R100")->severity, ==, RUHU_SEVERITY_ERROR);
  g_assert_true (find (harder, "R100")->blocks);

  g_assert_true (ruhu_database_execute (self->database, "INSERT INTO r_rule_setting (id, scope, rule, parameter, value) VALUES ('2', 'township', 'R100', 'longest', 200)", NULL));
  g_autoptr (GPtrArray) longer = ask (self, &question);
  g_assert_null (find (longer, "R100"));

  g_assert_true (ruhu_database_execute (self->database, "UPDATE r_rule_setting SET deleted = 1 WHERE id = '2'; UPDATE r_rule_setting SET severity = 'off' WHERE id = '1'", NULL));
  g_autoptr (GPtrArray) off = ask (self, &question);
  g_assert_null (find (off, "R100"));
}

static void
test_the_list_of_what_does_not_count_is_the_office_s (Fixture *self, gconstpointer data)
{
  g_autoptr (RuhuJson) draft = parse ("{\"income_line\":{\"n9\":{\"year\":2017,\"cat\":\"4\",\"item\":\"10\",\"amount\":100}}}");
  RuhuRulesQuestion question = { .scope = "h1", .today = TODAY, .draft = draft };
  g_autoptr (GPtrArray) before = ask (self, &question);

  g_assert_true (ruhu_database_execute (self->database, "INSERT INTO r_rule_set (id, scope, year, excluded) VALUES ('1', 'township', 2016, '[\"10\"]'), ('2', 'township', 2018, '[]')", NULL));
  g_autoptr (GPtrArray) after = ask (self, &question);
  g_assert_null (find (before, "R62"));
  g_assert_nonnull (find (after, "R62"));
}

static void
test_a_reason_holds_until_the_values_change (Fixture *self, gconstpointer data)
{
  g_autoptr (RuhuJson) draft = parse ("{\"person\":{\"p1\":{\"id_no\":\"990001700305011\"},\"p2\":{\"labour\":\"04\"}}}");
  RuhuRulesQuestion question = { .scope = "h1", .today = TODAY, .draft = draft };
  g_autoptr (GPtrArray) before = ask (self, &question);
  RuhuFinding *error = find (before, "R01"), *warning = find (before, "R31");
  g_assert_true (error->blocks && error->may_pend && !error->needs_reason);
  g_assert_true (!warning->blocks && !warning->may_pend && warning->needs_reason);

  ruhu_rules_add_note (draft, error, "v9", "证件在县医院，下次走访核对");
  ruhu_rules_add_note (draft, warning, "v9", "照料卧床老人");
  g_autoptr (GPtrArray) noted = ask (self, &question);
  g_assert_cmpstr (find (noted, "R01")->reason, ==, "证件在县医院，下次走访核对");
  g_assert_false (find (noted, "R01")->blocks);
  g_assert_false (find (noted, "R31")->needs_reason);

  json_object_object_add (get (get (draft, "person"), "p1"), "id_no", json_object_new_string ("990001700305012"));
  g_autoptr (GPtrArray) changed = ask (self, &question);
  g_assert_true (find (changed, "R01")->blocks);
  g_assert_false (find (changed, "R31")->needs_reason);
}

static void
test_who_may_not_write_it_is_not_stopped_by_it (Fixture *self, gconstpointer data)
{
  RuhuRulesQuestion question = { .scope = "h1", .today = TODAY, .role = RUHU_ROLE_HELPER };

  g_assert_true (ruhu_database_execute (self->database, "UPDATE r_household SET hh_no = '0002', hh_type = '2' WHERE id = 'h1'", NULL));
  g_autoptr (GPtrArray) for_helper = ask (self, &question);
  question.role = RUHU_ROLE_OFFICE;
  g_autoptr (GPtrArray) for_office = ask (self, &question);
  g_assert_cmpint (find (for_helper, "D05")->severity, ==, RUHU_SEVERITY_ERROR);
  g_assert_false (find (for_helper, "D05")->blocks);
  g_assert_true (find (for_office, "D05")->blocks);
  g_assert_true (find (for_helper, "R40")->needs_reason);
}

/* Guard-rail G5: to decline is a normal end of a visit. */
static void
test_a_visit_that_was_declined_is_sealed_whatever_is_on_file (Fixture *self, gconstpointer data)
{
  g_autoptr (RuhuJson) draft = parse ("{\"visit\":{\"v9\":{\"date\":\"2018-06-28\",\"outcome\":\"3\",\"helper_id\":\"a1\"}}}");
  RuhuRulesQuestion question = { .scope = "h1", .today = TODAY, .draft = draft, .visit = "v9", .user = "a1", .role = RUHU_ROLE_HELPER };

  g_assert_true (ruhu_database_execute (self->database, "UPDATE r_person SET relation = '01', labour = NULL WHERE id = 'p2'", NULL));
  g_autoptr (GPtrArray) declined = ask (self, &question);
  g_assert_cmpuint (declined->len, >=, 2);
  for (guint i = 0; i < declined->len; i++)
    {
      RuhuFinding *finding = g_ptr_array_index (declined, i);
      g_assert_false (finding->blocks || finding->needs_reason);
      g_assert_cmpstr (finding->record, !=, "v9");
    }
  json_object_object_add (get (get (draft, "visit"), "v9"), "outcome", json_object_new_string ("1"));
  g_autoptr (GPtrArray) done = ask (self, &question);
  g_assert_true (find (done, "R08")->blocks);
}

static void
test_a_field_asks_only_the_rules_that_look_at_it (Fixture *self, gconstpointer data)
{
  g_autoptr (RuhuJson) draft = parse ("{\"person\":{\"p1\":{\"id_no\":\"1\",\"health\":[\"01\",\"02\"]}},\"measure\":{\"m2\":{\"kind\":\"401\",\"year\":2018,\"person_id\":\"p2\",\"state\":\"3\"}}}");
  RuhuRulesQuestion question = { .scope = "h1", .today = TODAY, .draft = draft, .type = "person", .field = "health" };
  g_autoptr (GPtrArray) of_health = ask (self, &question);
  g_autofree char *found = list (of_health);
  question.type = "consent";
  question.field = "decision";
  g_autoptr (GPtrArray) of_consent = ask (self, &question);
  g_autofree char *also = list (of_consent);

  g_assert_cmpstr (found, ==, "R30");
  g_assert_cmpstr (also, ==, "R36");
}

static void
test_a_household_takes_some_milliseconds (Fixture *self, gconstpointer data)
{
  g_autoptr (RuhuJson) draft = parse ("{\"person\":{\"p1\":{\"id_no\":\"1\"}}}");
  RuhuRulesQuestion question = { .scope = "h1", .today = TODAY, .draft = draft };
  enum
  {
    N = 50
  };

  gint64 begin = g_get_monotonic_time ();
  for (guint i = 0; i < N; i++)
    {
      g_autoptr (GPtrArray) findings = ask (self, &question);
    }
  /* Said, not judged: the machine may be busy. */
  g_test_message ("%.2f ms for all rules over one household", (double) (g_get_monotonic_time () - begin) / N / 1000);
}

static void
test_an_extension_adds_rules_and_changes_severities (Fixture *self, gconstpointer data)
{
  const char *extension = "{\"catalogue\":1,\"rules\":[{\"id\":\"R61\",\"severity\":\"information\"},{\"id\":\"X1\",\"severity\":\"error\",\"record\":\"household\",\"fields\":[\"phone\"],"
                          "\"label\":{\"en\":\"x\",\"zh_CN\":\"x\"},\"message\":{\"en\":\"Ask {1}.\",\"zh_CN\":\"问{1}\"},\"query\":\"SELECT h.id, h.phone FROM r_household AS h WHERE h.phone IS NOT NULL\"}]}";
  const char *const wrong[] = {
    "{\"catalogue\":1,\"rules\":[{\"id\":\"R61\",\"query\":\"SELECT 1\"}]}",
    "{\"catalogue\":1,\"rules\":[{\"id\":\"X1\",\"severity\":\"loud\",\"record\":\"household\",\"label\":{\"en\":\"x\",\"zh_CN\":\"x\"},\"message\":{\"en\":\"x\",\"zh_CN\":\"x\"},\"query\":\"SELECT 1\"}]}",
    "{\"catalogue\":1,\"rules\":[{\"id\":\"X1\",\"severity\":\"error\",\"record\":\"nothing\",\"label\":{\"en\":\"x\",\"zh_CN\":\"x\"},\"message\":{\"en\":\"x\",\"zh_CN\":\"x\"},\"query\":\"SELECT 1\"}]}",
  };
  const char *const unsafe[] = { "SELECT value FROM meta", "SELECT body FROM log", "DELETE FROM r_person", "SELECT id FROM r_person; SELECT 1", "SELECT load_extension('x')",
                                 "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x FROM c) SELECT x FROM c" };
  g_autoptr (RuhuCatalogue) extended = ruhu_catalogue_extend (self->catalogue, "x", extension, NULL);
  RuhuRulesQuestion question = { .scope = "h1", .today = TODAY };

  g_assert_nonnull (extended);
  g_assert_true (ruhu_rules_check_catalogue (extended, NULL));
  g_assert_cmpint (ruhu_catalogue_get_rule (extended, "R61")->severity, ==, RUHU_SEVERITY_INFORMATION);
  g_autoptr (RuhuRules) rules = ruhu_rules_new (self->path, extended, NULL);
  g_autoptr (GPtrArray) findings = ruhu_rules_check_household (rules, &question, NULL);
  g_assert_cmpstr (find (findings, "X1")->message, ==, "Ask 10123456789.");

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_null (ruhu_catalogue_extend (self->catalogue, "x", wrong[i], NULL));
  for (guint i = 0; i < G_N_ELEMENTS (unsafe); i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"catalogue\":1,\"rules\":[{\"id\":\"X1\",\"severity\":\"error\",\"record\":\"household\",\"label\":{\"en\":\"x\",\"zh_CN\":\"x\"},"
                                               "\"message\":{\"en\":\"x\",\"zh_CN\":\"x\"},\"query\":\"%s\"}]}",
                                               unsafe[i]);
      g_autoptr (RuhuCatalogue) bad = ruhu_catalogue_extend (self->catalogue, "x", text, NULL);
      g_assert_nonnull (bad);
      g_assert_false (ruhu_rules_check_catalogue (bad, NULL));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/rules/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("the-household-without-fault", test_the_household_without_fault);
  ADD ("each-rule-with-its-examples", test_each_rule_with_its_examples);
  ADD ("a-draft-is-judged-and-leaves-the-file-as-it-was", test_a_draft_is_judged_and_leaves_the_file_as_it_was);
  ADD ("the-file-changes-between-two-questions", test_the_file_changes_between_two_questions);
  ADD ("the-office-sets-severities-and-parameters", test_the_office_sets_severities_and_parameters);
  ADD ("the-list-of-what-does-not-count-is-the-offices", test_the_list_of_what_does_not_count_is_the_office_s);
  ADD ("a-reason-holds-until-the-values-change", test_a_reason_holds_until_the_values_change);
  ADD ("who-may-not-write-it-is-not-stopped-by-it", test_who_may_not_write_it_is_not_stopped_by_it);
  ADD ("a-visit-that-was-declined-is-sealed-whatever-is-on-file", test_a_visit_that_was_declined_is_sealed_whatever_is_on_file);
  ADD ("a-field-asks-only-the-rules-that-look-at-it", test_a_field_asks_only_the_rules_that_look_at_it);
  ADD ("a-household-takes-some-milliseconds", test_a_household_takes_some_milliseconds);
  ADD ("an-extension-adds-rules-and-changes-severities", test_an_extension_adds_rules_and_changes_severities);
#undef ADD
  return g_test_run ();
}
