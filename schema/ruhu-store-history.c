/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who gave a field which value, and what differs. */
#define G_LOG_DOMAIN "ruhu-store"

#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-heads.h"
#include "ruhu-store-private.h"
#include "ruhu-store-query.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define DELETED "deleted"

void
ruhu_version_free (RuhuVersion *self)
{
  if (self == NULL)
    return;
  g_free (self->device);
  g_free (self->time);
  g_free (self->by);
  g_free (self->by_name);
  g_free (self->visit);
  g_free (self->visit_date);
  json_object_put (self->value);
  json_object_put (self->edits);
  g_free (self);
}

void
ruhu_conflict_free (RuhuConflict *self)
{
  if (self == NULL)
    return;
  g_free (self->type);
  g_free (self->record);
  g_free (self->field);
  g_free (self->scope);
  g_free (self->household_name);
  g_ptr_array_unref (self->versions);
  g_free (self);
}

/* One text, or NULL when there is none or it cannot be had: for what decorates a page. */
static char *
lookup (RuhuStore *self, const char *sql, const char *id)
{
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  if (id == NULL)
    return NULL;
  if (!ruhu_database_get_text (ruhu_store_get_database (self), sql, &text, &error, "s", id))
    g_debug ("look-up failed: %s", error->message);
  return text;
}

char *
ruhu_store_dup_user_name (RuhuStore *self, const char *user)
{
  char *name = lookup (self, "SELECT name FROM r_helper WHERE id = ?1", user);

  return name != NULL ? name : g_strdup (user);
}

char *
ruhu_store_dup_household_name (RuhuStore *self, const char *scope)
{
  char *name = lookup (self, "SELECT coalesce (p.name, h.hh_no) FROM r_household h LEFT JOIN r_person p ON p.id = h.head WHERE h.id = ?1", scope);

  return name != NULL ? name : g_strdup (scope);
}

RuhuVersion *
ruhu_store_make_version (RuhuStore *self, const RuhuChange *change, gint64 position, json_object *value)
{
  RuhuVersion *version = g_new0 (RuhuVersion, 1);

  version->device = g_strdup (change->device);
  version->seq = change->seq;
  version->position = position;
  version->time = g_strdup (change->time);
  version->by = g_strdup (change->by);
  version->by_name = ruhu_store_dup_user_name (self, change->by);
  version->visit = g_strdup (change->visit);
  version->visit_date = lookup (self, "SELECT date FROM r_visit WHERE id = ?1", change->visit);
  version->value = json_object_get (value);
  return version;
}

/* The head that stands among those of @field; NULL if there is none. */
static RuhuHead *
standing_head (GPtrArray *heads, const char *field)
{
  RuhuHead *best = NULL;

  for (guint i = 0; i < heads->len; i++)
    {
      RuhuHead *head = g_ptr_array_index (heads, i);

      if (ruhu_head_has_field (head, field) && (best == NULL || ruhu_head_compare (head, best) > 0))
        best = head;
    }
  return best;
}

static RuhuHead *
head_of_change (GPtrArray *heads, gint64 n)
{
  for (guint i = 0; i < heads->len; i++)
    if (((RuhuHead *) g_ptr_array_index (heads, i))->change == n)
      return g_ptr_array_index (heads, i);
  return NULL;
}

static gint
compare_versions (gconstpointer a, gconstpointer b)
{
  const RuhuVersion *left = *(const RuhuVersion *const *) a;
  const RuhuVersion *right = *(const RuhuVersion *const *) b;
  int order = strcmp (right->time, left->time);

  return order != 0 ? order : strcmp (right->device, left->device);
}

typedef struct
{
  RuhuStore *store;
  const char *type;
  const char *record;
  const char *field;
  GPtrArray *versions;
} History;

static gboolean
add_if_written (History *job, GPtrArray *heads, RuhuStatement *row, GError **error)
{
  gint64 n = ruhu_statement_get_integer (row, 0);
  const char *body = ruhu_statement_get_text (row, 2);
  g_autoptr (RuhuChange) change = NULL;
  RuhuHead *head = head_of_change (heads, n);
  RuhuVersion *version;
  json_object *value;

  /* Most changes of a household write other records: a look at the text saves parsing them. */
  if (strstr (body, job->record) == NULL)
    return TRUE;
  change = ruhu_change_parse (body, strlen (body), error);
  if (change == NULL)
    return FALSE;
  if (!ruhu_change_get_value (change, job->type, job->record, job->field, &value))
    return TRUE;
  version = ruhu_store_make_version (job->store, change, ruhu_statement_get_integer (row, 1), value);
  version->is_head = head != NULL && ruhu_head_has_field (head, job->field);
  version->stands = head != NULL && head == standing_head (heads, job->field);
  g_ptr_array_add (job->versions, version);
  return TRUE;
}

static gboolean
read_history (RuhuDatabase *database, gpointer data, GError **error)
{
  History *job = data;
  g_autoptr (GPtrArray) heads = NULL;
  g_autofree char *scope = NULL;
  g_autoptr (RuhuStatement) query = NULL;
  g_autoptr (GError) local = NULL;

  if (!ruhu_heads_find_scope (database, ruhu_store_get_catalogue (job->store), job->type, job->record, &scope, error))
    return FALSE;
  if (scope == NULL)
    return TRUE;
  heads = ruhu_heads_load (database, scope, job->type, job->record, error);
  if (heads == NULL)
    return FALSE;
  query = ruhu_database_query (database, "SELECT n, position, body FROM log WHERE scope = ?1 AND kind = 'change' ORDER BY n", error, "s", scope);
  if (query == NULL)
    return FALSE;
  while (ruhu_statement_next (query, &local))
    if (!add_if_written (job, heads, query, error))
      return FALSE;
  return ruhu_check_end (&local, error);
}

