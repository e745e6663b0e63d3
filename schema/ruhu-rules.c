/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-rules"

#include "config.h"

#include "ruhu-rules.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-initials.h"
#include "ruhu-rules-private.h"
#include "ruhu-store-private.h"
#include "ruhu-tables.h"

#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

/* Instructions of SQLite that one row of a rule may take: over a household, over a township. */
#define HOUSEHOLD_BUDGET 2000000
#define TOWNSHIP_BUDGET  500000000
#define MAX_VALUES       4
#define BASIS_LENGTH     16
#define STEP_EXIT        "exit"
#define OUTCOME_DONE     "1"

struct _RuhuRules
{
  /* Owned. */
  RuhuOverlay *overlay;
  RuhuCatalogue *catalogue;
  GHashTable *statements; /* RuhuRule → RuhuStatement, or NULL where it does not compile */
};

/* One check. */
typedef struct
{
  RuhuRules *self;
  const RuhuRulesQuestion *question;
  RuhuRuleLevel level;
  gboolean is_exit;
  gboolean draft_only;  /* the visit did not take place: only what the draft writes blocks */
  GHashTable *settings; /* "rule\nparameter" → text */
  GPtrArray *findings;
} Check;

static void
statement_free (gpointer data)
{
  ruhu_statement_free (data);
}

RuhuRules *
ruhu_rules_new (const char *path, RuhuCatalogue *catalogue, GError **error)
{
  g_return_val_if_fail (path != NULL && catalogue != NULL, NULL);

  g_autoptr (RuhuRules) self = g_new0 (RuhuRules, 1);
  self->catalogue = ruhu_catalogue_ref (catalogue);
  self->statements = g_hash_table_new_full (NULL, NULL, NULL, statement_free);
  self->overlay = ruhu_overlay_new (path, catalogue, error);
  if (self->overlay == NULL)
    return NULL;
  return g_steal_pointer (&self);
}

void
ruhu_rules_free (RuhuRules *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->statements);
  g_clear_pointer (&self->overlay, ruhu_overlay_free);
  ruhu_catalogue_unref (self->catalogue);
  g_free (self);
}

static RuhuStatement *
compile (RuhuOverlay *overlay, const RuhuRule *rule, GError **error)
{
  return ruhu_database_prepare_sandboxed (ruhu_overlay_get_database (overlay), rule->query, ruhu_overlay_views,
                                          rule->level == RUHU_RULE_HOUSEHOLD ? HOUSEHOLD_BUDGET : TOWNSHIP_BUDGET, error);
}

gboolean
ruhu_rules_check_catalogue (RuhuCatalogue *catalogue, GError **error)
{
  g_return_val_if_fail (catalogue != NULL, FALSE);

  GPtrArray *rules = ruhu_catalogue_get_rules (catalogue);
  if (rules->len == 0)
    return TRUE;
  g_autoptr (RuhuOverlay) overlay = ruhu_overlay_new (":memory:", catalogue, error);
  for (guint i = 0; overlay != NULL && i < rules->len; i++)
    {
      RuhuRule *rule = g_ptr_array_index (rules, i);
      g_autoptr (GError) fault = NULL;
      RuhuStatement *statement = compile (overlay, rule, &fault);
      if (statement == NULL)
        {
          g_set_error (error, RUHU_ERROR, RUHU_ERROR_INVALID, "/rules/%s/query: %s", rule->id, fault->message);
          return FALSE;
        }
      ruhu_statement_free (statement);
    }
  return overlay != NULL;
}

/* A rule that does not compile is none: a mistake in it must not keep people from recording. */
static RuhuStatement *
get_statement (RuhuRules *self, RuhuRule *rule)
{
  g_autoptr (GError) fault = NULL;
  gpointer found = NULL;

  if (g_hash_table_lookup_extended (self->statements, rule, NULL, &found))
    return found;
  RuhuStatement *statement = compile (self->overlay, rule, &fault);
  if (statement == NULL)
    g_warning ("Rule %s is left out: %s", rule->id, fault->message);
  g_hash_table_insert (self->statements, rule, statement);
  return statement;
}

static const char *
get_setting (Check *check, RuhuRule *rule, const char *parameter)
{
  g_autofree char *key = g_strconcat (rule->id, "\n", parameter, NULL);

  return g_hash_table_lookup (check->settings, key);
}

