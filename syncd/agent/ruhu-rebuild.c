/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-syncd"

#include "config.h"

#include "ruhu-rebuild.h"

#include "ruhu-answer.h"
#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-exchange.h"
#include "ruhu-salvage.h"
#include "ruhu-store-private.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static const char *const suffixes[] = { "-wal", "-shm", "" };

static void
remove_files (const char *path)
{
  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *name = g_strconcat (path, suffixes[i], NULL);

      g_unlink (name);
    }
}

gboolean
ruhu_rebuild_is_needed (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuDatabase) database = NULL;
  GStatBuf status;

  if (g_stat (path, &status) == 0 && status.st_size == 0)
    return TRUE;
  database = ruhu_database_open (path, RUHU_DATABASE_DEFAULT, &error);
  return !(database != NULL && ruhu_database_check (database, &error)) && g_error_matches (error, RUHU_ERROR, RUHU_ERROR_CORRUPT);
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

static gboolean
fill (RuhuStore *store, const RuhuSalvage *salvage, const RuhuMeAnswer *me, const RuhuCredentials *credentials, RuhuHttp *http, GError **error)
{
  RuhuReplica *replica = ruhu_replica_new (store);
  RuhuExchange *exchange = ruhu_exchange_new (store, replica, http, NULL, NULL);
  gboolean ok = ruhu_replica_enrol (replica, me->device, me->user, me->role, me->township, 0, error) && ruhu_salvage_put (salvage, store, error) &&
                ruhu_exchange_correct_clock (store, replica, http, error) && ruhu_store_set_meta (store, "server", credentials->server, error) &&
                ruhu_store_set_meta (store, "server_pin", credentials->pin, error) && ruhu_exchange_start_anew (exchange, error) && drop_confirmed (store, error) &&
                leave_notice (store, salvage, error) && ruhu_database_checkpoint (ruhu_store_get_database (store), error);

  ruhu_exchange_free (exchange);
  ruhu_replica_free (replica);
  return ok;
}

static gboolean
make_new (const char *fresh, const char *path, const RuhuCredentials *credentials, RuhuHttp *http, GError **error)
{
  g_autoptr (RuhuMeAnswer) me = ask_who (http, credentials, error);
  RuhuStoreOptions options = { .path = fresh, .flags = RUHU_DATABASE_CREATE };
  g_autoptr (RuhuSalvage) salvage = NULL;
  g_autoptr (RuhuStore) store = NULL;

  if (me == NULL)
    return FALSE;
  salvage = ruhu_salvage_read (path, credentials->device);
  store = ruhu_store_open (&options, error);
  return store != NULL && fill (store, salvage, me, credentials, http, error);
}

/* The file has a second name before it loses its first: there is no moment without a database. */
static gboolean
exchange_files (const char *fresh, const char *path, GError **error)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *time = g_date_time_format (now, "%Y%m%dT%H%M%S.%f");
  g_autofree char *aside = g_strdup_printf ("%s.damaged-%s", path, time);

  if (link (path, aside) == 0)
    {
      for (gsize i = 0; i + 1 < G_N_ELEMENTS (suffixes); i++)
        {
          g_autofree char *from = g_strconcat (path, suffixes[i], NULL);
          g_autofree char *to = g_strconcat (aside, suffixes[i], NULL);

          if (g_rename (from, to) != 0 && errno != ENOENT)
            g_warning ("A file beside the damaged database could not be set aside: %s", g_strerror (errno));
        }
      if (g_rename (fresh, path) == 0)
        return TRUE;
    }
  g_set_error (error, RUHU_ERROR, RUHU_ERROR_FAILED, _ ("The damaged database could not be set aside: %s."), g_strerror (errno));
  return FALSE;
}

gboolean
ruhu_rebuild_is_lost (const char *directory, const char *name, const RuhuCredentials *credentials, GError **error)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);
  GStatBuf status;

  if (credentials->code != NULL || g_stat (path, &status) != 0 || status.st_size > 0)
    return FALSE;
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_CORRUPT, _ ("The database file is empty."));
  return TRUE;
}

gboolean
ruhu_rebuild (const char *path, const RuhuCredentials *credentials, RuhuHttp *http, const GError *failure, GError **error)
{
  g_autofree char *fresh = g_strconcat (path, ".rebuilding", NULL);
  g_autoptr (GError) local = NULL;

  g_return_val_if_fail (path != NULL && credentials != NULL && http != NULL, FALSE);
  /* Of one that was interrupted. */
  remove_files (fresh);
  if (make_new (fresh, path, credentials, http, &local) && exchange_files (fresh, path, &local))
    return TRUE;
  remove_files (fresh);
  g_message ("The damaged database could not be made anew yet: %s", local->message);
  if (ruhu_error_is_transient (local) && !g_error_matches (local, RUHU_ERROR, RUHU_ERROR_PROTOCOL))
    g_propagate_error (error, g_steal_pointer (&local));
  else
    g_propagate_error (error, g_error_copy (failure));
  return FALSE;
}
