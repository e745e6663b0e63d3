/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fields of a record type: read, and checked against their type. */
#define G_LOG_DOMAIN "ruhu-schema"

#include "config.h"

#include "ruhu-catalogue-private.h"

#include "ruhu-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_PATTERN 500

static const char *const field_members[] = { "name", "type", "label", "hint", "section", "choices", "max_choices", "reference", "unit", "places", "min", "max", "pattern",
                                             "long_text", "indexed", "required", "retired", "relevant", "constraint", "message", "calculate", "initial", "merge", "privacy", "writers", "makers", "search", NULL };
static const char *const extended_field_members[] = { "name", "label", "hint", "message", "retired", NULL };
static const char *const type_names[] = { "text", "integer", "decimal", "money", "boolean", "date", "month", "choice", "choices", "reference", "photo", NULL };
static const char *const search_names[] = { "name", "tail", "exact", NULL };

#define TYPES(type) (1u << RUHU_TYPE_##type)
#define NUMBERS     (TYPES (INTEGER) | TYPES (DECIMAL) | TYPES (MONEY))

/* Members that only some types may have. */
static const struct
{
  const char *member;
  guint types;
} typed_members[] = {
  { "choices", TYPES (CHOICE) | TYPES (CHOICES) },
  { "max_choices", TYPES (CHOICES) },
  { "reference", TYPES (REFERENCE) },
  { "indexed", TYPES (REFERENCE) },
  { "unit", NUMBERS },
  { "places", TYPES (DECIMAL) },
  { "min", NUMBERS | TYPES (TEXT) },
  { "max", NUMBERS | TYPES (TEXT) },
  { "pattern", TYPES (TEXT) },
  { "long_text", TYPES (TEXT) },
  { "search", TYPES (TEXT) },
  { "initial", ~(TYPES (CHOICES) | TYPES (PHOTO)) },
};

/* Members that a derived field has no use for. */
static const char *const stored_members[] = { "required", "relevant", "constraint", "initial", "message", "merge", "writers", "makers", "pattern", "search", "max_choices" };

static gboolean
check_members (RuhuField *field, const RuhuPlace *at, json_object *element, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (typed_members); i++)
    if (!(typed_members[i].types & (1u << field->type)) && json_object_object_get_ex (element, typed_members[i].member, NULL))
      {
        RuhuPlace place = { .parent = at, .name = typed_members[i].member };
        return ruhu_place_fail (&place, error, _ ("a field of type %s cannot have this"), type_names[field->type]);
      }
  for (guint i = 0; field->calculate != NULL && i < G_N_ELEMENTS (stored_members); i++)
    if (json_object_object_get_ex (element, stored_members[i], NULL))
      {
        RuhuPlace place = { .parent = at, .name = stored_members[i] };
        return ruhu_place_fail (&place, error, _ ("a calculated field cannot have this"));
      }
  return TRUE;
}

static gboolean
compile_pattern (RuhuField *field, const RuhuPlace *at, GError **error)
{
  RuhuPlace place = { .parent = at, .name = "pattern" };
  g_autoptr (GError) fault = NULL;

  if (field->pattern == NULL)
    return TRUE;
  /* Alone first: "a)|(b" would otherwise slip out of the group that makes it match the whole text. */
  g_autoptr (GRegex) alone = g_regex_new (field->pattern, 0, 0, &fault);
  if (alone == NULL)
    return ruhu_place_fail (&place, error, _ ("is not a pattern: %s"), fault->message);
  g_autofree char *whole = g_strdup_printf ("\\A(?:%s)\\z", field->pattern);
  GRegex *regex = g_regex_new (whole, 0, 0, &fault);
  if (regex == NULL)
    return ruhu_place_fail (&place, error, _ ("is not a pattern: %s"), fault->message);
  ((RuhuFieldBody *) field)->regex = regex;
  return TRUE;
}

