/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands of ruhu-township, as a person runs them; the path of the program is the first argument. */
#include "config.h"

#include "ruhu-enrol.h"
#include "ruhu-link.h"
#include "ruhu-session.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>

static const char *program;

typedef struct
{
  char *scratch;
  char *town; /* directory, made by init */
  char *link; /* the last line that init printed */
} Site;

/* What a command said, and its exit status. */
typedef struct
{
  char *out;
  char *err;
  int status;
} Said;

static void
said_clear (Said *self)
{
  g_clear_pointer (&self->out, g_free);
  g_clear_pointer (&self->err, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Said, said_clear)

static Said
run (const char *first, ...)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  Said said = { 0 };
  va_list more;

  g_ptr_array_add (argv, (char *) program);
  va_start (more, first);
  for (const char *argument = first; argument != NULL; argument = va_arg (more, const char *))
    g_ptr_array_add (argv, (char *) argument);
  va_end (more);
  g_ptr_array_add (argv, NULL);
  g_spawn_sync (NULL, (char **) argv->pdata, NULL, 0, NULL, NULL, &said.out, &said.err, &said.status, &error);
  g_assert_no_error (error);
  g_assert_true (WIFEXITED (said.status));
  said.status = WEXITSTATUS (said.status);
  g_test_message ("%s: %d\n%s%s", first, said.status, said.out, said.err);
  return said;
}

static char *
last_line (const char *text)
{
  g_autofree char *plain = g_strchomp (g_strdup (text));
  const char *newline = strrchr (plain, '\n');

  return g_strdup (newline != NULL ? newline + 1 : plain);
}

static void
set_up (Site *self, gconstpointer data)
{
  g_auto (Said) said = { 0 };

  self->scratch = g_dir_make_tmp ("ruhu-commands-XXXXXX", NULL);
  self->town = g_build_filename (self->scratch, "town", NULL);
  said = run ("init", "--name", "试点乡", "--office", "王主任", "--listen", "127.0.0.1", "--port", "1", self->town, NULL);
  g_assert_cmpint (said.status, ==, 0);
  self->link = last_line (said.out);
}

static void
tear_down (Site *self, gconstpointer data)
{
  const char *argv[] = { "rm", "-rf", self->scratch, NULL };

  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
  g_free (self->scratch);
  g_free (self->town);
  g_free (self->link);
}

static guint
mode_of (const char *directory, const char *name)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);
  struct stat info;

  g_assert_cmpint (stat (path, &info), ==, 0);
  return info.st_mode & 0777;
}

static void
test_init (Site *site, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuLink) link = ruhu_link_parse (site->link, &error);
  g_autofree char *before = NULL, *after = NULL;
  g_autofree char *config = g_build_filename (site->town, "township.conf", NULL);
  g_auto (Said) again = { 0 };

  g_assert_no_error (error);
  g_assert_cmpstr (link->host, ==, "127.0.0.1");
  g_assert_cmpuint (link->port, ==, 1);
  g_assert_cmpuint (mode_of (site->town, "."), ==, 0700);
  g_assert_cmpuint (mode_of (site->town, "key.pem"), ==, 0600);
  g_assert_cmpuint (mode_of (site->town, "township.db"), ==, 0600);
  g_assert_cmpuint (mode_of (site->town, "township.conf"), ==, 0600);

  g_assert_true (g_file_get_contents (config, &before, NULL, NULL));
  again = run ("init", site->town, NULL);
  g_assert_cmpint (again.status, ==, 1);
  g_assert_nonnull (strstr (again.err, "exists already"));
  g_assert_true (g_file_get_contents (config, &after, NULL, NULL));
  g_assert_cmpstr (before, ==, after);
}

/* Nothing half made is left, and nothing is printed that looks like a link. */
static void
test_init_fails (Site *site, gconstpointer data)
{
  g_autofree char *nowhere = g_build_filename (site->scratch, "missing", "town", NULL);
  g_auto (Said) said = run ("init", nowhere, NULL);
  g_auto (Said) bad_port = run ("init", "--port", "70000", nowhere, NULL);
  g_auto (Said) none = run ("init", NULL);

  g_assert_cmpint (said.status, ==, 1);
  g_assert_cmpstr (said.out, ==, "");
  g_assert_cmpint (bad_port.status, ==, 2);
  g_assert_cmpint (none.status, ==, 2);
}

