/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuExpression: an SQL expression of the catalogue over a record's own fields, sandboxed. Its fields are names of the record type; besides them
 * `today` (text, UTC+8), `scope` and `id`. Sub-queries may read the record tables r_*; in them the record's own fields are self.FIELD. */
#pragma once

#include "ruhu-catalogue.h"
#include "ruhu-database.h"

G_BEGIN_DECLS

/* Compiles. EXPRESSION when it does not parse or asks for what the sandbox forbids. Must not outlive @database. Transfer full. */
RuhuExpression *ruhu_expression_new (RuhuDatabase *database, RuhuRecordType *type, const char *sql, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ruhu_expression_free (RuhuExpression *self);

/**
 * ruhu_expression_evaluate:
 * @fields: the record's values; missing ones are NULL in SQL
 * @today: "YYYY-MM-DD"
 *
 * *@value: the result as JSON (NULL: SQL NULL), of the field's type if @sql is a field's calculate; transfer full, untouched on failure. EXPRESSION when it takes too long or fails.
 */
gboolean ruhu_expression_evaluate (RuhuExpression *self, const char *id, const char *scope, json_object *fields, const char *today, json_object **value, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same as a truth value: NULL is @if_null. */
gboolean ruhu_expression_test (RuhuExpression *self, const char *id, const char *scope, json_object *fields, const char *today, gboolean if_null, gboolean *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether @field, or any, is among the values that the expression is given; whether it looks at other records. */
gboolean ruhu_expression_uses (RuhuExpression *self, RuhuField *field);
gboolean ruhu_expression_uses_any (RuhuExpression *self);
gboolean ruhu_expression_has_query (RuhuExpression *self);

/* Every relevant, constraint, calculate, title, summary and order of @catalogue compiles; INVALID names record, field and reason. The record tables must be there
 * (ruhu_tables_follow()). */
gboolean ruhu_expression_check_catalogue (RuhuDatabase *database, RuhuCatalogue *catalogue, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuExpression, ruhu_expression_free)

G_END_DECLS
