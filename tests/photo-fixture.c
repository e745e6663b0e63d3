/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "photo-fixture.h"

#include <string.h>

static void
add_segment (GByteArray *out, guint8 marker, const void *content, gsize length)
{
  guint8 head[4] = { 0xff, marker, (guint8) ((length + 2) >> 8), (guint8) (length + 2) };

  g_byte_array_append (out, head, sizeof head);
  g_byte_array_append (out, content, (guint) length);
}

GBytes *
photo_new (guint seed, gsize size)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  guint8 tables[65] = { 0 }, codes[18] = { 0 };
  guint32 state = seed * 2654435761u + 1;

  for (guint i = 1; i < sizeof tables; i++)
    tables[i] = 1;
  codes[1] = 1;
  g_byte_array_append (out, (const guint8 *) "\xff\xd8", 2);
  add_segment (out, 0xe0, "JFIF\0\1\1\0\0\1\0\1\0\0", 14);
  add_segment (out, 0xdb, tables, sizeof tables);
  add_segment (out, 0xc0, "\x08\0\x40\0\x40\1\1\x11\0", 9);
  add_segment (out, 0xc4, codes, sizeof codes);
  add_segment (out, 0xda, "\1\1\0\0\x3f\0", 6);
  while (out->len < size - 2)
    {
      guint8 byte;

      state = state * 1664525u + 1013904223u;
      byte = (guint8) (state >> 24) & 0x7f;
      g_byte_array_append (out, &byte, 1);
    }
  g_byte_array_append (out, (const guint8 *) "\xff\xd9", 2);
  g_assert_cmpuint (out->len, ==, size);
  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}

char *
photo_hash (GBytes *photo)
{
  return g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, photo);
}

GBytes *
photo_with_segment (GBytes *photo, guint8 marker, const char *content, gsize length)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (photo, &size);
  GByteArray *out = g_byte_array_new ();

  g_byte_array_append (out, data, 20);
  add_segment (out, marker, content, length);
  g_byte_array_append (out, data + 20, (guint) size - 20);
  return g_byte_array_free_to_bytes (out);
}
