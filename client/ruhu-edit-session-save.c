/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a session ends: saved, or thrown away. */
#define G_LOG_DOMAIN "ruhu-session"

#include "config.h"

#include "ruhu-edit-session-private.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"

#include <glib/gi18n.h>

/* The record type whose id a change carries as the visit it was made in (ruhu-change.h). */
#define VISIT_TYPE "visit"

/* Whether what a field refers to was added in this visit and taken back again. */
static gboolean
is_taken_back (RuhuEditSession *self, RuhuField *field, const char *record)
{
  RuhuDraftBody *body = self->opening->body;
  RuhuRecordType *type = field->type == RUHU_TYPE_REFERENCE ? ruhu_catalogue_get_record (self->opening->catalogue, field->reference) : NULL;
  json_object *value = type != NULL && type->belongs == RUHU_BELONGS_HOUSEHOLD ? ruhu_draft_body_get_value (body, field->record->name, record, field->name) : NULL;
  const char *id = json_object_get_string (value);
  GPtrArray *titles = value != NULL ? ruhu_edit_session_get_references (self, type->name) : NULL;

  if (titles == NULL || ruhu_draft_body_is_added (body, type->name, id) || ruhu_draft_body_has_base (body, type->name, id))
    return FALSE;
  for (guint i = 0; i < titles->len; i++)
    if (g_strcmp0 (((RuhuTitle *) titles->pdata[i])->id, id) == 0)
      return FALSE;
  return TRUE;
}

gboolean
ruhu_edit_session_filter (const char *type, const char *record, const char *field, gpointer data)
{
  RuhuEditSession *self = data;
  RuhuField *of = ruhu_record_type_get_field (ruhu_catalogue_get_record (self->opening->catalogue, type), field);

  return ruhu_edit_session_is_relevant (self, of, record) && !is_taken_back (self, of, record);
}

/* Findings speak of final ids; the pages know the draft's. Those of rules keep the final ones: reasons are kept by them. */
static void
name_by_draft_ids (RuhuEditSession *self, GPtrArray *findings)
{
  for (guint i = 0; i < findings->len; i++)
    {
      RuhuFinding *finding = findings->pdata[i];
      RuhuRecordType *type = finding->type != NULL && finding->rule == NULL ? ruhu_catalogue_get_record (self->opening->catalogue, finding->type) : NULL;
      g_autoptr (GPtrArray) ids = type != NULL ? ruhu_draft_body_list_records (self->opening->body, finding->type) : NULL;

      for (guint j = 0; ids != NULL && j < ids->len; j++)
        {
          g_autofree char *final_id = ruhu_draft_body_dup_final_id (self->opening->body, type, self->request.scope, ids->pdata[j]);

          if (g_strcmp0 (final_id, finding->record) != 0)
            continue;
          g_free (finding->record);
          finding->record = g_strdup (ids->pdata[j]);
        }
    }
}

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (RuhuEditSession) self = data;
  g_autoptr (GTask) task = g_steal_pointer (&self->saving);
  g_autoptr (GError) error = NULL;
  RuhuSaved *saved = ruhu_worker_run_finish (RUHU_WORKER (source), result, &error);

  if (saved == NULL)
    {
      ruhu_edit_session_mark_dirty (self);
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  self->is_over = saved->saved;
  self->saved_seq = saved->seq;
  if (!saved->saved)
    ruhu_edit_session_mark_dirty (self);
  /* A form's end shows what stands in the way; one record's is shown at its fields too. */
  if (self->form == NULL)
    ruhu_edit_session_rule (self);
  name_by_draft_ids (self, saved->findings);
  g_task_return_pointer (task, saved, (GDestroyNotify) ruhu_saved_free);
}

static RuhuWriteRequest *
make_save_request (RuhuEditSession *self, json_object *set)
{
  RuhuWriteRequest *request = ruhu_edit_session_make_write_request (self, set);
  RuhuRecordType *type = self->form == NULL ? ruhu_catalogue_get_record (self->opening->catalogue, self->request.type) : NULL;

  request->answers = self->answers;
  request->of_village = type != NULL && type->belongs == RUHU_BELONGS_VILLAGE;
  if (self->form != NULL && g_strcmp0 (self->form->record->name, VISIT_TYPE) == 0)
    request->visit = g_strdup (ruhu_draft_body_get_self (self->opening->body));
  request->judged = ruhu_edit_session_is_about_household (self);
  request->reasons = ruhu_draft_body_dup_reasons (self->opening->body);
  return request;
}

