/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A change is read once at the township and written once on a laptop, and both are felt. The reader knows only the form that laptops write, one call a value and no state between; whatever
 * else may be JSON is left to json-c, and so is every refusal. fuzz-change holds the two against each other. */
#define G_LOG_DOMAIN "ruhu-change"

#include "config.h"

#include "ruhu-change-text.h"

#include "ruhu-change.h"

#include <string.h>

/* Of objects and arrays in each other: fewer than json-c is allowed (RUHU_CHANGE_MAX_DEPTH). */
#define MAX_DEPTH 5
#define MAX_NAME  127
/* Digits that are certain to fit: of a whole number, and of one with decimals. */
#define MAX_DIGITS 18
#define MAX_NUMBER 64
/* Of MAX_DIGITS. */
#define MAX_WHOLE G_GINT64_CONSTANT (999999999999999999)

typedef struct
{
  const char *at;
  const char *end;
  guint values;
  gboolean skips; /* makes nothing of what it reads */
} Reader;

static gboolean read_value (Reader *self, guint depth, json_object **value);

static gboolean
skip (Reader *self, char expected)
{
  if (self->at == self->end || *self->at != expected)
    return FALSE;
  self->at++;
  return TRUE;
}

static gboolean
skip_word (Reader *self, const char *word)
{
  gsize length = strlen (word);

  if ((gsize) (self->end - self->at) < length || memcmp (self->at, word, length) != 0)
    return FALSE;
  self->at += length;
  return TRUE;
}

/* A string's bytes as they stand, behind its opening quote. */
static gboolean
read_text (Reader *self, const char **text, gsize *length)
{
  const char *start = self->at;

  for (const char *c = start; c < self->end; c++)
    {
      if (*c == '"')
        {
          *text = start;
          *length = (gsize) (c - start);
          self->at = c + 1;
          return TRUE;
        }
      if (*c == '\\' || (guchar) *c < ' ')
        return FALSE;
    }
  return FALSE;
}

static guint
skip_digits (Reader *self)
{
  const char *start = self->at;

  while (self->at < self->end && g_ascii_isdigit (*self->at))
    self->at++;
  return (guint) MIN (self->at - start, G_MAXINT);
}

static json_object *
make_number (const char *start, gsize length, gboolean whole)
{
  char text[MAX_NUMBER];

  memcpy (text, start, length);
  text[length] = '\0';
  return whole ? json_object_new_int64 (g_ascii_strtoll (text, NULL, 10)) : json_object_new_double_s (g_ascii_strtod (text, NULL), text);
}

static gboolean
read_number (Reader *self, json_object **value)
{
  const char *start = self->at;
  gboolean negative = skip (self, '-'), whole = TRUE;
  const char *first = self->at;
  guint digits = skip_digits (self), decimals = 0;

  if (digits == 0 || digits > MAX_DIGITS || (digits > 1 && *first == '0'))
    return FALSE;
  if (skip (self, '.'))
    {
      whole = FALSE;
      decimals = skip_digits (self);
      if (decimals == 0 || decimals > MAX_DIGITS)
        return FALSE;
    }
  /* -0 has a sign in some readers and none in others. */
  if (negative && *first == '0')
    return FALSE;
  if (self->at < self->end && *self->at != ',' && *self->at != '}' && *self->at != ']')
    return FALSE;
  if (!self->skips)
    *value = make_number (start, (gsize) (self->at - start), whole);
  return TRUE;
}

static gboolean
count (Reader *self)
{
  return ++self->values <= RUHU_CHANGE_MAX_VALUES;
}

static gboolean
read_member (Reader *self, guint depth, json_object *object)
{
  char name[MAX_NAME + 1];
  json_object *value = NULL;
  const char *text;
  gsize length;

  if (!count (self) || !skip (self, '"') || !read_text (self, &text, &length) || length > MAX_NAME || !skip (self, ':') || !read_value (self, depth, &value))
    return FALSE;
  if (self->skips)
    return TRUE;
  memcpy (name, text, length);
  name[length] = '\0';
  json_object_object_add (object, name, value);
  return TRUE;
}

