/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuPage: what stands in the right pane: a header bar with a way back and the sync state, and the page below it.
 * In a template, <child type="start"> and <child type="end"> go into the header bar, every other child below it. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define RUHU_TYPE_PAGE (ruhu_page_get_type ())
G_DECLARE_DERIVABLE_TYPE (RuhuPage, ruhu_page, RUHU, PAGE, AdwBin)

struct _RuhuPageClass
{
  AdwBinClass parent_class;

  /* The data changed: read again what is shown. May be NULL. */
  void (*refresh) (RuhuPage *self);
};

/* A page around a widget that knows nothing of header bars. Floating. */
GtkWidget *ruhu_page_new (const char *title, GtkWidget *content);

void ruhu_page_set_title (RuhuPage *self, const char *title, const char *subtitle);
const char *ruhu_page_get_title (RuhuPage *self);

/* The window's menu, for a page that has the whole window: before ruhu_page_set_alone(). */
void ruhu_page_set_menu (RuhuPage *self, GMenuModel *menu);

/* Whether the page has the whole window (then its header bar shows the menu and the window's buttons), whether there is a page to go back to, whether the
 * window is so narrow that of its buttons only the closing one has room, and whether the places stand below it: they show the sync state, which the header bar
 * shows otherwise. */
void ruhu_page_set_alone (RuhuPage *self, gboolean alone, gboolean can_go_back, gboolean narrow, gboolean has_places);

/* Puts @child below what is there. */
void ruhu_page_append (RuhuPage *self, GtkWidget *child);

/* Gives the keyboard focus to what stands below the header bar; later, if there is nothing yet. */
void ruhu_page_focus (RuhuPage *self);
/* For subclasses: there is something to be focused now. */
void ruhu_page_ready (RuhuPage *self);

void ruhu_page_refresh (RuhuPage *self);

G_END_DECLS
