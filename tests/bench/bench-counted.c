/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the budget counts: a save, a push's way into the log, and a search, on a small township, by one thread, with a clock that stands still. Not a benchmark: tests/bench/budget runs it
 * under callgrind, which counts the instructions of counted_save(), counted_push() and counted_search() alone.
 *
 *   bench-counted --size prepare FOLDER         makes the township
 *   bench-counted --size save|push|search FOLDER */
#define G_LOG_DOMAIN "bench"

#include "config.h"

#include "bench-direct.h"

#include <string.h>

void counted_save (RuhuStore *store, GPtrArray *visits);
void counted_push (RuhuLedger *ledger, GPtrArray *lines);
void counted_search (RuhuStore *store);

static gint64
stand_still (gpointer data)
{
  return G_GINT64_CONSTANT (1530331200000);
}

static RuhuSession *
open_township (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "township", "township.db", NULL);
  g_autoptr (GError) error = NULL;
  RuhuSession *session = ruhu_session_open (path, FALSE, stand_still, NULL, &error);

  bench_must (session != NULL, g_steal_pointer (&error), path);
  bench_disk_off (ruhu_store_get_database (session->store));
  return session;
}

__attribute__ ((noinline)) void
counted_save (RuhuStore *store, GPtrArray *visits)
{
  bench_save_visits (store, visits, 0, visits->len, NULL);
}

__attribute__ ((noinline)) void
counted_push (RuhuLedger *ledger, GPtrArray *lines)
{
  bench_direct_push (ledger, BENCH_DEVICE, lines);
}

__attribute__ ((noinline)) void
counted_search (RuhuStore *store)
{
  static const char *const typed[] = { "l", "li", "lix", "张", "w", "wz", "天", "x", "xi", "9", "" };

  for (guint i = 0; i < G_N_ELEMENTS (typed); i++)
    bench_search (store, typed[i], FALSE);
}

int
main (int argc, char **argv)
{
  BenchOptions options;
  g_autofree char *office = NULL, *made = NULL;
  g_autoptr (GPtrArray) visits = NULL, lines = NULL;
  RuhuSession *session;

  /* json-c's other function takes a random seed. */
  json_global_set_string_hash (JSON_C_STR_HASH_PERLLIKE);
  options = bench_begin (&argc, &argv, "counted", 200);
  bench_must (argc == 2 && options.size != NULL, NULL, "A part and a folder are wanted");
  if (strcmp (options.size, "prepare") == 0)
    {
      bench_must (g_mkdir_with_parents (argv[1], 0700) == 0, NULL, argv[1]);
      made = bench_make_township (argv[1], options.seed);
      return 0;
    }
  session = open_township (argv[1]);
  office = bench_get_office (session);
  visits = bench_make_visits (session->store, options.seed, options.visits, 0, 1);
  if (strcmp (options.size, "search") == 0)
    counted_search (session->store);
  else if (strcmp (options.size, "push") == 0)
    {
      lines = bench_direct_lines (visits, BENCH_DEVICE, office, 1, bench_direct_enrol (session, BENCH_DEVICE, office));
      counted_push (session->ledger, lines);
    }
  else
    {
      /* One that has seen everything: what it saves supersedes, as nearly always. */
      bench_direct_become_laptop (session->store, office, bench_count (ruhu_store_get_database (session->store), "SELECT max (n) FROM log"));
      counted_save (session->store, visits);
    }
  ruhu_session_free (session);
  return 0;
}
