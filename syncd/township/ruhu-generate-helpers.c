/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 92 A helpers (34 with three households, 58 with two), 204 B helpers (190 with one, 14 with two), the township's office, thirteen village cadres, an inspector. A helper's
 * households lie in one village, which a unit of theirs leads. */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-generate-private.h"

#define OFFICE_STAFF 3

static RuhuNewHelper *
add_helper (RuhuNewTown *self, const char *role, const char *post, const char *level)
{
  RuhuNewHelper *helper = g_new0 (RuhuNewHelper, 1);
  helper->id = ruhu_stream_make_id (self->seed, "helper", self->helpers->len);
  helper->role = role;
  helper->post = post;
  helper->level = level;
  helper->unit = -1;
  helper->village = -1;
  g_ptr_array_add (self->helpers, helper);
  return helper;
}

/* Borrowed registered households of a village. Transfer container. */
static GPtrArray *
list_registered (RuhuNewTown *self, guint village)
{
  GPtrArray *list = g_ptr_array_new ();
  for (guint i = 0; i < self->households->len; i++)
    {
      RuhuNewHousehold *household = ruhu_new_town_get (self, i);
      if (household->village == village && ruhu_new_household_is_registered (household))
        g_ptr_array_add (list, household);
    }
  return list;
}

static void
add_post (RuhuNewTown *self, guint village, GPtrArray *list, guint from, guint n, gboolean post_a)
{
  guint index = self->helpers->len;
  g_assert (from + n <= list->len);
  RuhuNewHelper *helper = add_helper (self, "helper", post_a ? "A" : "B", index % 3 == 0 ? "3" : "4");
  helper->unit = (int) (village % RUHU_N_UNITS);
  for (guint i = from; i < from + n; i++)
    {
      RuhuNewHousehold *household = list->pdata[i];
      if (post_a)
        household->helper_a = index;
      else
        household->helper_b = index;
    }
}

static void
add_village_helpers (RuhuNewTown *self, guint village)
{
  RuhuStream stream = ruhu_stream (self->seed, village + 1, RUHU_PURPOSE_HELPERS);
  g_autoptr (GPtrArray) list = list_registered (self, village);
  /* Threes: two a village and one more where the number is odd, which makes 34 in the township. */
  guint threes = 2 + list->len % 2, done = 0;
  while (done < list->len)
    {
      guint n = done < threes * 3 ? 3 : 2;
      add_post (self, village, list, done, n, TRUE);
      done += n;
    }
  ruhu_stream_shuffle (&stream, list);
  /* Pairs: one a village and one more in the largest, which makes 14. */
  guint pairs = village == 5 ? 2 : 1;
  for (done = 0; done < list->len;)
    {
      guint n = done < pairs * 2 ? 2 : 1;
      add_post (self, village, list, done, n, FALSE);
      done += n;
    }
}

void
ruhu_new_town_add_helpers (RuhuNewTown *self)
{
  for (guint i = 0; i < OFFICE_STAFF; i++)
    add_helper (self, "office", NULL, "4");
  self->office = ((RuhuNewHelper *) self->helpers->pdata[0])->id;
  self->inspector = add_helper (self, "inspector", NULL, "3")->id;
  for (guint v = 0; v < RUHU_N_VILLAGES; v++)
    add_helper (self, "cadre", NULL, "5")->village = (int) v;
  for (guint v = 0; v < RUHU_N_VILLAGES; v++)
    add_village_helpers (self, v);
}
