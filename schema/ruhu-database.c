/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-database"

#include "config.h"

#include "ruhu-database.h"

#include "ruhu-database-private.h"
#include "ruhu-error.h"
#include "ruhu-schema-resources.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

#define MIGRATIONS        "/org/ruhu/sql"
#define TRANSACTION_TRIES 3

gboolean
ruhu_database_run (RuhuDatabase *self, const char *sql, GError **error, const char *types, ...)
{
  g_autoptr (RuhuStatement) statement = ruhu_driver_prepare (self, sql, error);
  g_autoptr (GError) local = NULL;
  gboolean bound;
  va_list values;

  if (statement == NULL)
    return FALSE;
  va_start (values, types);
  bound = ruhu_driver_bind_valist (statement, FALSE, types, values, error);
  va_end (values);
  if (!bound)
    return FALSE;
  while (ruhu_statement_next (statement, &local))
    ;
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  return TRUE;
}

static RuhuStatement *
query_valist (RuhuDatabase *self, const char *sql, GError **error, const char *types, va_list values)
{
  g_autoptr (RuhuStatement) statement = ruhu_driver_prepare (self, sql, error);

  if (statement == NULL || !ruhu_driver_bind_valist (statement, TRUE, types, values, error))
    return NULL;
  return g_steal_pointer (&statement);
}

RuhuStatement *
ruhu_database_query (RuhuDatabase *self, const char *sql, GError **error, const char *types, ...)
{
  RuhuStatement *statement;
  va_list values;

  va_start (values, types);
  statement = query_valist (self, sql, error, types, values);
  va_end (values);
  return statement;
}

/* The first row of @statement: TRUE also when there is none (*@row FALSE). */
static gboolean
first_row (RuhuStatement *statement, gboolean *row, GError **error)
{
  g_autoptr (GError) local = NULL;
  gboolean found = ruhu_statement_next (statement, &local);

  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  *row = found;
  return TRUE;
}

gboolean
ruhu_database_get_integer (RuhuDatabase *self, const char *sql, gint64 fallback, gint64 *value, GError **error, const char *types, ...)
{
  g_autoptr (RuhuStatement) statement = NULL;
  gboolean row;
  va_list values;

  va_start (values, types);
  statement = query_valist (self, sql, error, types, values);
  va_end (values);
  if (statement == NULL || !first_row (statement, &row, error))
    return FALSE;
  *value = row && !ruhu_statement_is_null (statement, 0) ? ruhu_statement_get_integer (statement, 0) : fallback;
  return TRUE;
}

gboolean
ruhu_database_get_text (RuhuDatabase *self, const char *sql, char **value, GError **error, const char *types, ...)
{
  g_autoptr (RuhuStatement) statement = NULL;
  gboolean row;
  va_list values;

  va_start (values, types);
  statement = query_valist (self, sql, error, types, values);
  va_end (values);
  if (statement == NULL || !first_row (statement, &row, error))
    return FALSE;
  *value = row ? g_strdup (ruhu_statement_get_text (statement, 0)) : NULL;
  return TRUE;
}

/* Looked at under the writer's lock, which whoever replaces the file holds: before it, the file could go while this waits. */
static gboolean
check_in_place (RuhuDatabase *self, const char *begin, GError **error)
{
  if (strcmp (begin, "BEGIN IMMEDIATE") != 0 || !ruhu_database_was_moved (self))
    return TRUE;
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_FAILED, _ ("The database was damaged and has been made anew; start the program again."));
  return FALSE;
}

