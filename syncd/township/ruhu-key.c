/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-township"
#include "config.h"

#include "ruhu-key.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <string.h>
#include <sys/stat.h>

#define COMMON_NAME   "ruhu-township"
#define SERIAL_LENGTH 16
/* RFC 5280 4.1.2.5: 99991231235959Z says that there is no date on which it ends. What ends it is the township's own decision. */
#define NO_EXPIRATION ((time_t) G_GINT64_CONSTANT (253402300799))

G_DEFINE_AUTO_CLEANUP_FREE_FUNC (gnutls_x509_privkey_t, gnutls_x509_privkey_deinit, NULL)
G_DEFINE_AUTO_CLEANUP_FREE_FUNC (gnutls_x509_crt_t, gnutls_x509_crt_deinit, NULL)
G_DEFINE_AUTO_CLEANUP_FREE_FUNC (gnutls_pubkey_t, gnutls_pubkey_deinit, NULL)

static gboolean
check (int code, GError **error)
{
  if (code >= 0)
    return TRUE;
  g_set_error (error, RUHU_ERROR, RUHU_ERROR_FAILED, _ ("The server's key or certificate could not be made or used: %s."), gnutls_strerror (code));
  return FALSE;
}

static gboolean
fill_certificate (gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key, GError **error)
{
  guint8 serial[SERIAL_LENGTH];
  time_t now = time (NULL);
  guint8 id[64];
  size_t id_size = sizeof id;

  if (!check (gnutls_rnd (GNUTLS_RND_NONCE, serial, sizeof serial), error))
    return FALSE;
  /* RFC 5280 4.1.2.2: positive. */
  serial[0] = (serial[0] & 0x7f) | 0x40;
  return check (gnutls_x509_crt_set_version (certificate, 3), error) &&
         check (gnutls_x509_crt_set_serial (certificate, serial, sizeof serial), error) &&
         check (gnutls_x509_crt_set_dn_by_oid (certificate, GNUTLS_OID_X520_COMMON_NAME, 0, COMMON_NAME, strlen (COMMON_NAME)), error) &&
         /* A laptop's clock may be days behind; the pin, not the date, is what it trusts. */
         check (gnutls_x509_crt_set_activation_time (certificate, now - 365 * 24 * 3600), error) &&
         check (gnutls_x509_crt_set_expiration_time (certificate, NO_EXPIRATION), error) &&
         check (gnutls_x509_crt_set_key (certificate, key), error) &&
         check (gnutls_x509_crt_get_key_id (certificate, 0, id, &id_size), error) &&
         check (gnutls_x509_crt_set_subject_key_id (certificate, id, id_size), error) &&
         check (gnutls_x509_crt_set_basic_constraints (certificate, 0, -1), error) &&
         check (gnutls_x509_crt_set_key_usage (certificate, GNUTLS_KEY_DIGITAL_SIGNATURE), error) &&
         check (gnutls_x509_crt_set_key_purpose_oid (certificate, GNUTLS_KP_TLS_WWW_SERVER, 0), error) &&
         check (gnutls_x509_crt_set_subject_alt_name (certificate, GNUTLS_SAN_DNSNAME, COMMON_NAME, strlen (COMMON_NAME), GNUTLS_FSAN_SET), error) &&
         check (gnutls_x509_crt_sign2 (certificate, certificate, key, GNUTLS_DIG_SHA256, 0), error);
}

static char *
take_text (gnutls_datum_t *datum)
{
  char *text = g_strndup ((const char *) datum->data, datum->size);

  gnutls_memset (datum->data, 0, datum->size);
  gnutls_free (datum->data);
  return text;
}

