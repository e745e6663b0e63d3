/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-syncd"

#include "config.h"

#include "ruhu-agent-dbus.h"

#include "ruhu-error.h"
#include "ruhu-sync1-dbus.h"

struct _RuhuAgentDbus
{
  GObject parent_instance;
  /* Owned. */
  RuhuAgent *agent;
  RuhuSync1 *skeleton;
};

G_DEFINE_FINAL_TYPE (RuhuAgentDbus, ruhu_agent_dbus, G_TYPE_OBJECT)

static void
status_changed_cb (RuhuAgentDbus *self)
{
  g_autoptr (RuhuAgentStatus) status = ruhu_agent_dup_status (self->agent);

  ruhu_sync1_set_state (self->skeleton, ruhu_agent_state_get_name (status->state));
  ruhu_sync1_set_pending (self->skeleton, status->pending);
  ruhu_sync1_set_photos_waiting (self->skeleton, status->photos_waiting);
  ruhu_sync1_set_photos_wanted (self->skeleton, status->photos_wanted);
  ruhu_sync1_set_progress (self->skeleton, status->progress);
  ruhu_sync1_set_last_success (self->skeleton, status->last_success);
  ruhu_sync1_set_last_error (self->skeleton, status->error);
  ruhu_sync1_set_last_error_name (self->skeleton, status->error_name);
  ruhu_sync1_set_refused (self->skeleton, status->refused);
  ruhu_sync1_set_token_store (self->skeleton, status->token_store);
  ruhu_sync1_set_next_attempt (self->skeleton, status->next_attempt);
  ruhu_sync1_set_township (self->skeleton, status->township);
  g_dbus_interface_skeleton_flush (G_DBUS_INTERFACE_SKELETON (self->skeleton));
}

static void
data_changed_cb (RuhuAgentDbus *self)
{
  ruhu_sync1_emit_data_changed (self->skeleton);
}

static gboolean
sync_now_cb (RuhuAgentDbus *self, GDBusMethodInvocation *invocation)
{
  ruhu_agent_sync_now (self->agent);
  ruhu_sync1_complete_sync_now (self->skeleton, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
nudge_cb (RuhuAgentDbus *self, GDBusMethodInvocation *invocation)
{
  ruhu_agent_nudge (self->agent);
  ruhu_sync1_complete_nudge (self->skeleton, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
enrol_done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GDBusMethodInvocation *invocation = data;
  g_autoptr (GError) error = NULL;

  if (ruhu_agent_enrol_finish (RUHU_AGENT (source), result, &error))
    g_dbus_method_invocation_return_value (invocation, NULL);
  else
    g_dbus_method_invocation_return_gerror (invocation, error);
}

static gboolean
enrol_cb (RuhuAgentDbus *self, GDBusMethodInvocation *invocation, const char *link)
{
  ruhu_agent_enrol_async (self->agent, link, enrol_done_cb, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
carried_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GDBusMethodInvocation *invocation = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = ruhu_agent_carry_finish (RUHU_AGENT (source), result, &error);

  if (value != NULL)
    g_dbus_method_invocation_return_value (invocation, value);
  else
    g_dbus_method_invocation_return_gerror (invocation, error);
}

static gboolean
carry (RuhuAgentDbus *self, GDBusMethodInvocation *invocation, gboolean import, const char *path)
{
  if (g_path_is_absolute (path))
    ruhu_agent_carry_async (self->agent, import, path, carried_cb, invocation);
  else
    g_dbus_method_invocation_return_error_literal (invocation, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS, "the path is not absolute");
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
export_cb (RuhuAgentDbus *self, GDBusMethodInvocation *invocation, const char *path)
{
  return carry (self, invocation, FALSE, path);
}

static gboolean
import_cb (RuhuAgentDbus *self, GDBusMethodInvocation *invocation, const char *path)
{
  return carry (self, invocation, TRUE, path);
}

static void
ruhu_agent_dbus_dispose (GObject *object)
{
  RuhuAgentDbus *self = RUHU_AGENT_DBUS (object);

  g_clear_object (&self->agent);
  g_clear_object (&self->skeleton);
  G_OBJECT_CLASS (ruhu_agent_dbus_parent_class)->dispose (object);
}

static void
ruhu_agent_dbus_class_init (RuhuAgentDbusClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ruhu_agent_dbus_dispose;
}

static void
ruhu_agent_dbus_init (RuhuAgentDbus *self)
{
  self->skeleton = ruhu_sync1_skeleton_new ();
  g_signal_connect_swapped (self->skeleton, "handle-sync-now", G_CALLBACK (sync_now_cb), self);
  g_signal_connect_swapped (self->skeleton, "handle-nudge", G_CALLBACK (nudge_cb), self);
  g_signal_connect_swapped (self->skeleton, "handle-enrol", G_CALLBACK (enrol_cb), self);
  g_signal_connect_swapped (self->skeleton, "handle-export-bundle", G_CALLBACK (export_cb), self);
  g_signal_connect_swapped (self->skeleton, "handle-import-bundle", G_CALLBACK (import_cb), self);
}

RuhuAgentDbus *
ruhu_agent_dbus_new (RuhuAgent *agent)
{
  RuhuAgentDbus *self = g_object_new (RUHU_TYPE_AGENT_DBUS, NULL);

  self->agent = g_object_ref (agent);
  g_signal_connect_object (agent, "status-changed", G_CALLBACK (status_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (agent, "data-changed", G_CALLBACK (data_changed_cb), self, G_CONNECT_SWAPPED);
  status_changed_cb (self);
  return self;
}

gboolean
ruhu_agent_dbus_export (RuhuAgentDbus *self, GDBusConnection *connection, GError **error)
{
  g_return_val_if_fail (RUHU_IS_AGENT_DBUS (self), FALSE);

  /* The names of errors must be known before the first one is sent. */
  (void) RUHU_ERROR;
  return g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (self->skeleton), connection, RUHU_BUS_OBJECT, error);
}

void
ruhu_agent_dbus_unexport (RuhuAgentDbus *self)
{
  GDBusInterfaceSkeleton *skeleton = G_DBUS_INTERFACE_SKELETON (self->skeleton);
  GDBusConnection *connection = g_dbus_interface_skeleton_get_connection (skeleton);

  if (connection == NULL)
    return;
  g_dbus_connection_flush_sync (connection, NULL, NULL);
  g_dbus_interface_skeleton_unexport (skeleton);
}
