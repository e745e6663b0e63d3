/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuUploads: photos on their way in, in the folder photos/incoming. What is told of one is on disk. Any thread. */
#pragma once

#include "ruhu-photo.h"
#include "ruhu-session.h"

G_BEGIN_DECLS

typedef struct _RuhuUploads RuhuUploads;

/* What one device may have under way, and what it may have sent that no record mentions. */
#define RUHU_UPLOADS_MAX_COUNT 64
#define RUHU_UPLOADS_MAX_BYTES (8 * 1024 * 1024)

typedef struct
{
  char id[33];
  gint64 size;
  gint64 offset;     /* bytes that are on disk */
  gint64 expires;    /* ms; of an upload that is complete: when it is forgotten */
  gboolean complete; /* the photo is in the store */
} RuhuUploadState;

/* Takes up what was under way. @photos is borrowed. @now: ms. Transfer full. */
RuhuUploads *ruhu_uploads_new (RuhuPhotoStore *photos, gint64 now);
void ruhu_uploads_free (RuhuUploads *self);

/* Begins the upload of @size bytes with the SHA-256 @hash; an unfinished one of the same device and photo gives way to it. Complete at once, and one upload however often it is begun, where the photo is there whole.
 * @session: to look up what mentions what the device sent before. RATE: the device has too much under way; NO_SPACE, READ_ONLY, FAILED. */
gboolean ruhu_uploads_create (RuhuUploads *self, RuhuSession *session, const char *device, const char *hash, gint64 size, gint64 now, RuhuUploadState *state, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* NOT_FOUND: there is none, it has expired, or it is another device's. */
gboolean ruhu_uploads_get (RuhuUploads *self, const char *device, const char *id, gint64 now, RuhuUploadState *state, GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef enum
{
  RUHU_UPLOAD_TAKEN,
  RUHU_UPLOAD_UNKNOWN,   /* as NOT_FOUND above */
  RUHU_UPLOAD_BUSY,      /* somebody else is writing it */
  RUHU_UPLOAD_MISPLACED, /* it does not go on at that offset; @state says where */
  RUHU_UPLOAD_TOO_LONG,
  RUHU_UPLOAD_OTHER,   /* whole, and not what was announced: it is gone */
  RUHU_UPLOAD_REFUSED, /* whole, and no photo that may be kept: it is gone; @error has the reason */
  RUHU_UPLOAD_FAILED,  /* @error: NO_SPACE, READ_ONLY, FAILED; nothing was taken */
} RuhuUploadResult;

/* Appends @bytes at @offset; the last ones bring the photo into the store. @session: to look up what mentions it. On disk when it returns TAKEN; @state is set then, and when MISPLACED. */
RuhuUploadResult ruhu_uploads_append (RuhuUploads *self, RuhuSession *session, const char *device, const char *id, gint64 offset, GBytes *bytes, gint64 now, RuhuUploadState *state, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A whole photo that came otherwise (in a bundle), past a server that may be at work: durable in the store when TAKEN. One that no record mentions is noted, so that it goes in a month when
 * none has come to do so. TAKEN, OTHER, REFUSED or FAILED. */
RuhuUploadResult ruhu_uploads_keep (RuhuPhotoStore *photos, RuhuSession *session, const char *device, const char *hash, GBytes *bytes, gint64 now, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Ends it; what came of it is gone, but for a photo that is complete. TAKEN, UNKNOWN or BUSY. */
RuhuUploadResult ruhu_uploads_remove (RuhuUploads *self, const char *device, const char *id, gint64 now) G_GNUC_WARN_UNUSED_RESULT;

/* Removes what has expired: unfinished uploads, and photos that nothing in the log came to mention. At most once an hour; to be called now and then. */
void ruhu_uploads_sweep (RuhuUploads *self, RuhuSession *session, gint64 now);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuUploads, ruhu_uploads_free)

G_END_DECLS
