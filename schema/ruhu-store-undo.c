/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Taking back what was just saved: a new change that gives every field the value that it had before. Nothing leaves the log. */
#define G_LOG_DOMAIN "ruhu-store"

#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-heads.h"
#include "ruhu-store-private.h"
#include "ruhu-store-query.h"
#include "ruhu-validate.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define DELETED "deleted"

typedef struct
{
  RuhuStore *store;
  gint64 seq;
  /* What comes out. */
  RuhuChange *change;
  gint64 n;
  json_object *set;
} Undo;

static void
undo_clear (Undo *undo)
{
  g_clear_pointer (&undo->change, ruhu_change_free);
  g_clear_pointer (&undo->set, json_object_put);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Undo, undo_clear)

static gboolean
cannot (GError **error, const char *reason)
{
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_INVALID, reason);
  return FALSE;
}

static gboolean
load_change (Undo *undo, GError **error)
{
  g_autofree char *device = ruhu_store_get_meta (undo->store, "device", error);
  g_autoptr (RuhuStatement) query = NULL;
  g_autoptr (GError) local = NULL;
  const char *body;

  if (device == NULL)
    return error == NULL || *error == NULL ? cannot (error, _ ("This can no longer be taken back.")) : FALSE;
  query = ruhu_database_query (ruhu_store_get_database (undo->store), "SELECT n, body FROM log WHERE device = ?1 AND seq = ?2 AND kind = 'change'", error, "si", device, undo->seq);
  if (query == NULL)
    return FALSE;
  if (!ruhu_statement_next (query, &local))
    return ruhu_check_end (&local, error) ? cannot (error, _ ("This can no longer be taken back.")) : FALSE;
  undo->n = ruhu_statement_get_integer (query, 0);
  body = ruhu_statement_get_text (query, 1);
  undo->change = ruhu_change_parse (body, strlen (body), error);
  return undo->change != NULL;
}

/* Our value is the only one that stands. */
static gboolean
stands_alone (GPtrArray *heads, gint64 n, const char *field)
{
  guint of_field = 0;
  gboolean ours = FALSE;

  for (guint i = 0; i < heads->len; i++)
    {
      const RuhuHead *head = g_ptr_array_index (heads, i);

      if (!ruhu_head_has_field (head, field))
        continue;
      of_field++;
      ours = ours || head->change == n;
    }
  return ours && of_field == 1;
}

/* The value before ours, borrowed from @versions; *@found: whether there was one. */
static json_object *
find_before (Undo *undo, GPtrArray *versions, gboolean *found)
{
  gboolean passed = FALSE;

  *found = FALSE;
  for (guint i = 0; i < versions->len; i++)
    {
      const RuhuVersion *version = g_ptr_array_index (versions, i);

      if (passed)
        {
          *found = TRUE;
          return version->value;
        }
      passed = version->seq == undo->seq && g_str_equal (version->device, undo->change->device);
    }
  return NULL;
}

static gboolean
undo_field (Undo *undo, const char *type, const char *record, const char *field, json_object *fields, gboolean *existed, GError **error)
{
  g_autoptr (GPtrArray) versions = ruhu_store_get_history (undo->store, type, record, field, error);
  gboolean found;
  json_object *before;

  if (versions == NULL)
    return FALSE;
  before = find_before (undo, versions, &found);
  *existed = *existed || found;
  if (before == NULL && strcmp (field, DELETED) == 0)
    json_object_object_add (fields, field, json_object_new_boolean (FALSE));
  else
    json_object_object_add (fields, field, json_object_get (before));
  return TRUE;
}

/* Whether anything else was ever written about the record. */
static gboolean
is_older (Undo *undo, const char *record, gboolean *older, GError **error)
{
  gint64 n = 0;

  if (!ruhu_database_get_integer (ruhu_store_get_database (undo->store), "SELECT count (*) FROM log WHERE scope = ?1 AND n <> ?2 AND instr (body, ?3) > 0 AND kind = 'change'", 0, &n, error, "sis",
                                  undo->change->scope, undo->n, record))
    return FALSE;
  *older = n > 0;
  return TRUE;
}

static gboolean
undo_record (Undo *undo, const char *type_name, const char *record, json_object *written, json_object *records, GError **error)
{
  RuhuRecordType *type = ruhu_catalogue_get_record (ruhu_store_get_catalogue (undo->store), type_name);
  g_autoptr (GPtrArray) heads = ruhu_heads_load (ruhu_store_get_database (undo->store), undo->change->scope, type_name, record, error);
  g_autoptr (RuhuJson) fields = json_object_new_object ();
  gboolean existed = FALSE;

  if (heads == NULL)
    return FALSE;
  json_object_object_foreach (written, field, value)
  {
    (void) value;
    if (!stands_alone (heads, undo->n, field))
      return cannot (error, _ ("Somebody has written something else there since: it can no longer be taken back."));
    if (!undo_field (undo, type_name, record, field, fields, &existed, error))
      return FALSE;
  }
  if (!existed && !is_older (undo, record, &existed, error))
    return FALSE;
  if (!existed)
    {
      RuhuRole role;

      if (!ruhu_store_read_role (undo->store, &role, error))
        return FALSE;
      /* What is written once can be taken out by whoever wrote it; what is permanent cannot. */
      if (type == NULL || type->permanent || !ruhu_validate_may_remove (type, role, TRUE))
        return cannot (error, _ ("A new entry of this kind stays on record; correct it by another entry."));
      json_object_put (g_steal_pointer (&fields));
      fields = json_object_new_object ();
      json_object_object_add (fields, DELETED, json_object_new_boolean (TRUE));
    }
  json_object_object_add (records, record, g_steal_pointer (&fields));
  return TRUE;
}

static gboolean
undo_type (Undo *undo, const char *type, json_object *written, GError **error)
{
  json_object *records = json_object_new_object ();

  json_object_object_add (undo->set, type, records);
  json_object_object_foreach (written, record, fields)
  {
    if (!undo_record (undo, type, record, fields, records, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
make_set (RuhuDatabase *database, gpointer data, GError **error)
{
  Undo *undo = data;

  undo_clear (undo);
  if (!load_change (undo, error))
    return FALSE;
  undo->set = json_object_new_object ();
  json_object_object_foreach (undo->change->set, type, records)
  {
    if (!undo_type (undo, type, records, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
ruhu_store_can_undo (RuhuStore *self, gint64 seq)
{
  g_auto (Undo) undo = { .store = self, .seq = seq };
  g_autoptr (GError) error = NULL;

  g_return_val_if_fail (self != NULL, FALSE);

  return ruhu_database_read (ruhu_store_get_database (self), make_set, &undo, &error);
}

gboolean
ruhu_store_undo (RuhuStore *self, gint64 seq, gint64 *new_seq, GError **error)
{
  g_auto (Undo) undo = { .store = self, .seq = seq };
  gint64 seen;

  g_return_val_if_fail (self != NULL, FALSE);

  if (!ruhu_store_get_seen (self, &seen, error) || !ruhu_database_read (ruhu_store_get_database (self), make_set, &undo, error))
    return FALSE;
  return ruhu_store_save (self, &(RuhuEdit){ .scope = undo.change->scope, .of_village = undo.change->of_village, .seen = seen, .set = undo.set }, new_seq, error);
}
