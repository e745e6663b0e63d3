/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuPace: how much to send or ask for at once. Halves where a link breaks, so that something gets through in the end, and grows again only after a few went well: a link that
 * always breaks at the same length would otherwise break at every second attempt. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  gsize size; /* bytes, before compression */
  gsize min, max;
  gsize start;       /* up to this it grows however long it took */
  gboolean cautious; /* it broke before */
  guint well;        /* successes in a row at this size */
} RuhuPace;

void ruhu_pace_init (RuhuPace *self, gsize min, gsize max);
/* A transfer of @bytes broke. Half of what was tried comes next. */
void ruhu_pace_break (RuhuPace *self, gsize bytes);
void ruhu_pace_succeed (RuhuPace *self);

/* Begins with less than the most; then ruhu_pace_carry() is told instead of ruhu_pace_succeed() that @bytes went through in @time µs. What took long is not doubled: all of it would be
 * lost at once. */
void ruhu_pace_start (RuhuPace *self, gsize size);
void ruhu_pace_carry (RuhuPace *self, gsize bytes, gint64 time);

G_END_DECLS
