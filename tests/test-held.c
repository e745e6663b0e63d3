/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A change in quarantine, on the pages: its author reads that the office has it; the office accepts it or refuses it with a reason. */
#define G_LOG_DOMAIN "test-held"

#include "config.h"

#include "form-fixture.h"
#include "ruhu-held-page.h"
#include "ruhu-store-review.h"
#include "ruhu-sync-page.h"
#include "ruhu-today.h"

#include <adwaita.h>
#include <string.h>

typedef struct
{
  Township *township;
  Laptop *a;      /* helper-a */
  Laptop *office; /* sees it all */
  RuhuWorker *worker;
  GtkWidget *window;
  GtkWidget *page;
} Fixture;

static gboolean
is_shown (GtkWidget *widget, const char *text)
{
  return form_is_label (widget, text) && gtk_widget_get_mapped (widget);
}

#define NO_MORE "{\"assignment\":{\"a1\":{\"to_date\":\"2018-06-01\"}}}"

/* A page that was opened when the household was already somebody else's. */
static void
set_up (Fixture *f, gconstpointer data)
{
  gint64 seen;

  f->township = township_new ();
  f->a = laptop_new (f->township, "0a", "helper-a");
  f->office = laptop_new (f->township, "0f", "office");
  laptop_pull (f->a, f->township);
  township_write (f->township, "h1", NO_MORE);
  g_assert_true (ruhu_ledger_get_head (f->township->ledger, &seen, NULL, NULL));
  laptop_save (f->a, "h1", "{\"household\":{\"h1\":{\"group_name\":\"九组\"}}}", seen);
  laptop_sync (f->a, f->township);
  laptop_sync (f->office, f->township);
}

static void
open_page (Fixture *f, Laptop *laptop, GtkWidget *(*make) (RuhuWorker *worker))
{
  f->worker = ruhu_worker_new (laptop->path);
  f->window = adw_window_new ();
  f->page = make (f->worker);
  gtk_window_set_default_size (GTK_WINDOW (f->window), 900, 700);
  adw_window_set_content (ADW_WINDOW (f->window), f->page);
  gtk_window_present (GTK_WINDOW (f->window));
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (f->window));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  ruhu_worker_flush (f->worker);
  g_object_unref (f->worker);
  laptop_free (f->a);
  laptop_free (f->office);
  township_free (f->township);
}

static void
press (Fixture *f, const char *label)
{
  GtkWidget *button = form_see (f->page, form_is_button, label);

  g_assert_true (gtk_widget_get_sensitive (button));
  g_signal_emit_by_name (button, "clicked");
}

static gint64
count_decisions (Fixture *f, const char *where)
{
  g_autofree char *sql = g_strdup_printf ("SELECT count (*) FROM r_decision WHERE device = '0a' AND seq = 1 AND %s", where);

  return store_count (f->office->store, sql);
}

static void
test_the_office_refuses_with_a_reason_of_one_press (Fixture *f, gconstpointer data)
{
  open_page (f, f->office, ruhu_held_page_new);
  form_see (f->page, form_is_label, "九组");
  g_assert_false (gtk_widget_get_sensitive (form_see (f->page, form_is_button, "Refuse")));
  press (f, "It could not be confirmed");
  press (f, "Refuse");
  form_see (f->page, is_shown, "Nothing Is Held Back");
  g_assert_cmpint (count_decisions (f, "accept = 0 AND reason = 'It could not be confirmed'"), ==, 1);
}

static void
test_the_office_accepts_without_a_reason (Fixture *f, gconstpointer data)
{
  open_page (f, f->office, ruhu_held_page_new);
  press (f, "Accept");
  form_see (f->page, is_shown, "Nothing Is Held Back");
  g_assert_cmpint (count_decisions (f, "accept = 1 AND reason IS NULL"), ==, 1);
}

static void
test_the_office_is_told_on_its_pages (Fixture *f, gconstpointer data)
{
  g_autoptr (RuhuToday) today = ruhu_today_read (f->office->store, 1, NULL);
  gboolean told = FALSE;

  for (guint i = 0; i < today->lines->len; i++)
    told |= g_strcmp0 (((RuhuTodayLine *) today->lines->pdata[i])->action, "win.show-held") == 0;
  g_assert_true (told);
  open_page (f, f->office, ruhu_sync_page_new);
  form_see (f->page, form_is_label, "1 held-back change to decide");
}

static void
test_its_author_reads_that_the_office_has_it_and_puts_it_aside (Fixture *f, gconstpointer data)
{
  gint64 refused, quarantined, accepted;

  open_page (f, f->a, ruhu_sync_page_new);
  form_see (f->page, form_is_label, "Waits for the office");
  form_see (f->page, form_is_label, "the office decides whether it counts");
  press (f, "Put Aside");
  g_object_ref (f->page);
  do
    {
      g_main_context_iteration (NULL, TRUE);
      g_assert_true (ruhu_store_count_reviews (f->a->store, &refused, &quarantined, &accepted, NULL));
    }
  while (quarantined > 0);
  ruhu_page_refresh (RUHU_PAGE (f->page));
  form_miss (f->page, form_is_label, "Waits for the office");
  g_assert_true (ruhu_store_recall_review (f->a->store, 1, NULL));
  ruhu_page_refresh (RUHU_PAGE (f->page));
  form_see (f->page, form_is_label, "Waits for the office");
  g_object_unref (f->page);
}

#define ADD(name) g_test_add ("/held/" #name, Fixture, NULL, set_up, test_##name, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  ADD (the_office_refuses_with_a_reason_of_one_press);
  ADD (the_office_accepts_without_a_reason);
  ADD (the_office_is_told_on_its_pages);
  ADD (its_author_reads_that_the_office_has_it_and_puts_it_aside);
  return g_test_run ();
}
