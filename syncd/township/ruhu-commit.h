/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuCommit: group commit. One thread takes all the batches that wait, makes them durable in one transaction, and answers each. It also follows the calendar: grants that
 * begin or end with a day are brought in line at the start and at each day's change (UTC+8). */
#pragma once

#include "ruhu-session.h"

G_BEGIN_DECLS

typedef struct _RuhuCommit RuhuCommit;

/* On the committer's thread, once a batch: @batch has its results and @position is the log's last one, or @error is set and nothing of the batch is in the log. Both are borrowed. */
typedef void (*RuhuCommitFunc) (RuhuBatch *batch, gint64 position, const GError *error, gpointer data);

/* @session is taken. @committed: called on the committer's thread after everything that may have lengthened the log; may be NULL. Transfer full. */
RuhuCommit *ruhu_commit_new (RuhuSession *session, GFunc committed, gpointer data);

/* Hands over @batch (taken, with its changes and device name, also on failure). BUSY when too much waits already, or after ruhu_commit_stop(); then @func is not called. */
gboolean ruhu_commit_submit (RuhuCommit *self, RuhuBatch *batch, RuhuCommitFunc func, gpointer data, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Notes that a device was heard of; written now and then, together. Never fails: it is only shown to people. */
void ruhu_commit_touch (RuhuCommit *self, const char *device);

/* Finishes and answers all that waits, then ends the thread. */
void ruhu_commit_stop (RuhuCommit *self);
void ruhu_commit_free (RuhuCommit *self);

/* A batch that owns @device (copied) and @changes (RuhuPushed, taken). Transfer full. */
RuhuBatch *ruhu_batch_new (const char *device, GPtrArray *changes);
void ruhu_batch_free (RuhuBatch *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuCommit, ruhu_commit_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuBatch, ruhu_batch_free)

G_END_DECLS
