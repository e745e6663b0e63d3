/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-scroll-keep"

#include "config.h"

#include "ruhu-scroll-keep.h"

typedef struct
{
  GtkScrolledWindow *scrolled; /* owned */
  double value;
} Place;

static void
place_free (gpointer data)
{
  Place *place = data;

  g_object_unref (place->scrolled);
  g_free (place);
}

static gboolean
restore_cb (gpointer data)
{
  Place *place = data;

  gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (place->scrolled), place->value);
  return G_SOURCE_REMOVE;
}

void
ruhu_scroll_keep (GtkScrolledWindow *scrolled)
{
  Place *place = g_new0 (Place, 1);

  g_return_if_fail (GTK_IS_SCROLLED_WINDOW (scrolled));

  place->scrolled = g_object_ref (scrolled);
  place->value = gtk_adjustment_get_value (gtk_scrolled_window_get_vadjustment (scrolled));
  g_idle_add_full (GDK_PRIORITY_REDRAW + 1, restore_cb, place, place_free);
}
