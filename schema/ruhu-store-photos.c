/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-store"

#include "config.h"

#include "ruhu-store-photos.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-store-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

void
ruhu_photo_upload_free (RuhuPhotoUpload *self)
{
  if (self == NULL)
    return;
  g_free (self->hash);
  g_free (self->upload);
  g_free (self);
}

gboolean
ruhu_store_get_photo_status (RuhuStore *self, RuhuPhotoStore *photos, const char *hash, RuhuPhotoStatus *status, GError **error)
{
  RuhuPhotoStatus found = { RUHU_PHOTO_WAITING, 0, 0 };
  RuhuPhotoState absent = RUHU_PHOTO_ABSENT;
  g_autoptr (RuhuStatement) query = NULL;
  g_autoptr (GError) local = NULL;

  g_return_val_if_fail (self != NULL && photos != NULL && status != NULL, FALSE);
  query = ruhu_database_query (ruhu_store_get_database (self), "SELECT received, state = 'sent', state = 'damaged' FROM photo WHERE hash = ?1", error, "s", hash);
  if (query == NULL)
    return FALSE;
  if (ruhu_statement_next (query, &local))
    {
      found.received = ruhu_statement_get_integer (query, 0);
      if (ruhu_statement_get_integer (query, 1) != 0)
        found.state = RUHU_PHOTO_SENT;
      else if (found.received > 0)
        found.state = RUHU_PHOTO_SENDING;
      absent = ruhu_statement_get_integer (query, 2) != 0 ? RUHU_PHOTO_DAMAGED : RUHU_PHOTO_ABSENT;
    }
  if (!ruhu_check_end (&local, error))
    return FALSE;
  if (!ruhu_photo_store_has (photos, hash, &found.size))
    found = (RuhuPhotoStatus){ absent, 0, 0 };
  if (found.state == RUHU_PHOTO_SENT)
    found.received = found.size;
  *status = found;
  return TRUE;
}

typedef struct
{
  RuhuStore *store;
  RuhuPhotoStore *photos;
  GBytes *bytes;
  const char *state;
  char *hash;
} Put;

/* The file is put within the transaction: else ruhu_store_follow_photos() could remove, as sent and mentioned no more, what is just being added. */
static gboolean
put (RuhuDatabase *database, gpointer data, GError **error)
{
  Put *job = data;

  g_clear_pointer (&job->hash, g_free);
  job->hash = ruhu_photo_store_put (job->photos, job->bytes, error);
  return job->hash != NULL && ruhu_database_run (database,
                                                 "INSERT INTO photo (hash, state, size) VALUES (?1, ?2, ?3) "
                                                 "ON CONFLICT (hash) DO UPDATE SET state = excluded.state, received = 0, upload = NULL WHERE photo.state <> 'due' OR excluded.state = 'sent'",
                                                 error, "ssi", job->hash, job->state, (gint64) g_bytes_get_size (job->bytes));
}

char *
ruhu_store_add_photo (RuhuStore *self, RuhuPhotoStore *photos, GBytes *bytes, GError **error)
{
  Put job = { self, photos, bytes, "new", NULL };

  g_return_val_if_fail (self != NULL && photos != NULL && bytes != NULL, NULL);
  if (ruhu_database_transaction (ruhu_store_get_database (self), put, &job, error))
    return job.hash;
  g_free (job.hash);
  return NULL;
}

gboolean
ruhu_store_keep_photo (RuhuStore *self, RuhuPhotoStore *photos, const char *hash, GBytes *bytes, GError **error)
{
  Put job = { self, photos, bytes, "sent", NULL };
  g_autofree char *found = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  gboolean done;

  g_return_val_if_fail (self != NULL && photos != NULL && hash != NULL, FALSE);
  if (strcmp (found, hash) != 0)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("The photo that came is not the one that was asked for."));
      return FALSE;
    }
  done = ruhu_database_transaction (ruhu_store_get_database (self), put, &job, error);
  g_free (job.hash);
  return done;
}

