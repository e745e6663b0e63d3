/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ruhu-syncd: the laptop's synchronisation daemon, and its errands from the command line. Exit status: 0 done, 1 not done, 2 wrong usage, 3 another one is running. */
#define G_LOG_DOMAIN "ruhu-syncd"

#include "config.h"

#include "ruhu-agent-dbus.h"
#include "ruhu-agent-watch.h"
#include "ruhu-carry.h"
#include "ruhu-cleanups.h"
#include "ruhu-courier.h"
#include "ruhu-error.h"
#include "ruhu-store.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>

#define EXIT_NOT_DONE 1
#define EXIT_USAGE    2
#define EXIT_RUNNING  3
#define LOCK_NAME     "ruhu-syncd.lock"

typedef struct
{
  gboolean version;
  gboolean once;
  gboolean no_dbus;
  const char *data_dir; /* or NULL */
  const char *link;     /* or NULL */
  const char *export;   /* or NULL */
  const char *import;   /* or NULL */
} Options;

typedef struct
{
  GMainLoop *loop;
  RuhuAgent *agent;
  RuhuAgentDbus *dbus;
  int status;
} Daemon;

static int
complain (const char *sentence, int status)
{
  fprintf (stderr, "ruhu-syncd: %s\n", sentence);
  return status;
}

static int
complain_of (const GError *error)
{
  g_autofree char *sentence = ruhu_error_explain (error);

  return complain (sentence, EXIT_NOT_DONE);
}

