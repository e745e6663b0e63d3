/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes a failing history small: its end goes, then whole stretches, then single steps; then faults; then what remains is made as plain as it can be, and the one fault of an
 * exhaustive run comes as early as it may. Every step and every fault has chance of its own, so that what is left out alters nothing else. */
#include "config.h"

#include "sim-campaign.h"

#include <string.h>

typedef struct
{
  SimPlan *plan;
  guint8 skip[SIM_MAX_STEPS];
  guint8 plain[SIM_MAX_STEPS];
  guint8 skip_faults[SIM_MAX_STEPS];
  int n;
} Small;

static gboolean
fails (SimPlan *plan)
{
  g_autofree char *failure = sim_world_play (plan);

  return failure != NULL;
}

/* Sets the marks of @marks from @first on as long as the history goes on failing without them. */
static void
try_marks (Small *self, guint8 *marks, int first, int n)
{
  guint8 before[SIM_MAX_STEPS];
  gboolean new = FALSE;

  memcpy (before, marks, sizeof before);
  for (int i = first; i < MIN (first + n, self->n); i++)
    {
      new |= !marks[i];
      marks[i] = TRUE;
    }
  if (new && !fails (self->plan))
    memcpy (marks, before, sizeof before);
}

static void
mark_all (Small *self, guint8 *marks)
{
  for (int size = MAX (self->n / 2, 1); size >= 1; size /= 2)
    for (int first = (self->n - 1) / size * size; first >= 0; first -= size)
      try_marks (self, marks, first, size);
}

static void
drop_end (Small *self)
{
  while (self->n > 1)
    {
      self->plan->n_steps = self->n - 1;
      if (!fails (self->plan))
        break;
      self->n--;
    }
  self->plan->n_steps = self->n;
}

static void
hasten_fault (SimPlan *plan)
{
  guint64 n = plan->fault_n;

  for (plan->fault_n = 1; plan->fault_n < n && plan->fault_n < 200; plan->fault_n++)
    if (fails (plan))
      return;
  plan->fault_n = n;
}

char *
sim_dup_command (const SimPlan *plan)
{
  if (!plan->exact || plan->fault == NULL)
    return g_strdup_printf ("ruhu-simulate --verbose %" G_GUINT64_FORMAT, plan->seed);
  return g_strdup_printf ("ruhu-simulate --verbose %" G_GUINT64_FORMAT " --fault %s:%d:%" G_GUINT64_FORMAT, plan->seed, plan->fault->name, plan->fault_laptop,
                          plan->fault_n);
}

void
sim_print_history (SimPlan *plan)
{
  g_autoptr (GString) trace = g_string_new (NULL);
  g_autofree char *failure = NULL;

  plan->trace = trace;
  failure = sim_world_play (plan);
  g_print ("%s\nhistory %" G_GUINT64_FORMAT ": %s\n", trace->str, plan->seed, failure != NULL ? failure : "every replica agrees with the oracle");
  plan->trace = NULL;
}

void
sim_minimise (SimPlan *plan)
{
  Small self = { .plan = plan, .n = MIN (plan->played, SIM_MAX_STEPS) };
  int all = self.n, left = 0;

  plan->n_steps = self.n;
  plan->skip = self.skip;
  plan->plain = self.plain;
  plan->skip_faults = self.skip_faults;
  drop_end (&self);
  for (guint round = 0; round < 2; round++)
    mark_all (&self, self.skip);
  if (!plan->exact)
    mark_all (&self, self.skip_faults);
  else if (plan->fault != NULL)
    hasten_fault (plan);
  mark_all (&self, self.plain);
  mark_all (&self, self.skip);
  for (int i = 0; i < self.n; i++)
    left += !self.skip[i];
  g_print ("history %" G_GUINT64_FORMAT " fails; %d of its %d steps are enough:\n\n", plan->seed, left, all);
  sim_print_history (plan);
  plan->n_steps = -1;
  plan->skip = NULL;
  plan->plain = NULL;
  plan->skip_faults = NULL;
}
