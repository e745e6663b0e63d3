/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Catalogue files → catalogue, layer by layer: the files loaded together first, then each extension. In a layer everything is declared before anything refers to it. */
#define G_LOG_DOMAIN "ruhu-schema"

#include "config.h"

#include "ruhu-catalogue-private.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define FORMAT_VERSION 1

static const char *const file_members[] = { "catalogue", "units", "choices", "records", "forms", "rules", NULL };
static const char *const unit_members[] = { "name", "label", NULL };
static const char *const choice_list_members[] = { "name", "label", "choices", NULL };
static const char *const choice_members[] = { "code", "label", "retired", "past", NULL };
static const char *const record_members[] = { "name", "label", "plural", "belongs", "append_only", "permanent", "by_hand", "key", "privacy", "merge", "writers", "title", "summary", "facts", "order", "icon",
                                              "sections", "fields", NULL };
static const char *const extended_record_members[] = { "name", "label", "plural", "sections", "fields", NULL };
static const char *const section_members[] = { "name", "label", NULL };
static const char *const past_names[] = { "no", "over", "gone", NULL };
static const char *const belongs_names[] = { "household", "village", "township", "any", NULL };

const char *const ruhu_merge_names[] = { "review", "latest", NULL };

/* One parsed file of a layer. */
typedef struct
{
  RuhuPlace place;
  json_object *document;
} File;

static void
clear_file (gpointer data)
{
  json_object_put (((File *) data)->document);
}

typedef gboolean (*ElementFunc) (RuhuCatalogue *self, const RuhuPlace *at, json_object *element, guint layer, GError **error);

