/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-syncd"

#include "config.h"

#include "ruhu-rebuild.h"

#include "ruhu-answer.h"
#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-exchange.h"
#include "ruhu-replacement.h"
#include "ruhu-salvage.h"
#include "ruhu-store-private.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

/* What SQLite does not see: text in its place that is no change any more. What waits here is told apart where it is sent, and is shown to whoever recorded it. */
static gboolean
check_bodies (RuhuDatabase *database, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query =
      ruhu_database_query (database, "SELECT n, body FROM log WHERE kind IN ('change', 'quarantined') AND (position IS NOT NULL OR kind <> 'change')", error, "");

  if (query == NULL)
    return FALSE;
  while (ruhu_statement_next (query, &local))
    {
      const char *body = ruhu_statement_get_text (query, 1);
      g_autoptr (RuhuChange) change = ruhu_change_parse (body, strlen (body), NULL);

      if (change != NULL)
        continue;
      g_set_error (error, RUHU_ERROR, RUHU_ERROR_CORRUPT, _ ("Change %lld in the log is damaged."), (long long) ruhu_statement_get_integer (query, 0));
      return FALSE;
    }
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

gboolean
ruhu_rebuild_check (RuhuDatabase *database, GError **error)
{
  return ruhu_database_check (database, error) && check_bodies (database, error);
}

gboolean
ruhu_rebuild_is_needed (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuDatabase) database = NULL;
  GStatBuf status;

  if (g_stat (path, &status) != 0 ? errno == ENOENT : status.st_size == 0)
    return TRUE;
  database = ruhu_database_open (path, RUHU_DATABASE_DEFAULT, &error);
  return !(database != NULL && ruhu_rebuild_check (database, &error)) && g_error_matches (error, RUHU_ERROR, RUHU_ERROR_CORRUPT);
}

static RuhuMeAnswer *
ask_who (RuhuHttp *http, const RuhuCredentials *credentials, GError **error)
{
  RuhuHttpRequest request = { .target = "/v1/me", .accept = "application/json" };
  g_autoptr (GBytes) received = ruhu_http_send (http, &request, error);
  g_autoptr (RuhuMeAnswer) answer = received != NULL ? ruhu_me_answer_parse (g_bytes_get_data (received, NULL), g_bytes_get_size (received), error) : NULL;

  if (answer == NULL || strcmp (answer->device, credentials->device) == 0)
    return g_steal_pointer (&answer);
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_PROTOCOL, _ ("The township takes this laptop for another one."));
  return NULL;
}

/* What the township has comes from there; only what waits or was refused has to be here. */
static gboolean
drop_confirmed (RuhuStore *store, GError **error)
{
  return ruhu_database_execute (ruhu_store_get_database (store), "DELETE FROM log WHERE kind = 'change' AND position IS NOT NULL", error);
}

static gboolean
leave_notice (RuhuStore *store, const RuhuSalvage *salvage, GError **error)
{
  g_autoptr (RuhuJson) counts = json_object_new_object ();
  gint64 waiting = 0, refused = 0;

  if (!ruhu_store_count_outbox (store, &waiting, &refused, error))
    return FALSE;
  json_object_object_add (counts, "changes", json_object_new_int64 (waiting));
  json_object_object_add (counts, "drafts", json_object_new_int64 (salvage->drafts->len));
  json_object_object_add (counts, "whole", json_object_new_int (salvage->whole));
  g_message ("The damaged database is made anew: %" G_GINT64_FORMAT " unsent changes and %u drafts were read%s", waiting, salvage->drafts->len,
             salvage->whole ? "" : ", other parts could not be");
  return ruhu_store_add_notice (store, "rebuilt", counts, error);
}

/* The new store, and what the township has said. */
typedef struct
{
  /* Borrowed. */
  const char *path;
  const char *device;
  /* Owned. */
  RuhuStore *store;
  RuhuReplica *replica;
  RuhuExchange *exchange;
  RuhuStandingAnswer *answer;
  GError *error; /* why it did not come to an end */
  /* Values. */
  gboolean tried;
} Making;

static void
making_close (Making *self)
{
  g_clear_pointer (&self->exchange, ruhu_exchange_free);
  g_clear_pointer (&self->replica, ruhu_replica_free);
  g_clear_pointer (&self->store, ruhu_store_close);
}

