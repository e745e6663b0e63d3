/* SPDX-License-Identifier: GPL-3.0-or-later */
/* POST /v1/photos: which of the photos that a laptop has are not here, whether they were lost with a disk or never came. Files are looked for, not read: one that is damaged counts as lacking
 * once somebody has asked for it, or “verify” has found it. And, by a laptop that is withdrawn, which of its photos will never be. */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-lost-photos.h"
#include "ruhu-photo.h"
#include "ruhu-route.h"

#include <glib/gi18n-lib.h>

#define MAX_PHOTOS 500

static gboolean
is_list (json_object *list)
{
  gboolean ok = json_object_is_type (list, json_type_array) && json_object_array_length (list) <= MAX_PHOTOS;

  for (gsize i = 0; ok && i < json_object_array_length (list); i++)
    {
      json_object *hash = json_object_array_get_idx (list, i);

      ok = json_object_is_type (hash, json_type_string) && ruhu_photo_is_hash (json_object_get_string (hash));
    }
  return ok;
}

/* An object with one of the two lists, or both. */
static json_object *
parse (GBytes *body, GError **error)
{
  g_autoptr (RuhuJson) json = ruhu_wire_parse_json (g_bytes_get_data (body, NULL), g_bytes_get_size (body), RUHU_WIRE_MAX_DEPTH, error);
  json_object *photos = NULL, *lost = NULL;

  if (json_object_is_type (json, json_type_object))
    {
      json_object_object_get_ex (json, "photos", &photos);
      json_object_object_get_ex (json, "lost", &lost);
    }
  if ((photos != NULL || lost != NULL) && (photos == NULL || is_list (photos)) && (lost == NULL || is_list (lost)))
    return g_steal_pointer (&json);
  g_clear_error (error);
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("The body must be one JSON object with “photos” or “lost”, at most 500 hashes."));
  return NULL;
}

static json_object *
find_lacking (RuhuPhotoStore *photos, json_object *hashes)
{
  json_object *lacking = json_object_new_array ();

  for (gsize i = 0; i < json_object_array_length (hashes); i++)
    {
      json_object *hash = json_object_array_get_idx (hashes, i);

      if (!ruhu_photo_store_has (photos, json_object_get_string (hash), NULL))
        json_object_array_add (lacking, json_object_get (hash));
    }
  return lacking;
}

RuhuResponse *
ruhu_endpoint_photos (RuhuCall *call, RuhuSession *session, GError **error)
{
  g_autoptr (GBytes) body = ruhu_request_dup_plain_body (call->request, call->route->max_body, &call->status, error);
  g_autoptr (RuhuJson) asked = body != NULL ? parse (body, error) : NULL;
  json_object *json, *list;

  if (asked == NULL || (json_object_object_get_ex (asked, "lost", &list) && !ruhu_lost_photos_note (session, call->access->device, list, error)))
    return NULL;
  json = json_object_new_object ();
  if (json_object_object_get_ex (asked, "lost", &list))
    json_object_object_add (json, "lost", json_object_new_int64 ((gint64) json_object_array_length (list)));
  if (json_object_object_get_ex (asked, "photos", &list))
    json_object_object_add (json, "lacking", find_lacking (ruhu_server_get_photos (call->server), list));
  return ruhu_response_new_json (200, json);
}
