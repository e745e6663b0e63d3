/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A database that was made anew takes the place of a damaged one, which is set aside and never deleted: wholly, or, wherever it is interrupted, when the file is opened the next time. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Where the new one is made: beside @path. What is there of an interrupted attempt is worth nothing. Transfer full. */
char *ruhu_replacement_dup_making (const char *path);
/* Removes it, and what SQLite has beside it. */
void ruhu_replacement_drop (const char *path);

/**
 * ruhu_replacement_commit:
 * @path: the database that is to be replaced; it need not exist
 *
 * The new one is finished, closed and on disk: from here on it is the database, and nothing is saved into the old one any more (see ruhu_database_was_moved()). Whoever can should hold the old
 * one's writer's lock meanwhile. After an error nothing has changed.
 */
gboolean ruhu_replacement_commit (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * ruhu_replacement_lock:
 * @path: a database that does not open
 * @lock: (out): -1 where nobody has it open; closing it gives the lock back
 *
 * Takes the writer's lock without opening it: whoever opened it before it was damaged goes on saving there. BUSY.
 */
gboolean ruhu_replacement_lock (const char *path, int *lock, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether a finished one lies beside @path and is not in its place yet. Cheap enough to be asked at each save. */
gboolean ruhu_replacement_is_finished (const char *path);

/* Brings a finished one, if there is one, into its place; the old one, with its write-ahead log, has a name with the time from then on. Others may do so at the same time. */
gboolean ruhu_replacement_finish (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Paths (char *) of the damaged databases that were set aside beside @path. Transfer full. */
GPtrArray *ruhu_replacement_list_aside (const char *path);
/* Removes these, and whatever else was made of @path beside it: nothing is left of it but the database. */
gboolean ruhu_replacement_erase_aside (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
