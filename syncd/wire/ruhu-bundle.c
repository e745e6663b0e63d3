/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A bundle is  header ‖ chunks ‖ tag.
 *
 *   header   8 bytes   "RuhuBndl"
 *            1 byte    version: 1; 2 where photos are in an outbox (ruhu-parcel-photos.h), which a program that knows only version 1 could not take
 *            1 byte    kind: 1 outbox (to the township), 2 answer (to a laptop)
 *            8 bytes   the device that it is from or for
 *            outbox:   65 bytes  an ephemeral public key on P-256, uncompressed (SEC 1 section 2.3.3)
 *            answer:   32 bytes  random
 *   chunks   the content in pieces of 65536 bytes, the last one shorter (an empty content is one empty piece), each sealed by AES-256-GCM with its tag of 16 bytes behind it;
 *            nonce = 7 zero bytes ‖ number of the piece from 0, 32 bits big-endian ‖ 1 for the last piece, 0 for the others; associated data = the header
 *   tag      32 bytes  HMAC-SHA-256 over all that is before it
 *
 * Keys, 32 bytes each, by HKDF-SHA-256 (RFC 5869), salt = the header's last field:
 *
 *   content of an outbox   from the x coordinate of ECDH between the ephemeral key and the township's; info = "ruhu bundle content" ‖ 0 ‖ header ‖ SHA-256 (township's SPKI)
 *   content of an answer   from SHA-256 (device's token); info = "ruhu bundle content" ‖ 0 ‖ header
 *   tag                    from SHA-256 (device's token); info = "ruhu bundle sender" ‖ 0 ‖ header
 *
 * The content key is new with each bundle, so nonces may start from zero. The tag is checked first: before it has passed nothing else is looked at.
 *
 * What it gives: an outbox is read by the holder of the township's private key alone, and an answer by the holders of the token or of its hash. Neither can be altered, cut,
 * joined with another, or passed off as another device's. What it does not give: the township keeps the token's hash, so whoever has a copy of its database can read that
 * township's answers and write bundles in a device's name (but not read outboxes, and not ask over the network, where the token itself is needed). Who later comes by the
 * township's private key can read outboxes that were kept. When a bundle was made is not proved: that old ones do no harm is the protocol's doing (RuhuParcel).
 * The header shows which device it is about, and the size how much is in it.
 *
 * The township's one key both signs (TLS) and agrees (here); the two uses share no message format. GnuTLS has everything but ECDH, which it offers from 3.8.2 on: that one
 * multiplication is done by nettle, which GnuTLS itself stands on, in constant time. */
#define G_LOG_DOMAIN "ruhu-wire"

#include "config.h"

#include "ruhu-bundle.h"

#include "ruhu-error.h"

#include <glib/gi18n-lib.h>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <nettle/bignum.h>
#include <nettle/ecc-curve.h>
#include <nettle/ecc.h>
#include <string.h>

#define MAGIC         "RuhuBndl"
#define MAGIC_LENGTH  8
#define DEVICE_LENGTH 8
#define FIXED_LENGTH  (MAGIC_LENGTH + 2 + DEVICE_LENGTH)
#define COORDINATE    32
#define POINT_LENGTH  (1 + 2 * COORDINATE)
#define SALT_LENGTH   32
#define HEADER_MAX    (FIXED_LENGTH + POINT_LENGTH)
#define KEY_LENGTH    32
#define TAG_LENGTH    32
#define CHUNK         65536
#define CHUNK_TAG     16
#define NONCE_LENGTH  12

G_DEFINE_AUTO_CLEANUP_FREE_FUNC (gnutls_x509_privkey_t, gnutls_x509_privkey_deinit, NULL)
G_DEFINE_AUTO_CLEANUP_FREE_FUNC (gnutls_x509_crt_t, gnutls_x509_crt_deinit, NULL)
G_DEFINE_AUTO_CLEANUP_FREE_FUNC (gnutls_privkey_t, gnutls_privkey_deinit, NULL)
G_DEFINE_AUTO_CLEANUP_FREE_FUNC (gnutls_pubkey_t, gnutls_pubkey_deinit, NULL)
G_DEFINE_AUTO_CLEANUP_FREE_FUNC (gnutls_aead_cipher_hd_t, gnutls_aead_cipher_deinit, NULL)

/* A secret that is overwritten when it goes. */
typedef struct
{
  guint8 bytes[KEY_LENGTH];
} Secret;

static void
secret_clear (Secret *self)
{
  gnutls_memset (self, 0, sizeof *self);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Secret, secret_clear)

typedef gnutls_datum_t Datum;

static void
datum_clear (Datum *self)
{
  if (self->data != NULL)
    gnutls_memset (self->data, 0, self->size);
  gnutls_free (self->data);
  self->data = NULL;
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Datum, datum_clear)

static gboolean
check (int code, GError **error)
{
  if (code >= 0)
    return TRUE;
  g_set_error (error, RUHU_ERROR, RUHU_ERROR_FAILED, _ ("The bundle could not be sealed or opened: %s."), gnutls_strerror (code));
  return FALSE;
}

static gboolean
set_invalid (GError **error, const char *sentence)
{
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_INVALID, sentence);
  return FALSE;
}

static gboolean
parse_hex (const char *text, guint8 *bytes, gsize n)
{
  if (text == NULL || strlen (text) != 2 * n)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    {
      if (!g_ascii_isxdigit (text[2 * i]) || !g_ascii_isxdigit (text[2 * i + 1]))
        return FALSE;
      bytes[i] = (guint8) (g_ascii_xdigit_value (text[2 * i]) << 4 | g_ascii_xdigit_value (text[2 * i + 1]));
    }
  return TRUE;
}

typedef struct
{
  guint8 bytes[HEADER_MAX + KEY_LENGTH]; /* behind the header, for an outbox: the hash of the township's key */
  gsize length;
  gsize context; /* with what is behind it */
} Header;

static const guint8 *
header_get_fresh (const Header *self)
{
  return self->bytes + FIXED_LENGTH;
}

/* All but the last field. */
static gboolean
header_init (Header *self, RuhuBundleVersion version, RuhuBundleKind kind, const char *device, GError **error)
{
  memcpy (self->bytes, MAGIC, MAGIC_LENGTH);
  self->bytes[MAGIC_LENGTH] = (guint8) version;
  self->bytes[MAGIC_LENGTH + 1] = (guint8) kind;
  self->length = self->context = FIXED_LENGTH + (kind == RUHU_BUNDLE_OUTBOX ? POINT_LENGTH : SALT_LENGTH);
  if (parse_hex (device, self->bytes + MAGIC_LENGTH + 2, DEVICE_LENGTH))
    return TRUE;
  return set_invalid (error, _ ("This laptop's number is none that a bundle can name."));
}

static gboolean
header_read (Header *self, GBytes *bundle, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bundle, &size);
  guint8 kind;

  if (size < FIXED_LENGTH || memcmp (data, MAGIC, MAGIC_LENGTH) != 0)
    return set_invalid (error, _ ("The file is not a bundle of Ruhu's, or its beginning is damaged."));
  if (data[MAGIC_LENGTH] != RUHU_BUNDLE_PLAIN && data[MAGIC_LENGTH] != RUHU_BUNDLE_WITH_PHOTOS)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_VERSION, _ ("The bundle was made by a newer program, or is damaged."));
      return FALSE;
    }
  kind = data[MAGIC_LENGTH + 1];
  if (kind != RUHU_BUNDLE_OUTBOX && kind != RUHU_BUNDLE_ANSWER)
    return set_invalid (error, _ ("The file is not a bundle of Ruhu's, or its beginning is damaged."));
  self->length = self->context = FIXED_LENGTH + (kind == RUHU_BUNDLE_OUTBOX ? POINT_LENGTH : SALT_LENGTH);
  if (size < self->length + CHUNK_TAG + TAG_LENGTH)
    return set_invalid (error, _ ("The bundle was cut off."));
  if (size > RUHU_BUNDLE_MAX)
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_TOO_LARGE, _ ("The file is larger than any bundle."));
      return FALSE;
    }
  memcpy (self->bytes, data, self->length);
  return TRUE;
}

