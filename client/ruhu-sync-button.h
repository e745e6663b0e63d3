/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuSyncButton: the sync state in a header bar, always in view, and the popover that says more. */
#pragma once

#include "ruhu-status.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define RUHU_TYPE_SYNC_BUTTON (ruhu_sync_button_get_type ())
G_DECLARE_FINAL_TYPE (RuhuSyncButton, ruhu_sync_button, RUHU, SYNC_BUTTON, AdwBin)

/* The state in a few words, and its sign in @icon: what a person must look at comes first, then what is under way, then what waits. */
char *ruhu_sync_button_describe (RuhuStatus *status, RuhuSyncProxy *sync, const char **icon);

G_END_DECLS
