/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-store"

#include "config.h"

#include "ruhu-store-review.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-store-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define OWN "device = (SELECT value FROM meta WHERE key = 'device')"

/* A change that was decided on has a second row, which counts. */
#define NOT_LET_IN                                                                             \
  OWN " AND (kind = 'refused' OR (kind = 'quarantined' AND NOT EXISTS (SELECT 1 FROM log AS d" \
      " WHERE d.device = log.device AND d.seq = log.seq AND d.kind <> 'quarantined')))"

void
ruhu_review_free (RuhuReview *self)
{
  if (self == NULL)
    return;
  g_free (self->time);
  g_free (self->scope);
  g_free (self->household_name);
  g_free (self->visit);
  g_free (self->body);
  g_free (self->code);
  g_free (self->detail);
  g_free (self->sentence);
  g_free (self->advice);
  g_free (self);
}

void
ruhu_resend_free (RuhuResend *self)
{
  if (self == NULL)
    return;
  g_free (self->scope);
  g_free (self->visit);
  json_object_put (self->set);
  g_free (self);
}

void
ruhu_quarantined_free (RuhuQuarantined *self)
{
  if (self == NULL)
    return;
  g_free (self->device);
  g_free (self->time);
  g_free (self->by);
  g_free (self->by_name);
  g_free (self->scope);
  g_free (self->household_name);
  g_free (self->visit);
  g_free (self->body);
  g_free (self->code);
  g_free (self->detail);
  g_free (self->sentence);
  g_free (self);
}

/* What the author is told: what happened, what to do. */
typedef struct
{
  RuhuReviewState state;
  const char *code; /* NULL: any */
  const char *sentence;
  const char *advice;
} Saying;

static const Saying sayings[] = {
  { RUHU_REVIEW_QUARANTINED, "forbidden", N_ ("This is not assigned to you, or was not when you opened the page. The township keeps your record and the office decides whether it counts."),
    N_ ("Nothing needs doing; ask the office if it is urgent. If you have been assigned meanwhile, you can send it again.") },
  { RUHU_REVIEW_QUARANTINED, "expired", N_ ("You recorded this long after the household had been given to somebody else. The township keeps your record and the office decides whether it counts."),
    N_ ("Nothing needs doing; tell the office how you came by it.") },
  { RUHU_REVIEW_QUARANTINED, NULL, N_ ("The township keeps your record and the office decides whether it counts."), N_ ("Nothing needs doing; ask the office if it is urgent.") },
  { RUHU_REVIEW_REFUSED, RUHU_REASON_OFFICE, N_ ("The office did not accept this record."), N_ ("Read the office’s reason. Correct it and send it again, or put it aside.") },
  { RUHU_REVIEW_REFUSED, "invalid", N_ ("The township’s check found an error in this record, so it does not count."), N_ ("Correct it and send it again, or put it aside.") },
  { RUHU_REVIEW_REFUSED, "forbidden", N_ ("Nobody may write this as it was sent, so it does not count."), N_ ("Correct it and send it again, or put it aside.") },
  { RUHU_REVIEW_REFUSED, "too-large", N_ ("This record is too large, so it does not count."), N_ ("Send it again in parts.") },
  { RUHU_REVIEW_REFUSED, NULL, N_ ("The township did not take this record."), N_ ("Correct it and send it again, or put it aside.") },
  { RUHU_REVIEW_ACCEPTED, NULL, N_ ("The office accepted this record; it counts."), N_ ("Nothing needs doing.") },
};

static const Saying *
find_saying (RuhuReviewState state, const char *code)
{
  for (gsize i = 0; i < G_N_ELEMENTS (sayings); i++)
    if (sayings[i].state == state && (sayings[i].code == NULL || g_strcmp0 (sayings[i].code, code) == 0))
      return &sayings[i];
  g_assert_not_reached ();
}

