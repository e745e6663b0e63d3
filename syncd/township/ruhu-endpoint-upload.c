/* SPDX-License-Identifier: GPL-3.0-or-later */
/* /v1/uploads: photos by the tus protocol 1.0 (https://tus.io/protocols/resumable-upload), with creation, creation-with-upload, checksum, expiration and termination. The photo's SHA-256
 * is the metadata's “sha256”. What may be sent does not depend on who holds which household: a photo may come after its household has left the laptop, and whatever comes is what a record
 * asked for by its hash, or expires. */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-error.h"
#include "ruhu-route.h"
#include "ruhu-uploads.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define TUS        "1.0.0"
#define EXTENSIONS "creation,creation-with-upload,checksum,expiration,termination"
#define ALGORITHMS "sha1,sha256"
#define PATCH_TYPE "application/offset+octet-stream"

static RuhuResponse *
respond (guint status)
{
  RuhuResponse *response = ruhu_response_new_empty (status);

  ruhu_response_add_header (response, "Tus-Resumable", TUS);
  return response;
}

static void
add_number (RuhuResponse *response, const char *name, gint64 number)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, number);

  ruhu_response_add_header (response, name, text);
}

static RuhuResponse *
refuse (RuhuCall *call, guint status, RuhuError code, const char *sentence)
{
  g_autoptr (GError) error = g_error_new_literal (RUHU_ERROR, (gint) code, sentence);
  RuhuResponse *response = ruhu_response_new_problem (error, status, ruhu_server_get_now (call->server));

  ruhu_response_add_header (response, "Tus-Resumable", TUS);
  if (status == 412)
    ruhu_response_add_header (response, "Tus-Version", TUS);
  return response;
}

/* NULL: it speaks this version. */
static RuhuResponse *
check_version (RuhuCall *call)
{
  if (g_strcmp0 (ruhu_request_get_header (call->request, "Tus-Resumable"), TUS) == 0)
    return NULL;
  return refuse (call, 412, RUHU_ERROR_INVALID, _ ("The header Tus-Resumable must be 1.0.0."));
}

static gboolean
get_number (RuhuCall *call, const char *name, gint64 *number)
{
  const char *text = ruhu_request_get_header (call->request, name);

  return text != NULL && g_ascii_isdigit (*text) && g_ascii_string_to_signed (text, 10, 0, G_MAXINT64, number, NULL);
}

/* RFC 9110's form of a time. */
static void
add_expires (RuhuResponse *response, const RuhuUploadState *state)
{
  static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
  static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (state->expires / 1000);
  g_autofree char *text = NULL;

  if (time == NULL || state->complete)
    return;
  text = g_strdup_printf ("%s, %02d %s %04d %02d:%02d:%02d GMT", days[g_date_time_get_day_of_week (time) - 1], g_date_time_get_day_of_month (time),
                          months[g_date_time_get_month (time) - 1], g_date_time_get_year (time), g_date_time_get_hour (time), g_date_time_get_minute (time), g_date_time_get_second (time));
  ruhu_response_add_header (response, "Upload-Expires", text);
}

/* Strict base64 (RFC 4648, section 4). Transfer full; NULL where it is none. */
static guint8 *
decode (const char *text, gsize *length)
{
  g_autofree guint8 *bytes = NULL;
  g_autofree char *again = NULL;

  if (*text == '\0' || strlen (text) > 1024)
    return NULL;
  bytes = g_base64_decode (text, length);
  again = g_base64_encode (bytes, *length);
  return strcmp (text, again) == 0 ? g_steal_pointer (&bytes) : NULL;
}

