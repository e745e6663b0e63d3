/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-schema"

#include "config.h"

#include "ruhu-validate-private.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-tables.h"
#include "ruhu-value.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* The expressions of one field. */
typedef struct
{
  RuhuExpression *relevant;   /* NULL: always */
  RuhuExpression *constraint; /* NULL: none */
} Rules;

struct _RuhuValidator
{
  RuhuDatabase *database;   /* borrowed */
  RuhuCatalogue *catalogue; /* a reference */
  GHashTable *rules;        /* RuhuField → Rules */
};

/* One record being judged. */
typedef struct
{
  RuhuValidator *self;
  RuhuRecordType *type;
  const char *id;
  const char *scope;
  json_object *fields;  /* the whole record */
  json_object *written; /* what is being written of it; NULL: a page, all of it */
  gboolean errors_only; /* warnings are not asked for */
  gboolean is_new;
  gboolean is_deleted; /* it need not be complete or consistent then; what is written is still of its type, and by who may write it */
  RuhuRole role;
  const char *today;
  GPtrArray *findings;
  const RuhuChange *change; /* NULL: a page */
} Case;

void
ruhu_finding_free (RuhuFinding *self)
{
  if (self == NULL)
    return;
  g_free (self->type);
  g_free (self->record);
  g_free (self->field);
  g_free (self->message);
  g_strfreev (self->uses);
  g_free (self->rule);
  g_free (self->reason);
  g_free (self->basis);
  g_free (self->problem);
  g_free (self);
}

static void
rules_free (gpointer data)
{
  Rules *rules = data;

  ruhu_expression_free (rules->relevant);
  ruhu_expression_free (rules->constraint);
  g_free (rules);
}

RuhuValidator *
ruhu_validator_new (RuhuDatabase *database, RuhuCatalogue *catalogue)
{
  g_return_val_if_fail (database != NULL && catalogue != NULL, NULL);

  RuhuValidator *self = g_new0 (RuhuValidator, 1);
  self->database = database;
  self->catalogue = ruhu_catalogue_ref (catalogue);
  self->rules = g_hash_table_new_full (NULL, NULL, NULL, rules_free);
  return self;
}

void
ruhu_validator_free (RuhuValidator *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->rules);
  ruhu_catalogue_unref (self->catalogue);
  g_free (self);
}

RuhuDatabase *
ruhu_validator_get_database (RuhuValidator *self)
{
  return self->database;
}

RuhuCatalogue *
ruhu_validator_get_catalogue (RuhuValidator *self)
{
  return self->catalogue;
}

/* An expression that does not run is no rule: a mistake in the catalogue must not keep people from recording. The office is told when it loads the catalogue. */
static RuhuExpression *
compile (RuhuValidator *self, RuhuField *field, const char *sql)
{
  g_autoptr (GError) fault = NULL;

  if (sql == NULL)
    return NULL;
  RuhuExpression *expression = ruhu_expression_new (self->database, field->record, sql, &fault);
  if (expression == NULL)
    g_warning ("The rule of %s.%s is left out: %s", field->record->name, field->name, fault->message);
  return expression;
}

static Rules *
get_rules (RuhuValidator *self, RuhuField *field)
{
  Rules *rules = g_hash_table_lookup (self->rules, field);

  if (rules == NULL)
    {
      rules = g_new0 (Rules, 1);
      rules->relevant = compile (self, field, field->relevant);
      rules->constraint = compile (self, field, field->constraint);
      g_hash_table_insert (self->rules, field, rules);
    }
  return rules;
}

RuhuExpression *
ruhu_validator_get_constraint (RuhuValidator *self, RuhuField *field)
{
  return field->constraint != NULL ? get_rules (self, field)->constraint : NULL;
}

gboolean
ruhu_validator_test (RuhuExpression *rule, RuhuField *field, const char *id, const char *scope, json_object *fields, const char *today, gboolean if_null, gboolean *result, GError **error)
{
  g_autoptr (GError) fault = NULL;

  if (ruhu_expression_test (rule, id, scope, fields, today, if_null, result, &fault))
    return TRUE;
  if (!g_error_matches (fault, RUHU_ERROR, RUHU_ERROR_EXPRESSION))
    {
      g_propagate_error (error, g_steal_pointer (&fault));
      return FALSE;
    }
  g_warning ("The rule of %s.%s was passed over: %s", field->record->name, field->name, fault->message);
  *result = TRUE;
  return TRUE;
}

