/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuStatus: the few figures of this laptop's file that are always in view, kept fresh.
 *
 * Signal "updated": they were read again. Signal "data-changed": something in the file changed; pages read again what they show. Signal "failed" (sentence): the file cannot be read. */
#pragma once

#include "ruhu-sync-proxy.h"
#include "ruhu-worker.h"

G_BEGIN_DECLS

#define RUHU_TYPE_STATUS (ruhu_status_get_type ())
G_DECLARE_FINAL_TYPE (RuhuStatus, ruhu_status, RUHU, STATUS, GObject)

/* Reads at once, and again whenever the file changes; tells the daemon when more waits to be sent than before. Transfer full. */
RuhuStatus *ruhu_status_new (RuhuWorker *worker, RuhuSyncProxy *sync);

/* Whether the figures were read at least once. */
gboolean ruhu_status_is_ready (RuhuStatus *self);
gboolean ruhu_status_is_enrolled (RuhuStatus *self);
gint64 ruhu_status_get_waiting (RuhuStatus *self);
gint64 ruhu_status_get_refused (RuhuStatus *self);
/* Others' changes that wait for the office, whose laptop this is; 0 on others'. */
gint64 ruhu_status_get_to_decide (RuhuStatus *self);
gint64 ruhu_status_get_conflicts (RuhuStatus *self);
gint64 ruhu_status_get_households (RuhuStatus *self);
/* "" before enrolment. Borrowed until the next "updated". */
const char *ruhu_status_get_township (RuhuStatus *self);
const char *ruhu_status_get_user_name (RuhuStatus *self);
RuhuRole ruhu_status_get_role (RuhuStatus *self);
/* RuhuDraft, newest first; borrowed until the next "updated"; may be NULL. */
GPtrArray *ruhu_status_get_drafts (RuhuStatus *self);
/* The name of a draft's household. Borrowed likewise. */
const char *ruhu_status_get_draft_name (RuhuStatus *self, const char *draft);

G_END_DECLS
