/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The township's judgement of a pushed change, and what it shares with the laptop's. It looks at what the change carries; of the database only at whether an append-only record
 * is there already, because writing one twice is a fault whatever else happened. */
#define G_LOG_DOMAIN "ruhu-schema"

#include "config.h"

#include "ruhu-validate-private.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-tables.h"
#include "ruhu-value.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static gboolean
invalid (GError **error, RuhuRecordType *type, const char *reason)
{
  g_set_error (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("%s: %s"), ruhu_label_get (&type->label), reason);
  return FALSE;
}

static gboolean
forbidden (GError **error, RuhuRecordType *type, const char *reason)
{
  g_set_error (error, RUHU_ERROR, RUHU_ERROR_FORBIDDEN, _ ("%s: %s"), ruhu_label_get (&type->label), reason);
  return FALSE;
}

static gboolean
belongs_here (RuhuRecordType *type, const RuhuChange *change)
{
  gboolean of_township = strcmp (change->scope, RUHU_SCOPE_TOWNSHIP) == 0;

  switch (type->belongs)
    {
    case RUHU_BELONGS_TOWNSHIP:
      return of_township;
    case RUHU_BELONGS_VILLAGE:
      return change->of_village;
    case RUHU_BELONGS_ANY:
      return TRUE;
    default:
      return !of_township && !change->of_village;
    }
}

/* A key's values are given once, with the record; they may be said again, never changed. */
static gboolean
key_fits (RuhuRecordType *type, const char *id, const RuhuChange *change, json_object *fields, gboolean is_new)
{
  gboolean any = type->key->len == 0;

  for (guint i = 0; i < type->key->len; i++)
    any = any || json_object_object_get_ex (fields, g_ptr_array_index (type->key, i), NULL);
  if (!any && !is_new)
    return TRUE;
  g_autofree char *expected = ruhu_record_type_make_id (type, change->scope, fields);
  return g_strcmp0 (expected, id) == 0;
}

gboolean
ruhu_validate_place (RuhuRecordType *type, const char *id, const RuhuChange *change, json_object *fields, gboolean is_new, GError **error)
{
  if (!belongs_here (type, change))
    return invalid (error, type, _ ("such a record does not belong in a change of this kind."));
  if (strcmp (type->name, "household") == 0 && strcmp (id, change->scope) != 0)
    return invalid (error, type, _ ("a household's record must be in a change of that household."));
  if (type->key != NULL && !key_fits (type, id, change, fields, is_new))
    return invalid (error, type, _ ("the record's id is not the one that its key gives."));
  return TRUE;
}

static guint
any_writer (RuhuRecordType *type)
{
  guint writers = 0;

  for (guint i = 0; i < type->fields->len; i++)
    writers |= ((RuhuField *) g_ptr_array_index (type->fields, i))->writers;
  return writers;
}

gboolean
ruhu_validate_may_remove (RuhuRecordType *type, RuhuRole role, gboolean is_own)
{
  if (role & RUHU_ROLE_OFFICE)
    return TRUE;
  if (type->permanent)
    return FALSE;
  return type->append_only ? is_own : (role & any_writer (type)) != 0;
}

/* Who wrote a record that is written once, is who its heads are of; whoever only removed it is not. */
#define WROTE_IT                                                                                                                            \
  "SELECT 1 FROM head AS h JOIN log AS l ON l.n = h.change WHERE h.scope = ?1 AND h.record = ?2 AND h.type = ?3 AND h.fields <> 'deleted' " \
  "AND l.author = ?4 LIMIT 1"

static gboolean
find_own (RuhuValidator *self, RuhuRecordType *type, const char *id, const RuhuChange *change, gboolean is_new, gboolean *is_own, GError **error)
{
  gint64 found;

  *is_own = is_new;
  if (is_new || !type->append_only || type->permanent)
    return TRUE;
  if (!ruhu_database_get_integer (ruhu_validator_get_database (self), WROTE_IT, 0, &found, error, "ssss", change->scope, id, type->name, change->by))
    return FALSE;
  *is_own = found != 0;
  return TRUE;
}

