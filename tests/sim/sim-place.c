/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim-world.h"

#include <glib/gstdio.h>
#include <string.h>

static gint64
tell_time (gpointer data)
{
  SimTime *time = data;

  return time->world->now + time->error;
}

static void
remove_files (const char *path)
{
  static const char *const endings[] = { "", "-wal", "-shm" };

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      g_autofree char *name = g_strconcat (path, endings[i], NULL);

      g_unlink (name);
    }
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
  if (self->anchor == NULL)
    remove_files (self->path);
  g_clear_pointer (&self->anchor, ruhu_database_close);
  g_free (self->path);
  g_free (self);
}

static gboolean
open_store (SimWorld *world, SimPlace *self, RuhuStore **store)
{
  RuhuStoreOptions options = { self->path, RUHU_DATABASE_CREATE, self->catalogue, tell_time, &self->time };
  g_autoptr (GError) error = NULL;

  *store = ruhu_store_open (&options, &error);
  return sim_expect (world, *store != NULL, g_steal_pointer (&error), "opening a store");
}

gboolean
sim_place_open (SimWorld *world, SimPlace *self)
{
  return open_store (world, self, &self->store);
}

gboolean
sim_place_open_app (SimWorld *world, SimPlace *self)
{
  return self->app != NULL || open_store (world, self, &self->app);
}

/* One that another history has left. */
static SimPlace *
take_old (SimWorld *world, RuhuCatalogue *catalogue)
{
  for (guint i = 0; !world->on_disk && i < world->places->len; i++)
    if (((SimPlace *) world->places->pdata[i])->catalogue == catalogue)
      return g_ptr_array_steal_index_fast (world->places, i);
  return NULL;
}

SimPlace *
sim_place_take (SimWorld *world, RuhuCatalogue *catalogue, const char *name)
{
  static guint n;
  SimPlace *self = take_old (world, catalogue);
  g_autoptr (GError) error = NULL;

  if (self == NULL)
    {
      self = g_new0 (SimPlace, 1);
      self->catalogue = catalogue;
      /* In memory, shared by its name among this process's connections. */
      self->path = world->on_disk ? g_strdup_printf ("%s/%s.db", world->directory, name) : g_strdup_printf ("file:/ruhu-%u?vfs=memdb", n++);
      if (!world->on_disk)
        self->anchor = ruhu_database_open (self->path, RUHU_DATABASE_CREATE, &error);
    }
  self->time.world = world;
  self->time.error = 0;
  if (sim_expect (world, world->on_disk || self->anchor != NULL, g_steal_pointer (&error), "opening a database") &&
      (self->store != NULL || sim_place_open (world, self)))
    return self;
  sim_place_free (self);
  return NULL;
}

static gboolean
empty (RuhuDatabase *database, gpointer data, GError **error)
{
  g_autoptr (GString) sql = g_string_new (NULL);
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuStatement) tables =
      ruhu_database_query (database, "SELECT name FROM sqlite_schema WHERE type = 'table'", error, "");

  if (tables == NULL)
    return FALSE;
  while (ruhu_statement_next (tables, &local))
    g_string_append_printf (sql, "DELETE FROM \"%s\";", ruhu_statement_get_text (tables, 0));
  g_clear_pointer (&tables, ruhu_statement_done);
  return local == NULL && ruhu_database_execute (database, sql->str, error);
}

void
sim_place_give_back (SimWorld *world, SimPlace *self)
{
  g_autoptr (GError) error = NULL;

  /* After a failure nothing is trusted. */
  if (world->on_disk || world->failure != NULL || self->store == NULL)
    {
      sim_place_free (self);
      return;
    }
  if (!sim_expect (world, ruhu_database_transaction (ruhu_store_get_database (self->store), empty, NULL, &error), g_steal_pointer (&error), "emptying a store"))
    {
      sim_place_free (self);
      return;
    }
  for (guint i = 0; i < 2; i++)
    {
      RuhuStore *store = i == 0 ? self->store : self->app;

      if (store == NULL)
        continue;
      ruhu_clock_set_correction (ruhu_store_get_clock (store), 0);
      ruhu_clock_reset (ruhu_store_get_clock (store), NULL);
    }
  g_ptr_array_add (world->places, self);
}
