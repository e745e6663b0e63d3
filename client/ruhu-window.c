/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-window"

#include "config.h"

#include "ruhu-window.h"

#include "ruhu-conflict-page.h"
#include "ruhu-household-list.h"
#include "ruhu-household-page.h"
#include "ruhu-page.h"
#include "ruhu-sync-button.h"
#include "ruhu-sync-page.h"
#include "ruhu-visit-page.h"
#include "ruhu-welcome-page.h"
#include "ruhu-window-card.h"

#include <glib/gi18n.h>

struct _RuhuWindow
{
  AdwApplicationWindow parent_instance;

  /* Template. */
  AdwToastOverlay *toasts;
  GtkStack *stack;
  AdwStatusPage *failure;
  RuhuWelcomePage *welcome;
  AdwLeaflet *leaflet;
  GtkWidget *list_pane;
  AdwHeaderBar *list_header;
  AdwWindowTitle *list_title;
  RuhuHouseholdList *list;
  GtkStack *pages;
  RuhuPage *empty_page;
  GtkRevealer *draft_revealer;
  GtkLabel *draft_label;
  GtkRevealer *conflict_revealer;
  GtkLabel *conflict_label;

  /* Borrowed: those on the right pane's stack, bottom first (RuhuPage). */
  GPtrArray *open;

  /* Owned. */
  RuhuStatus *status;
  char *offered_draft;     /* in the banner */
  char *offered_household; /* its household */
  char *failure_said;      /* the last sentence about a failed reading; NULL once it went well */

  gboolean offered; /* unfinished visits are offered once, at the start */
  gboolean entered; /* households have been shown */
};

G_DEFINE_FINAL_TYPE (RuhuWindow, ruhu_window, ADW_TYPE_APPLICATION_WINDOW)

static RuhuApplication *
get_app (RuhuWindow *self)
{
  return RUHU_APPLICATION (gtk_window_get_application (GTK_WINDOW (self)));
}

/* Header bars follow from whether the window is narrow and how many pages are open. */
static void
layout_cb (RuhuWindow *self)
{
  gboolean folded;
  gboolean alone;

  /* The template is still being built. */
  if (self->empty_page == NULL)
    return;
  folded = adw_leaflet_get_folded (self->leaflet);
  alone = folded || !gtk_widget_get_visible (self->list_pane);
  adw_header_bar_set_show_end_title_buttons (self->list_header, folded);
  ruhu_page_set_alone (self->empty_page, alone, folded);
  for (guint i = 0; i < self->open->len; i++)
    ruhu_page_set_alone (g_ptr_array_index (self->open, i), alone, folded || i > 0 || !RUHU_IS_HOUSEHOLD_PAGE (g_ptr_array_index (self->open, i)));
}

static void
update_actions (RuhuWindow *self)
{
  GtkWidget *page = ruhu_window_get_page (self);
  gboolean household = RUHU_IS_HOUSEHOLD_PAGE (page);

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.new-visit", household);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.edit", household);
  ruhu_window_enable_card_actions (self, household);
  /* The visit form has its own list of steps on the same key. */
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.toggle-list", page == NULL || g_object_get_data (G_OBJECT (page), "ruhu-visit") == NULL);
}

static void
drop_page (RuhuWindow *self, GtkWidget *page)
{
  g_ptr_array_remove (self->open, page);
  gtk_stack_remove (self->pages, page);
}

static void
show_top (RuhuWindow *self)
{
  GtkWidget *page = ruhu_window_get_page (self);

  if (page != NULL)
    gtk_stack_set_visible_child (self->pages, page);
  else
    gtk_stack_set_visible_child_name (self->pages, "empty");
  update_actions (self);
  layout_cb (self);
}

GtkWidget *
ruhu_window_get_page (RuhuWindow *self)
{
  return self->open->len > 0 ? g_ptr_array_index (self->open, self->open->len - 1) : NULL;
}