static void
making_clear (Making *self)
{
  making_close (self);
  g_clear_pointer (&self->answer, ruhu_standing_answer_free);
  g_clear_error (&self->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Making, making_clear)

/* All that needs the township. Meanwhile the app may go on saving into the old file. */
static gboolean
ask (Making *self, const char *fresh, const RuhuCredentials *credentials, RuhuHttp *http, GError **error)
{
  g_autoptr (RuhuMeAnswer) me = ask_who (http, credentials, error);
  RuhuStoreOptions options = { .path = fresh, .flags = RUHU_DATABASE_CREATE };

  if (me == NULL)
    return FALSE;
  self->store = ruhu_store_open (&options, error);
  if (self->store == NULL)
    return FALSE;
  self->replica = ruhu_replica_new (self->store);
  self->exchange = ruhu_exchange_new (self->store, self->replica, http, NULL, NULL);
  if (!ruhu_replica_enrol (self->replica, me->device, me->user, me->role, me->township, 0, error) || !ruhu_exchange_correct_clock (self->store, self->replica, http, error) ||
      !ruhu_store_set_meta (self->store, "server", credentials->server, error) || !ruhu_store_set_meta (self->store, "server_pin", credentials->pin, error))
    return FALSE;
  self->answer = ruhu_exchange_ask_standing (self->exchange, error);
  return self->answer != NULL;
}

/* All that has to be of one moment: what can be read of the old file, and that nothing is saved there any more. */
static gboolean
take_over (Making *self, GError **error)
{
  g_autoptr (RuhuSalvage) salvage = ruhu_salvage_read (self->path, self->device);

  if (!ruhu_salvage_put (salvage, self->store, error) || !ruhu_exchange_start_anew (self->exchange, self->answer, error) || !drop_confirmed (self->store, error) ||
      !leave_notice (self->store, salvage, error) || !ruhu_database_checkpoint (ruhu_store_get_database (self->store), error))
    return FALSE;
  making_close (self);
  return ruhu_replacement_commit (self->path, error);
}

/* Under the old file's writer's lock. Nothing is written there, so nothing is left to be done again. */
static gboolean
take_over_locked (RuhuDatabase *old, gpointer data, GError **error)
{
  Making *self = data;

  (void) old;
  (void) error;
  self->tried = TRUE;
  (void) (take_over (self, &self->error) && ruhu_replacement_finish (self->path, &self->error));
  return TRUE;
}

/* A file that cannot be opened, nobody else can open either; but the app may have had it open before, and saves there as before. */
static gboolean
replace (Making *self, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuDatabase) old = ruhu_database_open (self->path, RUHU_DATABASE_DEFAULT, NULL);
  g_auto (RuhuFd) lock = -1;

  if (old != NULL && !ruhu_database_transaction (old, take_over_locked, self, &local) && !self->tried && g_error_matches (local, RUHU_ERROR, RUHU_ERROR_BUSY))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (!self->tried && !ruhu_replacement_lock (self->path, &lock, error))
    return FALSE;
  if (!self->tried)
    (void) take_over_locked (NULL, self, NULL);
  if (self->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&self->error));
  return FALSE;
}

gboolean
ruhu_rebuild_is_lost (const char *directory, const char *name, const RuhuCredentials *credentials, GError **error)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);
  GStatBuf status;
  gboolean there = g_stat (path, &status) == 0;

  if (credentials->code != NULL || (there && status.st_size > 0) || (!there && errno != ENOENT))
    return FALSE;
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_CORRUPT, there ? _ ("The database file is empty.") : _ ("The database file is not there any more."));
  return TRUE;
}

gboolean
ruhu_rebuild (const char *path, const RuhuCredentials *credentials, RuhuHttp *http, const GError *failure, GError **error)
{
  g_autofree char *fresh = ruhu_replacement_dup_making (path);
  g_auto (Making) making = { .path = path, .device = credentials->device };
  g_autoptr (GError) local = NULL;

  g_return_val_if_fail (path != NULL && credentials != NULL && http != NULL, FALSE);
  /* Of one that was interrupted. */
  ruhu_replacement_drop (path);
  if (ask (&making, fresh, credentials, http, &local) && replace (&making, &local))
    return TRUE;
  making_close (&making);
  ruhu_replacement_drop (path);
  g_message ("The damaged database could not be made anew yet: %s", local->message);
  if (ruhu_error_is_transient (local) && !g_error_matches (local, RUHU_ERROR, RUHU_ERROR_PROTOCOL))
    g_propagate_error (error, g_steal_pointer (&local));
  else
    g_propagate_error (error, g_error_copy (failure));
  return FALSE;
}
