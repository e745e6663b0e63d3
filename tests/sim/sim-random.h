/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small generator of pseudo-random numbers (SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014), so that a history is the
 * same on every machine and with every GLib. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  guint64 state;
} SimRandom;

static inline guint64
sim_random_next (SimRandom *self)
{
  guint64 z = (self->state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15));

  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return z ^ (z >> 31);
}

/* A generator of its own for the @n-th part of what @seed makes: leaving one part out leaves the others as they were. */
static inline SimRandom
sim_random_for (guint64 seed, guint64 n)
{
  SimRandom self = { seed * G_GUINT64_CONSTANT (0xd1342543de82ef95) + n };

  self.state = sim_random_next (&self);
  return self;
}

/* 0 … n - 1; 0 for n = 0. */
static inline guint
sim_random_below (SimRandom *self, guint n)
{
  return n == 0 ? 0 : (guint) ((sim_random_next (self) >> 32) * n >> 32);
}

/* @low … @high. */
static inline guint
sim_random_between (SimRandom *self, guint low, guint high)
{
  return low + sim_random_below (self, high - low + 1);
}

static inline gboolean
sim_random_chance (SimRandom *self, guint percent)
{
  return sim_random_below (self, 100) < percent;
}

G_END_DECLS
