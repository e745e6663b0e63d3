/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-household-card"

#include "config.h"

#include "ruhu-household-card.h"

#include "ruhu-cleanups.h"
#include "ruhu-describe.h"
#include "ruhu-money.h"

#include <glib/gi18n.h>

#define MAX_COLUMNS 7

/* Quarters, and the whole year before them. */
#define N_PERIODS 5

/* What one reading needs everywhere. */
typedef struct
{
  RuhuStore *store;
  RuhuHousehold *household;
  RuhuHouseholdCard *card;
} Reading;

static void
section_free (gpointer data)
{
  RuhuCardSection *section = data;

  g_free (section->heading);
  g_strfreev (section->columns);
  g_ptr_array_unref (section->rows);
  g_free (section);
}

void
ruhu_household_card_free (RuhuHouseholdCard *self)
{
  g_free (self->title);
  g_free (self->subtitle);
  g_clear_pointer (&self->sections, g_ptr_array_unref);
  g_free (self->footer);
  g_free (self);
}

static void
free_row (gpointer data)
{
  g_strfreev (data);
}

/* --- values --- */

static RuhuField *
get_field (Reading *reading, const char *type, const char *name)
{
  RuhuRecordType *record_type = ruhu_catalogue_get_record (ruhu_store_get_catalogue (reading->store), type);

  return record_type != NULL ? ruhu_record_type_get_field (record_type, name) : NULL;
}

static json_object *
get_value (RuhuRecord *record, const char *name)
{
  json_object *value = NULL;

  json_object_object_get_ex (record->fields, name, &value);
  return value;
}

static const char *
get_code (RuhuRecord *record, const char *name)
{
  json_object *value = get_value (record, name);

  return json_object_is_type (value, json_type_string) ? json_object_get_string (value) : "";
}

/* "" where nothing is recorded. */
static char *
describe (Reading *reading, const char *type, RuhuRecord *record, const char *name)
{
  RuhuField *field = get_field (reading, type, name);

  return field != NULL ? ruhu_describe_value (reading->store, field, get_value (record, name)) : g_strdup ("");
}

/* "3 animals": a figure and what it counts, each a field of its own. */
static char *
describe_quantity (Reading *reading, RuhuRecord *measure)
{
  g_autofree char *figure = describe (reading, "measure", measure, "qty");
  g_autofree char *unit = describe (reading, "measure", measure, "qty_unit");

  if (*figure == '\0' || *unit == '\0')
    return g_steal_pointer (&figure);
  return g_strdup_printf (C_ ("figure and unit", "%s %s"), figure, unit);
}

/* --- sections --- */

static RuhuCardSection *
new_section (const char *heading, const char *const *columns)
{
  RuhuCardSection *section = g_new0 (RuhuCardSection, 1);

  section->heading = g_strdup (heading);
  section->columns = g_strdupv ((char **) columns);
  section->rows = g_ptr_array_new_with_free_func (free_row);
  return section;
}

/* A section without rows says nothing. */
static void
add_section (Reading *reading, RuhuCardSection *section)
{
  if (section->rows->len > 0)
    g_ptr_array_add (reading->card->sections, section);
  else
    section_free (section);
}

/* A row of a record's fields. Takes nothing. */
static void
add_row (Reading *reading, RuhuCardSection *section, const char *type, RuhuRecord *record, const char *const *names)
{
  guint n = g_strv_length ((char **) names);
  char **row = g_new0 (char *, n + 1);

  for (guint i = 0; i < n; i++)
    row[i] = g_str_equal (names[i], "qty") ? describe_quantity (reading, record) : describe (reading, type, record, names[i]);
  g_ptr_array_add (section->rows, row);
}

static RuhuCardSection *
new_table (Reading *reading, const char *type, const char *const *names)
{
  const char *columns[MAX_COLUMNS + 1] = { NULL };
  RuhuRecordType *record_type = ruhu_catalogue_get_record (ruhu_store_get_catalogue (reading->store), type);

  for (guint i = 0; names[i] != NULL && i < MAX_COLUMNS; i++)
    columns[i] = ruhu_describe_field (record_type, names[i]);
  return new_section (record_type != NULL ? ruhu_label_get (&record_type->plural) : type, columns);
}

