/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of RuhuVisitPage share: going through the steps (ruhu-visit-page.c), taking records away (ruhu-visit-page-undo.c), and ending the visit
 * (ruhu-visit-page-end.c). */
#pragma once

#include <adwaita.h>

#include "ruhu-edit-session.h"
#include "ruhu-visit-page.h"

G_BEGIN_DECLS

struct _RuhuVisitPage
{
  AdwBin parent_instance;

  /* Template. */
  AdwToastOverlay *toasts;
  GtkStack *pages;
  AdwStatusPage *failure;
  GtkRevealer *notice_revealer;
  GtkLabel *notice;
  GtkWidget *discard;
  AdwFlap *flap;
  GtkListBox *steps;
  GtkScrolledWindow *scroller;
  AdwBin *content;
  GtkLabel *stored;
  GtkButton *next;
  GtkWidget *read_back;

  /* Owned. */
  RuhuEditSession *session;
  GCancellable *cancellable;
  GPtrArray *widgets; /* GtkWidget of each step (NULL until first shown), and of the summary */
  GHashTable *left;   /* indices of steps that somebody has been through */
  char *title;

  /* Borrowed from the session's catalogue; NULL until opened. */
  RuhuForm *form;

  GtkWidget *focus; /* weak: what had the keyboard when the save began */

  guint current; /* index of a step; form->steps->len: the summary */
  gboolean is_saving;
  gboolean is_let_go;
  gboolean is_told; /* that a photo is still being added: whoever insists may leave it out */
};

void ruhu_visit_page_show_notice (RuhuVisitPage *self, const char *text, gboolean can_discard);
void ruhu_visit_page_hide_notice (RuhuVisitPage *self);
void ruhu_visit_page_show_error (RuhuVisitPage *self, const GError *error);
void ruhu_visit_page_update_next (RuhuVisitPage *self);
void ruhu_visit_page_go_to (RuhuVisitPage *self, guint index);

/* Whoever leaves has added what is whole; all of it is on disk. */
void ruhu_visit_page_settle (RuhuVisitPage *self);

/* Emit the page's signals. */
void ruhu_visit_page_emit_finished (RuhuVisitPage *self);
void ruhu_visit_page_emit_discarded (RuhuVisitPage *self);

/* Saves, from the summary; or says what stands in the way. */
void ruhu_visit_page_finish (RuhuVisitPage *self);
/* Asks, then throws the draft away. */
void ruhu_visit_page_discard (RuhuVisitPage *self);
/* Takes away a record that was added in this visit, and offers to bring it back. */
void ruhu_visit_page_remove_record (RuhuVisitPage *self, const char *type, const char *record);
/* Opens the page that is read to the household. */
void ruhu_visit_page_read_back (RuhuVisitPage *self);

G_END_DECLS
