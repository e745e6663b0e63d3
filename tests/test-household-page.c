/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The household's file in its page: what its buttons write, what is taken back, and that a thousand of them leave nothing behind. */
#define G_LOG_DOMAIN "test-household-page"

#include "config.h"

#include "file-page.h"
#include "form-fixture.h"
#include "ruhu-cleanups.h"
#include "ruhu-file-chapter.h"
#include "ruhu-form-style.h"
#include "ruhu-household-page.h"
#include "ruhu-photo-strip.h"

#include <adwaita.h>
#include <string.h>

static gboolean
is_alert (GtkWidget *widget, const char *text)
{
  return form_is_label (widget, text) && gtk_widget_get_ancestor (widget, GTK_TYPE_BUTTON) != NULL && gtk_widget_has_css_class (gtk_widget_get_ancestor (widget, GTK_TYPE_BUTTON), "file-alert");
}

static void
test_a_problem_moves_and_comes_back (FilePage *f, gconstpointer data)
{
  file_page_unfold (f, "屋顶漏水");
  file_page_press (f, "Begin to Solve It");
  file_page_see (f->page, form_is_label, "Saved on this laptop.");
  ruhu_worker_flush (f->form->worker);
  assert_value (f->form->laptop->store, "problem", "q1", "state", "\"2\"");
  /* The record is still unfolded, with what can be done now. */
  file_page_see (f->page, form_is_button, "Solved…");
  gtk_widget_activate_action (f->page, "household.undo", NULL);
  file_page_see (f->page, form_is_label, "Taken back");
  assert_value (f->form->laptop->store, "problem", "q1", "state", "\"1\"");
  file_page_see (f->page, form_is_button, "Begin to Solve It");
}

static gboolean
is_entry (GtkWidget *widget, const char *text)
{
  return GTK_IS_ENTRY (widget);
}

static void
test_what_was_done_is_told_to_whoever_checks (FilePage *f, gconstpointer data)
{
  GtkWidget *dialog;

  file_page_unfold (f, "屋顶漏水");
  file_page_press (f, "Solved…");
  dialog = file_page_find_dialog ();
  g_assert_nonnull (dialog);
  gtk_editable_set_text (GTK_EDITABLE (form_find (dialog, is_entry, NULL)), "roof mended");
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog), "save");
  file_page_see (f->page, form_is_label, "Saved on this laptop.");
  assert_value (f->form->laptop->store, "problem", "q1", "state", "\"3\"");
  assert_value (f->form->laptop->store, "problem", "q1", "fix", "\"roof mended\"");
  assert_value (f->form->laptop->store, "problem", "q1", "fixer", "\"helper-a\"");
  /* Whoever solved it has no button to close it. */
  file_page_see (f->page, form_is_label, "somebody else has to check it");
  g_assert_null (form_find (f->page, form_is_button, "Close"));
}

static gboolean
is_dialog_there (gpointer data)
{
  return file_page_find_dialog () != NULL;
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
draw_photo (FilePage *f)
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
test_a_photo_is_added_after_somebody_has_looked (FilePage *f, gconstpointer data)
{
  g_autoptr (GFile) file = draw_photo (f);
  RuhuPhotoStrip *strip = RUHU_PHOTO_STRIP (file_page_see (f->page, is_strip, NULL));
  GtkWidget *dialog;

  ruhu_photo_strip_add_file (strip, file);
  form_wait (is_dialog_there, NULL);
  dialog = file_page_find_dialog ();
  g_assert_false (adw_message_dialog_get_response_enabled (ADW_MESSAGE_DIALOG (dialog), "add"));
  gtk_check_button_set_active (GTK_CHECK_BUTTON (form_find (dialog, is_check, NULL)), TRUE);
  g_assert_true (adw_message_dialog_get_response_enabled (ADW_MESSAGE_DIALOG (dialog), "add"));
  gtk_editable_set_text (GTK_EDITABLE (form_find (dialog, is_entry, NULL)), "north wall");
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog), "add");
  file_page_see (f->page, form_is_label, "Saved on this laptop.");
  ruhu_worker_flush (f->form->worker);
  g_assert_cmpint (store_count (f->form->laptop->store, "SELECT count (*) FROM r_photo WHERE scope = 'h1' AND things_only = 1 AND note = 'north wall' AND length (image) = 64"), ==, 1);
  /* It is here, and says that it has not been sent. */
  gtk_widget_activate_action (f->page, "household.jump", "u", 7);
  file_page_see (f->page, form_is_label, "Waiting to be sent");
}

