/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuClock: hybrid logical clock (Kulkarni et al., "Logical Physical Clocks", 2014), its source of time injectable.
 *
 * A stamp is 29 ASCII bytes, ordered by strcmp(): "2018-06-30T08:12:33.123Z.0004", UTC milliseconds and a hexadecimal counter. */
#pragma once

#include "ruhu-types.h"

G_BEGIN_DECLS

#define RUHU_STAMP_LENGTH 29

/* Milliseconds since 1970-01-01T00:00Z. */
typedef gint64 (*RuhuNowFunc) (gpointer data);

/* A clock over @now (NULL: the system's real time). Never fails. Transfer full. */
RuhuClock *ruhu_clock_new (RuhuNowFunc now, gpointer data);
void ruhu_clock_free (RuhuClock *self);

/* The source's time plus the correction, in ms. */
gint64 ruhu_clock_now (RuhuClock *self);

/* What the township's clock is ahead of this one's, in ms, as last measured; added to every reading. */
void ruhu_clock_set_correction (RuhuClock *self, gint64 milliseconds);
gint64 ruhu_clock_get_correction (RuhuClock *self);

/* The next stamp: later than every stamp given or observed before. Transfer full. */
char *ruhu_clock_stamp (RuhuClock *self);

/* Takes note of a stamp seen elsewhere. Stamps that do not parse, or that are ahead of this clock by more than a day, are ignored. */
void ruhu_clock_observe (RuhuClock *self, const char *stamp);

/* Forgets what was observed and stamped; the next stamp follows @stamp (NULL: nothing) and the source alone. For re-stamping after a clock proved wrong. */
void ruhu_clock_reset (RuhuClock *self, const char *stamp);

/* The last stamp given or observed. Transfer full. */
char *ruhu_clock_dup_last (RuhuClock *self);

/* Moves on to @stamp, or one tick beyond the last one if @stamp is not later. */
void ruhu_clock_step (RuhuClock *self, const char *stamp);

/* The wall-clock part of a stamp in ms, or -1 if @stamp is not one. */
gint64 ruhu_stamp_get_time (const char *stamp);

/* The later of two stamps, each of which may be NULL. Borrowed. */
const char *ruhu_stamp_get_later (const char *a, const char *b);

/* A stamp of a wall-clock time and counter 0. Transfer full. */
char *ruhu_stamp_from_time (gint64 milliseconds);

/* Today's civil date in UTC+8, "YYYY-MM-DD" (DOMAIN.md section 4), by this clock. Transfer full. */
char *ruhu_clock_today (RuhuClock *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuClock, ruhu_clock_free)

G_END_DECLS
