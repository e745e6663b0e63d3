/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "upload-fixture.h"

#include <string.h>

void
upload_set_up (UploadFixture *self, gconstpointer data)
{
  town_set_up (&self->town, data);
  self->photos = ruhu_photo_store_new (self->town.database);
  self->helper = town_enrol (&self->town, "u-helper");
  self->cadre = town_enrol (&self->town, "u-cadre");
  self->office = town_enrol (&self->town, "u-office");
  self->photo = photo_new (3, SIZE);
  self->hash = photo_hash (self->photo);
}

void
upload_tear_down (UploadFixture *self, gconstpointer data)
{
  g_clear_pointer (&self->town.server, ruhu_server_free);
  g_assert_true (ruhu_photo_store_erase (self->photos, NULL));
  ruhu_photo_store_free (self->photos);
  g_bytes_unref (self->photo);
  g_free (self->hash);
  laptop_free (self->helper);
  laptop_free (self->cadre);
  laptop_free (self->office);
  town_tear_down (&self->town, data);
}

RuhuRequest *
upload_request (const char *method, const char *path, const Laptop *laptop, GBytes *body, const char *const *headers)
{
  RuhuRequest *self = town_request (method, path, laptop->token, NULL);

  self->body = body != NULL ? g_bytes_ref (body) : NULL;
  for (guint i = 0; headers != NULL && headers[i] != NULL; i += 2)
    ruhu_request_add_header (self, headers[i], headers[i + 1]);
  return self;
}

RuhuResponse *
upload_ask (UploadFixture *self, const char *method, const char *path, const Laptop *laptop, GBytes *body, const char *const *headers)
{
  return town_send (&self->town, upload_request (method, path, laptop, body, headers));
}

char *
upload_metadata_of (const char *hash)
{
  g_autofree char *encoded = g_base64_encode ((const guchar *) hash, strlen (hash));

  return g_strdup_printf ("filename eA==, sha256 %s", encoded);
}

RuhuResponse *
upload_ask_creation (UploadFixture *self, const Laptop *laptop, const char *hash, gint64 size, GBytes *body)
{
  g_autofree char *length = g_strdup_printf ("%" G_GINT64_FORMAT, size), *metadata = upload_metadata_of (hash);
  const char *const headers[] = { "Tus-Resumable", "1.0.0", "Upload-Length", length, "Upload-Metadata", metadata, "Content-Type", PATCH, NULL };

  return upload_ask (self, "POST", "/v1/uploads", laptop, body, headers);
}

char *
upload_create (UploadFixture *self, const Laptop *laptop)
{
  g_autoptr (RuhuResponse) response = upload_ask_creation (self, laptop, self->hash, SIZE, NULL);

  g_assert_cmpuint (response->status, ==, 201);
  g_assert_cmpstr (ruhu_response_get_header (response, "Upload-Offset"), ==, "0");
  g_assert_cmpstr (ruhu_response_get_header (response, "Tus-Resumable"), ==, "1.0.0");
  return g_strdup (ruhu_response_get_header (response, "Location"));
}

RuhuRequest *
upload_patch_request (UploadFixture *self, const Laptop *laptop, const char *path, gsize from, gsize to, const char *checksum)
{
  g_autoptr (GBytes) body = g_bytes_new_from_bytes (self->photo, from, to - from);
  g_autofree char *offset = g_strdup_printf ("%zu", from);
  const char *const headers[] = { "Tus-Resumable", "1.0.0", "Upload-Offset", offset, "Content-Type", PATCH, checksum != NULL ? "Upload-Checksum" : NULL, checksum, NULL };

  return upload_request ("PATCH", path, laptop, body, headers);
}

void
upload_patch (UploadFixture *self, const Laptop *laptop, const char *path, gsize from, gsize to, guint status)
{
  g_autoptr (RuhuResponse) response = town_send (&self->town, upload_patch_request (self, laptop, path, from, to, NULL));

  g_assert_cmpuint (response->status, ==, status);
  g_assert_true (status != 204 || g_ascii_strtoll (ruhu_response_get_header (response, "Upload-Offset"), NULL, 10) == (gint64) to);
}

gint64
upload_get_offset (UploadFixture *self, const Laptop *laptop, const char *path)
{
  static const char *const headers[] = { "Tus-Resumable", "1.0.0", NULL };
  g_autoptr (RuhuResponse) response = upload_ask (self, "HEAD", path, laptop, NULL, headers);

  if (response->status == 404)
    return -1;
  g_assert_cmpuint (response->status, ==, 200);
  g_assert_cmpstr (ruhu_response_get_header (response, "Cache-Control"), ==, "no-store");
  g_assert_cmpstr (ruhu_response_get_header (response, "Upload-Length"), ==, G_STRINGIFY (SIZE));
  return g_ascii_strtoll (ruhu_response_get_header (response, "Upload-Offset"), NULL, 10);
}

void
upload_mention (UploadFixture *self, const char *household)
{
  g_autofree char *set = g_strdup_printf ("{\"photo\":{\"f-%s\":{\"subject\":\"01\",\"image\":\"%s\",\"things_only\":true,\"date\":\"2018-06-30\"}}}", household, self->hash);

  town_write (&self->town, household, set);
}

void
upload_mention_beyond (UploadFixture *self, const char *record, const char *hash)
{
  g_autofree char *fields = g_strdup_printf ("{\"subject\":\"01\",\"image\":\"%s\",\"things_only\":true,\"date\":\"2018-06-30\"}", hash);
  g_autofree char *line = laptop_change (self->helper, 0, "h-three", "photo", record, fields);

  g_assert_cmpint (town_push (&self->town, self->helper, line), ==, self->helper->seq);
}

void
upload_put (UploadFixture *self)
{
  g_free (ruhu_photo_store_put (self->photos, self->photo, NULL));
  g_assert_true (ruhu_photo_store_has (self->photos, self->hash, NULL));
}

RuhuResponse *
upload_get (UploadFixture *self, const Laptop *laptop, const char *name, const char *value)
{
  const char *const headers[] = { name, value, NULL };
  g_autofree char *path = g_strconcat ("/v1/photos/", self->hash, NULL);

  return upload_ask (self, "GET", path, laptop, NULL, headers);
}

void
upload_put_draft (UploadFixture *self, const Laptop *laptop, const char *hash)
{
  const char *const headers[] = { "Content-Type", "application/x-ndjson", NULL };
  g_autofree char *line = g_strdup_printf ("{\"id\":\"d1\",\"kind\":\"visit\",\"scope\":\"h-one\",\"seen\":1,\"updated\":\"2018-06-30T04:00:00.000Z.0000\",\"body\":\"{\\\"image\\\":\\\"%s\\\"}\"}\n", hash);
  g_autofree char *text = g_strconcat (hash != NULL ? line : "", hash != NULL ? "{\"have\":[\"d1\"]}\n" : "{\"have\":[],\"over\":[\"d1\"]}\n", NULL);
  g_autoptr (GBytes) body = g_bytes_new (text, strlen (text));
  g_autoptr (RuhuResponse) response = upload_ask (self, "POST", "/v1/drafts", laptop, body, headers);

  g_assert_cmpuint (response->status, ==, 200);
}
