/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What becomes of each photo: records mention it by its hash, its bytes lie in the folder beside the database, and it travels after the changes that mention it.
 *
 * On a laptop the app adds photos and saves records that mention them; the daemon sends and fetches. Nothing but the township's acknowledgement makes a photo sent, and only what is sent,
 * and mentioned here no more, is removed. */
#pragma once

#include "ruhu-photo.h"
#include "ruhu-store.h"

G_BEGIN_DECLS

typedef enum
{
  RUHU_PHOTO_ABSENT,  /* not arrived here yet: no error, whoever took it has not sent it, or it is being fetched */
  RUHU_PHOTO_WAITING, /* here; nothing of it has been sent */
  RUHU_PHOTO_SENDING, /* here; the township has some bytes */
  RUHU_PHOTO_SENT,    /* here and at the township */
  RUHU_PHOTO_DAMAGED, /* the disk has altered it before it was sent, and nobody else has it; taken once more it is well again */
} RuhuPhotoState;

typedef struct
{
  RuhuPhotoState state;
  gint64 size;     /* bytes; 0 where it is absent */
  gint64 received; /* of them, how many the township has */
} RuhuPhotoStatus;

/* What the page of a household shows beside a photo. Two look-ups, no reading of the file. */
gboolean ruhu_store_get_photo_status (RuhuStore *self, RuhuPhotoStore *photos, const char *hash, RuhuPhotoStatus *status, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * ruhu_store_add_photo:
 *
 * Keeps a photo that was just taken, before any record mentions it; a draft may name it. It is sent once a saved record, or a draft that was handed over, mentions it, and removed when for a month none and no draft does.
 * The hash, for a field of type photo (transfer full). Errors: those of ruhu_photo_store_put(). A write: not on the UI's thread.
 */
char *ruhu_store_add_photo (RuhuStore *self, RuhuPhotoStore *photos, GBytes *bytes, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* How many photos wait to be sent, their bytes that are left, and how many are mentioned and not here. */
typedef struct
{
  gint64 due;
  gint64 due_bytes;
  gint64 wanted;
} RuhuPhotoCounts;

/* @photos NULL: without looking for what is wanted, which asks for the file of every photo mentioned. */
gboolean ruhu_store_count_photos (RuhuStore *self, RuhuPhotoStore *photos, RuhuPhotoCounts *counts, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Brings table and folder into line with records, outbox and drafts: what is mentioned becomes due; what was taken away again before it was sent is not sent, and stays here as long as it can be brought back; what is sent and
 * mentioned no more leaves the disk, with what came in part or was damaged. To be repeated at will; it also makes the table anew where it was lost. */
gboolean ruhu_store_follow_photos (RuhuStore *self, RuhuPhotoStore *photos, GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct
{
  char *hash;
  gint64 size;
  gint64 received;
  char *upload; /* where it goes on, or NULL */
} RuhuPhotoUpload;

void ruhu_photo_upload_free (RuhuPhotoUpload *self);

/* RuhuPhotoUpload: what is to be sent, the smallest first. @limit 0: all. Transfer full. */
GPtrArray *ruhu_store_list_due_photos (RuhuStore *self, gint64 limit, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The township has @received bytes, and goes on at @upload (NULL: it has to be begun anew). */
gboolean ruhu_store_set_photo_received (RuhuStore *self, const char *hash, gint64 received, const char *upload, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The township acknowledged it. */
gboolean ruhu_store_set_photo_sent (RuhuStore *self, const char *hash, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* What was to be sent turned out to be damaged: whoever took it is told, once, and it is not waited for. */
gboolean ruhu_store_set_photo_damaged (RuhuStore *self, const char *hash, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* What is due will never be taken: it is not waited for, and nobody is told here. */
gboolean ruhu_store_give_photo_up (RuhuStore *self, const char *hash, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Hashes (char *) of both kinds, in order. Transfer full. */
GPtrArray *ruhu_store_list_damaged_photos (RuhuStore *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The township lost it: it is to be sent again. */
gboolean ruhu_store_set_photo_lost (RuhuStore *self, const char *hash, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Where records are still to come, as after a rebuild, what no record here mentions counts as sent, for the township to be asked about it; elsewhere nothing changes. */
gboolean ruhu_store_claim_photos (RuhuStore *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Hashes (char *) of what is here and counts as sent, from behind @after on, in order. Transfer full. */
GPtrArray *ruhu_store_list_sent_photos (RuhuStore *self, const char *after, guint limit, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Hashes (char *) that records or drafts here mention and that are not here. @limit 0: all. Transfer full. */
GPtrArray *ruhu_store_list_wanted_photos (RuhuStore *self, RuhuPhotoStore *photos, guint limit, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Keeps a photo that came from the township as @hash. INVALID if it is another one; errors of ruhu_photo_store_put(). */
gboolean ruhu_store_keep_photo (RuhuStore *self, RuhuPhotoStore *photos, const char *hash, GBytes *bytes, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* All photos of a laptop go, sent or not. */
gboolean ruhu_store_erase_photos (RuhuStore *self, RuhuPhotoStore *photos, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Of any file, the township's too: hashes (char *) that the records mention, or those that were @removed, as a set; or, of one hash, the scopes of the records that mention it. Transfer full. */
GHashTable *ruhu_store_get_mentioned_photos (RuhuStore *self, gboolean removed, GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *ruhu_store_list_photo_scopes (RuhuStore *self, const char *hash, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Adds the hashes that the fields of type photo in @change give to @hashes, a set. */
void ruhu_store_add_change_photos (RuhuStore *self, const RuhuChange *change, GHashTable *hashes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuPhotoUpload, ruhu_photo_upload_free)

G_END_DECLS
