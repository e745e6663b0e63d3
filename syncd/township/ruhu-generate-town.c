/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-error.h"
#include "ruhu-generate-private.h"

#define STABLE_PERSONS     53
#define EXITED_PERSONS     (713 - STABLE_PERSONS)
#define EDGE_PERSONS       208
#define RELOCATED          4
#define TOURISM_VILLAGE    10
#define TOURISM_HOUSEHOLDS 8
#define TOURISM_SIZE       4

/* Village: name; exited, of them stable, unexited households and persons, unsafe houses, edge households. */
const RuhuVillagePlan ruhu_village_plans[RUHU_N_VILLAGES] = {
  { "月亮村", 12, 1, 5, 22, 0, 5 },
  { "花儿村", 11, 1, 4, 14, 0, 4 },
  { "星星村", 16, 1, 1, 3, 4, 5 },
  { "太阳村", 10, 1, 2, 6, 0, 4 },
  { "火村", 9, 0, 1, 4, 0, 3 },
  { "水村", 18, 1, 9, 42, 0, 5 },
  { "泥土村", 17, 1, 9, 41, 0, 5 },
  { "东巴扎村", 14, 1, 0, 0, 4, 4 },
  { "铁厂沟村", 13, 0, 0, 0, 4, 4 },
  { "新村", 15, 1, 0, 0, 4, 4 },
  { "苏阿拉木图村", 15, 1, 0, 0, 2, 4 },
  { "三段村", 17, 1, 0, 0, 7, 5 },
  { "干沟村", 20, 0, 0, 0, 12, 5 },
};

static void
household_free (RuhuNewHousehold *self)
{
  g_free (self->id);
  g_free (self->hh_no);
  g_ptr_array_unref (self->persons);
  g_free (self);
}

static void
person_free (RuhuNewPerson *self)
{
  g_free (self->id);
  g_free (self->name);
  g_free (self->id_no);
  g_free (self);
}

static void
helper_free (RuhuNewHelper *self)
{
  g_free (self->id);
  g_free (self);
}

static void
add_household (RuhuNewTown *self, guint village, RuhuStanding standing, guint *order)
{
  RuhuNewHousehold *household = g_new0 (RuhuNewHousehold, 1);
  household->number = self->households->len;
  household->id = ruhu_stream_make_id (self->seed, "household", household->number);
  household->hh_no = g_strdup_printf ("9900011002%02u%04u", village + 1, ++*order);
  household->village = village;
  household->standing = standing;
  household->persons = g_ptr_array_new_with_free_func ((GDestroyNotify) person_free);
  g_ptr_array_add (self->households, household);
}

static void
add_households (RuhuNewTown *self)
{
  for (guint v = 0; v < RUHU_N_VILLAGES; v++)
    {
      const RuhuVillagePlan *plan = &ruhu_village_plans[v];
      guint order = 0;
      for (guint i = 0; i < plan->unexited; i++)
        add_household (self, v, RUHU_STANDING_UNEXITED, &order);
      for (guint i = 0; i < plan->exited; i++)
        add_household (self, v, i < plan->stable ? RUHU_STANDING_STABLE : RUHU_STANDING_EXITED, &order);
      for (guint i = 0; i < plan->edge; i++)
        add_household (self, v, RUHU_STANDING_EDGE, &order);
    }
}

/* Borrowed households of a standing, of one village or (-1) of all. Transfer container. */
static GPtrArray *
list_households (RuhuNewTown *self, RuhuStanding standing, int village)
{
  GPtrArray *list = g_ptr_array_new ();
  for (guint i = 0; i < self->households->len; i++)
    {
      RuhuNewHousehold *household = ruhu_new_town_get (self, i);
      if (household->standing == standing && (village < 0 || household->village == (guint) village))
        g_ptr_array_add (list, household);
    }
  return list;
}

/* Gives @list sizes that sum up to @persons: a fixed mixture, shuffled, then nudged one by one. */
static void
share_out (GPtrArray *list, guint persons, RuhuStream *stream)
{
  static const guint mixture[] = { 4, 3, 4, 5, 2, 4, 3, 6, 4, 1, 4, 5, 3, 4, 2, 7, 4, 5, 3, 4 };
  guint sum = 0;
  ruhu_stream_shuffle (stream, list);
  for (guint i = 0; i < list->len; i++)
    {
      RuhuNewHousehold *household = list->pdata[i];
      household->size = mixture[i % G_N_ELEMENTS (mixture)];
      sum += household->size;
    }
  while (sum != persons)
    {
      RuhuNewHousehold *household = list->pdata[ruhu_stream_below (stream, list->len)];
      if (sum < persons && household->size < 8 && household->size != TOURISM_SIZE)
        {
          household->size++;
          sum++;
        }
      else if (sum > persons && household->size > 1 && household->size != TOURISM_SIZE)
        {
          household->size--;
          sum--;
        }
      else if (list->len < 12) /* too few to spare the households of four */
        {
          household->size = sum < persons ? household->size + (household->size < 8) : household->size - (household->size > 1);
          sum = 0;
          for (guint i = 0; i < list->len; i++)
            sum += ((RuhuNewHousehold *) list->pdata[i])->size;
        }
    }
}