static gboolean
check_removal (RuhuValidator *self, RuhuRecordType *type, const char *id, const RuhuChange *change, json_object *deleted, gboolean is_new, RuhuRole role, GError **error)
{
  gboolean is_own;

  if (!json_object_is_type (deleted, json_type_boolean))
    return invalid (error, type, _ ("“deleted” must be true or false."));
  if (!find_own (self, type, id, change, is_new, &is_own, error))
    return FALSE;
  if (ruhu_validate_may_remove (type, role, is_own))
    return TRUE;
  if (type->permanent)
    return forbidden (error, type, _ ("only the office may delete such a record."));
  return forbidden (error, type, type->append_only ? _ ("only who wrote such a record, or the office, may delete it.") : _ ("you may not delete such a record."));
}

gboolean
ruhu_validate_rights (RuhuValidator *self, RuhuRecordType *type, const char *id, const RuhuChange *change, json_object *written, gboolean is_new, RuhuRole role, GError **error)
{
  json_object *deleted = NULL;
  gboolean has_deleted = json_object_object_get_ex (written, RUHU_DELETED, &deleted);

  if (has_deleted && !check_removal (self, type, id, change, deleted, is_new, role, error))
    return FALSE;
  if (type->append_only && !is_new && json_object_object_length (written) > (has_deleted ? 1 : 0))
    return forbidden (error, type, _ ("such a record is written once; write a new one to correct it."));
  return TRUE;
}

/* A rule that may be sealed with a reason looks at this field. */
static gboolean
may_pend (RuhuCatalogue *catalogue, RuhuField *field)
{
  GPtrArray *rules = ruhu_catalogue_get_rules (catalogue);

  for (guint i = 0; i < rules->len; i++)
    {
      RuhuRule *rule = g_ptr_array_index (rules, i);
      if (rule->pending && !rule->retired && g_ptr_array_find (rule->fields, field, NULL))
        return TRUE;
    }
  return FALSE;
}

gboolean
ruhu_validate_is_pending (RuhuValidator *self, RuhuField *field, const char *id, const RuhuChange *change)
{
  json_object *notes = NULL;

  if (!json_object_object_get_ex (change->set, "finding_note", &notes) || !json_object_is_type (notes, json_type_object) ||
      !may_pend (ruhu_validator_get_catalogue (self), field))
    return FALSE;
  json_object_object_foreach (notes, note_id, note)
  {
    (void) note_id;
    if (json_object_is_type (note, json_type_object) && g_strcmp0 (json_object_get_string (json_object_object_get (note, "record_id")), id) == 0 &&
        g_strcmp0 (json_object_get_string (json_object_object_get (note, "field")), field->name) == 0 && json_object_object_get (note, "reason") != NULL)
      return TRUE;
  }
  return FALSE;
}

static gboolean
check_field (RuhuValidator *self, RuhuField *field, const char *id, const RuhuChange *change, json_object *written, json_object *value, RuhuRole role, gboolean is_new, GError **error)
{
  gboolean holds = TRUE;

  if (field->calculate != NULL)
    {
      g_set_error (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("%s: is calculated and cannot be written."), ruhu_label_get (&field->label));
      return FALSE;
    }
  if (!((is_new ? field->makers : field->writers) & role))
    {
      g_set_error (error, RUHU_ERROR, RUHU_ERROR_FORBIDDEN, _ ("%s: may not be written by people of your role."), ruhu_label_get (&field->label));
      return FALSE;
    }
  if (value == NULL && field->required && field->relevant == NULL)
    {
      g_set_error (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("%s: is needed."), ruhu_label_get (&field->label));
      return FALSE;
    }
  if (!ruhu_value_check (field, value, error))
    return FALSE;

  RuhuExpression *rule = value != NULL ? ruhu_validator_get_constraint (self, field) : NULL;
  if (rule == NULL || ruhu_expression_has_query (rule))
    return TRUE;
  if (!ruhu_validator_test (rule, field, id, change->scope, written, NULL, TRUE, &holds, error))
    return FALSE;
  holds = holds || ruhu_validate_is_pending (self, field, id, change);
  if (!holds)
    g_set_error (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("%s: %s"), ruhu_label_get (&field->label), ruhu_label_get (&field->message));
  return holds;
}

