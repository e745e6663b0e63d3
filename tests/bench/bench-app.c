/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 6. The app itself, in its window: from the start to a useful list, keys in the search entry, filters, turning the wheel, opening households, saving a visit, a pull of 10,000
 * changes, and what of it holds the main loop up. bench-loop.h says what a slice is; the time of each is told up to the frame that shows the result. Against the bare work: the
 * same in a window of the same size with a list view of plain labels and nothing behind it.
 *
 *   bench-app WORLD [ARGUMENT…]       the program that makes the world, and what it is to be told: --size 950 FOLDER
 *   RUHU_BENCH_FILES=1000             so many households are opened and closed again, for the memory: 40 otherwise. It fails where memory grows with them */
#define G_LOG_DOMAIN "bench"

#include "config.h"

#include "bench-beside.h"
#include "bench-loop.h"
#include "bench-plain.h"
#include "bench-start.h"

#include "ruhu-application.h"
#include "ruhu-cleanups.h"
#include "ruhu-file-header.h"
#include "ruhu-household-item.h"
#include "ruhu-household-list.h"
#include "ruhu-household-model.h"
#include "ruhu-household-page.h"
#include "ruhu-window.h"

#include <string.h>

#define PATIENCE 60.0 /* s for any one thing to happen */
#define N_OPENED 24
/* What a household may leave behind, and all of them whatever their number, in KiB of resident memory. */
#define LEFT_BY_ONE 4
#define LEFT_BY_ALL 4096
#define N_STARTS    3

typedef struct
{
  RuhuApplication *app; /* owned */
  RuhuWindow *window;   /* borrowed */
  GtkWidget *list;
  GtkListView *view;
  GPtrArray *ids; /* households; owned */
} App;

/* Turns the main loop until @condition; ends the program when it never comes true. */
static void
wait_for (gboolean (*condition) (App *app, gpointer data), App *app, gpointer data, const char *what)
{
  double end = bench_clock () + PATIENCE;

  while (!condition (app, data))
    {
      bench_must (bench_clock () < end, NULL, what);
      g_main_context_iteration (NULL, TRUE);
    }
}

static GtkWidget *
find (GtkWidget *widget, GType type)
{
  GtkWidget *found = NULL;

  if (g_type_is_a (G_OBJECT_TYPE (widget), type) && gtk_widget_get_mapped (widget))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL; child = gtk_widget_get_next_sibling (child))
    found = find (child, type);
  return found;
}

static guint
count_widgets (GtkWidget *widget)
{
  guint n = 1;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    n += count_widgets (child);
  return n;
}

static RuhuHouseholdModel *
get_model (App *app)
{
  GtkSelectionModel *selection;

  if (app->view == NULL)
    {
      app->list = find (GTK_WIDGET (app->window), RUHU_TYPE_HOUSEHOLD_LIST);
      app->view = app->list != NULL ? GTK_LIST_VIEW (find (app->list, GTK_TYPE_LIST_VIEW)) : NULL;
    }
  selection = app->view != NULL ? gtk_list_view_get_model (app->view) : NULL;
  return selection != NULL ? RUHU_HOUSEHOLD_MODEL (gtk_single_selection_get_model (GTK_SINGLE_SELECTION (selection))) : NULL;
}

/* The first line of what was asked for is there to be read, or it is known that there is none. */
static gboolean
is_answered (App *app, gpointer data)
{
  RuhuHouseholdModel *model = get_model (app);
  g_autoptr (RuhuHouseholdItem) item = NULL;

  if (model == NULL || !ruhu_household_model_is_counted (model))
    return FALSE;
  if (data != NULL && !g_str_equal (ruhu_household_model_get_filter (model)->text, data))
    return FALSE;
  item = g_list_model_get_item (G_LIST_MODEL (model), 0);
  return item == NULL || ruhu_household_item_get_row (item) != NULL;
}

static void
tell (BenchWatched *watched)
{
  bench_loop_end ();
  bench_row ("%s | %u | %.1f | %.1f | %.1f | %.1f | %.1f | %.1f | %.1f", watched->name, bench_series_length (watched->times), bench_series_median (watched->times),
             bench_series_percentile (watched->times, 0.99), bench_series_max (watched->slices), bench_series_max (watched->own), bench_series_median (watched->frames), bench_series_percentile (watched->frames, 0.99),
             bench_series_max (watched->frames));
}

