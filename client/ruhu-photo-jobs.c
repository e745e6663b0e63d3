/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-photo-jobs"

#include "config.h"

#include "ruhu-photo-jobs.h"

#include "ruhu-image.h"

#include <glib/gi18n.h>

typedef struct
{
  char *hash;
  int side;
  RuhuPhotoStatus status;
} Load;

static void
load_free (gpointer data)
{
  Load *load = data;

  g_free (load->hash);
  g_free (load);
}

static void
place_free (gpointer data)
{
  RuhuPhotoPlace *place = data;

  g_free (place->path);
  g_free (place);
}

static RuhuPhotoStore *
open_photos (RuhuStore *store)
{
  return ruhu_photo_store_new (ruhu_database_get_path (ruhu_store_get_database (store)));
}

static gpointer
keep (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr (RuhuPhotoStore) photos = open_photos (store);

  return ruhu_store_add_photo (store, photos, data, error);
}

void
ruhu_photo_keep_async (RuhuWorker *worker, GBytes *bytes, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  ruhu_worker_run_async (worker, keep, g_bytes_ref (bytes), (GDestroyNotify) g_bytes_unref, g_free, cancellable, callback, user_data);
}

static gpointer
locate (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr (RuhuPhotoStore) photos = open_photos (store);
  RuhuPhotoPlace *place = g_new0 (RuhuPhotoPlace, 1);

  if (!ruhu_store_get_photo_status (store, photos, data, &place->status, error))
    {
      place_free (place);
      return NULL;
    }
  place->path = ruhu_photo_store_dup_path (photos, data);
  return place;
}

static void
decode_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Load *load = g_task_get_task_data (task);
  g_autofree char *path = g_object_steal_data (G_OBJECT (task), "ruhu-path");
  g_autofree char *contents = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  GdkPixbuf *pixbuf = NULL;
  gsize length;

  if (g_file_get_contents (path, &contents, &length, &error))
    {
      bytes = g_bytes_new_take (g_steal_pointer (&contents), length);
      pixbuf = ruhu_image_decode (bytes, load->side, &error);
    }
  if (pixbuf != NULL)
    g_task_return_pointer (task, pixbuf, g_object_unref);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
located_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_autoptr (GError) error = NULL;
  RuhuPhotoPlace *place = ruhu_worker_run_finish (RUHU_WORKER (source), result, &error);
  Load *load = g_task_get_task_data (task);

  if (place == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  load->status = place->status;
  if (place->status.state == RUHU_PHOTO_ABSENT || place->status.state == RUHU_PHOTO_DAMAGED)
    g_task_return_pointer (task, NULL, NULL);
  else
    {
      g_object_set_data (G_OBJECT (task), "ruhu-path", g_strdup (place->path));
      g_task_run_in_thread (task, decode_in_thread);
    }
  place_free (place);
}

void
ruhu_photo_load_async (RuhuWorker *worker, const char *hash, int side, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Load *load = g_new0 (Load, 1);

  load->hash = g_strdup (hash);
  load->side = side;
  g_task_set_task_data (task, load, load_free);
  ruhu_worker_run_async (worker, locate, g_strdup (hash), g_free, place_free, cancellable, located_cb, task);
}

GdkPixbuf *
ruhu_photo_load_finish (GAsyncResult *result, RuhuPhotoStatus *status, GError **error)
{
  *status = ((Load *) g_task_get_task_data (G_TASK (result)))->status;
  return g_task_propagate_pointer (G_TASK (result), error);
}

char *
ruhu_photo_describe (const RuhuPhotoStatus *status)
{
  switch (status->state)
    {
    case RUHU_PHOTO_WAITING:
      return g_strdup (_ ("Waiting to be sent"));
    case RUHU_PHOTO_SENDING:
      return g_strdup_printf (_ ("%d %% sent"), status->size > 0 ? (int) (status->received * 100 / status->size) : 0);
    case RUHU_PHOTO_SENT:
      return g_strdup (_ ("At the township"));
    case RUHU_PHOTO_DAMAGED:
      return g_strdup (_ ("Damaged on this laptop"));
    default:
      return g_strdup (_ ("Not arrived here yet"));
    }
}
