/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a laptop and the log agree, and what a restore leaves behind.
 *
 * When a backup was put in place, the first thing written is an entry of the kind 'restored': {"restored":"<stamp>","after":a,"position":n}. Its position n is the time in µs, and at
 * least the next multiple of RESTORE_STRIDE behind the end of the copy and of the log that it replaces: further on than anything that a lost part of the log can have been,
 * this restore's or an earlier one's. So no position is ever given twice, and what a change says it has `seen` stays true: what it saw of the lost part lies in the gap (a, n), and it supersedes nothing that came after the restore. */
#define G_LOG_DOMAIN "ruhu-ledger"

#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-ledger-private.h"
#include "ruhu-store-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define RESTORE_STRIDE G_GINT64_CONSTANT (1000000000)
/* Of the own refused changes that a laptop is told of. */
#define MAX_REFUSED 1000
/* Of their texts, bytes. */
#define MAX_TEXTS (512 * 1024)

gboolean
ruhu_ledger_was_lost (RuhuLedger *self, gint64 position, gboolean *lost, GError **error)
{
  gint64 found;

  /* The entry behind it is the mark of a restore, and it is none itself. */
  if (!ruhu_database_get_integer (self->database, "SELECT n FROM log WHERE n >= ?1 ORDER BY n LIMIT 1", 0, &found, error, "i", position))
    return FALSE;
  *lost = found > position && position > 0;
  return TRUE;
}

gboolean
ruhu_ledger_is_common (RuhuLedger *self, gint64 position, const char *hash, gboolean *common, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *own = NULL;
  RuhuChainEnd end;
  gboolean lost;

  if (!ruhu_ledger_load_end (self, &end, error) || !ruhu_ledger_was_lost (self, position, &lost, error))
    return FALSE;
  *common = position <= end.position && !lost;
  if (hash == NULL || !*common)
    return TRUE;
  own = ruhu_ledger_get_hash (self, position, &local);
  *common = g_strcmp0 (own, hash) == 0;
  return ruhu_check_end (&local, error);
}

typedef struct
{
  RuhuLedger *ledger;
  const char *device;
  GArray *checkpoints;
  gboolean rewritten;
  json_object *out;
} Stand;

/* The highest checkpoint that the log has. One that it has otherwise, or that lies beyond its end, no restore explains. */
static gboolean
find_common (Stand *job, gint64 *position, GError **error)
{
  *position = 0;
  job->rewritten = FALSE;
  for (guint i = 0; i < job->checkpoints->len; i++)
    {
      const RuhuCheckpoint *checkpoint = &g_array_index (job->checkpoints, RuhuCheckpoint, i);
      g_autoptr (GError) local = NULL;
      g_autofree char *hash = ruhu_ledger_get_hash (job->ledger, checkpoint->position, &local);
      gboolean lost = FALSE;

      if (!ruhu_check_end (&local, error))
        return FALSE;
      if (g_strcmp0 (hash, checkpoint->hash) == 0)
        *position = MAX (*position, checkpoint->position);
      else if (!ruhu_ledger_was_lost (job->ledger, checkpoint->position, &lost, error))
        return FALSE;
      else
        job->rewritten |= !lost;
    }
  return TRUE;
}

static json_object *
list_scopes (RuhuLedger *self, const char *device, gint64 position, GError **error)
{
  g_autoptr (RuhuJson) list = json_object_new_array ();
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query =
      ruhu_database_query (self->database, "SELECT scope FROM granted WHERE device = ?1 AND since <= ?2 AND until IS NULL ORDER BY scope", error, "si", device,
                           position);

  if (query == NULL)
    return NULL;
  while (ruhu_statement_next (query, &local))
    json_object_array_add (list, json_object_new_string (ruhu_statement_get_text (query, 0)));
  return ruhu_check_end (&local, error) ? g_steal_pointer (&list) : NULL;
}

/* What was refused up to @position: its echo does not come any more. @texts: with that of what waits for the office, which a laptop that was put back from an older copy may not have. */
static json_object *
list_refused (RuhuLedger *self, const char *device, gint64 position, gboolean texts, GError **error)
{
  g_autoptr (RuhuJson) list = json_object_new_array ();
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query =
      ruhu_database_query (self->database,
                           "SELECT seq, n, reason, detail, kind = 'quarantined', "
                           "CASE WHEN EXISTS (SELECT 1 FROM log AS o WHERE o.device = l.device AND o.seq = l.seq AND o.kind = 'refused') THEN NULL ELSE body END FROM log AS l WHERE device = ?1 AND n <= ?2 AND (kind = 'refused' OR (kind = 'quarantined' AND NOT EXISTS "
                           "(SELECT 1 FROM log AS d WHERE d.device = l.device AND d.seq = l.seq AND d.kind = 'change'))) ORDER BY n DESC LIMIT ?3",
                           error, "sii", device, position, (gint64) MAX_REFUSED);
  gsize left = texts ? MAX_TEXTS : 0;

  if (query == NULL)
    return NULL;
  while (ruhu_statement_next (query, &local))
    {
      json_object *item = json_object_new_object ();
      const char *body = ruhu_statement_get_text (query, 5);

      json_object_object_add (item, "seq", json_object_new_int64 (ruhu_statement_get_integer (query, 0)));
      json_object_object_add (item, "position", json_object_new_int64 (ruhu_statement_get_integer (query, 1)));
      json_object_object_add (item, "code", json_object_new_string (ruhu_statement_get_text (query, 2)));
      json_object_object_add (item, "detail", json_object_new_string (ruhu_statement_is_null (query, 3) ? "" : ruhu_statement_get_text (query, 3)));
      if (ruhu_statement_get_integer (query, 4) != 0)
        {
          json_object_object_add (item, "quarantined", json_object_new_boolean (TRUE));
          if (body != NULL && strlen (body) <= left)
            json_object_object_add (item, "change", json_object_new_string (body));
          left -= body != NULL ? MIN (left, strlen (body)) : 0;
        }
      json_object_array_add (list, item);
    }
  return ruhu_check_end (&local, error) ? g_steal_pointer (&list) : NULL;
}