/* By a link with an address that is none no laptop ever comes, and a server that has no address to listen on does not start. */
static void
test_wrong_addresses (Site *site, gconstpointer data)
{
  const char *const wrong[][2] = { { "--listen", "foo" }, { "--listen", "127.0.0.1;999.1.1.1" }, { "--listen", " ; " }, { "--public-address", "999.1.1.1x/" }, { "--public-address", "203.0.113.777" }, { "--public-address", "[2001:db8::7]" }, { "--public-address", "office.example:8443" } };
  g_autofree char *town = g_build_filename (site->scratch, "wrong", NULL);
  g_auto (Said) link = run ("enrol", "--public-address", "office.example:8443", site->town, "王主任", NULL);
  g_auto (Said) padded = { 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_auto (Said) said = run ("init", wrong[i][0], wrong[i][1], town, NULL);

      g_assert_cmpint (said.status, !=, 0);
      g_assert_nonnull (strstr (said.err, wrong[i][0] + 2));
      g_assert_cmpstr (said.out, ==, "");
      g_assert_false (g_file_test (town, G_FILE_TEST_EXISTS));
    }
  g_assert_cmpint (link.status, !=, 0);
  g_assert_cmpstr (link.out, ==, "");
  padded = run ("init", "--listen", " 127.0.0.1 ; ::1", "--public-address", " office.example ", "--port", "1", town, NULL);
  g_assert_cmpint (padded.status, ==, 0);
  g_assert_nonnull (strstr (padded.out, "ruhu://office.example:1/"));
}

static void
test_usage (Site *site, gconstpointer data)
{
  g_auto (Said) help = run ("--help", NULL);
  g_auto (Said) version = run ("--version", NULL);
  g_auto (Said) unknown = run ("frobnicate", NULL);
  g_auto (Said) more = run ("verify", "a", "b", NULL);
  g_auto (Said) option = run ("verify", "--frob", site->town, NULL);

  g_assert_cmpint (help.status, ==, 0);
  g_assert_nonnull (strstr (help.out, "backup"));
  g_assert_cmpint (version.status, ==, 0);
  g_assert_true (g_str_has_prefix (version.out, "ruhu-township "));
  g_assert_cmpint (unknown.status, ==, 2);
  g_assert_cmpint (more.status, ==, 2);
  g_assert_cmpint (option.status, ==, 2);
}

static void
test_enrol (Site *site, gconstpointer data)
{
  g_auto (Said) list = run ("enrol", "--list", site->town, NULL);
  g_auto (GStrv) columns = g_strsplit (g_strchomp (list.out), "\t", -1);
  g_auto (Said) by_name = run ("enrol", site->town, "王主任", NULL);
  g_auto (Said) by_id = run ("enrol", "--hours", "1", "--public-address", "2001:db8::1", site->town, columns[0], NULL);
  g_auto (Said) unknown = run ("enrol", site->town, "王", NULL);
  g_auto (Said) hours = run ("enrol", "--hours", "9000", site->town, "王主任", NULL);
  g_autofree char *text = last_line (by_id.out);
  g_autoptr (RuhuLink) link = NULL;

  g_assert_cmpuint (g_strv_length (columns), ==, 3);
  g_assert_cmpstr (columns[1], ==, "office");
  g_assert_cmpint (by_name.status, ==, 0);
  g_assert_true (g_str_has_prefix (by_name.out, "ruhu://127.0.0.1:1/enrol?code="));
  g_assert_nonnull (strstr (by_name.err, "72 hours"));
  link = ruhu_link_parse (text, NULL);
  g_assert_cmpstr (link->host, ==, "2001:db8::1");
  g_assert_cmpint (unknown.status, ==, 1);
  g_assert_cmpstr (unknown.out, ==, "");
  g_assert_cmpint (hours.status, ==, 2);
}

static void
test_no_town (Site *site, gconstpointer data)
{
  const char *commands[] = { "serve", "verify" };

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_auto (Said) said = run (commands[i], site->scratch, NULL);

      g_assert_cmpint (said.status, ==, 1);
      g_assert_nonnull (strstr (said.err, "is not the directory of a township"));
    }
}

static void
test_config (Site *site, gconstpointer data)
{
  const char *wrongs[] = { "[server]\nport=x\n", "[server]\nport=70000\n", "[server]\nlisten=nowhere\n", "[server]\nlisten=;\n", "[server]\nprot=1\n", "[sever]\nport=1\n",
                           "[server]\nlog-requests=maybe\n", "port=1\n" };
  g_autofree char *path = g_build_filename (site->town, "township.conf", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (wrongs); i++)
    {
      g_auto (Said) said = { 0 };

      g_assert_true (g_file_set_contents (path, wrongs[i], -1, NULL));
      said = run ("verify", site->town, NULL);
      g_assert_cmpint (said.status, ==, 1);
      g_assert_nonnull (strstr (said.err, "township.conf"));
    }
}

