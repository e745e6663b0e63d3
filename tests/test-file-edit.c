/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is saved from the household's file, one record at a time: the household's rules have the say there that they have in a visit; and what was
 * recorded wrongly is taken out again. */
#define G_LOG_DOMAIN "test-file-edit"

#include "config.h"

#include "form-fixture.h"
#include "ruhu-cleanups.h"
#include "ruhu-field-row.h"
#include "ruhu-file-chapter.h"
#include "ruhu-household-file.h"
#include "ruhu-household-page.h"
#include "ruhu-photo-strip.h"
#include "ruhu-record-dialog.h"
#include "ruhu-removed-page.h"

#include <adwaita.h>
#include <string.h>

typedef struct
{
  FormFixture *form;
  RuhuEditSession *session;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->form = form_fixture_new ();
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_clear_object (&f->session);
  form_fixture_free (f->form);
}

/* One record's window without its window; @record NULL: a new one. Its id. */
static const char *
open_record (Fixture *f, const char *type, const char *record)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_clear_object (&f->session);
  f->session = ruhu_edit_session_new_record (f->form->worker, type, record, "h1", 0);
  ruhu_edit_session_open_async (f->session, NULL, form_keep_result_cb, &result);
  form_wait (form_is_set, &result);
  g_assert_true (ruhu_edit_session_open_finish (f->session, result, &error));
  g_assert_no_error (error);
  return ruhu_draft_body_get_self (ruhu_edit_session_get_body (f->session));
}

static void
assert_saved (Fixture *f)
{
  g_autoptr (GPtrArray) findings = NULL;
  g_autoptr (GError) error = NULL;

  if (!form_save_once (f->session, &findings, &error) && findings != NULL && findings->len > 0)
    g_test_message ("%s", ((RuhuFinding *) findings->pdata[0])->message);
  g_assert_no_error (error);
  g_assert_true (ruhu_edit_session_get_saved_seq (f->session) > 0);
}

static void
assert_refused (Fixture *f, const char *rule, const char *record, const char *field)
{
  g_autoptr (GPtrArray) findings = NULL;
  g_autoptr (GError) error = NULL;
  const RuhuFinding *finding = NULL;

  g_assert_false (form_save_once (f->session, &findings, &error));
  g_assert_no_error (error);
  for (guint i = 0; i < findings->len; i++)
    if (g_strcmp0 (((RuhuFinding *) findings->pdata[i])->rule, rule) == 0)
      finding = findings->pdata[i];
  g_assert_nonnull (finding);
  g_assert_cmpstr (finding->record, ==, record);
  g_assert_cmpstr (finding->field, ==, field);
}

static void
test_a_measure_without_consent_cannot_be_saved (Fixture *f, gconstpointer data)
{
  const char *measure = open_record (f, "measure", NULL);
  g_autofree char *consent = NULL;

  form_enter (f->session, "measure", measure, "kind", "\"401\"");
  form_enter (f->session, "measure", measure, "person_id", "\"p1\"");
  form_enter (f->session, "measure", measure, "state", "\"2\"");
  assert_refused (f, "R36", measure, "state");
  g_assert_cmpint (store_count (f->form->laptop->store, "SELECT count (*) FROM r_measure WHERE kind = '401'"), ==, 0);
  /* As a proposal it can be recorded, and declining is a normal answer. */
  form_enter (f->session, "measure", measure, "state", "\"6\"");
  assert_saved (f);
  /* With the person's word it can go on. */
  consent = g_strdup ("{\"consent\":{\"c1\":{\"subject\":\"2\",\"person_id\":\"p1\",\"understood\":true,\"decision\":\"1\",\"date\":\"2018-06-01\"}}}");
  laptop_save (f->form->laptop, "h1", consent, -1);
  measure = open_record (f, "measure", NULL);
  form_enter (f->session, "measure", measure, "kind", "\"401\"");
  form_enter (f->session, "measure", measure, "person_id", "\"p1\"");
  form_enter (f->session, "measure", measure, "state", "\"2\"");
  assert_saved (f);
  g_assert_cmpint (store_count (f->form->laptop->store, "SELECT count (*) FROM r_measure WHERE kind = '401' AND state = '2'"), ==, 1);
}

