/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Photos at the township, without sockets: every verb of tus, whatever is wrong with a request, and a disk that fails. */
#include "config.h"

#include "ruhu-uploads.h"
#include "upload-fixture.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

gssize __real_pwrite (int fd, const void *data, gsize length, off_t offset);
gssize __wrap_pwrite (int fd, const void *data, gsize length, off_t offset);
gssize __real_pwrite64 (int fd, const void *data, gsize length, off_t offset);
gssize __wrap_pwrite64 (int fd, const void *data, gsize length, off_t offset);
int __real_fsync (int fd);
int __wrap_fsync (int fd);
gboolean __real_ruhu_ledger_find_draft_photo (RuhuLedger *self, const char *device, const char *hash, gboolean *found, GError **error);
gboolean __wrap_ruhu_ledger_find_draft_photo (RuhuLedger *self, const char *device, const char *hash, gboolean *found, GError **error);

/* What happens at the next write or flush, once. */
static void (*at_write) (gpointer data);
static gpointer at_write_data;
static gboolean full;
/* What happens at a flush, once, after so many others. */
static void (*at_flush) (gpointer data);
static gint flushes_before;
static gint flushes_until_failure = -1; /* -1: none fails */
/* What happens when it was looked up whether a draft mentions a photo, once. */
static void (*at_answer) (gpointer data);

static gboolean
meets_write (void)
{
  void (*func) (gpointer data) = at_write;

  at_write = NULL;
  if (func != NULL)
    func (at_write_data);
  errno = ENOSPC;
  return full;
}

gssize
__wrap_pwrite (int fd, const void *data, gsize length, off_t offset)
{
  return meets_write () ? -1 : __real_pwrite (fd, data, length, offset);
}

gssize
__wrap_pwrite64 (int fd, const void *data, gsize length, off_t offset)
{
  return meets_write () ? -1 : __real_pwrite64 (fd, data, length, offset);
}

int
__wrap_fsync (int fd)
{
  void (*func) (gpointer data) = at_flush;

  if (func != NULL && flushes_before-- == 0)
    {
      at_flush = NULL;
      func (at_write_data);
    }
  if (flushes_until_failure >= 0 && flushes_until_failure-- == 0)
    {
      errno = EIO;
      return -1;
    }
  return __real_fsync (fd);
}

gboolean
__wrap_ruhu_ledger_find_draft_photo (RuhuLedger *self, const char *device, const char *hash, gboolean *found, GError **error)
{
  gboolean done = __real_ruhu_ledger_find_draft_photo (self, device, hash, found, error);
  void (*func) (gpointer data) = at_answer;

  at_answer = NULL;
  if (func != NULL)
    func (at_write_data);
  return done;
}

static void
test_in_pieces (UploadFixture *self, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autoptr (RuhuResponse) response = NULL;
  g_autoptr (GBytes) kept = NULL;

  upload_mention (self, "h-one");
  path = upload_create (self, self->helper);
  g_assert_true (g_str_has_prefix (path, "/v1/uploads/"));
  upload_patch (self, self->helper, path, 0, 1, 204);
  upload_patch (self, self->helper, path, 1, 5000, 204);
  g_assert_cmpint (upload_get_offset (self, self->helper, path), ==, 5000);
  g_assert_false (ruhu_photo_store_has (self->photos, self->hash, NULL));
  /* Begun by nobody else, and to nobody else. */
  g_assert_cmpint (upload_get_offset (self, self->cadre, path), ==, -1);
  upload_patch (self, self->cadre, path, 5000, SIZE, 404);
  upload_patch (self, self->helper, path, 5000, SIZE, 204);
  g_assert_cmpint (upload_get_offset (self, self->helper, path), ==, SIZE);
  kept = ruhu_photo_store_read (self->photos, self->hash, NULL);
  g_assert_true (g_bytes_equal (kept, self->photo));
  response = upload_get (self, self->helper, NULL, NULL);
  g_assert_cmpuint (response->status, ==, 200);
  g_assert_true (g_bytes_equal (response->body, self->photo));
}

