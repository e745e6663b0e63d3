/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Workload W's visits. Its texts are put together from words at random: a compressor finds in them what it finds in notes that people write, not the same sentence again. */
#define G_LOG_DOMAIN "bench"

#include "config.h"

#include "bench-world.h"

#include "ruhu-cleanups.h"

#include <string.h>

static const char *const who[] = { "户主", "老伴", "大儿子", "小女儿", "儿媳", "孙子", "村支书", "组长", "医生", "老师", "邻居", "包村干部", "女婿", "父亲", "母亲", "弟弟" };
static const char *const when[] = { "上周", "今早", "去年冬天", "月底", "春节后", "汛期前", "赶集那天", "秋收时", "前天", "下个月", "这两天", "每逢雨天", "清明", "入伏以后" };
static const char *const what[] = { "屋顶", "水管", "猪圈", "羊羔", "学费", "药费", "低保", "梯田", "蓄水池", "土墙", "灶台", "电表", "通组路", "核桃苗", "花椒树", "蜂箱", "贷款", "医保卡", "慢病证", "培训班" };
static const char *const how[] = { "漏雨", "断了", "没发下来", "修好一半", "涨价", "要换新的", "等着验收", "差一点", "看不清", "已经报上去", "没人管", "长得不错", "卖不出去", "怕被冲垮", "还没签字", "得再跑一趟" };
static const char *const then[] = { "想请镇里看看", "说不用急", "愿意自己出工", "担心开学用钱", "要求先算清账", "记在明白卡上", "约好周五再来", "打算外出务工", "同意搬到新址", "盼着早点通水", "留了电话", "拍了照片", "托人带话", "没有别的难处" };
static const char *const unit[] = { "亩", "只", "斤", "元", "天", "里", "间", "次", "袋", "棵", "户", "米" };
static const char *const mark[] = { "，", "；", "。" };

/* SplitMix64: the same numbers on every machine. */
static guint64
draw (guint64 *state)
{
  guint64 z = (*state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15));

  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return z ^ (z >> 31);
}

#define PICK(state, words) words[draw (state) % G_N_ELEMENTS (words)]

/* One clause: not every word each time, and numbers of any size. */
static void
append_clause (GString *text, guint64 *state)
{
  guint64 shape = draw (state);

  if (shape & 1)
    g_string_append (text, PICK (state, when));
  g_string_append (text, PICK (state, who));
  if (shape & 2)
    g_string_append (text, PICK (state, then));
  else
    g_string_append_printf (text, "的%s%s", PICK (state, what), PICK (state, how));
  if ((shape & 12) == 12)
    g_string_append_printf (text, "%s%u%s", PICK (state, what), (guint) (draw (state) % 1900 + 2), PICK (state, unit));
  g_string_append (text, PICK (state, mark));
}

char *
bench_make_text (guint64 *state, guint characters)
{
  g_autoptr (GString) text = g_string_new (NULL);

  while (g_utf8_strlen (text->str, (gssize) text->len) < (glong) characters)
    append_clause (text, state);
  return g_utf8_substring (text->str, 0, (glong) characters);
}

static void
put_text (json_object *fields, const char *name, const char *text)
{
  json_object_object_add (fields, name, json_object_new_string (text));
}

static void
put_number (json_object *fields, const char *name, gint64 number)
{
  json_object_object_add (fields, name, json_object_new_int64 (number));
}

static void
put_decimal (json_object *fields, const char *name, guint64 hundredths)
{
  json_object_object_add (fields, name, json_object_new_double ((double) hundredths / 100));
}

static json_object *
make_visit (guint64 *state, const char *companion)
{
  json_object *fields = json_object_new_object ();
  g_autofree char *problem = bench_make_text (state, BENCH_PROBLEM), *note = bench_make_text (state, BENCH_NOTE);
  g_autofree char *date = g_strdup_printf ("2018-%02u-%02u", (guint) (draw (state) % 6 + 1), (guint) (draw (state) % 28 + 1));
  g_autofree char *next = g_strdup_printf ("2018-%02u-%02u", (guint) (draw (state) % 6 + 7), (guint) (draw (state) % 28 + 1));

  put_text (fields, "date", date);
  put_text (fields, "companion", companion);
  json_object_object_add (fields, "may_refuse", json_object_new_boolean (TRUE));
  put_text (fields, "outcome", "1");
  put_number (fields, "minutes", (gint64) (draw (state) % 100 + 10));
  put_text (fields, "summary", note);
  json_object_object_add (fields, "read_back", json_object_new_boolean (draw (state) % 2 == 0));
  put_text (fields, "bench_problem", problem);
  put_text (fields, "bench_kind", draw (state) % 2 == 0 ? "1" : "2");
  put_text (fields, "bench_next", next);
  next[7] = '\0';
  put_text (fields, "bench_month", next);
  put_number (fields, "bench_cost", (gint64) (draw (state) % 5000000));
  put_decimal (fields, "bench_area", draw (state) % 100000);
  put_number (fields, "bench_count", (gint64) (draw (state) % 90));
  json_object_object_add (fields, "bench_urgent", json_object_new_boolean (draw (state) % 5 == 0));
  g_assert (json_object_object_length (fields) == BENCH_N_FIELDS);
  return fields;
}

