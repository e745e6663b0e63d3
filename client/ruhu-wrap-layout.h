/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuWrapLayout: children one after another, going on in a new line where the width ends. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define RUHU_TYPE_WRAP_LAYOUT (ruhu_wrap_layout_get_type ())
G_DECLARE_FINAL_TYPE (RuhuWrapLayout, ruhu_wrap_layout, RUHU, WRAP_LAYOUT, GtkLayoutManager)

G_END_DECLS
