/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every scenario with every kind of fault at each operation on the disk, until it passes through.
 *
 * A scenario is a row of steps. It is first played without a fault, and what all files hold after each step is noted. A step that said it was done must be there after the power
 * comes back; the one under way must be there entirely or not at all; and the rest of the scenario, played from there, ends in the same place for everybody. A step that failed
 * for want of space, or for a disk's error, has altered nothing and succeeds when it is tried again. Steps of several transactions are "loose": they may have come half way, and
 * are repeated, as their functions promise.
 *
 * Without "-m thorough" some operations of the longer scenarios are left out, others each time. */
#include "config.h"

#include "fault-scenarios.h"

#include "ruhu-error.h"

#include <string.h>

#define THE_DISK fault_disk_get ("")

/* A scenario on the point of being played. */
typedef struct
{
  const FaultScenario *scenario;
  World *world;
  FaultImage *image;
  gint64 now;
  GPtrArray *states; /* char *: before the first step, after it, … */
  guint n_steps;
  guint64 operations;
  guint64 readings;
} Stage;

static void
begin (Stage *stage, guint64 seed)
{
  fault_image_restore (stage->image, THE_DISK, seed);
  stage->world->township->now = stage->now;
  world_open (stage->world);
}

static guint
play_on (Stage *stage, guint from, GError **error)
{
  guint done = from;

  while (done < stage->n_steps && stage->scenario->steps[done].run (stage->world, error))
    done++;
  return done;
}

/* The rest of the story, with nothing in its way. */
static void
end_well (Stage *stage, guint from)
{
  g_autoptr (GError) error = NULL;

  if (play_on (stage, from, &error) < stage->n_steps)
    g_error ("step %u does not work after the fault: %s", from, error->message);
  world_converge (stage->world);
  if (stage->scenario->verify != NULL)
    stage->scenario->verify (stage->world);
}

static void
close_in_the_dark (Stage *stage)
{
  fault_disk_power_off (THE_DISK);
  world_close (stage->world);
  fault_disk_power_on (THE_DISK);
  world_open (stage->world);
}

/* Where two long texts part. */
static void
fail_at_difference (const char *what, const char *expected, const char *found)
{
  gsize i = 0;

  while (expected[i] != '\0' && expected[i] == found[i])
    i++;
  while (i > 0 && expected[i - 1] != '\n')
    i--;
  g_error ("%s\nexpected: %.400s\nfound:    %.400s", what, expected + i, found + i);
}

/* Everything acknowledged is there, and of the step under way all or nothing. *@done: where to go on. */
static void
assert_acknowledged (Stage *stage, guint *done)
{
  g_autofree char *found = NULL;
  const char *before = g_ptr_array_index (stage->states, *done);

  world_assert_whole (stage->world);
  if (stage->scenario->found != NULL)
    stage->scenario->found (stage->world);
  if (*done < stage->n_steps && stage->scenario->steps[*done].loose)
    return;
  found = world_dump (stage->world);
  if (strcmp (found, before) == 0)
    return;
  if (*done == stage->n_steps || strcmp (found, g_ptr_array_index (stage->states, *done + 1)) != 0)
    fail_at_difference ("what was acknowledged is not there, or something is there by half", before, found);
  (*done)++;
}

/* FALSE: it passed through. */
static gboolean
cut_power_at (Stage *stage, guint64 n, guint64 seed)
{
  guint done;

  begin (stage, seed);
  fault_disk_arm (THE_DISK, FAULT_POWER, NULL, n);
  done = play_on (stage, 0, NULL);
  if (!fault_disk_has_struck (THE_DISK))
    {
      fault_disk_disarm (THE_DISK);
      world_close (stage->world);
      return FALSE;
    }
  close_in_the_dark (stage);
  assert_acknowledged (stage, &done);
  end_well (stage, done);
  world_close (stage->world);
  return TRUE;
}

static void
assert_untouched (Stage *stage, guint done)
{
  g_autofree char *found = NULL;

  world_open (stage->world);
  if (stage->scenario->steps[done].loose)
    return;
  found = world_dump (stage->world);
  if (strcmp (found, g_ptr_array_index (stage->states, done)) != 0)
    fail_at_difference ("what failed has left something behind", g_ptr_array_index (stage->states, done), found);
}

/* What was kept after a fault is as durable as any other. */
static void
assert_durable (Stage *stage)
{
  g_autofree char *before = world_dump (stage->world);
  g_autofree char *after = NULL;
  gboolean third_waits = stage->world->third_waits;

  stage->world->third_waits = FALSE;
  close_in_the_dark (stage);
  stage->world->third_waits = third_waits;
  after = world_dump (stage->world);
  if (strcmp (before, after) != 0)
    fail_at_difference ("what was done after the fault did not last", before, after);
}

/* FALSE: it passed through. */
static gboolean
fail_at (Stage *stage, FaultKind kind, guint64 n, guint64 seed)
{
  guint done;
  g_autoptr (GError) error = NULL;
  gboolean struck;

  begin (stage, seed);
  fault_disk_arm (THE_DISK, kind, NULL, n);
  done = play_on (stage, 0, &error);
  struck = fault_disk_has_struck (THE_DISK);
  fault_disk_disarm (THE_DISK);
  if (done < stage->n_steps)
    {
      g_assert_true (struck);
      g_assert_nonnull (error);
      if (kind == FAULT_FULL)
        g_assert_error (error, RUHU_ERROR, RUHU_ERROR_NO_SPACE);
      if (g_test_verbose ())
        g_test_message ("step %u failed: %s", done, error->message);
      assert_untouched (stage, done);
    }
  end_well (stage, done);
  assert_durable (stage);
  world_close (stage->world);
  return struck;
}

