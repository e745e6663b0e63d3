/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Functions that SQL of the catalogue may call besides SQLite's own: id_valid (number), id_birth (number), id_sex (number), region_known (number), age_at (birth, day),
 * school_age_at (birth, day), has_number (text), yuan (分). NULL gives NULL. */
#define G_LOG_DOMAIN "ruhu-database"

#include "config.h"

#include "ruhu-database-sqlite.h"

#include "ruhu-identity.h"
#include "ruhu-money.h"

#define MAX_ARGUMENTS 2

typedef void (*Function) (sqlite3_context *context, const char *const *values);

static void
id_valid (sqlite3_context *context, const char *const *values)
{
  sqlite3_result_int (context, ruhu_identity_has_check_digit (values[0]));
}

static void
id_birth (sqlite3_context *context, const char *const *values)
{
  sqlite3_result_text (context, ruhu_identity_dup_birth (values[0]), -1, g_free);
}

static void
id_sex (sqlite3_context *context, const char *const *values)
{
  sqlite3_result_text (context, ruhu_identity_get_sex (values[0]), -1, SQLITE_STATIC);
}

static void
region_known (sqlite3_context *context, const char *const *values)
{
  sqlite3_result_int (context, ruhu_region_is_known (values[0]));
}

static void
result_age (sqlite3_context *context, int age)
{
  if (age >= 0)
    sqlite3_result_int (context, age);
  else
    sqlite3_result_null (context);
}

static void
age_at (sqlite3_context *context, const char *const *values)
{
  result_age (context, ruhu_age_at (values[0], values[1]));
}

static void
school_age_at (sqlite3_context *context, const char *const *values)
{
  result_age (context, ruhu_school_age_at (values[0], values[1]));
}

static void
has_number (sqlite3_context *context, const char *const *values)
{
  sqlite3_result_int (context, ruhu_text_has_number (values[0]));
}

static void
yuan (sqlite3_context *context, const char *const *values)
{
  sqlite3_result_text (context, ruhu_money_format (g_ascii_strtoll (values[0], NULL, 10)), -1, g_free);
}

static const struct
{
  const char *name;
  int n_arguments;
  Function function;
} functions[] = {
  { "id_valid", 1, id_valid },
  { "id_birth", 1, id_birth },
  { "id_sex", 1, id_sex },
  { "region_known", 1, region_known },
  { "age_at", 2, age_at },
  { "school_age_at", 2, school_age_at },
  { "has_number", 1, has_number },
  { "yuan", 1, yuan },
};

static void
call (sqlite3_context *context, int n, sqlite3_value **arguments)
{
  const Function *function = sqlite3_user_data (context);
  const char *values[MAX_ARGUMENTS] = { NULL };

  for (int i = 0; i < n; i++)
    {
      values[i] = (const char *) sqlite3_value_text (arguments[i]);
      if (values[i] == NULL)
        return;
    }
  (*function) (context, values);
}

gboolean
ruhu_driver_add_functions (RuhuDatabase *self, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (functions); i++)
    {
      int result = sqlite3_create_function_v2 (self->handle, functions[i].name, functions[i].n_arguments, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
                                               (gpointer) &functions[i].function, call, NULL, NULL, NULL);
      if (result != SQLITE_OK)
        return ruhu_driver_fail (self->handle, result, error);
    }
  return TRUE;
}

static gboolean
is_own_function (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (functions); i++)
    if (g_strcmp0 (functions[i].name, name) == 0)
      return TRUE;
  return FALSE;
}

gboolean
ruhu_driver_is_harmless_function (const char *name)
{
  static const char *const harmless[] = {
    "abs", "avg", "cast", "char", "coalesce", "count", "date", "datetime", "format", "glob", "group_concat", "hex", "ifnull", "iif", "instr", "json",
    "json_array", "json_array_length", "json_each", "json_extract", "json_object", "json_type", "json_valid", "->", "->>", "julianday", "length", "like", "lower", "ltrim", "max", "min",
    "nullif", "printf", "quote", "replace", "round", "rtrim", "sign", "strftime", "substr", "substring", "sum", "time", "total", "trim", "typeof",
    "unicode", "unixepoch", "upper", NULL
  };

  return g_strv_contains (harmless, name) || is_own_function (name);
}
