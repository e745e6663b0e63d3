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
  GPtrArray *took;   /* char *, of the closing line */
} RuhuDraftLines;

void ruhu_draft_lines_free (RuhuDraftLines *self);

/* INVALID with the line's number and the reason when anything does not fit, the closing line missing included. Transfer full. */
RuhuDraftLines *ruhu_draft_lines_parse (const char *body, gsize size, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The lines of @rows (id, kind, scope, seen, updated, body), stopping after the one that passes @max_bytes, and the closing line. Transfer full. */
GString *ruhu_draft_lines_write (RuhuStatement *rows, gsize max_bytes, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuDraftLines, ruhu_draft_lines_free)

G_END_DECLS
