/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drafts that laptops handed over. They are in no log and no stream: only another laptop of the same person is given them, once theirs was withdrawn, and
 * the laptop itself, when it has lost something. What they say is
 * not looked at. They go when a person has finished them or thrown them away on the laptop, when the next laptop has them, and at the office's word (`device drop-draft`); not by time, for
 * nobody but their author has read them. */
#define G_LOG_DOMAIN "ruhu-ledger"

#include "config.h"

#include "ruhu-ledger.h"

#include "ruhu-error.h"
#include "ruhu-ledger-private.h"
#include "ruhu-store-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* The withdrawn laptops of ?1's user. */
#define BEFORE "(SELECT p.id FROM device p JOIN device d ON d.owner = p.owner WHERE d.id = ?1 AND d.revoked IS NULL AND p.revoked IS NOT NULL)"

typedef struct
{
  RuhuLedger *ledger;
  const char *device;
  const RuhuDraftsTold *told;
  GPtrArray *lacks;
  GPtrArray *others;
} Keep;

/* Nothing ends a draft but the word of a person, here or on the laptop, of the version that they saw: one that a laptop does not name may have been lost there. Of what was taken, what has been handed over since stays. */
static gboolean
drop_over (Keep *job, GError **error)
{
  const RuhuDraftsTold *told = job->told;

  for (guint i = 0; i < told->over->len; i++)
    if (!ruhu_database_run (job->ledger->database, "DELETE FROM handed_draft WHERE device = ?1 AND id = ?2 AND (?3 IS NULL OR updated <= ?3)", error, "sss", job->device, told->over->pdata[i],
                            i < told->over_updated->len ? told->over_updated->pdata[i] : NULL))
      return FALSE;
  for (guint i = 0; i < told->took->len; i++)
    if (!ruhu_database_run (job->ledger->database, "DELETE FROM handed_draft WHERE id = ?2 AND (?3 IS NULL OR updated = ?3) AND device IN " BEFORE, error, "sss", job->device,
                            told->took->pdata[i], i < told->took_updated->len ? told->took_updated->pdata[i] : NULL))
      return FALSE;
  return TRUE;
}

static gboolean
was_handed (const RuhuDraftsTold *told, const char *id)
{
  for (guint i = 0; i < told->drafts->len; i++)
    if (g_str_equal (((RuhuDraft *) told->drafts->pdata[i])->id, id))
      return TRUE;
  return FALSE;
}

/* What the laptop says that it has, against what is here: what is left in @here it has not, or not in so late a version. */
static gboolean
compare (Keep *job, GError **error)
{
  const RuhuDraftsTold *told = job->told;
  g_autoptr (GHashTable) here = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query = ruhu_database_query (job->ledger->database, "SELECT id, updated FROM handed_draft WHERE device = ?1", error, "s", job->device);
  GHashTableIter iter;
  gpointer left;

  if (query == NULL)
    return FALSE;
  while (ruhu_statement_next (query, &local))
    g_hash_table_insert (here, g_strdup (ruhu_statement_get_text (query, 0)), g_strdup (ruhu_statement_get_text (query, 1)));
  if (!ruhu_check_end (&local, error))
    return FALSE;
  for (guint i = 0; i < told->have->len; i++)
    {
      const char *id = told->have->pdata[i], *updated = g_hash_table_lookup (here, id);
      int order = updated == NULL ? -1 : i < told->updated->len ? strcmp (updated, told->updated->pdata[i])
                                                                : 0;

      /* An earlier version that came just now was not taken: what it says is nowhere else. */
      if (order < 0 || (order > 0 && was_handed (told, id)))
        g_ptr_array_add (job->lacks, g_strdup (id));
      if (order <= 0)
        g_hash_table_remove (here, id);
    }
  g_hash_table_iter_init (&iter, here);
  while (g_hash_table_iter_next (&iter, &left, NULL))
    g_ptr_array_add (job->others, g_strdup (left));
  return TRUE;
}

static gboolean
check_bounds (Keep *job, GError **error)
{
  gint64 n, bytes;

  if (!ruhu_database_get_integer (job->ledger->database, "SELECT count (*) FROM handed_draft WHERE device = ?1", 0, &n, error, "s", job->device) ||
      !ruhu_database_get_integer (job->ledger->database, "SELECT coalesce (sum (length (body)), 0) FROM handed_draft WHERE device = ?1", 0, &bytes, error, "s",
                                  job->device))
    return FALSE;
  if (n <= RUHU_LEDGER_MAX_DRAFTS && bytes <= RUHU_LEDGER_MAX_DRAFT_BYTES)
    return TRUE;
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_TOO_LARGE, _ ("These are more drafts than the township keeps for one laptop; nothing of them was taken."));
  return FALSE;
}

