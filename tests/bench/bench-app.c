/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 6. The app itself, in its window: from the start to a useful list, keys in the search entry, opening a household, turning the wheel, saving a visit, and what of it holds the main
 * loop up. A stall is the time between two visits of the main loop to poll(): whatever is done in between, drawing included, a person waits for. Last, the same while the daemon
 * takes in a pull of 10,000 changes. RUHU_BENCH_DATA=DIR: a laptop's folder made before (1,000,000 persons, say), in place of the plan's township. */
#define G_LOG_DOMAIN "bench"

#include "config.h"

#include "bench.h"

#include "ruhu-application.h"
#include "ruhu-cleanups.h"
#include "ruhu-household-list.h"
#include "ruhu-household-page.h"
#include "ruhu-window.h"

#include <poll.h>
#include <string.h>
#include <time.h>

#define PATIENCE 60.0 /* s for any one thing to happen */

/* The main loop, looked at from below. */
static double busy_since, cpu_since;
static BenchSeries *stalls, *cpu_stalls;

/* The CPU time of the main thread: what it would be on a machine with nothing else to do. */
static double
cpu_clock (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

static gint
watched_poll (GPollFD *fds, guint n, gint timeout)
{
  gint ready;

  if (busy_since > 0 && stalls != NULL)
    {
      bench_series_add (stalls, (bench_clock () - busy_since) * 1e3);
      bench_series_add (cpu_stalls, (cpu_clock () - cpu_since) * 1e3);
    }
  ready = poll ((struct pollfd *) fds, n, timeout);
  busy_since = bench_clock ();
  cpu_since = cpu_clock ();
  return ready;
}

typedef struct
{
  RuhuApplication *app; /* owned */
  RuhuWindow *window;   /* borrowed */
  GtkWidget *search;
  GtkWidget *list;
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

static gboolean
tick_cb (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* As a person pauses; the loop goes on. */
static void
pause_for (double seconds)
{
  double end = bench_clock () + seconds;

  while (bench_clock () < end)
    g_main_context_iteration (NULL, TRUE);
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

static GListModel *
get_rows (App *app)
{
  GtkWidget *list = app->list != NULL ? app->list : find (GTK_WIDGET (app->window), RUHU_TYPE_HOUSEHOLD_LIST);
  GtkWidget *view = list != NULL ? find (list, GTK_TYPE_LIST_VIEW) : NULL;

  app->list = list;
  return view != NULL ? G_LIST_MODEL (gtk_list_view_get_model (GTK_LIST_VIEW (view))) : NULL;
}

static gboolean
has_rows (App *app, gpointer data)
{
  GListModel *rows = get_rows (app);

  return rows != NULL && g_list_model_get_n_items (rows) > 0;
}

static gboolean
has_other_rows (App *app, gpointer data)
{
  GListModel *rows = get_rows (app);

  /* NULL: where there are none, a page that says so stands in the list's place. */
  return rows == NULL || g_list_model_get_n_items (rows) != *(guint *) data;
}

/* --- what is measured --- */

typedef struct
{
  const char *name;
  BenchSeries *times; /* ms */
  BenchSeries *stalls;
  BenchSeries *cpu_stalls;
} Measured;

static Measured
measure (const char *name)
{
  Measured measured = { name, bench_series_new (), bench_series_new (), bench_series_new () };

  stalls = measured.stalls;
  cpu_stalls = measured.cpu_stalls;
  return measured;
}

static void
tell (Measured *measured)
{
  stalls = NULL;
  bench_row ("%s | %u | %.1f | %.1f | %.1f | %.1f | %.1f", measured->name, bench_series_length (measured->times), bench_series_median (measured->times), bench_series_percentile (measured->times, 0.99),
             bench_series_percentile (measured->stalls, 0.99), bench_series_max (measured->stalls), bench_series_max (measured->cpu_stalls));
  bench_series_free (measured->times);
  bench_series_free (measured->stalls);
  bench_series_free (measured->cpu_stalls);
}

static void
start (App *app, double began)
{
  Measured measured = measure ("start to a list that can be read");
  g_autoptr (GError) error = NULL;
  gboolean registered;

  app->app = ruhu_application_new ();
  registered = g_application_register (G_APPLICATION (app->app), NULL, &error);
  bench_must (registered, g_steal_pointer (&error), "The application");
  g_application_activate (G_APPLICATION (app->app));
  app->window = RUHU_WINDOW (gtk_application_get_active_window (GTK_APPLICATION (app->app)));
  bench_must (app->window != NULL, NULL, "The window");
  wait_for (has_rows, app, NULL, "the list");
  pause_for (0.02);
  bench_series_add (measured.times, (bench_clock () - began) * 1e3);
  tell (&measured);
}

static const char *const words[] = { "z", "zh", "w", "wt", "天", "甲", "明", "y", "li", "12" };

static void
search (App *app)
{
  Measured measured = measure ("a key in the search entry to its rows");
  GtkWidget *entry = find (app->list, GTK_TYPE_SEARCH_ENTRY);

  bench_must (entry != NULL, NULL, "The search entry");
  for (guint i = 0; i < G_N_ELEMENTS (words) * 3; i++)
    {
      GListModel *rows = get_rows (app);
      guint before = rows != NULL ? g_list_model_get_n_items (rows) : 0;
      double began = bench_clock (), end;

      gtk_editable_set_text (GTK_EDITABLE (entry), i % 2 == 0 ? words[(i / 2) % G_N_ELEMENTS (words)] : "");
      end = began + 2;
      /* Where the count is the same by chance, nothing tells the new rows from the old ones. */
      while (!has_other_rows (app, &before) && bench_clock () < end)
        g_main_context_iteration (NULL, TRUE);
      if (bench_clock () < end)
        bench_series_add (measured.times, (bench_clock () - began) * 1e3);
      pause_for (0.05);
    }
  gtk_editable_set_text (GTK_EDITABLE (entry), "");
  pause_for (0.5);
  tell (&measured);
}

static void
turn_wheel (App *app)
{
  Measured measured = measure ("one step of the wheel to the next frame");
  GtkWidget *view = find (app->list, GTK_TYPE_LIST_VIEW);
  GtkWidget *scrolled = gtk_widget_get_ancestor (view, GTK_TYPE_SCROLLED_WINDOW);
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scrolled));
  GdkFrameClock *clock = gtk_widget_get_frame_clock (view);

  for (guint i = 0; i < 120; i++)
    {
      double began = bench_clock ();
      gint64 frame = gdk_frame_clock_get_frame_counter (clock);

      gtk_adjustment_set_value (adjustment, gtk_adjustment_get_value (adjustment) + 120);
      while (gdk_frame_clock_get_frame_counter (clock) == frame && bench_clock () < began + 1)
        g_main_context_iteration (NULL, TRUE);
      bench_series_add (measured.times, (bench_clock () - began) * 1e3);
    }
  tell (&measured);
}

static gboolean
shows_file (App *app, gpointer data)
{
  GtkWidget *page = ruhu_window_get_page (app->window);

  return RUHU_IS_HOUSEHOLD_PAGE (page) && g_strcmp0 (ruhu_household_page_get_id (RUHU_HOUSEHOLD_PAGE (page)), data) == 0 && find (page, GTK_TYPE_FLOW_BOX) != NULL;
}

static void
open_households (App *app, GPtrArray *ids)
{
  Measured measured = measure ("opening a household's file");

  for (guint i = 0; i < MIN (ids->len, 40); i++)
    {
      double began = bench_clock ();

      ruhu_window_show_household (app->window, ids->pdata[i]);
      wait_for (shows_file, app, ids->pdata[i], "a household's file");
      bench_series_add (measured.times, (bench_clock () - began) * 1e3);
      pause_for (0.05);
    }
  tell (&measured);
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
  Measured measured = measure ("saving a visit of 15 fields");

  for (guint i = 0; i < visits->len; i++)
    {
      Saving saving = { visits->pdata[i], FALSE };
      double began = bench_clock ();

      ruhu_worker_run_async (ruhu_application_get_worker (app->app), save_job, &saving, NULL, NULL, NULL, saved_cb, &saving);
      wait_for (is_saved, app, &saving, "a saved visit");
      bench_series_add (measured.times, (bench_clock () - began) * 1e3);
    }
  tell (&measured);
}

/* --- the world beside it --- */

typedef struct
{
  GSubprocess *process;
  GDataInputStream *said;
  char *folder;
  GPtrArray *visits; /* char **: household, visit, set */
  gboolean done;
} World;

static char *
read_line (World *world)
{
  g_autoptr (GError) error = NULL;
  char *line = g_data_input_stream_read_line (world->said, NULL, NULL, &error);

  bench_must (line != NULL, g_steal_pointer (&error), "The world");
  return line;
}

static void
free_strings (gpointer data)
{
  g_strfreev (data);
}

static void
world_start (World *world, const char *program)
{
  g_autoptr (GError) error = NULL;
  char *line;

  world->process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, program, NULL);
  bench_must (world->process != NULL, g_steal_pointer (&error), program);
  world->said = g_data_input_stream_new (g_subprocess_get_stdout_pipe (world->process));
  world->visits = g_ptr_array_new_with_free_func (free_strings);
  world->folder = read_line (world);
  for (line = read_line (world); *line != '\0'; line = read_line (world))
    {
      g_ptr_array_add (world->visits, g_strsplit (line, "\t", 3));
      g_free (line);
    }
  g_free (line);
}

static void
pulled_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree char *line = g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (source), result, NULL, NULL);

  bench_must (g_strcmp0 (line, "done") == 0, NULL, "The pull");
  ((World *) data)->done = TRUE;
}

