/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-photo-strip"

#include "config.h"

#include "ruhu-photo-strip.h"

#include "ruhu-describe.h"
#include "ruhu-image.h"
#include "ruhu-photo-jobs.h"
#include "ruhu-photo-window.h"
#include "ruhu-wrap-layout.h"

#include <glib/gi18n.h>

#define THUMBNAIL 240 /* pixels read; shown at half that */
#define WIDTH     128
#define HEIGHT    96
/* Shown before "show all". */
#define FEW 12

struct _RuhuPhotoStrip
{
  AdwBin parent_instance;

  /* Borrowed. */
  GtkBox *box;
  GtkWidget *add;
  GtkLabel *notice;

  /* Owned. */
  RuhuWorker *worker;
  GCancellable *cancellable;
  GPtrArray *items;
  GtkFileChooserNative *chooser;
  GBytes *cleaned; /* while it is asked about */

  guint shown;
};

enum
{
  SIGNAL_ADDED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RuhuPhotoStrip, ruhu_photo_strip, ADW_TYPE_BIN)

RuhuPhotoItem *
ruhu_photo_item_new (const char *hash, const char *title, const char *note)
{
  RuhuPhotoItem *self = g_new0 (RuhuPhotoItem, 1);

  self->hash = g_strdup (hash);
  self->title = g_strdup (title);
  self->note = g_strdup (note != NULL ? note : "");
  return self;
}

void
ruhu_photo_item_free (gpointer data)
{
  RuhuPhotoItem *self = data;

  g_free (self->hash);
  g_free (self->title);
  g_free (self->note);
  g_free (self);
}

static void
say (RuhuPhotoStrip *self, const char *sentence)
{
  gtk_label_set_label (self->notice, sentence);
  gtk_widget_set_visible (GTK_WIDGET (self->notice), *sentence != '\0');
}

static void
say_error (RuhuPhotoStrip *self, const GError *error)
{
  g_autofree char *sentence = ruhu_describe_error (error);

  say (self, sentence);
}

/* Showing. */

static void
name_thumbnail (GtkWidget *button, const RuhuPhotoItem *item, const char *state)
{
  g_autofree char *spoken = g_strdup_printf ("%s, %s, %s", item->title, item->note, state);

  gtk_label_set_label (g_object_get_data (G_OBJECT (button), "ruhu-state"), state);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GtkWidget) button = data;
  g_autoptr (GError) error = NULL;
  RuhuPhotoStatus status;
  g_autoptr (GdkPixbuf) pixbuf = ruhu_photo_load_finish (result, &status, &error);
  g_autoptr (GdkTexture) texture = pixbuf != NULL ? gdk_texture_new_for_pixbuf (pixbuf) : NULL;
  g_autofree char *state = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || gtk_widget_get_root (button) == NULL)
    return;
  if (texture != NULL)
    gtk_picture_set_paintable (g_object_get_data (G_OBJECT (button), "ruhu-picture"), GDK_PAINTABLE (texture));
  state = error != NULL ? g_strdup (_ ("Damaged; it is fetched again")) : ruhu_photo_describe (&status);
  name_thumbnail (button, g_object_get_data (G_OBJECT (button), "ruhu-item"), state);
}

/* Read when it first comes into view. */
static void
map_cb (RuhuPhotoStrip *self, GtkWidget *button)
{
  const RuhuPhotoItem *item = g_object_get_data (G_OBJECT (button), "ruhu-item");

  if (g_object_get_data (G_OBJECT (button), "ruhu-asked") != NULL)
    return;
  g_object_set_data (G_OBJECT (button), "ruhu-asked", button);
  ruhu_photo_load_async (self->worker, item->hash, THUMBNAIL, self->cancellable, loaded_cb, g_object_ref (button));
}

static void
open_cb (RuhuPhotoStrip *self, GtkWidget *button)
{
  guint number = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "ruhu-number"));

  ruhu_photo_window_present (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), self->worker, self->items, number);
}

static GtkWidget *
make_label (const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 14);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  return label;
}

