/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The world that bench-app's app lives in, in a process of its own as in life: the township's server, another laptop whose 10,000 changes are at the township, and the daemon.
 *
 *   bench-app-world --visits N     prints the laptop's folder; then a line a visit to be saved: household, visit, set, parted by tabs; then an empty line.
 *                                  A line on standard input makes the daemon pull; "done" says that it has. The end of standard input ends it, and removes everything. */
#define G_LOG_DOMAIN "bench"

#include "config.h"

#include "bench-world.h"

#include "ruhu-cleanups.h"

#include <stdio.h>

#define N_SAVED 200

static void
synchronise (const char *folder)
{
  g_autoptr (RuhuCourier) courier = ruhu_courier_new (folder, -1, NULL, NULL, NULL);
  g_autoptr (GError) error = NULL;
  gboolean done = ruhu_courier_sync (courier, &error);

  bench_must (done, g_steal_pointer (&error), "Synchronising");
}

/* Another laptop's work, which the measured one has not seen. */
static void
record_elsewhere (const char *folder, const BenchOptions *options)
{
  g_autoptr (RuhuStore) store = bench_open_laptop (folder);
  g_autoptr (GPtrArray) visits = bench_make_visits (store, options->seed, options->visits, 0, 1);

  bench_disk_off (ruhu_store_get_database (store));
  bench_save_visits (store, visits, 0, visits->len, NULL);
}

static void
print_visits (const char *folder, guint64 seed)
{
  g_autoptr (RuhuStore) store = bench_open_laptop (folder);
  g_autoptr (GPtrArray) visits = bench_make_visits (store, seed + 7, N_SAVED, 0, 1);

  for (guint i = 0; i < visits->len; i++)
    {
      BenchVisit *visit = visits->pdata[i];

      printf ("%s\t%s\t%s\n", visit->household, visit->visit, json_object_to_json_string_ext (visit->set, JSON_C_TO_STRING_PLAIN));
    }
}

int
main (int argc, char **argv)
{
  BenchOptions options = bench_begin (&argc, &argv, "The world of the app", 10000);
  g_autofree char *scratch = bench_make_folder ();
  g_autofree char *mine = g_build_filename (scratch, "mine", NULL);
  g_autofree char *other = g_build_filename (scratch, "other", NULL);
  g_autofree char *township = bench_make_township (scratch, options.seed);
  BenchServer *server = bench_server_start (township);
  g_autofree char *office = bench_get_office (server->session);
  g_autofree char *link = bench_make_link (server->session, server->key, office, ruhu_httpd_get_port (server->httpd));
  g_autofree char *second = bench_make_link (server->session, server->key, office, ruhu_httpd_get_port (server->httpd));
  char line[16];

  bench_enrol (mine, link);
  bench_enrol (other, second);
  record_elsewhere (other, &options);
  synchronise (other);
  printf ("%s\n", mine);
  print_visits (mine, options.seed);
  printf ("\n");
  fflush (stdout);
  while (fgets (line, sizeof line, stdin) != NULL)
    {
      synchronise (mine);
      printf ("done\n");
      fflush (stdout);
    }
  bench_server_stop (server);
  bench_remove_folder (scratch);
  return 0;
}
