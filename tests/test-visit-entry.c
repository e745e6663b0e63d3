/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is typed into a visit is never lost without a word, wherever in the form it was typed. */
#define G_LOG_DOMAIN "test-visit-entry"

#include "config.h"

#include "form-fixture.h"
#include "ruhu-cleanups.h"
#include "ruhu-field-editor.h"
#include "ruhu-field-row.h"
#include "ruhu-income-pad.h"
#include "ruhu-record-card.h"
#include "ruhu-visit-page.h"
#include "ruhu-visit-summary.h"

#include <adwaita.h>
#include <string.h>

/* Numbers of steps, as Alt and a digit go to them. */
#define MEMBERS 2
#define SUPPLY  4
#define INCOME  8
#define SEAL    12
#define SUMMARY 0

#define NOT_ADDED "This line has not been added yet"

typedef struct
{
  FormFixture *fixture;
  GtkWidget *window;
  GtkWidget *toasts;
  GtkWidget *page;
} Visit;

static gboolean
is_any_row (GtkWidget *widget, const char *text)
{
  return RUHU_IS_FIELD_ROW (widget);
}

static gboolean
is_option (GtkWidget *widget, const char *text)
{
  return GTK_IS_TOGGLE_BUTTON (widget) && g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), text) == 0;
}

static gboolean
is_entry (GtkWidget *widget, const char *text)
{
  return GTK_IS_ENTRY (widget);
}

static Visit
visit_open (FormFixture *fixture, const char *draft)
{
  Visit visit = { fixture };

  visit.page = ruhu_visit_page_new (fixture->worker, "h1", draft);
  visit.toasts = adw_toast_overlay_new ();
  visit.window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (visit.window), 1366, 768);
  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (visit.toasts), visit.page);
  gtk_window_set_child (GTK_WINDOW (visit.window), visit.toasts);
  gtk_window_present (GTK_WINDOW (visit.window));
  form_see (visit.page, is_any_row, NULL);
  return visit;
}

static void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
visit_close (Visit *visit)
{
  gtk_window_destroy (GTK_WINDOW (visit->window));
  settle ();
  ruhu_worker_flush (visit->fixture->worker);
  settle ();
}

static void
go_to (Visit *visit, guint step)
{
  g_assert_true (gtk_widget_activate_action (visit->page, "visit.step", "u", step));
}

static GtkWidget *
find_pad (GtkWidget *widget)
{
  GtkWidget *found = RUHU_IS_INCOME_PAD (widget) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL; child = gtk_widget_get_next_sibling (child))
    found = find_pad (child);
  return found;
}

static void
choose (Visit *visit, const char *label)
{
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (form_see (find_pad (visit->page), is_option, label)), TRUE);
}

static void
press (Visit *visit, const char *label)
{
  g_signal_emit_by_name (form_see (visit->page, form_is_button, label), "clicked");
}

/* The draft as the disk has it. Transfer full. */
static RuhuDraft *
read_draft (FormFixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) drafts = NULL;

  ruhu_worker_flush (fixture->worker);
  drafts = ruhu_store_list_drafts (fixture->laptop->store, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (drafts->len, ==, 1);
  return ruhu_store_get_draft (fixture->laptop->store, ((RuhuDraft *) drafts->pdata[0])->id, &error);
}

static void
test_a_line_that_is_whole_is_added_by_leaving_the_step (void)
{
  FormFixture *fixture = form_fixture_new ();
  Visit visit = visit_open (fixture, NULL);

  go_to (&visit, INCOME);
  form_see (visit.page, form_is_button, "No Change, Next");
  choose (&visit, "Wages");
  choose (&visit, "Public-welfare post");
  press (&visit, "8");
  form_see (visit.page, form_is_button, "Next");
  go_to (&visit, SUMMARY);
  form_see (visit.page, form_is_label, "Income line · Public-welfare post");
  g_assert_null (form_find (visit.page, form_is_label, NOT_ADDED));
  go_to (&visit, INCOME);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (form_see (find_pad (visit.page), is_entry, NULL))), !=, "8");
  visit_close (&visit);
  form_fixture_free (fixture);
}

