/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What laptops would have sent is made change by change, with the `seen` that each laptop had, and goes in through ruhu_ledger_accept() as a push does. What a laptop pulls is only a
 * position here: at its monthly synchronisation it sees all that the township has. */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-generate-private.h"
#include "ruhu-generate-year.h"
#include "ruhu-generate.h"
#include "ruhu-ledger-private.h"

#include <string.h>

#define MONTHS 12
/* Days of the month: visits before laptops come to the network. */
#define LAST_VISIT_DAY 21
#define FIRST_SYNC_DAY 22
#define LAST_SYNC_DAY  27
#define DAY_MS         G_GINT64_CONSTANT (86400000)
#define HOUR_MS        G_GINT64_CONSTANT (3600000)
/* The month (from 0, July) of each round of scripts, and the laptops whose clocks are wrong in the first one. */
static const guint rounds[] = { 5, 11 };
#define SLOW_LAPTOP 20
#define FAST_LAPTOP 40
#define WRONG_BY    (2 * DAY_MS)

typedef enum
{
  SCRIPT_OTHER_FIELDS,
  SCRIPT_SAME_VALUE,
  SCRIPT_REVIEW,
  SCRIPT_LATEST,
  SCRIPT_DUPLICATE,
  SCRIPT_DELETE, /* the last one, of households with a problem on file */
  N_SCRIPTS
} RuhuScript;

typedef struct
{
  char *device;          /* owned */
  RuhuNewHelper *helper; /* borrowed */
  GPtrArray *homes;      /* RuhuNewHousehold, borrowed */
  GPtrArray *waiting;    /* RuhuPushed: not sent yet */
  gint64 seq, seen;
  gint64 clock_error; /* ms that its clock is ahead */
  int sync_day;
} RuhuLaptop;

typedef struct
{
  RuhuLedger *ledger;
  RuhuNewTown *town;
  GPtrArray *laptops;  /* RuhuLaptop, by index of helper; NULL for who is not a helper */
  GPtrArray *scripted; /* RuhuNewHousehold: who takes part in scripts, RUHU_YEAR_EACH for each script and round */
  guint64 *calls;
  guint64 start; /* what *calls was */
  RuhuStream stream;
  guint records; /* made so far, for their ids */
} RuhuYear;

static void
laptop_free (RuhuLaptop *self)
{
  if (self == NULL)
    return;
  g_free (self->device);
  g_ptr_array_unref (self->homes);
  g_ptr_array_unref (self->waiting);
  g_free (self);
}

/* Midnight (UTC+8) of a day of the year, in ms; @month from 0, July 2018; @day from 1. */
static gint64
get_midnight (guint month, int day)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_offset (8 * 3600);
  guint calendar_month = 7 + month;
  g_autoptr (GDateTime) date = g_date_time_new (zone, calendar_month > 12 ? 2019 : 2018, (int) ((calendar_month - 1) % 12 + 1), day, 0, 0, 0);
  return g_date_time_to_unix (date) * 1000;
}

static char *
make_date (guint month, int day)
{
  guint calendar_month = 7 + month;
  return g_strdup_printf ("%d-%02u-%02d", calendar_month > 12 ? 2019 : 2018, (calendar_month - 1) % 12 + 1, day);
}

static char *
make_record_id (RuhuYear *self)
{
  return ruhu_stream_make_id (self->town->seed, "year", self->records++);
}

static RuhuPushed *
seal (RuhuChange *change)
{
  RuhuPushed *pushed = g_new0 (RuhuPushed, 1);
  pushed->change = change;
  pushed->line = ruhu_change_to_json (change);
  pushed->length = strlen (pushed->line);
  return pushed;
}

/* A change at @time by the township's clock, stamped by the laptop's own. Takes @set. */
static void
save (RuhuLaptop *laptop, RuhuNewHousehold *household, const char *visit, json_object *set, gint64 time)
{
  RuhuChange *change = g_new0 (RuhuChange, 1);
  change->device = g_strdup (laptop->device);
  change->seq = ++laptop->seq;
  change->seen = laptop->seen;
  change->time = ruhu_stamp_from_time (time + laptop->clock_error);
  change->by = g_strdup (laptop->helper->id);
  change->scope = g_strdup (household->id);
  change->visit = g_strdup (visit);
  change->set = set;
  g_ptr_array_add (laptop->waiting, seal (change));
}

