/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-sync-page"

#include "config.h"

#include "ruhu-sync-page.h"

#include "ruhu-carry-group.h"
#include "ruhu-correction.h"
#include "ruhu-describe.h"
#include "ruhu-notice-group.h"
#include "ruhu-outbox-row.h"
#include "ruhu-record-dialog.h"
#include "ruhu-return-group.h"
#include "ruhu-store-photos.h"
#include "ruhu-window.h"

#include <glib/gi18n.h>

/* Waiting changes listed; the rest is a figure. */
#define MAX_LISTED 100

struct _RuhuSyncPage
{
  RuhuPage parent_instance;

  /* Template. */
  AdwActionRow *state;
  AdwActionRow *error;
  AdwActionRow *success;
  AdwActionRow *next;
  AdwActionRow *township;
  AdwActionRow *user;
  AdwActionRow *token;
  GtkProgressBar *progress;
  RuhuNoticeGroup *notices;
  RuhuReturnGroup *back;
  AdwPreferencesGroup *refused;
  AdwPreferencesGroup *held;
  AdwPreferencesGroup *waiting;
  AdwPreferencesGroup *office;
  AdwActionRow *decide;
  AdwPreferencesGroup *photos;
  AdwActionRow *photos_due;
  AdwActionRow *photos_wanted;

  /* Owned. */
  RuhuWorker *worker;
  GCancellable *cancellable;
  char *fingerprint; /* of what is listed */

  /* Borrowed: in the groups. */
  GPtrArray *refused_rows;
  GPtrArray *held_rows;
  GPtrArray *waiting_rows;
};

typedef struct
{
  GPtrArray *refused; /* RuhuOutboxText */
  GPtrArray *held;    /* at the office, or accepted by it */
  GPtrArray *waiting;
  gint64 n_waiting;
  gint64 n_decide; /* others', for the office */
  RuhuPhotoCounts photos;
  char *fingerprint;
} Outbox;

G_DEFINE_FINAL_TYPE (RuhuSyncPage, ruhu_sync_page, RUHU_TYPE_PAGE)

static void
outbox_free (gpointer data)
{
  Outbox *outbox = data;

  g_ptr_array_unref (outbox->refused);
  g_ptr_array_unref (outbox->held);
  g_ptr_array_unref (outbox->waiting);
  g_free (outbox->fingerprint);
  g_free (outbox);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Outbox, outbox_free)

static void
add_text (Outbox *outbox, GPtrArray *texts, RuhuOutboxText *text)
{
  g_autofree char *before = g_steal_pointer (&outbox->fingerprint);

  g_ptr_array_add (texts, text);
  outbox->fingerprint = g_strdup_printf ("%s%" G_GINT64_FORMAT " %s %s;", before, text->seq, text->title, text->reason != NULL ? text->reason : "");
}

static void
describe_items (RuhuStore *store, Outbox *outbox, GPtrArray *waiting, GPtrArray *reviews)
{
  for (guint i = 0; i < waiting->len; i++)
    add_text (outbox, outbox->waiting, ruhu_outbox_text_new (store, g_ptr_array_index (waiting, i)));
  for (guint i = 0; i < reviews->len; i++)
    {
      const RuhuReview *review = g_ptr_array_index (reviews, i);

      add_text (outbox, review->state == RUHU_REVIEW_REFUSED ? outbox->refused : outbox->held, ruhu_outbox_text_new_review (store, review));
    }
}

static gboolean
read_figures (RuhuStore *store, Outbox *outbox, GError **error)
{
  g_autoptr (RuhuPhotoStore) photos = ruhu_photo_store_new (ruhu_database_get_path (ruhu_store_get_database (store)));
  g_autofree char *before = NULL;
  gint64 n_refused;

  if (!ruhu_store_count_outbox (store, &outbox->n_waiting, &n_refused, error) || !ruhu_store_count_photos (store, photos, &outbox->photos, error))
    return FALSE;
  if (ruhu_store_get_role (store) == RUHU_ROLE_OFFICE && !ruhu_store_count_quarantine (store, &outbox->n_decide, error))
    return FALSE;
  before = g_steal_pointer (&outbox->fingerprint);
  outbox->fingerprint = g_strdup_printf ("%s|%" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT, before, outbox->n_waiting, outbox->n_decide,
                                         outbox->photos.due, outbox->photos.wanted);
  return TRUE;
}