static gboolean
load_settings (Check *check, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (ruhu_catalogue_get_record (check->self->catalogue, "rule_setting") == NULL)
    return TRUE;
  g_autoptr (RuhuStatement) query = ruhu_database_query (ruhu_overlay_get_database (check->self->overlay),
                                                         "SELECT rule, parameter, coalesce(severity, value) FROM main.r_rule_setting "
                                                         "WHERE deleted = 0 AND coalesce(severity, value) IS NOT NULL",
                                                         error, "");
  if (query == NULL)
    return FALSE;
  while (ruhu_statement_next (query, &local))
    g_hash_table_insert (check->settings, g_strconcat (ruhu_statement_get_text (query, 0), "\n", ruhu_statement_get_text (query, 1), NULL),
                         g_strdup (ruhu_statement_get_text (query, 2)));
  return ruhu_check_end (&local, error);
}

static gboolean
read_severity (const char *name, RuhuSeverity *severity)
{
  static const char *const names[] = { "error", "warning", "information", "off", NULL };

  for (guint i = 0; name != NULL && names[i] != NULL; i++)
    if (strcmp (names[i], name) == 0)
      {
        *severity = i;
        return TRUE;
      }
  return FALSE;
}

/* *@settled: the office said so, whatever a row says. */
static RuhuSeverity
get_severity (Check *check, RuhuRule *rule, gboolean *settled)
{
  RuhuSeverity severity = check->is_exit ? rule->exit : rule->severity;

  *settled = read_severity (get_setting (check, rule, "severity"), &severity);
  return severity;
}

static gboolean
bind_text (RuhuStatement *statement, const char *name, const char *value, GError **error)
{
  int n = ruhu_statement_find_parameter (statement, name);

  return n == 0 || ruhu_statement_bind_text (statement, n, value, -1, error);
}

static gboolean
bind_number (RuhuStatement *statement, const char *name, gint64 value, GError **error)
{
  int n = ruhu_statement_find_parameter (statement, name);

  return n == 0 || ruhu_statement_bind_integer (statement, n, value, error);
}

static gboolean
bind_question (Check *check, RuhuRule *rule, RuhuStatement *statement, GError **error)
{
  const RuhuRulesQuestion *question = check->question;

  if (!bind_text (statement, ":scope", question->scope, error) ||
      !bind_text (statement, ":today", question->today, error) ||
      !bind_text (statement, ":visit", question->visit, error) ||
      !bind_text (statement, ":user", question->user, error) ||
      !bind_number (statement, ":exit", check->is_exit, error) ||
      !bind_number (statement, ":book_year", ruhu_rules_get_book_year (question->today), error))
    return FALSE;
  for (guint i = 0; i < rule->parameters->len; i++)
    {
      RuhuRuleParameter *parameter = g_ptr_array_index (rule->parameters, i);
      g_autofree char *name = g_strconcat (":", parameter->name, NULL);
      const char *set = get_setting (check, rule, parameter->name);
      if (!bind_number (statement, name, set != NULL ? g_ascii_strtoll (set, NULL, 10) : parameter->value, error))
        return FALSE;
    }
  return TRUE;
}

/* The message with {1} … replaced by the row's values. */
static char *
fill_message (const char *message, RuhuStatement *row)
{
  GString *text = g_string_new (message);
  int n = MIN (ruhu_statement_get_n_columns (row) - 1, MAX_VALUES);

  for (int i = 1; i <= n; i++)
    {
      g_autofree char *mark = g_strdup_printf ("{%d}", i);
      const char *value = ruhu_statement_get_text (row, i);
      g_string_replace (text, mark, value != NULL ? value : "–", 0);
    }
  return g_string_free (text, FALSE);
}

static const char *
get_column (RuhuStatement *row, const char *name)
{
  for (int i = 1; i < ruhu_statement_get_n_columns (row); i++)
    if (strcmp (ruhu_statement_get_column_name (row, i), name) == 0)
      return ruhu_statement_get_text (row, i);
  return NULL;
}

