/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A catalogue file is a JSON object (UTF-8, at most 1 MiB, 16 levels). Several files loaded together are one catalogue: each may refer to what another declares.
 * Every member not named here is an error, and so are names used twice and references to what nobody declares.
 *
 *   "catalogue": 1            the version of this format
 *   "units":    [ { name, label } ]
 *   "choices":  [ { name, label, choices: [ { code, label, retired, past } ] } ]
 *   "records":  [ record type ]
 *   "forms":    [ { name, label, record, steps: [ step ] } ]
 *   "rules":    [ rule ]
 *
 * A choice's "past" says that a record which has it is "over" (finished: it stands behind the others) or "gone" (who died or moved away: not asked about, not offered); else "no".
 *
 * A label (and every other text for people) is {"en": "…", "zh_CN": "…"}, both always. A name is [a-z][a-z0-9_]*, at most 40 characters.
 *
 * record type:
 *   name, label, plural
 *   belongs        "household", "village" or "township": what its scope is; "any": that of its change
 *   append_only    true: written once, corrected by other records only
 *   permanent      true: nobody takes such a record out of the household's file; with a wrong one, only the office can do something
 *   by_hand        false: it comes with what others record, and no page offers to add one
 *   key            names of required fields that with the scope determine the id; [] makes it the only one of its scope
 *   privacy, merge, writers      what its fields have when they say nothing
 *   title, summary, order        SQL over the fields: what a row is called, its second line, ORDER BY terms. A title or summary that is the bare name of a field is shown
 *                                as that field is (a choice's label, yuan, a reference's title).
 *   facts          names of stored fields that tell such a record from others of the same title
 *   icon           a symbolic icon's name
 *   sections       [ { name, label } ]
 *   fields         [ field ], in order of display
 *
 * field:
 *   name, label, hint, section
 *   type           "text", "integer", "decimal", "money", "boolean", "date", "month", "choice", "choices", "reference", "photo"
 *   choices        of choice and choices: the list's name         max_choices  of choices
 *   reference      of reference: the record type's name           indexed      of reference: false: nothing looks records up by it
 *   unit           of numbers: a unit's name                      places       decimals of a decimal
 *   min, max       bounds of a number (money: 分), or of a text's length in characters
 *   pattern        PCRE that the whole text must match            long_text    it wants several lines
 *   required, retired
 *   relevant       SQL: whether the field is asked
 *   constraint     SQL: what must not be false; NULL passes. Always with "message".
 *   calculate      SQL: a derived field, never stored
 *   initial        SQL: what a form starts a new record with (a date: today); a proposal, no rule. It follows the fields, and the other records of the draft, that it looks at until somebody types something else.
 *   merge          "review" or "latest"                           privacy      0 … 3
 *   writers        [ "helper", "cadre", "office", "inspector" ]; the office may always. Without it on field and record type: helper, cadre, office.
 *   makers         who else may write it, but only in the change that makes the record
 *   search         "name", "tail" or "exact"
 *
 * SQL is an expression over the names of the stored fields, id, scope, deleted and today. In a sub-query (over r_… tables) a field of the record itself is self.FIELD. Because the township
 * judges a change by what it carries, a constraint must pass when the fields it does not carry are NULL.
 *
 * step:   name, label, hint, compulsory, parts: [ { record, mode, fields, about } ]
 *   mode           "self": the form's own record, or the household it is about; "single": the one record of the scope, made when first filled in;
 *                  "each": every record of the type, with "add"; "add": new ones only
 *   fields         names; without it all fields, later ones too
 *   about          { field, codes }: of what was recorded before, the part shows that which has one of these codes in this choice; the first is what a new one is expected to have
 *
 * rule: what is checked across fields and records, while somebody types, before a visit is sealed, and by the township.
 *   id             letters, digits, - and _, at most 20
 *   label, message the message says what is wrong and what to do. {1} … {4} in it stand for the columns that the query returns after the first
 *   level          "household": over one household (the default); "township": over all
 *   severity       "error", "warning", "information" or "off"
 *   exit           its severity when the household is to leave poverty, if it is another then; "only": it is an error then, and not looked at otherwise
 *   pending        true: may be sealed as 待核实 with a reason
 *   problem        code of problem_kind: the township raises a problem of this kind
 *   record, fields what its findings are about; the first field is where they are shown
 *   also           "record.field": what else it looks at, so that it is run again when that changes
 *   parameters     [ { name, label, value } ]: whole numbers
 *   query          SQL that returns the id of each record that breaks the rule, and up to four values for the message. A column called severity, type or field says it for that row; one called
 *                  problem that is 0: no problem is raised.
 *                  Over the r_… tables, with :scope (the household), :today, :book_year (the last year whose income book is closed), :user, :visit, :exit (1 when it is to leave
 *                  poverty) and the rule's parameters. Of a household rule, r_… tables of what belongs to households hold this one alone, with the draft on top; main.r_… all.
 *                  v_member: its members in force, with age and school_age; v_income: year, net, wages, business, property, transfers, costs, persons, line.
 *                  v_changed: type, record, fields (names joined by ","), change (its number), day: when what stands in the household was written.
 *                  v_earlier: type, record, field, value, change: whatever a change wrote into the household. :user is NULL at the township, which looks at what was taken and is
 *                  judged by its log; on a laptop, main.r_… is what stood before. SQL's functions and those of ruhu-database-functions.c may be called.
 *
 * An extension is one more file on top. New entries are like those above. An entry whose name exists already may hold: a record type label, plural, new sections and fields; a
 * field label, hint, message, retired; a choice list label and choices, a choice label, retired; a form label and steps; a step label, hint and parts (a part of the same
 * record and mode gains fields); a rule label, message, severity, exit, retired. A new step may say "before": the name of the step it goes before. Nothing is removed, renamed or changed in type. */
