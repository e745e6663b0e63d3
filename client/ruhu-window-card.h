/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window's actions "win.print-card" and "win.save-card": the household card of the file that is open. */
#pragma once

#include "ruhu-window.h"

G_BEGIN_DECLS

void ruhu_window_install_card_actions (GtkWidgetClass *widget_class);
/* @household: whether a household's file is open. */
void ruhu_window_enable_card_actions (RuhuWindow *self, gboolean household);

G_END_DECLS
