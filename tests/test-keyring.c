/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Credentials in a real keyring (gnome-keyring on a bus and in a home of its own): the file then holds no secret, and a keyring that goes away is not taken for an empty one. */
#define G_LOG_DOMAIN "test-keyring"

#include "config.h"

#include "ruhu-credentials.h"
#include "ruhu-error.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#define PIN "q0n7T-aGk_7v0yJ3bB5vS2R1wq8d0o6mJm9rj4n9b2E"

typedef struct
{
  char *directory;
} Fixture;

/* One for all tests: libsecret keeps its connection for as long as the process lives. */
static GTestDBus *bus;
static GSubprocess *keyring;
static char *home;

static gboolean
has_owner (GDBusConnection *connection)
{
  g_autoptr (GVariant) answer = g_dbus_connection_call_sync (connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameHasOwner",
                                                             g_variant_new ("(s)", "org.freedesktop.secrets"), NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
  gboolean owned = FALSE;

  if (answer != NULL)
    g_variant_get (answer, "(b)", &owned);
  return owned;
}

static void
start_keyring (void)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GDBusConnection) connection = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_subprocess_launcher_setenv (launcher, "HOME", home, TRUE);
  g_subprocess_launcher_setenv (launcher, "XDG_DATA_HOME", home, TRUE);
  g_subprocess_launcher_setenv (launcher, "XDG_RUNTIME_DIR", home, TRUE);
  keyring = g_subprocess_launcher_spawn (launcher, &error, "gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets", NULL);
  g_assert_no_error (error);
  g_assert_true (g_output_stream_write_all (g_subprocess_get_stdin_pipe (keyring), "password", 8, NULL, NULL, NULL));
  g_assert_true (g_output_stream_close (g_subprocess_get_stdin_pipe (keyring), NULL, NULL));
  for (int i = 0; i < 500 && !has_owner (connection); i++)
    g_usleep (20000);
  g_assert_true (has_owner (connection));
}

static void
stop_keyring (void)
{
  g_subprocess_force_exit (keyring);
  g_subprocess_wait (keyring, NULL, NULL);
  g_clear_object (&keyring);
}

static void
set_up (Fixture *self, gconstpointer unused)
{
  self->directory = g_dir_make_tmp ("ruhu-keyring-data-XXXXXX", NULL);
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_remove (path);
}

static void
tear_down (Fixture *self, gconstpointer unused)
{
  remove_tree (self->directory);
  g_free (self->directory);
}

static void
test_the_keyring_keeps_the_secret (Fixture *self, gconstpointer unused)
{
  g_autoptr (RuhuCredentials) made = ruhu_credentials_new ("https://x:1", PIN, "CODE"), back = NULL, none = NULL;
  g_autofree char *file = g_build_filename (self->directory, "credentials", NULL), *content = NULL;
  RuhuTokenStore store = RUHU_TOKEN_STORE_NONE;
  g_autoptr (GError) error = NULL;

  g_assert_true (ruhu_credentials_save (self->directory, made, &store, &error));
  g_assert_no_error (error);
  g_assert_cmpint (store, ==, RUHU_TOKEN_STORE_KEYRING);
  g_assert_true (g_file_get_contents (file, &content, NULL, NULL));
  g_assert_null (strstr (content, made->token));
  g_assert_null (strstr (content, "CODE"));
  store = RUHU_TOKEN_STORE_NONE;
  g_assert_true (ruhu_credentials_load (self->directory, &back, &store, &error));
  g_assert_cmpint (store, ==, RUHU_TOKEN_STORE_KEYRING);
  g_assert_cmpstr (back->token, ==, made->token);
  g_assert_cmpstr (back->code, ==, "CODE");
  g_assert_true (ruhu_credentials_clear (self->directory, &error));
  g_assert_true (ruhu_credentials_load (self->directory, &none, &store, &error));
  g_assert_null (none);
}

static void
test_each_folder_has_its_own_secret (Fixture *self, gconstpointer unused)
{
  g_autofree char *other = g_dir_make_tmp ("ruhu-keyring-data-XXXXXX", NULL);
  g_autoptr (RuhuCredentials) a = ruhu_credentials_new ("https://x:1", PIN, NULL), b = ruhu_credentials_new ("https://x:1", PIN, NULL), back = NULL;

  g_assert_true (ruhu_credentials_save (self->directory, a, NULL, NULL));
  g_assert_true (ruhu_credentials_save (other, b, NULL, NULL));
  g_assert_true (ruhu_credentials_load (self->directory, &back, NULL, NULL));
  g_assert_cmpstr (back->token, ==, a->token);
  remove_tree (other);
}

static void
test_a_keyring_that_is_gone_is_no_empty_one (Fixture *self, gconstpointer unused)
{
  g_autoptr (RuhuCredentials) made = ruhu_credentials_new ("https://x:1", PIN, NULL), none = NULL, back = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (ruhu_credentials_save (self->directory, made, NULL, NULL));
  stop_keyring ();
  g_assert_false (ruhu_credentials_load (self->directory, &none, NULL, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_BUSY);
  /* … and is used again when it is back. */
  start_keyring ();
  g_assert_true (ruhu_credentials_load (self->directory, &back, NULL, NULL));
  g_assert_cmpstr (back->token, ==, made->token);
}

int
main (int argc, char **argv)
{
  g_autofree char *program = g_find_program_in_path ("gnome-keyring-daemon");
  int status;

  g_unsetenv ("RUHU_NO_KEYRING");
  g_test_init (&argc, &argv, NULL);
  if (program == NULL)
    {
      g_print ("1..0 # SKIP there is no gnome-keyring-daemon\n");
      return 0;
    }
  home = g_dir_make_tmp ("ruhu-keyring-XXXXXX", NULL);
  bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (bus);
  start_keyring ();
  g_test_add ("/keyring/1-keeps-the-secret", Fixture, NULL, set_up, test_the_keyring_keeps_the_secret, tear_down);
  g_test_add ("/keyring/2-each-folder-has-its-own", Fixture, NULL, set_up, test_each_folder_has_its_own_secret, tear_down);
  g_test_add ("/keyring/3-gone-is-not-empty", Fixture, NULL, set_up, test_a_keyring_that_is_gone_is_no_empty_one, tear_down);
  status = g_test_run ();
  if (keyring != NULL)
    stop_keyring ();
  g_test_dbus_stop (bus);
  remove_tree (home);
  g_free (home);
  return status;
}
