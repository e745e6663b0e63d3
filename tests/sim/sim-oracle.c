/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The definition that everything here follows:
 *
 *   the page that c was saved from showed d   ⇒ c knew d             (SimChange.view, taken when the page was opened)
 *   c and d are of one device, d before c     ⇒ c knew d
 *   a refused change never happened, a quarantined one happens when the office accepts it: until then it counts neither as a write nor as a way by which others were known
 *   head (key) = accepted writes of the key that no other accepted write of the key knew, directly or through others
 */
#include "config.h"

#include "sim-oracle.h"

#include "ruhu-change-text.h"

#include <json-c/json.h>
#include <string.h>

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

static void
device_free (gpointer data)
{
  SimDevice *self = data;

  g_free (self->id);
  g_ptr_array_unref (self->changes);
  g_free (self);
}

static guint
record_hash (gconstpointer data)
{
  const SimRecord *self = data;

  return g_str_hash (self->id) ^ (guint) self->type[0] << 16;
}

static gboolean
record_equal (gconstpointer a, gconstpointer b)
{
  const SimRecord *left = a, *right = b;

  return g_str_equal (left->id, right->id) && g_str_equal (left->type, right->type);
}

SimOracle *
sim_oracle_new (void)
{
  SimOracle *self = g_new0 (SimOracle, 1);

  self->devices = g_ptr_array_new_with_free_func (device_free);
  self->changes = g_ptr_array_new_with_free_func (change_free);
  self->records = g_ptr_array_new_with_free_func (record_free);
  self->keys = g_ptr_array_new_with_free_func (key_free);
  self->grants = g_ptr_array_new_with_free_func (grant_free);
  self->by_record = g_hash_table_new (record_hash, record_equal);
  return self;
}

void
sim_oracle_free (SimOracle *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->by_record);
  g_clear_pointer (&self->known_heads, g_ptr_array_unref);
  g_ptr_array_unref (self->grants);
  g_ptr_array_unref (self->keys);
  g_ptr_array_unref (self->records);
  g_ptr_array_unref (self->changes);
  g_ptr_array_unref (self->devices);
  g_free (self);
}

void
sim_oracle_mark (SimOracle *self)
{
  self->marked_devices = self->devices->len;
  self->marked_changes = self->changes->len;
  self->marked_records = self->records->len;
  self->marked_keys = self->keys->len;
  self->marked_grants = self->grants->len;
}

/* Cuts an ascending array of numbers off before @limit. */
static void
cut_numbers (GArray *numbers, guint limit)
{
  while (numbers->len > 0 && g_array_index (numbers, guint, numbers->len - 1) >= limit)
    g_array_set_size (numbers, numbers->len - 1);
}

void
sim_oracle_rewind (SimOracle *self)
{
  g_clear_pointer (&self->known_heads, g_ptr_array_unref);
  for (guint i = self->marked_records; i < self->records->len; i++)
    g_hash_table_remove (self->by_record, self->records->pdata[i]);
  for (guint i = 0; i < self->marked_records; i++)
    cut_numbers (sim_oracle_record (self, i)->keys, self->marked_keys);
  for (guint i = 0; i < self->marked_keys; i++)
    cut_numbers (sim_oracle_key (self, i)->writers, self->marked_changes);
  for (guint i = 0; i < self->devices->len; i++)
    {
      GPtrArray *changes = ((SimDevice *) self->devices->pdata[i])->changes;

      while (changes->len > 0 && ((SimChange *) changes->pdata[changes->len - 1])->number >= self->marked_changes)
        g_ptr_array_set_size (changes, (int) changes->len - 1);
    }
  g_ptr_array_set_size (self->grants, (int) self->marked_grants);
  g_ptr_array_set_size (self->keys, (int) self->marked_keys);
  g_ptr_array_set_size (self->records, (int) self->marked_records);
  g_ptr_array_set_size (self->changes, (int) self->marked_changes);
  g_ptr_array_set_size (self->devices, (int) self->marked_devices);
}

guint
sim_oracle_device (SimOracle *self, const char *id)
{
  SimDevice *device;

  for (guint i = 0; i < self->devices->len; i++)
    if (g_str_equal (((SimDevice *) self->devices->pdata[i])->id, id))
      return i;
  device = g_new0 (SimDevice, 1);
  device->id = g_strdup (id);
  device->changes = g_ptr_array_new ();
  g_ptr_array_add (self->devices, device);
  return self->devices->len - 1;
}

