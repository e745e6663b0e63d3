/* SPDX-License-Identifier: GPL-3.0-or-later */
/* POST /v1/drafts: a laptop hands its drafts over. GET /v1/drafts: those that this person's withdrawn laptops left, or its own. */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-draft-lines.h"
#include "ruhu-error.h"
#include "ruhu-route.h"

#include <glib/gi18n-lib.h>

RuhuResponse *
ruhu_endpoint_keep_drafts (RuhuCall *call, RuhuSession *session, GError **error)
{
  g_autoptr (GBytes) body = ruhu_request_dup_plain_body (call->request, RUHU_DRAFTS_MAX_BYTES, &call->status, error);
  g_autoptr (RuhuDraftLines) lines = NULL;
  g_autoptr (RuhuDraftsAnswer) compared = ruhu_drafts_answer_new ();
  RuhuDraftsTold told;
  json_object *answer;

  if (body != NULL)
    lines = ruhu_draft_lines_parse (g_bytes_get_data (body, NULL), g_bytes_get_size (body), error);
  if (lines == NULL)
    return NULL;
  if (lines->have == NULL)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("The closing line must say which drafts there are."));
      return NULL;
    }
  told = (RuhuDraftsTold){ lines->drafts, lines->have, lines->updated, lines->over, lines->over_updated, lines->took, lines->took_updated };
  if (!ruhu_ledger_keep_drafts (session->ledger, call->access->device, &told, compared->lacks, compared->others, error))
    return NULL;
  answer = ruhu_drafts_answer_to_json (compared);
  json_object_object_add (answer, "kept", json_object_new_int64 (lines->drafts->len));
  json_object_object_add (answer, "now", json_object_new_int64 (ruhu_server_get_now (call->server)));
  return ruhu_response_new_json (200, answer);
}

RuhuResponse *
ruhu_endpoint_give_drafts (RuhuCall *call, RuhuSession *session, GError **error)
{
  g_autoptr (RuhuStatement) rows = NULL;
  GString *lines;
  gint64 own;

  if (!ruhu_request_get_integer (call->request, "own", 0, 1, 0, &own, error))
    return NULL;
  rows = own != 0 ? ruhu_ledger_query_own_drafts (session->ledger, call->access->device, error) : ruhu_ledger_query_drafts (session->ledger, call->access->device, error);
  /* Of its own it is given all: it asks once. */
  lines = rows != NULL ? ruhu_draft_lines_write (rows, own != 0 ? G_MAXSIZE : RUHU_DRAFTS_MAX_BYTES / 2, error) : NULL;
  return lines != NULL ? ruhu_response_new_lines (lines, call->request->accept_encoding, error) : NULL;
}
