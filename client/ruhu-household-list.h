/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuHouseholdList: the search entry and the households that match. Signal "activated" (household id). */
#pragma once

#include <adwaita.h>

#include "ruhu-list-filter.h"
#include "ruhu-worker.h"

G_BEGIN_DECLS

#define RUHU_TYPE_HOUSEHOLD_LIST (ruhu_household_list_get_type ())
G_DECLARE_FINAL_TYPE (RuhuHouseholdList, ruhu_household_list, RUHU, HOUSEHOLD_LIST, AdwBin)

/* Begins to read. Once. @settings: where filters are remembered; may be NULL. */
void ruhu_household_list_start (RuhuHouseholdList *self, RuhuWorker *worker, GSettings *settings);
/* Shows and remembers a filter. */
void ruhu_household_list_set_filter (RuhuHouseholdList *self, const RuhuListFilter *filter);
void ruhu_household_list_open_filters (RuhuHouseholdList *self);
/* Reads again; place and selection stay. */
void ruhu_household_list_refresh (RuhuHouseholdList *self);
void ruhu_household_list_focus_search (RuhuHouseholdList *self);
/* Marks a household, if its line has been read. */
void ruhu_household_list_select (RuhuHouseholdList *self, const char *household);

G_END_DECLS
