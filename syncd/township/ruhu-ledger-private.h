/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by the ledger's files: accept (ruhu-ledger.c), grants and devices (-grants.c), stream and backfill (-stream.c), verify (-verify.c). */
#pragma once

#include "ruhu-heads.h"
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
  guint right_days;
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
/* Appends a change's entry. @reason: of a refusal or quarantine. */
gboolean ruhu_ledger_append (RuhuLedger *self, RuhuChainEnd *end, const char *kind, const RuhuChange *change, const char *line, gsize length, const char *reason, const char *detail, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What changes that took effect leave to be done at the end of the transaction, or behind it. */
typedef struct
{
  gboolean moves_grants;
  gboolean extends;
} RuhuEffects;

/* The entry at the end of the log, which holds @change, moves its heads: of @fields (NULL: of all). If it is a decision, that takes effect too. @known: see ruhu_heads_apply(). */
gboolean ruhu_ledger_take_effect (RuhuLedger *self, RuhuChainEnd *end, const RuhuChange *change, json_object *fields, const RuhuHeadsKnown *known, RuhuEffects *effects, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Carries out the decisions in @change: what was quarantined is appended once more, in force or refused. Those that decide nothing (any more) are passed over. */
/* Of a change that was quarantined just now: after a restore the office's decision about it may have come back before it did. */
gboolean ruhu_ledger_follow_earlier_decision (RuhuLedger *self, RuhuChainEnd *end, const RuhuChange *change, RuhuEffects *effects, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ruhu_ledger_follow_decisions (RuhuLedger *self, RuhuChainEnd *end, const RuhuChange *change, RuhuEffects *effects, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The fields (type → record → [names]) that @change writes and no later change of its device in @database's log has written. Transfer full. */
json_object *ruhu_ledger_dup_late_fields (RuhuDatabase *database, const RuhuChange *change, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether an error speaks about a change, not about the check of it. */
gboolean ruhu_ledger_is_judgement (const GError *error);

/* Appends a grant or revocation. */
gboolean ruhu_ledger_append_scope (RuhuLedger *self, RuhuChainEnd *end, const char *device, const char *scope, gboolean granted, GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef enum
{
  RUHU_RIGHT_NONE,
  RUHU_RIGHT_OLD, /* it ended so long ago that it is no use any more */
  RUHU_RIGHT_HELD,
} RuhuRight;

/* Of one device, as long as one transaction lasts: grants move at its end. */
typedef struct
{
  char *oldest;     /* stamp: a right that ended before is no use any more; owned */
  gint64 all_since; /* it holds everything since this position; 0: it does not */
} RuhuRights;

static inline void
ruhu_rights_clear (RuhuRights *self)
{
  g_free (self->oldest);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RuhuRights, ruhu_rights_clear)

/* Whose changes are judged. */
typedef struct
{
  const RuhuDevice *device;
  const RuhuRights *rights;
  RuhuRole role;
} RuhuAuthor;

/* What nobody may write as it is. *@why stays NULL where it is in order; *@role_lacks: why this user's role is not enough for it. @absent: gets what ruhu_heads_check_scope() finds. */
gboolean ruhu_ledger_judge_content (RuhuLedger *self, const RuhuAuthor *author, const RuhuPushed *pushed, GPtrArray *absent, GError **why, GError **role_lacks, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Why the office has to look at it first; NULL in *@why where it need not. @role_lacks: what ruhu_ledger_judge_content() put there; may be taken. */
gboolean ruhu_ledger_judge_rights (RuhuLedger *self, const RuhuAuthor *author, const RuhuChange *change, GError **role_lacks, GError **why, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Another connection, or another program (an administration command), may have extended the catalogue. */
void ruhu_ledger_follow_others (RuhuLedger *self);

gboolean ruhu_ledger_load_rights (RuhuLedger *self, const char *device, RuhuRights *rights, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What @device held of @scope when it had reached @seen: it, or, of the time before it was enrolled, its user's withdrawn laptops, whose drafts came to it. */
gboolean ruhu_ledger_judge_scope (RuhuLedger *self, const RuhuRights *rights, const char *device, const char *scope, gint64 seen, RuhuRight *right, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether @device holds @scope now. "*" does not include the quarantine. */
gboolean ruhu_ledger_has_scope (RuhuLedger *self, const char *device, const char *scope, gboolean *has, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether @position lies in what a restore lost. */
gboolean ruhu_ledger_was_lost (RuhuLedger *self, gint64 position, gboolean *lost, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether a change that was just applied may move grants. @deletions: whether any of its records may have been deleted by somebody. */
gboolean ruhu_ledger_moves_grants (RuhuLedger *self, const RuhuChange *change, gboolean deletions, gboolean *moves, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Inside a transaction: the grants of one device, or (NULL) of all, follow roles and assignments. */
gboolean ruhu_ledger_follow_grants (RuhuLedger *self, RuhuChainEnd *end, const char *device, const char *today, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
