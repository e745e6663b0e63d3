/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-request.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-problem.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Below this, compressing costs more than it saves. */
#define COMPRESS_FROM 512
#define HASH_LENGTH   64

const char *const ruhu_request_header_names[] = { "Content-Type", "If-None-Match", "If-Range", "Range", "Tus-Resumable", "Upload-Checksum", "Upload-Concat", "Upload-Defer-Length",
                                                  "Upload-Length", "Upload-Metadata", "Upload-Offset", NULL };

RuhuRequest *
ruhu_request_new (const char *method, const char *path)
{
  RuhuRequest *self = g_new0 (RuhuRequest, 1);

  self->method = g_strdup (method);
  self->path = g_strdup (path);
  self->query = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->headers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
ruhu_request_add_query (RuhuRequest *self, const char *name, const char *value)
{
  if (!g_hash_table_contains (self->query, name))
    g_hash_table_insert (self->query, g_strdup (name), g_strdup (value != NULL ? value : ""));
}

const char *
ruhu_request_get_query (RuhuRequest *self, const char *name)
{
  return g_hash_table_lookup (self->query, name);
}

void
ruhu_request_add_header (RuhuRequest *self, const char *name, const char *value)
{
  g_hash_table_insert (self->headers, g_ascii_strdown (name, -1), g_strdup (value));
}

const char *
ruhu_request_get_header (RuhuRequest *self, const char *name)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);

  return g_hash_table_lookup (self->headers, lower);
}

gboolean
ruhu_request_get_integer (RuhuRequest *self, const char *name, gint64 min, gint64 max, gint64 fallback, gint64 *value, GError **error)
{
  const char *text = ruhu_request_get_query (self, name);

  if (text == NULL && fallback < 0)
    {
      g_set_error (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("The parameter “%s” is missing."), name);
      return FALSE;
    }
  if (text == NULL)
    {
      *value = fallback;
      return TRUE;
    }
  if (!g_ascii_string_to_signed (text, 10, min, max, value, NULL))
    {
      g_set_error (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("The parameter “%s” must be a whole number within its bounds."), name);
      return FALSE;
    }
  return TRUE;
}

gboolean
ruhu_request_get_hash (RuhuRequest *self, const char *name, const char **hash, GError **error)
{
  const char *text = ruhu_request_get_query (self, name);

  if (text != NULL && *text != '\0' && (strlen (text) != HASH_LENGTH || strspn (text, "0123456789abcdef") != HASH_LENGTH))
    {
      g_set_error (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("The parameter “%s” must be 64 lower-case hexadecimal digits."), name);
      return FALSE;
    }
  *hash = text != NULL && *text != '\0' ? text : NULL;
  return TRUE;
}

GBytes *
ruhu_request_dup_plain_body (RuhuRequest *self, gsize max, guint *status, GError **error)
{
  RuhuEncoding encoding;

  if (!ruhu_encoding_from_header (self->content_encoding, &encoding))
    {
      *status = 415;
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("The body's Content-Encoding is none of zstd, gzip and identity."));
      return NULL;
    }
  if (self->body == NULL)
    return g_bytes_new_static ("", 0);
  if (encoding == RUHU_ENCODING_IDENTITY && g_bytes_get_size (self->body) <= max)
    return g_bytes_ref (self->body);
  return ruhu_wire_decompress (encoding, self->body, max, error);
}

void
ruhu_request_free (RuhuRequest *self)
{
  if (self == NULL)
    return;
  g_free (self->method);
  g_free (self->path);
  g_hash_table_unref (self->query);
  g_hash_table_unref (self->headers);
  g_free (self->authorization);
  g_free (self->content_encoding);
  g_free (self->accept_encoding);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_free (self->peer);
  g_free (self);
}

static RuhuResponse *
response_new (guint status, const char *content_type, GBytes *body)
{
  RuhuResponse *self = g_new0 (RuhuResponse, 1);

  self->status = status;
  self->headers = g_ptr_array_new_with_free_func (g_free);
  self->body = body;
  ruhu_response_add_header (self, "Content-Type", content_type);
  ruhu_response_add_header (self, "Cache-Control", "no-store");
  return self;
}

