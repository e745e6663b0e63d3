/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A photo as a button: its picture, what it shows and whether it is at the township, read off the main thread when it first comes into view. */
#pragma once

#include <gtk/gtk.h>

#include "ruhu-worker.h"

G_BEGIN_DECLS

typedef struct
{
  char *hash;
  char *title;  /* what it shows */
  char *note;   /* date, caption; may be "" */
  char *record; /* of its record, where this user may remove that; else NULL */
} RuhuPhotoItem;

RuhuPhotoItem *ruhu_photo_item_new (const char *hash, const char *title, const char *note, const char *record);
void ruhu_photo_item_free (gpointer self);

/* @item stays the caller's, and has to live as long as the button. @cancellable ends the reading. Floating. */
GtkWidget *ruhu_photo_thumbnail_new (RuhuWorker *worker, GCancellable *cancellable, RuhuPhotoItem *item);

/* Borrowed; NULL for any other widget. */
const RuhuPhotoItem *ruhu_photo_thumbnail_get_item (GtkWidget *widget);

G_END_DECLS
