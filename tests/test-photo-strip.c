/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Photos that are dropped together are all taken, one after the other; those that are no photos are told of in one sentence. */
#define G_LOG_DOMAIN "test-photo-strip"

#include "config.h"

#include "form-fixture.h"
#include "ruhu-household-page.h"
#include "ruhu-photo-dialog.h"
#include "ruhu-photo-strip.h"

#include <adwaita.h>

typedef struct
{
  FormFixture *form;
  GtkWidget *window;
  GtkWidget *strip;
  guint n_added;
} Strip;

static void
added_cb (Strip *self, const char *hash, const char *subject)
{
  g_assert_cmpstr (subject, ==, "01");
  self->n_added++;
}

static Strip *
strip_open (void)
{
  Strip *self = g_new0 (Strip, 1);

  self->form = form_fixture_new ();
  /* The worker has opened the file, and knows the catalogue. */
  g_object_unref (form_open_visit (self->form, NULL));
  self->strip = ruhu_photo_strip_new (self->form->worker, TRUE);
  self->window = gtk_window_new ();
  g_signal_connect_swapped (self->strip, "added", G_CALLBACK (added_cb), self);
  gtk_window_set_child (GTK_WINDOW (self->window), self->strip);
  gtk_window_present (GTK_WINDOW (self->window));
  return self;
}

static void
strip_close (Strip *self)
{
  gtk_window_destroy (GTK_WINDOW (self->window));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  form_fixture_free (self->form);
  g_free (self);
}

static GdkPixbuf *
draw (guint32 colour)
{
  GdkPixbuf *pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, 64, 48);

  gdk_pixbuf_fill (pixbuf, colour);
  return pixbuf;
}

static GFile *
make_photo (Strip *self, const char *name, guint32 colour)
{
  g_autofree char *path = g_build_filename (self->form->township->directory, name, NULL);
  g_autoptr (GdkPixbuf) pixbuf = draw (colour);
  g_autoptr (GError) error = NULL;

  g_assert_true (gdk_pixbuf_save (pixbuf, path, "png", &error, NULL));
  g_assert_no_error (error);
  return g_file_new_for_path (path);
}

static GFile *
make_letter (Strip *self)
{
  g_autofree char *path = g_build_filename (self->form->township->directory, "letter.jpg", NULL);

  g_assert_true (g_file_set_contents (path, "Dear reader", -1, NULL));
  return g_file_new_for_path (path);
}

static void
drop (Strip *self, const GValue *value)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (self->strip);
  gboolean taken = FALSE;

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_DROP_TARGET (controller))
        g_signal_emit_by_name (controller, "drop", value, 1.0, 1.0, &taken);
    }
  g_assert_true (taken);
}

static GtkWidget *
find_dialog (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

      if (ADW_IS_MESSAGE_DIALOG (window) && gtk_widget_get_mapped (window))
        return window;
    }
  return NULL;
}

static gboolean
is_dialog_there (gpointer data)
{
  return find_dialog () != NULL;
}

/* Answers the question about the next photo, which closes it. */
static void
respond (const char *response)
{
  GtkWidget *dialog;

  form_wait (is_dialog_there, NULL);
  dialog = find_dialog ();
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog), response);
  gtk_window_destroy (GTK_WINDOW (dialog));
}

typedef struct
{
  Strip *strip;
  guint wanted;
} Count;

static gboolean
are_added (gpointer data)
{
  Count *count = data;

  return count->strip->n_added == count->wanted;
}

static void
test_all_that_are_dropped_together_are_taken (void)
{
  Strip *self = strip_open ();
  GFile *files[] = { make_photo (self, "one.png", 0xff0000ff), make_letter (self), make_photo (self, "two.png", 0x00ff00ff), make_photo (self, "three.png", 0x0000ffff) };
  g_auto (GValue) value = G_VALUE_INIT;
  Count count = { self, 2 };

  g_value_init (&value, GDK_TYPE_FILE_LIST);
  g_value_take_boxed (&value, gdk_file_list_new_from_array (files, G_N_ELEMENTS (files)));
  drop (self, &value);
  respond ("add");
  /* One that is not wanted after all does not keep the others out, and says so. */
  form_wait (is_dialog_there, NULL);
  g_assert_cmpstr (adw_message_dialog_get_response_label (ADW_MESSAGE_DIALOG (find_dialog ()), "cancel"), ==, "_Skip");
  respond ("cancel");
  respond ("add");
  form_wait (are_added, &count);
  form_see (self->strip, form_is_label, "1 of 4 photos was not taken: This file is not a photo.");
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    g_object_unref (files[i]);
  strip_close (self);
}

