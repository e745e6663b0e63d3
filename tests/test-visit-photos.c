/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A photo added in a visit is a record of the visit's draft, and saved with it. */
#define G_LOG_DOMAIN "test-visit-photos"

#include "config.h"

#include "form-fixture.h"
#include "ruhu-edit-session.h"
#include "ruhu-photo-strip.h"
#include "ruhu-record-card.h"
#include "ruhu-record-list.h"
#include "ruhu-visit-photos.h"

#include <adwaita.h>

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static RuhuFormPart *
find_part (RuhuEditSession *session)
{
  RuhuForm *form = ruhu_edit_session_get_form (session);

  for (guint i = 0; i < form->steps->len; i++)
    {
      RuhuFormStep *step = form->steps->pdata[i];

      for (guint j = 0; j < step->parts->len; j++)
        if (ruhu_visit_photos_fits (step->parts->pdata[j]))
          return step->parts->pdata[j];
    }
  return NULL;
}

static GtkWidget *
find_strip (GtkWidget *widget)
{
  GtkWidget *found = NULL;

  if (RUHU_IS_PHOTO_STRIP (widget))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL; child = gtk_widget_get_next_sibling (child))
    found = find_strip (child);
  return found;
}

static void
test_a_photo_is_of_the_draft (void)
{
  FormFixture *fixture = form_fixture_new ();
  g_autoptr (RuhuEditSession) session = ruhu_edit_session_new_form (fixture->worker, "visit", "h1", NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) photos = NULL;
  g_autoptr (GError) error = NULL;
  RuhuDraftBody *body;
  GtkWidget *window, *widget;

  ruhu_edit_session_open_async (session, NULL, form_keep_result_cb, &result);
  form_wait (form_is_set, &result);
  g_assert_true (ruhu_edit_session_open_finish (session, result, &error));
  g_assert_no_error (error);
  window = gtk_window_new ();
  widget = ruhu_visit_photos_new (session, find_part (session));
  gtk_window_set_child (GTK_WINDOW (window), widget);
  gtk_window_present (GTK_WINDOW (window));
  g_signal_emit_by_name (find_strip (widget), "added", HASH, "1", "南墙");
  body = ruhu_edit_session_get_body (session);
  photos = ruhu_draft_body_list_records (body, "photo");
  g_assert_cmpuint (photos->len, ==, 1);
  g_assert_cmpstr (json_object_get_string (ruhu_draft_body_get_value (body, "photo", photos->pdata[0], "image")), ==, HASH);
  g_assert_cmpstr (json_object_get_string (ruhu_draft_body_get_value (body, "photo", photos->pdata[0], "note")), ==, "南墙");
  g_assert_true (json_object_get_boolean (ruhu_draft_body_get_value (body, "photo", photos->pdata[0], "things_only")));
  /* On the disk at once: the photo must not be taken for one that nobody mentions. */
  ruhu_worker_flush (fixture->worker);
  g_assert_cmpint (store_count (fixture->laptop->store, "SELECT count(*) FROM draft WHERE body LIKE '%" HASH "%'"), ==, 1);
  gtk_window_destroy (GTK_WINDOW (window));
  while (g_main_context_pending (NULL))
    g_main_context_iteration (NULL, FALSE);
  g_clear_object (&session);
  form_fixture_free (fixture);
}

typedef struct
{
  GtkWidget *root;
  const char *record;
} Wanted;

static GtkWidget *
find_card (GtkWidget *widget, const char *record)
{
  GtkWidget *found = RUHU_IS_RECORD_CARD (widget) && g_strcmp0 (ruhu_record_card_get_record (RUHU_RECORD_CARD (widget)), record) == 0 ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL; child = gtk_widget_get_next_sibling (child))
    found = find_card (child, record);
  return found;
}

static gboolean
is_card_there (gpointer data)
{
  Wanted *wanted = data;

  return find_card (wanted->root, wanted->record) != NULL;
}

static gboolean
is_photo_button (GtkWidget *widget, const char *text)
{
  return GTK_IS_BUTTON (widget) && g_strcmp0 (gtk_button_get_icon_name (GTK_BUTTON (widget)), "camera-photo-symbolic") == 0;
}

static gboolean
is_thumbnail (GtkWidget *widget, const char *text)
{
  return GTK_IS_BUTTON (widget) && g_object_get_data (G_OBJECT (widget), "ruhu-item") != NULL;
}

static RuhuFormPart *
find_problems (RuhuEditSession *session)
{
  RuhuForm *form = ruhu_edit_session_get_form (session);

  for (guint i = 0; i < form->steps->len; i++)
    {
      RuhuFormPart *part = ((RuhuFormStep *) form->steps->pdata[i])->parts->pdata[0];

      if (g_str_equal (part->record->name, "problem"))
        return part;
    }
  g_assert_not_reached ();
}