void
ruhu_window_push (RuhuWindow *self, GtkWidget *page)
{
  g_return_if_fail (RUHU_IS_WINDOW (self) && RUHU_IS_PAGE (page));

  gtk_stack_add_child (self->pages, page);
  g_ptr_array_add (self->open, page);
  show_top (self);
  adw_leaflet_set_visible_child_name (self->leaflet, "page");
  ruhu_page_focus (RUHU_PAGE (page));
}

void
ruhu_window_pop (RuhuWindow *self)
{
  GtkWidget *page;

  g_return_if_fail (RUHU_IS_WINDOW (self));

  page = ruhu_window_get_page (self);
  if (page == NULL)
    return;
  drop_page (self, page);
  show_top (self);
  page = ruhu_window_get_page (self);
  if (page != NULL)
    {
      ruhu_page_refresh (RUHU_PAGE (page));
      ruhu_page_focus (RUHU_PAGE (page));
    }
}

void
ruhu_window_show_household (RuhuWindow *self, const char *household)
{
  GtkWidget *page = ruhu_window_get_page (self);

  g_return_if_fail (RUHU_IS_WINDOW (self));

  if (self->open->len == 1 && RUHU_IS_HOUSEHOLD_PAGE (page) && g_str_equal (ruhu_household_page_get_id (RUHU_HOUSEHOLD_PAGE (page)), household))
    {
      adw_leaflet_set_visible_child_name (self->leaflet, "page");
      return;
    }
  while ((page = ruhu_window_get_page (self)) != NULL)
    drop_page (self, page);
  ruhu_window_push (self, ruhu_household_page_new (ruhu_application_get_worker (get_app (self)), household));
  ruhu_household_list_select (self->list, household);
}

void
ruhu_window_toast (RuhuWindow *self, const char *sentence)
{
  g_autofree char *escaped = g_markup_escape_text (sentence, -1);

  adw_toast_overlay_add_toast (self->toasts, adw_toast_new (escaped));
}

RuhuWindow *
ruhu_window_of (GtkWidget *widget)
{
  GtkRoot *root = gtk_widget_get_root (widget);

  return RUHU_IS_WINDOW (root) ? RUHU_WINDOW (root) : NULL;
}

/* The visit form. */

static void
visit_finished_cb (RuhuWindow *self)
{
  ruhu_window_pop (self);
  ruhu_window_toast (self, _ ("The visit is saved on this laptop. It is sent as soon as there is a connection."));
}

static void
visit_left_cb (RuhuWindow *self)
{
  ruhu_window_pop (self);
}

static void
visit_ready_cb (gpointer data)
{
  g_autoptr (RuhuPage) page = data;

  if (gtk_widget_get_root (GTK_WIDGET (page)) != NULL)
    ruhu_page_ready (page);
}

/* The title comes with the data, and the first step's fields right after it. */
static void
visit_title_cb (RuhuVisitPage *visit, GParamSpec *pspec, RuhuPage *page)
{
  ruhu_page_set_title (page, ruhu_visit_page_get_title (visit), NULL);
  g_idle_add_once (visit_ready_cb, g_object_ref (page));
}

