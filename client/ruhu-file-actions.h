/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The buttons of a record in a household's file, and what they write.
 *
 * They activate "household.act" (action, type, record) of the page. Actions: "begin", "solve", "close", "return" of a problem, "show" and "amend" of a visit, "remove" of any record that may be. */
#pragma once

#include <adwaita.h>

#include "ruhu-household-file.h"

G_BEGIN_DECLS

/* The buttons, or NULL where there is nothing to press. Floating. */
GtkWidget *ruhu_file_actions_new (const RuhuHouseholdFile *file, const RuhuFileGroup *group, const RuhuFileRecord *record);

/* What an action on a problem writes: type → record → field → value. @words: what was done, by when it is to be done, or NULL. Transfer full. */
json_object *ruhu_file_actions_make_set (const RuhuHouseholdFile *file, const char *action, const char *problem, const char *words);

/* A record taken out of the file, or brought back. Transfer full. */
json_object *ruhu_file_actions_make_removal (const char *type, const char *record, gboolean removed);

/* The record of a photo that was kept as @hash; @field and @record: what it points to, or "". Transfer full. */
json_object *ruhu_file_actions_make_photo (const RuhuHouseholdFile *file, const char *hash, const char *subject, const char *note, const char *field, const char *record);

G_END_DECLS
