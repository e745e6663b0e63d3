/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What waits to be sent, and what came back refused. */
#define G_LOG_DOMAIN "ruhu-store"

#include "config.h"

#include "ruhu-error.h"
#include "ruhu-store-private.h"
#include "ruhu-store-query.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define OWN     "device = (SELECT value FROM meta WHERE key = 'device')"
#define WAITING OWN " AND position IS NULL AND kind = 'change'"
#define REFUSED OWN " AND kind = 'refused' AND settled = 0"
#define UNSENT  OWN " AND position IS NULL AND (kind = 'change' OR (kind = 'refused' AND settled = 0))"
#define COLUMNS "SELECT seq, time, scope, body, reason, detail FROM log WHERE "

void
ruhu_outbox_item_free (RuhuOutboxItem *self)
{
  if (self == NULL)
    return;
  g_free (self->time);
  g_free (self->scope);
  g_free (self->household_name);
  g_free (self->body);
  g_free (self->reason);
  g_free (self->detail);
  g_free (self);
}

static GPtrArray *
list_items (RuhuStore *self, const char *sql, gint64 limit, GError **error)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_outbox_item_free);
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query = ruhu_database_query (ruhu_store_get_database (self), sql, error, "i", limit > 0 ? limit : (gint64) -1);

  if (query == NULL)
    return NULL;
  while (ruhu_statement_next (query, &local))
    {
      RuhuOutboxItem *item = g_new0 (RuhuOutboxItem, 1);

      item->seq = ruhu_statement_get_integer (query, 0);
      item->time = g_strdup (ruhu_statement_get_text (query, 1));
      item->scope = g_strdup (ruhu_statement_get_text (query, 2));
      item->household_name = ruhu_store_dup_household_name (self, item->scope);
      item->body = g_strdup (ruhu_statement_get_text (query, 3));
      item->reason = g_strdup (ruhu_statement_get_text (query, 4));
      item->detail = g_strdup (ruhu_statement_get_text (query, 5));
      g_ptr_array_add (items, item);
    }
  return ruhu_check_end (&local, error) ? g_steal_pointer (&items) : NULL;
}

GPtrArray *
ruhu_store_list_outbox (RuhuStore *self, gint64 limit, GError **error)
{
  return list_items (self, COLUMNS WAITING " ORDER BY seq LIMIT ?1", limit, error);
}

GPtrArray *
ruhu_store_list_refused (RuhuStore *self, GError **error)
{
  return list_items (self, COLUMNS REFUSED " ORDER BY seq LIMIT ?1", 0, error);
}

gboolean
ruhu_store_count_outbox (RuhuStore *self, gint64 *waiting, gint64 *refused, GError **error)
{
  RuhuDatabase *database = ruhu_store_get_database (self);

  return ruhu_database_get_integer (database, "SELECT count (*) FROM log WHERE " WAITING, 0, waiting, error, "") &&
         ruhu_database_get_integer (database, "SELECT count (*) FROM log WHERE " REFUSED, 0, refused, error, "");
}

gboolean
ruhu_store_count_unsent (RuhuStore *self, gint64 *unsent, GError **error)
{
  return ruhu_database_get_integer (ruhu_store_get_database (self), "SELECT count (*) FROM log WHERE " UNSENT, 0, unsent, error, "");
}

static gboolean
check_one (RuhuDatabase *database, GError **error)
{
  if (ruhu_database_get_changes (database) == 1)
    return TRUE;
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_NOT_FOUND, _ ("There is no such refused change."));
  return FALSE;
}

gboolean
ruhu_store_settle_refused (RuhuStore *self, gint64 seq, GError **error)
{
  RuhuDatabase *database = ruhu_store_get_database (self);

  return ruhu_database_run (database, "UPDATE log SET settled = 1 WHERE seq = ?1 AND " REFUSED, error, "i", seq) && check_one (database, error);
}
