/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recording a visit: what is typed is kept, checked, found again and saved; the form is what the catalogue says. */
#define G_LOG_DOMAIN "test-visit"

#include "config.h"

#include "form-fixture.h"
#include "ruhu-cleanups.h"
#include "ruhu-edit-session.h"
#include "ruhu-error.h"
#include "ruhu-field-row.h"
#include "ruhu-visit-page.h"

#include <adwaita.h>

static char *
dup_last_change (FormFixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) items = ruhu_store_list_outbox (fixture->laptop->store, 10, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (items->len, ==, 1);
  return g_strdup (((RuhuOutboxItem *) items->pdata[0])->body);
}

static void
test_only_what_changed_is_recorded (void)
{
  FormFixture *fixture = form_fixture_new ();
  g_autoptr (RuhuEditSession) session = form_open_visit (fixture, NULL);
  const char *visit = ruhu_draft_body_get_self (ruhu_edit_session_get_body (session));
  g_autoptr (GPtrArray) findings = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuJson) change = NULL;
  g_autofree char *text = NULL;
  json_object *set;

  form_enter_visit (session);
  form_enter (session, "household", "h1", "phone", "\"13900000002\"");
  form_enter (session, "household", "h1", "group_name", "\"二组\"");
  g_assert_true (form_save (session, &findings, &error));
  g_assert_no_error (error);
  assert_value (fixture->laptop->store, "household", "h1", "phone", "\"13900000002\"");
  text = dup_last_change (fixture);
  change = json_tokener_parse (text);
  set = json_object_object_get (change, "set");
  /* Why the household's file was let pass as it is. */
  json_object_object_del (set, "finding_note");
  g_assert_cmpstr (json_object_to_json_string_ext (json_object_object_get (set, "household"), JSON_C_TO_STRING_PLAIN), ==, "{\"h1\":{\"phone\":\"13900000002\"}}");
  g_assert_cmpstr (json_object_get_string (json_object_object_get (change, "visit")), ==, visit);
  g_assert_cmpint (json_object_object_length (set), ==, 2);
  g_assert_cmpuint (form_count_drafts (fixture), ==, 0);
  g_clear_object (&session);
  form_fixture_free (fixture);
}

static void
test_looking_writes_nothing (void)
{
  FormFixture *fixture = form_fixture_new ();
  g_autoptr (RuhuEditSession) session = form_open_visit (fixture, NULL);

  g_assert_false (ruhu_edit_session_is_changed (session));
  ruhu_edit_session_set_step (session, "greet");
  ruhu_edit_session_set_step (session, "house");
  ruhu_edit_session_store (session);
  g_assert_cmpuint (form_count_drafts (fixture), ==, 0);
  g_clear_object (&session);
  form_fixture_free (fixture);
}

static void
set_flag_cb (gpointer *flag)
{
  *flag = flag;
}

static void
test_draft_is_on_disk_within_a_second (void)
{
  FormFixture *fixture = form_fixture_new ();
  g_autoptr (RuhuEditSession) session = form_open_visit (fixture, NULL);
  gpointer stored = NULL;
  gint64 end = g_get_monotonic_time () + 60 * G_TIME_SPAN_SECOND;

  g_signal_connect_swapped (session, "stored", G_CALLBACK (set_flag_cb), &stored);
  form_enter (session, "household", "h1", "phone", "\"13900000002\"");
  /* Going on typing does not put it off: else it would not be there as long as somebody types. */
  while (stored == NULL && g_get_monotonic_time () < end)
    {
      form_enter (session, "household", "h1", "land_arable", g_random_boolean () ? "3" : "4");
      g_main_context_iteration (NULL, FALSE);
      g_usleep (20000);
    }
  g_assert_nonnull (stored);
  g_assert_cmpuint (form_count_drafts (fixture), ==, 1);
  g_clear_object (&session);
  form_fixture_free (fixture);
}

