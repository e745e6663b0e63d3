/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The whole app, window and all: a helper who goes through households all day has no more in memory in the evening than in the morning (thorough: a thousand of them), and
 * does not end it by a key while something that was typed would go with it. */
#define G_LOG_DOMAIN "test-opened-files"

#include "config.h"

#include "form-fixture.h"
#include "ruhu-application.h"
#include "ruhu-field-row.h"
#include "ruhu-household-page.h"
#include "ruhu-photo-strip.h"
#include "ruhu-record-dialog.h"
#include "ruhu-window.h"

#include <glib/gstdio.h>

/* The address sanitizer's own allocator tells no sizes; what is left behind it reports at the end, after few as well. */
#ifdef __SANITIZE_ADDRESS__
#define FIRST 4
#define MORE  6
#else
#define FIRST 6
#define MORE  20
#endif

typedef struct
{
  FormFixture *form;
  RuhuApplication *app;
  RuhuWindow *window;
} Fixture;

/* The app finds its database by this name, beside nothing else. */
static void
lay_out (FormFixture *form)
{
  g_autofree char *folder = g_build_filename (form->township->directory, "app", NULL);
  g_autofree char *path = g_build_filename (folder, "ruhu.db", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  g_assert_true (ruhu_database_backup (ruhu_store_get_database (form->laptop->store), path, &error));
  g_assert_no_error (error);
  g_setenv ("RUHU_DATA_DIR", folder, TRUE);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  f->form = form_fixture_new ();
  lay_out (f->form);
  f->app = ruhu_application_new ();
  g_assert_true (g_application_register (G_APPLICATION (f->app), NULL, &error));
  g_assert_no_error (error);
  g_application_activate (G_APPLICATION (f->app));
  f->window = RUHU_WINDOW (gtk_application_get_active_window (GTK_APPLICATION (f->app)));
}

static void
run_idle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* What is under way may ask for more. */
static void
settle (Fixture *f)
{
  for (guint i = 0; i < 5; i++)
    {
      ruhu_worker_flush (ruhu_application_get_worker (f->app));
      run_idle ();
    }
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_autofree char *folder = g_strdup (g_getenv ("RUHU_DATA_DIR"));
  g_autoptr (GDir) dir = NULL;
  const char *name;

  gtk_window_destroy (GTK_WINDOW (f->window));
  settle (f);
  g_object_unref (f->app);
  run_idle ();
  dir = g_dir_open (folder, 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_remove (path);
    }
  g_rmdir (folder);
  form_fixture_free (f->form);
}

static gboolean
is_whole (gpointer page)
{
  return ruhu_household_page_is_whole (page);
}

static gboolean
is_gone (gpointer data)
{
  return *(gpointer *) data == NULL;
}

static void
open_and_close (Fixture *f)
{
  gpointer page;

  ruhu_window_show_household (f->window, "h1");
  page = ruhu_window_get_page (f->window);
  form_wait (is_whole, page);
  g_object_add_weak_pointer (page, &page);
  ruhu_window_pop (f->window);
  form_wait (is_gone, &page);
}

static void
test_a_day_of_households_leaves_nothing_behind (Fixture *f, gconstpointer data)
{
  form_assert_flat ((FormRound) open_and_close, f, FIRST, MORE);
}

static gboolean
is_open (gpointer window)
{
  g_autoptr (GList) windows = gtk_window_list_toplevels ();

  return g_list_find (windows, window) != NULL;
}

static gboolean
is_asked (gpointer heading)
{
  g_autoptr (GList) windows = gtk_window_list_toplevels ();

  for (GList *l = windows; l != NULL; l = l->next)
    if (ADW_IS_MESSAGE_DIALOG (l->data) && g_strcmp0 (adw_message_dialog_get_heading (l->data), heading) == 0)
      return TRUE;
  return FALSE;
}

static void
close_all_but (GtkWindow *kept)
{
  g_autoptr (GList) windows = gtk_window_list_toplevels ();

  for (GList *l = windows; l != NULL; l = l->next)
    if (l->data != kept && is_open (l->data))
      {
        gtk_window_set_transient_for (l->data, NULL);
        gtk_window_destroy (l->data);
      }
  run_idle ();
}

/* A record's window keeps no draft. */
static void
test_quitting_asks_about_a_record_that_was_typed (Fixture *f, gconstpointer data)
{
  RuhuCorrection *typed = g_new0 (RuhuCorrection, 1);

  typed->scope = g_strdup ("h1");
  typed->type = g_strdup ("person");
  typed->record = g_strdup ("p3");
  typed->fields = json_tokener_parse ("{\"edu\":\"02\"}");
  ruhu_record_dialog_present_correction (GTK_WINDOW (f->window), ruhu_application_get_worker (f->app), typed);
  form_wait (form_has_record_window, NULL);
  g_action_group_activate_action (G_ACTION_GROUP (f->app), "quit", NULL);
  run_idle ();
  g_assert_true (is_open (f->window));
  g_assert_nonnull (form_find_record_window ());
  g_assert_true (is_asked ((gpointer) "Leave without saving?"));
  /* Nor does the window go when it is asked for a second time. */
  gtk_window_close (GTK_WINDOW (f->window));
  run_idle ();
  g_assert_true (is_open (f->window));
  g_assert_nonnull (form_find_record_window ());
  close_all_but (GTK_WINDOW (f->window));
}

static void
test_the_window_does_not_go_before_a_question_is_answered (Fixture *f, gconstpointer data)
{
  GtkWidget *page;

  ruhu_window_show_household (f->window, "h1");
  page = ruhu_window_get_page (f->window);
  form_wait (is_whole, page);
  gtk_widget_activate_action (page, "household.act", "(sss)", "solve", "problem", "q1");
  form_wait (is_asked, (gpointer) "What was done?");
  gtk_window_close (GTK_WINDOW (f->window));
  run_idle ();
  g_assert_true (is_open (f->window));
  g_assert_true (is_asked ((gpointer) "What was done?"));
  close_all_but (GTK_WINDOW (f->window));
}

/* --- a visit whose draft cannot be written --- */

static RuhuDatabase *
open_database (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("RUHU_DATA_DIR"), "ruhu.db", NULL);
  g_autoptr (GError) error = NULL;
  RuhuDatabase *database = ruhu_database_open (path, 0, &error);

  g_assert_no_error (error);
  return database;
}