static gpointer
read_outbox (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) waiting = ruhu_store_list_outbox (store, MAX_LISTED, error);
  g_autoptr (GPtrArray) reviews = waiting != NULL ? ruhu_store_list_reviews (store, error) : NULL;
  g_autoptr (Outbox) outbox = NULL;

  if (reviews == NULL)
    return NULL;
  outbox = g_new0 (Outbox, 1);
  outbox->waiting = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_outbox_text_free);
  outbox->refused = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_outbox_text_free);
  outbox->held = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_outbox_text_free);
  outbox->fingerprint = g_strdup ("");
  describe_items (store, outbox, waiting, reviews);
  return read_figures (store, outbox, error) ? g_steal_pointer (&outbox) : NULL;
}

/* Discarding, with a way back, and sending again. */

typedef enum
{
  DISCARD,
  RECALL,
  RESEND,
} Deed;

typedef struct
{
  RuhuSyncPage *self; /* owned */
  Deed deed;
  gint64 seq;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  g_object_unref (job->self);
  g_free (job);
}

static gpointer
run_job (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  Job *job = data;
  gboolean done;

  if (job->deed == RESEND)
    done = ruhu_store_resend (store, job->seq, NULL, error);
  else if (job->deed == RECALL)
    done = ruhu_store_recall_review (store, job->seq, error);
  else
    done = ruhu_store_discard_review (store, job->seq, error);
  return done ? g_memdup2 (&job->seq, sizeof job->seq) : NULL;
}

static void start_job (RuhuSyncPage *self, Deed deed, gint64 seq, GAsyncReadyCallback callback);

static void
done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RuhuSyncPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree gint64 *seq = ruhu_worker_run_finish (RUHU_WORKER (source), result, &error);
  RuhuWindow *window = ruhu_window_of (GTK_WIDGET (self));
  g_autofree char *sentence = NULL;

  if (seq == NULL)
    sentence = ruhu_describe_error (error);
  if (window != NULL && sentence != NULL)
    ruhu_window_toast (window, sentence);
  if (self->worker != NULL)
    ruhu_page_refresh (RUHU_PAGE (self));
}

typedef struct
{
  GWeakRef page;
  gint64 seq;
} Undo;

static void
undo_free (gpointer data, GClosure *closure)
{
  Undo *undo = data;

  g_weak_ref_clear (&undo->page);
  g_free (undo);
}

static void
undo_cb (Undo *undo)
{
  g_autoptr (RuhuSyncPage) self = g_weak_ref_get (&undo->page);

  if (self != NULL && self->worker != NULL)
    start_job (self, RECALL, undo->seq, done_cb);
}

static void
discarded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RuhuSyncPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree gint64 *seq = ruhu_worker_run_finish (RUHU_WORKER (source), result, &error);
  RuhuWindow *window = ruhu_window_of (GTK_WIDGET (self));
  AdwToast *toast;
  Undo *undo;

  if (seq == NULL || window == NULL)
    {
      g_autofree char *sentence = error != NULL ? ruhu_describe_error (error) : NULL;

      if (window != NULL && sentence != NULL)
        ruhu_window_toast (window, sentence);
      return;
    }
  undo = g_new0 (Undo, 1);
  g_weak_ref_init (&undo->page, self);
  undo->seq = *seq;
  toast = adw_toast_new (_ ("Put aside."));
  adw_toast_set_button_label (toast, _ ("_Undo"));
  g_signal_connect_data (toast, "button-clicked", G_CALLBACK (undo_cb), undo, undo_free, G_CONNECT_SWAPPED);
  ruhu_window_add_toast (window, toast);
  if (self->worker != NULL)
    ruhu_page_refresh (RUHU_PAGE (self));
}

