/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Expressions: they compute over a record's fields, and can do nothing else. */
#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-expression.h"
#include "ruhu-tables.h"

#include <string.h>

typedef struct
{
  RuhuCatalogue *catalogue;
  RuhuDatabase *database;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  self->catalogue = ruhu_catalogue_load_builtin (NULL);
  self->database = ruhu_database_open (":memory:", RUHU_DATABASE_CREATE, &error);
  g_assert_no_error (error);
  g_assert_true (ruhu_database_migrate (self->database, &error));
  g_assert_true (ruhu_tables_follow (self->database, self->catalogue, NULL, &error));
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  ruhu_database_close (self->database);
  ruhu_catalogue_unref (self->catalogue);
}

/* The result as JSON; the error's code by name when there is one. */
static char *
evaluate (Fixture *self, const char *type, const char *sql, const char *json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuJson) fields = json_tokener_parse (json);
  g_autoptr (RuhuJson) value = NULL;
  g_autoptr (RuhuExpression) expression = ruhu_expression_new (self->database, ruhu_catalogue_get_record (self->catalogue, type), sql, &error);

  if (expression == NULL || !ruhu_expression_evaluate (expression, "r1", "h1", fields, "2018-06-30", &value, &error))
    {
      g_assert_error (error, RUHU_ERROR, RUHU_ERROR_EXPRESSION);
      return g_strdup ("expression");
    }
  return g_strdup (value != NULL ? json_object_to_json_string_ext (value, JSON_C_TO_STRING_PLAIN) : "null");
}

#define assert_gives(type, sql, fields, json)                      \
  G_STMT_START                                                     \
  {                                                                \
    g_autofree char *result_ = evaluate (self, type, sql, fields); \
    g_assert_cmpstr (result_, ==, json);                           \
  }                                                                \
  G_STMT_END

#define assert_forbidden(sql) assert_gives ("household", sql, "{}", "expression")

static void
test_fields_and_surroundings (Fixture *self, gconstpointer data)
{
  assert_gives ("household", "land_arable * 2", "{\"land_arable\":1.25}", "2.5");
  assert_gives ("household", "status = '1'", "{\"status\":\"1\"}", "1");
  assert_gives ("household", "status = '1'", "{\"status\":\"0\"}", "0");
  assert_gives ("household", "status = '1'", "{}", "null");
  assert_gives ("household", "coop", "{\"coop\":true}", "1");
  assert_gives ("household", "cause_other LIKE '%\"02\"%'", "{\"cause_other\":[\"01\",\"02\"]}", "1");
  assert_gives ("household", "id || '/' || scope || '/' || today || '/' || deleted", "{}", "\"r1\\/h1\\/2018-06-30\\/0\"");
  assert_gives ("household", "self.status || \"status\"", "{\"status\":\"1\"}", "11");
  assert_gives ("household", "'status; -- (' || status", "{\"status\":\"1\"}", "\"status; -- (1\"");
  assert_forbidden ("religion");
  assert_forbidden ("size");
}

static void
test_values_do_not_stay_from_the_last_time (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuExpression) expression = ruhu_expression_new (self->database, ruhu_catalogue_get_record (self->catalogue, "household"), "status = '1'", &error);
  g_autoptr (RuhuJson) fields = json_tokener_parse ("{\"status\":\"1\"}");
  gboolean result = FALSE;

  g_assert_true (ruhu_expression_test (expression, "r", "h", fields, NULL, FALSE, &result, &error) && result);
  g_assert_true (ruhu_expression_test (expression, "r", "h", NULL, NULL, FALSE, &result, &error) && !result);
  g_assert_true (ruhu_expression_test (expression, "r", "h", NULL, NULL, TRUE, &result, &error) && result);
}

static void
test_calculated_fields_of_the_catalogue (Fixture *self, gconstpointer data)
{
  RuhuField *age = ruhu_record_type_get_field (ruhu_catalogue_get_record (self->catalogue, "person"), "age");
  RuhuField *size = ruhu_record_type_get_field (ruhu_catalogue_get_record (self->catalogue, "household"), "size");
  RuhuField *six = ruhu_record_type_get_field (ruhu_catalogue_get_record (self->catalogue, "assessment"), "six_met");
  RuhuField *net = ruhu_record_type_get_field (ruhu_catalogue_get_record (self->catalogue, "income_book"), "net");
  g_autoptr (GError) error = NULL;

  g_assert_true (ruhu_database_execute (self->database,
                                        "INSERT INTO r_person (id, scope, deleted, member_state) VALUES ('a', 'h1', 0, NULL), ('b', 'h1', 0, '11'), ('c', 'h1', 0, '02'),"
                                        " ('d', 'h1', 1, '01'), ('e', 'h2', 0, '01');"
                                        "INSERT INTO r_income_line (id, scope, deleted, year, cat, amount) VALUES ('1', 'h1', 0, 2018, '1', 500000), ('2', 'h1', 0, 2018, '5', 20000),"
                                        " ('3', 'h1', 0, 2018, '9', 70000), ('4', 'h1', 0, 2017, '1', 1), ('5', 'h1', 1, 2018, '1', 1), ('6', 'h2', 0, 2018, '1', 1);",
                                        &error));
  assert_gives ("household", size->calculate, "{}", "2");
  assert_gives ("person", age->calculate, "{\"birth\":\"1980-06-30\"}", "38");
  assert_gives ("person", age->calculate, "{\"birth\":\"1980-07-01\"}", "37");
  assert_gives ("person", age->calculate, "{}", "null");
  assert_gives ("income_book", net->calculate, "{\"year\":2018}", "480000");
  assert_gives ("assessment", six->calculate, "{\"i1\":\"1\",\"i2\":\"1\",\"i3\":\"9\",\"i4\":\"1\",\"i5\":\"1\",\"i6\":\"1\"}", "true");
  assert_gives ("assessment", six->calculate, "{\"i1\":\"1\",\"i2\":\"0\",\"i3\":\"9\",\"i4\":\"1\",\"i5\":\"1\",\"i6\":\"1\"}", "false");
}

