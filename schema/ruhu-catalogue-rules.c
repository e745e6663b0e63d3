/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules: read, and checked against the record types. Whether their SQL runs is seen by ruhu_rules_check_catalogue(). */
#define G_LOG_DOMAIN "ruhu-schema"

#include "config.h"

#include "ruhu-catalogue-private.h"

#include "ruhu-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_ID         20
#define MAX_PARAMETERS 8

static const char *const rule_members[] = { "id", "label", "message", "level", "severity", "exit", "pending", "retired", "problem", "record", "fields", "also",
                                            "parameters", "query", NULL };
static const char *const extended_rule_members[] = { "id", "label", "message", "severity", "exit", "retired", NULL };
static const char *const parameter_members[] = { "name", "label", "value", NULL };
static const char *const level_names[] = { "household", "township", NULL };
static const char *const severity_names[] = { "error", "warning", "information", "off", "only", NULL };
#define EXIT_ONLY 4

void
ruhu_rule_free (RuhuRule *self)
{
  g_clear_pointer (&self->fields, g_ptr_array_unref);
  g_clear_pointer (&self->also, g_ptr_array_unref);
  g_clear_pointer (&self->parameters, g_ptr_array_unref);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuRule, ruhu_rule_free)

GPtrArray *
ruhu_catalogue_get_rules (RuhuCatalogue *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->rules;
}

RuhuRule *
ruhu_catalogue_get_rule (RuhuCatalogue *self, const char *id)
{
  g_return_val_if_fail (self != NULL && id != NULL, NULL);

  for (guint i = 0; i < self->rules->len; i++)
    {
      RuhuRule *rule = g_ptr_array_index (self->rules, i);
      if (strcmp (rule->id, id) == 0)
        return rule;
    }
  return NULL;
}

static gboolean
load_id (RuhuCatalogue *self, const RuhuPlace *at, json_object *element, const char **id, GError **error)
{
  RuhuPlace place = { .parent = at, .name = "id" };

  if (!ruhu_reader_string (self, at, element, "id", MAX_ID, id, error))
    return FALSE;
  if (*id == NULL)
    return ruhu_place_fail (&place, error, _ ("is missing"));
  for (const char *c = *id; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && *c != '_' && *c != '-')
      return ruhu_place_fail (&place, error, _ ("has letters, digits, - and _ only"));
  return TRUE;
}

static gboolean
load_severity (RuhuRule *rule, const RuhuPlace *at, json_object *element, gboolean extending, GError **error)
{
  RuhuPlace place = { .parent = at, .name = "severity" };
  gboolean given = FALSE, exit_given = FALSE;
  guint severity = 0, on_exit = 0;

  if (!ruhu_reader_enum (at, element, "severity", severity_names, &given, &severity, error) ||
      !ruhu_reader_enum (at, element, "exit", severity_names, &exit_given, &on_exit, error))
    return FALSE;
  if (given && severity == EXIT_ONLY)
    return ruhu_place_fail (&place, error, _ ("must be one of %s"), "error, warning, information, off");
  if (given)
    rule->severity = severity;
  if (exit_given)
    {
      rule->exit_only = on_exit == EXIT_ONLY;
      rule->exit = on_exit == EXIT_ONLY ? RUHU_SEVERITY_ERROR : on_exit;
    }
  else if (!extending || given)
    rule->exit = rule->severity;
  if (!extending && !given && !rule->exit_only)
    return ruhu_place_fail (&place, error, _ ("is missing"));
  return TRUE;
}

static RuhuField *
find_field (RuhuCatalogue *self, RuhuRecordType *record, const char *name)
{
  g_auto (GStrv) parts = g_strsplit (name, ".", 2);

  if (record == NULL && parts[0] != NULL && parts[1] != NULL)
    record = ruhu_catalogue_get_record (self, parts[0]);
  else if (parts[0] == NULL || parts[1] != NULL)
    return NULL;
  return record != NULL ? ruhu_record_type_get_field (record, parts[1] != NULL ? parts[1] : parts[0]) : NULL;
}

/* @record NULL: the names are "record.field". */
static gboolean
load_fields (RuhuCatalogue *self, RuhuRecordType *record, const RuhuPlace *at, json_object *element, const char *member, GPtrArray *fields, GError **error)
{
  RuhuPlace array_place = { .parent = at, .name = member };
  json_object *array = NULL;

  if (!ruhu_reader_array (at, element, member, RUHU_CATALOGUE_MAX_FIELDS, &array, error))
    return FALSE;
  for (guint i = 0; array != NULL && i < json_object_array_length (array); i++)
    {
      json_object *name = json_object_array_get_idx (array, i);
      RuhuPlace place = { .parent = &array_place, .index = i };
      RuhuField *field = json_object_is_type (name, json_type_string) ? find_field (self, record, json_object_get_string (name)) : NULL;
      if (field == NULL)
        return ruhu_place_fail (&place, error, _ ("is not a field of this record type"));
      g_ptr_array_add (fields, field);
    }
  return TRUE;
}

static gboolean
load_parameter (RuhuCatalogue *self, RuhuRule *rule, const RuhuPlace *at, json_object *element, GError **error)
{
  g_autofree RuhuRuleParameter *parameter = g_new0 (RuhuRuleParameter, 1);
  gboolean given = FALSE;
  double value = 0;

  if (!ruhu_reader_allow (at, element, parameter_members, error) ||
      !ruhu_reader_name (self, at, element, &parameter->name, error) ||
      !ruhu_reader_label (self, at, element, "label", TRUE, &parameter->label, error) ||
      !ruhu_reader_number (at, element, "value", &given, &value, error))
    return FALSE;
  if (!given || value != (double) (gint64) CLAMP (value, -1e15, 1e15))
    return ruhu_place_fail (at, error, _ ("“value” must be a whole number"));
  parameter->value = (gint64) value;
  g_ptr_array_add (rule->parameters, g_steal_pointer (&parameter));
  return TRUE;
}