/* Choice list, reference, unit and section must be there. */
static gboolean
resolve_names (RuhuCatalogue *self, RuhuField *field, const RuhuPlace *at, json_object *element, GError **error)
{
  const char *choices = NULL, *unit = NULL;

  if (!ruhu_reader_string (self, at, element, "choices", RUHU_CATALOGUE_MAX_NAME, &choices, error) ||
      !ruhu_reader_string (self, at, element, "reference", RUHU_CATALOGUE_MAX_NAME, &field->reference, error) ||
      !ruhu_reader_string (self, at, element, "unit", RUHU_CATALOGUE_MAX_NAME, &unit, error) ||
      !ruhu_reader_string (self, at, element, "section", RUHU_CATALOGUE_MAX_NAME, &field->section, error))
    return FALSE;

  field->choices = choices != NULL ? ruhu_catalogue_get_choices (self, choices) : NULL;
  if ((field->type == RUHU_TYPE_CHOICE || field->type == RUHU_TYPE_CHOICES) && field->choices == NULL)
    {
      RuhuPlace place = { .parent = at, .name = "choices" };
      return choices == NULL ? ruhu_place_fail (&place, error, _ ("is missing")) : ruhu_place_fail (&place, error, _ ("there is no list of choices called %s"), choices);
    }
  if (field->type == RUHU_TYPE_REFERENCE && (field->reference == NULL || ruhu_catalogue_get_record (self, field->reference) == NULL))
    {
      RuhuPlace place = { .parent = at, .name = "reference" };
      return field->reference == NULL ? ruhu_place_fail (&place, error, _ ("is missing"))
                                      : ruhu_place_fail (&place, error, _ ("there is no record type called %s"), field->reference);
    }
  if (unit != NULL)
    {
      RuhuLabel *label = g_hash_table_lookup (self->unit_by_name, unit);
      RuhuPlace place = { .parent = at, .name = "unit" };
      if (label == NULL)
        return ruhu_place_fail (&place, error, _ ("there is no unit called %s"), unit);
      field->unit = unit;
      field->unit_label = *label;
    }
  for (guint i = 0; field->section != NULL && i < field->record->sections->len; i++)
    if (strcmp (((RuhuSection *) g_ptr_array_index (field->record->sections, i))->name, field->section) == 0)
      return TRUE;
  RuhuPlace place = { .parent = at, .name = "section" };
  return field->section == NULL || ruhu_place_fail (&place, error, _ ("there is no section called %s"), field->section);
}

static gboolean
load_bounds (RuhuField *field, const RuhuPlace *at, json_object *element, GError **error)
{
  if (!ruhu_reader_number (at, element, "min", &field->has_min, &field->min, error) ||
      !ruhu_reader_number (at, element, "max", &field->has_max, &field->max, error) ||
      !ruhu_reader_count (at, element, "places", 6, NULL, &field->places, error) ||
      !ruhu_reader_count (at, element, "max_choices", 1000, NULL, &field->max_choices, error))
    return FALSE;
  if (field->has_min && field->has_max && field->min > field->max)
    return ruhu_place_fail (at, error, _ ("“min” is above “max”"));
  return TRUE;
}

static gboolean
load_rules (RuhuCatalogue *self, RuhuField *field, const RuhuPlace *at, json_object *element, GError **error)
{
  if (!ruhu_reader_boolean (at, element, "required", &field->required, error) ||
      !ruhu_reader_boolean (at, element, "retired", &field->retired, error) ||
      !ruhu_reader_boolean (at, element, "long_text", &field->long_text, error) ||
      !ruhu_reader_boolean (at, element, "indexed", &field->indexed, error) ||
      !ruhu_reader_string (self, at, element, "relevant", RUHU_CATALOGUE_MAX_SQL, &field->relevant, error) ||
      !ruhu_reader_string (self, at, element, "constraint", RUHU_CATALOGUE_MAX_SQL, &field->constraint, error) ||
      !ruhu_reader_string (self, at, element, "calculate", RUHU_CATALOGUE_MAX_SQL, &field->calculate, error) ||
      !ruhu_reader_string (self, at, element, "initial", RUHU_CATALOGUE_MAX_SQL, &field->initial, error) ||
      !ruhu_reader_string (self, at, element, "pattern", MAX_PATTERN, &field->pattern, error) ||
      !ruhu_reader_label (self, at, element, "message", FALSE, &field->message, error) ||
      !ruhu_reader_label (self, at, element, "hint", FALSE, &field->hint, error))
    return FALSE;
  if (field->constraint != NULL && field->message.en == NULL)
    return ruhu_place_fail (at, error, _ ("a constraint needs a “message” that says what is wrong"));
  if (field->constraint == NULL && field->pattern == NULL && field->message.en != NULL)
    return ruhu_place_fail (at, error, _ ("a “message” belongs to a constraint or a pattern"));
  return TRUE;
}

/* Merge policy, privacy and writers: the field's own, else the record type's. */
static gboolean
load_policy (RuhuRecordTypeBody *type, RuhuField *field, const RuhuPlace *at, json_object *element, GError **error)
{
  gboolean has_merge = type->has_merge, has_privacy = type->has_privacy;
  guint merge = type->merge, search = 0;
  gboolean has_search = FALSE;

  field->privacy = type->privacy;
  field->writers = type->writers;
  if (!ruhu_reader_enum (at, element, "merge", ruhu_merge_names, &has_merge, &merge, error) ||
      !ruhu_reader_count (at, element, "privacy", 3, &has_privacy, &field->privacy, error) ||
      !ruhu_reader_enum (at, element, "search", search_names, &has_search, &search, error) ||
      !ruhu_catalogue_load_writers (at, element, "writers", &field->writers, error) ||
      !ruhu_catalogue_load_writers (at, element, "makers", &field->makers, error))
    return FALSE;
  field->makers |= field->writers;
  type->type.has_makers = type->type.has_makers || field->makers != field->writers;
  if (!has_merge && field->calculate == NULL)
    return ruhu_place_fail (at, error, _ ("neither the field nor its record type has a “merge”"));
  if (!has_privacy)
    return ruhu_place_fail (at, error, _ ("neither the field nor its record type has a “privacy”"));
  field->merge = merge;
  field->search = has_search ? search_names[search] : NULL;
  return TRUE;
}

