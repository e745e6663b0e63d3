/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-schema"

#include "config.h"

#include "ruhu-money.h"

static guint64
magnitude (gint64 fen)
{
  return fen < 0 ? -(guint64) fen : (guint64) fen;
}

char *
ruhu_money_format (gint64 fen)
{
  g_autofree char *plain = g_strdup_printf ("%" G_GUINT64_FORMAT, magnitude (fen) / 100);
  GString *text = g_string_new (plain);

  for (gssize at = (gssize) text->len - 3; at > 0; at -= 3)
    g_string_insert_c (text, at, ',');
  if (fen < 0)
    g_string_prepend_c (text, '-');
  g_string_append_printf (text, ".%02u", (guint) (magnitude (fen) % 100));
  return g_string_free (text, FALSE);
}

char *
ruhu_money_to_entry (gint64 fen)
{
  return g_strdup_printf ("%s%" G_GUINT64_FORMAT ".%02u", fen < 0 ? "-" : "", magnitude (fen) / 100, (guint) (magnitude (fen) % 100));
}
