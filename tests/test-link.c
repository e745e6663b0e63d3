/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Enrolment links: what the office issues is read back however it was copied, and whatever else a person pastes is refused with the part that is wrong. */
#define G_LOG_DOMAIN "test-link"

#include "config.h"

#include "ruhu-error.h"
#include "ruhu-link.h"

#include <string.h>

#define PIN  "q0n7T-aGk_7v0yJ3bB5vS2R1wq8d0o6mJm9rj4n9b2E"
#define LINK "ruhu://office.example:8443/enrol?code=ABCD-EFGH-JKLM&pin=" PIN

static void
assert_is_link (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuLink) link = ruhu_link_parse (text, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (link->host, ==, "office.example");
  g_assert_cmpint (link->port, ==, 8443);
  g_assert_cmpstr (link->code, ==, "ABCD-EFGH-JKLM");
  g_assert_cmpstr (link->pin, ==, PIN);
}

static void
test_link_is_read (void)
{
  assert_is_link (LINK);
  assert_is_link ("ruhu://office.example:8443/enrol?pin=" PIN "&code=ABCD-EFGH-JKLM&later=1");
}

static void
test_copying_is_forgiven (void)
{
  assert_is_link ("  \t\r\n" LINK "\r\n\n");
  assert_is_link ("\xe3\x80\x80" LINK "\xc2\xa0");     /* ideographic and no-break spaces */
  assert_is_link ("\xef\xbb\xbf" LINK "\xe2\x80\x8b"); /* byte order mark, zero-width space */
  assert_is_link ("ruhu://office.example:8443/\nenrol?code=ABCD-\r\n  EFGH-JKLM&pin=q0n7T-aGk_7v0yJ3bB5\nvS2R1wq8d0o6mJm9rj4n9b2E");
}

static void
test_links_are_made_as_they_are_read (void)
{
  const char *const hosts[] = { "office.example", "192.0.2.7", "2001:db8::7" };
  const char *const bases[] = { "https://office.example:443", "https://192.0.2.7:443", "https://[2001:db8::7]:443" };

  for (gsize i = 0; i < G_N_ELEMENTS (hosts); i++)
    {
      g_autofree char *text = ruhu_link_format (hosts[i], 443, "code_1", PIN);
      g_autoptr (GError) error = NULL;
      g_autoptr (RuhuLink) link = ruhu_link_parse (text, &error);
      g_autofree char *base = NULL;

      g_assert_no_error (error);
      g_assert_cmpstr (link->host, ==, hosts[i]);
      g_assert_cmpstr (link->code, ==, "code_1");
      base = ruhu_link_dup_base (link);
      g_assert_cmpstr (base, ==, bases[i]);
    }
}

static void
test_what_is_wrong_is_named (void)
{
  const struct
  {
    const char *text;
    const char *part;
  } wrong[] = {
    { "", "link" },
    { "hello", "link" },
    { "\xff\xfe", "link" },
    { "https://office.example:8443/enrol?code=A&pin=" PIN, "ruhu://" },
    { "ruhu:///enrol?code=A&pin=" PIN, "address" },
    { "ruhu://:8443/enrol?code=A&pin=" PIN, "address" },
    { "ruhu://me@office.example:8443/enrol?code=A&pin=" PIN, "address" },
    { "ruhu://of%2ffice:8443/enrol?code=A&pin=" PIN, "address" },
    { "ruhu://-x:8443/enrol?code=A&pin=" PIN, "address" },
    { "ruhu://203.0.113.777:8443/enrol?code=A&pin=" PIN, "address" },
    { "ruhu://office.example/enrol?code=A&pin=" PIN, "port" },
    { "ruhu://office.example:0/enrol?code=A&pin=" PIN, "port" },
    { "ruhu://office.example:8443/other?code=A&pin=" PIN, "enrolment link" },
    { "ruhu://office.example:8443/enrol?code=A&pin=" PIN "#x", "enrolment link" },
    { "ruhu://office.example:8443/enrol", "code" },
    { "ruhu://office.example:8443/enrol?pin=" PIN, "code" },
    { "ruhu://office.example:8443/enrol?code=&pin=" PIN, "code" },
    { "ruhu://office.example:8443/enrol?code=A%20B&pin=" PIN, "code" },
    { "ruhu://office.example:8443/enrol?code=A", "fingerprint" },
    { "ruhu://office.example:8443/enrol?code=A&pin=short", "fingerprint" },
    { "ruhu://office.example:8443/enrol?code=A&pin=q0n7T-aGk_7v0yJ3bB5vS2R1wq8d0o6mJm9rj4n9b2F", "fingerprint" },
    { "ruhu://office.example:8443/enrol?code=A&pin=q0n7T+aGk/7v0yJ3bB5vS2R1wq8d0o6mJm9rj4n9b2E", "fingerprint" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (RuhuLink) link = ruhu_link_parse (wrong[i].text, &error);

      g_test_message ("text %" G_GSIZE_FORMAT, i);
      g_assert_null (link);
      g_assert_error (error, RUHU_ERROR, RUHU_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, wrong[i].part));
      /* A code is a secret until it is used. */
      g_assert_null (strstr (error->message, PIN));
    }
}