static gboolean
for_each (RuhuCatalogue *self, const File *file, const char *member, guint layer, ElementFunc func, GError **error)
{
  RuhuPlace array_place = { .parent = &file->place, .name = member };
  json_object *array = NULL;

  if (!ruhu_reader_array (&file->place, file->document, member, RUHU_CATALOGUE_MAX_RECORDS, &array, error))
    return FALSE;
  for (guint i = 0; array != NULL && i < json_object_array_length (array); i++)
    {
      json_object *element = json_object_array_get_idx (array, i);
      RuhuPlace place = ruhu_reader_element (&array_place, element, i);
      if (!func (self, &place, element, layer, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
declare_unit (RuhuCatalogue *self, const RuhuPlace *at, json_object *element, guint layer, GError **error)
{
  RuhuLabel label = { NULL, NULL };
  const char *name;

  if (!ruhu_reader_allow (at, element, unit_members, error) ||
      !ruhu_reader_name (self, at, element, &name, error) ||
      !ruhu_reader_label (self, at, element, "label", TRUE, &label, error))
    return FALSE;
  if (g_hash_table_contains (self->unit_by_name, name))
    return ruhu_place_fail (at, error, _ ("the name is used twice"));
  g_hash_table_insert (self->unit_by_name, (gpointer) name, g_memdup2 (&label, sizeof label));
  return TRUE;
}

static gboolean
load_choice (RuhuCatalogue *self, RuhuChoiceList *list, const RuhuPlace *at, json_object *element, gboolean extending, GError **error)
{
  const char *code = NULL;

  if (!ruhu_reader_allow (at, element, choice_members, error) ||
      !ruhu_reader_string (self, at, element, "code", RUHU_CATALOGUE_MAX_NAME, &code, error))
    return FALSE;
  if (code == NULL)
    return ruhu_place_fail (at, error, _ ("has no code"));
  for (const char *c = code; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && *c != '_' && *c != '-')
      return ruhu_place_fail (at, error, _ ("a code has letters, digits, - and _ only"));

  RuhuChoice *known = ruhu_choice_list_get (list, code);
  if (known != NULL && !extending)
    return ruhu_place_fail (at, error, _ ("the code %s is used twice"), code);
  if (known != NULL)
    return ruhu_reader_label (self, at, element, "label", FALSE, &known->label, error) &&
           ruhu_reader_boolean (at, element, "retired", &known->retired, error);

  g_autofree RuhuChoice *choice = g_new0 (RuhuChoice, 1);
  guint past = RUHU_PAST_NOT;
  choice->code = code;
  if (!ruhu_reader_label (self, at, element, "label", TRUE, &choice->label, error) ||
      !ruhu_reader_boolean (at, element, "retired", &choice->retired, error) ||
      !ruhu_reader_enum (at, element, "past", past_names, NULL, &past, error))
    return FALSE;
  choice->past = past;
  list->has_past = list->has_past || past != RUHU_PAST_NOT;
  g_ptr_array_add (list->choices, g_steal_pointer (&choice));
  return TRUE;
}

static gboolean
refuse_excluded (const RuhuPlace *at, const char *name, const RuhuLabel *label, GError **error)
{
  if (ruhu_catalogue_excludes (name) || (label->en != NULL && ruhu_catalogue_excludes (label->en)) ||
      (label->zh_CN != NULL && ruhu_catalogue_excludes (label->zh_CN)))
    return ruhu_place_fail (at, error, _ ("this must not be collected (guard-rail G1)"));
  return TRUE;
}

static gboolean
declare_choices (RuhuCatalogue *self, const RuhuPlace *at, json_object *element, guint layer, GError **error)
{
  const char *name;
  json_object *choices = NULL;

  if (!ruhu_reader_allow (at, element, choice_list_members, error) ||
      !ruhu_reader_name (self, at, element, &name, error) ||
      !ruhu_reader_array (at, element, "choices", RUHU_CATALOGUE_MAX_CHOICES, &choices, error))
    return FALSE;

  RuhuChoiceList *list = g_hash_table_lookup (self->choices_by_name, name);
  gboolean extending = list != NULL;
  if (extending && layer == 0)
    return ruhu_place_fail (at, error, _ ("the name is used twice"));
  if (!extending)
    {
      list = g_new0 (RuhuChoiceList, 1);
      list->name = name;
      list->choices = g_ptr_array_new_with_free_func (g_free);
      g_hash_table_insert (self->choices_by_name, (gpointer) name, list);
    }
  if (!ruhu_reader_label (self, at, element, "label", !extending, &list->label, error) ||
      !refuse_excluded (at, name, &list->label, error))
    return FALSE;

  RuhuPlace array_place = { .parent = at, .name = "choices" };
  guint n = choices != NULL ? json_object_array_length (choices) : 0;
  if (!extending && n == 0)
    return ruhu_place_fail (&array_place, error, _ ("a list of choices needs at least one"));
  for (guint i = 0; i < n; i++)
    {
      RuhuPlace place = { .parent = &array_place, .index = i };
      if (!load_choice (self, list, &place, json_object_array_get_idx (choices, i), extending, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
ruhu_catalogue_load_writers (const RuhuPlace *at, json_object *object, const char *name, guint *writers, GError **error)
{
  RuhuPlace array_place = { .parent = at, .name = name };
  json_object *array = NULL;
  guint set = RUHU_ROLE_OFFICE;

  if (!ruhu_reader_array (at, object, name, 8, &array, error))
    return FALSE;
  if (array == NULL)
    return TRUE;
  for (guint i = 0; i < json_object_array_length (array); i++)
    {
      json_object *element = json_object_array_get_idx (array, i);
      RuhuPlace place = { .parent = &array_place, .index = i };
      RuhuRole role = json_object_is_type (element, json_type_string) ? ruhu_role_from_name (json_object_get_string (element)) : 0;
      if (role == 0)
        return ruhu_place_fail (&place, error, _ ("must be one of %s"), "helper, cadre, office, inspector");
      set |= role;
    }
  *writers = set;
  return TRUE;
}

static gboolean
load_sections (RuhuCatalogue *self, RuhuRecordType *type, const RuhuPlace *at, json_object *object, GError **error)
{
  RuhuPlace array_place = { .parent = at, .name = "sections" };
  json_object *array = NULL;

  if (!ruhu_reader_array (at, object, "sections", RUHU_CATALOGUE_MAX_FIELDS, &array, error))
    return FALSE;
  for (guint i = 0; array != NULL && i < json_object_array_length (array); i++)
    {
      json_object *element = json_object_array_get_idx (array, i);
      RuhuPlace place = ruhu_reader_element (&array_place, element, i);
      g_autofree RuhuSection *section = g_new0 (RuhuSection, 1);
      if (!ruhu_reader_allow (&place, element, section_members, error) ||
          !ruhu_reader_name (self, &place, element, &section->name, error) ||
          !ruhu_reader_label (self, &place, element, "label", TRUE, &section->label, error))
        return FALSE;
      for (guint j = 0; j < type->sections->len; j++)
        if (strcmp (((RuhuSection *) g_ptr_array_index (type->sections, j))->name, section->name) == 0)
          return ruhu_place_fail (&place, error, _ ("the name is used twice"));
      g_ptr_array_add (type->sections, g_steal_pointer (&section));
    }
  return TRUE;
}

static gboolean
load_record_body (RuhuCatalogue *self, RuhuRecordTypeBody *body, const RuhuPlace *at, json_object *element, GError **error)
{
  RuhuRecordType *type = &body->type;
  gboolean has_belongs = FALSE;
  guint belongs = 0, merge = 0;

  type->by_hand = TRUE;
  body->writers = RUHU_ROLE_HELPER | RUHU_ROLE_CADRE | RUHU_ROLE_OFFICE;
  if (!ruhu_reader_enum (at, element, "belongs", belongs_names, &has_belongs, &belongs, error) ||
      !ruhu_reader_boolean (at, element, "append_only", &type->append_only, error) ||
      !ruhu_reader_boolean (at, element, "permanent", &type->permanent, error) ||
      !ruhu_reader_boolean (at, element, "by_hand", &type->by_hand, error) ||
      !ruhu_reader_count (at, element, "privacy", 3, &body->has_privacy, &body->privacy, error) ||
      !ruhu_reader_enum (at, element, "merge", ruhu_merge_names, &body->has_merge, &merge, error) ||
      !ruhu_catalogue_load_writers (at, element, "writers", &body->writers, error) ||
      !ruhu_reader_string (self, at, element, "title", RUHU_CATALOGUE_MAX_SQL, &type->title, error) ||
      !ruhu_reader_string (self, at, element, "summary", RUHU_CATALOGUE_MAX_SQL, &type->summary, error) ||
      !ruhu_reader_string (self, at, element, "order", RUHU_CATALOGUE_MAX_SQL, &type->order, error) ||
      !ruhu_reader_string (self, at, element, "icon", RUHU_CATALOGUE_MAX_LABEL, &type->icon, error))
    return FALSE;
  if (!has_belongs)
    return ruhu_place_fail (at, error, _ ("“belongs” is missing"));
  type->belongs = belongs;
  body->merge = merge;
  return TRUE;
}

/* Makes the record type, or finds the one that an extension adds to; its fields come later. */
static gboolean
declare_record (RuhuCatalogue *self, const RuhuPlace *at, json_object *element, guint layer, GError **error)
{
  const char *name;

  if (!ruhu_reader_allow (at, element, record_members, error) || !ruhu_reader_name (self, at, element, &name, error))
    return FALSE;

  RuhuRecordType *type = ruhu_catalogue_get_record (self, name);
  gboolean extending = type != NULL;
  if (extending && layer == 0)
    return ruhu_place_fail (at, error, _ ("the name is used twice"));
  if (extending && !ruhu_reader_allow (at, element, extended_record_members, NULL))
    return ruhu_place_fail (at, error, _ ("an extension may only give an existing record type labels, sections and fields"));
  if (!extending)
    {
      if (self->records->len == RUHU_CATALOGUE_MAX_RECORDS)
        return ruhu_place_fail (at, error, _ ("there are more than %d record types"), RUHU_CATALOGUE_MAX_RECORDS);
      type = (RuhuRecordType *) g_new0 (RuhuRecordTypeBody, 1);
      type->name = name;
      type->fields = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_field_free);
      type->sections = g_ptr_array_new_with_free_func (g_free);
      type->by_name = g_hash_table_new (g_str_hash, g_str_equal);
      g_ptr_array_add (self->records, type);
      g_hash_table_insert (self->record_by_name, (gpointer) name, type);
      if (!load_record_body (self, (RuhuRecordTypeBody *) type, at, element, error))
        return FALSE;
    }
  return ruhu_reader_label (self, at, element, "label", !extending, &type->label, error) &&
         ruhu_reader_label (self, at, element, "plural", !extending, &type->plural, error) &&
         refuse_excluded (at, name, &type->label, error) &&
         load_sections (self, type, at, element, error);
}

static gboolean
load_record_fields (RuhuCatalogue *self, const RuhuPlace *at, json_object *element, guint layer, GError **error)
{
  json_object *name = json_object_object_get (element, "name");
  RuhuRecordType *type = ruhu_catalogue_get_record (self, json_object_get_string (name));

  return ruhu_catalogue_load_fields (self, (RuhuRecordTypeBody *) type, at, element, layer > 0, error);
}

static gboolean
is_key_type (RuhuField *field)
{
  return field->calculate == NULL &&
         (field->type == RUHU_TYPE_TEXT || field->type == RUHU_TYPE_INTEGER || field->type == RUHU_TYPE_MONEY || field->type == RUHU_TYPE_DATE ||
          field->type == RUHU_TYPE_MONTH || field->type == RUHU_TYPE_CHOICE || field->type == RUHU_TYPE_REFERENCE);
}

static gboolean
load_key (RuhuCatalogue *self, const RuhuPlace *at, json_object *element, guint layer, GError **error)
{
  RuhuRecordType *type = ruhu_catalogue_get_record (self, json_object_get_string (json_object_object_get (element, "name")));
  RuhuPlace array_place = { .parent = at, .name = "key" };
  json_object *array = NULL;

  if (!ruhu_reader_array (at, element, "key", 8, &array, error))
    return FALSE;
  if (array == NULL)
    return TRUE;
  type->key = g_ptr_array_new ();
  for (guint i = 0; i < json_object_array_length (array); i++)
    {
      json_object *name = json_object_array_get_idx (array, i);
      RuhuPlace place = { .parent = &array_place, .index = i };
      RuhuField *field = json_object_is_type (name, json_type_string) ? ruhu_record_type_get_field (type, json_object_get_string (name)) : NULL;
      if (field == NULL)
        return ruhu_place_fail (&place, error, _ ("is not a field of this record type"));
      if (!field->required || field->relevant != NULL || !is_key_type (field))
        return ruhu_place_fail (&place, error, _ ("a key field must be required, always relevant, and a text, whole number, date, choice or reference"));
      g_ptr_array_add (type->key, (gpointer) field->name);
    }
  return TRUE;
}

static gboolean
load_facts (RuhuCatalogue *self, const RuhuPlace *at, json_object *element, guint layer, GError **error)
{
  RuhuRecordType *type = ruhu_catalogue_get_record (self, json_object_get_string (json_object_object_get (element, "name")));
  RuhuPlace array_place = { .parent = at, .name = "facts" };
  json_object *array = NULL;

  if (!ruhu_reader_array (at, element, "facts", 8, &array, error))
    return FALSE;
  if (array == NULL)
    return TRUE;
  type->facts = g_ptr_array_new ();
  for (guint i = 0; i < json_object_array_length (array); i++)
    {
      json_object *name = json_object_array_get_idx (array, i);
      RuhuPlace place = { .parent = &array_place, .index = i };
      RuhuField *field = json_object_is_type (name, json_type_string) ? ruhu_record_type_get_field (type, json_object_get_string (name)) : NULL;
      if (field == NULL || field->calculate != NULL)
        return ruhu_place_fail (&place, error, _ ("is not a stored field of this record type"));
      g_ptr_array_add (type->facts, field);
    }
  return TRUE;
}

static gboolean
check_head (const File *file, GError **error)
{
  gboolean given = FALSE;
  guint version = 0;

  if (!ruhu_reader_allow (&file->place, file->document, file_members, error) ||
      !ruhu_reader_count (&file->place, file->document, "catalogue", 1000000, &given, &version, error))
    return FALSE;
  if (!given || version != FORMAT_VERSION)
    {
      RuhuPlace place = { .parent = &file->place, .name = "catalogue" };
      return ruhu_place_fail (&place, error, _ ("must be %d, the version of the format that this program reads"), FORMAT_VERSION);
    }
  return TRUE;
}

static gboolean
fill_layer (RuhuCatalogue *self, GArray *files, guint layer, GError **error)
{
  static const struct
  {
    const char *member;
    ElementFunc func;
  } passes[] = {
    { "units", declare_unit },
    { "choices", declare_choices },
    { "records", declare_record },
    { "records", load_record_fields },
    { "records", load_key },
    { "records", load_facts },
  };

  for (guint i = 0; i < files->len; i++)
    if (!check_head (&g_array_index (files, File, i), error))
      return FALSE;
  for (guint pass = 0; pass < G_N_ELEMENTS (passes); pass++)
    for (guint i = 0; i < files->len; i++)
      if (!for_each (self, &g_array_index (files, File, i), passes[pass].member, layer, passes[pass].func, error))
        return FALSE;
  for (guint i = 0; i < files->len; i++)
    {
      File *file = &g_array_index (files, File, i);
      if (!ruhu_catalogue_load_forms (self, &file->place, file->document, layer, error) ||
          !ruhu_catalogue_load_rules (self, &file->place, file->document, layer, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
ruhu_catalogue_fill (RuhuCatalogue *self, GError **error)
{
  for (guint begin = 0; begin < self->sources->len;)
    {
      guint layer = ((RuhuCatalogueSource *) g_ptr_array_index (self->sources, begin))->layer;
      g_autoptr (GArray) files = g_array_new (FALSE, TRUE, sizeof (File));
      g_array_set_clear_func (files, clear_file);

      for (; begin < self->sources->len; begin++)
        {
          RuhuCatalogueSource *source = g_ptr_array_index (self->sources, begin);
          File file = { .place = { .name = source->name } };
          if (source->layer != layer)
            break;
          file.document = ruhu_reader_parse (&file.place, source->text, error);
          if (file.document == NULL)
            return FALSE;
          g_array_append_val (files, file);
        }
      if (!fill_layer (self, files, layer, error))
        return FALSE;
    }
  ruhu_catalogue_settle_forms (self);
  return TRUE;
}
