/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-store"

#include "config.h"

#include "ruhu-store-photos.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-store-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

/* How long a photo stays that nobody saved, s. */
#define UNSAVED_SECONDS (30 * 24 * 60 * 60)

#define OWN_UNSENT                                                                         \
  "SELECT body FROM log WHERE device = (SELECT value FROM meta WHERE key = 'device') AND " \
  "((position IS NULL AND kind = 'change') OR (kind <> 'change' AND settled = 0))"

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
  g_autoptr (RuhuStatement) query = NULL;
  g_autoptr (GError) local = NULL;

  g_return_val_if_fail (self != NULL && photos != NULL && status != NULL, FALSE);
  query = ruhu_database_query (ruhu_store_get_database (self), "SELECT received, state = 'sent' FROM photo WHERE hash = ?1", error, "s", hash);
  if (query == NULL)
    return FALSE;
  if (ruhu_statement_next (query, &local))
    {
      found.received = ruhu_statement_get_integer (query, 0);
      if (ruhu_statement_get_integer (query, 1) != 0)
        found.state = RUHU_PHOTO_SENT;
      else if (found.received > 0)
        found.state = RUHU_PHOTO_SENDING;
    }
  if (!ruhu_check_end (&local, error))
    return FALSE;
  if (!ruhu_photo_store_has (photos, hash, &found.size))
    found = (RuhuPhotoStatus){ RUHU_PHOTO_ABSENT, 0, 0 };
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

static gboolean
add_mentioned (RuhuStore *self, const char *table, const char *column, gpointer data, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("SELECT DISTINCT %s FROM %s WHERE deleted = 0 AND %s IS NOT NULL", column, table, column);
  g_autoptr (RuhuStatement) query = ruhu_database_query (ruhu_store_get_database (self), sql, error, "");
  g_autoptr (GError) local = NULL;

  if (query == NULL)
    return FALSE;
  while (ruhu_statement_next (query, &local))
    g_hash_table_add (data, g_strdup (ruhu_statement_get_text (query, 0)));
  return ruhu_check_end (&local, error);
}

