/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by the disk (ruhu-fault-disk.c) and what SQLite calls (ruhu-fault-vfs.c). */
#pragma once

#include "ruhu-fault-vfs.h"

#include <sqlite3.h>

G_BEGIN_DECLS

#define FAULT_SHM_SLOTS SQLITE_SHM_NLOCK

typedef struct
{
  gint64 offset; /* of a write; the new size of a truncation */
  GBytes *bytes; /* NULL: a truncation */
} FaultOperation;

typedef struct _FaultHandle FaultHandle;

/* What a name stands for. */
typedef struct
{
  GByteArray *live;
  GByteArray *durable;
  GPtrArray *pending; /* FaultOperation */
  gboolean named;     /* its directory entry is durable */
  guint users;        /* handles, and the names that lead here */
  /* Locks of the file. */
  guint shared;
  FaultHandle *reserved;
  FaultHandle *pending_lock;
  FaultHandle *exclusive;
  /* The shared memory and its locks. */
  GPtrArray *regions;
  guint mapped;
  FaultHandle *shm_exclusive[FAULT_SHM_SLOTS];
  guint shm_shared[FAULT_SHM_SLOTS];
} FaultNode;

struct _FaultHandle
{
  sqlite3_file base;
  FaultNode *node;
  char *name;
  gboolean delete_on_close;
  int lock;
  gboolean maps;
  gboolean shm_shared[FAULT_SHM_SLOTS];
};

/* The disk. */
typedef struct
{
  GHashTable *names;  /* name → FaultNode */
  GHashTable *ghosts; /* name → FaultNode whose deletion is not durable yet */
  GRand *random;
  FaultKind kind;
  guint64 at;
  guint64 count;
  gboolean struck;
  gboolean dark; /* the power is off */
  int last_errno;
  guint open;
} FaultDisk;

extern FaultDisk fault_disk;

FaultNode *fault_node_new (void);
FaultNode *fault_node_ref (FaultNode *self);
void fault_node_unref (gpointer self);
/* A write, or (@bytes NULL) a truncation to @offset, that no sync has covered yet. */
void fault_node_note (FaultNode *self, gint64 offset, const void *bytes, gsize length);
/* A sync. */
void fault_node_keep (FaultNode *self);
/* All, none, all but a torn last one, or each by chance. */
void fault_apply_some (GByteArray *content, GPtrArray *operations);

/* Every name that is there is so for good, and so is every deletion. */
void fault_keep_names (void);
void fault_remove_name (const char *name, FaultNode *node);

/* Counts one operation. *@strikes: it is the one that fails. Else an error that it ends with at once, or SQLITE_OK. */
int fault_count (gboolean needs_space, gboolean *strikes, int failure);
/* @result, having set the system's error number. */
int fault_refuse (int result, int error);

G_END_DECLS
