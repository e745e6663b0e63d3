/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The township's API, without sockets. */
#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-enrol.h"
#include "ruhu-error.h"
#include "ruhu-rate.h"
#include "ruhu-wire.h"
#include "township.h"

#include <string.h>

/* The whole of what a laptop may have: its stream from the start, and the backfill of each grant. */
static char *
everything (Town *town, Laptop *laptop)
{
  g_autofree char *target = g_strdup_printf ("/v1/pull?after=%" G_GINT64_FORMAT, laptop->position);
  g_autoptr (RuhuResponse) response = town_ask (town, "GET", target, laptop, NULL);
  g_autofree char *page = town_text (response);
  g_auto (GStrv) lines = g_strsplit (page, "\n", -1);
  g_autoptr (GString) all = g_string_new (page);

  g_assert_cmpuint (response->status, ==, 200);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autoptr (RuhuJson) line = json_tokener_parse (lines[i]);
      json_object *scope, *position;
      g_autofree char *backfill = NULL, *text = NULL;
      g_autoptr (RuhuResponse) heads = NULL;

      if (line == NULL || !json_object_object_get_ex (line, "grant", &scope) || !json_object_object_get_ex (line, "position", &position))
        continue;
      backfill = g_strdup_printf ("/v1/backfill?scope=%s&at=%s", json_object_get_string (scope), json_object_get_string (position));
      heads = town_ask (town, "GET", backfill, laptop, NULL);
      g_assert_cmpuint (heads->status, ==, 200);
      text = town_text (heads);
      g_assert_true (g_str_has_suffix (text, "{\"done\":true}\n"));
      g_string_append (all, text);
    }
  return g_strdup (all->str);
}

static void
test_health (Town *town, gconstpointer data)
{
  g_autoptr (RuhuResponse) response = town_ask (town, "GET", "/healthz", NULL, NULL);
  g_autoptr (RuhuJson) json = town_json (response);
  g_autofree char *now = town_member (response, "now");

  g_assert_cmpuint (response->status, ==, 200);
  g_assert_cmpint (json_object_object_length (json), ==, 3);
  g_assert_cmpint (g_ascii_strtoll (now, NULL, 10), ==, town_now);
}

static void
test_unknown_route (Town *town, gconstpointer data)
{
  g_autoptr (RuhuResponse) nowhere = town_ask (town, "GET", "/v1/households", NULL, NULL);
  g_autoptr (RuhuResponse) method = town_ask (town, "DELETE", "/v1/push", NULL, NULL);

  town_assert_problem (nowhere, 404, "not-found");
  town_assert_problem (method, 405, "invalid");
  g_assert_cmpstr (ruhu_response_get_header (method, "Allow"), ==, "POST");
}

static void
test_enrol (Town *town, gconstpointer data)
{
  g_autofree char *code = town_issue (town, "u-helper", 1);
  g_autoptr (Laptop) laptop = laptop_new ("u-helper");
  g_autofree char *body = town_enrolment (code, laptop);
  g_autoptr (RuhuResponse) first = town_ask (town, "POST", "/v1/enrol", NULL, body);
  g_autofree char *role = NULL, *name = NULL, *township = NULL, *first_text = NULL, *again_text = NULL;
  g_autoptr (RuhuResponse) again = NULL;

  g_assert_cmpuint (first->status, ==, 200);
  role = town_member (first, "role");
  g_assert_cmpstr (role, ==, "helper");
  name = town_member (first, "user_name");
  g_assert_cmpstr (name, ==, "李明");
  township = town_member (first, "township");
  g_assert_cmpstr (township, ==, "试点乡");

  /* The answer got lost: the same again, also after the code's time. */
  town_now += G_GINT64_CONSTANT (7200000);
  again = town_ask (town, "POST", "/v1/enrol", NULL, body);
  town_now -= G_GINT64_CONSTANT (7200000);
  g_assert_cmpuint (again->status, ==, 200);
  first_text = town_member (first, "position");
  again_text = town_member (again, "position");
  g_assert_cmpstr (first_text, ==, again_text);
}

