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

typedef enum
{
  RUHU_SORT_PLACE, /* village, group, head's name */
  RUHU_SORT_NAME,  /* the head's, in pinyin order */
  RUHU_SORT_DUE,   /* never visited first, then longest ago */
  RUHU_SORT_VISIT, /* visited last, first */
} RuhuHouseholdSort;

/* What a list of households shows; NULL (and "", for the text) asks for nothing. All strings borrowed. */
typedef struct
{
  /* Every space-separated word must match the start of a name, part of a name, pinyin or its initials, household number, village, or tail of an ID. */
  const char *text;
  const char *village;        /* an id */
  const char *status;         /* a code */
  const char *helper;         /* an id: assigned to them today */
  const char *today;          /* a date; needed with @helper */
  const char *visited_before; /* a date: no visit nor attempt on it or later */
  gboolean wants_problem;     /* with a problem that is not closed */
  RuhuHouseholdSort sort;
  guint first; /* no more than the first so many; 0: all */
} RuhuHouseholdFilter;

/* The numbers (gint64) of all that match, in order: a list is paged by slices of them. Transfer full. */
GArray *ruhu_store_select_households (RuhuStore *self, const RuhuHouseholdFilter *filter, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* RuhuHouseholdRow for each number, in the same order; NULL where a household has left meanwhile. Transfer full. */
GPtrArray *ruhu_store_read_households (RuhuStore *self, const gint64 *numbers, guint n, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same in one go, for whoever shows no list: a part of what matches, by place. Transfer full. */
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
  json_object *edits; /* of an edit against which somebody removed the record: field → value, as far as it stands; else NULL */
  gboolean is_head;
  gboolean stands; /* the value that is shown */
} RuhuVersion;

void ruhu_version_free (RuhuVersion *self);

/* Every version of a field that this file holds, newest first. */
GPtrArray *ruhu_store_get_history (RuhuStore *self, const char *type, const char *record, const char *field, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A change that a record stands on: who made it, when, in which visit. */
typedef struct
{
  gint64 position;  /* 0: still waiting to be sent */
  char *time;       /* stamp */
  char *by;         /* user's id */
  char *by_name;    /* name, or the id */
  char *visit;      /* visit id or NULL */
  char *visit_date; /* or NULL */
  char **fields;    /* those that it is a head of */
} RuhuOrigin;

void ruhu_origin_free (RuhuOrigin *self);

/* RuhuOrigin of all heads of a record, the oldest first. Cheaper than histories: no change is parsed. Transfer full. */
GPtrArray *ruhu_store_get_origins (RuhuStore *self, const char *type, const char *record, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The newest among @origins for a field, or NULL. Borrowed. */
const RuhuOrigin *ruhu_origins_find (GPtrArray *origins, const char *field);

/* A field that a visit wrote. */
typedef struct
{
  char *type;
  char *record;
  char *field;
  json_object *before; /* NULL: nothing, or not known here */
  json_object *after;  /* NULL: emptied */
} RuhuVisitEdit;

void ruhu_visit_edit_free (RuhuVisitEdit *self);

/* RuhuVisitEdit: all that a visit of the household @scope wrote, in the order of its changes. Transfer full. */
GPtrArray *ruhu_store_list_visit_edits (RuhuStore *self, const char *scope, const char *visit, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What somebody said afterwards of a field as a sealed visit recorded it. */
typedef struct
{
  char *date;
  char *by_name;   /* name, or the user's id */
  char *old_value; /* or NULL */
  char *new_value; /* or NULL */
  char *body;      /* why */
} RuhuAmendmentText;

void ruhu_amendment_text_free (RuhuAmendmentText *self);

/* RuhuAmendmentText about "type/record/field", newest first. Transfer full. */
GPtrArray *ruhu_store_list_amendments (RuhuStore *self, const char *field_path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

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

/* What a person is reminded of. */
typedef struct
{
  char *household; /* id */
  char *head_name; /* or "" */
  char *village;   /* name */
  char *type;      /* the record that it is about, or NULL */
  char *record;
  char *text; /* a problem's description; or NULL */
  char *kind; /* a problem's kind, a code; or NULL */
  char *date; /* a problem's deadline; when a fact was recorded last */
} RuhuReminder;

void ruhu_reminder_free (RuhuReminder *self);
/* Problems that are not closed, with a deadline not after @until; the most overdue first, at most @limit; *@count: all, *@overdue: those before @today. RuhuReminder, transfer full. */
GPtrArray *ruhu_store_list_due_problems (RuhuStore *self, const char *today, const char *until, guint limit, gint64 *count, gint64 *overdue, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Measures that are not over and due not after @until, in the same way. */
GPtrArray *ruhu_store_list_due_measures (RuhuStore *self, const char *until, guint limit, gint64 *count, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* What the household says is recorded wrong (an open problem of that kind), then living conditions and housing that nobody has written since @before. At most @limit, over the
 * households visited longest ago. RuhuReminder, transfer full. */
GPtrArray *ruhu_store_list_unconfirmed (RuhuStore *self, const char *before, guint limit, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether the household has an open problem of data to correct with this description. */
gboolean ruhu_store_is_asked (RuhuStore *self, const char *scope, const char *description, gboolean *is_asked, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Adds to @values what the fields of a new record with @fields start with for whoever makes it (@role): those that have nothing in @values yet, which may be @fields itself. @following: only those
 * whose start looks at other fields. */
gboolean ruhu_store_read_initials (RuhuStore *self, RuhuRecordType *type, RuhuRole role, const char *scope, const char *today, json_object *fields, gboolean following, json_object *values, GError **error) G_GNUC_WARN_UNUSED_RESULT;

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
/* What is nowhere but here: what waits, and what was held back (see ruhu_replica_hold_back()) until its author has dealt with it. */
gboolean ruhu_store_count_unsent (RuhuStore *self, gint64 *unsent, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Puts a refused change out of sight, on purpose; its log row stays. */
gboolean ruhu_store_settle_refused (RuhuStore *self, gint64 seq, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Something of this file's own past that its person should know. */
typedef struct
{
  gint64 n;
  char *kind; /* "restored": the township was; "reused": numbers were used twice; "rebuilt": this database was damaged */
  char *time; /* stamp */
  char *text; /* what happened, what was kept, what to do, in the user's language */
} RuhuNotice;

void ruhu_notice_free (RuhuNotice *self);
/* Those that have not been put out of sight, newest first. */
GPtrArray *ruhu_store_list_notices (RuhuStore *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ruhu_store_settle_notice (RuhuStore *self, gint64 n, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Takes that back. */
gboolean ruhu_store_recall_notice (RuhuStore *self, gint64 n, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Others' changes that the township lost in a restore and that are kept here until it has them again. */
gboolean ruhu_store_count_witness (RuhuStore *self, gint64 *count, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuNotice, ruhu_notice_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuHouseholdRow, ruhu_household_row_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuRecord, ruhu_record_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuHousehold, ruhu_household_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuVersion, ruhu_version_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuOrigin, ruhu_origin_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuConflict, ruhu_conflict_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuReminder, ruhu_reminder_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuOutboxItem, ruhu_outbox_item_free)

G_END_DECLS
