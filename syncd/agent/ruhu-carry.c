/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-syncd"

#include "config.h"

#include "ruhu-carry.h"

#include "ruhu-answer.h"
#include "ruhu-bundle.h"
#include "ruhu-cleanups.h"
#include "ruhu-credentials.h"
#include "ruhu-error.h"
#include "ruhu-exchange.h"
#include "ruhu-parcel.h"
#include "ruhu-store-query.h"

#include <glib/gi18n.h>

#define DATABASE_NAME "ruhu.db"

/* What a bundle is made from, or taken into. */
typedef struct
{
  RuhuCredentials *credentials;
  RuhuStore *store;
  RuhuReplica *replica;
  char *token_hash;
} Place;

static void
place_clear (Place *self)
{
  g_clear_pointer (&self->replica, ruhu_replica_free);
  g_clear_pointer (&self->store, ruhu_store_close);
  g_clear_pointer (&self->credentials, ruhu_credentials_free);
  g_clear_pointer (&self->token_hash, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Place, place_clear)

static gboolean
place_open (Place *self, const char *directory, GError **error)
{
  g_autofree char *path = g_build_filename (directory, DATABASE_NAME, NULL);
  RuhuStoreOptions options = { .path = path, .flags = RUHU_DATABASE_CREATE };
  g_autoptr (GError) local = NULL;
  g_autofree char *device = NULL;

  if (!ruhu_credentials_load (directory, &self->credentials, NULL, error))
    return FALSE;
  if (self->credentials == NULL || self->credentials->code != NULL)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_NOT_ENROLLED, _ ("This laptop has not been enrolled yet."));
      return FALSE;
    }
  self->store = ruhu_store_open (&options, error);
  if (self->store == NULL)
    return FALSE;
  device = ruhu_store_get_meta (self->store, "device", &local);
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (g_strcmp0 (device, self->credentials->device) != 0)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_NOT_ENROLLED, _ ("The database in this laptop's data folder is not the one that was enrolled."));
      return FALSE;
    }
  self->replica = ruhu_replica_new (self->store);
  self->token_hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, self->credentials->token, -1);
  return TRUE;
}

/* The township's key as it was last met. The pin is compared each time: the database is a file like others. */
static GBytes *
get_township_key (Place *self, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *text = ruhu_store_get_meta (self->store, "server_key", &local);
  g_autoptr (GBytes) key = NULL;
  gsize size = 0;

  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  if (text != NULL)
    {
      guint8 *der = g_base64_decode (text, &size);

      key = g_bytes_new_take (der, size);
    }
  if (key != NULL && ruhu_bundle_key_has_pin (key, self->credentials->pin))
    return g_steal_pointer (&key);
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_NOT_FOUND,
                       _ ("The township's public key is not on this laptop yet, so nothing can be sealed for it. Synchronise once over any network; from then on it is here."));
  return NULL;
}

static char *
describe_standing (Place *self, GError **error)
{
  g_auto (RuhuStanding) standing = { 0 };

  if (!ruhu_replica_get_cursor (self->replica, &standing.cursor, &standing.hash, error) ||
      !ruhu_replica_get_backfill (self->replica, &standing.scope, &standing.at, &standing.cookie, error))
    return NULL;
  return ruhu_standing_to_json (&standing);
}

/* Where the laptop stands, and everything unconfirmed, from the first: bundles get lost, and the township passes over what it has. */
static GBytes *
make_content (Place *self, gint64 *changes, gint64 *left, GError **error)
{
  g_autofree char *standing = describe_standing (self, error);
  g_autoptr (GString) lines = g_string_new (NULL), content = NULL;
  gint64 last = 0, waiting = 0, refused = 0;

  if (standing == NULL ||
      !ruhu_replica_take_outbox (self->replica, 0, G_MAXUINT, RUHU_PARCEL_MAX_OUTBOX, lines, &last, error) ||
      !ruhu_store_count_outbox (self->store, &waiting, &refused, error))
    return NULL;
  *changes = 0;
  for (gsize i = 0; i < lines->len; i++)
    *changes += lines->str[i] == '\n';
  *left = MAX (waiting - *changes, 0);
  content = g_string_new (standing);
  g_string_append_c (content, '\n');
  g_string_append_len (content, lines->str, (gssize) lines->len);
  return g_string_free_to_bytes (g_steal_pointer (&content));
}

gboolean
ruhu_carry_export (const char *directory, const char *path, gint64 *changes, gint64 *left, GError **error)
{
  g_auto (Place) place = { 0 };
  g_autoptr (GBytes) key = NULL, content = NULL, bundle = NULL;

  g_return_val_if_fail (directory != NULL && path != NULL && changes != NULL && left != NULL, FALSE);

  if (!place_open (&place, directory, error))
    return FALSE;
  key = get_township_key (&place, error);
  content = key != NULL ? make_content (&place, changes, left, error) : NULL;
  if (content == NULL)
    return FALSE;
  bundle = ruhu_bundle_seal_outbox (place.credentials->device, place.token_hash, key, content, error);
  return bundle != NULL && ruhu_bundle_save (bundle, path, error);
}

void
ruhu_carried_clear (RuhuCarried *self)
{
  g_clear_error (&self->stop);
}

static RuhuParcel *
open_parcel (Place *self, const char *path, RuhuPushAnswer **push, GError **error)
{
  g_autoptr (GBytes) bundle = ruhu_bundle_load (path, error);
  g_autoptr (GBytes) content = bundle != NULL ? ruhu_bundle_open_answer (bundle, self->credentials->device, self->token_hash, error) : NULL;
  g_autoptr (RuhuParcel) parcel = content != NULL ? ruhu_parcel_parse (content, error) : NULL;
  g_autoptr (GBytes) answer = parcel != NULL ? ruhu_parcel_lookup (parcel, RUHU_TARGET_PUSH, error) : NULL;

  if (answer == NULL)
    return NULL;
  *push = ruhu_push_answer_parse (g_bytes_get_data (answer, NULL), g_bytes_get_size (answer), error);
  return *push != NULL ? g_steal_pointer (&parcel) : NULL;
}

gboolean
ruhu_carry_import (const char *directory, const char *path, RuhuCarried *carried, GError **error)
{
  g_auto (Place) place = { 0 };
  g_autoptr (RuhuParcel) parcel = NULL;
  g_autoptr (RuhuPushAnswer) push = NULL;
  g_autoptr (RuhuExchange) exchange = NULL;

  g_return_val_if_fail (directory != NULL && path != NULL && carried != NULL, FALSE);

  if (!place_open (&place, directory, error))
    return FALSE;
  parcel = open_parcel (&place, path, &push, error);
  if (parcel == NULL)
    return FALSE;
  exchange = ruhu_exchange_new (place.store, place.replica, NULL, NULL, NULL);
  /* A refusal for the clock's sake leaves the stamps as they are: another copy of the same outbox may have been taken meanwhile, and what the township has is never rewritten. */
  if (!ruhu_replica_pushed (place.replica, push->accepted, error) || !ruhu_exchange_take_parcel (exchange, parcel, error) ||
      !ruhu_store_count_outbox (place.store, &carried->waiting, &carried->refused, error) ||
      !ruhu_store_get_seen (place.store, &carried->position, error))
    return FALSE;
  carried->received = ruhu_exchange_get_figures (exchange).received;
  if (carried->waiting > 0 && push->stop != NULL)
    carried->stop = g_steal_pointer (&push->stop);
  return TRUE;
}
