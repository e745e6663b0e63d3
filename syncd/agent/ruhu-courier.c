/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-syncd"

#include "config.h"

#include "ruhu-courier.h"

#include "ruhu-answer.h"
#include "ruhu-bundle.h"
#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-link.h"
#include "ruhu-rebuild.h"
#include "ruhu-schedule.h"
#include "ruhu-store-query.h"

#include <glib/gi18n.h>
#include <string.h>

#define DATABASE_NAME "ruhu.db"
/* The time of the last success is written this rarely when nothing else is, in s. */
#define REMEMBER_EVERY  (10 * 60)
#define MAX_DEVICE_NAME 64

struct _RuhuCourier
{
  /* Borrowed. */
  RuhuStageFunc stage;
  gpointer data;
  /* Owned. */
  char *directory;
  RuhuHttp *http;
  RuhuCredentials *credentials;
  RuhuStore *store;
  RuhuReplica *replica;
  RuhuExchange *exchange;
  RuhuPhotoStore *photos;
  RuhuPhotoCourier *photo_courier;
  /* Values. */
  RuhuTokenStore token_store;
  RuhuFigures before; /* of exchanges that are closed */
  gint64 last_success;
  gint64 remembered;
  gboolean news;
  gboolean rejected; /* the township knows the token no more */
};

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
  g_free (self);
}