static void
add_laptop (RuhuYear *self, guint i)
{
  RuhuNewHelper *helper = self->town->helpers->pdata[i];
  RuhuLaptop *laptop = NULL;
  if (helper->post != NULL)
    {
      laptop = g_new0 (RuhuLaptop, 1);
      laptop->device = ruhu_stream_make_id (self->town->seed, "device", i);
      laptop->helper = helper;
      laptop->homes = g_ptr_array_new ();
      laptop->waiting = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_pushed_free);
      laptop->sync_day = i == FAST_LAPTOP ? FIRST_SYNC_DAY : ruhu_stream_between (&self->stream, FIRST_SYNC_DAY, LAST_SYNC_DAY);
    }
  g_ptr_array_add (self->laptops, laptop);
}

static void
add_laptops (RuhuYear *self)
{
  for (guint i = 0; i < self->town->helpers->len; i++)
    add_laptop (self, i);
  for (guint i = 0; i < self->town->households->len; i++)
    {
      RuhuNewHousehold *household = ruhu_new_town_get (self->town, i);
      if (!ruhu_new_household_is_registered (household))
        continue;
      g_ptr_array_add (((RuhuLaptop *) self->laptops->pdata[household->helper_a])->homes, household);
      g_ptr_array_add (((RuhuLaptop *) self->laptops->pdata[household->helper_b])->homes, household);
    }
}

static gboolean
look (RuhuYear *self, RuhuLaptop *laptop, GError **error)
{
  return ruhu_ledger_get_head (self->ledger, &laptop->seen, NULL, error);
}

/* Nobody knows a token with such a hash: these laptops exist on paper only. */
static gboolean
enrol (RuhuYear *self, GError **error)
{
  for (guint i = 0; i < self->laptops->len; i++)
    {
      RuhuLaptop *laptop = self->laptops->pdata[i];
      if (laptop == NULL)
        continue;
      g_autofree char *token = g_strconcat ("none ", laptop->device, NULL);
      gint64 position = 0;
      if (!ruhu_ledger_add_device (self->ledger, laptop->device, laptop->helper->id, "laptop", token, &position, error) || !look (self, laptop, error))
        return FALSE;
    }
  return TRUE;
}

/* Households for the scripts, no two alike; those of SCRIPT_DELETE have a problem on file. */
static void
choose_scripted (RuhuYear *self)
{
  const guint plain = SCRIPT_DELETE * RUHU_YEAR_EACH * G_N_ELEMENTS (rounds), with_problem = RUHU_YEAR_EACH * G_N_ELEMENTS (rounds);
  g_autoptr (GPtrArray) safe = g_ptr_array_new (), unsafe = g_ptr_array_new ();
  for (guint i = 0; i < self->town->households->len; i++)
    {
      RuhuNewHousehold *household = ruhu_new_town_get (self->town, i);
      if (ruhu_new_household_is_supported (household))
        g_ptr_array_add (household->unsafe ? unsafe : safe, household);
    }
  ruhu_stream_shuffle (&self->stream, safe);
  ruhu_stream_shuffle (&self->stream, unsafe);
  for (guint i = 0; i < plain; i++)
    g_ptr_array_add (self->scripted, safe->pdata[i]);
  for (guint i = 0; i < with_problem; i++)
    g_ptr_array_add (self->scripted, unsafe->pdata[i]);
}

static RuhuNewHousehold *
get_scripted (RuhuYear *self, RuhuScript script, guint round, guint i)
{
  return self->scripted->pdata[((guint) script * G_N_ELEMENTS (rounds) + round) * RUHU_YEAR_EACH + i];
}

static void
add_visit (RuhuYear *self, json_object *set, const char *id, const char *date, gboolean done)
{
  json_object *visit = ruhu_generate_add (set, "visit", id);
  ruhu_generate_put (visit, "date", date);
  ruhu_generate_put (visit, "outcome", done ? "1" : ruhu_stream_chance (&self->stream, 70) ? "2"
                                                                                           : "3");
  if (!done)
    return;
  ruhu_generate_put_true (visit, "may_refuse", TRUE);
  ruhu_generate_put_number (visit, "minutes", ruhu_stream_between (&self->stream, 20, 40));
  ruhu_generate_put (visit, "summary", "核对收入、就学、就医和帮扶措施落实情况。");
  ruhu_generate_put_true (visit, "read_back", TRUE);
}

