/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 3. Pull and apply W on a second laptop; the office enrolled anew with all heads of a county's 100,000 persons; a backfill of ten households; bytes on the wire for each change
 * and for a synchronisation that brings nothing. Pulling is held against the same rows put in by hand, without a network, each 500 in a transaction. */
#define G_LOG_DOMAIN "bench"

#include "config.h"

#include "bench-direct.h"
#include "bench-requests.h"

#include "ruhu-cleanups.h"

#define GRANTED         10
#define PER_TRANSACTION 500

typedef struct
{
  const char *folder;
  BenchServer *server;
  char *office;
  guint port;
} World;

static double
sync_laptop (const char *folder)
{
  g_autoptr (RuhuCourier) courier = ruhu_courier_new (folder, -1, NULL, NULL, NULL);
  g_autoptr (GError) error = NULL;
  double begin = bench_clock ();
  gboolean done = ruhu_courier_sync (courier, &error);

  bench_must (done, g_steal_pointer (&error), folder);
  return bench_clock () - begin;
}

static char *
enrol (World *self, const char *name, const char *user, double *time)
{
  char *folder = g_build_filename (self->folder, name, NULL);
  g_autofree char *link = bench_make_link (self->server->session, self->server->key, user, self->port);
  double begin = bench_clock ();

  bench_enrol (folder, link);
  if (time != NULL)
    *time = bench_clock () - begin;
  return folder;
}

static double
put_by_hand (const char *folder, GPtrArray *visits, GPtrArray *bodies)
{
  BenchRows rows;
  double begin;

  bench_rows_open (&rows, folder, TRUE);
  begin = bench_clock ();
  for (guint i = 0; i < visits->len; i++)
    {
      if (i % PER_TRANSACTION == 0)
        bench_rows_run (&rows, i == 0 ? "BEGIN IMMEDIATE" : "COMMIT; BEGIN IMMEDIATE");
      bench_rows_put (&rows, visits->pdata[i], i, bodies->pdata[i]);
    }
  bench_rows_run (&rows, "COMMIT");
  begin = bench_clock () - begin;
  bench_rows_close (&rows);
  return begin;
}

/* W is at the township already; @laptop has nothing of it. */
static void
measure_pull (World *self, const char *laptop, GPtrArray *visits, guint runs)
{
  g_autofree char *scratch = g_build_filename (self->folder, "scratch", NULL);
  g_autoptr (GPtrArray) bodies = bench_direct_lines (visits, BENCH_DEVICE, self->office, 1, 1);
  g_autoptr (BenchSeries) ours = bench_series_new (), bare = bench_series_new (), ratio = bench_series_new ();
  BenchRequests requests = { 0 };

  for (guint i = 0; i < runs; i++)
    {
      double a, b;

      bench_copy_folder (laptop, scratch);
      (void) bench_requests_take ();
      a = sync_laptop (scratch);
      requests = bench_requests_take ();
      bench_remove_folder (scratch);
      bench_copy_folder (laptop, scratch);
      b = put_by_hand (scratch, visits, bodies);
      bench_remove_folder (scratch);
      bench_series_add (ours, visits->len / a);
      bench_series_add (bare, visits->len / b);
      bench_series_add (ratio, b / a);
    }
  bench_row ("pull and apply W on a second laptop | %.0f changes/s | %.2f of the rows put by hand (%.0f/s)", bench_series_median (ours), bench_series_median (ratio), bench_series_median (bare));
  bench_row ("bytes for a change of W, of %.0f in the log | %.0f | %u requests", (double) strlen (bodies->pdata[0]), (double) requests.out / visits->len, requests.n);
}

static void
measure_nothing (const char *laptop, guint runs)
{
  g_autoptr (BenchSeries) times = bench_series_new ();
  BenchRequests requests = { 0 };

  for (guint i = 0; i < runs * 4; i++)
    {
      (void) bench_requests_take ();
      bench_series_add (times, sync_laptop (laptop) * 1e3);
      requests = bench_requests_take ();
    }
  bench_row ("a synchronisation that brings nothing, store and connection opened anew | %.0f ms | %u request, %" G_GUINT64_FORMAT " bytes of body", bench_series_median (times), requests.n,
             requests.in + requests.out);
}

