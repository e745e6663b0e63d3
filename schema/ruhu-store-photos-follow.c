/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Table and folder of the photos follow what records, the outbox and drafts mention. */
#define G_LOG_DOMAIN "ruhu-store"

#include "config.h"

#include "ruhu-store-photos.h"

#include "ruhu-cleanups.h"
#include "ruhu-store-private.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <utime.h>

/* How long a photo stays that nobody saved, s. */
#define UNSAVED_SECONDS (30 * 24 * 60 * 60)
/* How often that begins anew while a draft has it, s. */
#define RENEW_SECONDS (24 * 60 * 60)

#define OWN_UNSENT                                                                         \
  "SELECT body FROM log WHERE device = (SELECT value FROM meta WHERE key = 'device') AND " \
  "((position IS NULL AND kind = 'change') OR (kind <> 'change' AND settled = 0))"

/* Whether a record is here, and was removed. */
static gboolean
is_removed (RuhuStore *self, RuhuRecordType *type, const char *record, gboolean *removed, GError **error)
{
  g_autofree char *name = g_strdup_printf ("r_%s", type->name);
  g_autofree char *table = ruhu_database_quote (name);
  g_autofree char *sql = g_strdup_printf ("SELECT deleted FROM %s WHERE id = ?1", table);
  gint64 deleted;

  if (!ruhu_database_get_integer (ruhu_store_get_database (self), sql, 0, &deleted, error, "s", record))
    return FALSE;
  *removed = deleted != 0;
  return TRUE;
}

static gboolean
add_unremoved (RuhuStore *self, RuhuRecordType *type, json_object *records, GHashTable *hashes, GError **error)
{
  json_object_object_foreach (records, id, fields)
  {
    g_autoptr (GHashTable) found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
    gboolean removed = FALSE;
    GHashTableIter iter;
    gpointer hash;

    if (json_object_is_type (fields, json_type_object))
      ruhu_store_add_record_photos (type, fields, found);
    if (g_hash_table_size (found) > 0 && !is_removed (self, type, id, &removed, error))
      return FALSE;
    g_hash_table_iter_init (&iter, found);
    while (!removed && g_hash_table_iter_next (&iter, &hash, NULL))
      g_hash_table_add (hashes, g_strdup (hash));
  }
  return TRUE;
}

static gboolean
add_change (RuhuStore *self, const RuhuChange *change, GHashTable *hashes, GError **error)
{
  json_object_object_foreach (change->set, name, records)
  {
    RuhuRecordType *type = ruhu_catalogue_get_record (ruhu_store_get_catalogue (self), name);

    if (type != NULL && !add_unremoved (self, type, records, hashes, error))
      return FALSE;
  }
  return TRUE;
}

/* What own changes mention that the township has not taken, unless the record was removed by now. */
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

      if (change != NULL && !add_change (self, change, hashes, error))
        return FALSE;
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

static gboolean
set_state (RuhuStore *self, const char *hash, const char *state, GError **error)
{
  return ruhu_database_run (ruhu_store_get_database (self), "UPDATE photo SET state = ?2 WHERE hash = ?1", error, "ss", hash, state);
}

/* What the township has as a draft is to come back whole on the next laptop. */
static gboolean
follow_draft (RuhuStore *self, const char *hash, GError **error)
{
  return ruhu_database_run (ruhu_store_get_database (self),
                            "UPDATE photo SET state = 'handed' WHERE hash = ?1 AND EXISTS (SELECT 1 FROM draft WHERE version <= handed AND body LIKE '%' || ?1 || '%')", error, "s", hash);
}

/* Nothing refers to it any more, but whoever took it away may bring it back. What the township has of it is nothing yet. */
static gboolean
withhold (RuhuStore *self, const char *hash, GError **error)
{
  return ruhu_database_run (ruhu_store_get_database (self), "UPDATE photo SET state = 'new', received = 0, upload = NULL WHERE hash = ?1", error, "s", hash);
}

static gboolean
is_older (RuhuPhotoStore *photos, const char *hash, gint64 seconds)
{
  g_autofree char *path = ruhu_photo_store_dup_path (photos, hash);
  struct stat info;

  return stat (path, &info) == 0 && info.st_mtime < g_get_real_time () / G_USEC_PER_SEC - seconds;
}

