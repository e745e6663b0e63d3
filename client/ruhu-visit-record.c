/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-visit-record"

#include "config.h"

#include "ruhu-visit-record.h"

#include "ruhu-describe.h"
#include "ruhu-page.h"

#include <glib/gi18n.h>

/* One line of it, in words. */
typedef struct
{
  char *record; /* what it is about; equal for lines that stand together */
  char *label;
  char *text;
} Line;

typedef struct
{
  char *household;
  char *visit;
} Place;

static void
place_free (gpointer data)
{
  Place *place = data;

  g_free (place->household);
  g_free (place->visit);
  g_free (place);
}

static void
line_free (gpointer data)
{
  Line *line = data;

  g_free (line->record);
  g_free (line->label);
  g_free (line->text);
  g_free (line);
}

static Line *
make_line (RuhuStore *store, const RuhuVisitEdit *edit)
{
  RuhuRecordType *type = ruhu_catalogue_get_record (ruhu_store_get_catalogue (store), edit->type);
  RuhuField *field = type != NULL ? ruhu_record_type_get_field (type, edit->field) : NULL;
  g_autofree char *title = ruhu_describe_title (store, edit->type, edit->record);
  g_autofree char *before = ruhu_describe_masked (store, field, edit->before);
  g_autofree char *after = ruhu_describe_masked (store, field, edit->after);
  Line *line = g_new0 (Line, 1);

  line->record = g_strdup_printf ("%s · %s", type != NULL ? ruhu_label_get (&type->label) : edit->type, title);
  line->label = g_strdup (ruhu_describe_field (type, edit->field));
  if (*before != '\0')
    /* Translators: what a visit recorded, and what stood there before. */
    line->text = g_strdup_printf (_ ("%s (before: %s)"), *after != '\0' ? after : _ ("Emptied"), before);
  else
    line->text = g_strdup (*after != '\0' ? after : _ ("Emptied"));
  return line;
}

static gpointer
read_lines (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  Place *place = data;
  g_autoptr (GPtrArray) edits = ruhu_store_list_visit_edits (store, place->household, place->visit, error);
  GPtrArray *lines;

  if (edits == NULL)
    return NULL;
  lines = g_ptr_array_new_with_free_func (line_free);
  for (guint i = 0; i < edits->len; i++)
    g_ptr_array_add (lines, make_line (store, g_ptr_array_index (edits, i)));
  return lines;
}

static void
add_line (AdwPreferencesGroup *group, const Line *line)
{
  GtkWidget *row = g_object_new (ADW_TYPE_ACTION_ROW, "use-markup", FALSE, "title", line->label, "subtitle", line->text, "title-lines", 0, "subtitle-lines", 0, NULL);
  g_autofree char *spoken = g_strdup_printf (_ ("%s: %s"), line->label, line->text);

  gtk_widget_add_css_class (row, "field");
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  adw_preferences_group_add (group, row);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GtkWidget) page = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) lines = ruhu_worker_run_finish (RUHU_WORKER (source), result, &error);
  AdwPreferencesPage *content = g_object_get_data (G_OBJECT (page), "ruhu-content");
  AdwPreferencesGroup *group = NULL;
  const char *record = NULL;

  if (gtk_widget_get_root (page) == NULL)
    return;
  for (guint i = 0; lines != NULL && i < lines->len; i++)
    {
      const Line *line = g_ptr_array_index (lines, i);

      if (g_strcmp0 (line->record, record) != 0)
        {
          group = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
          adw_preferences_group_set_title (group, line->record);
          adw_preferences_page_add (content, group);
          record = line->record;
        }
      add_line (group, line);
    }
  if (group == NULL)
    {
      g_autofree char *sentence = error != NULL ? ruhu_describe_error (error) : g_strdup (_ ("What this visit changed is not on this laptop."));

      group = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
      adw_preferences_group_set_description (group, sentence);
      adw_preferences_page_add (content, group);
    }
  ruhu_page_ready (RUHU_PAGE (page));
}

GtkWidget *
ruhu_visit_record_new (RuhuWorker *worker, const char *household, const char *visit, const char *title)
{
  GtkWidget *content = adw_preferences_page_new ();
  GtkWidget *page = ruhu_page_new (title, content);
  Place *place = g_new0 (Place, 1);

  place->household = g_strdup (household);
  place->visit = g_strdup (visit);
  g_object_set_data (G_OBJECT (page), "ruhu-content", content);
  ruhu_page_set_title (RUHU_PAGE (page), title, _ ("What the visit recorded"));
  ruhu_worker_run_async (worker, read_lines, place, place_free, (GDestroyNotify) g_ptr_array_unref, NULL, read_cb, g_object_ref_sink (page));
  return page;
}
