/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starting anew from a place on which the township and this laptop agree: after the township was restored from a backup that is older than what it had told; after this laptop's
 * data was put back from an older copy; after its database was lost. State kept in meta:
 *
 *   rebase_scopes        the scopes that still have to be backfilled for it, one a line, the one under way not among them
 *   reused_after, reused_to, reused_last
 *                        own numbers in (reused_after, reused_to] were used twice; what was made under them here has those behind reused_to, up to reused_last
 *
 * Until a scope's turn comes it stays as it is, so that nobody sits before an empty laptop because a network broke. */
#define G_LOG_DOMAIN "ruhu-replica"

#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-heads.h"
#include "ruhu-quick-sum.h"
#include "ruhu-replica-private.h"
#include "ruhu-store-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Of each doubling of the distance from the newest the nearest and the furthest checkpoint are kept: the furthest grows into the next doubling. */
gboolean
ruhu_replica_keep_checkpoint (RuhuReplica *self, gint64 position, const char *hash, GError **error)
{
  g_autoptr (GArray) drop = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query = NULL;
  guint doubling = 0;
  gint64 furthest = 0;

  if (!ruhu_database_run (self->database, "INSERT INTO checkpoint (position, hash) VALUES (?1, ?2) ON CONFLICT (position) DO UPDATE SET hash = excluded.hash",
                          error, "is", position, hash))
    return FALSE;
  query = ruhu_database_query (self->database, "SELECT position FROM checkpoint WHERE position < ?1 ORDER BY position DESC", error, "i", position);
  if (query == NULL)
    return FALSE;
  while (ruhu_statement_next (query, &local))
    {
      gint64 other = ruhu_statement_get_integer (query, 0);
      guint bits = g_bit_storage ((gulong) (position - other));

      if (bits == doubling && furthest != 0)
        g_array_append_val (drop, furthest);
      furthest = bits == doubling ? other : 0;
      doubling = bits;
    }
  if (!ruhu_check_end (&local, error))
    return FALSE;
  for (guint i = 0; i < drop->len; i++)
    if (!ruhu_database_run (self->database, "DELETE FROM checkpoint WHERE position = ?1", error, "i", g_array_index (drop, gint64, i)))
      return FALSE;
  return TRUE;
}

json_object *
ruhu_replica_list_checkpoints (RuhuReplica *self, GError **error)
{
  g_autoptr (RuhuJson) list = json_object_new_array ();
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query = ruhu_database_query (self->database, "SELECT position, hash FROM checkpoint ORDER BY position", error, "");

  if (query == NULL)
    return NULL;
  while (ruhu_statement_next (query, &local))
    {
      json_object *item = json_object_new_object ();

      json_object_object_add (item, "position", json_object_new_int64 (ruhu_statement_get_integer (query, 0)));
      json_object_object_add (item, "hash", json_object_new_string (ruhu_statement_get_text (query, 1)));
      json_object_array_add (list, item);
    }
  return ruhu_check_end (&local, error) ? g_steal_pointer (&list) : NULL;
}

/* Others' changes of @scope beyond @position are put aside before they are forgotten: perhaps nobody else has them. */
static gboolean
keep_witness (RuhuReplica *self, const char *scope, gint64 position, GError **error)
{
  return ruhu_database_run (self->database,
                            "INSERT INTO witness (device, seq, scope, position, time, author, body) "
                            "SELECT device, seq, scope, position, time, author, body FROM log "
                            "WHERE (scope = ?1 OR ?1 = '*') AND device <> ?2 AND kind = 'change' AND position > ?3 ON CONFLICT (device, seq) DO NOTHING",
                            error, "ssi", scope, self->device, position);
}

gboolean
ruhu_replica_drop_witness (RuhuReplica *self, GError **error)
{
  return ruhu_database_run (self->database,
                            "DELETE FROM witness WHERE EXISTS (SELECT 1 FROM log l WHERE l.device = witness.device AND l.seq = witness.seq AND l.body = witness.body)",
                            error, "");
}

/* The next scope of the queue, if there is one, is forgotten and has its turn. */
gboolean
ruhu_replica_begin_next (RuhuReplica *self, gint64 position, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *queue = ruhu_store_get_meta (self->store, "rebase_scopes", &local);
  g_auto (GStrv) parts = NULL;

  if (!ruhu_check_end (&local, error))
    return FALSE;
  if (queue == NULL)
    return TRUE;
  if (*queue == '\0')
    return ruhu_store_unset_meta (self->store, "rebase_scopes", error);
  parts = g_strsplit (queue, "\n", 2);
  return ruhu_store_set_meta (self->store, "rebase_scopes", parts[1] != NULL ? parts[1] : "", error) && keep_witness (self, parts[0], position, error) &&
         ruhu_replica_begin_backfill (self, parts[0], position, error);
}

