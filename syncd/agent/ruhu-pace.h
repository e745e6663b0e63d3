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
  gboolean cautious; /* it broke before */
  guint well;        /* successes in a row at this size */
} RuhuPace;

void ruhu_pace_init (RuhuPace *self, gsize min, gsize max);
/* A transfer of @bytes broke. Half of what was tried comes next. */
void ruhu_pace_break (RuhuPace *self, gsize bytes);
void ruhu_pace_succeed (RuhuPace *self);

G_END_DECLS