static void
test_goes_on_after_a_restart (UploadFixture *self, gconstpointer data)
{
  g_autofree char *path = upload_create (self, self->helper), *done = NULL;

  upload_patch (self, self->helper, path, 0, 4321, 204);
  town_restart (&self->town, 0);
  g_assert_cmpint (upload_get_offset (self, self->helper, path), ==, 4321);
  upload_patch (self, self->helper, path, 4321, SIZE, 204);
  town_restart (&self->town, 0);
  g_assert_cmpint (upload_get_offset (self, self->helper, path), ==, SIZE);
  g_assert_true (ruhu_photo_store_has (self->photos, self->hash, NULL));
}

/* The power went between the last byte and the photo's place in the store: nobody is told that it is whole. */
static void
test_whole_but_not_kept_asks_for_its_last_byte (UploadFixture *self, gconstpointer data)
{
  g_autofree char *path = upload_create (self, self->helper), *part = NULL;
  gsize size;
  const char *bytes = g_bytes_get_data (self->photo, &size);

  upload_patch (self, self->helper, path, 0, 10, 204);
  part = g_strdup_printf ("%s/incoming/%s.part", ruhu_photo_store_get_path (self->photos), strrchr (path, '/') + 1);
  g_assert_true (g_file_set_contents (part, bytes, (gssize) size, NULL));
  town_restart (&self->town, 0);
  g_assert_cmpint (upload_get_offset (self, self->helper, path), ==, SIZE - 1);
  upload_patch (self, self->helper, path, SIZE - 1, SIZE, 204);
  g_assert_true (ruhu_photo_store_has (self->photos, self->hash, NULL));
}

static void
test_with_its_creation (UploadFixture *self, gconstpointer data)
{
  g_autoptr (RuhuResponse) response = upload_ask_creation (self, self->helper, self->hash, SIZE, self->photo);
  g_autoptr (RuhuResponse) again = upload_ask_creation (self, self->cadre, self->hash, SIZE, NULL);

  g_assert_cmpuint (response->status, ==, 201);
  g_assert_cmpstr (ruhu_response_get_header (response, "Upload-Offset"), ==, G_STRINGIFY (SIZE));
  g_assert_true (ruhu_photo_store_has (self->photos, self->hash, NULL));
  /* What is there is not sent again. */
  g_assert_cmpuint (again->status, ==, 201);
  g_assert_cmpstr (ruhu_response_get_header (again, "Upload-Offset"), ==, G_STRINGIFY (SIZE));
}

static void
test_what_broke_off_is_kept (UploadFixture *self, gconstpointer data)
{
  g_autofree char *path = upload_create (self, self->helper);
  RuhuRequest *broken = upload_patch_request (self, self->helper, path, 0, 700, NULL), *summed;

  broken->partial = TRUE;
  ruhu_response_free (town_send (&self->town, broken));
  g_assert_cmpint (upload_get_offset (self, self->helper, path), ==, 700);
  /* Not where a checksum was to vouch for it. */
  summed = upload_patch_request (self, self->helper, path, 700, 800, "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=");
  summed->partial = TRUE;
  ruhu_response_free (town_send (&self->town, summed));
  g_assert_cmpint (upload_get_offset (self, self->helper, path), ==, 700);
}

static void
test_options (UploadFixture *self, gconstpointer data)
{
  g_autoptr (RuhuResponse) response = town_send (&self->town, town_request ("OPTIONS", "/v1/uploads", NULL, NULL));

  g_assert_cmpuint (response->status, ==, 204);
  g_assert_cmpstr (ruhu_response_get_header (response, "Tus-Version"), ==, "1.0.0");
  g_assert_cmpstr (ruhu_response_get_header (response, "Tus-Max-Size"), ==, "307200");
  g_assert_cmpstr (ruhu_response_get_header (response, "Tus-Extension"), ==, "creation,creation-with-upload,checksum,expiration,termination");
  g_assert_cmpstr (ruhu_response_get_header (response, "Tus-Checksum-Algorithm"), ==, "sha1,sha256");
}