static void
test_enrol_code_forms (Town *town, gconstpointer data)
{
  g_autofree char *code = town_issue (town, "u-helper", 1);
  g_autofree char *lower = g_ascii_strdown (code, -1);
  g_autofree char *spoken = NULL, *body = NULL;
  g_auto (GStrv) groups = g_strsplit (lower, "-", -1);
  g_autoptr (Laptop) laptop = laptop_new ("u-helper");
  g_autoptr (RuhuResponse) response = NULL;

  g_assert_cmpuint (strlen (code), ==, 14);
  spoken = g_strjoinv (" ", groups);
  body = town_enrolment (spoken, laptop);
  response = town_ask (town, "POST", "/v1/enrol", NULL, body);
  g_assert_cmpuint (response->status, ==, 200);
}

/* Used, expired and unknown codes look alike. */
static void
test_enrol_refused (Town *town, gconstpointer data)
{
  g_autofree char *used = town_issue (town, "u-helper", 1);
  g_autofree char *late = town_issue (town, "u-helper", 1);
  g_autoptr (Laptop) first = laptop_new ("u-helper");
  g_autoptr (Laptop) second = laptop_new ("u-helper");
  g_autofree char *first_body = town_enrolment (used, first);
  g_autofree char *used_body = town_enrolment (used, second);
  g_autofree char *late_body = town_enrolment (late, second);
  g_autofree char *unknown_body = town_enrolment ("AAAA-BBBB-CCCC", second);
  g_autofree char *silly_body = town_enrolment ("0", second);
  const char *bodies[] = { used_body, late_body, unknown_body, silly_body };
  g_autoptr (RuhuResponse) fine = town_ask (town, "POST", "/v1/enrol", NULL, first_body);
  g_autofree char *detail = NULL;

  g_assert_cmpuint (fine->status, ==, 200);
  town_now += G_GINT64_CONSTANT (3600000);
  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autoptr (RuhuResponse) response = town_ask (town, "POST", "/v1/enrol", NULL, bodies[i]);
      g_autofree char *own = town_member (response, "detail");

      town_assert_problem (response, 410, "expired");
      if (detail == NULL)
        detail = g_strdup (own);
      g_assert_cmpstr (own, ==, detail);
    }
  town_now -= G_GINT64_CONSTANT (3600000);
}

/* The same device with another token is somebody else. */
static void
test_enrol_other_token (Town *town, gconstpointer data)
{
  g_autofree char *code = town_issue (town, "u-helper", 1);
  g_autoptr (Laptop) laptop = laptop_new ("u-helper");
  g_autofree char *body = town_enrolment (code, laptop);
  g_autoptr (RuhuResponse) fine = town_ask (town, "POST", "/v1/enrol", NULL, body);
  g_autoptr (RuhuResponse) response = NULL;
  g_autofree char *other = NULL;

  g_assert_cmpuint (fine->status, ==, 200);
  laptop->token[42] = 'x';
  other = town_enrolment (code, laptop);
  response = town_ask (town, "POST", "/v1/enrol", NULL, other);
  town_assert_problem (response, 410, "expired");
}

/* Somebody took the laptop's name while a restored backup had forgotten it: the rightful one is told so, and its link is still good. */
static void
test_enrol_taken_name (Town *town, gconstpointer data)
{
  g_autoptr (Laptop) taker = town_enrol (town, "u-cadre"), rightful = laptop_new ("u-helper"), fresh = laptop_new ("u-helper");
  g_autofree char *code = town_issue (town, "u-helper", 1), *body = NULL, *next_body = town_enrolment (code, fresh), *detail = NULL;
  g_autoptr (RuhuResponse) refused = NULL, fine = NULL;

  g_free (rightful->id);
  rightful->id = g_strdup (taker->id);
  body = town_enrolment (code, rightful);
  refused = town_ask (town, "POST", "/v1/enrol", NULL, body);
  town_assert_problem (refused, 403, "forbidden");
  detail = town_member (refused, "detail");
  g_assert_nonnull (strstr (detail, "A laptop of this name is enrolled already, with another key."));
  fine = town_ask (town, "POST", "/v1/enrol", NULL, next_body);
  g_assert_cmpuint (fine->status, ==, 200);
}

