/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-household-cell"

#include "config.h"

#include "ruhu-household-cell.h"

#include <glib/gi18n.h>

struct _RuhuHouseholdCell
{
  AdwBin parent_instance;

  /* Template. */
  GtkLabel *name;
  GtkLabel *place;
  GtkWidget *draft;
  GtkLabel *conflicts;
  GtkLabel *problems;
  GtkLabel *size;
  GtkLabel *visit;

  /* Owned. */
  RuhuHouseholdItem *item;
  gulong changed_id;
};

G_DEFINE_FINAL_TYPE (RuhuHouseholdCell, ruhu_household_cell, ADW_TYPE_BIN)

static void
show_count (GtkLabel *label, guint n, const char *sentence)
{
  g_autofree char *text = g_strdup_printf ("%u", n);

  gtk_label_set_label (label, text);
  gtk_widget_set_visible (GTK_WIDGET (label), n > 0);
  gtk_widget_set_tooltip_text (GTK_WIDGET (label), sentence);
  gtk_accessible_update_property (GTK_ACCESSIBLE (label), GTK_ACCESSIBLE_PROPERTY_LABEL, sentence, -1);
}

static char *
describe_place (RuhuHouseholdRow *row)
{
  if (row->group != NULL && *row->group != '\0')
    return g_strdup_printf ("%s · %s", row->village, row->group);
  return g_strdup (row->village);
}

static void
show_row (RuhuHouseholdCell *self, RuhuHouseholdRow *row)
{
  g_autofree char *place = describe_place (row);
  g_autofree char *size = g_strdup_printf (ngettext ("%d person", "%d persons", (gulong) row->size), (int) row->size);
  g_autofree char *conflicts = g_strdup_printf (ngettext ("%u conflict", "%u conflicts", (gulong) row->n_conflicts), (guint) row->n_conflicts);
  g_autofree char *problems = g_strdup_printf (ngettext ("%u open problem", "%u open problems", (gulong) row->n_problems), (guint) row->n_problems);
  const char *name = *row->head_name != '\0' ? row->head_name : _ ("No head of household");
  g_autofree char *spoken = g_strdup_printf ("%s, %s", name, place);

  gtk_label_set_label (self->name, name);
  gtk_label_set_label (self->place, place);
  gtk_label_set_label (self->size, size);
  gtk_label_set_label (self->visit, row->last_visit != NULL ? row->last_visit : _ ("No visit yet"));
  gtk_widget_set_visible (self->draft, row->has_draft);
  show_count (self->conflicts, (guint) row->n_conflicts, conflicts);
  show_count (self->problems, (guint) row->n_problems, problems);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
}

static void
update (RuhuHouseholdCell *self)
{
  RuhuHouseholdRow *row = self->item != NULL ? ruhu_household_item_get_row (self->item) : NULL;

  if (row != NULL)
    {
      show_row (self, row);
      return;
    }
  gtk_label_set_label (self->name, "…");
  gtk_label_set_label (self->place, "");
  gtk_label_set_label (self->size, "");
  gtk_label_set_label (self->visit, "");
  gtk_widget_set_visible (self->draft, FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->conflicts), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->problems), FALSE);
}

static void
ruhu_household_cell_dispose (GObject *object)
{
  RuhuHouseholdCell *self = RUHU_HOUSEHOLD_CELL (object);

  if (self->item != NULL)
    g_clear_signal_handler (&self->changed_id, self->item);
  g_clear_object (&self->item);
  G_OBJECT_CLASS (ruhu_household_cell_parent_class)->dispose (object);
}

static void
ruhu_household_cell_class_init (RuhuHouseholdCellClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ruhu_household_cell_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/org/ruhu/Ruhu/ruhu-household-cell.ui");
  gtk_widget_class_bind_template_child (widget_class, RuhuHouseholdCell, conflicts);
  gtk_widget_class_bind_template_child (widget_class, RuhuHouseholdCell, draft);
  gtk_widget_class_bind_template_child (widget_class, RuhuHouseholdCell, name);
  gtk_widget_class_bind_template_child (widget_class, RuhuHouseholdCell, place);
  gtk_widget_class_bind_template_child (widget_class, RuhuHouseholdCell, problems);
  gtk_widget_class_bind_template_child (widget_class, RuhuHouseholdCell, size);
  gtk_widget_class_bind_template_child (widget_class, RuhuHouseholdCell, visit);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
ruhu_household_cell_init (RuhuHouseholdCell *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
ruhu_household_cell_new (void)
{
  return g_object_new (RUHU_TYPE_HOUSEHOLD_CELL, NULL);
}

void
ruhu_household_cell_set_item (RuhuHouseholdCell *self, RuhuHouseholdItem *item)
{
  g_return_if_fail (RUHU_IS_HOUSEHOLD_CELL (self));

  if (self->item != NULL)
    g_clear_signal_handler (&self->changed_id, self->item);
  g_set_object (&self->item, item);
  if (item != NULL)
    self->changed_id = g_signal_connect_swapped (item, "changed", G_CALLBACK (update), self);
  update (self);
}

char *
ruhu_household_describe_status (RuhuCatalogue *catalogue, const char *status)
{
  RuhuRecordType *type = ruhu_catalogue_get_record (catalogue, "household");
  RuhuField *field = type != NULL ? ruhu_record_type_get_field (type, "status") : NULL;
  RuhuChoice *choice = field != NULL && field->choices != NULL && status != NULL ? ruhu_choice_list_get (field->choices, status) : NULL;

  if (choice != NULL)
    return g_strdup (ruhu_label_get (&choice->label));
  return g_strdup (status != NULL ? status : "");
}
