/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The laptop's side of synchronisation. State kept in meta:
 *
 *   cursor               the position up to which the stream was applied
 *   pushed               highest own seq that the township is known to have
 *   sent                 highest own seq that was handed to the network
 *   backfill_scope, backfill_position, backfill_cookie
 *                        a backfill under way; with backfill_from, backfill_shown: see ruhu-replica-backfill.c
 *   drafts_have, drafts_took, drafts_own
 *                        see ruhu-replica-draft.c
 *   scrub                "1" while something that was forgotten may still stand in the write-ahead log */
#define G_LOG_DOMAIN "ruhu-replica"

#include "config.h"

#include "ruhu-replica.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-heads.h"
#include "ruhu-replica-private.h"
#include "ruhu-store-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

RuhuReplica *
ruhu_replica_new (RuhuStore *store)
{
  RuhuReplica *self = g_new0 (RuhuReplica, 1);

  self->store = store;
  self->database = ruhu_store_get_database (store);
  self->slice = RUHU_REPLICA_SLICE_US;
  return self;
}

void
ruhu_replica_set_slice (RuhuReplica *self, gint64 microseconds)
{
  self->slice = microseconds;
}

void
ruhu_replica_free (RuhuReplica *self)
{
  if (self == NULL)
    return;
  g_free (self->device);
  g_free (self->latest);
  g_free (self);
}

gboolean
ruhu_replica_load_device (RuhuReplica *self, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (self->device != NULL)
    return TRUE;
  self->device = ruhu_store_get_meta (self->store, "device", &local);
  if (!ruhu_check_end (&local, error))
    return FALSE;
  if (self->device != NULL)
    return TRUE;
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_NOT_ENROLLED, _ ("This laptop has not been enrolled yet."));
  return FALSE;
}

typedef struct
{
  RuhuReplica *replica;
  const char *device;
  const char *user;
  const char *role;
  const char *township_name;
  gint64 cursor;
} Enrol;

static gboolean
enrol (RuhuDatabase *database, gpointer data, GError **error)
{
  Enrol *job = data;
  RuhuStore *store = job->replica->store;
  g_autoptr (GError) local = NULL;
  g_autofree char *device = ruhu_store_get_meta (store, "device", &local);

  if (!ruhu_check_end (&local, error))
    return FALSE;
  /* An enrolment that was interrupted after this point is simply repeated. */
  if (device != NULL && strcmp (device, job->device) == 0)
    return TRUE;
  if (device != NULL)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("This laptop is enrolled already."));
      return FALSE;
    }
  return ruhu_store_set_meta (store, "device", job->device, error) && ruhu_store_set_meta (store, "user", job->user, error) &&
         ruhu_store_set_meta (store, "role", job->role, error) && ruhu_store_set_meta (store, "township_name", job->township_name, error) &&
         /* What is left of an earlier device's leaving is not of this one. */
         ruhu_store_unset_meta (store, RUHU_META_WITHDRAWN, error) && ruhu_store_set_number (store, "cursor", job->cursor, error);
}

gboolean
ruhu_replica_enrol (RuhuReplica *self, const char *device, const char *user, const char *role, const char *township_name, gint64 cursor, GError **error)
{
  Enrol job = { self, device, user, role, township_name, cursor };

  return ruhu_database_transaction (self->database, enrol, &job, error);
}

gboolean
ruhu_replica_get_cursor (RuhuReplica *self, gint64 *cursor, char **hash, GError **error)
{
  g_autofree char *checkpoint = NULL;

  if (!ruhu_store_get_number (self->store, "cursor", 0, cursor, error) ||
      !ruhu_database_get_text (self->database, "SELECT hash FROM checkpoint WHERE position = ?1", &checkpoint, error, "i", *cursor))
    return FALSE;
  if (hash != NULL)
    *hash = g_steal_pointer (&checkpoint);
  return TRUE;
}

gboolean
ruhu_replica_move_cursor (RuhuReplica *self, gint64 position, GError **error)
{
  return ruhu_store_set_number (self->store, "cursor", position, error);
}

/* What a draft had read at its opening leaves with the scope; what was typed stays, and may still be saved. */
static gboolean
strip_drafts (RuhuReplica *self, const char *scope, GError **error)
{
  g_autoptr (GPtrArray) drafts = ruhu_store_list_drafts (self->store, strcmp (scope, RUHU_SCOPE_ALL) == 0 ? NULL : scope, error);

  for (guint i = 0; drafts != NULL && i < drafts->len; i++)
    {
      RuhuDraft *draft = drafts->pdata[i];

      /* A damaged one cannot be told apart; it stays as it is for whoever can read it. */
      if (!json_object_is_type (draft->body, json_type_object))
        continue;
      json_object_object_del (draft->body, RUHU_DRAFT_BASE);
      if (!ruhu_database_run (self->database, "UPDATE draft SET body = ?2, version = version + 1 WHERE id = ?1", error, "ss", draft->id,
                              json_object_to_json_string_ext (draft->body, JSON_C_TO_STRING_PLAIN)))
        return FALSE;
    }
  return drafts != NULL;
}

