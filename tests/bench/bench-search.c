/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 6. Search and list: names typed letter by letter into the household list of an office that holds a county (95 townships, 100,000 persons) or, with --size 950, a prefecture. What the
 * window makes of it is measured by bench-app. Against the bare query: one SELECT of as many rows by primary key. */
#define G_LOG_DOMAIN "bench"

#include "config.h"

#include "bench-world.h"

#include <stdlib.h>
#include <string.h>

#define NAMES 200

static GPtrArray *
pick_names (RuhuStore *store)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuStatement) query =
      ruhu_database_query (ruhu_store_get_database (store), "SELECT term FROM term WHERE rowid % ?1 = 7 AND length (term) BETWEEN 2 AND 14 LIMIT ?2", &error, "ii",
                           MAX (bench_count (ruhu_store_get_database (store), "SELECT max (rowid) FROM term") / NAMES / 2, 1), (gint64) NAMES);

  while (query != NULL && ruhu_statement_next (query, &error))
    g_ptr_array_add (names, g_strdup (ruhu_statement_get_text (query, 0)));
  bench_must (names->len > 0, g_steal_pointer (&error), "Names to type");
  return names;
}

static void
type_name (RuhuStore *store, const char *name, BenchSeries *first, BenchSeries *all)
{
  for (const char *end = g_utf8_next_char (name);; end = g_utf8_next_char (end))
    {
      g_autofree char *typed = g_strndup (name, (gsize) (end - name));
      double begin = bench_clock ();

      bench_search (store, typed);
      bench_series_add (end == g_utf8_next_char (name) ? first : all, (bench_clock () - begin) * 1e3);
      if (*end == '\0')
        return;
    }
}

static double
open_store (const char *path, RuhuStore **store)
{
  RuhuStoreOptions options = { .path = path, .flags = RUHU_DATABASE_READ_ONLY };
  g_autoptr (GError) error = NULL;
  double begin = bench_clock ();

  *store = ruhu_store_open (&options, &error);
  bench_must (*store != NULL, g_steal_pointer (&error), path);
  bench_search (*store, "");
  return (bench_clock () - begin) * 1e3;
}

static void
tell (const char *what, BenchSeries *series)
{
  bench_row ("%s | %u | %.1f | %.1f | %.1f", what, bench_series_length (series), bench_series_percentile (series, 0.5), bench_series_percentile (series, 0.99), bench_series_max (series));
}

int
main (int argc, char **argv)
{
  BenchOptions options = bench_begin (&argc, &argv, "search", 1);
  guint towns = options.size != NULL ? (guint) g_ascii_strtoull (options.size, NULL, 10) : 95;
  g_autofree char *folder = bench_make_folder (), *township = bench_make_townships (folder, options.seed, towns), *path = g_build_filename (township, "township.db", NULL);
  g_autoptr (BenchSeries) first = bench_series_new (), further = bench_series_new (), opening = bench_series_new ();
  g_autoptr (GPtrArray) names = NULL;
  RuhuStore *store = NULL;

  for (guint i = 0; i < options.runs; i++)
    {
      g_clear_pointer (&store, ruhu_store_close);
      bench_series_add (opening, open_store (path, &store));
    }
  names = pick_names (store);
  for (guint i = 0; i < names->len; i++)
    type_name (store, names->pdata[i], first, further);
  bench_head ("6. Search and list", "what, ms | times | p50 | p99 | longest");
  tell ("open the file and show the first screen of the list, cache warm", opening);
  tell ("the first letter of a name", first);
  tell ("each further letter", further);
  bench_note ("%" G_GINT64_FORMAT " persons in %" G_GINT64_FORMAT " households, %.0f MB; memory %.0f MiB, peak %.0f MiB.", bench_count (ruhu_store_get_database (store), "SELECT count (*) FROM r_person"),
              bench_count (ruhu_store_get_database (store), "SELECT count (*) FROM r_household"), (double) bench_folder_size (township) / 1e6, (double) bench_memory (0) / 1024,
              (double) bench_peak_memory (0) / 1024);
  ruhu_store_close (store);
  bench_remove_folder (folder);
  return 0;
}
