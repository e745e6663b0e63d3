/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-held-row"

#include "config.h"

#include "ruhu-held-row.h"

#include "ruhu-describe.h"
#include "ruhu-wrap-layout.h"

#include <glib/gi18n.h>

/* As long as the catalogue lets the reason of a decision be. */
#define MAX_REASON 500

struct _RuhuHeldRow
{
  AdwExpanderRow parent_instance;

  RuhuHeldText *text; /* owned */

  /* Borrowed: parts of it. */
  GtkEditable *reason;
  GtkWidget *refuse;
};

enum
{
  SIGNAL_DECIDE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RuhuHeldRow, ruhu_held_row, ADW_TYPE_EXPANDER_ROW)

static const char *const usual[] = {
  N_ ("The household is in other hands now"),
  N_ ("It has been recorded already"),
  N_ ("It could not be confirmed"),
};

RuhuHeldText *
ruhu_held_text_new (RuhuStore *store, const RuhuQuarantined *item)
{
  RuhuHeldText *self = g_new0 (RuhuHeldText, 1);
  gboolean named = item->household_name != NULL && *item->household_name != '\0';
  gboolean known = item->by_name != NULL && *item->by_name != '\0';
  g_autofree char *when = ruhu_describe_stamp (item->time);

  self->device = g_strdup (item->device);
  self->seq = item->seq;
  self->title = g_strdup (named ? item->household_name : _ ("Not of a household on this laptop"));
  self->origin = g_strdup_printf ("%s · %s", known ? item->by_name : item->by, when);
  self->sentence = g_strdup (item->sentence);
  self->detail = g_strdup (item->detail);
  self->lines = ruhu_describe_change (store, item->body);
  return self;
}

void
ruhu_held_text_free (RuhuHeldText *self)
{
  if (self == NULL)
    return;
  g_free (self->device);
  g_free (self->title);
  g_free (self->origin);
  g_free (self->sentence);
  g_free (self->detail);
  g_ptr_array_unref (self->lines);
  g_free (self);
}

char *
ruhu_held_text_dup_key (const RuhuHeldText *self)
{
  return g_strdup_printf ("%s %" G_GINT64_FORMAT, self->device, self->seq);
}

static char *
dup_reason (RuhuHeldRow *self)
{
  return g_strstrip (g_strdup (gtk_editable_get_text (self->reason)));
}

static void
changed_cb (RuhuHeldRow *self)
{
  g_autofree char *reason = dup_reason (self);

  gtk_widget_set_sensitive (self->refuse, *reason != '\0');
}

static void
usual_cb (RuhuHeldRow *self, GtkWidget *button)
{
  gtk_editable_set_text (self->reason, gtk_button_get_label (GTK_BUTTON (button)));
  gtk_editable_set_position (self->reason, -1);
}

static void
accept_cb (RuhuHeldRow *self)
{
  g_autofree char *reason = dup_reason (self);

  g_signal_emit (self, signals[SIGNAL_DECIDE], 0, TRUE, reason);
}

static void
refuse_cb (RuhuHeldRow *self)
{
  g_autofree char *reason = dup_reason (self);

  g_signal_emit (self, signals[SIGNAL_DECIDE], 0, FALSE, reason);
}

static void
ruhu_held_row_finalize (GObject *object)
{
  RuhuHeldRow *self = RUHU_HELD_ROW (object);

  g_clear_pointer (&self->text, ruhu_held_text_free);
  G_OBJECT_CLASS (ruhu_held_row_parent_class)->finalize (object);
}

static void
ruhu_held_row_class_init (RuhuHeldRowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ruhu_held_row_finalize;
  signals[SIGNAL_DECIDE] = g_signal_new ("decide", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_BOOLEAN, G_TYPE_STRING);
}

static void
ruhu_held_row_init (RuhuHeldRow *self)
{
}

static void
add_child (RuhuHeldRow *self, GtkWidget *child)
{
  GtkWidget *row = gtk_list_box_row_new ();

  gtk_widget_add_css_class (child, "content-line");
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), child);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  gtk_widget_set_focusable (row, FALSE);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (self), row);
}

static void
add_line (RuhuHeldRow *self, const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  add_child (self, label);
}

static GtkWidget *
make_button (RuhuHeldRow *self, const char *label, const char *css_class, GCallback callback)
{
  GtkWidget *button = gtk_button_new_with_label (label);
  g_autofree char *name = g_strdup_printf (_ ("%s: %s"), label, self->text->title);

  if (css_class != NULL)
    gtk_widget_add_css_class (button, css_class);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect_object (button, "clicked", callback, self, G_CONNECT_SWAPPED);
  return button;
}

static void
add_reason (RuhuHeldRow *self)
{
  GtkWidget *entry = adw_entry_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (entry), _ ("Reason, for whoever recorded it"));
  self->reason = GTK_EDITABLE (entry);
  gtk_text_set_max_length (GTK_TEXT (gtk_editable_get_delegate (self->reason)), MAX_REASON);
  g_signal_connect_object (entry, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (self), entry);
  gtk_widget_set_layout_manager (box, g_object_new (RUHU_TYPE_WRAP_LAYOUT, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (usual); i++)
    {
      GtkWidget *button = make_button (self, _ (usual[i]), NULL, G_CALLBACK (usual_cb));

      gtk_box_append (GTK_BOX (box), button);
    }
  add_child (self, box);
}

static void
add_decision (RuhuHeldRow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  gtk_widget_set_halign (box, GTK_ALIGN_END);
  self->refuse = make_button (self, _ ("Refuse"), "destructive-action", G_CALLBACK (refuse_cb));
  gtk_widget_set_sensitive (self->refuse, FALSE);
  gtk_widget_set_tooltip_text (self->refuse, _ ("A refusal needs a reason."));
  gtk_box_append (GTK_BOX (box), self->refuse);
  gtk_box_append (GTK_BOX (box), make_button (self, _ ("Accept"), "suggested-action", G_CALLBACK (accept_cb)));
  add_child (self, box);
}

GtkWidget *
ruhu_held_row_new (RuhuHeldText *text)
{
  RuhuHeldRow *self = g_object_new (RUHU_TYPE_HELD_ROW, NULL);

  self->text = text;
  g_object_set (self, "use-markup", FALSE, "title", text->title, "subtitle", text->origin, NULL);
  add_line (self, text->sentence, NULL);
  if (text->detail != NULL && *text->detail != '\0')
    add_line (self, text->detail, "dim-label");
  for (guint i = 0; i < text->lines->len; i++)
    add_line (self, g_ptr_array_index (text->lines, i), NULL);
  add_reason (self);
  add_decision (self);
  return GTK_WIDGET (self);
}

const RuhuHeldText *
ruhu_held_row_get_text (RuhuHeldRow *self)
{
  g_return_val_if_fail (RUHU_IS_HELD_ROW (self), NULL);
  return self->text;
}
