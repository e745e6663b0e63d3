/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A backup of the township's database, made and put in place. */
#pragma once

#include "ruhu-township.h"

G_BEGIN_DECLS

/* Copies the database as it is at one moment to @path, which must not exist, and marks the copy as a backup. Nothing is left of it on failure. Errors: those of ruhu_database_backup(). */
gboolean ruhu_township_back_up (RuhuSession *session, const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Keeps anybody from restoring (and, if @alone, from serving) this township until the descriptor is closed. BUSY. -1 on failure. */
int ruhu_township_lock (RuhuTownship *self, gboolean alone, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * ruhu_township_restore:
 * @aside: receives where the database that was there is now; NULL if there was none. Transfer full
 *
 * Checks the whole backup at @path, copies it, writes into its log that it was put in place, sets the township's database aside (with its write-ahead log; nothing is deleted) and
 * puts the copy in its place. What can fail fails before anything is moved. *@n: entries of its log. Errors: BUSY while the township is served, those of ruhu_ledger_verify().
 */
gboolean ruhu_township_restore (RuhuTownship *self, const char *path, char **aside, gint64 *n, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
