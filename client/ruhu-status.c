/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-status"

#include "config.h"

#include "ruhu-status.h"

#include "ruhu-describe.h"
#include "ruhu-store-review.h"

/* How soon a file that could not be read is tried again. */
#define RETRY_SECONDS 5

typedef struct
{
  gboolean enrolled;
  gint64 waiting, refused, to_decide, conflicts, households;
  char *township;
  char *user_name;
  RuhuRole role;
  GPtrArray *drafts;       /* RuhuDraft */
  GHashTable *draft_names; /* draft id → name */
} Figures;

struct _RuhuStatus
{
  GObject parent_instance;

  /* Owned. */
  RuhuWorker *worker;
  RuhuSyncProxy *sync;
  GCancellable *cancellable;
  Figures *figures;

  gboolean reading;
  gboolean stale;
  guint retry_id;
};

enum
{
  SIGNAL_UPDATED,
  SIGNAL_DATA_CHANGED,
  SIGNAL_FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RuhuStatus, ruhu_status, G_TYPE_OBJECT)

static void
figures_free (gpointer data)
{
  Figures *figures = data;

  g_free (figures->township);
  g_free (figures->user_name);
  g_clear_pointer (&figures->drafts, g_ptr_array_unref);
  g_clear_pointer (&figures->draft_names, g_hash_table_unref);
  g_free (figures);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Figures, figures_free)

static gboolean
read_drafts (RuhuStore *store, Figures *figures, GError **error)
{
  figures->draft_names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  figures->drafts = ruhu_store_list_drafts (store, NULL, error);
  if (figures->drafts == NULL)
    return FALSE;
  for (guint i = 0; i < figures->drafts->len; i++)
    {
      RuhuDraft *draft = g_ptr_array_index (figures->drafts, i);
      g_autoptr (RuhuHouseholdRow) row = ruhu_store_get_household_row (store, draft->scope, NULL);

      g_hash_table_insert (figures->draft_names, g_strdup (draft->id), g_strdup (row != NULL ? row->head_name : ""));
    }
  return TRUE;
}

static gboolean
read_identity (RuhuStore *store, Figures *figures, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *device = ruhu_store_get_meta (store, "device", &local);
  g_autofree char *user = NULL;

  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  figures->enrolled = device != NULL;
  figures->township = ruhu_store_get_meta (store, "township_name", NULL);
  user = ruhu_store_get_meta (store, "user", NULL);
  if (user != NULL)
    figures->user_name = ruhu_describe_title (store, "helper", user);
  figures->role = ruhu_store_get_role (store);
  return TRUE;
}

static gpointer
read_figures (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr (Figures) figures = g_new0 (Figures, 1);

  if (!read_identity (store, figures, error) ||
      !ruhu_store_count_outbox (store, &figures->waiting, &figures->refused, error) ||
      (figures->role == RUHU_ROLE_OFFICE && !ruhu_store_count_quarantine (store, &figures->to_decide, error)) ||
      !ruhu_store_count_conflicts (store, &figures->conflicts, error) ||
      !ruhu_store_count_households (store, NULL, NULL, &figures->households, error) ||
      !read_drafts (store, figures, error))
    return NULL;
  return g_steal_pointer (&figures);
}

static void refresh (RuhuStatus *self);

static gboolean
retry_cb (gpointer data)
{
  RuhuStatus *self = data;

  self->retry_id = 0;
  refresh (self);
  return G_SOURCE_REMOVE;
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  Figures *figures = ruhu_worker_run_finish (RUHU_WORKER (source), result, &error);
  g_autoptr (RuhuStatus) self = NULL;
  gint64 waited;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self = g_object_ref (RUHU_STATUS (user_data));
  self->reading = FALSE;
  if (figures == NULL)
    {
      g_autofree char *sentence = ruhu_describe_error (error);

      g_warning ("Cannot read the state of the file: %s", error->message);
      g_signal_emit (self, signals[SIGNAL_FAILED], 0, sentence);
      if (self->retry_id == 0)
        self->retry_id = g_timeout_add_seconds (RETRY_SECONDS, retry_cb, self);
      return;
    }
  waited = self->figures != NULL ? self->figures->waiting : 0;
  g_clear_pointer (&self->figures, figures_free);
  self->figures = figures;
  if (figures->waiting > waited)
    ruhu_sync_proxy_nudge (self->sync);
  g_signal_emit (self, signals[SIGNAL_UPDATED], 0);
  if (self->stale)
    refresh (self);
}

