/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuHouseholdModel: the households that match a search, as a list model of RuhuHouseholdItem. Only the pages that are looked at are read, in the worker.
 *
 * A new search leaves the old rows where they are until the first new ones are known, which takes their place; all the others follow. Items are places: they stay, their rows change.
 *
 * Signal "counted": the first matches of a search are known, or all of them, or it was read again. */
#pragma once

#include <gio/gio.h>

#include "ruhu-list-filter.h"
#include "ruhu-worker.h"

G_BEGIN_DECLS

#define RUHU_TYPE_HOUSEHOLD_MODEL (ruhu_household_model_get_type ())
G_DECLARE_FINAL_TYPE (RuhuHouseholdModel, ruhu_household_model, RUHU, HOUSEHOLD_MODEL, GObject)

/* Empty until ruhu_household_model_search() or ruhu_household_model_refresh(). Transfer full. */
RuhuHouseholdModel *ruhu_household_model_new (RuhuWorker *worker);

/* Shows what @filter lets through, in its order. */
void ruhu_household_model_set_filter (RuhuHouseholdModel *self, const RuhuListFilter *filter);
/* Borrowed, until the next change. */
const RuhuListFilter *ruhu_household_model_get_filter (RuhuHouseholdModel *self);
/* The same filter with another text; NULL or "" is everything. */
void ruhu_household_model_search (RuhuHouseholdModel *self, const char *text);

/* Reads the same search again; items whose place stays stay the same objects. */
void ruhu_household_model_refresh (RuhuHouseholdModel *self);

/* The place of a household among what has been read, or GTK_INVALID_LIST_POSITION. */
guint ruhu_household_model_find (RuhuHouseholdModel *self, const char *household);

/* What stands for the household at a place from one refresh to the next; 0 where there is none. */
gint64 ruhu_household_model_get_number (RuhuHouseholdModel *self, guint position);

/* Where that household stands now, not far from @near; or GTK_INVALID_LIST_POSITION. */
guint ruhu_household_model_find_number (RuhuHouseholdModel *self, gint64 number, guint near);

/* How many match, as far as is known: @all (out, optional) says whether that is all of them. The list model grows to that number little by little. */
guint ruhu_household_model_get_n_matches (RuhuHouseholdModel *self, gboolean *all);
/* Whether the current search has been answered. */
gboolean ruhu_household_model_is_counted (RuhuHouseholdModel *self);

G_END_DECLS
