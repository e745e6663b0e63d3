/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sync that fails once. The system keeps in memory what it did not bring to the disk, shows it to everybody, and does not fail again: programs that are started anew find it, and it is gone
 * with the power. */
#include "config.h"

#include "ruhu-database.h"
#include "ruhu-fault-vfs.h"

#define PATH  "file:failing/ruhu.db?vfs=fault&program=p"
#define SEEDS 40

static RuhuDatabase *
open_database (void)
{
  g_autoptr (GError) error = NULL;
  RuhuDatabase *database = ruhu_database_open (PATH, RUHU_DATABASE_CREATE, &error);

  g_assert_no_error (error);
  return database;
}

static gboolean
insert (RuhuDatabase *database, gpointer data, GError **error)
{
  return ruhu_database_run (database, "INSERT INTO t VALUES (?1, zeroblob (3000))", error, "s", data);
}

static gint64
count (RuhuDatabase *database, const char *x)
{
  g_autoptr (GError) error = NULL;
  gint64 n = -1;

  g_assert_true (ruhu_database_get_integer (database, "SELECT count (*) FROM t WHERE x = ?1", 0, &n, &error, "s", x));
  g_assert_no_error (error);
  return n;
}

/* A save whose sync fails; its programs die; what comes after is told as saved, and then the power goes. */
static gboolean
play (FaultDisk *disk, guint64 seed, guint64 n)
{
  g_autoptr (RuhuDatabase) database = NULL;
  g_autoptr (GError) error = NULL;
  gboolean failed;

  fault_disk_reset (disk, seed);
  database = open_database ();
  g_assert_true (ruhu_database_execute (database, "CREATE TABLE t (x TEXT, y BLOB)", &error));
  fault_disk_arm (disk, FAULT_ERROR, NULL, n);
  failed = !ruhu_database_transaction (database, insert, (gpointer) "first", NULL);
  fault_disk_disarm (disk);
  fault_disk_arm (disk, FAULT_KILL, "p", 1);
  g_clear_pointer (&database, ruhu_database_close);
  fault_disk_revive (disk);
  fault_disk_forget_index (disk);
  database = open_database ();
  g_assert_true (ruhu_database_transaction (database, insert, (gpointer) "second", &error));
  g_assert_no_error (error);
  fault_disk_power_off (disk);
  g_clear_pointer (&database, ruhu_database_close);
  fault_disk_power_on (disk);
  database = open_database ();
  g_assert_true (ruhu_database_check (database, &error));
  g_assert_no_error (error);
  g_assert_cmpint (count (database, "second"), ==, 1);
  return failed;
}

static void
test_what_is_saved_after_a_sync_that_failed_stays (void)
{
  FaultDisk *disk = fault_disk_get ("failing");
  guint64 n = 1;

  for (gboolean failed = TRUE; failed; n++)
    {
      failed = FALSE;
      for (guint64 seed = 1; seed <= SEEDS; seed++)
        failed |= play (disk, seed, n);
    }
  g_assert_cmpuint (n, >, 3);
}

int
main (int argc, char **argv)
{
  fault_vfs_register ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/failed-sync/what_is_saved_after_a_sync_that_failed_stays", test_what_is_saved_after_a_sync_that_failed_stays);
  return g_test_run ();
}
