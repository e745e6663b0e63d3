/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done for whom, as the plan counts it: allowances, jobs, grants, shops; and who helps which household. */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-error.h"
#include "ruhu-generate-private.h"

#include <string.h>

#define YUAN(n) (G_GINT64_CONSTANT (100) * (n))

#define DIBAO_HOUSEHOLDS 35
#define DIBAO_PERSONS    63
#define NEEDIEST         20
#define SPECIAL_SUPPORT  3
#define RANGERS          5
#define RANGER_HOUSEHOLD 4
#define TRANSFERS        30
#define START_UPS        40
#define SMALL_GRANTS     141
#define SMALL_GRANT      YUAN (4000)
#define LARGE_GRANT      YUAN (5000)
#define SHOPS_REGISTERED 17
#define SMALL_SHOPS      40
#define SMALL_SHOP       YUAN (86000)
#define LARGE_SHOP       YUAN (87059)
#define LAST_SHOP_LESS   YUAN (6)

static gboolean
is_unable (const RuhuNewPerson *person)
{
  return person->age >= 16 && strcmp (person->labour, "03") >= 0 && (person->school == NULL || strcmp (person->school, "03") < 0);
}

static guint
count_unable (const RuhuNewHousehold *household)
{
  guint n = 0;
  for (guint i = 0; i < household->persons->len; i++)
    n += is_unable (g_ptr_array_index (household->persons, i));
  return n;
}

/* Those who can least live by their own work come first. */
static int
compare_need (gconstpointer a, gconstpointer b)
{
  const RuhuNewHousehold *first = *(RuhuNewHousehold *const *) a, *second = *(RuhuNewHousehold *const *) b;
  guint need_first = count_unable (first) * second->size, need_second = count_unable (second) * first->size;
  if (need_first != need_second)
    return need_first > need_second ? -1 : 1;
  return first->number < second->number ? -1 : 1;
}

/* Borrowed households that are still on policy. Transfer container. */
static GPtrArray *
list_supported (RuhuNewTown *self)
{
  GPtrArray *list = g_ptr_array_new ();
  for (guint i = 0; i < self->households->len; i++)
    if (ruhu_new_household_is_supported (ruhu_new_town_get (self, i)))
      g_ptr_array_add (list, ruhu_new_town_get (self, i));
  return list;
}

/* The neediest, and of the rest those that are larger, so that there are persons enough. Transfer container. */
static GPtrArray *
choose_dibao (RuhuNewTown *self)
{
  g_autoptr (GPtrArray) list = list_supported (self);
  GPtrArray *chosen = g_ptr_array_new ();
  g_ptr_array_sort (list, compare_need);
  for (guint i = 0; i < list->len && chosen->len < DIBAO_HOUSEHOLDS; i++)
    {
      RuhuNewHousehold *household = list->pdata[i];
      if (count_unable (household) > 0 && (chosen->len < NEEDIEST || household->size >= 3))
        g_ptr_array_add (chosen, household);
    }
  return chosen;
}

/* One more person of the household; those unable to work first. FALSE when all have it. */
static gboolean
give_dibao (RuhuNewHousehold *household)
{
  RuhuNewPerson *next = NULL;
  for (guint i = 0; i < household->persons->len; i++)
    {
      RuhuNewPerson *person = ruhu_new_household_get (household, i);
      if (!person->dibao && (next == NULL || (is_unable (person) && !is_unable (next))))
        next = person;
    }
  if (next == NULL)
    return FALSE;
  next->dibao = TRUE;
  household->n_dibao++;
  return TRUE;
}

static gboolean
share_dibao (RuhuNewTown *self, GError **error)
{
  g_autoptr (GPtrArray) chosen = choose_dibao (self);
  guint given = 0;
  gboolean any = TRUE;
  while (any && given < DIBAO_PERSONS)
    {
      any = FALSE;
      for (guint i = 0; i < chosen->len && given < DIBAO_PERSONS; i++)
        if (give_dibao (chosen->pdata[i]))
          {
            given++;
            any = TRUE;
          }
    }
  if (chosen->len == DIBAO_HOUSEHOLDS && given == DIBAO_PERSONS)
    return TRUE;
  g_set_error (error, RUHU_ERROR, RUHU_ERROR_FAILED, "the allowance found %u households and %u persons", chosen->len, given);
  return FALSE;
}

