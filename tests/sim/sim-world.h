/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SimWorld: one history. A township, its people, their laptops: the product's own stores, replicas and ledger, with nothing between them but the lines of the wire
 * and the simulation's whims. Everything follows from the seed. */
#pragma once

#include "ruhu-ledger.h"
#include "ruhu-page.h"
#include "ruhu-replica.h"

#include "ruhu-fault-vfs.h"
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

/* A store and the disk it is on. Histories take them in turn: opening a store costs more than putting its disk back. */
typedef struct
{
  FaultDisk *disk;
  char *name;               /* of the disk */
  RuhuStore *store;         /* the daemon's, or the township's */
  RuhuStore *app;           /* another program's, or NULL */
  RuhuCatalogue *catalogue; /* borrowed: of the program that is installed */
  SimTime time;
  /* A failed sync, or a program that was killed, may have left something that no sync has covered: it may come back or go at a power cut, and either is right. */
  gboolean unsure;
  guint64 unsure_since;
  gboolean stays_short; /* FAULT_MEMORY: for the whole of a call */
  /* As it was founded. */
  FaultImage *image;
  RuhuCatalogue *founded_for;
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
  gint64 enrolled;  /* where its stream began */
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
  gboolean building; /* all of it is here, and rows are being made: what is seen is what was filled in */

  gboolean revoked; /* withdrawn by the township */
  gboolean leaving; /* is being erased */
  gboolean gone;    /* … and erased */

  /* Programs that died since it was last asked: what they had in memory is lost. */
  gboolean daemon_died;
  gboolean app_died;

  /* As it was founded. */
  SimView *founded_known;
  GPtrArray *founded_held; /* char * */
  gint64 founded_cursor;
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
  guint narrow;   /* percent of edits of one of two fields of the household: everybody's meet there */
  guint moving;   /* percent of steps more in which the office reassigns */
  gboolean bits;  /* the stream comes in the smallest pages */
  guint faults;   /* percent of steps before which a disk is told to break */
} SimTemper;

/* What has happened, over all histories. */
typedef struct
{
  guint64 histories, steps, changes, refused, grants, revocations, stale, drafts, half, backfills, given_up, lost, repeated, restarts, reopened, clocks, upgrades,
      erased, quarantined, decided, conflicts, contested, power_cuts, torn, kills, full, errors, reads, memory, undone, survived;
} SimCounts;

/* How often a founded township and its laptops are played on: opening stores and enrolling costs more than a short history. */
#define SIM_HISTORIES_A_FOUNDING 200

typedef struct _SimPlan SimPlan;

/* One way for one operation of one disk to go wrong. */
typedef struct
{
  const char *name;
  FaultKind kind;
  const char *program;  /* FAULT_KILL: which */
  gboolean stays_short; /* FAULT_MEMORY: until the call has ended */
} SimFault;

/* What a call came to that a disk may have cut short. */
typedef enum
{
  SIM_NOT,  /* it did not happen */
  SIM_DONE, /* it said that it was done */
  SIM_CAME, /* it did not say so, but it is there */
} SimOutcome;

struct _SimWorld
{
  const SimPlan *plan;
  guint64 founding; /* the number of the township */
  guint64 seed;
  gboolean apart; /* app and daemon have a connection each */
  SimTemper temper;
  SimCounts *counts;
  GString *trace; /* what happened, or NULL */
  char *failure;  /* the first thing that went wrong */
  int step;
  gboolean plain; /* the step is to be as simple as it can */
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

  SimOracle *oracle;
  GPtrArray *users;      /* SimUser */
  GPtrArray *laptops;    /* SimLaptop */
  GPtrArray *households; /* char * */
  GPtrArray *villages;   /* char * */

  /* A call under way (sim-fault.c). */
  SimLaptop *acting; /* NULL: the township */
  gboolean acting_app;
  char *before; /* what the store held; NULL if no fault can happen */

  /* As it was founded. */
  gint64 founded_now, founded_observed;
  guint founded_ids, founded_laptops;
};

/* What to play, and how a history may be cut down. */
struct _SimPlan
{
  guint64 seed;
  int n_steps;               /* -1: as many as the seed says */
  const guint8 *skip;        /* one a step; NULL: none */
  const guint8 *plain;       /* one a step: as simple as it can be; NULL: none */
  const guint8 *skip_faults; /* one a step; NULL: none */
  /* One fault alone, instead of those that the seed says: of the @fault_n-th operation, from the first step on, of the disk of laptop @fault_laptop (-1: the township's).
   * NULL: none. */
  gboolean exact;
  const SimFault *fault;
  int fault_laptop;
  guint64 fault_n;
  GString *trace;
  RuhuCatalogue *township;
  RuhuCatalogue *today;
  RuhuCatalogue *last_year;
  GPtrArray *places; /* SimPlace, for the next ones */
  SimCounts *counts;
  SimWorld *world; /* founded, and kept for the next history; or NULL */
  /* Results. */
  int played;      /* steps */
  gboolean struck; /* @fault happened */
};

