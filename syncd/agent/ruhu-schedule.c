/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-syncd"

#include "config.h"

#include "ruhu-schedule.h"

#include <time.h>

struct _RuhuSchedule
{
  RuhuElapsedFunc elapsed;
  RuhuChanceFunc chance;
  gpointer data;
  guint failures;
  gint64 next; /* by @elapsed */
};

gint64
ruhu_schedule_boottime (gpointer unused)
{
  struct timespec now;

  clock_gettime (CLOCK_BOOTTIME, &now);
  return (gint64) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static double
system_chance (gpointer unused)
{
  return g_random_double ();
}

RuhuSchedule *
ruhu_schedule_new (RuhuElapsedFunc elapsed, RuhuChanceFunc chance, gpointer data)
{
  RuhuSchedule *self = g_new0 (RuhuSchedule, 1);

  self->elapsed = elapsed != NULL ? elapsed : ruhu_schedule_boottime;
  self->chance = chance != NULL ? chance : system_chance;
  self->data = data;
  return self;
}

void
ruhu_schedule_free (RuhuSchedule *self)
{
  g_free (self);
}

void
ruhu_schedule_succeed (RuhuSchedule *self)
{
  g_return_if_fail (self != NULL);

  self->failures = 0;
  self->next = 0;
}

static gint64
transient_delay (RuhuSchedule *self)
{
  gint64 ceiling = RUHU_SCHEDULE_BASE;

  for (guint i = 0; i < self->failures && ceiling < RUHU_SCHEDULE_CAP; i++)
    ceiling *= 2;
  ceiling = MIN (ceiling, RUHU_SCHEDULE_CAP);
  return RUHU_SCHEDULE_FLOOR + (gint64) (self->chance (self->data) * (ceiling - RUHU_SCHEDULE_FLOOR));
}

static gint64
at_least (RuhuSchedule *self, gint64 delay)
{
  return delay + (gint64) (self->chance (self->data) * (delay / 10));
}

gint64
ruhu_schedule_fail (RuhuSchedule *self, gboolean transient, gint64 wish)
{
  gint64 delay;

  g_return_val_if_fail (self != NULL, 0);

  delay = transient ? transient_delay (self) : at_least (self, RUHU_SCHEDULE_PERMANENT);
  wish = CLAMP (wish, 0, RUHU_SCHEDULE_MAX_WISH);
  if (delay < wish)
    delay = at_least (self, wish);
  self->failures = MIN (self->failures + 1, 32);
  self->next = self->elapsed (self->data) + delay;
  return delay;
}

gint64
ruhu_schedule_get_wait (RuhuSchedule *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return MAX (0, self->next - self->elapsed (self->data));
}

void
ruhu_schedule_skip (RuhuSchedule *self)
{
  g_return_if_fail (self != NULL);

  self->next = 0;
}
