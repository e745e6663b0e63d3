/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a transaction appends to the write-ahead log goes to the disk in one piece; who else looks at the file, and what breaks meanwhile, finds it as SQLite would have left it. */
#include "config.h"

#include "ruhu-database.h"
#include "ruhu-error.h"
#include "ruhu-fault-vfs.h"

#define PATH "file:gather/ruhu.db?vfs=fault&program="
#define DISK "gather"
/* Of so many pages a transaction is larger than what is kept. */
#define MANY 300

typedef struct
{
  FaultDisk *disk;
  RuhuDatabase *daemon, *app;
} Fixture;

static RuhuDatabase *
open_database (const char *program)
{
  g_autofree char *path = g_strconcat (PATH, program, NULL);
  g_autoptr (GError) error = NULL;
  RuhuDatabase *database = ruhu_database_open (path, RUHU_DATABASE_CREATE, &error);

  g_assert_no_error (error);
  return database;
}

static void
execute (RuhuDatabase *database, const char *sql)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (ruhu_database_execute (database, sql, &error));
  g_assert_no_error (error);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->disk = fault_disk_get (DISK);
  fault_disk_reset (f->disk, 1);
  f->daemon = open_database ("daemon");
  execute (f->daemon, "CREATE TABLE t (x INTEGER PRIMARY KEY, y TEXT)");
  f->app = open_database ("app");
}

static void
close_both (Fixture *f)
{
  g_clear_pointer (&f->app, ruhu_database_close);
  g_clear_pointer (&f->daemon, ruhu_database_close);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  close_both (f);
}

static gint64
count (RuhuDatabase *database)
{
  g_autoptr (GError) error = NULL;
  gint64 n = -1;

  g_assert_true (ruhu_database_get_integer (database, "SELECT count (*) FROM t WHERE y = printf ('%03500d', x)", 0, &n, &error, ""));
  g_assert_no_error (error);
  return n;
}

/* @data: how many rows, each on a page of its own. All of them are there before the transaction ends. */
static gboolean
insert (RuhuDatabase *database, gpointer data, GError **error)
{
  gint64 before = count (database), n = GPOINTER_TO_INT (data);

  if (!ruhu_database_run (database,
                          "WITH RECURSIVE n (x) AS (SELECT 1 + coalesce (max (x), 0) FROM t UNION ALL SELECT x + 1 FROM n LIMIT ?1) "
                          "INSERT INTO t (x, y) SELECT x, printf ('%03500d', x) FROM n",
                          error, "i", n))
    return FALSE;
  g_assert_cmpint (count (database), ==, before + n);
  return TRUE;
}

static void
save (RuhuDatabase *database, int n)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (ruhu_database_transaction (database, insert, GINT_TO_POINTER (n), &error));
  g_assert_no_error (error);
}

static void
expect_sound (Fixture *f, gint64 rows)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (count (f->daemon), ==, rows);
  g_assert_cmpint (count (f->app), ==, rows);
  g_assert_true (ruhu_database_check (f->app, &error));
  g_assert_no_error (error);
}

static void
test_a_transaction_is_one_write_and_one_sync (Fixture *f, gconstpointer data)
{
  save (f->daemon, 1);
  fault_disk_arm (f->disk, FAULT_NONE, NULL, 0);
  save (f->daemon, 20);
  g_assert_cmpuint (fault_disk_get_count (f->disk), ==, 2);
  expect_sound (f, 21);
}

/* With every transaction on disk SQLite syncs before it tells anybody; without, it only writes. */
static void
test_others_see_what_was_committed_without_a_sync (Fixture *f, gconstpointer data)
{
  execute (f->daemon, "PRAGMA synchronous = OFF");
  for (int i = 1; i <= 20; i++)
    {
      save (f->daemon, i % 3 + 1);
      g_assert_cmpint (count (f->app), ==, count (f->daemon));
    }
}