/* What is held and shall not be any more goes, what others wrote there is kept aside. */
static gboolean
drop_others (RuhuReplica *self, const RuhuRebase *to, GError **error)
{
  g_autoptr (GPtrArray) held = ruhu_replica_list_scopes (self, error);

  for (guint i = 0; held != NULL && i < held->len; i++)
    {
      const char *scope = g_ptr_array_index (held, i);

      if (g_strv_contains (to->scopes, scope))
        continue;
      if (!keep_witness (self, scope, to->position, error) || !ruhu_replica_forget (self, scope, error))
        return FALSE;
    }
  return held != NULL;
}

/* One that was under way has half of its scope. */
static gboolean
cancel_backfill (RuhuReplica *self, gint64 position, GError **error)
{
  g_autofree char *scope = NULL;
  gint64 at;

  if (!ruhu_replica_get_backfill (self, &scope, &at, NULL, error))
    return FALSE;
  return scope == NULL || (keep_witness (self, scope, position, error) && ruhu_replica_forget (self, scope, error) && ruhu_replica_clear_backfill (self, error));
}

/* Gives a change its new number; its text has it too. */
static gboolean
renumber (RuhuReplica *self, gint64 n, const char *body, gint64 seq, GError **error)
{
  g_autoptr (RuhuChange) change = ruhu_change_parse (body, strlen (body), error);
  g_autofree char *json = NULL;

  if (change == NULL)
    return FALSE;
  change->seq = seq;
  json = ruhu_change_to_json (change);
  return ruhu_database_run (self->database, "UPDATE log SET seq = ?2, body = ?3, sent = 0, hash = ?4 WHERE n = ?1", error, "iisi", n, seq, json,
                            ruhu_quick_sum (json, strlen (json)));
}

/* One that a disk has altered keeps what is left of its text, and a sum that it does not fit. */
static gboolean
renumber_damaged (RuhuReplica *self, gint64 n, gint64 seq, GError **error)
{
  return ruhu_database_run (self->database, "UPDATE log SET seq = ?2, sent = 0, hash = coalesce (hash, 0) WHERE n = ?1", error, "ii", n, seq);
}

/* The draft that the change came of is over when the township has the change by its new number. */
static gboolean
move_over (RuhuReplica *self, gint64 from, gint64 to, GError **error)
{
  return ruhu_database_run (self->database, "UPDATE over_draft SET seq = -?2 WHERE seq = ?1", error, "ii", from, to);
}

/* What the township does not have of this laptop's under the numbers from @to->reused on gets numbers that were never used. */
static gboolean
renumber_all (RuhuReplica *self, const RuhuRebase *to, guint *count, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query = NULL;
  gint64 next = to->accepted;

  *count = 0;
  if (to->reused == 0)
    return TRUE;
  /* Out of the way first: old and new numbers overlap. */
  if (!ruhu_database_run (self->database, "UPDATE log SET seq = -seq WHERE device = ?1 AND position IS NULL AND kind = 'change' AND seq >= ?2", error, "si",
                          self->device, to->reused))
    return FALSE;
  query = ruhu_database_query (self->database, "SELECT n, -seq, body, hash FROM log WHERE device = ?1 AND seq < 0 ORDER BY seq DESC", error, "s", self->device);
  if (query == NULL)
    return FALSE;
  while (ruhu_statement_next (query, &local))
    {
      gint64 n = ruhu_statement_get_integer (query, 0);

      next++;
      if (!move_over (self, ruhu_statement_get_integer (query, 1), next, error) ||
          !(ruhu_replica_is_whole (query, 1) ? renumber (self, n, ruhu_statement_get_text (query, 2), next, error) : renumber_damaged (self, n, next, error)))
        return FALSE;
      (*count)++;
    }
  return ruhu_check_end (&local, error) && ruhu_database_execute (self->database, "UPDATE over_draft SET seq = -seq WHERE seq < 0", error) &&
         ruhu_store_set_number (self->store, "reused_after", to->reused - 1, error) &&
         ruhu_store_set_number (self->store, "reused_to", to->accepted, error) && ruhu_store_set_number (self->store, "reused_last", next, error) &&
         ruhu_store_set_number (self->store, "sent", to->accepted, error);
}

