/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Judging by the rules, and saving: the worker's part of how a session ends. */
#define G_LOG_DOMAIN "ruhu-session"

#include "config.h"

#include "ruhu-session-jobs.h"

#include "ruhu-cleanups.h"
#include "ruhu-rules.h"

void
ruhu_rules_request_free (RuhuRulesRequest *self)
{
  g_free (self->scope);
  g_free (self->visit);
  g_clear_pointer (&self->set, json_object_put);
  g_free (self);
}

char *
ruhu_session_dup_reason_key (const RuhuFinding *finding)
{
  return g_strjoin ("|", finding->rule, finding->record != NULL ? finding->record : "", finding->field != NULL ? finding->field : "", finding->basis != NULL ? finding->basis : "", NULL);
}

gboolean
ruhu_session_stands_in_the_way (const RuhuFinding *finding, const char *reason)
{
  if (finding->blocks && !finding->may_pend)
    return TRUE;
  return (finding->blocks || finding->needs_reason) && (reason == NULL || *reason == '\0');
}

static GPtrArray *
judge (RuhuStore *store, const char *scope, const char *visit, json_object *set, GError **error)
{
  RuhuRules *rules = ruhu_store_get_rules (store, error);
  g_autofree char *today = ruhu_clock_today (ruhu_store_get_clock (store));
  g_autofree char *user = ruhu_store_get_meta (store, "user", NULL);
  RuhuRulesQuestion question = { .scope = scope, .today = today, .draft = set, .visit = visit, .user = user, .role = ruhu_store_get_role (store) };

  return rules != NULL ? ruhu_rules_check_household (rules, &question, error) : NULL;
}

gpointer
ruhu_session_rules (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  RuhuRulesRequest *request = data;

  return judge (store, request->scope, request->visit, request->set, error);
}

static gboolean
has_errors (GPtrArray *findings)
{
  for (guint i = 0; i < findings->len; i++)
    if (((RuhuFinding *) findings->pdata[i])->severity == RUHU_SEVERITY_ERROR)
      return TRUE;
  return FALSE;
}

/* What stands in the way goes to @left; for what is let pass, the reason goes into the change. */
static gboolean
apply_rules (RuhuStore *store, RuhuWriteRequest *request, GPtrArray *left, GError **error)
{
  g_autoptr (GPtrArray) findings = judge (store, request->scope, request->visit, request->content, error);

  if (findings == NULL)
    return FALSE;
  for (guint i = 0; i < findings->len; i++)
    {
      RuhuFinding *finding = findings->pdata[i];
      g_autofree char *key = ruhu_session_dup_reason_key (finding);
      const char *reason = json_object_get_string (json_object_object_get (request->reasons, key));

      if (ruhu_session_stands_in_the_way (finding, reason))
        {
          g_ptr_array_add (left, finding);
          findings->pdata[i] = NULL;
        }
      else if (finding->blocks || finding->needs_reason)
        ruhu_rules_add_note (request->content, finding, request->visit, reason);
    }
  return TRUE;
}

gpointer
ruhu_session_save (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  RuhuWriteRequest *request = data;
  RuhuEdit edit = { request->scope, request->of_village, request->visit, request->seen, request->content, request->draft, request->answers };
  g_autoptr (RuhuSaved) saved = g_new0 (RuhuSaved, 1);
  guint before;

  saved->findings = ruhu_store_check (store, &edit, error);
  if (saved->findings == NULL)
    return NULL;
  if (has_errors (saved->findings))
    return g_steal_pointer (&saved);
  before = saved->findings->len;
  if (request->reasons != NULL && !apply_rules (store, request, saved->findings, error))
    return NULL;
  if (saved->findings->len > before)
    return g_steal_pointer (&saved);
  if (!ruhu_store_save (store, &edit, &saved->seq, error))
    return NULL;
  saved->saved = TRUE;
  return g_steal_pointer (&saved);
}