/* A laptop that comes again under its name: nobody else's code is used up for it. */
static void
test_enrol_for_somebody_else (Town *town, gconstpointer data)
{
  g_autoptr (Laptop) laptop = laptop_new ("u-helper");
  g_autofree char *code = town_issue (town, "u-helper", 1);
  g_autofree char *plain = town_enrolment (code, laptop);
  g_autofree char *wrong = g_strdup_printf ("%.*s,\"user\":\"u-cadre\"}", (int) strlen (plain) - 1, plain), *right = g_strdup_printf ("%.*s,\"user\":\"u-helper\"}", (int) strlen (plain) - 1, plain);
  g_autoptr (RuhuResponse) refused = town_ask (town, "POST", "/v1/enrol", NULL, wrong), fine = town_ask (town, "POST", "/v1/enrol", NULL, right);

  town_assert_problem (refused, 403, "forbidden");
  g_assert_cmpuint (fine->status, ==, 200);
}

static void
test_enrol_malformed (Town *town, gconstpointer data)
{
  const char *bodies[] = {
    "", "{", "[]", "{}", "{\"code\":1,\"device\":\"0123456789abcdef\",\"token\":\"x\",\"name\":\"n\"}",
    "{\"code\":\"AAAABBBBCCCC\",\"device\":\"0123456789ABCDEF\",\"token\":\"0123456789012345678901234567890123456789012\",\"name\":\"n\"}",
    "{\"code\":\"AAAABBBBCCCC\",\"device\":\"0123456789abcdef\",\"token\":\"short\",\"name\":\"n\"}",
    "{\"code\":\"AAAABBBBCCCC\",\"device\":\"0123456789abcdef\",\"token\":\"0123456789012345678901234567890123456789012\",\"name\":\"\"}",
    "{\"code\":\"AAAABBBBCCCC\",\"device\":\"0123456789abcdef\\u0000\",\"token\":\"0123456789012345678901234567890123456789012\",\"name\":\"n\"}",
    "{\"code\":[[[[[[1]]]]]]}", "{} trailing"
  };

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autoptr (RuhuResponse) response = town_ask (town, "POST", "/v1/enrol", NULL, bodies[i]);

      town_assert_problem (response, 400, "invalid");
    }
}

static RuhuResponse *
enrol_from (Town *town, const char *body, const char *peer)
{
  RuhuRequest *request = town_request ("POST", "/v1/enrol", NULL, body);

  g_free (request->peer);
  request->peer = g_strdup (peer);
  return town_send (town, request);
}

static void
test_enrol_rate (Town *town, gconstpointer data)
{
  g_autoptr (Laptop) laptop = laptop_new ("u-helper");
  g_autofree char *wrong = town_enrolment ("AAAA-BBBB-CCCC", laptop);
  g_autofree char *code = town_issue (town, "u-helper", 1);
  g_autofree char *right = town_enrolment (code, laptop);
  g_autoptr (RuhuResponse) refused = NULL, elsewhere = NULL;

  for (guint i = 0; i < 10; i++)
    {
      g_autoptr (RuhuResponse) response = town_ask (town, "POST", "/v1/enrol", NULL, wrong);

      town_assert_problem (response, 410, "expired");
    }
  refused = town_ask (town, "POST", "/v1/enrol", NULL, right);
  town_assert_problem (refused, 429, "rate");
  g_assert_cmpint (g_ascii_strtoll (ruhu_response_get_header (refused, "Retry-After"), NULL, 10), >, 0);
  /* Another address is not held up. */
  elsewhere = enrol_from (town, right, "192.0.2.2");
  g_assert_cmpuint (elsewhere->status, ==, 200);
}

