/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuWorker: one thread with a store of its own. The app has two: every write, and every page's reading, runs in one; what is read of all households (the list, its search, today) in the
 * other one, so that nobody waits for it.
 *
 * Signal "changed" (no arguments, in the thread that made the worker): something was committed to the file, by a job or by another program. Several commits may be one
 * signal; others' are noticed within about a second. */
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

/* The catalogue that the store works by just now: pages that keep its types and fields keep this reference. NULL until the store is open. Transfer full. */
RuhuCatalogue *ruhu_worker_dup_catalogue (RuhuWorker *self);

/* Jobs run one after another in the order they were given. @data is freed with @data_free in the main thread after the callback. A store that does not open fails each job
 * with the reason, and is tried again at the next. A job cancelled before its turn is not run; one cancelled later ends by itself, and is reported as cancelled. */
void ruhu_worker_run_async (RuhuWorker *self,
                            RuhuWorkerFunc func,
                            gpointer data,
                            GDestroyNotify data_free,
                            GDestroyNotify result_free,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
/* The same for a job that only reads, and may take long: when it is cancelled, its query ends at once. */
void ruhu_worker_read_async (RuhuWorker *self,
                             RuhuWorkerFunc func,
                             gpointer data,
                             GDestroyNotify data_free,
                             GDestroyNotify result_free,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);

/* What the job returned (transfer full), or NULL with its error; G_IO_ERROR_CANCELLED if it was cancelled. */
gpointer ruhu_worker_run_finish (RuhuWorker *self, GAsyncResult *result, GError **error);

/* Waits until everything given so far is done (at the end of the program). */
void ruhu_worker_flush (RuhuWorker *self);

G_END_DECLS
