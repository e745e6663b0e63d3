/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is to be done today, read in one go on the worker as lines that a page shows. */
#pragma once

#include "ruhu-store-query.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  RUHU_TODAY_DRAFT,     /* an unfinished visit */
  RUHU_TODAY_ATTENTION, /* conflicts, refused and held-back changes */
  RUHU_TODAY_DUE,       /* a household to visit */
  RUHU_TODAY_PROBLEM,   /* one whose deadline is near or past */
  RUHU_TODAY_MEASURE,   /* one that is due soon or was */
  RUHU_TODAY_CONFIRM,   /* facts to ask again */
  RUHU_TODAY_N_KINDS,
} RuhuTodayKind;

typedef struct
{
  RuhuTodayKind kind;
  char *title;
  char *subtitle;
  char *household; /* to open; or NULL */
  char *draft;     /* to go on with; or NULL */
  char *action;    /* the window's action instead, "win.show-sync"; or NULL */
  gboolean urgent;
} RuhuTodayLine;

typedef struct
{
  GPtrArray *lines; /* RuhuTodayLine, by kind */
  gint64 counts[RUHU_TODAY_N_KINDS];
  gint64 overdue;    /* of the problems */
  char *fingerprint; /* differs when a line differs */
} RuhuToday;

/* @months: the interval of visits. Bounded: a handful of lines a kind. Transfer full. */
RuhuToday *ruhu_today_read (RuhuStore *store, guint months, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ruhu_today_free (RuhuToday *self);

/* The day in one or two sentences. Transfer full. */
char *ruhu_today_describe (const RuhuToday *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuToday, ruhu_today_free)

G_END_DECLS
