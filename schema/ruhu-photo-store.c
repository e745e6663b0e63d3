/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The folder of photos:
 *
 *   photos/ab/abcd….jpg        a photo, by the SHA-256 of its bytes
 *   photos/new/abcd….XXXXXX    one that is being written; left there only by a power cut
 *   photos/damaged/abcd….N     files whose bytes had not their name's hash
 *   photos/incoming/           the township's unfinished uploads (syncd/township/ruhu-upload.c)
 *
 * A file under its own name is whole: it is written elsewhere, flushed, renamed, and the folder flushed. */
#define G_LOG_DOMAIN "ruhu-photo"

#include "config.h"

#include "ruhu-photo.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX      ".jpg"
#define LEFT_AFTER  3600 /* s */
#define MAX_DAMAGED 1000

struct _RuhuPhotoStore
{
  char *path;
};

gboolean
ruhu_photo_fail (int code, GError **error)
{
  RuhuError kind = RUHU_ERROR_FAILED;

  if (code == ENOSPC || code == EDQUOT || code == EFBIG)
    kind = RUHU_ERROR_NO_SPACE;
  else if (code == EROFS || code == EACCES || code == EPERM)
    kind = RUHU_ERROR_READ_ONLY;
  g_set_error (error, RUHU_ERROR, kind, _ ("The photo could not be stored: %s."), g_strerror (code));
  return FALSE;
}

RuhuPhotoStore *
ruhu_photo_store_new (const char *database_path)
{
  RuhuPhotoStore *self = g_new0 (RuhuPhotoStore, 1);
  g_autofree char *directory = g_path_get_dirname (database_path);

  self->path = g_build_filename (directory, "photos", NULL);
  return self;
}

void
ruhu_photo_store_free (RuhuPhotoStore *self)
{
  if (self == NULL)
    return;
  g_free (self->path);
  g_free (self);
}

const char *
ruhu_photo_store_get_path (RuhuPhotoStore *self)
{
  return self->path;
}

gboolean
ruhu_photo_sync_folder (const char *path, GError **error)
{
  g_auto (RuhuFd) fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  return (fd >= 0 && fsync (fd) == 0) || ruhu_photo_fail (errno, error);
}

gboolean
ruhu_photo_make_folder (const char *path, GError **error)
{
  g_autofree char *parent = NULL;

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return TRUE;
  parent = g_path_get_dirname (path);
  if (!g_file_test (parent, G_FILE_TEST_IS_DIR) && !ruhu_photo_make_folder (parent, error))
    return FALSE;
  if (g_mkdir (path, 0700) != 0 && errno != EEXIST)
    return ruhu_photo_fail (errno, error);
  return ruhu_photo_sync_folder (parent, error);
}

static char *
dup_folder (RuhuPhotoStore *self, const char *hash)
{
  char start[3] = { hash[0], hash[1], '\0' };

  return g_build_filename (self->path, start, NULL);
}

char *
ruhu_photo_store_dup_path (RuhuPhotoStore *self, const char *hash)
{
  g_autofree char *folder = dup_folder (self, hash);
  g_autofree char *name = g_strconcat (hash, SUFFIX, NULL);

  return g_build_filename (folder, name, NULL);
}

static gboolean
write_all (int fd, const guint8 *data, gsize length, GError **error)
{
  while (length > 0)
    {
      gssize written = write (fd, data, length);

      if (written < 0 && errno == EINTR)
        continue;
      if (written < 0)
        return ruhu_photo_fail (errno, error);
      data += written;
      length -= (gsize) written;
    }
  return fsync (fd) == 0 || ruhu_photo_fail (errno, error);
}

/* Gives the written file at @from its name in @folder. */
static gboolean
name_file (RuhuPhotoStore *self, const char *from, const char *hash, GError **error)
{
  g_autofree char *folder = dup_folder (self, hash);
  g_autofree char *path = ruhu_photo_store_dup_path (self, hash);

  if (!ruhu_photo_make_folder (folder, error))
    return FALSE;
  if (rename (from, path) != 0)
    return ruhu_photo_fail (errno, error);
  if (ruhu_photo_sync_folder (folder, error))
    return TRUE;
  /* Whole, but perhaps not for long: who is told that it failed must not find it. */
  if (unlink (path) != 0)
    g_debug ("a photo that may not last stays: %s", g_strerror (errno));
  return FALSE;
}

