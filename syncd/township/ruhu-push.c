/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-push.h"

#include "ruhu-error.h"

#include <glib/gi18n-lib.h>

RuhuPushed *
ruhu_pushed_parse (const char *device, const char *line, gsize length, GError **error)
{
  g_autoptr (RuhuChange) change = ruhu_change_parse (line, length, error);
  RuhuPushed *pushed;

  if (change == NULL)
    return NULL;
  if (!g_str_equal (change->device, device))
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_FORBIDDEN, _ ("The change is another device's."));
      return NULL;
    }
  pushed = g_new0 (RuhuPushed, 1);
  pushed->change = g_steal_pointer (&change);
  pushed->line = g_strndup (line, length);
  pushed->length = length;
  return pushed;
}

static json_object *
make_refused (GPtrArray *refused)
{
  json_object *list = json_object_new_array ();

  for (guint i = 0; refused != NULL && i < refused->len; i++)
    {
      RuhuRefusal *refusal = refused->pdata[i];
      json_object *item = json_object_new_object ();

      json_object_object_add (item, "seq", json_object_new_int64 (refusal->seq));
      json_object_object_add (item, "code", json_object_new_string (refusal->code));
      json_object_object_add (item, "detail", json_object_new_string (refusal->detail != NULL ? refusal->detail : ""));
      json_object_array_add (list, item);
    }
  return list;
}

static json_object *
make_stop (const GError *stop, gint64 seq)
{
  json_object *json;

  if (stop == NULL)
    return NULL;
  json = json_object_new_object ();
  json_object_object_add (json, "code", json_object_new_string (ruhu_error_get_name (stop->domain == RUHU_ERROR ? (RuhuError) stop->code : RUHU_ERROR_FAILED)));
  json_object_object_add (json, "detail", json_object_new_string (stop->message));
  if (seq > 0)
    json_object_object_add (json, "seq", json_object_new_int64 (seq));
  return json;
}

json_object *
ruhu_push_to_json (const RuhuBatch *batch, gint64 position, gint64 now)
{
  json_object *json = json_object_new_object ();

  json_object_object_add (json, "accepted", json_object_new_int64 (batch->accepted));
  json_object_object_add (json, "refused", make_refused (batch->refused));
  json_object_object_add (json, "quarantined", make_refused (batch->quarantined));
  json_object_object_add (json, "stop", make_stop (batch->stop, batch->stopped_at));
  json_object_object_add (json, "now", json_object_new_int64 (now));
  json_object_object_add (json, "position", json_object_new_int64 (position));
  return json;
}
