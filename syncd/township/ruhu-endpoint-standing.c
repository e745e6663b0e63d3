/* SPDX-License-Identifier: GPL-3.0-or-later */
/* POST /v1/standing: where a laptop and the township last agree; asked when they do not, and by a laptop that has to begin anew. */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-route.h"
#include "ruhu-wire.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_CHECKPOINTS 200
#define HASH_LENGTH     64

static void
checkpoint_clear (gpointer data)
{
  RuhuCheckpoint *self = data;

  g_free (self->hash);
}

static gboolean
parse_checkpoint (json_object *item, RuhuCheckpoint *checkpoint)
{
  json_object *position = json_object_is_type (item, json_type_object) ? json_object_object_get (item, "position") : NULL;
  json_object *hash = position != NULL ? json_object_object_get (item, "hash") : NULL;
  const char *text = json_object_is_type (hash, json_type_string) ? json_object_get_string (hash) : "";

  if (!json_object_is_type (position, json_type_int) || json_object_get_int64 (position) < 0 || json_object_get_int64 (position) >= G_MAXINT64 / 2 ||
      strlen (text) != HASH_LENGTH || strspn (text, "0123456789abcdef") != HASH_LENGTH)
    return FALSE;
  checkpoint->position = json_object_get_int64 (position);
  checkpoint->hash = g_strdup (text);
  return TRUE;
}

static GArray *
parse (GBytes *body, GError **error)
{
  g_autoptr (GArray) checkpoints = g_array_new (FALSE, FALSE, sizeof (RuhuCheckpoint));
  g_autoptr (RuhuJson) json = ruhu_wire_parse_json (g_bytes_get_data (body, NULL), g_bytes_get_size (body), RUHU_WIRE_MAX_DEPTH, error);
  json_object *list = json_object_is_type (json, json_type_object) ? json_object_object_get (json, "checkpoints") : NULL;
  gboolean ok = json_object_is_type (list, json_type_array) && json_object_array_length (list) <= MAX_CHECKPOINTS;

  g_array_set_clear_func (checkpoints, checkpoint_clear);
  for (gsize i = 0; ok && i < json_object_array_length (list); i++)
    {
      RuhuCheckpoint checkpoint = { 0 };

      ok = parse_checkpoint (json_object_array_get_idx (list, i), &checkpoint);
      if (ok)
        g_array_append_val (checkpoints, checkpoint);
    }
  if (ok)
    return g_steal_pointer (&checkpoints);
  g_clear_error (error);
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("The body must be one JSON object with “checkpoints”, each with “position” and “hash”."));
  return NULL;
}

RuhuResponse *
ruhu_endpoint_standing (RuhuCall *call, RuhuSession *session, GError **error)
{
  g_autoptr (GBytes) body = ruhu_request_dup_plain_body (call->request, RUHU_STANDING_MAX_BODY, &call->status, error);
  g_autoptr (GArray) checkpoints = body != NULL ? parse (body, error) : NULL;
  json_object *json = NULL;
  gboolean rewritten;

  if (checkpoints == NULL || !ruhu_ledger_stand (session->ledger, call->access->device, checkpoints, &rewritten, &json, error))
    return NULL;
  if (rewritten)
    g_warning ("ALARM: the laptop %s was told another history than the one of this database. If a copy was put in place by hand, stop the server and run “ruhu-township restore”.",
               call->access->device);
  else if (checkpoints->len > 0)
    g_message ("The laptop %s goes on from before a restore, and sends again what was lost", call->access->device);
  return ruhu_response_new_json (200, json);
}