static void
test_half_a_line_stands_in_the_way_until_it_is_cleared (void)
{
  FormFixture *fixture = form_fixture_new ();
  Visit visit = visit_open (fixture, NULL);

  go_to (&visit, INCOME);
  choose (&visit, "Wages");
  press (&visit, "8");
  go_to (&visit, SUMMARY);
  form_see (visit.page, form_is_label, NOT_ADDED);
  g_assert_null (form_find (visit.page, form_is_label, "Income line ·"));
  go_to (&visit, INCOME);
  form_see (find_pad (visit.page), form_is_label, NOT_ADDED);
  press (&visit, "Clear");
  form_miss (find_pad (visit.page), form_is_label, NOT_ADDED);
  go_to (&visit, SUMMARY);
  g_assert_null (form_find (visit.page, form_is_label, NOT_ADDED));
  visit_close (&visit);
  form_fixture_free (fixture);
}

/* Neither a page that is closed nor a program that is killed loses what is in the pad; it is there again, to be finished. */
static void
test_half_a_line_comes_back_with_the_draft (void)
{
  FormFixture *fixture = form_fixture_new ();
  Visit visit = visit_open (fixture, NULL);
  g_autoptr (RuhuDraft) draft = NULL;

  go_to (&visit, INCOME);
  choose (&visit, "Wages");
  press (&visit, "8");
  visit_close (&visit);
  draft = read_draft (fixture);
  visit = visit_open (fixture, draft->id);
  go_to (&visit, INCOME);
  g_assert_true (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (form_see (find_pad (visit.page), is_option, "Wages"))));
  g_assert_nonnull (form_find (find_pad (visit.page), form_is_label, "Amount"));
  choose (&visit, "Public-welfare post");
  press (&visit, "Add This Line");
  go_to (&visit, SUMMARY);
  form_see (visit.page, form_is_label, "Income line · Public-welfare post");
  form_see (visit.page, form_is_label, "8.00");
  visit_close (&visit);
  form_fixture_free (fixture);
}

typedef struct
{
  GtkWidget *page;
  GtkWidget *widget;
} Seen;

/* Whether all of the widget is in what can be seen of the step. */
static gboolean
is_in_view (gpointer data)
{
  Seen *seen = data;
  GtkWidget *scroller = gtk_widget_get_ancestor (seen->widget, GTK_TYPE_SCROLLED_WINDOW);
  graphene_rect_t bounds;

  g_usleep (1000);
  return gtk_widget_get_mapped (seen->widget) && gtk_widget_compute_bounds (seen->widget, scroller, &bounds) && bounds.size.height > 0 && bounds.origin.y >= 0 &&
         bounds.origin.y + bounds.size.height <= (float) gtk_widget_get_height (scroller);
}

static gboolean
is_laid_out (gpointer widget)
{
  g_usleep (1000);
  return gtk_widget_get_height (widget) > 0;
}

/* On the screen of a small laptop, whoever types an amount sees the button that adds it. */
static void
test_adding_is_in_view_where_the_amount_is_typed (void)
{
  FormFixture *fixture = form_fixture_new ();
  Visit visit = visit_open (fixture, NULL);
  Seen seen = { visit.page };

  go_to (&visit, INCOME);
  form_wait (is_laid_out, find_pad (visit.page));
  choose (&visit, "Wages");
  choose (&visit, "Public-welfare post");
  seen.widget = form_see (visit.page, form_is_button, "Add This Line");
  form_wait (is_in_view, &seen);
  visit_close (&visit);
  form_fixture_free (fixture);
}

/* --- whoever has come --- */

static gboolean
is_row_of (GtkWidget *widget, const char *name)
{
  return RUHU_IS_FIELD_ROW (widget) && g_strcmp0 (ruhu_field_row_get_field (RUHU_FIELD_ROW (widget))->name, name) == 0;
}

static gboolean
is_drop_down (GtkWidget *widget, const char *text)
{
  return GTK_IS_DROP_DOWN (widget);
}

/* What a list of records offers, one name a line. Transfer full. */
static char *
list_offers (GtkWidget *drop_down)
{
  GListModel *items = gtk_drop_down_get_model (GTK_DROP_DOWN (drop_down));
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (items); i++)
    {
      g_autoptr (RuhuReferenceItem) item = g_list_model_get_item (items, i);

      g_string_append_printf (names, "%s\n", ruhu_reference_item_get_title (item));
    }
  return g_string_free (names, FALSE);
}

