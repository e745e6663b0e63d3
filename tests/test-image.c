/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A photo is kept as a picture and nothing else, whatever came along with it. All pictures are drawn here. */
#include "config.h"

#include "ruhu-error.h"
#include "ruhu-image.h"

#include <gio/gio.h>
#include <string.h>

/* A picture whose corner at the top left is red, the rest grey (or noise, which no encoder makes small). */
static GdkPixbuf *
draw (int width, int height, gboolean noise, gboolean alpha)
{
  GdkPixbuf *pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, alpha, 8, width, height);
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  guint8 *pixels = gdk_pixbuf_get_pixels (pixbuf);
  int stride = gdk_pixbuf_get_rowstride (pixbuf);
  int channels = gdk_pixbuf_get_n_channels (pixbuf);

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        guint8 *pixel = pixels + y * stride + x * channels;
        gboolean corner = x < width / 2 && y < height / 2;

        for (int c = 0; c < 3; c++)
          pixel[c] = noise ? (guint8) g_rand_int (rand) : corner ? (c == 0 ? 230 : 10)
                                                                 : 128;
        if (alpha)
          pixel[3] = corner ? 255 : 0;
      }
  return pixbuf;
}

static GBytes *
save (GdkPixbuf *pixbuf, const char *kind)
{
  g_autoptr (GError) error = NULL;
  char *buffer = NULL;
  gsize length;

  g_assert_true (gdk_pixbuf_save_to_buffer (pixbuf, &buffer, &length, kind, &error, NULL));
  g_assert_no_error (error);
  return g_bytes_new_take (buffer, length);
}

static void
append_segment (GByteArray *array, guint8 marker, const void *head, gsize head_length, const char *secret)
{
  gsize length = 2 + head_length + strlen (secret);
  guint8 start[] = { 0xff, marker, (guint8) (length >> 8), (guint8) length };

  g_byte_array_append (array, start, sizeof start);
  g_byte_array_append (array, head, (guint) head_length);
  g_byte_array_append (array, (const guint8 *) secret, (guint) strlen (secret));
}

/* A TIFF header, an orientation, and a GPS directory behind it. */
static const guint8 exif[] = { 'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8, 0, 2, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 38, 0, 0, 0, 0, 0, 1, 0, 1, 0, 2, 0, 0, 0, 2, 'N', 0, 0, 0, 0, 0, 0, 0 };

/* A camera's file: EXIF that turns it by a quarter and says where it was, a preview, XMP, a colour profile, a comment, and something behind its end. */
static GBytes *
make_camera_file (void)
{
  g_autoptr (GdkPixbuf) pixbuf = draw (400, 200, FALSE, FALSE);
  g_autoptr (GBytes) plain = save (pixbuf, "jpeg");
  GByteArray *array = g_byte_array_new ();
  gsize length;
  const guint8 *data = g_bytes_get_data (plain, &length);

  g_byte_array_append (array, data, 2);
  append_segment (array, 0xe1, exif, sizeof exif, "SECRET-GPS 39.1N 88.2E SECRET-PREVIEW \xff\xd9");
  append_segment (array, 0xe1, "http://ns.adobe.com/xap/1.0/", 29, "<x:xmpmeta>SECRET-XMP</x:xmpmeta>");
  append_segment (array, 0xe2, "ICC_PROFILE\0\1\1", 14, "SECRET-ICC");
  append_segment (array, 0xed, "Photoshop 3.0", 14, "SECRET-IPTC");
  append_segment (array, 0xfe, "", 0, "SECRET-COMMENT");
  g_byte_array_append (array, data + 2, (guint) length - 2);
  g_byte_array_append (array, (const guint8 *) "SECRET-TRAILER", 14);
  return g_byte_array_free_to_bytes (array);
}

/* Walks the segments: only what a decoder needs is there, and nothing behind the end. */
static void
assert_bare (GBytes *bytes)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  gsize at = 2;

  g_assert_cmpuint (length, >, 4);
  g_assert_cmpuint (length, <=, RUHU_IMAGE_MAX_BYTES);
  g_assert_true (data[0] == 0xff && data[1] == 0xd8);
  g_assert_true (data[length - 2] == 0xff && data[length - 1] == 0xd9);
  while (data[at + 1] != 0xda)
    {
      guint8 marker = data[at + 1];

      g_assert_cmpuint (data[at], ==, 0xff);
      if (marker == 0xe0)
        g_assert_cmpmem (data + at + 4, 5, "JFIF", 5);
      else
        g_assert_true (marker == 0xdb || marker == 0xc4 || marker == 0xc0 || marker == 0xc2 || marker == 0xdd);
      at += 2 + (gsize) (data[at + 2] << 8 | data[at + 3]);
      g_assert_cmpuint (at + 4, <, length);
    }
  g_assert_null (memmem (data, length, "SECRET", 6));
}

