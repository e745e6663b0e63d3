/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A history is a row of steps, each with a generator of its own, so that any of them can be left out when a failure is cut down to what it needs. */
#include "config.h"

#include "sim-world.h"

#include <json-c/json.h>
#include <stdarg.h>
#include <string.h>

void
sim_fail (SimWorld *self, const char *format, ...)
{
  va_list arguments;

  if (self->failure != NULL)
    return;
  va_start (arguments, format);
  self->failure = g_strdup_vprintf (format, arguments);
  va_end (arguments);
}

gboolean
sim_expect (SimWorld *self, gboolean ok, GError *error, const char *what)
{
  if (!ok)
    sim_fail (self, "%s: %s", what, error != NULL ? error->message : "it is not so");
  g_clear_error (&error);
  return ok;
}

void
sim_say (SimWorld *self, const char *format, ...)
{
  va_list arguments;

  if (self->trace == NULL)
    return;
  g_string_append_printf (self->trace, "%4d  ", self->step);
  va_start (arguments, format);
  g_string_append_vprintf (self->trace, format, arguments);
  va_end (arguments);
  g_string_append_c (self->trace, '\n');
}

char *
sim_world_dup_id (SimWorld *self)
{
  return g_strdup_printf ("%08x-0000-4000-8000-%012x", ++self->n_ids, (guint) self->seed);
}

void
sim_open_free (SimOpen *self)
{
  g_free (self->scope);
  g_free (self->draft);
  sim_view_unref (self->view);
  g_free (self);
}

void
sim_push_free (SimPush *self)
{
  g_ptr_array_unref (self->lines);
  g_free (self);
}

void
sim_laptop_free (SimLaptop *self)
{
  g_clear_pointer (&self->replica, ruhu_replica_free);
  if (self->place != NULL)
    sim_place_give_back (self->world, self->place);
  sim_view_unref (self->founded_known);
  g_clear_pointer (&self->founded_held, g_ptr_array_unref);
  g_free (self->id);
  sim_view_unref (self->known);
  sim_view_unref (self->filled);
  g_hash_table_unref (self->held);
  g_ptr_array_unref (self->opened);
  g_queue_free_full (self->pushes, (GDestroyNotify) sim_push_free);
  g_clear_pointer (&self->last_push, sim_push_free);
  g_clear_pointer (&self->page, ruhu_page_free);
  g_clear_pointer (&self->old_page, ruhu_page_free);
  g_free (self->filling);
  g_free (self);
}

/* A newer program may know fields that were waiting in the log. */
static void
update (SimLaptop *self)
{
  if (self->place->catalogue == self->world->today)
    return;
  sim_say (self->world, "laptop %u is updated", self->index);
  self->place->catalogue = self->world->today;
  self->world->counts->upgrades++;
}

/* Of a hundred restarts, those that close the file and open it: most of what that costs is the same each time. Where there is a newer program to begin, more do. */
static guint
share_reopened (SimPlace *place)
{
  return place->catalogue == place->time.world->last_year ? 10 : 4;
}

/* Whatever was only in memory is lost: the page being read, the requests under way (which may arrive all the same). Pages on the screen belong to the app, which is
 * another program. */
static void
restart_laptop (SimLaptop *self, SimRandom *random)
{
  self->world->counts->restarts++;
  if (self->world->temper.faults > 0 && sim_random_chance (random, 50))
    return sim_fault_cut (self->world, self);
  sim_say (self->world, "laptop %u restarts", self->index);
  g_clear_pointer (&self->replica, ruhu_replica_free);
  if (sim_random_chance (random, share_reopened (self->place)) && sim_fault_is_sure (self->place))
    {
      sim_place_close (self->place);
      sim_fault_lift (self->place);
      update (self);
      self->world->counts->reopened++;
    }
  sim_laptop_start (self);
  g_clear_pointer (&self->page, ruhu_page_free);
  if (sim_random_chance (random, 50))
    g_ptr_array_set_size (self->opened, 0);
}

static void
restart (SimWorld *self, SimRandom *random)
{
  guint which = sim_random_below (random, self->laptops->len + 1);

  if (which < self->laptops->len)
    {
      restart_laptop (self->laptops->pdata[which], random);
      return;
    }
  if (self->temper.faults > 0 && sim_random_chance (random, 50))
    return sim_fault_cut (self, NULL);
  sim_say (self, "the township restarts");
  g_clear_pointer (&self->ledger, ruhu_ledger_free);
  if (sim_random_chance (random, share_reopened (self->place)) && sim_fault_is_sure (self->place))
    {
      sim_place_close (self->place);
      sim_fault_lift (self->place);
    }
  sim_township_start (self);
}

