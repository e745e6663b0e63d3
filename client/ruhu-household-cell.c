/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GTK keeps two hundred of these alive, measures all of them, and shows a dozen. So a cell has few widgets, made without a builder; its texts are inscriptions, which take the room that
 * they are given and are laid out when they are drawn; and what most households do not have (marks) is made when it is needed. */
#define G_LOG_DOMAIN "ruhu-household-cell"

#include "config.h"

#include "ruhu-household-cell.h"

#include <glib/gi18n.h>

#define GAP        10 /* px, between columns */
#define LINE_GAP   2
#define NAME_CHARS 6

struct _RuhuHouseholdCell
{
  GtkWidget parent_instance;

  /* Children. */
  GtkWidget *name;
  GtkWidget *place;
  GtkWidget *draft; /* these three NULL until there is one to show */
  GtkWidget *conflicts;
  GtkWidget *problems;
  GtkWidget *size;
  GtkWidget *visit;

  /* Owned. */
  RuhuHouseholdItem *item;
  gulong changed_id;
};

G_DEFINE_FINAL_TYPE (RuhuHouseholdCell, ruhu_household_cell, GTK_TYPE_WIDGET)

static GtkWidget *
add_text (RuhuHouseholdCell *self, float xalign, const char *css_class, const char *other)
{
  GtkWidget *text = gtk_inscription_new (NULL);

  gtk_inscription_set_text_overflow (GTK_INSCRIPTION (text), GTK_INSCRIPTION_OVERFLOW_ELLIPSIZE_END);
  gtk_inscription_set_xalign (GTK_INSCRIPTION (text), xalign);
  gtk_widget_add_css_class (text, css_class);
  if (other != NULL)
    gtk_widget_add_css_class (text, other);
  gtk_widget_set_parent (text, GTK_WIDGET (self));
  return text;
}

static void
set_text (GtkWidget *inscription, const char *text)
{
  gtk_inscription_set_text (GTK_INSCRIPTION (inscription), text);
}

static void
hide (GtkWidget *mark)
{
  if (mark != NULL)
    gtk_widget_set_visible (mark, FALSE);
}

static void
show_count (RuhuHouseholdCell *self, GtkWidget **mark, GtkWidget *after, const char *css_class, guint n, const char *sentence)
{
  g_autofree char *text = g_strdup_printf ("%u", n);

  if (n == 0)
    {
      hide (*mark);
      return;
    }
  if (*mark == NULL)
    {
      *mark = gtk_label_new (NULL);
      gtk_widget_add_css_class (*mark, "badge");
      gtk_widget_add_css_class (*mark, "numeric");
      gtk_widget_add_css_class (*mark, css_class);
      gtk_widget_insert_after (*mark, GTK_WIDGET (self), after);
    }
  gtk_label_set_label (GTK_LABEL (*mark), text);
  gtk_widget_set_visible (*mark, TRUE);
  gtk_widget_set_tooltip_text (*mark, sentence);
  gtk_accessible_update_property (GTK_ACCESSIBLE (*mark), GTK_ACCESSIBLE_PROPERTY_LABEL, sentence, -1);
}

