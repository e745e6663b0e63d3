/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file format of SQLite's write-ahead log ("Database File Format", section 4, sqlite.org/fileformat2.html), read without SQLite: what it drops without a word is looked for.
 *
 * SQLite ends a log at its first frame whose checksum is wrong. That is right for what a power cut tore, which was nobody's yet; but a byte that went bad later ends it there too, and takes every
 * transaction behind it along. The two can be told apart: each commit is synced before the next one is written, so whole transactions cannot stand behind a torn frame. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Fills @buffer with the @size bytes at @offset; FALSE if they are not there. */
typedef gboolean (*RuhuWalRead) (gpointer data, void *buffer, gsize size, gint64 offset);

/**
 * ruhu_wal_is_damaged:
 *
 * Whether two or more commits follow on each other behind a frame that SQLite would end at, or behind a header that it would not know. Damage in the last transaction, or at the very end of the one before,
 * looks like a power cut and is not noticed. Others may append while it reads: it looks twice before it says yes.
 */
gboolean ruhu_wal_is_damaged (RuhuWalRead read, gpointer data);

/**
 * ruhu_wal_mend:
 * @bytes: (inout): a whole log's file
 *
 * If the log is damaged, writes all its checksums anew, up to the last commit that was whole, so that SQLite reads what is behind the damage too; the damaged frame stays as it is, right but for what
 * went bad. Meant for a copy. TRUE if anything had to be mended.
 */
gboolean ruhu_wal_mend (guint8 *bytes, gsize size);

G_END_DECLS
