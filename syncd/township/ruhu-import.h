/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A laptop's bundle taken in at the township, without sockets or files: its changes go the way of a push, and what it is then answered is what it could have asked for. */
#pragma once

#include "ruhu-parcel-photos.h"
#include "ruhu-photo.h"
#include "ruhu-session.h"

G_BEGIN_DECLS

/* What became of a bundle. */
typedef struct
{
  char *device;
  guint changes;        /* in the bundle */
  gint64 taken;         /* of those, not here before */
  guint refused;        /* of those taken, not in force */
  gint64 accepted;      /* highest seq of the device that the township has */
  GError *stop;         /* why the rest was not taken (GAP, CLOCK), or NULL; owned */
  RuhuReceipt *receipt; /* for photos, or NULL where there were none; owned */
  GError *photo_stop;   /* why the other photos were not taken (NO_SPACE …), or NULL; owned */
  guint photos;         /* in the bundle */
  gboolean whole;       /* the answer reaches to the end of the log; otherwise the next one goes on from there */
} RuhuImport;

void ruhu_import_clear (RuhuImport *self);

/**
 * ruhu_import_bundle:
 * @photos: the township's photos
 * @key_pem: the township's private key
 * @page_bytes: size of the answer's pages
 *
 * Returns the answer, sealed for the laptop; what was taken is durable then. Doing it again with the same bundle takes nothing twice.
 * Its photos pass what an upload passes; one that does not is refused for itself, in the receipt.
 * Errors, with nothing changed: those of ruhu_bundle_open_outbox(), UNAUTHORISED (no such device), REVOKED, REWRITTEN, INVALID and FORBIDDEN (a line that no push would pass),
 * and the store's. Transfer full.
 */
GBytes *ruhu_import_bundle (RuhuSession *session, RuhuPhotoStore *photos, const char *key_pem, gsize page_bytes, GBytes *bundle, RuhuImport *import, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RuhuImport, ruhu_import_clear)

G_END_DECLS
