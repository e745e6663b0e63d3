/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The definition that everything here follows:
 *
 *   the page that c was saved from showed d   ⇒ c knew d             (SimChange.view, taken when the page was opened)
 *   c and d are of one device, d before c     ⇒ c knew d
 *   a refused change never happened: it counts neither as a write nor as a way by which others were known
 *   head (key) = accepted writes of the key that no other accepted write of the key knew, directly or through others
 */
#include "config.h"

#include "sim-oracle.h"

#include <json-c/json.h>
#include <string.h>

/* Views */

SimView *
sim_view_new (void)
{
  SimView *self = g_new0 (SimView, 1);

  self->n_refs = 1;
  self->pairs = g_array_new (FALSE, FALSE, sizeof (guint64));
  return self;
}

SimView *
sim_view_ref (SimView *self)
{
  self->n_refs++;
  return self;
}

void
sim_view_unref (SimView *self)
{
  if (self == NULL || --self->n_refs > 0)
    return;
  g_array_unref (self->pairs);
  g_free (self);
}

/* The first index whose pair is not below @pair. */
static guint
view_lower_bound (SimView *self, guint64 pair)
{
  guint low = 0, high = self->pairs->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (g_array_index (self->pairs, guint64, middle) < pair)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

void
sim_view_add (SimView *self, guint key, guint change)
{
  guint64 pair = (guint64) key << 32 | change;
  guint i = view_lower_bound (self, pair);

  if (i < self->pairs->len && g_array_index (self->pairs, guint64, i) == pair)
    return;
  g_array_insert_val (self->pairs, i, pair);
}

gboolean
sim_view_has (SimView *self, guint key, guint change)
{
  guint64 pair = (guint64) key << 32 | change;
  guint i = view_lower_bound (self, pair);

  return i < self->pairs->len && g_array_index (self->pairs, guint64, i) == pair;
}

static gboolean
key_is_of (SimOracle *oracle, guint key, const char *scope)
{
  return scope == NULL || g_str_equal (scope, "*") || g_str_equal (sim_oracle_record_of (oracle, key)->scope, scope);
}

SimView *
sim_view_snapshot (SimView *self, SimOracle *oracle, const char *scope)
{
  SimView *copy = sim_view_new ();

  for (guint i = 0; i < self->pairs->len; i++)
    {
      guint64 pair = g_array_index (self->pairs, guint64, i);

      if (key_is_of (oracle, (guint) (pair >> 32), scope))
        g_array_append_val (copy->pairs, pair);
    }
  return copy;
}

void
sim_view_forget (SimView *self, SimOracle *oracle, const char *scope)
{
  guint kept = 0;

  for (guint i = 0; i < self->pairs->len; i++)
    {
      guint64 pair = g_array_index (self->pairs, guint64, i);

      if (!key_is_of (oracle, (guint) (pair >> 32), scope))
        g_array_index (self->pairs, guint64, kept++) = pair;
    }
  g_array_set_size (self->pairs, kept);
}

/* The oracle */

static void
write_clear (gpointer data)
{
  g_free (((SimWrite *) data)->value);
}

static void
change_free (gpointer data)
{
  SimChange *self = data;

  g_free (self->scope);
  g_free (self->time);
  g_free (self->body);
  g_array_unref (self->writes);
  sim_view_unref (self->view);
  g_free (self);
}

static void
record_free (gpointer data)
{
  SimRecord *self = data;

  g_free (self->type);
  g_free (self->id);
  g_free (self->scope);
  g_array_unref (self->keys);
  g_free (self);
}

static void
key_free (gpointer data)
{
  SimKey *self = data;

  g_free (self->field);
  g_array_unref (self->writers);
  g_free (self);
}

static void
grant_free (gpointer data)
{
  SimGrant *self = data;

  g_free (self->scope);
  g_free (self);
}

SimOracle *
sim_oracle_new (void)
{
  SimOracle *self = g_new0 (SimOracle, 1);

  self->devices = g_ptr_array_new_with_free_func (g_free);
  self->changes = g_ptr_array_new_with_free_func (change_free);
  self->records = g_ptr_array_new_with_free_func (record_free);
  self->keys = g_ptr_array_new_with_free_func (key_free);
  self->grants = g_ptr_array_new_with_free_func (grant_free);
  self->by_identity = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->by_record = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->by_key = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
sim_oracle_free (SimOracle *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->by_identity);
  g_hash_table_unref (self->by_record);
  g_hash_table_unref (self->by_key);
  g_ptr_array_unref (self->grants);
  g_ptr_array_unref (self->keys);
  g_ptr_array_unref (self->records);
  g_ptr_array_unref (self->changes);
  g_ptr_array_unref (self->devices);
  g_free (self);
}

guint
sim_oracle_device (SimOracle *self, const char *id)
{
  for (guint i = 0; i < self->devices->len; i++)
    if (g_str_equal (self->devices->pdata[i], id))
      return i;
  g_ptr_array_add (self->devices, g_strdup (id));
  return self->devices->len - 1;
}

const char *
sim_oracle_device_id (SimOracle *self, guint device)
{
  return self->devices->pdata[device];
}

SimChange *
sim_oracle_change (SimOracle *self, guint number)
{
  return self->changes->pdata[number];
}

SimKey *
sim_oracle_key (SimOracle *self, guint number)
{
  return self->keys->pdata[number];
}

SimRecord *
sim_oracle_record (SimOracle *self, guint number)
{
  return self->records->pdata[number];
}

SimRecord *
sim_oracle_record_of (SimOracle *self, guint key)
{
  return sim_oracle_record (self, sim_oracle_key (self, key)->record);
}

SimChange *
sim_oracle_find (SimOracle *self, guint device, gint64 seq)
{
  g_autofree char *identity = g_strdup_printf ("%u %" G_GINT64_FORMAT, device, seq);

  return g_hash_table_lookup (self->by_identity, identity);
}

SimRecord *
sim_oracle_find_record (SimOracle *self, const char *type, const char *id)
{
  g_autofree char *name = g_strdup_printf ("%s %s", type, id);

  return g_hash_table_lookup (self->by_record, name);
}

SimKey *
sim_oracle_find_key (SimOracle *self, const char *type, const char *id, const char *field)
{
  SimRecord *record = sim_oracle_find_record (self, type, id);
  g_autofree char *name = NULL;

  if (record == NULL)
    return NULL;
  name = g_strdup_printf ("%u %s", record->number, field);
  return g_hash_table_lookup (self->by_key, name);
}

static SimKey *
intern_key (SimOracle *self, const char *type, const char *id, const char *field, const char *scope)
{
  SimRecord *record = sim_oracle_find_record (self, type, id);
  g_autofree char *name = NULL;
  SimKey *key;

  if (record == NULL)
    {
      record = g_new0 (SimRecord, 1);
      record->number = self->records->len;
      record->type = g_strdup (type);
      record->id = g_strdup (id);
      record->scope = g_strdup (scope);
      record->keys = g_array_new (FALSE, FALSE, sizeof (guint));
      g_ptr_array_add (self->records, record);
      g_hash_table_insert (self->by_record, g_strdup_printf ("%s %s", type, id), record);
    }
  name = g_strdup_printf ("%u %s", record->number, field);
  key = g_hash_table_lookup (self->by_key, name);
  if (key != NULL)
    return key;
  key = g_new0 (SimKey, 1);
  key->number = self->keys->len;
  key->record = record->number;
  key->field = g_strdup (field);
  key->writers = g_array_new (FALSE, FALSE, sizeof (guint));
  g_ptr_array_add (self->keys, key);
  g_array_append_val (record->keys, key->number);
  g_hash_table_insert (self->by_key, g_steal_pointer (&name), key);
  return key;
}

const char *
sim_change_get_value (SimChange *self, guint key)
{
  for (guint i = 0; i < self->writes->len; i++)
    if (g_array_index (self->writes, SimWrite, i).key == key)
      return g_array_index (self->writes, SimWrite, i).value;
  return NULL;
}

static void
read_writes (SimOracle *self, SimChange *change, json_object *set)
{
  json_object_object_foreach (set, type, records)
  {
    json_object_object_foreach (records, id, fields)
    {
      json_object_object_foreach (fields, field, value)
      {
        SimKey *key = intern_key (self, type, id, field, change->scope);
        SimWrite write = { key->number, NULL };

        if (value != NULL)
          write.value = g_strdup (json_object_to_json_string_ext (value, JSON_C_TO_STRING_PLAIN));
        g_array_append_val (change->writes, write);
        g_array_append_val (key->writers, change->number);
      }
    }
  }
}

static char *
scope_of (json_object *root)
{
  json_object *member = NULL;

  if (json_object_object_get_ex (root, "household", &member) || json_object_object_get_ex (root, "village", &member))
    return g_strdup (json_object_get_string (member));
  return g_strdup ("township");
}

char *
sim_body_dup_scope (const char *body)
{
  json_object *root = json_tokener_parse (body);
  char *scope = scope_of (root);

  json_object_put (root);
  return scope;
}

gboolean
sim_change_restamp (SimChange *self, const char *body)
{
  json_object *old = json_tokener_parse (self->body), *new = json_tokener_parse (body), *time = NULL;
  gboolean same = FALSE;

  if (new != NULL && json_object_object_get_ex (new, "time", &time))
    {
      g_free (self->time);
      self->time = g_strdup (json_object_get_string (time));
      g_free (self->body);
      self->body = g_strdup (body);
      json_object_object_del (old, "time");
      json_object_object_del (new, "time");
      same = json_object_equal (old, new);
    }
  json_object_put (old);
  json_object_put (new);
  return same;
}

SimChange *
sim_oracle_made (SimOracle *self, guint device, const char *body, SimView *view)
{
  json_object *root = json_tokener_parse (body), *member = NULL;
  SimChange *change;

  if (root == NULL)
    return NULL;
  change = g_new0 (SimChange, 1);
  change->number = self->changes->len;
  change->device = device;
  change->body = g_strdup (body);
  change->writes = g_array_new (FALSE, FALSE, sizeof (SimWrite));
  g_array_set_clear_func (change->writes, write_clear);
  change->view = sim_view_ref (view);
  if (json_object_object_get_ex (root, "seq", &member))
    change->seq = json_object_get_int64 (member);
  if (json_object_object_get_ex (root, "seen", &member))
    change->seen = json_object_get_int64 (member);
  if (json_object_object_get_ex (root, "time", &member))
    change->time = g_strdup (json_object_get_string (member));
  change->scope = scope_of (root);
  g_ptr_array_add (self->changes, change);
  g_hash_table_insert (self->by_identity, g_strdup_printf ("%u %" G_GINT64_FORMAT, device, change->seq), change);
  if (json_object_object_get_ex (root, "set", &member))
    read_writes (self, change, member);
  json_object_put (root);
  return change;
}

SimView *
sim_oracle_view_at (SimOracle *self, const char *scope, gint64 seen)
{
  SimView *view = sim_view_new ();

  for (guint i = 0; i < self->changes->len; i++)
    {
      SimChange *change = self->changes->pdata[i];

      if (change->state != SIM_ACCEPTED || change->position > seen || g_strcmp0 (change->scope, scope) != 0)
        continue;
      for (guint j = 0; j < change->writes->len; j++)
        sim_view_add (view, g_array_index (change->writes, SimWrite, j).key, change->number);
    }
  return view;
}

void
sim_oracle_granted (SimOracle *self, gint64 position, guint device, const char *scope, gboolean granted)
{
  SimGrant *grant = g_new0 (SimGrant, 1);

  grant->position = position;
  grant->device = device;
  grant->scope = g_strdup (scope);
  grant->granted = granted;
  g_ptr_array_add (self->grants, grant);
}

gboolean
sim_oracle_holds_exactly (SimOracle *self, guint device, const char *scope, gint64 position)
{
  gboolean held = FALSE;

  for (guint i = 0; i < self->grants->len; i++)
    {
      SimGrant *grant = self->grants->pdata[i];

      if (grant->position <= position && grant->device == device && g_str_equal (grant->scope, scope))
        held = grant->granted;
    }
  return held;
}

gboolean
sim_oracle_holds (SimOracle *self, guint device, const char *scope, gint64 position)
{
  return sim_oracle_holds_exactly (self, device, scope, position) || sim_oracle_holds_exactly (self, device, "*", position);
}

gboolean
sim_oracle_knew (SimOracle *self, SimChange *later, guint key, SimChange *earlier)
{
  if (later->device == earlier->device)
    return earlier->seq < later->seq;
  return sim_view_has (later->view, key, earlier->number);
}

/* Whether @change never happened, as @device sees it (G_MAXUINT: as all see it in the end). Its author goes on building on it until the refusal comes. */
static gboolean
is_void (SimChange *change, guint device)
{
  return change->state == SIM_REFUSED && (change->device != device || change->undone);
}

/* Takes out of @candidates everything that one of them knew on @key, directly or through others. */
static GArray *
take_latest (SimOracle *self, SimKey *key, GArray *candidates, guint device)
{
  GArray *heads = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autofree guint8 *overwritten = g_new0 (guint8, key->writers->len);
  g_autofree guint8 *followed = g_new0 (guint8, key->writers->len);
  g_autoptr (GQueue) open = g_queue_new ();

  for (guint i = 0; i < candidates->len; i++)
    g_queue_push_tail (open, GUINT_TO_POINTER (g_array_index (candidates, guint, i)));
  while (!g_queue_is_empty (open))
    {
      SimChange *later = sim_oracle_change (self, GPOINTER_TO_UINT (g_queue_pop_head (open)));

      for (guint i = 0; i < key->writers->len; i++)
        {
          SimChange *earlier = sim_oracle_change (self, g_array_index (key->writers, guint, i));

          if (earlier == later || is_void (earlier, device) || !sim_oracle_knew (self, later, key->number, earlier))
            continue;
          overwritten[i] = TRUE;
          if (!followed[i])
            g_queue_push_tail (open, GUINT_TO_POINTER (earlier->number));
          followed[i] = TRUE;
        }
    }
  for (guint i = 0; i < key->writers->len; i++)
    {
      guint number = g_array_index (key->writers, guint, i);

      for (guint j = 0; !overwritten[i] && j < candidates->len; j++)
        if (g_array_index (candidates, guint, j) == number)
          {
            g_array_append_val (heads, number);
            break;
          }
    }
  return heads;
}

GArray *
sim_oracle_heads (SimOracle *self, guint key)
{
  SimKey *of = sim_oracle_key (self, key);
  g_autoptr (GArray) accepted = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < of->writers->len; i++)
    {
      guint number = g_array_index (of->writers, guint, i);

      if (sim_oracle_change (self, number)->state == SIM_ACCEPTED)
        g_array_append_val (accepted, number);
    }
  return take_latest (self, of, accepted, G_MAXUINT);
}

GArray *
sim_oracle_heads_in (SimOracle *self, guint key, SimView *view, guint device)
{
  SimKey *of = sim_oracle_key (self, key);
  g_autoptr (GArray) held = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < of->writers->len; i++)
    {
      guint number = g_array_index (of->writers, guint, i);

      if (sim_view_has (view, key, number))
        g_array_append_val (held, number);
    }
  return take_latest (self, of, held, device);
}

SimChange *
sim_oracle_winner (SimOracle *self, GArray *heads)
{
  SimChange *winner = NULL;

  for (guint i = 0; i < heads->len; i++)
    {
      SimChange *head = sim_oracle_change (self, g_array_index (heads, guint, i));
      int order = winner == NULL ? 1 : strcmp (head->time, winner->time);

      if (order == 0)
        order = strcmp (sim_oracle_device_id (self, head->device), sim_oracle_device_id (self, winner->device));
      if (order > 0 || (order == 0 && head->seq > winner->seq))
        winner = head;
    }
  return winner;
}
