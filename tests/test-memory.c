/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When SQLite gets no memory. GLib stops the program then, which is a kill; SQLite says so and goes on. */
#include "config.h"

#include "ruhu-database.h"

#include "ruhu-error.h"
#include "ruhu-fault-memory.h"

#include <glib/gstdio.h>

#define INSERT "INSERT INTO t VALUES (?1)"

static gint64
count (RuhuDatabase *database)
{
  g_autoptr (GError) error = NULL;
  gint64 n = -1;

  g_assert_true (ruhu_database_get_integer (database, "SELECT count(*) FROM t", 0, &n, &error, ""));
  g_assert_no_error (error);
  return n;
}

static gboolean
insert (RuhuDatabase *database, gpointer data, GError **error)
{
  return ruhu_database_run (database, INSERT, error, "s", data);
}

/* The second statement is one that was not parsed before. */
static gboolean
insert_and_run_short (RuhuDatabase *database, gpointer data, GError **error)
{
  if (!insert (database, data, error))
    return FALSE;
  fault_memory_arm (1, TRUE);
  return ruhu_database_run (database, "INSERT INTO t SELECT x FROM t", error, "");
}

/* What stays open after a failure would take in what is saved next, and lose it with itself. */
static void
test_what_is_saved_after_memory_ran_out_is_committed (void)
{
  g_autofree char *directory = g_dir_make_tmp ("ruhu-memory-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, "ruhu.db", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuDatabase) database = ruhu_database_open (path, RUHU_DATABASE_CREATE, &error);
  g_autoptr (RuhuDatabase) other = NULL;

  g_assert_no_error (error);
  g_assert_true (ruhu_database_execute (database, "CREATE TABLE t (x TEXT)", &error));
  g_assert_false (ruhu_database_transaction (database, insert_and_run_short, (gpointer) "first", &error));
  fault_memory_disarm ();
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_FAILED);
  g_clear_error (&error);
  g_assert_true (ruhu_database_transaction (database, insert, (gpointer) "second", &error));
  g_assert_no_error (error);
  other = ruhu_database_open (path, RUHU_DATABASE_DEFAULT, &error);
  g_assert_no_error (error);
  g_assert_cmpint (count (other), ==, 1);
  g_clear_pointer (&other, ruhu_database_close);
  g_clear_pointer (&database, ruhu_database_close);
  g_unlink (path);
  g_rmdir (directory);
}

/* An authorizer that is set for an expression alone makes SQLite read every statement of the connection anew, also the one that takes a transaction back. */
static void
test_a_transaction_is_taken_back_without_memory_after_an_expression_was_prepared (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuDatabase) database = ruhu_database_open (":memory:", RUHU_DATABASE_CREATE, &error);
  RuhuStatement *expression;

  g_assert_no_error (error);
  g_assert_true (ruhu_database_execute (database, "CREATE TABLE t (x TEXT)", &error));
  expression = ruhu_database_prepare_sandboxed (database, "SELECT 1", NULL, 1000, &error);
  g_assert_no_error (error);
  ruhu_statement_free (expression);
  g_assert_false (ruhu_database_transaction (database, insert_and_run_short, (gpointer) "first", &error));
  fault_memory_disarm ();
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_FAILED);
  g_assert_cmpint (count (database), ==, 0);
}

int
main (int argc, char **argv)
{
  fault_memory_register ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/memory/what_is_saved_after_memory_ran_out_is_committed", test_what_is_saved_after_memory_ran_out_is_committed);
  g_test_add_func ("/memory/a_transaction_is_taken_back_without_memory_after_an_expression_was_prepared",
                   test_a_transaction_is_taken_back_without_memory_after_an_expression_was_prepared);
  return g_test_run ();
}
