/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-change"

#include "config.h"

#include "ruhu-change.h"

#include "ruhu-catalogue.h"
#include "ruhu-change-text.h"
#include "ruhu-cleanups.h"
#include "ruhu-clock.h"
#include "ruhu-error.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define MAX_ID 64

typedef json_tokener RuhuTokener;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuTokener, json_tokener_free)

static gboolean
invalid (GError **error, const char *member, const char *reason)
{
  g_set_error (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("The change is not valid at “%s”: %s."), member, reason);
  return FALSE;
}

/* Identifiers are ASCII, so that they can stand in URLs, file names and SQL without a second thought. */
static gboolean
is_identifier (const char *text, gsize length)
{
  if (length == 0 || length > MAX_ID)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (text[i]) && text[i] != '-' && text[i] != '_' && text[i] != '.')
      return FALSE;
  return TRUE;
}

static gboolean
is_name (const char *text)
{
  if (!g_ascii_islower (text[0]) || strlen (text) > MAX_ID)
    return FALSE;
  for (const char *c = text; *c != '\0'; c++)
    if (!g_ascii_islower (*c) && !g_ascii_isdigit (*c) && *c != '_')
      return FALSE;
  return TRUE;
}

/* *@value: transfer full; NULL when an optional member is absent. */
static gboolean
take_identifier (json_object *object, const char *member, gboolean required, char **value, GError **error)
{
  json_object *found = NULL;

  if (!json_object_object_get_ex (object, member, &found))
    return !required || invalid (error, member, _ ("it is missing"));
  if (!json_object_is_type (found, json_type_string) ||
      !is_identifier (json_object_get_string (found), (gsize) json_object_get_string_len (found)))
    return invalid (error, member, _ ("it is not an identifier"));
  *value = g_strdup (json_object_get_string (found));
  return TRUE;
}

static gboolean
take_number (json_object *object, const char *member, gint64 least, gint64 *value, GError **error)
{
  json_object *found = NULL;

  if (!json_object_object_get_ex (object, member, &found) || !json_object_is_type (found, json_type_int) || json_object_get_int64 (found) < least)
    return invalid (error, member, _ ("it is not a whole number in range"));
  *value = json_object_get_int64 (found);
  return TRUE;
}

static gboolean
check_fields (const char *id, json_object *fields, GError **error)
{
  if (!is_identifier (id, strlen (id)))
    return invalid (error, "set", _ ("a record's id is not an identifier"));
  if (!json_object_is_type (fields, json_type_object) || json_object_object_length (fields) == 0)
    return invalid (error, "set", _ ("a record has no fields"));
  json_object_object_foreach (fields, name, value)
  {
    if (!is_name (name))
      return invalid (error, "set", _ ("a field's name is not one"));
    if (json_object_is_type (value, json_type_object))
      return invalid (error, name, _ ("a value cannot be an object"));
  }
  return TRUE;
}

static gboolean
check_set (json_object *set, GError **error)
{
  guint n = 0;

  if (!json_object_is_type (set, json_type_object) || json_object_object_length (set) == 0)
    return invalid (error, "set", _ ("it sets nothing"));
  json_object_object_foreach (set, type, records)
  {
    if (!is_name (type) || !json_object_is_type (records, json_type_object) || json_object_object_length (records) == 0)
      return invalid (error, "set", _ ("a record type has no records"));
    json_object_object_foreach (records, id, fields)
    {
      if (++n > RUHU_CHANGE_MAX_RECORDS)
        return invalid (error, "set", _ ("it has too many records"));
      if (!check_fields (id, fields, error))
        return FALSE;
    }
  }
  return TRUE;
}

static gboolean
take_scope (RuhuChange *self, json_object *object, GError **error)
{
  g_autofree char *household = NULL;
  g_autofree char *village = NULL;

  if (!take_identifier (object, "household", FALSE, &household, error) || !take_identifier (object, "village", FALSE, &village, error))
    return FALSE;
  if (household != NULL && village != NULL)
    return invalid (error, "village", _ ("it belongs to a household and to a village at once"));
  if (g_strcmp0 (household, RUHU_SCOPE_TOWNSHIP) == 0 || g_strcmp0 (village, RUHU_SCOPE_TOWNSHIP) == 0)
    return invalid (error, "household", _ ("this name is reserved"));
  self->of_village = village != NULL;
  if (household != NULL)
    self->scope = g_steal_pointer (&household);
  else if (village != NULL)
    self->scope = g_steal_pointer (&village);
  else
    self->scope = g_strdup (RUHU_SCOPE_TOWNSHIP);
  return TRUE;
}