/* The laptop dies in the middle; meanwhile others' changes come in; the visit goes on as it was, against what was seen. */
static void
test_draft_after_a_crash (void)
{
  FormFixture *fixture = form_fixture_new ();
  RuhuEditSession *session = form_open_visit (fixture, NULL);
  RuhuRecordType *type = ruhu_catalogue_get_record (ruhu_edit_session_get_catalogue (session), "household");
  RuhuField *phone = ruhu_record_type_get_field (type, "phone");
  g_autofree char *draft = g_strdup (ruhu_edit_session_get_draft (session));
  g_autoptr (RuhuEditSession) again = NULL;
  g_autoptr (GPtrArray) findings = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuJson) change = NULL;
  g_autofree char *text = NULL;
  json_object *meanwhile = NULL;
  gint64 seen_before, seen_now;

  g_assert_true (ruhu_store_get_seen (fixture->laptop->store, &seen_before, &error));
  form_enter_visit (session);
  ruhu_edit_session_set_text (session, ruhu_record_type_get_field (type, "land_arable"), "h1", "twelve");
  form_enter (session, "household", "h1", "group_name", "\"三组\"");
  ruhu_edit_session_set_step (session, "house");
  ruhu_edit_session_store (session);
  g_assert_cmpuint (form_count_drafts (fixture), ==, 1);
  g_object_unref (session);
  township_write (fixture->township, "h1", "{\"household\":{\"h1\":{\"phone\":\"13700000003\"}}}");
  laptop_sync (fixture->laptop, fixture->township);
  g_assert_true (ruhu_store_get_seen (fixture->laptop->store, &seen_now, &error));
  g_assert_cmpint (seen_now, >, seen_before);

  again = form_open_visit (fixture, draft);
  g_assert_true (ruhu_edit_session_get_resumed (again));
  g_assert_cmpstr (ruhu_draft_body_get_step (ruhu_edit_session_get_body (again)), ==, "house");
  g_assert_cmpstr (ruhu_draft_body_get_text (ruhu_edit_session_get_body (again), "household", "h1", "land_arable"), ==, "twelve");
  g_assert_true (ruhu_edit_session_get_meanwhile (again, phone, "h1", &meanwhile));
  g_assert_cmpstr (json_object_get_string (meanwhile), ==, "13700000003");
  /* The text that is no number stands in the way until it is corrected; nothing is lost by trying. */
  g_assert_false (form_save (again, &findings, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_cmpuint (form_count_drafts (fixture), ==, 1);
  form_enter (again, "household", "h1", "land_arable", "12");
  g_assert_true (form_save (again, &findings, &error));
  g_assert_no_error (error);
  text = dup_last_change (fixture);
  change = json_tokener_parse (text);
  g_assert_cmpint (json_object_get_int64 (json_object_object_get (change, "seen")), ==, seen_before);
  assert_value (fixture->laptop->store, "household", "h1", "phone", "\"13700000003\"");
  assert_value (fixture->laptop->store, "household", "h1", "group_name", "\"三组\"");
  g_clear_object (&again);
  form_fixture_free (fixture);
}

static void
test_findings_stop_the_save (void)
{
  FormFixture *fixture = form_fixture_new ();
  g_autoptr (RuhuEditSession) session = form_open_visit (fixture, NULL);
  const char *visit = ruhu_draft_body_get_self (ruhu_edit_session_get_body (session));
  g_autoptr (GPtrArray) findings = NULL;
  g_autoptr (GPtrArray) later = NULL;
  g_autoptr (GError) error = NULL;
  RuhuFinding *finding;

  form_enter_visit (session);
  form_enter (session, "visit", visit, "date", "\"2099-01-01\"");
  g_assert_false (form_save (session, &findings, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (findings->len, >, 0);
  finding = findings->pdata[0];
  g_assert_cmpstr (finding->field, ==, "date");
  g_assert_cmpstr (finding->record, ==, visit);
  g_assert_cmpuint (form_count_drafts (fixture), ==, 1);
  form_enter (session, "visit", visit, "date", "\"2018-06-29\"");
  g_assert_true (form_save (session, &later, &error));
  g_assert_no_error (error);
  g_clear_object (&session);
  form_fixture_free (fixture);
}

static gboolean
outcome_is_checked (gpointer data)
{
  RuhuEditSession *session = data;
  RuhuRecordType *type = ruhu_catalogue_get_record (ruhu_edit_session_get_catalogue (session), "visit");
  const char *visit = ruhu_draft_body_get_self (ruhu_edit_session_get_body (session));

  return ruhu_edit_session_is_relevant (session, ruhu_record_type_get_field (type, "minutes"), visit);
}

static gboolean
outcome_is_checked_again (gpointer data)
{
  return !outcome_is_checked (data);
}

/* A question that is no longer asked leaves no answer. */
static void
test_relevance_follows_the_typing (void)
{
  FormFixture *fixture = form_fixture_new ();
  g_autoptr (RuhuEditSession) session = form_open_visit (fixture, NULL);
  const char *visit = ruhu_draft_body_get_self (ruhu_edit_session_get_body (session));
  g_autoptr (GPtrArray) findings = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (outcome_is_checked (session));
  form_enter_visit (session);
  form_wait (outcome_is_checked, session);
  form_enter (session, "visit", visit, "minutes", "40");
  form_enter (session, "visit", visit, "outcome", "\"2\"");
  form_wait (outcome_is_checked_again, session);
  g_assert_true (form_save (session, &findings, &error));
  g_assert_no_error (error);
  assert_value (fixture->laptop->store, "visit", visit, "outcome", "\"2\"");
  assert_value (fixture->laptop->store, "visit", visit, "minutes", "-");
  g_clear_object (&session);
  form_fixture_free (fixture);
}

static void
test_damaged_draft_stays (void)
{
  FormFixture *fixture = form_fixture_new ();
  g_autoptr (RuhuJson) junk = json_tokener_parse ("{\"version\":1,\"typed\":7}");
  g_autoptr (RuhuEditSession) session = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (ruhu_store_put_draft (fixture->laptop->store, "d1", "visit", "h1", 0, junk, &error));
  session = ruhu_edit_session_new_form (fixture->worker, "visit", "h1", "d1");
  ruhu_edit_session_open_async (session, NULL, form_keep_result_cb, &result);
  form_wait (form_is_set, &result);
  g_assert_false (ruhu_edit_session_open_finish (session, result, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_INVALID);
  g_assert_cmpuint (form_count_drafts (fixture), ==, 1);
  g_clear_object (&session);
  form_fixture_free (fixture);
}

static void
unassign (FormFixture *fixture, const char *until)
{
  g_autofree char *set = g_strdup_printf ("{\"assignment\":{\"a1\":{\"to_date\":%s}}}", until);

  township_write (fixture->township, "h1", set);
  laptop_sync (fixture->laptop, fixture->township);
}

/* The household is given to somebody else, and back: what was typed waited on the laptop all the while. */
static void
test_draft_of_a_household_that_left (void)
{
  FormFixture *fixture = form_fixture_new ();
  RuhuEditSession *session = form_open_visit (fixture, NULL);
  g_autofree char *draft = g_strdup (ruhu_edit_session_get_draft (session));
  g_autoptr (RuhuEditSession) again = NULL;
  g_autoptr (GPtrArray) findings = NULL;
  g_autoptr (RuhuJson) junk = json_tokener_parse ("[7]");
  g_autoptr (GError) error = NULL;

  form_enter_visit (session);
  form_enter (session, "household", "h1", "group_name", "\"三组\"");
  ruhu_edit_session_store (session);
  g_assert_cmpuint (form_count_drafts (fixture), ==, 1);
  g_object_unref (session);
  g_assert_true (ruhu_store_put_draft (fixture->laptop->store, "damaged", "visit", "h1", 0, junk, &error));
  unassign (fixture, "\"2018-01-02\"");
  g_assert_null (ruhu_store_get_record (fixture->laptop->store, "household", "h1", &error));
  g_assert_cmpuint (form_count_drafts (fixture), ==, 2);
  unassign (fixture, "null");
  again = form_open_visit (fixture, draft);
  g_assert_true (form_save (again, &findings, &error));
  g_assert_no_error (error);
  assert_value (fixture->laptop->store, "household", "h1", "group_name", "\"三组\"");
  g_clear_object (&again);
  form_fixture_free (fixture);
}

static void
test_one_record (void)
{
  FormFixture *fixture = form_fixture_new ();
  g_autoptr (RuhuEditSession) session = ruhu_edit_session_new_record (fixture->worker, "person", "p3", "h1", 0);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) findings = NULL;
  g_autoptr (GError) error = NULL;

  ruhu_edit_session_open_async (session, NULL, form_keep_result_cb, &result);
  form_wait (form_is_set, &result);
  g_assert_true (ruhu_edit_session_open_finish (session, result, &error));
  form_enter (session, "person", "p3", "edu", "\"02\"");
  g_assert_true (form_save (session, &findings, &error));
  g_assert_no_error (error);
  assert_value (fixture->laptop->store, "person", "p3", "edu", "\"02\"");
  g_assert_cmpuint (form_count_drafts (fixture), ==, 0);
  g_clear_object (&session);
  form_fixture_free (fixture);
}

/* --- the page --- */

/* The row of the field called @name in what is shown. */
static RuhuFieldRow *
find_row (GtkWidget *widget, const char *name)
{
  if (RUHU_IS_FIELD_ROW (widget) && g_strcmp0 (ruhu_field_row_get_field (RUHU_FIELD_ROW (widget))->name, name) == 0)
    return RUHU_FIELD_ROW (widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      RuhuFieldRow *row = find_row (child, name);

      if (row != NULL)
        return row;
    }
  return NULL;
}

static gboolean
date_is_shown (gpointer data)
{
  return find_row (data, "date") != NULL;
}

static GtkWidget *
show_page (FormFixture *fixture, GtkWidget **window)
{
  GtkWidget *page = ruhu_visit_page_new (fixture->worker, "h1", NULL);

  *window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (*window), 1100, 700);
  gtk_window_set_child (GTK_WINDOW (*window), page);
  gtk_window_present (GTK_WINDOW (*window));
  form_wait (date_is_shown, page);
  return page;
}

static void
go_to (GtkWidget *page, guint step)
{
  g_assert_true (gtk_widget_activate_action (page, "visit.step", "u", step));
}

static void
close_page (FormFixture *fixture, GtkWidget *window)
{
  gtk_window_destroy (GTK_WINDOW (window));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  ruhu_worker_flush (fixture->worker);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static const char extension[] =
    "{\"catalogue\":1,\"records\":["
    "{\"name\":\"visit\",\"fields\":[{\"name\":\"weather\",\"type\":\"text\",\"max\":20,\"label\":{\"en\":\"Weather\",\"zh_CN\":\"天气\"}}]},"
    "{\"name\":\"living\",\"fields\":[{\"name\":\"stove\",\"type\":\"boolean\",\"label\":{\"en\":\"Safe stove\",\"zh_CN\":\"炉灶安全\"}}]}],"
    "\"forms\":[{\"name\":\"visit\",\"steps\":[{\"name\":\"greet\",\"parts\":[{\"record\":\"visit\",\"mode\":\"self\",\"fields\":[\"weather\"]}]}]}]}";

static gboolean
worker_knows (gpointer data)
{
  g_autoptr (RuhuCatalogue) catalogue = ruhu_worker_dup_catalogue (data);

  /* It looks for others' commits once in a second. */
  g_usleep (10000);
  return catalogue != NULL && ruhu_record_type_get_field (ruhu_catalogue_get_record (catalogue, "living"), "stove") != NULL;
}

static void
extend_catalogue (FormFixture *fixture)
{
  g_autoptr (RuhuCatalogue) builtin = ruhu_catalogue_load_builtin (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuCatalogue) extended = ruhu_catalogue_extend (builtin, "stove.json", extension, &error);
  g_autoptr (RuhuJson) body = json_object_new_string (extension);
  g_autofree char *set = g_strdup_printf ("{\"catalogue_extension\":{\"x1\":{\"name\":\"stove\",\"body\":%s}}}", json_object_to_json_string (body));

  g_assert_no_error (error);
  g_assert_nonnull (extended);
  township_write (fixture->township, RUHU_SCOPE_TOWNSHIP, set);
  laptop_sync (fixture->laptop, fixture->township);
  form_wait (worker_knows, fixture->worker);
}

/* Fields that only the catalogue has heard of are in the form: in a part that names its fields, and in one that shows all. */
static void
test_a_new_field_is_in_the_form (void)
{
  FormFixture *fixture = form_fixture_new ();
  GtkWidget *window = NULL;
  GtkWidget *page;
  RuhuFieldRow *row;

  extend_catalogue (fixture);
  page = show_page (fixture, &window);
  row = find_row (page, "weather");
  g_assert_nonnull (row);
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (row)));
  go_to (page, 4);
  row = find_row (page, "stove");
  g_assert_nonnull (row);
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (row)));
  close_page (fixture, window);
  form_fixture_free (fixture);
}

