/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a photo must be like, and RuhuPhotoStore, the folder that photos lie in. What becomes of each of them on a laptop: ruhu-store-photos.h. */
#pragma once

#include "ruhu-types.h"

G_BEGIN_DECLS

#define RUHU_PHOTO_MAX_BYTES 307200
/* Pixels, of either side. */
#define RUHU_PHOTO_MAX_SIDE    4096
#define RUHU_PHOTO_HASH_LENGTH 64

/**
 * ruhu_photo_check:
 *
 * Whether @bytes are a photo that may be kept: a baseline or progressive JPEG (ITU-T T.81) with one or three components of 8 bits, no larger than the bounds above, which carries
 * a JFIF header without a thumbnail and nothing else beside the image: no EXIF, place, time, comment or colour profile, nothing after its end. It is not decoded: image data may be
 * damaged. TOO_LARGE, or INVALID with the reason.
 */
gboolean ruhu_photo_check (GBytes *bytes, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* 64 lower-case hexadecimal digits. NULL is allowed. */
gboolean ruhu_photo_is_hash (const char *text);
/* Adds to the set @hashes (char *) what in @json, the text of a draft, are strings that can be a photo's hash. */
void ruhu_photo_add_hashes (const char *json, GHashTable *hashes);

typedef struct _RuhuPhotoStore RuhuPhotoStore;

/* The folder "photos" beside the database at @database_path. Touches nothing; any thread may use it, and any program beside. Transfer full. */
RuhuPhotoStore *ruhu_photo_store_new (const char *database_path);
void ruhu_photo_store_free (RuhuPhotoStore *self);
const char *ruhu_photo_store_get_path (RuhuPhotoStore *self);

/* Keeps @bytes, which must pass ruhu_photo_check(); on disk when it returns. What is there already stays, and is mended if it is damaged. The SHA-256 (transfer full); NULL: nothing was
 * kept. Errors: those of ruhu_photo_check(), NO_SPACE, READ_ONLY, FAILED. */
char *ruhu_photo_store_put (RuhuPhotoStore *self, GBytes *bytes, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The bytes whose SHA-256 is @hash, verified. NOT_FOUND; CORRUPT: the file was damaged and has been set aside (in "photos/damaged"), so that it can be put again. Transfer full. */
GBytes *ruhu_photo_store_read (RuhuPhotoStore *self, const char *hash, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether a file is there, without reading it. *@size (optional): its length. */
gboolean ruhu_photo_store_has (RuhuPhotoStore *self, const char *hash, gint64 *size);

/* Where the photo of a valid @hash is or would be. Transfer full. */
char *ruhu_photo_store_dup_path (RuhuPhotoStore *self, const char *hash);

/* Nothing to remove is no error. */
gboolean ruhu_photo_store_remove (RuhuPhotoStore *self, const char *hash, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The hashes of all files (char *), sorted, unread. Also removes what an interrupted ruhu_photo_store_put() left an hour ago. Transfer full. */
GPtrArray *ruhu_photo_store_list (RuhuPhotoStore *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The whole folder goes, with what was set aside. */
gboolean ruhu_photo_store_erase (RuhuPhotoStore *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A folder (mode 0700) with its parents; what it is called is on disk when it returns. */
gboolean ruhu_photo_make_folder (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The names in @path are on disk when it returns. */
gboolean ruhu_photo_sync_folder (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Sets @error from errno @code: NO_SPACE, READ_ONLY, FAILED. Returns FALSE. */
gboolean ruhu_photo_fail (int code, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuPhotoStore, ruhu_photo_store_free)

G_END_DECLS
