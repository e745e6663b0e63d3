/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-session"

#include "config.h"

#include "ruhu-session-jobs.h"

#include "ruhu-cleanups.h"
#include "ruhu-describe.h"
#include "ruhu-error.h"
#include "ruhu-expression.h"
#include "ruhu-value.h"

#include <glib/gi18n.h>

/* A reference is chosen from a list; more than this nobody reads through. */
#define MAX_REFERENCES 2000

RuhuDraftVersion *
ruhu_draft_seen_new (void)
{
  return g_atomic_rc_box_new0 (RuhuDraftVersion);
}

RuhuDraftVersion *
ruhu_draft_seen_ref (RuhuDraftVersion *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
ruhu_draft_seen_unref (RuhuDraftVersion *self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) ruhu_draft_version_clear);
}

void
ruhu_open_request_free (RuhuOpenRequest *self)
{
  g_free (self->form);
  g_free (self->draft);
  g_free (self->type);
  g_free (self->record);
  g_free (self->scope);
  g_free (self);
}

void
ruhu_opening_free (RuhuOpening *self)
{
  g_clear_pointer (&self->titles, g_hash_table_unref);
  g_clear_pointer (&self->references, g_hash_table_unref);
  g_clear_pointer (&self->initials, g_hash_table_unref);
  g_clear_pointer (&self->meanwhile, g_hash_table_unref);
  g_clear_pointer (&self->earlier, g_hash_table_unref);
  g_clear_pointer (&self->draft_seen, ruhu_draft_seen_unref);
  ruhu_draft_body_free (self->body);
  g_clear_pointer (&self->catalogue, ruhu_catalogue_unref);
  g_free (self->today);
  g_free (self->title);
  g_free (self);
}

void
ruhu_check_request_free (RuhuCheckRequest *self)
{
  g_free (self->type);
  g_free (self->record);
  g_free (self->scope);
  g_clear_pointer (&self->fields, json_object_put);
  g_free (self);
}

void
ruhu_checked_free (RuhuChecked *self)
{
  g_free (self->type);
  g_free (self->record);
  g_clear_pointer (&self->relevant, g_hash_table_unref);
  g_clear_pointer (&self->findings, g_ptr_array_unref);
  json_object_put (self->initial);
  g_free (self);
}

void
ruhu_write_request_free (RuhuWriteRequest *self)
{
  g_free (self->draft);
  g_free (self->form);
  g_free (self->scope);
  g_free (self->visit);
  g_clear_pointer (&self->draft_seen, ruhu_draft_seen_unref);
  g_clear_pointer (&self->content, json_object_put);
  g_clear_pointer (&self->reasons, json_object_put);
  g_free (self);
}

void
ruhu_saved_free (RuhuSaved *self)
{
  g_clear_pointer (&self->findings, g_ptr_array_unref);
  g_free (self);
}

static void
json_free (gpointer data)
{
  json_object_put (data);
}

static void
title_free (gpointer data)
{
  RuhuTitle *title = data;

  g_free (title->id);
  g_free (title->title);
  g_free (title);
}

GPtrArray *
ruhu_session_list_fields (RuhuRecordType *type, RuhuFormPart *part)
{
  GPtrArray *fields = g_ptr_array_new ();
  GPtrArray *all = part != NULL && part->fields != NULL && part->fields->len > 0 ? part->fields : type->fields;

  for (guint i = 0; i < all->len; i++)
    {
      RuhuField *field = all->pdata[i];

      if (field->calculate == NULL && field->type != RUHU_TYPE_PHOTO)
        g_ptr_array_add (fields, field);
    }
  return fields;
}

/* --- opening --- */

static char *
make_key (const char *type, const char *record, const char *field)
{
  return g_strjoin ("/", type, record, field, NULL);
}

/* The stored fields of a record: those that a change can write. */
static json_object *
dup_stored (RuhuRecordType *type, json_object *fields)
{
  json_object *stored = json_object_new_object ();

  for (guint i = 0; i < type->fields->len; i++)
    {
      RuhuField *field = type->fields->pdata[i];
      json_object *value = NULL;

      if (field->calculate == NULL && json_object_object_get_ex (fields, field->name, &value) && value != NULL)
        json_object_object_add (stored, field->name, json_object_get (value));
    }
  return stored;
}

