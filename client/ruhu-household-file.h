/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuHouseholdFile: a household as its page shows it, derived from the catalogue alone: every record type that belongs to a household, its records, each field as text.
 * Read in the worker's thread, immutable afterwards. */
#pragma once

#include "ruhu-store-query.h"

G_BEGIN_DECLS

typedef struct
{
  RuhuField *field; /* borrowed from the file's catalogue */
  char *text;       /* "" when there is no value */
  gboolean conflict;
} RuhuFileLine;

typedef struct
{
  char *id;
  char *title;   /* may be "" */
  char *summary; /* may be "" */
  guint n_conflicts;
  gboolean delete_conflict; /* whether it is deleted is itself in conflict */
  GPtrArray *lines;         /* RuhuFileLine */
} RuhuFileRecord;

typedef struct
{
  RuhuRecordType *type; /* borrowed from the file's catalogue */
  gboolean single;      /* a household has one at the most */
  gboolean may_add;     /* this user may make such a record */
  gboolean may_edit;    /* this user may change something in one */
  GPtrArray *records;   /* RuhuFileRecord */
} RuhuFileGroup;

typedef struct
{
  RuhuCatalogue *catalogue; /* owned reference */
  char *id;
  gint64 seen;
  RuhuHouseholdRow *row;
  char *draft;       /* id of an unfinished visit, or NULL */
  GPtrArray *groups; /* RuhuFileGroup, in the catalogue's order */
  char *fingerprint; /* equal for two files that read the same */
} RuhuHouseholdFile;

/* NOT_FOUND if the household is not on this laptop. Transfer full. */
RuhuHouseholdFile *ruhu_household_file_read (RuhuStore *store, const char *household, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ruhu_household_file_free (RuhuHouseholdFile *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuHouseholdFile, ruhu_household_file_free)

G_END_DECLS
