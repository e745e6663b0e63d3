/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is asked about a problem before its state changes: what was done about it; by when it is to be solved, when it was not solved after all. */
#pragma once

#include <adwaita.h>

#include "ruhu-file-writer.h"
#include "ruhu-household-file.h"

G_BEGIN_DECLS

/* Asks what was done, and writes that it is solved. @widget: in the window that it asks in. */
void ruhu_problem_ask_fix (GtkWidget *widget, RuhuFileWriter *writer, RuhuHouseholdFile *file, const char *problem);

/* Sends back: asks for the deadline (proposed: today and the office's term for such a problem) and writes it; who may set none sends back at once. */
void ruhu_problem_ask_back (GtkWidget *widget, RuhuWorker *worker, RuhuFileWriter *writer, RuhuHouseholdFile *file, const char *problem);

G_END_DECLS
