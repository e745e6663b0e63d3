/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way to the township, cut into the smallest steps between which anything else may happen: a request leaves, arrives (or arrives twice, or late), is answered (or
 * not). */
#include "config.h"

#include "sim-world.h"

#include "ruhu-error.h"

#include <string.h>

/* What the township still takes for a stamp of today. */
#define FUTURE_MS (10 * 60 * 1000)
#define NEXT_MS   1000

static SimPush *
split_lines (const char *text)
{
  SimPush *push = g_new0 (SimPush, 1);

  push->lines = g_ptr_array_new_with_free_func (g_free);
  for (const char *line = text; *line != '\0';)
    {
      const char *end = strchr (line, '\n');

      g_ptr_array_add (push->lines, g_strndup (line, (gsize) (end - line)));
      line = end + 1;
    }
  return push;
}

/* @random NULL: everything that waits. */
void
sim_laptop_send (SimLaptop *self, SimRandom *random)
{
  SimWorld *world = self->world;
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  gint64 after = 0, last = 0;
  guint max = random == NULL || world->plain ? 1000 : sim_random_between (random, 1, 6);
  gboolean ok;

  if (self->gone || self->pushes->length > 3)
    return;
  if (!ruhu_replica_get_pushed (self->replica, &after, &error))
    {
      sim_expect (world, FALSE, g_steal_pointer (&error), "asking what was pushed");
      return;
    }
  /* An agent that has forgotten what it sent sends it again. */
  if (random == NULL || sim_random_chance (random, 20))
    after = 0;
  sim_begin (world, self, FALSE);
  ok = ruhu_replica_take_outbox (self->replica, after, max, 100000, lines, &last, &error);
  if (sim_end (world, ok, &error, "taking the outbox", TRUE) != SIM_DONE || self->daemon_died || lines->len == 0)
    return;
  sim_say (world, "laptop %u sends up to %" G_GINT64_FORMAT, self->index, last);
  g_queue_push_tail (self->pushes, split_lines (lines->str));
}

static GPtrArray *
parse_lines (SimWorld *world, SimPush *push)
{
  GPtrArray *changes = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_pushed_free);

  for (guint i = 0; i < push->lines->len; i++)
    {
      g_autoptr (GError) error = NULL;
      const char *line = push->lines->pdata[i];
      RuhuChange *change = ruhu_change_parse (line, strlen (line), &error);
      RuhuPushed *pushed;

      if (change == NULL)
        {
          sim_fail (world, "a pushed line does not parse: %s", error->message);
          break;
        }
      pushed = g_new0 (RuhuPushed, 1);
      pushed->change = change;
      pushed->line = g_strdup (line);
      pushed->length = strlen (line);
      g_ptr_array_add (changes, pushed);
    }
  return changes;
}

static gint64
get_newest (SimWorld *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *newest = NULL;

  if (!ruhu_database_get_text (ruhu_store_get_database (self->store), "SELECT max (time) FROM log", &newest, &error, ""))
    sim_expect (self, FALSE, g_steal_pointer (&error), "asking for the newest stamp");
  return newest != NULL ? ruhu_stamp_get_time (newest) : 0;
}

/* How far the township must come with @changes, and what must stop it (-1: nothing). @newest: the newest stamp there, before and behind it. */
static gint64
predict (SimLaptop *self, GPtrArray *changes, gint64 *newest, int *stop)
{
  SimWorld *world = self->world;
  gint64 last = 0;

  *stop = -1;
  while (sim_oracle_find (world->oracle, self->device, last + 1) != NULL &&
         sim_oracle_find (world->oracle, self->device, last + 1)->state != SIM_PENDING)
    last++;
  for (guint i = 0; i < changes->len && *stop < 0; i++)
    {
      RuhuPushed *pushed = changes->pdata[i];

      if (pushed->change->seq <= last)
        continue;
      if (pushed->change->seq != last + 1)
        *stop = RUHU_ERROR_GAP;
      else if (ruhu_stamp_get_time (pushed->change->time) > MAX (world->now + FUTURE_MS, *newest + NEXT_MS))
        *stop = RUHU_ERROR_CLOCK;
      else
        {
          last++;
          *newest = MAX (*newest, ruhu_stamp_get_time (pushed->change->time));
        }
    }
  return last;
}

