/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every rule of the catalogue with an example that breaks it and one that just does not (rules-examples.json); what a draft, a setting, a reason and a role change. */
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
  g_autofree char *file = g_test_build_filename (G_TEST_DIST, "rules-examples.json", NULL);

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/rules/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("the-household-without-fault", test_the_household_without_fault);
  ADD ("each-rule-with-its-examples", test_each_rule_with_its_examples);
#undef ADD
  return g_test_run ();
}