static gboolean
load_parameters (RuhuCatalogue *self, RuhuRule *rule, const RuhuPlace *at, json_object *element, GError **error)
{
  RuhuPlace array_place = { .parent = at, .name = "parameters" };
  json_object *array = NULL;

  if (!ruhu_reader_array (at, element, "parameters", MAX_PARAMETERS, &array, error))
    return FALSE;
  for (guint i = 0; array != NULL && i < json_object_array_length (array); i++)
    {
      json_object *one = json_object_array_get_idx (array, i);
      RuhuPlace place = ruhu_reader_element (&array_place, one, i);
      if (!load_parameter (self, rule, &place, one, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
resolve (RuhuCatalogue *self, RuhuRule *rule, const RuhuPlace *at, json_object *element, GError **error)
{
  RuhuPlace place = { .parent = at, .name = "record" };
  const char *record = NULL;

  if (!ruhu_reader_string (self, at, element, "record", RUHU_CATALOGUE_MAX_NAME, &record, error))
    return FALSE;
  rule->record = record != NULL ? ruhu_catalogue_get_record (self, record) : NULL;
  if (rule->record == NULL)
    return ruhu_place_fail (&place, error, _ ("is not a record type"));
  if (!load_fields (self, rule->record, at, element, "fields", rule->fields, error) ||
      !load_fields (self, NULL, at, element, "also", rule->also, error) ||
      !load_parameters (self, rule, at, element, error))
    return FALSE;

  RuhuChoiceList *kinds = ruhu_catalogue_get_choices (self, "problem_kind");
  place.name = "problem";
  if (rule->problem != NULL && (kinds == NULL || ruhu_choice_list_get (kinds, rule->problem) == NULL))
    return ruhu_place_fail (&place, error, _ ("is not a code of problem_kind"));
  place.name = "query";
  return rule->query != NULL || ruhu_place_fail (&place, error, _ ("is missing"));
}

static gboolean
load_new_rule (RuhuCatalogue *self, const char *id, const RuhuPlace *at, json_object *element, GError **error)
{
  g_autoptr (RuhuRule) rule = g_new0 (RuhuRule, 1);
  guint level = RUHU_RULE_HOUSEHOLD;

  rule->id = id;
  rule->fields = g_ptr_array_new ();
  rule->also = g_ptr_array_new ();
  rule->parameters = g_ptr_array_new_with_free_func (g_free);
  if (!ruhu_reader_label (self, at, element, "label", TRUE, &rule->label, error) ||
      !ruhu_reader_label (self, at, element, "message", TRUE, &rule->message, error) ||
      !ruhu_reader_enum (at, element, "level", level_names, NULL, &level, error) ||
      !load_severity (rule, at, element, FALSE, error) ||
      !ruhu_reader_boolean (at, element, "pending", &rule->pending, error) ||
      !ruhu_reader_boolean (at, element, "retired", &rule->retired, error) ||
      !ruhu_reader_string (self, at, element, "problem", RUHU_CATALOGUE_MAX_NAME, &rule->problem, error) ||
      !ruhu_reader_string (self, at, element, "query", RUHU_CATALOGUE_MAX_SQL, &rule->query, error) ||
      !resolve (self, rule, at, element, error))
    return FALSE;
  rule->level = level;
  g_ptr_array_add (self->rules, g_steal_pointer (&rule));
  return TRUE;
}

static gboolean
amend_rule (RuhuCatalogue *self, RuhuRule *rule, const RuhuPlace *at, json_object *element, GError **error)
{
  if (!ruhu_reader_allow (at, element, extended_rule_members, NULL))
    return ruhu_place_fail (at, error, _ ("an extension may only give an existing rule another label, message or severity, or retire it"));
  return ruhu_reader_label (self, at, element, "label", FALSE, &rule->label, error) &&
         ruhu_reader_label (self, at, element, "message", FALSE, &rule->message, error) &&
         load_severity (rule, at, element, TRUE, error) &&
         ruhu_reader_boolean (at, element, "retired", &rule->retired, error);
}

gboolean
ruhu_catalogue_load_rules (RuhuCatalogue *self, const RuhuPlace *file, json_object *document, guint layer, GError **error)
{
  RuhuPlace array_place = { .parent = file, .name = "rules" };
  json_object *array = NULL;

  if (!ruhu_reader_array (file, document, "rules", RUHU_CATALOGUE_MAX_RULES, &array, error))
    return FALSE;
  for (guint i = 0; array != NULL && i < json_object_array_length (array); i++)
    {
      json_object *element = json_object_array_get_idx (array, i);
      RuhuPlace place = { .parent = &array_place, .index = i };
      const char *id = NULL;
      if (!ruhu_reader_allow (&place, element, rule_members, error) || !load_id (self, &place, element, &id, error))
        return FALSE;
      place.name = id;
      RuhuRule *known = ruhu_catalogue_get_rule (self, id);
      if (known != NULL && layer == 0)
        return ruhu_place_fail (&place, error, _ ("the name is used twice"));
      if (known != NULL ? !amend_rule (self, known, &place, element, error) : !load_new_rule (self, id, &place, element, error))
        return FALSE;
    }
  return TRUE;
}
