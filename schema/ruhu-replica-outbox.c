/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The outbox: own changes without a position. Their bytes are never altered once they were handed to the network; before that, a clock that proved wrong stamps them anew.
 *
 * What was handed to the network is said by one number, `sent` in meta: the highest own seq that was. (A row's own `sent` says the same of one change, however it is numbered: of what was
 * salvaged.) So handing a batch over rewrites no rows.
 *
 * A row's `hash` is ruhu_quick_sum() of its text here, as long as it waits. What the disk has altered since is not sent: the township would refuse all that goes with it, or take
 * for recorded what nobody did. It is shown as refused, with the code `damaged`, for its author to record again, and the rest goes on. Until then nothing gives it another text, nor a sum
 * that fits the one that it has. */
#define G_LOG_DOMAIN "ruhu-replica"

#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-heads.h"
#include "ruhu-quick-sum.h"
#include "ruhu-replica-private.h"
#include "ruhu-salvage.h"
#include "ruhu-store-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* A clock that is off by less is not worth stamping anew. */
#define NOTABLE_MS 60000
/* By a clock that is off by more, people enter wrong dates. */
#define DAY_MS G_GINT64_CONSTANT (86400000)

typedef struct
{
  RuhuReplica *replica;
  gint64 after;
  guint max_changes;
  gsize max_bytes;
  GString *lines;
  gint64 last;
  GArray *damaged; /* gint64, seq */
  guint mended;
} Take;

#define SENT       "(SELECT coalesce (max (CAST (value AS BIGINT)), 0) FROM meta WHERE key = 'sent')"
#define NEVER_SENT "sent = 0 AND seq > " SENT

/* One that an older version wrote has no sum; then it must at least be what it says it is. */
gboolean
ruhu_replica_is_whole (RuhuStatement *row, guint column)
{
  const char *body = ruhu_statement_get_text (row, column + 1);
  gsize length = strlen (body);
  g_autoptr (RuhuChange) change = NULL;

  if (!ruhu_statement_is_null (row, column + 2))
    return ruhu_statement_get_integer (row, column + 2) == ruhu_quick_sum (body, length);
  change = ruhu_change_parse (body, length, NULL);
  return change != NULL && change->seq == ruhu_statement_get_integer (row, column);
}

static gboolean
read_outbox (RuhuDatabase *database, Take *job, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query = NULL;
  guint n = 0;

  g_string_truncate (job->lines, 0);
  g_array_set_size (job->damaged, 0);
  job->last = 0;
  query = ruhu_database_query (database, "SELECT seq, body, hash FROM log WHERE device = ?1 AND seq > ?2 AND position IS NULL AND kind = 'change' ORDER BY seq LIMIT ?3", error, "sii",
                               job->replica->device, job->after, (gint64) job->max_changes);
  if (query == NULL)
    return FALSE;
  while (ruhu_statement_next (query, &local))
    {
      const char *body = ruhu_statement_get_text (query, 1);

      if (!ruhu_replica_is_whole (query, 0))
        {
          gint64 seq = ruhu_statement_get_integer (query, 0);

          g_array_append_val (job->damaged, seq);
          continue;
        }
      if (n > 0 && job->lines->len + strlen (body) + 1 > job->max_bytes)
        break;
      g_string_append (job->lines, body);
      g_string_append_c (job->lines, '\n');
      job->last = ruhu_statement_get_integer (query, 0);
      n++;
    }
  return ruhu_check_end (&local, error);
}

/* Like ruhu_replica_raise_pushed(). */
static gboolean
raise_sent (RuhuReplica *self, gint64 seq, GError **error)
{
  gint64 sent;

  return ruhu_store_get_number (self->store, "sent", 0, &sent, error) && (sent >= seq || ruhu_store_set_number (self->store, "sent", seq, error));
}

