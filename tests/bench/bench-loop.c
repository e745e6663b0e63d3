/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "bench"

#include "config.h"

#include "bench-loop.h"

#include <poll.h>
#include <time.h>

static BenchWatched *watched;
static double slice_began, slice_cpu; /* 0: no slice yet */
static double frame_cpu_began, frame_cpu;

static double
cpu_clock (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

static void
note_slice (void)
{
  double cpu = cpu_clock () - slice_cpu;

  if (watched == NULL || slice_began <= 0)
    return;
  bench_series_add (watched->slices, (bench_clock () - slice_began) * 1e3);
  bench_series_add (watched->own, (cpu - frame_cpu) * 1e3);
  if (frame_cpu > 0)
    bench_series_add (watched->frames, frame_cpu * 1e3);
}

static gint
watched_poll (GPollFD *fds, guint n, gint timeout)
{
  gint ready;

  note_slice ();
  ready = poll ((struct pollfd *) fds, n, timeout);
  slice_began = bench_clock ();
  slice_cpu = cpu_clock ();
  frame_cpu = 0;
  return ready;
}

static gboolean
tick_cb (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

void
bench_loop_begin (void)
{
  g_main_context_set_poll_func (NULL, watched_poll);
  g_timeout_add (5, tick_cb, NULL);
}

static void
before_paint_cb (void)
{
  frame_cpu_began = cpu_clock ();
}

static void
after_paint_cb (void)
{
  frame_cpu += cpu_clock () - frame_cpu_began;
}

void
bench_loop_follow (GtkWidget *window)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (window);

  bench_must (clock != NULL, NULL, "The frame clock");
  g_signal_connect (clock, "before-paint", G_CALLBACK (before_paint_cb), NULL);
  g_signal_connect_after (clock, "after-paint", G_CALLBACK (after_paint_cb), NULL);
}

BenchWatched *
bench_loop_watch (const char *name)
{
  BenchWatched *self = g_new0 (BenchWatched, 1);

  self->name = g_strdup (name);
  self->times = bench_series_new ();
  self->slices = bench_series_new ();
  self->own = bench_series_new ();
  self->frames = bench_series_new ();
  watched = self;
  slice_began = 0;
  return self;
}

void
bench_loop_end (void)
{
  note_slice ();
  watched = NULL;
}

void
bench_watched_free (BenchWatched *self)
{
  g_free (self->name);
  bench_series_free (self->times);
  bench_series_free (self->slices);
  bench_series_free (self->own);
  bench_series_free (self->frames);
  g_free (self);
}

void
bench_watched_add (BenchWatched *self, double began)
{
  bench_series_add (self->times, (bench_clock () - began) * 1e3);
}

void
bench_loop_frame (GtkWidget *window)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (window);
  gint64 frame = gdk_frame_clock_get_frame_counter (clock);
  double end = bench_clock () + 1;

  gtk_widget_queue_draw (window);
  while (gdk_frame_clock_get_frame_counter (clock) == frame && bench_clock () < end)
    g_main_context_iteration (NULL, TRUE);
}

void
bench_loop_pause (double seconds)
{
  double end = bench_clock () + seconds;

  while (bench_clock () < end)
    g_main_context_iteration (NULL, TRUE);
}
