/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Forms: the steps of a visit, and which fields of which records each asks for. */
#define G_LOG_DOMAIN "ruhu-schema"

#include "config.h"

#include "ruhu-catalogue-private.h"

#include "ruhu-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static const char *const form_members[] = { "name", "label", "record", "steps", NULL };
static const char *const extended_form_members[] = { "name", "label", "steps", NULL };
static const char *const step_members[] = { "name", "label", "hint", "compulsory", "before", "parts", NULL };
static const char *const extended_step_members[] = { "name", "label", "hint", "parts", NULL };
static const char *const part_members[] = { "record", "mode", "fields", "about", NULL };
static const char *const about_members[] = { "field", "codes", NULL };
static const char *const mode_names[] = { "self", "single", "each", "add", NULL };

static RuhuFormStep *
find_step (RuhuForm *form, const char *name, guint *index)
{
  for (guint i = 0; i < form->steps->len; i++)
    {
      RuhuFormStep *step = g_ptr_array_index (form->steps, i);
      if (strcmp (step->name, name) == 0)
        {
          if (index != NULL)
            *index = i;
          return step;
        }
    }
  return NULL;
}

static gboolean
load_part_fields (RuhuFormPart *part, const RuhuPlace *at, json_object *element, GError **error)
{
  RuhuFormPartBody *body = (RuhuFormPartBody *) part;
  RuhuPlace array_place = { .parent = at, .name = "fields" };
  json_object *array = NULL;

  if (!ruhu_reader_array (at, element, "fields", RUHU_CATALOGUE_MAX_FIELDS, &array, error))
    return FALSE;
  if (array == NULL)
    body->all = TRUE;
  for (guint i = 0; array != NULL && i < json_object_array_length (array); i++)
    {
      json_object *name = json_object_array_get_idx (array, i);
      RuhuPlace place = { .parent = &array_place, .index = i };
      RuhuField *field = json_object_is_type (name, json_type_string) ? ruhu_record_type_get_field (part->record, json_object_get_string (name)) : NULL;
      if (field == NULL)
        return ruhu_place_fail (&place, error, _ ("is not a field of %s"), part->record->name);
      if (g_ptr_array_find (part->fields, field, NULL))
        return ruhu_place_fail (&place, error, _ ("the field is there already"));
      g_ptr_array_add (part->fields, field);
    }
  return TRUE;
}

static gboolean
load_codes (RuhuFormPart *part, const RuhuPlace *at, json_object *array, GError **error)
{
  part->choices = g_ptr_array_new ();
  for (guint i = 0; array != NULL && i < json_object_array_length (array); i++)
    {
      json_object *code = json_object_array_get_idx (array, i);
      RuhuPlace place = { .parent = at, .index = i };
      RuhuChoice *choice = json_object_is_type (code, json_type_string) ? ruhu_choice_list_get (part->about->choices, json_object_get_string (code)) : NULL;
      if (choice == NULL)
        return ruhu_place_fail (&place, error, _ ("is not a code of %s"), part->about->choices->name);
      g_ptr_array_add (part->choices, choice);
    }
  return part->choices->len > 0 || ruhu_place_fail (at, error, _ ("a list of choices needs at least one"));
}

static gboolean
load_about (RuhuCatalogue *self, RuhuFormPart *part, const RuhuPlace *at, json_object *element, GError **error)
{
  RuhuPlace place = { .parent = at, .name = "about" }, array_place = { .parent = &place, .name = "codes" };
  json_object *about = NULL, *codes = NULL;
  const char *name = NULL;

  if (!json_object_object_get_ex (element, "about", &about))
    return TRUE;
  if (!ruhu_reader_allow (&place, about, about_members, error) ||
      !ruhu_reader_string (self, &place, about, "field", RUHU_CATALOGUE_MAX_NAME, &name, error) ||
      !ruhu_reader_array (&place, about, "codes", RUHU_CATALOGUE_MAX_FIELDS, &codes, error))
    return FALSE;
  part->about = name != NULL ? ruhu_record_type_get_field (part->record, name) : NULL;
  if (part->about == NULL || part->about->type != RUHU_TYPE_CHOICE)
    return ruhu_place_fail (&place, error, _ ("“field” is not a choice of %s"), part->record->name);
  return load_codes (part, &array_place, codes, error);
}

/* What a mode asks of the record type. */
static gboolean
check_mode (RuhuForm *form, RuhuRecordType *record, RuhuPartMode mode, const RuhuPlace *at, GError **error)
{
  if (mode == RUHU_PART_SELF && record != form->record && strcmp (record->name, "household") != 0)
    return ruhu_place_fail (at, error, _ ("“self” is the form's own record or the household"));
  if (mode == RUHU_PART_SINGLE && (record->key == NULL || record->key->len > 0))
    return ruhu_place_fail (at, error, _ ("“single” needs a record type whose key is []"));
  return TRUE;
}

