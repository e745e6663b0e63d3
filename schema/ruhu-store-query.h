/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What pages show: lists, search, household files, histories, conflicts, the outbox. Reads only. */
#pragma once

#include "ruhu-store.h"

G_BEGIN_DECLS

/* One line of the household list. */
typedef struct
{
  char *id;
  char *hh_no;
  char *head_name; /* the head's name, or "" */
  char *village;   /* the village's name, or its id */
  char *group;
  char *status;     /* code of CL2, or NULL */
  gint64 size;      /* active members */
  char *last_visit; /* date, or NULL */
  gint64 n_conflicts;
  gint64 n_problems; /* not closed */
  gboolean has_draft;
} RuhuHouseholdRow;

void ruhu_household_row_free (RuhuHouseholdRow *self);

/**
 * ruhu_store_find_households:
 * @text: NULL or "" for all; else every space-separated word must match the start of a name, part of a name, pinyin or its initials, household number, village, or tail of an ID
 * @village: a village id, or NULL
 * @offset, @limit: a page of the list, ordered by village, group, head's name
 *
 * RuhuHouseholdRow. Transfer full.
 */
GPtrArray *ruhu_store_find_households (RuhuStore *self, const char *text, const char *village, gint64 offset, gint64 limit, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ruhu_store_count_households (RuhuStore *self, const char *text, const char *village, gint64 *count, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* One household's line; NULL without error where it is not here. */
RuhuHouseholdRow *ruhu_store_get_household_row (RuhuStore *self, const char *id, GError **error);

/* One record as it stands. */
typedef struct
{
  char *id;
  char *scope;
  json_object *fields;  /* stored fields, and calculated ones on top */
  GPtrArray *conflicts; /* char *: names of fields in conflict, or NULL */
} RuhuRecord;

void ruhu_record_free (RuhuRecord *self);

/* NULL without error where there is none. Deleted ones are returned too ("deleted": true). */
RuhuRecord *ruhu_store_get_record (RuhuStore *self, const char *type, const char *id, GError **error);
/* RuhuRecord of a scope (NULL: all), in the type's order, deleted ones left out. @limit 0: all. */
GPtrArray *ruhu_store_list_records (RuhuStore *self, const char *type, const char *scope, gint64 offset, gint64 limit, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* What a reference shows: the title of the record, or its id when it is not here. Transfer full. */
char *ruhu_store_dup_title (RuhuStore *self, const char *type, const char *id);

/* A household file, read in one go with the `seen` of its opening. */
typedef struct
{
  char *id;
  gint64 seen;
  GHashTable *records; /* record type's name → GPtrArray of RuhuRecord; only types with at least one record */
} RuhuHousehold;

void ruhu_household_free (RuhuHousehold *self);
/* NOT_FOUND if the household is not on this laptop. */
RuhuHousehold *ruhu_store_open_household (RuhuStore *self, const char *id, GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *ruhu_household_get (RuhuHousehold *self, const char *type); /* borrowed; may be NULL */

/* One value somebody gave to a field. */
typedef struct
{
  char *device;
  gint64 seq;
  gint64 position;    /* 0: still waiting to be sent */
  char *time;         /* stamp */
  char *by;           /* user's id */
  char *by_name;      /* name, or the id */
  char *visit;        /* visit id or NULL */
  char *visit_date;   /* or NULL */
  json_object *value; /* NULL: emptied */
  gboolean is_head;
  gboolean stands; /* the value that is shown */
} RuhuVersion;

void ruhu_version_free (RuhuVersion *self);

/* Every version of a field that this file holds, newest first. */
GPtrArray *ruhu_store_get_history (RuhuStore *self, const char *type, const char *record, const char *field, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A conflict: a field with differing heads. */
typedef struct
{
  char *type;
  char *record;
  char *field;
  char *scope;
  char *household_name; /* head's name or scope */
  gint64 seen;          /* of this reading: what a resolution must carry */
  GPtrArray *versions;  /* RuhuVersion, the one that stands first */
} RuhuConflict;

void ruhu_conflict_free (RuhuConflict *self);
/* Of one scope or (NULL) all. */
GPtrArray *ruhu_store_list_conflicts (RuhuStore *self, const char *scope, gint64 offset, gint64 limit, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ruhu_store_count_conflicts (RuhuStore *self, gint64 *count, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A change of this device that waits, or was refused. */
typedef struct
{
  gint64 seq;
  char *time;
  char *scope;
  char *household_name;
  char *body;   /* the change's JSON */
  char *reason; /* the township's code for a refusal, or NULL */
  char *detail; /* the township's sentence, or NULL */
} RuhuOutboxItem;

void ruhu_outbox_item_free (RuhuOutboxItem *self);
GPtrArray *ruhu_store_list_outbox (RuhuStore *self, gint64 limit, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Refused and not settled yet. */
GPtrArray *ruhu_store_list_refused (RuhuStore *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ruhu_store_count_outbox (RuhuStore *self, gint64 *waiting, gint64 *refused, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Puts a refused change out of sight, on purpose; its log row stays. */
gboolean ruhu_store_settle_refused (RuhuStore *self, gint64 seq, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuHouseholdRow, ruhu_household_row_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuRecord, ruhu_record_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuHousehold, ruhu_household_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuVersion, ruhu_version_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuConflict, ruhu_conflict_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuOutboxItem, ruhu_outbox_item_free)

G_END_DECLS
