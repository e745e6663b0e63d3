/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who may have which photo of the township, which part of it, and how much one laptop may send. */
#include "config.h"

#include "ruhu-lost-photos.h"
#include "ruhu-uploads.h"
#include "upload-fixture.h"

#include <string.h>

static void
test_who_may_have_it (UploadFixture *self, gconstpointer data)
{
  g_autoptr (RuhuResponse) early = NULL, helper = NULL, cadre = NULL, office = NULL, later = NULL;

  upload_mention (self, "h-two");
  early = upload_get (self, self->cadre, NULL, NULL);
  town_assert_problem (early, 404, "not-found");
  upload_put (self);
  helper = upload_get (self, self->helper, NULL, NULL);
  town_assert_problem (helper, 404, "not-found");
  cadre = upload_get (self, self->cadre, NULL, NULL);
  office = upload_get (self, self->office, NULL, NULL);
  g_assert_cmpuint (cadre->status, ==, 200);
  g_assert_cmpuint (office->status, ==, 200);
  /* The same photo, of a household that the helper has. */
  upload_mention (self, "h-one");
  later = upload_get (self, self->helper, NULL, NULL);
  g_assert_cmpuint (later->status, ==, 200);
}

/* A photo that only a draft mentions is for whoever typed that, on any laptop, until a record mentions it: then what counts is whose the household is. */
static void
test_a_draft_gives_its_photos_to_its_author (UploadFixture *self, gconstpointer data)
{
  g_autoptr (RuhuResponse) early = NULL, helper = NULL, cadre = NULL, later = NULL;
  g_autoptr (Laptop) next = town_enrol (&self->town, "u-helper");

  upload_put (self);
  early = upload_get (self, next, NULL, NULL);
  town_assert_problem (early, 404, "not-found");
  upload_put_draft (self, self->helper, self->hash);
  helper = upload_get (self, next, NULL, NULL);
  g_assert_cmpuint (helper->status, ==, 200);
  cadre = upload_get (self, self->cadre, NULL, NULL);
  town_assert_problem (cadre, 404, "not-found");
  upload_mention (self, "h-two");
  later = upload_get (self, next, NULL, NULL);
  town_assert_problem (later, 404, "not-found");
}

static void
test_ranges (UploadFixture *self, gconstpointer data)
{
  static const struct
  {
    const char *range;
    guint status;
    gsize from, length;
    const char *content;
  } ranges[] = {
    { "bytes=0-0", 206, 0, 1, "bytes 0-0/9000" },
    { "bytes=8999-", 206, 8999, 1, "bytes 8999-8999/9000" },
    { "bytes=100-20000", 206, 100, 8900, "bytes 100-8999/9000" },
    { "bytes=-10", 206, 8990, 10, "bytes 8990-8999/9000" },
    { "bytes=-90000", 206, 0, 9000, "bytes 0-8999/9000" },
    { "bytes=9000-", 416, 0, 0, "bytes */9000" },
    { "bytes=-0", 416, 0, 0, "bytes */9000" },
    { "bytes=5-4", 200, 0, 9000, NULL },
    { "bytes=0-1,3-4", 200, 0, 9000, NULL },
    { "bytes=-", 200, 0, 9000, NULL },
    { "bytes=", 200, 0, 9000, NULL },
    { "bytes=--5", 200, 0, 9000, NULL },
    { "bytes=99999999999999999999-", 200, 0, 9000, NULL },
    { "lines=1-2", 200, 0, 9000, NULL },
  };

  upload_mention (self, "h-one");
  upload_put (self);
  for (gsize i = 0; i < G_N_ELEMENTS (ranges); i++)
    {
      g_autoptr (RuhuResponse) response = upload_get (self, self->helper, "Range", ranges[i].range);
      g_autoptr (GBytes) expected = g_bytes_new_from_bytes (self->photo, ranges[i].from, ranges[i].length);

      g_assert_cmpuint (response->status, ==, ranges[i].status);
      g_assert_cmpstr (ruhu_response_get_header (response, "Content-Range"), ==, ranges[i].content);
      g_assert_true (ranges[i].status == 416 || g_bytes_equal (response->body, expected));
    }
}

static void
test_conditions (UploadFixture *self, gconstpointer data)
{
  g_autofree char *tag = g_strdup_printf ("\"%s\"", self->hash), *path = g_strconcat ("/v1/photos/", self->hash, NULL);
  const char *const same[] = { "Range", "bytes=1-1", "If-Range", tag, NULL }, *const other[] = { "Range", "bytes=1-1", "If-Range", "\"x\"", NULL };
  g_autoptr (RuhuResponse) known = NULL, part = NULL, whole = NULL;

  upload_mention (self, "h-one");
  upload_put (self);
  known = upload_get (self, self->helper, "If-None-Match", tag);
  g_assert_cmpuint (known->status, ==, 304);
  g_assert_cmpstr (ruhu_response_get_header (known, "ETag"), ==, tag);
  part = upload_ask (self, "GET", path, self->helper, NULL, same);
  g_assert_cmpuint (part->status, ==, 206);
  whole = upload_ask (self, "GET", path, self->helper, NULL, other);
  g_assert_cmpuint (whole->status, ==, 200);
}

