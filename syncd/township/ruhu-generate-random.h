/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Repeatable chance for made-up townships: a value depends on (seed, village, purpose, how many were drawn) and nothing else, so that a change in one part of the generator
 * leaves the other parts' draws alone. Not for anything that must be unpredictable. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a stream is for. Numbers are part of what a seed means: add at the end, never renumber. */
typedef enum
{
  RUHU_PURPOSE_SIZES = 1,
  RUHU_PURPOSE_PICKS,
  RUHU_PURPOSE_FAMILY,
  RUHU_PURPOSE_SCHOOL,
  RUHU_PURPOSE_PERSON,
  RUHU_PURPOSE_NAMES,
  RUHU_PURPOSE_SUPPORT,
  RUHU_PURPOSE_INCOME,
  RUHU_PURPOSE_LIVING,
  RUHU_PURPOSE_MEASURES,
  RUHU_PURPOSE_HELPERS,
  RUHU_PURPOSE_CALENDAR,
  RUHU_PURPOSE_YEAR,
} RuhuPurpose;

typedef struct
{
  guint64 key;
  guint64 counter;
} RuhuStream;

/* @village: 0 for the whole township, else the village's number from 1 on. */
RuhuStream ruhu_stream (guint64 seed, guint village, RuhuPurpose purpose);

/* 64 evenly distributed bits. */
guint64 ruhu_stream_next (RuhuStream *self);

/* Evenly from 0 to @n - 1; @n > 0. */
guint ruhu_stream_below (RuhuStream *self, guint n);

/* Evenly from @low to @high, both included. */
int ruhu_stream_between (RuhuStream *self, int low, int high);

/* TRUE in @percent of a hundred cases. */
gboolean ruhu_stream_chance (RuhuStream *self, guint percent);

/* Fisher-Yates. */
void ruhu_stream_shuffle (RuhuStream *self, GPtrArray *array);

/* A name-based UUID (RFC 9562 version 5) of seed, kind and number. Transfer full. */
char *ruhu_stream_make_id (guint64 seed, const char *kind, guint number);

G_END_DECLS
