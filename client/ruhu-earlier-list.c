/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-earlier-list"

#include "config.h"

#include "ruhu-earlier-list.h"

#include <glib/gi18n.h>

/* Shown before "show all": the last ones say what stands. */
#define FEW 3

struct _RuhuEarlierList
{
  GtkWidget parent_instance;

  /* Borrowed. */
  GtkWidget *box;
};

G_DEFINE_FINAL_TYPE (RuhuEarlierList, ruhu_earlier_list, GTK_TYPE_WIDGET)

static GtkWidget *
new_label (const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_natural_wrap_mode (GTK_LABEL (label), GTK_NATURAL_WRAP_NONE);
  gtk_widget_add_css_class (label, css_class);
  return label;
}

static void
add_lines (GtkWidget *box, RuhuEditSession *session, RuhuRecordType *type, GPtrArray *earlier, guint from, guint to)
{
  for (guint i = from; i < to; i++)
    {
      g_autofree char *line = ruhu_edit_session_dup_line (session, type, earlier->pdata[i]);

      gtk_box_append (GTK_BOX (box), new_label (line, "body"));
    }
}

static void
add_rest (RuhuEarlierList *self, RuhuEditSession *session, RuhuRecordType *type, GPtrArray *earlier)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  g_autofree char *text = g_strdup_printf (ngettext ("Earlier ones (%u)", "Earlier ones (%u)", earlier->len - FEW), earlier->len - FEW);
  GtkWidget *expander = gtk_expander_new (text);

  add_lines (box, session, type, earlier, FEW, earlier->len);
  gtk_expander_set_child (GTK_EXPANDER (expander), box);
  gtk_box_append (GTK_BOX (self->box), expander);
}

static void
ruhu_earlier_list_dispose (GObject *object)
{
  g_clear_pointer (&RUHU_EARLIER_LIST (object)->box, gtk_widget_unparent);
  G_OBJECT_CLASS (ruhu_earlier_list_parent_class)->dispose (object);
}

static void
ruhu_earlier_list_class_init (RuhuEarlierListClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ruhu_earlier_list_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static void
ruhu_earlier_list_init (RuhuEarlierList *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  gtk_widget_add_css_class (self->box, "ruhu-earlier");
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

GtkWidget *
ruhu_earlier_list_new (RuhuEditSession *session, RuhuRecordType *type)
{
  GPtrArray *earlier = ruhu_edit_session_get_earlier (session, type->name);
  RuhuEarlierList *self;

  if (earlier == NULL || earlier->len == 0)
    return NULL;
  self = g_object_new (RUHU_TYPE_EARLIER_LIST, NULL);
  gtk_box_append (GTK_BOX (self->box), new_label (_ ("Recorded before:"), "dim-label"));
  add_lines (self->box, session, type, earlier, 0, MIN (earlier->len, FEW));
  if (earlier->len > FEW)
    add_rest (self, session, type, earlier);
  return GTK_WIDGET (self);
}