/* A key that others can read is not used. */
static void
test_open_key (Site *site, gconstpointer data)
{
  g_autofree char *path = g_build_filename (site->town, "key.pem", NULL);
  g_auto (Said) said = { 0 };

  g_assert_cmpint (g_chmod (path, 0644), ==, 0);
  said = run ("serve", site->town, NULL);
  g_assert_cmpint (said.status, ==, 1);
  g_assert_nonnull (strstr (said.err, "0600"));
}

static void
test_verify (Site *site, gconstpointer data)
{
  g_auto (Said) fine = run ("verify", site->town, NULL);
  g_auto (Said) broken = { 0 };
  g_autofree char *path = g_build_filename (site->town, "township.db", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (fine.status, ==, 0);
  g_assert_nonnull (strstr (fine.out, "1 entries"));
  {
    g_autoptr (RuhuDatabase) database = ruhu_database_open (path, RUHU_DATABASE_DEFAULT, &error);

    g_assert_true (ruhu_database_execute (database, "UPDATE log SET body = replace (body, '王', '李')", &error));
    g_assert_no_error (error);
  }
  broken = run ("verify", site->town, NULL);
  g_assert_cmpint (broken.status, ==, 1);
}

typedef struct
{
  GSubprocess *process;
  char *said; /* the ready line */
} Server;

/* A test that fails ends the program where it stands, and no server is left behind. */
static void
die_with_parent (gpointer unused)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static Server
serve (Site *site)
{
  g_autoptr (GError) error = NULL;
  Server server = { 0 };
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GDataInputStream) out = NULL;

  g_subprocess_launcher_set_child_setup (launcher, die_with_parent, NULL, NULL);
  server.process = g_subprocess_launcher_spawn (launcher, &error, program, "serve", "--port", "0", site->town, NULL);
  g_assert_no_error (error);
  out = g_data_input_stream_new (g_subprocess_get_stdout_pipe (server.process));
  g_filter_input_stream_set_close_base_stream (G_FILTER_INPUT_STREAM (out), FALSE);
  server.said = g_data_input_stream_read_line (out, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (server.said);
  return server;
}

static guint
count_files (const char *directory, const char *prefix)
{
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    n += g_str_has_prefix (name, prefix);
  return n;
}

/* However far the log had come that is replaced, by a clock that was wrong perhaps. */
static void
assert_restore_goes_beyond (Site *site, const char *copy, const char *path, gint64 end)
{
  g_autoptr (RuhuDatabase) database = ruhu_database_open (path, RUHU_DATABASE_DEFAULT, NULL);
  g_auto (Said) again = { 0 };
  gint64 mark = 0;

  g_assert_true (ruhu_database_run (database, "UPDATE log SET n = ?1, position = ?1 WHERE kind = 'restored'", NULL, "i", end));
  g_clear_pointer (&database, ruhu_database_close);
  again = run ("restore", copy, site->town, NULL);
  g_assert_cmpint (again.status, ==, 0);
  database = ruhu_database_open (path, RUHU_DATABASE_DEFAULT, NULL);
  g_assert_true (ruhu_database_get_integer (database, "SELECT n FROM log WHERE kind = 'restored'", 0, &mark, NULL, ""));
  g_assert_cmpint (mark, >, end);
}

/* What is no whole backup is refused with everything left as it was; what is one is put in place, and the log says so. */
static void
test_restore (Site *site, gconstpointer data)
{
  g_autofree char *copy = g_build_filename (site->scratch, "copy.db", NULL);
  g_autofree char *path = g_build_filename (site->town, "township.db", NULL);
  g_auto (Said) backup = run ("backup", site->town, copy, NULL);
  g_autofree char *bytes = NULL, *before = NULL, *after = NULL;
  g_auto (Said) hurt = { 0 }, done = { 0 }, verify = { 0 }, by_hand = { 0 };
  gsize size, before_size, after_size;

  g_assert_cmpint (backup.status, ==, 0);
  g_assert_true (g_file_get_contents (copy, &bytes, &size, NULL));
  g_assert_true (g_file_get_contents (path, &before, &before_size, NULL));
  bytes[size / 2] ^= 1;
  g_assert_true (g_file_set_contents (copy, bytes, (gssize) size / 2, NULL));
  hurt = run ("restore", copy, site->town, NULL);
  g_assert_cmpint (hurt.status, ==, 1);
  g_assert_true (g_file_get_contents (path, &after, &after_size, NULL));
  g_assert_cmpmem (before, before_size, after, after_size);
  g_assert_cmpuint (count_files (site->town, "township.db.restoring"), ==, 0);
  bytes[size / 2] ^= 1;
  g_assert_true (g_file_set_contents (copy, bytes, (gssize) size, NULL));
  done = run ("restore", copy, site->town, NULL);
  g_assert_cmpint (done.status, ==, 0);
  g_assert_cmpuint (count_files (site->town, "township.db.before-restore-"), >=, 1);
  verify = run ("verify", site->town, NULL);
  g_assert_cmpint (verify.status, ==, 0);
  g_assert_nonnull (strstr (verify.out, "2 entries"));
  assert_restore_goes_beyond (site, copy, path, G_GINT64_CONSTANT (4000000000000000));
  /* The same without the command: a backup knows that it is one. */
  g_assert_true (g_file_set_contents (path, bytes, (gssize) size, NULL));
  by_hand = run ("verify", site->town, NULL);
  g_assert_cmpint (by_hand.status, ==, 0);
  g_assert_nonnull (strstr (by_hand.out, "2 entries"));
}

/* Commands while the server runs; it ends when told, with status 0, and the port file goes. */
static void
test_serve (Site *site, gconstpointer data)
{
  Server server = serve (site);
  g_autofree char *port_path = g_build_filename (site->town, "port", NULL);
  g_autofree char *copy = g_build_filename (site->scratch, "copy.db", NULL);
  g_autofree char *port = NULL, *expected = NULL;
  g_auto (Said) link = run ("enrol", site->town, "王主任", NULL);
  g_auto (Said) verify = run ("verify", site->town, NULL);
  g_auto (Said) backup = run ("backup", site->town, copy, NULL);
  g_auto (Said) again = run ("backup", site->town, copy, NULL);
  g_auto (Said) taken = { 0 }, busy = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_get_contents (port_path, &port, NULL, NULL));
  g_strchomp (port);
  expected = g_strdup_printf ("listening on https://127.0.0.1:%s pin ", port);
  g_assert_true (g_str_has_prefix (server.said, expected));
  g_free (expected);
  expected = g_strdup_printf ("ruhu://127.0.0.1:%s/", port);
  g_assert_true (g_str_has_prefix (link.out, expected));
  g_assert_cmpint (verify.status, ==, 0);
  g_assert_cmpint (backup.status, ==, 0);
  g_assert_cmpuint (mode_of (site->scratch, "copy.db"), ==, 0600);
  g_assert_cmpint (again.status, ==, 1);
  busy = run ("restore", copy, site->town, NULL);
  g_assert_cmpint (busy.status, ==, 1);
  taken = run ("serve", "--port", port, site->town, NULL);
  g_assert_cmpint (taken.status, ==, 1);
  g_assert_nonnull (strstr (taken.err, "taken"));

  g_subprocess_send_signal (server.process, SIGTERM);
  g_assert_true (g_subprocess_wait (server.process, NULL, &error));
  g_assert_true (g_subprocess_get_if_exited (server.process));
  g_assert_cmpint (g_subprocess_get_exit_status (server.process), ==, 0);
  g_assert_false (g_file_test (port_path, G_FILE_TEST_EXISTS));
  g_object_unref (server.process);
  g_free (server.said);
}