static json_object *
make_household (guint64 *state)
{
  json_object *fields = json_object_new_object ();
  g_autofree char *phone = g_strdup_printf ("10%09" G_GUINT64_FORMAT, draw (state) % G_GUINT64_CONSTANT (1000000000));

  put_text (fields, "phone", phone);
  put_decimal (fields, "land_arable", draw (state) % 5000);
  put_decimal (fields, "land_forest", draw (state) % 20000);
  return fields;
}

static void
visit_free (gpointer data)
{
  BenchVisit *self = data;

  g_free (self->household);
  g_free (self->visit);
  json_object_put (self->set);
  g_free (self);
}

static BenchVisit *
visit_new (guint64 *state, guint64 number, const char *household, const char *companion)
{
  BenchVisit *self = g_new0 (BenchVisit, 1);
  json_object *visits = json_object_new_object (), *households = json_object_new_object ();

  self->household = g_strdup (household);
  /* As ruhu_random_id() makes them: by time first. */
  self->visit = g_strdup_printf ("%016" G_GINT64_MODIFIER "x%016" G_GINT64_MODIFIER "x", number, draw (state));
  self->set = json_object_new_object ();
  json_object_object_add (visits, self->visit, make_visit (state, companion));
  json_object_object_add (households, household, make_household (state));
  json_object_object_add (self->set, "household", households);
  json_object_object_add (self->set, "visit", visits);
  return self;
}

/* Every @of-th id that @sql gives. */
static GPtrArray *
list_ids (RuhuStore *store, const char *sql, guint part, guint of)
{
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuStatement) query = ruhu_database_query (ruhu_store_get_database (store), sql, &error, "");
  guint n = 0;

  while (query != NULL && ruhu_statement_next (query, &error))
    if (n++ % of == part)
      g_ptr_array_add (ids, g_strdup (ruhu_statement_get_text (query, 0)));
  bench_must (ids->len > 0, g_steal_pointer (&error), "The laptop's households");
  return ids;
}

GPtrArray *
bench_make_visits (RuhuStore *store, guint64 seed, guint n, guint part, guint of)
{
  GPtrArray *visits = g_ptr_array_new_with_free_func (visit_free);
  g_autoptr (GPtrArray) households = list_ids (store, "SELECT id FROM r_household WHERE deleted = 0 ORDER BY id", part, of);
  g_autoptr (GPtrArray) helpers = list_ids (store, "SELECT id FROM r_helper WHERE deleted = 0 ORDER BY id", 0, 1);
  guint64 state = seed * G_GUINT64_CONSTANT (1000003) + part;

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (visits, visit_new (&state, (seed << 32) + i, households->pdata[i % households->len], helpers->pdata[draw (&state) % helpers->len]));
  return visits;
}

void
bench_save_visits (RuhuStore *store, GPtrArray *visits, guint from, guint n, BenchSeries *each)
{
  gint64 seen = 0;
  g_autoptr (GError) error = NULL;
  gboolean fine = ruhu_store_get_seen (store, &seen, &error);

  bench_must (fine, g_steal_pointer (&error), "The laptop's position");
  for (guint i = from; i < from + n; i++)
    {
      BenchVisit *visit = visits->pdata[i];
      RuhuEdit edit = { .scope = visit->household, .visit = visit->visit, .seen = seen, .set = visit->set };
      double begin = bench_clock ();

      fine = ruhu_store_save (store, &edit, NULL, &error);
      bench_must (fine, g_steal_pointer (&error), "Saving a visit");
      if (each != NULL)
        bench_series_add (each, bench_clock () - begin);
    }
}
