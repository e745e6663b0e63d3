/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GET /v1/backfill: a page of the heads of a scope that the device was granted. */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-error.h"
#include "ruhu-route.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_SCOPE  128
#define MAX_COOKIE 512

RuhuResponse *
ruhu_endpoint_backfill (RuhuCall *call, RuhuSession *session, GError **error)
{
  const char *scope = ruhu_request_get_query (call->request, "scope");
  const char *cookie = ruhu_request_get_query (call->request, "cookie");
  g_autoptr (GString) page = NULL;
  gint64 at;
  gsize size;

  if (!ruhu_request_get_integer (call->request, "at", 0, G_MAXINT64, -1, &at, error) || !ruhu_server_get_page_size (call->server, call->request, &size, error))
    return NULL;
  if (scope == NULL || scope[0] == '\0' || strlen (scope) > MAX_SCOPE)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("The parameter “scope” must name one scope."));
      return NULL;
    }
  if (cookie != NULL && strlen (cookie) > MAX_COOKIE)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("The parameter “cookie” is none that the township gave."));
      return NULL;
    }
  if (cookie != NULL && cookie[0] == '\0')
    cookie = NULL;
  page = g_string_new (NULL);
  if (!ruhu_ledger_backfill (session->ledger, call->access->device, scope, at, cookie, size, page, error))
    return NULL;
  return ruhu_response_new_lines (g_steal_pointer (&page), call->request->accept_encoding, error);
}
