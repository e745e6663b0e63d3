/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuRequest and RuhuResponse: what is asked and what is answered, as plain values, so that handlers know no sockets. */
#pragma once

#include "ruhu-wire.h"

G_BEGIN_DECLS

typedef struct
{
  /* Owned. Everything but method, path and query may be NULL. */
  char *method;
  char *path;
  GHashTable *query; /* name → value, both decoded */
  char *authorization;
  char *content_encoding;
  char *accept_encoding;
  GBytes *body;
  GHashTable *headers; /* lower-case name → value: those of ruhu_request_header_names */
  gboolean partial;    /* the peer broke off: @body is what had come, and nobody hears the answer */
  char *peer;          /* the address it came from, without the port */
} RuhuRequest;

/* Transfer full. */
RuhuRequest *ruhu_request_new (const char *method, const char *path);
/* The first of several values of a name counts. */
void ruhu_request_add_query (RuhuRequest *self, const char *name, const char *value);
/* Borrowed; NULL where it was not given. */
const char *ruhu_request_get_query (RuhuRequest *self, const char *name);
/* The further headers that handlers look at. NULL-terminated. */
extern const char *const ruhu_request_header_names[];
void ruhu_request_add_header (RuhuRequest *self, const char *name, const char *value);
/* Borrowed; NULL where it was not given. */
const char *ruhu_request_get_header (RuhuRequest *self, const char *name);
/* A whole number between @min and @max; @fallback where it was not given, unless that is negative: then it must be. INVALID names the parameter. *@value is untouched on failure. */
gboolean ruhu_request_get_integer (RuhuRequest *self, const char *name, gint64 min, gint64 max, gint64 fallback, gint64 *value, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* A hash of the chain; NULL where it was not given. INVALID names the parameter. Borrowed. */
gboolean ruhu_request_get_hash (RuhuRequest *self, const char *name, const char **hash, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The body with its Content-Encoding undone, at most @max bytes: TOO_LARGE; INVALID when it is damaged; UNSUPPORTED encodings are INVALID with *@status 415. Transfer full. */
GBytes *ruhu_request_dup_plain_body (RuhuRequest *self, gsize max, guint *status, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ruhu_request_free (RuhuRequest *self);

typedef struct
{
  guint status;
  /* Owned. */
  GPtrArray *headers; /* char *: name, value, name, value, … */
  GBytes *body;
} RuhuResponse;

/* Takes @json. Transfer full. */
RuhuResponse *ruhu_response_new_json (guint status, json_object *json);
/* Without a body; and with @body (borrowed). Transfer full. */
RuhuResponse *ruhu_response_new_empty (guint status);
RuhuResponse *ruhu_response_new_bytes (guint status, const char *content_type, GBytes *body);
/* NDJSON, compressed as @accept_encoding (may be NULL) allows. Takes @lines. Transfer full. */
RuhuResponse *ruhu_response_new_lines (GString *lines, const char *accept_encoding, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* A problem document. @status: 0 for the one that the error's code stands for. @now: ms. Transfer full. */
RuhuResponse *ruhu_response_new_problem (const GError *error, guint status, gint64 now);
void ruhu_response_add_header (RuhuResponse *self, const char *name, const char *value);
/* Borrowed; NULL where there is none. */
const char *ruhu_response_get_header (RuhuResponse *self, const char *name);
void ruhu_response_free (RuhuResponse *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuRequest, ruhu_request_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuResponse, ruhu_response_free)

G_END_DECLS
