/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuHouseholdItem: one place of the household list. It exists before its household is read; signal "changed" says when it reads differently. */
#pragma once

#include <glib-object.h>

#include "ruhu-store-query.h"

G_BEGIN_DECLS

#define RUHU_TYPE_HOUSEHOLD_ITEM (ruhu_household_item_get_type ())
G_DECLARE_FINAL_TYPE (RuhuHouseholdItem, ruhu_household_item, RUHU, HOUSEHOLD_ITEM, GObject)

/* @position: its place in the list. Transfer full. */
RuhuHouseholdItem *ruhu_household_item_new (guint position);
guint ruhu_household_item_get_position (RuhuHouseholdItem *self);

/* Takes @row over. */
void ruhu_household_item_take_row (RuhuHouseholdItem *self, RuhuHouseholdRow *row);
/* Borrowed; NULL while it is being read. */
RuhuHouseholdRow *ruhu_household_item_get_row (RuhuHouseholdItem *self);

G_END_DECLS
