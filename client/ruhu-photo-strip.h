/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuPhotoStrip: photos in a row, each with its picture, what it shows and whether it is at the township; and the ways to add one: a file, a file dropped, a picture pasted (Ctrl+V).
 *
 * It keeps the photo itself (upright, bounded, without any metadata, after "no person, no ID card" was confirmed) and leaves the record to its owner: the household's file saves one, a visit
 * puts one into its draft. So it serves both.
 *
 * Signal "added" (hash, subject, note): a photo is on the disk; a record of type "photo" has to name it. The owner then calls ruhu_photo_strip_show() again.
 * Signal "removed" (record): somebody wants it out of the file, by Delete or in the photo's window; the owner does it. */
#pragma once

#include <adwaita.h>

#include "ruhu-photo-thumbnail.h"
#include "ruhu-worker.h"

G_BEGIN_DECLS

#define RUHU_TYPE_PHOTO_STRIP (ruhu_photo_strip_get_type ())
G_DECLARE_FINAL_TYPE (RuhuPhotoStrip, ruhu_photo_strip, RUHU, PHOTO_STRIP, AdwBin)

/* @may_add: whether there is a button. Floating. */
GtkWidget *ruhu_photo_strip_new (RuhuWorker *worker, gboolean may_add);

/* What a photo that is added is expected to show, for the person to change: a code of the catalogue's list. */
void ruhu_photo_strip_set_subject (RuhuPhotoStrip *self, const char *code);

/* Shows @items (RuhuPhotoItem; a reference is kept). Pictures and states follow, read off the main thread as they come into view. */
void ruhu_photo_strip_show (RuhuPhotoStrip *self, GPtrArray *items);

/* Before it is put elsewhere: the keyboard is on the same photo, or the one beside it, once it stands there. */
void ruhu_photo_strip_note_focus (RuhuPhotoStrip *self);

/* As if the user had pressed the button, chosen @file, or pressed Ctrl+V. */
void ruhu_photo_strip_choose (RuhuPhotoStrip *self);
void ruhu_photo_strip_add_file (RuhuPhotoStrip *self, GFile *file);
void ruhu_photo_strip_paste (RuhuPhotoStrip *self);

/* The first strip in @root, itself among them, where one that came is not dealt with yet: it is made ready, asked about or kept. Borrowed; NULL: none. */
GtkWidget *ruhu_photo_strip_find_busy (GtkWidget *root);

G_END_DECLS