void
ruhu_window_open_visit (RuhuWindow *self, const char *household, const char *draft)
{
  GtkWidget *visit;
  GtkWidget *page;

  g_return_if_fail (RUHU_IS_WINDOW (self));

  gtk_revealer_set_reveal_child (self->draft_revealer, FALSE);
  visit = ruhu_visit_page_new (ruhu_application_get_worker (get_app (self)), household, draft);
  page = ruhu_page_new (_ ("Visit"), visit);
  g_object_set_data (G_OBJECT (page), "ruhu-visit", visit);
  g_signal_connect_object (visit, "finished", G_CALLBACK (visit_finished_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (visit, "left", G_CALLBACK (visit_left_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (visit, "notify::title", G_CALLBACK (visit_title_cb), page, 0);
  ruhu_window_push (self, page);
}

/* Unfinished visits are offered again once, when the program starts. */
static void
offer_draft (RuhuWindow *self)
{
  GPtrArray *drafts = ruhu_status_get_drafts (self->status);
  g_autofree char *text = NULL;
  RuhuDraft *draft;

  if (self->offered || drafts == NULL)
    return;
  self->offered = TRUE;
  if (drafts->len == 0)
    return;
  draft = g_ptr_array_index (drafts, 0);
  g_free (self->offered_draft);
  g_free (self->offered_household);
  self->offered_draft = g_strdup (draft->id);
  self->offered_household = g_strdup (draft->scope);
  text = g_strdup_printf (_ ("Unfinished visit: %s"), ruhu_status_get_draft_name (self->status, draft->id));
  gtk_label_set_label (self->draft_label, text);
  gtk_revealer_set_reveal_child (self->draft_revealer, TRUE);
}

static void
draft_continue_cb (RuhuWindow *self)
{
  ruhu_window_show_household (self, self->offered_household);
  ruhu_window_open_visit (self, self->offered_household, self->offered_draft);
}

static void
draft_later_cb (RuhuWindow *self)
{
  gtk_revealer_set_reveal_child (self->draft_revealer, FALSE);
}

/* What the status says. */

static void
update_conflicts (RuhuWindow *self)
{
  guint n = (guint) ruhu_status_get_conflicts (self->status);
  g_autofree char *text = g_strdup_printf (ngettext ("%u conflict to review", "%u conflicts to review", n), n);

  gtk_label_set_label (self->conflict_label, text);
  gtk_revealer_set_reveal_child (self->conflict_revealer, n > 0);
}

static void
welcome (RuhuWindow *self)
{
  if (g_strcmp0 (gtk_stack_get_visible_child_name (self->stack), "welcome") == 0)
    return;
  gtk_stack_set_visible_child_name (self->stack, "welcome");
  ruhu_welcome_page_focus (self->welcome);
}

static void
enter (RuhuWindow *self)
{
  gtk_stack_set_visible_child_name (self->stack, "main");
  offer_draft (self);
  if (self->entered)
    return;
  self->entered = TRUE;
  ruhu_household_list_start (self->list, ruhu_application_get_worker (get_app (self)));
  ruhu_household_list_focus_search (self->list);
}

static void
status_updated_cb (RuhuWindow *self)
{
  const char *township = ruhu_status_get_township (self->status);

  if (!ruhu_status_is_ready (self->status))
    return;
  g_clear_pointer (&self->failure_said, g_free);
  adw_window_title_set_subtitle (self->list_title, township);
  update_conflicts (self);
  if (!ruhu_status_is_enrolled (self->status))
    welcome (self);
  else if (self->entered || !ruhu_welcome_page_is_busy (self->welcome))
    enter (self);
}

static void
status_failed_cb (RuhuWindow *self, const char *sentence)
{
  g_autofree char *escaped = g_markup_escape_text (sentence, -1);

  if (self->entered)
    {
      /* It is tried again every few seconds; it is said once. */
      if (g_strcmp0 (self->failure_said, sentence) != 0)
        ruhu_window_toast (self, sentence);
      g_free (self->failure_said);
      self->failure_said = g_strdup (sentence);
      return;
    }
  adw_status_page_set_description (self->failure, escaped);
  gtk_stack_set_visible_child_name (self->stack, "failed");
}

static void
data_changed_cb (RuhuWindow *self)
{
  GtkWidget *page = ruhu_window_get_page (self);

  if (!self->entered)
    return;
  ruhu_household_list_refresh (self->list);
  if (page != NULL)
    ruhu_page_refresh (RUHU_PAGE (page));
}

static void
welcome_finished_cb (RuhuWindow *self)
{
  status_updated_cb (self);
}

static void
household_activated_cb (RuhuWindow *self, const char *household)
{
  ruhu_window_show_household (self, household);
}

/* Actions. */

static void
back_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RuhuWindow *self = RUHU_WINDOW (widget);
  GtkWidget *page = ruhu_window_get_page (self);

  if (self->open->len > 1 || (page != NULL && !RUHU_IS_HOUSEHOLD_PAGE (page)))
    ruhu_window_pop (self);
  else
    adw_leaflet_set_visible_child_name (self->leaflet, "list");
  if (self->open->len == 0)
    adw_leaflet_set_visible_child_name (self->leaflet, "list");
}

static void
search_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RuhuWindow *self = RUHU_WINDOW (widget);

  gtk_widget_set_visible (self->list_pane, TRUE);
  adw_leaflet_set_visible_child_name (self->leaflet, "list");
  ruhu_household_list_focus_search (self->list);
}

static void
new_visit_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RuhuWindow *self = RUHU_WINDOW (widget);
  GtkWidget *page = ruhu_window_get_page (self);

  if (RUHU_IS_HOUSEHOLD_PAGE (page))
    ruhu_household_page_record_visit (RUHU_HOUSEHOLD_PAGE (page));
}

static void
edit_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GtkWidget *page = ruhu_window_get_page (RUHU_WINDOW (widget));

  if (RUHU_IS_HOUSEHOLD_PAGE (page))
    ruhu_household_page_edit (RUHU_HOUSEHOLD_PAGE (page));
}

