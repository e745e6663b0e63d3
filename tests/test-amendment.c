/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sealed visit is corrected by amendments, which show, and correct what was counted. */
#define G_LOG_DOMAIN "test-amendment"

#include "config.h"

#include "file-page.h"
#include "ruhu-cleanups.h"
#include "ruhu-form-style.h"
#include "ruhu-history-page.h"

#include <string.h>

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

static gboolean
is_switch (GtkWidget *widget, const char *text)
{
  return GTK_IS_SWITCH (widget);
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

/* What the visit recorded. */
#define SAID   "{\"visit\":{\"w1\":{\"date\":\"2018-06-29\",\"outcome\":\"2\",\"summary\":\"three sheep\"}}}"
#define SILENT "{\"visit\":{\"w1\":{\"date\":\"2018-06-29\",\"outcome\":\"1\"}}}"

/* The dialog about a visit that is on file. */
static GtkWidget *
amend (FilePage *f, const char *recorded)
{
  laptop_save (f->form->laptop, "h1", recorded, -1);
  ruhu_page_refresh (RUHU_PAGE (f->page));
  file_page_unfold (f, "2018-06-29");
  file_page_press (f, "Amend…");
  return file_page_find_dialog ();
}

static void
test_a_sealed_visit_is_amended_beside_itself (FilePage *f, gconstpointer data)
{
  GtkWidget *dialog = amend (f, SAID);

  /* Its change does not say that it is of the visit, but brings it. */
  choose (file_page_see (dialog, is_choice, "Recorded by the visit"), "Summary");
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (file_page_see (dialog, is_entry_row, "It said"))), ==, "three sheep");
  choose (file_page_see (dialog, is_choice, "Recorded by the visit"), "Something else");
  answer (dialog, "What is corrected", "number of sheep");
  answer (dialog, "It said", "three");
  answer (dialog, "It should say", "five");
  g_assert_false (adw_message_dialog_get_response_enabled (ADW_MESSAGE_DIALOG (dialog), "save"));
  answer (dialog, "Why", "counted again");
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog), "save");
  file_page_see (f->page, form_is_label, "1 amendment");
  file_page_see (f->page, form_is_label, "“three” should be “five”");
  assert_value (f->form->laptop->store, "visit", "w1", "summary", "\"three sheep\"");
}

/* An income line with a zero too many: it goes out of the sum, and the right one in. */
static void
test_an_amendment_corrects_the_sum (FilePage *f, gconstpointer data)
{
  GtkWidget *dialog;

  laptop_save (f->form->laptop, "h1",
               "{\"visit\":{\"w1\":{\"date\":\"2018-06-29\",\"outcome\":\"1\"}},\"income_line\":{\"l1\":{\"year\":2018,\"cat\":\"1\",\"item\":\"01\",\"amount\":1200000,\"person_id\":\"p1\"}}}", -1);
  ruhu_page_refresh (RUHU_PAGE (f->page));
  file_page_unfold (f, "2018-06-29");
  file_page_press (f, "Amend…");
  dialog = file_page_find_dialog ();
  choose (file_page_see (dialog, is_choice, "Recorded by the visit"), "Amount");
  answer (dialog, "It should say", "1200");
  file_page_see (dialog, form_is_label, "Put the right entry in its place");
  answer (dialog, "Why", "a zero too many");
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog), "save");
  file_page_see (f->page, form_is_label, "1 amendment");
  ruhu_worker_flush (f->form->worker);
  g_assert_cmpint (store_count (f->form->laptop->store, "SELECT sum (amount) FROM r_income_line WHERE scope = 'h1' AND deleted = 0 AND person_id = 'p1' AND item = '01'"), ==, 120000);
  assert_value (f->form->laptop->store, "income_line", "l1", "deleted", "true");
  assert_value (f->form->laptop->store, "income_line", "l1", "amount", "1200000");
}

