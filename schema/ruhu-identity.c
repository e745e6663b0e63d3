/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-schema"

#include "config.h"

#include "ruhu-identity.h"

#include "ruhu-schema-resources.h"

#include <gio/gio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_LENGTH 18
#define REGIONS       "/org/ruhu/regions.txt"

static gboolean
are_digits (const char *text, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (!g_ascii_isdigit (text[i]))
      return FALSE;
  return TRUE;
}

gboolean
ruhu_identity_has_check_digit (const char *number)
{
  static const guint weights[] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
  guint sum = 0;

  if (number == NULL || strlen (number) < NUMBER_LENGTH || !are_digits (number, NUMBER_LENGTH - 1))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (weights); i++)
    sum += (guint) (number[i] - '0') * weights[i];
  return "10X98765432"[sum % 11] == g_ascii_toupper (number[NUMBER_LENGTH - 1]);
}

char *
ruhu_identity_dup_birth (const char *number)
{
  if (number == NULL || strlen (number) < 14 || !are_digits (number + 6, 8))
    return NULL;
  g_autofree char *text = g_strndup (number + 6, 8);
  int digits = atoi (text);
  if (digits < 19000101 || !g_date_valid_dmy ((GDateDay) (digits % 100), (GDateMonth) (digits / 100 % 100), (GDateYear) (digits / 10000)))
    return NULL;
  return g_strdup_printf ("%.4s-%.2s-%.2s", number + 6, number + 10, number + 12);
}

const char *
ruhu_identity_get_sex (const char *number)
{
  if (number == NULL || strlen (number) < NUMBER_LENGTH || !g_ascii_isdigit (number[16]))
    return NULL;
  return (number[16] - '0') % 2 == 1 ? "1" : "2";
}

/* A set of codes as numbers, read once. */
static GHashTable *
load_regions (void)
{
  GHashTable *codes = g_hash_table_new (NULL, NULL);
  g_autoptr (GBytes) bytes = g_resource_lookup_data (ruhu_schema_get_resource (), REGIONS, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

  g_assert (bytes != NULL);
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);
  g_autofree char *text = g_strndup (data, size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) words = g_strsplit (lines[i], " ", -1);
      if (words[0] == NULL || !g_ascii_isdigit (words[0][0]))
        continue;
      for (guint j = 1; words[j] != NULL; j++)
        g_hash_table_add (codes, GINT_TO_POINTER (atoi (words[0]) * 100 + atoi (words[j])));
    }
  return codes;
}

gboolean
ruhu_region_is_known (const char *number)
{
  static gsize once = 0;

  if (number == NULL || strlen (number) < 6 || !are_digits (number, 6))
    return FALSE;
  if (g_once_init_enter (&once))
    g_once_init_leave (&once, (gsize) load_regions ());
  g_autofree char *code = g_strndup (number, 6);
  return g_hash_table_contains ((GHashTable *) once, GINT_TO_POINTER (atoi (code)));
}

/* 20180630; 0 if it is no date. */
static int
read_day (const char *day)
{
  if (day == NULL || strlen (day) != 10 || day[4] != '-' || day[7] != '-' || !are_digits (day, 4) || !are_digits (day + 5, 2) || !are_digits (day + 8, 2))
    return 0;
  return atoi (day) * 10000 + atoi (day + 5) * 100 + atoi (day + 8);
}

int
ruhu_age_at (const char *birth, const char *day)
{
  int from = read_day (birth), to = read_day (day);

  return from == 0 || to == 0 || to < from ? -1 : (to - from) / 10000;
}

int
ruhu_school_age_at (const char *birth, const char *day)
{
  int to = read_day (day);

  if (to == 0)
    return -1;
  g_autofree char *august = g_strdup_printf ("%04d-08-31", to / 10000 - (to % 10000 < 831 ? 1 : 0));
  return ruhu_age_at (birth, august);
}

/* Of @n digits that stand alone at @run, the last perhaps an X. */
static gboolean
is_number (const char *run, gsize n)
{
  if (n == 11)
    return run[0] == '1' && strchr ("03456789", run[1]) != NULL;
  return n == NUMBER_LENGTH && (g_str_has_prefix (run + 6, "19") || g_str_has_prefix (run + 6, "20"));
}

gboolean
ruhu_text_has_number (const char *text)
{
  g_autofree char *wide = text != NULL ? g_utf8_normalize (text, -1, G_NORMALIZE_ALL_COMPOSE) : NULL;

  for (const char *c = wide; c != NULL && *c != '\0';)
    {
      gsize n = 0;
      while (g_ascii_isdigit (c[n]))
        n++;
      if (n == NUMBER_LENGTH - 1 && g_ascii_toupper (c[n]) == 'X')
        n++;
      if (is_number (c, n))
        return TRUE;
      c += MAX (n, 1);
    }
  return FALSE;
}