/* What a finding was about: the values of the rule's fields in its record, and the row's own. When they change, a reason given for them holds no longer. */
static char *
make_basis (Check *check, RuhuRule *rule, RuhuStatement *row, const char *record)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (RuhuJson) fields = ruhu_tables_get (ruhu_overlay_get_database (check->self->overlay), rule->record, record, NULL);

  for (guint i = 0; fields != NULL && i < rule->fields->len; i++)
    {
      json_object *value = json_object_object_get (fields, ((RuhuField *) g_ptr_array_index (rule->fields, i))->name);
      const char *text = value != NULL ? json_object_to_json_string_ext (value, JSON_C_TO_STRING_PLAIN) : "";
      g_checksum_update (sum, (const guchar *) text, (gssize) strlen (text) + 1);
    }
  for (int i = 0; i < ruhu_statement_get_n_columns (row); i++)
    {
      const char *text = ruhu_statement_get_text (row, i);
      g_checksum_update (sum, (const guchar *) (text != NULL ? text : ""), (gssize) (text != NULL ? strlen (text) : 0) + 1);
    }
  return g_strndup (g_checksum_get_string (sum), BASIS_LENGTH);
}

static gboolean
find_reason (Check *check, RuhuFinding *finding, GError **error)
{
  if (check->level != RUHU_RULE_HOUSEHOLD || ruhu_catalogue_get_record (check->self->catalogue, "finding_note") == NULL)
    return TRUE;
  return ruhu_database_get_text (ruhu_overlay_get_database (check->self->overlay),
                                 "SELECT reason FROM r_finding_note WHERE deleted = 0 AND rule = ?1 AND record_id = ?2 AND basis = ?3 LIMIT 1", &finding->reason, error, "sss",
                                 finding->rule, finding->record, finding->basis);
}

/* Whether the field that the row named, or any that the rule looks at, may be written by who asks. */
static gboolean
may_write (Check *check, RuhuRule *rule, RuhuFinding *finding)
{
  RuhuRole role = check->question->role;
  RuhuRecordType *type = ruhu_catalogue_get_record (check->self->catalogue, finding->type);
  RuhuField *named = type != NULL && type != rule->record && finding->field != NULL ? ruhu_record_type_get_field (type, finding->field) : NULL;
  GPtrArray *fields = rule->fields->len > 0 ? rule->fields : rule->also;

  if (role == 0)
    return TRUE;
  if (named != NULL)
    return (named->makers & role) != 0;
  for (guint i = 0; i < fields->len; i++)
    if ((((RuhuField *) g_ptr_array_index (fields, i))->makers & role) != 0)
      return TRUE;
  return fields->len == 0;
}

static gboolean
is_in_draft (Check *check, const char *type, const char *record)
{
  json_object *records = NULL;

  return check->question->draft != NULL && json_object_object_get_ex (check->question->draft, type, &records) && json_object_object_get_ex (records, record, NULL);
}

/* What is written once can be put right in a draft only, or by the office. */
static gboolean
is_open (Check *check, RuhuFinding *finding)
{
  RuhuRecordType *type = ruhu_catalogue_get_record (check->self->catalogue, finding->type);
  RuhuRole role = check->question->role;
  gboolean is_free = !check->draft_only && (role == 0 || role == RUHU_ROLE_OFFICE || type == NULL || !type->append_only);

  return is_free || is_in_draft (check, finding->type, finding->record);
}

/* What follows from a finding for whoever wants to seal. */
static void
settle (Check *check, RuhuRule *rule, RuhuFinding *finding)
{
  gboolean counts = may_write (check, rule, finding) && is_open (check, finding);

  finding->may_pend = rule->pending;
  finding->blocks = counts && finding->severity == RUHU_SEVERITY_ERROR && !(rule->pending && finding->reason != NULL);
  finding->needs_reason = counts && finding->severity == RUHU_SEVERITY_WARNING && finding->reason == NULL;
}

static gboolean
add_finding (Check *check, RuhuRule *rule, RuhuSeverity severity, gboolean settled, RuhuStatement *row, GError **error)
{
  g_autoptr (RuhuFinding) finding = g_new0 (RuhuFinding, 1);
  const char *record = ruhu_statement_get_text (row, 0);
  const char *field = get_column (row, "field");
  const char *type = get_column (row, "type");
  const char *problem = get_column (row, "problem");

  if (record == NULL)
    return TRUE;
  finding->severity = severity;
  if (!settled)
    read_severity (get_column (row, "severity"), &finding->severity);
  finding->type = g_strdup (type != NULL ? type : rule->record->name);
  finding->record = g_strdup (record);
  if (field == NULL && rule->fields->len > 0)
    field = ((RuhuField *) g_ptr_array_index (rule->fields, 0))->name;
  finding->field = g_strdup (field);
  finding->rule = g_strdup (rule->id);
  finding->problem = problem == NULL || strcmp (problem, "0") != 0 ? g_strdup (rule->problem) : NULL;
  finding->message = fill_message (ruhu_label_get (&rule->message), row);
  finding->basis = make_basis (check, rule, row, finding->record);
  if (!find_reason (check, finding, error))
    return FALSE;
  settle (check, rule, finding);
  g_ptr_array_add (check->findings, g_steal_pointer (&finding));
  return TRUE;
}

