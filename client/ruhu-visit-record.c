/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-visit-record"

#include "config.h"

#include "ruhu-visit-record.h"

#include "ruhu-describe.h"
#include "ruhu-page.h"
#include "ruhu-visit-lines.h"

#include <glib/gi18n.h>

static char *
dup_text (const RuhuVisitLine *line)
{
  const char *now = *line->now != '\0' ? line->now : _ ("Emptied");

  /* Translators: what a visit recorded, and what stood there before. */
  return *line->before != '\0' ? g_strdup_printf (_ ("%s (before: %s)"), now, line->before) : g_strdup (now);
}

static void
add_line (AdwPreferencesGroup *group, const RuhuVisitLine *line)
{
  g_autofree char *text = dup_text (line);
  GtkWidget *row = g_object_new (ADW_TYPE_ACTION_ROW, "use-markup", FALSE, "title", line->label, "subtitle", text, "title-lines", 0, "subtitle-lines", 0, NULL);
  g_autofree char *spoken = g_strdup_printf (_ ("%s: %s"), line->label, text);

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
      const RuhuVisitLine *line = g_ptr_array_index (lines, i);

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

  g_object_set_data (G_OBJECT (page), "ruhu-content", content);
  ruhu_page_set_title (RUHU_PAGE (page), title, _ ("What the visit recorded"));
  ruhu_visit_lines_read_async (worker, household, visit, NULL, read_cb, g_object_ref_sink (page));
  return page;
}
