/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-file-header"

#include "config.h"

#include "ruhu-file-header.h"

#include "ruhu-file-digest.h"
#include "ruhu-household-cell.h"
#include "ruhu-wrap-layout.h"

#include <glib/gi18n.h>
#include <string.h>

struct _RuhuFileHeader
{
  AdwBin parent_instance;

  /* Template. */
  GtkLabel *name;
  GtkLabel *place;
  GtkBox *alerts;
  GtkBox *tags;
  GtkBox *facts;
};

enum
{
  SIGNAL_JUMP,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RuhuFileHeader, ruhu_file_header, ADW_TYPE_BIN)

static void
empty (GtkBox *box)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (box))) != NULL)
    gtk_box_remove (box, child);
}

GtkWidget *
ruhu_file_make_tag (const char *text, RuhuTagStyle style)
{
  static const char *const classes[] = { "plain", "accent", "conflict", "problem" };
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_valign (label, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (label, "tag");
  gtk_widget_add_css_class (label, classes[style]);
  return label;
}

static void
add_tag (RuhuFileHeader *self, const char *text, RuhuTagStyle style)
{
  if (text != NULL && *text != '\0')
    gtk_box_append (self->tags, ruhu_file_make_tag (text, style));
}

static void
show_tags (RuhuFileHeader *self, const RuhuHouseholdFile *file)
{
  const RuhuFileRecord *household = ruhu_household_file_find (file, "household", file->id);
  RuhuHouseholdRow *row = file->row;
  g_autofree char *size = g_strdup_printf (ngettext ("%d person", "%d persons", (gulong) row->size), (int) row->size);
  g_autofree char *status = ruhu_household_describe_status (file->catalogue, row->status);

  empty (self->tags);
  add_tag (self, size, RUHU_TAG_PLAIN);
  add_tag (self, status, RUHU_TAG_PLAIN);
  if (household != NULL)
    {
      add_tag (self, ruhu_file_record_get_text (household, "reg_class"), RUHU_TAG_PLAIN);
      add_tag (self, ruhu_file_record_get_text (household, "hh_type"), RUHU_TAG_PLAIN);
      if (ruhu_file_record_is_true (household, "stable_exit"))
        add_tag (self, _ ("Stably out of poverty"), RUHU_TAG_GOOD);
      if (ruhu_file_record_is_true (household, "relocated"))
        add_tag (self, _ ("Relocated"), RUHU_TAG_PLAIN);
    }
  if (row->n_problems > 0)
    {
      g_autofree char *problems = g_strdup_printf (ngettext ("%u open problem", "%u open problems", (gulong) row->n_problems), (guint) row->n_problems);

      add_tag (self, problems, RUHU_TAG_WRONG);
    }
  if (row->n_conflicts > 0)
    {
      g_autofree char *conflicts = g_strdup_printf (ngettext ("%u conflict", "%u conflicts", (gulong) row->n_conflicts), (guint) row->n_conflicts);

      add_tag (self, conflicts, RUHU_TAG_CAUTION);
    }
}

static void
alert_cb (RuhuFileHeader *self, GtkWidget *button)
{
  g_signal_emit (self, signals[SIGNAL_JUMP], 0, g_object_get_data (G_OBJECT (button), "ruhu-chapter"));
}

static void
add_alert (RuhuFileHeader *self, const RuhuFileAlert *alert)
{
  GtkWidget *button = gtk_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 9);
  GtkWidget *icon = gtk_image_new_from_icon_name (g_str_equal (alert->chapter, "conflicts") ? "ruhu-conflict-symbolic" : "dialog-warning-symbolic");
  GtkWidget *label = gtk_label_new (alert->text);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_box_append (GTK_BOX (box), icon);
  gtk_box_append (GTK_BOX (box), label);
  gtk_button_set_child (GTK_BUTTON (button), box);
  gtk_widget_add_css_class (button, "file-alert");
  gtk_widget_set_tooltip_text (button, _ ("Show where it stands"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, alert->text, -1);
  g_object_set_data_full (G_OBJECT (button), "ruhu-chapter", g_strdup (alert->chapter), g_free);
  g_signal_connect_object (button, "clicked", G_CALLBACK (alert_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (self->alerts, button);
}

/* The place of the alert that has the keyboard; -1: none has. */
static int
find_focus (RuhuFileHeader *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  int n = 0;

  for (GtkWidget *alert = gtk_widget_get_first_child (GTK_WIDGET (self->alerts)); alert != NULL && focus != NULL; alert = gtk_widget_get_next_sibling (alert), n++)
    if (alert == focus)
      return n;
  return -1;
}

/* The keyboard stays at this place, or goes on to what comes behind: with nothing to be on, no key would reach the page. */
static void
restore_focus (RuhuFileHeader *self, int number)
{
  GtkWidget *alert = gtk_widget_get_first_child (GTK_WIDGET (self->alerts));

  for (int i = 0; i < number && alert != NULL && gtk_widget_get_next_sibling (alert) != NULL; i++)
    alert = gtk_widget_get_next_sibling (alert);
  if (alert != NULL)
    gtk_widget_grab_focus (alert);
  else
    gtk_widget_child_focus (gtk_widget_get_parent (GTK_WIDGET (self)), GTK_DIR_TAB_FORWARD);
}

static void
show_alerts (RuhuFileHeader *self, const RuhuHouseholdFile *file)
{
  g_autoptr (GPtrArray) alerts = ruhu_file_list_alerts (file);
  int focus = find_focus (self);

  empty (self->alerts);
  for (guint i = 0; i < alerts->len; i++)
    add_alert (self, g_ptr_array_index (alerts, i));
  gtk_widget_set_visible (GTK_WIDGET (self->alerts), alerts->len > 0);
  if (focus >= 0)
    restore_focus (self, focus);
}

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

static void
add_fact (RuhuFileHeader *self, const char *name, const char *value)
{
  GtkWidget *box;

  if (value == NULL || *value == '\0')
    return;
  box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_widget_set_size_request (box, 150, -1);
  gtk_widget_set_margin_end (box, 12);
  gtk_box_append (GTK_BOX (box), make_label (name, "file-fact"));
  gtk_box_append (GTK_BOX (box), make_label (value, NULL));
  gtk_box_append (self->facts, box);
}

static char *
describe_number (const char *number)
{
  glong length = g_utf8_strlen (number, -1);

  if (length <= 4)
    return g_strdup (number);
  return g_strdup_printf (_ ("ends in %s"), g_utf8_offset_to_pointer (number, length - 4));
}

static char *
describe_visit (const RuhuHouseholdFile *file)
{
  int days;

  if (file->row->last_visit == NULL)
    return g_strdup (_ ("No visit yet"));
  days = ruhu_file_days_between (file->row->last_visit, file->today);
  if (days <= 0)
    return g_strdup_printf (_ ("%s (today)"), file->row->last_visit);
  /* Translators: a date, and how long ago it was. */
  return g_strdup_printf (ngettext ("%s (%d day ago)", "%s (%d days ago)", (gulong) days), file->row->last_visit, days);
}

static void
show_facts (RuhuFileHeader *self, const RuhuHouseholdFile *file)
{
  const RuhuFileRecord *household = ruhu_household_file_find (file, "household", file->id);
  g_autofree char *number = describe_number (file->row->hh_no);
  g_autofree char *visit = describe_visit (file);

  empty (self->facts);
  add_fact (self, _ ("Last visit"), visit);
  for (guint i = 0; i < file->helpers->len; i++)
    {
      const RuhuFileHelper *helper = g_ptr_array_index (file->helpers, i);
      g_autofree char *text = *helper->phone != '\0' ? g_strdup_printf ("%s %s", helper->name, helper->phone) : g_strdup (helper->name);
      /* Translators: the post, A or B, of a helper who looks after the household. */
      g_autofree char *post = g_strdup_printf (_ ("Helper, %s"), helper->post);

      add_fact (self, post, text);
    }
  if (household != NULL)
    add_fact (self, _ ("Telephone"), ruhu_file_record_get_text (household, "phone"));
  add_fact (self, _ ("Household number"), number);
}

static void
ruhu_file_header_class_init (RuhuFileHeaderClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  signals[SIGNAL_JUMP] = g_signal_new ("jump", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  g_type_ensure (RUHU_TYPE_WRAP_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/ruhu/Ruhu/ruhu-file-header.ui");
  gtk_widget_class_bind_template_child (widget_class, RuhuFileHeader, alerts);
  gtk_widget_class_bind_template_child (widget_class, RuhuFileHeader, facts);
  gtk_widget_class_bind_template_child (widget_class, RuhuFileHeader, name);
  gtk_widget_class_bind_template_child (widget_class, RuhuFileHeader, place);
  gtk_widget_class_bind_template_child (widget_class, RuhuFileHeader, tags);
}

static void
ruhu_file_header_init (RuhuFileHeader *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
ruhu_file_header_new (void)
{
  return g_object_new (RUHU_TYPE_FILE_HEADER, NULL);
}

void
ruhu_file_header_show (RuhuFileHeader *self, const RuhuHouseholdFile *file)
{
  RuhuHouseholdRow *row = file->row;
  g_autofree char *place = row->group != NULL && *row->group != '\0' ? g_strdup_printf ("%s · %s", row->village, row->group) : g_strdup (row->village);

  g_return_if_fail (RUHU_IS_FILE_HEADER (self));

  gtk_label_set_label (self->name, *row->head_name != '\0' ? row->head_name : _ ("No head of household"));
  gtk_label_set_label (self->place, place);
  show_alerts (self, file);
  show_tags (self, file);
  show_facts (self, file);
}
