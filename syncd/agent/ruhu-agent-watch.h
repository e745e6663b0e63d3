/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuAgentWatch: what the daemon notices by itself, in the main thread: the network's comings, and what other programs store in the data directory. */
#pragma once

#include "ruhu-agent.h"

G_BEGIN_DECLS

typedef struct _RuhuAgentWatch RuhuAgentWatch;

/* Keeps a reference to @agent. A directory that cannot be watched costs no more than that saves are noticed by Nudge alone. Transfer full. */
RuhuAgentWatch *ruhu_agent_watch_new (RuhuAgent *agent, const char *directory);
void ruhu_agent_watch_free (RuhuAgentWatch *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuAgentWatch, ruhu_agent_watch_free)

G_END_DECLS