RuhuChange *
ruhu_change_from_json (json_object *object, GError **error)
{
  g_autoptr (RuhuChange) self = g_new0 (RuhuChange, 1);
  json_object *time = NULL;
  json_object *set = NULL;

  if (!json_object_is_type (object, json_type_object))
    {
      invalid (error, "/", _ ("it is not a JSON object"));
      return NULL;
    }
  if (!take_identifier (object, "device", TRUE, &self->device, error) || !take_number (object, "seq", 1, &self->seq, error) ||
      !take_number (object, "seen", 0, &self->seen, error) || !take_identifier (object, "by", TRUE, &self->by, error) ||
      !take_identifier (object, "visit", FALSE, &self->visit, error) || !take_scope (self, object, error))
    return NULL;
  if (!json_object_object_get_ex (object, "time", &time) || !json_object_is_type (time, json_type_string) ||
      ruhu_stamp_get_time (json_object_get_string (time)) < 0)
    {
      invalid (error, "time", _ ("it is not a time stamp"));
      return NULL;
    }
  if (!json_object_object_get_ex (object, "set", &set))
    {
      invalid (error, "set", _ ("it is missing"));
      return NULL;
    }
  if (!check_set (set, error))
    return NULL;
  self->time = g_strdup (json_object_get_string (time));
  self->set = json_object_get (set);
  return g_steal_pointer (&self);
}

/* Behind a string's opening quote: behind its closing one. */
static const char *
skip_string (const char *at, const char *end)
{
  for (;;)
    {
      const char *quote = memchr (at, '"', (gsize) (end - at));
      const char *escape = memchr (at, '\\', (gsize) ((quote != NULL ? quote : end) - at));

      if (escape == NULL)
        return quote != NULL ? quote + 1 : end;
      at = MIN (escape + 2, end);
    }
}

gsize
ruhu_change_count_values (const char *json, gsize length)
{
  const char *end = json + length;
  gsize n = 0;

  for (const char *at = json; at < end;)
    {
      char c = *at++;

      if (c == '"')
        at = skip_string (at, end);
      else
        n += c == ',' || c == '[' || c == '{';
    }
  return n;
}

static gboolean
check_length (const char *json, gsize length, GError **error)
{
  if (length > RUHU_CHANGE_MAX)
    g_set_error (error, RUHU_ERROR, RUHU_ERROR_TOO_LARGE, _ ("A change is larger than %d bytes."), RUHU_CHANGE_MAX);
  else if (length > RUHU_CHANGE_MAX_VALUES && ruhu_change_count_values (json, length) > RUHU_CHANGE_MAX_VALUES)
    g_set_error (error, RUHU_ERROR, RUHU_ERROR_TOO_LARGE, _ ("A change has more than %d values."), RUHU_CHANGE_MAX_VALUES);
  else
    return TRUE;
  return FALSE;
}

RuhuChange *
ruhu_change_parse (const char *json, gsize length, GError **error)
{
  g_autoptr (RuhuTokener) tokener = NULL;
  g_autoptr (RuhuJson) object = NULL;

  g_return_val_if_fail (json != NULL, NULL);
  if (length > 0 && length <= RUHU_CHANGE_MAX && json[length - 1] == '}' && ruhu_change_is_text (json, length))
    object = ruhu_change_read_plain (json, length);
  if (object != NULL)
    return ruhu_change_from_json (object, error);
  if (!check_length (json, length, error))
    return NULL;
  /* The bytes are kept as they came: what json-c would let pass (NUL, bad UTF-8, text behind the object) must not get in. */
  if (length == 0 || json[0] != '{' || json[length - 1] != '}' || memchr (json, '\n', length) != NULL || !ruhu_change_is_text (json, length))
    {
      invalid (error, "/", _ ("it is not one JSON object on one line of UTF-8"));
      return NULL;
    }
  tokener = json_tokener_new_ex (RUHU_CHANGE_MAX_DEPTH);
  json_tokener_set_flags (tokener, JSON_TOKENER_STRICT);
  object = json_tokener_parse_ex (tokener, json, (int) length);
  if (json_tokener_get_error (tokener) != json_tokener_success || json_tokener_get_parse_end (tokener) != length)
    {
      invalid (error, "/", json_tokener_get_error (tokener) == json_tokener_continue ? _ ("it is cut short") : _ ("it is not JSON"));
      return NULL;
    }
  return ruhu_change_from_json (object, error);
}

