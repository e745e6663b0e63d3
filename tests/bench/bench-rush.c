/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 5. The Friday rush: a laptop of its own for each of the plan's 296 helpers, enrolled with a token of its own, with its week's visits in the outbox; all synchronise at once, each by the
 * daemon's own courier over a TLS connection of its own, with one township's server, which is a process of its own. First the changes go, then two photos of each visit, by tus. Afterwards
 * everything is counted, the whole log verified, and every photo read.
 *
 * A week by the plan is a fraction of a visit for each household (12 a year); here each helper has visited every household of theirs, --visits times. */
#define G_LOG_DOMAIN "bench"

#include "config.h"

#include "bench-photos.h"

#include "ruhu-cleanups.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

/* What the server may have at its peak, in MiB, whatever the rush. */
#define MEMORY_BOUND 256
/* Laptops that are made ready at the same time. */
#define READYING 4
/* How often a laptop tries; the daemon would go on for ever. */
#define TRIES 5
/* Of each visit. */
#define PHOTOS 2
#define COUNT  "SELECT count (*) FROM log WHERE kind = 'change' AND device <> 'township'"

typedef struct
{
  char *folder, *link;
  guint visits;      /* of each household */
  guint n;           /* changes in its outbox */
  guint number;      /* of the laptop */
  GPtrArray *photos; /* hashes */
  guint64 bytes;     /* of its photos */
  guint errors;
  double time, photo_time; /* s, from the start of all: until its changes, its photos were acknowledged */
} Laptop;

typedef struct
{
  GSubprocess *process;
  char *log; /* where it tells of each request */
  guint port;
  int pid;
} Server;

static GMutex mutex;
static GCond cond;
static guint waiting; /* under the mutex: laptops that stand ready */
static gboolean started;

static void
read_port (Server *self, const char *township)
{
  g_autofree char *path = g_build_filename (township, "port", NULL);

  for (guint i = 0; i < 200 && self->port == 0; i++)
    {
      g_autofree char *text = NULL;

      if (g_file_get_contents (path, &text, NULL, NULL) && strchr (text, '\n') != NULL)
        self->port = (guint) g_ascii_strtoull (text, NULL, 10);
      else
        g_usleep (50000);
    }
  bench_must (self->port != 0, NULL, "The township's server did not start");
}

static Server *
server_start (const char *program, const char *township)
{
  Server *self = g_new0 (Server, 1);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  g_autoptr (GError) error = NULL;

  self->log = g_build_filename (township, "requests.log", NULL);
  g_subprocess_launcher_set_stderr_file_path (launcher, self->log);
  g_subprocess_launcher_setenv (launcher, "G_MESSAGES_DEBUG", "", TRUE);
  self->process = g_subprocess_launcher_spawn (launcher, &error, program, "serve", "--listen", "127.0.0.1", township, NULL);
  bench_must (self->process != NULL, g_steal_pointer (&error), program);
  self->pid = (int) g_ascii_strtoll (g_subprocess_get_identifier (self->process), NULL, 10);
  read_port (self, township);
  return self;
}

static void
server_stop (Server *self)
{
  g_autoptr (GError) error = NULL;
  gboolean ended;

  g_subprocess_send_signal (self->process, SIGTERM);
  ended = g_subprocess_wait_check (self->process, NULL, &error);
  bench_must (ended, g_steal_pointer (&error), "The township's server");
}

static void
server_free (Server *self)
{
  g_object_unref (self->process);
  g_free (self->log);
  g_free (self);
}

/* Every request from @from bytes of the log on: "… METHOD PATH STATUS N ms device D in N out N". */
static guint
read_requests (Server *self, gsize from, const char *path, BenchSeries *times, guint *failed, guint64 *bytes)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  gsize length = 0;
  guint n = 0;

  bench_must (g_file_get_contents (self->log, &text, &length, NULL), NULL, self->log);
  lines = g_strsplit (text + MIN (from, length), "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *at = strstr (lines[i], path);
      guint status = 0, ms = 0;
      guint64 in = 0, out = 0;

      if (at == NULL || sscanf (at, " %*s %u %u ms device %*s in %" G_GUINT64_FORMAT " out %" G_GUINT64_FORMAT, &status, &ms, &in, &out) != 4)
        continue;
      n++;
      *bytes += in + out;
      *failed += status / 100 != 2;
      bench_series_add (times, ms / 1e3);
    }
  return n;
}

static void
ready_cb (gpointer data, gpointer user_data)
{
  Laptop *self = data;
  g_autoptr (GPtrArray) visits = NULL;
  RuhuStore *store;
  guint households;

  bench_enrol (self->folder, self->link);
  store = bench_open_laptop (self->folder);
  households = (guint) bench_count (ruhu_store_get_database (store), "SELECT count (*) FROM r_household WHERE deleted = 0");
  visits = bench_make_visits (store, g_str_hash (self->folder), households * self->visits, 0, 1);
  bench_disk_off (ruhu_store_get_database (store));
  for (guint i = 0; i < visits->len; i++)
    bench_take_photos (store, visits->pdata[i], (guint64) self->number << 32 | i * PHOTOS, PHOTOS, self->photos, &self->bytes);
  bench_save_visits (store, visits, 0, visits->len, NULL);
  ruhu_store_close (store);
  self->n = visits->len;
}

