/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A laptop's exchange with its township by files that somebody carries, for where there is no network. Everything blocks, and the caller holds the data directory's lock. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What an export put into the bundle, and what did not fit and goes with the next one. */
typedef struct
{
  gint64 changes;
  gint64 left;
  gint64 photos;
  gint64 photos_left;
} RuhuPacked;

/**
 * ruhu_carry_export:
 * @directory: the data directory
 * @packed: receives what is in it
 *
 * Writes a bundle of all that the township has not confirmed, photos included, and of where this laptop stands. It may be done at any time, any number of times.
 * Errors: NOT_ENROLLED; NOT_FOUND while the township's public key is not known here; those of credentials, store and ruhu_bundle_save().
 */
gboolean ruhu_carry_export (const char *directory, const char *path, RuhuPacked *packed, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What an import did, and what is left. */
typedef struct
{
  guint64 received; /* entries of the stream, and heads of backfills */
  gint64 refused;
  gint64 waiting;  /* changes that the township has not confirmed */
  gint64 position; /* that was reached */
  gint64 photos;   /* that came */
  gint64 photos_waiting;
  char *photo_reason; /* why the township will not have one of those that it was brought, or NULL; owned */
  GError *stop;       /* why the township did not take all of the outbox, or NULL; owned */
} RuhuCarried;

void ruhu_carried_clear (RuhuCarried *self);

/**
 * ruhu_carry_import:
 *
 * Takes in the township's answer as far as it goes on from where this laptop stands. A bundle that is damaged, or another laptop's, changes nothing.
 * Errors: those of ruhu_bundle_load() and ruhu_bundle_open_answer(), NOT_ENROLLED, and the store's.
 */
gboolean ruhu_carry_import (const char *directory, const char *path, RuhuCarried *carried, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RuhuCarried, ruhu_carried_clear)

G_END_DECLS
