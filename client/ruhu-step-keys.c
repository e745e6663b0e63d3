/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-step-keys"

#include "config.h"

#include "ruhu-step-keys.h"

void
ruhu_step_keys_add (GtkWidget *widget, const char *next, const char *previous)
{
  GtkEventController *keys = gtk_shortcut_controller_new ();
  GtkShortcut *down = gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_Page_Down, GDK_CONTROL_MASK), gtk_named_action_new (next));
  GtkShortcut *up = gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_Page_Up, GDK_CONTROL_MASK), gtk_named_action_new (previous));

  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (keys), down);
  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (keys), up);
  gtk_widget_add_controller (widget, keys);
}