gboolean
ruhu_replica_forget (RuhuReplica *self, const char *scope, GError **error)
{
  if (strcmp (scope, RUHU_SCOPE_QUARANTINE) == 0)
    return ruhu_database_run (self->database, "DELETE FROM log WHERE kind = 'quarantined' AND device <> ?1", error, "s", self->device) &&
           ruhu_store_set_meta (self->store, "scrub", "1", error);
  return ruhu_heads_forget (self->database, ruhu_store_get_catalogue (self->store), scope, self->device, error) &&
         ruhu_database_run (self->database, "DELETE FROM scope WHERE scope = ?1 OR ?1 = '*'", error, "s", scope) &&
         ruhu_store_set_meta (self->store, "scrub", "1", error);
}

/* The same, with what drafts have read of it: for a scope that is taken, or given. */
static gboolean
forget (RuhuReplica *self, const char *scope, GError **error)
{
  return strip_drafts (self, scope, error) && ruhu_replica_forget (self, scope, error);
}

gboolean
ruhu_replica_begin_backfill (RuhuReplica *self, const char *scope, gint64 position, GError **error)
{
  return ruhu_replica_forget (self, scope, error) && ruhu_store_set_meta (self->store, "backfill_scope", scope, error) &&
         ruhu_store_set_number (self->store, "backfill_position", position, error) &&
         ruhu_store_unset_meta (self->store, "backfill_cookie", error) && ruhu_store_unset_meta (self->store, "backfill_from", error) &&
         ruhu_store_unset_meta (self->store, "backfill_shown", error);
}

static gboolean
apply_change (RuhuReplica *self, const RuhuEntry *entry, GError **error)
{
  g_autoptr (RuhuChange) change = ruhu_change_parse (entry->change, entry->change_length, error);
  gboolean holds;
  gint64 n;

  if (change == NULL || !ruhu_store_holds (self->store, change->scope, &holds, error))
    return FALSE;
  if (!holds)
    return TRUE;
  if (!ruhu_replica_log (self, change, entry->change, entry->change_length, entry->position, &n, error))
    return FALSE;
  if (entry->heads != NULL)
    return ruhu_heads_apply_fields (self->database, ruhu_store_get_catalogue (self->store), change, n, entry->position, entry->heads, error);
  return ruhu_heads_apply (self->database, ruhu_store_get_catalogue (self->store), change, n, entry->position, NULL, NULL, error);
}

/* Kept beside the log of what counts, and told from it by its kind. */
gboolean
ruhu_replica_quarantine (RuhuReplica *self, const char *body, gsize length, gint64 position, const char *reason, const char *detail, GError **error)
{
  g_autoptr (RuhuChange) change = ruhu_change_parse (body, length, error);
  gint64 n;

  if (change == NULL)
    return FALSE;
  if (!ruhu_database_get_integer (self->database, "SELECT n FROM log WHERE device = ?1 AND seq = ?2 AND (kind = 'quarantined' OR device = ?3)", 0, &n, error,
                                  "sis", change->device, change->seq, self->device))
    return FALSE;
  if (n != 0)
    return TRUE;
  return ruhu_store_append (self->store, change, body, (gssize) length, "quarantined", position, &n, error) &&
         ruhu_database_run (self->database, "UPDATE log SET reason = ?2, detail = ?3 WHERE n = ?1", error, "iss", n, reason, detail);
}

/* Another change under the number of one that is here: the one here keeps its row, for the heads that it has until its scope is told anew, and gives up its number. */
static gboolean
replace_other (RuhuReplica *self, const char *body, gsize length, gint64 *n, GError **error)
{
  if (!ruhu_database_run (self->database, "UPDATE log SET seq = -n WHERE n = ?1 AND device <> ?2 AND body <> ?3", error, "ist", *n, self->device, body, (gssize) length))
    return FALSE;
  if (ruhu_database_get_changes (self->database) > 0)
    *n = 0;
  return TRUE;
}

