/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-file-digest"

#include "config.h"

#include "ruhu-file-digest.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

static gboolean
is_code (const RuhuFileRecord *record, const char *field, const char *code)
{
  return g_strcmp0 (ruhu_file_record_get (record, field), code) == 0;
}

static void
add_tag (RuhuFileRecord *record, RuhuTagStyle style, const char *text)
{
  RuhuFileTag *tag;

  if (*text == '\0')
    return;
  tag = g_new0 (RuhuFileTag, 1);
  tag->text = g_strdup (text);
  tag->style = style;
  g_ptr_array_add (record->tags, tag);
}

/* A second line grows part by part. */
static void
append (GString *line, const char *text)
{
  if (text == NULL || *text == '\0')
    return;
  if (line->len > 0)
    g_string_append (line, " · ");
  g_string_append (line, text);
}

/* "Due 2018-07-01". @format is translated; nothing is appended where the field is empty. */
static void
append_field (GString *line, const char *format, const RuhuFileRecord *record, const char *field)
{
  const char *text = ruhu_file_record_get_text (record, field);
  g_auto (GStrv) parts = NULL;

  if (*text == '\0')
    return;
  parts = g_strsplit (format, "%s", 2);
  if (line->len > 0)
    g_string_append (line, " · ");
  g_string_append_printf (line, "%s%s%s", parts[0], text, parts[1] != NULL ? parts[1] : "");
}

static void
take_title (RuhuFileRecord *record, char *title)
{
  g_free (record->title);
  record->title = title;
}

static void
take_summary (RuhuFileRecord *record, GString *summary)
{
  g_free (record->summary);
  record->summary = g_string_free (summary, FALSE);
}

int
ruhu_file_days_between (const char *from, const char *to)
{
  GDate a, b;
  int y, m, d, z, n, e;

  if (sscanf (from, "%d-%d-%d", &y, &m, &d) != 3 || sscanf (to, "%d-%d-%d", &z, &n, &e) != 3 ||
      !g_date_valid_dmy ((GDateDay) d, (GDateMonth) m, (GDateYear) y) || !g_date_valid_dmy ((GDateDay) e, (GDateMonth) n, (GDateYear) z))
    return 0;
  g_date_clear (&a, 1);
  g_date_clear (&b, 1);
  g_date_set_dmy (&a, (GDateDay) d, (GDateMonth) m, (GDateYear) y);
  g_date_set_dmy (&b, (GDateDay) e, (GDateMonth) n, (GDateYear) z);
  return g_date_days_between (&a, &b);
}

static void
digest_person (RuhuHouseholdFile *self, RuhuFileRecord *person)
{
  GString *line = g_string_new (NULL);
  const char *school = ruhu_file_record_get (person, "school");
  const char *head = ruhu_file_record_get (ruhu_household_file_find (self, "household", self->id), "head");

  append (line, ruhu_file_record_get_text (person, "relation"));
  append (line, ruhu_file_record_get_text (person, "age"));
  if (school != NULL && !g_str_equal (school, "01"))
    append (line, ruhu_file_record_get_text (person, "school"));
  append (line, ruhu_file_record_get_text (person, "health"));
  append (line, ruhu_file_record_get_text (person, "labour"));
  append (line, ruhu_file_record_get_text (person, "work_area"));
  if (!is_code (person, "med_ins", "0"))
    append (line, ruhu_file_record_get_text (person, "med_ins"));
  append_field (line, _ ("pension: %s"), person, "pension");
  take_summary (person, line);
  if (person->past)
    add_tag (person, RUHU_TAG_PLAIN, ruhu_file_record_get_text (person, "member_state"));
  else if (g_strcmp0 (head, person->id) == 0)
    add_tag (person, RUHU_TAG_PLAIN, _ ("Head"));
  if (ruhu_file_record_is_true (person, "dibao"))
    add_tag (person, RUHU_TAG_GOOD, _ ("Subsistence allowance"));
  if (ruhu_file_record_is_true (person, "tekun"))
    add_tag (person, RUHU_TAG_GOOD, _ ("Special support"));
  if (!person->past && is_code (person, "med_ins", "0"))
    add_tag (person, RUHU_TAG_WRONG, _ ("No medical insurance"));
}

gboolean
ruhu_file_problem_is_overdue (const RuhuHouseholdFile *self, const RuhuFileRecord *problem, int *days)
{
  const char *deadline = ruhu_file_record_get (problem, "deadline");

  *days = 0;
  if (deadline == NULL || is_code (problem, "state", "4"))
    return FALSE;
  *days = ruhu_file_days_between (deadline, self->today);
  return *days > 0;
}

