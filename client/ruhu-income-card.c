/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-income-card"

#include "config.h"

#include "ruhu-income-card.h"

#include "ruhu-file-header.h"
#include "ruhu-money.h"

#include <glib/gi18n.h>
#include <string.h>

/* The years shown. */
#define YEARS 3

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

/* 分 in 元, without what is behind the point where that is nothing. */
static char *
format_yuan (gint64 fen)
{
  g_autofree char *number = ruhu_money_format (ABS (fen));

  if (g_str_has_suffix (number, ".00"))
    number[strlen (number) - strlen (".00")] = '\0';
  /* Translators: a minus or nothing, an amount. */
  return g_strdup_printf (_ ("%s%s yuan"), fen < 0 ? "−" : "", number);
}

static void
add_line (GtkGrid *grid, int row, const char *name, gint64 fen)
{
  g_autofree char *amount = format_yuan (fen);
  GtkWidget *value = make_label (amount, "numeric");

  gtk_label_set_xalign (GTK_LABEL (value), 1);
  gtk_widget_set_hexpand (value, TRUE);
  gtk_grid_attach (grid, make_label (name, NULL), 0, row, 1, 1);
  gtk_grid_attach (grid, value, 1, row, 1, 1);
}

static void
add_sums (GtkBox *box, const RuhuHouseholdFile *file, const RuhuIncomeYear *year)
{
  static const char *const codes[RUHU_N_INCOME_CLASSES] = { "1", "2", "3", "4", "5", "9" };
  RuhuChoiceList *classes = ruhu_catalogue_get_choices (file->catalogue, "income_cat");
  GtkWidget *grid = gtk_grid_new ();
  int row = 0;

  gtk_grid_set_column_spacing (GTK_GRID (grid), 12);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 3);
  for (int i = 0; i < RUHU_N_INCOME_CLASSES; i++)
    {
      RuhuChoice *choice = classes != NULL ? ruhu_choice_list_get (classes, codes[i]) : NULL;

      if (choice != NULL && year->sums[i] != 0)
        add_line (GTK_GRID (grid), row++, ruhu_label_get (&choice->label), i == RUHU_INCOME_COSTS ? -year->sums[i] : year->sums[i]);
    }
  add_line (GTK_GRID (grid), row++, _ ("Net income"), year->net);
  gtk_box_append (box, GTK_WIDGET (grid));
}

static void
add_standing (GtkBox *box, const RuhuIncomeYear *year)
{
  g_autofree char *per_person = format_yuan (year->per_person);
  g_autofree char *line = format_yuan (year->line);
  g_autofree char *net = format_yuan (year->net);
  g_autofree char *needed = format_yuan (year->needed);
  g_autofree char *text = NULL;
  GtkWidget *bar;

  if (year->standing == RUHU_INCOME_UNKNOWN)
    {
      gtk_box_append (box, make_label (_ ("It cannot be compared with the line yet: the book, the persons or the line of this year are missing."), "dim-label"));
      return;
    }
  /* Translators: income per person, the poverty line of the year, net income of the household, and what the line makes for so many persons. */
  text = g_strdup_printf (ngettext ("%s a person; the line is %s. Net income %s against %s for %d person.", "%s a person; the line is %s. Net income %s against %s for %d persons.", (gulong) year->persons), per_person, line, net, needed, (int) year->persons);
  bar = gtk_level_bar_new_for_interval (0, 2);
  gtk_level_bar_set_value (GTK_LEVEL_BAR (bar), year->needed > 0 ? CLAMP ((double) year->net / (double) year->needed, 0, 2) : 0);
  gtk_accessible_update_property (GTK_ACCESSIBLE (bar), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  gtk_box_append (box, bar);
  gtk_box_append (box, make_label (text, NULL));
}

static void
add_year (GtkBox *box, const RuhuHouseholdFile *file, const RuhuIncomeYear *year)
{
  g_autofree char *title = g_strdup_printf (_ ("Income of %d"), year->year);
  g_autofree char *explained = ruhu_income_year_explain (year);
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 9);

  gtk_box_append (GTK_BOX (head), make_label (title, "heading"));
  if (year->standing != RUHU_INCOME_UNKNOWN)
    gtk_box_append (GTK_BOX (head), ruhu_file_make_tag (year->standing == RUHU_INCOME_ABOVE ? _ ("At or above the line") : _ ("Below the line"), year->standing == RUHU_INCOME_ABOVE ? RUHU_TAG_GOOD : RUHU_TAG_WRONG));
  gtk_box_append (box, head);
  add_sums (box, file, year);
  add_standing (box, year);
  gtk_box_append (box, make_label (explained, "file-evidence"));
}

GtkWidget *
ruhu_income_card_new (const RuhuHouseholdFile *file)
{
  GtkWidget *box;

  if (file->income->len == 0)
    return NULL;
  box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 9);
  gtk_widget_add_css_class (box, "card");
  gtk_widget_add_css_class (box, "file-card");
  return box;
}

gboolean
ruhu_income_card_go_on (GtkWidget *self, const RuhuHouseholdFile *file, guint step)
{
  guint n = MIN (file->income->len, YEARS);

  if (step < n)
    add_year (GTK_BOX (self), file, g_ptr_array_index (file->income, step));
  return step + 1 < n;
}
