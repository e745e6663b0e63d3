/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way from the township: a page of the stream comes, and is taken in bit by bit; a backfill likewise. What was given is written down beside it. */
#include "config.h"

#include "sim-world.h"

#include "ruhu-error.h"

#include <string.h>

static SimChange *
change_at (SimWorld *self, gint64 position)
{
  return position > 0 && position < self->by_position->len ? self->by_position->pdata[position] : NULL;
}

/* Nobody is ever handed what is not theirs today, and what is handed over is what was accepted, byte for byte. */
static SimChange *
check_handed (SimLaptop *self, gint64 position, const char *line, gsize length)
{
  SimWorld *world = self->world;
  SimChange *change = change_at (world, position);

  if (change == NULL || change->state != SIM_ACCEPTED || change->position != position || strlen (change->body) != length || memcmp (change->body, line, length) != 0)
    {
      sim_fail (world, "laptop %u was handed, as position %" G_GINT64_FORMAT ", what is not there: %.*s", self->index, position, (int) length, line);
      return NULL;
    }
  return change;
}

/* What waits for the office is shown to nobody else. */
static void
check_waiting (SimLaptop *self, gint64 position, const char *line, gsize length)
{
  SimWorld *world = self->world;
  SimChange *change = change_at (world, position);

  if (change == NULL || strlen (change->body) != length || memcmp (change->body, line, length) != 0)
    sim_fail (world, "laptop %u was shown, as position %" G_GINT64_FORMAT ", what is not there: %.*s", self->index, position, (int) length, line);
  else if (!sim_oracle_holds_exactly (world->oracle, self->device, RUHU_SCOPE_QUARANTINE, G_MAXINT64))
    sim_fail (world, "laptop %u was shown position %" G_GINT64_FORMAT ", which waits for the office", self->index, position);
}

static void
check_page (SimLaptop *self, RuhuPage *page)
{
  SimWorld *world = self->world;

  for (guint i = 0; i < page->entries->len && world->failure == NULL; i++)
    {
      RuhuEntry *entry = &g_array_index (page->entries, RuhuEntry, i);
      SimChange *change = entry->kind == RUHU_ENTRY_CHANGE ? check_handed (self, entry->position, entry->change, entry->change_length) : NULL;

      if (entry->kind == RUHU_ENTRY_QUARANTINED)
        check_waiting (self, entry->position, entry->change, entry->change_length);
      if (change != NULL && !sim_oracle_holds (world->oracle, self->device, change->scope, G_MAXINT64))
        sim_fail (world, "laptop %u was handed position %" G_GINT64_FORMAT " of %s, which is not its own today", self->index, entry->position, change->scope);
      if (change != NULL && change->device == self->device)
        sim_fail (world, "laptop %u was handed its own change %" G_GINT64_FORMAT, self->index, change->seq);
    }
}

static void
fetch_page (SimLaptop *self, SimRandom *random)
{
  static const gsize sizes[] = { 1, 400, 2000, 100000 };
  SimWorld *world = self->world;
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *hash = NULL;
  gint64 cursor;
  gboolean news;

  if (!ruhu_replica_get_cursor (self->replica, &cursor, &hash, &error) || !ruhu_ledger_has_news (world->ledger, self->id, cursor, &news, &error) ||
      !ruhu_ledger_stream (world->ledger, self->id, cursor, hash, random != NULL && !world->plain ? sizes[sim_random_below (random, world->temper.bits ? 1 : 4)] : sizes[3], lines, &error))
    {
      sim_expect (world, FALSE, g_steal_pointer (&error), "fetching a page");
      return;
    }
  if (cursor != self->cursor)
    sim_fail (world, "laptop %u's cursor is %" G_GINT64_FORMAT ", not %" G_GINT64_FORMAT, self->index, cursor, self->cursor);
  self->page = ruhu_page_parse (lines->str, lines->len, &error);
  self->next = 0;
  if (self->page == NULL)
    {
      sim_fail (world, "a page does not parse: %s: %s", error->message, lines->str);
      return;
    }
  if (self->page->entries->len > 0)
    sim_say (world, "laptop %u fetches from %" G_GINT64_FORMAT ":\n%s", self->index, cursor, lines->str);
  check_page (self, self->page);
  if (self->page->until <= cursor && cursor < world->observed)
    sim_fail (world, "laptop %u is never brought beyond %" G_GINT64_FORMAT, self->index, cursor);
  if (!news && self->page->entries->len > 0)
    sim_fail (world, "laptop %u had news without being told", self->index);
}