static void
test_what_is_no_photo_is_refused_in_words (FilePage *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->form->township->directory, "letter.jpg", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  g_assert_true (g_file_set_contents (path, "Dear reader", -1, NULL));
  ruhu_photo_strip_add_file (RUHU_PHOTO_STRIP (file_page_see (f->page, is_strip, NULL)), file);
  file_page_see (f->page, form_is_label, "This file is not a photo.");
  g_assert_null (file_page_find_dialog ());
}

static void
test_words_that_are_refused_are_asked_for_again (FilePage *f, gconstpointer data)
{
  GtkWidget *dialog;

  laptop_save (f->form->laptop, "h1", "{\"problem\":{\"q1\":{\"state\":\"2\"}}}", -1);
  ruhu_page_refresh (RUHU_PAGE (f->page));
  file_page_unfold (f, "屋顶漏水");
  file_page_press (f, "Solved…");
  dialog = file_page_find_dialog ();
  gtk_editable_set_text (GTK_EDITABLE (file_page_see (dialog, is_entry, NULL)), "mended, ask 13800000009");
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog), "save");
  form_wait (file_page_is_asked, "numbers belong in their own fields");
  dialog = file_page_find_dialog ();
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (file_page_see (dialog, is_entry, NULL))), ==, "mended, ask 13800000009");
  gtk_editable_set_text (GTK_EDITABLE (file_page_see (dialog, is_entry, NULL)), "mended");
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog), "save");
  file_page_see (f->page, form_is_label, "Saved on this laptop.");
  ruhu_worker_flush (f->form->worker);
  assert_value (f->form->laptop->store, "problem", "q1", "fix", "\"mended\"");
}

/* Somebody who saved with an alert under the keyboard can take it back with the next key: the page still hears it. */
static void
test_the_keyboard_stays_when_the_alerts_are_made_anew (FilePage *f, gconstpointer data)
{
  GtkWidget *focus;

  laptop_save (f->form->laptop, "h1", "{\"problem\":{\"w1\":{\"kind\":\"04\",\"found\":\"2018-06-01\",\"deadline\":\"2018-06-02\",\"state\":\"1\",\"description\":\"the roof\"}}}", -1);
  ruhu_page_refresh (RUHU_PAGE (f->page));
  gtk_widget_grab_focus (gtk_widget_get_ancestor (file_page_see (f->page, is_alert, "the roof"), GTK_TYPE_BUTTON));
  laptop_save (f->form->laptop, "h1", "{\"problem\":{\"w1\":{\"description\":\"the gate\"}}}", -1);
  ruhu_page_refresh (RUHU_PAGE (f->page));
  file_page_see (f->page, is_alert, "the gate");
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

/* A visit may be begun before the file is there to be read. */
/* The page has come, or has gone out of sight before that, on a machine that is slow. */
static gboolean
is_over (gpointer page)
{
  GtkStack *stack = GTK_STACK (gtk_widget_get_parent (page));

  return form_find (page, form_is_label, "Registration and Records") != NULL || !gtk_stack_get_transition_running (stack);
}

static void
test_a_page_below_another_leaves_the_keyboard_there (FilePage *f, gconstpointer data)
{
  GtkWidget *stack = gtk_stack_new ();
  GtkWidget *page = ruhu_household_page_new (f->form->worker, "h1");
  GtkWidget *above = gtk_entry_new ();

  gtk_stack_set_transition_type (GTK_STACK (stack), GTK_STACK_TRANSITION_TYPE_CROSSFADE);
  gtk_stack_set_transition_duration (GTK_STACK (stack), 8000);
  gtk_stack_add_child (GTK_STACK (stack), page);
  gtk_stack_add_child (GTK_STACK (stack), above);
  adw_window_set_content (ADW_WINDOW (f->window), stack);
  ruhu_page_focus (RUHU_PAGE (page));
  gtk_stack_set_visible_child (GTK_STACK (stack), above);
  gtk_widget_grab_focus (above);
  form_wait (is_over, page);
  g_assert_true (gtk_widget_is_ancestor (gtk_window_get_focus (GTK_WINDOW (f->window)), above));
}

static void
test_there_may_be_nothing_to_take_back (FilePage *f, gconstpointer data)
{
  gtk_widget_activate_action (f->page, "household.undo", NULL);
  file_page_see (f->page, form_is_label, "nothing to take back");
}

static gboolean
is_chapter (GtkWidget *widget, const char *text)
{
  return RUHU_IS_FILE_CHAPTER (widget) && g_str_equal (ruhu_file_chapter_get_title (RUHU_FILE_CHAPTER (widget)), text);
}

/* A visit writes the household's own fields: what stands in the other chapters is not made again for that, but for whom it is about. */
static void
test_a_chapter_that_reads_the_same_is_not_made_again (FilePage *f, gconstpointer data)
{
  GtkWidget *row = file_page_see (file_page_see (f->page, is_chapter, "Members"), file_page_is_record, "曾小花");
  g_autofree char *title = g_strdup (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)));

  g_object_add_weak_pointer (G_OBJECT (row), (gpointer *) &row);
  laptop_save (f->form->laptop, "h1", "{\"household\":{\"h1\":{\"phone\":\"13900000009\"}}}", -1);
  ruhu_page_refresh (RUHU_PAGE (f->page));
  form_see (f->page, form_is_label, "13900000009");
  form_see (file_page_see (f->page, is_chapter, "Registration and Records"), form_is_label, "13900000009");
  g_assert_nonnull (row);
  laptop_save (f->form->laptop, "h1", "{\"household\":{\"h1\":{\"head\":\"p3\"}}}", -1);
  ruhu_page_refresh (RUHU_PAGE (f->page));
  form_see (file_page_see (file_page_see (f->page, is_chapter, "Members"), file_page_is_record, title), form_is_label, "Head");
  g_assert_null (row);
}

