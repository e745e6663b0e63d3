/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-history-page"

#include "config.h"

#include "ruhu-history-page.h"

#include "ruhu-amendment.h"
#include "ruhu-describe.h"
#include "ruhu-version-row.h"
#include "ruhu-window.h"

#include <glib/gi18n.h>

struct _RuhuHistoryPage
{
  RuhuPage parent_instance;

  /* Template. */
  AdwPreferencesGroup *group;

  /* Owned. */
  RuhuWorker *worker;
  GCancellable *cancellable;
  char *type;
  char *record;
  char *field;
  char *title;

  GPtrArray *rows; /* borrowed: in the group */
};

typedef struct
{
  char *type;
  char *record;
  char *field;
} Place;

typedef struct
{
  char *label;
  GPtrArray *versions;   /* RuhuVersionText */
  GPtrArray *amendments; /* RuhuAmendmentText */
} History;

G_DEFINE_FINAL_TYPE (RuhuHistoryPage, ruhu_history_page, RUHU_TYPE_PAGE)

static void
place_free (gpointer data)
{
  Place *place = data;

  g_free (place->type);
  g_free (place->record);
  g_free (place->field);
  g_free (place);
}

static void
history_free (gpointer data)
{
  History *history = data;

  g_free (history->label);
  g_ptr_array_unref (history->versions);
  g_ptr_array_unref (history->amendments);
  g_free (history);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (History, history_free)

static gpointer
read_history (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  Place *place = data;
  RuhuRecordType *type = ruhu_catalogue_get_record (ruhu_store_get_catalogue (store), place->type);
  RuhuField *field = type != NULL ? ruhu_record_type_get_field (type, place->field) : NULL;
  g_autofree char *path = g_strjoin ("/", place->type, place->record, place->field, NULL);
  g_autoptr (GPtrArray) versions = ruhu_store_get_history (store, place->type, place->record, place->field, error);
  g_autoptr (GPtrArray) amendments = versions != NULL ? ruhu_store_list_amendments (store, path, error) : NULL;
  History *history;

  if (amendments == NULL)
    return NULL;
  history = g_new0 (History, 1);
  history->label = g_strdup (ruhu_describe_field (type, place->field));
  history->versions = g_ptr_array_new_with_free_func ((GDestroyNotify) ruhu_version_text_free);
  for (guint i = 0; i < versions->len; i++)
    g_ptr_array_add (history->versions, ruhu_version_text_new (store, field, g_ptr_array_index (versions, i), TRUE));
  history->amendments = g_steal_pointer (&amendments);
  return history;
}

static void
add_row (RuhuHistoryPage *self, GtkWidget *row)
{
  adw_preferences_group_add (self->group, row);
  g_ptr_array_add (self->rows, row);
}

static void
show (RuhuHistoryPage *self, History *history)
{
  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (self->group, g_ptr_array_index (self->rows, i));
  g_ptr_array_set_size (self->rows, 0);
  ruhu_page_set_title (RUHU_PAGE (self), history->label, self->title);
  adw_preferences_group_set_title (self->group, _ ("Who Wrote What, and When"));
  adw_preferences_group_set_description (self->group, history->versions->len > 0 ? _ ("Newest first.") : _ ("Nobody has written this yet."));
  for (guint i = 0; i < history->amendments->len; i++)
    add_row (self, ruhu_amendment_row_new (g_ptr_array_index (history->amendments, i)));
  for (guint i = 0; i < history->versions->len; i++)
    add_row (self, ruhu_version_row_new (g_ptr_array_index (history->versions, i), NULL));
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (History) history = ruhu_worker_run_finish (RUHU_WORKER (source), result, &error);
  RuhuHistoryPage *self;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self = RUHU_HISTORY_PAGE (user_data);
  if (history != NULL)
    {
      show (self, history);
      ruhu_page_ready (RUHU_PAGE (self));
    }
  else
    {
      g_autofree char *sentence = ruhu_describe_error (error);

      adw_preferences_group_set_description (self->group, sentence);
    }
}

static void
ruhu_history_page_refresh (RuhuPage *page)
{
  RuhuHistoryPage *self = RUHU_HISTORY_PAGE (page);
  Place *place = g_new0 (Place, 1);

  place->type = g_strdup (self->type);
  place->record = g_strdup (self->record);
  place->field = g_strdup (self->field);
  ruhu_worker_run_async (self->worker, read_history, place, place_free, history_free, self->cancellable, read_cb, self);
}

static void
ruhu_history_page_dispose (GObject *object)
{
  RuhuHistoryPage *self = RUHU_HISTORY_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->worker);
  G_OBJECT_CLASS (ruhu_history_page_parent_class)->dispose (object);
}

static void
ruhu_history_page_finalize (GObject *object)
{
  RuhuHistoryPage *self = RUHU_HISTORY_PAGE (object);

  g_clear_object (&self->cancellable);
  g_free (self->type);
  g_free (self->record);
  g_free (self->field);
  g_free (self->title);
  g_ptr_array_unref (self->rows);
  G_OBJECT_CLASS (ruhu_history_page_parent_class)->finalize (object);
}

static void
ruhu_history_page_class_init (RuhuHistoryPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ruhu_history_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = ruhu_history_page_finalize;
  RUHU_PAGE_CLASS (klass)->refresh = ruhu_history_page_refresh;

  gtk_widget_class_set_template_from_resource (widget_class, "/org/ruhu/Ruhu/ruhu-history-page.ui");
  gtk_widget_class_bind_template_child (widget_class, RuhuHistoryPage, group);
}

static void
ruhu_history_page_init (RuhuHistoryPage *self)
{
  self->cancellable = g_cancellable_new ();
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
ruhu_history_page_new (RuhuWorker *worker, const char *type, const char *record, const char *field, const char *title)
{
  RuhuHistoryPage *self = g_object_new (RUHU_TYPE_HISTORY_PAGE, NULL);

  self->worker = g_object_ref (worker);
  self->type = g_strdup (type);
  self->record = g_strdup (record);
  self->field = g_strdup (field);
  self->title = g_strdup (title);
  ruhu_page_refresh (RUHU_PAGE (self));
  return GTK_WIDGET (self);
}
