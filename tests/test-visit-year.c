/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What there is one of a year: a visit answers for its own year, and leaves what an earlier one answered as it was. */
#define G_LOG_DOMAIN "test-visit-year"

#include "config.h"

#include "form-fixture.h"
#include "ruhu-cleanups.h"
#include "ruhu-field-row.h"
#include "ruhu-visit-page.h"
#include "ruhu-visit-step.h"

#include <adwaita.h>
#include <string.h>

#define FOOD   "food"
#define PLAN   "plan"
#define INCOME "income"

/* The fixture's assessment is of this year. */
#define LAST 2017

#define NO_TIME "A time is written 09:30."

static int
get_this_year (void)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autoptr (GDateTime) here = g_date_time_add_hours (now, 8);

  return g_date_time_get_year (here);
}

static RuhuFormStep *
find_step (RuhuEditSession *session, const char *name)
{
  RuhuForm *form = ruhu_edit_session_get_form (session);

  for (guint i = 0; i < form->steps->len; i++)
    if (g_str_equal (((RuhuFormStep *) form->steps->pdata[i])->name, name))
      return form->steps->pdata[i];
  g_assert_not_reached ();
}

/* The only record of a type that a step shows. Transfer full. */
static char *
get_only (RuhuEditSession *session, const char *step_name, const char *type)
{
  RuhuFormStep *step = find_step (session, step_name);

  for (guint i = 0; i < step->parts->len; i++)
    {
      RuhuFormPart *part = step->parts->pdata[i];
      g_autoptr (GPtrArray) ids = g_str_equal (part->record->name, type) ? ruhu_edit_session_list_records (session, part) : NULL;

      if (ids == NULL)
        continue;
      g_assert_cmpuint (ids->len, ==, 1);
      return g_strdup (ids->pdata[0]);
    }
  g_assert_not_reached ();
}

static int
get_year (RuhuEditSession *session, const char *type, const char *record)
{
  return json_object_get_int (ruhu_draft_body_get_value (ruhu_edit_session_get_body (session), type, record, "year"));
}

static const char *
get_text (RuhuEditSession *session, const char *record, const char *field)
{
  return json_object_get_string (ruhu_draft_body_get_value (ruhu_edit_session_get_body (session), "assessment", record, field));
}

static void
date_visit (RuhuEditSession *session, int year)
{
  g_autofree char *date = g_strdup_printf ("\"%d-03-01\"", year);

  form_enter (session, "visit", ruhu_draft_body_get_self (ruhu_edit_session_get_body (session)), "date", date);
}

/* The assessment of @year, on the laptop's disk; NULL: none. */
static RuhuRecord *
read_assessment (FormFixture *fixture, int year)
{
  RuhuRecordType *type = ruhu_catalogue_get_record (ruhu_store_get_catalogue (fixture->laptop->store), "assessment");
  g_autofree char *text = g_strdup_printf ("{\"kind\":\"1\",\"year\":%d}", year);
  g_autoptr (RuhuJson) fields = json_tokener_parse (text);
  g_autofree char *id = ruhu_record_type_make_id (type, "h1", fields);
  g_autoptr (GError) error = NULL;
  RuhuRecord *record = ruhu_store_get_record (fixture->laptop->store, "assessment", id, &error);

  g_assert_no_error (error);
  return record;
}

static void
assert_recorded (FormFixture *fixture, int year, const char *field, const char *expected)
{
  g_autoptr (RuhuRecord) record = read_assessment (fixture, year);

  g_assert_nonnull (record);
  g_assert_cmpstr (json_object_get_string (json_object_object_get (record->fields, field)), ==, expected);
}

static void
write_assessment (FormFixture *fixture, int year, const char *i1)
{
  RuhuRecordType *type = ruhu_catalogue_get_record (ruhu_store_get_catalogue (fixture->township->store), "assessment");
  g_autofree char *text = g_strdup_printf ("{\"kind\":\"1\",\"year\":%d,\"i1\":\"%s\"}", year, i1);
  g_autoptr (RuhuJson) fields = json_tokener_parse (text);
  g_autofree char *id = ruhu_record_type_make_id (type, "h1", fields);
  g_autofree char *set = g_strdup_printf ("{\"assessment\":{\"%s\":%s}}", id, text);

  township_write (fixture->township, "h1", set);
  laptop_sync (fixture->laptop, fixture->township);
}

