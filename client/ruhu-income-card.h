/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A household's income year by year: the sums, the comparison with the line and how it comes about. */
#pragma once

#include <adwaita.h>

#include "ruhu-household-file.h"

G_BEGIN_DECLS

/* NULL where nothing is known. Without its years. Nothing of @file is kept. Floating. */
GtkWidget *ruhu_income_card_new (const RuhuHouseholdFile *file);

/* Makes the next year, with @step 0, 1, … of the same file. Whether there are more. */
gboolean ruhu_income_card_go_on (GtkWidget *self, const RuhuHouseholdFile *file, guint step);

G_END_DECLS