static void
set_types (RuhuNewTown *self)
{
  guint special = 0;
  for (guint i = 0; i < self->households->len; i++)
    {
      RuhuNewHousehold *household = ruhu_new_town_get (self, i);
      RuhuNewPerson *head = ruhu_new_household_get (household, 0);
      household->hh_type = household->n_dibao > 0 ? "2" : "1";
      if (household->n_dibao == 0 && ruhu_new_household_is_supported (household) && household->size == 1 && head->age >= 60 && special < SPECIAL_SUPPORT)
        {
          head->tekun = TRUE;
          household->hh_type = "3";
          special++;
        }
    }
}

/* Somebody grown-up, healthy, out of school; NULL if there is nobody. */
static RuhuNewPerson *
find_worker (RuhuNewHousehold *household)
{
  for (guint i = 0; i < household->persons->len; i++)
    {
      RuhuNewPerson *person = ruhu_new_household_get (household, i);
      if (person->age >= 18 && person->age <= 55 && strcmp (person->labour, "02") <= 0)
        return person;
    }
  return NULL;
}

static void
give_job (RuhuNewHousehold *household, RuhuJob job, RuhuStream *stream)
{
  static const char *const away[] = { "02", "02", "03" };
  RuhuNewPerson *worker = find_worker (household);
  household->job = job;
  household->worker = worker;
  if (job == RUHU_JOB_RANGER)
    {
      worker->work_area = "01";
      worker->work_months = 6;
    }
  if (job == RUHU_JOB_TRANSFER)
    {
      worker->work_area = away[ruhu_stream_below (stream, G_N_ELEMENTS (away))];
      worker->work_months = (guint) ruhu_stream_between (stream, 2, 5);
    }
}

/* One job a household. Returns how many found one. */
static guint
give_jobs (GPtrArray *list, RuhuJob job, guint n, guint size, RuhuStream *stream)
{
  guint given = 0;
  for (guint i = 0; i < list->len && given < n; i++)
    {
      RuhuNewHousehold *household = list->pdata[i];
      if (household->job != RUHU_JOB_NONE || household->tourism || (size > 0 && household->size != size) || find_worker (household) == NULL)
        continue;
      give_job (household, job, stream);
      given++;
    }
  return given;
}

static gboolean
share_jobs (RuhuNewTown *self, RuhuStream *stream, GError **error)
{
  g_autoptr (GPtrArray) list = list_supported (self);
  ruhu_stream_shuffle (stream, list);
  if (give_jobs (list, RUHU_JOB_RANGER, RANGERS, RANGER_HOUSEHOLD, stream) == RANGERS &&
      give_jobs (list, RUHU_JOB_TRANSFER, TRANSFERS, 0, stream) == TRANSFERS &&
      give_jobs (list, RUHU_JOB_START_UP, START_UPS, 0, stream) == START_UPS)
    return TRUE;
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_FAILED, "too few households have somebody for the jobs of the plan");
  return FALSE;
}

static void
share_grants (RuhuNewTown *self, RuhuStream *stream)
{
  g_autoptr (GPtrArray) list = list_supported (self);
  ruhu_stream_shuffle (stream, list);
  for (guint i = 0; i < list->len; i++)
    ((RuhuNewHousehold *) list->pdata[i])->grant = i < SMALL_GRANTS ? SMALL_GRANT : LARGE_GRANT;
}

/* Seventeen registered households and every edge household; the last shop costs what is left of 6,400,000 yuan. */
static void
share_shops (RuhuNewTown *self, RuhuStream *stream)
{
  g_autoptr (GPtrArray) list = list_supported (self);
  ruhu_stream_shuffle (stream, list);
  g_ptr_array_set_size (list, SHOPS_REGISTERED);
  for (guint i = 0; i < self->households->len; i++)
    if (!ruhu_new_household_is_registered (ruhu_new_town_get (self, i)))
      g_ptr_array_add (list, ruhu_new_town_get (self, i));
  for (guint i = 0; i < list->len; i++)
    {
      RuhuNewHousehold *household = list->pdata[i];
      household->shop = i < SMALL_SHOPS ? SMALL_SHOP : LARGE_SHOP;
      if (i == list->len - 1)
        household->shop -= LAST_SHOP_LESS;
    }
}

gboolean
ruhu_new_town_add_support (RuhuNewTown *self, GError **error)
{
  RuhuStream stream = ruhu_stream (self->seed, 0, RUHU_PURPOSE_SUPPORT);
  if (!share_dibao (self, error) || !share_jobs (self, &stream, error))
    return FALSE;
  set_types (self);
  share_grants (self, &stream);
  share_shops (self, &stream);
  return TRUE;
}
