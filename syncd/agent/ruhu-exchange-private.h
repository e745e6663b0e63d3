/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by the exchange's files: push and pull (ruhu-exchange.c), what to do when the two sides do not agree (-standing.c). */
#pragma once

#include "ruhu-answer.h"
#include "ruhu-exchange.h"
#include "ruhu-outgoing.h"
#include "ruhu-pace.h"
#include "ruhu-parcel.h"

G_BEGIN_DECLS

struct _RuhuExchange
{
  /* Borrowed. */
  RuhuStore *store;
  RuhuReplica *replica;
  RuhuHttp *http;
  RuhuStageFunc stage;
  gpointer stage_data;
  RuhuParcel *parcel; /* answers that were brought instead of a network; NULL: ask */
  /* Owned. */
  RuhuOutgoing *next; /* made while the township was taking the one before; or NULL */
  /* Values. */
  RuhuPace push, page;
  gint64 sending;        /* seq of the last change on its way */
  gboolean gaps;         /* what the township misses is not here any more */
  gint64 reused;         /* own seq under which the township has something else; 0: not known */
  gboolean unsure;       /* a push broke: the township may have taken it */
  gboolean shrunk;       /* … and the next one will be smaller */
  gint64 clock_measured; /* elapsed ms; 0: never */
  gboolean news;
  gboolean unanswered; /* the parcel does not go on from here */
  gboolean fits;       /* it had an answer for where this laptop stands */
  gboolean numbered;   /* the township knows no higher number of this laptop than it has given */
  gboolean drafts;     /* the township has drafts of this user's withdrawn laptops */
  RuhuFigures figures;
};

/* One request. The clock is looked at with every answer, a problem too; a failure to correct it comes before the answer. Transfer full. */
GBytes *ruhu_exchange_request (RuhuExchange *self, const char *target, GBytes *body, const char *accept, guint wait, GError **error);

/* A push of nothing: what the township has of this laptop. Transfer full. */
RuhuPushAnswer *ruhu_exchange_ask_accepted (RuhuExchange *self, GError **error);

/* Drafts that changed are handed over; those of this user's withdrawn laptops are fetched, if the last page said that there are some. */
gboolean ruhu_exchange_hand_drafts (RuhuExchange *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ruhu_exchange_fetch_drafts (RuhuExchange *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* What comes behind the pull: drafts, and others' changes that this laptop may not keep. */
gboolean ruhu_exchange_finish (RuhuExchange *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Of those that were handed over, what the township does not have (*@lacking, untouched otherwise) is to be handed over again. */
gboolean ruhu_exchange_compare_drafts (RuhuExchange *self, gboolean *lacking, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether what stopped the synchronisation could be put right, so that it may go on; else the error that is left. */
gboolean ruhu_exchange_recover (RuhuExchange *self, const GError *failure, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
