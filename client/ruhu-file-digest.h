/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a household's file says at a glance: titles, second lines and tags of the records whose meaning the page knows; and what is wrong. */
#pragma once

#include "ruhu-household-file.h"

G_BEGIN_DECLS

/* Writes the records' titles, summaries, tags and whether they are past. For any thread. */
void ruhu_file_digest (RuhuHouseholdFile *self);

/* Something wrong, in words, and where it stands. */
typedef struct
{
  char *text;
  const char *chapter; /* name of the chapter of the page that it is about; "conflicts" */
} RuhuFileAlert;

void ruhu_file_alert_free (RuhuFileAlert *self);

/* RuhuFileAlert, the gravest first. Declining anything is never among them. Transfer full. */
GPtrArray *ruhu_file_list_alerts (const RuhuHouseholdFile *self);

/* Whether a problem is past its deadline and not solved; *@days: by how many days (negative: how many are left). FALSE without a deadline. */
gboolean ruhu_file_problem_is_overdue (const RuhuHouseholdFile *self, const RuhuFileRecord *problem, int *days);

/* The days from one ISO date to another. */
int ruhu_file_days_between (const char *from, const char *to);

/* The consent that counts for a measure: the newest about it, or about its subject and person; NULL where there is none. */
const RuhuFileRecord *ruhu_file_find_consent (const RuhuHouseholdFile *self, const RuhuFileRecord *measure);

/* The plan that holds: the newest that the household agreed to, else the newest; or NULL. */
const RuhuFileRecord *ruhu_file_find_plan (const RuhuHouseholdFile *self);

/* The assessment that holds: the newest; or NULL. */
const RuhuFileRecord *ruhu_file_find_assessment (const RuhuHouseholdFile *self);

G_END_DECLS
