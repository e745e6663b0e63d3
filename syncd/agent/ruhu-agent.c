/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-syncd"

#include "config.h"

#include "ruhu-agent.h"

#include "ruhu-agent-private.h"
#include "ruhu-error.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct _RuhuAgent
{
  GObject parent_instance;
  /* Owned. */
  char *directory;
  GThread *thread;
  GQueue jobs;             /* GTask; by @mutex */
  RuhuAgentStatus *status; /* by @mutex */
  /* Values. */
  GMutex mutex;
  int wake_fd;
  guint wishes; /* RuhuWish, atomic */
  guint still, connect;
  gboolean told_status, told_data; /* by @mutex: a callback is on its way */
};

G_DEFINE_FINAL_TYPE (RuhuAgent, ruhu_agent, G_TYPE_OBJECT)

enum
{
  STATUS_CHANGED,
  DATA_CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

const char *
ruhu_agent_state_get_name (RuhuAgentState state)
{
  static const char *const names[] = {
    [RUHU_AGENT_UNENROLLED] = "unenrolled",
    [RUHU_AGENT_ENROLLING] = "enrolling",
    [RUHU_AGENT_IDLE] = "idle",
    [RUHU_AGENT_CONNECTING] = "connecting",
    [RUHU_AGENT_PUSHING] = "pushing",
    [RUHU_AGENT_PULLING] = "pulling",
    [RUHU_AGENT_BACKFILLING] = "backfilling",
    [RUHU_AGENT_OFFLINE] = "offline",
    [RUHU_AGENT_FAILED] = "failed",
    [RUHU_AGENT_REVOKED] = "revoked",
  };

  g_return_val_if_fail (state < G_N_ELEMENTS (names), "failed");
  return names[state];
}

RuhuAgentStatus *
ruhu_agent_status_copy (const RuhuAgentStatus *self)
{
  RuhuAgentStatus *copy = g_memdup2 (self, sizeof *self);

  copy->error = g_strdup (self->error);
  copy->error_name = g_strdup (self->error_name);
  copy->township = g_strdup (self->township);
  return copy;
}

void
ruhu_agent_status_free (RuhuAgentStatus *self)
{
  if (self == NULL)
    return;
  g_free (self->error);
  g_free (self->error_name);
  g_free (self->township);
  g_free (self);
}

static gboolean
status_equal (const RuhuAgentStatus *a, const RuhuAgentStatus *b)
{
  return a->state == b->state && a->photos_waiting == b->photos_waiting && a->photos_wanted == b->photos_wanted && a->pending == b->pending && a->refused == b->refused && a->progress == b->progress && a->last_success == b->last_success &&
         a->next_attempt == b->next_attempt && g_str_equal (a->error, b->error) && g_str_equal (a->error_name, b->error_name) &&
         g_str_equal (a->township, b->township) && g_str_equal (a->token_store, b->token_store);
}

static void
ruhu_agent_finalize (GObject *object)
{
  RuhuAgent *self = RUHU_AGENT (object);

  g_assert (self->thread == NULL);
  g_queue_clear_full (&self->jobs, g_object_unref);
  ruhu_agent_status_free (self->status);
  g_free (self->directory);
  close (self->wake_fd);
  g_mutex_clear (&self->mutex);
  G_OBJECT_CLASS (ruhu_agent_parent_class)->finalize (object);
}

static void
ruhu_agent_class_init (RuhuAgentClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ruhu_agent_finalize;
  signals[STATUS_CHANGED] = g_signal_new ("status-changed", RUHU_TYPE_AGENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[DATA_CHANGED] = g_signal_new ("data-changed", RUHU_TYPE_AGENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
ruhu_agent_init (RuhuAgent *self)
{
  RuhuAgentStatus nothing = { .state = RUHU_AGENT_CONNECTING, .progress = -1, .error = "", .error_name = "", .township = "", .token_store = "" };

  g_mutex_init (&self->mutex);
  g_queue_init (&self->jobs);
  self->status = ruhu_agent_status_copy (&nothing);
  self->wake_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  g_assert (self->wake_fd >= 0);
}

RuhuAgent *
ruhu_agent_new (const char *directory)
{
  RuhuAgent *self = g_object_new (RUHU_TYPE_AGENT, NULL);

  self->directory = g_strdup (directory);
  return self;
}

static void
job_free (gpointer data)
{
  RuhuAgentJob *job = data;

  g_free (job->text);
  g_free (job);
}

static void
wish (RuhuAgent *self, guint what)
{
  g_atomic_int_or (&self->wishes, what);
  /* It cannot block, and a full counter wakes as well. */
  if (eventfd_write (self->wake_fd, 1) != 0 && errno != EAGAIN)
    g_warning ("The synchronising thread could not be woken: %s", g_strerror (errno));
}

void
ruhu_agent_start (RuhuAgent *self)
{
  g_return_if_fail (RUHU_IS_AGENT (self) && self->thread == NULL);

  self->thread = g_thread_new ("synchronise", ruhu_agent_thread, self);
}

void
ruhu_agent_stop (RuhuAgent *self)
{
  GTask *task;

  g_return_if_fail (RUHU_IS_AGENT (self));

  if (self->thread == NULL)
    return;
  wish (self, RUHU_WISH_QUIT);
  g_clear_pointer (&self->thread, g_thread_join);
  g_atomic_int_and (&self->wishes, 0);
  while ((task = ruhu_agent_take_job (self)) != NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("The synchronisation service is ending."));
      g_object_unref (task);
    }
}

RuhuAgentStatus *
ruhu_agent_dup_status (RuhuAgent *self)
{
  RuhuAgentStatus *copy;

  g_return_val_if_fail (RUHU_IS_AGENT (self), NULL);

  g_mutex_lock (&self->mutex);
  copy = ruhu_agent_status_copy (self->status);
  g_mutex_unlock (&self->mutex);
  return copy;
}

void
ruhu_agent_sync_now (RuhuAgent *self)
{
  g_return_if_fail (RUHU_IS_AGENT (self));

  wish (self, RUHU_WISH_SYNC);
}

void
ruhu_agent_network_changed (RuhuAgent *self)
{
  g_return_if_fail (RUHU_IS_AGENT (self));

  wish (self, RUHU_WISH_RENEW | RUHU_WISH_SYNC);
}

void
ruhu_agent_nudge (RuhuAgent *self)
{
  g_return_if_fail (RUHU_IS_AGENT (self));

  wish (self, RUHU_WISH_LOOK);
}

static void
queue_job (RuhuAgent *self, RuhuAgentJobKind kind, const char *text, gpointer tag, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (self, NULL, callback, data);
  RuhuAgentJob *job = g_new0 (RuhuAgentJob, 1);

  job->kind = kind;
  job->text = g_strdup (text);
  g_task_set_source_tag (task, tag);
  g_task_set_task_data (task, job, job_free);
  g_mutex_lock (&self->mutex);
  g_queue_push_tail (&self->jobs, task);
  g_mutex_unlock (&self->mutex);
  wish (self, RUHU_WISH_JOB);
}

void
ruhu_agent_enrol_async (RuhuAgent *self, const char *link, GAsyncReadyCallback callback, gpointer data)
{
  g_return_if_fail (RUHU_IS_AGENT (self) && link != NULL);

  queue_job (self, RUHU_JOB_ENROL, link, ruhu_agent_enrol_async, callback, data);
}

gboolean
ruhu_agent_enrol_finish (RuhuAgent *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

void
ruhu_agent_carry_async (RuhuAgent *self, gboolean import, const char *path, GAsyncReadyCallback callback, gpointer data)
{
  g_return_if_fail (RUHU_IS_AGENT (self) && path != NULL);

  queue_job (self, import ? RUHU_JOB_IMPORT : RUHU_JOB_EXPORT, path, ruhu_agent_carry_async, callback, data);
}

GVariant *
ruhu_agent_carry_finish (RuhuAgent *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

void
ruhu_agent_set_patience (RuhuAgent *self, guint still, guint connect)
{
  g_return_if_fail (RUHU_IS_AGENT (self) && self->thread == NULL);

  self->still = still;
  self->connect = connect;
}

const char *
ruhu_agent_get_directory (RuhuAgent *self)
{
  return self->directory;
}

int
ruhu_agent_get_wake_fd (RuhuAgent *self)
{
  return self->wake_fd;
}

guint
ruhu_agent_get_still (RuhuAgent *self)
{
  return self->still;
}

guint
ruhu_agent_get_connect (RuhuAgent *self)
{
  return self->connect;
}

gboolean
ruhu_agent_has_wish (RuhuAgent *self, guint wishes)
{
  return ((guint) g_atomic_int_get (&self->wishes) & wishes) != 0;
}

gboolean
ruhu_agent_take_wish (RuhuAgent *self, guint wishes)
{
  return (g_atomic_int_and (&self->wishes, ~wishes) & wishes) != 0;
}

GTask *
ruhu_agent_take_job (RuhuAgent *self)
{
  GTask *task;

  g_mutex_lock (&self->mutex);
  task = g_queue_pop_head (&self->jobs);
  g_mutex_unlock (&self->mutex);
  return task;
}

static gboolean
emit_status_cb (gpointer data)
{
  RuhuAgent *self = RUHU_AGENT (data);

  g_mutex_lock (&self->mutex);
  self->told_status = FALSE;
  g_mutex_unlock (&self->mutex);
  g_signal_emit (self, signals[STATUS_CHANGED], 0);
  return G_SOURCE_REMOVE;
}

static gboolean
emit_data_cb (gpointer data)
{
  RuhuAgent *self = RUHU_AGENT (data);

  g_mutex_lock (&self->mutex);
  self->told_data = FALSE;
  g_mutex_unlock (&self->mutex);
  g_signal_emit (self, signals[DATA_CHANGED], 0);
  return G_SOURCE_REMOVE;
}

void
ruhu_agent_publish (RuhuAgent *self, const RuhuAgentStatus *status)
{
  gboolean tell = FALSE;

  g_mutex_lock (&self->mutex);
  if (!status_equal (self->status, status))
    {
      ruhu_agent_status_free (self->status);
      self->status = ruhu_agent_status_copy (status);
      tell = !self->told_status;
      self->told_status = TRUE;
    }
  g_mutex_unlock (&self->mutex);
  if (tell)
    g_idle_add_full (G_PRIORITY_DEFAULT, emit_status_cb, g_object_ref (self), g_object_unref);
}

void
ruhu_agent_tell_data_changed (RuhuAgent *self)
{
  gboolean tell;

  g_mutex_lock (&self->mutex);
  tell = !self->told_data;
  self->told_data = TRUE;
  g_mutex_unlock (&self->mutex);
  if (tell)
    g_idle_add_full (G_PRIORITY_DEFAULT, emit_data_cb, g_object_ref (self), g_object_unref);
}
