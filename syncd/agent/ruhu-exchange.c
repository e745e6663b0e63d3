/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-syncd"

#include "config.h"

#include "ruhu-exchange.h"

#include "ruhu-answer.h"
#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-exchange-private.h"
#include "ruhu-schedule.h"
#include "ruhu-store-query.h"
#include "ruhu-wire.h"

#include <glib/gi18n.h>
#include <string.h>

/* What a push carries at first, at the most where as much went through quickly, and what it shrinks to on a link that breaks. */
#define FIRST_BYTES (256 * 1024)
#define MAX_BYTES   (1024 * 1024)
/* One change goes in any case. */
#define MIN_BYTES 1
/* What a page is asked for with, on a link that breaks; and what it has without that. */
#define MIN_PAGE (2 * 1024)
#define MAX_PAGE (512 * 1024)
/* How well a page is compressed, roughly. */
#define PACKING 6
/* A clock further off than this is corrected, in ms. */
#define CLOCK_TOLERANCE (60 * 1000)
/* How long a measured clock is trusted before a push, in ms. */
#define CLOCK_FRESH (10 * 60 * 1000)
/* Answers in a row that stop a push without having taken anything, before it counts as an error. */
#define MAX_STOPS 3
/* Times that one synchronisation starts anew from where the two sides agree. */
#define MAX_RECOVERIES 3

RuhuExchange *
ruhu_exchange_new (RuhuStore *store, RuhuReplica *replica, RuhuHttp *http, RuhuStageFunc stage, gpointer data)
{
  RuhuExchange *self = g_new0 (RuhuExchange, 1);

  self->store = store;
  self->replica = replica;
  self->http = http;
  self->stage = stage;
  self->stage_data = data;
  ruhu_pace_init (&self->push, MIN_BYTES, MAX_BYTES);
  ruhu_pace_start (&self->push, FIRST_BYTES);
  ruhu_pace_init (&self->page, MIN_PAGE, MAX_PAGE);
  return self;
}

void
ruhu_exchange_free (RuhuExchange *self)
{
  if (self == NULL)
    return;
  ruhu_outgoing_free (self->next);
  g_free (self);
}

static void
tell_stage (RuhuExchange *self, RuhuStage stage, double fraction)
{
  if (self->stage != NULL)
    self->stage (stage, fraction, self->stage_data);
}

gboolean
ruhu_exchange_correct_clock (RuhuStore *store, RuhuReplica *replica, RuhuHttp *http, GError **error)
{
  gint64 township = ruhu_http_get_township_time (http);
  RuhuClock *clock = ruhu_store_get_clock (store);
  gint64 drift;

  if (township < 0)
    return TRUE;
  drift = township - ruhu_clock_now (clock);
  if (ABS (drift) <= CLOCK_TOLERANCE)
    return TRUE;
  g_message ("This laptop's clock is off by %" G_GINT64_FORMAT " s more than was known; corrected", drift / 1000);
  return ruhu_replica_correct_clock (replica, ruhu_clock_get_correction (clock) + drift, error);
}

/* One request. The clock is looked at with every answer, a problem too; a failure to correct it comes before the answer. */
static GBytes *
request (RuhuExchange *self, const RuhuHttpRequest *what, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GBytes) answer = ruhu_http_send (self->http, what, &local);

  if (ruhu_http_get_township_time (self->http) >= 0)
    {
      if (!ruhu_exchange_correct_clock (self->store, self->replica, self->http, error))
        return NULL;
      self->clock_measured = ruhu_schedule_boottime (NULL);
    }
  if (answer == NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  return g_steal_pointer (&answer);
}

GBytes *
ruhu_exchange_request (RuhuExchange *self, const char *target, GBytes *body, const char *accept, guint wait, GError **error)
{
  RuhuHttpRequest what = { .target = target, .body = body, .type = RUHU_WIRE_NDJSON, .accept = accept, .wait = wait };

  return request (self, &what, error);
}

/* Changes are stamped by a clock that was compared with the township's not long ago. */
static gboolean
measure_clock (RuhuExchange *self, GError **error)
{
  g_autoptr (GBytes) answer = NULL;

  if (self->clock_measured != 0 && ruhu_schedule_boottime (NULL) - self->clock_measured < CLOCK_FRESH)
    return TRUE;
  answer = ruhu_exchange_request (self, "/v1/me", NULL, "application/json", 0, error);
  return answer != NULL;
}

