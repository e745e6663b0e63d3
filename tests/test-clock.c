/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ruhu-clock.h"

#include <string.h>

static gint64 source;

static gint64
read_source (gpointer data)
{
  return source;
}

static void
test_stamps_rise_while_time_stands_still (void)
{
  g_autoptr (RuhuClock) clock = ruhu_clock_new (read_source, NULL);
  g_autofree char *last = NULL;

  source = 1530346353123;
  last = ruhu_clock_stamp (clock);
  g_assert_cmpstr (last, ==, "2018-06-30T08:12:33.123Z.0000");
  for (guint i = 0; i < 70000; i++)
    {
      char *next = ruhu_clock_stamp (clock);

      g_assert_cmpuint (strlen (next), ==, RUHU_STAMP_LENGTH);
      g_assert_cmpint (strcmp (next, last), >, 0);
      g_free (last);
      last = next;
    }
}

static void
test_stamps_rise_when_the_clock_jumps_back (void)
{
  g_autoptr (RuhuClock) clock = ruhu_clock_new (read_source, NULL);
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  source = 1530346353123;
  before = ruhu_clock_stamp (clock);
  source -= (gint64) 400 * 24 * 3600 * 1000;
  after = ruhu_clock_stamp (clock);
  g_assert_cmpint (strcmp (after, before), >, 0);
}

static void
test_observed_stamps_are_followed (void)
{
  g_autoptr (RuhuClock) clock = ruhu_clock_new (read_source, NULL);
  g_autofree char *stamp = NULL;

  source = 1530346353123;
  ruhu_clock_observe (clock, "2018-06-30T10:00:00.000Z.0007");
  stamp = ruhu_clock_stamp (clock);
  g_assert_cmpstr (stamp, ==, "2018-06-30T10:00:00.000Z.0008");
}

static void
test_stamps_far_ahead_or_broken_are_not_believed (void)
{
  static const char *const bad[] = { "2020-06-30T10:00:00.000Z.0007", "2018-02-29T10:00:00.000Z.0000", "2018-06-30T10:00:00.000Z.00g7",
                                     "2018-06-30 10:00:00.000Z.0007", "2018-06-30T10:00:00.000Z.0007 ", "", "1969-01-01T00:00:00.000Z.0000" };
  g_autoptr (RuhuClock) clock = ruhu_clock_new (read_source, NULL);
  g_autofree char *stamp = NULL;

  source = 1530346353123;
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    ruhu_clock_observe (clock, bad[i]);
  for (gsize i = 1; i < G_N_ELEMENTS (bad); i++)
    g_assert_cmpint (ruhu_stamp_get_time (bad[i]), ==, -1);
  stamp = ruhu_clock_stamp (clock);
  g_assert_cmpstr (stamp, ==, "2018-06-30T08:12:33.123Z.0000");
}

static void
test_leap_day_and_civil_date (void)
{
  g_autoptr (RuhuClock) clock = ruhu_clock_new (read_source, NULL);
  g_autofree char *today = NULL;
  g_autofree char *stamp = NULL;

  source = ruhu_stamp_get_time ("2020-02-28T16:00:00.000Z.0000");
  today = ruhu_clock_today (clock);
  g_assert_cmpstr (today, ==, "2020-02-29");
  stamp = ruhu_stamp_from_time (source + (gint64) 8 * 3600 * 1000);
  g_assert_cmpstr (stamp, ==, "2020-02-29T00:00:00.000Z.0000");
}

static void
test_correction_moves_every_reading (void)
{
  g_autoptr (RuhuClock) clock = ruhu_clock_new (read_source, NULL);
  g_autofree char *stamp = NULL;

  source = 1530346353123;
  ruhu_clock_set_correction (clock, 60000);
  stamp = ruhu_clock_stamp (clock);
  g_assert_cmpstr (stamp, ==, "2018-06-30T08:13:33.123Z.0000");
}

/* The calendar is reckoned here; GLib's is another. */
static void
test_stamps_are_of_the_calendar (void)
{
  static const char *const none[] = { "2018-02-29T10:00:00.000Z.0000", "2018-13-01T10:00:00.000Z.0000", "2018-00-01T10:00:00.000Z.0000", "2018-06-00T10:00:00.000Z.0000",
                                      "2018-06-30T24:00:00.000Z.0000", "2018-06-30T10:60:00.000Z.0000", "2018-06-30T10:00:60.000Z.0000", "1969-12-31T23:59:59.999Z.0000" };

  for (gint64 day = 0; day < 2932896; day += day < 60000 ? 1 : 97)
    {
      gint64 wall = day * 86400000 + day * 7919 % 86400000;
      g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (wall / 1000);
      g_autofree char *whole = g_date_time_format (time, "%Y-%m-%dT%H:%M:%S");
      g_autofree char *expected = g_strdup_printf ("%s.%03dZ.0000", whole, (int) (wall % 1000));
      g_autofree char *stamp = ruhu_stamp_from_time (wall);

      g_assert_cmpstr (stamp, ==, expected);
      g_assert_cmpint (ruhu_stamp_get_time (stamp), ==, wall);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (none); i++)
    g_assert_cmpint (ruhu_stamp_get_time (none[i]), ==, -1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/clock/stamps-rise-while-time-stands-still", test_stamps_rise_while_time_stands_still);
  g_test_add_func ("/clock/stamps-rise-when-the-clock-jumps-back", test_stamps_rise_when_the_clock_jumps_back);
  g_test_add_func ("/clock/observed-stamps-are-followed", test_observed_stamps_are_followed);
  g_test_add_func ("/clock/stamps-far-ahead-or-broken-are-not-believed", test_stamps_far_ahead_or_broken_are_not_believed);
  g_test_add_func ("/clock/leap-day-and-civil-date", test_leap_day_and_civil_date);
  g_test_add_func ("/clock/stamps-are-of-the-calendar", test_stamps_are_of_the_calendar);
  g_test_add_func ("/clock/correction-moves-every-reading", test_correction_moves_every_reading);
  return g_test_run ();
}
