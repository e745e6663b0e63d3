/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records as they stand, with their calculated fields; a household file in one consistent reading. */
#define G_LOG_DOMAIN "ruhu-store"

#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-store-private.h"
#include "ruhu-store-query.h"
#include "ruhu-tables.h"
#include "ruhu-value.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* What the ORDER BY of an extension may cost, in virtual-machine instructions a row. */
#define ORDER_INSTRUCTIONS 50000000

void
ruhu_record_free (RuhuRecord *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->scope);
  json_object_put (self->fields);
  g_clear_pointer (&self->conflicts, g_ptr_array_unref);
  g_free (self);
}

void
ruhu_household_free (RuhuHousehold *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_hash_table_unref (self->records);
  g_free (self);
}

GPtrArray *
ruhu_household_get (RuhuHousehold *self, const char *type)
{
  return g_hash_table_lookup (self->records, type);
}

/* A calculated field that fails shows nothing; the rest of the record is worth more than the error. */
static void
calculate (RuhuStore *self, RuhuRecordType *type, RuhuRecord *record, const char *today)
{
  for (guint i = 0; i < type->fields->len; i++)
    {
      RuhuField *field = g_ptr_array_index (type->fields, i);
      g_autoptr (GError) error = NULL;
      RuhuExpression *expression;
      json_object *value = NULL;

      if (field->calculate == NULL || field->retired)
        continue;
      expression = ruhu_store_get_expression (self, type, field->calculate, &error);
      if (expression != NULL && ruhu_expression_evaluate (expression, record->id, record->scope, record->fields, today, &value, &error))
        json_object_object_add (record->fields, field->name, value);
      else
        g_warning ("the calculated field %s.%s failed: %s", type->name, field->name, error->message);
    }
}

static gboolean
load_conflicts (RuhuStore *self, RuhuRecordType *type, RuhuRecord *record, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query =
      ruhu_database_query (ruhu_store_get_database (self), "SELECT field FROM conflict WHERE record = ?1 AND type = ?2 ORDER BY field", error, "ss",
                           record->id, type->name);

  if (query == NULL)
    return FALSE;
  while (ruhu_statement_next (query, &local))
    {
      if (record->conflicts == NULL)
        record->conflicts = g_ptr_array_new_with_free_func (g_free);
      g_ptr_array_add (record->conflicts, g_strdup (ruhu_statement_get_text (query, 0)));
    }
  return ruhu_check_end (&local, error);
}

/* Columns id, scope, deleted, then the stored fields in the type's order. */
static RuhuRecord *
record_from_row (RuhuRecordType *type, RuhuStatement *row)
{
  RuhuRecord *self = g_new0 (RuhuRecord, 1);
  int column = 3;

  self->id = g_strdup (ruhu_statement_get_text (row, 0));
  self->scope = g_strdup (ruhu_statement_get_text (row, 1));
  self->fields = json_object_new_object ();
  if (ruhu_statement_get_integer (row, 2) != 0)
    json_object_object_add (self->fields, "deleted", json_object_new_boolean (TRUE));
  for (guint i = 0; i < type->fields->len; i++)
    {
      RuhuField *field = g_ptr_array_index (type->fields, i);
      json_object *value;

      if (field->calculate != NULL)
        continue;
      value = ruhu_value_from_column (field, row, column++);
      if (value != NULL)
        json_object_object_add (self->fields, field->name, value);
    }
  return self;
}

static char *
select_records (RuhuRecordType *type, const char *rest)
{
  g_autofree char *table = ruhu_record_type_dup_table (type);
  g_autofree char *quoted = ruhu_database_quote (table);
  GString *sql = g_string_new ("SELECT self.id, self.scope, self.deleted");

  for (guint i = 0; i < type->fields->len; i++)
    {
      RuhuField *field = g_ptr_array_index (type->fields, i);
      g_autofree char *column = field->calculate == NULL ? ruhu_database_quote (field->name) : NULL;

      if (column != NULL)
        g_string_append_printf (sql, ", self.%s", column);
    }
  g_string_append_printf (sql, " FROM %s AS self %s", quoted, rest);
  return g_string_free (sql, FALSE);
}

static RuhuRecordType *
find_type (RuhuStore *self, const char *type, GError **error)
{
  RuhuRecordType *found = ruhu_catalogue_get_record (ruhu_store_get_catalogue (self), type);

  if (found == NULL)
    g_set_error (error, RUHU_ERROR, RUHU_ERROR_NOT_FOUND, _ ("The catalogue has no record type “%s”."), type);
  return found;
}

RuhuRecord *
ruhu_store_get_record (RuhuStore *self, const char *type_name, const char *id, GError **error)
{
  RuhuRecordType *type = find_type (self, type_name, error);
  g_autofree char *today = ruhu_clock_today (ruhu_store_get_clock (self));
  g_autofree char *sql = NULL;
  g_autoptr (RuhuStatement) query = NULL;
  g_autoptr (RuhuRecord) record = NULL;

  if (type == NULL)
    return NULL;
  sql = select_records (type, "WHERE self.id = ?1");
  query = ruhu_database_query (ruhu_store_get_database (self), sql, error, "s", id);
  if (query == NULL || !ruhu_statement_next (query, error))
    return NULL;
  record = record_from_row (type, query);
  if (!load_conflicts (self, type, record, error))
    return NULL;
  calculate (self, type, record, today);
  return g_steal_pointer (&record);
}

