/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuWindow: the household list at the left, a page at the right; one of the two where the window is narrow. */
#pragma once

#include "ruhu-application.h"

G_BEGIN_DECLS

#define RUHU_TYPE_WINDOW (ruhu_window_get_type ())
G_DECLARE_FINAL_TYPE (RuhuWindow, ruhu_window, RUHU, WINDOW, AdwApplicationWindow)

GtkWidget *ruhu_window_new (RuhuApplication *app);

/* With a button, say. Takes @toast. */
void ruhu_window_add_toast (RuhuWindow *self, AdwToast *toast);
/* A sentence that goes by itself. Plain text. */
void ruhu_window_toast (RuhuWindow *self, const char *sentence);

/* Opens a household's page in place of all that the right pane holds. */
void ruhu_window_show_household (RuhuWindow *self, const char *household);

/* Puts a RuhuPage on top of those that the right pane holds. It is sunk. */
void ruhu_window_push (RuhuWindow *self, GtkWidget *page);

/* Takes the top page away. */
void ruhu_window_pop (RuhuWindow *self);

/* The top page, or NULL. Borrowed. */
GtkWidget *ruhu_window_get_page (RuhuWindow *self);

/* Opens the visit form: on a draft, or (@draft NULL) on the household's unfinished visit or a new one. */
void ruhu_window_open_visit (RuhuWindow *self, const char *household, const char *draft);

/* The window that @widget is in. Borrowed. */
RuhuWindow *ruhu_window_of (GtkWidget *widget);

G_END_DECLS