static void
test_what_is_too_large_to_be_kept_is_written_in_order (Fixture *f, gconstpointer data)
{
  save (f->daemon, MANY);
  expect_sound (f, MANY);
  fault_disk_power_off (f->disk);
  close_both (f);
  fault_disk_power_on (f->disk);
  f->daemon = open_database ("daemon");
  f->app = open_database ("app");
  expect_sound (f, MANY);
}

/* A transaction whose pages do not fit into memory reads its own frames again, and writes over them. */
static void
test_a_transaction_reads_what_it_wrote (Fixture *f, gconstpointer data)
{
  execute (f->daemon, "PRAGMA cache_size = 10");
  execute (f->daemon, "BEGIN IMMEDIATE");
  for (int i = 0; i < 6; i++)
    {
      save (f->daemon, 25);
      execute (f->daemon, "UPDATE t SET y = printf ('%03500d', x) WHERE x % 7 = 0");
    }
  g_assert_cmpint (count (f->app), ==, 0);
  execute (f->daemon, "COMMIT");
  expect_sound (f, 150);
  execute (f->daemon, "BEGIN IMMEDIATE; UPDATE t SET y = 'no'");
  execute (f->daemon, "ROLLBACK");
  save (f->daemon, 2);
  expect_sound (f, 152);
}

static void
test_two_programs_write_in_turn (Fixture *f, gconstpointer data)
{
  for (int i = 0; i < 30; i++)
    save (i % 3 == 0 ? f->app : f->daemon, i % 5 + 1);
  expect_sound (f, 90);
}

/* What did not fit into memory was on its way to the log already when its transaction was taken back. Where it would have stood, somebody else's stands now. */
static void
test_what_was_taken_back_is_not_written_over_others (Fixture *f, gconstpointer data)
{
  save (f->daemon, 40);
  execute (f->daemon, "PRAGMA cache_size = 10");
  for (int i = 2; i < 40; i++)
    {
      g_autofree char *spill = g_strdup_printf ("UPDATE t SET y = printf ('%%03500d', 0) WHERE x <= %d", i);
      gint64 rows = count (f->app);

      /* Its pages come from the file: a page from the log is read behind what is kept. */
      execute (f->app, "PRAGMA wal_checkpoint (TRUNCATE)");
      execute (f->daemon, "BEGIN IMMEDIATE");
      execute (f->daemon, spill);
      execute (f->daemon, "ROLLBACK");
      save (f->app, 3);
      expect_sound (f, rows + 3);
    }
}

/* At each operation in turn. */
static void
test_what_cannot_be_written_is_told_to_who_commits (Fixture *f, gconstpointer data)
{
  static const FaultKind kinds[] = { FAULT_FULL, FAULT_ERROR };
  gint64 rows = 0;

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    for (guint64 n = 1; n <= 3; n++)
      {
        g_autoptr (GError) error = NULL;
        gboolean done, struck;

        fault_disk_arm (f->disk, kinds[i], NULL, n);
        done = ruhu_database_transaction (f->daemon, insert, GINT_TO_POINTER (5), &error);
        struck = fault_disk_has_struck (f->disk);
        fault_disk_disarm (f->disk);
        g_assert_true (done || struck);
        if (!done && kinds[i] == FAULT_FULL)
          g_assert_error (error, RUHU_ERROR, RUHU_ERROR_NO_SPACE);
        rows += done ? 5 : 0;
        expect_sound (f, rows);
        save (f->app, 1);
        expect_sound (f, ++rows);
      }
}

int
main (int argc, char **argv)
{
  fault_vfs_register ();
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add ("/gather/" #name, Fixture, NULL, set_up, test_##name, tear_down)
  ADD (a_transaction_is_one_write_and_one_sync);
  ADD (others_see_what_was_committed_without_a_sync);
  ADD (what_is_too_large_to_be_kept_is_written_in_order);
  ADD (a_transaction_reads_what_it_wrote);
  ADD (what_was_taken_back_is_not_written_over_others);
  ADD (two_programs_write_in_turn);
  ADD (what_cannot_be_written_is_told_to_who_commits);
#undef ADD
  return g_test_run ();
}
