/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuRulingRow: what a rule says of a visit, and the reason why it is sealed all the same. A reason is one press (the usual ones) or typed; it is kept in the draft at once.
 *
 * Signals: "go" (show the place), "reasoned" (a reason came or went). */
#pragma once

#include <adwaita.h>

#include "ruhu-edit-session.h"

G_BEGIN_DECLS

#define RUHU_TYPE_RULING_ROW (ruhu_ruling_row_get_type ())
G_DECLARE_FINAL_TYPE (RuhuRulingRow, ruhu_ruling_row, RUHU, RULING_ROW, AdwExpanderRow)

/* @finding is copied; @place says where, in words. Floating. */
GtkWidget *ruhu_ruling_row_new (RuhuEditSession *session, const RuhuFinding *finding, const char *place);
/* A button for each of the usual reasons; @callback (object, button) finds it as the button's data of this name. Floating. */
#define RUHU_RULING_REASON "ruhu-reason"
GtkWidget *ruhu_ruling_row_new_usual (GCallback callback, gpointer object);

gboolean ruhu_ruling_row_has_reason (RuhuRulingRow *self);

G_END_DECLS
