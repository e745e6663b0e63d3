/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drafts are handed over at each contact, so that another laptop can go on with them when this one is lost. Lines, all of it one body:
 *
 *   {"id":"…","kind":"visit","scope":"<household>","seen":1017,"updated":"<stamp>","body":"<the draft's JSON, as text>"}      one that changed since
 *   {"have":["<id>",…],"took":["<id>",…]}      last: all there are, others are over; and those that came from this user's withdrawn laptops, which need not be kept for it any more
 *
 * meta drafts_have: the last line that the township was told. drafts_took: what came and was not told yet. */
#define G_LOG_DOMAIN "ruhu-replica"

#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-heads.h"
#include "ruhu-replica-private.h"
#include "ruhu-store-photos.h"
#include "ruhu-store-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

typedef struct
{
  char *id;
  gint64 version;
} Handed;

static void
handed_clear (gpointer data)
{
  g_free (((Handed *) data)->id);
}

void
ruhu_handover_free (RuhuHandover *self)
{
  if (self == NULL)
    return;
  g_string_free (self->lines, TRUE);
  g_array_unref (self->handed);
  g_free (self->have);
  g_free (self);
}

/* What was typed goes along; what was read does not: the next laptop may not hold that household. */
static json_object *
dup_typed (const char *body)
{
  g_autoptr (RuhuJson) draft = json_tokener_parse (body);

  if (!json_object_is_type (draft, json_type_object))
    return json_object_new_string (body);
  json_object_object_del (draft, RUHU_DRAFT_BASE);
  return json_object_new_string (json_object_to_json_string_ext (draft, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}

static void
append_draft (RuhuHandover *self, RuhuStatement *row)
{
  g_autoptr (RuhuJson) line = json_object_new_object ();
  Handed handed = { g_strdup (ruhu_statement_get_text (row, 0)), ruhu_statement_get_integer (row, 6) };

  json_object_object_add (line, "id", json_object_new_string (handed.id));
  json_object_object_add (line, "kind", json_object_new_string (ruhu_statement_get_text (row, 1)));
  json_object_object_add (line, "scope", json_object_new_string (ruhu_statement_get_text (row, 2)));
  json_object_object_add (line, "seen", json_object_new_int64 (ruhu_statement_get_integer (row, 3)));
  json_object_object_add (line, "updated", json_object_new_string (ruhu_statement_get_text (row, 4)));
  json_object_object_add (line, "body", dup_typed (ruhu_statement_get_text (row, 5)));
  g_string_append (self->lines, json_object_to_json_string_ext (line, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
  g_string_append_c (self->lines, '\n');
  g_array_append_val (self->handed, handed);
}

typedef struct
{
  RuhuReplica *replica;
  gsize max_bytes;
  RuhuHandover *handover;
} TakeDrafts;

static gboolean
take_changed (TakeDrafts *job, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query =
      ruhu_database_query (job->replica->database,
                           "SELECT id, kind, scope, seen, updated, body, version FROM draft WHERE version > handed ORDER BY updated, id LIMIT ?1", error, "i",
                           (gint64) RUHU_HANDOVER_MAX_DRAFTS);

  if (query == NULL)
    return FALSE;
  while (ruhu_statement_next (query, &local))
    {
      gsize length = strlen (ruhu_statement_get_text (query, 5));

      if (job->handover->handed->len > 0 && job->handover->lines->len + length > job->max_bytes)
        {
          job->handover->more = TRUE;
          break;
        }
      append_draft (job->handover, query);
    }
  job->handover->more |= job->handover->handed->len == RUHU_HANDOVER_MAX_DRAFTS;
  return ruhu_check_end (&local, error);
}

static gboolean
list_ids (TakeDrafts *job, GError **error)
{
  g_autoptr (RuhuJson) have = json_object_new_object ();
  json_object *ids = json_object_new_array ();
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query = NULL;

  json_object_object_add (have, "have", ids);
  query = ruhu_database_query (job->replica->database, "SELECT id FROM draft ORDER BY id", error, "");
  if (query == NULL)
    return FALSE;
  while (ruhu_statement_next (query, &local))
    json_object_array_add (ids, json_object_new_string (ruhu_statement_get_text (query, 0)));
  job->handover->have = g_strdup (json_object_to_json_string_ext (have, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
  return ruhu_check_end (&local, error);
}

static gboolean
take_drafts (RuhuDatabase *database, gpointer data, GError **error)
{
  TakeDrafts *job = data;
  g_autofree char *told = NULL, *took = NULL;

  if (!take_changed (job, error) || !list_ids (job, error) ||
      !ruhu_database_get_text (database, "SELECT value FROM meta WHERE key = 'drafts_have'", &told, error, "") ||
      !ruhu_database_get_text (database, "SELECT value FROM meta WHERE key = 'drafts_took'", &took, error, ""))
    return FALSE;
  /* Nothing is told to a township that never was told of any. */
  job->handover->news = job->handover->handed->len > 0 || took != NULL || g_strcmp0 (told != NULL ? told : "{\"have\":[]}", job->handover->have) != 0;
  if (took != NULL)
    g_string_append_printf (job->handover->lines, "%.*s,\"took\":%s}\n", (int) strlen (job->handover->have) - 1, job->handover->have, took);
  else
    g_string_append_printf (job->handover->lines, "%s\n", job->handover->have);
  return TRUE;
}

RuhuHandover *
ruhu_replica_take_drafts (RuhuReplica *self, gsize max_bytes, GError **error)
{
  g_autoptr (RuhuHandover) handover = g_new0 (RuhuHandover, 1);
  TakeDrafts job = { self, max_bytes, handover };

  handover->lines = g_string_new (NULL);
  handover->handed = g_array_new (FALSE, FALSE, sizeof (Handed));
  g_array_set_clear_func (handover->handed, handed_clear);
  return ruhu_database_read (self->database, take_drafts, &job, error) ? g_steal_pointer (&handover) : NULL;
}

static gboolean
note_handed (RuhuDatabase *database, gpointer data, GError **error)
{
  TakeDrafts *job = data;

  for (guint i = 0; i < job->handover->handed->len; i++)
    {
      Handed *handed = &g_array_index (job->handover->handed, Handed, i);

      if (!ruhu_database_run (database, "UPDATE draft SET handed = ?2 WHERE id = ?1 AND handed < ?2", error, "si", handed->id, handed->version))
        return FALSE;
    }
  return ruhu_store_set_meta (job->replica->store, "drafts_have", job->handover->have, error) &&
         ruhu_store_unset_meta (job->replica->store, "drafts_took", error);
}

gboolean
ruhu_replica_drafts_handed (RuhuReplica *self, RuhuHandover *handover, GError **error)
{
  TakeDrafts job = { .replica = self, .handover = handover };

  return ruhu_database_transaction (self->database, note_handed, &job, error);
}

/* What comes back */

typedef struct
{
  RuhuReplica *replica;
  GPtrArray *drafts;
} Restore;

static gboolean
restore_draft (RuhuReplica *self, const RuhuDraft *draft, GError **error)
{
  return ruhu_database_run (self->database,
                            "INSERT INTO draft (id, kind, scope, seen, updated, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (id) DO NOTHING", error,
                            "sssiss", draft->id, draft->kind, draft->scope, draft->seen, draft->updated,
                            json_object_get_string (draft->body));
}

static gboolean
restore (RuhuDatabase *database, gpointer data, GError **error)
{
  Restore *job = data;

  g_autoptr (RuhuJson) took = json_object_new_array ();

  for (guint i = 0; i < job->drafts->len; i++)
    {
      RuhuDraft *draft = job->drafts->pdata[i];

      json_object_array_add (took, json_object_new_string (draft->id));
      if (!restore_draft (job->replica, draft, error))
        return FALSE;
    }
  return ruhu_store_set_meta (job->replica->store, "drafts_took", json_object_to_json_string_ext (took, JSON_C_TO_STRING_PLAIN), error);
}

gboolean
ruhu_replica_restore_drafts (RuhuReplica *self, GPtrArray *drafts, GError **error)
{
  Restore job = { self, drafts };

  return ruhu_database_transaction (self->database, restore, &job, error);
}

gboolean
ruhu_replica_wants_drafts (RuhuReplica *self, gboolean *wants, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *took = ruhu_store_get_meta (self->store, "drafts_took", &local);

  *wants = took == NULL;
  return ruhu_check_end (&local, error);
}

/* The end of a laptop */

static gboolean
erase_all (RuhuReplica *self, GError **error)
{
  return ruhu_heads_forget (self->database, ruhu_store_get_catalogue (self->store), RUHU_SCOPE_ALL, NULL, error) &&
         ruhu_database_execute (self->database, "DELETE FROM log; DELETE FROM draft; DELETE FROM scope; DELETE FROM verdict; DELETE FROM checkpoint; DELETE FROM witness; DELETE FROM notice; "
                                                "DELETE FROM meta",
                                error) &&
         ruhu_store_set_meta (self->store, "scrub", "1", error);
}

static gboolean
erase (RuhuDatabase *database, gpointer data, GError **error)
{
  (void) database;
  return erase_all (data, error);
}

static gboolean
settle_erased (RuhuReplica *self, GError **error)
{
  g_clear_pointer (&self->device, g_free);
  return ruhu_replica_settle (self, error);
}

gboolean
ruhu_replica_erase (RuhuReplica *self, GError **error)
{
  return ruhu_database_transaction (self->database, erase, self, error) && settle_erased (self, error);
}

typedef struct
{
  RuhuReplica *replica;
  RuhuPhotoStore *photos;
  gboolean erased;
} EraseSent;

/* What the township is not known to have: what waits, and what was held back (see ruhu_replica_hold_back()) until its author has dealt with it. */
#define UNSENT "SELECT count (*) FROM log WHERE device = ?1 AND position IS NULL AND ((kind = 'change' AND seq > ?2) OR (kind = 'refused' AND settled = 0))"

/* Photos that a draft alone mentions become due once it was handed over, when they are looked at the next time. */
#define UNSENT_PHOTOS "SELECT count (*) FROM photo WHERE state = 'due' OR (state = 'new' AND EXISTS (SELECT 1 FROM draft WHERE draft.body LIKE '%' || photo.hash || '%'))"

/* The files go before the transaction ends: where it does not, they were at the township anyhow, and where it does, none is left behind. */
static gboolean
erase_photos (EraseSent *job, gboolean *erased, GError **error)
{
  gint64 photos = 0;

  if (!ruhu_database_get_integer (job->replica->database, UNSENT_PHOTOS, 0, &photos, error, ""))
    return FALSE;
  *erased = photos == 0;
  return photos > 0 || ruhu_store_erase_photos (job->replica->store, job->photos, error);
}

/* Counted and erased under one lock: what is saved before is counted, what would be saved after has nowhere to go and is said to be unsaved. */
static gboolean
erase_sent (RuhuDatabase *database, gpointer data, GError **error)
{
  EraseSent *job = data;
  gint64 pushed, unsent, drafts;
  gboolean gone = TRUE;

  job->erased = FALSE;
  if (!ruhu_replica_get_pushed (job->replica, &pushed, error) ||
      !ruhu_database_get_integer (database, UNSENT, 0, &unsent, error, "si", job->replica->device, pushed) ||
      !ruhu_database_get_integer (database, "SELECT count (*) FROM draft WHERE version > handed", 0, &drafts, error, ""))
    return FALSE;
  if (unsent > 0 || drafts > 0)
    return TRUE;
  if (job->photos != NULL && !erase_photos (job, &gone, error))
    return FALSE;
  if (!gone)
    return TRUE;
  job->erased = erase_all (job->replica, error) && ruhu_store_set_meta (job->replica->store, RUHU_META_WITHDRAWN, "1", error);
  return job->erased;
}

gboolean
ruhu_replica_erase_sent (RuhuReplica *self, RuhuPhotoStore *photos, gboolean *erased, GError **error)
{
  EraseSent job = { self, photos, FALSE };

  *erased = FALSE;
  if (!ruhu_replica_load_device (self, error) || !ruhu_database_transaction (self->database, erase_sent, &job, error))
    return FALSE;
  *erased = job.erased;
  return !job.erased || settle_erased (self, error);
}
