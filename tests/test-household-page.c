/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The household's file in its page: what its buttons write, what is taken back, and that a thousand of them leave nothing behind. */
#define G_LOG_DOMAIN "test-household-page"

#include "config.h"

#include "form-fixture.h"
#include "ruhu-cleanups.h"
#include "ruhu-file-chapter.h"
#include "ruhu-form-style.h"
#include "ruhu-history-page.h"
#include "ruhu-household-page.h"
#include "ruhu-photo-strip.h"

#include <adwaita.h>
#include <malloc.h>
#include <string.h>

typedef struct
{
  FormFixture *form;
  GtkWidget *window;
  GtkWidget *page;
} Fixture;

static gboolean
is_expander (GtkWidget *widget, const char *text)
{
  return ADW_IS_EXPANDER_ROW (widget) && strstr (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)), text) != NULL;
}

static gboolean
is_mapped (gpointer widget)
{
  return gtk_widget_get_mapped (widget);
}

/* And can be pressed. */
static GtkWidget *
see (GtkWidget *root, FormJudge judge, const char *text)
{
  GtkWidget *found = form_see (root, judge, text);

  form_wait (is_mapped, found);
  return found;
}

static gboolean
is_alert (GtkWidget *widget, const char *text)
{
  return form_is_label (widget, text) && gtk_widget_get_ancestor (widget, GTK_TYPE_BUTTON) != NULL && gtk_widget_has_css_class (gtk_widget_get_ancestor (widget, GTK_TYPE_BUTTON), "file-alert");
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->form = form_fixture_new ();
  f->window = adw_window_new ();
  f->page = ruhu_household_page_new (f->form->worker, "h1");
  gtk_window_set_default_size (GTK_WINDOW (f->window), 1000, 700);
  adw_window_set_content (ADW_WINDOW (f->window), f->page);
  gtk_window_present (GTK_WINDOW (f->window));
  see (f->page, form_is_label, "Registration and Records");
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (f->window));
  form_fixture_free (f->form);
}

static void
press (Fixture *f, const char *label)
{
  g_signal_emit_by_name (see (f->page, form_is_button, label), "clicked");
}

static void
unfold (Fixture *f, const char *title)
{
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (see (f->page, is_expander, title)), TRUE);
}

static void
test_a_problem_moves_and_comes_back (Fixture *f, gconstpointer data)
{
  unfold (f, "屋顶漏水");
  press (f, "Begin to Solve It");
  see (f->page, form_is_label, "Saved on this laptop.");
  ruhu_worker_flush (f->form->worker);
  assert_value (f->form->laptop->store, "problem", "q1", "state", "\"2\"");
  /* The record is still unfolded, with what can be done now. */
  see (f->page, form_is_button, "Solved…");
  gtk_widget_activate_action (f->page, "household.undo", NULL);
  see (f->page, form_is_label, "Taken back");
  assert_value (f->form->laptop->store, "problem", "q1", "state", "\"1\"");
  see (f->page, form_is_button, "Begin to Solve It");
}

static GtkWidget *
find_dialog (void)
{
  g_autoptr (GList) windows = gtk_window_list_toplevels ();

  for (GList *l = windows; l != NULL; l = l->next)
    if (ADW_IS_MESSAGE_DIALOG (l->data) && gtk_widget_get_visible (l->data))
      return l->data;
  return NULL;
}

static gboolean
is_entry (GtkWidget *widget, const char *text)
{
  return GTK_IS_ENTRY (widget);
}

