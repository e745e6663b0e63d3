/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file as a whole: copied, written back, checked. */
#define G_LOG_DOMAIN "ruhu-database"

#include "config.h"

#include "ruhu-database-sqlite.h"

#include "ruhu-error.h"
#include "ruhu-replacement.h"
#include "ruhu-wal.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#define BACKUP_PAGES 256
#define STOP_STEP    2000
#define RAW_STEP     65536

gint64
ruhu_database_get_data_version (RuhuDatabase *self)
{
  gint64 version = 0;
  g_autoptr (GError) error = NULL;

  if (!ruhu_database_get_integer (self, "PRAGMA data_version", 0, &version, &error, ""))
    g_debug ("no data version: %s", error->message);
  return version;
}

gboolean
ruhu_database_was_moved (RuhuDatabase *self)
{
  int moved = 0;

  return (sqlite3_file_control (self->handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK && moved != 0) || ruhu_replacement_is_finished (self->path);
}

/* A backup that was not finished goes with everything beside it: a log left behind would be taken for that of the next file of this name. */
static void
remove_database (const char *path)
{
  static const char *const suffixes[] = { "", "-wal", "-shm" };

  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *name = g_strconcat (path, suffixes[i], NULL);

      if (g_unlink (name) != 0 && errno != ENOENT)
        g_warning ("an unfinished backup could not be removed: %s", g_strerror (errno));
    }
}

/* Run inside a read transaction: the pages are those of one moment, however much is written meanwhile, and nothing is begun again because of it. */
static gboolean
copy_pages (RuhuDatabase *self, gpointer data, GError **error)
{
  RuhuDatabase *target = data;
  sqlite3_backup *backup;
  gint64 begun;
  int result;

  /* The transaction begins with its first reading. */
  if (!ruhu_database_get_integer (self, "SELECT count (*) FROM sqlite_schema", 0, &begun, error, ""))
    return FALSE;
  backup = sqlite3_backup_init (target->handle, "main", self->handle, "main");
  if (backup == NULL)
    return ruhu_driver_fail (target->handle, sqlite3_errcode (target->handle), error);
  do
    {
      result = sqlite3_backup_step (backup, BACKUP_PAGES);
      if ((result & 0xff) == SQLITE_BUSY || (result & 0xff) == SQLITE_LOCKED)
        sqlite3_sleep (20);
    }
  while (result == SQLITE_OK || (result & 0xff) == SQLITE_BUSY || (result & 0xff) == SQLITE_LOCKED);
  result = sqlite3_backup_finish (backup);
  return result == SQLITE_OK || ruhu_driver_fail (target->handle, result, error);
}

gboolean
ruhu_database_backup (RuhuDatabase *self, const char *path, GError **error)
{
  g_autoptr (RuhuDatabase) target = NULL;

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("The backup's file exists already."));
      return FALSE;
    }
  target = ruhu_database_open (path, RUHU_DATABASE_CREATE, error);
  if (target != NULL && ruhu_database_read (self, copy_pages, target, error) && ruhu_database_checkpoint (target, error))
    return TRUE;
  g_clear_pointer (&target, ruhu_database_close);
  remove_database (path);
  return FALSE;
}

const char *
ruhu_database_get_path (RuhuDatabase *self)
{
  return self->path;
}

void
ruhu_database_stop_when (RuhuDatabase *self, RuhuStopFunc stop, gpointer data)
{
  sqlite3_progress_handler (self->handle, STOP_STEP, stop, data);
}

gboolean
ruhu_database_checkpoint (RuhuDatabase *self, GError **error)
{
  int result = sqlite3_wal_checkpoint_v2 (self->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);

  return result == SQLITE_OK || ruhu_driver_fail (self->handle, result, error);
}

gboolean
ruhu_database_settle (RuhuDatabase *self, GError **error)
{
  int result = sqlite3_wal_checkpoint_v2 (self->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);

  /* Somebody else is at it, or there is no room: what would be saved finds none either. */
  return (result & 0xff) != SQLITE_IOERR || ruhu_driver_fail (self->handle, result, error);
}

static gboolean
read_log (gpointer data, void *buffer, gsize size, gint64 offset)
{
  sqlite3_file *file = data;

  return file->pMethods->xRead (file, buffer, (int) size, offset) == SQLITE_OK;
}

GBytes *
ruhu_database_read_raw (RuhuDatabase *self, gboolean log)
{
  sqlite3_file *file = NULL;
  sqlite3_int64 size = 0;
  g_autofree char *bytes = NULL;

  if (sqlite3_file_control (self->handle, "main", log ? SQLITE_FCNTL_JOURNAL_POINTER : SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK || file == NULL || file->pMethods == NULL ||
      file->pMethods->xFileSize (file, &size) != SQLITE_OK || size <= 0)
    return NULL;
  bytes = g_try_malloc ((gsize) size);
  if (bytes == NULL)
    return NULL;
  for (sqlite3_int64 at = 0; at < size; at += RAW_STEP)
    if (file->pMethods->xRead (file, bytes + at, (int) MIN (size - at, RAW_STEP), at) != SQLITE_OK)
      memset (bytes + at, 0, (gsize) MIN (size - at, RAW_STEP));
  return g_bytes_new_take (g_steal_pointer (&bytes), (gsize) size);
}

gboolean
ruhu_driver_check_log (RuhuDatabase *self, GError **error)
{
  g_autofree char *mode = NULL;
  sqlite3_file *file = NULL;

  if (!ruhu_database_get_text (self, "PRAGMA journal_mode", &mode, error, ""))
    return FALSE;
  if (g_strcmp0 (mode, "wal") != 0 || sqlite3_file_control (self->handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file) != SQLITE_OK || file == NULL ||
      file->pMethods == NULL || !ruhu_wal_is_damaged (read_log, file))
    return TRUE;
  /* The last one to close would bring what is left of the log into the file, and remove it. */
  sqlite3_db_config (self->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_CORRUPT, _ ("The newest part of the database, the file beside it that ends in -wal, is damaged."));
  return FALSE;
}

gboolean
ruhu_database_check (RuhuDatabase *self, GError **error)
{
  g_autofree char *found = NULL;

  if (!ruhu_database_get_text (self, "PRAGMA integrity_check (1)", &found, error, ""))
    return FALSE;
  if (g_strcmp0 (found, "ok") == 0)
    return TRUE;
  g_set_error (error, RUHU_ERROR, RUHU_ERROR_CORRUPT, _ ("The database file is damaged: %s."), found);
  return FALSE;
}

gboolean
ruhu_driver_get_version (RuhuDatabase *self, gint64 *version, GError **error)
{
  return ruhu_database_get_integer (self, "PRAGMA user_version", 0, version, error, "");
}

gboolean
ruhu_driver_set_version (RuhuDatabase *self, gint64 version, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("PRAGMA user_version = %d", (int) version);

  return ruhu_database_execute (self, sql, error);
}