/* The last of those that form_find() would find the first of. */
static GtkWidget *
find_last (GtkWidget *widget, FormJudge judge, const char *text)
{
  GtkWidget *found = judge (widget, text) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *below = find_last (child, judge, text);

      found = below != NULL ? below : found;
    }
  return found;
}

/* Whom a line in the pad may be of. Transfer full. */
static char *
list_earners (Visit *visit)
{
  return list_offers (find_last (find_pad (visit->page), is_drop_down, NULL));
}

static void
add_wife (Visit *visit)
{
  GtkWidget *name;

  press (visit, "Married in");
  name = find_last (visit->page, is_row_of, "name");
  ruhu_field_row_set_text (RUHU_FIELD_ROW (name), "王新来");
  g_signal_emit_by_name (name, "changed");
}

/* Somebody who has come with this visit can be its head, and earn something, at once: also where the lists were made before. */
static void
test_whoever_has_come_can_be_chosen_everywhere (void)
{
  FormFixture *fixture = form_fixture_new ();
  Visit visit = visit_open (fixture, NULL);
  g_autofree char *before = NULL;
  g_autofree char *heads = NULL;
  g_autofree char *earners = NULL;

  go_to (&visit, INCOME);
  before = list_earners (&visit);
  g_assert_null (strstr (before, "王新来"));
  go_to (&visit, MEMBERS);
  add_wife (&visit);
  heads = list_offers (form_see (form_see (visit.page, is_row_of, "head"), is_drop_down, NULL));
  g_assert_nonnull (strstr (heads, "王新来"));
  go_to (&visit, INCOME);
  earners = list_earners (&visit);
  g_assert_nonnull (strstr (earners, "王新来"));
  visit_close (&visit);
  form_fixture_free (fixture);
}

/* --- what does not fit together --- */

static void
answer (Visit *visit, const char *field, const char *json)
{
  GtkWidget *row = form_see (visit->page, is_row_of, field);
  g_autoptr (RuhuJson) value = json_tokener_parse (json);

  ruhu_field_row_set_value (RUHU_FIELD_ROW (row), value);
  g_signal_emit_by_name (row, "changed");
  g_signal_emit_by_name (row, "left");
}

static gboolean
is_about_water (GtkWidget *widget, const char *text)
{
  return RUHU_IS_FIELD_ROW (widget) && g_strcmp0 (ruhu_field_row_get_field (RUHU_FIELD_ROW (widget))->name, "water_safe") == 0 &&
         ruhu_field_row_get_message (RUHU_FIELD_ROW (widget)) != NULL;
}

static void
write_safe_water (FormFixture *fixture)
{
  RuhuRecordType *type = ruhu_catalogue_get_record (ruhu_store_get_catalogue (fixture->township->store), "living");
  g_autoptr (RuhuJson) fields = json_tokener_parse ("{\"water_safe\":true,\"water_qual\":\"1\"}");
  g_autofree char *id = ruhu_record_type_make_id (type, "h1", fields);
  g_autofree char *set = g_strdup_printf ("{\"living\":{\"%s\":%s}}", id, json_object_to_json_string (fields));

  township_write (fixture->township, "h1", set);
  laptop_sync (fixture->laptop, fixture->township);
}

/* The answer of the last visit is contradicted by this one's: that is said at once, where it stands. */
static void
test_what_does_not_fit_is_said_while_one_types (void)
{
  FormFixture *fixture = form_fixture_new ();
  Visit visit;

  write_safe_water (fixture);
  visit = visit_open (fixture, NULL);
  go_to (&visit, SUPPLY);
  g_assert_null (form_find (visit.page, is_about_water, NULL));
  answer (&visit, "water_qual", "\"0\"");
  form_see (visit.page, is_about_water, NULL);
  visit_close (&visit);
  form_fixture_free (fixture);
}

static guint
count_labels (GtkWidget *widget, const char *text)
{
  guint n = form_is_label (widget, text) ? 1 : 0;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    n += count_labels (child, text);
  return n;
}

/* Both the constraint and the rule about safe water have spoken. */
static gboolean
water_is_judged (gpointer data)
{
  RuhuEditSession *session = data;
  GPtrArray *ruled = ruhu_edit_session_get_ruled (session);

  for (guint i = 0; ruled != NULL && i < ruled->len; i++)
    if (g_strcmp0 (((RuhuFinding *) ruled->pdata[i])->rule, "R75") == 0)
      return TRUE;
  return FALSE;
}

