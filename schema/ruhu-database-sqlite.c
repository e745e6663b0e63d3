/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The SQLite driver. Only it, ruhu-database-file.c and ruhu-database-gather.c know sqlite3.h. */
#define G_LOG_DOMAIN "ruhu-database"

#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-database-gather.h"
#include "ruhu-database-sqlite.h"
#include "ruhu-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#define BUSY_TIMEOUT_MS 5000
/* Bytes that one value of a sandboxed statement may have: above any row's, below what would be felt. */
#define SANDBOX_LENGTH (4 * 1024 * 1024)
#define PROGRESS_STEP  1000 /* virtual-machine instructions between two looks at the budget */
/* A connection's own small memory, for what a statement needs while it runs: large enough for a visit's text. (Debian 12's SQLite is built without it, and takes the setting all the same.) */
#define LOOKASIDE_SIZE  2048
#define LOOKASIDE_SLOTS 128

struct _RuhuStatement
{
  /* Borrowed. */
  RuhuDatabase *database;
  /* Owned. */
  sqlite3_stmt *handle;
  char *sql; /* of a cached one */
  /* Values. */
  guint instructions; /* of a sandboxed one, a step */
  guint used;
  gboolean cached;
  gboolean busy;
};

static RuhuError
code_from_sqlite (int result, int system_errno)
{
  switch (result & 0xff)
    {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return RUHU_ERROR_BUSY;
    case SQLITE_FULL:
      return RUHU_ERROR_NO_SPACE;
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return RUHU_ERROR_READ_ONLY;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return RUHU_ERROR_CORRUPT;
    case SQLITE_AUTH:
    case SQLITE_INTERRUPT:
      return RUHU_ERROR_EXPRESSION;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      if (system_errno == ENOSPC || system_errno == EDQUOT || system_errno == EFBIG)
        return RUHU_ERROR_NO_SPACE;
      if (system_errno == EACCES || system_errno == EROFS || system_errno == EPERM)
        return RUHU_ERROR_READ_ONLY;
      if (system_errno == ENOENT)
        return RUHU_ERROR_NOT_FOUND;
      return RUHU_ERROR_FAILED;
    default:
      return RUHU_ERROR_FAILED;
    }
}

/* On a disk that cannot be written SQLite says that the -shm file beside the database is missing, though the database is there. */
static gboolean
is_there (sqlite3 *handle)
{
  const char *path = handle != NULL ? sqlite3_db_filename (handle, "main") : NULL;

  return path != NULL && path[0] != '\0' && access (path, F_OK) == 0;
}

gboolean
ruhu_driver_fail (sqlite3 *handle, int result, GError **error)
{
  RuhuError code = code_from_sqlite (result, handle != NULL ? sqlite3_system_errno (handle) : 0);
  const char *what;

  if (code == RUHU_ERROR_NOT_FOUND && is_there (handle))
    code = RUHU_ERROR_READ_ONLY;
  switch (code)
    {
    case RUHU_ERROR_BUSY:
      what = _ ("The database is in use by another program.");
      break;
    case RUHU_ERROR_NO_SPACE:
      what = _ ("The disk is full.");
      break;
    case RUHU_ERROR_READ_ONLY:
      what = _ ("The database cannot be written.");
      break;
    case RUHU_ERROR_CORRUPT:
      what = _ ("The database file is damaged.");
      break;
    case RUHU_ERROR_NOT_FOUND:
      what = _ ("The database file is not there.");
      break;
    default:
      g_set_error (error, RUHU_ERROR, code, _ ("The database refused: %s."), handle != NULL ? sqlite3_errmsg (handle) : sqlite3_errstr (result));
      return FALSE;
    }
  g_set_error_literal (error, RUHU_ERROR, code, what);
  return FALSE;
}

static void
statement_finalize (gpointer data)
{
  RuhuStatement *self = data;

  sqlite3_finalize (self->handle);
  g_free (self->sql);
  g_free (self);
}

/* SQLite would create the file with the umask's mode; personal data wants 0600. A file that is there is never opened here: closing any descriptor of it takes this process's
 * POSIX locks away from its other connections (SQLite, "How To Corrupt An SQLite Database File", 2.2). The mutex keeps another thread's connection out until the new file is closed. */
