/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SimWorld: one history. A township, its people, their laptops: the product's own stores, replicas and ledger, with nothing between them but the lines of the wire
 * and the simulation's whims. Everything follows from the seed. */
#pragma once

#include "ruhu-ledger.h"
#include "ruhu-page.h"
#include "ruhu-replica.h"

#include "sim-oracle.h"
#include "sim-random.h"

G_BEGIN_DECLS

typedef struct _SimWorld SimWorld;

/* A clock of the world plus what it is wrong by. */
typedef struct
{
  SimWorld *world;
  gint64 error; /* ms */
} SimTime;

/* A store and the file it is on. Histories take them in turn: opening one costs more than emptying it. */
typedef struct
{
  char *path;
  RuhuDatabase *anchor; /* keeps an in-memory file alive while nobody has it open; NULL for a real one */
  RuhuStore *store;
  RuhuStore *app;           /* another program's, or NULL */
  RuhuCatalogue *catalogue; /* borrowed */
  SimTime time;
} SimPlace;

/* A household's file, left open on the screen. */
typedef struct
{
  char *scope;
  gboolean of_village;
  gint64 seen;
  SimView *view;
  char *draft; /* or NULL */
} SimOpen;

/* A request on its way to the township. */
typedef struct
{
  GPtrArray *lines; /* char * */
} SimPush;

typedef struct
{
  SimWorld *world;
  guint index;
  guint user;
  char *id;     /* of the device */
  guint device; /* the oracle's number for it */
  SimPlace *place;
  RuhuStore *store; /* the daemon's; borrowed from the place */
  RuhuStore *app;   /* the app's; the same one, or a connection of its own */
  RuhuReplica *replica;

  /* What this laptop was given, as the simulation saw it pass. */
  SimView *known;
  GHashTable *held; /* scopes */
  gint64 cursor;
  gint64 echoed; /* the highest own seq whose position came back */

  GPtrArray *opened;  /* SimOpen */
  GQueue *pushes;     /* SimPush, in flight */
  SimPush *last_push; /* answered, but the network may bring it again */

  /* A page of the stream, taken in bit by bit. */
  RuhuPage *page;
  guint next;
  RuhuPage *old_page;
  /* A backfill under way. */
  char *filling;
  gint64 filling_at;
  SimView *filled;

  gboolean gone; /* withdrawn by the township, and erased */
} SimLaptop;

typedef struct
{
  char *id;
  const char *role;
  char *village;
} SimUser;

/* What a history has more or less of. */
typedef struct
{
  guint doomed;   /* percent of scores that the township will not take */
  guint fresh;    /* percent of records that are new ones */
  guint deleted;  /* percent of edits that delete */
  guint constant; /* percent of steps by the same laptop as the one before */
  gboolean apart; /* app and daemon have a connection each */
} SimTemper;

/* What has happened, over all histories. */
typedef struct
{
  guint64 histories, steps, changes, refused, grants, revocations, stale, drafts, half, backfills, given_up, lost, repeated, restarts, reopened, clocks, upgrades,
      erased, heads, conflicts, contested;
} SimCounts;

struct _SimWorld
{
  guint64 seed;
  SimTemper temper;
  SimCounts *counts;
  gboolean on_disk;
  char *directory; /* for histories on real files */
  GString *trace;  /* what happened, or NULL */
  char *failure;   /* the first thing that went wrong */
  int step;
  SimRandom random;
  gint64 now; /* ms */
  guint n_ids;

  /* Borrowed: what the township goes by, what laptops have, and those that were not updated. */
  RuhuCatalogue *catalogue;
  RuhuCatalogue *today;
  RuhuCatalogue *last_year;
  SimPlace *place;
  RuhuStore *store; /* borrowed from the place */
  RuhuLedger *ledger;
  gint64 observed;        /* the township's log as far as the oracle was told */
  GPtrArray *by_position; /* SimChange or NULL */

  GPtrArray *places; /* borrowed from the plan */
  SimOracle *oracle;
  GPtrArray *users;      /* SimUser */
  GPtrArray *laptops;    /* SimLaptop */
  GPtrArray *households; /* char * */
  GPtrArray *villages;   /* char * */
};