static void
tag_deadline (RuhuHouseholdFile *self, RuhuFileRecord *problem)
{
  g_autofree char *text = NULL;
  gboolean overdue;
  int days;

  if (ruhu_file_record_get (problem, "deadline") == NULL)
    return;
  overdue = ruhu_file_problem_is_overdue (self, problem, &days);
  if (overdue)
    text = g_strdup_printf (ngettext ("%d day overdue", "%d days overdue", (gulong) days), days);
  else if (days == 0)
    text = g_strdup (_ ("Due today"));
  else
    text = g_strdup_printf (ngettext ("%d day left", "%d days left", (gulong) -days), -days);
  add_tag (problem, overdue ? RUHU_TAG_WRONG : -days <= 3 ? RUHU_TAG_CAUTION
                                                          : RUHU_TAG_PLAIN,
           text);
}

static void
digest_problem (RuhuHouseholdFile *self, RuhuFileRecord *problem)
{
  const char *description = ruhu_file_record_get_text (problem, "description");
  const char *kind = ruhu_file_record_get_text (problem, "kind");
  GString *line = g_string_new (NULL);

  take_title (problem, g_strdup (*description != '\0' ? description : kind));
  append (line, *description != '\0' ? kind : "");
  append_field (line, _ ("found %s"), problem, "found");
  append_field (line, problem->past ? _ ("closed %s") : _ ("to be solved by %s"), problem, problem->past ? "closed_on" : "deadline");
  append_field (line, _ ("responsible: %s"), problem, "owner");
  append (line, ruhu_file_record_get_text (problem, "fix"));
  take_summary (problem, line);
  add_tag (problem, is_code (problem, "state", "5") ? RUHU_TAG_CAUTION : problem->past ? RUHU_TAG_GOOD
                                                                                       : RUHU_TAG_PLAIN,
           ruhu_file_record_get_text (problem, "state"));
  if (!problem->past)
    tag_deadline (self, problem);
}

/* What a consent is about, by the kind of measure; NULL where none is needed. */
static const char *
get_consent_subject (const char *kind)
{
  if (kind == NULL)
    return NULL;
  if (g_str_equal (kind, "401"))
    return "2";
  if (g_str_equal (kind, "402"))
    return "4";
  return g_str_has_prefix (kind, "42") ? "3" : NULL;
}

static gboolean
is_about (const RuhuFileRecord *consent, const RuhuFileRecord *measure)
{
  const char *about = ruhu_file_record_get (consent, "measure_id");
  const char *subject = get_consent_subject (ruhu_file_record_get (measure, "kind"));

  if (about != NULL)
    return g_str_equal (about, measure->id);
  return subject != NULL && is_code (consent, "subject", subject) && g_strcmp0 (ruhu_file_record_get (consent, "person_id"), ruhu_file_record_get (measure, "person_id")) == 0;
}

const RuhuFileRecord *
ruhu_file_find_consent (const RuhuHouseholdFile *self, const RuhuFileRecord *measure)
{
  const RuhuFileGroup *group = ruhu_household_file_get_group (self, "consent");

  for (guint i = 0; group != NULL && i < group->records->len; i++)
    if (is_about (g_ptr_array_index (group->records, i), measure))
      return g_ptr_array_index (group->records, i);
  return NULL;
}

/* To decline is one of the ways in which a measure ends: it looks like the others. */
static void
digest_measure (RuhuHouseholdFile *self, RuhuFileRecord *measure)
{
  const char *state = ruhu_file_record_get (measure, "state");
  const RuhuFileRecord *consent = ruhu_file_find_consent (self, measure);
  const char *qty = ruhu_file_record_get_text (measure, "qty");
  GString *line = g_string_new (NULL);

  if (*qty != '\0')
    take_title (measure, g_strdup_printf ("%s · %s%s", ruhu_file_record_get_text (measure, "kind"), qty, ruhu_file_record_get_text (measure, "qty_unit")));
  append (line, ruhu_file_record_get_text (measure, "year"));
  append (line, ruhu_file_record_get_text (measure, "person_id"));
  append_field (line, _ ("planned %s"), measure, "planned");
  append_field (line, _ ("paid %s"), measure, "paid");
  if (measure->past)
    append_field (line, _ ("done %s"), measure, "done");
  else
    append_field (line, _ ("due %s"), measure, "due");
  append_field (line, _ ("receipt confirmed %s"), measure, "ack_on");
  take_summary (measure, line);
  add_tag (measure, g_strcmp0 (state, "4") == 0 ? RUHU_TAG_GOOD : RUHU_TAG_PLAIN, ruhu_file_record_get_text (measure, "state"));
  if (consent != NULL && g_strcmp0 (state, "6") != 0)
    {
      g_autofree char *text = g_strdup_printf (_ ("Consent: %s"), ruhu_file_record_get_text (consent, "decision"));

      add_tag (measure, RUHU_TAG_PLAIN, text);
    }
}