/* Writes down what a laptop was given. */
static void
take_in (SimLaptop *self, const RuhuEntry *entry)
{
  SimOracle *oracle = self->world->oracle;
  SimChange *change = change_at (self->world, entry->position);

  if (entry->kind == RUHU_ENTRY_REVOKE ? entry->position < self->cursor : entry->position <= self->cursor)
    return;
  self->cursor = entry->position;
  if (entry->kind == RUHU_ENTRY_REVOKE)
    {
      sim_view_forget (self->known, oracle, entry->scope);
      if (g_str_equal (entry->scope, "*"))
        g_hash_table_remove_all (self->held);
      g_hash_table_remove (self->held, entry->scope);
    }
  else if (entry->kind == RUHU_ENTRY_ECHO)
    {
      self->echoed = MAX (self->echoed, entry->seq);
      change = sim_oracle_find (oracle, self->device, entry->seq);
      if (change != NULL)
        change->undone = entry->reason != NULL;
    }
  else if (entry->kind == RUHU_ENTRY_CHANGE && change != NULL && sim_laptop_holds (self, change->scope))
    for (guint i = 0; i < change->writes->len; i++)
      sim_view_add (self->known, g_array_index (change->writes, SimWrite, i).key, change->number);
}

/* The laptop would go no further before a backfill. @perhaps: or it was stopped. */
static void
begin_filling (SimLaptop *self, const RuhuEntry *entry, gboolean perhaps)
{
  SimWorld *world = self->world;
  SimChange *own = entry->kind == RUHU_ENTRY_ECHO ? sim_oracle_find (world->oracle, self->device, entry->seq) : NULL;
  const char *scope = own != NULL ? own->scope : entry->scope;
  g_autofree char *filling = NULL;
  g_autoptr (GError) error = NULL;
  gint64 at;

  if (!ruhu_replica_get_backfill (self->replica, &filling, &at, NULL, &error))
    {
      sim_expect (world, FALSE, g_steal_pointer (&error), "asking for the backfill");
      return;
    }
  if (perhaps && filling == NULL)
    return;
  if (entry->kind == RUHU_ENTRY_CHANGE || entry->kind == RUHU_ENTRY_REVOKE || (own != NULL && own->undone == (entry->reason != NULL)) || at != entry->position ||
      g_strcmp0 (filling, scope) != 0)
    {
      sim_fail (world, "laptop %u stopped at position %" G_GINT64_FORMAT " and wants %s at %" G_GINT64_FORMAT, self->index, entry->position, filling, at);
      return;
    }
  sim_say (world, "laptop %u needs %s at %" G_GINT64_FORMAT, self->index, scope, at);
  world->counts->backfills++;
  self->filling = g_steal_pointer (&filling);
  self->filling_at = at;
  g_clear_pointer (&self->filled, sim_view_unref);
  self->filled = sim_view_new ();
}

/* How far the store came with entries of which it does not say how many it took. */
static guint
count_applied (SimLaptop *self, const RuhuEntry *entries, guint n)
{
  g_autoptr (GError) error = NULL;
  gint64 cursor = 0;
  guint done = 0;

  if (!ruhu_replica_get_cursor (self->replica, &cursor, NULL, &error))
    return sim_expect (self->world, FALSE, g_steal_pointer (&error), "reading the cursor") ? 0 : 0;
  while (done < n && entries[done].position <= cursor)
    done++;
  return done;
}

/* FALSE: the page is to be left alone. */
static gboolean
apply_entries (SimLaptop *self, RuhuPage *page, guint first, guint n, guint *applied)
{
  SimWorld *world = self->world;
  const RuhuEntry *entries = (const RuhuEntry *) (gconstpointer) page->entries->data + first;
  g_autoptr (GError) error = NULL;
  SimOutcome outcome;
  gsize done = 0;
  gboolean ok;

  sim_begin (world, self, FALSE);
  ok = ruhu_replica_apply (self->replica, entries, n, &done, &error);
  outcome = sim_end (world, ok, &error, "applying a page", FALSE);
  if (outcome == SIM_NOT)
    return FALSE;
  if (outcome == SIM_CAME)
    done = count_applied (self, entries, n);
  for (gsize i = 0; i < done; i++)
    take_in (self, &entries[i]);
  sim_say (world, "laptop %u takes in %" G_GSIZE_FORMAT " of %u, comes to %" G_GINT64_FORMAT, self->index, done, n, self->cursor);
  *applied = (guint) done;
  if (done < n)
    begin_filling (self, &entries[done], outcome == SIM_CAME);
  return outcome == SIM_DONE && !self->daemon_died;
}