static void add_finding (Case *its, RuhuSeverity severity, RuhuField *field, const char *format, ...) G_GNUC_PRINTF (4, 5);

static void
add_finding (Case *its, RuhuSeverity severity, RuhuField *field, const char *format, ...)
{
  RuhuFinding *finding = g_new0 (RuhuFinding, 1);
  va_list arguments;

  va_start (arguments, format);
  finding->severity = severity;
  finding->type = g_strdup (its->type->name);
  finding->record = g_strdup (its->id);
  finding->field = field != NULL ? g_strdup (field->name) : NULL;
  finding->message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_ptr_array_add (its->findings, finding);
}

static gboolean
is_written (Case *its, RuhuField *field)
{
  return its->written == NULL || json_object_object_get_ex (its->written, field->name, NULL);
}

/* Whether the rule looks at anything that is being written. */
static gboolean
is_touched (Case *its, RuhuField *field, RuhuExpression *rule)
{
  if (is_written (its, field))
    return TRUE;
  json_object_object_foreach (its->written, name, value)
  {
    RuhuField *other = ruhu_record_type_get_field (its->type, name);

    (void) value;
    if (other != NULL && ruhu_expression_uses (rule, other))
      return TRUE;
  }
  return FALSE;
}

/* Somebody gives a reason why it may stand for now. */
static gboolean
is_excused (Case *its, RuhuField *field)
{
  return its->change != NULL && ruhu_validate_is_pending (its->self, field, its->id, its->change);
}

static char **
list_uses (RuhuExpression *rule, RuhuField *field)
{
  GPtrArray *names = g_ptr_array_new ();
  GPtrArray *fields = field->record->fields;

  for (guint i = 0; i < fields->len; i++)
    if (fields->pdata[i] == field || ruhu_expression_uses (rule, fields->pdata[i]))
      g_ptr_array_add (names, g_strdup (((RuhuField *) fields->pdata[i])->name));
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (names, FALSE);
}

static gboolean
judge_constraint (Case *its, RuhuField *field, GError **error)
{
  RuhuExpression *rule = get_rules (its->self, field)->constraint;
  gboolean holds = TRUE;

  if (rule == NULL || (its->errors_only && !is_touched (its, field, rule)))
    return TRUE;
  if (!ruhu_validator_test (rule, field, its->id, its->scope, its->fields, its->today, TRUE, &holds, error))
    return FALSE;
  /* What two people wrote apart may not fit together; that must not stop a third from writing something else. */
  if (holds)
    return TRUE;
  add_finding (its, is_touched (its, field, rule) && !is_excused (its, field) ? RUHU_SEVERITY_ERROR : RUHU_SEVERITY_WARNING, field, _ ("%s: %s"), ruhu_label_get (&field->label),
               ruhu_label_get (&field->message));
  ((RuhuFinding *) its->findings->pdata[its->findings->len - 1])->uses = list_uses (rule, field);
  return TRUE;
}

/* The value itself: who writes it, whether it must be there, its type and bounds. TRUE when there is a good one to test further. */
static gboolean
judge_value (Case *its, RuhuField *field, json_object *value, gboolean written, gboolean is_relevant)
{
  g_autoptr (GError) fault = NULL;

  guint writers = its->is_new ? field->makers : field->writers;

  if (its->written != NULL && written && !(writers & its->role))
    add_finding (its, RUHU_SEVERITY_ERROR, field, _ ("%s: may not be written by people of your role."), ruhu_label_get (&field->label));
  if (value == NULL)
    {
      if (is_relevant && field->required && !field->retired && !its->is_deleted && (writers & its->role) && (its->is_new || written))
        add_finding (its, RUHU_SEVERITY_ERROR, field, _ ("%s: is needed."), ruhu_label_get (&field->label));
      return FALSE;
    }
  if (written && !ruhu_value_check (field, value, &fault))
    {
      add_finding (its, RUHU_SEVERITY_ERROR, field, "%s", fault->message);
      return FALSE;
    }
  if (written && !is_relevant)
    add_finding (its, RUHU_SEVERITY_WARNING, field, _ ("%s: is not asked here."), ruhu_label_get (&field->label));
  return is_relevant;
}

