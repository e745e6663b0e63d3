/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pushes, group commit and long polls of the township, without sockets. */
#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-wire.h"
#include "township.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

static void
test_push_and_pull (Town *town, gconstpointer data)
{
  g_autoptr (Laptop) helper = town_enrol (town, "u-helper");
  g_autoptr (Laptop) office = town_enrol (town, "u-office");
  g_autofree char *after = NULL, *line = NULL, *page = NULL, *sent = NULL, *target = NULL, *empty = NULL;
  g_autoptr (RuhuResponse) health = town_ask (town, "GET", "/healthz", NULL, NULL);
  g_autoptr (RuhuResponse) pulled = NULL, nothing = NULL;

  after = town_member (health, "position");
  line = laptop_change (helper, g_ascii_strtoll (after, NULL, 10), "h-one", "household", "h-one", "{\"phone\":\"13800000000\"}");
  g_assert_cmpint (town_push (town, helper, line), ==, 1);
  /* Again: harmless. */
  g_assert_cmpint (town_push (town, helper, line), ==, 1);

  target = g_strconcat ("/v1/pull?after=", after, NULL);
  pulled = town_ask (town, "GET", target, office, NULL);
  page = town_text (pulled);
  sent = g_strndup (line, strlen (line) - 1);
  g_assert_nonnull (strstr (page, sent));
  g_assert_cmpstr (ruhu_response_get_header (pulled, "Content-Type"), ==, RUHU_WIRE_NDJSON);

  nothing = town_ask (town, "POST", "/v1/push", helper, "");
  empty = town_member (nothing, "accepted");
  g_assert_cmpstr (empty, ==, "1");
}

/* A change beyond the helper's households is kept, quarantined, and told; what follows is not held up. */
static void
test_push_quarantined (Town *town, gconstpointer data)
{
  g_autoptr (Laptop) helper = town_enrol (town, "u-helper");
  gint64 seen = town_head (town);
  g_autofree char *wrong = laptop_change (helper, seen, "h-three", "household", "h-three", "{\"phone\":\"13800000000\"}");
  g_autofree char *right = laptop_change (helper, seen, "h-one", "household", "h-one", "{\"phone\":\"13800000001\"}");
  g_autofree char *body = g_strconcat (wrong, right, NULL);
  g_autoptr (RuhuResponse) response = town_ask (town, "POST", "/v1/push", helper, body);
  g_autofree char *accepted = town_member (response, "accepted");
  g_autoptr (RuhuJson) json = town_json (response);
  json_object *refused, *item;

  g_assert_cmpuint (response->status, ==, 200);
  g_assert_cmpstr (accepted, ==, "2");
  g_assert_true (json_object_object_get_ex (json, "quarantined", &refused));
  g_assert_cmpuint (json_object_array_length (refused), ==, 1);
  item = json_object_array_get_idx (refused, 0);
  g_assert_cmpint (json_object_get_int64 (json_object_object_get (item, "seq")), ==, 1);
  g_assert_cmpstr (json_object_get_string (json_object_object_get (item, "code")), ==, "forbidden");
}

static void
test_push_stop (Town *town, gconstpointer data)
{
  g_autoptr (Laptop) helper = town_enrol (town, "u-helper");
  g_autofree char *first = laptop_change (helper, town_head (town), "h-one", "household", "h-one", "{\"phone\":\"13800000001\"}");
  g_autofree char *lost = laptop_change (helper, town_head (town), "h-one", "household", "h-one", "{\"phone\":\"13800000002\"}");
  g_autofree char *third = laptop_change (helper, town_head (town), "h-one", "household", "h-one", "{\"phone\":\"13800000003\"}");
  g_autofree char *body = g_strconcat (first, third, NULL);
  g_autoptr (RuhuResponse) response = town_ask (town, "POST", "/v1/push", helper, body);
  g_autoptr (RuhuJson) json = town_json (response);
  json_object *stop = json_object_object_get (json, "stop");

  g_assert_nonnull (lost);
  g_assert_cmpuint (response->status, ==, 200);
  g_assert_cmpint (json_object_get_int64 (json_object_object_get (json, "accepted")), ==, 1);
  g_assert_cmpstr (json_object_get_string (json_object_object_get (stop, "code")), ==, "gap");
}

