/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-describe"

#include "config.h"

#include "ruhu-describe.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-value.h"

#include <gio/gio.h>
#include <glib/gi18n.h>

const char *
ruhu_describe_field (RuhuRecordType *type, const char *name)
{
  RuhuField *field = type != NULL ? ruhu_record_type_get_field (type, name) : NULL;
  const char *label;

  if (field == NULL)
    return g_strcmp0 (name, "deleted") == 0 ? _ ("Deleted") : name;
  label = ruhu_label_get (&field->label);
  return *label != '\0' ? label : name;
}

static char *
describe_unknown (json_object *value)
{
  if (value == NULL)
    return g_strdup ("");
  if (json_object_is_type (value, json_type_boolean))
    return g_strdup (json_object_get_boolean (value) ? _ ("Yes") : _ ("No"));
  if (json_object_is_type (value, json_type_string))
    return g_strdup (json_object_get_string (value));
  return g_strdup (json_object_to_json_string_ext (value, JSON_C_TO_STRING_PLAIN));
}

char *
ruhu_describe_value (RuhuStore *store, RuhuField *field, json_object *value)
{
  g_autofree char *text = NULL;
  const char *unit;

  if (field == NULL)
    return describe_unknown (value);
  if (value == NULL)
    return g_strdup ("");
  if (field->type == RUHU_TYPE_REFERENCE && field->reference != NULL && json_object_is_type (value, json_type_string))
    return ruhu_describe_title (store, field->reference, json_object_get_string (value));
  if (field->type == RUHU_TYPE_PHOTO)
    return g_strdup (_ ("A photo"));
  text = ruhu_value_format (field, value);
  /* A calendar year is not a number of years. */
  if (g_strcmp0 (field->unit, "year") == 0 && field->has_min && field->min >= 1000)
    return g_steal_pointer (&text);
  unit = field->type == RUHU_TYPE_MONEY ? _ ("yuan") : ruhu_label_get (&field->unit_label);
  if (*text == '\0' || *unit == '\0' || g_str_has_suffix (text, unit))
    return g_steal_pointer (&text);
  /* Translators: a figure and its unit, "12 mu"; Chinese needs no space. */
  return g_strdup_printf (C_ ("figure and unit", "%s %s"), text, unit);
}

char *
ruhu_describe_masked (RuhuStore *store, RuhuField *field, json_object *value)
{
  g_autofree char *text = ruhu_describe_value (store, field, value);
  glong length;

  if (field == NULL || g_strcmp0 (field->search, "tail") != 0)
    return g_steal_pointer (&text);
  length = g_utf8_strlen (text, -1);
  if (length <= 4)
    return g_steal_pointer (&text);
  /* Translators: the last four signs of an ID number. */
  return g_strdup_printf (_ ("ends in %s"), g_utf8_offset_to_pointer (text, length - 4));
}

char *
ruhu_describe_origin (const char *by_name, const char *stamp, const char *visit, const char *visit_date)
{
  g_autofree char *when = ruhu_describe_stamp (stamp);

  if (visit_date != NULL)
    /* Translators: who, when, and the date of the visit in which it was recorded. */
    return g_strdup_printf (_ ("%s · %s · visit of %s"), by_name, when, visit_date);
  if (visit != NULL)
    return g_strdup_printf (_ ("%s · %s · in a visit"), by_name, when);
  return g_strdup_printf (_ ("%s · %s · outside a visit"), by_name, when);
}

RuhuField *
ruhu_describe_bare_field (RuhuRecordType *type, const char *expression)
{
  return expression != NULL ? ruhu_record_type_get_field (type, expression) : NULL;
}

char *
ruhu_describe_title (RuhuStore *store, const char *type_name, const char *id)
{
  RuhuRecordType *type = ruhu_catalogue_get_record (ruhu_store_get_catalogue (store), type_name);
  RuhuField *bare = type != NULL ? ruhu_describe_bare_field (type, type->title) : NULL;
  g_autofree char *title = NULL;

  /* The store would give the code, or the id that the reference is. */
  if (bare != NULL && bare->type != RUHU_TYPE_TEXT)
    {
      g_autoptr (RuhuRecord) record = ruhu_store_get_record (store, type_name, id, NULL);
      json_object *value = NULL;

      if (record != NULL && json_object_object_get_ex (record->fields, bare->name, &value))
        title = ruhu_describe_value (store, bare, value);
    }
  else
    {
      title = ruhu_store_dup_title (store, type_name, id);
    }
  if (title == NULL || *title == '\0' || g_str_equal (title, id))
    return g_strdup (_ ("Not on this laptop"));
  return g_steal_pointer (&title);
}

GDateTime *
ruhu_describe_now (void)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_offset (8 * 60 * 60);

  return g_date_time_new_now (zone);
}

