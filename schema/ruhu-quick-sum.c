/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-store"

#include "config.h"

#include "ruhu-quick-sum.h"

#include <string.h>

/* FNV-1a (Fowler, Noll, Vo) over words instead of bytes: each step can be undone, so no two texts that differ in one word have the same sum. */
gint64
ruhu_quick_sum (const char *text, gsize length)
{
  const guint64 prime = G_GUINT64_CONSTANT (1099511628211);
  guint64 sum = G_GUINT64_CONSTANT (14695981039346656037) ^ length;
  guint64 word;

  for (; length >= sizeof word; text += sizeof word, length -= sizeof word)
    {
      memcpy (&word, text, sizeof word);
      sum = (sum ^ GUINT64_FROM_LE (word)) * prime;
    }
  word = 0;
  memcpy (&word, text, length);
  sum = (sum ^ GUINT64_FROM_LE (word)) * prime;
  return (gint64) (sum ^ sum >> 32);
}
