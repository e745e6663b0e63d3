/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuRecordCard: a record by its name, which opens to be edited. Its fields are made when it is first opened. */
#pragma once

#include <gtk/gtk.h>

#include "ruhu-record-editor.h"

G_BEGIN_DECLS

#define RUHU_TYPE_RECORD_CARD (ruhu_record_card_get_type ())
G_DECLARE_FINAL_TYPE (RuhuRecordCard, ruhu_record_card, RUHU, RECORD_CARD, GtkWidget)

/* Signal "remove": a person takes back a record that they had added. Floating. */
GtkWidget *ruhu_record_card_new (RuhuEditSession *session, RuhuFormPart *part, const char *record);

const char *ruhu_record_card_get_record (RuhuRecordCard *self);
void ruhu_record_card_set_open (RuhuRecordCard *self, gboolean open);
void ruhu_record_card_reveal (RuhuRecordCard *self);
gboolean ruhu_record_card_focus_field (RuhuRecordCard *self, const char *field);

G_END_DECLS
