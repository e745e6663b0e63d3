/* SPDX-License-Identifier: GPL-3.0-or-later */
/* meta lost_photo:DEVICE:HASH: when it was told, a stamp. */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-lost-photos.h"

#include "ruhu-clock.h"
#include "ruhu-error.h"
#include "ruhu-store-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define PREFIX "lost_photo:"
/* The character behind the colon. */
#define ALL "key > 'lost_photo:' AND key < 'lost_photo;'"

void
ruhu_lost_photo_free (RuhuLostPhoto *self)
{
  if (self == NULL)
    return;
  g_free (self->hash);
  g_free (self->device);
  g_free (self->told);
  g_free (self);
}

typedef struct
{
  RuhuSession *session;
  const char *device;
  json_object *hashes;
} Note;

static gboolean
note (RuhuDatabase *database, gpointer data, GError **error)
{
  Note *job = data;
  g_autofree char *now = ruhu_stamp_from_time (ruhu_clock_now (ruhu_store_get_clock (job->session->store)));
  gint64 n;

  for (gsize i = 0; i < json_object_array_length (job->hashes); i++)
    {
      g_autofree char *key = g_strdup_printf (PREFIX "%s:%s", job->device, json_object_get_string (json_object_array_get_idx (job->hashes, i)));

      if (!ruhu_database_run (database, "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO NOTHING", error, "ss", key, now))
        return FALSE;
    }
  if (!ruhu_database_get_integer (database, "SELECT count (*) FROM meta WHERE " ALL " AND substr (key, 12, length (?1) + 1) = ?1 || ':'", 0, &n, error, "s", job->device))
    return FALSE;
  if (n <= RUHU_LOST_PHOTOS_MAX)
    return TRUE;
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_TOO_LARGE, _ ("No laptop can have lost so many photos."));
  return FALSE;
}

gboolean
ruhu_lost_photos_note (RuhuSession *session, const char *device, json_object *hashes, GError **error)
{
  Note job = { session, device, hashes };

  g_return_val_if_fail (session != NULL && device != NULL && hashes != NULL, FALSE);

  return ruhu_database_transaction (ruhu_store_get_database (session->store), note, &job, error);
}

GPtrArray *
ruhu_lost_photos_list (RuhuSession *session, RuhuPhotoStore *photos, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_lost_photo_free);
  g_autoptr (RuhuStatement) query = NULL;
  g_autoptr (GError) local = NULL;

  g_return_val_if_fail (session != NULL && photos != NULL, NULL);

  query = ruhu_database_query (ruhu_store_get_database (session->store), "SELECT key, value FROM meta WHERE " ALL " ORDER BY key", error, "");
  if (query == NULL)
    return NULL;
  while (ruhu_statement_next (query, &local))
    {
      g_auto (GStrv) parts = g_strsplit (ruhu_statement_get_text (query, 0), ":", 3);
      RuhuLostPhoto *item;

      if (g_strv_length (parts) != 3 || !ruhu_photo_is_hash (parts[2]) || ruhu_photo_store_has (photos, parts[2], NULL))
        continue;
      item = g_new0 (RuhuLostPhoto, 1);
      item->device = g_strdup (parts[1]);
      item->hash = g_strdup (parts[2]);
      item->told = g_strdup (ruhu_statement_get_text (query, 1));
      g_ptr_array_add (list, item);
    }
  if (local == NULL)
    return g_steal_pointer (&list);
  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}
