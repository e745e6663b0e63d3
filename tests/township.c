/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "township.h"

#include "ruhu-cleanups.h"
#include "ruhu-enrol.h"
#include "ruhu-error.h"

#include <glib/gstdio.h>
#include <string.h>

gint64 town_now = G_GINT64_CONSTANT (1530331200000);

static gint64
read_now (gpointer data)
{
  return town_now;
}

void
town_write (Town *self, const char *scope, const char *json)
{
  g_autoptr (RuhuJson) set = json_tokener_parse (json);
  g_autoptr (GError) error = NULL;
  gboolean written;

  g_assert_nonnull (set);
  written = ruhu_ledger_write (self->session->ledger, "u-office", scope, FALSE, set, &error);
  g_assert_no_error (error);
  g_assert_true (written);
}

static void
write_world (Town *self)
{
  town_write (self, "township",
              "{\"village\":{\"v-sun\":{\"name\":\"太阳村\"},\"v-moon\":{\"name\":\"月亮村\"}},"
              "\"helper\":{\"u-office\":{\"name\":\"办公室\",\"role\":\"office\"},\"u-helper\":{\"name\":\"李明\",\"role\":\"helper\"},"
              "\"u-cadre\":{\"name\":\"王芳\",\"role\":\"cadre\",\"village_id\":\"v-sun\"},\"u-inspector\":{\"name\":\"赵强\",\"role\":\"inspector\"},"
              "\"u-nobody\":{\"name\":\"钱多\",\"role\":\"helper\"}}}");
  town_write (self, "h-one", "{\"household\":{\"h-one\":{\"hh_no\":\"canary-one\",\"village_id\":\"v-sun\"}},"
                             "\"assignment\":{\"a-one\":{\"helper_id\":\"u-helper\",\"post\":\"A\",\"from_date\":\"2018-01-01\"}}}");
  town_write (self, "h-two", "{\"household\":{\"h-two\":{\"hh_no\":\"canary-two\",\"village_id\":\"v-sun\"}}}");
  town_write (self, "h-three", "{\"household\":{\"h-three\":{\"hh_no\":\"canary-three\",\"village_id\":\"v-moon\"}}}");
}

gint64
town_head (Town *self)
{
  g_autoptr (GError) error = NULL;
  gint64 position = 0;

  g_assert_true (ruhu_session_get_head (self->session, &position, &error));
  return position;
}

void
town_restart (Town *self, gsize page_bytes)
{
  g_autoptr (GError) error = NULL;
  RuhuServerOptions options = { .database = self->database, .township_name = "试点乡", .page_bytes = page_bytes, .now = read_now };

  g_clear_pointer (&self->server, ruhu_server_free);
  self->server = ruhu_server_new (&options, &error);
  g_assert_no_error (error);
}

void
town_set_up (Town *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  self->directory = g_dir_make_tmp ("ruhu-township-XXXXXX", &error);
  g_assert_no_error (error);
  self->database = g_build_filename (self->directory, "township.db", NULL);
  self->session = ruhu_session_open (self->database, TRUE, read_now, NULL, &error);
  g_assert_no_error (error);
  write_world (self);
  town_restart (self, 0);
}

void
town_tear_down (Town *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = NULL;
  const char *name;
  gint64 n;
  gboolean fine;

  g_clear_pointer (&self->server, ruhu_server_free);
  fine = ruhu_ledger_verify (self->session->ledger, &n, &error);
  g_assert_no_error (error);
  g_assert_true (fine);
  g_clear_pointer (&self->session, ruhu_session_free);
  dir = g_dir_open (self->directory, 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (self->directory, name, NULL);

      g_unlink (path);
    }
  g_rmdir (self->directory);
  g_free (self->database);
  g_free (self->directory);
}

char *
town_issue (Town *self, const char *user, guint hours)
{
  g_autoptr (GError) error = NULL;
  char *code = ruhu_enrol_issue (self->session, user, hours, &error);

  g_assert_no_error (error);
  g_assert_nonnull (code);
  return code;
}

Laptop *
laptop_new (const char *user)
{
  static guint n;
  Laptop *self = g_new0 (Laptop, 1);

  n++;
  self->user = g_strdup (user);
  self->id = g_strdup_printf ("%016x", 0xabc000 + n);
  self->token = g_strdup_printf ("token-%037u", n);
  return self;
}

void
laptop_free (Laptop *self)
{
  g_free (self->id);
  g_free (self->user);
  g_free (self->token);
  g_free (self);
}

char *
town_enrolment (const char *code, const Laptop *laptop)
{
  return g_strdup_printf ("{\"code\":\"%s\",\"device\":\"%s\",\"token\":\"%s\",\"name\":\"laptop\"}", code, laptop->id, laptop->token);
}

Laptop *
town_enrol (Town *self, const char *user)
{
  Laptop *laptop = laptop_new (user);
  g_autofree char *code = town_issue (self, user, 1);
  g_autofree char *body = town_enrolment (code, laptop);
  g_autoptr (RuhuResponse) response = town_ask (self, "POST", "/v1/enrol", NULL, body);
  g_autofree char *position = NULL;

  g_assert_cmpuint (response->status, ==, 200);
  position = town_member (response, "position");
  laptop->position = g_ascii_strtoll (position, NULL, 10);
  return laptop;
}

