/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bundles: what a laptop and its township say to each other in files, where there is no network. Sealed and opened here; what is inside is RuhuParcel's. The format is
 * described at the top of ruhu-bundle.c. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A bundle's content, in bytes, and a bundle itself with all that is around it. */
#define RUHU_BUNDLE_MAX_CONTENT (64 * 1024 * 1024)
#define RUHU_BUNDLE_MAX         (RUHU_BUNDLE_MAX_CONTENT + 64 * 1024)

typedef enum
{
  RUHU_BUNDLE_OUTBOX = 1, /* from a laptop to its township */
  RUHU_BUNDLE_ANSWER = 2, /* from the township to one laptop */
} RuhuBundleKind;

/* Which programs can take it: both are read. */
typedef enum
{
  RUHU_BUNDLE_PLAIN = 1,
  RUHU_BUNDLE_WITH_PHOTOS = 2, /* photos behind the changes of an outbox */
} RuhuBundleVersion;

/**
 * ruhu_bundle_peek:
 * @device: receives the device that it is from or for; transfer full
 *
 * What a bundle says it is. Nothing of it is proved by that. INVALID if it is no bundle, VERSION if a newer program made it, TOO_LARGE.
 */
gboolean ruhu_bundle_peek (GBytes *bundle, RuhuBundleKind *kind, char **device, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * ruhu_bundle_seal_outbox:
 * @device: 16 lower-case hexadecimal digits
 * @token_hash: SHA-256 of the device's token, 64 hexadecimal digits
 * @township_key: the township's SubjectPublicKeyInfo, DER; must have been compared with the pin
 *
 * Errors: TOO_LARGE; INVALID if the key is not on P-256. Transfer full.
 */
GBytes *ruhu_bundle_seal_outbox (RuhuBundleVersion version, const char *device, const char *token_hash, GBytes *township_key, GBytes *content, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @key_pem: the township's private key. INVALID with the reason when one bit of it is not as it was sealed, or it was sealed for another township. Transfer full. */
GBytes *ruhu_bundle_open_outbox (GBytes *bundle, const char *token_hash, const char *key_pem, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* As ruhu_bundle_seal_outbox(). */
GBytes *ruhu_bundle_seal_answer (const char *device, const char *token_hash, GBytes *content, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* As ruhu_bundle_open_outbox(); FORBIDDEN if it is for another device. */
GBytes *ruhu_bundle_open_answer (GBytes *bundle, const char *device, const char *token_hash, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The SubjectPublicKeyInfo (DER) of a certificate. INVALID. Transfer full. */
GBytes *ruhu_bundle_read_certificate (const char *pem, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Whether the SHA-256 of @key is @pin (base64url, no padding, as in an enrolment link). */
gboolean ruhu_bundle_key_has_pin (GBytes *key, const char *pin);

/* A file of at most RUHU_BUNDLE_MAX bytes. NOT_FOUND, INVALID (no ordinary file), TOO_LARGE, FAILED. Transfer full. */
GBytes *ruhu_bundle_load (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Whole and on disk when it returns, readable by its owner alone where the file system knows owners; what was there before is replaced, or still there on failure. NO_SPACE, READ_ONLY, FAILED. */
gboolean ruhu_bundle_save (GBytes *bundle, const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