static void
start_job (RuhuSyncPage *self, Deed deed, gint64 seq, GAsyncReadyCallback callback)
{
  Job *job = g_new0 (Job, 1);

  job->self = g_object_ref (self);
  job->deed = deed;
  job->seq = seq;
  ruhu_worker_run_async (self->worker, run_job, job, job_free, g_free, NULL, callback, g_object_ref (self));
}

static void
discard_cb (RuhuSyncPage *self, gint64 seq)
{
  start_job (self, DISCARD, seq, discarded_cb);
}

static void
resend_cb (RuhuSyncPage *self, gint64 seq)
{
  start_job (self, RESEND, seq, done_cb);
}

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RuhuSyncPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuCorrection) correction = ruhu_worker_run_finish (RUHU_WORKER (source), result, &error);
  RuhuWindow *window = ruhu_window_of (GTK_WIDGET (self));
  g_autofree char *sentence = correction == NULL ? ruhu_describe_error (error) : NULL;

  /* Where the page has gone meanwhile, a visit waits among the drafts, and a record where it was. */
  if (window == NULL || self->worker == NULL)
    return;
  if (sentence != NULL)
    ruhu_window_toast (window, sentence);
  else if (correction->draft != NULL)
    ruhu_window_open_visit (window, correction->scope, correction->draft);
  else
    ruhu_record_dialog_present_correction (GTK_WINDOW (window), self->worker, g_steal_pointer (&correction));
  ruhu_page_refresh (RUHU_PAGE (self));
}

static void
correct_cb (RuhuSyncPage *self, gint64 seq)
{
  ruhu_worker_run_async (self->worker, ruhu_correction_begin, g_memdup2 (&seq, sizeof seq), g_free, (GDestroyNotify) ruhu_correction_free, NULL, opened_cb, g_object_ref (self));
}

static void
open_cb (RuhuSyncPage *self, const char *household)
{
  RuhuWindow *window = ruhu_window_of (GTK_WIDGET (self));

  if (window != NULL)
    ruhu_window_show_household (window, household);
}

/* Showing. */

static void
fill_group (RuhuSyncPage *self, AdwPreferencesGroup *group, GPtrArray *rows, GPtrArray *texts)
{
  for (guint i = 0; i < rows->len; i++)
    adw_preferences_group_remove (group, g_ptr_array_index (rows, i));
  g_ptr_array_set_size (rows, 0);
  g_ptr_array_set_free_func (texts, NULL);
  for (guint i = 0; i < texts->len; i++)
    {
      GtkWidget *row = ruhu_outbox_row_new (g_ptr_array_index (texts, i));

      g_signal_connect_object (row, "open", G_CALLBACK (open_cb), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (row, "discard", G_CALLBACK (discard_cb), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (row, "resend", G_CALLBACK (resend_cb), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (row, "correct", G_CALLBACK (correct_cb), self, G_CONNECT_SWAPPED);
      adw_preferences_group_add (group, row);
      g_ptr_array_add (rows, row);
    }
}

/* @text: NULL: nothing to say. */
static void
show_row (AdwActionRow *row, const char *text)
{
  gtk_widget_set_visible (GTK_WIDGET (row), text != NULL);
  if (text != NULL)
    adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), text);
}

static void
show_photos (RuhuSyncPage *self, const RuhuPhotoCounts *photos)
{
  g_autofree char *due = NULL;
  g_autofree char *wanted = NULL;

  if (photos->due > 0)
    due = g_strdup_printf (ngettext ("%u photo waits to be sent.", "%u photos wait to be sent.", (gulong) photos->due), (guint) photos->due);
  if (photos->wanted > 0)
    wanted = g_strdup_printf (ngettext ("%u photo has not arrived yet.", "%u photos have not arrived yet.", (gulong) photos->wanted), (guint) photos->wanted);
  gtk_widget_set_visible (GTK_WIDGET (self->photos), due != NULL || wanted != NULL);
  show_row (self->photos_due, due);
  show_row (self->photos_wanted, wanted);
}

static void
show_office (RuhuSyncPage *self, gint64 n)
{
  g_autofree char *text = g_strdup_printf (ngettext ("%u held-back change to decide", "%u held-back changes to decide", (gulong) n), (guint) n);

  gtk_widget_set_visible (GTK_WIDGET (self->office), n > 0);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->decide), text);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Outbox) outbox = ruhu_worker_run_finish (RUHU_WORKER (source), result, &error);
  RuhuSyncPage *self;
  g_autofree char *text = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self = RUHU_SYNC_PAGE (user_data);
  if (outbox == NULL)
    {
      text = ruhu_describe_error (error);
      adw_preferences_group_set_description (self->waiting, text);
      return;
    }
  if (g_strcmp0 (outbox->fingerprint, self->fingerprint) == 0)
    return;
  g_free (self->fingerprint);
  self->fingerprint = g_strdup (outbox->fingerprint);
  show_photos (self, &outbox->photos);
  show_office (self, outbox->n_decide);
  if (outbox->n_waiting == 0)
    text = g_strdup (_ ("Everything recorded here is at the township."));
  else
    text = g_strdup_printf (ngettext ("%u change, kept on this laptop until the township confirms it.", "%u changes, kept on this laptop until the township confirms them.", (gulong) outbox->n_waiting), (guint) outbox->n_waiting);
  adw_preferences_group_set_description (self->waiting, text);
  gtk_widget_set_visible (GTK_WIDGET (self->refused), outbox->refused->len > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->held), outbox->held->len > 0);
  fill_group (self, self->refused, self->refused_rows, outbox->refused);
  fill_group (self, self->held, self->held_rows, outbox->held);
  fill_group (self, self->waiting, self->waiting_rows, outbox->waiting);
}