char *
laptop_change (Laptop *self, gint64 seen, const char *household, const char *type, const char *record, const char *fields)
{
  g_autofree char *time = ruhu_stamp_from_time (town_now);

  self->seq++;
  return g_strdup_printf ("{\"device\":\"%s\",\"seq\":%" G_GINT64_FORMAT ",\"seen\":%" G_GINT64_FORMAT ",\"time\":\"%s\",\"by\":\"%s\",\"household\":\"%s\","
                          "\"set\":{\"%s\":{\"%s\":%s}}}\n",
                          self->id, self->seq, seen, time, self->user, household, type, record, fields);
}

RuhuRequest *
town_request (const char *method, const char *target, const char *token, const char *body)
{
  const char *query = strchr (target, '?');
  g_autofree char *path = query != NULL ? g_strndup (target, (gsize) (query - target)) : g_strdup (target);
  RuhuRequest *request = ruhu_request_new (method, path);
  g_autoptr (GHashTable) parameters = query != NULL ? g_uri_parse_params (query + 1, -1, "&", G_URI_PARAMS_NONE, NULL) : NULL;
  GHashTableIter iter;
  gpointer name, value;

  if (parameters != NULL)
    g_hash_table_iter_init (&iter, parameters);
  while (parameters != NULL && g_hash_table_iter_next (&iter, &name, &value))
    ruhu_request_add_query (request, name, value);
  if (token != NULL)
    request->authorization = g_strconcat ("Bearer ", token, NULL);
  if (body != NULL)
    request->body = g_bytes_new (body, strlen (body));
  request->peer = g_strdup ("192.0.2.1");
  return request;
}

static void
later_cb (RuhuResponse *response, gpointer data)
{
  Later *later = data;

  g_mutex_lock (&later->mutex);
  g_assert_null (later->response);
  later->response = response;
  g_cond_signal (&later->cond);
  g_mutex_unlock (&later->mutex);
}

Later *
town_send_later (Town *self, RuhuRequest *request)
{
  Later *later = g_new0 (Later, 1);

  g_mutex_init (&later->mutex);
  g_cond_init (&later->cond);
  ruhu_server_submit (self->server, request, later_cb, later);
  return later;
}

RuhuResponse *
later_wait (Later *later, guint ms)
{
  gint64 end = g_get_monotonic_time () + (gint64) ms * 1000;
  RuhuResponse *response;

  g_mutex_lock (&later->mutex);
  while (later->response == NULL)
    if (!g_cond_wait_until (&later->cond, &later->mutex, end))
      break;
  response = later->response;
  g_mutex_unlock (&later->mutex);
  if (response == NULL)
    return NULL;
  g_mutex_clear (&later->mutex);
  g_cond_clear (&later->cond);
  g_free (later);
  return response;
}

RuhuResponse *
town_send (Town *self, RuhuRequest *request)
{
  RuhuResponse *response = later_wait (town_send_later (self, request), 30000);

  g_assert_nonnull (response);
  g_assert_nonnull (ruhu_response_get_header (response, "Ruhu-Now"));
  return response;
}

RuhuResponse *
town_ask (Town *self, const char *method, const char *target, const Laptop *laptop, const char *body)
{
  return town_send (self, town_request (method, target, laptop != NULL ? laptop->token : NULL, body));
}

char *
town_text (RuhuResponse *response)
{
  gsize size;
  const char *data = g_bytes_get_data (response->body, &size);

  return g_strndup (data, size);
}

json_object *
town_json (RuhuResponse *response)
{
  g_autofree char *text = town_text (response);
  json_object *json = json_tokener_parse (text);

  g_assert_nonnull (json);
  return json;
}

char *
town_member (RuhuResponse *response, const char *name)
{
  g_autoptr (RuhuJson) json = town_json (response);
  json_object *value;

  if (!json_object_object_get_ex (json, name, &value))
    return g_strdup ("");
  return g_strdup (value != NULL ? json_object_get_string (value) : "null");
}

gint64
town_push (Town *self, const Laptop *laptop, const char *line)
{
  g_autoptr (RuhuResponse) response = town_ask (self, "POST", "/v1/push", laptop, line);
  g_autofree char *text = town_text (response);
  g_autofree char *accepted = NULL;

  g_test_message ("push: %s", text);
  g_assert_cmpuint (response->status, ==, 200);
  accepted = town_member (response, "accepted");
  return g_ascii_strtoll (accepted, NULL, 10);
}

void
town_check_problem (RuhuResponse *response, guint status, const char *name, const char *where)
{
  g_autofree char *text = town_text (response);
  g_autofree char *type = NULL, *told = NULL, *now = NULL;
  g_autofree char *expected = g_strconcat ("urn:ruhu:problem:", name, NULL);

  g_test_message ("%s: %u %s", where, response->status, text);
  g_assert_cmpuint (response->status, ==, status);
  g_assert_cmpstr (ruhu_response_get_header (response, "Content-Type"), ==, "application/problem+json");
  type = town_member (response, "type");
  g_assert_cmpstr (type, ==, expected);
  told = town_member (response, "status");
  g_assert_cmpuint (g_ascii_strtoull (told, NULL, 10), ==, status);
  now = town_member (response, "now");
  g_assert_cmpint (g_ascii_strtoll (now, NULL, 10), ==, town_now);
}