/* One line that is wrong: nothing of the body is taken, and the line is named. */
static void
test_push_malformed (Town *town, gconstpointer data)
{
  const char *wrongs[] = { "{\"device\":", "[]", "nonsense", "{\"seq\":2}", "\xff\xfe" };
  g_autoptr (Laptop) helper = town_enrol (town, "u-helper");
  g_autofree char *fine = laptop_change (helper, town_head (town), "h-one", "household", "h-one", "{\"phone\":\"13800000001\"}");

  for (guint i = 0; i < G_N_ELEMENTS (wrongs); i++)
    {
      g_autofree char *body = g_strconcat (fine, "\n", wrongs[i], NULL);
      g_autoptr (RuhuResponse) response = town_ask (town, "POST", "/v1/push", helper, body);
      g_autofree char *detail = town_member (response, "detail");
      g_autoptr (RuhuResponse) me = town_ask (town, "GET", "/v1/me", helper, NULL);
      g_autofree char *accepted = town_member (me, "accepted");

      town_assert_problem (response, 400, "invalid");
      g_assert_true (g_str_has_prefix (detail, "Line 3: "));
      g_assert_cmpstr (accepted, ==, "0");
    }
  g_assert_cmpint (town_push (town, helper, fine), ==, 1);
}

static void
test_push_other_device (Town *town, gconstpointer data)
{
  g_autoptr (Laptop) helper = town_enrol (town, "u-helper");
  g_autoptr (Laptop) office = town_enrol (town, "u-office");
  g_autofree char *line = laptop_change (office, town_head (town), "h-one", "household", "h-one", "{\"phone\":\"13800000001\"}");
  g_autoptr (RuhuResponse) response = town_ask (town, "POST", "/v1/push", helper, line);

  town_assert_problem (response, 403, "forbidden");
}

static RuhuResponse *
push_packed (Town *town, Laptop *laptop, GBytes *body, const char *encoding)
{
  RuhuRequest *request = town_request ("POST", "/v1/push", laptop->token, NULL);

  request->body = g_bytes_ref (body);
  request->content_encoding = g_strdup (encoding);
  return town_send (town, request);
}

static void
test_push_encodings (Town *town, gconstpointer data)
{
  const RuhuEncoding encodings[] = { RUHU_ENCODING_GZIP, RUHU_ENCODING_ZSTD };
  g_autoptr (Laptop) helper = town_enrol (town, "u-helper");
  g_autofree char *huge = g_strnfill (RUHU_WIRE_MAX_BODY + 1, '\n');
  g_autoptr (GBytes) bomb = g_bytes_new_static (huge, RUHU_WIRE_MAX_BODY + 1);
  g_autoptr (RuhuResponse) unknown = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (encodings); i++)
    {
      g_autoptr (GError) error = NULL;
      const char *name = ruhu_encoding_get_name (encodings[i]);
      g_autofree char *line = laptop_change (helper, town_head (town), "h-one", "household", "h-one", "{\"phone\":\"13800000001\"}");
      g_autoptr (GBytes) plain = g_bytes_new (line, strlen (line));
      g_autoptr (GBytes) packed = ruhu_wire_compress (encodings[i], plain, &error);
      g_autoptr (GBytes) cut = g_bytes_new_from_bytes (packed, 0, g_bytes_get_size (packed) / 2);
      g_autoptr (GBytes) packed_bomb = ruhu_wire_compress (encodings[i], bomb, &error);
      g_autoptr (RuhuResponse) truncated = push_packed (town, helper, cut, name);
      g_autoptr (RuhuResponse) burst = push_packed (town, helper, packed_bomb, name);
      g_autoptr (RuhuResponse) fine = push_packed (town, helper, packed, name);
      g_autofree char *accepted = town_member (fine, "accepted");

      town_assert_problem (truncated, 400, "invalid");
      g_assert_cmpuint (g_bytes_get_size (packed_bomb), <, 100000);
      town_assert_problem (burst, 413, "too-large");
      g_assert_cmpuint (fine->status, ==, 200);
      g_assert_cmpint (g_ascii_strtoll (accepted, NULL, 10), ==, helper->seq);
    }
  unknown = push_packed (town, helper, bomb, "br");
  town_assert_problem (unknown, 413, "too-large");
}

static void
test_push_unknown_encoding (Town *town, gconstpointer data)
{
  g_autoptr (Laptop) helper = town_enrol (town, "u-helper");
  g_autoptr (GBytes) body = g_bytes_new_static ("x", 1);
  g_autoptr (RuhuResponse) response = push_packed (town, helper, body, "br");

  town_assert_problem (response, 415, "invalid");
}

