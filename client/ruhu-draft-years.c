/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records of which there is one a year: a form edits those of its own year, begins them where they are not there, and goes with its answers to another year when its date does. */
#define G_LOG_DOMAIN "ruhu-draft-body"

#include "config.h"

#include "ruhu-draft-body-private.h"

#include "ruhu-value.h"

#include <stdlib.h>

#define BEGUN    "begun"
#define ANSWERED "answered"
#define YEAR     "year"
#define DAY      "day"
#define AT       "at"

/* --- marks --- */

static json_object *
ensure_records (RuhuDraftBody *self, const char *table, const char *type)
{
  return ruhu_draft_body_ensure_object (ruhu_draft_body_ensure_object (self->root, table), type);
}

gboolean
ruhu_draft_body_is_begun (RuhuDraftBody *self, const char *type, const char *record)
{
  return ruhu_draft_body_get_record (self, BEGUN, type, record) != NULL;
}

void
ruhu_draft_body_set_answered (RuhuDraftBody *self, RuhuRecordType *type, const char *record, const char *field)
{
  if (ruhu_record_type_get_year_field (type) == NULL || ruhu_draft_body_is_begun (self, type->name, record) || ruhu_draft_body_has_base (self, type->name, record))
    json_object_object_add (ruhu_draft_body_ensure_object (ensure_records (self, ANSWERED, type->name), record), field, json_object_new_boolean (TRUE));
}

gboolean
ruhu_draft_body_is_answered (RuhuDraftBody *self, const char *type, const char *record, const char *field)
{
  return ruhu_draft_body_get_member (ruhu_draft_body_get_record (self, ANSWERED, type, record), field) != NULL;
}

/* An answer that was taken back again is none. */
gboolean
ruhu_draft_body_is_idle (RuhuDraftBody *self, const char *type, const char *record)
{
  json_object *answered = ruhu_draft_body_get_record (self, ANSWERED, type, record);

  if (!ruhu_draft_body_is_begun (self, type, record))
    return FALSE;
  if (answered == NULL)
    return TRUE;
  json_object_object_foreach (answered, field, mark)
  {
    (void) mark;
    if (ruhu_draft_body_get_value (self, type, record, field) != NULL || ruhu_draft_body_get_text (self, type, record, field) != NULL)
      return FALSE;
  }
  return TRUE;
}

void
ruhu_draft_body_set_day (RuhuDraftBody *self, const char *day)
{
  json_object_object_add (self->root, DAY, json_object_new_string (day));
  json_object_object_add (self->root, YEAR, json_object_new_int (atoi (day)));
}

const char *
ruhu_draft_body_get_day (RuhuDraftBody *self)
{
  json_object *day = ruhu_draft_body_get_member (self->root, DAY);

  return json_object_is_type (day, json_type_string) ? json_object_get_string (day) : NULL;
}

void
ruhu_draft_body_set_at (RuhuDraftBody *self, const char *minute)
{
  json_object_object_add (self->root, AT, json_object_new_string (minute));
}

const char *
ruhu_draft_body_get_at (RuhuDraftBody *self)
{
  json_object *at = ruhu_draft_body_get_member (self->root, AT);

  return json_object_is_type (at, json_type_string) ? json_object_get_string (at) : NULL;
}

int
ruhu_draft_body_get_year (RuhuDraftBody *self)
{
  return json_object_get_int (ruhu_draft_body_get_member (self->root, YEAR));
}

/* --- keys --- */

int
ruhu_draft_body_get_year_of (RuhuDraftBody *self, RuhuRecordType *type, const char *record)
{
  RuhuField *field = ruhu_record_type_get_year_field (type);

  return field != NULL ? json_object_get_int (ruhu_draft_body_get_value (self, type->name, record, field->name)) : 0;
}

