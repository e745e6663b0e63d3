/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The clock keeps the highest (wall, counter) given or observed. A new stamp takes the source's time if that is higher, else counts up. */
#define G_LOG_DOMAIN "ruhu-clock"

#include "config.h"

#include "ruhu-clock.h"

#include <stdlib.h>
#include <string.h>

#define DAY_MS          ((gint64) 24 * 60 * 60 * 1000)
#define MAX_WALL        ((gint64) 253402214400000 - 1) /* the end of 9999-12-30: a year has four digits */
#define CIVIL_OFFSET_MS ((gint64) 8 * 60 * 60 * 1000)

struct _RuhuClock
{
  /* Borrowed. */
  RuhuNowFunc source;
  gpointer source_data;
  /* Values. */
  gint64 correction;
  gint64 wall;
  guint counter;
};

static gint64
real_now (gpointer data)
{
  return g_get_real_time () / 1000;
}

RuhuClock *
ruhu_clock_new (RuhuNowFunc now, gpointer data)
{
  RuhuClock *self = g_new0 (RuhuClock, 1);

  self->source = now != NULL ? now : real_now;
  self->source_data = data;
  return self;
}

void
ruhu_clock_free (RuhuClock *self)
{
  g_free (self);
}

gint64
ruhu_clock_now (RuhuClock *self)
{
  return self->source (self->source_data) + self->correction;
}

void
ruhu_clock_set_correction (RuhuClock *self, gint64 milliseconds)
{
  self->correction = milliseconds;
}

gint64
ruhu_clock_get_correction (RuhuClock *self)
{
  return self->correction;
}

static char *
format_stamp (gint64 wall, guint counter)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (wall / 1000);

  g_assert (time != NULL);
  return g_strdup_printf ("%04d-%02d-%02dT%02d:%02d:%02d.%03dZ.%04x", g_date_time_get_year (time), g_date_time_get_month (time),
                          g_date_time_get_day_of_month (time), g_date_time_get_hour (time), g_date_time_get_minute (time),
                          g_date_time_get_second (time), (int) (wall % 1000), counter & 0xffff);
}

static gboolean
read_digits (const char *text, int count, int *value)
{
  int sum = 0;

  for (int i = 0; i < count; i++)
    {
      if (!g_ascii_isdigit (text[i]))
        return FALSE;
      sum = sum * 10 + (text[i] - '0');
    }
  *value = sum;
  return TRUE;
}

static gboolean
parse_stamp (const char *stamp, gint64 *wall, guint *counter)
{
  static const char punctuation[] = "....-..-..T..:..:......Z.....";
  g_autoptr (GDateTime) time = NULL;
  int year, month, day, hour, minute, second, milli;
  guint count = 0;

  if (stamp == NULL || strlen (stamp) != RUHU_STAMP_LENGTH)
    return FALSE;
  for (int i = 0; i < 24; i++)
    if (punctuation[i] != '.' && stamp[i] != punctuation[i])
      return FALSE;
  if (stamp[19] != '.' || stamp[23] != 'Z' || stamp[24] != '.')
    return FALSE;
  if (!read_digits (stamp, 4, &year) || !read_digits (stamp + 5, 2, &month) || !read_digits (stamp + 8, 2, &day) ||
      !read_digits (stamp + 11, 2, &hour) || !read_digits (stamp + 14, 2, &minute) || !read_digits (stamp + 17, 2, &second) ||
      !read_digits (stamp + 20, 3, &milli))
    return FALSE;
  time = g_date_time_new_utc (year, month, day, hour, minute, second);
  if (time == NULL || year < 1970)
    return FALSE;
  for (int i = 25; i < RUHU_STAMP_LENGTH; i++)
    {
      if (!g_ascii_isxdigit (stamp[i]) || g_ascii_isupper (stamp[i]))
        return FALSE;
      count = count * 16 + (guint) g_ascii_xdigit_value (stamp[i]);
    }
  *wall = g_date_time_to_unix (time) * 1000 + milli;
  *counter = count;
  return TRUE;
}

static void
step (RuhuClock *self, gint64 now)
{
  if (now > self->wall)
    {
      self->wall = now;
      self->counter = 0;
    }
  else if (++self->counter > 0xffff)
    {
      self->wall++;
      self->counter = 0;
    }
}

char *
ruhu_clock_stamp (RuhuClock *self)
{
  step (self, CLAMP (ruhu_clock_now (self), 0, MAX_WALL));
  return format_stamp (self->wall, self->counter);
}

char *
ruhu_clock_dup_last (RuhuClock *self)
{
  return format_stamp (self->wall, self->counter);
}

void
ruhu_clock_step (RuhuClock *self, const char *stamp)
{
  step (self, MAX (ruhu_stamp_get_time (stamp), 0));
}

void
ruhu_clock_observe (RuhuClock *self, const char *stamp)
{
  gint64 wall;
  guint counter;

  if (!parse_stamp (stamp, &wall, &counter) || wall > ruhu_clock_now (self) + DAY_MS)
    return;
  if (wall > self->wall || (wall == self->wall && counter > self->counter))
    {
      self->wall = wall;
      self->counter = counter;
    }
}

void
ruhu_clock_reset (RuhuClock *self, const char *stamp)
{
  gint64 wall = 0;
  guint counter = 0;

  if (stamp != NULL && !parse_stamp (stamp, &wall, &counter))
    {
      wall = 0;
      counter = 0;
    }
  self->wall = wall;
  self->counter = counter;
}

gint64
ruhu_stamp_get_time (const char *stamp)
{
  gint64 wall;
  guint counter;

  return parse_stamp (stamp, &wall, &counter) ? wall : -1;
}

char *
ruhu_stamp_from_time (gint64 milliseconds)
{
  return format_stamp (CLAMP (milliseconds, 0, MAX_WALL), 0);
}

char *
ruhu_clock_today (RuhuClock *self)
{
  g_autofree char *stamp = format_stamp (CLAMP (ruhu_clock_now (self), 0, MAX_WALL) + CIVIL_OFFSET_MS, 0);

  return g_strndup (stamp, 10);
}
