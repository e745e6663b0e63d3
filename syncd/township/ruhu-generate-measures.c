/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each household is given or takes part in, with the consent that posts, jobs, start-ups, training and relocation need. Stable households get none. */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-generate-private.h"

#include <string.h>

#define YUAN(n) (G_GINT64_CONSTANT (100) * (n))

#define TOURISM_SHARE YUAN (5000)
#define RANGER_PAY    YUAN (5000)
#define MATERIALS     YUAN (160)
#define UNIFORM       YUAN (240)
#define LUNCH         YUAN (400)

typedef struct
{
  RuhuNewTown *town;
  RuhuNewHousehold *household;
  json_object *set;
  RuhuStream stream;
  guint count;
} RuhuMeasures;

typedef struct
{
  const char *kind, *batch, *program, *state;
  int project;          /* RuhuProject, or -1 */
  gint64 planned, paid; /* 分; 0: none */
} RuhuMeasureTerms;

static json_object *
add_measure (RuhuMeasures *self, const RuhuMeasureTerms *terms, const RuhuNewPerson *person, char **id)
{
  g_autofree char *own_id = ruhu_stream_make_id (self->town->seed, "measure", self->household->number * 100 + self->count++);
  json_object *fields = ruhu_generate_add (self->set, "measure", own_id);
  ruhu_generate_put (fields, "kind", terms->kind);
  ruhu_generate_put_number (fields, "year", 2018);
  ruhu_generate_put (fields, "batch", terms->batch);
  ruhu_generate_put (fields, "program", terms->program);
  if (person != NULL)
    ruhu_generate_put (fields, "person_id", person->id);
  if (terms->project >= 0)
    {
      g_autofree char *project = ruhu_generate_project_id (self->town, (RuhuProject) terms->project);
      ruhu_generate_put (fields, "project_id", project);
    }
  ruhu_generate_put (fields, "state", terms->state);
  ruhu_generate_put (fields, "due", "2018-12-31");
  if (strcmp (terms->state, "4") == 0)
    {
      ruhu_generate_put (fields, "done", "2018-05-25");
      ruhu_generate_put_true (fields, "ack", TRUE);
      ruhu_generate_put (fields, "ack_on", "2018-05-25");
    }
  if (terms->planned > 0)
    {
      ruhu_generate_put_number (fields, "planned", terms->planned);
      ruhu_generate_put_number (fields, "paid", terms->paid);
    }
  if (id != NULL)
    *id = g_steal_pointer (&own_id);
  return fields;
}

static void
put_quantity (json_object *fields, guint quantity, const char *unit)
{
  ruhu_generate_put_number (fields, "qty", quantity);
  ruhu_generate_put (fields, "qty_unit", unit);
}

static void
add_consent (RuhuMeasures *self, const char *subject, const RuhuNewPerson *person, const char *measure, const char *decision)
{
  g_autofree char *id = ruhu_stream_make_id (self->town->seed, "consent", self->household->number * 100 + self->count++);
  json_object *fields = ruhu_generate_add (self->set, "consent", id);
  ruhu_generate_put (fields, "subject", subject);
  ruhu_generate_put (fields, "person_id", person->id);
  ruhu_generate_put (fields, "measure_id", measure);
  ruhu_generate_put_true (fields, "understood", TRUE);
  ruhu_generate_put (fields, "decision", decision);
  ruhu_generate_put (fields, "date", "2018-03-15");
}

/* A measure with the consent of the person whom it is for. */
static json_object *
add_agreed (RuhuMeasures *self, const RuhuMeasureTerms *terms, const RuhuNewPerson *person, const char *subject)
{
  g_autofree char *id = NULL;
  json_object *fields = add_measure (self, terms, person, &id);
  add_consent (self, subject, person, id, "1");
  return fields;
}

