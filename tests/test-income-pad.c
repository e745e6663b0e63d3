/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Income is entered by class, item, amount and Enter; what is missing is said, and nothing half is added. */
#define G_LOG_DOMAIN "test-income-pad"

#include "config.h"

#include "form-fixture.h"
#include "ruhu-cleanups.h"
#include "ruhu-income-pad.h"

#include <adwaita.h>
#include <string.h>

typedef struct
{
  FormFixture *fixture;
  RuhuEditSession *session;
  RuhuRecordType *type;
  GtkWidget *window;
  GtkWidget *pad;
} Pad;

static Pad
pad_open (const char *recorded)
{
  Pad pad = { form_fixture_new () };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  if (recorded != NULL)
    {
      township_write (pad.fixture->township, "h1", recorded);
      laptop_sync (pad.fixture->laptop, pad.fixture->township);
    }
  pad.session = ruhu_edit_session_new_form (pad.fixture->worker, "visit", "h1", NULL);
  ruhu_edit_session_open_async (pad.session, NULL, form_keep_result_cb, &result);
  form_wait (form_is_set, &result);
  g_assert_true (ruhu_edit_session_open_finish (pad.session, result, &error));
  g_assert_no_error (error);
  pad.type = ruhu_catalogue_get_record (ruhu_edit_session_get_catalogue (pad.session), "income_line");
  pad.window = gtk_window_new ();
  pad.pad = ruhu_income_pad_new (pad.session, pad.type);
  gtk_window_set_child (GTK_WINDOW (pad.window), pad.pad);
  gtk_window_present (GTK_WINDOW (pad.window));
  return pad;
}

static void
pad_close (Pad *pad)
{
  gtk_window_destroy (GTK_WINDOW (pad->window));
  g_clear_object (&pad->session);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  form_fixture_free (pad->fixture);
}

/* The first visible button or label with that text. */
static GtkWidget *
find (GtkWidget *widget, GType type, const char *text)
{
  GtkWidget *found = NULL;
  const char *own = GTK_IS_BUTTON (widget) ? gtk_button_get_label (GTK_BUTTON (widget)) : GTK_IS_LABEL (widget) ? gtk_label_get_text (GTK_LABEL (widget))
                                                                                                                : NULL;

  if (!gtk_widget_get_visible (widget))
    return NULL;
  if (g_type_is_a (G_OBJECT_TYPE (widget), type) && own != NULL && strstr (own, text) != NULL)
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL; child = gtk_widget_get_next_sibling (child))
    found = find (child, type, text);
  return found;
}

static void
press (Pad *pad, const char *label)
{
  GtkWidget *button = find (pad->pad, GTK_TYPE_BUTTON, label);

  g_assert_nonnull (button);
  if (GTK_IS_TOGGLE_BUTTON (button))
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), TRUE);
  else
    g_signal_emit_by_name (button, "clicked");
}

/* Only what was added: neither what is on file nor what is being entered. */
static GPtrArray *
list_lines (Pad *pad)
{
  RuhuFormPart part = { pad->type, RUHU_PART_ADD, NULL };

  return ruhu_edit_session_list_records (pad->session, &part);
}

static const char *
get_text (Pad *pad, const char *record, const char *field)
{
  return json_object_get_string (ruhu_draft_body_get_value (ruhu_edit_session_get_body (pad->session), "income_line", record, field));
}

static void
test_a_line_in_four_presses (void)
{
  Pad pad = pad_open (NULL);
  g_autoptr (GPtrArray) lines = NULL;

  press (&pad, "Wages");
  press (&pad, "Public-welfare post");
  press (&pad, "8");
  press (&pad, "0");
  press (&pad, "0");
  press (&pad, "⌫");
  press (&pad, ".");
  press (&pad, "5");
  press (&pad, "Add This Line");
  lines = list_lines (&pad);
  g_assert_cmpuint (lines->len, ==, 1);
  g_assert_cmpstr (get_text (&pad, lines->pdata[0], "cat"), ==, "1");
  g_assert_cmpstr (get_text (&pad, lines->pdata[0], "item"), ==, "02");
  g_assert_cmpstr (get_text (&pad, lines->pdata[0], "amount"), ==, "8050");
  g_assert_cmpint (atoi (get_text (&pad, lines->pdata[0], "year")), ==, ruhu_edit_session_get_year (pad.session));
  /* The class stays, the item does not: the next line is another one. */
  press (&pad, "Other");
  press (&pad, "7");
  press (&pad, "Add This Line");
  g_ptr_array_unref (g_steal_pointer (&lines));
  lines = list_lines (&pad);
  g_assert_cmpuint (lines->len, ==, 2);
  g_assert_cmpstr (get_text (&pad, lines->pdata[1], "cat"), ==, "1");
  pad_close (&pad);
}