/* Stamps that nobody else has seen may have been changed, and nothing else. */
void
sim_laptop_reread_stamps (SimLaptop *self)
{
  SimWorld *world = self->world;

  for (gint64 seq = self->echoed + 1;; seq++)
    {
      SimChange *change = sim_oracle_find (world->oracle, self->device, seq);
      g_autofree char *body = NULL;
      g_autoptr (GError) error = NULL;

      if (change == NULL)
        return;
      if (!ruhu_database_get_text (ruhu_store_get_database (self->store), "SELECT body FROM log WHERE device = ?1 AND seq = ?2", &body, &error, "si",
                                   self->id, seq))
        return (void) sim_expect (world, FALSE, g_steal_pointer (&error), "reading the log");
      if (g_strcmp0 (body, change->body) != 0 && (body == NULL || change->state != SIM_PENDING || !sim_change_restamp (change, body)))
        sim_fail (world, "laptop %u: its change %" G_GINT64_FORMAT " was lost, or stamping it anew altered it: %s", self->index, seq, body);
    }
}

/* The township would not have the stamps: the laptop's clock is set right, and what was not taken is stamped anew. */
static void
mend_clock (SimLaptop *self, gint64 accepted)
{
  SimWorld *world = self->world;
  g_autoptr (GError) error = NULL;
  gboolean ok;

  sim_say (world, "laptop %u mends its clock", self->index);
  world->counts->clocks++;
  g_queue_clear_full (self->pushes, (GDestroyNotify) sim_push_free);
  g_clear_pointer (&self->last_push, sim_push_free);
  sim_begin (world, self, FALSE);
  ok = ruhu_replica_unsend (self->replica, accepted, &error);
  if (sim_end (world, ok, &error, "taking back what was sent", TRUE) == SIM_DONE && !self->daemon_died)
    {
      sim_begin (world, self, FALSE);
      ok = ruhu_replica_correct_clock (self->replica, -self->place->time.error, &error);
      sim_end (world, ok, &error, "mending the clock", TRUE);
    }
  if (world->failure == NULL)
    sim_laptop_reread_stamps (self);
}

/* Every answer tells the township's time. */
void
sim_laptop_measure_clock (SimLaptop *self)
{
  g_autoptr (GError) error = NULL;
  gboolean ok;

  if (self->gone)
    return;
  sim_say (self->world, "laptop %u measures its clock", self->index);
  sim_begin (self->world, self, FALSE);
  ok = ruhu_replica_correct_clock (self->replica, -self->place->time.error, &error);
  sim_end (self->world, ok, &error, "correcting the clock", TRUE);
  if (self->world->failure == NULL)
    sim_laptop_reread_stamps (self);
}

static void
take_answer (SimLaptop *self, RuhuBatch *batch)
{
  g_autoptr (GError) error = NULL;
  gboolean ok = TRUE;

  sim_say (self->world, "laptop %u is answered: up to %" G_GINT64_FORMAT "%s%s", self->index, batch->accepted, batch->stop != NULL ? ", " : "",
           batch->stop != NULL ? batch->stop->message : "");
  sim_begin (self->world, self, FALSE);
  if (batch->accepted > 0)
    ok = ruhu_replica_pushed (self->replica, batch->accepted, &error);
  if (sim_end (self->world, ok, &error, "taking an answer", TRUE) != SIM_DONE || self->daemon_died)
    return;
  if (g_error_matches (batch->stop, RUHU_ERROR, RUHU_ERROR_CLOCK))
    mend_clock (self, batch->accepted);
}

/* A batch on its way into the ledger. */
typedef struct
{
  SimLaptop *laptop;
  SimPush *push;
  RuhuBatch batch;
  gint64 expected;
  int stop;
} Delivery;

