/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The chain is walked, each entry looked at by itself; then the whole log is applied to an empty store in memory, and what comes out is compared with the file. */
#define G_LOG_DOMAIN "ruhu-ledger"

#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-heads.h"
#include "ruhu-ledger-private.h"
#include "ruhu-store-private.h"
#include "ruhu-store-review.h"

#include <glib/gi18n-lib.h>
#include <string.h>

typedef struct
{
  RuhuLedger *ledger;
  RuhuStore *copy; /* NULL while the chain is walked */
  gint64 n;        /* entries seen */
  gint64 last;     /* position of the last one */
  char *restored;
} Verify;

/* Columns of the walk. */
enum
{
  COLUMN_N,
  COLUMN_POSITION,
  COLUMN_KIND,
  COLUMN_DEVICE,
  COLUMN_SEQ,
  COLUMN_SEEN,
  COLUMN_TIME,
  COLUMN_AUTHOR,
  COLUMN_SCOPE,
  COLUMN_VISIT,
  COLUMN_BODY,
  COLUMN_REASON,
  COLUMN_DETAIL,
  COLUMN_SENT,
  COLUMN_SETTLED,
  COLUMN_HASH,
  COLUMN_SIZE,
  COLUMN_TYPED,
};

#define IS_OF(column, type) "typeof (" column ") = " type " AND "
#define MAY(column, type)   "typeof (" column ") IN (" type ", 'null') AND "
#define WALK                                                                                                                                                                                 \
  "SELECT n, position, kind, device, seq, seen, time, author, scope, visit, body, reason, detail, sent, settled, hash, "                                                                     \
  "length (CAST (kind || device || coalesce (time, '') || coalesce (author, '') || scope || coalesce (visit, '') || body || "                                                                \
  "coalesce (reason, '') || coalesce (detail, '') AS BLOB)), " IS_OF ("kind", "'text'") IS_OF ("device", "'text'") IS_OF ("scope", "'text'") IS_OF ("body", "'text'") MAY ("time", "'text'") \
      MAY ("author", "'text'") MAY ("visit", "'text'") MAY ("reason", "'text'") MAY ("detail", "'text'") MAY ("seq", "'integer'")                                                            \
          MAY ("seen", "'integer'") IS_OF ("position", "'integer'") IS_OF ("sent", "'integer'") IS_OF ("settled", "'integer'") "typeof (hash) = 'blob' FROM log ORDER BY n"

static gboolean
damaged (gint64 position, const char *why, GError **error)
{
  g_set_error (error, RUHU_ERROR, RUHU_ERROR_CORRUPT, _ ("The log does not fit at position %lld: %s."), (long long) position, why);
  return FALSE;
}

/* What stands behind a NUL is read by nobody, and would be compared by nobody. */
static gboolean
check_sizes (RuhuStatement *row, gint64 position, GError **error)
{
  static const int texts[] = { COLUMN_KIND, COLUMN_DEVICE, COLUMN_TIME, COLUMN_AUTHOR, COLUMN_SCOPE, COLUMN_VISIT, COLUMN_BODY, COLUMN_REASON, COLUMN_DETAIL };
  gsize size = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    size += ruhu_statement_is_null (row, texts[i]) ? 0 : strlen (ruhu_statement_get_text (row, texts[i]));
  return (gint64) size == ruhu_statement_get_integer (row, COLUMN_SIZE) || damaged (position, _ ("its columns are not what its text says"), error);
}

/* Everything that an entry of the township's own has not. */
static gboolean
has_no_author (RuhuStatement *row)
{
  static const int columns[] = { COLUMN_SEQ, COLUMN_SEEN, COLUMN_TIME, COLUMN_AUTHOR, COLUMN_VISIT, COLUMN_REASON, COLUMN_DETAIL };

  for (gsize i = 0; i < G_N_ELEMENTS (columns); i++)
    if (!ruhu_statement_is_null (row, columns[i]))
      return FALSE;
  return TRUE;
}

static gboolean
is_text (RuhuStatement *row, int column, const char *expected)
{
  return g_strcmp0 (ruhu_statement_get_text (row, column), expected) == 0;
}