/* Calls @func with the SQL names of table and column of every field of type photo. */
typedef gboolean (*ColumnFunc) (RuhuStore *self, const char *table, const char *column, gpointer data, GError **error);

static gboolean
each_column (RuhuStore *self, ColumnFunc func, gpointer data, GError **error)
{
  GPtrArray *records = ruhu_catalogue_get_records (ruhu_store_get_catalogue (self));

  for (guint i = 0; i < records->len; i++)
    {
      RuhuRecordType *type = g_ptr_array_index (records, i);
      g_autofree char *table = g_strdup_printf ("r_%s", type->name);

      for (guint j = 0; j < type->fields->len; j++)
        {
          RuhuField *field = g_ptr_array_index (type->fields, j);
          g_autofree char *quoted_table = ruhu_database_quote (table);
          g_autofree char *column = ruhu_database_quote (field->name);

          if (field->type == RUHU_TYPE_PHOTO && field->calculate == NULL && !func (self, quoted_table, column, data, error))
            return FALSE;
        }
    }
  return TRUE;
}

typedef struct
{
  GHashTable *hashes;
  gboolean removed;
} Mentioned;

static gboolean
add_mentioned (RuhuStore *self, const char *table, const char *column, gpointer data, GError **error)
{
  Mentioned *job = data;
  g_autofree char *sql = g_strdup_printf ("SELECT DISTINCT %s FROM %s WHERE deleted = ?1 AND %s IS NOT NULL", column, table, column);
  g_autoptr (RuhuStatement) query = ruhu_database_query (ruhu_store_get_database (self), sql, error, "i", (gint64) job->removed);
  g_autoptr (GError) local = NULL;

  if (query == NULL)
    return FALSE;
  while (ruhu_statement_next (query, &local))
    g_hash_table_add (job->hashes, g_strdup (ruhu_statement_get_text (query, 0)));
  return ruhu_check_end (&local, error);
}

GHashTable *
ruhu_store_get_mentioned_photos (RuhuStore *self, gboolean removed, GError **error)
{
  g_autoptr (GHashTable) hashes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Mentioned job = { hashes, removed };

  g_return_val_if_fail (self != NULL, NULL);
  return each_column (self, add_mentioned, &job, error) ? g_steal_pointer (&hashes) : NULL;
}

typedef struct
{
  const char *hash;
  GPtrArray *scopes;
} Scopes;

static gboolean
add_scopes (RuhuStore *self, const char *table, const char *column, gpointer data, GError **error)
{
  Scopes *job = data;
  g_autofree char *sql = g_strdup_printf ("SELECT DISTINCT scope FROM %s WHERE %s = ?1", table, column);
  g_autoptr (RuhuStatement) query = ruhu_database_query (ruhu_store_get_database (self), sql, error, "s", job->hash);
  g_autoptr (GError) local = NULL;

  if (query == NULL)
    return FALSE;
  while (ruhu_statement_next (query, &local))
    g_ptr_array_add (job->scopes, g_strdup (ruhu_statement_get_text (query, 0)));
  return ruhu_check_end (&local, error);
}

GPtrArray *
ruhu_store_list_photo_scopes (RuhuStore *self, const char *hash, GError **error)
{
  g_autoptr (GPtrArray) scopes = g_ptr_array_new_with_free_func (g_free);
  Scopes job = { hash, scopes };

  g_return_val_if_fail (self != NULL && hash != NULL, NULL);
  return each_column (self, add_scopes, &job, error) ? g_steal_pointer (&scopes) : NULL;
}

void
ruhu_store_add_record_photos (RuhuRecordType *type, json_object *fields, GHashTable *hashes)
{
  json_object_object_foreach (fields, name, value)
  {
    const char *text = json_object_is_type (value, json_type_string) ? json_object_get_string (value) : NULL;
    RuhuField *field = text != NULL && ruhu_photo_is_hash (text) ? ruhu_record_type_get_field (type, name) : NULL;

    if (field != NULL && field->type == RUHU_TYPE_PHOTO)
      g_hash_table_add (hashes, g_strdup (text));
  }
}