void
ruhu_edit_session_fail_save (RuhuEditSession *self, GError *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->saving);

  ruhu_edit_session_mark_dirty (self);
  g_task_return_error (task, error);
}

void
ruhu_edit_session_begin_save (RuhuEditSession *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuJson) set = ruhu_draft_body_dup_set (self->opening->body, self->opening->catalogue, self->request.scope, ruhu_edit_session_filter, self, &error);

  if (set != NULL && json_object_object_length (set) == 0)
    {
      g_clear_pointer (&set, json_object_put);
      g_set_error_literal (&error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("Nothing was changed, so there is nothing to save."));
    }
  if (set == NULL)
    {
      ruhu_edit_session_fail_save (self, g_steal_pointer (&error));
      return;
    }
  ruhu_worker_run_async (self->worker, ruhu_session_save, make_save_request (self, g_steal_pointer (&set)), (GDestroyNotify) ruhu_write_request_free, (GDestroyNotify) ruhu_saved_free, NULL, saved_cb, g_object_ref (self));
}

void
ruhu_edit_session_save_async (RuhuEditSession *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (self->saving == NULL && !self->is_over);
  /* The draft goes to disk first: should the save fail, or the battery, everything is there. */
  ruhu_edit_session_store (self);
  self->saving = g_task_new (self, cancellable, callback, user_data);
  ruhu_edit_session_start_checks (self);
  if (self->n_checking == 0)
    ruhu_edit_session_begin_save (self);
}

gboolean
ruhu_edit_session_save_finish (RuhuEditSession *self, GAsyncResult *result, GPtrArray **findings, GError **error)
{
  g_autoptr (RuhuSaved) saved = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  saved = g_task_propagate_pointer (G_TASK (result), error);
  if (saved == NULL)
    return FALSE;
  *findings = g_steal_pointer (&saved->findings);
  return saved->saved;
}

void
ruhu_edit_session_set_answers (RuhuEditSession *self, gint64 seq)
{
  g_return_if_fail (RUHU_IS_EDIT_SESSION (self));
  self->answers = seq;
}

gint64
ruhu_edit_session_get_saved_seq (RuhuEditSession *self)
{
  return self->saved_seq;
}

static void
discarded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_autoptr (GError) error = NULL;

  ruhu_worker_run_finish (RUHU_WORKER (source), result, &error);
  if (error != NULL)
    {
      RUHU_EDIT_SESSION (g_task_get_source_object (task))->is_over = FALSE;
      g_task_return_error (task, g_steal_pointer (&error));
    }
  else
    g_task_return_boolean (task, TRUE);
}

void
ruhu_edit_session_discard_async (RuhuEditSession *self, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_return_if_fail (self->draft != NULL && self->saving == NULL);
  g_clear_handle_id (&self->store_timer, g_source_remove);
  self->is_over = TRUE;
  ruhu_worker_run_async (self->worker, ruhu_session_discard, ruhu_edit_session_make_write_request (self, NULL), (GDestroyNotify) ruhu_write_request_free, NULL, NULL, discarded_cb, task);
}

gboolean
ruhu_edit_session_discard_finish (RuhuEditSession *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
restored_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_autoptr (GError) error = NULL;

  ruhu_worker_run_finish (RUHU_WORKER (source), result, &error);
  if (error != NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_boolean (task, TRUE);
}

void
ruhu_edit_session_restore_async (RuhuEditSession *self, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);
  json_object *body = ruhu_draft_body_to_json (self->opening->body);

  ruhu_worker_run_async (self->worker, ruhu_session_draft, ruhu_edit_session_make_write_request (self, body), (GDestroyNotify) ruhu_write_request_free, NULL, NULL, restored_cb, task);
}

gboolean
ruhu_edit_session_restore_finish (RuhuEditSession *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
