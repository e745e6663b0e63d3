/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One household's records as the office keeps them, and as its helper finds them at a visit. */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-generate-names.h"
#include "ruhu-generate-private.h"

#include <string.h>

json_object *
ruhu_generate_add (json_object *set, const char *type, const char *id)
{
  json_object *records = NULL;
  if (!json_object_object_get_ex (set, type, &records))
    {
      records = json_object_new_object ();
      json_object_object_add (set, type, records);
    }
  json_object *fields = json_object_new_object ();
  json_object_object_add (records, id, fields);
  return fields;
}

json_object *
ruhu_generate_add_keyed (RuhuNewTown *town, json_object *set, const char *type, const char *scope, json_object *fields)
{
  g_autofree char *id = ruhu_record_type_make_id (ruhu_catalogue_get_record (town->catalogue, type), scope, fields);
  json_object *added = ruhu_generate_add (set, type, id);
  json_object_object_foreach (fields, name, value)
      json_object_object_add (added, name, json_object_get (value));
  json_object_put (fields);
  return added;
}

void
ruhu_generate_put (json_object *fields, const char *name, const char *value)
{
  if (value != NULL)
    json_object_object_add (fields, name, json_object_new_string (value));
}

void
ruhu_generate_put_number (json_object *fields, const char *name, gint64 value)
{
  json_object_object_add (fields, name, json_object_new_int64 (value));
}

void
ruhu_generate_put_true (json_object *fields, const char *name, gboolean value)
{
  json_object_object_add (fields, name, json_object_new_boolean (value));
}

static void
put_health (json_object *fields, const RuhuNewPerson *person)
{
  json_object *health = json_object_new_array ();
  if (person->chronic)
    json_object_array_add (health, json_object_new_string ("02"));
  if (person->ill)
    json_object_array_add (health, json_object_new_string ("03"));
  if (person->disabled)
    json_object_array_add (health, json_object_new_string ("04"));
  if (json_object_array_length (health) == 0)
    json_object_array_add (health, json_object_new_string ("01"));
  json_object_object_add (fields, "health", health);
}

static void
add_person (json_object *set, RuhuNewHousehold *household, RuhuNewPerson *person, guint order)
{
  json_object *fields = ruhu_generate_add (set, "person", person->id);
  g_autofree char *person_no = g_strdup_printf ("%s%02u", household->hh_no, order + 1);
  ruhu_generate_put (fields, "name", person->name);
  ruhu_generate_put (fields, "person_no", person_no);
  ruhu_generate_put (fields, "id_no", person->id_no);
  ruhu_generate_put (fields, "sex", person->sex == 1 ? "1" : "2");
  ruhu_generate_put (fields, "birth", person->birth);
  ruhu_generate_put (fields, "relation", person->relation);
  ruhu_generate_put (fields, "member_state", person->cohort < 0 ? "11" : "01");
  ruhu_generate_put (fields, "edu", person->edu);
  ruhu_generate_put (fields, "school", person->school);
  put_health (fields, person);
  ruhu_generate_put (fields, "med_ins", "1");
  ruhu_generate_put_true (fields, "crit_ins", TRUE);
  ruhu_generate_put (fields, "pension", person->pension);
  ruhu_generate_put_true (fields, "dibao", person->dibao);
  ruhu_generate_put_true (fields, "tekun", person->tekun);
  ruhu_generate_put (fields, "labour", person->labour);
  if (person->work_months > 0)
    {
      ruhu_generate_put (fields, "work_area", person->work_area);
      ruhu_generate_put_number (fields, "work_months", person->work_months);
    }
}

static void
put_land (json_object *fields, guint size, RuhuStream *stream)
{
  json_object_object_add (fields, "land_arable", json_object_new_double ((double) (size * (guint) ruhu_stream_between (stream, 100, 400)) / 100));
  if (ruhu_stream_chance (stream, 40))
    json_object_object_add (fields, "land_forest", json_object_new_double ((double) ruhu_stream_between (stream, 50, 600) / 100));
  if (ruhu_stream_chance (stream, 30))
    json_object_object_add (fields, "land_grass", json_object_new_double ((double) ruhu_stream_between (stream, 500, 6000) / 100));
}

static void
put_standing (json_object *fields, RuhuNewHousehold *household, RuhuStream *stream)
{
  gboolean exited = household->standing != RUHU_STANDING_UNEXITED;
  gint64 exit_year = ruhu_stream_between (stream, 2014, 2017);
  g_autofree char *recognised = g_strdup_printf ("20%02d-%02d", exit_year < 2016 ? 14 : ruhu_stream_between (stream, 14, 15), ruhu_stream_between (stream, 4, 10));
  ruhu_generate_put (fields, "hh_type", household->hh_type);
  ruhu_generate_put (fields, "recog_month", recognised);
  ruhu_generate_put (fields, "status", exited ? "1" : "0");
  ruhu_generate_put_number (fields, exited ? "exit_year" : "plan_exit_year", exited ? exit_year : 2018);
  if (exited)
    ruhu_generate_put_true (fields, "stable_exit", household->standing == RUHU_STANDING_STABLE);
  ruhu_generate_put (fields, "cause_main", household->cause);
  ruhu_generate_put_true (fields, "relocated", household->relocated);
  if (household->relocated)
    ruhu_generate_put (fields, "relo_mode", "1");
}

static gint64
get_exit_year (json_object *fields)
{
  json_object *year = NULL;
  return json_object_object_get_ex (fields, "exit_year", &year) ? json_object_get_int64 (year) : 0;
}

