/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JPEG (ITU-T T.81, annex B), walked marker by marker:
 *
 *   SOI  [APP0 "JFIF"]  { DQT | DHT | DRI }  SOF0 or SOF2  { DQT | DHT | DRI | SOS + entropy-coded data }  EOI
 *
 * In entropy-coded data FF is followed by 00 or by a restart marker. Any other segment is refused: the kinds that carry metadata by name, because somebody may wonder why. */
#define G_LOG_DOMAIN "ruhu-photo"

#include "config.h"

#include "ruhu-photo.h"

#include "ruhu-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define SOF0 0xc0
#define SOF2 0xc2
#define DHT  0xc4
#define RST0 0xd0
#define RST7 0xd7
#define SOI  0xd8
#define EOI  0xd9
#define SOS  0xda
#define DQT  0xdb
#define DRI  0xdd
#define APP0 0xe0
#define APPF 0xef
#define COM  0xfe

#define MAX_COMPONENTS 3
/* Encoders make some ten scans of a progressive image. More only cost whoever decodes it. */
#define MAX_SCANS 64
/* Of definitions of tables and restart intervals. */
#define MAX_DEFINITIONS 256
#define JFIF_LENGTH     14

typedef struct
{
  /* What is left. */
  const guint8 *data;
  gsize length;
  /* The frame. */
  guint n_components;
  guint8 components[MAX_COMPONENTS];
  gboolean progressive;
  /* Values. */
  guint segments;
  guint definitions;
  guint scans;
} Walk;

static gboolean
fail_damaged (GError **error)
{
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("The photo is damaged or was cut off."));
  return FALSE;
}

static gboolean
fail_kind (GError **error)
{
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("This kind of image is not taken; photos are ordinary JPEG images in colour or grey."));
  return FALSE;
}

static gboolean
fail_metadata (GError **error)
{
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("The photo carries more than the image (such as place, time or camera), which must not be kept."));
  return FALSE;
}

static guint
get_16 (const guint8 *data)
{
  return (guint) data[0] << 8 | data[1];
}

/* JFIF 1.x without a thumbnail, as the first segment. */
static gboolean
take_app0 (Walk *walk, const guint8 *data, gsize length, GError **error)
{
  if (walk->segments > 1 || length != JFIF_LENGTH || memcmp (data, "JFIF\0\1", 6) != 0 || data[12] != 0 || data[13] != 0)
    return fail_metadata (error);
  return TRUE;
}

static gboolean
take_frame (Walk *walk, guint8 marker, const guint8 *data, gsize length, GError **error)
{
  guint height, width, n;

  if (walk->n_components > 0 || length < 6)
    return fail_damaged (error);
  n = data[5];
  if (data[0] != 8 || (n != 1 && n != 3))
    return fail_kind (error);
  height = get_16 (data + 1);
  width = get_16 (data + 3);
  if (length != 6 + 3 * (gsize) n || height == 0 || width == 0)
    return fail_damaged (error);
  if (height > RUHU_PHOTO_MAX_SIDE || width > RUHU_PHOTO_MAX_SIDE)
    {
      g_set_error (error, RUHU_ERROR, RUHU_ERROR_TOO_LARGE, _ ("The photo has more than %d × %d pixels."), RUHU_PHOTO_MAX_SIDE, RUHU_PHOTO_MAX_SIDE);
      return FALSE;
    }
  for (guint i = 0; i < n; i++)
    {
      const guint8 *component = data + 6 + 3 * i;

      if (component[1] >> 4 < 1 || component[1] >> 4 > 4 || (component[1] & 15) < 1 || (component[1] & 15) > 4 || component[2] > 3)
        return fail_damaged (error);
      walk->components[i] = component[0];
    }
  walk->n_components = n;
  walk->progressive = marker == SOF2;
  return TRUE;
}

static gboolean
take_quantization (const guint8 *data, gsize length, GError **error)
{
  gsize at = 0;

  while (at < length)
    {
      if (data[at] >> 4 > 1 || (data[at] & 15) > 3)
        return fail_damaged (error);
      at += 1 + (data[at] >> 4 == 1 ? 128 : 64);
    }
  return (length > 0 && at == length) || fail_damaged (error);
}

static gboolean
take_huffman (const guint8 *data, gsize length, GError **error)
{
  gsize at = 0;

  while (at < length)
    {
      guint codes = 0;

      if (data[at] >> 4 > 1 || (data[at] & 15) > 3 || length - at < 17)
        return fail_damaged (error);
      for (guint i = 1; i <= 16; i++)
        codes += data[at + i];
      if (codes > 256)
        return fail_damaged (error);
      at += 17 + codes;
    }
  return (length > 0 && at == length) || fail_damaged (error);
}

/* The parameters of a scan's header that follow its components. */
static gboolean
is_band (const Walk *walk, const guint8 *data, guint n)
{
  guint start = data[0], end = data[1];

  if (!walk->progressive)
    return start == 0 && end == 63 && data[2] == 0;
  return start <= end && end <= 63 && (start == 0 ? end == 0 : n == 1) && data[2] >> 4 <= 13 && (data[2] & 15) <= 13;
}