static void
test_check_digit_of_id_numbers (Fixture *self, gconstpointer data)
{
  const char *rule = ruhu_record_type_get_field (ruhu_catalogue_get_record (self->catalogue, "person"), "id_no")->constraint;

  /* The example of GB 11643-1999. */
  assert_gives ("person", rule, "{\"id_no\":\"11010519491231002X\"}", "1");
  assert_gives ("person", rule, "{\"id_no\":\"440524188001010014\"}", "1");
  assert_gives ("person", rule, "{\"id_no\":\"11010519491231002X41\"}", "1");
  assert_gives ("person", rule, "{\"id_no\":\"110105194912310021\"}", "0");
  assert_gives ("person", rule, "{\"id_no\":\"11010519491230002X\"}", "0");
  assert_gives ("person", rule, "{\"id_no\":\"130503670401001\"}", "0");
  assert_gives ("person", rule, "{\"id_no\":\"11010519491231002X4\"}", "0");
  assert_gives ("person", rule, "{}", "null");
}

static void
test_sandbox_writes_nothing (Fixture *self, gconstpointer data)
{
  assert_forbidden ("1); DELETE FROM r_household; SELECT (1");
  assert_forbidden ("1) FROM r_person; --");
  assert_forbidden ("(DELETE FROM r_household)");
  assert_forbidden ("(INSERT INTO r_household (id, scope) VALUES ('x', 'x') RETURNING 1)");
  assert_forbidden ("writefile('x', 'y')");
  assert_forbidden ("load_extension('x')");
  assert_forbidden ("readfile('x')");
  assert_forbidden ("randomblob(1000000000)");
  assert_forbidden ("zeroblob(1000000000)");
  assert_forbidden ("");
  assert_forbidden ("1) UNION SELECT (2");
  assert_forbidden ("1 /* ");
  assert_forbidden ("1 -- ");
  assert_forbidden ("?1");
  assert_forbidden ("'unfinished");
}

static void
test_sandbox_reads_records_only (Fixture *self, gconstpointer data)
{
  static const char *const tables[] = { "log", "head", "device", "draft", "meta", "enrolment", "granted", "term", "conflict", "scope", "sqlite_master", "sqlite_schema",
                                        "pragma_table_info('log')", "main.log", "\"device\"", "temp.sqlite_schema" };

  assert_gives ("household", "(SELECT count(*) FROM r_person)", "{}", "0");
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      g_autofree char *count = g_strdup_printf ("(SELECT count(*) FROM %s)", tables[i]);
      g_autofree char *read = g_strdup_printf ("(SELECT token_hash FROM r_person, %s)", tables[i]);
      g_autofree char *result = evaluate (self, "household", count, "{}");
      if (strcmp (result, "expression") != 0)
        g_test_fail_printf ("%s can be read", tables[i]);
      assert_forbidden (read);
    }
  assert_forbidden ("(SELECT value FROM meta LIMIT 1)");
  assert_forbidden ("(SELECT 1 FROM r_person WHERE EXISTS (SELECT 1 FROM device))");
}

static void
test_sandbox_stops_what_does_not_end (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gint64 start = g_get_monotonic_time ();

  assert_forbidden ("(WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n)");
  for (guint i = 0; i < 400; i++)
    {
      g_autofree char *sql = g_strdup_printf ("INSERT INTO r_person (id, scope) VALUES ('p%u', 'h1')", i);
      g_assert_true (ruhu_database_execute (self->database, sql, &error));
    }
  assert_forbidden ("(SELECT count(*) FROM r_person AS a, r_person AS b, r_person AS c, r_person AS d)");
  g_assert_cmpint (g_get_monotonic_time () - start, <, 5 * G_USEC_PER_SEC);
  /* And the next one runs as if nothing had been. */
  assert_gives ("household", "(SELECT count(*) FROM r_person)", "{}", "400");
}

