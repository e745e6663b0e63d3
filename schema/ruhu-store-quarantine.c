/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The quarantine as the office has it on its own laptops: others' changes that came in the stream, and the decisions on them. */
#define G_LOG_DOMAIN "ruhu-store"

#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-store-private.h"
#include "ruhu-store-review.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Nobody has let it in or decided, as far as this file knows. A deleted decision is none. */
#define OPEN                                                                                                             \
  "kind = 'quarantined' AND device <> coalesce ((SELECT value FROM meta WHERE key = 'device'), '')"                      \
  " AND NOT EXISTS (SELECT 1 FROM log AS d WHERE d.device = log.device AND d.seq = log.seq AND d.kind <> 'quarantined')" \
  " AND NOT EXISTS (SELECT 1 FROM r_decision AS r WHERE r.device = log.device AND r.seq = log.seq AND r.deleted = 0)"

#define COLUMNS "SELECT device, seq, position, time, author, scope, visit, body, reason, detail FROM log WHERE "

static const char *
say_why (const char *code)
{
  if (g_strcmp0 (code, "revoked") == 0)
    return _ ("It came from a laptop that had been withdrawn.");
  if (g_strcmp0 (code, "expired") == 0)
    return _ ("Whoever recorded it had lost the right to it long ago.");
  return _ ("Whoever recorded it had no right to it.");
}

static RuhuQuarantined *
quarantined_from_row (RuhuStore *self, RuhuStatement *row)
{
  RuhuQuarantined *item = g_new0 (RuhuQuarantined, 1);
  g_autoptr (RuhuChange) change = NULL;

  item->device = g_strdup (ruhu_statement_get_text (row, 0));
  item->seq = ruhu_statement_get_integer (row, 1);
  item->position = ruhu_statement_get_integer (row, 2);
  item->time = g_strdup (ruhu_statement_get_text (row, 3));
  item->by = g_strdup (ruhu_statement_get_text (row, 4));
  item->by_name = ruhu_store_dup_user_name (self, item->by);
  item->scope = g_strdup (ruhu_statement_get_text (row, 5));
  item->household_name = ruhu_store_dup_household_name (self, item->scope);
  item->visit = g_strdup (ruhu_statement_get_text (row, 6));
  item->body = g_strdup (ruhu_statement_get_text (row, 7));
  item->code = g_strdup (ruhu_statement_get_text (row, 8));
  item->detail = g_strdup (ruhu_statement_get_text (row, 9));
  item->sentence = g_strdup (say_why (item->code));
  change = ruhu_change_parse (item->body, strlen (item->body), NULL);
  item->of_village = change != NULL && change->of_village;
  return item;
}

GPtrArray *
ruhu_store_list_quarantine (RuhuStore *self, gint64 offset, gint64 limit, GError **error)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_quarantined_free);
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) query = NULL;

  g_return_val_if_fail (self != NULL, NULL);
  query = ruhu_database_query (ruhu_store_get_database (self), COLUMNS OPEN " ORDER BY position, n LIMIT ?2 OFFSET ?1", error, "ii", offset,
                               limit > 0 ? limit : (gint64) -1);
  if (query == NULL)
    return NULL;
  while (ruhu_statement_next (query, &local))
    g_ptr_array_add (items, quarantined_from_row (self, query));
  return ruhu_check_end (&local, error) ? g_steal_pointer (&items) : NULL;
}

gboolean
ruhu_store_count_quarantine (RuhuStore *self, gint64 *count, GError **error)
{
  return ruhu_database_get_integer (ruhu_store_get_database (self), "SELECT count (*) FROM log WHERE " OPEN, 0, count, error, "");
}

json_object *
ruhu_decision_make_set (RuhuStore *self, const char *scope, const char *device, gint64 seq, gboolean accept, const char *reason)
{
  RuhuRecordType *type = ruhu_catalogue_get_record (ruhu_store_get_catalogue (self), RUHU_TYPE_DECISION);
  json_object *fields, *records, *set;
  g_autofree char *id = NULL;

  if (type == NULL)
    return NULL;
  fields = json_object_new_object ();
  json_object_object_add (fields, "device", json_object_new_string (device));
  json_object_object_add (fields, "seq", json_object_new_int64 (seq));
  json_object_object_add (fields, "accept", json_object_new_boolean (accept));
  if (reason != NULL && *reason != '\0')
    json_object_object_add (fields, "reason", json_object_new_string (reason));
  id = ruhu_record_type_make_id (type, scope, fields);
  records = json_object_new_object ();
  json_object_object_add (records, id, fields);
  set = json_object_new_object ();
  json_object_object_add (set, RUHU_TYPE_DECISION, records);
  return set;
}

typedef struct
{
  RuhuStore *store;
  const char *device;
  gint64 seq;
  gboolean accept;
  const char *reason;
} Decide;

static gboolean
decide (RuhuDatabase *database, gpointer data, GError **error)
{
  Decide *job = data;
  g_autofree char *body = NULL;
  g_autoptr (RuhuChange) change = NULL;
  g_autoptr (RuhuJson) set = NULL;
  RuhuEdit edit = { 0 };

  if (!ruhu_database_get_text (database, "SELECT body FROM log WHERE device = ?1 AND seq = ?2 AND " OPEN, &body, error, "si", job->device, job->seq))
    return FALSE;
  change = body != NULL ? ruhu_change_parse (body, strlen (body), error) : NULL;
  if (change != NULL)
    set = ruhu_decision_make_set (job->store, change->scope, job->device, job->seq, job->accept, job->reason);
  if (body == NULL || (change != NULL && set == NULL))
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_NOT_FOUND, _ ("No such change waits for the office, or somebody has decided on it already."));
      return FALSE;
    }
  if (change == NULL)
    return FALSE;
  edit = (RuhuEdit){ .scope = change->scope, .of_village = change->of_village, .set = set };
  return ruhu_store_get_seen (job->store, &edit.seen, error) && ruhu_store_save (job->store, &edit, NULL, error);
}

gboolean
ruhu_store_decide (RuhuStore *self, const char *device, gint64 seq, gboolean accept, const char *reason, GError **error)
{
  Decide job = { self, device, seq, accept, reason };

  g_return_val_if_fail (self != NULL && device != NULL, FALSE);
  return ruhu_database_transaction (ruhu_store_get_database (self), decide, &job, error);
}