/* Whether it makes a difference to an error if the field is relevant. */
static gboolean
relevance_matters (Case *its, RuhuField *field, json_object *value, gboolean written)
{
  RuhuExpression *rule;

  if (!its->errors_only)
    return TRUE;
  if (value == NULL)
    return field->required && (its->is_new || written);
  rule = field->constraint != NULL ? get_rules (its->self, field)->constraint : NULL;
  return rule != NULL && is_touched (its, field, rule);
}

/* Whether an error can be found at this field at all. */
static gboolean
is_worth_judging (Case *its, RuhuField *field, gboolean written)
{
  return !its->errors_only || written || (its->is_new ? field->required : field->constraint != NULL);
}

static gboolean
judge_fields (Case *its, GHashTable *relevant, GError **error)
{
  for (guint i = 0; i < its->type->fields->len; i++)
    {
      RuhuField *field = g_ptr_array_index (its->type->fields, i);
      json_object *value = NULL;
      gboolean written = its->written == NULL || json_object_object_get_ex (its->written, field->name, &value);
      gboolean is_relevant = TRUE;
      if (!is_worth_judging (its, field, written))
        continue;
      /* What is written lies on top of what is stored. */
      if (its->written == NULL || (!written && its->fields != its->written))
        value = json_object_object_get (its->fields, field->name);
      if (field->calculate != NULL)
        {
          if (its->written != NULL && written)
            add_finding (its, RUHU_SEVERITY_ERROR, field, _ ("%s: is calculated and cannot be written."), ruhu_label_get (&field->label));
          continue;
        }

      RuhuExpression *rule = field->relevant != NULL && relevance_matters (its, field, value, written) ? get_rules (its->self, field)->relevant : NULL;
      if (rule != NULL && !ruhu_validator_test (rule, field, its->id, its->scope, its->fields, its->today, FALSE, &is_relevant, error))
        return FALSE;
      if (relevant != NULL && is_relevant)
        g_hash_table_insert (relevant, g_strdup (field->name), GINT_TO_POINTER (TRUE));
      if (judge_value (its, field, value, written, is_relevant) && !its->is_deleted && !judge_constraint (its, field, error))
        return FALSE;
    }
  return TRUE;
}

/* Every field's values, the change's on top of the stored ones. */
static json_object *
merge_fields (json_object *stored, json_object *written)
{
  json_object *merged = json_object_new_object ();

  if (stored != NULL)
    {
      json_object_object_foreach (stored, name, value)
          json_object_object_add (merged, name, json_object_get (value));
    }
  json_object_object_foreach (written, name, value)
      json_object_object_add (merged, name, json_object_get (value));
  return merged;
}

static void
judge_whole (Case *its, const RuhuChange *change)
{
  g_autoptr (GError) fault = NULL;

  if (!ruhu_validate_place (its->type, its->id, change, its->fields, its->is_new, &fault))
    {
      add_finding (its, RUHU_SEVERITY_ERROR, NULL, "%s", fault->message);
      return;
    }
  if (!ruhu_validate_rights (its->self, its->type, its->id, change, its->written, its->is_new, its->role, &fault))
    add_finding (its, RUHU_SEVERITY_ERROR, NULL, "%s", fault->message);
  else if (!ruhu_validate_extension (its->self, its->type, its->written, &fault))
    add_finding (its, RUHU_SEVERITY_ERROR, ruhu_record_type_get_field (its->type, "body"), "%s", fault->message);

  json_object_object_foreach (its->written, name, value)
  {
    (void) value;
    if (strcmp (name, RUHU_DELETED) != 0 && ruhu_record_type_get_field (its->type, name) == NULL)
      add_finding (its, RUHU_SEVERITY_ERROR, NULL, _ ("%s: there is no field called %s."), ruhu_label_get (&its->type->label), name);
  }
}