/* The month begins anew when a draft was seen to have it: whoever throws that away, or takes the photo out of it, may think better of it. */
static void
renew (RuhuPhotoStore *photos, const char *hash)
{
  g_autofree char *path = ruhu_photo_store_dup_path (photos, hash);

  if (g_utime (path, NULL) != 0)
    g_debug ("a photo's time stays: %s", g_strerror (errno));
}

typedef struct
{
  RuhuStore *store;
  RuhuPhotoStore *photos;
  GPtrArray *files;      /* hashes; listed before the transaction, in which the app would have to wait. What is added meanwhile has a row. */
  GHashTable *mentioned; /* by records here and by what is unsent */
  GHashTable *removed;   /* by records here that were removed: these can be brought back */
  gint64 partial;        /* … which are not all */
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

/* What no record mentions (any more), nor any change on its way. */
static gboolean
follow_unmentioned (Follow *job, const char *hash, const char *state, GError **error)
{
  gboolean is_removed = g_hash_table_contains (job->removed, hash), is_new = strcmp (state, "new") == 0, drafted;

  /* Whose household has left this laptop may be mentioned there. */
  if (strcmp (state, "due") == 0)
    return job->partial || !is_removed || withhold (job->store, hash, error);
  if (is_new && !follow_draft (job->store, hash, error))
    return FALSE;
  if (job->partial || (is_new && (is_removed || !is_older (job->photos, hash, RENEW_SECONDS))))
    return TRUE;
  if (!is_drafted (job->store, hash, &drafted, error))
    return FALSE;
  if (drafted && is_older (job->photos, hash, RENEW_SECONDS))
    renew (job->photos, hash);
  if (drafted || (is_new && !is_older (job->photos, hash, UNSAVED_SECONDS)))
    return TRUE;
  return strcmp (state, "handed") == 0 ? withhold (job->store, hash, error) : drop (job, hash, error);
}

static gboolean
follow_row (Follow *job, const char *hash, const char *state, GError **error)
{
  gboolean is_mentioned = g_hash_table_contains (job->mentioned, hash), is_damaged = strcmp (state, "damaged") == 0, drafted = FALSE;

  if (is_damaged && !is_drafted (job->store, hash, &drafted, error))
    return FALSE;
  /* Nobody else has it: it is not waited for, as long as something here mentions it. */
  if (is_damaged && (job->partial || is_mentioned || drafted))
    return TRUE;
  if (!ruhu_photo_store_has (job->photos, hash, NULL))
    return ruhu_database_run (ruhu_store_get_database (job->store), "DELETE FROM photo WHERE hash = ?1", error, "s", hash);
  if (!is_mentioned)
    return follow_unmentioned (job, hash, state, error);
  return (strcmp (state, "new") != 0 && strcmp (state, "handed") != 0) || set_state (job->store, hash, "due", error);
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
  g_clear_pointer (&job->removed, g_hash_table_unref);
  job->mentioned = rows != NULL ? ruhu_store_get_mentioned_photos (job->store, FALSE, error) : NULL;
  job->removed = job->mentioned != NULL ? ruhu_store_get_mentioned_photos (job->store, TRUE, error) : NULL;
  if (job->removed == NULL || !add_unsent (job->store, job->mentioned, error) || !follow_files (job, rows, error) ||
      !ruhu_database_get_integer (database, "SELECT " RUHU_PHOTOS_PARTIAL, 0, &job->partial, error, ""))
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
  Follow job = { self, photos };
  gboolean done;

  g_return_val_if_fail (self != NULL && photos != NULL, FALSE);
  job.files = files = ruhu_photo_store_list (photos, error);
  if (files == NULL)
    return FALSE;
  done = ruhu_database_transaction (ruhu_store_get_database (self), follow, &job, error);
  if (done && !job.partial)
    {
      clear_beside (&job, "fetching");
      clear_beside (&job, "damaged");
    }
  g_clear_pointer (&job.mentioned, g_hash_table_unref);
  g_clear_pointer (&job.removed, g_hash_table_unref);
  return done;
}
