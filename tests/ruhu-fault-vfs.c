/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What SQLite calls: files, their locks, shared memory between the connections of this process, and the names of the disk. */
#define G_LOG_DOMAIN "ruhu-fault"

#include "config.h"

#include "ruhu-fault-vfs.h"

#include "ruhu-database-gather.h"
#include "ruhu-fault-private.h"

#include <errno.h>
#include <string.h>

static gboolean
is_dark (FaultHandle *self)
{
  return fault_disk_is_dark (self->disk, self->program);
}

static int
handle_close (sqlite3_file *file)
{
  FaultHandle *self = (FaultHandle *) file;

  file->pMethods->xUnlock (file, SQLITE_LOCK_NONE);
  if (self->delete_on_close && !is_dark (self) && self->name != NULL)
    g_hash_table_remove (self->disk->names, self->name);
  fault_node_unref (self->node);
  g_free (self->name);
  self->disk->open--;
  return SQLITE_OK;
}

static int
handle_read (sqlite3_file *file, void *bytes, int length, sqlite3_int64 offset)
{
  FaultHandle *self = (FaultHandle *) file;
  GByteArray *content = self->node->live;
  gint64 there = CLAMP ((gint64) content->len - offset, 0, length);

  if (is_dark (self))
    return fault_refuse (SQLITE_IOERR_READ, EIO);
  if (self->disk->kind == FAULT_READ && !self->disk->paused && ++self->disk->count == self->disk->at)
    {
      self->disk->struck = TRUE;
      return fault_refuse (SQLITE_IOERR_READ, EIO);
    }
  if (there > 0)
    memcpy (bytes, content->data + offset, (gsize) there);
  if (there == length)
    return SQLITE_OK;
  memset ((guint8 *) bytes + there, 0, (gsize) (length - there));
  return SQLITE_IOERR_SHORT_READ;
}

/* Of a write what got through ends where a sector does: no system and no disk leaves half of one. */
static gsize
part_of (FaultDisk *disk, gint64 offset, int length)
{
  gint64 end = offset + fault_disk_chance (disk, (guint) length);

  return (gsize) MAX (end - end % FAULT_SECTOR - offset, 0);
}

static int
handle_write (sqlite3_file *file, const void *bytes, int length, sqlite3_int64 offset)
{
  FaultHandle *self = (FaultHandle *) file;
  gboolean strikes;
  int result = fault_disk_operate (self->disk, self->program, TRUE, &strikes, SQLITE_IOERR_WRITE);

  /* SQLite's own cannot do more at a time. */
  g_assert_cmpint (length, <, 128 * 1024);
  if (result != SQLITE_OK)
    return result;
  /* What did not get through entirely got through in part; at a power cut chance decides that afterwards. */
  if (strikes && self->disk->kind != FAULT_POWER)
    {
      fault_node_note (self->node, offset, bytes, part_of (self->disk, offset, length));
      return self->disk->kind == FAULT_FULL ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    }
  fault_node_note (self->node, offset, bytes, (gsize) length);
  return strikes ? SQLITE_IOERR_WRITE : SQLITE_OK;
}

static int
handle_truncate (sqlite3_file *file, sqlite3_int64 size)
{
  FaultHandle *self = (FaultHandle *) file;
  gboolean strikes;
  int result = fault_disk_operate (self->disk, self->program, FALSE, &strikes, SQLITE_IOERR_TRUNCATE);

  if (result != SQLITE_OK)
    return result;
  if (!strikes || self->disk->kind == FAULT_POWER)
    fault_node_note (self->node, size, NULL, 0);
  return strikes ? SQLITE_IOERR_TRUNCATE : SQLITE_OK;
}

static int
handle_sync (sqlite3_file *file, int flags)
{
  FaultHandle *self = (FaultHandle *) file;
  gboolean strikes;
  int result = fault_disk_operate (self->disk, self->program, FALSE, &strikes, SQLITE_IOERR_FSYNC);

  if (result != SQLITE_OK)
    return result;
  if (!strikes)
    {
      self->disk->syncs++;
      fault_node_keep (self->node);
      fault_disk_keep_names (self->disk);
      return SQLITE_OK;
    }
  if (self->disk->kind == FAULT_ERROR)
    fault_node_keep_some (self->disk, self->node);
  return SQLITE_IOERR_FSYNC;
}

