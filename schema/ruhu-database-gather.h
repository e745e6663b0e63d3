/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ruhu_database_gather_register:
 * @name: of the new VFS of SQLite's; a literal. The same call again is harmless
 * @base: the one that it stands on, which is there; NULL: the system's
 *
 * Like @base, but what a transaction appends to the write-ahead log goes to the disk in one piece, not in two for each page. FALSE: SQLite has no memory.
 */
gboolean ruhu_database_gather_register (const char *name, const char *base) G_GNUC_WARN_UNUSED_RESULT;

/* Sets SQLite up, once for the process; where something else in it has begun with SQLite before, that stays as it is. Returns the VFS that files are to be opened with, on the system's disks;
 * NULL: SQLite's own. */
const char *ruhu_database_gather_begin (void);

G_END_DECLS
