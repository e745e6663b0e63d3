/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuFieldEditor: what stands at the right of a field's label and takes its value. One subclass for each way of entering, none for any field. */
#pragma once

#include <gtk/gtk.h>

#include "ruhu-catalogue.h"

G_BEGIN_DECLS

#define RUHU_TYPE_FIELD_EDITOR (ruhu_field_editor_get_type ())
G_DECLARE_DERIVABLE_TYPE (RuhuFieldEditor, ruhu_field_editor, RUHU, FIELD_EDITOR, GtkWidget)

/**
 * RuhuFieldEditorClass:
 * @set_value: shows a value (NULL: none)
 * @get_value: INVALID when what is typed is no value; *value transfer full
 * @dup_text: what is typed, as it is; NULL where there is no text to type
 * @set_text: puts back what dup_text gave
 * @set_references: for references: GListModel of RuhuReferenceItem
 * @get_target: the widget that takes the keyboard, which accessibility names; itself by default
 */
struct _RuhuFieldEditorClass
{
  GtkWidgetClass parent_class;

  void (*set_value) (RuhuFieldEditor *self, json_object *value);
  gboolean (*get_value) (RuhuFieldEditor *self, json_object **value, GError **error);
  char *(*dup_text) (RuhuFieldEditor *self);
  void (*set_text) (RuhuFieldEditor *self, const char *text);
  void (*set_references) (RuhuFieldEditor *self, GListModel *references);
  GtkWidget *(*get_target) (RuhuFieldEditor *self);
};

/* The editor for a field's type. @field must outlive it. NULL for types that have none (photos). */
RuhuFieldEditor *ruhu_field_editor_new (RuhuField *field);

RuhuField *ruhu_field_editor_get_field (RuhuFieldEditor *self);
void ruhu_field_editor_set_value (RuhuFieldEditor *self, json_object *value);
gboolean ruhu_field_editor_get_value (RuhuFieldEditor *self, json_object **value, GError **error) G_GNUC_WARN_UNUSED_RESULT;
char *ruhu_field_editor_dup_text (RuhuFieldEditor *self);
void ruhu_field_editor_set_text (RuhuFieldEditor *self, const char *text);
void ruhu_field_editor_set_references (RuhuFieldEditor *self, GListModel *references);

/* What Tab and Shift+Tab do in a widget that hands grab_focus() on to one of its children: GTK's own way out of it backwards would be to grab the focus again. FALSE: the focus leaves. */
gboolean ruhu_field_editor_move_focus (GtkWidget *widget, GtkDirectionType direction);

/* Names the editor by its visible label, and says what is wrong (@message NULL: nothing) to those who do not see the message. */
void ruhu_field_editor_set_label (RuhuFieldEditor *self, GtkWidget *label);
void ruhu_field_editor_set_message (RuhuFieldEditor *self, const char *message, gboolean is_error);

/* For subclasses: a person changed something. Silent while a value is being set. */
void ruhu_field_editor_changed (RuhuFieldEditor *self);

/* One record that a reference may point to. */
#define RUHU_TYPE_REFERENCE_ITEM (ruhu_reference_item_get_type ())
G_DECLARE_FINAL_TYPE (RuhuReferenceItem, ruhu_reference_item, RUHU, REFERENCE_ITEM, GObject)

RuhuReferenceItem *ruhu_reference_item_new (const char *id, const char *title);
const char *ruhu_reference_item_get_id (RuhuReferenceItem *self);
const char *ruhu_reference_item_get_title (RuhuReferenceItem *self);

G_END_DECLS
