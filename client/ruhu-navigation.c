/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-navigation"

#include "config.h"

#include "ruhu-navigation.h"

#include <glib/gi18n.h>

#define N_PLACES 4

struct _RuhuNavigation
{
  AdwBin parent_instance;

  /* Borrowed: parts of it. */
  GtkWidget *buttons[N_PLACES];
  GtkWidget *icons[N_PLACES];
  GtkWidget *counts[N_PLACES];
};

static const struct
{
  const char *place;
  const char *icon;
  const char *label;
  const char *tooltip;
} places[N_PLACES] = {
  { "today", "ruhu-today-symbolic", NC_ ("page", "Today"), N_ ("Today (Ctrl+1)") },
  { "households", "ruhu-household-symbolic", N_ ("Households"), N_ ("Households (Ctrl+2)") },
  { "conflicts", "ruhu-conflict-symbolic", NC_ ("page", "Conflicts"), N_ ("Conflicts (Ctrl+3)") },
  { "sync", "ruhu-sync-symbolic", NC_ ("page", "Sync"), N_ ("Synchronisation (Ctrl+4)") },
};

G_DEFINE_FINAL_TYPE (RuhuNavigation, ruhu_navigation, ADW_TYPE_BIN)

static const char *
get_label (guint i)
{
  return i == 1 ? _ (places[i].label) : g_dpgettext2 (NULL, "page", places[i].label);
}

static GtkWidget *
make_button (RuhuNavigation *self, guint i)
{
  GtkWidget *button = gtk_toggle_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  GtkWidget *overlay = gtk_overlay_new ();
  GtkWidget *label = gtk_label_new (get_label (i));

  self->counts[i] = gtk_label_new (NULL);
  gtk_widget_set_halign (self->counts[i], GTK_ALIGN_END);
  gtk_widget_set_valign (self->counts[i], GTK_ALIGN_START);
  gtk_widget_set_visible (self->counts[i], FALSE);
  gtk_widget_add_css_class (self->counts[i], "count");
  self->icons[i] = gtk_image_new_from_icon_name (places[i].icon);
  gtk_overlay_set_child (GTK_OVERLAY (overlay), self->icons[i]);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), self->counts[i]);
  gtk_widget_set_halign (overlay, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (label, "caption");
  gtk_box_append (GTK_BOX (box), overlay);
  gtk_box_append (GTK_BOX (box), label);
  gtk_button_set_child (GTK_BUTTON (button), box);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, _ (places[i].tooltip));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, get_label (i), -1);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", places[i].place);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "win.go");
  return button;
}

static void
ruhu_navigation_class_init (RuhuNavigationClass *klass)
{
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_NAVIGATION);
}

static void
ruhu_navigation_init (RuhuNavigation *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 2);

  gtk_box_set_homogeneous (GTK_BOX (box), TRUE);
  for (guint i = 0; i < N_PLACES; i++)
    {
      self->buttons[i] = make_button (self, i);
      gtk_box_append (GTK_BOX (box), self->buttons[i]);
    }
  adw_bin_set_child (ADW_BIN (self), box);
  gtk_widget_add_css_class (GTK_WIDGET (self), "navigation");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Places"), -1);
}

void
ruhu_navigation_set_count (RuhuNavigation *self, const char *place, guint n, const char *sentence)
{
  g_return_if_fail (RUHU_IS_NAVIGATION (self));

  for (guint i = 0; i < N_PLACES; i++)
    {
      g_autofree char *text = n > 99 ? g_strdup ("99+") : g_strdup_printf ("%u", n);
      g_autofree char *name = NULL;

      if (!g_str_equal (places[i].place, place))
        continue;
      name = n > 0 ? g_strdup_printf (_ ("%s: %s"), get_label (i), sentence) : g_strdup (get_label (i));
      gtk_label_set_label (GTK_LABEL (self->counts[i]), text);
      gtk_widget_set_visible (self->counts[i], n > 0);
      gtk_accessible_update_property (GTK_ACCESSIBLE (self->buttons[i]), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
    }
}

void
ruhu_navigation_set_state (RuhuNavigation *self, const char *place, const char *icon, const char *sentence)
{
  g_return_if_fail (RUHU_IS_NAVIGATION (self));

  for (guint i = 0; i < N_PLACES; i++)
    {
      if (!g_str_equal (places[i].place, place))
        continue;
      gtk_image_set_from_icon_name (GTK_IMAGE (self->icons[i]), icon);
      gtk_widget_set_tooltip_text (self->buttons[i], sentence);
      gtk_accessible_update_property (GTK_ACCESSIBLE (self->buttons[i]), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, sentence, -1);
    }
}
