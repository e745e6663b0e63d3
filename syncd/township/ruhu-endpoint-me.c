/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GET /v1/me: whom the township takes the asking device for. */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-route.h"

RuhuResponse *
ruhu_endpoint_me (RuhuCall *call, RuhuSession *session, GError **error)
{
  RuhuAccess *access = call->access;
  json_object *json = json_object_new_object ();

  json_object_object_add (json, "device", json_object_new_string (access->device));
  json_object_object_add (json, "user", json_object_new_string (access->user));
  json_object_object_add (json, "user_name", json_object_new_string (access->user_name));
  json_object_object_add (json, "role", access->role != 0 ? json_object_new_string (ruhu_role_get_name (access->role)) : NULL);
  json_object_object_add (json, "township", json_object_new_string (ruhu_server_get_township_name (call->server)));
  json_object_object_add (json, "accepted", json_object_new_int64 (access->last_seq));
  json_object_object_add (json, "now", json_object_new_int64 (ruhu_server_get_now (call->server)));
  return ruhu_response_new_json (200, json);
}
