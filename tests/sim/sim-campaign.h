/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many histories, by several processes; and one that failed, made small. */
#pragma once

#include "sim-world.h"

G_BEGIN_DECLS

#define SIM_MAX_STEPS 100

typedef struct
{
  guint64 first;
  guint64 n;
  int jobs;
  gboolean minimise;
  /* Every history again and again, with each fault at each operation of each disk (or at every @stride-th) until it passes through. */
  gboolean exhaustive;
  guint stride;
  gboolean progress;
} SimCampaign;

/* NULL: there is none of that name. */
const SimFault *sim_fault_find (const char *name);

/* Whether everything held. Prints what did not, and the figures. */
gboolean sim_campaign_run (const SimCampaign *self, SimPlan *plan);

/* Plays the plan's history, and tells every step. */
void sim_print_history (SimPlan *plan);
/* Leaves out of a history that fails whatever can be left out, and prints what remains. */
void sim_minimise (SimPlan *plan);
/* The command line that plays it again. Transfer full. */
char *sim_dup_command (const SimPlan *plan);

G_END_DECLS
