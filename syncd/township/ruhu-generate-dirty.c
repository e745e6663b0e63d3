/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The dirty layer: beside the plan's households, for each rule three that break it and no other. They are made of the examples that the rules are tested with (rule-examples.json): a
 * household without fault, with what breaks the rule on top. A household's number is its label: "R63-1".
 *
 * What a change itself shows to be wrong never gets in, so the values come one a change, as they would from people who did not know of each other. */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-generate-private.h"
#include "ruhu-generate.h"
#include "ruhu-identity.h"
#include "ruhu-ledger-private.h"
#include "ruhu-township-resources.h"

#include <gio/gio.h>
#include <string.h>

#define EXAMPLES  "/org/ruhu/township/rule-examples.json"
#define ID_LENGTH 18

/* Rules without a household in this layer: those of the township; those about what cannot get in (R30, R34), about invented people outside of invented data (R12), about years gone by (R24)
 * and what was recorded before (R72b), about a notice of a whole village (R80c); and R64, which is good news. */
static const char *const left_out[] = { "R12", "R24", "R30", "R34", "R64", "R72b", "R80c", NULL };

/* One household being made. */
typedef struct
{
  RuhuLedger *ledger;
  RuhuNewTown *town;
  json_object *example;
  guint number; /* of the household in this layer */
  char *scope;
  char *label;
} Dirty;

static json_object *
get (json_object *object, const char *name)
{
  return json_object_object_get (object, name);
}

/* The number made this household's own: other digits of order, and a check digit that is as right or wrong as it was. */
static char *
vary_number (Dirty *self, const char *number)
{
  char *own = g_strdup (number);
  gsize length = strlen (own), order = length == 15 ? 12 : 14;
  gboolean right = ruhu_identity_has_check_digit (number);

  if (length < 15)
    return own;
  own[order] = (char) ('0' + self->number / 10 % 10);
  own[order + 1] = (char) ('0' + self->number % 10);
  if (g_str_has_prefix (own, "990001"))
    own[5] = (char) ('1' + self->number / 100);
  for (const char *digit = "10X98765432"; length >= ID_LENGTH && *digit != '\0'; digit++)
    {
      own[ID_LENGTH - 1] = *digit;
      if (ruhu_identity_has_check_digit (own) == right)
        break;
    }
  return own;
}

/* An id of the examples as one of this township; NULL: it is none. */
static char *
map_id (Dirty *self, const char *text)
{
  if (strcmp (text, "v1") == 0)
    return g_strdup (self->town->villages[self->number % RUHU_N_VILLAGES]);
  if (strcmp (text, "a1") == 0 || strcmp (text, "b1") == 0)
    {
      RuhuNewHousehold *any = ruhu_new_town_get (self->town, 0);
      return g_strdup (((RuhuNewHelper *) g_ptr_array_index (self->town->helpers, text[0] == 'a' ? any->helper_a : any->helper_b))->id);
    }
  if (strcmp (text, "j1") == 0 || strcmp (text, "j2") == 0)
    return ruhu_generate_project_id (self->town, text[1] == '1' ? RUHU_PROJECT_GRANT : RUHU_PROJECT_SHOPS);
  if (strcmp (text, "0001") == 0 || strcmp (text, "0002") == 0)
    return g_strconcat (self->label, text[3] == '1' ? "" : "x", NULL);
  if (strlen (text) >= 2 && strlen (text) <= 3 && g_ascii_islower (text[0]) && g_ascii_isdigit (text[1]))
    {
      g_autofree char *purpose = g_strconcat ("dirty-", text, NULL);
      return ruhu_stream_make_id (self->town->seed, purpose, self->number);
    }
  return NULL;
}

static json_object *
map_value (Dirty *self, const char *field, json_object *value)
{
  static const char *const stems[] = { "甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸" };

  if (!json_object_is_type (value, json_type_string))
    return json_object_get (value);
  const char *text = json_object_get_string (value);
  g_autofree char *mapped = NULL;
  if (strcmp (field, "id_no") == 0)
    mapped = vary_number (self, text);
  else if (strcmp (field, "name") == 0)
    mapped = g_strconcat (text, stems[self->number / 10 % 10], stems[self->number % 10], NULL);
  else
    mapped = map_id (self, text);
  return mapped != NULL ? json_object_new_string (mapped) : json_object_get (value);
}