static gboolean
run_rule (Check *check, RuhuRule *rule, GError **error)
{
  RuhuStatement *statement = get_statement (check->self, rule);
  gboolean settled, done;
  RuhuSeverity severity = get_severity (check, rule, &settled);
  g_autoptr (GError) local = NULL;

  if (statement == NULL || severity == RUHU_SEVERITY_OFF || (rule->exit_only && !check->is_exit))
    return TRUE;
  ruhu_statement_reset (statement);
  done = bind_question (check, rule, statement, error);
  while (done && ruhu_statement_next (statement, &local))
    done = add_finding (check, rule, severity, settled, statement, error);
  ruhu_statement_reset (statement);
  if (local == NULL)
    return done;
  if (!g_error_matches (local, RUHU_ERROR, RUHU_ERROR_EXPRESSION))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  g_warning ("Rule %s was passed over: %s", rule->id, local->message);
  return TRUE;
}

/* Whether the rule looks at the field that is being typed. */
static gboolean
concerns (RuhuRule *rule, const RuhuRulesQuestion *question)
{
  if (question->type == NULL || question->field == NULL)
    return TRUE;
  for (guint i = 0; i < rule->fields->len + rule->also->len; i++)
    {
      RuhuField *field = i < rule->fields->len ? g_ptr_array_index (rule->fields, i) : g_ptr_array_index (rule->also, i - rule->fields->len);
      if (strcmp (field->name, question->field) == 0 && strcmp (field->record->name, question->type) == 0)
        return TRUE;
    }
  return FALSE;
}

static int
compare_findings (gconstpointer a, gconstpointer b, gpointer findings)
{
  const RuhuFinding *first = *(RuhuFinding *const *) a, *second = *(RuhuFinding *const *) b;

  (void) findings;
  return (int) first->severity - (int) second->severity;
}

static gboolean
run_rules (Check *check, GError **error)
{
  GPtrArray *rules = ruhu_catalogue_get_rules (check->self->catalogue);

  if (!load_settings (check, error))
    return FALSE;
  for (guint i = 0; i < rules->len; i++)
    {
      RuhuRule *rule = g_ptr_array_index (rules, i);
      if (!rule->retired && rule->level == check->level && concerns (rule, check->question) && !run_rule (check, rule, error))
        return FALSE;
    }
  g_ptr_array_sort_with_data (check->findings, compare_findings, NULL);
  return TRUE;
}

/* Whether the visit that is being recorded did not take place. */
static gboolean
read_outcome (Check *check, GError **error)
{
  g_autofree char *outcome = NULL;

  if (check->question->visit == NULL || ruhu_catalogue_get_record (check->self->catalogue, "visit") == NULL)
    return TRUE;
  if (!ruhu_database_get_text (ruhu_overlay_get_database (check->self->overlay), "SELECT outcome FROM r_visit WHERE id = ?1", &outcome, error, "s", check->question->visit))
    return FALSE;
  check->draft_only = outcome != NULL && strcmp (outcome, OUTCOME_DONE) != 0;
  return TRUE;
}

static gboolean
check_household (RuhuDatabase *database, gpointer data, GError **error)
{
  Check *check = data;

  (void) database;
  g_ptr_array_set_size (check->findings, 0);
  g_hash_table_remove_all (check->settings);
  return ruhu_overlay_fill (check->self->overlay, check->question->scope, check->question->draft, check->question->today, error) &&
         read_outcome (check, error) && run_rules (check, error);
}

static gboolean
check_township (RuhuDatabase *database, gpointer data, GError **error)
{
  Check *check = data;

  (void) database;
  g_ptr_array_set_size (check->findings, 0);
  g_hash_table_remove_all (check->settings);
  return run_rules (check, error);
}