void
ruhu_store_add_change_photos (RuhuStore *self, const RuhuChange *change, GHashTable *hashes)
{
  json_object_object_foreach (change->set, name, records)
  {
    RuhuRecordType *type = ruhu_catalogue_get_record (ruhu_store_get_catalogue (self), name);

    if (type == NULL)
      continue;
    json_object_object_foreach (records, id, fields)
    {
      (void) id;
      if (json_object_is_type (fields, json_type_object))
        ruhu_store_add_record_photos (type, fields, hashes);
    }
  }
}

gboolean
ruhu_store_note_photos (RuhuStore *self, const RuhuChange *change, GError **error)
{
  g_autoptr (GHashTable) hashes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GHashTableIter iter;
  gpointer hash;

  ruhu_store_add_change_photos (self, change, hashes);
  g_hash_table_iter_init (&iter, hashes);
  while (g_hash_table_iter_next (&iter, &hash, NULL))
    if (!ruhu_database_run (ruhu_store_get_database (self), "UPDATE photo SET state = 'due' WHERE hash = ?1 AND state IN ('new', 'handed')", error, "s", hash))
      return FALSE;
  return TRUE;
}

GPtrArray *
ruhu_store_list_due_photos (RuhuStore *self, gint64 limit, GError **error)
{
  g_autoptr (GPtrArray) uploads = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_photo_upload_free);
  g_autoptr (RuhuStatement) query = NULL;
  g_autoptr (GError) local = NULL;

  g_return_val_if_fail (self != NULL, NULL);
  query = ruhu_database_query (ruhu_store_get_database (self), "SELECT hash, size, received, upload FROM photo WHERE " RUHU_PHOTO_IS_DUE " ORDER BY size, hash LIMIT ?1", error, "i",
                               limit > 0 ? limit : (gint64) -1);
  if (query == NULL)
    return NULL;
  while (ruhu_statement_next (query, &local))
    {
      RuhuPhotoUpload *upload = g_new0 (RuhuPhotoUpload, 1);

      upload->hash = g_strdup (ruhu_statement_get_text (query, 0));
      upload->size = ruhu_statement_get_integer (query, 1);
      upload->received = ruhu_statement_get_integer (query, 2);
      upload->upload = g_strdup (ruhu_statement_get_text (query, 3));
      g_ptr_array_add (uploads, upload);
    }
  return ruhu_check_end (&local, error) ? g_steal_pointer (&uploads) : NULL;
}

gboolean
ruhu_store_set_photo_received (RuhuStore *self, const char *hash, gint64 received, const char *upload, GError **error)
{
  return ruhu_database_run (ruhu_store_get_database (self), "UPDATE photo SET received = ?2, upload = ?3 WHERE hash = ?1 AND " RUHU_PHOTO_IS_DUE, error, "sis", hash, received, upload);
}

gboolean
ruhu_store_set_photo_sent (RuhuStore *self, const char *hash, GError **error)
{
  return ruhu_database_run (ruhu_store_get_database (self), "UPDATE photo SET state = 'sent', received = size, upload = NULL WHERE hash = ?1", error, "s", hash);
}

gboolean
ruhu_store_set_photo_lost (RuhuStore *self, const char *hash, GError **error)
{
  return ruhu_database_run (ruhu_store_get_database (self), "UPDATE photo SET state = 'due', received = 0, upload = NULL WHERE hash = ?1 AND state = 'sent'", error, "s", hash);
}

gboolean
ruhu_store_claim_photos (RuhuStore *self, GError **error)
{
  return ruhu_database_execute (ruhu_store_get_database (self), "UPDATE photo SET state = 'sent', received = size WHERE state = 'new' AND (" RUHU_PHOTOS_PARTIAL ")", error);
}