/* One reading at a time; what changes during it is read after it. */
static void
refresh (RuhuStatus *self)
{
  self->stale = self->reading;
  if (self->reading)
    return;
  self->reading = TRUE;
  ruhu_worker_run_async (self->worker, read_figures, NULL, NULL, figures_free, self->cancellable, read_cb, self);
}

static void
changed_cb (RuhuStatus *self)
{
  refresh (self);
  g_signal_emit (self, signals[SIGNAL_DATA_CHANGED], 0);
}

static void
ruhu_status_dispose (GObject *object)
{
  RuhuStatus *self = RUHU_STATUS (object);

  g_clear_handle_id (&self->retry_id, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->worker);
  g_clear_object (&self->sync);
  G_OBJECT_CLASS (ruhu_status_parent_class)->dispose (object);
}

static void
ruhu_status_finalize (GObject *object)
{
  RuhuStatus *self = RUHU_STATUS (object);

  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->figures, figures_free);
  G_OBJECT_CLASS (ruhu_status_parent_class)->finalize (object);
}

static void
ruhu_status_class_init (RuhuStatusClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  object_class->dispose = ruhu_status_dispose;
  object_class->finalize = ruhu_status_finalize;

  signals[SIGNAL_UPDATED] = g_signal_new ("updated", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_DATA_CHANGED] = g_signal_new ("data-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_FAILED] = g_signal_new ("failed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
ruhu_status_init (RuhuStatus *self)
{
  self->cancellable = g_cancellable_new ();
}

RuhuStatus *
ruhu_status_new (RuhuWorker *worker, RuhuSyncProxy *sync)
{
  RuhuStatus *self = g_object_new (RUHU_TYPE_STATUS, NULL);

  self->worker = g_object_ref (worker);
  self->sync = g_object_ref (sync);
  g_signal_connect_object (worker, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (sync, "data-changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  refresh (self);
  return self;
}

gboolean
ruhu_status_is_ready (RuhuStatus *self)
{
  return self->figures != NULL;
}

gboolean
ruhu_status_is_enrolled (RuhuStatus *self)
{
  return self->figures != NULL && self->figures->enrolled;
}

gint64
ruhu_status_get_waiting (RuhuStatus *self)
{
  return self->figures != NULL ? self->figures->waiting : 0;
}

gint64
ruhu_status_get_refused (RuhuStatus *self)
{
  return self->figures != NULL ? self->figures->refused : 0;
}

gint64
ruhu_status_get_to_decide (RuhuStatus *self)
{
  return self->figures != NULL ? self->figures->to_decide : 0;
}

gint64
ruhu_status_get_conflicts (RuhuStatus *self)
{
  return self->figures != NULL ? self->figures->conflicts : 0;
}

gint64
ruhu_status_get_households (RuhuStatus *self)
{
  return self->figures != NULL ? self->figures->households : 0;
}

const char *
ruhu_status_get_township (RuhuStatus *self)
{
  return self->figures != NULL && self->figures->township != NULL ? self->figures->township : "";
}

const char *
ruhu_status_get_user_name (RuhuStatus *self)
{
  return self->figures != NULL && self->figures->user_name != NULL ? self->figures->user_name : "";
}

RuhuRole
ruhu_status_get_role (RuhuStatus *self)
{
  return self->figures != NULL ? self->figures->role : 0;
}

GPtrArray *
ruhu_status_get_drafts (RuhuStatus *self)
{
  return self->figures != NULL ? self->figures->drafts : NULL;
}

const char *
ruhu_status_get_draft_name (RuhuStatus *self, const char *draft)
{
  const char *name = self->figures != NULL ? g_hash_table_lookup (self->figures->draft_names, draft) : NULL;

  return name != NULL ? name : "";
}
