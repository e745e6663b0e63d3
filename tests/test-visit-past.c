/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a visit asks about, and what it offers: who is gone and what is over is told from the rest. */
#define G_LOG_DOMAIN "test-visit-past"

#include "config.h"

#include "form-fixture.h"
#include "ruhu-edit-session.h"
#include "ruhu-visit-step.h"

#include <adwaita.h>

static RuhuFormPart *
find_part (RuhuEditSession *session, const char *step_name, const char *type)
{
  RuhuForm *form = ruhu_edit_session_get_form (session);

  for (guint i = 0; i < form->steps->len; i++)
    {
      RuhuFormStep *step = form->steps->pdata[i];

      for (guint j = 0; g_str_equal (step->name, step_name) && j < step->parts->len; j++)
        if (g_str_equal (((RuhuFormPart *) step->parts->pdata[j])->record->name, type))
          return step->parts->pdata[j];
    }
  g_assert_not_reached ();
}

static char *
list_part (RuhuEditSession *session, const char *step, const char *type)
{
  g_autoptr (GPtrArray) ids = ruhu_edit_session_list_records (session, find_part (session, step, type));

  g_ptr_array_add (ids, NULL);
  return g_strjoinv (" ", (char **) ids->pdata);
}

#define assert_lists(session, step, type, expected)            \
  G_STMT_START                                                 \
  {                                                            \
    g_autofree char *listed = list_part (session, step, type); \
    g_assert_cmpstr (listed, ==, expected);                    \
  }                                                            \
  G_STMT_END

static gboolean
is_offered (RuhuEditSession *session, const char *type, const char *field, const char *record, const char *id)
{
  RuhuRecordType *record_type = ruhu_catalogue_get_record (ruhu_edit_session_get_catalogue (session), type);
  g_autoptr (GPtrArray) offered = ruhu_edit_session_list_offered (session, ruhu_record_type_get_field (record_type, field), record);

  for (guint i = 0; i < offered->len; i++)
    if (g_str_equal (((RuhuTitle *) offered->pdata[i])->id, id))
      return TRUE;
  return FALSE;
}

static FormFixture *
new_fixture_with (const char *set)
{
  FormFixture *fixture = form_fixture_new ();

  township_write (fixture->township, "h1", set);
  laptop_sync (fixture->laptop, fixture->township);
  return fixture;
}

/* Her card stands last among the members, where a wrong "died" is corrected; nobody is asked about her insurance, her school or her work. */
static void
test_the_dead_are_not_asked_about (void)
{
  FormFixture *fixture = new_fixture_with ("{\"person\":{\"p0\":{\"name\":\"曾老太\",\"relation\":\"12\",\"birth\":\"1940-01-01\",\"member_state\":\"02\"}}}");
  g_autoptr (RuhuEditSession) session = form_open_visit (fixture, NULL);
  RuhuFormPart *members = find_part (session, "members", "person");
  g_autofree char *past = ruhu_edit_session_dup_past (session, members->record, "p0");

  assert_lists (session, "members", "person", "p1 p3 p0");
  g_assert_true (ruhu_edit_session_is_folded (session, members, "p0"));
  g_assert_false (ruhu_edit_session_is_folded (session, members, "p1"));
  g_assert_cmpstr (past, ==, "Died");
  assert_lists (session, "school", "person", "p1 p3");
  assert_lists (session, "health", "person", "p1 p3");
  assert_lists (session, "income", "person", "p1 p3");
  g_assert_false (is_offered (session, "household", "head", "h1", "p0"));
  g_assert_false (is_offered (session, "income_line", "person_id", NULL, "p0"));
  g_assert_true (is_offered (session, "income_line", "person_id", NULL, "p3"));
  /* What stands is offered. */
  form_enter (session, "household", "h1", "head", "\"p0\"");
  g_assert_true (is_offered (session, "household", "head", "h1", "p0"));
  /* Who dies is not asked about from then on, unless something was answered already; who does not is again. */
  form_enter (session, "person", "p3", "school", "\"04\"");
  form_enter (session, "person", "p3", "member_state", "\"02\"");
  assert_lists (session, "members", "person", "p1 p3 p0");
  g_assert_false (ruhu_edit_session_is_folded (session, members, "p3"));
  assert_lists (session, "health", "person", "p1");
  assert_lists (session, "school", "person", "p1 p3");
  form_enter (session, "person", "p0", "member_state", "\"01\"");
  assert_lists (session, "health", "person", "p1 p0");
  g_clear_object (&session);
  form_fixture_free (fixture);
}

/* What is over stands behind what is not, and can still be where income comes from. */
static void
test_what_is_over_stands_behind (void)
{
  FormFixture *fixture = new_fixture_with ("{\"problem\":{\"q0\":{\"kind\":\"04\",\"found\":\"2018-01-02\",\"state\":\"4\"}},"
                                           "\"measure\":{\"m0\":{\"kind\":\"101\",\"year\":2018,\"state\":\"4\"}}}");
  g_autoptr (RuhuEditSession) session = form_open_visit (fixture, NULL);

  assert_lists (session, "problems", "problem", "q1 q0");
  g_assert_true (ruhu_edit_session_is_folded (session, find_part (session, "problems", "problem"), "q0"));
  assert_lists (session, "measures", "measure", "m1 m0");
  g_assert_true (ruhu_edit_session_is_folded (session, find_part (session, "measures", "measure"), "m0"));
  g_assert_true (is_offered (session, "income_line", "measure_id", NULL, "m0"));
  g_clear_object (&session);
  form_fixture_free (fixture);
}

