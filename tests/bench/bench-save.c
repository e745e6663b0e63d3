/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 1. Save: one visit of W through ruhu_store_save() against a program by hand that puts the same rows and one row of the log into the same tables, its statements prepared and its
 * text ready. Turn and turn about, on copies of the same laptop. */
#define G_LOG_DOMAIN "bench"

#include "config.h"

#include "bench-direct.h"

#include <string.h>

#define SHARE_FULL 4 /* of the visits are saved with every one on disk */

typedef struct
{
  const char *laptop;
  char *scratch;
  GPtrArray *visits, *bodies;
  BenchSeries *ours, *bare;          /* of each visit, all runs */
  BenchSeries *our_rate, *bare_rate; /* of each run */
  BenchSeries *ratio;
} Save;

static double
take_ours (Save *self, gboolean full, guint n)
{
  g_autoptr (RuhuStore) store = NULL;
  double begin;

  bench_remove_folder (self->scratch);
  bench_copy_folder (self->laptop, self->scratch);
  store = bench_open_laptop (self->scratch);
  if (!full)
    bench_disk_off (ruhu_store_get_database (store));
  begin = bench_clock ();
  bench_save_visits (store, self->visits, 0, n, self->ours);
  return n / (bench_clock () - begin);
}

static double
take_bare (Save *self, gboolean full, guint n)
{
  BenchRows rows;
  double begin, all;

  bench_remove_folder (self->scratch);
  bench_copy_folder (self->laptop, self->scratch);
  bench_rows_open (&rows, self->scratch, full);
  begin = bench_clock ();
  for (guint i = 0; i < n; i++)
    {
      double each = bench_clock ();

      bench_rows_run (&rows, "BEGIN IMMEDIATE");
      bench_rows_put (&rows, self->visits->pdata[i], i, self->bodies->pdata[i]);
      bench_rows_run (&rows, "COMMIT");
      bench_series_add (self->bare, bench_clock () - each);
    }
  all = bench_clock () - begin;
  bench_rows_close (&rows);
  return n / all;
}

static void
measure (Save *self, guint runs, gboolean full, guint n)
{
  bench_series_clear (self->ours);
  bench_series_clear (self->bare);
  bench_series_clear (self->our_rate);
  bench_series_clear (self->bare_rate);
  bench_series_clear (self->ratio);
  for (guint i = 0; i < runs; i++)
    {
      double ours = take_ours (self, full, n), bare = take_bare (self, full, n);

      bench_series_add (self->our_rate, ours);
      bench_series_add (self->bare_rate, bare);
      bench_series_add (self->ratio, ours / bare);
    }
  bench_row ("%s, ruhu_store_save() | %.0f | %.0f | %.0f | **%.2f** | %s", full ? "each on disk" : "sync off", bench_series_median (self->our_rate),
             bench_series_percentile (self->ours, 0.5) * 1e6, bench_series_percentile (self->ours, 0.99) * 1e6, bench_series_median (self->ratio), full ? "≥ 0.8" : "≥ 0.5");
  bench_row ("%s, bare inserts | %.0f | %.0f | %.0f | 1 | ", full ? "each on disk" : "sync off", bench_series_median (self->bare_rate),
             bench_series_percentile (self->bare, 0.5) * 1e6, bench_series_percentile (self->bare, 0.99) * 1e6);
}

int
main (int argc, char **argv)
{
  BenchOptions options = bench_begin (&argc, &argv, "save", 20000);
  g_autofree char *folder = bench_make_folder (), *township = bench_make_township (folder, options.seed), *laptop = g_build_filename (folder, "laptop", NULL);
  BenchServer *server = bench_server_start (township);
  g_autofree char *office = bench_get_office (server->session), *link = bench_make_link (server->session, server->key, office, ruhu_httpd_get_port (server->httpd));
  g_autoptr (GPtrArray) visits = NULL, bodies = NULL;
  g_autoptr (BenchSeries) ours = bench_series_new (), bare = bench_series_new (), our_rate = bench_series_new (), bare_rate = bench_series_new (), ratio = bench_series_new ();
  Save save = { .laptop = laptop, .scratch = g_build_filename (folder, "scratch", NULL), .ours = ours, .bare = bare, .our_rate = our_rate, .bare_rate = bare_rate, .ratio = ratio };
  RuhuStore *store;

  bench_enrol (laptop, link);
  bench_server_stop (server);
  store = bench_open_laptop (laptop);
  save.visits = visits = bench_make_visits (store, options.seed, options.visits, 0, 1);
  ruhu_store_close (store);
  save.bodies = bodies = bench_direct_lines (visits, BENCH_DEVICE, office, 1, 1000);

  bench_head ("1. Save", "one visit of W | visits/s | p50, µs | p99, µs | ratio | target");
  if (g_strcmp0 (options.size, "cpu") != 0)
    measure (&save, options.runs, TRUE, MAX (options.visits / SHARE_FULL, 1));
  measure (&save, options.runs, FALSE, options.visits);
  bench_note ("A change of W has %.0f bytes in the log.", (double) strlen (bodies->pdata[0]));
  bench_remove_folder (folder);
  g_free (save.scratch);
  return 0;
}