static void
test_damaged_is_not_given (UploadFixture *self, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autoptr (RuhuResponse) response = NULL, again = NULL;

  upload_mention (self, "h-one");
  upload_put (self);
  path = ruhu_photo_store_dup_path (self->photos, self->hash);
  g_assert_true (g_file_set_contents (path, "x", 1, NULL));
  g_test_expect_message ("ruhu-township", G_LOG_LEVEL_WARNING, "*damaged*");
  response = upload_get (self, self->helper, NULL, NULL);
  g_test_assert_expected_messages ();
  town_assert_problem (response, 404, "not-found");
  /* It can be sent again. */
  again = upload_ask_creation (self, self->helper, self->hash, SIZE, self->photo);
  g_assert_cmpuint (again->status, ==, 201);
  g_assert_true (ruhu_photo_store_has (self->photos, self->hash, NULL));
}

#define NOWHERE "0000000000000000000000000000000000000000000000000000000000000000"

/* A laptop may ask what it is the only one to have now. */
static void
test_what_is_lacking_is_told (UploadFixture *self, gconstpointer data)
{
  static const char *const wrong[] = { "", "{}", "[]", "{\"photos\":{}}", "{\"photos\":[1]}", "{\"photos\":[\"../township.db\"]}" };
  const char *const headers[] = { "Content-Type", "application/json", NULL };
  g_autofree char *text = g_strdup_printf ("{\"photos\":[\"%s\",\"" NOWHERE "\"]}", self->hash);
  g_autoptr (GBytes) question = g_bytes_new (text, strlen (text));

  for (guint there = 0; there < 2; there++)
    {
      g_autoptr (RuhuResponse) response = NULL;
      g_autofree char *lacking = NULL, *expected = there == 1 ? g_strdup ("[ \"" NOWHERE "\" ]") : g_strdup_printf ("[ \"%s\", \"" NOWHERE "\" ]", self->hash);

      if (there == 1)
        upload_put (self);
      response = upload_ask (self, "POST", "/v1/photos", self->helper, question, headers);
      g_assert_cmpuint (response->status, ==, 200);
      lacking = town_member (response, "lacking");
      g_assert_cmpstr (lacking, ==, expected);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GBytes) body = g_bytes_new_static (wrong[i], strlen (wrong[i]));
      g_autoptr (RuhuResponse) response = upload_ask (self, "POST", "/v1/photos", self->helper, body, headers);

      town_assert_problem (response, 400, "invalid");
    }
}

static void
assert_lost_status (UploadFixture *self, const Laptop *laptop, guint first, guint n, guint status)
{
  const char *const headers[] = { "Content-Type", "application/json", NULL };
  GString *many = g_string_new ("{\"lost\":[");
  g_autoptr (GBytes) body = NULL;
  g_autoptr (RuhuResponse) response = NULL;

  for (guint i = first; i < first + n; i++)
    g_string_append_printf (many, "%s\"%064x\"", i > first ? "," : "", i);
  g_string_append (many, "]}");
  body = g_string_free_to_bytes (many);
  response = upload_ask (self, "POST", "/v1/photos", laptop, body, headers);
  g_assert_cmpuint (response->status, ==, status);
}

/* What a withdrawn laptop cannot hand over: noted once, until it comes from elsewhere. */
static void
test_what_will_never_come_is_noted (UploadFixture *self, gconstpointer data)
{
  const char *const headers[] = { "Content-Type", "application/json", NULL };
  g_autofree char *text = g_strdup_printf ("{\"lost\":[\"%s\",\"" NOWHERE "\"]}", self->hash);
  g_autoptr (GBytes) lost = g_bytes_new (text, strlen (text));
  g_autoptr (GBytes) nonsense = g_bytes_new_static ("{\"lost\":[\"../township.db\"]}", strlen ("{\"lost\":[\"../township.db\"]}"));
  g_autoptr (GPtrArray) before = NULL, after = NULL;
  g_autoptr (RuhuResponse) refused = NULL;
  gint64 told;

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (RuhuResponse) response = upload_ask (self, "POST", "/v1/photos", self->helper, lost, headers);
      g_autofree char *noted = town_member (response, "lost");

      g_assert_cmpuint (response->status, ==, 200);
      g_assert_cmpstr (noted, ==, "2");
      town_now += DAY;
    }
  before = ruhu_lost_photos_list (self->town.session, self->photos, NULL);
  g_assert_cmpuint (before->len, ==, 2);
  told = ruhu_stamp_get_time (((RuhuLostPhoto *) before->pdata[0])->told);
  g_assert_cmpint (town_now - 2 * DAY, <=, told);
  g_assert_cmpint (told, <, town_now - DAY);
  upload_put (self);
  after = ruhu_lost_photos_list (self->town.session, self->photos, NULL);
  g_assert_cmpuint (after->len, ==, 1);
  g_assert_cmpstr (((RuhuLostPhoto *) after->pdata[0])->hash, ==, NOWHERE);
  g_assert_cmpstr (((RuhuLostPhoto *) after->pdata[0])->device, ==, self->helper->id);
  refused = upload_ask (self, "POST", "/v1/photos", self->helper, nonsense, headers);
  town_assert_problem (refused, 400, "invalid");
  /* As many as one laptop may have, whatever others have lost. */
  assert_lost_status (self, self->helper, 0, 500, 413);
  assert_lost_status (self, self->cadre, 1000, 500, 200);
  assert_lost_status (self, self->helper, 1, 498, 200);
}