#define REVIEWS                                                                                                                                               \
  "SELECT CASE kind WHEN 'refused' THEN 0 ELSE 1 END, seq, position, time, scope, visit, body, reason, detail FROM log WHERE " NOT_LET_IN " AND settled = 0 " \
  "UNION ALL SELECT 2, seq, position, time, scope, NULL, NULL, NULL, NULL FROM verdict WHERE settled = 0 ORDER BY 2 DESC"

static RuhuReview *
review_from_row (RuhuStore *self, RuhuStatement *row)
{
  RuhuReview *review = g_new0 (RuhuReview, 1);
  const Saying *saying;

  review->state = (RuhuReviewState) ruhu_statement_get_integer (row, 0);
  review->seq = ruhu_statement_get_integer (row, 1);
  review->position = ruhu_statement_get_integer (row, 2);
  review->time = g_strdup (ruhu_statement_get_text (row, 3));
  review->scope = g_strdup (ruhu_statement_get_text (row, 4));
  review->household_name = ruhu_store_dup_household_name (self, review->scope);
  review->visit = g_strdup (ruhu_statement_get_text (row, 5));
  review->body = g_strdup (ruhu_statement_get_text (row, 6));
  review->code = g_strdup (ruhu_statement_get_text (row, 7));
  review->detail = g_strdup (ruhu_statement_get_text (row, 8));
  saying = find_saying (review->state, review->code);
  review->sentence = g_strdup (_ (saying->sentence));
  review->advice = g_strdup (_ (saying->advice));
  return review;
}

GPtrArray *
ruhu_store_list_reviews (RuhuStore *self, GError **error)
{
  g_autoptr (GPtrArray) reviews = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_review_free);
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query = NULL;

  g_return_val_if_fail (self != NULL, NULL);
  query = ruhu_database_query (ruhu_store_get_database (self), REVIEWS, error, "");
  if (query == NULL)
    return NULL;
  while (ruhu_statement_next (query, &local))
    g_ptr_array_add (reviews, review_from_row (self, query));
  return ruhu_check_end (&local, error) ? g_steal_pointer (&reviews) : NULL;
}

gboolean
ruhu_store_count_reviews (RuhuStore *self, gint64 *refused, gint64 *quarantined, gint64 *accepted, GError **error)
{
  RuhuDatabase *database = ruhu_store_get_database (self);

  return ruhu_database_get_integer (database, "SELECT count (*) FROM log WHERE " NOT_LET_IN " AND kind = 'refused' AND settled = 0", 0, refused, error, "") &&
         ruhu_database_get_integer (database, "SELECT count (*) FROM log WHERE " NOT_LET_IN " AND kind = 'quarantined' AND settled = 0", 0, quarantined, error,
                                    "") &&
         ruhu_database_get_integer (database, "SELECT count (*) FROM verdict WHERE settled = 0", 0, accepted, error, "");
}

typedef struct
{
  RuhuStore *store;
  gint64 seq;
  const char *id;
  const char *kind;
  json_object *body;
} Answer;

static gboolean
set_settled (RuhuDatabase *database, gint64 seq, gint64 settled, GError **error)
{
  gint64 n;

  if (!ruhu_database_run (database, "UPDATE log SET settled = ?2 WHERE seq = ?1 AND (?2 = 1 OR settled = 1) AND " NOT_LET_IN, error, "ii", seq, settled))
    return FALSE;
  n = ruhu_database_get_changes (database);
  if (!ruhu_database_run (database, "UPDATE verdict SET settled = ?2 WHERE seq = ?1 AND (?2 = 1 OR settled = 1)", error, "ii", seq, settled))
    return FALSE;
  if (n + ruhu_database_get_changes (database) > 0)
    return TRUE;
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_NOT_FOUND, _ ("There is no such change that was refused or waits for the office."));
  return FALSE;
}

static gboolean
discard (RuhuDatabase *database, gpointer data, GError **error)
{
  Answer *job = data;

  return set_settled (database, job->seq, 1, error);
}

