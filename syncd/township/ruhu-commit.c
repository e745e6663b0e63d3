/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-commit.h"

#include "ruhu-checks.h"
#include "ruhu-error.h"

#include <glib/gi18n-lib.h>

/* What may wait, and what one transaction takes of it: enough that every laptop of a township can come at once, little enough that nobody waits long. */
#define MAX_WAITING 256
#define MAX_GROUP   64
#define MAX_CHANGES 4000
/* Members and elements of all changes that wait or are being written: some 200 bytes each. The batches of a whole township have a tenth of it. */
#define MAX_VALUES 1000000
/* How often the thread looks at the calendar and writes down who was heard of. */
#define TICK (20 * G_TIME_SPAN_SECOND)
/* While households wait to be checked and no batch does: how long the thread leaves the database alone, and how many it checks then. A batch waits for some 20 ms at the most. */
#define PAUSE     (200 * G_TIME_SPAN_MILLISECOND)
#define MAX_CHECK 5
/* The township's own rules look at every household's records: how long at least from one run to the next, however much arrives. */
#define TOWNSHIP_PAUSE (5 * G_TIME_SPAN_MINUTE)

typedef struct
{
  RuhuBatch *batch; /* owned */
  gsize values;
  RuhuCommitFunc func;
  gpointer data;
} Item;

struct _RuhuCommit
{
  RuhuSession *session; /* owned; the thread's */
  GThread *thread;
  GThreadPool *sweeper; /* frees what was answered: the thread that writes is the one that everybody waits for */
  GFunc committed;
  gpointer committed_data;
  char *today;             /* owned; the thread's: the day that the grants were last brought in line for */
  gboolean checking;       /* the thread's: something waits to be checked */
  gint64 township_checked; /* the thread's: when the township's own rules last could run; 0: never */
  GMutex mutex;
  GCond cond;
  /* Under the mutex. */
  GQueue waiting;      /* Item */
  gsize values;        /* of all that wait or are being written */
  GHashTable *touched; /* set of device ids */
  gboolean stopping;
};

RuhuBatch *
ruhu_batch_new (const char *device, GPtrArray *changes)
{
  RuhuBatch *self = g_new0 (RuhuBatch, 1);

  self->device = g_strdup (device);
  self->changes = changes;
  return self;
}

void
ruhu_batch_free (RuhuBatch *self)
{
  if (self == NULL)
    return;
  ruhu_batch_clear (self);
  g_free ((char *) self->device);
  g_free (self->hash);
  g_ptr_array_unref (self->changes);
  g_free (self);
}

static void
item_free (Item *item)
{
  ruhu_batch_free (item->batch);
  g_free (item);
}

static void
sweep_cb (gpointer data, gpointer user_data)
{
  RuhuCommit *self = user_data;
  GPtrArray *group = data;
  gsize values = 0;

  for (guint i = 0; i < group->len; i++)
    values += ((Item *) group->pdata[i])->values;
  g_ptr_array_unref (group);
  g_mutex_lock (&self->mutex);
  self->values -= values;
  g_mutex_unlock (&self->mutex);
}

static void
answer (RuhuCommit *self, GPtrArray *group, guint first, guint n, const GError *error)
{
  g_autoptr (GError) local = NULL;
  gint64 position = 0;

  /* What is on disk is acknowledged with or without the head: without, the laptop is told to ask again, which is harmless. */
  if (error == NULL && !ruhu_session_get_head (self->session, &position, &local))
    error = local;
  for (guint i = first; i < first + n; i++)
    {
      Item *item = group->pdata[i];

      item->func (item->batch, position, error, item->data);
    }
}

static gboolean
accept (RuhuCommit *self, GPtrArray *group, guint first, guint n, GError **error)
{
  g_autofree RuhuBatch **batches = g_new (RuhuBatch *, n);

  for (guint i = 0; i < n; i++)
    {
      batches[i] = ((Item *) group->pdata[first + i])->batch;
      ruhu_batch_clear (batches[i]);
    }
  return ruhu_ledger_accept (self->session->ledger, batches, n, error);
}

