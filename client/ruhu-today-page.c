/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-today-page"

#include "config.h"

#include "ruhu-today-page.h"

#include "ruhu-describe.h"
#include "ruhu-filler.h"
#include "ruhu-notice-group.h"
#include "ruhu-today.h"
#include "ruhu-window.h"

#include <glib/gi18n.h>

/* Made between two frames. */
#define ROWS_A_FRAME 5

struct _RuhuTodayPage
{
  RuhuPage parent_instance;

  /* Template. */
  GtkLabel *summary;
  AdwPreferencesGroup *alarm;
  AdwPreferencesGroup *drafts;
  AdwPreferencesGroup *attention;
  AdwPreferencesGroup *due;
  AdwPreferencesGroup *problems;
  AdwPreferencesGroup *measures;
  AdwPreferencesGroup *confirm;
  GtkWidget *all_due;
  GtkWidget *done;

  /* Borrowed: in the groups. */
  GPtrArray *rows; /* in the order of the lines */

  /* Owned. */
  RuhuWorker *worker;
  GSettings *settings; /* may be NULL */
  GCancellable *cancellable;
  RuhuFiller *filler;
  RuhuToday *today; /* what is shown */

  guint n_shown; /* of its lines, those that have their rows */
  gboolean reading;
  gboolean stale;
};

enum
{
  SIGNAL_SHOW_DUE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RuhuTodayPage, ruhu_today_page, RUHU_TYPE_PAGE)

static AdwPreferencesGroup *
get_group (RuhuTodayPage *self, RuhuTodayKind kind)
{
  AdwPreferencesGroup *groups[] = {
    [RUHU_TODAY_DRAFT] = self->drafts,
    [RUHU_TODAY_ATTENTION] = self->attention,
    [RUHU_TODAY_DUE] = self->due,
    [RUHU_TODAY_PROBLEM] = self->problems,
    [RUHU_TODAY_MEASURE] = self->measures,
    [RUHU_TODAY_CONFIRM] = self->confirm,
  };

  return groups[kind];
}

static RuhuTodayLine *
get_line (GtkWidget *row)
{
  return g_object_get_data (G_OBJECT (row), "ruhu-line");
}

/* @widget: a row, or a button in it. */
static void
open_cb (RuhuTodayPage *self, GtkWidget *widget)
{
  RuhuTodayLine *line = get_line (gtk_widget_get_ancestor (widget, ADW_TYPE_ACTION_ROW));
  RuhuWindow *window = ruhu_window_of (GTK_WIDGET (self));
  g_autofree char *household = g_strdup (line->household);
  g_autofree char *draft = g_strdup (line->draft);

  if (window == NULL)
    return;
  if (line->action != NULL)
    {
      gtk_widget_activate_action (GTK_WIDGET (self), line->action, NULL);
      return;
    }
  ruhu_window_show_household (window, household);
  if (draft != NULL)
    ruhu_window_open_visit (window, household, draft);
}

static GtkWidget *
make_suffix (RuhuTodayPage *self, RuhuTodayLine *line)
{
  GtkWidget *button;

  if (line->draft == NULL)
    return gtk_image_new_from_icon_name ("go-next-symbolic");
  button = gtk_button_new_with_label (_ ("Continue"));
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "suggested-action");
  g_signal_connect_object (button, "clicked", G_CALLBACK (open_cb), self, G_CONNECT_SWAPPED);
  return button;
}

static void
fill_row (GtkWidget *row, RuhuTodayLine *line)
{
  GtkWidget *button = g_object_get_data (G_OBJECT (row), "ruhu-suffix");
  g_autofree char *name = g_strdup_printf (_ ("%s: %s"), _ ("Continue"), line->title);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), line->title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), line->subtitle);
  if (GTK_IS_BUTTON (button))
    gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  if (line->urgent)
    gtk_widget_add_css_class (row, "urgent");
  else
    gtk_widget_remove_css_class (row, "urgent");
  g_object_set_data (G_OBJECT (row), "ruhu-line", line);
}