/* Ten households of the office's are assigned to one helper. */
static void
measure_backfill (World *self, GPtrArray *visits)
{
  g_autofree char *helper = NULL, *laptop = NULL;
  g_autoptr (GError) error = NULL;
  gboolean fine = ruhu_database_get_text (ruhu_store_get_database (self->server->session->store), "SELECT id FROM r_helper WHERE role = 'helper' ORDER BY id LIMIT 1", &helper, &error, "");
  BenchRequests requests;
  double time;

  bench_must (fine && helper != NULL, g_steal_pointer (&error), "A helper");
  laptop = enrol (self, "helper", helper, NULL);
  for (guint i = 0; i < GRANTED; i++)
    {
      BenchVisit *visit = visits->pdata[i];
      g_autofree char *text = g_strdup_printf ("{\"assignment\":{\"bench-%u\":{\"helper_id\":\"%s\",\"post\":\"B\",\"from_date\":\"2018-01-01\"}}}", i, helper);
      g_autoptr (RuhuJson) set = json_tokener_parse (text);

      fine = ruhu_ledger_write (self->server->session->ledger, self->office, visit->household, FALSE, set, &error);
      bench_must (fine, g_steal_pointer (&error), "An assignment");
    }
  (void) bench_requests_take ();
  time = sync_laptop (laptop);
  requests = bench_requests_take ();
  bench_row ("backfill of %d households with W's visits in them | %.2f s | %u requests, %" G_GUINT64_FORMAT " bytes", GRANTED, time, requests.n, requests.out);
}

static void
measure_office (World *self)
{
  RuhuDatabase *database = ruhu_store_get_database (self->server->session->store);
  gint64 persons = bench_count (database, "SELECT count (*) FROM r_person"), heads = bench_count (database, "SELECT count (*) FROM head");
  g_autofree char *laptop = NULL;
  BenchRequests requests;
  double time;

  (void) bench_requests_take ();
  laptop = enrol (self, "office-anew", self->office, &time);
  requests = bench_requests_take ();
  bench_row ("the office enrolled anew: all heads of %" G_GINT64_FORMAT " persons | %.1f s | %" G_GINT64_FORMAT " heads, %u requests, %.1f MB", persons, time, heads, requests.n,
             (double) requests.out / 1e6);
  bench_note ("Peak memory of server and laptops together in this process: %.0f MiB.", (double) bench_peak_memory (0) / 1024);
}

static void
begin_world (World *self, const char *folder, guint64 seed, guint towns)
{
  g_autofree char *township = bench_make_townships (folder, seed, towns);

  self->folder = folder;
  self->server = bench_server_start (township);
  self->office = bench_get_office (self->server->session);
  self->port = ruhu_httpd_get_port (self->server->httpd);
}

static void
end_world (World *self)
{
  bench_server_stop (self->server);
  g_free (self->office);
  bench_remove_folder (self->folder);
}

int
main (int argc, char **argv)
{
  BenchOptions options = bench_begin (&argc, &argv, "pull", 20000);
  g_autofree char *folder = bench_make_folder (), *county = bench_make_folder (), *first = NULL, *second = NULL;
  g_autoptr (GPtrArray) visits = NULL;
  World world = { 0 };
  RuhuStore *store;

  bench_requests_watch ();
  begin_world (&world, folder, options.seed, 1);
  first = enrol (&world, "first", world.office, NULL);
  second = enrol (&world, "second", world.office, NULL);
  store = bench_open_laptop (first);
  visits = bench_make_visits (store, options.seed, options.visits, 0, 1);
  bench_disk_off (ruhu_store_get_database (store));
  bench_save_visits (store, visits, 0, visits->len, NULL);
  ruhu_store_close (store);
  (void) sync_laptop (first);
  bench_head ("3. Pull, enrol, backfill", "what | figure | more");
  measure_pull (&world, second, visits, options.runs);
  measure_nothing (first, options.runs);
  measure_backfill (&world, visits);
  end_world (&world);
  begin_world (&world, county, options.seed, options.size != NULL ? (guint) g_ascii_strtoull (options.size, NULL, 10) : 95);
  measure_office (&world);
  end_world (&world);
  return 0;
}
