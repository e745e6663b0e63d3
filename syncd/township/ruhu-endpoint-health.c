/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GET /healthz: that the server runs and can read its database. Nothing of what is in it. */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-route.h"

RuhuResponse *
ruhu_endpoint_health (RuhuCall *call, RuhuSession *session, GError **error)
{
  json_object *json;
  gint64 position;

  if (!ruhu_session_get_head (session, &position, error))
    return NULL;
  json = json_object_new_object ();
  json_object_object_add (json, "status", json_object_new_string ("ok"));
  json_object_object_add (json, "position", json_object_new_int64 (position));
  json_object_object_add (json, "now", json_object_new_int64 (ruhu_server_get_now (call->server)));
  return ruhu_response_new_json (200, json);
}
