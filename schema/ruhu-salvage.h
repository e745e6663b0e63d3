/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can still be read of a damaged database: the own changes and the drafts, for the database that takes its place. */
#pragma once

#include "ruhu-store.h"

G_BEGIN_DECLS

typedef struct
{
  GPtrArray *changes; /* char *, each a change's JSON, by seq */
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

/* Puts them into @store, which has neither; the changes as never confirmed. One transaction. */
gboolean ruhu_salvage_put (const RuhuSalvage *self, RuhuStore *store, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuSalvage, ruhu_salvage_free)

G_END_DECLS
