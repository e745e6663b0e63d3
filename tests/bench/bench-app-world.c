/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The world that bench-app's app lives in, in a process of its own as in life: the township's server, other laptops whose 10,000 changes are at the township, and the daemon.
 *
 *   bench-app-world [--visits N] [--size TOWNS] [FOLDER]
 *
 * TOWNS townships of the plan in one database: 950 have the million persons of a prefecture. FOLDER: the townships and the laptops are made there once, are kept, and are used again.
 * Where there is nothing in FOLDER but a laptop ("mine"), no township is asked: the changes are saved into its file by this process.
 * Prints the laptop's folder; then a line a visit to be saved: household, visit, set, parted by tabs; then an empty line. A line on standard input makes the daemon pull; "done" says
 * that it has. The end of standard input ends it. */
#define G_LOG_DOMAIN "bench"

#include "config.h"

#include "bench-world.h"

#include "ruhu-cleanups.h"

#include <stdio.h>

#define N_SAVED 200
/* Helpers elsewhere, with a dozen households or so each. */
#define N_OTHERS 5

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
record_elsewhere (const char *folder, guint64 seed, guint visits)
{
  g_autoptr (RuhuStore) store = bench_open_laptop (folder);
  g_autoptr (GPtrArray) made = bench_make_visits (store, seed, visits, 0, 1);

  bench_disk_off (ruhu_store_get_database (store));
  bench_save_visits (store, made, 0, made->len, NULL);
}

static void
print_visits (const char *folder, guint64 seed)
{
  g_autoptr (RuhuStore) store = bench_open_laptop (folder);
  g_autoptr (GPtrArray) visits = bench_make_visits (store, seed, N_SAVED, 0, 1);

  for (guint i = 0; i < visits->len; i++)
    {
      BenchVisit *visit = visits->pdata[i];

      printf ("%s\t%s\t%s\n", visit->household, visit->visit, json_object_to_json_string_ext (visit->set, JSON_C_TO_STRING_PLAIN));
    }
}

/* A laptop of @user in @folder, enrolled unless it was before. */
static void
need_laptop (BenchServer *server, const char *folder, const char *user)
{
  guint port = ruhu_httpd_get_port (server->httpd);
  g_autofree char *database = g_build_filename (folder, BENCH_DATABASE, NULL);
  g_autofree char *link = NULL;

  if (g_file_test (database, G_FILE_TEST_EXISTS))
    {
      bench_move_laptop (folder, port);
      return;
    }
  link = bench_make_link (server->session, server->key, user, port);
  bench_enrol (folder, link);
}

/* Every laptop's visits are others in every run: a laptop's numbers go on. */
static void
need_others (BenchServer *server, const char *scratch, const BenchOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuStatement) query =
      ruhu_database_query (ruhu_store_get_database (server->session->store), "SELECT helper_id FROM r_assignment WHERE deleted = 0 GROUP BY helper_id ORDER BY helper_id LIMIT ?1", &error, "i", (gint64) N_OTHERS);
  g_autoptr (GPtrArray) helpers = g_ptr_array_new_with_free_func (g_free);

  while (query != NULL && ruhu_statement_next (query, &error))
    g_ptr_array_add (helpers, g_strdup (ruhu_statement_get_text (query, 0)));
  bench_must (helpers->len > 0, g_steal_pointer (&error), "The helpers");
  g_clear_pointer (&query, ruhu_statement_done);
  for (guint i = 0; i < helpers->len; i++)
    {
      g_autofree char *name = g_strdup_printf ("other-%u", i);
      g_autofree char *folder = g_build_filename (scratch, name, NULL);

      need_laptop (server, folder, helpers->pdata[i]);
      record_elsewhere (folder, options->seed + 100 + i, options->visits / helpers->len);
      synchronise (folder);
    }
}

static void
tell (const char *mine, guint64 seed)
{
  printf ("%s\n", mine);
  print_visits (mine, seed);
  printf ("\n");
  fflush (stdout);
}

/* Does @change for each line on standard input. */
static void
serve (void (*change) (const char *folder, gpointer data), const char *folder, gpointer data)
{
  char line[16];

  while (fgets (line, sizeof line, stdin) != NULL)
    {
      change (folder, data);
      printf ("done\n");
      fflush (stdout);
    }
}

static void
pull (const char *folder, gpointer data)
{
  synchronise (folder);
}

static void
save (const char *folder, gpointer data)
{
  const BenchOptions *options = data;

  record_elsewhere (folder, options->seed + 100, options->visits);
}

static void
run (const char *scratch, const char *mine, const char *township, const BenchOptions *options)
{
  BenchServer *server = bench_server_start (township);
  g_autofree char *office = bench_get_office (server->session);

  need_laptop (server, mine, office);
  synchronise (mine);
  need_others (server, scratch, options);
  tell (mine, options->seed + 7);
  serve (pull, mine, NULL);
  bench_server_stop (server);
}

int
main (int argc, char **argv)
{
  BenchOptions options = bench_begin (&argc, &argv, "The world of the app", 10000);
  g_autofree char *scratch = argc > 1 ? g_strdup (argv[1]) : bench_make_folder ();
  g_autofree char *mine = g_build_filename (scratch, "mine", NULL);
  g_autofree char *township = g_build_filename (scratch, "township", NULL);

  bench_must (g_mkdir_with_parents (scratch, 0700) == 0, NULL, scratch);
  if (!g_file_test (township, G_FILE_TEST_EXISTS) && !g_file_test (mine, G_FILE_TEST_EXISTS))
    g_free (bench_make_townships (scratch, options.seed, options.size != NULL ? (guint) g_ascii_strtoull (options.size, NULL, 10) : 1));
  /* Another run's visits are others than the last one's. */
  if (argc > 1)
    options.seed += (guint64) g_get_real_time ();
  if (g_file_test (township, G_FILE_TEST_EXISTS))
    run (scratch, mine, township, &options);
  else
    {
      tell (mine, options.seed + 7);
      serve (save, mine, &options);
    }
  if (argc <= 1)
    bench_remove_folder (scratch);
  return 0;
}
