/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a laptop keeps its key to the township: readable by its owner alone, whole or not there, and never thrown away because it looks wrong. */
#define G_LOG_DOMAIN "test-credentials"

#include "config.h"

#include "ruhu-credentials.h"
#include "ruhu-error.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIN "q0n7T-aGk_7v0yJ3bB5vS2R1wq8d0o6mJm9rj4n9b2E"

typedef struct
{
  char *directory;
  char *file;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  fixture->directory = g_dir_make_tmp ("ruhu-credentials-XXXXXX", NULL);
  fixture->file = g_build_filename (fixture->directory, "credentials", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *left = g_build_filename (fixture->directory, "credentials.new", NULL);

  g_chmod (fixture->directory, 0700);
  g_unlink (left);
  g_unlink (fixture->file);
  g_rmdir (fixture->directory);
  g_free (fixture->directory);
  g_free (fixture->file);
}

static void
save (Fixture *fixture, const RuhuCredentials *credentials)
{
  RuhuTokenStore store = RUHU_TOKEN_STORE_NONE;
  g_autoptr (GError) error = NULL;

  g_assert_true (ruhu_credentials_save (fixture->directory, credentials, &store, &error));
  g_assert_no_error (error);
  g_assert_cmpint (store, ==, RUHU_TOKEN_STORE_FILE);
}

static RuhuCredentials *
load (Fixture *fixture)
{
  RuhuCredentials *credentials = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (ruhu_credentials_load (fixture->directory, &credentials, NULL, &error));
  g_assert_no_error (error);
  return credentials;
}

static void
test_new_ones_are_of_the_right_form_and_differ (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (int i = 0; i < 100; i++)
    {
      g_autoptr (RuhuCredentials) one = ruhu_credentials_new ("https://x:1", PIN, "c");

      g_assert_cmpuint (strlen (one->device), ==, 16);
      g_assert_cmpuint (strspn (one->device, "0123456789abcdef"), ==, 16);
      g_assert_cmpuint (strlen (one->token), ==, 43);
      g_assert_cmpuint (strcspn (one->token, "+/="), ==, 43);
      g_assert_true (g_hash_table_add (seen, g_strdup (one->device)));
      g_assert_true (g_hash_table_add (seen, g_strdup (one->token)));
    }
}

static void
test_what_is_saved_is_loaded (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (RuhuCredentials) made = ruhu_credentials_new ("https://[2001:db8::7]:8443", PIN, "ABCD");
  g_autoptr (RuhuCredentials) pending = NULL, confirmed = NULL;

  save (fixture, made);
  pending = load (fixture);
  g_assert_cmpstr (pending->server, ==, made->server);
  g_assert_cmpstr (pending->pin, ==, PIN);
  g_assert_cmpstr (pending->device, ==, made->device);
  g_assert_cmpstr (pending->token, ==, made->token);
  g_assert_cmpstr (pending->code, ==, "ABCD");
  g_clear_pointer (&made->code, g_free);
  save (fixture, made);
  confirmed = load (fixture);
  g_assert_cmpstr (confirmed->token, ==, made->token);
  g_assert_null (confirmed->code);
}

static void
test_nothing_there_is_no_error (Fixture *fixture, gconstpointer unused)
{
  g_assert_null (load (fixture));
}

static void
test_only_the_owner_can_read_the_file (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (RuhuCredentials) made = ruhu_credentials_new ("https://x:1", PIN, NULL);
  mode_t before = umask (0);
  struct stat status;

  /* One that somebody made readable is replaced, not written into. */
  g_assert_true (g_file_set_contents (fixture->file, "{}", -1, NULL));
  g_assert_cmpint (g_chmod (fixture->file, 0666), ==, 0);
  save (fixture, made);
  umask (before);
  g_assert_cmpint (stat (fixture->file, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 07777, ==, 0600);
}

static void
test_a_write_that_was_torn_leaves_the_old_ones (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (RuhuCredentials) old = ruhu_credentials_new ("https://x:1", PIN, NULL), other = ruhu_credentials_new ("https://y:1", PIN, NULL);
  g_autofree char *temporary = g_build_filename (fixture->directory, "credentials.new", NULL);
  g_autoptr (RuhuCredentials) kept = NULL, replaced = NULL;

  save (fixture, old);
  g_assert_true (g_file_set_contents (temporary, "{\"store\":\"file\",\"ser", -1, NULL));
  kept = load (fixture);
  g_assert_cmpstr (kept->device, ==, old->device);
  save (fixture, other);
  replaced = load (fixture);
  g_assert_cmpstr (replaced->device, ==, other->device);
  g_assert_false (g_file_test (temporary, G_FILE_TEST_EXISTS));
}

static void
test_a_damaged_file_is_said_and_kept (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (RuhuCredentials) made = ruhu_credentials_new ("https://x:1", PIN, NULL);
  g_autofree char *whole = NULL;
  gsize length = 0;

  save (fixture, made);
  g_assert_true (g_file_get_contents (fixture->file, &whole, &length, NULL));
  for (gsize n = 0; n < length; n++)
    {
      RuhuCredentials *credentials = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *after = NULL;

      g_assert_true (g_file_set_contents (fixture->file, whole, n, NULL));
      g_assert_false (ruhu_credentials_load (fixture->directory, &credentials, NULL, &error));
      g_assert_error (error, RUHU_ERROR, RUHU_ERROR_CORRUPT);
      g_assert_null (credentials);
      g_assert_null (strstr (error->message, made->token));
      g_assert_true (g_file_get_contents (fixture->file, &after, NULL, NULL));
      g_assert_cmpuint (strlen (after), ==, n);
    }
}

static void
test_a_folder_that_cannot_be_written_keeps_the_old_ones (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (RuhuCredentials) old = ruhu_credentials_new ("https://x:1", PIN, NULL), other = ruhu_credentials_new ("https://y:1", PIN, NULL);
  g_autoptr (RuhuCredentials) kept = NULL;
  g_autoptr (GError) error = NULL;

  if (geteuid () == 0)
    {
      g_test_skip ("the administrator may write everywhere");
      return;
    }
  save (fixture, old);
  g_assert_cmpint (g_chmod (fixture->directory, 0500), ==, 0);
  g_assert_false (ruhu_credentials_save (fixture->directory, other, NULL, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_READ_ONLY);
  kept = load (fixture);
  g_assert_cmpstr (kept->device, ==, old->device);
}

static void
test_clearing_leaves_nothing (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (RuhuCredentials) made = ruhu_credentials_new ("https://x:1", PIN, NULL);
  g_autoptr (GError) error = NULL;

  save (fixture, made);
  g_assert_true (ruhu_credentials_clear (fixture->directory, &error));
  g_assert_null (load (fixture));
  g_assert_true (ruhu_credentials_clear (fixture->directory, &error));
  g_assert_no_error (error);
}

/* "It is in the keyring" is no reason to take a laptop whose keyring does not answer for one that was never enrolled. */
static void
test_a_silent_keyring_is_an_error (Fixture *fixture, gconstpointer unused)
{
  RuhuCredentials *credentials = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (fixture->file, "{\"store\":\"keyring\"}", -1, NULL));
  g_assert_false (ruhu_credentials_load (fixture->directory, &credentials, NULL, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_BUSY);
  g_assert_false (ruhu_credentials_clear (fixture->directory, NULL));
  g_assert_true (g_file_test (fixture->file, G_FILE_TEST_EXISTS));
}

static void
test_without_a_keyring_the_file_serves (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (RuhuCredentials) made = ruhu_credentials_new ("https://x:1", PIN, NULL);
  g_autoptr (RuhuCredentials) back = NULL;

  g_unsetenv ("RUHU_NO_KEYRING");
  save (fixture, made);
  g_setenv ("RUHU_NO_KEYRING", "1", TRUE);
  back = load (fixture);
  g_assert_cmpstr (back->token, ==, made->token);
}

#define ADD(name, function) g_test_add ("/credentials/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  /* A bus that is not there: whoever runs the tests keeps their keyring to themselves. */
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus", TRUE);
  g_setenv ("RUHU_NO_KEYRING", "1", TRUE);
  g_test_init (&argc, &argv, NULL);
  ADD ("new-ones-differ", test_new_ones_are_of_the_right_form_and_differ);
  ADD ("what-is-saved-is-loaded", test_what_is_saved_is_loaded);
  ADD ("nothing-there-is-no-error", test_nothing_there_is_no_error);
  ADD ("only-the-owner-can-read", test_only_the_owner_can_read_the_file);
  ADD ("torn-write-leaves-the-old-ones", test_a_write_that_was_torn_leaves_the_old_ones);
  ADD ("damaged-file-is-said-and-kept", test_a_damaged_file_is_said_and_kept);
  ADD ("unwritable-folder-keeps-the-old-ones", test_a_folder_that_cannot_be_written_keeps_the_old_ones);
  ADD ("clearing-leaves-nothing", test_clearing_leaves_nothing);
  ADD ("silent-keyring-is-an-error", test_a_silent_keyring_is_an_error);
  ADD ("without-a-keyring-the-file-serves", test_without_a_keyring_the_file_serves);
  return g_test_run ();
}
