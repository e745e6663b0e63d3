/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 6. Search and list: names, numbers and villages typed letter by letter into the household list of an office that holds a county (95 townships, 100,000 persons) or, with --size 950, a
 * prefecture. What the window makes of it is measured by bench-app. Against the bare query: as many rows by their numbers.
 *
 *   bench-search [--size TOWNS] [FOLDER]     FOLDER: of a laptop, made before */
#define G_LOG_DOMAIN "bench"

#include "config.h"

#include "bench-world.h"

#include <stdlib.h>
#include <string.h>

#define NAMES 200

/* Terms from all over the index. */
static GPtrArray *
pick_names (RuhuStore *store, const char *condition)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  g_autofree char *sql = g_strdup_printf ("SELECT term FROM term WHERE length (term) BETWEEN 2 AND 18 AND %s", condition);
  g_autofree char *counting = g_strdup_printf ("SELECT count (*) FROM (%s)", sql);
  gint64 step = MAX (bench_count (ruhu_store_get_database (store), counting) / NAMES, 1);
  g_autoptr (RuhuStatement) terms = ruhu_database_query (ruhu_store_get_database (store), sql, &error, "");

  for (gint64 i = 0; terms != NULL && ruhu_statement_next (terms, &error) && names->len < NAMES; i++)
    if (i % step == 0)
      g_ptr_array_add (names, g_strdup (ruhu_statement_get_text (terms, 0)));
  bench_must (error == NULL, g_steal_pointer (&error), "Names to type");
  bench_must (names->len > 0, NULL, "Names to type");
  return names;
}

/* What is typed: all of it, and what is typed before. */
static void
type_name (RuhuStore *store, const char *name, gboolean all, BenchSeries *first, BenchSeries *further)
{
  for (const char *end = g_utf8_next_char (name);; end = g_utf8_next_char (end))
    {
      g_autofree char *typed = g_strndup (name, (gsize) (end - name));
      double begin = bench_clock ();

      bench_search (store, typed, all);
      bench_series_add (end == g_utf8_next_char (name) ? first : further, (bench_clock () - begin) * 1e3);
      if (*end == '\0')
        return;
    }
}

static double
open_store (const char *path, RuhuStore **store)
{
  RuhuStoreOptions options = { .path = path };
  g_autoptr (GError) error = NULL;
  double begin = bench_clock ();

  *store = ruhu_store_open (&options, &error);
  bench_must (*store != NULL, g_steal_pointer (&error), path);
  bench_search (*store, "", FALSE);
  return (bench_clock () - begin) * 1e3;
}

static void
tell (const char *what, BenchSeries *series)
{
  bench_row ("%s | %u | %.1f | %.1f | %.1f", what, bench_series_length (series), bench_series_percentile (series, 0.5), bench_series_percentile (series, 0.99), bench_series_max (series));
}

static void
type_names (RuhuStore *store, const char *kind, const char *condition)
{
  g_autoptr (GPtrArray) names = pick_names (store, condition);
  g_autoptr (BenchSeries) first = bench_series_new (), further = bench_series_new (), all_first = bench_series_new (), all_further = bench_series_new ();
  g_autofree char *texts[] = { g_strdup_printf ("%s: the first letter", kind), g_strdup_printf ("%s: each further one", kind), g_strdup_printf ("%s: the first letter, all counted", kind),
                               g_strdup_printf ("%s: each further one, all counted", kind) };

  for (guint i = 0; i < names->len; i++)
    {
      type_name (store, names->pdata[i], FALSE, first, further);
      if (i % 4 == 0)
        type_name (store, names->pdata[i], TRUE, all_first, all_further);
    }
  tell (texts[0], first);
  tell (texts[1], further);
  tell (texts[2], all_first);
  tell (texts[3], all_further);
}

/* The bare query: as many rows by primary key. */
static void
read_rows (RuhuStore *store)
{
  g_autoptr (BenchSeries) times = bench_series_new ();
  gint64 n = bench_count (ruhu_store_get_database (store), "SELECT max (n) FROM listing");
  gint64 numbers[BENCH_SCREEN];

  for (guint i = 0; i < NAMES; i++)
    {
      g_autoptr (GPtrArray) rows = NULL;
      g_autoptr (GError) error = NULL;
      double begin;

      for (guint j = 0; j < BENCH_SCREEN; j++)
        numbers[j] = 1 + (i * BENCH_SCREEN + j) % n;
      begin = bench_clock ();
      rows = ruhu_store_read_households (store, numbers, BENCH_SCREEN, &error);
      bench_must (rows != NULL, g_steal_pointer (&error), "Rows");
      bench_series_add (times, (bench_clock () - begin) * 1e3);
    }
  tell ("bare: a screen of rows by their numbers", times);
}

int
main (int argc, char **argv)
{
  BenchOptions options = bench_begin (&argc, &argv, "search", 1);
  guint towns = options.size != NULL ? (guint) g_ascii_strtoull (options.size, NULL, 10) : 95;
  const char *ready = argc > 1 ? argv[1] : NULL;
  g_autofree char *folder = ready == NULL ? bench_make_folder () : NULL;
  g_autofree char *township = ready == NULL ? bench_make_townships (folder, options.seed, towns) : g_strdup (ready);
  g_autofree char *path = g_build_filename (township, ready == NULL ? "township.db" : BENCH_DATABASE, NULL);
  g_autoptr (BenchSeries) opening = bench_series_new ();
  RuhuStore *store = NULL;

  for (guint i = 0; i < options.runs; i++)
    {
      g_clear_pointer (&store, ruhu_store_close);
      bench_series_add (opening, open_store (path, &store));
    }
  bench_head ("6. Search and list", "what, ms | times | p50 | p99 | longest");
  tell ("open the file and show the first screen of the list, cache warm", opening);
  type_names (store, "pinyin and initials", "term GLOB '[a-z]*'");
  type_names (store, "names and villages", "term > '~'");
  type_names (store, "numbers and their last digits", "term GLOB '[0-9]*'");
  read_rows (store);
  bench_note ("%" G_GINT64_FORMAT " persons in %" G_GINT64_FORMAT " households, %.0f MB; memory %.0f MiB, peak %.0f MiB.", bench_count (ruhu_store_get_database (store), "SELECT count (*) FROM r_person"),
              bench_count (ruhu_store_get_database (store), "SELECT count (*) FROM r_household"), (double) bench_folder_size (township) / 1e6, (double) bench_memory (0) / 1024,
              (double) bench_peak_memory (0) / 1024);
  ruhu_store_close (store);
  if (folder != NULL)
    bench_remove_folder (folder);
  return 0;
}
