/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-session"

#include "config.h"

#include "ruhu-edit-session-private.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-value.h"

#include <glib/gi18n.h>

/* In ms: the draft is at most this old when the battery dies; a disk that failed is tried again. */
#define STORE_DELAY 1000
#define RETRY_DELAY 5000

enum
{
  CHECKED,
  EDITED,
  STORED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RuhuEditSession, ruhu_edit_session, G_TYPE_OBJECT)

char *
ruhu_edit_session_make_key (const char *type, const char *record)
{
  return g_strconcat (type, "/", record, NULL);
}

static void
json_free (gpointer data)
{
  json_object_put (data);
}

static void
ruhu_edit_session_dispose (GObject *object)
{
  RuhuEditSession *self = RUHU_EDIT_SESSION (object);

  g_clear_handle_id (&self->check_timer, g_source_remove);
  g_clear_handle_id (&self->store_timer, g_source_remove);
  g_clear_object (&self->worker);
  G_OBJECT_CLASS (ruhu_edit_session_parent_class)->dispose (object);
}

static void
ruhu_edit_session_finalize (GObject *object)
{
  RuhuEditSession *self = RUHU_EDIT_SESSION (object);

  g_free (self->request.form);
  g_free (self->request.type);
  g_free (self->request.record);
  g_free (self->request.scope);
  g_free (self->draft);
  g_clear_pointer (&self->opening, ruhu_opening_free);
  g_hash_table_unref (self->checked);
  g_hash_table_unref (self->to_check);
  g_hash_table_unref (self->proposed);
  g_clear_pointer (&self->ruled, g_ptr_array_unref);
  g_clear_pointer (&self->ruled_ids, g_ptr_array_unref);
  g_clear_error (&self->unchecked);
  G_OBJECT_CLASS (ruhu_edit_session_parent_class)->finalize (object);
}