static void
check_answer (SimWorld *self, Delivery *delivery)
{
  RuhuBatch *batch = &delivery->batch;
  int stop = batch->stop != NULL ? batch->stop->code : -1;

  if (batch->accepted != delivery->expected || stop != delivery->stop)
    sim_fail (self, "the township took laptop %u's changes up to %" G_GINT64_FORMAT " (stop %d), not %" G_GINT64_FORMAT " (stop %d)",
              delivery->laptop->index, batch->accepted, stop, delivery->expected, delivery->stop);
  for (guint i = 0; batch->refused != NULL && i < batch->refused->len; i++)
    {
      RuhuRefusal *refusal = batch->refused->pdata[i];
      SimChange *change = sim_oracle_find (self->oracle, delivery->laptop->device, refusal->seq);

      if (change == NULL || change->state != SIM_REFUSED)
        sim_fail (self, "the township says that it refused change %" G_GINT64_FORMAT " of laptop %u", refusal->seq, delivery->laptop->index);
    }
}

/* FALSE: nobody is answered. */
static gboolean
accept_all (SimWorld *self, Delivery *deliveries, guint n)
{
  RuhuBatch *batches[8];
  g_autoptr (GError) error = NULL;
  SimOutcome outcome;
  gint64 newest = get_newest (self);
  gboolean ok;

  for (guint i = 0; i < n; i++)
    {
      deliveries[i].batch.device = deliveries[i].laptop->id;
      deliveries[i].batch.changes = parse_lines (self, deliveries[i].push);
      if (i % 2 == 0)
        ruhu_ledger_foresee (self->ledger, RUHU_ROLE_HELPER, deliveries[i].batch.changes);
      deliveries[i].expected = predict (deliveries[i].laptop, deliveries[i].batch.changes, &newest, &deliveries[i].stop);
      batches[i] = &deliveries[i].batch;
    }
  if (self->failure != NULL)
    return FALSE;
  sim_begin (self, NULL, FALSE);
  ok = ruhu_ledger_accept (self->ledger, batches, n, &error);
  outcome = sim_end (self, ok, &error, "accepting", TRUE);
  if (outcome == SIM_NOT)
    return FALSE;
  sim_township_observe (self);
  for (guint i = 0; i < n && outcome == SIM_DONE; i++)
    check_answer (self, &deliveries[i]);
  return outcome == SIM_DONE;
}

static gboolean
choose_push (SimLaptop *laptop, SimRandom *random, gboolean everything, Delivery *delivery)
{
  delivery->laptop = laptop;
  if (!everything && laptop->last_push != NULL && sim_random_chance (random, 10))
    {
      delivery->push = g_steal_pointer (&laptop->last_push);
      laptop->world->counts->repeated++;
    }
  else if (!everything && laptop->pushes->length > 1 && sim_random_chance (random, 15))
    delivery->push = g_queue_pop_tail (laptop->pushes);
  else
    delivery->push = g_queue_pop_head (laptop->pushes);
  return delivery->push != NULL;
}

/* Lets requests arrive, of several laptops at once: of each at most one. */
void
sim_world_deliver (SimWorld *self, SimRandom *random, gboolean everything)
{
  Delivery deliveries[8] = { { NULL } };
  guint n = 0, first = sim_random_below (random, self->laptops->len);
  guint most = everything ? 8 : sim_random_between (random, 1, 3);
  gboolean answered;

  for (guint i = 0; i < self->laptops->len && n < most; i++)
    if (choose_push (self->laptops->pdata[(first + i) % self->laptops->len], random, everything, &deliveries[n]))
      n++;
  if (n == 0)
    return;
  answered = accept_all (self, deliveries, n);
  for (guint i = 0; i < n; i++)
    {
      SimLaptop *laptop = deliveries[i].laptop;

      if (answered && self->failure == NULL && !laptop->gone && (everything || sim_random_chance (random, 65)))
        take_answer (laptop, &deliveries[i].batch);
      else
        self->counts->lost++;
      if (deliveries[i].batch.stop == NULL && laptop->last_push == NULL)
        laptop->last_push = g_steal_pointer (&deliveries[i].push);
      g_clear_pointer (&deliveries[i].push, sim_push_free);
      g_ptr_array_unref (deliveries[i].batch.changes);
      ruhu_batch_clear (&deliveries[i].batch);
    }
}
