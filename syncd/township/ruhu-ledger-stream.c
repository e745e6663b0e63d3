/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a device is told. Lines are put together around the change's stored bytes; nothing is parsed here. */
#define G_LOG_DOMAIN "ruhu-ledger"

#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-ledger-private.h"
#include "ruhu-store-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* A page ends after so many log entries even when none was for this device, so that one request is bounded work. */
#define MAX_SCAN 50000

/* A device's grants, as the stream needs them. */
typedef struct
{
  GHashTable *current; /* scopes held now */
  gboolean everything; /* "*" held now */
  gboolean quarantine; /* what waits for the office */
} Grants;

static void
grants_clear (Grants *self)
{
  g_clear_pointer (&self->current, g_hash_table_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Grants, grants_clear)

static gboolean
load_grants (RuhuLedger *self, const char *device, Grants *grants, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query = ruhu_database_query (self->database, "SELECT scope FROM granted WHERE device = ?1 AND until IS NULL", error, "s", device);

  grants->current = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (query == NULL)
    return FALSE;
  while (ruhu_statement_next (query, &local))
    g_hash_table_add (grants->current, g_strdup (ruhu_statement_get_text (query, 0)));
  grants->everything = g_hash_table_contains (grants->current, RUHU_SCOPE_ALL);
  grants->quarantine = g_hash_table_contains (grants->current, RUHU_SCOPE_QUARANTINE);
  return ruhu_check_end (&local, error);
}

static gboolean
grants_allow (const Grants *self, const char *scope)
{
  return self->everything || g_hash_table_contains (self->current, scope);
}

static void
append_text (GString *out, const char *text)
{
  g_autoptr (RuhuJson) string = json_object_new_string (text != NULL ? text : "");

  g_string_append (out, json_object_to_json_string_ext (string, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}

/* What the laptop may still hold at @after but may not have now: it has to go before the laptop counts as having seen what is kept from it. */
static gboolean
append_early_revocations (RuhuLedger *self, const char *device, gint64 after, const Grants *grants, GString *out, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query =
      ruhu_database_query (self->database, "SELECT DISTINCT scope FROM granted WHERE device = ?1 AND since <= ?2 AND until > ?2 ORDER BY scope", error, "si",
                           device, after);

  if (query == NULL)
    return FALSE;
  while (ruhu_statement_next (query, &local))
    {
      const char *scope = ruhu_statement_get_text (query, 0);

      if (g_hash_table_contains (grants->current, scope))
        continue;
      g_string_append_printf (out, "{\"position\":%" G_GINT64_FORMAT ",\"revoke\":", after);
      append_text (out, scope);
      g_string_append (out, "}\n");
    }
  return ruhu_check_end (&local, error);
}

/* Columns of the scan. */
enum
{
  COLUMN_N,
  COLUMN_KIND,
  COLUMN_DEVICE,
  COLUMN_SEQ,
  COLUMN_SCOPE,
  COLUMN_BODY,
  COLUMN_REASON,
  COLUMN_DETAIL,
};

#define SCAN "SELECT n, kind, device, seq, scope, body, reason, detail FROM log WHERE n > ?1 ORDER BY n LIMIT ?2"

static gboolean
is_current_grant (RuhuLedger *self, const char *device, const char *scope, gint64 position, gboolean *current, GError **error)
{
  gint64 found;

  if (!ruhu_database_get_integer (self->database, "SELECT 1 FROM granted WHERE device = ?1 AND scope = ?2 AND since = ?3 AND until IS NULL", 0, &found, error,
                                  "ssi", device, scope, position))
    return FALSE;
  *current = found != 0;
  return TRUE;
}

static gboolean
append_scope_line (RuhuLedger *self, const char *device, RuhuStatement *row, const Grants *grants, GString *out, GError **error)
{
  gint64 position = ruhu_statement_get_integer (row, COLUMN_N);
  const char *scope = ruhu_statement_get_text (row, COLUMN_SCOPE);
  gboolean grant = g_str_has_prefix (ruhu_statement_get_text (row, COLUMN_BODY), "{\"grant\"");
  gboolean current;

  /* A grant that was taken again later on is not worth its backfill; a revocation of what is not held now was told at the beginning. */
  if (!g_hash_table_contains (grants->current, scope))
    return TRUE;
  if (grant && !is_current_grant (self, device, scope, position, &current, error))
    return FALSE;
  if (grant && !current)
    return TRUE;
  g_string_append_printf (out, "{\"position\":%" G_GINT64_FORMAT ",\"%s\":", position, grant ? "grant" : "revoke");
  append_text (out, scope);
  g_string_append (out, "}\n");
  return TRUE;
}

/* ,"refused":{"code":…,"detail":…} */
static void
append_why (const char *name, const char *code, const char *detail, GString *out)
{
  g_string_append_printf (out, ",\"%s\":{\"code\":", name);
  append_text (out, code);
  g_string_append (out, ",\"detail\":");
  append_text (out, detail);
  g_string_append_c (out, '}');
}

static void
append_echo (RuhuStatement *row, GString *out)
{
  g_autofree char *sum = ruhu_change_sum (ruhu_statement_get_text (row, COLUMN_BODY), -1);

  g_string_append_printf (out, "{\"position\":%" G_GINT64_FORMAT ",\"echo\":%" G_GINT64_FORMAT ",\"sum\":\"%s\"", ruhu_statement_get_integer (row, COLUMN_N),
                          ruhu_statement_get_integer (row, COLUMN_SEQ), sum);
  if (!ruhu_statement_is_null (row, COLUMN_REASON))
    append_why (ruhu_statement_get_text (row, COLUMN_KIND), ruhu_statement_get_text (row, COLUMN_REASON), ruhu_statement_get_text (row, COLUMN_DETAIL), out);
  /* Let in late: where its author's laptop has lost it meanwhile, it knows by this what to fetch anew. */
  else if (!ruhu_statement_is_null (row, COLUMN_DETAIL))
    {
      g_string_append (out, ",\"scope\":");
      append_text (out, ruhu_statement_get_text (row, COLUMN_SCOPE));
    }
  g_string_append (out, "}\n");
}

static void
append_change (RuhuStatement *row, GString *out)
{
  g_string_append_printf (out, "{\"position\":%" G_GINT64_FORMAT, ruhu_statement_get_integer (row, COLUMN_N));
  if (!ruhu_statement_is_null (row, COLUMN_REASON))
    append_why (ruhu_statement_get_text (row, COLUMN_KIND), ruhu_statement_get_text (row, COLUMN_REASON), ruhu_statement_get_text (row, COLUMN_DETAIL), out);
  else if (!ruhu_statement_is_null (row, COLUMN_DETAIL))
    g_string_append_printf (out, ",\"heads\":%s", ruhu_statement_get_text (row, COLUMN_DETAIL));
  g_string_append_printf (out, ",\"change\":%s}\n", ruhu_statement_get_text (row, COLUMN_BODY));
}

/* What kind of line an entry makes for a device. */
typedef enum
{
  LINE_NONE,
  LINE_SCOPE,
  LINE_ECHO,
  LINE_CHANGE,
} LineKind;

static LineKind
line_kind (RuhuStatement *row, const char *device, const Grants *grants)
{
  const char *kind = ruhu_statement_get_text (row, COLUMN_KIND);
  gboolean own = strcmp (ruhu_statement_get_text (row, COLUMN_DEVICE), device) == 0;

  if (strcmp (kind, "scope") == 0)
    return own ? LINE_SCOPE : LINE_NONE;
  if (own)
    return LINE_ECHO;
  if (strcmp (kind, "quarantined") == 0)
    return grants->quarantine ? LINE_CHANGE : LINE_NONE;
  return strcmp (kind, "change") == 0 && grants_allow (grants, ruhu_statement_get_text (row, COLUMN_SCOPE)) ? LINE_CHANGE : LINE_NONE;
}

static gboolean
append_line (RuhuLedger *self, const char *device, RuhuStatement *row, const Grants *grants, GString *out, GError **error)
{
  switch (line_kind (row, device, grants))
    {
    case LINE_NONE:
      return TRUE;
    case LINE_SCOPE:
      return append_scope_line (self, device, row, grants, out, error);
    case LINE_ECHO:
      append_echo (row, out);
      return TRUE;
    case LINE_CHANGE:
      append_change (row, out);
      return TRUE;
    default:
      g_assert_not_reached ();
    }
}

typedef struct
{
  RuhuLedger *ledger;
  const char *device;
  gint64 after;
  const char *hash;
  gsize max_bytes;
  GString *out;
} Stream;

static gboolean
check_history (Stream *job, GError **error)
{
  gboolean common;

  if (!ruhu_ledger_is_common (job->ledger, job->after, job->hash, &common, error))
    return FALSE;
  if (common)
    return TRUE;
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_REWRITTEN, _ ("The township's history is not the one that this laptop saw."));
  return FALSE;
}

static gboolean
stream (RuhuDatabase *database, gpointer data, GError **error)
{
  Stream *job = data;
  g_auto (Grants) grants = { 0 };
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query = NULL;
  g_autofree char *hash = NULL;
  RuhuChainEnd end;
  gint64 until = job->after;
  gboolean drafts;
  gsize start;

  g_string_truncate (job->out, 0);
  if (!ruhu_ledger_load_end (job->ledger, &end, error) || !check_history (job, error) ||
      !load_grants (job->ledger, job->device, &grants, error) ||
      !append_early_revocations (job->ledger, job->device, job->after, &grants, job->out, error))
    return FALSE;
  query = ruhu_database_query (database, SCAN, error, "ii", job->after, (gint64) MAX_SCAN);
  if (query == NULL)
    return FALSE;
  /* However much had to be revoked first: a page that brings nobody further would be asked for for ever. */
  start = job->out->len;
  while (job->out->len - start < job->max_bytes && ruhu_statement_next (query, &local))
    {
      if (!append_line (job->ledger, job->device, query, &grants, job->out, error))
        return FALSE;
      until = ruhu_statement_get_integer (query, COLUMN_N);
    }
  if (!ruhu_check_end (&local, error))
    return FALSE;
  hash = ruhu_ledger_get_hash (job->ledger, until, error);
  if (hash == NULL || !ruhu_ledger_has_drafts (job->ledger, job->device, &drafts, error))
    return FALSE;
  g_string_append_printf (job->out, "{\"until\":%" G_GINT64_FORMAT ",\"hash\":\"%s\",\"head\":%" G_GINT64_FORMAT "%s}\n", until, hash, end.position,
                          drafts ? ",\"drafts\":true" : "");
  return TRUE;
}

gboolean
ruhu_ledger_stream (RuhuLedger *self, const char *device, gint64 after, const char *hash, gsize max_bytes, GString *out, GError **error)
{
  Stream job = { self, device, after, hash, MAX (max_bytes, 1), out };

  g_return_val_if_fail (self != NULL && device != NULL && out != NULL, FALSE);
  return ruhu_database_read (self->database, stream, &job, error);
}

typedef struct
{
  RuhuLedger *ledger;
  const char *device;
  gint64 after;
  gboolean news;
} News;

static gboolean
look_for_news (RuhuDatabase *database, gpointer data, GError **error)
{
  News *job = data;
  g_auto (Grants) grants = { 0 };
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query = NULL;
  gint64 taken;

  job->news = FALSE;
  if (!load_grants (job->ledger, job->device, &grants, error) ||
      !ruhu_database_get_integer (database, "SELECT 1 FROM granted WHERE device = ?1 AND until > ?2 LIMIT 1", 0, &taken, error, "si", job->device,
                                  job->after))
    return FALSE;
  if (taken != 0)
    {
      job->news = TRUE;
      return TRUE;
    }
  query = ruhu_database_query (database, SCAN, error, "ii", job->after, (gint64) MAX_SCAN);
  if (query == NULL)
    return FALSE;
  while (!job->news && ruhu_statement_next (query, &local))
    job->news = line_kind (query, job->device, &grants) != LINE_NONE;
  return ruhu_check_end (&local, error);
}

gboolean
ruhu_ledger_has_news (RuhuLedger *self, const char *device, gint64 after, gboolean *news, GError **error)
{
  News job = { self, device, after, FALSE };

  if (!ruhu_database_read (self->database, look_for_news, &job, error))
    return FALSE;
  *news = job.news;
  return TRUE;
}

/* Backfill. The cookie is "<n> <scope>": where in the order of (scope, n) the next page starts. */

typedef struct
{
  RuhuLedger *ledger;
  const char *device;
  const char *scope;
  gint64 at;
  const char *cookie;
  gsize max_bytes;
  GString *out;
} Backfill;

/* Heads lie by scope and are put in order within it: without the bodies, which are looked up one by one. */
#define HEADS_OF_SCOPE                                    \
  "SELECT change, scope, type, record, fields FROM head " \
  "WHERE scope = ?1 AND change > ?2 AND change <= ?3 ORDER BY scope, change, type, record"
#define HEADS_OF_ALL                                      \
  "SELECT change, scope, type, record, fields FROM head " \
  "WHERE (scope, change) > (?1, ?2) AND change <= ?3 ORDER BY scope, change, type, record"

static gboolean
parse_cookie (const char *cookie, gint64 *n, const char **scope, GError **error)
{
  char *rest = NULL;

  *n = g_ascii_strtoll (cookie, &rest, 10);
  if (rest != cookie && *rest == ' ' && rest[1] != '\0' && *n >= 0)
    {
      *scope = rest + 1;
      return TRUE;
    }
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("The place to go on with is not one that this township gave."));
  return FALSE;
}

static RuhuStatement *
query_heads (Backfill *job, GError **error)
{
  gboolean all = strcmp (job->scope, RUHU_SCOPE_ALL) == 0;
  const char *scope = all ? "" : job->scope;
  gint64 n = 0;

  if (job->cookie != NULL && !parse_cookie (job->cookie, &n, &scope, error))
    return NULL;
  if (!all && strcmp (scope, job->scope) != 0)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("The place to go on with belongs to another scope."));
      return NULL;
    }
  return ruhu_database_query (job->ledger->database, all ? HEADS_OF_ALL : HEADS_OF_SCOPE, error, "sii", scope, n, job->at);
}

