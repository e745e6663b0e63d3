/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-syncd"

#include "config.h"

#include "ruhu-courier-private.h"

#include "ruhu-bundle.h"
#include "ruhu-error.h"
#include "ruhu-rebuild.h"
#include "ruhu-replacement.h"
#include "ruhu-schedule.h"

#include <glib/gi18n.h>

#define DATABASE_NAME "ruhu.db"
/* The time of the last success is written this rarely when nothing else is, in s. */
#define REMEMBER_EVERY (10 * 60)

RuhuCourier *
ruhu_courier_new (const char *directory, int wake_fd, RuhuHttpStopFunc stop, RuhuStageFunc stage, gpointer data)
{
  RuhuCourier *self = g_new0 (RuhuCourier, 1);

  self->directory = g_strdup (directory);
  self->http = ruhu_http_new (wake_fd, stop, data);
  self->stage = stage;
  self->data = data;
  return self;
}

void
ruhu_courier_close (RuhuCourier *self)
{
  g_return_if_fail (self != NULL);

  self->before = ruhu_courier_get_figures (self);
  self->news = self->news || (self->exchange != NULL && ruhu_exchange_take_news (self->exchange));
  g_clear_pointer (&self->photo_courier, ruhu_photo_courier_free);
  g_clear_pointer (&self->photos, ruhu_photo_store_free);
  g_clear_pointer (&self->exchange, ruhu_exchange_free);
  g_clear_pointer (&self->replica, ruhu_replica_free);
  g_clear_pointer (&self->store, ruhu_store_close);
}

void
ruhu_courier_free (RuhuCourier *self)
{
  if (self == NULL)
    return;
  ruhu_courier_close (self);
  ruhu_credentials_free (self->credentials);
  ruhu_http_free (self->http);
  g_free (self->directory);
  g_free (self->confirmed);
  g_free (self);
}

char *
ruhu_courier_dup_path (RuhuCourier *self)
{
  return g_build_filename (self->directory, DATABASE_NAME, NULL);
}

gboolean
ruhu_courier_open_store (RuhuCourier *self, GError **error)
{
  g_autofree char *path = ruhu_courier_dup_path (self);
  g_autofree char *success = NULL;
  RuhuStoreOptions options = { .path = path, .flags = RUHU_DATABASE_CREATE };

  if (self->store != NULL)
    return TRUE;
  self->store = ruhu_store_open (&options, error);
  if (self->store == NULL)
    return FALSE;
  self->replica = ruhu_replica_new (self->store);
  self->exchange = ruhu_exchange_new (self->store, self->replica, self->http, self->stage, self->data);
  self->photos = ruhu_photo_store_new (path);
  self->photo_courier = ruhu_photo_courier_new (self->store, self->photos, self->http);
  success = ruhu_store_get_meta (self->store, "last_success", NULL);
  if (success != NULL && self->last_success == 0)
    self->last_success = self->remembered = g_ascii_strtoll (success, NULL, 10);
  return TRUE;
}

void
ruhu_courier_use_credentials (RuhuCourier *self)
{
  const char *token = self->credentials->code == NULL ? self->credentials->token : NULL;

  ruhu_http_set_server (self->http, self->credentials->server, self->credentials->pin, token);
}

/* A database that turns out to be damaged is made anew from the township, if that can be reached; else it stays, and so does @failure. */
static gboolean
rebuild (RuhuCourier *self, const GError *failure, GError **error)
{
  g_autofree char *path = ruhu_courier_dup_path (self);

  ruhu_courier_close (self);
  self->news = TRUE;
  return ruhu_rebuild (path, self->credentials, self->http, failure, error) && ruhu_courier_open_store (self, error);
}

/* Whether @error is of this laptop's own database, which has an identity to be made anew with: a township says the same of its own. */
static gboolean
may_rebuild (RuhuCourier *self, const GError *error)
{
  g_autofree char *path = ruhu_courier_dup_path (self);

  if (!g_error_matches (error, RUHU_ERROR, RUHU_ERROR_CORRUPT) || self->credentials == NULL || self->credentials->code != NULL)
    return FALSE;
  ruhu_courier_close (self);
  return ruhu_rebuild_is_needed (path);
}

