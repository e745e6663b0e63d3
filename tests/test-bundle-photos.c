/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Photos in bundles, as somebody could seal them who has the keys. */
#define G_LOG_DOMAIN "test-bundle-photos"

#include "config.h"

#include "photo-fixture.h"
#include "ruhu-bundle.h"
#include "ruhu-error.h"
#include "ruhu-fixture.h"
#include "ruhu-import.h"
#include "ruhu-key.h"
#include "ruhu-parcel.h"

#include <string.h>

#define DEVICE "a0a0a0a0a0a0a0a1"

static RuhuKey *key;
static GBytes *public_key;
static char *token_hash; /* the fixture's token is the device's name */

typedef struct
{
  Township *township;
  Laptop *laptop;
  RuhuPhotoStore *store;
} World;

static void
set_up (World *self, gconstpointer unused)
{
  self->township = township_new ();
  self->laptop = laptop_new (self->township, DEVICE, "helper-a");
  self->store = ruhu_photo_store_new (ruhu_database_get_path (ruhu_store_get_database (self->township->store)));
}

static void
tear_down (World *self, gconstpointer unused)
{
  g_assert_true (ruhu_photo_store_erase (self->store, NULL));
  ruhu_photo_store_free (self->store);
  laptop_free (self->laptop);
  township_free (self->township);
}

static GBytes *
try_import (World *self, GBytes *bundle, RuhuImport *import, GError **error)
{
  RuhuSession session = { self->township->store, self->township->ledger };

  return ruhu_import_bundle (&session, self->store, key->key, 300, bundle, import, error);
}

static void
assert_import_refused (World *self, GBytes *bundle)
{
  g_auto (RuhuImport) result = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_null (try_import (self, bundle, &result, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_INVALID);
}

/* A bundle with photos that announces @hashes. */
static GBytes *
export_photos (GBytes *const *photos, char *const *hashes, guint n, gint64 changes, const char *more)
{
  g_auto (RuhuStanding) standing = { .photos = TRUE, .changes = changes };
  g_autofree char *line = ruhu_standing_to_json (&standing);
  g_autoptr (GString) text = g_string_new (line);
  g_autoptr (GBytes) content = NULL;
  GBytes *bundle;

  g_string_append_c (text, '\n');
  for (guint i = 0; i < n; i++)
    ruhu_parcel_append_photo (text, hashes[i], photos[i]);
  g_string_append (text, more);
  content = g_bytes_new (text->str, text->len);
  bundle = ruhu_bundle_seal_outbox (RUHU_BUNDLE_WITH_PHOTOS, DEVICE, token_hash, public_key, content, NULL);
  g_assert_nonnull (bundle);
  return bundle;
}

/* What a hostile or broken laptop may seal: the good photo is taken, the others are refused for themselves, with the reason; the answer says of each what became of it. */
static void
test_each_photo_is_judged_for_itself (World *self, gconstpointer unused)
{
  g_autoptr (GBytes) good = photo_new (1, 9000), announced = photo_new (2, 9000), other = photo_new (3, 9000), placed = photo_with_segment (good, 0xe1, "Exif", 4);
  GBytes *photos[] = { other, good, placed };
  g_autofree char *good_hash = photo_hash (good), *announced_hash = photo_hash (announced), *placed_hash = photo_hash (placed), *other_hash = photo_hash (other);
  char *hashes[] = { announced_hash, good_hash, placed_hash };
  g_autoptr (GBytes) bundle = export_photos (photos, hashes, 3, 0, ""), answer = NULL, content = NULL, json = NULL;
  g_autoptr (RuhuParcel) parcel = NULL;
  g_autoptr (RuhuReceipt) receipt = NULL;
  g_auto (RuhuImport) result = { 0 };
  g_autoptr (GError) error = NULL;

  answer = try_import (self, bundle, &result, &error);
  g_assert_no_error (error);
  content = ruhu_bundle_open_answer (answer, DEVICE, token_hash, &error);
  g_assert_no_error (error);
  parcel = ruhu_parcel_parse (content, NULL);
  json = ruhu_parcel_lookup (parcel, RUHU_TARGET_UPLOADS, NULL);
  receipt = ruhu_receipt_parse (json, NULL);
  g_assert_cmpuint (receipt->taken->len, ==, 1);
  g_assert_cmpstr (receipt->taken->pdata[0], ==, good_hash);
  g_assert_cmpuint (receipt->refused->len, ==, 2);
  g_assert_cmpstr (receipt->refused->pdata[0], ==, announced_hash);
  g_assert_cmpstr (receipt->refused->pdata[1], ==, placed_hash);
  g_assert_cmpuint (strlen (receipt->reasons->pdata[1]), >, 10);
  g_assert_true (ruhu_photo_store_has (self->store, good_hash, NULL));
  g_assert_false (ruhu_photo_store_has (self->store, announced_hash, NULL) || ruhu_photo_store_has (self->store, placed_hash, NULL) || ruhu_photo_store_has (self->store, other_hash, NULL));
}

static void
test_photos_that_do_not_fit_refuse_all (World *self, gconstpointer unused)
{
  g_autoptr (GBytes) photo = photo_new (1, 9000), cut = NULL, beyond = NULL, nothing = NULL;
  g_autofree char *hash = photo_hash (photo), *line = g_strdup_printf ("{\"photo\":\"%s\",\"size\":9000}\nshort", hash);

  cut = export_photos (&photo, &hash, 1, 0, line);
  assert_import_refused (self, cut);
  beyond = export_photos (&photo, &hash, 1, 1 << 20, "");
  assert_import_refused (self, beyond);
  nothing = export_photos (&photo, &hash, 1, 0, "nonsense\n");
  assert_import_refused (self, nothing);
  g_assert_false (ruhu_photo_store_has (self->store, hash, NULL));
}

/* A photo in an answer is what its name says, or the answer is refused before anything of it is taken in. */
static void
test_a_hurt_photo_refuses_the_answer (void)
{
  g_autoptr (GBytes) photo = photo_new (1, 9000), other = photo_new (2, 9000), content = NULL;
  g_autofree char *hash = photo_hash (photo), *target = g_strconcat (RUHU_TARGET_PHOTO, hash, NULL);
  g_autoptr (RuhuParcel) parcel = ruhu_parcel_new (), read = NULL;
  g_autoptr (GError) error = NULL;

  ruhu_parcel_add (parcel, target, g_bytes_get_data (other, NULL), g_bytes_get_size (other));
  content = ruhu_parcel_to_bytes (parcel);
  read = ruhu_parcel_parse (content, &error);
  g_assert_null (read);
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_INVALID);
}