static void
save (RuhuEditSession *session)
{
  g_autoptr (GPtrArray) findings = NULL;
  g_autoptr (GError) error = NULL;
  gboolean saved = FALSE;

  form_enter_visit (session);
  saved = form_save (session, &findings, &error);
  g_assert_no_error (error);
  g_assert_true (saved);
}

static void
close_all (RuhuEditSession *session, FormFixture *fixture)
{
  g_clear_object (&session);
  form_fixture_free (fixture);
}

static void
test_a_visit_begins_its_years_records (void)
{
  FormFixture *fixture = form_fixture_new ();
  RuhuEditSession *session = form_open_visit (fixture, NULL);
  g_autofree char *food = get_only (session, FOOD, "assessment"), *plan = get_only (session, PLAN, "assessment"), *book = get_only (session, INCOME, "income_book");
  RuhuRecordType *type = ruhu_catalogue_get_record (ruhu_edit_session_get_catalogue (session), "assessment");
  int year = 0;

  g_assert_cmpstr (food, ==, plan);
  g_assert_cmpint (get_year (session, "assessment", food), ==, get_this_year ());
  g_assert_cmpint (get_year (session, "income_book", book), ==, get_this_year ());
  g_assert_cmpstr (get_text (session, food, "i1"), ==, NULL);
  g_assert_cmpstr (json_object_get_string (ruhu_edit_session_get_previous (session, ruhu_record_type_get_field (type, "i4"), food, &year)), ==, "0");
  g_assert_cmpint (year, ==, LAST);
  g_assert_nonnull (ruhu_edit_session_get_read_only (session, ruhu_record_type_get_field (type, "year"), food));
  g_assert_null (ruhu_edit_session_get_read_only (session, ruhu_record_type_get_field (type, "i1"), food));
  form_enter (session, "assessment", food, "i1", "\"0\"");
  save (session);
  assert_recorded (fixture, get_this_year (), "i1", "0");
  assert_recorded (fixture, LAST, "i1", "1");
  close_all (session, fixture);
}

/* Neither what the catalogue proposed, nor an answer that was taken back, is one. */
static void
test_what_nobody_answered_is_not_recorded (void)
{
  FormFixture *fixture = form_fixture_new ();
  RuhuEditSession *session = form_open_visit (fixture, NULL);
  g_autofree char *record = get_only (session, FOOD, "assessment");
  g_autoptr (RuhuRecord) recorded = NULL;

  g_assert_cmpint (ruhu_visit_step_get_state (session, find_step (session, FOOD)), ==, RUHU_STEP_NEW);
  form_enter (session, "assessment", record, "i1", "\"0\"");
  g_assert_cmpint (ruhu_visit_step_get_state (session, find_step (session, FOOD)), ==, RUHU_STEP_CHANGED);
  form_enter (session, "assessment", record, "i1", "null");
  g_assert_false (ruhu_draft_body_is_changed (ruhu_edit_session_get_body (session), "assessment", record, NULL));
  /* What is answered in one step is no change in another. */
  form_enter (session, "assessment", record, "j1", "\"1\"");
  g_assert_cmpint (ruhu_visit_step_get_state (session, find_step (session, FOOD)), ==, RUHU_STEP_NEW);
  g_assert_cmpint (ruhu_visit_step_get_state (session, find_step (session, PLAN)), ==, RUHU_STEP_CHANGED);
  form_enter (session, "assessment", record, "j1", "null");
  save (session);
  recorded = read_assessment (fixture, get_this_year ());
  g_assert_null (recorded);
  close_all (session, fixture);
}

