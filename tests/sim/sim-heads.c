/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The heads of a store beside those that the histories say: of one scope on one laptop at any time, and of a whole store at the end. */
#include "config.h"

#include "sim-world.h"

#include <string.h>

SimView *
sim_read_heads (SimWorld *self, RuhuStore *store, const char *scope)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuStatement) rows =
      ruhu_database_query (ruhu_store_get_database (store),
                           "SELECT h.type, h.record, h.fields, l.device, l.seq FROM head h JOIN log l ON l.n = h.change WHERE ?1 IS NULL OR h.scope = ?1",
                           &error, "s", scope);
  SimView *view = sim_view_new ();

  while (rows != NULL && ruhu_statement_next (rows, &error))
    {
      const char *type = ruhu_statement_get_text (rows, 0);
      SimRecord *record = sim_oracle_find_record (self->oracle, type, ruhu_statement_get_text (rows, 1));
      SimChange *change = sim_oracle_find (self->oracle, sim_oracle_device (self->oracle, ruhu_statement_get_text (rows, 3)), ruhu_statement_get_integer (rows, 4));
      const char *end;

      for (const char *name = ruhu_statement_get_text (rows, 2); *name != '\0'; name = *end == ',' ? end + 1 : end)
        {
          char field[128];
          SimKey *key;

          end = strchrnul (name, ',');
          g_strlcpy (field, name, MIN (sizeof field, (gsize) (end - name) + 1));
          key = record != NULL ? sim_oracle_find_field (self->oracle, record, field) : NULL;
          if (key == NULL || change == NULL)
            sim_fail (self, "a head of %s.%s is no change that was made", type, field);
          else
            sim_view_add (view, key->number, change->number);
        }
    }
  sim_expect (self, error == NULL, g_steal_pointer (&error), "reading heads");
  return view;
}

SimView *
sim_laptop_read_heads (SimLaptop *self, const char *scope)
{
  SimView *view = sim_read_heads (self->world, self->app, scope);

  if (self->world->failure == NULL)
    return view;
  sim_view_unref (view);
  return NULL;
}

void
sim_view_add_heads (SimView *view, guint key, GArray *heads)
{
  for (guint i = 0; i < heads->len; i++)
    sim_view_add (view, key, g_array_index (heads, guint, i));
}

static void
describe (GString *text, SimOracle *oracle, const char *what, guint64 pair)
{
  SimKey *key = sim_oracle_key (oracle, (guint) (pair >> 32));
  SimChange *change = sim_oracle_change (oracle, (guint) pair);
  SimRecord *record = sim_oracle_record (oracle, key->record);

  g_string_append_printf (text, "\n      %s: %s %.8s .%s = %s of change (%.8s, %" G_GINT64_FORMAT ") at %" G_GINT64_FORMAT " seen %" G_GINT64_FORMAT, what,
                          record->type, record->id, key->field, sim_change_get_value (change, key->number), sim_oracle_device_id (oracle, change->device),
                          change->seq, change->position, change->seen);
}

void
sim_compare_heads (SimWorld *self, const char *where, SimView *expected, SimView *found)
{
  g_autoptr (GString) text = NULL;

  if (sim_view_is_same (expected, found))
    return;
  text = g_string_new (NULL);
  for (guint i = 0; i < expected->pairs->len; i++)
    {
      guint64 pair = g_array_index (expected->pairs, guint64, i);

      if (!sim_view_has (found, (guint) (pair >> 32), (guint) pair))
        describe (text, self->oracle, "missing", pair);
    }
  for (guint i = 0; i < found->pairs->len; i++)
    {
      guint64 pair = g_array_index (found->pairs, guint64, i);

      if (!sim_view_has (expected, (guint) (pair >> 32), (guint) pair))
        describe (text, self->oracle, "should not be", pair);
    }
  sim_fail (self, "the heads at %s are not what the histories say:%s", where, text->str);
}

void
sim_check_scope (SimLaptop *self, const char *scope)
{
  SimWorld *world = self->world;
  SimView *found = sim_read_heads (world, self->app, scope);
  SimView *expected = sim_view_new ();
  g_autofree char *where = g_strdup_printf ("laptop %u (%s, on the way)", self->index, scope);
  guint last = G_MAXUINT;

  for (guint i = 0; i < self->known->pairs->len; i++)
    {
      guint key = (guint) (g_array_index (self->known->pairs, guint64, i) >> 32);

      if (key != last && g_str_equal (sim_oracle_record_of (world->oracle, key)->scope, scope))
        {
          g_autoptr (GArray) heads = sim_oracle_heads_in (world->oracle, key, self->known, self->device);

          sim_view_add_heads (expected, key, heads);
        }
      last = key;
    }
  if (world->failure == NULL)
    sim_compare_heads (world, where, expected, found);
  sim_view_unref (expected);
  sim_view_unref (found);
}