static void
test_leaving_the_page_keeps_the_draft (void)
{
  FormFixture *fixture = form_fixture_new ();
  GtkWidget *window = NULL;
  GtkWidget *page = show_page (fixture, &window);
  RuhuFieldRow *row;

  go_to (page, 2);
  row = find_row (page, "phone");
  g_assert_nonnull (row);
  /* No field is left, which would write the draft. */
  gtk_window_set_focus (GTK_WINDOW (window), NULL);
  ruhu_field_row_set_text (row, "139");
  g_signal_emit_by_name (row, "changed");
  close_page (fixture, window);
  g_assert_cmpuint (form_count_drafts (fixture), ==, 1);
  form_fixture_free (fixture);
}

static FormFixture *
new_fixture_with (const char *set)
{
  FormFixture *fixture = form_fixture_new ();

  township_write (fixture->township, "h1", set);
  laptop_sync (fixture->laptop, fixture->township);
  return fixture;
}

/* Behind one line, which says how many; a finding about one of them unfolds it. */
static void
test_what_is_past_is_folded (void)
{
  FormFixture *fixture = new_fixture_with ("{\"person\":{\"p0\":{\"name\":\"曾老太\",\"member_state\":\"02\"}},"
                                           "\"problem\":{\"q0\":{\"kind\":\"04\",\"found\":\"2018-01-02\",\"state\":\"4\"}}}");
  GtkWidget *window = NULL;
  GtkWidget *page = show_page (fixture, &window);
  GtkWidget *label;

  go_to (page, 2);
  label = form_see (page, form_is_label, "Former members (1)");
  gtk_expander_set_expanded (GTK_EXPANDER (gtk_widget_get_ancestor (label, GTK_TYPE_EXPANDER)), TRUE);
  form_see (page, form_is_label, "曾老太");
  form_see (page, form_is_label, "Died");
  go_to (page, 10);
  form_see (page, form_is_label, "Closed problems (1)");
  close_page (fixture, window);
  form_fixture_free (fixture);
}