static int
handle_size (sqlite3_file *file, sqlite3_int64 *size)
{
  if (is_dark ((FaultHandle *) file))
    return fault_refuse (SQLITE_IOERR_FSTAT, EIO);
  *size = ((FaultHandle *) file)->node->live->len;
  return SQLITE_OK;
}

/* The rules of https://www.sqlite.org/lockingv3.html between the connections of one process. */
static gboolean
may_lock (FaultHandle *self, int level)
{
  FaultNode *node = self->node;

  switch (level)
    {
    case SQLITE_LOCK_SHARED:
      return node->pending_lock == NULL && node->exclusive == NULL;
    case SQLITE_LOCK_RESERVED:
      return node->reserved == NULL;
    default:
      return (node->reserved == NULL || node->reserved == self) && (node->pending_lock == NULL || node->pending_lock == self);
    }
}

static int
handle_lock (sqlite3_file *file, int level)
{
  FaultHandle *self = (FaultHandle *) file;
  FaultNode *node = self->node;

  if (is_dark (self))
    return fault_refuse (SQLITE_IOERR_LOCK, EIO);
  if (self->lock >= level)
    return SQLITE_OK;
  if (!may_lock (self, level))
    return SQLITE_BUSY;
  if (self->lock == SQLITE_LOCK_NONE)
    node->shared++;
  if (level == SQLITE_LOCK_RESERVED)
    node->reserved = self;
  if (level == SQLITE_LOCK_EXCLUSIVE)
    {
      node->pending_lock = self;
      if (node->shared > 1)
        {
          self->lock = SQLITE_LOCK_PENDING;
          return SQLITE_BUSY;
        }
      node->exclusive = self;
    }
  self->lock = level;
  return SQLITE_OK;
}

static int
handle_unlock (sqlite3_file *file, int level)
{
  FaultHandle *self = (FaultHandle *) file;
  FaultNode *node = self->node;

  if (self->lock <= level)
    return SQLITE_OK;
  if (node->reserved == self)
    node->reserved = NULL;
  if (node->pending_lock == self)
    node->pending_lock = NULL;
  if (node->exclusive == self)
    node->exclusive = NULL;
  if (level == SQLITE_LOCK_NONE)
    node->shared--;
  self->lock = level;
  return SQLITE_OK;
}

static int
handle_check_reserved (sqlite3_file *file, int *reserved)
{
  *reserved = ((FaultHandle *) file)->node->reserved != NULL;
  return SQLITE_OK;
}

static int
handle_control (sqlite3_file *file, int what, void *argument)
{
  return SQLITE_NOTFOUND;
}

static int
handle_sector (sqlite3_file *file)
{
  return 4096;
}