static gboolean
keep_drafts (RuhuDatabase *database, gpointer data, GError **error)
{
  Keep *job = data;

  /* Of a try that another writer stopped. */
  g_ptr_array_set_size (job->lacks, 0);
  g_ptr_array_set_size (job->others, 0);
  for (guint i = 0; i < job->told->drafts->len; i++)
    {
      RuhuDraft *draft = job->told->drafts->pdata[i];

      if (!ruhu_database_run (database,
                              "INSERT INTO handed_draft (device, id, kind, scope, seen, updated, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) "
                              "ON CONFLICT (device, id) DO UPDATE SET kind = excluded.kind, scope = excluded.scope, seen = excluded.seen, "
                              "updated = excluded.updated, body = excluded.body WHERE excluded.updated >= updated",
                              error, "ssssiss", job->device, draft->id, draft->kind, draft->scope, draft->seen, draft->updated,
                              json_object_get_string (draft->body)))
        return FALSE;
    }
  return drop_over (job, error) && check_bounds (job, error) && compare (job, error);
}

gboolean
ruhu_ledger_keep_drafts (RuhuLedger *self, const char *device, const RuhuDraftsTold *told, GPtrArray *lacks, GPtrArray *others, GError **error)
{
  Keep job = { self, device, told, lacks, others };

  g_return_val_if_fail (self != NULL && device != NULL && told != NULL && lacks != NULL && others != NULL, FALSE);
  return ruhu_database_transaction (self->database, keep_drafts, &job, error);
}

gboolean
ruhu_ledger_has_drafts (RuhuLedger *self, const char *device, gboolean *has, GError **error)
{
  gint64 found;

  /* Asked at each contact: with an IN SQLite would build a table. */
  if (!ruhu_database_get_integer (self->database,
                                  "SELECT 1 FROM device d JOIN device p ON p.owner = d.owner JOIN handed_draft h ON h.device = p.id "
                                  "WHERE d.id = ?1 AND d.revoked IS NULL AND p.revoked IS NOT NULL LIMIT 1",
                                  0, &found, error, "s", device))
    return FALSE;
  *has = found != 0;
  return TRUE;
}

gboolean
ruhu_ledger_find_draft_photo (RuhuLedger *self, const char *device, const char *hash, gboolean *found, GError **error)
{
  gint64 one;

  if (!ruhu_database_get_integer (self->database,
                                  "SELECT 1 FROM handed_draft WHERE (?1 IS NULL OR device IN (SELECT p.id FROM device p JOIN device d ON d.owner = p.owner WHERE d.id = ?1 AND d.revoked IS NULL)) "
                                  "AND body LIKE '%' || ?2 || '%' LIMIT 1",
                                  0, &one, error, "ss", device, hash))
    return FALSE;
  *found = one != 0;
  return TRUE;
}

RuhuStatement *
ruhu_ledger_query_drafts (RuhuLedger *self, const char *device, GError **error)
{
  return ruhu_database_query (self->database,
                              "SELECT id, kind, scope, seen, updated, body FROM handed_draft WHERE device IN " BEFORE " ORDER BY updated DESC, id LIMIT ?2",
                              error, "si", device, (gint64) RUHU_LEDGER_MAX_DRAFTS);
}

RuhuStatement *
ruhu_ledger_query_own_drafts (RuhuLedger *self, const char *device, GError **error)
{
  return ruhu_database_query (self->database, "SELECT id, kind, scope, seen, updated, body FROM handed_draft WHERE device = ?1 ORDER BY updated DESC, id", error, "s", device);
}

RuhuStatement *
ruhu_ledger_query_left_drafts (RuhuLedger *self, GError **error)
{
  return ruhu_database_query (self->database,
                              "SELECT h.id, h.device, d.owner, h.updated, h.scope FROM handed_draft h JOIN device d ON d.id = h.device WHERE d.revoked IS NOT NULL ORDER BY h.updated, h.id", error,
                              "");
}

typedef struct
{
  const char *device;
  const char *id;
  RuhuLedgerDropFunc func;
  gpointer data;
} Drop;

static gboolean
drop_draft (RuhuDatabase *database, gpointer data, GError **error)
{
  Drop *job = data;
  g_autofree char *body = NULL;

  if (!ruhu_database_get_text (database, "SELECT body FROM handed_draft WHERE device = ?1 AND id = ?2 AND device IN (SELECT id FROM device WHERE revoked IS NOT NULL)", &body, error, "ss",
                               job->device, job->id))
    return FALSE;
  if (body != NULL)
    return job->func (body, job->data, error) && ruhu_database_run (database, "DELETE FROM handed_draft WHERE device = ?1 AND id = ?2", error, "ss", job->device, job->id);
  g_set_error (error, RUHU_ERROR, RUHU_ERROR_NOT_FOUND, _ ("No withdrawn laptop %s left a draft %s; “device drafts” lists them."), job->device, job->id);
  return FALSE;
}

gboolean
ruhu_ledger_drop_draft (RuhuLedger *self, const char *device, const char *id, RuhuLedgerDropFunc func, gpointer data, GError **error)
{
  Drop job = { device, id, func, data };

  g_return_val_if_fail (self != NULL && device != NULL && id != NULL && func != NULL, FALSE);
  return ruhu_database_transaction (self->database, drop_draft, &job, error);
}
