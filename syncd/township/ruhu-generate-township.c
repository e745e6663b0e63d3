/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The township's own records: villages, units, helpers, targets, projects with their money. */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-generate-names.h"
#include "ruhu-generate-private.h"

#include <string.h>

#define YUAN(n) (G_GINT64_CONSTANT (100) * (n))
#define YEAR    2018

static void
add_villages (RuhuNewTown *town, json_object *set)
{
  for (guint v = 0; v < RUHU_N_VILLAGES; v++)
    {
      json_object *fields = ruhu_generate_add (set, "village", town->villages[v]);
      g_autofree char *code = g_strdup_printf ("9900011002%02u", v + 1);
      ruhu_generate_put (fields, "name", ruhu_village_plans[v].name);
      ruhu_generate_put (fields, "code", code);
    }
}

static void
add_units (RuhuNewTown *town, json_object *set)
{
  static const char *const names[RUHU_N_UNITS] = { "镇党政办公室", "镇农业技术站", "镇畜牧兽医站", "镇林业站", "镇水利站", "镇社会保障所", "镇中心学校" };
  for (guint u = 0; u < RUHU_N_UNITS; u++)
    ruhu_generate_put (ruhu_generate_add (set, "unit", town->units[u]), "name", names[u]);
  /* Thirteen villages shared by seven units. */
  for (guint v = 0; v < RUHU_N_VILLAGES; v++)
    {
      g_autofree char *id = ruhu_stream_make_id (town->seed, "unit-village", v);
      json_object *fields = ruhu_generate_add (set, "unit_village", id);
      ruhu_generate_put (fields, "unit_id", town->units[v % RUHU_N_UNITS]);
      ruhu_generate_put (fields, "village_id", town->villages[v]);
      ruhu_generate_put (fields, "from_date", "2018-01-01");
    }
}

/* Working exit line and subsistence allowance standard, yuan a person and year (DOMAIN.md section 2); the plan makes the two lines one. */
static void
add_lines (RuhuNewTown *town, json_object *set)
{
  static const gint64 lines[] = { 2800, 2968, 3146, 3335, 3535, 3747, 4000 };
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      json_object *key = json_object_new_object ();
      ruhu_generate_put_number (key, "year", 2014 + i);
      json_object *fields = ruhu_generate_add_keyed (town, set, "poverty_line", RUHU_SCOPE_TOWNSHIP, key);
      ruhu_generate_put_number (fields, "line", YUAN (lines[i]));
      ruhu_generate_put_number (fields, "dibao_std", YUAN (lines[i]));
      ruhu_generate_put (fields, "source", "2800元起按每年6%推算,需按当地文件核定");
    }
}

/* The mark by which rules let the unassigned area codes and telephone numbers of invented people pass. */
static void
add_setting (RuhuNewTown *town, json_object *set)
{
  json_object *fields = ruhu_generate_add_keyed (town, set, "township_setting", RUHU_SCOPE_TOWNSHIP, json_object_new_object ());
  ruhu_generate_put (fields, "area_code", "990001");
  ruhu_generate_put_true (fields, "synthetic", TRUE);
}

/* The insured of the whole town: no persons, two sums. */
static void
add_aggregates (RuhuNewTown *town, json_object *set)
{
  static const gint64 sums[][2] = { { 11840, 11840 }, { 7215, 7350 } };
  static const char *const kinds[] = { "1", "2" };
  for (guint i = 0; i < G_N_ELEMENTS (sums); i++)
    {
      json_object *key = json_object_new_object ();
      ruhu_generate_put (key, "kind", kinds[i]);
      ruhu_generate_put_number (key, "year", YEAR);
      json_object *fields = ruhu_generate_add_keyed (town, set, "aggregate", RUHU_SCOPE_TOWNSHIP, key);
      ruhu_generate_put_number (fields, "numerator", sums[i][0]);
      ruhu_generate_put_number (fields, "denominator", sums[i][1]);
    }
}

json_object *
ruhu_generate_places (RuhuNewTown *town)
{
  json_object *set = json_object_new_object ();
  add_villages (town, set);
  add_units (town, set);
  add_setting (town, set);
  add_lines (town, set);
  add_aggregates (town, set);
  return set;
}

static void
add_staff_post (RuhuNewTown *town, json_object *set, guint index, const RuhuNewHelper *helper)
{
  g_autofree char *id = ruhu_stream_make_id (town->seed, "staff-post", index);
  json_object *fields = ruhu_generate_add (set, "staff_post", id);
  ruhu_generate_put (fields, "helper_id", helper->id);
  if (helper->village >= 0)
    ruhu_generate_put (fields, "village_id", town->villages[helper->village]);
  ruhu_generate_put (fields, "from_date", "2018-01-01");
}

