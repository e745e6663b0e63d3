/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuHeldPage: for the office: others' changes in quarantine, to be accepted or refused. */
#pragma once

#include "ruhu-page.h"
#include "ruhu-worker.h"

G_BEGIN_DECLS

#define RUHU_TYPE_HELD_PAGE (ruhu_held_page_get_type ())
G_DECLARE_FINAL_TYPE (RuhuHeldPage, ruhu_held_page, RUHU, HELD_PAGE, RuhuPage)

/* Floating. */
GtkWidget *ruhu_held_page_new (RuhuWorker *worker);

G_END_DECLS