static void
digest_consent (RuhuHouseholdFile *self, RuhuFileRecord *consent)
{
  GString *line = g_string_new (NULL);

  append (line, ruhu_file_record_get_text (consent, "person_id"));
  append (line, ruhu_file_record_get_text (consent, "date"));
  take_summary (consent, line);
  add_tag (consent, RUHU_TAG_PLAIN, ruhu_file_record_get_text (consent, "decision"));
}

const RuhuFileRecord *
ruhu_file_find_plan (const RuhuHouseholdFile *self)
{
  const RuhuFileGroup *group = ruhu_household_file_get_group (self, "plan");

  if (group == NULL || group->records->len == 0)
    return NULL;
  for (guint i = 0; i < group->records->len; i++)
    if (ruhu_file_record_is_true (g_ptr_array_index (group->records, i), "agreed"))
      return g_ptr_array_index (group->records, i);
  return g_ptr_array_index (group->records, 0);
}

static void
digest_plan (RuhuHouseholdFile *self, RuhuFileRecord *plan)
{
  gboolean current = plan == ruhu_file_find_plan (self);

  plan->past = !current;
  if (current)
    add_tag (plan, RUHU_TAG_PLAIN, _ ("In force"));
  if (ruhu_file_record_is_true (plan, "agreed"))
    {
      const char *on = ruhu_file_record_get_text (plan, "agreed_on");
      g_autofree char *text = *on != '\0' ? g_strdup_printf (_ ("Household agreed on %s"), on) : g_strdup (_ ("Household agreed"));

      add_tag (plan, RUHU_TAG_GOOD, text);
    }
  else
    {
      add_tag (plan, RUHU_TAG_PLAIN, _ ("Not agreed yet"));
    }
}

/* What it was, of which year, how much and whose. */
static void
digest_income_line (RuhuHouseholdFile *self, RuhuFileRecord *income)
{
  GString *line = g_string_new (NULL);

  append (line, ruhu_file_record_get_text (income, "year"));
  append (line, ruhu_file_record_get_text (income, "amount"));
  append (line, ruhu_file_record_get_text (income, "person_id"));
  take_summary (income, line);
}

static void
digest_repair (RuhuHouseholdFile *self, RuhuFileRecord *repair)
{
  GString *line = g_string_new (NULL);
  const char *method = ruhu_file_record_get_text (repair, "method");

  if (*method != '\0')
    take_title (repair, g_strdup (method));
  append_field (line, _ ("since %s"), repair, "stage_date");
  append_field (line, _ ("subsidy %s"), repair, "subsidy");
  take_summary (repair, line);
  add_tag (repair, RUHU_TAG_PLAIN, ruhu_file_record_get_text (repair, "stage"));
  if (repair->past && ruhu_file_record_has (repair, "water_on") && !ruhu_file_record_is_true (repair, "water_on"))
    add_tag (repair, RUHU_TAG_WRONG, _ ("No water yet"));
  if (repair->past && ruhu_file_record_has (repair, "power_on") && !ruhu_file_record_is_true (repair, "power_on"))
    add_tag (repair, RUHU_TAG_WRONG, _ ("No power yet"));
}

const RuhuFileRecord *
ruhu_file_find_assessment (const RuhuHouseholdFile *self)
{
  const RuhuFileGroup *group = ruhu_household_file_get_group (self, "assessment");

  return group != NULL && group->records->len > 0 ? g_ptr_array_index (group->records, 0) : NULL;
}

static void
digest_assessment (RuhuHouseholdFile *self, RuhuFileRecord *assessment)
{
  assessment->past = assessment != ruhu_file_find_assessment (self);
}

