/* SPDX-License-Identifier: GPL-3.0-or-later */
/* org.ruhu.Sync1 over a RuhuAgent: its properties follow the status, its methods are wishes. Errors are org.ruhu.Error.*, their messages without advice (ruhu_error_explain() adds it). */
#pragma once

#include "ruhu-agent.h"

G_BEGIN_DECLS

#define RUHU_BUS_NAME   "org.ruhu.Sync1"
#define RUHU_BUS_OBJECT "/org/ruhu/Sync1"

#define RUHU_TYPE_AGENT_DBUS (ruhu_agent_dbus_get_type ())
G_DECLARE_FINAL_TYPE (RuhuAgentDbus, ruhu_agent_dbus, RUHU, AGENT_DBUS, GObject)

/* Keeps a reference to @agent. Exports nothing yet. Transfer full. */
RuhuAgentDbus *ruhu_agent_dbus_new (RuhuAgent *agent);

/* Before the name is owned, so that whoever was waiting for it finds the object. */
gboolean ruhu_agent_dbus_export (RuhuAgentDbus *self, GDBusConnection *connection, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Sends what is still on its way, and leaves the bus. */
void ruhu_agent_dbus_unexport (RuhuAgentDbus *self);

G_END_DECLS
