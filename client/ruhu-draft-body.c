/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The JSON of a draft:
 *
 *   {"version": 1,
 *    "self": "<id of the record that the form makes>",
 *    "step": "<name of the step the person is at>",
 *    "visited": {"<step>": true},
 *    "base":  {"<type>": {"<record>": {"<field>": value}}},   as read at the opening
 *    "added": {"<type>": {"<record>": true}},                 records made in this draft, in order
 *    "typed": {"<type>": {"<record>": {"<field>": value}}},   null: emptied; holds only what differs from "base"
 *    "day": "2018-06-29",                                     the form's date: what starts with today starts with it, and goes along with it
 *    "at": "2018-06-29 09:30",                                the minute in which it was opened first
 *    "year": 2018,                                             the year that the records of a year are of (ruhu-draft-years.c)
 *    "begun": {"<type>": {"<record>": true}},                 of the added ones: begun by the program for that year, saved only once somebody answered something
 *    "answered": {"<type>": {"<record>": {"<field>": true}}}, what a person entered in a record of a year, or where something started with the form's date, as against what was proposed
 *    "pending": {"<type>": "<record>"},                       of the added ones: a line that is being entered and is no part of the visit yet
 *    "reasons": {"<key>": "why"},                             why a finding of a rule is let pass (ruhu_session_dup_reason_key())
 *    "text":  {"<type>": {"<record>": {"<field>": "abc"}}}}   typed, but not (yet) a value of its field
 *
 * Further members are kept. The base travels with the draft because a change must be judged against what the person saw, not
 * against what a synchronisation has brought meanwhile. */
#define G_LOG_DOMAIN "ruhu-draft-body"

#include "config.h"

#include "ruhu-draft-body-private.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-store.h"
#include "ruhu-value.h"

#include <glib/gi18n.h>

#define DRAFT_VERSION 1

json_object *
ruhu_draft_body_get_member (json_object *object, const char *name)
{
  json_object *member = NULL;

  if (object == NULL || !json_object_is_type (object, json_type_object) || !json_object_object_get_ex (object, name, &member))
    return NULL;
  return member;
}

/* The object below @path, made where it is missing. */
json_object *
ruhu_draft_body_ensure_object (json_object *object, const char *name)
{
  json_object *member = ruhu_draft_body_get_member (object, name);

  if (member == NULL)
    {
      member = json_object_new_object ();
      json_object_object_add (object, name, member);
    }
  return member;
}

json_object *
ruhu_draft_body_get_record (RuhuDraftBody *self, const char *table, const char *type, const char *record)
{
  return ruhu_draft_body_get_member (ruhu_draft_body_get_member (ruhu_draft_body_get_member (self->root, table), type), record);
}

static json_object *
ensure_record (RuhuDraftBody *self, const char *table, const char *type, const char *record)
{
  return ruhu_draft_body_ensure_object (ruhu_draft_body_ensure_object (ruhu_draft_body_ensure_object (self->root, table), type), record);
}

static json_object *
copy_value (json_object *value)
{
  json_object *copy = NULL;

  if (value != NULL)
    {
      int result = json_object_deep_copy (value, &copy, NULL);

      /* It fails for want of memory alone, where GLib gives up too. */
      g_assert (result == 0);
    }
  return copy;
}

/* Removes a field, and the objects above it that have become empty. */
static void
remove_field (RuhuDraftBody *self, const char *table, const char *type, const char *record, const char *field)
{
  json_object *types = ruhu_draft_body_get_member (self->root, table);
  json_object *records = ruhu_draft_body_get_member (types, type);
  json_object *fields = ruhu_draft_body_get_member (records, record);

  if (fields == NULL)
    return;
  json_object_object_del (fields, field);
  if (json_object_object_length (fields) > 0)
    return;
  json_object_object_del (records, record);
  if (json_object_object_length (records) == 0)
    json_object_object_del (types, type);
}

