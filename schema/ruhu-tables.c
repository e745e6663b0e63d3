/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One table per record type: id, scope, deleted, and a column for each stored field. Which columns a table has is remembered in meta ("columns:household" → names joined by ","),
 * written in the transaction that makes them, so that an unchanged catalogue costs one query whatever the database. Statements are cached by their text in RuhuDatabase.
 *
 * A field by which records are looked up has an index of the rows where it says something: most say nothing, and each entry would be another page to write. Files that were made before had
 * all rows in it, and indexes of references by which nothing is looked up; "columns:0" says that this has been put right. */
#define G_LOG_DOMAIN "ruhu-schema"

#include "config.h"

#include "ruhu-tables.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-value.h"

#include <string.h>

#define META_PREFIX "columns:"
/* The character after ':'. */
#define META_END "columns;"
#define DELETED  "deleted"
/* In the place of a type's name, and what it says. */
#define INDEXES "0"
#define NEEDED  "needed"

static gboolean
is_stored (RuhuField *field)
{
  return field->calculate == NULL;
}

/* Rules ask for another record with the same value of what is searched for: a name, a number. */
static gboolean
is_looked_up (RuhuField *field)
{
  return field->indexed || field->type == RUHU_TYPE_PHOTO || field->search != NULL;
}

/* What meta says of every table: record type's name → columns joined by ",". */
static GHashTable *
load_known (RuhuDatabase *database, GError **error)
{
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (RuhuStatement) statement = ruhu_database_query (database, "SELECT key, value FROM meta WHERE key >= ?1 AND key < ?2", error, "ss", META_PREFIX, META_END);
  GError *fault = NULL;

  if (statement == NULL)
    return NULL;
  while (ruhu_statement_next (statement, &fault))
    g_hash_table_insert (known,
                         g_strdup (ruhu_statement_get_text (statement, 0) + strlen (META_PREFIX)),
                         g_strdup (ruhu_statement_get_text (statement, 1)));
  if (fault != NULL)
    {
      g_propagate_error (error, fault);
      return NULL;
    }
  return g_steal_pointer (&known);
}

/* @columns: those that were there before. They stay on the list though this catalogue may not know them: another program's has. */
static gboolean
remember (RuhuDatabase *database, RuhuRecordType *type, char **columns, GError **error)
{
  g_autoptr (GString) names = g_string_new (NULL);
  g_autofree char *key = g_strconcat (META_PREFIX, type->name, NULL);

  for (guint i = 0; columns[i] != NULL; i++)
    g_string_append_printf (names, "%s%s", names->len > 0 ? "," : "", columns[i]);
  for (guint i = 0; i < type->fields->len; i++)
    {
      RuhuField *field = g_ptr_array_index (type->fields, i);
      if (is_stored (field) && !g_strv_contains ((const char *const *) columns, field->name))
        g_string_append_printf (names, "%s%s", names->len > 0 ? "," : "", field->name);
    }
  return ruhu_database_run (database, "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value", error,
                            "ss", key, names->str);
}

/* The length keeps a_b + c and a + b_c apart. */
static char *
quote_index (RuhuRecordType *type, const char *column)
{
  g_autofree char *name = g_strdup_printf ("i%zu_%s_%s", strlen (type->name), type->name, column);

  return ruhu_database_quote (name);
}

static gboolean
drop_index (RuhuDatabase *database, RuhuRecordType *type, const char *column, GError **error)
{
  g_autofree char *name = quote_index (type, column);
  g_autofree char *sql = g_strdup_printf ("DROP INDEX IF EXISTS %s", name);

  return ruhu_database_execute (database, sql, error);
}

static gboolean
add_index (RuhuDatabase *database, RuhuRecordType *type, const char *column, gboolean narrow, GError **error)
{
  g_autofree char *table = ruhu_record_type_dup_table (type);
  g_autofree char *name = quote_index (type, column);
  g_autofree char *quoted_table = ruhu_database_quote (table);
  g_autofree char *quoted_column = ruhu_database_quote (column);
  g_autofree char *where = narrow ? g_strdup_printf (" WHERE %s IS NOT NULL", quoted_column) : g_strdup ("");
  g_autofree char *sql = g_strdup_printf ("CREATE INDEX IF NOT EXISTS %s ON %s (%s)%s", name, quoted_table, quoted_column, where);

  return ruhu_database_execute (database, sql, error);
}