static void
test_this_years_record_is_gone_on_with (void)
{
  FormFixture *fixture = form_fixture_new ();
  RuhuEditSession *session;
  g_autofree char *record = NULL;

  write_assessment (fixture, get_this_year (), "9");
  session = form_open_visit (fixture, NULL);
  record = get_only (session, FOOD, "assessment");
  g_assert_cmpstr (get_text (session, record, "i1"), ==, "9");
  form_enter (session, "assessment", record, "i2", "\"0\"");
  save (session);
  assert_recorded (fixture, get_this_year (), "i1", "9");
  assert_recorded (fixture, get_this_year (), "i2", "0");
  assert_recorded (fixture, LAST, "i2", "1");
  close_all (session, fixture);
}

typedef struct
{
  RuhuEditSession *session;
  const char *record;
  const char *field;
  const char *wanted;
} Place;

static gboolean
stands (gpointer data)
{
  Place *place = data;

  return g_strcmp0 (get_text (place->session, place->record, place->field), place->wanted) == 0;
}

/* What was seen in the house is not asked again, follows what was seen, and is saved with the answers. */
static void
test_what_was_seen_is_proposed_in_it (void)
{
  FormFixture *fixture = form_fixture_new ();
  RuhuEditSession *session = form_open_visit (fixture, NULL);
  g_autofree char *record = get_only (session, FOOD, "assessment");
  g_autoptr (GPtrArray) living = ruhu_draft_body_list_records (ruhu_edit_session_get_body (session), "living");
  Place place = { session, record, "i6", "1" };

  form_enter (session, "living", living->pdata[0], "water_safe", "true");
  form_wait (stands, &place);
  g_assert_false (ruhu_draft_body_is_changed (ruhu_edit_session_get_body (session), "assessment", record, NULL));
  /* What a person answers stays, also where it is what was proposed. */
  form_enter (session, "assessment", record, "j2", "\"9\"");
  form_enter (session, "assessment", record, "j2", "\"1\"");
  form_enter (session, "living", living->pdata[0], "water_safe", "false");
  place.wanted = "0";
  form_wait (stands, &place);
  save (session);
  assert_recorded (fixture, get_this_year (), "i6", "0");
  assert_recorded (fixture, get_this_year (), "j2", "1");
  close_all (session, fixture);
}

static void
test_answers_go_to_the_year_of_the_visits_date (void)
{
  FormFixture *fixture = form_fixture_new ();
  RuhuEditSession *session = form_open_visit (fixture, NULL);
  g_autofree char *record = get_only (session, FOOD, "assessment"), *moved = NULL, *back = NULL, *late = NULL;
  g_autoptr (RuhuRecord) recorded = NULL;

  form_enter (session, "assessment", record, "i1", "\"0\"");
  form_enter (session, "assessment", record, "i2", "\"1\"");
  date_visit (session, LAST);
  moved = get_only (session, FOOD, "assessment");
  g_assert_cmpint (get_year (session, "assessment", moved), ==, LAST);
  g_assert_true (ruhu_draft_body_has_base (ruhu_edit_session_get_body (session), "assessment", moved));
  g_assert_cmpstr (get_text (session, moved, "i1"), ==, "0");
  /* An answer that was the same then is still one when the date is put right again. */
  date_visit (session, get_this_year ());
  back = get_only (session, FOOD, "assessment");
  g_assert_cmpint (get_year (session, "assessment", back), ==, get_this_year ());
  g_assert_cmpstr (get_text (session, back, "i1"), ==, "0");
  g_assert_cmpstr (get_text (session, back, "i2"), ==, "1");
  /* Of a year of which nothing is on file, one is begun. */
  date_visit (session, LAST + 2);
  late = get_only (session, FOOD, "assessment");
  g_assert_cmpint (get_year (session, "assessment", late), ==, LAST + 2);
  save (session);
  assert_recorded (fixture, LAST + 2, "i1", "0");
  assert_recorded (fixture, LAST, "i1", "1");
  recorded = read_assessment (fixture, get_this_year ());
  g_assert_null (recorded);
  close_all (session, fixture);
}

