/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuFieldRow: one field of the catalogue on a page: label, hint, editor, what it was before, and what is wrong with it. It knows types, never fields. */
#pragma once

#include <gtk/gtk.h>

#include "ruhu-catalogue.h"
#include "ruhu-validate.h"

G_BEGIN_DECLS

#define RUHU_TYPE_FIELD_ROW (ruhu_field_row_get_type ())
G_DECLARE_FINAL_TYPE (RuhuFieldRow, ruhu_field_row, RUHU, FIELD_ROW, GtkWidget)

/* Signals: "changed" (a person changed the value or the text), "left" (the keyboard left the row, whether or not anything changed). */

/* @field must outlive the row. A photo's row is hidden: it has no editor yet. */
GtkWidget *ruhu_field_row_new (RuhuField *field);
RuhuField *ruhu_field_row_get_field (RuhuFieldRow *self);

/* Shows @value (NULL: none) as what stands; no "changed". */
void ruhu_field_row_set_value (RuhuFieldRow *self, json_object *value);

/* INVALID with a sentence when what is typed is no value. *@value (NULL: none): transfer full, untouched on failure. */
gboolean ruhu_field_row_get_value (RuhuFieldRow *self, json_object **value, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What is typed, as it is, to be kept while it is no value. NULL where nothing is typed (choices). Transfer full. */
char *ruhu_field_row_dup_text (RuhuFieldRow *self);
void ruhu_field_row_set_text (RuhuFieldRow *self, const char *text);

/* Remembers the value of the page's opening (@year 0), or what an earlier year's record says: where what stands differs, it is shown beside, with a button that takes it (back).
 * NULL: there was none, and nothing is shown. */
void ruhu_field_row_set_previous (RuhuFieldRow *self, json_object *value, int year);

/* What is known without asking, and (@since) from when on: shown beside as long as nothing is entered, with a button that enters it. NULL: nothing is known (any more). */
void ruhu_field_row_set_proposed (RuhuFieldRow *self, json_object *value, const char *since);

/* A line below the editor, also said to screen readers. NULL takes it away. What the row itself finds (text that is no value) goes first. */
void ruhu_field_row_set_message (RuhuFieldRow *self, RuhuSeverity severity, const char *message);
/* The line that is shown, or NULL. Borrowed. */
const char *ruhu_field_row_get_message (RuhuFieldRow *self);

/* What a reference chooses from: RuhuReferenceItem. */
void ruhu_field_row_set_references (RuhuFieldRow *self, GListModel *references);

/* Shows the value without letting it be changed, and why ("": that is plain). */
void ruhu_field_row_set_read_only (RuhuFieldRow *self, const char *reason);

/* The value as a person reads it, with its unit; a reference by its title. Transfer full. */
char *ruhu_field_row_format (RuhuField *field, json_object *value, GListModel *references);

G_END_DECLS
