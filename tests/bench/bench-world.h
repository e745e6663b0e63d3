/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The township and the laptops that are measured, and workload W.
 *
 * W: the plan's township as the base, in which the office has added eight fields to the visit, so that it has fifteen; then visits, each one change with a visit row of fifteen
 * fields, among them a problem of 60 and a note of 100 characters in Chinese put together from words, and three fields of the household. Every visit is another text. */
#pragma once

#include "bench.h"

#include "ruhu-courier.h"
#include "ruhu-httpd.h"
#include "ruhu-store-query.h"
#include "ruhu-township.h"

G_BEGIN_DECLS

#define BENCH_PROBLEM  60
#define BENCH_NOTE     100
#define BENCH_SCREEN   50
#define BENCH_FIRST    200
#define BENCH_N_FIELDS 15
#define BENCH_DATABASE "ruhu.db"
#define BENCH_OFFICE   "SELECT id FROM r_helper WHERE role = 'office' AND deleted = 0 ORDER BY id LIMIT 1"

/* The township's folder, made by the generator with @seed and the fields of W. Transfer full. */
char *bench_make_township (const char *folder, guint64 seed);

/* The same with @towns townships of the plan in one database: 95 have the 100,000 persons of a county, 950 the million of a prefecture. */
char *bench_make_townships (const char *folder, guint64 seed, guint towns);

/* A township's server in this process, on a port of the loopback interface. */
typedef struct
{
  RuhuTownship *township;
  RuhuServer *server;
  RuhuHttpd *httpd;
  RuhuSession *session; /* another connection, as the administration commands have one */
  RuhuKey *key;
} BenchServer;

BenchServer *bench_server_start (const char *township);
void bench_server_stop (BenchServer *self);

/* The office user's id. Transfer full. */
char *bench_get_office (RuhuSession *session);
/* A link by which a laptop of @user enrols on the server at @port. Transfer full. */
char *bench_make_link (RuhuSession *session, RuhuKey *key, const char *user, guint port);
/* Enrols a laptop in @folder and synchronises it; closed when it returns. */
void bench_enrol (const char *folder, const char *link);
/* Enrolled in @folder at a server of an earlier port: credentials say where it is now. */
void bench_move_laptop (const char *folder, guint port);

/* The laptop's store, for saving into. Transfer full. */
RuhuStore *bench_open_laptop (const char *folder);
/* Without waiting for the disk: for preparing, and where only the CPU is looked at. */
void bench_disk_off (RuhuDatabase *database);

/* One visit of W. */
typedef struct
{
  char *household;
  char *visit;      /* its id */
  json_object *set; /* what is saved */
} BenchVisit;

/* Text in Chinese of exactly @characters characters, another one for each @state. Transfer full. */
char *bench_make_text (guint64 *state, guint characters);
/* W's visits of every @of-th household of @store, beginning with the @part-th. BenchVisit. Transfer full. */
GPtrArray *bench_make_visits (RuhuStore *store, guint64 seed, guint n, guint part, guint of);
/* Saves visits from @from on, @n of them. @each: receives the time of each in s, or NULL. */
void bench_save_visits (RuhuStore *store, GPtrArray *visits, guint from, guint n, BenchSeries *each);

/* What the household list does when @text is typed: the first that match, in order, or all of them; and the first screen's rows. */
void bench_search (RuhuStore *store, const char *text, gboolean all);

/* One number from @database. */
gint64 bench_count (RuhuDatabase *database, const char *sql);

G_END_DECLS
