/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuPairLayout: a title and what belongs to it, side by side where there is room, else one above the other. Exactly two children are laid out. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define RUHU_TYPE_PAIR_LAYOUT (ruhu_pair_layout_get_type ())
G_DECLARE_FINAL_TYPE (RuhuPairLayout, ruhu_pair_layout, RUHU, PAIR_LAYOUT, GtkLayoutManager)

G_END_DECLS