/* The lines of one change: its heads are rows that follow each other. */
typedef struct
{
  gint64 n;
  char *scope;
  char *body;
  json_object *heads;
} Line;

static void
line_clear (Line *self)
{
  g_clear_pointer (&self->scope, g_free);
  g_clear_pointer (&self->body, g_free);
  g_clear_pointer (&self->heads, json_object_put);
  self->n = 0;
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Line, line_clear)

static gboolean
line_start (Line *self, RuhuDatabase *database, RuhuStatement *row, GError **error)
{
  line_clear (self);
  self->n = ruhu_statement_get_integer (row, 0);
  self->scope = g_strdup (ruhu_statement_get_text (row, 1));
  self->heads = json_object_new_object ();
  return ruhu_database_get_text (database, "SELECT body FROM log WHERE n = ?1", &self->body, error, "i", self->n);
}

static void
line_add (Line *self, RuhuStatement *row)
{
  const char *type = ruhu_statement_get_text (row, 2);
  g_auto (GStrv) names = g_strsplit (ruhu_statement_get_text (row, 4), ",", -1);
  json_object *records = NULL;
  json_object *list = json_object_new_array ();

  if (!json_object_object_get_ex (self->heads, type, &records))
    {
      records = json_object_new_object ();
      json_object_object_add (self->heads, type, records);
    }
  for (guint i = 0; names[i] != NULL; i++)
    json_object_array_add (list, json_object_new_string (names[i]));
  json_object_object_add (records, ruhu_statement_get_text (row, 3), list);
}

