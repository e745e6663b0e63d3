/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the catalogue's rules say of what would be saved now: run after each field in the worker, shown at the fields they concern and at the end. */
#define G_LOG_DOMAIN "ruhu-session"

#include "config.h"

#include "ruhu-edit-session-private.h"

#include "ruhu-cleanups.h"

/* Final id → the draft's, for records that were made here and have a key. */
static GHashTable *
map_ids (RuhuEditSession *self)
{
  GHashTable *ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GPtrArray *types = ruhu_catalogue_get_records (self->opening->catalogue);

  for (guint i = 0; i < types->len; i++)
    {
      RuhuRecordType *type = types->pdata[i];
      g_autoptr (GPtrArray) records = ruhu_draft_body_list_records (self->opening->body, type->name);

      for (guint j = 0; j < records->len; j++)
        {
          char *id = ruhu_draft_body_dup_final_id (self->opening->body, type, self->request.scope, records->pdata[j]);

          if (id != NULL)
            g_hash_table_replace (ids, id, g_strdup (records->pdata[j]));
        }
    }
  return ids;
}

static void
take (RuhuEditSession *self, GPtrArray *findings)
{
  g_autoptr (GHashTable) ids = map_ids (self);

  g_clear_pointer (&self->ruled, g_ptr_array_unref);
  g_clear_pointer (&self->ruled_ids, g_ptr_array_unref);
  self->ruled = findings;
  self->ruled_ids = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < findings->len; i++)
    {
      const char *record = ((RuhuFinding *) findings->pdata[i])->record;
      const char *id = record != NULL ? g_hash_table_lookup (ids, record) : NULL;

      g_ptr_array_add (self->ruled_ids, g_strdup (id != NULL ? id : record));
    }
}

static void
take_proposed (RuhuEditSession *self, json_object *proposed)
{
  if (proposed == NULL || self->is_over || self->saving != NULL)
    return;
  json_object_object_foreach (proposed, type, records)
  {
    json_object_object_foreach (records, record, values)
    {
      /* It may have been taken away meanwhile. */
      if (ruhu_draft_body_is_added (self->opening->body, type, record))
        ruhu_edit_session_propose (self, type, record, values);
    }
  }
}

/* NULL: nothing was added. Transfer full. */
static json_object *
dup_added (RuhuEditSession *self)
{
  GPtrArray *types = ruhu_catalogue_get_records (self->opening->catalogue);
  json_object *added = NULL;

  for (guint i = 0; i < types->len; i++)
    {
      RuhuRecordType *type = types->pdata[i];
      g_autoptr (GPtrArray) records = ruhu_draft_body_list_records (self->opening->body, type->name);
      json_object *of_type = NULL;

      for (guint j = 0; j < records->len; j++)
        {
          if (!ruhu_draft_body_is_added (self->opening->body, type->name, records->pdata[j]))
            continue;
          if (added == NULL)
            added = json_object_new_object ();
          if (of_type == NULL)
            json_object_object_add (added, type->name, of_type = json_object_new_object ());
          json_object_object_add (of_type, records->pdata[j], ruhu_draft_body_dup_fields (self->opening->body, type->name, records->pdata[j]));
        }
    }
  return added;
}

static void
ruled_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (RuhuEditSession) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuRuled) ruled = ruhu_worker_run_finish (RUHU_WORKER (source), result, &error);

  self->is_ruling = FALSE;
  if (ruled != NULL)
    {
      take (self, g_steal_pointer (&ruled->findings));
      take_proposed (self, ruled->proposed);
      ruhu_edit_session_emit_checked (self, "", "");
    }
  else if (error != NULL)
    g_message ("The rules could not be run: %s", error->message);
  if (self->rule_again)
    ruhu_edit_session_rule (self);
}

gboolean
ruhu_edit_session_is_about_household (RuhuEditSession *self)
{
  RuhuRecordType *type = self->form == NULL ? ruhu_catalogue_get_record (self->opening->catalogue, self->request.type) : NULL;

  return self->form != NULL || (type != NULL && type->belongs == RUHU_BELONGS_HOUSEHOLD);
}

/* Half a line is said to be one; what it does to the household is asked when it is whole. */
static gboolean
is_judged (const char *type, const char *record, const char *field, gpointer data)
{
  RuhuEditSession *self = data;

  return !ruhu_draft_body_is_pending (self->opening->body, type, record) && ruhu_edit_session_filter (type, record, field, self);
}

void
ruhu_edit_session_rule (RuhuEditSession *self)
{
  RuhuRulesRequest *request;
  g_autoptr (RuhuJson) set = NULL;

  if (self->is_over || self->saving != NULL || self->worker == NULL || !ruhu_edit_session_is_about_household (self))
    return;
  self->rule_again = self->is_ruling;
  if (self->is_ruling)
    return;
  /* Where text is no value yet, that is said at its field; the rules wait until it is one. */
  set = ruhu_draft_body_dup_set (self->opening->body, self->opening->catalogue, self->request.scope, is_judged, self, NULL);
  if (set == NULL)
    return;
  request = g_new0 (RuhuRulesRequest, 1);
  request->scope = g_strdup (self->request.scope);
  request->visit = self->form != NULL ? g_strdup (ruhu_draft_body_get_self (self->opening->body)) : NULL;
  request->set = g_steal_pointer (&set);
  request->added = dup_added (self);
  self->is_ruling = TRUE;
  ruhu_worker_run_async (self->worker, ruhu_session_rules, request, (GDestroyNotify) ruhu_rules_request_free, (GDestroyNotify) ruhu_ruled_free, NULL, ruled_cb, g_object_ref (self));
}

