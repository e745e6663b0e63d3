/* SPDX-License-Identifier: GPL-3.0-or-later */
/* People at their laptops: they open a household's file, leave it open, and save. */
#include "config.h"

#include "sim-world.h"

#include "ruhu-error.h"
#include "ruhu-store-query.h"

#include <json-c/json.h>
#include <string.h>

#define MAX_OPEN 3

gboolean
sim_laptop_holds (SimLaptop *self, const char *scope)
{
  return g_hash_table_contains (self->held, scope) || g_hash_table_contains (self->held, "*");
}

static gboolean
is_filling (SimLaptop *self, const char *scope)
{
  return self->filling != NULL && (g_str_equal (self->filling, "*") || g_str_equal (self->filling, scope));
}

/* What is on the screen while a scope is only half there: the heads shown, and what this person was shown when they wrote the ones of their own among them. */
static SimView *
view_of_screen (SimLaptop *self, const char *scope)
{
  SimView *shown = sim_laptop_read_heads (self, scope);
  SimOracle *oracle = self->world->oracle;

  for (guint i = 0; shown != NULL && i < shown->pairs->len; i++)
    {
      guint64 pair = g_array_index (shown->pairs, guint64, i);
      SimKey *key = sim_oracle_key (oracle, (guint) (pair >> 32));
      SimChange *head = sim_oracle_change (oracle, (guint) pair);

      if (head->device != self->device || head->state == SIM_ACCEPTED)
        continue;
      for (guint j = 0; j < key->writers->len; j++)
        {
          guint number = g_array_index (key->writers, guint, j);

          /* Sorted: what is put in before the index is shown again, what comes behind it will be. */
          if (number != head->number && sim_oracle_knew (oracle, head, key->number, sim_oracle_change (oracle, number)) &&
              !sim_view_has (shown, key->number, number))
            {
              sim_view_add (shown, key->number, number);
              i = 0;
            }
        }
    }
  return shown;
}

static gboolean
can_open (SimLaptop *self, const char *scope)
{
  RuhuHousehold *household = ruhu_store_open_household (self->app, scope, NULL);

  ruhu_household_free (household);
  return household != NULL;
}

static SimOpen *
open_page (SimLaptop *self, const char *scope)
{
  SimWorld *world = self->world;
  g_autoptr (GError) error = NULL;
  SimOpen *page;
  SimView *view;
  gint64 seen;

  if (!ruhu_store_get_seen (self->app, &seen, &error))
    {
      sim_expect (world, FALSE, g_steal_pointer (&error), "reading `seen`");
      return NULL;
    }
  if (seen != (self->building ? self->filling_at : self->cursor))
    sim_fail (world, "laptop %u has seen %" G_GINT64_FORMAT ", not %" G_GINT64_FORMAT, self->index, seen, self->cursor);
  if (is_filling (self, scope))
    view = can_open (self, scope) ? view_of_screen (self, scope) : NULL;
  else if (!sim_laptop_holds (self, scope))
    /* Nobody can: it is a laptop that lies about what it has seen. */
    view = sim_oracle_view_at (world->oracle, scope, seen);
  else
    {
      sim_check_scope (self, scope);
      view = sim_view_snapshot (self->known, world->oracle, scope);
    }
  if (view == NULL)
    return NULL;
  page = g_new0 (SimOpen, 1);
  page->scope = g_strdup (scope);
  page->of_village = sim_scope_is_village (world, scope);
  page->seen = seen;
  page->view = view;
  return page;
}

/* A scope that is on this laptop, or now and then one that is not. */
static const char *
choose_scope (SimLaptop *self, SimRandom *random)
{
  SimWorld *world = self->world;
  guint n = world->households->len + world->villages->len;
  guint first = sim_random_below (random, n);
  gboolean any = sim_random_chance (random, 3);

  for (guint i = 0; i < n; i++)
    {
      guint k = (first + i) % n;
      const char *scope = k < world->households->len ? world->households->pdata[k] : world->villages->pdata[k - world->households->len];

      if (any || sim_laptop_holds (self, scope))
        return scope;
    }
  return NULL;
}

/* What is being typed is kept on disk with the `seen` of the page. */
static void
keep_draft (SimLaptop *self, SimOpen *page)
{
  json_object *body = json_object_new_object ();
  g_autoptr (GError) error = NULL;
  gboolean ok;

  page->draft = sim_world_dup_id (self->world);
  sim_begin (self->world, self, TRUE);
  ok = ruhu_store_put_draft (self->app, page->draft, "visit", page->scope, page->seen, body, &error);
  if (sim_end (self->world, ok, &error, "keeping a draft", TRUE) == SIM_NOT)
    g_clear_pointer (&page->draft, g_free);
  json_object_put (body);
}