static void
test_every_chapter_is_reached (FilePage *f, gconstpointer data)
{
  static const char *const titles[] = { "Problems", "Members", "Income", "Guarantees", "Living Conditions", "Housing and Repair", "Plan and Measures", "Photos", "Visits", "Registration and Records" };

  for (guint i = 0; i < G_N_ELEMENTS (titles); i++)
    {
      GtkWidget *chapter = file_page_see (f->page, is_chapter, titles[i]);
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

/* By the keys: each step is one chapter on, also where the last one has nothing to file_page_press, and back at the first one it stays there. */
static void
test_steps_lead_through_all (FilePage *f, gconstpointer data)
{
  guint n = ruhu_file_chapter_count ();
  GtkWidget *last = file_page_see (f->page, is_chapter, "Registration and Records");
  GtkWidget *first = file_page_see (f->page, is_chapter, "Problems");

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

/* Opened, filled, and closed. */
static void
open_and_close (FilePage *f)
{
  GtkWidget *page = ruhu_household_page_new (f->form->worker, "h1");
  gpointer watched = page;

  g_object_add_weak_pointer (G_OBJECT (page), &watched);
  adw_window_set_content (ADW_WINDOW (f->window), page);
  file_page_see (page, form_is_label, "屋顶漏水");
  /* Bounded: where frames take long, there is always one to be drawn. */
  for (int i = 0; i < 50 && g_main_context_iteration (NULL, FALSE); i++)
    ;
  adw_window_set_content (ADW_WINDOW (f->window), NULL);
  form_wait (is_gone, &watched);
}

static void
test_opened_and_closed_files_leave_nothing_behind (FilePage *f, gconstpointer data)
{
  form_assert_flat ((FormRound) open_and_close, f, FIRST_ROUNDS, MORE_ROUNDS);
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
test_each_guarantee_has_one_cell (FilePage *f, gconstpointer data)
{
  form_wait (is_whole, f->page);
  g_assert_cmpuint (count_cells (f->page), ==, 15);
  file_page_see (f->page, form_is_label, "Two assurances, three guarantees, water: 3 of 6 met");
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  ruhu_form_add_style ();
#define add(name, func) g_test_add ("/household-page/" name, FilePage, NULL, file_page_set_up, func, file_page_tear_down)
  add ("each-guarantee-has-one-cell", test_each_guarantee_has_one_cell);
  add ("a-problem-moves-and-comes-back", test_a_problem_moves_and_comes_back);
  add ("what-was-done-is-told-to-whoever-checks", test_what_was_done_is_told_to_whoever_checks);
  add ("a-photo-is-added-after-somebody-has-looked", test_a_photo_is_added_after_somebody_has_looked);
  add ("what-is-no-photo-is-refused-in-words", test_what_is_no_photo_is_refused_in_words);
  add ("words-that-are-refused-are-asked-for-again", test_words_that_are_refused_are_asked_for_again);
  add ("a-chapter-that-reads-the-same-is-not-made-again", test_a_chapter_that_reads_the_same_is_not_made_again);
  add ("the-keyboard-stays-when-the-alerts-are-made-anew", test_the_keyboard_stays_when_the_alerts_are_made_anew);
  add ("a-page-below-another-leaves-the-keyboard-there", test_a_page_below_another_leaves_the_keyboard_there);
  add ("there-may-be-nothing-to-take-back", test_there_may_be_nothing_to_take_back);
  add ("every-chapter-is-reached", test_every_chapter_is_reached);
  add ("steps-lead-through-all", test_steps_lead_through_all);
  add ("opened-and-closed-files-leave-nothing-behind", test_opened_and_closed_files_leave_nothing_behind);
#undef add
  return g_test_run ();
}
