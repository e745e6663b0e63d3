/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-outbox-row"

#include "config.h"

#include "ruhu-outbox-row.h"

#include "ruhu-correction.h"
#include "ruhu-describe.h"

#include <glib/gi18n.h>

struct _RuhuOutboxRow
{
  AdwExpanderRow parent_instance;

  RuhuOutboxText *text; /* owned */
};

enum
{
  SIGNAL_OPEN,
  SIGNAL_DISCARD,
  SIGNAL_RESEND,
  SIGNAL_CORRECT,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RuhuOutboxRow, ruhu_outbox_row, ADW_TYPE_EXPANDER_ROW)

static RuhuOutboxText *
make_text (RuhuStore *store, gint64 seq, const char *time, const char *scope, const char *name, const char *body)
{
  RuhuOutboxText *self = g_new0 (RuhuOutboxText, 1);
  g_autoptr (RuhuHouseholdRow) household = ruhu_store_get_household_row (store, scope, NULL);

  self->seq = seq;
  self->title = g_strdup (name != NULL && *name != '\0' ? name : _ ("Not of a household on this laptop"));
  self->when = ruhu_describe_stamp (time);
  self->household = household != NULL ? g_strdup (scope) : NULL;
  self->lines = body != NULL ? ruhu_describe_change (store, body) : g_ptr_array_new ();
  return self;
}

RuhuOutboxText *
ruhu_outbox_text_new (RuhuStore *store, const RuhuOutboxItem *item)
{
  return make_text (store, item->seq, item->time, item->scope, item->household_name, item->body);
}

static char *
describe_state (const RuhuReview *review)
{
  if (review->state == RUHU_REVIEW_ACCEPTED)
    return g_strdup (_ ("Accepted by the office"));
  if (review->state == RUHU_REVIEW_QUARANTINED)
    return g_strdup (_ ("Waits for the office"));
  if (g_strcmp0 (review->code, RUHU_REASON_OFFICE) == 0)
    return g_strdup (_ ("Not accepted by the office"));
  return ruhu_describe_refusal (review->code);
}

RuhuOutboxText *
ruhu_outbox_text_new_review (RuhuStore *store, const RuhuReview *review)
{
  RuhuOutboxText *self = make_text (store, review->seq, review->time, review->scope, review->household_name, review->body);

  self->state = review->state;
  self->reason = describe_state (review);
  self->sentence = g_strdup (review->sentence);
  self->detail = g_strdup (review->detail);
  self->advice = g_strdup (review->advice);
  self->correctable = review->state != RUHU_REVIEW_ACCEPTED && ruhu_correction_is_possible (store, review->seq);
  return self;
}

void
ruhu_outbox_text_free (RuhuOutboxText *self)
{
  g_free (self->title);
  g_free (self->when);
  g_free (self->household);
  g_free (self->reason);
  g_free (self->sentence);
  g_free (self->detail);
  g_free (self->advice);
  g_ptr_array_unref (self->lines);
  g_free (self);
}

static void
open_cb (RuhuOutboxRow *self)
{
  g_signal_emit (self, signals[SIGNAL_OPEN], 0, self->text->household);
}

static void
discard_cb (RuhuOutboxRow *self)
{
  g_signal_emit (self, signals[SIGNAL_DISCARD], 0, self->text->seq);
}

static void
resend_cb (RuhuOutboxRow *self)
{
  g_signal_emit (self, signals[SIGNAL_RESEND], 0, self->text->seq);
}

static void
correct_cb (RuhuOutboxRow *self)
{
  g_signal_emit (self, signals[SIGNAL_CORRECT], 0, self->text->seq);
}

static void
add_line (RuhuOutboxRow *self, const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);
  GtkWidget *row = gtk_list_box_row_new ();

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_widget_add_css_class (label, "content-line");
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), label);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  gtk_widget_set_focusable (row, FALSE);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (self), row);
}

