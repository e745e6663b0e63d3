/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drafts are handed over at each contact, so that another laptop can go on with them when this one is lost. Lines, all of it one body:
 *
 *   {"id":"…","kind":"visit","scope":"<household>","seen":1017,"updated":"<stamp>","body":"<the draft's JSON, as text>"}      one that changed since
 *   {"have":["<id>",…],"updated":["<stamp>",…],"over":["<id>",…],"over_updated":["<stamp>",…],"took":["<id>",…],"took_updated":["<stamp>",…]}      last:
 *     have, updated: all there are, and when each was last typed into
 *     over, over_updated: those that a person finished or threw away here, and in which version. Nothing else ends a draft at the township: one that is only absent was lost, and comes back from
 *       there, and so does one of which a later version is there, which nobody saw who ended it
 *     took, took_updated: those that came from this user's withdrawn laptops, as they came, which need not be kept for it any more
 *
 * The answer's `lacks` are of `have`, but not there as they are here; its `others` are there, and were not named, or in an earlier version. Of two versions the township keeps the later one.
 *
 * The township is told of a finished draft when it has the change that came of it, and of what was taken when it has all of it from here, too: at each moment what was typed is in two places.
 *
 * over_draft: what ended; it is kept, for a township's older copy may have it again. meta drafts_have: the last line that the township was told, without the rest; drafts_told: when, in ms.
 * drafts_took, drafts_took_updated: what came and was not told yet. drafts_own: "1" while own ones are to be fetched first: this laptop perhaps lacks some. */
#define G_LOG_DOMAIN "ruhu-replica"

#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-replica-private.h"
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
  g_ptr_array_unref (self->over);
  g_ptr_array_unref (self->over_updated);
  g_free (self->have);
  g_free (self);
}