RuhuDraftBody *
ruhu_draft_body_new (void)
{
  RuhuDraftBody *self = g_new0 (RuhuDraftBody, 1);

  self->root = json_object_new_object ();
  json_object_object_add (self->root, "version", json_object_new_int (DRAFT_VERSION));
  return self;
}

void
ruhu_draft_body_free (RuhuDraftBody *self)
{
  if (self == NULL)
    return;
  json_object_put (self->root);
  g_free (self);
}

static gboolean
refuse (const char *member, GError **error)
{
  g_set_error (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("The draft is damaged at “%s”. It was kept as it is."), member);
  return FALSE;
}

/* Every value below @member is an object, @depth levels down. */
static gboolean
check_objects (json_object *object, const char *member, int depth, GError **error)
{
  if (!json_object_is_type (object, json_type_object))
    return refuse (member, error);
  if (depth == 0)
    return TRUE;
  json_object_object_foreach (object, name, child)
  {
    (void) name;
    if (!check_objects (child, member, depth - 1, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
check_table (json_object *root, const char *member, int depth, GError **error)
{
  json_object *table = NULL;

  if (!json_object_object_get_ex (root, member, &table))
    return TRUE;
  return check_objects (table, member, depth, error);
}

static gboolean
check_texts (json_object *root, GError **error)
{
  json_object *types = ruhu_draft_body_get_member (root, "text");

  if (types == NULL)
    return TRUE;
  json_object_object_foreach (types, type, records)
  {
    (void) type;
    json_object_object_foreach (records, record, fields)
    {
      (void) record;
      json_object_object_foreach (fields, field, text)
      {
        (void) field;
        if (!json_object_is_type (text, json_type_string))
          return refuse ("text", error);
      }
    }
  }
  return TRUE;
}

static gboolean
check_string (json_object *root, const char *member, GError **error)
{
  json_object *value = NULL;

  if (json_object_object_get_ex (root, member, &value) && !json_object_is_type (value, json_type_string))
    return refuse (member, error);
  return TRUE;
}

RuhuDraftBody *
ruhu_draft_body_from_json (json_object *object, GError **error)
{
  json_object *version;
  g_autoptr (RuhuDraftBody) self = NULL;

  if (!json_object_is_type (object, json_type_object))
    {
      refuse ("{}", error);
      return NULL;
    }
  version = ruhu_draft_body_get_member (object, "version");
  if (!json_object_is_type (version, json_type_int))
    {
      refuse ("version", error);
      return NULL;
    }
  if (json_object_get_int (version) > DRAFT_VERSION)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_VERSION, _ ("The draft was written by a newer version of the program. It was kept as it is."));
      return NULL;
    }
  if (!check_table (object, RUHU_DRAFT_BASE, 2, error) || !check_table (object, "typed", 2, error) || !check_table (object, "text", 2, error) ||
      !check_table (object, "added", 1, error) || !check_table (object, "begun", 1, error) || !check_table (object, "answered", 2, error) || !check_table (object, "visited", 0, error) || !check_table (object, "reasons", 0, error) || !check_table (object, "pending", 0, error) || !check_texts (object, error) ||
      !check_string (object, "self", error) || !check_string (object, "step", error))
    return NULL;
  self = g_new0 (RuhuDraftBody, 1);
  self->root = copy_value (object);
  return g_steal_pointer (&self);
}

RuhuDraftBody *
ruhu_draft_body_new_of_set (json_object *set, RuhuDraftStoredFunc stored, gpointer data)
{
  RuhuDraftBody *self = ruhu_draft_body_new ();

  json_object_object_foreach (set, type, records)
  {
    json_object_object_foreach (records, record, fields)
    {
      json_object *typed = ensure_record (self, "typed", type, record);

      if (!stored (type, record, data))
        json_object_object_add (ruhu_draft_body_ensure_object (ruhu_draft_body_ensure_object (self->root, "added"), type), record, json_object_new_boolean (TRUE));
      json_object_object_foreach (fields, field, value)
          json_object_object_add (typed, field, copy_value (value));
    }
  }
  return self;
}

json_object *
ruhu_draft_body_to_json (RuhuDraftBody *self)
{
  return copy_value (self->root);
}

void
ruhu_draft_body_set_base (RuhuDraftBody *self, const char *type, const char *record, json_object *fields)
{
  json_object *records = ruhu_draft_body_ensure_object (ruhu_draft_body_ensure_object (self->root, RUHU_DRAFT_BASE), type);

  json_object_object_add (records, record, fields != NULL ? copy_value (fields) : json_object_new_object ());
}

gboolean
ruhu_draft_body_has_base (RuhuDraftBody *self, const char *type, const char *record)
{
  return ruhu_draft_body_get_record (self, RUHU_DRAFT_BASE, type, record) != NULL;
}

const char *
ruhu_draft_body_add_record (RuhuDraftBody *self, const char *type)
{
  g_autofree char *id = ruhu_random_id ();
  json_object *records = ruhu_draft_body_ensure_object (ruhu_draft_body_ensure_object (self->root, "added"), type);
  const char *kept = NULL;

  json_object_object_add (records, id, json_object_new_boolean (TRUE));
  json_object_object_foreach (records, name, value)
  {
    (void) value;
    if (g_strcmp0 (name, id) == 0)
      kept = name;
  }
  return kept;
}

gboolean
ruhu_draft_body_is_added (RuhuDraftBody *self, const char *type, const char *record)
{
  return ruhu_draft_body_get_record (self, "added", type, record) != NULL;
}

GPtrArray *
ruhu_draft_body_list_records (RuhuDraftBody *self, const char *type)
{
  static const char *const tables[] = { RUHU_DRAFT_BASE, "added" };
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      json_object *records = ruhu_draft_body_get_member (ruhu_draft_body_get_member (self->root, tables[i]), type);

      if (records == NULL)
        continue;
      json_object_object_foreach (records, id, value)
      {
        (void) value;
        g_ptr_array_add (ids, g_strdup (id));
      }
    }
  return ids;
}

json_object *
ruhu_draft_body_get_base (RuhuDraftBody *self, const char *type, const char *record, const char *field)
{
  return ruhu_draft_body_get_member (ruhu_draft_body_get_record (self, RUHU_DRAFT_BASE, type, record), field);
}

json_object *
ruhu_draft_body_get_value (RuhuDraftBody *self, const char *type, const char *record, const char *field)
{
  json_object *value = NULL;
  json_object *typed = ruhu_draft_body_get_record (self, "typed", type, record);

  if (typed != NULL && json_object_object_get_ex (typed, field, &value))
    return value;
  return ruhu_draft_body_get_base (self, type, record, field);
}

void
ruhu_draft_body_set_value (RuhuDraftBody *self, const char *type, const char *record, const char *field, json_object *value)
{
  remove_field (self, "text", type, record, field);
  if (ruhu_value_equal (value, ruhu_draft_body_get_base (self, type, record, field)))
    remove_field (self, "typed", type, record, field);
  else
    json_object_object_add (ensure_record (self, "typed", type, record), field, copy_value (value));
}

void
ruhu_draft_body_set_text (RuhuDraftBody *self, const char *type, const char *record, const char *field, const char *text)
{
  json_object_object_add (ensure_record (self, "text", type, record), field, json_object_new_string (text));
}

const char *
ruhu_draft_body_get_text (RuhuDraftBody *self, const char *type, const char *record, const char *field)
{
  json_object *text = ruhu_draft_body_get_member (ruhu_draft_body_get_record (self, "text", type, record), field);

  return text != NULL ? json_object_get_string (text) : NULL;
}

gboolean
ruhu_draft_body_has_text (RuhuDraftBody *self, const char *type, const char *record)
{
  return ruhu_draft_body_get_record (self, "text", type, record) != NULL;
}

/* Whether a table holds anything at a place. */
static gboolean
has_entry (RuhuDraftBody *self, const char *table, const char *type, const char *record, const char *field)
{
  json_object *types = ruhu_draft_body_get_member (self->root, table);

  if (type == NULL)
    return types != NULL && json_object_object_length (types) > 0;
  if (field == NULL)
    return ruhu_draft_body_get_record (self, table, type, record) != NULL;
  return json_object_object_get_ex (ruhu_draft_body_get_record (self, table, type, record), field, NULL);
}

gboolean
ruhu_draft_body_is_changed (RuhuDraftBody *self, const char *type, const char *record, const char *field)
{
  if (type != NULL && ruhu_draft_body_is_idle (self, type, record))
    return FALSE;
  return has_entry (self, "typed", type, record, field) || has_entry (self, "text", type, record, field);
}

json_object *
ruhu_draft_body_dup_fields (RuhuDraftBody *self, const char *type, const char *record)
{
  json_object *base = ruhu_draft_body_get_record (self, RUHU_DRAFT_BASE, type, record);
  json_object *typed = ruhu_draft_body_get_record (self, "typed", type, record);
  json_object *fields = base != NULL ? copy_value (base) : json_object_new_object ();

  if (typed == NULL)
    return fields;
  json_object_object_foreach (typed, field, value)
  {
    json_object_object_add (fields, field, copy_value (value));
  }
  return fields;
}

char *
ruhu_draft_body_dup_final_id (RuhuDraftBody *self, RuhuRecordType *type, const char *scope, const char *record)
{
  g_autoptr (RuhuJson) fields = NULL;

  if (type->key == NULL || !ruhu_draft_body_is_added (self, type->name, record))
    return g_strdup (record);
  fields = ruhu_draft_body_dup_fields (self, type->name, record);
  return ruhu_record_type_make_id (type, scope, fields);
}

/* --- the change --- */

typedef struct
{
  RuhuDraftBody *body;
  RuhuCatalogue *catalogue;
  const char *scope;
  RuhuDraftFilter filter;
  gpointer filter_data;
  GHashTable *final_ids; /* draft's id → final id */
  json_object *set;      /* borrowed */
} SetBuilder;

static gboolean
is_wanted (SetBuilder *builder, const char *type, const char *record, const char *field)
{
  return builder->filter == NULL || builder->filter (type, record, field, builder->filter_data);
}

/* Typed where more was known: an older program, or one that has not heard of a questionnaire yet, does not leave it out. */
static gboolean
refuse_unknown (const char *name, GError **error)
{
  g_set_error (error, RUHU_ERROR, RUHU_ERROR_VERSION, _ ("The draft holds “%s”, which this program does not know. It was kept; update the program."), name);
  return FALSE;
}

static gboolean
refuse_text (SetBuilder *builder, RuhuRecordType *type, const char *record, GError **error)
{
  json_object *texts = ruhu_draft_body_get_record (builder->body, "text", type->name, record);

  if (texts == NULL)
    return TRUE;
  json_object_object_foreach (texts, name, text)
  {
    RuhuField *field = ruhu_record_type_get_field (type, name);

    (void) text;
    if (field == NULL)
      return refuse_unknown (name, error);
    if (!is_wanted (builder, type->name, record, name))
      continue;
    g_set_error (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("%s, %s: what is written there cannot be read. Correct or empty it."), ruhu_label_get (&type->label), ruhu_label_get (&field->label));
    return FALSE;
  }
  return TRUE;
}

/* Finds the ids under which everything typed will be saved, before any of them is mentioned by a reference. */
static gboolean
refuse_twice (RuhuRecordType *type, GError **error)
{
  g_set_error (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("%s: two entries stand for the same. Put all of it into one of them, and take the other away."), ruhu_label_get (&type->label));
  return FALSE;
}

static gboolean
collect_ids (SetBuilder *builder, RuhuRecordType *type, json_object *records, GError **error)
{
  g_autoptr (GHashTable) made = g_hash_table_new (g_str_hash, g_str_equal);

  json_object_object_foreach (records, record, fields)
  {
    char *id;

    (void) fields;
    if (ruhu_draft_body_is_idle (builder->body, type->name, record))
      continue;
    id = ruhu_draft_body_dup_final_id (builder->body, type, builder->scope, record);
    if (id == NULL)
      {
        g_set_error (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("%s: fill in first what tells this entry from the others (%s)."), ruhu_label_get (&type->label), ruhu_label_get (&ruhu_record_type_get_field (type, type->key->pdata[0])->label));
        return FALSE;
      }
    g_hash_table_insert (builder->final_ids, g_strdup (record), id);
    if (ruhu_draft_body_is_added (builder->body, type->name, record) && !g_hash_table_add (made, id))
      return refuse_twice (type, error);
  }
  return TRUE;
}

static json_object *
dup_final_value (SetBuilder *builder, RuhuField *field, json_object *value)
{
  const char *id = NULL;

  if (value != NULL && field->type == RUHU_TYPE_REFERENCE)
    id = g_hash_table_lookup (builder->final_ids, json_object_get_string (value));
  return id != NULL ? json_object_new_string (id) : copy_value (value);
}

static gboolean
add_record (SetBuilder *builder, RuhuRecordType *type, const char *record, json_object *typed, GError **error)
{
  const char *id = g_hash_table_lookup (builder->final_ids, record);

  json_object_object_foreach (typed, name, value)
  {
    RuhuField *field = ruhu_record_type_get_field (type, name);
    g_autoptr (RuhuJson) final = NULL;

    /* Not a field: what is saved brings back by itself what was removed. */
    if (field == NULL && !g_str_equal (name, "deleted"))
      return refuse_unknown (name, error);
    if (field == NULL || !is_wanted (builder, type->name, record, name))
      continue;
    final = dup_final_value (builder, field, value);
    /* A keyed record that was made anew may turn out to exist already: then only what differs from it counts. */
    if (ruhu_value_equal (final, ruhu_draft_body_get_base (builder->body, type->name, id, name)))
      continue;
    json_object_object_add (ruhu_draft_body_ensure_object (ruhu_draft_body_ensure_object (builder->set, type->name), id), name, g_steal_pointer (&final));
  }
  return TRUE;
}

static gboolean
for_each_type (SetBuilder *builder, const char *table, gboolean (*func) (SetBuilder *, RuhuRecordType *, json_object *, GError **), GError **error)
{
  json_object *types = ruhu_draft_body_get_member (builder->body->root, table);

  if (types == NULL)
    return TRUE;
  json_object_object_foreach (types, name, records)
  {
    RuhuRecordType *type = ruhu_catalogue_get_record (builder->catalogue, name);

    if (type == NULL)
      return refuse_unknown (name, error);
    if (!func (builder, type, records, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
check_texts_of_type (SetBuilder *builder, RuhuRecordType *type, json_object *records, GError **error)
{
  json_object_object_foreach (records, record, texts)
  {
    (void) texts;
    if (!refuse_text (builder, type, record, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
add_type (SetBuilder *builder, RuhuRecordType *type, json_object *records, GError **error)
{
  json_object_object_foreach (records, record, typed)
  {
    if (!ruhu_draft_body_is_idle (builder->body, type->name, record) && !add_record (builder, type, record, typed, error))
      return FALSE;
  }
  return TRUE;
}

json_object *
ruhu_draft_body_dup_set (RuhuDraftBody *self, RuhuCatalogue *catalogue, const char *scope, RuhuDraftFilter filter, gpointer data, GError **error)
{
  g_autoptr (RuhuJson) set = json_object_new_object ();
  g_autoptr (GHashTable) final_ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  SetBuilder builder = { self, catalogue, scope, filter, data, final_ids, set };

  if (!for_each_type (&builder, "text", check_texts_of_type, error) ||
      !for_each_type (&builder, "typed", collect_ids, error) ||
      !for_each_type (&builder, "typed", add_type, error))
    return NULL;
  return g_steal_pointer (&set);
}