static gboolean
open_store (RuhuCourier *self, GError **error)
{
  g_autofree char *path = g_build_filename (self->directory, DATABASE_NAME, NULL);
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

static void
use_credentials (RuhuCourier *self)
{
  const char *token = self->credentials->code == NULL ? self->credentials->token : NULL;

  ruhu_http_set_server (self->http, self->credentials->server, self->credentials->pin, token);
}

/* A database that turns out to be damaged is made anew from the township, if that can be reached; else it stays, and so does @failure. */
static gboolean
rebuild (RuhuCourier *self, const GError *failure, GError **error)
{
  g_autofree char *path = g_build_filename (self->directory, DATABASE_NAME, NULL);

  ruhu_courier_close (self);
  self->news = TRUE;
  return ruhu_rebuild (path, self->credentials, self->http, failure, error) && open_store (self, error);
}

/* Whether @error is of this laptop's own database, which has an identity to be made anew with: a township says the same of its own. */
static gboolean
may_rebuild (RuhuCourier *self, const GError *error)
{
  g_autofree char *path = g_build_filename (self->directory, DATABASE_NAME, NULL);

  if (!g_error_matches (error, RUHU_ERROR, RUHU_ERROR_CORRUPT) || self->credentials == NULL || self->credentials->code != NULL)
    return FALSE;
  ruhu_courier_close (self);
  return ruhu_rebuild_is_needed (path);
}

gboolean
ruhu_courier_open (RuhuCourier *self, GError **error)
{
  g_autoptr (GError) local = NULL;

  g_return_val_if_fail (self != NULL, FALSE);

  if (self->credentials == NULL)
    {
      if (!ruhu_credentials_load (self->directory, &self->credentials, &self->token_store, error))
        return FALSE;
      if (self->credentials == NULL)
        return TRUE;
      use_credentials (self);
    }
  if (self->store != NULL)
    return TRUE;
  /* At each opening the whole file is read once: what is damaged where nobody looks for weeks would be found when it is too late to send it. */
  if (!ruhu_rebuild_is_lost (self->directory, DATABASE_NAME, self->credentials, &local) && open_store (self, &local) && ruhu_database_check (ruhu_store_get_database (self->store), &local))
    return TRUE;
  if (may_rebuild (self, local))
    return rebuild (self, local, error);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* Whose store this is: its device, or NULL while it is nobody's. */
static gboolean
get_device (RuhuCourier *self, char **device, GError **error)
{
  g_autoptr (GError) local = NULL;

  *device = ruhu_store_get_meta (self->store, "device", &local);
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static GBytes *
make_enrol_body (RuhuCredentials *credentials)
{
  g_autoptr (RuhuJson) object = json_object_new_object ();
  g_autofree char *valid = g_utf8_make_valid (g_get_host_name (), -1);
  g_autofree char *name = g_utf8_substring (valid, 0, MIN (g_utf8_strlen (valid, -1), MAX_DEVICE_NAME));
  const char *text;

  json_object_object_add (object, "code", json_object_new_string (credentials->code));
  json_object_object_add (object, "device", json_object_new_string (credentials->device));
  json_object_object_add (object, "token", json_object_new_string (credentials->token));
  json_object_object_add (object, "name", json_object_new_string (*name != '\0' ? name : "laptop"));
  text = json_object_to_json_string_ext (object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
  return g_bytes_new (text, strlen (text));
}

/* The key that bundles are sealed for when there is no network. Without it everything else goes on, so a failure is only told. */
static void
keep_server_key (RuhuCourier *self)
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

/* The store becomes the device's. The server's address and pin are noted beside it for whoever looks into the file. */
static gboolean
adopt (RuhuCourier *self, const RuhuEnrolAnswer *answer, GError **error)
{
  return ruhu_replica_enrol (self->replica, self->credentials->device, answer->user, answer->role, answer->township, answer->position, error) &&
         ruhu_exchange_correct_clock (self->store, self->replica, self->http, error) &&
         ruhu_store_set_meta (self->store, "server", self->credentials->server, error) &&
         ruhu_store_set_meta (self->store, "server_pin", self->credentials->pin, error);
}

/* Forgets an enrolment that the township will never confirm. */
static void
drop_enrolment (RuhuCourier *self)
{
  g_autoptr (GError) local = NULL;

  if (!ruhu_credentials_clear (self->directory, &local))
    g_warning ("The refused enrolment could not be forgotten: %s", local->message);
  g_clear_pointer (&self->credentials, ruhu_credentials_free);
  self->token_store = RUHU_TOKEN_STORE_NONE;
}

static gboolean
is_final_refusal (const GError *error)
{
  return g_error_matches (error, RUHU_ERROR, RUHU_ERROR_EXPIRED) || g_error_matches (error, RUHU_ERROR, RUHU_ERROR_INVALID) ||
         g_error_matches (error, RUHU_ERROR, RUHU_ERROR_FORBIDDEN) || g_error_matches (error, RUHU_ERROR, RUHU_ERROR_REVOKED);
}

/* Asks the township to confirm the credentials that wait for it. */
static gboolean
confirm_enrolment (RuhuCourier *self, GError **error)
{
  g_autoptr (GBytes) body = make_enrol_body (self->credentials);
  RuhuHttpRequest request = { .target = "/v1/enrol", .body = body, .type = "application/json", .accept = "application/json" };
  g_autoptr (GBytes) received = NULL;
  g_autoptr (RuhuEnrolAnswer) answer = NULL;
  g_autoptr (GError) local = NULL;
  g_autofree char *code = NULL;

  received = ruhu_http_send (self->http, &request, &local);
  if (received == NULL)
    {
      if (is_final_refusal (local))
        drop_enrolment (self);
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  answer = ruhu_enrol_answer_parse (g_bytes_get_data (received, NULL), g_bytes_get_size (received), error);
  if (answer == NULL)
    return FALSE;
  if (!g_str_equal (answer->device, self->credentials->device))
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_PROTOCOL, _ ("The township enrolled another device than this one."));
      return FALSE;
    }
  if (!adopt (self, answer, error))
    return FALSE;
  keep_server_key (self);
  code = g_steal_pointer (&self->credentials->code);
  if (!ruhu_credentials_save (self->directory, self->credentials, &self->token_store, error))
    {
      self->credentials->code = g_steal_pointer (&code);
      return FALSE;
    }
  use_credentials (self);
  g_message ("Enrolled; the token is in the %s", ruhu_token_store_get_name (self->token_store));
  return TRUE;
}

static gboolean
has_unsent_work (RuhuCourier *self, gboolean *unsent, GError **error)
{
  g_autoptr (GPtrArray) drafts = ruhu_store_list_drafts (self->store, NULL, error);
  RuhuPhotoCounts photos;
  gint64 changes = 0;

  if (drafts == NULL || !ruhu_store_count_photos (self->store, self->photos, &photos, error) || !ruhu_store_count_unsent (self->store, &changes, error))
    return FALSE;
  *unsent = drafts->len > 0 || changes > 0 || photos.due > 0;
  return TRUE;
}

/* Makes the store fit for a new device. What is the township's can be had again; what is only here is never given up, if it was saved a moment ago. */
static gboolean
make_vacant (RuhuCourier *self, GError **error)
{
  gboolean confirmed = self->credentials != NULL && self->credentials->code == NULL;
  gboolean unsent = FALSE, gone = FALSE, same;
  g_autofree char *device = NULL;

  if (!get_device (self, &device, error))
    return FALSE;
  if (device == NULL)
    return TRUE;
  same = self->credentials != NULL && g_str_equal (device, self->credentials->device);
  if (same && !confirmed)
    return TRUE;
  if (same && !self->rejected)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_FORBIDDEN, _ ("This laptop is enrolled already."));
      return FALSE;
    }
  if (!has_unsent_work (self, &unsent, error) || (!unsent && !ruhu_replica_erase_sent (self->replica, &gone, error)))
    return FALSE;
  if (!gone)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_FORBIDDEN, _ ("What this laptop recorded under its earlier enrolment has not all been sent, so it cannot be enrolled anew; it is all kept."));
      return FALSE;
    }
  return ruhu_store_erase_photos (self->store, self->photos, error);
}

