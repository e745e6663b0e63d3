/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copies of others' changes go to the township where this laptop has to give them up. */
#define G_LOG_DOMAIN "ruhu-syncd"

#include "config.h"

#include "ruhu-exchange-private.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-wire.h"

#include <glib/gi18n.h>

#define AT_ONCE (256 * 1024)

/* An older township does not take any: then they stay. */
static gboolean
tell (RuhuExchange *self, const RuhuWitness *witness, gboolean *taken, GError **error)
{
  g_autoptr (GBytes) lines = g_bytes_new (witness->lines->str, witness->lines->len);
  g_autoptr (GError) local = NULL;
  g_autoptr (GBytes) answer = ruhu_exchange_request (self, "/v1/witness", lines, "application/json", 0, &local);
  g_autoptr (RuhuJson) json = NULL;

  *taken = FALSE;
  if (g_error_matches (local, RUHU_ERROR, RUHU_ERROR_NOT_FOUND))
    return TRUE;
  if (answer == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  json = ruhu_wire_parse_json (g_bytes_get_data (answer, NULL), g_bytes_get_size (answer), RUHU_WIRE_MAX_DEPTH, NULL);
  *taken = json_object_is_type (json, json_type_object) && json_object_get_int64 (json_object_object_get (json, "kept")) == witness->rows->len;
  if (*taken)
    return ruhu_replica_witness_told (self->replica, witness, error);
  g_set_error (error, RUHU_ERROR, RUHU_ERROR_PROTOCOL, _ ("The township's answer lacks “%s”, or it is malformed."), "kept");
  return FALSE;
}

gboolean
ruhu_exchange_tell_witness (RuhuExchange *self, gboolean all, GError **error)
{
  gboolean taken = TRUE;

  g_return_val_if_fail (self != NULL, FALSE);

  while (taken)
    {
      g_autoptr (RuhuWitness) witness = ruhu_replica_take_witness (self->replica, all, AT_ONCE, error);

      if (witness == NULL)
        return FALSE;
      if (witness->rows->len == 0)
        return TRUE;
      if (!tell (self, witness, &taken, error))
        return FALSE;
      self->news |= taken;
    }
  return TRUE;
}

gboolean
ruhu_exchange_finish (RuhuExchange *self, GError **error)
{
  return ruhu_exchange_fetch_drafts (self, error) && ruhu_exchange_tell_witness (self, FALSE, error);
}
