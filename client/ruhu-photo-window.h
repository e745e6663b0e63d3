/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuPhotoWindow: photos large, one at a time: Left and Right go through them, Escape closes. */
#pragma once

#include "ruhu-photo-strip.h"

G_BEGIN_DECLS

#define RUHU_TYPE_PHOTO_WINDOW (ruhu_photo_window_get_type ())
G_DECLARE_FINAL_TYPE (RuhuPhotoWindow, ruhu_photo_window, RUHU, PHOTO_WINDOW, AdwWindow)

/* Opens on @items[@number]; a reference is kept. */
void ruhu_photo_window_present (GtkWindow *parent, RuhuWorker *worker, GPtrArray *items, guint number);

G_END_DECLS
