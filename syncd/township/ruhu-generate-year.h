/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A year of many laptops' visits on top of a made-up township, with the disagreements that make a merge worth testing. */
#pragma once

#include "ruhu-ledger.h"

G_BEGIN_DECLS

/* How often each of the scripts below is played in each of its two rounds, December 2018 and June 2019. */
#define RUHU_YEAR_EACH 3
/* Fields that disagree at the end: those of the second round. The office has settled those of the first. */
#define RUHU_YEAR_CONFLICTS (2 * RUHU_YEAR_EACH)
/* Newborns entered twice, by two helpers who could not know of each other. */
#define RUHU_YEAR_DUPLICATES (2 * RUHU_YEAR_EACH)

/**
 * ruhu_generate_year:
 * @seed: the one that ruhu_generate() was given
 * @calls: what the store's ruhu_generate_now() counts with; it is moved on to the day on which a laptop comes to the network
 *
 * Every helper has a laptop. From July 2018 to June 2019 A helpers visit each of their households every month and B helpers every quarter; a laptop comes to the
 * network once a month. Two helpers of a household, offline, write in two rounds: different fields; the same field alike; the same field differently, where that wants a review and
 * where the latest stands; delete what the other edits; enter the same newborn. One laptop's clock is two days behind, another's two days ahead until the township objects.
 * In one transaction: either all of it is there, or nothing.
 */
gboolean ruhu_generate_year (RuhuLedger *ledger, guint64 seed, guint64 *calls, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
