/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program ruhu-syncd itself: its errands, its exit statuses, its lock, and that what it prints gives nobody away. */
#define G_LOG_DOMAIN "test-syncd"

#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-fake-key.h"
#include "ruhu-fake-server.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

typedef struct
{
  Township *township;
  FakeServer *server;
  char *directory;
  char *link;
  char *said; /* everything, from every run */
} Fixture;

static void
set_up (Fixture *self, gconstpointer unused)
{
  self->township = township_new ();
  self->server = fake_server_new (self->township);
  self->directory = g_dir_make_tmp ("ruhu-syncd-XXXXXX", NULL);
  self->link = fake_server_dup_link (self->server, "helper-a");
  self->said = g_strdup ("");
}

static void
tear_down (Fixture *self, gconstpointer unused)
{
  fake_remove_folder (self->directory);
  g_free (self->directory);
  g_free (self->link);
  g_free (self->said);
  fake_server_free (self->server);
  township_free (self->township);
}

static GSubprocess *
spawn (Fixture *self, const char *first, const char *second)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE);
  const char *const arguments[] = { g_getenv ("RUHU_SYNCD"), "--data-dir", self->directory, first, second, NULL };
  g_autoptr (GError) error = NULL;
  GSubprocess *child;

  g_subprocess_launcher_setenv (launcher, "RUHU_NO_KEYRING", "1", TRUE);
  g_subprocess_launcher_setenv (launcher, "G_MESSAGES_DEBUG", "ruhu-syncd", TRUE);
  g_subprocess_launcher_setenv (launcher, "LC_ALL", "C.UTF-8", TRUE);
  child = g_subprocess_launcher_spawnv (launcher, arguments, &error);
  g_assert_no_error (error);
  return child;
}

/* Waits for its end: the exit status, and in *@said what it printed. */
static int
finish (Fixture *self, GSubprocess *child, char **said)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *before = self->said, *text = NULL;

  g_assert_true (g_subprocess_communicate_utf8 (child, NULL, NULL, &text, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_exited (child));
  self->said = g_strconcat (before, text, NULL);
  if (said != NULL)
    *said = g_steal_pointer (&text);
  return g_subprocess_get_exit_status (child);
}

static int
run (Fixture *self, const char *first, const char *second, char **said)
{
  g_autoptr (GSubprocess) child = spawn (self, first, second);

  return finish (self, child, said);
}

static void
test_errands_and_their_statuses (Fixture *self, gconstpointer unused)
{
  g_autofree char *version = NULL, *once = NULL, *again = NULL, *wrong = NULL, *offline = NULL, *early = NULL;

  g_assert_cmpint (run (self, "--version", NULL, &version), ==, 0);
  g_assert_cmpstr (version, ==, "ruhu-syncd " VERSION "\n");
  g_assert_cmpint (run (self, "--help", NULL, NULL), ==, 0);
  g_assert_cmpint (run (self, "--nonsense", NULL, NULL), ==, 2);
  g_assert_cmpint (run (self, "argument", NULL, NULL), ==, 2);
  g_assert_cmpint (run (self, "--once", NULL, &early), ==, 1);
  g_assert_nonnull (strstr (early, "not been enrolled"));
  g_assert_cmpint (run (self, "--enrol", "ruhu://nonsense", &wrong), ==, 1);
  g_assert_nonnull (strstr (wrong, "link"));
  g_assert_cmpint (run (self, "--enrol", self->link, NULL), ==, 0);
  g_assert_cmpint (run (self, "--enrol", self->link, &again), ==, 1);
  g_assert_cmpint (run (self, "--once", NULL, &once), ==, 0);
  g_assert_nonnull (strstr (once, "waiting=0"));
  g_assert_null (strstr (once, "received=0"));
  fake_server_stop (self->server);
  g_assert_cmpint (run (self, "--once", NULL, &offline), ==, 1);
  g_assert_nonnull (strstr (offline, "kept"));
  fake_server_start (self->server, FALSE);
}

