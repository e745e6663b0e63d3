/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ctrl+Page Down and Ctrl+Page Up lead through a page's parts. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The keys activate these actions of @widget, wherever in it the keyboard is: also in a list, a grid or a text, which have other uses for them. */
void ruhu_step_keys_add (GtkWidget *widget, const char *next, const char *previous);

G_END_DECLS
