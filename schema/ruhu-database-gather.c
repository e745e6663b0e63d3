/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SQLite writes each frame of its write-ahead log by two calls, and a save has some seventeen frames: a fifth of its time was spent there. Here the frames that follow on each other are
 * kept until something has to be on the disk.
 *
 * A frame is a head of 24 bytes and a page (https://www.sqlite.org/fileformat2.html#the_write_ahead_log). The head of a transaction's last frame says how many pages the database has,
 * those of the others say nought. What was kept is handed on
 *
 *   when the page of a transaction's last frame has come: before SQLite tells anybody of it, whether it syncs or not, so that a failure is told to whoever commits;
 *   before anything else is asked of the file, and before a write that does not go on where the last one ended;
 *   when it is more than ROOM.
 *
 * What is lost with the program before that is no loss: nobody looks behind the last frame that was told. What is still kept when the right to write to the log is given up was taken back:
 * it is forgotten then, since somebody else's frames may stand in its place next. That right is a lock of the database's file, which is therefore watched too. All other files are the base's own. */
#define G_LOG_DOMAIN "ruhu-database"

#include "config.h"

#include "ruhu-database-gather.h"

#include <sqlite3.h>
#include <string.h>

#define VFS          "gather"
#define FRAME_HEADER 24
#define SIZE_AT      4            /* where a frame's head says the database's size */
#define ROOM         (120 * 1024) /* SQLite's own VFS writes less than 128 KiB at a time */

typedef struct
{
  sqlite3_file base;
  sqlite3_file *real; /* behind this one */
  /* Owned. */
  guint8 *bytes;
  /* Borrowed. */
  struct _Main *main; /* whose log it is; NULL: that was closed */
  /* Values. */
  gsize length;  /* of what is kept */
  gint64 next;   /* where the last write ended */
  gboolean ends; /* the last head that came was of a transaction's last frame */
} Log;

/* The database's own file: as the base has it, but for the lock. */
typedef struct _Main
{
  sqlite3_file base;
  sqlite3_file *real; /* behind this one */
  Log *log;           /* borrowed; NULL: it has none open */
} Main;

#define REAL(file)      (((Log *) (file))->real)
#define MAIN_REAL(file) (((Main *) (file))->real)
/* Of the locks on the log's index, the one of whoever writes (https://www.sqlite.org/walformat.html#wal_locks). */
#define WRITE_LOCK 0

static int
hand_on (Log *self)
{
  gsize length = self->length;

  self->length = 0;
  if (length == 0)
    return SQLITE_OK;
  return self->real->pMethods->xWrite (self->real, self->bytes, (int) length, self->next - (gint64) length);
}

static gboolean
has_room (Log *self, gsize more)
{
  if (self->bytes == NULL)
    self->bytes = sqlite3_malloc (ROOM);
  return self->bytes != NULL && self->length + more <= ROOM;
}

/* Whether SQLite, once this is written, may tell others of a transaction. */
static gboolean
ends_transaction (Log *self, const guint8 *bytes, int size)
{
  static const guint8 nought[4] = { 0 };

  if (size == FRAME_HEADER)
    self->ends = memcmp (bytes + SIZE_AT, nought, sizeof nought) != 0;
  return self->ends && size != FRAME_HEADER;
}

/* *@kept: what was kept goes on with this, and has it too; else nothing is kept. */
static int
keep (Log *self, const void *bytes, int size, gint64 offset, gboolean *kept)
{
  int result = SQLITE_OK;

  *kept = FALSE;
  if (offset == self->next && !has_room (self, (gsize) size))
    result = hand_on (self);
  if (result != SQLITE_OK || offset != self->next || !has_room (self, (gsize) size))
    return result != SQLITE_OK ? result : hand_on (self);
  memcpy (self->bytes + self->length, bytes, (gsize) size);
  self->length += (gsize) size;
  self->next += size;
  *kept = TRUE;
  return SQLITE_OK;
}

static int
log_write (sqlite3_file *file, const void *bytes, int size, sqlite3_int64 offset)
{
  Log *self = (Log *) file;
  gboolean ends = ends_transaction (self, bytes, size), kept;
  int result = keep (self, bytes, size, offset, &kept);

  if (result == SQLITE_OK && !kept)
    {
      result = self->real->pMethods->xWrite (self->real, bytes, size, offset);
      self->next = offset + size;
    }
  if (result == SQLITE_OK && ends)
    result = hand_on (self);
  /* What failed is begun anew, from wherever. */
  if (result != SQLITE_OK)
    self->next = -1;
  return result;
}

static int
log_close (sqlite3_file *file)
{
  Log *self = (Log *) file;

  if (self->main != NULL)
    self->main->log = NULL;
  sqlite3_free (self->bytes);
  return self->real->pMethods->xClose (self->real);
}

static int
log_read (sqlite3_file *file, void *bytes, int size, sqlite3_int64 offset)
{
  int result = hand_on ((Log *) file);

  return result == SQLITE_OK ? REAL (file)->pMethods->xRead (REAL (file), bytes, size, offset) : result;
}

static int
log_truncate (sqlite3_file *file, sqlite3_int64 size)
{
  int result = hand_on ((Log *) file);

  ((Log *) file)->next = -1;
  return result == SQLITE_OK ? REAL (file)->pMethods->xTruncate (REAL (file), size) : result;
}

static int
log_sync (sqlite3_file *file, int flags)
{
  int result = hand_on ((Log *) file);

  return result == SQLITE_OK ? REAL (file)->pMethods->xSync (REAL (file), flags) : result;
}

static int
log_size (sqlite3_file *file, sqlite3_int64 *size)
{
  int result = hand_on ((Log *) file);

  return result == SQLITE_OK ? REAL (file)->pMethods->xFileSize (REAL (file), size) : result;
}

static int
log_lock (sqlite3_file *file, int level)
{
  return REAL (file)->pMethods->xLock (REAL (file), level);
}

static int
log_unlock (sqlite3_file *file, int level)
{
  return REAL (file)->pMethods->xUnlock (REAL (file), level);
}

static int
log_check_reserved (sqlite3_file *file, int *reserved)
{
  return REAL (file)->pMethods->xCheckReservedLock (REAL (file), reserved);
}

static int
log_control (sqlite3_file *file, int what, void *argument)
{
  return REAL (file)->pMethods->xFileControl (REAL (file), what, argument);
}

static int
log_sector (sqlite3_file *file)
{
  return REAL (file)->pMethods->xSectorSize (REAL (file));
}

static int
log_characteristics (sqlite3_file *file)
{
  return REAL (file)->pMethods->xDeviceCharacteristics (REAL (file));
}

static const sqlite3_io_methods log_methods = {
  .iVersion = 1,
  .xClose = log_close,
  .xRead = log_read,
  .xWrite = log_write,
  .xTruncate = log_truncate,
  .xSync = log_sync,
  .xFileSize = log_size,
  .xLock = log_lock,
  .xUnlock = log_unlock,
  .xCheckReservedLock = log_check_reserved,
  .xFileControl = log_control,
  .xSectorSize = log_sector,
  .xDeviceCharacteristics = log_characteristics,
};

/* --- the database's own file --- */

static int
main_close (sqlite3_file *file)
{
  if (((Main *) file)->log != NULL)
    ((Main *) file)->log->main = NULL;
  return MAIN_REAL (file)->pMethods->xClose (MAIN_REAL (file));
}

static int
main_read (sqlite3_file *file, void *bytes, int size, sqlite3_int64 offset)
{
  return MAIN_REAL (file)->pMethods->xRead (MAIN_REAL (file), bytes, size, offset);
}

static int
main_write (sqlite3_file *file, const void *bytes, int size, sqlite3_int64 offset)
{
  return MAIN_REAL (file)->pMethods->xWrite (MAIN_REAL (file), bytes, size, offset);
}

static int
main_truncate (sqlite3_file *file, sqlite3_int64 size)
{
  return MAIN_REAL (file)->pMethods->xTruncate (MAIN_REAL (file), size);
}

static int
main_sync (sqlite3_file *file, int flags)
{
  return MAIN_REAL (file)->pMethods->xSync (MAIN_REAL (file), flags);
}

static int
main_size (sqlite3_file *file, sqlite3_int64 *size)
{
  return MAIN_REAL (file)->pMethods->xFileSize (MAIN_REAL (file), size);
}

static int
main_lock (sqlite3_file *file, int level)
{
  return MAIN_REAL (file)->pMethods->xLock (MAIN_REAL (file), level);
}

static int
main_unlock (sqlite3_file *file, int level)
{
  return MAIN_REAL (file)->pMethods->xUnlock (MAIN_REAL (file), level);
}

static int
main_check_reserved (sqlite3_file *file, int *reserved)
{
  return MAIN_REAL (file)->pMethods->xCheckReservedLock (MAIN_REAL (file), reserved);
}

static int
main_control (sqlite3_file *file, int what, void *argument)
{
  return MAIN_REAL (file)->pMethods->xFileControl (MAIN_REAL (file), what, argument);
}

static int
main_sector (sqlite3_file *file)
{
  return MAIN_REAL (file)->pMethods->xSectorSize (MAIN_REAL (file));
}

static int
main_characteristics (sqlite3_file *file)
{
  return MAIN_REAL (file)->pMethods->xDeviceCharacteristics (MAIN_REAL (file));
}

static int
main_shm_map (sqlite3_file *file, int page, int size, int extend, void volatile **memory)
{
  return MAIN_REAL (file)->pMethods->xShmMap (MAIN_REAL (file), page, size, extend, memory);
}

static int
main_shm_lock (sqlite3_file *file, int offset, int n, int flags)
{
  Log *log = ((Main *) file)->log;

  if (log != NULL && log->length > 0 && (flags & SQLITE_SHM_UNLOCK) != 0 && (flags & SQLITE_SHM_EXCLUSIVE) != 0 && offset == WRITE_LOCK)
    {
      log->length = 0;
      log->next = -1;
    }
  return MAIN_REAL (file)->pMethods->xShmLock (MAIN_REAL (file), offset, n, flags);
}

static void
main_shm_barrier (sqlite3_file *file)
{
  MAIN_REAL (file)->pMethods->xShmBarrier (MAIN_REAL (file));
}

static int
main_shm_unmap (sqlite3_file *file, int remove)
{
  return MAIN_REAL (file)->pMethods->xShmUnmap (MAIN_REAL (file), remove);
}

/* Without the memory map of version 3, which is not used. */
static const sqlite3_io_methods main_methods = {
  .iVersion = 2,
  .xClose = main_close,
  .xRead = main_read,
  .xWrite = main_write,
  .xTruncate = main_truncate,
  .xSync = main_sync,
  .xFileSize = main_size,
  .xLock = main_lock,
  .xUnlock = main_unlock,
  .xCheckReservedLock = main_check_reserved,
  .xFileControl = main_control,
  .xSectorSize = main_sector,
  .xDeviceCharacteristics = main_characteristics,
  .xShmMap = main_shm_map,
  .xShmLock = main_shm_lock,
  .xShmBarrier = main_shm_barrier,
  .xShmUnmap = main_shm_unmap,
};

/* --- the names of the disk: as the base has them --- */

static sqlite3_vfs *
base_of (sqlite3_vfs *vfs)
{
  return vfs->pAppData;
}

static int
open_main (sqlite3_vfs *base, const char *name, Main *self, int flags, int *out_flags)
{
  int result;

  memset (self, 0, sizeof *self);
  self->real = (sqlite3_file *) (self + 1);
  result = base->xOpen (base, name, self->real, flags, out_flags);
  if (self->real->pMethods != NULL)
    self->base.pMethods = &main_methods;
  return result;
}

static int
open_log (sqlite3_vfs *base, const char *name, Log *self, int flags, int *out_flags)
{
  Main *main = (Main *) sqlite3_database_file_object (name);
  int result;

  memset (self, 0, sizeof *self);
  self->real = (sqlite3_file *) (self + 1);
  self->next = -1;
  result = base->xOpen (base, name, self->real, flags, out_flags);
  if (self->real->pMethods == NULL)
    return result;
  self->base.pMethods = &log_methods;
  self->main = main;
  main->log = self;
  return result;
}

static int
disk_open (sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
  sqlite3_vfs *base = base_of (vfs);

  if ((flags & SQLITE_OPEN_WAL) != 0)
    return open_log (base, name, (Log *) file, flags, out_flags);
  return (flags & SQLITE_OPEN_MAIN_DB) != 0 ? open_main (base, name, (Main *) file, flags, out_flags) : base->xOpen (base, name, file, flags, out_flags);
}

static int
disk_delete (sqlite3_vfs *vfs, const char *name, int sync_directory)
{
  return base_of (vfs)->xDelete (base_of (vfs), name, sync_directory);
}

static int
disk_access (sqlite3_vfs *vfs, const char *name, int flags, int *there)
{
  return base_of (vfs)->xAccess (base_of (vfs), name, flags, there);
}

static int
disk_full_name (sqlite3_vfs *vfs, const char *name, int size, char *out)
{
  return base_of (vfs)->xFullPathname (base_of (vfs), name, size, out);
}

static int
disk_random (sqlite3_vfs *vfs, int size, char *out)
{
  return base_of (vfs)->xRandomness (base_of (vfs), size, out);
}

static int
disk_sleep (sqlite3_vfs *vfs, int microseconds)
{
  return base_of (vfs)->xSleep (base_of (vfs), microseconds);
}

static int
disk_time (sqlite3_vfs *vfs, sqlite3_int64 *milliseconds)
{
  return base_of (vfs)->xCurrentTimeInt64 (base_of (vfs), milliseconds);
}

static int
disk_last_error (sqlite3_vfs *vfs, int size, char *out)
{
  return base_of (vfs)->xGetLastError (base_of (vfs), size, out);
}

gboolean
ruhu_database_gather_register (const char *name, const char *base)
{
  sqlite3_vfs *real, *vfs;

  if (sqlite3_vfs_find (name) != NULL)
    return TRUE;
  real = sqlite3_vfs_find (base);
  if (real == NULL)
    return FALSE;
  /* For as long as the program runs: SQLite keeps it in a list of its own. */
  vfs = g_new0 (sqlite3_vfs, 1);
  vfs->iVersion = 2;
  vfs->szOsFile = (int) MAX (sizeof (Log), sizeof (Main)) + real->szOsFile;
  vfs->mxPathname = real->mxPathname;
  vfs->zName = name;
  vfs->pAppData = real;
  vfs->xOpen = disk_open;
  vfs->xDelete = disk_delete;
  vfs->xAccess = disk_access;
  vfs->xFullPathname = disk_full_name;
  vfs->xRandomness = disk_random;
  vfs->xSleep = disk_sleep;
  vfs->xGetLastError = disk_last_error;
  vfs->xCurrentTimeInt64 = disk_time;
  return sqlite3_vfs_register (vfs, FALSE) == SQLITE_OK;
}

/* Nobody asks SQLite how much memory it has: without counting it takes no lock for each piece. */
const char *
ruhu_database_gather_begin (void)
{
  static gsize done = 0;

  if (g_once_init_enter (&done))
    {
      gboolean gathers;

      sqlite3_config (SQLITE_CONFIG_MEMSTATUS, 0);
      gathers = ruhu_database_gather_register (VFS, NULL);
      g_once_init_leave (&done, gathers ? 1 : 2);
    }
  return done == 1 ? VFS : NULL;
}
