/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 2. Push to durable: the outbox of W on a laptop, by the daemon's own courier over HTTPS to the township's server, judged, chained, with heads and rows, on the township's disk,
 * acknowledged and noted on the laptop. Against the bare way of the same bytes (bench-bare.h). With one laptop, and with eight at once that share W. Turn and turn about. Either way
 * counts from when all are connected, with their files open, to when the last has its last answer: opening checks a whole file, and is no part of a push. */
#define G_LOG_DOMAIN "bench"

#include "config.h"

#include "bench-bare.h"
#include "bench-world.h"

#include "ruhu-cleanups.h"

#include <string.h>

#define MOST       8
#define BATCH      1000
#define BATCH_SIZE (1024 * 1024)

/* Where all who push wait for each other. */
typedef struct
{
  GMutex mutex;
  GCond cond;
  guint missing;
  double time, cpu, writer; /* when the last one came, in s; the writer's thread's part of the CPU */
} Gate;

typedef struct
{
  char *folder; /* with the outbox in it */
  char *scratch;
  guint n;
  GPtrArray *bodies; /* GBytes: the same lines in bodies of the size that the daemon sends */
  /* Of one run. */
  guint port;
  Gate *begin, *end;
  gboolean begun, ended;
} Pusher;

typedef struct
{
  const char *folder, *township;
  char *scratch;
  RuhuKey *key;
  guint n; /* pushers */
  Pusher pushers[MOST];
  BenchSeries *writer, *our_cpu, *bare_cpu;
} Push;

static void
pass (Gate *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (--self->missing == 0)
    {
      self->time = bench_clock ();
      self->cpu = bench_cpu ();
      self->writer = bench_cpu_thread ("commit");
      g_cond_broadcast (&self->cond);
    }
  while (self->missing > 0)
    g_cond_wait (&self->cond, &self->mutex);
}

/* The stage is told first when the township has answered once, and once more when the last answer has been noted. */
static void
stage_cb (RuhuStage stage, double fraction, gpointer data)
{
  Pusher *self = data;

  if (stage != RUHU_STAGE_PUSHING)
    return;
  if (!self->begun)
    {
      self->begun = TRUE;
      pass (self->begin);
    }
  else if (fraction >= 1 && !self->ended)
    {
      self->ended = TRUE;
      pass (self->end);
    }
}

/* What comes behind the push is not waited for. */
static gboolean
stop_cb (gboolean idle, gpointer data)
{
  return ((Pusher *) data)->ended;
}

static gpointer
push_thread (gpointer data)
{
  Pusher *self = data;
  g_autoptr (RuhuCourier) courier = ruhu_courier_new (self->scratch, -1, stop_cb, stage_cb, self);
  g_autoptr (GError) error = NULL;

  if (!ruhu_courier_sync (courier, &error) && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    bench_must (FALSE, g_steal_pointer (&error), "A push");
  bench_must (ruhu_courier_get_figures (courier).pushed == self->n && ruhu_courier_get_figures (courier).refused == 0, NULL, "Not all was taken");
  return NULL;
}

static gpointer
bare_thread (gpointer data)
{
  Pusher *self = data;

  BenchSender *sender = bench_bare_connect (self->port);

  pass (self->begin);
  bench_bare_send (sender, self->bodies);
  pass (self->end);
  bench_bare_disconnect (sender);
  return NULL;
}

/* From the first byte of the first to the last acknowledgement of the last, in s; *@cpu: of both ends meanwhile; *@writer: of this the writer's thread. */
static double
run_all (Push *self, GThreadFunc func, double *cpu, double *writer)
{
  GThread *threads[MOST];
  Gate begin = { .missing = self->n }, end = { .missing = self->n };

  for (guint i = 0; i < self->n; i++)
    {
      self->pushers[i].begin = &begin;
      self->pushers[i].end = &end;
      self->pushers[i].begun = self->pushers[i].ended = FALSE;
      threads[i] = g_thread_new ("laptop", func, &self->pushers[i]);
    }
  for (guint i = 0; i < self->n; i++)
    g_thread_join (threads[i]);
  *cpu = end.cpu - begin.cpu;
  *writer = end.writer - begin.writer;
  return end.time - begin.time;
}

static guint
count_all (Push *self)
{
  guint n = 0;

  for (guint i = 0; i < self->n; i++)
    n += self->pushers[i].n;
  return n;
}

static double
take_ours (Push *self)
{
  BenchServer *server;
  gint64 before, after;
  double cpu, writer, time;
  guint n = count_all (self);

  bench_remove_folder (self->scratch);
  bench_copy_folder (self->township, self->scratch);
  server = bench_server_start (self->scratch);
  for (guint i = 0; i < self->n; i++)
    {
      bench_remove_folder (self->pushers[i].scratch);
      bench_copy_folder (self->pushers[i].folder, self->pushers[i].scratch);
      bench_move_laptop (self->pushers[i].scratch, ruhu_httpd_get_port (server->httpd));
    }
  before = bench_count (ruhu_store_get_database (server->session->store), "SELECT count (*) FROM log WHERE kind = 'change'");
  time = run_all (self, push_thread, &cpu, &writer);
  bench_series_add (self->our_cpu, cpu / n);
  bench_series_add (self->writer, writer / n);
  after = bench_count (ruhu_store_get_database (server->session->store), "SELECT count (*) FROM log WHERE kind = 'change'");
  bench_must (after - before == n, NULL, "The township has not all of it");
  bench_server_stop (server);
  return n / time;
}

static double
take_bare (Push *self)
{
  g_autofree char *database = g_build_filename (self->scratch, "bare.db", NULL);
  BenchBare *bare;
  double cpu, none, time;
  guint n = count_all (self);

  bench_remove_folder (self->scratch);
  bench_copy_folder (self->township, self->scratch);
  bare = bench_bare_new (database, self->key);
  for (guint i = 0; i < self->n; i++)
    self->pushers[i].port = bench_bare_get_port (bare);
  time = run_all (self, bare_thread, &cpu, &none);
  bench_series_add (self->bare_cpu, cpu / n);
  bench_must (bench_bare_get_taken (bare) == n, NULL, "The bare server has not all of it");
  bench_bare_free (bare);
  return n / time;
}

/* The outbox's lines in bodies. Takes them from the file as the daemon does. */
static GPtrArray *
make_bodies (RuhuStore *store)
{
  GPtrArray *bodies = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (RuhuReplica) replica = ruhu_replica_new (store);
  g_autoptr (GError) error = NULL;
  gint64 after = 0, last = 0;

  do
    {
      GString *lines = g_string_new (NULL);
      gboolean taken = ruhu_replica_take_outbox (replica, after, BATCH, BATCH_SIZE, lines, &last, &error);

      bench_must (taken, g_steal_pointer (&error), "The outbox");
      after = last;
      g_ptr_array_add (bodies, g_string_free_to_bytes (lines));
    }
  while (last != 0);
  g_ptr_array_remove_index (bodies, bodies->len - 1);
  return bodies;
}

static void
prepare_laptop (Push *self, guint i, guint visits, const BenchOptions *options)
{
  Pusher *pusher = &self->pushers[i];
  RuhuStore *store = bench_open_laptop (pusher->folder);
  g_autoptr (GPtrArray) made = bench_make_visits (store, options->seed, visits, i, self->n);
  g_autofree char *copy = g_build_filename (self->folder, "copy", NULL);

  bench_disk_off (ruhu_store_get_database (store));
  bench_save_visits (store, made, 0, made->len, NULL);
  ruhu_store_close (store);
  pusher->n = made->len;
  /* Taking the outbox marks it as sent: not on the laptop that will push. */
  bench_copy_folder (pusher->folder, copy);
  store = bench_open_laptop (copy);
  pusher->bodies = make_bodies (store);
  ruhu_store_close (store);
  bench_remove_folder (copy);
}

/* @n laptops of the office, which may write everywhere; each visits households of its own. */
static void
prepare (Push *self, guint n, const BenchOptions *options)
{
  BenchServer *server = bench_server_start (self->township);
  g_autofree char *office = bench_get_office (server->session);

  self->n = n;
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *link = bench_make_link (server->session, server->key, office, ruhu_httpd_get_port (server->httpd));

      self->pushers[i].folder = g_strdup_printf ("%s/laptop-%u-%u", self->folder, n, i);
      self->pushers[i].scratch = g_strdup_printf ("%s/scratch-%u-%u", self->folder, n, i);
      bench_enrol (self->pushers[i].folder, link);
    }
  bench_server_stop (server);
  for (guint i = 0; i < n; i++)
    prepare_laptop (self, i, options->visits / n, options);
}

