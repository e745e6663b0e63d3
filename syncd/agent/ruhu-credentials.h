/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What this laptop proves itself to the township with, and where that is kept: in the person's keyring where there is one that works, else in a file that its owner
 * alone can read. Calls block (a keyring may ask to be unlocked): not for the main thread of a desktop program. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *server; /* "https://HOST:PORT" */
  char *pin;    /* as in the enrolment link */
  char *device; /* 16 lower-case hexadecimal digits */
  char *token;  /* base64url of 32 random bytes */
  char *code;   /* the link's code while the enrolment is not confirmed; NULL when it is */
} RuhuCredentials;

/* New device id and token for @server, not confirmed yet. Transfer full. */
RuhuCredentials *ruhu_credentials_new (const char *server, const char *pin, const char *code);
/* The token's bytes are overwritten first. */
void ruhu_credentials_free (RuhuCredentials *self);

typedef enum
{
  RUHU_TOKEN_STORE_NONE,
  RUHU_TOKEN_STORE_KEYRING,
  RUHU_TOKEN_STORE_FILE,
} RuhuTokenStore;

/* "", "keyring", "file". */
const char *ruhu_token_store_get_name (RuhuTokenStore store);

/**
 * ruhu_credentials_load:
 * @directory: the data directory
 * @credentials: receives them, or NULL where this laptop has none; transfer full
 * @store: (optional): where they are
 *
 * Errors: BUSY when the keyring is locked or gone, CORRUPT when the file is damaged (it is left as it is), READ_ONLY or FAILED when it cannot be read.
 */
gboolean ruhu_credentials_load (const char *directory, RuhuCredentials **credentials, RuhuTokenStore *store, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * ruhu_credentials_save:
 * @store: (optional): where they went
 *
 * On disk when it returns; a crash leaves the old ones or the new ones. $RUHU_NO_KEYRING=1 keeps to the file. Errors: NO_SPACE, READ_ONLY, FAILED.
 */
gboolean ruhu_credentials_save (const char *directory, const RuhuCredentials *credentials, RuhuTokenStore *store, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Forgets them, in both places. */
gboolean ruhu_credentials_clear (const char *directory, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuCredentials, ruhu_credentials_free)

G_END_DECLS