static char *
header_dup_device (const Header *self)
{
  GString *digits = g_string_sized_new (2 * DEVICE_LENGTH);

  for (gsize i = 0; i < DEVICE_LENGTH; i++)
    g_string_append_printf (digits, "%02x", self->bytes[MAGIC_LENGTH + 2 + i]);
  return g_string_free (digits, FALSE);
}

gboolean
ruhu_bundle_peek (GBytes *bundle, RuhuBundleKind *kind, char **device, GError **error)
{
  Header header;

  g_return_val_if_fail (bundle != NULL && kind != NULL && device != NULL, FALSE);

  if (!header_read (&header, bundle, error))
    return FALSE;
  *kind = header.bytes[MAGIC_LENGTH + 1];
  *device = header_dup_device (&header);
  return TRUE;
}

static gboolean
derive (const Secret *from, const Header *header, const char *label, gsize context, Secret *key, GError **error)
{
  g_autoptr (GByteArray) info = g_byte_array_new ();
  g_auto (Secret) middle = { 0 };
  const gnutls_datum_t input = { (guint8 *) from->bytes, KEY_LENGTH };
  const gnutls_datum_t salt = { (guint8 *) header_get_fresh (header), (guint) (header->length - FIXED_LENGTH) };
  const gnutls_datum_t extracted = { middle.bytes, KEY_LENGTH };
  gnutls_datum_t described;

  g_byte_array_append (info, (const guint8 *) label, strlen (label) + 1);
  g_byte_array_append (info, header->bytes, context);
  described = (gnutls_datum_t){ info->data, info->len };
  return check (gnutls_hkdf_extract (GNUTLS_MAC_SHA256, &input, &salt, middle.bytes), error) &&
         check (gnutls_hkdf_expand (GNUTLS_MAC_SHA256, &extracted, &described, key->bytes, KEY_LENGTH), error);
}

