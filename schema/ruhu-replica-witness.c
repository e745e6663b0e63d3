/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Others' changes that the township had and lost, kept here until it tells them again. Where this laptop may not keep them any longer, it hands them over first: perhaps nobody else has them.
 * Lines, all of it one body:
 *
 *   {"device":"…","seq":42,"body":"<the change's JSON, as text>"} */
#define G_LOG_DOMAIN "ruhu-replica"

#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-replica-private.h"
#include "ruhu-store-private.h"

/* Until a rebase has gone through all scopes, nobody knows which of them will be held. */
#define TO_GIVE_UP                                                                                                                                                        \
  "SELECT rowid, device, seq, body FROM witness WHERE ?1 = 1 OR (NOT EXISTS (SELECT 1 FROM scope WHERE scope.scope = witness.scope OR scope.scope = '*') AND NOT EXISTS " \
  "(SELECT 1 FROM meta WHERE key IN ('rebase_scopes', 'backfill_scope'))) ORDER BY rowid"

void
ruhu_witness_free (RuhuWitness *self)
{
  if (self == NULL)
    return;
  g_string_free (self->lines, TRUE);
  g_array_unref (self->rows);
  g_free (self);
}

static void
append_line (GString *lines, RuhuStatement *row)
{
  g_autoptr (RuhuJson) object = json_object_new_object ();
  g_autofree char *body = g_utf8_make_valid (ruhu_statement_get_text (row, 3), -1);

  json_object_object_add (object, "device", json_object_new_string (ruhu_statement_get_text (row, 1)));
  json_object_object_add (object, "seq", json_object_new_int64 (ruhu_statement_get_integer (row, 2)));
  json_object_object_add (object, "body", json_object_new_string (body));
  g_string_append (lines, json_object_to_json_string_ext (object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
  g_string_append_c (lines, '\n');
}

RuhuWitness *
ruhu_replica_take_witness (RuhuReplica *self, gboolean all, gsize max_bytes, GError **error)
{
  g_autoptr (RuhuWitness) witness = g_new0 (RuhuWitness, 1);
  g_autoptr (RuhuStatement) query = NULL;
  g_autoptr (GError) local = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  witness->lines = g_string_new (NULL);
  witness->rows = g_array_new (FALSE, FALSE, sizeof (gint64));
  query = ruhu_database_query (self->database, TO_GIVE_UP, error, "i", (gint64) all);
  if (query == NULL)
    return NULL;
  while ((witness->rows->len == 0 || witness->lines->len < max_bytes) && ruhu_statement_next (query, &local))
    {
      gint64 row = ruhu_statement_get_integer (query, 0);

      append_line (witness->lines, query);
      g_array_append_val (witness->rows, row);
    }
  return ruhu_check_end (&local, error) ? g_steal_pointer (&witness) : NULL;
}

typedef struct
{
  RuhuReplica *replica;
  const RuhuWitness *witness;
} Given;

static gboolean
give_up (RuhuDatabase *database, gpointer data, GError **error)
{
  Given *job = data;

  for (guint i = 0; i < job->witness->rows->len; i++)
    if (!ruhu_database_run (database, "DELETE FROM witness WHERE rowid = ?1", error, "i", g_array_index (job->witness->rows, gint64, i)))
      return FALSE;
  return ruhu_store_set_meta (job->replica->store, "scrub", "1", error);
}

gboolean
ruhu_replica_witness_told (RuhuReplica *self, const RuhuWitness *witness, GError **error)
{
  Given job = { self, witness };

  g_return_val_if_fail (self != NULL && witness != NULL, FALSE);

  return ruhu_database_transaction (self->database, give_up, &job, error) && ruhu_replica_settle (self, error);
}