char *
ruhu_describe_time (gint64 seconds)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_offset (8 * 60 * 60);
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (seconds);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_timezone (utc, zone) : NULL;

  return local != NULL ? g_date_time_format (local, "%Y-%m-%d %H:%M") : g_strdup ("");
}

char *
ruhu_describe_past (const RuhuRecordType *type, guint n)
{
  if (g_str_equal (type->name, "person"))
    return g_strdup_printf (ngettext ("Former members (%u)", "Former members (%u)", n), n);
  if (g_str_equal (type->name, "problem"))
    return g_strdup_printf (ngettext ("Closed problems (%u)", "Closed problems (%u)", n), n);
  if (g_str_equal (type->name, "measure"))
    return g_strdup_printf (ngettext ("Ended measures (%u)", "Ended measures (%u)", n), n);
  return g_strdup_printf (ngettext ("Earlier ones (%u)", "Earlier ones (%u)", n), n);
}

char *
ruhu_describe_stamp (const char *stamp)
{
  gint64 milliseconds = stamp != NULL ? ruhu_stamp_get_time (stamp) : -1;

  return milliseconds >= 0 ? ruhu_describe_time (milliseconds / 1000) : g_strdup (stamp != NULL ? stamp : "");
}

static void
describe_record (RuhuStore *store, const char *type_name, json_object *fields, GPtrArray *lines)
{
  RuhuRecordType *type = ruhu_catalogue_get_record (ruhu_store_get_catalogue (store), type_name);
  const char *label = type != NULL ? ruhu_label_get (&type->label) : type_name;
  struct json_object_iterator it;
  struct json_object_iterator end;

  if (!json_object_is_type (fields, json_type_object))
    return;
  it = json_object_iter_begin (fields);
  end = json_object_iter_end (fields);
  for (; !json_object_iter_equal (&it, &end); json_object_iter_next (&it))
    {
      const char *name = json_object_iter_peek_name (&it);
      RuhuField *field = type != NULL ? ruhu_record_type_get_field (type, name) : NULL;
      g_autofree char *text = ruhu_describe_value (store, field, json_object_iter_peek_value (&it));

      /* Translators: record, field, value: "Household · Safe water: Yes". */
      g_ptr_array_add (lines, g_strdup_printf (_ ("%s · %s: %s"), label, ruhu_describe_field (type, name), *text != '\0' ? text : _ ("emptied")));
    }
}

GPtrArray *
ruhu_describe_change (RuhuStore *store, const char *body)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (RuhuJson) change = json_tokener_parse (body);
  json_object *set = NULL;

  if (!json_object_is_type (change, json_type_object) || !json_object_object_get_ex (change, "set", &set) || !json_object_is_type (set, json_type_object))
    {
      /* What a disk has left of it may still tell its author something. */
      g_ptr_array_add (lines, g_utf8_make_valid (body, -1));
      return g_steal_pointer (&lines);
    }
  json_object_object_foreach (set, type, records)
  {
    struct json_object_iterator it;
    struct json_object_iterator end;

    if (!json_object_is_type (records, json_type_object))
      continue;
    it = json_object_iter_begin (records);
    end = json_object_iter_end (records);
    for (; !json_object_iter_equal (&it, &end); json_object_iter_next (&it))
      describe_record (store, type, json_object_iter_peek_value (&it), lines);
  }
  return g_steal_pointer (&lines);
}

char *
ruhu_describe_error (const GError *error)
{
  g_autoptr (GError) local = NULL;

  g_return_val_if_fail (error != NULL, NULL);

  if (g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_SPAWN_CHILD_EXITED) || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_SPAWN_EXEC_FAILED))
    return g_strdup (_ ("The synchronisation service cannot be started. What you record is kept on this laptop. Install or repair “ruhu-syncd”, then try again."));
  if (g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY) || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_DISCONNECTED) || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED))
    return g_strdup (_ ("The synchronisation service did not answer. What you record is kept on this laptop. Try again."));
  local = g_error_copy (error);
  g_dbus_error_strip_remote_error (local);
  return ruhu_error_explain (local);
}

char *
ruhu_describe_refusal (const char *reason)
{
  static const struct
  {
    const char *code;
    const char *text;
  } known[] = {
    { "forbidden", N_ ("You may not change this (any more).") },
    { "invalid", N_ ("The township’s check found an error in it.") },
    { "clock", N_ ("The laptop’s clock was ahead of the township’s.") },
    { "too-large", N_ ("It is too large.") },
    { "revoked", N_ ("This laptop was no longer admitted.") },
    { "damaged", N_ ("The disk of this laptop altered it before it was sent.") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_strcmp0 (reason, known[i].code) == 0)
      return g_strdup (_ (known[i].text));
  return g_strdup (reason != NULL ? reason : "");
}
