/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuSyncPage: synchronisation in full: its state, what waits, what was refused or is at the office and why, and what a person can do about it. */
#pragma once

#include "ruhu-page.h"
#include "ruhu-worker.h"

G_BEGIN_DECLS

#define RUHU_TYPE_SYNC_PAGE (ruhu_sync_page_get_type ())
G_DECLARE_FINAL_TYPE (RuhuSyncPage, ruhu_sync_page, RUHU, SYNC_PAGE, RuhuPage)

/* Floating. */
GtkWidget *ruhu_sync_page_new (RuhuWorker *worker);

G_END_DECLS
