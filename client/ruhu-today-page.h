/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuTodayPage: households due, problems, drafts, what needs attention. The page that the others lie on.
 *
 * Signal "show-due": all households that are due are wanted. */
#pragma once

#include "ruhu-page.h"
#include "ruhu-worker.h"

G_BEGIN_DECLS

#define RUHU_TYPE_TODAY_PAGE (ruhu_today_page_get_type ())
G_DECLARE_FINAL_TYPE (RuhuTodayPage, ruhu_today_page, RUHU, TODAY_PAGE, RuhuPage)

/* Begins to read. Once. @settings: where the interval of visits is; may be NULL. */
void ruhu_today_page_start (RuhuTodayPage *self, RuhuWorker *worker, GSettings *settings);
/* The township's history was rewritten: said first of all, until it is over. */
void ruhu_today_page_set_alarm (RuhuTodayPage *self, gboolean alarm);

G_END_DECLS
