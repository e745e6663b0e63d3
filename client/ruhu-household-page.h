/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuHouseholdPage: a household's file, generated from the catalogue: a section for every record type that belongs to a household. */
#pragma once

#include "ruhu-page.h"
#include "ruhu-worker.h"

G_BEGIN_DECLS

#define RUHU_TYPE_HOUSEHOLD_PAGE (ruhu_household_page_get_type ())
G_DECLARE_FINAL_TYPE (RuhuHouseholdPage, ruhu_household_page, RUHU, HOUSEHOLD_PAGE, RuhuPage)

/* Floating. */
GtkWidget *ruhu_household_page_new (RuhuWorker *worker, const char *household);

const char *ruhu_household_page_get_id (RuhuHouseholdPage *self);

/* Whether the file has been read, and all its chapters are made: the first comes at once, the others between frames. */
gboolean ruhu_household_page_is_whole (RuhuHouseholdPage *self);

/* Drops one chapter of a page that is shown no more, and reads no more. FALSE when none is left: the rest goes with the page. */
gboolean ruhu_household_page_take_apart (RuhuHouseholdPage *self);

/* Opens the visit form: on the unfinished visit where there is one. */
void ruhu_household_page_record_visit (RuhuHouseholdPage *self);

/* Opens the dialog on the record that has the keyboard focus, else on the household itself. */
void ruhu_household_page_edit (RuhuHouseholdPage *self);

G_END_DECLS