gboolean
ruhu_replica_log (RuhuReplica *self, const RuhuChange *change, const char *body, gsize length, gint64 position, gint64 *n, GError **error)
{
  gint64 found, last;

  self->extends |= ruhu_store_change_extends (change);
  if (self->latest == NULL || strcmp (change->time, self->latest) > 0)
    {
      g_free (self->latest);
      self->latest = g_strdup (change->time);
    }
  if (!ruhu_database_get_integer (self->database, "SELECT n FROM log WHERE device = ?1 AND seq = ?2 AND (kind = 'change' OR device = ?3)", 0, &found, error, "sis",
                                  change->device, change->seq, self->device) ||
      (found != 0 && !replace_other (self, body, length, &found, error)))
    return FALSE;
  if (found == 0)
    return ruhu_store_append (self->store, change, body, (gssize) length, "change", position, n, error);
  if (strcmp (change->device, self->device) == 0 && !ruhu_store_keep_last (self->store, change->seq, &last, error))
    return FALSE;
  *n = found;
  return ruhu_database_run (self->database, "UPDATE log SET position = ?2, kind = 'change', reason = NULL, detail = NULL WHERE n = ?1", error, "ii", found, position);
}

/* The own change that the township speaks of. */
typedef struct
{
  char *scope; /* NULL: it is not in the log any more */
  char *time;
  gboolean undone; /* refused or quarantined, as far as was known */
} Own;

static void
own_clear (Own *self)
{
  g_free (self->scope);
  g_free (self->time);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Own, own_clear)

static gboolean
load_own (RuhuReplica *self, gint64 seq, Own *own, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query =
      ruhu_database_query (self->database, "SELECT scope, time, kind <> 'change' FROM log WHERE device = ?1 AND seq = ?2", error, "si", self->device, seq);

  if (query == NULL)
    return FALSE;
  if (ruhu_statement_next (query, &local))
    {
      own->scope = g_strdup (ruhu_statement_get_text (query, 0));
      own->time = g_strdup (ruhu_statement_get_text (query, 1));
      own->undone = ruhu_statement_get_integer (query, 2) != 0;
    }
  return ruhu_check_end (&local, error);
}

/* It is in force: at its own place, or later, because the office let it in; then its heads are the township's to say. */
static gboolean
apply_accepted (RuhuReplica *self, const RuhuEntry *entry, const Own *own, gboolean holds, gboolean *stop, GError **error)
{
  if (own->undone && !ruhu_database_run (self->database, "INSERT INTO verdict (seq, time, scope, position) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (seq) DO NOTHING",
                                         error, "issi", entry->seq, own->time, own->scope, entry->position))
    return FALSE;
  if (!holds)
    return ruhu_database_run (self->database, "DELETE FROM log WHERE device = ?1 AND seq = ?2", error, "si", self->device, entry->seq) &&
           ruhu_store_set_meta (self->store, "scrub", "1", error);
  *stop = own->undone;
  return ruhu_database_run (self->database,
                            "UPDATE log SET position = ?3, kind = 'change', reason = NULL, detail = NULL, settled = 0 WHERE device = ?1 AND seq = ?2", error,
                            "sii", self->device, entry->seq, entry->position) &&
         (!own->undone || (strip_drafts (self, own->scope, error) && ruhu_replica_begin_backfill (self, own->scope, entry->position, error)));
}

gboolean
ruhu_replica_get_highest (RuhuReplica *self, gint64 *highest, GError **error)
{
  gint64 kept, logged;

  if (!ruhu_replica_load_device (self, error) || !ruhu_store_get_number (self->store, "seq", 0, &kept, error) ||
      !ruhu_database_get_integer (self->database, "SELECT max (seq) FROM log WHERE device = ?1", 0, &logged, error, "s", self->device))
    return FALSE;
  *highest = MAX (kept, logged);
  return TRUE;
}

/* @is_here: whether this laptop has something else under that number. FALSE. */
static gboolean
fail_reused (RuhuReplica *self, gint64 seq, gboolean is_here, GError **error)
{
  self->reused = is_here ? seq : 0;
  g_set_error (error, RUHU_ERROR, RUHU_ERROR_SEQ_REUSED, _ ("The township has another change %lld of this laptop than this laptop has."), (long long) seq);
  return FALSE;
}

gboolean
ruhu_replica_check_accepted (RuhuReplica *self, gint64 accepted, GError **error)
{
  gint64 highest;

  if (!ruhu_replica_get_highest (self, &highest, error))
    return FALSE;
  return accepted <= highest || fail_reused (self, accepted, FALSE, error);
}

