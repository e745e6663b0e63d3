/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuPhotoCourier: photos on their way, one small step at a time, so that whoever drives it can let changes go first. Everything blocks; belongs to the thread of its store.
 *
 * What is due is sent by tus, the smallest first, and goes on at the byte that the township has; what is wanted is fetched by ranges, and goes on at the byte that is here. Both outlive
 * this program. */
#pragma once

#include "ruhu-http.h"
#include "ruhu-store-photos.h"

G_BEGIN_DECLS

typedef struct _RuhuPhotoCourier RuhuPhotoCourier;

/* All borrowed. Transfer full. */
RuhuPhotoCourier *ruhu_photo_courier_new (RuhuStore *store, RuhuPhotoStore *photos, RuhuHttp *http);
void ruhu_photo_courier_free (RuhuPhotoCourier *self);

/* Records, outbox or drafts may have changed: they are looked at before the next step. */
void ruhu_photo_courier_look (RuhuPhotoCourier *self);

/* Nothing is left alone any more: a person wants it tried. */
void ruhu_photo_courier_retry (RuhuPhotoCourier *self);

/**
 * ruhu_photo_courier_step:
 * @more: whether there is something for another step to do
 *
 * One request at the most. A photo that the township refuses, or does not have yet, is left alone for a while and is no error. Errors: those of ruhu_http_send() that lie on the way,
 * UNAUTHORISED, REVOKED, and those of the store.
 */
gboolean ruhu_photo_courier_step (RuhuPhotoCourier *self, gboolean *more, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same, for one that only sends. *@more FALSE: nothing is left to be sent, or not now. */
gboolean ruhu_photo_courier_hand_over (RuhuPhotoCourier *self, gboolean *more, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* For a laptop that is to be erased: asks which of its photos the township lacks, whatever this laptop remembers of it; those are to be sent. @lacking: how many. */
gboolean ruhu_photo_courier_take_stock (RuhuPhotoCourier *self, guint *lacking, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* … and tells it which it will not get: those that are damaged, and those that it has refused since this courier was made. They are not waited for then. *@told: it knows of all of them. */
gboolean ruhu_photo_courier_tell_lost (RuhuPhotoCourier *self, gboolean *told, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* As of the last look or step. */
RuhuPhotoCounts ruhu_photo_courier_get_counts (RuhuPhotoCourier *self);
/* Whether a photo arrived since this was last asked. */
gboolean ruhu_photo_courier_take_news (RuhuPhotoCourier *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuPhotoCourier, ruhu_photo_courier_free)

G_END_DECLS