static void
wait_for_start (void)
{
  g_mutex_lock (&mutex);
  waiting++;
  g_cond_broadcast (&cond);
  while (!started)
    g_cond_wait (&cond, &mutex);
  g_mutex_unlock (&mutex);
}

/* Until the township has acknowledged each. */
static void
send_photos (Laptop *self, RuhuCourier *courier)
{
  guint failures = 0;
  gboolean more = TRUE;

  while (more && failures < TRIES)
    {
      g_autoptr (GError) local = NULL;

      if (!ruhu_courier_move_photos (courier, &more, &local))
        {
          failures++;
          more = TRUE;
          g_printerr ("%s\n", local->message);
        }
      more &= ruhu_courier_get_photo_counts (courier).due > 0;
    }
  self->errors += failures;
  bench_must (ruhu_courier_get_photo_counts (courier).due == 0, NULL, "A laptop could not send its photos");
}

static gpointer
rush_thread (gpointer data)
{
  Laptop *self = data;
  g_autoptr (RuhuCourier) courier = ruhu_courier_new (self->folder, -1, NULL, NULL, NULL);
  g_autoptr (GError) error = NULL;
  gboolean open = ruhu_courier_open (courier, &error), done = FALSE;
  double begin;

  bench_must (open, g_steal_pointer (&error), self->folder);
  wait_for_start ();
  begin = bench_clock ();
  for (guint i = 0; i < TRIES && !done; i++)
    {
      g_autoptr (GError) local = NULL;

      done = ruhu_courier_sync (courier, &local);
      self->errors += !done;
      if (!done)
        g_printerr ("%s\n", local->message);
    }
  self->time = bench_clock () - begin;
  bench_must (done, NULL, "A laptop could not synchronise");
  send_photos (self, courier);
  self->photo_time = bench_clock () - begin;
  return NULL;
}

static GPtrArray *
list_helpers (RuhuSession *session)
{
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuStatement) query =
      ruhu_database_query (ruhu_store_get_database (session->store), "SELECT id FROM r_helper WHERE role = 'helper' AND deleted = 0 ORDER BY id", &error, "");

  while (query != NULL && ruhu_statement_next (query, &error))
    g_ptr_array_add (ids, g_strdup (ruhu_statement_get_text (query, 0)));
  bench_must (ids->len > 0, g_steal_pointer (&error), "The helpers");
  return ids;
}

static Laptop *
make_laptops (const char *folder, RuhuSession *session, RuhuKey *key, GPtrArray *helpers, guint port, guint visits)
{
  Laptop *laptops = g_new0 (Laptop, helpers->len);
  GThreadPool *pool = g_thread_pool_new (ready_cb, NULL, READYING, TRUE, NULL);

  for (guint i = 0; i < helpers->len; i++)
    {
      laptops[i].folder = g_strdup_printf ("%s/laptop-%u", folder, i);
      laptops[i].link = bench_make_link (session, key, helpers->pdata[i], port);
      laptops[i].visits = visits;
      laptops[i].number = i;
      laptops[i].photos = g_ptr_array_new_with_free_func (g_free);
      g_thread_pool_push (pool, &laptops[i], NULL);
    }
  g_thread_pool_free (pool, FALSE, TRUE);
  return laptops;
}

/* In s. */
static double
rush (Laptop *laptops, guint n)
{
  g_autofree GThread **threads = g_new (GThread *, n);
  double begin;

  for (guint i = 0; i < n; i++)
    threads[i] = g_thread_new ("laptop", rush_thread, &laptops[i]);
  g_mutex_lock (&mutex);
  while (waiting < n)
    g_cond_wait (&cond, &mutex);
  begin = bench_clock ();
  started = TRUE;
  g_cond_broadcast (&cond);
  g_mutex_unlock (&mutex);
  for (guint i = 0; i < n; i++)
    g_thread_join (threads[i]);
  return bench_clock () - begin;
}

static void
verify (RuhuSession *session, gint64 before, gint64 expected)
{
  g_autoptr (GError) error = NULL;
  gint64 after = bench_count (ruhu_store_get_database (session->store), COUNT), n = 0;
  double begin = bench_clock ();
  gboolean whole = ruhu_ledger_verify (session->ledger, &n, &error);

  bench_must (whole, g_steal_pointer (&error), "The log");
  bench_must (after - before == expected, NULL, "Not everything is in the log");
  bench_note ("Counted afterwards: %" G_GINT64_FORMAT " changes of %" G_GINT64_FORMAT " are durable, none refused; the whole log of %" G_GINT64_FORMAT
              " entries, its heads and rows verified in %.1f s.",
              after - before, expected, n, bench_clock () - begin);
}

