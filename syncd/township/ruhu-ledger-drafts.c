/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drafts that laptops handed over. They are in no log and no stream: only another laptop of the same person is given them, once theirs was withdrawn. What they say is
 * not looked at. They go when they are finished or deleted, when the next laptop has them, and some time after the laptop was withdrawn. */
#define G_LOG_DOMAIN "ruhu-ledger"

#include "config.h"

#include "ruhu-ledger.h"

#include "ruhu-error.h"
#include "ruhu-ledger-private.h"
#include "ruhu-store-private.h"

#include <glib/gi18n-lib.h>

/* The withdrawn laptops of ?1's user. */
#define BEFORE "(SELECT p.id FROM device p JOIN device d ON d.owner = p.owner WHERE d.id = ?1 AND d.revoked IS NULL AND p.revoked IS NOT NULL)"

typedef struct
{
  RuhuLedger *ledger;
  const char *device;
  GPtrArray *drafts;
  GPtrArray *have;
  GPtrArray *took;
} Keep;

static gboolean
is_among (GPtrArray *ids, const char *id)
{
  return g_ptr_array_find_with_equal_func (ids, id, g_str_equal, NULL);
}

static gboolean
drop_others (Keep *job, GError **error)
{
  g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query = ruhu_database_query (job->ledger->database, "SELECT id FROM handed_draft WHERE device = ?1", error, "s", job->device);

  if (query == NULL)
    return FALSE;
  while (ruhu_statement_next (query, &local))
    if (!is_among (job->have, ruhu_statement_get_text (query, 0)))
      g_ptr_array_add (gone, g_strdup (ruhu_statement_get_text (query, 0)));
  if (!ruhu_check_end (&local, error))
    return FALSE;
  for (guint i = 0; i < gone->len; i++)
    if (!ruhu_database_run (job->ledger->database, "DELETE FROM handed_draft WHERE device = ?1 AND id = ?2", error, "ss", job->device, gone->pdata[i]))
      return FALSE;
  for (guint i = 0; i < job->took->len; i++)
    if (!ruhu_database_run (job->ledger->database, "DELETE FROM handed_draft WHERE id = ?2 AND device IN " BEFORE, error, "ss", job->device,
                            job->took->pdata[i]))
      return FALSE;
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

  for (guint i = 0; i < job->drafts->len; i++)
    {
      RuhuDraft *draft = job->drafts->pdata[i];

      if (!ruhu_database_run (database,
                              "INSERT INTO handed_draft (device, id, kind, scope, seen, updated, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) "
                              "ON CONFLICT (device, id) DO UPDATE SET kind = excluded.kind, scope = excluded.scope, seen = excluded.seen, "
                              "updated = excluded.updated, body = excluded.body",
                              error, "ssssiss", job->device, draft->id, draft->kind, draft->scope, draft->seen, draft->updated,
                              json_object_get_string (draft->body)))
        return FALSE;
    }
  return drop_others (job, error) && check_bounds (job, error);
}

gboolean
ruhu_ledger_keep_drafts (RuhuLedger *self, const char *device, GPtrArray *drafts, GPtrArray *have, GPtrArray *took, GError **error)
{
  Keep job = { self, device, drafts, have, took };

  g_return_val_if_fail (self != NULL && device != NULL && drafts != NULL && have != NULL && took != NULL, FALSE);
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

gboolean
ruhu_ledger_forget_drafts (RuhuLedger *self, GError **error)
{
  gint64 now = ruhu_clock_now (ruhu_store_get_clock (self->store));
  g_autofree char *oldest = ruhu_stamp_from_time (MAX (now - (gint64) self->right_days * 24 * 60 * 60 * 1000, 0));

  return ruhu_database_run (self->database, "DELETE FROM handed_draft WHERE device IN (SELECT id FROM device WHERE revoked < ?1)", error, "s", oldest);
}
