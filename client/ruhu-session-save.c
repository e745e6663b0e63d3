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
  g_clear_pointer (&self->added, json_object_put);
  g_free (self);
}

void
ruhu_ruled_free (RuhuRuled *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->findings, g_ptr_array_unref);
  g_clear_pointer (&self->proposed, json_object_put);
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
judge (RuhuStore *store, const char *scope, const char *visit, json_object *set, json_object *added, json_object **proposed, GError **error)
{
  RuhuRules *rules = ruhu_store_get_rules (store, error);
  g_autofree char *today = ruhu_clock_today (ruhu_store_get_clock (store));
  g_autofree char *user = ruhu_store_get_meta (store, "user", NULL);
  RuhuRulesQuestion question = { .scope = scope, .today = today, .draft = set, .visit = visit, .user = user, .role = ruhu_store_get_role (store) };

  if (rules == NULL)
    return NULL;
  if (added != NULL)
    {
      *proposed = ruhu_rules_propose (rules, &question, added, error);
      if (*proposed == NULL)
        return NULL;
    }
  return ruhu_rules_check_household (rules, &question, error);
}

gpointer
ruhu_session_rules (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  RuhuRulesRequest *request = data;
  g_autoptr (RuhuRuled) ruled = g_new0 (RuhuRuled, 1);

  ruled->findings = judge (store, request->scope, request->visit, request->set, request->added, &ruled->proposed, error);
  return ruled->findings != NULL ? g_steal_pointer (&ruled) : NULL;
}

static gboolean
has_errors (GPtrArray *findings)
{
  for (guint i = 0; i < findings->len; i++)
    if (((RuhuFinding *) findings->pdata[i])->severity == RUHU_SEVERITY_ERROR)
      return TRUE;
  return FALSE;
}

static gboolean
is_written (json_object *set, const RuhuFinding *finding)
{
  json_object *records = json_object_object_get (set, finding->type);

  return records != NULL && json_object_object_get_ex (records, finding->record, NULL);
}

static void
leave_out_unwritten (json_object *set, GPtrArray *findings)
{
  for (guint i = findings->len; i > 0; i--)
    if (!is_written (set, findings->pdata[i - 1]))
      g_ptr_array_remove_index (findings, i - 1);
}

/* A form is judged with all of the household; what the file saves, by what is written and was not so before: nobody is kept from correcting one thing because another is not in order. */
static gboolean
leave_out_others (RuhuStore *store, RuhuWriteRequest *request, GPtrArray *findings, GError **error)
{
  g_autoptr (GPtrArray) earlier = NULL;
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  leave_out_unwritten (request->content, findings);
  /* Nearly always: then nobody has to know what was so before. */
  if (findings->len == 0)
    return TRUE;
  earlier = judge (store, request->scope, NULL, NULL, NULL, NULL, error);
  if (earlier == NULL)
    return FALSE;
  for (guint i = 0; i < earlier->len; i++)
    g_hash_table_add (known, ruhu_session_dup_reason_key (earlier->pdata[i]));
  for (guint i = findings->len; i > 0; i--)
    {
      g_autofree char *key = ruhu_session_dup_reason_key (findings->pdata[i - 1]);

      if (g_hash_table_contains (known, key))
        g_ptr_array_remove_index (findings, i - 1);
    }
  return TRUE;
}

/* What stands in the way goes to @left; for what is let pass, the reason goes into the change. Where nobody can give a reason, only what blocks stands in the way. */
static gboolean
apply_rules (RuhuStore *store, RuhuWriteRequest *request, GPtrArray *left, GError **error)
{
  g_autoptr (GPtrArray) findings = judge (store, request->scope, request->visit, request->content, NULL, NULL, error);

  if (findings == NULL || (request->form == NULL && !leave_out_others (store, request, findings, error)))
    return FALSE;
  for (guint i = 0; i < findings->len; i++)
    {
      RuhuFinding *finding = findings->pdata[i];
      g_autofree char *key = ruhu_session_dup_reason_key (finding);
      const char *reason = json_object_get_string (json_object_object_get (request->reasons, key));

      if (request->reasons == NULL ? finding->blocks : ruhu_session_stands_in_the_way (finding, reason))
        {
          g_ptr_array_add (left, finding);
          findings->pdata[i] = NULL;
        }
      else if (reason != NULL && (finding->blocks || finding->needs_reason))
        ruhu_rules_add_note (request->content, finding, request->visit, reason);
    }
  return TRUE;
}

/* What has its id from its key comes back when it is recorded anew after somebody removed it: it is the same record. */
static gboolean
bring_back (RuhuStore *store, RuhuRecordType *type, json_object *records, GError **error)
{
  if (type == NULL || type->key == NULL)
    return TRUE;
  json_object_object_foreach (records, id, fields)
  {
    g_autoptr (GError) local = NULL;
    g_autoptr (RuhuRecord) record = ruhu_store_get_record (store, type->name, id, &local);

    if (local != NULL)
      {
        g_propagate_error (error, g_steal_pointer (&local));
        return FALSE;
      }
    if (record != NULL && json_object_object_get_ex (record->fields, "deleted", NULL) && !json_object_object_get_ex (fields, "deleted", NULL))
      json_object_object_add (fields, "deleted", json_object_new_boolean (FALSE));
  }
  return TRUE;
}

static gboolean
bring_back_all (RuhuStore *store, json_object *set, GError **error)
{
  json_object_object_foreach (set, type, records)
  {
    if (!bring_back (store, ruhu_catalogue_get_record (ruhu_store_get_catalogue (store), type), records, error))
      return FALSE;
  }
  return TRUE;
}

gpointer
ruhu_session_save (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  RuhuWriteRequest *request = data;
  RuhuEdit edit = { request->scope, request->of_village, request->visit, request->seen, request->content, request->draft, request->answers, request->draft_seen };
  g_autoptr (RuhuSaved) saved = g_new0 (RuhuSaved, 1);
  guint before;

  if (!bring_back_all (store, request->content, error))
    return NULL;
  saved->findings = ruhu_store_check (store, &edit, error);
  if (saved->findings == NULL)
    return NULL;
  if (has_errors (saved->findings))
    return g_steal_pointer (&saved);
  before = saved->findings->len;
  if (request->judged && !apply_rules (store, request, saved->findings, error))
    return NULL;
  if (saved->findings->len > before)
    return g_steal_pointer (&saved);
  if (!ruhu_store_save (store, &edit, &saved->seq, error))
    return NULL;
  saved->saved = TRUE;
  return g_steal_pointer (&saved);
}
