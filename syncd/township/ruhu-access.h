/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuAccess: who asks. Token → device → user → role, read afresh for every request, so that a revocation holds at once. */
#pragma once

#include "ruhu-session.h"

G_BEGIN_DECLS

typedef struct
{
  /* Owned. */
  char *device;
  char *user;
  char *user_name; /* never logged */
  /* Values. */
  RuhuRole role;
  gint64 last_seq;
} RuhuAccess;

/**
 * ruhu_access_check:
 * @authorization: the header's value, or NULL
 * @leaving: a withdrawn laptop may pass
 *
 * Errors: UNAUTHORISED (no token, or one that the township does not know), REVOKED. Transfer full.
 */
RuhuAccess *ruhu_access_check (RuhuSession *session, const char *authorization, gboolean leaving, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ruhu_access_free (RuhuAccess *self);

/* The name (transfer full) and role of a helper record; a deleted one has no role (0). NOT_FOUND. Both outputs may be NULL and are untouched on failure. */
gboolean ruhu_access_get_user (RuhuSession *session, const char *user, char **name, RuhuRole *role, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* How tokens and codes are kept: SHA-256 in hexadecimal. Transfer full. */
char *ruhu_access_hash (const char *secret);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuAccess, ruhu_access_free)

G_END_DECLS
