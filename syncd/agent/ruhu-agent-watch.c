/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-syncd"

#include "config.h"

#include "ruhu-agent-watch.h"

/* A network tells of one change several times over, and a save is several writes; in ms. */
#define NETWORK_SETTLES 1500
#define SAVE_SETTLES    200

struct _RuhuAgentWatch
{
  RuhuAgent *agent;
  GNetworkMonitor *network;
  GFileMonitor *monitor;
  guint network_source;
  guint save_source;
};

static gboolean
network_settled_cb (gpointer data)
{
  RuhuAgentWatch *self = data;

  self->network_source = 0;
  ruhu_agent_network_changed (self->agent);
  return G_SOURCE_REMOVE;
}

static void
network_changed_cb (RuhuAgentWatch *self)
{
  g_clear_handle_id (&self->network_source, g_source_remove);
  self->network_source = g_timeout_add (NETWORK_SETTLES, network_settled_cb, self);
}

static gboolean
save_settled_cb (gpointer data)
{
  RuhuAgentWatch *self = data;

  self->save_source = 0;
  ruhu_agent_nudge (self->agent);
  return G_SOURCE_REMOVE;
}

static void
file_changed_cb (RuhuAgentWatch *self, GFile *file)
{
  g_autofree char *name = g_file_get_basename (file);

  if (!g_str_has_prefix (name, "ruhu.db") || self->save_source != 0)
    return;
  self->save_source = g_timeout_add (SAVE_SETTLES, save_settled_cb, self);
}

RuhuAgentWatch *
ruhu_agent_watch_new (RuhuAgent *agent, const char *directory)
{
  RuhuAgentWatch *self = g_new0 (RuhuAgentWatch, 1);
  g_autoptr (GFile) folder = g_file_new_for_path (directory);
  g_autoptr (GError) local = NULL;

  self->agent = g_object_ref (agent);
  self->network = g_object_ref (g_network_monitor_get_default ());
  g_signal_connect_swapped (self->network, "network-changed", G_CALLBACK (network_changed_cb), self);
  g_signal_connect_swapped (self->network, "notify::connectivity", G_CALLBACK (network_changed_cb), self);
  g_signal_connect_swapped (self->network, "notify::network-available", G_CALLBACK (network_changed_cb), self);
  self->monitor = g_file_monitor_directory (folder, G_FILE_MONITOR_NONE, NULL, &local);
  if (self->monitor != NULL)
    g_signal_connect_swapped (self->monitor, "changed", G_CALLBACK (file_changed_cb), self);
  else
    g_warning ("The data directory cannot be watched (%s %d)", g_quark_to_string (local->domain), local->code);
  return self;
}

void
ruhu_agent_watch_free (RuhuAgentWatch *self)
{
  if (self == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->network, self);
  if (self->monitor != NULL)
    g_signal_handlers_disconnect_by_data (self->monitor, self);
  g_clear_handle_id (&self->network_source, g_source_remove);
  g_clear_handle_id (&self->save_source, g_source_remove);
  g_clear_object (&self->monitor);
  g_clear_object (&self->network);
  g_clear_object (&self->agent);
  g_free (self);
}
