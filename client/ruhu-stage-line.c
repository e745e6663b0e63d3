/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-stage-line"

#include "config.h"

#include "ruhu-stage-line.h"

#include "ruhu-wrap-layout.h"

#include <glib/gi18n.h>
#include <string.h>

static const RuhuFileRecord *
find_repair (const RuhuHouseholdFile *file)
{
  const RuhuFileGroup *group = ruhu_household_file_get_group (file, "repair");

  return group != NULL && group->records->len > 0 ? g_ptr_array_index (group->records, 0) : NULL;
}

/* When a stage was reached: written down with it, once. */
static const char *
find_date (const RuhuFileRecord *repair, const char *code)
{
  for (guint i = 0; repair->steps != NULL && i < repair->steps->len; i++)
    {
      const RuhuFileStep *step = g_ptr_array_index (repair->steps, i);

      if (g_str_equal (step->code, code))
        return step->date;
    }
  return NULL;
}

static GtkWidget *
make_stage (const RuhuChoice *stage, const char *date, int order)
{
  /* Translators: a stage of a repair that was reached, is the one now, or lies ahead. */
  const char *state = order < 0 ? C_ ("stage", "reached") : order == 0 ? C_ ("stage", "now")
                                                                       : C_ ("stage", "ahead");
  g_autofree char *text = date != NULL ? g_strdup_printf ("%s\n%s", ruhu_label_get (&stage->label), date) : g_strdup (ruhu_label_get (&stage->label));
  g_autofree char *spoken = date != NULL ? g_strdup_printf ("%s, %s, %s", ruhu_label_get (&stage->label), state, date) : g_strdup_printf ("%s, %s", ruhu_label_get (&stage->label), state);
  GtkWidget *box = g_object_new (GTK_TYPE_BOX, "accessible-role", GTK_ACCESSIBLE_ROLE_IMG, "orientation", GTK_ORIENTATION_VERTICAL, NULL);
  GtkWidget *mark = gtk_image_new_from_icon_name (order < 0 ? "object-select-symbolic" : order == 0 ? "media-record-symbolic"
                                                                                                    : "list-remove-symbolic");
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_justify (GTK_LABEL (label), GTK_JUSTIFY_CENTER);
  gtk_widget_add_css_class (box, "stage");
  gtk_widget_add_css_class (box, order < 0 ? "reached" : order == 0 ? "now"
                                                                    : "ahead");
  gtk_box_append (GTK_BOX (box), mark);
  gtk_box_append (GTK_BOX (box), label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (box), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  return box;
}

GtkWidget *
ruhu_stage_line_new (const RuhuHouseholdFile *file)
{
  const RuhuFileRecord *repair = find_repair (file);
  RuhuChoiceList *stages = ruhu_catalogue_get_choices (file->catalogue, "repair_stage");
  const char *now = repair != NULL ? ruhu_file_record_get (repair, "stage") : NULL;
  GtkWidget *box;

  if (now == NULL || stages == NULL)
    return NULL;
  box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  gtk_widget_set_layout_manager (box, g_object_new (RUHU_TYPE_WRAP_LAYOUT, NULL));
  gtk_widget_add_css_class (box, "card");
  gtk_widget_add_css_class (box, "file-card");
  for (guint i = 0; i < stages->choices->len; i++)
    {
      const RuhuChoice *stage = g_ptr_array_index (stages->choices, i);
      int order = strcmp (stage->code, now);
      const char *date = order == 0 ? ruhu_file_record_get (repair, "stage_date") : find_date (repair, stage->code);

      if (!stage->retired || order == 0)
        gtk_box_append (GTK_BOX (box), make_stage (stage, order > 0 ? NULL : date, order));
    }
  return box;
}
