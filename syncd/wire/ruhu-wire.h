/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The protocol's lines and compression, both ends. openapi.yaml describes the whole. */
#pragma once

#include "ruhu-replica.h"

G_BEGIN_DECLS

#define RUHU_WIRE_NDJSON "application/x-ndjson"
/* Bounds that both ends keep. */
#define RUHU_WIRE_MAX_BODY  (8 * 1024 * 1024)
#define RUHU_WIRE_MAX_BATCH 1000

typedef enum
{
  RUHU_ENCODING_IDENTITY,
  RUHU_ENCODING_GZIP,
  RUHU_ENCODING_ZSTD,
} RuhuEncoding;

/* Of a Content-Encoding header (NULL: identity); FALSE if it is not one of ours. */
gboolean ruhu_encoding_from_header (const char *header, RuhuEncoding *encoding);
/* The best one that an Accept-Encoding header allows. */
RuhuEncoding ruhu_encoding_negotiate (const char *accept);
const char *ruhu_encoding_get_name (RuhuEncoding encoding);

/* Transfer full. */
GBytes *ruhu_wire_compress (RuhuEncoding encoding, GBytes *plain, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Never makes more than @max bytes: TOO_LARGE. INVALID when it is damaged or truncated. Transfer full. */
GBytes *ruhu_wire_decompress (RuhuEncoding encoding, GBytes *packed, gsize max, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Walks the lines of a body: *@line (not terminated), *@length. Empty lines are passed over. FALSE at the end. */
gboolean ruhu_wire_next_line (const char *body, gsize size, gsize *offset, const char **line, gsize *length);

/* A page of the stream, parsed. */
typedef struct
{
  GArray *entries; /* RuhuEntry, pointing into @owned */
  gint64 until;    /* last line: where the page ends, … */
  char *hash;      /* … the chain's hash there, … */
  gint64 head;     /* … and the township's last position */
  GPtrArray *owned;
} RuhuPage;

/* PROTOCOL with the line's number and the reason when anything does not fit, the closing line missing (a truncated body) included. Transfer full. */
RuhuPage *ruhu_page_parse (const char *body, gsize size, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ruhu_page_free (RuhuPage *self);

/* A page of a backfill, parsed. */
typedef struct
{
  GArray *entries; /* RuhuBackfillEntry, pointing into @owned */
  char *next;      /* cookie; NULL: it was the last page */
  GPtrArray *owned;
} RuhuBackfillPage;

RuhuBackfillPage *ruhu_backfill_page_parse (const char *body, gsize size, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ruhu_backfill_page_free (RuhuBackfillPage *self);

/* The enrolment link: ruhu://HOST:PORT/enrol?code=CODE&pin=PIN; PIN = base64url (SHA-256 of the server's SubjectPublicKeyInfo), no padding. */
typedef struct
{
  char *host; /* an IPv6 address without its brackets */
  guint16 port;
  char *code;
  char *pin;
} RuhuLink;

/* Surrounding white space and line breaks inside (as mail programs make them) are forgiven. INVALID with the part and the reason. Transfer full. */
RuhuLink *ruhu_link_parse (const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;
char *ruhu_link_format (const char *host, guint16 port, const char *code, const char *pin);
/* "https://HOST:PORT", brackets around IPv6. Transfer full. */
char *ruhu_link_dup_base (const RuhuLink *self);
void ruhu_link_free (RuhuLink *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuPage, ruhu_page_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuBackfillPage, ruhu_backfill_page_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuLink, ruhu_link_free)

G_END_DECLS
