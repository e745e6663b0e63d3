/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuMemberMoves: who came into a household and who left it, in two presses: born, married in, moved in; died, married out, moved out. It writes the field member_state of
 * people who are there, or adds one who has come; nobody is ever deleted. */
#pragma once

#include <gtk/gtk.h>

#include "ruhu-edit-session.h"

G_BEGIN_DECLS

#define RUHU_TYPE_MEMBER_MOVES (ruhu_member_moves_get_type ())
G_DECLARE_FINAL_TYPE (RuhuMemberMoves, ruhu_member_moves, RUHU, MEMBER_MOVES, GtkWidget)

/* Signal "changed" (record id): somebody's state was written, or somebody was added who is to be filled in now. */

/* Whether a part is about people who come and go. */
gboolean ruhu_member_moves_fits (RuhuFormPart *part);

/* The session must be open. Floating. */
GtkWidget *ruhu_member_moves_new (RuhuEditSession *session, RuhuFormPart *part);

G_END_DECLS