static void
test_one_daemon_for_each_folder (Fixture *self, gconstpointer unused)
{
  g_autofree char *lock = g_build_filename (self->directory, "ruhu-syncd.lock", NULL), *database = g_build_filename (self->directory, "ruhu.db", NULL);
  g_autoptr (GSubprocess) daemon = NULL;
  struct stat status;
  gint64 start;

  g_assert_cmpint (run (self, "--enrol", self->link, NULL), ==, 0);
  daemon = spawn (self, "--no-dbus", NULL);
  for (int i = 0; i < 500 && fake_server_count (self->server, "/v1/pull") < 2; i++)
    g_usleep (20000);
  g_assert_cmpint (run (self, "--once", NULL, NULL), ==, 3);
  g_assert_cmpint (run (self, "--no-dbus", NULL, NULL), ==, 3);
  g_assert_cmpint (stat (lock, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
  g_assert_cmpint (stat (database, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
  start = g_get_monotonic_time ();
  g_subprocess_send_signal (daemon, SIGTERM);
  g_assert_cmpint (finish (self, daemon, NULL), ==, 0);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 3 * G_TIME_SPAN_SECOND);
  g_assert_cmpint (run (self, "--once", NULL, NULL), ==, 0);
}

static void
test_a_daemon_killed_leaves_no_lock (Fixture *self, gconstpointer unused)
{
  g_autoptr (GSubprocess) daemon = NULL;

  g_assert_cmpint (run (self, "--enrol", self->link, NULL), ==, 0);
  daemon = spawn (self, "--no-dbus", NULL);
  for (int i = 0; i < 500 && fake_server_count (self->server, "/v1/pull") < 1; i++)
    g_usleep (5000);
  g_subprocess_force_exit (daemon);
  g_assert_true (g_subprocess_wait (daemon, NULL, NULL));
  g_assert_cmpint (run (self, "--once", NULL, NULL), ==, 0);
}

static void
test_nothing_printed_gives_anybody_away (Fixture *self, gconstpointer unused)
{
  g_autofree char *path = g_build_filename (self->directory, "credentials", NULL), *content = NULL;
  g_autoptr (RuhuJson) object = NULL;
  const char *const secrets[] = { "token", "pin", "device" };

  g_assert_cmpint (run (self, "--enrol", self->link, NULL), ==, 0);
  g_assert_cmpint (run (self, "--once", NULL, NULL), ==, 0);
  fake_server_misbehave (self->server, "/v1/", FAKE_HTML, 1);
  g_assert_cmpint (run (self, "--once", NULL, NULL), ==, 1);
  fake_server_misbehave (self->server, "/v1/", FAKE_UNAUTHORISED, 1);
  g_assert_cmpint (run (self, "--once", NULL, NULL), ==, 1);
  g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
  object = json_tokener_parse (content);
  for (gsize i = 0; i < G_N_ELEMENTS (secrets); i++)
    g_assert_null (strstr (self->said, json_object_get_string (json_object_object_get (object, secrets[i]))));
  g_assert_null (strstr (self->said, "ruhu://"));
  g_assert_null (strstr (self->said, "helper-a"));
  g_assert_null (strstr (self->said, "曾小明"));
  g_assert_null (strstr (self->said, self->directory));
}

#define ADD(name, function) g_test_add ("/syncd/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_nonnull (g_getenv ("RUHU_SYNCD"));
  ADD ("errands-and-their-statuses", test_errands_and_their_statuses);
  ADD ("one-daemon-for-each-folder", test_one_daemon_for_each_folder);
  ADD ("killed-leaves-no-lock", test_a_daemon_killed_leaves_no_lock);
  ADD ("nothing-printed-gives-anybody-away", test_nothing_printed_gives_anybody_away);
  return g_test_run ();
}
