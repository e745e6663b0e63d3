/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a visit changed: its values beside those that stood before. */
#define G_LOG_DOMAIN "ruhu-store"

#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-store-private.h"
#include "ruhu-store-query.h"

#include <string.h>

void
ruhu_visit_edit_free (RuhuVisitEdit *self)
{
  if (self == NULL)
    return;
  g_free (self->type);
  g_free (self->record);
  g_free (self->field);
  json_object_put (self->before);
  json_object_put (self->after);
  g_free (self);
}

typedef struct
{
  const char *visit;
  GHashTable *last; /* "type/record/field" → the value before, JSON text; NULL: emptied */
  GPtrArray *edits;
} Walk;

static void
walk_field (Walk *walk, gboolean of_visit, const char *type, const char *record, const char *field, json_object *value)
{
  g_autofree char *key = g_strjoin ("/", type, record, field, NULL);

  if (of_visit)
    {
      RuhuVisitEdit *edit = g_new0 (RuhuVisitEdit, 1);

      edit->type = g_strdup (type);
      edit->record = g_strdup (record);
      edit->field = g_strdup (field);
      edit->before = json_object_get (g_hash_table_lookup (walk->last, key));
      edit->after = json_object_get (value);
      g_ptr_array_add (walk->edits, edit);
    }
  g_hash_table_insert (walk->last, g_steal_pointer (&key), json_object_get (value));
}

static void
walk_change (Walk *walk, const RuhuChange *change)
{
  gboolean of_visit = g_strcmp0 (change->visit, walk->visit) == 0;

  json_object_object_foreach (change->set, type, records)
  {
    json_object_object_foreach (records, record, fields)
    {
      json_object_object_foreach (fields, field, value)
      {
        walk_field (walk, of_visit, type, record, field, value);
      }
    }
  }
}

static void
json_free (gpointer data)
{
  json_object_put (data);
}

GPtrArray *
ruhu_store_list_visit_edits (RuhuStore *self, const char *scope, const char *visit, GError **error)
{
  g_autoptr (GPtrArray) edits = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_visit_edit_free);
  g_autoptr (GHashTable) last = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, json_free);
  Walk walk = { visit, last, edits };
  g_autoptr (RuhuStatement) query = NULL;
  g_autoptr (GError) local = NULL;

  g_return_val_if_fail (self != NULL && scope != NULL && visit != NULL, NULL);

  query = ruhu_database_query (ruhu_store_get_database (self), "SELECT body FROM log WHERE scope = ?1 AND kind = 'change' ORDER BY time, device", error, "s", scope);
  if (query == NULL)
    return NULL;
  while (ruhu_statement_next (query, &local))
    {
      const char *body = ruhu_statement_get_text (query, 0);
      g_autoptr (RuhuChange) change = ruhu_change_parse (body, strlen (body), error);

      if (change == NULL)
        return NULL;
      walk_change (&walk, change);
    }
  return ruhu_check_end (&local, error) ? g_steal_pointer (&edits) : NULL;
}
