/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The whole app, window and all: a helper who goes through households all day has no more in memory in the evening than in the morning. Thorough: a thousand of them. */
#define G_LOG_DOMAIN "test-opened-files"

#include "config.h"

#include "form-fixture.h"
#include "ruhu-application.h"
#include "ruhu-household-page.h"
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
tear_down (Fixture *f, gconstpointer data)
{
  g_autofree char *folder = g_strdup (g_getenv ("RUHU_DATA_DIR"));
  g_autoptr (GDir) dir = NULL;
  const char *name;

  gtk_window_destroy (GTK_WINDOW (f->window));
  g_object_unref (f->app);
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

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  g_test_add ("/opened-files/a-day-of-households-leaves-nothing-behind", Fixture, NULL, set_up, test_a_day_of_households_leaves_nothing_behind, tear_down);
  return g_test_run ();
}
