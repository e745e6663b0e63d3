/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A township and laptops on a disk that breaks (ruhu-fault-vfs.h): what is asked of them after a fault. */
#pragma once

#include "ruhu-fault-vfs.h"
#include "ruhu-fixture.h"

G_BEGIN_DECLS

typedef struct
{
  RuhuCatalogue *catalogue;
  Township *township;
  Laptop *laptops[3];   /* "0a" of helper-a, who has h1; "0b" of helper-b, who has h1 and h2; "0d", not enrolled, or NULL */
  gboolean gone[3];     /* withdrawn or erased: does not synchronise any more */
  gboolean third_waits; /* world_open() leaves the third laptop alone */
  guint pages;          /* of the write-ahead log at which it is written back; 0: SQLite's own figure */
} World;

#define WORLD_A(world) ((world)->laptops[0])
#define WORLD_B(world) ((world)->laptops[1])
#define WORLD_D(world) ((world)->laptops[2])

/* The first two laptops have what is theirs. @third: there is a third one. */
World *world_new (gboolean third);
void world_free (World *self);

/* Opens what is not open; aborts on failure. */
void world_open (World *self);
void world_close (World *self);

/* Everything that is stored, in every file: equal texts, equal worlds. Transfer full. */
char *world_dump (World *self);
char *world_dump_database (RuhuDatabase *database);

/* Each file is sound, and in each nothing is there by half: rows, conflicts and search terms are what the heads say, every head is in the log. */
void world_assert_whole (World *self);

/* Everybody synchronises; then all have the same, the outboxes are empty, and the township's log is what its tables say. */
void world_converge (World *self);

/* One laptop's pull, from the cursor to the head, as the daemon does it; FALSE at the first thing that fails. */
gboolean world_pull (World *self, Laptop *laptop, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* What waits in a laptop's outbox, as the township receives it. Changes nothing. Transfer full (RuhuPushed). */
GPtrArray *world_read_outbox (Laptop *laptop, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (World, world_free)

G_END_DECLS