static gboolean
check_name (RuhuField *field, const RuhuPlace *at, GError **error)
{
  if (ruhu_catalogue_excludes (field->name) || ruhu_catalogue_excludes (field->label.en) || ruhu_catalogue_excludes (field->label.zh_CN))
    return ruhu_place_fail (at, error, _ ("this must not be collected (guard-rail G1)"));
  if (ruhu_catalogue_is_reserved (field->name))
    return ruhu_place_fail (at, error, _ ("the name is a word that SQL or every record uses already"));
  return TRUE;
}

static gboolean
load_new_field (RuhuCatalogue *self, RuhuRecordTypeBody *type, const char *name, const RuhuPlace *at, json_object *element, GError **error)
{
  gboolean has_type = FALSE;
  guint field_type = 0;

  if (type->type.fields->len == RUHU_CATALOGUE_MAX_FIELDS)
    return ruhu_place_fail (at, error, _ ("a record type has at most %d fields"), RUHU_CATALOGUE_MAX_FIELDS);
  RuhuField *field = (RuhuField *) g_new0 (RuhuFieldBody, 1);
  field->name = name;
  field->record = &type->type;
  g_ptr_array_add (type->type.fields, field);
  g_hash_table_insert (type->type.by_name, (gpointer) name, field);

  if (!ruhu_reader_enum (at, element, "type", type_names, &has_type, &field_type, error))
    return FALSE;
  if (!has_type)
    return ruhu_place_fail (at, error, _ ("“type” is missing"));
  field->type = field_type;
  field->indexed = field->type == RUHU_TYPE_REFERENCE;
  return ruhu_reader_label (self, at, element, "label", TRUE, &field->label, error) &&
         check_name (field, at, error) &&
         load_rules (self, field, at, element, error) &&
         check_members (field, at, element, error) &&
         load_bounds (field, at, element, error) &&
         resolve_names (self, field, at, element, error) &&
         load_policy (type, field, at, element, error) &&
         compile_pattern (field, at, error);
}

/* An extension relabels or retires. */
static gboolean
amend_field (RuhuCatalogue *self, RuhuField *field, const RuhuPlace *at, json_object *element, GError **error)
{
  if (!ruhu_reader_allow (at, element, extended_field_members, NULL))
    return ruhu_place_fail (at, error, _ ("an extension may only relabel or retire a field that exists"));
  return ruhu_reader_label (self, at, element, "label", FALSE, &field->label, error) &&
         ruhu_reader_label (self, at, element, "hint", FALSE, &field->hint, error) &&
         ruhu_reader_label (self, at, element, "message", FALSE, &field->message, error) &&
         ruhu_reader_boolean (at, element, "retired", &field->retired, error) &&
         check_name (field, at, error);
}

gboolean
ruhu_catalogue_load_fields (RuhuCatalogue *self, RuhuRecordTypeBody *type, const RuhuPlace *at, json_object *object, gboolean extending, GError **error)
{
  RuhuPlace array_place = { .parent = at, .name = "fields" };
  json_object *array = NULL;
  guint n_known = type->type.fields->len;

  if (!ruhu_reader_array (at, object, "fields", RUHU_CATALOGUE_MAX_FIELDS, &array, error))
    return FALSE;
  for (guint i = 0; array != NULL && i < json_object_array_length (array); i++)
    {
      json_object *element = json_object_array_get_idx (array, i);
      RuhuPlace place = ruhu_reader_element (&array_place, element, i);
      const char *name;
      if (!ruhu_reader_allow (&place, element, field_members, error) || !ruhu_reader_name (self, &place, element, &name, error))
        return FALSE;

      RuhuField *known = ruhu_record_type_get_field (&type->type, name);
      guint index;
      if (known != NULL && (!extending || (g_ptr_array_find (type->type.fields, known, &index) && index >= n_known)))
        return ruhu_place_fail (&place, error, _ ("the name is used twice"));
      if (known != NULL ? !amend_field (self, known, &place, element, error) : !load_new_field (self, type, name, &place, element, error))
        return FALSE;
    }
  if (type->type.fields->len == 0)
    return ruhu_place_fail (at, error, _ ("a record type needs at least one field"));
  return TRUE;
}
