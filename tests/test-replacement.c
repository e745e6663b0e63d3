/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A database that was made anew takes the place of the damaged one wholly, wherever that is interrupted, and loses nothing that the old one had. */
#define G_LOG_DOMAIN "test-replacement"

#include "config.h"

#include "ruhu-error.h"
#include "ruhu-replacement.h"
#include "ruhu-store.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct
{
  char *directory;
  char *path;
} Fixture;

static void
set_up (Fixture *self, gconstpointer unused)
{
  self->directory = g_dir_make_tmp ("ruhu-replacement-XXXXXX", NULL);
  self->path = g_build_filename (self->directory, "ruhu.db", NULL);
}

static void
clear (Fixture *self)
{
  g_autoptr (GDir) folder = g_dir_open (self->directory, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (self->directory, name, NULL);

      g_assert_cmpint (g_unlink (path), ==, 0);
    }
}

static void
tear_down (Fixture *self, gconstpointer unused)
{
  clear (self);
  g_assert_cmpint (g_rmdir (self->directory), ==, 0);
  g_free (self->path);
  g_free (self->directory);
}

/* A store with a mark in it. */
static RuhuStore *
open_store (const char *path, const char *mark)
{
  RuhuStoreOptions options = { .path = path, .flags = RUHU_DATABASE_CREATE };
  g_autoptr (GError) error = NULL;
  RuhuStore *store = ruhu_store_open (&options, &error);

  g_assert_no_error (error);
  if (mark != NULL)
    g_assert_true (ruhu_store_set_meta (store, "mark", mark, &error));
  g_assert_no_error (error);
  return store;
}

static gboolean
write_mark (RuhuDatabase *database, gpointer data, GError **error)
{
  (void) data;
  return ruhu_database_run (database, "UPDATE meta SET value = 'too late' WHERE key = 'mark'", error, "");
}

/* In a thread. NULL: it was refused. */
static gpointer
save (gpointer data)
{
  return ruhu_database_transaction (ruhu_store_get_database (data), write_mark, NULL, NULL) ? data : NULL;
}

static void
assert_mark (const char *path, const char *expected)
{
  g_autoptr (RuhuStore) store = open_store (path, NULL);
  g_autofree char *mark = ruhu_store_get_meta (store, "mark", NULL);

  g_assert_cmpstr (mark, ==, expected);
}

static void
make_new (Fixture *self)
{
  g_autofree char *making = ruhu_replacement_dup_making (self->path);
  g_autoptr (RuhuStore) store = open_store (making, "new");

  g_assert_true (ruhu_database_checkpoint (ruhu_store_get_database (store), NULL));
}

/* The old one's new name. Transfer full. */
static char *
find_aside (Fixture *self)
{
  g_autoptr (GDir) folder = g_dir_open (self->directory, 0, NULL);
  char *found = NULL;
  const char *name;

  while ((name = g_dir_read_name (folder)) != NULL)
    {
      if (!g_str_has_prefix (name, "ruhu.db.damaged-") || strstr (name, "-wal") != NULL || strstr (name, "-shm") != NULL)
        continue;
      g_assert_null (found);
      found = g_build_filename (self->directory, name, NULL);
    }
  g_assert_nonnull (found);
  return found;
}

/* The old one as it is when its program died: what was saved last is in the log alone. */
static void
leave_old (Fixture *self)
{
  static const char *const suffixes[] = { "", "-wal" };
  g_autoptr (RuhuStore) store = open_store (self->path, "before");

  g_assert_true (ruhu_database_checkpoint (ruhu_store_get_database (store), NULL));
  g_assert_true (ruhu_store_set_meta (store, "mark", "in the log", NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *from = g_strconcat (self->path, suffixes[i], NULL), *to = g_strconcat (self->path, ".kept", suffixes[i], NULL), *bytes = NULL;
      gsize size;

      g_assert_true (g_file_get_contents (from, &bytes, &size, NULL));
      g_assert_true (g_file_set_contents (to, bytes, (gssize) size, NULL));
    }
  g_clear_pointer (&store, ruhu_store_close);
  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *from = g_strconcat (self->path, ".kept", suffixes[i], NULL), *to = g_strconcat (self->path, suffixes[i], NULL);

      g_assert_cmpint (g_rename (from, to), ==, 0);
    }
}

static int steps_left = -1; /* -1: nothing fails */

static gboolean
falters (void)
{
  if (steps_left < 0 || steps_left-- > 0)
    return FALSE;
  steps_left = 0;
  errno = EIO;
  return TRUE;
}

int __real_link (const char *from, const char *to);
int __wrap_link (const char *from, const char *to);
int __real_rename (const char *from, const char *to);
int __wrap_rename (const char *from, const char *to);
int __real_fsync (int fd);
int __wrap_fsync (int fd);

