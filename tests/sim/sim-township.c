/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The township's side: its people and households, and what the office does with them. Whoever is at the township has seen everything in its log. */
#include "config.h"

#include "sim-world.h"

#include "ruhu-error.h"
#include "ruhu-store-review.h"

#include <json-c/json.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

gboolean
sim_scope_is_village (SimWorld *self, const char *scope)
{
  for (guint i = 0; i < self->villages->len; i++)
    if (g_str_equal (self->villages->pdata[i], scope))
      return TRUE;
  return FALSE;
}

/* Telling the oracle */

static gboolean
writes_too_high_a_score (SimWorld *self, SimChange *change)
{
  for (guint i = 0; i < change->writes->len; i++)
    {
      SimWrite *write = &g_array_index (change->writes, SimWrite, i);

      if (g_str_equal (sim_oracle_key (self->oracle, write->key)->field, "score") && write->value != NULL && atoi (write->value) > 50)
        return TRUE;
    }
  return FALSE;
}

/* What its user's withdrawn laptops might do before this one was enrolled, it may go on with. */
static gboolean
had_right (SimWorld *self, SimLaptop *laptop, SimChange *change)
{
  if (sim_oracle_holds (self->oracle, laptop->device, change->scope, change->seen))
    return TRUE;
  for (guint i = 0; i < self->laptops->len && change->seen <= laptop->enrolled; i++)
    {
      SimLaptop *other = self->laptops->pdata[i];

      if (other->user == laptop->user && other->revoked && sim_oracle_holds (self->oracle, other->device, change->scope, change->seen))
        return TRUE;
    }
  return FALSE;
}

/* What must become of a change at its arrival. */
static SimState
judge_arrival (SimWorld *self, SimChange *change, guint device)
{
  SimLaptop *laptop = NULL;

  if (g_str_equal (sim_oracle_device_id (self->oracle, device), "township"))
    return SIM_ACCEPTED;
  for (guint i = 0; i < self->laptops->len; i++)
    if (((SimLaptop *) self->laptops->pdata[i])->device == device)
      laptop = self->laptops->pdata[i];
  if (writes_too_high_a_score (self, change))
    return SIM_REFUSED;
  if (laptop == NULL || laptop->revoked || !had_right (self, laptop, change) ||
      !sim_change_is_allowed (self->oracle, change, sim_township_role_of_device (self, device)))
    return SIM_QUARANTINED;
  return SIM_ACCEPTED;
}

/* A decision that counts: what it speaks of must follow. The first acceptance stands for ever. */
static void
note_decision (SimWorld *self, SimChange *decision)
{
  json_object *root = strstr (decision->body, "\"decision\"") != NULL ? json_tokener_parse (decision->body) : NULL, *set = NULL, *records = NULL;

  if (json_object_object_get_ex (root, "set", &set) && json_object_object_get_ex (set, "decision", &records))
    {
      json_object_object_foreach (records, id, fields)
      {
        guint device = sim_oracle_device (self->oracle, json_object_get_string (json_object_object_get (fields, "device")));
        SimChange *target = sim_oracle_find (self->oracle, device, json_object_get_int64 (json_object_object_get (fields, "seq")));
        gboolean accept = json_object_get_boolean (json_object_object_get (fields, "accept"));

        (void) id;
        if (target != NULL && (target->state == SIM_QUARANTINED || (target->state == SIM_REFUSED && target->decision < 0 && accept)))
          {
            target->decision = accept ? 1 : -1;
            target->decided = decision->position;
          }
      }
    }
  json_object_put (root);
}

static gboolean
writes_once (SimWorld *self, SimChange *change)
{
  for (guint i = 0; i < change->writes->len; i++)
    if (g_str_equal (sim_oracle_record_of (self->oracle, g_array_index (change->writes, SimWrite, i).key)->type, "visit"))
      return TRUE;
  return FALSE;
}

/* The second entry of a change: right behind the decision on it, and as that says. What is written once may have been meanwhile. */
static void
observe_outcome (SimWorld *self, gint64 position, SimChange *change, SimState state)
{
  gboolean fits = change->decision > 0 ? state == SIM_ACCEPTED || writes_once (self, change) : change->decision < 0 && state == SIM_REFUSED;

  if (!fits || change->decided >= position)
    sim_fail (self, "at position %" G_GINT64_FORMAT " a quarantined change %s, which nobody decided: %s", position,
              state == SIM_ACCEPTED ? "takes effect" : "is refused", change->body);
  self->counts->decided++;
  change->position = position;
  change->state = state;
}