/* As a full disk does. */
static void
fill_disk (RuhuDatabase *database, gboolean full)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (ruhu_database_execute (database, full ? "CREATE TRIGGER no_room BEFORE INSERT ON draft BEGIN SELECT RAISE (ABORT, 'no room'); END" : "DROP TRIGGER no_room", &error));
  g_assert_no_error (error);
}

static gboolean
is_date (GtkWidget *widget, const char *unused)
{
  return RUHU_IS_FIELD_ROW (widget) && g_str_equal (ruhu_field_row_get_field (RUHU_FIELD_ROW (widget))->name, "date");
}

/* On the visit's first step; no field is left, which would write the draft. */
static void
type_into_a_visit (Fixture *f)
{
  GtkWidget *row;

  ruhu_window_show_household (f->window, "h1");
  form_wait (is_whole, ruhu_window_get_page (f->window));
  ruhu_window_open_visit (f->window, "h1", NULL);
  row = form_see (ruhu_window_get_page (f->window), is_date, NULL);
  gtk_window_set_focus (GTK_WINDOW (f->window), NULL);
  ruhu_field_row_set_text (RUHU_FIELD_ROW (row), "2018-06-21");
  g_signal_emit_by_name (row, "changed");
}

static gboolean
is_household (gpointer window)
{
  return RUHU_IS_HOUSEHOLD_PAGE (ruhu_window_get_page (window));
}

static gint64
count_drafts (RuhuDatabase *database)
{
  g_autoptr (GError) error = NULL;
  gint64 n = 0;

  g_assert_true (ruhu_database_get_integer (database, "SELECT count (*) FROM draft WHERE body LIKE '%2018-06-21%'", 0, &n, &error, ""));
  return n;
}

static void
answer (const char *response)
{
  g_autoptr (GList) windows = gtk_window_list_toplevels ();

  for (GList *l = windows; l != NULL; l = l->next)
    if (ADW_IS_MESSAGE_DIALOG (l->data))
      adw_message_dialog_response (l->data, response);
  run_idle ();
}

static void
test_a_visit_is_left_once_its_draft_is_on_the_disk (Fixture *f, gconstpointer data)
{
  RuhuDatabase *database = open_database ();
  /* That the draft is not written is a warning. */
  GLogLevelFlags fatal = g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);

  type_into_a_visit (f);
  fill_disk (database, TRUE);
  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.back", NULL);
  form_wait (is_asked, (gpointer) "Leave without saving?");
  g_assert_false (is_household (f->window));
  answer ("cancel");
  g_assert_false (is_household (f->window));
  /* There is room again. */
  fill_disk (database, FALSE);
  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.back", NULL);
  form_wait (is_household, f->window);
  g_assert_cmpint (count_drafts (database), ==, 1);
  ruhu_database_close (database);
  settle (f);
  g_log_set_always_fatal (fatal);
}

static void
click (Fixture *f, const char *label)
{
  g_signal_emit_by_name (form_see (GTK_WIDGET (f->window), form_is_button, label), "clicked");
}

