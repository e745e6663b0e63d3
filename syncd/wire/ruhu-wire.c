/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-wire"

#include "config.h"

#include "ruhu-wire.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

/* What a decompressor may use for its window, whatever the other side declares: 8 MiB, as RFC 8878 section 3.1.1.1.2 recommends. */
#define ZSTD_WINDOW_LOG 23
#define CHUNK           (64 * 1024)

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ZSTD_CCtx, ZSTD_freeCCtx)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ZSTD_DCtx, ZSTD_freeDCtx)

static void
inflate_clear (z_stream *stream)
{
  inflateEnd (stream);
}

static void
deflate_clear (z_stream *stream)
{
  deflateEnd (stream);
}

typedef z_stream Inflater;
typedef z_stream Deflater;
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Inflater, inflate_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Deflater, deflate_clear)

static const struct
{
  const char *name;
  RuhuEncoding encoding;
} encodings[] = {
  /* Best first. */
  { "zstd", RUHU_ENCODING_ZSTD },
  { "gzip", RUHU_ENCODING_GZIP },
  { "identity", RUHU_ENCODING_IDENTITY },
};

gboolean
ruhu_encoding_from_header (const char *header, RuhuEncoding *encoding)
{
  g_autofree char *name = NULL;

  if (header == NULL)
    {
      *encoding = RUHU_ENCODING_IDENTITY;
      return TRUE;
    }
  name = g_strstrip (g_strdup (header));
  for (gsize i = 0; i < G_N_ELEMENTS (encodings); i++)
    {
      if (g_ascii_strcasecmp (name, encodings[i].name) == 0)
        {
          *encoding = encodings[i].encoding;
          return TRUE;
        }
    }
  return FALSE;
}

/* The weight that one element ("gzip;q=0.5") gives to @name: -1 if it does not speak of it. */
static double
element_weight (const char *element, const char *name)
{
  g_auto (GStrv) parts = g_strsplit (element, ";", 4);
  double weight = 1;

  if (parts[0] == NULL || g_ascii_strcasecmp (g_strstrip (parts[0]), name) != 0)
    return -1;
  for (gsize i = 1; parts[i] != NULL; i++)
    {
      const char *parameter = g_strstrip (parts[i]);

      if (g_ascii_strncasecmp (parameter, "q=", 2) == 0)
        weight = g_ascii_strtod (parameter + 2, NULL);
    }
  return weight;
}

static double
header_weight (char **elements, const char *name)
{
  for (gsize i = 0; elements[i] != NULL; i++)
    {
      double weight = element_weight (elements[i], name);

      if (weight >= 0)
        return weight;
    }
  return -1;
}

RuhuEncoding
ruhu_encoding_negotiate (const char *accept)
{
  g_auto (GStrv) elements = NULL;

  if (accept == NULL)
    return RUHU_ENCODING_IDENTITY;
  elements = g_strsplit (accept, ",", 32);
  for (gsize i = 0; i < G_N_ELEMENTS (encodings); i++)
    {
      double weight = header_weight (elements, encodings[i].name);

      if (weight < 0)
        weight = header_weight (elements, "*");
      if (weight > 0)
        return encodings[i].encoding;
    }
  return RUHU_ENCODING_IDENTITY;
}

const char *
ruhu_encoding_get_name (RuhuEncoding encoding)
{
  for (gsize i = 0; i < G_N_ELEMENTS (encodings); i++)
    {
      if (encodings[i].encoding == encoding)
        return encodings[i].name;
    }
  g_return_val_if_reached ("identity");
}

