/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was typed or photographed in a visit is not given up where something fails or is still under way. */
#define G_LOG_DOMAIN "test-visit-kept"

#include "config.h"

#include "form-fixture.h"
#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-photo-dialog.h"
#include "ruhu-photo-strip.h"
#include "ruhu-validate.h"
#include "ruhu-visit-page.h"

#include <adwaita.h>

/* How many of the next checks find a database that somebody else holds. In the worker's thread. */
static int n_busy;

gboolean __real_ruhu_validator_check_record (RuhuValidator *self, RuhuRecordType *type, const char *record, const char *scope, json_object *fields, RuhuRole role, const char *today, GHashTable *relevant, GPtrArray *findings, GError **error);
gboolean __wrap_ruhu_validator_check_record (RuhuValidator *self, RuhuRecordType *type, const char *record, const char *scope, json_object *fields, RuhuRole role, const char *today, GHashTable *relevant, GPtrArray *findings, GError **error);

gboolean
__wrap_ruhu_validator_check_record (RuhuValidator *self, RuhuRecordType *type, const char *record, const char *scope, json_object *fields, RuhuRole role, const char *today, GHashTable *relevant, GPtrArray *findings, GError **error)
{
  if (g_atomic_int_get (&n_busy) == 0)
    return __real_ruhu_validator_check_record (self, type, record, scope, fields, role, today, relevant, findings, error);
  g_atomic_int_add (&n_busy, -1);
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_BUSY, "busy");
  return FALSE;
}

static gboolean
was_busy (gpointer unused)
{
  return g_atomic_int_get (&n_busy) == 0;
}

/* Which questions are asked is found out before the save, which leaves out what is not asked. */
static void
test_what_could_not_be_checked_is_not_left_out (void)
{
  FormFixture *fixture = form_fixture_new ();
  g_autoptr (RuhuEditSession) session = form_open_visit (fixture, NULL);
  const char *visit = ruhu_draft_body_get_self (ruhu_edit_session_get_body (session));
  g_autoptr (GPtrArray) findings = NULL;
  g_autoptr (GError) error = NULL;

  g_atomic_int_set (&n_busy, 1);
  form_enter_visit (session);
  form_enter (session, "visit", visit, "minutes", "40");
  form_wait (was_busy, NULL);
  ruhu_worker_flush (fixture->worker);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_true (form_save (session, &findings, &error));
  g_assert_no_error (error);
  assert_value (fixture->laptop->store, "visit", visit, "minutes", "40");
  g_clear_object (&session);
  form_fixture_free (fixture);
}