/* A push whose answer was lost is not sent again before the township was asked what it has. */
static gboolean
ask_accepted (RuhuExchange *self, GError **error)
{
  g_autoptr (RuhuPushAnswer) answer = NULL;
  gint64 known = 0;

  if (!self->unsure)
    return TRUE;
  answer = ruhu_exchange_ask_accepted (self, error);
  if (answer == NULL || !ruhu_replica_get_pushed (self->replica, &known, error) || !ruhu_replica_pushed (self->replica, answer->accepted, error))
    return FALSE;
  self->unsure = FALSE;
  self->figures.pushed += MAX (answer->accepted - known, 0);
  return TRUE;
}

/* Where pushes go: with the place at which this laptop stands, so that what it has seen is not taken for what another history has there. */
static char *
push_target (RuhuExchange *self, GError **error)
{
  g_autofree char *hash = NULL;
  gint64 cursor;

  if (!ruhu_replica_get_cursor (self->replica, &cursor, &hash, error))
    return NULL;
  return g_strdup_printf (RUHU_TARGET_PUSH "?at=%" G_GINT64_FORMAT "%s%s%s", cursor, hash != NULL ? "&hash=" : "", hash != NULL ? hash : "", self->gaps ? "&gaps=1" : "");
}

/* While the township takes a batch, the one behind it is read and compressed. What goes wrong with that is met when it is to be sent. */
static void
prepare_cb (gpointer data)
{
  RuhuExchange *self = data;

  g_clear_pointer (&self->next, ruhu_outgoing_free);
  self->next = ruhu_outgoing_new (self->store, self->replica, self->sending, self->push.size, NULL);
}

/* The batch behind @after, marked as sent. NULL without an error when nothing waits. */
static RuhuOutgoing *
take_batch (RuhuExchange *self, gint64 after, GError **error)
{
  g_autoptr (RuhuOutgoing) batch = g_steal_pointer (&self->next);
  g_autoptr (GError) local = NULL;

  if (!ruhu_outgoing_is_for (batch, self->store, after, self->push.size))
    {
      g_clear_pointer (&batch, ruhu_outgoing_free);
      batch = ruhu_outgoing_new (self->store, self->replica, after, self->push.size, &local);
    }
  if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  else if (batch != NULL && ruhu_replica_hand_over (self->replica, after, batch->last, error))
    return g_steal_pointer (&batch);
  return NULL;
}