static void
assert_creation (UploadFixture *self, guint status, const char *version, const char *length, const char *metadata, const char *further)
{
  const char *const headers[] = { version != NULL ? "Tus-Resumable" : "Range", version != NULL ? version : "", length != NULL ? "Upload-Length" : "Range", length != NULL ? length : "",
                                  metadata != NULL ? "Upload-Metadata" : "Range", metadata != NULL ? metadata : "", further, "1", NULL };
  g_autoptr (RuhuResponse) response = upload_ask (self, "POST", "/v1/uploads", self->helper, NULL, headers);

  g_assert_cmpuint (response->status, ==, status);
  g_assert_true (status == 201 || g_str_has_prefix (ruhu_response_get_header (response, "Content-Type"), "application/problem+json"));
  g_assert_true (status != 412 || g_strcmp0 (ruhu_response_get_header (response, "Tus-Version"), "1.0.0") == 0);
}

static void
test_malformed_creations (UploadFixture *self, gconstpointer data)
{
  static const char *const lengths[] = { "", "-1", "+9", " 9", "9 ", "0", "1.5", "0x10", "nine", "99999999999999999999999999" };
  g_autofree char *good = upload_metadata_of (self->hash), *upper = g_ascii_strup (self->hash, -1), *shouted = upload_metadata_of (upper), *twice = g_strdup_printf ("%s,%s", good, good);
  g_autofree char *endless = g_strnfill (40000, 'A'), *long_value = g_strconcat ("sha256 ", endless, NULL);
  const char *const metadata[] = { NULL, "", "sha256", "sha256 ", "sha256 !!!!", "sha256 eA", "sha256 eA==", "filename eA==", shouted, twice, ",,,,,,,,,,,,,,,,,,,,,,,,,,,,", long_value };

  assert_creation (self, 412, NULL, "9000", good, NULL);
  assert_creation (self, 412, "0.2.2", "9000", good, NULL);
  assert_creation (self, 400, "1.0.0", NULL, good, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    assert_creation (self, 400, "1.0.0", lengths[i], good, NULL);
  assert_creation (self, 413, "1.0.0", "307201", good, NULL);
  assert_creation (self, 413, "1.0.0", "9223372036854775807", good, NULL);
  assert_creation (self, 400, "1.0.0", "9000", good, "Upload-Defer-Length");
  assert_creation (self, 400, "1.0.0", "9000", good, "Upload-Concat");
  for (gsize i = 0; i < G_N_ELEMENTS (metadata); i++)
    assert_creation (self, 400, "1.0.0", "9000", metadata[i], NULL);
  assert_creation (self, 201, "1.0.0", "9000", good, NULL);
}

static void
assert_patch (UploadFixture *self, const char *path, guint status, const char *version, const char *offset, const char *type, const char *checksum)
{
  g_autoptr (GBytes) body = g_bytes_new_from_bytes (self->photo, 0, 100);
  const char *const headers[] = { version != NULL ? "Tus-Resumable" : "Range", version != NULL ? version : "", offset != NULL ? "Upload-Offset" : "Range", offset != NULL ? offset : "",
                                  type != NULL ? "Content-Type" : "Range", type != NULL ? type : "", checksum != NULL ? "Upload-Checksum" : NULL, checksum, NULL };
  g_autoptr (RuhuResponse) response = upload_ask (self, "PATCH", path, self->helper, body, headers);

  g_assert_cmpuint (response->status, ==, status);
  g_assert_cmpint (upload_get_offset (self, self->helper, path), ==, 0);
}

static void
test_malformed_patches (UploadFixture *self, gconstpointer data)
{
  g_autofree char *path = upload_create (self, self->helper);
  static const char *const offsets[] = { "", "-1", "+0", "zero", "0 0", "99999999999999999999" };
  static const char *const sums[] = { "", "sha1", "sha1 ", "md5 eA==", "sha1 eA==", "sha256 eA", "sha1 !!!!" };

  assert_patch (self, path, 412, NULL, "0", PATCH, NULL);
  assert_patch (self, path, 400, "1.0.0", NULL, PATCH, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (offsets); i++)
    assert_patch (self, path, 400, "1.0.0", offsets[i], PATCH, NULL);
  assert_patch (self, path, 415, "1.0.0", "0", NULL, NULL);
  assert_patch (self, path, 415, "1.0.0", "0", "image/jpeg", NULL);
  assert_patch (self, path, 409, "1.0.0", "1", PATCH, NULL);
  assert_patch (self, path, 409, "1.0.0", "9223372036854775807", PATCH, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (sums); i++)
    assert_patch (self, path, 400, "1.0.0", "0", PATCH, sums[i]);
  assert_patch (self, path, 460, "1.0.0", "0", PATCH, "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=");
  upload_patch (self, self->helper, "/v1/uploads/..", 0, 1, 404);
  upload_patch (self, self->helper, "/v1/uploads/00000000000000000000000000000000", 0, 1, 404);
}

static void
test_right_checksums (UploadFixture *self, gconstpointer data)
{
  static const GChecksumType types[] = { G_CHECKSUM_SHA1, G_CHECKSUM_SHA256 };
  g_autofree char *path = upload_create (self, self->helper);

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GChecksum) sum = g_checksum_new (types[i]);
      g_autofree char *encoded = NULL, *header = NULL;
      g_autoptr (RuhuResponse) response = NULL;
      guint8 digest[32];
      gsize length = sizeof digest;

      g_checksum_update (sum, (const guchar *) g_bytes_get_data (self->photo, NULL) + i * 50, 50);
      g_checksum_get_digest (sum, digest, &length);
      encoded = g_base64_encode (digest, length);
      header = g_strdup_printf ("%s %s", i == 0 ? "sha1" : "sha256", encoded);
      response = town_send (&self->town, upload_patch_request (self, self->helper, path, i * 50, i * 50 + 50, header));
      g_assert_cmpuint (response->status, ==, 204);
    }
  g_assert_cmpint (upload_get_offset (self, self->helper, path), ==, 100);
}

