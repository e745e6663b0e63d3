/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuWorker: one thread with a store of its own. Every write of the app, and every query that may be long, runs there. */
#pragma once

#include <gio/gio.h>

#include "ruhu-store-query.h"

G_BEGIN_DECLS

#define RUHU_TYPE_WORKER (ruhu_worker_get_type ())
G_DECLARE_FINAL_TYPE (RuhuWorker, ruhu_worker, RUHU, WORKER, GObject)

/* Runs in the worker's thread; touches nothing but @store and @data. NULL with @error set on failure; NULL without is a valid result. */
typedef gpointer (*RuhuWorkerFunc) (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error);

/* Starts the thread; the store at @path is opened (and made) there. Transfer full. */
RuhuWorker *ruhu_worker_new (const char *path);

/* Jobs run one after another in the order they were given. @data is freed with @data_free in the main thread after the callback. */
void ruhu_worker_run_async (RuhuWorker *self,
                            RuhuWorkerFunc func,
                            gpointer data,
                            GDestroyNotify data_free,
                            GDestroyNotify result_free,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
gpointer ruhu_worker_run_finish (RuhuWorker *self, GAsyncResult *result, GError **error);

/* Waits until everything given so far is done (at the end of the program). */
void ruhu_worker_flush (RuhuWorker *self);

G_END_DECLS
