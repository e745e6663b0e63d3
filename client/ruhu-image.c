/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Only known kinds of pictures are handed to a loader: an SVG or an icon is no photo, and its loader one more thing to be attacked. The loader tells the size before it decodes:
 * there a picture that is too large is given up, and any other is scaled down while it is decoded where its format allows. GdkPixbuf takes half a JPEG or PNG for a whole
 * one, the rest of it being whatever was in memory: so their ends are looked for first. */
#define G_LOG_DOMAIN "ruhu-image"

#include "config.h"

#include "ruhu-image.h"

#include "ruhu-error.h"

#include <glib/gi18n.h>
#include <string.h>

#define CHUNK (32 * 1024)

static const struct
{
  gsize offset;
  const char *magic;
  gsize length;
} kinds[] = {
  { 0, "\xff\xd8\xff", 3 },
  { 0, "\x89PNG\r\n\x1a\n", 8 },
  { 8, "WEBP", 4 },
  { 4, "ftypheic", 8 },
  { 4, "ftypheix", 8 },
  { 4, "ftypmif1", 8 },
  { 4, "ftypavif", 8 },
};

/* How hard the encoder tries before the picture is made smaller. */
static const char *const qualities[] = { "85", "75", "65", "55", "45" };
static const int sides[] = { RUHU_IMAGE_MAX_SIDE, 1280, 1024, 800, 640 };

typedef struct
{
  int side;
  gboolean too_large;
} Bound;

static gboolean
is_picture (const guint8 *data, gsize length)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (length >= kinds[i].offset + kinds[i].length && memcmp (data + kinds[i].offset, kinds[i].magic, kinds[i].length) == 0)
      return TRUE;
  return FALSE;
}

/* Whether the end of the picture follows its beginning; what stands in the segments before (a preview with an end of its own) does not count. */
static gboolean
is_whole_jpeg (const guint8 *data, gsize length)
{
  gsize at = 2;

  while (at + 4 <= length && data[at] == 0xff && data[at + 1] != 0xda)
    at += data[at + 1] == 0xff ? 1 : 2 + (gsize) (data[at + 2] << 8 | data[at + 3]);
  return at + 4 <= length && data[at] == 0xff && memmem (data + at, length - at, "\xff\xd9", 2) != NULL;
}

static gboolean
is_whole_png (const guint8 *data, gsize length)
{
  gsize at = 8;

  while (at + 12 <= length)
    {
      guint32 size = (guint32) data[at] << 24 | (guint32) data[at + 1] << 16 | (guint32) data[at + 2] << 8 | data[at + 3];

      if (memcmp (data + at + 4, "IEND", 4) == 0)
        return TRUE;
      if (size > length - at - 12)
        return FALSE;
      at += 12 + (gsize) size;
    }
  return FALSE;
}

static gboolean
is_whole (const guint8 *data, gsize length)
{
  if (data[0] == 0xff)
    return is_whole_jpeg (data, length);
  return data[0] != 0x89 || is_whole_png (data, length);
}

static void
size_cb (GdkPixbufLoader *loader, int width, int height, gpointer data)
{
  Bound *bound = data;
  int longest = MAX (width, height);

  bound->too_large = bound->too_large || (gint64) width * height > RUHU_IMAGE_MAX_PIXELS;
  if (bound->too_large)
    gdk_pixbuf_loader_set_size (loader, 0, 0);
  else if (longest > bound->side)
    gdk_pixbuf_loader_set_size (loader, MAX (1, (int) ((gint64) width * bound->side / longest)), MAX (1, (int) ((gint64) height * bound->side / longest)));
}

static gboolean
feed (GdkPixbufLoader *loader, GBytes *bytes, const Bound *bound, GError **error)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);

  for (gsize at = 0; at < length && !bound->too_large; at += CHUNK)
    if (!gdk_pixbuf_loader_write (loader, data + at, MIN (CHUNK, length - at), error))
      return FALSE;
  return TRUE;
}

static void
explain (const Bound *bound, const GError *cause, GError **error)
{
  if (bound->too_large)
    g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_TOO_LARGE, _ ("This picture is larger than 64 megapixels. Take it again with a smaller setting of the camera."));
  else if (g_error_matches (cause, GDK_PIXBUF_ERROR, GDK_PIXBUF_ERROR_UNKNOWN_TYPE))
    g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("This computer cannot read this kind of picture. Save it as JPEG, then add it."));
  else
    g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("The picture is damaged or not complete. Copy it from the camera again."));
}

static GdkPixbuf *
load (GBytes *bytes, int side, GError **error)
{
  Bound bound = { .side = side };
  g_autoptr (GdkPixbufLoader) loader = gdk_pixbuf_loader_new ();
  g_autoptr (GError) local = NULL;
  GdkPixbuf *pixbuf = NULL;
  gboolean fed;

  g_signal_connect (loader, "size-prepared", G_CALLBACK (size_cb), &bound);
  fed = feed (loader, bytes, &bound, &local);
  /* What was refused half-way is closed all the same. */
  if (gdk_pixbuf_loader_close (loader, local == NULL ? &local : NULL) && fed && !bound.too_large && is_whole (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)))
    pixbuf = gdk_pixbuf_loader_get_pixbuf (loader);
  if (pixbuf == NULL)
    {
      explain (&bound, local, error);
      return NULL;
    }
  return gdk_pixbuf_apply_embedded_orientation (pixbuf);
}

