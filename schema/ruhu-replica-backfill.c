/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A backfill: the heads of one scope at one position, page by page, into an empty scope; then the rows that follow from them, and the outbox on top. The scope counts as held only at
 * the end, so that nobody edits half a household.
 *
 * The rows of "*" take as long as a county is large: they are made household by household, in transactions that are short enough for the app to save in between. Meanwhile:
 *
 *   backfill_from   the first scope whose rows are not made; what is interrupted goes on there, after the last page has come again
 *   backfill_shown  the position of what is on this laptop already, which the app has seen when it opens one of these households (ruhu_store_get_seen()) */
#define G_LOG_DOMAIN "ruhu-replica"

#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-heads.h"
#include "ruhu-replica-private.h"
#include "ruhu-store-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Between two slices: who wants to write looks for its turn every few ms. */
#define PAUSE_US 5000

#define NEXT_SCOPE "SELECT scope FROM head WHERE scope > ?1 ORDER BY scope LIMIT 1"

gboolean
ruhu_replica_get_backfill (RuhuReplica *self, char **scope, gint64 *position, char **cookie, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *pending = ruhu_store_get_meta (self->store, "backfill_scope", &local);
  g_autofree char *next = NULL;

  if (!ruhu_check_end (&local, error))
    return FALSE;
  *scope = NULL;
  *position = 0;
  if (cookie != NULL)
    *cookie = NULL;
  /* Mostly there is none, and that is asked with each page. */
  if (pending == NULL)
    return TRUE;
  if (!ruhu_store_get_number (self->store, "backfill_position", 0, position, error))
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
  gboolean builds; /* the last page of all: the rows follow */
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
                           "SELECT n, body, seq, body, hash FROM log WHERE device = ?1 AND position IS NULL AND kind = 'change' AND (scope = ?2 OR ?2 = '*') ORDER BY seq",
                           error, "ss", self->device, scope);

  if (query == NULL)
    return FALSE;
  while (ruhu_statement_next (query, &local))
    {
      const char *body = ruhu_statement_get_text (query, 1);
      g_autoptr (RuhuChange) change = NULL;
      gboolean hold = FALSE;

      /* What a disk has altered is put before its author when it would be sent; it is not what was saved. */
      if (!ruhu_replica_is_whole (query, 2))
        continue;
      change = ruhu_change_parse (body, strlen (body), error);
      if (change == NULL || !ruhu_replica_must_hold_back (self, change, &hold, error))
        return FALSE;
      if (hold)
        {
          if (!ruhu_replica_hold_back (self, ruhu_statement_get_integer (query, 0), error))
            return FALSE;
          continue;
        }
      if (!ruhu_heads_apply (self->database, ruhu_store_get_catalogue (self->store), change, ruhu_statement_get_integer (query, 0), 0, NULL, NULL, error))
        return FALSE;
    }
  return ruhu_check_end (&local, error);
}

gboolean
ruhu_replica_clear_backfill (RuhuReplica *self, GError **error)
{
  return ruhu_store_unset_meta (self->store, "backfill_scope", error) && ruhu_store_unset_meta (self->store, "backfill_position", error) &&
         ruhu_store_unset_meta (self->store, "backfill_cookie", error) && ruhu_store_unset_meta (self->store, "backfill_from", error) &&
         ruhu_store_unset_meta (self->store, "backfill_shown", error);
}

static gboolean
clear_backfill (RuhuReplica *self, gint64 position, GError **error)
{
  return ruhu_replica_clear_backfill (self, error) && ruhu_replica_move_cursor (self, position, error) && ruhu_replica_drop_witness (self, error) &&
         ruhu_replica_begin_next (self, position, error);
}

/* All rows are made. Under "*" a household that is backfilled alone (to undo a refused change) needs no row of its own. */
static gboolean
finish (RuhuReplica *self, const char *scope, gint64 position, GError **error)
{
  if (strcmp (scope, RUHU_SCOPE_QUARANTINE) == 0)
    return clear_backfill (self, position, error);
  return ruhu_database_run (self->database,
                            "INSERT INTO scope (scope, since) SELECT ?1, ?2 WHERE NOT EXISTS (SELECT 1 FROM scope WHERE scope = '*') "
                            "ON CONFLICT (scope) DO UPDATE SET since = excluded.since",
                            error, "si", scope, position) &&
         replay_outbox (self, scope, error) && clear_backfill (self, position, error);
}