static gboolean
recall (RuhuDatabase *database, gpointer data, GError **error)
{
  Answer *job = data;

  return set_settled (database, job->seq, 0, error);
}

gboolean
ruhu_store_discard_review (RuhuStore *self, gint64 seq, GError **error)
{
  Answer job = { .store = self, .seq = seq };

  g_return_val_if_fail (self != NULL, FALSE);
  return ruhu_database_transaction (ruhu_store_get_database (self), discard, &job, error);
}

gboolean
ruhu_store_recall_review (RuhuStore *self, gint64 seq, GError **error)
{
  Answer job = { .store = self, .seq = seq };

  g_return_val_if_fail (self != NULL, FALSE);
  return ruhu_database_transaction (ruhu_store_get_database (self), recall, &job, error);
}

static RuhuChange *
find_not_let_in (RuhuStore *self, gint64 seq, GError **error)
{
  g_autofree char *body = NULL;

  if (!ruhu_database_get_text (ruhu_store_get_database (self), "SELECT body FROM log WHERE seq = ?1 AND " NOT_LET_IN " ORDER BY n DESC LIMIT 1", &body, error,
                               "i", seq))
    return NULL;
  if (body != NULL)
    return ruhu_change_parse (body, strlen (body), error);
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_NOT_FOUND, _ ("There is no such change that was refused or waits for the office."));
  return NULL;
}

RuhuResend *
ruhu_store_prepare_resend (RuhuStore *self, gint64 seq, GError **error)
{
  g_autoptr (RuhuResend) resend = g_new0 (RuhuResend, 1);
  g_autoptr (RuhuChange) change = NULL;

  g_return_val_if_fail (self != NULL, NULL);
  change = find_not_let_in (self, seq, error);
  if (change == NULL || !ruhu_store_get_seen (self, &resend->seen, error) || !ruhu_store_holds (self, change->scope, &resend->here, error))
    return NULL;
  resend->scope = g_strdup (change->scope);
  resend->of_village = change->of_village;
  resend->visit = g_strdup (change->visit);
  resend->set = json_object_get (change->set);
  return g_steal_pointer (&resend);
}

static gboolean
resend (RuhuDatabase *database, gpointer data, GError **error)
{
  Answer *job = data;
  g_autoptr (RuhuResend) content = ruhu_store_prepare_resend (job->store, job->seq, error);
  RuhuEdit edit = { 0 };
  gint64 seq;

  if (content == NULL)
    return FALSE;
  edit = (RuhuEdit){ .scope = content->scope, .of_village = content->of_village, .visit = content->visit, .seen = content->seen, .set = content->set, .answers = job->seq };
  if (!ruhu_store_save (job->store, &edit, &seq, error))
    return FALSE;
  job->seq = seq;
  return TRUE;
}

gboolean
ruhu_store_resend (RuhuStore *self, gint64 seq, gint64 *new_seq, GError **error)
{
  Answer job = { .store = self, .seq = seq };

  g_return_val_if_fail (self != NULL, FALSE);
  if (!ruhu_database_transaction (ruhu_store_get_database (self), resend, &job, error))
    return FALSE;
  if (new_seq != NULL)
    *new_seq = job.seq;
  return TRUE;
}

static gboolean
resend_as_draft (RuhuDatabase *database, gpointer data, GError **error)
{
  Answer *job = data;
  g_autoptr (RuhuResend) content = ruhu_store_prepare_resend (job->store, job->seq, error);

  return content != NULL && ruhu_store_put_draft (job->store, job->id, job->kind, content->scope, content->seen, job->body, error) &&
         discard (database, job, error);
}

gboolean
ruhu_store_resend_as_draft (RuhuStore *self, gint64 seq, const char *id, const char *kind, json_object *body, GError **error)
{
  Answer job = { self, seq, id, kind, body };

  g_return_val_if_fail (self != NULL && id != NULL && kind != NULL && body != NULL, FALSE);
  return ruhu_database_transaction (ruhu_store_get_database (self), resend_as_draft, &job, error);
}