/* A number that this laptop never gave, or gave to something else, tells that its data was put back from an older copy. */
static gboolean
check_own (RuhuReplica *self, const RuhuEntry *entry, GError **error)
{
  g_autofree char *body = NULL;
  g_autofree char *sum = NULL;
  gint64 last;

  if (!ruhu_store_keep_last (self->store, entry->seq, &last, error) ||
      !ruhu_database_get_text (self->database, "SELECT body FROM log WHERE device = ?1 AND seq = ?2", &body, error, "si", self->device, entry->seq))
    return FALSE;
  sum = body != NULL ? ruhu_change_sum (body, -1) : NULL;
  if (entry->seq <= last && (sum == NULL || entry->sum == NULL || strcmp (sum, entry->sum) == 0))
    return TRUE;
  return fail_reused (self, entry->seq, body != NULL, error);
}

/* *@stop: a backfill has to come first. */
/* The office let in a change that is not here any more: this laptop's data was put back from before it. What it wrote comes with its scope. */
static gboolean
apply_unknown (RuhuReplica *self, const RuhuEntry *entry, gboolean *stop, GError **error)
{
  gboolean holds;

  if (entry->reason != NULL || entry->scope == NULL)
    return TRUE;
  if (!ruhu_store_holds (self->store, entry->scope, &holds, error))
    return FALSE;
  *stop = holds;
  return !holds || (strip_drafts (self, entry->scope, error) && ruhu_replica_begin_backfill (self, entry->scope, entry->position, error));
}

static gboolean
apply_echo (RuhuReplica *self, const RuhuEntry *entry, gboolean *stop, GError **error)
{
  g_auto (Own) own = { 0 };
  gboolean holds;

  if (!check_own (self, entry, error) || !load_own (self, entry->seq, &own, error) || !ruhu_replica_raise_pushed (self, entry->seq, error))
    return FALSE;
  if (own.scope == NULL)
    return apply_unknown (self, entry, stop, error);
  if (!ruhu_store_holds (self->store, own.scope, &holds, error))
    return FALSE;
  if (entry->reason == NULL)
    return apply_accepted (self, entry, &own, holds, stop, error);
  /* What is undone already and then refused by the office needs no second undoing. */
  *stop = holds && !own.undone;
  return ruhu_database_run (self->database,
                            "UPDATE log SET position = ?3, kind = ?6, reason = ?4, detail = ?5, settled = 0 WHERE device = ?1 AND seq = ?2", error, "siisss",
                            self->device, entry->seq, entry->position, entry->reason, entry->detail, entry->quarantined ? "quarantined" : "refused") &&
         (!*stop || (strip_drafts (self, own.scope, error) && ruhu_replica_begin_backfill (self, own.scope, entry->position, error)));
}

static gboolean
apply_entry (RuhuReplica *self, const RuhuEntry *entry, gboolean *stop, GError **error)
{
  switch (entry->kind)
    {
    case RUHU_ENTRY_CHANGE:
      return apply_change (self, entry, error);
    case RUHU_ENTRY_QUARANTINED:
      return ruhu_replica_quarantine (self, entry->change, entry->change_length, entry->position, entry->reason, entry->detail, error);
    case RUHU_ENTRY_ECHO:
      return apply_echo (self, entry, stop, error);
    case RUHU_ENTRY_GRANT:
      *stop = TRUE;
      return strip_drafts (self, entry->scope, error) && ruhu_replica_begin_backfill (self, entry->scope, entry->position, error);
    case RUHU_ENTRY_REVOKE:
      return forget (self, entry->scope, error);
    default:
      g_assert_not_reached ();
    }
}

typedef struct
{
  RuhuReplica *replica;
  const RuhuEntry *entries;
  gsize n;
  gsize done;
  gboolean stop;
} Apply;

/* Whether the stream has been applied beyond this entry. A revocation told ahead of its place carries the cursor's own position. */
static gboolean
is_behind (const RuhuEntry *entry, gint64 cursor)
{
  return entry->kind == RUHU_ENTRY_REVOKE ? entry->position < cursor : entry->position <= cursor;
}

gboolean
ruhu_replica_keep_latest (RuhuReplica *self, GError **error)
{
  g_autofree char *latest = g_steal_pointer (&self->latest);
  RuhuClock *clock = ruhu_store_get_clock (self->store);
  g_autofree char *kept = NULL;

  if (latest == NULL)
    return TRUE;
  if (!ruhu_store_load_clock (self->store, error))
    return FALSE;
  /* Only a stamp that the clock believes moves it: see ruhu_clock_observe(). */
  if (ruhu_stamp_get_time (latest) > ruhu_clock_now (clock) + (gint64) 24 * 60 * 60 * 1000)
    return TRUE;
  if (!ruhu_database_get_text (self->database, "SELECT value FROM meta WHERE key = 'clock'", &kept, error, ""))
    return FALSE;
  if (kept != NULL && strcmp (kept, latest) >= 0)
    return TRUE;
  ruhu_clock_observe (clock, latest);
  return ruhu_store_keep_clock (self->store, latest, error);
}