/* --- what was agreed and found before --- */

static GtkWidget *
show_step (RuhuEditSession *session, const char *name)
{
  RuhuForm *form = ruhu_edit_session_get_form (session);
  GtkWidget *window = gtk_window_new (), *scroller = gtk_scrolled_window_new ();

  for (guint i = 0; i < form->steps->len; i++)
    if (g_str_equal (((RuhuFormStep *) form->steps->pdata[i])->name, name))
      gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), ruhu_visit_step_new (session, form->steps->pdata[i]));
  gtk_window_set_default_size (GTK_WINDOW (window), 800, 600);
  gtk_window_set_child (GTK_WINDOW (window), scroller);
  gtk_window_present (GTK_WINDOW (window));
  return window;
}

static void
close_step (GtkWidget *window)
{
  gtk_window_destroy (GTK_WINDOW (window));
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* Whoever agrees on a new plan reads the last one, and who wanted what; what is older is folded away. */
static void
test_plan_and_consents_stand_beside_the_new_ones (void)
{
  FormFixture *fixture = new_fixture_with ("{\"plan\":{\"l1\":{\"year\":2017,\"body\":\"养羊五只，\\n修圈舍\",\"agreed\":true,\"agreed_on\":\"2017-03-02\"}},"
                                           "\"consent\":{\"c1\":{\"subject\":\"1\",\"person_id\":\"p1\",\"understood\":true,\"decision\":\"2\",\"date\":\"2017-03-02\"}},"
                                           "\"livestock\":{\"a1\":{\"kind\":\"2\",\"head_count\":1,\"date\":\"2017-01-01\"},\"a2\":{\"kind\":\"2\",\"head_count\":2,\"date\":\"2017-02-01\"},"
                                           "\"a3\":{\"kind\":\"2\",\"head_count\":3,\"date\":\"2017-03-01\"},\"a4\":{\"kind\":\"2\",\"head_count\":4,\"date\":\"2017-04-01\"}}}");
  RuhuEditSession *session = form_open_visit (fixture, NULL);
  GtkWidget *window = show_step (session, "plan");

  g_assert_nonnull (form_find (window, form_is_label, "2017 · 养羊五只， 修圈舍 · Household agrees · Agreed on: 2017-03-02"));
  g_assert_nonnull (form_find (window, form_is_label, " · Declined · Person: 曾小明 · Date: 2017-03-02"));
  close_step (window);
  window = show_step (session, "measures");
  g_assert_nonnull (form_find (window, form_is_label, "Counted on: 2017-04-01"));
  g_assert_nonnull (form_find (window, form_is_label, "Earlier ones (1)"));
  close_step (window);
  g_clear_object (&session);
  form_fixture_free (fixture);
}

/* Several of one kind: what was found, when, until when and by whom it is to be solved tells one from the other, and follows what is typed. */
static void
test_problems_of_one_kind_are_told_apart (void)
{
  FormFixture *fixture = new_fixture_with ("{\"problem\":{\"q2\":{\"kind\":\"04\",\"description\":\"门锁坏了\",\"found\":\"2018-05-03\",\"deadline\":\"2018-06-02\",\"owner\":\"helper-a\",\"state\":\"1\"}}}");
  RuhuEditSession *session = form_open_visit (fixture, NULL);
  GtkWidget *window = show_step (session, "problems");

  g_assert_nonnull (form_find (window, form_is_label, "屋顶漏水，雨季需修缮 · Found on: 2018-05-02"));
  g_assert_nonnull (form_find (window, form_is_label, "门锁坏了 · Found on: 2018-05-03 · To be solved by: 2018-06-02 · Responsible: "));
  form_enter (session, "problem", "q2", "description", "\"门锁已换\"");
  g_assert_nonnull (form_find (window, form_is_label, "门锁已换 · Found on: 2018-05-03"));
  close_step (window);
  window = show_step (session, "measures");
  g_assert_nonnull (form_find (window, form_is_label, "Quantity: 3"));
  close_step (window);
  g_clear_object (&session);
  form_fixture_free (fixture);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/visit-past/the-dead-are-not-asked-about", test_the_dead_are_not_asked_about);
  g_test_add_func ("/visit-past/what-is-over-stands-behind", test_what_is_over_stands_behind);
  g_test_add_func ("/visit-past/plan-and-consents-stand-beside-the-new-ones", test_plan_and_consents_stand_beside_the_new_ones);
  g_test_add_func ("/visit-past/problems-of-one-kind-are-told-apart", test_problems_of_one_kind_are_told_apart);
  return g_test_run ();
}
