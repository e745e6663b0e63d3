/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Secret Service (freedesktop.org Secret Storage specification), as far as one secret for each data directory needs it. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* How long a keyring may take to answer, an unlocking by the person included, in seconds. */
#define RUHU_KEYRING_PATIENCE 30

/* Stores @secret as that of @directory and reads it back. FAILED when there is no keyring, it stays locked, or does not keep what it is given. Blocks. */
gboolean ruhu_keyring_store (const char *directory, const char *secret, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* *@secret: transfer full (free with ruhu_keyring_wipe()); NULL where the keyring works and has none. BUSY when it cannot be asked or stays locked. Blocks. */
gboolean ruhu_keyring_load (const char *directory, char **secret, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* FALSE with an error when the keyring cannot be asked; TRUE when nothing is there any more. Blocks. */
gboolean ruhu_keyring_clear (const char *directory, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Frees a secret, its bytes overwritten first. */
void ruhu_keyring_wipe (char *secret);

G_END_DECLS
