/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-held-page"

#include "config.h"

#include "ruhu-held-page.h"

#include "ruhu-describe.h"
#include "ruhu-held-row.h"
#include "ruhu-window.h"

#include <glib/gi18n.h>

/* Changes shown at once; "show more" adds as many. */
#define STEP 50

struct _RuhuHeldPage
{
  RuhuPage parent_instance;

  /* Template. */
  GtkStack *stack;
  AdwStatusPage *none;
  AdwPreferencesGroup *group;
  GtkWidget *more;

  /* Owned. */
  RuhuWorker *worker;
  GCancellable *cancellable;
  GHashTable *rows; /* key → RuhuHeldRow, borrowed: in the group */

  guint limit;
  gboolean wants_focus; /* the row that had it is about to go */
};

typedef struct
{
  GPtrArray *texts; /* RuhuHeldText */
  gint64 total;
} Listing;

G_DEFINE_FINAL_TYPE (RuhuHeldPage, ruhu_held_page, RUHU_TYPE_PAGE)

static void
listing_free (gpointer data)
{
  Listing *listing = data;

  g_ptr_array_unref (listing->texts);
  g_free (listing);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Listing, listing_free)

static gpointer
read_listing (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) items = ruhu_store_list_quarantine (store, 0, GPOINTER_TO_UINT (data), error);
  gint64 total = 0;
  Listing *listing;

  if (items == NULL || !ruhu_store_count_quarantine (store, &total, error))
    return NULL;
  listing = g_new0 (Listing, 1);
  listing->total = total;
  listing->texts = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_held_text_free);
  for (guint i = 0; i < items->len; i++)
    g_ptr_array_add (listing->texts, ruhu_held_text_new (store, g_ptr_array_index (items, i)));
  return listing;
}

/* Deciding. */

typedef struct
{
  char *device;
  gint64 seq;
  gboolean accept;
  char *reason;
} Decision;

static void
decision_free (gpointer data)
{
  Decision *decision = data;

  g_free (decision->device);
  g_free (decision->reason);
  g_free (decision);
}

static gpointer
decide (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  Decision *decision = data;

  if (!ruhu_store_decide (store, decision->device, decision->seq, decision->accept, *decision->reason != '\0' ? decision->reason : NULL, error))
    return NULL;
  return g_memdup2 (&decision->accept, sizeof decision->accept);
}

static void
decided_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RuhuHeldPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree gboolean *accepted = ruhu_worker_run_finish (RUHU_WORKER (source), result, &error);
  RuhuWindow *window = ruhu_window_of (GTK_WIDGET (self));
  g_autofree char *sentence = NULL;

  if (accepted == NULL)
    sentence = ruhu_describe_error (error);
  else
    sentence = g_strdup (*accepted ? _ ("Accepted. It counts as soon as the township has your decision.") : _ ("Refused. Whoever recorded it is told your reason."));
  if (window != NULL)
    ruhu_window_toast (window, sentence);
  if (self->worker == NULL)
    return;
  self->wants_focus = accepted != NULL;
  ruhu_page_refresh (RUHU_PAGE (self));
}

static void
decide_cb (RuhuHeldPage *self, gboolean accept, const char *reason, RuhuHeldRow *row)
{
  const RuhuHeldText *text = ruhu_held_row_get_text (row);
  Decision *decision = g_new0 (Decision, 1);

  decision->device = g_strdup (text->device);
  decision->seq = text->seq;
  decision->accept = accept;
  decision->reason = g_strdup (reason);
  ruhu_worker_run_async (self->worker, decide, decision, decision_free, g_free, NULL, decided_cb, g_object_ref (self));
}

/* Showing. */

/* Rows of the same change stay, so that a reason that is being typed is not disturbed by what arrives. */
static void
show_rows (RuhuHeldPage *self, Listing *listing)
{
  g_autoptr (GHashTable) old = g_steal_pointer (&self->rows);
  GHashTableIter iter;
  gpointer gone;

  self->rows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < listing->texts->len; i++)
    {
      g_autofree char *key = ruhu_held_text_dup_key (g_ptr_array_index (listing->texts, i));
      GtkWidget *row = g_hash_table_lookup (old, key);

      if (row == NULL)
        {
          row = ruhu_held_row_new (g_steal_pointer (&listing->texts->pdata[i]));
          g_signal_connect_object (row, "decide", G_CALLBACK (decide_cb), self, G_CONNECT_SWAPPED);
          adw_preferences_group_add (self->group, row);
        }
      g_hash_table_remove (old, key);
      g_hash_table_insert (self->rows, g_steal_pointer (&key), row);
    }
  g_hash_table_iter_init (&iter, old);
  while (g_hash_table_iter_next (&iter, NULL, &gone))
    adw_preferences_group_remove (self->group, gone);
}

