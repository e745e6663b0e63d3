/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The app's start in a process of its own, from exec() to the frame that shows the list, with the files in memory and without. */
#pragma once

#include "bench.h"

G_BEGIN_DECLS

/* Takes the files in @folder, and the program's libraries as far as nobody else uses them, out of the system's cache. */
void bench_start_forget (const char *folder);
/* Runs @program --start @folder, which says bench_start_done() when its list is there. ms. */
double bench_start_alone (const char *program, const char *folder);
void bench_start_done (void);

G_END_DECLS
