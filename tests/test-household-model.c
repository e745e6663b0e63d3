/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The household list's model, over a worker on a real file. */
#include "config.h"

#include "ruhu-fixture.h"
#include "ruhu-household-item.h"
#include "ruhu-household-model.h"

/* More than two pages. */
#define N_HOUSEHOLDS 150
#define PATIENCE_MS  20000

typedef struct
{
  Township *township;
  RuhuWorker *worker;
  RuhuHouseholdModel *model;
  guint n_counted;
  guint n_removed;
} Fixture;

static void
counted_cb (Fixture *f)
{
  f->n_counted++;
}

static void
items_changed_cb (Fixture *f, guint position, guint removed, guint added)
{
  f->n_removed += removed;
  /* GTK walks all new rows of a change that both removes and adds. */
  g_assert_true (removed == 0 || added == 0);
}

static void
add_household (Township *township, guint i)
{
  g_autofree char *scope = g_strdup_printf ("x%03u", i);
  g_autofree char *set = g_strdup_printf ("{\"household\":{\"%s\":{\"village_id\":\"v1\",\"reg_class\":\"1\",\"head\":\"y%03u\"}},\"person\":{\"y%03u\":{\"name\":\"王%u\",\"relation\":\"01\",\"member_state\":\"01\"}}}", scope, i, i, i);

  township_write (township, scope, set);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->township = township_new ();
  for (guint i = 0; i < N_HOUSEHOLDS; i++)
    add_household (f->township, i);
  f->worker = ruhu_worker_new (ruhu_database_get_path (ruhu_store_get_database (f->township->store)));
  f->model = ruhu_household_model_new (f->worker);
  g_signal_connect_swapped (f->model, "counted", G_CALLBACK (counted_cb), f);
  g_signal_connect_swapped (f->model, "items-changed", G_CALLBACK (items_changed_cb), f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_object_unref (f->model);
  ruhu_worker_flush (f->worker);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (f->worker);
  township_free (f->township);
}

static gboolean
give_up_cb (gpointer data)
{
  g_error ("waited in vain");
  return G_SOURCE_REMOVE;
}

#define wait_until(condition)                                       \
  G_STMT_START                                                      \
  {                                                                 \
    guint patience = g_timeout_add (PATIENCE_MS, give_up_cb, NULL); \
    while (!(condition))                                            \
      g_main_context_iteration (NULL, TRUE);                        \
    g_source_remove (patience);                                     \
  }                                                                 \
  G_STMT_END

static void
search (Fixture *f, const char *text)
{
  guint before = f->n_counted;

  ruhu_household_model_search (f->model, text);
  wait_until (f->n_counted > before);
}

static RuhuHouseholdRow *
wait_row (Fixture *f, guint position, RuhuHouseholdItem **item)
{
  *item = g_list_model_get_item (G_LIST_MODEL (f->model), position);
  g_assert_nonnull (*item);
  wait_until (ruhu_household_item_get_row (*item) != NULL);
  return ruhu_household_item_get_row (*item);
}

static guint
length (Fixture *f)
{
  return g_list_model_get_n_items (G_LIST_MODEL (f->model));
}

/* The list grows to its length between frames. */
static void
assert_length (Fixture *f, guint n)
{
  gboolean all = FALSE;

  wait_until (ruhu_household_model_get_n_matches (f->model, &all) == n && all);
  wait_until (length (f) == n);
}

static void
test_every_place_is_read (Fixture *f, gconstpointer data)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  search (f, "");
  assert_length (f, N_HOUSEHOLDS + 2);
  for (guint i = 0; i < length (f); i++)
    {
      g_autoptr (RuhuHouseholdItem) item = NULL;
      RuhuHouseholdRow *row = wait_row (f, i, &item);

      g_assert_cmpuint (ruhu_household_item_get_position (item), ==, i);
      g_assert_true (g_hash_table_add (seen, g_strdup (row->id)));
    }
  g_assert_null (g_list_model_get_item (G_LIST_MODEL (f->model), length (f)));
}

static void
test_an_item_is_there_before_its_row (Fixture *f, gconstpointer data)
{
  g_autoptr (RuhuHouseholdItem) item = NULL;
  g_autoptr (RuhuHouseholdItem) again = NULL;

  search (f, "");
  assert_length (f, N_HOUSEHOLDS + 2);
  item = g_list_model_get_item (G_LIST_MODEL (f->model), 100);
  g_assert_null (ruhu_household_item_get_row (item));
  again = g_list_model_get_item (G_LIST_MODEL (f->model), 100);
  g_assert_true (item == again);
  wait_until (ruhu_household_item_get_row (item) != NULL);
}

