/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a change may say: types, bounds, who may write, what is relevant and required, constraints. */
#pragma once

#include "ruhu-catalogue.h"
#include "ruhu-change.h"
#include "ruhu-database.h"

G_BEGIN_DECLS

typedef struct
{
  RuhuSeverity severity;
  char *type;    /* record type's name */
  char *record;  /* record id */
  char *field;   /* or NULL: the record as a whole */
  char *message; /* in the user's language; of a field's own checks never a value */
  char **uses;   /* of a constraint: names of the fields of its record that it looks at, its own among them; else NULL */
  /* Of a rule (ruhu-rules.h); NULL and FALSE for a field's own checks. */
  char *rule;            /* its id */
  char *reason;          /* why it was let pass earlier, with the values as they are now; or NULL */
  char *basis;           /* stands for those values */
  char *problem;         /* code of problem_kind: the township raises a problem; or NULL */
  gboolean blocks;       /* the step cannot be taken */
  gboolean may_pend;     /* … except as 待核实, with a reason */
  gboolean needs_reason; /* the step can be taken with a tick and a reason */
} RuhuFinding;

void ruhu_finding_free (RuhuFinding *self);

typedef struct _RuhuValidator RuhuValidator;

/* Compiled expressions are kept by the validator. Must not outlive @database. Transfer full. */
RuhuValidator *ruhu_validator_new (RuhuDatabase *database, RuhuCatalogue *catalogue);
void ruhu_validator_free (RuhuValidator *self);

/**
 * ruhu_validator_check_local:
 *
 * Judges a change about to be saved, over whole records (stored values with the change on top). Findings are appended to @findings (RuhuFinding).
 * Fails only if the check itself could not run.
 */
gboolean ruhu_validator_check_local (RuhuValidator *self, const RuhuChange *change, RuhuRole role, const char *today, GPtrArray *findings, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether ruhu_validator_check_local() would find no error, without looking for warnings; else INVALID with the first one. */
gboolean ruhu_validator_refuse_local (RuhuValidator *self, const RuhuChange *change, RuhuRole role, const char *today, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether somebody of @role may set `deleted` in such a record: the office always; of what is written once, who wrote it (@is_own); else who may write the type. Of a permanent type the
 * office alone. */
gboolean ruhu_validate_may_remove (RuhuRecordType *type, RuhuRole role, gboolean is_own);

/**
 * ruhu_validator_check_remote:
 *
 * The township's judgement of a pushed change: of what the change itself carries, never of what others wrote meanwhile, so that a concurrent edit cannot make somebody's
 * honest work invalid. Unknown types and fields pass; names excluded by G1 do not. INVALID or FORBIDDEN with the place and the reason.
 */
gboolean ruhu_validator_check_remote (RuhuValidator *self, const RuhuChange *change, RuhuRole role, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* As much of ruhu_validator_check_remote() as no record has to be looked up for: whether it passes if every record that it matters for is new. FALSE says nothing: the record may be there. */
gboolean ruhu_validator_foresee_remote (RuhuValidator *self, const RuhuChange *change, RuhuRole role) G_GNUC_WARN_UNUSED_RESULT;
/* Whether those records are new (@absent: what ruhu_heads_check_scope() found so), so that what was foreseen by the same catalogue for the same role is what ruhu_validator_check_remote() would find. */
gboolean ruhu_validator_holds_foreseen (RuhuValidator *self, const RuhuChange *change, GPtrArray *absent);

/* One record as it would be on a page: every finding of its fields, and which fields are relevant (name → GINT_TO_POINTER (TRUE)) in @relevant (may be NULL). */
gboolean ruhu_validator_check_record (RuhuValidator *self, RuhuRecordType *type, const char *id, const char *scope, json_object *fields, RuhuRole role, const char *today, GHashTable *relevant, GPtrArray *findings, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuValidator, ruhu_validator_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuFinding, ruhu_finding_free)

G_END_DECLS
