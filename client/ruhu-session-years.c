/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The day that a form is of: the date in its own record. What is added starts with it, and goes along with it to another one. */
#define G_LOG_DOMAIN "ruhu-session"

#include "config.h"

#include "ruhu-session-jobs.h"

#include "ruhu-cleanups.h"
#include "ruhu-value.h"

#include <stdlib.h>
#include <string.h>

#define DATE_FIELD "date"

static int
get_this_year (RuhuOpening *opening)
{
  return atoi (opening->today);
}

/* A date that is still being typed, or lies in the future, says no other day. */
static const char *
get_day (RuhuOpening *opening, RuhuForm *form)
{
  const char *own = ruhu_draft_body_get_self (opening->body), *before = ruhu_draft_body_get_day (opening->body);
  RuhuField *field = ruhu_record_type_get_field (form->record, DATE_FIELD);
  json_object *date = own != NULL && field != NULL && field->type == RUHU_TYPE_DATE ? ruhu_draft_body_get_value (opening->body, form->record->name, own, field->name) : NULL;

  if (date != NULL && strcmp (json_object_get_string (date), opening->today) <= 0)
    return json_object_get_string (date);
  return before != NULL && strcmp (before, opening->today) <= 0 ? before : opening->today;
}

static gboolean
is_possible (RuhuRecordType *type, int year)
{
  RuhuField *field = ruhu_record_type_get_year_field (type);

  return field != NULL && (!field->has_min || year >= field->min) && (!field->has_max || year <= field->max);
}

static void
follow_part (RuhuOpening *self, RuhuFormPart *part, int year)
{
  RuhuRecordType *type = part->record;

  if (part->mode == RUHU_PART_EACH && is_possible (type, year))
    ruhu_draft_body_follow_year (self->body, type, year, ruhu_opening_may_add (self, type) ? g_hash_table_lookup (self->initials, type->name) : NULL);
}

/* What a field that starts with today, or with this year, starts with in a form of @day. NULL: it starts otherwise. Transfer full. */
static json_object *
make_start (RuhuOpening *self, RuhuField *field, const char *day)
{
  json_object *first = json_object_object_get (g_hash_table_lookup (self->initials, field->record->name), field->name);

  if (first != NULL && field->type == RUHU_TYPE_DATE && g_strcmp0 (json_object_get_string (first), self->today) == 0)
    return json_object_new_string (day);
  if (first != NULL && field->type == RUHU_TYPE_INTEGER && g_strcmp0 (field->unit, "year") == 0 && json_object_get_int (first) == get_this_year (self))
    return json_object_new_int (atoi (day));
  return NULL;
}

gboolean
ruhu_opening_starts_with_day (RuhuOpening *self, RuhuField *field)
{
  g_autoptr (RuhuJson) start = make_start (self, field, self->today);

  return start != NULL;
}

/* What nobody typed goes from one day to another. TRUE if anything did. */
static gboolean
follow_record (RuhuOpening *self, RuhuRecordType *type, const char *record, const char *before, const char *day)
{
  gboolean moved = FALSE;

  for (guint i = 0; i < type->fields->len; i++)
    {
      RuhuField *field = type->fields->pdata[i];
      g_autoptr (RuhuJson) was = make_start (self, field, before);
      g_autoptr (RuhuJson) now = make_start (self, field, day);

      if (was == NULL || ruhu_value_equal (was, now) || ruhu_draft_body_is_answered (self->body, type->name, record, field->name) ||
          ruhu_draft_body_get_text (self->body, type->name, record, field->name) != NULL || !ruhu_value_equal (was, ruhu_draft_body_get_value (self->body, type->name, record, field->name)))
        continue;
      ruhu_draft_body_set_value (self->body, type->name, record, field->name, now);
      moved = TRUE;
    }
  return moved;
}

