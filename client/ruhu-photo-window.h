/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuPhotoWindow: photos large, one at a time: Left and Right go through them, Delete removes, Escape closes. */
#pragma once

#include "ruhu-photo-strip.h"

G_BEGIN_DECLS

#define RUHU_TYPE_PHOTO_WINDOW (ruhu_photo_window_get_type ())
G_DECLARE_FINAL_TYPE (RuhuPhotoWindow, ruhu_photo_window, RUHU, PHOTO_WINDOW, AdwWindow)

/* Opens on @items[@number]; a reference is kept. A photo that may be removed is by @strip's signal "removed"; the window closes then. */
void ruhu_photo_window_present (GtkWidget *strip, RuhuWorker *worker, GPtrArray *items, guint number);

G_END_DECLS
