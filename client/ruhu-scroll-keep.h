/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A page whose content is made anew stays where it was scrolled to. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Before the change. @scrolled is back at its place after the next frame, when the new content has its size. */
void ruhu_scroll_keep (GtkScrolledWindow *scrolled);

G_END_DECLS
