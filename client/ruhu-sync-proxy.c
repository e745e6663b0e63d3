/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-sync-proxy"

#include "config.h"

#include "ruhu-sync-proxy.h"

#include "ruhu-sync-dbus.h"

#include <glib/gi18n.h>

#define SYNC_NAME "org.ruhu.Sync1"
#define SYNC_PATH "/org/ruhu/Sync1"
/* An enrolment goes over the village's network. */
#define ENROL_TIMEOUT_MS (3 * 60 * 1000)
/* A transfer may have to end before a bundle is written. */
#define CARRY_TIMEOUT_MS (10 * 60 * 1000)

struct _RuhuSyncProxy
{
  GObject parent_instance;

  /* Owned. */
  RuhuDBusSync1 *remote; /* NULL: no bus */
  GCancellable *cancellable;
  gboolean connecting;
};

enum
{
  SIGNAL_UPDATED,
  SIGNAL_DATA_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RuhuSyncProxy, ruhu_sync_proxy, G_TYPE_OBJECT)

static void
updated_cb (RuhuSyncProxy *self)
{
  g_signal_emit (self, signals[SIGNAL_UPDATED], 0);
}

static void
data_changed_cb (RuhuSyncProxy *self)
{
  g_signal_emit (self, signals[SIGNAL_DATA_CHANGED], 0);
}

