/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the helper found at the visit of June 2018: living conditions, the house, the yearly assessment. Consistent with each other and with the plan: a house is unsafe where the plan
 * counts one, and whoever left poverty lacks nothing else. */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-generate-private.h"

#include <string.h>

/* TRUE if the water is safe. */
static gboolean
add_living (RuhuNewTown *town, RuhuNewHousehold *household, json_object *set, RuhuStream *stream)
{
  static const char *const roads[] = { "02", "03", "03", "04" };
  static const char *const names[] = { "water_qty", "water_qual", "water_conv", "water_rel" };
  gboolean poor = household->standing == RUHU_STANDING_UNEXITED;
  json_object *fields = ruhu_generate_add_keyed (town, set, "living", household->id, json_object_new_object ());
  gboolean safe = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      gboolean lacking = poor && ruhu_stream_chance (stream, 8);
      ruhu_generate_put (fields, names[i], lacking ? "0" : ruhu_stream_chance (stream, 70) ? "2"
                                                                                           : "1");
      safe = safe && !lacking;
    }
  ruhu_generate_put_true (fields, "water_safe", safe);
  ruhu_generate_put_true (fields, "power", TRUE);
  ruhu_generate_put_true (fields, "tv", TRUE);
  ruhu_generate_put_true (fields, "net", ruhu_stream_chance (stream, poor ? 40 : 75));
  ruhu_generate_put (fields, "road", poor && ruhu_stream_chance (stream, 30) ? "01" : roads[ruhu_stream_below (stream, G_N_ELEMENTS (roads))]);
  json_object_object_add (fields, "road_km", json_object_new_double ((double) ruhu_stream_between (stream, 1, 60) / 10));
  return safe;
}

static void
add_housing (RuhuNewTown *town, RuhuNewHousehold *household, json_object *set, RuhuStream *stream)
{
  json_object *fields = ruhu_generate_add_keyed (town, set, "housing", household->id, json_object_new_object ());
  const char *good = household->relocated || ruhu_stream_chance (stream, 60) ? "A" : "B";
  const char *bad = ruhu_stream_chance (stream, 50) ? "C" : "D";
  ruhu_generate_put (fields, "grade", household->unsafe ? bad : good);
  if (household->unsafe)
    {
      ruhu_generate_put (fields, "certified_on", "2018-03-20");
      ruhu_generate_put (fields, "certifier", "县住房和城乡建设局");
    }
  json_object_object_add (fields, "area", json_object_new_double ((double) (300 + household->size * (guint) ruhu_stream_between (stream, 100, 220)) / 10));
  ruhu_generate_put (fields, "structure", household->unsafe ? "3" : ruhu_stream_chance (stream, 60) ? "1"
                                                                                                    : "2");
  int built = household->unsafe ? ruhu_stream_between (stream, 1972, 1996) : ruhu_stream_between (stream, 2006, 2017);
  ruhu_generate_put_number (fields, "built", household->relocated ? 2016 : built);
}

static gboolean
has_compulsory_age (RuhuNewHousehold *household)
{
  for (guint i = 0; i < household->persons->len; i++)
    {
      int cohort = ruhu_new_household_get (household, i)->cohort;
      if (cohort >= 6 && cohort <= 14)
        return TRUE;
    }
  return FALSE;
}

/* "1" if everybody who should be is in the old-age insurance, "9" if nobody should. */
static const char *
judge_pension (RuhuNewHousehold *household)
{
  const char *judged = "9";
  for (guint i = 0; i < household->persons->len; i++)
    {
      const char *pension = ruhu_new_household_get (household, i)->pension;
      if (strcmp (pension, "0") == 0)
        return "0";
      if (strcmp (pension, "9") != 0)
        judged = "1";
    }
  return judged;
}

static void
add_assessment (RuhuNewTown *town, RuhuNewHousehold *household, json_object *set, gboolean safe_water)
{
  gboolean poor = household->standing == RUHU_STANDING_UNEXITED;
  const char *school = has_compulsory_age (household) ? "1" : "9";
  const char *house = household->unsafe ? "0" : "1";
  const char *water = safe_water ? "1" : "0";
  const char *names[] = { "i1", "i2", "i3", "i4", "i5", "i6", "j1", "j2", "j3", "j4", "j5", "j6", "j7", "j8", "j9" };
  const char *values[] = { "1", "1", school, "1", house, water, poor ? "0" : "1", water, "1", "1", household->n_dibao > 0 ? "1" : "9", school, "1", judge_pension (household), house };
  G_STATIC_ASSERT (G_N_ELEMENTS (names) == G_N_ELEMENTS (values));
  json_object *key = json_object_new_object ();
  ruhu_generate_put (key, "kind", "1");
  ruhu_generate_put_number (key, "year", 2018);
  json_object *fields = ruhu_generate_add_keyed (town, set, "assessment", household->id, key);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    ruhu_generate_put (fields, names[i], values[i]);
}

static void
add_visit (RuhuNewTown *town, RuhuNewHousehold *household, json_object *set, RuhuStream *stream)
{
  g_autofree char *id = ruhu_stream_make_id (town->seed, "visit", household->number);
  /* Sealed by the end of the month, within a week. */
  g_autofree char *date = g_strdup_printf ("2018-06-%02d", ruhu_stream_between (stream, 23, 28));
  json_object *fields = ruhu_generate_add (set, "visit", id);
  ruhu_generate_put (fields, "date", date);
  ruhu_generate_put_true (fields, "may_refuse", TRUE);
  ruhu_generate_put (fields, "outcome", "1");
  ruhu_generate_put_number (fields, "minutes", ruhu_stream_between (stream, 20, 40));
  ruhu_generate_put (fields, "summary", "核对家庭成员、住房、饮水、就学、就医和收入情况,与群众确认帮扶措施。");
  ruhu_generate_put_true (fields, "read_back", TRUE);
}

json_object *
ruhu_generate_visit (RuhuNewTown *town, RuhuNewHousehold *household)
{
  g_autoptr (RuhuJson) set = json_object_new_object ();
  RuhuStream stream = ruhu_stream (town->seed, household->village + 1, RUHU_PURPOSE_LIVING);
  stream.counter = ((guint64) household->number << 16) + 1000;
  gboolean safe_water = add_living (town, household, set, &stream);
  add_housing (town, household, set, &stream);
  if (!ruhu_new_household_is_registered (household))
    return g_steal_pointer (&set);
  add_assessment (town, household, set, safe_water);
  add_visit (town, household, set, &stream);
  return g_steal_pointer (&set);
}