/* @anew: there may be one that is of all rows, or is not needed. */
static gboolean
follow_index (RuhuDatabase *database, RuhuRecordType *type, RuhuField *field, gboolean anew, GError **error)
{
  gboolean may_have = is_looked_up (field) || field->type == RUHU_TYPE_REFERENCE;

  if (anew && may_have && !drop_index (database, type, field->name, error))
    return FALSE;
  return !is_looked_up (field) || add_index (database, type, field->name, TRUE, error);
}

static gboolean
create_table (RuhuDatabase *database, RuhuRecordType *type, GError **error)
{
  g_autofree char *table = ruhu_record_type_dup_table (type);
  g_autofree char *quoted = ruhu_database_quote (table);
  g_autoptr (GString) sql = g_string_new ("CREATE TABLE IF NOT EXISTS ");

  g_string_append_printf (sql, "%s (id TEXT PRIMARY KEY, scope TEXT NOT NULL, deleted BIGINT NOT NULL DEFAULT 0", quoted);
  for (guint i = 0; i < type->fields->len; i++)
    {
      RuhuField *field = g_ptr_array_index (type->fields, i);
      g_autofree char *column = ruhu_database_quote (field->name);
      if (is_stored (field))
        g_string_append_printf (sql, ", %s %s", column, ruhu_value_get_sql_type (field));
    }
  g_string_append_c (sql, ')');
  return ruhu_database_execute (database, sql->str, error) && add_index (database, type, "scope", FALSE, error);
}

/* The columns that the table really has. */
static char **
read_columns (RuhuDatabase *database, RuhuRecordType *type, GError **error)
{
  g_autofree char *table = ruhu_record_type_dup_table (type);
  g_autofree char *quoted = ruhu_database_quote (table);
  g_autofree char *sql = g_strdup_printf ("SELECT * FROM %s WHERE id IS NULL", quoted);
  g_autoptr (RuhuStatement) statement = ruhu_database_query (database, sql, error, "");
  g_autoptr (GStrvBuilder) columns = g_strv_builder_new ();
  GError *fault = NULL;

  if (statement == NULL)
    return NULL;
  /* A cached statement learns of new columns when it is stepped. */
  if (!ruhu_statement_next (statement, &fault) && fault != NULL)
    {
      g_propagate_error (error, fault);
      return NULL;
    }
  for (int i = 0; i < ruhu_statement_get_n_columns (statement); i++)
    g_strv_builder_add (columns, ruhu_statement_get_column_name (statement, i));
  return g_strv_builder_end (columns);
}

static gboolean
add_column (RuhuDatabase *database, RuhuRecordType *type, RuhuField *field, GError **error)
{
  g_autofree char *table = ruhu_record_type_dup_table (type);
  g_autofree char *quoted_table = ruhu_database_quote (table);
  g_autofree char *quoted_column = ruhu_database_quote (field->name);
  g_autofree char *sql = g_strdup_printf ("ALTER TABLE %s ADD COLUMN %s %s", quoted_table, quoted_column, ruhu_value_get_sql_type (field));

  return ruhu_database_execute (database, sql, error);
}

/* Makes the table what @type says. *@grew: whether it was missing anything; @known: its columns as meta has them, or NULL; @wide: its indexes may be of all rows, or more than are needed. */
static gboolean
follow_type (RuhuDatabase *database, RuhuRecordType *type, const char *known, gboolean wide, gboolean *grew, GError **error)
{
  g_auto (GStrv) columns = NULL;

  if (known == NULL)
    {
      *grew = TRUE;
      if (!create_table (database, type, error))
        return FALSE;
      columns = read_columns (database, type, error);
    }
  else
    columns = g_strsplit (known, ",", -1);
  if (columns == NULL)
    return FALSE;

  for (guint i = 0; i < type->fields->len; i++)
    {
      RuhuField *field = g_ptr_array_index (type->fields, i);
      gboolean is_there = g_strv_contains ((const char *const *) columns, field->name);
      if (!is_stored (field))
        continue;
      if (!is_there)
        *grew = TRUE;
      if (!is_there && !add_column (database, type, field, error))
        return FALSE;
      if ((!is_there || known == NULL || wide) && !follow_index (database, type, field, wide, error))
        return FALSE;
    }
  return !*grew || remember (database, type, columns, error);
}