void
sim_laptop_look (SimLaptop *self, SimRandom *random)
{
  const char *scope = choose_scope (self, random);
  SimOpen *page;

  if (self->gone || scope == NULL)
    return;
  page = open_page (self, scope);
  if (page == NULL)
    return;
  sim_say (self->world, "laptop %u opens %s at %" G_GINT64_FORMAT, self->index, scope, page->seen);
  if (sim_random_chance (random, 40))
    keep_draft (self, page);
  /* An app that was killed shows what it had kept, nothing else. */
  if (self->app_died && page->draft == NULL)
    {
      sim_open_free (page);
      return;
    }
  g_ptr_array_add (self->opened, page);
  if (self->opened->len > MAX_OPEN)
    g_ptr_array_remove_index (self->opened, 0);
}

/* Takes a page that was left open, or opens one. Transfer full. */
static SimOpen *
take_page (SimLaptop *self, SimRandom *random)
{
  const char *scope;

  /* The worst moment to save is while the household is being filled in. */
  for (guint i = 0; self->filling != NULL && i < self->opened->len; i++)
    if (is_filling (self, ((SimOpen *) self->opened->pdata[i])->scope) && sim_random_chance (random, 70))
      return g_ptr_array_steal_index (self->opened, i);
  if (self->opened->len > 0 && sim_random_chance (random, 35))
    return g_ptr_array_steal_index (self->opened, sim_random_below (random, self->opened->len));
  scope = choose_scope (self, random);
  return scope == NULL ? NULL : open_page (self, scope);
}

static char *
read_last_body (SimLaptop *self, gint64 seq)
{
  g_autoptr (GError) error = NULL;
  char *body = NULL;

  if (!ruhu_database_get_text (ruhu_store_get_database (self->app), "SELECT body FROM log WHERE device = ?1 AND seq = ?2", &body, &error, "si",
                               self->id, seq))
    sim_expect (self->world, FALSE, g_steal_pointer (&error), "reading the log");
  return body;
}

/* Tells the oracle of a change that was saved; what went into the log must be what was typed. */
static void
note_saved (SimLaptop *self, const RuhuEdit *edit, SimOpen *page, gint64 seq)
{
  SimWorld *world = self->world;
  g_autofree char *body = self->world->failure == NULL ? read_last_body (self, seq) : NULL;
  SimChange *change = body != NULL ? sim_oracle_made (world->oracle, self->device, body, page->view) : NULL;
  guint n = 0;

  if (change == NULL || change->seq != seq || g_strcmp0 (change->scope, edit->scope) != 0)
    {
      sim_fail (world, "laptop %u saved change %" G_GINT64_FORMAT ", but its log says: %s", self->index, seq, body);
      return;
    }
  json_object_object_foreach (edit->set, type, records)
  {
    json_object_object_foreach (records, id, fields)
    {
      json_object_object_foreach (fields, field, value)
      {
        SimKey *key = sim_oracle_find_key (world->oracle, type, id, field);
        const char *text = value == NULL ? NULL : json_object_to_json_string_ext (value, JSON_C_TO_STRING_PLAIN);

        n++;
        if (key == NULL || g_strcmp0 (sim_change_get_value (change, key->number), text) != 0)
          sim_fail (world, "laptop %u saved change %" G_GINT64_FORMAT " without %s.%s", self->index, seq, type, field);
        else if (sim_laptop_holds (self, page->scope))
          sim_view_add (self->known, key->number, change->number);
      }
    }
  }
  if (n != change->writes->len)
    sim_fail (world, "laptop %u saved change %" G_GINT64_FORMAT " with more than was typed", self->index, seq);
  sim_say (world, "laptop %u saves %" G_GINT64_FORMAT " seen %" G_GINT64_FORMAT ": %s", self->index, seq, page->seen, body);
}

static gint64
count_log (SimLaptop *self)
{
  g_autoptr (GError) error = NULL;
  gint64 n = -1;

  if (!ruhu_database_get_integer (ruhu_store_get_database (self->app), "SELECT count(*) FROM log", -1, &n, &error, ""))
    sim_expect (self->world, FALSE, g_steal_pointer (&error), "counting the log");
  return n;
}

/* What no laptop may save: a value beyond every bound. */
static json_object *
make_nonsense (SimWorld *world, const char *scope)
{
  json_object *set = json_object_new_object (), *records = json_object_new_object (), *fields = json_object_new_object ();
  g_autofree char *id = sim_world_dup_id (world);

  json_object_object_add (fields, "score", json_object_new_int (500));
  json_object_object_add (records, id, fields);
  json_object_object_add (set, "person", records);
  return set;
}

static void
expect_refused_save (SimLaptop *self, const RuhuEdit *edit, RuhuError code)
{
  g_autoptr (GError) error = NULL;
  gint64 before = count_log (self), seq = 0;
  SimOutcome outcome;
  gboolean saved;

  sim_begin (self->world, self, TRUE);
  saved = ruhu_store_save (self->app, edit, &seq, &error);
  outcome = sim_end (self->world, saved, &error, NULL, TRUE);
  if (outcome == SIM_NOT && error == NULL)
    return;
  if (outcome != SIM_NOT)
    sim_fail (self->world, "laptop %u saved what it must not (%s)", self->index, ruhu_error_get_name (code));
  else if (!g_error_matches (error, RUHU_ERROR, (int) code) && !g_error_matches (error, RUHU_ERROR, RUHU_ERROR_FORBIDDEN))
    sim_fail (self->world, "laptop %u: saving should say %s, it says: %s", self->index, ruhu_error_get_name (code), error->message);
  else if (count_log (self) != before)
    sim_fail (self->world, "laptop %u refused a save, and changed its log", self->index);
}