static void
digest_visit (RuhuHouseholdFile *self, RuhuFileRecord *visit)
{
  const RuhuFileGroup *amendments = ruhu_household_file_get_group (self, "amendment");
  const RuhuOrigin *origin = visit->origins != NULL && visit->origins->len > 0 ? g_ptr_array_index (visit->origins, 0) : NULL;
  GString *line = g_string_new (NULL);
  guint n = 0;

  if (origin != NULL)
    append (line, origin->by_name);
  append (line, ruhu_file_record_get_text (visit, "companion"));
  append (line, ruhu_file_record_get_text (visit, "minutes"));
  append (line, ruhu_file_record_get_text (visit, "summary"));
  take_summary (visit, line);
  add_tag (visit, is_code (visit, "outcome", "1") ? RUHU_TAG_GOOD : RUHU_TAG_PLAIN, ruhu_file_record_get_text (visit, "outcome"));
  add_tag (visit, RUHU_TAG_PLAIN, _ ("Sealed"));
  if (origin != NULL && origin->position == 0)
    add_tag (visit, RUHU_TAG_CAUTION, _ ("Waiting to be sent"));
  for (guint i = 0; amendments != NULL && i < amendments->records->len; i++)
    n += is_code (g_ptr_array_index (amendments->records, i), "visit_id", visit->id);
  if (n > 0)
    {
      g_autofree char *text = g_strdup_printf (ngettext ("%u amendment", "%u amendments", n), n);

      add_tag (visit, RUHU_TAG_CAUTION, text);
    }
}

static const struct
{
  const char *type;
  void (*digest) (RuhuHouseholdFile *self, RuhuFileRecord *record);
} digests[] = {
  { "assessment", digest_assessment },
  { "consent", digest_consent },
  { "income_line", digest_income_line },
  { "measure", digest_measure },
  { "person", digest_person },
  { "plan", digest_plan },
  { "problem", digest_problem },
  { "repair", digest_repair },
  { "visit", digest_visit },
};

/* Those that are over come last, else in the catalogue's order. */
static void
sort_past (GPtrArray *records)
{
  g_autoptr (GPtrArray) past = g_ptr_array_new ();
  guint n = 0;

  for (guint i = 0; i < records->len; i++)
    {
      RuhuFileRecord *record = g_ptr_array_index (records, i);

      if (record->past)
        g_ptr_array_add (past, record);
      else
        records->pdata[n++] = record;
    }
  for (guint i = 0; i < past->len; i++)
    records->pdata[n++] = g_ptr_array_index (past, i);
}

/* The most urgent first; what has no deadline comes after what has one. */
static gint
compare_deadlines (gconstpointer a, gconstpointer b)
{
  const char *left = ruhu_file_record_get (*(const RuhuFileRecord *const *) a, "deadline");
  const char *right = ruhu_file_record_get (*(const RuhuFileRecord *const *) b, "deadline");

  if (left == NULL || right == NULL)
    return (left == NULL) - (right == NULL);
  return strcmp (left, right);
}

void
ruhu_file_digest (RuhuHouseholdFile *self)
{
  for (gsize i = 0; i < G_N_ELEMENTS (digests); i++)
    {
      const RuhuFileGroup *group = ruhu_household_file_get_group (self, digests[i].type);
      RuhuField *past = group != NULL ? ruhu_record_type_get_past_field (group->type) : NULL;

      for (guint j = 0; group != NULL && j < group->records->len; j++)
        {
          RuhuFileRecord *record = g_ptr_array_index (group->records, j);

          record->past = past != NULL && ruhu_record_type_get_past (group->type, json_object_object_get (record->fields, past->name)) != RUHU_PAST_NOT;
          digests[i].digest (self, record);
        }
      if (group != NULL && g_str_equal (digests[i].type, "problem"))
        g_ptr_array_sort (group->records, compare_deadlines);
      if (group != NULL)
        sort_past (group->records);
    }
}

/* What is wrong. */

void
ruhu_file_alert_free (RuhuFileAlert *self)
{
  g_free (self->text);
  g_free (self);
}

static void
take_alert (GPtrArray *alerts, const char *chapter, char *text)
{
  RuhuFileAlert *alert = g_new0 (RuhuFileAlert, 1);

  alert->chapter = chapter;
  alert->text = text;
  g_ptr_array_add (alerts, alert);
}

