/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The chain is walked; then the whole log is applied to an empty store in memory, and what comes out is compared with the file. */
#define G_LOG_DOMAIN "ruhu-ledger"

#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-heads.h"
#include "ruhu-ledger-private.h"
#include "ruhu-store-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

typedef struct
{
  RuhuLedger *ledger;
  RuhuStore *copy;
  gint64 n;
} Verify;

static gboolean
damaged (gint64 position, const char *why, GError **error)
{
  g_set_error (error, RUHU_ERROR, RUHU_ERROR_CORRUPT, _ ("The log does not fit at position %lld: %s."), (long long) position, why);
  return FALSE;
}

static gboolean
check_change (RuhuStatement *row, const RuhuChange *change, GError **error)
{
  if (g_strcmp0 (ruhu_statement_get_text (row, 2), change->device) != 0 || ruhu_statement_get_integer (row, 3) != change->seq ||
      g_strcmp0 (ruhu_statement_get_text (row, 4), change->scope) != 0 || g_strcmp0 (ruhu_statement_get_text (row, 7), change->time) != 0 ||
      ruhu_statement_get_integer (row, 8) != change->seen || g_strcmp0 (ruhu_statement_get_text (row, 9), change->by) != 0)
    return damaged (ruhu_statement_get_integer (row, 0), _ ("its columns are not what its text says"), error);
  return TRUE;
}

/* Applies one entry to the copy. */
static gboolean
replay (Verify *job, RuhuStatement *row, GError **error)
{
  const char *kind = ruhu_statement_get_text (row, 1);
  const char *body = ruhu_statement_get_text (row, 5);
  gint64 position = ruhu_statement_get_integer (row, 0);
  g_autoptr (RuhuChange) change = NULL;
  gint64 n;

  if (strcmp (kind, "scope") == 0)
    return TRUE;
  change = ruhu_change_parse (body, strlen (body), error);
  if (change == NULL || !check_change (row, change, error))
    return FALSE;
  if (strcmp (kind, "change") != 0)
    return TRUE;
  if (!ruhu_store_append (job->copy, change, body, (gssize) strlen (body), kind, position, &n, error) ||
      !ruhu_heads_apply (ruhu_store_get_database (job->copy), ruhu_store_get_catalogue (job->copy), change, n, position, error))
    return FALSE;
  return !ruhu_store_change_extends (change) || ruhu_store_refresh_catalogue (job->copy, NULL, error);
}

static gboolean
walk (RuhuDatabase *copy, gpointer data, GError **error)
{
  Verify *job = data;
  guint8 hash[RUHU_HASH_LENGTH] = { 0 };
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query =
      ruhu_database_query (job->ledger->database, "SELECT n, kind, device, seq, scope, body, reason, time, seen, author, hash, position FROM log ORDER BY n",
                           error, "");

  job->n = 0;
  if (query == NULL)
    return FALSE;
  while (ruhu_statement_next (query, &local))
    {
      const char *body = ruhu_statement_get_text (query, 5);
      gsize length;
      const void *stored = ruhu_statement_get_blob (query, 10, &length);

      job->n++;
      if (ruhu_statement_get_integer (query, 0) != job->n || ruhu_statement_get_integer (query, 11) != job->n)
        return damaged (job->n, _ ("an entry is missing"), error);
      ruhu_chain_hash (hash, ruhu_statement_get_text (query, 1), body, strlen (body), ruhu_statement_get_text (query, 6));
      if (length != RUHU_HASH_LENGTH || memcmp (hash, stored, RUHU_HASH_LENGTH) != 0)
        return damaged (job->n, _ ("its hash is another one"), error);
      if (!replay (job, query, error))
        return FALSE;
    }
  return ruhu_check_end (&local, error);
}