static void
test_overlong_body (UploadFixture *self, gconstpointer data)
{
  g_autofree char *path = upload_create (self, self->helper);
  g_autoptr (GBytes) more = photo_new (4, SIZE + 1);

  g_bytes_unref (self->photo);
  self->photo = g_steal_pointer (&more);
  upload_patch (self, self->helper, path, 0, SIZE + 1, 413);
  g_assert_cmpint (upload_get_offset (self, self->helper, path), ==, 0);
}

static void
write_beside_cb (gpointer data)
{
  UploadFixture *self = ((gpointer *) data)[0];
  const char *path = ((gpointer *) data)[1];
  static const char *const headers[] = { "Tus-Resumable", "1.0.0", NULL };
  g_autoptr (RuhuResponse) end = upload_ask (self, "DELETE", path, self->helper, NULL, headers);

  upload_patch (self, self->helper, path, 0, 10, 423);
  g_assert_cmpuint (end->status, ==, 423);
}

static void
test_two_at_once (UploadFixture *self, gconstpointer data)
{
  g_autofree char *path = upload_create (self, self->helper);
  gpointer both[] = { self, path };

  at_write_data = both;
  at_write = write_beside_cb;
  upload_patch (self, self->helper, path, 0, 100, 204);
  g_assert_null (at_write);
  g_assert_cmpint (upload_get_offset (self, self->helper, path), ==, 100);
}

static void
test_other_content_is_not_kept (UploadFixture *self, gconstpointer data)
{
  g_autofree char *other = NULL, *path = NULL;
  g_autoptr (GBytes) tagged = photo_with_segment (self->photo, 0xe1, "Exif", 4);
  g_autofree char *tagged_hash = photo_hash (tagged);
  g_autoptr (RuhuResponse) exif = upload_ask_creation (self, self->helper, tagged_hash, (gint64) g_bytes_get_size (tagged), tagged);

  town_assert_problem (exif, 422, "invalid");
  g_assert_false (ruhu_photo_store_has (self->photos, tagged_hash, NULL));

  other = g_strdup (self->hash);
  self->hash[0] = self->hash[0] == 'a' ? 'b' : 'a';
  path = upload_create (self, self->helper);
  upload_patch (self, self->helper, path, 0, SIZE, 460);
  g_assert_cmpint (upload_get_offset (self, self->helper, path), ==, -1);
  g_assert_false (ruhu_photo_store_has (self->photos, self->hash, NULL) || ruhu_photo_store_has (self->photos, other, NULL));
}