/* Whether what is stored of the record can matter to an error: to its key, to a rule that looks at what is written, or to whether something may be emptied. */
static gboolean
needs_stored (Case *its)
{
  if (!its->errors_only || its->type->key != NULL)
    return TRUE;
  for (guint i = 0; i < its->type->fields->len; i++)
    {
      RuhuField *field = g_ptr_array_index (its->type->fields, i);
      RuhuExpression *rule = field->constraint != NULL ? get_rules (its->self, field)->constraint : NULL;
      json_object *value = NULL;
      if (rule != NULL && is_touched (its, field, rule))
        return TRUE;
      if (field->required && field->relevant != NULL && json_object_object_get_ex (its->written, field->name, &value) && value == NULL)
        return TRUE;
    }
  return FALSE;
}

static gboolean
check_local_record (Case *its, GError **error)
{
  gboolean is_deleted;
  g_autofree char *scope = NULL;
  g_autoptr (RuhuJson) stored = NULL;
  g_autoptr (RuhuJson) merged = NULL;
  g_autoptr (GError) fault = NULL;
  json_object *deleted = NULL;

  if (!ruhu_tables_find (its->self->database, its->type, its->id, &scope, &is_deleted, error))
    return FALSE;
  if (scope != NULL && strcmp (scope, its->scope) != 0)
    {
      add_finding (its, RUHU_SEVERITY_ERROR, NULL, _ ("A record of type “%s” belongs to another household."), its->type->name);
      return TRUE;
    }
  if (scope != NULL && needs_stored (its))
    stored = ruhu_tables_get (its->self->database, its->type, its->id, &fault);
  if (fault != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&fault));
      return FALSE;
    }
  merged = stored != NULL ? merge_fields (stored, its->written) : json_object_get (its->written);
  its->fields = merged;
  its->is_new = scope == NULL;
  its->is_deleted = json_object_object_get_ex (its->written, RUHU_DELETED, &deleted) ? json_object_get_boolean (deleted) : is_deleted;
  judge_whole (its, its->change);
  return judge_fields (its, NULL, error);
}

static gboolean
check_local (RuhuValidator *self, const RuhuChange *change, RuhuRole role, const char *today, gboolean errors_only, GPtrArray *findings, GError **error)
{
  json_object_object_foreach (change->set, type_name, records)
  {
    RuhuRecordType *type = ruhu_catalogue_get_record (self->catalogue, type_name);
    if (type == NULL)
      {
        RuhuRecordType unknown = { .name = type_name };
        Case its = { .type = &unknown, .id = "", .findings = findings };
        add_finding (&its, RUHU_SEVERITY_ERROR, NULL, _ ("There is no record type called %s."), type_name);
        continue;
      }
    json_object_object_foreach (records, id, written)
    {
      Case its = { .self = self, .type = type, .id = id, .scope = change->scope, .written = written, .errors_only = errors_only, .role = role, .today = today, .findings = findings, .change = change };
      if (!check_local_record (&its, error))
        return FALSE;
    }
  }
  return TRUE;
}

gboolean
ruhu_validator_check_local (RuhuValidator *self, const RuhuChange *change, RuhuRole role, const char *today, GPtrArray *findings, GError **error)
{
  g_return_val_if_fail (self != NULL && change != NULL && findings != NULL, FALSE);

  return check_local (self, change, role, today, FALSE, findings, error);
}

gboolean
ruhu_validator_refuse_local (RuhuValidator *self, const RuhuChange *change, RuhuRole role, const char *today, GError **error)
{
  g_autoptr (GPtrArray) findings = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_finding_free);

  g_return_val_if_fail (self != NULL && change != NULL, FALSE);

  if (!check_local (self, change, role, today, TRUE, findings, error))
    return FALSE;
  for (guint i = 0; i < findings->len; i++)
    {
      RuhuFinding *finding = g_ptr_array_index (findings, i);

      if (finding->severity != RUHU_SEVERITY_ERROR)
        continue;
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_INVALID, finding->message);
      return FALSE;
    }
  return TRUE;
}

gboolean
ruhu_validator_check_record (RuhuValidator *self, RuhuRecordType *type, const char *id, const char *scope, json_object *fields, RuhuRole role, const char *today, GHashTable *relevant, GPtrArray *findings, GError **error)
{
  g_return_val_if_fail (self != NULL && type != NULL && fields != NULL && findings != NULL, FALSE);

  Case its = { .self = self, .type = type, .id = id, .scope = scope, .fields = fields, .is_new = TRUE, .role = role, .today = today, .findings = findings };
  return judge_fields (&its, relevant, error);
}