static void
test_device (Site *site, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (site->town, "township.db", NULL);
  g_auto (Said) list = run ("enrol", "--list", site->town, NULL);
  g_auto (GStrv) columns = g_strsplit (list.out, "\t", -1);
  g_auto (Said) devices = { 0 };
  g_auto (Said) revoked = { 0 };
  g_auto (Said) after = { 0 };
  g_auto (Said) unknown = { 0 };
  g_auto (Said) usage = run ("device", NULL);
  g_auto (Said) kept = { 0 }, drafts = { 0 }, dropped = { 0 }, none = { 0 };
  g_autofree char *unprinted = g_strdup_printf ("sh -c '%s device drop-draft %s 0123456789abcdef d1 >/dev/full'", program, site->town);
  gint64 position;

  {
    g_autoptr (RuhuSession) session = ruhu_session_open (path, FALSE, NULL, NULL, &error);

    g_assert_true (ruhu_ledger_add_device (session->ledger, "0123456789abcdef", columns[0], "notebook", "hash", &position, &error));
    g_assert_true (ruhu_database_run (ruhu_store_get_database (session->store), "INSERT INTO handed_draft VALUES (?1, 'd1', 'visit', 'h1', 3, '017d0000000000000000', '{\"typed\":1}')", &error, "s",
                                      "0123456789abcdef"));
    g_assert_no_error (error);
  }
  devices = run ("device", "list", site->town, NULL);
  g_assert_cmpint (devices.status, ==, 0);
  g_assert_true (g_str_has_prefix (devices.out, "0123456789abcdef\tactive\t"));
  g_assert_true (g_str_has_suffix (devices.out, "\t王主任\tnotebook\n"));
  kept = run ("device", "drop-draft", site->town, "0123456789abcdef", "d1", NULL);
  g_assert_cmpint (kept.status, ==, 1);
  revoked = run ("device", "revoke", site->town, "0123456789abcdef", NULL);
  g_assert_cmpint (revoked.status, ==, 0);
  drafts = run ("device", "drafts", site->town, NULL);
  g_assert_true (g_str_has_prefix (drafts.out, "d1\t0123456789abcdef\t"));
  g_assert_true (g_str_has_suffix (drafts.out, "\th1\t王主任\n"));
  g_assert_true (g_spawn_command_line_sync (unprinted, NULL, NULL, &none.status, &error));
  g_assert_cmpint (none.status, !=, 0);
  dropped = run ("device", "drop-draft", site->town, "0123456789abcdef", "d1", NULL);
  g_assert_cmpstr (dropped.out, ==, "{\"typed\":1}\n");
  none = run ("device", "drafts", site->town, NULL);
  g_assert_cmpstr (none.out, ==, "");
  after = run ("device", "list", site->town, NULL);
  g_assert_true (g_str_has_prefix (after.out, "0123456789abcdef\trevoked\t"));
  unknown = run ("device", "revoke", site->town, "fedcba9876543210", NULL);
  g_assert_cmpint (unknown.status, ==, 1);
  g_assert_cmpint (usage.status, ==, 2);
}