static gboolean
create_file (const char *path, GError **error)
{
  static GMutex mutex;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&mutex);
  g_auto (RuhuFd) fd = open (path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

  if (fd >= 0 || errno == EEXIST)
    return TRUE;
  g_set_error (error, RUHU_ERROR, code_from_sqlite (SQLITE_CANTOPEN, errno), _ ("The database file could not be made: %s."), g_strerror (errno));
  return FALSE;
}

/* With the connection: taking back must not ask for memory that there is not. */
static gboolean
prepare_rollback (RuhuDatabase *self, GError **error)
{
  int result = sqlite3_prepare_v3 (self->handle, "ROLLBACK", -1, SQLITE_PREPARE_PERSISTENT, &self->rollback, NULL);

  return result == SQLITE_OK || ruhu_driver_fail (self->handle, result, error);
}

/* Asked whatever is prepared, for the connection's whole life: with each new one SQLite would read all statements anew, also the one that takes a transaction back. */
static int
authorize (void *data, int action, const char *first, const char *second, const char *schema, const char *inner)
{
  RuhuDatabase *self = data;
  const char *const *allowed = self->allowed;

  if (!self->sandboxed)
    return SQLITE_OK;
  switch (action)
    {
    case SQLITE_SELECT:
      return SQLITE_OK;
    case SQLITE_FUNCTION:
      return ruhu_driver_is_harmless_function (second) ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_READ:
      /* What a view that may be read reads itself. */
      if (inner != NULL && allowed != NULL && g_strv_contains (allowed, inner))
        return SQLITE_OK;
      if (first == NULL || first[0] == '\0' || g_str_has_prefix (first, "r_") || strcmp (first, "json_each") == 0)
        return SQLITE_OK;
      return allowed != NULL && g_strv_contains (allowed, first) ? SQLITE_OK : SQLITE_DENY;
    default:
      return SQLITE_DENY;
    }
}

static gboolean
configure (RuhuDatabase *self, RuhuDatabaseFlags flags, GError **error)
{
  int off = 0;

  sqlite3_db_config (self->handle, SQLITE_DBCONFIG_LOOKASIDE, NULL, LOOKASIDE_SIZE, LOOKASIDE_SLOTS);
  sqlite3_extended_result_codes (self->handle, 1);
  sqlite3_set_authorizer (self->handle, authorize, self);
  sqlite3_busy_timeout (self->handle, BUSY_TIMEOUT_MS);
  sqlite3_db_config (self->handle, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, &off);
  sqlite3_db_config (self->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, &off);
  /* Reading the schema shows at once whether this is a database at all. */
  if (!ruhu_database_execute (self, "PRAGMA trusted_schema = OFF; PRAGMA schema_version", error) || !ruhu_driver_add_functions (self, error) ||
      !prepare_rollback (self, error))
    return FALSE;
  if ((flags & RUHU_DATABASE_READ_ONLY) != 0)
    return ruhu_database_execute (self, "PRAGMA query_only = ON", error);
  /* SQLite opens what it may not write all the same. */
  if (sqlite3_db_readonly (self->handle, "main") == 1)
    return ruhu_driver_fail (self->handle, SQLITE_READONLY, error);
  if (!ruhu_driver_check_log (self, error))
    return FALSE;
  return ruhu_database_execute (self,
                                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;"
                                "PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 16777216; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000",
                                error) &&
         ruhu_database_settle (self, error);
}

