/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A backfill: the heads of one scope at one position, page by page, into an empty scope; then the outbox on top. The scope counts as held only at the end, so that nobody
 * sees or edits half a household. */
#define G_LOG_DOMAIN "ruhu-replica"

#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-heads.h"
#include "ruhu-replica-private.h"
#include "ruhu-store-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

gboolean
ruhu_replica_get_backfill (RuhuReplica *self, char **scope, gint64 *position, char **cookie, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *pending = ruhu_store_get_meta (self->store, "backfill_scope", &local);
  g_autofree char *next = NULL;

  if (!ruhu_check_end (&local, error) || !ruhu_store_get_number (self->store, "backfill_position", 0, position, error))
    return FALSE;
  if (cookie != NULL)
    {
      next = ruhu_store_get_meta (self->store, "backfill_cookie", &local);
      if (!ruhu_check_end (&local, error))
        return FALSE;
      *cookie = g_steal_pointer (&next);
    }
  *scope = g_steal_pointer (&pending);
  return TRUE;
}

typedef struct
{
  RuhuReplica *replica;
  const RuhuBackfillEntry *entries;
  gsize n;
  const char *cookie;
  gboolean refused;
} Page;

static gboolean
install (RuhuReplica *self, const char *scope, const RuhuBackfillEntry *entry, GError **error)
{
  g_autoptr (RuhuChange) change = ruhu_change_parse (entry->change, entry->change_length, error);
  gint64 n;

  if (change == NULL)
    return FALSE;
  if (entry->reason != NULL)
    return ruhu_replica_quarantine (self, entry->change, entry->change_length, entry->position, entry->reason, entry->detail, error);
  if (strcmp (scope, RUHU_SCOPE_ALL) != 0 && strcmp (scope, change->scope) != 0)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_PROTOCOL, _ ("The township sent a household that was not asked for."));
      return FALSE;
    }
  return ruhu_replica_log (self, change, entry->change, entry->change_length, entry->position, &n, error) &&
         ruhu_heads_install (self->database, ruhu_store_get_catalogue (self->store), change->scope, n, entry->fields, error);
}

/* The own changes that the township had not confirmed at this place of the stream. */
static gboolean
replay_outbox (RuhuReplica *self, const char *scope, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query =
      ruhu_database_query (self->database,
                           "SELECT n, body FROM log WHERE device = ?1 AND position IS NULL AND kind = 'change' AND (scope = ?2 OR ?2 = '*') ORDER BY seq",
                           error, "ss", self->device, scope);

  if (query == NULL)
    return FALSE;
  while (ruhu_statement_next (query, &local))
    {
      const char *body = ruhu_statement_get_text (query, 1);
      g_autoptr (RuhuChange) change = ruhu_change_parse (body, strlen (body), error);

      gboolean hold = FALSE;

      if (change == NULL || !ruhu_replica_must_hold_back (self, change, &hold, error))
        return FALSE;
      if (hold)
        {
          if (!ruhu_replica_hold_back (self, ruhu_statement_get_integer (query, 0), error))
            return FALSE;
          continue;
        }
      if (!ruhu_heads_apply (self->database, ruhu_store_get_catalogue (self->store), change, ruhu_statement_get_integer (query, 0), 0, error))
        return FALSE;
    }
  return ruhu_check_end (&local, error);
}

gboolean
ruhu_replica_clear_backfill (RuhuReplica *self, GError **error)
{
  return ruhu_store_unset_meta (self->store, "backfill_scope", error) && ruhu_store_unset_meta (self->store, "backfill_position", error) &&
         ruhu_store_unset_meta (self->store, "backfill_cookie", error);
}

static gboolean
clear_backfill (RuhuReplica *self, gint64 position, GError **error)
{
  return ruhu_replica_clear_backfill (self, error) && ruhu_replica_move_cursor (self, position, error) && ruhu_replica_drop_witness (self, error) &&
         ruhu_replica_begin_next (self, position, error);
}

/* Under "*" a household that is backfilled alone (to undo a refused change) needs no row of its own. */
static gboolean
finish (RuhuReplica *self, const char *scope, gint64 position, GError **error)
{
  const char *one = strcmp (scope, RUHU_SCOPE_ALL) == 0 ? NULL : scope;

  if (strcmp (scope, RUHU_SCOPE_QUARANTINE) == 0)
    return clear_backfill (self, position, error);
  return ruhu_heads_rebuild_all (self->database, ruhu_store_get_catalogue (self->store), NULL, one, error) &&
         ruhu_database_run (self->database,
                            "INSERT INTO scope (scope, since) SELECT ?1, ?2 WHERE NOT EXISTS (SELECT 1 FROM scope WHERE scope = '*') "
                            "ON CONFLICT (scope) DO UPDATE SET since = excluded.since",
                            error, "si", scope, position) &&
         replay_outbox (self, scope, error) && clear_backfill (self, position, error);
}

static gboolean
take_page (RuhuDatabase *database, gpointer data, GError **error)
{
  Page *job = data;
  RuhuReplica *self = job->replica;
  g_autofree char *scope = NULL;
  gint64 position;

  if (!ruhu_replica_get_backfill (self, &scope, &position, NULL, error))
    return FALSE;
  if (scope == NULL)
    return TRUE;
  if (job->refused)
    return ruhu_replica_forget (self, scope, error) &&
           ruhu_store_set_meta (self->store, "scrub", "1", error) && clear_backfill (self, position, error);
  for (gsize i = 0; i < job->n; i++)
    if (!install (self, scope, &job->entries[i], error))
      return FALSE;
  if (!ruhu_replica_keep_latest (self, error))
    return FALSE;
  if (job->cookie != NULL)
    return ruhu_store_set_meta (self->store, "backfill_cookie", job->cookie, error);
  return finish (self, scope, position, error);
}

gboolean
ruhu_replica_backfill (RuhuReplica *self, const RuhuBackfillEntry *entries, gsize n, const char *cookie, GError **error)
{
  Page job = { .replica = self, .entries = entries, .n = n, .cookie = cookie };

  return ruhu_replica_load_device (self, error) && ruhu_store_refresh_catalogue (self->store, NULL, error) &&
         ruhu_database_transaction (self->database, take_page, &job, error) && (cookie != NULL || ruhu_replica_settle (self, error));
}

gboolean
ruhu_replica_refuse_backfill (RuhuReplica *self, GError **error)
{
  Page job = { .replica = self, .refused = TRUE };

  return ruhu_replica_load_device (self, error) && ruhu_database_transaction (self->database, take_page, &job, error) &&
         ruhu_replica_settle (self, error);
}
