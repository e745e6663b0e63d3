/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuFieldLine: a stored field on a page: its label, its value, its marks. Signals: "history" (it was activated), "conflict" (its mark was pressed). */
#pragma once

#include <adwaita.h>

#include "ruhu-household-file.h"

G_BEGIN_DECLS

#define RUHU_TYPE_FIELD_LINE (ruhu_field_line_get_type ())
G_DECLARE_FINAL_TYPE (RuhuFieldLine, ruhu_field_line, RUHU, FIELD_LINE, AdwPreferencesRow)

/* @line is borrowed for the row's life. Floating. */
GtkWidget *ruhu_field_line_new (const RuhuFileLine *line);
const RuhuFileLine *ruhu_field_line_get_line (RuhuFieldLine *self);

G_END_DECLS