/* Those of a type's records that @wanted keeps (NULL: all), a row each. */
static void
add_table (Reading *reading, const char *type, const char *const *names, gboolean (*wanted) (RuhuRecord *record))
{
  GPtrArray *records = ruhu_household_get (reading->household, type);
  RuhuCardSection *section = new_table (reading, type, names);

  for (guint i = 0; records != NULL && i < records->len; i++)
    if (wanted == NULL || wanted (records->pdata[i]))
      add_row (reading, section, type, records->pdata[i], names);
  add_section (reading, section);
}

static void
add_pairs (Reading *reading, RuhuCardSection *section, const char *type, const char *const *names)
{
  GPtrArray *records = ruhu_household_get (reading->household, type);

  for (guint i = 0; records != NULL && records->len > 0 && names[i] != NULL; i++)
    {
      RuhuField *field = get_field (reading, type, names[i]);
      g_autofree char *value = describe (reading, type, records->pdata[0], names[i]);
      const char *row[] = { field != NULL ? ruhu_label_get (&field->label) : names[i], value, NULL };

      if (*value != '\0')
        g_ptr_array_add (section->rows, g_strdupv ((char **) row));
    }
}

static gboolean
is_member (RuhuRecord *person)
{
  const char *state = get_code (person, "member_state");

  return *state == '\0' || g_str_equal (state, "01") || *state == '1';
}

/* What was declined or broken off is nobody's business on a sheet of paper (guard-rail G4). */
static gboolean
is_going_on (RuhuRecord *measure)
{
  const char *state = get_code (measure, "state");

  return g_str_equal (state, "2") || g_str_equal (state, "3") || g_str_equal (state, "4");
}

static gboolean
is_open (RuhuRecord *problem)
{
  return !g_str_equal (get_code (problem, "state"), "4");
}

/* --- income --- */

static gint64
find_last_year (GPtrArray *lines)
{
  gint64 year = 0;

  for (guint i = 0; lines != NULL && i < lines->len; i++)
    year = MAX (year, json_object_get_int64 (get_value (lines->pdata[i], "year")));
  return year;
}

/* Sums of a class by period, the whole year's total last. TRUE if there is anything. */
static gboolean
sum_class (GPtrArray *lines, gint64 year, const char *class, gint64 sums[N_PERIODS + 1])
{
  gboolean any = FALSE;

  for (guint i = 0; i < lines->len; i++)
    {
      RuhuRecord *line = lines->pdata[i];
      gint64 amount = json_object_get_int64 (get_value (line, "amount"));
      guint period = (guint) CLAMP (g_ascii_strtoll (get_code (line, "period"), NULL, 10), 0, N_PERIODS - 1);

      if (json_object_get_int64 (get_value (line, "year")) != year || !g_str_equal (get_code (line, "cat"), class))
        continue;
      sums[period] += amount;
      sums[N_PERIODS] += amount;
      any = TRUE;
    }
  return any;
}

static char *
format_amount (gint64 amount)
{
  return amount != 0 ? ruhu_money_format (amount) : g_strdup ("");
}

static void
add_income_row (Reading *reading, RuhuCardSection *section, const char *label, const gint64 sums[N_PERIODS + 1])
{
  char **row = g_new0 (char *, N_PERIODS + 2);

  row[0] = g_strdup (label);
  for (guint i = 1; i < N_PERIODS; i++)
    row[i] = format_amount (sums[i]);
  row[N_PERIODS] = format_amount (sums[N_PERIODS]);
  g_ptr_array_add (section->rows, row);
}

