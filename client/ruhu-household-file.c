/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-household-file"

#include "config.h"

#include "ruhu-household-file.h"

#include "ruhu-cleanups.h"
#include "ruhu-describe.h"
#include "ruhu-error.h"
#include "ruhu-expression.h"

/* What one reading needs everywhere. */
typedef struct
{
  RuhuStore *store;
  RuhuRole role;
  char *today;
  GChecksum *checksum;
} Reading;

static void
line_free (gpointer data)
{
  RuhuFileLine *line = data;

  g_free (line->text);
  g_free (line);
}

static void
record_free (gpointer data)
{
  RuhuFileRecord *record = data;

  g_free (record->id);
  g_free (record->title);
  g_free (record->summary);
  g_ptr_array_unref (record->lines);
  g_free (record);
}

static void
group_free (gpointer data)
{
  RuhuFileGroup *group = data;

  g_ptr_array_unref (group->records);
  g_free (group);
}

void
ruhu_household_file_free (RuhuHouseholdFile *self)
{
  g_clear_pointer (&self->groups, g_ptr_array_unref);
  g_clear_pointer (&self->row, ruhu_household_row_free);
  g_clear_pointer (&self->catalogue, ruhu_catalogue_unref);
  g_free (self->id);
  g_free (self->draft);
  g_free (self->fingerprint);
  g_free (self);
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
  line->text = ruhu_describe_value (reading->store, field, value);
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

static RuhuFileRecord *
read_record (Reading *reading, RuhuRecordType *type, Phrase *title, Phrase *summary, RuhuRecord *stored)
{
  RuhuFileRecord *record = g_new0 (RuhuFileRecord, 1);

  record->id = g_strdup (stored->id);
  record->title = phrase_evaluate (title, reading, stored);
  record->summary = phrase_evaluate (summary, reading, stored);
  record->n_conflicts = stored->conflicts != NULL ? stored->conflicts->len : 0;
  record->delete_conflict = has_conflict (stored, "deleted");
  record->lines = g_ptr_array_new_with_free_func (line_free);
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

  return !g_str_equal (type->name, "household") && (form == NULL || form->record != type);
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
  if (stored == NULL || stored->len == 0)
    return group;
  phrase_init (&title, reading, type, type->title);
  phrase_init (&summary, reading, type, type->summary);
  for (guint i = 0; i < stored->len; i++)
    g_ptr_array_add (group->records, read_record (reading, type, &title, &summary, g_ptr_array_index (stored, i)));
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
    {
      reading_note (reading, self->row->head_name);
      reading_note (reading, self->row->village);
      return TRUE;
    }
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

RuhuHouseholdFile *
ruhu_household_file_read (RuhuStore *store, const char *id, GError **error)
{
  g_autoptr (RuhuHousehold) household = ruhu_store_open_household (store, id, error);
  g_autoptr (RuhuHouseholdFile) self = NULL;
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *today = ruhu_clock_today (ruhu_store_get_clock (store));
  Reading reading = { .store = store, .role = ruhu_store_get_role (store), .today = today, .checksum = checksum };

  if (household == NULL)
    return NULL;
  self = g_new0 (RuhuHouseholdFile, 1);
  self->id = g_strdup (id);
  self->seen = household->seen;
  self->catalogue = ruhu_catalogue_ref (ruhu_store_get_catalogue (store));
  if (!read_row (self, &reading, error))
    return NULL;
  self->draft = find_draft (store, id);
  reading_note (&reading, self->draft != NULL ? self->draft : "");
  read_groups (self, &reading, household);
  self->fingerprint = g_strdup (g_checksum_get_string (checksum));
  return g_steal_pointer (&self);
}
