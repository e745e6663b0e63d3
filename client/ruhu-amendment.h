/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sealed visit is never edited: what was wrong in it is said beside it, what it said, what it should say, and why. */
#pragma once

#include <adwaita.h>

#include "ruhu-file-writer.h"
#include "ruhu-household-file.h"

G_BEGIN_DECLS

/* One amendment in words. Floating. */
GtkWidget *ruhu_amendment_new (const RuhuFileRecord *amendment);

/* One as the history of its field shows it: a row. Floating. */
GtkWidget *ruhu_amendment_row_new (const RuhuAmendmentText *amendment);

/* Asks for an amendment of @visit, over the window that @widget is in, and has it written. What the visit recorded is offered to choose from, read by @worker. */
void ruhu_amendment_ask (GtkWidget *widget, RuhuWorker *worker, RuhuFileWriter *writer, RuhuHouseholdFile *file, const char *visit);

G_END_DECLS