/* By class and quarter; what was recorded for the whole year is in the last column only. */
static void
add_income (Reading *reading)
{
  const char *columns[] = { _ ("Class"), _ ("1st quarter"), _ ("2nd quarter"), _ ("3rd quarter"), _ ("4th quarter"), _ ("Whole year"), NULL };
  GPtrArray *lines = ruhu_household_get (reading->household, "income_line");
  RuhuField *class = get_field (reading, "income_line", "cat");
  gint64 year = find_last_year (lines);
  g_autofree char *heading = g_strdup_printf (_ ("Income in %d, in yuan"), (int) year);
  RuhuCardSection *section = new_section (heading, columns);

  for (guint i = 0; lines != NULL && class != NULL && i < class->choices->choices->len; i++)
    {
      RuhuChoice *choice = class->choices->choices->pdata[i];
      gint64 sums[N_PERIODS + 1] = { 0 };

      if (sum_class (lines, year, choice->code, sums))
        add_income_row (reading, section, ruhu_label_get (&choice->label), sums);
    }
  add_section (reading, section);
}

/* --- helpers --- */

static void
add_helpers (Reading *reading)
{
  const char *names[] = { "name", "unit_id", "phone", NULL };
  GPtrArray *assignments = ruhu_household_get (reading->household, "assignment");
  RuhuCardSection *section = new_table (reading, "helper", names);

  for (guint i = 0; assignments != NULL && i < assignments->len; i++)
    {
      RuhuRecord *assignment = assignments->pdata[i];
      const char *id = get_code (assignment, "helper_id");
      g_autoptr (RuhuRecord) helper = get_value (assignment, "to_date") == NULL ? ruhu_store_get_record (reading->store, "helper", id, NULL) : NULL;

      if (helper != NULL)
        add_row (reading, section, "helper", helper, names);
    }
  add_section (reading, section);
}

static void
add_household (Reading *reading)
{
  const char *names[] = { "head", "hh_no", "village_id", "group_name", "reg_class", "hh_type", "status", "size", NULL };
  RuhuCardSection *section = new_section (_ ("Household"), NULL);

  add_pairs (reading, section, "household", names);
  add_section (reading, section);
}

static void
add_home (Reading *reading)
{
  const char *housing[] = { "grade", "area", "structure", "built", NULL };
  const char *living[] = { "water_safe", "power", "tv", "net", "road", NULL };
  RuhuCardSection *section = new_section (_ ("House and supply"), NULL);

  add_pairs (reading, section, "housing", housing);
  add_pairs (reading, section, "living", living);
  add_section (reading, section);
}

RuhuHouseholdCard *
ruhu_household_card_read (RuhuStore *store, const char *household, GError **error)
{
  const char *person[] = { "name", "relation", "age", "school", "med_ins", "pension", "dibao", NULL };
  const char *measure[] = { "year", "kind", "qty", "paid", "state", NULL };
  const char *problem[] = { "kind", "description", "found", "deadline", "state", NULL };
  g_autoptr (RuhuHousehold) file = ruhu_store_open_household (store, household, error);
  g_autoptr (RuhuHouseholdCard) card = NULL;
  g_autofree char *today = NULL;
  Reading reading = { store, file, NULL };

  if (file == NULL)
    return NULL;
  card = g_new0 (RuhuHouseholdCard, 1);
  reading.card = card;
  card->sections = g_ptr_array_new_with_free_func (section_free);
  card->title = g_strdup (_ ("Household Card"));
  card->subtitle = ruhu_store_get_meta (store, "township_name", NULL);
  add_household (&reading);
  add_table (&reading, "person", person, is_member);
  add_home (&reading);
  add_income (&reading);
  add_table (&reading, "measure", measure, is_going_on);
  add_table (&reading, "problem", problem, is_open);
  add_helpers (&reading);
  today = ruhu_describe_time (g_get_real_time () / G_USEC_PER_SEC);
  today[10] = '\0';
  card->footer = g_strdup_printf (_ ("As recorded on %s. If anything is wrong, tell the helper or the township office, and it will be corrected. Supervision: telephone 12317."), today);
  return g_steal_pointer (&card);
}