/* Sends one batch that follows @after. *@answer stays NULL when nothing waits. A batch that is too large for the township is halved and sent again. */
static gboolean
push_batch (RuhuExchange *self, gint64 after, RuhuPushAnswer **answer, GError **error)
{
  for (;;)
    {
      g_autoptr (RuhuOutgoing) batch = NULL;
      g_autoptr (GError) local = NULL;
      g_autoptr (GBytes) body = NULL;
      g_autofree char *target = push_target (self, error);
      RuhuHttpRequest what = { .target = target, .type = RUHU_WIRE_NDJSON, .accept = "application/json", .packed = TRUE, .meanwhile = prepare_cb, .meanwhile_data = self };
      gint64 begun;

      batch = target != NULL ? take_batch (self, after, &local) : NULL;
      if (batch == NULL)
        {
          if (local != NULL)
            g_propagate_error (error, g_steal_pointer (&local));
          return target != NULL && (error == NULL || *error == NULL);
        }
      begun = g_get_monotonic_time ();
      what.body = batch->packed;
      self->sending = batch->last;
      body = request (self, &what, &local);
      if (body != NULL)
        {
          ruhu_pace_carry (&self->push, batch->size, g_get_monotonic_time () - begun);
          *answer = ruhu_push_answer_parse (g_bytes_get_data (body, NULL), g_bytes_get_size (body), error);
          return *answer != NULL;
        }
      if (g_error_matches (local, RUHU_ERROR, RUHU_ERROR_TOO_LARGE))
        {
          gboolean again = batch->n > 1;

          ruhu_pace_break (&self->push, batch->size);
          if (again)
            continue;
        }
      else if (ruhu_http_was_cut (self->http))
        {
          ruhu_pace_break (&self->push, batch->size);
          self->unsure = TRUE;
          self->shrunk = batch->n > 1;
        }
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
}

/* What the township says about the rest of a batch. TRUE: go on behind answer->accepted. */
static gboolean
handle_stop (RuhuExchange *self, const RuhuPushAnswer *answer, gint64 after, guint stops, GError **error)
{
  self->reused = answer->stopped_at;
  self->gaps = FALSE;
  if (answer->stop == NULL)
    return TRUE;
  g_clear_pointer (&self->next, ruhu_outgoing_free);
  /* The clock was set right by this very answer; what counts as never sent now is stamped by it. */
  if (answer->stop->code == RUHU_ERROR_CLOCK && stops < MAX_STOPS)
    return ruhu_replica_unsend (self->replica, answer->accepted, error);
  /* What lies between what the township has and the first that is still here went with a household that was taken from this laptop. */
  self->gaps = answer->stop->code == RUHU_ERROR_GAP && answer->accepted == after;
  if (answer->stop->code == RUHU_ERROR_GAP && stops < MAX_STOPS)
    return TRUE;
  g_propagate_error (error, g_error_copy (answer->stop));
  return FALSE;
}

gboolean
ruhu_exchange_has_unsent (RuhuExchange *self)
{
  g_autofree char *device = ruhu_store_get_meta (self->store, "device", NULL);
  g_autoptr (GError) local = NULL;
  gint64 pushed = 0, found = 0;

  if (device == NULL)
    return FALSE;
  if (ruhu_replica_get_pushed (self->replica, &pushed, &local) &&
      ruhu_database_get_integer (ruhu_store_get_database (self->store), "SELECT 1 FROM log WHERE device = ?1 AND seq > ?2 AND position IS NULL AND kind = 'change' LIMIT 1", 0, &found, &local, "si", device, pushed))
    return found != 0;
  g_warning ("The outbox cannot be looked at: %s", ruhu_error_get_name (local->domain == RUHU_ERROR ? (RuhuError) local->code : RUHU_ERROR_FAILED));
  return FALSE;
}

static gboolean
push_all (RuhuExchange *self, GError **error)
{
  gint64 after = 0, waiting = 0, refused = 0, done = 0;
  guint stops = 0;

  g_clear_pointer (&self->next, ruhu_outgoing_free);
  if (!ruhu_exchange_has_unsent (self))
    return TRUE;
  if (!ruhu_exchange_count (self, &waiting, &refused, error))
    return FALSE;
  if (!ask_accepted (self, error) || !measure_clock (self, error) || !ruhu_replica_get_pushed (self->replica, &after, error))
    return FALSE;
  for (;;)
    {
      g_autoptr (RuhuPushAnswer) answer = NULL;
      g_autoptr (GError) local = NULL;

      tell_stage (self, RUHU_STAGE_PUSHING, MIN (1.0, (double) done / MAX (waiting, 1)));
      self->shrunk = FALSE;
      if (!push_batch (self, after, &answer, &local))
        {
          /* Where the township can still be asked, the link is up, and less may get through at once. */
          if (self->shrunk && ask_accepted (self, NULL) && ruhu_replica_get_pushed (self->replica, &after, NULL))
            continue;
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      if (answer == NULL)
        return TRUE;
      /* With another batch ready it is written down together with that. */
      if ((answer->stop != NULL || !ruhu_outgoing_is_for (self->next, self->store, answer->accepted, self->push.size)) &&
          !ruhu_replica_pushed (self->replica, answer->accepted, error))
        return FALSE;
      stops = answer->stop != NULL && answer->accepted <= after ? stops + 1 : 0;
      if (answer->accepted > after)
        {
          done += answer->accepted - after;
          self->figures.pushed += answer->accepted - after;
          self->figures.refused += answer->n_refused;
        }
      else if (answer->stop == NULL)
        {
          g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_PROTOCOL, _ ("The township took nothing of what was sent and gave no reason."));
          return FALSE;
        }
      if (!handle_stop (self, answer, after, stops, error))
        return FALSE;
      after = answer->accepted;
    }
}

/* What the parcel has for it. */
static GBytes *
look_up (RuhuExchange *self, const char *target, GError **error)
{
  g_autoptr (GError) local = NULL;
  GBytes *answer = ruhu_parcel_lookup (self->parcel, target, &local);

  self->unanswered = g_error_matches (local, RUHU_ERROR, RUHU_ERROR_NOT_FOUND);
  self->fits = self->fits || answer != NULL;
  if (answer == NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  return answer;
}

/* Asks for a page of the stream or of a backfill, small where larger ones did not come through. */
static GBytes *
request_page (RuhuExchange *self, const char *target, guint wait, GError **error)
{
  if (self->parcel != NULL)
    return look_up (self, target, error);
  for (;;)
    {
      g_autofree char *sized = self->page.size < MAX_PAGE ? g_strdup_printf ("%s&size=%" G_GSIZE_FORMAT, target, self->page.size) : NULL;
      g_autoptr (GError) local = NULL;
      GBytes *body = ruhu_exchange_request (self, sized != NULL ? sized : target, NULL, RUHU_WIRE_NDJSON, wait, &local);
      gsize expected = ruhu_http_get_expected (self->http), before = self->page.size;

      if (body != NULL)
        {
          ruhu_pace_succeed (&self->page);
          return body;
        }
      /* A long poll that breaks in silence says nothing about pages. */
      if (ruhu_http_was_cut (self->http) && (wait == 0 || expected > 0))
        ruhu_pace_break (&self->page, expected > 0 ? expected * PACKING : before / 2);
      /* The link carries something: less may get through at once. */
      if (ruhu_http_was_cut (self->http) && expected > 0 && self->page.size < before)
        continue;
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
}

/* *@more: there may be another page. */
static gboolean
backfill_page (RuhuExchange *self, gboolean *more, GError **error)
{
  g_autofree char *scope = NULL, *cookie = NULL, *target = NULL;
  g_autoptr (RuhuBackfillPage) page = NULL;
  g_autoptr (GError) local = NULL;
  g_autoptr (GBytes) body = NULL;
  gint64 position = 0;

  if (!ruhu_replica_get_backfill (self->replica, &scope, &position, &cookie, error))
    return FALSE;
  *more = scope != NULL;
  if (scope == NULL)
    return TRUE;
  tell_stage (self, RUHU_STAGE_BACKFILLING, -1);
  target = ruhu_target_backfill (scope, position, cookie);
  body = request_page (self, target, 0, &local);
  if (body == NULL && g_error_matches (local, RUHU_ERROR, RUHU_ERROR_FORBIDDEN))
    return ruhu_replica_refuse_backfill (self->replica, error);
  if (body == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  page = ruhu_backfill_page_parse (g_bytes_get_data (body, NULL), g_bytes_get_size (body), error);
  if (page == NULL)
    return FALSE;
  if (page->next != NULL && g_strcmp0 (page->next, cookie) == 0)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_PROTOCOL, _ ("The township sends the same page again and again."));
      return FALSE;
    }
  self->figures.received += page->entries->len;
  self->news = TRUE;
  return ruhu_replica_backfill (self->replica, (const RuhuBackfillEntry *) page->entries->data, page->entries->len, page->next, error);
}

static gboolean
backfill_all (RuhuExchange *self, GError **error)
{
  gboolean more = TRUE;

  while (more)
    {
      if (!backfill_page (self, &more, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
apply_page (RuhuExchange *self, RuhuPage *page, GError **error)
{
  const RuhuEntry *entries = (const RuhuEntry *) page->entries->data;
  gsize n = page->entries->len, done = 0;

  while (done < n)
    {
      g_autofree char *scope = NULL;
      gsize applied = 0;
      gint64 position;

      if (!ruhu_replica_apply (self->replica, entries + done, n - done, &applied, error))
        return FALSE;
      done += applied;
      self->figures.received += applied;
      self->news = self->news || applied > 0;
      if (done == n)
        break;
      if (!ruhu_replica_get_backfill (self->replica, &scope, &position, NULL, error))
        return FALSE;
      if (scope == NULL && applied == 0)
        {
          g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_PROTOCOL, _ ("An entry of the township's cannot be taken in."));
          return FALSE;
        }
      if (!backfill_all (self, error))
        return FALSE;
    }
  return ruhu_replica_advance (self->replica, page->until, page->hash, error);
}

/* Fetches and takes in one page of the stream. *@head_reached: nothing lies behind it. */
static gboolean
pull_page (RuhuExchange *self, guint wait, gint64 *cursor, gint64 *head, gboolean *head_reached, GError **error)
{
  g_autofree char *hash = NULL, *target = NULL;
  g_autoptr (RuhuPage) page = NULL;
  g_autoptr (GBytes) body = NULL;

  if (!ruhu_replica_get_cursor (self->replica, cursor, &hash, error))
    return FALSE;
  target = ruhu_target_pull (*cursor, hash);
  if (wait > 0)
    {
      g_autofree char *plain = g_steal_pointer (&target);

      target = g_strdup_printf ("%s&wait=%u", plain, wait);
    }
  body = request_page (self, target, wait, error);
  if (body == NULL)
    return FALSE;
  page = ruhu_page_parse (g_bytes_get_data (body, NULL), g_bytes_get_size (body), error);
  if (page == NULL)
    return FALSE;
  if (page->until < *cursor || (page->until == *cursor && page->until < page->head && page->entries->len == 0))
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_PROTOCOL, _ ("The township's answer leads nowhere."));
      return FALSE;
    }
  self->drafts = page->drafts;
  *head = page->head;
  *head_reached = page->until >= page->head;
  return apply_page (self, page, error);
}

static gboolean
pull_all (RuhuExchange *self, guint wait, GError **error)
{
  gint64 first = -1;

  /* One that a crash or a break interrupted. */
  if (!backfill_all (self, error))
    return FALSE;
  for (;;)
    {
      gboolean head_reached = FALSE;
      gint64 cursor = 0, head = 0;

      if (!pull_page (self, wait, &cursor, &head, &head_reached, error))
        return FALSE;
      if (head_reached)
        return TRUE;
      first = first < 0 ? cursor : first;
      tell_stage (self, RUHU_STAGE_PULLING, head > first ? (double) (cursor - first) / (head - first) : -1);
      wait = 0;
    }
}

/* Push, then pull. *@again: what the township had taken and does not have any more waits to be sent again. */
static gboolean
run_once (RuhuExchange *self, gboolean *again, GError **error)
{
  gint64 pushed, lost;

  *again = FALSE;
  self->reused = 0;
  if (!push_all (self, error) || !ruhu_exchange_hand_drafts (self, error) || !ruhu_replica_get_pushed (self->replica, &pushed, error) || !pull_all (self, 0, error) ||
      !ruhu_replica_find_lost (self->replica, pushed, &lost, error))
    return FALSE;
  *again = lost > 0;
  return lost == 0 || ruhu_replica_lower_pushed (self->replica, lost - 1, error);
}

gboolean
ruhu_exchange_run (RuhuExchange *self, GError **error)
{
  g_return_val_if_fail (self != NULL, FALSE);

  for (guint attempt = 0;; attempt++)
    {
      g_autoptr (GError) local = NULL;
      gboolean again = FALSE;

      if (run_once (self, &again, &local) && (!again || attempt == MAX_RECOVERIES))
        return ruhu_exchange_finish (self, error);
      if (local == NULL)
        continue;
      if (attempt < MAX_RECOVERIES)
        {
          if (!ruhu_exchange_recover (self, local, error))
            return FALSE;
          continue;
        }
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
}

gboolean
ruhu_exchange_wait (RuhuExchange *self, guint seconds, GError **error)
{
  g_autoptr (GError) local = NULL;

  g_return_val_if_fail (self != NULL, FALSE);
  if (pull_all (self, seconds, &local))
    return ruhu_exchange_finish (self, error);
  if (g_error_matches (local, RUHU_ERROR, RUHU_ERROR_REWRITTEN) || g_error_matches (local, RUHU_ERROR, RUHU_ERROR_SEQ_REUSED))
    return ruhu_exchange_run (self, error);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

gboolean
ruhu_exchange_take_parcel (RuhuExchange *self, RuhuParcel *parcel, gboolean *fits, GError **error)
{
  g_autoptr (GError) local = NULL;
  gboolean ok;

  g_return_val_if_fail (self != NULL && parcel != NULL && fits != NULL, FALSE);
  self->parcel = parcel;
  self->unanswered = self->fits = FALSE;
  ok = pull_all (self, 0, &local);
  self->parcel = NULL;
  *fits = self->fits;
  /* Where it ends, the network or the next bundle goes on. */
  if (ok || self->unanswered)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

gboolean
ruhu_exchange_take_news (RuhuExchange *self)
{
  gboolean news = self->news;

  self->news = FALSE;
  return news;
}

RuhuFigures
ruhu_exchange_get_figures (RuhuExchange *self)
{
  return self->figures;
}

gboolean
ruhu_exchange_count (RuhuExchange *self, gint64 *waiting, gint64 *refused, GError **error)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return ruhu_store_count_outbox (self->store, waiting, refused, error);
}
