/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuIncomePad: entering income quickly: class, item, amount, Enter; the next one. It adds records of a type that has the fields year, period, cat, item and amount (and may
 * have person_id), and says what they come to beside what was recorded before. A step shows it above the list of what was added. */
#pragma once

#include <gtk/gtk.h>

#include "ruhu-edit-session.h"

G_BEGIN_DECLS

#define RUHU_TYPE_INCOME_PAD (ruhu_income_pad_get_type ())
G_DECLARE_FINAL_TYPE (RuhuIncomePad, ruhu_income_pad, RUHU, INCOME_PAD, GtkWidget)

/* Whether the records of @type can be entered in this way. */
gboolean ruhu_income_pad_fits (RuhuRecordType *type);

/* The session must be open; what is typed and not added yet is its pending record. Floating. */
GtkWidget *ruhu_income_pad_new (RuhuEditSession *session, RuhuRecordType *type);

/* Says so when a line in it was not added. */
void ruhu_income_pad_reveal (RuhuIncomePad *self);
/* Puts the keyboard where something is missing from @record. FALSE if that is not the line in it. */
gboolean ruhu_income_pad_focus_record (RuhuIncomePad *self, const char *record);

G_END_DECLS