/* A real outbox with one change and one photo. */
static GBytes *
export_all (World *self, GBytes *photo)
{
  g_auto (RuhuStanding) standing = { .photos = TRUE };
  g_autofree char *line = NULL, *hash = photo_hash (photo);
  g_autoptr (GString) text = g_string_new (NULL), lines = g_string_new (NULL);
  g_autoptr (GBytes) content = NULL;
  gint64 last;

  g_assert_true (ruhu_replica_get_cursor (self->laptop->replica, &standing.cursor, &standing.hash, NULL));
  g_assert_true (ruhu_replica_take_outbox (self->laptop->replica, 0, G_MAXUINT, 1 << 20, lines, &last, NULL));
  standing.changes = (gint64) lines->len;
  line = ruhu_standing_to_json (&standing);
  g_string_append_printf (text, "%s\n%s", line, lines->str);
  ruhu_parcel_append_photo (text, hash, photo);
  content = g_bytes_new (text->str, text->len);
  return ruhu_bundle_seal_outbox (RUHU_BUNDLE_WITH_PHOTOS, DEVICE, token_hash, public_key, content, NULL);
}

/* Transfer full. */
static GBytes *
flip (GBytes *bytes, gsize i)
{
  gsize size;
  guint8 *copy = g_memdup2 (g_bytes_get_data (bytes, &size), g_bytes_get_size (bytes));

  copy[i] ^= (guint8) (1 << (i % 8));
  return g_bytes_new_take (copy, size);
}

static void
assert_reason (const GError *error)
{
  g_assert_true (error != NULL && error->domain == RUHU_ERROR && strlen (error->message) > 10);
}

/* Of a real outbox at the township, and of the township's answer at the laptop: refused whole, with a reason, and nothing is written. */
static void
test_every_byte_counts (World *self, gconstpointer unused)
{
  g_autoptr (GBytes) photo = photo_new (1, 400), outbox = NULL, answer = NULL;
  g_autofree char *hash = photo_hash (photo);
  g_auto (RuhuImport) taken = { 0 };
  g_autoptr (GError) none = NULL;
  gint64 before, after;

  laptop_sync (self->laptop, self->township);
  laptop_save (self->laptop, "h1", "{\"person\":{\"p1\":{\"name\":\"甲\"}}}", -1);
  outbox = export_all (self, photo);
  before = store_count (self->township->store, "SELECT total_changes ()");
  for (gsize i = 0; i < g_bytes_get_size (outbox); i++)
    {
      g_autoptr (GBytes) hurt = flip (outbox, i), made = NULL;
      g_autoptr (GError) error = NULL;
      g_auto (RuhuImport) result = { 0 };

      made = try_import (self, hurt, &result, &error);
      g_assert_null (made);
      assert_reason (error);
    }
  after = store_count (self->township->store, "SELECT total_changes ()");
  g_assert_cmpint (after, ==, before);
  g_assert_false (ruhu_photo_store_has (self->store, hash, NULL));
  answer = try_import (self, outbox, &taken, &none);
  g_assert_no_error (none);
  g_assert_cmpint (taken.taken, ==, 1);
  g_assert_true (ruhu_photo_store_has (self->store, hash, NULL));
  for (gsize i = 0; i < g_bytes_get_size (answer); i++)
    {
      g_autoptr (GBytes) hurt = flip (answer, i), content = NULL;
      g_autoptr (GError) error = NULL;

      content = ruhu_bundle_open_answer (hurt, DEVICE, token_hash, &error);
      g_assert_null (content);
      assert_reason (error);
    }
  g_test_message ("%zu bytes there, %zu back", g_bytes_get_size (outbox), g_bytes_get_size (answer));
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  key = ruhu_key_generate (NULL);
  public_key = ruhu_bundle_read_certificate (key->certificate, NULL);
  token_hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, DEVICE, -1);
  g_test_add ("/bundle-photos/each-is-judged-for-itself", World, NULL, set_up, test_each_photo_is_judged_for_itself, tear_down);
  g_test_add ("/bundle-photos/what-does-not-fit-refuses-all", World, NULL, set_up, test_photos_that_do_not_fit_refuse_all, tear_down);
  g_test_add ("/bundle-photos/every-byte-counts", World, NULL, set_up, test_every_byte_counts, tear_down);
  g_test_add_func ("/bundle-photos/a-hurt-one-refuses-the-answer", test_a_hurt_photo_refuses_the_answer);
  status = g_test_run ();
  ruhu_key_free (key);
  g_bytes_unref (public_key);
  g_free (token_hash);
  return status;
}