static void
test_a_search_narrows_and_widens (Fixture *f, gconstpointer data)
{
  g_autoptr (RuhuHouseholdItem) item = NULL;

  search (f, "王149");
  assert_length (f, 1);
  g_assert_cmpstr (wait_row (f, 0, &item)->id, ==, "x149");
  g_assert_cmpuint (ruhu_household_model_find (f->model, "x149"), ==, 0);
  g_assert_cmpuint (ruhu_household_model_find (f->model, "x001"), ==, G_MAXUINT);
  search (f, "没有这个人");
  assert_length (f, 0);
  search (f, "");
  assert_length (f, N_HOUSEHOLDS + 2);
}

/* Only the last of several quick searches counts. */
static void
test_typing_overtakes_itself (Fixture *f, gconstpointer data)
{
  ruhu_household_model_search (f->model, "王");
  ruhu_household_model_search (f->model, "王1");
  ruhu_household_model_search (f->model, "王14");
  search (f, "王149");
  ruhu_worker_flush (f->worker);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (f->n_counted, ==, 1);
  assert_length (f, 1);
}

static void
test_a_refresh_keeps_the_items (Fixture *f, gconstpointer data)
{
  g_autoptr (RuhuHouseholdItem) item = NULL;
  g_autoptr (RuhuHouseholdItem) again = NULL;
  guint counted;

  search (f, "王149");
  wait_row (f, 0, &item);
  counted = f->n_counted;
  township_write (f->township, "x149", "{\"household\":{\"x149\":{\"group_name\":\"二组\"}}}");
  ruhu_household_model_refresh (f->model);
  wait_until (f->n_counted > counted);
  again = g_list_model_get_item (G_LIST_MODEL (f->model), 0);
  g_assert_true (again == item);
  g_assert_cmpuint (f->n_removed, ==, 0);
  wait_until (g_strcmp0 (ruhu_household_item_get_row (item)->group, "二组") == 0);
}

static void
test_a_new_household_appears (Fixture *f, gconstpointer data)
{
  g_autoptr (RuhuHouseholdItem) item = NULL;
  guint counted;

  search (f, "");
  wait_row (f, 0, &item);
  counted = f->n_counted;
  add_household (f->township, 900);
  ruhu_household_model_refresh (f->model);
  wait_until (f->n_counted > counted);
  assert_length (f, N_HOUSEHOLDS + 3);
  g_assert_cmpuint (f->n_removed, ==, 0);
}

static void
test_a_household_is_found_where_it_went (Fixture *f, gconstpointer data)
{
  g_autoptr (RuhuHouseholdItem) item = NULL;
  gint64 number;
  guint counted;

  search (f, "");
  wait_row (f, 10, &item);
  number = ruhu_household_model_get_number (f->model, 10);
  counted = f->n_counted;
  township_write (f->township, "x900", "{\"household\":{\"x900\":{\"village_id\":\"v1\",\"reg_class\":\"1\",\"head\":\"y900\"}},\"person\":{\"y900\":{\"name\":\"阿一\",\"relation\":\"01\",\"member_state\":\"01\"}}}");
  ruhu_household_model_refresh (f->model);
  wait_until (f->n_counted > counted);
  g_assert_cmpuint (ruhu_household_model_find_number (f->model, number, 10), ==, 11);
  g_assert_cmpuint (ruhu_household_model_find_number (f->model, number, 14), ==, 11);
  g_assert_cmpuint (ruhu_household_model_find_number (f->model, number, 9), ==, 11);
  g_assert_cmpuint (ruhu_household_model_find_number (f->model, G_MAXINT64, 10), ==, G_MAXUINT);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define add(name, func) g_test_add ("/household-model/" name, Fixture, NULL, set_up, func, tear_down)
  add ("every-place-is-read", test_every_place_is_read);
  add ("an-item-is-there-before-its-row", test_an_item_is_there_before_its_row);
  add ("a-search-narrows-and-widens", test_a_search_narrows_and_widens);
  add ("typing-overtakes-itself", test_typing_overtakes_itself);
  add ("a-refresh-keeps-the-items", test_a_refresh_keeps_the_items);
  add ("a-new-household-appears", test_a_new_household_appears);
  add ("a-household-is-found-where-it-went", test_a_household_is_found_where_it_went);
#undef add
  return g_test_run ();
}
