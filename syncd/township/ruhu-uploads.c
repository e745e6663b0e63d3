/* SPDX-License-Identifier: GPL-3.0-or-later */
/* photos/incoming:
 *
 *   ID.upload   a key file: group "upload" with device, hash, size, expires (ms), complete, mentioned
 *   ID.part     the bytes that have come
 *
 * An upload is told of after its .upload is on disk; its offset is the length of its .part, which is flushed before it is told. A .part never has its whole length but while the photo is being
 * brought into the store: found so after a crash, its last byte is asked for once more. A complete upload is kept for whoever asks after it, and, where no record mentions the photo yet,
 * so that the photo goes when none has come to do so. */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-uploads-private.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-store-photos.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define GROUP       "upload"
#define INFO_SUFFIX ".upload"
#define PART_SUFFIX ".part"
#define DAY         RUHU_UPLOADS_DAY
#define EXPIRES     (7 * DAY)
#define UNMENTIONED (30 * DAY)

static void
upload_free (RuhuUpload *self)
{
  g_free (self->device);
  g_free (self->hash);
  g_free (self);
}

static char *
dup_path (RuhuUploads *self, const RuhuUpload *upload, const char *suffix)
{
  g_autofree char *name = g_strconcat (upload->state.id, suffix, NULL);

  return g_build_filename (self->folder, name, NULL);
}

static void
remove_file (RuhuUploads *self, const RuhuUpload *upload, const char *suffix)
{
  g_autofree char *path = dup_path (self, upload, suffix);

  if (g_unlink (path) != 0 && errno != ENOENT)
    g_warning ("an upload could not be removed: %s", g_strerror (errno));
}

static gboolean
write_info (RuhuUploads *self, const RuhuUpload *upload, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *path = dup_path (self, upload, INFO_SUFFIX);
  g_autofree char *text = NULL;
  g_autoptr (GError) local = NULL;
  gsize length;

  g_key_file_set_string (file, GROUP, "device", upload->device);
  g_key_file_set_string (file, GROUP, "hash", upload->hash);
  g_key_file_set_int64 (file, GROUP, "size", upload->state.size);
  g_key_file_set_int64 (file, GROUP, "expires", upload->state.expires);
  g_key_file_set_boolean (file, GROUP, "complete", upload->state.complete);
  g_key_file_set_boolean (file, GROUP, "mentioned", upload->mentioned);
  text = g_key_file_to_data (file, &length, NULL);
  if (!ruhu_photo_make_folder (self->folder, error))
    return FALSE;
  if (!g_file_set_contents_full (path, text, (gssize) length, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, &local))
    return ruhu_photo_fail (g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOSPC) ? ENOSPC : EIO, error);
  return ruhu_photo_sync_folder (self->folder, error);
}

/* How much of its bytes are there for certain; the whole of an unfinished one is cut by its last byte. */
static gint64
settle_part (RuhuUploads *self, const RuhuUpload *upload)
{
  g_autofree char *path = dup_path (self, upload, PART_SUFFIX);
  g_auto (RuhuFd) fd = open (path, O_WRONLY | O_CLOEXEC);
  struct stat info;
  gint64 length;

  if (fd < 0 || fstat (fd, &info) != 0)
    return 0;
  length = MIN (info.st_size, upload->state.size - 1);
  return ftruncate (fd, length) == 0 && fsync (fd) == 0 ? length : 0;
}

static void
load_info (RuhuUploads *self, const char *id)
{
  RuhuUpload *upload = g_new0 (RuhuUpload, 1);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *path = NULL;

  g_strlcpy (upload->state.id, id, sizeof upload->state.id);
  path = dup_path (self, upload, INFO_SUFFIX);
  if (g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL))
    {
      upload->device = g_key_file_get_string (file, GROUP, "device", NULL);
      upload->hash = g_key_file_get_string (file, GROUP, "hash", NULL);
      upload->state.size = g_key_file_get_int64 (file, GROUP, "size", NULL);
      upload->state.expires = g_key_file_get_int64 (file, GROUP, "expires", NULL);
      upload->state.complete = g_key_file_get_boolean (file, GROUP, "complete", NULL);
      upload->mentioned = g_key_file_get_boolean (file, GROUP, "mentioned", NULL);
    }
  if (upload->device == NULL || !ruhu_photo_is_hash (upload->hash) || upload->state.size < 1 || upload->state.size > RUHU_PHOTO_MAX_BYTES)
    {
      remove_file (self, upload, INFO_SUFFIX);
      upload_free (upload);
      return;
    }
  upload->state.offset = upload->state.complete ? upload->state.size : settle_part (self, upload);
  g_hash_table_insert (self->uploads, upload->state.id, upload);
}

