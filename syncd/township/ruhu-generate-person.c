/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Birth, name, ID number, health, schooling and work of everybody, by cohort and place in the family. */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-generate-names.h"
#include "ruhu-generate-private.h"

#include <string.h>

typedef struct
{
  guint64 seed;
  guint village;
  GHashTable *taken; /* ID numbers of the village */
  GHashTable *names; /* name and birth */
} RuhuRegister;

static void
set_birth (RuhuNewPerson *person, RuhuStream *stream)
{
  GDate date;
  g_date_clear (&date, 1);
  /* Cohort 6: six on 31 August 2017, so born from 1 September 2010 to 31 August 2011. Cohort -1: born since, and registered by now. */
  g_date_set_dmy (&date, 1, G_DATE_SEPTEMBER, (GDateYear) (2016 - person->cohort));
  g_date_add_days (&date, ruhu_stream_below (stream, person->cohort < 0 ? 290 : 365));
  g_date_strftime (person->birth, sizeof person->birth, "%Y-%m-%d", &date);
  person->age = 2018 - (int) g_date_get_year (&date);
  if (strcmp (person->birth + 5, RUHU_AS_OF + 5) > 0)
    person->age--;
}

static char *
take_id_number (RuhuRegister *people, RuhuNewPerson *person, RuhuStream *stream)
{
  guint order = ruhu_stream_below (stream, 200);
  for (;; order = (order + 1) % 500)
    {
      g_autofree char *number = ruhu_generate_id_number (people->village + 1, person->birth, person->sex, order);
      if (g_hash_table_contains (people->taken, number))
        continue;
      g_hash_table_add (people->taken, g_strdup (number));
      return g_steal_pointer (&number);
    }
}

/* Two people of one village with the same name and birth would look like one who was entered twice. */
static char *
take_name (RuhuRegister *people, RuhuNewPerson *person, const char *surname, RuhuStream *stream)
{
  for (;;)
    {
      g_autofree char *name = ruhu_generate_name (stream, surname);
      g_autofree char *key = g_strconcat (name, " ", person->birth, NULL);
      if (g_hash_table_add (people->names, g_steal_pointer (&key)))
        return g_steal_pointer (&name);
    }
}

static void
set_health (RuhuNewPerson *person, RuhuStream *stream)
{
  guint chronic = person->age >= 60 ? 40 : person->age >= 30 ? 12
                                                             : 2;
  guint disabled = person->age >= 60 ? 9 : person->age >= 18 ? 5
                                                             : 1;
  person->chronic = ruhu_stream_chance (stream, chronic);
  person->ill = person->age >= 30 && ruhu_stream_chance (stream, 3);
  person->disabled = ruhu_stream_chance (stream, disabled);
}

static const char *
choose_adult_education (int age, RuhuStream *stream)
{
  guint dice = ruhu_stream_below (stream, 100);
  if (age >= 60)
    return dice < 40 ? "01" : dice < 92 ? "02"
                                        : "03";
  if (age >= 45)
    return dice < 10 ? "01" : dice < 50 ? "02"
                          : dice < 95   ? "03"
                                        : "04";
  if (age >= 30)
    return dice < 25 ? "02" : dice < 85 ? "03"
                          : dice < 96   ? "04"
                                        : "05";
  return dice < 55 ? "03" : dice < 80 ? "04"
                                      : "05";
}

static gboolean
is_student (const RuhuNewPerson *person)
{
  return person->school != NULL && strcmp (person->school, "03") >= 0;
}

static void
set_education (RuhuNewPerson *person, RuhuStream *stream)
{
  if (person->school == NULL && person->age >= 3 && person->age <= 30)
    person->school = "01";
  if (!is_student (person))
    person->edu = person->age < 7 ? "06" : choose_adult_education (person->age, stream);
  else if (strcmp (person->school, "03") == 0)
    person->edu = "02";
  else if (strcmp (person->school, "06") <= 0)
    person->edu = "03";
  else if (strcmp (person->school, "12") <= 0)
    person->edu = "04";
  else
    person->edu = "05";
}

static void
set_labour (RuhuNewPerson *person, RuhuStream *stream)
{
  guint dice = ruhu_stream_below (stream, 100);
  if (person->age < 16 || is_student (person) || person->age > 68)
    person->labour = "04";
  else if (person->disabled || person->ill)
    person->labour = dice < 50 ? "03" : "05";
  else if (person->age >= 60)
    person->labour = dice < 40 ? "04" : "05";
  else
    person->labour = dice < 80 ? "01" : "02";
}

