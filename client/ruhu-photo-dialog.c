/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-photo-dialog"

#include "config.h"

#include "ruhu-photo-dialog.h"

#include <glib/gi18n.h>

struct _RuhuPhotoDialog
{
  AdwMessageDialog parent_instance;

  /* Owned: what was answered is read when the window has closed. */
  RuhuCatalogue *catalogue;
  GtkDropDown *subject;
  GtkEditable *note;

  /* Borrowed. */
  RuhuChoiceList *subjects; /* of the catalogue */
};

G_DEFINE_FINAL_TYPE (RuhuPhotoDialog, ruhu_photo_dialog, ADW_TYPE_MESSAGE_DIALOG)

static void
confirm_cb (AdwMessageDialog *dialog, GParamSpec *pspec, GtkCheckButton *confirm)
{
  adw_message_dialog_set_response_enabled (dialog, "add", gtk_check_button_get_active (confirm));
}

/* What it shows: the catalogue's list, in its order. */
static GtkWidget *
make_subjects (RuhuChoiceList *subjects)
{
  GtkStringList *list = gtk_string_list_new (NULL);
  GtkWidget *drop;

  for (guint i = 0; i < subjects->choices->len; i++)
    gtk_string_list_append (list, ruhu_label_get (&((RuhuChoice *) g_ptr_array_index (subjects->choices, i))->label));
  drop = gtk_drop_down_new (G_LIST_MODEL (list), NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (drop), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("What it shows"), -1);
  return drop;
}

static GtkWidget *
make_note (void)
{
  GtkWidget *note = gtk_entry_new ();

  gtk_entry_set_placeholder_text (GTK_ENTRY (note), _ ("Note (optional)"));
  gtk_entry_set_max_length (GTK_ENTRY (note), 100);
  gtk_entry_set_activates_default (GTK_ENTRY (note), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (note), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Note (optional)"), -1);
  return note;
}

static void
fill (RuhuPhotoDialog *self, GdkPixbuf *preview)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 9);
  GtkWidget *picture = gtk_picture_new_for_pixbuf (preview);
  GtkWidget *confirm = gtk_check_button_new_with_label (_ ("No person and no ID card is in it"));

  self->subject = g_object_ref_sink (GTK_DROP_DOWN (make_subjects (self->subjects)));
  self->note = g_object_ref_sink (GTK_EDITABLE (make_note ()));
  gtk_widget_set_size_request (picture, -1, 200);
  gtk_picture_set_alternative_text (GTK_PICTURE (picture), _ ("The photo to be added"));
  gtk_box_append (GTK_BOX (box), picture);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->subject));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->note));
  gtk_box_append (GTK_BOX (box), confirm);
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (self), box);
  g_signal_connect_object (confirm, "notify::active", G_CALLBACK (confirm_cb), self, G_CONNECT_SWAPPED);
}

static void
ruhu_photo_dialog_finalize (GObject *object)
{
  RuhuPhotoDialog *self = RUHU_PHOTO_DIALOG (object);

  g_clear_object (&self->subject);
  g_clear_object (&self->note);
  g_clear_pointer (&self->catalogue, ruhu_catalogue_unref);
  G_OBJECT_CLASS (ruhu_photo_dialog_parent_class)->finalize (object);
}

static void
ruhu_photo_dialog_class_init (RuhuPhotoDialogClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ruhu_photo_dialog_finalize;
}

/* Guard-rail G3: things, not people; whoever adds it has looked. */
static void
ruhu_photo_dialog_init (RuhuPhotoDialog *self)
{
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (self);

  adw_message_dialog_set_heading (dialog, _ ("Add This Photo?"));
  adw_message_dialog_set_body (dialog, _ ("Photos show things only: the house, the tap, animals. The household may refuse."));
  adw_message_dialog_add_responses (dialog, "cancel", _ ("_Cancel"), "add", _ ("_Add"), NULL);
  adw_message_dialog_set_response_appearance (dialog, "add", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_response_enabled (dialog, "add", FALSE);
  adw_message_dialog_set_default_response (dialog, "add");
  adw_message_dialog_set_close_response (dialog, "cancel");
}

GtkWidget *
ruhu_photo_dialog_new (GtkWindow *parent, RuhuCatalogue *catalogue, GdkPixbuf *preview)
{
  RuhuChoiceList *subjects = ruhu_catalogue_get_choices (catalogue, "photo_subject");
  RuhuPhotoDialog *self;

  if (subjects == NULL)
    return NULL;
  self = g_object_new (RUHU_TYPE_PHOTO_DIALOG, "transient-for", parent, NULL);
  self->catalogue = ruhu_catalogue_ref (catalogue);
  self->subjects = subjects;
  fill (self, preview);
  return GTK_WIDGET (self);
}

void
ruhu_photo_dialog_set_place (RuhuPhotoDialog *self, guint place, guint total)
{
  g_autofree char *heading = NULL;

  g_return_if_fail (RUHU_IS_PHOTO_DIALOG (self));
  /* Translators: one of several photos that were dropped together. Between the figures there are spaces at which no line is broken. */
  heading = g_strdup_printf (_ ("Add This Photo? (%u of %u)"), place, total);
  adw_message_dialog_set_heading (ADW_MESSAGE_DIALOG (self), heading);
  adw_message_dialog_set_response_label (ADW_MESSAGE_DIALOG (self), "cancel", _ ("_Skip"));
}

void
ruhu_photo_dialog_set_subject (RuhuPhotoDialog *self, const char *code)
{
  g_return_if_fail (RUHU_IS_PHOTO_DIALOG (self));
  for (guint i = 0; i < self->subjects->choices->len; i++)
    if (g_strcmp0 (((RuhuChoice *) g_ptr_array_index (self->subjects->choices, i))->code, code) == 0)
      gtk_drop_down_set_selected (self->subject, i);
}

const char *
ruhu_photo_dialog_get_subject (RuhuPhotoDialog *self)
{
  guint number;

  g_return_val_if_fail (RUHU_IS_PHOTO_DIALOG (self), NULL);
  number = gtk_drop_down_get_selected (self->subject);
  return number < self->subjects->choices->len ? ((RuhuChoice *) g_ptr_array_index (self->subjects->choices, number))->code : NULL;
}

const char *
ruhu_photo_dialog_get_note (RuhuPhotoDialog *self)
{
  g_return_val_if_fail (RUHU_IS_PHOTO_DIALOG (self), NULL);
  return gtk_editable_get_text (self->note);
}
