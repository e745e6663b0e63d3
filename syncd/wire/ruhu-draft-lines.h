/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drafts on their way between a laptop and its township: lines, as ruhu-replica-draft.c writes them. */
#pragma once

#include "ruhu-store.h"

G_BEGIN_DECLS

#define RUHU_TARGET_DRAFTS "/v1/drafts"
/* What the township keeps of one laptop. */
#define RUHU_DRAFTS_MAX       200
#define RUHU_DRAFTS_MAX_BYTES (8 * 1024 * 1024)

typedef struct
{
  GPtrArray *drafts; /* RuhuDraft; their body is a JSON string: what it says is the app's */
  GPtrArray *have;   /* char *, of the closing line; NULL: it was {"done":true} */
  /* char *, of the closing line; empty where it does not have them. What stands beside one of them has as many, or none. */
  GPtrArray *updated; /* stamps, beside @have */
  GPtrArray *over;
  GPtrArray *over_updated; /* beside @over */
  GPtrArray *took;
  GPtrArray *took_updated; /* beside @took */
} RuhuDraftLines;

/* The township's answer to what was handed over (char *): of what the laptop named, what is not here in that version; and what is here of that laptop and was not named. */
typedef struct
{
  GPtrArray *lacks;
  GPtrArray *others;
} RuhuDraftsAnswer;

RuhuDraftsAnswer *ruhu_drafts_answer_new (void);
void ruhu_drafts_answer_free (RuhuDraftsAnswer *self);
/* An older township says neither. Transfer full. */
RuhuDraftsAnswer *ruhu_drafts_answer_parse (const char *body, gsize size, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Transfer full. */
json_object *ruhu_drafts_answer_to_json (const RuhuDraftsAnswer *self);

void ruhu_draft_lines_free (RuhuDraftLines *self);

/* INVALID with the line's number and the reason when anything does not fit, the closing line missing included. Transfer full. */
RuhuDraftLines *ruhu_draft_lines_parse (const char *body, gsize size, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The lines of @rows (id, kind, scope, seen, updated, body), stopping after the one that passes @max_bytes, and the closing line. Transfer full. */
GString *ruhu_draft_lines_write (RuhuStatement *rows, gsize max_bytes, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuDraftLines, ruhu_draft_lines_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuDraftsAnswer, ruhu_drafts_answer_free)

G_END_DECLS
