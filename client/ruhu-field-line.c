/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-field-line"

#include "config.h"

#include "ruhu-field-line.h"

#include "ruhu-pair-layout.h"

#include <glib/gi18n.h>

struct _RuhuFieldLine
{
  AdwPreferencesRow parent_instance;

  /* Template. */
  GtkLabel *label;
  GtkLabel *value;
  GtkWidget *conflict;
  GtkWidget *history;

  /* Borrowed. */
  const RuhuFileLine *line;
  GtkWidget *list; /* the list box it is in */
  gulong activated_id;
};

enum
{
  SIGNAL_HISTORY,
  SIGNAL_CONFLICT,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RuhuFieldLine, ruhu_field_line, ADW_TYPE_PREFERENCES_ROW)

static void
conflict_cb (RuhuFieldLine *self)
{
  g_signal_emit (self, signals[SIGNAL_CONFLICT], 0);
}

static void
row_activated_cb (RuhuFieldLine *self, GtkListBoxRow *row)
{
  if (row == GTK_LIST_BOX_ROW (self))
    g_signal_emit (self, signals[SIGNAL_HISTORY], 0);
}

/* Only the list box tells that one of its rows was clicked. */
static void
parent_cb (RuhuFieldLine *self)
{
  GtkWidget *parent = gtk_widget_get_parent (GTK_WIDGET (self));

  if (self->list != NULL)
    {
      g_clear_signal_handler (&self->activated_id, self->list);
      g_object_remove_weak_pointer (G_OBJECT (self->list), (gpointer *) &self->list);
      self->list = NULL;
    }
  if (!GTK_IS_LIST_BOX (parent))
    return;
  self->list = parent;
  g_object_add_weak_pointer (G_OBJECT (parent), (gpointer *) &self->list);
  self->activated_id = g_signal_connect_object (parent, "row-activated", G_CALLBACK (row_activated_cb), self, G_CONNECT_SWAPPED);
}

static void
ruhu_field_line_dispose (GObject *object)
{
  RuhuFieldLine *self = RUHU_FIELD_LINE (object);

  if (self->list != NULL)
    {
      g_clear_signal_handler (&self->activated_id, self->list);
      g_object_remove_weak_pointer (G_OBJECT (self->list), (gpointer *) &self->list);
      self->list = NULL;
    }
  G_OBJECT_CLASS (ruhu_field_line_parent_class)->dispose (object);
}

static void
ruhu_field_line_class_init (RuhuFieldLineClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ruhu_field_line_dispose;

  signals[SIGNAL_HISTORY] = g_signal_new ("history", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_CONFLICT] = g_signal_new ("conflict", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  g_type_ensure (RUHU_TYPE_PAIR_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/ruhu/Ruhu/ruhu-field-line.ui");
  gtk_widget_class_bind_template_child (widget_class, RuhuFieldLine, conflict);
  gtk_widget_class_bind_template_child (widget_class, RuhuFieldLine, history);
  gtk_widget_class_bind_template_child (widget_class, RuhuFieldLine, label);
  gtk_widget_class_bind_template_child (widget_class, RuhuFieldLine, value);
  gtk_widget_class_bind_template_callback (widget_class, conflict_cb);
}

static void
ruhu_field_line_init (RuhuFieldLine *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect (self, "notify::parent", G_CALLBACK (parent_cb), NULL);
}

static void
show (RuhuFieldLine *self)
{
  const RuhuFileLine *line = self->line;
  const char *label = ruhu_label_get (&line->field->label);
  const char *value = *line->text != '\0' ? line->text : _ ("Not recorded");
  g_autofree char *spoken = g_strdup_printf (_ ("%s: %s"), label, value);
  gboolean written = line->field->calculate == NULL;

  gtk_label_set_label (self->label, label);
  gtk_label_set_label (self->value, value);
  if (*line->text == '\0')
    gtk_widget_add_css_class (GTK_WIDGET (self), "empty");
  if (line->conflict)
    gtk_widget_add_css_class (GTK_WIDGET (self), "in-conflict");
  gtk_widget_set_visible (self->conflict, line->conflict);
  /* What is calculated was never written by anybody. */
  gtk_widget_set_opacity (self->history, written ? 1 : 0);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self), written);
  if (written)
    gtk_widget_set_tooltip_text (GTK_WIDGET (self), _ ("Show who wrote what, and when"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
}

GtkWidget *
ruhu_field_line_new (const RuhuFileLine *line)
{
  RuhuFieldLine *self = g_object_new (RUHU_TYPE_FIELD_LINE, NULL);

  self->line = line;
  show (self);
  return GTK_WIDGET (self);
}

const RuhuFileLine *
ruhu_field_line_get_line (RuhuFieldLine *self)
{
  g_return_val_if_fail (RUHU_IS_FIELD_LINE (self), NULL);

  return self->line;
}
