/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-ruling-row"

#include "config.h"

#include "ruhu-ruling-row.h"

#include "ruhu-wrap-layout.h"

#include <glib/gi18n.h>

/* As long as the catalogue lets the reason of a note be. */
#define MAX_REASON 200

struct _RuhuRulingRow
{
  AdwExpanderRow parent_instance;

  /* Owned. */
  RuhuEditSession *session;
  RuhuFinding finding; /* what its reason is kept by; the rest is NULL */
  char *place;

  /* Borrowed. */
  GtkEditable *reason;
};

enum
{
  GO,
  REASONED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RuhuRulingRow, ruhu_ruling_row, ADW_TYPE_EXPANDER_ROW)

static const char *const usual[] = {
  N_ ("Checked with the household: it is so"),
  N_ ("The proof follows at the next visit"),
  N_ ("The township office is to look into it"),
};

static void
show_reason (RuhuRulingRow *self)
{
  const char *reason = ruhu_edit_session_get_reason (self->session, &self->finding);
  g_autofree char *text = reason != NULL ? g_strdup_printf (_ ("%s — reason: %s"), self->place, reason) : g_strdup (self->place);

  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (self), text);
}

static void
changed_cb (RuhuRulingRow *self)
{
  g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (self->reason)));

  ruhu_edit_session_set_reason (self->session, &self->finding, text);
  show_reason (self);
  g_signal_emit (self, signals[REASONED], 0);
}

static void
usual_cb (RuhuRulingRow *self, GtkWidget *button)
{
  gtk_editable_set_text (self->reason, g_object_get_data (G_OBJECT (button), RUHU_RULING_REASON));
  gtk_editable_set_position (self->reason, -1);
}

static void
go_cb (RuhuRulingRow *self)
{
  g_signal_emit (self, signals[GO], 0);
}

static void
ruhu_ruling_row_finalize (GObject *object)
{
  RuhuRulingRow *self = RUHU_RULING_ROW (object);

  g_clear_object (&self->session);
  g_free (self->finding.rule);
  g_free (self->finding.type);
  g_free (self->finding.record);
  g_free (self->finding.field);
  g_free (self->finding.basis);
  g_free (self->place);
  G_OBJECT_CLASS (ruhu_ruling_row_parent_class)->finalize (object);
}

static void
ruhu_ruling_row_class_init (RuhuRulingRowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ruhu_ruling_row_finalize;
  signals[GO] = g_signal_new ("go", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[REASONED] = g_signal_new ("reasoned", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
ruhu_ruling_row_init (RuhuRulingRow *self)
{
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self), FALSE);
}

GtkWidget *
ruhu_ruling_row_new_usual (GCallback callback, gpointer object)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  gtk_widget_set_layout_manager (box, g_object_new (RUHU_TYPE_WRAP_LAYOUT, NULL));
  gtk_widget_add_css_class (box, "ruhu-usual");
  for (guint i = 0; i < G_N_ELEMENTS (usual); i++)
    {
      GtkWidget *button = gtk_button_new_with_label (_ (usual[i]));

      g_object_set_data (G_OBJECT (button), RUHU_RULING_REASON, _ (usual[i]));
      g_signal_connect_object (button, "clicked", callback, object, G_CONNECT_SWAPPED);
      gtk_box_append (GTK_BOX (box), button);
    }
  return box;
}

static void
add_reason (RuhuRulingRow *self, gboolean pend)
{
  GtkWidget *entry = adw_entry_row_new ();
  const char *reason = ruhu_edit_session_get_reason (self->session, &self->finding);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (entry), pend ? _ ("Record as still to be verified, because") : _ ("It is right all the same, because"));
  self->reason = GTK_EDITABLE (entry);
  gtk_editable_set_text (self->reason, reason != NULL ? reason : "");
  gtk_editable_set_max_width_chars (self->reason, MAX_REASON);
  g_signal_connect_object (entry, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (self), entry);
}

static void
add_way (RuhuRulingRow *self)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ ("Correct It There"));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), gtk_image_new_from_icon_name ("go-next-symbolic"));
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  g_signal_connect_object (row, "activated", G_CALLBACK (go_cb), self, G_CONNECT_SWAPPED);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (self), row);
}

GtkWidget *
ruhu_ruling_row_new (RuhuEditSession *session, const RuhuFinding *finding, const char *place)
{
  RuhuRulingRow *self = g_object_new (RUHU_TYPE_RULING_ROW, NULL);

  g_return_val_if_fail (RUHU_IS_EDIT_SESSION (session) && finding != NULL && finding->rule != NULL, NULL);
  self->session = g_object_ref (session);
  self->finding.rule = g_strdup (finding->rule);
  self->finding.type = g_strdup (finding->type);
  self->finding.record = g_strdup (finding->record);
  self->finding.field = g_strdup (finding->field);
  self->finding.basis = g_strdup (finding->basis);
  self->place = g_strdup (place);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), finding->message);
  add_way (self);
  add_reason (self, finding->may_pend);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (self), ruhu_ruling_row_new_usual (G_CALLBACK (usual_cb), self));
  show_reason (self);
  return GTK_WIDGET (self);
}

gboolean
ruhu_ruling_row_has_reason (RuhuRulingRow *self)
{
  g_return_val_if_fail (RUHU_IS_RULING_ROW (self), FALSE);
  return ruhu_edit_session_get_reason (self->session, &self->finding) != NULL;
}