/* Where the page was written before, the text may still lie as it was: then nothing has happened. */
static gboolean
mend (Take *job, gint64 seq, gboolean *mended, GError **error)
{
  RuhuReplica *self = job->replica;
  g_autofree char *body = NULL;
  gint64 sum;

  if (!ruhu_database_get_integer (self->database, "SELECT hash FROM log WHERE device = ?1 AND seq = ?2 AND position IS NULL AND kind = 'change'", 0, &sum, error, "si", self->device, seq))
    return FALSE;
  body = sum != 0 ? ruhu_salvage_find (self->database, self->device, seq, sum) : NULL;
  *mended = body != NULL;
  if (body == NULL)
    return TRUE;
  g_message ("An unsent change that the disk had altered was found whole in another place");
  job->mended++;
  return ruhu_database_run (self->database, "UPDATE log SET body = ?3 WHERE device = ?1 AND seq = ?2 AND position IS NULL AND kind = 'change'", error, "sis", self->device, seq, body);
}

static gboolean
set_aside (RuhuDatabase *database, gpointer data, GError **error)
{
  Take *job = data;
  gint64 last;

  job->mended = 0;
  for (guint i = 0; i < job->damaged->len; i++)
    {
      gint64 seq = g_array_index (job->damaged, gint64, i);
      gboolean mended = FALSE;

      if (!mend (job, seq, &mended, error))
        return FALSE;
      if (mended)
        continue;
      if (!ruhu_store_keep_last (job->replica->store, seq, &last, error) ||
          !ruhu_database_run (database, "UPDATE log SET kind = 'refused', reason = 'damaged', detail = ?3 WHERE device = ?1 AND seq = ?2 AND position IS NULL AND kind = 'change'", error, "sis",
                              job->replica->device, seq,
                              _ ("This laptop's disk has altered what was recorded here before it was sent. Look through what is left of it, and record again what is right.")))
        return FALSE;
    }
  return TRUE;
}

static gboolean
take (RuhuDatabase *database, gpointer data, GError **error)
{
  Take *job = data;

  return read_outbox (database, job, error) && set_aside (database, job, error) && (job->mended == 0 || read_outbox (database, job, error)) &&
         raise_sent (job->replica, job->last, error);
}

gboolean
ruhu_replica_peek_outbox (RuhuReplica *self, gint64 after_seq, guint max_changes, gsize max_bytes, GString *lines, gint64 *last, GError **error)
{
  g_autoptr (GArray) damaged = g_array_new (FALSE, FALSE, sizeof (gint64));
  Take job = { self, after_seq, max_changes, max_bytes, lines, 0, damaged, 0 };

  if (!ruhu_replica_load_device (self, error) || !read_outbox (self->database, &job, error) ||
      (damaged->len > 0 && (!ruhu_database_transaction (self->database, set_aside, &job, error) || (job.mended > 0 && !read_outbox (self->database, &job, error)))))
    return FALSE;
  *last = job.last;
  return TRUE;
}

gboolean
ruhu_replica_take_outbox (RuhuReplica *self, gint64 after_seq, guint max_changes, gsize max_bytes, GString *lines, gint64 *last, GError **error)
{
  g_autoptr (GArray) damaged = g_array_new (FALSE, FALSE, sizeof (gint64));
  Take job = { self, after_seq, max_changes, max_bytes, lines, 0, damaged, 0 };
  gint64 waiting;

  if (!ruhu_replica_load_device (self, error))
    return FALSE;
  g_string_truncate (lines, 0);
  *last = 0;
  /* An empty outbox takes no write lock. */
  if (!ruhu_database_get_integer (self->database, "SELECT 1 FROM log WHERE device = ?1 AND seq > ?2 AND position IS NULL AND kind = 'change' LIMIT 1", 0, &waiting, error, "si",
                                  self->device, after_seq))
    return FALSE;
  if (waiting == 0)
    return TRUE;
  if (!ruhu_database_transaction (self->database, take, &job, error))
    return FALSE;
  *last = job.last;
  return TRUE;
}

gboolean
ruhu_replica_get_pushed (RuhuReplica *self, gint64 *seq, GError **error)
{
  return ruhu_store_get_number (self->store, "pushed", 0, seq, error);
}

gboolean
ruhu_replica_raise_pushed (RuhuReplica *self, gint64 seq, GError **error)
{
  gint64 pushed;

  return ruhu_replica_get_pushed (self, &pushed, error) && (pushed >= seq || ruhu_store_set_number (self->store, "pushed", seq, error));
}

