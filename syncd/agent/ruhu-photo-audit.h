/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuPhotoAudit: asks the township now and then which of the photos that count as sent it lacks: its disk may have lost some, and this laptop may be the only one that still has them. */
#pragma once

#include "ruhu-http.h"
#include "ruhu-store-photos.h"

G_BEGIN_DECLS

typedef struct _RuhuPhotoAudit RuhuPhotoAudit;

/* Both are borrowed. Transfer full. */
RuhuPhotoAudit *ruhu_photo_audit_new (RuhuStore *store, RuhuHttp *http);
void ruhu_photo_audit_free (RuhuPhotoAudit *self);

/**
 * ruhu_photo_audit_step:
 * @found: photos that are to be sent again
 * @more: whether there is another step
 *
 * One request at the most, and none within a week of the last that was answered. Errors: as of ruhu_photo_courier_step().
 */
gboolean ruhu_photo_audit_step (RuhuPhotoAudit *self, guint *found, gboolean *more, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * ruhu_photo_audit_tell_lost:
 * @hashes: photos that this laptop cannot hand over
 * @told: the township has noted all of them; an older one does not
 *
 * For one that is to be erased. Does not yield.
 */
gboolean ruhu_photo_audit_tell_lost (RuhuPhotoAudit *self, GPtrArray *hashes, gboolean *told, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Asks about all of them at once, before a laptop gives them up; does not yield. @found: as above. */
gboolean ruhu_photo_audit_ask_all (RuhuPhotoAudit *self, guint *found, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