static void
test_what_is_missing_is_said (void)
{
  Pad pad = pad_open (NULL);
  g_autoptr (GPtrArray) lines = NULL;

  press (&pad, "Wages");
  press (&pad, "7");
  press (&pad, "Add This Line");
  lines = list_lines (&pad);
  g_assert_cmpuint (lines->len, ==, 0);
  g_assert_nonnull (find (pad.pad, GTK_TYPE_LABEL, "Still missing: Item"));
  /* Nothing that was typed is lost. */
  press (&pad, "Grain");
  press (&pad, "Add This Line");
  g_ptr_array_unref (g_steal_pointer (&lines));
  lines = list_lines (&pad);
  g_assert_cmpuint (lines->len, ==, 1);
  g_assert_cmpstr (get_text (&pad, lines->pdata[0], "amount"), ==, "700");
  g_assert_null (find (pad.pad, GTK_TYPE_LABEL, "Still missing"));
  pad_close (&pad);
}

static void
test_earlier_figures_stand_beside (void)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  int year = g_date_time_get_year (now);
  g_autofree char *recorded = g_strdup_printf ("{\"income_line\":{\"l1\":{\"year\":%d,\"cat\":\"2\",\"item\":\"04\",\"amount\":123400},\"l2\":{\"year\":%d,\"cat\":\"1\",\"item\":\"01\",\"amount\":99900}}}", year, year - 1);
  Pad pad = pad_open (recorded);
  g_autoptr (GPtrArray) lines = list_lines (&pad);

  g_assert_cmpuint (lines->len, ==, 0);
  g_assert_nonnull (find (pad.pad, GTK_TYPE_LABEL, "Recorded before"));
  g_assert_nonnull (find (pad.pad, GTK_TYPE_LABEL, "For comparison"));
  g_assert_nonnull (find (pad.pad, GTK_TYPE_LABEL, "999"));
  pad_close (&pad);
}

/* A visit that is entered late is about its own year, unless somebody says another. */
static void
test_lines_are_of_the_visits_year (void)
{
  Pad pad = pad_open ("{\"income_line\":{\"l1\":{\"year\":2018,\"cat\":\"2\",\"item\":\"04\",\"amount\":123400}}}");
  const char *visit = ruhu_draft_body_get_self (ruhu_edit_session_get_body (pad.session));
  g_autoptr (GPtrArray) lines = NULL;

  g_assert_null (find (pad.pad, GTK_TYPE_LABEL, "Recorded before for 2018"));
  form_enter (pad.session, "visit", visit, "date", "\"2018-11-03\"");
  g_assert_nonnull (find (pad.pad, GTK_TYPE_LABEL, "Recorded before for 2018"));
  press (&pad, "Wages");
  press (&pad, "Public-welfare post");
  press (&pad, "8");
  /* One that is being entered goes along, and so does one that was added. */
  form_enter (pad.session, "visit", visit, "date", "\"2019-01-03\"");
  g_assert_null (find (pad.pad, GTK_TYPE_LABEL, "Recorded before for 2018"));
  press (&pad, "Add This Line");
  lines = list_lines (&pad);
  g_assert_cmpuint (lines->len, ==, 1);
  g_assert_cmpstr (get_text (&pad, lines->pdata[0], "year"), ==, "2019");
  form_enter (pad.session, "visit", visit, "date", "\"2017-01-03\"");
  g_assert_cmpstr (get_text (&pad, lines->pdata[0], "year"), ==, "2017");
  pad_close (&pad);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/income-pad/a_line_in_four_presses", test_a_line_in_four_presses);
  g_test_add_func ("/income-pad/what_is_missing_is_said", test_what_is_missing_is_said);
  g_test_add_func ("/income-pad/earlier_figures_stand_beside", test_earlier_figures_stand_beside);
  g_test_add_func ("/income-pad/lines_are_of_the_visits_year", test_lines_are_of_the_visits_year);
  return g_test_run ();
}
