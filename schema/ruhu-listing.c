/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A household's row is made anew when the household changes. The head's and the village's names may arrive later than what refers to them, and are followed where they are. */
#define G_LOG_DOMAIN "ruhu-listing"

#include "config.h"

#include "ruhu-listing.h"

#include "ruhu-search.h"

#include <string.h>

/* In meta, beside what the store remembers of its other tables: this one has been filled. */
#define FILLED "columns:listing"

/* A visit that was put off is no attempt; one that found nobody, or was declined, is. */
#define HOUSEHOLD                                                                                                                                       \
  "SELECT coalesce (h.village_id, ''), coalesce (v.name, h.village_id, ''), coalesce (h.group_name, ''), coalesce (h.head, ''), coalesce (p.name, '')," \
  " coalesce (h.status, ''),"                                                                                                                           \
  " coalesce ((SELECT max (w.date) FROM r_visit w WHERE w.scope = h.id AND w.deleted = 0 AND coalesce (w.outcome, '1') <> '4'), '') "                   \
  "FROM r_household h LEFT JOIN r_person p ON p.id = h.head LEFT JOIN r_village v ON v.id = h.village_id WHERE h.id = ?1 AND h.deleted = 0"

#define PUT                                                                                                                                                   \
  "INSERT INTO listing (household, village, place_key, group_name, head, name_key, status, last_visit) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) "              \
  "ON CONFLICT (household) DO UPDATE SET village = excluded.village, place_key = excluded.place_key, group_name = excluded.group_name, head = excluded.head," \
  " name_key = excluded.name_key, status = excluded.status, last_visit = excluded.last_visit"

/* A visit more: what was last before need not be looked for. */
#define VISITED_LATER "UPDATE listing SET last_visit = ?2 WHERE household = ?1 AND last_visit < ?2"

#define VISITED                                                                                                                                                    \
  "UPDATE listing SET last_visit = coalesce ((SELECT max (w.date) FROM r_visit w WHERE w.scope = ?1 AND w.deleted = 0 AND coalesce (w.outcome, '1') <> '4'), '') " \
  "WHERE household = ?1"

static gboolean
put_household (RuhuDatabase *database, const char *id, GError **error)
{
  g_autoptr (RuhuStatement) row = ruhu_database_query (database, HOUSEHOLD, error, "s", id);
  g_autoptr (GError) local = NULL;
  g_autofree char *place = NULL;
  g_autofree char *name = NULL;

  if (row == NULL)
    return FALSE;
  if (!ruhu_statement_next (row, &local))
    {
      if (local == NULL)
        return ruhu_database_run (database, "DELETE FROM listing WHERE household = ?1", error, "s", id);
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  place = ruhu_search_sort_key (ruhu_statement_get_text (row, 1));
  name = ruhu_search_sort_key (ruhu_statement_get_text (row, 4));
  return ruhu_database_run (database, PUT, error, "ssssssss", id, ruhu_statement_get_text (row, 0), place, ruhu_statement_get_text (row, 2),
                            ruhu_statement_get_text (row, 3), name, ruhu_statement_get_text (row, 5), ruhu_statement_get_text (row, 6));
}

/* @sql: ?1 is the record, ?2 the key of its new name, ?3 its scope. */
static gboolean
put_key (RuhuDatabase *database, const char *sql, const char *id, const char *scope, json_object *values, GError **error)
{
  json_object *name = NULL;
  g_autofree char *key = NULL;

  if (!json_object_object_get_ex (values, "name", &name))
    return TRUE;
  key = ruhu_search_sort_key (name != NULL ? json_object_get_string (name) : "");
  return ruhu_database_run (database, sql, error, "sss", id, key, scope);
}

/* Whether any of what the list is made of was written: names are spelt anew only then. */
static gboolean
is_listed (json_object *values)
{
  static const char *const names[] = { "village_id", "group_name", "head", "status", "deleted" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (json_object_object_get_ex (values, names[i], NULL))
      return TRUE;
  return FALSE;
}

static gboolean
follow_visit (RuhuDatabase *database, const char *scope, json_object *values, gboolean is_new, GError **error)
{
  json_object *date = NULL, *outcome = NULL;

  if (!is_new || json_object_object_get_ex (values, "deleted", NULL))
    return ruhu_database_run (database, VISITED, error, "s", scope);
  if (!json_object_object_get_ex (values, "date", &date) || !json_object_is_type (date, json_type_string))
    return TRUE;
  if (json_object_object_get_ex (values, "outcome", &outcome) && g_strcmp0 (json_object_get_string (outcome), "4") == 0)
    return TRUE;
  return ruhu_database_run (database, VISITED_LATER, error, "ss", scope, json_object_get_string (date));
}

gboolean
ruhu_listing_follow (RuhuDatabase *database, RuhuRecordType *type, const char *id, const char *scope, json_object *values, gboolean whole, gboolean is_new, GError **error)
{
  if (strcmp (type->name, "household") == 0)
    return ruhu_record_type_get_field (type, "head") == NULL || (!whole && !is_listed (values)) || put_household (database, id, error);
  if (strcmp (type->name, "person") == 0)
    return put_key (database, "UPDATE listing SET name_key = ?2 WHERE household = ?3 AND head = ?1", id, scope, values, error);
  if (strcmp (type->name, "village") == 0)
    return put_key (database, "UPDATE listing SET place_key = ?2 WHERE village = ?1 AND ?3 IS NOT NULL", id, scope, values, error);
  if (strcmp (type->name, "visit") == 0 && ruhu_record_type_get_field (type, "outcome") != NULL)
    return follow_visit (database, scope, values, is_new, error);
  return TRUE;
}

gboolean
ruhu_listing_fill (RuhuDatabase *database, RuhuCatalogue *catalogue, GError **error)
{
  RuhuRecordType *household = ruhu_catalogue_get_record (catalogue, "household");
  g_autoptr (RuhuStatement) query = NULL;
  g_autoptr (GError) local = NULL;
  gint64 filled = 0;

  if (household == NULL || ruhu_record_type_get_field (household, "head") == NULL)
    return TRUE;
  if (!ruhu_database_get_integer (database, "SELECT 1 FROM meta WHERE key = ?1", 0, &filled, error, "s", FILLED))
    return FALSE;
  if (filled != 0)
    return TRUE;
  query = ruhu_database_query (database, "SELECT id FROM r_household", error, "");
  if (query == NULL)
    return FALSE;
  while (ruhu_statement_next (query, &local))
    if (!put_household (database, ruhu_statement_get_text (query, 0), error))
      return FALSE;
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  return ruhu_database_run (database, "INSERT INTO meta (key, value) VALUES (?1, '1')", error, "s", FILLED);
}
