/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scope that records belong to: no change moves one to another, and what a laptop may no longer have goes from the tables. */
#define G_LOG_DOMAIN "ruhu-heads"

#include "config.h"

#include "ruhu-error.h"
#include "ruhu-heads.h"
#include "ruhu-tables.h"

#include <glib/gi18n-lib.h>
#include <string.h>

gboolean
ruhu_heads_find_scope (RuhuDatabase *database, RuhuCatalogue *catalogue, const char *type, const char *record, char **scope, GError **error)
{
  RuhuRecordType *known = ruhu_catalogue_get_record (catalogue, type);

  if (known != NULL)
    return ruhu_tables_find_scope (database, known, record, scope, error);
  return ruhu_database_get_text (database, "SELECT scope FROM head WHERE record = ?1 AND type = ?2 AND stray = 1 LIMIT 1", scope, error, "ss", record, type);
}

gboolean
ruhu_heads_check_scope (RuhuDatabase *database, RuhuCatalogue *catalogue, const RuhuChange *change, GPtrArray *absent, GError **error)
{
  json_object_object_foreach (change->set, type_name, records)
  {
    gboolean known = ruhu_catalogue_get_record (catalogue, type_name) != NULL;

    json_object_object_foreach (records, id, fields)
    {
      g_autofree char *scope = NULL;

      (void) fields;
      if (!ruhu_heads_find_scope (database, catalogue, type_name, id, &scope, error))
        return FALSE;
      if (scope == NULL && known && absent != NULL)
        g_ptr_array_add (absent, id);
      if (scope != NULL && strcmp (scope, change->scope) != 0)
        {
          g_set_error (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("A record of type “%s” belongs to another household."), type_name);
          return FALSE;
        }
    }
  }
  return TRUE;
}

static gboolean
forget_all (RuhuDatabase *database, const char *keep_device, GError **error)
{
  return ruhu_database_run (database, "DELETE FROM term", error, "") && ruhu_database_run (database, "DELETE FROM listing", error, "") && ruhu_database_run (database, "DELETE FROM conflict", error, "") &&
         ruhu_database_run (database, "DELETE FROM head", error, "") &&
         ruhu_database_run (database, "DELETE FROM log WHERE NOT (device = ?1 AND (position IS NULL OR kind IN ('refused', 'quarantined')))", error, "s",
                            keep_device);
}

static gboolean
forget_scope (RuhuDatabase *database, const char *scope, const char *keep_device, GError **error)
{
  return ruhu_database_run (database, "DELETE FROM term WHERE scope = ?1", error, "s", scope) &&
         ruhu_database_run (database, "DELETE FROM listing WHERE household = ?1", error, "s", scope) &&
         ruhu_database_run (database, "DELETE FROM conflict WHERE scope = ?1", error, "s", scope) &&
         ruhu_database_run (database, "DELETE FROM head WHERE scope = ?1", error, "s", scope) &&
         ruhu_database_run (database, "DELETE FROM log WHERE scope = ?1 AND kind <> 'quarantined' AND NOT (device = ?2 AND (position IS NULL OR kind = 'refused'))",
                            error, "ss", scope, keep_device);
}

gboolean
ruhu_heads_forget (RuhuDatabase *database, RuhuCatalogue *catalogue, const char *scope, const char *keep_device, GError **error)
{
  const char *keep = keep_device != NULL ? keep_device : "";

  if (strcmp (scope, RUHU_SCOPE_ALL) == 0)
    return ruhu_tables_clear (database, catalogue, NULL, NULL, error) && forget_all (database, keep, error);
  return ruhu_tables_clear (database, catalogue, NULL, scope, error) && forget_scope (database, scope, keep, error);
}