/* As on the systems that Ruhu runs on: a torn write does no harm to its neighbours. */
static int
handle_characteristics (sqlite3_file *file)
{
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static int
shm_map (sqlite3_file *file, int region, int size, int extend, void volatile **memory)
{
  FaultHandle *self = (FaultHandle *) file;
  FaultNode *node = self->node;

  *memory = NULL;
  g_assert_cmpint (size, ==, FAULT_REGION);
  if (is_dark (self))
    return fault_refuse (SQLITE_IOERR_SHMMAP, EIO);
  if (!self->maps)
    node->mapped++;
  self->maps = TRUE;
  if ((guint) region >= node->regions->len && !extend)
    return SQLITE_OK;
  if ((guint) region >= node->regions->len && self->disk->kind == FAULT_FULL && self->disk->struck)
    return fault_refuse (SQLITE_IOERR_SHMSIZE, ENOSPC);
  while ((guint) region >= node->regions->len)
    g_ptr_array_add (node->regions, g_malloc0 (FAULT_REGION));
  *memory = g_ptr_array_index (node->regions, region);
  return SQLITE_OK;
}

static gboolean
shm_may_lock (FaultHandle *self, int slot, gboolean exclusive)
{
  FaultNode *node = self->node;

  if (node->shm_exclusive[slot] != NULL)
    return node->shm_exclusive[slot] == self;
  return !exclusive || node->shm_shared[slot] == (self->shm_shared[slot] ? 1 : 0);
}

static void
shm_release (FaultHandle *self, int slot)
{
  if (self->node->shm_exclusive[slot] == self)
    self->node->shm_exclusive[slot] = NULL;
  if (self->shm_shared[slot])
    self->node->shm_shared[slot]--;
  self->shm_shared[slot] = FALSE;
}

static void
shm_acquire (FaultHandle *self, int slot, gboolean exclusive)
{
  if (exclusive)
    self->node->shm_exclusive[slot] = self;
  else if (!self->shm_shared[slot])
    self->node->shm_shared[slot]++;
  self->shm_shared[slot] = self->shm_shared[slot] || !exclusive;
}

static int
shm_lock (sqlite3_file *file, int offset, int n, int flags)
{
  FaultHandle *self = (FaultHandle *) file;
  gboolean exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;

  if ((flags & SQLITE_SHM_UNLOCK) != 0)
    {
      for (int slot = offset; slot < offset + n; slot++)
        shm_release (self, slot);
      return SQLITE_OK;
    }
  if (is_dark (self))
    return fault_refuse (SQLITE_IOERR_SHMLOCK, EIO);
  for (int slot = offset; slot < offset + n; slot++)
    if (!shm_may_lock (self, slot, exclusive))
      return SQLITE_BUSY;
  for (int slot = offset; slot < offset + n; slot++)
    shm_acquire (self, slot, exclusive);
  return SQLITE_OK;
}

static void
shm_barrier (sqlite3_file *file)
{
  __sync_synchronize ();
}

/* With its last user the memory goes: the next one starts from an empty one, as it would after a crash. */
static int
shm_unmap (sqlite3_file *file, int delete)
{
  FaultHandle *self = (FaultHandle *) file;

  if (!self->maps)
    return SQLITE_OK;
  for (int slot = 0; slot < FAULT_SHM_SLOTS; slot++)
    shm_release (self, slot);
  self->maps = FALSE;
  if (--self->node->mapped == 0)
    g_ptr_array_set_size (self->node->regions, 0);
  return SQLITE_OK;
}

static const sqlite3_io_methods methods = {
  .iVersion = 2,
  .xClose = handle_close,
  .xRead = handle_read,
  .xWrite = handle_write,
  .xTruncate = handle_truncate,
  .xSync = handle_sync,
  .xFileSize = handle_size,
  .xLock = handle_lock,
  .xUnlock = handle_unlock,
  .xCheckReservedLock = handle_check_reserved,
  .xFileControl = handle_control,
  .xSectorSize = handle_sector,
  .xDeviceCharacteristics = handle_characteristics,
  .xShmMap = shm_map,
  .xShmLock = shm_lock,
  .xShmBarrier = shm_barrier,
  .xShmUnmap = shm_unmap,
};

/* The disk that @name begins with. *@rest: the name on it. */
static FaultDisk *
disk_of (const char *name, const char **rest)
{
  const char *slash = name != NULL ? strchr (name, '/') : NULL;
  char prefix[64] = "";

  *rest = slash != NULL ? slash + 1 : name;
  if (slash != NULL)
    g_strlcpy (prefix, name, MIN (sizeof prefix, (gsize) (slash - name) + 1));
  return fault_disk_get (prefix);
}

static int
disk_open (sqlite3_vfs *vfs, const char *full_name, sqlite3_file *file, int flags, int *out_flags)
{
  FaultHandle *self = (FaultHandle *) file;
  const char *name;
  FaultDisk *disk = disk_of (full_name, &name);
  FaultNode *node = name != NULL ? g_hash_table_lookup (disk->names, name) : NULL;
  gboolean has_parameters = full_name != NULL && (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL)) != 0;

  memset (self, 0, sizeof *self);
  self->disk = disk;
  self->program = has_parameters ? g_intern_string (sqlite3_uri_parameter (full_name, "program")) : NULL;
  if (is_dark (self))
    return fault_refuse (SQLITE_CANTOPEN, EIO);
  if (node == NULL && name != NULL && (flags & SQLITE_OPEN_CREATE) == 0)
    return fault_refuse (SQLITE_CANTOPEN, ENOENT);
  if (node == NULL && disk->kind == FAULT_FULL && disk->struck)
    return fault_refuse (SQLITE_CANTOPEN, ENOSPC);
  if (node != NULL)
    self->node = fault_node_ref (node);
  else
    self->node = fault_node_new ();
  if (node == NULL && name != NULL)
    g_hash_table_insert (disk->names, g_strdup (name), fault_node_ref (self->node));
  self->base.pMethods = &methods;
  self->name = g_strdup (name);
  self->delete_on_close = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
  disk->open++;
  if (out_flags != NULL)
    *out_flags = flags;
  return SQLITE_OK;
}

