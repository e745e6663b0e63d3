/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What comes round: meetings, trainings, inspections of 2018, and the villages' works. The whole year's dates are there; what a meeting or inspection brought is there for those that
 * have been. */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-generate-private.h"

#include <string.h>

#define MONTHS   12
#define WEEKS    52
#define QUARTERS 4

static gboolean
has_been (const char *date)
{
  return strcmp (date, RUHU_AS_OF) <= 0;
}

static void
add_town_meeting (RuhuNewTown *town, json_object *set, guint month)
{
  g_autofree char *id = ruhu_stream_make_id (town->seed, "town-meeting", month);
  g_autofree char *date = g_strdup_printf ("2018-%02u-25", month);
  json_object *fields = ruhu_generate_add (set, "meeting", id);
  ruhu_generate_put (fields, "kind", "1");
  ruhu_generate_put (fields, "date", date);
  ruhu_generate_put (fields, "place", "镇会议室");
  ruhu_generate_put (fields, "topic", "听取各包村单位当月工作情况");
  if (has_been (date))
    ruhu_generate_put_number (fields, "units_reported", RUHU_N_UNITS);
}

static void
add_unit_meeting (RuhuNewTown *town, json_object *set, guint month, guint unit, RuhuStream *stream)
{
  g_autofree char *id = ruhu_stream_make_id (town->seed, "unit-meeting", month * 100 + unit);
  g_autofree char *date = g_strdup_printf ("2018-%02u-%02d", month, ruhu_stream_between (stream, 5, 20));
  /* A unit that leads two villages meets in them by turns. */
  guint second = unit + RUHU_N_UNITS;
  guint village = second < RUHU_N_VILLAGES && month % 2 == 0 ? second : unit;
  json_object *fields = ruhu_generate_add (set, "meeting", id);
  ruhu_generate_put (fields, "kind", "2");
  ruhu_generate_put (fields, "date", date);
  ruhu_generate_put (fields, "place", "村委会");
  ruhu_generate_put (fields, "unit_id", town->units[unit]);
  ruhu_generate_put (fields, "village_id", town->villages[village]);
  ruhu_generate_put (fields, "topic", "通报定点帮扶情况,安排下一阶段工作");
}

static void
add_training (RuhuNewTown *town, json_object *set, guint month, RuhuStream *stream)
{
  g_autofree char *id = ruhu_stream_make_id (town->seed, "training", month);
  g_autofree char *date = g_strdup_printf ("2018-%02u-08", month);
  json_object *fields = ruhu_generate_add (set, "training", id);
  ruhu_generate_put (fields, "kind", "1");
  ruhu_generate_put (fields, "date", date);
  ruhu_generate_put (fields, "place", "镇会议室");
  ruhu_generate_put (fields, "topic", "村级扶贫干部业务培训");
  ruhu_generate_put_number (fields, "hours", 3);
  if (has_been (date))
    ruhu_generate_put_number (fields, "attended", ruhu_stream_between (stream, 24, 40));
}

json_object *
ruhu_generate_meetings (RuhuNewTown *town)
{
  json_object *set = json_object_new_object ();
  RuhuStream stream = ruhu_stream (town->seed, 0, RUHU_PURPOSE_CALENDAR);
  for (guint month = 1; month <= MONTHS; month++)
    {
      add_town_meeting (town, set, month);
      add_training (town, set, month, &stream);
      for (guint unit = 0; unit < RUHU_N_UNITS; unit++)
        add_unit_meeting (town, set, month, unit, &stream);
    }
  return set;
}

static void
add_inspection (RuhuNewTown *town, json_object *set, guint number, const char *kind, const char *date, guint week, int village)
{
  g_autofree char *id = ruhu_stream_make_id (town->seed, "inspection", number);
  json_object *fields = ruhu_generate_add (set, "inspection", id);
  ruhu_generate_put (fields, "kind", kind);
  ruhu_generate_put (fields, "date", date);
  ruhu_generate_put_number (fields, "week", week);
  if (village >= 0)
    ruhu_generate_put (fields, "village_id", town->villages[village]);
  ruhu_generate_put (fields, "team", "镇扶贫办督查组");
  if (has_been (date))
    ruhu_generate_put_number (fields, "sample", village >= 0 ? 5 : RUHU_N_VILLAGES);
}

json_object *
ruhu_generate_inspections (RuhuNewTown *town)
{
  static const char *const quarter_ends[QUARTERS] = { "2018-03-28", "2018-06-27", "2018-09-26", "2018-12-26" };
  json_object *set = json_object_new_object ();
  GDate friday;
  g_date_clear (&friday, 1);
  g_date_set_dmy (&friday, 5, G_DATE_JANUARY, 2018);
  for (guint week = 1; week <= WEEKS; week++)
    {
      char date[11];
      g_date_strftime (date, sizeof date, "%Y-%m-%d", &friday);
      add_inspection (town, set, week, "1", date, week, (int) (week % RUHU_N_VILLAGES));
      g_date_add_days (&friday, 7);
    }
  for (guint quarter = 0; quarter < QUARTERS; quarter++)
    add_inspection (town, set, 100 + quarter, "3", quarter_ends[quarter], (quarter + 1) * 13, -1);
  return set;
}

json_object *
ruhu_generate_infra (RuhuNewTown *town, guint village)
{
  RuhuStream stream = ruhu_stream (town->seed, village + 1, RUHU_PURPOSE_CALENDAR);
  g_autofree char *id = ruhu_stream_make_id (town->seed, "infra", village);
  json_object *set = json_object_new_object ();
  json_object *fields = ruhu_generate_add (set, "infra", id);
  int planned = ruhu_stream_between (&stream, 120, 480);
  ruhu_generate_put (fields, "kind", "1");
  ruhu_generate_put (fields, "name", "村组道路清理硬化");
  json_object_object_add (fields, "km_planned", json_object_new_double (planned / 100.0));
  json_object_object_add (fields, "km_done", json_object_new_double (ruhu_stream_between (&stream, 20, planned) / 100.0));
  return set;
}
