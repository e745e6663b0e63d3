/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A bundle's bytes: nothing comes through that was not sealed, checked also against a sender who knows the device's token. */
#define G_LOG_DOMAIN "test-bundle-seal"

#include "config.h"

#include "ruhu-bundle.h"
#include "ruhu-error.h"
#include "ruhu-key.h"

#include <gnutls/crypto.h>
#include <string.h>

#define DEVICE_A "a0a0a0a0a0a0a0a1"
#define DEVICE_B "b0b0b0b0b0b0b0b2"
#define FIXED    18 /* bytes of the header that both kinds have */
#define POINT    65
#define TAG      32
#define SEALED   (65536 + 16)

static RuhuKey *key;
static GBytes *public_key;
static char *hash_a, *hash_b; /* of the tokens; the fixture's token is the device's name */

static GBytes *
make_bytes (gsize size)
{
  guint8 *data = g_malloc (size + 1);

  for (gsize i = 0; i < size; i++)
    data[i] = (guint8) (i * 7 + (i >> 8));
  return g_bytes_new_take (data, size);
}

static GBytes *
seal_outbox (GBytes *content)
{
  g_autoptr (GError) error = NULL;
  GBytes *bundle = ruhu_bundle_seal_outbox (RUHU_BUNDLE_PLAIN, DEVICE_A, hash_a, public_key, content, &error);

  g_assert_no_error (error);
  return bundle;
}

static GBytes *
seal_answer (GBytes *content)
{
  g_autoptr (GError) error = NULL;
  GBytes *bundle = ruhu_bundle_seal_answer (DEVICE_A, hash_a, content, &error);

  g_assert_no_error (error);
  return bundle;
}

typedef GBytes *(*OpenFunc) (GBytes *bundle, GError **error);

static GBytes *
open_outbox (GBytes *bundle, GError **error)
{
  return ruhu_bundle_open_outbox (bundle, hash_a, key->key, error);
}

static GBytes *
open_answer (GBytes *bundle, GError **error)
{
  return ruhu_bundle_open_answer (bundle, DEVICE_A, hash_a, error);
}

static void
assert_refused (OpenFunc func, const guint8 *data, gsize size)
{
  g_autoptr (GBytes) bundle = g_bytes_new (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) content = func (bundle, &error);

  g_assert_null (content);
  g_assert_nonnull (error);
  g_assert_true (error->domain == RUHU_ERROR);
  g_assert_cmpuint (strlen (error->message), >, 10);
}

/* The tag as the format's description has it, by a second hand: what somebody could make who knows the token. */
static void
tag_anew (guint8 *data, gsize size)
{
  g_autoptr (GByteArray) info = g_byte_array_new ();
  gsize fresh = data[9] == RUHU_BUNDLE_OUTBOX ? POINT : 32;
  guint8 token[32], middle[32], tag_key[32];
  gnutls_datum_t input = { token, 32 }, salt = { data + FIXED, (guint) fresh }, extracted = { middle, 32 }, described;

  for (guint i = 0; i < 32; i++)
    token[i] = (guint8) (g_ascii_xdigit_value (hash_a[2 * i]) << 4 | g_ascii_xdigit_value (hash_a[2 * i + 1]));
  g_byte_array_append (info, (const guint8 *) "ruhu bundle sender", sizeof "ruhu bundle sender");
  g_byte_array_append (info, data, FIXED + fresh);
  described = (gnutls_datum_t){ info->data, info->len };
  g_assert_cmpint (gnutls_hkdf_extract (GNUTLS_MAC_SHA256, &input, &salt, middle), ==, 0);
  g_assert_cmpint (gnutls_hkdf_expand (GNUTLS_MAC_SHA256, &extracted, &described, tag_key, 32), ==, 0);
  g_assert_cmpint (gnutls_hmac_fast (GNUTLS_MAC_SHA256, tag_key, 32, data, size - TAG, data + size - TAG), ==, 0);
}

