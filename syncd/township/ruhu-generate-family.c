/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who lives together. Each household gets elders, a couple (or one adult) and children by its size; the plan's 141 students are dealt like cards to the
 * children's places, each with siblings of a fitting age; the places that are left go to small children and grown-up ones. Only then are the adults given
 * ages, from their children's. Ages are counted in cohorts, the years on 31 August 2017, because schools count so. */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-error.h"
#include "ruhu-generate-private.h"

/* Years between siblings at the least, and between the eldest and the youngest at the most. */
#define MIN_SPACING 2
#define MAX_SPREAD  22
/* … where a large family leaves no other choice. */
#define WIDEST_SPREAD 26
#define OLDEST_CHILD  34

typedef struct
{
  int cohort;
  const char *school;
} RuhuCard;

typedef struct
{
  int first, last; /* cohorts */
  guint n;
  const char *schools[4]; /* by cohort - first */
} RuhuBand;

/* Our split of the plan's 141 students: primary 62, junior 31, senior 16, vocational 12, college 20. */
static const RuhuBand bands[] = {
  { 6, 11, 62, { NULL } },
  { 12, 14, 31, { "04", "05", "06" } },
  { 15, 17, 16, { "07", "08", "09" } },
  { 15, 17, 12, { "10", "11", "12" } },
  { 18, 21, 20, { "16", "14", "16", "16" } },
};

static int
compare_cards (gconstpointer a, gconstpointer b)
{
  const RuhuCard *first = a, *second = b;
  return first->cohort != second->cohort ? second->cohort - first->cohort : g_strcmp0 (first->school, second->school);
}

static GArray *
make_deck (void)
{
  GArray *deck = g_array_new (FALSE, FALSE, sizeof (RuhuCard));
  for (gsize b = 0; b < G_N_ELEMENTS (bands); b++)
    for (guint i = 0; i < bands[b].n; i++)
      {
        int step = (int) i % (bands[b].last - bands[b].first + 1);
        RuhuCard card = { bands[b].first + step, bands[b].schools[0] != NULL ? bands[b].schools[step] : "03" };
        g_array_append_val (deck, card);
      }
  g_array_sort (deck, compare_cards);
  return deck;
}

/* Elders, adults, children of a household of @size. */
static void
choose_shape (RuhuNewHousehold *household, RuhuStream *stream)
{
  guint size = household->size, elders = 0, adults = 2;
  if (size == 1)
    {
      elders = ruhu_stream_chance (stream, 70) ? 1 : 0;
      adults = 1 - elders;
    }
  else if (size == 2)
    {
      guint kind = ruhu_stream_below (stream, 100);
      elders = kind < 45 ? 2 : 0;
      adults = kind < 45 ? 0 : kind < 75 ? 2
                                         : 1;
    }
  else
    {
      adults = ruhu_stream_chance (stream, 92) ? 2 : 1;
      guint kind = ruhu_stream_below (stream, 100);
      if (size == 3)
        elders = kind < 15 ? 1 : 0;
      else if (size <= 5)
        elders = kind < (size == 4 ? 25 : 40) ? 1 : kind < (size == 4 ? 25 : 55) ? 2
                                                                                 : 0;
      else
        elders = kind < 50 ? 2 : kind < 85 ? 1
                                           : 0;
      if (size - adults - elders > 5)
        elders = 2;
    }
  household->n_elders = elders;
  household->n_adults = adults;
  household->n_children = size - elders - adults;
}

static RuhuNewPerson *
add_person (RuhuNewHousehold *household, RuhuPlace place)
{
  RuhuNewPerson *person = g_new0 (RuhuNewPerson, 1);
  person->place = place;
  g_ptr_array_add (household->persons, person);
  return person;
}

/* Before adults are there, a household's persons are its children. */
static void
get_span (RuhuNewHousehold *household, int *youngest, int *eldest)
{
  *youngest = G_MAXINT;
  *eldest = G_MININT;
  for (guint i = 0; i < household->persons->len; i++)
    {
      int cohort = ruhu_new_household_get (household, i)->cohort;
      *youngest = MIN (*youngest, cohort);
      *eldest = MAX (*eldest, cohort);
    }
}

