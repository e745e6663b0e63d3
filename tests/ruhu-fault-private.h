/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by the disk (ruhu-fault-disk.c) and what SQLite calls (ruhu-fault-vfs.c). */
#pragma once

#include "ruhu-fault-vfs.h"

#include <sqlite3.h>

G_BEGIN_DECLS

#define FAULT_SECTOR    512 /* what a write alters entirely or not at all */
#define FAULT_SHM_SLOTS SQLITE_SHM_NLOCK
#define FAULT_BLOCK     4096        /* of a file, that is put back by itself */
#define FAULT_REGION    (32 * 1024) /* bytes of shared memory that SQLite asks for at a time */

typedef struct
{
  gint64 offset; /* of a write; the new size of a truncation */
  guint start;   /* of its bytes in the node's `bytes` */
  guint length;
  gboolean truncates;
} FaultOperation;

typedef struct _FaultHandle FaultHandle;

/* What a name stands for. */
typedef struct
{
  GByteArray *live;
  GByteArray *durable;
  GArray *pending;   /* FaultOperation: what no sync has covered */
  GByteArray *bytes; /* of the pending writes */
  gboolean named;    /* its directory entry is durable */
  guint users;       /* handles, and the names that lead here */
  /* What it was last set to, whether it may differ from that now, and where: a byte for each block. */
  GBytes *origin;
  gboolean touched;
  GByteArray *marks;
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
  FaultDisk *disk;
  const char *program; /* interned, or NULL */
  FaultNode *node;
  char *name;
  gboolean delete_on_close;
  int lock;
  gboolean maps;
  gboolean shm_shared[FAULT_SHM_SLOTS];
};

struct _FaultDisk
{
  GHashTable *names;  /* name → FaultNode */
  GHashTable *ghosts; /* name → FaultNode whose deletion is not durable yet */
  guint64 random;
  FaultKind kind;
  const char *program; /* FAULT_KILL: the one that is killed */
  guint64 at;
  guint64 count;
  guint64 syncs;
  gboolean struck;
  gboolean paused;  /* as to readings */
  gboolean dark;    /* the power is off */
  const char *dead; /* the program that was killed */
  guint open;
};

FaultNode *fault_node_new (void);
FaultNode *fault_node_ref (FaultNode *self);
void fault_node_unref (gpointer self);
/* A write, or (@bytes NULL) a truncation to @offset, that no sync has covered yet. */
void fault_node_note (FaultNode *self, gint64 offset, const void *bytes, gsize length);
/* From @from to @to it may differ from what it was set to, on the platters as well. */
void fault_node_mark (FaultNode *self, gsize from, gsize to);
void fault_node_forget_pending (FaultNode *self);
/* A sync. */
void fault_node_keep (FaultNode *self);
/* A sync that failed: some is kept, and the rest forgotten. */
void fault_node_keep_some (FaultDisk *disk, FaultNode *self);

/* Every name that is there is so for good, and so is every deletion. */
void fault_disk_keep_names (FaultDisk *self);
void fault_disk_remove_name (FaultDisk *self, const char *name, FaultNode *node);
/* With light, nobody dead and nothing armed; @seed: chance's. */
void fault_disk_begin_anew (FaultDisk *self, guint64 seed);
/* 0 … @n - 1. */
guint fault_disk_chance (FaultDisk *self, guint n);
/* Whether nothing that @program does reaches the disk. */
gboolean fault_disk_is_dark (FaultDisk *self, const char *program);

/* Counts one operation of @program. *@strikes: it is the one that fails. Else an error that it ends with at once, or SQLITE_OK. */
int fault_disk_operate (FaultDisk *self, const char *program, gboolean needs_space, gboolean *strikes, int failure);

/* @result, having set the system's error number. */
int fault_refuse (int result, int error);
int fault_get_errno (void);

G_END_DECLS
