/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuSchedule: when to try again. Exponential back-off with a cap and full jitter (Brooker, "Exponential Backoff And Jitter", 2015), in boottime, which goes on
 * while the laptop sleeps. Time and chance are injected. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _RuhuSchedule RuhuSchedule;

/* Milliseconds of a clock that never jumps. */
typedef gint64 (*RuhuElapsedFunc) (gpointer data);
/* Uniform in [0, 1). */
typedef double (*RuhuChanceFunc) (gpointer data);

/* In ms: the first ceiling, the highest one, the shortest delay, and how long after an error that only a person can mend. */
#define RUHU_SCHEDULE_BASE      2000
#define RUHU_SCHEDULE_CAP       (5 * 60 * 1000)
#define RUHU_SCHEDULE_FLOOR     500
#define RUHU_SCHEDULE_PERMANENT (15 * 60 * 1000)
/* The longest wish of the township's (Retry-After) that is granted, in ms. */
#define RUHU_SCHEDULE_MAX_WISH (60 * 60 * 1000)

/* Milliseconds since the machine started, sleep included. */
gint64 ruhu_schedule_boottime (gpointer unused);

/* @elapsed, @chance: NULL for boottime and the system's randomness. Transfer full. */
RuhuSchedule *ruhu_schedule_new (RuhuElapsedFunc elapsed, RuhuChanceFunc chance, gpointer data);
void ruhu_schedule_free (RuhuSchedule *self);

/* All went well: the next failure starts from the base again, and nothing has to be waited for. */
void ruhu_schedule_succeed (RuhuSchedule *self);

/**
 * ruhu_schedule_fail:
 * @transient: whether the same may work later by itself
 * @wish: the least delay the township asked for in ms, 0 for none
 *
 * Sets the next attempt and returns the delay in ms: for a transient error between the floor and a ceiling that doubles from failure to failure up to the cap, for a
 * permanent one RUHU_SCHEDULE_PERMANENT and up to a tenth more; never less than @wish (and then up to a tenth more, so that laptops do not return together).
 */
gint64 ruhu_schedule_fail (RuhuSchedule *self, gboolean transient, gint64 wish);

/* What is left until the next attempt, in ms; 0: now. */
gint64 ruhu_schedule_get_wait (RuhuSchedule *self);

/* The wait is over (somebody asked, the network changed); the count of failures stays. */
void ruhu_schedule_skip (RuhuSchedule *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuSchedule, ruhu_schedule_free)

G_END_DECLS
