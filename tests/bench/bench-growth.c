/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 4. Growth: what a change costs at the township, and a save on a laptop that holds everything, when the log has ever more changes in it. --size: the largest log; 10⁷ takes 40 GB and
 * the better part of an hour. CPU time, the disk not waited for: what grows is what is looked through. */
#define G_LOG_DOMAIN "bench"

#include "config.h"

#include "bench-direct.h"

#include <glib/gstdio.h>
#include <stdlib.h>

#define MEASURED 2000
#define FILL     10000 /* visits that are in memory at once */

typedef struct
{
  RuhuSession *session;
  char *office;
  gint64 seq, seen;
  guint64 seed;
} Log;

static void
push (Log *self, GPtrArray *visits)
{
  g_autoptr (GPtrArray) lines = bench_direct_lines (visits, BENCH_DEVICE, self->office, self->seq + 1, self->seen);

  bench_direct_push (self->session->ledger, BENCH_DEVICE, lines);
  self->seq += visits->len;
}

static void
fill (Log *self, gint64 n)
{
  while (self->seq < n)
    {
      g_autoptr (GPtrArray) visits = bench_make_visits (self->session->store, ++self->seed, (guint) MIN (FILL, n - self->seq), 0, 1);

      push (self, visits);
    }
}

/* µs of CPU a change; *@kernel: of these. */
static double
measure_push (Log *self, double *kernel)
{
  g_autoptr (GPtrArray) visits = bench_make_visits (self->session->store, ++self->seed, MEASURED, 0, 1);
  g_autoptr (GPtrArray) lines = bench_direct_lines (visits, BENCH_DEVICE, self->office, self->seq + 1, self->seen);
  double begin = bench_cpu (), begin_kernel = bench_cpu_kernel ();

  bench_direct_push (self->session->ledger, BENCH_DEVICE, lines);
  self->seq += visits->len;
  *kernel = (bench_cpu_kernel () - begin_kernel) / MEASURED * 1e6;
  return (bench_cpu () - begin) / MEASURED * 1e6;
}

/* The township's file as an office laptop's: a copy of it; the last time the file itself, for there may be no room for two. */
static void
take_file (Log *self, const char *township, const char *to, gboolean is_last)
{
  g_autofree char *from = g_build_filename (township, "township.db", NULL);
  g_autoptr (GError) error = NULL;

  if (is_last)
    {
      g_clear_pointer (&self->session, ruhu_session_free);
      bench_must (g_rename (from, to) == 0, NULL, to);
    }
  else
    {
      gboolean copied = ruhu_database_backup (ruhu_store_get_database (self->session->store), to, &error);

      bench_must (copied, g_steal_pointer (&error), from);
    }
}

static double
measure_save (Log *self, const char *township, const char *scratch, gboolean is_last)
{
  g_autofree char *to = g_build_filename (scratch, BENCH_DATABASE, NULL);
  g_autoptr (GPtrArray) visits = NULL;
  g_autoptr (RuhuStore) store = NULL;
  double begin;

  bench_remove_folder (scratch);
  bench_must (g_mkdir_with_parents (scratch, 0700) == 0, NULL, scratch);
  take_file (self, township, to, is_last);
  store = bench_open_laptop (scratch);
  bench_direct_become_laptop (store, self->office, self->seen);
  bench_disk_off (ruhu_store_get_database (store));
  visits = bench_make_visits (store, self->seed + 1000000, MEASURED, 0, 1);
  begin = bench_cpu ();
  bench_save_visits (store, visits, 0, visits->len, NULL);
  return (bench_cpu () - begin) / MEASURED * 1e6;
}

int
main (int argc, char **argv)
{
  BenchOptions options = bench_begin (&argc, &argv, "growth", MEASURED);
  g_autofree char *folder = bench_make_folder (), *township = bench_make_township (folder, options.seed), *scratch = g_build_filename (folder, "scratch", NULL);
  g_autoptr (RuhuTownship) opened = ruhu_township_open (township, NULL);
  gint64 most = options.size != NULL ? g_ascii_strtoll (options.size, NULL, 10) : 100000;
  Log log = { .session = ruhu_township_open_session (opened, NULL), .seed = options.seed };
  double first_push = 0, first_user = 0, first_save = 0;

  log.office = bench_get_office (log.session);
  log.seen = bench_direct_enrol (log.session, BENCH_DEVICE, log.office);
  bench_disk_off (ruhu_store_get_database (log.session->store));
  bench_head ("4. Growth", "changes in the log | a change at the township, µs of CPU | against the first | of these in the kernel, µs | the rest against the first | a save, µs of CPU | against the first | memory, MiB | files, MB");
  for (gint64 n = 10000; n <= most; n *= 10)
    {
      double a, b, kernel, size;

      fill (&log, n);
      a = measure_push (&log, &kernel);
      size = (double) bench_folder_size (township) / 1e6;
      b = measure_save (&log, township, scratch, n * 10 > most);
      first_push = first_push > 0 ? first_push : a;
      first_user = first_user > 0 ? first_user : a - kernel;
      first_save = first_save > 0 ? first_save : b;
      bench_row ("%" G_GINT64_FORMAT " | %.1f | %.2f | %.1f | %.2f | %.1f | %.2f | %.0f | %.0f", n, a, a / first_push, kernel, (a - kernel) / first_user, b, b / first_save, (double) bench_memory (0) / 1024, size);
    }
  g_clear_pointer (&log.session, ruhu_session_free);
  g_free (log.office);
  bench_remove_folder (folder);
  return 0;
}