RuhuDatabase *
ruhu_database_open (const char *path, RuhuDatabaseFlags flags, GError **error)
{
  g_autoptr (RuhuDatabase) self = g_new0 (RuhuDatabase, 1);
  gboolean read_only = (flags & RUHU_DATABASE_READ_ONLY) != 0;
  gboolean is_file = strcmp (path, ":memory:") != 0 && !g_str_has_prefix (path, "file:");
  const char *vfs = ruhu_database_gather_begin ();
  int open_flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI | SQLITE_OPEN_EXRESCODE | (read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE);
  int result;

  g_return_val_if_fail (path != NULL, NULL);
  self->path = g_strdup (path);
  self->statements = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, statement_finalize);
  if (is_file && (flags & RUHU_DATABASE_CREATE) != 0 && !read_only && !create_file (path, error))
    return NULL;
  if (!is_file)
    open_flags |= SQLITE_OPEN_CREATE;
  result = sqlite3_open_v2 (path, &self->handle, open_flags, vfs);
  if (result != SQLITE_OK)
    {
      ruhu_driver_fail (self->handle, result, error);
      return NULL;
    }
  if (!configure (self, flags, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
ruhu_database_close (RuhuDatabase *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->statements);
  sqlite3_finalize (self->rollback);
  /* _v2: a sandboxed statement that its owner frees later keeps the handle alive until then. */
  sqlite3_close_v2 (self->handle);
  g_free (self->path);
  g_free (self);
}

void
ruhu_driver_guard (RuhuDatabase *self, gboolean guarded)
{
  self->guarded = guarded;
}

gboolean
ruhu_driver_roll_back (RuhuDatabase *self, GError **error)
{
  int result = sqlite3_step (self->rollback);

  sqlite3_reset (self->rollback);
  self->leftover = !sqlite3_get_autocommit (self->handle);
  return !self->leftover || ruhu_driver_fail (self->handle, result, error);
}

/* Whether the transaction that the caller believes in is over, or one that nobody believes in is not. */
static gboolean
is_adrift (RuhuDatabase *self, GError **error)
{
  if (G_UNLIKELY (self->leftover))
    return !ruhu_driver_roll_back (self, error);
  if (!self->guarded || !sqlite3_get_autocommit (self->handle))
    return FALSE;
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_FAILED, _ ("The database gave the transaction up after an error. Nothing of it was kept."));
  return TRUE;
}

gboolean
ruhu_database_execute (RuhuDatabase *self, const char *sql, GError **error)
{
  int result;

  if (is_adrift (self, error))
    return FALSE;
  result = sqlite3_exec (self->handle, sql, NULL, NULL, NULL);
  return result == SQLITE_OK || ruhu_driver_fail (self->handle, result, error);
}

gboolean
ruhu_driver_in_transaction (RuhuDatabase *self)
{
  return !sqlite3_get_autocommit (self->handle) && !self->leftover;
}

static RuhuStatement *
prepare_new (RuhuDatabase *self, const char *sql, gboolean cached, GError **error)
{
  RuhuStatement *statement;
  sqlite3_stmt *handle = NULL;
  int result = sqlite3_prepare_v3 (self->handle, sql, -1, cached ? SQLITE_PREPARE_PERSISTENT : 0, &handle, NULL);

  if (result != SQLITE_OK)
    {
      ruhu_driver_fail (self->handle, result, error);
      return NULL;
    }
  statement = g_new0 (RuhuStatement, 1);
  statement->database = self;
  statement->handle = handle;
  statement->cached = cached;
  return statement;
}

/* Where the texts lie is no hash of itself: they lie side by side, in whole lines of memory (Fibonacci hashing: Knuth, The Art of Computer Programming, volume 3, 6.4). */
static guint
slot_of (const char *sql)
{
  return (guint) ((guint64) (guintptr) sql * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) >> 32) % RUHU_RECENT_STATEMENTS;
}

/* Hashing the text costs as much as running a small statement: the address is asked first, and the text only compared. */
static RuhuStatement *
look_up (RuhuDatabase *self, const char *sql)
{
  RuhuRecentStatement *recent = &self->recent[slot_of (sql)];
  RuhuStatement *statement;

  if (recent->address == sql && strcmp (recent->statement->sql, sql) == 0)
    return recent->statement;
  statement = g_hash_table_lookup (self->statements, sql);
  if (statement != NULL)
    *recent = (RuhuRecentStatement){ sql, statement };
  return statement;
}