static void
give_sizes (RuhuNewTown *self)
{
  for (guint v = 0; v < RUHU_N_VILLAGES; v++)
    {
      RuhuStream stream = ruhu_stream (self->seed, v + 1, RUHU_PURPOSE_SIZES);
      g_autoptr (GPtrArray) unexited = list_households (self, RUHU_STANDING_UNEXITED, (int) v);
      if (unexited->len > 0)
        share_out (unexited, ruhu_village_plans[v].unexited_persons, &stream);
    }
  RuhuStream stream = ruhu_stream (self->seed, 0, RUHU_PURPOSE_SIZES);
  g_autoptr (GPtrArray) stable = list_households (self, RUHU_STANDING_STABLE, -1);
  g_autoptr (GPtrArray) exited = list_households (self, RUHU_STANDING_EXITED, -1);
  g_autoptr (GPtrArray) edge = list_households (self, RUHU_STANDING_EDGE, -1);
  share_out (stable, STABLE_PERSONS, &stream);
  share_out (exited, EXITED_PERSONS, &stream);
  share_out (edge, EDGE_PERSONS, &stream);
}

/* The plan counts four persons in each household of the two tourism sites: where there are too few of that size in the village, they change places with others elsewhere. */
static gboolean
choose_tourism (RuhuNewTown *self, RuhuStream *stream, GError **error)
{
  g_autoptr (GPtrArray) all = list_households (self, RUHU_STANDING_EXITED, -1);
  g_autoptr (GPtrArray) here = list_households (self, RUHU_STANDING_EXITED, TOURISM_VILLAGE);
  ruhu_stream_shuffle (stream, all);
  ruhu_stream_shuffle (stream, here);
  guint donor = 0;
  for (guint i = 0; i < TOURISM_HOUSEHOLDS; i++)
    {
      RuhuNewHousehold *household = here->pdata[i];
      household->tourism = TRUE;
      household->tourism_site = i % 2;
      while (household->size != TOURISM_SIZE && donor < all->len)
        {
          RuhuNewHousehold *other = all->pdata[donor++];
          if (other->village == TOURISM_VILLAGE || other->size != TOURISM_SIZE)
            continue;
          other->size = household->size;
          household->size = TOURISM_SIZE;
        }
      if (household->size != TOURISM_SIZE)
        {
          g_set_error (error, RUHU_ERROR, RUHU_ERROR_FAILED, "too few households of %d for the tourism sites", TOURISM_SIZE);
          return FALSE;
        }
    }
  return TRUE;
}

static void
choose_unsafe (RuhuNewTown *self)
{
  for (guint v = 0; v < RUHU_N_VILLAGES; v++)
    {
      RuhuStream stream = ruhu_stream (self->seed, v + 1, RUHU_PURPOSE_PICKS);
      g_autoptr (GPtrArray) exited = list_households (self, RUHU_STANDING_EXITED, (int) v);
      ruhu_stream_shuffle (&stream, exited);
      guint left = ruhu_village_plans[v].unsafe_houses;
      for (guint i = 0; i < exited->len && left > 0; i++)
        {
          RuhuNewHousehold *household = exited->pdata[i];
          if (household->tourism)
            continue;
          household->unsafe = TRUE;
          left--;
        }
      g_assert (left == 0);
    }
}

static void
choose_relocated (RuhuNewTown *self, RuhuStream *stream)
{
  g_autoptr (GPtrArray) exited = list_households (self, RUHU_STANDING_EXITED, -1);
  ruhu_stream_shuffle (stream, exited);
  guint left = RELOCATED;
  for (guint i = 0; i < exited->len && left > 0; i++)
    {
      RuhuNewHousehold *household = exited->pdata[i];
      if (household->unsafe || household->tourism)
        continue;
      household->relocated = TRUE;
      left--;
    }
}

RuhuNewTown *
ruhu_new_town (guint64 seed, GError **error)
{
  g_autoptr (RuhuNewTown) self = g_new0 (RuhuNewTown, 1);
  self->seed = seed;
  self->households = g_ptr_array_new_with_free_func ((GDestroyNotify) household_free);
  self->helpers = g_ptr_array_new_with_free_func ((GDestroyNotify) helper_free);
  for (guint v = 0; v < RUHU_N_VILLAGES; v++)
    self->villages[v] = ruhu_stream_make_id (seed, "village", v);
  for (guint u = 0; u < RUHU_N_UNITS; u++)
    self->units[u] = ruhu_stream_make_id (seed, "unit", u);
  self->catalogue = ruhu_catalogue_load_builtin (error);
  if (self->catalogue == NULL)
    return NULL;
  add_households (self);
  give_sizes (self);
  RuhuStream stream = ruhu_stream (seed, 0, RUHU_PURPOSE_PICKS);
  if (!choose_tourism (self, &stream, error))
    return NULL;
  choose_unsafe (self);
  choose_relocated (self, &stream);
  return g_steal_pointer (&self);
}

void
ruhu_new_town_free (RuhuNewTown *self)
{
  if (self == NULL)
    return;
  for (guint v = 0; v < RUHU_N_VILLAGES; v++)
    g_free (self->villages[v]);
  for (guint u = 0; u < RUHU_N_UNITS; u++)
    g_free (self->units[u]);
  g_clear_pointer (&self->catalogue, ruhu_catalogue_unref);
  g_ptr_array_unref (self->households);
  g_ptr_array_unref (self->helpers);
  g_free (self);
}
