/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Disks in memory that break when they are told to: the SQLite VFS "fault", opened through "file:DISK/NAME?vfs=fault" (without "DISK/": the disk "").
 *
 * Whatever alters a file is an operation: a write, a truncation, a sync, a deletion. A write that is done in part ends where a sector of 512 bytes does. What was written since a
 * file's last sync is kept apart, so that a power cut can lose it.
 * "&program=P" says who opens the file, so that one program can be killed while another goes on. All disks are shared by the whole process and belong to one thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  FAULT_NONE,
  FAULT_POWER,  /* from the n-th operation on everything fails, until fault_disk_power_on() */
  FAULT_KILL,   /* from a program's n-th operation on nothing that it does reaches the disk, until fault_disk_revive(); what was written stays, synced or not; a write is done in part */
  FAULT_FULL,   /* from the n-th operation on what needs space fails, until fault_disk_disarm(); the first write is done in part */
  FAULT_ERROR,  /* the n-th operation fails; a write is done in part, a sync loses some of what it was to keep, and does not say so again */
  FAULT_READ,   /* the n-th reading fails: readings alone are counted */
  FAULT_MEMORY, /* nothing fails here: whoever arms it counts what SQLite asks for by itself (ruhu-fault-memory.h), and says with fault_disk_count_memory() what came of it */
} FaultKind;

typedef struct _FaultDisk FaultDisk;

/* Registers the VFS; the same call again is harmless. */
void fault_vfs_register (void);

/* The disk of this name, made when it is first asked for. Borrowed. */
FaultDisk *fault_disk_get (const char *name);

/* Takes every file away, and seeds what is random: the same seed and the same calls give the same disk. No file may be open. */
void fault_disk_reset (FaultDisk *self, guint64 seed);

/* Counts anew. @n: 1 is the next operation; ignored for FAULT_NONE, which only counts. @program: for FAULT_KILL, whose operations alone count then; else NULL. */
void fault_disk_arm (FaultDisk *self, FaultKind kind, const char *program, guint64 n);
void fault_disk_disarm (FaultDisk *self);

/* Operations (for FAULT_READ: readings) since the last fault_disk_arm(), and whether the fault has happened. */
guint64 fault_disk_get_count (FaultDisk *self);
gboolean fault_disk_has_struck (FaultDisk *self);
FaultKind fault_disk_get_kind (FaultDisk *self);
/* While it is paused no reading is counted, nor fails. */
void fault_disk_pause (FaultDisk *self, gboolean paused);
/* @n: what was asked for. */
void fault_disk_count_memory (FaultDisk *self, guint64 n, gboolean struck);
/* How far it is from the operation that is to fail; 1: the next one. */
guint64 fault_disk_get_left (FaultDisk *self);
/* How often a file was synced. */
guint64 fault_disk_get_syncs (FaultDisk *self);

/* Cuts the power now, whatever is armed. */
void fault_disk_power_off (FaultDisk *self);

/**
 * fault_disk_power_on:
 *
 * The disk as it is found: what was synced, and of what was not an arbitrary part, in units of sectors of 512 bytes. Files made or deleted without a sync may be there or not.
 * Every file must have been closed (which the power cut makes quick), or the disk be settled and nobody in a transaction: their connections then find the disk as new ones would,
 * with a write-ahead log that has no index. Disarms. TRUE if anything was lost.
 */
gboolean fault_disk_power_on (FaultDisk *self);

/* Whether no file's name is in doubt. */
gboolean fault_disk_is_settled (FaultDisk *self);

/* Lets the program that was killed start again, all its files having been closed, or it being in no transaction. Disarms. */
void fault_disk_revive (FaultDisk *self);
/* The index of the write-ahead logs goes, as it does with the last program that had them open: whoever reads next makes it anew. */
void fault_disk_forget_index (FaultDisk *self);

/* A copy of a whole disk, everything synced. */
typedef struct _FaultImage FaultImage;
FaultImage *fault_image_new (FaultDisk *disk);
void fault_image_free (FaultImage *self);
/* Puts it on @disk in place of what is there; it can be used again. @seed as in fault_disk_reset(). Files may be open, if nobody is in a transaction: it is to their
 * connections as if another program had written. */
void fault_image_restore (FaultImage *self, FaultDisk *disk, guint64 seed);

/* Whether @text stands anywhere in the files whose names begin with @prefix. */
gboolean fault_disk_contains (FaultDisk *self, const char *prefix, const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FaultImage, fault_image_free)

G_END_DECLS