/* --- what is measured --- */

static void
show_list (App *app)
{
  g_autoptr (GError) error = NULL;
  gboolean registered;

  app->app = ruhu_application_new ();
  registered = g_application_register (G_APPLICATION (app->app), NULL, &error);
  bench_must (registered, g_steal_pointer (&error), "The application");
  g_application_activate (G_APPLICATION (app->app));
  app->window = RUHU_WINDOW (gtk_application_get_active_window (GTK_APPLICATION (app->app)));
  bench_must (app->window != NULL, NULL, "The window");
  bench_loop_follow (GTK_WIDGET (app->window));
  wait_for (is_answered, app, NULL, "the list");
  bench_loop_frame (GTK_WIDGET (app->window));
}

static void
start (App *app)
{
  g_autoptr (BenchWatched) watched = bench_loop_watch ("start within a process to a list that can be read");
  double began = bench_clock ();

  show_list (app);
  bench_watched_add (watched, began);
  bench_loop_pause (1);
  tell (watched);
}

/* In a process of its own, and told to whoever started it. */
static void
start_alone (const char *folder)
{
  App app = { 0 };

  g_setenv ("RUHU_DATA_DIR", folder, TRUE);
  show_list (&app);
  bench_start_done ();
  gtk_window_destroy (GTK_WINDOW (app.window));
  g_object_unref (app.app);
}

static void
start_often (const char *program, const char *folder)
{
  g_autoptr (BenchSeries) cold = bench_series_new (), warm = bench_series_new ();

  for (guint i = 0; i < N_STARTS; i++)
    {
      bench_start_forget (folder);
      bench_series_add (cold, bench_start_alone (program, folder));
      bench_series_add (warm, bench_start_alone (program, folder));
    }
  bench_row ("start of the program to a list that can be read, its files not in memory | %u | %.1f | %.1f | | | | | ", N_STARTS, bench_series_median (cold), bench_series_max (cold));
  bench_row ("start of the program to a list that can be read, warm | %u | %.1f | %.1f | | | | | ", N_STARTS, bench_series_median (warm), bench_series_max (warm));
}

static void
type_words (App *app, const char *name, const char *const *words, guint n)
{
  g_autoptr (BenchWatched) watched = bench_loop_watch (name);
  GtkWidget *entry = find (app->list, GTK_TYPE_SEARCH_ENTRY);

  bench_must (entry != NULL, NULL, "The search entry");
  for (guint i = 0; i < n; i++)
    {
      double began = bench_clock ();

      gtk_editable_set_text (GTK_EDITABLE (entry), words[i]);
      wait_for (is_answered, app, (gpointer) words[i], words[i]);
      bench_loop_frame (GTK_WIDGET (app->window));
      bench_watched_add (watched, began);
      bench_loop_pause (0.15);
    }
  tell (watched);
}

static void
search (App *app)
{
  static const char *const letters[] = { "z", "w", "l", "y", "c", "h", "x", "s", "j", "d" };
  static const char *const further[] = { "zh", "zha", "zhang", "wx", "wxm", "lj", "li", "liu", "yx", "ch", "chen", "xm" };
  static const char *const others[] = { "张", "张小", "王", "李明", "天", "村", "12", "1234", "2x", "03" };
  static const char *const nothing[] = { "z", "", "w", "", "l", "", "zzzzz", "" };

  type_words (app, "first letter of a name", letters, G_N_ELEMENTS (letters));
  type_words (app, "further letter of pinyin or initials", further, G_N_ELEMENTS (further));
  type_words (app, "Chinese names, villages, last digits", others, G_N_ELEMENTS (others));
  type_words (app, "search emptied, and begun again", nothing, G_N_ELEMENTS (nothing));
}