static void
observe_change (SimWorld *self, gint64 position, const char *device, gint64 seq, const char *body, SimState state, const char *reason)
{
  guint number = sim_oracle_device (self->oracle, device);
  SimChange *change = sim_oracle_find (self->oracle, number, seq);

  if (change == NULL && g_str_equal (device, "township"))
    {
      g_autofree char *scope = sim_body_dup_scope (body);
      SimView *view = sim_oracle_view_at (self->oracle, scope, position);

      change = sim_oracle_made (self->oracle, number, body, view);
      sim_view_unref (view);
    }
  if (change == NULL || change->state == SIM_ACCEPTED || !g_str_equal (change->body, body))
    {
      sim_fail (self, "the township has at position %" G_GINT64_FORMAT " what was not made so, or is there already: %s", position, body);
      return;
    }
  if (change->state != SIM_PENDING)
    observe_outcome (self, position, change, state);
  else
    {
      SimState expected = judge_arrival (self, change, number);

      change->position = position;
      change->state = state;
      self->counts->refused += state == SIM_REFUSED;
      self->counts->quarantined += state == SIM_QUARANTINED;
      if (state != expected)
        sim_fail (self, "the township took position %" G_GINT64_FORMAT " as %d (%s), not as %d: %s", position, state, reason, expected, body);
    }
  if (state == SIM_ACCEPTED)
    note_decision (self, change);
  g_ptr_array_index (self->by_position, position) = change;
  sim_say (self, "position %" G_GINT64_FORMAT " %s: %s", position, state == SIM_ACCEPTED ? "accepted" : reason, body);
}

static void
observe_entry (SimWorld *self, RuhuStatement *row)
{
  gint64 position = ruhu_statement_get_integer (row, 0);
  const char *kind = ruhu_statement_get_text (row, 1), *device = ruhu_statement_get_text (row, 2), *body = ruhu_statement_get_text (row, 5);

  if (position != self->observed + 1)
    sim_fail (self, "the township's log goes from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, self->observed, position);
  self->observed = position;
  g_ptr_array_set_size (self->by_position, (int) position + 1);
  if (g_str_equal (kind, "scope"))
    {
      gboolean granted = strstr (body, "\"grant\"") != NULL;

      *(granted ? &self->counts->grants : &self->counts->revocations) += 1;
      sim_oracle_granted (self->oracle, position, sim_oracle_device (self->oracle, device), ruhu_statement_get_text (row, 4), granted);
      sim_say (self, "position %" G_GINT64_FORMAT " %s: %s", position, device, body);
    }
  else
    observe_change (self, position, device, ruhu_statement_get_integer (row, 3), body,
                    g_str_equal (kind, "refused") ? SIM_REFUSED : g_str_equal (kind, "quarantined") ? SIM_QUARANTINED
                                                                                                    : SIM_ACCEPTED,
                    ruhu_statement_get_text (row, 6));
}

void
sim_township_observe (SimWorld *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuStatement) rows =
      ruhu_database_query (ruhu_store_get_database (self->store), "SELECT n, kind, device, seq, scope, body, reason FROM log WHERE n > ?1 ORDER BY n", &error,
                           "i", self->observed);

  while (self->failure == NULL && rows != NULL && ruhu_statement_next (rows, &error))
    observe_entry (self, rows);
  sim_expect (self, error == NULL, g_steal_pointer (&error), "reading the township's log");
}

/* Writing */

SimOutcome
sim_township_write (SimWorld *self, const char *scope, gboolean of_village, json_object *set)
{
  SimUser *office = self->users->pdata[0];
  g_autoptr (GError) error = NULL;
  SimOutcome outcome = SIM_NOT;
  gboolean ok;

  if (self->failure == NULL)
    {
      sim_begin (self, NULL, FALSE);
      ok = ruhu_ledger_write (self->ledger, office->id, scope, of_village, set, &error);
      outcome = sim_end (self, ok, &error, "writing at the township", TRUE);
    }
  json_object_put (set);
  if (outcome != SIM_NOT)
    sim_township_observe (self);
  return outcome;
}

/* One record's set, from name and value pairs up to NULL: values are strings. */
static json_object *
set_of (const char *type, const char *id, const char *name, ...)
{
  json_object *set = json_object_new_object (), *records = json_object_new_object (), *fields = json_object_new_object ();
  va_list arguments;

  va_start (arguments, name);
  for (; name != NULL; name = va_arg (arguments, const char *))
    {
      const char *value = va_arg (arguments, const char *);

      json_object_object_add (fields, name, value != NULL ? json_object_new_string (value) : NULL);
    }
  va_end (arguments);
  json_object_object_add (records, id, fields);
  json_object_object_add (set, type, records);
  return set;
}

