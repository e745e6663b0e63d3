/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-session.h"

RuhuSession *
ruhu_session_open (const char *path, gboolean create, RuhuNowFunc now, gpointer data, GError **error)
{
  RuhuStoreOptions options = { .path = path, .flags = create ? RUHU_DATABASE_CREATE : RUHU_DATABASE_DEFAULT, .now = now, .now_data = data };
  g_autoptr (RuhuStore) store = ruhu_store_open (&options, error);
  RuhuSession *self;

  if (store == NULL)
    return NULL;
  self = g_new0 (RuhuSession, 1);
  self->store = g_steal_pointer (&store);
  self->ledger = ruhu_ledger_new (self->store);
  return self;
}

gboolean
ruhu_session_get_head (RuhuSession *self, gint64 *position, GError **error)
{
  g_autofree char *hash = NULL;

  return ruhu_ledger_get_head (self->ledger, position, &hash, error);
}

void
ruhu_session_free (RuhuSession *self)
{
  if (self == NULL)
    return;
  ruhu_ledger_free (self->ledger);
  ruhu_store_close (self->store);
  g_free (self);
}