const char *
sim_oracle_device_id (SimOracle *self, guint device)
{
  return ((SimDevice *) self->devices->pdata[device])->id;
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
  GPtrArray *changes = ((SimDevice *) self->devices->pdata[device])->changes;

  return seq > 0 && seq <= changes->len ? changes->pdata[seq - 1] : NULL;
}

SimRecord *
sim_oracle_find_record (SimOracle *self, const char *type, const char *id)
{
  SimRecord sought = { .type = (char *) type, .id = (char *) id };

  return g_hash_table_lookup (self->by_record, &sought);
}

SimKey *
sim_oracle_find_field (SimOracle *self, SimRecord *record, const char *field)
{
  for (guint i = 0; i < record->keys->len; i++)
    {
      SimKey *key = sim_oracle_key (self, g_array_index (record->keys, guint, i));

      if (g_str_equal (key->field, field))
        return key;
    }
  return NULL;
}

SimKey *
sim_oracle_find_key (SimOracle *self, const char *type, const char *id, const char *field)
{
  SimRecord *record = sim_oracle_find_record (self, type, id);

  return record != NULL ? sim_oracle_find_field (self, record, field) : NULL;
}

static SimKey *
intern_key (SimOracle *self, const char *type, const char *id, const char *field, const char *scope)
{
  SimRecord *record = sim_oracle_find_record (self, type, id);
  SimKey *key = record != NULL ? sim_oracle_find_field (self, record, field) : NULL;

  if (key != NULL)
    return key;
  if (record == NULL)
    {
      record = g_new0 (SimRecord, 1);
      record->number = self->records->len;
      record->type = g_strdup (type);
      record->id = g_strdup (id);
      record->scope = g_strdup (scope);
      record->keys = g_array_new (FALSE, FALSE, sizeof (guint));
      g_ptr_array_add (self->records, record);
      g_hash_table_add (self->by_record, record);
    }
  key = g_new0 (SimKey, 1);
  key->number = self->keys->len;
  key->record = record->number;
  key->field = g_strdup (field);
  key->writers = g_array_new (FALSE, FALSE, sizeof (guint));
  g_ptr_array_add (self->keys, key);
  g_array_append_val (record->keys, key->number);
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

/* Most are as laptops write them. */
static json_object *
parse_body (const char *body)
{
  json_object *root = ruhu_change_read_plain (body, strlen (body));

  return root != NULL ? root : json_tokener_parse (body);
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
  json_object *root = parse_body (body);
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
  GPtrArray *made = ((SimDevice *) self->devices->pdata[device])->changes;
  json_object *root = parse_body (body), *member = NULL;
  SimChange *change;

  if (root == NULL || !json_object_object_get_ex (root, "seq", &member) || json_object_get_int64 (member) != made->len + 1)
    {
      json_object_put (root);
      return NULL;
    }
  change = g_new0 (SimChange, 1);
  change->number = self->changes->len;
  change->device = device;
  change->seq = made->len + 1;
  change->body = g_strdup (body);
  change->writes = g_array_new (FALSE, FALSE, sizeof (SimWrite));
  g_array_set_clear_func (change->writes, write_clear);
  change->view = sim_view_ref (view);
  if (json_object_object_get_ex (root, "seen", &member))
    change->seen = json_object_get_int64 (member);
  if (json_object_object_get_ex (root, "time", &member))
    change->time = g_strdup (json_object_get_string (member));
  change->scope = scope_of (root);
  g_ptr_array_add (self->changes, change);
  g_ptr_array_add (made, change);
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
  return change->device == device ? change->undone : change->state == SIM_REFUSED || change->state == SIM_QUARANTINED;
}

/* Takes out of @candidates everything that one of them knew on @key, directly or through others. */
static GArray *
take_latest (SimOracle *self, SimKey *key, GArray *candidates, guint device)
{
  if (key->writers->len == 1)
    return g_array_ref (candidates);

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

gboolean
sim_oracle_is_waiting (SimOracle *self, guint device)
{
  GPtrArray *changes = ((SimDevice *) self->devices->pdata[device])->changes;

  return changes->len > 0 && ((SimChange *) changes->pdata[changes->len - 1])->state == SIM_PENDING;
}

static GArray *
heads_of (SimOracle *self, guint key)
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

void
sim_oracle_settle (SimOracle *self)
{
  self->known_heads = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  for (guint i = 0; i < self->keys->len; i++)
    g_ptr_array_add (self->known_heads, heads_of (self, i));
}

GArray *
sim_oracle_heads (SimOracle *self, guint key)
{
  return self->known_heads != NULL ? g_array_ref (self->known_heads->pdata[key]) : heads_of (self, key);
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