/* Whoever named it may not have come to flush the folder. */
static gboolean
sync_named (RuhuPhotoStore *self, const char *hash, GError **error)
{
  g_autofree char *folder = dup_folder (self, hash);

  return ruhu_photo_sync_folder (folder, error);
}

static gboolean
write_file (RuhuPhotoStore *self, GBytes *bytes, const char *hash, GError **error)
{
  g_autofree char *folder = g_build_filename (self->path, "new", NULL);
  g_autofree char *name = g_strconcat (hash, ".XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_auto (RuhuFd) fd = -1;
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);

  if (!ruhu_photo_make_folder (folder, error))
    return FALSE;
  fd = g_mkstemp_full (path, O_WRONLY | O_CLOEXEC, 0600);
  if (fd < 0)
    return ruhu_photo_fail (errno, error);
  if (write_all (fd, data, length, error) && name_file (self, path, hash, error))
    return TRUE;
  if (unlink (path) != 0 && errno != ENOENT)
    g_debug ("an unfinished photo stays: %s", g_strerror (errno));
  return FALSE;
}

char *
ruhu_photo_store_put (RuhuPhotoStore *self, GBytes *bytes, GError **error)
{
  g_autofree char *hash = NULL;
  g_autoptr (GBytes) there = NULL;
  g_autoptr (GError) local = NULL;

  g_return_val_if_fail (self != NULL && bytes != NULL, NULL);
  if (!ruhu_photo_check (bytes, error))
    return NULL;
  hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  there = ruhu_photo_store_read (self, hash, &local);
  if (!(there != NULL ? sync_named (self, hash, error) : write_file (self, bytes, hash, error)))
    return NULL;
  return g_steal_pointer (&hash);
}

/* What is damaged is kept for whoever can make something of it, under a name that nothing reads. */
static gboolean
set_aside (RuhuPhotoStore *self, const char *hash, GError **error)
{
  g_autofree char *folder = g_build_filename (self->path, "damaged", NULL);
  g_autofree char *path = ruhu_photo_store_dup_path (self, hash);

  if (!ruhu_photo_make_folder (folder, error))
    return FALSE;
  for (guint i = 1; i <= MAX_DAMAGED; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s.%u", hash, i);
      g_autofree char *target = g_build_filename (folder, name, NULL);

      if (g_file_test (target, G_FILE_TEST_EXISTS))
        continue;
      return rename (path, target) == 0 || errno == ENOENT || ruhu_photo_fail (errno, error);
    }
  return ruhu_photo_fail (EMLINK, error);
}

/* At most one byte more than a photo may have: a file that grew is damaged, not read to its end. */
static GBytes *
read_file (const char *path, int *code)
{
  g_auto (RuhuFd) fd = open (path, O_RDONLY | O_CLOEXEC);
  g_autofree guint8 *data = NULL;
  gsize length = 0;

  *code = errno;
  if (fd < 0)
    return NULL;
  data = g_malloc (RUHU_PHOTO_MAX_BYTES + 1);
  while (length <= RUHU_PHOTO_MAX_BYTES)
    {
      gssize got = read (fd, data + length, RUHU_PHOTO_MAX_BYTES + 1 - length);

      *code = errno;
      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        return NULL;
      if (got == 0)
        break;
      length += (gsize) got;
    }
  return g_bytes_new (data, length);
}

/* Whether the disk has it no more, as it says itself, or the file system's own sums do. Everything else may pass, or a person can mend it. */
static gboolean
is_lost (int code)
{
  return code == EIO || code == EUCLEAN || code == EBADMSG || code == ENODATA;
}

GBytes *
ruhu_photo_store_read (RuhuPhotoStore *self, const char *hash, GError **error)
{
  g_autofree char *path = NULL;
  g_autofree char *found = NULL;
  g_autoptr (GBytes) bytes = NULL;
  int code;

  g_return_val_if_fail (self != NULL && ruhu_photo_is_hash (hash), NULL);
  path = ruhu_photo_store_dup_path (self, hash);
  bytes = read_file (path, &code);
  if (bytes == NULL && (code == ENOENT || code == ENOTDIR))
    g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_NOT_FOUND, _ ("This photo has not arrived yet."));
  else if (bytes == NULL && !is_lost (code))
    g_set_error (error, RUHU_ERROR, RUHU_ERROR_FAILED, _ ("The photo could not be read: %s."), g_strerror (code));
  if (bytes == NULL && !is_lost (code))
    return NULL;
  if (bytes != NULL)
    found = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  if (g_strcmp0 (found, hash) == 0)
    return g_steal_pointer (&bytes);
  if (set_aside (self, hash, error))
    g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_CORRUPT, _ ("The photo's file is damaged."));
  return NULL;
}

