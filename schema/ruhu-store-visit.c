/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a visit changed: its values beside those that stood before; and what was said of them afterwards. */
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

/* The change that brings the visit itself is of it, whether it says so or not: a register that was taken over does not. */
static gboolean
is_of_visit (const Walk *walk, const RuhuChange *change)
{
  json_object *visits = NULL;

  return g_strcmp0 (change->visit, walk->visit) == 0 || (json_object_object_get_ex (change->set, "visit", &visits) && json_object_object_get_ex (visits, walk->visit, NULL));
}

static void
walk_change (Walk *walk, const RuhuChange *change)
{
  gboolean of_visit = is_of_visit (walk, change);

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

#define AMENDMENTS                                                                                                                           \
  "SELECT a.date, coalesce (p.name, l.author, ''), a.old_value, a.new_value, a.body"                                                         \
  " FROM r_amendment a LEFT JOIN head h ON h.scope = a.scope AND h.record = a.id AND h.type = 'amendment' LEFT JOIN log l ON l.n = h.change" \
  " LEFT JOIN r_helper p ON p.id = l.author WHERE a.field_path = ?1 AND a.deleted = 0 GROUP BY a.id ORDER BY a.date DESC, l.time DESC"

void
ruhu_amendment_text_free (RuhuAmendmentText *self)
{
  if (self == NULL)
    return;
  g_free (self->date);
  g_free (self->by_name);
  g_free (self->old_value);
  g_free (self->new_value);
  g_free (self->body);
  g_free (self);
}

GPtrArray *
ruhu_store_list_amendments (RuhuStore *self, const char *field_path, GError **error)
{
  g_autoptr (GPtrArray) amendments = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_amendment_text_free);
  g_autoptr (RuhuStatement) query = NULL;
  g_autoptr (GError) local = NULL;

  g_return_val_if_fail (self != NULL && field_path != NULL, NULL);

  query = ruhu_database_query (ruhu_store_get_database (self), AMENDMENTS, error, "s", field_path);
  if (query == NULL)
    return NULL;
  while (ruhu_statement_next (query, &local))
    {
      RuhuAmendmentText *amendment = g_new0 (RuhuAmendmentText, 1);

      amendment->date = g_strdup (ruhu_statement_get_text (query, 0));
      amendment->by_name = g_strdup (ruhu_statement_get_text (query, 1));
      amendment->old_value = g_strdup (ruhu_statement_get_text (query, 2));
      amendment->new_value = g_strdup (ruhu_statement_get_text (query, 3));
      amendment->body = g_strdup (ruhu_statement_get_text (query, 4));
      g_ptr_array_add (amendments, amendment);
    }
  return ruhu_check_end (&local, error) ? g_steal_pointer (&amendments) : NULL;
}
