/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuError: the one error domain, and what each code means on D-Bus, over HTTP and for retrying. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * RuhuError:
 * @RUHU_ERROR_FAILED: nothing more exact is known
 * @RUHU_ERROR_INVALID: bad input; the message names the place and the reason
 * @RUHU_ERROR_NOT_FOUND: no such record, device, route
 * @RUHU_ERROR_UNAUTHORISED: no token, or one the township does not know
 * @RUHU_ERROR_FORBIDDEN: a known device asks for what its user may not have
 * @RUHU_ERROR_REVOKED: the device was revoked; what it holds must be erased once its outbox is safe
 * @RUHU_ERROR_GAP: a change does not follow the last one of its device
 * @RUHU_ERROR_CLOCK: a change's time lies too far in the future
 * @RUHU_ERROR_REWRITTEN: the township's history is not the one this laptop saw
 * @RUHU_ERROR_SEQ_REUSED: a change has the number of another one of the same device
 * @RUHU_ERROR_EXPIRED: the enrolment code is used up, expired or unknown
 * @RUHU_ERROR_TOO_LARGE: a body, line or batch over its bound
 * @RUHU_ERROR_PROTOCOL: the other side answered something that is not this protocol
 * @RUHU_ERROR_SERVER_KEY: the server's key is not the pinned one
 * @RUHU_ERROR_NETWORK: no connection, or it broke
 * @RUHU_ERROR_RATE: asked too often; try again later
 * @RUHU_ERROR_BUSY: the database is locked by another program
 * @RUHU_ERROR_NO_SPACE: the disk is full
 * @RUHU_ERROR_READ_ONLY: the file or disk cannot be written
 * @RUHU_ERROR_CORRUPT: the database file is damaged
 * @RUHU_ERROR_VERSION: the database was made by a newer program
 * @RUHU_ERROR_NOT_ENROLLED: this laptop has not been enrolled yet
 * @RUHU_ERROR_EXPRESSION: an expression of the catalogue is not allowed or does not run
 */
typedef enum
{
  RUHU_ERROR_FAILED,
  RUHU_ERROR_INVALID,
  RUHU_ERROR_NOT_FOUND,
  RUHU_ERROR_UNAUTHORISED,
  RUHU_ERROR_FORBIDDEN,
  RUHU_ERROR_REVOKED,
  RUHU_ERROR_GAP,
  RUHU_ERROR_CLOCK,
  RUHU_ERROR_REWRITTEN,
  RUHU_ERROR_SEQ_REUSED,
  RUHU_ERROR_EXPIRED,
  RUHU_ERROR_TOO_LARGE,
  RUHU_ERROR_PROTOCOL,
  RUHU_ERROR_SERVER_KEY,
  RUHU_ERROR_NETWORK,
  RUHU_ERROR_RATE,
  RUHU_ERROR_BUSY,
  RUHU_ERROR_NO_SPACE,
  RUHU_ERROR_READ_ONLY,
  RUHU_ERROR_CORRUPT,
  RUHU_ERROR_VERSION,
  RUHU_ERROR_NOT_ENROLLED,
  RUHU_ERROR_EXPRESSION,
  RUHU_N_ERRORS
} RuhuError;

#define RUHU_ERROR (ruhu_error_quark ())

/* Registers the codes with GDBus under org.ruhu.Error.* at first use. */
GQuark ruhu_error_quark (void);

/* The short stable name of a code ("clock", "server-key"): the tail of a problem document's type. Static. */
const char *ruhu_error_get_name (RuhuError code);

/* The code of a name, or RUHU_ERROR_FAILED. */
RuhuError ruhu_error_from_name (const char *name);

/* The HTTP status that the township answers with for a code. */
guint ruhu_error_get_http_status (RuhuError code);

/* Whether the same request may succeed later with nothing changed by a person. TRUE for foreign domains' I/O errors too. */
gboolean ruhu_error_is_transient (const GError *error);

/* A sentence in the user's language: what happened, what was kept, what to do. Never NULL. Transfer full. */
char *ruhu_error_explain (const GError *error);

G_END_DECLS