static void
test_what_was_done_is_told_to_whoever_checks (Fixture *f, gconstpointer data)
{
  GtkWidget *dialog;

  unfold (f, "屋顶漏水");
  press (f, "Solved…");
  dialog = find_dialog ();
  g_assert_nonnull (dialog);
  gtk_editable_set_text (GTK_EDITABLE (form_find (dialog, is_entry, NULL)), "roof mended");
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog), "solved");
  see (f->page, form_is_label, "Saved on this laptop.");
  assert_value (f->form->laptop->store, "problem", "q1", "state", "\"3\"");
  assert_value (f->form->laptop->store, "problem", "q1", "fix", "\"roof mended\"");
  assert_value (f->form->laptop->store, "problem", "q1", "fixer", "\"helper-a\"");
  /* Whoever solved it has no button to close it. */
  see (f->page, form_is_label, "somebody else has to check it");
  g_assert_null (form_find (f->page, form_is_button, "Close"));
}

static gboolean
is_dialog_there (gpointer data)
{
  return find_dialog () != NULL;
}

static gboolean
is_check (GtkWidget *widget, const char *text)
{
  return GTK_IS_CHECK_BUTTON (widget);
}

static gboolean
is_strip (GtkWidget *widget, const char *text)
{
  return RUHU_IS_PHOTO_STRIP (widget);
}

/* A picture of a wall, drawn here. */
static GFile *
draw_photo (Fixture *f)
{
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, 320, 240);
  g_autofree char *path = g_build_filename (f->form->township->directory, "wall.png", NULL);
  g_autoptr (GError) error = NULL;

  gdk_pixbuf_fill (pixbuf, 0xa0702000);
  g_assert_true (gdk_pixbuf_save (pixbuf, path, "png", &error, NULL));
  g_assert_no_error (error);
  return g_file_new_for_path (path);
}

static void
test_a_photo_is_added_after_somebody_has_looked (Fixture *f, gconstpointer data)
{
  g_autoptr (GFile) file = draw_photo (f);
  RuhuPhotoStrip *strip = RUHU_PHOTO_STRIP (see (f->page, is_strip, NULL));
  GtkWidget *dialog;

  ruhu_photo_strip_add_file (strip, file);
  form_wait (is_dialog_there, NULL);
  dialog = find_dialog ();
  g_assert_false (adw_message_dialog_get_response_enabled (ADW_MESSAGE_DIALOG (dialog), "add"));
  gtk_check_button_set_active (GTK_CHECK_BUTTON (form_find (dialog, is_check, NULL)), TRUE);
  g_assert_true (adw_message_dialog_get_response_enabled (ADW_MESSAGE_DIALOG (dialog), "add"));
  gtk_editable_set_text (GTK_EDITABLE (form_find (dialog, is_entry, NULL)), "north wall");
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog), "add");
  see (f->page, form_is_label, "Saved on this laptop.");
  ruhu_worker_flush (f->form->worker);
  g_assert_cmpint (store_count (f->form->laptop->store, "SELECT count (*) FROM r_photo WHERE scope = 'h1' AND things_only = 1 AND note = 'north wall' AND length (image) = 64"), ==, 1);
  /* It is here, and says that it has not been sent. */
  gtk_widget_activate_action (f->page, "household.jump", "u", 7);
  see (f->page, form_is_label, "Waiting to be sent");
}

static void
test_what_is_no_photo_is_refused_in_words (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->form->township->directory, "letter.jpg", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  g_assert_true (g_file_set_contents (path, "Dear reader", -1, NULL));
  ruhu_photo_strip_add_file (RUHU_PHOTO_STRIP (see (f->page, is_strip, NULL)), file);
  see (f->page, form_is_label, "This file is not a photo.");
  g_assert_null (find_dialog ());
}

static gboolean
is_entry_row (GtkWidget *widget, const char *text)
{
  return ADW_IS_ENTRY_ROW (widget) && g_str_equal (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)), text);
}

static void
answer (GtkWidget *dialog, const char *question, const char *text)
{
  gtk_editable_set_text (GTK_EDITABLE (form_find (dialog, is_entry_row, question)), text);
}

static gboolean
is_choice (GtkWidget *widget, const char *text)
{
  return ADW_IS_COMBO_ROW (widget) && g_str_equal (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)), text);
}

