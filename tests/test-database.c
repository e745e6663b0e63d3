/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ruhu-database.h"

#include "ruhu-error.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct
{
  char *directory;
  char *path;
  RuhuDatabase *database;
} Fixture;

static RuhuDatabase *
open_or_abort (const char *path, RuhuDatabaseFlags flags)
{
  g_autoptr (GError) error = NULL;
  RuhuDatabase *database = ruhu_database_open (path, flags, &error);

  g_assert_no_error (error);
  return database;
}

static void
run_or_abort (RuhuDatabase *database, const char *sql)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (ruhu_database_execute (database, sql, &error));
  g_assert_no_error (error);
}

static gint64
count (RuhuDatabase *database)
{
  gint64 n = -1;

  g_assert_true (ruhu_database_get_integer (database, "SELECT count (*) FROM t", -1, &n, NULL, ""));
  return n;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->directory = g_dir_make_tmp ("ruhu-test-XXXXXX", NULL);
  f->path = g_build_filename (f->directory, "a.db", NULL);
  f->database = open_or_abort (f->path, RUHU_DATABASE_CREATE);
  run_or_abort (f->database, "CREATE TABLE t (x TEXT)");
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (f->directory, 0, NULL);
  const char *name;

  ruhu_database_close (f->database);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (f->directory, name, NULL);

      g_unlink (path);
    }
  g_rmdir (f->directory);
  g_free (f->directory);
  g_free (f->path);
}

static gboolean
insert_two (RuhuDatabase *database, gpointer data, GError **error)
{
  return ruhu_database_run (database, "INSERT INTO t VALUES (?1)", error, "s", "one") &&
         ruhu_database_run (database, "INSERT INTO t VALUES (?1)", error, "s", "two");
}

static gboolean
insert_and_fail (RuhuDatabase *database, gpointer data, GError **error)
{
  if (insert_two (database, data, error))
    g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_INVALID, "on purpose");
  return FALSE;
}

static gboolean
nest (RuhuDatabase *database, gpointer data, GError **error)
{
  return ruhu_database_transaction (database, insert_two, NULL, error) && ruhu_database_transaction (database, insert_and_fail, NULL, error);
}

