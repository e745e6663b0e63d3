/* SPDX-License-Identifier: GPL-3.0-or-later */
/* POST /v1/push: a laptop's changes, one a line. Unpacked, parsed and checked for shape here, and judged as far as the catalogue alone can; then judged and made durable by the committer; answered only
 * then. */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-error.h"
#include "ruhu-push.h"
#include "ruhu-route.h"

#include <glib/gi18n-lib.h>

/* Of a body, members and elements of all its changes: more than a megabyte of what laptops write has. One with more comes again in halves. */
#define MAX_VALUES 150000

/* One line that is wrong refuses the body as a whole: nothing of it is taken, the laptop still has all of it. */
static GPtrArray *
parse_body (RuhuCall *call, GBytes *body, GError **error)
{
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_pushed_free);
  gsize size, offset = 0, length;
  const char *text = g_bytes_get_data (body, &size);
  const char *line;

  /* A kilobyte can unpack to millions of values, each many times its length in memory. */
  if (ruhu_change_count_values (text, size) > MAX_VALUES)
    {
      g_set_error (error, RUHU_ERROR, RUHU_ERROR_TOO_LARGE, _ ("A batch may have %d values at the most; nothing of it was taken."), MAX_VALUES);
      return NULL;
    }
  while (ruhu_wire_next_line (text, size, &offset, &line, &length))
    {
      RuhuPushed *pushed;

      if (changes->len == RUHU_WIRE_MAX_BATCH)
        {
          g_set_error (error, RUHU_ERROR, RUHU_ERROR_TOO_LARGE, _ ("A batch may have %d changes at the most; nothing of it was taken."), RUHU_WIRE_MAX_BATCH);
          return NULL;
        }
      pushed = ruhu_pushed_parse (call->access->device, line, length, error);
      if (pushed == NULL)
        {
          guint number = 1;

          for (const char *p = text; p < line; p++)
            number += *p == '\n';
          g_prefix_error (error, _ ("Line %u: "), number);
          return NULL;
        }
      g_ptr_array_add (changes, pushed);
    }
  return g_steal_pointer (&changes);
}

static void
committed_cb (RuhuBatch *batch, gint64 position, const GError *error, gpointer data)
{
  RuhuCall *call = data;

  if (error != NULL)
    {
      /* Whatever it was, the laptop keeps its changes and sends them again. */
      call->status = 503;
      ruhu_call_answer (call, NULL, error);
      return;
    }
  ruhu_call_answer (call, ruhu_response_new_json (200, ruhu_push_to_json (batch, position, ruhu_server_get_now (call->server))), NULL);
}

RuhuResponse *
ruhu_endpoint_push (RuhuCall *call, RuhuSession *session, GError **error)
{
  g_autoptr (GBytes) body = ruhu_request_dup_plain_body (call->request, RUHU_WIRE_MAX_BODY, &call->status, error);
  GPtrArray *changes;
  RuhuBatch *batch;
  const char *hash;
  gint64 at, gaps;

  if (body == NULL || !ruhu_request_get_integer (call->request, "at", 0, G_MAXINT64, 0, &at, error) ||
      !ruhu_request_get_integer (call->request, "gaps", 0, 1, 0, &gaps, error) || !ruhu_request_get_hash (call->request, "hash", &hash, error))
    return NULL;
  changes = parse_body (call, body, error);
  if (changes == NULL)
    return NULL;
  ruhu_ledger_foresee (session->ledger, call->access->role, changes);
  batch = ruhu_batch_new (call->access->device, changes);
  batch->at = at;
  batch->hash = g_strdup (hash);
  batch->gaps = gaps != 0;
  if (!ruhu_server_commit (call->server, batch, committed_cb, call, error))
    call->retry_after = 5;
  return NULL;
}
