/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading members of catalogue files, each fault with its file, its path and its reason. */
#define G_LOG_DOMAIN "ruhu-schema"

#include "config.h"

#include "ruhu-catalogue-private.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

static void
append_path (GString *path, const RuhuPlace *at)
{
  if (at->parent == NULL)
    return;
  append_path (path, at->parent);
  if (at->name != NULL)
    g_string_append_printf (path, "/%s", at->name);
  else
    g_string_append_printf (path, "/%u", at->index);
}

gboolean
ruhu_place_fail (const RuhuPlace *at, GError **error, const char *format, ...)
{
  g_autoptr (GString) path = g_string_new (NULL);
  const RuhuPlace *file = at;
  va_list arguments;

  append_path (path, at);
  while (file->parent != NULL)
    file = file->parent;

  va_start (arguments, format);
  g_autofree char *reason = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  g_set_error (error, RUHU_ERROR, RUHU_ERROR_INVALID, "%s: %s: %s", file->name, path->len > 0 ? path->str : "/", reason);
  return FALSE;
}

/* Fails at a member of the object at @at. */
static gboolean
fail_member (const RuhuPlace *at, const char *member, GError **error, const char *reason)
{
  RuhuPlace place = { .parent = at, .name = member };

  return ruhu_place_fail (&place, error, "%s", reason);
}

gboolean
ruhu_reader_allow (const RuhuPlace *at, json_object *object, const char *const *allowed, GError **error)
{
  if (!json_object_is_type (object, json_type_object))
    return ruhu_place_fail (at, error, _ ("must be an object"));
  json_object_object_foreach (object, member, value)
  {
    (void) value;
    if (!g_strv_contains (allowed, member))
      {
        /* A member's name comes from the file and may be long. */
        g_autofree char *shown = g_utf8_substring (member, 0, MIN (g_utf8_strlen (member, -1), RUHU_CATALOGUE_MAX_NAME));
        return fail_member (at, shown, error, _ ("unknown member"));
      }
  }
  return TRUE;
}

gboolean
ruhu_reader_string (RuhuCatalogue *self, const RuhuPlace *at, json_object *object, const char *member, gsize max, const char **value, GError **error)
{
  json_object *found;

  if (!json_object_object_get_ex (object, member, &found))
    return TRUE;
  if (!json_object_is_type (found, json_type_string))
    return fail_member (at, member, error, _ ("must be a text"));

  const char *text = json_object_get_string (found);
  gsize length = json_object_get_string_len (found);
  if (length == 0)
    return fail_member (at, member, error, _ ("must not be empty"));
  if (length > max)
    return fail_member (at, member, error, _ ("is too long"));
  if (!g_utf8_validate_len (text, length, NULL))
    return fail_member (at, member, error, _ ("is not valid text"));
  for (gsize i = 0; i < length; i++)
    if (g_ascii_iscntrl (text[i]))
      return fail_member (at, member, error, _ ("has a control character in it"));

  *value = g_string_chunk_insert_const (self->strings, text);
  return TRUE;
}

gboolean
ruhu_reader_boolean (const RuhuPlace *at, json_object *object, const char *member, gboolean *value, GError **error)
{
  json_object *found;

  if (!json_object_object_get_ex (object, member, &found))
    return TRUE;
  if (!json_object_is_type (found, json_type_boolean))
    return fail_member (at, member, error, _ ("must be true or false"));
  *value = json_object_get_boolean (found);
  return TRUE;
}

gboolean
ruhu_reader_number (const RuhuPlace *at, json_object *object, const char *member, gboolean *given, double *value, GError **error)
{
  json_object *found;

  if (!json_object_object_get_ex (object, member, &found))
    return TRUE;
  if (!json_object_is_type (found, json_type_int) && !json_object_is_type (found, json_type_double))
    return fail_member (at, member, error, _ ("must be a number"));
  double number = json_object_get_double (found);
  if (!isfinite (number))
    return fail_member (at, member, error, _ ("must be a finite number"));
  *value = number;
  *given = TRUE;
  return TRUE;
}

gboolean
ruhu_reader_count (const RuhuPlace *at, json_object *object, const char *member, guint max, gboolean *given, guint *value, GError **error)
{
  json_object *found;

  if (!json_object_object_get_ex (object, member, &found))
    return TRUE;
  if (!json_object_is_type (found, json_type_int) || json_object_get_int64 (found) < 0 || json_object_get_int64 (found) > max)
    {
      RuhuPlace place = { .parent = at, .name = member };
      return ruhu_place_fail (&place, error, _ ("must be a whole number from 0 to %u"), max);
    }
  *value = (guint) json_object_get_int64 (found);
  if (given != NULL)
    *given = TRUE;
  return TRUE;
}

