/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a visit recorded, in words, a field a line. */
#pragma once

#include "ruhu-worker.h"

G_BEGIN_DECLS

typedef struct
{
  char *path;        /* type/record/field */
  char *record;      /* what it is about: "Person · …"; equal for lines that stand together */
  char *label;       /* the field's */
  char *now;         /* "" where it was emptied */
  char *before;      /* "" where nothing was known */
  gboolean in_words; /* somebody might put it right by saying what it should be */
} RuhuVisitLine;

/* Reads a visit's lines, as ruhu_worker_run_async() does: GPtrArray of RuhuVisitLine, transfer full. */
void ruhu_visit_lines_read_async (RuhuWorker *worker, const char *household, const char *visit, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);

G_END_DECLS
