/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The form's day, as a person types its date: what there is one of a year, and what nobody dated otherwise, goes with it. */
#define G_LOG_DOMAIN "ruhu-session"

#include "config.h"

#include "ruhu-edit-session-private.h"

#include "ruhu-describe.h"

#include <stdio.h>
#include <string.h>

/* How long a visit took. */
#define LENGTH_FIELD "minutes"

int
ruhu_edit_session_get_year (RuhuEditSession *self)
{
  int year = ruhu_draft_body_get_year (self->opening->body);

  return year > 0 ? year : (int) g_ascii_strtoll (self->opening->today, NULL, 10);
}

gboolean
ruhu_edit_session_is_of_form_year (RuhuEditSession *self, RuhuRecordType *type, const char *record)
{
  RuhuDraftBody *body = self->opening->body;

  /* Somebody who adds one by hand says which it is; and what was typed is shown, wherever it stands. */
  return self->form == NULL || ruhu_record_type_get_year_field (type) == NULL || ruhu_draft_body_is_changed (body, type->name, record, NULL) ||
         ruhu_draft_body_get_year_of (body, type, record) == ruhu_edit_session_get_year (self) ||
         (ruhu_draft_body_is_added (body, type->name, record) && !ruhu_draft_body_is_begun (body, type->name, record));
}

json_object *
ruhu_edit_session_get_previous (RuhuEditSession *self, RuhuField *field, const char *record, int *year)
{
  RuhuDraftBody *body = self->opening->body;
  RuhuRecordType *type = field->record;
  g_autofree char *earlier = NULL;

  *year = 0;
  if (!ruhu_draft_body_is_added (body, type->name, record))
    return ruhu_draft_body_get_base (body, type->name, record, field->name);
  if (!ruhu_draft_body_is_begun (body, type->name, record))
    return NULL;
  earlier = ruhu_draft_body_dup_earlier (body, type, record);
  if (earlier == NULL)
    return NULL;
  *year = ruhu_draft_body_get_year_of (body, type, earlier);
  return ruhu_draft_body_get_base (body, type->name, earlier, field->name);
}

json_object *
ruhu_edit_session_dup_proposed (RuhuEditSession *self, RuhuField *field, const char *record, char **since)
{
  RuhuDraftBody *body = self->opening->body;
  g_autofree char *now = ruhu_describe_time (g_get_real_time () / G_USEC_PER_SEC);
  const char *day = ruhu_draft_body_get_day (body), *began;
  int hour, minute, began_hour, began_minute, length;

  if (self->form == NULL || field->record != self->form->record || !g_str_equal (field->name, LENGTH_FIELD) || g_strcmp0 (record, ruhu_draft_body_get_self (body)) != 0)
    return NULL;
  began = json_object_get_string (ruhu_draft_body_get_value (body, field->record->name, record, RUHU_BEGAN_FIELD));
  if (began == NULL || day == NULL || !g_str_has_prefix (now, day) || sscanf (began, "%2d:%2d", &began_hour, &began_minute) != 2 || sscanf (now + strlen (day), " %2d:%2d", &hour, &minute) != 2)
    return NULL;
  length = (hour - began_hour) * 60 + minute - began_minute;
  if (length < 1 || (field->has_max && length > field->max))
    return NULL;
  *since = g_strdup (began);
  return json_object_new_int (length);
}

/* Every page lists anew, and what was answered is judged where it stands now. */
static void
tell (RuhuEditSession *self)
{
  GPtrArray *types = ruhu_catalogue_get_records (self->opening->catalogue);

  for (guint i = 0; i < types->len; i++)
    {
      RuhuRecordType *type = types->pdata[i];
      g_autoptr (GPtrArray) records = ruhu_record_type_get_year_field (type) != NULL ? ruhu_draft_body_list_records (self->opening->body, type->name) : NULL;

      if (records == NULL || records->len == 0)
        continue;
      for (guint j = 0; j < records->len; j++)
        if (ruhu_draft_body_is_changed (self->opening->body, type->name, records->pdata[j], NULL))
          ruhu_edit_session_check (self, type, records->pdata[j]);
      ruhu_edit_session_emit_edited (self, type->name, "");
    }
}

/* What went along with the date. */
static void
tell_moved (RuhuEditSession *self, GPtrArray *moved)
{
  for (guint i = 0; i < moved->len; i++)
    {
      g_auto (GStrv) key = g_strsplit (moved->pdata[i], "/", 2);

      ruhu_edit_session_check (self, ruhu_catalogue_get_record (self->opening->catalogue, key[0]), key[1]);
      ruhu_edit_session_emit_edited (self, key[0], key[1]);
    }
}

void
ruhu_edit_session_note_answer (RuhuEditSession *self, RuhuField *field, const char *record)
{
  RuhuDraftBody *body = self->opening->body;
  RuhuRecordType *type = field->record;
  int year = ruhu_draft_body_get_year (body);
  g_autoptr (GPtrArray) moved = NULL;

  if (self->form == NULL)
    return;
  if (type == self->form->record && g_strcmp0 (record, ruhu_draft_body_get_self (body)) == 0)
    {
      if (g_str_equal (field->name, RUHU_BEGAN_FIELD))
        ruhu_draft_body_set_answered (body, type, record, field->name);
      moved = ruhu_opening_follow_date (self->opening, self->form);
      if (ruhu_draft_body_get_year (body) != year)
        tell (self);
      tell_moved (self, moved);
    }
  else if (ruhu_record_type_get_year_field (type) != NULL || (ruhu_draft_body_is_added (body, type->name, record) && ruhu_opening_starts_with_day (self->opening, field)))
    ruhu_draft_body_set_answered (body, type, record, field->name);
}
