/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A township, its people and their laptops as they are before a history begins. Many histories begin from the same ones. */
#include "config.h"

#include "sim-world.h"

#include <string.h>

/* 2018-06-01T00:00Z */
#define BEGINNING G_GINT64_CONSTANT (1527811200000)

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

gboolean
sim_laptop_start (SimLaptop *self)
{
  SimWorld *world = self->world;
  SimPlace *place = self->place;

  /* A fault that opening the app's meets takes the daemon's with it. */
  if (!sim_place_open (world, place) || (world->apart && !sim_place_open_app (world, place)) || !sim_place_open (world, place))
    return FALSE;
  self->store = place->store;
  self->app = world->apart ? place->app : place->store;
  if (self->replica != NULL)
    ruhu_replica_free (self->replica);
  self->replica = ruhu_replica_new (self->store);
  return TRUE;
}

gboolean
sim_township_start (SimWorld *self)
{
  if (!sim_place_open (self, self->place))
    return FALSE;
  self->store = self->place->store;
  if (self->ledger != NULL)
    ruhu_ledger_free (self->ledger);
  self->ledger = ruhu_ledger_new (self->store);
  return TRUE;
}

/* Interrupted, it is repeated. */
static gboolean
enrol (SimLaptop *self)
{
  SimWorld *world = self->world;
  SimUser *user = world->users->pdata[self->user];
  g_autofree char *role = sim_township_dup_role (world, self->user);
  g_autofree char *token = g_strdup_printf ("token of %s", self->id);
  gboolean done = FALSE;

  for (guint i = 0; i < 3 && !done && world->failure == NULL; i++)
    {
      g_autoptr (GError) error = NULL;

      if (i > 0)
        fault_disk_disarm (world->place->disk);
      sim_begin (world, NULL, FALSE);
      done = ruhu_ledger_add_device (world->ledger, self->id, user->id, "laptop", token, &self->cursor, &error);
      done = sim_end (world, done, &error, "enrolling", TRUE) == SIM_DONE;
    }
  for (done = FALSE; !done && world->failure == NULL;)
    {
      g_autoptr (GError) error = NULL;

      sim_begin (world, self, FALSE);
      self->enrolled = self->cursor;
      done = ruhu_replica_enrol (self->replica, self->id, user->id, role, "Township", self->cursor, &error);
      done = sim_end (world, done, &error, "enrolling a laptop", TRUE) == SIM_DONE;
    }
  if (world->failure != NULL)
    return FALSE;
  sim_township_observe (world);
  sim_say (world, "laptop %u of user %u (%s) enrolled at %" G_GINT64_FORMAT, self->index, self->user, role, self->cursor);
  return TRUE;
}

SimLaptop *
sim_world_add_laptop (SimWorld *self, guint user)
{
  SimLaptop *laptop = g_new0 (SimLaptop, 1);
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
  laptop->place = sim_place_take (self, sim_random_chance (&self->random, 20) ? self->last_year : self->today);
  if (laptop->place == NULL)
    return laptop;
  laptop->place->time.error = error;
  if (sim_laptop_start (laptop))
    enrol (laptop);
  return laptop;
}

/* The same laptops, whatever steps are left out. */
static void
people_and_laptops (SimWorld *self)
{
  guint n, without;

  self->place = sim_place_take (self, self->catalogue);
  if (self->place == NULL || !sim_township_start (self))
    return;
  sim_township_found (self);
  n = (const guint[]){ 2, 2, 3, 3, 3, 4 }[sim_random_below (&self->random, 6)];
  /* A laptop that has nothing yet is filled in every history anew. */
  without = sim_random_chance (&self->random, 15) ? sim_random_below (&self->random, n) : n;
  for (guint i = 0; i < n && self->failure == NULL; i++)
    sim_world_add_laptop (self, sim_random_below (&self->random, self->users->len));
  for (guint i = 0; i < n && self->failure == NULL; i++)
    if (i != without)
      sim_laptop_finish (self->laptops->pdata[i]);
}

static void
keep_laptop (SimLaptop *self)
{
  GHashTableIter iter;
  gpointer scope;

  self->founded_known = sim_view_snapshot (self->known, self->world->oracle, NULL);
  self->founded_held = g_ptr_array_new_with_free_func (g_free);
  self->founded_cursor = self->cursor;
  g_hash_table_iter_init (&iter, self->held);
  while (g_hash_table_iter_next (&iter, &scope, NULL))
    g_ptr_array_add (self->founded_held, g_strdup (scope));
  sim_place_keep (self->world, self->place);
}