static GBytes *
clean (GBytes *bytes)
{
  g_autoptr (GError) error = NULL;
  GBytes *cleaned = ruhu_image_clean (bytes, &error);

  g_assert_no_error (error);
  assert_bare (cleaned);
  return cleaned;
}

static const guint8 *
get_pixel (GdkPixbuf *pixbuf, int x, int y)
{
  return gdk_pixbuf_read_pixels (pixbuf) + y * gdk_pixbuf_get_rowstride (pixbuf) + x * gdk_pixbuf_get_n_channels (pixbuf);
}

static void
test_nothing_but_the_picture_is_kept (void)
{
  g_autoptr (GBytes) camera = make_camera_file ();
  g_autoptr (GBytes) cleaned = clean (camera);
  gsize length;
  const void *data = g_bytes_get_data (camera, &length);

  /* The secrets were there to be lost. */
  g_assert_nonnull (memmem (data, length, "SECRET-GPS", 10));
  g_assert_nonnull (cleaned);
}

static void
test_it_is_turned_upright (void)
{
  g_autoptr (GBytes) camera = make_camera_file ();
  g_autoptr (GBytes) cleaned = clean (camera);
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkPixbuf) pixbuf = ruhu_image_decode (cleaned, 4000, &error);

  g_assert_no_error (error);
  g_assert_cmpint (gdk_pixbuf_get_width (pixbuf), ==, 200);
  g_assert_cmpint (gdk_pixbuf_get_height (pixbuf), ==, 400);
  /* Orientation 6: what was at the left is at the top, what was at the top at the right. */
  g_assert_cmpuint (get_pixel (pixbuf, 150, 50)[0], >, 200);
  g_assert_cmpuint (get_pixel (pixbuf, 50, 50)[0], <, 150);
  g_assert_cmpuint (get_pixel (pixbuf, 150, 350)[0], <, 150);
}

static void
test_large_and_noisy_pictures_become_small (void)
{
  g_autoptr (GdkPixbuf) noise = draw (3000, 2000, TRUE, FALSE);
  g_autoptr (GBytes) file = save (noise, "jpeg");
  g_autoptr (GBytes) cleaned = clean (file);
  g_autoptr (GdkPixbuf) wide = draw (5000, 100, FALSE, FALSE);
  g_autoptr (GBytes) wide_file = save (wide, "jpeg");
  g_autoptr (GBytes) wide_cleaned = clean (wide_file);
  g_autoptr (GdkPixbuf) pixbuf = ruhu_image_decode (wide_cleaned, 9999, NULL);

  g_assert_cmpuint (g_bytes_get_size (file), >, RUHU_IMAGE_MAX_BYTES);
  g_assert_cmpint (gdk_pixbuf_get_width (pixbuf), ==, RUHU_IMAGE_MAX_SIDE);
  g_assert_cmpint (gdk_pixbuf_get_height (pixbuf), ==, 32);
}

static void
test_other_kinds_are_taken (void)
{
  g_autoptr (GdkPixbuf) alpha = draw (64, 64, FALSE, TRUE);
  g_autoptr (GBytes) png = save (alpha, "png");
  g_autoptr (GBytes) from_png = clean (png);
  g_autoptr (GdkPixbuf) pixbuf = ruhu_image_decode (from_png, 64, NULL);

  /* What was transparent is white. */
  g_assert_cmpuint (get_pixel (pixbuf, 48, 48)[1], >, 245);
}

static gboolean
can_read (const char *mime)
{
  g_autoptr (GSList) formats = gdk_pixbuf_get_formats ();

  for (GSList *l = formats; l != NULL; l = l->next)
    {
      g_auto (GStrv) types = gdk_pixbuf_format_get_mime_types (l->data);

      if (g_strv_contains ((const char *const *) types, mime))
        return TRUE;
    }
  return FALSE;
}

static void
assert_refused (const void *data, gsize length, int code)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, length);
  g_autoptr (GError) error = NULL;

  g_assert_null (ruhu_image_clean (bytes, &error));
  g_assert_error (error, RUHU_ERROR, code);
}

/* A WebP of one pixel; without its loader, the sentence says what to do. */
static void
test_a_kind_without_a_loader_is_said_to_be (void)
{
  static const guint8 webp[] = { 'R', 'I', 'F', 'F', 0x1a, 0, 0, 0, 'W', 'E', 'B', 'P', 'V', 'P', '8', 'L', 0x0d, 0, 0, 0, 0x2f, 0, 0, 0, 0x10, 0x07, 0x10, 0x11, 0x11, 0x88, 0x88, 0xfe, 0x07, 0 };
  static const guint8 heic[] = { 0, 0, 0, 24, 'f', 't', 'y', 'p', 'h', 'e', 'i', 'c', 0, 0, 0, 0, 'm', 'i', 'f', '1', 'h', 'e', 'i', 'c' };
  g_autoptr (GBytes) bytes = g_bytes_new_static (webp, sizeof webp);

  if (can_read ("image/webp"))
    g_bytes_unref (clean (bytes));
  else
    assert_refused (webp, sizeof webp, RUHU_ERROR_INVALID);
  assert_refused (heic, sizeof heic, RUHU_ERROR_INVALID);
}

