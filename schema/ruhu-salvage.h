/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can still be read of a damaged database: the own changes and the drafts, for the database that takes its place. */
#pragma once

#include "ruhu-store.h"

G_BEGIN_DECLS

/* One own change. */
typedef struct
{
  RuhuChange *change; /* of an altered text: what stands beside it in its row, without what it set */
  char *body;
  char *reason; /* why this laptop itself refused it, or NULL */
  char *detail;
  gint64 sum;       /* ruhu_quick_sum() of what was saved; 0: not known */
  gboolean altered; /* the text is not what was saved, or may not be */
  gboolean settled; /* its author has dealt with the refusal */
} RuhuSalvaged;

typedef struct
{
  GPtrArray *changes; /* RuhuSalvaged, by seq */
  GPtrArray *drafts;  /* RuhuDraft */
  gboolean whole;     /* nothing was met that could not be read */
} RuhuSalvage;

/**
 * ruhu_salvage_read:
 * @path: a database's file; its write-ahead log beside it is read too
 * @device: whose changes
 *
 * First row by row through SQLite, passing over what it cannot read, then by looking through the bytes of the files. Changes nothing. Never fails: what cannot be read is not in it.
 * Transfer full.
 */
RuhuSalvage *ruhu_salvage_read (const char *path, const char *device);
void ruhu_salvage_free (RuhuSalvage *self);

/* The text of @device's change @seq, of which only its sum is known to be right, if it still lies anywhere in the files of @database: in an older copy of its page. Transfer full. */
char *ruhu_salvage_find (RuhuDatabase *database, const char *device, gint64 seq, gint64 sum);

/* Puts them into @store, which has neither; the changes as never confirmed, altered ones with the sum that they do not fit, refusals of this laptop's own as such. One transaction. */
gboolean ruhu_salvage_put (const RuhuSalvage *self, RuhuStore *store, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Puts those changes that are behind the number @after, or refused by this laptop itself, and of which @store has none, beside what it has, in the same way; no drafts. @n: how many. One transaction. */
gboolean ruhu_salvage_put_more (const RuhuSalvage *self, RuhuStore *store, gint64 after, guint *n, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuSalvage, ruhu_salvage_free)

G_END_DECLS