static void
store (RuhuEditSession *session, FormFixture *fixture)
{
  ruhu_edit_session_store (session);
  ruhu_worker_flush (fixture->worker);
}

static void
test_a_draft_keeps_what_was_answered (void)
{
  FormFixture *fixture = form_fixture_new ();
  RuhuEditSession *session = form_open_visit (fixture, NULL), *again;
  g_autofree char *record = get_only (session, FOOD, "assessment"), *kept = NULL, *theirs = NULL;

  form_enter (session, "assessment", record, "i1", "\"0\"");
  store (session, fixture);
  again = form_open_visit (fixture, ruhu_edit_session_get_draft (session));
  kept = get_only (again, FOOD, "assessment");
  g_assert_cmpstr (kept, ==, record);
  g_assert_cmpstr (get_text (again, kept, "i1"), ==, "0");
  g_clear_object (&again);
  /* Somebody else has begun the same year's record meanwhile: it is one, with the answers of this visit in it. */
  write_assessment (fixture, get_this_year (), "9");
  again = form_open_visit (fixture, ruhu_edit_session_get_draft (session));
  theirs = get_only (again, FOOD, "assessment");
  g_assert_true (ruhu_draft_body_has_base (ruhu_edit_session_get_body (again), "assessment", theirs));
  g_assert_cmpstr (get_text (again, theirs, "i1"), ==, "0");
  g_clear_object (&again);
  close_all (session, fixture);
}

/* Before there were years in a draft, the last year's record was edited: what was typed there was said in this visit. */
static void
test_a_draft_of_an_older_program_answers_for_this_year (void)
{
  FormFixture *fixture = form_fixture_new ();
  RuhuEditSession *session = form_open_visit (fixture, NULL), *again;
  g_autoptr (RuhuJson) body = ruhu_draft_body_to_json (ruhu_edit_session_get_body (session));
  json_object *typed = json_object_object_get (body, "typed");
  g_autoptr (RuhuRecord) last = read_assessment (fixture, LAST);
  g_autofree char *text = g_strdup_printf ("{\"%s\":{\"i1\":\"0\"}}", last->id), *record = NULL;
  g_autoptr (GError) error = NULL;

  json_object_object_del (body, "year");
  json_object_object_del (body, "begun");
  json_object_object_del (json_object_object_get (body, "added"), "assessment");
  json_object_object_del (json_object_object_get (body, "added"), "income_book");
  json_object_object_del (typed, "income_book");
  json_object_object_add (typed, "assessment", json_tokener_parse (text));
  g_assert_true (ruhu_store_put_draft (fixture->laptop->store, "d1", "visit", "h1", 1, body, &error));
  g_assert_no_error (error);
  again = form_open_visit (fixture, "d1");
  record = get_only (again, FOOD, "assessment");
  g_assert_cmpint (get_year (again, "assessment", record), ==, get_this_year ());
  g_assert_cmpstr (get_text (again, record, "i1"), ==, "0");
  g_assert_cmpstr (get_text (again, last->id, "i1"), ==, "1");
  g_clear_object (&again);
  close_all (session, fixture);
}

/* One that is added by hand for the same year is no second one. */
static void
test_two_of_one_year_are_not_saved (void)
{
  FormFixture *fixture = form_fixture_new ();
  RuhuEditSession *session = form_open_visit (fixture, NULL);
  g_autofree char *record = get_only (session, FOOD, "assessment");
  RuhuRecordType *type = ruhu_catalogue_get_record (ruhu_edit_session_get_catalogue (session), "assessment");
  g_autofree char *other = g_strdup (ruhu_edit_session_add_record (session, type));
  g_autoptr (GPtrArray) findings = NULL;
  g_autoptr (GError) error = NULL;

  form_enter (session, "assessment", other, "i2", "\"1\"");
  form_enter (session, "assessment", record, "i1", "\"0\"");
  form_enter_visit (session);
  g_assert_false (form_save_once (session, &findings, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "two entries stand for the same"));
  ruhu_edit_session_remove_record (session, type, other);
  save (session);
  assert_recorded (fixture, get_this_year (), "i1", "0");
  close_all (session, fixture);
}