static void
take_remote (RuhuSyncProxy *self, RuhuDBusSync1 *remote)
{
  self->remote = remote;
  g_signal_connect_object (remote, "notify", G_CALLBACK (updated_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (remote, "data-changed", G_CALLBACK (data_changed_cb), self, G_CONNECT_SWAPPED);
  updated_cb (self);
}

static void
connected_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  RuhuDBusSync1 *remote = ruhu_dbus_sync1_proxy_new_for_bus_finish (result, &error);
  RuhuSyncProxy *self;

  if (remote == NULL && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self = RUHU_SYNC_PROXY (user_data);
  self->connecting = FALSE;
  if (remote == NULL)
    {
      g_info ("No session bus: %s", error->message);
      updated_cb (self);
      return;
    }
  take_remote (self, remote);
}

static void
start_connecting (RuhuSyncProxy *self)
{
  if (self->remote != NULL || self->connecting)
    return;
  self->connecting = TRUE;
  ruhu_dbus_sync1_proxy_new_for_bus (G_BUS_TYPE_SESSION, G_DBUS_PROXY_FLAGS_NONE, SYNC_NAME, SYNC_PATH, self->cancellable, connected_cb, self);
}

static void
ruhu_sync_proxy_dispose (GObject *object)
{
  RuhuSyncProxy *self = RUHU_SYNC_PROXY (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->remote);
  G_OBJECT_CLASS (ruhu_sync_proxy_parent_class)->dispose (object);
}

static void
ruhu_sync_proxy_finalize (GObject *object)
{
  RuhuSyncProxy *self = RUHU_SYNC_PROXY (object);

  g_clear_object (&self->cancellable);
  G_OBJECT_CLASS (ruhu_sync_proxy_parent_class)->finalize (object);
}

static void
ruhu_sync_proxy_class_init (RuhuSyncProxyClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = ruhu_sync_proxy_dispose;
  object_class->finalize = ruhu_sync_proxy_finalize;

  signals[SIGNAL_UPDATED] = g_signal_new ("updated", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_DATA_CHANGED] = g_signal_new ("data-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
ruhu_sync_proxy_init (RuhuSyncProxy *self)
{
  self->cancellable = g_cancellable_new ();
}

RuhuSyncProxy *
ruhu_sync_proxy_new (void)
{
  RuhuSyncProxy *self = g_object_new (RUHU_TYPE_SYNC_PROXY, NULL);

  start_connecting (self);
  return self;
}

gboolean
ruhu_sync_proxy_is_available (RuhuSyncProxy *self)
{
  g_autofree char *owner = NULL;

  g_return_val_if_fail (RUHU_IS_SYNC_PROXY (self), FALSE);

  if (self->remote != NULL)
    owner = g_dbus_proxy_get_name_owner (G_DBUS_PROXY (self->remote));
  return owner != NULL;
}

static const char *
text_or_empty (const char *text)
{
  return text != NULL ? text : "";
}

const char *
ruhu_sync_proxy_get_state (RuhuSyncProxy *self)
{
  return self->remote != NULL ? text_or_empty (ruhu_dbus_sync1_get_state (self->remote)) : "";
}

const char *
ruhu_sync_proxy_get_last_error (RuhuSyncProxy *self)
{
  return self->remote != NULL ? text_or_empty (ruhu_dbus_sync1_get_last_error (self->remote)) : "";
}

const char *
ruhu_sync_proxy_get_last_error_name (RuhuSyncProxy *self)
{
  return self->remote != NULL ? text_or_empty (ruhu_dbus_sync1_get_last_error_name (self->remote)) : "";
}

const char *
ruhu_sync_proxy_get_token_store (RuhuSyncProxy *self)
{
  return self->remote != NULL ? text_or_empty (ruhu_dbus_sync1_get_token_store (self->remote)) : "";
}

const char *
ruhu_sync_proxy_get_township (RuhuSyncProxy *self)
{
  return self->remote != NULL ? text_or_empty (ruhu_dbus_sync1_get_township (self->remote)) : "";
}

double
ruhu_sync_proxy_get_progress (RuhuSyncProxy *self)
{
  return ruhu_sync_proxy_is_available (self) ? ruhu_dbus_sync1_get_progress (self->remote) : -1;
}

gint64
ruhu_sync_proxy_get_last_success (RuhuSyncProxy *self)
{
  return self->remote != NULL ? ruhu_dbus_sync1_get_last_success (self->remote) : 0;
}

gint64
ruhu_sync_proxy_get_next_attempt (RuhuSyncProxy *self)
{
  return self->remote != NULL ? ruhu_dbus_sync1_get_next_attempt (self->remote) : 0;
}

gboolean
ruhu_sync_proxy_is_busy (RuhuSyncProxy *self)
{
  static const char *const busy[] = { "enrolling", "connecting", "pushing", "pulling", "backfilling", NULL };

  return g_strv_contains (busy, ruhu_sync_proxy_get_state (self));
}

const char *
ruhu_sync_proxy_describe (RuhuSyncProxy *self)
{
  static const struct
  {
    const char *state;
    const char *text;
  } known[] = {
    { "unenrolled", N_ ("Not enrolled yet") },
    { "enrolling", N_ ("Enrolling…") },
    { "idle", N_ ("Up to date") },
    { "connecting", N_ ("Connecting…") },
    { "pushing", N_ ("Sending…") },
    { "pulling", N_ ("Receiving…") },
    { "backfilling", N_ ("Receiving households…") },
    { "offline", N_ ("No connection") },
    { "failed", N_ ("Needs attention") },
    { "revoked", N_ ("This laptop is no longer admitted") },
  };
  const char *state = ruhu_sync_proxy_get_state (self);

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_str_equal (state, known[i].state))
      return _ (known[i].text);
  return _ ("Synchronisation is not running");
}

static gboolean
check_bus (RuhuSyncProxy *self, GTask *task)
{
  if (self->remote != NULL)
    return TRUE;
  start_connecting (self);
  g_task_return_new_error (task, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN, "no session bus");
  return FALSE;
}

static void
enrolled_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (ruhu_dbus_sync1_call_enrol_finish (RUHU_DBUS_SYNC1 (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
ruhu_sync_proxy_enrol_async (RuhuSyncProxy *self, const char *link, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (RUHU_IS_SYNC_PROXY (self));

  task = g_task_new (self, cancellable, callback, user_data);
  if (!check_bus (self, task))
    return;
  g_dbus_proxy_set_default_timeout (G_DBUS_PROXY (self->remote), ENROL_TIMEOUT_MS);
  ruhu_dbus_sync1_call_enrol (self->remote, link, cancellable, enrolled_cb, g_steal_pointer (&task));
}

gboolean
ruhu_sync_proxy_enrol_finish (RuhuSyncProxy *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
synced_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (ruhu_dbus_sync1_call_sync_now_finish (RUHU_DBUS_SYNC1 (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
ruhu_sync_proxy_sync_now_async (RuhuSyncProxy *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (RUHU_IS_SYNC_PROXY (self));

  task = g_task_new (self, cancellable, callback, user_data);
  if (check_bus (self, task))
    ruhu_dbus_sync1_call_sync_now (self->remote, cancellable, synced_cb, g_steal_pointer (&task));
}

gboolean
ruhu_sync_proxy_sync_now_finish (RuhuSyncProxy *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
ruhu_carry_summary_free (RuhuCarrySummary *self)
{
  if (self == NULL)
    return;
  g_free (self->stop);
  g_free (self);
}

static void
return_summary (GTask *task, RuhuCarrySummary *summary, GError *error)
{
  if (error == NULL)
    {
      g_task_return_pointer (task, summary, (GDestroyNotify) ruhu_carry_summary_free);
      return;
    }
  ruhu_carry_summary_free (summary);
  g_task_return_error (task, error);
}

static void
exported_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  RuhuCarrySummary *summary = g_new0 (RuhuCarrySummary, 1);
  GError *error = NULL;

  (void) ruhu_dbus_sync1_call_export_bundle_finish (RUHU_DBUS_SYNC1 (source), &summary->changes, &summary->left, result, &error);
  return_summary (task, summary, error);
}

static void
imported_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  RuhuCarrySummary *summary = g_new0 (RuhuCarrySummary, 1);
  GError *error = NULL;

  (void) ruhu_dbus_sync1_call_import_bundle_finish (RUHU_DBUS_SYNC1 (source), &summary->received, &summary->refused, &summary->waiting, &summary->stop, result, &error);
  return_summary (task, summary, error);
}

void
ruhu_sync_proxy_export_async (RuhuSyncProxy *self, const char *path, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (RUHU_IS_SYNC_PROXY (self) && path != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  if (!check_bus (self, task))
    return;
  g_dbus_proxy_set_default_timeout (G_DBUS_PROXY (self->remote), CARRY_TIMEOUT_MS);
  ruhu_dbus_sync1_call_export_bundle (self->remote, path, cancellable, exported_cb, g_steal_pointer (&task));
}

void
ruhu_sync_proxy_import_async (RuhuSyncProxy *self, const char *path, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (RUHU_IS_SYNC_PROXY (self) && path != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  if (!check_bus (self, task))
    return;
  g_dbus_proxy_set_default_timeout (G_DBUS_PROXY (self->remote), CARRY_TIMEOUT_MS);
  ruhu_dbus_sync1_call_import_bundle (self->remote, path, cancellable, imported_cb, g_steal_pointer (&task));
}

RuhuCarrySummary *
ruhu_sync_proxy_carry_finish (RuhuSyncProxy *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
ruhu_sync_proxy_nudge (RuhuSyncProxy *self)
{
  g_return_if_fail (RUHU_IS_SYNC_PROXY (self));

  if (self->remote == NULL)
    start_connecting (self);
  else
    ruhu_dbus_sync1_call_nudge (self->remote, NULL, NULL, NULL);
}
