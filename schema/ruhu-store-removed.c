/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-store"

#include "config.h"

#include "ruhu-store-removed.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-store-private.h"
#include "ruhu-validate.h"

#define MAX_REMOVED 100

#define OWN "SELECT DISTINCT h.record FROM head AS h JOIN log AS l ON l.n = h.change WHERE h.scope = ?1 AND h.fields <> 'deleted' AND l.author = ?2"

void
ruhu_removed_free (RuhuRemoved *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->record, ruhu_record_free);
  g_clear_pointer (&self->version, ruhu_version_free);
  g_free (self);
}

/* The ids that a query answers with, in a set and in its order. */
static gboolean
read_ids (RuhuStatement *query, GHashTable *set, GPtrArray *list, GError **error)
{
  g_autoptr (GError) local = NULL;

  while (ruhu_statement_next (query, &local))
    if (set != NULL)
      g_hash_table_add (set, g_strdup (ruhu_statement_get_text (query, 0)));
    else
      g_ptr_array_add (list, g_strdup (ruhu_statement_get_text (query, 0)));
  return ruhu_check_end (&local, error);
}

GHashTable *
ruhu_store_list_own (RuhuStore *self, const char *scope, GError **error)
{
  g_autoptr (GHashTable) own = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *user = NULL;
  g_autoptr (RuhuStatement) query = NULL;

  g_return_val_if_fail (self != NULL && scope != NULL, NULL);

  user = ruhu_store_get_meta (self, "user", NULL);
  query = ruhu_database_query (ruhu_store_get_database (self), OWN, error, "ss", scope, user != NULL ? user : "");
  return query != NULL && read_ids (query, own, NULL, error) ? g_steal_pointer (&own) : NULL;
}

/* The last who said it. */
static RuhuVersion *
find_removal (RuhuStore *self, RuhuRecordType *type, const char *record, GError **error)
{
  g_autoptr (GPtrArray) versions = ruhu_store_get_history (self, type->name, record, "deleted", error);

  for (guint i = 0; versions != NULL && i < versions->len; i++)
    if (json_object_get_boolean (((RuhuVersion *) versions->pdata[i])->value))
      return g_ptr_array_steal_index (versions, i);
  return NULL;
}

static gboolean
add_removed (RuhuStore *self, RuhuRecordType *type, const char *id, GHashTable *own, GPtrArray *list, GError **error)
{
  g_autoptr (RuhuRemoved) removed = g_new0 (RuhuRemoved, 1);
  g_autoptr (GError) local = NULL;

  removed->type = type;
  removed->record = ruhu_store_get_record (self, type->name, id, &local);
  if (removed->record != NULL)
    removed->version = find_removal (self, type, id, &local);
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  removed->may_return = ruhu_validate_may_remove (type, ruhu_store_get_role (self), g_hash_table_contains (own, id));
  if (removed->version != NULL)
    g_ptr_array_add (list, g_steal_pointer (&removed));
  return TRUE;
}

static gboolean
list_of_type (RuhuStore *self, RuhuRecordType *type, const char *household, GHashTable *own, GPtrArray *list, GError **error)
{
  g_autofree char *table = ruhu_record_type_dup_table (type);
  g_autofree char *quoted = ruhu_database_quote (table);
  g_autofree char *sql = g_strdup_printf ("SELECT id FROM %s WHERE scope = ?1 AND deleted = 1 ORDER BY id LIMIT ?2", quoted);
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (RuhuStatement) query = ruhu_database_query (ruhu_store_get_database (self), sql, error, "si", household, (gint64) MAX_REMOVED);

  if (query == NULL || !read_ids (query, NULL, ids, error))
    return FALSE;
  for (guint i = 0; i < ids->len; i++)
    if (!add_removed (self, type, ids->pdata[i], own, list, error))
      return FALSE;
  return TRUE;
}

GPtrArray *
ruhu_store_list_removed (RuhuStore *self, const char *household, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_removed_free);
  g_autoptr (GHashTable) own = NULL;
  GPtrArray *types;

  g_return_val_if_fail (self != NULL && household != NULL, NULL);

  types = ruhu_catalogue_get_records (ruhu_store_get_catalogue (self));
  own = ruhu_store_list_own (self, household, error);
  if (own == NULL)
    return NULL;
  for (guint i = 0; i < types->len; i++)
    if (((RuhuRecordType *) types->pdata[i])->belongs == RUHU_BELONGS_HOUSEHOLD && !list_of_type (self, types->pdata[i], household, own, list, error))
      return NULL;
  return g_steal_pointer (&list);
}
