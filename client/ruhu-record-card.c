/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-record-card"

#include "config.h"

#include "ruhu-record-card.h"

#include "ruhu-form-style.h"
#include "ruhu-visit-photos.h"

#include <glib/gi18n.h>

struct _RuhuRecordCard
{
  GtkWidget parent_instance;

  /* Template. */
  GtkToggleButton *toggle;
  GtkImage *arrow;
  GtkLabel *title;
  GtkLabel *summary;
  GtkLabel *facts;
  GtkLabel *past;
  GtkLabel *state;
  GtkWidget *photo;
  GtkWidget *remove;
  GtkRevealer *revealer;

  /* Owned. */
  RuhuEditSession *session;
  char *record;

  /* Borrowed. */
  RuhuFormPart *part;
  RuhuRecordEditor *editor; /* NULL until first opened */
  RuhuVisitPhotos *photos;  /* … and where photos show no such records */

  gboolean is_revealed;
};

enum
{
  REMOVE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RuhuRecordCard, ruhu_record_card, GTK_TYPE_WIDGET)

static guint
count_errors (RuhuRecordCard *self)
{
  GPtrArray *findings = ruhu_edit_session_get_findings (self->session, self->part->record, self->record);
  guint n = 0;

  for (guint i = 0; findings != NULL && i < findings->len; i++)
    n += ((RuhuFinding *) findings->pdata[i])->severity == RUHU_SEVERITY_ERROR;
  return n;
}

static void
update (RuhuRecordCard *self)
{
  RuhuDraftBody *body = ruhu_edit_session_get_body (self->session);
  const char *type = self->part->record->name;
  gboolean changed = ruhu_draft_body_is_changed (body, type, self->record, NULL);
  gboolean added = ruhu_draft_body_is_added (body, type, self->record) && !ruhu_draft_body_is_idle (body, type, self->record);
  gboolean wrong = changed && (count_errors (self) > 0 || ruhu_draft_body_has_text (body, type, self->record));
  g_autofree char *title = ruhu_edit_session_dup_title (self->session, self->part->record, self->record);
  g_autofree char *summary = ruhu_edit_session_dup_summary (self->session, self->part->record, self->record);
  g_autofree char *facts = ruhu_edit_session_dup_facts (self->session, self->part->record, self->record);
  g_autofree char *past = ruhu_edit_session_dup_past (self->session, self->part->record, self->record);
  const char *state = wrong ? _ ("to be corrected") : added ? _ ("new")
                                                  : changed ? _ ("changed")
                                                            : "";
  gboolean tagged = past != NULL && !g_str_equal (past, summary);
  g_autofree char *name = g_strjoin (" ", title, summary, tagged ? past : "", state, facts, NULL);

  gtk_label_set_text (self->title, title);
  gtk_label_set_text (self->summary, summary);
  gtk_label_set_text (self->facts, facts);
  gtk_widget_set_visible (GTK_WIDGET (self->facts), *facts != '\0');
  gtk_label_set_text (self->past, tagged ? past : "");
  gtk_widget_set_visible (GTK_WIDGET (self->past), tagged);
  gtk_label_set_text (self->state, state);
  gtk_widget_remove_css_class (GTK_WIDGET (self->state), wrong ? "accent" : "error");
  gtk_widget_add_css_class (GTK_WIDGET (self->state), wrong ? "error" : "accent");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->toggle), GTK_ACCESSIBLE_PROPERTY_LABEL, g_strstrip (name), -1);
}

static void
session_cb (RuhuRecordCard *self, const char *type, const char *record)
{
  if (g_strcmp0 (type, self->part->record->name) == 0 && g_strcmp0 (record, self->record) == 0)
    update (self);
}

static void
make_editor (RuhuRecordCard *self)
{
  RuhuField *about = ruhu_visit_photos_find_about (self->session, self->part->record);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  self->editor = RUHU_RECORD_EDITOR (ruhu_record_editor_new (self->session, self->part->record, self->part, self->record));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->editor));
  if (about != NULL)
    {
      self->photos = RUHU_VISIT_PHOTOS (ruhu_visit_photos_new_of_record (self->session, about, self->record));
      gtk_widget_add_css_class (GTK_WIDGET (self->photos), "ruhu-photos");
      gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->photos));
    }
  gtk_revealer_set_child (self->revealer, box);
  if (self->is_revealed)
    ruhu_record_editor_reveal (self->editor);
}

