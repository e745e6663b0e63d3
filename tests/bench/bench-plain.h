/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bare work of GTK: a window of the app's size with a list view of plain labels, and a page of as many labels as a household's file has widgets. */
#pragma once

#include "bench-loop.h"

G_BEGIN_DECLS

/* 120 steps of the wheel over @view. */
void bench_plain_turn (GtkWidget *view, BenchWatched *watched);
/* @tell: what is done with each result. @widgets: of the page. */
void bench_plain (void (*tell) (BenchWatched *watched), guint widgets);

G_END_DECLS