static gboolean
load_part (RuhuCatalogue *self, RuhuForm *form, RuhuFormStep *step, const RuhuPlace *at, json_object *element, GError **error)
{
  const char *record_name = NULL;
  gboolean has_mode = FALSE;
  guint mode = 0;

  if (!ruhu_reader_allow (at, element, part_members, error) ||
      !ruhu_reader_string (self, at, element, "record", RUHU_CATALOGUE_MAX_NAME, &record_name, error) ||
      !ruhu_reader_enum (at, element, "mode", mode_names, &has_mode, &mode, error))
    return FALSE;
  RuhuRecordType *record = record_name != NULL ? ruhu_catalogue_get_record (self, record_name) : NULL;
  if (record == NULL)
    {
      RuhuPlace place = { .parent = at, .name = "record" };
      return ruhu_place_fail (&place, error, _ ("is not a record type"));
    }
  if (!has_mode)
    return ruhu_place_fail (at, error, _ ("“mode” is missing"));
  if (!check_mode (form, record, mode, at, error))
    return FALSE;

  RuhuFormPart *part = NULL;
  for (guint i = 0; i < step->parts->len && part == NULL; i++)
    {
      RuhuFormPart *known = g_ptr_array_index (step->parts, i);
      if (known->record == record && known->mode == mode)
        part = known;
    }
  if (part == NULL)
    {
      part = (RuhuFormPart *) g_new0 (RuhuFormPartBody, 1);
      part->record = record;
      part->mode = mode;
      part->fields = g_ptr_array_new ();
      g_ptr_array_add (step->parts, part);
      if (!load_about (self, part, at, element, error))
        return FALSE;
    }
  return load_part_fields (part, at, element, error);
}