static GtkWidget *
make_thumbnail (RuhuPhotoStrip *self, guint number)
{
  RuhuPhotoItem *item = g_ptr_array_index (self->items, number);
  GtkWidget *button = gtk_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  GtkWidget *picture = gtk_picture_new ();
  GtkWidget *state = make_label ("", "file-evidence");

  gtk_widget_set_size_request (picture, WIDTH, HEIGHT);
  gtk_picture_set_can_shrink (GTK_PICTURE (picture), TRUE);
  gtk_widget_add_css_class (picture, "photo");
  gtk_box_append (GTK_BOX (box), picture);
  gtk_box_append (GTK_BOX (box), make_label (item->title, NULL));
  gtk_box_append (GTK_BOX (box), state);
  gtk_button_set_child (GTK_BUTTON (button), box);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, *item->note != '\0' ? item->note : NULL);
  g_object_set_data (G_OBJECT (button), "ruhu-item", item);
  g_object_set_data (G_OBJECT (button), "ruhu-picture", picture);
  g_object_set_data (G_OBJECT (button), "ruhu-state", state);
  g_object_set_data (G_OBJECT (button), "ruhu-number", GUINT_TO_POINTER (number));
  /* What the row points to lives as long as the row. */
  g_object_set_data_full (G_OBJECT (button), "ruhu-items", g_ptr_array_ref (self->items), (GDestroyNotify) g_ptr_array_unref);
  name_thumbnail (button, item, "");
  g_signal_connect_object (button, "map", G_CALLBACK (map_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (button, "clicked", G_CALLBACK (open_cb), self, G_CONNECT_SWAPPED);
  return button;
}

static void
drop_thumbnails (RuhuPhotoStrip *self)
{
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self->box));

  while (child != NULL)
    {
      GtkWidget *next = gtk_widget_get_next_sibling (child);

      if (child != self->add)
        gtk_box_remove (self->box, child);
      child = next;
    }
}

static void
show_more (RuhuPhotoStrip *self, guint to);

static void
more_cb (RuhuPhotoStrip *self, GtkWidget *button)
{
  gtk_box_remove (self->box, button);
  show_more (self, self->items->len);
}

static void
show_more (RuhuPhotoStrip *self, guint to)
{
  for (; self->shown < to; self->shown++)
    gtk_box_append (self->box, make_thumbnail (self, self->shown));
  if (self->shown < self->items->len)
    {
      g_autofree char *text = g_strdup_printf (ngettext ("Show all (%u)", "Show all (%u)", self->items->len), self->items->len);
      GtkWidget *more = gtk_button_new_with_label (text);

      g_signal_connect_object (more, "clicked", G_CALLBACK (more_cb), self, G_CONNECT_SWAPPED);
      gtk_box_append (self->box, more);
    }
}

void
ruhu_photo_strip_show (RuhuPhotoStrip *self, GPtrArray *items)
{
  g_return_if_fail (RUHU_IS_PHOTO_STRIP (self));

  drop_thumbnails (self);
  g_ptr_array_ref (items);
  g_clear_pointer (&self->items, g_ptr_array_unref);
  self->items = items;
  self->shown = 0;
  show_more (self, items->len <= FEW + 1 ? items->len : FEW);
}

/* Adding. */

static void
kept_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GtkWidget) dialog = data;
  RuhuPhotoStrip *self = g_object_get_data (G_OBJECT (dialog), "ruhu-strip");
  GtkDropDown *subject = g_object_get_data (G_OBJECT (dialog), "ruhu-subject");
  RuhuChoiceList *subjects = g_object_get_data (G_OBJECT (dialog), "ruhu-subjects");
  GtkEditable *note = g_object_get_data (G_OBJECT (dialog), "ruhu-note");
  g_autoptr (GError) error = NULL;
  g_autofree char *hash = ruhu_worker_run_finish (RUHU_WORKER (source), result, &error);
  guint number = gtk_drop_down_get_selected (subject);

  if (hash == NULL)
    {
      say_error (self, error);
      return;
    }
  say (self, "");
  if (number < subjects->choices->len)
    g_signal_emit (self, signals[SIGNAL_ADDED], 0, hash, ((RuhuChoice *) g_ptr_array_index (subjects->choices, number))->code, gtk_editable_get_text (note));
}

static void
response_cb (RuhuPhotoStrip *self, const char *response, GtkWidget *dialog)
{
  g_autoptr (GBytes) cleaned = g_steal_pointer (&self->cleaned);

  if (g_str_equal (response, "add") && cleaned != NULL)
    ruhu_photo_keep_async (self->worker, cleaned, NULL, kept_cb, g_object_ref (dialog));
}

static void
confirm_cb (GtkCheckButton *confirm, GParamSpec *pspec, AdwMessageDialog *dialog)
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

