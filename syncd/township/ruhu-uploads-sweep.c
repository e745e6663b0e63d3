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
  MENTIONED_FOR_NOW, /* by a draft that was handed over, or it could not be looked up */
  MENTIONED_FOR_GOOD,
} Mention;

#define SETTLED     "kind NOT IN ('change', 'scope') AND body LIKE '%' || ?1 || '%' LIMIT 1"
#define AFTER       "SELECT 1 FROM log WHERE n > ?2 AND " SETTLED
#define OF_A_DEVICE "SELECT 1 FROM log WHERE device = ?2 AND " SETTLED

/* Whether anything has to do with the photo: a record, a change that was refused or waits for the office, or a draft. Of such changes only those of @device are looked at, or, where that is
 * NULL, those behind the position @after. */
static Mention
find_mention (RuhuSession *session, const char *hash, const char *device, gint64 after)
{
  RuhuDatabase *database = ruhu_store_get_database (session->store);
  g_autoptr (GPtrArray) scopes = ruhu_store_list_photo_scopes (session->store, hash, NULL);
  gint64 found = 0;
  gboolean drafted;

  if (scopes != NULL && scopes->len > 0)
    return MENTIONED_FOR_GOOD;
  if (scopes == NULL || !(device != NULL ? ruhu_database_get_integer (database, OF_A_DEVICE, 0, &found, NULL, "ss", hash, device)
                                         : ruhu_database_get_integer (database, AFTER, 0, &found, NULL, "si", hash, after)))
    return MENTIONED_FOR_NOW;
  if (found != 0)
    return MENTIONED_FOR_GOOD;
  return !ruhu_ledger_find_draft_photo (session->ledger, NULL, hash, &drafted, NULL) || drafted ? MENTIONED_FOR_NOW : MENTIONED_NOT;
}

/* Under the mutex: id → hash. */
static GHashTable *
list_unmentioned (RuhuUploads *self, const char *device)
{
  GHashTable *uploads = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GHashTableIter iter;
  RuhuUpload *upload;

  g_hash_table_iter_init (&iter, self->uploads);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &upload))
    if (!upload->busy && upload->state.complete && !upload->mentioned && strcmp (upload->device, device) == 0)
      g_hash_table_insert (uploads, g_strdup (upload->state.id), g_strdup (upload->hash));
  return uploads;
}

static void
judge (RuhuUploads *self, const char *id, Mention mention, gint64 now)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  RuhuUpload *upload = g_hash_table_lookup (self->uploads, id);

  if (upload == NULL || upload->busy || upload->mentioned)
    return;
  upload->drafted = mention == MENTIONED_FOR_NOW;
  if (mention == MENTIONED_FOR_GOOD)
    ruhu_uploads_set_mentioned (self, upload, now);
}

void
ruhu_uploads_judge_anew (RuhuUploads *self, RuhuSession *session, const char *device, gint64 now)
{
  g_autoptr (GHashTable) uploads = NULL;
  GHashTableIter iter;
  gpointer id, hash;

  g_mutex_lock (&self->mutex);
  uploads = list_unmentioned (self, device);
  g_mutex_unlock (&self->mutex);
  g_hash_table_iter_init (&iter, uploads);
  while (g_hash_table_iter_next (&iter, &id, &hash))
    judge (self, id, find_mention (session, hash, device, 0), now);
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

/* @hash: (nullable): of a photo of which it has to be looked up whether something mentions it. */
static void
remove_expired (RuhuUploads *self, RuhuSession *session, const char *id, const char *hash, gint64 now)
{
  gint64 position = 0;
  Mention mention = MENTIONED_FOR_GOOD;
  g_autoptr (GMutexLocker) locker = NULL;
  g_autoptr (GError) error = NULL;
  RuhuUpload *upload;

  /* The log is looked through while others go on; what came meanwhile is looked at under the mutex. */
  if (hash != NULL)
    mention = ruhu_session_get_head (session, &position, NULL) ? find_mention (session, hash, NULL, 0) : MENTIONED_FOR_NOW;
  locker = g_mutex_locker_new (&self->mutex);
  upload = g_hash_table_lookup (self->uploads, id);
  if (upload == NULL || upload->busy || upload->state.expires > now || (mention == MENTIONED_NOT && is_needed (self, upload, now)))
    return;
  if (mention == MENTIONED_NOT)
    mention = find_mention (session, hash, NULL, position);
  if (mention == MENTIONED_FOR_NOW)
    {
      ruhu_uploads_postpone (self, upload, now);
      return;
    }
  if (mention == MENTIONED_NOT && !ruhu_photo_store_remove (self->photos, hash, &error))
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
  g_hash_table_iter_init (&iter, expired);
  while (g_hash_table_iter_next (&iter, &id, &hash))
    remove_expired (self, session, id, hash, now);
}
