/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What to do when this laptop and the township do not agree on what was. */
#define G_LOG_DOMAIN "ruhu-syncd"

#include "config.h"

#include "ruhu-answer.h"
#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-exchange-private.h"

#include <glib/gi18n.h>
#include <string.h>

RuhuPushAnswer *
ruhu_exchange_ask_accepted (RuhuExchange *self, GError **error)
{
  g_autoptr (GBytes) nothing = g_bytes_new_static ("", 0), body = NULL;

  body = ruhu_exchange_request (self, RUHU_TARGET_PUSH, nothing, "application/json", 0, error);
  return body != NULL ? ruhu_push_answer_parse (g_bytes_get_data (body, NULL), g_bytes_get_size (body), error) : NULL;
}

static GBytes *
make_standing_body (RuhuExchange *self, gboolean fresh, gboolean *empty, GError **error)
{
  g_autoptr (RuhuJson) object = json_object_new_object ();
  json_object *list = fresh ? json_object_new_array () : ruhu_replica_list_checkpoints (self->replica, error);
  const char *text;

  if (list == NULL)
    return NULL;
  *empty = json_object_array_length (list) == 0;
  json_object_object_add (object, "checkpoints", list);
  text = json_object_to_json_string_ext (object, JSON_C_TO_STRING_PLAIN);
  return g_bytes_new (text, strlen (text));
}

/* Where this laptop and the township agree; *@fresh: in, whether the head is asked for; out, whether that is what was said. */
static RuhuStandingAnswer *
ask_standing (RuhuExchange *self, gboolean *fresh, GError **error)
{
  g_autoptr (GBytes) body = make_standing_body (self, *fresh, fresh, error);
  g_autoptr (GBytes) received = body != NULL ? ruhu_exchange_request (self, "/v1/standing", body, "application/json", 0, error) : NULL;
  g_autoptr (RuhuStandingAnswer) answer = received != NULL ? ruhu_standing_answer_parse (g_bytes_get_data (received, NULL), g_bytes_get_size (received), error) : NULL;

  if (answer == NULL || !answer->rewritten)
    return g_steal_pointer (&answer);
  g_message ("ALARM: the township's history was rewritten: nothing is taken from it");
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_REWRITTEN, _ ("The township's history is not the one that this laptop saw."));
  return NULL;
}

/* Starts anew from there. */
static gboolean
stand (RuhuExchange *self, const RuhuStandingAnswer *answer, gboolean fresh, gint64 reused, const char *notice, GError **error)
{
  RuhuRebase to = { .fresh = fresh, .reused = reused, .notice = notice };

  if (!ruhu_replica_get_pushed (self->replica, &to.pushed, error))
    return FALSE;
  to.position = answer->position;
  to.hash = answer->hash;
  to.accepted = answer->accepted;
  to.scopes = (const char *const *) answer->scopes;
  to.refused = (const RuhuEntry *) (const void *) answer->refused->data;
  to.n_refused = answer->refused->len;
  g_message ("Starting anew from position %" G_GINT64_FORMAT, to.position);
  self->news = TRUE;
  return ruhu_replica_rebase (self->replica, &to, error);
}

static gboolean
stand_anew (RuhuExchange *self, gboolean fresh, gint64 reused, const char *notice, GError **error)
{
  g_autoptr (RuhuStandingAnswer) answer = ask_standing (self, &fresh, error);

  return answer != NULL && stand (self, answer, fresh, reused, notice, error);
}

RuhuStandingAnswer *
ruhu_exchange_ask_standing (RuhuExchange *self, GError **error)
{
  gboolean fresh = TRUE;

  g_return_val_if_fail (self != NULL, NULL);

  return ask_standing (self, &fresh, error);
}

gboolean
ruhu_exchange_start_anew (RuhuExchange *self, const RuhuStandingAnswer *answer, GError **error)
{
  g_return_val_if_fail (self != NULL && answer != NULL, FALSE);

  return stand (self, answer, TRUE, 0, NULL, error);
}

/* Where it stands and what it has of this laptop is the township's to say, not this laptop's marks: a copy may have been put in place there that is older than these. */
static gboolean
compare_changes (RuhuExchange *self, gboolean *lacking, GError **error)
{
  g_autoptr (RuhuStandingAnswer) answer = NULL;
  g_autoptr (GError) local = NULL;
  gboolean fresh = FALSE;
  gint64 cursor, pushed;

  answer = ask_standing (self, &fresh, &local);
  /* An older one does not know the question. */
  if (g_error_matches (local, RUHU_ERROR, RUHU_ERROR_NOT_FOUND))
    return TRUE;
  if (answer == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (!ruhu_replica_get_cursor (self->replica, &cursor, NULL, error) || !ruhu_replica_get_pushed (self->replica, &pushed, error))
    return FALSE;
  *lacking = answer->position != cursor || answer->accepted < pushed;
  return !*lacking || stand (self, answer, fresh, 0, "restored", error);
}

gboolean
ruhu_exchange_take_stock (RuhuExchange *self, gboolean *lacking, GError **error)
{
  g_return_val_if_fail (self != NULL && lacking != NULL, FALSE);

  *lacking = FALSE;
  /* Where the changes were lost, the drafts wait again, too. */
  return compare_changes (self, lacking, error) && (*lacking || ruhu_exchange_compare_drafts (self, lacking, error));
}

gboolean
ruhu_exchange_recover (RuhuExchange *self, const GError *failure, GError **error)
{
  gboolean rewritten = g_error_matches (failure, RUHU_ERROR, RUHU_ERROR_REWRITTEN);
  gboolean used = g_error_matches (failure, RUHU_ERROR, RUHU_ERROR_SEQ_REUSED);
  gint64 reused = self->reused != 0 ? self->reused : ruhu_replica_get_reused (self->replica);
  g_autoptr (GError) local = NULL;

  if (rewritten && stand_anew (self, FALSE, 0, "restored", &local))
    return TRUE;
  if (used && stand_anew (self, TRUE, reused, "reused", &local))
    return TRUE;
  /* A township that does not know the question is an older one. */
  if (local == NULL || g_error_matches (local, RUHU_ERROR, RUHU_ERROR_NOT_FOUND))
    g_propagate_error (error, g_error_copy (failure));
  else
    g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}
