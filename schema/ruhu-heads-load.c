/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A record's heads, as the database has them. */
#define G_LOG_DOMAIN "ruhu-heads"

#include "config.h"

#include "ruhu-error.h"
#include "ruhu-heads.h"

#include <glib/gi18n-lib.h>

GPtrArray *
ruhu_heads_load (RuhuDatabase *database, const char *scope, const char *type, const char *record, GError **error)
{
  g_autoptr (GPtrArray) heads = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_head_free);
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query =
      ruhu_database_query (database,
                           "SELECT h.change, h.fields, l.device, l.seq, l.position, l.seen, l.time, l.author FROM head h JOIN log l ON l.n = h.change "
                           "WHERE h.scope = ?1 AND h.record = ?2 AND h.type = ?3 ORDER BY h.change",
                           error, "sss", scope, record, type);

  if (query == NULL)
    return NULL;
  while (ruhu_statement_next (query, &local))
    {
      RuhuHead *head = ruhu_head_new ();

      head->change = ruhu_statement_get_integer (query, 0);
      ruhu_head_take_fields (head, g_strdup (ruhu_statement_get_text (query, 1)));
      head->device = g_strdup (ruhu_statement_get_text (query, 2));
      head->seq = ruhu_statement_get_integer (query, 3);
      head->position = ruhu_statement_get_integer (query, 4);
      head->seen = ruhu_statement_get_integer (query, 5);
      head->time = g_strdup (ruhu_statement_get_text (query, 6));
      head->by = g_strdup (ruhu_statement_get_text (query, 7));
      g_ptr_array_add (heads, head);
    }
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  return g_steal_pointer (&heads);
}

gboolean
ruhu_head_complete (RuhuDatabase *database, RuhuHead *head, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query = ruhu_database_query (database, "SELECT device, seq, seen, time, author FROM log WHERE n = ?1", error, "i", head->change);

  if (query == NULL)
    return FALSE;
  if (!ruhu_statement_next (query, &local))
    {
      if (local != NULL)
        g_propagate_error (error, g_steal_pointer (&local));
      else
        g_set_error (error, RUHU_ERROR, RUHU_ERROR_CORRUPT, _ ("Change %lld is missing from the log."), (long long) head->change);
      return FALSE;
    }
  head->device = g_strdup (ruhu_statement_get_text (query, 0));
  head->seq = ruhu_statement_get_integer (query, 1);
  head->seen = ruhu_statement_get_integer (query, 2);
  head->time = g_strdup (ruhu_statement_get_text (query, 3));
  head->by = g_strdup (ruhu_statement_get_text (query, 4));
  return TRUE;
}

GPtrArray *
ruhu_heads_load_in_order (RuhuDatabase *database, const char *scope, const char *type, const char *record, gint64 seen, GError **error)
{
  g_autoptr (GPtrArray) heads = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_head_free);
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query = ruhu_database_query (database, "SELECT change, fields FROM head WHERE scope = ?1 AND record = ?2 AND type = ?3 ORDER BY change", error, "sss", scope,
                                                         record, type);

  if (query == NULL)
    return NULL;
  while (ruhu_statement_next (query, &local))
    {
      RuhuHead *head = ruhu_head_new ();

      g_ptr_array_add (heads, head);
      head->change = head->position = ruhu_statement_get_integer (query, 0);
      ruhu_head_take_fields (head, g_strdup (ruhu_statement_get_text (query, 1)));
      if (head->position > seen && !ruhu_head_complete (database, head, error))
        return NULL;
    }
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  return g_steal_pointer (&heads);
}