/* One daemon for each data directory; the lock goes with the process, however it ends. -1 with the status to exit with in *@status. */
static int
take_lock (const char *directory, int *status)
{
  g_autofree char *path = g_build_filename (directory, LOCK_NAME, NULL);
  g_auto (RuhuFd) fd = -1;
  int taken;

  if (g_mkdir_with_parents (directory, S_IRWXU) != 0)
    {
      g_autofree char *sentence = g_strdup_printf (_ ("The data folder cannot be made: %s"), g_strerror (errno));

      *status = complain (sentence, EXIT_NOT_DONE);
      return -1;
    }
  fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  /* A folder that cannot be written can still be locked, and the daemon there says what is wrong. */
  if (fd < 0)
    fd = open (directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    {
      g_autofree char *sentence = g_strdup_printf (_ ("The data folder cannot be used: %s"), g_strerror (errno));

      *status = complain (sentence, EXIT_NOT_DONE);
      return -1;
    }
  if (flock (fd, LOCK_EX | LOCK_NB) != 0)
    {
      *status = complain (_ ("Another ruhu-syncd is at work on this data folder. Stop it first, or ask it over D-Bus"), EXIT_RUNNING);
      return -1;
    }
  taken = fd;
  fd = -1;
  return taken;
}

static int
enrol (const char *directory, const char *link)
{
  g_autoptr (RuhuCourier) courier = ruhu_courier_new (directory, -1, NULL, NULL, NULL);
  g_autofree char *township = NULL;
  g_autoptr (GError) error = NULL;

  if (!ruhu_courier_enrol (courier, link, &error))
    return complain_of (error);
  township = ruhu_courier_dup_township (courier);
  if (ruhu_courier_get_token_store (courier) == RUHU_TOKEN_STORE_KEYRING)
    printf (_ ("Enrolled with %s; the key to it is in the keyring\n"), township);
  else
    printf (_ ("Enrolled with %s; the key to it is in a file that only you can read\n"), township);
  return 0;
}

static int
synchronise_once (const char *directory)
{
  g_autoptr (RuhuCourier) courier = ruhu_courier_new (directory, -1, NULL, NULL, NULL);
  g_autoptr (GError) error = NULL, unread = NULL;
  gint64 waiting = 0, refused = 0;
  RuhuFigures figures;
  gboolean ok;

  ok = ruhu_courier_sync (courier, &error);
  if (g_error_matches (error, RUHU_ERROR, RUHU_ERROR_REVOKED))
    {
      gboolean erased;

      if (!ruhu_courier_withdraw (courier, &erased, &unread))
        return complain_of (unread);
    }
  if (!ruhu_courier_count (courier, &waiting, &refused, &unread))
    return complain_of (unread);
  figures = ruhu_courier_get_figures (courier);
  printf ("pushed=%" G_GUINT64_FORMAT " received=%" G_GUINT64_FORMAT " refused=%" G_GINT64_FORMAT " waiting=%" G_GINT64_FORMAT " position=%" G_GINT64_FORMAT "\n",
          figures.pushed, figures.received, refused, waiting, ruhu_courier_get_position (courier));
  if (!ok)
    return complain_of (error);
  return waiting == 0 ? 0 : EXIT_NOT_DONE;
}

static int
export_bundle (const char *directory, const char *path)
{
  g_autoptr (GError) error = NULL;
  RuhuPacked packed;

  if (!ruhu_carry_export (directory, path, &packed, &error))
    return complain_of (error);
  printf ("changes=%" G_GINT64_FORMAT " left=%" G_GINT64_FORMAT " photos=%" G_GINT64_FORMAT " photos_left=%" G_GINT64_FORMAT "\n", packed.changes, packed.left, packed.photos,
          packed.photos_left);
  if (packed.left > 0 || packed.photos_left > 0)
    return complain (_ ("Not everything fits into one bundle. Once the township's answer is imported, export again for the rest"), EXIT_NOT_DONE);
  return 0;
}

static int
import_bundle (const char *directory, const char *path)
{
  g_auto (RuhuCarried) carried = { 0 };
  g_autoptr (GError) error = NULL;

  if (!ruhu_carry_import (directory, path, &carried, &error))
    return complain_of (error);
  printf ("received=%" G_GUINT64_FORMAT " refused=%" G_GINT64_FORMAT " waiting=%" G_GINT64_FORMAT " position=%" G_GINT64_FORMAT " photos=%" G_GINT64_FORMAT " photos_waiting=%" G_GINT64_FORMAT "\n",
          carried.received, carried.refused, carried.waiting, carried.position, carried.photos, carried.photos_waiting);
  if (carried.photo_reason != NULL)
    fprintf (stderr, _ ("ruhu-syncd: the township did not take a photo; it stays on this laptop: %s\n"), carried.photo_reason);
  return carried.stop != NULL ? complain_of (carried.stop) : 0;
}

static gboolean
signal_cb (gpointer data)
{
  Daemon *self = data;

  g_main_loop_quit (self->loop);
  return G_SOURCE_CONTINUE;
}

static void
bus_acquired_cb (GDBusConnection *connection, const char *name, gpointer data)
{
  Daemon *self = data;
  g_autoptr (GError) error = NULL;

  /* The bus's end is the session's: the loop ends, and with it everything in order. */
  g_dbus_connection_set_exit_on_close (connection, FALSE);
  if (ruhu_agent_dbus_export (self->dbus, connection, &error))
    return;
  g_warning ("The object cannot be put on the bus: %s", error->message);
  self->status = EXIT_NOT_DONE;
  g_main_loop_quit (self->loop);
}

static void
name_lost_cb (GDBusConnection *connection, const char *name, gpointer data)
{
  Daemon *self = data;

  if (connection == NULL)
    self->status = complain (_ ("There is no session bus; --no-dbus runs without one"), EXIT_NOT_DONE);
  else if (!g_dbus_connection_is_closed (connection))
    self->status = complain (_ ("Another ruhu-syncd is on the session bus"), EXIT_RUNNING);
  g_main_loop_quit (self->loop);
}

static int
serve (const char *directory, gboolean on_bus)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (RuhuAgent) agent = ruhu_agent_new (directory);
  g_autoptr (RuhuAgentDbus) dbus = ruhu_agent_dbus_new (agent);
  g_autoptr (RuhuAgentWatch) watch = ruhu_agent_watch_new (agent, directory);
  Daemon self = { .loop = loop, .agent = agent, .dbus = dbus };
  guint name = 0;

  g_unix_signal_add (SIGTERM, signal_cb, &self);
  g_unix_signal_add (SIGINT, signal_cb, &self);
  g_unix_signal_add (SIGHUP, signal_cb, &self);
  if (on_bus)
    name = g_bus_own_name (G_BUS_TYPE_SESSION, RUHU_BUS_NAME, G_BUS_NAME_OWNER_FLAGS_DO_NOT_QUEUE, bus_acquired_cb, NULL, name_lost_cb, &self, NULL);
  ruhu_agent_start (agent);
  g_main_loop_run (loop);
  ruhu_agent_stop (agent);
  if (on_bus)
    {
      ruhu_agent_dbus_unexport (dbus);
      g_bus_unown_name (name);
    }
  return self.status;
}

