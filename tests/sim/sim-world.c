/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A history is a row of steps, each with a generator of its own, so that any of them can be left out when a failure is cut down to what it needs. */
#include "config.h"

#include "sim-world.h"

#include <glib/gstdio.h>
#include <stdarg.h>
#include <string.h>

/* 2018-06-01T00:00Z */
#define BEGINNING G_GINT64_CONSTANT (1527811200000)

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

/* Most clocks are nearly right; some are minutes off, and a few so far ahead that the township will not have their stamps. */
static gint64
clock_error (SimRandom *random)
{
  guint dice = sim_random_below (random, 20);

  if (dice == 0)
    return (gint64) sim_random_between (random, 11 * 60, 3 * 86400) * 1000;
  if (dice == 1)
    return -(gint64) sim_random_between (random, 60, 3 * 86400) * 1000;
  if (dice < 6)
    return ((gint64) sim_random_below (random, 600) - 300) * 1000;
  return (gint64) sim_random_below (random, 4000) - 2000;
}

/* The programs of a laptop are there, whichever had been stopped. */
static gboolean
start (SimLaptop *self)
{
  SimWorld *world = self->world;

  if (self->place->store == NULL && !sim_place_open (world, self->place))
    return FALSE;
  if (world->temper.apart && !sim_place_open_app (world, self->place))
    return FALSE;
  self->store = self->place->store;
  self->app = world->temper.apart ? self->place->app : self->store;
  self->replica = ruhu_replica_new (self->store);
  return TRUE;
}

static gboolean
enrol (SimLaptop *self)
{
  SimWorld *world = self->world;
  SimUser *user = world->users->pdata[self->user];
  g_autofree char *role = sim_township_dup_role (world, self->user);
  g_autofree char *token = g_strdup_printf ("token of %s", self->id);
  g_autoptr (GError) error = NULL;

  if (!ruhu_ledger_add_device (world->ledger, self->id, user->id, "laptop", token, &self->cursor, &error))
    return sim_expect (world, FALSE, g_steal_pointer (&error), "enrolling");
  if (!ruhu_replica_enrol (self->replica, self->id, user->id, role, "Township", self->cursor, &error))
    return sim_expect (world, FALSE, g_steal_pointer (&error), "enrolling a laptop");
  sim_township_observe (world);
  sim_say (world, "laptop %u of user %u (%s) enrolled at %" G_GINT64_FORMAT, self->index, self->user, role, self->cursor);
  return TRUE;
}

SimLaptop *
sim_world_add_laptop (SimWorld *self, guint user)
{
  SimLaptop *laptop = g_new0 (SimLaptop, 1);
  g_autofree char *name = g_strdup_printf ("laptop-%u", self->laptops->len);
  gint64 error;

  laptop->world = self;
  laptop->index = self->laptops->len;
  laptop->user = user;
  laptop->id = sim_world_dup_id (self);
  laptop->device = sim_oracle_device (self->oracle, laptop->id);
  laptop->known = sim_view_new ();
  laptop->held = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  laptop->opened = g_ptr_array_new_with_free_func ((GDestroyNotify) sim_open_free);
  laptop->pushes = g_queue_new ();
  error = clock_error (&self->random);
  g_ptr_array_add (self->laptops, laptop);
  laptop->place = sim_place_take (self, sim_random_chance (&self->random, 20) ? self->last_year : self->today, name);
  if (laptop->place == NULL)
    return laptop;
  laptop->place->time.error = error;
  if (start (laptop))
    enrol (laptop);
  return laptop;
}

/* A newer program may know fields that were waiting in the log. */
static void
update (SimLaptop *self, SimRandom *random)
{
  if (self->place->catalogue == self->world->today || sim_random_chance (random, 50))
    return;
  sim_say (self->world, "laptop %u is updated", self->index);
  self->place->catalogue = self->world->today;
  self->world->counts->upgrades++;
}

/* Whatever was only in memory is lost: the page being read, the requests under way (which may arrive all the same). Pages on the screen belong to the app, which is
 * another program. */
static void
restart_laptop (SimLaptop *self, SimRandom *random)
{
  sim_say (self->world, "laptop %u restarts", self->index);
  g_clear_pointer (&self->replica, ruhu_replica_free);
  self->world->counts->restarts++;
  if (sim_random_chance (random, 30))
    {
      sim_place_close (self->place);
      update (self, random);
      self->world->counts->reopened++;
    }
  start (self);
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
  sim_say (self, "the township restarts");
  g_clear_pointer (&self->ledger, ruhu_ledger_free);
  if (sim_random_chance (random, 30))
    {
      sim_place_close (self->place);
      sim_place_open (self, self->place);
    }
  self->store = self->place->store;
  if (self->store != NULL)
    self->ledger = ruhu_ledger_new (self->store);
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
  else if (dice < 945)
    sim_township_edit (self, random);
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

      if (!laptop->gone && (laptop->pushes->length > 0 || laptop->cursor < self->observed))
        return FALSE;
    }
  return TRUE;
}