static void
keep (SimWorld *self)
{
  sim_oracle_mark (self->oracle);
  self->founded_now = self->now;
  self->founded_observed = self->observed;
  self->founded_ids = self->n_ids;
  self->founded_laptops = self->laptops->len;
  sim_place_keep (self, self->place);
  for (guint i = 0; i < self->laptops->len; i++)
    keep_laptop (self->laptops->pdata[i]);
}

SimWorld *
sim_world_found (SimPlan *plan)
{
  SimWorld *self = g_new0 (SimWorld, 1);

  self->plan = plan;
  self->founding = plan->seed / SIM_HISTORIES_A_FOUNDING;
  self->seed = self->founding;
  self->random = sim_random_for (self->founding, 4000000);
  self->trace = plan->trace;
  self->catalogue = plan->township;
  self->today = plan->today;
  self->last_year = plan->last_year;
  self->now = BEGINNING;
  self->counts = plan->counts;
  self->oracle = sim_oracle_new ();
  self->by_position = g_ptr_array_new ();
  self->users = g_ptr_array_new_with_free_func (g_free);
  self->laptops = g_ptr_array_new_with_free_func ((GDestroyNotify) sim_laptop_free);
  self->households = g_ptr_array_new_with_free_func (g_free);
  self->villages = g_ptr_array_new_with_free_func (g_free);
  self->apart = sim_random_chance (&self->random, 30);
  people_and_laptops (self);
  if (self->failure == NULL)
    keep (self);
  return self;
}

static void
rewind_laptop (SimLaptop *self)
{
  g_clear_pointer (&self->replica, ruhu_replica_free);
  sim_place_rewind (self->world, self->place);
  if (!sim_laptop_start (self))
    return;
  sim_view_unref (self->known);
  self->known = sim_view_snapshot (self->founded_known, self->world->oracle, NULL);
  g_hash_table_remove_all (self->held);
  for (guint i = 0; i < self->founded_held->len; i++)
    g_hash_table_add (self->held, g_strdup (self->founded_held->pdata[i]));
  self->cursor = self->founded_cursor;
  self->echoed = 0;
  g_ptr_array_set_size (self->opened, 0);
  g_queue_clear_full (self->pushes, (GDestroyNotify) sim_push_free);
  g_clear_pointer (&self->last_push, sim_push_free);
  g_clear_pointer (&self->page, ruhu_page_free);
  g_clear_pointer (&self->old_page, ruhu_page_free);
  g_clear_pointer (&self->filling, g_free);
  self->building = FALSE;
  g_clear_pointer (&self->filled, sim_view_unref);
  self->revoked = FALSE;
  self->gone = FALSE;
  self->daemon_died = FALSE;
  self->app_died = FALSE;
}

void
sim_world_rewind (SimWorld *self, SimPlan *plan)
{
  self->plan = plan;
  self->seed = plan->seed;
  self->counts = plan->counts;
  self->trace = plan->trace;
  self->now = self->founded_now;
  self->n_ids = self->founded_ids;
  self->observed = self->founded_observed;
  self->random = sim_random_for (plan->seed, 0);
  g_ptr_array_set_size (self->by_position, (int) self->observed + 1);
  g_ptr_array_set_size (self->laptops, (int) self->founded_laptops);
  sim_oracle_rewind (self->oracle);
  sim_place_rewind (self, self->place);
  if (!sim_township_start (self))
    return;
  for (guint i = 0; i < self->laptops->len; i++)
    rewind_laptop (self->laptops->pdata[i]);
}

static void
user_clear (gpointer data, gpointer unused)
{
  SimUser *user = data;

  g_free (user->id);
  g_free (user->village);
}

void
sim_world_free (SimWorld *self)
{
  g_ptr_array_unref (self->laptops);
  g_clear_pointer (&self->ledger, ruhu_ledger_free);
  if (self->place != NULL)
    sim_place_give_back (self, self->place);
  g_ptr_array_foreach (self->users, user_clear, NULL);
  g_ptr_array_unref (self->users);
  g_ptr_array_unref (self->households);
  g_ptr_array_unref (self->villages);
  g_ptr_array_unref (self->by_position);
  sim_oracle_free (self->oracle);
  g_free (self->before);
  g_free (self->failure);
  g_free (self);
}
