/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-preferences"

#include "config.h"

#include "ruhu-preferences.h"

struct _RuhuPreferences
{
  AdwPreferencesWindow parent_instance;

  /* Template. */
  AdwComboRow *scheme;
  GtkWidget *work;
  GtkSpinButton *interval;
  AdwActionRow *folder;

  /* Borrowed. */
  RuhuApplication *app;
};

G_DEFINE_FINAL_TYPE (RuhuPreferences, ruhu_preferences, ADW_TYPE_PREFERENCES_WINDOW)

static const char *const schemes[] = { "default", "light", "dark" };

static void
scheme_cb (RuhuPreferences *self)
{
  guint selected = MIN (adw_combo_row_get_selected (self->scheme), G_N_ELEMENTS (schemes) - 1);

  if (self->app != NULL)
    g_action_group_change_action_state (G_ACTION_GROUP (self->app), "color-scheme", g_variant_new_string (schemes[selected]));
}

static void
ruhu_preferences_class_init (RuhuPreferencesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/ruhu/Ruhu/ruhu-preferences.ui");
  gtk_widget_class_bind_template_child (widget_class, RuhuPreferences, folder);
  gtk_widget_class_bind_template_child (widget_class, RuhuPreferences, interval);
  gtk_widget_class_bind_template_child (widget_class, RuhuPreferences, scheme);
  gtk_widget_class_bind_template_child (widget_class, RuhuPreferences, work);
  gtk_widget_class_bind_template_callback (widget_class, scheme_cb);
}

static void
ruhu_preferences_init (RuhuPreferences *self)
{
  g_autofree char *folder = ruhu_store_dup_default_directory ();

  gtk_widget_init_template (GTK_WIDGET (self));
  adw_action_row_set_subtitle (self->folder, folder);
}

GtkWindow *
ruhu_preferences_new (RuhuApplication *app, GtkWindow *parent)
{
  RuhuPreferences *self = g_object_new (RUHU_TYPE_PREFERENCES, "transient-for", parent, NULL);
  GSettings *settings = ruhu_application_get_settings (app);
  g_autoptr (GVariant) scheme = g_action_group_get_action_state (G_ACTION_GROUP (app), "color-scheme");

  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (g_str_equal (schemes[i], g_variant_get_string (scheme, NULL)))
      adw_combo_row_set_selected (self->scheme, i);
  self->app = app;
  if (settings != NULL)
    g_settings_bind (settings, "visit-interval", self->interval, "value", G_SETTINGS_BIND_DEFAULT);
  gtk_widget_set_visible (self->work, settings != NULL && (ruhu_status_get_role (ruhu_application_get_status (app)) & RUHU_ROLE_OFFICE) != 0);
  return GTK_WINDOW (self);
}