/* Guesses from ever new addresses are guesses at the same codes: at some hundreds a minute nobody's are looked at any more, for a minute. */
static void
test_enrol_rate_of_all (Town *town, gconstpointer data)
{
  g_autoptr (Laptop) laptop = laptop_new ("u-helper");
  g_autofree char *wrong = town_enrolment ("AAAA-BBBB-CCCC", laptop);
  g_autofree char *code = town_issue (town, "u-helper", 1);
  g_autofree char *right = town_enrolment (code, laptop);
  g_autoptr (RuhuResponse) refused = NULL;
  gint64 wait;

  for (guint i = 0; i < 300; i++)
    {
      g_autofree char *peer = g_strdup_printf ("198.51.%u.%u", i / 200, i % 200);
      g_autoptr (RuhuResponse) response = enrol_from (town, wrong, peer);

      town_assert_problem (response, 410, "expired");
    }
  refused = enrol_from (town, right, "203.0.113.1");
  town_assert_problem (refused, 429, "rate");
  wait = g_ascii_strtoll (ruhu_response_get_header (refused, "Retry-After"), NULL, 10);
  g_assert_cmpint (wait, >, 0);
  g_assert_cmpint (wait, <=, 60);
}

/* Who has left is not enrolled any more, and who leaves afterwards keeps nothing but a device without households. */
static void
test_enrol_left (Town *town, gconstpointer data)
{
  g_autoptr (Laptop) laptop = town_enrol (town, "u-cadre");
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuResponse) me = NULL, backfill = NULL;
  g_autofree char *role = NULL, *code = NULL;

  town_write (town, "township", "{\"helper\":{\"u-cadre\":{\"deleted\":true}}}");
  code = ruhu_enrol_issue (town->session, "u-cadre", 1, &error);
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_FORBIDDEN);
  g_assert_null (code);
  me = town_ask (town, "GET", "/v1/me", laptop, NULL);
  role = town_member (me, "role");
  g_assert_cmpstr (role, ==, "null");
  backfill = town_ask (town, "GET", "/v1/backfill?scope=h-one&at=1000", laptop, NULL);
  town_assert_problem (backfill, 403, "forbidden");
}

static void
test_rate (void)
{
  g_autoptr (RuhuRate) rate = ruhu_rate_new (2, 60);

  ruhu_rate_add_failure (rate, "2001:db8:0:1::1", 1000);
  g_assert_cmpuint (ruhu_rate_get_wait (rate, "2001:db8:0:1::1", 1000), ==, 0);
  ruhu_rate_add_failure (rate, "2001:db8:0:1::2", 2000);
  /* One /64 is one peer, another is not. */
  g_assert_cmpuint (ruhu_rate_get_wait (rate, "2001:db8:0:1::3", 2000), ==, 59);
  g_assert_cmpuint (ruhu_rate_get_wait (rate, "2001:db8:0:2::1", 2000), ==, 0);
  g_assert_cmpuint (ruhu_rate_get_wait (rate, "2001:db8:0:1::3", 61000), ==, 0);
  /* A flood of addresses does not free one that is held up. */
  ruhu_rate_add_failure (rate, "192.0.2.1", 100000);
  ruhu_rate_add_failure (rate, "192.0.2.1", 100000);
  for (guint i = 0; i < 5000; i++)
    {
      g_autofree char *peer = g_strdup_printf ("198.51.%u.%u", i / 256, i % 256);

      ruhu_rate_add_failure (rate, peer, 100000);
    }
  g_assert_cmpuint (ruhu_rate_get_wait (rate, "192.0.2.1", 100000), ==, 60);
}

static void
test_tokens (Town *town, gconstpointer data)
{
  const char *targets[] = { "/v1/me", "/v1/pull?after=0", "/v1/backfill?scope=h-one&at=1", "/v1/drafts", "/v1/push" };
  g_autoptr (Laptop) laptop = town_enrol (town, "u-office");
  g_autoptr (Laptop) stranger = laptop_new ("u-office");
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      const char *method = g_str_equal (targets[i], "/v1/push") ? "POST" : "GET";
      g_autoptr (RuhuResponse) none = town_ask (town, method, targets[i], NULL, NULL);
      g_autoptr (RuhuResponse) wrong = town_ask (town, method, targets[i], stranger, NULL);
      g_autoptr (RuhuResponse) right = town_ask (town, method, targets[i], laptop, NULL);

      town_assert_problem (none, 401, "unauthorised");
      g_assert_cmpstr (ruhu_response_get_header (none, "WWW-Authenticate"), ==, "Bearer");
      town_assert_problem (wrong, 401, "unauthorised");
      g_assert_cmpuint (right->status, ==, 200);
    }
  g_assert_true (ruhu_ledger_revoke_device (town->session->ledger, laptop->id, &error));
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      g_autoptr (RuhuResponse) revoked = town_ask (town, g_str_equal (targets[i], "/v1/push") ? "POST" : "GET", targets[i], laptop, NULL);

      /* It may hand over what is on it, and is given nothing but drafts that it handed over itself: none here. */
      if (g_str_equal (targets[i], "/v1/push") || g_str_equal (targets[i], "/v1/me") || g_str_equal (targets[i], "/v1/drafts"))
        g_assert_cmpuint (revoked->status, ==, 200);
      else
        town_assert_problem (revoked, 403, "revoked");
    }
}