/* The value of “sha256” in Upload-Metadata: the hash in hexadecimal, or NULL. Transfer full. */
static char *
dup_hash (const char *metadata)
{
  g_auto (GStrv) pairs = g_strsplit (metadata != NULL ? metadata : "", ",", 16);
  g_autofree char *hash = NULL;

  for (guint i = 0; pairs[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (g_strstrip (pairs[i]), " ", 2);
      g_autofree guint8 *value = NULL;
      gsize length;

      if (pair[0] == NULL || strcmp (pair[0], "sha256") != 0)
        continue;
      value = pair[1] != NULL ? decode (pair[1], &length) : NULL;
      if (value == NULL || hash != NULL)
        return NULL;
      hash = g_strndup ((const char *) value, length);
    }
  return ruhu_photo_is_hash (hash) ? g_steal_pointer (&hash) : NULL;
}

/* NULL: none was given, or it is right. */
static RuhuResponse *
check_sum (RuhuCall *call, GBytes *body)
{
  const char *header = ruhu_request_get_header (call->request, "Upload-Checksum");
  g_auto (GStrv) parts = g_strsplit (header != NULL ? header : "", " ", 2);
  GChecksumType type = g_strcmp0 (parts[0], "sha1") == 0 ? G_CHECKSUM_SHA1 : G_CHECKSUM_SHA256;
  g_autoptr (GChecksum) sum = NULL;
  g_autofree guint8 *expected = NULL;
  guint8 found[32];
  gsize length = 0, found_length = sizeof found, size;
  const guint8 *data = g_bytes_get_data (body, &size);

  if (header == NULL)
    return NULL;
  if (g_strcmp0 (parts[0], "sha1") != 0 && g_strcmp0 (parts[0], "sha256") != 0)
    return refuse (call, 400, RUHU_ERROR_INVALID, _ ("The header Upload-Checksum must name sha1 or sha256."));
  expected = parts[1] != NULL ? decode (parts[1], &length) : NULL;
  if (expected == NULL || length != (gsize) g_checksum_type_get_length (type))
    return refuse (call, 400, RUHU_ERROR_INVALID, _ ("The header Upload-Checksum does not carry a checksum."));
  sum = g_checksum_new (type);
  g_checksum_update (sum, data, (gssize) size);
  g_checksum_get_digest (sum, found, &found_length);
  return memcmp (found, expected, length) == 0 ? NULL : refuse (call, 460, RUHU_ERROR_INVALID, _ ("The body does not have the checksum that was given; nothing of it was taken."));
}

static const char *
get_id (RuhuCall *call)
{
  return strrchr (call->request->path, '/') + 1;
}

static RuhuResponse *
refuse_append (RuhuCall *call, RuhuUploadResult result, const RuhuUploadState *state, GError **error)
{
  RuhuResponse *response;

  switch (result)
    {
    case RUHU_UPLOAD_BUSY:
      return refuse (call, 423, RUHU_ERROR_BUSY, _ ("Another request is writing to this upload."));
    case RUHU_UPLOAD_MISPLACED:
      response = refuse (call, 409, RUHU_ERROR_GAP, _ ("The upload does not go on at that offset."));
      add_number (response, "Upload-Offset", state->offset);
      return response;
    case RUHU_UPLOAD_TOO_LONG:
      return refuse (call, 413, RUHU_ERROR_TOO_LARGE, _ ("The body is longer than what was left of the upload; nothing of it was taken."));
    case RUHU_UPLOAD_OTHER:
      return refuse (call, 460, RUHU_ERROR_INVALID, _ ("What came is not the photo that was announced; it was not kept."));
    case RUHU_UPLOAD_REFUSED:
      call->status = 422;
      return NULL;
    default:
      return NULL;
    }
}

/* Appends the body; @response becomes a refusal, or stays NULL with @error set, or with neither when it was taken. */
static gboolean
append (RuhuCall *call, RuhuSession *session, const char *id, gint64 offset, RuhuUploadState *state, RuhuResponse **response, GError **error)
{
  g_autoptr (GBytes) body = call->request->body != NULL ? g_bytes_ref (call->request->body) : g_bytes_new_static ("", 0);
  RuhuUploadResult result;

  if (g_strcmp0 (ruhu_request_get_header (call->request, "Content-Type"), PATCH_TYPE) != 0 || call->request->content_encoding != NULL)
    {
      *response = refuse (call, 415, RUHU_ERROR_INVALID, _ ("The body must be of the type application/offset+octet-stream."));
      return FALSE;
    }
  /* Of a body that was cut off, the checksum cannot be right. */
  *response = check_sum (call, body);
  if (*response != NULL)
    return FALSE;
  result = ruhu_uploads_append (ruhu_server_get_uploads (call->server), session, call->access->device, id, offset, body, ruhu_server_get_now (call->server), state, error);
  if (result == RUHU_UPLOAD_TAKEN)
    return TRUE;
  *response = refuse_append (call, result, state, error);
  return FALSE;
}

RuhuResponse *
ruhu_endpoint_upload_options (RuhuCall *call, RuhuSession *session, GError **error)
{
  RuhuResponse *response = respond (204);

  ruhu_response_add_header (response, "Tus-Version", TUS);
  ruhu_response_add_header (response, "Tus-Extension", EXTENSIONS);
  ruhu_response_add_header (response, "Tus-Checksum-Algorithm", ALGORITHMS);
  add_number (response, "Tus-Max-Size", RUHU_PHOTO_MAX_BYTES);
  return response;
}

static RuhuResponse *
check_creation (RuhuCall *call, gint64 *size, char **hash)
{
  if (ruhu_request_get_header (call->request, "Upload-Concat") != NULL || ruhu_request_get_header (call->request, "Upload-Defer-Length") != NULL ||
      !get_number (call, "Upload-Length", size) || *size == 0)
    return refuse (call, 400, RUHU_ERROR_INVALID, _ ("The header Upload-Length must be the photo's length in bytes."));
  if (*size > RUHU_PHOTO_MAX_BYTES)
    return refuse (call, 413, RUHU_ERROR_TOO_LARGE, _ ("A photo may have 307,200 bytes at the most."));
  *hash = dup_hash (ruhu_request_get_header (call->request, "Upload-Metadata"));
  if (*hash == NULL)
    return refuse (call, 400, RUHU_ERROR_INVALID, _ ("The header Upload-Metadata must carry “sha256”: the photo's SHA-256 in hexadecimal, as base64."));
  return NULL;
}

RuhuResponse *
ruhu_endpoint_upload_create (RuhuCall *call, RuhuSession *session, GError **error)
{
  RuhuUploads *uploads = ruhu_server_get_uploads (call->server);
  gint64 now = ruhu_server_get_now (call->server);
  RuhuResponse *response = check_version (call);
  g_autofree char *hash = NULL, *location = NULL;
  RuhuUploadState state;
  gint64 size;

  if (response == NULL)
    response = check_creation (call, &size, &hash);
  if (response != NULL || call->request->partial)
    return response != NULL ? response : respond (400);
  ruhu_uploads_sweep (uploads, session, now);
  if (!ruhu_uploads_create (uploads, session, call->access->device, hash, size, now, &state, error))
    return NULL;
  if (call->request->body != NULL && !state.complete && !append (call, session, state.id, 0, &state, &response, error))
    return response;
  location = g_strconcat ("/v1/uploads/", state.id, NULL);
  response = respond (201);
  ruhu_response_add_header (response, "Location", location);
  add_number (response, "Upload-Offset", state.offset);
  add_expires (response, &state);
  return response;
}

RuhuResponse *
ruhu_endpoint_upload_head (RuhuCall *call, RuhuSession *session, GError **error)
{
  RuhuResponse *response = check_version (call);
  RuhuUploadState state;

  if (response != NULL)
    return response;
  if (!ruhu_uploads_get (ruhu_server_get_uploads (call->server), call->access->device, get_id (call), ruhu_server_get_now (call->server), &state, error))
    return NULL;
  response = respond (200);
  add_number (response, "Upload-Offset", state.offset);
  add_number (response, "Upload-Length", state.size);
  add_expires (response, &state);
  return response;
}

RuhuResponse *
ruhu_endpoint_upload_patch (RuhuCall *call, RuhuSession *session, GError **error)
{
  RuhuResponse *response = check_version (call);
  RuhuUploadState state;
  gint64 offset;

  if (response != NULL)
    return response;
  if (!get_number (call, "Upload-Offset", &offset))
    return refuse (call, 400, RUHU_ERROR_INVALID, _ ("The header Upload-Offset must say where the body goes on."));
  if (!append (call, session, get_id (call), offset, &state, &response, error))
    return response;
  response = respond (204);
  add_number (response, "Upload-Offset", state.offset);
  add_expires (response, &state);
  return response;
}

RuhuResponse *
ruhu_endpoint_upload_delete (RuhuCall *call, RuhuSession *session, GError **error)
{
  RuhuResponse *response = check_version (call);

  if (response != NULL)
    return response;
  switch (ruhu_uploads_remove (ruhu_server_get_uploads (call->server), call->access->device, get_id (call), ruhu_server_get_now (call->server)))
    {
    case RUHU_UPLOAD_TAKEN:
      return respond (204);
    case RUHU_UPLOAD_BUSY:
      return refuse (call, 423, RUHU_ERROR_BUSY, _ ("Another request is writing to this upload."));
    default:
      return refuse (call, 404, RUHU_ERROR_NOT_FOUND, _ ("There is no such upload, or it has expired; begin it again."));
    }
}