/* One try. *@busy: whether another one makes sense. */
static gboolean
try_transaction (RuhuDatabase *self, const char *begin, RuhuTransactionFunc func, gpointer data, gboolean *busy, GError **error)
{
  g_autoptr (GError) local = NULL;

  *busy = FALSE;
  /* Both are cached: SQLite need not read them anew each time. */
  if (ruhu_database_run (self, begin, &local, ""))
    {
      gboolean done;

      ruhu_driver_guard (self, TRUE);
      done = check_in_place (self, begin, &local) && func (self, data, &local) && ruhu_database_run (self, "COMMIT", &local, "");
      ruhu_driver_guard (self, FALSE);
      if (done)
        return TRUE;
    }
  if (ruhu_driver_in_transaction (self))
    {
      g_autoptr (GError) ignored = NULL;

      if (!ruhu_driver_roll_back (self, &ignored))
        g_warning ("rollback failed: %s", ignored->message);
    }
  *busy = g_error_matches (local, RUHU_ERROR, RUHU_ERROR_BUSY);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
run_transaction (RuhuDatabase *self, const char *begin, RuhuTransactionFunc func, gpointer data, GError **error)
{
  if (ruhu_driver_in_transaction (self))
    return func (self, data, error);
  for (guint i = 0; i < TRANSACTION_TRIES; i++)
    {
      g_autoptr (GError) local = NULL;
      gboolean busy;

      if (try_transaction (self, begin, func, data, &busy, &local))
        return TRUE;
      if (!busy || i + 1 == TRANSACTION_TRIES)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
    }
  g_assert_not_reached ();
}

gboolean
ruhu_database_transaction (RuhuDatabase *self, RuhuTransactionFunc func, gpointer data, GError **error)
{
  g_return_val_if_fail (self != NULL && func != NULL, FALSE);

  return run_transaction (self, "BEGIN IMMEDIATE", func, data, error);
}

gboolean
ruhu_database_read (RuhuDatabase *self, RuhuTransactionFunc func, gpointer data, GError **error)
{
  g_return_val_if_fail (self != NULL && func != NULL, FALSE);

  return run_transaction (self, "BEGIN", func, data, error);
}

char *
ruhu_database_quote (const char *name)
{
  g_assert (name != NULL && (g_ascii_islower (name[0]) || name[0] == '_'));
  for (const char *c = name; *c != '\0'; c++)
    g_assert (g_ascii_islower (*c) || g_ascii_isdigit (*c) || *c == '_');
  return g_strdup_printf ("\"%s\"", name);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* The migrations' names in order; the number is their first four digits. */
static GPtrArray *
list_migrations (GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) children = g_resource_enumerate_children (ruhu_schema_get_resource (), MIGRATIONS, G_RESOURCE_LOOKUP_FLAGS_NONE, error);

  if (children == NULL)
    return NULL;
  for (guint i = 0; children[i] != NULL; i++)
    if (g_str_has_suffix (children[i], ".sql"))
      g_ptr_array_add (names, g_strdup (children[i]));
  g_ptr_array_sort (names, compare_names);
  return g_steal_pointer (&names);
}

static gboolean
migrate_once (RuhuDatabase *self, gpointer data, GError **error)
{
  const char *name = data;
  gint64 number = g_ascii_strtoll (name, NULL, 10);
  g_autofree char *path = g_strconcat (MIGRATIONS "/", name, NULL);
  g_autoptr (GBytes) sql = NULL;
  gint64 version;

  if (!ruhu_driver_get_version (self, &version, error))
    return FALSE;
  if (version >= number)
    return TRUE;
  sql = g_resource_lookup_data (ruhu_schema_get_resource (), path, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  return sql != NULL && ruhu_database_execute (self, g_bytes_get_data (sql, NULL), error) && ruhu_driver_set_version (self, number, error);
}

gboolean
ruhu_database_migrate (RuhuDatabase *self, GError **error)
{
  g_autoptr (GPtrArray) names = list_migrations (error);
  gint64 version;
  gint64 newest;

  if (names == NULL || !ruhu_driver_get_version (self, &version, error))
    return FALSE;
  g_assert (names->len > 0);
  newest = g_ascii_strtoll (g_ptr_array_index (names, names->len - 1), NULL, 10);
  if (version > newest)
    {
      g_set_error (error, RUHU_ERROR, RUHU_ERROR_VERSION, _ ("The database was made by a newer version of Ruhu (%d; this program knows %d)."), (int) version, (int) newest);
      return FALSE;
    }
  for (guint i = 0; i < names->len && version < newest; i++)
    {
      char *name = g_ptr_array_index (names, i);

      if (g_ascii_strtoll (name, NULL, 10) > version && !ruhu_database_transaction (self, migrate_once, name, error))
        return FALSE;
    }
  return TRUE;
}