static void
test_termination (UploadFixture *self, gconstpointer data)
{
  static const char *const headers[] = { "Tus-Resumable", "1.0.0", NULL };
  g_autofree char *path = upload_create (self, self->helper);
  g_autoptr (RuhuResponse) foreign = upload_ask (self, "DELETE", path, self->cadre, NULL, headers), bare = upload_ask (self, "DELETE", path, self->helper, NULL, NULL), done = NULL, again = NULL;

  g_assert_cmpuint (foreign->status, ==, 404);
  g_assert_cmpuint (bare->status, ==, 412);
  upload_patch (self, self->helper, path, 0, 100, 204);
  done = upload_ask (self, "DELETE", path, self->helper, NULL, headers);
  g_assert_cmpuint (done->status, ==, 204);
  g_assert_cmpint (upload_get_offset (self, self->helper, path), ==, -1);
  again = upload_ask (self, "DELETE", path, self->helper, NULL, headers);
  g_assert_cmpuint (again->status, ==, 404);
  town_restart (&self->town, 0);
  g_assert_cmpint (upload_get_offset (self, self->helper, path), ==, -1);
}

static void
test_unfinished_expires (UploadFixture *self, gconstpointer data)
{
  g_autofree char *path = upload_create (self, self->helper), *next = NULL, *folder = g_build_filename (ruhu_photo_store_get_path (self->photos), "incoming", NULL);
  gint64 before = town_now;
  g_autoptr (GDir) left = NULL;
  guint files = 0;

  upload_patch (self, self->helper, path, 0, 100, 204);
  town_now += 6 * DAY;
  g_assert_cmpint (upload_get_offset (self, self->helper, path), ==, 100);
  upload_patch (self, self->helper, path, 100, 200, 204);
  town_now += 6 * DAY;
  g_assert_cmpint (upload_get_offset (self, self->helper, path), ==, 200);
  town_now += 2 * DAY;
  g_assert_cmpint (upload_get_offset (self, self->helper, path), ==, -1);
  next = upload_create (self, self->cadre);
  left = g_dir_open (folder, 0, NULL);
  while (g_dir_read_name (left) != NULL)
    files++;
  g_assert_cmpuint (files, ==, 1);
  town_now = before;
}

static void
test_what_nothing_mentions_expires (UploadFixture *self, gconstpointer data)
{
  gint64 before = town_now;

  for (guint mentioned = 0; mentioned < 3; mentioned++)
    {
      g_autoptr (RuhuResponse) response = upload_ask_creation (self, self->helper, self->hash, SIZE, self->photo), next = NULL;

      g_assert_cmpuint (response->status, ==, 201);
      if (mentioned == 1)
        upload_put_draft (self, self->helper, self->hash);
      if (mentioned == 2)
        upload_mention (self, "h-two");
      town_now += 31 * DAY;
      town_restart (&self->town, 0);
      next = upload_ask_creation (self, self->cadre, "0000000000000000000000000000000000000000000000000000000000000000", 5, NULL);
      g_assert_cmpuint (next->status, ==, 201);
      g_assert_true (ruhu_photo_store_has (self->photos, self->hash, NULL) == (mentioned > 0));
      /* A draft that is over keeps nothing any more. */
      if (mentioned == 1)
        upload_put_draft (self, self->helper, NULL);
    }
  town_now = before;
}

