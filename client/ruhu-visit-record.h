/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sealed visit, to be read: all that it changed, the new beside the old. */
#pragma once

#include <adwaita.h>

#include "ruhu-worker.h"

G_BEGIN_DECLS

/* A RuhuPage; @title: the visit's. Floating. */
GtkWidget *ruhu_visit_record_new (RuhuWorker *worker, const char *household, const char *visit, const char *title);

G_END_DECLS
