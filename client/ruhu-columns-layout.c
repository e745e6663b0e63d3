/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-columns-layout"

#include "config.h"

#include "ruhu-columns-layout.h"

/* From this width on, in application pixels, there are two columns. */
#define WIDE    900
#define SPACING 24
#define COLUMN  "ruhu-column"

struct _RuhuColumnsLayout
{
  GtkLayoutManager parent_instance;
};

G_DEFINE_TYPE (RuhuColumnsLayout, ruhu_columns_layout, GTK_TYPE_LAYOUT_MANAGER)

void
ruhu_columns_layout_set_column (GtkWidget *child, RuhuColumn column)
{
  g_object_set_data (G_OBJECT (child), COLUMN, GINT_TO_POINTER (column));
}

static RuhuColumn
get_column (GtkWidget *child, int width)
{
  return width >= WIDE ? (RuhuColumn) GPOINTER_TO_INT (g_object_get_data (G_OBJECT (child), COLUMN)) : RUHU_COLUMN_BOTH;
}

static GtkSizeRequestMode
ruhu_columns_layout_get_request_mode (GtkLayoutManager *manager, GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

/* Goes through the children with where each stands; returns the height of all. */
static int
place (GtkWidget *widget, int width, void (*placed) (GtkWidget *child, const GtkAllocation *where))
{
  int half = (width - SPACING) / 2;
  int bottom[2] = { 0, 0 };

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      RuhuColumn column = get_column (child, width);
      int second = column == RUHU_COLUMN_SECOND ? 1 : 0;
      GtkAllocation where = { second * (half + SPACING), 0, column == RUHU_COLUMN_BOTH ? width : half, 0 };

      if (!gtk_widget_should_layout (child))
        continue;
      if (column == RUHU_COLUMN_BOTH)
        bottom[0] = MAX (bottom[0], bottom[1]);
      where.y = bottom[second] > 0 ? bottom[second] + SPACING : 0;
      gtk_widget_measure (child, GTK_ORIENTATION_VERTICAL, where.width, NULL, &where.height, NULL, NULL);
      bottom[second] = where.y + where.height;
      if (column == RUHU_COLUMN_BOTH)
        bottom[1] = bottom[0];
      if (placed != NULL)
        placed (child, &where);
    }
  return MAX (bottom[0], bottom[1]);
}

static void
ruhu_columns_layout_measure (GtkLayoutManager *manager, GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
  int widest = 0;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      int child_minimum = 0;

      if (gtk_widget_should_layout (child))
        gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &child_minimum, NULL, NULL, NULL);
      widest = MAX (widest, child_minimum);
    }
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = widest;
      *natural = MAX (widest, 2 * WIDE);
      return;
    }
  *minimum = place (widget, MAX (widest, for_size < 0 ? WIDE : for_size), NULL);
  *natural = *minimum;
}

static void
allocate_child (GtkWidget *child, const GtkAllocation *where)
{
  gtk_widget_size_allocate (child, where, -1);
}

static void
ruhu_columns_layout_allocate (GtkLayoutManager *manager, GtkWidget *widget, int width, int height, int baseline)
{
  place (widget, width, allocate_child);
}

static void
ruhu_columns_layout_class_init (RuhuColumnsLayoutClass *klass)
{
  GtkLayoutManagerClass *layout_class = GTK_LAYOUT_MANAGER_CLASS (klass);

  layout_class->get_request_mode = ruhu_columns_layout_get_request_mode;
  layout_class->measure = ruhu_columns_layout_measure;
  layout_class->allocate = ruhu_columns_layout_allocate;
}

static void
ruhu_columns_layout_init (RuhuColumnsLayout *self)
{
}