/* What somebody else recorded since the draft was begun: told, not taken over. */
static void
note_meanwhile (RuhuOpening *opening, RuhuRecordType *type, const char *record, json_object *stored)
{
  for (guint i = 0; i < type->fields->len; i++)
    {
      RuhuField *field = type->fields->pdata[i];
      json_object *now = json_object_object_get (stored, field->name);

      if (field->calculate == NULL && !ruhu_value_equal (now, ruhu_draft_body_get_base (opening->body, type->name, record, field->name)))
        g_hash_table_insert (opening->meanwhile, make_key (type->name, record, field->name), json_object_get (now));
    }
}

static void
take_record (RuhuStore *store, RuhuOpening *opening, RuhuRecordType *type, RuhuRecord *record)
{
  g_autoptr (RuhuJson) stored = dup_stored (type, record->fields);

  g_hash_table_replace (opening->titles, g_strdup (record->id), ruhu_store_dup_title (store, type->name, record->id));
  if (opening->resumed && ruhu_draft_body_has_base (opening->body, type->name, record->id))
    note_meanwhile (opening, type, record->id, stored);
  else
    ruhu_draft_body_set_base (opening->body, type->name, record->id, stored);
}

static gboolean
load_references (RuhuStore *store, RuhuOpening *opening, const char *name, const char *scope, GError **error)
{
  RuhuRecordType *type = ruhu_catalogue_get_record (opening->catalogue, name);
  g_autoptr (GPtrArray) records = NULL;
  g_autoptr (GPtrArray) titles = NULL;
  RuhuField *past = type != NULL ? ruhu_record_type_get_past_field (type) : NULL;

  if (type == NULL || g_hash_table_contains (opening->references, name))
    return TRUE;
  records = ruhu_store_list_records (store, name, type->belongs == RUHU_BELONGS_HOUSEHOLD ? scope : NULL, 0, MAX_REFERENCES, error);
  if (records == NULL)
    return FALSE;
  titles = g_ptr_array_new_with_free_func (title_free);
  for (guint i = 0; i < records->len; i++)
    {
      RuhuRecord *record = records->pdata[i];
      RuhuTitle *title = g_new0 (RuhuTitle, 1);

      title->id = g_strdup (record->id);
      title->title = ruhu_describe_title (store, name, record->id);
      title->is_gone = past != NULL && ruhu_record_type_get_past (type, json_object_object_get (record->fields, past->name)) == RUHU_PAST_GONE;
      g_ptr_array_add (titles, title);
    }
  g_hash_table_insert (opening->references, g_strdup (name), g_steal_pointer (&titles));
  return TRUE;
}

