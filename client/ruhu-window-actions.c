/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-window"

#include "config.h"

#include "ruhu-window-private.h"

#include "ruhu-conflict-page.h"
#include "ruhu-held-page.h"
#include "ruhu-household-page.h"
#include "ruhu-sync-page.h"

void
ruhu_window_show_list (RuhuWindow *self)
{
  gtk_widget_set_visible (self->list_pane, TRUE);
  adw_leaflet_set_visible_child_name (self->leaflet, "list");
  ruhu_household_list_focus_search (self->list);
}

static void
go_back (RuhuWindow *self, const char *destination)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.back", NULL);
}

static void
back_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RuhuWindow *self = RUHU_WINDOW (widget);
  GtkWidget *page = ruhu_window_get_page (self);

  if (!ruhu_window_may_leave (self, go_back, NULL))
    return;
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
  ruhu_window_show_list (RUHU_WINDOW (widget));
}

static void
filter_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RuhuWindow *self = RUHU_WINDOW (widget);

  ruhu_window_show_list (self);
  ruhu_household_list_open_filters (self->list);
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
  ruhu_window_layout (self);
}

/* The same page is not opened twice on top of itself. */
static void
show_once (RuhuWindow *self, GType type, GtkWidget *(*make) (RuhuWorker *worker))
{
  GtkWidget *page = ruhu_window_get_page (self);

  if (!self->entered)
    return;
  if (page == NULL || !g_type_is_a (G_OBJECT_TYPE (page), type))
    ruhu_window_push (self, make (ruhu_application_get_worker (RUHU_APPLICATION (gtk_window_get_application (GTK_WINDOW (self))))));
  adw_leaflet_set_visible_child_name (self->leaflet, "page");
}

static void
show_conflicts_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  show_once (RUHU_WINDOW (widget), RUHU_TYPE_CONFLICT_PAGE, ruhu_conflict_page_new);
}

static void
show_held_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  show_once (RUHU_WINDOW (widget), RUHU_TYPE_HELD_PAGE, ruhu_held_page_new);
}

static void
show_sync_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  show_once (RUHU_WINDOW (widget), RUHU_TYPE_SYNC_PAGE, ruhu_sync_page_new);
}

static void
show_today (RuhuWindow *self, const char *destination)
{
  if (!ruhu_window_may_leave (self, show_today, NULL))
    return;
  ruhu_window_clear (self);
  adw_leaflet_set_visible_child_name (self->leaflet, "page");
  ruhu_page_focus (RUHU_PAGE (self->today));
}

static void
go_cb (RuhuWindow *self, GVariant *place)
{
  const char *name = g_variant_get_string (place, NULL);

  if (!self->entered)
    return;
  if (g_str_equal (name, "today"))
    show_today (self, NULL);
  else if (g_str_equal (name, "households"))
    ruhu_window_show_list (self);
  else if (g_str_equal (name, "conflicts"))
    show_once (self, RUHU_TYPE_CONFLICT_PAGE, ruhu_conflict_page_new);
  else if (g_str_equal (name, "sync"))
    show_once (self, RUHU_TYPE_SYNC_PAGE, ruhu_sync_page_new);
  ruhu_window_layout (self);
}

void
ruhu_window_install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.back", NULL, back_action);
  gtk_widget_class_install_action (widget_class, "win.edit", NULL, edit_action);
  gtk_widget_class_install_action (widget_class, "win.filter", NULL, filter_action);
  gtk_widget_class_install_action (widget_class, "win.new-visit", NULL, new_visit_action);
  gtk_widget_class_install_action (widget_class, "win.search", NULL, search_action);
  gtk_widget_class_install_action (widget_class, "win.show-conflicts", NULL, show_conflicts_action);
  gtk_widget_class_install_action (widget_class, "win.show-held", NULL, show_held_action);
  gtk_widget_class_install_action (widget_class, "win.show-sync", NULL, show_sync_action);
  gtk_widget_class_install_action (widget_class, "win.toggle-list", NULL, toggle_list_action);
}

void
ruhu_window_add_places (RuhuWindow *self)
{
  self->go = g_simple_action_new_stateful ("go", G_VARIANT_TYPE_STRING, g_variant_new_string ("today"));
  g_signal_connect_swapped (self->go, "change-state", G_CALLBACK (go_cb), self);
  g_action_map_add_action (G_ACTION_MAP (self), G_ACTION (self->go));
}