GPtrArray *
ruhu_store_get_history (RuhuStore *self, const char *type, const char *record, const char *field, GError **error)
{
  g_autoptr (GPtrArray) versions = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_version_free);
  History job = { self, type, record, field, versions };

  if (!ruhu_database_read (ruhu_store_get_database (self), read_history, &job, error))
    return NULL;
  g_ptr_array_sort (versions, compare_versions);
  return g_steal_pointer (&versions);
}

/* Who deleted and who went on writing differ about the record as a whole: an edit counts as "not deleted". */
static gboolean
takes_part (GPtrArray *heads, const RuhuHead *head, const char *field, const RuhuHead *standing)
{
  if (ruhu_head_has_field (head, field))
    return TRUE;
  return strcmp (field, DELETED) == 0 && standing != NULL && ruhu_head_is_concurrent (head, standing);
}

/* What @head wrote of the record and nobody has overwritten. Transfer full. */
static json_object *
dup_edits (RuhuConflict *conflict, const RuhuHead *head, const RuhuChange *change)
{
  json_object *edits = json_object_new_object ();
  json_object *fields = json_object_object_get (json_object_object_get (change->set, conflict->type), conflict->record);

  json_object_object_foreach (fields, name, value)
  {
    if (ruhu_head_has_field (head, name))
      json_object_object_add (edits, name, json_object_get (value));
  }
  return edits;
}

static gboolean
add_head (RuhuStore *self, RuhuConflict *conflict, const RuhuHead *head, gboolean stands, GError **error)
{
  g_autofree char *body = NULL;
  g_autoptr (RuhuChange) change = NULL;
  g_autoptr (RuhuJson) kept = NULL;
  g_autoptr (RuhuJson) edits = NULL;
  json_object *value = NULL;
  RuhuVersion *version;

  if (!ruhu_database_get_text (ruhu_store_get_database (self), "SELECT body FROM log WHERE n = ?1", &body, error, "i", head->change))
    return FALSE;
  change = ruhu_change_parse (body != NULL ? body : "", body != NULL ? strlen (body) : 0, error);
  if (change == NULL)
    return FALSE;
  if (!ruhu_change_get_value (change, conflict->type, conflict->record, conflict->field, &value))
    {
      value = kept = json_object_new_boolean (FALSE);
      edits = dup_edits (conflict, head, change);
    }
  version = ruhu_store_make_version (self, change, head->position, value);
  version->edits = g_steal_pointer (&edits);
  version->is_head = TRUE;
  version->stands = stands;
  g_ptr_array_insert (conflict->versions, stands ? 0 : -1, version);
  return TRUE;
}

static gboolean
load_versions (RuhuStore *self, RuhuConflict *conflict, GError **error)
{
  g_autoptr (GPtrArray) heads = ruhu_heads_load (ruhu_store_get_database (self), conflict->scope, conflict->type, conflict->record, error);
  RuhuHead *standing;

  if (heads == NULL)
    return FALSE;
  standing = standing_head (heads, conflict->field);
  for (guint i = 0; i < heads->len; i++)
    {
      RuhuHead *head = g_ptr_array_index (heads, i);

      if (takes_part (heads, head, conflict->field, standing) && !add_head (self, conflict, head, head == standing, error))
        return FALSE;
    }
  return TRUE;
}

typedef struct
{
  RuhuStore *store;
  const char *scope;
  gint64 offset;
  gint64 limit;
  GPtrArray *conflicts;
} Conflicts;

static gboolean
read_conflicts (RuhuDatabase *database, gpointer data, GError **error)
{
  Conflicts *job = data;
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query =
      ruhu_database_query (database,
                           "SELECT type, record, field, scope FROM conflict WHERE ?1 IS NULL OR scope = ?1 ORDER BY scope, type, record, field LIMIT ?2 OFFSET ?3",
                           error, "sii", job->scope, job->limit > 0 ? job->limit : (gint64) -1, job->offset);
  gint64 seen;

  if (query == NULL || !ruhu_store_get_seen (job->store, &seen, error))
    return FALSE;
  while (ruhu_statement_next (query, &local))
    {
      RuhuConflict *conflict = g_new0 (RuhuConflict, 1);

      conflict->versions = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_version_free);
      g_ptr_array_add (job->conflicts, conflict);
      conflict->type = g_strdup (ruhu_statement_get_text (query, 0));
      conflict->record = g_strdup (ruhu_statement_get_text (query, 1));
      conflict->field = g_strdup (ruhu_statement_get_text (query, 2));
      conflict->scope = g_strdup (ruhu_statement_get_text (query, 3));
      conflict->household_name = ruhu_store_dup_household_name (job->store, conflict->scope);
      conflict->seen = seen;
      if (!load_versions (job->store, conflict, error))
        return FALSE;
    }
  return ruhu_check_end (&local, error);
}

GPtrArray *
ruhu_store_list_conflicts (RuhuStore *self, const char *scope, gint64 offset, gint64 limit, GError **error)
{
  g_autoptr (GPtrArray) conflicts = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_conflict_free);
  Conflicts job = { self, scope, offset, limit, conflicts };

  return ruhu_database_read (ruhu_store_get_database (self), read_conflicts, &job, error) ? g_steal_pointer (&conflicts) : NULL;
}

gboolean
ruhu_store_count_conflicts (RuhuStore *self, gint64 *count, GError **error)
{
  return ruhu_database_get_integer (ruhu_store_get_database (self), "SELECT count (*) FROM conflict", 0, count, error, "");
}