static void
toggled_cb (RuhuRecordCard *self)
{
  gboolean open = gtk_toggle_button_get_active (self->toggle);

  if (open && self->editor == NULL)
    make_editor (self);
  gtk_revealer_set_reveal_child (self->revealer, open);
  gtk_image_set_from_icon_name (self->arrow, open ? "pan-down-symbolic" : "pan-end-symbolic");
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->toggle), GTK_ACCESSIBLE_STATE_EXPANDED, open, -1);
}

static void
photo_cb (RuhuRecordCard *self)
{
  ruhu_record_card_set_open (self, TRUE);
  ruhu_visit_photos_choose (self->photos);
}

static void
remove_cb (RuhuRecordCard *self)
{
  g_signal_emit (self, signals[REMOVE], 0);
}

static void
ruhu_record_card_dispose (GObject *object)
{
  RuhuRecordCard *self = RUHU_RECORD_CARD (object);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  self->editor = NULL;
  self->photos = NULL;
  g_clear_object (&self->session);
  G_OBJECT_CLASS (ruhu_record_card_parent_class)->dispose (object);
}

static void
ruhu_record_card_finalize (GObject *object)
{
  g_free (RUHU_RECORD_CARD (object)->record);
  G_OBJECT_CLASS (ruhu_record_card_parent_class)->finalize (object);
}

static void
ruhu_record_card_class_init (RuhuRecordCardClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = ruhu_record_card_dispose;
  object_class->finalize = ruhu_record_card_finalize;
  signals[REMOVE] = g_signal_new ("remove", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  ruhu_form_add_style ();
  gtk_widget_class_set_template_from_resource (widget_class, "/org/ruhu/form/ruhu-record-card.ui");
  gtk_widget_class_bind_template_child (widget_class, RuhuRecordCard, toggle);
  gtk_widget_class_bind_template_child (widget_class, RuhuRecordCard, arrow);
  gtk_widget_class_bind_template_child (widget_class, RuhuRecordCard, title);
  gtk_widget_class_bind_template_child (widget_class, RuhuRecordCard, summary);
  gtk_widget_class_bind_template_child (widget_class, RuhuRecordCard, facts);
  gtk_widget_class_bind_template_child (widget_class, RuhuRecordCard, past);
  gtk_widget_class_bind_template_child (widget_class, RuhuRecordCard, state);
  gtk_widget_class_bind_template_child (widget_class, RuhuRecordCard, photo);
  gtk_widget_class_bind_template_child (widget_class, RuhuRecordCard, remove);
  gtk_widget_class_bind_template_child (widget_class, RuhuRecordCard, revealer);
  gtk_widget_class_bind_template_callback (widget_class, toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, photo_cb);
  gtk_widget_class_bind_template_callback (widget_class, remove_cb);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
ruhu_record_card_init (RuhuRecordCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->toggle), GTK_ACCESSIBLE_STATE_EXPANDED, FALSE, -1);
}

GtkWidget *
ruhu_record_card_new (RuhuEditSession *session, RuhuFormPart *part, const char *record)
{
  RuhuRecordCard *self = g_object_new (RUHU_TYPE_RECORD_CARD, NULL);

  self->session = g_object_ref (session);
  self->part = part;
  self->record = g_strdup (record);
  gtk_widget_set_visible (self->photo, ruhu_visit_photos_find_about (session, part->record) != NULL);
  /* What the program began, it would begin again. */
  gtk_widget_set_visible (self->remove, ruhu_draft_body_is_added (ruhu_edit_session_get_body (session), part->record->name, record) && !ruhu_draft_body_is_begun (ruhu_edit_session_get_body (session), part->record->name, record));
  g_signal_connect_object (session, "checked", G_CALLBACK (session_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "edited", G_CALLBACK (session_cb), self, G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}

const char *
ruhu_record_card_get_record (RuhuRecordCard *self)
{
  g_return_val_if_fail (RUHU_IS_RECORD_CARD (self), NULL);
  return self->record;
}

void
ruhu_record_card_set_open (RuhuRecordCard *self, gboolean open)
{
  g_return_if_fail (RUHU_IS_RECORD_CARD (self));
  gtk_toggle_button_set_active (self->toggle, open);
}

void
ruhu_record_card_reveal (RuhuRecordCard *self)
{
  g_return_if_fail (RUHU_IS_RECORD_CARD (self));
  self->is_revealed = TRUE;
  if (self->editor != NULL)
    ruhu_record_editor_reveal (self->editor);
}

gboolean
ruhu_record_card_focus_field (RuhuRecordCard *self, const char *field)
{
  g_return_val_if_fail (RUHU_IS_RECORD_CARD (self), FALSE);
  ruhu_record_card_set_open (self, TRUE);
  return ruhu_record_editor_focus_field (self->editor, field);
}
