/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The agent's thread: the state machine.
 *
 *   no credentials ──────────────────────────► unenrolled: waits for a link
 *   unconfirmed credentials ──► enrolling ──┐
 *   credentials ──────────────► connecting ─┴► pushing ► pulling / backfilling ► idle: a long poll, then again
 *   a passing error   ► offline: waits for the back-off, the network, or "now"
 *   a lasting error   ► failed: the same, with a long wait
 *   revoked           ► revoked: everything personal is erased as soon as nothing unsent is lost by it */
#define G_LOG_DOMAIN "ruhu-syncd"

#include "config.h"

#include "ruhu-agent-private.h"

#include "ruhu-carry.h"
#include "ruhu-cleanups.h"
#include "ruhu-courier.h"
#include "ruhu-error.h"
#include "ruhu-schedule.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <poll.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* Until somebody who reads what was erased is waited for again, in ms. */
#define SCRUB_PAUSE (10 * 1000)
/* How long a long poll is asked for, in s, and how long an answer without news must have taken, in ms, for the next to follow at once. */
#define POLL_SECONDS 50
#define POLL_LEAST   (10 * 1000)
#define POLL_PAUSE   (15 * 1000)
/* For how long, in ms, photos go before it is asked again for others' changes. */
#define PHOTOS_AT_ONCE (20 * 1000)

typedef struct
{
  /* Borrowed. */
  RuhuAgent *agent;
  /* Owned. */
  RuhuCourier *courier;
  RuhuSchedule *schedule;
  RuhuAgentStatus status;
  int timer_fd;
  /* Values. */
  gboolean erased; /* by a revocation, in this run */
  gint64 asked;    /* when others' changes were asked for last, boottime in ms */
  gint64 photos;   /* bytes of photos to be sent, and photos to be fetched, when it was last looked at */
  guint64 moved;   /* changes sent and received when it was last looked at */
} Machine;

static void
replace (char **text, const char *with)
{
  g_free (*text);
  *text = g_strdup (with);
}

/* The figures as the store has them now, and out with the whole. */
static void
publish (Machine *self, RuhuAgentState state, double progress)
{
  RuhuPhotoCounts photos = ruhu_courier_get_photo_counts (self->courier);
  gint64 waiting = 0, refused = 0;
  g_autoptr (GError) local = NULL;

  /* What was known of a store that cannot be opened now still holds. */
  if (ruhu_courier_is_open (self->courier) && ruhu_courier_count (self->courier, &waiting, &refused, &local))
    {
      g_autofree char *township = ruhu_courier_dup_township (self->courier);

      self->status.pending = (guint) MIN (waiting, G_MAXUINT32);
      self->status.refused = (guint) MIN (refused, G_MAXUINT32);
      self->status.photos_waiting = (guint) MIN (photos.due, G_MAXUINT32);
      self->status.photos_wanted = (guint) MIN (photos.wanted, G_MAXUINT32);
      replace (&self->status.township, township);
    }
  self->status.state = state;
  self->status.progress = progress;
  self->status.last_success = ruhu_courier_get_last_success (self->courier);
  self->status.token_store = ruhu_token_store_get_name (ruhu_courier_get_token_store (self->courier));
  ruhu_agent_publish (self->agent, &self->status);
}

static void
stage_cb (RuhuStage stage, double fraction, gpointer data)
{
  static const RuhuAgentState states[] = {
    [RUHU_STAGE_CONNECTING] = RUHU_AGENT_CONNECTING,
    [RUHU_STAGE_PUSHING] = RUHU_AGENT_PUSHING,
    [RUHU_STAGE_PULLING] = RUHU_AGENT_PULLING,
    [RUHU_STAGE_BACKFILLING] = RUHU_AGENT_BACKFILLING,
  };

  publish (data, states[stage], fraction);
}

/* Whether the request under way is to be given up. Work is only for quitting; waiting for news is for anything better to do. */
static gboolean
stop_cb (gboolean idle, gpointer data)
{
  Machine *self = data;

  if (ruhu_agent_has_wish (self->agent, RUHU_WISH_QUIT))
    return TRUE;
  if (!idle)
    return FALSE;
  if (ruhu_agent_has_wish (self->agent, RUHU_WISH_SYNC | RUHU_WISH_JOB))
    return TRUE;
  if (!ruhu_agent_take_wish (self->agent, RUHU_WISH_LOOK))
    return FALSE;
  publish (self, self->status.state, self->status.progress);
  return ruhu_courier_has_unsent (self->courier);
}

