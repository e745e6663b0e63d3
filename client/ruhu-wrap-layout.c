/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-wrap-layout"

#include "config.h"

#include "ruhu-wrap-layout.h"

#define SPACING 6

struct _RuhuWrapLayout
{
  GtkLayoutManager parent_instance;
};

G_DEFINE_TYPE (RuhuWrapLayout, ruhu_wrap_layout, GTK_TYPE_LAYOUT_MANAGER)

static GtkSizeRequestMode
ruhu_wrap_layout_get_request_mode (GtkLayoutManager *manager, GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

/* Lays children out in @width, giving them their places if @allocate. Returns the height. */
static int
lay_out (GtkWidget *widget, int width, gboolean allocate)
{
  int x = 0, y = 0, line = 0;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      int min, natural, height, child_width;

      if (!gtk_widget_should_layout (child))
        continue;
      gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &min, &natural, NULL, NULL);
      child_width = MAX (min, MIN (natural, width));
      gtk_widget_measure (child, GTK_ORIENTATION_VERTICAL, child_width, NULL, &height, NULL, NULL);
      if (x > 0 && x + child_width > width)
        {
          x = 0;
          y += line + SPACING;
          line = 0;
        }
      if (allocate)
        gtk_widget_size_allocate (child, &(GtkAllocation){ x, y, child_width, height }, -1);
      x += child_width + SPACING;
      line = MAX (line, height);
    }
  return y + line;
}

static void
measure_width (GtkWidget *widget, int *minimum, int *natural)
{
  int widest = 0, sum = 0;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      int child_min, child_natural;

      if (!gtk_widget_should_layout (child))
        continue;
      gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &child_min, &child_natural, NULL, NULL);
      widest = MAX (widest, child_min);
      sum += child_natural + (sum > 0 ? SPACING : 0);
    }
  *minimum = widest;
  *natural = MAX (sum, widest);
}

static void
ruhu_wrap_layout_measure (GtkLayoutManager *manager, GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
  int min_width, natural_width;

  measure_width (widget, &min_width, &natural_width);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = min_width;
      *natural = natural_width;
      return;
    }
  *minimum = *natural = lay_out (widget, for_size >= 0 ? for_size : natural_width, FALSE);
}

static void
ruhu_wrap_layout_allocate (GtkLayoutManager *manager, GtkWidget *widget, int width, int height, int baseline)
{
  lay_out (widget, width, TRUE);
}

static void
ruhu_wrap_layout_class_init (RuhuWrapLayoutClass *klass)
{
  GtkLayoutManagerClass *layout_class = GTK_LAYOUT_MANAGER_CLASS (klass);

  layout_class->get_request_mode = ruhu_wrap_layout_get_request_mode;
  layout_class->measure = ruhu_wrap_layout_measure;
  layout_class->allocate = ruhu_wrap_layout_allocate;
}

static void
ruhu_wrap_layout_init (RuhuWrapLayout *self)
{
}