static gboolean
is_id (const char *text)
{
  return strlen (text) == 32 && strspn (text, "0123456789abcdef") == 32;
}

static void
load (RuhuUploads *self)
{
  g_autoptr (GDir) folder = g_dir_open (self->folder, 0, NULL);
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *id = g_strndup (name, 32);

      if (is_id (id) && g_str_has_suffix (name, INFO_SUFFIX))
        load_info (self, id);
      else
        g_ptr_array_add (parts, g_strdup (name));
    }
  for (guint i = 0; i < parts->len; i++)
    {
      g_autofree char *id = g_strndup (parts->pdata[i], 32);
      g_autofree char *path = g_build_filename (self->folder, parts->pdata[i], NULL);

      if (!g_hash_table_contains (self->uploads, id) && g_unlink (path) != 0)
        g_debug ("something in the folder of uploads stays: %s", g_strerror (errno));
    }
}

RuhuUploads *
ruhu_uploads_new (RuhuPhotoStore *photos, gint64 now)
{
  RuhuUploads *self = g_new0 (RuhuUploads, 1);

  self->photos = photos;
  self->folder = g_build_filename (ruhu_photo_store_get_path (photos), "incoming", NULL);
  self->uploads = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) upload_free);
  g_mutex_init (&self->mutex);
  load (self);
  return self;
}

void
ruhu_uploads_free (RuhuUploads *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->uploads);
  g_mutex_clear (&self->mutex);
  g_free (self->folder);
  g_free (self);
}

static void
remove_files (RuhuUploads *self, const RuhuUpload *upload)
{
  remove_file (self, upload, INFO_SUFFIX);
  remove_file (self, upload, PART_SUFFIX);
}

void
ruhu_uploads_drop (RuhuUploads *self, RuhuUpload *upload)
{
  remove_files (self, upload);
  g_hash_table_remove (self->uploads, upload->state.id);
}

static void
note (RuhuUploads *self, const RuhuUpload *upload)
{
  g_autoptr (GError) error = NULL;

  if (!write_info (self, upload, &error))
    g_warning ("until when a photo is kept could not be noted: %s", error->message);
}

void
ruhu_uploads_postpone (RuhuUploads *self, RuhuUpload *upload, gint64 now)
{
  upload->state.expires = now + UNMENTIONED;
  note (self, upload);
}

void
ruhu_uploads_set_mentioned (RuhuUploads *self, RuhuUpload *upload, gint64 now)
{
  upload->mentioned = TRUE;
  upload->state.expires = now + DAY;
  note (self, upload);
}

/* Under the mutex. NULL: there is none for this device. */
static RuhuUpload *
find (RuhuUploads *self, const char *device, const char *id, gint64 now)
{
  RuhuUpload *upload = g_hash_table_lookup (self->uploads, id);

  return upload != NULL && strcmp (upload->device, device) == 0 && (upload->state.expires > now || upload->busy) ? upload : NULL;
}

/* Under the mutex: makes room for another upload of @hash, and says whether there is. @there: the photo is in the store; one that says so although it is not gives way too. */
static gboolean
make_room (RuhuUploads *self, const char *device, const char *hash, gint64 size, gboolean there)
{
  GHashTableIter iter;
  RuhuUpload *upload;
  gint64 bytes = size;
  guint count = 1;

  g_hash_table_iter_init (&iter, self->uploads);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &upload))
    {
      if (strcmp (upload->device, device) != 0)
        continue;
      if (strcmp (upload->hash, hash) == 0 && !upload->busy && !(upload->state.complete && there))
        {
          remove_files (self, upload);
          g_hash_table_iter_remove (&iter);
          continue;
        }
      if (upload->state.complete && (upload->mentioned || upload->drafted))
        continue;
      bytes += upload->state.size;
      count++;
    }
  return count <= RUHU_UPLOADS_MAX_COUNT && bytes <= RUHU_UPLOADS_MAX_BYTES;
}