static void
test_a_fault_stands_once_at_the_end (void)
{
  FormFixture *fixture = form_fixture_new ();
  g_autoptr (RuhuEditSession) session = NULL;
  g_autoptr (GtkWidget) summary = NULL;
  g_autoptr (GPtrArray) ids = NULL;

  write_safe_water (fixture);
  session = form_open_visit (fixture, NULL);
  ids = ruhu_draft_body_list_records (ruhu_edit_session_get_body (session), "living");
  form_enter (session, "living", ids->pdata[0], "water_qual", "\"0\"");
  form_wait (water_is_judged, session);
  summary = g_object_ref_sink (ruhu_visit_summary_new (session));
  ruhu_visit_summary_refresh (RUHU_VISIT_SUMMARY (summary), NULL);
  g_assert_cmpuint (count_labels (summary, "Water is not safe"), ==, 1);
  /* There is only one of its kind: it is called what it is, not "yes". */
  g_assert_cmpuint (count_labels (summary, "Living conditions · "), ==, 1);
  g_clear_object (&summary);
  g_clear_object (&session);
  form_fixture_free (fixture);
}

static gboolean
is_list_row (GtkWidget *widget, const char *text)
{
  return GTK_IS_LIST_BOX_ROW (widget);
}

static gboolean
is_empty_group (GtkWidget *widget, const char *text)
{
  return ADW_IS_PREFERENCES_GROUP (widget) && form_find (widget, is_list_row, NULL) == NULL;
}

static gboolean
is_any_ruled (gpointer session)
{
  GPtrArray *ruled = ruhu_edit_session_get_ruled (session);

  return ruled != NULL && ruled->len > 0;
}

/* What a reason lets pass has a heading of its own: the one above it, for what nothing lets pass, is not there for its sake. */
static void
test_no_heading_stands_over_nothing (void)
{
  FormFixture *fixture = form_fixture_new ();
  g_autoptr (RuhuEditSession) session = NULL;
  g_autoptr (GtkWidget) summary = NULL;
  RuhuForm *form;

  write_safe_water (fixture);
  session = form_open_visit (fixture, NULL);
  form = ruhu_edit_session_get_form (session);
  for (guint i = 0; i < form->steps->len; i++)
    ruhu_draft_body_set_visited (ruhu_edit_session_get_body (session), ((RuhuFormStep *) form->steps->pdata[i])->name);
  form_enter_visit (session);
  form_wait (is_any_ruled, session);
  summary = g_object_ref_sink (ruhu_visit_summary_new (session));
  ruhu_visit_summary_refresh (RUHU_VISIT_SUMMARY (summary), NULL);
  g_assert_cmpuint (ruhu_visit_summary_get_n_open (RUHU_VISIT_SUMMARY (summary)), >, 0);
  g_assert_nonnull (form_find (summary, form_is_label, "To be corrected, or given a reason"));
  g_assert_null (form_find (summary, is_empty_group, NULL));
  g_clear_object (&summary);
  g_clear_object (&session);
  form_fixture_free (fixture);
}

/* --- what is known without asking --- */

static gboolean
is_enter_button (GtkWidget *widget, const char *text)
{
  return GTK_IS_BUTTON (widget) && g_strcmp0 (gtk_widget_get_tooltip_text (widget), text) == 0;
}

/* A visit that began seven minutes ago; NULL where that was yesterday. Transfer full. */
static char *
begin_earlier (FormFixture *fixture)
{
  g_autoptr (RuhuEditSession) session = form_open_visit (fixture, NULL);
  g_autoptr (GTimeZone) zone = g_time_zone_new_offset (8 * 60 * 60);
  g_autoptr (GDateTime) now = g_date_time_new_now (zone);
  g_autoptr (GDateTime) then = g_date_time_add_minutes (now, -7);
  g_autofree char *json = g_date_time_format (then, "\"%H:%M\"");
  g_autofree char *today = g_date_time_format (now, "\"%Y-%m-%d\"");
  const char *visit = ruhu_draft_body_get_self (ruhu_edit_session_get_body (session));
  RuhuField *length = ruhu_record_type_get_field (ruhu_edit_session_get_form (session)->record, "minutes");
  g_autofree char *since = NULL;

  if (g_date_time_get_day_of_month (now) != g_date_time_get_day_of_month (then) || g_date_time_get_hour (now) == 23)
    return NULL;
  form_enter_visit (session);
  form_enter (session, "visit", visit, "began", json);
  /* Of another day nothing is known. */
  form_enter (session, "visit", visit, "date", "\"2018-03-01\"");
  g_assert_null (ruhu_edit_session_dup_proposed (session, length, visit, &since));
  form_enter (session, "visit", visit, "date", today);
  ruhu_edit_session_store (session);
  ruhu_worker_flush (fixture->worker);
  return g_strdup (ruhu_edit_session_get_draft (session));
}