static void
add_row (RuhuTodayPage *self, RuhuTodayLine *line)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *suffix = make_suffix (self, line);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 0);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), suffix);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  g_object_set_data (G_OBJECT (row), "ruhu-suffix", suffix);
  fill_row (row, line);
  g_signal_connect_object (row, "activated", G_CALLBACK (open_cb), self, G_CONNECT_SWAPPED);
  adw_preferences_group_add (get_group (self, line->kind), row);
  g_ptr_array_add (self->rows, row);
}

/* One frame's worth. */
static void
add_rows (RuhuTodayPage *self)
{
  for (guint i = 0; i < ROWS_A_FRAME && self->n_shown < self->today->lines->len; i++)
    add_row (self, g_ptr_array_index (self->today->lines, self->n_shown++));
}

static gboolean
fill_cb (gpointer data)
{
  RuhuTodayPage *self = data;

  add_rows (self);
  return self->n_shown < self->today->lines->len ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* The rows that there are take the new lines while these are of the same kinds in the same order; the others go. The keyboard stays where it is in those that stay. */
static void
keep_rows (RuhuTodayPage *self, RuhuToday *today)
{
  guint kept = 0;

  for (; kept < MIN (self->rows->len, today->lines->len); kept++)
    {
      GtkWidget *row = g_ptr_array_index (self->rows, kept);
      RuhuTodayLine *line = g_ptr_array_index (today->lines, kept);

      if (get_line (row)->kind != line->kind || (get_line (row)->draft != NULL) != (line->draft != NULL))
        break;
      fill_row (row, line);
    }
  for (guint i = kept; i < self->rows->len; i++)
    {
      GtkWidget *row = g_ptr_array_index (self->rows, i);

      adw_preferences_group_remove (get_group (self, get_line (row)->kind), row);
    }
  g_ptr_array_set_size (self->rows, (gint) kept);
  self->n_shown = kept;
}

/* Takes @today. */
static void
show (RuhuTodayPage *self, RuhuToday *today)
{
  gboolean anything = today->lines->len > 0;
  g_autofree char *summary = ruhu_today_describe (today);

  keep_rows (self, today);
  ruhu_today_free (self->today);
  self->today = today;
  add_rows (self);
  ruhu_filler_start (self->filler);
  for (guint kind = 0; kind < RUHU_TODAY_N_KINDS; kind++)
    gtk_widget_set_visible (GTK_WIDGET (get_group (self, kind)), today->counts[kind] > 0);
  gtk_label_set_label (self->summary, summary);
  gtk_widget_set_visible (GTK_WIDGET (self->summary), anything);
  gtk_widget_set_visible (self->done, !anything && !gtk_widget_get_visible (GTK_WIDGET (self->alarm)));
  ruhu_page_ready (RUHU_PAGE (self));
}

static gpointer
read_today (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  return ruhu_today_read (store, GPOINTER_TO_UINT (data), error);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuToday) today = ruhu_worker_run_finish (RUHU_WORKER (source), result, &error);
  RuhuTodayPage *self;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self = RUHU_TODAY_PAGE (user_data);
  self->reading = FALSE;
  if (today == NULL)
    {
      g_autofree char *sentence = ruhu_describe_error (error);

      gtk_label_set_label (self->summary, sentence);
      gtk_widget_set_visible (GTK_WIDGET (self->summary), TRUE);
      return;
    }
  /* The keyboard stays where it is when nothing changed. */
  if (self->today == NULL || !g_str_equal (self->today->fingerprint, today->fingerprint))
    show (self, g_steal_pointer (&today));
  if (self->stale)
    ruhu_page_refresh (RUHU_PAGE (self));
}

static void
ruhu_today_page_refresh (RuhuPage *page)
{
  RuhuTodayPage *self = RUHU_TODAY_PAGE (page);
  guint months = self->settings != NULL ? g_settings_get_uint (self->settings, "visit-interval") : 1;

  self->stale = self->reading;
  if (self->worker == NULL || self->reading)
    return;
  self->reading = TRUE;
  ruhu_worker_read_async (self->worker, read_today, GUINT_TO_POINTER (months), NULL, (GDestroyNotify) ruhu_today_free, self->cancellable, read_cb, self);
}

