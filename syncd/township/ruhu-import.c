/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-import.h"

#include "ruhu-bundle.h"
#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-ledger-private.h"
#include "ruhu-parcel.h"
#include "ruhu-push.h"
#include "ruhu-store-photos.h"
#include "ruhu-store-query.h"
#include "ruhu-uploads.h"
#include "ruhu-wire.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* An answer takes no further page once it has so much; with that page it still fits into a bundle. */
#define ENOUGH (RUHU_BUNDLE_MAX_CONTENT / 2)
/* And no further photo once it would have so much with it. */
#define ENOUGH_WITH_PHOTOS (RUHU_BUNDLE_MAX_CONTENT / 4 * 3)

void
ruhu_import_clear (RuhuImport *self)
{
  g_clear_pointer (&self->device, g_free);
  g_clear_error (&self->stop);
  g_clear_error (&self->photo_stop);
  g_clear_pointer (&self->receipt, ruhu_receipt_free);
}

/* The bundle's device, which must be one that may speak; its token's hash. */
static gboolean
find_device (RuhuSession *session, GBytes *bundle, RuhuImport *import, char **token_hash, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuDevice) device = NULL;
  RuhuBundleKind kind;

  if (!ruhu_bundle_peek (bundle, &kind, &import->device, error))
    return FALSE;
  device = ruhu_ledger_get_device (session->ledger, import->device, &local);
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (device == NULL)
    {
      g_set_error (error, RUHU_ERROR, RUHU_ERROR_UNAUTHORISED, _ ("The township does not know the laptop %s that the bundle names."), import->device);
      return FALSE;
    }
  import->accepted = device->last_seq;
  return ruhu_database_get_text (ruhu_store_get_database (session->store), "SELECT token_hash FROM device WHERE id = ?1", token_hash, error, "s", import->device);
}

/* As at the push: one line that is wrong refuses all. */
static GPtrArray *
parse_changes (const char *device, const char *text, gsize size, gsize offset, GError **error)
{
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_pushed_free);
  const char *line;
  gsize length;

  if (ruhu_change_count_values (text + offset, size - offset) > RUHU_PARCEL_MAX_VALUES)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_TOO_LARGE, _ ("That is more than one bundle can hold."));
      return NULL;
    }
  while (ruhu_wire_next_line (text, size, &offset, &line, &length))
    {
      RuhuPushed *pushed = ruhu_pushed_parse (device, line, length, error);

      if (pushed == NULL)
        {
          g_prefix_error (error, _ ("Change %u of the bundle: "), changes->len + 1);
          return NULL;
        }
      g_ptr_array_add (changes, pushed);
    }
  return g_steal_pointer (&changes);
}

/* A laptop that saw another history than this one gets no answer, and nothing of its is taken: first somebody has to look. */
static gboolean
check_history (RuhuSession *session, const RuhuStanding *standing, GError **error)
{
  gboolean common, lost;

  if (!ruhu_ledger_is_common (session->ledger, standing->cursor, standing->hash, &common, error) ||
      !ruhu_ledger_was_lost (session->ledger, standing->cursor, &lost, error))
    return FALSE;
  if (common)
    return TRUE;
  if (lost)
    g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_NOT_FOUND,
                         _ ("The township was restored from a backup that is older than what this laptop was told. Nothing is lost: let the laptop synchronise once over the network, and it sends again by itself what is missing."));
  else
    g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_REWRITTEN, _ ("The township's history is not the one that this laptop saw."));
  return FALSE;
}

static gint64
count_taken (GPtrArray *changes, gint64 before, gint64 accepted)
{
  gint64 n = 0;

  for (guint i = 0; i < changes->len; i++)
    {
      const RuhuPushed *pushed = changes->pdata[i];

      n += pushed->change->seq > before && pushed->change->seq <= accepted;
    }
  return n;
}