static void
choose (GtkWidget *row, const char *label)
{
  GListModel *names = adw_combo_row_get_model (ADW_COMBO_ROW (row));

  for (guint i = 0; i < g_list_model_get_n_items (names); i++)
    if (strstr (gtk_string_list_get_string (GTK_STRING_LIST (names), i), label) != NULL)
      {
        adw_combo_row_set_selected (ADW_COMBO_ROW (row), i);
        return;
      }
  g_test_fail_printf ("There is no %s to choose", label);
}

static void
test_a_sealed_visit_is_amended_beside_itself (Fixture *f, gconstpointer data)
{
  GtkWidget *dialog;

  laptop_save (f->form->laptop, "h1", "{\"visit\":{\"w1\":{\"date\":\"2018-06-29\",\"outcome\":\"2\",\"summary\":\"three sheep\"}}}", -1);
  ruhu_page_refresh (RUHU_PAGE (f->page));
  unfold (f, "2018-06-29");
  press (f, "Amend…");
  dialog = find_dialog ();
  /* Its change does not say that it is of the visit, but brings it. */
  choose (see (dialog, is_choice, "Recorded by the visit"), "Summary");
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (see (dialog, is_entry_row, "It said"))), ==, "three sheep");
  choose (see (dialog, is_choice, "Recorded by the visit"), "Something else");
  answer (dialog, "What is corrected", "number of sheep");
  answer (dialog, "It said", "three");
  answer (dialog, "It should say", "five");
  g_assert_false (adw_message_dialog_get_response_enabled (ADW_MESSAGE_DIALOG (dialog), "amend"));
  answer (dialog, "Why", "counted again");
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog), "amend");
  see (f->page, form_is_label, "1 amendment");
  see (f->page, form_is_label, "“three” should be “five”");
  assert_value (f->form->laptop->store, "visit", "w1", "summary", "\"three sheep\"");
}

/* What the visit recorded is chosen rather than written out, and the amendment is then found where somebody looks the field up. */
static void
test_an_amendment_is_in_the_history_of_its_field (Fixture *f, gconstpointer data)
{
  g_autoptr (RuhuEditSession) session = form_open_visit (f->form, NULL);
  g_autofree char *visit = g_strdup (ruhu_draft_body_get_self (ruhu_edit_session_get_body (session)));
  g_autoptr (GPtrArray) findings = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *date = NULL;
  GtkWidget *dialog, *history;

  form_enter (session, "visit", visit, "outcome", "\"1\"");
  form_enter (session, "household", "h1", "phone", "\"13900000002\"");
  g_assert_true (form_save (session, &findings, &error));
  ruhu_page_refresh (RUHU_PAGE (f->page));
  /* The day that the worker's clock says. */
  date = store_value (f->form->laptop->store, "visit", visit, "date");
  date[strlen (date) - 1] = '\0';
  unfold (f, date + 1);
  press (f, "Amend…");
  dialog = find_dialog ();
  choose (see (dialog, is_choice, "Recorded by the visit"), "Telephone");
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (see (dialog, is_entry_row, "It said"))), ==, "13900000002");
  answer (dialog, "It should say", "13900000003");
  answer (dialog, "Why", "misheard");
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog), "amend");
  see (f->page, form_is_label, "1 amendment");
  history = g_object_ref_sink (ruhu_history_page_new (f->form->worker, "household", "h1", "phone", "Household"));
  adw_window_set_content (ADW_WINDOW (f->window), history);
  see (history, form_is_label, "“13900000002” should be “13900000003”");
  see (history, form_is_label, "misheard");
  g_object_unref (history);
  g_clear_object (&session);
}

