/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuDatabase: the one connection layer. Opened in one place, statements cached, every write in one kind of transaction.
 *
 * A connection belongs to one thread at a time. SQL is constant, in the common subset of SQLite and PostgreSQL, numbered
 * parameters ?1, ?2 …; names taken from the catalogue go through ruhu_database_quote() and nowhere else. */
#pragma once

#include "ruhu-types.h"

G_BEGIN_DECLS

typedef enum
{
  RUHU_DATABASE_DEFAULT = 0,
  RUHU_DATABASE_READ_ONLY = 1 << 0, /* never writes, never creates */
  RUHU_DATABASE_CREATE = 1 << 1,    /* create the file, mode 0600, if it is missing */
} RuhuDatabaseFlags;

/**
 * ruhu_database_open:
 * @path: a file's path, or ":memory:"
 *
 * Opens with WAL, synchronous=FULL, foreign keys, secure_delete, and a busy timeout of 5 s. Touches nothing when it fails.
 * Errors: NOT_FOUND, READ_ONLY, CORRUPT, NO_SPACE, BUSY, FAILED. Transfer full.
 */
RuhuDatabase *ruhu_database_open (const char *path, RuhuDatabaseFlags flags, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ruhu_database_close (RuhuDatabase *self);
const char *ruhu_database_get_path (RuhuDatabase *self);

/* Runs one or more statements without parameters or rows. */
gboolean ruhu_database_execute (RuhuDatabase *self, const char *sql, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * ruhu_database_run:
 * @types: one letter a parameter: s (const char *, NULL is SQL NULL), i (gint64), d (double), b (const void *, gsize: a BLOB), t (const char *, gssize: text of a length)
 *
 * Runs one cached statement to its end, its rows ignored.
 */
gboolean ruhu_database_run (RuhuDatabase *self, const char *sql, GError **error, const char *types, ...) G_GNUC_WARN_UNUSED_RESULT;

/* Prepares (or takes from the cache) and binds as ruhu_database_run() does. Give it back with ruhu_statement_done(). NULL on error. */
RuhuStatement *ruhu_database_query (RuhuDatabase *self, const char *sql, GError **error, const char *types, ...) G_GNUC_WARN_UNUSED_RESULT;

/* TRUE: a row is there. FALSE: the end, or @error is set. */
gboolean ruhu_statement_next (RuhuStatement *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* For statements whose parameters are bound one by one (1-based). Text and blobs are copied. */
gboolean ruhu_statement_bind_text (RuhuStatement *self, int parameter, const char *text, gssize length, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same without a copy: @text must stay as it is until the statement has been stepped for the last time and given back or reset. */
gboolean ruhu_statement_bind_borrowed (RuhuStatement *self, int parameter, const char *text, gssize length, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ruhu_statement_bind_integer (RuhuStatement *self, int parameter, gint64 value, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ruhu_statement_bind_double (RuhuStatement *self, int parameter, double value, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ruhu_statement_bind_null (RuhuStatement *self, int parameter, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The number of a parameter by its name (":today"); 0 if the statement has none of it. */
int ruhu_statement_find_parameter (RuhuStatement *self, const char *name);

/* Columns are 0-based. Text is borrowed until the next call on the statement; NULL for SQL NULL. */
const char *ruhu_statement_get_text (RuhuStatement *self, int column);
gint64 ruhu_statement_get_integer (RuhuStatement *self, int column);
double ruhu_statement_get_double (RuhuStatement *self, int column);
const void *ruhu_statement_get_blob (RuhuStatement *self, int column, gsize *length);
gboolean ruhu_statement_is_null (RuhuStatement *self, int column);
int ruhu_statement_get_n_columns (RuhuStatement *self);
const char *ruhu_statement_get_column_name (RuhuStatement *self, int column);

/* Back into the cache. NULL is allowed. */
void ruhu_statement_done (RuhuStatement *self);

/* One integer or one text; @fallback / NULL where there is no row or the value is NULL. @value untouched on error. Text: transfer full. */
gboolean ruhu_database_get_integer (RuhuDatabase *self, const char *sql, gint64 fallback, gint64 *value, GError **error, const char *types, ...) G_GNUC_WARN_UNUSED_RESULT;
gboolean ruhu_database_get_text (RuhuDatabase *self, const char *sql, char **value, GError **error, const char *types, ...) G_GNUC_WARN_UNUSED_RESULT;

/* Rows changed by the last statement. */
gint64 ruhu_database_get_changes (RuhuDatabase *self);
/* The integer primary key that the last INSERT gave to its row. */
gint64 ruhu_database_get_last_id (RuhuDatabase *self);

typedef gboolean (*RuhuTransactionFunc) (RuhuDatabase *self, gpointer data, GError **error);

/**
 * ruhu_database_transaction:
 *
 * BEGIN IMMEDIATE, @func, COMMIT; ROLLBACK if @func fails. The whole @func is run again (at most three times) when the database was busy,
 * so it must be free of other effects. Inside a transaction it simply calls @func. Returns only after the commit is on disk.
 */
gboolean ruhu_database_transaction (RuhuDatabase *self, RuhuTransactionFunc func, gpointer data, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A consistent read over several statements: BEGIN … COMMIT around @func, never a write lock. Inside a transaction it simply calls @func. */
gboolean ruhu_database_read (RuhuDatabase *self, RuhuTransactionFunc func, gpointer data, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* "name" quoted for SQL; refuses (g_assert) what is not [a-z_][a-z0-9_]*. Transfer full. */
char *ruhu_database_quote (const char *name);

/* Applies the numbered migrations of /org/ruhu/sql that are missing, each in a transaction with its version. VERSION if the file is newer than the program. */
gboolean ruhu_database_migrate (RuhuDatabase *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A number that changes whenever another connection has committed. */
gint64 ruhu_database_get_data_version (RuhuDatabase *self);

/* Whether the file was set aside, or another one put in its place or finished for it (ruhu-replacement.h), since it was opened: what were written now would be lost from view. Writing transactions fail then. */
gboolean ruhu_database_was_moved (RuhuDatabase *self);

typedef gboolean (*RuhuStopFunc) (gpointer data);

/* From here on a statement under way fails with EXPRESSION soon after @stop has said TRUE; it is asked every few thousand instructions, in this thread, so it must be quick. NULL: no
 * more. A sandboxed statement ends it as well. */
void ruhu_database_stop_when (RuhuDatabase *self, RuhuStopFunc stop, gpointer data);

/* Writes a consistent copy of the database to @path (which must not exist) while others go on reading and writing. Nothing of it is left when it fails. */
gboolean ruhu_database_backup (RuhuDatabase *self, const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The bytes of the file, or (@log) of the write-ahead log beside it, as they lie there; NULL: there are none. (Whoever opens the file and closes it drops
 * the locks that this program has on it.) Transfer full. */
GBytes *ruhu_database_read_raw (RuhuDatabase *self, gboolean log);

/* Puts what the write-ahead log holds into the file, synced, without waiting for anybody; opening does it. After a sync that failed, the system hands out what is not on the disk and does not say so
 * again: what is saved on top of a log that was read back from there would go with it. IO errors only. */
gboolean ruhu_database_settle (RuhuDatabase *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Empties the write-ahead log into the file and truncates it, so that nothing deleted survives in it. */
gboolean ruhu_database_checkpoint (RuhuDatabase *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The whole file is read and checked: CORRUPT with what was found. */
gboolean ruhu_database_check (RuhuDatabase *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * ruhu_database_prepare_sandboxed:
 *
 * Prepares one SELECT that may read only the record tables (and @allowed, a NULL-terminated list of further names), call only harmless functions, and
 * neither write, attach, nor recurse. Each step may take @instructions virtual-machine instructions at the most. EXPRESSION otherwise. Not cached:
 * free with ruhu_statement_free(). The statement must not outlive the database.
 */
RuhuStatement *ruhu_database_prepare_sandboxed (RuhuDatabase *self, const char *sql, const char *const *allowed, guint instructions, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ruhu_statement_reset (RuhuStatement *self);
void ruhu_statement_free (RuhuStatement *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuDatabase, ruhu_database_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuStatement, ruhu_statement_done)

G_END_DECLS