static void
take_page (SimLaptop *self, SimRandom *random)
{
  SimWorld *world = self->world;
  guint left = self->page->entries->len - self->next, n = left, applied = 0;
  g_autoptr (GError) error = NULL;
  SimOutcome outcome;
  gboolean ok;

  if (random != NULL && !world->plain && sim_random_chance (random, 40))
    n = sim_random_below (random, left + 1);
  if (n > 0 && !apply_entries (self, self->page, self->next, n, &applied))
    {
      /* Whatever of it was taken in is behind the cursor, and passed over when it comes again. */
      g_clear_pointer (&self->page, ruhu_page_free);
      return;
    }
  self->next += applied;
  if (world->failure != NULL || self->next < self->page->entries->len || (random != NULL && sim_random_chance (random, 10)))
    return;
  sim_begin (world, self, FALSE);
  ok = ruhu_replica_advance (self->replica, self->page->until, self->page->hash, &error);
  outcome = sim_end (world, ok, &error, "closing a page", FALSE);
  if (outcome == SIM_NOT)
    return;
  self->cursor = MAX (self->cursor, self->page->until);
  g_clear_pointer (&self->old_page, ruhu_page_free);
  self->old_page = g_steal_pointer (&self->page);
}

/* The scope is whole: what was filled in, and on top what the township had not confirmed. */
static void
end_filling (SimLaptop *self, gboolean given)
{
  SimOracle *oracle = self->world->oracle;
  SimChange *own = change_at (self->world, self->filling_at);

  sim_view_forget (self->known, oracle, self->filling);
  if (own != NULL && own->device == self->device)
    {
      own->undone = own->state != SIM_ACCEPTED || own->position != self->filling_at;
      self->echoed = MAX (self->echoed, own->seq);
    }
  for (guint i = 0; given && i < self->filled->pairs->len; i++)
    {
      guint64 pair = g_array_index (self->filled->pairs, guint64, i);

      sim_view_add (self->known, (guint) (pair >> 32), (guint) pair);
    }
  for (gint64 seq = self->echoed + 1; given && sim_oracle_find (oracle, self->device, seq) != NULL; seq++)
    {
      SimChange *change = sim_oracle_find (oracle, self->device, seq);

      for (guint i = 0; i < change->writes->len; i++)
        if (g_str_equal (self->filling, "*") || g_str_equal (self->filling, change->scope))
          sim_view_add (self->known, g_array_index (change->writes, SimWrite, i).key, change->number);
    }
  if (given && !sim_laptop_holds (self, self->filling))
    g_hash_table_add (self->held, g_strdup (self->filling));
  else if (!given)
    g_hash_table_remove (self->held, self->filling);
  self->cursor = MAX (self->cursor, self->filling_at);
  self->building = FALSE;
  g_clear_pointer (&self->filling, g_free);
}

static void
note_filled (SimLaptop *self, RuhuBackfillEntry *entry)
{
  SimWorld *world = self->world;
  SimChange *change;

  if (entry->reason != NULL)
    return check_waiting (self, entry->position, entry->change, entry->change_length);
  change = check_handed (self, entry->position, entry->change, entry->change_length);
  if (change == NULL)
    return;
  if (entry->position > self->filling_at || !sim_oracle_holds (world->oracle, self->device, change->scope, G_MAXINT64))
    sim_fail (world, "laptop %u was given position %" G_GINT64_FORMAT " of %s in a backfill of %s at %" G_GINT64_FORMAT, self->index, entry->position,
              change->scope, self->filling, self->filling_at);
  json_object_object_foreach (entry->fields, type, records)
  {
    json_object_object_foreach (records, id, names)
    {
      for (gsize i = 0; i < json_object_array_length (names); i++)
        {
          SimKey *key = sim_oracle_find_key (world->oracle, type, id, json_object_get_string (json_object_array_get_idx (names, i)));

          if (key == NULL)
            sim_fail (world, "laptop %u was given a field that nobody wrote", self->index);
          else
            sim_view_add (self->filled, key->number, change->number);
        }
    }
  }
}

/* It was stopped when it had the last page, and made rows of it: it will ask for that page once more. */
static gboolean
is_still_filling (SimLaptop *self)
{
  g_autofree char *scope = NULL;
  g_autoptr (GError) error = NULL;
  gint64 at = 0;

  if (!ruhu_replica_get_backfill (self->replica, &scope, &at, NULL, &error))
    return sim_expect (self->world, FALSE, g_steal_pointer (&error), "asking for the backfill");
  return at == self->filling_at && g_strcmp0 (scope, self->filling) == 0;
}

