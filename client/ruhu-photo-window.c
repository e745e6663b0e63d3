/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-photo-window"

#include "config.h"

#include "ruhu-photo-window.h"

#include "ruhu-describe.h"
#include "ruhu-image.h"
#include "ruhu-photo-jobs.h"

#include <glib/gi18n.h>

struct _RuhuPhotoWindow
{
  AdwWindow parent_instance;

  /* Template. */
  AdwWindowTitle *heading;
  GtkPicture *picture;
  GtkLabel *state;
  GtkWidget *remove;

  /* Owned. */
  RuhuWorker *worker;
  GPtrArray *items;
  GCancellable *cancellable; /* of the photo being read */
  GtkWidget *strip;          /* weak */

  guint number;
};

G_DEFINE_FINAL_TYPE (RuhuPhotoWindow, ruhu_photo_window, ADW_TYPE_WINDOW)

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (RuhuPhotoWindow) self = data;
  g_autoptr (GError) error = NULL;
  RuhuPhotoStatus status;
  g_autoptr (GdkPixbuf) pixbuf = ruhu_photo_load_finish (result, &status, &error);
  g_autoptr (GdkTexture) texture = pixbuf != NULL ? gdk_texture_new_for_pixbuf (pixbuf) : NULL;
  g_autofree char *sentence = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  sentence = error != NULL ? ruhu_describe_error (error) : ruhu_photo_describe (&status);
  gtk_picture_set_paintable (self->picture, GDK_PAINTABLE (texture));
  gtk_label_set_label (self->state, sentence);
}

static void
show_photo (RuhuPhotoWindow *self)
{
  const RuhuPhotoItem *item = g_ptr_array_index (self->items, self->number);
  g_autofree char *count = g_strdup_printf (_ ("Photo %u of %u"), self->number + 1, self->items->len);
  g_autofree char *subtitle = *item->note != '\0' ? g_strdup_printf ("%s · %s", item->note, count) : g_strdup (count);
  g_autofree char *spoken = g_strdup_printf ("%s, %s", item->title, subtitle);

  g_cancellable_cancel (self->cancellable);
  g_set_object (&self->cancellable, NULL);
  self->cancellable = g_cancellable_new ();
  adw_window_title_set_title (self->heading, item->title);
  adw_window_title_set_subtitle (self->heading, subtitle);
  gtk_window_set_title (GTK_WINDOW (self), item->title);
  gtk_picture_set_paintable (self->picture, NULL);
  gtk_picture_set_alternative_text (self->picture, spoken);
  gtk_label_set_label (self->state, "");
  gtk_widget_set_visible (self->remove, item->record != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "photo.remove", item->record != NULL);
  ruhu_photo_load_async (self->worker, item->hash, RUHU_IMAGE_MAX_SIDE, self->cancellable, loaded_cb, g_object_ref (self));
}

static void
step_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RuhuPhotoWindow *self = RUHU_PHOTO_WINDOW (widget);
  guint n = self->items->len;

  self->number = (self->number + n + (guint) g_variant_get_int32 (parameter)) % n;
  show_photo (self);
}

static void
remove_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RuhuPhotoWindow *self = RUHU_PHOTO_WINDOW (widget);
  const RuhuPhotoItem *item = g_ptr_array_index (self->items, self->number);

  if (self->strip != NULL)
    g_signal_emit_by_name (self->strip, "removed", item->record);
  gtk_window_close (GTK_WINDOW (self));
}

static void
close_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  gtk_window_close (GTK_WINDOW (widget));
}

static void
ruhu_photo_window_dispose (GObject *object)
{
  RuhuPhotoWindow *self = RUHU_PHOTO_WINDOW (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->worker);
  g_clear_weak_pointer (&self->strip);
  g_clear_pointer (&self->items, g_ptr_array_unref);
  G_OBJECT_CLASS (ruhu_photo_window_parent_class)->dispose (object);
}

static void
ruhu_photo_window_class_init (RuhuPhotoWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ruhu_photo_window_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/ruhu/Ruhu/ruhu-photo-window.ui");
  gtk_widget_class_bind_template_child (widget_class, RuhuPhotoWindow, heading);
  gtk_widget_class_bind_template_child (widget_class, RuhuPhotoWindow, picture);
  gtk_widget_class_bind_template_child (widget_class, RuhuPhotoWindow, state);
  gtk_widget_class_bind_template_child (widget_class, RuhuPhotoWindow, remove);
  gtk_widget_class_install_action (widget_class, "photo.step", "i", step_action);
  gtk_widget_class_install_action (widget_class, "photo.remove", NULL, remove_action);
  gtk_widget_class_install_action (widget_class, "photo.close", NULL, close_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Delete, 0, "photo.remove", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Left, 0, "photo.step", "i", -1);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Right, 0, "photo.step", "i", 1);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "photo.close", NULL);
}

static void
ruhu_photo_window_init (RuhuPhotoWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
ruhu_photo_window_present (GtkWidget *strip, RuhuWorker *worker, GPtrArray *items, guint number)
{
  RuhuPhotoWindow *self = g_object_new (RUHU_TYPE_PHOTO_WINDOW, "transient-for", gtk_widget_get_root (strip), NULL);

  self->worker = g_object_ref (worker);
  self->items = g_ptr_array_ref (items);
  self->number = number;
  g_set_weak_pointer (&self->strip, strip);
  show_photo (self);
  gtk_window_present (GTK_WINDOW (self));
  gtk_widget_grab_focus (GTK_WIDGET (self->picture));
}
