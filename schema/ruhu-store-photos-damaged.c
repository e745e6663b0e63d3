/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Photos that nobody else has and that the township will never have. */
#define G_LOG_DOMAIN "ruhu-store"

#include "config.h"

#include "ruhu-store-photos.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-store-private.h"

typedef struct
{
  RuhuStore *store;
  const char *hash;
} Damaged;

gboolean
ruhu_store_give_photo_up (RuhuStore *self, const char *hash, GError **error)
{
  return ruhu_database_run (ruhu_store_get_database (self), "UPDATE photo SET state = 'damaged', received = 0, upload = NULL WHERE hash = ?1 AND " RUHU_PHOTO_IS_DUE, error, "s", hash);
}

static gboolean
note_damaged (RuhuDatabase *database, gpointer data, GError **error)
{
  Damaged *job = data;
  g_autoptr (RuhuJson) counts = json_object_new_object ();

  if (!ruhu_store_give_photo_up (job->store, job->hash, error))
    return FALSE;
  return ruhu_database_get_changes (database) == 0 || ruhu_store_add_notice (job->store, "photo", counts, error);
}

gboolean
ruhu_store_set_photo_damaged (RuhuStore *self, const char *hash, GError **error)
{
  Damaged job = { self, hash };

  return ruhu_database_transaction (ruhu_store_get_database (self), note_damaged, &job, error);
}

GPtrArray *
ruhu_store_list_damaged_photos (RuhuStore *self, GError **error)
{
  g_autoptr (GPtrArray) hashes = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (RuhuStatement) query = ruhu_database_query (ruhu_store_get_database (self), "SELECT hash FROM photo WHERE state = 'damaged' ORDER BY hash", error, "");
  g_autoptr (GError) local = NULL;

  if (query == NULL)
    return NULL;
  while (ruhu_statement_next (query, &local))
    g_ptr_array_add (hashes, g_strdup (ruhu_statement_get_text (query, 0)));
  return ruhu_check_end (&local, error) ? g_steal_pointer (&hashes) : NULL;
}