/* Most visits find little new: a network connection, animals counted, now and then a problem. */
static void
visit_household (RuhuYear *self, RuhuLaptop *laptop, RuhuNewHousehold *household, guint month)
{
  int day = ruhu_stream_between (&self->stream, 1, LAST_VISIT_DAY);
  if (laptop->clock_error > 0)
    day = LAST_VISIT_DAY; /* so that its stamps lie in the township's future when it sends them */
  gint64 time = get_midnight (month, day) + ruhu_stream_between (&self->stream, 9, 18) * HOUR_MS + ruhu_stream_between (&self->stream, 0, (int) HOUR_MS - 1);
  g_autofree char *date = make_date (month, day);
  g_autofree char *id = make_record_id (self);
  json_object *set = json_object_new_object ();
  gboolean done = ruhu_stream_chance (&self->stream, 95);
  add_visit (self, set, id, date, done);
  if (done && ruhu_stream_chance (&self->stream, 10))
    ruhu_generate_put_true (ruhu_generate_add_keyed (self->town, set, "living", household->id, json_object_new_object ()), "net", TRUE);
  if (done && household->grant > 0 && month % 3 == 2)
    {
      g_autofree char *count_id = make_record_id (self);
      json_object *livestock = ruhu_generate_add (set, "livestock", count_id);
      ruhu_generate_put (livestock, "kind", "2");
      ruhu_generate_put_number (livestock, "head_count", ruhu_stream_between (&self->stream, 3, 30));
      ruhu_generate_put (livestock, "date", date);
    }
  if (done && ruhu_stream_chance (&self->stream, 4))
    {
      g_autofree char *problem_id = make_record_id (self);
      json_object *problem = ruhu_generate_add (set, "problem", problem_id);
      ruhu_generate_put (problem, "source", "1");
      ruhu_generate_put (problem, "kind", ruhu_stream_chance (&self->stream, 50) ? "08" : "05");
      ruhu_generate_put (problem, "found", date);
      ruhu_generate_put (problem, "state", "1");
    }
  save (laptop, household, id, set, time);
}

static json_object *
make_single (const char *type, const char *id, const char *field, json_object *value)
{
  json_object *set = json_object_new_object ();
  json_object_object_add (ruhu_generate_add (set, type, id), field, value);
  return set;
}

static json_object *
make_newborn (RuhuYear *self, guint month)
{
  g_autofree char *id = make_record_id (self);
  g_autofree char *birth = make_date (month, 2);
  json_object *set = json_object_new_object ();
  json_object *person = ruhu_generate_add (set, "person", id);
  ruhu_generate_put (person, "name", "甲新生");
  ruhu_generate_put (person, "sex", "2");
  ruhu_generate_put (person, "birth", birth);
  ruhu_generate_put (person, "member_state", "11");
  return set;
}

/* What one of the two (0: A helper, 1: B helper) writes in a script. */
static json_object *
make_scripted (RuhuYear *self, RuhuScript script, RuhuNewHousehold *household, guint month, guint who)
{
  g_autofree char *problem = ruhu_stream_make_id (self->town->seed, "problem", household->number);
  switch (script)
    {
    case SCRIPT_OTHER_FIELDS:
      return who == 0 ? make_single ("household", household->id, "phone", json_object_new_string ("10900000001"))
                      : make_single ("household", household->id, "coop", json_object_new_boolean (TRUE));
    case SCRIPT_SAME_VALUE:
      return make_single ("household", household->id, "cause_main", json_object_new_string ("09"));
    case SCRIPT_REVIEW:
      return make_single ("household", household->id, "cause_main", json_object_new_string (who == 0 ? "07" : "05"));
    case SCRIPT_LATEST:
      return make_single ("household", household->id, "phone", json_object_new_string (who == 0 ? "10900000002" : "10900000003"));
    case SCRIPT_DUPLICATE:
      return make_newborn (self, month);
    case SCRIPT_DELETE:
      return who == 0 ? make_single ("problem", problem, "deleted", json_object_new_boolean (TRUE))
                      : make_single ("problem", problem, "fix", json_object_new_string ("已开工改造"));
    case N_SCRIPTS:
    default:
      g_assert_not_reached ();
    }
}

