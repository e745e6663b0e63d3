/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuDraftBody: what a page has open: the values it started from, what was typed, records that were added. Pure data: no widget, no database.
 * Its JSON (format: the comment at the top of ruhu-draft-body.c) is the body of a draft on disk. */
#pragma once

#include "ruhu-catalogue.h"

G_BEGIN_DECLS

typedef struct _RuhuDraftBody RuhuDraftBody;

/* Whether what was typed into a field belongs into the change. */
typedef gboolean (*RuhuDraftFilter) (const char *type, const char *record, const char *field, gpointer data);

/* An empty body. Transfer full. */
RuhuDraftBody *ruhu_draft_body_new (void);
void ruhu_draft_body_free (RuhuDraftBody *self);

/* Whether a record is on this laptop. */
typedef gboolean (*RuhuDraftStoredFunc) (const char *type, const char *record, gpointer data);
/* A body in which everything that the change @set wrote was typed just now; records that are not @stored count as added. Transfer full. */
RuhuDraftBody *ruhu_draft_body_new_of_set (json_object *set, RuhuDraftStoredFunc stored, gpointer data);

/* A body from its JSON, which is copied. INVALID names the member that is damaged, never a value; @object stays as it is. Transfer full. */
RuhuDraftBody *ruhu_draft_body_from_json (json_object *object, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Transfer full: a copy, fit for another thread. */
json_object *ruhu_draft_body_to_json (RuhuDraftBody *self);

/* The values a record had when the page was opened; @fields is copied. */
void ruhu_draft_body_set_base (RuhuDraftBody *self, const char *type, const char *record, json_object *fields);
gboolean ruhu_draft_body_has_base (RuhuDraftBody *self, const char *type, const char *record);

/* A new record. Its id stands in the draft; one whose type has a key gets its own id when the change is made. Borrowed, valid until a record of the type is removed or put back. */
const char *ruhu_draft_body_add_record (RuhuDraftBody *self, const char *type);
/* Takes an added record away with all that was typed into it, which is returned (transfer full). NULL if it was not added here. */
json_object *ruhu_draft_body_take_record (RuhuDraftBody *self, const char *type, const char *record);
/* Puts it back where it was, as it was; pending only where no other one is by now. */
void ruhu_draft_body_put_record (RuhuDraftBody *self, const char *type, const char *record, json_object *taken);
gboolean ruhu_draft_body_is_added (RuhuDraftBody *self, const char *type, const char *record);
/* An added record of which a person has not said yet that it belongs to the visit: one of each type at most. NULL: none. Borrowed. */
void ruhu_draft_body_set_pending (RuhuDraftBody *self, const char *type, const char *record);
const char *ruhu_draft_body_get_pending (RuhuDraftBody *self, const char *type);
gboolean ruhu_draft_body_is_pending (RuhuDraftBody *self, const char *type, const char *record);
/* Ids of a type: those of the opening in their order, then added ones. char *, transfer full. */
GPtrArray *ruhu_draft_body_list_records (RuhuDraftBody *self, const char *type);

/* What there is one of a year (ruhu_record_type_get_year_field()): the form edits that of its own year, begun here where there is none.
 * One that was begun is idle until somebody answers something in it: then it is no change and is not saved, whatever the catalogue proposed. */
gboolean ruhu_draft_body_is_begun (RuhuDraftBody *self, const char *type, const char *record);
gboolean ruhu_draft_body_is_idle (RuhuDraftBody *self, const char *type, const char *record);
/* A person entered something in the field. Of types of which there is one a year, only where the record may have to follow the form to another year. */
void ruhu_draft_body_set_answered (RuhuDraftBody *self, RuhuRecordType *type, const char *record, const char *field);
gboolean ruhu_draft_body_is_answered (RuhuDraftBody *self, const char *type, const char *record, const char *field);
/* The form's day, YYYY-MM-DD, and its year; NULL and 0: none is set (also in a draft of a program that did not know of it). */
void ruhu_draft_body_set_day (RuhuDraftBody *self, const char *day);
const char *ruhu_draft_body_get_day (RuhuDraftBody *self);
int ruhu_draft_body_get_year (RuhuDraftBody *self);
/* The minute in which the form was opened first, "YYYY-MM-DD hh:mm" in UTC+8; NULL: a draft of a program that did not note it. */
void ruhu_draft_body_set_at (RuhuDraftBody *self, const char *minute);
const char *ruhu_draft_body_get_at (RuhuDraftBody *self);
/* The year of a record of such a type; 0: none is entered. */
int ruhu_draft_body_get_year_of (RuhuDraftBody *self, RuhuRecordType *type, const char *record);
/* The record of the same key but of an earlier year, the last of those on file; NULL: none. Transfer full. */
char *ruhu_draft_body_dup_earlier (RuhuDraftBody *self, RuhuRecordType *type, const char *record);
/* Takes what was answered in records of other years to those of @year. What is not there is begun with @initials (NULL: nothing may be begun, and answers stay where they are).
 * Then there is one of the kind that @initials says. TRUE if anything came, went or moved. */
gboolean ruhu_draft_body_follow_year (RuhuDraftBody *self, RuhuRecordType *type, int year, json_object *initials);

/* Types a value (NULL: empties the field). A value that equals the base is no change; text that could not be read is forgotten. */
void ruhu_draft_body_set_value (RuhuDraftBody *self, const char *type, const char *record, const char *field, json_object *value);
/* Keeps text that is no value (yet), so that a crash does not lose it. */
void ruhu_draft_body_set_text (RuhuDraftBody *self, const char *type, const char *record, const char *field, const char *text);
/* Borrowed; NULL: no such text. */
const char *ruhu_draft_body_get_text (RuhuDraftBody *self, const char *type, const char *record, const char *field);

/* What stands now, and what stood at the opening. Borrowed; NULL: no value. */
json_object *ruhu_draft_body_get_value (RuhuDraftBody *self, const char *type, const char *record, const char *field);
json_object *ruhu_draft_body_get_base (RuhuDraftBody *self, const char *type, const char *record, const char *field);
/* Whether a field, a record (@field NULL) or anything (@type NULL) differs from the opening. */
gboolean ruhu_draft_body_is_changed (RuhuDraftBody *self, const char *type, const char *record, const char *field);
/* The same for text that is no value. */
gboolean ruhu_draft_body_has_text (RuhuDraftBody *self, const char *type, const char *record);

/* The whole record as it stands now. Transfer full. */
json_object *ruhu_draft_body_dup_fields (RuhuDraftBody *self, const char *type, const char *record);

/* The record that the form is about, and the step the person was at. */
void ruhu_draft_body_set_self (RuhuDraftBody *self, const char *record);
const char *ruhu_draft_body_get_self (RuhuDraftBody *self);
void ruhu_draft_body_set_step (RuhuDraftBody *self, const char *step);
const char *ruhu_draft_body_get_step (RuhuDraftBody *self);
void ruhu_draft_body_set_visited (RuhuDraftBody *self, const char *step);
gboolean ruhu_draft_body_get_visited (RuhuDraftBody *self, const char *step);

/* Why a finding of a rule is let pass; NULL or "": nothing is said. Borrowed; NULL where there is none. */
void ruhu_draft_body_set_reason (RuhuDraftBody *self, const char *key, const char *reason);
const char *ruhu_draft_body_get_reason (RuhuDraftBody *self, const char *key);
/* All of them, key → reason. Transfer full. */
json_object *ruhu_draft_body_dup_reasons (RuhuDraftBody *self);

/* The id under which an added record will be saved: its own, or the one that its key gives. NULL while a part of the key is missing. Transfer full. */
char *ruhu_draft_body_dup_final_id (RuhuDraftBody *self, RuhuRecordType *type, const char *scope, const char *record);

/**
 * ruhu_draft_body_dup_set:
 * @scope: the scope that keyed ids are made from
 * @filter: (nullable): says which fields may go into the change
 *
 * The `set` of a change: changed values only, under final ids. INVALID with a sentence when text could not be read as a value, or a part of a key is missing;
 * VERSION when it holds what this catalogue does not know. The body stays as it is.
 * Transfer full; an empty object when nothing changed.
 */
json_object *ruhu_draft_body_dup_set (RuhuDraftBody *self, RuhuCatalogue *catalogue, const char *scope, RuhuDraftFilter filter, gpointer data, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuDraftBody, ruhu_draft_body_free)

G_END_DECLS