static gboolean
asks_for_reasons (gpointer page)
{
  return form_find_with_data (page, "ruhu-reason") != NULL;
}

static void
test_a_visit_from_beginning_to_end (void)
{
  FormFixture *fixture = form_fixture_new ();
  GtkWidget *window = NULL;
  GtkWidget *page = show_page (fixture, &window);
  g_autoptr (RuhuJson) outcome = json_object_new_string ("1");
  gpointer finished = NULL;
  RuhuFieldRow *row;

  g_signal_connect_swapped (page, "finished", G_CALLBACK (set_flag_cb), &finished);
  /* Too early: what is compulsory is missing, and nothing is saved. */
  go_to (page, 0);
  gtk_widget_activate_action (page, "visit.next", NULL);
  g_assert_null (finished);
  go_to (page, 1);
  for (guint i = 0; i < 11; i++)
    gtk_widget_activate_action (page, "visit.next", NULL);
  row = find_row (page, "outcome");
  g_assert_nonnull (row);
  ruhu_field_row_set_value (row, outcome);
  g_signal_emit_by_name (row, "changed");
  gtk_widget_activate_action (page, "visit.next", NULL);
  /* The rules ask why the family's file is as it is; without a reason nothing is sealed, with one it is recorded. */
  form_wait (asks_for_reasons, page);
  gtk_widget_activate_action (page, "visit.next", NULL);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_null (finished);
  g_signal_emit_by_name (form_find_with_data (page, "ruhu-reason"), "clicked");
  gtk_widget_activate_action (page, "visit.next", NULL);
  form_wait (form_is_set, &finished);
  g_assert_cmpint (store_count (fixture->laptop->store, "SELECT count(*) FROM r_finding_note WHERE reason <> ''"), >, 0);
  g_assert_cmpint (store_count (fixture->laptop->store, "SELECT count(*) FROM r_visit WHERE outcome = '1'"), ==, 1);
  g_assert_cmpuint (form_count_drafts (fixture), ==, 0);
  close_page (fixture, window);
  g_assert_cmpuint (form_count_drafts (fixture), ==, 0);
  form_fixture_free (fixture);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/visit/only-what-changed-is-recorded", test_only_what_changed_is_recorded);
  g_test_add_func ("/visit/looking-writes-nothing", test_looking_writes_nothing);
  g_test_add_func ("/visit/draft-is-on-disk-within-a-second", test_draft_is_on_disk_within_a_second);
  g_test_add_func ("/visit/draft-after-a-crash", test_draft_after_a_crash);
  g_test_add_func ("/visit/findings-stop-the-save", test_findings_stop_the_save);
  g_test_add_func ("/visit/relevance-follows-the-typing", test_relevance_follows_the_typing);
  g_test_add_func ("/visit/damaged-draft-stays", test_damaged_draft_stays);
  g_test_add_func ("/visit/draft-of-a-household-that-left", test_draft_of_a_household_that_left);
  g_test_add_func ("/visit/one-record", test_one_record);
  g_test_add_func ("/visit/what-is-past-is-folded", test_what_is_past_is_folded);
  g_test_add_func ("/visit/a-new-field-is-in-the-form", test_a_new_field_is_in_the_form);
  g_test_add_func ("/visit/leaving-the-page-keeps-the-draft", test_leaving_the_page_keeps_the_draft);
  g_test_add_func ("/visit/from-beginning-to-end", test_a_visit_from_beginning_to_end);
  return g_test_run ();
}