gboolean
ruhu_reader_label (RuhuCatalogue *self, const RuhuPlace *at, json_object *object, const char *member, gboolean required, RuhuLabel *value, GError **error)
{
  static const char *const languages[] = { "en", "zh_CN", NULL };
  RuhuPlace place = { .parent = at, .name = member };
  RuhuLabel label = { NULL, NULL };
  json_object *found;

  if (!json_object_object_get_ex (object, member, &found))
    return !required || ruhu_place_fail (&place, error, _ ("is missing"));
  if (!ruhu_reader_allow (&place, found, languages, error) ||
      !ruhu_reader_string (self, &place, found, "en", RUHU_CATALOGUE_MAX_LABEL, &label.en, error) ||
      !ruhu_reader_string (self, &place, found, "zh_CN", RUHU_CATALOGUE_MAX_LABEL, &label.zh_CN, error))
    return FALSE;
  if (label.en == NULL)
    return fail_member (&place, "en", error, _ ("is missing"));
  if (label.zh_CN == NULL)
    return fail_member (&place, "zh_CN", error, _ ("is missing"));
  *value = label;
  return TRUE;
}

gboolean
ruhu_reader_array (const RuhuPlace *at, json_object *object, const char *member, guint max, json_object **value, GError **error)
{
  RuhuPlace place = { .parent = at, .name = member };
  json_object *found;

  if (!json_object_object_get_ex (object, member, &found))
    return TRUE;
  if (!json_object_is_type (found, json_type_array))
    return ruhu_place_fail (&place, error, _ ("must be a list"));
  if (json_object_array_length (found) > max)
    return ruhu_place_fail (&place, error, _ ("has more than %u entries"), max);
  *value = found;
  return TRUE;
}

gboolean
ruhu_reader_enum (const RuhuPlace *at, json_object *object, const char *member, const char *const *names, gboolean *given, guint *value, GError **error)
{
  json_object *found;

  if (!json_object_object_get_ex (object, member, &found))
    return TRUE;
  if (json_object_is_type (found, json_type_string))
    for (guint i = 0; names[i] != NULL; i++)
      if (strcmp (json_object_get_string (found), names[i]) == 0)
        {
          *value = i;
          if (given != NULL)
            *given = TRUE;
          return TRUE;
        }

  RuhuPlace place = { .parent = at, .name = member };
  g_autofree char *list = g_strjoinv (", ", (char **) names);
  return ruhu_place_fail (&place, error, _ ("must be one of %s"), list);
}

static gboolean
is_name (const char *text, gsize length)
{
  if (length == 0 || length > RUHU_CATALOGUE_MAX_NAME || !g_ascii_islower (text[0]))
    return FALSE;
  for (gsize i = 1; i < length; i++)
    if (!g_ascii_islower (text[i]) && !g_ascii_isdigit (text[i]) && text[i] != '_')
      return FALSE;
  return TRUE;
}

gboolean
ruhu_reader_name (RuhuCatalogue *self, const RuhuPlace *at, json_object *object, const char **value, GError **error)
{
  json_object *found;

  if (!json_object_object_get_ex (object, "name", &found))
    return fail_member (at, "name", error, _ ("is missing"));
  if (!json_object_is_type (found, json_type_string) ||
      !is_name (json_object_get_string (found), json_object_get_string_len (found)))
    return fail_member (at, "name", error, _ ("must be small letters, digits and _, at most 40, beginning with a letter"));
  *value = g_string_chunk_insert_const (self->strings, json_object_get_string (found));
  return TRUE;
}

RuhuPlace
ruhu_reader_element (const RuhuPlace *array, json_object *element, guint index)
{
  RuhuPlace place = { .parent = array, .index = index };
  json_object *found;

  if (json_object_is_type (element, json_type_object) &&
      json_object_object_get_ex (element, "name", &found) &&
      json_object_is_type (found, json_type_string) &&
      is_name (json_object_get_string (found), json_object_get_string_len (found)))
    place.name = json_object_get_string (found);
  return place;
}

json_object *
ruhu_reader_parse (const RuhuPlace *file, const char *text, GError **error)
{
  gsize length = strlen (text);
  const char *end;

  if (length > RUHU_CATALOGUE_MAX_BYTES)
    {
      ruhu_place_fail (file, error, _ ("is larger than %d bytes"), RUHU_CATALOGUE_MAX_BYTES);
      return NULL;
    }
  if (!g_utf8_validate_len (text, length, &end))
    {
      ruhu_place_fail (file, error, _ ("is not UTF-8 at byte %zu"), (gsize) (end - text));
      return NULL;
    }

  json_tokener *tokener = json_tokener_new_ex (RUHU_CATALOGUE_MAX_DEPTH);
  json_tokener_set_flags (tokener, JSON_TOKENER_STRICT);
  /* The terminating NUL is passed too, so that a file cut off in a number or a word is noticed. */
  json_object *document = json_tokener_parse_ex (tokener, text, (int) length + 1);
  enum json_tokener_error fault = json_tokener_get_error (tokener);
  gsize offset = json_tokener_get_parse_end (tokener);
  json_tokener_free (tokener);

  if (fault != json_tokener_success)
    {
      ruhu_place_fail (file, error, _ ("is not JSON: %s at byte %zu"), json_tokener_error_desc (fault), offset);
      g_clear_pointer (&document, json_object_put);
    }
  else if (!json_object_is_type (document, json_type_object))
    {
      ruhu_place_fail (file, error, _ ("must be an object"));
      g_clear_pointer (&document, json_object_put);
    }
  return document;
}
