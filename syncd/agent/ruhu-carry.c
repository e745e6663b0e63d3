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
#include "ruhu-parcel-photos.h"
#include "ruhu-parcel.h"
#include "ruhu-store-photos.h"
#include "ruhu-store-query.h"

#include <glib/gi18n.h>
#include <string.h>

#define DATABASE_NAME "ruhu.db"

/* What a bundle is made from, or taken into. */
typedef struct
{
  RuhuCredentials *credentials;
  RuhuStore *store;
  RuhuReplica *replica;
  RuhuPhotoStore *photos;
  char *token_hash;
} Place;

static void
place_clear (Place *self)
{
  g_clear_pointer (&self->photos, ruhu_photo_store_free);
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
  self->photos = ruhu_photo_store_new (path);
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

/* The hashes of photos that are missing here, as many as one bundle names: each time others, since some may be nowhere yet. */
static char **
list_wanted (Place *self, GError **error)
{
  g_autoptr (GPtrArray) wanted = ruhu_store_list_wanted_photos (self->store, self->photos, 0, error);
  g_autoptr (GStrvBuilder) hashes = g_strv_builder_new ();
  guint first = wanted != NULL && wanted->len > RUHU_PARCEL_MAX_WANTED ? g_random_int () % wanted->len : 0;

  for (guint i = 0; wanted != NULL && i < MIN (wanted->len, RUHU_PARCEL_MAX_WANTED); i++)
    g_strv_builder_add (hashes, wanted->pdata[(first + i) % wanted->len]);
  return wanted != NULL ? g_strv_builder_end (hashes) : NULL;
}

/* @changes: bytes of changes that photos follow, or -1. */
static char *
describe_standing (Place *self, gint64 changes, GError **error)
{
  g_auto (RuhuStanding) standing = { .photos = changes >= 0, .changes = MAX (changes, 0) };

  standing.wanted = list_wanted (self, error);
  if (standing.wanted == NULL || !ruhu_replica_get_cursor (self->replica, &standing.cursor, &standing.hash, error) ||
      !ruhu_replica_get_backfill (self->replica, &standing.scope, &standing.at, &standing.cookie, error))
    return NULL;
  return ruhu_standing_to_json (&standing);
}

/* Unsent photos, the smallest first, one after another; one whose file is damaged stays behind. */
static gboolean
add_photos (Place *self, GPtrArray *due, GString *content, RuhuPacked *packed, GError **error)
{
  gint64 bytes = 0;

  for (guint i = 0; i < due->len; i++)
    {
      const RuhuPhotoUpload *upload = due->pdata[i];
      g_autoptr (GError) local = NULL;
      g_autoptr (GBytes) photo = NULL;

      if (bytes + upload->size > RUHU_PARCEL_MAX_PHOTOS)
        {
          packed->photos_left = due->len - i;
          break;
        }
      photo = ruhu_photo_store_read (self->photos, upload->hash, &local);
      if (photo != NULL)
        {
          ruhu_parcel_append_photo (content, upload->hash, photo);
          bytes += (gint64) g_bytes_get_size (photo);
          packed->photos++;
        }
      else if (g_error_matches (local, RUHU_ERROR, RUHU_ERROR_CORRUPT) || g_error_matches (local, RUHU_ERROR, RUHU_ERROR_NOT_FOUND))
        {
          g_warning ("a photo is not in the bundle: %s", local->message);
          if (local->code == RUHU_ERROR_CORRUPT && !ruhu_store_set_photo_damaged (self->store, upload->hash, error))
            return FALSE;
        }
      else
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
    }
  return TRUE;
}

/* How much memory the photos take at the most. */
static gsize
measure_photos (GPtrArray *due)
{
  gsize size = 0;

  for (guint i = 0; i < due->len; i++)
    size += (gsize) ((const RuhuPhotoUpload *) due->pdata[i])->size + 256;
  return MIN (size, RUHU_PARCEL_MAX_PHOTOS + 64 * 1024);
}

/* Where the laptop stands, and everything unconfirmed, from the first: bundles get lost, and the township passes over what it has. */
static GBytes *
make_content (Place *self, RuhuBundleVersion *version, RuhuPacked *packed, GError **error)
{
  g_autoptr (GString) lines = g_string_new (NULL), content = NULL;
  g_autofree char *standing = NULL;
  g_autoptr (GPtrArray) due = NULL;
  gint64 last = 0, waiting = 0, refused = 0;

  if (!ruhu_replica_take_outbox (self->replica, 0, G_MAXUINT, RUHU_PARCEL_MAX_OUTBOX, lines, &last, error) ||
      !ruhu_store_count_outbox (self->store, &waiting, &refused, error) || !ruhu_store_follow_photos (self->store, self->photos, error))
    return NULL;
  due = ruhu_store_list_due_photos (self->store, 0, error);
  standing = due != NULL ? describe_standing (self, due->len > 0 ? (gint64) lines->len : -1, error) : NULL;
  if (standing == NULL)
    return NULL;
  *version = due->len > 0 ? RUHU_BUNDLE_WITH_PHOTOS : RUHU_BUNDLE_PLAIN;
  for (gsize i = 0; i < lines->len; i++)
    packed->changes += lines->str[i] == '\n';
  packed->left = MAX (waiting - packed->changes, 0);
  content = g_string_sized_new (strlen (standing) + lines->len + measure_photos (due) + 2);
  g_string_append (content, standing);
  g_string_append_c (content, '\n');
  g_string_append_len (content, lines->str, (gssize) lines->len);
  return add_photos (self, due, content, packed, error) ? g_string_free_to_bytes (g_steal_pointer (&content)) : NULL;
}

gboolean
ruhu_carry_export (const char *directory, const char *path, RuhuPacked *packed, GError **error)
{
  g_auto (Place) place = { 0 };
  g_autoptr (GBytes) key = NULL, content = NULL, bundle = NULL;
  RuhuBundleVersion version;

  g_return_val_if_fail (directory != NULL && path != NULL && packed != NULL, FALSE);

  *packed = (RuhuPacked){ 0 };
  if (!place_open (&place, directory, error))
    return FALSE;
  key = get_township_key (&place, error);
  content = key != NULL ? make_content (&place, &version, packed, error) : NULL;
  if (content == NULL)
    return FALSE;
  bundle = ruhu_bundle_seal_outbox (version, place.credentials->device, place.token_hash, key, content, error);
  return bundle != NULL && ruhu_bundle_save (bundle, path, error);
}

void
ruhu_carried_clear (RuhuCarried *self)
{
  g_clear_error (&self->stop);
  g_clear_pointer (&self->photo_reason, g_free);
}

/* What the bundle answers for photos; an older township's has no receipt. */
static RuhuReceipt *
read_receipt (RuhuParcel *parcel, GError **error)
{
  g_autoptr (GBytes) json = ruhu_parcel_lookup (parcel, RUHU_TARGET_UPLOADS, NULL);

  return json != NULL ? ruhu_receipt_parse (json, error) : ruhu_receipt_new ();
}

/* What is missing here and in the bundle: those too that its changes have just mentioned. */
static gboolean
keep_photos (Place *self, RuhuParcel *parcel, RuhuCarried *carried, GError **error)
{
  g_autoptr (GPtrArray) wanted = ruhu_store_list_wanted_photos (self->store, self->photos, 0, error);

  for (guint i = 0; wanted != NULL && i < wanted->len; i++)
    {
      g_autofree char *target = g_strconcat (RUHU_TARGET_PHOTO, wanted->pdata[i], NULL);
      g_autoptr (GBytes) photo = ruhu_parcel_lookup (parcel, target, NULL);

      if (photo == NULL)
        continue;
      if (!ruhu_store_keep_photo (self->store, self->photos, wanted->pdata[i], photo, error))
        return FALSE;
      carried->photos++;
    }
  return wanted != NULL;
}

static gboolean
take_photos (Place *self, RuhuParcel *parcel, RuhuReceipt *receipt, gboolean fits, RuhuCarried *carried, GError **error)
{
  RuhuPhotoCounts counts;

  /* What an older answer says was taken may have been lost since: then it is sent once more. */
  for (guint i = 0; fits && i < receipt->taken->len; i++)
    if (!ruhu_store_set_photo_sent (self->store, receipt->taken->pdata[i], error))
      return FALSE;
  if (receipt->reasons->len > 0)
    carried->photo_reason = g_strdup (receipt->reasons->pdata[0]);
  if (!keep_photos (self, parcel, carried, error) || !ruhu_store_follow_photos (self->store, self->photos, error) ||
      !ruhu_store_count_photos (self->store, self->photos, &counts, error))
    return FALSE;
  carried->photos_waiting = counts.due;
  return TRUE;
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
  g_autoptr (RuhuReceipt) receipt = NULL;
  g_autoptr (RuhuExchange) exchange = NULL;
  gboolean fits = FALSE;

  g_return_val_if_fail (directory != NULL && path != NULL && carried != NULL, FALSE);

  if (!place_open (&place, directory, error))
    return FALSE;
  parcel = open_parcel (&place, path, &push, error);
  receipt = parcel != NULL ? read_receipt (parcel, error) : NULL;
  if (receipt == NULL)
    return FALSE;
  exchange = ruhu_exchange_new (place.store, place.replica, NULL, NULL, NULL);
  /* A refusal for the clock's sake leaves the stamps as they are: another copy of the same outbox may have been taken meanwhile, and what the township has is never rewritten. */
  if (!ruhu_replica_pushed (place.replica, push->accepted, error) || !ruhu_exchange_take_parcel (exchange, parcel, &fits, error) ||
      !take_photos (&place, parcel, receipt, fits, carried, error) ||
      !ruhu_store_count_outbox (place.store, &carried->waiting, &carried->refused, error) ||
      !ruhu_store_get_seen (place.store, &carried->position, error))
    return FALSE;
  carried->received = ruhu_exchange_get_figures (exchange).received;
  if (carried->waiting > 0 && push->stop != NULL)
    carried->stop = g_steal_pointer (&push->stop);
  return TRUE;
}
