/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-watch.h"

/* Between two looks at the log: commits that come in a burst are looked at together. */
#define REST (100 * G_TIME_SPAN_MILLISECOND)
/* The administration commands write from other processes, which tell nobody. */
#define TICK (500 * G_TIME_SPAN_MILLISECOND)

typedef struct
{
  char *device;
  gint64 position; /* nothing for the device lies at or before it */
  gint64 until;
  gpointer data;
} Poll;

struct _RuhuWatch
{
  RuhuSession *session; /* owned; the thread's */
  RuhuWakeFunc wake;
  GThread *thread;
  GMutex mutex;
  GCond cond;
  /* Under the mutex. */
  GPtrArray *polls; /* Poll */
  gboolean notified;
  gboolean stopping;
};

static void
poll_free (Poll *poll)
{
  g_free (poll->device);
  g_free (poll);
}

/* A poll that cannot be judged is woken: its request then meets the same trouble and says so. */
static gboolean
has_news (RuhuWatch *self, Poll *poll, gint64 head)
{
  g_autoptr (GError) error = NULL;
  gboolean news = FALSE;

  if (poll->position >= head)
    return FALSE;
  if (!ruhu_ledger_has_news (self->session->ledger, poll->device, poll->position, &news, &error))
    return TRUE;
  poll->position = head;
  return news;
}

/* The polls are looked at off the mutex, so that parking never waits for the database. */
static void
look (RuhuWatch *self, GPtrArray *polls, gboolean all)
{
  gint64 now = g_get_monotonic_time ();
  gint64 head = 0;
  g_autoptr (GError) error = NULL;

  if (!ruhu_session_get_head (self->session, &head, &error))
    g_debug ("The log's head cannot be read: %s", error->message);
  for (guint i = 0; i < polls->len;)
    {
      Poll *poll = polls->pdata[i];

      if (all || poll->until <= now || has_news (self, poll, head))
        {
          self->wake (poll->data);
          g_ptr_array_remove_index_fast (polls, i);
        }
      else
        i++;
    }
}

/* Waits for a notice, a tick, or the first deadline; then for the rest that bursts are given. */
static void
wait_for_something (RuhuWatch *self)
{
  gint64 end = g_get_monotonic_time () + TICK;

  for (guint i = 0; i < self->polls->len; i++)
    end = MIN (end, ((Poll *) self->polls->pdata[i])->until);
  while (!self->notified && !self->stopping)
    if (!g_cond_wait_until (&self->cond, &self->mutex, end))
      break;
  if (self->notified && !self->stopping)
    {
      g_mutex_unlock (&self->mutex);
      g_usleep (REST);
      g_mutex_lock (&self->mutex);
    }
  self->notified = FALSE;
}

static gpointer
watch_thread (gpointer data)
{
  RuhuWatch *self = data;
  gboolean stopping = FALSE;

  while (!stopping)
    {
      g_autoptr (GPtrArray) polls = NULL;

      g_mutex_lock (&self->mutex);
      wait_for_something (self);
      stopping = self->stopping;
      polls = g_steal_pointer (&self->polls);
      self->polls = g_ptr_array_new_with_free_func ((GDestroyNotify) poll_free);
      g_mutex_unlock (&self->mutex);

      if (polls->len > 0)
        look (self, polls, stopping);

      g_mutex_lock (&self->mutex);
      g_ptr_array_extend_and_steal (self->polls, g_steal_pointer (&polls));
      g_mutex_unlock (&self->mutex);
    }
  return NULL;
}

RuhuWatch *
ruhu_watch_new (RuhuSession *session, RuhuWakeFunc wake)
{
  RuhuWatch *self = g_new0 (RuhuWatch, 1);

  self->session = session;
  self->wake = wake;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->polls = g_ptr_array_new_with_free_func ((GDestroyNotify) poll_free);
  self->thread = g_thread_new ("watch", watch_thread, self);
  return self;
}

gboolean
ruhu_watch_park (RuhuWatch *self, const char *device, gint64 position, gint64 until, gpointer parked)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Poll *poll;

  if (self->stopping)
    return FALSE;
  poll = g_new0 (Poll, 1);
  poll->device = g_strdup (device);
  poll->position = position;
  poll->until = until;
  poll->data = parked;
  g_ptr_array_add (self->polls, poll);
  return TRUE;
}

void
ruhu_watch_notify (RuhuWatch *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->notified = TRUE;
  g_cond_signal (&self->cond);
}

void
ruhu_watch_stop (RuhuWatch *self)
{
  g_mutex_lock (&self->mutex);
  self->stopping = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
  g_clear_pointer (&self->thread, g_thread_join);
}

void
ruhu_watch_free (RuhuWatch *self)
{
  if (self == NULL)
    return;
  ruhu_watch_stop (self);
  ruhu_session_free (self->session);
  g_ptr_array_unref (self->polls);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->mutex);
  g_free (self);
}