static gboolean
is_change (RuhuStatement *row, const RuhuChange *change)
{
  gboolean refused = !is_text (row, COLUMN_KIND, "change");

  return is_text (row, COLUMN_DEVICE, change->device) && ruhu_statement_get_integer (row, COLUMN_SEQ) == change->seq &&
         ruhu_statement_get_integer (row, COLUMN_SEEN) == change->seen && is_text (row, COLUMN_TIME, change->time) &&
         is_text (row, COLUMN_AUTHOR, change->by) && is_text (row, COLUMN_SCOPE, change->scope) && is_text (row, COLUMN_VISIT, change->visit) &&
         ruhu_statement_is_null (row, COLUMN_REASON) == !refused && (!refused || !ruhu_statement_is_null (row, COLUMN_DETAIL));
}

/* Of a change that was let in out of quarantine: it is what was quarantined, the office decided so, and its fields are those that are left of it. */
static gboolean
check_late (Verify *job, RuhuStatement *row, const RuhuChange *change, const char *body, json_object **fields, GError **error)
{
  RuhuDatabase *copy = ruhu_store_get_database (job->copy);
  gint64 position = ruhu_statement_get_integer (row, COLUMN_N);
  g_autofree char *quarantined = NULL;
  g_autoptr (RuhuJson) left = NULL;
  gint64 decided;

  if (!ruhu_database_get_text (job->ledger->database, "SELECT body FROM log WHERE device = ?1 AND seq = ?2 AND kind = 'quarantined' AND n < ?3", &quarantined,
                               error, "sii", change->device, change->seq, position))
    return FALSE;
  if (quarantined == NULL)
    return ruhu_statement_is_null (row, COLUMN_DETAIL) || damaged (position, _ ("it is no change that was let in late"), error);
  if (strcmp (quarantined, body) != 0)
    return damaged (position, _ ("it is not the change that was quarantined"), error);
  if (!ruhu_database_get_integer (copy, "SELECT 1 FROM r_decision WHERE device = ?1 AND seq = ?2", 0, &decided, error, "si", change->device, change->seq))
    return FALSE;
  if (decided == 0)
    return damaged (position, _ ("nobody decided to let it in"), error);
  left = ruhu_ledger_dup_late_fields (copy, change, error);
  if (left == NULL)
    return FALSE;
  if (g_strcmp0 (json_object_to_json_string_ext (left, JSON_C_TO_STRING_PLAIN), ruhu_statement_get_text (row, COLUMN_DETAIL)) != 0)
    return damaged (position, _ ("its fields are not those that later changes left"), error);
  *fields = g_steal_pointer (&left);
  return TRUE;
}

static gboolean
check_change (RuhuStatement *row, gint64 position, GError **error)
{
  const char *body = ruhu_statement_get_text (row, COLUMN_BODY);
  g_autoptr (RuhuChange) change = ruhu_change_parse (body, strlen (body), error);

  if (change == NULL)
    return FALSE;
  return is_change (row, change) || damaged (position, _ ("its columns are not what its text says"), error);
}

static gboolean
is_grant (RuhuStatement *row)
{
  return g_str_has_prefix (ruhu_statement_get_text (row, COLUMN_BODY), "{\"grant\"");
}

static gboolean
check_scope (RuhuStatement *row, gint64 position, GError **error)
{
  g_autofree char *body = ruhu_scope_entry_to_json (ruhu_statement_get_text (row, COLUMN_DEVICE), ruhu_statement_get_text (row, COLUMN_SCOPE), is_grant (row));

  return (has_no_author (row) && is_text (row, COLUMN_BODY, body)) || damaged (position, _ ("its columns are not what its text says"), error);
}

/* The only entry before which positions may be missing. */
static gboolean
check_restored (Verify *job, RuhuStatement *row, gint64 position, GError **error)
{
  g_autoptr (RuhuJson) json = json_tokener_parse (ruhu_statement_get_text (row, COLUMN_BODY));
  const char *stamp = json_object_get_string (json_object_object_get (json, "restored"));

  if (!has_no_author (row) || !is_text (row, COLUMN_DEVICE, RUHU_TOWNSHIP_DEVICE) || !is_text (row, COLUMN_SCOPE, RUHU_SCOPE_TOWNSHIP) || stamp == NULL ||
      json_object_get_int64 (json_object_object_get (json, "after")) != job->last ||
      json_object_get_int64 (json_object_object_get (json, "position")) != position || position <= job->last)
    return damaged (position, _ ("its columns are not what its text says"), error);
  g_free (job->restored);
  job->restored = g_strdup (stamp);
  return TRUE;
}