static void
line_write (Line *self, GString *out)
{
  if (self->n == 0)
    return;
  g_string_append_printf (out, "{\"position\":%" G_GINT64_FORMAT ",\"heads\":%s,\"change\":%s}\n", self->n,
                          json_object_to_json_string_ext (self->heads, JSON_C_TO_STRING_PLAIN), self->body);
}

static gboolean
append_heads (Backfill *job, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query = query_heads (job, error);
  g_auto (Line) line = { 0 };

  if (query == NULL)
    return FALSE;
  while (ruhu_statement_next (query, &local))
    {
      if (ruhu_statement_get_integer (query, 0) != line.n)
        {
          line_write (&line, job->out);
          if (job->out->len >= job->max_bytes)
            {
              g_string_append_printf (job->out, "{\"next\":\"%" G_GINT64_FORMAT " %s\"}\n", line.n, line.scope);
              return TRUE;
            }
          if (!line_start (&line, job->ledger->database, query, error))
            return FALSE;
        }
      line_add (&line, query);
    }
  if (!ruhu_check_end (&local, error))
    return FALSE;
  line_write (&line, job->out);
  g_string_append (job->out, "{\"done\":true}\n");
  return TRUE;
}

/* What waits for the office, of other laptops. */
#define WAITING                                                                                                         \
  "SELECT n, kind, device, seq, scope, body, reason, detail FROM log WHERE kind = 'quarantined' AND n > ?1 AND n <= ?2" \
  " AND device <> ?3 AND NOT EXISTS (SELECT 1 FROM log AS d WHERE d.device = log.device AND d.seq = log.seq"            \
  " AND d.kind <> 'quarantined') ORDER BY n"

