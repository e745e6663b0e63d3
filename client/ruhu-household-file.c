/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-household-file"

#include "config.h"

#include "ruhu-household-file.h"

#include "ruhu-cleanups.h"
#include "ruhu-describe.h"
#include "ruhu-error.h"
#include "ruhu-expression.h"
#include "ruhu-file-digest.h"
#include "ruhu-store-removed.h"
#include "ruhu-validate.h"

#include <string.h>

/* What one reading needs everywhere. */
typedef struct
{
  RuhuStore *store;
  RuhuRole role;
  const char *today;
  GHashTable *own; /* ids of what this user wrote */
  GChecksum *checksum;
} Reading;

static void
line_free (gpointer data)
{
  RuhuFileLine *line = data;

  g_free (line->text);
  g_free (line->origin);
  g_free (line);
}

static void
tag_free (gpointer data)
{
  RuhuFileTag *tag = data;

  g_free (tag->text);
  g_free (tag);
}

static void
step_free (gpointer data)
{
  RuhuFileStep *step = data;

  g_free (step->code);
  g_free (step->date);
  g_free (step);
}

static void
helper_free (gpointer data)
{
  RuhuFileHelper *helper = data;

  g_free (helper->id);
  g_free (helper->name);
  g_free (helper->post);
  g_free (helper->phone);
  g_free (helper);
}

static void
record_free (gpointer data)
{
  RuhuFileRecord *record = data;

  g_free (record->id);
  g_free (record->title);
  g_free (record->summary);
  g_ptr_array_unref (record->lines);
  g_ptr_array_unref (record->tags);
  g_clear_pointer (&record->origins, g_ptr_array_unref);
  g_clear_pointer (&record->steps, g_ptr_array_unref);
  json_object_put (record->fields);
  g_free (record);
}

static void
group_free (gpointer data)
{
  RuhuFileGroup *group = data;

  g_ptr_array_unref (group->records);
  g_free (group->fingerprint);
  g_free (group);
}

static void
clear (gpointer data)
{
  RuhuHouseholdFile *self = data;

  g_clear_pointer (&self->groups, g_ptr_array_unref);
  g_clear_pointer (&self->helpers, g_ptr_array_unref);
  g_clear_pointer (&self->income, g_ptr_array_unref);
  g_clear_pointer (&self->row, ruhu_household_row_free);
  g_clear_pointer (&self->catalogue, ruhu_catalogue_unref);
  g_free (self->id);
  g_free (self->today);
  g_free (self->user);
  g_free (self->draft);
  g_free (self->fingerprint);
}