static GtkWidget *
make_button (const char *label, const char *what, const char *css_class)
{
  GtkWidget *button = gtk_button_new_with_label (label);
  g_autofree char *name = g_strdup_printf (_ ("%s: %s"), label, what);

  if (css_class != NULL)
    gtk_widget_add_css_class (button, css_class);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  return button;
}

static void
add_buttons (RuhuOutboxRow *self)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *button;

  gtk_widget_set_halign (box, GTK_ALIGN_END);
  gtk_widget_add_css_class (box, "content-line");
  if (self->text->household != NULL)
    {
      button = make_button (_ ("Open Household"), self->text->title, NULL);
      g_signal_connect_swapped (button, "clicked", G_CALLBACK (open_cb), self);
      gtk_box_append (GTK_BOX (box), button);
    }
  if (self->text->correctable)
    {
      button = make_button (_ ("Correct and Send Again…"), self->text->title, NULL);
      g_signal_connect_swapped (button, "clicked", G_CALLBACK (correct_cb), self);
      gtk_box_append (GTK_BOX (box), button);
    }
  if (self->text->state != RUHU_REVIEW_ACCEPTED)
    {
      button = make_button (_ ("Send Again"), self->text->title, NULL);
      g_signal_connect_swapped (button, "clicked", G_CALLBACK (resend_cb), self);
      gtk_box_append (GTK_BOX (box), button);
    }
  if (self->text->state == RUHU_REVIEW_REFUSED)
    button = make_button (_ ("Discard"), self->text->title, "destructive-action");
  else
    button = make_button (_ ("Put Aside"), self->text->title, NULL);
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (discard_cb), self);
  gtk_box_append (GTK_BOX (box), button);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  gtk_widget_set_focusable (row, FALSE);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (self), row);
}

static void
add_review (RuhuOutboxRow *self)
{
  RuhuOutboxText *text = self->text;

  add_line (self, text->sentence, NULL);
  if (text->detail != NULL && *text->detail != '\0')
    add_line (self, text->detail, text->state == RUHU_REVIEW_REFUSED ? "error" : NULL);
  add_line (self, text->advice, "dim-label");
}

static void
fill (RuhuOutboxRow *self)
{
  RuhuOutboxText *text = self->text;
  g_autofree char *subtitle = NULL;

  if (text->reason != NULL)
    subtitle = g_strdup_printf ("%s · %s", text->when, text->reason);
  else
    subtitle = g_strdup_printf (ngettext ("%s · %u value", "%s · %u values", text->lines->len), text->when, text->lines->len);
  g_object_set (self, "use-markup", FALSE, "title", text->title, "subtitle", subtitle, NULL);
  if (text->reason != NULL)
    add_review (self);
  for (guint i = 0; i < text->lines->len; i++)
    add_line (self, g_ptr_array_index (text->lines, i), NULL);
  if (text->reason != NULL)
    add_buttons (self);
}

static void
ruhu_outbox_row_finalize (GObject *object)
{
  RuhuOutboxRow *self = RUHU_OUTBOX_ROW (object);

  g_clear_pointer (&self->text, ruhu_outbox_text_free);
  G_OBJECT_CLASS (ruhu_outbox_row_parent_class)->finalize (object);
}

static void
ruhu_outbox_row_class_init (RuhuOutboxRowClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = ruhu_outbox_row_finalize;

  signals[SIGNAL_OPEN] = g_signal_new ("open", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_RESEND] = g_signal_new ("resend", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT64);
  signals[SIGNAL_CORRECT] = g_signal_new ("correct", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT64);
  signals[SIGNAL_DISCARD] = g_signal_new ("discard", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT64);
}

static void
ruhu_outbox_row_init (RuhuOutboxRow *self)
{
}

GtkWidget *
ruhu_outbox_row_new (RuhuOutboxText *text)
{
  RuhuOutboxRow *self = g_object_new (RUHU_TYPE_OUTBOX_ROW, NULL);

  self->text = text;
  fill (self);
  return GTK_WIDGET (self);
}