/* Neither is the wrong one taken out while the right one is still half typed, nor is something done that is not shown. */
static void
test_what_is_no_amount_replaces_none (FilePage *f, gconstpointer data)
{
  AdwMessageDialog *dialog;

  laptop_save (f->form->laptop, "h1",
               "{\"visit\":{\"w1\":{\"date\":\"2018-06-29\",\"outcome\":\"1\"}},\"income_line\":{\"l1\":{\"year\":2018,\"cat\":\"1\",\"item\":\"01\",\"amount\":1200000,\"person_id\":\"p1\"}}}", -1);
  ruhu_page_refresh (RUHU_PAGE (f->page));
  file_page_unfold (f, "2018-06-29");
  file_page_press (f, "Amend…");
  dialog = ADW_MESSAGE_DIALOG (file_page_find_dialog ());
  choose (file_page_see (GTK_WIDGET (dialog), is_choice, "Recorded by the visit"), "Amount");
  answer (GTK_WIDGET (dialog), "Why", "a zero too many");
  file_page_see (GTK_WIDGET (dialog), form_is_label, "Take the wrong entry out");
  g_assert_true (adw_message_dialog_get_response_enabled (dialog, "save"));
  answer (GTK_WIDGET (dialog), "It should say", "a good deal");
  file_page_see (GTK_WIDGET (dialog), form_is_label, "Put the right entry in its place");
  file_page_see (GTK_WIDGET (dialog), form_is_label, "write a number");
  g_assert_false (adw_message_dialog_get_response_enabled (dialog, "save"));
  gtk_switch_set_active (GTK_SWITCH (form_find (GTK_WIDGET (dialog), is_switch, NULL)), FALSE);
  g_assert_true (adw_message_dialog_get_response_enabled (dialog, "save"));
  adw_message_dialog_response (dialog, "save");
  file_page_see (f->page, form_is_label, "1 amendment");
  assert_value (f->form->laptop->store, "income_line", "l1", "deleted", "-");
}

/* Whether the dialog's keyboard is in what it asks by this name. */
static gboolean
has_keyboard (GtkWidget *dialog, const char *question)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (dialog));

  return focus != NULL && gtk_widget_is_ancestor (focus, form_find (dialog, is_entry_row, question));
}

static gboolean
has_amendment (gpointer data)
{
  FilePage *f = data;

  return store_count (f->form->laptop->store, "SELECT count (*) FROM r_amendment WHERE body = 'the daughter says so'") == 1;
}

/* Numbers belong in their own fields. */
static void
save_what_is_refused (GtkWidget *dialog)
{
  file_page_see (dialog, is_choice, "Recorded by the visit");
  answer (dialog, "What is corrected", "the road");
  answer (dialog, "Why", "the daughter says so, 13800000009");
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog), "save");
}

/* A rule may say no when the dialog is gone: it comes again, with what was typed and with why. */
static void
test_what_was_typed_and_refused_is_asked_again (FilePage *f, gconstpointer data)
{
  GtkWidget *dialog = amend (f, SILENT);

  save_what_is_refused (dialog);
  form_wait (file_page_is_asked, "numbers belong in their own fields");
  dialog = file_page_find_dialog ();
  g_assert_true (has_keyboard (dialog, "What is corrected"));
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (file_page_see (dialog, is_entry_row, "What is corrected"))), ==, "the road");
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (file_page_see (dialog, is_entry_row, "Why"))), ==, "the daughter says so, 13800000009");
  g_assert_true (adw_message_dialog_get_response_enabled (ADW_MESSAGE_DIALOG (dialog), "save"));
  answer (dialog, "Why", "the daughter says so");
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog), "save");
  file_page_see (f->page, form_is_label, "1 amendment");
}

