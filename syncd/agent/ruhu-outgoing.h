/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuOutgoing: a batch of the outbox made ready to be sent, so that the next one is while the township takes the one before. */
#pragma once

#include "ruhu-replica.h"
#include "ruhu-store.h"

G_BEGIN_DECLS

typedef struct
{
  gint64 last;    /* seq of its last change */
  guint n;        /* changes: numbers may be missing */
  gsize size;     /* of the lines, in bytes */
  GBytes *packed; /* the lines, compressed; owned */
  /* What it was made for. */
  gint64 after;
  gsize max_size;
  gint64 correction; /* of the clock */
} RuhuOutgoing;

/* Changes behind @after, @max_size bytes of them at the most. Marks nothing. NULL without an error when nothing waits. Transfer full. */
RuhuOutgoing *ruhu_outgoing_new (RuhuStore *store, RuhuReplica *replica, gint64 after, gsize max_size, GError **error);
void ruhu_outgoing_free (RuhuOutgoing *self);

/* Whether it may be sent for what ruhu_outgoing_new() would make now: that, or fewer changes. @self may be NULL: it may not. */
gboolean ruhu_outgoing_is_for (const RuhuOutgoing *self, RuhuStore *store, gint64 after, gsize max_size);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuOutgoing, ruhu_outgoing_free)

G_END_DECLS
