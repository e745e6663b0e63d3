/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-window"

#include "config.h"

#include "ruhu-window-private.h"

#include "ruhu-conflict-page.h"
#include "ruhu-held-page.h"
#include "ruhu-household-page.h"
#include "ruhu-notice-group.h"
#include "ruhu-page.h"
#include "ruhu-sync-button.h"
#include "ruhu-sync-page.h"
#include "ruhu-visit-page.h"
#include "ruhu-window-card.h"

#include <glib/gi18n.h>

G_DEFINE_FINAL_TYPE (RuhuWindow, ruhu_window, ADW_TYPE_APPLICATION_WINDOW)

static RuhuApplication *
get_app (RuhuWindow *self)
{
  return RUHU_APPLICATION (gtk_window_get_application (GTK_WINDOW (self)));
}

static gboolean
is_visit (GtkWidget *page)
{
  return page != NULL && g_object_get_data (G_OBJECT (page), RUHU_WINDOW_VISIT) != NULL;
}

/* Where a person is, for the navigation. */
static const char *
get_place (RuhuWindow *self)
{
  GtkWidget *page = ruhu_window_get_page (self);

  if (adw_leaflet_get_folded (self->leaflet) && g_strcmp0 (adw_leaflet_get_visible_child_name (self->leaflet), "list") == 0)
    return "households";
  if (page == NULL)
    return "today";
  if (RUHU_IS_CONFLICT_PAGE (page))
    return "conflicts";
  /* What is held back is reached from there. */
  return RUHU_IS_SYNC_PAGE (page) || RUHU_IS_HELD_PAGE (page) ? "sync" : "households";
}

/* Header bars and navigation follow from whether the window is narrow and how many pages are open. */
void
ruhu_window_layout (RuhuWindow *self)
{
  gboolean folded;
  gboolean alone;
  gboolean places;

  /* The template is still being built. */
  if (self->go == NULL)
    return;
  folded = adw_leaflet_get_folded (self->leaflet);
  alone = folded || !gtk_widget_get_visible (self->list_pane);
  adw_header_bar_set_show_end_title_buttons (self->list_header, folded);
  adw_header_bar_set_decoration_layout (self->list_header, folded ? ":close" : NULL);
  /* A visit has its own way through its steps, and needs the room. */
  places = alone && !is_visit (ruhu_window_get_page (self));
  ruhu_page_set_alone (RUHU_PAGE (self->today), alone, FALSE, folded, places);
  for (guint i = 0; i < self->open->len; i++)
    ruhu_page_set_alone (g_ptr_array_index (self->open, i), alone, folded || i > 0 || !RUHU_IS_HOUSEHOLD_PAGE (g_ptr_array_index (self->open, i)), folded, places);
  gtk_widget_set_visible (GTK_WIDGET (self->wide_places), !folded);
  gtk_widget_set_visible (GTK_WIDGET (self->narrow_places), places);
  g_simple_action_set_state (self->go, g_variant_new_string (get_place (self)));
}

static void
update_actions (RuhuWindow *self)
{
  GtkWidget *page = ruhu_window_get_page (self);
  gboolean household = RUHU_IS_HOUSEHOLD_PAGE (page);

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.new-visit", household);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.edit", household);
  ruhu_window_enable_card_actions (self, household);
  /* The visit form has uses of its own for these keys: the list of steps, reading back. */
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.filter", !is_visit (page));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.toggle-list", !is_visit (page));
}

/* A file's thousand widgets take longer than a frame to go: they go little by little, out of sight. */
static gboolean
take_apart_cb (gpointer data)
{
  RuhuWindow *self = data;

  if (ruhu_household_page_take_apart (RUHU_HOUSEHOLD_PAGE (self->leaving)))
    return G_SOURCE_CONTINUE;
  self->leave_id = 0;
  gtk_stack_remove (self->pages, g_steal_pointer (&self->leaving));
  return G_SOURCE_REMOVE;
}