static void
write_field (SimWorld *self, const char *scope, const char *type, const char *id, const char *field, const char *value)
{
  g_autofree char *text = g_strdup_printf ("{\"%s\":{\"%s\":{\"%s\":\"%s\"}}}", type, id, field, value);

  if (self->failure == NULL)
    sim_township_write (self, scope, FALSE, json_tokener_parse (text));
}

/* The worst for a laptop that is behind: something is written in a household, then something that it will be given, and then the household is taken away. */
static void
take_away (SimWorld *self, SimRandom *random)
{
  guint n = self->oracle->records->len, first = sim_random_below (random, n);
  SimUser *user = self->users->pdata[sim_random_below (random, self->users->len)];

  for (guint i = 0; i < n; i++)
    {
      SimRecord *record = sim_oracle_record (self->oracle, (first + i) % n);

      if (!g_str_equal (record->type, "assignment"))
        continue;
      sim_say (self, "the office writes in a household, and takes it away");
      write_field (self, record->scope, "household", record->scope, "note", "late");
      write_field (self, RUHU_SCOPE_TOWNSHIP, "helper", user->id, "phone", "1");
      write_field (self, record->scope, "assignment", record->id, "to_date", "2018-05-01");
      return;
    }
}

/* Some people do one thing after the other while the rest are out. */
static SimLaptop *
choose_laptop (SimWorld *self, SimRandom *random)
{
  SimRandom turn = sim_random_for (self->seed, 1000000 + (guint64) self->step / 6);
  guint one = sim_random_below (&turn, self->laptops->len), any = sim_random_below (random, self->laptops->len);

  return self->laptops->pdata[sim_random_chance (random, self->temper.constant) ? one : any];
}

static void
play_step (SimWorld *self, SimRandom *random)
{
  SimLaptop *laptop = choose_laptop (self, random);
  guint dice = sim_random_below (random, 1000);

  self->now += sim_random_below (random, 20000);
  self->random = *random;
  sim_laptop_recover (laptop);
  if (sim_random_chance (random, self->temper.moving))
    return sim_random_chance (random, 50) ? take_away (self, random) : sim_township_reassign (self, random);
  if (dice < 10)
    sim_laptop_measure_clock (laptop);
  else if (dice < 80)
    sim_laptop_look (laptop, random);
  else if (dice < 380)
    sim_laptop_work (laptop, random);
  else if (dice < 500)
    sim_laptop_send (laptop, random);
  else if (dice < 600)
    sim_world_deliver (self, random, FALSE);
  else if (dice < 860)
    sim_laptop_fetch (laptop, random);
  else if (dice < 920)
    sim_township_reassign (self, random);
  else if (dice < 925)
    sim_township_edit (self, random);
  else if (dice < 945)
    sim_township_decide (self, random);
  else if (dice < 985)
    restart (self, random);
  else if (dice < 990)
    sim_township_revoke_device (self, random);
  else if (self->laptops->len < 7)
    sim_world_add_laptop (self, sim_random_below (random, self->users->len));
}

static gboolean
is_at_rest (SimWorld *self)
{
  for (guint i = 0; i < self->laptops->len; i++)
    {
      SimLaptop *laptop = self->laptops->pdata[i];

      if (!laptop->gone && (laptop->pushes->length > 0 || laptop->cursor < self->observed || sim_oracle_is_waiting (self->oracle, laptop->device)))
        return FALSE;
    }
  return TRUE;
}

/* Everybody comes home: all is sent, answered and fetched, until nothing moves any more. */
static void
come_home (SimWorld *self, SimRandom *random)
{
  gboolean reconciled = FALSE;

  self->step = -1;
  self->plain = FALSE;
  self->random = *random;
  for (guint round = 0; round < 14 && self->failure == NULL; round++)
    {
      sim_fault_make_space (self);
      if (!reconciled)
        reconciled = sim_township_reconcile (self);
      for (guint i = 0; i < self->laptops->len && self->failure == NULL; i++)
        {
          sim_laptop_recover (self->laptops->pdata[i]);
          sim_laptop_send (self->laptops->pdata[i], NULL);
        }
      if (self->failure == NULL)
        sim_world_deliver (self, random, TRUE);
      /* The office has something to say to it while there is anybody to hear it. */
      for (guint i = 0; i < 4 && round < 8 && self->failure == NULL && sim_random_chance (random, 60); i++)
        sim_township_decide (self, random);
      for (guint i = 0; i < self->laptops->len && self->failure == NULL; i++)
        sim_laptop_finish (self->laptops->pdata[i]);
      if (reconciled && is_at_rest (self))
        return;
    }
}