gboolean
ruhu_replica_find_lost (RuhuReplica *self, gint64 pushed, gint64 *seq, GError **error)
{
  return ruhu_replica_load_device (self, error) &&
         ruhu_database_get_integer (self->database, "SELECT seq FROM log WHERE device = ?1 AND position IS NULL AND kind = 'change' AND seq <= ?2 ORDER BY seq LIMIT 1",
                                    0, seq, error, "si", self->device, pushed);
}

gboolean
ruhu_replica_lower_pushed (RuhuReplica *self, gint64 seq, GError **error)
{
  return ruhu_store_set_number (self->store, "pushed", seq, error);
}

gint64
ruhu_replica_get_reused (RuhuReplica *self)
{
  return self->reused;
}

typedef struct
{
  RuhuReplica *replica;
  gint64 number;
  gint64 sent;
} Job;

static gboolean
hand_over (RuhuDatabase *database, gpointer data, GError **error)
{
  Job *job = data;

  return ruhu_replica_raise_pushed (job->replica, job->number, error) && raise_sent (job->replica, job->sent, error);
}

gboolean
ruhu_replica_hand_over (RuhuReplica *self, gint64 pushed, gint64 sent, GError **error)
{
  Job job = { self, pushed, sent };
  gint64 was_pushed, was_sent;

  if (!ruhu_replica_get_pushed (self, &was_pushed, error) || !ruhu_store_get_number (self->store, "sent", 0, &was_sent, error))
    return FALSE;
  /* Nothing new: no write, no fsync. */
  return (was_pushed >= pushed && was_sent >= sent) || ruhu_database_transaction (self->database, hand_over, &job, error);
}

gboolean
ruhu_replica_pushed (RuhuReplica *self, gint64 seq, GError **error)
{
  return ruhu_replica_hand_over (self, seq, 0, error);
}

/* Gives one change the stamp of @wall ms, or the next one behind the change before it. */
static gboolean
stamp_anew (RuhuReplica *self, gint64 n, RuhuChange *change, gint64 wall, GError **error)
{
  RuhuClock *clock = ruhu_store_get_clock (self->store);
  g_autofree char *moved = ruhu_stamp_from_time (wall);
  g_autofree char *json = NULL;
  gboolean holds;

  ruhu_clock_step (clock, moved);
  g_free (change->time);
  change->time = ruhu_clock_dup_last (clock);
  json = ruhu_change_to_json (change);
  if (!ruhu_database_run (self->database, "UPDATE log SET time = ?2, body = ?3, hash = ?4 WHERE n = ?1", error, "issi", n, change->time, json,
                          ruhu_quick_sum (json, strlen (json))) ||
      !ruhu_store_holds (self->store, change->scope, &holds, error))
    return FALSE;
  /* What has left this laptop waits in the outbox alone: it has no rows here. */
  if (!holds)
    return TRUE;
  json_object_object_foreach (change->set, type, records)
  {
    json_object_object_foreach (records, id, fields)
    {
      (void) fields;
      if (!ruhu_heads_rebuild (self->database, ruhu_store_get_catalogue (self->store), type, id, change->scope, error))
        return FALSE;
    }
  }
  return TRUE;
}

static gboolean
stamp_row (RuhuReplica *self, RuhuStatement *row, gint64 delta, GError **error)
{
  const char *body = ruhu_statement_get_text (row, 2);
  g_autoptr (RuhuChange) change = ruhu_change_parse (body, strlen (body), error);
  gint64 now = ruhu_clock_now (ruhu_store_get_clock (self->store));

  /* Whatever the clock was, nothing was made later than now. */
  return change != NULL &&
         stamp_anew (self, ruhu_statement_get_integer (row, 0), change, MIN (ruhu_stamp_get_time (change->time) + delta, now), error);
}

/* Moves the stamps of what was never sent by @delta ms, in order. */
static gboolean
stamp_outbox (RuhuReplica *self, gint64 delta, GError **error)
{
  g_autofree char *highest = NULL;
  g_autofree char *last = NULL;
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query = NULL;

  /* The stamps given so far are forgotten but for those that somebody else may know. */
  if (!ruhu_database_get_text (self->database, "SELECT max (time) FROM log WHERE position IS NOT NULL OR NOT (" NEVER_SENT ")", &highest, error, ""))
    return FALSE;
  ruhu_clock_reset (ruhu_store_get_clock (self->store), highest);
  query = ruhu_database_query (self->database, "SELECT n, seq, body, hash FROM log WHERE device = ?1 AND position IS NULL AND kind = 'change' AND " NEVER_SENT " ORDER BY seq",
                               error, "s", self->device);
  if (query == NULL)
    return FALSE;
  while (ruhu_statement_next (query, &local))
    if (ruhu_replica_is_whole (query, 1) && !stamp_row (self, query, delta, error))
      return FALSE;
  last = ruhu_clock_dup_last (ruhu_store_get_clock (self->store));
  return ruhu_check_end (&local, error) && ruhu_store_keep_clock (self->store, last, error);
}

