/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file is opened for reading only. Tables in SQLite's temporary database, which is in memory, hide those of the file that have the same name: r_person is then the members of the
 * one household, as the draft has them, and main.r_person everybody. */
#define G_LOG_DOMAIN "ruhu-rules"

#include "config.h"

#include "ruhu-rules-private.h"

#include "ruhu-cleanups.h"
#include "ruhu-tables.h"
#include "ruhu-value.h"

#include <stdlib.h>
#include <string.h>

#define DECEMBER 12

const char *const ruhu_overlay_views[] = { "v_now", "v_changed", "v_earlier", "v_member", "v_income", NULL };

struct _RuhuOverlay
{
  RuhuDatabase *database;   /* owned */
  RuhuCatalogue *catalogue; /* a reference */
  GPtrArray *types;         /* RuhuRecordType, borrowed: those that belong to households */
  GPtrArray *copies;        /* char *: for each of them INSERT … SELECT */
  GPtrArray *clears;        /* char *: for each of them DELETE */
};

/* The views need the tables of the built-in catalogue; where a catalogue has others, rules do without the views. */
#define NOW "CREATE TEMP TABLE v_now (today TEXT, scope TEXT)"
#define MEMBERS                                                                                                                                             \
  "CREATE TEMP VIEW v_member AS SELECT p.*, age_at(p.birth, n.today) AS age, school_age_at(p.birth, n.today) AS school_age FROM r_person AS p, v_now AS n " \
  "WHERE p.deleted = 0 AND coalesce(p.member_state, '01') NOT IN ('02', '03', '04', '05')"
/* For each field of the household that stands: the day in UTC+8 of the change that wrote it. */
#define CHANGES                                                                                                                                                      \
  "CREATE TEMP VIEW v_changed AS SELECT h.type AS type, h.record AS record, h.fields AS fields, h.change AS change, date(substr(l.time, 1, 19), '+8 hours') AS day " \
  "FROM main.head AS h, main.log AS l WHERE h.scope = (SELECT n.scope FROM temp.v_now AS n) AND l.n = h.change AND l.kind = 'change'"
/* Whatever a change wrote into the household, also what no longer stands. */
#define HISTORY                                                                                                           \
  "CREATE TEMP VIEW v_earlier AS SELECT t.key AS type, r.key AS record, f.key AS field, f.value AS value, l.n AS change " \
  "FROM main.log AS l, json_each (l.body, '$.set') AS t, json_each (t.value) AS r, json_each (r.value) AS f "             \
  "WHERE l.scope = (SELECT n.scope FROM temp.v_now AS n) AND l.kind = 'change' AND json_valid (l.body)"
#define SUM(code) "coalesce(sum(CASE WHEN l.cat = '" code "' THEN l.amount END), 0)"
#define INCOME                                                                                                                                      \
  "CREATE TEMP VIEW v_income AS SELECT s.*, s.wages + s.business + s.property + s.transfers - s.costs AS net, "                                     \
  "coalesce((SELECT b.base_persons FROM r_income_book AS b WHERE b.deleted = 0 AND b.year = s.year), (SELECT count(*) FROM v_member)) AS persons, " \
  "(SELECT p.line FROM r_poverty_line AS p WHERE p.deleted = 0 AND p.year = s.year) AS line "                                                       \
  "FROM (SELECT l.year AS year, " SUM ("1") " AS wages, " SUM ("2") " AS business, " SUM ("3") " AS property, " SUM ("4") " AS transfers, " SUM ("5") " AS costs FROM r_income_line AS l WHERE l.deleted = 0 GROUP BY l.year) AS s"

void
ruhu_overlay_free (RuhuOverlay *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->types, g_ptr_array_unref);
  g_clear_pointer (&self->copies, g_ptr_array_unref);
  g_clear_pointer (&self->clears, g_ptr_array_unref);
  g_clear_pointer (&self->database, ruhu_database_close);
  g_clear_pointer (&self->catalogue, ruhu_catalogue_unref);
  g_free (self);
}

RuhuDatabase *
ruhu_overlay_get_database (RuhuOverlay *self)
{
  return self->database;
}

int
ruhu_rules_get_book_year (const char *today)
{
  g_return_val_if_fail (today != NULL && strlen (today) >= 7, 0);

  return atoi (today) - (atoi (today + 5) == DECEMBER ? 0 : 1);
}

static gboolean
make_table (RuhuOverlay *self, RuhuRecordType *type, GError **error)
{
  g_autofree char *table = ruhu_record_type_dup_table (type);
  g_autofree char *quoted = ruhu_database_quote (table);
  g_autoptr (GString) create = g_string_new (NULL);
  g_autoptr (GString) names = g_string_new ("id, scope, deleted");

  g_string_printf (create, "CREATE TEMP TABLE %s (id TEXT PRIMARY KEY, scope TEXT NOT NULL, deleted BIGINT NOT NULL DEFAULT 0", quoted);
  for (guint i = 0; i < type->fields->len; i++)
    {
      RuhuField *field = g_ptr_array_index (type->fields, i);
      g_autofree char *column = ruhu_database_quote (field->name);
      if (field->calculate != NULL)
        continue;
      g_string_append_printf (create, ", %s %s", column, ruhu_value_get_sql_type (field));
      g_string_append_printf (names, ", %s", column);
    }
  g_string_append_c (create, ')');
  g_ptr_array_add (self->types, type);
  g_ptr_array_add (self->copies, g_strdup_printf ("INSERT INTO temp.%s (%s) SELECT %s FROM main.%s WHERE scope = ?1", quoted, names->str, names->str, quoted));
  g_ptr_array_add (self->clears, g_strdup_printf ("DELETE FROM temp.%s", quoted));
  return ruhu_database_execute (self->database, create->str, error);
}

