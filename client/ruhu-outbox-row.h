/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuOutboxRow: a change of this laptop that waits, was refused, or is at the office, and what it says. Signals: "open" (household), "discard" (seq), "resend" (seq), "correct" (seq). */
#pragma once

#include <adwaita.h>

#include "ruhu-store-query.h"
#include "ruhu-store-review.h"

G_BEGIN_DECLS

/* In words; made in the worker's thread. */
typedef struct
{
  gint64 seq;
  char *title; /* the household's name, or what else it is of */
  char *when;
  char *household;  /* its id, or NULL */
  GPtrArray *lines; /* char * */
  /* Of one that did not take effect as it was sent. */
  RuhuReviewState state;
  char *reason;   /* in a few words; NULL: it waits */
  char *sentence; /* what happened and why */
  char *detail;   /* the township's or the office's own words, or NULL */
  char *advice;   /* what to do */
  gboolean correctable;
} RuhuOutboxText;

/* Transfer full. */
RuhuOutboxText *ruhu_outbox_text_new (RuhuStore *store, const RuhuOutboxItem *item);
RuhuOutboxText *ruhu_outbox_text_new_review (RuhuStore *store, const RuhuReview *review);
void ruhu_outbox_text_free (RuhuOutboxText *self);

#define RUHU_TYPE_OUTBOX_ROW (ruhu_outbox_row_get_type ())
G_DECLARE_FINAL_TYPE (RuhuOutboxRow, ruhu_outbox_row, RUHU, OUTBOX_ROW, AdwExpanderRow)

/* Takes @text over. Floating. */
GtkWidget *ruhu_outbox_row_new (RuhuOutboxText *text);

G_END_DECLS