/* One at a time: somebody who leafs through households quickly leaves no heap of them behind. */
static void
drop_page (RuhuWindow *self, GtkWidget *page)
{
  g_ptr_array_remove (self->open, page);
  if (!RUHU_IS_HOUSEHOLD_PAGE (page) || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    {
      gtk_stack_remove (self->pages, page);
      return;
    }
  g_clear_handle_id (&self->leave_id, g_source_remove);
  if (self->leaving != NULL)
    gtk_stack_remove (self->pages, self->leaving);
  gtk_widget_set_can_focus (page, FALSE);
  self->leaving = page;
  self->leave_id = g_idle_add_full (GDK_PRIORITY_REDRAW + 2, take_apart_cb, self, NULL);
}

static void
show_top (RuhuWindow *self)
{
  GtkWidget *page = ruhu_window_get_page (self);

  if (page != NULL)
    gtk_stack_set_visible_child (self->pages, page);
  else
    gtk_stack_set_visible_child_name (self->pages, "today");
  if (page == NULL && self->today_stale)
    ruhu_page_refresh (RUHU_PAGE (self->today));
  self->today_stale = self->today_stale && page != NULL;
  update_actions (self);
  ruhu_window_layout (self);
}

void
ruhu_window_clear (RuhuWindow *self)
{
  GtkWidget *page;

  while ((page = ruhu_window_get_page (self)) != NULL)
    drop_page (self, page);
  show_top (self);
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

  ruhu_page_set_menu (RUHU_PAGE (page), self->menu);
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
  if (!ruhu_window_may_leave (self, ruhu_window_show_household, household))
    return;
  while ((page = ruhu_window_get_page (self)) != NULL)
    drop_page (self, page);
  ruhu_window_push (self, ruhu_household_page_new (ruhu_application_get_worker (get_app (self)), household));
  ruhu_household_list_select (self->list, household);
}

void
ruhu_window_add_toast (RuhuWindow *self, AdwToast *toast)
{
  g_return_if_fail (RUHU_IS_WINDOW (self));

  adw_toast_overlay_add_toast (self->toasts, toast);
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

/* What the status says. */

static void
set_count (RuhuWindow *self, const char *place, gint64 n, const char *sentence)
{
  ruhu_navigation_set_count (self->wide_places, place, (guint) n, sentence);
  ruhu_navigation_set_count (self->narrow_places, place, (guint) n, sentence);
}

/* What was refused, and what waits for this office's decision, are looked at on the same page. */
static void
update_sync_count (RuhuWindow *self)
{
  guint refused = (guint) ruhu_status_get_refused (self->status), decide = (guint) ruhu_status_get_to_decide (self->status);
  g_autofree char *look = g_strdup_printf (ngettext ("%u change was refused", "%u changes were refused", refused), refused);
  g_autofree char *held = g_strdup_printf (ngettext ("%u held-back change to decide", "%u held-back changes to decide", decide), decide);
  g_autofree char *both = g_strdup_printf (_ ("%s; %s"), look, held);

  set_count (self, "sync", refused + decide, decide == 0 ? look : refused == 0 ? held
                                                                               : both);
}

static void
update_sync_state (RuhuWindow *self)
{
  const char *icon = NULL;
  g_autofree char *state = ruhu_sync_button_describe (self->status, ruhu_application_get_sync (get_app (self)), &icon);
  g_autofree char *sentence = g_strdup_printf (_ ("Synchronisation: %s"), state);

  ruhu_navigation_set_state (self->narrow_places, "sync", icon, sentence);
}

static void
update_counts (RuhuWindow *self)
{
  guint conflicts = (guint) ruhu_status_get_conflicts (self->status);
  g_autofree char *review = g_strdup_printf (ngettext ("%u conflict to review", "%u conflicts to review", conflicts), conflicts);

  set_count (self, "conflicts", conflicts, review);
  update_sync_count (self);
}

static void
welcome (RuhuWindow *self)
{
  if (g_strcmp0 (gtk_stack_get_visible_child_name (self->stack), "welcome") == 0)
    return;
  gtk_stack_set_visible_child_name (self->stack, "welcome");
  ruhu_welcome_page_focus (self->welcome);
}

/* Once; the menu has it again. */
static void
show_around (RuhuApplication *app)
{
  GSettings *settings = ruhu_application_get_settings (app);

  if (settings == NULL || g_settings_get_boolean (settings, "tour-shown"))
    return;
  g_settings_set_boolean (settings, "tour-shown", TRUE);
  g_action_group_activate_action (G_ACTION_GROUP (app), "tour", NULL);
}

static void
enter (RuhuWindow *self)
{
  RuhuApplication *app = get_app (self);

  gtk_stack_set_visible_child_name (self->stack, "main");
  if (self->entered)
    return;
  self->entered = TRUE;
  ruhu_household_list_start (self->list, ruhu_application_get_reader (app), ruhu_application_get_settings (app));
  ruhu_today_page_start (self->today, ruhu_application_get_reader (app), ruhu_application_get_settings (app));
  /* A narrow window begins with the day; a wide one shows both, and the keyboard is where names are typed. */
  adw_leaflet_set_visible_child_name (self->leaflet, "page");
  ruhu_household_list_focus_search (self->list);
  show_around (app);
}

static void
status_updated_cb (RuhuWindow *self)
{
  const char *township = ruhu_status_get_township (self->status);

  if (!ruhu_status_is_ready (self->status))
    return;
  g_clear_pointer (&self->failure_said, g_free);
  adw_window_title_set_subtitle (self->list_title, township);
  update_counts (self);
  update_sync_state (self);
  if (!ruhu_status_is_enrolled (self->status))
    welcome (self);
  else if (self->entered || !ruhu_welcome_page_is_busy (self->welcome))
    enter (self);
}

static void
sync_updated_cb (RuhuWindow *self)
{
  RuhuSyncProxy *sync = ruhu_application_get_sync (get_app (self));

  update_sync_state (self);
  ruhu_today_page_set_alarm (self->today, ruhu_notice_is_alarm (ruhu_sync_proxy_get_last_error_name (sync)));
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
  self->today_stale = page != NULL;
  ruhu_page_refresh (page != NULL ? RUHU_PAGE (page) : RUHU_PAGE (self->today));
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

/* "All that are due": the list, filtered and in the order of need. */
static void
show_due_cb (RuhuWindow *self)
{
  g_autoptr (RuhuListFilter) filter = ruhu_list_filter_new ();

  filter->due = TRUE;
  filter->sort = RUHU_SORT_DUE;
  ruhu_household_list_set_filter (self->list, filter);
  ruhu_window_show_list (self);
  ruhu_window_layout (self);
}

/* Life. */

static gboolean
ruhu_window_close_request (GtkWindow *window)
{
  RuhuWindow *self = RUHU_WINDOW (window);
  GSettings *settings = ruhu_application_get_settings (get_app (self));
  int width = 0;
  int height = 0;

  if (!ruhu_window_may_close (self))
    return TRUE;
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

  g_clear_handle_id (&self->leave_id, g_source_remove);
  g_clear_weak_pointer (&self->question);
  g_clear_object (&self->status);
  g_clear_object (&self->go);
  g_ptr_array_set_size (self->open, 0);
  G_OBJECT_CLASS (ruhu_window_parent_class)->dispose (object);
}

static void
ruhu_window_finalize (GObject *object)
{
  RuhuWindow *self = RUHU_WINDOW (object);

  g_ptr_array_unref (self->open);
  g_free (self->failure_said);
  g_free (self->destination);
  G_OBJECT_CLASS (ruhu_window_parent_class)->finalize (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, RuhuWindow, failure);
  gtk_widget_class_bind_template_child (widget_class, RuhuWindow, leaflet);
  gtk_widget_class_bind_template_child (widget_class, RuhuWindow, list);
  gtk_widget_class_bind_template_child (widget_class, RuhuWindow, list_header);
  gtk_widget_class_bind_template_child (widget_class, RuhuWindow, list_pane);
  gtk_widget_class_bind_template_child (widget_class, RuhuWindow, list_title);
  gtk_widget_class_bind_template_child (widget_class, RuhuWindow, menu);
  gtk_widget_class_bind_template_child (widget_class, RuhuWindow, narrow_places);
  gtk_widget_class_bind_template_child (widget_class, RuhuWindow, pages);
  gtk_widget_class_bind_template_child (widget_class, RuhuWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, RuhuWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, RuhuWindow, today);
  gtk_widget_class_bind_template_child (widget_class, RuhuWindow, welcome);
  gtk_widget_class_bind_template_child (widget_class, RuhuWindow, wide_places);
  gtk_widget_class_bind_template_callback (widget_class, household_activated_cb);
  gtk_widget_class_bind_template_callback_full (widget_class, "layout_cb", G_CALLBACK (ruhu_window_layout));
  gtk_widget_class_bind_template_callback (widget_class, show_due_cb);
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
  g_type_ensure (RUHU_TYPE_NAVIGATION);
  g_type_ensure (RUHU_TYPE_PAGE);
  g_type_ensure (RUHU_TYPE_SYNC_BUTTON);
  g_type_ensure (RUHU_TYPE_TODAY_PAGE);
  g_type_ensure (RUHU_TYPE_WELCOME_PAGE);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/ruhu/Ruhu/ruhu-window.ui");
  bind_children (widget_class);
  ruhu_window_install_actions (widget_class);
  ruhu_window_install_card_actions (widget_class);
}

static void
ruhu_window_init (RuhuWindow *self)
{
  self->open = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  ruhu_page_set_menu (RUHU_PAGE (self->today), self->menu);
  ruhu_window_add_places (self);
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
  g_signal_connect_object (ruhu_application_get_sync (app), "updated", G_CALLBACK (sync_updated_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->status, "failed", G_CALLBACK (status_failed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->status, "data-changed", G_CALLBACK (data_changed_cb), self, G_CONNECT_SWAPPED);
  status_updated_cb (self);
  ruhu_window_layout (self);
  return GTK_WIDGET (self);
}