/* It is nowhere else by then. */
static void
test_taking_a_visit_back_can_be_tried_again (Fixture *f, gconstpointer data)
{
  RuhuDatabase *database = open_database ();
  g_autofree char *draft = NULL;

  type_into_a_visit (f);
  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.back", NULL);
  form_wait (is_household, f->window);
  g_assert_true (ruhu_database_get_text (database, "SELECT id FROM draft", &draft, NULL, ""));
  ruhu_window_open_visit (f->window, "h1", draft);
  click (f, "Throw Away");
  form_wait (is_household, f->window);
  g_assert_cmpint (count_drafts (database), ==, 0);
  fill_disk (database, TRUE);
  click (f, "_Undo");
  form_miss (GTK_WIDGET (f->window), form_is_label, "was thrown away");
  form_see (GTK_WIDGET (f->window), form_is_label, "no room");
  g_assert_nonnull (form_find (GTK_WIDGET (f->window), form_is_button, "_Undo"));
  fill_disk (database, FALSE);
  click (f, "_Undo");
  form_see (GTK_WIDGET (f->window), form_is_label, "This visit was begun earlier");
  g_assert_cmpint (count_drafts (database), ==, 1);
  ruhu_database_close (database);
}

static void
test_a_page_is_left_once_its_photo_is_added (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->form->township->directory, "roof.png", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GdkPixbuf) roof = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, 64, 48);
  GtkWidget *page;

  gdk_pixbuf_fill (roof, 0x804000ff);
  g_assert_true (gdk_pixbuf_save (roof, path, "png", NULL, NULL));
  ruhu_window_show_household (f->window, "h1");
  page = ruhu_window_get_page (f->window);
  form_wait (is_whole, page);
  ruhu_photo_strip_add_file (RUHU_PHOTO_STRIP (form_see (page, form_is_photo_strip, NULL)), file);
  ruhu_window_show_household (f->window, "h2");
  g_assert_true (ruhu_window_get_page (f->window) == page);
  form_see (GTK_WIDGET (f->window), form_is_label, "A photo is still being added here");
  /* Whoever insists may leave it out. */
  ruhu_window_show_household (f->window, "h2");
  g_assert_true (ruhu_window_get_page (f->window) != page);
}

static void
test_a_draft_that_cannot_be_written_is_let_go_by_an_answer (Fixture *f, gconstpointer data)
{
  RuhuDatabase *database = open_database ();
  /* That the draft is not written is a warning. */
  GLogLevelFlags fatal = g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);

  type_into_a_visit (f);
  fill_disk (database, TRUE);
  gtk_window_close (GTK_WINDOW (f->window));
  form_wait (is_asked, (gpointer) "Leave without saving?");
  g_assert_true (is_open (f->window));
  answer ("cancel");
  g_assert_true (is_open (f->window));
  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.back", NULL);
  form_wait (is_asked, (gpointer) "Leave without saving?");
  answer ("discard");
  form_wait (is_household, f->window);
  g_assert_cmpint (count_drafts (database), ==, 0);
  ruhu_database_close (database);
  settle (f);
  g_log_set_always_fatal (fatal);
}

int
main (int argc, char **argv)
{
  /* Each test has an app of its own, which would find the one before on the bus. */
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "disabled:", TRUE);
  gtk_test_init (&argc, &argv, NULL);
  g_test_add ("/opened-files/a-day-of-households-leaves-nothing-behind", Fixture, NULL, set_up, test_a_day_of_households_leaves_nothing_behind, tear_down);
  g_test_add ("/opened-files/quitting-asks-about-a-record-that-was-typed", Fixture, NULL, set_up, test_quitting_asks_about_a_record_that_was_typed, tear_down);
  g_test_add ("/opened-files/the-window-does-not-go-before-a-question-is-answered", Fixture, NULL, set_up, test_the_window_does_not_go_before_a_question_is_answered, tear_down);
  g_test_add ("/opened-files/a-visit-is-left-once-its-draft-is-on-the-disk", Fixture, NULL, set_up, test_a_visit_is_left_once_its_draft_is_on_the_disk, tear_down);
  g_test_add ("/opened-files/a-draft-that-cannot-be-written-is-let-go-by-an-answer", Fixture, NULL, set_up, test_a_draft_that_cannot_be_written_is_let_go_by_an_answer, tear_down);
  g_test_add ("/opened-files/taking-a-visit-back-can-be-tried-again", Fixture, NULL, set_up, test_taking_a_visit_back_can_be_tried_again, tear_down);
  g_test_add ("/opened-files/a-page-is-left-once-its-photo-is-added", Fixture, NULL, set_up, test_a_page_is_left_once_its_photo_is_added, tear_down);
  return g_test_run ();
}
