/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-visit-changes"

#include "config.h"

#include "ruhu-visit-changes.h"

#include "ruhu-field-row.h"

#include <glib/gi18n.h>

static void
change_free (gpointer data)
{
  RuhuVisitChange *change = data;

  g_free (change->now);
  g_free (change->before);
  g_free (change);
}

void
ruhu_visit_changes_free (RuhuVisitChanges *self)
{
  g_free (self->record);
  g_free (self->title);
  g_clear_pointer (&self->changes, g_ptr_array_unref);
  g_free (self);
}

static void
free_changes (gpointer data)
{
  ruhu_visit_changes_free (data);
}

static char *
format (RuhuEditSession *session, RuhuField *field, json_object *value)
{
  RuhuRecordType *type = field->type == RUHU_TYPE_REFERENCE ? ruhu_catalogue_get_record (ruhu_edit_session_get_catalogue (session), field->reference) : NULL;
  g_autofree char *text = value != NULL && type != NULL ? ruhu_edit_session_dup_title (session, type, json_object_get_string (value)) : ruhu_field_row_format (field, value, NULL);

  return text[0] != '\0' ? g_steal_pointer (&text) : g_strdup (_ ("nothing"));
}

static RuhuVisitChange *
new_change (RuhuEditSession *session, RuhuField *field, const char *record)
{
  RuhuDraftBody *body = ruhu_edit_session_get_body (session);
  const char *type = field->record->name;
  json_object *before = ruhu_draft_body_get_base (body, type, record, field->name);
  const char *typed = ruhu_draft_body_get_text (body, type, record, field->name);
  RuhuVisitChange *change = g_new0 (RuhuVisitChange, 1);

  change->field = field;
  change->now = typed != NULL ? g_strdup_printf (_ ("“%s” (to be corrected)"), typed) : format (session, field, ruhu_draft_body_get_value (body, type, record, field->name));
  change->before = before != NULL ? format (session, field, before) : NULL;
  return change;
}

static char *
dup_title (RuhuEditSession *session, RuhuRecordType *type, const char *record)
{
  g_autofree char *title = ruhu_edit_session_dup_title (session, type, record);
  gboolean plain = g_str_equal (title, ruhu_label_get (&type->label));

  return plain ? g_strdup (ruhu_label_get (&type->label)) : g_strdup_printf ("%s · %s", ruhu_label_get (&type->label), title);
}

RuhuVisitChanges *
ruhu_visit_changes_of_record (RuhuEditSession *session, RuhuRecordType *type, const char *record)
{
  RuhuDraftBody *body = ruhu_edit_session_get_body (session);
  g_autoptr (RuhuVisitChanges) changes = NULL;

  g_return_val_if_fail (RUHU_IS_EDIT_SESSION (session), NULL);
  if (!ruhu_draft_body_is_changed (body, type->name, record, NULL) || ruhu_draft_body_is_pending (body, type->name, record))
    return NULL;
  changes = g_new0 (RuhuVisitChanges, 1);
  changes->changes = g_ptr_array_new_with_free_func (change_free);
  for (guint i = 0; i < type->fields->len; i++)
    {
      RuhuField *field = type->fields->pdata[i];

      if (ruhu_draft_body_is_changed (body, type->name, record, field->name) && ruhu_edit_session_is_relevant (session, field, record))
        g_ptr_array_add (changes->changes, new_change (session, field, record));
    }
  if (changes->changes->len == 0)
    return NULL;
  changes->type = type;
  changes->record = g_strdup (record);
  changes->title = dup_title (session, type, record);
  changes->added = ruhu_draft_body_is_added (body, type->name, record);
  return g_steal_pointer (&changes);
}

GPtrArray *
ruhu_visit_changes_list (RuhuEditSession *session)
{
  GPtrArray *all = g_ptr_array_new_with_free_func (free_changes);
  GPtrArray *types;

  g_return_val_if_fail (RUHU_IS_EDIT_SESSION (session), all);
  types = ruhu_catalogue_get_records (ruhu_edit_session_get_catalogue (session));
  for (guint i = 0; i < types->len; i++)
    {
      RuhuRecordType *type = types->pdata[i];
      g_autoptr (GPtrArray) ids = ruhu_draft_body_list_records (ruhu_edit_session_get_body (session), type->name);

      for (guint j = 0; j < ids->len; j++)
        {
          RuhuVisitChanges *changes = ruhu_visit_changes_of_record (session, type, ids->pdata[j]);

          if (changes != NULL)
            g_ptr_array_add (all, changes);
        }
    }
  return all;
}
