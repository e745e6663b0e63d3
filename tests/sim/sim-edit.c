/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people type. */
#include "config.h"

#include "sim-world.h"

#include <json-c/json.h>
#include <string.h>

/* How a field's values are made. */
typedef enum
{
  TEXT,
  NUMBER,
  SCORE, /* the laptops allow 100, the township 50 */
  KILOMETRES,
  FLAG,
  COLOUR,
  COLOURS,
} Kind;

typedef struct
{
  const char *name;
  Kind kind;
  gboolean new; /* last year's catalogue does not have it */
} Field;

static const Field household[] = { { "phone", TEXT }, { "note", TEXT }, { "group_name", TEXT }, { "colours", COLOURS } };
static const Field person[] = { { "name", TEXT }, { "score", SCORE }, { "active", FLAG }, { "phone", TEXT }, { "colour", COLOUR }, { "school", TEXT, TRUE }, { "mark", NUMBER, TRUE } };
static const Field living[] = { { "water", FLAG }, { "road_km", KILOMETRES }, { "rooms", NUMBER } };
static const Field assessment[] = { { "passed", FLAG }, { "remark", TEXT } };
static const Field visit[] = { { "summary", TEXT } };
static const Field repair[] = { { "stage", NUMBER, TRUE }, { "paid", NUMBER, TRUE } };
static const Field infra[] = { { "name", TEXT }, { "km", KILOMETRES }, { "open", FLAG } };

typedef struct
{
  SimWorld *world;
  SimLaptop *laptop; /* NULL: the township itself */
  SimRandom *random;
  const char *scope;
  SimView *view;
  gboolean knows_new;
  gboolean office; /* whether who types is of the office */
  json_object *set;
} Edit;

static json_object *
make_value (Edit *edit, Kind kind)
{
  static const char *const colours[] = { "red", "blue", "green" };
  SimRandom *random = edit->random;
  json_object *value;

  if (sim_random_chance (random, 8))
    return NULL;
  switch (kind)
    {
    case TEXT:
      value = json_object_new_string ((const char *[]){ "一", "two", "三 3", "\"four\"" }[sim_random_below (random, 4)]);
      break;
    case NUMBER:
      value = json_object_new_int ((int) sim_random_below (random, 4));
      break;
    case SCORE:
      value = json_object_new_int ((int) (edit->laptop != NULL && sim_random_chance (random, 10) ? 51 + sim_random_below (random, 3)
                                                                                                 : sim_random_below (random, 4)));
      break;
    case KILOMETRES:
      value = json_object_new_double (sim_random_below (random, 4) * 0.5);
      break;
    case FLAG:
      value = json_object_new_boolean ((json_bool) sim_random_below (random, 2));
      break;
    case COLOUR:
      value = json_object_new_string (colours[sim_random_below (random, 3)]);
      break;
    case COLOURS:
      value = json_object_new_array ();
      json_object_array_add (value, json_object_new_string (sim_random_chance (random, 50) ? "blue" : "green"));
      if (sim_random_chance (random, 50))
        json_object_array_add (value, json_object_new_string ("red"));
      break;
    default:
      g_assert_not_reached ();
    }
  return value;
}

static json_object *
fields_of (Edit *edit, const char *type, const char *id)
{
  json_object *records = NULL, *fields = NULL;

  if (!json_object_object_get_ex (edit->set, type, &records))
    {
      records = json_object_new_object ();
      json_object_object_add (edit->set, type, records);
    }
  if (!json_object_object_get_ex (records, id, &fields))
    {
      fields = json_object_new_object ();
      json_object_object_add (records, id, fields);
    }
  return fields;
}

/* What is permanent is deleted by the office alone: households and visits. */
static gboolean
may_delete (Edit *edit, const Field *fields)
{
  return edit->office || (fields != household && fields != visit);
}

static void
set_fields (Edit *edit, json_object *record, const Field *fields, guint n)
{
  gboolean deletes = sim_random_chance (edit->random, edit->world->temper.deleted) && may_delete (edit, fields);

  if (deletes)
    json_object_object_add (record, "deleted", json_object_new_boolean (sim_random_chance (edit->random, 70)));
  if (deletes && sim_random_chance (edit->random, 60))
    return;
  guint writes = sim_random_between (edit->random, 1, MIN (n, 3));

  for (guint i = 0; i < writes; i++)
    {
      const Field *field = &fields[sim_random_below (edit->random, n)];

      if (!field->new || edit->knows_new)
        json_object_object_add (record, field->name, make_value (edit, field->kind));
    }
  if (json_object_object_length (record) == 0)
    json_object_object_add (record, fields[0].name, make_value (edit, fields[0].kind));
}

/* A record of this type that the page shows, or NULL for a new one. */
static SimRecord *
choose_record (Edit *edit, const char *type, guint percent_new)
{
  SimOracle *oracle = edit->world->oracle;
  g_autoptr (GPtrArray) found = g_ptr_array_new ();

  for (guint i = 0; i < edit->view->pairs->len; i++)
    {
      SimRecord *record = sim_oracle_record_of (oracle, (guint) (g_array_index (edit->view->pairs, guint64, i) >> 32));

      if (g_str_equal (record->type, type) && g_str_equal (record->scope, edit->scope) && (found->len == 0 || found->pdata[found->len - 1] != record))
        g_ptr_array_add (found, record);
    }
  if (found->len == 0 || sim_random_chance (edit->random, percent_new))
    return NULL;
  return found->pdata[sim_random_below (edit->random, found->len)];
}