static void
show_failure (RuhuHeldPage *self, const GError *error)
{
  g_autofree char *sentence = ruhu_describe_error (error);
  g_autofree char *escaped = g_markup_escape_text (sentence, -1);

  adw_status_page_set_description (self->none, escaped);
  gtk_stack_set_visible_child_name (self->stack, "none");
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Listing) listing = ruhu_worker_run_finish (RUHU_WORKER (source), result, &error);
  RuhuHeldPage *self;
  g_autofree char *subtitle = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self = RUHU_HELD_PAGE (user_data);
  if (listing == NULL)
    {
      show_failure (self, error);
      return;
    }
  subtitle = g_strdup_printf (ngettext ("%u to decide", "%u to decide", (gulong) listing->total), (guint) listing->total);
  ruhu_page_set_title (RUHU_PAGE (self), _ ("Held Back"), listing->total > 0 ? subtitle : NULL);
  gtk_widget_set_visible (self->more, listing->total > listing->texts->len);
  gtk_stack_set_visible_child_name (self->stack, listing->texts->len > 0 ? "list" : "none");
  show_rows (self, listing);
  if (self->wants_focus)
    ruhu_page_focus (RUHU_PAGE (self));
  else
    ruhu_page_ready (RUHU_PAGE (self));
  self->wants_focus = FALSE;
}

static void
ruhu_held_page_refresh (RuhuPage *page)
{
  RuhuHeldPage *self = RUHU_HELD_PAGE (page);

  ruhu_worker_run_async (self->worker, read_listing, GUINT_TO_POINTER (self->limit), NULL, listing_free, self->cancellable, read_cb, self);
}

static void
more_cb (RuhuHeldPage *self)
{
  self->limit += STEP;
  ruhu_page_refresh (RUHU_PAGE (self));
}

static void
ruhu_held_page_dispose (GObject *object)
{
  RuhuHeldPage *self = RUHU_HELD_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->worker);
  G_OBJECT_CLASS (ruhu_held_page_parent_class)->dispose (object);
}

static void
ruhu_held_page_finalize (GObject *object)
{
  RuhuHeldPage *self = RUHU_HELD_PAGE (object);

  g_clear_object (&self->cancellable);
  g_hash_table_unref (self->rows);
  G_OBJECT_CLASS (ruhu_held_page_parent_class)->finalize (object);
}

static void
ruhu_held_page_class_init (RuhuHeldPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ruhu_held_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = ruhu_held_page_finalize;
  RUHU_PAGE_CLASS (klass)->refresh = ruhu_held_page_refresh;

  gtk_widget_class_set_template_from_resource (widget_class, "/org/ruhu/Ruhu/ruhu-held-page.ui");
  gtk_widget_class_bind_template_child (widget_class, RuhuHeldPage, group);
  gtk_widget_class_bind_template_child (widget_class, RuhuHeldPage, more);
  gtk_widget_class_bind_template_child (widget_class, RuhuHeldPage, none);
  gtk_widget_class_bind_template_child (widget_class, RuhuHeldPage, stack);
  gtk_widget_class_bind_template_callback (widget_class, more_cb);
}

static void
ruhu_held_page_init (RuhuHeldPage *self)
{
  self->cancellable = g_cancellable_new ();
  self->rows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->limit = STEP;
  gtk_widget_init_template (GTK_WIDGET (self));
  ruhu_page_set_title (RUHU_PAGE (self), _ ("Held Back"), NULL);
}

GtkWidget *
ruhu_held_page_new (RuhuWorker *worker)
{
  RuhuHeldPage *self = g_object_new (RUHU_TYPE_HELD_PAGE, NULL);

  self->worker = g_object_ref (worker);
  ruhu_page_refresh (RUHU_PAGE (self));
  return GTK_WIDGET (self);
}