static gboolean
is_pulled (App *app, gpointer data)
{
  return ((World *) data)->done;
}

static void
pull (App *app, World *world)
{
  Measured measured = measure ("while the daemon takes in 10,000 changes");
  double began = bench_clock ();
  gboolean written;

  g_data_input_stream_read_line_async (world->said, G_PRIORITY_DEFAULT, NULL, pulled_cb, world);
  written = g_output_stream_write_all (g_subprocess_get_stdin_pipe (world->process), "pull\n", 5, NULL, NULL, NULL);
  bench_must (written, NULL, "The world");
  wait_for (is_pulled, app, world, "the pull");
  pause_for (1.5);
  bench_series_add (measured.times, (bench_clock () - began) * 1e3);
  tell (&measured);
}

static void
world_stop (World *world)
{
  if (world->process == NULL)
    return;
  g_output_stream_close (g_subprocess_get_stdin_pipe (world->process), NULL, NULL);
  (void) !g_subprocess_wait (world->process, NULL, NULL);
  g_clear_object (&world->said);
  g_clear_object (&world->process);
  g_clear_pointer (&world->visits, g_ptr_array_unref);
  g_free (world->folder);
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

typedef struct
{
  GPtrArray *ids;
  gboolean done;
} Listed;

static void
listed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  ((Listed *) data)->ids = ruhu_worker_run_finish (RUHU_WORKER (source), result, NULL);
  ((Listed *) data)->done = TRUE;
}

