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

/* The civil date of a day since 1970-01-01, and the other way round, as in Howard Hinnant, chrono-Compatible Low-Level Date Algorithms (2013): years begin in March, eras have 400. */
static void
date_from_days (gint64 days, int *year, int *month, int *day)
{
  gint64 shifted = days + 719468, era = shifted / 146097, of_era = shifted % 146097;
  gint64 years = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  gint64 of_year = of_era - (365 * years + years / 4 - years / 100), months = (5 * of_year + 2) / 153;

  *day = (int) (of_year - (153 * months + 2) / 5 + 1);
  *month = (int) (months < 10 ? months + 3 : months - 9);
  *year = (int) (years + era * 400 + (*month <= 2 ? 1 : 0));
}

static gint64
days_from_date (int year, int month, int day)
{
  gint64 years = year - (month <= 2 ? 1 : 0), era = years / 400, of_era = years % 400;
  gint64 of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static char *
write_digits (char *at, int value, int count)
{
  for (int i = count - 1; i >= 0; i--, value /= 10)
    at[i] = (char) ('0' + value % 10);
  return at + count;
}

static char *
write_after (char *at, char punctuation, int value, int count)
{
  *at = punctuation;
  return write_digits (at + 1, value, count);
}

/* Each change has two stamps made: no printf. @wall: 0 … MAX_WALL and a day. */
static char *
format_stamp (gint64 wall, guint counter)
{
  static const char hexadecimal[] = "0123456789abcdef";
  char *stamp = g_malloc (RUHU_STAMP_LENGTH + 1), *at;
  int year, month, day, second = (int) (wall / 1000 % 86400);

  date_from_days (wall / DAY_MS, &year, &month, &day);
  at = write_after (write_after (write_digits (stamp, year, 4), '-', month, 2), '-', day, 2);
  at = write_after (write_after (write_after (at, 'T', second / 3600, 2), ':', second / 60 % 60, 2), ':', second % 60, 2);
  at = write_after (at, '.', (int) (wall % 1000), 3);
  *at++ = 'Z';
  *at++ = '.';
  for (int shift = 12; shift >= 0; shift -= 4)
    *at++ = hexadecimal[counter >> shift & 0xf];
  *at = '\0';
  return stamp;
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
  if (year < 1970 || !g_date_valid_dmy ((GDateDay) day, (GDateMonth) month, (GDateYear) year) || hour > 23 || minute > 59 || second > 59)
    return FALSE;
  for (int i = 25; i < RUHU_STAMP_LENGTH; i++)
    {
      if (!g_ascii_isxdigit (stamp[i]) || g_ascii_isupper (stamp[i]))
        return FALSE;
      count = count * 16 + (guint) g_ascii_xdigit_value (stamp[i]);
    }
  *wall = (((days_from_date (year, month, day) * 24 + hour) * 60 + minute) * 60 + second) * 1000 + milli;
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

const char *
ruhu_stamp_get_later (const char *a, const char *b)
{
  return g_strcmp0 (a, b) >= 0 ? a : b;
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