/* How a history may be cut down. */
typedef struct
{
  guint64 seed;
  int n_steps;        /* -1: as many as the seed says */
  const guint8 *skip; /* one a step; NULL: none */
  GString *trace;
  const char *directory; /* for histories on real files */
  guint on_disk_every;   /* every how-manieth is; 0: none */
  RuhuCatalogue *township;
  RuhuCatalogue *today;
  RuhuCatalogue *last_year;
  GPtrArray *places; /* SimPlace, emptied, for the next ones */
  SimCounts *counts;
} SimPlan;

/* Plays one history. NULL: everything held. Else what did not, transfer full. *@n_steps: how many it had. */
char *sim_world_play (const SimPlan *plan, int *n_steps);

/* Notes the first failure of a history; the rest of it is not played. */
void sim_fail (SimWorld *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* Fails where @ok is FALSE; takes @error. */
gboolean sim_expect (SimWorld *self, gboolean ok, GError *error, const char *what);
void sim_say (SimWorld *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
char *sim_world_dup_id (SimWorld *self);

SimLaptop *sim_world_add_laptop (SimWorld *self, guint user);
void sim_laptop_free (SimLaptop *self);
void sim_open_free (SimOpen *self);
void sim_push_free (SimPush *self);

/* Places (sim-place.c) */
/* NULL after a failure. @name: of its file, for a history on real files. */
SimPlace *sim_place_take (SimWorld *world, RuhuCatalogue *catalogue, const char *name);
/* Closes the stores, really. */
void sim_place_close (SimPlace *self);
gboolean sim_place_open (SimWorld *world, SimPlace *self);
/* A second connection, as the app beside the daemon has one. */
gboolean sim_place_open_app (SimWorld *world, SimPlace *self);
/* Emptied and kept for another history where that can be, else freed. */
void sim_place_give_back (SimWorld *world, SimPlace *self);
void sim_place_free (SimPlace *self);

/* The township (sim-township.c) */
/* The villages, households, people and first assignments. */
void sim_township_found (SimWorld *self);
/* Tells the oracle what has been added to the log, and whether it ought to have been refused. */
void sim_township_observe (SimWorld *self);
void sim_township_write (SimWorld *self, const char *scope, gboolean of_village, json_object *set);
/* One whim of the office: assignments, roles, dates, devices. */
void sim_township_reassign (SimWorld *self, SimRandom *random);
void sim_township_edit (SimWorld *self, SimRandom *random);
void sim_township_revoke_device (SimWorld *self, SimRandom *random);
gboolean sim_laptop_is_revoked (SimLaptop *self);
void sim_laptop_leave (SimLaptop *self);
/* The user's role by the records. Transfer full. */
char *sim_township_dup_role (SimWorld *self, guint user);
RuhuRole sim_township_role_of_device (SimWorld *self, guint device);
/* The scopes that a user must have now, by the records. Transfer full (char *). */
GPtrArray *sim_township_list_rights (SimWorld *self, guint user);

/* The laptops (sim-laptop.c: people; sim-send.c, sim-fetch.c: the daemon) */
void sim_laptop_look (SimLaptop *self, SimRandom *random);
void sim_laptop_work (SimLaptop *self, SimRandom *random);
void sim_laptop_send (SimLaptop *self, SimRandom *random);
void sim_laptop_measure_clock (SimLaptop *self);
void sim_world_deliver (SimWorld *self, SimRandom *random, gboolean everything);
void sim_laptop_fetch (SimLaptop *self, SimRandom *random);
void sim_laptop_finish (SimLaptop *self);
gboolean sim_laptop_holds (SimLaptop *self, const char *scope);

/* What is typed (sim-edit.c): of records that the page shows, and new ones. Transfer full. */
json_object *sim_laptop_make_edit (SimLaptop *self, SimRandom *random, SimOpen *page);
json_object *sim_township_make_edit (SimWorld *self, SimRandom *random, const char *scope, SimView *view);
/* Whether somebody of this role may make the change. */
gboolean sim_change_is_allowed (SimOracle *oracle, SimChange *change, RuhuRole role);
gboolean sim_scope_is_village (SimWorld *self, const char *scope);

/* Comparisons (sim-check.c) */
gboolean sim_record_is_deleted (SimOracle *oracle, SimRecord *record);
void sim_check_scope (SimLaptop *self, const char *scope);
void sim_check_end (SimWorld *self);
/* The heads of @scope that a laptop's database shows. Transfer full; NULL after a failure. */
SimView *sim_laptop_read_heads (SimLaptop *self, const char *scope);

G_END_DECLS