/* How long the visit took is proposed, and stands in it only when somebody says so. */
static void
test_the_length_of_the_visit_is_proposed (void)
{
  FormFixture *fixture = form_fixture_new ();
  g_autofree char *draft = begin_earlier (fixture);
  GtkWidget *row;
  Visit visit;
  g_autoptr (RuhuJson) before = NULL;
  g_autoptr (RuhuJson) after = NULL;

  if (draft == NULL)
    {
      form_fixture_free (fixture);
      g_test_skip ("the day begins or ends");
      return;
    }
  visit = visit_open (fixture, draft);
  go_to (&visit, SEAL);
  row = form_see (visit.page, is_row_of, "minutes");
  form_see (row, form_is_label, "Since ");
  g_assert_true (ruhu_field_row_get_value (RUHU_FIELD_ROW (row), &before, NULL));
  g_assert_null (before);
  g_signal_emit_by_name (form_see (row, is_enter_button, "Enter this (Ctrl+U)"), "clicked");
  g_assert_true (ruhu_field_row_get_value (RUHU_FIELD_ROW (row), &after, NULL));
  g_assert_cmpint (json_object_get_int (after), >=, 7);
  form_miss (row, form_is_label, "Since ");
  visit_close (&visit);
  form_fixture_free (fixture);
}

/* --- taken away, and back --- */

static gboolean
is_card (GtkWidget *widget, const char *text)
{
  return RUHU_IS_RECORD_CARD (widget);
}

/* The bin on a card takes it away at once; it can be brought back with all that was typed into it, also from another step. */
static void
test_what_was_taken_away_can_be_brought_back (void)
{
  FormFixture *fixture = form_fixture_new ();
  Visit visit = visit_open (fixture, NULL);

  go_to (&visit, MEMBERS);
  add_wife (&visit);
  g_signal_emit_by_name (find_last (visit.page, is_card, NULL), "remove");
  go_to (&visit, SUMMARY);
  g_assert_null (form_find (visit.page, form_is_label, "· 王新来"));
  form_see (visit.page, form_is_label, "Removed: 王新来");
  press (&visit, "_Undo");
  form_see (visit.page, form_is_label, "· 王新来");
  form_see (visit.page, form_is_label, "Married in");
  go_to (&visit, MEMBERS);
  form_see (visit.page, form_is_label, "王新来");
  visit_close (&visit);
  form_fixture_free (fixture);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/visit-entry/a-line-that-is-whole-is-added-by-leaving-the-step", test_a_line_that_is_whole_is_added_by_leaving_the_step);
  g_test_add_func ("/visit-entry/half-a-line-stands-in-the-way-until-it-is-cleared", test_half_a_line_stands_in_the_way_until_it_is_cleared);
  g_test_add_func ("/visit-entry/half-a-line-comes-back-with-the-draft", test_half_a_line_comes_back_with_the_draft);
  g_test_add_func ("/visit-entry/adding-is-in-view-where-the-amount-is-typed", test_adding_is_in_view_where_the_amount_is_typed);
  g_test_add_func ("/visit-entry/whoever-has-come-can-be-chosen-everywhere", test_whoever_has_come_can_be_chosen_everywhere);
  g_test_add_func ("/visit-entry/what-does-not-fit-is-said-while-one-types", test_what_does_not_fit_is_said_while_one_types);
  g_test_add_func ("/visit-entry/a-fault-stands-once-at-the-end", test_a_fault_stands_once_at_the_end);
  g_test_add_func ("/visit-entry/no-heading-stands-over-nothing", test_no_heading_stands_over_nothing);
  g_test_add_func ("/visit-entry/the-length-of-the-visit-is-proposed", test_the_length_of_the_visit_is_proposed);
  g_test_add_func ("/visit-entry/what-was-taken-away-can-be-brought-back", test_what_was_taken_away_can_be_brought_back);
  return g_test_run ();
}
