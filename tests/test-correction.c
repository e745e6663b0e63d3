/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A change that was not let in, put right by its author and sent again: a visit goes on as a draft, one record is typed into its window. */
#define G_LOG_DOMAIN "test-correction"

#include "config.h"

#include "form-fixture.h"
#include "ruhu-cleanups.h"
#include "ruhu-correction.h"
#include "ruhu-record-dialog.h"
#include "ruhu-return-group.h"
#include "ruhu-store-review.h"
#include "ruhu-sync-page.h"

#include <adwaita.h>
#include <string.h>

#define NO_MORE "{\"assignment\":{\"a1\":{\"to_date\":\"2018-06-01\"}}}"
#define AGAIN   "{\"assignment\":{\"a1\":{\"to_date\":null}}}"
#define PROBLEM "{\"problem\":{\"q2\":{\"source\":\"1\",\"kind\":\"11\",\"description\":\"房顶漏\",\"found\":\"2018-06-01\",\"state\":\"1\"}}}"

/* @set as own change, which the office refuses; the household is this helper's afterwards. Its number. */
static gint64
refuse (FormFixture *self, const char *text, const char *visit)
{
  Laptop *office = laptop_new (self->township, "0f", "office");
  g_autoptr (RuhuJson) set = json_tokener_parse (text);
  RuhuEdit edit = { .scope = "h1", .set = set, .visit = visit };
  g_autoptr (GError) error = NULL;
  gint64 seq = 0;

  township_write (self->township, "h1", NO_MORE);
  g_assert_true (ruhu_ledger_get_head (self->township->ledger, &edit.seen, NULL, NULL));
  if (!ruhu_store_save (self->laptop->store, &edit, &seq, &error))
    g_assert_no_error (error);
  laptop_sync (self->laptop, self->township);
  laptop_sync (office, self->township);
  g_assert_true (ruhu_store_decide (office->store, "laptop-a", seq, FALSE, "写错了", NULL));
  laptop_sync (office, self->township);
  township_write (self->township, "h1", AGAIN);
  laptop_sync (self->laptop, self->township);
  laptop_free (office);
  return seq;
}

static gint64
count_refused (FormFixture *self)
{
  gint64 refused = -1, quarantined, accepted;

  g_assert_true (ruhu_store_count_reviews (self->laptop->store, &refused, &quarantined, &accepted, NULL));
  return refused;
}

static void
assert_field (FormFixture *self, const char *type, const char *record, const char *field, const char *value)
{
  g_autoptr (RuhuRecord) found = ruhu_store_get_record (self->laptop->store, type, record, NULL);

  g_assert_nonnull (found);
  g_assert_cmpstr (json_object_get_string (json_object_object_get (found->fields, field)), ==, value);
}