/* What was confirmed and is not at the township any more waits again, byte for byte as it was; what it has will be told again by the stream. */
static gboolean
unconfirm (RuhuReplica *self, const RuhuRebase *to, guint *count, GError **error)
{
  gint64 before, after;

#define WAITING "SELECT count (*) FROM log WHERE device = ?1 AND seq > ?2 AND kind = 'change' AND position IS NULL"
  if (!ruhu_database_get_integer (self->database, WAITING, 0, &before, error, "si", self->device, MAX (to->accepted, to->pushed)) ||
      !ruhu_database_run (self->database,
                          "UPDATE log SET position = NULL, kind = 'change', reason = NULL, detail = NULL, sent = 1 "
                          "WHERE device = ?1 AND position IS NOT NULL AND (seq > ?2 OR position > ?3)",
                          error, "sii", self->device, to->accepted, to->position) ||
      !ruhu_database_get_integer (self->database, WAITING, 0, &after, error, "si", self->device, to->accepted))
    return FALSE;
#undef WAITING
  *count = (guint) (after - before);
  /* Behind the head nothing is told again: what the township has was at or before it. */
  return !to->fresh || ruhu_database_run (self->database, "UPDATE log SET position = ?3 WHERE device = ?1 AND seq <= ?2 AND position IS NULL AND kind = 'change'",
                                          error, "sii", self->device, to->accepted, to->position);
}

/* It may not be here any more: this laptop's data was put back from before it. */
static gboolean
restore_quarantined (RuhuReplica *self, const RuhuEntry *entry, GError **error)
{
  g_autoptr (RuhuChange) change = entry->change != NULL ? ruhu_change_parse (entry->change, entry->change_length, NULL) : NULL;

  if (change == NULL || strcmp (change->device, self->device) != 0 || change->seq != entry->seq)
    return TRUE;
  return ruhu_replica_quarantine (self, entry->change, entry->change_length, entry->position, entry->reason, entry->detail, error);
}

static gboolean
note_refused (RuhuReplica *self, const RuhuRebase *to, GError **error)
{
  for (gsize i = 0; i < to->n_refused; i++)
    {
      const RuhuEntry *entry = &to->refused[i];

      if (!restore_quarantined (self, entry, error) || !ruhu_database_run (self->database,
                                                                           "UPDATE log SET position = ?3, kind = ?6, reason = ?4, detail = ?5 WHERE device = ?1 AND seq = ?2 AND kind = 'change'", error,
                                                                           "siisss", self->device, entry->seq, entry->position, entry->reason, entry->detail, entry->quarantined ? "quarantined" : "refused"))
        return FALSE;
    }
  return TRUE;
}

static gboolean
move_numbers (RuhuReplica *self, const RuhuRebase *to, GError **error)
{
  gint64 highest;

  if (!ruhu_replica_get_highest (self, &highest, error))
    return FALSE;
  return ruhu_store_set_number (self->store, "seq", MAX (highest, to->accepted), error) &&
         ruhu_store_set_number (self->store, "pushed", to->accepted, error) && ruhu_replica_move_cursor (self, to->position, error) &&
         ruhu_database_run (self->database, "DELETE FROM checkpoint WHERE position >= ?1", error, "i", to->position) &&
         ruhu_replica_keep_checkpoint (self, to->position, to->hash, error);
}

typedef struct
{
  RuhuReplica *replica;
  const RuhuRebase *to;
} Rebase;

static gboolean
tell (Rebase *job, guint again, guint renumbered, GError **error)
{
  g_autoptr (RuhuJson) counts = json_object_new_object ();

  if (job->to->notice == NULL)
    return TRUE;
  json_object_object_add (counts, "again", json_object_new_int ((int) again));
  json_object_object_add (counts, "renumbered", json_object_new_int ((int) renumbered));
  return ruhu_store_add_notice (job->replica->store, job->to->notice, counts, error);
}

/* Photos may be gone with the changes. To those that are there, the township says so at once. */
static gboolean
offer_photos_again (RuhuReplica *self, GError **error)
{
  return ruhu_database_execute (self->database, "UPDATE photo SET state = 'due', received = 0, upload = NULL WHERE state = 'sent'", error);
}

/* So may drafts: they go once more, and so does the list of those that are here. (Without that mark a laptop that has none left tells nothing.) Where it is this laptop that lost something,
 * the township may have drafts that are here no more, and is not to take them for finished. */
static gboolean
offer_drafts_again (RuhuReplica *self, const RuhuRebase *to, GError **error)
{
  return ruhu_database_execute (self->database, "UPDATE draft SET handed = 0", error) && ruhu_store_set_meta (self->store, "drafts_have", "", error) &&
         (!to->fresh || ruhu_store_set_meta (self->store, "drafts_own", "1", error));
}