/* The columns beside the text, which the hash does not cover. */
static gboolean
check_columns (Verify *job, RuhuStatement *row, gint64 position, GError **error)
{
  const char *kind = ruhu_statement_get_text (row, COLUMN_KIND);

  if (!check_sizes (row, position, error))
    return FALSE;
  if (ruhu_statement_get_integer (row, COLUMN_SENT) != 0 || ruhu_statement_get_integer (row, COLUMN_SETTLED) != 0)
    return damaged (position, _ ("its columns are not what its text says"), error);
  if (strcmp (kind, "scope") == 0)
    return check_scope (row, position, error);
  if (strcmp (kind, "restored") == 0)
    return check_restored (job, row, position, error);
  if (strcmp (kind, "change") == 0 || strcmp (kind, "refused") == 0 || strcmp (kind, "quarantined") == 0)
    return check_change (row, position, error);
  return damaged (position, _ ("it is of no known kind"), error);
}

static gboolean
check_entry (Verify *job, RuhuStatement *row, guint8 *hash, GError **error)
{
  gint64 position = ruhu_statement_get_integer (row, COLUMN_N);
  gboolean follows = position == job->last + 1 || is_text (row, COLUMN_KIND, "restored");
  const char *body = ruhu_statement_get_text (row, COLUMN_BODY);
  const char *reason = ruhu_statement_get_text (row, COLUMN_REASON);
  const char *detail = ruhu_statement_get_text (row, COLUMN_DETAIL);
  gsize length;
  const void *stored = ruhu_statement_get_blob (row, COLUMN_HASH, &length);

  if (!follows || ruhu_statement_get_integer (row, COLUMN_POSITION) != position)
    return damaged (job->last + 1, _ ("an entry is missing"), error);
  /* In a damaged file nothing keeps a column from being NULL; and text that became a BLOB reads the same, but is found no more. */
  if (ruhu_statement_get_integer (row, COLUMN_TYPED) == 0)
    return damaged (position, _ ("its columns are not what its text says"), error);
  ruhu_chain_hash (hash, ruhu_statement_get_text (row, COLUMN_KIND), body, strlen (body), reason, detail != NULL ? detail : "");
  if (length != RUHU_HASH_LENGTH || memcmp (hash, stored, RUHU_HASH_LENGTH) != 0)
    return damaged (position, _ ("its hash is another one"), error);
  if (!check_columns (job, row, position, error))
    return FALSE;
  job->last = position;
  job->n++;
  return TRUE;
}

static gboolean
check_chain (Verify *job, GError **error)
{
  guint8 hash[RUHU_HASH_LENGTH] = { 0 };
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query = ruhu_database_query (job->ledger->database, WALK, error, "");

  if (query == NULL)
    return FALSE;
  while (ruhu_statement_next (query, &local))
    if (!check_entry (job, query, hash, error))
      return FALSE;
  return ruhu_check_end (&local, error);
}

static gboolean
replay_change (Verify *job, RuhuStatement *row, gint64 position, GError **error)
{
  const char *body = ruhu_statement_get_text (row, COLUMN_BODY);
  g_autoptr (RuhuChange) change = ruhu_change_parse (body, strlen (body), error);
  g_autoptr (RuhuJson) fields = NULL;
  RuhuDatabase *copy = ruhu_store_get_database (job->copy);
  RuhuCatalogue *catalogue = ruhu_store_get_catalogue (job->copy);
  gint64 n;

  if (change == NULL || !check_late (job, row, change, body, &fields, error) ||
      !ruhu_store_append (job->copy, change, body, (gssize) strlen (body), "change", position, &n, error))
    return FALSE;
  if (fields != NULL ? !ruhu_heads_apply_fields (copy, catalogue, change, n, position, fields, error)
                     : !ruhu_heads_apply (copy, catalogue, change, n, position, NULL, NULL, error))
    return FALSE;
  return !ruhu_store_change_extends (change) || ruhu_store_refresh_catalogue (job->copy, NULL, error);
}