static void
assign (SimWorld *self, guint user, const char *household, const char *until)
{
  g_autofree char *id = sim_world_dup_id (self);

  sim_township_write (self, household, FALSE,
                      set_of ("assignment", id, "helper_id", ((SimUser *) self->users->pdata[user])->id, "post", "A", "from_date", "2018-01-01", "to_date",
                              until, NULL));
}

static void
add_user (SimWorld *self, const char *role)
{
  SimUser *user = g_new0 (SimUser, 1);

  user->id = sim_world_dup_id (self);
  user->role = role;
  g_ptr_array_add (self->users, user);
  sim_township_write (self, RUHU_SCOPE_TOWNSHIP, FALSE,
                      set_of ("helper", user->id, "name", "Somebody", "role", role, "village_id",
                              self->villages->pdata[sim_random_below (&self->random, self->villages->len)], NULL));
}

void
sim_township_found (SimWorld *self)
{
  guint n_villages = sim_random_between (&self->random, 1, 2), n_households = (const guint[]){ 1, 2, 2, 3 }[sim_random_below (&self->random, 4)];
  guint n_helpers = (const guint[]){ 1, 2, 2, 3 }[sim_random_below (&self->random, 4)];

  /* The office is not there yet when its own record is written. */
  for (guint i = 0; i < n_villages; i++)
    g_ptr_array_add (self->villages, sim_world_dup_id (self));
  add_user (self, "office");
  for (guint i = 0; i < n_helpers; i++)
    add_user (self, "helper");
  if (sim_random_chance (&self->random, 40))
    add_user (self, "cadre");
  if (sim_random_chance (&self->random, 15))
    add_user (self, "inspector");
  for (guint i = 0; i < n_villages; i++)
    sim_township_write (self, RUHU_SCOPE_TOWNSHIP, FALSE, set_of ("village", self->villages->pdata[i], "name", "Village", NULL));
  for (guint i = 0; i < n_households && self->failure == NULL; i++)
    {
      char *id = sim_world_dup_id (self);

      g_ptr_array_add (self->households, id);
      sim_township_write (self, id, FALSE, set_of ("household", id, "village_id", self->villages->pdata[i % n_villages], "note", "new", NULL));
      for (guint k = 1; k <= n_helpers; k++)
        if (sim_random_chance (&self->random, 65))
          assign (self, k, id, NULL);
    }
}

/* The office's whims */

/* The value that stands, without its quotes; NULL: none. Transfer full. */
static char *
standing (SimWorld *self, SimRecord *record, const char *field)
{
  SimKey *key = sim_oracle_find_key (self->oracle, record->type, record->id, field);
  g_autoptr (GArray) heads = key != NULL ? sim_oracle_heads (self->oracle, key->number) : NULL;
  SimChange *winner = heads != NULL ? sim_oracle_winner (self->oracle, heads) : NULL;
  const char *value = winner != NULL ? sim_change_get_value (winner, key->number) : NULL;

  if (value == NULL)
    return NULL;
  return value[0] == '"' ? g_strndup (value + 1, strlen (value) - 2) : g_strdup (value);
}

static SimRecord *
choose_assignment (SimWorld *self, SimRandom *random)
{
  guint n = self->oracle->records->len, first = sim_random_below (random, n);

  for (guint i = 0; i < n; i++)
    {
      SimRecord *record = sim_oracle_record (self->oracle, (first + i) % n);

      if (g_str_equal (record->type, "assignment"))
        return record;
    }
  return NULL;
}

static void
change_assignment (SimWorld *self, SimRandom *random)
{
  SimRecord *record = choose_assignment (self, random);
  g_autofree char *until = NULL;

  if (record == NULL)
    return;
  until = standing (self, record, "to_date");
  /* One that has ended begins anew as often as one ends: the same household leaves a laptop and comes back. */
  sim_township_write (self, record->scope, FALSE, set_of ("assignment", record->id, "to_date", until == NULL ? "2018-05-01" : NULL, NULL));
}

static void
change_person (SimWorld *self, SimRandom *random)
{
  static const char *const roles[] = { "helper", "helper", "helper", "cadre", "office", "inspector" };
  SimUser *user = self->users->pdata[sim_random_below (random, self->users->len)];

  if (sim_random_chance (random, 50))
    sim_township_write (self, RUHU_SCOPE_TOWNSHIP, FALSE, set_of ("helper", user->id, "role", roles[sim_random_below (random, 6)], NULL));
  else
    sim_township_write (self, RUHU_SCOPE_TOWNSHIP, FALSE,
                        set_of ("helper", user->id, "village_id", self->villages->pdata[sim_random_below (random, self->villages->len)], NULL));
}

