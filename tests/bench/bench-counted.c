/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the budget counts: a save, a push's way into the log, and a search, on a small township, by one thread, with a clock that stands still. Not a benchmark: tests/bench/budget runs it
 * under callgrind, which counts the instructions of counted_save(), counted_push() and counted_search() alone, and compares them with tests/bench/budget.json. */
#define G_LOG_DOMAIN "bench"

#include "config.h"

#include "bench-world.h"

#include "ruhu-cleanups.h"
#include "ruhu-generate.h"
#include "ruhu-push.h"

#include <string.h>

#define DEVICE "00000000000000aa"
#define BATCH  100

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
  g_autofree char *path = g_build_filename (folder, "township.db", NULL);
  g_autoptr (GError) error = NULL;
  RuhuSession *session = ruhu_session_open (path, FALSE, stand_still, NULL, &error);

  bench_must (session != NULL, g_steal_pointer (&error), path);
  bench_disk_off (ruhu_store_get_database (session->store));
  return session;
}

/* The township's own file with what makes it a laptop's: as much to look through, without any network. */
static void
become_laptop (RuhuStore *store, const char *office)
{
  g_autoptr (GError) error = NULL;
  gboolean fine = ruhu_store_set_meta (store, "device", DEVICE, &error) && ruhu_store_set_meta (store, "user", office, &error) &&
                  ruhu_store_set_meta (store, "cursor", "573", &error) &&
                  ruhu_database_execute (ruhu_store_get_database (store), "INSERT INTO scope (scope, since) VALUES ('*', 1)", &error);

  bench_must (fine, g_steal_pointer (&error), "The laptop");
}

__attribute__ ((noinline)) void
counted_save (RuhuStore *store, GPtrArray *visits)
{
  bench_save_visits (store, visits, 0, visits->len, NULL);
}

static GPtrArray *
make_batch (GPtrArray *lines, guint from)
{
  GPtrArray *changes = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_pushed_free);

  for (guint i = from; i < MIN (from + BATCH, lines->len); i++)
    {
      const char *line = lines->pdata[i];
      g_autoptr (GError) error = NULL;
      RuhuPushed *pushed = ruhu_pushed_parse (DEVICE, line, strlen (line), &error);

      bench_must (pushed != NULL, g_steal_pointer (&error), "A line");
      g_ptr_array_add (changes, pushed);
    }
  return changes;
}

__attribute__ ((noinline)) void
counted_push (RuhuLedger *ledger, GPtrArray *lines)
{
  for (guint from = 0; from < lines->len; from += BATCH)
    {
      g_autoptr (RuhuBatch) batch = ruhu_batch_new (DEVICE, make_batch (lines, from));
      g_autoptr (GError) error = NULL;
      gboolean taken = ruhu_ledger_accept (ledger, &batch, 1, &error);

      bench_must (taken, g_steal_pointer (&error), "A batch");
      if (batch->stop != NULL)
        bench_must (FALSE, g_error_copy (batch->stop), "A batch was stopped");
      if (batch->refused->len > 0)
        bench_must (FALSE, NULL, ((RuhuRefusal *) batch->refused->pdata[0])->detail);
    }
}

__attribute__ ((noinline)) void
counted_search (RuhuStore *store)
{
  static const char *const typed[] = { "l", "li", "lix", "张", "w", "wz", "天", "x", "xi", "9", "" };

  for (guint i = 0; i < G_N_ELEMENTS (typed); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) rows = ruhu_store_find_households (store, typed[i], NULL, 0, 50, &error);

      bench_must (rows != NULL, g_steal_pointer (&error), "A search");
    }
}

static GPtrArray *
make_lines (GPtrArray *visits, const char *office, gint64 seen)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *time = ruhu_stamp_from_time (stand_still (NULL));

  for (guint i = 0; i < visits->len; i++)
    {
      BenchVisit *visit = visits->pdata[i];
      RuhuChange change = { .device = (char *) DEVICE, .seq = i + 1, .seen = seen, .time = time, .by = (char *) office, .scope = visit->household, .visit = visit->visit, .set = visit->set };

      g_ptr_array_add (lines, ruhu_change_to_json (&change));
    }
  return lines;
}

/* The position from which on the device has its rights. */
static gint64
enrol (RuhuSession *session, const char *office)
{
  g_autoptr (GError) error = NULL;
  gint64 position = 0;
  gboolean added = ruhu_ledger_add_device (session->ledger, DEVICE, office, "laptop", "0", &position, &error);

  bench_must (added && ruhu_session_get_head (session, &position, &error), g_steal_pointer (&error), "The device");
  return position;
}

int
main (int argc, char **argv)
{
  BenchOptions options;
  g_autofree char *folder = NULL, *township = NULL, *office = NULL;
  g_autoptr (GPtrArray) visits = NULL, lines = NULL;
  RuhuSession *session;

  /* json-c's other function takes a random seed. */
  json_global_set_string_hash (JSON_C_STR_HASH_PERLLIKE);
  options = bench_begin (&argc, &argv, "counted", 300);
  folder = bench_make_folder ();
  township = bench_make_township (folder, options.seed);
  session = open_township (township);
  office = bench_get_office (session);
  visits = bench_make_visits (session->store, options.seed, options.visits, 0, 1);
  counted_search (session->store);
  if (g_strcmp0 (options.size, "push") == 0)
    {
      lines = make_lines (visits, office, enrol (session, office));
      counted_push (session->ledger, lines);
    }
  else
    {
      become_laptop (session->store, office);
      counted_save (session->store, visits);
    }
  ruhu_session_free (session);
  bench_remove_folder (folder);
  return 0;
}
