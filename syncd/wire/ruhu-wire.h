/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The protocol's lines and compression, both ends. openapi.yaml describes the whole. */
#pragma once

#include "ruhu-link.h"
#include "ruhu-page.h"

G_BEGIN_DECLS

#define RUHU_WIRE_NDJSON "application/x-ndjson"
/* Bounds that both ends keep. */
#define RUHU_WIRE_MAX_BODY  (8 * 1024 * 1024)
#define RUHU_WIRE_MAX_BATCH 1000
/* Nesting that the protocol's own documents (not changes) may have. */
#define RUHU_WIRE_MAX_DEPTH 8

typedef enum
{
  RUHU_ENCODING_IDENTITY,
  RUHU_ENCODING_GZIP,
  RUHU_ENCODING_ZSTD,
} RuhuEncoding;

/* Of a Content-Encoding header (NULL: identity); FALSE if it is not one of ours. */
gboolean ruhu_encoding_from_header (const char *header, RuhuEncoding *encoding);
/* The best one that an Accept-Encoding header (RFC 9110 section 12.5.3; NULL: identity) allows. */
RuhuEncoding ruhu_encoding_negotiate (const char *accept);
const char *ruhu_encoding_get_name (RuhuEncoding encoding);

/* Transfer full. */
GBytes *ruhu_wire_compress (RuhuEncoding encoding, GBytes *plain, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Never makes more than @max bytes: TOO_LARGE. INVALID when it is damaged or truncated. Transfer full. */
GBytes *ruhu_wire_decompress (RuhuEncoding encoding, GBytes *packed, gsize max, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Walks the lines of a body: *@line (not terminated), *@length. Empty lines are passed over. FALSE at the end. */
gboolean ruhu_wire_next_line (const char *body, gsize size, gsize *offset, const char **line, gsize *length);

/**
 * ruhu_wire_parse_json:
 * @depth: how deep it may nest
 *
 * One JSON value that fills @text: strict, UTF-8 checked. INVALID with the reason. Transfer full: json_object_put().
 */
json_object *ruhu_wire_parse_json (const char *text, gsize length, int depth, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