/* Every cell of a row as one text, NULLs apart from empty ones. */
static char *
row_text (RuhuStatement *row)
{
  GString *text = g_string_new (NULL);

  for (int i = 0; i < ruhu_statement_get_n_columns (row); i++)
    {
      g_string_append (text, ruhu_statement_is_null (row, i) ? "~" : "=");
      if (!ruhu_statement_is_null (row, i))
        g_string_append (text, ruhu_statement_get_text (row, i));
      g_string_append_c (text, '\x1f');
    }
  return g_string_free (text, FALSE);
}

/* Both give the same rows. @what: named when they do not. */
static gboolean
compare (RuhuDatabase *a, RuhuDatabase *b, const char *sql, const char *what, GError **error)
{
  g_autoptr (RuhuStatement) left = ruhu_database_query (a, sql, error, "");
  g_autoptr (RuhuStatement) right = left != NULL ? ruhu_database_query (b, sql, error, "") : NULL;
  g_autoptr (GError) local = NULL;
  gboolean more = TRUE;

  if (right == NULL)
    return FALSE;
  while (more)
    {
      gboolean in_left = ruhu_statement_next (left, &local);
      gboolean in_right = local == NULL && ruhu_statement_next (right, &local);
      g_autofree char *left_text = in_left ? row_text (left) : NULL;
      g_autofree char *right_text = in_right ? row_text (right) : NULL;

      if (!ruhu_check_end (&local, error))
        return FALSE;
      if (g_strcmp0 (left_text, right_text) != 0)
        {
          g_set_error (error, RUHU_ERROR, RUHU_ERROR_CORRUPT, _ ("The table of “%s” is not what the log says."), what);
          return FALSE;
        }
      more = in_left;
    }
  return TRUE;
}

static gboolean
compare_tables (Verify *job, GError **error)
{
  RuhuDatabase *copy = ruhu_store_get_database (job->copy);
  GPtrArray *types = ruhu_catalogue_get_records (ruhu_store_get_catalogue (job->copy));

  /* The copy numbers its log by itself; heads are compared by position. */
  if (!compare (job->ledger->database, copy,
                "SELECT h.record, h.type, h.scope, h.fields, l.position FROM head h JOIN log l ON l.n = h.change ORDER BY h.record, h.type, l.position",
                "head", error) ||
      !compare (job->ledger->database, copy, "SELECT record, type, field, scope FROM conflict ORDER BY record, type, field", "conflict", error))
    return FALSE;
  for (guint i = 0; i < types->len; i++)
    {
      RuhuRecordType *type = g_ptr_array_index (types, i);
      g_autofree char *table = ruhu_record_type_dup_table (type);
      g_autofree char *quoted = ruhu_database_quote (table);
      g_autoptr (GString) sql = g_string_new ("SELECT id, scope, deleted");

      for (guint k = 0; k < type->fields->len; k++)
        {
          RuhuField *field = g_ptr_array_index (type->fields, k);
          g_autofree char *column = field->calculate == NULL ? ruhu_database_quote (field->name) : NULL;

          if (column != NULL)
            g_string_append_printf (sql, ", %s", column);
        }
      g_string_append_printf (sql, " FROM %s ORDER BY id", quoted);
      if (!compare (job->ledger->database, copy, sql->str, type->name, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
verify (RuhuDatabase *database, gpointer data, GError **error)
{
  Verify *job = data;

  return ruhu_database_check (database, error) && ruhu_database_transaction (ruhu_store_get_database (job->copy), walk, job, error) &&
         compare_tables (job, error);
}

gboolean
ruhu_ledger_verify (RuhuLedger *self, gint64 *n, GError **error)
{
  RuhuStoreOptions options = { .path = ":memory:", .flags = RUHU_DATABASE_CREATE, .catalogue = ruhu_store_get_base_catalogue (self->store) };
  g_autoptr (RuhuStore) copy = ruhu_store_open (&options, error);
  Verify job = { self, copy, 0 };

  if (copy == NULL || !ruhu_database_read (self->database, verify, &job, error))
    return FALSE;
  *n = job.n;
  return TRUE;
}
