/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuReplica: the laptop's side of synchronisation, on the store, without any network. What it is fed are the entries of the township's stream.
 *
 * Entries must be applied in the order they arrive. Every function is one transaction (apply: several, each short), and may be repeated after a crash. */
#pragma once

#include "ruhu-photo.h"
#include "ruhu-store.h"

G_BEGIN_DECLS

/* @store is borrowed and must outlive it. Transfer full. */
RuhuReplica *ruhu_replica_new (RuhuStore *store);
void ruhu_replica_free (RuhuReplica *self);

/* Makes an empty store this device's. @cursor: the position at which the device was enrolled. */
gboolean ruhu_replica_enrol (RuhuReplica *self, const char *device, const char *user, const char *role, const char *township_name, gint64 cursor, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Where to go on, and the hash last seen there (NULL: none yet; transfer full). */
gboolean ruhu_replica_get_cursor (RuhuReplica *self, gint64 *cursor, char **hash, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * ruhu_replica_take_outbox:
 * @lines: receives the changes' JSON, one a line, newline-terminated: at least one change if any waits, then no more than @max_changes and @max_bytes
 * @last: seq of the last one in it, 0 if none
 *
 * Marks what it hands out as sent, so that it is never stamped anew. Reading it changes nothing else.
 */
gboolean ruhu_replica_take_outbox (RuhuReplica *self, gint64 after_seq, guint max_changes, gsize max_bytes, GString *lines, gint64 *last, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same without marking anything. What is handed to the network must be marked before, by ruhu_replica_hand_over(). */
gboolean ruhu_replica_peek_outbox (RuhuReplica *self, gint64 after_seq, guint max_changes, gsize max_bytes, GString *lines, gint64 *last, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* In one transaction: the township has everything up to @pushed, as ruhu_replica_pushed() says it, and what is sent now goes up to @sent (0: nothing). */
gboolean ruhu_replica_hand_over (RuhuReplica *self, gint64 pushed, gint64 sent, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The township has (durably) everything of this device up to @seq; it is told again by the stream, which is what counts. Only the pending figure moves. */
gboolean ruhu_replica_pushed (RuhuReplica *self, gint64 seq, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Where pushing goes on: the highest seq known to be at the township. */
gboolean ruhu_replica_get_pushed (RuhuReplica *self, gint64 *seq, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What the stream says next. */
typedef enum
{
  RUHU_ENTRY_CHANGE,      /* somebody's change, to a scope that is held */
  RUHU_ENTRY_ECHO,        /* position of an own change; refused or quarantined if @reason is set; without one again: the office let it in */
  RUHU_ENTRY_GRANT,       /* a scope is given: backfill it at this position */
  RUHU_ENTRY_REVOKE,      /* a scope is taken, or was taken further on in the log (then the position is that of the cursor) */
  RUHU_ENTRY_QUARANTINED, /* somebody's change that waits for the office, which alone is told */
} RuhuEntryKind;

typedef struct
{
  RuhuEntryKind kind;
  gint64 position;
  const char *change; /* CHANGE, QUARANTINED: its JSON; of a RuhuRebase's own quarantined ones, where the township gave it */
  gsize change_length;
  json_object *heads;   /* CHANGE that was let in late: type → record → [names] of which it still is a head; NULL: all */
  gint64 seq;           /* ECHO */
  const char *sum;      /* ECHO: ruhu_change_sum() of what the township has under that number, or NULL */
  gboolean quarantined; /* ECHO: @reason is that of a quarantine */
  const char *reason;   /* ECHO, QUARANTINED: code of the refusal, or NULL */
  const char *detail;   /* ECHO, QUARANTINED: the sentence, or NULL */
  const char *scope;    /* GRANT, REVOKE; ECHO of a change that was let in late: where it belongs, or NULL */
} RuhuEntry;

/**
 * ruhu_replica_apply:
 * @applied: how many of @entries were taken in
 *
 * Applies entries up to and not including the first that needs a backfill (a GRANT, or an ECHO that undoes a change or brings one back). Then *@applied < n and the caller must fetch the heads of
 * ruhu_replica_get_backfill() before it goes on with the rest. Positions at or below the cursor are passed over. The cursor ends at the last position applied.
 */
gboolean ruhu_replica_apply (RuhuReplica *self, const RuhuEntry *entries, gsize n, gsize *applied, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The page is through: nothing for this device lies between the last entry and @until. @hash: the chain's hash there. */
gboolean ruhu_replica_advance (RuhuReplica *self, gint64 until, const char *hash, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A backfill under way, which outlives restarts: its scope (NULL: none; transfer full), the position it is for, and the township's cookie where to go on (transfer full, NULL at the start). */
gboolean ruhu_replica_get_backfill (RuhuReplica *self, char **scope, gint64 *position, char **cookie, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One head of a backfill: a change, and the fields (type → record → [names]) for which it still is one. Or, with a @reason, a change that waits for the office. */
typedef struct
{
  gint64 position;
  const char *change;
  gsize change_length;
  json_object *fields;
  const char *reason; /* or NULL */
  const char *detail;
} RuhuBackfillEntry;

/* One page. @cookie: where the next page starts; NULL: it was the last. After the last page the outbox has been replayed on top and the cursor has moved to the grant. */
gboolean ruhu_replica_backfill (RuhuReplica *self, const RuhuBackfillEntry *entries, gsize n, const char *cookie, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* How long one transaction goes on taking things in before others may write: 30 ms unless told. With 0 each takes one thing, or one household. */
void ruhu_replica_set_slice (RuhuReplica *self, gint64 microseconds);

/* The township will not give that scope (it was taken again meanwhile): nothing of it is kept, the cursor moves on. */
gboolean ruhu_replica_refuse_backfill (RuhuReplica *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The laptop's clock is @milliseconds behind the township's (negative: ahead). Remembers it; changes never sent are stamped anew, in order. */
gboolean ruhu_replica_correct_clock (RuhuReplica *self, gint64 milliseconds, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The township refused the stamps of everything after @seq and kept none of it: it counts as never sent, and what is stamped later than now is stamped anew, in order. */
gboolean ruhu_replica_unsend (RuhuReplica *self, gint64 seq, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What the township told of its log: [{"position":p,"hash":"…"}], the newest last, further and further apart. Transfer full. */
json_object *ruhu_replica_list_checkpoints (RuhuReplica *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Where to start anew. */
typedef struct
{
  gint64 position; /* the log is one up to here */
  const char *hash;
  gboolean fresh;            /* that is the head: nothing from before will be told again */
  gint64 accepted;           /* the highest own seq that the township has */
  gint64 pushed;             /* … that it was known to have; for the count of what is sent again */
  gint64 reused;             /* the first own seq under which it has something else; 0: none */
  const char *const *scopes; /* held at @position; NULL-terminated */
  const RuhuEntry *refused;  /* echoes of refused and quarantined own changes that will not be told again */
  gsize n_refused;
  const char *notice; /* kind of the notice to leave for the person, or NULL */
} RuhuRebase;

/**
 * ruhu_replica_rebase:
 *
 * One transaction. Own changes beyond @to->accepted wait again, byte for byte; those from @to->reused on get new numbers. The scopes are backfilled one after the other, each
 * staying as it is until its turn. Others' changes beyond @to->position are kept as witness copies until the township tells them again.
 */
gboolean ruhu_replica_rebase (RuhuReplica *self, const RuhuRebase *to, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Holds the highest own seq that the township has against those that were given here. SEQ_REUSED: this laptop's data was put back from an older copy. */
gboolean ruhu_replica_check_accepted (RuhuReplica *self, gint64 accepted, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* After an error SEQ_REUSED of that or of ruhu_replica_apply(): the first own seq under which the township has something else that is here too; 0: what it has was never made here. */
gint64 ruhu_replica_get_reused (RuhuReplica *self);

/* Of what is counted as pushed, the first seq that the township's stream, read to its head, did not tell: it was lost there. 0: none. */
gboolean ruhu_replica_find_lost (RuhuReplica *self, gint64 pushed, gint64 *seq, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Pushing goes on behind @seq. */
gboolean ruhu_replica_lower_pushed (RuhuReplica *self, gint64 seq, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The scopes held (char *), sorted. Transfer full. */
GPtrArray *ruhu_replica_list_scopes (RuhuReplica *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Everything personal goes: all scopes, drafts, log (the outbox too). For a store whose device is done with. */
gboolean ruhu_replica_erase (RuhuReplica *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Set by ruhu_replica_erase_sent(), for whoever keeps more of this device elsewhere to take away when that is gone, too. */
#define RUHU_META_WITHDRAWN "withdrawn"
/* The same for a revoked device, if the township has all that was saved here, every draft and every photo that one of them mentions, and others' changes that it lost, which is looked at in the same transaction.
 * *@erased FALSE: it has not, and nothing was touched. @photos: NULL where there are none. */
gboolean ruhu_replica_erase_sent (RuhuReplica *self, RuhuPhotoStore *photos, gboolean *erased, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Drafts for the township to keep for this user's next laptop (format: top of ruhu-replica-draft.c). */
#define RUHU_HANDOVER_MAX_DRAFTS 200

typedef struct
{
  GString *lines;
  gboolean news; /* there is something to tell */
  gboolean more; /* and again after that */
  gboolean took; /* what came from withdrawn laptops is told to be here */
  GArray *handed;
  GPtrArray *over;         /* char * */
  GPtrArray *over_updated; /* char *, beside @over */
  char *have;
} RuhuHandover;

void ruhu_handover_free (RuhuHandover *self);
/* At least one draft if any changed, then no more than @max_bytes. Changes nothing. Transfer full. */
RuhuHandover *ruhu_replica_take_drafts (RuhuReplica *self, gsize max_bytes, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The township has them (what was typed meanwhile goes the next time), but for what it says itself (char *): @lacks, which it does not have as they are here, wait again, and where they were
 * just handed over, what it has of them is to be fetched first; of @others, which it has and this laptop did not name, those that ended here are told once more, and for the rest its own are
 * to be fetched. All in one transaction. *@again: there is something to hand over or to fetch. */
gboolean ruhu_replica_take_drafts_answer (RuhuReplica *self, RuhuHandover *handover, GPtrArray *lacks, GPtrArray *others, gboolean *again, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same where the township says nothing of what it has. */
gboolean ruhu_replica_drafts_handed (RuhuReplica *self, RuhuHandover *handover, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether drafts that this user's withdrawn laptops left may be fetched: not while the township has not been told of those that came. And taking them (RuhuDraft, whose body is a
 * JSON string) in: all in one transaction. One that is here already, and says something else, comes beside it under another id. */
gboolean ruhu_replica_wants_drafts (RuhuReplica *self, gboolean *wants, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ruhu_replica_restore_drafts (RuhuReplica *self, GPtrArray *drafts, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether the township perhaps has drafts of this laptop that it lost. And taking them in, but for those that ended here in that version or a later one; of one that is here too, a newer version takes its place, and an
 * older one that says something else comes beside it under another id. */
gboolean ruhu_replica_wants_own_drafts (RuhuReplica *self, gboolean *wants, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ruhu_replica_restore_own_drafts (RuhuReplica *self, GPtrArray *drafts, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* @drafts is what the township has of this laptop. What is here and was handed over, and is not among it as it is here, counts as not handed over; @n: how many. */
gboolean ruhu_replica_compare_drafts (RuhuReplica *self, GPtrArray *drafts, guint *n, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Copies of others' changes that this laptop has to give up (format: top of ruhu-replica-witness.c). */
typedef struct
{
  GString *lines;
  GArray *rows; /* gint64 */
} RuhuWitness;

void ruhu_witness_free (RuhuWitness *self);
/* Those of scopes that are not held any more, or @all: at least one if there are any, then no more than @max_bytes and one. Changes nothing. Transfer full. */
RuhuWitness *ruhu_replica_take_witness (RuhuReplica *self, gboolean all, gsize max_bytes, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The township has them: here they go. */
gboolean ruhu_replica_witness_told (RuhuReplica *self, const RuhuWitness *witness, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuReplica, ruhu_replica_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuWitness, ruhu_witness_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuHandover, ruhu_handover_free)

G_END_DECLS
