/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GET /v1/pull: a page of the stream; with “wait”, not before there is something on it. */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-route.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_WAIT 55 /* s: proxies and routers cut what is silent for a minute */

/* The closing line alone, and the page was looked for as far as @position: a page may end early, when there was much to look through that is not for this device. */
static gboolean
is_nothing (GString *page, gint64 position)
{
  const char *end = memchr (page->str, '\n', page->len);
  g_autoptr (RuhuJson) closing = NULL;
  json_object *until;

  if (end == NULL || end != page->str + page->len - 1)
    return FALSE;
  closing = json_tokener_parse (page->str);
  return closing != NULL && json_object_object_get_ex (closing, "until", &until) && json_object_get_int64 (until) >= position;
}

RuhuResponse *
ruhu_endpoint_pull (RuhuCall *call, RuhuSession *session, GError **error)
{
  g_autoptr (GString) page = NULL;
  const char *hash;
  gint64 after, wait, position;
  gsize size;

  if (!ruhu_request_get_integer (call->request, "after", 0, G_MAXINT64, -1, &after, error) ||
      !ruhu_request_get_integer (call->request, "wait", 0, MAX_WAIT, 0, &wait, error) || !ruhu_request_get_hash (call->request, "hash", &hash, error) ||
      !ruhu_server_get_page_size (call->server, call->request, &size, error))
    return NULL;
  /* Read before the page: what is committed in between is then looked at once more, and never missed. */
  if (!ruhu_session_get_head (session, &position, error))
    return NULL;
  page = g_string_new (NULL);
  if (!ruhu_ledger_stream (session->ledger, call->access->device, after, hash, size, page, error))
    return NULL;
  if (wait > 0 && is_nothing (page, position) && ruhu_call_park (call, position, wait))
    return NULL;
  return ruhu_response_new_lines (g_steal_pointer (&page), call->request->accept_encoding, error);
}