int
__wrap_link (const char *from, const char *to)
{
  return falters () ? -1 : __real_link (from, to);
}

int
__wrap_rename (const char *from, const char *to)
{
  return falters () ? -1 : __real_rename (from, to);
}

int
__wrap_fsync (int fd)
{
  return falters () ? -1 : __real_fsync (fd);
}

/* From one step on nothing is done any more, as when the program is killed; then the app, or the daemon, opens what there is. */
static void
test_an_interrupted_exchange_is_finished_on_opening (Fixture *self, gconstpointer unused)
{
  gboolean whole = FALSE;

  for (int n = 0; !whole; n++)
    {
      g_autofree char *aside = NULL;

      g_assert_cmpint (n, <, 20);
      leave_old (self);
      make_new (self);
      g_assert_true (ruhu_replacement_commit (self->path, NULL));
      steps_left = n;
      whole = ruhu_replacement_finish (self->path, NULL);
      steps_left = -1;
      assert_mark (self->path, "new");
      aside = find_aside (self);
      assert_mark (aside, "in the log");
      assert_mark (self->path, "new");
      clear (self);
    }
}

/* The same, and in between somebody has looked into the old one by its first name: by that it has a log again, with nothing of what was saved. */
static void
test_a_readers_log_does_not_take_the_place_of_the_old_one (Fixture *self, gconstpointer unused)
{
  static const char *const logs[] = { "", "a log that another program has begun" };

  for (gsize i = 0; i < G_N_ELEMENTS (logs); i++)
    for (int n = 0; n < 8; n++)
      {
        g_autofree char *log = g_strconcat (self->path, "-wal", NULL), *aside = NULL, *later = NULL;
        gboolean begun;

        leave_old (self);
        make_new (self);
        g_assert_true (ruhu_replacement_commit (self->path, NULL));
        steps_left = n;
        (void) !ruhu_replacement_finish (self->path, NULL);
        steps_left = -1;
        begun = ruhu_replacement_is_finished (self->path) && !g_file_test (log, G_FILE_TEST_EXISTS);
        if (begun)
          g_assert_true (g_file_set_contents_full (log, logs[i], -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
        assert_mark (self->path, "new");
        aside = find_aside (self);
        assert_mark (aside, "in the log");
        later = g_strconcat (aside, "-wal-later", NULL);
        g_assert_cmpint (g_file_test (later, G_FILE_TEST_EXISTS), ==, begun && i == 1);
        clear (self);
      }
}

/* Before it is decided, the old one is in force; what was being made is made again. */
static void
test_what_is_not_decided_changes_nothing (Fixture *self, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  leave_old (self);
  make_new (self);
  steps_left = 0;
  g_assert_false (ruhu_replacement_commit (self->path, &error));
  steps_left = -1;
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_FAILED);
  assert_mark (self->path, "in the log");
  ruhu_replacement_drop (self->path);
  make_new (self);
  g_assert_true (ruhu_replacement_commit (self->path, NULL));
  assert_mark (self->path, "new");
}

/* Whoever has the old one open can save there until it is decided, and not from then on, however long the exchange takes. */
static void
test_nothing_is_saved_beside_a_finished_one (Fixture *self, gconstpointer unused)
{
  g_autoptr (RuhuStore) store = open_store (self->path, "old");
  g_autoptr (GError) error = NULL;

  make_new (self);
  g_assert_true (ruhu_database_transaction (ruhu_store_get_database (store), write_mark, NULL, &error));
  g_assert_true (ruhu_replacement_commit (self->path, &error));
  g_assert_no_error (error);
  g_assert_true (ruhu_database_was_moved (ruhu_store_get_database (store)));
  g_assert_false (ruhu_database_transaction (ruhu_store_get_database (store), write_mark, NULL, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_FAILED);
  g_clear_pointer (&store, ruhu_store_close);
  assert_mark (self->path, "new");
}

/* Whether the file is in its place is looked at with the lock, not before: whoever had to wait for it finds that it went meanwhile. */
static void
test_who_waits_for_the_lock_looks_behind_it (Fixture *self, gconstpointer unused)
{
  g_autoptr (RuhuStore) store = open_store (self->path, "old");
  g_autoptr (RuhuDatabase) holder = ruhu_database_open (self->path, RUHU_DATABASE_DEFAULT, NULL);
  g_autoptr (GError) error = NULL;
  GThread *saving;

  make_new (self);
  g_assert_true (ruhu_database_execute (holder, "BEGIN IMMEDIATE", NULL));
  saving = g_thread_new ("saving", save, store);
  /* Until it waits, or has looked: nothing can be told from outside, and either way it must not save. */
  g_usleep (200000);
  g_assert_true (ruhu_replacement_commit (self->path, &error));
  g_assert_true (ruhu_replacement_finish (self->path, &error));
  g_assert_no_error (error);
  g_assert_true (ruhu_database_execute (holder, "COMMIT", NULL));
  g_assert_null (g_thread_join (saving));
  g_clear_pointer (&holder, ruhu_database_close);
  g_clear_pointer (&store, ruhu_store_close);
  assert_mark (self->path, "new");
}

#define SAVES 6

/* The other program's part: it has the file open, and saves again when it is told to, slowly. */
static void
save_elsewhere (const char *path, int from, int to)
{
  g_autoptr (RuhuDatabase) database = ruhu_database_open (path, RUHU_DATABASE_CREATE, NULL);
  gboolean ok = database != NULL && ruhu_database_execute (database, "CREATE TABLE t (x TEXT)", NULL);
  char byte = 0;

  for (guint i = 0; ok && i < SAVES; i++)
    ok = ruhu_database_execute (database, "INSERT INTO t VALUES ('before')", NULL);
  ok = ok && write (to, &byte, 1) == 1 && read (from, &byte, 1) == 1 && ruhu_database_execute (database, "BEGIN IMMEDIATE", NULL) && write (to, &byte, 1) == 1;
  g_usleep (300000);
  ok = ok && ruhu_database_execute (database, "INSERT INTO t VALUES ('behind the damage'); COMMIT", NULL);
  /* It does not come to tidying up. */
  _exit (ok ? 0 : 1);
}

static gboolean
has_text (const char *path, const char *text)
{
  g_autofree char *bytes = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  return memmem (bytes, size, text, strlen (text)) != NULL;
}

static void
spoil (const char *path, gsize at)
{
  g_autofree char *bytes = NULL;
  gsize size;
  int fd = g_open (path, O_WRONLY, 0);

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  g_assert_cmpuint (at, <, size);
  bytes[at] ^= 1;
  g_assert_cmpint (pwrite (fd, bytes + at, 1, (off_t) at), ==, 1);
  close (fd);
}

/* Its log was damaged under a program that has it open: that one saves as before, and what it has begun to save is waited for. */
static void
test_who_cannot_open_it_waits_for_who_has_it_open (Fixture *self, gconstpointer unused)
{
  g_autofree char *log = g_strconcat (self->path, "-wal", NULL);
  g_autoptr (GError) error = NULL;
  int there[2], back[2], status = 1, lock = -1;
  char byte = 0;
  pid_t other;

  g_assert_no_errno (pipe (there));
  g_assert_no_errno (pipe (back));
  other = fork ();
  if (other == 0)
    save_elsewhere (self->path, there[0], back[1]);
  g_assert_cmpint (read (back[0], &byte, 1), ==, 1);
  spoil (log, 32 + 100);
  g_assert_null (ruhu_database_open (self->path, RUHU_DATABASE_DEFAULT, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_CORRUPT);
  g_clear_error (&error);
  g_assert_cmpint (write (there[1], &byte, 1), ==, 1);
  g_assert_cmpint (read (back[0], &byte, 1), ==, 1);
  g_assert_false (has_text (log, "behind the damage"));
  g_assert_true (ruhu_replacement_lock (self->path, &lock, &error));
  g_assert_no_error (error);
  g_assert_cmpint (lock, >=, 0);
  g_assert_true (has_text (log, "behind the damage"));
  close (lock);
  g_assert_cmpint (waitpid (other, &status, 0), ==, other);
  g_assert_cmpint (status, ==, 0);
  for (guint i = 0; i < 2; i++)
    {
      close (there[i]);
      close (back[i]);
    }
}

/* One that is not there any more leaves nothing to be set aside. */
static void
test_a_lost_file_is_replaced (Fixture *self, gconstpointer unused)
{
  make_new (self);
  g_assert_true (ruhu_replacement_commit (self->path, NULL));
  assert_mark (self->path, "new");
}

#define ADD(name, function) g_test_add ("/replacement/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("interrupted-exchange-is-finished-on-opening", test_an_interrupted_exchange_is_finished_on_opening);
  ADD ("readers-log-does-not-take-the-place-of-the-old-one", test_a_readers_log_does_not_take_the_place_of_the_old_one);
  ADD ("what-is-not-decided-changes-nothing", test_what_is_not_decided_changes_nothing);
  ADD ("nothing-is-saved-beside-a-finished-one", test_nothing_is_saved_beside_a_finished_one);
  ADD ("who-waits-for-the-lock-looks-behind-it", test_who_waits_for_the_lock_looks_behind_it);
  ADD ("who-cannot-open-it-waits-for-who-has-it-open", test_who_cannot_open_it_waits_for_who_has_it_open);
  ADD ("lost-file-is-replaced", test_a_lost_file_is_replaced);
  return g_test_run ();
}
