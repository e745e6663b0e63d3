/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-notice-group"

#include "config.h"

#include "ruhu-notice-group.h"

#include "ruhu-describe.h"
#include "ruhu-window.h"

#include <glib/gi18n.h>

struct _RuhuNoticeGroup
{
  AdwPreferencesGroup parent_instance;

  /* Owned. */
  RuhuWorker *worker;
  GCancellable *cancellable;
  char *fingerprint; /* of what is shown */

  /* Borrowed: in the group. */
  GtkWidget *alarm; /* or NULL */
  GPtrArray *rows;
};

typedef struct
{
  GPtrArray *notices; /* RuhuNotice */
  gint64 witnesses;
  char *fingerprint;
} Listing;

G_DEFINE_FINAL_TYPE (RuhuNoticeGroup, ruhu_notice_group, ADW_TYPE_PREFERENCES_GROUP)

static void
listing_free (gpointer data)
{
  Listing *listing = data;

  g_clear_pointer (&listing->notices, g_ptr_array_unref);
  g_free (listing->fingerprint);
  g_free (listing);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Listing, listing_free)

static gpointer
read_notices (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr (Listing) listing = g_new0 (Listing, 1);
  g_autoptr (GString) fingerprint = g_string_new (NULL);

  listing->notices = ruhu_store_list_notices (store, error);
  if (listing->notices == NULL || !ruhu_store_count_witness (store, &listing->witnesses, error))
    return NULL;
  for (guint i = 0; i < listing->notices->len; i++)
    g_string_append_printf (fingerprint, "%" G_GINT64_FORMAT " ", ((RuhuNotice *) listing->notices->pdata[i])->n);
  g_string_append_printf (fingerprint, "%" G_GINT64_FORMAT, listing->witnesses);
  listing->fingerprint = g_strdup (fingerprint->str);
  return g_steal_pointer (&listing);
}

const char *
ruhu_notice_describe_kind (const char *kind)
{
  if (g_strcmp0 (kind, "restored") == 0)
    return _ ("The township was restored from a backup");
  if (g_strcmp0 (kind, "reused") == 0)
    return _ ("This laptop was put back from an older copy");
  if (g_strcmp0 (kind, "rebuilt") == 0)
    return _ ("The database of this laptop was made anew");
  if (g_strcmp0 (kind, "photo") == 0)
    return _ ("A photo was damaged");
  if (g_strcmp0 (kind, "clock") == 0)
    return _ ("The clock of this laptop was wrong");
  return _ ("Something happened to the data");
}

gboolean
ruhu_notice_is_alarm (const char *error_name)
{
  return g_strcmp0 (error_name, "rewritten") == 0;
}

/* Putting aside, with a way back. */

typedef struct
{
  gint64 n;
  gboolean recall;
} Deed;

typedef struct
{
  GWeakRef group;
  gint64 n;
} Undo;

static gpointer
settle (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  Deed *deed = data;
  gboolean done = deed->recall ? ruhu_store_recall_notice (store, deed->n, error) : ruhu_store_settle_notice (store, deed->n, error);

  return done ? g_memdup2 (deed, sizeof *deed) : NULL;
}

static void start_deed (RuhuNoticeGroup *self, gint64 n, gboolean recall);

static void
undo_free (gpointer data, GClosure *closure)
{
  Undo *undo = data;

  g_weak_ref_clear (&undo->group);
  g_free (undo);
}

static void
undo_cb (Undo *undo)
{
  g_autoptr (RuhuNoticeGroup) self = g_weak_ref_get (&undo->group);

  if (self != NULL && self->worker != NULL)
    start_deed (self, undo->n, TRUE);
}

static void
offer_undo (RuhuNoticeGroup *self, RuhuWindow *window, gint64 n)
{
  AdwToast *toast = adw_toast_new (_ ("Put aside."));
  Undo *undo = g_new0 (Undo, 1);

  g_weak_ref_init (&undo->group, self);
  undo->n = n;
  adw_toast_set_button_label (toast, _ ("_Undo"));
  g_signal_connect_data (toast, "button-clicked", G_CALLBACK (undo_cb), undo, undo_free, G_CONNECT_SWAPPED);
  ruhu_window_add_toast (window, toast);
}

static void
settled_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RuhuNoticeGroup) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree Deed *deed = ruhu_worker_run_finish (RUHU_WORKER (source), result, &error);
  RuhuWindow *window = ruhu_window_of (GTK_WIDGET (self));

  if (window != NULL && deed != NULL && !deed->recall)
    offer_undo (self, window, deed->n);
  if (window != NULL && deed == NULL)
    {
      g_autofree char *sentence = ruhu_describe_error (error);

      ruhu_window_toast (window, sentence);
    }
  ruhu_notice_group_refresh (self);
}

static void
start_deed (RuhuNoticeGroup *self, gint64 n, gboolean recall)
{
  Deed *deed = g_new0 (Deed, 1);

  deed->n = n;
  deed->recall = recall;
  ruhu_worker_run_async (self->worker, settle, deed, g_free, g_free, NULL, settled_cb, g_object_ref (self));
}

static void
dismiss_cb (RuhuNoticeGroup *self, GtkWidget *button)
{
  gint64 *n = g_object_get_data (G_OBJECT (button), "ruhu-notice");

  start_deed (self, *n, FALSE);
}

/* Showing. */

