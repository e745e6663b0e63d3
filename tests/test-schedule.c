/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The schedule of attempts, with time and chance in hand. */
#define G_LOG_DOMAIN "test-schedule"

#include "config.h"

#include "ruhu-schedule.h"

typedef struct
{
  gint64 now;
  double chance;
} World;

static gint64
world_elapsed (gpointer data)
{
  return ((World *) data)->now;
}

static double
world_chance (gpointer data)
{
  return ((World *) data)->chance;
}

static void
test_ceiling_doubles_up_to_the_cap (void)
{
  World world = { 1000, 0.999999999 };
  g_autoptr (RuhuSchedule) schedule = ruhu_schedule_new (world_elapsed, world_chance, &world);
  gint64 expected = RUHU_SCHEDULE_BASE;

  for (int i = 0; i < 200; i++)
    {
      gint64 delay = ruhu_schedule_fail (schedule, TRUE, 0);

      g_assert_cmpint (ABS (delay - expected), <=, 1);
      g_assert_cmpint (delay, <=, RUHU_SCHEDULE_CAP);
      expected = MIN (expected * 2, RUHU_SCHEDULE_CAP);
    }
  g_assert_cmpint (expected, ==, RUHU_SCHEDULE_CAP);
}

static void
test_jitter_fills_the_whole_range (void)
{
  World world = { 0, 0 };
  g_autoptr (RuhuSchedule) schedule = ruhu_schedule_new (world_elapsed, world_chance, &world);

  for (int i = 0; i < 20; i++)
    g_assert_cmpint (ruhu_schedule_fail (schedule, TRUE, 0), ==, RUHU_SCHEDULE_FLOOR);
  world.chance = 0.5;
  g_assert_cmpint (ruhu_schedule_fail (schedule, TRUE, 0), ==, (RUHU_SCHEDULE_FLOOR + RUHU_SCHEDULE_CAP) / 2);
}

static void
test_the_systems_chance_stays_in_bounds (void)
{
  g_autoptr (RuhuSchedule) schedule = ruhu_schedule_new (NULL, NULL, NULL);
  gint64 least = G_MAXINT64, most = 0;

  for (int i = 0; i < 20; i++)
    ruhu_schedule_fail (schedule, TRUE, 0);
  for (int i = 0; i < 2000; i++)
    {
      gint64 delay = ruhu_schedule_fail (schedule, TRUE, 0);

      least = MIN (least, delay);
      most = MAX (most, delay);
    }
  g_assert_cmpint (least, >=, RUHU_SCHEDULE_FLOOR);
  g_assert_cmpint (least, <, RUHU_SCHEDULE_CAP / 10);
  g_assert_cmpint (most, <=, RUHU_SCHEDULE_CAP);
  g_assert_cmpint (most, >, RUHU_SCHEDULE_CAP / 10 * 9);
}

static void
test_success_starts_anew (void)
{
  World world = { 5000, 0.999999999 };
  g_autoptr (RuhuSchedule) schedule = ruhu_schedule_new (world_elapsed, world_chance, &world);

  for (int i = 0; i < 10; i++)
    ruhu_schedule_fail (schedule, TRUE, 0);
  g_assert_cmpint (ruhu_schedule_get_wait (schedule), >, 0);
  ruhu_schedule_succeed (schedule);
  g_assert_cmpint (ruhu_schedule_get_wait (schedule), ==, 0);
  g_assert_cmpint (ruhu_schedule_fail (schedule, TRUE, 0), <=, RUHU_SCHEDULE_BASE);
}

static void
test_skipping_keeps_the_count (void)
{
  World world = { 5000, 0.999999999 };
  g_autoptr (RuhuSchedule) schedule = ruhu_schedule_new (world_elapsed, world_chance, &world);

  for (int i = 0; i < 10; i++)
    ruhu_schedule_fail (schedule, TRUE, 0);
  ruhu_schedule_skip (schedule);
  g_assert_cmpint (ruhu_schedule_get_wait (schedule), ==, 0);
  g_assert_cmpint (ruhu_schedule_fail (schedule, TRUE, 0), >, RUHU_SCHEDULE_BASE * 10);
}

static void
test_the_wait_ends_by_elapsed_time (void)
{
  World world = { 7000, 0.5 };
  g_autoptr (RuhuSchedule) schedule = ruhu_schedule_new (world_elapsed, world_chance, &world);
  gint64 delay = ruhu_schedule_fail (schedule, TRUE, 0);

  g_assert_cmpint (ruhu_schedule_get_wait (schedule), ==, delay);
  world.now += delay - 1;
  g_assert_cmpint (ruhu_schedule_get_wait (schedule), ==, 1);
  /* A night with the lid closed. */
  world.now += 8 * 3600 * 1000;
  g_assert_cmpint (ruhu_schedule_get_wait (schedule), ==, 0);
}

static void
test_lasting_errors_wait_long (void)
{
  World world = { 0, 0 };
  g_autoptr (RuhuSchedule) schedule = ruhu_schedule_new (world_elapsed, world_chance, &world);

  g_assert_cmpint (ruhu_schedule_fail (schedule, FALSE, 0), ==, RUHU_SCHEDULE_PERMANENT);
  world.chance = 0.999999999;
  g_assert_cmpint (ruhu_schedule_fail (schedule, FALSE, 0), <=, RUHU_SCHEDULE_PERMANENT / 10 * 11);
}

static void
test_the_townships_wish_is_the_least (void)
{
  World world = { 0, 0 };
  g_autoptr (RuhuSchedule) schedule = ruhu_schedule_new (world_elapsed, world_chance, &world);

  g_assert_cmpint (ruhu_schedule_fail (schedule, TRUE, 30000), ==, 30000);
  world.chance = 0.5;
  g_assert_cmpint (ruhu_schedule_fail (schedule, TRUE, 30000), ==, 31500);
  world.chance = 0;
  /* Nobody can send a laptop away for ever, or into the past. */
  g_assert_cmpint (ruhu_schedule_fail (schedule, TRUE, G_MAXINT64), ==, RUHU_SCHEDULE_MAX_WISH);
  g_assert_cmpint (ruhu_schedule_fail (schedule, TRUE, -5), ==, RUHU_SCHEDULE_FLOOR);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/schedule/ceiling-doubles-up-to-the-cap", test_ceiling_doubles_up_to_the_cap);
  g_test_add_func ("/schedule/jitter-fills-the-range", test_jitter_fills_the_whole_range);
  g_test_add_func ("/schedule/system-chance-stays-in-bounds", test_the_systems_chance_stays_in_bounds);
  g_test_add_func ("/schedule/success-starts-anew", test_success_starts_anew);
  g_test_add_func ("/schedule/skipping-keeps-the-count", test_skipping_keeps_the_count);
  g_test_add_func ("/schedule/wait-ends-by-elapsed-time", test_the_wait_ends_by_elapsed_time);
  g_test_add_func ("/schedule/lasting-errors-wait-long", test_lasting_errors_wait_long);
  g_test_add_func ("/schedule/wish-is-the-least", test_the_townships_wish_is_the_least);
  return g_test_run ();
}
