/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim-campaign.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_JOBS      64
#define PROGRESS_US   (5 * G_USEC_PER_SEC)
#define MAX_OPERATION 100000

/* What the jobs share with their parent. */
typedef struct
{
  guint64 current[MAX_JOBS];
  SimCounts counts[MAX_JOBS];
  gboolean stop;
} Board;

/* TRUE: it held. */
static gboolean
play (SimPlan *plan, gboolean minimise)
{
  g_autofree char *failure = sim_world_play (plan);
  g_autofree char *command = NULL;

  if (failure == NULL)
    return TRUE;
  command = sim_dup_command (plan);
  g_print ("history %" G_GUINT64_FORMAT ": %s\n\nto see it again: %s\n\n", plan->seed, failure, command);
  if (minimise)
    sim_minimise (plan);
  return FALSE;
}

static const SimFault faults[] = {
  { "power", FAULT_POWER, NULL, FALSE },
  { "kill", FAULT_KILL, "daemon", FALSE },
  { "kill-app", FAULT_KILL, "app", FALSE },
  { "full", FAULT_FULL, NULL, FALSE },
  { "error", FAULT_ERROR, NULL, FALSE },
  { "read", FAULT_READ, NULL, FALSE },
  { "memory", FAULT_MEMORY, NULL, FALSE },
  { "no-memory", FAULT_MEMORY, NULL, TRUE },
};

const SimFault *
sim_fault_find (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    if (g_str_equal (faults[i].name, name))
      return &faults[i];
  return NULL;
}

/* One fault at each operation of one disk, until the history passes through. */
static gboolean
play_each (const SimCampaign *self, SimPlan *plan, const SimFault *fault, int laptop)
{
  plan->fault = fault;
  plan->fault_laptop = laptop;
  for (plan->fault_n = 1 + plan->seed % self->stride; plan->fault_n <= MAX_OPERATION; plan->fault_n += self->stride)
    {
      if (!play (plan, self->minimise))
        return FALSE;
      if (!plan->struck)
        break;
    }
  return TRUE;
}

static gboolean
play_exhaustively (const SimCampaign *self, SimPlan *plan)
{
  int laptops;

  plan->exact = TRUE;
  plan->fault = NULL;
  if (!play (plan, self->minimise))
    return FALSE;
  laptops = (int) plan->world->founded_laptops;
  for (int laptop = -1; laptop < laptops; laptop++)
    for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
      if (!play_each (self, plan, &faults[i], laptop))
        return FALSE;
  return TRUE;
}

/* Histories of one township belong to one job: founding it costs more than a short history. */
static int
run_job (const SimCampaign *self, SimPlan *plan, Board *board, int job)
{
  guint64 a_job = SIM_HISTORIES_A_FOUNDING;

  /* Not alone: nobody would hear what it found. */
  prctl (PR_SET_PDEATHSIG, SIGTERM);
  for (guint64 seed = self->first; seed < self->first + self->n && !board->stop; seed++)
    {
      if (seed / a_job % (guint64) self->jobs != (guint64) job)
        continue;
      board->current[job] = seed;
      plan->seed = seed;
      plan->counts = &board->counts[job];
      if (!(self->exhaustive ? play_exhaustively (self, plan) : play (plan, self->minimise)))
        {
          board->stop = TRUE;
          return 1;
        }
    }
  return 0;
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

static double
processor_seconds (void)
{
  struct rusage usage;

  getrusage (RUSAGE_CHILDREN, &usage);
  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / G_USEC_PER_SEC;
}

static void
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
    { G_STRUCT_OFFSET (SimCounts, quarantined), "quarantined" },
    { G_STRUCT_OFFSET (SimCounts, decided), "decided on by the office" },
    { G_STRUCT_OFFSET (SimCounts, conflicts), "fields in conflict at the end" },
    { G_STRUCT_OFFSET (SimCounts, contested), "of them deletions against edits" },
    { G_STRUCT_OFFSET (SimCounts, grants), "grants" },
    { G_STRUCT_OFFSET (SimCounts, revocations), "revocations" },
    { G_STRUCT_OFFSET (SimCounts, backfills), "backfills" },
    { G_STRUCT_OFFSET (SimCounts, given_up), "of them given up, the scope having been taken again" },
    { G_STRUCT_OFFSET (SimCounts, lost), "answers lost" },
    { G_STRUCT_OFFSET (SimCounts, repeated), "requests and pages that came twice" },
    { G_STRUCT_OFFSET (SimCounts, restarts), "restarts" },
    { G_STRUCT_OFFSET (SimCounts, reopened), "of them with the file closed and opened" },
    { G_STRUCT_OFFSET (SimCounts, upgrades), "of them with a newer catalogue" },
    { G_STRUCT_OFFSET (SimCounts, power_cuts), "power cuts" },
    { G_STRUCT_OFFSET (SimCounts, torn), "of them that lost or tore what was not synced" },
    { G_STRUCT_OFFSET (SimCounts, kills), "programs killed as they wrote" },
    { G_STRUCT_OFFSET (SimCounts, full), "calls that failed for want of space" },
    { G_STRUCT_OFFSET (SimCounts, errors), "calls that failed for an error of the disk" },
    { G_STRUCT_OFFSET (SimCounts, reads), "calls that failed for a reading that did" },
    { G_STRUCT_OFFSET (SimCounts, memory), "calls that failed for want of memory" },
    { G_STRUCT_OFFSET (SimCounts, undone), "calls cut short of which nothing stayed" },
    { G_STRUCT_OFFSET (SimCounts, survived), "drafts found again after a fault" },
    { G_STRUCT_OFFSET (SimCounts, clocks), "clocks so wrong that the township would not have the stamps" },
    { G_STRUCT_OFFSET (SimCounts, erased), "laptops withdrawn and erased" },
  };
  double seconds = (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC, busy = processor_seconds ();
  guint64 histories = sum (board, jobs, G_STRUCT_OFFSET (SimCounts, histories));

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    g_print ("%9" G_GUINT64_FORMAT " %s\n", sum (board, jobs, lines[i].offset), lines[i].what);
  g_print ("%s %" G_GUINT64_FORMAT " histories in %.1f s, %.1f s of a processor: %.0f histories and %.0f steps a second of it\n",
           good ? "every replica agrees with the oracle:" : "FAILED:", histories, seconds, busy, (double) histories / busy,
           (double) sum (board, jobs, G_STRUCT_OFFSET (SimCounts, steps)) / busy);
}

