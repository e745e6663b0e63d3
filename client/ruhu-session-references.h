/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a reference chooses from while a form is filled in: what is on file, and whoever was added in this very visit. */
#pragma once

#include "ruhu-edit-session.h"

G_BEGIN_DECLS

/* RuhuReferenceItem, for a field of the type REFERENCE of @record (NULL: of none yet), as ruhu_edit_session_list_offered() says. It is as the session stands now: whoever shows it asks again when a record of that type is "edited". Transfer full. */
GListModel *ruhu_session_list_references (RuhuEditSession *session, RuhuField *field, const char *record);

G_END_DECLS