static void
edit_plain (Edit *edit, const char *type, const Field *fields, guint n, guint percent_new)
{
  SimRecord *record = choose_record (edit, type, percent_new);
  g_autofree char *id = record != NULL ? g_strdup (record->id) : sim_world_dup_id (edit->world);

  /* Ids are unique within a type only. */
  if (record == NULL && sim_random_chance (edit->random, 5) && sim_oracle_find_record (edit->world->oracle, type, edit->scope) == NULL)
    {
      g_free (id);
      id = g_strdup (edit->scope);
    }
  set_fields (edit, fields_of (edit, type, id), fields, n);
  if (fields == person && edit->laptop != NULL && sim_random_chance (edit->random, edit->world->temper.doomed / 3))
    json_object_object_add (fields_of (edit, type, id), "score", json_object_new_int (60));
}

/* A record whose id follows from scope, type and key: whoever makes it, it is the same one. */
static void
edit_keyed (Edit *edit, const char *type, const Field *fields, guint n)
{
  RuhuRecordType *record = ruhu_catalogue_get_record (edit->world->catalogue, type);
  json_object *key = json_object_new_object (), *target;
  g_autofree char *id = NULL;

  if (record->key->len > 0)
    {
      json_object_object_add (key, "kind", json_object_new_string (sim_random_chance (edit->random, 50) ? "A" : "B"));
      json_object_object_add (key, "year", json_object_new_int (2018));
    }
  id = ruhu_record_type_make_id (record, edit->scope, key);
  target = fields_of (edit, type, id);
  /* The page shows it already, or it is made here. */
  if (sim_oracle_find_record (edit->world->oracle, type, id) == NULL || sim_random_chance (edit->random, 30) || record->key->len > 0)
    {
      json_object_object_foreach (key, name, value)
      {
        json_object_object_add (target, name, json_object_get (value));
      }
    }
  set_fields (edit, target, fields, n);
  json_object_put (key);
}

/* The office can assign from any of its laptops. */
static void
edit_assignment (Edit *edit)
{
  SimRecord *record = choose_record (edit, "assignment", 20);
  SimUser *user = edit->world->users->pdata[sim_random_below (edit->random, edit->world->users->len)];
  g_autofree char *id = record != NULL ? g_strdup (record->id) : sim_world_dup_id (edit->world);
  json_object *fields = fields_of (edit, "assignment", id);

  if (record == NULL)
    {
      json_object_object_add (fields, "helper_id", json_object_new_string (user->id));
      json_object_object_add (fields, "from_date", json_object_new_string ("2018-01-01"));
    }
  json_object_object_add (fields, "to_date", sim_random_chance (edit->random, 50) ? json_object_new_string ("2018-05-01") : NULL);
}

static void
edit_once (Edit *edit)
{
  guint dice = sim_random_below (edit->random, 100);

  if (sim_random_chance (edit->random, edit->world->temper.narrow) && !sim_scope_is_village (edit->world, edit->scope))
    set_fields (edit, fields_of (edit, "household", edit->scope), household, 2);
  else if (edit->laptop != NULL && edit->office && sim_random_chance (edit->random, 15) && !sim_scope_is_village (edit->world, edit->scope))
    edit_assignment (edit);
  else if (edit->laptop != NULL && sim_scope_is_village (edit->world, edit->scope))
    edit_plain (edit, "infra", infra, G_N_ELEMENTS (infra), 25);
  else if (dice < 20)
    set_fields (edit, fields_of (edit, "household", edit->scope), household, G_N_ELEMENTS (household));
  else if (dice < 60)
    edit_plain (edit, "person", person, G_N_ELEMENTS (person), edit->world->temper.fresh);
  else if (dice < 75)
    edit_keyed (edit, "living", living, G_N_ELEMENTS (living));
  else if (dice < 85)
    edit_keyed (edit, "assessment", assessment, G_N_ELEMENTS (assessment));
  else if (dice < 92 || !edit->knows_new)
    edit_plain (edit, "visit", visit, 1, 100);
  else
    edit_plain (edit, "repair", repair, G_N_ELEMENTS (repair), 30);
}

/* By the fields' writers, and by who may delete what. */
gboolean
sim_change_is_allowed (SimOracle *oracle, SimChange *change, RuhuRole role)
{
  for (guint i = 0; i < change->writes->len; i++)
    {
      SimKey *key = sim_oracle_key (oracle, g_array_index (change->writes, SimWrite, i).key);
      const char *type = sim_oracle_record (oracle, key->record)->type;
      gboolean of_office = g_str_equal (type, "assignment") || g_str_equal (type, "helper") || g_str_equal (type, "village") || g_str_equal (type, "decision") ||
                           (g_str_equal (key->field, "deleted") && (g_str_equal (type, "household") || g_str_equal (type, "visit")));

      if ((role & (of_office ? RUHU_ROLE_OFFICE : RUHU_ROLE_OFFICE | RUHU_ROLE_HELPER | RUHU_ROLE_CADRE)) == 0)
        return FALSE;
    }
  return TRUE;
}

json_object *
sim_laptop_make_edit (SimLaptop *self, SimRandom *random, SimOpen *page)
{
  SimWorld *world = self->world;
  Edit edit = { world, self, random, page->scope, page->view, self->place->catalogue == world->today,
                ruhu_store_get_role (self->app) == RUHU_ROLE_OFFICE, json_object_new_object () };
  guint n = sim_random_between (random, 1, 3);

  if (world->plain)
    n = 1;
  for (guint i = 0; i < n; i++)
    edit_once (&edit);
  return edit.set;
}

json_object *
sim_township_make_edit (SimWorld *self, SimRandom *random, const char *scope, SimView *view)
{
  Edit edit = { self, NULL, random, scope, view, TRUE, TRUE, json_object_new_object () };

  edit_once (&edit);
  return edit.set;
}
