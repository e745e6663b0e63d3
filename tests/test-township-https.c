/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The township over real HTTPS on this machine: the key, the limits, bodies in pieces, and connections that wait. */
#include "config.h"

#include "ruhu-httpd.h"
#include "ruhu-wire.h"
#include "township.h"

#include <curl/curl.h>
#include <gio/gio.h>
#include <string.h>

typedef struct
{
  Town town;
  RuhuHttpd *httpd;
  char *pin; /* as libcurl wants it */
  char *base;
} Site;

static char *
curl_pin (RuhuKey *key)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *pin = ruhu_key_dup_pin (key, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (strlen (pin), ==, 43);
  g_strdelimit (pin, "-", '+');
  g_strdelimit (pin, "_", '/');
  return g_strconcat ("sha256//", pin, "=", NULL);
}

static void
set_up (Site *self, gconstpointer data)
{
  const char *const listen[] = { "127.0.0.1", NULL };
  RuhuHttpdOptions options = { .listen = listen, .connections = 50, .connections_per_address = 40, .idle_seconds = 5 };
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuKey) key = ruhu_key_generate (&error);

  g_assert_no_error (error);
  town_set_up (&self->town, NULL);
  self->httpd = ruhu_httpd_new (self->town.server, key, &options, &error);
  g_assert_no_error (error);
  self->base = ruhu_httpd_dup_addresses (self->httpd);
  self->pin = curl_pin (key);
}

static void
tear_down (Site *self, gconstpointer data)
{
  ruhu_httpd_free (self->httpd);
  g_free (self->pin);
  g_free (self->base);
  town_tear_down (&self->town, NULL);
}

/* One exchange: what is sent, and what came. */
typedef struct
{
  const char *method;
  const char *target;
  const char *token;
  const char *header; /* one more, or NULL */
  const char *body;
  gsize size;
  gboolean chunked;
  gint *connected; /* atomic: counts trips whose request is about to leave; or NULL */
  CURLcode code;
  long status;
  GString *got;
  GString *headers;
  gsize sent; /* of a chunked body */
} Trip;

static size_t
append_cb (char *data, size_t size, size_t n, void *user)
{
  g_string_append_len (user, data, (gssize) (size * n));
  return size * n;
}

static size_t
read_cb (char *buffer, size_t size, size_t n, void *user)
{
  Trip *trip = user;
  gsize left = MIN (size * n, trip->size - trip->sent);

  memcpy (buffer, trip->body + trip->sent, left);
  trip->sent += left;
  return left;
}

static int
connected_cb (void *user, char *peer, char *own, int peer_port, int own_port)
{
  Trip *trip = user;

  if (trip->connected != NULL)
    g_atomic_int_inc (trip->connected);
  return CURL_PREREQFUNC_OK;
}

static void
set_body (CURL *easy, Trip *trip)
{
  if (trip->chunked)
    {
      curl_easy_setopt (easy, CURLOPT_POST, 1L);
      curl_easy_setopt (easy, CURLOPT_READFUNCTION, read_cb);
      curl_easy_setopt (easy, CURLOPT_READDATA, trip);
    }
  else
    {
      curl_easy_setopt (easy, CURLOPT_POSTFIELDSIZE, (long) trip->size);
      curl_easy_setopt (easy, CURLOPT_POSTFIELDS, trip->body);
    }
}