static int
run (const Options *options)
{
  g_autofree char *directory = options->data_dir != NULL ? g_canonicalize_filename (options->data_dir, NULL) : ruhu_store_dup_default_directory ();
  g_auto (RuhuFd) lock = -1;
  int status = 0;

  lock = take_lock (directory, &status);
  if (lock < 0)
    return status;
  if (options->link != NULL)
    return enrol (directory, options->link);
  if (options->once)
    return synchronise_once (directory);
  if (options->export != NULL)
    return export_bundle (directory, options->export);
  if (options->import != NULL)
    return import_bundle (directory, options->import);
  return serve (directory, !options->no_dbus);
}

static void
set_language (void)
{
  const char *locales = g_getenv ("RUHU_LOCALEDIR");

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, locales != NULL ? locales : LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}

int
main (int argc, char **argv)
{
  g_autofree char *data_dir = NULL, *link = NULL, *export = NULL, *import = NULL;
  Options options = { 0 };
  const GOptionEntry entries[] = {
    { "version", 0, 0, G_OPTION_ARG_NONE, &options.version, N_ ("Print the version and exit"), NULL },
    { "data-dir", 0, 0, G_OPTION_ARG_FILENAME, &data_dir, N_ ("Work on this data folder"), N_ ("DIR") },
    { "enrol", 0, 0, G_OPTION_ARG_STRING, &link, N_ ("Enrol this laptop with the office's link and exit"), N_ ("LINK") },
    { "once", 0, 0, G_OPTION_ARG_NONE, &options.once, N_ ("Synchronise once, print the figures and exit"), NULL },
    { "export", 0, 0, G_OPTION_ARG_FILENAME, &export, N_ ("Write what waits here to a file for the township, sealed, and exit"), N_ ("FILE") },
    { "import", 0, 0, G_OPTION_ARG_FILENAME, &import, N_ ("Take in the township's answer to such a file and exit"), N_ ("FILE") },
    { "no-dbus", 0, 0, G_OPTION_ARG_NONE, &options.no_dbus, N_ ("Stay off the session bus"), NULL },
    { 0 },
  };
  g_autoptr (GOptionContext) context = NULL;
  g_autoptr (GError) error = NULL;

  set_language ();
  umask (S_IRWXG | S_IRWXO);
  context = g_option_context_new (NULL);
  g_option_context_set_summary (context, _ ("Sends what is recorded on this laptop to the township and brings what others recorded."));
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    return complain (error->message, EXIT_USAGE);
  options.data_dir = data_dir;
  options.link = link;
  options.export = export;
  options.import = import;
  if (argc > 1 || options.once + (link != NULL) + (export != NULL) + (import != NULL) > 1)
    return complain (_ ("Wrong arguments; --help lists them"), EXIT_USAGE);
  if (options.version)
    {
      printf ("ruhu-syncd %s\n", VERSION);
      return 0;
    }
  return run (&options);
}
