/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-photo-strip"

#include "config.h"

#include "ruhu-photo-strip.h"

#include "ruhu-describe.h"
#include "ruhu-error.h"
#include "ruhu-image.h"
#include "ruhu-photo-dialog.h"
#include "ruhu-photo-jobs.h"
#include "ruhu-photo-window.h"
#include "ruhu-wrap-layout.h"

#include <glib/gi18n.h>

/* Shown before "show all". */
#define FEW 12
/* In ms: what takes longer is said to be under way. */
#define PATIENCE 1000
/* Instead of a photo's number. */
#define NO_FOCUS  -1
#define FOCUS_ADD -2

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
  GBytes *prepared; /* not asked about yet: it is on no page just now */
  GBytes *cleaned;  /* while it is asked about */
  GPtrArray *queue; /* GFile and GdkTexture that came and are not all dealt with */
  char *subject;    /* what one is expected to show; NULL: nothing in particular */
  char *refusal;    /* why the first of them was not taken */

  int focus; /* the number of the photo that had the keyboard, or as above */
  guint shown;
  guint place; /* in the queue: so many were begun */
  guint n_refused;
  guint patience;
};

enum
{
  SIGNAL_ADDED,
  SIGNAL_REMOVED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RuhuPhotoStrip, ruhu_photo_strip, ADW_TYPE_BIN)

static void
say (RuhuPhotoStrip *self, const char *sentence)
{
  gtk_label_set_label (self->notice, sentence);
  gtk_widget_set_visible (GTK_WIDGET (self->notice), *sentence != '\0');
}

/* Showing. */

static void
open_cb (RuhuPhotoStrip *self, GtkWidget *button)
{
  guint number = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "ruhu-number"));

  ruhu_photo_window_present (GTK_WIDGET (self), self->worker, self->items, number);
}

/* The photo that has the keyboard. */
static gboolean
delete_cb (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (widget));
  const RuhuPhotoItem *item = focus != NULL ? ruhu_photo_thumbnail_get_item (focus) : NULL;
  g_autofree char *record = item != NULL ? g_strdup (item->record) : NULL;

  if (record == NULL)
    return FALSE;
  g_signal_emit (widget, signals[SIGNAL_REMOVED], 0, record);
  return TRUE;
}

static GtkWidget *
make_thumbnail (RuhuPhotoStrip *self, guint number)
{
  GtkWidget *button = ruhu_photo_thumbnail_new (self->worker, self->cancellable, g_ptr_array_index (self->items, number));

  g_object_set_data (G_OBJECT (button), "ruhu-number", GUINT_TO_POINTER (number));
  /* What the button points to lives as long as the button. */
  g_object_set_data_full (G_OBJECT (button), "ruhu-items", g_ptr_array_ref (self->items), (GDestroyNotify) g_ptr_array_unref);
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
ruhu_photo_strip_note_focus (RuhuPhotoStrip *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  gboolean is_here = focus != NULL && gtk_widget_get_parent (focus) == GTK_WIDGET (self->box);

  self->focus = !is_here ? NO_FOCUS : focus == self->add ? FOCUS_ADD
                                                         : GPOINTER_TO_INT (g_object_get_data (G_OBJECT (focus), "ruhu-number"));
}

/* On the photo that it was on, or on the next one where that is gone. */
static void
restore_focus (RuhuPhotoStrip *self)
{
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self->box));
  int number = MIN (self->focus, (int) self->shown - 1);

  while (child != NULL && number >= 0 && (child == self->add || GPOINTER_TO_INT (g_object_get_data (G_OBJECT (child), "ruhu-number")) != number))
    child = gtk_widget_get_next_sibling (child);
  if (self->focus != NO_FOCUS)
    gtk_widget_child_focus (child != NULL && number >= 0 ? child : self->add != NULL ? self->add
                                                                                     : GTK_WIDGET (self),
                            GTK_DIR_TAB_FORWARD);
  self->focus = NO_FOCUS;
}

void
ruhu_photo_strip_show (RuhuPhotoStrip *self, GPtrArray *items)
{
  g_return_if_fail (RUHU_IS_PHOTO_STRIP (self));

  if (gtk_widget_get_root (GTK_WIDGET (self)) != NULL)
    ruhu_photo_strip_note_focus (self);
  drop_thumbnails (self);
  g_ptr_array_ref (items);
  g_clear_pointer (&self->items, g_ptr_array_unref);
  self->items = items;
  self->shown = 0;
  show_more (self, items->len <= FEW + 1 ? items->len : FEW);
  if (gtk_widget_get_root (GTK_WIDGET (self)) != NULL)
    restore_focus (self);
}

