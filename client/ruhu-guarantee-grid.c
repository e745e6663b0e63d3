/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-guarantee-grid"

#include "config.h"

#include "ruhu-guarantee-grid.h"

#include "ruhu-file-digest.h"
#include "ruhu-file-header.h"

#include <glib/gi18n.h>
#include <string.h>

/* Made at once: a cell is five widgets. */
#define STEP_CELLS 3

/* Of the record type. */
static const char *const sections[] = { "six", "nine" };

static GtkWidget *
make_label (const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  return label;
}

static RuhuTagStyle
get_style (const char *code)
{
  if (g_strcmp0 (code, "1") == 0)
    return RUHU_TAG_GOOD;
  return g_strcmp0 (code, "0") == 0 ? RUHU_TAG_WRONG : RUHU_TAG_PLAIN;
}

/* Who and when in one line, in which visit in the next. */
static GtkWidget *
make_evidence (const char *origin)
{
  const char *last = g_strrstr (origin, " · ");
  g_autofree char *text = last != NULL ? g_strdup_printf ("%.*s\n%s", (int) (last - origin), origin, last + strlen (" · ")) : g_strdup (origin);

  return make_label (text, "file-evidence");
}

static GtkWidget *
make_cell (const RuhuFileRecord *assessment, const RuhuFileLine *line)
{
  GtkWidget *child = gtk_flow_box_child_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  const char *label = ruhu_label_get (&line->field->label);
  const char *state = *line->text != '\0' ? line->text : _ ("Not recorded");
  const char *origin = line->origin != NULL ? line->origin : "";
  g_autofree char *spoken = g_strdup_printf (_ ("%s: %s, %s"), label, state, origin);
  GtkWidget *tag = ruhu_file_make_tag (state, get_style (ruhu_file_record_get (assessment, line->field->name)));

  gtk_widget_set_halign (tag, GTK_ALIGN_START);
  gtk_box_append (GTK_BOX (box), make_label (label, NULL));
  gtk_box_append (GTK_BOX (box), tag);
  if (*origin != '\0')
    gtk_box_append (GTK_BOX (box), make_evidence (origin));
  gtk_flow_box_child_set_child (GTK_FLOW_BOX_CHILD (child), box);
  gtk_widget_set_tooltip_text (child, _ ("Show who wrote what, and when"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (child), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  g_object_set_data_full (G_OBJECT (child), "ruhu-place", g_variant_ref_sink (g_variant_new ("(ssss)", "assessment", assessment->id, line->field->name, assessment->title)), (GDestroyNotify) g_variant_unref);
  return child;
}

static void
cell_cb (GtkFlowBox *box, GtkFlowBoxChild *child)
{
  gtk_widget_activate_action_variant (GTK_WIDGET (child), "household.history", g_object_get_data (G_OBJECT (child), "ruhu-place"));
}

static gboolean
is_item (const RuhuFileLine *line, const char *section)
{
  return line->field->calculate == NULL && g_strcmp0 (line->field->section, section) == 0;
}

/* @section: of the record type; its items are counted, the met ones too. Its cells come later. */
static void
add_grid (GtkBox *box, const RuhuFileRecord *assessment, const char *section, const char *title)
{
  GtkWidget *grid = gtk_flow_box_new ();
  g_autofree char *heading = NULL;
  guint n = 0, met = 0;

  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (grid), GTK_SELECTION_NONE);
  gtk_flow_box_set_homogeneous (GTK_FLOW_BOX (grid), TRUE);
  gtk_flow_box_set_min_children_per_line (GTK_FLOW_BOX (grid), 2);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (grid), 3);
  gtk_flow_box_set_column_spacing (GTK_FLOW_BOX (grid), 6);
  gtk_flow_box_set_row_spacing (GTK_FLOW_BOX (grid), 6);
  gtk_widget_add_css_class (grid, "guarantees");
  gtk_accessible_update_property (GTK_ACCESSIBLE (grid), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  g_signal_connect (grid, "child-activated", G_CALLBACK (cell_cb), NULL);
  for (guint i = 0; i < assessment->lines->len; i++)
    {
      const RuhuFileLine *line = g_ptr_array_index (assessment->lines, i);
      const char *code = ruhu_file_record_get (assessment, line->field->name);

      if (!is_item (line, section))
        continue;
      n++;
      met += g_strcmp0 (code, "1") == 0 || g_strcmp0 (code, "9") == 0;
    }
  /* Translators: a group of guarantees, how many are met, of how many. */
  heading = g_strdup_printf (_ ("%s: %u of %u met"), title, met, n);
  gtk_box_append (box, make_label (heading, "heading"));
  gtk_box_append (box, grid);
  g_object_set_data (G_OBJECT (box), section, grid);
}

GtkWidget *
ruhu_guarantee_grid_new (const RuhuHouseholdFile *file)
{
  const RuhuFileRecord *assessment = ruhu_file_find_assessment (file);
  g_autofree char *title = NULL;
  GtkWidget *box;

  if (assessment == NULL)
    return NULL;
  box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 9);
  gtk_widget_add_css_class (box, "card");
  gtk_widget_add_css_class (box, "file-card");
  title = g_strdup_printf ("%s · %s", assessment->title, assessment->summary);
  gtk_box_append (GTK_BOX (box), make_label (title, "dim-label"));
  add_grid (GTK_BOX (box), assessment, sections[0], _ ("Two assurances, three guarantees, water"));
  add_grid (GTK_BOX (box), assessment, sections[1], _ ("Five haves, four guarantees"));
  return box;
}

gboolean
ruhu_guarantee_grid_go_on (GtkWidget *self, const RuhuHouseholdFile *file, guint step)
{
  const RuhuFileRecord *assessment = ruhu_file_find_assessment (file);
  guint n = 0;

  for (gsize k = 0; k < G_N_ELEMENTS (sections); k++)
    for (guint i = 0; i < assessment->lines->len; i++)
      {
        const RuhuFileLine *line = g_ptr_array_index (assessment->lines, i);

        if (!is_item (line, sections[k]))
          continue;
        if (n >= (step + 1) * STEP_CELLS)
          return TRUE;
        if (n >= step * STEP_CELLS)
          gtk_flow_box_insert (g_object_get_data (G_OBJECT (self), sections[k]), make_cell (assessment, line), -1);
        n++;
      }
  return FALSE;
}
