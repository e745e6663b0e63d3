/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The buttons of a record in a household's file, and what they write.
 *
 * They activate "household.act" (action, type, record) of the page. Actions: "begin", "solve", "close", "return" of a problem, "show" and "amend" of a visit. */
#pragma once

#include <adwaita.h>

#include "ruhu-household-file.h"

G_BEGIN_DECLS

/* The buttons, or NULL where there is nothing to press. Floating. */
GtkWidget *ruhu_file_actions_new (const RuhuHouseholdFile *file, const RuhuFileGroup *group, const RuhuFileRecord *record);

/* What an action on a problem writes: type → record → field → value. @words: what was done, or NULL. Transfer full. */
json_object *ruhu_file_actions_make_set (const RuhuHouseholdFile *file, const char *action, const char *problem, const char *words);

/* The record of a photo that was kept as @hash; @field and @record: what it points to, or "". Transfer full. */
json_object *ruhu_file_actions_make_photo (const RuhuHouseholdFile *file, const char *hash, const char *subject, const char *note, const char *field, const char *record);

G_END_DECLS
