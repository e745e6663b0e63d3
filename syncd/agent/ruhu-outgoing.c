/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-syncd"

#include "config.h"

#include "ruhu-outgoing.h"

#include "ruhu-wire.h"

RuhuOutgoing *
ruhu_outgoing_new (RuhuStore *store, RuhuReplica *replica, gint64 after, gsize max_size, GError **error)
{
  g_autoptr (RuhuOutgoing) self = g_new0 (RuhuOutgoing, 1);
  g_autoptr (GString) lines = g_string_sized_new (max_size);
  g_autoptr (GBytes) plain = NULL;

  self->after = after;
  self->max_size = max_size;
  self->correction = ruhu_clock_get_correction (ruhu_store_get_clock (store));
  if (!ruhu_replica_peek_outbox (replica, after, RUHU_WIRE_MAX_BATCH, max_size, lines, &self->last, error) || self->last == 0)
    return NULL;
  self->size = lines->len;
  for (gsize i = 0; i < lines->len; i++)
    self->n += lines->str[i] == '\n';
  plain = g_string_free_to_bytes (g_steal_pointer (&lines));
  self->packed = ruhu_wire_compress (RUHU_ENCODING_ZSTD, plain, error);
  return self->packed != NULL ? g_steal_pointer (&self) : NULL;
}

void
ruhu_outgoing_free (RuhuOutgoing *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->packed, g_bytes_unref);
  g_free (self);
}

gboolean
ruhu_outgoing_is_for (const RuhuOutgoing *self, RuhuStore *store, gint64 after, gsize max_size)
{
  return self != NULL && self->after == after && self->max_size <= max_size && self->correction == ruhu_clock_get_correction (ruhu_store_get_clock (store));
}