/* The old laptop goes when the link of the new one is used, also when the answer was lost; a link that was taken back opens nothing. */
static void
test_replace (Site *site, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (site->town, "township.db", NULL), *user = NULL, *again = NULL;
  g_auto (Said) list = run ("enrol", "--list", site->town, NULL);
  g_auto (GStrv) columns = g_strsplit (list.out, "\t", -1);
  g_auto (Said) waiting = { 0 }, wrong = { 0 }, none = { 0 }, links = { 0 }, printed = { 0 }, devices = { 0 };
  g_autoptr (RuhuSession) session = ruhu_session_open (path, FALSE, NULL, NULL, &error);
  g_autoptr (RuhuLink) link = NULL;
  RuhuEnrolment enrolment = { .device = "fedcba9876543210", .token = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", .name = "next" };
  gint64 position;

  g_assert_no_error (error);
  g_assert_true (ruhu_ledger_add_device (session->ledger, "0123456789abcdef", columns[0], "notebook", "hash", &position, &error));
  waiting = run ("quarantine", "list", site->town, NULL);
  g_assert_cmpint (waiting.status, ==, 0);
  g_assert_cmpstr (waiting.out, ==, "");
  wrong = run ("quarantine", "refuse", "--by", columns[0], site->town, "0123456789abcdef", "1", NULL);
  g_assert_cmpint (wrong.status, ==, 2);
  none = run ("quarantine", "accept", "--by", columns[0], site->town, "0123456789abcdef", "1", NULL);
  g_assert_cmpint (none.status, ==, 1);

  printed = run ("device", "replace", site->town, "0123456789abcdef", NULL);
  g_assert_cmpint (printed.status, ==, 0);
  links = run ("enrol", "--links", site->town, NULL);
  g_assert_nonnull (strstr (links.out, "\t0123456789abcdef\n"));
  link = ruhu_link_parse (g_strchomp (printed.out), &error);
  g_assert_no_error (error);
  enrolment.code = link->code;
  g_assert_true (ruhu_enrol_redeem (session, &enrolment, &user, &position, &error));
  g_assert_true (ruhu_enrol_redeem (session, &enrolment, &again, &position, &error));
  g_assert_cmpstr (user, ==, columns[0]);
  devices = run ("device", "list", site->town, NULL);
  g_assert_nonnull (strstr (devices.out, "0123456789abcdef\trevoked\t"));
  g_assert_nonnull (strstr (devices.out, "fedcba9876543210\tactive\t"));
}

static void
test_withdraw (Site *site, gconstpointer data)
{
  g_auto (Said) links = run ("enrol", "--links", site->town, NULL);
  g_auto (GStrv) columns = g_strsplit (links.out, "\t", -1);
  g_auto (Said) withdrawn = run ("enrol", "--withdraw", columns[0], site->town, NULL);
  g_auto (Said) again = run ("enrol", "--withdraw", columns[0], site->town, NULL);
  g_auto (Said) after = run ("enrol", "--links", site->town, NULL);

  g_assert_cmpuint (strlen (columns[0]), ==, 12);
  g_assert_cmpint (withdrawn.status, ==, 0);
  g_assert_cmpint (again.status, ==, 1);
  g_assert_cmpstr (after.out, ==, "");
}

/* The same seed gives the same database, byte for byte; another one another. */
static void
test_generate (Site *site, gconstpointer data)
{
  const char *const names[] = { "one", "two", "three" };
  const char *const seeds[] = { "7", "7", "8" };
  g_autoptr (GBytes) first = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *town = g_build_filename (site->scratch, names[i], NULL);
      g_autofree char *path = g_build_filename (town, "township.db", NULL);
      g_auto (Said) said = run ("generate", "--seed", seeds[i], town, NULL);
      g_autofree char *text = NULL;
      gsize size;
      g_autoptr (GBytes) bytes = NULL;

      g_assert_cmpint (said.status, ==, 0);
      g_assert_true (g_file_get_contents (path, &text, &size, NULL));
      bytes = g_bytes_new_take (g_steal_pointer (&text), size);
      if (first == NULL)
        first = g_bytes_ref (bytes);
      g_assert_cmpint (g_bytes_equal (first, bytes), ==, i < 2);
    }
}