static void
add_grant (RuhuMeasures *self)
{
  static const char *const kinds[] = { "201", "202", "202", "203" };
  static const char *const units[] = { "head", "piece", "piece", "piece" };
  static const guint prices[] = { 4000, 800, 800, 40 };
  guint choice = ruhu_stream_below (&self->stream, G_N_ELEMENTS (kinds));
  gint64 grant = self->household->grant;
  RuhuMeasureTerms terms = { kinds[choice], "1", "1", "4", RUHU_PROJECT_GRANT, grant, grant };
  json_object *fields = add_measure (self, &terms, NULL, NULL);
  put_quantity (fields, (guint) (grant / YUAN (prices[choice])), units[choice]);
  ruhu_generate_put (fields, "note", "庭院经济");
}

static void
add_job (RuhuMeasures *self)
{
  RuhuNewPerson *worker = self->household->worker;
  RuhuMeasureTerms ranger = { "424", "3", "6", "3", RUHU_PROJECT_RANGERS, RANGER_PAY, RANGER_PAY / 2 };
  RuhuMeasureTerms transfer = { "401", "8", "2", "3", -1, 0, 0 };
  RuhuMeasureTerms start_up = { "402", "1", "1", "3", -1, 0, 0 };
  if (ruhu_stream_chance (&self->stream, 40))
    transfer.state = start_up.state = "4";
  if (self->household->job == RUHU_JOB_RANGER)
    add_agreed (self, &ranger, worker, "3");
  else if (self->household->job == RUHU_JOB_TRANSFER)
    put_quantity (add_agreed (self, &transfer, worker, "2"), worker->work_months, "month");
  else if (self->household->job == RUHU_JOB_START_UP)
    add_agreed (self, &start_up, worker, "4");
}

static void
add_for_student (RuhuMeasures *self, const RuhuNewPerson *person)
{
  RuhuMeasureTerms materials = { "601", "4", "4", "4", RUHU_PROJECT_STUDENTS, MATERIALS, MATERIALS };
  RuhuMeasureTerms uniform = { "602", "4", "4", "4", RUHU_PROJECT_STUDENTS, UNIFORM, UNIFORM };
  RuhuMeasureTerms lunch = { "603", "4", "4", "3", -1, LUNCH, LUNCH / 2 };
  add_measure (self, &materials, person, NULL);
  add_measure (self, &uniform, person, NULL);
  /* Lunch is for primary and secondary schools. */
  if (strcmp (person->school, "09") <= 0)
    add_measure (self, &lunch, person, NULL);
}

static void
add_for_persons (RuhuMeasures *self)
{
  RuhuMeasureTerms fees = { "512", "5", "5", "3", -1, 0, 0 };
  RuhuMeasureTerms aid = { "513", "5", "5", "3", -1, 0, 0 };
  for (guint i = 0; i < self->household->persons->len; i++)
    {
      RuhuNewPerson *person = ruhu_new_household_get (self->household, i);
      if (person->school != NULL && strcmp (person->school, "03") >= 0)
        add_for_student (self, person);
      if (person->ill)
        {
          add_measure (self, &fees, person, NULL);
          add_measure (self, &aid, person, NULL);
        }
    }
}

static void
add_for_house (RuhuMeasures *self)
{
  RuhuMeasureTerms house = { "701", "1", "9", "3", RUHU_PROJECT_HOUSING, 0, 0 };
  RuhuMeasureTerms relocation = { "703", "2", "3", "3", -1, 0, 0 };
  if (self->household->unsafe)
    add_measure (self, &house, NULL, NULL);
  if (self->household->relocated)
    add_agreed (self, &relocation, ruhu_new_household_get (self->household, 0), "5");
}

