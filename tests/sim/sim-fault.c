/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Disks that break under a township and its laptops: the power goes, a program is killed, the disk is full, a write or a sync fails. Whoever was told that something is done
 * finds it there afterwards; whoever was not finds all of it or nothing. Which of the two it was is read from the store, by what it holds before and after. */
#include "config.h"

#include "sim-world.h"

#include "ruhu-error.h"
#include "ruhu-fault-memory.h"

#include <string.h>

/* All that matters of a laptop's store but what is derived, as one text. `scrub` is a note of the store to itself about its own file. */
#define LAPTOP                                                                                                                                              \
  "SELECT coalesce ((SELECT group_concat (key || '=' || value, ' ') FROM (SELECT key, value FROM meta WHERE key <> 'scrub' ORDER BY key)), '') || '|' || "  \
  "coalesce ((SELECT group_concat (n || kind || coalesce (position, '-') || ':' || sent || time, ' ') FROM (SELECT * FROM log ORDER BY n)), '') || '|' || " \
  "coalesce ((SELECT group_concat (scope, ' ') FROM (SELECT scope FROM scope ORDER BY scope)), '') || '|' || "                                              \
  "coalesce ((SELECT group_concat (id, ' ') FROM (SELECT id FROM draft ORDER BY id)), '') || '|' || "                                                       \
  "(SELECT count (*) || ' ' || total (change) FROM head)"

/* Whatever the township does is in its log, or in its list of devices. */
#define TOWNSHIP                                                                                                                  \
  "SELECT (SELECT count (*) FROM log) || '|' || (SELECT count (*) || ' ' || total (coalesce (until, 0)) FROM granted) || '|' || " \
  "coalesce ((SELECT group_concat (id || ':' || last_seq || coalesce (revoked, '-'), ' ') FROM (SELECT * FROM device ORDER BY id)), '')"

static SimPlace *
acting_place (SimWorld *self)
{
  return self->acting != NULL ? self->acting->place : self->place;
}

static RuhuStore *
acting_store (SimWorld *self)
{
  return self->acting == NULL ? self->store : self->acting_app ? self->acting->app
                                                               : self->acting->store;
}

/* Transfer full; NULL after a failure. */
static char *
read_all (SimWorld *self)
{
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  if (!ruhu_database_get_text (ruhu_store_get_database (acting_store (self)), self->acting != NULL ? LAPTOP : TOWNSHIP, &text, &error, ""))
    sim_expect (self, FALSE, g_steal_pointer (&error), "reading what a store holds");
  return text;
}

/* Nothing has been synced since something failed that may come back, or go, at a power cut, or when a program that begins anew reads the log: a commit whose sync failed lies there whole. */
static void
doubt (SimPlace *place)
{
  place->unsure = TRUE;
  place->unsure_since = fault_disk_get_syncs (place->disk);
}

gboolean
sim_fault_is_sure (SimPlace *place)
{
  return !place->unsure || fault_disk_get_syncs (place->disk) > place->unsure_since;
}

static gboolean
is_down (SimPlace *place)
{
  FaultKind kind = fault_disk_get_kind (place->disk);

  return (kind == FAULT_POWER || kind == FAULT_KILL) && fault_disk_has_struck (place->disk);
}

/* Coming up again */

void
sim_laptop_find_draft (SimLaptop *self, const SimOpen *page)
{
  g_autoptr (GError) error = NULL;
  RuhuDraft *draft;

  if (page->draft == NULL || self->world->failure != NULL)
    return;
  draft = ruhu_store_get_draft (self->app, page->draft, &error);
  if (draft == NULL || draft->seen != page->seen)
    sim_fail (self->world, "laptop %u lost a draft that it had kept", self->index);
  self->world->counts->survived += draft != NULL;
  ruhu_draft_free (draft);
}

/* What was typed is kept with its draft; a page without one is gone. */
static void
find_drafts (SimLaptop *self)
{
  for (guint i = self->opened->len; i > 0; i--)
    {
      SimOpen *page = self->opened->pdata[i - 1];

      sim_laptop_find_draft (self, page);
      if (page->draft == NULL)
        g_ptr_array_remove_index (self->opened, i - 1);
    }
}