RuhuStatement *
ruhu_driver_prepare (RuhuDatabase *self, const char *sql, GError **error)
{
  RuhuStatement *statement = look_up (self, sql);
  gboolean cached = statement == NULL;

  if (is_adrift (self, error))
    return NULL;
  if (statement == NULL || statement->busy)
    {
      statement = prepare_new (self, sql, cached, error);
      if (statement == NULL)
        return NULL;
      if (cached)
        {
          statement->sql = g_strdup (sql);
          g_hash_table_insert (self->statements, statement->sql, statement);
        }
    }
  statement->busy = TRUE;
  return statement;
}

gboolean
ruhu_driver_bind_valist (RuhuStatement *self, gboolean copy, const char *types, va_list values, GError **error)
{
  sqlite3_destructor_type lifetime = copy ? SQLITE_TRANSIENT : SQLITE_STATIC;
  int result = SQLITE_OK;

  for (int i = 1; types != NULL && types[i - 1] != '\0' && result == SQLITE_OK; i++)
    {
      const void *bytes;

      switch (types[i - 1])
        {
        case 's':
          result = sqlite3_bind_text (self->handle, i, va_arg (values, const char *), -1, lifetime);
          break;
        case 't':
          bytes = va_arg (values, const void *);
          result = sqlite3_bind_text64 (self->handle, i, bytes, (sqlite3_uint64) va_arg (values, gssize), lifetime, SQLITE_UTF8);
          break;
        case 'b':
          bytes = va_arg (values, const void *);
          result = sqlite3_bind_blob64 (self->handle, i, bytes, va_arg (values, gsize), lifetime);
          break;
        case 'i':
          result = sqlite3_bind_int64 (self->handle, i, va_arg (values, gint64));
          break;
        case 'd':
          result = sqlite3_bind_double (self->handle, i, va_arg (values, double));
          break;
        default:
          g_assert_not_reached ();
        }
    }
  return result == SQLITE_OK || ruhu_driver_fail (self->database->handle, result, error);
}

gboolean
ruhu_statement_bind_text (RuhuStatement *self, int parameter, const char *text, gssize length, GError **error)
{
  int result = sqlite3_bind_text (self->handle, parameter, text, (int) length, SQLITE_TRANSIENT);

  return result == SQLITE_OK || ruhu_driver_fail (self->database->handle, result, error);
}

gboolean
ruhu_statement_bind_borrowed (RuhuStatement *self, int parameter, const char *text, gssize length, GError **error)
{
  int result = sqlite3_bind_text (self->handle, parameter, text, (int) length, SQLITE_STATIC);

  return result == SQLITE_OK || ruhu_driver_fail (self->database->handle, result, error);
}

gboolean
ruhu_statement_bind_integer (RuhuStatement *self, int parameter, gint64 value, GError **error)
{
  int result = sqlite3_bind_int64 (self->handle, parameter, value);

  return result == SQLITE_OK || ruhu_driver_fail (self->database->handle, result, error);
}

gboolean
ruhu_statement_bind_double (RuhuStatement *self, int parameter, double value, GError **error)
{
  int result = sqlite3_bind_double (self->handle, parameter, value);

  return result == SQLITE_OK || ruhu_driver_fail (self->database->handle, result, error);
}

gboolean
ruhu_statement_bind_null (RuhuStatement *self, int parameter, GError **error)
{
  int result = sqlite3_bind_null (self->handle, parameter);

  return result == SQLITE_OK || ruhu_driver_fail (self->database->handle, result, error);
}

int
ruhu_statement_find_parameter (RuhuStatement *self, const char *name)
{
  return sqlite3_bind_parameter_index (self->handle, name);
}

/* SQLite counts instructions over a statement's whole life: the budget of one step is counted here. */
static int
count_instructions (void *data)
{
  RuhuStatement *self = data;

  self->used += PROGRESS_STEP;
  return self->used > self->instructions;
}

/* One instruction may make a very long value (printf); the budget of instructions would not see it. */
static int
step_sandboxed (RuhuStatement *self)
{
  sqlite3 *handle = self->database->handle;
  int length = sqlite3_limit (handle, SQLITE_LIMIT_LENGTH, SANDBOX_LENGTH);
  int result;

  sqlite3_progress_handler (handle, PROGRESS_STEP, count_instructions, self);
  result = sqlite3_step (self->handle);
  sqlite3_progress_handler (handle, 0, NULL, NULL);
  sqlite3_limit (handle, SQLITE_LIMIT_LENGTH, length);
  return result;
}