static void
sweep_cb (gpointer data)
{
  UploadFixture *self = data;
  g_autoptr (RuhuResponse) response = upload_ask_creation (self, self->office, "0000000000000000000000000000000000000000000000000000000000000000", 5, NULL);

  g_assert_cmpuint (response->status, ==, 201);
}

/* A photo expires at the moment when somebody else brings the same one in, who is told that it is there. */
static void
test_what_is_being_sent_does_not_expire (UploadFixture *self, gconstpointer data)
{
  gint64 before = town_now;
  g_autofree char *path = upload_create (self, self->cadre);
  g_autoptr (RuhuResponse) response = upload_ask_creation (self, self->helper, self->hash, SIZE, self->photo);

  g_assert_cmpuint (response->status, ==, 201);
  for (gsize i = 0; i < 5; i++)
    {
      town_now += 6 * DAY;
      upload_patch (self, self->cadre, path, i * 100, i * 100 + 100, 204);
    }
  town_now += 2 * DAY;
  /* The flushes of the last bytes and of their folder, then that of the photo's. */
  at_flush = sweep_cb;
  at_write_data = self;
  flushes_before = 2;
  upload_patch (self, self->cadre, path, 500, SIZE, 204);
  g_assert_null (at_flush);
  g_assert_cmpint (upload_get_offset (self, self->cadre, path), ==, SIZE);
  g_assert_true (ruhu_photo_store_has (self->photos, self->hash, NULL));
  town_now += 29 * DAY;
  sweep_cb (self);
  g_assert_true (ruhu_photo_store_has (self->photos, self->hash, NULL));
  /* It does when neither comes to mention it. */
  town_now += 2 * DAY;
  sweep_cb (self);
  town_now += DAY;
  sweep_cb (self);
  g_assert_false (ruhu_photo_store_has (self->photos, self->hash, NULL));
  town_now = before;
}

static void
draft_cb (gpointer data)
{
  UploadFixture *self = data;

  upload_put_draft (self, self->helper, self->hash);
}

static void
quarantine_cb (gpointer data)
{
  UploadFixture *self = data;

  upload_mention_beyond (self, "f-late", self->hash);
}

/* The photo expires at the moment when something comes to mention it. */
static void
test_what_is_mentioned_just_now_does_not_expire (UploadFixture *self, gconstpointer data)
{
  static void (*const comes[]) (gpointer data) = { draft_cb, quarantine_cb };
  gint64 before = town_now;

  at_write_data = self;
  for (gsize i = 0; i < G_N_ELEMENTS (comes); i++)
    {
      g_autoptr (RuhuResponse) response = upload_ask_creation (self, self->helper, self->hash, SIZE, self->photo);

      g_assert_cmpuint (response->status, ==, 201);
      town_now += 31 * DAY;
      at_answer = comes[i];
      sweep_cb (self);
      g_assert_null (at_answer);
      g_assert_true (ruhu_photo_store_has (self->photos, self->hash, NULL));
      upload_put_draft (self, self->helper, NULL);
    }
  town_now = before;
}

/* Nothing is kept twice of one who begins what is there again and again. */
static void
test_what_is_there_is_one_upload (UploadFixture *self, gconstpointer data)
{
  g_autoptr (RuhuResponse) first = upload_ask_creation (self, self->helper, self->hash, SIZE, self->photo);
  const char *path = ruhu_response_get_header (first, "Location");

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (RuhuResponse) again = upload_ask_creation (self, self->helper, self->hash, SIZE, NULL);

      g_assert_cmpuint (again->status, ==, 201);
      g_assert_cmpstr (ruhu_response_get_header (again, "Upload-Offset"), ==, G_STRINGIFY (SIZE));
      g_assert_cmpstr (ruhu_response_get_header (again, "Location"), ==, path);
      town_restart (&self->town, 0);
    }
  g_assert_cmpint (upload_get_offset (self, self->helper, path), ==, SIZE);
}