static void
fill (SimLaptop *self, SimRandom *random)
{
  static const gsize sizes[] = { 1, 1, 1500, 100000 };
  SimWorld *world = self->world;
  g_autoptr (RuhuBackfillPage) page = NULL;
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *scope = NULL, *cookie = NULL;
  SimOutcome outcome;
  gboolean ok;
  gint64 at;

  if (!ruhu_replica_get_backfill (self->replica, &scope, &at, &cookie, &error))
    return (void) sim_expect (world, FALSE, g_steal_pointer (&error), "going on with a backfill");
  if (g_strcmp0 (scope, self->filling) != 0 || at != self->filling_at)
    return sim_fail (world, "laptop %u forgot its backfill of %s: now %s", self->index, self->filling, scope);
  if (!ruhu_ledger_backfill (world->ledger, self->id, scope, at, cookie, random != NULL && !world->plain ? sizes[sim_random_below (random, 4)] : sizes[3], lines, &error))
    {
      if (!g_error_matches (error, RUHU_ERROR, RUHU_ERROR_FORBIDDEN) || sim_oracle_holds_exactly (world->oracle, self->device, scope, G_MAXINT64) ||
          (!g_str_equal (scope, RUHU_SCOPE_QUARANTINE) && sim_oracle_holds (world->oracle, self->device, scope, G_MAXINT64)))
        return (void) sim_expect (world, FALSE, g_steal_pointer (&error), "backfilling");
      g_clear_error (&error);
      sim_say (world, "laptop %u may not have %s any more", self->index, scope);
      world->counts->given_up++;
      sim_begin (world, self, FALSE);
      ok = ruhu_replica_refuse_backfill (self->replica, &error);
      if (sim_end (world, ok, &error, "giving up a backfill", FALSE) != SIM_NOT)
        end_filling (self, FALSE);
      return;
    }
  page = ruhu_backfill_page_parse (lines->str, lines->len, &error);
  if (page == NULL)
    return sim_fail (world, "a page of a backfill does not parse: %s", error->message);
  sim_say (world, "laptop %u is filled:\n%s", self->index, lines->str);
  /* The page may be lost on its way. */
  if (random != NULL && sim_random_chance (random, 10))
    return;
  sim_fault_threaten (self);
  sim_begin (world, self, FALSE);
  ok = ruhu_replica_backfill (self->replica, (const RuhuBackfillEntry *) (gconstpointer) page->entries->data, page->entries->len, page->next, &error);
  outcome = sim_end (world, ok, &error, "taking in a backfill", FALSE);
  if (outcome == SIM_NOT)
    return;
  for (guint i = 0; i < page->entries->len; i++)
    note_filled (self, &g_array_index (page->entries, RuhuBackfillEntry, i));
  /* It stays so when pages come again, be they smaller ones. */
  self->building = (self->building || (page->next == NULL && outcome == SIM_CAME)) && is_still_filling (self);
  if (page->next == NULL && !self->building)
    end_filling (self, TRUE);
}

/* One step of the daemon's. @random NULL: as things go when nothing goes wrong. */
void
sim_laptop_fetch (SimLaptop *self, SimRandom *random)
{
  guint applied;

  if (self->gone)
    return;
  if (self->revoked)
    return sim_laptop_leave (self);
  if (self->filling != NULL)
    fill (self, random);
  else if (self->page != NULL)
    take_page (self, random);
  else if (random != NULL && self->old_page != NULL && self->old_page->entries->len > 0 && sim_random_chance (random, 10))
    {
      sim_say (self->world, "laptop %u is given an old page again", self->index);
      self->world->counts->repeated++;
      apply_entries (self, self->old_page, 0, self->old_page->entries->len, &applied);
    }
  else
    fetch_page (self, random);
}

void
sim_laptop_finish (SimLaptop *self)
{
  if (self->page == NULL && self->filling == NULL && self->cursor == self->world->observed && !self->revoked)
    return;
  for (guint i = 0; i < 300 && self->world->failure == NULL && !self->gone; i++)
    {
      if (self->revoked)
        return sim_laptop_leave (self);
      sim_laptop_recover (self);
      sim_laptop_fetch (self, NULL);
      /* It goes on when there is space again. */
      if (sim_laptop_is_full (self) || (self->page == NULL && self->filling == NULL && self->cursor >= self->world->observed))
        return;
    }
  if (self->world->failure == NULL && !self->gone)
    sim_fail (self->world, "laptop %u does not come to an end", self->index);
}
