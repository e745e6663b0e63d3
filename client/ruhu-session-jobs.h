/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an editing session asks of the store: plain values in, plain values out, run in the worker's thread. */
#pragma once

#include "ruhu-draft-body.h"
#include "ruhu-store-query.h"

#include <gio/gio.h>

G_BEGIN_DECLS

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
  gboolean resumed; /* a draft was found */
} RuhuOpening;

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
  gint64 answers;       /* own change that was not let in and that this one takes the place of; 0: none */
  json_object *content; /* the draft's body, or the change's set */
  json_object *reasons; /* of a form: key → why a finding of a rule is let pass; NULL: rules do not stand in the way */
} RuhuWriteRequest;

/* What would be saved, for the rules to judge. */
typedef struct
{
  char *scope;
  char *visit; /* or NULL */
  json_object *set;
} RuhuRulesRequest;

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

/* RuhuWorkerFunc each; the comment names what @data is and what comes back. */
gpointer ruhu_session_open (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error);    /* RuhuOpenRequest → RuhuOpening; NOT_FOUND, INVALID (a damaged draft, which stays) */
gpointer ruhu_session_check (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error);   /* RuhuCheckRequest → RuhuChecked */
gpointer ruhu_session_draft (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error);   /* RuhuWriteRequest → NULL: on disk */
gpointer ruhu_session_discard (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error); /* RuhuWriteRequest → NULL: the draft is gone */
gpointer ruhu_session_save (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error);    /* RuhuWriteRequest → RuhuSaved */

gpointer ruhu_session_rules (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error); /* RuhuRulesRequest → GPtrArray of RuhuFinding, records by their final ids */

/* Stands for a finding with the values as they are: under it a draft keeps the reason. @finding names its record by its final id. Transfer full. */
char *ruhu_session_dup_reason_key (const RuhuFinding *finding);
/* Whether sealing needs a reason for it that nobody has given yet, or cannot be had at all. */
gboolean ruhu_session_stands_in_the_way (const RuhuFinding *finding, const char *reason);

/* Puts into a new record what one of its type starts with. */
void ruhu_opening_fill_in (RuhuOpening *self, const char *type, const char *record);

/* The fields of a form's part; of a record type when @part is NULL: those a person may be asked. Borrowed elements; transfer container. */
GPtrArray *ruhu_session_list_fields (RuhuRecordType *type, RuhuFormPart *part);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuOpening, ruhu_opening_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuChecked, ruhu_checked_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuSaved, ruhu_saved_free)

G_END_DECLS
