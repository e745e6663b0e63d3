/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "fake-key"

#include "config.h"

#include "ruhu-fake-key.h"

#include <glib/gstdio.h>
#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <string.h>

static char *
dup_datum (gnutls_datum_t *datum)
{
  char *text = g_strndup ((const char *) datum->data, datum->size);

  gnutls_free (datum->data);
  return text;
}

static char *
dup_pin (gnutls_x509_crt_t certificate)
{
  guint8 id[32];
  gsize size = sizeof id;
  char *pin;

  g_assert_cmpint (gnutls_x509_crt_get_key_id (certificate, GNUTLS_KEYID_USE_SHA256, id, &size), ==, 0);
  pin = g_base64_encode (id, size);
  g_strdelimit (pin, "+", '-');
  g_strdelimit (pin, "/", '_');
  pin[strcspn (pin, "=")] = '\0';
  return pin;
}

FakeKey *
fake_key_new (void)
{
  FakeKey *self = g_new0 (FakeKey, 1);
  gnutls_x509_privkey_t key;
  gnutls_x509_crt_t certificate;
  gnutls_datum_t out;

  g_assert_cmpint (gnutls_x509_privkey_init (&key), ==, 0);
  g_assert_cmpint (gnutls_x509_privkey_generate (key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_init (&certificate), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_set_version (certificate, 3), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_set_key (certificate, key), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_set_serial (certificate, "\x01", 1), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_set_activation_time (certificate, 1), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_set_expiration_time (certificate, G_MAXINT32), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_set_dn (certificate, "CN=township", NULL), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_sign2 (certificate, certificate, key, GNUTLS_DIG_SHA256, 0), ==, 0);
  g_assert_cmpint (gnutls_x509_privkey_export2 (key, GNUTLS_X509_FMT_PEM, &out), ==, 0);
  self->key = dup_datum (&out);
  g_assert_cmpint (gnutls_x509_crt_export2 (certificate, GNUTLS_X509_FMT_PEM, &out), ==, 0);
  self->certificate = dup_datum (&out);
  self->pin = dup_pin (certificate);
  gnutls_x509_crt_deinit (certificate);
  gnutls_x509_privkey_deinit (key);
  return self;
}

void
fake_key_free (FakeKey *self)
{
  g_free (self->key);
  g_free (self->certificate);
  g_free (self->pin);
  g_free (self);
}

void
fake_remove_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      g_unlink (child);
    }
  g_rmdir (path);
}