static void
fill_dialog (RuhuPhotoStrip *self, GtkWidget *dialog, RuhuChoiceList *subjects, GdkPixbuf *preview)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 9);
  GtkWidget *picture = gtk_picture_new_for_pixbuf (preview);
  GtkWidget *subject = make_subjects (subjects);
  GtkWidget *note = gtk_entry_new ();
  GtkWidget *confirm = gtk_check_button_new_with_label (_ ("No person and no ID card is in it"));

  gtk_widget_set_size_request (picture, -1, 200);
  gtk_picture_set_alternative_text (GTK_PICTURE (picture), _ ("The photo to be added"));
  gtk_entry_set_placeholder_text (GTK_ENTRY (note), _ ("Note (optional)"));
  gtk_entry_set_max_length (GTK_ENTRY (note), 100);
  gtk_entry_set_activates_default (GTK_ENTRY (note), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (note), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Note (optional)"), -1);
  gtk_box_append (GTK_BOX (box), picture);
  gtk_box_append (GTK_BOX (box), subject);
  gtk_box_append (GTK_BOX (box), note);
  gtk_box_append (GTK_BOX (box), confirm);
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), box);
  g_object_set_data_full (G_OBJECT (dialog), "ruhu-strip", g_object_ref (self), g_object_unref);
  g_object_set_data (G_OBJECT (dialog), "ruhu-subjects", subjects);
  g_object_set_data_full (G_OBJECT (dialog), "ruhu-subject", g_object_ref (subject), g_object_unref);
  g_object_set_data_full (G_OBJECT (dialog), "ruhu-note", g_object_ref (note), g_object_unref);
  g_signal_connect (confirm, "notify::active", G_CALLBACK (confirm_cb), dialog);
}

/* Guard-rail G3: things, not people; whoever adds it has looked. */
static void
ask (RuhuPhotoStrip *self, GBytes *cleaned)
{
  RuhuCatalogue *catalogue = ruhu_worker_dup_catalogue (self->worker);
  RuhuChoiceList *subjects = catalogue != NULL ? ruhu_catalogue_get_choices (catalogue, "photo_subject") : NULL;
  g_autoptr (GdkPixbuf) preview = ruhu_image_decode (cleaned, 480, NULL);
  GtkWidget *dialog;

  if (subjects == NULL || preview == NULL)
    {
      g_clear_pointer (&catalogue, ruhu_catalogue_unref);
      return;
    }
  g_clear_pointer (&self->cleaned, g_bytes_unref);
  self->cleaned = g_bytes_ref (cleaned);
  dialog = adw_message_dialog_new (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), _ ("Add This Photo?"), _ ("Photos show things only: the house, the tap, animals. The household may refuse."));
  g_object_set_data_full (G_OBJECT (dialog), "ruhu-catalogue", catalogue, (GDestroyNotify) ruhu_catalogue_unref);
  fill_dialog (self, dialog, subjects, preview);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "add", _ ("_Add"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "add", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_response_enabled (ADW_MESSAGE_DIALOG (dialog), "add", FALSE);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "add");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (response_cb), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
cleaned_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (RuhuPhotoStrip) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) cleaned = ruhu_image_clean_finish (result, &error);

  if (gtk_widget_get_root (GTK_WIDGET (self)) == NULL)
    return;
  if (cleaned == NULL)
    {
      say_error (self, error);
      return;
    }
  say (self, "");
  ask (self, cleaned);
}

static void
clean (RuhuPhotoStrip *self, gpointer source, GType type)
{
  say (self, _ ("Preparing the photo…"));
  ruhu_image_clean_async (source, type, self->cancellable, cleaned_cb, g_object_ref (self));
}

void
ruhu_photo_strip_add_file (RuhuPhotoStrip *self, GFile *file)
{
  g_return_if_fail (RUHU_IS_PHOTO_STRIP (self));

  clean (self, file, G_TYPE_FILE);
}

static void
add_texture (RuhuPhotoStrip *self, GdkTexture *texture)
{
  g_autoptr (GdkPixbuf) pixbuf = NULL;

  if ((gint64) gdk_texture_get_width (texture) * gdk_texture_get_height (texture) > RUHU_IMAGE_MAX_PIXELS)
    {
      say (self, _ ("This picture is larger than 64 megapixels. Take it again with a smaller setting of the camera."));
      return;
    }
  pixbuf = gdk_pixbuf_get_from_texture (texture);
  clean (self, pixbuf, GDK_TYPE_PIXBUF);
}

static void
pasted_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (RuhuPhotoStrip) self = data;
  g_autoptr (GdkTexture) texture = gdk_clipboard_read_texture_finish (GDK_CLIPBOARD (source), result, NULL);

  if (texture != NULL)
    add_texture (self, texture);
  else
    say (self, _ ("There is no picture to paste. Copy one first."));
}

void
ruhu_photo_strip_paste (RuhuPhotoStrip *self)
{
  g_return_if_fail (RUHU_IS_PHOTO_STRIP (self));

  if (self->add != NULL)
    gdk_clipboard_read_texture_async (gtk_widget_get_clipboard (GTK_WIDGET (self)), self->cancellable, pasted_cb, g_object_ref (self));
}

static void
paste_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ruhu_photo_strip_paste (RUHU_PHOTO_STRIP (widget));
}