static void
show_time (AdwActionRow *row, gint64 seconds, const char *never)
{
  g_autofree char *text = seconds > 0 ? ruhu_describe_time (seconds) : g_strdup (never);

  adw_action_row_set_subtitle (row, text);
}

static const char *
describe_token (const char *store)
{
  if (g_str_equal (store, "keyring"))
    return _ ("The keyring");
  if (g_str_equal (store, "file"))
    return _ ("A file that only you can read (no keyring was found)");
  return store;
}

static void
update_state (RuhuSyncPage *self)
{
  RuhuApplication *app = RUHU_APPLICATION (g_application_get_default ());
  RuhuSyncProxy *sync = ruhu_application_get_sync (app);
  RuhuStatus *status = ruhu_application_get_status (app);
  double progress = ruhu_sync_proxy_get_progress (sync);
  const char *error = ruhu_sync_proxy_get_last_error (sync);
  const char *token = ruhu_sync_proxy_get_token_store (sync);

  adw_action_row_set_subtitle (self->state, ruhu_sync_proxy_describe (sync));
  gtk_widget_set_visible (GTK_WIDGET (self->progress), progress >= 0);
  gtk_progress_bar_set_fraction (self->progress, CLAMP (progress, 0, 1));
  ruhu_notice_group_set_alarm (self->notices, ruhu_notice_is_alarm (ruhu_sync_proxy_get_last_error_name (sync)));
  ruhu_return_group_set_error_name (self->back, ruhu_sync_proxy_get_last_error_name (sync));
  adw_action_row_set_subtitle (self->error, error);
  gtk_widget_set_visible (GTK_WIDGET (self->error), *error != '\0');
  show_time (self->success, ruhu_sync_proxy_get_last_success (sync), _ ("Not yet"));
  show_time (self->next, ruhu_sync_proxy_get_next_attempt (sync), "");
  gtk_widget_set_visible (GTK_WIDGET (self->next), ruhu_sync_proxy_get_next_attempt (sync) > 0);
  adw_action_row_set_subtitle (self->township, ruhu_status_get_township (status));
  adw_action_row_set_subtitle (self->user, ruhu_status_get_user_name (status));
  adw_action_row_set_subtitle (self->token, describe_token (token));
  gtk_widget_set_visible (GTK_WIDGET (self->token), *token != '\0');
}

static void
ruhu_sync_page_refresh (RuhuPage *page)
{
  RuhuSyncPage *self = RUHU_SYNC_PAGE (page);

  ruhu_notice_group_refresh (self->notices);
  ruhu_worker_run_async (self->worker, read_outbox, NULL, NULL, outbox_free, self->cancellable, read_cb, self);
}

