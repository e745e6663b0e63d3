/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is found while a person types: each record judged after a pause in the worker, and what the catalogue proposes for a new one. */
#define G_LOG_DOMAIN "ruhu-session"

#include "config.h"

#include "ruhu-edit-session-private.h"

#include "ruhu-value.h"

#include <string.h>

/* In ms: a check waits for the typing to pause; one that failed is made again. */
#define CHECK_DELAY 200
#define RETRY_DELAY 5000

/* --- proposals --- */

/* A field's "initial" follows what is typed into the fields that it looks at: a problem's deadline its kind. What a person typed, or emptied, stays. In a record that was there before, only
 * what nobody had entered yet is proposed: the date of birth when the ID number becomes known. What looks at other records follows the whole draft (ruhu-edit-session-rules.c). */

/* What was proposed last: in this session, else when the record was made. NULL: nothing. */
static json_object *
get_last (RuhuEditSession *self, const char *key, const char *type, const char *record, const char *field)
{
  json_object *last = g_hash_table_lookup (self->proposed, key);
  json_object *initials = g_hash_table_lookup (self->opening->initials, type);

  if (last == NULL && initials != NULL && ruhu_draft_body_is_added (self->opening->body, type, record))
    last = json_object_object_get (initials, field);
  return last;
}

static gboolean
propose (RuhuEditSession *self, const char *type, const char *record, const char *field, json_object *value)
{
  RuhuDraftBody *body = self->opening->body;
  g_autofree char *key = g_strjoin ("/", type, record, field, NULL);
  json_object *now = ruhu_draft_body_get_value (body, type, record, field);
  gboolean begun = ruhu_draft_body_is_begun (body, type, record);
  gboolean untouched = begun ? !ruhu_draft_body_is_answered (body, type, record, field)
                             : ruhu_draft_body_get_text (body, type, record, field) == NULL && ruhu_value_equal (now, get_last (self, key, type, record, field));

  if (untouched && !ruhu_value_equal (now, value))
    {
      g_hash_table_replace (self->proposed, g_steal_pointer (&key), json_object_get (value));
      ruhu_draft_body_set_value (body, type, record, field, value);
      return TRUE;
    }
  /* A draft gone on with does not say what was proposed: what would be proposed now, was. */
  if (ruhu_value_equal (now, value))
    g_hash_table_replace (self->proposed, g_steal_pointer (&key), json_object_get (value));
  return FALSE;
}

void
ruhu_edit_session_propose (RuhuEditSession *self, const char *type, const char *record, json_object *values)
{
  RuhuDraftBody *body = self->opening->body;
  gboolean is_added = ruhu_draft_body_is_added (body, type, record), changed = FALSE;

  json_object_object_foreach (values, field, value)
  {
    if (is_added || (ruhu_draft_body_get_base (body, type, record, field) == NULL && ruhu_draft_body_is_changed (body, type, record, NULL)))
      changed = propose (self, type, record, field, value) || changed;
  }
  if (!changed)
    return;
  ruhu_edit_session_mark_dirty (self);
  if (self->saving == NULL)
    ruhu_edit_session_check (self, ruhu_catalogue_get_record (self->opening->catalogue, type), record);
  ruhu_edit_session_emit_edited (self, type, record);
}

/* --- checking --- */

static gboolean
check_timer_cb (gpointer data)
{
  RuhuEditSession *self = data;

  self->check_timer = 0;
  ruhu_edit_session_start_checks (self);
  return G_SOURCE_REMOVE;
}

static void
take_checked (RuhuEditSession *self, RuhuChecked *checked)
{
  g_hash_table_replace (self->checked, ruhu_edit_session_make_key (checked->type, checked->record), checked);
  if (checked->initial != NULL)
    ruhu_edit_session_propose (self, checked->type, checked->record, checked->initial);
  ruhu_edit_session_emit_checked (self, checked->type, checked->record);
}

/* Which of its questions are asked is not known then: it is found out before anything is saved, which leaves out what is not asked. */
static void
check_again (RuhuEditSession *self, const RuhuCheckRequest *request, const GError *error)
{
  g_message ("A record could not be checked: %s", error->message);
  g_hash_table_add (self->to_check, ruhu_edit_session_make_key (request->type, request->record));
  if (self->check_timer == 0 && self->worker != NULL && !self->is_over)
    self->check_timer = g_timeout_add (RETRY_DELAY, check_timer_cb, self);
  if (self->unchecked == NULL)
    self->unchecked = g_error_copy (error);
}

static void
checked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (RuhuEditSession) self = data;
  g_autoptr (GError) error = NULL;
  RuhuChecked *checked = ruhu_worker_run_finish (RUHU_WORKER (source), result, &error);

  self->n_checking--;
  if (checked != NULL)
    take_checked (self, checked);
  else
    check_again (self, g_task_get_task_data (G_TASK (result)), error);
  if (self->n_checking > 0)
    return;
  error = g_steal_pointer (&self->unchecked);
  if (self->saving == NULL)
    ruhu_edit_session_rule (self);
  else if (error != NULL)
    ruhu_edit_session_fail_save (self, g_steal_pointer (&error));
  else
    ruhu_edit_session_begin_save (self);
}

static void
start_check (RuhuEditSession *self, const char *key)
{
  const char *slash = strchr (key, '/');
  RuhuCheckRequest *request = g_new0 (RuhuCheckRequest, 1);

  request->type = g_strndup (key, slash - key);
  request->record = g_strdup (slash + 1);
  request->scope = g_strdup (self->request.scope);
  request->is_new = ruhu_draft_body_is_added (self->opening->body, request->type, request->record);
  request->fields = ruhu_draft_body_dup_fields (self->opening->body, request->type, request->record);
  self->n_checking++;
  ruhu_worker_run_async (self->worker, ruhu_session_check, request, (GDestroyNotify) ruhu_check_request_free, (GDestroyNotify) ruhu_checked_free, NULL, checked_cb, g_object_ref (self));
}

void
ruhu_edit_session_start_checks (RuhuEditSession *self)
{
  GHashTableIter iter;
  gpointer key;

  g_clear_handle_id (&self->check_timer, g_source_remove);
  g_hash_table_iter_init (&iter, self->to_check);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      start_check (self, key);
      g_hash_table_iter_remove (&iter);
    }
}

void
ruhu_edit_session_check (RuhuEditSession *self, RuhuRecordType *type, const char *record)
{
  g_autofree char *key = ruhu_edit_session_make_key (type->name, record);

  /* What was never checked shows nothing yet: that cannot wait for a pause. */
  g_clear_handle_id (&self->check_timer, g_source_remove);
  self->check_timer = g_timeout_add (g_hash_table_contains (self->checked, key) ? CHECK_DELAY : 0, check_timer_cb, self);
  g_hash_table_add (self->to_check, g_steal_pointer (&key));
}

static RuhuChecked *
get_checked (RuhuEditSession *self, const char *type, const char *record)
{
  g_autofree char *key = ruhu_edit_session_make_key (type, record);

  return g_hash_table_lookup (self->checked, key);
}

gboolean
ruhu_edit_session_is_relevant (RuhuEditSession *self, RuhuField *field, const char *record)
{
  RuhuChecked *checked = get_checked (self, field->record->name, record);

  if (field->relevant == NULL)
    return TRUE;
  return checked != NULL && g_hash_table_contains (checked->relevant, field->name);
}

GPtrArray *
ruhu_edit_session_get_findings (RuhuEditSession *self, RuhuRecordType *type, const char *record)
{
  RuhuChecked *checked = get_checked (self, type->name, record);

  return checked != NULL ? checked->findings : NULL;
}
