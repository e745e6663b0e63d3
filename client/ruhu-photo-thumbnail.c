/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-photo-thumbnail"

#include "config.h"

#include "ruhu-photo-thumbnail.h"

#include "ruhu-photo-jobs.h"

#include <glib/gi18n.h>

#define THUMBNAIL 240 /* pixels read; shown at half that */
#define WIDTH     128
#define HEIGHT    96

/* What it needs to read its picture. */
typedef struct
{
  RuhuWorker *worker;
  GCancellable *cancellable;
} Source;

static void
source_free (gpointer data)
{
  Source *source = data;

  g_object_unref (source->worker);
  g_object_unref (source->cancellable);
  g_free (source);
}

RuhuPhotoItem *
ruhu_photo_item_new (const char *hash, const char *title, const char *note, const char *record)
{
  RuhuPhotoItem *self = g_new0 (RuhuPhotoItem, 1);

  self->hash = g_strdup (hash);
  self->title = g_strdup (title);
  self->note = g_strdup (note != NULL ? note : "");
  self->record = g_strdup (record);
  return self;
}

void
ruhu_photo_item_free (gpointer data)
{
  RuhuPhotoItem *self = data;

  g_free (self->hash);
  g_free (self->title);
  g_free (self->note);
  g_free (self->record);
  g_free (self);
}

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
map_cb (GtkWidget *button)
{
  const RuhuPhotoItem *item = ruhu_photo_thumbnail_get_item (button);
  Source *source = g_object_steal_data (G_OBJECT (button), "ruhu-source");

  if (source == NULL)
    return;
  ruhu_photo_load_async (source->worker, item->hash, THUMBNAIL, source->cancellable, loaded_cb, g_object_ref (button));
  source_free (source);
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
make_picture (void)
{
  GtkWidget *picture = gtk_picture_new ();

  gtk_widget_set_size_request (picture, WIDTH, HEIGHT);
  gtk_picture_set_can_shrink (GTK_PICTURE (picture), TRUE);
  gtk_widget_add_css_class (picture, "photo");
  return picture;
}

GtkWidget *
ruhu_photo_thumbnail_new (RuhuWorker *worker, GCancellable *cancellable, RuhuPhotoItem *item)
{
  GtkWidget *button = gtk_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  GtkWidget *picture = make_picture ();
  GtkWidget *state = make_label ("", "file-evidence");
  Source *source = g_new0 (Source, 1);

  gtk_box_append (GTK_BOX (box), picture);
  gtk_box_append (GTK_BOX (box), make_label (item->title, NULL));
  gtk_box_append (GTK_BOX (box), state);
  gtk_button_set_child (GTK_BUTTON (button), box);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, *item->note != '\0' ? item->note : NULL);
  g_object_set_data (G_OBJECT (button), "ruhu-item", item);
  g_object_set_data (G_OBJECT (button), "ruhu-picture", picture);
  g_object_set_data (G_OBJECT (button), "ruhu-state", state);
  source->worker = g_object_ref (worker);
  source->cancellable = g_object_ref (cancellable);
  g_object_set_data_full (G_OBJECT (button), "ruhu-source", source, source_free);
  name_thumbnail (button, item, "");
  g_signal_connect (button, "map", G_CALLBACK (map_cb), NULL);
  return button;
}

const RuhuPhotoItem *
ruhu_photo_thumbnail_get_item (GtkWidget *widget)
{
  return g_object_get_data (G_OBJECT (widget), "ruhu-item");
}
