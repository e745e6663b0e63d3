/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is typed while a change is on its way to the disk would be in none: there is no typing until it is through. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Nothing in @widget takes anything any more. @focus: a weak pointer to what had the keyboard, for ruhu_typing_go_on(). */
void ruhu_typing_stop (GtkWidget *widget, GtkWidget **focus);
/* It does again, and the keyboard is where it was. */
void ruhu_typing_go_on (GtkWidget *widget, GtkWidget *focus);

G_END_DECLS