static void
test_any_content_comes_back (void)
{
  static const gsize sizes[] = { 0, 1, 65535, 65536, 65537, 131072, 200000 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GBytes) content = make_bytes (sizes[i]);
      g_autoptr (GBytes) outbox = seal_outbox (content), answer = seal_answer (content), again = seal_answer (content);
      g_autoptr (GBytes) outbox_content = open_outbox (outbox, NULL), answer_content = open_answer (answer, NULL);

      g_assert_true (outbox_content != NULL && g_bytes_equal (outbox_content, content));
      g_assert_true (answer_content != NULL && g_bytes_equal (answer_content, content));
      /* Never the same bytes twice: keys and nonces are new. */
      g_assert_false (g_bytes_equal (answer, again));
    }
}

static void
flip_and_cut (OpenFunc func, GBytes *bundle, gboolean tagged)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bundle, &size);
  g_autofree guint8 *copy = g_malloc (size + 1);

  for (gsize i = 0; i < size - (tagged ? TAG : 0); i++)
    {
      memcpy (copy, data, size);
      copy[i] ^= (guint8) (1 << (i % 8));
      if (tagged && i > 9)
        tag_anew (copy, size);
      assert_refused (func, copy, size);
    }
  for (gsize length = 0; length < size; length++)
    {
      memcpy (copy, data, size);
      if (tagged && length > FIXED + POINT + TAG + 16)
        tag_anew (copy, length);
      assert_refused (func, copy, length);
    }
  memcpy (copy, data, size);
  copy[size] = 0;
  assert_refused (func, copy, size + 1);
}

/* With the tag as it was, and with one that fits. */
static void
test_every_byte_counts (void)
{
  g_autoptr (GBytes) content = make_bytes (60);
  g_autoptr (GBytes) outbox = seal_outbox (content), answer = seal_answer (content);

  flip_and_cut (open_outbox, outbox, FALSE);
  flip_and_cut (open_answer, answer, FALSE);
  flip_and_cut (open_outbox, outbox, TRUE);
  flip_and_cut (open_answer, answer, TRUE);
}

static void
test_pieces_keep_their_places (void)
{
  g_autoptr (GBytes) content = make_bytes (2 * 65536 + 100);
  g_autoptr (GBytes) answer = seal_answer (content);
  gsize size;
  const guint8 *data = g_bytes_get_data (answer, &size);
  gsize start = FIXED + 32;
  g_autofree guint8 *copy = g_memdup2 (data, size);
  g_autoptr (GBytes) same = NULL;

  /* The test's own tag is the product's. */
  tag_anew (copy, size);
  g_assert_cmpmem (copy, size, data, size);
  /* Two pieces swapped. */
  memcpy (copy + start, data + start + SEALED, SEALED);
  memcpy (copy + start + SEALED, data + start, SEALED);
  tag_anew (copy, size);
  assert_refused (open_answer, copy, size);
  /* One left out. */
  memcpy (copy, data, size);
  memmove (copy + start, data + start + SEALED, size - start - SEALED);
  tag_anew (copy, size - SEALED);
  assert_refused (open_answer, copy, size - SEALED);
  /* The last one left out: what is there is whole pieces. */
  memcpy (copy, data, size);
  tag_anew (copy, start + 2 * SEALED + TAG);
  assert_refused (open_answer, copy, start + 2 * SEALED + TAG);
}

static void
test_a_point_off_the_curve_is_refused (void)
{
  g_autoptr (GBytes) content = make_bytes (60);
  g_autoptr (GBytes) outbox = seal_outbox (content);
  gsize size;
  g_autofree guint8 *copy = g_memdup2 (g_bytes_get_data (outbox, &size), g_bytes_get_size (outbox));

  memset (copy + FIXED + 1, 0, POINT - 1);
  tag_anew (copy, size);
  assert_refused (open_outbox, copy, size);
  memset (copy + FIXED + 1, 0xff, POINT - 1);
  tag_anew (copy, size);
  assert_refused (open_outbox, copy, size);
}

