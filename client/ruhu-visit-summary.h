/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuVisitSummary: the end of a form: what stands in the way, what wants a look, and everything that will be recorded, to be read back.
 *
 * Signal "go" (step name, type, record, field; the last three may be NULL): a person wants to go to a place. */
#pragma once

#include <adwaita.h>

#include "ruhu-edit-session.h"

G_BEGIN_DECLS

#define RUHU_TYPE_VISIT_SUMMARY (ruhu_visit_summary_get_type ())
G_DECLARE_FINAL_TYPE (RuhuVisitSummary, ruhu_visit_summary, RUHU, VISIT_SUMMARY, AdwBin)

/* The session must be open. Floating. */
GtkWidget *ruhu_visit_summary_new (RuhuEditSession *session);

/* Shows what is known now; @findings (RuhuFinding, nullable): what the store said of the whole, besides. */
void ruhu_visit_summary_refresh (RuhuVisitSummary *self, GPtrArray *findings);

/* How many things stand in the way, as last shown. */
guint ruhu_visit_summary_get_n_open (RuhuVisitSummary *self);

G_END_DECLS