static gboolean
fits_within (RuhuNewHousehold *household, int cohort, int spread)
{
  int youngest = 0, eldest = 0;
  if (household->persons->len == 0)
    return TRUE;
  for (guint i = 0; i < household->persons->len; i++)
    if (ABS (ruhu_new_household_get (household, i)->cohort - cohort) < MIN_SPACING)
      return FALSE;
  get_span (household, &youngest, &eldest);
  return MAX (eldest, cohort) - MIN (youngest, cohort) <= spread;
}

static gboolean
fits (RuhuNewHousehold *household, int cohort)
{
  return fits_within (household, cohort, MAX_SPREAD);
}

static void
add_child (RuhuNewHousehold *household, int cohort, const char *school)
{
  RuhuNewPerson *child = add_person (household, RUHU_PLACE_CHILD);
  child->cohort = cohort;
  child->school = school;
}

/* A card for the next place: any for the first one, then the nearest that is younger than those there, or else any that fits. -1: none. */
static int
choose_card (GArray *deck, RuhuNewHousehold *household, RuhuStream *stream)
{
  if (household->persons->len == 0)
    return (int) ruhu_stream_below (stream, deck->len);
  int youngest = 0, eldest = 0, any = -1;
  get_span (household, &youngest, &eldest);
  for (guint i = 0; i < deck->len; i++)
    {
      int cohort = g_array_index (deck, RuhuCard, i).cohort;
      if (!fits (household, cohort))
        continue;
      if (cohort < youngest)
        return (int) i;
      any = (int) i;
    }
  return any;
}

static void
deal_to (GArray *deck, RuhuNewHousehold *household, guint n, RuhuStream *stream)
{
  for (guint k = 0; k < n && deck->len > 0; k++)
    {
      int chosen = choose_card (deck, household, stream);
      if (chosen < 0)
        return;
      RuhuCard card = g_array_index (deck, RuhuCard, chosen);
      add_child (household, card.cohort, card.school);
      g_array_remove_index (deck, (guint) chosen);
    }
}

/* The students of the plan get two measures each, and policy measures are not for stable households: so students live in the other registered ones. */
static gboolean
deal_students (RuhuNewTown *self, RuhuStream *stream, GError **error)
{
  g_autoptr (GArray) deck = make_deck ();
  g_autoptr (GPtrArray) homes = g_ptr_array_new ();
  for (guint i = 0; i < self->households->len; i++)
    {
      RuhuNewHousehold *household = ruhu_new_town_get (self, i);
      if (ruhu_new_household_is_supported (household) && household->n_children > 0)
        g_ptr_array_add (homes, household);
    }
  ruhu_stream_shuffle (stream, homes);
  for (guint i = 0; i < homes->len; i++)
    {
      guint n = 1 + ruhu_stream_chance (stream, 60) + ruhu_stream_chance (stream, 35);
      RuhuNewHousehold *household = homes->pdata[i];
      if (ruhu_stream_chance (stream, 85))
        deal_to (deck, household, MIN (n, household->n_children), stream);
    }
  for (guint i = 0; i < homes->len; i++)
    {
      RuhuNewHousehold *household = homes->pdata[i];
      deal_to (deck, household, household->n_children - household->persons->len, stream);
    }
  if (deck->len == 0)
    return TRUE;
  g_set_error (error, RUHU_ERROR, RUHU_ERROR_FAILED, "no place was found for %u of the students", deck->len);
  return FALSE;
}

/* A cohort out of school, small or grown-up, that fits beside the children there. */
static int
choose_filler (RuhuNewHousehold *household, RuhuStream *stream)
{
  int youngest = 0, eldest = 0;
  if (household->persons->len == 0)
    return ruhu_stream_chance (stream, 45) ? ruhu_stream_between (stream, -1, 5) : ruhu_stream_between (stream, 18, 28);
  get_span (household, &youngest, &eldest);
  if (youngest <= 11 || ruhu_stream_chance (stream, 30))
    for (guint attempt = 0; attempt < 8; attempt++)
      {
        int cohort = ruhu_stream_between (stream, -1, 5);
        if (fits (household, cohort))
          return cohort;
      }
  int spaced = eldest + MIN_SPACING + ruhu_stream_between (stream, 0, 2);
  int older = MAX (18, spaced);
  if (older <= OLDEST_CHILD && fits (household, older))
    return older;
  for (int spread = MAX_SPREAD; spread <= WIDEST_SPREAD; spread++)
    for (int cohort = OLDEST_CHILD; cohort >= -1; cohort--)
      if ((cohort >= 18 || cohort <= 5) && fits_within (household, cohort, spread))
        return cohort;
  g_assert_not_reached (); /* at most five children: there is room */
}

