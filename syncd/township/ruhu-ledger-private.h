/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by the ledger's files: accept (ruhu-ledger.c), grants and devices (-grants.c), stream and backfill (-stream.c), verify (-verify.c). */
#pragma once

#include "ruhu-ledger.h"

G_BEGIN_DECLS

#define RUHU_HASH_LENGTH     32
#define RUHU_TOWNSHIP_DEVICE "township"

struct _RuhuLedger
{
  /* Borrowed. */
  RuhuStore *store;
  RuhuDatabase *database;
  /* Values. */
  gint64 data_version; /* of the database when the catalogue was last looked at */
};

/* The end of the chain, inside a transaction. */
typedef struct
{
  gint64 position;
  guint8 hash[RUHU_HASH_LENGTH];
} RuhuChainEnd;

gboolean ruhu_ledger_load_end (RuhuLedger *self, RuhuChainEnd *end, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* hash := SHA-256 (hash ‖ kind ‖ 0x00 ‖ body ‖ [0x00 ‖ reason ‖ 0x00 ‖ detail]). */
void ruhu_chain_hash (guint8 *hash, const char *kind, const char *body, gsize length, const char *reason, const char *detail);
char *ruhu_chain_to_hex (const guint8 *hash);

/* The text of a grant or revocation. Transfer full. */
char *ruhu_scope_entry_to_json (const char *device, const char *scope, gboolean granted);
/* Appends a grant or revocation. */
gboolean ruhu_ledger_append_scope (RuhuLedger *self, RuhuChainEnd *end, const char *device, const char *scope, gboolean granted, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether @device held @scope when it had reached @seen. */
gboolean ruhu_ledger_had_scope (RuhuLedger *self, const char *device, const char *scope, gint64 seen, gboolean *had, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether @device holds @scope now. */
gboolean ruhu_ledger_has_scope (RuhuLedger *self, const char *device, const char *scope, gboolean *has, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether @position lies in what a restore lost. */
gboolean ruhu_ledger_was_lost (RuhuLedger *self, gint64 position, gboolean *lost, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether a change may move grants. */
gboolean ruhu_ledger_moves_grants (RuhuLedger *self, const RuhuChange *change, gboolean *moves, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Inside a transaction: the grants of one device, or (NULL) of all, follow roles and assignments. */
gboolean ruhu_ledger_follow_grants (RuhuLedger *self, RuhuChainEnd *end, const char *device, const char *today, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
