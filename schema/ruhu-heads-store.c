/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Heads in the database, and the rows, conflicts and search terms that follow from them.
 *
 * A row holds, for each field, the value of the head that stands: the highest (time, device, seq). The value `deleted` is the one exception: a deletion that is concurrent
 * with another head of its record does not stand. */
#define G_LOG_DOMAIN "ruhu-heads"

#include "config.h"

#include "ruhu-heads.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-listing.h"
#include "ruhu-search.h"
#include "ruhu-tables.h"
#include "ruhu-value.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define DELETED "deleted"
/* Changes that a rebuilding keeps parsed, for the next record. */
#define MAX_BODIES 64

/* One record while its heads are moved. */
typedef struct
{
  /* Borrowed. */
  RuhuDatabase *database;
  RuhuRecordType *type; /* NULL: the catalogue does not know it */
  const char *type_name;
  const char *id;
  const char *scope;
  const RuhuChange *fresh; /* the change being applied, or NULL */
  gint64 fresh_n;
  /* Values. */
  gboolean is_absent;     /* no heads, no row */
  gboolean in_order;      /* see RuhuHeadsKnown */
  gboolean has_conflicts; /* the table may hold some of this record */
  /* Owned. */
  GPtrArray *heads;
  GHashTable *bodies; /* log.n → RuhuChange, of other changes */
} Work;

static void
work_clear (Work *self)
{
  g_clear_pointer (&self->heads, g_ptr_array_unref);
  g_clear_pointer (&self->bodies, g_hash_table_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

static char *
join_fields (GPtrArray *fields)
{
  GString *joined = g_string_new (NULL);

  for (guint i = 0; i < fields->len; i++)
    {
      if (i > 0)
        g_string_append_c (joined, ',');
      g_string_append (joined, g_ptr_array_index (fields, i));
    }
  return g_string_free (joined, FALSE);
}

static int
compare_strings (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* The names of a JSON object's members, sorted; borrowed from it. */
static GPtrArray *
member_names (json_object *object)
{
  GPtrArray *names = g_ptr_array_new ();

  json_object_object_foreach (object, name, value)
  {
    (void) value;
    g_ptr_array_add (names, name);
  }
  g_ptr_array_sort (names, compare_strings);
  return names;
}

static gboolean
load_heads (Work *work, GError **error)
{
  if (work->is_absent)
    work->heads = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_head_free);
  else if (work->in_order)
    work->heads = ruhu_heads_load_in_order (work->database, work->scope, work->type_name, work->id, work->fresh->seen, error);
  else
    work->heads = ruhu_heads_load (work->database, work->scope, work->type_name, work->id, error);
  return work->heads != NULL;
}

/* Before any of them is held against another. */
static gboolean
complete_heads (Work *work, GError **error)
{
  for (guint i = 0; i < work->heads->len; i++)
    {
      RuhuHead *head = g_ptr_array_index (work->heads, i);

      if (head->device == NULL && !ruhu_head_complete (work->database, head, error))
        return FALSE;
    }
  return TRUE;
}

static GHashTable *
make_bodies (void)
{
  return g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) ruhu_change_free);
}

static const RuhuChange *
load_body (Work *work, gint64 n, GError **error)
{
  g_autofree char *body = NULL;
  RuhuChange *change;

  if (work->fresh != NULL && n == work->fresh_n)
    return work->fresh;
  if (work->bodies == NULL)
    work->bodies = make_bodies ();
  change = g_hash_table_lookup (work->bodies, &n);
  if (change != NULL)
    return change;
  if (!ruhu_database_get_text (work->database, "SELECT body FROM log WHERE n = ?1", &body, error, "i", n))
    return NULL;
  if (body == NULL)
    {
      g_set_error (error, RUHU_ERROR, RUHU_ERROR_CORRUPT, _ ("Change %lld is missing from the log."), (long long) n);
      return NULL;
    }
  change = ruhu_change_parse (body, strlen (body), NULL);
  if (change != NULL)
    g_hash_table_insert (work->bodies, g_memdup2 (&n, sizeof n), change);
  else
    g_set_error (error, RUHU_ERROR, RUHU_ERROR_CORRUPT, _ ("Change %lld in the log is damaged."), (long long) n);
  return change;
}