static void
play_scripts (RuhuYear *self, guint round)
{
  guint month = rounds[round];
  for (guint script = 0; script < N_SCRIPTS; script++)
    for (guint i = 0; i < RUHU_YEAR_EACH; i++)
      {
        RuhuNewHousehold *household = get_scripted (self, (RuhuScript) script, round, i);
        const guint helpers[] = { household->helper_a, household->helper_b };
        for (guint who = 0; who < G_N_ELEMENTS (helpers); who++)
          {
            /* B writes a day later, whichever of the two comes to the network first. */
            gint64 time = get_midnight (month, 20) + (gint64) who * DAY_MS + 10 * HOUR_MS;
            save (self->laptops->pdata[helpers[who]], household, NULL, make_scripted (self, (RuhuScript) script, household, month, who), time);
          }
      }
}

/* The office settles what the first round left in dispute, having seen both. */
static gboolean
settle_first_round (RuhuYear *self, GError **error)
{
  for (guint i = 0; i < RUHU_YEAR_EACH; i++)
    {
      RuhuNewHousehold *review = get_scripted (self, SCRIPT_REVIEW, 0, i), *deleted = get_scripted (self, SCRIPT_DELETE, 0, i);
      g_autofree char *problem = ruhu_stream_make_id (self->town->seed, "problem", deleted->number);
      g_autoptr (RuhuJson) cause = make_single ("household", review->id, "cause_main", json_object_new_string ("07"));
      g_autoptr (RuhuJson) kept = make_single ("problem", problem, "deleted", json_object_new_boolean (FALSE));
      if (!ruhu_ledger_write (self->ledger, self->town->office, review->id, FALSE, cause, error) ||
          !ruhu_ledger_write (self->ledger, self->town->office, deleted->id, FALSE, kept, error))
        return FALSE;
    }
  return TRUE;
}

/* The laptop learns that its clock is ahead, and stamps anew what the township did not take. */
static void
restamp (RuhuLaptop *laptop)
{
  for (guint i = 0; i < laptop->waiting->len; i++)
    {
      RuhuPushed *pushed = laptop->waiting->pdata[i];
      gint64 time = ruhu_stamp_get_time (pushed->change->time) - laptop->clock_error;
      g_free (pushed->change->time);
      pushed->change->time = ruhu_stamp_from_time (time);
      g_free (pushed->line);
      pushed->line = ruhu_change_to_json (pushed->change);
      pushed->length = strlen (pushed->line);
    }
  laptop->clock_error = 0;
}

/* Sends what waits; what was taken waits no longer. *@clock_wrong: the township objected to a stamp. */
static gboolean
push (RuhuYear *self, RuhuLaptop *laptop, gboolean *clock_wrong, GError **error)
{
  RuhuBatch batch = { .device = laptop->device, .changes = laptop->waiting };
  RuhuBatch *batches[] = { &batch };
  if (!ruhu_ledger_accept (self->ledger, batches, 1, error))
    return FALSE;
  gboolean fine = batch.refused == NULL || batch.refused->len == 0;
  *clock_wrong = g_error_matches (batch.stop, RUHU_ERROR, RUHU_ERROR_CLOCK);
  if (!fine)
    g_set_error (error, RUHU_ERROR, RUHU_ERROR_FAILED, "a made-up change was refused: %s", ((RuhuRefusal *) batch.refused->pdata[0])->detail);
  else if (batch.stop != NULL && !*clock_wrong)
    {
      g_propagate_error (error, g_steal_pointer (&batch.stop));
      fine = FALSE;
    }
  while (laptop->waiting->len > 0 && ((RuhuPushed *) laptop->waiting->pdata[0])->change->seq <= batch.accepted)
    g_ptr_array_remove_index (laptop->waiting, 0);
  ruhu_batch_clear (&batch);
  return fine;
}

static gboolean
synchronise (RuhuYear *self, RuhuLaptop *laptop, GError **error)
{
  gboolean clock_wrong = FALSE;
  if (laptop->waiting->len > 0 && !push (self, laptop, &clock_wrong, error))
    return FALSE;
  if (clock_wrong)
    {
      restamp (laptop);
      if (!push (self, laptop, &clock_wrong, error))
        return FALSE;
    }
  return look (self, laptop, error);
}