/* Plays one history. NULL: everything held. Else what did not, transfer full. */
char *sim_world_play (SimPlan *plan);
void sim_world_free (SimWorld *self);

/* A township, its people and their laptops, ready for a history (sim-found.c). */
SimWorld *sim_world_found (SimPlan *plan);
/* Back to that. */
void sim_world_rewind (SimWorld *self, SimPlan *plan);

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

/* Starts the programs of a laptop that are not there; they are what was installed. */
gboolean sim_laptop_start (SimLaptop *self);
gboolean sim_township_start (SimWorld *self);

/* Places (sim-place.c) */
/* NULL after a failure. */
SimPlace *sim_place_take (SimWorld *world, RuhuCatalogue *catalogue);
/* Closes the stores, really. */
void sim_place_close (SimPlace *self);
gboolean sim_place_open (SimWorld *world, SimPlace *self);
/* A second connection, as the app beside the daemon has one. */
gboolean sim_place_open_app (SimWorld *world, SimPlace *self);
/* What the open stores remember of their file is read anew. */
void sim_place_reload (SimWorld *world, SimPlace *self);
void sim_place_keep (SimWorld *world, SimPlace *self);
void sim_place_rewind (SimWorld *world, SimPlace *self);
/* Keeps it for another township where that can be, else frees it. */
void sim_place_give_back (SimWorld *world, SimPlace *self);
void sim_place_free (SimPlace *self);

/* Disks that break (sim-fault.c) */
/* Around each call that writes. @laptop NULL: the township's. */
void sim_begin (SimWorld *self, SimLaptop *laptop, gboolean app);
/**
 * sim_end:
 * @ok: what the call said
 * @error: its error; cleared where a disk explains it
 * @what: for the message of a failure; NULL: *@error is the caller's to judge (SIM_NOT)
 * @whole: the call is one transaction; an error of the disk has altered nothing
 *
 * Where the power went or a program was killed everything is up again afterwards, and nothing that had been acknowledged is missing.
 */
SimOutcome sim_end (SimWorld *self, gboolean ok, GError **error, const char *what, gboolean whole);
/* The page's draft, if it has one, must be on the disk. */
void sim_laptop_find_draft (SimLaptop *self, const SimOpen *page);
/* What died with the laptop's programs is forgotten; what was saved must be there. */
void sim_laptop_recover (SimLaptop *self);
/* FALSE: nothing was synced since something failed that whoever begins anew may find done. */
gboolean sim_fault_is_sure (SimPlace *place);
/* TRUE if the disk had broken: it has not any more. All its files must be closed. */
gboolean sim_fault_lift (SimPlace *place);
/* Before a step: a disk may be told to break. */
void sim_fault_arm (SimWorld *self, SimRandom *random);
/* Before what is done rarely: the laptop's disk may be told to break in the middle of it. */
void sim_fault_threaten (SimLaptop *self);
/* Somebody clears the disks that are full. */
void sim_fault_make_space (SimWorld *self);
gboolean sim_laptop_is_full (SimLaptop *self);
/* Cuts the power of a laptop, or of the township, when nothing is under way. */
void sim_fault_cut (SimWorld *self, SimLaptop *laptop);

/* The township (sim-township.c) */
/* The villages, households, people and first assignments. */
void sim_township_found (SimWorld *self);
/* Tells the oracle what has been added to the log, and whether it ought to have been refused. */
void sim_township_observe (SimWorld *self);
SimOutcome sim_township_write (SimWorld *self, const char *scope, gboolean of_village, json_object *set);
/* One whim of the office: assignments, roles, dates, devices. */
void sim_township_reassign (SimWorld *self, SimRandom *random);
/* FALSE: the disk would not let it. */
gboolean sim_township_reconcile (SimWorld *self);
void sim_township_edit (SimWorld *self, SimRandom *random);
void sim_township_revoke_device (SimWorld *self, SimRandom *random);
void sim_township_decide (SimWorld *self, SimRandom *random);
/* Asks the township. */
gboolean sim_laptop_was_revoked (SimLaptop *self);
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
/* What waits in the log is what was saved, but for stamps that nobody else has seen. */
void sim_laptop_reread_stamps (SimLaptop *self);
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

/* What a store has as heads in @scope (NULL: everywhere); and whether that is what is expected. */
SimView *sim_read_heads (SimWorld *self, RuhuStore *store, const char *scope);
void sim_view_add_heads (SimView *view, guint key, GArray *heads);
void sim_compare_heads (SimWorld *self, const char *where, SimView *expected, SimView *found);

/* Comparisons (sim-check.c, sim-heads.c) */
gboolean sim_record_is_deleted (SimOracle *oracle, SimRecord *record);
void sim_check_scope (SimLaptop *self, const char *scope);
void sim_check_end (SimWorld *self);
/* The heads of @scope that a laptop's database shows. Transfer full; NULL after a failure. */
SimView *sim_laptop_read_heads (SimLaptop *self, const char *scope);

G_END_DECLS
