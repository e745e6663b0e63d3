/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-session.h"

#include "ruhu-store-photos.h"

/* Nothing here asks the log for a household's changes, as a laptop's history does, and each change would write a page more for it: another one for each household. */
#define LEAN "DROP INDEX IF EXISTS log_scope"

RuhuSession *
ruhu_session_open (const char *path, gboolean create, RuhuNowFunc now, gpointer data, GError **error)
{
  RuhuStoreOptions options = { .path = path, .flags = create ? RUHU_DATABASE_CREATE : RUHU_DATABASE_DEFAULT, .now = now, .now_data = data };
  g_autoptr (RuhuStore) store = ruhu_store_open (&options, error);
  RuhuSession *self;

  if (store == NULL || !ruhu_database_execute (ruhu_store_get_database (store), LEAN, error))
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

gboolean
ruhu_session_may_have_photo (RuhuSession *self, const char *device, const char *hash, gboolean *may, GError **error)
{
  g_autoptr (GPtrArray) scopes = ruhu_store_list_photo_scopes (self->store, hash, error);
  gint64 found = 0;

  for (guint i = 0; scopes != NULL && found == 0 && i < scopes->len; i++)
    if (!ruhu_database_get_integer (ruhu_store_get_database (self->store), "SELECT 1 FROM granted WHERE device = ?1 AND scope IN (?2, '*') AND until IS NULL LIMIT 1", 0, &found, error,
                                    "ss", device, scopes->pdata[i]))
      return FALSE;
  *may = found != 0;
  return scopes != NULL && (scopes->len > 0 || ruhu_ledger_find_draft_photo (self->ledger, device, hash, may, error));
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
