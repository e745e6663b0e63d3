/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The main loop, looked at from below. What is done between two visits of the loop to poll(), drawing included, a person waits for: a slice. A slice has two parts: GTK's frame (style,
 * layout and drawing of one window, from the frame clock's "before-paint" to its "after-paint"), and all the rest, which is the app's own. CPU time is the main thread's: what it
 * would be on a machine with nothing else to do. */
#pragma once

#include "bench.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct
{
  char *name;
  BenchSeries *times;  /* ms, of what was measured */
  BenchSeries *slices; /* ms elapsed */
  BenchSeries *own;    /* ms CPU without the frame */
  BenchSeries *frames; /* ms CPU of the frames */
} BenchWatched;

/* Before the first iteration. */
void bench_loop_begin (void);
/* @window's frames are told apart from then on. */
void bench_loop_follow (GtkWidget *window);

/* What the loop does from here on counts for the result, until bench_loop_end(). Transfer full. */
BenchWatched *bench_loop_watch (const char *name);
void bench_loop_end (void);
void bench_watched_free (BenchWatched *self);
/* One of the times that are measured, begun at @began by bench_clock(). */
void bench_watched_add (BenchWatched *self, double began);

/* Turns the loop until the window has drawn once more (1 s at the most). */
void bench_loop_frame (GtkWidget *window);
/* As a person pauses; the loop goes on. */
void bench_loop_pause (double seconds);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BenchWatched, bench_watched_free)

G_END_DECLS
