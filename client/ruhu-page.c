/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-page"

#include "config.h"

#include "ruhu-page.h"

#include "ruhu-sync-button.h"

typedef struct
{
  /* Template. */
  AdwHeaderBar *header;
  AdwWindowTitle *title;
  GtkWidget *back;
  GtkWidget *sync_button;
  GtkMenuButton *menu_button;
  GtkBox *content;

  gboolean wants_focus;
} RuhuPagePrivate;

static void ruhu_page_buildable_init (GtkBuildableIface *iface);

G_DEFINE_TYPE_WITH_CODE (RuhuPage, ruhu_page, ADW_TYPE_BIN, G_ADD_PRIVATE (RuhuPage) G_IMPLEMENT_INTERFACE (GTK_TYPE_BUILDABLE, ruhu_page_buildable_init))

static GtkBuildableIface *parent_buildable;

static void
ruhu_page_add_child (GtkBuildable *buildable, GtkBuilder *builder, GObject *child, const char *type)
{
  RuhuPagePrivate *priv = ruhu_page_get_instance_private (RUHU_PAGE (buildable));

  /* The base's own template is still being built. */
  if (priv->content == NULL)
    parent_buildable->add_child (buildable, builder, child, type);
  else if (g_strcmp0 (type, "start") == 0)
    adw_header_bar_pack_start (priv->header, GTK_WIDGET (child));
  else if (g_strcmp0 (type, "end") == 0)
    adw_header_bar_pack_end (priv->header, GTK_WIDGET (child));
  else
    gtk_box_append (priv->content, GTK_WIDGET (child));
}

static void
ruhu_page_buildable_init (GtkBuildableIface *iface)
{
  parent_buildable = g_type_interface_peek_parent (iface);
  iface->add_child = ruhu_page_add_child;
}

static void
ruhu_page_class_init (RuhuPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (RUHU_TYPE_SYNC_BUTTON);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/ruhu/Ruhu/ruhu-page.ui");
  gtk_widget_class_bind_template_child_private (widget_class, RuhuPage, back);
  gtk_widget_class_bind_template_child_private (widget_class, RuhuPage, content);
  gtk_widget_class_bind_template_child_private (widget_class, RuhuPage, header);
  gtk_widget_class_bind_template_child_private (widget_class, RuhuPage, menu_button);
  gtk_widget_class_bind_template_child_private (widget_class, RuhuPage, sync_button);
  gtk_widget_class_bind_template_child_private (widget_class, RuhuPage, title);
}

static void
ruhu_page_init (RuhuPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
ruhu_page_new (const char *title, GtkWidget *content)
{
  RuhuPage *self = g_object_new (RUHU_TYPE_PAGE, NULL);

  ruhu_page_set_title (self, title, NULL);
  gtk_widget_set_vexpand (content, TRUE);
  ruhu_page_append (self, content);
  return GTK_WIDGET (self);
}

void
ruhu_page_set_title (RuhuPage *self, const char *title, const char *subtitle)
{
  RuhuPagePrivate *priv = ruhu_page_get_instance_private (self);

  g_return_if_fail (RUHU_IS_PAGE (self));

  adw_window_title_set_title (priv->title, title != NULL ? title : "");
  adw_window_title_set_subtitle (priv->title, subtitle != NULL ? subtitle : "");
}

const char *
ruhu_page_get_title (RuhuPage *self)
{
  RuhuPagePrivate *priv = ruhu_page_get_instance_private (self);

  return adw_window_title_get_title (priv->title);
}

void
ruhu_page_set_alone (RuhuPage *self, gboolean alone, gboolean can_go_back, gboolean narrow, gboolean has_places)
{
  RuhuPagePrivate *priv = ruhu_page_get_instance_private (self);

  g_return_if_fail (RUHU_IS_PAGE (self));

  gtk_widget_set_visible (priv->back, can_go_back);
  gtk_widget_set_visible (priv->sync_button, alone && !has_places);
  gtk_widget_set_visible (GTK_WIDGET (priv->menu_button), alone && gtk_menu_button_get_menu_model (priv->menu_button) != NULL);
  adw_header_bar_set_show_start_title_buttons (priv->header, alone);
  adw_header_bar_set_decoration_layout (priv->header, narrow ? ":close" : NULL);
}

void
ruhu_page_set_menu (RuhuPage *self, GMenuModel *menu)
{
  RuhuPagePrivate *priv = ruhu_page_get_instance_private (self);

  g_return_if_fail (RUHU_IS_PAGE (self));

  gtk_menu_button_set_menu_model (priv->menu_button, menu);
}

void
ruhu_page_append (RuhuPage *self, GtkWidget *child)
{
  RuhuPagePrivate *priv = ruhu_page_get_instance_private (self);

  gtk_box_append (priv->content, child);
}

void
ruhu_page_focus (RuhuPage *self)
{
  RuhuPagePrivate *priv = ruhu_page_get_instance_private (self);

  g_return_if_fail (RUHU_IS_PAGE (self));

  priv->wants_focus = !gtk_widget_child_focus (GTK_WIDGET (priv->content), GTK_DIR_TAB_FORWARD);
}

/* Another one may have been opened meanwhile: the keyboard is there. */
static gboolean
is_on_top (RuhuPage *self)
{
  GtkWidget *stack = gtk_widget_get_parent (GTK_WIDGET (self));

  return !GTK_IS_STACK (stack) || gtk_stack_get_visible_child (GTK_STACK (stack)) == GTK_WIDGET (self);
}

void
ruhu_page_ready (RuhuPage *self)
{
  RuhuPagePrivate *priv = ruhu_page_get_instance_private (self);

  g_return_if_fail (RUHU_IS_PAGE (self));

  /* A page that has put the keyboard somewhere itself knows best. */
  if (priv->wants_focus && is_on_top (self) && gtk_widget_get_focus_child (GTK_WIDGET (priv->content)) == NULL)
    ruhu_page_focus (self);
}

void
ruhu_page_refresh (RuhuPage *self)
{
  g_return_if_fail (RUHU_IS_PAGE (self));

  if (RUHU_PAGE_GET_CLASS (self)->refresh != NULL)
    RUHU_PAGE_GET_CLASS (self)->refresh (self);
}
