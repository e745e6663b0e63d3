/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A disk in memory that breaks when it is told to: the SQLite VFS "fault", opened through "file:NAME?vfs=fault".
 *
 * Whatever alters a file is an operation: a write, a truncation, a sync, a deletion. What was written since a file's last sync is kept apart, so that a power cut can lose it.
 * Everything is shared by the whole process and belongs to one thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  FAULT_NONE,
  FAULT_POWER, /* from the n-th operation on everything fails, until fault_vfs_power_on() */
  FAULT_FULL,  /* from the n-th operation on what needs space fails, until fault_vfs_disarm(); the first write is done in part */
  FAULT_ERROR, /* the n-th operation fails; a write is done in part, a sync loses some of what it was to keep, and does not say so again */
  FAULT_READ,  /* the n-th reading fails: readings alone are counted */
} FaultKind;

/* Registers the VFS; the same call again is harmless. */
void fault_vfs_register (void);

/* Takes every file away, and seeds what is random: the same seed and the same calls give the same disk. No file may be open. */
void fault_vfs_reset (guint64 seed);

/* Counts anew. @n: 1 is the next operation; ignored for FAULT_NONE, which only counts. */
void fault_vfs_arm (FaultKind kind, guint64 n);
void fault_vfs_disarm (void);

/* Operations (for FAULT_READ: readings) since the last fault_vfs_arm(), and whether the fault has happened. */
guint64 fault_vfs_get_count (void);
gboolean fault_vfs_has_struck (void);

/* Cuts the power now, whatever is armed. */
void fault_vfs_power_off (void);

/**
 * fault_vfs_power_on:
 *
 * The disk as it is found: what was synced, and of what was not an arbitrary part, in units of sectors of 512 bytes. Files made or deleted without a sync may be there or not.
 * Every file must have been closed (which the power cut makes quick). Disarms.
 */
void fault_vfs_power_on (void);

/* A copy of the whole disk, every file synced and closed. */
typedef struct _FaultImage FaultImage;
FaultImage *fault_image_new (void);
void fault_image_free (FaultImage *self);
/* Puts it back in place of what is there; it can be used again. @seed as in fault_vfs_reset(). */
void fault_image_restore (FaultImage *self, guint64 seed);

/* Whether @text stands anywhere in the files whose names begin with @prefix. */
gboolean fault_vfs_contains (const char *prefix, const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FaultImage, fault_image_free)

G_END_DECLS
