/* SPDX-License-Identifier: GPL-3.0-or-later */
/* POST /v1/drafts: a laptop hands its drafts over. GET /v1/drafts: those that this person's withdrawn laptops left. */
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
  if (!ruhu_ledger_keep_drafts (session->ledger, call->access->device, lines->drafts, lines->have, lines->took, error))
    return NULL;
  answer = json_object_new_object ();
  json_object_object_add (answer, "kept", json_object_new_int64 (lines->drafts->len));
  json_object_object_add (answer, "now", json_object_new_int64 (ruhu_server_get_now (call->server)));
  return ruhu_response_new_json (200, answer);
}

RuhuResponse *
ruhu_endpoint_give_drafts (RuhuCall *call, RuhuSession *session, GError **error)
{
  g_autoptr (RuhuStatement) rows = ruhu_ledger_query_drafts (session->ledger, call->access->device, error);
  GString *lines = rows != NULL ? ruhu_draft_lines_write (rows, RUHU_DRAFTS_MAX_BYTES / 2, error) : NULL;

  return lines != NULL ? ruhu_response_new_lines (lines, call->request->accept_encoding, error) : NULL;
}
