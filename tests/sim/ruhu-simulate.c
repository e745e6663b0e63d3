/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plays random histories of a township and its laptops through the real stores, on disks that break, and compares what comes out with an oracle of full causal histories
 * (sim-oracle.h).
 *
 *   ruhu-simulate --histories 20000 --jobs 2       numbers 0 … 19999
 *   ruhu-simulate --exhaustive --histories 10      each again and again: at each operation of each disk a power cut, a kill, no space, an error; at each reading an error;
 *                                                  each time that SQLite asks for memory, none
 *   ruhu-simulate --verbose 4711                   one of them, told step by step
 *
 * A history's number is its seed. One that fails is played again with fewer steps and faults until none of them can be left out, and that is what is printed. */
#include "config.h"

#include "sim-campaign.h"

#include "ruhu-fault-memory.h"

#include <gio/gio.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

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

/* "power:0:17": the 17th operation of the disk of laptop 0; -1: of the township's. */
static gboolean
parse_fault (SimPlan *plan, const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, ":", -1);

  plan->fault = g_strv_length (parts) == 3 ? sim_fault_find (parts[0]) : NULL;
  if (plan->fault == NULL)
    return FALSE;
  plan->exact = TRUE;
  plan->fault_laptop = atoi (parts[1]);
  plan->fault_n = g_ascii_strtoull (parts[2], NULL, 10);
  return TRUE;
}

static gboolean
load_catalogues (SimPlan *plan, GError **error)
{
  plan->township = load_catalogue ("\"max\": 50}", TRUE, error);
  plan->today = plan->township != NULL ? load_catalogue ("\"max\": 100}", TRUE, error) : NULL;
  plan->last_year = plan->today != NULL ? load_catalogue ("\"max\": 100}", FALSE, error) : NULL;
  return plan->last_year != NULL;
}

static void
plan_clear (SimPlan *plan)
{
  g_clear_pointer (&plan->world, sim_world_free);
  g_ptr_array_unref (plan->places);
  ruhu_catalogue_unref (plan->township);
  ruhu_catalogue_unref (plan->today);
  ruhu_catalogue_unref (plan->last_year);
}

int
main (int argc, char **argv)
{
  gint64 histories = 1000, first = 0, one = -1;
  int jobs = 1, stride = 1;
  gboolean whole = FALSE, exhaustive = FALSE, quiet = FALSE;
  g_autofree char *fault = NULL;
  GOptionEntry entries[] = {
    { "histories", 'n', 0, G_OPTION_ARG_INT64, &histories, "How many", "N" },
    { "seed", 's', 0, G_OPTION_ARG_INT64, &first, "The first one's number", "S" },
    { "jobs", 'j', 0, G_OPTION_ARG_INT, &jobs, "Processes", "J" },
    { "exhaustive", 'x', 0, G_OPTION_ARG_NONE, &exhaustive, "Each with each fault at each operation", NULL },
    { "stride", 0, 0, G_OPTION_ARG_INT, &stride, "With --exhaustive: at every K-th", "K" },
    { "verbose", 'v', 0, G_OPTION_ARG_INT64, &one, "Play one, and tell every step", "SEED" },
    { "fault", 0, 0, G_OPTION_ARG_STRING, &fault, "With --verbose: one fault alone, (power|kill|kill-app|full|error|read|memory|no-memory):LAPTOP:N", "FAULT" },
    { "whole", 0, 0, G_OPTION_ARG_NONE, &whole, "Do not make a failing history small", NULL },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &quiet, "Tell no progress", NULL },
    { NULL }
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  SimCounts counts = { 0 };
  SimPlan plan = { .n_steps = -1, .counts = &counts };
  int result = 0;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || !load_catalogues (&plan, &error) || (fault != NULL && !parse_fault (&plan, fault)))
    {
      g_printerr ("%s\n", error != NULL ? error->message : "what fault?");
      return 2;
    }
  /* Memory that a history gives back is the next one's. */
  mallopt (M_TRIM_THRESHOLD, G_MAXINT);
  mallopt (M_MMAP_THRESHOLD, G_MAXINT);
  mallopt (M_MXFAST, 0);
  fault_memory_register ();
  fault_vfs_register ();
  plan.places = g_ptr_array_new_with_free_func ((GDestroyNotify) sim_place_free);
  if (one >= 0)
    {
      plan.seed = (guint64) one;
      sim_print_history (&plan);
    }
  else
    {
      SimCampaign campaign = { (guint64) first, (guint64) histories, CLAMP (jobs, 1, 64), !whole, exhaustive, (guint) MAX (stride, 1), !quiet };

      result = sim_campaign_run (&campaign, &plan) ? 0 : 1;
    }
  plan_clear (&plan);
  return result;
}
