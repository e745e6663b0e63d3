/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The six and the nine guarantees of the assessment that holds, each with its state in words and who found it so. */
#pragma once

#include <adwaita.h>

#include "ruhu-household-file.h"

G_BEGIN_DECLS

/* NULL where nothing was assessed. Without its cells. Nothing of @file is kept. Floating. */
GtkWidget *ruhu_guarantee_grid_new (const RuhuHouseholdFile *file);

/* Makes the next few cells, with @step 0, 1, … of the same file. Whether there are more. */
gboolean ruhu_guarantee_grid_go_on (GtkWidget *self, const RuhuHouseholdFile *file, guint step);

G_END_DECLS
