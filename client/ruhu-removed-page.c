/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-removed-page"

#include "config.h"

#include "ruhu-removed-page.h"

#include "ruhu-describe.h"
#include "ruhu-file-actions.h"
#include "ruhu-file-writer.h"
#include "ruhu-history-page.h"
#include "ruhu-store-removed.h"
#include "ruhu-window.h"

#include <glib/gi18n.h>
#include <string.h>

struct _RuhuRemovedPage
{
  RuhuPage parent_instance;

  /* Template. */
  AdwToastOverlay *toasts;
  AdwPreferencesGroup *group;

  /* Owned. */
  RuhuWorker *worker;
  RuhuFileWriter *writer;
  GCancellable *cancellable;
  char *household;
  GPtrArray *rows; /* borrowed elements: in the group */

  gint64 seen; /* of what is shown */
};

/* A record in words; made in the worker's thread. */
typedef struct
{
  char *type;
  char *record;
  char *kind;
  char *title;
  char *origin;
  GPtrArray *lines; /* char *: label and value in turn */
  gboolean may_return;
} Entry;

typedef struct
{
  GPtrArray *entries; /* Entry */
  gint64 seen;
} Reading;

G_DEFINE_FINAL_TYPE (RuhuRemovedPage, ruhu_removed_page, RUHU_TYPE_PAGE)

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_free (entry->type);
  g_free (entry->record);
  g_free (entry->kind);
  g_free (entry->title);
  g_free (entry->origin);
  g_ptr_array_unref (entry->lines);
  g_free (entry);
}

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  g_ptr_array_unref (reading->entries);
  g_free (reading);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Reading, reading_free)

/* The first that somebody wrote of it in words, else its amount; NULL where it has neither. */
static char *
dup_words (RuhuStore *store, const RuhuRemoved *removed, RuhuField *title)
{
  const RuhuFieldType types[] = { RUHU_TYPE_TEXT, RUHU_TYPE_MONEY };

  for (gsize n = 0; n < G_N_ELEMENTS (types); n++)
    for (guint i = 0; i < removed->type->fields->len; i++)
      {
        RuhuField *field = g_ptr_array_index (removed->type->fields, i);
        json_object *value = json_object_object_get (removed->record->fields, field->name);

        if (field->type == types[n] && field != title && value != NULL)
          return ruhu_describe_masked (store, field, value);
      }
  return NULL;
}

/* As its type says, and by what tells it from another of its kind; "" where it has neither. */
static char *
dup_title (RuhuStore *store, const RuhuRemoved *removed)
{
  RuhuField *bare = ruhu_describe_bare_field (removed->type, removed->type->title);
  g_autofree char *words = bare == NULL || bare->type != RUHU_TYPE_TEXT ? dup_words (store, removed, bare) : NULL;
  g_autofree char *title = NULL;

  if (bare != NULL)
    title = ruhu_describe_masked (store, bare, json_object_object_get (removed->record->fields, bare->name));
  else
    title = ruhu_store_dup_title (store, removed->type->name, removed->record->id);
  if (*title == '\0' || g_str_equal (title, removed->record->id))
    return words != NULL ? g_steal_pointer (&words) : g_strdup ("");
  return words != NULL && strstr (title, words) == NULL ? g_strdup_printf ("%s · %s", title, words) : g_steal_pointer (&title);
}

static Entry *
describe (RuhuStore *store, const RuhuRemoved *removed)
{
  Entry *entry = g_new0 (Entry, 1);
  const RuhuVersion *version = removed->version;

  entry->type = g_strdup (removed->type->name);
  entry->record = g_strdup (removed->record->id);
  entry->kind = g_strdup (ruhu_label_get (&removed->type->label));
  entry->title = dup_title (store, removed);
  entry->origin = ruhu_describe_origin (version->by_name, version->time, version->visit, version->visit_date);
  entry->may_return = removed->may_return;
  entry->lines = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < removed->type->fields->len; i++)
    {
      RuhuField *field = g_ptr_array_index (removed->type->fields, i);
      json_object *value = json_object_object_get (removed->record->fields, field->name);

      if (value == NULL || field->calculate != NULL)
        continue;
      g_ptr_array_add (entry->lines, g_strdup (ruhu_label_get (&field->label)));
      g_ptr_array_add (entry->lines, ruhu_describe_masked (store, field, value));
    }
  return entry;
}

