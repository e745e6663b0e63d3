/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuConflictPage: what two people recorded differently: all values of each, and a person's choice. */
#pragma once

#include "ruhu-page.h"
#include "ruhu-worker.h"

G_BEGIN_DECLS

#define RUHU_TYPE_CONFLICT_PAGE (ruhu_conflict_page_get_type ())
G_DECLARE_FINAL_TYPE (RuhuConflictPage, ruhu_conflict_page, RUHU, CONFLICT_PAGE, RuhuPage)

/* Floating. */
GtkWidget *ruhu_conflict_page_new (RuhuWorker *worker);

G_END_DECLS
