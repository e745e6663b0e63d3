/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuLedger: the township's log on a RuhuStore: accept, grant, stream, backfill, verify. No HTTP, no threads.
 *
 * log rows at the township: kind 'change' (in force), 'refused' (kept, with its reason), 'quarantined' (kept until the office has decided), 'scope' (a grant or revocation to
 * one device), 'restored' (a backup was put in place). position = log.n, contiguous from 1 but for restores, which leave a gap: see ruhu-ledger-standing.c. What the office
 * decides on is there once more, right behind the decision: as 'change', with the fields that it is a head of in detail, or as 'refused'.
 * hash(n) = SHA-256 (hash(of the entry before) ‖ kind ‖ 0x00 ‖ body), for a refusal and a quarantine ‖ 0x00 ‖ its code ‖ 0x00 ‖ its sentence; hash(0) = 32 zero bytes; in
 * hexadecimal outside the database. */
#pragma once

#include "ruhu-store.h"

G_BEGIN_DECLS

typedef struct _RuhuLedger RuhuLedger;

/* @store is borrowed. Transfer full. */
RuhuLedger *ruhu_ledger_new (RuhuStore *store);
void ruhu_ledger_free (RuhuLedger *self);

/* How long after a grant ended a change made under it is let in without the office; RUHU_LEDGER_RIGHT_DAYS unless it is set. */
#define RUHU_LEDGER_RIGHT_DAYS 60
void ruhu_ledger_set_right_days (RuhuLedger *self, guint days);

/* A device as the township knows it. */
typedef struct
{
  char *id;
  char *user;
  char *name;      /* what the laptop calls itself */
  char *created;   /* stamp */
  char *revoked;   /* stamp or NULL */
  char *last_seen; /* stamp or NULL */
  gint64 last_seq;
  gint64 enrolled_at; /* position */
} RuhuDevice;

void ruhu_device_free (RuhuDevice *self);