static gpointer
read_removed (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr (Reading) reading = g_new0 (Reading, 1);
  g_autoptr (GPtrArray) removed = NULL;

  reading->entries = g_ptr_array_new_with_free_func (entry_free);
  if (!ruhu_store_get_seen (store, &reading->seen, error))
    return NULL;
  removed = ruhu_store_list_removed (store, data, error);
  if (removed == NULL)
    return NULL;
  for (guint i = 0; i < removed->len; i++)
    g_ptr_array_add (reading->entries, describe (store, removed->pdata[i]));
  return g_steal_pointer (&reading);
}

static void
return_cb (RuhuRemovedPage *self, GtkWidget *button)
{
  const Entry *entry = g_object_get_data (G_OBJECT (button), "ruhu-entry");

  ruhu_file_writer_write (self->writer, self->household, NULL, self->seen, ruhu_file_actions_make_removal (entry->type, entry->record, FALSE));
}

static void
history_cb (RuhuRemovedPage *self, GtkWidget *row)
{
  RuhuWindow *window = ruhu_window_of (GTK_WIDGET (self));
  const Entry *entry = g_object_get_data (G_OBJECT (row), "ruhu-entry");

  if (window != NULL)
    ruhu_window_push (window, ruhu_history_page_new (self->worker, entry->type, entry->record, "deleted", entry->title));
}

static GtkWidget *
make_return_button (RuhuRemovedPage *self, Entry *entry)
{
  GtkWidget *button = gtk_button_new_with_label (_ ("Bring Back"));
  g_autofree char *name = g_strdup_printf (_ ("%s: %s"), _ ("Bring Back"), *entry->title != '\0' ? entry->title : entry->kind);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_object_set_data (G_OBJECT (button), "ruhu-entry", entry);
  g_signal_connect_object (button, "clicked", G_CALLBACK (return_cb), self, G_CONNECT_SWAPPED);
  return button;
}

static void
add_lines (RuhuRemovedPage *self, GtkWidget *row, Entry *entry)
{
  GtkWidget *history = g_object_new (ADW_TYPE_ACTION_ROW, "title", _ ("Who removed it, and who brought it back"), "activatable", TRUE, NULL);

  for (guint i = 0; i + 1 < entry->lines->len; i += 2)
    adw_expander_row_add_row (ADW_EXPANDER_ROW (row),
                              g_object_new (ADW_TYPE_ACTION_ROW, "use-markup", FALSE, "title", entry->lines->pdata[i], "subtitle", entry->lines->pdata[i + 1], "subtitle-lines", 0, NULL));
  adw_action_row_add_suffix (ADW_ACTION_ROW (history), gtk_image_new_from_icon_name ("go-next-symbolic"));
  g_object_set_data (G_OBJECT (history), "ruhu-entry", entry);
  g_signal_connect_object (history, "activated", G_CALLBACK (history_cb), self, G_CONNECT_SWAPPED);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (row), history);
}

/* Takes @entry: its row keeps it. */
static GtkWidget *
make_row (RuhuRemovedPage *self, Entry *entry)
{
  const char *title = *entry->title != '\0' ? entry->title : entry->kind;
  g_autofree char *subtitle = g_strdup_printf (_ ("%s · removed by %s"), entry->kind, entry->origin);
  g_autofree char *spoken = g_strdup_printf ("%s, %s", title, subtitle);
  GtkWidget *row = g_object_new (ADW_TYPE_EXPANDER_ROW, "use-markup", FALSE, "title", title, "subtitle", subtitle, NULL);

  g_object_set_data_full (G_OBJECT (row), "ruhu-entry", entry, entry_free);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  if (entry->may_return)
    adw_expander_row_add_action (ADW_EXPANDER_ROW (row), make_return_button (self, entry));
  add_lines (self, row, entry);
  return row;
}