gboolean
ruhu_tables_follow (RuhuDatabase *database, RuhuCatalogue *catalogue, GPtrArray **added, GError **error)
{
  g_return_val_if_fail (database != NULL && catalogue != NULL, FALSE);

  GPtrArray *records = ruhu_catalogue_get_records (catalogue);
  g_autoptr (GPtrArray) grown = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) known = load_known (database, error);
  if (known == NULL)
    return FALSE;
  gboolean wide = g_strcmp0 (g_hash_table_lookup (known, INDEXES), NEEDED) != 0;
  for (guint i = 0; i < records->len; i++)
    {
      RuhuRecordType *type = g_ptr_array_index (records, i);
      gboolean grew = FALSE;
      if (!follow_type (database, type, g_hash_table_lookup (known, type->name), wide, &grew, error))
        {
          g_prefix_error (error, "%s: ", type->name);
          return FALSE;
        }
      if (grew)
        g_ptr_array_add (grown, g_strdup (type->name));
    }
  if (wide && !ruhu_database_run (database, "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value", error, "ss",
                                  META_PREFIX INDEXES, NEEDED))
    return FALSE;
  if (added != NULL)
    *added = g_steal_pointer (&grown);
  return TRUE;
}

/* These are made for every record that is read or written: nothing is formatted. Names come from a checked catalogue: [a-z][a-z0-9_]*. */
static void
append_name (GString *sql, const char *before, const char *name)
{
  g_string_append (sql, before);
  g_string_append_c (sql, '"');
  g_string_append (sql, name);
  g_string_append_c (sql, '"');
}

/* Bytes that are enough for a statement that writes @picked. */
static gsize
get_room (RuhuRecordType *type, GPtrArray *picked)
{
  gsize room = 128 + strlen (type->name);

  for (guint i = 0; i < picked->len; i++)
    room += strlen (((RuhuField *) g_ptr_array_index (picked, i))->name) + 24;
  return room;
}

/* These two return the end of what they put. */
static char *
put_name (char *end, const char *before, const char *name)
{
  end = stpcpy (stpcpy (end, before), name);
  *end++ = '"';
  return end;
}

static char *
put_parameter (char *end, guint n)
{
  *end++ = '?';
  if (n >= 100)
    *end++ = (char) ('0' + n / 100);
  if (n >= 10)
    *end++ = (char) ('0' + n / 10 % 10);
  *end++ = (char) ('0' + n % 10);
  return end;
}

json_object *
ruhu_tables_get (RuhuDatabase *database, RuhuRecordType *type, const char *id, GError **error)
{
  g_return_val_if_fail (database != NULL && type != NULL && id != NULL, NULL);

  g_autoptr (GString) sql = g_string_sized_new (512);
  g_string_append (sql, "SELECT deleted");
  for (guint i = 0; i < type->fields->len; i++)
    {
      RuhuField *field = g_ptr_array_index (type->fields, i);
      if (is_stored (field))
        append_name (sql, ", ", field->name);
    }
  g_string_append (sql, " FROM \"r_");
  g_string_append (sql, type->name);
  g_string_append (sql, "\" WHERE id = ?1");

  g_autoptr (RuhuStatement) statement = ruhu_database_query (database, sql->str, error, "s", id);
  if (statement == NULL || !ruhu_statement_next (statement, error))
    return NULL;
  json_object *fields = json_object_new_object ();
  int column = 0;
  if (ruhu_statement_get_integer (statement, column++) != 0)
    json_object_object_add (fields, DELETED, json_object_new_boolean (TRUE));
  for (guint i = 0; i < type->fields->len; i++)
    {
      RuhuField *field = g_ptr_array_index (type->fields, i);
      json_object *value = is_stored (field) ? ruhu_value_from_column (field, statement, column++) : NULL;
      if (value != NULL)
        json_object_object_add (fields, field->name, value);
    }
  return fields;
}