/* The key of the tag, and with an answer that of the content. */
static gboolean
derive_from_token (const char *token_hash, const Header *header, const char *label, Secret *key, GError **error)
{
  g_auto (Secret) token = { 0 };

  if (!parse_hex (token_hash, token.bytes, KEY_LENGTH))
    return set_invalid (error, _ ("This laptop's key to the township is none that a bundle can be sealed with."));
  return derive (&token, header, label, header->length, key, error);
}

/* Leading zeros are as the library likes them. */
static gboolean
read_coordinate (const Datum *datum, guint8 *bytes)
{
  gsize skip = 0;

  while (skip < datum->size && datum->data[skip] == 0)
    skip++;
  if (datum->size - skip > COORDINATE)
    return FALSE;
  memset (bytes, 0, COORDINATE);
  memcpy (bytes + COORDINATE - (datum->size - skip), datum->data + skip, datum->size - skip);
  return TRUE;
}

static void
wipe_number (mpz_t number)
{
  gsize n = mpz_size (number);

  if (n > 0)
    gnutls_memset (mpz_limbs_modify (number, (mp_size_t) n), 0, n * sizeof (mp_limb_t));
  mpz_clear (number);
}

/* ECDH (SP 800-56A section 5.7.1.2): the x coordinate of @scalar · (@x, @y). FALSE if that is no point of the curve, or the scalar out of range. */
static gboolean
agree (const guint8 *x, const guint8 *y, const guint8 *scalar, Secret *shared)
{
  const struct ecc_curve *curve = nettle_get_secp_256r1 ();
  struct ecc_point point, product;
  struct ecc_scalar factor;
  mpz_t a, b, c;
  gboolean ok;

  nettle_mpz_init_set_str_256_u (a, COORDINATE, x);
  nettle_mpz_init_set_str_256_u (b, COORDINATE, y);
  nettle_mpz_init_set_str_256_u (c, COORDINATE, scalar);
  ecc_point_init (&point, curve);
  ecc_point_init (&product, curve);
  ecc_scalar_init (&factor, curve);
  ok = ecc_point_set (&point, a, b) && ecc_scalar_set (&factor, c);
  if (ok)
    {
      ecc_point_mul (&product, &factor, &point);
      ecc_point_get (&product, a, b);
      nettle_mpz_get_str_256 (KEY_LENGTH, shared->bytes, a);
    }
  ecc_scalar_clear (&factor);
  ecc_point_clear (&product);
  ecc_point_clear (&point);
  wipe_number (a);
  wipe_number (b);
  wipe_number (c);
  return ok;
}