static gboolean
append_waiting (Backfill *job, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query = NULL;
  const char *scope;
  gint64 n = 0;

  if (job->cookie != NULL && !parse_cookie (job->cookie, &n, &scope, error))
    return FALSE;
  query = ruhu_database_query (job->ledger->database, WAITING, error, "iis", n, job->at, job->device);
  if (query == NULL)
    return FALSE;
  while (ruhu_statement_next (query, &local))
    {
      append_change (query, job->out);
      if (job->out->len < job->max_bytes)
        continue;
      g_string_append_printf (job->out, "{\"next\":\"%" G_GINT64_FORMAT " %s\"}\n", ruhu_statement_get_integer (query, COLUMN_N), RUHU_SCOPE_QUARANTINE);
      return TRUE;
    }
  if (!ruhu_check_end (&local, error))
    return FALSE;
  g_string_append (job->out, "{\"done\":true}\n");
  return TRUE;
}

static gboolean
backfill (RuhuDatabase *database, gpointer data, GError **error)
{
  Backfill *job = data;
  gboolean has;

  g_string_truncate (job->out, 0);
  if (!ruhu_ledger_has_scope (job->ledger, job->device, job->scope, &has, error))
    return FALSE;
  if (has && strcmp (job->scope, RUHU_SCOPE_QUARANTINE) == 0)
    return append_waiting (job, error);
  if (has)
    return append_heads (job, error);
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_FORBIDDEN, _ ("This is not assigned to this laptop's user."));
  return FALSE;
}

gboolean
ruhu_ledger_backfill (RuhuLedger *self,
                      const char *device,
                      const char *scope,
                      gint64 at,
                      const char *cookie,
                      gsize max_bytes,
                      GString *out,
                      GError **error)
{
  Backfill job = { self, device, scope, at, cookie, MAX (max_bytes, 1), out };

  g_return_val_if_fail (self != NULL && device != NULL && scope != NULL && out != NULL, FALSE);
  return ruhu_database_read (self->database, backfill, &job, error);
}
