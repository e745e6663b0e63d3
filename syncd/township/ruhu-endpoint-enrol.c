/* SPDX-License-Identifier: GPL-3.0-or-later */
/* POST /v1/enrol: a code, and the identity that the laptop made for itself, become a device. */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-enrol.h"
#include "ruhu-error.h"
#include "ruhu-route.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_DEPTH 4

static json_object *
parse (GBytes *body, GError **error)
{
  __attribute__ ((cleanup (ruhu_json_tokener_clear))) json_tokener *tokener = json_tokener_new_ex (MAX_DEPTH);
  gsize size;
  const char *text = g_bytes_get_data (body, &size);
  g_autoptr (RuhuJson) json = NULL;

  json_tokener_set_flags (tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
  if (size > 0)
    json = json_tokener_parse_ex (tokener, text, (int) size);
  if (!json_object_is_type (json, json_type_object))
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("The body must be one JSON object with “code”, “device”, “token” and “name”."));
      return NULL;
    }
  return g_steal_pointer (&json);
}

static const char *
get_text (json_object *json, const char *name)
{
  json_object *value;

  if (!json_object_object_get_ex (json, name, &value) || !json_object_is_type (value, json_type_string))
    return NULL;
  /* A NUL inside would make what is checked differ from what is stored. */
  if (strlen (json_object_get_string (value)) != (gsize) json_object_get_string_len (value))
    return NULL;
  return json_object_get_string (value);
}

static gboolean
may_try (RuhuCall *call, GError **error)
{
  call->retry_after = ruhu_server_get_enrol_wait (call->server, call->request->peer);
  if (call->retry_after == 0)
    return TRUE;
  g_set_error (error, RUHU_ERROR, RUHU_ERROR_RATE, _ ("Too many enrolment codes that do not hold came from this address; try again in %u s."), call->retry_after);
  return FALSE;
}

static RuhuResponse *
make_answer (RuhuCall *call, RuhuSession *session, const RuhuEnrolment *enrolment, const char *user, gint64 position, GError **error)
{
  g_autofree char *name = NULL;
  RuhuRole role;
  json_object *answer;

  if (!ruhu_access_get_user (session, user, &name, &role, error))
    return NULL;
  answer = json_object_new_object ();
  json_object_object_add (answer, "device", json_object_new_string (enrolment->device));
  json_object_object_add (answer, "user", json_object_new_string (user));
  json_object_object_add (answer, "user_name", json_object_new_string (name));
  json_object_object_add (answer, "role", role != 0 ? json_object_new_string (ruhu_role_get_name (role)) : NULL);
  json_object_object_add (answer, "township", json_object_new_string (ruhu_server_get_township_name (call->server)));
  json_object_object_add (answer, "position", json_object_new_int64 (position));
  json_object_object_add (answer, "now", json_object_new_int64 (ruhu_server_get_now (call->server)));
  return ruhu_response_new_json (200, answer);
}

RuhuResponse *
ruhu_endpoint_enrol (RuhuCall *call, RuhuSession *session, GError **error)
{
  g_autoptr (GBytes) body = NULL;
  g_autoptr (RuhuJson) json = NULL;
  g_autoptr (GError) local = NULL;
  g_autofree char *user = NULL;
  RuhuEnrolment enrolment;
  gint64 position;

  if (!may_try (call, error))
    return NULL;
  body = ruhu_request_dup_plain_body (call->request, call->route->max_body, &call->status, error);
  if (body == NULL)
    return NULL;
  json = parse (body, error);
  if (json == NULL)
    return NULL;
  enrolment = (RuhuEnrolment){ .code = get_text (json, "code"), .device = get_text (json, "device"), .token = get_text (json, "token"), .name = get_text (json, "name"), .user = get_text (json, "user") };
  if (!ruhu_enrolment_check (&enrolment, error))
    return NULL;
  if (!ruhu_enrol_redeem (session, &enrolment, &user, &position, &local))
    {
      if (g_error_matches (local, RUHU_ERROR, RUHU_ERROR_EXPIRED) || g_error_matches (local, RUHU_ERROR, RUHU_ERROR_FORBIDDEN))
        ruhu_server_add_enrol_failure (call->server, call->request->peer);
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  ruhu_server_notify (call->server);
  return make_answer (call, session, &enrolment, user, position, error);
}