RuhuHouseholdFile *
ruhu_household_file_ref (RuhuHouseholdFile *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
ruhu_household_file_free (RuhuHouseholdFile *self)
{
  g_atomic_rc_box_release_full (self, clear);
}

const RuhuFileGroup *
ruhu_household_file_get_group (const RuhuHouseholdFile *self, const char *type)
{
  for (guint i = 0; i < self->groups->len; i++)
    {
      const RuhuFileGroup *group = g_ptr_array_index (self->groups, i);

      if (g_str_equal (group->type->name, type))
        return group;
    }
  return NULL;
}

const RuhuFileRecord *
ruhu_household_file_find (const RuhuHouseholdFile *self, const char *type, const char *id)
{
  const RuhuFileGroup *group = ruhu_household_file_get_group (self, type);

  for (guint i = 0; group != NULL && id != NULL && i < group->records->len; i++)
    {
      const RuhuFileRecord *record = g_ptr_array_index (group->records, i);

      if (g_str_equal (record->id, id))
        return record;
    }
  return NULL;
}

const char *
ruhu_file_record_get_text (const RuhuFileRecord *self, const char *field)
{
  for (guint i = 0; i < self->lines->len; i++)
    {
      const RuhuFileLine *line = g_ptr_array_index (self->lines, i);

      if (g_str_equal (line->field->name, field))
        return line->text;
    }
  return "";
}

const char *
ruhu_file_record_get (const RuhuFileRecord *self, const char *field)
{
  json_object *value = json_object_object_get (self->fields, field);

  return json_object_is_type (value, json_type_string) ? json_object_get_string (value) : NULL;
}

gint64
ruhu_file_record_get_integer (const RuhuFileRecord *self, const char *field)
{
  return json_object_get_int64 (json_object_object_get (self->fields, field));
}

gboolean
ruhu_file_record_is_true (const RuhuFileRecord *self, const char *field)
{
  return json_object_get_int64 (json_object_object_get (self->fields, field)) != 0;
}

gboolean
ruhu_file_record_has (const RuhuFileRecord *self, const char *field)
{
  return json_object_object_get (self->fields, field) != NULL;
}

/* A part of the reading has a checksum of its own. */
static char *
reading_take_checksum (Reading *reading)
{
  char *text = g_strdup (g_checksum_get_string (reading->checksum));

  g_checksum_reset (reading->checksum);
  return text;
}

static void
reading_note (Reading *reading, const char *text)
{
  /* With its end, so that "a","b" and "ab","" differ. */
  g_checksum_update (reading->checksum, (const guchar *) text, (gssize) strlen (text) + 1);
}

static gboolean
has_conflict (RuhuRecord *record, const char *field)
{
  for (guint i = 0; record->conflicts != NULL && i < record->conflicts->len; i++)
    if (g_str_equal (g_ptr_array_index (record->conflicts, i), field))
      return TRUE;
  return FALSE;
}

static RuhuFileLine *
read_line (Reading *reading, RuhuField *field, RuhuRecord *record)
{
  RuhuFileLine *line = g_new0 (RuhuFileLine, 1);
  json_object *value = NULL;

  json_object_object_get_ex (record->fields, field->name, &value);
  line->field = field;
  line->text = ruhu_describe_masked (reading->store, field, value);
  line->conflict = has_conflict (record, field->name);
  reading_note (reading, field->name);
  reading_note (reading, line->text);
  reading_note (reading, line->conflict ? "!" : "");
  return line;
}

/* An expression of a record type, ready to be evaluated for each of its records. */
typedef struct
{
  RuhuField *bare; /* it is just this field */
  RuhuExpression *compiled;
} Phrase;

static void
phrase_clear (Phrase *phrase)
{
  g_clear_pointer (&phrase->compiled, ruhu_expression_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Phrase, phrase_clear)

static void
phrase_init (Phrase *phrase, Reading *reading, RuhuRecordType *type, const char *sql)
{
  g_autoptr (GError) error = NULL;

  phrase->bare = ruhu_describe_bare_field (type, sql);
  if (sql == NULL || phrase->bare != NULL)
    return;
  phrase->compiled = ruhu_expression_new (ruhu_store_get_database (reading->store), type, sql, &error);
  if (phrase->compiled == NULL)
    g_debug ("An expression of “%s” does not compile: %s", type->name, error->message);
}

/* "" where there is none, or it does not work out: the record itself is shown all the same. */
static char *
phrase_evaluate (Phrase *phrase, Reading *reading, RuhuRecord *record)
{
  g_autoptr (GError) error = NULL;
  json_object *value = NULL;
  char *text;

  if (phrase->bare != NULL)
    {
      json_object_object_get_ex (record->fields, phrase->bare->name, &value);
      return ruhu_describe_value (reading->store, phrase->bare, value);
    }
  if (phrase->compiled == NULL)
    return g_strdup ("");
  if (!ruhu_expression_evaluate (phrase->compiled, record->id, record->scope, record->fields, reading->today, &value, &error))
    {
      g_debug ("An expression does not work out: %s", error->message);
      return g_strdup ("");
    }
  text = g_strdup (value != NULL ? json_object_get_string (value) : "");
  json_object_put (value);
  return text;
}

/* Types whose records say who wrote them: it is part of what they are, or the evidence for it. */
static gboolean
has_origins (RuhuRecordType *type)
{
  static const char *const types[] = { "assessment", "visit", "amendment", "photo", NULL };

  return g_strv_contains (types, type->name);
}

static void
read_origins (Reading *reading, RuhuRecordType *type, RuhuFileRecord *record)
{
  g_autoptr (GError) error = NULL;

  record->origins = ruhu_store_get_origins (reading->store, type->name, record->id, &error);
  if (record->origins == NULL)
    {
      g_debug ("Where a record comes from cannot be read: %s", error->message);
      return;
    }
  for (guint i = 0; i < record->lines->len; i++)
    {
      RuhuFileLine *line = g_ptr_array_index (record->lines, i);
      const RuhuOrigin *origin = ruhu_origins_find (record->origins, line->field->name);

      if (origin != NULL)
        line->origin = ruhu_describe_origin (origin->by_name, origin->time, origin->visit, origin->visit_date);
    }
}

/* The date that the same change gave. */
static char *
find_date (GPtrArray *dates, const RuhuVersion *stage)
{
  for (guint i = 0; i < dates->len; i++)
    {
      const RuhuVersion *date = g_ptr_array_index (dates, i);

      if (date->seq == stage->seq && g_str_equal (date->device, stage->device))
        return g_strdup (json_object_get_string (date->value));
    }
  return NULL;
}

/* A repair's stage is written over the one before: those before are in the log. */
static void
read_steps (Reading *reading, RuhuRecordType *type, RuhuFileRecord *record)
{
  g_autoptr (GPtrArray) stages = ruhu_store_get_history (reading->store, type->name, record->id, "stage", NULL);
  g_autoptr (GPtrArray) dates = ruhu_store_get_history (reading->store, type->name, record->id, "stage_date", NULL);

  record->steps = g_ptr_array_new_with_free_func (step_free);
  for (guint i = 0; stages != NULL && dates != NULL && i < stages->len; i++)
    {
      const RuhuVersion *stage = g_ptr_array_index (stages, i);
      RuhuFileStep *step;

      if (stage->value == NULL)
        continue;
      step = g_new0 (RuhuFileStep, 1);
      step->code = g_strdup (json_object_get_string (stage->value));
      step->date = find_date (dates, stage);
      g_ptr_array_add (record->steps, step);
    }
}

/* What a household has but one of is edited; what is permanent stays, whoever asks. */
static gboolean
may_remove (Reading *reading, RuhuRecordType *type, const char *record)
{
  gboolean is_own = reading->own != NULL && g_hash_table_contains (reading->own, record);

  return !type->permanent && (type->key == NULL || type->key->len > 0) && ruhu_validate_may_remove (type, reading->role, is_own);
}

static RuhuFileRecord *
read_record (Reading *reading, RuhuRecordType *type, Phrase *title, Phrase *summary, RuhuRecord *stored)
{
  RuhuFileRecord *record = g_new0 (RuhuFileRecord, 1);

  record->id = g_strdup (stored->id);
  record->title = phrase_evaluate (title, reading, stored);
  record->summary = phrase_evaluate (summary, reading, stored);
  record->n_conflicts = stored->conflicts != NULL ? stored->conflicts->len : 0;
  record->delete_conflict = has_conflict (stored, "deleted");
  record->may_remove = may_remove (reading, type, stored->id);
  record->lines = g_ptr_array_new_with_free_func (line_free);
  record->tags = g_ptr_array_new_with_free_func (tag_free);
  record->fields = json_object_get (stored->fields);
  reading_note (reading, record->id);
  reading_note (reading, record->title);
  reading_note (reading, record->summary);
  reading_note (reading, record->delete_conflict ? "!" : "");
  for (guint i = 0; i < type->fields->len; i++)
    {
      RuhuField *field = g_ptr_array_index (type->fields, i);
      RuhuFileLine *line = read_line (reading, field, stored);

      if (field->retired && *line->text == '\0' && !line->conflict)
        line_free (line);
      else
        g_ptr_array_add (record->lines, line);
    }
  if (has_origins (type))
    read_origins (reading, type, record);
  if (g_str_equal (type->name, "repair"))
    read_steps (reading, type, record);
  return record;
}

static gboolean
may_write (RuhuRecordType *type, RuhuRole role)
{
  for (guint i = 0; i < type->fields->len; i++)
    {
      RuhuField *field = g_ptr_array_index (type->fields, i);

      if (field->calculate == NULL && !field->retired && (field->writers & role) != 0)
        return TRUE;
    }
  return FALSE;
}

/* A record that comes into being with others' work is not added by hand: the household itself by the register, a visit by its form. */
static gboolean
is_made_by_hand (RuhuCatalogue *catalogue, RuhuRecordType *type)
{
  RuhuForm *form = ruhu_catalogue_get_form (catalogue, type->name);

  return type->by_hand && !g_str_equal (type->name, "household") && (form == NULL || form->record != type);
}

static RuhuFileGroup *
read_group (Reading *reading, RuhuCatalogue *catalogue, RuhuRecordType *type, GPtrArray *stored)
{
  RuhuFileGroup *group = g_new0 (RuhuFileGroup, 1);
  g_auto (Phrase) title = { NULL };
  g_auto (Phrase) summary = { NULL };
  gboolean may = may_write (type, reading->role);

  group->type = type;
  group->single = g_str_equal (type->name, "household") || (type->key != NULL && type->key->len == 0);
  group->may_add = may && is_made_by_hand (catalogue, type);
  group->may_edit = may && !type->append_only;
  group->records = g_ptr_array_new_with_free_func (record_free);
  reading_note (reading, type->name);
  if (stored != NULL && stored->len > 0)
    {
      phrase_init (&title, reading, type, type->title);
      phrase_init (&summary, reading, type, type->summary);
    }
  for (guint i = 0; stored != NULL && i < stored->len; i++)
    g_ptr_array_add (group->records, read_record (reading, type, &title, &summary, g_ptr_array_index (stored, i)));
  group->fingerprint = reading_take_checksum (reading);
  return group;
}

static char *
find_draft (RuhuStore *store, const char *household)
{
  g_autoptr (GPtrArray) drafts = ruhu_store_list_drafts (store, household, NULL);

  for (guint i = 0; drafts != NULL && i < drafts->len; i++)
    {
      RuhuDraft *draft = g_ptr_array_index (drafts, i);

      if (g_str_equal (draft->kind, "visit"))
        return g_strdup (draft->id);
    }
  return NULL;
}

static gboolean
read_row (RuhuHouseholdFile *self, Reading *reading, GError **error)
{
  g_autoptr (GError) local = NULL;

  self->row = ruhu_store_get_household_row (reading->store, self->id, &local);
  if (self->row != NULL)
    return TRUE;
  if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  else
    g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_NOT_FOUND, "the household is not on this laptop");
  return FALSE;
}

static void
read_groups (RuhuHouseholdFile *self, Reading *reading, RuhuHousehold *household)
{
  GPtrArray *types = ruhu_catalogue_get_records (self->catalogue);

  self->groups = g_ptr_array_new_with_free_func (group_free);
  for (guint i = 0; i < types->len; i++)
    {
      RuhuRecordType *type = g_ptr_array_index (types, i);

      if (type->belongs == RUHU_BELONGS_HOUSEHOLD)
        g_ptr_array_add (self->groups, read_group (reading, self->catalogue, type, ruhu_household_get (household, type->name)));
    }
}

static void
read_helper (RuhuHouseholdFile *self, RuhuStore *store, const RuhuFileRecord *assignment)
{
  const char *id = ruhu_file_record_get (assignment, "helper_id");
  const char *until = ruhu_file_record_get (assignment, "to_date");
  g_autoptr (RuhuRecord) record = NULL;
  RuhuFileHelper *helper;
  const char *phone;

  if (id == NULL || (until != NULL && strcmp (until, self->today) < 0))
    return;
  record = ruhu_store_get_record (store, "helper", id, NULL);
  phone = record != NULL ? json_object_get_string (json_object_object_get (record->fields, "phone")) : NULL;
  helper = g_new0 (RuhuFileHelper, 1);
  helper->id = g_strdup (id);
  helper->name = g_strdup (ruhu_file_record_get_text (assignment, "helper_id"));
  helper->post = g_strdup (ruhu_file_record_get_text (assignment, "post"));
  helper->phone = g_strdup (phone != NULL ? phone : "");
  g_ptr_array_add (self->helpers, helper);
}

static void
read_helpers (RuhuHouseholdFile *self, RuhuStore *store)
{
  const RuhuFileGroup *group = ruhu_household_file_get_group (self, "assignment");

  self->helpers = g_ptr_array_new_with_free_func (helper_free);
  for (guint i = 0; group != NULL && i < group->records->len; i++)
    read_helper (self, store, g_ptr_array_index (group->records, i));
}

/* Everything that is shown goes into it; where the reading stands in the log does not. */
static void
finish_fingerprint (RuhuHouseholdFile *self, Reading *reading)
{
  reading_note (reading, self->today);
  reading_note (reading, self->row->head_name);
  reading_note (reading, self->row->village);
  reading_note (reading, self->draft != NULL ? self->draft : "");
  for (guint i = 0; i < self->helpers->len; i++)
    reading_note (reading, ((RuhuFileHelper *) g_ptr_array_index (self->helpers, i))->phone);
  for (guint i = 0; i < self->groups->len; i++)
    reading_note (reading, ((RuhuFileGroup *) g_ptr_array_index (self->groups, i))->fingerprint);
  self->fingerprint = reading_take_checksum (reading);
}

RuhuHouseholdFile *
ruhu_household_file_read (RuhuStore *store, const char *id, GError **error)
{
  g_autoptr (RuhuHousehold) household = ruhu_store_open_household (store, id, error);
  g_autoptr (RuhuHouseholdFile) self = NULL;
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (GHashTable) own = NULL;
  Reading reading = { .store = store, .role = ruhu_store_get_role (store), .checksum = checksum };

  if (household == NULL)
    return NULL;
  self = g_atomic_rc_box_new0 (RuhuHouseholdFile);
  self->id = g_strdup (id);
  self->seen = household->seen;
  self->role = reading.role;
  self->today = ruhu_clock_today (ruhu_store_get_clock (store));
  self->user = ruhu_store_get_meta (store, "user", NULL);
  self->catalogue = ruhu_catalogue_ref (ruhu_store_get_catalogue (store));
  reading.today = self->today;
  reading.own = own = ruhu_store_list_own (store, id, error);
  if (own == NULL)
    return NULL;
  if (!read_row (self, &reading, error))
    return NULL;
  self->draft = find_draft (store, id);
  read_groups (self, &reading, household);
  read_helpers (self, store);
  self->income = ruhu_income_summary (ruhu_store_get_database (store), id, error);
  if (self->income == NULL)
    return NULL;
  ruhu_file_digest (self);
  finish_fingerprint (self, &reading);
  return g_steal_pointer (&self);
}
