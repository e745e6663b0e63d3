/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drafts go to the township at each contact, and come back on this user's next laptop. */
#define G_LOG_DOMAIN "ruhu-syncd"

#include "config.h"

#include "ruhu-exchange-private.h"

#include "ruhu-draft-lines.h"
#include "ruhu-error.h"
#include "ruhu-wire.h"

#include <glib/gi18n.h>

/* Bodies at one contact: what a township that always lacks something is sent. */
#define MAX_TURNS 256

/* Whether an error is about the drafts that were handed over, not about the way there. The rest does not wait for them. */
static gboolean
is_about_drafts (const GError *error)
{
  return g_error_matches (error, RUHU_ERROR, RUHU_ERROR_TOO_LARGE) || g_error_matches (error, RUHU_ERROR, RUHU_ERROR_INVALID) ||
         g_error_matches (error, RUHU_ERROR, RUHU_ERROR_NOT_FOUND);
}

/* They stay as they are until the next contact. */
static gboolean
let_drafts_be (const GError *error)
{
  g_warning ("The township does not keep the drafts: %s", ruhu_error_get_name ((RuhuError) error->code));
  return TRUE;
}

static RuhuDraftLines *
fetch (RuhuExchange *self, const char *target, GError **error)
{
  g_autoptr (GBytes) body = ruhu_exchange_request (self, target, NULL, RUHU_WIRE_NDJSON, 0, error);
  RuhuDraftLines *lines = body != NULL ? ruhu_draft_lines_parse (g_bytes_get_data (body, NULL), g_bytes_get_size (body), error) : NULL;

  if (body != NULL && lines == NULL)
    g_prefix_error (error, "%s: ", _ ("The township's drafts cannot be read"));
  return lines;
}

/* What this laptop handed over and has lost. */
static gboolean
fetch_own (RuhuExchange *self, GError **error)
{
  g_autoptr (RuhuDraftLines) lines = NULL;
  gboolean wants = FALSE;

  if (!ruhu_replica_wants_own_drafts (self->replica, &wants, error))
    return FALSE;
  if (!wants)
    return TRUE;
  lines = fetch (self, RUHU_TARGET_DRAFTS "?own=1", error);
  if (lines == NULL || !ruhu_replica_restore_own_drafts (self->replica, lines->drafts, error))
    return FALSE;
  g_message ("The township had %u drafts of this laptop", lines->drafts->len);
  self->news = TRUE;
  return TRUE;
}

/* Where the township has had higher numbers of this laptop than were given here, its data was put back from an older copy: then what was typed here since comes of an earlier version than the
 * township's, in whose place it must not go. A push would show it, but there may be nothing to push; and the pull comes behind the drafts. Asked once, for nobody puts it back under an open file. */
static gboolean
check_numbers (RuhuExchange *self, GError **error)
{
  g_autoptr (RuhuPushAnswer) answer = NULL;

  if (self->numbered)
    return TRUE;
  answer = ruhu_exchange_ask_accepted (self, error);
  if (answer == NULL || !ruhu_replica_check_accepted (self->replica, answer->accepted, error))
    return FALSE;
  self->numbered = TRUE;
  return TRUE;
}

/* Sends one body. *@again: there is more, or the answer makes more. */
static gboolean
hand_some (RuhuExchange *self, gboolean *again, GError **error)
{
  g_autoptr (RuhuHandover) handover = ruhu_replica_take_drafts (self->replica, self->push.size, error);
  g_autoptr (GBytes) plain = NULL, body = NULL;
  g_autoptr (RuhuDraftsAnswer) answer = NULL;

  *again = FALSE;
  if (handover == NULL || !handover->news)
    return handover != NULL;
  if (!check_numbers (self, error))
    return FALSE;
  plain = g_bytes_new (handover->lines->str, handover->lines->len);
  body = ruhu_exchange_request (self, RUHU_TARGET_DRAFTS, plain, "application/json", 0, error);
  if (body == NULL)
    {
      if (ruhu_http_was_cut (self->http))
        ruhu_pace_break (&self->push, g_bytes_get_size (plain));
      return FALSE;
    }
  answer = ruhu_drafts_answer_parse (g_bytes_get_data (body, NULL), g_bytes_get_size (body), error);
  return answer != NULL && ruhu_replica_take_drafts_answer (self->replica, handover, answer->lacks, answer->others, again, error);
}

static gboolean
hand_all (RuhuExchange *self, GError **error)
{
  gboolean again = TRUE;

  for (guint turn = 0; again && turn < MAX_TURNS; turn++)
    if (!fetch_own (self, error) || !hand_some (self, &again, error))
      return FALSE;
  return TRUE;
}

/* What is being typed goes to the township, where this user's next laptop finds it. */
gboolean
ruhu_exchange_hand_drafts (RuhuExchange *self, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (hand_all (self, &local))
    return TRUE;
  if (is_about_drafts (local))
    return let_drafts_be (local);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* What this user's withdrawn laptops left. It comes behind the households, so that the pages find what they are about. */
gboolean
ruhu_exchange_fetch_drafts (RuhuExchange *self, GError **error)
{
  g_autoptr (RuhuDraftLines) lines = NULL;
  gboolean wants = FALSE;

  if (!self->drafts || self->parcel != NULL)
    return TRUE;
  if (!ruhu_replica_wants_drafts (self->replica, &wants, error))
    return FALSE;
  if (!wants)
    return ruhu_exchange_hand_drafts (self, error);
  lines = fetch (self, RUHU_TARGET_DRAFTS, error);
  if (lines == NULL || !ruhu_replica_restore_drafts (self->replica, lines->drafts, error))
    return FALSE;
  g_message ("%u drafts came back from another laptop", lines->drafts->len);
  self->news = TRUE;
  return ruhu_exchange_hand_drafts (self, error);
}

gboolean
ruhu_exchange_compare_drafts (RuhuExchange *self, gboolean *lacking, GError **error)
{
  g_autoptr (RuhuDraftLines) lines = fetch (self, RUHU_TARGET_DRAFTS "?own=1", error);
  guint n = 0;

  if (lines == NULL || !ruhu_replica_compare_drafts (self->replica, lines->drafts, &n, error))
    return FALSE;
  *lacking = *lacking || n > 0;
  return TRUE;
}
