/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-tour"

#include "config.h"

#include "ruhu-tour.h"

#include <glib/gi18n.h>

struct _RuhuTour
{
  AdwWindow parent_instance;

  /* Template. */
  AdwCarousel *cards;
  GtkButton *next;
  GtkWidget *skip;

  guint card; /* which is shown, or on its way */
};

G_DEFINE_FINAL_TYPE (RuhuTour, ruhu_tour, ADW_TYPE_WINDOW)

static void
show_card (RuhuTour *self)
{
  gboolean last = self->card + 1 >= adw_carousel_get_n_pages (self->cards);

  gtk_button_set_label (self->next, last ? _ ("Begin") : _ ("Next"));
  gtk_widget_set_sensitive (self->skip, !last);
}

static void
page_cb (RuhuTour *self, guint card)
{
  self->card = card;
  show_card (self);
}

static void
next_cb (RuhuTour *self)
{
  if (self->card + 1 >= adw_carousel_get_n_pages (self->cards))
    {
      gtk_window_close (GTK_WINDOW (self));
      return;
    }
  self->card++;
  adw_carousel_scroll_to (self->cards, adw_carousel_get_nth_page (self->cards, self->card), TRUE);
  show_card (self);
}

static void
ruhu_tour_class_init (RuhuTourClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/ruhu/Ruhu/ruhu-tour.ui");
  gtk_widget_class_bind_template_child (widget_class, RuhuTour, cards);
  gtk_widget_class_bind_template_child (widget_class, RuhuTour, next);
  gtk_widget_class_bind_template_child (widget_class, RuhuTour, skip);
  gtk_widget_class_bind_template_callback (widget_class, next_cb);
  gtk_widget_class_bind_template_callback (widget_class, page_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
ruhu_tour_init (RuhuTour *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_window_set_focus (GTK_WINDOW (self), GTK_WIDGET (self->next));
}

GtkWindow *
ruhu_tour_new (GtkWindow *parent)
{
  return g_object_new (RUHU_TYPE_TOUR, "transient-for", parent, NULL);
}
