/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuPhotoStrip: photos in a row, each with its picture, what it shows and whether it is at the township; and the ways to add one: a file, a file dropped, a picture pasted (Ctrl+V).
 *
 * It keeps the photo itself (upright, bounded, without any metadata, after "no person, no ID card" was confirmed) and leaves the record to its owner: the household's file saves one, a visit
 * puts one into its draft. So it serves both.
 *
 * Signal "added" (hash, subject, note): a photo is on the disk; a record of type "photo" has to name it. The owner then calls ruhu_photo_strip_show() again. */
#pragma once

#include <adwaita.h>

#include "ruhu-worker.h"

G_BEGIN_DECLS

typedef struct
{
  char *hash;
  char *title; /* what it shows */
  char *note;  /* date, caption; may be "" */
} RuhuPhotoItem;

RuhuPhotoItem *ruhu_photo_item_new (const char *hash, const char *title, const char *note);
void ruhu_photo_item_free (gpointer self);

#define RUHU_TYPE_PHOTO_STRIP (ruhu_photo_strip_get_type ())
G_DECLARE_FINAL_TYPE (RuhuPhotoStrip, ruhu_photo_strip, RUHU, PHOTO_STRIP, AdwBin)

/* @may_add: whether there is a button. Floating. */
GtkWidget *ruhu_photo_strip_new (RuhuWorker *worker, gboolean may_add);

/* Shows @items (RuhuPhotoItem; a reference is kept). Pictures and states follow, read off the main thread as they come into view. */
void ruhu_photo_strip_show (RuhuPhotoStrip *self, GPtrArray *items);

/* As if the user had chosen @file, or pressed Ctrl+V. */
void ruhu_photo_strip_add_file (RuhuPhotoStrip *self, GFile *file);
void ruhu_photo_strip_paste (RuhuPhotoStrip *self);

G_END_DECLS
