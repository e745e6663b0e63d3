/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the window's own files share: ruhu-window.c has its pages, ruhu-window-actions.c what a person can ask of it. */
#pragma once

#include "ruhu-household-list.h"
#include "ruhu-navigation.h"
#include "ruhu-today-page.h"
#include "ruhu-welcome-page.h"
#include "ruhu-window.h"

G_BEGIN_DECLS

struct _RuhuWindow
{
  AdwApplicationWindow parent_instance;

  /* Template. */
  AdwToastOverlay *toasts;
  GtkStack *stack;
  AdwStatusPage *failure;
  RuhuWelcomePage *welcome;
  AdwLeaflet *leaflet;
  GtkWidget *list_pane;
  AdwHeaderBar *list_header;
  AdwWindowTitle *list_title;
  RuhuHouseholdList *list;
  GtkStack *pages;
  RuhuTodayPage *today;
  GMenuModel *menu;
  RuhuNavigation *wide_places;
  RuhuNavigation *narrow_places;

  /* Borrowed: those on the right pane's stack, bottom first (RuhuPage). */
  GPtrArray *open;
  GtkWidget *leaving; /* a page that is taken apart, on the stack too, or NULL */

  /* Owned. */
  RuhuStatus *status;
  GSimpleAction *go;  /* its state is the place that is shown */
  char *failure_said; /* the last sentence about a failed reading; NULL once it went well */

  guint leave_id;
  gboolean today_stale; /* something changed while another page was shown */
  gboolean entered;     /* households have been shown */
};

/* Header bars and navigation follow from what is shown. */
void ruhu_window_layout (RuhuWindow *self);
/* Closes every page but today's. */
void ruhu_window_clear (RuhuWindow *self);
/* Brings the list into view, with the keyboard in its search. */
void ruhu_window_show_list (RuhuWindow *self);

void ruhu_window_install_actions (GtkWidgetClass *widget_class);
/* The action "win.go", for the navigation. */
void ruhu_window_add_places (RuhuWindow *self);

G_END_DECLS