static gboolean
load_references_of (RuhuStore *store, RuhuOpening *opening, RuhuRecordType *type, RuhuFormPart *part, const char *scope, GError **error)
{
  g_autoptr (GPtrArray) fields = ruhu_session_list_fields (type, part);

  for (guint i = 0; i < fields->len; i++)
    {
      RuhuField *field = fields->pdata[i];

      if (field->type == RUHU_TYPE_REFERENCE && !load_references (store, opening, field->reference, scope, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
load_initials (RuhuStore *store, RuhuOpening *opening, RuhuRecordType *type, const char *scope, GError **error)
{
  g_autoptr (RuhuJson) values = NULL;

  if (g_hash_table_contains (opening->initials, type->name))
    return TRUE;
  values = json_object_new_object ();
  if (!ruhu_store_read_initials (store, type, opening->role, scope, opening->today, values, FALSE, values, error))
    return FALSE;
  g_hash_table_insert (opening->initials, g_strdup (type->name), g_steal_pointer (&values));
  return TRUE;
}

/* What is only added to is not edited, but it is good to see: as it was read. */
static void
note_earlier (RuhuOpening *opening, RuhuRecordType *type, GPtrArray *records)
{
  GPtrArray *earlier = g_ptr_array_new_with_free_func (json_free);

  for (guint i = 0; records != NULL && i < records->len; i++)
    g_ptr_array_add (earlier, dup_stored (type, ((RuhuRecord *) records->pdata[i])->fields));
  g_hash_table_replace (opening->earlier, g_strdup (type->name), earlier);
}

static void
set_text (RuhuOpening *opening, RuhuRecordType *type, const char *field, const char *text)
{
  g_autoptr (RuhuJson) value = json_object_new_string (text);

  if (ruhu_record_type_get_field (type, field) != NULL)
    ruhu_draft_body_set_value (opening->body, type->name, ruhu_draft_body_get_self (opening->body), field, value);
}

/* Who comes, and when: the rules compare it with the helper's other visits and assignments (R100, R101). */
static void
sign (RuhuStore *store, RuhuOpening *opening, RuhuRecordType *type)
{
  g_autofree char *user = ruhu_store_get_meta (store, "user", NULL);
  gint64 seconds = ruhu_clock_now (ruhu_store_get_clock (store)) / 1000;
  g_autofree char *stamp = ruhu_describe_time (seconds);

  if (user != NULL)
    set_text (opening, type, "helper_id", user);
  ruhu_draft_body_set_at (opening->body, stamp);
  set_text (opening, type, RUHU_BEGAN_FIELD, stamp + strlen ("2018-06-30 "));
}

/* A part shows what there is, and has room for what is to be made at once. */
static void
open_part (RuhuStore *store, RuhuOpening *opening, RuhuForm *form, RuhuFormPart *part, RuhuHousehold *household)
{
  GPtrArray *records = ruhu_household_get (household, part->record->name);
  g_autoptr (GPtrArray) known = NULL;

  if (part->record == form->record && part->mode == RUHU_PART_SELF)
    {
      if (ruhu_draft_body_get_self (opening->body) == NULL)
        {
          ruhu_draft_body_set_self (opening->body, ruhu_draft_body_add_record (opening->body, part->record->name));
          ruhu_opening_fill_in (opening, part->record->name, ruhu_draft_body_get_self (opening->body));
          sign (store, opening, part->record);
        }
      return;
    }
  if (part->mode == RUHU_PART_ADD)
    note_earlier (opening, part->record, records);
  for (guint i = 0; part->mode != RUHU_PART_ADD && records != NULL && i < records->len; i++)
    take_record (store, opening, part->record, records->pdata[i]);
  if (part->mode != RUHU_PART_SINGLE)
    return;
  known = ruhu_draft_body_list_records (opening->body, part->record->name);
  if (known->len == 0)
    ruhu_draft_body_add_record (opening->body, part->record->name);
}

static gboolean
open_form (RuhuStore *store, RuhuOpening *opening, RuhuForm *form, RuhuOpenRequest *request, GError **error)
{
  RuhuHouseholdRow *row = NULL;
  g_autoptr (RuhuHousehold) household = ruhu_store_open_household (store, request->scope, error);

  if (household == NULL)
    return FALSE;
  if (!opening->resumed)
    opening->seen = household->seen;
  row = ruhu_store_get_household_row (store, request->scope, NULL);
  if (row != NULL)
    opening->title = g_strdup (row->head_name[0] != '\0' ? row->head_name : row->hh_no);
  g_clear_pointer (&row, ruhu_household_row_free);
  for (guint i = 0; i < form->steps->len; i++)
    {
      RuhuFormStep *step = form->steps->pdata[i];

      for (guint j = 0; j < step->parts->len; j++)
        {
          RuhuFormPart *part = step->parts->pdata[j];

          if (!load_initials (store, opening, part->record, request->scope, error))
            return FALSE;
          open_part (store, opening, form, part, household);
          if (!load_references_of (store, opening, part->record, part, request->scope, error))
            return FALSE;
        }
    }
  g_ptr_array_unref (ruhu_opening_follow_date (opening, form));
  return TRUE;
}

static gboolean
open_record (RuhuStore *store, RuhuOpening *opening, RuhuOpenRequest *request, GError **error)
{
  RuhuRecordType *type = ruhu_catalogue_get_record (opening->catalogue, request->type);
  g_autoptr (RuhuRecord) record = NULL;
  g_autoptr (GError) local = NULL;

  if (type == NULL)
    {
      g_set_error (error, RUHU_ERROR, RUHU_ERROR_NOT_FOUND, _ ("This program does not know “%s”."), request->type);
      return FALSE;
    }
  opening->seen = request->seen;
  if (request->record == NULL)
    {
      if (!load_initials (store, opening, type, request->scope, error))
        return FALSE;
      ruhu_draft_body_set_self (opening->body, ruhu_draft_body_add_record (opening->body, type->name));
      ruhu_opening_fill_in (opening, type->name, ruhu_draft_body_get_self (opening->body));
    }
  else
    {
      record = ruhu_store_get_record (store, type->name, request->record, &local);
      if (local != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      if (record == NULL)
        {
          g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_NOT_FOUND, _ ("The record is no longer on this laptop."));
          return FALSE;
        }
      take_record (store, opening, type, record);
      ruhu_draft_body_set_self (opening->body, request->record);
      opening->title = ruhu_describe_title (store, type->name, request->record);
    }
  return load_references_of (store, opening, type, NULL, request->scope, error);
}

/* TRUE with no draft when it is not there (any more). */
static gboolean
load_draft (RuhuStore *store, RuhuOpening *opening, const char *id, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (RuhuDraft) draft = ruhu_store_get_draft (store, id, &local);

  if (draft == NULL)
    {
      if (local == NULL)
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  g_clear_pointer (&opening->body, ruhu_draft_body_free);
  opening->body = ruhu_draft_body_from_json (draft->body, error);
  opening->seen = draft->seen;
  opening->resumed = TRUE;
  opening->draft_seen->updated = g_strdup (draft->updated);
  opening->draft_seen->body = g_strdup (json_object_to_json_string_ext (draft->body, JSON_C_TO_STRING_PLAIN));
  return opening->body != NULL;
}

static gboolean
find_form (RuhuCatalogue *catalogue, const char *name, RuhuForm **form, GError **error)
{
  *form = ruhu_catalogue_get_form (catalogue, name);
  if (*form == NULL)
    g_set_error (error, RUHU_ERROR, RUHU_ERROR_NOT_FOUND, _ ("The catalogue has no form “%s”."), name);
  return *form != NULL;
}

gpointer
ruhu_session_open (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  RuhuOpenRequest *request = data;
  RuhuForm *form = NULL;
  g_autoptr (RuhuOpening) opening = g_new0 (RuhuOpening, 1);

  opening->catalogue = ruhu_catalogue_ref (ruhu_store_get_catalogue (store));
  opening->today = ruhu_clock_today (ruhu_store_get_clock (store));
  opening->body = ruhu_draft_body_new ();
  opening->draft_seen = request->draft != NULL ? ruhu_draft_seen_new () : NULL;
  opening->titles = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  opening->references = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  opening->initials = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, json_free);
  opening->earlier = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  opening->meanwhile = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, json_free);
  if (!ruhu_store_read_role (store, &opening->role, error))
    return NULL;
  if (request->form == NULL)
    return open_record (store, opening, request, error) ? g_steal_pointer (&opening) : NULL;
  if (!find_form (opening->catalogue, request->form, &form, error) ||
      (request->draft != NULL && !load_draft (store, opening, request->draft, error)) ||
      !open_form (store, opening, form, request, error))
    return NULL;
  return g_steal_pointer (&opening);
}

/* --- checking and writing --- */

/* Who makes a record may start with more than who changes it. */
static void
drop_unwritable (RuhuRecordType *type, RuhuRole role, json_object *values)
{
  for (guint i = 0; i < type->fields->len; i++)
    {
      RuhuField *field = type->fields->pdata[i];

      if ((field->writers & role) == 0)
        json_object_object_del (values, field->name);
    }
}

gpointer
ruhu_session_check (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  RuhuCheckRequest *request = data;
  RuhuRecordType *type = ruhu_catalogue_get_record (ruhu_store_get_catalogue (store), request->type);
  g_autofree char *today = ruhu_clock_today (ruhu_store_get_clock (store));
  g_autoptr (RuhuChecked) checked = g_new0 (RuhuChecked, 1);
  RuhuRole role;

  checked->type = g_strdup (request->type);
  checked->record = g_strdup (request->record);
  checked->relevant = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  checked->findings = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_finding_free);
  if (!ruhu_store_read_role (store, &role, error))
    return NULL;
  if (type != NULL && !ruhu_validator_check_record (ruhu_store_get_validator (store), type, request->record, request->scope, request->fields, role, today, checked->relevant, checked->findings, error))
    return NULL;
  if (type != NULL)
    {
      checked->initial = json_object_new_object ();
      if (!ruhu_store_read_initials (store, type, role, request->scope, today, request->fields, TRUE, checked->initial, error))
        return NULL;
      if (!request->is_new)
        drop_unwritable (type, role, checked->initial);
    }
  return g_steal_pointer (&checked);
}

gpointer
ruhu_session_draft (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  RuhuWriteRequest *request = data;

  if (!ruhu_store_put_draft_after (store, request->draft, request->form, request->scope, request->seen, request->content, request->draft_seen, error))
    return NULL;
  return NULL;
}

gpointer
ruhu_session_discard (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  RuhuWriteRequest *request = data;

  if (!ruhu_store_discard_draft (store, request->draft, request->draft_seen, error))
    return NULL;
  return NULL;
}
