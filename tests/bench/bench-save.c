/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 1. Save: one visit of W through ruhu_store_save() against a program by hand that puts the same rows and one row of the log into the same tables, its statements prepared and its
 * text ready. Turn and turn about, on copies of the same laptop. */
#define G_LOG_DOMAIN "bench"

#include "config.h"

#include "bench-world.h"

#include "ruhu-cleanups.h"

#include <sqlite3.h>
#include <string.h>

#define SHARE_FULL 4 /* of the visits are saved with every one on disk */

typedef struct
{
  sqlite3 *handle;
  sqlite3_stmt *log, *visit, *household;
} Bare;

static const char *const pragmas_full = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16000; PRAGMA journal_size_limit = 4194304";

static sqlite3_stmt *
prepare (sqlite3 *handle, const char *sql)
{
  sqlite3_stmt *statement = NULL;

  bench_must (sqlite3_prepare_v3 (handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) == SQLITE_OK, NULL, sql);
  return statement;
}

static void
bare_open (Bare *self, const char *folder, gboolean full)
{
  g_autofree char *path = g_build_filename (folder, BENCH_DATABASE, NULL);

  bench_must (sqlite3_open_v2 (path, &self->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK, NULL, path);
  bench_must (sqlite3_exec (self->handle, pragmas_full, NULL, NULL, NULL) == SQLITE_OK, NULL, path);
  if (!full)
    sqlite3_exec (self->handle, "PRAGMA synchronous = OFF", NULL, NULL, NULL);
  self->log = prepare (self->handle, "INSERT INTO log (kind, device, seq, seen, time, author, scope, visit, body) VALUES ('change', ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
  self->visit = prepare (self->handle, "INSERT INTO r_visit (id, scope, date, companion, may_refuse, outcome, minutes, summary, read_back, bench_problem, bench_kind, bench_next,"
                                       "bench_month, bench_cost, bench_area, bench_count, bench_urgent) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)");
  self->household = prepare (self->handle, "UPDATE r_household SET phone = ?2, land_arable = ?3, land_forest = ?4 WHERE id = ?1");
}

static void
bare_close (Bare *self)
{
  sqlite3_finalize (self->log);
  sqlite3_finalize (self->visit);
  sqlite3_finalize (self->household);
  sqlite3_close (self->handle);
}

static void
bind_text (sqlite3_stmt *statement, int parameter, const char *text)
{
  sqlite3_bind_text (statement, parameter, text, -1, SQLITE_STATIC);
}

/* The value as it is: no check at all. */
static void
bind (sqlite3_stmt *statement, int parameter, json_object *value)
{
  if (json_object_is_type (value, json_type_string))
    bind_text (statement, parameter, json_object_get_string (value));
  else if (json_object_is_type (value, json_type_double))
    sqlite3_bind_double (statement, parameter, json_object_get_double (value));
  else
    sqlite3_bind_int64 (statement, parameter, json_object_get_int64 (value));
}

static void
run (sqlite3_stmt *statement)
{
  bench_must (sqlite3_step (statement) == SQLITE_DONE, NULL, "A bare statement");
  sqlite3_reset (statement);
}

static json_object *
get_fields (BenchVisit *visit, const char *type, const char *id)
{
  return json_object_object_get (json_object_object_get (visit->set, type), id);
}

static void
bare_save (Bare *self, BenchVisit *visit, guint number, const char *body)
{
  int parameter = 3;

  sqlite3_exec (self->handle, "BEGIN IMMEDIATE", NULL, NULL, NULL);
  bind_text (self->log, 1, "0123456789abcdef");
  sqlite3_bind_int64 (self->log, 2, number + 1);
  sqlite3_bind_int64 (self->log, 3, 1000);
  bind_text (self->log, 4, "20180630T041500000Z-0000");
  bind_text (self->log, 5, "3d9bbf1c55b0a2e8");
  bind_text (self->log, 6, visit->household);
  bind_text (self->log, 7, visit->visit);
  bind_text (self->log, 8, body);
  run (self->log);
  bind_text (self->visit, 1, visit->visit);
  bind_text (self->visit, 2, visit->household);
  json_object_object_foreach (get_fields (visit, "visit", visit->visit), name, value)
  {
    (void) name;
    bind (self->visit, parameter++, value);
  }
  run (self->visit);
  bind_text (self->household, 1, visit->household);
  parameter = 2;
  json_object_object_foreach (get_fields (visit, "household", visit->household), other, number_)
  {
    (void) other;
    bind (self->household, parameter++, number_);
  }
  run (self->household);
  bench_must (sqlite3_exec (self->handle, "COMMIT", NULL, NULL, NULL) == SQLITE_OK, NULL, "COMMIT");
}

/* The same bytes that the store would put into the log. */
static GPtrArray *
make_bodies (GPtrArray *visits)
{
  GPtrArray *bodies = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < visits->len; i++)
    {
      BenchVisit *visit = visits->pdata[i];
      RuhuChange change = { .device = (char *) "0123456789abcdef", .seq = i + 1, .seen = 1000, .time = (char *) "20180630T041500000Z-0000", .by = (char *) "3d9bbf1c55b0a2e8", .scope = visit->household, .visit = visit->visit, .set = visit->set };

      g_ptr_array_add (bodies, ruhu_change_to_json (&change));
    }
  return bodies;
}

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
  Bare bare;
  double begin, all;

  bench_remove_folder (self->scratch);
  bench_copy_folder (self->laptop, self->scratch);
  bare_open (&bare, self->scratch, full);
  begin = bench_clock ();
  for (guint i = 0; i < n; i++)
    {
      double each = bench_clock ();

      bare_save (&bare, self->visits->pdata[i], i, self->bodies->pdata[i]);
      bench_series_add (self->bare, bench_clock () - each);
    }
  all = bench_clock () - begin;
  bare_close (&bare);
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
  save.bodies = bodies = make_bodies (visits);

  bench_head ("1. Save", "one visit of W | visits/s | p50, µs | p99, µs | ratio | target");
  if (g_strcmp0 (options.size, "cpu") != 0)
    measure (&save, options.runs, TRUE, MAX (options.visits / SHARE_FULL, 1));
  measure (&save, options.runs, FALSE, options.visits);
  bench_note ("A change of W has %.0f bytes in the log.", (double) strlen (bodies->pdata[0]));
  bench_remove_folder (folder);
  g_free (save.scratch);
  return 0;
}
