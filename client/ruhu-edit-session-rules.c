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
ruled_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (RuhuEditSession) self = data;
  g_autoptr (GError) error = NULL;
  GPtrArray *findings = ruhu_worker_run_finish (RUHU_WORKER (source), result, &error);

  self->is_ruling = FALSE;
  if (findings != NULL)
    {
      take (self, findings);
      ruhu_edit_session_emit_checked (self, "", "");
    }
  else if (error != NULL)
    g_message ("The rules could not be run: %s", error->message);
  if (self->rule_again)
    ruhu_edit_session_rule (self);
}

static gboolean
is_about_household (RuhuEditSession *self)
{
  RuhuRecordType *type = self->form == NULL ? ruhu_catalogue_get_record (self->opening->catalogue, self->request.type) : NULL;

  return self->form != NULL || (type != NULL && type->belongs == RUHU_BELONGS_HOUSEHOLD);
}

void
ruhu_edit_session_rule (RuhuEditSession *self)
{
  RuhuRulesRequest *request;
  g_autoptr (RuhuJson) set = NULL;

  if (self->is_over || self->saving != NULL || self->worker == NULL || !is_about_household (self))
    return;
  self->rule_again = self->is_ruling;
  if (self->is_ruling)
    return;
  /* Where text is no value yet, that is said at its field; the rules wait until it is one. */
  set = ruhu_draft_body_dup_set (self->opening->body, self->opening->catalogue, self->request.scope, ruhu_edit_session_filter, self, NULL);
  if (set == NULL)
    return;
  request = g_new0 (RuhuRulesRequest, 1);
  request->scope = g_strdup (self->request.scope);
  request->visit = self->form != NULL ? g_strdup (ruhu_draft_body_get_self (self->opening->body)) : NULL;
  request->set = g_steal_pointer (&set);
  self->is_ruling = TRUE;
  ruhu_worker_run_async (self->worker, ruhu_session_rules, request, (GDestroyNotify) ruhu_rules_request_free, (GDestroyNotify) g_ptr_array_unref, NULL, ruled_cb, g_object_ref (self));
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
          g_strcmp0 (finding->field, field != NULL ? field->name : NULL) == 0)
        gravest = graver (gravest, finding);
    }
  return gravest;
}
