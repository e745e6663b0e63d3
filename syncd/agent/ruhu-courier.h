/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuCourier: one laptop's data directory and the way from it to the township: credentials, store, connection, enrolment. Everything blocks; it belongs to one thread.
 * RuhuAgent decides when; the courier does it once. */
#pragma once

#include "ruhu-credentials.h"
#include "ruhu-exchange.h"
#include "ruhu-photo-courier.h"

G_BEGIN_DECLS

typedef struct _RuhuCourier RuhuCourier;

/* @directory: the data directory; @wake_fd, @stop: as for ruhu_http_new(); @stage: may be NULL. Opens nothing yet. Transfer full. */
RuhuCourier *ruhu_courier_new (const char *directory, int wake_fd, RuhuHttpStopFunc stop, RuhuStageFunc stage, gpointer data);
void ruhu_courier_free (RuhuCourier *self);

/* Finds the credentials and, when there are any, opens the store. What is open already stays. Not being enrolled is no error here. Errors: those of ruhu_credentials_load(), ruhu_store_open(). */
gboolean ruhu_courier_open (RuhuCourier *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Closes the store, so that the next ruhu_courier_open() looks at the disk again. */
void ruhu_courier_close (RuhuCourier *self);

/**
 * ruhu_courier_enrol:
 * @link: as the office gave it
 *
 * The device's id and token are made here and saved before the township is asked, so that an enrolment that was interrupted anywhere is repeated with the same ones:
 * by calling this again with the same link, or by ruhu_courier_sync().
 *
 * A laptop that the township does not know any more (the last contact said so) keeps them, and all that it holds, and sends whatever the township lacks; a link for another person is not used up for that.
 *
 * Errors: INVALID (the link), FORBIDDEN (this laptop is enrolled already, not by this link in this run, and the township knows it, or holds what was recorded under an earlier enrolment and never sent), EXPIRED, and those of ruhu_http_send() and the store.
 */
gboolean ruhu_courier_enrol (RuhuCourier *self, const char *link, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One whole synchronisation, an unconfirmed enrolment first. Errors: NOT_ENROLLED, those of ruhu_courier_open(), ruhu_exchange_run(). */
gboolean ruhu_courier_sync (RuhuCourier *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* As ruhu_exchange_wait(), after a ruhu_courier_sync() that went well. */
gboolean ruhu_courier_wait (RuhuCourier *self, guint seconds, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* As ruhu_photo_courier_step(), after a ruhu_courier_sync() that went well. */
gboolean ruhu_courier_move_photos (RuhuCourier *self, gboolean *more, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* As ruhu_photo_courier_retry(). */
void ruhu_courier_retry_photos (RuhuCourier *self);
/* Zeros while there is no store. */
RuhuPhotoCounts ruhu_courier_get_photo_counts (RuhuCourier *self);

/**
 * ruhu_courier_withdraw:
 * @erased: whether everything personal is gone; FALSE: changes, drafts or photos that the township never got are still here, and so nothing was touched
 *
 * What a laptop does that the township has revoked: asks what the township really has, sends what it lacks, photos too, and erases what is here, damaged databases that were set aside too.
 */
gboolean ruhu_courier_withdraw (RuhuCourier *self, gboolean *erased, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What was erased may still stand in the write-ahead log, if somebody was reading: it goes as soon as nobody is. Of a laptop that is nobody's. FALSE: not yet. */
gboolean ruhu_courier_scrub (RuhuCourier *self);

/* Whether the store is open, so that what is said about it is so. */
gboolean ruhu_courier_is_open (RuhuCourier *self);
/* Zeros while there is no store. */
gboolean ruhu_courier_count (RuhuCourier *self, gint64 *waiting, gint64 *refused, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Whether changes wait that the township is not known to have. Errors count as no. */
gboolean ruhu_courier_has_unsent (RuhuCourier *self);

/* Whether there are credentials, and whether they are still to be confirmed by the township. */
gboolean ruhu_courier_is_enrolled (RuhuCourier *self);
gboolean ruhu_courier_is_enrolling (RuhuCourier *self);
RuhuTokenStore ruhu_courier_get_token_store (RuhuCourier *self);
/* The township's name, or "". Transfer full. */
char *ruhu_courier_dup_township (RuhuCourier *self);
/* Unix time in s of the last synchronisation that went through; 0: never. */
gint64 ruhu_courier_get_last_success (RuhuCourier *self);
gboolean ruhu_courier_take_news (RuhuCourier *self);
RuhuFigures ruhu_courier_get_figures (RuhuCourier *self);
/* The position reached; 0 while there is no store. */
gint64 ruhu_courier_get_position (RuhuCourier *self);
/* As ruhu_http_get_retry_after(). */
gint64 ruhu_courier_get_retry_after (RuhuCourier *self);
/* As ruhu_http_renew(). */
void ruhu_courier_renew (RuhuCourier *self);
/* As ruhu_http_set_patience(). */
void ruhu_courier_set_patience (RuhuCourier *self, guint still, guint connect);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuCourier, ruhu_courier_free)

G_END_DECLS