static Stage *
stage_new (const FaultScenario *scenario)
{
  Stage *self = g_new0 (Stage, 1);

  self->scenario = scenario;
  while (self->n_steps < FAULT_MAX_STEPS && scenario->steps[self->n_steps].run != NULL)
    self->n_steps++;
  self->states = g_ptr_array_new_with_free_func (g_free);
  fault_disk_reset (THE_DISK, 1);
  self->world = world_new (scenario->third);
  self->world->pages = scenario->pages;
  if (scenario->prepare != NULL)
    scenario->prepare (self->world);
  if (scenario->crashed)
    fault_disk_power_off (THE_DISK);
  world_close (self->world);
  if (scenario->crashed)
    fault_disk_power_on (THE_DISK);
  self->now = self->world->township->now;
  self->image = fault_image_new (THE_DISK);
  return self;
}

static void
stage_free (Stage *self)
{
  world_free (self->world);
  fault_image_free (self->image);
  g_ptr_array_unref (self->states);
  g_free (self);
}

/* Without a fault: what is there after each step, and how much there is to break. */
static void
rehearse (Stage *stage)
{
  g_autoptr (GError) error = NULL;

  begin (stage, 1);
  g_ptr_array_add (stage->states, world_dump (stage->world));
  fault_disk_arm (THE_DISK, FAULT_NONE, NULL, 0);
  for (guint i = 0; i < stage->n_steps; i++)
    {
      if (!stage->scenario->steps[i].run (stage->world, &error))
        g_error ("step %u: %s", i, error->message);
      g_ptr_array_add (stage->states, world_dump (stage->world));
    }
  stage->operations = fault_disk_get_count (THE_DISK);
  end_well (stage, stage->n_steps);
  world_close (stage->world);
  begin (stage, 1);
  fault_disk_arm (THE_DISK, FAULT_READ, NULL, 0);
  g_assert_cmpuint (play_on (stage, 0, &error), ==, stage->n_steps);
  stage->readings = fault_disk_get_count (THE_DISK);
  fault_disk_disarm (THE_DISK);
  world_close (stage->world);
}

/* The sanitizers take four times as long; what they are there to find does not hide at one operation in a hundred. */
#if defined(__SANITIZE_ADDRESS__)
#define SHARE 3
#else
#define SHARE 1
#endif

/* Every n, or about @most of them, and the first that passes through. */
static guint64
play_all (Stage *stage, FaultKind kind, guint64 total, guint64 most, guint64 seed)
{
  static const char *const names[] = { "nothing", "power cut", "full disk", "error", "failed reading" };
  guint64 stride = g_test_thorough () ? 1 : MAX (1, (total * SHARE + most - 1) / most);
  guint64 played = 0;

  for (guint64 n = 1 + seed % stride; n <= total + 1; n += stride, played++)
    {
      gboolean struck;

      if (g_test_verbose ())
        g_test_message ("%s at %" G_GUINT64_FORMAT, names[kind], n);
      struck = kind == FAULT_POWER ? cut_power_at (stage, n, seed * 100000 + n) : fail_at (stage, kind, n, seed * 100000 + n);

      /* What comes before a fault is always the same. */
      g_assert_true (struck || n > total || kind == FAULT_FULL);
    }
  return played;
}

static void
test_scenario (gconstpointer data)
{
  Stage *stage = stage_new (data);
  guint64 start = (guint64) g_get_monotonic_time ();
  guint64 cuts;
  guint64 full;
  guint64 errors;
  guint64 readings;

  rehearse (stage);
  cuts = play_all (stage, FAULT_POWER, stage->operations, 12, 1) + play_all (stage, FAULT_POWER, stage->operations, 12, 12);
  full = play_all (stage, FAULT_FULL, stage->operations, 9, 5);
  errors = play_all (stage, FAULT_ERROR, stage->operations, 10, 7);
  readings = play_all (stage, FAULT_READ, stage->readings, 8, 3);
  g_test_message ("%" G_GUINT64_FORMAT " operations, %" G_GUINT64_FORMAT " readings; %" G_GUINT64_FORMAT " power cuts, %" G_GUINT64_FORMAT
                  " full disks, %" G_GUINT64_FORMAT " errors, %" G_GUINT64_FORMAT " failed readings; %" G_GUINT64_FORMAT " ms",
                  stage->operations, stage->readings, cuts, full, errors, readings, ((guint64) g_get_monotonic_time () - start) / 1000);
  stage_free (stage);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  /* That something could not be done is told in warnings, too. */
  g_log_set_always_fatal ((GLogLevelFlags) (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL));
  fault_vfs_register ();
  for (const FaultScenario *scenario = fault_scenarios; scenario->name != NULL; scenario++)
    {
      g_autofree char *path = g_strconcat ("/faults/", scenario->name, NULL);

      g_test_add_data_func (path, scenario, test_scenario);
    }
  return g_test_run ();
}