static void
filter (App *app)
{
  g_autoptr (BenchWatched) watched = bench_loop_watch ("order and filters");

  for (guint i = 0; i < 12; i++)
    {
      g_autoptr (RuhuListFilter) filter = ruhu_list_filter_new ();
      double began = bench_clock ();

      filter->sort = (RuhuHouseholdSort) (i % 4);
      filter->due = i / 4 == 1;
      filter->problem = i / 4 == 2;
      filter->months = 1;
      ruhu_household_list_set_filter (RUHU_HOUSEHOLD_LIST (app->list), filter);
      wait_for (is_answered, app, NULL, "a filter");
      bench_loop_frame (GTK_WIDGET (app->window));
      bench_watched_add (watched, began);
      bench_loop_pause (0.15);
    }
  tell (watched);
}

static void
show_all (App *app)
{
  g_autoptr (RuhuListFilter) filter = ruhu_list_filter_new ();

  ruhu_household_list_set_filter (RUHU_HOUSEHOLD_LIST (app->list), filter);
  wait_for (is_answered, app, NULL, "everybody");
  bench_loop_pause (1);
}

static void
turn_wheel (App *app)
{
  g_autoptr (BenchWatched) watched = bench_loop_watch ("one step of the wheel to the next frame");

  bench_plain_turn (GTK_WIDGET (app->view), watched);
  tell (watched);
}

static gboolean
shows_file (App *app, gpointer data)
{
  GtkWidget *page = ruhu_window_get_page (app->window);

  return RUHU_IS_HOUSEHOLD_PAGE (page) && g_strcmp0 (ruhu_household_page_get_id (RUHU_HOUSEHOLD_PAGE (page)), data) == 0 && find (page, RUHU_TYPE_FILE_HEADER) != NULL;
}

static gboolean
is_whole (App *app, gpointer data)
{
  return ruhu_household_page_is_whole (RUHU_HOUSEHOLD_PAGE (ruhu_window_get_page (app->window)));
}

static guint
open_households (App *app)
{
  g_autoptr (BenchWatched) watched = bench_loop_watch ("opening a household: its head and first chapter");
  g_autoptr (BenchSeries) whole = bench_series_new ();
  guint n = 0;

  for (guint i = 0; i < MIN (app->ids->len, N_OPENED); i++)
    {
      double began = bench_clock ();

      ruhu_window_show_household (app->window, app->ids->pdata[i]);
      wait_for (shows_file, app, app->ids->pdata[i], "a household's file");
      bench_loop_frame (GTK_WIDGET (app->window));
      bench_watched_add (watched, began);
      wait_for (is_whole, app, NULL, "all chapters");
      bench_loop_frame (GTK_WIDGET (app->window));
      bench_series_add (whole, (bench_clock () - began) * 1e3);
      bench_loop_pause (0.05);
      n = MAX (n, count_widgets (ruhu_window_get_page (app->window)));
    }
  tell (watched);
  bench_row ("… all its chapters | %u | %.1f | %.1f | | | | | ", bench_series_length (whole), bench_series_median (whole), bench_series_percentile (whole, 0.99));
  return n;
}

/* The first quarter fills the caches. */
static void
open_and_close (App *app, guint times)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gint64 filled = 0, now = 0;

  for (guint i = 0; i <= times; i++)
    {
      if (i % (times / 4) == 0)
        {
          now = (gint64) bench_memory (0);
          filled = i == times / 4 ? now : filled;
          g_string_append_printf (text, "%s%u: %.1f MiB", i > 0 ? ", " : "", i, (double) now / 1024);
        }
      ruhu_window_show_household (app->window, app->ids->pdata[i % app->ids->len]);
      wait_for (shows_file, app, app->ids->pdata[i % app->ids->len], "a household's file");
      wait_for (is_whole, app, NULL, "all chapters");
      g_main_context_iteration (NULL, FALSE);
    }
  bench_note ("Memory after so many opened and closed households: %s.", text->str);
  bench_must (now - filled < LEFT_BY_ALL + (gint64) times * LEFT_BY_ONE, NULL, "Memory that does not grow with what was opened and closed");
}

typedef struct
{
  char **visit; /* household, visit, set */
  gboolean done;
} Saving;

