/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The JSON that laptops write, read and written without a parser's detours. */
#pragma once

#include "ruhu-types.h"

G_BEGIN_DECLS

/**
 * ruhu_change_read_plain:
 * @json: @length bytes of valid UTF-8
 *
 * Reads one JSON object as laptops write it: without blanks, without a backslash or a control character in its strings, numbers without an exponent, not deep, no more than
 * RUHU_CHANGE_MAX_VALUES members and elements. What it returns is what json-c makes of the same text. NULL: it is another text, which may be right or wrong; json-c says which.
 * Transfer full.
 */
json_object *ruhu_change_read_plain (const char *json, gsize length);

/**
 * ruhu_change_take_plain:
 * @at: (inout): where an object of that form begins; comes to stand behind it
 * @end: where the text ends, all of it valid UTF-8
 * @object: (out) (optional): what json-c makes of it; NULL: nothing is made
 *
 * Reads, or skips, such an object where other text follows. FALSE: there is none at @at, or it is of another form, and nothing is altered. Transfer full.
 */
gboolean ruhu_change_take_plain (const char **at, const char *end, json_object **object);

/* Appends @value as json-c does with JSON_C_TO_STRING_PLAIN and JSON_C_TO_STRING_NOSLASHESCAPE. */
void ruhu_change_write_value (GString *out, json_object *value);
/* The same of a text of @length bytes. */
void ruhu_change_write_text (GString *out, const char *text, gsize length);

/* Whether @length bytes are UTF-8 without a NUL, as g_utf8_validate() says it. Most of a change is ASCII, which goes eight bytes at a time. */
gboolean ruhu_change_is_text (const char *bytes, gsize length) G_GNUC_PURE;

G_END_DECLS
