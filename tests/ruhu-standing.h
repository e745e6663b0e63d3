/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A township and three laptops that part ways: backups, restores, and starting anew. */
#pragma once

#include "ruhu-answer.h"
#include "ruhu-fixture.h"

G_BEGIN_DECLS

typedef struct
{
  Township *township;
  Laptop *a; /* helper-a: h1 */
  Laptop *b; /* helper-b: h1, h2 */
  Laptop *office;
} Fixture;

void standing_set_up (Fixture *f, gconstpointer data);
void standing_tear_down (Fixture *f, gconstpointer data);
/* Copies the database at @path, and puts the copy where it was. */
void standing_back_up (RuhuStore *store, const char *path);
void standing_put_back (const char *path);
void standing_back_up_township (Fixture *f);
/* What is replaced cannot be read any more. @mark: as a restore leaves it, not as an attacker does. */
void standing_restore_township (Fixture *f, gboolean mark);
/* The question that a laptop asks, and its answer. */
RuhuStandingAnswer *standing_ask (Fixture *f, Laptop *laptop, gboolean fresh);
void standing_start_anew (Fixture *f, Laptop *laptop, gboolean fresh, gint64 reused, const char *notice);
void standing_assert_told_otherwise (Fixture *f, Laptop *laptop);
/* What stops a push, with the place at which the laptop stands. */
GError *standing_push_at (Fixture *f, Laptop *laptop, gboolean gaps, gint64 *stopped_at);
void standing_sync_all (Fixture *f);
void standing_assert_same (Fixture *f);

G_END_DECLS