static void
test_quota (UploadFixture *self, gconstpointer data)
{
  g_autoptr (RuhuResponse) other = NULL, again = NULL, last = NULL;
  guint made = 0;

  for (guint status = 201; status == 201; made++)
    {
      g_autofree char *hash = g_strdup_printf ("%064x", made);
      g_autoptr (RuhuResponse) response = upload_ask_creation (self, self->helper, hash, RUHU_PHOTO_MAX_BYTES, NULL);

      status = response->status;
      g_assert_true (status == 201 || status == 429);
    }
  g_assert_cmpuint (made - 1, ==, RUHU_UPLOADS_MAX_BYTES / RUHU_PHOTO_MAX_BYTES);
  /* Begun anew, one takes the place of its like; others are not touched. */
  again = upload_ask_creation (self, self->helper, "0000000000000000000000000000000000000000000000000000000000000001", RUHU_PHOTO_MAX_BYTES, NULL);
  g_assert_cmpuint (again->status, ==, 201);
  other = upload_ask_creation (self, self->cadre, self->hash, SIZE, NULL);
  g_assert_cmpuint (other->status, ==, 201);
}

/* Sends the fixture's photo number @seed. Returns the answer's status. */
static guint
send_photo (UploadFixture *self, guint seed)
{
  g_autoptr (RuhuResponse) response = NULL;

  g_bytes_unref (self->photo);
  g_free (self->hash);
  self->photo = photo_new (seed, SIZE);
  self->hash = photo_hash (self->photo);
  response = upload_ask_creation (self, self->helper, self->hash, SIZE, self->photo);
  return response->status;
}

/* A visit's photos are sent while it is a draft; once something mentions them, they are in the way of no other. */
static void
test_what_comes_to_be_mentioned_makes_room (UploadFixture *self, gconstpointer data)
{
  g_autoptr (GBytes) next = photo_new (1003, SIZE);
  g_autofree char *next_hash = photo_hash (next);
  guint n = 1000;

  for (guint i = 0; i < RUHU_UPLOADS_MAX_COUNT; i++)
    g_assert_cmpuint (send_photo (self, n++), ==, 201);
  for (guint turn = 0; turn < 3; turn++)
    {
      g_autoptr (GBytes) photo = photo_new (1000 + turn, SIZE);
      g_autofree char *refused = NULL, *hash = photo_hash (photo);

      g_assert_cmpuint (send_photo (self, n), ==, 429);
      refused = g_steal_pointer (&self->hash);
      self->hash = g_strdup (hash);
      if (turn == 0)
        upload_mention (self, "h-one");
      else if (turn == 1)
        upload_mention_beyond (self, "f-beyond", hash);
      else
        upload_put_draft (self, self->helper, hash);
      g_assert_cmpuint (send_photo (self, n++), ==, 201);
      g_assert_cmpstr (self->hash, ==, refused);
      town_restart (&self->town, 0);
    }
  /* One of a draft that is over is in the way again. */
  g_assert_cmpuint (send_photo (self, n), ==, 429);
  upload_put_draft (self, self->helper, NULL);
  upload_mention_beyond (self, "f-last", next_hash);
  g_assert_cmpuint (send_photo (self, n), ==, 429);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/township-photos/" name, UploadFixture, NULL, upload_set_up, func, upload_tear_down)
  ADD ("what-is-lacking-is-told", test_what_is_lacking_is_told);
  ADD ("what-will-never-come-is-noted", test_what_will_never_come_is_noted);
  ADD ("who-may-have-it", test_who_may_have_it);
  ADD ("draft-gives-its-photos-to-its-author", test_a_draft_gives_its_photos_to_its_author);
  ADD ("ranges", test_ranges);
  ADD ("conditions", test_conditions);
  ADD ("damaged-is-not-given", test_damaged_is_not_given);
  ADD ("quota", test_quota);
  ADD ("what-comes-to-be-mentioned-makes-room", test_what_comes_to_be_mentioned_makes_room);
  return g_test_run ();
}