static void
set_timer (int fd, gint64 milliseconds)
{
  struct itimerspec when = { 0 };

  when.it_value.tv_sec = milliseconds / 1000;
  when.it_value.tv_nsec = milliseconds % 1000 * 1000000;
  timerfd_settime (fd, 0, &when, NULL);
}

/* Waits @milliseconds of boottime (-1: for ever), or until there is a wish among @wishes. What was saved meanwhile is counted at once. */
static void
rest (Machine *self, gint64 milliseconds, guint wishes)
{
  int wake_fd = ruhu_agent_get_wake_fd (self->agent);
  struct pollfd fds[2] = { { .fd = wake_fd, .events = POLLIN }, { .fd = self->timer_fd, .events = POLLIN } };
  guint64 count;

  if (milliseconds == 0)
    return;
  set_timer (self->timer_fd, MAX (milliseconds, 0));
  for (;;)
    {
      if (ruhu_agent_has_wish (self->agent, wishes | RUHU_WISH_QUIT))
        return;
      if (ruhu_agent_take_wish (self->agent, RUHU_WISH_LOOK))
        publish (self, self->status.state, self->status.progress);
      if (poll (fds, G_N_ELEMENTS (fds), -1) < 0 && errno != EINTR)
        return;
      if ((fds[1].revents & POLLIN) != 0)
        return;
      if ((fds[0].revents & POLLIN) != 0 && read (wake_fd, &count, sizeof count) < 0 && errno != EAGAIN)
        return;
    }
}

static void
clear_error (Machine *self)
{
  replace (&self->status.error, "");
  replace (&self->status.error_name, "");
  self->status.next_attempt = 0;
}

/* What a person is told, and, without anything personal, the log. */
static void
note_error (Machine *self, const GError *error)
{
  g_autofree char *sentence = ruhu_error_explain (error);
  const char *name = ruhu_error_get_name (error->domain == RUHU_ERROR ? (RuhuError) error->code : RUHU_ERROR_FAILED);

  replace (&self->status.error, sentence);
  replace (&self->status.error_name, name);
  g_message ("Not synchronised: %s", name);
}

/* Whether the cause lies on the way to the township, where it passes by itself, or here. */
static gboolean
is_of_the_way (const GError *error)
{
  static const RuhuError codes[] = { RUHU_ERROR_NETWORK, RUHU_ERROR_PROTOCOL, RUHU_ERROR_RATE, RUHU_ERROR_GAP, RUHU_ERROR_CLOCK };

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      if (g_error_matches (error, RUHU_ERROR, codes[i]))
        return TRUE;
    }
  return FALSE;
}

/* A disk that is full or cannot be written is looked at again soon, though it takes a person to mend it. */
static gboolean
may_pass_soon (const GError *error)
{
  return ruhu_error_is_transient (error) || g_error_matches (error, RUHU_ERROR, RUHU_ERROR_READ_ONLY);
}

/* Whether anything was sent or received since this was asked last. */
static gboolean
has_moved (Machine *self)
{
  RuhuFigures figures = ruhu_courier_get_figures (self->courier);
  RuhuPhotoCounts photos = ruhu_courier_get_photo_counts (self->courier);
  gint64 photos_before = self->photos;
  guint64 before = self->moved;

  self->moved = figures.pushed + figures.received;
  self->photos = photos.due_bytes + photos.wanted;
  return self->moved > before || self->photos < photos_before;
}

static void
fail (Machine *self, const GError *error)
{
  gint64 delay;

  /* A link that breaks again and again but carries something each time is worth another attempt soon. */
  if (has_moved (self))
    ruhu_schedule_succeed (self->schedule);
  delay = ruhu_schedule_fail (self->schedule, may_pass_soon (error), ruhu_courier_get_retry_after (self->courier));

  note_error (self, error);
  self->status.next_attempt = (g_get_real_time () / 1000 + delay + 999) / 1000;
  /* Another look at the disk next time. */
  if (!is_of_the_way (error))
    ruhu_courier_close (self->courier);
  publish (self, is_of_the_way (error) ? RUHU_AGENT_OFFLINE : RUHU_AGENT_FAILED, -1);
}

static void
tell_news (Machine *self)
{
  if (ruhu_courier_take_news (self->courier))
    ruhu_agent_tell_data_changed (self->agent);
}

/* The township will have nothing more to do with this laptop. */
static void
withdraw (Machine *self, const GError *revoked)
{
  g_autoptr (GError) local = NULL;
  gboolean erased = FALSE;

  if (!ruhu_courier_withdraw (self->courier, &erased, &local))
    {
      fail (self, local);
      return;
    }
  note_error (self, revoked);
  /* Where nothing is left, there is nothing to be tried later. */
  if (erased)
    ruhu_schedule_succeed (self->schedule);
  else
    ruhu_schedule_fail (self->schedule, FALSE, 0);
  self->status.next_attempt = 0;
  self->erased = erased;
  if (!erased)
    replace (&self->status.error, _ ("The township office has withdrawn this laptop, but not everything recorded here had been sent. It is all kept here; tell the office before anything is done with this laptop."));
  tell_news (self);
  publish (self, RUHU_AGENT_REVOKED, -1);
}

