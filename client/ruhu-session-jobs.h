/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an editing session asks of the store: plain values in, plain values out, run in the worker's thread. */
#pragma once

#include "ruhu-draft-body.h"
#include "ruhu-store-query.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* When a visit began, "hh:mm". */
#define RUHU_BEGAN_FIELD "began"

/* What is to be opened: a form about a household (@form), or one record (@type). */
typedef struct
{
  char *form;
  char *draft; /* or NULL: begin anew */
  char *type;
  char *record; /* or NULL: a new one */
  char *scope;
  gint64 seen; /* of one record: the page's it was opened from */
} RuhuOpenRequest;

typedef struct
{
  char *id;
  char *title;
  gboolean is_gone; /* when it was read */
} RuhuTitle;

typedef struct
{
  RuhuCatalogue *catalogue;
  RuhuDraftBody *body;
  GHashTable *titles;     /* record id → title, of the scope's records */
  GHashTable *references; /* record type's name → GPtrArray of RuhuTitle */
  GHashTable *initials;   /* record type's name → json_object: what a new record starts with */
  GHashTable *meanwhile;  /* "type/record/field" → json_object: what stands now, where that is no longer what the draft started from */
  GHashTable *earlier;    /* record type's name → GPtrArray of json_object: what is recorded already, of types that a form only adds to */
  char *today;
  char *title; /* what the household or record is called */
  RuhuRole role;
  gint64 seen;
  gboolean resumed;             /* a draft was found */
  RuhuDraftVersion *draft_seen; /* of it; NULL: one record */
} RuhuOpening;

/* What a session has seen or written last of its draft: the worker's, as soon as there is a request with it. Shared by reference count. */
RuhuDraftVersion *ruhu_draft_seen_new (void);
RuhuDraftVersion *ruhu_draft_seen_ref (RuhuDraftVersion *self);
void ruhu_draft_seen_unref (RuhuDraftVersion *self);

typedef struct
{
  char *type;
  char *record;
  char *scope;
  gboolean is_new;
  json_object *fields;
} RuhuCheckRequest;

typedef struct
{
  char *type;
  char *record;
  GHashTable *relevant; /* set of field names */
  GPtrArray *findings;  /* RuhuFinding */
  json_object *initial; /* of a new record: what its fields would start with now, those that look at other fields; NULL: none */
} RuhuChecked;

/* A draft to be written, or a change to be made. */
typedef struct
{
  char *draft; /* or NULL */
  char *form;
  char *scope;
  char *visit; /* or NULL */
  gboolean of_village;
  gint64 seen;
  gint64 answers;               /* own change that was not let in and that this one takes the place of; 0: none */
  RuhuDraftVersion *draft_seen; /* or NULL */
  json_object *content;         /* the draft's body, or the change's set */
  json_object *reasons;         /* key → why a finding of a rule is let pass; NULL: nobody is asked for one */
  gboolean judged;              /* by the household's rules: of a form all of it, else what is written */
} RuhuWriteRequest;

/* What would be saved, for the rules to judge. */
typedef struct
{
  char *scope;
  char *visit; /* or NULL */
  json_object *set;
  json_object *added; /* new records, as ruhu_rules_propose() wants them */
} RuhuRulesRequest;

typedef struct
{
  GPtrArray *findings;   /* RuhuFinding, records by their final ids */
  json_object *proposed; /* type → record → field → value, records by their ids in the draft; NULL: nothing was added */
} RuhuRuled;

typedef struct
{
  gboolean saved;
  gint64 seq;
  GPtrArray *findings; /* RuhuFinding; errors first: with one among them nothing was saved */
} RuhuSaved;

void ruhu_open_request_free (RuhuOpenRequest *self);
void ruhu_opening_free (RuhuOpening *self);
void ruhu_check_request_free (RuhuCheckRequest *self);
void ruhu_checked_free (RuhuChecked *self);
void ruhu_write_request_free (RuhuWriteRequest *self);
void ruhu_saved_free (RuhuSaved *self);
void ruhu_rules_request_free (RuhuRulesRequest *self);
void ruhu_ruled_free (RuhuRuled *self);

/* RuhuWorkerFunc each; the comment names what @data is and what comes back. */
gpointer ruhu_session_open (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error);    /* RuhuOpenRequest → RuhuOpening; NOT_FOUND, INVALID (a damaged draft, which stays) */
gpointer ruhu_session_check (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error);   /* RuhuCheckRequest → RuhuChecked */
gpointer ruhu_session_draft (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error);   /* RuhuWriteRequest → NULL: on disk */
gpointer ruhu_session_discard (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error); /* RuhuWriteRequest → NULL: the draft is gone */
gpointer ruhu_session_save (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error);    /* RuhuWriteRequest → RuhuSaved */

gpointer ruhu_session_rules (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error); /* RuhuRulesRequest → RuhuRuled */

/* Stands for a finding with the values as they are: under it a draft keeps the reason. @finding names its record by its final id. Transfer full. */
char *ruhu_session_dup_reason_key (const RuhuFinding *finding);
/* Whether sealing needs a reason for it that nobody has given yet, or cannot be had at all. */
gboolean ruhu_session_stands_in_the_way (const RuhuFinding *finding, const char *reason);

/* Puts into a new record what one of its type starts with; what starts with today or this year starts with the form's. */
void ruhu_opening_fill_in (RuhuOpening *self, const char *type, const char *record);
/* Whether a new record's field starts with today or this year. */
gboolean ruhu_opening_starts_with_day (RuhuOpening *self, RuhuField *field);
/* Has the records of a year follow the date of the form's own record (none: today), and what was added with it where nobody typed another one: "type/record" of these. Transfer full. */
GPtrArray *ruhu_opening_follow_date (RuhuOpening *self, RuhuForm *form);
/* Whether this user may make records of the type. */
gboolean ruhu_opening_may_add (RuhuOpening *self, RuhuRecordType *type);

/* The fields of a form's part; of a record type when @part is NULL: those a person may be asked. Borrowed elements; transfer container. */
GPtrArray *ruhu_session_list_fields (RuhuRecordType *type, RuhuFormPart *part);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuOpening, ruhu_opening_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuChecked, ruhu_checked_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuSaved, ruhu_saved_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuRuled, ruhu_ruled_free)

G_END_DECLS
