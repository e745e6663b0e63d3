/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An expression becomes
 *
 *   SELECT (expression) FROM (SELECT ?1 AS "id", ?2 AS "scope", ?3 AS "today", ?4 AS "deleted", ?5 AS "…", …) AS self
 *
 * with a parameter for each field that it names, prepared by ruhu_database_prepare_sandboxed(). Fields that it does not name are not bound: most expressions look at two or three
 * of a record's thirty. Names are found by reading the SQL's words outside of literals; a word too many costs a parameter, and a word too few would not compile. */
#define G_LOG_DOMAIN "ruhu-schema"

#include "config.h"

#include "ruhu-expression.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-value.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* A sub-query over one household takes some thousands; a runaway is stopped within a fraction of a second. */
#define MAX_INSTRUCTIONS 2000000
#define FIRST_FIELD      5

struct _RuhuExpression
{
  RuhuStatement *statement; /* owned */
  GPtrArray *fields;        /* RuhuField, borrowed: those that are bound, in order */
  RuhuField *result;        /* borrowed: the field that this calculates, or NULL */
  gboolean has_query;
};

/* The end of a literal or quoted name that begins at @c; doubled quotes stand for themselves. */
static const char *
skip_quoted (const char *c)
{
  char quote = *c++;

  while (*c != '\0')
    {
      if (*c == quote && c[1] != quote)
        return c + 1;
      c += *c == quote ? 2 : 1;
    }
  return c;
}

/* Every word of @sql outside of literals, in small letters, as a set. Quoted names count as words. */
static GHashTable *
collect_words (const char *sql)
{
  GHashTable *words = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (const char *c = sql; *c != '\0';)
    if (g_ascii_isalpha (*c) || *c == '_')
      {
        const char *end = c;
        while (g_ascii_isalnum (*end) || *end == '_')
          end++;
        g_hash_table_add (words, g_ascii_strdown (c, end - c));
        c = end;
      }
    else if (*c == '"')
      {
        const char *end = skip_quoted (c);
        g_hash_table_add (words, g_ascii_strdown (c + 1, MAX (end - c - 2, 0)));
        c = end;
      }
    else
      c = *c == '\'' ? skip_quoted (c) : c + 1;
  return words;
}

/* Parentheses must close where they opened, and no comment may swallow ours, or the expression could end the frame it is put in. */
static gboolean
is_enclosed (const char *sql)
{
  int depth = 0;

  for (const char *c = sql; *c != '\0';)
    {
      if (*c == '\'' || *c == '"')
        {
          c = skip_quoted (c);
          continue;
        }
      if (*c == '(')
        depth++;
      if ((*c == ')' && --depth < 0) || *c == ';' || *c == '?' || *c == '`' || *c == '[')
        return FALSE;
      if ((*c == '-' && c[1] == '-') || (*c == '/' && c[1] == '*'))
        return FALSE;
      c++;
    }
  return depth == 0;
}

/* @is_order: ORDER BY terms instead of an expression. */
static char *
frame (RuhuExpression *self, const char *sql, gboolean is_order)
{
  GString *framed = g_string_new (NULL);
  guint n = FIRST_FIELD;

  g_string_append_printf (framed, "SELECT (%s) FROM (SELECT ?1 AS \"id\", ?2 AS \"scope\", ?3 AS \"today\", ?4 AS \"deleted\"", is_order ? "1" : sql);
  for (guint i = 0; i < self->fields->len; i++)
    {
      g_autofree char *column = ruhu_database_quote (((RuhuField *) g_ptr_array_index (self->fields, i))->name);
      g_string_append_printf (framed, ", ?%u AS %s", n++, column);
    }
  g_string_append (framed, ") AS self");
  if (is_order)
    g_string_append_printf (framed, " ORDER BY %s", sql);
  return g_string_free (framed, FALSE);
}

static RuhuExpression *
compile (RuhuDatabase *database, RuhuRecordType *type, const char *sql, gboolean is_order, GError **error)
{
  g_autoptr (RuhuExpression) self = g_new0 (RuhuExpression, 1);

  self->fields = g_ptr_array_new ();
  if (!is_enclosed (sql))
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_EXPRESSION, _ ("An expression of the catalogue is not one complete expression."));
      return NULL;
    }
  g_autoptr (GHashTable) words = collect_words (sql);
  for (guint i = 0; i < type->fields->len; i++)
    {
      RuhuField *field = g_ptr_array_index (type->fields, i);
      if (field->calculate == NULL && g_hash_table_contains (words, field->name))
        g_ptr_array_add (self->fields, field);
      if (g_strcmp0 (field->calculate, sql) == 0)
        self->result = field;
    }
  self->has_query = g_hash_table_contains (words, "select");

  g_autofree char *framed = frame (self, sql, is_order);
  self->statement = ruhu_database_prepare_sandboxed (database, framed, NULL, MAX_INSTRUCTIONS, error);
  if (self->statement == NULL)
    return NULL;
  return g_steal_pointer (&self);
}

RuhuExpression *
ruhu_expression_new (RuhuDatabase *database, RuhuRecordType *type, const char *sql, GError **error)
{
  g_return_val_if_fail (database != NULL && type != NULL && sql != NULL, NULL);
  return compile (database, type, sql, FALSE, error);
}

void
ruhu_expression_free (RuhuExpression *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->statement, ruhu_statement_free);
  g_ptr_array_unref (self->fields);
  g_free (self);
}

gboolean
ruhu_expression_uses (RuhuExpression *self, RuhuField *field)
{
  g_return_val_if_fail (self != NULL, FALSE);
  return g_ptr_array_find (self->fields, field, NULL);
}

