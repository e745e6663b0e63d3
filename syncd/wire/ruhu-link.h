/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The enrolment link: ruhu://HOST:PORT/enrol?code=CODE&pin=PIN; PIN = base64url (SHA-256 of the server's SubjectPublicKeyInfo), no padding. */
#pragma once

#include "ruhu-types.h"

G_BEGIN_DECLS

typedef struct
{
  char *host; /* an IPv6 address without its brackets */
  guint16 port;
  char *code;
  char *pin;
} RuhuLink;

/* Surrounding white space and line breaks inside (as mail programs make them) are forgiven. INVALID with the part and the reason. Transfer full. */
RuhuLink *ruhu_link_parse (const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The reverse, of parts that ruhu_link_parse() would take. Transfer full. */
char *ruhu_link_format (const char *host, guint16 port, const char *code, const char *pin);
/* "https://HOST:PORT", brackets around IPv6. Transfer full. */
char *ruhu_link_dup_base (const RuhuLink *self);
/* Whether laptops can connect to @host (NULL: no): a name, or an IP address, without brackets and without a port. It is not looked up. */
gboolean ruhu_link_is_host (const char *host);
/* Whether @pin has the form of one: base64url of 32 bytes, no padding. */
gboolean ruhu_link_is_pin (const char *pin);
void ruhu_link_free (RuhuLink *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuLink, ruhu_link_free)

G_END_DECLS
