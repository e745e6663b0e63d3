/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where what a record says comes from. */
#define G_LOG_DOMAIN "ruhu-store"

#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-heads.h"
#include "ruhu-store-private.h"
#include "ruhu-store-query.h"

#include <string.h>

#define ORIGINS                                                                                                             \
  "SELECT coalesce (l.position, 0), l.time, l.author, coalesce (p.name, l.author), l.visit, v.date, h.fields"               \
  " FROM head h JOIN log l ON l.n = h.change LEFT JOIN r_helper p ON p.id = l.author LEFT JOIN r_visit v ON v.id = l.visit" \
  " WHERE h.scope = ?1 AND h.record = ?2 AND h.type = ?3 ORDER BY l.time, l.device"

void
ruhu_origin_free (RuhuOrigin *self)
{
  if (self == NULL)
    return;
  g_free (self->time);
  g_free (self->by);
  g_free (self->by_name);
  g_free (self->visit);
  g_free (self->visit_date);
  g_strfreev (self->fields);
  g_free (self);
}

static RuhuOrigin *
origin_from_row (RuhuStatement *row)
{
  RuhuOrigin *self = g_new0 (RuhuOrigin, 1);

  self->position = ruhu_statement_get_integer (row, 0);
  self->time = g_strdup (ruhu_statement_get_text (row, 1));
  self->by = g_strdup (ruhu_statement_get_text (row, 2));
  self->by_name = g_strdup (ruhu_statement_get_text (row, 3));
  self->visit = g_strdup (ruhu_statement_get_text (row, 4));
  self->visit_date = g_strdup (ruhu_statement_get_text (row, 5));
  self->fields = g_strsplit (ruhu_statement_get_text (row, 6), ",", -1);
  return self;
}

GPtrArray *
ruhu_store_get_origins (RuhuStore *self, const char *type, const char *record, GError **error)
{
  g_autoptr (GPtrArray) origins = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_origin_free);
  g_autofree char *scope = NULL;
  g_autoptr (RuhuStatement) query = NULL;
  g_autoptr (GError) local = NULL;

  g_return_val_if_fail (self != NULL && type != NULL && record != NULL, NULL);

  if (!ruhu_heads_find_scope (ruhu_store_get_database (self), ruhu_store_get_catalogue (self), type, record, &scope, error))
    return NULL;
  query = ruhu_database_query (ruhu_store_get_database (self), ORIGINS, error, "sss", scope, record, type);
  if (query == NULL)
    return NULL;
  while (ruhu_statement_next (query, &local))
    g_ptr_array_add (origins, origin_from_row (query));
  return ruhu_check_end (&local, error) ? g_steal_pointer (&origins) : NULL;
}

const RuhuOrigin *
ruhu_origins_find (GPtrArray *origins, const char *field)
{
  for (guint i = origins->len; i > 0; i--)
    {
      const RuhuOrigin *origin = g_ptr_array_index (origins, i - 1);

      if (g_strv_contains ((const char *const *) origin->fields, field))
        return origin;
    }
  return NULL;
}
