/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A made-up township with every figure of the 2018 plan (DOMAIN.md sections 1 and 5) and no real person in it. */
#pragma once

#include "ruhu-ledger.h"

G_BEGIN_DECLS

/**
 * ruhu_generate:
 * @ledger: of a store that holds nothing yet
 * @seed: which township; the same seed gives the same bytes, whatever the machine, its clock and its language
 *
 * Writes the township, as of 30 June 2018, through the ledger in one transaction: either all of it is there, or nothing. For the database to be the same byte for
 * byte, its store must have been opened with ruhu_generate_now(). INVALID if there are households already; else the ledger's errors.
 */
gboolean ruhu_generate (RuhuLedger *ledger, guint64 seed, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Households that break each rule in the dirty layer. */
#define RUHU_DIRTY_EACH 3

/* Whether the dirty layer breaks @rule. */
gboolean ruhu_generate_is_dirty (RuhuRule *rule);

/**
 * ruhu_generate_dirty:
 *
 * Adds to the township that ruhu_generate() made of @seed, for each rule that ruhu_generate_is_dirty(), RUHU_DIRTY_EACH households that break it and no other rule. Their household numbers
 * say which: "R63-1". In one transaction: either all of it is there, or nothing.
 */
gboolean ruhu_generate_dirty (RuhuLedger *ledger, guint64 seed, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @towns such townships in one database, each from a seed of its own beginning with @seed: as many households as a county or a prefecture has, to measure with. */
gboolean ruhu_generate_many (RuhuLedger *ledger, guint64 seed, guint towns, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A RuhuNowFunc: noon of 30 June 2018 in UTC+8, and one millisecond more at each call. @counter: a guint64, 0 at first, that belongs to the caller. */
gint64 ruhu_generate_now (gpointer counter);

G_END_DECLS
