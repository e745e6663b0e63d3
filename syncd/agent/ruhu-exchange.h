/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuExchange: one laptop's exchange with its township: what waits is pushed, what is new is pulled, scopes are backfilled. Knows no schedule and no state beyond
 * the sizes of its batches: every step can be interrupted at any byte and is simply done again. Belongs to the thread of its store. */
#pragma once

#include "ruhu-answer.h"
#include "ruhu-http.h"
#include "ruhu-parcel.h"
#include "ruhu-replica.h"

G_BEGIN_DECLS

typedef struct _RuhuExchange RuhuExchange;

typedef enum
{
  RUHU_STAGE_CONNECTING,
  RUHU_STAGE_PUSHING,
  RUHU_STAGE_PULLING,
  RUHU_STAGE_BACKFILLING,
} RuhuStage;

/* @fraction: 0 … 1, or -1 when it is not known. */
typedef void (*RuhuStageFunc) (RuhuStage stage, double fraction, gpointer data);

/* What was done since the exchange was made. */
typedef struct
{
  guint64 pushed;   /* changes that the township took, refused ones included */
  guint64 refused;  /* of those, refused */
  guint64 received; /* entries of the stream, and heads of backfills */
} RuhuFigures;

/* All borrowed; @http has its server and token, or is NULL for ruhu_exchange_take_parcel() alone. Transfer full. */
RuhuExchange *ruhu_exchange_new (RuhuStore *store, RuhuReplica *replica, RuhuHttp *http, RuhuStageFunc stage, gpointer data);
void ruhu_exchange_free (RuhuExchange *self);

/**
 * ruhu_exchange_run:
 *
 * Push, hand drafts over, then pull until the township's head, and fetch what this user's withdrawn laptops left. With nothing to do it is one small request. What was done before an error stays done.
 * Errors: those of ruhu_http_send() and RuhuReplica; GAP, CLOCK when the township goes on refusing; PROTOCOL.
 */
gboolean ruhu_exchange_run (RuhuExchange *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* For a store that has lost what it had. First the township is asked what it has of this laptop (transfer full); then, without a network, the store starts anew from that: at the township's
 * head, with its own numbers behind those that the township has. What is to be kept is put into the store before the second. */
RuhuStandingAnswer *ruhu_exchange_ask_standing (RuhuExchange *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ruhu_exchange_start_anew (RuhuExchange *self, const RuhuStandingAnswer *answer, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* For a laptop that is to be erased: asks what the township has of its changes and drafts, whatever this laptop remembers of it. *@lacking: not all; what it lacks waits to be sent again.
 * REWRITTEN: it has another history, so nothing is known of what it has. */
gboolean ruhu_exchange_take_stock (RuhuExchange *self, gboolean *lacking, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Hands over the copies of others' changes that the township lost: those of scopes that this laptop does not hold any more, or @all. An older township takes none; they stay then. */
gboolean ruhu_exchange_tell_witness (RuhuExchange *self, gboolean all, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Waits up to @seconds for others' changes and takes them in; returns early with them. Otherwise as ruhu_exchange_run(), without the push. */
gboolean ruhu_exchange_wait (RuhuExchange *self, guint seconds, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * ruhu_exchange_take_parcel:
 *
 * As the pull of ruhu_exchange_run(), with the answers of @parcel instead of the township's over the network. Ends well where the parcel does not go on from where this laptop
 * stands: an old one changes nothing. *@fits: it began there, so that what else it says is of this laptop's present history.
 */
gboolean ruhu_exchange_take_parcel (RuhuExchange *self, RuhuParcel *parcel, gboolean *fits, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether something was stored since this was last asked. */
gboolean ruhu_exchange_take_news (RuhuExchange *self);

RuhuFigures ruhu_exchange_get_figures (RuhuExchange *self);

/* Changes of this laptop that the township has not confirmed, and those it refused that nobody has dealt with. */
gboolean ruhu_exchange_count (RuhuExchange *self, gint64 *waiting, gint64 *refused, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether changes wait that the township is not known to have. Errors count as no. */
gboolean ruhu_exchange_has_unsent (RuhuExchange *self);

/* The laptop's clock against the township's time of the last answer: more than a minute off is corrected. Nothing happens if that did not tell. */
gboolean ruhu_exchange_correct_clock (RuhuStore *store, RuhuReplica *replica, RuhuHttp *http, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuExchange, ruhu_exchange_free)

G_END_DECLS