static gboolean
take_scan (Walk *walk, const guint8 *data, gsize length, GError **error)
{
  guint n = length > 0 ? data[0] : 0;

  if (walk->n_components == 0 || n < 1 || n > walk->n_components || length != 4 + 2 * (gsize) n || !is_band (walk, data + 1 + 2 * n, n))
    return fail_damaged (error);
  for (guint i = 0; i < n; i++)
    if (memchr (walk->components, data[1 + 2 * i], walk->n_components) == NULL || data[2 + 2 * i] >> 4 > 3 || (data[2 + 2 * i] & 15) > 3)
      return fail_damaged (error);
  return ++walk->scans <= MAX_SCANS || fail_kind (error);
}

/* Passes over the data of a scan, to the marker after it. */
static gboolean
skip_entropy (Walk *walk, GError **error)
{
  for (;;)
    {
      const guint8 *mark = memchr (walk->data, 0xff, walk->length);

      if (mark == NULL || walk->length - (gsize) (mark - walk->data) < 2)
        return fail_damaged (error);
      walk->length -= (gsize) (mark - walk->data);
      walk->data = mark;
      if (mark[1] != 0 && (mark[1] < RST0 || mark[1] > RST7))
        return TRUE;
      walk->data += 2;
      walk->length -= 2;
    }
}

static gboolean
take_segment (Walk *walk, guint8 marker, const guint8 *data, gsize length, GError **error)
{
  walk->segments++;
  switch (marker)
    {
    case APP0:
      return take_app0 (walk, data, length, error);
    case SOF0:
    case SOF2:
      return take_frame (walk, marker, data, length, error);
    case SOS:
      return take_scan (walk, data, length, error) && skip_entropy (walk, error);
    case DQT:
    case DHT:
    case DRI:
      if (++walk->definitions > MAX_DEFINITIONS)
        return fail_kind (error);
      if (marker == DRI)
        return length == 2 || fail_damaged (error);
      return marker == DQT ? take_quantization (data, length, error) : take_huffman (data, length, error);
    default:
      return (marker > APP0 && marker <= APPF) || marker == COM ? fail_metadata (error) : fail_kind (error);
    }
}

static gboolean
finish (const Walk *walk, GError **error)
{
  if (walk->scans == 0)
    return fail_damaged (error);
  return walk->length == 0 || fail_metadata (error);
}

/* *@ended: this was the end of the image. */
static gboolean
take_marker (Walk *walk, gboolean *ended, GError **error)
{
  guint8 marker;
  guint length;
  const guint8 *segment;

  if (walk->length < 2 || walk->data[0] != 0xff)
    return fail_damaged (error);
  marker = walk->data[1];
  walk->data += 2;
  walk->length -= 2;
  *ended = marker == EOI;
  if (*ended)
    return finish (walk, error);
  if (marker < SOF0 || marker == 0xff || (marker >= RST0 && marker <= SOI) || walk->length < 2)
    return fail_damaged (error);
  length = get_16 (walk->data);
  if (length < 2 || length > walk->length)
    return fail_damaged (error);
  segment = walk->data + 2;
  walk->data += length;
  walk->length -= length;
  return take_segment (walk, marker, segment, length - 2, error);
}

gboolean
ruhu_photo_check (GBytes *bytes, GError **error)
{
  Walk walk = { 0 };
  gboolean ended = FALSE;

  g_return_val_if_fail (bytes != NULL, FALSE);
  walk.data = g_bytes_get_data (bytes, &walk.length);
  if (walk.length > RUHU_PHOTO_MAX_BYTES)
    {
      g_set_error (error, RUHU_ERROR, RUHU_ERROR_TOO_LARGE, _ ("The photo is larger than %d KB."), RUHU_PHOTO_MAX_BYTES / 1024);
      return FALSE;
    }
  if (walk.length < 3 || walk.data[0] != 0xff || walk.data[1] != SOI || walk.data[2] != 0xff)
    return fail_kind (error);
  walk.data += 2;
  walk.length -= 2;
  while (!ended)
    if (!take_marker (&walk, &ended, error))
      return FALSE;
  return TRUE;
}

gboolean
ruhu_photo_is_hash (const char *text)
{
  return text != NULL && strlen (text) == RUHU_PHOTO_HASH_LENGTH && strspn (text, "0123456789abcdef") == RUHU_PHOTO_HASH_LENGTH;
}

void
ruhu_photo_add_hashes (const char *json, GHashTable *hashes)
{
  const char *text = json;

  g_return_if_fail (hashes != NULL);
  while (text != NULL && (text = strchr (text, '"')) != NULL)
    {
      gsize length = strspn (++text, "0123456789abcdef");

      if (length == RUHU_PHOTO_HASH_LENGTH && text[length] == '"')
        g_hash_table_add (hashes, g_strndup (text, length));
      text += length;
    }
}
