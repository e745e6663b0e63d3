/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuAgent: the laptop's synchronisation as the main thread sees it. A thread of its own does the work (ruhu-agent-thread.c): it decides when, by what it is
 * told here, by back-off and by the township's news; a RuhuCourier does it.
 *
 * Signals, in the main thread: "status-changed" when ruhu_agent_dup_status() has something new, "data-changed" when a pull changed what is stored. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  RUHU_AGENT_UNENROLLED,
  RUHU_AGENT_ENROLLING,
  RUHU_AGENT_IDLE,
  RUHU_AGENT_CONNECTING,
  RUHU_AGENT_PUSHING,
  RUHU_AGENT_PULLING,
  RUHU_AGENT_BACKFILLING,
  RUHU_AGENT_OFFLINE,
  RUHU_AGENT_FAILED,
  RUHU_AGENT_REVOKED,
} RuhuAgentState;

/* As org.ruhu.Sync1 names it. */
const char *ruhu_agent_state_get_name (RuhuAgentState state);

/* What org.ruhu.Sync1 publishes; its units are described there. */
typedef struct
{
  RuhuAgentState state;
  guint pending;
  guint refused;
  guint photos_waiting;
  guint photos_wanted;
  double progress;
  gint64 last_success;
  gint64 next_attempt;
  char *error;             /* "" */
  char *error_name;        /* "" */
  char *township;          /* "" */
  const char *token_store; /* static */
} RuhuAgentStatus;

RuhuAgentStatus *ruhu_agent_status_copy (const RuhuAgentStatus *self);
void ruhu_agent_status_free (RuhuAgentStatus *self);

#define RUHU_TYPE_AGENT (ruhu_agent_get_type ())
G_DECLARE_FINAL_TYPE (RuhuAgent, ruhu_agent, RUHU, AGENT, GObject)

/* @directory: the data directory, which must be this process's alone to synchronise. Transfer full. */
RuhuAgent *ruhu_agent_new (const char *directory);

/* Starts, and ends, the thread. Stopping waits for what is being written, not for the network. */
void ruhu_agent_start (RuhuAgent *self);
void ruhu_agent_stop (RuhuAgent *self);

RuhuAgentStatus *ruhu_agent_dup_status (RuhuAgent *self);

/* Synchronise now, whatever the back-off says. */
void ruhu_agent_sync_now (RuhuAgent *self);
/* The network came, went or changed: the same, over a new connection. */
void ruhu_agent_network_changed (RuhuAgent *self);
/* Something was saved here: it is sent at once unless a back-off is under way. */
void ruhu_agent_nudge (RuhuAgent *self);

/* Done when the token is safe. Errors: those of ruhu_courier_enrol(). */
void ruhu_agent_enrol_async (RuhuAgent *self, const char *link, GAsyncReadyCallback callback, gpointer data);
gboolean ruhu_agent_enrol_finish (RuhuAgent *self, GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Writes a bundle for the township to @path, or takes in its answer from there (ruhu-carry.h), between two exchanges over the network.
 * What came of it: "(xx)" changes and left; "(xxxs)" received, refused, waiting and why. Transfer full. */
void ruhu_agent_carry_async (RuhuAgent *self, gboolean import, const char *path, GAsyncReadyCallback callback, gpointer data);
GVariant *ruhu_agent_carry_finish (RuhuAgent *self, GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* As ruhu_http_set_patience(); before ruhu_agent_start(). */
void ruhu_agent_set_patience (RuhuAgent *self, guint still, guint connect);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuAgentStatus, ruhu_agent_status_free)

G_END_DECLS