static void
toggle_list_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RuhuWindow *self = RUHU_WINDOW (widget);

  if (adw_leaflet_get_folded (self->leaflet))
    adw_leaflet_navigate (self->leaflet, g_strcmp0 (adw_leaflet_get_visible_child_name (self->leaflet), "list") == 0 ? ADW_NAVIGATION_DIRECTION_FORWARD : ADW_NAVIGATION_DIRECTION_BACK);
  else
    gtk_widget_set_visible (self->list_pane, !gtk_widget_get_visible (self->list_pane));
  layout_cb (self);
}

/* The same page is not opened twice on top of itself. */
static void
show_once (RuhuWindow *self, GType type, GtkWidget *(*make) (RuhuWorker *worker))
{
  GtkWidget *page = ruhu_window_get_page (self);

  if (!self->entered)
    return;
  if (page == NULL || !g_type_is_a (G_OBJECT_TYPE (page), type))
    ruhu_window_push (self, make (ruhu_application_get_worker (get_app (self))));
  adw_leaflet_set_visible_child_name (self->leaflet, "page");
}

static void
show_conflicts_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  show_once (RUHU_WINDOW (widget), RUHU_TYPE_CONFLICT_PAGE, ruhu_conflict_page_new);
}

static void
show_sync_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  show_once (RUHU_WINDOW (widget), RUHU_TYPE_SYNC_PAGE, ruhu_sync_page_new);
}

/* Life. */

static gboolean
ruhu_window_close_request (GtkWindow *window)
{
  RuhuWindow *self = RUHU_WINDOW (window);
  GSettings *settings = ruhu_application_get_settings (get_app (self));
  int width = 0;
  int height = 0;

  if (settings != NULL)
    {
      gtk_window_get_default_size (window, &width, &height);
      g_settings_set (settings, "window-size", "(ii)", width, height);
      g_settings_set_boolean (settings, "window-maximized", gtk_window_is_maximized (window));
    }
  return GTK_WINDOW_CLASS (ruhu_window_parent_class)->close_request (window);
}

static void
ruhu_window_dispose (GObject *object)
{
  RuhuWindow *self = RUHU_WINDOW (object);

  g_clear_object (&self->status);
  g_ptr_array_set_size (self->open, 0);
  G_OBJECT_CLASS (ruhu_window_parent_class)->dispose (object);
}

