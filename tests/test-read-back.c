/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a visit will record is read to the household in large type, and its agreement is recorded. */
#define G_LOG_DOMAIN "test-read-back"

#include "config.h"

#include "form-fixture.h"
#include "ruhu-cleanups.h"
#include "ruhu-read-back.h"
#include "ruhu-visit-changes.h"
#include "ruhu-visit-page-private.h"

static gboolean
is_open (gpointer data)
{
  return RUHU_VISIT_PAGE (data)->form != NULL;
}

typedef struct
{
  FormFixture *fixture;
  GtkWidget *window;
  RuhuVisitPage *page;
} Visit;

static Visit
visit_open (void)
{
  Visit visit = { form_fixture_new (), gtk_window_new (), NULL };
  GtkWidget *page = ruhu_visit_page_new (visit.fixture->worker, "h1", NULL);

  visit.page = RUHU_VISIT_PAGE (page);
  gtk_window_set_child (GTK_WINDOW (visit.window), page);
  gtk_window_present (GTK_WINDOW (visit.window));
  form_wait (is_open, page);
  return visit;
}

static void
visit_close (Visit *visit)
{
  gtk_window_destroy (GTK_WINDOW (visit->window));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  form_fixture_free (visit->fixture);
}

static void
type_in (Visit *visit, const char *type, const char *record, const char *field, const char *json)
{
  RuhuRecordType *record_type = ruhu_catalogue_get_record (ruhu_edit_session_get_catalogue (visit->page->session), type);
  g_autoptr (RuhuJson) value = json_tokener_parse (json);

  ruhu_edit_session_set_value (visit->page->session, ruhu_record_type_get_field (record_type, field), record, value);
}

static GtkWidget *
find_read_back (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

      if (RUHU_IS_READ_BACK (window))
        return window;
    }
  return NULL;
}

/* All that stands in it, a line a label. */
static void
collect (GtkWidget *widget, GString *text)
{
  if (GTK_IS_LABEL (widget))
    g_string_append_printf (text, "%s\n", gtk_label_get_text (GTK_LABEL (widget)));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    collect (child, text);
}

static GtkWidget *
find_label (GtkWidget *widget, const char *part)
{
  GtkWidget *found = NULL;

  if (GTK_IS_LABEL (widget) && strstr (gtk_label_get_text (GTK_LABEL (widget)), part) != NULL)
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL; child = gtk_widget_get_next_sibling (child))
    found = find_label (child, part);
  return found;
}

static int
measure_line (GtkWidget *page)
{
  int height = 0;

  gtk_widget_measure (find_label (page, "13900000002"), GTK_ORIENTATION_VERTICAL, 2000, NULL, &height, NULL, NULL);
  return height;
}

static void
test_says_what_was_and_what_is (void)
{
  Visit visit = visit_open ();
  g_autoptr (GString) text = g_string_new (NULL);

  type_in (&visit, "household", "h1", "phone", "\"13900000002\"");
  type_in (&visit, "person", "p1", "id_no", "\"990001197003050016\"");
  gtk_widget_activate_action (GTK_WIDGET (visit.page), "visit.read-back", NULL);
  g_assert_nonnull (find_read_back ());
  collect (find_read_back (), text);
  g_assert_nonnull (strstr (text->str, "13900000002 (before: 13800000001)"));
  /* Who looks over a shoulder sees the end of an ID number only. */
  g_assert_nonnull (strstr (text->str, "ends in 0016"));
  g_assert_null (strstr (text->str, "990001197003050016"));
  /* What nobody touched is not read out. */
  g_assert_null (strstr (text->str, "二组"));
  gtk_window_destroy (GTK_WINDOW (find_read_back ()));
  visit_close (&visit);
}

static void
test_agreement_is_recorded (void)
{
  Visit visit = visit_open ();
  RuhuDraftBody *body = ruhu_edit_session_get_body (visit.page->session);

  type_in (&visit, "household", "h1", "phone", "\"13900000002\"");
  gtk_widget_activate_action (GTK_WIDGET (visit.page), "visit.read-back", NULL);
  gtk_widget_activate_action (find_read_back (), "read.agree", NULL);
  g_assert_null (find_read_back ());
  g_assert_true (json_object_get_boolean (ruhu_draft_body_get_value (body, "visit", ruhu_draft_body_get_self (body), "read_back")));
  visit_close (&visit);
}

static void
test_a_correction_leads_to_the_summary (void)
{
  Visit visit = visit_open ();
  RuhuDraftBody *body = ruhu_edit_session_get_body (visit.page->session);

  gtk_widget_activate_action (GTK_WIDGET (visit.page), "visit.read-back", NULL);
  gtk_widget_activate_action (find_read_back (), "read.wrong", NULL);
  g_assert_null (find_read_back ());
  g_assert_cmpuint (visit.page->current, ==, visit.page->form->steps->len);
  g_assert_null (ruhu_draft_body_get_value (body, "visit", ruhu_draft_body_get_self (body), "read_back"));
  visit_close (&visit);
}

static void
test_type_can_be_made_larger (void)
{
  Visit visit = visit_open ();
  GtkWidget *page;
  int before, after;

  type_in (&visit, "household", "h1", "phone", "\"13900000002\"");
  gtk_widget_activate_action (GTK_WIDGET (visit.page), "visit.read-back", NULL);
  page = find_read_back ();
  before = measure_line (page);
  for (int i = 0; i < 9; i++)
    gtk_widget_activate_action (page, "read.larger", NULL);
  after = measure_line (page);
  g_assert_cmpint (after, >, before);
  for (int i = 0; i < 9; i++)
    gtk_widget_activate_action (page, "read.smaller", NULL);
  after = measure_line (page);
  g_assert_cmpint (after, <, before);
  gtk_window_destroy (GTK_WINDOW (page));
  visit_close (&visit);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/read-back/says_what_was_and_what_is", test_says_what_was_and_what_is);
  g_test_add_func ("/read-back/agreement_is_recorded", test_agreement_is_recorded);
  g_test_add_func ("/read-back/a_correction_leads_to_the_summary", test_a_correction_leads_to_the_summary);
  g_test_add_func ("/read-back/type_can_be_made_larger", test_type_can_be_made_larger);
  return g_test_run ();
}