static gboolean
apply_slice (RuhuDatabase *database, gpointer data, GError **error)
{
  Apply *job = data;
  RuhuReplica *self = job->replica;
  gint64 start = g_get_monotonic_time ();
  gint64 cursor;
  gsize i = job->done;

  job->stop = FALSE;
  if (!ruhu_store_get_number (self->store, "cursor", 0, &cursor, error))
    return FALSE;
  while (i < job->n && !job->stop && (i == job->done || g_get_monotonic_time () - start < self->slice))
    {
      const RuhuEntry *entry = &job->entries[i];

      if (!is_behind (entry, cursor))
        {
          if (!apply_entry (self, entry, &job->stop, error))
            return FALSE;
          if (!job->stop)
            cursor = MAX (cursor, entry->position);
        }
      if (!job->stop)
        i++;
    }
  if (!ruhu_replica_move_cursor (self, cursor, error) || !ruhu_replica_keep_latest (self, error) || !ruhu_replica_drop_witness (self, error))
    return FALSE;
  job->done = i;
  return TRUE;
}

gboolean
ruhu_replica_apply (RuhuReplica *self, const RuhuEntry *entries, gsize n, gsize *applied, GError **error)
{
  Apply job = { .replica = self, .entries = entries, .n = n };
  g_autofree char *pending = NULL;
  gint64 position;

  g_return_val_if_fail (self != NULL && applied != NULL, FALSE);
  if (!ruhu_replica_load_device (self, error) || !ruhu_replica_get_backfill (self, &pending, &position, NULL, error))
    return FALSE;
  /* The app may have extended the catalogue since, or let the tables follow it: what this catalogue does not know would get no row, and nobody would add it later. */
  while (pending == NULL && job.done < n && !job.stop)
    {
      gsize before = job.done;

      if (!ruhu_store_refresh_catalogue (self->store, NULL, error) || !ruhu_database_transaction (self->database, apply_slice, &job, error))
        {
          job.done = before;
          return FALSE;
        }
    }
  *applied = job.done;
  return ruhu_replica_settle (self, error);
}

gboolean
ruhu_replica_settle (RuhuReplica *self, GError **error)
{
  g_autofree char *scrub = ruhu_store_get_meta (self->store, "scrub", NULL);
  g_autoptr (GError) local = NULL;

  if (self->extends && !ruhu_store_refresh_catalogue (self->store, NULL, error))
    return FALSE;
  self->extends = FALSE;
  if (scrub == NULL)
    return TRUE;
  /* Someone may be reading: then the log stays as long as that, and it is tried again the next time. The mark goes last, so that a crash leaves it. */
  if (ruhu_database_checkpoint (self->database, &local))
    return ruhu_store_unset_meta (self->store, "scrub", error);
  g_debug ("the write-ahead log could not be emptied yet");
  return TRUE;
}

typedef struct
{
  RuhuReplica *replica;
  gint64 until;
  const char *hash;
} Advance;

static gboolean
advance (RuhuDatabase *database, gpointer data, GError **error)
{
  Advance *job = data;
  RuhuStore *store = job->replica->store;
  gint64 cursor;

  if (!ruhu_store_get_number (store, "cursor", 0, &cursor, error))
    return FALSE;
  if (job->until < cursor)
    return TRUE;
  return ruhu_replica_move_cursor (job->replica, job->until, error) &&
         (job->hash == NULL || ruhu_replica_keep_checkpoint (job->replica, job->until, job->hash, error));
}

gboolean
ruhu_replica_advance (RuhuReplica *self, gint64 until, const char *hash, GError **error)
{
  Advance job = { self, until, hash };
  g_autofree char *pending = NULL;
  gint64 position;
  gint64 cursor;
  g_autofree char *known = NULL;

  if (!ruhu_replica_get_backfill (self, &pending, &position, NULL, error) || !ruhu_replica_get_cursor (self, &cursor, &known, error))
    return FALSE;
  g_return_val_if_fail (pending == NULL, FALSE);
  /* Nothing new: no write, no fsync. */
  if (until == cursor && g_strcmp0 (hash, known) == 0)
    return ruhu_replica_settle (self, error);
  return ruhu_database_transaction (self->database, advance, &job, error) && ruhu_replica_settle (self, error);
}