/* Pupils of edge households are nobody's figure. */
static const char *
choose_school (int cohort, RuhuStream *stream)
{
  static const char *const stages[] = { "03", "03", "03", "03", "03", "03", "04", "05", "06", "07", "08", "09" };
  if (cohort >= 6 && cohort <= 17)
    return stages[cohort - 6];
  if (cohort >= 3 && cohort <= 5)
    return ruhu_stream_chance (stream, 90) ? "02" : "01";
  return cohort >= 18 && cohort <= 29 ? "01" : NULL;
}

static int
choose_edge_child (RuhuNewHousehold *household, RuhuStream *stream)
{
  for (guint attempt = 0; attempt < 20; attempt++)
    {
      int cohort = ruhu_stream_between (stream, -1, 24);
      if (fits (household, cohort))
        return cohort;
    }
  return choose_filler (household, stream);
}

static void
fill_children (RuhuNewHousehold *household, RuhuStream *stream)
{
  while (household->persons->len < household->n_children)
    {
      int cohort = household->standing == RUHU_STANDING_EDGE ? choose_edge_child (household, stream) : choose_filler (household, stream);
      add_child (household, cohort, choose_school (cohort, stream));
    }
  for (guint i = 0; i < household->persons->len; i++)
    ruhu_new_household_get (household, i)->sex = (guint) ruhu_stream_between (stream, 1, 2);
}

/* How old the mother is: nineteen or more at the first child, forty-four or less at the last. */
static int
choose_mother (RuhuNewHousehold *household, RuhuStream *stream)
{
  int youngest = 0, eldest = 0;
  if (household->n_children == 0)
    {
      int low = household->n_elders > 0 ? 26 : 30;
      return ruhu_stream_between (stream, low, household->n_elders > 0 ? 46 : 56);
    }
  get_span (household, &youngest, &eldest);
  int mother = eldest + ruhu_stream_between (stream, 19, 26);
  return mother - youngest > 44 ? MAX (eldest + 18, youngest + 44) : mother;
}

/* Returns the age that the elders' age follows from. */
static int
add_adults (RuhuNewHousehold *household, RuhuStream *stream)
{
  if (household->n_adults == 0)
    return -1;
  int mother = choose_mother (household, stream);
  int father = mother + ruhu_stream_between (stream, 0, 5);
  if (household->n_adults == 1)
    {
      RuhuNewPerson *single = add_person (household, RUHU_PLACE_COUPLE);
      single->sex = ruhu_stream_chance (stream, 40) ? 1 : 2;
      single->cohort = single->sex == 1 ? father : mother;
      return single->cohort;
    }
  RuhuNewPerson *husband = add_person (household, RUHU_PLACE_COUPLE);
  husband->sex = 1;
  husband->cohort = father;
  RuhuNewPerson *wife = add_person (household, RUHU_PLACE_COUPLE);
  wife->sex = 2;
  wife->cohort = mother;
  return father;
}

static void
add_elders (RuhuNewHousehold *household, int child, RuhuStream *stream)
{
  if (household->n_elders == 0)
    return;
  int grandmother = child >= 0 ? child + ruhu_stream_between (stream, 19, 26) : ruhu_stream_between (stream, 61, 82);
  int grandfather = grandmother + ruhu_stream_between (stream, 0, 4);
  gboolean both = household->n_elders == 2;
  if (both || ruhu_stream_chance (stream, 35))
    {
      RuhuNewPerson *elder = add_person (household, RUHU_PLACE_ELDER);
      elder->sex = 1;
      elder->cohort = grandfather;
      if (!both)
        return;
    }
  RuhuNewPerson *elder = add_person (household, RUHU_PLACE_ELDER);
  elder->sex = 2;
  elder->cohort = grandmother;
}