/* The row that has the keyboard, or -1. */
static int
find_focus (RuhuRemovedPage *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  for (guint i = 0; focus != NULL && i < self->rows->len; i++)
    if (gtk_widget_is_ancestor (focus, self->rows->pdata[i]))
      return (int) i;
  return -1;
}

static void
show (RuhuRemovedPage *self, Reading *reading)
{
  int focus = find_focus (self);

  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (self->group, self->rows->pdata[i]);
  g_ptr_array_set_size (self->rows, 0);
  self->seen = reading->seen;
  adw_preferences_group_set_description (self->group, reading->entries->len > 0 ? _ ("Nothing is lost: what was removed by mistake can be brought back.") : _ ("Nothing was removed."));
  while (reading->entries->len > 0)
    {
      GtkWidget *row = make_row (self, g_ptr_array_steal_index (reading->entries, 0));

      adw_preferences_group_add (self->group, row);
      g_ptr_array_add (self->rows, row);
    }
  if (focus >= 0)
    gtk_widget_child_focus (self->rows->len > 0 ? self->rows->pdata[MIN ((guint) focus, self->rows->len - 1)] : GTK_WIDGET (self), GTK_DIR_TAB_FORWARD);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Reading) reading = ruhu_worker_run_finish (RUHU_WORKER (source), result, &error);
  RuhuRemovedPage *self;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self = RUHU_REMOVED_PAGE (user_data);
  if (reading != NULL)
    {
      show (self, reading);
      ruhu_page_ready (RUHU_PAGE (self));
    }
  else
    {
      g_autofree char *sentence = ruhu_describe_error (error);

      adw_preferences_group_set_description (self->group, sentence);
    }
}

static void
ruhu_removed_page_refresh (RuhuPage *page)
{
  RuhuRemovedPage *self = RUHU_REMOVED_PAGE (page);

  ruhu_worker_run_async (self->worker, read_removed, g_strdup (self->household), g_free, reading_free, self->cancellable, read_cb, self);
}

static void
undo_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ruhu_file_writer_undo (RUHU_REMOVED_PAGE (widget)->writer);
}

static void
ruhu_removed_page_dispose (GObject *object)
{
  RuhuRemovedPage *self = RUHU_REMOVED_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->writer);
  g_clear_object (&self->worker);
  G_OBJECT_CLASS (ruhu_removed_page_parent_class)->dispose (object);
}

static void
ruhu_removed_page_finalize (GObject *object)
{
  RuhuRemovedPage *self = RUHU_REMOVED_PAGE (object);

  g_clear_object (&self->cancellable);
  g_free (self->household);
  g_ptr_array_unref (self->rows);
  G_OBJECT_CLASS (ruhu_removed_page_parent_class)->finalize (object);
}

static void
ruhu_removed_page_class_init (RuhuRemovedPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ruhu_removed_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = ruhu_removed_page_finalize;
  RUHU_PAGE_CLASS (klass)->refresh = ruhu_removed_page_refresh;

  gtk_widget_class_set_template_from_resource (widget_class, "/org/ruhu/Ruhu/ruhu-removed-page.ui");
  gtk_widget_class_bind_template_child (widget_class, RuhuRemovedPage, toasts);
  gtk_widget_class_bind_template_child (widget_class, RuhuRemovedPage, group);
  gtk_widget_class_install_action (widget_class, "household.undo", NULL, undo_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_z, GDK_CONTROL_MASK, "household.undo", NULL);
}

static void
ruhu_removed_page_init (RuhuRemovedPage *self)
{
  self->cancellable = g_cancellable_new ();
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
ruhu_removed_page_new (RuhuWorker *worker, const char *household)
{
  RuhuRemovedPage *self = g_object_new (RUHU_TYPE_REMOVED_PAGE, NULL);

  self->worker = g_object_ref (worker);
  self->household = g_strdup (household);
  self->writer = ruhu_file_writer_new (worker, self->toasts);
  g_signal_connect_object (self->writer, "written", G_CALLBACK (ruhu_page_refresh), self, G_CONNECT_SWAPPED);
  ruhu_page_set_title (RUHU_PAGE (self), _ ("What Was Removed"), NULL);
  ruhu_page_refresh (RUHU_PAGE (self));
  return GTK_WIDGET (self);
}