/* What a history has more or less of. */
static void
set_temper (SimWorld *self)
{
  self->temper.doomed = (const guint[]){ 0, 10, 40 }[sim_random_below (&self->random, 3)];
  self->temper.fresh = (const guint[]){ 5, 20, 50 }[sim_random_below (&self->random, 3)];
  self->temper.deleted = (const guint[]){ 0, 8, 25 }[sim_random_below (&self->random, 3)];
  self->temper.constant = (const guint[]){ 0, 50, 80 }[sim_random_below (&self->random, 3)];
  self->temper.narrow = (const guint[]){ 0, 0, 80 }[sim_random_below (&self->random, 3)];
  self->temper.moving = (const guint[]){ 0, 0, 15 }[sim_random_below (&self->random, 3)];
  self->temper.bits = sim_random_chance (&self->random, 30);
  self->temper.faults = (const guint[]){ 10, 25, 0, 0, 0, 0, 0, 0 }[sim_random_below (&self->random, 8)];
}

/* Most failures need few steps; some need many. */
static guint
choose_length (SimRandom *random)
{
  guint dice = sim_random_below (random, 100);

  if (dice < 85)
    return sim_random_between (random, 5, 11);
  return dice < 98 ? sim_random_between (random, 12, 40) : sim_random_between (random, 41, 90);
}

/* The one fault of a plan. */
static void
arm_exactly (SimWorld *self, const SimPlan *plan)
{
  SimLaptop *laptop = plan->fault_laptop >= 0 ? self->laptops->pdata[plan->fault_laptop] : NULL;

  self->temper.faults = 0;
  if (plan->fault != NULL)
    {
      SimPlace *place = laptop != NULL ? laptop->place : self->place;

      place->stays_short = plan->fault->stays_short;
      fault_disk_arm (place->disk, plan->fault->kind, plan->fault->program, plan->fault_n);
    }
}

static void
note_whether_struck (SimWorld *self, SimPlan *plan)
{
  plan->struck = fault_disk_has_struck (self->place->disk);
  for (guint i = 0; i < self->founded_laptops; i++)
    plan->struck |= fault_disk_has_struck (((SimLaptop *) self->laptops->pdata[i])->place->disk);
}

static void
play_steps (SimWorld *self, SimPlan *plan)
{
  int n = plan->n_steps >= 0 ? plan->n_steps : (int) choose_length (&self->random);

  if (plan->exact)
    arm_exactly (self, plan);
  for (self->step = 0; self->step < n && self->failure == NULL; self->step++)
    {
      SimRandom random = sim_random_for (plan->seed, (guint64) self->step + 1);
      SimRandom faults = sim_random_for (plan->seed, (guint64) self->step + 3000000);

      if (plan->skip != NULL && plan->skip[self->step])
        continue;
      self->plain = plan->plain != NULL && plan->plain[self->step];
      if (!plan->exact && sim_random_chance (&faults, 30))
        sim_fault_make_space (self);
      if (sim_random_chance (&faults, self->temper.faults) && (plan->skip_faults == NULL || !plan->skip_faults[self->step]))
        sim_fault_arm (self, &faults);
      play_step (self, &random);
    }
  plan->played = n;
}

char *
sim_world_play (SimPlan *plan)
{
  SimWorld *self = plan->world;
  SimRandom home = sim_random_for (plan->seed, G_MAXUINT32);
  char *failure;

  if (self != NULL && (self->founding != plan->seed / SIM_HISTORIES_A_FOUNDING || plan->trace != NULL))
    g_clear_pointer (&self, sim_world_free);
  if (self == NULL)
    self = sim_world_found (plan);
  if (self->failure == NULL)
    sim_world_rewind (self, plan);
  if (self->failure == NULL)
    {
      set_temper (self);
      play_steps (self, plan);
      come_home (self, &home);
      note_whether_struck (self, plan);
    }
  if (self->failure == NULL)
    sim_check_end (self);
  self->counts->histories++;
  self->counts->steps += (guint64) plan->played;
  failure = g_strdup (self->failure);
  /* After a failure nothing is trusted. */
  plan->world = self;
  if (failure != NULL || plan->trace != NULL)
    g_clear_pointer (&plan->world, sim_world_free);
  return failure;
}
