/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench-app-world, run beside the app. */
#pragma once

#include "bench.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  GSubprocess *process;
  GDataInputStream *said;
  char *folder;      /* the laptop's */
  GPtrArray *visits; /* char **: household, visit, set */
  gboolean pulled;
} BenchBeside;

/* Starts @argv, and waits until its laptop is there. Transfer full. */
BenchBeside *bench_beside_start (const char *const *argv);
/* Makes the daemon pull; @pulled says when it has. */
void bench_beside_pull (BenchBeside *self);
void bench_beside_stop (BenchBeside *self);

G_END_DECLS