/* One attempt came to an end. */
static void
conclude (Machine *self, gboolean ok, const GError *error)
{
  tell_news (self);
  if (ok)
    {
      ruhu_schedule_succeed (self->schedule);
      clear_error (self);
      publish (self, RUHU_AGENT_IDLE, -1);
    }
  else if (g_error_matches (error, RUHU_ERROR, RUHU_ERROR_REVOKED))
    withdraw (self, error);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    fail (self, error);
}

static void
enrol (Machine *self, GTask *task, const char *link)
{
  RuhuAgentState before = self->status.state;
  GError *error = NULL;

  publish (self, RUHU_AGENT_ENROLLING, -1);
  if (ruhu_courier_enrol (self->courier, link, &error))
    {
      clear_error (self);
      self->erased = FALSE;
      /* Also where it waits for news already, having been enrolled by itself meanwhile. */
      ruhu_agent_sync_now (self->agent);
      publish (self, RUHU_AGENT_CONNECTING, -1);
      g_task_return_boolean (task, TRUE);
      return;
    }
  /* Whoever asked is told, and nobody else. */
  publish (self, before, -1);
  g_task_return_error (task, error);
}

static GVariant *
carry (Machine *self, const RuhuAgentJob *job, GError **error)
{
  const char *directory = ruhu_agent_get_directory (self->agent);
  g_auto (RuhuCarried) carried = { 0 };
  g_autofree char *photos = NULL;
  const char *stop = "";
  RuhuPacked packed;

  if (job->kind == RUHU_JOB_EXPORT)
    return ruhu_carry_export (directory, job->text, &packed, error) ? g_variant_ref_sink (g_variant_new ("(xx)", packed.changes, packed.left + packed.photos_left)) : NULL;
  if (!ruhu_carry_import (directory, job->text, &carried, error))
    return NULL;
  ruhu_agent_tell_data_changed (self->agent);
  if (carried.stop != NULL)
    stop = carried.stop->message;
  else if (carried.photo_reason != NULL)
    stop = carried.photo_reason;
  else if (carried.waiting == 0 && carried.photos_waiting > 0)
    stop = photos = g_strdup_printf (ngettext ("%u photo still waits to be sent.", "%u photos still wait to be sent.", (gulong) carried.photos_waiting), (guint) carried.photos_waiting);
  return g_variant_ref_sink (g_variant_new ("(xxxs)", (gint64) carried.received, carried.refused, carried.waiting, stop));
}

static void
answer_jobs (Machine *self)
{
  GTask *task;

  ruhu_agent_take_wish (self->agent, RUHU_WISH_JOB);
  while ((task = ruhu_agent_take_job (self->agent)) != NULL)
    {
      const RuhuAgentJob *job = g_task_get_task_data (task);
      GError *error = NULL;
      GVariant *result;

      if (job->kind == RUHU_JOB_ENROL)
        enrol (self, task, job->text);
      else if ((result = carry (self, job, &error)) != NULL)
        g_task_return_pointer (task, result, (GDestroyNotify) g_variant_unref);
      else
        g_task_return_error (task, error);
      g_object_unref (task);
    }
}

/* What to do when nothing hinders. TRUE: go on with a long poll. */
static gboolean
attempt (Machine *self)
{
  g_autoptr (GError) local = NULL;
  gboolean ok;

  if (ruhu_agent_take_wish (self->agent, RUHU_WISH_RENEW))
    ruhu_courier_renew (self->courier);
  if (ruhu_agent_take_wish (self->agent, RUHU_WISH_SYNC))
    ruhu_courier_retry_photos (self->courier);
  ruhu_agent_take_wish (self->agent, RUHU_WISH_LOOK);
  self->asked = ruhu_schedule_boottime (NULL);
  self->status.next_attempt = 0;
  publish (self, ruhu_courier_is_enrolling (self->courier) ? RUHU_AGENT_ENROLLING : RUHU_AGENT_CONNECTING, -1);
  ok = ruhu_courier_sync (self->courier, &local);
  conclude (self, ok, local);
  return ok;
}