/* Whether the whole group would meet the same trouble again, batch by batch. */
static gboolean
is_everybodys_trouble (const GError *error)
{
  return g_error_matches (error, RUHU_ERROR, RUHU_ERROR_NO_SPACE) || g_error_matches (error, RUHU_ERROR, RUHU_ERROR_READ_ONLY) ||
         g_error_matches (error, RUHU_ERROR, RUHU_ERROR_BUSY) || g_error_matches (error, RUHU_ERROR, RUHU_ERROR_CORRUPT);
}

static void
commit_group (RuhuCommit *self, GPtrArray *group)
{
  g_autoptr (GError) error = NULL;

  if (accept (self, group, 0, group->len, &error))
    {
      answer (self, group, 0, group->len, NULL);
      return;
    }
  g_warning ("Nothing of %u batches was committed: %s", group->len, error->message);
  if (group->len == 1 || is_everybodys_trouble (error))
    {
      answer (self, group, 0, group->len, error);
      return;
    }
  /* One batch must not hold up the others. */
  for (guint i = 0; i < group->len; i++)
    {
      g_autoptr (GError) own = NULL;

      if (!accept (self, group, i, 1, &own))
        g_warning ("A batch of %s was not committed: %s", ((Item *) group->pdata[i])->batch->device, own->message);
      answer (self, group, i, 1, own);
    }
}

/* The caller holds the mutex. */
static GPtrArray *
take_group (RuhuCommit *self)
{
  GPtrArray *group = g_ptr_array_new_with_free_func ((GDestroyNotify) item_free);
  guint changes = 0;

  while (!g_queue_is_empty (&self->waiting) && group->len < MAX_GROUP)
    {
      Item *item = g_queue_peek_head (&self->waiting);

      if (group->len > 0 && changes + item->batch->changes->len > MAX_CHANGES)
        break;
      changes += item->batch->changes->len;
      g_ptr_array_add (group, g_queue_pop_head (&self->waiting));
    }
  return group;
}

static void
follow_calendar (RuhuCommit *self)
{
  g_autofree char *today = ruhu_clock_today (ruhu_store_get_clock (self->session->store));
  g_autoptr (GError) error = NULL;

  if (g_strcmp0 (today, self->today) == 0)
    return;
  if (!ruhu_ledger_reconcile (self->session->ledger, today, &error))
    {
      g_warning ("The day's grants could not be brought in line, will try again: %s", error->message);
      return;
    }
  g_free (self->today);
  self->today = g_steal_pointer (&today);
  if (self->committed != NULL)
    self->committed (self, self->committed_data);
}

typedef struct
{
  GHashTable *devices;
  const char *now;
} Touch;

static gboolean
write_touched (RuhuDatabase *database, gpointer data, GError **error)
{
  Touch *touch = data;
  GHashTableIter iter;
  gpointer device;

  g_hash_table_iter_init (&iter, touch->devices);
  while (g_hash_table_iter_next (&iter, &device, NULL))
    if (!ruhu_database_run (database, "UPDATE device SET last_seen = ?2 WHERE id = ?1 AND (last_seen IS NULL OR last_seen < ?2)", error, "ss", (const char *) device, touch->now))
      return FALSE;
  return TRUE;
}

static void
flush_touched (RuhuCommit *self)
{
  g_autoptr (GHashTable) devices = NULL;
  g_autofree char *now = ruhu_stamp_from_time (ruhu_clock_now (ruhu_store_get_clock (self->session->store)));
  g_autoptr (GError) error = NULL;
  Touch touch;

  g_mutex_lock (&self->mutex);
  if (g_hash_table_size (self->touched) > 0)
    {
      devices = g_steal_pointer (&self->touched);
      self->touched = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
    }
  g_mutex_unlock (&self->mutex);
  if (devices == NULL)
    return;
  touch = (Touch){ .devices = devices, .now = now };
  if (!ruhu_database_transaction (ruhu_store_get_database (self->session->store), write_touched, &touch, &error))
    g_warning ("When devices were last heard of could not be written down: %s", error->message);
}

