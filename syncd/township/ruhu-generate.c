/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The township is made in memory first, from the seed alone, and then written as people would have: the office's changes, one a household, and each helper's visit. */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-generate-private.h"
#include "ruhu-generate.h"
#include "ruhu-ledger-private.h"

#include <glib/gi18n.h>

/* 2018-06-30T12:00+08:00 in ms since 1970. */
#define AS_OF_MS G_GINT64_CONSTANT (1530331200000)
/* Helpers that one change brings. */
#define HELPER_BATCH 100

typedef struct
{
  RuhuLedger *ledger;
  RuhuNewTown *town;
} RuhuWriting;

gint64
ruhu_generate_now (gpointer counter)
{
  guint64 *calls = counter;
  return AS_OF_MS + (gint64) (*calls)++;
}

/* Takes @set. */
static gboolean
write_set (RuhuWriting *self, const char *by, const char *scope, gboolean of_village, json_object *set, GError **error)
{
  gboolean written = json_object_object_length (set) == 0 || ruhu_ledger_write (self->ledger, by, scope, of_village, set, error);
  json_object_put (set);
  return written;
}

static gboolean
write_township (RuhuWriting *self, json_object *set, GError **error)
{
  return write_set (self, self->town->office, RUHU_SCOPE_TOWNSHIP, FALSE, set, error);
}

static gboolean
write_helpers (RuhuWriting *self, GError **error)
{
  guint n = self->town->helpers->len;
  for (guint from = 0; from < n; from += HELPER_BATCH)
    if (!write_township (self, ruhu_generate_helpers (self->town, from, MIN (n, from + HELPER_BATCH)), error))
      return FALSE;
  return TRUE;
}

static gboolean
write_household (RuhuWriting *self, RuhuNewHousehold *household, GError **error)
{
  RuhuNewTown *town = self->town;
  const char *visitor = town->office;
  if (ruhu_new_household_is_registered (household))
    visitor = ((RuhuNewHelper *) g_ptr_array_index (town->helpers, household->helper_a))->id;
  return write_set (self, town->office, household->id, FALSE, ruhu_generate_household (town, household), error) &&
         write_set (self, visitor, household->id, FALSE, ruhu_generate_visit (town, household), error);
}

static gboolean
write_town (RuhuDatabase *database, gpointer data, GError **error)
{
  RuhuWriting *self = data;
  RuhuNewTown *town = self->town;
  if (!write_township (self, ruhu_generate_places (town), error) ||
      !write_helpers (self, error) ||
      !write_township (self, ruhu_generate_targets (town), error) ||
      !write_township (self, ruhu_generate_projects (town), error))
    return FALSE;
  for (guint i = 0; i < town->households->len; i++)
    if (!write_household (self, ruhu_new_town_get (town, i), error))
      return FALSE;
  for (guint v = 0; v < RUHU_N_VILLAGES; v++)
    if (!write_set (self, town->office, town->villages[v], TRUE, ruhu_generate_infra (town, v), error))
      return FALSE;
  return write_township (self, ruhu_generate_meetings (town), error) &&
         write_set (self, town->inspector, RUHU_SCOPE_TOWNSHIP, FALSE, ruhu_generate_inspections (town), error);
}

static gboolean
check_empty (RuhuLedger *ledger, GError **error)
{
  gint64 households = 0;
  if (!ruhu_database_get_integer (ledger->database, "SELECT count (*) FROM r_household", 0, &households, error, ""))
    return FALSE;
  if (households == 0)
    return TRUE;
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("There are households in this township already. Nothing was changed. Make a made-up township in a directory of its own."));
  return FALSE;
}

RuhuNewTown *
ruhu_generate_town (guint64 seed, GError **error)
{
  g_autoptr (RuhuNewTown) town = ruhu_new_town (seed, error);
  if (town == NULL || !ruhu_new_town_add_families (town, error))
    return NULL;
  ruhu_new_town_describe_people (town);
  if (!ruhu_new_town_add_support (town, error))
    return NULL;
  ruhu_new_town_add_helpers (town);
  return g_steal_pointer (&town);
}

gboolean
ruhu_generate_many (RuhuLedger *ledger, guint64 seed, guint towns, GError **error)
{
  g_return_val_if_fail (ledger != NULL, FALSE);
  if (!check_empty (ledger, error))
    return FALSE;
  for (guint i = 0; i < towns; i++)
    {
      g_autoptr (RuhuNewTown) town = ruhu_generate_town (seed + i, error);
      if (town == NULL)
        return FALSE;
      RuhuWriting writing = { ledger, town };
      if (!ruhu_database_transaction (ledger->database, write_town, &writing, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
ruhu_generate (RuhuLedger *ledger, guint64 seed, GError **error)
{
  return ruhu_generate_many (ledger, seed, 1, error);
}
