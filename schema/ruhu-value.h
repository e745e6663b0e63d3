/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A typed field value: checked, compared, shown, read from typing, carried between JSON and SQL. JSON null is "no value". */
#pragma once

#include "ruhu-catalogue.h"
#include "ruhu-database.h"

G_BEGIN_DECLS

/* Whether @value (NULL or JSON null: no value) is of @field's type and within its bounds, choices and pattern. INVALID with a sentence that names field and reason, never the value. */
gboolean ruhu_value_check (RuhuField *field, json_object *value, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Same value, whatever the spelling (1 and 1.0; order of choices). */
gboolean ruhu_value_equal (json_object *a, json_object *b);

/* What a person reads, in the user's language: a choice's label, yuan with two decimals, yes/no; a reference's id as it is. "" for no value. Transfer full. */
char *ruhu_value_format (RuhuField *field, json_object *value);

/* What a person typed → a value: full-width digits and signs, "12.5" yuan → 1250, "2018-6-3" → 2018-06-03. Empty text gives no value (*@value NULL). INVALID with a sentence. *@value: transfer full, untouched on failure. */
gboolean ruhu_value_parse (RuhuField *field, const char *text, json_object **value, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What an entry shows for editing: plain "12.50", a code, a date. Transfer full. */
char *ruhu_value_to_entry (RuhuField *field, json_object *value);

/* Binds as the field's column wants it (choices as JSON text, booleans as 0/1). */
gboolean ruhu_value_bind (RuhuField *field, json_object *value, RuhuStatement *statement, int parameter, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A column back to a value; NULL for SQL NULL. Transfer full. */
json_object *ruhu_value_from_column (RuhuField *field, RuhuStatement *statement, int column);

/* The SQL type of the column: TEXT, BIGINT or DOUBLE PRECISION. Static. */
const char *ruhu_value_get_sql_type (RuhuField *field);

G_END_DECLS