static gboolean
is_listed (App *app, gpointer data)
{
  return ((Listed *) data)->done;
}

static GPtrArray *
list_households (App *app)
{
  Listed listed = { NULL, FALSE };

  ruhu_worker_run_async (ruhu_application_get_worker (app->app), list_job, NULL, NULL, (GDestroyNotify) g_ptr_array_unref, NULL, listed_cb, &listed);
  wait_for (is_listed, app, &listed, "the households");
  bench_must (listed.ids != NULL && listed.ids->len > 0, NULL, "The households");
  return listed.ids;
}

static void
run (const char *folder, World *world)
{
  App app = { 0 };
  GPtrArray *ids;

  g_setenv ("RUHU_DATA_DIR", folder, TRUE);
  bench_head ("The app", "what | times | median ms | p99 ms | stalls p99 ms | longest stall ms | of it CPU ms");
  start (&app, bench_clock ());
  search (&app);
  turn_wheel (&app);
  ids = list_households (&app);
  open_households (&app, ids);
  g_ptr_array_unref (ids);
  if (world->process != NULL)
    {
      save_visits (&app, world->visits);
      pull (&app, world);
    }
  bench_note ("Memory of the app at the most: %" G_GINT64_FORMAT " KiB.", bench_peak_memory (0));
  gtk_window_destroy (GTK_WINDOW (app.window));
  g_object_unref (app.app);
}

int
main (int argc, char **argv)
{
  const char *program = argc > 1 ? argv[1] : NULL;
  const char *ready = g_getenv ("RUHU_BENCH_DATA");
  World world = { 0 };

  g_main_context_set_poll_func (NULL, watched_poll);
  g_timeout_add (5, tick_cb, NULL);
  bench_must (program != NULL || ready != NULL, NULL, "bench-app WORLD");
  if (ready == NULL)
    world_start (&world, program);
  run (ready != NULL ? ready : world.folder, &world);
  world_stop (&world);
  return 0;
}