static RuhuUpload *
upload_new (const char *device, const char *hash, gint64 size)
{
  RuhuUpload *upload = g_new0 (RuhuUpload, 1);
  g_autofree char *id = g_uuid_string_random ();
  gsize at = 0;

  for (const char *c = id; *c != '\0'; c++)
    if (*c != '-' && at < sizeof upload->state.id - 1)
      upload->state.id[at++] = *c;
  upload->device = g_strdup (device);
  upload->hash = g_strdup (hash);
  upload->state.size = size;
  return upload;
}

/* Under the mutex: NULL: this device has none that is complete. */
static RuhuUpload *
find_complete (RuhuUploads *self, const char *device, const char *hash)
{
  GHashTableIter iter;
  RuhuUpload *upload;

  g_hash_table_iter_init (&iter, self->uploads);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &upload))
    if (upload->state.complete && strcmp (upload->device, device) == 0 && strcmp (upload->hash, hash) == 0)
      return upload;
  return NULL;
}

/* Under the mutex: a complete one is told of again. */
static gboolean
renew (RuhuUploads *self, RuhuUpload *upload, gint64 now, RuhuUploadState *state, GError **error)
{
  gint64 before = upload->state.expires;

  upload->state.expires = MAX (before, now + DAY);
  if (upload->state.expires != before && !write_info (self, upload, error))
    {
      upload->state.expires = before;
      return FALSE;
    }
  *state = upload->state;
  return TRUE;
}

/* @bytes: of the photo that is there, or NULL. RATE: there is no room. */
static gboolean
begin (RuhuUploads *self, const char *device, const char *hash, gint64 size, GBytes *bytes, gint64 now, RuhuUploadState *state, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  gboolean there = bytes != NULL && ruhu_photo_store_has (self->photos, hash, NULL), whole = there && (gint64) g_bytes_get_size (bytes) == size;
  RuhuUpload *upload = whole ? find_complete (self, device, hash) : NULL;

  if (upload != NULL)
    return renew (self, upload, now, state, error);
  if (!make_room (self, device, hash, size, there))
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_RATE, _ ("This laptop has too many photos under way; finish some of them, or wait."));
      return FALSE;
    }
  upload = upload_new (device, hash, size);
  upload->state.expires = now + EXPIRES;
  if (whole)
    {
      upload->state.complete = upload->mentioned = TRUE;
      upload->state.offset = size;
      upload->state.expires = now + DAY;
    }
  if (!write_info (self, upload, error))
    {
      remove_file (self, upload, INFO_SUFFIX);
      upload_free (upload);
      return FALSE;
    }
  g_hash_table_insert (self->uploads, upload->state.id, upload);
  *state = upload->state;
  return TRUE;
}

gboolean
ruhu_uploads_create (RuhuUploads *self, RuhuSession *session, const char *device, const char *hash, gint64 size, gint64 now, RuhuUploadState *state, GError **error)
{
  /* Read whole, before the mutex: a damaged one is none, and is set aside. */
  g_autoptr (GBytes) bytes = ruhu_photo_store_read (self->photos, hash, NULL);
  g_autoptr (GError) local = NULL;

  if (begin (self, device, hash, size, bytes, now, state, &local))
    return TRUE;
  if (!g_error_matches (local, RUHU_ERROR, RUHU_ERROR_RATE))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  /* A visit is saved after its photos were sent. */
  ruhu_uploads_judge_anew (self, session, device, now);
  return begin (self, device, hash, size, bytes, now, state, error);
}

static void
set_not_found (GError **error)
{
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_NOT_FOUND, _ ("There is no such upload, or it has expired; begin it again."));
}

