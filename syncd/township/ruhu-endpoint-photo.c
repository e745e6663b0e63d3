/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GET /v1/photos/{sha256}: a photo that a record in one of the device's scopes mentions, or the part of it that a range asks for (RFC 9110, section 14). To others, and where it has not
 * arrived, there is none. */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-error.h"
#include "ruhu-photo.h"
#include "ruhu-route.h"

#include <glib/gi18n-lib.h>
#include <string.h>

typedef enum
{
  RANGE_NONE, /* the whole */
  RANGE_PART,
  RANGE_BEYOND,
} Range;

/* “bytes=FROM-TO”, “bytes=FROM-” or “bytes=-LAST”. Several ranges, and what is none, count as none. */
static Range
parse_range (const char *text, gint64 size, gint64 *from, gint64 *to)
{
  g_auto (GStrv) ends = NULL;
  gint64 first = 0, last = size - 1;

  if (text == NULL || !g_str_has_prefix (text, "bytes="))
    return RANGE_NONE;
  ends = g_strsplit (text + strlen ("bytes="), "-", 2);
  if (g_strv_length (ends) != 2 || (*ends[0] == '\0' && *ends[1] == '\0'))
    return RANGE_NONE;
  if ((*ends[0] != '\0' && (!g_ascii_isdigit (*ends[0]) || !g_ascii_string_to_signed (ends[0], 10, 0, G_MAXINT64, &first, NULL))) ||
      (*ends[1] != '\0' && (!g_ascii_isdigit (*ends[1]) || !g_ascii_string_to_signed (ends[1], 10, 0, G_MAXINT64, &last, NULL))))
    return RANGE_NONE;
  if (*ends[0] == '\0')
    {
      first = size - MIN (last, size);
      last = size - 1;
    }
  else if (last < first && *ends[1] != '\0')
    return RANGE_NONE;
  if (first >= size)
    return RANGE_BEYOND;
  *from = first;
  *to = MIN (last, size - 1);
  return RANGE_PART;
}

static RuhuResponse *
refuse_range (RuhuCall *call, gint64 size)
{
  g_autoptr (GError) error = g_error_new_literal (RUHU_ERROR, RUHU_ERROR_INVALID, _ ("The photo has nothing at that range."));
  g_autofree char *range = g_strdup_printf ("bytes */%" G_GINT64_FORMAT, size);
  RuhuResponse *response = ruhu_response_new_problem (error, 416, ruhu_server_get_now (call->server));

  ruhu_response_add_header (response, "Content-Range", range);
  return response;
}

static RuhuResponse *
respond (RuhuCall *call, GBytes *photo, const char *tag)
{
  const char *condition = ruhu_request_get_header (call->request, "If-Range");
  gint64 size = (gint64) g_bytes_get_size (photo), from = 0, to = size - 1;
  Range range = condition == NULL || strcmp (condition, tag) == 0 ? parse_range (ruhu_request_get_header (call->request, "Range"), size, &from, &to) : RANGE_NONE;
  g_autoptr (GBytes) part = NULL;
  RuhuResponse *response;

  if (range == RANGE_BEYOND)
    return refuse_range (call, size);
  part = g_bytes_new_from_bytes (photo, (gsize) from, (gsize) (to - from + 1));
  response = ruhu_response_new_bytes (range == RANGE_PART ? 206 : 200, "image/jpeg", part);
  if (range == RANGE_PART)
    {
      g_autofree char *text = g_strdup_printf ("bytes %" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT, from, to, size);

      ruhu_response_add_header (response, "Content-Range", text);
    }
  return response;
}

RuhuResponse *
ruhu_endpoint_photo (RuhuCall *call, RuhuSession *session, GError **error)
{
  const char *hash = strrchr (call->request->path, '/') + 1;
  g_autofree char *tag = g_strdup_printf ("\"%s\"", hash);
  g_autoptr (GBytes) photo = NULL;
  g_autoptr (GError) local = NULL;
  RuhuResponse *response;
  gboolean may = FALSE;

  if (ruhu_photo_is_hash (hash) && !ruhu_session_may_have_photo (session, call->access->device, hash, &may, error))
    return NULL;
  photo = may ? ruhu_photo_store_read (ruhu_server_get_photos (call->server), hash, &local) : NULL;
  /* Damaged, it was set aside: some laptop may still have it. */
  if (g_error_matches (local, RUHU_ERROR, RUHU_ERROR_CORRUPT))
    g_warning ("a photo's file was damaged and has been set aside");
  else if (local != NULL && !g_error_matches (local, RUHU_ERROR, RUHU_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  if (photo == NULL)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_NOT_FOUND, _ ("This photo has not arrived yet."));
      return NULL;
    }
  if (g_strcmp0 (ruhu_request_get_header (call->request, "If-None-Match"), tag) == 0)
    response = ruhu_response_new_empty (304);
  else
    response = respond (call, photo, tag);
  ruhu_response_add_header (response, "ETag", tag);
  ruhu_response_add_header (response, "Accept-Ranges", "bytes");
  return response;
}
