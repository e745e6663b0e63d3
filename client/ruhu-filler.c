/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-filler"

#include "config.h"

#include "ruhu-filler.h"

/* Behind the frame, and behind ruhu_scroll_keep(), which waits for it too. */
#define AFTER_A_FRAME (GDK_PRIORITY_REDRAW + 2)

struct _RuhuFiller
{
  GtkWidget *widget; /* borrowed */
  GSourceFunc func;
  gpointer data;
  guint tick_id;
  guint piece_id;
};

static gboolean
piece_cb (gpointer data)
{
  RuhuFiller *self = data;

  self->piece_id = 0;
  if (self->func (self->data) == G_SOURCE_REMOVE)
    ruhu_filler_stop (self);
  return G_SOURCE_REMOVE;
}

static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  RuhuFiller *self = data;

  if (self->piece_id == 0)
    self->piece_id = g_idle_add_full (AFTER_A_FRAME, piece_cb, self, NULL);
  return G_SOURCE_CONTINUE;
}

RuhuFiller *
ruhu_filler_new (GtkWidget *widget, GSourceFunc func, gpointer data)
{
  RuhuFiller *self = g_new0 (RuhuFiller, 1);

  self->widget = widget;
  self->func = func;
  self->data = data;
  return self;
}

void
ruhu_filler_free (RuhuFiller *self)
{
  ruhu_filler_stop (self);
  g_free (self);
}

void
ruhu_filler_start (RuhuFiller *self)
{
  if (self->tick_id == 0)
    self->tick_id = gtk_widget_add_tick_callback (self->widget, tick_cb, self, NULL);
}

void
ruhu_filler_stop (RuhuFiller *self)
{
  if (self->tick_id != 0)
    gtk_widget_remove_tick_callback (self->widget, self->tick_id);
  self->tick_id = 0;
  g_clear_handle_id (&self->piece_id, g_source_remove);
}