/* Adding: one after the other, however many come at once. */

static void
next (RuhuPhotoStrip *self);

static void
end_patience (RuhuPhotoStrip *self)
{
  g_clear_handle_id (&self->patience, g_source_remove);
}

static void
refuse (RuhuPhotoStrip *self, const GError *error)
{
  if (self->n_refused++ == 0)
    {
      g_free (self->refusal);
      self->refusal = ruhu_describe_error (error);
    }
}

static void
kept_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GtkWidget) dialog = data;
  RuhuPhotoStrip *self = g_object_get_data (G_OBJECT (dialog), "ruhu-strip");
  g_autoptr (GError) error = NULL;
  g_autofree char *hash = ruhu_worker_run_finish (RUHU_WORKER (source), result, &error);
  const char *subject = ruhu_photo_dialog_get_subject (RUHU_PHOTO_DIALOG (dialog));

  if (hash == NULL)
    refuse (self, error);
  else if (subject != NULL)
    g_signal_emit (self, signals[SIGNAL_ADDED], 0, hash, subject, ruhu_photo_dialog_get_note (RUHU_PHOTO_DIALOG (dialog)));
  next (self);
}

static void
response_cb (RuhuPhotoStrip *self, const char *response, GtkWidget *dialog)
{
  g_autoptr (GBytes) cleaned = g_steal_pointer (&self->cleaned);

  if (g_str_equal (response, "add") && cleaned != NULL)
    ruhu_photo_keep_async (self->worker, cleaned, NULL, kept_cb, g_object_ref (dialog));
  else
    next (self);
}

/* NULL when there is nothing to ask with. */
static GtkWidget *
make_dialog (RuhuPhotoStrip *self, GBytes *cleaned, GError **error)
{
  g_autoptr (RuhuCatalogue) catalogue = ruhu_worker_dup_catalogue (self->worker);
  g_autoptr (GdkPixbuf) preview = ruhu_image_decode (cleaned, 480, error);

  if (preview == NULL)
    return NULL;
  if (catalogue == NULL)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("What is on this laptop cannot be opened just now. The picture is still where it came from: add it again later."));
      return NULL;
    }
  return ruhu_photo_dialog_new (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), catalogue, preview);
}

static gboolean
ask (RuhuPhotoStrip *self, GBytes *cleaned, GError **error)
{
  GtkWidget *dialog = make_dialog (self, cleaned, error);

  if (dialog == NULL)
    return FALSE;
  if (self->subject != NULL)
    ruhu_photo_dialog_set_subject (RUHU_PHOTO_DIALOG (dialog), self->subject);
  if (self->queue->len > 1)
    ruhu_photo_dialog_set_place (RUHU_PHOTO_DIALOG (dialog), self->place, self->queue->len);
  g_clear_pointer (&self->cleaned, g_bytes_unref);
  self->cleaned = g_bytes_ref (cleaned);
  g_object_set_data_full (G_OBJECT (dialog), "ruhu-strip", g_object_ref (self), g_object_unref);
  g_signal_connect_object (dialog, "response", G_CALLBACK (response_cb), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
  return TRUE;
}

static void
cleaned_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (RuhuPhotoStrip) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) cleaned = ruhu_image_clean_finish (result, &error);

  end_patience (self);
  if (self->worker == NULL)
    return;
  say (self, "");
  /* Its owner is putting it elsewhere on the page: there it is asked about. */
  if (cleaned != NULL && gtk_widget_get_root (GTK_WIDGET (self)) == NULL)
    {
      self->prepared = g_steal_pointer (&cleaned);
      return;
    }
  if (cleaned == NULL || !ask (self, cleaned, &error))
    {
      refuse (self, error);
      next (self);
    }
}

static gboolean
rooted_cb (gpointer data)
{
  RuhuPhotoStrip *self = data;
  g_autoptr (GBytes) prepared = gtk_widget_get_root (GTK_WIDGET (self)) != NULL ? g_steal_pointer (&self->prepared) : NULL;
  g_autoptr (GError) error = NULL;

  if (gtk_widget_get_root (GTK_WIDGET (self)) != NULL)
    restore_focus (self);
  if (prepared != NULL && !ask (self, prepared, &error))
    {
      refuse (self, error);
      next (self);
    }
  return G_SOURCE_REMOVE;
}

