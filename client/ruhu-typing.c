/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ruhu-typing.h"

void
ruhu_typing_stop (GtkWidget *widget, GtkWidget **focus)
{
  GtkRoot *root = gtk_widget_get_root (widget);

  if (root != NULL)
    {
      g_set_weak_pointer (focus, gtk_root_get_focus (root));
      /* A text in GTK 4.8 goes on blinking when it loses the keyboard for being insensitive. */
      gtk_root_set_focus (root, NULL);
    }
  gtk_widget_set_sensitive (widget, FALSE);
}

void
ruhu_typing_go_on (GtkWidget *widget, GtkWidget *focus)
{
  gtk_widget_set_sensitive (widget, TRUE);
  if (focus != NULL)
    gtk_widget_grab_focus (focus);
}
