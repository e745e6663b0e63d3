/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-worker"

#include "config.h"

#include "ruhu-worker.h"

/* How often other programs' commits are looked for when nothing else is to do. */
#define WATCH_INTERVAL (1 * G_TIME_SPAN_SECOND)

/* What the object and its thread share, so that the thread needs no reference to the object and finalising the object can wait for it. */
typedef struct
{
  /* Borrowed: read and cleared in the object's thread alone. */
  RuhuWorker *worker;

  /* Owned. */
  char *path;
  GMainContext *context;
  GAsyncQueue *jobs;

  /* Guarded by the mutex. */
  GMutex mutex;
  RuhuCatalogue *catalogue;
  gboolean announced;
} Shared;

struct _RuhuWorker
{
  GObject parent_instance;

  Shared *shared;
  GThread *thread;
};

typedef enum
{
  JOB_RUN,
  JOB_FLUSH,
  JOB_QUIT,
} JobKind;

typedef struct
{
  JobKind kind;

  /* JOB_RUN; owned. */
  GTask *task;
  GDestroyNotify result_free;
  RuhuWorkerFunc func;
  gboolean stoppable;
  gpointer result;
  GError *error;

  /* JOB_FLUSH; owned: where the job is handed back. */
  GAsyncQueue *flushed;
} Job;

/* What lives in the thread alone. */
typedef struct
{
  Shared *shared;
  RuhuStore *store;
  RuhuDatabase *watcher; /* sees every commit, the store's own among them */
  gint64 version;
  gint64 foreign_version;
} Room;

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RuhuWorker, ruhu_worker, G_TYPE_OBJECT)

static void
shared_clear (Shared *shared)
{
  g_free (shared->path);
  g_main_context_unref (shared->context);
  g_async_queue_unref (shared->jobs);
  g_clear_pointer (&shared->catalogue, ruhu_catalogue_unref);
  g_mutex_clear (&shared->mutex);
}

static void
shared_unref (gpointer shared)
{
  g_atomic_rc_box_release_full (shared, (GDestroyNotify) shared_clear);
}

static void
post (Shared *shared, GSourceFunc func, gpointer data, GDestroyNotify destroy)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, data, destroy);
  g_source_set_static_name (source, "[ruhu] worker");
  g_source_attach (source, shared->context);
}

static gboolean
job_return_cb (gpointer data)
{
  Job *job = data;

  if (job->error != NULL)
    g_task_return_error (job->task, g_steal_pointer (&job->error));
  else
    g_task_return_pointer (job->task, g_steal_pointer (&job->result), job->result_free);
  g_object_unref (job->task);
  g_free (job);
  return G_SOURCE_REMOVE;
}

static gboolean
announce_cb (gpointer data)
{
  Shared *shared = data;

  g_mutex_lock (&shared->mutex);
  shared->announced = FALSE;
  g_mutex_unlock (&shared->mutex);
  if (shared->worker != NULL)
    {
      g_autoptr (RuhuWorker) worker = g_object_ref (shared->worker);

      g_signal_emit (worker, signals[SIGNAL_CHANGED], 0);
    }
  return G_SOURCE_REMOVE;
}

/* Many commits before the main loop gets round to it are one signal. */
static void
announce (Shared *shared)
{
  gboolean first;

  g_mutex_lock (&shared->mutex);
  first = !shared->announced;
  shared->announced = TRUE;
  g_mutex_unlock (&shared->mutex);
  if (first)
    post (shared, announce_cb, g_atomic_rc_box_acquire (shared), shared_unref);
}

static void
room_publish_catalogue (Room *room)
{
  g_autoptr (RuhuCatalogue) catalogue = ruhu_catalogue_ref (ruhu_store_get_catalogue (room->store));
  RuhuCatalogue *old;

  g_mutex_lock (&room->shared->mutex);
  old = room->shared->catalogue;
  room->shared->catalogue = g_steal_pointer (&catalogue);
  g_mutex_unlock (&room->shared->mutex);
  g_clear_pointer (&old, ruhu_catalogue_unref);
}

