/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the laptop's and the township's judgement share. */
#pragma once

#include "ruhu-expression.h"
#include "ruhu-validate.h"

G_BEGIN_DECLS

#define RUHU_DELETED "deleted"

/* Borrowed. */
RuhuDatabase *ruhu_validator_get_database (RuhuValidator *self);
RuhuCatalogue *ruhu_validator_get_catalogue (RuhuValidator *self);
/* The compiled constraint; NULL when there is none or it does not compile. */
RuhuExpression *ruhu_validator_get_constraint (RuhuValidator *self, RuhuField *field);

/* Runs a rule of @field. One that takes too long or fails passes, with a warning in the log; other errors are the database's. */
gboolean ruhu_validator_test (RuhuExpression *rule, RuhuField *field, const char *id, const char *scope, json_object *fields, const char *today, gboolean if_null, gboolean *result, GError **error);

/* Whether the record belongs where the change is, and has the id that its key gives it. @fields: what is known of it. INVALID. */
gboolean ruhu_validate_place (RuhuRecordType *type, const char *id, const RuhuChange *change, json_object *fields, gboolean is_new, GError **error);

/* Append-only records and deletions. FORBIDDEN or INVALID; or the database's own. */
gboolean ruhu_validate_rights (RuhuValidator *self, RuhuRecordType *type, const char *id, const RuhuChange *change, json_object *written, gboolean is_new, RuhuRole role, GError **error);

/* If @written is an extension of the catalogue: that it fits on the present one and its expressions compile. INVALID names the path and the reason. */
gboolean ruhu_validate_extension (RuhuValidator *self, RuhuRecordType *type, json_object *written, GError **error);

/* Whether @change brings a reason (finding_note) why @field of the record may be wrong for now: only where a rule of the catalogue may be sealed as 待核实. */
gboolean ruhu_validate_is_pending (RuhuValidator *self, RuhuField *field, const char *id, const RuhuChange *change);

G_END_DECLS