static void
test_nor_agreed_to_by_an_edit (Fixture *f, gconstpointer data)
{
  laptop_save (f->form->laptop, "h1", "{\"measure\":{\"m2\":{\"kind\":\"401\",\"person_id\":\"p1\",\"state\":\"1\"}}}", -1);
  open_record (f, "measure", "m2");
  form_enter (f->session, "measure", "m2", "state", "\"2\"");
  assert_refused (f, "R36", "m2", "state");
  assert_value (f->form->laptop->store, "measure", "m2", "state", "\"1\"");
}

/* What was out of order before keeps nobody from recording something else about it. */
static void
test_an_old_fault_is_not_in_the_way (Fixture *f, gconstpointer data)
{
  laptop_save (f->form->laptop, "h1", "{\"measure\":{\"m2\":{\"kind\":\"401\",\"person_id\":\"p1\",\"state\":\"2\"}}}", -1);
  open_record (f, "measure", "m2");
  form_enter (f->session, "measure", "m2", "note", "\"五月起\"");
  assert_saved (f);
  open_record (f, "person", "p3");
  form_enter (f->session, "person", "p3", "edu", "\"02\"");
  assert_saved (f);
}

static void
test_a_warning_asks_for_its_reason (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) findings = NULL;
  g_autoptr (GError) error = NULL;

  open_record (f, "household", "h1");
  form_enter (f->session, "household", "h1", "land_arable", "4000");
  g_assert_false (form_save_once (f->session, &findings, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (findings->len, >, 0);
  for (guint i = 0; i < findings->len; i++)
    if (((RuhuFinding *) findings->pdata[i])->rule != NULL)
      ruhu_edit_session_set_reason (f->session, findings->pdata[i], "承包地，已核实");
  assert_saved (f);
  g_assert_cmpint (store_count (f->form->laptop->store, "SELECT count (*) FROM r_finding_note WHERE record_id = 'h1' AND reason = '承包地，已核实'"), ==, 1);
}

/* The window of a record of h1 in which @json was typed. */
static GtkWidget *
type_in_window (Fixture *f, GtkWidget *parent, const char *type, const char *record, const char *json)
{
  RuhuCorrection *typed = g_new0 (RuhuCorrection, 1);

  typed->scope = g_strdup ("h1");
  typed->type = g_strdup (type);
  typed->record = g_strdup (record);
  typed->fields = json_tokener_parse (json);
  ruhu_record_dialog_present_correction (GTK_WINDOW (parent), f->form->worker, typed);
  form_wait (form_has_record_window, NULL);
  return form_find_record_window ();
}

/* Asked to save, too. */
static GtkWidget *
save_in_window (Fixture *f, GtkWidget *parent, const char *type, const char *record, const char *json)
{
  GtkWidget *window = type_in_window (f, parent, type, record, json);

  gtk_widget_activate_action (window, "record.save", NULL);
  return window;
}

static GtkWidget *
find_message (void)
{
  g_autoptr (GList) windows = gtk_window_list_toplevels ();

  for (GList *l = windows; l != NULL; l = l->next)
    if (ADW_IS_MESSAGE_DIALOG (l->data) && gtk_widget_get_visible (l->data))
      return l->data;
  return NULL;
}

static gboolean
is_asked (gpointer data)
{
  return find_message () != NULL;
}

static gboolean
is_not_asked (gpointer data)
{
  return find_message () == NULL;
}

/* The window goes before the question about it does. */
static void
test_what_was_typed_is_thrown_away_by_an_answer (Fixture *f, gconstpointer data)
{
  GtkWidget *parent = adw_window_new ();
  GtkWidget *window = save_in_window (f, parent, "measure", NULL, "{\"kind\":\"401\",\"person_id\":\"p1\",\"state\":\"2\"}");

  form_see (window, form_is_label, "something must be corrected first.");
  gtk_window_close (GTK_WINDOW (window));
  form_wait (is_asked, NULL);
  g_signal_emit_by_name (form_see (find_message (), form_is_button, "Leave"), "clicked");
  form_wait (form_has_no_record_window, NULL);
  form_wait (is_not_asked, NULL);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  gtk_window_destroy (GTK_WINDOW (parent));
}

static void
test_the_window_says_what_is_missing (Fixture *f, gconstpointer data)
{
  GtkWidget *parent = adw_window_new ();
  GtkWidget *window = save_in_window (f, parent, "measure", NULL, "{\"kind\":\"401\",\"person_id\":\"p1\",\"state\":\"2\"}");

  form_see (window, form_is_label, "something must be corrected first. Everything typed is kept.\n· Training, employment, posts");
  gtk_window_destroy (GTK_WINDOW (window));
  gtk_window_destroy (GTK_WINDOW (parent));
}

static void
test_the_window_takes_a_reason (Fixture *f, gconstpointer data)
{
  GtkWidget *parent = adw_window_new ();
  GtkWidget *window = save_in_window (f, parent, "household", "h1", "{\"land_arable\":4000}");

  form_see (window, form_is_label, "correct it, or say why it is right");
  g_signal_emit_by_name (form_see (window, form_is_button, "Checked with the household: it is so"), "clicked");
  gtk_widget_activate_action (window, "record.save", NULL);
  form_wait (form_has_no_record_window, NULL);
  ruhu_worker_flush (f->form->worker);
  assert_value (f->form->laptop->store, "household", "h1", "land_arable", "4000");
  gtk_window_destroy (GTK_WINDOW (parent));
}

static gboolean
is_row_of (GtkWidget *widget, const char *field)
{
  return RUHU_IS_FIELD_ROW (widget) && g_strcmp0 (ruhu_field_row_get_field (RUHU_FIELD_ROW (widget))->name, field) == 0;
}

/* What was typed after the save began would be in no change, and the window goes with it. */
static void
test_nothing_is_typed_into_what_is_being_saved (Fixture *f, gconstpointer data)
{
  GtkWidget *parent = adw_window_new ();
  GtkWidget *window = type_in_window (f, parent, "person", "p3", "{\"edu\":\"02\"}");
  GtkWidget *row = form_see (window, is_row_of, "name");
  gboolean can_type;

  /* Checked already: the change is made at once. */
  for (gint64 end = g_get_monotonic_time () + G_TIME_SPAN_SECOND; g_get_monotonic_time () < end; g_usleep (1000))
    g_main_context_iteration (NULL, FALSE);
  gtk_widget_activate_action (window, "record.save", NULL);
  can_type = gtk_widget_is_sensitive (row);
  if (can_type)
    {
      ruhu_field_row_set_text (RUHU_FIELD_ROW (row), "曾小兰");
      g_signal_emit_by_name (row, "changed");
    }
  form_wait (form_has_no_record_window, NULL);
  ruhu_worker_flush (f->form->worker);
  assert_value (f->form->laptop->store, "person", "p3", "edu", "\"02\"");
  assert_value (f->form->laptop->store, "person", "p3", "name", can_type ? "\"曾小兰\"" : "\"曾小花\"");
  gtk_window_destroy (GTK_WINDOW (parent));
}

/* The household's file in a window, whole. */
static GtkWidget *
open_file (Fixture *f, GtkWidget **page)
{
  GtkWidget *window = adw_window_new ();

  *page = ruhu_household_page_new (f->form->worker, "h1");
  gtk_window_set_default_size (GTK_WINDOW (window), 1000, 700);
  adw_window_set_content (ADW_WINDOW (window), *page);
  gtk_window_present (GTK_WINDOW (window));
  form_see (*page, form_is_button, "What Was Removed");
  return window;
}

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

static void
test_a_record_is_removed_and_comes_back (Fixture *f, gconstpointer data)
{
  GtkWidget *page;
  GtkWidget *window = open_file (f, &page);

  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (form_see (page, is_expander, "屋顶漏水")), TRUE);
  g_signal_emit_by_name (form_see (page, form_is_button, "Remove"), "clicked");
  /* No question: it is said, and can be taken back. */
  form_see (page, form_is_label, "Removed: 屋顶漏水");
  form_see (page, form_is_button, "_Undo");
  form_miss (page, is_expander, "屋顶漏水");
  assert_value (f->form->laptop->store, "problem", "q1", "deleted", "true");
  gtk_widget_activate_action (page, "household.undo", NULL);
  form_see (page, is_expander, "屋顶漏水");
  assert_value (f->form->laptop->store, "problem", "q1", "deleted", "-");
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_a_key_removes_the_row_that_has_the_keyboard (Fixture *f, gconstpointer data)
{
  GtkWidget *page;
  GtkWidget *window = open_file (f, &page);
  GtkWidget *row = form_see (page, is_expander, "屋顶漏水");

  form_wait (is_mapped, row);
  g_assert_true (gtk_widget_child_focus (row, GTK_DIR_TAB_FORWARD));
  gtk_widget_activate_action (gtk_root_get_focus (GTK_ROOT (window)), "chapter.remove", NULL);
  form_see (page, form_is_label, "Removed: 屋顶漏水");
  form_miss (page, is_expander, "屋顶漏水");
  gtk_window_destroy (GTK_WINDOW (window));
}

/* With the next key the next one goes, too. */
static void
test_the_keyboard_goes_on_to_the_neighbour (Fixture *f, gconstpointer data)
{
  GtkWidget *page, *window, *focus, *row;

  laptop_save (f->form->laptop, "h1", "{\"problem\":{\"q2\":{\"kind\":\"04\",\"deadline\":\"2018-07-02\",\"description\":\"the gate does not close\",\"found\":\"2018-05-03\",\"state\":\"1\"}}}", -1);
  window = open_file (f, &page);
  row = form_see (page, is_expander, "屋顶漏水");
  form_wait (is_mapped, row);
  g_assert_true (gtk_widget_child_focus (row, GTK_DIR_TAB_FORWARD));
  gtk_widget_activate_action (gtk_root_get_focus (GTK_ROOT (window)), "chapter.remove", NULL);
  form_miss (page, is_expander, "屋顶漏水");
  focus = gtk_root_get_focus (GTK_ROOT (window));
  row = form_find (page, is_expander, "the gate");
  g_assert_true (focus != NULL && gtk_widget_is_ancestor (focus, row));
  gtk_widget_activate_action (focus, "chapter.remove", NULL);
  form_miss (page, is_expander, "the gate");
  /* The last of them gone, it is on something of the page all the same. */
  focus = gtk_root_get_focus (GTK_ROOT (window));
  g_assert_true (focus != NULL && gtk_widget_is_ancestor (focus, page));
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_what_was_removed_is_seen_and_brought_back (Fixture *f, gconstpointer data)
{
  GtkWidget *window = adw_window_new ();
  GtkWidget *page;

  /* Two of a kind are told apart. */
  laptop_save (f->form->laptop, "h1", "{\"problem\":{\"q1\":{\"kind\":\"04\",\"deleted\":true}}}", -1);
  page = ruhu_removed_page_new (f->form->worker, "h1");
  adw_window_set_content (ADW_WINDOW (window), page);
  gtk_window_present (GTK_WINDOW (window));
  form_see (page, is_expander, "屋顶漏水");
  form_see (page, form_is_label, "Problem · removed by ");
  g_signal_emit_by_name (form_see (page, form_is_button, "Bring Back"), "clicked");
  form_see (page, form_is_label, "Nothing was removed.");
  assert_value (f->form->laptop->store, "problem", "q1", "deleted", "-");
  gtk_window_destroy (GTK_WINDOW (window));
}

static gboolean
may_remove (Fixture *f, const char *type, const char *record)
{
  g_autoptr (RuhuHouseholdFile) file = ruhu_household_file_read (f->form->laptop->store, "h1", NULL);
  const RuhuFileRecord *found = ruhu_household_file_find (file, type, record);

  g_assert_nonnull (found);
  return found->may_remove;
}

static void
test_what_stays_cannot_be_removed (Fixture *f, gconstpointer data)
{
  laptop_save (f->form->laptop, "h1",
               "{\"visit\":{\"v7\":{\"date\":\"2018-06-29\",\"outcome\":\"2\"}},\"consent\":{\"c1\":{\"subject\":\"2\",\"person_id\":\"p1\",\"understood\":true,\"decision\":\"1\",\"date\":\"2018-06-01\"}},"
               "\"income_line\":{\"l1\":{\"year\":2018,\"cat\":\"1\",\"item\":\"01\",\"amount\":100}}}",
               -1);
  township_write (f->form->township, "h1", "{\"income_line\":{\"l2\":{\"year\":2018,\"cat\":\"1\",\"item\":\"01\",\"amount\":100}}}");
  laptop_sync (f->form->laptop, f->form->township);
  g_assert_false (may_remove (f, "household", "h1"));
  g_assert_false (may_remove (f, "visit", "v7"));
  g_assert_false (may_remove (f, "consent", "c1"));
  g_assert_false (may_remove (f, "assignment", "a1"));
  g_assert_true (may_remove (f, "measure", "m1"));
  /* What is written once, by who wrote it. */
  g_assert_true (may_remove (f, "income_line", "l1"));
  g_assert_false (may_remove (f, "income_line", "l2"));
}

/* It has its id from its key: what was removed and is recorded anew is the same record. */
static void
test_what_is_recorded_anew_is_there_again (Fixture *f, gconstpointer data)
{
  const char *book = open_record (f, "income_book", NULL);
  g_autofree char *id = NULL;
  g_autofree char *set = NULL;

  form_enter (f->session, "income_book", book, "year", "2016");
  form_enter (f->session, "income_book", book, "base_persons", "3");
  assert_saved (f);
  id = ruhu_draft_body_dup_final_id (ruhu_edit_session_get_body (f->session), ruhu_catalogue_get_record (ruhu_edit_session_get_catalogue (f->session), "income_book"), "h1", book);
  set = g_strdup_printf ("{\"income_book\":{\"%s\":{\"deleted\":true}}}", id);
  laptop_save (f->form->laptop, "h1", set, -1);
  book = open_record (f, "income_book", NULL);
  form_enter (f->session, "income_book", book, "year", "2016");
  form_enter (f->session, "income_book", book, "base_persons", "4");
  assert_saved (f);
  g_assert_cmpint (store_count (f->form->laptop->store, "SELECT base_persons FROM r_income_book WHERE year = 2016 AND deleted = 0"), ==, 4);
}

static gboolean
is_strip (GtkWidget *widget, const char *text)
{
  return RUHU_IS_PHOTO_STRIP (widget) && form_find (widget, form_is_label, text) != NULL;
}

static gboolean
is_photo (GtkWidget *widget, const char *text)
{
  const RuhuPhotoItem *item = ruhu_photo_thumbnail_get_item (widget);

  return item != NULL && strstr (item->note, text) != NULL;
}

static gboolean
is_focus (gpointer widget)
{
  return widget != NULL && gtk_widget_is_focus (widget);
}

static void
test_nor_is_it_lost_with_a_photo (Fixture *f, gconstpointer data)
{
  GtkWidget *page, *window, *photo;

  laptop_save (f->form->laptop, "h1",
               "{\"photo\":{\"f1\":{\"subject\":\"01\",\"image\":\"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\",\"things_only\":true,\"date\":\"2018-06-29\",\"note\":\"wall\"},"
               "\"f2\":{\"subject\":\"01\",\"image\":\"8f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\",\"things_only\":true,\"date\":\"2018-06-29\",\"note\":\"tap\"}}}",
               -1);
  window = open_file (f, &page);
  photo = form_see (page, is_photo, "wall");
  form_wait (is_mapped, photo);
  gtk_widget_grab_focus (photo);
  g_signal_emit_by_name (gtk_widget_get_ancestor (photo, RUHU_TYPE_PHOTO_STRIP), "removed", "f1");
  form_miss (page, is_photo, "wall");
  form_wait (is_focus, form_see (page, is_photo, "tap"));
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_a_photo_is_removed (Fixture *f, gconstpointer data)
{
  GtkWidget *page, *window;

  laptop_save (f->form->laptop, "h1", "{\"photo\":{\"f1\":{\"subject\":\"01\",\"image\":\"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\",\"things_only\":true,\"date\":\"2018-06-29\"}}}", -1);
  window = open_file (f, &page);
  g_signal_emit_by_name (form_see (page, is_strip, "House"), "removed", "f1");
  form_see (page, form_is_label, "Removed: ");
  form_miss (page, is_strip, "House");
  assert_value (f->form->laptop->store, "photo", "f1", "deleted", "true");
  gtk_window_destroy (GTK_WINDOW (window));
}

static gboolean
is_entry (GtkWidget *widget, const char *text)
{
  return GTK_IS_ENTRY (widget);
}

/* By the office, whose the deadline is: in as many days as it has said for such a problem. */
static void
test_what_is_sent_back_has_a_new_deadline (Fixture *f, gconstpointer data)
{
  Laptop *office = laptop_new (f->form->township, "0f", "office");
  RuhuWorker *own = f->form->worker;
  GtkWidget *page, *window, *dialog;
  GtkEditable *entry;
  g_autofree char *proposed = NULL;

  township_write (f->form->township, "h1", "{\"problem\":{\"q1\":{\"kind\":\"04\",\"state\":\"3\",\"fixer\":\"helper-a\",\"deadline\":\"2018-06-01\"}}}");
  laptop_sync (office, f->form->township);
  f->form->worker = ruhu_worker_new (office->path);
  window = open_file (f, &page);
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (form_see (page, is_expander, "屋顶漏水")), TRUE);
  g_signal_emit_by_name (form_see (page, form_is_button, "Send Back"), "clicked");
  form_wait (is_asked, NULL);
  dialog = find_message ();
  entry = GTK_EDITABLE (form_find (dialog, is_entry, NULL));
  proposed = g_strdup (gtk_editable_get_text (entry));
  g_assert_cmpuint (strlen (proposed), ==, strlen ("2018-07-15"));
  g_assert_cmpstr (proposed, >, "2018-06-30");
  gtk_editable_set_text (entry, "2018-06-31");
  g_assert_false (adw_message_dialog_get_response_enabled (ADW_MESSAGE_DIALOG (dialog), "save"));
  gtk_editable_set_text (entry, "2018-06-01");
  g_assert_false (adw_message_dialog_get_response_enabled (ADW_MESSAGE_DIALOG (dialog), "save"));
  gtk_editable_set_text (entry, proposed);
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog), "save");
  form_see (page, form_is_label, "Saved on this laptop.");
  ruhu_worker_flush (f->form->worker);
  assert_value (office->store, "problem", "q1", "state", "\"5\"");
  g_assert_cmpint (store_count (office->store, "SELECT count (*) FROM r_problem WHERE id = 'q1' AND deadline > '2018-06-30'"), ==, 1);
  gtk_window_destroy (GTK_WINDOW (window));
  ruhu_worker_flush (f->form->worker);
  g_object_unref (f->form->worker);
  f->form->worker = own;
  laptop_free (office);
}