/* Waits for others' changes. TRUE: all is well, and whatever ended it is looked at next. */
static gboolean
listen (Machine *self)
{
  gint64 started = ruhu_schedule_boottime (NULL);
  g_autoptr (GError) local = NULL;
  gboolean news;

  if (!ruhu_courier_wait (self->courier, POLL_SECONDS, &local))
    {
      conclude (self, FALSE, local);
      return g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    }
  news = ruhu_courier_take_news (self->courier);
  if (news)
    ruhu_agent_tell_data_changed (self->agent);
  publish (self, RUHU_AGENT_IDLE, -1);
  /* A township that does not keep us waiting must not be asked in a circle. */
  if (!news && ruhu_schedule_boottime (NULL) - started < POLL_LEAST)
    rest (self, POLL_PAUSE, RUHU_WISH_SYNC | RUHU_WISH_JOB | RUHU_WISH_LOOK);
  return TRUE;
}

/* One step with the photos, which yields to whatever else there is to do. TRUE: all is well; *@more: there is another step. */
static gboolean
move_photos (Machine *self, gboolean *more)
{
  g_autoptr (GError) local = NULL;

  *more = FALSE;
  if (!ruhu_courier_move_photos (self->courier, more, &local))
    {
      /* Given up for something better to do: that comes first, not a long poll. */
      *more = g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      conclude (self, FALSE, local);
      return *more;
    }
  if (*more)
    {
      tell_news (self);
      publish (self, RUHU_AGENT_IDLE, -1);
    }
  return TRUE;
}

/* Nothing is to be sent but photos: they are, and when there is no more to do with them, news are waited for. TRUE: all is well. */
static gboolean
idle (Machine *self)
{
  gboolean more;

  if (!move_photos (self, &more))
    return FALSE;
  if (!more)
    return listen (self);
  return ruhu_schedule_boottime (NULL) - self->asked < PHOTOS_AT_ONCE || attempt (self);
}

/* Opens what is there. TRUE: there is a township to synchronise with. */
static gboolean
prepare (Machine *self)
{
  g_autoptr (GError) local = NULL;

  if (!ruhu_courier_open (self->courier, &local))
    {
      /* What was asked for was this attempt; the next one waits. */
      ruhu_agent_take_wish (self->agent, RUHU_WISH_SYNC);
      fail (self, local);
      return FALSE;
    }
  if (ruhu_courier_is_enrolled (self->courier))
    return TRUE;
  publish (self, self->erased ? RUHU_AGENT_REVOKED : RUHU_AGENT_UNENROLLED, -1);
  rest (self, ruhu_courier_scrub (self->courier) ? -1 : SCRUB_PAUSE, RUHU_WISH_JOB | RUHU_WISH_SYNC);
  ruhu_agent_take_wish (self->agent, RUHU_WISH_SYNC);
  return FALSE;
}

static void
run (Machine *self)
{
  gboolean well = FALSE; /* the last contact went well: wait for news rather than asking */

  while (!ruhu_agent_has_wish (self->agent, RUHU_WISH_QUIT))
    {
      if (ruhu_agent_has_wish (self->agent, RUHU_WISH_JOB))
        answer_jobs (self);
      if (ruhu_agent_has_wish (self->agent, RUHU_WISH_SYNC))
        ruhu_schedule_skip (self->schedule);
      if (ruhu_schedule_get_wait (self->schedule) > 0)
        {
          rest (self, ruhu_schedule_get_wait (self->schedule), RUHU_WISH_SYNC | RUHU_WISH_JOB);
          continue;
        }
      if (!prepare (self))
        continue;
      if (well && !ruhu_agent_has_wish (self->agent, RUHU_WISH_SYNC) && !ruhu_courier_has_unsent (self->courier))
        well = idle (self);
      else
        well = attempt (self);
    }
}

gpointer
ruhu_agent_thread (gpointer data)
{
  RuhuAgent *agent = data;
  Machine self = { .agent = agent };

  self.timer_fd = timerfd_create (CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
  g_return_val_if_fail (self.timer_fd >= 0, NULL);
  self.courier = ruhu_courier_new (ruhu_agent_get_directory (agent), ruhu_agent_get_wake_fd (agent), stop_cb, stage_cb, &self);
  if (ruhu_agent_get_still (agent) > 0)
    ruhu_courier_set_patience (self.courier, ruhu_agent_get_still (agent), ruhu_agent_get_connect (agent));
  self.schedule = ruhu_schedule_new (NULL, NULL, NULL);
  self.status.progress = -1;
  clear_error (&self);
  replace (&self.status.township, "");
  run (&self);
  ruhu_courier_free (self.courier);
  ruhu_schedule_free (self.schedule);
  g_free (self.status.error);
  g_free (self.status.error_name);
  g_free (self.status.township);
  close (self.timer_fd);
  return NULL;
}