/* Whether a program that died is begun from its opening of the file. That costs more than a short history, so most go on with the connection that they had, which finds the disk
 * as a new one would: the write-ahead log's index is gone (see sim_place_rewind(), which does the like). */
static gboolean
begins_really (SimWorld *self, SimPlace *place)
{
  SimRandom random = sim_random_for (self->seed, 5000000 + (guint64) (self->step + 1));

  return self->plan->exact || sim_random_chance (&random, 3) || place->store == NULL || (self->apart && self->place != place && place->app == NULL) ||
         !fault_disk_is_settled (place->disk);
}

static void
die (SimWorld *self, SimLaptop *laptop, gboolean daemon, gboolean app)
{
  SimPlace *place = laptop != NULL ? laptop->place : self->place;
  gboolean really = begins_really (self, place);

  if (laptop == NULL)
    g_clear_pointer (&self->ledger, ruhu_ledger_free);
  if (laptop != NULL && (daemon || !self->apart))
    g_clear_pointer (&laptop->replica, ruhu_replica_free);
  if (really && (daemon || laptop == NULL || !self->apart))
    g_clear_pointer (&place->store, ruhu_store_close);
  if (really && (app || laptop == NULL || !self->apart))
    g_clear_pointer (&place->app, ruhu_store_close);
  if (laptop == NULL)
    return;
  laptop->daemon_died |= daemon || !self->apart;
  laptop->app_died |= app || !self->apart;
}

/* Whoever was killed as it erased itself may have done so, and found no time to say it. */
static gboolean
was_erased (SimLaptop *self)
{
  g_autofree char *mark = self->leaving ? ruhu_store_get_meta (self->place->store, RUHU_META_WITHDRAWN, NULL) : NULL;

  return mark != NULL;
}

