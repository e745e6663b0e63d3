/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ruhu-change.h"

#include "ruhu-catalogue.h"
#include "ruhu-change-text.h"
#include "ruhu-cleanups.h"
#include "ruhu-error.h"

#include <string.h>

#define GOOD                                                                                                                                    \
  "{\"device\":\"d1\",\"seq\":42,\"seen\":1017,\"time\":\"2018-06-30T08:12:33.123Z.0004\",\"by\":\"u1\",\"household\":\"h1\",\"visit\":\"w1\"," \
  "\"set\":{\"person\":{\"p1\":{\"name\":\"曾·明\",\"sex\":null}}}}"

static void
test_round_trip_keeps_the_bytes (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuChange) change = ruhu_change_parse (GOOD, strlen (GOOD), &error);
  g_autofree char *json = NULL;
  json_object *value;

  g_assert_no_error (error);
  g_assert_cmpint (change->seq, ==, 42);
  g_assert_cmpstr (change->scope, ==, "h1");
  g_assert_true (ruhu_change_get_value (change, "person", "p1", "sex", &value));
  g_assert_null (value);
  g_assert_false (ruhu_change_get_value (change, "person", "p1", "birth", &value));
  json = ruhu_change_to_json (change);
  g_assert_cmpstr (json, ==, GOOD);
}

static void
test_every_cut_is_refused (void)
{
  for (gsize i = 0; i < strlen (GOOD); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (RuhuChange) change = ruhu_change_parse (GOOD, i, &error);

      g_assert_null (change);
      g_assert_error (error, RUHU_ERROR, RUHU_ERROR_INVALID);
    }
}

static void
test_bad_members_are_named (void)
{
  static const struct
  {
    const char *from;
    const char *to;
    const char *named;
  } cases[] = {
    { "\"seq\":42", "\"seq\":0", "seq" },
    { "\"seq\":42", "\"seq\":\"42\"", "seq" },
    { "\"seen\":1017", "\"seen\":-1", "seen" },
    { "\"seen\":1017,", "", "seen" },
    { "2018-06-30T08", "2018-06-31T08", "time" },
    { "\"device\":\"d1\"", "\"device\":\"d/1\"", "device" },
    { "\"device\":\"d1\"", "\"device\":\"\"", "device" },
    { "\"household\":\"h1\"", "\"household\":\"h1\",\"village\":\"v1\"", "village" },
    { "\"household\":\"h1\"", "\"household\":\"township\"", "household" },
    { "\"person\":{", "\"Person\":{", "set" },
    { "{\"name\":\"曾·明\",\"sex\":null}", "{}", "set" },
    { "\"sex\":null", "\"sex\":{\"a\":1}", "sex" },
    { "\"sex\":null", "\"SEX\":1", "set" },
    { "{\"person\":{\"p1\":{\"name\":\"曾·明\",\"sex\":null}}}", "{}", "set" },
    { "\"sex\":null}}}}", "\"sex\":null}}}} ", "/" },
    { "\"sex\":null", "\"sex\":[[[[[[1]]]]]]", "/" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) text = g_string_new (GOOD);
      g_autoptr (GError) error = NULL;
      g_autoptr (RuhuChange) change = NULL;
      g_autofree char *named = g_strdup_printf ("“%s”", cases[i].named);

      g_assert_cmpuint (g_string_replace (text, cases[i].from, cases[i].to, 1), ==, 1);
      change = ruhu_change_parse (text->str, text->len, &error);
      g_test_message ("%s", text->str);
      g_assert_null (change);
      g_assert_error (error, RUHU_ERROR, RUHU_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, named));
    }
}

static void
test_bytes_that_are_not_one_line_of_utf8_are_refused (void)
{
  static const char *const bad[] = { "{\"device\":\"d1\",\n\"seq\":1}", "{\"a\":\"\xff\"}", "null", "[]", "\"x\"", "" };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (ruhu_change_parse (bad[i], strlen (bad[i]), &error));
      g_assert_error (error, RUHU_ERROR, RUHU_ERROR_INVALID);
    }
}

