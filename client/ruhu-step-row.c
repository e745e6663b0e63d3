/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-step-row"

#include "config.h"

#include "ruhu-step-row.h"

#include <glib/gi18n.h>

struct _RuhuStepRow
{
  GtkListBoxRow parent_instance;

  /* Borrowed from the widget tree. */
  GtkWidget *label;
  GtkWidget *icon;

  gboolean compulsory;
};

static const struct
{
  const char *icon;
  const char *css_class;
  const char *words;
} states[] = {
  [RUHU_STEP_NEW] = { NULL, "dim-label", NULL },
  [RUHU_STEP_VISITED] = { "object-select-symbolic", "dim-label", N_ ("seen") },
  [RUHU_STEP_CHANGED] = { "document-edit-symbolic", "accent", N_ ("changed") },
  [RUHU_STEP_WRONG] = { "dialog-error-symbolic", "error", N_ ("to be corrected") },
};

G_DEFINE_FINAL_TYPE (RuhuStepRow, ruhu_step_row, GTK_TYPE_LIST_BOX_ROW)

static void
ruhu_step_row_class_init (RuhuStepRowClass *klass)
{
}

static void
ruhu_step_row_init (RuhuStepRow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);

  self->label = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->label), 0);
  gtk_label_set_wrap (GTK_LABEL (self->label), TRUE);
  gtk_widget_set_hexpand (self->label, TRUE);
  self->icon = gtk_image_new ();
  gtk_widget_add_css_class (GTK_WIDGET (self), "ruhu-step-row");
  gtk_box_append (GTK_BOX (box), self->label);
  gtk_box_append (GTK_BOX (box), self->icon);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (self), box);
}

GtkWidget *
ruhu_step_row_new (const char *label, gboolean compulsory)
{
  RuhuStepRow *self = g_object_new (RUHU_TYPE_STEP_ROW, NULL);

  self->compulsory = compulsory;
  gtk_label_set_text (GTK_LABEL (self->label), label);
  ruhu_step_row_set_state (self, RUHU_STEP_NEW);
  return GTK_WIDGET (self);
}

void
ruhu_step_row_set_state (RuhuStepRow *self, RuhuStepState state)
{
  const char *icon = states[state].icon;
  const char *words = states[state].words != NULL ? _ (states[state].words) : NULL;
  g_autofree char *name = NULL;

  g_return_if_fail (RUHU_IS_STEP_ROW (self));
  if (icon == NULL && self->compulsory)
    {
      icon = "media-record-symbolic";
      words = _ ("required");
    }
  gtk_image_set_from_icon_name (GTK_IMAGE (self->icon), icon);
  gtk_widget_set_tooltip_text (self->icon, words);
  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    gtk_widget_remove_css_class (self->icon, states[i].css_class);
  gtk_widget_add_css_class (self->icon, states[state].css_class);
  name = words != NULL ? g_strdup_printf ("%s, %s", gtk_label_get_text (GTK_LABEL (self->label)), words) : g_strdup (gtk_label_get_text (GTK_LABEL (self->label)));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}