static void
test_what_is_no_picture_is_refused (void)
{
  static const char svg[] = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"/>";

  assert_refused ("", 0, RUHU_ERROR_INVALID);
  assert_refused ("hello", 5, RUHU_ERROR_INVALID);
  assert_refused (svg, sizeof svg, RUHU_ERROR_INVALID);
  assert_refused ("\xff\xd8\xff\xe0 not a photo", 17, RUHU_ERROR_INVALID);
}

static void
test_half_a_picture_is_refused (void)
{
  g_autoptr (GdkPixbuf) noise = draw (300, 300, TRUE, FALSE);
  g_autoptr (GBytes) png = save (noise, "png");
  g_autoptr (GBytes) camera = make_camera_file ();
  gsize length;
  const guint8 *data = g_bytes_get_data (png, &length);

  assert_refused (data, length / 2, RUHU_ERROR_INVALID);
  assert_refused (data, 20, RUHU_ERROR_INVALID);
  /* The end of the preview inside is not the end of the picture. */
  data = g_bytes_get_data (camera, &length);
  assert_refused (data, length - 200, RUHU_ERROR_INVALID);
  assert_refused (data, 300, RUHU_ERROR_INVALID);
}

static guint32
crc_of (const guint8 *data, gsize length)
{
  guint32 crc = 0xffffffff;

  for (gsize i = 0; i < length; i++)
    {
      crc ^= data[i];
      for (int bit = 0; bit < 8; bit++)
        crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320 : 0);
    }
  return ~crc;
}

/* A PNG of a few bytes that says it has a billion pixels, and a JPEG that says the like. */
static void
test_a_bomb_is_refused_before_it_goes_off (void)
{
  guint8 png[64] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13, 'I', 'H', 'D', 'R', 0, 0, 0x7d, 0, 0, 0, 0x7d, 0, 8, 2, 0, 0, 0 };
  guint32 crc = GUINT32_TO_BE (crc_of (png + 12, 17));
  g_autoptr (GdkPixbuf) small = draw (64, 64, FALSE, FALSE);
  g_autoptr (GBytes) file = save (small, "jpeg");
  gsize length;
  g_autofree guint8 *jpeg = g_memdup2 (g_bytes_get_data (file, &length), g_bytes_get_size (file));
  guint8 *frame;

  memcpy (png + 29, &crc, 4);
  memcpy (png + 33, "\0\0\0\4IDAT\1\2\3\4\0\0\0\0", 16);
  assert_refused (png, sizeof png, RUHU_ERROR_TOO_LARGE);
  length = g_bytes_get_size (file);
  frame = memmem (jpeg, length, "\xff\xc0", 2);
  g_assert_nonnull (frame);
  memcpy (frame + 5, "\xfd\xe8\xfd\xe8", 4);
  assert_refused (jpeg, length, RUHU_ERROR_TOO_LARGE);
}

static void
test_cleaning_again_changes_little (void)
{
  g_autoptr (GBytes) camera = make_camera_file ();
  g_autoptr (GBytes) once = clean (camera);
  g_autoptr (GBytes) twice = clean (once);

  g_assert_cmpuint (g_bytes_get_size (twice), <, g_bytes_get_size (once) * 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/image/nothing-but-the-picture-is-kept", test_nothing_but_the_picture_is_kept);
  g_test_add_func ("/image/it-is-turned-upright", test_it_is_turned_upright);
  g_test_add_func ("/image/large-and-noisy-pictures-become-small", test_large_and_noisy_pictures_become_small);
  g_test_add_func ("/image/other-kinds-are-taken", test_other_kinds_are_taken);
  g_test_add_func ("/image/a-kind-without-a-loader-is-said-to-be", test_a_kind_without_a_loader_is_said_to_be);
  g_test_add_func ("/image/what-is-no-picture-is-refused", test_what_is_no_picture_is_refused);
  g_test_add_func ("/image/half-a-picture-is-refused", test_half_a_picture_is_refused);
  g_test_add_func ("/image/a-bomb-is-refused-before-it-goes-off", test_a_bomb_is_refused_before_it_goes_off);
  g_test_add_func ("/image/cleaning-again-changes-little", test_cleaning_again_changes_little);
  return g_test_run ();
}
