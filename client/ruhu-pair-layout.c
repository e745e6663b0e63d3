/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-pair-layout"

#include "config.h"

#include "ruhu-pair-layout.h"

/* From this width on, in application pixels, the two stand side by side. */
#define WIDE            480
#define TITLE_WIDTH_MAX 260
#define SPACING_BESIDE  12
#define SPACING_BELOW   6

struct _RuhuPairLayout
{
  GtkLayoutManager parent_instance;
};

G_DEFINE_TYPE (RuhuPairLayout, ruhu_pair_layout, GTK_TYPE_LAYOUT_MANAGER)

static GtkSizeRequestMode
ruhu_pair_layout_get_request_mode (GtkLayoutManager *manager, GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

/* The width of the title beside its partner, or 0 when they stand one above the other. */
static int
get_title_width (GtkWidget *title, GtkWidget *partner, int width)
{
  int title_min, partner_min, wanted = MIN (TITLE_WIDTH_MAX, width * 2 / 5);

  gtk_widget_measure (title, GTK_ORIENTATION_HORIZONTAL, -1, &title_min, NULL, NULL, NULL);
  gtk_widget_measure (partner, GTK_ORIENTATION_HORIZONTAL, -1, &partner_min, NULL, NULL, NULL);
  if (width < WIDE || title_min > wanted || partner_min > width - wanted - SPACING_BESIDE)
    return 0;
  return wanted;
}

static int
measure_height (GtkWidget *child, int width)
{
  int height;

  gtk_widget_measure (child, GTK_ORIENTATION_VERTICAL, width, NULL, &height, NULL, NULL);
  return height;
}

static void
ruhu_pair_layout_measure (GtkLayoutManager *manager, GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
  GtkWidget *title = gtk_widget_get_first_child (widget);
  GtkWidget *partner = gtk_widget_get_last_child (widget);
  int title_min, title_natural, partner_min, partner_natural, title_width;

  gtk_widget_measure (title, GTK_ORIENTATION_HORIZONTAL, -1, &title_min, &title_natural, NULL, NULL);
  gtk_widget_measure (partner, GTK_ORIENTATION_HORIZONTAL, -1, &partner_min, &partner_natural, NULL, NULL);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = MAX (title_min, partner_min);
      *natural = MAX (WIDE, TITLE_WIDTH_MAX + SPACING_BESIDE + partner_natural);
      return;
    }
  if (for_size < 0)
    for_size = MAX (WIDE, TITLE_WIDTH_MAX + SPACING_BESIDE + partner_natural);
  title_width = get_title_width (title, partner, for_size);
  if (title_width > 0)
    *minimum = MAX (measure_height (title, title_width), measure_height (partner, for_size - title_width - SPACING_BESIDE));
  else
    *minimum = measure_height (title, MAX (title_min, for_size)) + SPACING_BELOW + measure_height (partner, MAX (partner_min, for_size));
  *natural = *minimum;
}

static void
ruhu_pair_layout_allocate (GtkLayoutManager *manager, GtkWidget *widget, int width, int height, int baseline)
{
  GtkWidget *title = gtk_widget_get_first_child (widget);
  GtkWidget *partner = gtk_widget_get_last_child (widget);
  int title_width = get_title_width (title, partner, width);
  int title_height;

  if (title_width > 0)
    {
      gtk_widget_size_allocate (title, &(GtkAllocation){ 0, 0, title_width, height }, -1);
      gtk_widget_size_allocate (partner, &(GtkAllocation){ title_width + SPACING_BESIDE, 0, width - title_width - SPACING_BESIDE, height }, -1);
      return;
    }
  title_height = measure_height (title, width);
  gtk_widget_size_allocate (title, &(GtkAllocation){ 0, 0, width, title_height }, -1);
  gtk_widget_size_allocate (partner, &(GtkAllocation){ 0, title_height + SPACING_BELOW, width, height - title_height - SPACING_BELOW }, -1);
}

static void
ruhu_pair_layout_class_init (RuhuPairLayoutClass *klass)
{
  GtkLayoutManagerClass *layout_class = GTK_LAYOUT_MANAGER_CLASS (klass);

  layout_class->get_request_mode = ruhu_pair_layout_get_request_mode;
  layout_class->measure = ruhu_pair_layout_measure;
  layout_class->allocate = ruhu_pair_layout_allocate;
}

static void
ruhu_pair_layout_init (RuhuPairLayout *self)
{
}