static void
travel (Site *site, Trip *trip)
{
  CURL *easy = curl_easy_init ();
  g_autofree char *url = g_strconcat (site->base, trip->target, NULL);
  g_autofree char *authorization = trip->token != NULL ? g_strconcat ("Authorization: Bearer ", trip->token, NULL) : NULL;
  struct curl_slist *headers = NULL;

  trip->got = g_string_new (NULL);
  trip->headers = g_string_new (NULL);
  if (authorization != NULL)
    headers = curl_slist_append (headers, authorization);
  if (trip->header != NULL)
    headers = curl_slist_append (headers, trip->header);
  if (trip->chunked)
    headers = curl_slist_append (headers, "Transfer-Encoding: chunked");
  curl_easy_setopt (easy, CURLOPT_URL, url);
  curl_easy_setopt (easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt (easy, CURLOPT_SSL_VERIFYPEER, 0L);
  curl_easy_setopt (easy, CURLOPT_SSL_VERIFYHOST, 0L);
  /* The machine's authorities are not asked, and reading them takes long. */
  curl_easy_setopt (easy, CURLOPT_CAINFO, NULL);
  curl_easy_setopt (easy, CURLOPT_CAPATH, NULL);
  curl_easy_setopt (easy, CURLOPT_PINNEDPUBLICKEY, site->pin);
  curl_easy_setopt (easy, CURLOPT_WRITEFUNCTION, append_cb);
  curl_easy_setopt (easy, CURLOPT_WRITEDATA, trip->got);
  curl_easy_setopt (easy, CURLOPT_HEADERFUNCTION, append_cb);
  curl_easy_setopt (easy, CURLOPT_HEADERDATA, trip->headers);
  curl_easy_setopt (easy, CURLOPT_PREREQFUNCTION, connected_cb);
  curl_easy_setopt (easy, CURLOPT_PREREQDATA, trip);
  curl_easy_setopt (easy, CURLOPT_TIMEOUT, 60L);
  curl_easy_setopt (easy, CURLOPT_NOSIGNAL, 1L);
  if (trip->body != NULL)
    set_body (easy, trip);
  if (trip->method != NULL)
    curl_easy_setopt (easy, CURLOPT_CUSTOMREQUEST, trip->method);
  trip->code = curl_easy_perform (easy);
  curl_easy_getinfo (easy, CURLINFO_RESPONSE_CODE, &trip->status);
  curl_easy_cleanup (easy);
  curl_slist_free_all (headers);
  g_test_message ("%s %s: %d %ld %.200s", trip->method != NULL ? trip->method : "-", trip->target, (int) trip->code, trip->status, trip->got->str);
}

static void
trip_clear (Trip *trip)
{
  g_string_free (trip->got, TRUE);
  g_string_free (trip->headers, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Trip, trip_clear)

static void
test_health (Site *site, gconstpointer data)
{
  g_auto (Trip) trip = { .target = "/healthz" };

  travel (site, &trip);
  g_assert_cmpint (trip.code, ==, CURLE_OK);
  g_assert_cmpint (trip.status, ==, 200);
  g_assert_true (g_str_has_prefix (trip.got->str, "{\"status\":\"ok\","));
  g_assert_nonnull (strstr (trip.headers->str, "Ruhu-Now: "));
}

/* Somebody else's key in the township's place. */
static void
test_other_key (Site *site, gconstpointer data)
{
  g_auto (Trip) trip = { .target = "/healthz" };
  g_autoptr (RuhuKey) other = ruhu_key_generate (NULL);

  g_free (site->pin);
  site->pin = curl_pin (other);
  travel (site, &trip);
  g_assert_cmpint (trip.code, ==, CURLE_SSL_PINNEDPUBKEYNOTMATCH);
  g_assert_cmpuint (trip.got->len, ==, 0);
}

static CURLcode
connect_with (Site *site, long lowest, long highest)
{
  CURL *easy = curl_easy_init ();
  g_autofree char *url = g_strconcat (site->base, "/healthz", NULL);
  CURLcode code;

  curl_easy_setopt (easy, CURLOPT_URL, url);
  curl_easy_setopt (easy, CURLOPT_CONNECT_ONLY, 1L);
  curl_easy_setopt (easy, CURLOPT_SSL_VERIFYPEER, 0L);
  curl_easy_setopt (easy, CURLOPT_SSL_VERIFYHOST, 0L);
  curl_easy_setopt (easy, CURLOPT_SSLVERSION, lowest | highest);
  code = curl_easy_perform (easy);
  curl_easy_cleanup (easy);
  return code;
}

static void
test_tls_versions (Site *site, gconstpointer data)
{
  g_assert_cmpint (connect_with (site, CURL_SSLVERSION_TLSv1_0, CURL_SSLVERSION_MAX_TLSv1_1), ==, CURLE_SSL_CONNECT_ERROR);
  g_assert_cmpint (connect_with (site, CURL_SSLVERSION_TLSv1_2, CURL_SSLVERSION_MAX_TLSv1_2), ==, CURLE_OK);
  g_assert_cmpint (connect_with (site, CURL_SSLVERSION_TLSv1_3, CURL_SSLVERSION_MAX_TLSv1_3), ==, CURLE_OK);
}

static void
test_routes (Site *site, gconstpointer data)
{
  g_auto (Trip) nowhere = { .target = "/v1/../etc/passwd?x=1" };
  g_auto (Trip) method = { .method = "PUT", .target = "/v1/pull" };
  g_auto (Trip) with_body = { .method = "DELETE", .target = "/nowhere", .body = "x", .size = 1 };

  travel (site, &nowhere);
  g_assert_cmpint (nowhere.status, ==, 404);
  travel (site, &method);
  g_assert_cmpint (method.status, ==, 405);
  g_assert_nonnull (strstr (method.headers->str, "Allow: GET"));
  travel (site, &with_body);
  g_assert_cmpint (with_body.status, ==, 404);
}

/* The whole way of a laptop: link, enrolment, push in both encodings and in pieces, pull. */
static void
test_story (Site *site, gconstpointer data)
{
  g_autofree char *code = town_issue (&site->town, "u-helper", 1);
  g_autoptr (Laptop) laptop = laptop_new ("u-helper");
  g_autoptr (Laptop) office = town_enrol (&site->town, "u-office");
  g_autofree char *enrolment = town_enrolment (code, laptop);
  g_auto (Trip) enrol = { .target = "/v1/enrol", .body = enrolment, .size = strlen (enrolment) };
  g_auto (Trip) pull = { .target = "/v1/pull?after=0", .token = office->token, .header = "Accept-Encoding: identity" };

  travel (site, &enrol);
  g_assert_cmpint (enrol.status, ==, 200);
  for (guint i = 0; i < 3; i++)
    {
      const RuhuEncoding encodings[] = { RUHU_ENCODING_ZSTD, RUHU_ENCODING_GZIP, RUHU_ENCODING_IDENTITY };
      g_autofree char *line = laptop_change (laptop, town_head (&site->town), "h-one", "household", "h-one", "{\"phone\":\"13800000001\"}");
      g_autofree char *expected = g_strdup_printf ("\"accepted\":%u,", i + 1);
      g_autofree char *header = g_strconcat ("Content-Encoding: ", ruhu_encoding_get_name (encodings[i]), NULL);
      g_autoptr (GBytes) plain = g_bytes_new (line, strlen (line));
      g_autoptr (GBytes) packed = encodings[i] == RUHU_ENCODING_IDENTITY ? g_bytes_ref (plain) : ruhu_wire_compress (encodings[i], plain, NULL);
      g_auto (Trip) push = { .target = "/v1/push", .token = laptop->token, .header = header, .chunked = i == 2 };

      push.body = g_bytes_get_data (packed, &push.size);
      travel (site, &push);
      g_assert_cmpint (push.status, ==, 200);
      g_assert_nonnull (strstr (push.got->str, expected));
    }
  travel (site, &pull);
  g_assert_cmpint (pull.status, ==, 200);
  g_assert_nonnull (strstr (pull.got->str, "13800000001"));
}

static void
test_too_large (Site *site, gconstpointer data)
{
  g_autoptr (Laptop) laptop = town_enrol (&site->town, "u-helper");
  gsize size = RUHU_WIRE_MAX_BODY + 1;
  g_autofree char *body = g_strnfill (size, ' ');
  g_auto (Trip) announced = { .target = "/v1/push", .token = laptop->token, .body = body, .size = size };
  g_auto (Trip) pieces = { .target = "/v1/push", .token = laptop->token, .body = body, .size = size, .chunked = TRUE };
  g_auto (Trip) enrol = { .target = "/v1/enrol", .body = body, .size = 20000 };
  g_auto (Trip) on_get = { .method = "GET", .target = "/v1/me", .token = laptop->token, .body = body, .size = 100 };
  g_auto (Trip) no_token = { .target = "/v1/push", .body = body, .size = size - 1 };
  g_auto (Trip) after = { .target = "/healthz" };

  travel (site, &announced);
  g_assert_cmpint (announced.status, ==, 413);
  travel (site, &pieces);
  g_assert_cmpint (pieces.status, ==, 413);
  travel (site, &enrol);
  g_assert_cmpint (enrol.status, ==, 413);
  travel (site, &on_get);
  g_assert_cmpint (on_get.status, ==, 413);
  /* Nobody who has no token has a body taken. */
  travel (site, &no_token);
  g_assert_cmpint (no_token.status, ==, 401);
  travel (site, &after);
  g_assert_cmpint (after.status, ==, 200);
}

/* Nothing of a body is taken from a device that the township does not know; a withdrawn one still hands over what is on it. */
static void
test_admission (Site *site, gconstpointer data)
{
  g_autoptr (Laptop) laptop = town_enrol (&site->town, "u-helper");
  g_autoptr (Laptop) stranger = laptop_new ("u-helper");
  gsize size = RUHU_WIRE_MAX_BODY;
  g_autofree char *body = g_strnfill (size, '\n');
  g_auto (Trip) known = { .target = "/v1/push", .token = laptop->token, .body = body, .size = size, .chunked = TRUE };
  g_auto (Trip) unknown = { .target = "/v1/push", .token = stranger->token, .body = body, .size = size, .chunked = TRUE };
  g_auto (Trip) revoked = { .target = "/v1/push", .token = laptop->token, .body = body, .size = size, .chunked = TRUE };

  travel (site, &known);
  g_assert_cmpint (known.status, ==, 200);
  g_assert_cmpuint (known.sent, ==, size);
  travel (site, &unknown);
  g_assert_cmpint (unknown.status, ==, 401);
  g_assert_cmpuint (unknown.sent, <, 1 << 20);
  g_assert_true (ruhu_ledger_revoke_device (site->town.session->ledger, laptop->id, NULL));
  travel (site, &revoked);
  g_assert_cmpint (revoked.status, ==, 200);
}

/* Headers beyond the connection's memory are refused, and the server lives. */
static void
test_long_headers (Site *site, gconstpointer data)
{
  g_autofree char *value = g_strnfill (200000, 'a');
  g_autofree char *header = g_strconcat ("X-Long: ", value, NULL);
  g_auto (Trip) trip = { .target = "/healthz", .header = header };
  g_auto (Trip) after = { .target = "/healthz" };

  travel (site, &trip);
  g_assert_true (trip.code != CURLE_OK || trip.status >= 400);
  travel (site, &after);
  g_assert_cmpint (after.status, ==, 200);
}

typedef struct
{
  Site *site;
  Trip trip;
  gint64 done; /* monotonic */
} Waiting;

static gpointer
wait_thread (gpointer data)
{
  Waiting *waiting = data;

  travel (waiting->site, &waiting->trip);
  /* Also when it came to nothing, so that nobody waits for it in vain. */
  if (waiting->trip.connected != NULL && waiting->trip.code != CURLE_OK)
    g_atomic_int_inc (waiting->trip.connected);
  waiting->done = g_get_monotonic_time ();
  return NULL;
}

/* A poll waits longer than an idle connection may, and the news come at once. */
static void
test_long_poll (Site *site, gconstpointer data)
{
  g_autoptr (Laptop) helper = town_enrol (&site->town, "u-helper");
  g_autoptr (Laptop) office = town_enrol (&site->town, "u-office");
  gint64 head = town_head (&site->town);
  g_autofree char *target = g_strdup_printf ("/v1/pull?after=%" G_GINT64_FORMAT "&wait=20", head);
  g_autofree char *line = laptop_change (helper, head, "h-one", "household", "h-one", "{\"phone\":\"13800000001\"}");
  Waiting waiting = { .site = site, .trip = { .target = target, .token = office->token } };
  GThread *thread = g_thread_new ("poll", wait_thread, &waiting);
  gint64 pushed;

  g_usleep (6500 * 1000);
  pushed = g_get_monotonic_time ();
  g_assert_cmpint (town_push (&site->town, helper, line), ==, 1);
  g_thread_join (thread);
  g_assert_cmpint (waiting.trip.status, ==, 200);
  g_assert_nonnull (strstr (waiting.trip.got->str, "13800000001"));
  g_assert_cmpint (waiting.done, >, pushed);
  g_assert_cmpint (waiting.done - pushed, <, 1000000);
  trip_clear (&waiting.trip);
}

/* A dozen wait; the server is told to end; each gets its answer, and it takes no longer than a moment. */
static void
test_stop_with_polls (Site *site, gconstpointer data)
{
  g_autoptr (Laptop) office = town_enrol (&site->town, "u-office");
  g_autofree char *target = g_strdup_printf ("/v1/pull?after=%" G_GINT64_FORMAT "&wait=50", town_head (&site->town));
  Waiting waiting[12];
  GThread *threads[12];
  gint connected = 0;
  gint64 start;

  for (guint i = 0; i < G_N_ELEMENTS (waiting); i++)
    {
      waiting[i] = (Waiting){ .site = site, .trip = { .target = target, .token = office->token, .connected = &connected } };
      threads[i] = g_thread_new ("poll", wait_thread, &waiting[i]);
    }
  while (g_atomic_int_get (&connected) < (gint) G_N_ELEMENTS (waiting))
    g_usleep (10 * 1000);
  g_usleep (1000 * 1000);
  start = g_get_monotonic_time ();
  ruhu_httpd_stop (site->httpd);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 4000000);
  for (guint i = 0; i < G_N_ELEMENTS (waiting); i++)
    {
      g_thread_join (threads[i]);
      g_assert_cmpint (waiting[i].trip.code, ==, CURLE_OK);
      g_assert_cmpint (waiting[i].trip.status, ==, 200);
      trip_clear (&waiting[i].trip);
    }
}

/* Connections that say nothing and go away leave their places to others. */
static void
test_cut_connections (Site *site, gconstpointer data)
{
  g_autoptr (Laptop) laptop = town_enrol (&site->town, "u-helper");
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autofree char *line = NULL;

  for (guint i = 0; i < 40; i++)
    {
      g_autoptr (GSocketConnection) connection = g_socket_client_connect_to_host (client, "127.0.0.1", (guint16) ruhu_httpd_get_port (site->httpd), NULL, &error);

      /* Not even a greeting. */
      g_assert_no_error (error);
      g_assert_nonnull (connection);
    }
  line = laptop_change (laptop, town_head (&site->town), "h-one", "household", "h-one", "{\"phone\":\"13800000001\"}");
  {
    g_auto (Trip) push = { .target = "/v1/push", .token = laptop->token, .body = line, .size = strlen (line) };

    travel (site, &push);
    g_assert_cmpint (push.status, ==, 200);
  }
}

#define ADD(path, func) g_test_add ("/township-https/" path, Site, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  curl_global_init (CURL_GLOBAL_DEFAULT);
  ADD ("health", test_health);
  ADD ("other-key", test_other_key);
  ADD ("tls-versions", test_tls_versions);
  ADD ("routes", test_routes);
  ADD ("story", test_story);
  ADD ("too-large", test_too_large);
  ADD ("admission", test_admission);
  ADD ("long-headers", test_long_headers);
  ADD ("long-poll", test_long_poll);
  ADD ("stop-with-polls", test_stop_with_polls);
  ADD ("cut-connections", test_cut_connections);
  return g_test_run ();
}