#define G_LOG_DOMAIN "ruhu-schema"

#include "config.h"

#include "ruhu-catalogue-private.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-schema-resources.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <locale.h>
#include <string.h>

#define BUILTIN_FOLDER "/org/ruhu/catalogue/"

/* Names of records are UUIDs of version 5 in this namespace (itself random). */
static const guint8 record_namespace[16] = { 0x6f, 0x0e, 0x3b, 0x52, 0x8d, 0x11, 0x4c, 0x0a, 0x9e, 0x77, 0x21, 0xd4, 0xaf, 0x59, 0xc3, 0x68 };

static const struct
{
  RuhuRole role;
  const char *name;
} roles[] = {
  { RUHU_ROLE_HELPER, "helper" },
  { RUHU_ROLE_CADRE, "cadre" },
  { RUHU_ROLE_OFFICE, "office" },
  { RUHU_ROLE_INSPECTOR, "inspector" },
};

static void
source_free (gpointer data)
{
  RuhuCatalogueSource *source = data;

  g_free (source->name);
  g_free (source->text);
  g_free (source);
}

static void
add_source (GPtrArray *sources, const char *name, const char *text, guint layer)
{
  RuhuCatalogueSource *source = g_new0 (RuhuCatalogueSource, 1);

  source->name = g_strdup (name);
  source->text = g_strdup (text);
  source->layer = layer;
  g_ptr_array_add (sources, source);
}

static void
choice_list_free (gpointer data)
{
  RuhuChoiceList *list = data;

  g_ptr_array_unref (list->choices);
  g_free (list);
}

RuhuCatalogue *
ruhu_catalogue_new_empty (GPtrArray *sources)
{
  RuhuCatalogue *self = g_new0 (RuhuCatalogue, 1);

  g_atomic_ref_count_init (&self->references);
  self->sources = sources;
  self->strings = g_string_chunk_new (16 * 1024);
  self->records = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_record_type_free);
  self->record_by_name = g_hash_table_new (g_str_hash, g_str_equal);
  self->choices_by_name = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, choice_list_free);
  self->form_by_name = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) ruhu_form_free);
  self->unit_by_name = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  self->rules = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_rule_free);
  return self;
}