/* Each is at the township with its hash: every byte is read. */
static void
verify_photos (const char *township, Laptop *laptops, guint n)
{
  g_autofree char *database = g_build_filename (township, "township.db", NULL);
  g_autoptr (RuhuPhotoStore) store = ruhu_photo_store_new (database);
  guint photos = 0;

  for (guint i = 0; i < n; i++)
    for (guint k = 0; k < laptops[i].photos->len; k++)
      {
        g_autoptr (GError) error = NULL;
        g_autoptr (GBytes) photo = ruhu_photo_store_read (store, laptops[i].photos->pdata[k], &error);

        bench_must (photo != NULL, g_steal_pointer (&error), "A photo");
        photos++;
      }
  bench_note ("%u photos of %u are at the township, each with its hash.", photos, photos);
}

static void
tell_requests (Server *server, gsize from, const char *path, const char *what, guint *failed)
{
  g_autoptr (BenchSeries) times = bench_series_new ();
  guint64 bytes = 0;
  guint n = read_requests (server, from, path, times, failed, &bytes);

  bench_row ("%s: requests; p50 / p99 / longest at the server | %u; %.0f ms / %.0f ms / %.0f ms", what, n, bench_series_percentile (times, 0.5) * 1e3,
             bench_series_percentile (times, 0.99) * 1e3, bench_series_max (times) * 1e3);
  bench_row ("%s: bytes of their bodies | %.1f MB", what, (double) bytes / 1e6);
}

static void
tell (Laptop *laptops, guint n, Server *server, gsize from, double time)
{
  g_autoptr (BenchSeries) each = bench_series_new (), photos = bench_series_new ();
  guint errors = 0, failed = 0, changes = 0, n_photos = 0;
  gint64 peak = bench_peak_memory (server->pid);
  guint64 bytes = 0;

  for (guint i = 0; i < n; i++)
    {
      bench_series_add (each, laptops[i].time);
      bench_series_add (photos, laptops[i].photo_time);
      errors += laptops[i].errors;
      changes += laptops[i].n;
      n_photos += laptops[i].photos->len;
      bytes += laptops[i].bytes;
    }
  bench_head ("5. The Friday rush", "what | figure");
  bench_row ("laptops at once, each with its own token and connection | %u", n);
  bench_row ("changes; photos (their bytes) | %u; %u (%.0f MB)", changes, n_photos, (double) bytes / 1e6);
  bench_row ("until every change is durable and its laptop knows | %.1f s", bench_series_max (each));
  bench_row ("a laptop's changes, p50 / p99 | %.2f s / %.2f s", bench_series_percentile (each, 0.5), bench_series_percentile (each, 0.99));
  bench_row ("until every photo is durable as well | %.1f s", time);
  bench_row ("a laptop's photos, p50 / p99 | %.2f s / %.2f s", bench_series_percentile (photos, 0.5), bench_series_percentile (photos, 0.99));
  tell_requests (server, from, " /v1/pu", "changes", &failed);
  tell_requests (server, from, " /v1/uploads", "photos", &failed);
  bench_row ("errors | %u", errors + failed);
  bench_row ("the server's peak memory (bound: %d MiB) | %.0f MiB", MEMORY_BOUND, (double) peak / 1024);
  bench_must (peak > 0 && peak / 1024 < MEMORY_BOUND, NULL, "The server's memory is not bounded");
  bench_must (errors + failed == 0, NULL, "There were errors");
}

int
main (int argc, char **argv)
{
  BenchOptions options = bench_begin (&argc, &argv, "rush", 1);
  g_autofree char *folder = bench_make_folder (), *township = bench_make_township (folder, options.seed);
  g_autoptr (RuhuTownship) opened = NULL;
  g_autoptr (RuhuSession) session = NULL;
  g_autoptr (RuhuKey) key = NULL;
  g_autoptr (GPtrArray) helpers = NULL;
  Laptop *laptops;
  Server *server;
  GStatBuf info;
  gint64 before, expected = 0;
  double time;

  bench_must (argc == 2, NULL, "The program ruhu-township is wanted");
  bench_photos_prepare ();
  opened = ruhu_township_open (township, NULL);
  session = ruhu_township_open_session (opened, NULL);
  key = ruhu_township_load_key (opened, NULL);
  server = server_start (argv[1], township);
  helpers = list_helpers (session);
  laptops = make_laptops (folder, session, key, helpers, server->port, options.visits);
  before = bench_count (ruhu_store_get_database (session->store), COUNT);
  bench_must (g_stat (server->log, &info) == 0, NULL, server->log);
  time = rush (laptops, helpers->len);
  for (guint i = 0; i < helpers->len; i++)
    expected += laptops[i].n;
  tell (laptops, helpers->len, server, (gsize) info.st_size, time);
  server_stop (server);
  verify (session, before, expected);
  verify_photos (township, laptops, helpers->len);
  server_free (server);
  for (guint i = 0; i < helpers->len; i++)
    {
      g_free (laptops[i].folder);
      g_free (laptops[i].link);
      g_ptr_array_unref (laptops[i].photos);
    }
  g_free (laptops);
  g_clear_pointer (&session, ruhu_session_free);
  bench_remove_folder (folder);
  return 0;
}
