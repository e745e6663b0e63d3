/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-syncd"

#include "config.h"

#include "ruhu-pace.h"

/* Successes at a size before a larger one is tried again. */
#define ENOUGH 8
/* How long half of a size may take where twice of it is to be tried, in µs. */
#define QUICK (1 * G_TIME_SPAN_SECOND)

void
ruhu_pace_init (RuhuPace *self, gsize min, gsize max)
{
  *self = (RuhuPace){ .size = max, .min = min, .max = max, .start = max };
}

void
ruhu_pace_break (RuhuPace *self, gsize bytes)
{
  self->size = CLAMP (MIN (bytes, self->size) / 2, self->min, self->max);
  self->cautious = TRUE;
  self->well = 0;
}

void
ruhu_pace_succeed (RuhuPace *self)
{
  self->well++;
  if (self->size == self->max || (self->cautious && self->well < ENOUGH))
    return;
  self->size = MIN (self->size * 2, self->max);
  self->well = 0;
  self->cautious = self->size < self->max;
}

void
ruhu_pace_start (RuhuPace *self, gsize size)
{
  self->size = self->start = size;
}

void
ruhu_pace_carry (RuhuPace *self, gsize bytes, gint64 time)
{
  if (self->size < self->start || (bytes > self->size / 2 && time < QUICK))
    ruhu_pace_succeed (self);
}