/* *@value: borrowed from the change; NULL for JSON null. */
static gboolean
head_value (Work *work, const RuhuHead *head, const char *field, json_object **value, GError **error)
{
  const RuhuChange *change = load_body (work, head->change, error);

  if (change == NULL)
    return FALSE;
  if (ruhu_change_get_value (change, work->type_name, work->id, field, value))
    return TRUE;
  g_set_error (error, RUHU_ERROR, RUHU_ERROR_CORRUPT, _ ("Change %lld does not write the field that it is a head of."), (long long) head->change);
  return FALSE;
}

/* What stands among the heads of @field, and whether the others differ from it. *@best NULL: the field has no heads. */
static gboolean
judge (Work *work, const char *field, const RuhuHead **best, json_object **value, gboolean *differ, GError **error)
{
  const RuhuHead *highest = NULL;
  guint n = 0;

  *differ = FALSE;
  *value = NULL;
  for (guint i = 0; i < work->heads->len; i++)
    {
      const RuhuHead *head = g_ptr_array_index (work->heads, i);

      if (!ruhu_head_has_field (head, field))
        continue;
      n++;
      if (highest == NULL || ruhu_head_compare (head, highest) > 0)
        highest = head;
    }
  *best = highest;
  if (highest == NULL)
    return TRUE;
  if (!head_value (work, highest, field, value, error))
    return FALSE;
  for (guint i = 0; n > 1 && i < work->heads->len && !*differ; i++)
    {
      const RuhuHead *head = g_ptr_array_index (work->heads, i);
      json_object *other = NULL;

      if (head == highest || !ruhu_head_has_field (head, field))
        continue;
      if (!head_value (work, head, field, &other, error))
        return FALSE;
      *differ = !ruhu_value_equal (*value, other);
    }
  return TRUE;
}

static gboolean
mark_conflict (Work *work, const char *field, gboolean open, GError **error)
{
  if (open)
    return ruhu_database_run (work->database,
                              "INSERT INTO conflict (record, field, type, scope) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (record, type, field) DO NOTHING", error,
                              "ssss", work->id, field, work->type_name, work->scope);
  return !work->has_conflicts || ruhu_database_run (work->database, "DELETE FROM conflict WHERE record = ?1 AND type = ?2 AND field = ?3", error, "sss",
                                                    work->id, work->type_name, field);
}

/* Another deletion is no edit: two people who delete a record apart agree. */
static gboolean
is_edit (const RuhuHead *head)
{
  return head->fields->len > (ruhu_head_has_field (head, DELETED) ? 1 : 0);
}

/* Whether the standing deletion @head has a concurrent edit beside it. */
static gboolean
is_contested (Work *work, const RuhuHead *head)
{
  for (guint i = 0; i < work->heads->len; i++)
    {
      const RuhuHead *other = g_ptr_array_index (work->heads, i);

      if (other != head && is_edit (other) && ruhu_head_is_concurrent (head, other))
        return TRUE;
    }
  return FALSE;
}

/* Puts the row's `deleted` into @values and its conflict into the table. */
static gboolean
judge_deleted (Work *work, json_object *values, GError **error)
{
  const RuhuHead *head;
  json_object *value;
  gboolean differ;
  gboolean contested;

  if (!judge (work, DELETED, &head, &value, &differ, error))
    return FALSE;
  if (head == NULL)
    return TRUE;
  contested = differ || (json_object_get_boolean (value) && is_contested (work, head));
  json_object_object_add (values, DELETED, json_object_new_boolean (json_object_get_boolean (value) && !contested));
  return mark_conflict (work, DELETED, contested, error);
}

