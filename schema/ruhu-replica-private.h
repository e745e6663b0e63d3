/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by the replica's files: the stream (ruhu-replica.c), backfills (-backfill.c), the outbox (-outbox.c). */
#pragma once

#include "ruhu-replica.h"

G_BEGIN_DECLS

/* How long one transaction may hold the writer's lock while the app wants to save: DESIGN.md says 50 ms. */
#define RUHU_REPLICA_SLICE_US ((gint64) 30000)

struct _RuhuReplica
{
  /* Borrowed. */
  RuhuStore *store;
  RuhuDatabase *database;
  /* Owned. */
  char *device;
  char *latest; /* highest stamp applied in this transaction */
  /* Values. */
  gint64 slice;     /* µs that a transaction goes on taking things in */
  gint64 reused;    /* see ruhu_replica_get_reused() */
  gboolean extends; /* an extension of the catalogue came in */
};

gboolean ruhu_replica_load_device (RuhuReplica *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The highest seq that was given here, whatever became of that change. */
gboolean ruhu_replica_get_highest (RuhuReplica *self, gint64 *highest, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ruhu_replica_move_cursor (RuhuReplica *self, gint64 position, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Puts a change of the stream into the log, or finds it there. */
gboolean ruhu_replica_log (RuhuReplica *self, const RuhuChange *change, const char *body, gsize length, gint64 position, gint64 *n, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Deletes a scope's data; what the outbox and the refusals hold of it, and drafts, stay as they are. */
gboolean ruhu_replica_forget (RuhuReplica *self, const char *scope, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Forgets the scope in that way and begins its backfill. */
gboolean ruhu_replica_begin_backfill (RuhuReplica *self, const char *scope, gint64 position, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ruhu_replica_clear_backfill (RuhuReplica *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Of a rebase: the next scope, if one waits. */
gboolean ruhu_replica_begin_next (RuhuReplica *self, gint64 position, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ruhu_replica_keep_checkpoint (RuhuReplica *self, gint64 position, const char *hash, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Witness copies of what has come again. */
gboolean ruhu_replica_drop_witness (RuhuReplica *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Whether a waiting change may not be applied nor sent; and puts it before its author. */
gboolean ruhu_replica_must_hold_back (RuhuReplica *self, const RuhuChange *change, gboolean *hold, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ruhu_replica_hold_back (RuhuReplica *self, gint64 n, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Keeps somebody's change that waits for the office; once. */
gboolean ruhu_replica_quarantine (RuhuReplica *self, const char *body, gsize length, gint64 position, const char *reason, const char *detail, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* At the end of a transaction: the clock takes note of the highest stamp that came in. */
gboolean ruhu_replica_keep_latest (RuhuReplica *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Whether a waiting change is what was saved. @row: its seq, body and hash stand in the columns from @column on. */
gboolean ruhu_replica_is_whole (RuhuStatement *row, guint column);
gboolean ruhu_replica_raise_pushed (RuhuReplica *self, gint64 seq, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* After a transaction: refreshes the catalogue if it grew, empties the write-ahead log if something was forgotten. */
gboolean ruhu_replica_settle (RuhuReplica *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
