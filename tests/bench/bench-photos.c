/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "bench"

#include "config.h"

#include "bench-photos.h"

#include "ruhu-store-photos.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <string.h>

#define WIDTH   1600
#define HEIGHT  1200
#define N_KINDS 3

static GBytes *kinds[N_KINDS];

/* Hills under a sky, with as much grain as it takes for a photo's size. */
static GdkPixbuf *
draw (guint grain)
{
  GdkPixbuf *picture = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, WIDTH, HEIGHT);
  guchar *pixels = gdk_pixbuf_get_pixels (picture);
  gsize stride = (gsize) gdk_pixbuf_get_rowstride (picture);
  guint32 state = grain;

  for (gsize y = 0; y < HEIGHT; y++)
    for (gsize x = 0; x < WIDTH; x++)
      {
        gsize hill = (x * x / 2500 + y) % 600;
        guchar *pixel = pixels + y * stride + 3 * x;

        state = state * 1664525u + 1013904223u;
        pixel[0] = (guchar) (hill / 4 + (state >> 24) % grain);
        pixel[1] = (guchar) (hill / 3 + (state >> 24) % grain);
        pixel[2] = (guchar) (y / 8 + (state >> 24) % grain);
      }
  return picture;
}

void
bench_photos_prepare (void)
{
  for (guint i = 0; i < N_KINDS; i++)
    {
      g_autoptr (GdkPixbuf) picture = draw (7 + 5 * i);
      g_autoptr (GError) error = NULL;
      char *data = NULL;
      gsize size = 0;
      gboolean made = gdk_pixbuf_save_to_buffer (picture, &data, &size, "jpeg", &error, "quality", "70", NULL);

      bench_must (made, g_steal_pointer (&error), "A photo");
      kinds[i] = g_bytes_new_take (data, size);
      made = ruhu_photo_check (kinds[i], &error);
      bench_must (made, g_steal_pointer (&error), "A photo");
    }
}

GBytes *
bench_make_photo (guint64 number)
{
  GBytes *kind = kinds[number % N_KINDS];
  gsize size = g_bytes_get_size (kind);
  guint8 *copy = g_memdup2 (g_bytes_get_data (kind, NULL), size);

  /* Far behind the tables, where the image's own bits are: seven of each byte, so that none becomes a marker. */
  for (gsize i = 0; i < 10; i++)
    copy[size - 64 + i] = (guint8) (number >> (7 * i)) & 0x7f;
  return g_bytes_new_take (copy, size);
}

void
bench_take_photos (RuhuStore *store, BenchVisit *visit, guint64 number, guint n, GPtrArray *hashes, guint64 *bytes)
{
  g_autoptr (RuhuPhotoStore) photos = ruhu_photo_store_new (ruhu_database_get_path (ruhu_store_get_database (store)));
  json_object *records = json_object_new_object ();

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GBytes) photo = bench_make_photo (number + i);
      g_autoptr (GError) error = NULL;
      g_autofree char *id = g_strdup_printf ("%s%02u", visit->visit, i);
      json_object *fields = json_object_new_object ();
      char *hash = ruhu_store_add_photo (store, photos, photo, &error);

      bench_must (hash != NULL, g_steal_pointer (&error), "Taking a photo");
      json_object_object_add (fields, "subject", json_object_new_string ("01"));
      json_object_object_add (fields, "image", json_object_new_string (hash));
      json_object_object_add (fields, "things_only", json_object_new_boolean (TRUE));
      json_object_object_add (fields, "date", json_object_new_string ("2018-06-29"));
      json_object_object_add (records, id, fields);
      g_ptr_array_add (hashes, hash);
      *bytes += g_bytes_get_size (photo);
    }
  json_object_object_add (visit->set, "photo", records);
}