static void
test_sandbox_stops_what_eats_memory (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gint64 length = 0;

  /* SQLite's printf gives NULL for what is too long; other functions fail. */
  assert_gives ("household", "length(printf('%100000000d', 1))", "{}", "null");
  assert_forbidden ("length(replace(hex(printf('%1000000d', 1)), '2', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'))");
  assert_gives ("household", "length(printf('%1000d', 1))", "{}", "1000");
  /* The bound is the expression's own. */
  g_assert_true (ruhu_database_get_integer (self->database, "SELECT length(printf('%10000000d', 1))", 0, &length, &error, ""));
  g_assert_cmpint (length, ==, 10000000);
}

static void
test_builtin_catalogue_compiles (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (ruhu_expression_check_catalogue (self->database, self->catalogue, &error));
  g_assert_no_error (error);
}

#define LABEL "\"label\":{\"en\":\"Thing\",\"zh_CN\":\"东西\"}"

static void
assert_catalogue_refused (Fixture *self, const char *member, const char *path)
{
  g_autofree char *text = g_strdup_printf ("{\"catalogue\":1,\"records\":[{\"name\":\"barn\"," LABEL ",\"plural\":{\"en\":\"B\",\"zh_CN\":\"仓\"},\"belongs\":\"household\","
                                           "\"privacy\":1,\"merge\":\"latest\",%s}]}",
                                           member);
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuCatalogue) extended = ruhu_catalogue_extend (self->catalogue, "barn", text, &error);

  g_assert_no_error (error);
  g_assert_true (ruhu_tables_follow (self->database, extended, NULL, &error));
  g_assert_false (ruhu_expression_check_catalogue (self->database, extended, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_INVALID);
  if (!g_str_has_prefix (error->message, path))
    g_test_fail_printf ("expected “%s…”, got “%s”", path, error->message);
}

static void
test_wrong_expressions_of_a_catalogue_are_named (Fixture *self, gconstpointer data)
{
#define FIELDS "\"fields\":[{\"name\":\"depth\",\"type\":\"integer\"," LABEL
  assert_catalogue_refused (self, FIELDS ",\"relevant\":\"dept > 1\"}]", "/records/barn/fields/depth/relevant: ");
  assert_catalogue_refused (self, FIELDS ",\"calculate\":\"(SELECT count(*) FROM log)\"}]", "/records/barn/fields/depth/calculate: ");
  assert_catalogue_refused (self, FIELDS "}],\"title\":\"nothing\"", "/records/barn/title: ");
  assert_catalogue_refused (self, FIELDS "}],\"order\":\"depth; DROP TABLE log\"", "/records/barn/order: ");
  assert_catalogue_refused (self, FIELDS "}],\"order\":\"depth, (SELECT body FROM log)\"", "/records/barn/order: ");
}

static void
test_what_an_expression_looks_at (Fixture *self, gconstpointer data)
{
  RuhuRecordType *type = ruhu_catalogue_get_record (self->catalogue, "household");
  g_autoptr (RuhuExpression) plain = ruhu_expression_new (self->database, type, "Status = 'phone'", NULL);
  g_autoptr (RuhuExpression) query = ruhu_expression_new (self->database, type, "EXISTS (SELECT 1 FROM r_person AS p WHERE p.id = self.head)", NULL);

  g_assert_true (ruhu_expression_uses (plain, ruhu_record_type_get_field (type, "status")));
  g_assert_false (ruhu_expression_uses (plain, ruhu_record_type_get_field (type, "phone")));
  g_assert_false (ruhu_expression_has_query (plain));
  g_assert_true (ruhu_expression_uses (query, ruhu_record_type_get_field (type, "head")));
  g_assert_true (ruhu_expression_has_query (query));
}

#define ADD(path, func) g_test_add ("/expression/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("fields-and-surroundings", test_fields_and_surroundings);
  ADD ("values-do-not-stay-from-the-last-time", test_values_do_not_stay_from_the_last_time);
  ADD ("calculated-fields-of-the-catalogue", test_calculated_fields_of_the_catalogue);
  ADD ("check-digit-of-id-numbers", test_check_digit_of_id_numbers);
  ADD ("sandbox-writes-nothing", test_sandbox_writes_nothing);
  ADD ("sandbox-reads-records-only", test_sandbox_reads_records_only);
  ADD ("sandbox-stops-what-does-not-end", test_sandbox_stops_what_does_not_end);
  ADD ("sandbox-stops-what-eats-memory", test_sandbox_stops_what_eats_memory);
  ADD ("builtin-catalogue-compiles", test_builtin_catalogue_compiles);
  ADD ("wrong-expressions-of-a-catalogue-are-named", test_wrong_expressions_of_a_catalogue_are_named);
  ADD ("what-an-expression-looks-at", test_what_an_expression_looks_at);
  return g_test_run ();
}