static void
add_household (RuhuNewTown *town, RuhuNewHousehold *household, json_object *set, RuhuStream *stream)
{
  static const char *const groups[] = { "第一村民小组", "第二村民小组", "第三村民小组", "第四村民小组" };
  json_object *fields = ruhu_generate_add (set, "household", household->id);
  g_autofree char *phone = ruhu_generate_phone (stream);
  ruhu_generate_put (fields, "hh_no", household->hh_no);
  ruhu_generate_put (fields, "village_id", town->villages[household->village]);
  ruhu_generate_put (fields, "group_name", groups[ruhu_stream_below (stream, G_N_ELEMENTS (groups))]);
  ruhu_generate_put (fields, "head", ruhu_new_household_get (household, 0)->id);
  ruhu_generate_put (fields, "phone", phone);
  ruhu_generate_put (fields, "reg_class", ruhu_new_household_is_registered (household) ? "1" : "2");
  put_land (fields, household->size, stream);
  ruhu_generate_put_true (fields, "coop", ruhu_stream_chance (stream, 35));
  if (ruhu_new_household_is_registered (household))
    put_standing (fields, household, stream);
  gint64 exit_year = get_exit_year (fields);
  if (exit_year == 0)
    return;
  static const char *const steps[][3] = { { "0", "2", "11-20" }, { "2", "1", "12-25" } };
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autofree char *id = ruhu_stream_make_id (town->seed, "status-event", household->number * 10 + i);
      g_autofree char *date = g_strdup_printf ("%d-%s", (int) exit_year, steps[i][2]);
      json_object *event = ruhu_generate_add (set, "status_event", id);
      ruhu_generate_put (event, "from_status", steps[i][0]);
      ruhu_generate_put (event, "to_status", steps[i][1]);
      ruhu_generate_put (event, "date", date);
      ruhu_generate_put (event, "basis", i == 0 ? "村民主评议和镇村核实" : "县级批准公告");
    }
}

static void
add_assignments (RuhuNewTown *town, RuhuNewHousehold *household, json_object *set)
{
  const guint helpers[] = { household->helper_a, household->helper_b };
  for (guint i = 0; i < G_N_ELEMENTS (helpers); i++)
    {
      RuhuNewHelper *helper = g_ptr_array_index (town->helpers, helpers[i]);
      g_autofree char *id = ruhu_stream_make_id (town->seed, "assignment", household->number * 10 + i);
      json_object *fields = ruhu_generate_add (set, "assignment", id);
      ruhu_generate_put (fields, "helper_id", helper->id);
      ruhu_generate_put (fields, "post", helper->post);
      ruhu_generate_put (fields, "from_date", "2018-01-01");
    }
}

static void
add_plan (RuhuNewTown *town, RuhuNewHousehold *household, json_object *set)
{
  static const char *const bodies[] = { "落实产业、就业、教育、医疗和住房帮扶措施,2018年底实现稳定脱贫。", "继续落实各项帮扶政策,发展庭院经济,稳定收入,防止返贫。",
                                        "跟踪生产生活情况,不再安排政策性帮扶。" };
  g_autofree char *id = ruhu_stream_make_id (town->seed, "plan", household->number);
  json_object *fields = ruhu_generate_add (set, "plan", id);
  ruhu_generate_put_number (fields, "year", 2018);
  ruhu_generate_put (fields, "body", bodies[household->standing]);
  ruhu_generate_put_true (fields, "agreed", TRUE);
  ruhu_generate_put (fields, "agreed_on", "2018-03-15");
}

/* A house that is not safe has a repair under way and an open problem; nothing is finished yet, or the house would be graded safe. */
static void
add_repair (RuhuNewTown *town, RuhuNewHousehold *household, json_object *set, RuhuStream *stream)
{
  static const char *const dates[] = { "2018-03-20", "2018-04-16", "2018-05-10", "2018-06-12" };
  guint stage = ruhu_stream_below (stream, 4);
  g_autofree char *repair_id = ruhu_stream_make_id (town->seed, "repair", household->number);
  json_object *repair = ruhu_generate_add (set, "repair", repair_id);
  g_autofree char *stage_code = g_strdup_printf ("%u", stage + 1);
  ruhu_generate_put (repair, "method", ruhu_stream_chance (stream, 75) ? "1" : "2");
  ruhu_generate_put (repair, "stage", stage_code);
  ruhu_generate_put (repair, "stage_date", dates[stage]);

  g_autofree char *problem_id = ruhu_stream_make_id (town->seed, "problem", household->number);
  json_object *problem = ruhu_generate_add (set, "problem", problem_id);
  RuhuNewHelper *owner = g_ptr_array_index (town->helpers, household->helper_a);
  ruhu_generate_put (problem, "source", "1");
  ruhu_generate_put (problem, "kind", "04");
  ruhu_generate_put (problem, "description", "住房鉴定为危房,已列入2018年住房改造。");
  ruhu_generate_put (problem, "found", "2018-03-20");
  ruhu_generate_put (problem, "deadline", "2018-10-31");
  ruhu_generate_put (problem, "owner", owner->id);
  ruhu_generate_put (problem, "state", "2");
}

json_object *
ruhu_generate_household (RuhuNewTown *town, RuhuNewHousehold *household)
{
  g_autoptr (RuhuJson) set = json_object_new_object ();
  RuhuStream stream = ruhu_stream (town->seed, household->village + 1, RUHU_PURPOSE_LIVING);
  stream.counter = (guint64) household->number << 16;
  add_household (town, household, set, &stream);
  for (guint i = 0; i < household->persons->len; i++)
    add_person (set, household, ruhu_new_household_get (household, i), i);
  if (ruhu_new_household_is_registered (household))
    {
      add_assignments (town, household, set);
      add_plan (town, household, set);
    }
  if (household->unsafe)
    add_repair (town, household, set, &stream);
  ruhu_generate_measures (town, household, set);
  ruhu_generate_income (town, household, set);
  return g_steal_pointer (&set);
}
