/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What income comes to by its class: added in this visit, recorded before, and of the year before. */
#pragma once

#include "ruhu-edit-session.h"

G_BEGIN_DECLS

/* One line for each of these, "" when there is nothing. @type: the income lines' (ruhu_income_pad_fits()); a line that is not added yet does not count. Transfer full. */
char *ruhu_income_totals_describe (RuhuEditSession *session, RuhuRecordType *type, int year);

G_END_DECLS