gboolean
sim_township_reconcile (SimWorld *self)
{
  g_autoptr (GError) error = NULL;
  SimOutcome outcome;
  gboolean ok;

  sim_begin (self, NULL, FALSE);
  ok = ruhu_ledger_reconcile (self->ledger, NULL, &error);
  outcome = sim_end (self, ok, &error, "reconciling", TRUE);
  if (outcome != SIM_NOT)
    sim_township_observe (self);
  return outcome != SIM_NOT;
}

void
sim_township_reassign (SimWorld *self, SimRandom *random)
{
  guint dice = sim_random_below (random, 100);
  const char *household = self->households->pdata[sim_random_below (random, self->households->len)];

  sim_say (self, "the office reassigns");
  if (dice < 60)
    change_assignment (self, random);
  else if (dice < 75)
    assign (self, sim_random_below (random, self->users->len), household, sim_random_chance (random, 30) ? "2018-06-02" : NULL);
  else if (dice < 85)
    change_person (self, random);
  else if (dice < 93)
    sim_township_write (self, household, FALSE,
                        set_of ("household", household, "village_id", self->villages->pdata[sim_random_below (random, self->villages->len)], NULL));
  else
    {
      self->now += 86400 * 1000;
      sim_township_reconcile (self);
    }
}

void
sim_township_edit (SimWorld *self, SimRandom *random)
{
  const char *household = self->households->pdata[sim_random_below (random, self->households->len)];
  SimView *view = sim_oracle_view_at (self->oracle, household, self->observed);

  sim_say (self, "the township edits %s", household);
  sim_township_write (self, household, FALSE, sim_township_make_edit (self, random, household, view));
  sim_view_unref (view);
}

/* Rights */

char *
sim_township_dup_role (SimWorld *self, guint user)
{
  SimRecord *record = sim_oracle_find_record (self->oracle, "helper", ((SimUser *) self->users->pdata[user])->id);

  return record != NULL ? standing (self, record, "role") : NULL;
}

RuhuRole
sim_township_role_of_device (SimWorld *self, guint device)
{
  for (guint i = 0; i < self->laptops->len; i++)
    {
      SimLaptop *laptop = self->laptops->pdata[i];
      g_autofree char *role = laptop->device == device ? sim_township_dup_role (self, laptop->user) : NULL;

      if (role != NULL)
        return ruhu_role_from_name (role);
    }
  return 0;
}

/* Today in the township: UTC+8. */
static char *
today (SimWorld *self)
{
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_utc (self->now / 1000 + 8 * 3600);

  return g_date_time_format (now, "%Y-%m-%d");
}

static void
add_right (GPtrArray *rights, const char *scope)
{
  if (!g_ptr_array_find_with_equal_func (rights, scope, g_str_equal, NULL))
    g_ptr_array_add (rights, g_strdup (scope));
}

static void
add_assigned (SimWorld *self, SimRecord *assignment, const char *helper, GPtrArray *rights)
{
  SimRecord *household = sim_oracle_find_record (self->oracle, "household", assignment->scope);
  g_autofree char *whose = standing (self, assignment, "helper_id");
  g_autofree char *from = standing (self, assignment, "from_date");
  g_autofree char *until = standing (self, assignment, "to_date");
  g_autofree char *village = household != NULL ? standing (self, household, "village_id") : NULL;
  g_autofree char *day = today (self);

  if (g_strcmp0 (whose, helper) != 0 || sim_record_is_deleted (self->oracle, assignment) || (from != NULL && strcmp (from, day) > 0) ||
      (until != NULL && strcmp (until, day) < 0))
    return;
  add_right (rights, assignment->scope);
  if (village != NULL)
    add_right (rights, village);
}

static void
add_of_village (SimWorld *self, SimRecord *household, const char *village, GPtrArray *rights)
{
  g_autofree char *where = standing (self, household, "village_id");

  if (g_strcmp0 (where, village) == 0 && !sim_record_is_deleted (self->oracle, household))
    add_right (rights, household->id);
}

