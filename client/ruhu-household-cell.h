/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuHouseholdCell: one line of the household list. */
#pragma once

#include <adwaita.h>

#include "ruhu-household-item.h"

G_BEGIN_DECLS

#define RUHU_TYPE_HOUSEHOLD_CELL (ruhu_household_cell_get_type ())
G_DECLARE_FINAL_TYPE (RuhuHouseholdCell, ruhu_household_cell, RUHU, HOUSEHOLD_CELL, GtkWidget)

GtkWidget *ruhu_household_cell_new (void);
/* Shows @item and follows its changes; NULL: nothing. */
void ruhu_household_cell_set_item (RuhuHouseholdCell *self, RuhuHouseholdItem *item);
/* Borrowed; NULL: nothing is shown. */
RuhuHouseholdItem *ruhu_household_cell_get_item (RuhuHouseholdCell *self);

/* The status's label in the user's language; @status may be NULL ("" then), or a code that the catalogue does not know (the code then). Transfer full. */
char *ruhu_household_describe_status (RuhuCatalogue *catalogue, const char *status);

G_END_DECLS
