/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-wire"

#include "config.h"

#include "ruhu-page-line.h"

#include "ruhu-change-text.h"
#include "ruhu-cleanups.h"

#include <string.h>

/* Digits that are certain to fit. */
#define MAX_DIGITS 18

/* Behind the string that starts at @p; @end if it does not close. */
static const char *
skip_string (const char *p, const char *end)
{
  for (p++; p < end; p++)
    {
      if (*p == '\\')
        p++;
      else if (*p == '"')
        return p + 1;
    }
  return end;
}

/* Behind the value that starts at @p, in text that is known to be JSON. */
static const char *
skip_value (const char *p, const char *end)
{
  int depth = 0;

  while (p < end)
    {
      if (*p == '"')
        {
          p = skip_string (p, end);
          if (depth == 0)
            return p;
          continue;
        }
      if (*p == '{' || *p == '[')
        depth++;
      else if (*p == '}' || *p == ']' || *p == ',')
        {
          if (depth == 0)
            return p;
          if (*p != ',' && --depth == 0)
            return p + 1;
        }
      p++;
    }
  return end;
}

static const char *
skip_to (const char *p, const char *end, char what)
{
  while (p < end && *p != what)
    p++;
  return p;
}

gboolean
ruhu_line_slice_member (const char *line, gsize length, const char *name, const char **value, gsize *value_length)
{
  const char *end = line + length;
  const char *p = skip_to (line, end, '{');
  gsize name_length = strlen (name);
  guint found = 0;

  while (p < end && *p != '}')
    {
      const char *key = skip_to (p, end, '"');
      const char *behind, *start;

      if (key >= end)
        break;
      behind = skip_string (key, end);
      start = skip_to (behind, end, ':') + 1;
      while (start < end && g_ascii_isspace (*start))
        start++;
      if (start >= end)
        break;
      p = skip_value (start, end);
      if ((gsize) (behind - key) == name_length + 2 && memcmp (key + 1, name, name_length) == 0)
        {
          *value = start;
          *value_length = p - start;
          found++;
        }
      while (p < end && g_ascii_isspace (*p))
        p++;
      if (p < end && *p == ',')
        p++;
    }
  return found == 1;
}

gboolean
ruhu_line_is_heads (json_object *heads)
{
  if (!json_object_is_type (heads, json_type_object))
    return FALSE;
  json_object_object_foreach (heads, type, records)
  {
    if (*type == '\0' || !json_object_is_type (records, json_type_object))
      return FALSE;
    json_object_object_foreach (records, record, names)
    {
      if (*record == '\0' || !json_object_is_type (names, json_type_array))
        return FALSE;
      for (gsize i = 0; i < json_object_array_length (names); i++)
        {
          if (!json_object_is_type (json_object_array_get_idx (names, i), json_type_string))
            return FALSE;
        }
    }
  }
  return TRUE;
}

/* Behind @text, if that stands at @at. */
static gboolean
skip_text (const char **at, const char *end, const char *text)
{
  gsize length = strlen (text);

  if ((gsize) (end - *at) < length || memcmp (*at, text, length) != 0)
    return FALSE;
  *at += length;
  return TRUE;
}

/* A whole number as townships write it. */
static gboolean
take_number (const char **at, const char *end, gint64 *number)
{
  const char *start = *at;

  for (*number = 0; *at < end && g_ascii_isdigit (**at) && *at - start < MAX_DIGITS; (*at)++)
    *number = *number * 10 + (**at - '0');
  return *at > start && (*start != '0' || *at == start + 1);
}

gboolean
ruhu_line_take_plain (const char *line, gsize length, gint64 least, gint64 *position, json_object **heads, const char **change, gsize *change_length)
{
  const char *at = line, *end = line + length;
  g_autoptr (RuhuJson) found = NULL;

  if (length > RUHU_LINE_MAX || !skip_text (&at, end, "{\"position\":") || !take_number (&at, end, position) || *position < least || !ruhu_change_is_text (line, length))
    return FALSE;
  if (skip_text (&at, end, ",\"heads\":") && (!ruhu_change_take_plain (&at, end, &found) || !ruhu_line_is_heads (found)))
    return FALSE;
  if (!skip_text (&at, end, ",\"change\":"))
    return FALSE;
  *change = at;
  if (!ruhu_change_take_plain (&at, end, NULL))
    return FALSE;
  *change_length = (gsize) (at - *change);
  if (*change_length > RUHU_CHANGE_MAX || !skip_text (&at, end, "}") || at != end)
    return FALSE;
  *heads = g_steal_pointer (&found);
  return TRUE;
}
