/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 7. Conflicts: the review list with 10,000 open ones, and a thousand resolved in bulk, each by a save of its own as the page does it. */
#define G_LOG_DOMAIN "bench"

#include "config.h"

#include "bench-direct.h"

#include "ruhu-cleanups.h"
#include "ruhu-value.h"

#include <stdlib.h>
#include <string.h>

#define WANTED   10000
#define RESOLVED 1000
#define PAGE     50
#define OTHER    "00000000000000bb"

/* Fields of a person that are reviewed when two wrote them apart, with two values each. */
static const char *const fields[][3] = { { "relation", "99", "98" }, { "med_ins", "1", "2" }, { "pension", "1", "2" }, { "labour", "03", "04" }, { "crit_ins", "t", "f" }, { "member_state", "01", "06" }, { "birth", "1960-01-02", "1961-02-03" }, { "name", "甲测量", "乙测量" }, { "sex", "1", "2" } };

static void
add_value (json_object *set, const char *name, const char *value)
{
  if (strcmp (value, "t") == 0 || strcmp (value, "f") == 0)
    json_object_object_add (set, name, json_object_new_boolean (*value == 't'));
  else
    json_object_object_add (set, name, json_object_new_string (value));
}

/* What a device writes of a person; whatever of it the catalogue does not take is left out beforehand. */
static char *
make_line (RuhuRecordType *type, const char *device, gint64 seq, gint64 seen, const char *user, const char *person, const char *scope, guint which)
{
  g_autoptr (RuhuJson) set = json_object_new_object ();
  json_object *records = json_object_new_object (), *values = json_object_new_object ();
  RuhuChange change = { .device = (char *) device, .seq = seq, .seen = seen, .time = (char *) "2018-06-30T04:00:00.000Z.0000", .by = (char *) user, .scope = (char *) scope, .set = set };

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      g_autoptr (RuhuJson) one = json_object_new_object ();
      RuhuField *field = ruhu_record_type_get_field (type, fields[i][0]);

      if (field == NULL || field->merge != RUHU_MERGE_REVIEW || field->constraint != NULL)
        continue;
      add_value (one, fields[i][0], fields[i][1 + which]);
      if (ruhu_value_check (field, json_object_object_get (one, fields[i][0]), NULL))
        add_value (values, fields[i][0], fields[i][1 + which]);
    }
  json_object_object_add (records, person, values);
  json_object_object_add (set, "person", records);
  return ruhu_change_to_json (&change);
}

static void
make_conflicts (RuhuSession *session, const char *office)
{
  RuhuDatabase *database = ruhu_store_get_database (session->store);
  RuhuRecordType *type = ruhu_catalogue_get_record (ruhu_store_get_catalogue (session->store), "person");
  g_autoptr (GPtrArray) first = g_ptr_array_new_with_free_func (g_free), second = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  gint64 seen;

  (void) bench_direct_enrol (session, BENCH_DEVICE, office);
  seen = bench_direct_enrol (session, OTHER, office);
  {
    g_autoptr (RuhuStatement) query = ruhu_database_query (database, "SELECT id, scope FROM r_person WHERE deleted = 0 ORDER BY id", &error, "");

    while (query != NULL && ruhu_statement_next (query, &error))
      {
        const char *id = ruhu_statement_get_text (query, 0), *scope = ruhu_statement_get_text (query, 1);

        g_ptr_array_add (first, make_line (type, BENCH_DEVICE, first->len + 1, seen, office, id, scope, 0));
        g_ptr_array_add (second, make_line (type, OTHER, second->len + 1, seen, office, id, scope, 1));
      }
    bench_must (first->len > 0, g_steal_pointer (&error), "Persons");
  }
  bench_direct_push (session->ledger, BENCH_DEVICE, first);
  bench_direct_push (session->ledger, OTHER, second);
}

static void
list_pages (RuhuStore *store, gint64 n, BenchSeries *pages)
{
  for (gint64 offset = 0; offset < n; offset += PAGE)
    {
      g_autoptr (GError) error = NULL;
      double begin = bench_clock ();
      g_autoptr (GPtrArray) page = ruhu_store_list_conflicts (store, NULL, offset, PAGE, &error);

      bench_must (page != NULL, g_steal_pointer (&error), "The list");
      bench_series_add (pages, (bench_clock () - begin) * 1e3);
    }
}

/* What stands is chosen. */
static void
resolve (RuhuStore *store, RuhuConflict *conflict)
{
  g_autoptr (RuhuJson) set = json_object_new_object ();
  json_object *records = json_object_new_object (), *values = json_object_new_object ();
  RuhuVersion *chosen = conflict->versions->pdata[0];
  RuhuEdit edit = { .scope = conflict->scope, .seen = conflict->seen, .set = set };
  g_autoptr (GError) error = NULL;
  gboolean saved;

  json_object_object_add (values, conflict->field, json_object_get (chosen->value));
  json_object_object_add (records, conflict->record, values);
  json_object_object_add (set, conflict->type, records);
  saved = ruhu_store_save (store, &edit, NULL, &error);
  bench_must (saved, g_steal_pointer (&error), "A resolution");
}

static double
resolve_many (RuhuStore *store)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) conflicts = ruhu_store_list_conflicts (store, NULL, 0, RESOLVED, &error);
  double begin = bench_clock ();

  bench_must (conflicts != NULL && conflicts->len == RESOLVED, g_steal_pointer (&error), "Conflicts");
  for (guint i = 0; i < conflicts->len; i++)
    resolve (store, conflicts->pdata[i]);
  return bench_clock () - begin;
}

int
main (int argc, char **argv)
{
  BenchOptions options = bench_begin (&argc, &argv, "conflicts", 1);
  g_autofree char *folder = bench_make_folder (), *township = bench_make_townships (folder, options.seed, 3);
  g_autoptr (RuhuTownship) opened = ruhu_township_open (township, NULL);
  g_autoptr (RuhuSession) session = ruhu_township_open_session (opened, NULL);
  g_autofree char *office = bench_get_office (session);
  g_autoptr (BenchSeries) pages = bench_series_new ();
  gint64 head = 0, before = 0, after = 0;
  gboolean counted;
  double time;

  make_conflicts (session, office);
  bench_must (ruhu_session_get_head (session, &head, NULL), NULL, "The log's end");
  bench_direct_become_laptop (session->store, office, head);
  counted = ruhu_store_count_conflicts (session->store, &before, NULL);
  list_pages (session->store, MIN (before, WANTED), pages);
  time = resolve_many (session->store);
  counted = counted && ruhu_store_count_conflicts (session->store, &after, NULL);
  bench_must (counted && before - after == RESOLVED, NULL, "The resolutions did not close their conflicts");
  bench_head ("7. Conflicts", "what | figure");
  bench_row ("open | %" G_GINT64_FORMAT, before);
  bench_row ("a page of %d of the review list, p50 / p99 / longest | %.1f ms / %.1f ms / %.1f ms", PAGE, bench_series_percentile (pages, 0.5), bench_series_percentile (pages, 0.99),
             bench_series_max (pages));
  bench_row ("%d resolved, each on disk | %.2f s, %.2f ms each", RESOLVED, time, time / RESOLVED * 1e3);
  g_clear_pointer (&session, ruhu_session_free);
  bench_remove_folder (folder);
  return 0;
}
