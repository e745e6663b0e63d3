/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuVisitPage: recording a visit, step by step, as the catalogue's form "visit" says. Has no header bar of its own.
 *
 * Signals: "finished" (the visit was saved), "left" (a person closed the page; the draft, if anything was typed, is kept), "discarded" (the RuhuEditSession whose
 * draft they threw away: it can restore it), "stored" (GError, or NULL: the draft is on the disk).
 * Keys: Ctrl+Enter or Ctrl+Page Down next step, Ctrl+Page Up the one before, Alt+1 … Alt+9 a step, Alt+0 the last, Ctrl+S draft to disk now, F9 list of steps. */
#pragma once

#include <adwaita.h>

#include "ruhu-worker.h"

G_BEGIN_DECLS

#define RUHU_TYPE_VISIT_PAGE (ruhu_visit_page_get_type ())
G_DECLARE_FINAL_TYPE (RuhuVisitPage, ruhu_visit_page, RUHU, VISIT_PAGE, AdwBin)

/* @draft: one to go on with, or NULL for a new visit. Floating. */
GtkWidget *ruhu_visit_page_new (RuhuWorker *worker, const char *household, const char *draft);

/* "Visit" and whom it is about, for a header bar; follows once the page has read its data (notify::title). Borrowed. */
const char *ruhu_visit_page_get_title (RuhuVisitPage *self);

/* Puts on disk what is not there yet. Whoever takes the page off the screen needs not call it: the page does so itself then. */
void ruhu_visit_page_flush (RuhuVisitPage *self);

/* Whether a photo is still being added, which would be left out: the page goes there and says so. Not twice: whoever insists may leave it out. */
gboolean ruhu_visit_page_holds_on (RuhuVisitPage *self);

/* Whether nothing that was typed would go with the page. Otherwise it is on its way to the disk, and "stored" says whether it has come there, or the visit is being saved. */
gboolean ruhu_visit_page_is_kept (RuhuVisitPage *self);
/* A person has said that what is not on the disk may go. */
void ruhu_visit_page_let_go (RuhuVisitPage *self);

G_END_DECLS