static void
come_up (SimWorld *self, SimLaptop *laptop)
{
  SimPlace *place = laptop != NULL ? laptop->place : self->place;
  g_autoptr (GError) error = NULL;
  gint64 n = -1;

  sim_place_reload (self, place);
  /* As when it is opened. */
  if (place->store != NULL && !sim_expect (self, ruhu_database_settle (ruhu_store_get_database (place->store), &error), g_steal_pointer (&error), "settling a file after a fault"))
    return;
  if (!(laptop != NULL ? sim_laptop_start (laptop) : sim_township_start (self)))
    return;
  if (!sim_expect (self, ruhu_database_check (ruhu_store_get_database (place->store), &error), g_steal_pointer (&error), "checking a file after a fault"))
    return;
  if (laptop != NULL)
    laptop->gone |= was_erased (laptop);
  if (laptop != NULL && !laptop->gone)
    {
      if (laptop->app_died)
        find_drafts (laptop);
      return;
    }
  if (laptop == NULL && ruhu_database_get_integer (ruhu_store_get_database (self->store), "SELECT count (*) FROM log", 0, &n, &error, "") && n < self->observed)
    sim_fail (self, "the township lost positions that it had told: it has %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT, n, self->observed);
}

/* The power goes and comes back. */
static void
cut (SimWorld *self, SimLaptop *laptop)
{
  SimPlace *place = laptop != NULL ? laptop->place : self->place;

  fault_disk_power_off (place->disk);
  die (self, laptop, TRUE, TRUE);
  self->counts->power_cuts++;
  self->counts->torn += fault_disk_power_on (place->disk);
  place->unsure = FALSE;
  come_up (self, laptop);
}

/* Somebody's programs stopped in the middle of what they did. */
static void
get_up (SimWorld *self, SimLaptop *laptop)
{
  SimPlace *place = laptop != NULL ? laptop->place : self->place;

  if (laptop != NULL)
    sim_say (self, "laptop %u %s", laptop->index, fault_disk_get_kind (place->disk) == FAULT_POWER ? "loses power" : "has a program killed");
  else
    sim_say (self, "the township %s", fault_disk_get_kind (place->disk) == FAULT_POWER ? "loses power" : "is killed");
  if (fault_disk_get_kind (place->disk) == FAULT_POWER)
    {
      cut (self, laptop);
      return;
    }
  die (self, laptop, !self->acting_app, self->acting_app);
  self->counts->kills++;
  fault_disk_revive (place->disk);
  if (laptop == NULL || !self->apart)
    fault_disk_forget_index (place->disk);
  doubt (place);
  come_up (self, laptop);
  /* Where the other program keeps the log's index, what the dead one wrote lies behind its end; what coming up syncs does not overwrite it. */
  if (laptop != NULL && self->apart)
    doubt (place);
}

gboolean
sim_fault_lift (SimPlace *place)
{
  FaultKind kind = fault_disk_get_kind (place->disk);

  if (kind == FAULT_NONE || !fault_disk_has_struck (place->disk))
    return FALSE;
  if (kind == FAULT_POWER)
    fault_disk_power_on (place->disk);
  else
    fault_disk_revive (place->disk);
  if (kind == FAULT_KILL || kind == FAULT_ERROR)
    doubt (place);
  return TRUE;
}

void
sim_laptop_recover (SimLaptop *self)
{
  gboolean died = self->daemon_died || self->app_died;

  if (self->daemon_died)
    g_clear_pointer (&self->page, ruhu_page_free);
  self->daemon_died = FALSE;
  self->app_died = FALSE;
  if (died && !self->gone && self->world->failure == NULL)
    sim_laptop_reread_stamps (self);
}

/* Calls */

/* Readings fail, and memory runs out, only of calls that a fault may cut short. */
static void
expose (SimPlace *place)
{
  fault_disk_pause (place->disk, FALSE);
  if (fault_disk_get_kind (place->disk) == FAULT_MEMORY)
    fault_memory_arm (fault_disk_get_left (place->disk), place->stays_short);
}

static void
shelter (SimPlace *place)
{
  fault_disk_pause (place->disk, TRUE);
  fault_memory_disarm ();
  if (fault_disk_get_kind (place->disk) == FAULT_MEMORY)
    fault_disk_count_memory (place->disk, fault_memory_get_count (), fault_memory_has_struck ());
}

void
sim_begin (SimWorld *self, SimLaptop *laptop, gboolean app)
{
  self->acting = laptop;
  self->acting_app = app && self->apart;
  g_clear_pointer (&self->before, g_free);
  if (self->failure == NULL && fault_disk_get_kind (acting_place (self)->disk) != FAULT_NONE)
    self->before = read_all (self);
  if (self->before != NULL)
    expose (acting_place (self));
}

static gboolean
is_explained (SimPlace *place, const GError *error)
{
  FaultKind kind = fault_disk_get_kind (place->disk);

  if (!fault_disk_has_struck (place->disk) || error == NULL || error->domain != RUHU_ERROR)
    return FALSE;
  if (kind == FAULT_FULL)
    return error->code == RUHU_ERROR_NO_SPACE;
  return kind != FAULT_NONE && error->code != RUHU_ERROR_INVALID && error->code != RUHU_ERROR_FORBIDDEN;
}

/* Its one error is over. */
static gboolean
has_passed (SimPlace *place)
{
  FaultKind kind = fault_disk_get_kind (place->disk);

  return (kind == FAULT_READ || kind == FAULT_MEMORY) && fault_disk_has_struck (place->disk);
}

static void
count_error (SimWorld *self, SimPlace *place)
{
  switch (fault_disk_get_kind (place->disk))
    {
    case FAULT_FULL:
      self->counts->full++;
      return;
    case FAULT_READ:
      self->counts->reads++;
      break;
    case FAULT_MEMORY:
      self->counts->memory++;
      break;
    default:
      self->counts->errors++;
      doubt (place);
    }
  fault_disk_disarm (place->disk);
}

SimOutcome
sim_end (SimWorld *self, gboolean ok, GError **error, const char *what, gboolean whole)
{
  SimPlace *place = acting_place (self);
  gboolean down = is_down (place), explained;
  g_autofree char *after = NULL;

  if (self->before != NULL)
    shelter (place);
  explained = !ok && self->before != NULL && is_explained (place, *error);
  if (down && self->failure == NULL)
    get_up (self, self->acting);
  if (ok || self->failure != NULL)
    {
      if (has_passed (place))
        fault_disk_disarm (place->disk);
      g_clear_error (error);
      return ok ? SIM_DONE : SIM_NOT;
    }
  if (!explained)
    {
      if (what != NULL)
        sim_expect (self, FALSE, g_steal_pointer (error), what);
      return SIM_NOT;
    }
  sim_say (self, "%s: %s", what != NULL ? what : "it fails", (*error)->message);
  if (!down)
    count_error (self, place);
  after = read_all (self);
  if (self->failure == NULL && !down && whole && g_strcmp0 (self->before, after) != 0)
    sim_fail (self, "it was said that it had failed (%s), and something of it stayed: %s\nbefore: %s", (*error)->message, after, self->before);
  g_clear_error (error);
  if (g_strcmp0 (self->before, after) != 0)
    return SIM_CAME;
  self->counts->undone++;
  return SIM_NOT;
}

/* Telling disks to break */

/* A call asks for memory hundreds of times. */
static guint64
choose_operation (SimRandom *random, FaultKind kind)
{
  if (kind == FAULT_MEMORY)
    return 1 + sim_random_below (random, sim_random_chance (random, 60) ? 300 : 3000);
  return 1 + sim_random_below (random, sim_random_chance (random, 60) ? 8 : 40);
}

static void
arm (SimWorld *self, SimLaptop *laptop, SimRandom *random, guint64 most)
{
  static const char *const names[] = { "", "power", "a program killed", "full", "an error", "a reading", "no memory" };
  SimPlace *place = laptop != NULL ? laptop->place : self->place;
  guint dice = sim_random_below (random, 100);
  FaultKind kind = dice < 45 ? FAULT_POWER : dice < 62 ? FAULT_KILL
                                         : dice < 78   ? FAULT_FULL
                                         : dice < 88   ? FAULT_ERROR
                                         : dice < 93   ? FAULT_READ
                                                       : FAULT_MEMORY;
  guint64 n = most > 0 ? 1 + sim_random_below (random, (guint) most) : choose_operation (random, kind);

  if (fault_disk_get_kind (place->disk) != FAULT_NONE || (laptop != NULL && laptop->gone) || ((kind == FAULT_POWER || kind == FAULT_KILL) && !sim_fault_is_sure (place)))
    return;
  sim_say (self, "%s %d is to break: %s at operation %" G_GUINT64_FORMAT, laptop != NULL ? "laptop" : "the township", laptop != NULL ? (int) laptop->index : 0, names[kind], n);
  place->stays_short = sim_random_chance (random, 30);
  fault_disk_arm (place->disk, kind, kind != FAULT_KILL ? NULL : self->apart && laptop != NULL && most == 0 && sim_random_chance (random, 50) ? "app"
                                                                                                                                              : "daemon",
                  n);
}

void
sim_fault_arm (SimWorld *self, SimRandom *random)
{
  guint which = sim_random_below (random, self->laptops->len * 2 + 1);

  arm (self, which > 0 ? self->laptops->pdata[(which - 1) / 2] : NULL, random, 0);
}

void
sim_fault_threaten (SimLaptop *self)
{
  SimWorld *world = self->world;
  SimRandom random = sim_random_for (world->seed, 6000000 + (guint64) (world->step + 1));

  if (world->temper.faults == 0 || world->step < 0 || (world->plan->skip_faults != NULL && world->plan->skip_faults[world->step]))
    return;
  if (sim_random_chance (&random, 40))
    arm (world, self, &random, 12);
}

static void
make_space (SimPlace *place)
{
  if (fault_disk_get_kind (place->disk) == FAULT_FULL && fault_disk_has_struck (place->disk))
    fault_disk_disarm (place->disk);
}

void
sim_fault_make_space (SimWorld *self)
{
  make_space (self->place);
  for (guint i = 0; i < self->laptops->len; i++)
    make_space (((SimLaptop *) self->laptops->pdata[i])->place);
}

gboolean
sim_laptop_is_full (SimLaptop *self)
{
  return fault_disk_get_kind (self->place->disk) == FAULT_FULL && fault_disk_has_struck (self->place->disk);
}

void
sim_fault_cut (SimWorld *self, SimLaptop *laptop)
{
  SimPlace *place = laptop != NULL ? laptop->place : self->place;

  if (!sim_fault_is_sure (place))
    return;
  if (laptop != NULL)
    sim_say (self, "the power of laptop %u is cut", laptop->index);
  else
    sim_say (self, "the power of the township is cut");
  cut (self, laptop);
}