json_object *
ruhu_generate_helpers (RuhuNewTown *town, guint from, guint to)
{
  json_object *set = json_object_new_object ();
  for (guint i = from; i < to; i++)
    {
      const RuhuNewHelper *helper = g_ptr_array_index (town->helpers, i);
      RuhuStream names = ruhu_stream (town->seed, 0, RUHU_PURPOSE_HELPERS);
      names.counter = (guint64) i << 8;
      g_autofree char *name = ruhu_generate_name (&names, ruhu_generate_surname (&names));
      g_autofree char *phone = ruhu_generate_phone (&names);
      json_object *fields = ruhu_generate_add (set, "helper", helper->id);
      ruhu_generate_put (fields, "name", name);
      ruhu_generate_put (fields, "role", helper->role);
      ruhu_generate_put (fields, "post", helper->post);
      if (helper->unit >= 0)
        ruhu_generate_put (fields, "unit_id", town->units[helper->unit]);
      ruhu_generate_put (fields, "level", helper->level);
      if (helper->village >= 0)
        ruhu_generate_put (fields, "village_id", town->villages[helper->village]);
      ruhu_generate_put (fields, "phone", phone);
      if (strcmp (helper->role, "office") == 0 || strcmp (helper->role, "cadre") == 0)
        add_staff_post (town, set, i, helper);
    }
  return set;
}

static void
add_target (RuhuNewTown *town, json_object *set, const char *kpi, int village, double goal, double denominator)
{
  g_autofree char *kind = g_strconcat ("target/", kpi, NULL);
  g_autofree char *id = ruhu_stream_make_id (town->seed, kind, (guint) (village + 1));
  json_object *fields = ruhu_generate_add (set, "target", id);
  ruhu_generate_put_number (fields, "year", YEAR);
  ruhu_generate_put (fields, "kpi", kpi);
  if (village >= 0)
    ruhu_generate_put (fields, "village_id", town->villages[village]);
  json_object_object_add (fields, "goal", json_object_new_double (goal));
  if (denominator > 0)
    json_object_object_add (fields, "denominator", json_object_new_double (denominator));
}

json_object *
ruhu_generate_targets (RuhuNewTown *town)
{
  static const struct
  {
    const char *kpi;
    double goal, denominator;
  } targets[] = {
    { "exit_households", 31, 31 },
    { "exit_persons", 132, 132 },
    { "register_households", 218, 218 },
    { "register_persons", 845, 845 },
    { "stable_households", 10, 187 },
    { "stable_persons", 53, 713 },
    { "grant_households", 208, 208 },
    { "grant_money", 899000, 899000 },
    { "tourism_sites", 2, 0 },
    { "tourism_income", 1250, 0 },
    { "transfer_jobs", 30, 0 },
    { "start_ups", 40, 0 },
    { "led_out", 100, 0 },
    { "rangers", 5, 0 },
    { "ranger_pay", 5000, 0 },
    { "ranger_households", 5, 0 },
    { "ranger_persons", 20, 0 },
    { "shops_registered", 17, 17 },
    { "shops_edge", 57, 57 },
    { "shop_money", 6400000, 6400000 },
    { "dibao_households", 35, 35 },
    { "dibao_persons", 63, 63 },
    { "medical_rate", 100, 0 },
    { "pension_rate", 98, 0 },
    { "student_materials", 141, 141 },
    { "student_uniforms", 141, 141 },
    { "repairs", 37, 37 },
    { "relocated", 4, 4 },
    { "units", 7, 0 },
    { "posts_a", 92, 0 },
    { "posts_b", 204, 0 },
    { "town_meetings", 12, 0 },
    { "unit_meetings", 84, 0 },
    { "inspections", 52, 0 },
    { "bulletins", 12, 0 },
    { "cadre_trainings", 12, 0 },
    { "exchanges", 4, 0 },
    { "town_staff", 3, 0 },
    { "village_staff", 1, 0 },
  };
  json_object *set = json_object_new_object ();
  for (guint i = 0; i < G_N_ELEMENTS (targets); i++)
    add_target (town, set, targets[i].kpi, -1, targets[i].goal, targets[i].denominator);
  for (guint v = 0; v < RUHU_N_VILLAGES; v++)
    {
      const RuhuVillagePlan *plan = &ruhu_village_plans[v];
      if (plan->unexited > 0)
        {
          add_target (town, set, "exit_households", (int) v, plan->unexited, plan->unexited);
          add_target (town, set, "exit_persons", (int) v, plan->unexited_persons, plan->unexited_persons);
        }
      if (plan->unsafe_houses > 0)
        add_target (town, set, "repairs", (int) v, plan->unsafe_houses, plan->unsafe_houses);
    }
  return set;
}

typedef struct
{
  const char *no, *name, *program, *state, *source, *target, *carrier;
  gint64 approved, paid; /* yuan; 0: the plan names no sum */
  int village;           /* -1: the whole township */
} RuhuProjectPlan;