GPtrArray *
ruhu_edit_session_get_ruled (RuhuEditSession *self)
{
  return self->ruled;
}

const char *
ruhu_edit_session_get_ruled_record (RuhuEditSession *self, guint index)
{
  g_return_val_if_fail (self->ruled_ids != NULL && index < self->ruled_ids->len, NULL);
  return self->ruled_ids->pdata[index];
}

const char *
ruhu_edit_session_get_reason (RuhuEditSession *self, const RuhuFinding *finding)
{
  g_autofree char *key = ruhu_session_dup_reason_key (finding);

  return ruhu_draft_body_get_reason (self->opening->body, key);
}

void
ruhu_edit_session_set_reason (RuhuEditSession *self, const RuhuFinding *finding, const char *reason)
{
  g_autofree char *key = ruhu_session_dup_reason_key (finding);

  ruhu_draft_body_set_reason (self->opening->body, key, reason);
  ruhu_edit_session_mark_dirty (self);
}

GPtrArray *
ruhu_edit_session_list_uses (RuhuEditSession *self, const RuhuFinding *finding)
{
  RuhuRule *rule = finding->rule != NULL ? ruhu_catalogue_get_rule (self->opening->catalogue, finding->rule) : NULL;
  RuhuRecordType *type = finding->type != NULL ? ruhu_catalogue_get_record (self->opening->catalogue, finding->type) : NULL;
  GPtrArray *fields = g_ptr_array_new ();

  for (guint i = 0; rule != NULL && i < rule->fields->len; i++)
    g_ptr_array_add (fields, rule->fields->pdata[i]);
  for (guint i = 0; rule != NULL && rule->also != NULL && i < rule->also->len; i++)
    g_ptr_array_add (fields, rule->also->pdata[i]);
  for (guint i = 0; type != NULL && finding->uses != NULL && finding->uses[i] != NULL; i++)
    g_ptr_array_add (fields, ruhu_record_type_get_field (type, finding->uses[i]));
  return fields;
}

/* Whether the constraint looks at the rule's fields and no others. A rule that a reason lets pass speaks for itself. */
static gboolean
is_same_check (const RuhuFinding *constraint, RuhuRule *rule)
{
  if (constraint->uses == NULL || rule->pending || rule->fields->len != g_strv_length (constraint->uses))
    return FALSE;
  for (guint i = 0; i < rule->fields->len; i++)
    if (!g_strv_contains ((const char *const *) constraint->uses, ((RuhuField *) rule->fields->pdata[i])->name))
      return FALSE;
  return TRUE;
}

gboolean
ruhu_edit_session_is_said (RuhuEditSession *self, guint index)
{
  const RuhuFinding *finding = self->ruled->pdata[index];
  RuhuRule *rule = finding->rule != NULL ? ruhu_catalogue_get_rule (self->opening->catalogue, finding->rule) : NULL;
  RuhuRecordType *type = finding->type != NULL ? ruhu_catalogue_get_record (self->opening->catalogue, finding->type) : NULL;
  GPtrArray *findings = type != NULL && self->ruled_ids->pdata[index] != NULL ? ruhu_edit_session_get_findings (self, type, self->ruled_ids->pdata[index]) : NULL;

  for (guint i = 0; rule != NULL && findings != NULL && i < findings->len; i++)
    if (is_same_check (findings->pdata[i], rule))
      return TRUE;
  return FALSE;
}

static const RuhuFinding *
graver (const RuhuFinding *one, const RuhuFinding *other)
{
  return one == NULL || other->severity < one->severity ? other : one;
}

const RuhuFinding *
ruhu_edit_session_get_finding (RuhuEditSession *self, RuhuRecordType *type, RuhuField *field, const char *record)
{
  GPtrArray *findings = ruhu_edit_session_get_findings (self, type, record);
  const RuhuFinding *gravest = NULL;

  for (guint i = 0; findings != NULL && i < findings->len; i++)
    {
      const RuhuFinding *finding = findings->pdata[i];

      if (g_strcmp0 (finding->field, field != NULL ? field->name : NULL) == 0)
        gravest = graver (gravest, finding);
    }
  for (guint i = 0; self->ruled != NULL && i < self->ruled->len; i++)
    {
      const RuhuFinding *finding = self->ruled->pdata[i];

      /* What somebody has given a reason for is dealt with. */
      if (finding->reason == NULL && g_strcmp0 (finding->type, type->name) == 0 && g_strcmp0 (self->ruled_ids->pdata[i], record) == 0 &&
          g_strcmp0 (finding->field, field != NULL ? field->name : NULL) == 0 && !ruhu_edit_session_is_said (self, i))
        gravest = graver (gravest, finding);
    }
  return gravest;
}