/* Somebody who saved with an alert under the keyboard can take it back with the next key: the page still hears it. */
static void
test_the_keyboard_stays_when_the_alerts_are_made_anew (Fixture *f, gconstpointer data)
{
  GtkWidget *focus;

  laptop_save (f->form->laptop, "h1", "{\"problem\":{\"w1\":{\"kind\":\"04\",\"found\":\"2018-06-01\",\"deadline\":\"2018-06-02\",\"state\":\"1\",\"description\":\"the roof\"}}}", -1);
  ruhu_page_refresh (RUHU_PAGE (f->page));
  gtk_widget_grab_focus (gtk_widget_get_ancestor (see (f->page, is_alert, "the roof"), GTK_TYPE_BUTTON));
  laptop_save (f->form->laptop, "h1", "{\"problem\":{\"w1\":{\"description\":\"the gate\"}}}", -1);
  ruhu_page_refresh (RUHU_PAGE (f->page));
  see (f->page, is_alert, "the gate");
  focus = gtk_window_get_focus (GTK_WINDOW (f->window));
  g_assert_nonnull (focus);
  g_assert_true (gtk_widget_has_css_class (focus, "file-alert"));
  /* The last of them gone, it is on something of the page all the same. */
  laptop_save (f->form->laptop, "h1", "{\"problem\":{\"w1\":{\"state\":\"4\"}}}", -1);
  ruhu_page_refresh (RUHU_PAGE (f->page));
  form_miss (f->page, is_alert, "the gate");
  focus = gtk_window_get_focus (GTK_WINDOW (f->window));
  g_assert_nonnull (focus);
  g_assert_true (gtk_widget_is_ancestor (focus, f->page));
}

static void
test_there_may_be_nothing_to_take_back (Fixture *f, gconstpointer data)
{
  gtk_widget_activate_action (f->page, "household.undo", NULL);
  see (f->page, form_is_label, "nothing to take back");
}

static gboolean
is_chapter (GtkWidget *widget, const char *text)
{
  return RUHU_IS_FILE_CHAPTER (widget) && g_str_equal (ruhu_file_chapter_get_title (RUHU_FILE_CHAPTER (widget)), text);
}

static void
test_every_chapter_is_reached (Fixture *f, gconstpointer data)
{
  static const char *const titles[] = { "Problems", "Members", "Income", "Guarantees", "Living Conditions", "Housing and Repair", "Plan and Measures", "Photos", "Visits", "Registration and Records" };

  for (guint i = 0; i < G_N_ELEMENTS (titles); i++)
    {
      GtkWidget *chapter = see (f->page, is_chapter, titles[i]);
      GtkWidget *focus;

      gtk_widget_activate_action (f->page, "household.jump", "u", i);
      focus = gtk_window_get_focus (GTK_WINDOW (f->window));
      /* There is no visit yet, and nothing to press. */
      if (g_str_equal (titles[i], "Visits"))
        continue;
      g_assert_nonnull (focus);
      g_assert_true (gtk_widget_is_ancestor (focus, chapter));
    }
}

/* By the keys: each step is one chapter on, also where the last one has nothing to press, and back at the first one it stays there. */
static void
test_steps_lead_through_all (Fixture *f, gconstpointer data)
{
  guint n = ruhu_file_chapter_count ();
  GtkWidget *last = see (f->page, is_chapter, "Registration and Records");
  GtkWidget *first = see (f->page, is_chapter, "Problems");

  gtk_widget_activate_action (f->page, "household.jump", "u", 0);
  for (guint i = 1; i < n; i++)
    gtk_widget_activate_action (f->page, "household.next", NULL);
  g_assert_true (gtk_widget_is_ancestor (gtk_window_get_focus (GTK_WINDOW (f->window)), last));
  for (guint i = 0; i < n + 2; i++)
    gtk_widget_activate_action (f->page, "household.previous", NULL);
  g_assert_true (gtk_widget_is_ancestor (gtk_window_get_focus (GTK_WINDOW (f->window)), first));
}

static gboolean
is_gone (gpointer data)
{
  return *(gpointer *) data == NULL;
}