static void
test_hosts (void)
{
  const char *const hosts[] = { "office", "office.example", "office.example.", "7days.example", "203.0.113.7", "2001:db8::7" };
  const char *const none[] = { "", ".", "office..example", "office-.example", ".example", "my_office", "office.example/", "office.example:8443", "a b", "999.1.1.1", "203.0.113",
                               "203.0.113.7.", "203.0.113.7x/", "[2001:db8::7]", "fe80::1%eth0", "柳树镇", "-office.example", "office.-example", NULL };
  g_autofree char *label = g_strnfill (63, 'a'), *longer = g_strnfill (64, 'a');
  g_autofree char *longest = g_strdup_printf ("%s.%s.%s.%.61s", label, label, label, label), *too_long = g_strdup_printf ("%sa", longest);

  for (gsize i = 0; i < G_N_ELEMENTS (hosts); i++)
    {
      g_test_message ("%s", hosts[i]);
      g_assert_true (ruhu_link_is_host (hosts[i]));
    }
  for (gsize i = 0; i < G_N_ELEMENTS (none); i++)
    {
      g_test_message ("%s", none[i]);
      g_assert_false (ruhu_link_is_host (none[i]));
    }
  g_assert_true (ruhu_link_is_host (label));
  g_assert_false (ruhu_link_is_host (longer));
  g_assert_cmpuint (strlen (longest), ==, 253);
  g_assert_true (ruhu_link_is_host (longest));
  g_assert_false (ruhu_link_is_host (too_long));
}

static void
test_every_cut_is_refused (void)
{
  for (gsize n = 0; n < strlen (LINK); n++)
    {
      g_autofree char *part = g_strndup (LINK, n);
      g_autoptr (GError) error = NULL;

      g_assert_null (ruhu_link_parse (part, &error));
      g_assert_error (error, RUHU_ERROR, RUHU_ERROR_INVALID);
    }
}

static void
test_endless_text_is_refused (void)
{
  g_autofree char *spaces = g_strnfill (1024 * 1024, ' ');
  g_autofree char *text = g_strconcat (spaces, LINK, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (ruhu_link_parse (text, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_INVALID);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/link/is-read", test_link_is_read);
  g_test_add_func ("/link/copying-is-forgiven", test_copying_is_forgiven);
  g_test_add_func ("/link/made-as-read", test_links_are_made_as_they_are_read);
  g_test_add_func ("/link/what-is-wrong-is-named", test_what_is_wrong_is_named);
  g_test_add_func ("/link/hosts", test_hosts);
  g_test_add_func ("/link/every-cut-is-refused", test_every_cut_is_refused);
  g_test_add_func ("/link/endless-text-is-refused", test_endless_text_is_refused);
  return g_test_run ();
}