gboolean
ruhu_courier_open (RuhuCourier *self, GError **error)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) local = NULL;

  g_return_val_if_fail (self != NULL, FALSE);

  if (self->credentials == NULL)
    {
      if (!ruhu_credentials_load (self->directory, &self->credentials, &self->token_store, error))
        return FALSE;
      if (self->credentials == NULL)
        return TRUE;
      ruhu_courier_use_credentials (self);
    }
  if (self->store != NULL)
    return TRUE;
  path = ruhu_courier_dup_path (self);
  if (!ruhu_replacement_finish (path, error))
    return FALSE;
  /* At each opening the whole file is read once: what is damaged where nobody looks for weeks would be found when it is too late to send it. */
  if (!ruhu_rebuild_is_lost (self->directory, DATABASE_NAME, self->credentials, &local) && ruhu_courier_open_store (self, &local) && ruhu_rebuild_check (ruhu_store_get_database (self->store), &local))
    return ruhu_courier_finish_withdrawal (self, error);
  if (may_rebuild (self, local))
    return rebuild (self, local, error);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

gboolean
ruhu_courier_get_device (RuhuCourier *self, char **device, GError **error)
{
  g_autoptr (GError) local = NULL;

  *device = ruhu_store_get_meta (self->store, "device", &local);
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

void
ruhu_courier_keep_server_key (RuhuCourier *self)
{
  GBytes *key = ruhu_http_get_server_key (self->http);
  g_autofree char *text = NULL, *kept = NULL;
  g_autoptr (GError) local = NULL;

  if (key == NULL || !ruhu_bundle_key_has_pin (key, self->credentials->pin))
    return;
  text = g_base64_encode (g_bytes_get_data (key, NULL), g_bytes_get_size (key));
  kept = ruhu_store_get_meta (self->store, "server_key", NULL);
  if (g_strcmp0 (kept, text) != 0 && !ruhu_store_set_meta (self->store, "server_key", text, &local))
    g_warning ("The township's public key could not be kept: %s", local->message);
}

/* A database that was brought from elsewhere must not go on under this device's name: its numbers would be used twice. One of no device is what the app makes where there is none any more. */
static gboolean
check_same_device (RuhuCourier *self, GError **error)
{
  g_autofree char *device = NULL;

  if (!ruhu_courier_get_device (self, &device, error))
    return FALSE;
  if (g_strcmp0 (device, self->credentials->device) == 0)
    return TRUE;
  if (device == NULL)
    {
      g_autoptr (GError) lost = g_error_new_literal (RUHU_ERROR, RUHU_ERROR_CORRUPT, _ ("The database file is not there any more."));

      return rebuild (self, lost, error);
    }
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_NOT_ENROLLED, _ ("The database in this laptop's data folder is not the one that was enrolled."));
  return FALSE;
}

/* The time is written with what else was, or rarely: each write wakes everybody who watches the file. */
static void
remember_success (RuhuCourier *self)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) local = NULL;

  ruhu_photo_courier_look (self->photo_courier);
  self->last_success = g_get_real_time () / G_USEC_PER_SEC;
  self->news = ruhu_exchange_take_news (self->exchange) || self->news;
  if (!self->news && ABS (self->last_success - self->remembered) < REMEMBER_EVERY)
    return;
  text = g_strdup_printf ("%" G_GINT64_FORMAT, self->last_success);
  if (ruhu_store_set_meta (self->store, "last_success", text, &local))
    self->remembered = self->last_success;
  else
    g_warning ("The time of the last synchronisation could not be noted: %s", local->message);
}

/* @error: (nullable): what the last contact ended with */
static void
note_rejection (RuhuCourier *self, const GError *error)
{
  self->unknown = g_error_matches (error, RUHU_ERROR, RUHU_ERROR_UNAUTHORISED);
  self->withdrawn = g_error_matches (error, RUHU_ERROR, RUHU_ERROR_REVOKED);
}

/* What the township says of the token means something to a person: whichever request it was that was told so. @failure: transfer full. */
static void
pass_on (RuhuCourier *self, GError *failure, GError **error)
{
  note_rejection (self, failure);
  if (!self->unknown)
    return (void) g_propagate_error (error, failure);
  g_error_free (failure);
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_UNAUTHORISED, _ ("The township does not know this laptop any more; perhaps its data had to be put back from an older backup. With a new enrolment, whatever the township lacks is sent to it."));
}

gboolean
ruhu_courier_sync (RuhuCourier *self, GError **error)
{
  g_autoptr (GError) local = NULL;

  g_return_val_if_fail (self != NULL, FALSE);

  if (!ruhu_courier_open (self, error))
    return FALSE;
  if (self->credentials == NULL)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_NOT_ENROLLED, _ ("This laptop has not been enrolled yet."));
      return FALSE;
    }
  if (self->credentials->code != NULL && !ruhu_courier_go_on_enrolling (self, error))
    return FALSE;
  if (!check_same_device (self, error))
    return FALSE;
  if (!ruhu_exchange_run (self->exchange, &local))
    {
      if (may_rebuild (self, local))
        return rebuild (self, local, error) && ruhu_courier_sync (self, error);
      pass_on (self, g_steal_pointer (&local), error);
      return FALSE;
    }
  note_rejection (self, NULL);
  ruhu_courier_keep_server_key (self);
  remember_success (self);
  return TRUE;
}