/* Columns of one row. */
static char *
make_look_up (RuhuRecordType *type, const char *columns)
{
  char *sql = g_malloc (strlen (columns) + strlen (type->name) + 64), *end = stpcpy (stpcpy (sql, "SELECT "), columns);

  strcpy (put_name (end, " FROM \"r_", type->name), " WHERE id = ?1");
  return sql;
}

gboolean
ruhu_tables_look (RuhuDatabase *database, RuhuRecordType *type, const char *id, gboolean *is_there, gboolean *is_deleted, GError **error)
{
  g_autofree char *scope = NULL;

  if (!ruhu_tables_find (database, type, id, &scope, is_deleted, error))
    return FALSE;
  *is_there = scope != NULL;
  return TRUE;
}

gboolean
ruhu_tables_find (RuhuDatabase *database, RuhuRecordType *type, const char *id, char **scope, gboolean *is_deleted, GError **error)
{
  g_autofree char *sql = make_look_up (type, "deleted, scope");
  g_autoptr (RuhuStatement) query = NULL;
  g_autoptr (GError) local = NULL;
  gboolean found;

  g_return_val_if_fail (database != NULL && id != NULL && scope != NULL, FALSE);
  query = ruhu_database_query (database, sql, error, "s", id);
  if (query == NULL)
    return FALSE;
  found = ruhu_statement_next (query, &local);
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  *is_deleted = found && ruhu_statement_get_integer (query, 0) > 0;
  *scope = found ? g_strdup (ruhu_statement_get_text (query, 1)) : NULL;
  return TRUE;
}

gboolean
ruhu_tables_find_scope (RuhuDatabase *database, RuhuRecordType *type, const char *id, char **scope, GError **error)
{
  g_autofree char *sql = make_look_up (type, "scope");

  g_return_val_if_fail (database != NULL && id != NULL && scope != NULL, FALSE);
  return ruhu_database_get_text (database, sql, scope, error, "s", id);
}

/* The fields of @fields that have a column, in the order of the type, so that the same set makes the same statement. */
static GPtrArray *
pick_fields (RuhuRecordType *type, json_object *fields)
{
  GPtrArray *picked = g_ptr_array_sized_new ((guint) json_object_object_length (fields));

  for (guint i = 0; i < type->fields->len; i++)
    {
      RuhuField *field = g_ptr_array_index (type->fields, i);
      if (is_stored (field) && json_object_object_get_ex (fields, field->name, NULL))
        g_ptr_array_add (picked, field);
    }
  return picked;
}

/* Parameters: 1 id, 2 scope, 3 "deleted", then every field that has a column: one statement for each type, whatever a record has. */
static char *
make_insert (RuhuRecordType *type)
{
  char *sql = g_malloc (get_room (type, type->fields)), *end = put_name (sql, "INSERT INTO \"r_", type->name);
  guint n = 0;

  end = stpcpy (end, " (id, scope, deleted");
  for (guint i = 0; i < type->fields->len; i++)
    {
      RuhuField *field = g_ptr_array_index (type->fields, i);

      if (!is_stored (field))
        continue;
      end = put_name (end, ", \"", field->name);
      n++;
    }
  end = stpcpy (end, ") VALUES (?, ?, ?");
  for (guint i = 0; i < n; i++)
    end = stpcpy (end, ", ?");
  strcpy (end, ")");
  return sql;
}

/* Parameters: 1 id, then "deleted" if it is there, then the fields. */
static char *
make_update (RuhuRecordType *type, GPtrArray *picked, gboolean has_deleted)
{
  char *sql = g_malloc (get_room (type, picked)), *end = put_name (sql, "UPDATE \"r_", type->name);
  guint n = has_deleted ? 3 : 2;

  /* The scope stays as it is: a record belongs to one for ever, and an index over it would be written again. */
  end = stpcpy (end, has_deleted ? " SET deleted = ?2" : " SET");
  for (guint i = 0; i < picked->len; i++)
    {
      end = put_name (end, i > 0 || has_deleted ? ", \"" : " \"", ((RuhuField *) g_ptr_array_index (picked, i))->name);
      end = put_parameter (stpcpy (end, " = "), n++);
    }
  strcpy (end, " WHERE id = ?1");
  return sql;
}

