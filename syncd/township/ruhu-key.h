/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuKey: the server's own P-256 key and self-signed certificate. There is no authority and no name to certify: laptops pin the key. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *key;         /* PEM */
  char *certificate; /* PEM */
} RuhuKey;

/* Transfer full. */
RuhuKey *ruhu_key_generate (GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Both files are made with mode 0600 and are on disk when it returns. Existing ones are not touched: FAILED. */
gboolean ruhu_key_save (RuhuKey *self, const char *key_path, const char *certificate_path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* NOT_FOUND, INVALID; FORBIDDEN if others than the owner can read the key. Transfer full. */
RuhuKey *ruhu_key_load (const char *key_path, const char *certificate_path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* base64url (SHA-256 (SubjectPublicKeyInfo)), unpadded: RFC 7469's pin in the alphabet that a link can carry. INVALID. Transfer full. */
char *ruhu_key_dup_pin (RuhuKey *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ruhu_key_free (RuhuKey *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuKey, ruhu_key_free)

G_END_DECLS