static const RuhuProjectPlan project_plans[RUHU_N_PROJECTS] = {
  { "XX-2018-01", "庭院经济牛羊鸡苗补助", "1", "7", "2", "208户建档立卡贫困户发展庭院养殖", "镇畜牧兽医站", 899000, 899000, -1 },
  { "XX-2018-02", "镇市场中心商铺建设", "1", "6", "3", "17户建档立卡户和57户边缘户每户一间商铺", "镇人民政府", 6400000, 2560000, -1 },
  { "XX-2018-03", "苏阿拉木图村旅游示范点(一)", "1", "6", "4", "增收2万元,带动4户16人,人均1250元以上", "镇人民政府", 0, 0, 10 },
  { "XX-2018-04", "苏阿拉木图村旅游示范点(二)", "1", "6", "4", "增收2万元,带动4户16人,人均1250元以上", "镇人民政府", 0, 0, 10 },
  { "XX-2018-05", "草场管护员岗位", "6", "6", "2", "5人每年劳务报酬不少于5000元,带动5户20人增收", "镇林业站", 0, 0, -1 },
  { "XX-2018-06", "贫困家庭学生教辅材料和校服", "4", "6", "4", "141名贫困学生教辅材料和校服费用", "镇中心学校", 0, 0, -1 },
  { "XX-2018-07", "住房安全改造", "9", "6", "1", "7个村37户住房达到安全标准", "镇人民政府", 0, 0, -1 },
};

char *
ruhu_generate_project_id (RuhuNewTown *town, RuhuProject project)
{
  return ruhu_stream_make_id (town->seed, "project", (guint) project);
}

static void
add_fund (RuhuNewTown *town, json_object *set, guint project, const char *project_id, const char *kind, gint64 yuan)
{
  gboolean allocation = strcmp (kind, "1") == 0;
  g_autofree char *id = ruhu_stream_make_id (town->seed, allocation ? "fund-in" : "fund-out", project);
  json_object *fields = ruhu_generate_add (set, "fund", id);
  ruhu_generate_put (fields, "project_id", project_id);
  ruhu_generate_put (fields, "kind", kind);
  ruhu_generate_put_number (fields, "amount", YUAN (yuan));
  ruhu_generate_put (fields, "date", allocation ? "2018-04-10" : "2018-05-25");
}

/* Ten days of notice before any payment. */
static void
add_notice (RuhuNewTown *town, json_object *set, guint project, const char *project_id)
{
  g_autofree char *id = ruhu_stream_make_id (town->seed, "publicity", project);
  json_object *fields = ruhu_generate_add (set, "publicity", id);
  ruhu_generate_put (fields, "kind", "2");
  ruhu_generate_put (fields, "subject", project_plans[project].name);
  ruhu_generate_put (fields, "project_id", project_id);
  ruhu_generate_put (fields, "place", "镇人民政府公示栏");
  ruhu_generate_put (fields, "from_date", "2018-03-12");
  ruhu_generate_put (fields, "to_date", "2018-03-22");
  ruhu_generate_put_number (fields, "objections", 0);
}

static gboolean
is_project_in (guint project, guint village)
{
  const RuhuProjectPlan *plan = &project_plans[project];
  if (project == RUHU_PROJECT_HOUSING)
    return ruhu_village_plans[village].unsafe_houses > 0;
  return plan->village < 0 || plan->village == (int) village;
}

static void
add_project (RuhuNewTown *town, json_object *set, guint project)
{
  const RuhuProjectPlan *plan = &project_plans[project];
  g_autofree char *id = ruhu_generate_project_id (town, (RuhuProject) project);
  json_object *fields = ruhu_generate_add (set, "project", id);
  ruhu_generate_put (fields, "project_no", plan->no);
  ruhu_generate_put (fields, "name", plan->name);
  ruhu_generate_put (fields, "program", plan->program);
  ruhu_generate_put_number (fields, "year", YEAR);
  ruhu_generate_put (fields, "state", plan->state);
  ruhu_generate_put (fields, "source", plan->source);
  ruhu_generate_put (fields, "target", plan->target);
  ruhu_generate_put (fields, "carrier", plan->carrier);
  ruhu_generate_put (fields, "begins", "2018-04-01");
  ruhu_generate_put (fields, "ends", "2018-12-31");
  add_notice (town, set, project, id);
  if (plan->approved > 0)
    {
      ruhu_generate_put_number (fields, "approved", YUAN (plan->approved));
      ruhu_generate_put_number (fields, "allocated", YUAN (plan->approved));
      ruhu_generate_put_number (fields, "paid", YUAN (plan->paid));
      add_fund (town, set, project, id, "1", plan->approved);
      add_fund (town, set, project, id, "2", plan->paid);
    }
  for (guint v = 0; v < RUHU_N_VILLAGES; v++)
    if (is_project_in (project, v))
      {
        g_autofree char *place = ruhu_stream_make_id (town->seed, "project-village", project * 100 + v);
        json_object *link = ruhu_generate_add (set, "project_village", place);
        ruhu_generate_put (link, "project_id", id);
        ruhu_generate_put (link, "village_id", town->villages[v]);
      }
}

json_object *
ruhu_generate_projects (RuhuNewTown *town)
{
  json_object *set = json_object_new_object ();
  for (guint i = 0; i < RUHU_N_PROJECTS; i++)
    add_project (town, set, i);
  return set;
}