/* Tried again at every job, so that a full disk or a locked file is got over without starting the program again. */
static gboolean
room_open (Room *room, GError **error)
{
  RuhuStoreOptions options = { .path = room->shared->path, .flags = RUHU_DATABASE_CREATE };
  g_autoptr (GError) watch_error = NULL;

  /* The daemon sets a damaged database aside and makes a new one. */
  if (room->store != NULL && ruhu_database_was_moved (ruhu_store_get_database (room->store)))
    {
      g_clear_pointer (&room->watcher, ruhu_database_close);
      g_clear_pointer (&room->store, ruhu_store_close);
    }
  if (room->store != NULL)
    return TRUE;
  room->store = ruhu_store_open (&options, error);
  if (room->store == NULL)
    return FALSE;
  room_publish_catalogue (room);
  room->foreign_version = ruhu_database_get_data_version (ruhu_store_get_database (room->store));
  room->watcher = ruhu_database_open (room->shared->path, RUHU_DATABASE_READ_ONLY, &watch_error);
  if (room->watcher == NULL)
    g_debug ("Other programs' changes will not be noticed: %s", watch_error->message);
  else
    room->version = ruhu_database_get_data_version (room->watcher);
  return TRUE;
}

/* Another program may have brought new fields: the catalogue follows before anybody is told. */
static void
room_follow_catalogue (Room *room)
{
  gint64 version = ruhu_database_get_data_version (ruhu_store_get_database (room->store));
  g_autoptr (GError) error = NULL;
  gboolean changed = FALSE;

  if (version == room->foreign_version)
    return;
  room->foreign_version = version;
  if (!ruhu_store_refresh_catalogue (room->store, &changed, &error))
    g_warning ("Cannot take in the catalogue's extensions: %s", error->message);
  else if (changed)
    room_publish_catalogue (room);
}

static void
room_watch (Room *room)
{
  g_autoptr (GError) error = NULL;
  gint64 version;

  /* Another file has taken its place: nobody would ever write to the one that is open. */
  if (room->store != NULL && ruhu_database_was_moved (ruhu_store_get_database (room->store)))
    {
      /* Not yet: nobody is to make one here before the daemon puts it there. */
      if (!g_file_test (room->shared->path, G_FILE_TEST_EXISTS))
        return;
      if (!room_open (room, &error))
        g_debug ("The store does not open: %s", error->message);
      announce (room->shared);
      return;
    }
  if (room->watcher == NULL)
    return;
  version = ruhu_database_get_data_version (room->watcher);
  if (version == room->version)
    return;
  room->version = version;
  room_follow_catalogue (room);
  announce (room->shared);
}

static gboolean
is_cancelled (gpointer cancellable)
{
  return g_cancellable_is_cancelled (cancellable);
}

static void
room_run (Room *room, Job *job)
{
  GCancellable *cancellable = g_task_get_cancellable (job->task);

  if (!g_cancellable_set_error_if_cancelled (cancellable, &job->error) && room_open (room, &job->error))
    {
      if (job->stoppable)
        ruhu_database_stop_when (ruhu_store_get_database (room->store), is_cancelled, cancellable);
      job->result = job->func (room->store, g_task_get_task_data (job->task), cancellable, &job->error);
      if (job->stoppable)
        ruhu_database_stop_when (ruhu_store_get_database (room->store), NULL, NULL);
    }
  post (room->shared, job_return_cb, job, NULL);
}

/* FALSE when it was the last. */
static gboolean
room_step (Room *room)
{
  Job *job = g_async_queue_timeout_pop (room->shared->jobs, WATCH_INTERVAL);

  if (job == NULL)
    {
      room_watch (room);
      return TRUE;
    }
  if (job->kind == JOB_QUIT)
    {
      g_free (job);
      return FALSE;
    }
  if (job->kind == JOB_FLUSH)
    {
      g_autoptr (GAsyncQueue) flushed = g_steal_pointer (&job->flushed);

      g_async_queue_push (flushed, job);
      return TRUE;
    }
  room_run (room, job);
  room_watch (room);
  return TRUE;
}

