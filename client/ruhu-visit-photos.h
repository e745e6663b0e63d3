/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuVisitPhotos: the photos taken in a visit, and those of before, in one strip. A photo that is added becomes a record of the draft; its card, with what it shows, stands below. */
#pragma once

#include <gtk/gtk.h>

#include "ruhu-edit-session.h"

G_BEGIN_DECLS

#define RUHU_TYPE_VISIT_PHOTOS (ruhu_visit_photos_get_type ())
G_DECLARE_FINAL_TYPE (RuhuVisitPhotos, ruhu_visit_photos, RUHU, VISIT_PHOTOS, GtkWidget)

/* Whether a part is about photos. */
gboolean ruhu_visit_photos_fits (RuhuFormPart *part);

/* The field by which a photo says that it shows a record of @type; NULL where none does, or the form takes none. Borrowed. */
RuhuField *ruhu_visit_photos_find_about (RuhuEditSession *session, RuhuRecordType *type);

/* A part's photos: of those of before, what it is about. The session must be open. Floating. */
GtkWidget *ruhu_visit_photos_new (RuhuEditSession *session, RuhuFormPart *part);
/* Those that say in @about that they show @record, which one that is added then says too. Floating. */
GtkWidget *ruhu_visit_photos_new_of_record (RuhuEditSession *session, RuhuField *about, const char *record);
/* As if somebody had pressed the strip's button. */
void ruhu_visit_photos_choose (RuhuVisitPhotos *self);

G_END_DECLS