static void
test_a_transaction_is_all_or_nothing (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (ruhu_database_transaction (f->database, insert_two, NULL, &error));
  g_assert_false (ruhu_database_transaction (f->database, insert_and_fail, NULL, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (ruhu_database_transaction (f->database, nest, NULL, &error));
  g_clear_pointer (&f->database, ruhu_database_close);
  f->database = open_or_abort (f->path, RUHU_DATABASE_DEFAULT);
  g_assert_cmpint (count (f->database), ==, 2);
}

static gpointer
commit_soon (gpointer data)
{
  g_usleep (200000);
  run_or_abort (data, "COMMIT");
  return NULL;
}

static void
test_a_busy_database_is_waited_for (Fixture *f, gconstpointer data)
{
  g_autoptr (RuhuDatabase) other = open_or_abort (f->path, RUHU_DATABASE_DEFAULT);
  g_autoptr (GError) error = NULL;
  GThread *thread;

  run_or_abort (other, "BEGIN IMMEDIATE; INSERT INTO t VALUES ('zero')");
  thread = g_thread_new ("commit", commit_soon, other);
  g_assert_true (ruhu_database_transaction (f->database, insert_two, NULL, &error));
  g_assert_no_error (error);
  g_thread_join (thread);
  g_assert_cmpint (count (f->database), ==, 3);
}

static void
test_the_same_statement_may_be_under_way_twice (Fixture *f, gconstpointer data)
{
  g_autoptr (RuhuStatement) outer = NULL;
  guint pairs = 0;

  g_assert_true (ruhu_database_transaction (f->database, insert_two, NULL, NULL));
  outer = ruhu_database_query (f->database, "SELECT x FROM t", NULL, "");
  while (ruhu_statement_next (outer, NULL))
    {
      g_autoptr (RuhuStatement) inner = ruhu_database_query (f->database, "SELECT x FROM t", NULL, "");

      while (ruhu_statement_next (inner, NULL))
        pairs++;
    }
  g_assert_cmpuint (pairs, ==, 4);
}

static void
test_every_kind_of_value_comes_back (Fixture *f, gconstpointer data)
{
  g_autoptr (RuhuStatement) row = ruhu_database_query (f->database, "SELECT ?1, ?2, ?3, ?4, ?5, ?6", NULL, "sidbts", "字", G_MAXINT64, 0.5, "\0\1", (gsize) 2,
                                                       "abcdef", (gssize) 3, NULL);
  gsize length;

  g_assert_true (ruhu_statement_next (row, NULL));
  g_assert_cmpstr (ruhu_statement_get_text (row, 0), ==, "字");
  g_assert_cmpint (ruhu_statement_get_integer (row, 1), ==, G_MAXINT64);
  g_assert_cmpfloat (ruhu_statement_get_double (row, 2), ==, 0.5);
  g_assert_cmpmem (ruhu_statement_get_blob (row, 3, &length), length, "\0\1", 2);
  g_assert_cmpstr (ruhu_statement_get_text (row, 4), ==, "abc");
  g_assert_true (ruhu_statement_is_null (row, 5));
}

static void
test_the_file_is_its_owners_alone (Fixture *f, gconstpointer data)
{
  GStatBuf info;

  g_assert_cmpint (g_stat (f->path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
}

static void
test_what_is_no_database_is_left_as_it_is (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->directory, "text.db", NULL);
  g_autofree char *content = NULL;
  g_autoptr (GError) error = NULL;
  const char *text = "this has been a text file of more than a hundred bytes all its life, and it is going to stay one, whatever anybody says";

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_null (ruhu_database_open (path, RUHU_DATABASE_CREATE, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_CORRUPT);
  g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
  g_assert_cmpstr (content, ==, text);
}

static void
test_damage_inside_is_found (Fixture *f, gconstpointer data)
{
  g_autofree char *content = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  for (guint i = 0; i < 200; i++)
    g_assert_true (ruhu_database_run (f->database, "INSERT INTO t VALUES (hex (zeroblob (200)))", NULL, ""));
  g_assert_true (ruhu_database_checkpoint (f->database, NULL));
  g_clear_pointer (&f->database, ruhu_database_close);
  g_assert_true (g_file_get_contents (f->path, &content, &length, NULL));
  memset (content + 8192, 0x5a, 4096);
  g_assert_true (g_file_set_contents (f->path, content, (gssize) length, NULL));
  f->database = open_or_abort (f->path, RUHU_DATABASE_DEFAULT);
  g_assert_false (ruhu_database_check (f->database, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_CORRUPT);
}

static void
test_a_missing_file_is_not_made_unasked (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->directory, "none.db", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (ruhu_database_open (path, RUHU_DATABASE_DEFAULT, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_NOT_FOUND);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_a_reader_cannot_write (Fixture *f, gconstpointer data)
{
  g_autoptr (RuhuDatabase) reader = open_or_abort (f->path, RUHU_DATABASE_READ_ONLY);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (count (reader), ==, 0);
  g_assert_false (ruhu_database_transaction (reader, insert_two, NULL, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_READ_ONLY);
}

static void
test_a_full_disk_is_said_and_nothing_is_half_written (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (ruhu_database_transaction (f->database, insert_two, NULL, NULL));
  run_or_abort (f->database, "PRAGMA max_page_count = 2");
  g_assert_false (ruhu_database_run (f->database, "INSERT INTO t VALUES (hex (zeroblob (20000)))", &error, ""));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_NO_SPACE);
  run_or_abort (f->database, "PRAGMA max_page_count = 100000");
  g_assert_cmpint (count (f->database), ==, 2);
  g_assert_true (ruhu_database_run (f->database, "INSERT INTO t VALUES ('three')", NULL, ""));
}

static void
test_a_backup_is_whole_while_others_write (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->directory, "backup.db", NULL);
  g_autoptr (RuhuDatabase) other = open_or_abort (f->path, RUHU_DATABASE_DEFAULT);
  g_autoptr (RuhuDatabase) copy = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (ruhu_database_transaction (f->database, insert_two, NULL, NULL));
  run_or_abort (other, "BEGIN IMMEDIATE; INSERT INTO t VALUES ('not yet')");
  g_assert_true (ruhu_database_backup (f->database, path, &error));
  g_assert_no_error (error);
  run_or_abort (other, "COMMIT");
  copy = open_or_abort (path, RUHU_DATABASE_READ_ONLY);
  g_assert_cmpint (count (copy), ==, 2);
  g_assert_false (ruhu_database_backup (f->database, path, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_INVALID);
}

static void
test_a_backup_that_fails_leaves_nothing_behind (Fixture *f, gconstpointer data)
{
  static const char *const suffixes[] = { "", "-wal", "-shm" };
  g_autofree char *path = g_build_filename (f->directory, "backup.db", NULL);
  struct rlimit before;
  struct rlimit small;
  g_autoptr (GError) error = NULL;
  gboolean done;

  for (guint i = 0; i < 500; i++)
    g_assert_true (ruhu_database_run (f->database, "INSERT INTO t VALUES (hex (zeroblob (200)))", NULL, ""));
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  small = before;
  small.rlim_cur = 65536;
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  done = ruhu_database_backup (f->database, path, &error);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);
  g_assert_false (done);
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_NO_SPACE);
  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *left = g_strconcat (path, suffixes[i], NULL);

      g_assert_false (g_file_test (left, G_FILE_TEST_EXISTS));
    }
  g_clear_error (&error);
  g_assert_true (ruhu_database_backup (f->database, path, &error));
}

static void
test_migrations_run_once_and_a_newer_file_is_refused (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (ruhu_database_migrate (f->database, &error));
  g_assert_true (ruhu_database_run (f->database, "INSERT INTO meta (key, value) VALUES ('device', 'd')", NULL, ""));
  g_assert_true (ruhu_database_migrate (f->database, &error));
  run_or_abort (f->database, "PRAGMA user_version = 9999");
  g_assert_false (ruhu_database_migrate (f->database, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_VERSION);
}

static void
test_other_connections_commits_are_noticed (Fixture *f, gconstpointer data)
{
  g_autoptr (RuhuDatabase) other = open_or_abort (f->path, RUHU_DATABASE_DEFAULT);
  gint64 before = ruhu_database_get_data_version (f->database);

  g_assert_cmpint (ruhu_database_get_data_version (f->database), ==, before);
  g_assert_true (ruhu_database_transaction (other, insert_two, NULL, NULL));
  g_assert_cmpint (ruhu_database_get_data_version (f->database), !=, before);
}

/* POSIX takes a process's locks away when any of its descriptors of the file is closed; without them the next program to close believes itself the last and removes the log. */
static void
test_a_second_connection_leaves_the_first_ones_locks (Fixture *f, gconstpointer data)
{
  g_autoptr (RuhuDatabase) second = NULL;
  g_autofree char *log = g_strconcat (f->path, "-wal", NULL);
  int start[2], status = 0;
  char byte = 0;
  pid_t other;

  g_clear_pointer (&f->database, ruhu_database_close);
  g_assert_no_errno (pipe (start));
  other = fork ();
  g_assert_cmpint (other, >=, 0);
  if (other == 0)
    {
      RuhuDatabase *theirs = read (start[0], &byte, 1) == 1 ? ruhu_database_open (f->path, RUHU_DATABASE_CREATE, NULL) : NULL;
      gboolean ok = theirs != NULL && ruhu_database_execute (theirs, "INSERT INTO t VALUES ('theirs')", NULL);

      ruhu_database_close (theirs);
      _exit (ok ? 0 : 1);
    }
  f->database = open_or_abort (f->path, RUHU_DATABASE_CREATE);
  run_or_abort (f->database, "INSERT INTO t VALUES ('ours')");
  second = open_or_abort (f->path, RUHU_DATABASE_CREATE);
  g_assert_cmpint (write (start[1], &byte, 1), ==, 1);
  g_assert_cmpint (waitpid (other, &status, 0), ==, other);
  g_assert_cmpint (status, ==, 0);
  close (start[0]);
  close (start[1]);
  g_assert_true (g_file_test (log, G_FILE_TEST_EXISTS));
  g_assert_cmpint (count (second), ==, 2);
}

#define ADD(name) g_test_add ("/database/" #name, Fixture, NULL, set_up, test_##name, tear_down)

static gboolean
write_nothing (RuhuDatabase *database, gpointer data, GError **error)
{
  return TRUE;
}

/* A writer that was not told would go on in a file that nobody opens any more. */
static void
test_nothing_is_written_to_a_file_that_was_set_aside (void)
{
  g_autofree char *directory = g_dir_make_tmp ("ruhu-database-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, "a.db", NULL);
  g_autofree char *aside = g_build_filename (directory, "b.db", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuDatabase) database = ruhu_database_open (path, RUHU_DATABASE_CREATE, &error);

  g_assert_no_error (error);
  g_assert_true (ruhu_database_migrate (database, &error));
  g_assert_false (ruhu_database_was_moved (database));
  g_assert_cmpint (rename (path, aside), ==, 0);
  g_assert_true (ruhu_database_was_moved (database));
  g_assert_false (ruhu_database_transaction (database, write_nothing, NULL, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_FAILED);
}

/* As files were before 0009. */
#define BEFORE_CLUSTERED                                                                                                                                                                 \
  "DROP TABLE over_draft; DROP TABLE witnessed; DROP TABLE meta; DROP TABLE scope; DROP TABLE conflict; DROP TABLE term;"                                                                \
  "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);"                                                                                                                       \
  "CREATE TABLE scope (scope TEXT PRIMARY KEY, since BIGINT NOT NULL);"                                                                                                                  \
  "CREATE TABLE conflict (record TEXT NOT NULL, field TEXT NOT NULL, type TEXT NOT NULL, scope TEXT NOT NULL, PRIMARY KEY (record, type, field));"                                       \
  "CREATE TABLE term (term TEXT NOT NULL, record TEXT NOT NULL, scope TEXT NOT NULL, PRIMARY KEY (term, record));"                                                                       \
  "CREATE INDEX conflict_scope ON conflict (scope); CREATE INDEX term_scope ON term (scope, term); CREATE INDEX term_record ON term (record, term);"                                     \
  "INSERT INTO meta VALUES ('seq', '7'), ('user', 'u'); INSERT INTO scope VALUES ('h', 5); INSERT INTO conflict VALUES ('r', 'f', 't', 'h'); INSERT INTO term VALUES ('李', 'p', 'h');" \
  "PRAGMA user_version = 8"

static void
test_what_an_older_file_holds_is_there_after_it_was_clustered (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *found = NULL;

  g_assert_true (ruhu_database_migrate (f->database, &error));
  run_or_abort (f->database, BEFORE_CLUSTERED);
  g_assert_true (ruhu_database_migrate (f->database, &error));
  g_assert_no_error (error);
  g_assert_true (ruhu_database_get_text (f->database,
                                         "SELECT (SELECT group_concat (key || value) FROM meta) || (SELECT scope || since FROM scope) || "
                                         "(SELECT record || field || type || scope FROM conflict) || (SELECT term || record || scope FROM term) || "
                                         "(SELECT count (*) FROM pragma_table_list WHERE name IN ('meta', 'scope', 'conflict', 'term') AND wr = 1)",
                                         &found, &error, ""));
  g_assert_no_error (error);
  g_assert_cmpstr (found, ==, "seq7,useruh5rfth李ph4");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (a_transaction_is_all_or_nothing);
  ADD (a_busy_database_is_waited_for);
  ADD (the_same_statement_may_be_under_way_twice);
  ADD (every_kind_of_value_comes_back);
  ADD (the_file_is_its_owners_alone);
  ADD (what_is_no_database_is_left_as_it_is);
  ADD (damage_inside_is_found);
  ADD (a_missing_file_is_not_made_unasked);
  ADD (a_reader_cannot_write);
  ADD (a_full_disk_is_said_and_nothing_is_half_written);
  ADD (a_backup_is_whole_while_others_write);
  ADD (a_backup_that_fails_leaves_nothing_behind);
  ADD (migrations_run_once_and_a_newer_file_is_refused);
  ADD (what_an_older_file_holds_is_there_after_it_was_clustered);
  ADD (other_connections_commits_are_noticed);
  ADD (a_second_connection_leaves_the_first_ones_locks);
  g_test_add_func ("/database/nothing_is_written_to_a_file_that_was_set_aside", test_nothing_is_written_to_a_file_that_was_set_aside);
  return g_test_run ();
}