/* Where a problem is talked about, its photos are, and a new one shows it; of a problem that is taken back, it is a photo of the visit. */
static void
test_a_photo_shows_the_problem_on_whose_card_it_was_added (void)
{
  FormFixture *fixture = form_fixture_new ();
  RuhuEditSession *session;
  g_autoptr (GPtrArray) photos = NULL;
  g_autoptr (GPtrArray) findings = NULL;
  g_autoptr (GError) error = NULL;
  RuhuRecordType *type;
  RuhuDraftBody *body;
  GtkWidget *window = gtk_window_new (), *scroller = gtk_scrolled_window_new (), *list, *card;
  Wanted wanted = { NULL, "q1" };
  g_autofree char *problem = NULL;

  township_write (fixture->township, "h1", "{\"photo\":{\"f1\":{\"subject\":\"01\",\"image\":\"" HASH "\",\"things_only\":true,\"date\":\"2018-05-02\",\"problem_id\":\"q1\"}}}");
  laptop_sync (fixture->laptop, fixture->township);
  session = form_open_visit (fixture, NULL);
  body = ruhu_edit_session_get_body (session);
  type = find_problems (session)->record;
  list = wanted.root = ruhu_record_list_new (session, find_problems (session));
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), list);
  gtk_window_set_default_size (GTK_WINDOW (window), 800, 600);
  gtk_window_set_child (GTK_WINDOW (window), scroller);
  gtk_window_present (GTK_WINDOW (window));
  form_wait (is_card_there, &wanted);
  card = find_card (list, "q1");
  g_assert_nonnull (form_find (card, is_photo_button, NULL));
  ruhu_record_card_set_open (RUHU_RECORD_CARD (card), TRUE);
  g_assert_nonnull (form_find (card, is_thumbnail, NULL));
  problem = g_strdup (ruhu_edit_session_add_record (session, type));
  card = find_card (list, problem);
  ruhu_record_card_set_open (RUHU_RECORD_CARD (card), TRUE);
  g_assert_null (form_find (card, is_thumbnail, NULL));
  g_signal_emit_by_name (find_strip (card), "added", HASH, "01", "");
  g_assert_nonnull (form_find (card, is_thumbnail, NULL));
  photos = ruhu_draft_body_list_records (body, "photo");
  g_assert_cmpuint (photos->len, ==, 1);
  g_assert_cmpstr (json_object_get_string (ruhu_draft_body_get_value (body, "photo", photos->pdata[0], "problem_id")), ==, problem);
  ruhu_edit_session_remove_record (session, type, problem);
  form_enter_visit (session);
  g_assert_true (form_save (session, &findings, &error));
  g_assert_no_error (error);
  g_assert_cmpint (store_count (fixture->laptop->store, "SELECT count(*) FROM r_photo WHERE problem_id IS NULL"), ==, 1);
  gtk_window_destroy (GTK_WINDOW (window));
  while (g_main_context_pending (NULL))
    g_main_context_iteration (NULL, FALSE);
  g_clear_object (&session);
  form_fixture_free (fixture);
}

/* Where the water is looked at there are photos of the tap, not of the roof; what was taken in this visit is seen everywhere. */
static void
test_a_step_shows_its_own_photos (void)
{
  FormFixture *fixture = form_fixture_new ();
  RuhuEditSession *session;
  GtkWidget *window = gtk_window_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *house, *water;
  RuhuForm *form;

  township_write (fixture->township, "h1", "{\"photo\":{\"f1\":{\"subject\":\"01\",\"image\":\"" HASH "\",\"things_only\":true,\"date\":\"2018-05-02\"}}}");
  laptop_sync (fixture->laptop, fixture->township);
  session = form_open_visit (fixture, NULL);
  form = ruhu_edit_session_get_form (session);
  house = ruhu_visit_photos_new (session, find_part (session));
  water = ruhu_visit_photos_new (session, ((RuhuFormStep *) form->steps->pdata[3])->parts->pdata[1]);
  gtk_box_append (GTK_BOX (box), house);
  gtk_box_append (GTK_BOX (box), water);
  gtk_window_set_child (GTK_WINDOW (window), box);
  gtk_window_present (GTK_WINDOW (window));
  g_assert_nonnull (form_find (house, is_thumbnail, NULL));
  g_assert_null (form_find (water, is_thumbnail, NULL));
  g_signal_emit_by_name (find_strip (house), "added", HASH, "01", "");
  g_assert_nonnull (form_find (water, is_thumbnail, NULL));
  gtk_window_destroy (GTK_WINDOW (window));
  while (g_main_context_pending (NULL))
    g_main_context_iteration (NULL, FALSE);
  g_clear_object (&session);
  form_fixture_free (fixture);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/visit-photos/a_photo_is_of_the_draft", test_a_photo_is_of_the_draft);
  g_test_add_func ("/visit-photos/a_photo_shows_the_problem_on_whose_card_it_was_added", test_a_photo_shows_the_problem_on_whose_card_it_was_added);
  g_test_add_func ("/visit-photos/a_step_shows_its_own_photos", test_a_step_shows_its_own_photos);
  return g_test_run ();
}
