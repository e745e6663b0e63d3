/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the window's own files share: ruhu-window.c has its pages, ruhu-window-actions.c what a person can ask of it. */
#pragma once

#include "ruhu-household-list.h"
#include "ruhu-navigation.h"
#include "ruhu-today-page.h"
#include "ruhu-welcome-page.h"
#include "ruhu-window.h"

G_BEGIN_DECLS

/* On each RuhuPage with a visit: the RuhuVisitPage. */
#define RUHU_WINDOW_VISIT "ruhu-visit"

/* What was put off is done; @destination: as given. */
typedef void (*RuhuWindowGoOn) (RuhuWindow *self, const char *destination);

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
  GtkWidget *leaving;  /* a page that is taken apart, on the stack too, or NULL */
  GtkWidget *question; /* weak: whether what is not on the disk may go */

  /* Owned. */
  RuhuStatus *status;
  GSimpleAction *go;  /* its state is the place that is shown */
  char *failure_said; /* the last sentence about a failed reading; NULL once it went well */
  char *destination;  /* for @go_on */

  RuhuWindowGoOn go_on; /* waits for what was typed to be on the disk; or NULL */
  guint leave_id;
  gboolean today_stale; /* something changed while another page was shown */
  gboolean is_told;     /* that a photo is still being added: whoever insists may leave it out */
  gboolean entered;     /* households have been shown */
};

/* Header bars and navigation follow from what is shown. */
void ruhu_window_layout (RuhuWindow *self);
/* Closes every page but today's. */
void ruhu_window_clear (RuhuWindow *self);
/* Brings the list into view, with the keyboard in its search. */
void ruhu_window_show_list (RuhuWindow *self);

/* Whether the pages may go now: what was typed there is on the disk, or may be lost. Otherwise @go_on is called once that is so, or never. */
gboolean ruhu_window_may_leave (RuhuWindow *self, RuhuWindowGoOn go_on, const char *destination);
/* The same for the window: it is closed then. What is on top of it goes first, or stays and asks. */
gboolean ruhu_window_may_close (RuhuWindow *self);
/* Closes what is on top of @window; FALSE: something of it stays. */
gboolean ruhu_window_close_others (GtkWindow *window);
/* A visit's draft is on the disk (@error NULL), or is not; a visit is over. */
void ruhu_window_visit_stored (RuhuWindow *self, const GError *error);
void ruhu_window_visit_ended (RuhuWindow *self);

void ruhu_window_install_actions (GtkWidgetClass *widget_class);
/* The action "win.go", for the navigation. */
void ruhu_window_add_places (RuhuWindow *self);

G_END_DECLS
