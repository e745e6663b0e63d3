/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stores on disks in memory. A disk is put back to what it was when the township was founded, under its open connections: to them it is as if another program had written. */
#include "config.h"

#include "sim-world.h"

#include "ruhu-store-private.h"

/* Real stores have pages of 4096 bytes; smaller ones make more of them, and copy less. */
#define SMALL_PAGES "PRAGMA journal_mode = DELETE; PRAGMA page_size = 1024; VACUUM"

/* An empty store's disk for each catalogue. */
typedef struct
{
  RuhuCatalogue *catalogue;
  FaultImage *image;
} Prepared;

static gint64
tell_time (gpointer data)
{
  SimTime *time = data;

  return time->world->now + time->error;
}

void
sim_place_close (SimPlace *self)
{
  g_clear_pointer (&self->app, ruhu_store_close);
  g_clear_pointer (&self->store, ruhu_store_close);
}

void
sim_place_free (SimPlace *self)
{
  sim_place_close (self);
  g_clear_pointer (&self->image, fault_image_free);
  g_free (self->name);
  g_free (self);
}

static gboolean
open_store (SimWorld *world, SimPlace *self, const char *program, RuhuStore **store)
{
  g_autofree char *path = g_strdup_printf ("file:%s/ruhu.db?vfs=fault&program=%s", self->name, program);
  RuhuStoreOptions options = { path, RUHU_DATABASE_CREATE, self->catalogue, tell_time, &self->time };
  g_autoptr (GError) error = NULL;

  *store = ruhu_store_open (&options, &error);
  /* What broke while it was being opened is mended, and it opens. */
  if (*store == NULL && fault_disk_has_struck (self->disk))
    {
      sim_place_close (self);
      sim_fault_lift (self);
      g_clear_error (&error);
      *store = ruhu_store_open (&options, &error);
    }
  return sim_expect (world, *store != NULL, g_steal_pointer (&error), "opening a store");
}

gboolean
sim_place_open (SimWorld *world, SimPlace *self)
{
  return self->store != NULL || open_store (world, self, "daemon", &self->store);
}

gboolean
sim_place_open_app (SimWorld *world, SimPlace *self)
{
  return self->app != NULL || open_store (world, self, "app", &self->app);
}

/* A store that was opened once, and emptied into its file. */
static FaultImage *
prepare (SimWorld *world, SimPlace *self)
{
  static GArray *all;
  Prepared made = { self->catalogue, NULL };
  g_autofree char *path = g_strdup_printf ("file:%s/ruhu.db?vfs=fault", self->name);
  g_autoptr (RuhuDatabase) database = NULL;
  g_autoptr (GError) error = NULL;

  if (all == NULL)
    all = g_array_new (FALSE, FALSE, sizeof (Prepared));
  for (guint i = 0; i < all->len; i++)
    if (g_array_index (all, Prepared, i).catalogue == self->catalogue)
      return g_array_index (all, Prepared, i).image;
  database = ruhu_database_open (path, RUHU_DATABASE_CREATE, &error);
  if (!sim_expect (world, database != NULL && ruhu_database_execute (database, SMALL_PAGES, &error), g_steal_pointer (&error), "preparing a disk"))
    return NULL;
  g_clear_pointer (&database, ruhu_database_close);
  if (!sim_place_open (world, self))
    return NULL;
  sim_place_close (self);
  made.image = fault_image_new (self->disk);
  g_array_append_val (all, made);
  return made.image;
}

/* One that another township has left. */
static SimPlace *
take_old (SimWorld *world, RuhuCatalogue *catalogue)
{
  GPtrArray *places = world->plan->places;

  for (guint i = 0; i < places->len; i++)
    if (((SimPlace *) places->pdata[i])->catalogue == catalogue)
      return g_ptr_array_steal_index_fast (places, i);
  return NULL;
}

/* What a store remembers of its file; all else it reads anew. Its pages are forgotten: two logs that were found empty, their index being gone, look alike to SQLite, whatever was written in between. */
static void
reload (SimWorld *world, RuhuStore *store)
{
  g_autoptr (GError) error = NULL;

  if (store == NULL)
    return;
  if (!sim_expect (world, ruhu_database_execute (ruhu_store_get_database (store), "PRAGMA shrink_memory", &error), g_steal_pointer (&error), "forgetting pages"))
    return;
  ruhu_clock_set_correction (ruhu_store_get_clock (store), 0);
  sim_expect (world, ruhu_store_load_clock (store, &error), g_steal_pointer (&error), "reading the clock");
}

void
sim_place_reload (SimWorld *world, SimPlace *self)
{
  reload (world, self->store);
  reload (world, self->app);
}

SimPlace *
sim_place_take (SimWorld *world, RuhuCatalogue *catalogue)
{
  static guint n;
  SimPlace *self = take_old (world, catalogue);
  FaultImage *image;

  if (self == NULL)
    {
      self = g_new0 (SimPlace, 1);
      self->name = g_strdup_printf ("p%u", n++);
      self->disk = fault_disk_get (self->name);
      self->catalogue = catalogue;
      fault_disk_reset (self->disk, 1);
      fault_disk_pause (self->disk, TRUE);
    }
  self->time.world = world;
  self->time.error = 0;
  self->unsure = FALSE;
  if (!world->apart)
    g_clear_pointer (&self->app, ruhu_store_close);
  image = prepare (world, self);
  if (image != NULL)
    {
      fault_image_restore (image, self->disk, world->seed);
      sim_place_reload (world, self);
      if (sim_place_open (world, self))
        return self;
    }
  sim_place_free (self);
  return NULL;
}

void
sim_place_keep (SimWorld *world, SimPlace *self)
{
  g_autoptr (GError) error = NULL;

  sim_expect (world, ruhu_database_checkpoint (ruhu_store_get_database (self->store), &error), g_steal_pointer (&error), "emptying the write-ahead log");
  g_clear_pointer (&self->image, fault_image_free);
  self->image = fault_image_new (self->disk);
  self->founded_for = self->catalogue;
}

void
sim_place_rewind (SimWorld *world, SimPlace *self)
{
  if (self->catalogue != self->founded_for)
    sim_place_close (self);
  self->catalogue = self->founded_for;
  self->unsure = FALSE;
  fault_image_restore (self->image, self->disk, world->seed);
  sim_place_reload (world, self);
}

void
sim_place_give_back (SimWorld *world, SimPlace *self)
{
  g_clear_pointer (&self->image, fault_image_free);
  /* After a failure nothing is trusted. */
  if (world->failure != NULL || self->store == NULL)
    sim_place_free (self);
  else
    g_ptr_array_add (world->plan->places, self);
}
