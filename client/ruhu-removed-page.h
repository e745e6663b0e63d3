/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuRemovedPage: what was taken out of a household's file: what it said, who removed it and when, and a button that brings it back. */
#pragma once

#include "ruhu-page.h"
#include "ruhu-worker.h"

G_BEGIN_DECLS

#define RUHU_TYPE_REMOVED_PAGE (ruhu_removed_page_get_type ())
G_DECLARE_FINAL_TYPE (RuhuRemovedPage, ruhu_removed_page, RUHU, REMOVED_PAGE, RuhuPage)

/* Floating. */
GtkWidget *ruhu_removed_page_new (RuhuWorker *worker, const char *household);

G_END_DECLS