static json_object *
map_fields (Dirty *self, json_object *fields)
{
  json_object *mapped = json_object_new_object ();

  json_object_object_foreach (fields, name, value)
      json_object_object_add (mapped, name, map_value (self, name, value));
  return mapped;
}

/* Every field of a record as the example has it: the base with what breaks the rule on top. Transfer full. */
static json_object *
merge (json_object *base, json_object *over)
{
  json_object *merged = json_object_new_object ();

  if (base != NULL)
    {
      json_object_object_foreach (base, name, value)
          json_object_object_add (merged, name, json_object_get (value));
    }
  if (over != NULL)
    {
      json_object_object_foreach (over, own_name, own_value)
          json_object_object_add (merged, own_name, json_object_get (own_value));
    }
  return merged;
}

static char *
make_id (Dirty *self, RuhuRecordType *type, const char *scope, const char *id, json_object *fields)
{
  char *keyed = ruhu_record_type_make_id (type, scope, fields);

  return keyed != NULL ? keyed : map_id (self, id);
}

static void
put (json_object *set, const char *type, const char *id, json_object *fields)
{
  json_object *records = NULL;

  if (!json_object_object_get_ex (set, type, &records))
    {
      records = json_object_new_object ();
      json_object_object_add (set, type, records);
    }
  json_object_object_add (records, id, fields);
}

/* Everything of @base; of what is written only once, and of what is new and has a key, with @over on top. */
static json_object *
make_first (Dirty *self, const char *scope, json_object *base, json_object *over)
{
  json_object *set = json_object_new_object ();

  json_object_object_foreach (base, name, records)
  {
    RuhuRecordType *type = ruhu_catalogue_get_record (self->town->catalogue, name);
    json_object_object_foreach (records, id, fields)
    {
      g_autoptr (RuhuJson) merged = merge (fields, type->append_only ? get (get (over, name), id) : NULL);
      g_autofree char *own = make_id (self, type, scope, id, merged);
      put (set, name, own, map_fields (self, merged));
    }
  }
  if (over == NULL)
    return set;
  json_object_object_foreach (over, over_name, over_records)
  {
    RuhuRecordType *type = ruhu_catalogue_get_record (self->town->catalogue, over_name);
    json_object_object_foreach (over_records, over_id, over_fields)
    {
      if (get (get (base, over_name), over_id) != NULL || (!type->append_only && type->key == NULL))
        continue;
      g_autofree char *own = make_id (self, type, scope, over_id, over_fields);
      put (set, over_name, own, map_fields (self, over_fields));
    }
  }
  return set;
}

/* An ID number that is wrong stands only with a reason. */
static void
add_reason (Dirty *self, json_object *set, const char *record)
{
  g_autofree char *id = ruhu_stream_make_id (self->town->seed, "dirty-note", self->number);
  json_object *note = json_object_new_object ();

  ruhu_generate_put (note, "rule", json_object_get_string (get (self->example, "rule")));
  ruhu_generate_put (note, "record_type", "person");
  ruhu_generate_put (note, "record_id", record);
  ruhu_generate_put (note, "field", "id_no");
  ruhu_generate_put (note, "reason", "名册原有，待核实");
  put (set, "finding_note", id, note);
}

static gboolean
write_value (Dirty *self, const char *type, const char *id, const char *field, json_object *value, GError **error)
{
  g_autoptr (RuhuJson) set = json_object_new_object ();
  json_object *fields = json_object_new_object ();

  json_object_object_add (fields, field, map_value (self, field, value));
  put (set, type, id, fields);
  if (strcmp (field, "id_no") == 0 && value != NULL)
    add_reason (self, set, id);
  return ruhu_ledger_write (self->ledger, self->town->office, self->scope, FALSE, set, error);
}