static void
test_only_those_it_is_for_can_open_it (void)
{
  g_autoptr (GBytes) content = make_bytes (60);
  g_autoptr (GBytes) outbox = seal_outbox (content), answer = seal_answer (content);
  g_autoptr (RuhuKey) other = ruhu_key_generate (NULL);
  g_autoptr (GError) township = NULL, sender = NULL, kind = NULL, back = NULL, device = NULL, token = NULL;
  g_autofree char *named = NULL;
  RuhuBundleKind found;

  g_assert_null (ruhu_bundle_open_outbox (outbox, hash_a, other->key, &township));
  g_assert_error (township, RUHU_ERROR, RUHU_ERROR_INVALID);
  g_assert_nonnull (strstr (township->message, "another township"));
  g_assert_null (ruhu_bundle_open_outbox (outbox, hash_b, key->key, &sender));
  g_assert_error (sender, RUHU_ERROR, RUHU_ERROR_INVALID);
  g_assert_null (ruhu_bundle_open_outbox (answer, hash_a, key->key, &kind));
  g_assert_error (kind, RUHU_ERROR, RUHU_ERROR_INVALID);
  g_assert_null (open_answer (outbox, &back));
  g_assert_error (back, RUHU_ERROR, RUHU_ERROR_INVALID);
  g_assert_null (ruhu_bundle_open_answer (answer, DEVICE_B, hash_b, &device));
  g_assert_error (device, RUHU_ERROR, RUHU_ERROR_FORBIDDEN);
  g_assert_null (ruhu_bundle_open_answer (answer, DEVICE_A, hash_b, &token));
  g_assert_error (token, RUHU_ERROR, RUHU_ERROR_INVALID);
  g_assert_true (ruhu_bundle_peek (outbox, &found, &named, NULL));
  g_assert_cmpint (found, ==, RUHU_BUNDLE_OUTBOX);
  g_assert_cmpstr (named, ==, DEVICE_A);
}

static void
test_the_pin_belongs_to_one_key (void)
{
  g_autoptr (RuhuKey) other = ruhu_key_generate (NULL);
  g_autofree char *pin = ruhu_key_dup_pin (key, NULL), *other_pin = ruhu_key_dup_pin (other, NULL);
  g_autoptr (GBytes) nonsense = g_bytes_new_static ("nonsense", 8), content = make_bytes (3);
  g_autoptr (GError) certificate = NULL, sealing = NULL;

  g_assert_true (ruhu_bundle_key_has_pin (public_key, pin));
  g_assert_false (ruhu_bundle_key_has_pin (public_key, other_pin));
  g_assert_false (ruhu_bundle_key_has_pin (public_key, ""));
  g_assert_null (ruhu_bundle_read_certificate ("nonsense", &certificate));
  g_assert_error (certificate, RUHU_ERROR, RUHU_ERROR_INVALID);
  g_assert_null (ruhu_bundle_seal_outbox (RUHU_BUNDLE_PLAIN, DEVICE_A, hash_a, nonsense, content, &sealing));
  g_assert_error (sealing, RUHU_ERROR, RUHU_ERROR_INVALID);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  key = ruhu_key_generate (NULL);
  public_key = ruhu_bundle_read_certificate (key->certificate, NULL);
  hash_a = g_compute_checksum_for_string (G_CHECKSUM_SHA256, DEVICE_A, -1);
  hash_b = g_compute_checksum_for_string (G_CHECKSUM_SHA256, DEVICE_B, -1);
  g_test_add_func ("/bundle-seal/any-content-comes-back", test_any_content_comes_back);
  g_test_add_func ("/bundle-seal/every-byte-counts", test_every_byte_counts);
  g_test_add_func ("/bundle-seal/pieces-keep-their-places", test_pieces_keep_their_places);
  g_test_add_func ("/bundle-seal/a-point-off-the-curve-is-refused", test_a_point_off_the_curve_is_refused);
  g_test_add_func ("/bundle-seal/only-those-it-is-for-can-open-it", test_only_those_it_is_for_can_open_it);
  g_test_add_func ("/bundle-seal/the-pin-belongs-to-one-key", test_the_pin_belongs_to_one_key);
  status = g_test_run ();
  ruhu_key_free (key);
  g_bytes_unref (public_key);
  g_free (hash_a);
  g_free (hash_b);
  return status;
}