static void
all_due_cb (RuhuTodayPage *self)
{
  g_signal_emit (self, signals[SIGNAL_SHOW_DUE], 0);
}

static void
interval_cb (RuhuTodayPage *self)
{
  ruhu_page_refresh (RUHU_PAGE (self));
}

static void
ruhu_today_page_dispose (GObject *object)
{
  RuhuTodayPage *self = RUHU_TODAY_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  ruhu_filler_stop (self->filler);
  g_clear_object (&self->worker);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (ruhu_today_page_parent_class)->dispose (object);
}

static void
ruhu_today_page_finalize (GObject *object)
{
  RuhuTodayPage *self = RUHU_TODAY_PAGE (object);

  ruhu_filler_free (self->filler);
  g_clear_object (&self->cancellable);
  g_ptr_array_unref (self->rows);
  ruhu_today_free (self->today);
  G_OBJECT_CLASS (ruhu_today_page_parent_class)->finalize (object);
}

static void
ruhu_today_page_class_init (RuhuTodayPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ruhu_today_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = ruhu_today_page_finalize;
  RUHU_PAGE_CLASS (klass)->refresh = ruhu_today_page_refresh;

  signals[SIGNAL_SHOW_DUE] = g_signal_new ("show-due", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/ruhu/Ruhu/ruhu-today-page.ui");
  gtk_widget_class_bind_template_child (widget_class, RuhuTodayPage, alarm);
  gtk_widget_class_bind_template_child (widget_class, RuhuTodayPage, all_due);
  gtk_widget_class_bind_template_child (widget_class, RuhuTodayPage, attention);
  gtk_widget_class_bind_template_child (widget_class, RuhuTodayPage, confirm);
  gtk_widget_class_bind_template_child (widget_class, RuhuTodayPage, done);
  gtk_widget_class_bind_template_child (widget_class, RuhuTodayPage, drafts);
  gtk_widget_class_bind_template_child (widget_class, RuhuTodayPage, due);
  gtk_widget_class_bind_template_child (widget_class, RuhuTodayPage, problems);
  gtk_widget_class_bind_template_child (widget_class, RuhuTodayPage, measures);
  gtk_widget_class_bind_template_child (widget_class, RuhuTodayPage, summary);
  gtk_widget_class_bind_template_callback (widget_class, all_due_cb);
}

static void
add_alarm (RuhuTodayPage *self)
{
  GtkWidget *row = ruhu_notice_alarm_new ();

  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (row), "win.show-sync");
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), gtk_image_new_from_icon_name ("go-next-symbolic"));
  adw_preferences_group_add (self->alarm, row);
}

static void
ruhu_today_page_init (RuhuTodayPage *self)
{
  self->cancellable = g_cancellable_new ();
  self->filler = ruhu_filler_new (GTK_WIDGET (self), fill_cb, self);
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  ruhu_page_set_title (RUHU_PAGE (self), C_ ("page", "Today"), NULL);
  add_alarm (self);
}

void
ruhu_today_page_start (RuhuTodayPage *self, RuhuWorker *worker, GSettings *settings)
{
  g_return_if_fail (RUHU_IS_TODAY_PAGE (self) && self->worker == NULL);

  self->worker = g_object_ref (worker);
  if (settings != NULL)
    {
      self->settings = g_object_ref (settings);
      g_signal_connect_object (settings, "changed::visit-interval", G_CALLBACK (interval_cb), self, G_CONNECT_SWAPPED);
    }
  ruhu_page_refresh (RUHU_PAGE (self));
}

void
ruhu_today_page_set_alarm (RuhuTodayPage *self, gboolean alarm)
{
  g_return_if_fail (RUHU_IS_TODAY_PAGE (self));

  gtk_widget_set_visible (GTK_WIDGET (self->alarm), alarm);
  if (self->today != NULL)
    gtk_widget_set_visible (self->done, self->today->lines->len == 0 && !alarm);
}
