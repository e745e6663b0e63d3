/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuSyncProxy: what the daemon says over D-Bus. Everything works, and says so, when there is no bus or no daemon.
 *
 * Signal "updated": anything below may read differently now. Signal "data-changed": a pull brought something. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define RUHU_TYPE_SYNC_PROXY (ruhu_sync_proxy_get_type ())
G_DECLARE_FINAL_TYPE (RuhuSyncProxy, ruhu_sync_proxy, RUHU, SYNC_PROXY, GObject)

/* Starts to look for the daemon, which the bus starts when it is not running. Transfer full. */
RuhuSyncProxy *ruhu_sync_proxy_new (void);

/* Whether a daemon answers. */
gboolean ruhu_sync_proxy_is_available (RuhuSyncProxy *self);

/* The properties of org.ruhu.Sync1; "", 0 or -1 where no daemon answers. Borrowed until the next "updated". */
const char *ruhu_sync_proxy_get_state (RuhuSyncProxy *self);
const char *ruhu_sync_proxy_get_last_error (RuhuSyncProxy *self);
const char *ruhu_sync_proxy_get_last_error_name (RuhuSyncProxy *self);
const char *ruhu_sync_proxy_get_token_store (RuhuSyncProxy *self);
const char *ruhu_sync_proxy_get_township (RuhuSyncProxy *self);
double ruhu_sync_proxy_get_progress (RuhuSyncProxy *self);
gint64 ruhu_sync_proxy_get_last_success (RuhuSyncProxy *self);
gint64 ruhu_sync_proxy_get_next_attempt (RuhuSyncProxy *self);

/* Whether a transfer is under way. */
gboolean ruhu_sync_proxy_is_busy (RuhuSyncProxy *self);

/* The state as a short sentence in the user's language. Borrowed. */
const char *ruhu_sync_proxy_describe (RuhuSyncProxy *self);

/* Enrols with the office's link. Errors: those of the daemon, or of the bus. */
void ruhu_sync_proxy_enrol_async (RuhuSyncProxy *self, const char *link, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
gboolean ruhu_sync_proxy_enrol_finish (RuhuSyncProxy *self, GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Synchronises now; the outcome shows in the state. Fails only when no daemon can be reached. */
void ruhu_sync_proxy_sync_now_async (RuhuSyncProxy *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
gboolean ruhu_sync_proxy_sync_now_finish (RuhuSyncProxy *self, GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What a bundle did. Of an export: changes in it, and left out of it; of an import: changes received, refused and waiting, and why something waits ("" or a sentence). */
typedef struct
{
  gint64 changes, left;
  gint64 received, refused, waiting;
  char *stop;
} RuhuCarrySummary;

void ruhu_carry_summary_free (RuhuCarrySummary *self);

/* The daemon writes what waits to @path, or takes in the township's answer from there. Cancelling ends the waiting, not the daemon's work. */
void ruhu_sync_proxy_export_async (RuhuSyncProxy *self, const char *path, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
void ruhu_sync_proxy_import_async (RuhuSyncProxy *self, const char *path, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/* Of either. Transfer full. */
RuhuCarrySummary *ruhu_sync_proxy_carry_finish (RuhuSyncProxy *self, GAsyncResult *result, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuCarrySummary, ruhu_carry_summary_free)

/* Something was saved here. Nothing is said if nobody listens: the daemon looks by itself when it starts. */
void ruhu_sync_proxy_nudge (RuhuSyncProxy *self);

G_END_DECLS
