/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Photos in a laptop's bundle, and the township's receipt for them. In an answer photos are answers like others, under RUHU_TARGET_PHOTO. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What goes into one bundle, in bytes; the others go with the next. */
#define RUHU_PARCEL_MAX_PHOTOS (32 * 1024 * 1024)

typedef struct
{
  char *hash; /* as announced */
  GBytes *bytes;
} RuhuParcelPhoto;

void ruhu_parcel_photo_free (RuhuParcelPhoto *self);

void ruhu_parcel_append_photo (GString *content, const char *hash, GBytes *photo);
/* RuhuParcelPhoto: all that is in @content from @offset on, not looked into; they share its memory. INVALID. Transfer full. */
GPtrArray *ruhu_parcel_parse_photos (GBytes *content, gsize offset, GError **error);

/* What became of them. A photo that the receipt does not name was not looked at. */
typedef struct
{
  GPtrArray *taken;   /* hashes (char *) of what is durable at the township */
  GPtrArray *refused; /* hashes (char *) of what it will not have, … */
  GPtrArray *reasons; /* … and why (char *), each at its hash's place */
} RuhuReceipt;

/* Transfer full. */
RuhuReceipt *ruhu_receipt_new (void);
void ruhu_receipt_free (RuhuReceipt *self);
void ruhu_receipt_refuse (RuhuReceipt *self, const char *hash, const char *reason);
/* Transfer full. */
char *ruhu_receipt_to_json (RuhuReceipt *self);
/* INVALID. Transfer full. */
RuhuReceipt *ruhu_receipt_parse (GBytes *json, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuParcelPhoto, ruhu_parcel_photo_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuReceipt, ruhu_receipt_free)

G_END_DECLS
