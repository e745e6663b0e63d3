/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records that are being entered before they belong to the visit: a line in the income pad. */
#define G_LOG_DOMAIN "ruhu-session"

#include "config.h"

#include "ruhu-edit-session-private.h"

const char *
ruhu_edit_session_get_pending (RuhuEditSession *self, RuhuRecordType *type)
{
  return ruhu_draft_body_get_pending (self->opening->body, type->name);
}

const char *
ruhu_edit_session_begin_pending (RuhuEditSession *self, RuhuRecordType *type)
{
  const char *id = ruhu_draft_body_add_record (self->opening->body, type->name);

  ruhu_opening_fill_in (self->opening, type->name, id);
  ruhu_draft_body_set_pending (self->opening->body, type->name, id);
  ruhu_edit_session_note_edited (self, type, id);
  return id;
}

gboolean
ruhu_edit_session_is_pending_complete (RuhuEditSession *self, RuhuRecordType *type)
{
  RuhuDraftBody *body = self->opening->body;
  const char *record = ruhu_draft_body_get_pending (body, type->name);

  if (record == NULL || ruhu_draft_body_has_text (body, type->name, record))
    return FALSE;
  for (guint i = 0; i < type->fields->len; i++)
    {
      RuhuField *field = type->fields->pdata[i];

      if (field->required && field->relevant == NULL && !field->retired && ruhu_draft_body_get_value (body, type->name, record, field->name) == NULL)
        return FALSE;
    }
  return TRUE;
}

void
ruhu_edit_session_add_pending (RuhuEditSession *self)
{
  GPtrArray *types = ruhu_catalogue_get_records (self->opening->catalogue);

  if (self->is_over || self->saving != NULL)
    return;
  for (guint i = 0; i < types->len; i++)
    {
      RuhuRecordType *type = types->pdata[i];
      g_autofree char *record = g_strdup (ruhu_draft_body_get_pending (self->opening->body, type->name));

      if (!ruhu_edit_session_is_pending_complete (self, type))
        continue;
      ruhu_draft_body_set_pending (self->opening->body, type->name, NULL);
      ruhu_edit_session_note_edited (self, type, record);
    }
}