/* Behind the header comes the hash of the key that it is sealed for. */
static gboolean
bind_to_key (Header *header, gconstpointer key, gsize size, GError **error)
{
  header->context = header->length + KEY_LENGTH;
  return check (gnutls_hash_fast (GNUTLS_DIG_SHA256, key, size, header->bytes + header->length), error);
}

/* A new key pair: its public half goes into the header, its private half to @scalar. */
static gboolean
make_ephemeral (Header *header, Secret *scalar, GError **error)
{
  g_auto (gnutls_privkey_t) pair = NULL;
  g_auto (Datum) x = { 0 }, y = { 0 }, k = { 0 };
  guint8 *point = header->bytes + FIXED_LENGTH;
  gnutls_ecc_curve_t curve;

  if (!check (gnutls_privkey_init (&pair), error) ||
      !check (gnutls_privkey_generate (pair, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0), error) ||
      !check (gnutls_privkey_export_ecc_raw (pair, &curve, &x, &y, &k), error))
    return FALSE;
  point[0] = 4;
  return (read_coordinate (&x, point + 1) && read_coordinate (&y, point + 1 + COORDINATE) && read_coordinate (&k, scalar->bytes)) ||
         check (GNUTLS_E_INTERNAL_ERROR, error);
}

static gboolean
read_public (GBytes *key, guint8 *x, guint8 *y, GError **error)
{
  g_auto (gnutls_pubkey_t) public = NULL;
  g_auto (Datum) x_read = { 0 }, y_read = { 0 };
  gnutls_ecc_curve_t curve = GNUTLS_ECC_CURVE_INVALID;
  gsize size;
  gnutls_datum_t der = { (guint8 *) g_bytes_get_data (key, &size), (guint) g_bytes_get_size (key) };

  if (!check (gnutls_pubkey_init (&public), error))
    return FALSE;
  if (gnutls_pubkey_import (public, &der, GNUTLS_X509_FMT_DER) == 0 && gnutls_pubkey_export_ecc_raw (public, &curve, &x_read, &y_read) == 0 &&
      curve == GNUTLS_ECC_CURVE_SECP256R1 && read_coordinate (&x_read, x) && read_coordinate (&y_read, y))
    return TRUE;
  return set_invalid (error, _ ("The township's key is of another kind than bundles are made for (P-256)."));
}

/* The township's scalar, and its key bound to the header. */
static gboolean
read_private (const char *pem, Header *header, Secret *scalar, GError **error)
{
  g_auto (gnutls_x509_privkey_t) key = NULL;
  g_auto (gnutls_privkey_t) abstract = NULL;
  g_auto (gnutls_pubkey_t) public = NULL;
  g_auto (Datum) x = { 0 }, y = { 0 }, k = { 0 }, der = { 0 };
  gnutls_ecc_curve_t curve = GNUTLS_ECC_CURVE_INVALID;
  gnutls_datum_t text = { (guint8 *) pem, (guint) strlen (pem) };

  if (!check (gnutls_x509_privkey_init (&key), error) || !check (gnutls_privkey_init (&abstract), error) || !check (gnutls_pubkey_init (&public), error) ||
      !check (gnutls_x509_privkey_import (key, &text, GNUTLS_X509_FMT_PEM), error))
    return FALSE;
  if (gnutls_x509_privkey_export_ecc_raw (key, &curve, &x, &y, &k) != 0 || curve != GNUTLS_ECC_CURVE_SECP256R1 || !read_coordinate (&k, scalar->bytes))
    return set_invalid (error, _ ("The township's key is of another kind than bundles are made for (P-256)."));
  return check (gnutls_privkey_import_x509 (abstract, key, 0), error) && check (gnutls_pubkey_import_privkey (public, abstract, 0, 0), error) &&
         check (gnutls_pubkey_export2 (public, GNUTLS_X509_FMT_DER, &der), error) && bind_to_key (header, der.data, der.size, error);
}

static gboolean
init_cipher (gnutls_aead_cipher_hd_t *cipher, Secret *key, GError **error)
{
  gnutls_datum_t datum = { key->bytes, KEY_LENGTH };

  return check (gnutls_aead_cipher_init (cipher, GNUTLS_CIPHER_AES_256_GCM, &datum), error);
}

