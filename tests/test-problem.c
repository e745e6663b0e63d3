/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Problem documents: an error arrives as itself, and an answer that is not the township's is never taken for one. */
#define G_LOG_DOMAIN "test-problem"

#include "config.h"

#include "ruhu-error.h"
#include "ruhu-problem.h"

#include <gio/gio.h>
#include <string.h>

static void
assert_becomes (guint status, const char *type, const char *body, RuhuError code)
{
  g_autoptr (GError) error = NULL;
  gint64 now = 1;

  ruhu_problem_to_error (status, type, body, strlen (body), &now, &error);
  g_assert_error (error, RUHU_ERROR, (int) code);
  g_assert_cmpint (now, ==, -1);
  g_assert_null (strstr (error->message, "secret"));
}

static void
test_every_error_arrives_as_itself (void)
{
  for (int code = 0; code < RUHU_N_ERRORS; code++)
    {
      g_autoptr (GError) sent = g_error_new (RUHU_ERROR, code, "a reason with “quotes” and \"these\"");
      g_autofree char *body = ruhu_problem_from_error (sent, 1530346353123);
      g_autoptr (GError) received = NULL;
      gint64 now = 0;

      ruhu_problem_to_error (ruhu_error_get_http_status (code), "application/problem+json; charset=utf-8", body, strlen (body), &now, &received);
      g_assert_error (received, RUHU_ERROR, code);
      g_assert_cmpstr (received->message, ==, sent->message);
      g_assert_cmpint (now, ==, 1530346353123);
    }
}

static void
test_what_other_libraries_say_stays_at_home (void)
{
  g_autoptr (GError) sent = g_error_new (G_IO_ERROR, G_IO_ERROR_FAILED, "secret/file/name");
  g_autofree char *body = ruhu_problem_from_error (sent, 1);

  g_assert_null (strstr (body, "secret"));
  g_assert_nonnull (strstr (body, "urn:ruhu:problem:failed"));
}

static void
test_pages_for_people_are_protocol_errors (void)
{
  const char *html = "<html><body>secret log-in page</body></html>";

  assert_becomes (200, "text/html", html, RUHU_ERROR_PROTOCOL);
  assert_becomes (302, "text/html", html, RUHU_ERROR_PROTOCOL);
  assert_becomes (401, "text/html; charset=utf-8", html, RUHU_ERROR_PROTOCOL);
  assert_becomes (403, "text/html", html, RUHU_ERROR_PROTOCOL);
  assert_becomes (404, "text/html", html, RUHU_ERROR_PROTOCOL);
  assert_becomes (500, "text/html", html, RUHU_ERROR_PROTOCOL);
  assert_becomes (511, NULL, html, RUHU_ERROR_PROTOCOL);
}

static void
test_gateways_are_the_network (void)
{
  assert_becomes (502, "text/html", "<html>secret", RUHU_ERROR_NETWORK);
  assert_becomes (503, "text/plain", "secret", RUHU_ERROR_NETWORK);
  assert_becomes (504, NULL, "", RUHU_ERROR_NETWORK);
  assert_becomes (429, "text/html", "secret", RUHU_ERROR_RATE);
}

static void
test_broken_documents_are_protocol_errors (void)
{
  const char *const bodies[] = {
    "",
    "{",
    "[]",
    "{}",
    "{\"type\":7}",
    "{\"type\":\"https://secret.example/\"}",
    "{\"type\":\"urn:ruhu:problem:clock\"} secret",
    "{\"type\":\"urn:ruhu:problem:clock\",\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}}}}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++)
    assert_becomes (409, "application/problem+json", bodies[i], RUHU_ERROR_PROTOCOL);
  /* The same document under another type is not ours. */
  assert_becomes (409, "application/problem+jsonx", "{\"type\":\"urn:ruhu:problem:clock\"}", RUHU_ERROR_PROTOCOL);
}

static void
test_unknown_names_and_missing_reasons (void)
{
  const char *unknown = "{\"type\":\"urn:ruhu:problem:of-next-year\",\"detail\":\"x\"}", *bare = "{\"type\":\"urn:ruhu:problem:revoked\",\"now\":-5}";
  g_autoptr (GError) first = NULL, second = NULL;
  gint64 now;

  ruhu_problem_to_error (418, "application/problem+json", unknown, strlen (unknown), &now, &first);
  g_assert_error (first, RUHU_ERROR, RUHU_ERROR_FAILED);
  ruhu_problem_to_error (403, "application/problem+json", bare, strlen (bare), &now, &second);
  g_assert_error (second, RUHU_ERROR, RUHU_ERROR_REVOKED);
  g_assert_cmpint (now, ==, -1);
}

static void
test_endless_reasons_are_cut (void)
{
  g_autoptr (GString) body = g_string_new ("{\"type\":\"urn:ruhu:problem:invalid\",\"detail\":\"");
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < 5000; i++)
    g_string_append (body, "农");
  g_string_append (body, "\"}");
  ruhu_problem_to_error (400, "application/problem+json", body->str, body->len, NULL, &error);
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_INVALID);
  g_assert_cmpint (g_utf8_strlen (error->message, -1), <=, 1001);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/problem/every-error-arrives-as-itself", test_every_error_arrives_as_itself);
  g_test_add_func ("/problem/what-other-libraries-say-stays-at-home", test_what_other_libraries_say_stays_at_home);
  g_test_add_func ("/problem/pages-for-people", test_pages_for_people_are_protocol_errors);
  g_test_add_func ("/problem/gateways", test_gateways_are_the_network);
  g_test_add_func ("/problem/broken-documents", test_broken_documents_are_protocol_errors);
  g_test_add_func ("/problem/unknown-names", test_unknown_names_and_missing_reasons);
  g_test_add_func ("/problem/endless-reasons", test_endless_reasons_are_cut);
  return g_test_run ();
}
