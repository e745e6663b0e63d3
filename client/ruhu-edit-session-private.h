/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of RuhuEditSession share. */
#pragma once

#include "ruhu-edit-session.h"

G_BEGIN_DECLS

struct _RuhuEditSession
{
  GObject parent_instance;

  /* Owned. */
  RuhuWorker *worker;
  RuhuOpenRequest request; /* as given */
  RuhuOpening *opening;    /* NULL until opened */
  char *draft;             /* the draft's id; NULL: one record */
  GHashTable *checked;     /* "type/record" → RuhuChecked */
  GHashTable *to_check;    /* the same keys, as a set */
  GHashTable *proposed;    /* "type/record/field" → json_object: the last value that was proposed */
  GPtrArray *ruled;        /* RuhuFinding of the rules, records by their final ids; NULL before the first time */
  GPtrArray *ruled_ids;    /* char *: of each of them the record's id in the draft */
  GTask *saving;           /* waits for checks, then for the store */
  GError *unchecked;       /* why one of the checks under way failed; or NULL */

  /* Borrowed from the catalogue. */
  RuhuForm *form;

  gint64 saved_seq; /* 0: not saved */
  gint64 answers;   /* 0: none */
  guint n_checking;
  guint n_storing;
  guint check_timer;
  guint store_timer;
  gboolean is_ruling;  /* the rules are being run */
  gboolean rule_again; /* what they judge has changed meanwhile */
  gboolean is_typed;   /* a person typed something; what a form starts with does not count */
  gboolean is_dirty;   /* the draft on disk is older than the body */
  gboolean is_over;    /* saved or discarded: nothing may be written any more */
};

/* A request about the draft or the change; takes @content (may be NULL). Transfer full. */
RuhuWriteRequest *ruhu_edit_session_make_write_request (RuhuEditSession *self, json_object *content);
/* The draft on disk is older than what is typed. */
void ruhu_edit_session_mark_dirty (RuhuEditSession *self);
/* Somebody typed into a record: the draft follows, it is checked, and the pages are told. */
void ruhu_edit_session_note_edited (RuhuEditSession *self, RuhuRecordType *type, const char *record);
/* A person entered something in a field: what there is one of a year follows the form's date. */
void ruhu_edit_session_note_answer (RuhuEditSession *self, RuhuField *field, const char *record);
/* Whether a record is of the form's year, or was entered in it; TRUE for what there is not one of a year. */
gboolean ruhu_edit_session_is_of_form_year (RuhuEditSession *self, RuhuRecordType *type, const char *record);
/* Starts the checks that wait for a pause. */
void ruhu_edit_session_start_checks (RuhuEditSession *self);
/* Puts into a record what the catalogue proposes (field → value), where nobody typed anything else. */
void ruhu_edit_session_propose (RuhuEditSession *self, const char *type, const char *record, json_object *values);
/* Has the rules judge what would be saved now; several calls are one. */
void ruhu_edit_session_rule (RuhuEditSession *self);
/* "type/record". Transfer full. */
char *ruhu_edit_session_make_key (const char *type, const char *record);
/* Whether the household's rules have a say. */
gboolean ruhu_edit_session_is_about_household (RuhuEditSession *self);
/* Says that a value changed. */
void ruhu_edit_session_emit_edited (RuhuEditSession *self, const char *type, const char *record);
/* Says that findings are known anew: of one record, or (@type "") of the rules. */
void ruhu_edit_session_emit_checked (RuhuEditSession *self, const char *type, const char *record);
/* Whether what was typed into a field belongs into the change. */
gboolean ruhu_edit_session_filter (const char *type, const char *record, const char *field, gpointer data);
/* No check is under way any more: makes the change. */
void ruhu_edit_session_begin_save (RuhuEditSession *self);
/* Nothing is saved; takes @error. */
void ruhu_edit_session_fail_save (RuhuEditSession *self, GError *error);

G_END_DECLS
