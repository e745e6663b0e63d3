/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The income book of 2017. A household's total is chosen by its standing (below the line of that year only if it has not left poverty), then shared among the sources that it has:
 * allowance and pension if somebody receives them, wages if somebody worked, its own business for the rest, with costs. */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-generate-private.h"

#include <string.h>

#define YUAN(n) (G_GINT64_CONSTANT (100) * (n))
/* Costs of one's own business: two yuan of five. */
#define COST_PART  2
#define COST_WHOLE 5

typedef struct
{
  RuhuNewTown *town;
  RuhuNewHousehold *household;
  json_object *set;
  guint count;
} RuhuBook;

static void
add_line (RuhuBook *self, const char *category, const char *item, gint64 amount, const RuhuNewPerson *person)
{
  g_autofree char *id = ruhu_stream_make_id (self->town->seed, "income-line", self->household->number * 100 + self->count++);
  json_object *fields = ruhu_generate_add (self->set, "income_line", id);
  ruhu_generate_put_number (fields, "year", 2017);
  ruhu_generate_put (fields, "period", "0");
  ruhu_generate_put (fields, "cat", category);
  ruhu_generate_put (fields, "item", item);
  ruhu_generate_put_number (fields, "amount", amount);
  if (person != NULL)
    ruhu_generate_put (fields, "person_id", person->id);
}

/* Yuan a person and year. */
static gint64
choose_level (RuhuNewHousehold *household, RuhuStream *stream)
{
  switch (household->standing)
    {
    case RUHU_STANDING_UNEXITED:
      return ruhu_stream_between (stream, 2100, 3100);
    case RUHU_STANDING_EXITED:
      return ruhu_stream_between (stream, 3700, 8800);
    case RUHU_STANDING_STABLE:
      return ruhu_stream_between (stream, 7500, 12000);
    case RUHU_STANDING_EDGE:
    default:
      return ruhu_stream_between (stream, 3800, 4950);
    }
}

/* Allowances and pensions, together at most @limit; returns what they come to. */
static gint64
add_transfers (RuhuBook *self, gint64 limit)
{
  gint64 sum = 0;
  for (guint i = 0; i < self->household->persons->len; i++)
    {
      RuhuNewPerson *person = ruhu_new_household_get (self->household, i);
      gint64 amount = person->tekun ? YUAN (3600) : person->dibao                    ? YUAN (1800)
                                                : strcmp (person->pension, "2") == 0 ? YUAN (1380)
                                                                                     : 0;
      amount = MIN (amount, limit - sum);
      if (amount <= 0)
        continue;
      add_line (self, "4", person->tekun ? "09" : person->dibao ? "08"
                                                                : "10",
                amount, person);
      sum += amount;
    }
  return sum;
}

/* Wages of those who work, in hundreds of yuan, together about half of @rest; returns what they come to. */
static gint64
add_wages (RuhuBook *self, gint64 rest)
{
  guint months = 0;
  gint64 sum = 0;
  for (guint i = 0; i < self->household->persons->len; i++)
    months += ruhu_new_household_get (self->household, i)->work_months;
  for (guint i = 0; i < self->household->persons->len && months > 0; i++)
    {
      RuhuNewPerson *person = ruhu_new_household_get (self->household, i);
      gint64 amount = rest / 2 * person->work_months / months / YUAN (100) * YUAN (100);
      if (amount == 0)
        continue;
      gboolean post = self->household->job == RUHU_JOB_RANGER && person == self->household->worker;
      add_line (self, "1", post ? "02" : "01", amount, person);
      sum += amount;
    }
  return sum;
}

void
ruhu_generate_income (RuhuNewTown *town, RuhuNewHousehold *household, json_object *set)
{
  static const char *const businesses[] = { "03", "04", "04", "05" };
  RuhuBook self = { .town = town, .household = household, .set = set };
  RuhuStream stream = ruhu_stream (town->seed, household->village + 1, RUHU_PURPOSE_INCOME);
  stream.counter = (guint64) household->number << 16;

  json_object *key = json_object_new_object ();
  ruhu_generate_put_number (key, "year", 2017);
  ruhu_generate_put_number (ruhu_generate_add_keyed (town, set, "income_book", household->id, key), "base_persons", household->size);

  gint64 rest = YUAN (choose_level (household, &stream)) * household->size;
  rest -= add_transfers (&self, rest * 4 / 5);
  rest -= add_wages (&self, rest);
  const char *item = household->shop > 0 ? "06" : businesses[ruhu_stream_below (&stream, G_N_ELEMENTS (businesses))];
  gint64 gross = rest * COST_WHOLE / (COST_WHOLE - COST_PART);
  add_line (&self, "2", item, gross, NULL);
  add_line (&self, "5", item, gross - rest, NULL);
}