static void
test_me (Town *town, gconstpointer data)
{
  g_autoptr (Laptop) laptop = town_enrol (town, "u-cadre");
  g_autoptr (RuhuResponse) response = town_ask (town, "GET", "/v1/me", laptop, NULL);
  g_autofree char *device = town_member (response, "device"), *user = town_member (response, "user"), *role = town_member (response, "role"),
                  *accepted = town_member (response, "accepted");

  g_assert_cmpstr (device, ==, laptop->id);
  g_assert_cmpstr (user, ==, "u-cadre");
  g_assert_cmpstr (role, ==, "cadre");
  g_assert_cmpstr (accepted, ==, "0");
}

/* Each role gets its own households, by every endpoint, and no byte of the others. */
static void
test_scope_of_roles (Town *town, gconstpointer data)
{
  const struct
  {
    const char *user;
    gboolean one, two, three;
  } roles[] = { { "u-helper", TRUE, FALSE, FALSE }, { "u-cadre", TRUE, TRUE, FALSE }, { "u-office", TRUE, TRUE, TRUE }, { "u-inspector", TRUE, TRUE, TRUE }, { "u-nobody", FALSE, FALSE, FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (roles); i++)
    {
      g_autoptr (Laptop) laptop = town_enrol (town, roles[i].user);
      g_autofree char *got = everything (town, laptop);
      g_autoptr (RuhuResponse) other = town_ask (town, "GET", "/v1/backfill?scope=h-three&at=1000", laptop, NULL);

      g_test_message ("%s", roles[i].user);
      g_assert_cmpint (strstr (got, "canary-one") != NULL, ==, roles[i].one);
      g_assert_cmpint (strstr (got, "canary-two") != NULL, ==, roles[i].two);
      g_assert_cmpint (strstr (got, "canary-three") != NULL, ==, roles[i].three);
      if (!roles[i].three)
        town_assert_problem (other, 403, "forbidden");
    }
}

static void
test_pull_parameters (Town *town, gconstpointer data)
{
  const char *wrongs[] = { "/v1/pull", "/v1/pull?after=-1", "/v1/pull?after=x", "/v1/pull?after=0&wait=56", "/v1/pull?after=0&hash=xyz",
                           "/v1/backfill?at=1", "/v1/backfill?scope=h-one", "/v1/backfill?scope=h-one&at=x" };
  g_autoptr (Laptop) office = town_enrol (town, "u-office");
  g_autoptr (RuhuResponse) beyond = town_ask (town, "GET", "/v1/pull?after=999999&wait=20", office, NULL);
  g_autoptr (RuhuResponse) other = town_ask (town, "GET", "/v1/pull?after=1&wait=20&hash=00000000000000000000000000000000000000000000000000000000000000aa", office, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (wrongs); i++)
    {
      g_autoptr (RuhuResponse) response = town_ask (town, "GET", wrongs[i], office, NULL);

      town_assert_problem (response, 400, "invalid");
    }
  town_assert_problem (beyond, 409, "rewritten");
  town_assert_problem (other, 409, "rewritten");
}

/* However small the pages, each brings the laptop on: also one that begins with what it may not have any more. */
static void
test_pull_small_pages (Town *town, gconstpointer data)
{
  g_autoptr (Laptop) helper = town_enrol (town, "u-helper");
  gint64 position = town_head (town);
  guint pages = 0, revoked = 0;

  town_write (town, "township", "{\"helper\":{\"u-helper\":{\"role\":\"inspector\"}}}");
  town_restart (town, 1);
  while (position < town_head (town) && pages < 50)
    {
      g_autofree char *target = g_strdup_printf ("/v1/pull?after=%" G_GINT64_FORMAT, position);
      g_autoptr (RuhuResponse) response = town_ask (town, "GET", target, helper, NULL);
      g_autofree char *text = town_text (response);
      g_auto (GStrv) lines = g_strsplit (g_strchomp (text), "\n", -1);
      g_autoptr (RuhuJson) closing = json_tokener_parse (lines[g_strv_length (lines) - 1]);

      pages++;
      for (guint i = 0; lines[i] != NULL; i++)
        revoked += strstr (lines[i], "\"revoke\":\"h-one\"") != NULL;
      position = json_object_get_int64 (json_object_object_get (closing, "until"));
    }
  g_assert_cmpint (position, ==, town_head (town));
  g_assert_cmpuint (pages, >, 1);
  g_assert_cmpuint (revoked, >, 0);
}

static void
test_pull_compressed (Town *town, gconstpointer data)
{
  g_autoptr (Laptop) office = town_enrol (town, "u-office");
  g_autoptr (RuhuResponse) plain = town_ask (town, "GET", "/v1/backfill?scope=*&at=1000", office, NULL);
  RuhuRequest *request = town_request ("GET", "/v1/backfill?scope=*&at=1000", office->token, NULL);
  g_autoptr (RuhuResponse) packed = NULL;
  g_autoptr (GBytes) unpacked = NULL;
  g_autoptr (GError) error = NULL;

  request->accept_encoding = g_strdup ("gzip, zstd");
  packed = town_send (town, request);
  g_assert_cmpstr (ruhu_response_get_header (packed, "Content-Encoding"), ==, "zstd");
  unpacked = ruhu_wire_decompress (RUHU_ENCODING_ZSTD, packed->body, 1 << 20, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (unpacked, plain->body));
  g_assert_cmpuint (g_bytes_get_size (packed->body), <, g_bytes_get_size (plain->body));
}

/* A file that an earlier version made has it; the log is as it was without it. */
static void
test_the_log_has_no_index_by_household (Town *town, gconstpointer data)
{
  RuhuDatabase *database = ruhu_store_get_database (town->session->store);
  g_autoptr (RuhuSession) again = NULL;
  g_autoptr (GError) error = NULL;
  gint64 n = -1;

  g_assert_true (ruhu_database_execute (database, "CREATE INDEX log_scope ON log (scope, n)", &error));
  again = ruhu_session_open (town->database, FALSE, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (ruhu_database_get_integer (database, "SELECT count (*) FROM sqlite_schema WHERE name = 'log_scope'", -1, &n, &error, ""));
  g_assert_cmpint (n, ==, 0);
  g_assert_true (ruhu_database_check (database, &error));
}

#define ADD(path, func) g_test_add ("/township/" path, Town, NULL, town_set_up, func, town_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  /* What goes wrong at the township is a warning in its log. */
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  ADD ("health", test_health);
  ADD ("unknown-route", test_unknown_route);
  ADD ("enrol", test_enrol);
  ADD ("enrol-code-forms", test_enrol_code_forms);
  ADD ("enrol-refused", test_enrol_refused);
  ADD ("enrol-other-token", test_enrol_other_token);
  ADD ("enrol-malformed", test_enrol_malformed);
  ADD ("enrol-rate", test_enrol_rate);
  ADD ("enrol-rate-of-all", test_enrol_rate_of_all);
  ADD ("enrol-taken-name", test_enrol_taken_name);
  ADD ("enrol-for-somebody-else", test_enrol_for_somebody_else);
  ADD ("enrol-left", test_enrol_left);
  ADD ("tokens", test_tokens);
  ADD ("me", test_me);
  ADD ("scope-of-roles", test_scope_of_roles);
  ADD ("pull-parameters", test_pull_parameters);
  ADD ("pull-small-pages", test_pull_small_pages);
  ADD ("pull-compressed", test_pull_compressed);
  ADD ("the-log-has-no-index-by-household", test_the_log_has_no_index_by_household);
  g_test_add_func ("/township/rate", test_rate);
  return g_test_run ();
}
