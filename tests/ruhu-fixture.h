/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A township and laptops in one process, on real files in a temporary directory, synchronised through the real lines of the wire but no network. */
#pragma once

#include "ruhu-draft-lines.h"
#include "ruhu-ledger.h"
#include "ruhu-replica.h"
#include "ruhu-store-query.h"

G_BEGIN_DECLS

#define FIXTURE_NOW G_GINT64_CONSTANT (1530316800000) /* 2018-06-30T00:00Z */

typedef struct
{
  char *device;
  char *path;
  RuhuStore *store;
  RuhuReplica *replica;
} Laptop;

typedef struct
{
  char *directory;
  char *suffix;             /* behind every path: "" or, of a URI, its parameters */
  RuhuCatalogue *catalogue; /* borrowed; NULL: the built-in one, loaded at each opening */
  gint64 now;               /* every store's clock, in ms; each reading moves it by 1 ms */
  RuhuStore *store;
  RuhuLedger *ledger;
} Township;

/* A township with one office user "office", helpers "helper-a" and "helper-b", village "v1", households "h1" and "h2" (members "p1", "p2"); h1 is assigned to both helpers, h2 to helper-b. */
Township *township_new (void);
/* The same, and its laptops, in files of another kind: @directory is put before their names, @suffix behind. */
Township *township_new_at (const char *directory, const char *suffix, RuhuCatalogue *catalogue);
void township_free (Township *self);
void township_close (Township *self);
gboolean township_try_open (Township *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Closes and opens its store again. */
void township_reopen (Township *self);
/* One change by the township itself; @set is JSON text. */
void township_write (Township *self, const char *scope, const char *set);

/* Takes what a laptop hands over; the answer's body. Transfer full. */
GBytes *township_keep_drafts (Township *self, const char *device, const RuhuDraftLines *lines);

/* Enrols a laptop for @user. */
Laptop *laptop_new (Township *township, const char *device, const char *user);
/* One that is not enrolled, nor opened. */
Laptop *laptop_new_closed (Township *township, const char *device);
void laptop_free (Laptop *self);
void laptop_close (Laptop *self);
gboolean laptop_try_open (Laptop *self, Township *township, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void laptop_reopen (Laptop *self, Township *township);
/* A township with laptops that have what is theirs, for g_test_add(). */
typedef struct
{
  Township *township;
  Laptop *a;      /* helper-a: h1 */
  Laptop *b;      /* helper-b: h1, h2 */
  Laptop *office; /* everything; NULL of a pair */
} Laptops;

void laptops_set_up (Laptops *self, gconstpointer data);
void laptops_set_up_pair (Laptops *self, gconstpointer data);
void laptops_tear_down (Laptops *self, gconstpointer data);

/* Saves; aborts on failure. @seen -1: today's. */
void laptop_save (Laptop *self, const char *scope, const char *set, gint64 seen);
gboolean laptop_try_save (Laptop *self, const char *scope, const char *set, gint64 seen, GError **error);
/* Pushes all; aborts on failure; returns what was refused. */
guint laptop_push (Laptop *self, Township *township);
/* Pulls up to the head, backfills included. */
void laptop_pull (Laptop *self, Township *township);
void laptop_sync (Laptop *self, Township *township);

/* Value of a field as JSON text, or "-". Transfer full. */
char *store_value (RuhuStore *store, const char *type, const char *id, const char *field);
gint64 store_count (RuhuStore *store, const char *sql);
#define assert_value(store, type, id, field, expected)              \
  G_STMT_START                                                      \
  {                                                                 \
    g_autofree char *found_ = store_value (store, type, id, field); \
    g_assert_cmpstr (found_, ==, expected);                         \
  }                                                                 \
  G_STMT_END

/* Heads, rows and conflicts of a scope (NULL: all) as text: equal on replicas that hold the same changes. Transfer full. */
char *store_dump (RuhuStore *store, const char *scope);

G_END_DECLS