static gboolean
run_once (RuhuStatement *statement, GError **error)
{
  GError *fault = NULL;

  (void) !ruhu_statement_next (statement, &fault);
  if (fault != NULL)
    g_propagate_error (error, fault);
  return fault == NULL;
}

/* What a record does not have is left NULL. */
static gboolean
insert_row (RuhuDatabase *database, RuhuRecordType *type, const char *id, const char *scope, json_object *fields, GError **error)
{
  g_autofree char *sql = make_insert (type);
  g_autoptr (RuhuStatement) statement = ruhu_database_query (database, sql, error, "ssi", id, scope, (gint64) json_object_get_boolean (json_object_object_get (fields, DELETED)));
  int parameter = 4;

  if (statement == NULL)
    return FALSE;
  for (guint i = 0; i < type->fields->len; i++)
    {
      RuhuField *field = g_ptr_array_index (type->fields, i);
      json_object *value = NULL;

      if (!is_stored (field))
        continue;
      if (json_object_object_get_ex (fields, field->name, &value) && !ruhu_value_bind (field, value, statement, parameter, error))
        return FALSE;
      parameter++;
    }
  return run_once (statement, error);
}

static gboolean
update_row (RuhuDatabase *database, RuhuRecordType *type, const char *id, json_object *fields, GError **error)
{
  json_object *deleted = NULL;
  gboolean has_deleted = json_object_object_get_ex (fields, DELETED, &deleted);
  g_autoptr (GPtrArray) picked = pick_fields (type, fields);
  g_autofree char *sql = NULL;
  g_autoptr (RuhuStatement) statement = NULL;
  int parameter = 1;

  if (!has_deleted && picked->len == 0)
    return TRUE;
  sql = make_update (type, picked, has_deleted);
  statement = ruhu_database_query (database, sql, error, "");
  if (statement == NULL || !ruhu_statement_bind_borrowed (statement, parameter++, id, -1, error))
    return FALSE;
  if (has_deleted && !ruhu_statement_bind_integer (statement, parameter++, json_object_get_boolean (deleted) ? 1 : 0, error))
    return FALSE;
  for (guint i = 0; i < picked->len; i++)
    {
      RuhuField *field = g_ptr_array_index (picked, i);

      if (!ruhu_value_bind (field, json_object_object_get (fields, field->name), statement, parameter++, error))
        return FALSE;
    }
  return run_once (statement, error);
}

gboolean
ruhu_tables_put (RuhuDatabase *database, RuhuRecordType *type, const char *id, const char *scope, json_object *fields, gboolean insert, GError **error)
{
  g_return_val_if_fail (database != NULL && type != NULL && id != NULL && scope != NULL, FALSE);

  return insert ? insert_row (database, type, id, scope, fields, error) : update_row (database, type, id, fields, error);
}

static gboolean
clear_type (RuhuDatabase *database, RuhuRecordType *type, const char *scope, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("DELETE FROM \"r_%s\"%s", type->name, scope != NULL ? " WHERE scope = ?1" : "");

  return ruhu_database_run (database, sql, error, scope != NULL ? "s" : "", scope);
}

gboolean
ruhu_tables_clear (RuhuDatabase *database, RuhuCatalogue *catalogue, RuhuRecordType *type, const char *scope, GError **error)
{
  g_return_val_if_fail (database != NULL && catalogue != NULL, FALSE);

  if (type != NULL)
    return clear_type (database, type, scope, error);
  GPtrArray *records = ruhu_catalogue_get_records (catalogue);
  for (guint i = 0; i < records->len; i++)
    if (!clear_type (database, g_ptr_array_index (records, i), scope, error))
      return FALSE;
  return TRUE;
}
