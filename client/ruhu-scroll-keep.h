/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A page whose content is made anew stays where it was scrolled to. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Before the change, and not within a frame. @scrolled is back at its place after the next frame, when the new content has its size. */
void ruhu_scroll_keep (GtkScrolledWindow *scrolled);
/* All of @widget is in view once it and what stands above it have the size that the next frames give them: for what is shown by what grows. Does nothing where nothing scrolls. */
void ruhu_scroll_keep_in_view (GtkWidget *widget);

G_END_DECLS
