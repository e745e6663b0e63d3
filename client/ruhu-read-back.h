/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuReadBack: what a visit is about to record, in large type, to be read to the household (and by it) before the visit is sealed.
 *
 * Signals: "agreed" (the household confirms), "wrong" (something is to be corrected). It closes by itself after either; closing it otherwise says nothing. */
#pragma once

#include <adwaita.h>

#include "ruhu-edit-session.h"

G_BEGIN_DECLS

#define RUHU_TYPE_READ_BACK (ruhu_read_back_get_type ())
G_DECLARE_FINAL_TYPE (RuhuReadBack, ruhu_read_back, RUHU, READ_BACK, AdwWindow)

/* The session must be open. A window of its own, over @parent and as large. */
GtkWidget *ruhu_read_back_new (RuhuEditSession *session, GtkWindow *parent);

G_END_DECLS
