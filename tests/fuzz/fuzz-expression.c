/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any text as an expression of the catalogue: it computes or is refused. It never sees what lies outside of the record tables, and never changes anything. */
#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-expression.h"
#include "ruhu-tables.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define CANARY "canary5f0c1e52"

static RuhuCatalogue *catalogue;
static RuhuDatabase *database;

static void
set_up (void)
{
  catalogue = ruhu_catalogue_load_builtin (NULL);
  database = ruhu_database_open (":memory:", RUHU_DATABASE_CREATE, NULL);
  g_assert_true (ruhu_database_migrate (database, NULL) && ruhu_tables_follow (database, catalogue, NULL, NULL));
  g_assert_true (ruhu_database_execute (database,
                                        "INSERT INTO meta (key, value) VALUES ('secret', '" CANARY "');"
                                        "INSERT INTO device (id, owner, name, token_hash, created, enrolled_at) VALUES ('d', '" CANARY "', '" CANARY "', '" CANARY "', 'x', 0);"
                                        "INSERT INTO r_person (id, scope, name) VALUES ('p', 'h', 'x')",
                                        NULL));
}

static void
assert_untouched (void)
{
  gint64 n = 0;

  g_assert_true (ruhu_database_get_integer (database,
                                            "SELECT (SELECT count(*) FROM meta WHERE value = '" CANARY "') + (SELECT count(*) FROM device) + (SELECT count(*) FROM r_person)",
                                            0, &n, NULL, ""));
  g_assert_cmpint (n, ==, 3);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  if (database == NULL)
    set_up ();
  g_autofree char *sql = g_strndup ((const char *) data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuJson) fields = json_tokener_parse ("{\"status\":\"1\",\"phone\":\"13800138000\",\"land_arable\":2.5,\"cause_other\":[\"01\",\"02\"]}");
  g_autoptr (RuhuJson) value = NULL;
  g_autoptr (RuhuExpression) expression = ruhu_expression_new (database, ruhu_catalogue_get_record (catalogue, "household"), sql, &error);

  if (expression == NULL || !ruhu_expression_evaluate (expression, "h", "h", fields, "2018-06-30", &value, &error))
    g_assert_error (error, RUHU_ERROR, RUHU_ERROR_EXPRESSION);
  else
    g_assert_true (strstr (sql, CANARY) != NULL || value == NULL || strstr (json_object_to_json_string (value), CANARY) == NULL);
  assert_untouched ();
  return 0;
}
