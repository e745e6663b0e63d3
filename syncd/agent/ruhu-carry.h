/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A laptop's exchange with its township by files that somebody carries, for where there is no network. Everything blocks, and the caller holds the data directory's lock. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ruhu_carry_export:
 * @directory: the data directory
 * @changes: receives how many changes are in it
 * @left: receives how many did not fit; they go with the next one
 *
 * Writes a bundle of all that the township has not confirmed, and of where this laptop stands. It may be done at any time, any number of times.
 * Errors: NOT_ENROLLED; NOT_FOUND while the township's public key is not known here; those of credentials, store and ruhu_bundle_save().
 */
gboolean ruhu_carry_export (const char *directory, const char *path, gint64 *changes, gint64 *left, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What an import did, and what is left. */
typedef struct
{
  guint64 received; /* entries of the stream, and heads of backfills */
  gint64 refused;
  gint64 waiting;  /* changes that the township has not confirmed */
  gint64 position; /* that was reached */
  GError *stop;    /* why the township did not take all of the outbox, or NULL; owned */
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
