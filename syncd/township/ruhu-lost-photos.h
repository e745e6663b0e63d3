/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Photos that a withdrawn laptop could not hand over: its disk had altered them, or they are none that the township takes. The office is to know, for their bytes go with the laptop. */
#pragma once

#include "ruhu-photo.h"
#include "ruhu-session.h"

G_BEGIN_DECLS

/* Of one laptop. */
#define RUHU_LOST_PHOTOS_MAX 500

typedef struct
{
  char *hash;
  char *device;
  char *told; /* stamp */
} RuhuLostPhoto;

void ruhu_lost_photo_free (RuhuLostPhoto *self);

/* Notes what @device cannot hand over; @hashes: a JSON array of them. TOO_LARGE, and nothing is noted. */
gboolean ruhu_lost_photos_note (RuhuSession *session, const char *device, json_object *hashes, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* RuhuLostPhoto: those that have not come from anywhere else since, by laptop. Transfer full. */
GPtrArray *ruhu_lost_photos_list (RuhuSession *session, RuhuPhotoStore *photos, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