/* How many that are over are told at a time. */
#define MAX_OVER 1000
/* How often the two sides compare what they have where nothing has changed, in ms. */
#define COMPARE_EVERY (G_GINT64_CONSTANT (7) * 24 * 60 * 60 * 1000)

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
  json_object *ids = json_object_new_array (), *stamps = json_object_new_array ();
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query = NULL;

  json_object_object_add (have, "have", ids);
  json_object_object_add (have, "updated", stamps);
  query = ruhu_database_query (job->replica->database, "SELECT id, updated FROM draft ORDER BY id", error, "");
  if (query == NULL)
    return FALSE;
  while (ruhu_statement_next (query, &local))
    {
      json_object_array_add (ids, json_object_new_string (ruhu_statement_get_text (query, 0)));
      json_object_array_add (stamps, json_object_new_string (ruhu_statement_get_text (query, 1)));
    }
  job->handover->have = g_strdup (json_object_to_json_string_ext (have, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
  return ruhu_check_end (&local, error);
}

/* Of over_draft o: the change that came of it is here alone, or was held back here. */
#define ONLY_HERE \
  "EXISTS (SELECT 1 FROM log l WHERE l.device = ?1 AND l.seq = o.seq AND l.position IS NULL AND l.settled = 0 AND (l.kind = 'refused' OR l.seq > ?2))"

/* One that became a change is over once the township has that, and not while only this laptop does. */
static gboolean
list_over (TakeDrafts *job, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query = NULL;
  gint64 pushed;

  if (!ruhu_replica_get_pushed (job->replica, &pushed, error))
    return FALSE;
  query = ruhu_database_query (job->replica->database,
                               "SELECT id, updated FROM over_draft o WHERE told = 0 AND NOT " ONLY_HERE " ORDER BY id LIMIT ?3", error, "sii", job->replica->device, pushed, (gint64) MAX_OVER);
  if (query == NULL)
    return FALSE;
  while (ruhu_statement_next (query, &local))
    {
      g_ptr_array_add (job->handover->over, g_strdup (ruhu_statement_get_text (query, 0)));
      g_ptr_array_add (job->handover->over_updated, g_strdup (ruhu_statement_get_text (query, 1)));
    }
  job->handover->more |= job->handover->over->len == MAX_OVER;
  return ruhu_check_end (&local, error);
}

/* Of what came from withdrawn laptops: @took is a JSON array, or NULL. All of it has to be at the township from here, or what became of it. */
static gboolean
may_tell_taken (TakeDrafts *job, const char *took, GError **error)
{
  gint64 pushed, waits = 0;

  if (took != NULL && !(ruhu_replica_get_pushed (job->replica, &pushed, error) &&
                        ruhu_database_get_integer (job->replica->database, "SELECT 1 FROM json_each (?3) t JOIN over_draft o ON o.id = t.value WHERE " ONLY_HERE " LIMIT 1", 0, &waits, error, "sis",
                                                   job->replica->device, pushed, took)))
    return FALSE;
  job->handover->took = took != NULL && !job->handover->more && waits == 0;
  return TRUE;
}

static void
append_closing (RuhuHandover *self, const char *took, const char *took_updated)
{
  g_autoptr (RuhuJson) over = json_object_new_array (), over_updated = json_object_new_array ();

  for (guint i = 0; i < self->over->len; i++)
    {
      json_object_array_add (over, json_object_new_string (self->over->pdata[i]));
      json_object_array_add (over_updated, json_object_new_string (self->over_updated->pdata[i]));
    }
  g_string_append_printf (self->lines, "%.*s,\"over\":%s,\"over_updated\":%s", (int) strlen (self->have) - 1, self->have, json_object_to_json_string_ext (over, JSON_C_TO_STRING_PLAIN),
                          json_object_to_json_string_ext (over_updated, JSON_C_TO_STRING_PLAIN));
  if (took != NULL)
    g_string_append_printf (self->lines, ",\"took\":%s", took);
  if (took != NULL && took_updated != NULL)
    g_string_append_printf (self->lines, ",\"took_updated\":%s", took_updated);
  g_string_append (self->lines, "}\n");
}

/* Whether the township is to hear of them. Nothing is told to one that never was told of any; else now and then also what has not changed: a copy may have been put in place there. */
static gboolean
is_news (TakeDrafts *job, const char *told, GError **error)
{
  gint64 now = ruhu_clock_now (ruhu_store_get_clock (job->replica->store)), when;

  if (!ruhu_store_get_number (job->replica->store, "drafts_told", 0, &when, error))
    return FALSE;
  job->handover->news = job->handover->handed->len > 0 || job->handover->over->len > 0 || job->handover->took ||
                        g_strcmp0 (told != NULL ? told : "{\"have\":[],\"updated\":[]}", job->handover->have) != 0 || (told != NULL && ABS (now - when) > COMPARE_EVERY);
  return TRUE;
}

static gboolean
take_drafts (RuhuDatabase *database, gpointer data, GError **error)
{
  TakeDrafts *job = data;
  g_autofree char *told = NULL, *took = NULL, *took_updated = NULL;

  if (!take_changed (job, error) || !list_ids (job, error) || !list_over (job, error) ||
      !ruhu_database_get_text (database, "SELECT value FROM meta WHERE key = 'drafts_have'", &told, error, "") ||
      !ruhu_database_get_text (database, "SELECT value FROM meta WHERE key = 'drafts_took'", &took, error, "") ||
      !ruhu_database_get_text (database, "SELECT value FROM meta WHERE key = 'drafts_took_updated'", &took_updated, error, "") || !may_tell_taken (job, took, error))
    return FALSE;
  append_closing (job->handover, job->handover->took ? took : NULL, took_updated);
  return is_news (job, told, error);
}

RuhuHandover *
ruhu_replica_take_drafts (RuhuReplica *self, gsize max_bytes, GError **error)
{
  g_autoptr (RuhuHandover) handover = g_new0 (RuhuHandover, 1);
  TakeDrafts job = { self, max_bytes, handover };

  handover->lines = g_string_new (NULL);
  handover->handed = g_array_new (FALSE, FALSE, sizeof (Handed));
  g_array_set_clear_func (handover->handed, handed_clear);
  handover->over = g_ptr_array_new_with_free_func (g_free);
  handover->over_updated = g_ptr_array_new_with_free_func (g_free);
  if (!ruhu_replica_load_device (self, error))
    return NULL;
  return ruhu_database_read (self->database, take_drafts, &job, error) ? g_steal_pointer (&handover) : NULL;
}

/* What the township said of a handover. */
typedef struct
{
  RuhuReplica *replica;
  RuhuHandover *handover;
  GPtrArray *lacks;
  GPtrArray *others;
  gboolean again;
} Answer;

static gboolean
want_own (RuhuDatabase *database, GError **error)
{
  return ruhu_database_run (database, "INSERT INTO meta (key, value) VALUES ('drafts_own', '1') ON CONFLICT (key) DO NOTHING", error, "");
}

/* What the township lacks although it was in this very body was not taken: a later version is there, and comes first. */
static gboolean
note_handed (Answer *job, RuhuDatabase *database, GError **error)
{
  for (guint i = 0; i < job->handover->handed->len; i++)
    {
      Handed *handed = &g_array_index (job->handover->handed, Handed, i);
      gboolean taken = !g_ptr_array_find_with_equal_func (job->lacks, handed->id, g_str_equal, NULL);

      if (!(taken ? ruhu_database_run (database, "UPDATE draft SET handed = ?2 WHERE id = ?1 AND handed < ?2", error, "si", handed->id, handed->version) : want_own (database, error)))
        return FALSE;
    }
  return TRUE;
}

static gboolean
note_told (Answer *job, RuhuDatabase *database, GError **error)
{
  RuhuStore *store = job->replica->store;

  for (guint i = 0; i < job->handover->over->len; i++)
    if (!ruhu_database_run (database, "UPDATE over_draft SET told = 1 WHERE id = ?1", error, "s", job->handover->over->pdata[i]))
      return FALSE;
  if (job->handover->took && !(ruhu_store_unset_meta (store, "drafts_took", error) && ruhu_store_unset_meta (store, "drafts_took_updated", error)))
    return FALSE;
  return ruhu_store_set_meta (store, "drafts_have", job->handover->have, error) &&
         ruhu_store_set_number (store, "drafts_told", ruhu_clock_now (ruhu_store_get_clock (store)), error);
}

static gboolean
take_other (Answer *job, RuhuDatabase *database, const char *id, GError **error)
{
  gint64 told;

  if (!ruhu_database_get_integer (database, "SELECT told FROM over_draft WHERE id = ?1", -1, &told, error, "s", id))
    return FALSE;
  job->again = job->again || told != 0;
  /* It ended here, or it was lost. What waits to be told goes by itself; what was told a moment ago, and is there all the same, is there in a later version. */
  return (told < 0 || ruhu_database_run (database, "UPDATE over_draft SET told = 0 WHERE id = ?1", error, "s", id)) &&
         ((told >= 0 && !g_ptr_array_find_with_equal_func (job->handover->over, id, g_str_equal, NULL)) || want_own (database, error));
}

/* Both sides, once all was sent. */
static gboolean
take_differences (Answer *job, RuhuDatabase *database, GError **error)
{
  job->again = job->lacks->len > 0;
  for (guint i = 0; i < job->lacks->len; i++)
    if (!ruhu_database_run (database, "UPDATE draft SET handed = 0 WHERE id = ?1", error, "s", job->lacks->pdata[i]))
      return FALSE;
  for (guint i = 0; i < job->others->len; i++)
    if (!take_other (job, database, job->others->pdata[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
take_answer (RuhuDatabase *database, gpointer data, GError **error)
{
  Answer *job = data;

  job->again = job->handover->more;
  /* Before all was sent, something lacks in any case. */
  return note_handed (job, database, error) && note_told (job, database, error) && (job->handover->more || take_differences (job, database, error));
}

gboolean
ruhu_replica_take_drafts_answer (RuhuReplica *self, RuhuHandover *handover, GPtrArray *lacks, GPtrArray *others, gboolean *again, GError **error)
{
  Answer job = { self, handover, lacks, others, FALSE };

  g_return_val_if_fail (self != NULL && handover != NULL && lacks != NULL && others != NULL && again != NULL, FALSE);
  *again = FALSE;
  if (!ruhu_database_transaction (self->database, take_answer, &job, error))
    return FALSE;
  *again = job.again;
  return TRUE;
}

gboolean
ruhu_replica_drafts_handed (RuhuReplica *self, RuhuHandover *handover, GError **error)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  gboolean again;

  return ruhu_replica_take_drafts_answer (self, handover, none, none, &again, error);
}

/* What comes back */

typedef struct
{
  RuhuReplica *replica;
  GPtrArray *drafts;
} Restore;

static gboolean
insert_draft (RuhuReplica *self, const RuhuDraft *draft, const char *id, GError **error)
{
  return ruhu_database_run (self->database, "DELETE FROM over_draft WHERE id = ?1", error, "s", id) &&
         ruhu_database_run (self->database, "INSERT INTO draft (id, kind, scope, seen, updated, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)", error, "sssiss", id, draft->kind,
                            draft->scope, draft->seen, draft->updated, json_object_get_string (draft->body));
}

/* What is here under the same id, in *@typed as it would be handed over, stays; what says something else comes beside it. */
static gboolean
insert_beside (RuhuReplica *self, const RuhuDraft *draft, const char *typed, GError **error)
{
  g_autofree char *id = typed != NULL ? ruhu_random_id () : g_strdup (draft->id);

  return g_strcmp0 (typed, json_object_get_string (draft->body)) == 0 || insert_draft (self, draft, id, error);
}

/* *@typed: NULL where there is none. */
static gboolean
load_typed (RuhuReplica *self, const char *id, char **typed, char **updated, GError **error)
{
  g_autofree char *body = NULL;
  g_autoptr (RuhuJson) text = NULL;

  if (!ruhu_database_get_text (self->database, "SELECT body FROM draft WHERE id = ?1", &body, error, "s", id) ||
      !ruhu_database_get_text (self->database, "SELECT updated FROM draft WHERE id = ?1", updated, error, "s", id))
    return FALSE;
  text = body != NULL ? dup_typed (body) : NULL;
  *typed = g_strdup (text != NULL ? json_object_get_string (text) : NULL);
  return TRUE;
}

static gboolean
restore (RuhuDatabase *database, gpointer data, GError **error)
{
  Restore *job = data;
  RuhuStore *store = job->replica->store;
  g_autoptr (RuhuJson) took = json_object_new_array (), stamps = json_object_new_array ();

  (void) database;
  for (guint i = 0; i < job->drafts->len; i++)
    {
      RuhuDraft *draft = job->drafts->pdata[i];
      g_autofree char *typed = NULL, *updated = NULL;

      json_object_array_add (took, json_object_new_string (draft->id));
      json_object_array_add (stamps, json_object_new_string (draft->updated));
      if (!load_typed (job->replica, draft->id, &typed, &updated, error) || !insert_beside (job->replica, draft, typed, error))
        return FALSE;
    }
  return ruhu_store_set_meta (store, "drafts_took", json_object_to_json_string_ext (took, JSON_C_TO_STRING_PLAIN), error) &&
         ruhu_store_set_meta (store, "drafts_took_updated", json_object_to_json_string_ext (stamps, JSON_C_TO_STRING_PLAIN), error);
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

gboolean
ruhu_replica_wants_own_drafts (RuhuReplica *self, gboolean *wants, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *own = ruhu_store_get_meta (self->store, "drafts_own", &local);

  *wants = own != NULL;
  return ruhu_check_end (&local, error);
}

/* The version from the township comes beside what is here, which is the later one from now on. */
static gboolean
keep_both (RuhuReplica *self, const RuhuDraft *draft, const char *typed, GError **error)
{
  g_autofree char *later = ruhu_stamp_from_time (ruhu_stamp_get_time (draft->updated) + 1);

  return insert_beside (self, draft, typed, error) && ruhu_database_run (self->database, "UPDATE draft SET updated = ?2 WHERE id = ?1", error, "ss", draft->id, later);
}

/* Both versions are of this laptop, and so are their stamps: the newer stands. What is older at the township may still say what is not here, where this laptop was put back from a copy; and what
 * is older here, if it was never there. */
static gboolean
restore_version (RuhuReplica *self, const RuhuDraft *draft, GError **error)
{
  g_autofree char *typed = NULL, *updated = NULL;
  gint64 over, unsent;

  if (!ruhu_database_get_integer (self->database, "SELECT updated >= ?2 FROM over_draft WHERE id = ?1", 0, &over, error, "ss", draft->id, draft->updated) ||
      !ruhu_database_get_integer (self->database, "SELECT version > handed FROM draft WHERE id = ?1", 0, &unsent, error, "s", draft->id) ||
      !load_typed (self, draft->id, &typed, &updated, error))
    return FALSE;
  if (over != 0)
    return TRUE;
  if (typed == NULL || strcmp (draft->updated, updated) <= 0)
    return insert_beside (self, draft, typed, error);
  if (unsent != 0)
    return keep_both (self, draft, typed, error);
  return ruhu_database_run (self->database, "UPDATE draft SET seen = ?2, updated = ?3, body = ?4, version = version + 1 WHERE id = ?1", error, "siss", draft->id, draft->seen,
                            draft->updated, json_object_get_string (draft->body));
}

static gboolean
restore_own (RuhuDatabase *database, gpointer data, GError **error)
{
  Restore *job = data;

  (void) database;
  for (guint i = 0; i < job->drafts->len; i++)
    if (!restore_version (job->replica, job->drafts->pdata[i], error))
      return FALSE;
  return ruhu_store_unset_meta (job->replica->store, "drafts_own", error);
}

gboolean
ruhu_replica_restore_own_drafts (RuhuReplica *self, GPtrArray *drafts, GError **error)
{
  Restore job = { self, drafts };

  return ruhu_database_transaction (self->database, restore_own, &job, error);
}

typedef struct
{
  GHashTable *there; /* id → when it was last typed into; both borrowed */
  guint n;
} Compare;

static gboolean
compare (RuhuDatabase *database, gpointer data, GError **error)
{
  Compare *job = data;
  g_autoptr (GPtrArray) lacking = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query = ruhu_database_query (database, "SELECT id, updated FROM draft WHERE version <= handed", error, "");

  if (query == NULL)
    return FALSE;
  while (ruhu_statement_next (query, &local))
    if (g_strcmp0 (g_hash_table_lookup (job->there, ruhu_statement_get_text (query, 0)), ruhu_statement_get_text (query, 1)) != 0)
      g_ptr_array_add (lacking, g_strdup (ruhu_statement_get_text (query, 0)));
  if (!ruhu_check_end (&local, error))
    return FALSE;
  for (guint i = 0; i < lacking->len; i++)
    if (!ruhu_database_run (database, "UPDATE draft SET handed = 0 WHERE id = ?1", error, "s", lacking->pdata[i]))
      return FALSE;
  job->n = lacking->len;
  return TRUE;
}

gboolean
ruhu_replica_compare_drafts (RuhuReplica *self, GPtrArray *drafts, guint *n, GError **error)
{
  g_autoptr (GHashTable) there = g_hash_table_new (g_str_hash, g_str_equal);
  Compare job = { there, 0 };

  for (guint i = 0; i < drafts->len; i++)
    g_hash_table_insert (there, ((RuhuDraft *) drafts->pdata[i])->id, ((RuhuDraft *) drafts->pdata[i])->updated);
  if (!ruhu_database_transaction (self->database, compare, &job, error))
    return FALSE;
  *n = job.n;
  return TRUE;
}