static void
ruhu_edit_session_class_init (RuhuEditSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = ruhu_edit_session_dispose;
  object_class->finalize = ruhu_edit_session_finalize;
  signals[CHECKED] = g_signal_new ("checked", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
  signals[EDITED] = g_signal_new ("edited", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
  signals[STORED] = g_signal_new ("stored", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
ruhu_edit_session_init (RuhuEditSession *self)
{
  self->checked = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) ruhu_checked_free);
  self->to_check = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->proposed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, json_free);
}

RuhuEditSession *
ruhu_edit_session_new_form (RuhuWorker *worker, const char *form, const char *household, const char *draft)
{
  RuhuEditSession *self = g_object_new (RUHU_TYPE_EDIT_SESSION, NULL);

  self->worker = g_object_ref (worker);
  self->request.form = g_strdup (form);
  self->request.scope = g_strdup (household);
  self->draft = draft != NULL ? g_strdup (draft) : ruhu_random_id ();
  return self;
}

RuhuEditSession *
ruhu_edit_session_new_record (RuhuWorker *worker, const char *type, const char *record, const char *scope, gint64 seen)
{
  RuhuEditSession *self = g_object_new (RUHU_TYPE_EDIT_SESSION, NULL);

  self->worker = g_object_ref (worker);
  self->request.type = g_strdup (type);
  self->request.record = g_strdup (record);
  self->request.scope = g_strdup (scope);
  self->request.seen = seen;
  return self;
}

/* --- opening --- */

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  RuhuEditSession *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  RuhuOpening *opening = ruhu_worker_run_finish (RUHU_WORKER (source), result, &error);

  if (opening == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  g_clear_pointer (&self->opening, ruhu_opening_free);
  self->opening = opening;
  self->is_typed = opening->resumed;
  if (self->request.form != NULL)
    self->form = ruhu_catalogue_get_form (opening->catalogue, self->request.form);
  g_task_return_boolean (task, TRUE);
}

void
ruhu_edit_session_open_async (RuhuEditSession *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  RuhuOpenRequest *request = g_new0 (RuhuOpenRequest, 1);

  request->form = g_strdup (self->request.form);
  request->draft = g_strdup (self->draft);
  request->type = g_strdup (self->request.type);
  request->record = g_strdup (self->request.record);
  request->scope = g_strdup (self->request.scope);
  request->seen = self->request.seen;
  ruhu_worker_run_async (self->worker, ruhu_session_open, request, (GDestroyNotify) ruhu_open_request_free, (GDestroyNotify) ruhu_opening_free, cancellable, opened_cb, task);
}

gboolean
ruhu_edit_session_open_finish (RuhuEditSession *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- what it holds --- */

RuhuWorker *
ruhu_edit_session_get_worker (RuhuEditSession *self)
{
  return self->worker;
}

RuhuCatalogue *
ruhu_edit_session_get_catalogue (RuhuEditSession *self)
{
  return self->opening->catalogue;
}

RuhuForm *
ruhu_edit_session_get_form (RuhuEditSession *self)
{
  return self->form;
}

RuhuDraftBody *
ruhu_edit_session_get_body (RuhuEditSession *self)
{
  return self->opening->body;
}

const char *
ruhu_edit_session_get_scope (RuhuEditSession *self)
{
  return self->request.scope;
}

const char *
ruhu_edit_session_get_title (RuhuEditSession *self)
{
  return self->opening->title;
}

const char *
ruhu_edit_session_get_draft (RuhuEditSession *self)
{
  return self->draft;
}

gboolean
ruhu_edit_session_get_resumed (RuhuEditSession *self)
{
  return self->opening->resumed;
}

gboolean
ruhu_edit_session_is_changed (RuhuEditSession *self)
{
  return !self->is_over && self->is_typed && ruhu_draft_body_is_changed (self->opening->body, NULL, NULL, NULL);
}

GPtrArray *
ruhu_edit_session_get_references (RuhuEditSession *self, const char *type)
{
  return g_hash_table_lookup (self->opening->references, type);
}

GPtrArray *
ruhu_edit_session_get_earlier (RuhuEditSession *self, const char *type)
{
  return g_hash_table_lookup (self->opening->earlier, type);
}

static const char *
find_reference (RuhuEditSession *self, const char *type, const char *id)
{
  GPtrArray *titles = ruhu_edit_session_get_references (self, type);

  for (guint i = 0; titles != NULL && id != NULL && i < titles->len; i++)
    {
      RuhuTitle *title = titles->pdata[i];

      if (g_strcmp0 (title->id, id) == 0)
        return title->title;
    }
  return NULL;
}

/* What a record that a reference points to is called; NULL when it is neither on file nor added here. Transfer full. */
static char *
dup_referred (RuhuEditSession *self, const char *name, const char *id)
{
  RuhuRecordType *type = ruhu_catalogue_get_record (self->opening->catalogue, name);

  if (type != NULL && ruhu_draft_body_is_added (self->opening->body, name, id))
    return ruhu_edit_session_dup_title (self, type, id);
  return g_strdup (find_reference (self, name, id));
}

/* What one field says, if @name is one; NULL otherwise. Transfer full. */
static char *
format_field (RuhuEditSession *self, RuhuRecordType *type, const char *name, const char *record)
{
  RuhuField *field = name != NULL ? ruhu_record_type_get_field (type, name) : NULL;
  json_object *value;
  g_autofree char *referred = NULL;

  if (field == NULL || field->calculate != NULL)
    return NULL;
  value = ruhu_draft_body_get_value (self->opening->body, type->name, record, field->name);
  if (value != NULL && field->type == RUHU_TYPE_REFERENCE)
    referred = dup_referred (self, field->reference, json_object_get_string (value));
  return referred != NULL ? g_steal_pointer (&referred) : ruhu_value_format (field, value);
}

char *
ruhu_edit_session_dup_title (RuhuEditSession *self, RuhuRecordType *type, const char *record)
{
  /* A title that is one field follows the typing; any other one is as it was stored. */
  g_autofree char *text = format_field (self, type, type->title, record);
  const char *stored = g_hash_table_lookup (self->opening->titles, record);

  /* The only one of its kind needs no name. */
  if (type->key != NULL && type->key->len == 0)
    return g_strdup (ruhu_label_get (&type->label));
  if (text != NULL && text[0] != '\0')
    return g_steal_pointer (&text);
  if (stored == NULL)
    stored = find_reference (self, type->name, record);
  if (stored != NULL && stored[0] != '\0')
    return g_strdup (stored);
  if (ruhu_draft_body_is_added (self->opening->body, type->name, record))
    return g_strdup_printf (_ ("New: %s"), ruhu_label_get (&type->label));
  return g_strdup (ruhu_label_get (&type->label));
}

char *
ruhu_edit_session_dup_summary (RuhuEditSession *self, RuhuRecordType *type, const char *record)
{
  char *text = format_field (self, type, type->summary, record);

  return text != NULL ? text : g_strdup ("");
}

const char *
ruhu_edit_session_get_read_only (RuhuEditSession *self, RuhuField *field, const char *record)
{
  RuhuRecordType *type = field->record;
  gboolean added = ruhu_draft_body_is_added (self->opening->body, type->name, record);

  if (field->retired)
    return _ ("No longer recorded");
  if (((added ? field->makers : field->writers) & self->opening->role) == 0)
    return _ ("Others record this");
  if (added && !ruhu_draft_body_is_begun (self->opening->body, type->name, record))
    return NULL;
  if (type->append_only && !added)
    return _ ("Recorded for good");
  for (guint i = 0; type->key != NULL && i < type->key->len; i++)
    if (g_strcmp0 (type->key->pdata[i], field->name) == 0)
      return "";
  return NULL;
}

gboolean
ruhu_edit_session_may_add (RuhuEditSession *self, RuhuRecordType *type)
{
  return ruhu_opening_may_add (self->opening, type);
}

gboolean
ruhu_edit_session_get_meanwhile (RuhuEditSession *self, RuhuField *field, const char *record, json_object **value)
{
  g_autofree char *key = g_strjoin ("/", field->record->name, record, field->name, NULL);

  return g_hash_table_lookup_extended (self->opening->meanwhile, key, NULL, (gpointer *) value);
}

/* --- the draft on disk --- */

static gboolean
store_timer_cb (gpointer data)
{
  RuhuEditSession *self = data;

  self->store_timer = 0;
  ruhu_edit_session_store (self);
  return G_SOURCE_REMOVE;
}

static void
stored_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (RuhuEditSession) self = data;
  g_autoptr (GError) error = NULL;

  self->n_storing--;
  ruhu_worker_run_finish (RUHU_WORKER (source), result, &error);
  if (error != NULL)
    {
      g_warning ("The draft could not be written: %s", error->message);
      self->is_dirty = TRUE;
      if (self->store_timer == 0 && !self->is_over && self->worker != NULL)
        self->store_timer = g_timeout_add (RETRY_DELAY, store_timer_cb, self);
    }
  g_signal_emit (self, signals[STORED], 0, error);
}

RuhuWriteRequest *
ruhu_edit_session_make_write_request (RuhuEditSession *self, json_object *content)
{
  RuhuWriteRequest *request = g_new0 (RuhuWriteRequest, 1);

  request->draft = g_strdup (self->draft);
  request->form = g_strdup (self->request.form);
  request->scope = g_strdup (self->request.scope);
  request->seen = self->opening->seen;
  request->draft_seen = self->opening->draft_seen != NULL ? ruhu_draft_seen_ref (self->opening->draft_seen) : NULL;
  request->content = content;
  return request;
}

void
ruhu_edit_session_store (RuhuEditSession *self)
{
  g_return_if_fail (RUHU_IS_EDIT_SESSION (self));
  g_clear_handle_id (&self->store_timer, g_source_remove);
  if (!self->is_dirty || self->is_over || self->draft == NULL || self->saving != NULL)
    return;
  self->is_dirty = FALSE;
  self->n_storing++;
  ruhu_worker_run_async (self->worker, ruhu_session_draft, ruhu_edit_session_make_write_request (self, ruhu_draft_body_to_json (self->opening->body)), (GDestroyNotify) ruhu_write_request_free, NULL, NULL, stored_cb, g_object_ref (self));
}

gboolean
ruhu_edit_session_is_stored (RuhuEditSession *self)
{
  g_return_val_if_fail (RUHU_IS_EDIT_SESSION (self), TRUE);
  return self->is_over || (!self->is_dirty && self->n_storing == 0);
}

/* The timer is not moved by further typing: the draft is never older than its delay. */
void
ruhu_edit_session_mark_dirty (RuhuEditSession *self)
{
  self->is_dirty = TRUE;
  if (self->draft != NULL && self->store_timer == 0)
    self->store_timer = g_timeout_add (STORE_DELAY, store_timer_cb, self);
}

/* --- what is said to the pages --- */

void
ruhu_edit_session_emit_edited (RuhuEditSession *self, const char *type, const char *record)
{
  g_signal_emit (self, signals[EDITED], 0, type, record);
}

void
ruhu_edit_session_emit_checked (RuhuEditSession *self, const char *type, const char *record)
{
  g_signal_emit (self, signals[CHECKED], 0, type, record);
}

/* --- typing --- */

void
ruhu_edit_session_note_edited (RuhuEditSession *self, RuhuRecordType *type, const char *record)
{
  self->is_typed = TRUE;
  ruhu_edit_session_mark_dirty (self);
  ruhu_edit_session_check (self, type, record);
  g_signal_emit (self, signals[EDITED], 0, type->name, record);
}

void
ruhu_edit_session_set_value (RuhuEditSession *self, RuhuField *field, const char *record, json_object *value)
{
  RuhuDraftBody *body = self->opening->body;

  if (ruhu_draft_body_get_text (body, field->record->name, record, field->name) == NULL &&
      ruhu_value_equal (value, ruhu_draft_body_get_value (body, field->record->name, record, field->name)))
    return;
  ruhu_draft_body_set_value (body, field->record->name, record, field->name, value);
  ruhu_edit_session_note_answer (self, field, record);
  ruhu_edit_session_note_edited (self, field->record, record);
}

void
ruhu_edit_session_set_text (RuhuEditSession *self, RuhuField *field, const char *record, const char *text)
{
  if (g_strcmp0 (text, ruhu_draft_body_get_text (self->opening->body, field->record->name, record, field->name)) == 0)
    return;
  ruhu_draft_body_set_text (self->opening->body, field->record->name, record, field->name, text);
  ruhu_edit_session_note_answer (self, field, record);
  ruhu_edit_session_note_edited (self, field->record, record);
}

const char *
ruhu_edit_session_add_record (RuhuEditSession *self, RuhuRecordType *type)
{
  const char *id = ruhu_draft_body_add_record (self->opening->body, type->name);

  ruhu_opening_fill_in (self->opening, type->name, id);
  ruhu_edit_session_note_edited (self, type, id);
  return id;
}

json_object *
ruhu_edit_session_take_record (RuhuEditSession *self, RuhuRecordType *type, const char *record)
{
  g_autofree char *key = ruhu_edit_session_make_key (type->name, record);
  json_object *taken = ruhu_draft_body_take_record (self->opening->body, type->name, record);

  if (taken == NULL)
    return NULL;
  g_hash_table_remove (self->checked, key);
  g_hash_table_remove (self->to_check, key);
  ruhu_edit_session_mark_dirty (self);
  g_signal_emit (self, signals[EDITED], 0, type->name, "");
  return taken;
}

void
ruhu_edit_session_remove_record (RuhuEditSession *self, RuhuRecordType *type, const char *record)
{
  json_object_put (ruhu_edit_session_take_record (self, type, record));
}

void
ruhu_edit_session_restore_record (RuhuEditSession *self, RuhuRecordType *type, const char *record, json_object *taken)
{
  if (self->is_over || ruhu_draft_body_is_added (self->opening->body, type->name, record))
    return;
  ruhu_draft_body_put_record (self->opening->body, type->name, record, taken);
  ruhu_edit_session_note_edited (self, type, record);
}

void
ruhu_edit_session_set_step (RuhuEditSession *self, const char *step)
{
  ruhu_draft_body_set_step (self->opening->body, step);
  ruhu_draft_body_set_visited (self->opening->body, step);
  /* Where somebody is counts once there is something to come back to. */
  if (ruhu_edit_session_is_changed (self))
    ruhu_edit_session_mark_dirty (self);
}