static GPtrArray *
run_check (Check *check, RuhuTransactionFunc func, GError **error)
{
  g_autoptr (GHashTable) settings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GPtrArray) findings = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_finding_free);

  check->settings = settings;
  check->findings = findings;
  if (!ruhu_database_read (ruhu_overlay_get_database (check->self->overlay), func, check, error))
    return NULL;
  return g_steal_pointer (&findings);
}

GPtrArray *
ruhu_rules_check_household (RuhuRules *self, const RuhuRulesQuestion *question, GError **error)
{
  g_return_val_if_fail (self != NULL && question != NULL && question->scope != NULL && question->today != NULL, NULL);

  Check check = { .self = self, .question = question, .level = RUHU_RULE_HOUSEHOLD, .is_exit = g_strcmp0 (question->step, STEP_EXIT) == 0 };
  return run_check (&check, check_household, error);
}

typedef struct
{
  RuhuRules *self;
  const RuhuRulesQuestion *question;
  json_object *added;
  json_object *proposed;
} Proposal;

static gboolean
propose_of_type (Proposal *proposal, RuhuRecordType *type, json_object *records, GError **error)
{
  const RuhuRulesQuestion *question = proposal->question;
  json_object *proposed = json_object_new_object ();

  json_object_object_add (proposal->proposed, type->name, proposed);
  json_object_object_foreach (records, record, fields)
  {
    json_object *values = json_object_new_object ();

    json_object_object_add (proposed, record, values);
    if (!ruhu_initials_read (ruhu_overlay_get_database (proposal->self->overlay), type, question->role, question->scope, question->today, fields, RUHU_INITIALS_LOOKING, values, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
propose (RuhuDatabase *database, gpointer data, GError **error)
{
  Proposal *proposal = data;

  (void) database;
  if (!ruhu_overlay_fill (proposal->self->overlay, proposal->question->scope, proposal->question->draft, proposal->question->today, error))
    return FALSE;
  json_object_object_foreach (proposal->added, name, records)
  {
    RuhuRecordType *type = ruhu_catalogue_get_record (proposal->self->catalogue, name);

    if (type != NULL && !propose_of_type (proposal, type, records, error))
      return FALSE;
  }
  return TRUE;
}

json_object *
ruhu_rules_propose (RuhuRules *self, const RuhuRulesQuestion *question, json_object *added, GError **error)
{
  g_autoptr (RuhuJson) proposed = json_object_new_object ();
  Proposal proposal = { self, question, added, proposed };

  g_return_val_if_fail (self != NULL && question != NULL && question->scope != NULL && question->today != NULL && added != NULL, NULL);
  if (!ruhu_database_read (ruhu_overlay_get_database (self->overlay), propose, &proposal, error))
    return NULL;
  return g_steal_pointer (&proposed);
}

GPtrArray *
ruhu_rules_check_township (RuhuRules *self, const char *today, GError **error)
{
  g_return_val_if_fail (self != NULL && today != NULL, NULL);

  RuhuRulesQuestion question = { .scope = RUHU_SCOPE_TOWNSHIP, .today = today };
  Check check = { .self = self, .question = &question, .level = RUHU_RULE_TOWNSHIP };
  return run_check (&check, check_township, error);
}

void
ruhu_rules_add_note (json_object *set, const RuhuFinding *finding, const char *visit, const char *reason)
{
  g_return_if_fail (set != NULL && finding != NULL && finding->rule != NULL && reason != NULL);

  g_autofree char *id = ruhu_random_id ();
  json_object *notes = NULL, *note = json_object_new_object ();
  if (!json_object_object_get_ex (set, "finding_note", &notes))
    {
      notes = json_object_new_object ();
      json_object_object_add (set, "finding_note", notes);
    }
  if (visit != NULL)
    json_object_object_add (note, "visit_id", json_object_new_string (visit));
  json_object_object_add (note, "rule", json_object_new_string (finding->rule));
  json_object_object_add (note, "record_type", json_object_new_string (finding->type));
  json_object_object_add (note, "record_id", json_object_new_string (finding->record));
  if (finding->field != NULL)
    json_object_object_add (note, "field", json_object_new_string (finding->field));
  json_object_object_add (note, "basis", json_object_new_string (finding->basis));
  json_object_object_add (note, "pending", json_object_new_boolean (finding->may_pend));
  json_object_object_add (note, "reason", json_object_new_string (reason));
  json_object_object_add (notes, id, note);
}