static void
test_a_picture_is_dropped (void)
{
  Strip *self = strip_open ();
  g_autoptr (GdkPixbuf) pixbuf = draw (0xffff00ff);
  g_autoptr (GdkTexture) texture = gdk_texture_new_for_pixbuf (pixbuf);
  g_auto (GValue) value = G_VALUE_INIT;
  Count count = { self, 1 };

  g_value_init (&value, GDK_TYPE_TEXTURE);
  g_value_set_object (&value, texture);
  drop (self, &value);
  respond ("add");
  form_wait (are_added, &count);
  g_assert_null (find_dialog ());
  strip_close (self);
}

static gboolean
is_expander (GtkWidget *widget, const char *text)
{
  return ADW_IS_EXPANDER_ROW (widget) && strstr (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)), text) != NULL;
}

/* The strip whose last photo is the first of the file's own. */
static gboolean
is_shown (GtkWidget *widget, const char *text)
{
  return RUHU_IS_PHOTO_STRIP (widget) && form_find (widget, form_is_label, text) != NULL;
}

static gboolean
are_recorded (gpointer store)
{
  return store_count (store, "SELECT count (*) FROM r_photo WHERE problem_id = 'q1'") == 3;
}

/* The file is read anew after each photo, while the next one is being prepared. */
static void
test_the_file_takes_all_of_them (void)
{
  FormFixture *form = form_fixture_new ();
  Strip self = { .form = form };
  GFile *files[] = { make_photo (&self, "one.png", 0xff0000ff), make_photo (&self, "two.png", 0x00ff00ff), make_photo (&self, "three.png", 0x0000ffff) };
  GtkWidget *window = adw_window_new ();
  GtkWidget *page = ruhu_household_page_new (form->worker, "h1");
  GtkWidget *row;

  gtk_window_set_default_size (GTK_WINDOW (window), 1000, 700);
  adw_window_set_content (ADW_WINDOW (window), page);
  gtk_window_present (GTK_WINDOW (window));
  form_see (page, form_is_button, "What Was Removed");
  row = form_see (page, is_expander, "屋顶漏水");
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    ruhu_photo_strip_add_file (RUHU_PHOTO_STRIP (form_see (row, form_is_photo_strip, NULL)), files[i]);
  respond ("add");
  form_see (page, is_shown, "House");
  respond ("add");
  respond ("add");
  form_wait (are_recorded, form->laptop->store);
  gtk_window_destroy (GTK_WINDOW (window));
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    g_object_unref (files[i]);
  form_fixture_free (form);
}

/* Nothing to ask with: whoever added it is told. */
static void
test_without_a_store_it_is_said (void)
{
  Strip *self = strip_open ();
  g_autoptr (GFile) file = make_photo (self, "one.png", 0xff0000ff);
  g_autoptr (RuhuWorker) worker = ruhu_worker_new ("/nowhere/ruhu.db");

  gtk_window_set_child (GTK_WINDOW (self->window), ruhu_photo_strip_new (worker, TRUE));
  self->strip = gtk_window_get_child (GTK_WINDOW (self->window));
  ruhu_photo_strip_add_file (RUHU_PHOTO_STRIP (self->strip), file);
  form_see (self->strip, form_is_label, "cannot be opened just now");
  strip_close (self);
}

/* Where the tap is looked at, the photo is of the tap, unless somebody says another thing. */
static void
test_what_is_expected_need_not_be_chosen (void)
{
  Strip *self = strip_open ();
  g_autoptr (GFile) photo = make_photo (self, "tap.png", 0x3060a0ff);

  ruhu_photo_strip_set_subject (RUHU_PHOTO_STRIP (self->strip), "03");
  ruhu_photo_strip_add_file (RUHU_PHOTO_STRIP (self->strip), photo);
  form_wait (is_dialog_there, NULL);
  g_assert_cmpstr (ruhu_photo_dialog_get_subject (RUHU_PHOTO_DIALOG (find_dialog ())), ==, "03");
  respond ("cancel");
  strip_close (self);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/photo-strip/all-that-are-dropped-together-are-taken", test_all_that_are_dropped_together_are_taken);
  g_test_add_func ("/photo-strip/a-picture-is-dropped", test_a_picture_is_dropped);
  g_test_add_func ("/photo-strip/file-takes-all-of-them", test_the_file_takes_all_of_them);
  g_test_add_func ("/photo-strip/without-a-store-it-is-said", test_without_a_store_it_is_said);
  g_test_add_func ("/photo-strip/what-is-expected-need-not-be-chosen", test_what_is_expected_need_not_be_chosen);
  return g_test_run ();
}
