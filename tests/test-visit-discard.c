/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A visit that is thrown away is gone at once, without a question, and comes back as it was. */
#define G_LOG_DOMAIN "test-visit-discard"

#include "config.h"

#include "form-fixture.h"
#include "ruhu-visit-page.h"

#include <adwaita.h>

static void
test_thrown_away_on_demand (void)
{
  FormFixture *fixture = form_fixture_new ();
  g_autoptr (RuhuEditSession) session = form_open_visit (fixture, NULL);

  form_enter_visit (session);
  ruhu_edit_session_store (session);
  g_assert_cmpuint (form_count_drafts (fixture), ==, 1);
  form_enter (session, "household", "h1", "phone", "\"13900000002\"");
  form_discard (session);
  ruhu_edit_session_store (session);
  g_assert_cmpuint (form_count_drafts (fixture), ==, 0);
  g_clear_object (&session);
  form_fixture_free (fixture);
}

/* As it was last typed, also what no disk had seen yet; and it can be gone on with, or thrown away again. */
static void
test_thrown_away_and_taken_back (void)
{
  FormFixture *fixture = form_fixture_new ();
  g_autoptr (RuhuEditSession) session = form_open_visit (fixture, NULL);
  g_autoptr (RuhuEditSession) again = NULL;
  g_autoptr (GAsyncResult) discarded = NULL;
  g_autoptr (GAsyncResult) restored = NULL;
  g_autoptr (GError) error = NULL;

  form_enter_visit (session);
  ruhu_edit_session_store (session);
  form_enter (session, "household", "h1", "phone", "\"13900000002\"");
  ruhu_edit_session_discard_async (session, form_keep_result_cb, &discarded);
  form_wait (form_is_set, &discarded);
  g_assert_true (ruhu_edit_session_discard_finish (session, discarded, &error));
  g_assert_cmpuint (form_count_drafts (fixture), ==, 0);
  ruhu_edit_session_restore_async (session, form_keep_result_cb, &restored);
  form_wait (form_is_set, &restored);
  g_assert_true (ruhu_edit_session_restore_finish (session, restored, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (form_count_drafts (fixture), ==, 1);
  again = form_open_visit (fixture, ruhu_edit_session_get_draft (session));
  g_assert_true (ruhu_edit_session_get_resumed (again));
  g_assert_cmpstr (json_object_get_string (ruhu_draft_body_get_value (ruhu_edit_session_get_body (again), "household", "h1", "phone")), ==, "13900000002");
  g_assert_cmpstr (ruhu_draft_body_get_self (ruhu_edit_session_get_body (again)), ==, ruhu_draft_body_get_self (ruhu_edit_session_get_body (session)));
  g_clear_object (&session);
  g_clear_object (&again);
  form_fixture_free (fixture);
}

static void
keep_session_cb (RuhuEditSession **kept, RuhuEditSession *session)
{
  g_set_object (kept, session);
}

/* There is no question: it is gone at once, and its owner is given what brings it back. */
static void
test_the_page_throws_away_without_a_question (void)
{
  FormFixture *fixture = form_fixture_new ();
  g_autoptr (RuhuEditSession) session = form_open_visit (fixture, NULL);
  g_autoptr (RuhuEditSession) kept = NULL;
  GtkWidget *window = gtk_window_new (), *page;

  form_enter_visit (session);
  ruhu_edit_session_store (session);
  page = ruhu_visit_page_new (fixture->worker, "h1", ruhu_edit_session_get_draft (session));
  g_signal_connect_swapped (page, "discarded", G_CALLBACK (keep_session_cb), &kept);
  gtk_window_set_child (GTK_WINDOW (window), page);
  gtk_window_present (GTK_WINDOW (window));
  g_signal_emit_by_name (form_see (page, form_is_button, "Throw Away"), "clicked");
  form_wait (form_is_set, &kept);
  g_assert_cmpuint (form_count_drafts (fixture), ==, 0);
  gtk_window_destroy (GTK_WINDOW (window));
  /* Nor does leaving the page put it on disk again. */
  g_assert_cmpuint (form_count_drafts (fixture), ==, 0);
  g_clear_object (&kept);
  g_clear_object (&session);
  form_fixture_free (fixture);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/visit-discard/thrown-away-on-demand", test_thrown_away_on_demand);
  g_test_add_func ("/visit-discard/thrown-away-and-taken-back", test_thrown_away_and_taken_back);
  g_test_add_func ("/visit-discard/page-throws-away-without-a-question", test_the_page_throws_away_without_a_question);
  return g_test_run ();
}