/* What is added starts with the visit's year, not with today's. */
static void
test_lines_start_with_the_visits_year (void)
{
  FormFixture *fixture = form_fixture_new ();
  RuhuEditSession *session = form_open_visit (fixture, NULL);
  RuhuRecordType *plan = ruhu_catalogue_get_record (ruhu_edit_session_get_catalogue (session), "plan");
  g_autofree char *first = NULL, *second = NULL;

  first = g_strdup (ruhu_edit_session_add_record (session, plan));
  date_visit (session, LAST);
  second = g_strdup (ruhu_edit_session_add_record (session, plan));
  g_assert_cmpint (get_year (session, "plan", second), ==, LAST);
  g_assert_cmpint (ruhu_edit_session_get_year (session), ==, LAST);
  /* Nobody said that the first one is of this year. */
  g_assert_cmpint (get_year (session, "plan", first), ==, LAST);
  close_all (session, fixture);
}

static const char *
get_date (RuhuEditSession *session, const char *type, const char *record, const char *field)
{
  return json_object_get_string (ruhu_draft_body_get_value (ruhu_edit_session_get_body (session), type, record, field));
}

static gboolean
is_due (gpointer data)
{
  Place *place = data;

  return g_strcmp0 (get_date (place->session, "problem", place->record, place->field), place->wanted) == 0;
}

/* A visit that is typed late: what was counted, found and agreed on in it is of its day, unless somebody says otherwise. */
static void
test_what_nobody_dated_goes_along_with_the_visits_date (void)
{
  FormFixture *fixture = form_fixture_new ();
  RuhuEditSession *session = form_open_visit (fixture, NULL), *again;
  RuhuCatalogue *catalogue = ruhu_edit_session_get_catalogue (session);
  RuhuRecordType *livestock = ruhu_catalogue_get_record (catalogue, "livestock"), *line = ruhu_catalogue_get_record (catalogue, "income_line");
  g_autofree char *sheep = g_strdup (ruhu_edit_session_add_record (session, livestock)), *goats = g_strdup (ruhu_edit_session_add_record (session, livestock));
  g_autofree char *leak = g_strdup (ruhu_edit_session_add_record (session, ruhu_catalogue_get_record (catalogue, "problem"))), *pigs = NULL;
  g_autofree char *wages = g_strdup (ruhu_edit_session_begin_pending (session, line)), *pension = NULL;
  g_autoptr (RuhuJson) taken = NULL;
  Place due = { session, leak, "deadline", "2017-03-16" };

  ruhu_edit_session_add_pending (session);
  pension = g_strdup (ruhu_edit_session_add_record (session, line));
  form_enter (session, "livestock", goats, "date", "\"2017-02-28\"");
  form_enter (session, "income_line", pension, "year", "2016");
  date_visit (session, LAST);
  g_assert_cmpstr (get_date (session, "livestock", sheep, "date"), ==, "2017-03-01");
  g_assert_cmpstr (get_date (session, "livestock", goats, "date"), ==, "2017-02-28");
  g_assert_cmpstr (get_date (session, "problem", leak, "found"), ==, "2017-03-01");
  g_assert_cmpint (get_year (session, "income_line", wages), ==, LAST);
  g_assert_cmpint (get_year (session, "income_line", pension), ==, LAST - 1);
  /* What follows from it does, too. */
  form_wait (is_due, &due);
  pigs = g_strdup (ruhu_edit_session_add_record (session, livestock));
  g_assert_cmpstr (get_date (session, "livestock", pigs, "date"), ==, "2017-03-01");
  /* What was said stays said, also where it says the same for a while, and after it was away. */
  form_enter (session, "visit", ruhu_draft_body_get_self (ruhu_edit_session_get_body (session)), "date", "\"2017-02-28\"");
  taken = ruhu_edit_session_take_record (session, livestock, goats);
  ruhu_edit_session_restore_record (session, livestock, goats, taken);
  store (session, fixture);
  again = form_open_visit (fixture, ruhu_edit_session_get_draft (session));
  date_visit (again, LAST + 1);
  g_assert_cmpstr (get_date (again, "livestock", sheep, "date"), ==, "2018-03-01");
  g_assert_cmpstr (get_date (again, "livestock", goats, "date"), ==, "2017-02-28");
  g_clear_object (&again);
  close_all (session, fixture);
}

