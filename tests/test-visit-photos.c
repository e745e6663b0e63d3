/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A photo added in a visit is a record of the visit's draft, and saved with it. */
#define G_LOG_DOMAIN "test-visit-photos"

#include "config.h"

#include "form-fixture.h"
#include "ruhu-edit-session.h"
#include "ruhu-photo-strip.h"
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

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/visit-photos/a_photo_is_of_the_draft", test_a_photo_is_of_the_draft);
  return g_test_run ();
}
