/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What becomes of uploads that nobody goes on with, and of photos that no record came to mention. */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-uploads-private.h"

#include "ruhu-store-photos.h"

#include <string.h>

#define SWEEP_EVERY (RUHU_UPLOADS_DAY / 24)

typedef enum
{
  MENTIONED_NOT,
  MENTIONED_FOR_NOW, /* by a draft that was handed over */
  MENTIONED_FOR_GOOD,
} Mention;

/* Whether anything has to do with the photo: a record, a change that was refused or waits for the office, or a draft. What cannot be looked up counts as such. */
static Mention
find_mention (RuhuSession *session, const char *hash)
{
  g_autoptr (GPtrArray) scopes = ruhu_store_list_photo_scopes (session->store, hash, NULL);
  gboolean drafted = TRUE;
  gint64 found = 1;

  if (scopes == NULL || scopes->len > 0 ||
      !ruhu_database_get_integer (ruhu_store_get_database (session->store), "SELECT 1 FROM log WHERE kind NOT IN ('change', 'scope') AND body LIKE '%' || ?1 || '%' LIMIT 1", 0, &found, NULL,
                                  "s", hash) ||
      found != 0)
    return MENTIONED_FOR_GOOD;
  return !ruhu_ledger_find_draft_photo (session->ledger, NULL, hash, &drafted, NULL) || drafted ? MENTIONED_FOR_NOW : MENTIONED_NOT;
}

/* Under the mutex: what has expired, as id → hash where it has to be looked up whether something mentions the photo, or NULL. NULL: it is not time. */
static GHashTable *
list_expired (RuhuUploads *self, gint64 now)
{
  GHashTable *expired;
  GHashTableIter iter;
  RuhuUpload *upload;

  if (self->swept != 0 && ABS (now - self->swept) < SWEEP_EVERY)
    return NULL;
  self->swept = now;
  expired = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_iter_init (&iter, self->uploads);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &upload))
    if (!upload->busy && upload->state.expires <= now)
      g_hash_table_insert (expired, g_strdup (upload->state.id), upload->state.complete && !upload->mentioned ? g_strdup (upload->hash) : NULL);
  return expired;
}

/* Under the mutex: whether another upload is about to bring the photo in, or was told that it is there. */
static gboolean
is_needed (RuhuUploads *self, const RuhuUpload *upload, gint64 now)
{
  GHashTableIter iter;
  RuhuUpload *other;

  g_hash_table_iter_init (&iter, self->uploads);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &other))
    if (other != upload && strcmp (other->hash, upload->hash) == 0 && (other->busy || (other->state.complete && other->state.expires > now)))
      return TRUE;
  return FALSE;
}

/* @mention: what it was a moment ago. */
static void
remove_expired (RuhuUploads *self, RuhuSession *session, const char *id, Mention mention, gint64 now)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  RuhuUpload *upload = g_hash_table_lookup (self->uploads, id);
  g_autoptr (GPtrArray) scopes = NULL;
  g_autoptr (GError) error = NULL;

  if (upload == NULL || upload->busy || upload->state.expires > now || (mention == MENTIONED_NOT && is_needed (self, upload, now)))
    return;
  if (mention == MENTIONED_FOR_NOW)
    {
      ruhu_uploads_postpone (self, upload, now);
      return;
    }
  scopes = mention == MENTIONED_NOT ? ruhu_store_list_photo_scopes (session->store, upload->hash, NULL) : NULL;
  if (scopes != NULL && scopes->len == 0 && !ruhu_photo_store_remove (self->photos, upload->hash, &error))
    g_warning ("a photo that nothing mentions stays: %s", error->message);
  ruhu_uploads_drop (self, upload);
}

void
ruhu_uploads_sweep (RuhuUploads *self, RuhuSession *session, gint64 now)
{
  g_autoptr (GHashTable) expired = NULL;
  GHashTableIter iter;
  gpointer id, hash;

  g_mutex_lock (&self->mutex);
  expired = list_expired (self, now);
  g_mutex_unlock (&self->mutex);
  if (expired == NULL)
    return;
  /* The log is looked through while others go on. */
  g_hash_table_iter_init (&iter, expired);
  while (g_hash_table_iter_next (&iter, &id, &hash))
    remove_expired (self, session, id, hash != NULL ? find_mention (session, hash) : MENTIONED_FOR_GOOD, now);
}