static void
ruhu_photo_strip_root (GtkWidget *widget)
{
  RuhuPhotoStrip *self = RUHU_PHOTO_STRIP (widget);

  GTK_WIDGET_CLASS (ruhu_photo_strip_parent_class)->root (widget);
  if (self->prepared != NULL || self->focus != NO_FOCUS)
    g_idle_add_full (G_PRIORITY_DEFAULT, rooted_cb, g_object_ref (self), g_object_unref);
}

static gboolean
patience_cb (gpointer data)
{
  RuhuPhotoStrip *self = data;
  g_autofree char *sentence = self->queue->len > 1 ? g_strdup_printf (_ ("Preparing photo %u of %u…"), self->place, self->queue->len) : g_strdup (_ ("Preparing the photo…"));

  self->patience = 0;
  say (self, sentence);
  return G_SOURCE_REMOVE;
}

/* What became of all of them, in one sentence. */
static void
sum_up (RuhuPhotoStrip *self)
{
  g_autofree char *sentence = NULL;

  if (self->queue->len > 1 && self->n_refused > 0)
    sentence = g_strdup_printf (ngettext ("%u of %u photos was not taken: %s", "%u of %u photos were not taken: %s", self->n_refused), self->n_refused, self->queue->len, self->refusal);
  say (self, sentence != NULL ? sentence : self->n_refused > 0 ? self->refusal
                                                               : "");
  g_ptr_array_set_size (self->queue, 0);
  self->place = 0;
  self->n_refused = 0;
}

static void
clean_texture (RuhuPhotoStrip *self, GdkTexture *texture)
{
  g_autoptr (GdkPixbuf) pixbuf = NULL;
  g_autoptr (GError) error = NULL;

  if ((gint64) gdk_texture_get_width (texture) * gdk_texture_get_height (texture) > RUHU_IMAGE_MAX_PIXELS)
    {
      g_set_error_literal (&error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("This picture is larger than 64 megapixels. Take it again with a smaller setting of the camera."));
      end_patience (self);
      refuse (self, error);
      next (self);
      return;
    }
  pixbuf = gdk_pixbuf_get_from_texture (texture);
  ruhu_image_clean_async (pixbuf, GDK_TYPE_PIXBUF, self->cancellable, cleaned_cb, g_object_ref (self));
}

static void
next (RuhuPhotoStrip *self)
{
  gpointer source;

  if (self->place == self->queue->len)
    {
      sum_up (self);
      return;
    }
  source = self->queue->pdata[self->place++];
  self->patience = g_timeout_add (PATIENCE, patience_cb, self);
  if (GDK_IS_TEXTURE (source))
    clean_texture (self, source);
  else
    ruhu_image_clean_async (source, G_TYPE_FILE, self->cancellable, cleaned_cb, g_object_ref (self));
}

/* Once all that were dropped together are known. */
static gboolean
begin_cb (gpointer data)
{
  next (data);
  return G_SOURCE_REMOVE;
}

/* A GFile or GdkTexture. */
static void
add_source (RuhuPhotoStrip *self, gpointer source)
{
  gboolean idle = self->queue->len == 0;

  g_ptr_array_add (self->queue, g_object_ref (source));
  if (idle)
    g_idle_add_full (G_PRIORITY_DEFAULT, begin_cb, g_object_ref (self), g_object_unref);
}

void
ruhu_photo_strip_add_file (RuhuPhotoStrip *self, GFile *file)
{
  g_return_if_fail (RUHU_IS_PHOTO_STRIP (self));

  add_source (self, file);
}

static void
pasted_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (RuhuPhotoStrip) self = data;
  g_autoptr (GdkTexture) texture = gdk_clipboard_read_texture_finish (GDK_CLIPBOARD (source), result, NULL);

  if (texture != NULL)
    add_source (self, texture);
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
    for (GSList *file = g_value_get_boxed (value); file != NULL; file = file->next)
      add_source (self, file->data);
  else if (G_VALUE_HOLDS (value, GDK_TYPE_TEXTURE))
    add_source (self, g_value_get_object (value));
  else
    return FALSE;
  return TRUE;
}

