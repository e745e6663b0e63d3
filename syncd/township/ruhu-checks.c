/* SPDX-License-Identifier: GPL-3.0-or-later */
/* meta "checked" is the log's position up to which everything was queued, "checked_day" the day when every household was: ages and deadlines pass by themselves.
 * `finding_due` is the queue. All of it, and `finding`, follows from the log and the calendar. */
#define G_LOG_DOMAIN "ruhu-checks"
#include "config.h"

#include "ruhu-checks.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-rules.h"
#include "ruhu-store-private.h"
#include "ruhu-store-query.h"

#include <glib/gi18n.h>
#include <stdlib.h>
#include <string.h>

#define CHECKED "checked"
#define DAY     "checked_day"
#define BY      "township"

typedef struct
{
  RuhuStore *store;
  RuhuLedger *ledger;
  const char *today;
  const char *scope;
  GPtrArray *findings;
  gboolean of_household;
} Job;

/* Queues what changed since. A change of the township's own records may touch any household: its lines, its settings. */
static gboolean
enqueue (RuhuDatabase *database, gpointer data, GError **error)
{
  Job *job = data;
  RuhuStore *store = job->store;
  g_autofree char *day = ruhu_store_get_meta (store, DAY, NULL);
  gint64 from = 0, to = 0, all = g_strcmp0 (day, job->today) != 0;

  if (!ruhu_store_get_number (store, CHECKED, 0, &from, error) ||
      !ruhu_database_get_integer (database, "SELECT max(n) FROM log", 0, &to, error, ""))
    return FALSE;
  if (to <= from && all == 0)
    return TRUE;
  if (all == 0 && !ruhu_database_get_integer (database, "SELECT 1 FROM log WHERE n > ?1 AND kind = 'change' AND scope = 'township' LIMIT 1", 0, &all, error, "i", from))
    return FALSE;
  return (all == 0 || ruhu_database_run (database, "INSERT OR IGNORE INTO finding_due (scope) SELECT id FROM r_household", error, "")) &&
         ruhu_database_run (database, "INSERT OR IGNORE INTO finding_due (scope) SELECT DISTINCT scope FROM log WHERE n > ?1 AND kind = 'change' AND scope <> 'township'", error, "i", from) &&
         ruhu_database_run (database, "INSERT OR IGNORE INTO finding_due (scope) VALUES ('township')", error, "") && ruhu_store_set_number (store, CHECKED, to, error) && ruhu_store_set_meta (store, DAY, job->today, error);
}

static gboolean
keep_findings (RuhuDatabase *database, gpointer data, GError **error)
{
  Job *job = data;
  static const char *const severities[] = { "error", "warning", "information" };

  if (!ruhu_database_run (database, "DELETE FROM finding WHERE scope = ?1", error, "s", job->scope))
    return FALSE;
  for (guint i = 0; i < job->findings->len; i++)
    {
      RuhuFinding *finding = g_ptr_array_index (job->findings, i);
      if (!ruhu_database_run (database,
                              "INSERT OR REPLACE INTO finding (scope, rule, type, record, field, severity, noted, day) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", error, "ssssssis",
                              job->scope, finding->rule, finding->type, finding->record, finding->field != NULL ? finding->field : "", severities[finding->severity],
                              (gint64) (finding->reason != NULL), job->today))
        return FALSE;
    }
  return ruhu_database_run (database, "DELETE FROM finding_due WHERE scope = ?1", error, "s", job->scope);
}

/* The same for the same finding in the same year: raised again it is the same record. Formed as a UUID of version 5. */
static char *
make_problem_id (Job *job, RuhuFinding *finding)
{
  g_autofree char *name = g_strdup_printf ("%s\x1f%s\x1f%s\x1f%.4s", job->scope, finding->rule, finding->record, job->today);
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA1, name, -1);

  return g_strdup_printf ("%.8s-%.4s-5%.3s-8%.3s-%.12s", sum, sum + 8, sum + 13, sum + 17, sum + 20);
}

static void
put (json_object *fields, const char *name, const char *value)
{
  if (value != NULL)
    json_object_object_add (fields, name, json_object_new_string (value));
}

/* By when and by whom it is to be solved is what the catalogue proposes to anybody. */
static json_object *
make_problem (Job *job, RuhuFinding *finding, const char *id, GError **error)
{
  RuhuCatalogue *catalogue = ruhu_store_get_catalogue (job->store);
  g_autoptr (RuhuJson) fields = json_object_new_object ();
  json_object *set, *problems;
  RuhuRule *rule = ruhu_catalogue_get_rule (catalogue, finding->rule);
  g_autofree char *text = g_strdup_printf ("%s：%s", finding->rule, ruhu_label_get_for (&rule->label, "zh_CN"));

  put (fields, "source", "3");
  put (fields, "kind", finding->problem);
  put (fields, "description", text);
  put (fields, "rule", finding->rule);
  put (fields, "found", job->today);
  if (!ruhu_store_read_initials (job->store, ruhu_catalogue_get_record (catalogue, "problem"), RUHU_ROLE_OFFICE, job->scope, job->today, fields, FALSE, fields, error))
    return NULL;
  set = json_object_new_object ();
  problems = json_object_new_object ();
  json_object_object_add (problems, id, g_steal_pointer (&fields));
  json_object_object_add (set, "problem", problems);
  return set;
}

