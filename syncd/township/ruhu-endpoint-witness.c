/* SPDX-License-Identifier: GPL-3.0-or-later */
/* POST /v1/witness: copies of changes that this township had and lost, from a laptop that may not keep them any longer. */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-clock.h"
#include "ruhu-error.h"
#include "ruhu-route.h"
#include "ruhu-store-private.h"
#include "ruhu-wire.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_DEVICE 128

typedef struct
{
  RuhuSession *session;
  const char *teller;
  const char *body;
  gsize size;
  gint64 kept;
} Keep;

static gboolean
is_copy (json_object *json)
{
  json_object *device = NULL, *seq = NULL, *body = NULL;

  return json_object_is_type (json, json_type_object) && json_object_object_get_ex (json, "device", &device) && json_object_is_type (device, json_type_string) &&
         json_object_get_string_len (device) > 0 && json_object_get_string_len (device) <= MAX_DEVICE && json_object_object_get_ex (json, "seq", &seq) &&
         json_object_is_type (seq, json_type_int) && json_object_object_get_ex (json, "body", &body) && json_object_is_type (body, json_type_string) &&
         json_object_get_string_len (body) <= RUHU_CHANGE_MAX;
}

static gboolean
keep (RuhuDatabase *database, gpointer data, GError **error)
{
  Keep *job = data;
  g_autofree char *now = ruhu_stamp_from_time (ruhu_clock_now (ruhu_store_get_clock (job->session->store)));
  gsize offset = 0, length;
  const char *line;

  job->kept = 0;
  while (ruhu_wire_next_line (job->body, job->size, &offset, &line, &length))
    {
      g_autoptr (RuhuJson) json = ruhu_wire_parse_json (line, length, RUHU_WIRE_MAX_DEPTH, NULL);

      job->kept++;
      if (!is_copy (json))
        {
          g_set_error (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("Line %lld is no copy of a change."), (long long) job->kept);
          return FALSE;
        }
      if (!ruhu_database_run (database,
                              "INSERT INTO witnessed (teller, device, seq, told, body) SELECT ?1, ?2, ?3, ?4, ?5 "
                              "WHERE NOT EXISTS (SELECT 1 FROM witnessed WHERE teller = ?1 AND device = ?2 AND seq = ?3 AND body = ?5)",
                              error, "ssiss", job->teller, json_object_get_string (json_object_object_get (json, "device")),
                              json_object_get_int64 (json_object_object_get (json, "seq")), now, json_object_get_string (json_object_object_get (json, "body"))))
        return FALSE;
    }
  return TRUE;
}

RuhuResponse *
ruhu_endpoint_witness (RuhuCall *call, RuhuSession *session, GError **error)
{
  g_autoptr (GBytes) body = ruhu_request_dup_plain_body (call->request, RUHU_WIRE_MAX_BODY, &call->status, error);
  Keep job = { .session = session, .teller = call->access->device };
  json_object *answer;

  if (body == NULL)
    return NULL;
  job.body = g_bytes_get_data (body, &job.size);
  if (!ruhu_database_transaction (ruhu_store_get_database (session->store), keep, &job, error))
    return NULL;
  answer = json_object_new_object ();
  json_object_object_add (answer, "kept", json_object_new_int64 (job.kept));
  return ruhu_response_new_json (200, answer);
}
