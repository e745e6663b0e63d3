/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The end of a laptop: what it holds goes, once the township has all of it. */
#define G_LOG_DOMAIN "ruhu-replica"

#include "config.h"

#include "ruhu-heads.h"
#include "ruhu-replica-private.h"
#include "ruhu-store-photos.h"
#include "ruhu-store-private.h"

static gboolean
erase_all (RuhuReplica *self, GError **error)
{
  return ruhu_heads_forget (self->database, ruhu_store_get_catalogue (self->store), RUHU_SCOPE_ALL, NULL, error) &&
         ruhu_database_execute (self->database, "DELETE FROM log; DELETE FROM draft; DELETE FROM over_draft; DELETE FROM scope; DELETE FROM verdict; DELETE FROM checkpoint; DELETE FROM witness; DELETE FROM notice; "
                                                "DELETE FROM meta",
                                error) &&
         ruhu_store_set_meta (self->store, "scrub", "1", error);
}

static gboolean
erase (RuhuDatabase *database, gpointer data, GError **error)
{
  (void) database;
  return erase_all (data, error);
}

static gboolean
settle_erased (RuhuReplica *self, GError **error)
{
  g_clear_pointer (&self->device, g_free);
  return ruhu_replica_settle (self, error);
}

gboolean
ruhu_replica_erase (RuhuReplica *self, GError **error)
{
  return ruhu_database_transaction (self->database, erase, self, error) && settle_erased (self, error);
}

typedef struct
{
  RuhuReplica *replica;
  RuhuPhotoStore *photos;
  gboolean erased;
} EraseSent;

/* What the township is not known to have: what waits, what was held back (see ruhu_replica_hold_back()) until its author has dealt with it, and what it lost of others. */
#define UNSENT                                                                                                                                              \
  "SELECT (SELECT count (*) FROM log WHERE device = ?1 AND position IS NULL AND ((kind = 'change' AND seq > ?2) OR (kind = 'refused' AND settled = 0))) + " \
  "(SELECT count (*) FROM witness)"

/* Photos that a draft alone mentions become due once it was handed over, when they are looked at the next time. */
#define UNSENT_PHOTOS "SELECT count (*) FROM photo WHERE " RUHU_PHOTO_IS_DUE " OR (state = 'new' AND EXISTS (SELECT 1 FROM draft WHERE draft.body LIKE '%' || photo.hash || '%'))"

/* The files go before the transaction ends: where it does not, they were at the township anyhow, and where it does, none is left behind. */
static gboolean
erase_photos (EraseSent *job, gboolean *erased, GError **error)
{
  gint64 photos = 0;

  if (!ruhu_database_get_integer (job->replica->database, UNSENT_PHOTOS, 0, &photos, error, ""))
    return FALSE;
  *erased = photos == 0;
  return photos > 0 || ruhu_store_erase_photos (job->replica->store, job->photos, error);
}

/* Counted and erased under one lock: what is saved before is counted, what would be saved after has nowhere to go and is said to be unsaved. */
static gboolean
erase_sent (RuhuDatabase *database, gpointer data, GError **error)
{
  EraseSent *job = data;
  gint64 pushed, unsent, drafts;
  gboolean gone = TRUE;

  job->erased = FALSE;
  if (!ruhu_replica_get_pushed (job->replica, &pushed, error) ||
      !ruhu_database_get_integer (database, UNSENT, 0, &unsent, error, "si", job->replica->device, pushed) ||
      !ruhu_database_get_integer (database, "SELECT count (*) FROM draft WHERE version > handed", 0, &drafts, error, ""))
    return FALSE;
  if (unsent > 0 || drafts > 0)
    return TRUE;
  if (job->photos != NULL && !erase_photos (job, &gone, error))
    return FALSE;
  if (!gone)
    return TRUE;
  job->erased = erase_all (job->replica, error) && ruhu_store_set_meta (job->replica->store, RUHU_META_WITHDRAWN, "1", error);
  return job->erased;
}

gboolean
ruhu_replica_erase_sent (RuhuReplica *self, RuhuPhotoStore *photos, gboolean *erased, GError **error)
{
  EraseSent job = { self, photos, FALSE };

  *erased = FALSE;
  if (!ruhu_replica_load_device (self, error) || !ruhu_database_transaction (self->database, erase_sent, &job, error))
    return FALSE;
  *erased = job.erased;
  return !job.erased || settle_erased (self, error);
}
