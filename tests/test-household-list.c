/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of households in a window: what is selected stays the same household when others come before it. */
#include "config.h"

#include "form-fixture.h"
#include "ruhu-household-cell.h"
#include "ruhu-household-list.h"
#include "ruhu-fixture.h"

#include <adwaita.h>

#define N_HOUSEHOLDS 12

typedef struct
{
  Township *township;
  RuhuWorker *worker;
  GtkWidget *window;
  GtkWidget *list;
  GtkListView *view;
} Fixture;

static void
add_household (Township *township, guint i, const char *name)
{
  g_autofree char *scope = g_strdup_printf ("x%03u", i);
  g_autofree char *set = g_strdup_printf ("{\"household\":{\"%s\":{\"village_id\":\"v1\",\"reg_class\":\"1\",\"head\":\"y%03u\"}},\"person\":{\"y%03u\":{\"name\":\"%s\",\"relation\":\"01\",\"member_state\":\"01\"}}}", scope, i, i, name);

  township_write (township, scope, set);
}

static GtkListView *
find_view (GtkWidget *widget)
{
  GtkListView *found = GTK_IS_LIST_VIEW (widget) ? GTK_LIST_VIEW (widget) : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL; child = gtk_widget_get_next_sibling (child))
    found = GTK_IS_POPOVER (child) ? NULL : find_view (child);
  return found;
}

/* The household at a place: NULL until it has been read. */
static const char *
get_household (Fixture *f, guint position)
{
  g_autoptr (RuhuHouseholdItem) item = g_list_model_get_item (G_LIST_MODEL (gtk_list_view_get_model (f->view)), position);
  RuhuHouseholdRow *row = item != NULL ? ruhu_household_item_get_row (item) : NULL;

  return row != NULL ? row->id : NULL;
}

static guint
get_selected (Fixture *f)
{
  return gtk_single_selection_get_selected (GTK_SINGLE_SELECTION (gtk_list_view_get_model (f->view)));
}

static const char *
get_focused (Fixture *f)
{
  GtkWidget *row = gtk_widget_get_focus_child (GTK_WIDGET (f->view));
  RuhuHouseholdItem *item = row != NULL ? ruhu_household_cell_get_item (RUHU_HOUSEHOLD_CELL (gtk_widget_get_first_child (row))) : NULL;

  return item != NULL && ruhu_household_item_get_row (item) != NULL ? ruhu_household_item_get_row (item)->id : NULL;
}

static gboolean
is_read (gpointer data)
{
  Fixture *f = data;

  return f->view != NULL && g_list_model_get_n_items (G_LIST_MODEL (gtk_list_view_get_model (f->view))) >= N_HOUSEHOLDS && get_household (f, 5) != NULL;
}

static gboolean
has_newcomer (gpointer data)
{
  Fixture *f = data;

  for (guint i = 0; i < 5; i++)
    if (g_strcmp0 (get_household (f, i), "x900") == 0)
      return TRUE;
  return FALSE;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->township = township_new ();
  for (guint i = 0; i < N_HOUSEHOLDS; i++)
    add_household (f->township, i, "王大山");
  f->worker = ruhu_worker_new (ruhu_database_get_path (ruhu_store_get_database (f->township->store)));
  f->list = g_object_new (RUHU_TYPE_HOUSEHOLD_LIST, NULL);
  f->window = adw_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (f->window), 400, 900);
  adw_window_set_content (ADW_WINDOW (f->window), f->list);
  ruhu_household_list_start (RUHU_HOUSEHOLD_LIST (f->list), f->worker, NULL);
  gtk_window_present (GTK_WINDOW (f->window));
  f->view = find_view (f->list);
  form_wait (is_read, f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (f->window));
  ruhu_worker_flush (f->worker);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (f->worker);
  township_free (f->township);
}

static void
test_the_selection_follows_its_household (Fixture *f, gconstpointer data)
{
  g_autofree char *household = g_strdup (get_household (f, 5));
  GtkWidget *row = gtk_widget_get_first_child (GTK_WIDGET (f->view));

  for (guint i = 0; i < 5; i++)
    row = gtk_widget_get_next_sibling (row);
  gtk_widget_grab_focus (row);
  gtk_single_selection_set_selected (GTK_SINGLE_SELECTION (gtk_list_view_get_model (f->view)), 5);
  g_assert_cmpstr (get_focused (f), ==, household);
  add_household (f->township, 900, "阿一");
  ruhu_household_list_refresh (RUHU_HOUSEHOLD_LIST (f->list));
  form_wait (has_newcomer, f);
  g_assert_cmpuint (get_selected (f), ==, 6);
  g_assert_cmpstr (get_household (f, 6), ==, household);
  g_assert_cmpstr (get_focused (f), ==, household);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add ("/household-list/the-selection-follows-its-household", Fixture, NULL, set_up, test_the_selection_follows_its_household, tear_down);
  return g_test_run ();
}