/* The address sanitizer's own allocator tells no sizes; what is left behind it reports at the end, after few rounds as well. */
#ifdef __SANITIZE_ADDRESS__
enum
{
  FIRST_ROUNDS = 1,
  MORE_ROUNDS = 2
};
#else
enum
{
  FIRST_ROUNDS = 5,
  MORE_ROUNDS = 15
};
#endif

static gsize
count_heap (void)
{
  malloc_trim (0);
  return mallinfo2 ().uordblks;
}

/* Opened, filled, and closed. */
static void
open_and_close (Fixture *f)
{
  GtkWidget *page = ruhu_household_page_new (f->form->worker, "h1");
  gpointer watched = page;

  g_object_add_weak_pointer (G_OBJECT (page), &watched);
  adw_window_set_content (ADW_WINDOW (f->window), page);
  see (page, form_is_label, "屋顶漏水");
  /* Bounded: where frames take long, there is always one to be drawn. */
  for (int i = 0; i < 50 && g_main_context_iteration (NULL, FALSE); i++)
    ;
  adw_window_set_content (ADW_WINDOW (f->window), NULL);
  form_wait (is_gone, &watched);
}

static void
test_opened_and_closed_files_leave_nothing_behind (Fixture *f, gconstpointer data)
{
  int rounds = g_test_thorough () ? 1000 : MORE_ROUNDS;
  gsize before, grown;

  for (int i = 0; i < FIRST_ROUNDS; i++)
    open_and_close (f);
  before = count_heap ();
  for (int i = 0; i < rounds; i++)
    open_and_close (f);
  grown = count_heap () > before ? count_heap () - before : 0;
  g_test_message ("%zu bytes more after %d files", grown, rounds);
  /* A page is some hundreds of kilobytes. */
  g_assert_cmpuint (grown, <, 2000 * (gsize) rounds + 200000);
}

static gboolean
is_whole (gpointer page)
{
  return ruhu_household_page_is_whole (page);
}

static guint
count_cells (GtkWidget *widget)
{
  guint n = GTK_IS_FLOW_BOX_CHILD (widget) && gtk_widget_has_css_class (gtk_widget_get_parent (widget), "guarantees");

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    n += count_cells (child);
  return n;
}

/* They are made a few a frame. */
static void
test_each_guarantee_has_one_cell (Fixture *f, gconstpointer data)
{
  form_wait (is_whole, f->page);
  g_assert_cmpuint (count_cells (f->page), ==, 15);
  see (f->page, form_is_label, "Two assurances, three guarantees, water: 3 of 6 met");
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  ruhu_form_add_style ();
#define add(name, func) g_test_add ("/household-page/" name, Fixture, NULL, set_up, func, tear_down)
  add ("each-guarantee-has-one-cell", test_each_guarantee_has_one_cell);
  add ("a-problem-moves-and-comes-back", test_a_problem_moves_and_comes_back);
  add ("what-was-done-is-told-to-whoever-checks", test_what_was_done_is_told_to_whoever_checks);
  add ("a-photo-is-added-after-somebody-has-looked", test_a_photo_is_added_after_somebody_has_looked);
  add ("what-is-no-photo-is-refused-in-words", test_what_is_no_photo_is_refused_in_words);
  add ("a-sealed-visit-is-amended-beside-itself", test_a_sealed_visit_is_amended_beside_itself);
  add ("an-amendment-is-in-the-history-of-its-field", test_an_amendment_is_in_the_history_of_its_field);
  add ("the-keyboard-stays-when-the-alerts-are-made-anew", test_the_keyboard_stays_when_the_alerts_are_made_anew);
  add ("there-may-be-nothing-to-take-back", test_there_may_be_nothing_to_take_back);
  add ("every-chapter-is-reached", test_every_chapter_is_reached);
  add ("steps-lead-through-all", test_steps_lead_through_all);
  add ("opened-and-closed-files-leave-nothing-behind", test_opened_and_closed_files_leave_nothing_behind);
#undef add
  return g_test_run ();
}