static gboolean
shows (SimLaptop *self, const char *type, const char *id, const char *field)
{
  SimOracle *oracle = self->world->oracle;
  SimKey *key = sim_oracle_find_key (oracle, type, id, field);
  g_autoptr (GArray) heads = key != NULL ? sim_oracle_heads_in (oracle, key->number, self->known, self->device) : NULL;

  return heads != NULL && heads->len > 0;
}

/* Whether a record lacks, for the time being, what it must have: a backfill brings no head that was superseded since, and what superseded it is still in the stream. */
static gboolean
is_incomplete (SimLaptop *self, json_object *set)
{
  static const char *const required[][2] = { { "household", "village_id" }, { "assignment", "helper_id" }, { "assignment", "from_date" } };
  json_object *records = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (required); i++)
    if (json_object_object_get_ex (set, required[i][0], &records))
      {
        json_object_object_foreach (records, id, fields)
        {
          if (!json_object_object_get_ex (fields, required[i][1], NULL) && !shows (self, required[i][0], id, required[i][1]))
            return TRUE;
        }
      }
  return FALSE;
}

/* The seq that the next change of this laptop gets. */
static gint64
next_seq (SimLaptop *self)
{
  gint64 seq = 1;

  while (sim_oracle_find (self->world->oracle, self->device, seq) != NULL)
    seq++;
  return seq;
}

static void
save_edit (SimLaptop *self, RuhuEdit *edit, SimOpen *page)
{
  SimWorld *world = self->world;
  g_autoptr (GError) error = NULL;
  gint64 seq = 0;
  gboolean ok;
  SimOutcome outcome;

  sim_begin (world, self, TRUE);
  ok = ruhu_store_save (self->app, edit, &seq, &error);
  outcome = sim_end (world, ok, &error, NULL, TRUE);
  if (outcome != SIM_NOT)
    {
      note_saved (self, edit, page, outcome == SIM_DONE ? seq : next_seq (self));
      world->counts->stale += page->seen < self->cursor;
      world->counts->half += is_filling (self, page->scope);
      world->counts->drafts += page->draft != NULL && !sim_laptop_holds (self, page->scope);
      g_clear_pointer (&page->draft, g_free);
    }
  else if (error == NULL)
    {
      sim_say (world, "laptop %u has not saved", self->index);
      sim_laptop_find_draft (self, page);
    }
  else if (is_incomplete (self, edit->set) && g_error_matches (error, RUHU_ERROR, RUHU_ERROR_INVALID))
    sim_say (world, "laptop %u waits with %s: %s", self->index, page->scope, error->message);
  else if (!is_filling (self, page->scope) || !g_error_matches (error, RUHU_ERROR, RUHU_ERROR_FORBIDDEN))
    sim_fail (world, "laptop %u could not save in %s: %s: %s", self->index, page->scope, error->message,
              json_object_to_json_string_ext (edit->set, JSON_C_TO_STRING_PLAIN));
}

static void
save_page (SimLaptop *self, SimRandom *random, SimOpen *page)
{
  SimWorld *world = self->world;
  RuhuEdit edit = { page->scope, page->of_village, NULL, page->seen, NULL, page->draft };

  if (!is_filling (self, page->scope) && !sim_laptop_holds (self, page->scope) && page->draft == NULL)
    {
      edit.set = sim_laptop_make_edit (self, random, page);
      expect_refused_save (self, &edit, RUHU_ERROR_FORBIDDEN);
    }
  else if (ruhu_store_get_role (self->app) == RUHU_ROLE_INSPECTOR)
    {
      edit.set = sim_laptop_make_edit (self, random, page);
      expect_refused_save (self, &edit, RUHU_ERROR_INVALID);
    }
  else if (!page->of_village && !is_filling (self, page->scope) && sim_random_chance (random, 1))
    {
      edit.set = make_nonsense (world, page->scope);
      expect_refused_save (self, &edit, RUHU_ERROR_INVALID);
    }
  else
    {
      edit.set = sim_laptop_make_edit (self, random, page);
      save_edit (self, &edit, page);
    }
  json_object_put (edit.set);
}

void
sim_laptop_work (SimLaptop *self, SimRandom *random)
{
  SimOpen *page;

  if (self->gone)
    return;
  page = take_page (self, random);
  if (page == NULL)
    return;
  if (self->world->failure == NULL)
    save_page (self, random, page);
  /* An app that shows the page again after saving opens it anew; one that does not keeps its `seen`. */
  if (self->opened->len < MAX_OPEN && (!self->app_died || page->draft != NULL) && sim_random_chance (random, 40))
    g_ptr_array_add (self->opened, page);
  else
    sim_open_free (page);
}
