/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuRate: how often somebody at an address failed lately. Bounded, forgetful, usable from any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _RuhuRate RuhuRate;

/* At most @failures per @seconds and address. Transfer full. */
RuhuRate *ruhu_rate_new (guint failures, guint seconds);
void ruhu_rate_free (RuhuRate *self);

/* 0: go on. Else the seconds to wait. @now: any clock in ms that does not jump back. Of an IPv6 address the first 64 bits count. */
guint ruhu_rate_get_wait (RuhuRate *self, const char *peer, gint64 now);
void ruhu_rate_add_failure (RuhuRate *self, const char *peer, gint64 now);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuRate, ruhu_rate_free)

G_END_DECLS