GPtrArray *
sim_township_list_rights (SimWorld *self, guint user)
{
  GPtrArray *rights = g_ptr_array_new_with_free_func (g_free);
  const char *id = ((SimUser *) self->users->pdata[user])->id;
  SimRecord *helper = sim_oracle_find_record (self->oracle, "helper", id);
  g_autofree char *role = sim_township_dup_role (self, user);
  g_autofree char *village = standing (self, helper, "village_id");

  if (g_strcmp0 (role, "office") == 0 || g_strcmp0 (role, "inspector") == 0)
    {
      add_right (rights, "*");
      return rights;
    }
  add_right (rights, "township");
  if (g_strcmp0 (role, "cadre") == 0 && village != NULL)
    add_right (rights, village);
  for (guint i = 0; i < self->oracle->records->len; i++)
    {
      SimRecord *record = sim_oracle_record (self->oracle, i);

      if (g_strcmp0 (role, "helper") == 0 && g_str_equal (record->type, "assignment"))
        add_assigned (self, record, id, rights);
      else if (g_strcmp0 (role, "cadre") == 0 && village != NULL && g_str_equal (record->type, "household"))
        add_of_village (self, record, village, rights);
    }
  return rights;
}

/* Devices */

/* By the township's own list; else by what the simulation saw of it. */
gboolean
sim_laptop_was_revoked (SimLaptop *self)
{
  g_autoptr (GError) error = NULL;
  RuhuDevice *device = ruhu_ledger_get_device (self->world->ledger, self->id, &error);
  gboolean revoked = device != NULL && device->revoked != NULL;

  if (device == NULL)
    sim_expect (self->world, FALSE, g_steal_pointer (&error), "looking up a device");
  else
    ruhu_device_free (device);
  return revoked;
}

void
sim_township_revoke_device (SimWorld *self, SimRandom *random)
{
  SimLaptop *laptop = self->laptops->pdata[sim_random_below (random, self->laptops->len)];
  g_autoptr (GError) error = NULL;
  gboolean ok;

  sim_say (self, "the office revokes laptop %u", laptop->index);
  sim_begin (self, NULL, FALSE);
  ok = ruhu_ledger_revoke_device (self->ledger, laptop->id, &error);
  if (sim_end (self, ok, &error, "revoking a device", TRUE) == SIM_NOT)
    return;
  laptop->revoked = TRUE;
  sim_township_observe (self);
}

/* One whim of the office about what waits for it, or about what it refused before. */
void
sim_township_decide (SimWorld *self, SimRandom *random)
{
  guint n = self->oracle->changes->len, first = sim_random_below (random, n);

  for (guint i = 0; i < n; i++)
    {
      SimChange *change = sim_oracle_change (self->oracle, (first + i) % n);
      gboolean accept = sim_random_chance (random, 60);

      if (change->state != SIM_QUARANTINED && (change->state != SIM_REFUSED || change->decision >= 0))
        continue;
      sim_say (self, "the township %s what laptop %u sent as %" G_GINT64_FORMAT, accept ? "accepts" : "refuses", change->device, change->seq);
      sim_township_write (self, change->scope, sim_scope_is_village (self, change->scope),
                          ruhu_decision_make_set (self->store, change->scope, sim_oracle_device_id (self->oracle, change->device), change->seq, accept,
                                                  "no reason"));
      return;
    }
}

static gboolean
hand_drafts (SimLaptop *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuHandover) drafts = NULL;
  gboolean ok;

  sim_begin (self->world, self, FALSE);
  drafts = ruhu_replica_take_drafts (self->replica, 100000, &error);
  ok = drafts != NULL && ruhu_replica_drafts_handed (self->replica, drafts, &error);
  return sim_end (self->world, ok, &error, "handing drafts over", FALSE) != SIM_NOT;
}

/* Of a laptop that it withdrew the township takes everything into quarantine; when it has all, the laptop erases what it holds. */
void
sim_laptop_leave (SimLaptop *self)
{
  SimWorld *world = self->world;
  g_autoptr (GError) error = NULL;
  SimOutcome outcome;
  gboolean ok;

  if (!hand_drafts (self))
    return;
  self->leaving = TRUE;
  sim_begin (world, self, FALSE);
  ok = ruhu_replica_erase_sent (self->replica, NULL, &self->gone, &error);
  outcome = sim_end (world, ok, &error, "erasing", FALSE);
  self->leaving = FALSE;
  self->gone |= outcome == SIM_CAME;
  if (outcome == SIM_NOT || !self->gone)
    return;
  sim_say (world, "laptop %u is erased", self->index);
  world->counts->erased++;
  sim_view_forget (self->known, world->oracle, "*");
  g_hash_table_remove_all (self->held);
  g_ptr_array_set_size (self->opened, 0);
  g_clear_pointer (&self->page, ruhu_page_free);
  g_clear_pointer (&self->old_page, ruhu_page_free);
  g_clear_pointer (&self->filling, g_free);
}
