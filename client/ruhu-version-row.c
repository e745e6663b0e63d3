/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-version-row"

#include "config.h"

#include "ruhu-version-row.h"

#include "ruhu-describe.h"

#include <glib/gi18n.h>

RuhuVersionText *
ruhu_version_text_new (RuhuStore *store, RuhuField *field, const RuhuVersion *version, gboolean masked)
{
  RuhuVersionText *self = g_new0 (RuhuVersionText, 1);
  g_autofree char *text = masked ? ruhu_describe_masked (store, field, version->value) : ruhu_describe_value (store, field, version->value);

  self->text = *text != '\0' ? g_steal_pointer (&text) : g_strdup (_ ("Emptied"));
  self->origin = ruhu_describe_origin (version->by_name, version->time, version->visit, version->visit_date);
  self->state = g_strdup (version->position > 0 ? _ ("Confirmed") : _ ("Waiting to be sent"));
  self->value = version->value != NULL ? json_object_get (version->value) : NULL;
  self->stands = version->stands;
  self->is_head = version->is_head;
  return self;
}

void
ruhu_version_text_free (RuhuVersionText *self)
{
  g_free (self->text);
  g_free (self->edits);
  g_free (self->origin);
  g_free (self->state);
  json_object_put (self->value);
  g_free (self);
}

static GtkWidget *
make_tag (const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_widget_set_valign (label, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (label, "tag");
  gtk_widget_add_css_class (label, "accent");
  return label;
}

GtkWidget *
ruhu_version_row_new (const RuhuVersionText *text, GtkWidget *button)
{
  GtkWidget *row = g_object_new (ADW_TYPE_ACTION_ROW, "use-markup", FALSE, "title", text->text, "title-lines", 0, "subtitle-lines", 0, NULL);
  const char *edits = text->edits != NULL ? text->edits : "";
  g_autofree char *subtitle = g_strdup_printf ("%s%s%s · %s", edits, *edits != '\0' ? "\n" : "", text->origin, text->state);
  g_autofree char *spoken = g_strdup_printf ("%s, %s%s%s, %s", text->text, edits, *edits != '\0' ? ", " : "", text->origin, text->state);

  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  if (text->stands)
    adw_action_row_add_suffix (ADW_ACTION_ROW (row), make_tag (_ ("Shown")));
  if (button != NULL)
    adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  return row;
}