/* Rows are to be made from the page's first household on: a page that came again may name less of it. */
static gboolean
begin_building (RuhuReplica *self, const Page *page, gint64 position, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *from = ruhu_store_get_meta (self->store, "backfill_from", &local);
  g_autoptr (RuhuChange) first = NULL;

  if (!ruhu_check_end (&local, error))
    return FALSE;
  for (gsize i = 0; i < page->n && first == NULL; i++)
    if (page->entries[i].reason == NULL && (first = ruhu_change_parse (page->entries[i].change, page->entries[i].change_length, error)) == NULL)
      return FALSE;
  if (from != NULL && first != NULL && strcmp (first->scope, from) < 0 && !ruhu_store_set_meta (self->store, "backfill_from", first->scope, error))
    return FALSE;
  return from != NULL ||
         (ruhu_store_set_meta (self->store, "backfill_from", "", error) && ruhu_store_set_number (self->store, "backfill_shown", position, error));
}

typedef struct
{
  RuhuReplica *replica;
  gboolean finished;
} Build;

/* Some households, then the mark of how far it is; at last what ends a backfill. */
static gboolean
build (RuhuDatabase *database, gpointer data, GError **error)
{
  Build *job = data;
  RuhuReplica *self = job->replica;
  g_autoptr (GError) local = NULL;
  g_autofree char *scope = ruhu_store_get_meta (self->store, "backfill_from", &local);
  gint64 start = g_get_monotonic_time (), position;

  if (!ruhu_check_end (&local, error) || !ruhu_store_get_number (self->store, "backfill_position", 0, &position, error))
    return FALSE;
  job->finished = scope == NULL;
  if (job->finished)
    return TRUE;
  do
    {
      g_autofree char *before = g_steal_pointer (&scope);

      if ((before[0] != '\0' && !ruhu_heads_rebuild_all (database, ruhu_store_get_catalogue (self->store), NULL, before, error)) ||
          !ruhu_database_get_text (database, NEXT_SCOPE, &scope, error, "s", before))
        return FALSE;
    }
  while (scope != NULL && g_get_monotonic_time () - start < self->slice);
  if (scope != NULL)
    return ruhu_store_set_meta (self->store, "backfill_from", scope, error);
  job->finished = TRUE;
  return finish (self, RUHU_SCOPE_ALL, position, error);
}

static gboolean
build_all (RuhuReplica *self, GError **error)
{
  Build job = { .replica = self };

  while (ruhu_database_transaction (self->database, build, &job, error))
    {
      if (job.finished)
        return TRUE;
      g_usleep (PAUSE_US);
    }
  return FALSE;
}

static gboolean
take_page (RuhuDatabase *database, gpointer data, GError **error)
{
  Page *job = data;
  RuhuReplica *self = job->replica;
  g_autofree char *scope = NULL;
  gint64 position;

  job->builds = FALSE;
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
  job->builds = strcmp (scope, RUHU_SCOPE_ALL) == 0;
  if (job->builds)
    return begin_building (self, job, position, error);
  return (strcmp (scope, RUHU_SCOPE_QUARANTINE) == 0 || ruhu_heads_rebuild_all (database, ruhu_store_get_catalogue (self->store), NULL, scope, error)) &&
         finish (self, scope, position, error);
}

gboolean
ruhu_replica_backfill (RuhuReplica *self, const RuhuBackfillEntry *entries, gsize n, const char *cookie, GError **error)
{
  Page job = { .replica = self, .entries = entries, .n = n, .cookie = cookie };

  return ruhu_replica_load_device (self, error) && ruhu_store_refresh_catalogue (self->store, NULL, error) &&
         ruhu_database_transaction (self->database, take_page, &job, error) && (!job.builds || build_all (self, error)) &&
         (cookie != NULL || ruhu_replica_settle (self, error));
}

gboolean
ruhu_replica_refuse_backfill (RuhuReplica *self, GError **error)
{
  Page job = { .replica = self, .refused = TRUE };

  return ruhu_replica_load_device (self, error) && ruhu_database_transaction (self->database, take_page, &job, error) &&
         ruhu_replica_settle (self, error);
}
