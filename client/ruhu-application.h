/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuApplication: the program: its worker, its view of the daemon, its settings. */
#pragma once

#include <adwaita.h>

#include "ruhu-status.h"
#include "ruhu-sync-proxy.h"
#include "ruhu-worker.h"

G_BEGIN_DECLS

#define RUHU_TYPE_APPLICATION (ruhu_application_get_type ())
G_DECLARE_FINAL_TYPE (RuhuApplication, ruhu_application, RUHU, APPLICATION, AdwApplication)

/* Transfer full. */
RuhuApplication *ruhu_application_new (void);

/* Borrowed. There from the start-up on. */
RuhuWorker *ruhu_application_get_worker (RuhuApplication *self);
/* For what reads all households, and writes nothing. */
RuhuWorker *ruhu_application_get_reader (RuhuApplication *self);
RuhuSyncProxy *ruhu_application_get_sync (RuhuApplication *self);
RuhuStatus *ruhu_application_get_status (RuhuApplication *self);
/* NULL when the program runs where its schema is not installed: nothing is remembered then. */
GSettings *ruhu_application_get_settings (RuhuApplication *self);

G_END_DECLS
