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

/* The frame is about to get the new size; behind it. */
static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  Place *place = g_new0 (Place, 1);

  place->scrolled = g_object_ref (GTK_SCROLLED_WINDOW (widget));
  place->value = *(double *) data;
  g_idle_add_full (GDK_PRIORITY_REDRAW + 1, restore_cb, place, place_free);
  return G_SOURCE_REMOVE;
}

void
ruhu_scroll_keep (GtkScrolledWindow *scrolled)
{
  double value;

  g_return_if_fail (GTK_IS_SCROLLED_WINDOW (scrolled));

  value = gtk_adjustment_get_value (gtk_scrolled_window_get_vadjustment (scrolled));
  gtk_widget_add_tick_callback (GTK_WIDGET (scrolled), tick_cb, g_memdup2 (&value, sizeof value), g_free);
}

/* --- in view --- */

/* Frames in which a page still may be getting its size; a person takes longer than that to scroll. */
#define SETTLING 6

static GtkWidget *
get_scroller (GtkWidget *widget)
{
  return gtk_widget_get_ancestor (widget, GTK_TYPE_SCROLLED_WINDOW);
}

static gboolean
show_cb (gpointer data)
{
  GtkWidget *widget = data;
  GtkWidget *scroller = get_scroller (widget);
  GtkAdjustment *adjustment;
  graphene_rect_t bounds;

  if (scroller == NULL || !gtk_widget_compute_bounds (widget, scroller, &bounds))
    return G_SOURCE_REMOVE;
  adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scroller));
  if (bounds.origin.y < 0)
    gtk_adjustment_set_value (adjustment, gtk_adjustment_get_value (adjustment) + bounds.origin.y);
  else if (bounds.origin.y + bounds.size.height > (float) gtk_widget_get_height (scroller))
    gtk_adjustment_set_value (adjustment, gtk_adjustment_get_value (adjustment) + bounds.origin.y + bounds.size.height - gtk_widget_get_height (scroller));
  return G_SOURCE_REMOVE;
}

static gboolean
settling_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  guint *n_frames = data;

  g_idle_add_full (GDK_PRIORITY_REDRAW + 1, show_cb, g_object_ref (widget), g_object_unref);
  return ++*n_frames < SETTLING ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

void
ruhu_scroll_keep_in_view (GtkWidget *widget)
{
  g_return_if_fail (GTK_IS_WIDGET (widget));

  gtk_widget_add_tick_callback (widget, settling_cb, g_new0 (guint, 1), g_free);
}