/* Applies one entry to the copy. What was not taken, and what only says that positions are missing, does nothing. */
static gboolean
replay (Verify *job, RuhuStatement *row, GError **error)
{
  RuhuDatabase *copy = ruhu_store_get_database (job->copy);
  gint64 position = ruhu_statement_get_integer (row, COLUMN_N);
  const char *sql = "UPDATE granted SET until = ?3 WHERE device = ?1 AND scope = ?2 AND until IS NULL";

  if (is_text (row, COLUMN_KIND, "change"))
    return replay_change (job, row, position, error);
  if (!is_text (row, COLUMN_KIND, "scope"))
    return TRUE;
  if (is_grant (row))
    sql = "INSERT INTO granted (device, scope, since) VALUES (?1, ?2, ?3)";
  return ruhu_database_run (copy, sql, error, "ssi", ruhu_statement_get_text (row, COLUMN_DEVICE), ruhu_statement_get_text (row, COLUMN_SCOPE), position);
}

static gboolean
walk (RuhuDatabase *copy, gpointer data, GError **error)
{
  Verify *job = data;
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query = ruhu_database_query (job->ledger->database, WALK, error, "");

  if (query == NULL)
    return FALSE;
  while (ruhu_statement_next (query, &local))
    if (!replay (job, query, error))
      return FALSE;
  return ruhu_check_end (&local, error);
}

/* A change that waited, and the office's decision, but nothing that followed from it. */
#define UNFOLLOWED                                                                                                                                                                      \
  "SELECT 1 FROM r_decision AS r JOIN log AS q ON q.device = r.device AND q.seq = r.seq AND q.kind = 'quarantined' AND q.scope = r.scope WHERE r.deleted = 0 AND r.accept IS NOT NULL " \
  "AND NOT EXISTS (SELECT 1 FROM log AS f WHERE f.device = q.device AND f.seq = q.seq AND f.kind IN ('change', 'refused')) LIMIT 1"

/* An entry that is missing at the end leaves the chain whole: what else knows of it is asked. */
static gboolean
check_end_of_log (Verify *job, GError **error)
{
  RuhuDatabase *database = job->ledger->database;
  g_autofree char *restored = NULL;
  gint64 found, decided = 0;

  if (ruhu_catalogue_get_record (ruhu_store_get_catalogue (job->ledger->store), RUHU_TYPE_DECISION) != NULL &&
      !ruhu_database_get_integer (database, UNFOLLOWED, 0, &decided, error, ""))
    return FALSE;
  if (decided != 0)
    return damaged (job->last + 1, _ ("an entry is missing"), error);

  if (!ruhu_database_get_integer (database,
                                  "SELECT 1 FROM device d WHERE last_seq <> (SELECT coalesce (max (seq), 0) FROM log WHERE device = d.id) LIMIT 1", 0, &found,
                                  error, "") ||
      !ruhu_database_get_text (database, "SELECT value FROM meta WHERE key = 'restored'", &restored, error, ""))
    return FALSE;
  return (found == 0 && g_strcmp0 (restored, job->restored) == 0) || damaged (job->last + 1, _ ("an entry is missing"), error);
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
      !compare (job->ledger->database, copy, "SELECT record, type, field, scope FROM conflict ORDER BY record, type, field", "conflict", error) ||
      !compare (job->ledger->database, copy, "SELECT device, scope, since, until FROM granted ORDER BY device, scope, since", "granted", error))
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
  RuhuStoreOptions options = { .path = ":memory:", .flags = RUHU_DATABASE_CREATE, .catalogue = ruhu_store_get_base_catalogue (job->ledger->store) };

  /* The chain first: it names the place. */
  if (!check_chain (job, error) || !check_end_of_log (job, error) || !ruhu_database_check (database, error))
    return FALSE;
  job->copy = ruhu_store_open (&options, error);
  return job->copy != NULL && ruhu_database_transaction (ruhu_store_get_database (job->copy), walk, job, error) && compare_tables (job, error);
}

gboolean
ruhu_ledger_verify (RuhuLedger *self, gint64 *n, GError **error)
{
  Verify job = { .ledger = self };
  gboolean ok = ruhu_database_read (self->database, verify, &job, error);

  g_clear_pointer (&job.copy, ruhu_store_close);
  g_free (job.restored);
  if (!ok)
    return FALSE;
  *n = job.n;
  return TRUE;
}
