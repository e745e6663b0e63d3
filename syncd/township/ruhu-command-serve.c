/* SPDX-License-Identifier: GPL-3.0-or-later */
/* serve: the server, until SIGTERM or SIGINT. */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-command.h"

#include "ruhu-error.h"
#include "ruhu-httpd.h"
#include "ruhu-restore.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>

static gboolean
quit_cb (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_CONTINUE;
}

static RuhuServer *
start_server (RuhuTownship *township, GError **error)
{
  g_autofree char *database = ruhu_township_dup_path (township, RUHU_FILE_DATABASE);
  RuhuServerOptions options = { .database = database,
                                .township_name = township->config->name,
                                .threads = township->config->threads,
                                .enrol_failures = township->config->enrol_failures,
                                .enrol_failures_all = township->config->enrol_failures_all,
                                .right_days = township->config->right_days,
                                .page_bytes = (gsize) township->config->page_kilobytes * 1024,
                                .log_requests = township->config->log_requests };

  return ruhu_server_new (&options, error);
}

static RuhuHttpd *
start_httpd (RuhuTownship *township, RuhuServer *server, RuhuKey *key, GError **error)
{
  RuhuConfig *config = township->config;
  RuhuHttpdOptions options = { .listen = (const char *const *) config->listen,
                               .port = config->port,
                               .connections = config->connections,
                               .connections_per_address = config->connections_per_address,
                               .idle_seconds = config->idle_seconds };

  return ruhu_httpd_new (server, key, &options, error);
}

static gboolean
write_port (RuhuTownship *township, guint port, GError **error)
{
  g_autofree char *path = ruhu_township_dup_path (township, RUHU_FILE_PORT);
  g_autofree char *text = g_strdup_printf ("%u\n", port);

  return g_file_set_contents (path, text, -1, error);
}

/* Serves until a signal; the port file is there for as long. */
static gboolean
serve (RuhuTownship *township, GError **error)
{
  g_autoptr (RuhuKey) key = ruhu_township_load_key (township, error);
  g_autofree char *pin = key != NULL ? ruhu_key_dup_pin (key, error) : NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autofree char *port_path = ruhu_township_dup_path (township, RUHU_FILE_PORT);
  g_autofree char *addresses = NULL;
  g_autoptr (RuhuSession) session = NULL;
  g_autoptr (RuhuServer) server = NULL;
  g_autoptr (RuhuHttpd) httpd = NULL;
  int lock;

  if (pin == NULL)
    return FALSE;
  /* For as long as this process lives. */
  lock = ruhu_township_lock (township, FALSE, error);
  session = lock >= 0 ? ruhu_township_open_session (township, error) : NULL;
  if (session == NULL)
    return FALSE;
  g_clear_pointer (&session, ruhu_session_free);
  signal (SIGPIPE, SIG_IGN);
  g_unix_signal_add (SIGTERM, quit_cb, loop);
  g_unix_signal_add (SIGINT, quit_cb, loop);
  server = start_server (township, error);
  httpd = server != NULL ? start_httpd (township, server, key, error) : NULL;
  if (httpd == NULL || !write_port (township, ruhu_httpd_get_port (httpd), error))
    return FALSE;
  addresses = ruhu_httpd_dup_addresses (httpd);
  /* One line that scripts wait for; not translated. */
  g_print ("listening on %s pin %s\n", addresses, pin);
  fflush (stdout);
  g_main_loop_run (loop);
  g_message ("Stopping");
  ruhu_httpd_stop (httpd);
  g_unlink (port_path);
  return TRUE;
}

int
ruhu_command_serve (int argc, char **argv)
{
  g_autofree char *listen = NULL;
  int port = -1;
  const GOptionEntry entries[] = {
    { "listen", 0, 0, G_OPTION_ARG_STRING, &listen, N_ ("IP addresses to listen on, instead of the configured ones"), N_ ("ADDRESSES") },
    { "port", 0, 0, G_OPTION_ARG_INT, &port, N_ ("TCP port, instead of the configured one; 0: any free one"), N_ ("PORT") },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr (RuhuTownship) township = NULL;
  g_autoptr (GError) error = NULL;

  if (!ruhu_command_parse (&argc, &argv, _ ("DIR"), _ ("Serves the township's laptops until it is told to end."), entries, 1, 1))
    return RUHU_EXIT_USAGE;
  if (port > 65535)
    {
      g_printerr ("ruhu-township: %s\n", _ ("A port is a number up to 65535."));
      return RUHU_EXIT_USAGE;
    }
  township = ruhu_township_open (argv[1], &error);
  if (township == NULL)
    return ruhu_command_fail (error);
  if (port >= 0)
    township->config->port = (guint) port;
  if (listen != NULL)
    {
      g_strfreev (township->config->listen);
      township->config->listen = g_strsplit (listen, ";", -1);
    }
  return serve (township, &error) ? RUHU_EXIT_DONE : ruhu_command_fail (error);
}
