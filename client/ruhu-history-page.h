/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuHistoryPage: every version of one field: the value, who wrote it, when, in which visit, whether it is confirmed. */
#pragma once

#include "ruhu-page.h"
#include "ruhu-worker.h"

G_BEGIN_DECLS

#define RUHU_TYPE_HISTORY_PAGE (ruhu_history_page_get_type ())
G_DECLARE_FINAL_TYPE (RuhuHistoryPage, ruhu_history_page, RUHU, HISTORY_PAGE, RuhuPage)

/* @title: what the record is called, in the header bar's second line. Floating. */
GtkWidget *ruhu_history_page_new (RuhuWorker *worker, const char *type, const char *record, const char *field, const char *title);

G_END_DECLS