static RuhuNewPerson *
find_person (RuhuNewHousehold *household, RuhuPlace place, guint sex)
{
  for (guint i = 0; i < household->persons->len; i++)
    {
      RuhuNewPerson *person = ruhu_new_household_get (household, i);
      if (person->place == place && (sex == 0 || person->sex == sex))
        return person;
    }
  return NULL;
}

static RuhuNewPerson *
choose_head (RuhuNewHousehold *household, RuhuStream *stream)
{
  if (household->n_adults == 0 || (household->n_elders > 0 && ruhu_stream_chance (stream, 25)))
    return find_person (household, RUHU_PLACE_ELDER, 0);
  if (household->n_adults == 2 && ruhu_stream_chance (stream, 10))
    return find_person (household, RUHU_PLACE_COUPLE, 2);
  return find_person (household, RUHU_PLACE_COUPLE, 0);
}

/* What @person is to an elder who is the head: the line goes through the husband, or the one adult there is. */
static const char *
relate_to_elder (RuhuNewHousehold *household, RuhuNewPerson *person)
{
  gboolean man = person->sex == 1;
  RuhuNewPerson *line = find_person (household, RUHU_PLACE_COUPLE, 0);
  if (person->place == RUHU_PLACE_ELDER)
    return "02";
  if (person->place == RUHU_PLACE_CHILD)
    return line->sex == 1 ? (man ? "07" : "08") : (man ? "09" : "10");
  if (person == line)
    return man ? "03" : "04";
  return "05";
}

static const char *
relate (RuhuNewHousehold *household, RuhuNewPerson *head, RuhuNewPerson *person)
{
  gboolean man = person->sex == 1;
  if (person == head)
    return "01";
  if (head->place == RUHU_PLACE_ELDER)
    return relate_to_elder (household, person);
  if (person->place == RUHU_PLACE_COUPLE)
    return "02";
  if (person->place == RUHU_PLACE_CHILD)
    return man ? "03" : "04";
  /* Elders are the husband's parents. */
  if (household->n_adults == 2 && head->sex == 2)
    return man ? "15" : "16";
  return man ? "11" : "12";
}

static gint
compare_members (gconstpointer a, gconstpointer b)
{
  const RuhuNewPerson *first = *(RuhuNewPerson *const *) a, *second = *(RuhuNewPerson *const *) b;
  int by_relation = g_strcmp0 (first->relation, second->relation);
  return by_relation != 0 ? by_relation : second->cohort - first->cohort;
}

static void
settle (RuhuNewTown *self, RuhuNewHousehold *household, RuhuStream *stream)
{
  fill_children (household, stream);
  add_elders (household, add_adults (household, stream), stream);
  g_assert (household->persons->len == household->size);
  RuhuNewPerson *head = choose_head (household, stream);
  for (guint i = 0; i < household->persons->len; i++)
    {
      RuhuNewPerson *person = ruhu_new_household_get (household, i);
      person->relation = relate (household, head, person);
    }
  g_ptr_array_sort (household->persons, compare_members);
  for (guint i = 0; i < household->persons->len; i++)
    ruhu_new_household_get (household, i)->id = ruhu_stream_make_id (self->seed, "person", household->number * 100 + i);
}

gboolean
ruhu_new_town_add_families (RuhuNewTown *self, GError **error)
{
  for (guint i = 0; i < self->households->len; i++)
    {
      RuhuNewHousehold *household = ruhu_new_town_get (self, i);
      RuhuStream stream = ruhu_stream (self->seed, household->village + 1, RUHU_PURPOSE_FAMILY);
      stream.counter = (guint64) household->number << 16;
      choose_shape (household, &stream);
    }
  RuhuStream school = ruhu_stream (self->seed, 0, RUHU_PURPOSE_SCHOOL);
  if (!deal_students (self, &school, error))
    return FALSE;
  for (guint i = 0; i < self->households->len; i++)
    {
      RuhuNewHousehold *household = ruhu_new_town_get (self, i);
      RuhuStream stream = ruhu_stream (self->seed, household->village + 1, RUHU_PURPOSE_FAMILY);
      stream.counter = ((guint64) household->number << 16) + 1000;
      settle (self, household, &stream);
    }
  return TRUE;
}