static void
test_when_it_began_is_known_on_its_own_day (void)
{
  FormFixture *fixture = form_fixture_new ();
  RuhuEditSession *session = form_open_visit (fixture, NULL), *again;
  const char *visit = ruhu_draft_body_get_self (ruhu_edit_session_get_body (session));
  g_autofree char *at = g_strdup (get_date (session, "visit", visit, "began")), *today = g_strdup (get_date (session, "visit", visit, "date")),
                  *quoted = g_strdup_printf ("\"%s\"", today);

  g_assert_cmpuint (strlen (at), ==, strlen ("09:30"));
  date_visit (session, LAST);
  g_assert_null (get_date (session, "visit", visit, "began"));
  form_enter (session, "visit", visit, "date", quoted);
  g_assert_cmpstr (get_date (session, "visit", visit, "began"), ==, at);
  /* What somebody says stays said. */
  form_enter (session, "visit", visit, "began", "\"08:15\"");
  date_visit (session, LAST);
  g_assert_cmpstr (get_date (session, "visit", visit, "began"), ==, "08:15");
  store (session, fixture);
  again = form_open_visit (fixture, ruhu_edit_session_get_draft (session));
  form_enter (again, "visit", visit, "date", quoted);
  g_assert_cmpstr (get_date (again, "visit", visit, "began"), ==, "08:15");
  g_clear_object (&again);
  close_all (session, fixture);
}

/* Sealed in the evening, or the day after. */
static void
test_a_draft_gone_on_with_keeps_when_it_began (void)
{
  FormFixture *fixture = form_fixture_new ();
  RuhuEditSession *session = form_open_visit (fixture, NULL), *again;
  const char *visit = ruhu_draft_body_get_self (ruhu_edit_session_get_body (session));
  g_autofree char *at = g_strdup_printf ("%d-03-01 09:30", LAST);

  ruhu_draft_body_set_at (ruhu_edit_session_get_body (session), at);
  date_visit (session, LAST);
  g_assert_cmpstr (get_date (session, "visit", visit, "began"), ==, "09:30");
  store (session, fixture);
  again = form_open_visit (fixture, ruhu_edit_session_get_draft (session));
  g_assert_cmpstr (get_date (again, "visit", visit, "began"), ==, "09:30");
  g_clear_object (&again);
  close_all (session, fixture);
}

/* --- on the page --- */

static gboolean
is_row_of (GtkWidget *widget, const char *name)
{
  return RUHU_IS_FIELD_ROW (widget) && g_strcmp0 (ruhu_field_row_get_field (RUHU_FIELD_ROW (widget))->name, name) == 0;
}

static GtkWidget *
show_page (FormFixture *fixture, const char *draft)
{
  GtkWidget *window = gtk_window_new ();

  gtk_window_set_default_size (GTK_WINDOW (window), 1366, 768);
  gtk_window_set_child (GTK_WINDOW (window), ruhu_visit_page_new (fixture->worker, "h1", draft));
  gtk_window_present (GTK_WINDOW (window));
  return window;
}