static void
tell_progress (const SimCampaign *self, Board *board, gint64 start)
{
  guint64 histories = sum (board, self->jobs, G_STRUCT_OFFSET (SimCounts, histories));
  double seconds = (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;

  /* Into a file a line now and then. */
  g_printerr (isatty (STDERR_FILENO) ? "\r" : "\n");
  g_printerr ("%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT "%s histories, %.0f a second ", histories, self->n, self->exhaustive ? " times many" : "", (double) histories / seconds);
}

/* Waits for all, and says which history was played by one that was killed. */
static gboolean
wait_for_jobs (const SimCampaign *self, Board *board, const pid_t *children, gint64 start)
{
  gboolean good = TRUE;
  gint64 told = start;
  int left = self->jobs;

  while (left > 0)
    {
      int status = 0;
      pid_t pid = waitpid (-1, &status, self->progress ? WNOHANG : 0);

      if (pid == 0)
        {
          if (g_get_monotonic_time () - told > (isatty (STDERR_FILENO) ? PROGRESS_US : 12 * PROGRESS_US))
            {
              tell_progress (self, board, start);
              told = g_get_monotonic_time ();
            }
          g_usleep (50000);
          continue;
        }
      left--;
      if (pid > 0 && WIFEXITED (status) && WEXITSTATUS (status) == 0)
        continue;
      good = FALSE;
      board->stop = TRUE;
      for (int job = 0; pid > 0 && WIFSIGNALED (status) && job < self->jobs; job++)
        if (children[job] == pid)
          g_print ("history %" G_GUINT64_FORMAT " killed its process: %s\n\nto see it again: ruhu-simulate --verbose %" G_GUINT64_FORMAT "\n", board->current[job],
                   g_strsignal (WTERMSIG (status)), board->current[job]);
    }
  if (self->progress)
    g_printerr ("\n");
  return good;
}

gboolean
sim_campaign_run (const SimCampaign *self, SimPlan *plan)
{
  Board *board = mmap (NULL, sizeof (Board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  pid_t children[MAX_JOBS];
  gint64 start = g_get_monotonic_time ();
  gboolean good;

  if (board == MAP_FAILED || self->jobs > MAX_JOBS)
    return FALSE;
  for (int job = 0; job < self->jobs; job++)
    {
      children[job] = fork ();
      if (children[job] == 0)
        _exit (run_job (self, plan, board, job));
    }
  good = wait_for_jobs (self, board, children, start);
  report (board, self->jobs, start, good);
  munmap (board, sizeof (Board));
  return good;
}