/* What the plan wants without saying how much of it. */
static void
add_production (RuhuMeasures *self)
{
  static const char *const crops[] = { "101", "102", "103" };
  RuhuNewPerson *head = ruhu_new_household_get (self->household, 0);
  gboolean able = strcmp (head->labour, "02") <= 0;
  if (able && ruhu_stream_chance (&self->stream, 40))
    {
      RuhuMeasureTerms crop = { crops[ruhu_stream_below (&self->stream, G_N_ELEMENTS (crops))], "1", "1", "3", -1, 0, 0 };
      put_quantity (add_measure (self, &crop, NULL, NULL), (guint) ruhu_stream_between (&self->stream, 1, 8), "mu");
    }
  if (able && ruhu_stream_chance (&self->stream, 15))
    {
      RuhuMeasureTerms shed = { "104", "1", "1", "3", -1, 0, 0 };
      put_quantity (add_measure (self, &shed, NULL, NULL), 1, "shed");
    }
  if (ruhu_stream_chance (&self->stream, 20))
    {
      RuhuMeasureTerms mentor = { "204", "1", "1", "3", -1, 0, 0 };
      add_measure (self, &mentor, NULL, NULL);
    }
  if (!able)
    return;
  RuhuMeasureTerms training = { "801", "1", "1", "4", -1, 0, 0 }, declined = { "801", "1", "1", "6", -1, 0, 0 };
  if (ruhu_stream_chance (&self->stream, 30))
    add_agreed (self, &training, head, "1");
  else if (ruhu_stream_chance (&self->stream, 5))
    {
      g_autofree char *id = NULL;
      add_measure (self, &declined, head, &id);
      add_consent (self, "1", head, id, "2");
    }
}

static void
add_share (RuhuMeasures *self, RuhuProject project, gint64 amount, const char *detail)
{
  g_autofree char *id = ruhu_stream_make_id (self->town->seed, "beneficiary", self->household->number * 10 + (guint) project);
  g_autofree char *project_id = ruhu_generate_project_id (self->town, project);
  json_object *fields = ruhu_generate_add (self->set, "beneficiary", id);
  ruhu_generate_put (fields, "project_id", project_id);
  ruhu_generate_put_number (fields, "amount", amount);
  ruhu_generate_put (fields, "detail", detail);
}

static void
add_shares (RuhuMeasures *self)
{
  RuhuNewHousehold *household = self->household;
  if (household->grant > 0)
    add_share (self, RUHU_PROJECT_GRANT, household->grant, "购买牛羊鸡苗");
  if (household->shop > 0)
    {
      RuhuMeasureTerms shop = { "431", "1", "1", "3", RUHU_PROJECT_SHOPS, household->shop, 0 };
      add_measure (self, &shop, NULL, NULL);
      add_share (self, RUHU_PROJECT_SHOPS, household->shop, "镇市场中心商铺一间");
    }
  if (household->tourism)
    {
      RuhuProject site = household->tourism_site == 0 ? RUHU_PROJECT_SITE_1 : RUHU_PROJECT_SITE_2;
      RuhuMeasureTerms tourism = { "301", "1", "1", "3", site, TOURISM_SHARE, 0 };
      add_measure (self, &tourism, NULL, NULL);
      add_share (self, site, TOURISM_SHARE, "示范点增收分配");
    }
}

void
ruhu_generate_measures (RuhuNewTown *town, RuhuNewHousehold *household, json_object *set)
{
  RuhuMeasures self = { .town = town, .household = household, .set = set };
  self.stream = ruhu_stream (town->seed, household->village + 1, RUHU_PURPOSE_MEASURES);
  self.stream.counter = (guint64) household->number << 16;
  add_shares (&self);
  if (!ruhu_new_household_is_supported (household))
    return;
  add_grant (&self);
  add_job (&self);
  add_for_persons (&self);
  add_for_house (&self);
  add_production (&self);
  if (household->n_dibao > 0)
    {
      RuhuMeasureTerms dibao = { "501", "9", "7", "3", -1, 0, 0 };
      put_quantity (add_measure (&self, &dibao, NULL, NULL), household->n_dibao, "person");
    }
}