static gpointer
save_job (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  char **visit = ((Saving *) data)->visit;
  g_autoptr (RuhuJson) set = json_tokener_parse (visit[2]);
  RuhuEdit edit = { .scope = visit[0], .visit = visit[1], .set = set };

  if (ruhu_store_get_seen (store, &edit.seen, error))
    (void) !ruhu_store_save (store, &edit, NULL, error);
  return NULL;
}

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  ruhu_worker_run_finish (RUHU_WORKER (source), result, &error);
  bench_must (error == NULL, g_steal_pointer (&error), "Saving a visit");
  ((Saving *) data)->done = TRUE;
}

static gboolean
is_saved (App *app, gpointer data)
{
  return ((Saving *) data)->done;
}

static void
save_visits (App *app, GPtrArray *visits)
{
  g_autoptr (BenchWatched) watched = bench_loop_watch ("saving a visit of 15 fields");

  for (guint i = 0; i < visits->len; i++)
    {
      Saving saving = { visits->pdata[i], FALSE };
      double began = bench_clock ();

      ruhu_worker_run_async (ruhu_application_get_worker (app->app), save_job, &saving, NULL, NULL, NULL, saved_cb, &saving);
      wait_for (is_saved, app, &saving, "a saved visit");
      bench_watched_add (watched, began);
    }
  bench_loop_pause (0.5);
  tell (watched);
}

static gboolean
is_pulled (App *app, gpointer data)
{
  return ((BenchBeside *) data)->pulled;
}

static void
pull (App *app, BenchBeside *beside)
{
  g_autoptr (BenchWatched) watched = bench_loop_watch ("while the daemon takes in 10,000 changes");
  double began = bench_clock ();

  bench_beside_pull (beside);
  wait_for (is_pulled, app, beside, "the pull");
  bench_watched_add (watched, began);
  bench_loop_pause (1.5);
  tell (watched);
}

static gpointer
list_job (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) rows = ruhu_store_find_households (store, NULL, NULL, 0, 100, error);
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; rows != NULL && i < rows->len; i++)
    g_ptr_array_add (ids, g_strdup (((RuhuHouseholdRow *) rows->pdata[i])->id));
  return ids;
}

static void
listed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  ((App *) data)->ids = ruhu_worker_run_finish (RUHU_WORKER (source), result, NULL);
  bench_must (((App *) data)->ids != NULL, NULL, "The households");
}

static gboolean
is_listed (App *app, gpointer data)
{
  return app->ids != NULL && app->ids->len > 0;
}

static void
run (const char *program, BenchBeside *beside)
{
  App app = { 0 };
  guint widgets;
  const char *files = g_getenv ("RUHU_BENCH_FILES");

  g_setenv ("RUHU_DATA_DIR", beside->folder, TRUE);
  bench_head ("6. The app", "what | times | median ms | p99 ms | longest slice ms | longest of ours, CPU ms | median frame, CPU ms | p99 frame, CPU ms | longest frame, CPU ms");
  start_often (program, beside->folder);
  start (&app);
  search (&app);
  filter (&app);
  show_all (&app);
  turn_wheel (&app);
  ruhu_worker_run_async (ruhu_application_get_worker (app.app), list_job, NULL, NULL, NULL, NULL, listed_cb, &app);
  wait_for (is_listed, &app, NULL, "the households");
  widgets = open_households (&app);
  save_visits (&app, beside->visits);
  pull (&app, beside);
  bench_plain (tell, widgets);
  open_and_close (&app, files != NULL ? (guint) MAX (g_ascii_strtoull (files, NULL, 10), 4) : 40);
  bench_note ("%u households in the list, %u widgets in the largest file. Memory of the app at the most: %.1f MiB.", g_list_model_get_n_items (G_LIST_MODEL (get_model (&app))), widgets,
              (double) bench_peak_memory (0) / 1024);
  gtk_window_destroy (GTK_WINDOW (app.window));
  g_ptr_array_unref (app.ids);
  g_object_unref (app.app);
}

int
main (int argc, char **argv)
{
  BenchBeside *beside;

  bench_must (argc > 1, NULL, "bench-app WORLD");
  bench_loop_begin ();
  if (g_str_equal (argv[1], "--start"))
    {
      start_alone (argv[2]);
      return 0;
    }
  beside = bench_beside_start ((const char *const *) argv + 1);
  run (argv[0], beside);
  bench_beside_stop (beside);
  return 0;
}