static void
clear (Push *self)
{
  for (guint i = 0; i < self->n; i++)
    {
      g_free (self->pushers[i].folder);
      g_free (self->pushers[i].scratch);
      g_ptr_array_unref (self->pushers[i].bodies);
    }
}

static void
measure (Push *self, guint n, const char *target, const BenchOptions *options)
{
  g_autoptr (BenchSeries) ours = bench_series_new (), bare = bench_series_new (), ratio = bench_series_new (), our_cpu = bench_series_new (), bare_cpu = bench_series_new (), writer = bench_series_new ();

  self->our_cpu = our_cpu;
  self->bare_cpu = bare_cpu;
  self->writer = writer;
  prepare (self, n, options);
  for (guint i = 0; i < options->runs; i++)
    {
      double a = take_ours (self), b = take_bare (self);

      bench_series_add (ours, a);
      bench_series_add (bare, b);
      bench_series_add (ratio, a / b);
    }
  bench_row ("%u laptop%s, Ruhu | %.0f | %.1f | %.1f | **%.2f** | %.2f | %s", n, n > 1 ? "s at once" : "", bench_series_median (ours), bench_series_median (our_cpu) * 1e6, bench_series_median (writer) * 1e6,
             bench_series_median (ratio), bench_series_median (bare_cpu) / bench_series_median (our_cpu), target);
  bench_row ("%u laptop%s, bare | %.0f | %.1f | | 1 | 1 | ", n, n > 1 ? "s at once" : "", bench_series_median (bare), bench_series_median (bare_cpu) * 1e6);
  clear (self);
}

int
main (int argc, char **argv)
{
  BenchOptions options = bench_begin (&argc, &argv, "push", 20000);
  g_autofree char *folder = bench_make_folder (), *township = bench_make_township (folder, options.seed), *scratch = g_build_filename (folder, "scratch", NULL);
  g_autoptr (RuhuTownship) opened = ruhu_township_open (township, NULL);
  g_autoptr (RuhuKey) key = ruhu_township_load_key (opened, NULL);
  Push push = { .folder = folder, .township = township, .scratch = scratch, .key = key };

  bench_head ("2. Push to durable", "W's changes | changes/s | CPU, both ends, µs a change | of this the thread that writes | ratio | ratio of CPU | target");
  if (g_strcmp0 (options.size, "eight") != 0)
    measure (&push, 1, "≥ 0.6", &options);
  if (g_strcmp0 (options.size, "one") != 0)
    measure (&push, MOST, "≥ 0.8", &options);
  bench_remove_folder (folder);
  return 0;
}