/* Everybody comes home: all is sent, answered and fetched, until nothing moves any more. */
static void
come_home (SimWorld *self, SimRandom *random)
{
  g_autoptr (GError) error = NULL;

  self->step = -1;
  if (self->failure != NULL)
    return;
  if (sim_expect (self, ruhu_ledger_reconcile (self->ledger, NULL, &error), g_steal_pointer (&error), "reconciling"))
    sim_township_observe (self);
  for (guint round = 0; round < 10 && self->failure == NULL; round++)
    {
      for (guint i = 0; i < self->laptops->len && self->failure == NULL; i++)
        sim_laptop_finish (self->laptops->pdata[i]);
      for (guint i = 0; i < self->laptops->len && self->failure == NULL; i++)
        sim_laptop_send (self->laptops->pdata[i], NULL);
      if (is_at_rest (self))
        return;
      sim_world_deliver (self, random, TRUE);
    }
}

static SimWorld *
world_new (const SimPlan *plan)
{
  SimWorld *self = g_new0 (SimWorld, 1);

  self->seed = plan->seed;
  self->random = sim_random_for (plan->seed, 0);
  self->trace = plan->trace;
  self->catalogue = plan->township;
  self->today = plan->today;
  self->last_year = plan->last_year;
  self->on_disk = plan->on_disk_every > 0 && plan->seed % plan->on_disk_every == 0;
  self->now = BEGINNING;
  self->places = plan->places;
  self->counts = plan->counts;
  self->temper.doomed = (const guint[]){ 0, 10, 40 }[sim_random_below (&self->random, 3)];
  self->temper.fresh = (const guint[]){ 5, 20, 50 }[sim_random_below (&self->random, 3)];
  self->temper.deleted = (const guint[]){ 0, 8, 25 }[sim_random_below (&self->random, 3)];
  self->temper.constant = (const guint[]){ 0, 50, 80 }[sim_random_below (&self->random, 3)];
  self->oracle = sim_oracle_new ();
  self->by_position = g_ptr_array_new ();
  self->users = g_ptr_array_new_with_free_func (g_free);
  self->laptops = g_ptr_array_new_with_free_func ((GDestroyNotify) sim_laptop_free);
  self->households = g_ptr_array_new_with_free_func (g_free);
  self->villages = g_ptr_array_new_with_free_func (g_free);
  self->temper.apart = sim_random_chance (&self->random, 30);
  if (self->on_disk)
    {
      self->directory = g_strdup_printf ("%s/history-%" G_GUINT64_FORMAT, plan->directory, plan->seed);
      if (g_mkdir (self->directory, 0700) != 0)
        sim_fail (self, "making a directory: %s", g_strerror (errno));
    }
  return self;
}

static void
user_clear (gpointer data, gpointer unused)
{
  SimUser *user = data;

  g_free (user->id);
  g_free (user->village);
}

static void
world_free (SimWorld *self)
{
  g_ptr_array_unref (self->laptops);
  g_clear_pointer (&self->ledger, ruhu_ledger_free);
  if (self->place != NULL)
    sim_place_give_back (self, self->place);
  if (self->on_disk)
    g_rmdir (self->directory);
  g_ptr_array_foreach (self->users, user_clear, NULL);
  g_ptr_array_unref (self->users);
  g_ptr_array_unref (self->households);
  g_ptr_array_unref (self->villages);
  g_ptr_array_unref (self->by_position);
  sim_oracle_free (self->oracle);
  g_free (self->directory);
  g_free (self->failure);
  g_free (self);
}

/* The same laptops, whatever steps are left out. */
static void
found (SimWorld *self)
{
  guint n;

  if (self->failure == NULL)
    self->place = sim_place_take (self, self->catalogue, "township");
  if (self->place == NULL)
    return;
  self->store = self->place->store;
  self->ledger = ruhu_ledger_new (self->store);
  sim_township_found (self);
  n = sim_random_between (&self->random, 2, 4);
  for (guint i = 0; i < n && self->failure == NULL; i++)
    {
      SimLaptop *laptop = sim_world_add_laptop (self, sim_random_below (&self->random, self->users->len));

      if (self->failure == NULL && sim_random_chance (&self->random, 80))
        sim_laptop_finish (laptop);
    }
}

char *
sim_world_play (const SimPlan *plan, int *n_steps)
{
  SimWorld *self = world_new (plan);
  SimRandom random;
  char *failure;

  found (self);
  *n_steps = plan->n_steps >= 0 ? plan->n_steps : (int) sim_random_between (&self->random, 10, 90);
  for (self->step = 0; self->step < *n_steps && self->failure == NULL; self->step++)
    {
      random = sim_random_for (plan->seed, (guint64) self->step + 1);
      if (plan->skip == NULL || !plan->skip[self->step])
        play_step (self, &random);
    }
  random = sim_random_for (plan->seed, G_MAXUINT32);
  come_home (self, &random);
  if (self->failure == NULL)
    sim_check_end (self);
  self->counts->histories++;
  self->counts->steps += (guint64) *n_steps;
  failure = g_strdup (self->failure);
  world_free (self);
  return failure;
}
