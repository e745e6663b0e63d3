/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuEditSession: entering data, without a widget: a form about a household, or one record. It opens, checks as one types, keeps the draft on disk, and saves what changed.
 *
 * Signals (in the thread that made it):
 *   "checked" (type, record)   findings and relevance of a record are known anew; with "" and "": what the rules say is
 *   "edited" (type, record)    a value changed, or a record came or went (record "")
 *   "stored" (error)           the draft is on disk (error NULL, a GError otherwise) */
#pragma once

#include "ruhu-draft-body.h"
#include "ruhu-session-jobs.h"
#include "ruhu-worker.h"

G_BEGIN_DECLS

#define RUHU_TYPE_EDIT_SESSION (ruhu_edit_session_get_type ())
G_DECLARE_FINAL_TYPE (RuhuEditSession, ruhu_edit_session, RUHU, EDIT_SESSION, GObject)

/* A form about a household, begun anew (@draft NULL) or gone on with. Transfer full. */
RuhuEditSession *ruhu_edit_session_new_form (RuhuWorker *worker, const char *form, const char *household, const char *draft);
/* One record, new when @record is NULL; @seen is that of the page it is edited from. Keeps no draft. Transfer full. */
RuhuEditSession *ruhu_edit_session_new_record (RuhuWorker *worker, const char *type, const char *record, const char *scope, gint64 seen);