static void
set_work (RuhuNewHousehold *household, RuhuNewPerson *person, RuhuStream *stream)
{
  guint dice = ruhu_stream_below (stream, 100);
  guint months = (guint) ruhu_stream_between (stream, 3, 11);
  gboolean works = ruhu_stream_chance (stream, household->standing == RUHU_STANDING_UNEXITED ? 30 : 55);
  if (!works || person->age < 18 || person->age >= 60 || strcmp (person->labour, "02") > 0)
    return;
  person->work_area = dice < 50 ? "01" : dice < 80 ? "02"
                                     : dice < 95   ? "03"
                                                   : "04";
  person->work_months = household->standing == RUHU_STANDING_UNEXITED ? MIN (months, 6) : months;
}

static void
set_pension (RuhuNewHousehold *household, RuhuNewPerson *person, RuhuStream *stream)
{
  if (person->age < 16 || is_student (person))
    person->pension = "9";
  else if (person->age >= 60)
    person->pension = "2";
  else
    person->pension = household->standing == RUHU_STANDING_UNEXITED && ruhu_stream_chance (stream, 10) ? "0" : "1";
}

/* The family's name goes down the line that heads it: the elder man, the husband, or the one adult. */
static const char *
choose_surname (RuhuNewHousehold *household, RuhuNewPerson *person, const char *family, RuhuStream *stream)
{
  gboolean married_in = (person->place == RUHU_PLACE_COUPLE && household->n_adults == 2 && person->sex == 2) ||
                        (person->place == RUHU_PLACE_ELDER && person->sex == 2);
  return married_in ? ruhu_generate_surname (stream) : family;
}

static void
describe (RuhuRegister *people, RuhuNewHousehold *household, RuhuNewPerson *person, const char *family, RuhuStream *stream, RuhuStream *names)
{
  set_birth (person, stream);
  person->id_no = take_id_number (people, person, stream);
  person->name = take_name (people, person, choose_surname (household, person, family, names), names);
  set_health (person, stream);
  set_education (person, stream);
  set_labour (person, stream);
  set_work (household, person, stream);
  set_pension (household, person, stream);
}

static const char *
choose_cause (RuhuNewHousehold *household, RuhuStream *stream)
{
  static const char *const plain[] = { "05", "06", "07", "07", "09", "09", "10" };
  gboolean ill = FALSE, disabled = FALSE, student = FALSE;
  guint able = 0;
  for (guint i = 0; i < household->persons->len; i++)
    {
      RuhuNewPerson *person = ruhu_new_household_get (household, i);
      ill = ill || person->chronic || person->ill;
      disabled = disabled || person->disabled;
      student = student || is_student (person);
      able += strcmp (person->labour, "02") <= 0;
    }
  if (ill && ruhu_stream_chance (stream, 45))
    return "01";
  if (disabled && ruhu_stream_chance (stream, 60))
    return "02";
  if (able == 0)
    return "08";
  if (student && ruhu_stream_chance (stream, 30))
    return "03";
  return plain[ruhu_stream_below (stream, G_N_ELEMENTS (plain))];
}

static void
describe_village (RuhuNewTown *self, guint village)
{
  g_autoptr (GHashTable) taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) names_taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  RuhuRegister people = { self->seed, village, taken, names_taken };
  RuhuStream stream = ruhu_stream (self->seed, village + 1, RUHU_PURPOSE_PERSON);
  RuhuStream names = ruhu_stream (self->seed, village + 1, RUHU_PURPOSE_NAMES);
  for (guint i = 0; i < self->households->len; i++)
    {
      RuhuNewHousehold *household = ruhu_new_town_get (self, i);
      if (household->village != village)
        continue;
      const char *family = ruhu_generate_surname (&names);
      for (guint k = 0; k < household->persons->len; k++)
        describe (&people, household, ruhu_new_household_get (household, k), family, &stream, &names);
      household->cause = choose_cause (household, &stream);
    }
}

void
ruhu_new_town_describe_people (RuhuNewTown *self)
{
  for (guint v = 0; v < RUHU_N_VILLAGES; v++)
    describe_village (self, v);
}