static void
make_nonce (guint8 *nonce, guint32 number, gboolean last)
{
  guint32 big = GUINT32_TO_BE (number);

  memset (nonce, 0, NONCE_LENGTH);
  memcpy (nonce + 7, &big, sizeof big);
  nonce[NONCE_LENGTH - 1] = last ? 1 : 0;
}

static gboolean
seal_chunks (const Header *header, Secret *key, GBytes *content, GByteArray *out, GError **error)
{
  g_auto (gnutls_aead_cipher_hd_t) cipher = NULL;
  g_autofree guint8 *sealed = g_malloc (CHUNK + CHUNK_TAG);
  gsize size, offset = 0;
  const guint8 *data = g_bytes_get_data (content, &size);
  guint32 number = 0;
  gboolean last;

  if (!init_cipher (&cipher, key, error))
    return FALSE;
  do
    {
      gsize length = MIN (size - offset, CHUNK), sealed_length = CHUNK + CHUNK_TAG;
      guint8 nonce[NONCE_LENGTH];

      last = offset + length == size;
      make_nonce (nonce, number++, last);
      if (!check (gnutls_aead_cipher_encrypt (cipher, nonce, sizeof nonce, header->bytes, header->length, CHUNK_TAG, length > 0 ? data + offset : nonce, length,
                                              sealed, &sealed_length),
                  error))
        return FALSE;
      g_byte_array_append (out, sealed, sealed_length);
      offset += length;
    }
  while (!last);
  return TRUE;
}

static gboolean
make_tag (const char *token_hash, const Header *header, const guint8 *data, gsize size, guint8 *tag, GError **error)
{
  g_auto (Secret) key = { 0 };

  return derive_from_token (token_hash, header, "ruhu bundle sender", &key, error) &&
         check (gnutls_hmac_fast (GNUTLS_MAC_SHA256, key.bytes, KEY_LENGTH, data, size, tag), error);
}

static GBytes *
seal (const Header *header, const char *token_hash, Secret *key, GBytes *content, GError **error)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  guint8 tag[TAG_LENGTH];

  g_byte_array_append (out, header->bytes, header->length);
  if (!seal_chunks (header, key, content, out, error) || !make_tag (token_hash, header, out->data, out->len, tag, error))
    return NULL;
  g_byte_array_append (out, tag, sizeof tag);
  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}

static gboolean
check_content (GBytes *content, GError **error)
{
  if (g_bytes_get_size (content) <= RUHU_BUNDLE_MAX_CONTENT)
    return TRUE;
  g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_TOO_LARGE, _ ("That is more than one bundle can hold."));
  return FALSE;
}

GBytes *
ruhu_bundle_seal_outbox (RuhuBundleVersion version, const char *device, const char *token_hash, GBytes *township_key, GBytes *content, GError **error)
{
  g_auto (Secret) scalar = { 0 }, shared = { 0 }, key = { 0 };
  guint8 x[COORDINATE], y[COORDINATE];
  Header header;

  g_return_val_if_fail (device != NULL && token_hash != NULL && township_key != NULL && content != NULL, NULL);

  if (!check_content (content, error) || !header_init (&header, version, RUHU_BUNDLE_OUTBOX, device, error) || !read_public (township_key, x, y, error) ||
      !make_ephemeral (&header, &scalar, error) ||
      !bind_to_key (&header, g_bytes_get_data (township_key, NULL), g_bytes_get_size (township_key), error))
    return NULL;
  if (!agree (x, y, scalar.bytes, &shared))
    {
      check (GNUTLS_E_INTERNAL_ERROR, error);
      return NULL;
    }
  if (!derive (&shared, &header, "ruhu bundle content", header.context, &key, error))
    return NULL;
  return seal (&header, token_hash, &key, content, error);
}

GBytes *
ruhu_bundle_seal_answer (const char *device, const char *token_hash, GBytes *content, GError **error)
{
  g_auto (Secret) key = { 0 };
  Header header;

  g_return_val_if_fail (device != NULL && token_hash != NULL && content != NULL, NULL);

  if (!check_content (content, error) || !header_init (&header, RUHU_BUNDLE_PLAIN, RUHU_BUNDLE_ANSWER, device, error) ||
      !check (gnutls_rnd (GNUTLS_RND_KEY, header.bytes + FIXED_LENGTH, SALT_LENGTH), error) ||
      !derive_from_token (token_hash, &header, "ruhu bundle content", &key, error))
    return NULL;
  return seal (&header, token_hash, &key, content, error);
}