gboolean
ruhu_courier_wait (RuhuCourier *self, guint seconds, GError **error)
{
  g_autoptr (GError) local = NULL;

  g_return_val_if_fail (self != NULL && self->exchange != NULL, FALSE);

  if (!ruhu_exchange_wait (self->exchange, seconds, &local))
    {
      pass_on (self, g_steal_pointer (&local), error);
      return FALSE;
    }
  remember_success (self);
  return TRUE;
}

gboolean
ruhu_courier_move_photos (RuhuCourier *self, gboolean *more, GError **error)
{
  g_autoptr (GError) local = NULL;
  gboolean done;

  g_return_val_if_fail (self != NULL && self->photo_courier != NULL, FALSE);

  done = ruhu_photo_courier_step (self->photo_courier, more, &local);
  self->news = ruhu_photo_courier_take_news (self->photo_courier) || self->news;
  if (!done)
    pass_on (self, g_steal_pointer (&local), error);
  return done;
}

void
ruhu_courier_retry_photos (RuhuCourier *self)
{
  if (self->photo_courier != NULL)
    ruhu_photo_courier_retry (self->photo_courier);
}

RuhuPhotoCounts
ruhu_courier_get_photo_counts (RuhuCourier *self)
{
  RuhuPhotoCounts none = { 0 };

  g_return_val_if_fail (self != NULL, none);

  return self->photo_courier != NULL ? ruhu_photo_courier_get_counts (self->photo_courier) : none;
}

gboolean
ruhu_courier_is_open (RuhuCourier *self)
{
  return self->store != NULL;
}

gboolean
ruhu_courier_count (RuhuCourier *self, gint64 *waiting, gint64 *refused, GError **error)
{
  g_return_val_if_fail (self != NULL, FALSE);

  *waiting = *refused = 0;
  return self->store == NULL || ruhu_store_count_outbox (self->store, waiting, refused, error);
}

gboolean
ruhu_courier_has_unsent (RuhuCourier *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->exchange != NULL && ruhu_exchange_has_unsent (self->exchange);
}

gboolean
ruhu_courier_is_enrolled (RuhuCourier *self)
{
  return self->credentials != NULL;
}

gboolean
ruhu_courier_is_enrolling (RuhuCourier *self)
{
  return self->credentials != NULL && self->credentials->code != NULL;
}

RuhuTokenStore
ruhu_courier_get_token_store (RuhuCourier *self)
{
  return self->token_store;
}

char *
ruhu_courier_dup_township (RuhuCourier *self)
{
  char *name = self->store != NULL ? ruhu_store_get_meta (self->store, "township_name", NULL) : NULL;

  return name != NULL ? name : g_strdup ("");
}

gint64
ruhu_courier_get_last_success (RuhuCourier *self)
{
  return self->last_success;
}

gboolean
ruhu_courier_take_news (RuhuCourier *self)
{
  gboolean news = self->news;

  if (self->exchange != NULL)
    news = ruhu_exchange_take_news (self->exchange) || news;
  self->news = FALSE;
  return news;
}

RuhuFigures
ruhu_courier_get_figures (RuhuCourier *self)
{
  RuhuFigures sum = self->before, now = { 0 };

  if (self->exchange != NULL)
    now = ruhu_exchange_get_figures (self->exchange);
  sum.pushed += now.pushed;
  sum.refused += now.refused;
  sum.received += now.received;
  return sum;
}

gint64
ruhu_courier_get_position (RuhuCourier *self)
{
  g_autoptr (GError) local = NULL;
  gint64 position = 0;

  if (self->store != NULL && !ruhu_store_get_seen (self->store, &position, &local))
    g_warning ("The position cannot be read: %s", local->message);
  return position;
}

gint64
ruhu_courier_get_retry_after (RuhuCourier *self)
{
  return ruhu_http_get_retry_after (self->http);
}

void
ruhu_courier_renew (RuhuCourier *self)
{
  ruhu_http_renew (self->http);
}

void
ruhu_courier_set_patience (RuhuCourier *self, guint still, guint connect)
{
  ruhu_http_set_patience (self->http, still, connect);
}