typedef RuhuStatement OwnedStatement;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OwnedStatement, ruhu_statement_free)

/* The order comes from the catalogue, perhaps from an extension that came over the network: it runs in the sandbox. */
static RuhuStatement *
query_records (RuhuStore *self, RuhuRecordType *type, const char *scope, gint64 offset, gint64 limit, GError **error)
{
  g_autofree char *rest = g_strdup_printf ("WHERE %s AND self.deleted = 0 ORDER BY %s%sself.id LIMIT ?2 OFFSET ?3", scope != NULL ? "self.scope = ?1" : "?1 IS NULL",
                                           type->order != NULL ? type->order : "", type->order != NULL ? ", " : "");
  g_autofree char *sql = select_records (type, rest);
  g_autoptr (OwnedStatement) query = ruhu_database_prepare_sandboxed (ruhu_store_get_database (self), sql, NULL, ORDER_INSTRUCTIONS, error);

  if (query == NULL || !ruhu_statement_bind_text (query, 1, scope, -1, error) ||
      !ruhu_statement_bind_integer (query, 2, limit > 0 ? limit : -1, error) || !ruhu_statement_bind_integer (query, 3, offset, error))
    return NULL;
  return g_steal_pointer (&query);
}

GPtrArray *
ruhu_store_list_records (RuhuStore *self, const char *type_name, const char *scope, gint64 offset, gint64 limit, GError **error)
{
  RuhuRecordType *type = find_type (self, type_name, error);
  g_autofree char *today = ruhu_clock_today (ruhu_store_get_clock (self));
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_record_free);
  g_autoptr (OwnedStatement) query = NULL;
  g_autoptr (GError) local = NULL;

  if (type == NULL)
    return NULL;
  query = query_records (self, type, scope, offset, limit, error);
  if (query == NULL)
    return NULL;
  while (ruhu_statement_next (query, &local))
    g_ptr_array_add (records, record_from_row (type, query));
  if (!ruhu_check_end (&local, error))
    return NULL;
  for (guint i = 0; i < records->len; i++)
    {
      RuhuRecord *record = g_ptr_array_index (records, i);

      if (!load_conflicts (self, type, record, error))
        return NULL;
      calculate (self, type, record, today);
    }
  return g_steal_pointer (&records);
}

/* @type's title of a record, or NULL. Transfer full. */
static char *
evaluate_title (RuhuStore *self, RuhuRecordType *type, const char *id)
{
  g_autofree char *today = ruhu_clock_today (ruhu_store_get_clock (self));
  g_autoptr (RuhuJson) fields = ruhu_tables_get (ruhu_store_get_database (self), type, id, NULL);
  RuhuExpression *expression = fields != NULL && type->title != NULL ? ruhu_store_get_expression (self, type, type->title, NULL) : NULL;
  g_autoptr (RuhuJson) title = NULL;
  g_autofree char *scope = NULL;

  if (expression == NULL ||
      !ruhu_tables_find_scope (ruhu_store_get_database (self), type, id, &scope, NULL) ||
      !ruhu_expression_evaluate (expression, id, scope, fields, today, &title, NULL) || title == NULL)
    return NULL;
  return g_strdup (json_object_get_string (title));
}

char *
ruhu_store_dup_title (RuhuStore *self, const char *type_name, const char *id)
{
  RuhuRecordType *type = ruhu_catalogue_get_record (ruhu_store_get_catalogue (self), type_name);
  char *title = type != NULL ? evaluate_title (self, type, id) : NULL;

  if (title != NULL && *title != '\0')
    return title;
  g_free (title);
  return g_strdup (id);
}

typedef struct
{
  RuhuStore *store;
  const char *id;
  RuhuHousehold *household;
} Open;

static gboolean
open_household (RuhuDatabase *database, gpointer data, GError **error)
{
  Open *job = data;
  GPtrArray *types = ruhu_catalogue_get_records (ruhu_store_get_catalogue (job->store));
  g_autoptr (RuhuHousehold) household = g_new0 (RuhuHousehold, 1);

  household->id = g_strdup (job->id);
  household->records = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  if (!ruhu_store_get_seen (job->store, &household->seen, error))
    return FALSE;
  for (guint i = 0; i < types->len; i++)
    {
      RuhuRecordType *type = g_ptr_array_index (types, i);
      GPtrArray *records;

      if (type->belongs != RUHU_BELONGS_HOUSEHOLD)
        continue;
      records = ruhu_store_list_records (job->store, type->name, job->id, 0, 0, error);
      if (records == NULL)
        return FALSE;
      if (records->len > 0)
        g_hash_table_insert (household->records, g_strdup (type->name), records);
      else
        g_ptr_array_unref (records);
    }
  if (!g_hash_table_contains (household->records, "household"))
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_NOT_FOUND, _ ("This household is not on this laptop."));
      return FALSE;
    }
  job->household = g_steal_pointer (&household);
  return TRUE;
}

RuhuHousehold *
ruhu_store_open_household (RuhuStore *self, const char *id, GError **error)
{
  Open job = { self, id, NULL };

  g_return_val_if_fail (self != NULL && id != NULL, NULL);
  return ruhu_database_read (ruhu_store_get_database (self), open_household, &job, error) ? job.household : NULL;
}