gboolean
ruhu_statement_next (RuhuStatement *self, GError **error)
{
  sqlite3 *handle = self->database->handle;
  int result;

  if (is_adrift (self->database, error))
    return FALSE;
  self->used = 0;
  if (self->instructions > 0)
    result = step_sandboxed (self);
  else
    result = sqlite3_step (self->handle);
  if (result == SQLITE_ROW)
    return TRUE;
  if (result == SQLITE_DONE)
    return FALSE;
  if (self->instructions > 0)
    g_set_error (error, RUHU_ERROR, RUHU_ERROR_EXPRESSION, _ ("An expression of the catalogue failed: %s."), sqlite3_errmsg (handle));
  else
    ruhu_driver_fail (handle, result, error);
  return FALSE;
}

const char *
ruhu_statement_get_text (RuhuStatement *self, int column)
{
  return (const char *) sqlite3_column_text (self->handle, column);
}

gint64
ruhu_statement_get_integer (RuhuStatement *self, int column)
{
  return sqlite3_column_int64 (self->handle, column);
}

double
ruhu_statement_get_double (RuhuStatement *self, int column)
{
  return sqlite3_column_double (self->handle, column);
}

const void *
ruhu_statement_get_blob (RuhuStatement *self, int column, gsize *length)
{
  const void *blob = sqlite3_column_blob (self->handle, column);

  *length = (gsize) sqlite3_column_bytes (self->handle, column);
  return blob;
}

gboolean
ruhu_statement_is_null (RuhuStatement *self, int column)
{
  return sqlite3_column_type (self->handle, column) == SQLITE_NULL;
}

int
ruhu_statement_get_n_columns (RuhuStatement *self)
{
  return sqlite3_column_count (self->handle);
}

const char *
ruhu_statement_get_column_name (RuhuStatement *self, int column)
{
  return sqlite3_column_name (self->handle, column);
}

void
ruhu_statement_reset (RuhuStatement *self)
{
  sqlite3_reset (self->handle);
  sqlite3_clear_bindings (self->handle);
}

void
ruhu_statement_done (RuhuStatement *self)
{
  if (self == NULL)
    return;
  if (!self->cached)
    {
      statement_finalize (self);
      return;
    }
  ruhu_statement_reset (self);
  self->busy = FALSE;
}

void
ruhu_statement_free (RuhuStatement *self)
{
  if (self != NULL)
    statement_finalize (self);
}

gint64
ruhu_database_get_changes (RuhuDatabase *self)
{
  return sqlite3_changes64 (self->handle);
}

gint64
ruhu_database_get_last_id (RuhuDatabase *self)
{
  return sqlite3_last_insert_rowid (self->handle);
}

RuhuStatement *
ruhu_database_prepare_sandboxed (RuhuDatabase *self, const char *sql, const char *const *allowed, guint instructions, GError **error)
{
  sqlite3_stmt *handle = NULL;
  const char *rest = NULL;
  RuhuStatement *statement;
  int result;

  g_return_val_if_fail (instructions > 0, NULL);
  self->sandboxed = TRUE;
  self->allowed = allowed;
  result = sqlite3_prepare_v2 (self->handle, sql, -1, &handle, &rest);
  self->sandboxed = FALSE;
  if (result != SQLITE_OK || handle == NULL || (rest != NULL && rest[strspn (rest, " \n\t;")] != '\0') || !sqlite3_stmt_readonly (handle))
    {
      g_set_error (error, RUHU_ERROR, RUHU_ERROR_EXPRESSION, _ ("An expression of the catalogue is not allowed: %s."),
                   result != SQLITE_OK ? sqlite3_errmsg (self->handle) : _ ("more than one statement"));
      sqlite3_finalize (handle);
      return NULL;
    }
  statement = g_new0 (RuhuStatement, 1);
  statement->database = self;
  statement->handle = handle;
  statement->instructions = instructions;
  return statement;
}
