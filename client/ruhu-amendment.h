/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sealed visit is never edited: what was wrong in it is said beside it, what it said, what it should say, and why. */
#pragma once

#include <adwaita.h>

#include "ruhu-file-writer.h"
#include "ruhu-household-file.h"

G_BEGIN_DECLS

/* One amendment in words. Floating. */
GtkWidget *ruhu_amendment_new (const RuhuFileRecord *amendment);

/* Asks for an amendment of @visit, over the window that @widget is in, and has it written. */
void ruhu_amendment_ask (GtkWidget *widget, RuhuFileWriter *writer, RuhuHouseholdFile *file, const char *visit);

G_END_DECLS
