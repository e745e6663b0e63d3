/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-conflict-page"

#include "config.h"

#include "ruhu-conflict-page.h"

#include "ruhu-conflict-card.h"
#include "ruhu-describe.h"
#include "ruhu-window.h"

#include <glib/gi18n.h>

/* Conflicts shown at once; "show more" adds as many. */
#define STEP 20

struct _RuhuConflictPage
{
  RuhuPage parent_instance;

  /* Template. */
  GtkStack *stack;
  AdwStatusPage *none;
  GtkBox *box;
  GtkWidget *more;

  /* Owned. */
  RuhuWorker *worker;
  GCancellable *cancellable;
  GHashTable *cards; /* key → RuhuConflictCard, borrowed: in the box */

  guint limit;
  gboolean wants_focus; /* the card that had it is about to go */
};

typedef struct
{
  RuhuCatalogue *catalogue;
  GPtrArray *texts; /* RuhuConflictText */
  gint64 total;
} Listing;

G_DEFINE_FINAL_TYPE (RuhuConflictPage, ruhu_conflict_page, RUHU_TYPE_PAGE)

static void
listing_free (gpointer data)
{
  Listing *listing = data;

  g_ptr_array_unref (listing->texts);
  ruhu_catalogue_unref (listing->catalogue);
  g_free (listing);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Listing, listing_free)

static gpointer
read_listing (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) conflicts = ruhu_store_list_conflicts (store, NULL, 0, GPOINTER_TO_UINT (data), error);
  Listing *listing;
  gint64 total = 0;

  if (conflicts == NULL || !ruhu_store_count_conflicts (store, &total, error))
    return NULL;
  listing = g_new0 (Listing, 1);
  listing->total = total;
  listing->catalogue = ruhu_catalogue_ref (ruhu_store_get_catalogue (store));
  listing->texts = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_conflict_text_free);
  for (guint i = 0; i < conflicts->len; i++)
    g_ptr_array_add (listing->texts, ruhu_conflict_text_new (store, g_ptr_array_index (conflicts, i)));
  return listing;
}

static void
resolved_cb (RuhuConflictPage *self)
{
  RuhuWindow *window = ruhu_window_of (GTK_WIDGET (self));

  if (self->worker == NULL)
    return;
  self->wants_focus = TRUE;
  if (window != NULL)
    ruhu_window_toast (window, _ ("Settled. Everybody sees it after the next synchronisation."));
  ruhu_page_refresh (RUHU_PAGE (self));
}

static void
asked_cb (RuhuConflictPage *self)
{
  RuhuWindow *window = ruhu_window_of (GTK_WIDGET (self));

  if (self->worker == NULL)
    return;
  if (window != NULL)
    ruhu_window_toast (window, _ ("Whoever visits next is asked to find out."));
  ruhu_page_refresh (RUHU_PAGE (self));
}

/* Of what is listed no more, only where something is being written stays. */
static void
drop_unlisted (RuhuConflictPage *self, GHashTable *old)
{
  GHashTableIter iter;
  gpointer key, card;

  g_hash_table_iter_init (&iter, old);
  while (g_hash_table_iter_next (&iter, &key, &card))
    {
      if (!ruhu_conflict_card_is_written (card))
        {
          gtk_box_remove (self->box, card);
          continue;
        }
      ruhu_conflict_card_say_unlisted (card);
      g_hash_table_insert (self->cards, g_strdup (key), card);
    }
}