/* A bundle has all that waits on the laptop, so what is missing in between is not there any more: its disk altered it, or it went with a household. */
static gboolean
accept (RuhuSession *session, GPtrArray *changes, RuhuImport *import, RuhuParcel *parcel, GError **error)
{
  RuhuBatch batch = { .device = import->device, .changes = changes, .gaps = TRUE };
  RuhuBatch *batches[] = { &batch };
  g_autoptr (RuhuJson) answer = NULL;
  gint64 position = 0, before = import->accepted;
  const char *text;

  if (!ruhu_ledger_accept (session->ledger, batches, 1, error))
    return FALSE;
  if (!ruhu_session_get_head (session, &position, error))
    {
      ruhu_batch_clear (&batch);
      return FALSE;
    }
  answer = ruhu_push_to_json (&batch, position, ruhu_clock_now (ruhu_store_get_clock (session->store)));
  text = json_object_to_json_string_ext (answer, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
  ruhu_parcel_add (parcel, RUHU_TARGET_PUSH, text, strlen (text));
  import->changes = changes->len;
  import->accepted = batch.accepted;
  import->taken = count_taken (changes, before, batch.accepted);
  import->refused = batch.refused->len;
  import->stop = g_steal_pointer (&batch.stop);
  ruhu_batch_clear (&batch);
  return TRUE;
}

/* Changes are taken already. Where the photos cannot be kept the receipt says so by naming no more of them. */
static void
accept_photos (RuhuSession *session, RuhuPhotoStore *store, GPtrArray *photos, RuhuImport *import, RuhuParcel *parcel)
{
  gint64 now = ruhu_clock_now (ruhu_store_get_clock (session->store));
  g_autofree char *text = NULL;

  import->photos = photos->len;
  import->receipt = ruhu_receipt_new ();
  for (guint i = 0; i < photos->len && import->photo_stop == NULL; i++)
    {
      const RuhuParcelPhoto *photo = photos->pdata[i];
      g_autoptr (GError) local = NULL;

      switch (ruhu_uploads_keep (store, session, import->device, photo->hash, photo->bytes, now, &local))
        {
        case RUHU_UPLOAD_TAKEN:
          g_ptr_array_add (import->receipt->taken, g_strdup (photo->hash));
          break;
        case RUHU_UPLOAD_OTHER:
          ruhu_receipt_refuse (import->receipt, photo->hash, _ ("What came is not the photo that was announced; it was not kept."));
          break;
        case RUHU_UPLOAD_REFUSED:
          ruhu_receipt_refuse (import->receipt, photo->hash, local->message);
          break;
        default:
          import->photo_stop = g_steal_pointer (&local);
        }
    }
  text = ruhu_receipt_to_json (import->receipt);
  ruhu_parcel_add (parcel, RUHU_TARGET_UPLOADS, text, strlen (text));
}

/* The making of an answer. */
typedef struct
{
  RuhuSession *session;
  RuhuPhotoStore *photos;
  GHashTable *mentioned; /* photos that changes of the answer mention */
  const char *device;
  gsize page_bytes;
  RuhuParcel *parcel;
} Maker;

/* A photo that the laptop lacks, if it may have it, it is here, and there is room. */
static gboolean
add_photo (Maker *self, const char *hash, GError **error)
{
  g_autofree char *target = g_strconcat (RUHU_TARGET_PHOTO, hash, NULL);
  g_autoptr (GBytes) photo = NULL;
  g_autoptr (GError) local = NULL;
  gboolean may = FALSE;
  gint64 size = 0;

  if (!ruhu_photo_store_has (self->photos, hash, &size) || ruhu_parcel_get_size (self->parcel) + (gsize) size > ENOUGH_WITH_PHOTOS)
    return TRUE;
  if (!ruhu_session_may_have_photo (self->session, self->device, hash, &may, error))
    return FALSE;
  photo = may ? ruhu_photo_store_read (self->photos, hash, &local) : NULL;
  if (g_error_matches (local, RUHU_ERROR, RUHU_ERROR_CORRUPT))
    g_warning ("a photo's file was damaged and has been set aside");
  if (photo != NULL)
    ruhu_parcel_add (self->parcel, target, g_bytes_get_data (photo, NULL), g_bytes_get_size (photo));
  return TRUE;
}

/* What the laptop named, and what it is just being told of. */
static gboolean
add_photos (Maker *self, char **wanted, GError **error)
{
  GHashTableIter iter;
  gpointer hash;

  for (; *wanted != NULL; wanted++)
    if (!add_photo (self, *wanted, error))
      return FALSE;
  g_hash_table_iter_init (&iter, self->mentioned);
  while (g_hash_table_iter_next (&iter, &hash, NULL))
    if (!add_photo (self, hash, error))
      return FALSE;
  return TRUE;
}

static gboolean
is_enough (Maker *self)
{
  return ruhu_parcel_get_size (self->parcel) >= ENOUGH;
}

/* All pages of a backfill from @cookie on. What the device may not have (any more) is answered by that. */
static gboolean
add_backfill (Maker *self, const char *scope, gint64 at, const char *cookie, GError **error)
{
  g_autofree char *place = g_strdup (cookie);
  gboolean more = TRUE;

  while (more && !is_enough (self))
    {
      g_autofree char *target = ruhu_target_backfill (scope, at, place);
      g_autoptr (GString) lines = g_string_new (NULL);
      g_autoptr (RuhuBackfillPage) page = NULL;
      g_autoptr (GError) local = NULL;

      if (!ruhu_ledger_backfill (self->session->ledger, self->device, scope, at, place, self->page_bytes, lines, &local))
        {
          if (g_error_matches (local, RUHU_ERROR, RUHU_ERROR_FORBIDDEN))
            {
              ruhu_parcel_add (self->parcel, target, NULL, 0);
              return TRUE;
            }
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      page = ruhu_backfill_page_parse (lines->str, lines->len, error);
      if (page == NULL)
        return FALSE;
      ruhu_parcel_add (self->parcel, target, lines->str, lines->len);
      g_free (place);
      place = g_strdup (page->next);
      more = place != NULL;
    }
  return TRUE;
}

/* What the laptop will ask for when it comes to this entry: a scope that is given, and the scope of a change of its own that was refused. */
static gboolean
add_what_follows (Maker *self, const RuhuEntry *entry, GError **error)
{
  g_autofree char *scope = NULL;

  if (entry->kind == RUHU_ENTRY_CHANGE)
    {
      g_autoptr (RuhuChange) change = ruhu_change_parse (entry->change, entry->change_length, NULL);

      if (change != NULL)
        ruhu_store_add_change_photos (self->session->store, change, self->mentioned);
    }
  if (entry->kind == RUHU_ENTRY_GRANT)
    return add_backfill (self, entry->scope, entry->position, NULL, error);
  if (entry->kind != RUHU_ENTRY_ECHO || entry->reason == NULL)
    return TRUE;
  if (!ruhu_database_get_text (ruhu_store_get_database (self->session->store), "SELECT scope FROM log WHERE n = ?1", &scope, error, "i", entry->position))
    return FALSE;
  return scope == NULL || add_backfill (self, scope, entry->position, NULL, error);
}

/* The stream behind @after. *@whole: to its end. */
static gboolean
add_stream (Maker *self, gint64 after, const char *known, gboolean *whole, GError **error)
{
  g_autofree char *hash = g_strdup (known);
  gint64 cursor = after;

  *whole = FALSE;
  while (!*whole && !is_enough (self))
    {
      g_autofree char *target = ruhu_target_pull (cursor, hash);
      g_autoptr (GString) lines = g_string_new (NULL);
      g_autoptr (RuhuPage) page = NULL;

      if (!ruhu_ledger_stream (self->session->ledger, self->device, cursor, hash, self->page_bytes, lines, error))
        return FALSE;
      page = ruhu_page_parse (lines->str, lines->len, error);
      if (page == NULL)
        return FALSE;
      ruhu_parcel_add (self->parcel, target, lines->str, lines->len);
      for (guint i = 0; i < page->entries->len && !is_enough (self); i++)
        {
          if (!add_what_follows (self, &g_array_index (page->entries, RuhuEntry, i), error))
            return FALSE;
        }
      *whole = page->until >= page->head && !is_enough (self);
      cursor = page->until;
      g_free (hash);
      hash = g_strdup (page->hash);
    }
  return TRUE;
}

static GBytes *
make_answer (RuhuSession *session, RuhuPhotoStore *photos, const RuhuStanding *standing, gsize page_bytes, RuhuParcel *parcel, RuhuImport *import, GError **error)
{
  g_autoptr (GHashTable) mentioned = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Maker maker = { session, photos, mentioned, import->device, page_bytes, parcel };

  if (standing->scope != NULL && !add_backfill (&maker, standing->scope, standing->at, standing->cookie, error))
    return NULL;
  /* A laptop with a backfill under way goes on behind what that is for, without a hash there. */
  if (standing->scope != NULL ? !add_stream (&maker, standing->at, NULL, &import->whole, error) : !add_stream (&maker, standing->cursor, standing->hash, &import->whole, error))
    return NULL;
  if (standing->wanted != NULL && !add_photos (&maker, standing->wanted, error))
    return NULL;
  return ruhu_parcel_to_bytes (parcel);
}

GBytes *
ruhu_import_bundle (RuhuSession *session, RuhuPhotoStore *photos, const char *key_pem, gsize page_bytes, GBytes *bundle, RuhuImport *import, GError **error)
{
  g_autofree char *token_hash = NULL;
  g_autoptr (GBytes) content = NULL, answer = NULL;
  g_autoptr (GPtrArray) changes = NULL, brought = NULL;
  g_autoptr (RuhuParcel) parcel = ruhu_parcel_new ();
  g_auto (RuhuStanding) standing = { 0 };
  gsize size, offset = 0, length = 0;
  const char *text, *line = "";

  g_return_val_if_fail (session != NULL && key_pem != NULL && bundle != NULL && import != NULL, NULL);

  if (!find_device (session, bundle, import, &token_hash, error))
    return NULL;
  content = ruhu_bundle_open_outbox (bundle, token_hash, key_pem, error);
  if (content == NULL)
    return NULL;
  text = g_bytes_get_data (content, &size);
  if (!ruhu_wire_next_line (text, size, &offset, &line, &length))
    length = 0;
  if (!ruhu_standing_parse (&standing, line, length, error))
    return NULL;
  if (standing.photos)
    {
      if ((guint64) standing.changes > size - offset)
        {
          g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("What is in the bundle is malformed."));
          return NULL;
        }
      size = offset + (gsize) standing.changes;
      brought = ruhu_parcel_parse_photos (content, size, error);
      if (brought == NULL)
        return NULL;
    }
  changes = parse_changes (import->device, text, size, offset, error);
  if (changes == NULL || !check_history (session, &standing, error) || !accept (session, changes, import, parcel, error))
    return NULL;
  if (brought != NULL)
    accept_photos (session, photos, brought, import, parcel);
  answer = make_answer (session, photos, &standing, page_bytes, parcel, import, error);
  return answer != NULL ? ruhu_bundle_seal_answer (import->device, token_hash, answer, error) : NULL;
}