static void
ruhu_window_finalize (GObject *object)
{
  RuhuWindow *self = RUHU_WINDOW (object);

  g_ptr_array_unref (self->open);
  g_free (self->offered_draft);
  g_free (self->offered_household);
  g_free (self->failure_said);
  G_OBJECT_CLASS (ruhu_window_parent_class)->finalize (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, RuhuWindow, conflict_label);
  gtk_widget_class_bind_template_child (widget_class, RuhuWindow, conflict_revealer);
  gtk_widget_class_bind_template_child (widget_class, RuhuWindow, draft_label);
  gtk_widget_class_bind_template_child (widget_class, RuhuWindow, draft_revealer);
  gtk_widget_class_bind_template_child (widget_class, RuhuWindow, empty_page);
  gtk_widget_class_bind_template_child (widget_class, RuhuWindow, failure);
  gtk_widget_class_bind_template_child (widget_class, RuhuWindow, leaflet);
  gtk_widget_class_bind_template_child (widget_class, RuhuWindow, list);
  gtk_widget_class_bind_template_child (widget_class, RuhuWindow, list_header);
  gtk_widget_class_bind_template_child (widget_class, RuhuWindow, list_pane);
  gtk_widget_class_bind_template_child (widget_class, RuhuWindow, list_title);
  gtk_widget_class_bind_template_child (widget_class, RuhuWindow, pages);
  gtk_widget_class_bind_template_child (widget_class, RuhuWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, RuhuWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, RuhuWindow, welcome);
  gtk_widget_class_bind_template_callback (widget_class, draft_continue_cb);
  gtk_widget_class_bind_template_callback (widget_class, draft_later_cb);
  gtk_widget_class_bind_template_callback (widget_class, household_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, layout_cb);
  gtk_widget_class_bind_template_callback (widget_class, welcome_finished_cb);
}

static void
ruhu_window_class_init (RuhuWindowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = ruhu_window_dispose;
  object_class->finalize = ruhu_window_finalize;
  GTK_WINDOW_CLASS (klass)->close_request = ruhu_window_close_request;

  g_type_ensure (RUHU_TYPE_HOUSEHOLD_LIST);
  g_type_ensure (RUHU_TYPE_PAGE);
  g_type_ensure (RUHU_TYPE_SYNC_BUTTON);
  g_type_ensure (RUHU_TYPE_WELCOME_PAGE);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/ruhu/Ruhu/ruhu-window.ui");
  bind_children (widget_class);

  gtk_widget_class_install_action (widget_class, "win.back", NULL, back_action);
  gtk_widget_class_install_action (widget_class, "win.edit", NULL, edit_action);
  gtk_widget_class_install_action (widget_class, "win.new-visit", NULL, new_visit_action);
  ruhu_window_install_card_actions (widget_class);
  gtk_widget_class_install_action (widget_class, "win.search", NULL, search_action);
  gtk_widget_class_install_action (widget_class, "win.show-conflicts", NULL, show_conflicts_action);
  gtk_widget_class_install_action (widget_class, "win.show-sync", NULL, show_sync_action);
  gtk_widget_class_install_action (widget_class, "win.toggle-list", NULL, toggle_list_action);
}

static void
ruhu_window_init (RuhuWindow *self)
{
  self->open = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  update_actions (self);
}

static void
restore_size (RuhuWindow *self, GSettings *settings)
{
  int width = 0;
  int height = 0;

  g_settings_get (settings, "window-size", "(ii)", &width, &height);
  if (width > 0 && height > 0)
    gtk_window_set_default_size (GTK_WINDOW (self), width, height);
  if (g_settings_get_boolean (settings, "window-maximized"))
    gtk_window_maximize (GTK_WINDOW (self));
}

GtkWidget *
ruhu_window_new (RuhuApplication *app)
{
  RuhuWindow *self = g_object_new (RUHU_TYPE_WINDOW, "application", app, NULL);

  if (ruhu_application_get_settings (app) != NULL)
    restore_size (self, ruhu_application_get_settings (app));
  self->status = g_object_ref (ruhu_application_get_status (app));
  g_signal_connect_object (self->status, "updated", G_CALLBACK (status_updated_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->status, "failed", G_CALLBACK (status_failed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->status, "data-changed", G_CALLBACK (data_changed_cb), self, G_CONNECT_SWAPPED);
  status_updated_cb (self);
  layout_cb (self);
  return GTK_WIDGET (self);
}
