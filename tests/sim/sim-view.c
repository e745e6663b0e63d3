/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which writes somebody was shown. */
#include "config.h"

#include "sim-oracle.h"

#include <string.h>

SimView *
sim_view_new (void)
{
  SimView *self = g_new0 (SimView, 1);

  self->n_refs = 1;
  self->pairs = g_array_new (FALSE, FALSE, sizeof (guint64));
  return self;
}

SimView *
sim_view_ref (SimView *self)
{
  self->n_refs++;
  return self;
}

void
sim_view_unref (SimView *self)
{
  if (self == NULL || --self->n_refs > 0)
    return;
  g_array_unref (self->pairs);
  g_free (self);
}

/* The first index whose pair is not below @pair. */
static guint
view_lower_bound (SimView *self, guint64 pair)
{
  guint low = 0, high = self->pairs->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (g_array_index (self->pairs, guint64, middle) < pair)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

void
sim_view_add (SimView *self, guint key, guint change)
{
  guint64 pair = (guint64) key << 32 | change;
  guint i;

  if (self->pairs->len == 0 || g_array_index (self->pairs, guint64, self->pairs->len - 1) < pair)
    {
      g_array_append_val (self->pairs, pair);
      return;
    }
  i = view_lower_bound (self, pair);
  if (g_array_index (self->pairs, guint64, i) == pair)
    return;
  g_array_insert_val (self->pairs, i, pair);
}

gboolean
sim_view_has (SimView *self, guint key, guint change)
{
  guint64 pair = (guint64) key << 32 | change;
  guint i = view_lower_bound (self, pair);

  return i < self->pairs->len && g_array_index (self->pairs, guint64, i) == pair;
}

gboolean
sim_view_is_same (SimView *self, SimView *other)
{
  return self->pairs->len == other->pairs->len && (self->pairs->len == 0 || memcmp (self->pairs->data, other->pairs->data, self->pairs->len * sizeof (guint64)) == 0);
}

static gboolean
key_is_of (SimOracle *oracle, guint key, const char *scope)
{
  return scope == NULL || g_str_equal (scope, "*") || g_str_equal (sim_oracle_record_of (oracle, key)->scope, scope);
}

SimView *
sim_view_snapshot (SimView *self, SimOracle *oracle, const char *scope)
{
  SimView *copy = sim_view_new ();

  for (guint i = 0; i < self->pairs->len; i++)
    {
      guint64 pair = g_array_index (self->pairs, guint64, i);

      if (key_is_of (oracle, (guint) (pair >> 32), scope))
        g_array_append_val (copy->pairs, pair);
    }
  return copy;
}

void
sim_view_forget (SimView *self, SimOracle *oracle, const char *scope)
{
  guint kept = 0;

  for (guint i = 0; i < self->pairs->len; i++)
    {
      guint64 pair = g_array_index (self->pairs, guint64, i);

      if (!key_is_of (oracle, (guint) (pair >> 32), scope))
        g_array_index (self->pairs, guint64, kept++) = pair;
    }
  g_array_set_size (self->pairs, kept);
}
