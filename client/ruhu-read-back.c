/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-read-back"

#include "config.h"

#include "ruhu-read-back.h"

#include "ruhu-form-style.h"
#include "ruhu-visit-changes.h"

#include <glib/gi18n.h>

/* Sizes of type, in steps of the scale. */
#define MIN_SIZE     0
#define MAX_SIZE     5
#define DEFAULT_SIZE 2

static const double scales[MAX_SIZE + 1] = { 1.2, 1.5, 1.8, 2.2, 2.8, 3.6 };

/* The privacy class of ID numbers: read aloud, but not shown to the whole room. */
#define MOST_PRIVATE 3

struct _RuhuReadBack
{
  AdwWindow parent_instance;

  /* Template. */
  AdwWindowTitle *heading;
  GtkBox *box;
  GtkScrolledWindow *scroller;
  GtkWidget *agree;

  /* Owned. */
  GPtrArray *labels; /* GtkLabel, borrowed elements */

  guint size;
};

enum
{
  AGREED,
  WRONG,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RuhuReadBack, ruhu_read_back, ADW_TYPE_WINDOW)

/* --- type --- */

static void
apply_size (RuhuReadBack *self)
{
  for (guint i = 0; i < self->labels->len; i++)
    {
      g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();

      pango_attr_list_insert (attributes, pango_attr_scale_new (scales[self->size]));
      gtk_label_set_attributes (self->labels->pdata[i], attributes);
    }
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "read.larger", self->size < MAX_SIZE);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "read.smaller", self->size > MIN_SIZE);
}

static void
larger_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RuhuReadBack *self = RUHU_READ_BACK (widget);

  self->size = MIN (self->size + 1, MAX_SIZE);
  apply_size (self);
}

static void
smaller_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RuhuReadBack *self = RUHU_READ_BACK (widget);

  self->size = self->size > MIN_SIZE ? self->size - 1 : MIN_SIZE;
  apply_size (self);
}

/* --- what is read --- */

static GtkWidget *
add_label (RuhuReadBack *self, const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  /* A person going through it by keyboard, or with a screen reader, stops at each line. */
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  gtk_box_append (self->box, label);
  g_ptr_array_add (self->labels, label);
  return label;
}

static char *
shorten (const RuhuVisitChange *change, const char *text)
{
  glong length = g_utf8_strlen (text, -1);

  if (change->field->type != RUHU_TYPE_TEXT || change->field->privacy < MOST_PRIVATE || length <= 4)
    return g_strdup (text);
  /* Translators: the last four signs of an ID number. */
  return g_strdup_printf (_ ("ends in %s"), g_utf8_offset_to_pointer (text, length - 4));
}

static void
add_line (RuhuReadBack *self, const RuhuVisitChange *change)
{
  g_autofree char *now = shorten (change, change->now);
  g_autofree char *before = change->before != NULL ? shorten (change, change->before) : NULL;
  g_autofree char *text = NULL;

  if (before != NULL)
    /* Translators: field, its new value, its earlier value. */
    text = g_strdup_printf (_ ("%s: %s (before: %s)"), ruhu_label_get (&change->field->label), now, before);
  else
    /* Translators: field, its value. */
    text = g_strdup_printf (_ ("%s: %s"), ruhu_label_get (&change->field->label), now);
  gtk_widget_set_margin_start (add_label (self, text, NULL), 18);
}

static void
fill (RuhuReadBack *self, RuhuEditSession *session)
{
  g_autoptr (GPtrArray) all = ruhu_visit_changes_list (session);

  if (all->len == 0)
    add_label (self, _ ("Nothing was written down yet."), "dim-label");
  for (guint i = 0; i < all->len; i++)
    {
      RuhuVisitChanges *changes = all->pdata[i];

      gtk_widget_set_margin_top (add_label (self, changes->title, "ruhu-read-heading"), i > 0 ? 18 : 0);
      for (guint j = 0; j < changes->changes->len; j++)
        add_line (self, changes->changes->pdata[j]);
    }
}

/* --- the answer --- */

static void
answer (RuhuReadBack *self, guint signal)
{
  g_object_ref (self);
  g_signal_emit (self, signals[signal], 0);
  gtk_window_destroy (GTK_WINDOW (self));
  g_object_unref (self);
}

static void
agree_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  answer (RUHU_READ_BACK (widget), AGREED);
}

static void
wrong_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  answer (RUHU_READ_BACK (widget), WRONG);
}

static void
close_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  gtk_window_close (GTK_WINDOW (widget));
}

/* --- the widget --- */

static void
ruhu_read_back_finalize (GObject *object)
{
  g_ptr_array_unref (RUHU_READ_BACK (object)->labels);
  G_OBJECT_CLASS (ruhu_read_back_parent_class)->finalize (object);
}

static void
add_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "read.larger", NULL, larger_action);
  gtk_widget_class_install_action (widget_class, "read.smaller", NULL, smaller_action);
  gtk_widget_class_install_action (widget_class, "read.agree", NULL, agree_action);
  gtk_widget_class_install_action (widget_class, "read.wrong", NULL, wrong_action);
  gtk_widget_class_install_action (widget_class, "read.close", NULL, close_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_plus, GDK_CONTROL_MASK, "read.larger", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_equal, GDK_CONTROL_MASK, "read.larger", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_KP_Add, GDK_CONTROL_MASK, "read.larger", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_minus, GDK_CONTROL_MASK, "read.smaller", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_KP_Subtract, GDK_CONTROL_MASK, "read.smaller", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Return, GDK_CONTROL_MASK, "read.agree", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "read.close", NULL);
}

static void
ruhu_read_back_class_init (RuhuReadBackClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = ruhu_read_back_finalize;
  signals[AGREED] = g_signal_new ("agreed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[WRONG] = g_signal_new ("wrong", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  ruhu_form_add_style ();
  gtk_widget_class_set_template_from_resource (widget_class, "/org/ruhu/form/ruhu-read-back.ui");
  gtk_widget_class_bind_template_child (widget_class, RuhuReadBack, heading);
  gtk_widget_class_bind_template_child (widget_class, RuhuReadBack, box);
  gtk_widget_class_bind_template_child (widget_class, RuhuReadBack, scroller);
  gtk_widget_class_bind_template_child (widget_class, RuhuReadBack, agree);
  add_actions (widget_class);
}

static void
ruhu_read_back_init (RuhuReadBack *self)
{
  self->labels = g_ptr_array_new ();
  self->size = DEFAULT_SIZE;
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
ruhu_read_back_new (RuhuEditSession *session, GtkWindow *parent)
{
  RuhuReadBack *self = g_object_new (RUHU_TYPE_READ_BACK, "transient-for", parent, NULL);

  g_return_val_if_fail (RUHU_IS_EDIT_SESSION (session), NULL);
  if (parent != NULL)
    gtk_window_set_default_size (GTK_WINDOW (self), gtk_widget_get_width (GTK_WIDGET (parent)), gtk_widget_get_height (GTK_WIDGET (parent)));
  if (ruhu_edit_session_get_title (session) != NULL)
    adw_window_title_set_subtitle (self->heading, ruhu_edit_session_get_title (session));
  fill (self, session);
  apply_size (self);
  gtk_widget_grab_focus (self->agree);
  return GTK_WIDGET (self);
}