/* Puts what stands in @fields into @values, and opens or closes their conflicts. */
static gboolean
judge_fields (Work *work, GPtrArray *fields, json_object *values, GError **error)
{
  for (guint i = 0; i < fields->len; i++)
    {
      const char *name = g_ptr_array_index (fields, i);
      RuhuField *field = ruhu_record_type_get_field (work->type, name);
      const RuhuHead *head;
      json_object *value;
      gboolean differ;

      if (field == NULL || strcmp (name, DELETED) == 0)
        continue;
      if (!judge (work, name, &head, &value, &differ, error))
        return FALSE;
      json_object_object_add (values, name, json_object_get (value));
      if (!mark_conflict (work, name, differ && field->merge == RUHU_MERGE_REVIEW && !work->type->append_only, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
any_searched (RuhuRecordType *type, json_object *values)
{
  json_object_object_foreach (values, name, value)
  {
    RuhuField *field = ruhu_record_type_get_field (type, name);

    (void) value;
    if ((field != NULL && field->search != NULL) || strcmp (name, DELETED) == 0)
      return TRUE;
  }
  return FALSE;
}

static gboolean
index_terms (Work *work, json_object *values, gboolean whole, GError **error)
{
  g_autoptr (RuhuJson) stored = NULL;
  g_autoptr (GError) local = NULL;
  json_object *deleted = NULL;

  if (!ruhu_listing_follow (work->database, work->type, work->id, work->scope, values, whole, whole && work->fresh != NULL, error))
    return FALSE;
  if (!whole && !any_searched (work->type, values))
    return TRUE;
  if (!whole)
    {
      stored = ruhu_tables_get (work->database, work->type, work->id, &local);
      if (local != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      values = stored;
    }
  if (values != NULL && json_object_object_get_ex (values, DELETED, &deleted) && json_object_get_boolean (deleted))
    values = NULL;
  return ruhu_search_index (work->database, work->type, work->id, work->scope, values, error);
}

static gboolean
write_head (Work *work, RuhuHead *head, gboolean insert, GError **error)
{
  g_autofree char *joined = join_fields (head->fields);

  if (insert)
    return ruhu_database_run (work->database, "INSERT INTO head (scope, record, type, change, fields, stray) VALUES (?1, ?2, ?3, ?4, ?5, ?6)", error, "sssisi",
                              work->scope, work->id, work->type_name, head->change, joined, (gint64) (work->type == NULL));
  return ruhu_database_run (work->database, "UPDATE head SET fields = ?5 WHERE scope = ?1 AND record = ?2 AND type = ?3 AND change = ?4", error, "sssis",
                            work->scope, work->id, work->type_name, head->change, joined);
}

static RuhuHead *
find_head (GPtrArray *heads, gint64 change)
{
  for (guint i = 0; i < heads->len; i++)
    {
      RuhuHead *head = g_ptr_array_index (heads, i);

      if (head->change == change)
        return head;
    }
  return NULL;
}

static gboolean
write_touched (Work *work, GArray *touched, GError **error)
{
  for (guint i = 0; i < touched->len; i++)
    {
      gint64 n = g_array_index (touched, gint64, i);
      RuhuHead *head = find_head (work->heads, n);

      if (head != NULL)
        {
          if (!write_head (work, head, FALSE, error))
            return FALSE;
        }
      else if (!ruhu_database_run (work->database, "DELETE FROM head WHERE scope = ?1 AND record = ?2 AND type = ?3 AND change = ?4", error, "sssi", work->scope,
                                   work->id, work->type_name, n))
        return FALSE;
    }
  return TRUE;
}

/* Whether the fresh change alone is a head of each of @names: then what it writes stands as it is, and nothing has to be looked at again. */
static gboolean
stands_alone (Work *work, GPtrArray *names)
{
  for (guint i = 0; i < work->heads->len; i++)
    {
      const RuhuHead *head = g_ptr_array_index (work->heads, i);

      for (guint k = 0; head->change != work->fresh_n && k < names->len; k++)
        if (ruhu_head_has_field (head, g_ptr_array_index (names, k)))
          return FALSE;
    }
  return TRUE;
}

/* Whether anybody's deletion may have to be judged again. */
static gboolean
has_deletion (Work *work)
{
  for (guint i = 0; i < work->heads->len; i++)
    if (ruhu_head_has_field (g_ptr_array_index (work->heads, i), DELETED))
      return TRUE;
  return FALSE;
}

static gboolean
look_for_conflicts (Work *work, GError **error)
{
  gint64 found;

  if (!ruhu_database_get_integer (work->database, "SELECT 1 FROM conflict WHERE record = ?1 AND type = ?2 LIMIT 1", 0, &found, error, "ss", work->id,
                                  work->type_name))
    return FALSE;
  work->has_conflicts = found != 0;
  return TRUE;
}

static gboolean
apply_record (Work *work, json_object *fields, gint64 position, GError **error)
{
  const RuhuChange *change = work->fresh;
  g_autoptr (GPtrArray) names = member_names (fields);
  g_autoptr (GArray) touched = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (RuhuJson) values = NULL;
  gboolean is_new;

  if (!load_heads (work, error))
    return FALSE;
  if (find_head (work->heads, work->fresh_n) != NULL)
    return TRUE;
  is_new = work->heads->len == 0;
  if (!is_new && !look_for_conflicts (work, error))
    return FALSE;
  ruhu_heads_merge (work->heads, change->device, change->seq, change->seen, work->fresh_n, position, change->time, names, touched);
  if (!write_touched (work, touched, error) || !write_head (work, find_head (work->heads, work->fresh_n), TRUE, error))
    return FALSE;
  if (work->type == NULL)
    return TRUE;
  if (is_new || (!work->has_conflicts && !has_deletion (work) && stands_alone (work, names)))
    return ruhu_tables_put (work->database, work->type, work->id, work->scope, fields, is_new, error) && index_terms (work, fields, is_new, error);
  values = json_object_new_object ();
  if (!complete_heads (work, error) || !judge_fields (work, names, values, error) || (has_deletion (work) && !judge_deleted (work, values, error)))
    return FALSE;
  return ruhu_tables_put (work->database, work->type, work->id, work->scope, values, is_new, error) && index_terms (work, values, is_new, error);
}

gboolean
ruhu_heads_apply (RuhuDatabase *database, RuhuCatalogue *catalogue, const RuhuChange *change, gint64 n, gint64 position, const RuhuHeadsKnown *known, gboolean *deletions, GError **error)
{
  gboolean any = FALSE, in_order = known != NULL && known->in_order;
  GPtrArray *absent = known != NULL ? known->absent : NULL;

  json_object_object_foreach (change->set, type_name, records)
  {
    RuhuRecordType *type = ruhu_catalogue_get_record (catalogue, type_name);

    json_object_object_foreach (records, id, fields)
    {
      g_auto (Work) work = { .database = database, .type = type, .type_name = type_name, .id = id, .scope = change->scope, .fresh = change, .fresh_n = n, .in_order = in_order };

      work.is_absent = absent != NULL && g_ptr_array_find (absent, id, NULL);
      if (!apply_record (&work, fields, position, error))
        return FALSE;
      any |= has_deletion (&work);
    }
  }
  if (deletions != NULL)
    *deletions = any;
  return TRUE;
}

gboolean
ruhu_heads_apply_fields (RuhuDatabase *database, RuhuCatalogue *catalogue, const RuhuChange *change, gint64 n, gint64 position, json_object *fields, GError **error)
{
  json_object_object_foreach (fields, type_name, records)
  {
    RuhuRecordType *type = ruhu_catalogue_get_record (catalogue, type_name);

    json_object_object_foreach (records, id, list)
    {
      g_auto (Work) work = { .database = database, .type = type, .type_name = type_name, .id = id, .scope = change->scope, .fresh = change, .fresh_n = n };
      g_autoptr (RuhuJson) left = json_object_new_object ();

      for (gsize i = 0; i < json_object_array_length (list); i++)
        {
          const char *name = json_object_get_string (json_object_array_get_idx (list, i));
          json_object *value;

          if (ruhu_change_get_value (change, type_name, id, name, &value))
            json_object_object_add (left, name, json_object_get (value));
        }
      if (json_object_object_length (left) > 0 && !apply_record (&work, left, position, error))
        return FALSE;
    }
  }
  return TRUE;
}

static gboolean
install_record (RuhuDatabase *database, gboolean known, const char *scope, gint64 n, const char *type, const char *id, json_object *names, GError **error)
{
  g_autoptr (GPtrArray) fields = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *joined = NULL;

  if (!json_object_is_type (names, json_type_array) || json_object_array_length (names) == 0)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_PROTOCOL, _ ("A backfill names no fields for one of its records."));
      return FALSE;
    }
  for (gsize i = 0; i < json_object_array_length (names); i++)
    g_ptr_array_add (fields, g_strdup (json_object_get_string (json_object_array_get_idx (names, i))));
  g_ptr_array_sort (fields, compare_strings);
  joined = join_fields (fields);
  return ruhu_database_run (database,
                            "INSERT INTO head (scope, record, type, change, fields, stray) VALUES (?1, ?2, ?3, ?4, ?5, ?6) "
                            "ON CONFLICT (scope, record, type, change) DO UPDATE SET fields = excluded.fields",
                            error, "sssisi", scope, id, type, n, joined, (gint64) !known);
}

gboolean
ruhu_heads_install (RuhuDatabase *database, RuhuCatalogue *catalogue, const char *scope, gint64 n, json_object *fields, GError **error)
{
  json_object_object_foreach (fields, type, records)
  {
    gboolean known = ruhu_catalogue_get_record (catalogue, type) != NULL;

    json_object_object_foreach (records, id, names)
    {
      if (!install_record (database, known, scope, n, type, id, names, error))
        return FALSE;
    }
  }
  return TRUE;
}

/* Every field that the record's heads write, sorted, without repeats; borrowed from the heads. */
static GPtrArray *
all_fields (GPtrArray *heads)
{
  g_autoptr (GHashTable) set = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *names = g_ptr_array_new ();

  for (guint i = 0; i < heads->len; i++)
    {
      RuhuHead *head = g_ptr_array_index (heads, i);

      for (guint k = 0; k < head->fields->len; k++)
        if (g_hash_table_add (set, g_ptr_array_index (head->fields, k)))
          g_ptr_array_add (names, g_ptr_array_index (head->fields, k));
    }
  g_ptr_array_sort (names, compare_strings);
  return names;
}

/* @bodies: changes that were parsed for other records, or NULL. */
static gboolean
rebuild (RuhuDatabase *database, RuhuCatalogue *catalogue, const char *type, const char *record, const char *scope, GHashTable *bodies, GError **error)
{
  g_auto (Work) work = { .database = database, .type = ruhu_catalogue_get_record (catalogue, type), .type_name = type, .id = record, .scope = scope };
  g_autoptr (GPtrArray) names = NULL;
  g_autoptr (RuhuJson) values = json_object_new_object ();
  gboolean is_there, is_deleted;

  if (work.type == NULL)
    return TRUE;
  work.bodies = bodies != NULL ? g_hash_table_ref (bodies) : NULL;
  work.heads = ruhu_heads_load (database, scope, type, record, error);
  if (work.heads == NULL)
    return FALSE;
  names = all_fields (work.heads);
  if (!ruhu_database_run (database, "DELETE FROM conflict WHERE record = ?1 AND type = ?2", error, "ss", record, type))
    return FALSE;
  if (!judge_fields (&work, names, values, error) || !judge_deleted (&work, values, error))
    return FALSE;
  return ruhu_tables_look (database, work.type, record, &is_there, &is_deleted, error) &&
         ruhu_tables_put (database, work.type, record, scope, values, !is_there, error) && index_terms (&work, values, TRUE, error);
}

gboolean
ruhu_heads_rebuild (RuhuDatabase *database, RuhuCatalogue *catalogue, const char *type, const char *record, const char *scope, GError **error)
{
  return rebuild (database, catalogue, type, record, scope, NULL, error);
}

gboolean
ruhu_heads_rebuild_all (RuhuDatabase *database, RuhuCatalogue *catalogue, const char *type, const char *scope, GError **error)
{
  g_autoptr (GError) local = NULL;
  /* One change writes many records: it is parsed once for those that follow each other. */
  g_autoptr (GHashTable) bodies = make_bodies ();
  g_autoptr (RuhuStatement) query = NULL;

  if (scope != NULL)
    query = ruhu_database_query (database, "SELECT DISTINCT type, record, scope FROM head WHERE scope = ?2 AND (?1 IS NULL OR type = ?1)", error, "ss",
                                 type, scope);
  else
    query = ruhu_database_query (database, "SELECT DISTINCT type, record, scope FROM head WHERE ?1 IS NULL OR type = ?1 ORDER BY scope", error, "s", type);
  if (query == NULL)
    return FALSE;
  while (ruhu_statement_next (query, &local))
    {
      if (!rebuild (database, catalogue, ruhu_statement_get_text (query, 0), ruhu_statement_get_text (query, 1),
                    ruhu_statement_get_text (query, 2), bodies, error))
        return FALSE;
      if (g_hash_table_size (bodies) > MAX_BODIES)
        g_hash_table_remove_all (bodies);
    }
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  return TRUE;
}