static gboolean
load_parts (RuhuCatalogue *self, RuhuForm *form, RuhuFormStep *step, const RuhuPlace *at, json_object *element, GError **error)
{
  RuhuPlace array_place = { .parent = at, .name = "parts" };
  json_object *array = NULL;

  if (!ruhu_reader_array (at, element, "parts", RUHU_CATALOGUE_MAX_STEPS, &array, error))
    return FALSE;
  for (guint i = 0; array != NULL && i < json_object_array_length (array); i++)
    {
      RuhuPlace place = { .parent = &array_place, .index = i };
      if (!load_part (self, form, step, &place, json_object_array_get_idx (array, i), error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
place_step (RuhuForm *form, RuhuFormStep *step, const char *before, const RuhuPlace *at, GError **error)
{
  guint index = form->steps->len;

  if (before != NULL && find_step (form, before, &index) == NULL)
    {
      RuhuPlace place = { .parent = at, .name = "before" };
      return ruhu_place_fail (&place, error, _ ("there is no step called %s"), before);
    }
  if (form->steps->len == RUHU_CATALOGUE_MAX_STEPS)
    return ruhu_place_fail (at, error, _ ("a form has at most %d steps"), RUHU_CATALOGUE_MAX_STEPS);
  g_ptr_array_insert (form->steps, (int) index, step);
  return TRUE;
}

static gboolean
load_step (RuhuCatalogue *self, RuhuForm *form, gboolean extending, const RuhuPlace *at, json_object *element, GError **error)
{
  const char *name, *before = NULL;

  if (!ruhu_reader_allow (at, element, step_members, error) ||
      !ruhu_reader_name (self, at, element, &name, error) ||
      !ruhu_reader_string (self, at, element, "before", RUHU_CATALOGUE_MAX_NAME, &before, error))
    return FALSE;

  RuhuFormStep *step = find_step (form, name, NULL);
  gboolean known = step != NULL;
  if (known && !extending)
    return ruhu_place_fail (at, error, _ ("the name is used twice"));
  if (known && !ruhu_reader_allow (at, element, extended_step_members, NULL))
    return ruhu_place_fail (at, error, _ ("an extension may only give an existing step a label, a hint and parts"));
  if (!known)
    {
      step = g_new0 (RuhuFormStep, 1);
      step->name = name;
      step->parts = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_form_part_free);
      if (!place_step (form, step, before, at, error))
        {
          ruhu_form_step_free (step);
          return FALSE;
        }
    }
  return ruhu_reader_label (self, at, element, "label", !known, &step->label, error) &&
         ruhu_reader_label (self, at, element, "hint", FALSE, &step->hint, error) &&
         ruhu_reader_boolean (at, element, "compulsory", &step->compulsory, error) &&
         load_parts (self, form, step, at, element, error);
}

/* Borrowed: the catalogue has it. */
static RuhuForm *
make_form (RuhuCatalogue *self, const char *name, const RuhuPlace *at, json_object *element, GError **error)
{
  RuhuPlace record_place = { .parent = at, .name = "record" };
  const char *record_name = NULL;

  if (!ruhu_reader_string (self, at, element, "record", RUHU_CATALOGUE_MAX_NAME, &record_name, error))
    return NULL;
  RuhuRecordType *record = record_name != NULL ? ruhu_catalogue_get_record (self, record_name) : NULL;
  if (record == NULL)
    {
      ruhu_place_fail (&record_place, error, _ ("is not a record type"));
      return NULL;
    }

  RuhuForm *form = g_new0 (RuhuForm, 1);
  form->name = name;
  form->record = record;
  form->steps = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_form_step_free);
  g_hash_table_insert (self->form_by_name, (gpointer) name, form);
  return form;
}

static gboolean
load_form (RuhuCatalogue *self, guint layer, const RuhuPlace *at, json_object *element, GError **error)
{
  RuhuPlace array_place = { .parent = at, .name = "steps" };
  json_object *array = NULL;
  const char *name;

  if (!ruhu_reader_allow (at, element, form_members, error) || !ruhu_reader_name (self, at, element, &name, error))
    return FALSE;
  RuhuForm *form = ruhu_catalogue_get_form (self, name);
  gboolean extending = form != NULL;
  if (extending && layer == 0)
    return ruhu_place_fail (at, error, _ ("the name is used twice"));
  if (extending && !ruhu_reader_allow (at, element, extended_form_members, NULL))
    return ruhu_place_fail (at, error, _ ("an extension may only give an existing form a label and steps"));
  if (!extending)
    form = make_form (self, name, at, element, error);
  if (form == NULL)
    return FALSE;

  if (!ruhu_reader_label (self, at, element, "label", !extending, &form->label, error) ||
      !ruhu_reader_array (at, element, "steps", RUHU_CATALOGUE_MAX_STEPS, &array, error))
    return FALSE;
  for (guint i = 0; array != NULL && i < json_object_array_length (array); i++)
    {
      json_object *step = json_object_array_get_idx (array, i);
      RuhuPlace place = ruhu_reader_element (&array_place, step, i);
      if (!load_step (self, form, extending, &place, step, error))
        return FALSE;
    }
  return form->steps->len > 0 || ruhu_place_fail (at, error, _ ("a form needs at least one step"));
}

gboolean
ruhu_catalogue_load_forms (RuhuCatalogue *self, const RuhuPlace *file, json_object *document, guint layer, GError **error)
{
  RuhuPlace array_place = { .parent = file, .name = "forms" };
  json_object *array = NULL;

  if (!ruhu_reader_array (file, document, "forms", RUHU_CATALOGUE_MAX_STEPS, &array, error))
    return FALSE;
  for (guint i = 0; array != NULL && i < json_object_array_length (array); i++)
    {
      json_object *element = json_object_array_get_idx (array, i);
      RuhuPlace place = ruhu_reader_element (&array_place, element, i);
      if (!load_form (self, layer, &place, element, error))
        return FALSE;
    }
  return TRUE;
}

/* Parts that name no fields have all, also those that an extension brought. */
void
ruhu_catalogue_settle_forms (RuhuCatalogue *self)
{
  GHashTableIter forms;
  RuhuForm *form;

  g_hash_table_iter_init (&forms, self->form_by_name);
  while (g_hash_table_iter_next (&forms, NULL, (gpointer *) &form))
    for (guint i = 0; i < form->steps->len; i++)
      {
        RuhuFormStep *step = g_ptr_array_index (form->steps, i);
        for (guint j = 0; j < step->parts->len; j++)
          {
            RuhuFormPartBody *body = g_ptr_array_index (step->parts, j);
            if (!body->all)
              continue;
            g_ptr_array_set_size (body->part.fields, 0);
            g_ptr_array_extend (body->part.fields, body->part.record->fields, NULL, NULL);
          }
      }
}

gboolean
ruhu_form_part_is_about (RuhuFormPart *self, json_object *value)
{
  g_return_val_if_fail (self != NULL, FALSE);

  for (guint i = 0; self->about != NULL && i < self->choices->len; i++)
    if (g_strcmp0 (((RuhuChoice *) g_ptr_array_index (self->choices, i))->code, json_object_get_string (value)) == 0)
      return TRUE;
  return self->about == NULL;
}
