/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "bench"

#include "config.h"

#include "bench.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

struct _BenchSeries
{
  GArray *values; /* double */
};

void
bench_must (gboolean fine, GError *error, const char *what)
{
  if (fine && error == NULL)
    return;
  g_printerr ("%s: %s\n", what, error != NULL ? error->message : "failed");
  exit (1);
}

BenchOptions
bench_begin (int *argc, char ***argv, const char *title, guint visits)
{
  gint runs = 5, n = (gint) visits;
  gint64 seed = 1;
  char *size = NULL;
  const GOptionEntry entries[] = {
    { "runs", 0, 0, G_OPTION_ARG_INT, &runs, "How often each measurement is taken", "N" },
    { "visits", 0, 0, G_OPTION_ARG_INT, &n, "How many visits the workload has", "N" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &seed, "The same number makes the same workload", "N" },
    { "size", 0, 0, G_OPTION_ARG_STRING, &size, "How large the base is, where a benchmark has several", "SIZE" },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  gboolean parsed;

  g_option_context_add_main_entries (context, entries, NULL);
  parsed = g_option_context_parse (context, argc, argv, &error);
  bench_must (parsed, g_steal_pointer (&error), title);
  setvbuf (stdout, NULL, _IOLBF, 0);
  g_setenv ("RUHU_NO_KEYRING", "1", TRUE);
  return (BenchOptions){ .runs = (guint) MAX (runs, 1), .visits = (guint) MAX (n, 1), .seed = (guint64) seed, .size = size };
}

static double
read_clock (clockid_t which)
{
  struct timespec now;

  clock_gettime (which, &now);
  return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

double
bench_clock (void)
{
  return read_clock (CLOCK_MONOTONIC);
}

double
bench_cpu (void)
{
  return read_clock (CLOCK_PROCESS_CPUTIME_ID);
}

double
bench_cpu_thread (const char *name)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/task", 0, NULL);
  double sum = 0;
  const char *task;

  while (dir != NULL && (task = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *comm = g_build_filename ("/proc/self/task", task, "comm", NULL), *times = g_build_filename ("/proc/self/task", task, "schedstat", NULL);
      g_autofree char *said = NULL, *text = NULL;

      /* The first number of it is in ns (Linux, Documentation/scheduler/sched-stats.rst). */
      if (g_file_get_contents (comm, &said, NULL, NULL) && strcmp (g_strchomp (said), name) == 0 && g_file_get_contents (times, &text, NULL, NULL))
        sum += g_ascii_strtod (text, NULL) / 1e9;
    }
  return sum;
}

double
bench_cpu_kernel (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double) usage.ru_stime.tv_sec + (double) usage.ru_stime.tv_usec / 1e6;
}

static gint64
read_status (int pid, const char *name)
{
  g_autofree char *path = pid > 0 ? g_strdup_printf ("/proc/%d/status", pid) : g_strdup ("/proc/self/status");
  g_autofree char *text = NULL;
  const char *found;

  if (!g_file_get_contents (path, &text, NULL, NULL) || (found = strstr (text, name)) == NULL)
    return -1;
  return g_ascii_strtoll (found + strlen (name), NULL, 10);
}

gint64
bench_peak_memory (int pid)
{
  return read_status (pid, "VmHWM:");
}

gint64
bench_memory (int pid)
{
  return read_status (pid, "VmRSS:");
}

BenchSeries *
bench_series_new (void)
{
  BenchSeries *self = g_new0 (BenchSeries, 1);

  self->values = g_array_new (FALSE, FALSE, sizeof (double));
  return self;
}

void
bench_series_free (BenchSeries *self)
{
  g_array_unref (self->values);
  g_free (self);
}

void
bench_series_clear (BenchSeries *self)
{
  g_array_set_size (self->values, 0);
}

void
bench_series_add (BenchSeries *self, double value)
{
  g_array_append_val (self->values, value);
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

double
bench_series_percentile (BenchSeries *self, double share)
{
  guint n = self->values->len;

  if (n == 0)
    return 0;
  g_array_sort (self->values, compare_doubles);
  return g_array_index (self->values, double, MIN (n - 1, (guint) (share * n)));
}

double
bench_series_median (BenchSeries *self)
{
  guint n = self->values->len;

  if (n == 0)
    return 0;
  g_array_sort (self->values, compare_doubles);
  return (g_array_index (self->values, double, (n - 1) / 2) + g_array_index (self->values, double, n / 2)) / 2;
}

double
bench_series_max (BenchSeries *self)
{
  return bench_series_percentile (self, 1);
}

guint
bench_series_length (BenchSeries *self)
{
  return self->values->len;
}

void
bench_head (const char *title, const char *columns)
{
  g_auto (GStrv) cells = g_strsplit (columns, "|", -1);

  printf ("\n### %s\n\n| %s |\n|", title, columns);
  for (guint i = 0; cells[i] != NULL; i++)
    printf (i == 0 ? "---|" : "---:|");
  printf ("\n");
}

void
bench_row (const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list values;

  va_start (values, format);
  text = g_strdup_vprintf (format, values);
  va_end (values);
  printf ("| %s |\n", text);
}

void
bench_note (const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list values;

  va_start (values, format);
  text = g_strdup_vprintf (format, values);
  va_end (values);
  printf ("\n%s\n", text);
}

char *
bench_make_folder (void)
{
  g_autoptr (GError) error = NULL;
  char *path = g_dir_make_tmp ("ruhu-bench-XXXXXX", &error);

  bench_must (path != NULL, g_steal_pointer (&error), "A scratch folder");
  return path;
}

void
bench_remove_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);

      if (g_file_test (inner, G_FILE_TEST_IS_DIR))
        bench_remove_folder (inner);
      else
        g_unlink (inner);
    }
  g_rmdir (path);
}

void
bench_copy_folder (const char *from, const char *to)
{
  g_autoptr (GDir) dir = g_dir_open (from, 0, NULL);
  const char *name;

  bench_must (dir != NULL && g_mkdir_with_parents (to, 0700) == 0, NULL, from);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *source_path = g_build_filename (from, name, NULL);
      g_autofree char *target_path = g_build_filename (to, name, NULL);
      g_autoptr (GFile) source = g_file_new_for_path (source_path), target = g_file_new_for_path (target_path);
      g_autoptr (GError) error = NULL;
      gboolean copied = g_file_copy (source, target, G_FILE_COPY_OVERWRITE | G_FILE_COPY_ALL_METADATA, NULL, NULL, NULL, &error);

      bench_must (copied, g_steal_pointer (&error), source_path);
    }
}

gint64
bench_folder_size (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;
  gint64 size = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);
      GStatBuf info;

      if (g_file_test (inner, G_FILE_TEST_IS_DIR))
        size += bench_folder_size (inner);
      else if (g_stat (inner, &info) == 0)
        size += info.st_size;
    }
  return size;
}