static gboolean
raise_problem (Job *job, RuhuFinding *finding, GError **error)
{
  g_autofree char *id = make_problem_id (job, finding);
  gint64 known = 0;

  if (!ruhu_database_get_integer (ruhu_store_get_database (job->store), "SELECT 1 FROM r_problem WHERE id = ?1", 0, &known, error, "s", id))
    return FALSE;
  if (known != 0)
    return TRUE;
  g_autoptr (RuhuJson) set = make_problem (job, finding, id, error);
  return set != NULL && ruhu_ledger_write (job->ledger, BY, job->scope, FALSE, set, error);
}

static gboolean
check_scope (Job *job, GError **error)
{
  RuhuRules *rules = ruhu_store_get_rules (job->store, error);
  RuhuRulesQuestion question = { .scope = job->scope, .today = job->today };
  gint64 leaves = 0;

  if (rules == NULL)
    return FALSE;
  /* Whoever has begun the steps of leaving poverty this year is held to the rules for it. */
  if (!ruhu_database_get_integer (ruhu_store_get_database (job->store), "SELECT 1 FROM r_exit_step WHERE scope = ?1 AND deleted = 0 AND year = ?2 LIMIT 1", 0, &leaves, error, "si",
                                  job->scope, (gint64) atoi (job->today)))
    return FALSE;
  question.step = leaves != 0 ? "exit" : NULL;
  g_autoptr (GPtrArray) findings = job->of_household ? ruhu_rules_check_household (rules, &question, error) : ruhu_rules_check_township (rules, job->today, error);
  if (findings == NULL)
    return FALSE;
  for (guint i = 0; job->of_household && i < findings->len; i++)
    {
      RuhuFinding *finding = g_ptr_array_index (findings, i);
      if (finding->problem != NULL && !raise_problem (job, finding, error))
        return FALSE;
    }
  job->findings = findings;
  gboolean kept = ruhu_database_transaction (ruhu_store_get_database (job->store), keep_findings, job, error);
  job->findings = NULL;
  return kept;
}

/* Up to @limit scopes from the queue; the township last, if at all. */
static GPtrArray *
take_due (RuhuStore *store, guint limit, gboolean township, GError **error)
{
  g_autoptr (GPtrArray) scopes = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (RuhuStatement) query = ruhu_database_query (ruhu_store_get_database (store),
                                                         "SELECT scope FROM finding_due WHERE scope <> 'township' OR ?2 ORDER BY scope = 'township', scope LIMIT ?1", error, "ii",
                                                         (gint64) limit, (gint64) township);
  g_autoptr (GError) local = NULL;

  if (query == NULL)
    return NULL;
  while (ruhu_statement_next (query, &local))
    g_ptr_array_add (scopes, g_strdup (ruhu_statement_get_text (query, 0)));
  return ruhu_check_end (&local, error) ? g_steal_pointer (&scopes) : NULL;
}

/* Whether the next scope would meet the same. */
static gboolean
is_of_the_database (const GError *error)
{
  return g_error_matches (error, RUHU_ERROR, RUHU_ERROR_NO_SPACE) || g_error_matches (error, RUHU_ERROR, RUHU_ERROR_READ_ONLY) ||
         g_error_matches (error, RUHU_ERROR, RUHU_ERROR_BUSY) || g_error_matches (error, RUHU_ERROR, RUHU_ERROR_CORRUPT);
}

/* A scope whose rules fail must not keep the others waiting: it leaves the queue until it changes or the day does. */
static gboolean
check_or_skip (Job *job, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (check_scope (job, &local))
    return TRUE;
  if (is_of_the_database (local))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  g_warning ("The rules could not be run over %s, what was found there before stays: %s", job->of_household ? "a household" : "the township's own records", local->message);
  return ruhu_database_run (ruhu_store_get_database (job->store), "DELETE FROM finding_due WHERE scope = ?1", error, "s", job->scope);
}

gboolean
ruhu_checks_run (RuhuStore *store, RuhuLedger *ledger, const char *today, guint limit, gboolean township, gboolean *left, GError **error)
{
  g_return_val_if_fail (store != NULL && ledger != NULL && today != NULL, FALSE);

  Job queue = { .store = store, .today = today };
  if (!ruhu_database_transaction (ruhu_store_get_database (store), enqueue, &queue, error))
    return FALSE;
  g_autoptr (GPtrArray) scopes = take_due (store, limit, township, error);
  if (scopes == NULL)
    return FALSE;
  for (guint i = 0; i < scopes->len; i++)
    {
      const char *scope = g_ptr_array_index (scopes, i);
      Job job = { .store = store, .ledger = ledger, .today = today, .scope = scope, .of_household = strcmp (scope, RUHU_SCOPE_TOWNSHIP) != 0 };
      if (!check_or_skip (&job, error))
        return FALSE;
    }
  if (left != NULL)
    *left = scopes->len == limit;
  return TRUE;
}

static gboolean
restart (RuhuDatabase *database, gpointer data, GError **error)
{
  return ruhu_database_execute (database, "DELETE FROM finding; DELETE FROM finding_due", error) && ruhu_store_set_number (data, CHECKED, 0, error);
}

gboolean
ruhu_checks_restart (RuhuStore *store, GError **error)
{
  g_return_val_if_fail (store != NULL, FALSE);
  return ruhu_database_transaction (ruhu_store_get_database (store), restart, store, error);
}