static void
chosen_cb (RuhuPhotoStrip *self, int response)
{
  g_autoptr (GListModel) files = gtk_file_chooser_get_files (GTK_FILE_CHOOSER (self->chooser));

  for (guint i = 0; response == GTK_RESPONSE_ACCEPT && i < g_list_model_get_n_items (files); i++)
    {
      g_autoptr (GFile) file = g_list_model_get_item (files, i);

      add_source (self, file);
    }
  g_clear_object (&self->chooser);
}

void
ruhu_photo_strip_choose (RuhuPhotoStrip *self)
{
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  g_return_if_fail (RUHU_IS_PHOTO_STRIP (self));

  if (self->chooser != NULL)
    return;
  gtk_file_filter_set_name (filter, _ ("Photos"));
  gtk_file_filter_add_pixbuf_formats (filter);
  self->chooser = gtk_file_chooser_native_new (_ ("Add Photos"), GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Add"), _ ("_Cancel"));
  gtk_file_chooser_set_select_multiple (GTK_FILE_CHOOSER (self->chooser), TRUE);
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
  g_signal_connect_object (self->add, "clicked", G_CALLBACK (ruhu_photo_strip_choose), self, G_CONNECT_SWAPPED);
  gtk_box_append (self->box, self->add);
}

static void
ruhu_photo_strip_dispose (GObject *object)
{
  RuhuPhotoStrip *self = RUHU_PHOTO_STRIP (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->chooser);
  g_clear_object (&self->worker);
  g_clear_pointer (&self->prepared, g_bytes_unref);
  g_clear_pointer (&self->cleaned, g_bytes_unref);
  g_clear_handle_id (&self->patience, g_source_remove);
  G_OBJECT_CLASS (ruhu_photo_strip_parent_class)->dispose (object);
}

static void
ruhu_photo_strip_finalize (GObject *object)
{
  RuhuPhotoStrip *self = RUHU_PHOTO_STRIP (object);

  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->items, g_ptr_array_unref);
  g_ptr_array_unref (self->queue);
  g_free (self->refusal);
  g_free (self->subject);
  G_OBJECT_CLASS (ruhu_photo_strip_parent_class)->finalize (object);
}

static void
ruhu_photo_strip_class_init (RuhuPhotoStripClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ruhu_photo_strip_dispose;
  G_OBJECT_CLASS (klass)->finalize = ruhu_photo_strip_finalize;

  signals[SIGNAL_ADDED] = g_signal_new ("added", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING);
  signals[SIGNAL_REMOVED] = g_signal_new ("removed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  widget_class->root = ruhu_photo_strip_root;
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Delete, 0, delete_cb, NULL);
  gtk_widget_class_install_action (widget_class, "photo.paste", NULL, paste_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_v, GDK_CONTROL_MASK, "photo.paste", NULL);
}

static void
ruhu_photo_strip_init (RuhuPhotoStrip *self)
{
  GtkWidget *outer = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  self->focus = NO_FOCUS;
  self->cancellable = g_cancellable_new ();
  self->items = g_ptr_array_new_with_free_func (ruhu_photo_item_free);
  self->queue = g_ptr_array_new_with_free_func (g_object_unref);
  self->box = GTK_BOX (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0));
  gtk_widget_set_layout_manager (GTK_WIDGET (self->box), g_object_new (RUHU_TYPE_WRAP_LAYOUT, NULL));
  self->notice = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_wrap (self->notice, TRUE);
  gtk_label_set_wrap_mode (self->notice, PANGO_WRAP_WORD_CHAR);
  gtk_label_set_max_width_chars (self->notice, 60);
  gtk_widget_add_css_class (GTK_WIDGET (self->notice), "dim-label");
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

void
ruhu_photo_strip_set_subject (RuhuPhotoStrip *self, const char *code)
{
  g_return_if_fail (RUHU_IS_PHOTO_STRIP (self));
  g_free (self->subject);
  self->subject = g_strdup (code);
}

GtkWidget *
ruhu_photo_strip_find_busy (GtkWidget *root)
{
  GtkWidget *found = RUHU_IS_PHOTO_STRIP (root) && RUHU_PHOTO_STRIP (root)->queue->len > 0 ? root : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL && found == NULL; child = gtk_widget_get_next_sibling (child))
    found = ruhu_photo_strip_find_busy (child);
  return found;
}
