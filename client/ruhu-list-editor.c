/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-list-editor"

#include "config.h"

#include "ruhu-list-editor.h"

#include "ruhu-cleanups.h"
#include "ruhu-value.h"

#include <glib/gi18n.h>

/* From this length on, the list can be searched. */
#define SEARCH_LENGTH 12

struct _RuhuListEditor
{
  RuhuFieldEditor parent_instance;

  /* Owned. */
  GListModel *references; /* RuhuReferenceItem, or NULL */
  GListStore *items;      /* RuhuReferenceItem; the first, without id, is "not chosen" */
  char *current;          /* id that was set, or NULL */

  /* Borrowed from the widget tree. */
  GtkWidget *drop_down;

  gboolean is_filling; /* the selection moves by itself */
};

G_DEFINE_FINAL_TYPE (RuhuListEditor, ruhu_list_editor, RUHU_TYPE_FIELD_EDITOR)

static void
add_item (RuhuListEditor *self, const char *id, const char *title)
{
  g_autoptr (RuhuReferenceItem) item = ruhu_reference_item_new (id, title);

  g_list_store_append (self->items, item);
}

static guint
find_item (RuhuListEditor *self, const char *id)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->items));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (RuhuReferenceItem) item = g_list_model_get_item (G_LIST_MODEL (self->items), i);

      if (g_strcmp0 (ruhu_reference_item_get_id (item), id) == 0)
        return i;
    }
  return GTK_INVALID_LIST_POSITION;
}

/* What is offered, and besides it what stands though it is no longer offered. */
static void
fill_items (RuhuListEditor *self)
{
  RuhuField *field = ruhu_field_editor_get_field (RUHU_FIELD_EDITOR (self));

  self->is_filling = TRUE;
  g_list_store_remove_all (self->items);
  add_item (self, NULL, _ ("Not chosen"));
  if (field->type == RUHU_TYPE_CHOICE)
    for (guint i = 0; i < field->choices->choices->len; i++)
      {
        RuhuChoice *choice = field->choices->choices->pdata[i];

        if (!choice->retired || g_strcmp0 (choice->code, self->current) == 0)
          add_item (self, choice->code, ruhu_label_get (&choice->label));
      }
  else if (self->references != NULL)
    for (guint i = 0; i < g_list_model_get_n_items (self->references); i++)
      {
        g_autoptr (RuhuReferenceItem) item = g_list_model_get_item (self->references, i);

        g_list_store_append (self->items, item);
      }
  if (self->current != NULL && find_item (self, self->current) == GTK_INVALID_LIST_POSITION)
    add_item (self, self->current, field->type == RUHU_TYPE_REFERENCE ? _ ("A record that is not on this laptop") : self->current);
  gtk_drop_down_set_enable_search (GTK_DROP_DOWN (self->drop_down), g_list_model_get_n_items (G_LIST_MODEL (self->items)) > SEARCH_LENGTH);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->drop_down), find_item (self, self->current));
  self->is_filling = FALSE;
}

static void
ruhu_list_editor_set_value (RuhuFieldEditor *editor, json_object *value)
{
  RuhuListEditor *self = RUHU_LIST_EDITOR (editor);
  g_autofree char *id = value != NULL ? g_strdup (json_object_get_string (value)) : NULL;

  g_free (self->current);
  self->current = g_steal_pointer (&id);
  fill_items (self);
}

static void
ruhu_list_editor_set_references (RuhuFieldEditor *editor, GListModel *references)
{
  RuhuListEditor *self = RUHU_LIST_EDITOR (editor);

  if (g_set_object (&self->references, references))
    fill_items (self);
}

static gboolean
ruhu_list_editor_get_value (RuhuFieldEditor *editor, json_object **value, GError **error)
{
  RuhuListEditor *self = RUHU_LIST_EDITOR (editor);
  g_autoptr (RuhuJson) result = self->current != NULL ? json_object_new_string (self->current) : NULL;

  if (!ruhu_value_check (ruhu_field_editor_get_field (editor), result, error))
    return FALSE;
  *value = g_steal_pointer (&result);
  return TRUE;
}

static void
selected_cb (RuhuListEditor *self)
{
  RuhuReferenceItem *item = gtk_drop_down_get_selected_item (GTK_DROP_DOWN (self->drop_down));
  const char *id = item != NULL ? ruhu_reference_item_get_id (item) : NULL;

  if (self->is_filling || g_strcmp0 (id, self->current) == 0)
    return;
  g_free (self->current);
  self->current = g_strdup (id);
  ruhu_field_editor_changed (RUHU_FIELD_EDITOR (self));
}

static GtkWidget *
ruhu_list_editor_get_target (RuhuFieldEditor *editor)
{
  return RUHU_LIST_EDITOR (editor)->drop_down;
}

static void
ruhu_list_editor_constructed (GObject *object)
{
  RuhuListEditor *self = RUHU_LIST_EDITOR (object);

  G_OBJECT_CLASS (ruhu_list_editor_parent_class)->constructed (object);
  fill_items (self);
  g_signal_connect_object (self->drop_down, "notify::selected-item", G_CALLBACK (selected_cb), self, G_CONNECT_SWAPPED);
}

static void
ruhu_list_editor_finalize (GObject *object)
{
  RuhuListEditor *self = RUHU_LIST_EDITOR (object);

  g_clear_object (&self->references);
  g_clear_object (&self->items);
  g_free (self->current);
  G_OBJECT_CLASS (ruhu_list_editor_parent_class)->finalize (object);
}

static void
ruhu_list_editor_class_init (RuhuListEditorClass *klass)
{
  RuhuFieldEditorClass *editor_class = RUHU_FIELD_EDITOR_CLASS (klass);

  G_OBJECT_CLASS (klass)->constructed = ruhu_list_editor_constructed;
  G_OBJECT_CLASS (klass)->finalize = ruhu_list_editor_finalize;
  editor_class->set_value = ruhu_list_editor_set_value;
  editor_class->get_value = ruhu_list_editor_get_value;
  editor_class->set_references = ruhu_list_editor_set_references;
  editor_class->get_target = ruhu_list_editor_get_target;
}

static void
ruhu_list_editor_init (RuhuListEditor *self)
{
  GtkExpression *title = gtk_property_expression_new (RUHU_TYPE_REFERENCE_ITEM, NULL, "title");

  self->items = g_list_store_new (RUHU_TYPE_REFERENCE_ITEM);
  self->drop_down = gtk_drop_down_new (G_LIST_MODEL (g_object_ref (self->items)), title);
  gtk_widget_set_parent (self->drop_down, GTK_WIDGET (self));
}
