/* SPDX-License-Identifier: GPL-3.0-or-later */
/* POST /v1/push: a laptop's changes, one a line. Unpacked, parsed and checked for shape here; judged and made durable by the committer; answered only then. */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-error.h"
#include "ruhu-route.h"

#include <glib/gi18n-lib.h>

/* Of a body, members and elements of all its changes: more than a laptop can put into one. */
#define MAX_VALUES 150000

static RuhuPushed *
parse_line (RuhuCall *call, const char *line, gsize length, GError **error)
{
  g_autoptr (RuhuChange) change = ruhu_change_parse (line, length, error);
  RuhuPushed *pushed;

  if (change == NULL)
    return NULL;
  if (!g_str_equal (change->device, call->access->device))
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

/* One line that is wrong refuses the body as a whole: nothing of it is taken, the laptop still has all of it. */
static GPtrArray *
parse_body (RuhuCall *call, GBytes *body, GError **error)
{
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_pushed_free);
  gsize size, offset = 0, length;
  const char *text = g_bytes_get_data (body, &size);
  const char *line;

  /* A kilobyte can unpack to millions of values, each many times its length in memory. */
  if (ruhu_change_count_values (text, size) > MAX_VALUES)
    {
      g_set_error (error, RUHU_ERROR, RUHU_ERROR_TOO_LARGE, _ ("A batch may have %d values at the most; nothing of it was taken."), MAX_VALUES);
      return NULL;
    }
  while (ruhu_wire_next_line (text, size, &offset, &line, &length))
    {
      RuhuPushed *pushed;

      if (changes->len == RUHU_WIRE_MAX_BATCH)
        {
          g_set_error (error, RUHU_ERROR, RUHU_ERROR_TOO_LARGE, _ ("A batch may have %d changes at the most; nothing of it was taken."), RUHU_WIRE_MAX_BATCH);
          return NULL;
        }
      pushed = parse_line (call, line, length, error);
      if (pushed == NULL)
        {
          guint number = 1;

          for (const char *p = text; p < line; p++)
            number += *p == '\n';
          g_prefix_error (error, _ ("Line %u: "), number);
          return NULL;
        }
      g_ptr_array_add (changes, pushed);
    }
  return g_steal_pointer (&changes);
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
make_stop (const GError *stop)
{
  json_object *json;

  if (stop == NULL)
    return NULL;
  json = json_object_new_object ();
  json_object_object_add (json, "code", json_object_new_string (ruhu_error_get_name (stop->domain == RUHU_ERROR ? (RuhuError) stop->code : RUHU_ERROR_FAILED)));
  json_object_object_add (json, "detail", json_object_new_string (stop->message));
  return json;
}

static void
committed_cb (RuhuBatch *batch, gint64 position, const GError *error, gpointer data)
{
  RuhuCall *call = data;
  json_object *json;

  if (error != NULL)
    {
      /* Whatever it was, the laptop keeps its changes and sends them again. */
      call->status = 503;
      ruhu_call_answer (call, NULL, error);
      return;
    }
  json = json_object_new_object ();
  json_object_object_add (json, "accepted", json_object_new_int64 (batch->accepted));
  json_object_object_add (json, "refused", make_refused (batch->refused));
  json_object_object_add (json, "stop", make_stop (batch->stop));
  json_object_object_add (json, "now", json_object_new_int64 (ruhu_server_get_now (call->server)));
  json_object_object_add (json, "position", json_object_new_int64 (position));
  ruhu_call_answer (call, ruhu_response_new_json (200, json), NULL);
}

RuhuResponse *
ruhu_endpoint_push (RuhuCall *call, RuhuSession *session, GError **error)
{
  g_autoptr (GBytes) body = ruhu_request_dup_plain_body (call->request, RUHU_WIRE_MAX_BODY, &call->status, error);
  GPtrArray *changes = body != NULL ? parse_body (call, body, error) : NULL;

  if (changes == NULL)
    return NULL;
  if (!ruhu_server_commit (call->server, ruhu_batch_new (call->access->device, changes), committed_cb, call, error))
    call->retry_after = 5;
  return NULL;
}