static gboolean
refuse_excluded (const char *name, GError **error)
{
  if (!ruhu_catalogue_excludes (name))
    return TRUE;
  g_set_error (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("“%s” must not be collected (guard-rail G1)."), name);
  return FALSE;
}

static gboolean
check_fields (RuhuValidator *self, RuhuRecordType *type, const char *id, const RuhuChange *change, json_object *written, RuhuRole role, gboolean is_new, GError **error)
{
  json_object_object_foreach (written, name, value)
  {
    RuhuField *field = type != NULL ? ruhu_record_type_get_field (type, name) : NULL;
    gboolean passes = field != NULL ? check_field (self, field, id, change, written, value, role, is_new, error) : refuse_excluded (name, error);
    if (!passes)
      {
        g_prefix_error (error, "%s: ", name);
        return FALSE;
      }
  }
  return TRUE;
}

/* Whether it matters to what may be written that the record is there already. */
static gboolean
is_made_once (RuhuRecordType *type)
{
  return type->append_only || type->has_makers;
}

/* @look: in the database, whether the record is there; else it is taken to be new. */
static gboolean
check_record (RuhuValidator *self, RuhuRecordType *type, const char *id, const RuhuChange *change, json_object *written, RuhuRole role, gboolean look, GError **error)
{
  gboolean is_there = FALSE, is_deleted = FALSE;

  if (type == NULL)
    return check_fields (self, NULL, id, change, written, role, FALSE, error);
  if (!ruhu_validate_place (type, id, change, written, FALSE, error))
    return FALSE;
  if (look && is_made_once (type) && !ruhu_tables_look (ruhu_validator_get_database (self), type, id, &is_there, &is_deleted, error))
    return FALSE;
  return ruhu_validate_rights (self, type, id, change, written, !is_there, role, error) && check_fields (self, type, id, change, written, role, !is_there, error) &&
         ruhu_validate_extension (self, type, written, error);
}

static gboolean
check_remote (RuhuValidator *self, const RuhuChange *change, RuhuRole role, gboolean look, GError **error)
{
  json_object_object_foreach (change->set, type_name, records)
  {
    RuhuRecordType *type = ruhu_catalogue_get_record (ruhu_validator_get_catalogue (self), type_name);
    if (type == NULL && !refuse_excluded (type_name, error))
      return FALSE;
    json_object_object_foreach (records, id, written)
    {
      if (!check_record (self, type, id, change, written, role, look, error))
        {
          g_prefix_error (error, "%s/%s: ", type_name, id);
          return FALSE;
        }
    }
  }
  return TRUE;
}

gboolean
ruhu_validator_check_remote (RuhuValidator *self, const RuhuChange *change, RuhuRole role, GError **error)
{
  g_return_val_if_fail (self != NULL && change != NULL, FALSE);

  return check_remote (self, change, role, TRUE, error);
}

gboolean
ruhu_validator_foresee_remote (RuhuValidator *self, const RuhuChange *change, RuhuRole role)
{
  g_return_val_if_fail (self != NULL && change != NULL, FALSE);

  return check_remote (self, change, role, FALSE, NULL);
}

gboolean
ruhu_validator_holds_foreseen (RuhuValidator *self, const RuhuChange *change, GPtrArray *absent)
{
  g_return_val_if_fail (self != NULL && change != NULL && absent != NULL, FALSE);

  json_object_object_foreach (change->set, type_name, records)
  {
    RuhuRecordType *type = ruhu_catalogue_get_record (ruhu_validator_get_catalogue (self), type_name);

    if (type == NULL || !is_made_once (type))
      continue;
    json_object_object_foreach (records, id, written)
    {
      (void) written;
      if (!g_ptr_array_find (absent, id, NULL))
        return FALSE;
    }
  }
  return TRUE;
}