/* Nor is anything saved as long as it cannot be found out. */
static void
test_a_save_that_cannot_check_saves_nothing (void)
{
  FormFixture *fixture = form_fixture_new ();
  g_autoptr (RuhuEditSession) session = form_open_visit (fixture, NULL);
  const char *visit = ruhu_draft_body_get_self (ruhu_edit_session_get_body (session));
  g_autoptr (GPtrArray) findings = NULL;
  g_autoptr (GError) error = NULL;

  form_enter_visit (session);
  form_enter (session, "visit", visit, "minutes", "40");
  g_atomic_int_set (&n_busy, 1);
  g_assert_false (form_save_once (session, &findings, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_BUSY);
  g_clear_error (&error);
  g_assert_cmpuint (form_count_drafts (fixture), ==, 1);
  g_assert_true (form_save (session, &findings, &error));
  g_assert_no_error (error);
  assert_value (fixture->laptop->store, "visit", visit, "minutes", "40");
  g_clear_object (&session);
  form_fixture_free (fixture);
}

/* A draft that is open, and of which a later version came from the township meanwhile: this laptop's data was put back from a copy. */
static RuhuEditSession *
open_overtaken (FormFixture *fixture)
{
  RuhuEditSession *first = form_open_visit (fixture, NULL);
  g_autofree char *draft = g_strdup (ruhu_edit_session_get_draft (first));
  g_autoptr (GError) error = NULL;
  RuhuEditSession *session;

  form_enter_visit (first);
  ruhu_edit_session_store (first);
  g_assert_cmpuint (form_count_drafts (fixture), ==, 1);
  g_object_unref (first);
  session = form_open_visit (fixture, draft);
  g_assert_true (ruhu_database_execute (ruhu_store_get_database (fixture->laptop->store), "UPDATE draft SET updated = '9' || substr (updated, 2), body = json_set (body, '$.typed.household.h1.phone', '13900000002')", &error));
  g_assert_no_error (error);
  return session;
}

static gint64
count_overtaking (FormFixture *fixture)
{
  return store_count (fixture->laptop->store, "SELECT count (*) FROM draft WHERE body LIKE '%13900000002%'");
}

/* What neither comes of the other is kept beside it. */
static void
test_typing_does_not_replace_a_version_that_was_not_seen (void)
{
  FormFixture *fixture = form_fixture_new ();
  g_autoptr (RuhuEditSession) session = open_overtaken (fixture);

  for (guint i = 0; i < 2; i++)
    {
      form_enter (session, "household", "h1", "group_name", i == 0 ? "\"三组\"" : "\"四组\"");
      ruhu_edit_session_store (session);
    }
  g_assert_cmpuint (form_count_drafts (fixture), ==, 2);
  g_assert_cmpint (count_overtaking (fixture), ==, 1);
  g_assert_cmpint (store_count (fixture->laptop->store, "SELECT count (*) FROM draft WHERE body LIKE '%四组%' AND version > handed"), ==, 1);
  g_clear_object (&session);
  form_fixture_free (fixture);
}

static void
test_a_visit_ends_in_the_version_that_was_seen (void)
{
  FormFixture *fixture = form_fixture_new ();
  g_autoptr (RuhuEditSession) session = open_overtaken (fixture);

  form_discard (session);
  g_assert_cmpint (count_overtaking (fixture), ==, 1);
  g_clear_object (&session);
  form_fixture_free (fixture);
}

static void
test_so_does_one_that_is_finished (void)
{
  FormFixture *fixture = form_fixture_new ();
  g_autoptr (RuhuEditSession) session = open_overtaken (fixture);
  g_autoptr (GPtrArray) findings = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (form_save (session, &findings, &error));
  g_assert_no_error (error);
  g_assert_cmpint (store_count (fixture->laptop->store, "SELECT count (*) FROM r_visit WHERE outcome = '1'"), ==, 1);
  g_assert_cmpint (count_overtaking (fixture), ==, 1);
  g_clear_object (&session);
  form_fixture_free (fixture);
}

static void
set_flag_cb (gpointer *flag)
{
  *flag = GINT_TO_POINTER (TRUE);
}

static void
give_reasons (RuhuEditSession *session, const char *reason)
{
  g_autoptr (GPtrArray) findings = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (form_save_once (session, &findings, &error));
  g_assert_no_error (error);
  for (guint i = 0; i < findings->len; i++)
    if (((RuhuFinding *) findings->pdata[i])->rule != NULL)
      ruhu_edit_session_set_reason (session, findings->pdata[i], reason);
}

/* A draft on the disk of which nothing is missing: all its steps are done, and what the rules ask about has a reason. Transfer full. */
static char *
make_whole_draft (FormFixture *fixture)
{
  g_autoptr (RuhuEditSession) session = form_open_visit (fixture, NULL);
  GPtrArray *steps = ruhu_edit_session_get_form (session)->steps;

  form_enter_visit (session);
  for (guint i = 0; i < steps->len; i++)
    ruhu_edit_session_set_step (session, ((RuhuFormStep *) steps->pdata[i])->name);
  give_reasons (session, "已核实");
  ruhu_edit_session_store (session);
  g_assert_cmpuint (form_count_drafts (fixture), ==, 1);
  return g_strdup (ruhu_edit_session_get_draft (session));
}

/* The visit's page in a window, at its end. */
static GtkWidget *
show_end (FormFixture *fixture, const char *draft, GtkWidget **window)
{
  GtkWidget *page = ruhu_visit_page_new (fixture->worker, "h1", draft);

  *window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (*window), 1100, 700);
  gtk_window_set_child (GTK_WINDOW (*window), page);
  gtk_window_present (GTK_WINDOW (*window));
  form_see (page, form_is_label, "This visit was begun earlier");
  g_assert_true (gtk_widget_activate_action (page, "visit.step", "u", 0));
  return page;
}

static gboolean
is_reason (GtkWidget *widget, const char *text)
{
  return ADW_IS_ENTRY_ROW (widget) && g_strcmp0 (gtk_editable_get_text (GTK_EDITABLE (widget)), text) == 0;
}

/* What was typed after the save began would be in no change, and the draft ends with it. */
static void
test_nothing_is_typed_into_what_is_being_saved (void)
{
  FormFixture *fixture = form_fixture_new ();
  g_autofree char *draft = make_whole_draft (fixture);
  GtkWidget *window, *page = show_end (fixture, draft, &window), *reason;
  gpointer finished = NULL;
  gboolean can_type;

  g_signal_connect_swapped (page, "finished", G_CALLBACK (set_flag_cb), &finished);
  reason = form_see (page, is_reason, "已核实");
  gtk_widget_activate_action (page, "visit.next", NULL);
  can_type = gtk_widget_is_sensitive (reason);
  if (can_type)
    gtk_editable_set_text (GTK_EDITABLE (reason), "核实过两次");
  form_wait (form_is_set, &finished);
  g_assert_cmpint (store_count (fixture->laptop->store, "SELECT count (*) FROM r_finding_note WHERE reason = '核实过两次'"), ==, can_type ? 1 : 0);
  g_assert_cmpint (store_count (fixture->laptop->store, "SELECT count (*) FROM r_visit WHERE outcome = '1'"), ==, 1);
  gtk_window_destroy (GTK_WINDOW (window));
  form_fixture_free (fixture);
}