/* Behind the opening brace. Takes @object. */
static gboolean
read_object (Reader *self, guint depth, json_object *object, json_object **value)
{
  gboolean ended = skip (self, '}');

  while (!ended && read_member (self, depth, object))
    {
      ended = skip (self, '}');
      if (!ended && !skip (self, ','))
        break;
    }
  if (ended)
    *value = object;
  else
    json_object_put (object);
  return ended;
}

static gboolean
read_array (Reader *self, guint depth, json_object *array, json_object **value)
{
  gboolean ended = skip (self, ']');
  json_object *element = NULL;

  while (!ended && count (self) && read_value (self, depth, &element))
    {
      if (!self->skips)
        json_object_array_add (array, element);
      ended = skip (self, ']');
      if (!ended && !skip (self, ','))
        break;
    }
  if (ended)
    *value = array;
  else
    json_object_put (array);
  return ended;
}

/* *@value: NULL for null and where nothing is made; untouched when it is not read. */
static gboolean
read_value (Reader *self, guint depth, json_object **value)
{
  const char *text;
  gsize length;

  if (self->at == self->end)
    return FALSE;
  switch (*self->at)
    {
    case '"':
      self->at++;
      if (!read_text (self, &text, &length))
        return FALSE;
      if (!self->skips)
        *value = json_object_new_string_len (text, (int) length);
      return TRUE;
    case '{':
      self->at++;
      return depth < MAX_DEPTH && read_object (self, depth + 1, self->skips ? NULL : json_object_new_object (), value);
    case '[':
      self->at++;
      return depth < MAX_DEPTH && read_array (self, depth + 1, self->skips ? NULL : json_object_new_array (), value);
    case 't':
    case 'f':
      if (!skip_word (self, "true") && !skip_word (self, "false"))
        return FALSE;
      if (!self->skips)
        *value = json_object_new_boolean (self->at[-2] == 'u');
      return TRUE;
    case 'n':
      *value = NULL;
      return skip_word (self, "null");
    default:
      return read_number (self, value);
    }
}

gboolean
ruhu_change_take_plain (const char **at, const char *end, json_object **object)
{
  Reader self = { .at = *at, .end = end, .skips = object == NULL };
  json_object *made = NULL;

  if (self.at == end || *self.at != '{' || !read_value (&self, 0, &made))
    return FALSE;
  *at = self.at;
  if (object != NULL)
    *object = made;
  return TRUE;
}

json_object *
ruhu_change_read_plain (const char *json, gsize length)
{
  const char *at = json, *end = json + length;
  json_object *object = NULL;

  if (!ruhu_change_take_plain (&at, end, &object) || at == end)
    return object;
  json_object_put (object);
  return NULL;
}

static void
write_escaped (GString *out, guchar c)
{
  static const char shorts[] = "\b\n\r\t\f\"\\", letters[] = "bnrtf\"\\";
  static const char digits[] = "0123456789abcdef";
  const char *found = c != '\0' ? strchr (shorts, c) : NULL;

  g_string_append_c (out, '\\');
  if (found != NULL)
    {
      g_string_append_c (out, letters[found - shorts]);
      return;
    }
  g_string_append (out, "u00");
  g_string_append_c (out, digits[c >> 4]);
  g_string_append_c (out, digits[c & 0xf]);
}

void
ruhu_change_write_text (GString *out, const char *text, gsize length)
{
  const char *from = text, *end = text + length;

  g_string_append_c (out, '"');
  for (const char *c = text; c < end; c++)
    if ((guchar) *c < ' ' || *c == '"' || *c == '\\')
      {
        g_string_append_len (out, from, c - from);
        write_escaped (out, (guchar) *c);
        from = c + 1;
      }
  g_string_append_len (out, from, end - from);
  g_string_append_c (out, '"');
}

