/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-patience.h"

#include <sys/socket.h>

struct _RuhuVisit
{
  int fd;
  /* Under the mutex. */
  gint64 end; /* monotonic µs; 0: none */
  gboolean shut;
};

struct _RuhuPatience
{
  gint64 idle; /* µs */
  GThread *thread;
  GMutex mutex;
  GCond cond;
  /* Under the mutex. */
  GHashTable *visits; /* RuhuVisit, a set */
  gboolean stopping;
};

/* The peer's socket is still open while it is in the set, so the number is nobody else's. */
static guint
shut_overdue (RuhuPatience *self)
{
  gint64 now = g_get_monotonic_time ();
  GHashTableIter iter;
  gpointer key;
  guint n = 0;

  g_hash_table_iter_init (&iter, self->visits);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      RuhuVisit *visit = key;

      if (visit->shut || visit->end == 0 || visit->end > now)
        continue;
      shutdown (visit->fd, SHUT_RDWR);
      visit->shut = TRUE;
      n++;
    }
  return n;
}

/* Looks around a few times in an idle time, and not at all while nobody is there. */
static gpointer
watch (gpointer data)
{
  RuhuPatience *self = data;

  g_mutex_lock (&self->mutex);
  while (!self->stopping)
    {
      gint64 next = g_get_monotonic_time () + self->idle / 4;
      guint n;

      while (!self->stopping && g_hash_table_size (self->visits) == 0)
        g_cond_wait (&self->cond, &self->mutex);
      while (!self->stopping && g_cond_wait_until (&self->cond, &self->mutex, next))
        ;
      n = shut_overdue (self);
      if (n > 0)
        g_message ("%u connections that took too long were ended", n);
    }
  g_mutex_unlock (&self->mutex);
  return NULL;
}

RuhuPatience *
ruhu_patience_new (guint idle_seconds)
{
  RuhuPatience *self = g_new0 (RuhuPatience, 1);

  self->idle = (gint64) MAX (idle_seconds, 1) * G_TIME_SPAN_SECOND;
  self->visits = g_hash_table_new_full (NULL, NULL, g_free, NULL);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->thread = g_thread_new ("patience", watch, self);
  return self;
}

void
ruhu_patience_free (RuhuPatience *self)
{
  if (self == NULL)
    return;
  g_mutex_lock (&self->mutex);
  self->stopping = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
  g_thread_join (self->thread);
  g_hash_table_unref (self->visits);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self);
}

RuhuVisit *
ruhu_patience_enter (RuhuPatience *self, int fd)
{
  RuhuVisit *visit = g_new0 (RuhuVisit, 1);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  visit->fd = fd;
  visit->end = g_get_monotonic_time () + 2 * self->idle;
  if (g_hash_table_size (self->visits) == 0)
    g_cond_signal (&self->cond);
  g_hash_table_add (self->visits, visit);
  return visit;
}

void
ruhu_patience_leave (RuhuPatience *self, RuhuVisit *visit)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  g_hash_table_remove (self->visits, visit);
}

static void
set_end (RuhuPatience *self, RuhuVisit *visit, gint64 end)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  visit->end = end;
}

static gint64
get_time_for (gsize bytes)
{
  return (gint64) (bytes / RUHU_PATIENCE_RATE) * G_TIME_SPAN_SECOND;
}

void
ruhu_patience_await_request (RuhuPatience *self, RuhuVisit *visit)
{
  set_end (self, visit, g_get_monotonic_time () + 2 * self->idle);
}

void
ruhu_patience_await_bytes (RuhuPatience *self, RuhuVisit *visit, gsize bytes)
{
  set_end (self, visit, g_get_monotonic_time () + 4 * self->idle + get_time_for (bytes));
}

void
ruhu_patience_add_bytes (RuhuPatience *self, RuhuVisit *visit, gsize bytes)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  visit->end += (gint64) bytes * G_TIME_SPAN_SECOND / RUHU_PATIENCE_RATE;
}

void
ruhu_patience_rest (RuhuPatience *self, RuhuVisit *visit)
{
  set_end (self, visit, 0);
}