/* Whatever the bytes, wherever they stand among others. */
static void
test_text_is_what_glib_says_is_utf8 (void)
{
  static const char *const pieces[] = { "", "a", "abcdefgh", "李", "é", "😀", "\xed\x9f\xbf", "\xed\xa0\x80", "\xc1\x81", "\xe0\x80\x80", "\xe0\xa0\x80", "\xf0\x8f\x80\x80", "\xf0\x90\x80\x80",
                                        "\xf4\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\x80", "\xff", "\xe6\x9d", "\xe6", "\xf0\x9f\x98", "\xc3", "\x7f", "\x01" };
  GRand *random = g_rand_new_with_seed (1);
  guint good = 0;

  for (guint i = 0; i < 20000; i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);

      for (guint n = (guint) g_rand_int_range (random, 0, 6); n > 0; n--)
        g_string_append (text, pieces[g_rand_int_range (random, 0, g_rand_boolean (random) ? 8 : (gint32) G_N_ELEMENTS (pieces))]);
      if (text->len > 0 && g_rand_int_range (random, 0, 20) == 0)
        text->str[g_rand_int_range (random, 0, (gint32) text->len)] = (char) g_rand_int_range (random, 0, 256);
      g_assert_cmpint (ruhu_change_is_text (text->str, text->len), ==, g_utf8_validate (text->str, (gssize) text->len, NULL));
      good += ruhu_change_is_text (text->str, text->len);
    }
  g_assert_cmpuint (good, >, 2000);
  g_assert_cmpuint (good, <, 18000);
  g_rand_free (random);
}

static void
test_whole_numbers_are_written_as_json_c_writes_them (void)
{
  static const char *const numbers[] = { "0", "-1", "7", "10", "-10", "1234567890", "999999999999999999", "1000000000000000000", "-999999999999999999", "-1000000000000000000",
                                         "9223372036854775807", "-9223372036854775808", "18446744073709551615" };

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autoptr (RuhuJson) number = json_tokener_parse (numbers[i]);
      g_autoptr (GString) text = g_string_new (NULL);

      ruhu_change_write_value (text, number);
      g_assert_cmpstr (text->str, ==, numbers[i]);
    }
}

static void
test_too_large_is_said (void)
{
  g_autofree char *big = g_strnfill (RUHU_CHANGE_MAX + 1, ' ');
  g_autoptr (GError) error = NULL;

  g_assert_null (ruhu_change_parse (big, RUHU_CHANGE_MAX + 1, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_TOO_LARGE);
}

static void
test_scope_follows_from_household_or_village (void)
{
  g_autoptr (GString) text = g_string_new (GOOD);
  g_autoptr (RuhuChange) village = NULL;
  g_autoptr (RuhuChange) township = NULL;

  g_string_replace (text, "\"household\":\"h1\"", "\"village\":\"v1\"", 1);
  village = ruhu_change_parse (text->str, text->len, NULL);
  g_assert_cmpstr (village->scope, ==, "v1");
  g_assert_true (village->of_village);
  g_string_replace (text, "\"village\":\"v1\",", "", 1);
  township = ruhu_change_parse (text->str, text->len, NULL);
  g_assert_cmpstr (township->scope, ==, RUHU_SCOPE_TOWNSHIP);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/change/round-trip-keeps-the-bytes", test_round_trip_keeps_the_bytes);
  g_test_add_func ("/change/every-cut-is-refused", test_every_cut_is_refused);
  g_test_add_func ("/change/bad-members-are-named", test_bad_members_are_named);
  g_test_add_func ("/change/bytes-that-are-not-one-line-of-utf8-are-refused", test_bytes_that_are_not_one_line_of_utf8_are_refused);
  g_test_add_func ("/change/text-is-what-glib-says-is-utf8", test_text_is_what_glib_says_is_utf8);
  g_test_add_func ("/change/whole-numbers-are-written-as-json-c-writes-them", test_whole_numbers_are_written_as_json_c_writes_them);
  g_test_add_func ("/change/too-large-is-said", test_too_large_is_said);
  g_test_add_func ("/change/scope-follows-from-household-or-village", test_scope_follows_from_household_or_village);
  return g_test_run ();
}