/* A damaged file is no photo: whoever has it sends it again, even who sent it before. */
static void
test_damaged_is_asked_for_again (UploadFixture *self, gconstpointer data)
{
  g_autofree char *file = ruhu_photo_store_dup_path (self->photos, self->hash), *bytes = g_malloc0 (SIZE);
  g_autoptr (RuhuResponse) first = upload_ask_creation (self, self->helper, self->hash, SIZE, self->photo), again = NULL;
  g_autofree char *path = NULL;
  g_autoptr (GBytes) kept = NULL;

  g_assert_cmpuint (first->status, ==, 201);
  g_assert_true (g_file_set_contents (file, bytes, SIZE, NULL));
  path = upload_create (self, self->cadre);
  again = upload_ask_creation (self, self->helper, self->hash, SIZE, self->photo);
  g_assert_cmpstr (ruhu_response_get_header (again, "Upload-Offset"), ==, G_STRINGIFY (SIZE));
  g_assert_cmpint (upload_get_offset (self, self->helper, ruhu_response_get_header (first, "Location")), ==, -1);
  kept = ruhu_photo_store_read (self->photos, self->hash, NULL);
  g_assert_true (kept != NULL && g_bytes_equal (kept, self->photo));
}

/* Nothing of a failed write is told, and it goes on where it was. */
static void
test_failing_disk (UploadFixture *self, gconstpointer data)
{
  g_autofree char *path = upload_create (self, self->helper);
  gint failed = 0;

  upload_patch (self, self->helper, path, 0, 100, 204);
  full = TRUE;
  upload_patch (self, self->helper, path, 100, 200, 507);
  full = FALSE;
  g_assert_cmpint (upload_get_offset (self, self->helper, path), ==, 100);
  upload_patch (self, self->helper, path, 100, SIZE - 1, 204);
  for (gboolean done = FALSE; !done; failed++)
    {
      g_autoptr (RuhuResponse) response = NULL;

      flushes_until_failure = failed;
      response = town_send (&self->town, upload_patch_request (self, self->helper, path, SIZE - 1, SIZE, NULL));
      flushes_until_failure = -1;
      town_restart (&self->town, 0);
      /* What was acknowledged is there; what was not may be. */
      done = upload_get_offset (self, self->helper, path) == SIZE;
      g_assert_true (done || response->status == 500);
      g_assert_true (done ? ruhu_photo_store_has (self->photos, self->hash, NULL) : upload_get_offset (self, self->helper, path) == SIZE - 1);
    }
  g_assert_cmpint (failed, >, 4);
  g_assert_true (ruhu_photo_store_has (self->photos, self->hash, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  /* What a failing disk says is expected. */
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
#define ADD(name, func) g_test_add ("/uploads/" name, UploadFixture, NULL, upload_set_up, func, upload_tear_down)
  ADD ("in-pieces", test_in_pieces);
  ADD ("goes-on-after-a-restart", test_goes_on_after_a_restart);
  ADD ("whole-but-not-kept-asks-for-its-last-byte", test_whole_but_not_kept_asks_for_its_last_byte);
  ADD ("with-its-creation", test_with_its_creation);
  ADD ("what-broke-off-is-kept", test_what_broke_off_is_kept);
  ADD ("options", test_options);
  ADD ("malformed-creations", test_malformed_creations);
  ADD ("malformed-patches", test_malformed_patches);
  ADD ("right-checksums", test_right_checksums);
  ADD ("overlong-body", test_overlong_body);
  ADD ("two-at-once", test_two_at_once);
  ADD ("other-content-is-not-kept", test_other_content_is_not_kept);
  ADD ("termination", test_termination);
  ADD ("unfinished-expires", test_unfinished_expires);
  ADD ("what-nothing-mentions-expires", test_what_nothing_mentions_expires);
  ADD ("what-is-being-sent-does-not-expire", test_what_is_being_sent_does_not_expire);
  ADD ("what-is-there-is-one-upload", test_what_is_there_is_one_upload);
  ADD ("damaged-is-asked-for-again", test_damaged_is_asked_for_again);
  ADD ("what-is-mentioned-just-now-does-not-expire", test_what_is_mentioned_just_now_does_not_expire);
  ADD ("failing-disk", test_failing_disk);
  return g_test_run ();
}