static void
ruhu_sync_page_dispose (GObject *object)
{
  RuhuSyncPage *self = RUHU_SYNC_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->worker);
  G_OBJECT_CLASS (ruhu_sync_page_parent_class)->dispose (object);
}

static void
ruhu_sync_page_finalize (GObject *object)
{
  RuhuSyncPage *self = RUHU_SYNC_PAGE (object);

  g_clear_object (&self->cancellable);
  g_free (self->fingerprint);
  g_ptr_array_unref (self->refused_rows);
  g_ptr_array_unref (self->held_rows);
  g_ptr_array_unref (self->waiting_rows);
  G_OBJECT_CLASS (ruhu_sync_page_parent_class)->finalize (object);
}

static void
ruhu_sync_page_class_init (RuhuSyncPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ruhu_sync_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = ruhu_sync_page_finalize;
  RUHU_PAGE_CLASS (klass)->refresh = ruhu_sync_page_refresh;

  g_type_ensure (RUHU_TYPE_CARRY_GROUP);
  g_type_ensure (RUHU_TYPE_NOTICE_GROUP);
  g_type_ensure (RUHU_TYPE_RETURN_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/ruhu/Ruhu/ruhu-sync-page.ui");
  gtk_widget_class_bind_template_child (widget_class, RuhuSyncPage, back);
  gtk_widget_class_bind_template_child (widget_class, RuhuSyncPage, error);
  gtk_widget_class_bind_template_child (widget_class, RuhuSyncPage, held);
  gtk_widget_class_bind_template_child (widget_class, RuhuSyncPage, office);
  gtk_widget_class_bind_template_child (widget_class, RuhuSyncPage, decide);
  gtk_widget_class_bind_template_child (widget_class, RuhuSyncPage, photos);
  gtk_widget_class_bind_template_child (widget_class, RuhuSyncPage, photos_due);
  gtk_widget_class_bind_template_child (widget_class, RuhuSyncPage, photos_wanted);
  gtk_widget_class_bind_template_child (widget_class, RuhuSyncPage, next);
  gtk_widget_class_bind_template_child (widget_class, RuhuSyncPage, notices);
  gtk_widget_class_bind_template_child (widget_class, RuhuSyncPage, progress);
  gtk_widget_class_bind_template_child (widget_class, RuhuSyncPage, refused);
  gtk_widget_class_bind_template_child (widget_class, RuhuSyncPage, state);
  gtk_widget_class_bind_template_child (widget_class, RuhuSyncPage, success);
  gtk_widget_class_bind_template_child (widget_class, RuhuSyncPage, token);
  gtk_widget_class_bind_template_child (widget_class, RuhuSyncPage, township);
  gtk_widget_class_bind_template_child (widget_class, RuhuSyncPage, user);
  gtk_widget_class_bind_template_child (widget_class, RuhuSyncPage, waiting);
}

static void
ruhu_sync_page_init (RuhuSyncPage *self)
{
  RuhuApplication *app = (RuhuApplication *) g_application_get_default ();

  self->cancellable = g_cancellable_new ();
  self->refused_rows = g_ptr_array_new ();
  self->held_rows = g_ptr_array_new ();
  self->waiting_rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  ruhu_page_set_title (RUHU_PAGE (self), _ ("Synchronisation"), NULL);
  if (app == NULL)
    return;
  g_signal_connect_object (ruhu_application_get_sync (app), "updated", G_CALLBACK (update_state), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (ruhu_application_get_status (app), "updated", G_CALLBACK (update_state), self, G_CONNECT_SWAPPED);
  update_state (self);
}

GtkWidget *
ruhu_sync_page_new (RuhuWorker *worker)
{
  RuhuSyncPage *self = g_object_new (RUHU_TYPE_SYNC_PAGE, NULL);

  self->worker = g_object_ref (worker);
  ruhu_notice_group_start (self->notices, worker);
  ruhu_page_refresh (RUHU_PAGE (self));
  return GTK_WIDGET (self);
}