GHashTable *
ruhu_store_get_mentioned_photos (RuhuStore *self, GError **error)
{
  g_autoptr (GHashTable) hashes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  g_return_val_if_fail (self != NULL, NULL);
  return each_column (self, add_mentioned, hashes, error) ? g_steal_pointer (&hashes) : NULL;
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

static void
add_record_photos (RuhuRecordType *type, json_object *fields, GHashTable *hashes)
{
  json_object_object_foreach (fields, name, value)
  {
    RuhuField *field = ruhu_record_type_get_field (type, name);

    if (field != NULL && field->type == RUHU_TYPE_PHOTO && json_object_is_type (value, json_type_string) && ruhu_photo_is_hash (json_object_get_string (value)))
      g_hash_table_add (hashes, g_strdup (json_object_get_string (value)));
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
        add_record_photos (type, fields, hashes);
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
    if (!ruhu_database_run (ruhu_store_get_database (self), "UPDATE photo SET state = 'due' WHERE hash = ?1 AND state = 'new'", error, "s", hash))
      return FALSE;
  return TRUE;
}

/* What own changes mention that the township has not taken. */
static gboolean
add_unsent (RuhuStore *self, GHashTable *hashes, GError **error)
{
  g_autoptr (RuhuStatement) query = ruhu_database_query (ruhu_store_get_database (self), OWN_UNSENT, error, "");
  g_autoptr (GError) local = NULL;

  if (query == NULL)
    return FALSE;
  while (ruhu_statement_next (query, &local))
    {
      const char *body = ruhu_statement_get_text (query, 0);
      g_autoptr (RuhuChange) change = body != NULL ? ruhu_change_parse (body, strlen (body), NULL) : NULL;

      if (change != NULL)
        ruhu_store_add_change_photos (self, change, hashes);
    }
  return ruhu_check_end (&local, error);
}

static gboolean
is_drafted (RuhuStore *self, const char *hash, gboolean *drafted, GError **error)
{
  gint64 found;

  if (!ruhu_database_get_integer (ruhu_store_get_database (self), "SELECT 1 FROM draft WHERE body LIKE '%' || ?1 || '%' LIMIT 1", 0, &found, error, "s", hash))
    return FALSE;
  *drafted = found != 0;
  return TRUE;
}

/* What the township has as a draft is to come back whole on the next laptop. */
static gboolean
follow_draft (RuhuStore *self, const char *hash, GError **error)
{
  return ruhu_database_run (ruhu_store_get_database (self),
                            "UPDATE photo SET state = 'due' WHERE hash = ?1 AND EXISTS (SELECT 1 FROM draft WHERE version <= handed AND body LIKE '%' || ?1 || '%')", error, "s", hash);
}

static gboolean
is_old (RuhuPhotoStore *photos, const char *hash)
{
  g_autofree char *path = ruhu_photo_store_dup_path (photos, hash);
  struct stat info;

  return stat (path, &info) == 0 && info.st_mtime < g_get_real_time () / G_USEC_PER_SEC - UNSAVED_SECONDS;
}

typedef struct
{
  RuhuStore *store;
  RuhuPhotoStore *photos;
  GPtrArray *files;      /* hashes; listed before the transaction, in which the app would have to wait. What is added meanwhile has a row. */
  GHashTable *mentioned; /* by records here and by what is unsent */
} Follow;

/* Each file has a row. */
static gboolean
follow_file (Follow *job, const char *hash, GError **error)
{
  gint64 size;

  return !ruhu_photo_store_has (job->photos, hash, &size) ||
         ruhu_database_run (ruhu_store_get_database (job->store), "INSERT INTO photo (hash, state, size) VALUES (?1, 'new', ?2) ON CONFLICT (hash) DO NOTHING", error, "si", hash, size);
}

/* The file goes first: a row without a file is dropped the next time, a file without a row would stay. */
static gboolean
drop (Follow *job, const char *hash, GError **error)
{
  return ruhu_photo_store_remove (job->photos, hash, error) && ruhu_database_run (ruhu_store_get_database (job->store), "DELETE FROM photo WHERE hash = ?1", error, "s", hash);
}

static gboolean
follow_row (Follow *job, const char *hash, const char *state, GError **error)
{
  gboolean drafted;

  if (!ruhu_photo_store_has (job->photos, hash, NULL))
    return ruhu_database_run (ruhu_store_get_database (job->store), "DELETE FROM photo WHERE hash = ?1", error, "s", hash);
  if (g_hash_table_contains (job->mentioned, hash))
    return strcmp (state, "new") != 0 || ruhu_database_run (ruhu_store_get_database (job->store), "UPDATE photo SET state = 'due' WHERE hash = ?1", error, "s", hash);
  if (strcmp (state, "due") == 0)
    return TRUE;
  if (strcmp (state, "new") == 0 && !follow_draft (job->store, hash, error))
    return FALSE;
  if (strcmp (state, "new") == 0 && !is_old (job->photos, hash))
    return TRUE;
  return is_drafted (job->store, hash, &drafted, error) && (drafted || drop (job, hash, error));
}

/* Hash, state, hash, state, … */
static GPtrArray *
list_rows (RuhuDatabase *database, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (RuhuStatement) query = ruhu_database_query (database, "SELECT hash, state FROM photo", error, "");
  g_autoptr (GError) local = NULL;

  if (query == NULL)
    return NULL;
  while (ruhu_statement_next (query, &local))
    for (int i = 0; i < 2; i++)
      g_ptr_array_add (rows, g_strdup (ruhu_statement_get_text (query, i)));
  return ruhu_check_end (&local, error) ? g_steal_pointer (&rows) : NULL;
}

/* Files without a row are given one, and added to @rows. */
static gboolean
follow_files (Follow *job, GPtrArray *rows, GError **error)
{
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < rows->len; i += 2)
    g_hash_table_add (known, rows->pdata[i]);
  for (guint i = 0; i < job->files->len; i++)
    {
      if (g_hash_table_contains (known, job->files->pdata[i]))
        continue;
      if (!follow_file (job, job->files->pdata[i], error))
        return FALSE;
      g_ptr_array_add (rows, g_strdup (job->files->pdata[i]));
      g_ptr_array_add (rows, g_strdup ("new"));
    }
  return TRUE;
}

static gboolean
follow (RuhuDatabase *database, gpointer data, GError **error)
{
  Follow *job = data;
  g_autoptr (GPtrArray) rows = list_rows (database, error);

  g_clear_pointer (&job->mentioned, g_hash_table_unref);
  job->mentioned = rows != NULL ? ruhu_store_get_mentioned_photos (job->store, error) : NULL;
  if (job->mentioned == NULL || !add_unsent (job->store, job->mentioned, error) || !follow_files (job, rows, error))
    return FALSE;
  for (guint i = 0; i < rows->len; i += 2)
    if (!follow_row (job, rows->pdata[i], rows->pdata[i + 1], error))
      return FALSE;
  return TRUE;
}

/* What came in part, or was damaged, goes when nothing here mentions the photo any more: its household has left. */
static void
clear_beside (Follow *job, const char *name)
{
  g_autofree char *path = g_build_filename (ruhu_photo_store_get_path (job->photos), name, NULL);
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *file;

  while (folder != NULL && (file = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *hash = g_strndup (file, RUHU_PHOTO_HASH_LENGTH), *whole = g_build_filename (path, file, NULL);
      gboolean drafted = FALSE;

      if (!ruhu_photo_is_hash (hash) || g_hash_table_contains (job->mentioned, hash) || !is_drafted (job->store, hash, &drafted, NULL) || drafted)
        continue;
      if (g_unlink (whole) != 0)
        g_warning ("what was left of a photo stays: %s", g_strerror (errno));
    }
}

gboolean
ruhu_store_follow_photos (RuhuStore *self, RuhuPhotoStore *photos, GError **error)
{
  g_autoptr (GPtrArray) files = NULL;
  Follow job = { self, photos, NULL, NULL };
  gboolean done;

  g_return_val_if_fail (self != NULL && photos != NULL, FALSE);
  job.files = files = ruhu_photo_store_list (photos, error);
  if (files == NULL)
    return FALSE;
  done = ruhu_database_transaction (ruhu_store_get_database (self), follow, &job, error);
  if (done)
    {
      clear_beside (&job, "fetching");
      clear_beside (&job, "damaged");
    }
  g_clear_pointer (&job.mentioned, g_hash_table_unref);
  return done;
}

GPtrArray *
ruhu_store_list_due_photos (RuhuStore *self, gint64 limit, GError **error)
{
  g_autoptr (GPtrArray) uploads = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_photo_upload_free);
  g_autoptr (RuhuStatement) query = NULL;
  g_autoptr (GError) local = NULL;

  g_return_val_if_fail (self != NULL, NULL);
  query = ruhu_database_query (ruhu_store_get_database (self), "SELECT hash, size, received, upload FROM photo WHERE state = 'due' ORDER BY size, hash LIMIT ?1", error, "i",
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
  return ruhu_database_run (ruhu_store_get_database (self), "UPDATE photo SET received = ?2, upload = ?3 WHERE hash = ?1 AND state = 'due'", error, "sis", hash, received, upload);
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

GPtrArray *
ruhu_store_list_wanted_photos (RuhuStore *self, RuhuPhotoStore *photos, guint limit, GError **error)
{
  g_autoptr (GHashTable) mentioned = ruhu_store_get_mentioned_photos (self, error);
  g_autoptr (GPtrArray) wanted = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GList) hashes = NULL;

  if (mentioned == NULL || !add_drafted (self, mentioned, error))
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

  if (wanted == NULL || !ruhu_database_get_integer (database, "SELECT count (*) FROM photo WHERE state = 'due'", 0, &found.due, error, "") ||
      !ruhu_database_get_integer (database, "SELECT sum (size - received) FROM photo WHERE state = 'due'", 0, &found.due_bytes, error, ""))
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