static gboolean
drop_cb (RuhuPhotoStrip *self, const GValue *value)
{
  if (G_VALUE_HOLDS (value, G_TYPE_FILE))
    ruhu_photo_strip_add_file (self, g_value_get_object (value));
  else if (G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST) && g_value_get_boxed (value) != NULL)
    ruhu_photo_strip_add_file (self, ((GSList *) g_value_get_boxed (value))->data);
  else if (G_VALUE_HOLDS (value, GDK_TYPE_TEXTURE))
    add_texture (self, g_value_get_object (value));
  else
    return FALSE;
  return TRUE;
}

static void
chosen_cb (RuhuPhotoStrip *self, int response)
{
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (self->chooser));

  if (response == GTK_RESPONSE_ACCEPT && file != NULL)
    ruhu_photo_strip_add_file (self, file);
  g_clear_object (&self->chooser);
}

static void
choose_cb (RuhuPhotoStrip *self)
{
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  if (self->chooser != NULL)
    return;
  gtk_file_filter_set_name (filter, _ ("Photos"));
  gtk_file_filter_add_pixbuf_formats (filter);
  self->chooser = gtk_file_chooser_native_new (_ ("Add a Photo"), GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Add"), _ ("_Cancel"));
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (self->chooser), filter);
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (chosen_cb), self, G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
add_ways_in (RuhuPhotoStrip *self)
{
  GType types[] = { G_TYPE_FILE, GDK_TYPE_FILE_LIST, GDK_TYPE_TEXTURE };
  GtkDropTarget *target = gtk_drop_target_new (G_TYPE_INVALID, GDK_ACTION_COPY);

  gtk_drop_target_set_gtypes (target, types, G_N_ELEMENTS (types));
  g_signal_connect_object (target, "drop", G_CALLBACK (drop_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
  self->add = gtk_button_new_with_label (_ ("Add a Photo…"));
  gtk_widget_set_tooltip_text (self->add, _ ("Choose a file, drop one here, or paste a picture (Ctrl+V)"));
  gtk_widget_set_valign (self->add, GTK_ALIGN_CENTER);
  g_signal_connect_object (self->add, "clicked", G_CALLBACK (choose_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (self->box, self->add);
}

static void
ruhu_photo_strip_dispose (GObject *object)
{
  RuhuPhotoStrip *self = RUHU_PHOTO_STRIP (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->chooser);
  g_clear_object (&self->worker);
  g_clear_pointer (&self->cleaned, g_bytes_unref);
  G_OBJECT_CLASS (ruhu_photo_strip_parent_class)->dispose (object);
}

static void
ruhu_photo_strip_finalize (GObject *object)
{
  RuhuPhotoStrip *self = RUHU_PHOTO_STRIP (object);

  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->items, g_ptr_array_unref);
  G_OBJECT_CLASS (ruhu_photo_strip_parent_class)->finalize (object);
}

static void
ruhu_photo_strip_class_init (RuhuPhotoStripClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ruhu_photo_strip_dispose;
  G_OBJECT_CLASS (klass)->finalize = ruhu_photo_strip_finalize;

  signals[SIGNAL_ADDED] = g_signal_new ("added", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING);
  gtk_widget_class_install_action (widget_class, "photo.paste", NULL, paste_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_v, GDK_CONTROL_MASK, "photo.paste", NULL);
}

static void
ruhu_photo_strip_init (RuhuPhotoStrip *self)
{
  GtkWidget *outer = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  self->cancellable = g_cancellable_new ();
  self->items = g_ptr_array_new_with_free_func (ruhu_photo_item_free);
  self->box = GTK_BOX (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0));
  gtk_widget_set_layout_manager (GTK_WIDGET (self->box), g_object_new (RUHU_TYPE_WRAP_LAYOUT, NULL));
  self->notice = GTK_LABEL (make_label ("", "dim-label"));
  gtk_label_set_max_width_chars (self->notice, 60);
  gtk_label_set_xalign (self->notice, 0);
  gtk_widget_set_visible (GTK_WIDGET (self->notice), FALSE);
  gtk_box_append (GTK_BOX (outer), GTK_WIDGET (self->notice));
  gtk_box_append (GTK_BOX (outer), GTK_WIDGET (self->box));
  adw_bin_set_child (ADW_BIN (self), outer);
}

GtkWidget *
ruhu_photo_strip_new (RuhuWorker *worker, gboolean may_add)
{
  RuhuPhotoStrip *self = g_object_new (RUHU_TYPE_PHOTO_STRIP, NULL);

  self->worker = g_object_ref (worker);
  if (may_add)
    add_ways_in (self);
  return GTK_WIDGET (self);
}