static void
test_a_refused_visit_goes_on_as_a_draft (void)
{
  FormFixture *self = form_fixture_new ();
  gint64 seq = refuse (self, "{\"visit\":{\"v9\":{\"date\":\"2018-06-20\",\"outcome\":\"1\",\"summary\":\"房顶漏\"}},\"household\":{\"h1\":{\"phone\":\"13800000009\"}}}", "v9");
  g_autoptr (RuhuCorrection) correction = NULL;
  g_autoptr (RuhuEditSession) session = NULL;
  g_autoptr (GPtrArray) findings = NULL, drafts = NULL;
  g_autoptr (GError) error = NULL;
  RuhuDraftBody *body;

  g_assert_cmpint (count_refused (self), ==, 1);
  g_assert_true (ruhu_correction_is_possible (self->laptop->store, seq));
  correction = ruhu_correction_begin (self->laptop->store, &seq, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (correction->draft);
  /* It is a draft now, on disk, and waits there whatever becomes of the page. */
  g_assert_cmpint (count_refused (self), ==, 0);
  drafts = ruhu_store_list_drafts (self->laptop->store, "h1", NULL);
  g_assert_cmpuint (drafts->len, ==, 1);
  session = form_open_visit (self, correction->draft);
  g_assert_true (ruhu_edit_session_get_resumed (session));
  body = ruhu_edit_session_get_body (session);
  g_assert_cmpstr (ruhu_draft_body_get_self (body), ==, "v9");
  g_assert_cmpstr (json_object_get_string (ruhu_draft_body_get_value (body, "visit", "v9", "summary")), ==, "房顶漏");
  g_assert_cmpstr (json_object_get_string (ruhu_draft_body_get_value (body, "household", "h1", "phone")), ==, "13800000009");
  form_enter (session, "visit", "v9", "summary", "\"屋顶漏水，已报镇里\"");
  g_assert_true (form_save (session, &findings, &error));
  g_assert_no_error (error);
  assert_field (self, "visit", "v9", "summary", "屋顶漏水，已报镇里");
  assert_field (self, "household", "h1", "phone", "13800000009");
  /* The worker goes by this machine's clock. */
  self->township->now = g_get_real_time () / 1000;
  laptop_sync (self->laptop, self->township);
  g_assert_cmpint (count_refused (self), ==, 0);
  g_assert_cmpint (store_count (self->township->store, "SELECT count (*) FROM r_visit WHERE id = 'v9' AND summary = '屋顶漏水，已报镇里'"), ==, 1);
  form_fixture_free (self);
}

static gboolean
is_saved (gpointer data)
{
  return count_refused (data) == 0;
}

static void
test_one_refused_record_is_typed_into_its_window (void)
{
  FormFixture *self = form_fixture_new ();
  GtkWidget *window = adw_window_new ();
  gint64 seq = refuse (self, PROBLEM, NULL);
  g_autoptr (GError) error = NULL;
  RuhuCorrection *correction = ruhu_correction_begin (self->laptop->store, &seq, NULL, &error);

  g_assert_no_error (error);
  g_assert_null (correction->draft);
  g_assert_cmpstr (correction->type, ==, "problem");
  /* It was taken back when it was refused, so it is a new one. */
  g_assert_null (correction->record);
  ruhu_record_dialog_present_correction (GTK_WINDOW (window), self->worker, correction);
  form_wait (form_has_record_window, NULL);
  /* Nothing is settled by looking. */
  g_assert_cmpint (count_refused (self), ==, 1);
  gtk_widget_activate_action (form_find_record_window (), "record.save", NULL);
  form_wait (is_saved, self);
  g_assert_cmpint (store_count (self->laptop->store, "SELECT count (*) FROM r_problem WHERE description = '房顶漏'"), ==, 1);
  self->township->now = g_get_real_time () / 1000;
  laptop_sync (self->laptop, self->township);
  g_assert_cmpint (store_count (self->township->store, "SELECT count (*) FROM r_problem WHERE description = '房顶漏'"), ==, 1);
  gtk_window_destroy (GTK_WINDOW (window));
  form_fixture_free (self);
}

static GtkWidget *
find_button (GtkWidget *widget, const char *label)
{
  GtkWidget *found = GTK_IS_BUTTON (widget) && g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), label) == 0 ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL; child = gtk_widget_get_next_sibling (child))
    found = find_button (child, label);
  return found;
}

static gboolean
is_listed (gpointer data)
{
  return find_button (data, "Discard") != NULL;
}

/* Offered for what can be put right on a page of this program, and for nothing else. */
static void
test_it_is_offered_where_it_can_be_done (void)
{
  for (guint i = 0; i < 2; i++)
    {
      FormFixture *self = form_fixture_new ();
      GtkWidget *window = adw_window_new (), *page;
      gint64 seq = refuse (self, i == 0 ? PROBLEM : "{\"problem\":{\"q1\":{\"deleted\":true}}}", NULL);

      g_assert_cmpint (seq, >, 0);
      page = ruhu_sync_page_new (self->worker);
      adw_window_set_content (ADW_WINDOW (window), page);
      gtk_window_present (GTK_WINDOW (window));
      form_wait (is_listed, page);
      g_assert_true ((find_button (page, "Correct and Send Again…") != NULL) == (i == 0));
      gtk_window_destroy (GTK_WINDOW (window));
      while (g_main_context_iteration (NULL, FALSE))
        continue;
      form_fixture_free (self);
    }
}

/* Where a laptop that the township has forgotten is enrolled again. */
static void
test_a_forgotten_laptop_is_asked_for_a_link (void)
{
  GtkWidget *group = g_object_ref_sink (g_object_new (RUHU_TYPE_RETURN_GROUP, NULL));

  g_assert_false (gtk_widget_get_visible (group));
  ruhu_return_group_set_error_name (RUHU_RETURN_GROUP (group), "unauthorised");
  g_assert_true (gtk_widget_get_visible (group));
  ruhu_return_group_set_error_name (RUHU_RETURN_GROUP (group), "network");
  g_assert_false (gtk_widget_get_visible (group));
  g_object_unref (group);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/correction/refused-visit-goes-on-as-a-draft", test_a_refused_visit_goes_on_as_a_draft);
  g_test_add_func ("/correction/one-refused-record-is-typed-into-its-window", test_one_refused_record_is_typed_into_its_window);
  g_test_add_func ("/correction/offered-where-it-can-be-done", test_it_is_offered_where_it_can_be_done);
  g_test_add_func ("/correction/forgotten-laptop-is-asked-for-a-link", test_a_forgotten_laptop_is_asked_for_a_link);
  return g_test_run ();
}