static void
list_problems (const RuhuHouseholdFile *self, GPtrArray *alerts)
{
  const RuhuFileGroup *group = ruhu_household_file_get_group (self, "problem");
  int days;

  for (guint i = 0; group != NULL && i < group->records->len; i++)
    {
      const RuhuFileRecord *problem = g_ptr_array_index (group->records, i);

      if (ruhu_file_problem_is_overdue (self, problem, &days))
        /* Translators: a problem, and by how many days its deadline has passed. */
        take_alert (alerts, "problems", g_strdup_printf (ngettext ("%s: %d day overdue", "%s: %d days overdue", (gulong) days), problem->title, days));
      else if (is_code (problem, "state", "5"))
        take_alert (alerts, "problems", g_strdup_printf (_ ("%s: sent back, to be solved again"), problem->title));
    }
}

static void
list_house (const RuhuHouseholdFile *self, GPtrArray *alerts)
{
  const RuhuFileGroup *housing = ruhu_household_file_get_group (self, "housing");
  const RuhuFileGroup *repairs = ruhu_household_file_get_group (self, "repair");
  const RuhuFileRecord *house = housing != NULL && housing->records->len > 0 ? g_ptr_array_index (housing->records, 0) : NULL;
  gboolean open = FALSE;

  for (guint i = 0; repairs != NULL && i < repairs->records->len; i++)
    open = open || !((RuhuFileRecord *) g_ptr_array_index (repairs->records, i))->past;
  if (house != NULL && (is_code (house, "grade", "C") || is_code (house, "grade", "D")))
    take_alert (alerts, "housing", g_strdup_printf (open ? _ ("The house is unsafe: %s. A repair is under way.") : _ ("The house is unsafe: %s. No repair is under way."), ruhu_file_record_get_text (house, "grade")));
}

static void
list_guarantees (const RuhuHouseholdFile *self, GPtrArray *alerts)
{
  const RuhuFileRecord *assessment = ruhu_file_find_assessment (self);
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; assessment != NULL && i < assessment->lines->len; i++)
    {
      const RuhuFileLine *line = g_ptr_array_index (assessment->lines, i);

      if (g_strcmp0 (line->field->choices != NULL ? line->field->choices->name : NULL, "assess_item") == 0 && is_code (assessment, line->field->name, "0"))
        g_string_append_printf (names, "%s%s", names->len > 0 ? _ (", ") : "", ruhu_label_get (&line->field->label));
    }
  if (names->len > 0)
    take_alert (alerts, "guarantees", g_strdup_printf (_ ("Not met: %s"), names->str));
}

static void
list_uninsured (const RuhuHouseholdFile *self, GPtrArray *alerts)
{
  const RuhuFileGroup *group = ruhu_household_file_get_group (self, "person");
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; group != NULL && i < group->records->len; i++)
    {
      const RuhuFileRecord *person = g_ptr_array_index (group->records, i);

      if (!person->past && is_code (person, "med_ins", "0"))
        g_string_append_printf (names, "%s%s", names->len > 0 ? _ (", ") : "", person->title);
    }
  if (names->len > 0)
    take_alert (alerts, "members", g_strdup_printf (_ ("Without medical insurance: %s"), names->str));
}

static void
list_unassigned (const RuhuHouseholdFile *self, GPtrArray *alerts)
{
  const RuhuFileGroup *group = ruhu_household_file_get_group (self, "assignment");
  gboolean a = FALSE, b = FALSE;

  for (guint i = 0; group != NULL && i < group->records->len; i++)
    {
      const RuhuFileRecord *assignment = g_ptr_array_index (group->records, i);
      const char *until = ruhu_file_record_get (assignment, "to_date");

      if (until != NULL && strcmp (until, self->today) < 0)
        continue;
      a = a || is_code (assignment, "post", "A");
      b = b || is_code (assignment, "post", "B");
    }
  if (!a)
    take_alert (alerts, "records", g_strdup (_ ("No helper is assigned to post A.")));
  if (!b)
    take_alert (alerts, "records", g_strdup (_ ("No helper is assigned to post B.")));
}

GPtrArray *
ruhu_file_list_alerts (const RuhuHouseholdFile *self)
{
  GPtrArray *alerts = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_file_alert_free);
  guint n = (guint) self->row->n_conflicts;

  if (n > 0)
    take_alert (alerts, "conflicts", g_strdup_printf (ngettext ("%u fact was recorded in two ways. Decide which is right.", "%u facts were recorded in two ways. Decide which is right.", n), n));
  list_problems (self, alerts);
  list_house (self, alerts);
  list_guarantees (self, alerts);
  list_uninsured (self, alerts);
  list_unassigned (self, alerts);
  return alerts;
}
