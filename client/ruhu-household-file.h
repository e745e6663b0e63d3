/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuHouseholdFile: a household as its page shows it: every record type of the catalogue that belongs to a household, its records, each field as text; what is known of the
 * types that the page gives a form of their own comes on top (ruhu-file-digest.h). Read in the worker's thread, immutable afterwards. */
#pragma once

#include "ruhu-income.h"
#include "ruhu-store-query.h"

G_BEGIN_DECLS

typedef struct
{
  RuhuField *field; /* borrowed from the file's catalogue */
  char *text;       /* "" when there is no value; of an ID number no more than its end */
  char *origin;     /* who wrote it and when, or NULL where that is not asked for */
  gboolean conflict;
} RuhuFileLine;

typedef enum
{
  RUHU_TAG_PLAIN,
  RUHU_TAG_GOOD,
  RUHU_TAG_CAUTION,
  RUHU_TAG_WRONG,
} RuhuTagStyle;

/* A few words that stand out. They say it all: the colour says nothing more. */
typedef struct
{
  char *text;
  RuhuTagStyle style;
} RuhuFileTag;

/* A stage that a repair went through. */
typedef struct
{
  char *code;
  char *date; /* or NULL */
} RuhuFileStep;

typedef struct
{
  char *id;
  char *title;   /* may be "" */
  char *summary; /* may be "" */
  guint n_conflicts;
  gboolean delete_conflict; /* whether it is deleted is itself in conflict */
  GPtrArray *lines;         /* RuhuFileLine */
  GPtrArray *tags;          /* RuhuFileTag */
  GPtrArray *origins;       /* RuhuOrigin; NULL where that is not asked for */
  GPtrArray *steps;         /* RuhuFileStep, of a repair; else NULL */
  json_object *fields;      /* as stored, calculated ones on top */
  gboolean may_remove;      /* this user may take it out of the file */
  gboolean past;            /* over: who left, what is solved or finished */
} RuhuFileRecord;

typedef struct
{
  RuhuRecordType *type; /* borrowed from the file's catalogue */
  gboolean single;      /* a household has one at the most */
  gboolean may_add;     /* this user may make such a record */
  gboolean may_edit;    /* this user may change something in one */
  GPtrArray *records;   /* RuhuFileRecord */
  char *fingerprint;
} RuhuFileGroup;

/* Somebody who looks after the household. */
typedef struct
{
  char *id;
  char *name;
  char *post;  /* in words */
  char *phone; /* or "" */
} RuhuFileHelper;

typedef struct
{
  RuhuCatalogue *catalogue; /* owned reference */
  char *id;
  char *today;
  char *user; /* whose laptop this is, or NULL */
  RuhuRole role;
  gint64 seen;
  RuhuHouseholdRow *row;
  GPtrArray *helpers; /* RuhuFileHelper, A before B */
  GPtrArray *income;  /* RuhuIncomeYear, newest first; may be empty */
  char *draft;        /* id of an unfinished visit, or NULL */
  GPtrArray *groups;  /* RuhuFileGroup, in the catalogue's order */
  char *fingerprint;  /* equal for two files that read the same */
} RuhuHouseholdFile;

/* NOT_FOUND if the household is not on this laptop. Transfer full; freed when the last reference goes. */
RuhuHouseholdFile *ruhu_household_file_read (RuhuStore *store, const char *household, GError **error) G_GNUC_WARN_UNUSED_RESULT;
RuhuHouseholdFile *ruhu_household_file_ref (RuhuHouseholdFile *self);
void ruhu_household_file_free (RuhuHouseholdFile *self);

/* Borrowed; NULL where the catalogue has no such type, or the household no such record. */
const RuhuFileGroup *ruhu_household_file_get_group (const RuhuHouseholdFile *self, const char *type);
const RuhuFileRecord *ruhu_household_file_find (const RuhuHouseholdFile *self, const char *type, const char *record);

/* A field of a record: as a person reads it ("" where there is nothing), its code or text (NULL …), its number (0 …), whether it is true. */
const char *ruhu_file_record_get_text (const RuhuFileRecord *self, const char *field);
const char *ruhu_file_record_get (const RuhuFileRecord *self, const char *field);
gint64 ruhu_file_record_get_integer (const RuhuFileRecord *self, const char *field);
gboolean ruhu_file_record_is_true (const RuhuFileRecord *self, const char *field);
gboolean ruhu_file_record_has (const RuhuFileRecord *self, const char *field);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuHouseholdFile, ruhu_household_file_free)

G_END_DECLS