static gboolean
unsend (RuhuDatabase *database, gpointer data, GError **error)
{
  Job *job = data;

  gint64 sent;

  return ruhu_store_get_number (job->replica->store, "sent", 0, &sent, error) &&
         (sent <= job->number || ruhu_store_set_number (job->replica->store, "sent", job->number, error)) &&
         ruhu_database_run (database, "UPDATE log SET sent = 0 WHERE device = ?1 AND seq > ?2 AND position IS NULL AND sent = 1", error, "si", job->replica->device,
                            job->number) &&
         ruhu_store_load_clock (job->replica->store, error) && stamp_outbox (job->replica, 0, error);
}

gboolean
ruhu_replica_unsend (RuhuReplica *self, gint64 seq, GError **error)
{
  Job job = { self, seq };

  return ruhu_replica_load_device (self, error) && ruhu_database_transaction (self->database, unsend, &job, error);
}

/* Dates that a person entered are never altered; whoever entered them by a clock that was a day or more off is told. @delta: what the clock was told to go by. */
static gboolean
tell_of_dates (RuhuReplica *self, gint64 delta, GError **error)
{
  g_autoptr (RuhuJson) counts = NULL;
  gint64 n = 0;

  if (ABS (delta) < DAY_MS)
    return TRUE;
  if (!ruhu_database_get_integer (self->database, "SELECT count (*) FROM log WHERE device = ?1 AND position IS NULL AND kind = 'change'", 0, &n, error, "s", self->device))
    return FALSE;
  counts = json_object_new_object ();
  json_object_object_add (counts, "changes", json_object_new_int64 (n));
  json_object_object_add (counts, "days", json_object_new_int64 (ABS (delta) / DAY_MS));
  json_object_object_add (counts, "slow", json_object_new_int (delta > 0));
  return n == 0 || ruhu_store_add_notice (self->store, "clock", counts, error);
}

static gboolean
correct_clock (RuhuDatabase *database, gpointer data, GError **error)
{
  Job *job = data;
  RuhuReplica *self = job->replica;
  gint64 before;

  if (!ruhu_store_get_number (self->store, "clock_correction", 0, &before, error))
    return FALSE;
  if (ABS (job->number - before) < NOTABLE_MS)
    return TRUE;
  ruhu_clock_set_correction (ruhu_store_get_clock (self->store), job->number);
  return ruhu_store_set_number (self->store, "clock_correction", job->number, error) && stamp_outbox (self, job->number - before, error) &&
         tell_of_dates (self, job->number - before, error);
}

gboolean
ruhu_replica_correct_clock (RuhuReplica *self, gint64 milliseconds, GError **error)
{
  /* A clock that is nearly right is taken for right. */
  Job job = { self, ABS (milliseconds) < NOTABLE_MS ? 0 : milliseconds };
  gint64 before;

  if (!ruhu_replica_load_device (self, error) || !ruhu_store_get_number (self->store, "clock_correction", 0, &before, error))
    return FALSE;
  if (ABS (job.number - before) < NOTABLE_MS)
    return TRUE;
  return ruhu_database_transaction (self->database, correct_clock, &job, error);
}

GPtrArray *
ruhu_replica_list_scopes (RuhuReplica *self, GError **error)
{
  g_autoptr (GPtrArray) scopes = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query = ruhu_database_query (self->database, "SELECT scope FROM scope ORDER BY scope", error, "");

  if (query == NULL)
    return NULL;
  while (ruhu_statement_next (query, &local))
    g_ptr_array_add (scopes, g_strdup (ruhu_statement_get_text (query, 0)));
  return ruhu_check_end (&local, error) ? g_steal_pointer (&scopes) : NULL;
}
