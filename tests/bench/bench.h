/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the benchmarks share: time, figures, tables in Markdown, scratch folders.
 *
 * A benchmark decides nothing: it prints what it measured and ends with 0. What it cannot do at all ends it, with the reason, by bench_must(). Figures are ratios against the
 * bare work done in the same run, turn and turn about, because a machine is not the same machine a minute later. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  guint runs;   /* how often each measurement is taken; medians are told */
  guint visits; /* of workload W */
  guint64 seed;
  char *size; /* what else a benchmark may be told, or NULL */
} BenchOptions;

/* Reads --runs, --visits, --seed and --size; @visits: what is usual. Ends the program on anything else. */
BenchOptions bench_begin (int *argc, char ***argv, const char *title, guint visits);

/* Ends the program with @error's message unless @fine. Takes @error. */
void bench_must (gboolean fine, GError *error, const char *what);

/* Elapsed time in s. */
double bench_clock (void);
/* CPU time of this process in s, all threads. */
double bench_cpu (void);
/* Of these, what the threads of this name had so far that are running now. */
double bench_cpu_thread (const char *name);
/* How much of it the kernel took for itself: reading, writing, copying pages. */
double bench_cpu_kernel (void);
/* Peak memory of a process (0: this one) in KiB, by VmHWM; and what it has now. */
gint64 bench_peak_memory (int pid);
gint64 bench_memory (int pid);

/* Figures that were taken of one thing. */
typedef struct _BenchSeries BenchSeries;

BenchSeries *bench_series_new (void);
void bench_series_free (BenchSeries *self);
void bench_series_clear (BenchSeries *self);
void bench_series_add (BenchSeries *self, double value);
double bench_series_median (BenchSeries *self);
/* @share: 0 … 1 */
double bench_series_percentile (BenchSeries *self, double share);
double bench_series_max (BenchSeries *self);
guint bench_series_length (BenchSeries *self);

/* A table: its head once, then its rows, the cells separated by '|'. */
void bench_head (const char *title, const char *columns);
void bench_row (const char *format, ...) G_GNUC_PRINTF (1, 2);
void bench_note (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* A new folder; removed with all that is in it. Transfer full. */
char *bench_make_folder (void);
void bench_remove_folder (const char *path);
/* Copies one folder's files into another one, which is made if it is missing. */
void bench_copy_folder (const char *from, const char *to);
/* Of all files in it, in bytes. */
gint64 bench_folder_size (const char *path);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BenchSeries, bench_series_free)

G_END_DECLS