static void
close_page (GtkWidget *window)
{
  gtk_window_destroy (GTK_WINDOW (window));
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
test_last_years_answers_stand_beside (void)
{
  FormFixture *fixture = form_fixture_new ();
  GtkWidget *window = show_page (fixture, NULL), *page = gtk_window_get_child (GTK_WINDOW (window)), *row;
  g_autoptr (RuhuJson) value = NULL;

  form_see (page, is_row_of, "date");
  gtk_widget_activate_action (page, "visit.step", "u", 5);
  row = form_see (page, is_row_of, "i1");
  form_see (row, form_is_label, "In 2017: ");
  g_assert_true (ruhu_field_row_get_value (RUHU_FIELD_ROW (row), &value, NULL));
  g_assert_null (value);
  form_see (page, form_is_button, "No Change, Next");
  close_page (window);
  form_fixture_free (fixture);
}

static gboolean
is_entry (GtkWidget *widget, const char *text)
{
  return GTK_IS_ENTRY (widget);
}

static gboolean
has_draft (gpointer fixture)
{
  return form_count_drafts (fixture) == 1;
}

/* Also where somebody comes back to it: to the step, or to the draft. */
static void
test_a_beginning_that_is_no_time_is_said_in_its_row (void)
{
  FormFixture *fixture = form_fixture_new ();
  GtkWidget *window = show_page (fixture, NULL), *row = form_see (window, is_row_of, "began"), *entry = form_see (row, is_entry, NULL);
  g_autoptr (GPtrArray) drafts = NULL;

  gtk_widget_grab_focus (entry);
  gtk_editable_set_text (GTK_EDITABLE (entry), "25:61");
  gtk_widget_grab_focus (form_see (form_see (window, is_row_of, "date"), is_entry, NULL));
  form_see (row, form_is_label, NO_TIME);
  gtk_widget_activate_action (gtk_window_get_child (GTK_WINDOW (window)), "visit.step", "u", 2);
  form_see (window, is_row_of, "phone");
  gtk_widget_activate_action (gtk_window_get_child (GTK_WINDOW (window)), "visit.step", "u", 1);
  form_see (form_see (window, is_row_of, "began"), form_is_label, NO_TIME);
  form_wait (has_draft, fixture);
  close_page (window);
  drafts = ruhu_store_list_drafts (fixture->laptop->store, NULL, NULL);
  window = show_page (fixture, ((RuhuDraft *) drafts->pdata[0])->id);
  form_see (form_see (window, is_row_of, "began"), form_is_label, NO_TIME);
  close_page (window);
  form_fixture_free (fixture);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/visit-year/a-visit-begins-its-years-records", test_a_visit_begins_its_years_records);
  g_test_add_func ("/visit-year/what-nobody-answered-is-not-recorded", test_what_nobody_answered_is_not_recorded);
  g_test_add_func ("/visit-year/this-years-record-is-gone-on-with", test_this_years_record_is_gone_on_with);
  g_test_add_func ("/visit-year/what-was-seen-is-proposed-in-it", test_what_was_seen_is_proposed_in_it);
  g_test_add_func ("/visit-year/answers-go-to-the-year-of-the-visits-date", test_answers_go_to_the_year_of_the_visits_date);
  g_test_add_func ("/visit-year/a-draft-keeps-what-was-answered", test_a_draft_keeps_what_was_answered);
  g_test_add_func ("/visit-year/a-draft-of-an-older-program-answers-for-this-year", test_a_draft_of_an_older_program_answers_for_this_year);
  g_test_add_func ("/visit-year/two-of-one-year-are-not-saved", test_two_of_one_year_are_not_saved);
  g_test_add_func ("/visit-year/lines-start-with-the-visits-year", test_lines_start_with_the_visits_year);
  g_test_add_func ("/visit-year/what-nobody-dated-goes-along-with-the-visits-date", test_what_nobody_dated_goes_along_with_the_visits_date);
  g_test_add_func ("/visit-year/when-it-began-is-known-on-its-own-day", test_when_it_began_is_known_on_its_own_day);
  g_test_add_func ("/visit-year/a-draft-gone-on-with-keeps-when-it-began", test_a_draft_gone_on_with_keeps_when_it_began);
  g_test_add_func ("/visit-year/last-years-answers-stand-beside", test_last_years_answers_stand_beside);
  g_test_add_func ("/visit-year/a-beginning-that-is-no-time-is-said-in-its-row", test_a_beginning_that_is_no_time_is_said_in_its_row);
  return g_test_run ();
}