static int
disk_delete (sqlite3_vfs *vfs, const char *full_name, int sync_directory)
{
  const char *name;
  FaultDisk *disk = disk_of (full_name, &name);
  FaultNode *node = g_hash_table_lookup (disk->names, name);
  gboolean strikes;
  int result = fault_disk_operate (disk, NULL, FALSE, &strikes, SQLITE_IOERR_DELETE);

  if (result != SQLITE_OK)
    return result;
  if (node == NULL)
    return fault_refuse (SQLITE_IOERR_DELETE_NOENT, ENOENT);
  if (strikes && disk->kind != FAULT_POWER)
    return SQLITE_IOERR_DELETE;
  fault_disk_remove_name (disk, name, node);
  if (strikes)
    return SQLITE_IOERR_DELETE;
  if (sync_directory)
    fault_disk_keep_names (disk);
  return SQLITE_OK;
}

/* An empty file does not count as existing, as with SQLite's own. */
static int
disk_access (sqlite3_vfs *vfs, const char *full_name, int flags, int *result)
{
  const char *name;
  FaultDisk *disk = disk_of (full_name, &name);
  FaultNode *node = g_hash_table_lookup (disk->names, name);

  if (disk->dark)
    return fault_refuse (SQLITE_IOERR_ACCESS, EIO);
  *result = node != NULL && (flags != SQLITE_ACCESS_EXISTS || node->live->len > 0);
  return SQLITE_OK;
}

static int
disk_full_name (sqlite3_vfs *vfs, const char *name, int size, char *out)
{
  return g_strlcpy (out, name, (gsize) size) < (gsize) size ? SQLITE_OK : SQLITE_CANTOPEN;
}

/* The salts of write-ahead logs: what stood in one before must not pass for the next one's. */
static int
disk_random (sqlite3_vfs *vfs, int size, char *out)
{
  FaultDisk *disk = fault_disk_get ("");

  for (int i = 0; i < size; i++)
    out[i] = (char) fault_disk_chance (disk, 256);
  return size;
}

/* Nobody else could let go of a lock meanwhile. */
static int
disk_sleep (sqlite3_vfs *vfs, int microseconds)
{
  return microseconds;
}

static int
disk_time (sqlite3_vfs *vfs, sqlite3_int64 *milliseconds)
{
  *milliseconds = G_GINT64_CONSTANT (212397120000000); /* 2018-06-30 as a Julian day */
  return SQLITE_OK;
}

static int
disk_last_error (sqlite3_vfs *vfs, int size, char *out)
{
  return fault_get_errno ();
}

static sqlite3_vfs vfs_fault = {
  .iVersion = 2,
  .szOsFile = sizeof (FaultHandle),
  .mxPathname = 512,
  .zName = "fault-disk",
  .xOpen = disk_open,
  .xDelete = disk_delete,
  .xAccess = disk_access,
  .xFullPathname = disk_full_name,
  .xRandomness = disk_random,
  .xSleep = disk_sleep,
  .xGetLastError = disk_last_error,
  .xCurrentTimeInt64 = disk_time,
};

void
fault_vfs_register (void)
{
  static gboolean done;

  if (done)
    return;
  /* One thread alone uses the disks. */
  g_assert_cmpint (sqlite3_config (SQLITE_CONFIG_SINGLETHREAD), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_config (SQLITE_CONFIG_MEMSTATUS, 0), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_vfs_register (&vfs_fault, FALSE), ==, SQLITE_OK);
  /* As with the system's disks. */
  g_assert_true (ruhu_database_gather_register ("fault", vfs_fault.zName));
  done = TRUE;
}
