/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuSession: one thread's connection to the township's database, with the ledger on it. */
#pragma once

#include "ruhu-ledger.h"

G_BEGIN_DECLS

typedef struct
{
  RuhuStore *store;   /* owned */
  RuhuLedger *ledger; /* owned, on @store */
} RuhuSession;

/**
 * ruhu_session_open:
 * @create: make the file if it is missing
 * @now: the clock, or NULL for the system's
 *
 * Errors: those of ruhu_store_open(). Transfer full.
 */
RuhuSession *ruhu_session_open (const char *path, gboolean create, RuhuNowFunc now, gpointer data, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The log's last position. */
gboolean ruhu_session_get_head (RuhuSession *self, gint64 *position, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Whether a record in one of the device's scopes mentions the photo, or, while no record does, a draft of its user. */
gboolean ruhu_session_may_have_photo (RuhuSession *self, const char *device, const char *hash, gboolean *may, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ruhu_session_free (RuhuSession *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuSession, ruhu_session_free)

G_END_DECLS