RuhuKey *
ruhu_key_generate (GError **error)
{
  g_auto (gnutls_x509_privkey_t) key = NULL;
  g_auto (gnutls_x509_crt_t) certificate = NULL;
  gnutls_datum_t key_pem = { 0 }, certificate_pem = { 0 };
  RuhuKey *self;

  if (!check (gnutls_x509_privkey_init (&key), error) || !check (gnutls_x509_crt_init (&certificate), error) ||
      !check (gnutls_x509_privkey_generate (key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0), error) ||
      !fill_certificate (certificate, key, error) ||
      !check (gnutls_x509_crt_export2 (certificate, GNUTLS_X509_FMT_PEM, &certificate_pem), error))
    return NULL;
  if (!check (gnutls_x509_privkey_export2_pkcs8 (key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &key_pem), error))
    {
      gnutls_free (certificate_pem.data);
      return NULL;
    }
  self = g_new0 (RuhuKey, 1);
  self->key = take_text (&key_pem);
  self->certificate = take_text (&certificate_pem);
  return self;
}

static gboolean
save (const char *path, const char *text, GError **error)
{
  g_auto (RuhuFd) fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  gsize length = strlen (text), done = 0;

  while (fd >= 0 && done < length)
    {
      gssize n = write (fd, text + done, length - done);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        break;
      done += (gsize) n;
    }
  if (fd >= 0 && done == length && fsync (fd) == 0)
    return TRUE;
  g_set_error (error, RUHU_ERROR, errno == ENOSPC ? RUHU_ERROR_NO_SPACE : RUHU_ERROR_FAILED, _ ("%s could not be written: %s."), path, g_strerror (errno));
  return FALSE;
}

gboolean
ruhu_key_save (RuhuKey *self, const char *key_path, const char *certificate_path, GError **error)
{
  return save (key_path, self->key, error) && save (certificate_path, self->certificate, error);
}

RuhuKey *
ruhu_key_load (const char *key_path, const char *certificate_path, GError **error)
{
  g_autoptr (RuhuKey) self = g_new0 (RuhuKey, 1);
  g_autoptr (GError) local = NULL;
  struct stat info;

  if (stat (key_path, &info) == 0 && (info.st_mode & 077) != 0)
    {
      g_set_error (error, RUHU_ERROR, RUHU_ERROR_FORBIDDEN, _ ("%s can be read by others than its owner; it must have mode 0600."), key_path);
      return NULL;
    }
  if (g_file_get_contents (key_path, &self->key, NULL, &local) && g_file_get_contents (certificate_path, &self->certificate, NULL, &local))
    return g_steal_pointer (&self);
  g_set_error (error, RUHU_ERROR, g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOENT) ? RUHU_ERROR_NOT_FOUND : RUHU_ERROR_FAILED, _ ("The server's key cannot be read: %s."), local->message);
  return NULL;
}

char *
ruhu_key_dup_pin (RuhuKey *self, GError **error)
{
  g_auto (gnutls_x509_crt_t) certificate = NULL;
  g_auto (gnutls_pubkey_t) key = NULL;
  gnutls_datum_t pem = { (guint8 *) self->certificate, (guint) strlen (self->certificate) };
  gnutls_datum_t der = { 0 };
  guint8 digest[32];
  char *pin;
  int hashed;

  if (!check (gnutls_x509_crt_init (&certificate), error) || !check (gnutls_pubkey_init (&key), error) ||
      !check (gnutls_x509_crt_import (certificate, &pem, GNUTLS_X509_FMT_PEM), error) ||
      !check (gnutls_pubkey_import_x509 (key, certificate, 0), error) ||
      !check (gnutls_pubkey_export2 (key, GNUTLS_X509_FMT_DER, &der), error))
    return NULL;
  hashed = gnutls_hash_fast (GNUTLS_DIG_SHA256, der.data, der.size, digest);
  gnutls_free (der.data);
  if (!check (hashed, error))
    return NULL;
  pin = g_base64_encode (digest, sizeof digest);
  g_strdelimit (pin, "+", '-');
  g_strdelimit (pin, "/", '_');
  /* 32 bytes end in one sign of padding. */
  pin[strlen (pin) - 1] = '\0';
  return pin;
}

void
ruhu_key_free (RuhuKey *self)
{
  if (self == NULL)
    return;
  if (self->key != NULL)
    gnutls_memset (self->key, 0, strlen (self->key));
  g_free (self->key);
  g_free (self->certificate);
  g_free (self);
}
