/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The disk that breaks when it is told to, as SQLite sees it: what a write leaves that did not get through. */
#include "config.h"

#include "ruhu-fault-private.h"

#include <string.h>

#define SIZE   (5 * FAULT_SECTOR)
#define OFFSET 40
#define SEEDS  200

typedef struct
{
  FaultDisk *disk;
  sqlite3_file *file;
} Fixture;

/* What SQLite opens with. */
static void
open_file (Fixture *f)
{
  sqlite3_vfs *vfs = sqlite3_vfs_find ("fault-disk");
  int flags;

  f->file = g_malloc0 ((gsize) vfs->szOsFile);
  g_assert_cmpint (vfs->xOpen (vfs, "torn/file", f->file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &flags), ==, SQLITE_OK);
}

static void
close_file (Fixture *f)
{
  f->file->pMethods->xClose (f->file);
  g_clear_pointer (&f->file, g_free);
}

/* A file of zeros, all of it synced. */
static void
set_up (Fixture *f, guint64 seed)
{
  guint8 zeros[SIZE] = { 0 };

  f->disk = fault_disk_get ("torn");
  fault_disk_reset (f->disk, seed);
  open_file (f);
  g_assert_cmpint (f->file->pMethods->xWrite (f->file, zeros, SIZE, 0), ==, SQLITE_OK);
  g_assert_cmpint (f->file->pMethods->xSync (f->file, SQLITE_SYNC_NORMAL), ==, SQLITE_OK);
}

/* Where the write of ones ended; every sector is as it was or as it was to be, from the first one on where @in_order. */
static int
find_end (Fixture *f, int length, gboolean in_order)
{
  guint8 found[SIZE], ones[SIZE];
  int end = OFFSET;

  memset (ones, 1, sizeof ones);
  g_assert_cmpint (f->file->pMethods->xRead (f->file, found, SIZE, 0), ==, SQLITE_OK);
  for (int at = OFFSET; at < OFFSET + length;)
    {
      int here = MIN (FAULT_SECTOR - at % FAULT_SECTOR, OFFSET + length - at);
      gboolean arrived = found[at] == 1;

      g_assert_cmpmem (found + at, (gsize) here, arrived ? ones : (const guint8[FAULT_SECTOR]){ 0 }, (gsize) here);
      g_assert_true (!in_order || !arrived || end == at);
      at += here;
      if (arrived)
        end = at;
    }
  return end;
}

static int
write_in_part (FaultKind kind, int length, guint64 seed)
{
  Fixture f;
  guint8 ones[SIZE];
  int end;

  set_up (&f, seed);
  memset (ones, 1, sizeof ones);
  fault_disk_arm (f.disk, kind, NULL, 1);
  g_assert_cmpint (f.file->pMethods->xWrite (f.file, ones, length, OFFSET), !=, SQLITE_OK);
  if (kind == FAULT_POWER)
    {
      close_file (&f);
      fault_disk_power_on (f.disk);
      open_file (&f);
    }
  else if (kind == FAULT_KILL)
    fault_disk_revive (f.disk);
  else
    fault_disk_disarm (f.disk);
  end = find_end (&f, length, kind != FAULT_POWER);
  close_file (&f);
  return end;
}

static void
test_no_fault_leaves_half_a_sector (void)
{
  for (FaultKind kind = FAULT_POWER; kind <= FAULT_ERROR; kind++)
    {
      gboolean some = FALSE, whole = FALSE;

      for (guint64 seed = 1; seed <= SEEDS; seed++)
        {
          int end = write_in_part (kind, SIZE - OFFSET, seed);

          some |= end > OFFSET && end < SIZE;
          whole |= end == SIZE;
        }
      g_assert_true (some);
      /* A power cut alone may come when all of it is there. */
      g_assert_cmpint (whole, ==, kind == FAULT_POWER);
    }
}

/* The head of a write-ahead log. */
static void
test_what_lies_within_a_sector_is_written_entirely_or_not_at_all (void)
{
  for (FaultKind kind = FAULT_POWER; kind <= FAULT_ERROR; kind++)
    for (guint64 seed = 1; seed <= SEEDS; seed++)
      {
        int end = write_in_part (kind, 32, seed);

        g_assert_true (end == OFFSET || (end == OFFSET + 32 && kind == FAULT_POWER));
      }
}

int
main (int argc, char **argv)
{
  fault_vfs_register ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fault-disk/no_fault_leaves_half_a_sector", test_no_fault_leaves_half_a_sector);
  g_test_add_func ("/fault-disk/what_lies_within_a_sector_is_written_entirely_or_not_at_all", test_what_lies_within_a_sector_is_written_entirely_or_not_at_all);
  return g_test_run ();
}