static gboolean
write_values (Dirty *self, json_object *base, json_object *over, GError **error)
{
  json_object_object_foreach (over, name, records)
  {
    RuhuRecordType *type = ruhu_catalogue_get_record (self->town->catalogue, name);
    json_object_object_foreach (records, id, fields)
    {
      json_object *known = get (get (base, name), id);
      if (type->append_only || (known == NULL && type->key != NULL))
        continue;
      g_autofree char *own = make_id (self, type, self->scope, id, known);
      json_object_object_foreach (fields, field, value)
      {
        if (!write_value (self, name, own, field, value, error))
          return FALSE;
      }
    }
  }
  return TRUE;
}

/* The household that the example has beside the one that breaks the rule. */
static gboolean
write_elsewhere (Dirty *self, json_object *examples, GError **error)
{
  static const char *const pairs[] = { "R06", "R07", "R100b", "D05", NULL };

  if (!g_strv_contains (pairs, json_object_get_string (get (self->example, "rule"))))
    return TRUE;
  g_autofree char *scope = map_id (self, "h2");
  g_autoptr (RuhuJson) set = make_first (self, scope, get (examples, "elsewhere"), get (self->example, "elsewhere"));
  return ruhu_ledger_write (self->ledger, self->town->office, scope, FALSE, set, error);
}

static gboolean
write_household (Dirty *self, json_object *examples, GError **error)
{
  json_object *base = get (examples, "household"), *over = get (self->example, "bad");
  g_autoptr (RuhuJson) set = make_first (self, self->scope, base, over);

  return write_elsewhere (self, examples, error) &&
         ruhu_ledger_write (self->ledger, self->town->office, self->scope, FALSE, set, error) && write_values (self, base, over, error);
}

gboolean
ruhu_generate_is_dirty (RuhuRule *rule)
{
  g_return_val_if_fail (rule != NULL, FALSE);
  return rule->level == RUHU_RULE_HOUSEHOLD && !g_strv_contains (left_out, rule->id);
}

static gboolean
write_example (RuhuLedger *ledger, RuhuNewTown *town, json_object *examples, json_object *example, guint *number, GError **error)
{
  const char *id = json_object_get_string (get (example, "rule"));
  RuhuRule *rule = ruhu_catalogue_get_rule (town->catalogue, id);

  /* What a log says is told by a log; here there is a beginning only. */
  if (get (example, "sql") != NULL)
    return TRUE;
  for (guint i = 1; rule != NULL && ruhu_generate_is_dirty (rule) && i <= RUHU_DIRTY_EACH; i++)
    {
      Dirty self = { .ledger = ledger, .town = town, .example = example, .number = (*number)++ };
      g_autofree char *label = g_strdup_printf ("%s-%u", id, i);
      self.label = label;
      g_autofree char *scope = map_id (&self, "h1");
      self.scope = scope;
      if (!write_household (&self, examples, error))
        {
          g_prefix_error (error, "%s: ", label);
          return FALSE;
        }
    }
  return TRUE;
}

typedef struct
{
  RuhuLedger *ledger;
  RuhuNewTown *town;
  json_object *document;
} Layer;

static gboolean
write_layer (RuhuDatabase *database, gpointer data, GError **error)
{
  Layer *layer = data;
  json_object *examples = get (layer->document, "examples");
  guint number = 0;

  for (gsize i = 0; i < json_object_array_length (examples); i++)
    if (!write_example (layer->ledger, layer->town, layer->document, json_object_array_get_idx (examples, i), &number, error))
      return FALSE;
  return TRUE;
}

gboolean
ruhu_generate_dirty (RuhuLedger *ledger, guint64 seed, GError **error)
{
  g_return_val_if_fail (ledger != NULL, FALSE);

  g_autoptr (RuhuNewTown) town = ruhu_generate_town (seed, error);
  g_autoptr (GBytes) bytes = town != NULL ? g_resource_lookup_data (ruhu_township_get_resource (), EXAMPLES, G_RESOURCE_LOOKUP_FLAGS_NONE, error) : NULL;
  if (bytes == NULL)
    return FALSE;
  gsize size;
  const char *text = g_bytes_get_data (bytes, &size);
  g_autofree char *copy = g_strndup (text, size);
  g_autoptr (RuhuJson) document = json_tokener_parse (copy);
  g_assert (document != NULL);
  Layer layer = { ledger, town, document };
  return ruhu_database_transaction (ledger->database, write_layer, &layer, error);
}
