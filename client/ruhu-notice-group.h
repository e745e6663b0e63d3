/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuNoticeGroup: what a person should know of what happened to this laptop's data or the township's. Each is put aside when it was read, with a way back; the alarm of a rewritten
 * history stays until it is over. */
#pragma once

#include <adwaita.h>

#include "ruhu-worker.h"

G_BEGIN_DECLS

#define RUHU_TYPE_NOTICE_GROUP (ruhu_notice_group_get_type ())
G_DECLARE_FINAL_TYPE (RuhuNoticeGroup, ruhu_notice_group, RUHU, NOTICE_GROUP, AdwPreferencesGroup)

/* Reads for the first time. Once. */
void ruhu_notice_group_start (RuhuNoticeGroup *self, RuhuWorker *worker);
void ruhu_notice_group_refresh (RuhuNoticeGroup *self);
void ruhu_notice_group_set_alarm (RuhuNoticeGroup *self, gboolean alarm);

/* A notice's kind as a headline. */
const char *ruhu_notice_describe_kind (const char *kind);
/* The alarm as a row. Floating. */
GtkWidget *ruhu_notice_alarm_new (void);
/* Whether the daemon's last error is it. */
gboolean ruhu_notice_is_alarm (const char *error_name);

G_END_DECLS
