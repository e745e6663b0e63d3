/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bytes of one line of a page. */
#pragma once

#include "ruhu-change.h"

G_BEGIN_DECLS

/* A change, the names of its fields once more as heads, and the envelope. */
#define RUHU_LINE_MAX (2 * RUHU_CHANGE_MAX + 4096)

/* The exact bytes of a member of the object that @line is known to be. FALSE if it is not there, or there twice. */
gboolean ruhu_line_slice_member (const char *line, gsize length, const char *name, const char **value, gsize *value_length);

/* {"type":{"record":["field",…]}}, nothing else. */
gboolean ruhu_line_is_heads (json_object *heads);

/**
 * ruhu_line_take_plain:
 * @least: what its position must be at least
 * @heads: (out) (nullable): transfer full
 * @change: (out): @change_length bytes of @line, of the form of ruhu_change_read_plain()
 *
 * Reads a line as townships write most of them, {"position":p,"change":{…}}, with "heads" in between or without, and makes nothing of the change, which whoever takes it in will do.
 * FALSE: it is another, and may be right all the same; @heads is untouched then.
 */
gboolean ruhu_line_take_plain (const char *line, gsize length, gint64 least, gint64 *position, json_object **heads, const char **change, gsize *change_length);

G_END_DECLS
