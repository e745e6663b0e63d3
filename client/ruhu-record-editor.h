/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuRecordEditor: the fields of one record, in sections, bound to a session: what is typed goes there, what is found comes from there. */
#pragma once

#include <gtk/gtk.h>

#include "ruhu-edit-session.h"

G_BEGIN_DECLS

#define RUHU_TYPE_RECORD_EDITOR (ruhu_record_editor_get_type ())
G_DECLARE_FINAL_TYPE (RuhuRecordEditor, ruhu_record_editor, RUHU, RECORD_EDITOR, GtkWidget)

/* @part: which fields are asked (NULL: all of @type). The session must be open. Floating. */
GtkWidget *ruhu_record_editor_new (RuhuEditSession *session, RuhuRecordType *type, RuhuFormPart *part, const char *record);

RuhuRecordType *ruhu_record_editor_get_record_type (RuhuRecordEditor *self);
const char *ruhu_record_editor_get_record (RuhuRecordEditor *self);

/* From now on says what is wrong also where nobody has been yet. */
void ruhu_record_editor_reveal (RuhuRecordEditor *self);

/* Puts the keyboard into a field (NULL: the first that can be typed into). FALSE if it is not here. */
gboolean ruhu_record_editor_focus_field (RuhuRecordEditor *self, const char *field);

G_END_DECLS
