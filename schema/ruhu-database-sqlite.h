/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by the driver's files: statements and transactions (ruhu-database-sqlite.c), the file as a whole (ruhu-database-file.c). */
#pragma once

#include "ruhu-database-private.h"

#include <sqlite3.h>

G_BEGIN_DECLS

/* The statement that the SQL at an address was last looked up as: mostly it is a literal of the program. */
typedef struct
{
  const char *address;
  RuhuStatement *statement; /* borrowed from the table, which keeps it */
} RuhuRecentStatement;

#define RUHU_RECENT_STATEMENTS 512

struct _RuhuDatabase
{
  /* Owned. */
  sqlite3 *handle;
  char *path;
  GHashTable *statements; /* SQL → RuhuStatement */
  sqlite3_stmt *rollback; /* always ready: taking back must not ask for memory that there is not */
  /* Values. */
  RuhuRecentStatement recent[RUHU_RECENT_STATEMENTS];
  gboolean sandboxed;         /* an expression is being prepared, */
  const char *const *allowed; /* which may read these besides the record tables; borrowed */
  gboolean guarded;           /* see ruhu_driver_guard() */
  gboolean leftover;          /* a transaction is open that could not be taken back */
};

/* Says what @result means; always FALSE. @handle may be NULL. */
gboolean ruhu_driver_fail (sqlite3 *handle, int result, GError **error);

/* Refuses a write-ahead log of which SQLite would silently drop transactions that were told as done. Nothing may have been written yet; closing then leaves the file as it is. */
gboolean ruhu_driver_check_log (RuhuDatabase *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Registers what ruhu-database-functions.c lists; and whether an expression of the catalogue may call a function, which is one of those or of SQLite's own. */
gboolean ruhu_driver_add_functions (RuhuDatabase *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ruhu_driver_is_harmless_function (const char *name);

G_END_DECLS