static void
test_push_too_many (Town *town, gconstpointer data)
{
  g_autoptr (Laptop) helper = town_enrol (town, "u-helper");
  g_autoptr (GString) body = g_string_new (NULL);
  g_autoptr (RuhuResponse) response = NULL;

  for (guint i = 0; i <= RUHU_WIRE_MAX_BATCH; i++)
    {
      g_autofree char *line = laptop_change (helper, town_head (town), "h-one", "household", "h-one", "{\"phone\":\"13800000001\"}");

      g_string_append (body, line);
    }
  response = town_ask (town, "POST", "/v1/push", helper, body->str);
  town_assert_problem (response, 413, "too-large");
}

static Later *
park (Town *town, Laptop *laptop, guint seconds)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *target = NULL;
  gint64 position;

  g_assert_true (ruhu_session_get_head (town->session, &position, &error));
  target = g_strdup_printf ("/v1/pull?after=%" G_GINT64_FORMAT "&wait=%u", position, seconds);
  return town_send_later (town, town_request ("GET", target, laptop->token, NULL));
}

static void
test_long_poll (Town *town, gconstpointer data)
{
  g_autoptr (Laptop) helper = town_enrol (town, "u-helper");
  g_autoptr (Laptop) office = town_enrol (town, "u-office");
  g_autoptr (Laptop) nobody = town_enrol (town, "u-nobody");
  g_autofree char *line = laptop_change (helper, town_head (town), "h-one", "household", "h-one", "{\"phone\":\"13800000001\"}");
  Later *waiting = park (town, office, 30);
  Later *other = park (town, nobody, 2);
  gint64 start = g_get_monotonic_time ();
  g_autoptr (RuhuResponse) woken = NULL, timed_out = NULL;
  g_autofree char *text = NULL;

  g_assert_null (later_wait (waiting, 300));
  g_assert_cmpint (town_push (town, helper, line), ==, 1);
  woken = later_wait (waiting, 1000);
  g_assert_nonnull (woken);
  text = town_text (woken);
  g_assert_nonnull (strstr (text, "13800000001"));
  /* What is not for a device does not wake it. */
  timed_out = later_wait (other, 5000);
  g_assert_nonnull (timed_out);
  g_assert_cmpint (g_get_monotonic_time () - start, >, 1900000);
  g_assert_cmpuint (timed_out->status, ==, 200);
}

/* A command that writes from another process wakes polls too; so does the end of the server. */
static void
test_long_poll_others (Town *town, gconstpointer data)
{
  g_autoptr (Laptop) office = town_enrol (town, "u-office");
  Later *waiting = park (town, office, 30);
  g_autoptr (RuhuResponse) woken = NULL, ended = NULL, late = NULL;

  g_assert_null (later_wait (waiting, 200));
  town_write (town, "h-two", "{\"household\":{\"h-two\":{\"phone\":\"13800000009\"}}}");
  woken = later_wait (waiting, 1500);
  g_assert_nonnull (woken);

  waiting = park (town, office, 30);
  g_assert_null (later_wait (waiting, 100));
  ruhu_server_stop (town->server);
  ended = later_wait (waiting, 1000);
  g_assert_nonnull (ended);
  g_assert_cmpuint (ended->status, ==, 200);
  late = town_ask (town, "GET", "/healthz", NULL, NULL);
  town_assert_problem (late, 503, "busy");
  g_assert_nonnull (ruhu_response_get_header (late, "Retry-After"));
}

/* Three hundred idle laptops, and each hears of a change within a second. */
static void
test_many_polls (Town *town, gconstpointer data)
{
  Laptop *laptops[30];
  Later *waiting[300];
  g_autoptr (Laptop) helper = town_enrol (town, "u-helper");
  g_autofree char *line = laptop_change (helper, town_head (town), "h-one", "household", "h-one", "{\"phone\":\"13800000001\"}");
  gint64 start;

  for (guint i = 0; i < G_N_ELEMENTS (laptops); i++)
    laptops[i] = town_enrol (town, "u-office");
  for (guint i = 0; i < G_N_ELEMENTS (waiting); i++)
    waiting[i] = park (town, laptops[i % G_N_ELEMENTS (laptops)], 30);
  g_assert_null (later_wait (waiting[0], 500));
  start = g_get_monotonic_time ();
  g_assert_cmpint (town_push (town, helper, line), ==, 1);
  for (guint i = 0; i < G_N_ELEMENTS (waiting); i++)
    {
      g_autoptr (RuhuResponse) woken = later_wait (waiting[i], 10000);

      g_assert_nonnull (woken);
    }
  g_test_message ("300 polls woken in %" G_GINT64_FORMAT " ms", (g_get_monotonic_time () - start) / 1000);
  for (guint i = 0; i < G_N_ELEMENTS (laptops); i++)
    laptop_free (laptops[i]);
}

