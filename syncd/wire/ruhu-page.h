/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pages of the township's stream and of a backfill, as a laptop reads them: NDJSON bodies made into entries for RuhuReplica. */
#pragma once

#include "ruhu-replica.h"

G_BEGIN_DECLS

/* A page of the stream, parsed. */
typedef struct
{
  GArray *entries; /* RuhuEntry, pointing into @owned; their @heads belong to the array */
  gint64 until;    /* last line: where the page ends, … */
  char *hash;      /* … the chain's hash there, … */
  gint64 head;     /* … and the township's last position */
  gboolean drafts; /* drafts of this user's withdrawn laptops wait */
  GPtrArray *owned;
} RuhuPage;

/* PROTOCOL with the line's number and the reason when anything does not fit, the closing line missing (a truncated body) included. Transfer full. */
RuhuPage *ruhu_page_parse (const char *body, gsize size, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ruhu_page_free (RuhuPage *self);

/* A page of a backfill, parsed. */
typedef struct
{
  GArray *entries; /* RuhuBackfillEntry, pointing into @owned; their @fields belong to the array */
  char *next;      /* cookie; NULL: it was the last page */
  GPtrArray *owned;
} RuhuBackfillPage;

/* As ruhu_page_parse(). */
RuhuBackfillPage *ruhu_backfill_page_parse (const char *body, gsize size, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ruhu_backfill_page_free (RuhuBackfillPage *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuPage, ruhu_page_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuBackfillPage, ruhu_backfill_page_free)

G_END_DECLS