/* The tag: made with the sender's key, over exactly these bytes. */
static gboolean
check_sender (GBytes *bundle, const Header *header, const char *token_hash, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bundle, &size);
  guint8 tag[TAG_LENGTH];

  if (!make_tag (token_hash, header, data, size - TAG_LENGTH, tag, error))
    return FALSE;
  if (gnutls_memcmp (tag, data + size - TAG_LENGTH, TAG_LENGTH) == 0)
    return TRUE;
  return set_invalid (error, _ ("The bundle is damaged or cut off, or was not sealed by whom it names."));
}

static GBytes *
open_chunks (GBytes *bundle, const Header *header, Secret *key, GError **error)
{
  g_auto (gnutls_aead_cipher_hd_t) cipher = NULL;
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autofree guint8 *plain = g_malloc (CHUNK);
  gsize end = g_bytes_get_size (bundle) - TAG_LENGTH, offset = header->length;
  const guint8 *data = g_bytes_get_data (bundle, NULL);
  guint32 number = 0;

  if (!init_cipher (&cipher, key, error))
    return NULL;
  while (offset < end)
    {
      gsize length = MIN (end - offset, CHUNK + CHUNK_TAG), plain_length = CHUNK;
      guint8 nonce[NONCE_LENGTH];

      make_nonce (nonce, number++, offset + length == end);
      if (length < CHUNK_TAG ||
          gnutls_aead_cipher_decrypt (cipher, nonce, sizeof nonce, header->bytes, header->length, CHUNK_TAG, data + offset, length, plain, &plain_length) != 0)
        {
          set_invalid (error, _ ("The bundle was sealed for another township, or is damaged."));
          return NULL;
        }
      g_byte_array_append (out, plain, plain_length);
      offset += length;
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}

static gboolean
check_kind (const Header *header, RuhuBundleKind kind, GError **error)
{
  if (header->bytes[MAGIC_LENGTH + 1] == kind)
    return TRUE;
  return set_invalid (error, kind == RUHU_BUNDLE_OUTBOX ? _ ("This is a bundle from the township to a laptop, not one from a laptop.")
                                                        : _ ("This is a bundle from a laptop to the township, not the township's answer."));
}

GBytes *
ruhu_bundle_open_outbox (GBytes *bundle, const char *token_hash, const char *key_pem, GError **error)
{
  g_auto (Secret) scalar = { 0 }, shared = { 0 }, key = { 0 };
  const guint8 *point;
  Header header;

  g_return_val_if_fail (bundle != NULL && token_hash != NULL && key_pem != NULL, NULL);

  if (!header_read (&header, bundle, error) || !check_kind (&header, RUHU_BUNDLE_OUTBOX, error) || !check_sender (bundle, &header, token_hash, error) ||
      !read_private (key_pem, &header, &scalar, error))
    return NULL;
  point = header_get_fresh (&header);
  if (point[0] != 4 || !agree (point + 1, point + 1 + COORDINATE, scalar.bytes, &shared))
    {
      set_invalid (error, _ ("The bundle was sealed for another township, or is damaged."));
      return NULL;
    }
  if (!derive (&shared, &header, "ruhu bundle content", header.context, &key, error))
    return NULL;
  return open_chunks (bundle, &header, &key, error);
}

GBytes *
ruhu_bundle_open_answer (GBytes *bundle, const char *device, const char *token_hash, GError **error)
{
  g_auto (Secret) key = { 0 };
  g_autofree char *named = NULL;
  Header header;

  g_return_val_if_fail (bundle != NULL && device != NULL && token_hash != NULL, NULL);

  if (!header_read (&header, bundle, error) || !check_kind (&header, RUHU_BUNDLE_ANSWER, error))
    return NULL;
  named = header_dup_device (&header);
  if (!g_str_equal (named, device))
    {
      g_set_error_literal (error, RUHU_ERROR, RUHU_ERROR_FORBIDDEN, _ ("The bundle is for another laptop."));
      return NULL;
    }
  if (!check_sender (bundle, &header, token_hash, error) || !derive_from_token (token_hash, &header, "ruhu bundle content", &key, error))
    return NULL;
  return open_chunks (bundle, &header, &key, error);
}