GdkPixbuf *
ruhu_image_decode (GBytes *bytes, int side, GError **error)
{
  gsize length;
  const guint8 *data;

  g_return_val_if_fail (bytes != NULL && side > 0, NULL);

  data = g_bytes_get_data (bytes, &length);
  if (length > RUHU_IMAGE_MAX_INPUT)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_TOO_LARGE, _ ("This file is larger than 64 MB."));
      return NULL;
    }
  if (!is_picture (data, length))
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("This file is not a photo. Photos are JPEG, PNG, WebP or HEIC files."));
      return NULL;
    }
  return load (bytes, side, error);
}

/* At most @side long, and opaque: a JPEG has no transparency. */
static GdkPixbuf *
fit (GdkPixbuf *pixbuf, int side)
{
  int width = gdk_pixbuf_get_width (pixbuf);
  int height = gdk_pixbuf_get_height (pixbuf);
  int longest = MAX (width, height);

  if (longest > side)
    {
      width = MAX (1, (int) ((gint64) width * side / longest));
      height = MAX (1, (int) ((gint64) height * side / longest));
    }
  if (gdk_pixbuf_get_has_alpha (pixbuf))
    return gdk_pixbuf_composite_color_simple (pixbuf, width, height, GDK_INTERP_BILINEAR, 255, 16, 0xffffff, 0xffffff);
  if (longest > side)
    return gdk_pixbuf_scale_simple (pixbuf, width, height, GDK_INTERP_BILINEAR);
  return g_object_ref (pixbuf);
}

/* NULL without error when it is larger than it may be. */
static GBytes *
encode (GdkPixbuf *pixbuf, const char *quality, GError **error)
{
  g_autofree char *buffer = NULL;
  gsize length;

  if (!gdk_pixbuf_save_to_buffer (pixbuf, &buffer, &length, "jpeg", error, "quality", quality, NULL))
    return NULL;
  return length <= RUHU_IMAGE_MAX_BYTES ? g_bytes_new_take (g_steal_pointer (&buffer), length) : NULL;
}

GBytes *
ruhu_image_clean_pixbuf (GdkPixbuf *pixbuf, GError **error)
{
  g_autoptr (GError) local = NULL;

  g_return_val_if_fail (GDK_IS_PIXBUF (pixbuf), NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (sides); i++)
    {
      g_autoptr (GdkPixbuf) fitting = fit (pixbuf, sides[i]);

      for (gsize j = 0; fitting != NULL && j < G_N_ELEMENTS (qualities); j++)
        {
          GBytes *bytes = encode (fitting, qualities[j], &local);

          if (bytes != NULL)
            return bytes;
          if (local != NULL)
            {
              g_propagate_error (error, g_steal_pointer (&local));
              return NULL;
            }
        }
    }
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_TOO_LARGE, _ ("The photo cannot be made small enough to be kept."));
  return NULL;
}

GBytes *
ruhu_image_clean (GBytes *bytes, GError **error)
{
  g_autoptr (GdkPixbuf) pixbuf = ruhu_image_decode (bytes, RUHU_IMAGE_MAX_SIDE, error);

  return pixbuf != NULL ? ruhu_image_clean_pixbuf (pixbuf, error) : NULL;
}

GBytes *
ruhu_image_clean_file (GFile *file, GCancellable *cancellable, GError **error)
{
  g_autoptr (GFileInputStream) stream = g_file_read (file, cancellable, error);
  g_autoptr (GByteArray) read = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  guint8 buffer[CHUNK];
  gssize n = 0;

  if (stream == NULL)
    return NULL;
  while (read->len <= RUHU_IMAGE_MAX_INPUT && (n = g_input_stream_read (G_INPUT_STREAM (stream), buffer, sizeof buffer, cancellable, error)) > 0)
    g_byte_array_append (read, buffer, (guint) n);
  if (n < 0)
    return NULL;
  bytes = g_byte_array_free_to_bytes (g_steal_pointer (&read));
  return ruhu_image_clean (bytes, error);
}

static void
clean_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GValue *value = data;
  g_autoptr (GError) error = NULL;
  GBytes *cleaned;

  if (G_VALUE_HOLDS (value, G_TYPE_BYTES))
    cleaned = ruhu_image_clean (g_value_get_boxed (value), &error);
  else if (G_VALUE_HOLDS (value, G_TYPE_FILE))
    cleaned = ruhu_image_clean_file (g_value_get_object (value), cancellable, &error);
  else
    cleaned = ruhu_image_clean_pixbuf (g_value_get_object (value), &error);
  if (cleaned != NULL)
    g_task_return_pointer (task, cleaned, (GDestroyNotify) g_bytes_unref);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
value_free (gpointer data)
{
  g_value_unset (data);
  g_free (data);
}

void
ruhu_image_clean_async (gpointer source, GType type, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  GValue *value = g_new0 (GValue, 1);

  g_value_init (value, type);
  if (type == G_TYPE_BYTES)
    g_value_set_boxed (value, source);
  else
    g_value_set_object (value, source);
  g_task_set_task_data (task, value, value_free);
  g_task_run_in_thread (task, clean_in_thread);
}

GBytes *
ruhu_image_clean_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
