/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuFiller: makes what a widget shows little by little, a piece between two frames.
 *
 * Not within the frame, as a tick callback would: what is added while GTK is about to compute styles has them computed node by node, at several times the cost. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct _RuhuFiller RuhuFiller;

/* @func makes a piece, and says by G_SOURCE_CONTINUE that there are more. @widget and @data are borrowed for the filler's life. Transfer full. */
RuhuFiller *ruhu_filler_new (GtkWidget *widget, GSourceFunc func, gpointer data);
void ruhu_filler_free (RuhuFiller *self);

/* The first piece is made after the next frame, so that what is there already is seen first; each other one after one more. Nothing where it goes on already. */
void ruhu_filler_start (RuhuFiller *self);
void ruhu_filler_stop (RuhuFiller *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuFiller, ruhu_filler_free)

G_END_DECLS