static gpointer
room_main (gpointer data)
{
  Room room = { .shared = data };
  g_autoptr (GError) error = NULL;

  if (!room_open (&room, &error))
    g_debug ("The store does not open: %s", error->message);
  while (room_step (&room))
    ;
  g_clear_pointer (&room.watcher, ruhu_database_close);
  g_clear_pointer (&room.store, ruhu_store_close);
  shared_unref (room.shared);
  return NULL;
}

static void
ruhu_worker_finalize (GObject *object)
{
  RuhuWorker *self = RUHU_WORKER (object);

  if (self->shared != NULL)
    {
      Job *job = g_new0 (Job, 1);

      job->kind = JOB_QUIT;
      self->shared->worker = NULL;
      g_async_queue_push (self->shared->jobs, job);
      g_thread_join (self->thread);
      shared_unref (self->shared);
    }
  G_OBJECT_CLASS (ruhu_worker_parent_class)->finalize (object);
}

static void
ruhu_worker_class_init (RuhuWorkerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ruhu_worker_finalize;

  signals[SIGNAL_CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
ruhu_worker_init (RuhuWorker *self)
{
}

RuhuWorker *
ruhu_worker_new (const char *path)
{
  RuhuWorker *self;
  Shared *shared;

  g_return_val_if_fail (path != NULL, NULL);

  self = g_object_new (RUHU_TYPE_WORKER, NULL);
  shared = g_atomic_rc_box_new0 (Shared);
  shared->worker = self;
  shared->path = g_strdup (path);
  shared->context = g_main_context_ref_thread_default ();
  shared->jobs = g_async_queue_new ();
  g_mutex_init (&shared->mutex);
  self->shared = shared;
  self->thread = g_thread_new ("ruhu-worker", room_main, g_atomic_rc_box_acquire (shared));
  return self;
}

RuhuCatalogue *
ruhu_worker_dup_catalogue (RuhuWorker *self)
{
  RuhuCatalogue *catalogue = NULL;

  g_return_val_if_fail (RUHU_IS_WORKER (self), NULL);

  g_mutex_lock (&self->shared->mutex);
  if (self->shared->catalogue != NULL)
    catalogue = ruhu_catalogue_ref (self->shared->catalogue);
  g_mutex_unlock (&self->shared->mutex);
  return catalogue;
}

static Job *
job_new (RuhuWorker *self,
         RuhuWorkerFunc func,
         gpointer data,
         GDestroyNotify data_free,
         GDestroyNotify result_free,
         GCancellable *cancellable,
         GAsyncReadyCallback callback,
         gpointer user_data)
{
  Job *job = g_new0 (Job, 1);

  job->kind = JOB_RUN;
  job->task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (job->task, ruhu_worker_run_async);
  g_task_set_task_data (job->task, data, data_free);
  job->func = func;
  job->result_free = result_free;
  return job;
}

void
ruhu_worker_run_async (RuhuWorker *self,
                       RuhuWorkerFunc func,
                       gpointer data,
                       GDestroyNotify data_free,
                       GDestroyNotify result_free,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_return_if_fail (RUHU_IS_WORKER (self));
  g_return_if_fail (func != NULL);

  g_async_queue_push (self->shared->jobs, job_new (self, func, data, data_free, result_free, cancellable, callback, user_data));
}

void
ruhu_worker_read_async (RuhuWorker *self,
                        RuhuWorkerFunc func,
                        gpointer data,
                        GDestroyNotify data_free,
                        GDestroyNotify result_free,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  Job *job;

  g_return_if_fail (RUHU_IS_WORKER (self));
  g_return_if_fail (func != NULL && cancellable != NULL);

  job = job_new (self, func, data, data_free, result_free, cancellable, callback, user_data);
  job->stoppable = TRUE;
  g_async_queue_push (self->shared->jobs, job);
}

gpointer
ruhu_worker_run_finish (RuhuWorker *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

void
ruhu_worker_flush (RuhuWorker *self)
{
  g_autoptr (GAsyncQueue) flushed = g_async_queue_new ();
  Job *job;

  g_return_if_fail (RUHU_IS_WORKER (self));

  job = g_new0 (Job, 1);
  job->kind = JOB_FLUSH;
  job->flushed = g_async_queue_ref (flushed);
  g_async_queue_push (self->shared->jobs, job);
  g_free (g_async_queue_pop (flushed));
}
