/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuImage: a picture as it may be kept: a JPEG, upright, bounded, and with nothing in it but the picture. Runs in any thread. */
#pragma once

#include <gdk-pixbuf/gdk-pixbuf.h>

G_BEGIN_DECLS

#define RUHU_IMAGE_MAX_BYTES  300000
#define RUHU_IMAGE_MAX_SIDE   1600
#define RUHU_IMAGE_MAX_PIXELS (64 * 1000 * 1000)
/* What is read at all. */
#define RUHU_IMAGE_MAX_INPUT (64 * 1024 * 1024)

/**
 * ruhu_image_clean:
 * @bytes: a JPEG or PNG file, or a WebP or HEIC one where this computer can read it
 *
 * Turns it upright by its EXIF orientation, makes it at most RUHU_IMAGE_MAX_SIDE long and RUHU_IMAGE_MAX_BYTES large, and encodes it anew: no EXIF, GPS, XMP, colour profile,
 * comment, thumbnail or trailing data comes along. INVALID when it is no picture or a damaged one; TOO_LARGE for more than RUHU_IMAGE_MAX_PIXELS, told before anything is
 * decoded. Transfer full.
 */
GBytes *ruhu_image_clean (GBytes *bytes, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same of a file: at most RUHU_IMAGE_MAX_INPUT bytes of it are read. Transfer full. */
GBytes *ruhu_image_clean_file (GFile *file, GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* … of what the clipboard holds. Transfer full. */
GBytes *ruhu_image_clean_pixbuf (GdkPixbuf *pixbuf, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Decodes to show: at most @side pixels long. The same errors. Transfer full. */
GdkPixbuf *ruhu_image_decode (GBytes *bytes, int side, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Any of the above in a thread of its own; @source is a GBytes, GFile or GdkPixbuf. */
void ruhu_image_clean_async (gpointer source, GType type, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
GBytes *ruhu_image_clean_finish (GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