/* Reads everything. Until it has ended, only this may be called. NOT_FOUND, or INVALID for a damaged draft (which stays as it is). */
void ruhu_edit_session_open_async (RuhuEditSession *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
gboolean ruhu_edit_session_open_finish (RuhuEditSession *self, GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Borrowed, for the life of the session. */
RuhuWorker *ruhu_edit_session_get_worker (RuhuEditSession *self);
RuhuCatalogue *ruhu_edit_session_get_catalogue (RuhuEditSession *self);
RuhuForm *ruhu_edit_session_get_form (RuhuEditSession *self); /* NULL: one record */
RuhuDraftBody *ruhu_edit_session_get_body (RuhuEditSession *self);
const char *ruhu_edit_session_get_scope (RuhuEditSession *self);
const char *ruhu_edit_session_get_title (RuhuEditSession *self); /* of the household or record; NULL when it has none */
const char *ruhu_edit_session_get_draft (RuhuEditSession *self); /* its id; NULL: one record */
gboolean ruhu_edit_session_get_resumed (RuhuEditSession *self);
/* Whether anything was typed that is not saved yet. */
gboolean ruhu_edit_session_is_changed (RuhuEditSession *self);

/* The year that the form is of, by the date in its own record: the records of which there is one a year are those of this one, and new lines start with it. */
int ruhu_edit_session_get_year (RuhuEditSession *self);
/* What a field said before: at the opening; of a record that was begun for the form's year, in *@year (0 otherwise) before it. Borrowed; NULL: nothing. */
json_object *ruhu_edit_session_get_previous (RuhuEditSession *self, RuhuField *field, const char *record, int *year);

/* What the laptop knows of a field without asking, to be proposed and never entered by itself: of a visit's length the minutes since it began (*@since: that time), on the day itself. NULL: nothing. Both transfer full. */
json_object *ruhu_edit_session_dup_proposed (RuhuEditSession *self, RuhuField *field, const char *record, char **since);

/* What a record is called just now: by its type's title, a new one by its type's label. Transfer full. */
char *ruhu_edit_session_dup_title (RuhuEditSession *self, RuhuRecordType *type, const char *record);
/* A second line to it, "" when the type's summary is not one field. Transfer full. */
char *ruhu_edit_session_dup_summary (RuhuEditSession *self, RuhuRecordType *type, const char *record);
/* What tells it from others of the same title, in one line; "" when the type says nothing of that. Transfer full. */
char *ruhu_edit_session_dup_facts (RuhuEditSession *self, RuhuRecordType *type, const char *record);
/* Title, summary and facts of a record that is on file, by its stored fields. Transfer full. */
char *ruhu_edit_session_dup_line (RuhuEditSession *self, RuhuRecordType *type, json_object *fields);
/* In what way a record is past by now, in words ("Died"); NULL when it is not. Transfer full. */
char *ruhu_edit_session_dup_past (RuhuEditSession *self, RuhuRecordType *type, const char *record);
/* What a reference to @type chooses from: RuhuTitle. Borrowed; NULL when there is none. */
GPtrArray *ruhu_edit_session_get_references (RuhuEditSession *self, const char *type);

/* What is recorded already of a type that the form only adds to, in the type's order: json_object, its stored fields. Borrowed; NULL when the form has no such part. */
GPtrArray *ruhu_edit_session_get_earlier (RuhuEditSession *self, const char *type);

/* What a reference offers: RuhuTitle, without who is gone, unless that is what stands in @record (NULL: no record yet) or stood at the opening. Borrowed elements; transfer container. */
GPtrArray *ruhu_edit_session_list_offered (RuhuEditSession *self, RuhuField *field, const char *record);

/* The ids of a part: the one of its own, or all but the one that is pending; those that are folded last. A part that cannot correct it leaves out who is gone. Transfer full. */
GPtrArray *ruhu_edit_session_list_records (RuhuEditSession *self, RuhuFormPart *part);
/* Whether a record stands behind the others of its part: it was past already when the form was opened. */
gboolean ruhu_edit_session_is_folded (RuhuEditSession *self, RuhuFormPart *part, const char *record);
/* Whether a record is of somebody who is no longer there, by what stands now. */
gboolean ruhu_edit_session_is_gone (RuhuEditSession *self, RuhuRecordType *type, const char *record);

/* A value typed (NULL: emptied), text that is no value, a record more or less. The draft follows within a second. */
void ruhu_edit_session_set_value (RuhuEditSession *self, RuhuField *field, const char *record, json_object *value);
void ruhu_edit_session_set_text (RuhuEditSession *self, RuhuField *field, const char *record, const char *text);
const char *ruhu_edit_session_add_record (RuhuEditSession *self, RuhuRecordType *type);
void ruhu_edit_session_remove_record (RuhuEditSession *self, RuhuRecordType *type, const char *record);
/* The same, to be brought back with all that was typed into it: transfer full; NULL if it was not added in this session. */
json_object *ruhu_edit_session_take_record (RuhuEditSession *self, RuhuRecordType *type, const char *record);
void ruhu_edit_session_restore_record (RuhuEditSession *self, RuhuRecordType *type, const char *record, json_object *taken);
void ruhu_edit_session_set_step (RuhuEditSession *self, const char *step);

/* A record that is being entered and belongs to the visit only once it is added: it is in the draft on disk at every field. One of each type. Borrowed; NULL: none. */
const char *ruhu_edit_session_get_pending (RuhuEditSession *self, RuhuRecordType *type);
const char *ruhu_edit_session_begin_pending (RuhuEditSession *self, RuhuRecordType *type);
/* Whether nothing that its type requires is missing from it. FALSE when there is none. */
gboolean ruhu_edit_session_is_pending_complete (RuhuEditSession *self, RuhuRecordType *type);
/* Makes those that are complete part of the visit; the others stay as they are. */
void ruhu_edit_session_add_pending (RuhuEditSession *self);

/* Whether a person may type into the field: NULL, or a few words why not ("" where that is plain). Static. */
const char *ruhu_edit_session_get_read_only (RuhuEditSession *self, RuhuField *field, const char *record);
/* Whether this user may make a record of the type here: it is made by hand, they may write in it, and it needs nothing that cannot be entered yet (a photo). */
gboolean ruhu_edit_session_may_add (RuhuEditSession *self, RuhuRecordType *type);
/* Whether the field is asked, as last checked. */
gboolean ruhu_edit_session_is_relevant (RuhuEditSession *self, RuhuField *field, const char *record);
/* The gravest finding about a field (@field NULL: about the record as a whole), or NULL. Borrowed until the next check. */
const RuhuFinding *ruhu_edit_session_get_finding (RuhuEditSession *self, RuhuRecordType *type, RuhuField *field, const char *record);
/* All of a record, RuhuFinding; NULL before its first check. Borrowed until the next. */
GPtrArray *ruhu_edit_session_get_findings (RuhuEditSession *self, RuhuRecordType *type, const char *record);
/* What the rules say of what would be saved, RuhuFinding, records by their final ids; NULL before the first time. Borrowed until "checked". */
GPtrArray *ruhu_edit_session_get_ruled (RuhuEditSession *self);
/* The draft's id of the record of one of them. Borrowed. */
const char *ruhu_edit_session_get_ruled_record (RuhuEditSession *self, guint index);
/* Whether a constraint about the same fields of the record says the same of it already: it has to be put right first. */
gboolean ruhu_edit_session_is_said (RuhuEditSession *self, guint index);
/* What a finding may be about besides its own field: RuhuField that its rule or constraint looks at. Transfer container; empty for what is wrong with one value. */
GPtrArray *ruhu_edit_session_list_uses (RuhuEditSession *self, const RuhuFinding *finding);
/* Why such a finding is let pass; kept in the draft, and recorded with the visit. NULL: nothing was said. Borrowed. */
const char *ruhu_edit_session_get_reason (RuhuEditSession *self, const RuhuFinding *finding);
void ruhu_edit_session_set_reason (RuhuEditSession *self, const RuhuFinding *finding, const char *reason);
/* What others recorded in the field since the draft was begun: TRUE with *@value (borrowed) if so. */
gboolean ruhu_edit_session_get_meanwhile (RuhuEditSession *self, RuhuField *field, const char *record, json_object **value);

/* Judges a record soon; several calls are one check. */
void ruhu_edit_session_check (RuhuEditSession *self, RuhuRecordType *type, const char *record);

/* What is saved takes the place of this laptop's change @seq, which was not let in. */
void ruhu_edit_session_set_answers (RuhuEditSession *self, gint64 seq);

/* Puts the draft on disk at once, if anything is unwritten. */
void ruhu_edit_session_store (RuhuEditSession *self);
/* Whether the draft on disk has all that was typed, or is needed no more. */
gboolean ruhu_edit_session_is_stored (RuhuEditSession *self);

/* Ends the visit: waits for checks under way, then saves what changed, all or nothing. On failure everything typed stays, the draft too. */
void ruhu_edit_session_save_async (RuhuEditSession *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/* TRUE when saved. FALSE without @error set: findings stand against it (*@findings, transfer full, records by their ids of the session). */
gboolean ruhu_edit_session_save_finish (RuhuEditSession *self, GAsyncResult *result, GPtrArray **findings, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The number of the change that it was saved as; 0 before. */
gint64 ruhu_edit_session_get_saved_seq (RuhuEditSession *self);

/* Throws the draft away, on a person's demand. Nothing is written afterwards. */
void ruhu_edit_session_discard_async (RuhuEditSession *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean ruhu_edit_session_discard_finish (RuhuEditSession *self, GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Puts the draft that was discarded on disk again, as it was last typed. This session stays over: another one goes on with the draft. */
void ruhu_edit_session_restore_async (RuhuEditSession *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean ruhu_edit_session_restore_finish (RuhuEditSession *self, GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