static RuhuCatalogue *
load_sources (GPtrArray *sources, GError **error)
{
  g_autoptr (RuhuCatalogue) self = ruhu_catalogue_new_empty (sources);

  if (!ruhu_catalogue_fill (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

RuhuCatalogue *
ruhu_catalogue_load (const char *const *names, const char *const *texts, GError **error)
{
  g_return_val_if_fail (names != NULL && texts != NULL, NULL);

  GPtrArray *sources = g_ptr_array_new_with_free_func (source_free);
  for (guint i = 0; names[i] != NULL && texts[i] != NULL; i++)
    add_source (sources, names[i], texts[i], 0);
  return load_sources (sources, error);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

RuhuCatalogue *
ruhu_catalogue_load_builtin (GError **error)
{
  g_auto (GStrv) names = g_resource_enumerate_children (ruhu_schema_get_resource (), BUILTIN_FOLDER, 0, error);
  if (names == NULL)
    return NULL;
  /* The numbers that the files' names begin with give the order of the record types. */
  qsort (names, g_strv_length (names), sizeof names[0], compare_names);

  g_autoptr (GPtrArray) sources = g_ptr_array_new_with_free_func (source_free);
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *path = g_strconcat (BUILTIN_FOLDER, names[i], NULL);
      g_autoptr (GBytes) bytes = g_resource_lookup_data (ruhu_schema_get_resource (), path, 0, error);
      if (bytes == NULL)
        return NULL;
      gsize length;
      const char *data = g_bytes_get_data (bytes, &length);
      g_autofree char *text = g_strndup (data, length);
      add_source (sources, names[i], text, 0);
    }
  return load_sources (g_steal_pointer (&sources), error);
}

RuhuCatalogue *
ruhu_catalogue_extend (RuhuCatalogue *self, const char *name, const char *text, GError **error)
{
  g_return_val_if_fail (self != NULL && name != NULL && text != NULL, NULL);

  GPtrArray *sources = g_ptr_array_new_with_free_func (source_free);
  guint layer = 0;
  for (guint i = 0; i < self->sources->len; i++)
    {
      RuhuCatalogueSource *source = g_ptr_array_index (self->sources, i);
      add_source (sources, source->name, source->text, source->layer);
      layer = MAX (layer, source->layer);
    }
  add_source (sources, name, text, layer + 1);
  return load_sources (sources, error);
}

RuhuCatalogue *
ruhu_catalogue_ref (RuhuCatalogue *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
ruhu_catalogue_unref (RuhuCatalogue *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->references))
    return;
  g_ptr_array_unref (self->rules);
  g_hash_table_unref (self->form_by_name);
  g_hash_table_unref (self->record_by_name);
  g_ptr_array_unref (self->records);
  g_hash_table_unref (self->choices_by_name);
  g_hash_table_unref (self->unit_by_name);
  g_string_chunk_free (self->strings);
  g_ptr_array_unref (self->sources);
  g_free (self);
}

void
ruhu_field_free (RuhuField *self)
{
  g_clear_pointer (&((RuhuFieldBody *) self)->regex, g_regex_unref);
  g_free (self);
}

void
ruhu_record_type_free (RuhuRecordType *self)
{
  g_ptr_array_unref (self->fields);
  g_ptr_array_unref (self->sections);
  g_clear_pointer (&self->key, g_ptr_array_unref);
  g_clear_pointer (&self->facts, g_ptr_array_unref);
  g_hash_table_unref (self->by_name);
  g_free (self);
}

void
ruhu_form_part_free (RuhuFormPart *self)
{
  g_ptr_array_unref (self->fields);
  g_clear_pointer (&self->choices, g_ptr_array_unref);
  g_free (self);
}

void
ruhu_form_step_free (RuhuFormStep *self)
{
  g_ptr_array_unref (self->parts);
  g_free (self);
}

void
ruhu_form_free (RuhuForm *self)
{
  g_ptr_array_unref (self->steps);
  g_free (self);
}

GRegex *
ruhu_field_get_regex (RuhuField *self)
{
  return ((RuhuFieldBody *) self)->regex;
}

GPtrArray *
ruhu_catalogue_get_records (RuhuCatalogue *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->records;
}

RuhuRecordType *
ruhu_catalogue_get_record (RuhuCatalogue *self, const char *name)
{
  g_return_val_if_fail (self != NULL && name != NULL, NULL);
  return g_hash_table_lookup (self->record_by_name, name);
}

RuhuChoiceList *
ruhu_catalogue_get_choices (RuhuCatalogue *self, const char *name)
{
  g_return_val_if_fail (self != NULL && name != NULL, NULL);
  return g_hash_table_lookup (self->choices_by_name, name);
}

RuhuForm *
ruhu_catalogue_get_form (RuhuCatalogue *self, const char *name)
{
  g_return_val_if_fail (self != NULL && name != NULL, NULL);
  return g_hash_table_lookup (self->form_by_name, name);
}

RuhuField *
ruhu_record_type_get_field (RuhuRecordType *self, const char *name)
{
  g_return_val_if_fail (self != NULL && name != NULL, NULL);
  return g_hash_table_lookup (self->by_name, name);
}

RuhuField *
ruhu_record_type_get_past_field (RuhuRecordType *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  for (guint i = 0; i < self->fields->len; i++)
    {
      RuhuField *field = g_ptr_array_index (self->fields, i);
      if (field->type == RUHU_TYPE_CHOICE && field->choices->has_past)
        return field;
    }
  return NULL;
}

RuhuField *
ruhu_record_type_get_year_field (RuhuRecordType *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  for (guint i = 0; self->key != NULL && i < self->key->len; i++)
    {
      RuhuField *field = ruhu_record_type_get_field (self, g_ptr_array_index (self->key, i));

      if (field != NULL && field->type == RUHU_TYPE_INTEGER && g_strcmp0 (field->unit, "year") == 0)
        return field;
    }
  return NULL;
}

RuhuPast
ruhu_record_type_get_past (RuhuRecordType *self, json_object *value)
{
  RuhuField *field = value != NULL ? ruhu_record_type_get_past_field (self) : NULL;
  RuhuChoice *choice = field != NULL ? ruhu_choice_list_get (field->choices, json_object_get_string (value)) : NULL;

  return choice != NULL ? choice->past : RUHU_PAST_NOT;
}

RuhuChoice *
ruhu_choice_list_get (RuhuChoiceList *self, const char *code)
{
  g_return_val_if_fail (self != NULL && code != NULL, NULL);

  for (guint i = 0; i < self->choices->len; i++)
    {
      RuhuChoice *choice = g_ptr_array_index (self->choices, i);
      if (strcmp (choice->code, code) == 0)
        return choice;
    }
  return NULL;
}

char *
ruhu_record_type_dup_table (RuhuRecordType *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return g_strconcat ("r_", self->name, NULL);
}

/* A key field's value as it enters the id's name; FALSE when it is missing or of the wrong type. */
static gboolean
append_key_value (GString *name, RuhuField *field, json_object *fields)
{
  json_object *value;

  if (!json_object_object_get_ex (fields, field->name, &value) || value == NULL)
    return FALSE;
  if (field->type == RUHU_TYPE_INTEGER || field->type == RUHU_TYPE_MONEY)
    {
      if (!json_object_is_type (value, json_type_int))
        return FALSE;
      g_string_append_printf (name, "\x1f%s=%" G_GINT64_FORMAT, field->name, json_object_get_int64 (value));
      return TRUE;
    }
  if (!json_object_is_type (value, json_type_string))
    return FALSE;
  g_string_append_printf (name, "\x1f%s=", field->name);
  g_string_append_len (name, json_object_get_string (value), json_object_get_string_len (value));
  return TRUE;
}

char *
ruhu_record_type_make_id (RuhuRecordType *self, const char *scope, json_object *fields)
{
  g_return_val_if_fail (self != NULL && scope != NULL, NULL);

  if (self->key == NULL)
    return NULL;
  g_autoptr (GString) name = g_string_new (scope);
  g_string_append_printf (name, "\x1f%s", self->name);
  for (guint i = 0; i < self->key->len; i++)
    if (!append_key_value (name, ruhu_record_type_get_field (self, g_ptr_array_index (self->key, i)), fields))
      return NULL;

  /* RFC 9562 section 5.5: SHA-1 over the namespace and the name, cut to 128 bits. */
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA1);
  guint8 digest[20];
  gsize length = sizeof digest;
  g_checksum_update (checksum, record_namespace, sizeof record_namespace);
  g_checksum_update (checksum, (const guchar *) name->str, (gssize) name->len);
  g_checksum_get_digest (checksum, digest, &length);
  digest[6] = (digest[6] & 0x0f) | 0x50;
  digest[8] = (digest[8] & 0x3f) | 0x80;

  GString *id = g_string_sized_new (36);
  for (guint i = 0; i < 16; i++)
    g_string_append_printf (id, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", digest[i]);
  return g_string_free (id, FALSE);
}

char *
ruhu_random_id (void)
{
  char *id = g_uuid_string_random ();
  guint64 now = (guint64) g_get_real_time () / 1000;
  char time[14];

  g_snprintf (time, sizeof time, "%08x-%04x", (guint) (now >> 16), (guint) (now & 0xffff));
  memcpy (id, time, sizeof time - 1);
  id[14] = '7';
  return id;
}

const char *
ruhu_label_get_for (const RuhuLabel *label, const char *language)
{
  g_return_val_if_fail (label != NULL && language != NULL, "");

  const char *text = g_str_has_prefix (language, "zh") ? label->zh_CN : label->en;
  return text != NULL ? text : "";
}

/* As gettext decides: in the C locale it translates nothing, whatever LANGUAGE says; a page must not be in two languages. */
const char *
ruhu_label_get (const RuhuLabel *label)
{
  const char *locale = setlocale (LC_MESSAGES, NULL);

  return ruhu_label_get_for (label, g_strcmp0 (locale, "C") == 0 ? "en" : g_get_language_names ()[0]);
}

const char *
ruhu_role_get_name (RuhuRole role)
{
  for (guint i = 0; i < G_N_ELEMENTS (roles); i++)
    if (roles[i].role == role)
      return roles[i].name;
  return NULL;
}

RuhuRole
ruhu_role_from_name (const char *name)
{
  for (guint i = 0; name != NULL && i < G_N_ELEMENTS (roles); i++)
    if (strcmp (roles[i].name, name) == 0)
      return roles[i].role;
  return 0;
}
