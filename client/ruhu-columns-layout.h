/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuColumnsLayout: children one below the other; in two columns where there is room. Which column a child stands in is its own and never changes, so that nothing jumps across when
 * something is unfolded. Keyboard and screen reader go in the children's order. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef enum
{
  RUHU_COLUMN_BOTH, /* across the whole width; the columns begin anew below it */
  RUHU_COLUMN_FIRST,
  RUHU_COLUMN_SECOND,
} RuhuColumn;

#define RUHU_TYPE_COLUMNS_LAYOUT (ruhu_columns_layout_get_type ())
G_DECLARE_FINAL_TYPE (RuhuColumnsLayout, ruhu_columns_layout, RUHU, COLUMNS_LAYOUT, GtkLayoutManager)

/* Where @child goes; RUHU_COLUMN_BOTH if nothing was said. */
void ruhu_columns_layout_set_column (GtkWidget *child, RuhuColumn column);

G_END_DECLS