/* Whether two records differ in nothing of the key but the year. */
static gboolean
is_same_but_year (RuhuDraftBody *self, RuhuRecordType *type, const char *one, const char *other)
{
  RuhuField *year = ruhu_record_type_get_year_field (type);

  for (guint i = 0; i < type->key->len; i++)
    {
      const char *name = type->key->pdata[i];

      if (g_strcmp0 (name, year->name) != 0 &&
          !ruhu_value_equal (ruhu_draft_body_get_value (self, type->name, one, name), ruhu_draft_body_get_value (self, type->name, other, name)))
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_key (RuhuRecordType *type, const char *field)
{
  return g_ptr_array_find_with_equal_func (type->key, field, g_str_equal, NULL);
}

/* Whether the catalogue says all that tells a new one from others; else a person has to. */
static gboolean
has_key (RuhuDraftBody *self, RuhuRecordType *type, const char *record)
{
  for (guint i = 0; i < type->key->len; i++)
    if (ruhu_draft_body_get_value (self, type->name, record, type->key->pdata[i]) == NULL)
      return FALSE;
  return TRUE;
}

/* Another record of the same key, of @year: on file rather than one that was begun. Transfer full. */
static char *
find_of_year (RuhuDraftBody *self, RuhuRecordType *type, const char *record, int year)
{
  g_autoptr (GPtrArray) ids = ruhu_draft_body_list_records (self, type->name);

  for (guint i = 0; i < ids->len; i++)
    if (g_strcmp0 (ids->pdata[i], record) != 0 && ruhu_draft_body_get_year_of (self, type, ids->pdata[i]) == year && is_same_but_year (self, type, record, ids->pdata[i]))
      return g_strdup (ids->pdata[i]);
  return NULL;
}

char *
ruhu_draft_body_dup_earlier (RuhuDraftBody *self, RuhuRecordType *type, const char *record)
{
  g_autoptr (GPtrArray) ids = ruhu_draft_body_list_records (self, type->name);
  int before = ruhu_draft_body_get_year_of (self, type, record), best = 0;
  char *earlier = NULL;

  for (guint i = 0; i < ids->len; i++)
    {
      int year = ruhu_draft_body_get_year_of (self, type, ids->pdata[i]);

      if (!ruhu_draft_body_has_base (self, type->name, ids->pdata[i]) || year >= before || year <= best || !is_same_but_year (self, type, record, ids->pdata[i]))
        continue;
      best = year;
      g_free (earlier);
      earlier = g_strdup (ids->pdata[i]);
    }
  return earlier;
}

/* --- beginning and moving --- */

static void
set_year_of (RuhuDraftBody *self, RuhuRecordType *type, const char *record, int year)
{
  json_object *value = json_object_new_int (year);

  ruhu_draft_body_set_value (self, type->name, record, ruhu_record_type_get_year_field (type)->name, value);
  json_object_put (value);
}

/* With the key of @like (NULL: that of @initials). Transfer full. */
static char *
begin (RuhuDraftBody *self, RuhuRecordType *type, int year, json_object *initials, const char *like)
{
  char *record = g_strdup (ruhu_draft_body_add_record (self, type->name));

  json_object_object_add (ensure_records (self, BEGUN, type->name), record, json_object_new_boolean (TRUE));
  json_object_object_foreach (initials, field, value)
  {
    ruhu_draft_body_set_value (self, type->name, record, field, value);
  }
  for (guint i = 0; like != NULL && i < type->key->len; i++)
    ruhu_draft_body_set_value (self, type->name, record, type->key->pdata[i], ruhu_draft_body_get_value (self, type->name, like, type->key->pdata[i]));
  set_year_of (self, type, record, year);
  return record;
}

/* TRUE if it is there now, and no longer here. */
static gboolean
move_answer (RuhuDraftBody *self, RuhuRecordType *type, const char *from, const char *to, const char *field)
{
  const char *text = ruhu_draft_body_get_text (self, type->name, from, field);
  json_object *value = ruhu_draft_body_get_value (self, type->name, from, field);
  gboolean taken = ruhu_draft_body_is_answered (self, type->name, to, field);

  /* Of one that was added by hand, whatever stands was entered. */
  if (!ruhu_draft_body_is_begun (self, type->name, to) && !ruhu_draft_body_has_base (self, type->name, to))
    taken = ruhu_draft_body_is_changed (self, type->name, to, field);
  if (taken)
    return FALSE;
  ruhu_draft_body_set_value (self, type->name, to, field, value);
  if (text != NULL)
    ruhu_draft_body_set_text (self, type->name, to, field, text);
  ruhu_draft_body_set_answered (self, type, to, field);
  ruhu_draft_body_set_value (self, type->name, from, field, ruhu_draft_body_get_base (self, type->name, from, field));
  json_object_object_del (ruhu_draft_body_get_record (self, ANSWERED, type->name, from), field);
  return TRUE;
}

static void
move_answers (RuhuDraftBody *self, RuhuRecordType *type, const char *from, const char *to)
{
  g_autoptr (GPtrArray) fields = g_ptr_array_new_with_free_func (g_free);
  json_object *answered = ruhu_draft_body_get_record (self, ANSWERED, type->name, from);

  if (answered == NULL)
    return;
  json_object_object_foreach (answered, name, mark)
  {
    (void) mark;
    g_ptr_array_add (fields, g_strdup (name));
  }
  for (guint i = 0; i < fields->len; i++)
    move_answer (self, type, from, to, fields->pdata[i]);
}

/* A draft of a program that did not know of years: what was typed into a record on file was answered in this visit. */
static void
mark_typed (RuhuDraftBody *self, RuhuRecordType *type, const char *record)
{
  for (guint i = 0; i < type->fields->len; i++)
    {
      const char *field = ((RuhuField *) type->fields->pdata[i])->name;

      if (!is_key (type, field) && ruhu_draft_body_is_changed (self, type->name, record, field))
        ruhu_draft_body_set_answered (self, type, record, field);
    }
}

/* Whether what was answered in a record belongs elsewhere: it is of another year, or it was begun and is on file by now. */
static gboolean
has_to_move (RuhuDraftBody *self, RuhuRecordType *type, const char *record, int year)
{
  g_autofree char *other = NULL;

  if (!ruhu_draft_body_is_begun (self, type->name, record))
    return ruhu_draft_body_get_record (self, ANSWERED, type->name, record) != NULL && ruhu_draft_body_get_year_of (self, type, record) != year;
  if (ruhu_draft_body_get_year_of (self, type, record) != year)
    return TRUE;
  other = find_of_year (self, type, record, year);
  return other != NULL && ruhu_draft_body_has_base (self, type->name, other);
}

static gboolean
settle (RuhuDraftBody *self, RuhuRecordType *type, const char *record, int year, json_object *initials)
{
  g_autofree char *target = NULL;

  if (!has_to_move (self, type, record, year))
    return FALSE;
  target = find_of_year (self, type, record, year);
  if (target == NULL && initials != NULL && !ruhu_draft_body_is_idle (self, type->name, record))
    target = begin (self, type, year, initials, record);
  if (target != NULL)
    move_answers (self, type, record, target);
  /* What is left stays where it can be seen. */
  if (ruhu_draft_body_is_idle (self, type->name, record))
    json_object_put (ruhu_draft_body_take_record (self, type->name, record));
  return TRUE;
}

gboolean
ruhu_draft_body_follow_year (RuhuDraftBody *self, RuhuRecordType *type, int year, json_object *initials)
{
  g_autoptr (GPtrArray) ids = ruhu_draft_body_list_records (self, type->name);
  gboolean is_old = ruhu_draft_body_get_year (self) == 0, changed = FALSE;
  g_autofree char *begun = NULL, *other = NULL;

  g_return_val_if_fail (ruhu_record_type_get_year_field (type) != NULL, FALSE);
  for (guint i = 0; i < ids->len; i++)
    {
      if (is_old)
        mark_typed (self, type, ids->pdata[i]);
      changed = settle (self, type, ids->pdata[i], year, initials) || changed;
    }
  if (initials == NULL)
    return changed;
  begun = begin (self, type, year, initials, NULL);
  other = find_of_year (self, type, begun, year);
  if (other == NULL && has_key (self, type, begun))
    return TRUE;
  json_object_put (ruhu_draft_body_take_record (self, type->name, begun));
  return changed;
}