/* What the rules find never holds up or undoes what was accepted: they run when nobody waits. */
static void
check_some (RuhuCommit *self)
{
  g_autofree char *today = ruhu_clock_today (ruhu_store_get_clock (self->session->store));
  g_autoptr (GError) error = NULL;
  gint64 before = 0, after = 0, now = g_get_monotonic_time ();
  gboolean township = self->township_checked == 0 || now - self->township_checked >= TOWNSHIP_PAUSE;

  self->checking = FALSE;
  if (!ruhu_session_get_head (self->session, &before, &error) ||
      !ruhu_checks_run (self->session->store, self->session->ledger, today, MAX_CHECK, township, &self->checking, &error) ||
      !ruhu_session_get_head (self->session, &after, &error))
    {
      self->checking = FALSE;
      g_warning ("The rules could not be run, will try again: %s", error->message);
    }
  else if (after != before && self->committed != NULL)
    self->committed (self, self->committed_data);
  /* Not reached while households wait. */
  if (township && !self->checking)
    self->township_checked = now;
}

/* NULL: nothing came within a tick. *@stopping with an empty queue ends the thread. */
static GPtrArray *
wait_for_group (RuhuCommit *self, gboolean *stopping)
{
  gint64 end = g_get_monotonic_time () + (self->checking ? PAUSE : TICK);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  while (g_queue_is_empty (&self->waiting) && !self->stopping)
    if (!g_cond_wait_until (&self->cond, &self->mutex, end))
      break;
  *stopping = self->stopping && g_queue_is_empty (&self->waiting);
  return g_queue_is_empty (&self->waiting) ? NULL : take_group (self);
}

static gpointer
commit_thread (gpointer data)
{
  RuhuCommit *self = data;
  gboolean stopping = FALSE;
  gint64 ticked = 0;

  while (!stopping)
    {
      GPtrArray *group;
      gint64 now = g_get_monotonic_time ();

      /* A server that never rests must see midnight too. */
      if (ticked == 0 || now - ticked >= TICK)
        {
          ticked = now;
          follow_calendar (self);
          flush_touched (self);
        }
      group = wait_for_group (self, &stopping);
      if (group == NULL)
        {
          if (!stopping)
            check_some (self);
          continue;
        }
      commit_group (self, group);
      g_thread_pool_push (self->sweeper, group, NULL);
      self->checking = TRUE;
      if (self->committed != NULL)
        self->committed (self, self->committed_data);
    }
  flush_touched (self);
  return NULL;
}

RuhuCommit *
ruhu_commit_new (RuhuSession *session, GFunc committed, gpointer data)
{
  RuhuCommit *self = g_new0 (RuhuCommit, 1);

  self->session = session;
  self->committed = committed;
  self->committed_data = data;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  g_queue_init (&self->waiting);
  self->touched = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->sweeper = g_thread_pool_new (sweep_cb, self, 1, FALSE, NULL);
  self->thread = g_thread_new ("commit", commit_thread, self);
  return self;
}

static gsize
count_values (RuhuBatch *batch)
{
  gsize n = 0;

  for (guint i = 0; i < batch->changes->len; i++)
    {
      RuhuPushed *pushed = batch->changes->pdata[i];

      n += ruhu_change_count_values (pushed->line, pushed->length);
    }
  return n;
}

gboolean
ruhu_commit_submit (RuhuCommit *self, RuhuBatch *batch, RuhuCommitFunc func, gpointer data, GError **error)
{
  g_autoptr (RuhuBatch) owned = batch;
  gsize values = count_values (batch);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Item *item;

  if (self->stopping || self->waiting.length >= MAX_WAITING || self->values + values > MAX_VALUES)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_BUSY, _ ("The township has more to write than it can at the moment; nothing of this batch was taken, send it again."));
      return FALSE;
    }
  item = g_new0 (Item, 1);
  item->batch = g_steal_pointer (&owned);
  item->values = values;
  self->values += values;
  item->func = func;
  item->data = data;
  g_queue_push_tail (&self->waiting, item);
  g_cond_signal (&self->cond);
  return TRUE;
}

void
ruhu_commit_touch (RuhuCommit *self, const char *device)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  g_hash_table_add (self->touched, g_strdup (device));
}

void
ruhu_commit_stop (RuhuCommit *self)
{
  g_mutex_lock (&self->mutex);
  self->stopping = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
  g_clear_pointer (&self->thread, g_thread_join);
  if (self->sweeper != NULL)
    g_thread_pool_free (g_steal_pointer (&self->sweeper), FALSE, TRUE);
}

void
ruhu_commit_free (RuhuCommit *self)
{
  if (self == NULL)
    return;
  ruhu_commit_stop (self);
  ruhu_session_free (self->session);
  g_hash_table_unref (self->touched);
  g_free (self->today);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->mutex);
  g_free (self);
}
