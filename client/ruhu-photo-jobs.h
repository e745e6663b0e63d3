/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What photos need of the disk, off the main thread. */
#pragma once

#include <gdk-pixbuf/gdk-pixbuf.h>

#include "ruhu-store-photos.h"
#include "ruhu-worker.h"

G_BEGIN_DECLS

/* Where a photo is and how far it got. */
typedef struct
{
  RuhuPhotoStatus status;
  char *path;
} RuhuPhotoPlace;

/* Keeps @bytes; the result is the hash (char *). */
void ruhu_photo_keep_async (RuhuWorker *worker, GBytes *bytes, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);

/* The picture at most @side long (GdkPixbuf); *@place is always given but for an error of the store: NULL without error when the photo is not here. */
void ruhu_photo_load_async (RuhuWorker *worker, const char *hash, int side, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
GdkPixbuf *ruhu_photo_load_finish (GAsyncResult *result, RuhuPhotoStatus *status, GError **error);

/* "Waiting to be sent", "40 % sent", "At the township", "Not arrived here yet". Transfer full. */
char *ruhu_photo_describe (const RuhuPhotoStatus *status);

G_END_DECLS
