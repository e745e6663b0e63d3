/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-rate.h"

#include <gio/gio.h>

/* Addresses remembered at once. When there are more, all that are not refused now are forgotten: who comes from thousands of addresses is not held up by a table. */
#define MAX_PEERS 4096

/* Failures in a window that starts with the first of them. */
typedef struct
{
  gint64 since; /* ms */
  guint failures;
} Window;

struct _RuhuRate
{
  GMutex mutex;
  GHashTable *peers; /* char * → Window */
  guint failures;
  gint64 length; /* ms */
};

RuhuRate *
ruhu_rate_new (guint failures, guint seconds)
{
  RuhuRate *self = g_new0 (RuhuRate, 1);

  g_mutex_init (&self->mutex);
  self->peers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->failures = failures;
  self->length = (gint64) seconds * 1000;
  return self;
}

void
ruhu_rate_free (RuhuRate *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->peers);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

/* A house or a company usually has a whole /64, and could walk through it. */
static char *
dup_key (const char *peer)
{
  g_autoptr (GInetAddress) address = peer != NULL ? g_inet_address_new_from_string (peer) : NULL;
  const guint8 *bytes;

  if (address == NULL || g_inet_address_get_family (address) != G_SOCKET_FAMILY_IPV6)
    return g_strdup (peer != NULL ? peer : "");
  bytes = g_inet_address_to_bytes (address);
  return g_strdup_printf ("%02x%02x:%02x%02x:%02x%02x:%02x%02x", bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7]);
}

guint
ruhu_rate_get_wait (RuhuRate *self, const char *peer, gint64 now)
{
  g_autofree char *key = dup_key (peer);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Window *window = g_hash_table_lookup (self->peers, key);

  if (window == NULL || window->failures < self->failures || now - window->since >= self->length)
    return 0;
  return (guint) ((self->length - (now - window->since) + 999) / 1000);
}

static gboolean
is_harmless (gpointer key, gpointer value, gpointer data)
{
  RuhuRate *self = data;
  Window *window = value;

  return window->failures < self->failures;
}

void
ruhu_rate_add_failure (RuhuRate *self, const char *peer, gint64 now)
{
  g_autofree char *key = dup_key (peer);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Window *window = g_hash_table_lookup (self->peers, key);

  if (window == NULL)
    {
      if (g_hash_table_size (self->peers) >= MAX_PEERS)
        g_hash_table_foreach_remove (self->peers, is_harmless, self);
      if (g_hash_table_size (self->peers) >= MAX_PEERS)
        g_hash_table_remove_all (self->peers);
      window = g_new0 (Window, 1);
      window->since = now;
      g_hash_table_insert (self->peers, g_steal_pointer (&key), window);
    }
  if (now - window->since >= self->length)
    {
      window->since = now;
      window->failures = 0;
    }
  window->failures++;
}