RuhuResponse *
ruhu_response_new_bytes (guint status, const char *content_type, GBytes *body)
{
  return response_new (status, content_type, g_bytes_ref (body));
}

RuhuResponse *
ruhu_response_new_empty (guint status)
{
  RuhuResponse *self = g_new0 (RuhuResponse, 1);

  self->status = status;
  self->headers = g_ptr_array_new_with_free_func (g_free);
  self->body = g_bytes_new_static ("", 0);
  ruhu_response_add_header (self, "Cache-Control", "no-store");
  return self;
}

RuhuResponse *
ruhu_response_new_json (guint status, json_object *json)
{
  g_autoptr (RuhuJson) owned = json;
  const char *text = json_object_to_json_string_ext (owned, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);

  return response_new (status, "application/json", g_bytes_new (text, strlen (text)));
}

RuhuResponse *
ruhu_response_new_lines (GString *lines, const char *accept_encoding, GError **error)
{
  g_autoptr (GBytes) plain = g_string_free_to_bytes (lines);
  g_autoptr (GBytes) packed = NULL;
  RuhuEncoding encoding = ruhu_encoding_negotiate (accept_encoding);
  RuhuResponse *self;

  if (g_bytes_get_size (plain) < COMPRESS_FROM)
    encoding = RUHU_ENCODING_IDENTITY;
  if (encoding == RUHU_ENCODING_IDENTITY)
    packed = g_steal_pointer (&plain);
  else
    packed = ruhu_wire_compress (encoding, plain, error);
  if (packed == NULL)
    return NULL;

  self = response_new (200, RUHU_WIRE_NDJSON, g_steal_pointer (&packed));
  ruhu_response_add_header (self, "Vary", "Accept-Encoding");
  if (encoding != RUHU_ENCODING_IDENTITY)
    ruhu_response_add_header (self, "Content-Encoding", ruhu_encoding_get_name (encoding));
  return self;
}

/* The document says the same status as the status line, also where HTTP has a finer one than the error's code. */
static char *
dup_problem (const GError *error, guint status, gint64 now)
{
  g_autofree char *text = ruhu_problem_from_error (error, now);
  g_autoptr (RuhuJson) json = NULL;

  if (status == 0)
    return g_steal_pointer (&text);
  json = json_tokener_parse (text);
  if (json == NULL)
    return g_steal_pointer (&text);
  json_object_object_add (json, "status", json_object_new_int ((int) status));
  return g_strdup (json_object_to_json_string_ext (json, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}

RuhuResponse *
ruhu_response_new_problem (const GError *error, guint status, gint64 now)
{
  RuhuError code = error->domain == RUHU_ERROR ? (RuhuError) error->code : RUHU_ERROR_FAILED;
  g_autofree char *text = dup_problem (error, status, now);
  gsize length = strlen (text);
  RuhuResponse *self;

  self = response_new (status != 0 ? status : ruhu_error_get_http_status (code), RUHU_PROBLEM_TYPE, g_bytes_new_take (g_steal_pointer (&text), length));
  if (code == RUHU_ERROR_UNAUTHORISED)
    ruhu_response_add_header (self, "WWW-Authenticate", "Bearer");
  return self;
}

void
ruhu_response_add_header (RuhuResponse *self, const char *name, const char *value)
{
  g_ptr_array_add (self->headers, g_strdup (name));
  g_ptr_array_add (self->headers, g_strdup (value));
}

const char *
ruhu_response_get_header (RuhuResponse *self, const char *name)
{
  for (guint i = 0; i + 1 < self->headers->len; i += 2)
    if (g_ascii_strcasecmp (self->headers->pdata[i], name) == 0)
      return self->headers->pdata[i + 1];
  return NULL;
}

void
ruhu_response_free (RuhuResponse *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->headers);
  g_bytes_unref (self->body);
  g_free (self);
}