static gboolean
stand (RuhuDatabase *database, gpointer data, GError **error)
{
  Stand *job = data;
  g_autoptr (RuhuJson) scopes = NULL, refused = NULL;
  g_autofree char *hash = NULL;
  gint64 position, accepted, leaving;
  RuhuChainEnd end;

  if (!ruhu_ledger_load_end (job->ledger, &end, error) || !find_common (job, &position, error) ||
      !ruhu_database_get_integer (database, "SELECT revoked IS NOT NULL FROM device WHERE id = ?1", 1, &leaving, error, "s", job->device))
    return FALSE;
  if (job->checkpoints->len == 0)
    position = end.position;
  scopes = list_scopes (job->ledger, job->device, position, error);
  refused = scopes != NULL ? list_refused (job->ledger, job->device, position, job->checkpoints->len == 0 && leaving == 0, error) : NULL;
  hash = refused != NULL ? ruhu_ledger_get_hash (job->ledger, position, error) : NULL;
  if (hash == NULL || !ruhu_database_get_integer (database, "SELECT last_seq FROM device WHERE id = ?1", 0, &accepted, error, "s", job->device))
    return FALSE;
  job->out = json_object_new_object ();
  json_object_object_add (job->out, "position", json_object_new_int64 (position));
  json_object_object_add (job->out, "hash", json_object_new_string (hash));
  json_object_object_add (job->out, "rewritten", json_object_new_boolean (job->rewritten));
  json_object_object_add (job->out, "accepted", json_object_new_int64 (accepted));
  json_object_object_add (job->out, "scopes", g_steal_pointer (&scopes));
  json_object_object_add (job->out, "refused", g_steal_pointer (&refused));
  return TRUE;
}

gboolean
ruhu_ledger_stand (RuhuLedger *self, const char *device, GArray *checkpoints, gboolean *rewritten, json_object **out, GError **error)
{
  Stand job = { self, device, checkpoints, FALSE, NULL };

  g_return_val_if_fail (self != NULL && device != NULL && checkpoints != NULL && out != NULL, FALSE);
  if (!ruhu_database_read (self->database, stand, &job, error))
    return FALSE;
  *rewritten = job.rewritten;
  *out = job.out;
  return TRUE;
}

gboolean
ruhu_ledger_mark_backup (RuhuLedger *self, GError **error)
{
  g_autofree char *now = ruhu_stamp_from_time (ruhu_clock_now (ruhu_store_get_clock (self->store)));

  return ruhu_store_set_meta (self->store, "backup", now, error);
}

typedef struct
{
  RuhuLedger *ledger;
  gint64 replaced;
  gboolean always;
  gboolean marked;
} Mark;

static gboolean
mark (RuhuDatabase *database, gpointer data, GError **error)
{
  Mark *job = data;
  RuhuLedger *self = job->ledger;
  g_autoptr (GError) local = NULL;
  g_autofree char *backup = ruhu_store_get_meta (self->store, "backup", &local);
  g_autofree char *now = ruhu_stamp_from_time (ruhu_clock_now (ruhu_store_get_clock (self->store)));
  g_autofree char *body = NULL;
  RuhuChainEnd end;
  gint64 position;

  job->marked = FALSE;
  if (!ruhu_check_end (&local, error))
    return FALSE;
  if (backup == NULL && !job->always)
    return TRUE;
  if (!ruhu_ledger_load_end (self, &end, error))
    return FALSE;
  position = (MAX (end.position, job->replaced) / RESTORE_STRIDE + 1) * RESTORE_STRIDE;
  position = MAX (position, ruhu_clock_now (ruhu_store_get_clock (self->store)) * 1000);
  body = g_strdup_printf ("{\"restored\":\"%s\",\"after\":%" G_GINT64_FORMAT ",\"position\":%" G_GINT64_FORMAT "}", now, end.position, position);
  ruhu_chain_hash (end.hash, "restored", body, strlen (body), NULL, NULL);
  end.position = position;
  job->marked = TRUE;
  return ruhu_database_run (database, "INSERT INTO log (n, position, kind, device, scope, body, hash) VALUES (?1, ?1, 'restored', ?2, ?3, ?4, ?5)", error, "isssb",
                            position, RUHU_TOWNSHIP_DEVICE, RUHU_SCOPE_TOWNSHIP, body, (const void *) end.hash, (gsize) RUHU_HASH_LENGTH) &&
         ruhu_store_unset_meta (self->store, "backup", error) && ruhu_store_set_meta (self->store, "restored", now, error) &&
         ruhu_ledger_follow_grants (self, &end, NULL, NULL, error);
}

gboolean
ruhu_ledger_mark_restored (RuhuLedger *self, gboolean always, gint64 replaced, gboolean *marked, GError **error)
{
  Mark job = { self, replaced, always, FALSE };
  gint64 backup;

  g_return_val_if_fail (self != NULL && marked != NULL, FALSE);
  *marked = FALSE;
  /* Mostly there is nothing to do, and no lock is taken for it. */
  if (!ruhu_database_get_integer (self->database, "SELECT 1 FROM meta WHERE key = 'backup'", 0, &backup, error, ""))
    return FALSE;
  if (backup == 0 && !always)
    return TRUE;
  if (!ruhu_database_transaction (self->database, mark, &job, error))
    return FALSE;
  *marked = job.marked;
  return TRUE;
}
