/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What bundles stand on outside themselves: the township's public key, and files on a stick. */
#define G_LOG_DOMAIN "ruhu-wire"

#include "config.h"

#include "ruhu-bundle.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-link.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <string.h>
#include <sys/stat.h>

#define HASH_LENGTH 32

G_DEFINE_AUTO_CLEANUP_FREE_FUNC (gnutls_x509_crt_t, gnutls_x509_crt_deinit, NULL)
G_DEFINE_AUTO_CLEANUP_FREE_FUNC (gnutls_pubkey_t, gnutls_pubkey_deinit, NULL)

GBytes *
ruhu_bundle_read_certificate (const char *pem, GError **error)
{
  g_auto (gnutls_x509_crt_t) certificate = NULL;
  g_auto (gnutls_pubkey_t) key = NULL;
  gnutls_datum_t text = { (guint8 *) pem, (guint) strlen (pem) }, der = { 0 };
  GBytes *bytes;

  if (gnutls_x509_crt_init (&certificate) != 0 || gnutls_pubkey_init (&key) != 0 ||
      gnutls_x509_crt_import (certificate, &text, GNUTLS_X509_FMT_PEM) != 0 || gnutls_pubkey_import_x509 (key, certificate, 0) != 0 ||
      gnutls_pubkey_export2 (key, GNUTLS_X509_FMT_DER, &der) != 0)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_INVALID, _ ("The township's certificate cannot be read."));
      return NULL;
    }
  bytes = g_bytes_new (der.data, der.size);
  gnutls_free (der.data);
  return bytes;
}

gboolean
ruhu_bundle_key_has_pin (GBytes *key, const char *pin)
{
  guint8 digest[HASH_LENGTH];
  g_autofree char *text = NULL;

  g_return_val_if_fail (key != NULL, FALSE);

  if (pin == NULL || !ruhu_link_is_pin (pin) ||
      gnutls_hash_fast (GNUTLS_DIG_SHA256, g_bytes_get_data (key, NULL), g_bytes_get_size (key), digest) != 0)
    return FALSE;
  text = g_base64_encode (digest, sizeof digest);
  g_strdelimit (text, "+", '-');
  g_strdelimit (text, "/", '_');
  text[strcspn (text, "=")] = '\0';
  return g_str_equal (text, pin);
}

static GBytes *
set_read_error (GError **error, RuhuError code, const char *reason)
{
  g_set_error (error, RUHU_ERROR, code, _ ("The bundle cannot be read: %s."), reason);
  return NULL;
}

GBytes *
ruhu_bundle_load (const char *path, GError **error)
{
  /* What is no file is not waited for. */
  g_auto (RuhuFd) fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  g_autofree guint8 *data = NULL;
  struct stat info;
  gsize size, done = 0;

  if (fd < 0 || fstat (fd, &info) != 0)
    return set_read_error (error, errno == ENOENT ? RUHU_ERROR_NOT_FOUND : RUHU_ERROR_FAILED, g_strerror (errno));
  if (!S_ISREG (info.st_mode))
    return set_read_error (error, RUHU_ERROR_INVALID, _ ("it is not an ordinary file"));
  if (info.st_size > RUHU_BUNDLE_MAX)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_TOO_LARGE, _ ("The file is larger than any bundle."));
      return NULL;
    }
  size = (gsize) info.st_size;
  data = g_malloc (size + 1);
  while (done < size)
    {
      gssize n = read (fd, data + done, size - done);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return set_read_error (error, RUHU_ERROR_FAILED, g_strerror (errno));
      if (n == 0)
        break;
      done += (gsize) n;
    }
  return g_bytes_new_take (g_steal_pointer (&data), done);
}

gboolean
ruhu_bundle_save (GBytes *bundle, const char *path, GError **error)
{
  g_autoptr (GError) local = NULL;
  gsize size;
  const char *data = g_bytes_get_data (bundle, &size);
  RuhuError code = RUHU_ERROR_FAILED;

  if (g_file_set_contents_full (path, data, (gssize) size, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, S_IRUSR | S_IWUSR, &local))
    return TRUE;
  if (g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOSPC))
    code = RUHU_ERROR_NO_SPACE;
  else if (g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_ROFS) || g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_ACCES) ||
           g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_PERM))
    code = RUHU_ERROR_READ_ONLY;
  g_set_error (error, RUHU_ERROR, code, _ ("The bundle could not be written: %s."), local->message);
  return FALSE;
}