/* Many at once share transactions; each gets its own answer. */
static void
test_group_commit (Town *town, gconstpointer data)
{
  Laptop *laptops[20];
  Later *waiting[20];

  for (guint i = 0; i < G_N_ELEMENTS (laptops); i++)
    laptops[i] = town_enrol (town, "u-office");
  for (guint i = 0; i < G_N_ELEMENTS (laptops); i++)
    {
      g_autofree char *record = g_strdup_printf ("p-%u", i);
      g_autofree char *line = laptop_change (laptops[i], town_head (town), "h-one", "person", record, "{\"name\":\"张三\"}");

      waiting[i] = town_send_later (town, town_request ("POST", "/v1/push", laptops[i]->token, line));
    }
  for (guint i = 0; i < G_N_ELEMENTS (laptops); i++)
    {
      g_autoptr (RuhuResponse) response = later_wait (waiting[i], 10000);
      g_autofree char *accepted = NULL;

      g_assert_nonnull (response);
      accepted = town_member (response, "accepted");
      g_assert_cmpstr (accepted, ==, "1");
      laptop_free (laptops[i]);
    }
}

/* The disk takes nothing more: nothing is acknowledged, reading goes on, and afterwards the same push is taken once. */
static void
test_disk_trouble (Town *town, gconstpointer data)
{
  g_autoptr (Laptop) helper = town_enrol (town, "u-helper");
  g_autofree char *line = laptop_change (helper, town_head (town), "h-one", "household", "h-one", "{\"phone\":\"13800000001\"}");
  g_autofree char *wal = g_strconcat (town->database, "-wal", NULL);
  g_autoptr (RuhuResponse) refused = NULL, health = NULL, me = NULL;
  g_autofree char *accepted = NULL;
  struct rlimit before, none;
  struct stat info;

  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (stat (wal, &info), ==, 0);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  none = before;
  none.rlim_cur = (rlim_t) 1;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &none), ==, 0);
  refused = town_ask (town, "POST", "/v1/push", helper, line);
  health = town_ask (town, "GET", "/healthz", NULL, NULL);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);

  g_assert_cmpuint (refused->status, ==, 503);
  g_assert_cmpuint (health->status, ==, 200);
  me = town_ask (town, "GET", "/v1/me", helper, NULL);
  accepted = town_member (me, "accepted");
  g_assert_cmpstr (accepted, ==, "0");
  g_assert_cmpint (town_push (town, helper, line), ==, 1);
}

/* An assignment whose last day was yesterday is over, without anybody's doing: found at the server's start. */
static void
test_day_change (Town *town, gconstpointer data)
{
  g_autoptr (Laptop) helper = town_enrol (town, "u-helper");
  g_autoptr (RuhuResponse) today = NULL, tomorrow = NULL;

  town_write (town, "h-one", "{\"assignment\":{\"a-one\":{\"to_date\":\"2018-06-30\"}}}");
  today = town_ask (town, "GET", "/v1/backfill?scope=h-one&at=1000", helper, NULL);
  g_assert_cmpuint (today->status, ==, 200);
  town_now += G_GINT64_CONSTANT (86400000);
  town_restart (town, 0);
  /* The committer looks at the calendar first, and answers pushes after that. */
  g_assert_cmpint (town_push (town, helper, ""), ==, 0);
  tomorrow = town_ask (town, "GET", "/v1/backfill?scope=h-one&at=1000", helper, NULL);
  town_now -= G_GINT64_CONSTANT (86400000);
  g_assert_cmpuint (tomorrow->status, ==, 403);
}

#define ADD(path, func) g_test_add ("/township-push/" path, Town, NULL, town_set_up, func, town_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  /* What goes wrong at the township is a warning in its log. */
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  ADD ("push-and-pull", test_push_and_pull);
  ADD ("push-refused", test_push_quarantined);
  ADD ("push-stop", test_push_stop);
  ADD ("push-malformed", test_push_malformed);
  ADD ("push-other-device", test_push_other_device);
  ADD ("push-encodings", test_push_encodings);
  ADD ("push-unknown-encoding", test_push_unknown_encoding);
  ADD ("push-too-many", test_push_too_many);
  ADD ("long-poll", test_long_poll);
  ADD ("long-poll-others", test_long_poll_others);
  ADD ("many-polls", test_many_polls);
  ADD ("group-commit", test_group_commit);
  ADD ("disk-trouble", test_disk_trouble);
  ADD ("day-change", test_day_change);
  return g_test_run ();
}
