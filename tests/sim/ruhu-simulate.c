/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plays random histories of a township and its laptops through the real stores, and compares what comes out with an oracle of full causal histories (sim-oracle.h).
 *
 *   ruhu-simulate --histories 20000 --jobs 2       numbers 0 … 19999
 *   ruhu-simulate --verbose 4711                   one of them, told step by step
 *
 * A history's number is its seed. One that fails is played again with fewer steps until none of them can be left out, and that is what is printed. */
#include "config.h"

#include "sim-world.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_JOBS  64
#define MAX_STEPS 100

/* What the jobs share with their parent. */
typedef struct
{
  guint64 current[MAX_JOBS];
  SimCounts counts[MAX_JOBS];
  gboolean stop;
} Board;

static RuhuCatalogue *
load_catalogue (const char *max_score, gboolean next, GError **error)
{
  g_autoptr (GBytes) base = g_resources_lookup_data ("/org/ruhu/simulation/catalogue.json", G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  g_autoptr (GBytes) more = base != NULL ? g_resources_lookup_data ("/org/ruhu/simulation/catalogue-next.json", G_RESOURCE_LOOKUP_FLAGS_NONE, error) : NULL;
  g_autoptr (GString) text = NULL;
  g_autoptr (RuhuCatalogue) catalogue = NULL;
  const char *names[] = { "catalogue.json", NULL };
  const char *texts[] = { NULL, NULL };

  if (more == NULL)
    return NULL;
  text = g_string_new (g_bytes_get_data (base, NULL));
  g_string_replace (text, "\"max\": 100}", max_score, 1);
  texts[0] = text->str;
  catalogue = ruhu_catalogue_load (names, texts, error);
  if (catalogue == NULL || !next)
    return g_steal_pointer (&catalogue);
  return ruhu_catalogue_extend (catalogue, "catalogue-next.json", g_bytes_get_data (more, NULL), error);
}

static void
print_failure (SimPlan *plan, int n_steps)
{
  g_autoptr (GString) trace = g_string_new (NULL);
  g_autofree char *failure = NULL;

  plan->trace = trace;
  plan->n_steps = n_steps;
  failure = sim_world_play (plan, &n_steps);
  g_print ("%s\nhistory %" G_GUINT64_FORMAT ": %s\n", trace->str, plan->seed, failure != NULL ? failure : "every replica agrees with the oracle");
  plan->trace = NULL;
}

static gboolean
still_fails (SimPlan *plan)
{
  int n;
  g_autofree char *failure = sim_world_play (plan, &n);

  return failure != NULL;
}

/* Leaves out whatever step can be left out. */
static void
cut_down (SimPlan *plan, int n_steps)
{
  guint8 skip[MAX_STEPS] = { 0 };
  int left = 0;

  plan->skip = skip;
  plan->n_steps = n_steps;
  for (guint round = 0; round < 2; round++)
    for (int i = n_steps - 1; i >= 0; i--)
      {
        if (skip[i])
          continue;
        skip[i] = TRUE;
        if (!still_fails (plan))
          skip[i] = FALSE;
      }
  for (int i = 0; i < n_steps; i++)
    left += !skip[i];
  g_print ("history %" G_GUINT64_FORMAT " fails; %d of its %d steps are enough:\n\n", plan->seed, left, n_steps);
  print_failure (plan, n_steps);
  plan->skip = NULL;
}

/* FALSE once one has failed. */
static gboolean
play (SimPlan *plan, gboolean minimise)
{
  g_autofree char *failure = NULL;
  int n = 0;

  plan->n_steps = -1;
  failure = sim_world_play (plan, &n);
  if (failure == NULL)
    return TRUE;
  g_print ("history %" G_GUINT64_FORMAT ": %s\n", plan->seed, failure);
  if (minimise)
    cut_down (plan, MIN (n, MAX_STEPS));
  g_print ("\nto see it again: ruhu-simulate --verbose %" G_GUINT64_FORMAT "\n", plan->seed);
  return FALSE;
}

static int
run_job (SimPlan *plan, Board *board, int job, int jobs, guint64 first, guint64 n, gboolean minimise)
{
  for (guint64 seed = first + (guint64) job; seed < first + n && !board->stop; seed += (guint64) jobs)
    {
      board->current[job] = seed;
      plan->seed = seed;
      plan->counts = &board->counts[job];
      if (!play (plan, minimise))
        {
          board->stop = TRUE;
          return 1;
        }
    }
  return 0;
}

static gboolean
run_all (SimPlan *plan, Board *board, int jobs, guint64 first, guint64 n, gboolean minimise)
{
  pid_t children[MAX_JOBS];
  gboolean good = TRUE;

  for (int job = 0; job < jobs; job++)
    {
      children[job] = fork ();
      if (children[job] == 0)
        _exit (run_job (plan, board, job, jobs, first, n, minimise));
    }
  for (int job = 0; job < jobs; job++)
    {
      int status = 0;

      if (children[job] < 0 || waitpid (children[job], &status, 0) < 0 || !WIFEXITED (status) || WEXITSTATUS (status) != 0)
        {
          good = FALSE;
          board->stop = TRUE;
        }
      if (WIFSIGNALED (status))
        g_print ("history %" G_GUINT64_FORMAT " killed its process: %s\n\nto see it again: ruhu-simulate --verbose %" G_GUINT64_FORMAT "\n", board->current[job],
                 g_strsignal (WTERMSIG (status)), board->current[job]);
    }
  return good;
}

/* The sum over all jobs of the counter at @offset. */
static guint64
sum (Board *board, int jobs, gsize offset)
{
  guint64 total = 0;

  for (int i = 0; i < jobs; i++)
    total += *(guint64 *) (gpointer) ((char *) &board->counts[i] + offset);
  return total;
}

static int
report (Board *board, int jobs, gint64 start, gboolean good)
{
  static const struct
  {
    gsize offset;
    const char *what;
  } lines[] = {
    { G_STRUCT_OFFSET (SimCounts, steps), "steps" },
    { G_STRUCT_OFFSET (SimCounts, changes), "changes" },
    { G_STRUCT_OFFSET (SimCounts, stale), "saved from a page that was open while the laptop went on" },
    { G_STRUCT_OFFSET (SimCounts, drafts), "saved from a draft after the household had gone" },
    { G_STRUCT_OFFSET (SimCounts, half), "saved while the household was being filled in" },
    { G_STRUCT_OFFSET (SimCounts, refused), "refused by the township" },
    { G_STRUCT_OFFSET (SimCounts, conflicts), "fields in conflict at the end" },
    { G_STRUCT_OFFSET (SimCounts, contested), "of them deletions against edits" },
    { G_STRUCT_OFFSET (SimCounts, grants), "grants" },
    { G_STRUCT_OFFSET (SimCounts, revocations), "revocations" },
    { G_STRUCT_OFFSET (SimCounts, backfills), "backfills" },
    { G_STRUCT_OFFSET (SimCounts, given_up), "of them given up, the scope having been taken again" },
    { G_STRUCT_OFFSET (SimCounts, lost), "answers lost" },
    { G_STRUCT_OFFSET (SimCounts, repeated), "requests and pages that came twice" },
    { G_STRUCT_OFFSET (SimCounts, restarts), "restarts of a laptop" },
    { G_STRUCT_OFFSET (SimCounts, reopened), "of them with the file closed and opened" },
    { G_STRUCT_OFFSET (SimCounts, upgrades), "of them with a newer catalogue" },
    { G_STRUCT_OFFSET (SimCounts, clocks), "clocks so wrong that the township would not have the stamps" },
    { G_STRUCT_OFFSET (SimCounts, erased), "laptops withdrawn and erased" },
  };
  double seconds = (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
  guint64 histories = sum (board, jobs, G_STRUCT_OFFSET (SimCounts, histories));

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    g_print ("%9" G_GUINT64_FORMAT " %s\n", sum (board, jobs, lines[i].offset), lines[i].what);
  g_print ("%s %" G_GUINT64_FORMAT " histories in %.1f s, %.0f a second in each of %d jobs\n", good ? "every replica agrees with the oracle:" : "FAILED:", histories,
           seconds, (double) histories / seconds / jobs, jobs);
  return good ? 0 : 1;
}

int
main (int argc, char **argv)
{
  gint64 histories = 1000, first = 0, one = -1, start = g_get_monotonic_time ();
  int jobs = 1, on_disk = 50;
  gboolean whole = FALSE;
  GOptionEntry entries[] = {
    { "histories", 'n', 0, G_OPTION_ARG_INT64, &histories, "How many", "N" },
    { "seed", 's', 0, G_OPTION_ARG_INT64, &first, "The first one's number", "S" },
    { "jobs", 'j', 0, G_OPTION_ARG_INT, &jobs, "Processes", "J" },
    { "verbose", 'v', 0, G_OPTION_ARG_INT64, &one, "Play one, and tell every step", "SEED" },
    { "on-disk", 0, 0, G_OPTION_ARG_INT, &on_disk, "Every how-manieth is played on real files (0: none)", "K" },
    { "whole", 0, 0, G_OPTION_ARG_NONE, &whole, "Do not cut a failing history down", NULL },
    { NULL }
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *directory = NULL;
  SimPlan plan = { .n_steps = -1 };
  Board *board = mmap (NULL, sizeof (Board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  int result;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || board == MAP_FAILED)
    {
      g_printerr ("%s\n", error != NULL ? error->message : "no memory");
      return 2;
    }
  plan.township = load_catalogue ("\"max\": 50}", TRUE, &error);
  plan.today = plan.township != NULL ? load_catalogue ("\"max\": 100}", TRUE, &error) : NULL;
  plan.last_year = plan.today != NULL ? load_catalogue ("\"max\": 100}", FALSE, &error) : NULL;
  directory = plan.last_year != NULL ? g_dir_make_tmp ("ruhu-simulate-XXXXXX", &error) : NULL;
  if (directory == NULL)
    {
      g_printerr ("%s\n", error->message);
      return 2;
    }
  plan.directory = directory;
  plan.counts = &board->counts[0];
  plan.places = g_ptr_array_new_with_free_func ((GDestroyNotify) sim_place_free);
  plan.on_disk_every = (guint) MAX (on_disk, 0);
  jobs = CLAMP (jobs, 1, MAX_JOBS);
  if (one >= 0)
    {
      plan.seed = (guint64) one;
      print_failure (&plan, -1);
      result = 0;
    }
  else
    result = report (board, jobs, start, run_all (&plan, board, jobs, (guint64) first, (guint64) histories, !whole));
  g_ptr_array_unref (plan.places);
  g_rmdir (directory);
  ruhu_catalogue_unref (plan.township);
  ruhu_catalogue_unref (plan.today);
  ruhu_catalogue_unref (plan.last_year);
  return result;
}