gboolean
ruhu_uploads_get (RuhuUploads *self, const char *device, const char *id, gint64 now, RuhuUploadState *state, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  RuhuUpload *upload = find (self, device, id, now);

  if (upload == NULL)
    {
      set_not_found (error);
      return FALSE;
    }
  *state = upload->state;
  return TRUE;
}

static gboolean
write_at (RuhuUploads *self, const RuhuUpload *upload, GBytes *bytes, GError **error)
{
  g_autofree char *path = dup_path (self, upload, PART_SUFFIX);
  g_auto (RuhuFd) fd = open (path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  gsize length, done = 0;
  const guint8 *data = g_bytes_get_data (bytes, &length);

  if (fd < 0)
    return ruhu_photo_fail (errno, error);
  while (done < length)
    {
      gssize written = pwrite (fd, data + done, length - done, upload->state.offset + (gint64) done);

      if (written < 0 && errno == EINTR)
        continue;
      if (written < 0)
        break;
      done += (gsize) written;
    }
  if (done == length && fsync (fd) == 0)
    return ruhu_photo_sync_folder (self->folder, error);
  ruhu_photo_fail (errno, error);
  if (ftruncate (fd, upload->state.offset) != 0)
    g_warning ("an upload could not be cut back: %s", g_strerror (errno));
  return FALSE;
}

/* What every photo passes on its way into the store; *@mentioned: a record mentions it. */
static RuhuUploadResult
judge (RuhuSession *session, const char *hash, GBytes *bytes, gboolean *mentioned, GError **error)
{
  g_autofree char *found = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  g_autoptr (GPtrArray) scopes = NULL;

  if (strcmp (found, hash) != 0)
    return RUHU_UPLOAD_OTHER;
  if (!ruhu_photo_check (bytes, error))
    return RUHU_UPLOAD_REFUSED;
  scopes = ruhu_store_list_photo_scopes (session->store, hash, error);
  if (scopes == NULL)
    return RUHU_UPLOAD_FAILED;
  *mentioned = scopes->len > 0;
  return RUHU_UPLOAD_TAKEN;
}

/* The whole photo is in the part: into the store with it. */
static RuhuUploadResult
complete (RuhuUploads *self, RuhuSession *session, const RuhuUpload *upload, gboolean *mentioned, GError **error)
{
  g_autofree char *path = dup_path (self, upload, PART_SUFFIX);
  g_autofree char *data = NULL, *kept = NULL;
  g_autoptr (GBytes) bytes = NULL;
  RuhuUploadResult result;
  gsize length;

  if (!g_file_get_contents (path, &data, &length, NULL))
    {
      ruhu_photo_fail (EIO, error);
      return RUHU_UPLOAD_FAILED;
    }
  bytes = g_bytes_new_take (g_steal_pointer (&data), length);
  result = judge (session, upload->hash, bytes, mentioned, error);
  if (result != RUHU_UPLOAD_TAKEN)
    return result;
  kept = ruhu_photo_store_put (self->photos, bytes, error);
  return kept != NULL ? RUHU_UPLOAD_TAKEN : RUHU_UPLOAD_FAILED;
}

RuhuUploadResult
ruhu_uploads_keep (RuhuPhotoStore *photos, RuhuSession *session, const char *device, const char *hash, GBytes *bytes, gint64 now, GError **error)
{
  g_autofree char *folder = g_build_filename (ruhu_photo_store_get_path (photos), "incoming", NULL), *kept = NULL;
  RuhuUploads self = { .photos = photos, .folder = folder };
  gint64 size = (gint64) g_bytes_get_size (bytes);
  gboolean mentioned = FALSE, noted = TRUE;
  RuhuUploadResult result = judge (session, hash, bytes, &mentioned, error);

  if (result != RUHU_UPLOAD_TAKEN)
    return result;
  if (!mentioned && !ruhu_photo_store_has (photos, hash, NULL))
    {
      RuhuUpload *upload = upload_new (device, hash, size);

      upload->state.offset = size;
      upload->state.complete = TRUE;
      upload->state.expires = now + UNMENTIONED;
      noted = write_info (&self, upload, error);
      upload_free (upload);
    }
  kept = noted ? ruhu_photo_store_put (photos, bytes, error) : NULL;
  return kept != NULL ? RUHU_UPLOAD_TAKEN : RUHU_UPLOAD_FAILED;
}

/* Not under the mutex; @upload is busy. */
static RuhuUploadResult
append (RuhuUploads *self, RuhuSession *session, RuhuUpload *upload, GBytes *bytes, gint64 now, GError **error)
{
  gint64 end = upload->state.offset + (gint64) g_bytes_get_size (bytes);
  RuhuUploadResult result;

  if (!write_at (self, upload, bytes, error))
    return RUHU_UPLOAD_FAILED;
  if (end < upload->state.size)
    {
      upload->state.offset = end;
      upload->state.expires = now + EXPIRES;
      return RUHU_UPLOAD_TAKEN;
    }
  result = complete (self, session, upload, &upload->mentioned, error);
  if (result == RUHU_UPLOAD_FAILED)
    {
      settle_part (self, upload);
      return result;
    }
  if (result != RUHU_UPLOAD_TAKEN)
    return result;
  upload->state.offset = end;
  upload->state.complete = TRUE;
  upload->state.expires = now + (upload->mentioned ? DAY : UNMENTIONED);
  if (write_info (self, upload, error))
    {
      remove_file (self, upload, PART_SUFFIX);
      return result;
    }
  upload->state.complete = FALSE;
  upload->state.offset = settle_part (self, upload);
  return RUHU_UPLOAD_FAILED;
}

/* Under the mutex. */
static RuhuUploadResult
check_append (RuhuUpload *upload, gint64 offset, gint64 length)
{
  if (upload == NULL)
    return RUHU_UPLOAD_UNKNOWN;
  if (upload->busy)
    return RUHU_UPLOAD_BUSY;
  if (offset != upload->state.offset)
    return RUHU_UPLOAD_MISPLACED;
  return length > upload->state.size - offset ? RUHU_UPLOAD_TOO_LONG : RUHU_UPLOAD_TAKEN;
}

RuhuUploadResult
ruhu_uploads_append (RuhuUploads *self, RuhuSession *session, const char *device, const char *id, gint64 offset, GBytes *bytes, gint64 now, RuhuUploadState *state, GError **error)
{
  RuhuUploadResult result;
  RuhuUpload *upload;

  g_mutex_lock (&self->mutex);
  upload = find (self, device, id, now);
  result = check_append (upload, offset, (gint64) g_bytes_get_size (bytes));
  if (upload != NULL)
    *state = upload->state;
  if (result == RUHU_UPLOAD_TAKEN && (upload->state.complete || g_bytes_get_size (bytes) == 0))
    {
      g_mutex_unlock (&self->mutex);
      return result;
    }
  if (result == RUHU_UPLOAD_TAKEN)
    upload->busy = TRUE;
  g_mutex_unlock (&self->mutex);
  if (result == RUHU_UPLOAD_UNKNOWN)
    set_not_found (error);
  if (result != RUHU_UPLOAD_TAKEN)
    return result;
  result = append (self, session, upload, bytes, now, error);
  g_mutex_lock (&self->mutex);
  upload->busy = FALSE;
  *state = upload->state;
  if (result == RUHU_UPLOAD_OTHER || result == RUHU_UPLOAD_REFUSED)
    ruhu_uploads_drop (self, upload);
  g_mutex_unlock (&self->mutex);
  return result;
}

RuhuUploadResult
ruhu_uploads_remove (RuhuUploads *self, const char *device, const char *id, gint64 now)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  RuhuUpload *upload = find (self, device, id, now);

  if (upload == NULL)
    return RUHU_UPLOAD_UNKNOWN;
  if (upload->busy)
    return RUHU_UPLOAD_BUSY;
  /* One that no record mentions goes on to count, and its photo to expire. */
  if (!upload->state.complete || upload->mentioned)
    ruhu_uploads_drop (self, upload);
  return RUHU_UPLOAD_TAKEN;
}