/* Cards of the same conflict stay, so that what is being written in one is not disturbed by what arrives. */
static void
show_cards (RuhuConflictPage *self, Listing *listing)
{
  g_autoptr (GHashTable) old = g_steal_pointer (&self->cards);

  self->cards = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_ptr_array_set_free_func (listing->texts, NULL);
  for (guint i = 0; i < listing->texts->len; i++)
    {
      RuhuConflictText *text = g_ptr_array_index (listing->texts, i);
      g_autofree char *key = ruhu_conflict_text_dup_key (text);
      GtkWidget *card = g_hash_table_lookup (old, key);

      if (card != NULL)
        {
          ruhu_conflict_card_update (RUHU_CONFLICT_CARD (card), listing->catalogue, text);
          g_hash_table_remove (old, key);
        }
      else
        {
          card = ruhu_conflict_card_new (self->worker, listing->catalogue, text);
          g_signal_connect_object (card, "resolved", G_CALLBACK (resolved_cb), self, G_CONNECT_SWAPPED);
          g_signal_connect_object (card, "asked", G_CALLBACK (asked_cb), self, G_CONNECT_SWAPPED);
          gtk_box_append (self->box, card);
        }
      g_hash_table_insert (self->cards, g_steal_pointer (&key), card);
    }
  drop_unlisted (self, old);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Listing) listing = ruhu_worker_run_finish (RUHU_WORKER (source), result, &error);
  RuhuConflictPage *self;
  g_autofree char *subtitle = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self = RUHU_CONFLICT_PAGE (user_data);
  if (listing == NULL)
    {
      g_autofree char *sentence = ruhu_describe_error (error);
      g_autofree char *escaped = g_markup_escape_text (sentence, -1);

      adw_status_page_set_description (self->none, escaped);
      gtk_stack_set_visible_child_name (self->stack, "none");
      return;
    }
  subtitle = g_strdup_printf (ngettext ("%u to review", "%u to review", (gulong) listing->total), (guint) listing->total);
  ruhu_page_set_title (RUHU_PAGE (self), _ ("Conflicts"), listing->total > 0 ? subtitle : NULL);
  show_cards (self, listing);
  gtk_widget_set_visible (self->more, listing->total > listing->texts->len);
  gtk_stack_set_visible_child_name (self->stack, g_hash_table_size (self->cards) > 0 ? "list" : "none");
  if (self->wants_focus)
    ruhu_page_focus (RUHU_PAGE (self));
  else
    ruhu_page_ready (RUHU_PAGE (self));
  self->wants_focus = FALSE;
}

static void
ruhu_conflict_page_refresh (RuhuPage *page)
{
  RuhuConflictPage *self = RUHU_CONFLICT_PAGE (page);

  ruhu_worker_run_async (self->worker, read_listing, GUINT_TO_POINTER (self->limit), NULL, listing_free, self->cancellable, read_cb, self);
}

static void
more_cb (RuhuConflictPage *self)
{
  self->limit += STEP;
  ruhu_page_refresh (RUHU_PAGE (self));
}

static void
ruhu_conflict_page_dispose (GObject *object)
{
  RuhuConflictPage *self = RUHU_CONFLICT_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->worker);
  G_OBJECT_CLASS (ruhu_conflict_page_parent_class)->dispose (object);
}

static void
ruhu_conflict_page_finalize (GObject *object)
{
  RuhuConflictPage *self = RUHU_CONFLICT_PAGE (object);

  g_clear_object (&self->cancellable);
  g_hash_table_unref (self->cards);
  G_OBJECT_CLASS (ruhu_conflict_page_parent_class)->finalize (object);
}

static void
ruhu_conflict_page_class_init (RuhuConflictPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ruhu_conflict_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = ruhu_conflict_page_finalize;
  RUHU_PAGE_CLASS (klass)->refresh = ruhu_conflict_page_refresh;

  gtk_widget_class_set_template_from_resource (widget_class, "/org/ruhu/Ruhu/ruhu-conflict-page.ui");
  gtk_widget_class_bind_template_child (widget_class, RuhuConflictPage, box);
  gtk_widget_class_bind_template_child (widget_class, RuhuConflictPage, more);
  gtk_widget_class_bind_template_child (widget_class, RuhuConflictPage, none);
  gtk_widget_class_bind_template_child (widget_class, RuhuConflictPage, stack);
  gtk_widget_class_bind_template_callback (widget_class, more_cb);
}

static void
ruhu_conflict_page_init (RuhuConflictPage *self)
{
  self->cancellable = g_cancellable_new ();
  self->cards = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->limit = STEP;
  gtk_widget_init_template (GTK_WIDGET (self));
  ruhu_page_set_title (RUHU_PAGE (self), _ ("Conflicts"), NULL);
}

GtkWidget *
ruhu_conflict_page_new (RuhuWorker *worker)
{
  RuhuConflictPage *self = g_object_new (RUHU_TYPE_CONFLICT_PAGE, NULL);

  self->worker = g_object_ref (worker);
  ruhu_page_refresh (RUHU_PAGE (self));
  return GTK_WIDGET (self);
}