static GBytes *
compress_gzip (GBytes *plain, GError **error)
{
  g_auto (Deflater) stream = { 0 };
  g_autofree guint8 *out = NULL;
  gsize size, bound;
  gconstpointer data = g_bytes_get_data (plain, &size);

  if (size > G_MAXUINT32 / 2 || deflateInit2 (&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    {
      g_set_error (error, RUHU_ERROR, RUHU_ERROR_FAILED, _ ("The data could not be compressed."));
      return NULL;
    }
  bound = deflateBound (&stream, size);
  out = g_malloc (bound);
  stream.next_in = (Bytef *) data;
  stream.avail_in = size;
  stream.next_out = out;
  stream.avail_out = bound;
  if (deflate (&stream, Z_FINISH) != Z_STREAM_END)
    {
      g_set_error (error, RUHU_ERROR, RUHU_ERROR_FAILED, _ ("The data could not be compressed."));
      return NULL;
    }
  return g_bytes_new_take (g_steal_pointer (&out), bound - stream.avail_out);
}

static GBytes *
compress_zstd (GBytes *plain, GError **error)
{
  g_autoptr (ZSTD_CCtx) context = ZSTD_createCCtx ();
  g_autofree guint8 *out = NULL;
  gsize size, bound, n;
  gconstpointer data = g_bytes_get_data (plain, &size);

  bound = ZSTD_compressBound (size);
  out = g_malloc (bound);
  ZSTD_CCtx_setParameter (context, ZSTD_c_checksumFlag, 1);
  n = ZSTD_compress2 (context, out, bound, data, size);
  if (ZSTD_isError (n))
    {
      g_set_error (error, RUHU_ERROR, RUHU_ERROR_FAILED, _ ("The data could not be compressed: %s."), ZSTD_getErrorName (n));
      return NULL;
    }
  return g_bytes_new_take (g_steal_pointer (&out), n);
}

GBytes *
ruhu_wire_compress (RuhuEncoding encoding, GBytes *plain, GError **error)
{
  switch (encoding)
    {
    case RUHU_ENCODING_GZIP:
      return compress_gzip (plain, error);
    case RUHU_ENCODING_ZSTD:
      return compress_zstd (plain, error);
    case RUHU_ENCODING_IDENTITY:
    default:
      return g_bytes_ref (plain);
    }
}

static void
set_too_large (gsize max, GError **error)
{
  g_set_error (error, RUHU_ERROR, RUHU_ERROR_TOO_LARGE, _ ("The data is larger than the %zu bytes that are allowed."), max);
}

static void
set_damaged (GError **error)
{
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("The compressed data is damaged or cut off."));
}

static GBytes *
decompress_gzip (GBytes *packed, gsize max, GError **error)
{
  g_auto (Inflater) stream = { 0 };
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autofree guint8 *chunk = g_malloc (CHUNK);
  gsize size;
  gconstpointer data = g_bytes_get_data (packed, &size);
  int status = Z_OK;

  if (size == 0 || size > G_MAXUINT32 || inflateInit2 (&stream, 15 + 16) != Z_OK)
    {
      set_damaged (error);
      return NULL;
    }
  stream.next_in = (Bytef *) data;
  stream.avail_in = size;
  while (status == Z_OK)
    {
      stream.next_out = chunk;
      stream.avail_out = CHUNK;
      status = inflate (&stream, Z_NO_FLUSH);
      if (CHUNK - stream.avail_out > max - out->len)
        {
          set_too_large (max, error);
          return NULL;
        }
      g_byte_array_append (out, chunk, CHUNK - stream.avail_out);
    }
  if (status != Z_STREAM_END || stream.avail_in != 0)
    {
      set_damaged (error);
      return NULL;
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}

static GBytes *
decompress_zstd (GBytes *packed, gsize max, GError **error)
{
  g_autoptr (ZSTD_DCtx) context = ZSTD_createDCtx ();
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autofree guint8 *chunk = g_malloc (CHUNK);
  ZSTD_inBuffer input = { 0 };
  gsize left = 1;

  input.src = g_bytes_get_data (packed, &input.size);
  ZSTD_DCtx_setParameter (context, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG);
  while (left != 0)
    {
      ZSTD_outBuffer output = { chunk, CHUNK, 0 };
      gsize before = input.pos;

      left = ZSTD_decompressStream (context, &output, &input);
      /* No way forward although the frame is not complete: it was cut off. */
      if (ZSTD_isError (left) || (left != 0 && output.pos == 0 && input.pos == before))
        {
          set_damaged (error);
          return NULL;
        }
      if (output.pos > max - out->len)
        {
          set_too_large (max, error);
          return NULL;
        }
      g_byte_array_append (out, chunk, output.pos);
    }
  if (input.pos != input.size)
    {
      set_damaged (error);
      return NULL;
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}

GBytes *
ruhu_wire_decompress (RuhuEncoding encoding, GBytes *packed, gsize max, GError **error)
{
  switch (encoding)
    {
    case RUHU_ENCODING_GZIP:
      return decompress_gzip (packed, max, error);
    case RUHU_ENCODING_ZSTD:
      return decompress_zstd (packed, max, error);
    case RUHU_ENCODING_IDENTITY:
    default:
      if (g_bytes_get_size (packed) > max)
        {
          set_too_large (max, error);
          return NULL;
        }
      return g_bytes_ref (packed);
    }
}

gboolean
ruhu_wire_next_line (const char *body, gsize size, gsize *offset, const char **line, gsize *length)
{
  while (*offset < size)
    {
      const char *start = body + *offset;
      const char *end = memchr (start, '\n', size - *offset);
      gsize n = end != NULL ? (gsize) (end - start) : size - *offset;

      *offset += n + (end != NULL ? 1 : 0);
      if (n > 0)
        {
          *line = start;
          *length = n;
          return TRUE;
        }
    }
  return FALSE;
}

json_object *
ruhu_wire_parse_json (const char *text, gsize length, int depth, GError **error)
{
  __attribute__ ((cleanup (ruhu_json_tokener_clear))) json_tokener *tokener = json_tokener_new_ex (depth);
  g_autoptr (RuhuJson) value = NULL;

  if (length == 0 || length > RUHU_WIRE_MAX_BODY)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_INVALID, length == 0 ? _ ("Nothing is there.") : _ ("It is too long."));
      return NULL;
    }
  /* json-c lets surrogates pass, which GLib, D-Bus and GTK do not take. */
  if (!g_utf8_validate_len (text, length, NULL))
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("The text is not UTF-8."));
      return NULL;
    }
  json_tokener_set_flags (tokener, JSON_TOKENER_STRICT);
  value = json_tokener_parse_ex (tokener, text, (int) length);
  if (json_tokener_get_error (tokener) == json_tokener_continue)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("The JSON text is cut off."));
      return NULL;
    }
  if (json_tokener_get_error (tokener) != json_tokener_success || json_tokener_get_parse_end (tokener) != length)
    {
      g_set_error (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("The JSON text is malformed at byte %zu."), json_tokener_get_parse_end (tokener));
      return NULL;
    }
  return g_steal_pointer (&value);
}