static gboolean
is_photo (GtkWidget *widget, const char *text)
{
  return ruhu_photo_thumbnail_get_item (widget) != NULL;
}

/* The question about a photo, once there is one. */
static gboolean
is_asked (gpointer question)
{
  g_autoptr (GList) windows = gtk_window_list_toplevels ();

  for (GList *l = windows; l != NULL; l = l->next)
    if (RUHU_IS_PHOTO_DIALOG (l->data) && gtk_widget_get_mapped (l->data))
      *(GtkWidget **) question = l->data;
  return *(GtkWidget **) question != NULL;
}

/* The first step that has room for photos comes into view. Its strip. */
static GtkWidget *
go_to_photos (GtkWidget *page)
{
  GtkWidget *strip = NULL;

  for (guint step = 1; step <= 9 && strip == NULL; step++)
    {
      g_assert_true (gtk_widget_activate_action (page, "visit.step", "u", step));
      strip = form_find (page, form_is_photo_strip, NULL);
    }
  g_assert_nonnull (strip);
  return strip;
}

typedef struct
{
  GtkWidget *page;
  gpointer *finished;
} End;

static gboolean
is_decided (gpointer data)
{
  End *end = data;

  return *end->finished != NULL || form_find (end->page, form_is_label, "A photo is still being added here") != NULL;
}

/* It is being made ready while somebody goes on to the end: on a slow laptop that takes some seconds. */
static void
test_a_visit_is_not_finished_without_a_photo_on_its_way (void)
{
  FormFixture *fixture = form_fixture_new ();
  g_autofree char *draft = make_whole_draft (fixture);
  g_autofree char *path = g_build_filename (fixture->township->directory, "roof.png", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GdkPixbuf) roof = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, 64, 48);
  GtkWidget *window, *page = show_end (fixture, draft, &window), *question = NULL;
  gpointer finished = NULL;
  End end = { page, &finished };

  g_signal_connect_swapped (page, "finished", G_CALLBACK (set_flag_cb), &finished);
  gdk_pixbuf_fill (roof, 0x804000ff);
  g_assert_true (gdk_pixbuf_save (roof, path, "png", NULL, NULL));
  ruhu_photo_strip_add_file (RUHU_PHOTO_STRIP (go_to_photos (page)), file);
  g_assert_true (gtk_widget_activate_action (page, "visit.step", "u", 0));
  gtk_widget_activate_action (page, "visit.next", NULL);
  form_wait (is_decided, &end);
  g_assert_null (finished);
  form_wait (is_asked, &question);
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (question), "add");
  gtk_window_destroy (GTK_WINDOW (question));
  form_see (page, is_photo, NULL);
  g_assert_true (gtk_widget_activate_action (page, "visit.step", "u", 0));
  gtk_widget_activate_action (page, "visit.next", NULL);
  form_wait (form_is_set, &finished);
  g_assert_cmpint (store_count (fixture->laptop->store, "SELECT count (*) FROM r_photo"), ==, 1);
  gtk_window_destroy (GTK_WINDOW (window));
  form_fixture_free (fixture);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/visit-kept/what-could-not-be-checked-is-not-left-out", test_what_could_not_be_checked_is_not_left_out);
  g_test_add_func ("/visit-kept/a-save-that-cannot-check-saves-nothing", test_a_save_that_cannot_check_saves_nothing);
  g_test_add_func ("/visit-kept/typing-does-not-replace-a-version-that-was-not-seen", test_typing_does_not_replace_a_version_that_was_not_seen);
  g_test_add_func ("/visit-kept/a-visit-ends-in-the-version-that-was-seen", test_a_visit_ends_in_the_version_that_was_seen);
  g_test_add_func ("/visit-kept/so-does-one-that-is-finished", test_so_does_one_that_is_finished);
  g_test_add_func ("/visit-kept/nothing-is-typed-into-what-is-being-saved", test_nothing_is_typed_into_what_is_being_saved);
  g_test_add_func ("/visit-kept/a-visit-is-not-finished-without-a-photo-on-its-way", test_a_visit_is_not_finished_without_a_photo_on_its_way);
  return g_test_run ();
}
