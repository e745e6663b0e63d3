/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules of the catalogue over what has arrived. They never refuse anything: they run after a change is in the log, and leave what they find in the table `finding`, which can be
 * made anew at any time. Where a rule says so, a problem is raised, once a year for each record. */
#pragma once

#include "ruhu-ledger.h"

G_BEGIN_DECLS

/**
 * ruhu_checks_run:
 * @today: "YYYY-MM-DD"
 * @limit: households at the most
 * @township: whether the township's own rules may run, which look at every household's records; else they wait
 * @left: (out, optional): whether more wait
 *
 * Checks households that changed since they were checked last; and, when nothing of households waits, the township's own rules. Changes of the township's records (lines, settings)
 * make every household wait. What was checked before an error stays checked. Where the rules fail over one household, that is logged, and the household waits no more.
 */
gboolean ruhu_checks_run (RuhuStore *store, RuhuLedger *ledger, const char *today, guint limit, gboolean township, gboolean *left, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Forgets all findings and makes everything wait. */
gboolean ruhu_checks_restart (RuhuStore *store, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