/* Takes up the enrolment that @link was begun with, or begins one. On disk when it returns. */
static gboolean
begin_enrolment (RuhuCourier *self, const RuhuLink *link, GError **error)
{
  g_autofree char *server = ruhu_link_dup_base (link);
  g_autoptr (RuhuCredentials) fresh = NULL;
  RuhuCredentials *pending = self->credentials;

  if (pending != NULL && g_strcmp0 (pending->code, link->code) == 0 && g_str_equal (pending->server, server) && g_str_equal (pending->pin, link->pin))
    return TRUE;
  fresh = ruhu_credentials_new (server, link->pin, link->code);
  if (!ruhu_credentials_save (self->directory, fresh, &self->token_store, error))
    return FALSE;
  ruhu_credentials_free (self->credentials);
  self->credentials = g_steal_pointer (&fresh);
  use_credentials (self);
  return TRUE;
}

gboolean
ruhu_courier_enrol (RuhuCourier *self, const char *link, GError **error)
{
  g_autoptr (RuhuLink) parsed = NULL;

  g_return_val_if_fail (self != NULL && link != NULL, FALSE);

  parsed = ruhu_link_parse (link, error);
  if (parsed == NULL)
    return FALSE;
  if (!ruhu_courier_open (self, error) || !open_store (self, error))
    return FALSE;
  if (!make_vacant (self, error) || !begin_enrolment (self, parsed, error) || !confirm_enrolment (self, error))
    return FALSE;
  self->rejected = FALSE;
  return TRUE;
}

/* A database that was put aside or brought from elsewhere must not go on under this device's name: its numbers would be used twice. */
static gboolean
check_same_device (RuhuCourier *self, GError **error)
{
  g_autofree char *device = NULL;

  if (!get_device (self, &device, error))
    return FALSE;
  if (g_strcmp0 (device, self->credentials->device) == 0)
    return TRUE;
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
  if (self->credentials->code != NULL && (!make_vacant (self, error) || !confirm_enrolment (self, error)))
    return FALSE;
  if (!check_same_device (self, error))
    return FALSE;
  if (!ruhu_exchange_run (self->exchange, &local))
    {
      if (may_rebuild (self, local))
        return rebuild (self, local, error) && ruhu_courier_sync (self, error);
      self->rejected = g_error_matches (local, RUHU_ERROR, RUHU_ERROR_UNAUTHORISED) || g_error_matches (local, RUHU_ERROR, RUHU_ERROR_REVOKED);
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  self->rejected = FALSE;
  keep_server_key (self);
  remember_success (self);
  return TRUE;
}

gboolean
ruhu_courier_wait (RuhuCourier *self, guint seconds, GError **error)
{
  g_return_val_if_fail (self != NULL && self->exchange != NULL, FALSE);

  if (!ruhu_exchange_wait (self->exchange, seconds, error))
    return FALSE;
  remember_success (self);
  return TRUE;
}

gboolean
ruhu_courier_move_photos (RuhuCourier *self, gboolean *more, GError **error)
{
  gboolean done;

  g_return_val_if_fail (self != NULL && self->photo_courier != NULL, FALSE);

  done = ruhu_photo_courier_step (self->photo_courier, more, error);
  self->news = ruhu_photo_courier_take_news (self->photo_courier) || self->news;
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
ruhu_courier_withdraw (RuhuCourier *self, gboolean *erased, GError **error)
{
  RuhuPhotoCounts photos = { 0 };
  gboolean gone = TRUE;

  g_return_val_if_fail (self != NULL && erased != NULL, FALSE);
  *erased = FALSE;
  if (!ruhu_courier_open (self, error) || (self->photos != NULL && !ruhu_store_count_photos (self->store, self->photos, &photos, error)))
    return FALSE;
  if (photos.due > 0)
    return TRUE;
  /* The records first: what was saved meanwhile keeps its photos. */
  if (self->replica != NULL && !ruhu_replica_erase_sent (self->replica, &gone, error))
    return FALSE;
  if (!gone)
    return TRUE;
  if (self->photos != NULL && !ruhu_store_erase_photos (self->store, self->photos, error))
    return FALSE;
  if (!ruhu_credentials_clear (self->directory, error))
    return FALSE;
  g_clear_pointer (&self->credentials, ruhu_credentials_free);
  self->token_store = RUHU_TOKEN_STORE_NONE;
  self->last_success = self->remembered = 0;
  self->news = TRUE;
  *erased = TRUE;
  return TRUE;
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