gboolean
ruhu_expression_uses_any (RuhuExpression *self)
{
  g_return_val_if_fail (self != NULL, FALSE);
  return self->fields->len > 0;
}

gboolean
ruhu_expression_has_query (RuhuExpression *self)
{
  g_return_val_if_fail (self != NULL, FALSE);
  return self->has_query;
}

static gboolean
bind_values (RuhuExpression *self, const char *id, const char *scope, json_object *fields, const char *today, GError **error)
{
  json_object *deleted = fields != NULL ? json_object_object_get (fields, "deleted") : NULL;

  if (!ruhu_statement_bind_text (self->statement, 1, id, -1, error) ||
      !ruhu_statement_bind_text (self->statement, 2, scope, -1, error) ||
      !ruhu_statement_bind_text (self->statement, 3, today, -1, error) ||
      !ruhu_statement_bind_integer (self->statement, 4, json_object_get_boolean (deleted) ? 1 : 0, error))
    return FALSE;
  for (guint i = 0; i < self->fields->len; i++)
    {
      RuhuField *field = g_ptr_array_index (self->fields, i);
      json_object *value = fields != NULL ? json_object_object_get (fields, field->name) : NULL;
      if (!ruhu_value_bind (field, value, self->statement, (int) (FIRST_FIELD + i), error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_whole (const char *text)
{
  if (*text == '-')
    text++;
  return *text != '\0' && strlen (text) <= 18 && strspn (text, "0123456789") == strlen (text);
}

/* The first column as JSON: of the field's type if a field is calculated, else what reads like a number is one. */
static json_object *
read_result (RuhuExpression *self)
{
  RuhuStatement *statement = self->statement;

  if (self->result != NULL)
    return ruhu_value_from_column (self->result, statement, 0);
  if (ruhu_statement_is_null (statement, 0))
    return NULL;
  const char *text = ruhu_statement_get_text (statement, 0);
  char *end;

  if (is_whole (text))
    return json_object_new_int64 (g_ascii_strtoll (text, NULL, 10));
  double number = g_ascii_strtod (text, &end);
  if (g_ascii_isdigit (text[text[0] == '-' ? 1 : 0]) && *end == '\0')
    return json_object_new_double (number);
  return json_object_new_string (text);
}

gboolean
ruhu_expression_evaluate (RuhuExpression *self, const char *id, const char *scope, json_object *fields, const char *today, json_object **value, GError **error)
{
  GError *fault = NULL;
  json_object *result = NULL;

  g_return_val_if_fail (self != NULL && value != NULL, FALSE);

  ruhu_statement_reset (self->statement);
  if (!bind_values (self, id, scope, fields, today, error))
    return FALSE;
  if (ruhu_statement_next (self->statement, &fault))
    result = read_result (self);
  ruhu_statement_reset (self->statement);
  if (fault != NULL)
    {
      g_propagate_error (error, fault);
      return FALSE;
    }
  *value = result;
  return TRUE;
}

gboolean
ruhu_expression_test (RuhuExpression *self, const char *id, const char *scope, json_object *fields, const char *today, gboolean if_null, gboolean *result, GError **error)
{
  g_autoptr (RuhuJson) value = NULL;

  g_return_val_if_fail (self != NULL && result != NULL, FALSE);

  if (!ruhu_expression_evaluate (self, id, scope, fields, today, &value, error))
    return FALSE;
  if (value == NULL)
    *result = if_null;
  else
    *result = json_object_is_type (value, json_type_string) ? FALSE : json_object_get_double (value) != 0;
  return TRUE;
}

static gboolean
compiles (RuhuDatabase *database, RuhuRecordType *type, const char *place, const char *sql, gboolean is_order, GError **error)
{
  g_autoptr (GError) fault = NULL;

  if (sql == NULL)
    return TRUE;
  g_autoptr (RuhuExpression) expression = compile (database, type, sql, is_order, &fault);
  if (expression != NULL)
    return TRUE;
  g_set_error (error, RUHU_ERROR, RUHU_ERROR_INVALID, "/records/%s/%s: %s", type->name, place, fault->message);
  return FALSE;
}

static gboolean
field_compiles (RuhuDatabase *database, RuhuRecordType *type, RuhuField *field, GError **error)
{
  g_autofree char *relevant = g_strdup_printf ("fields/%s/relevant", field->name);
  g_autofree char *constraint = g_strdup_printf ("fields/%s/constraint", field->name);
  g_autofree char *calculate = g_strdup_printf ("fields/%s/calculate", field->name);
  g_autofree char *initial = g_strdup_printf ("fields/%s/initial", field->name);

  return compiles (database, type, relevant, field->relevant, FALSE, error) &&
         compiles (database, type, constraint, field->constraint, FALSE, error) &&
         compiles (database, type, calculate, field->calculate, FALSE, error) &&
         compiles (database, type, initial, field->initial, FALSE, error);
}

gboolean
ruhu_expression_check_catalogue (RuhuDatabase *database, RuhuCatalogue *catalogue, GError **error)
{
  g_return_val_if_fail (database != NULL && catalogue != NULL, FALSE);

  GPtrArray *records = ruhu_catalogue_get_records (catalogue);
  for (guint i = 0; i < records->len; i++)
    {
      RuhuRecordType *type = g_ptr_array_index (records, i);
      if (!compiles (database, type, "title", type->title, FALSE, error) ||
          !compiles (database, type, "summary", type->summary, FALSE, error) ||
          !compiles (database, type, "order", type->order, TRUE, error))
        return FALSE;
      for (guint j = 0; j < type->fields->len; j++)
        if (!field_compiles (database, type, g_ptr_array_index (type->fields, j), error))
          return FALSE;
    }
  return TRUE;
}