/* Registers @device for @user with the hash of its token, and grants it its scopes. *@position: where the device's stream starts. The same call again with the same token is harmless. */
gboolean ruhu_ledger_add_device (RuhuLedger *self, const char *device, const char *user, const char *name, const char *token_hash, gint64 *position, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Takes every scope from it. It may still hand over what is on it, which goes into quarantine, and is refused everything else (with REVOKED). NOT_FOUND. */
gboolean ruhu_ledger_revoke_device (RuhuLedger *self, const char *device, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The device of a token's hash; NULL without error if there is none. Revoked ones are returned too. */
RuhuDevice *ruhu_ledger_find_token (RuhuLedger *self, const char *token_hash, GError **error);
RuhuDevice *ruhu_ledger_get_device (RuhuLedger *self, const char *device, GError **error);
/* RuhuDevice, by user then creation. */
GPtrArray *ruhu_ledger_list_devices (RuhuLedger *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A parsed and validated-for-shape change with the bytes it came as. Made off the writer's thread. */
typedef struct
{
  RuhuChange *change; /* owned */
  char *line;         /* owned; the exact bytes, without newline */
  gsize length;
  /* Of ruhu_ledger_foresee(). */
  const char *foreseen_by; /* interned; which catalogue has nothing against it; NULL: it has to be asked */
  RuhuRole foreseen_for;
} RuhuPushed;

void ruhu_pushed_free (RuhuPushed *self);

/* One device's batch, and what became of it. */
typedef struct
{
  const char *device;
  GPtrArray *changes; /* RuhuPushed */
  gint64 at;          /* where the laptop stands, … */
  char *hash;         /* … and the chain's hash there as it was told (hexadecimal; NULL: not said) */
  gboolean gaps;      /* what is missing in between the laptop has no more */
  /* Results. */
  gint64 accepted;        /* highest seq of the device that is in the log (refused and quarantined ones included) */
  GPtrArray *refused;     /* RuhuRefusal; owned by the caller, made by accept */
  GPtrArray *quarantined; /* the same */
  GError *stop;           /* why the rest was not taken (GAP, CLOCK, REWRITTEN, SEQ_REUSED), or NULL; owned */
  gint64 stopped_at;      /* seq of the change that it is about; 0: of none */
} RuhuBatch;

typedef struct
{
  gint64 seq;
  char *code;
  char *detail;
} RuhuRefusal;

void ruhu_refusal_free (RuhuRefusal *self);
/* Clears what accept put there. */
void ruhu_batch_clear (RuhuBatch *self);

/* Judges ahead what can be judged of @changes (RuhuPushed) of a user of @role without the writer, so that it need not. On a ledger of the calling thread's own; nothing depends on it. */
void ruhu_ledger_foresee (RuhuLedger *self, RuhuRole role, GPtrArray *changes);

/**
 * ruhu_ledger_accept:
 *
 * Takes several devices' batches in one transaction (group commit): position, hash, heads, rows, and the grants that follow from changed assignments.
 * On failure nothing of any batch is in the log. Durable when it returns.
 */
gboolean ruhu_ledger_accept (RuhuLedger *self, RuhuBatch **batches, gsize n, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A change made at the township itself (the administration commands, the generator), by the device "township". Validated like any other, but it may write everything. */
gboolean ruhu_ledger_write (RuhuLedger *self, const char *by, const char *scope, gboolean of_village, json_object *set, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Brings the grants in line with helpers' roles and assignments on @today ("YYYY-MM-DD"; NULL: by the store's clock). Called by accept where needed, and at each day's change by the server. */
gboolean ruhu_ledger_reconcile (RuhuLedger *self, const char *today, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The last position and its hash (hexadecimal, transfer full). */
gboolean ruhu_ledger_get_head (RuhuLedger *self, gint64 *position, char **hash, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The hash at a position; NULL without error beyond the head. */
char *ruhu_ledger_get_hash (RuhuLedger *self, gint64 position, GError **error);

/**
 * ruhu_ledger_stream:
 * @out: receives lines: {"position":p,"change":{…}} · {"position":p,"echo":seq,"sum":"…"} · {"position":p,"echo":seq,"sum":"…","refused":{"code":"…","detail":"…"}} ·
 *   {"position":p,"echo":seq,"sum":"…","quarantined":{…}} · {"position":p,"change":{…},"heads":{…}} (let in late) · {"position":p,"quarantined":{…},"change":{…}} (to the
 *   office) · {"position":p,"grant":"<scope>"} · {"position":p,"revoke":"<scope>"}; and last {"until":u,"hash":"…","head":h}, with "drafts":true if some wait for this device
 * @max_bytes: stops after the line that passes it
 *
 * What @device may know of the log after @after. What it holds but may not have any more is revoked first, at position @after, so that it never counts as having seen what
 * was kept from it. REWRITTEN if @hash (may be NULL) is not the chain's at @after, or @after lies beyond the head.
 */
gboolean ruhu_ledger_stream (RuhuLedger *self, const char *device, gint64 after, const char *hash, gsize max_bytes, GString *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * ruhu_ledger_backfill:
 * @at: the position of the grant
 * @cookie: NULL, or the "next" of the page before
 * @out: receives lines {"position":p,"heads":{"person":{"<id>":["name","sex"]}},"change":{…}}; and last {"next":"…"} or {"done":true}
 *
 * The heads of a scope ("*": of everything) that lie at or before @at. Of RUHU_SCOPE_QUARANTINE: what waits there, as lines of the stream. FORBIDDEN if the device does not hold that scope now.
 */
gboolean ruhu_ledger_backfill (RuhuLedger *self, const char *device, const char *scope, gint64 at, const char *cookie, gsize max_bytes, GString *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Drafts that a laptop handed over (see ruhu-ledger-drafts.c); not part of the log. */
#define RUHU_LEDGER_MAX_DRAFTS      200
#define RUHU_LEDGER_MAX_DRAFT_BYTES (8 * 1024 * 1024)

/* What a laptop says of its drafts (see ruhu-replica-draft.c). Borrowed; char * but for the first. */
typedef struct
{
  GPtrArray *drafts; /* RuhuDraft whose body is a JSON string */
  GPtrArray *have;
  GPtrArray *updated; /* beside @have, or empty */
  GPtrArray *over;
  GPtrArray *over_updated; /* beside @over, or empty */
  GPtrArray *took;
  GPtrArray *took_updated; /* beside @took, or empty */
} RuhuDraftsTold;

/* Keeps the drafts of @device, forgets those that are over, and those of its user's withdrawn laptops that it took, as they were when it took them. @lacks and @others (char *, both emptied
 * first) receive what of all that it has is not here in that version, and what is here of it that it did not name, or not in so late a version: the later one is kept. TOO_LARGE when they are more than is kept; then nothing changes. */
gboolean ruhu_ledger_keep_drafts (RuhuLedger *self, const char *device, const RuhuDraftsTold *told, GPtrArray *lacks, GPtrArray *others, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Whether withdrawn laptops of @device's user left drafts; and those: id, kind, scope, seen, updated, body. Nothing for a device that is withdrawn itself. */
gboolean ruhu_ledger_has_drafts (RuhuLedger *self, const char *device, gboolean *has, GError **error) G_GNUC_WARN_UNUSED_RESULT;
RuhuStatement *ruhu_ledger_query_drafts (RuhuLedger *self, const char *device, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same of @device itself, withdrawn or not: all that it handed over and has not said to be finished. */
RuhuStatement *ruhu_ledger_query_own_drafts (RuhuLedger *self, const char *device, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* What withdrawn laptops left, for the office: draft, device, owner, stamp of the last typing, scope. */
RuhuStatement *ruhu_ledger_query_left_drafts (RuhuLedger *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Takes in what a draft said; FALSE with an error where it could not. */
typedef gboolean (*RuhuLedgerDropFunc) (const char *body, gpointer data, GError **error);
/* Takes one of them out, once @func has what it said: it stays where that fails. NOT_FOUND where no withdrawn laptop left it. */
gboolean ruhu_ledger_drop_draft (RuhuLedger *self, const char *device, const char *id, RuhuLedgerDropFunc func, gpointer data, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Whether a draft that was handed over mentions the photo: one of the laptops of @device's user, or, with @device NULL, of anybody. */
gboolean ruhu_ledger_find_draft_photo (RuhuLedger *self, const char *device, const char *hash, gboolean *found, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether anything after @after would be streamed to @device: for the long poll. */
gboolean ruhu_ledger_has_news (RuhuLedger *self, const char *device, gint64 after, gboolean *news, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What a laptop has been told of the log. */
typedef struct
{
  gint64 position;
  char *hash; /* hexadecimal */
} RuhuCheckpoint;

/* Whether a laptop that stands at @position, with the chain's @hash there (NULL: it was not told it), has seen this log: the place was not lost by a restore, nor lies beyond the end. */
gboolean ruhu_ledger_is_common (RuhuLedger *self, gint64 position, const char *hash, gboolean *common, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * ruhu_ledger_stand:
 * @checkpoints: RuhuCheckpoint, in any order; empty: the laptop has nothing
 * @rewritten: whether the log contradicts one of them and no restore explains it
 * @out: receives one JSON object: openapi.yaml, Standing
 *
 * Where @device and this log last agree (with no checkpoints: the head), and what the device holds and has sent as of now.
 */
gboolean ruhu_ledger_stand (RuhuLedger *self, const char *device, GArray *checkpoints, gboolean *rewritten, json_object **out, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Marks this database as a backup: opened as a township's own it is taken for a restored one. */
gboolean ruhu_ledger_mark_backup (RuhuLedger *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Writes into the log that a backup was put in place: always (@always), or if this database is marked as one. @replaced: the end of the log that was there, 0 where it is
 * not known. *@marked: it did. */
gboolean ruhu_ledger_mark_restored (RuhuLedger *self, gboolean always, gint64 replaced, gboolean *marked, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Walks the whole chain and compares rows and heads with the log. CORRUPT names the first position that does not fit. *@n: entries checked. */
gboolean ruhu_ledger_verify (RuhuLedger *self, gint64 *n, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuLedger, ruhu_ledger_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuDevice, ruhu_device_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuRefusal, ruhu_refusal_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuPushed, ruhu_pushed_free)

G_END_DECLS