/* By a helper, who cannot set one. */
static void
test_a_helper_is_told_whose_the_deadline_is (Fixture *f, gconstpointer data)
{
  GtkWidget *page, *window;

  township_write (f->form->township, "h1", "{\"problem\":{\"q1\":{\"kind\":\"04\",\"state\":\"3\",\"fixer\":\"helper-b\",\"deadline\":\"2018-06-01\"}}}");
  laptop_sync (f->form->laptop, f->form->township);
  window = open_file (f, &page);
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (form_see (page, is_expander, "屋顶漏水")), TRUE);
  g_signal_emit_by_name (form_see (page, form_is_button, "Send Back"), "clicked");
  form_see (page, form_is_label, "The township office sets the new deadline.");
  g_assert_null (find_message ());
  assert_value (f->form->laptop->store, "problem", "q1", "state", "\"5\"");
  assert_value (f->form->laptop->store, "problem", "q1", "deadline", "\"2018-06-01\"");
  gtk_window_destroy (GTK_WINDOW (window));
}

#define add(name, func) g_test_add ("/file-edit/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  add ("measure-without-consent-cannot-be-saved-from-the-file", test_a_measure_without_consent_cannot_be_saved);
  add ("nor-agreed-to-by-an-edit", test_nor_agreed_to_by_an_edit);
  add ("old-fault-is-not-in-the-way", test_an_old_fault_is_not_in_the_way);
  add ("warning-asks-for-its-reason", test_a_warning_asks_for_its_reason);
  add ("window-says-what-is-missing", test_the_window_says_what_is_missing);
  add ("what-was-typed-is-thrown-away-by-an-answer", test_what_was_typed_is_thrown_away_by_an_answer);
  add ("window-takes-a-reason", test_the_window_takes_a_reason);
  add ("nothing-is-typed-into-what-is-being-saved", test_nothing_is_typed_into_what_is_being_saved);
  add ("record-is-removed-and-comes-back", test_a_record_is_removed_and_comes_back);
  add ("key-removes-the-row-that-has-the-keyboard", test_a_key_removes_the_row_that_has_the_keyboard);
  add ("keyboard-goes-on-to-the-neighbour", test_the_keyboard_goes_on_to_the_neighbour);
  add ("nor-is-it-lost-with-a-photo", test_nor_is_it_lost_with_a_photo);
  add ("what-was-removed-is-seen-and-brought-back", test_what_was_removed_is_seen_and_brought_back);
  add ("what-stays-cannot-be-removed", test_what_stays_cannot_be_removed);
  add ("what-is-recorded-anew-is-there-again", test_what_is_recorded_anew_is_there_again);
  add ("photo-is-removed", test_a_photo_is_removed);
  add ("what-is-sent-back-has-a-new-deadline", test_what_is_sent_back_has_a_new_deadline);
  add ("helper-is-told-whose-the-deadline-is", test_a_helper_is_told_whose_the_deadline_is);
  return g_test_run ();
}
