/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuWatch: what the daemon notices by itself, in the main thread: the network's comings, and what other programs store in the data directory. */
#pragma once

#include "ruhu-agent.h"

G_BEGIN_DECLS

typedef struct _RuhuWatch RuhuWatch;

/* Keeps a reference to @agent. A directory that cannot be watched costs no more than that saves are noticed by Nudge alone. Transfer full. */
RuhuWatch *ruhu_watch_new (RuhuAgent *agent, const char *directory);
void ruhu_watch_free (RuhuWatch *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuWatch, ruhu_watch_free)

G_END_DECLS