static int
compare_times (gconstpointer a, gconstpointer b)
{
  const RuhuPushed *first = *(RuhuPushed *const *) a, *second = *(RuhuPushed *const *) b;
  return strcmp (first->change->time, second->change->time);
}

/* A laptop's changes follow each other in time as in number. */
static void
put_in_order (RuhuLaptop *laptop)
{
  gint64 seq = laptop->seq - laptop->waiting->len;
  g_ptr_array_sort (laptop->waiting, compare_times);
  for (guint i = 0; i < laptop->waiting->len; i++)
    {
      RuhuPushed *pushed = laptop->waiting->pdata[i];
      pushed->change->seq = ++seq;
      g_free (pushed->line);
      pushed->line = ruhu_change_to_json (pushed->change);
      pushed->length = strlen (pushed->line);
    }
}

static void
visit_all (RuhuYear *self, guint month)
{
  for (guint i = 0; i < self->laptops->len; i++)
    {
      RuhuLaptop *laptop = self->laptops->pdata[i];
      if (laptop == NULL || (strcmp (laptop->helper->post, "B") == 0 && month % 3 != 2))
        continue;
      if (month == rounds[0])
        laptop->clock_error = i == SLOW_LAPTOP ? -WRONG_BY : i == FAST_LAPTOP ? WRONG_BY
                                                                              : 0;
      for (guint k = 0; k < laptop->homes->len; k++)
        visit_household (self, laptop, laptop->homes->pdata[k], month);
    }
}

/* The township's clock moves on to 18:00 of the day. */
static void
advance (RuhuYear *self, guint month, int day)
{
  guint64 zero = 0;
  *self->calls = (guint64) (get_midnight (month, day) + 18 * HOUR_MS - ruhu_generate_now (&zero));
}

static gboolean
live_through (RuhuYear *self, guint month, GError **error)
{
  visit_all (self, month);
  for (guint round = 0; round < G_N_ELEMENTS (rounds); round++)
    if (rounds[round] == month)
      play_scripts (self, round);
  if (month == rounds[0] + 1 && !settle_first_round (self, error))
    return FALSE;
  for (int day = FIRST_SYNC_DAY; day <= LAST_SYNC_DAY; day++)
    {
      advance (self, month, day);
      for (guint i = 0; i < self->laptops->len; i++)
        {
          RuhuLaptop *laptop = self->laptops->pdata[i];
          if (laptop == NULL || laptop->sync_day != day)
            continue;
          put_in_order (laptop);
          if (!synchronise (self, laptop, error))
            return FALSE;
        }
    }
  return TRUE;
}

/* Everything anew, for the case that a busy database makes the transaction run again. */
static void
prepare (RuhuYear *self)
{
  *self->calls = self->start;
  self->stream = ruhu_stream (self->town->seed, 0, RUHU_PURPOSE_YEAR);
  self->records = 0;
  g_ptr_array_set_size (self->laptops, 0);
  g_ptr_array_set_size (self->scripted, 0);
  add_laptops (self);
  choose_scripted (self);
}

static gboolean
live (RuhuDatabase *database, gpointer data, GError **error)
{
  RuhuYear *self = data;
  prepare (self);
  if (!enrol (self, error))
    return FALSE;
  for (guint month = 0; month < MONTHS; month++)
    if (!live_through (self, month, error))
      return FALSE;
  return TRUE;
}

gboolean
ruhu_generate_year (RuhuLedger *ledger, guint64 seed, guint64 *calls, GError **error)
{
  g_return_val_if_fail (ledger != NULL && calls != NULL, FALSE);
  g_autoptr (RuhuNewTown) town = ruhu_generate_town (seed, error);
  if (town == NULL)
    return FALSE;
  g_autoptr (GPtrArray) laptops = g_ptr_array_new_with_free_func ((GDestroyNotify) laptop_free);
  g_autoptr (GPtrArray) scripted = g_ptr_array_new ();
  RuhuYear self = { .ledger = ledger, .town = town, .laptops = laptops, .scripted = scripted, .calls = calls, .start = *calls };
  return ruhu_database_transaction (ledger->database, live, &self, error);
}