gboolean
ruhu_photo_store_has (RuhuPhotoStore *self, const char *hash, gint64 *size)
{
  g_autofree char *path = NULL;
  struct stat info;

  g_return_val_if_fail (self != NULL, FALSE);
  if (!ruhu_photo_is_hash (hash))
    return FALSE;
  path = ruhu_photo_store_dup_path (self, hash);
  if (stat (path, &info) != 0 || !S_ISREG (info.st_mode))
    return FALSE;
  if (size != NULL)
    *size = info.st_size;
  return TRUE;
}

gboolean
ruhu_photo_store_remove (RuhuPhotoStore *self, const char *hash, GError **error)
{
  g_autofree char *path = NULL;
  g_autofree char *folder = NULL;

  g_return_val_if_fail (self != NULL && ruhu_photo_is_hash (hash), FALSE);
  path = ruhu_photo_store_dup_path (self, hash);
  folder = dup_folder (self, hash);
  if (unlink (path) == 0)
    return ruhu_photo_sync_folder (folder, error);
  return errno == ENOENT || errno == ENOTDIR || ruhu_photo_fail (errno, error);
}

static gboolean
list_folder (const char *path, GPtrArray *hashes, GError **error)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, error);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *hash = g_strndup (name, RUHU_PHOTO_HASH_LENGTH);

      if (g_str_has_suffix (name, SUFFIX) && strlen (name) == RUHU_PHOTO_HASH_LENGTH + strlen (SUFFIX) && ruhu_photo_is_hash (hash))
        g_ptr_array_add (hashes, g_steal_pointer (&hash));
    }
  return folder != NULL;
}

static void
remove_leftovers (RuhuPhotoStore *self)
{
  g_autofree char *path = g_build_filename (self->path, "new", NULL);
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  gint64 before = g_get_real_time () / G_USEC_PER_SEC - LEFT_AFTER;
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);
      struct stat info;

      if (stat (file, &info) == 0 && info.st_mtime < before && unlink (file) != 0)
        g_debug ("an unfinished photo stays: %s", g_strerror (errno));
    }
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

GPtrArray *
ruhu_photo_store_list (RuhuPhotoStore *self, GError **error)
{
  g_autoptr (GPtrArray) hashes = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) folders = NULL;
  const char *name;

  g_return_val_if_fail (self != NULL, NULL);
  if (!g_file_test (self->path, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&hashes);
  remove_leftovers (self);
  folders = g_dir_open (self->path, 0, error);
  if (folders == NULL)
    return NULL;
  while ((name = g_dir_read_name (folders)) != NULL)
    {
      g_autofree char *path = g_build_filename (self->path, name, NULL);

      if (strlen (name) == 2 && !list_folder (path, hashes, error))
        return NULL;
    }
  g_ptr_array_sort (hashes, compare_texts);
  return g_steal_pointer (&hashes);
}

/* Three levels, no links are followed. */
static gboolean
erase_below (const char *path, guint depth, GError **error)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, error);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (unlink (child) == 0)
        continue;
      if (errno != EISDIR || depth == 0)
        return ruhu_photo_fail (errno, error);
      if (!erase_below (child, depth - 1, error))
        return FALSE;
    }
  return folder != NULL && (g_rmdir (path) == 0 || ruhu_photo_fail (errno, error));
}

gboolean
ruhu_photo_store_erase (RuhuPhotoStore *self, GError **error)
{
  g_autofree char *parent = NULL;

  g_return_val_if_fail (self != NULL, FALSE);
  if (!g_file_test (self->path, G_FILE_TEST_EXISTS))
    return TRUE;
  parent = g_path_get_dirname (self->path);
  return erase_below (self->path, 2, error) && ruhu_photo_sync_folder (parent, error);
}