static gboolean
rebase (RuhuDatabase *database, gpointer data, GError **error)
{
  Rebase *job = data;
  RuhuReplica *self = job->replica;
  const RuhuRebase *to = job->to;
  g_autofree char *queue = g_strjoinv ("\n", (char **) to->scopes);
  guint again = 0, renumbered = 0;
  gint64 last;

  /* What waits again is out of reach of what is forgotten: a household that was assigned after the place of agreement goes, what was written there stays. */
  return ruhu_store_keep_last (self->store, G_MAXINT64, &last, error) &&
         renumber_all (self, to, &renumbered, error) &&
         unconfirm (self, to, &again, error) &&
         note_refused (self, to, error) &&
         cancel_backfill (self, to->position, error) &&
         drop_others (self, to, error) &&
         offer_photos_again (self, error) &&
         offer_drafts_again (self, to, error) &&
         move_numbers (self, to, error) &&
         tell (job, again, renumbered, error) &&
         ruhu_store_set_meta (self->store, "rebase_scopes", queue, error) && ruhu_replica_begin_next (self, to->position, error);
}

gboolean
ruhu_replica_rebase (RuhuReplica *self, const RuhuRebase *to, GError **error)
{
  Rebase job = { self, to };

  g_return_val_if_fail (self != NULL && to != NULL && to->hash != NULL && to->scopes != NULL, FALSE);
  return ruhu_replica_load_device (self, error) && ruhu_database_transaction (self->database, rebase, &job, error) && ruhu_replica_settle (self, error);
}

/* Whether @change gives a field of @head another value. */
static gboolean
differs (RuhuReplica *self, const RuhuHead *head, const RuhuChange *change, const char *type, const char *record, gboolean *found, GError **error)
{
  g_autofree char *body = NULL;
  g_autoptr (RuhuChange) other = NULL;

  if (!ruhu_database_get_text (self->database, "SELECT body FROM log WHERE n = ?1", &body, error, "i", head->change))
    return FALSE;
  other = body != NULL ? ruhu_change_parse (body, strlen (body), error) : NULL;
  if (other == NULL)
    return body == NULL;
  for (guint i = 0; i < head->fields->len && !*found; i++)
    {
      const char *field = g_ptr_array_index (head->fields, i);
      json_object *here = NULL, *there = NULL;

      *found = ruhu_change_get_value (change, type, record, field, &here) && ruhu_change_get_value (other, type, record, field, &there) &&
               !json_object_equal (here, there);
    }
  return TRUE;
}

static gboolean
contests_record (RuhuReplica *self, const RuhuChange *change, const char *type, const char *record, gint64 after, gint64 to, gboolean *found, GError **error)
{
  g_autoptr (GPtrArray) heads = ruhu_heads_load (self->database, change->scope, type, record, error);

  for (guint i = 0; heads != NULL && i < heads->len && !*found; i++)
    {
      const RuhuHead *head = g_ptr_array_index (heads, i);

      if (strcmp (head->device, self->device) == 0 && head->seq > after && head->seq <= to && !differs (self, head, change, type, record, found, error))
        return FALSE;
    }
  return heads != NULL;
}

/* By its number a change supersedes what this laptop wrote before. What it wrote before its data was put back, and whoever made the change never saw, it may not: that is for a person
 * to look at. */
gboolean
ruhu_replica_must_hold_back (RuhuReplica *self, const RuhuChange *change, gboolean *hold, GError **error)
{
  gint64 after, to, last;

  *hold = FALSE;
  if (!ruhu_store_get_number (self->store, "reused_after", 0, &after, error) || !ruhu_store_get_number (self->store, "reused_to", 0, &to, error) ||
      !ruhu_store_get_number (self->store, "reused_last", 0, &last, error))
    return FALSE;
  if (change->seq <= to || change->seq > last)
    return TRUE;
  json_object_object_foreach (change->set, type, records)
  {
    json_object_object_foreach (records, record, fields)
    {
      (void) fields;
      if (!contests_record (self, change, type, record, after, to, hold, error))
        return FALSE;
    }
  }
  return TRUE;
}

gboolean
ruhu_replica_hold_back (RuhuReplica *self, gint64 n, GError **error)
{
  return ruhu_database_run (self->database, "UPDATE log SET kind = 'refused', reason = ?2, detail = ?3 WHERE n = ?1", error, "iss", n,
                            ruhu_error_get_name (RUHU_ERROR_SEQ_REUSED),
                            _ ("This laptop's data was put back from an older copy, and before that something else had been recorded here in the same place. "
                               "Compare the two, and record again what is right."));
}
