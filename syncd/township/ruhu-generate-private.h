/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The made-up township while it is being made: first who there is (…-town, -family, -person), then what is done for whom (-support), then the records (-household, -income,
 * -township, -calendar), which ruhu-generate.c writes. */
#pragma once

#include "ruhu-catalogue.h"
#include "ruhu-generate-random.h"

G_BEGIN_DECLS

#define RUHU_AS_OF      "2018-06-30"
#define RUHU_N_VILLAGES 13
#define RUHU_N_UNITS    7

/* What the plan says of a village; the exited and stable figures, and the edge households' places, are ours. */
typedef struct
{
  const char *name;
  guint exited; /* households that left poverty 2014 to 2017, the stable ones included */
  guint stable;
  guint unexited; /* households to leave poverty in 2018 */
  guint unexited_persons;
  guint unsafe_houses;
  guint edge;
} RuhuVillagePlan;

extern const RuhuVillagePlan ruhu_village_plans[RUHU_N_VILLAGES];

typedef enum
{
  RUHU_STANDING_UNEXITED,
  RUHU_STANDING_EXITED,
  RUHU_STANDING_STABLE,
  RUHU_STANDING_EDGE,
} RuhuStanding;

typedef enum
{
  RUHU_JOB_NONE,
  RUHU_JOB_RANGER,
  RUHU_JOB_TRANSFER,
  RUHU_JOB_START_UP,
} RuhuJob;

typedef enum
{
  RUHU_PLACE_ELDER,
  RUHU_PLACE_COUPLE,
  RUHU_PLACE_CHILD,
} RuhuPlace;

typedef struct
{
  char *id;    /* owned */
  char *name;  /* owned */
  char *id_no; /* owned */
  char birth[11];
  RuhuPlace place;
  guint sex;            /* 1 man, 2 woman */
  int cohort;           /* years on 31 August 2017, the school year's day; -1: born since */
  int age;              /* years on the day the register is of */
  const char *school;   /* code; NULL: not asked */
  const char *relation; /* code */
  const char *edu;
  const char *labour;
  const char *work_area;
  guint work_months;
  gboolean chronic, ill, disabled;
  gboolean dibao, tekun;
  const char *pension;
} RuhuNewPerson;

typedef struct
{
  char *id;      /* owned */
  char *hh_no;   /* owned */
  guint number;  /* in the township, from 0 on */
  guint village; /* 0 … */
  RuhuStanding standing;
  guint size;
  guint n_elders, n_adults, n_children;
  GPtrArray *persons; /* RuhuNewPerson, the head first */
  gboolean unsafe, relocated, tourism;
  guint tourism_site; /* 0 or 1 */
  gint64 grant;       /* 分 */
  gint64 shop;        /* 分; 0: none */
  RuhuJob job;
  RuhuNewPerson *worker; /* borrowed: who has the job */
  guint n_dibao;
  guint helper_a, helper_b; /* index into helpers */
  const char *hh_type;
  const char *cause;
} RuhuNewHousehold;

typedef struct
{
  char *id; /* owned */
  const char *role;
  const char *post; /* or NULL */
  int unit;         /* -1: none */
  int village;      /* -1: none; of a cadre */
  const char *level;
} RuhuNewHelper;

typedef struct
{
  guint64 seed;
  RuhuCatalogue *catalogue;        /* owned */
  GPtrArray *households;           /* RuhuNewHousehold: by village, the edge ones last in each */
  GPtrArray *helpers;              /* RuhuNewHelper */
  char *villages[RUHU_N_VILLAGES]; /* owned: record ids */
  char *units[RUHU_N_UNITS];       /* owned: record ids */
  char *office, *inspector;        /* borrowed: ids of helpers */
} RuhuNewTown;

static inline RuhuNewHousehold *
ruhu_new_town_get (RuhuNewTown *self, guint i)
{
  return g_ptr_array_index (self->households, i);
}

static inline RuhuNewPerson *
ruhu_new_household_get (RuhuNewHousehold *self, guint i)
{
  return g_ptr_array_index (self->persons, i);
}

static inline gboolean
ruhu_new_household_is_registered (const RuhuNewHousehold *self)
{
  return self->standing != RUHU_STANDING_EDGE;
}

/* Registered and still on policy: all but the stable ones. */
static inline gboolean
ruhu_new_household_is_supported (const RuhuNewHousehold *self)
{
  return self->standing == RUHU_STANDING_UNEXITED || self->standing == RUHU_STANDING_EXITED;
}

/* -town: households with their villages, standing, sizes; unsafe houses, relocated ones, the tourism sites'. Transfer full. */
RuhuNewTown *ruhu_new_town (guint64 seed, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ruhu_new_town_free (RuhuNewTown *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuNewTown, ruhu_new_town_free)

/* -family: who lives in each household, and the 141 students among them. */
gboolean ruhu_new_town_add_families (RuhuNewTown *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* -person: birth, names, health, work of everybody. */
void ruhu_new_town_describe_people (RuhuNewTown *self);

/* -support: subsistence allowance, jobs, grants, shops; helpers and who helps whom. */
gboolean ruhu_new_town_add_support (RuhuNewTown *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ruhu_new_town_add_helpers (RuhuNewTown *self);

/* All of the above: the township in memory. Transfer full. */
RuhuNewTown *ruhu_generate_town (guint64 seed, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Adds an empty record to a change's set and returns its fields (borrowed). */
json_object *ruhu_generate_add (json_object *set, const char *type, const char *id);
/* The same with the id that the catalogue makes of the key. The key's fields must be in @fields, which is taken. */
json_object *ruhu_generate_add_keyed (RuhuNewTown *town, json_object *set, const char *type, const char *scope, json_object *fields);
/* NULL is left out. */
void ruhu_generate_put (json_object *fields, const char *name, const char *value);
void ruhu_generate_put_number (json_object *fields, const char *name, gint64 value);
void ruhu_generate_put_true (json_object *fields, const char *name, gboolean value);

/* -household, -measures, -income, -living: the records of one household. What the office knows … */
json_object *ruhu_generate_household (RuhuNewTown *town, RuhuNewHousehold *household);
void ruhu_generate_measures (RuhuNewTown *town, RuhuNewHousehold *household, json_object *set);
void ruhu_generate_income (RuhuNewTown *town, RuhuNewHousehold *household, json_object *set);
/* … and what the helper found at the visit. */
json_object *ruhu_generate_visit (RuhuNewTown *town, RuhuNewHousehold *household);

/* -township, -calendar: the township's records, one set a change. */
json_object *ruhu_generate_places (RuhuNewTown *town);
json_object *ruhu_generate_helpers (RuhuNewTown *town, guint from, guint to);
json_object *ruhu_generate_targets (RuhuNewTown *town);
json_object *ruhu_generate_projects (RuhuNewTown *town);
json_object *ruhu_generate_infra (RuhuNewTown *town, guint village);
json_object *ruhu_generate_meetings (RuhuNewTown *town);
json_object *ruhu_generate_inspections (RuhuNewTown *town);

typedef enum
{
  RUHU_PROJECT_GRANT,
  RUHU_PROJECT_SHOPS,
  RUHU_PROJECT_SITE_1,
  RUHU_PROJECT_SITE_2,
  RUHU_PROJECT_RANGERS,
  RUHU_PROJECT_STUDENTS,
  RUHU_PROJECT_HOUSING,
  RUHU_N_PROJECTS
} RuhuProject;

/* Transfer full. */
char *ruhu_generate_project_id (RuhuNewTown *town, RuhuProject project);

G_END_DECLS
