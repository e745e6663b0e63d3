/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The mixing function is the finaliser of SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014), used as a counter-based generator: the n-th value is
 * the mix of key + n·γ, whatever was drawn before. */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-generate-random.h"

#include <string.h>

#define GAMMA G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)

static guint64
mix (guint64 z)
{
  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return z ^ (z >> 31);
}

RuhuStream
ruhu_stream (guint64 seed, guint village, RuhuPurpose purpose)
{
  guint64 key = mix (seed + GAMMA);
  key = mix (key ^ ((guint64) village << 32 | (guint64) purpose));
  return (RuhuStream){ .key = key, .counter = 0 };
}

guint64
ruhu_stream_next (RuhuStream *self)
{
  self->counter++;
  return mix (self->key + self->counter * GAMMA);
}

guint
ruhu_stream_below (RuhuStream *self, guint n)
{
  g_assert (n > 0);
  /* The bias of taking the high half of a 96-bit product is below n / 2³². */
  return (guint) (((ruhu_stream_next (self) >> 32) * n) >> 32);
}

int
ruhu_stream_between (RuhuStream *self, int low, int high)
{
  g_assert (low <= high);
  return low + (int) ruhu_stream_below (self, (guint) (high - low + 1));
}

gboolean
ruhu_stream_chance (RuhuStream *self, guint percent)
{
  return ruhu_stream_below (self, 100) < percent;
}

void
ruhu_stream_shuffle (RuhuStream *self, GPtrArray *array)
{
  for (guint i = array->len; i > 1; i--)
    {
      guint j = ruhu_stream_below (self, i);
      gpointer moved = array->pdata[i - 1];
      array->pdata[i - 1] = array->pdata[j];
      array->pdata[j] = moved;
    }
}

char *
ruhu_stream_make_id (guint64 seed, const char *kind, guint number)
{
  /* The name space of made-up townships: a UUID of its own, fixed for ever. */
  static const guint8 name_space[16] = { 0x5c, 0x1e, 0x9f, 0x0a, 0x7b, 0x42, 0x4d, 0x3e, 0x8a, 0x61, 0x2f, 0xd5, 0x90, 0xc7, 0x18, 0x63 };
  g_autofree char *name = g_strdup_printf ("%" G_GUINT64_FORMAT "/%s/%u", seed, kind, number);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA1);
  guint8 digest[20];
  gsize length = sizeof digest;
  g_checksum_update (checksum, name_space, sizeof name_space);
  g_checksum_update (checksum, (const guchar *) name, (gssize) strlen (name));
  g_checksum_get_digest (checksum, digest, &length);
  digest[6] = (digest[6] & 0x0f) | 0x50;
  digest[8] = (digest[8] & 0x3f) | 0x80;
  GString *id = g_string_sized_new (36);
  for (guint i = 0; i < 16; i++)
    g_string_append_printf (id, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", digest[i]);
  return g_string_free (id, FALSE);
}
