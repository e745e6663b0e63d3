/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ways into a township's log and into a store's tables without any network: for what is counted, for filling, and for the bare work that saves are held against. */
#pragma once

#include "bench-world.h"

#include <sqlite3.h>

G_BEGIN_DECLS

#define BENCH_DEVICE "00000000000000aa"
#define BENCH_LAPTOP "00000000000000cc"

/* A device of @user that writes straight into the ledger; the position from which on it has its rights. */
gint64 bench_direct_enrol (RuhuSession *session, const char *device, const char *user);
/* W's changes as lines from @first_seq on. char *. Transfer full. */
GPtrArray *bench_direct_lines (GPtrArray *visits, const char *device, const char *user, gint64 first_seq, gint64 seen);
/* Parses and takes them in batches, as the server does. Ends the program when one is refused. */
void bench_direct_push (RuhuLedger *ledger, const char *device, GPtrArray *lines);
/* Makes the township's own file the office laptop BENCH_LAPTOP's: as much to look through, without pulling all of it. */
void bench_direct_become_laptop (RuhuStore *store, const char *user, gint64 cursor);

/* The rows of a visit of W and one row of the log, by hand: statements prepared, text ready, nothing checked. */
typedef struct
{
  sqlite3 *handle;
  sqlite3_stmt *log, *visit, *household;
} BenchRows;

void bench_rows_open (BenchRows *self, const char *folder, gboolean full);
void bench_rows_put (BenchRows *self, BenchVisit *visit, guint number, const char *body);
void bench_rows_run (BenchRows *self, const char *sql);
void bench_rows_close (BenchRows *self);

G_END_DECLS