GPtrArray *
ruhu_store_list_sent_photos (RuhuStore *self, const char *after, guint limit, GError **error)
{
  g_autoptr (GPtrArray) hashes = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (RuhuStatement) query = NULL;
  g_autoptr (GError) local = NULL;

  g_return_val_if_fail (self != NULL && after != NULL, NULL);
  query = ruhu_database_query (ruhu_store_get_database (self), "SELECT hash FROM photo WHERE state = 'sent' AND hash > ?1 ORDER BY hash LIMIT ?2", error, "si", after, (gint64) limit);
  if (query == NULL)
    return NULL;
  while (ruhu_statement_next (query, &local))
    g_ptr_array_add (hashes, g_strdup (ruhu_statement_get_text (query, 0)));
  return ruhu_check_end (&local, error) ? g_steal_pointer (&hashes) : NULL;
}

/* A draft that came from another laptop mentions photos that are to come, too. */
static gboolean
add_drafted (RuhuStore *self, GHashTable *hashes, GError **error)
{
  g_autoptr (RuhuStatement) query = ruhu_database_query (ruhu_store_get_database (self), "SELECT body FROM draft", error, "");
  g_autoptr (GError) local = NULL;

  if (query == NULL)
    return FALSE;
  while (ruhu_statement_next (query, &local))
    ruhu_photo_add_hashes (ruhu_statement_get_text (query, 0), hashes);
  return ruhu_check_end (&local, error);
}

/* Those that were damaged here before anybody else had them are nowhere to come from. */
static gboolean
remove_damaged (RuhuStore *self, GHashTable *hashes, GError **error)
{
  g_autoptr (RuhuStatement) query = ruhu_database_query (ruhu_store_get_database (self), "SELECT hash FROM photo WHERE state = 'damaged'", error, "");
  g_autoptr (GError) local = NULL;

  if (query == NULL)
    return FALSE;
  while (ruhu_statement_next (query, &local))
    g_hash_table_remove (hashes, ruhu_statement_get_text (query, 0));
  return ruhu_check_end (&local, error);
}

GPtrArray *
ruhu_store_list_wanted_photos (RuhuStore *self, RuhuPhotoStore *photos, guint limit, GError **error)
{
  g_autoptr (GHashTable) mentioned = ruhu_store_get_mentioned_photos (self, FALSE, error);
  g_autoptr (GPtrArray) wanted = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GList) hashes = NULL;

  if (mentioned == NULL || !add_drafted (self, mentioned, error) || !remove_damaged (self, mentioned, error))
    return NULL;
  hashes = g_list_sort (g_hash_table_get_keys (mentioned), (GCompareFunc) strcmp);
  for (GList *l = hashes; l != NULL && (limit == 0 || wanted->len < limit); l = l->next)
    if (!ruhu_photo_store_has (photos, l->data, NULL))
      g_ptr_array_add (wanted, g_strdup (l->data));
  return g_steal_pointer (&wanted);
}

gboolean
ruhu_store_count_photos (RuhuStore *self, RuhuPhotoStore *photos, RuhuPhotoCounts *counts, GError **error)
{
  RuhuDatabase *database = ruhu_store_get_database (self);
  g_autoptr (GPtrArray) wanted = photos != NULL ? ruhu_store_list_wanted_photos (self, photos, 0, error) : g_ptr_array_new_with_free_func (g_free);
  RuhuPhotoCounts found = { 0 };

  if (wanted == NULL || !ruhu_database_get_integer (database, "SELECT count (*) FROM photo WHERE " RUHU_PHOTO_IS_DUE, 0, &found.due, error, "") ||
      !ruhu_database_get_integer (database, "SELECT sum (size - received) FROM photo WHERE " RUHU_PHOTO_IS_DUE, 0, &found.due_bytes, error, ""))
    return FALSE;
  found.wanted = wanted->len;
  *counts = found;
  return TRUE;
}

gboolean
ruhu_store_erase_photos (RuhuStore *self, RuhuPhotoStore *photos, GError **error)
{
  return ruhu_photo_store_erase (photos, error) && ruhu_database_execute (ruhu_store_get_database (self), "DELETE FROM photo", error);
}