/* Of what there is one of a year, the form has its own (follow_part()); one that was added by hand is of the year that was said. */
static void
follow_added (RuhuOpening *self, RuhuForm *form, RuhuRecordType *type, const char *before, const char *day, GPtrArray *moved)
{
  g_autoptr (GPtrArray) ids = ruhu_record_type_get_year_field (type) == NULL ? ruhu_draft_body_list_records (self->body, type->name) : NULL;

  for (guint i = 0; ids != NULL && i < ids->len; i++)
    if (ruhu_draft_body_is_added (self->body, type->name, ids->pdata[i]) && (type != form->record || g_strcmp0 (ids->pdata[i], ruhu_draft_body_get_self (self->body)) != 0) &&
        follow_record (self, type, ids->pdata[i], before, day))
      g_ptr_array_add (moved, g_strconcat (type->name, "/", ids->pdata[i], NULL));
}

/* When a visit began is known where it is written down on its own day; of another day a person says it, or nobody. */
static void
follow_began (RuhuOpening *self, RuhuForm *form, const char *day, GPtrArray *moved)
{
  const char *own = ruhu_draft_body_get_self (self->body), *at = ruhu_draft_body_get_at (self->body);
  RuhuField *field = ruhu_record_type_get_field (form->record, RUHU_BEGAN_FIELD);
  g_autoptr (RuhuJson) began = NULL;

  if (own == NULL || at == NULL || field == NULL || ruhu_draft_body_is_answered (self->body, form->record->name, own, field->name) ||
      ruhu_draft_body_get_text (self->body, form->record->name, own, field->name) != NULL)
    return;
  began = g_str_has_prefix (at, day) && strlen (at) > strlen (day) ? json_object_new_string (at + strlen (day) + 1) : NULL;
  if (ruhu_value_equal (began, ruhu_draft_body_get_value (self->body, form->record->name, own, field->name)))
    return;
  ruhu_draft_body_set_value (self->body, form->record->name, own, field->name, began);
  g_ptr_array_add (moved, g_strconcat (form->record->name, "/", own, NULL));
}

GPtrArray *
ruhu_opening_follow_date (RuhuOpening *self, RuhuForm *form)
{
  GPtrArray *types = ruhu_catalogue_get_records (self->catalogue), *moved = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *day = g_strdup (get_day (self, form)), *before = g_strdup (ruhu_draft_body_get_day (self->body));

  for (guint i = 0; i < form->steps->len; i++)
    {
      RuhuFormStep *step = form->steps->pdata[i];

      for (guint j = 0; j < step->parts->len; j++)
        follow_part (self, step->parts->pdata[j], atoi (day));
    }
  for (guint i = 0; before != NULL && i < types->len; i++)
    follow_added (self, form, types->pdata[i], before, day, moved);
  follow_began (self, form, day, moved);
  ruhu_draft_body_set_day (self->body, day);
  return moved;
}

void
ruhu_opening_fill_in (RuhuOpening *self, const char *type, const char *record)
{
  json_object *values = g_hash_table_lookup (self->initials, type);
  RuhuRecordType *record_type = ruhu_catalogue_get_record (self->catalogue, type);
  const char *day = ruhu_draft_body_get_day (self->body);

  if (values == NULL)
    return;
  json_object_object_foreach (values, name, value)
  {
    RuhuField *field = record_type != NULL && day != NULL ? ruhu_record_type_get_field (record_type, name) : NULL;
    g_autoptr (RuhuJson) start = field != NULL ? make_start (self, field, day) : NULL;

    ruhu_draft_body_set_value (self->body, type, record, name, start != NULL ? start : value);
  }
}

gboolean
ruhu_opening_may_add (RuhuOpening *self, RuhuRecordType *type)
{
  gboolean writes = FALSE;

  if (!type->by_hand)
    return FALSE;
  for (guint i = 0; i < type->fields->len; i++)
    {
      RuhuField *field = type->fields->pdata[i];

      if (field->required && field->type == RUHU_TYPE_PHOTO)
        return FALSE;
      writes = writes || (field->writers & self->role) != 0;
    }
  return writes;
}
