/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SimOracle: what must come out, by other means than the product's. It keeps for every change what the person who made it had really been shown (not a number
 * that stands for it) and derives from that alone which writes still count. It shares no code with schema/ or syncd/, and knows positions only to ask who had a
 * right to what. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Which writes were in view: a set of (key, change). A key is a field of a record. */
typedef struct
{
  int n_refs;
  GArray *pairs; /* guint64: key << 32 | change; ascending, without repeats */
} SimView;

typedef enum
{
  SIM_PENDING, /* the township has not answered for it yet */
  SIM_ACCEPTED,
  SIM_REFUSED,     /* it never happened */
  SIM_QUARANTINED, /* it has not happened, until the office says so */
} SimState;

typedef struct
{
  guint key;
  char *value; /* JSON, or NULL for none */
} SimWrite;

typedef struct
{
  guint number;
  guint device;
  gint64 seq;
  gint64 seen;
  gint64 position; /* 0 until it is in the township's log */
  SimState state;
  gboolean undone; /* refused or quarantined, and that is the last its author's laptop has heard */
  int decision;    /* the office's: 1 accepts, -1 refuses; 0: none yet */
  gint64 decided;  /* where */
  char *scope;
  char *time;
  char *body;
  GArray *writes; /* SimWrite */
  SimView *view;  /* what the page showed that it was saved from */
} SimChange;

typedef struct
{
  guint number;
  char *type;
  char *id;
  char *scope;
  GArray *keys; /* guint */
} SimRecord;

typedef struct
{
  guint number;
  guint record;
  char *field;
  GArray *writers; /* guint: changes, in the order in which they were made */
} SimKey;

/* A grant or revocation in the township's log. */
typedef struct
{
  gint64 position;
  guint device;
  char *scope;
  gboolean granted;
} SimGrant;

typedef struct
{
  char *id;
  GPtrArray *changes; /* SimChange, by seq from 1 */
} SimDevice;

typedef struct
{
  GPtrArray *devices;     /* SimDevice */
  GPtrArray *changes;     /* SimChange */
  GPtrArray *records;     /* SimRecord */
  GPtrArray *keys;        /* SimKey */
  GPtrArray *grants;      /* SimGrant, in order */
  GHashTable *by_record;  /* SimRecord, a set: by type and id */
  GPtrArray *known_heads; /* GArray by key, while nothing changes; or NULL */
  /* What was there at sim_oracle_mark(). */
  guint marked_devices, marked_changes, marked_records, marked_keys, marked_grants;
} SimOracle;

SimView *sim_view_new (void);
SimView *sim_view_ref (SimView *self);
void sim_view_unref (SimView *self);
void sim_view_add (SimView *self, guint key, guint change);
gboolean sim_view_is_same (SimView *self, SimView *other);
gboolean sim_view_has (SimView *self, guint key, guint change);
/* What of @self belongs to @scope (NULL: all). Transfer full. */
SimView *sim_view_snapshot (SimView *self, SimOracle *oracle, const char *scope);
/* Takes out what belongs to @scope ("*": everything). */
void sim_view_forget (SimView *self, SimOracle *oracle, const char *scope);

SimOracle *sim_oracle_new (void);
void sim_oracle_free (SimOracle *self);
/* All that is known now has been accepted; sim_oracle_rewind() forgets what comes after. */
void sim_oracle_mark (SimOracle *self);
void sim_oracle_rewind (SimOracle *self);

guint sim_oracle_device (SimOracle *self, const char *id);
const char *sim_oracle_device_id (SimOracle *self, guint device);
SimChange *sim_oracle_change (SimOracle *self, guint number);
SimChange *sim_oracle_find (SimOracle *self, guint device, gint64 seq);
SimRecord *sim_oracle_find_record (SimOracle *self, const char *type, const char *id);
SimKey *sim_oracle_find_field (SimOracle *self, SimRecord *record, const char *field);
SimKey *sim_oracle_find_key (SimOracle *self, const char *type, const char *id, const char *field);
SimKey *sim_oracle_key (SimOracle *self, guint number);
SimRecord *sim_oracle_record (SimOracle *self, guint number);
SimRecord *sim_oracle_record_of (SimOracle *self, guint key);
/* The value that a change gives to a key; NULL: emptied. */
const char *sim_change_get_value (SimChange *self, guint key);

/* A change was made: @body is its JSON. NULL if that cannot be read, or if it is not the device's next one. */
SimChange *sim_oracle_made (SimOracle *self, guint device, const char *body, SimView *view);

/* The change was stamped anew before anybody had it: @body is the same but for its time. */
gboolean sim_change_restamp (SimChange *self, const char *body);
/* The scope that a change's JSON names. Transfer full. */
char *sim_body_dup_scope (const char *body);

/* A change by somebody who knew all that the township knew up to @seen. Transfer full. */
SimView *sim_oracle_view_at (SimOracle *self, const char *scope, gint64 seen);

void sim_oracle_granted (SimOracle *self, gint64 position, guint device, const char *scope, gboolean granted);
/* Whether the device held @scope (itself, not by way of "*") after the log's entry @position. */
gboolean sim_oracle_holds_exactly (SimOracle *self, guint device, const char *scope, gint64 position);
/* … or everything. */
gboolean sim_oracle_holds (SimOracle *self, guint device, const char *scope, gint64 position);

/* Whether the page from which @later was saved showed @earlier on @key, or both are of one device, in this order. */
gboolean sim_oracle_knew (SimOracle *self, SimChange *later, guint key, SimChange *earlier);

/* Whether the township has not answered for all that the device made. */
gboolean sim_oracle_is_waiting (SimOracle *self, guint device);

/* Nothing is told to the oracle from now on until it is rewound: heads are worked out once. */
void sim_oracle_settle (SimOracle *self);

/* The changes (guint) whose writes of @key nobody who knew them has overwritten. Transfer full. */
GArray *sim_oracle_heads (SimOracle *self, guint key);

/* The same as it must look on one laptop, which holds @view. Transfer full. */
GArray *sim_oracle_heads_in (SimOracle *self, guint key, SimView *view, guint device);

/* Of @heads, the change that stands: the highest (time, device, seq). NULL: none. */
SimChange *sim_oracle_winner (SimOracle *self, GArray *heads);

G_END_DECLS