/* Two townships in one, every household with an id of its own; a size that is none is refused, and nothing is made. */
static void
test_scale (Site *site, gconstpointer data)
{
  const char *const wrong[][3] = { { "--scale", "0", NULL }, { "--scale", "2", "--year" } };
  g_autofree char *one = g_build_filename (site->scratch, "one", NULL), *two = g_build_filename (site->scratch, "two", NULL);
  g_auto (Said) small = run ("generate", one, NULL);
  g_auto (Said) large = run ("generate", "--scale", "2", two, NULL);
  g_autofree char *path_one = g_build_filename (one, "township.db", NULL), *path_two = g_build_filename (two, "township.db", NULL);
  g_autoptr (RuhuDatabase) first = ruhu_database_open (path_one, RUHU_DATABASE_READ_ONLY, NULL);
  g_autoptr (RuhuDatabase) second = ruhu_database_open (path_two, RUHU_DATABASE_READ_ONLY, NULL);
  gint64 households, twice;

  g_assert_cmpint (small.status, ==, 0);
  g_assert_cmpint (large.status, ==, 0);
  g_assert_true (ruhu_database_get_integer (first, "SELECT count (*) FROM r_household", 0, &households, NULL, ""));
  g_assert_true (ruhu_database_get_integer (second, "SELECT count (*) FROM r_household", 0, &twice, NULL, ""));
  g_assert_cmpint (households, >, 0);
  g_assert_cmpint (twice, ==, 2 * households);
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree char *none = g_build_filename (site->scratch, "none", NULL);
      g_auto (Said) refused = wrong[i][2] == NULL ? run ("generate", wrong[i][0], wrong[i][1], none, NULL) : run ("generate", wrong[i][0], wrong[i][1], wrong[i][2], none, NULL);

      g_assert_cmpint (refused.status, ==, 2);
      g_assert_false (g_file_test (none, G_FILE_TEST_EXISTS));
    }
}

#define ADD(path, func) g_test_add ("/township-commands/" path, Site, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_setenv ("LC_ALL", "C.UTF-8", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  program = argv[1];
  ADD ("init", test_init);
  ADD ("init-fails", test_init_fails);
  ADD ("wrong-addresses", test_wrong_addresses);
  ADD ("usage", test_usage);
  ADD ("enrol", test_enrol);
  ADD ("no-town", test_no_town);
  ADD ("config", test_config);
  ADD ("open-key", test_open_key);
  ADD ("verify", test_verify);
  ADD ("restore", test_restore);
  ADD ("serve", test_serve);
  ADD ("device", test_device);
  ADD ("replace", test_replace);
  ADD ("withdraw", test_withdraw);
  ADD ("generate", test_generate);
  ADD ("scale", test_scale);
  return g_test_run ();
}
