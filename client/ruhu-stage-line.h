/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stages of a housing repair, those reached with their dates. */
#pragma once

#include <adwaita.h>

#include "ruhu-household-file.h"

G_BEGIN_DECLS

/* Of the repair under way, else of the last; NULL where there is none. Nothing of @file is kept. Floating. */
GtkWidget *ruhu_stage_line_new (const RuhuHouseholdFile *file);

G_END_DECLS
