/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-text-editor"

#include "config.h"

#include "ruhu-text-editor.h"

#include "ruhu-value.h"

struct _RuhuTextEditor
{
  RuhuFieldEditor parent_instance;

  /* Borrowed from the widget tree. */
  GtkWidget *view;
};

G_DEFINE_FINAL_TYPE (RuhuTextEditor, ruhu_text_editor, RUHU_TYPE_FIELD_EDITOR)

static char *
ruhu_text_editor_dup_text (RuhuFieldEditor *editor)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (RUHU_TEXT_EDITOR (editor)->view));
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  return gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
}

static void
ruhu_text_editor_set_text (RuhuFieldEditor *editor, const char *text)
{
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (RUHU_TEXT_EDITOR (editor)->view)), text, -1);
}

static void
ruhu_text_editor_set_value (RuhuFieldEditor *editor, json_object *value)
{
  g_autofree char *text = ruhu_value_to_entry (ruhu_field_editor_get_field (editor), value);

  ruhu_text_editor_set_text (editor, text);
}

static gboolean
ruhu_text_editor_get_value (RuhuFieldEditor *editor, json_object **value, GError **error)
{
  g_autofree char *text = ruhu_text_editor_dup_text (editor);

  return ruhu_value_parse (ruhu_field_editor_get_field (editor), text, value, error);
}

static GtkWidget *
ruhu_text_editor_get_target (RuhuFieldEditor *editor)
{
  return RUHU_TEXT_EDITOR (editor)->view;
}

static void
ruhu_text_editor_class_init (RuhuTextEditorClass *klass)
{
  RuhuFieldEditorClass *editor_class = RUHU_FIELD_EDITOR_CLASS (klass);

  editor_class->set_value = ruhu_text_editor_set_value;
  editor_class->get_value = ruhu_text_editor_get_value;
  editor_class->dup_text = ruhu_text_editor_dup_text;
  editor_class->set_text = ruhu_text_editor_set_text;
  editor_class->get_target = ruhu_text_editor_get_target;
}

static void
ruhu_text_editor_init (RuhuTextEditor *self)
{
  GtkWidget *scroller = gtk_scrolled_window_new ();

  self->view = gtk_text_view_new ();
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (self->view), GTK_WRAP_WORD_CHAR);
  /* Tab goes on to the next field, as everywhere on the page. */
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (self->view), FALSE);
  gtk_text_view_set_top_margin (GTK_TEXT_VIEW (self->view), 8);
  gtk_text_view_set_bottom_margin (GTK_TEXT_VIEW (self->view), 8);
  gtk_text_view_set_left_margin (GTK_TEXT_VIEW (self->view), 8);
  gtk_text_view_set_right_margin (GTK_TEXT_VIEW (self->view), 8);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), self->view);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (scroller), 96);
  gtk_widget_add_css_class (scroller, "ruhu-text");
  gtk_widget_set_hexpand (scroller, TRUE);
  gtk_widget_set_parent (scroller, GTK_WIDGET (self));
  g_signal_connect_object (gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->view)), "changed", G_CALLBACK (ruhu_field_editor_changed), self, G_CONNECT_SWAPPED);
}