static gboolean
make_views (RuhuOverlay *self, GError **error)
{
  static const char *const needed[] = { "person", "income_line", "income_book", "poverty_line" };

  if (!ruhu_database_execute (self->database, NOW, error) || !ruhu_database_execute (self->database, CHANGES, error) || !ruhu_database_execute (self->database, HISTORY, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (needed); i++)
    if (ruhu_catalogue_get_record (self->catalogue, needed[i]) == NULL)
      return TRUE;
  return ruhu_database_execute (self->database, MEMBERS, error) && ruhu_database_execute (self->database, INCOME, error);
}

static gboolean
follow (RuhuDatabase *database, gpointer data, GError **error)
{
  return ruhu_tables_follow (database, data, NULL, error);
}

static gboolean
prepare (RuhuOverlay *self, GError **error)
{
  GPtrArray *records = ruhu_catalogue_get_records (self->catalogue);

  if (!ruhu_database_execute (self->database, "PRAGMA temp_store = MEMORY", error))
    return FALSE;
  for (guint i = 0; i < records->len; i++)
    {
      RuhuRecordType *type = g_ptr_array_index (records, i);
      if (type->belongs == RUHU_BELONGS_HOUSEHOLD && !make_table (self, type, error))
        return FALSE;
    }
  return make_views (self, error);
}

RuhuOverlay *
ruhu_overlay_new (const char *path, RuhuCatalogue *catalogue, GError **error)
{
  g_autoptr (RuhuOverlay) self = g_new0 (RuhuOverlay, 1);
  gboolean compile_only = strcmp (path, ":memory:") == 0;

  self->catalogue = ruhu_catalogue_ref (catalogue);
  self->types = g_ptr_array_new ();
  self->copies = g_ptr_array_new_with_free_func (g_free);
  self->clears = g_ptr_array_new_with_free_func (g_free);
  self->database = ruhu_database_open (path, compile_only ? RUHU_DATABASE_DEFAULT : RUHU_DATABASE_READ_ONLY, error);
  if (self->database == NULL)
    return NULL;
  if (compile_only && (!ruhu_database_migrate (self->database, error) || !ruhu_database_transaction (self->database, follow, catalogue, error)))
    return NULL;
  /* The file is open for reading only, whatever this says; the copies in memory have to be written. */
  if (!ruhu_database_execute (self->database, "PRAGMA query_only = OFF", error) || !prepare (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

static gboolean
is_there (RuhuOverlay *self, RuhuRecordType *type, const char *id, gboolean *there, GError **error)
{
  g_autofree char *table = ruhu_record_type_dup_table (type);
  g_autofree char *quoted = ruhu_database_quote (table);
  g_autofree char *sql = g_strdup_printf ("SELECT 1 FROM temp.%s WHERE id = ?1", quoted);
  gint64 found = 0;

  if (!ruhu_database_get_integer (self->database, sql, 0, &found, error, "s", id))
    return FALSE;
  *there = found != 0;
  return TRUE;
}

static gboolean
lay_over (RuhuOverlay *self, const char *scope, json_object *draft, GError **error)
{
  json_object_object_foreach (draft, name, records)
  {
    RuhuRecordType *type = ruhu_catalogue_get_record (self->catalogue, name);
    if (type == NULL || type->belongs != RUHU_BELONGS_HOUSEHOLD || !json_object_is_type (records, json_type_object))
      continue;
    json_object_object_foreach (records, id, fields)
    {
      gboolean there = FALSE;
      if (!json_object_is_type (fields, json_type_object))
        continue;
      if (!is_there (self, type, id, &there, error) || !ruhu_tables_put (self->database, type, id, scope, fields, !there, error))
        return FALSE;
    }
  }
  return TRUE;
}

gboolean
ruhu_overlay_fill (RuhuOverlay *self, const char *scope, json_object *draft, const char *today, GError **error)
{
  for (guint i = 0; i < self->types->len; i++)
    if (!ruhu_database_run (self->database, g_ptr_array_index (self->clears, i), error, "") ||
        !ruhu_database_run (self->database, g_ptr_array_index (self->copies, i), error, "s", scope))
      return FALSE;
  if (!ruhu_database_run (self->database, "DELETE FROM temp.v_now", error, "") ||
      !ruhu_database_run (self->database, "INSERT INTO temp.v_now (today, scope) VALUES (?1, ?2)", error, "ss", today, scope))
    return FALSE;
  return draft == NULL || lay_over (self, scope, draft, error);
}
