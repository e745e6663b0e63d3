/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuPhotoDialog: asks what a photo shows, and whether anybody is in it, before it is kept. Responses: "add", "cancel". */
#pragma once

#include <adwaita.h>

#include "ruhu-catalogue.h"

G_BEGIN_DECLS

#define RUHU_TYPE_PHOTO_DIALOG (ruhu_photo_dialog_get_type ())
G_DECLARE_FINAL_TYPE (RuhuPhotoDialog, ruhu_photo_dialog, RUHU, PHOTO_DIALOG, AdwMessageDialog)

/* NULL where the catalogue has no list of what photos show. @preview is drawn. Floating no more: a window. */
GtkWidget *ruhu_photo_dialog_new (GtkWindow *parent, RuhuCatalogue *catalogue, GdkPixbuf *preview);
/* Says that it is the @place-th of @total. */
void ruhu_photo_dialog_set_place (RuhuPhotoDialog *self, guint place, guint total);

/* What it is expected to show: a code of the list. */
void ruhu_photo_dialog_set_subject (RuhuPhotoDialog *self, const char *code);

/* The code of what was chosen, or NULL; what was noted. Borrowed. */
const char *ruhu_photo_dialog_get_subject (RuhuPhotoDialog *self);
const char *ruhu_photo_dialog_get_note (RuhuPhotoDialog *self);

G_END_DECLS