/* Also where somebody has gone on to something else meanwhile. */
static void
test_it_is_asked_again_when_the_page_is_gone (FilePage *f, gconstpointer data)
{
  GtkWidget *dialog = amend (f, SILENT);

  save_what_is_refused (dialog);
  adw_window_set_content (ADW_WINDOW (f->window), gtk_label_new ("another page"));
  form_wait (file_page_is_asked, "numbers belong in their own fields");
  dialog = file_page_find_dialog ();
  answer (dialog, "Why", "the daughter says so");
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog), "save");
  form_wait (has_amendment, f);
}

/* All of it is typed without the pointer: the keyboard is in the first row, goes to what is missing of what was chosen, and Enter saves. */
static void
test_an_amendment_needs_no_pointer (FilePage *f, gconstpointer data)
{
  GtkWidget *dialog = amend (f, SAID);

  g_assert_true (has_keyboard (dialog, "What is corrected"));
  choose (file_page_see (dialog, is_choice, "Recorded by the visit"), "Summary");
  g_assert_true (has_keyboard (dialog, "It should say"));
  answer (dialog, "It should say", "five sheep");
  answer (dialog, "Why", "counted again");
  g_signal_emit_by_name (gtk_editable_get_delegate (GTK_EDITABLE (form_find (dialog, is_entry_row, "Why"))), "activate");
  file_page_see (f->page, form_is_label, "“three sheep” should be “five sheep”");
}

/* What the visit recorded is chosen rather than written out, and the amendment is then found where somebody looks the field up. */
static void
test_an_amendment_is_in_the_history_of_its_field (FilePage *f, gconstpointer data)
{
  g_autoptr (RuhuEditSession) session = form_open_visit (f->form, NULL);
  g_autofree char *visit = g_strdup (ruhu_draft_body_get_self (ruhu_edit_session_get_body (session)));
  g_autoptr (GPtrArray) findings = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *date = NULL;
  GtkWidget *dialog, *history;

  form_enter_visit (session);
  form_enter (session, "household", "h1", "phone", "\"13900000002\"");
  g_assert_true (form_save (session, &findings, &error));
  ruhu_page_refresh (RUHU_PAGE (f->page));
  /* The day that the worker's clock says. */
  date = store_value (f->form->laptop->store, "visit", visit, "date");
  date[strlen (date) - 1] = '\0';
  file_page_unfold (f, date + 1);
  file_page_press (f, "Amend…");
  dialog = file_page_find_dialog ();
  choose (file_page_see (dialog, is_choice, "Recorded by the visit"), "Telephone");
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (file_page_see (dialog, is_entry_row, "It said"))), ==, "13900000002");
  answer (dialog, "It should say", "13900000003");
  answer (dialog, "Why", "misheard");
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog), "save");
  file_page_see (f->page, form_is_label, "1 amendment");
  history = g_object_ref_sink (ruhu_history_page_new (f->form->worker, "household", "h1", "phone", "Household"));
  adw_window_set_content (ADW_WINDOW (f->window), history);
  file_page_see (history, form_is_label, "“13900000002” should be “13900000003”");
  file_page_see (history, form_is_label, "misheard");
  g_object_unref (history);
  g_clear_object (&session);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  ruhu_form_add_style ();
#define add(name, func) g_test_add ("/amendment/" name, FilePage, NULL, file_page_set_up, func, file_page_tear_down)
  add ("a-sealed-visit-is-amended-beside-itself", test_a_sealed_visit_is_amended_beside_itself);
  add ("amendment-corrects-the-sum", test_an_amendment_corrects_the_sum);
  add ("what-is-no-amount-replaces-none", test_what_is_no_amount_replaces_none);
  add ("what-was-typed-and-refused-is-asked-again", test_what_was_typed_and_refused_is_asked_again);
  add ("it-is-asked-again-when-the-page-is-gone", test_it_is_asked_again_when_the_page_is_gone);
  add ("an-amendment-needs-no-pointer", test_an_amendment_needs_no_pointer);
  add ("an-amendment-is-in-the-history-of-its-field", test_an_amendment_is_in_the_history_of_its_field);
#undef add
  return g_test_run ();
}
