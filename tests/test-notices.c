/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happened to the data, and photos on their way, as Today and the synchronisation page tell it. */
#define G_LOG_DOMAIN "test-notices"

#include "config.h"

#include "form-fixture.h"
#include "ruhu-notice-group.h"
#include "ruhu-sync-page.h"
#include "ruhu-today-page.h"
#include "ruhu-today.h"

#include <adwaita.h>
#include <string.h>

typedef struct
{
  FormFixture *form;
  GtkWidget *window;
  GtkWidget *page;
} Fixture;

static void
run_sql (Fixture *f, const char *sql)
{
  g_assert_true (ruhu_database_execute (ruhu_store_get_database (f->form->laptop->store), sql, NULL));
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->form = form_fixture_new ();
  run_sql (f, "INSERT INTO notice (kind, time, counts) VALUES ('restored', '2018-06-29T01:02:03.004Z', '{\"again\":7}')");
  f->window = adw_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (f->window), 900, 700);
  gtk_window_present (GTK_WINDOW (f->window));
}

static void
show (Fixture *f, GtkWidget *page)
{
  f->page = page;
  adw_window_set_content (ADW_WINDOW (f->window), page);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (f->window));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  form_fixture_free (f->form);
}

static GtkWidget *
make_group (Fixture *f)
{
  GtkWidget *group = g_object_new (RUHU_TYPE_NOTICE_GROUP, NULL);

  ruhu_notice_group_start (RUHU_NOTICE_GROUP (group), f->form->worker);
  return group;
}

static void
test_a_notice_is_put_aside_and_called_back (Fixture *f, gconstpointer data)
{
  show (f, make_group (f));
  form_see (f->page, form_is_label, "7 changes");
  g_signal_emit_by_name (form_see (f->page, form_is_button, "Put Aside"), "clicked");
  form_miss (f->window, form_is_label, "7 changes");
  g_assert_false (gtk_widget_get_visible (f->page));
  g_assert_true (ruhu_store_recall_notice (f->form->laptop->store, 1, NULL));
  ruhu_notice_group_refresh (RUHU_NOTICE_GROUP (f->page));
  form_see (f->window, form_is_label, "7 changes");
}

static void
test_an_alarm_stays_until_it_is_over (Fixture *f, gconstpointer data)
{
  run_sql (f, "UPDATE notice SET settled = 1");
  show (f, make_group (f));
  ruhu_notice_group_set_alarm (RUHU_NOTICE_GROUP (f->page), ruhu_notice_is_alarm ("rewritten"));
  form_see (f->window, form_is_label, "Tell the township office at once");
  g_assert_null (form_find (f->window, form_is_button, "Put Aside"));
  ruhu_notice_group_refresh (RUHU_NOTICE_GROUP (f->page));
  ruhu_worker_flush (f->form->worker);
  g_assert_nonnull (form_find (f->window, form_is_label, "Tell the township office at once"));
  ruhu_notice_group_set_alarm (RUHU_NOTICE_GROUP (f->page), ruhu_notice_is_alarm ("network"));
  form_miss (f->window, form_is_label, "Tell the township office at once");
}

static void
test_others_changes_kept_for_the_township_are_told (Fixture *f, gconstpointer data)
{
  run_sql (f, "INSERT INTO witness VALUES ('0b', 3, 'h1', 9, '2018-06-29T01:02:03.004Z', 'helper-b', '{}')");
  show (f, make_group (f));
  form_see (f->page, form_is_label, "1 change of others is kept here for the township");
}

static void
test_today_tells_a_notice_and_the_alarm (Fixture *f, gconstpointer data)
{
  GtkWidget *today = g_object_new (RUHU_TYPE_TODAY_PAGE, NULL);

  show (f, today);
  ruhu_today_page_start (RUHU_TODAY_PAGE (today), f->form->worker, NULL);
  form_see (f->page, form_is_label, "The township was restored from a backup");
  g_assert_null (form_find (f->page, form_is_label, "Tell the township office at once"));
  ruhu_today_page_set_alarm (RUHU_TODAY_PAGE (today), TRUE);
  form_see (f->page, form_is_label, "Tell the township office at once");
}

static void
test_photos_on_their_way_are_counted (Fixture *f, gconstpointer data)
{
  laptop_save (f->form->laptop, "h1",
               "{\"photo\":{\"f1\":{\"subject\":\"01\",\"image\":\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\",\"things_only\":true,\"date\":\"2018-06-30\"}}}", -1);
  run_sql (f, "INSERT INTO photo (hash, state, size) VALUES ('aa', 'due', 5), ('bb', 'due', 6), ('cc', 'sent', 7)");
  show (f, ruhu_sync_page_new (f->form->worker));
  form_see (f->page, form_is_label, "2 photos wait to be sent.");
  form_see (f->page, form_is_label, "1 photo has not arrived yet.");
  /* The page has the notices, too. */
  form_see (f->page, form_is_label, "7 changes");
}

#define ADD(name) g_test_add ("/notices/" #name, Fixture, NULL, set_up, test_##name, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  ADD (a_notice_is_put_aside_and_called_back);
  ADD (an_alarm_stays_until_it_is_over);
  ADD (others_changes_kept_for_the_township_are_told);
  ADD (today_tells_a_notice_and_the_alarm);
  ADD (photos_on_their_way_are_counted);
  return g_test_run ();
}