/* What the parser takes and gives back as it was: no need to let it try. */
static gboolean
is_plain (json_object *value)
{
  switch (json_object_get_type (value))
    {
    case json_type_null:
    case json_type_boolean:
    case json_type_int:
    case json_type_string:
      return TRUE;
    case json_type_double:
      return isfinite (json_object_get_double (value));
    default:
      return FALSE;
    }
}

static gboolean
is_plain_list (json_object *value)
{
  if (!json_object_is_type (value, json_type_array))
    return is_plain (value);
  for (gsize i = 0; i < json_object_array_length (value); i++)
    if (!is_plain (json_object_array_get_idx (value, i)))
      return FALSE;
  return TRUE;
}

/* Of a set whose shape is right. */
static gboolean
is_plain_set (json_object *set)
{
  json_object_object_foreach (set, type, records)
  {
    (void) type;
    json_object_object_foreach (records, id, fields)
    {
      (void) id;
      json_object_object_foreach (fields, name, value)
      {
        (void) name;
        if (!is_plain_list (value))
          return FALSE;
      }
    }
  }
  return TRUE;
}

static gboolean
check_identifier (const char *member, const char *value, GError **error)
{
  return is_identifier (value, strlen (value)) || invalid (error, member, _ ("it is not an identifier"));
}

gboolean
ruhu_change_check (const RuhuChange *self, const char *json, gsize length, GError **error)
{
  g_autoptr (RuhuChange) parsed = NULL;

  if (!check_length (json, length, error) || !check_identifier ("device", self->device, error) || !check_identifier ("by", self->by, error) ||
      !check_identifier (self->of_village ? "village" : "household", self->scope, error) || (self->visit != NULL && !check_identifier ("visit", self->visit, error)))
    return FALSE;
  if (self->seq < 1 || self->seen < 0)
    return invalid (error, self->seq < 1 ? "seq" : "seen", _ ("it is not a whole number in range"));
  if (self->of_village && strcmp (self->scope, RUHU_SCOPE_TOWNSHIP) == 0)
    return invalid (error, "household", _ ("this name is reserved"));
  if (ruhu_stamp_get_time (self->time) < 0)
    return invalid (error, "time", _ ("it is not a time stamp"));
  if (!check_set (self->set, error))
    return FALSE;
  if (!ruhu_change_is_text (json, length))
    return invalid (error, "/", _ ("it is not one JSON object on one line of UTF-8"));
  if (is_plain_set (self->set))
    return TRUE;
  parsed = ruhu_change_parse (json, length, error);
  return parsed != NULL;
}

static void
write_member (GString *out, const char *name, const char *text)
{
  g_string_append (out, name);
  ruhu_change_write_text (out, text, strlen (text));
}

char *
ruhu_change_to_json (const RuhuChange *self)
{
  GString *out;

  g_return_val_if_fail (self != NULL, NULL);
  out = g_string_sized_new (2048);
  write_member (out, "{\"device\":", self->device);
  g_string_append_printf (out, ",\"seq\":%" G_GINT64_FORMAT ",\"seen\":%" G_GINT64_FORMAT, self->seq, self->seen);
  write_member (out, ",\"time\":", self->time);
  write_member (out, ",\"by\":", self->by);
  if (self->of_village)
    write_member (out, ",\"village\":", self->scope);
  else if (strcmp (self->scope, RUHU_SCOPE_TOWNSHIP) != 0)
    write_member (out, ",\"household\":", self->scope);
  if (self->visit != NULL)
    write_member (out, ",\"visit\":", self->visit);
  g_string_append (out, ",\"set\":");
  ruhu_change_write_value (out, self->set);
  g_string_append_c (out, '}');
  return g_string_free (out, FALSE);
}

gboolean
ruhu_change_get_value (const RuhuChange *self, const char *type, const char *record, const char *field, json_object **value)
{
  json_object *records = NULL;
  json_object *fields = NULL;

  return json_object_object_get_ex (self->set, type, &records) && json_object_object_get_ex (records, record, &fields) &&
         json_object_object_get_ex (fields, field, value);
}

void
ruhu_change_free (RuhuChange *self)
{
  if (self == NULL)
    return;
  g_free (self->device);
  g_free (self->time);
  g_free (self->by);
  g_free (self->scope);
  g_free (self->visit);
  json_object_put (self->set);
  g_free (self);
}

char *
ruhu_change_sum (const char *json, gssize length)
{
  char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, json, length);

  sum[RUHU_CHANGE_SUM_LENGTH] = '\0';
  return sum;
}