static GtkWidget *
make_row (const char *title, const char *text)
{
  GtkWidget *row = adw_action_row_new ();

  g_object_set (row, "use-markup", FALSE, "title", title, "subtitle", text, "title-lines", 0, "subtitle-lines", 0, NULL);
  return row;
}

GtkWidget *
ruhu_notice_alarm_new (void)
{
  GtkWidget *row = make_row (_ ("The township’s history was changed afterwards"),
                             _ ("What the township says now is not what this laptop saw before, so nothing is taken from it. All that is recorded here is kept, and you can go on recording. "
                                "Tell the township office at once. This stays here until it is over."));

  adw_action_row_add_prefix (ADW_ACTION_ROW (row), gtk_image_new_from_icon_name ("dialog-warning-symbolic"));
  gtk_widget_add_css_class (row, "urgent");
  return row;
}

static void
update_visible (RuhuNoticeGroup *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self), self->alarm != NULL || self->rows->len > 0);
}

static void
add_row (RuhuNoticeGroup *self, GtkWidget *row)
{
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), row);
  g_ptr_array_add (self->rows, row);
}

static void
add_notice (RuhuNoticeGroup *self, const RuhuNotice *notice)
{
  const char *title = ruhu_notice_describe_kind (notice->kind);
  g_autofree char *when = ruhu_describe_stamp (notice->time);
  g_autofree char *text = g_strdup_printf ("%s\n%s", when, notice->text);
  g_autofree char *name = g_strdup_printf (_ ("%s: %s"), _ ("Put Aside"), title);
  GtkWidget *row = make_row (title, text);
  GtkWidget *button = gtk_button_new_with_label (_ ("Put Aside"));

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_object_set_data_full (G_OBJECT (button), "ruhu-notice", g_memdup2 (&notice->n, sizeof notice->n), g_free);
  g_signal_connect_object (button, "clicked", G_CALLBACK (dismiss_cb), self, G_CONNECT_SWAPPED);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  add_row (self, row);
}

static void
show_listing (RuhuNoticeGroup *self, const Listing *listing)
{
  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (ADW_PREFERENCES_GROUP (self), self->rows->pdata[i]);
  g_ptr_array_set_size (self->rows, 0);
  for (guint i = 0; i < listing->notices->len; i++)
    add_notice (self, listing->notices->pdata[i]);
  if (listing->witnesses > 0)
    {
      g_autofree char *title = g_strdup_printf (ngettext ("%u change of others is kept here for the township", "%u changes of others are kept here for the township", (gulong) listing->witnesses),
                                                (guint) listing->witnesses);

      add_row (self, make_row (title, _ ("The township lost them when it was restored. They stay here until it has them again. Nothing needs doing.")));
    }
  update_visible (self);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Listing) listing = ruhu_worker_run_finish (RUHU_WORKER (source), result, &error);
  RuhuNoticeGroup *self;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self = RUHU_NOTICE_GROUP (user_data);
  if (listing == NULL)
    {
      g_warning ("Cannot read the notices: %s", error->message);
      return;
    }
  if (g_strcmp0 (listing->fingerprint, self->fingerprint) == 0)
    return;
  g_free (self->fingerprint);
  self->fingerprint = g_strdup (listing->fingerprint);
  show_listing (self, listing);
}

static void
ruhu_notice_group_dispose (GObject *object)
{
  RuhuNoticeGroup *self = RUHU_NOTICE_GROUP (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->worker);
  G_OBJECT_CLASS (ruhu_notice_group_parent_class)->dispose (object);
}

static void
ruhu_notice_group_finalize (GObject *object)
{
  RuhuNoticeGroup *self = RUHU_NOTICE_GROUP (object);

  g_clear_object (&self->cancellable);
  g_free (self->fingerprint);
  g_ptr_array_unref (self->rows);
  G_OBJECT_CLASS (ruhu_notice_group_parent_class)->finalize (object);
}

static void
ruhu_notice_group_class_init (RuhuNoticeGroupClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ruhu_notice_group_dispose;
  G_OBJECT_CLASS (klass)->finalize = ruhu_notice_group_finalize;
}

static void
ruhu_notice_group_init (RuhuNoticeGroup *self)
{
  self->cancellable = g_cancellable_new ();
  self->rows = g_ptr_array_new ();
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self), _ ("What You Should Know"));
  update_visible (self);
}

void
ruhu_notice_group_start (RuhuNoticeGroup *self, RuhuWorker *worker)
{
  g_return_if_fail (RUHU_IS_NOTICE_GROUP (self) && self->worker == NULL);

  self->worker = g_object_ref (worker);
  ruhu_notice_group_refresh (self);
}

void
ruhu_notice_group_refresh (RuhuNoticeGroup *self)
{
  g_return_if_fail (RUHU_IS_NOTICE_GROUP (self));

  if (self->worker != NULL)
    ruhu_worker_run_async (self->worker, read_notices, NULL, NULL, listing_free, self->cancellable, read_cb, self);
}

void
ruhu_notice_group_set_alarm (RuhuNoticeGroup *self, gboolean alarm)
{
  g_return_if_fail (RUHU_IS_NOTICE_GROUP (self));

  if (alarm == (self->alarm != NULL))
    return;
  if (alarm)
    {
      self->alarm = ruhu_notice_alarm_new ();
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), self->alarm);
    }
  else
    adw_preferences_group_remove (ADW_PREFERENCES_GROUP (self), g_steal_pointer (&self->alarm));
  update_visible (self);
}
