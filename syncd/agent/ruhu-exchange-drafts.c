/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drafts go to the township at each contact, and come back on this user's next laptop. */
#define G_LOG_DOMAIN "ruhu-syncd"

#include "config.h"

#include "ruhu-exchange-private.h"

#include "ruhu-draft-lines.h"
#include "ruhu-error.h"
#include "ruhu-wire.h"

#include <glib/gi18n.h>

/* Whether an error is about the drafts that were handed over, not about the way there. The rest does not wait for them. */
static gboolean
is_about_drafts (const GError *error)
{
  return g_error_matches (error, RUHU_ERROR, RUHU_ERROR_TOO_LARGE) || g_error_matches (error, RUHU_ERROR, RUHU_ERROR_INVALID) ||
         g_error_matches (error, RUHU_ERROR, RUHU_ERROR_NOT_FOUND);
}

/* What is being typed goes to the township, where this user's next laptop finds it. */
gboolean
ruhu_exchange_hand_drafts (RuhuExchange *self, GError **error)
{
  gboolean more = TRUE;

  while (more)
    {
      g_autoptr (RuhuHandover) handover = ruhu_replica_take_drafts (self->replica, self->push.size, error);
      g_autoptr (GBytes) plain = NULL, body = NULL;
      g_autoptr (GError) local = NULL;

      if (handover == NULL)
        return FALSE;
      if (!handover->news)
        return TRUE;
      plain = g_bytes_new (handover->lines->str, handover->lines->len);
      body = ruhu_exchange_request (self, RUHU_TARGET_DRAFTS, plain, "application/json", 0, &local);
      if (body == NULL && is_about_drafts (local))
        {
          g_warning ("The township does not keep the drafts: %s", ruhu_error_get_name ((RuhuError) local->code));
          return TRUE;
        }
      if (body == NULL)
        {
          if (ruhu_http_was_cut (self->http))
            ruhu_pace_break (&self->push, g_bytes_get_size (plain));
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      if (!ruhu_replica_drafts_handed (self->replica, handover, error))
        return FALSE;
      more = handover->more;
    }
  return TRUE;
}

/* What this user's withdrawn laptops left. It comes behind the households, so that the pages find what they are about. */
gboolean
ruhu_exchange_fetch_drafts (RuhuExchange *self, GError **error)
{
  g_autoptr (RuhuDraftLines) lines = NULL;
  g_autoptr (GBytes) body = NULL;
  gboolean wants = FALSE;

  if (!self->drafts || self->parcel != NULL)
    return TRUE;
  if (!ruhu_replica_wants_drafts (self->replica, &wants, error))
    return FALSE;
  if (!wants)
    return ruhu_exchange_hand_drafts (self, error);
  body = ruhu_exchange_request (self, RUHU_TARGET_DRAFTS, NULL, RUHU_WIRE_NDJSON, 0, error);
  if (body == NULL)
    return FALSE;
  lines = ruhu_draft_lines_parse (g_bytes_get_data (body, NULL), g_bytes_get_size (body), error);
  if (lines == NULL)
    {
      g_prefix_error (error, "%s: ", _ ("The township's drafts cannot be read"));
      return FALSE;
    }
  if (!ruhu_replica_restore_drafts (self->replica, lines->drafts, error))
    return FALSE;
  g_message ("%u drafts came back from another laptop", lines->drafts->len);
  self->news = TRUE;
  return ruhu_exchange_hand_drafts (self, error);
}
