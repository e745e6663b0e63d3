/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuHouseholdCard: the 明白卡 that a household keeps: who is registered, what is recorded of house, supply, school, insurance and income, what help there is and what is being
 * put right, and whom to ask. No ID number, no illness, nothing that was declined. Read in the worker's thread, immutable afterwards. */
#pragma once

#include "ruhu-store-query.h"

G_BEGIN_DECLS

typedef struct
{
  char *heading;
  char **columns;  /* headings of the columns; NULL: rows are pairs of a label and a value */
  GPtrArray *rows; /* char **, as many as columns (2 for pairs) */
} RuhuCardSection;

typedef struct
{
  char *title;
  char *subtitle;
  GPtrArray *sections; /* RuhuCardSection, each with at least one row */
  char *footer;        /* what to do when something is wrong, and the date */
} RuhuHouseholdCard;

/* NOT_FOUND if the household is not on this laptop. Transfer full. */
RuhuHouseholdCard *ruhu_household_card_read (RuhuStore *store, const char *household, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ruhu_household_card_free (RuhuHouseholdCard *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuHouseholdCard, ruhu_household_card_free)

G_END_DECLS
