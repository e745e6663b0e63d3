/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which records a form's part shows, and which a reference offers: what is past stands behind, who is gone is not asked about. */
#define G_LOG_DOMAIN "ruhu-session"

#include "config.h"

#include "ruhu-edit-session-private.h"

#include "ruhu-value.h"

static gboolean
is_own (RuhuEditSession *self, RuhuFormPart *part)
{
  return self->form != NULL && part->mode == RUHU_PART_SELF && part->record == self->form->record;
}

/* As it stands now; as it was at the opening. */
static RuhuPast
get_past (RuhuEditSession *self, RuhuRecordType *type, const char *record)
{
  RuhuField *field = ruhu_record_type_get_past_field (type);

  return field != NULL ? ruhu_record_type_get_past (type, ruhu_draft_body_get_value (self->opening->body, type->name, record, field->name)) : RUHU_PAST_NOT;
}

static RuhuPast
get_past_before (RuhuEditSession *self, RuhuRecordType *type, const char *record)
{
  RuhuField *field = ruhu_record_type_get_past_field (type);

  return field != NULL ? ruhu_record_type_get_past (type, ruhu_draft_body_get_base (self->opening->body, type->name, record, field->name)) : RUHU_PAST_NOT;
}

gboolean
ruhu_edit_session_is_gone (RuhuEditSession *self, RuhuRecordType *type, const char *record)
{
  return get_past (self, type, record) == RUHU_PAST_GONE;
}

char *
ruhu_edit_session_dup_past (RuhuEditSession *self, RuhuRecordType *type, const char *record)
{
  RuhuField *field = ruhu_record_type_get_past_field (type);

  if (get_past (self, type, record) == RUHU_PAST_NOT)
    return NULL;
  return ruhu_value_format (field, ruhu_draft_body_get_value (self->opening->body, type->name, record, field->name));
}

gboolean
ruhu_edit_session_is_folded (RuhuEditSession *self, RuhuFormPart *part, const char *record)
{
  /* What ends in this very visit stays where it is while it is being filled in. */
  return part->mode == RUHU_PART_EACH && get_past_before (self, part->record, record) != RUHU_PAST_NOT;
}

/* Whether a part asks about somebody who is gone: only where that can be corrected, or where something was typed already. */
static gboolean
asks_about (RuhuEditSession *self, RuhuFormPart *part, const char *record)
{
  RuhuField *past = ruhu_record_type_get_past_field (part->record);
  g_autoptr (GPtrArray) fields = NULL;

  if (!ruhu_edit_session_is_gone (self, part->record, record))
    return TRUE;
  fields = ruhu_session_list_fields (part->record, part);
  for (guint i = 0; i < fields->len; i++)
    if (fields->pdata[i] == past || ruhu_draft_body_is_changed (self->opening->body, part->record->name, record, ((RuhuField *) fields->pdata[i])->name))
      return TRUE;
  return FALSE;
}

static gboolean
is_listed (RuhuEditSession *self, RuhuFormPart *part, const char *record, guint n)
{
  switch (part->mode)
    {
    case RUHU_PART_ADD:
      return ruhu_draft_body_is_added (self->opening->body, part->record->name, record);
    case RUHU_PART_EACH:
      return asks_about (self, part, record) && ruhu_edit_session_is_of_form_year (self, part->record, record);
    case RUHU_PART_SELF:
    case RUHU_PART_SINGLE:
    default:
      return n == 0;
    }
}

GPtrArray *
ruhu_edit_session_list_records (RuhuEditSession *self, RuhuFormPart *part)
{
  RuhuDraftBody *body = self->opening->body;
  GPtrArray *records = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GPtrArray) folded = g_ptr_array_new ();

  if (is_own (self, part))
    {
      g_ptr_array_add (records, g_strdup (ruhu_draft_body_get_self (body)));
      return records;
    }
  all = ruhu_draft_body_list_records (body, part->record->name);
  for (guint i = 0; i < all->len; i++)
    {
      if (ruhu_draft_body_is_pending (body, part->record->name, all->pdata[i]) || !is_listed (self, part, all->pdata[i], records->len))
        continue;
      if (ruhu_edit_session_is_folded (self, part, all->pdata[i]))
        g_ptr_array_add (folded, all->pdata[i]);
      else
        g_ptr_array_add (records, g_strdup (all->pdata[i]));
    }
  for (guint i = 0; i < folded->len; i++)
    g_ptr_array_add (records, g_strdup (folded->pdata[i]));
  return records;
}

/* In a form the record may have been changed since; what a form does not show is as it was read. */
static gboolean
is_offered (RuhuEditSession *self, RuhuRecordType *type, const RuhuTitle *title)
{
  if (ruhu_draft_body_has_base (self->opening->body, type->name, title->id))
    return !ruhu_edit_session_is_gone (self, type, title->id);
  return !title->is_gone;
}

static gboolean
is_id (json_object *value, const char *id)
{
  return value != NULL && g_strcmp0 (json_object_get_string (value), id) == 0;
}

GPtrArray *
ruhu_edit_session_list_offered (RuhuEditSession *self, RuhuField *field, const char *record)
{
  GPtrArray *titles = ruhu_edit_session_get_references (self, field->reference);
  RuhuRecordType *type = ruhu_catalogue_get_record (self->opening->catalogue, field->reference);
  RuhuDraftBody *body = self->opening->body;
  const char *owner = field->record->name;
  GPtrArray *offered = g_ptr_array_new ();

  for (guint i = 0; titles != NULL && i < titles->len; i++)
    {
      RuhuTitle *title = titles->pdata[i];
      gboolean stands = record != NULL && (is_id (ruhu_draft_body_get_value (body, owner, record, field->name), title->id) ||
                                           is_id (ruhu_draft_body_get_base (body, owner, record, field->name), title->id));

      if (stands || is_offered (self, type, title))
        g_ptr_array_add (offered, title);
    }
  return offered;
}