static void
show_draft (RuhuHouseholdCell *self, gboolean has_draft)
{
  if (!has_draft)
    {
      hide (self->draft);
      return;
    }
  if (self->draft == NULL)
    {
      self->draft = gtk_image_new_from_icon_name ("document-edit-symbolic");
      gtk_widget_set_tooltip_text (self->draft, _ ("Unfinished visit"));
      gtk_accessible_update_property (GTK_ACCESSIBLE (self->draft), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Unfinished visit"), -1);
      gtk_widget_insert_after (self->draft, GTK_WIDGET (self), self->place);
    }
  gtk_widget_set_visible (self->draft, TRUE);
}

static char *
describe_place (RuhuHouseholdRow *row)
{
  if (row->group != NULL && *row->group != '\0')
    return g_strdup_printf ("%s · %s", row->village, row->group);
  return g_strdup (row->village);
}

static void
show_marks (RuhuHouseholdCell *self, RuhuHouseholdRow *row)
{
  guint n_conflicts = (guint) row->n_conflicts, n_problems = (guint) row->n_problems;
  g_autofree char *conflicts = g_strdup_printf (ngettext ("%u conflict", "%u conflicts", n_conflicts), n_conflicts);
  g_autofree char *problems = g_strdup_printf (ngettext ("%u open problem", "%u open problems", n_problems), n_problems);

  show_draft (self, row->has_draft);
  show_count (self, &self->conflicts, self->draft != NULL ? self->draft : self->place, "conflict", n_conflicts, conflicts);
  show_count (self, &self->problems, gtk_widget_get_prev_sibling (self->size), "problem", n_problems, problems);
}

static void
show_row (RuhuHouseholdCell *self, RuhuHouseholdRow *row)
{
  g_autofree char *place = describe_place (row);
  g_autofree char *size = g_strdup_printf (ngettext ("%d person", "%d persons", (gulong) row->size), (int) row->size);
  const char *name = *row->head_name != '\0' ? row->head_name : _ ("No head of household");
  g_autofree char *spoken = g_strdup_printf ("%s, %s", name, place);
  GtkWidget *around = gtk_widget_get_parent (GTK_WIDGET (self));

  set_text (self->name, name);
  set_text (self->place, place);
  set_text (self->size, size);
  set_text (self->visit, row->last_visit != NULL ? row->last_visit : _ ("No visit yet"));
  show_marks (self, row);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  /* The list's own row is what takes the keyboard; it has no name of itself before GTK 4.12. */
  if (around != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (around), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
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
  set_text (self->name, "…");
  set_text (self->place, "");
  set_text (self->size, "");
  set_text (self->visit, "");
  hide (self->draft);
  hide (self->conflicts);
  hide (self->problems);
}

static int
measure_text (GtkWidget *widget, const char *text)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (widget, text);
  int width = 0;

  pango_layout_get_pixel_size (layout, &width, NULL);
  return width;
}

/* Of the column of sizes and dates: what fits the widest of them. The same for all cells, until the letters change. */
static int
get_end_width (RuhuHouseholdCell *self)
{
  static guint known;
  static int width;
  PangoContext *context = gtk_widget_get_pango_context (self->visit);
  guint letters = pango_font_description_hash (pango_context_get_font_description (context)) + (guint) pango_cairo_context_get_resolution (context);

  if (letters != known)
    {
      g_autofree char *size = g_strdup_printf (ngettext ("%d person", "%d persons", 88), 88);

      width = MAX (measure_text (self->visit, "0000-00-00"), MAX (measure_text (self->visit, _ ("No visit yet")), measure_text (self->size, size)));
      known = letters;
    }
  return width;
}

static int
get_size (GtkWidget *widget, GtkOrientation orientation, gboolean natural)
{
  int minimum = 0, nat = 0;

  gtk_widget_measure (widget, orientation, -1, &minimum, &nat, NULL, NULL);
  return natural ? nat : minimum;
}

static int
get_height (GtkWidget *upper, GtkWidget *lower)
{
  return get_size (upper, GTK_ORIENTATION_VERTICAL, TRUE) + LINE_GAP + get_size (lower, GTK_ORIENTATION_VERTICAL, TRUE);
}

static int
get_marks_width (RuhuHouseholdCell *self)
{
  GtkWidget *marks[] = { self->draft, self->conflicts, self->problems };
  int width = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (marks); i++)
    if (marks[i] != NULL && gtk_widget_get_visible (marks[i]))
      width += get_size (marks[i], GTK_ORIENTATION_HORIZONTAL, TRUE) + GAP;
  return width;
}

