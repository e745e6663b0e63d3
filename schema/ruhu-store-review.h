/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes that did not take effect as they were sent: what their author is told and can do, and what the office decides.
 *
 *   refused       the township found it invalid, or the office refused it out of quarantine
 *   quarantined   its author had no right to it (any more): it waits for the office
 *   accepted      the office let it in out of quarantine */
#pragma once

#include "ruhu-store.h"

G_BEGIN_DECLS

typedef enum
{
  RUHU_REVIEW_REFUSED,
  RUHU_REVIEW_QUARANTINED,
  RUHU_REVIEW_ACCEPTED,
} RuhuReviewState;

/* The code of a refusal that the office spoke; its detail is the office's reason, as it was typed. Other codes are the names of RuhuError. */
#define RUHU_REASON_OFFICE "office"

/* One change of this laptop. */
typedef struct
{
  RuhuReviewState state;
  gint64 seq;
  gint64 position; /* of the refusal, the quarantine, or where it took effect */
  char *time;      /* stamp of the change */
  char *scope;
  char *household_name;
  char *visit;    /* or NULL */
  char *body;     /* the change's JSON, for ruhu_describe_change(); NULL when it was accepted */
  char *code;     /* why: RUHU_REASON_OFFICE or the name of a RuhuError; NULL when it was accepted */
  char *detail;   /* the township's or the office's own words, or NULL */
  char *sentence; /* what happened and why, in the user's language */
  char *advice;   /* what to do, in the user's language */
} RuhuReview;

void ruhu_review_free (RuhuReview *self);

/* RuhuReview: what nobody has dealt with, newest first. Transfer full. */
GPtrArray *ruhu_store_list_reviews (RuhuStore *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ruhu_store_count_reviews (RuhuStore *self, gint64 *refused, gint64 *quarantined, gint64 *accepted, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * ruhu_store_discard_review:
 *
 * Its author is through with it: it is not listed any more. What it says is kept, here and at the township. Of one in quarantine the office's decision is listed again.
 * NOT_FOUND if there is no such change.
 */
gboolean ruhu_store_discard_review (RuhuStore *self, gint64 seq, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Takes that back. NOT_FOUND if nothing was put aside under this number. */
gboolean ruhu_store_recall_review (RuhuStore *self, gint64 seq, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What a change said, with the `seen` of now: for a page that opens it again. */
typedef struct
{
  char *scope;
  gboolean of_village;
  char *visit; /* or NULL */
  gint64 seen;
  json_object *set;
  gboolean here; /* whether this laptop holds the scope: otherwise it can be sent again, but hardly be corrected */
} RuhuResend;

void ruhu_resend_free (RuhuResend *self);

/* The content of an own change that was refused or is in quarantine, to be corrected: the page saves it with RuhuEdit.answers = @seq. NOT_FOUND. Transfer full. */
RuhuResend *ruhu_store_prepare_resend (RuhuStore *self, gint64 seq, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same content once more, as it is, with the `seen` of now, as a new change; the old one counts as dealt with. Errors: those of ruhu_store_save(), NOT_FOUND. Nothing is changed on failure. */
gboolean ruhu_store_resend (RuhuStore *self, gint64 seq, gint64 *new_seq, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* As ruhu_store_put_draft() with the change's scope and the `seen` of now, and the change counts as dealt with: one transaction. @body: the page's own, made of ruhu_store_prepare_resend(). */
gboolean ruhu_store_resend_as_draft (RuhuStore *self, gint64 seq, const char *id, const char *kind, json_object *body, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Somebody's change in quarantine, as the office sees it. */
typedef struct
{
  char *device;
  gint64 seq;
  gint64 position; /* when it came */
  char *time;      /* stamp: when it was made */
  char *by;
  char *by_name;
  char *scope;
  gboolean of_village;
  char *household_name;
  char *visit; /* or NULL */
  char *body;
  char *code; /* the name of a RuhuError: forbidden, expired, revoked */
  char *detail;
  char *sentence; /* why, in the user's language */
} RuhuQuarantined;

void ruhu_quarantined_free (RuhuQuarantined *self);

/* RuhuQuarantined that nobody is known here to have decided on, oldest first; @limit 0: all. What this laptop decided and has not sent yet counts. Transfer full. */
GPtrArray *ruhu_store_list_quarantine (RuhuStore *self, gint64 offset, gint64 limit, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ruhu_store_count_quarantine (RuhuStore *self, gint64 *count, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * ruhu_store_decide:
 * @reason: why; may be NULL when it is accepted
 *
 * The office's decision, saved like any other record: it takes effect when the township has it. NOT_FOUND; INVALID without a reason for a refusal; FORBIDDEN.
 */
gboolean ruhu_store_decide (RuhuStore *self, const char *device, gint64 seq, gboolean accept, const char *reason, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The record type "decision", and the set that writes one. Transfer full; NULL if @self's catalogue lacks the type. */
#define RUHU_TYPE_DECISION "decision"
json_object *ruhu_decision_make_set (RuhuStore *self, const char *scope, const char *device, gint64 seq, gboolean accept, const char *reason);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuReview, ruhu_review_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuResend, ruhu_resend_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuQuarantined, ruhu_quarantined_free)

G_END_DECLS