static void
write_whole (GString *out, json_object *value)
{
  gint64 number = json_object_get_int64 (value), left = number;
  char digits[MAX_DIGITS + 1];
  char *at = digits + sizeof digits;

  if (number < -MAX_WHOLE || number > MAX_WHOLE)
    {
      g_string_append (out, json_object_to_json_string_ext (value, JSON_C_TO_STRING_PLAIN));
      return;
    }
  do
    *--at = (char) ('0' + ABS (left % 10));
  while ((left /= 10) != 0);
  if (number < 0)
    *--at = '-';
  g_string_append_len (out, at, digits + sizeof digits - at);
}

static void
write_object (GString *out, json_object *object)
{
  char before = '{';

  json_object_object_foreach (object, name, value)
  {
    g_string_append_c (out, before);
    ruhu_change_write_text (out, name, strlen (name));
    g_string_append_c (out, ':');
    ruhu_change_write_value (out, value);
    before = ',';
  }
  g_string_append (out, before == '{' ? "{}" : "}");
}

static void
write_array (GString *out, json_object *array)
{
  g_string_append_c (out, '[');
  for (gsize i = 0; i < json_object_array_length (array); i++)
    {
      if (i > 0)
        g_string_append_c (out, ',');
      ruhu_change_write_value (out, json_object_array_get_idx (array, i));
    }
  g_string_append_c (out, ']');
}

void
ruhu_change_write_value (GString *out, json_object *value)
{
  switch (json_object_get_type (value))
    {
    case json_type_null:
      g_string_append (out, "null");
      break;
    case json_type_boolean:
      g_string_append (out, json_object_get_boolean (value) ? "true" : "false");
      break;
    case json_type_string:
      ruhu_change_write_text (out, json_object_get_string (value), (gsize) json_object_get_string_len (value));
      break;
    case json_type_object:
      write_object (out, value);
      break;
    case json_type_array:
      write_array (out, value);
      break;
    case json_type_int:
      write_whole (out, value);
      break;
    default:
      /* A number with decimals knows its own text. */
      g_string_append (out, json_object_to_json_string_ext (value, JSON_C_TO_STRING_PLAIN));
      break;
    }
}

#define ONES  G_GUINT64_CONSTANT (0x0101010101010101)
#define HIGHS G_GUINT64_CONSTANT (0x8080808080808080)

/* The length of the character of several bytes at @at, or 0 if it is none: RFC 3629, section 4. */
static gsize
measure_character (const guchar *at, const guchar *end)
{
  gsize length = *at < 0xc2 ? 0 : *at < 0xe0 ? 2
                              : *at < 0xf0   ? 3
                              : *at < 0xf5   ? 4
                                             : 0;
  guchar first = *at == 0xe0 ? 0xa0 : *at == 0xf0 ? 0x90
                                                  : 0x80;
  guchar last = *at == 0xed ? 0x9f : *at == 0xf4 ? 0x8f
                                                 : 0xbf;

  if (length == 0 || (gsize) (end - at) < length || at[1] < first || at[1] > last)
    return 0;
  for (gsize i = 2; i < length; i++)
    if ((at[i] & 0xc0) != 0x80)
      return 0;
  return length;
}

gboolean
ruhu_change_is_text (const char *bytes, gsize length)
{
  const guchar *at = (const guchar *) bytes, *end = at + length;

  while (at < end)
    {
      guint64 eight = 0;
      gsize character = 1;

      /* Eight bytes of ASCII, none of them NUL. */
      if (end - at >= 8)
        {
          memcpy (&eight, at, 8);
          if (((eight | (eight - ONES)) & HIGHS) == 0)
            {
              at += 8;
              continue;
            }
        }
      if (*at == '\0')
        return FALSE;
      if (*at >= 0x80)
        character = measure_character (at, end);
      if (character == 0)
        return FALSE;
      at += character;
    }
  return TRUE;
}