static void
ruhu_household_cell_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
  RuhuHouseholdCell *self = RUHU_HOUSEHOLD_CELL (widget);

  if (orientation == GTK_ORIENTATION_VERTICAL)
    *minimum = MAX (get_height (self->name, self->place), get_height (self->size, self->visit));
  else
    *minimum = MAX (get_size (self->name, orientation, FALSE), get_size (self->place, orientation, FALSE)) + get_marks_width (self) + GAP + get_end_width (self);
  *natural = *minimum;
}

/* @x: from the start of the line. */
static void
place_child (RuhuHouseholdCell *self, GtkWidget *child, int x, int y, int width, int height)
{
  gboolean rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;

  gtk_widget_size_allocate (child, &(GtkAllocation){ rtl ? gtk_widget_get_width (GTK_WIDGET (self)) - x - width : x, y, width, height }, -1);
}

static void
place_lines (RuhuHouseholdCell *self, GtkWidget *upper, GtkWidget *lower, int x, int width, int height)
{
  int above = get_size (upper, GTK_ORIENTATION_VERTICAL, TRUE);
  int below = get_size (lower, GTK_ORIENTATION_VERTICAL, TRUE);
  int y = (height - above - LINE_GAP - below) / 2;

  place_child (self, upper, x, y, width, above);
  place_child (self, lower, x, y + above + LINE_GAP, width, below);
}

static void
ruhu_household_cell_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  RuhuHouseholdCell *self = RUHU_HOUSEHOLD_CELL (widget);
  GtkWidget *marks[] = { self->draft, self->conflicts, self->problems };
  int end = MIN (get_end_width (self), width);
  int start = MAX (width - end - GAP - get_marks_width (self), 0);
  int x = start + GAP;

  place_lines (self, self->name, self->place, 0, start, height);
  for (gsize i = 0; i < G_N_ELEMENTS (marks); i++)
    if (marks[i] != NULL && gtk_widget_get_visible (marks[i]))
      {
        int wide = get_size (marks[i], GTK_ORIENTATION_HORIZONTAL, TRUE);
        int high = MIN (get_size (marks[i], GTK_ORIENTATION_VERTICAL, TRUE), height);

        place_child (self, marks[i], x, (height - high) / 2, wide, high);
        x += wide + GAP;
      }
  place_lines (self, self->size, self->visit, width - end, end, height);
}

static void
ruhu_household_cell_dispose (GObject *object)
{
  RuhuHouseholdCell *self = RUHU_HOUSEHOLD_CELL (object);
  GtkWidget *child;

  if (self->item != NULL)
    g_clear_signal_handler (&self->changed_id, self->item);
  g_clear_object (&self->item);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (ruhu_household_cell_parent_class)->dispose (object);
}

static void
ruhu_household_cell_class_init (RuhuHouseholdCellClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ruhu_household_cell_dispose;
  widget_class->measure = ruhu_household_cell_measure;
  widget_class->size_allocate = ruhu_household_cell_size_allocate;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
ruhu_household_cell_init (RuhuHouseholdCell *self)
{
  gtk_widget_add_css_class (GTK_WIDGET (self), "household-cell");
  self->name = add_text (self, 0, "household-name", NULL);
  self->place = add_text (self, 0, "caption", "dim-label");
  self->size = add_text (self, 1, "caption", "numeric");
  self->visit = add_text (self, 1, "caption", "dim-label");
  gtk_inscription_set_min_chars (GTK_INSCRIPTION (self->name), NAME_CHARS);
  gtk_widget_add_css_class (self->visit, "numeric");
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
  if (item == NULL)
    return;
  self->changed_id = g_signal_connect_swapped (item, "changed", G_CALLBACK (update), self);
  update (self);
}

RuhuHouseholdItem *
ruhu_household_cell_get_item (RuhuHouseholdCell *self)
{
  g_return_val_if_fail (RUHU_IS_HOUSEHOLD_CELL (self), NULL);

  return self->item;
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
