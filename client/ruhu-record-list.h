/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuRecordList: several records of one type in a form's part, each a card that opens, with a button for one more. */
#pragma once

#include <gtk/gtk.h>

#include "ruhu-edit-session.h"

G_BEGIN_DECLS

#define RUHU_TYPE_RECORD_LIST (ruhu_record_list_get_type ())
G_DECLARE_FINAL_TYPE (RuhuRecordList, ruhu_record_list, RUHU, RECORD_LIST, GtkWidget)

/* @part: of mode "each" or "add". Whoever takes a card away activates "visit.remove" (type, record) of the page around it. Floating. */
GtkWidget *ruhu_record_list_new (RuhuEditSession *session, RuhuFormPart *part);

/* Says what is wrong in every card, also where nobody has been yet. */
void ruhu_record_list_reveal (RuhuRecordList *self);

/* Opens the card of a record and puts the keyboard into a field. FALSE if it is not here. */
gboolean ruhu_record_list_focus_field (RuhuRecordList *self, const char *record, const char *field);

G_END_DECLS
