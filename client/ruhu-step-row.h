/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuStepRow: a step in the list of steps: its name, its mark, and the mark in words for those who do not see it. */
#pragma once

#include <gtk/gtk.h>

#include "ruhu-visit-step.h"

G_BEGIN_DECLS

#define RUHU_TYPE_STEP_ROW (ruhu_step_row_get_type ())
G_DECLARE_FINAL_TYPE (RuhuStepRow, ruhu_step_row, RUHU, STEP_ROW, GtkListBoxRow)

/* Floating. */
GtkWidget *ruhu_step_row_new (const char *label, gboolean compulsory);
void ruhu_step_row_set_state (RuhuStepRow *self, RuhuStepState state);

G_END_DECLS
