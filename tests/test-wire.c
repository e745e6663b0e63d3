/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wire: what one end packs the other unpacks, and nothing that is cut off, damaged or too large is taken for whole. */
#define G_LOG_DOMAIN "test-wire"

#include "config.h"

#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-wire.h"

#include <string.h>

#define HASH "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define CHANGE                                                                                                                            \
  "{\"device\":\"5f0c000000000001\", \"seq\":42,\"seen\":3,\"time\":\"2018-06-30T08:12:33.123Z.0004\",\"by\":\"h1\",\"household\":\"x\"," \
  "\"set\":{\"household\":{\"x\":{\"name\":\"张三 \\\"quoted}{\\\\\"}}}}"
#define PAGE                                                                                    \
  "{\"position\":4,\"change\":" CHANGE "}\n"                                                    \
  "{\"position\":5,\"echo\":7}\n"                                                               \
  "{\"position\":6,\"echo\":8,\"refused\":{\"code\":\"forbidden\",\"detail\":\"not yours\"}}\n" \
  "{\"position\":7,\"grant\":\"scope-1\"}\n"                                                    \
  "{\"position\":9,\"revoke\":\"scope-2\"}\n"                                                   \
  "{\"until\":12,\"hash\":\"" HASH "\",\"head\":30}"
#define BACKFILL                                                                                      \
  "{\"position\":4,\"heads\":{\"household\":{\"x\":[\"name\",\"village\"]}},\"change\":" CHANGE "}\n" \
  "{\"position\":2,\"heads\":{\"person\":{\"p\":[\"sex\"]}},\"change\":" CHANGE "}\n"

static GBytes *
bytes_of_text (gsize size)
{
  GString *text = g_string_new (NULL);

  while (text->len < size)
    g_string_append_printf (text, "{\"position\":%" G_GSIZE_FORMAT ",\"grant\":\"农户\"}\n", text->len);
  return g_string_free_to_bytes (text);
}

static void
test_packing_round_trips (void)
{
  const RuhuEncoding encodings[] = { RUHU_ENCODING_IDENTITY, RUHU_ENCODING_GZIP, RUHU_ENCODING_ZSTD };
  const gsize sizes[] = { 0, 1, 1000, 65536, 3000000 };

  for (gsize i = 0; i < G_N_ELEMENTS (encodings); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (sizes); j++)
      {
        g_autoptr (GBytes) plain = bytes_of_text (sizes[j]);
        g_autoptr (GError) error = NULL;
        g_autoptr (GBytes) packed = ruhu_wire_compress (encodings[i], plain, &error);
        g_autoptr (GBytes) back = NULL;

        g_assert_no_error (error);
        if (sizes[j] > 1000 && encodings[i] != RUHU_ENCODING_IDENTITY)
          g_assert_cmpuint (g_bytes_get_size (packed), <, g_bytes_get_size (plain) / 4);
        back = ruhu_wire_decompress (encodings[i], packed, RUHU_WIRE_MAX_BODY, &error);
        g_assert_no_error (error);
        g_assert_true (g_bytes_equal (plain, back));
      }
}

static void
test_packed_data_that_is_cut_off_is_invalid (gconstpointer data)
{
  RuhuEncoding encoding = GPOINTER_TO_INT (data);
  g_autoptr (GBytes) plain = bytes_of_text (600);
  g_autoptr (GBytes) packed = ruhu_wire_compress (encoding, plain, NULL);

  for (gsize n = 0; n < g_bytes_get_size (packed); n++)
    {
      g_autoptr (GBytes) part = g_bytes_new_from_bytes (packed, 0, n);
      g_autoptr (GError) error = NULL;

      g_assert_null (ruhu_wire_decompress (encoding, part, RUHU_WIRE_MAX_BODY, &error));
      g_assert_error (error, RUHU_ERROR, RUHU_ERROR_INVALID);
    }
}

static void
test_packed_data_with_something_behind_is_invalid (gconstpointer data)
{
  RuhuEncoding encoding = GPOINTER_TO_INT (data);
  g_autoptr (GBytes) plain = bytes_of_text (600);
  g_autoptr (GBytes) packed = ruhu_wire_compress (encoding, plain, NULL);
  g_autoptr (GByteArray) longer = g_byte_array_new ();
  g_autoptr (GBytes) whole = NULL;
  g_autoptr (GError) error = NULL;

  g_byte_array_append (longer, g_bytes_get_data (packed, NULL), g_bytes_get_size (packed));
  g_byte_array_append (longer, (const guint8 *) "x", 1);
  whole = g_byte_array_free_to_bytes (g_steal_pointer (&longer));
  g_assert_null (ruhu_wire_decompress (encoding, whole, RUHU_WIRE_MAX_BODY, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_INVALID);
}

static void
test_bomb_stops_at_its_bound (gconstpointer data)
{
  RuhuEncoding encoding = GPOINTER_TO_INT (data);
  g_autofree guint8 *zeros = g_malloc0 (64 * 1024 * 1024);
  g_autoptr (GBytes) plain = g_bytes_new_static (zeros, 64 * 1024 * 1024);
  g_autoptr (GBytes) packed = ruhu_wire_compress (encoding, plain, NULL);
  g_autoptr (GBytes) exact = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (g_bytes_get_size (packed), <, 100 * 1024);
  g_assert_null (ruhu_wire_decompress (encoding, packed, RUHU_WIRE_MAX_BODY, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_TOO_LARGE);
  g_clear_error (&error);
  g_assert_null (ruhu_wire_decompress (encoding, packed, 64 * 1024 * 1024 - 1, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_TOO_LARGE);
  exact = ruhu_wire_decompress (encoding, packed, 64 * 1024 * 1024, NULL);
  g_assert_nonnull (exact);
}

static void
test_plain_data_has_a_bound_too (void)
{
  g_autoptr (GBytes) plain = bytes_of_text (1000);
  g_autoptr (GError) error = NULL;

  g_assert_null (ruhu_wire_decompress (RUHU_ENCODING_IDENTITY, plain, 999, &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_TOO_LARGE);
}

static void
test_encodings_are_negotiated (void)
{
  RuhuEncoding encoding = RUHU_ENCODING_GZIP;

  g_assert_cmpint (ruhu_encoding_negotiate (NULL), ==, RUHU_ENCODING_IDENTITY);
  g_assert_cmpint (ruhu_encoding_negotiate (""), ==, RUHU_ENCODING_IDENTITY);
  g_assert_cmpint (ruhu_encoding_negotiate ("gzip, deflate, br"), ==, RUHU_ENCODING_GZIP);
  g_assert_cmpint (ruhu_encoding_negotiate ("gzip, ZSTD;q=0.2"), ==, RUHU_ENCODING_ZSTD);
  g_assert_cmpint (ruhu_encoding_negotiate ("zstd;q=0, gzip; q=0.5"), ==, RUHU_ENCODING_GZIP);
  g_assert_cmpint (ruhu_encoding_negotiate ("*"), ==, RUHU_ENCODING_ZSTD);
  g_assert_cmpint (ruhu_encoding_negotiate ("zstd;q=0.0, *;q=0"), ==, RUHU_ENCODING_IDENTITY);
  g_assert_true (ruhu_encoding_from_header (NULL, &encoding));
  g_assert_cmpint (encoding, ==, RUHU_ENCODING_IDENTITY);
  g_assert_true (ruhu_encoding_from_header (" Zstd ", &encoding));
  g_assert_cmpint (encoding, ==, RUHU_ENCODING_ZSTD);
  g_assert_false (ruhu_encoding_from_header ("br", &encoding));
  g_assert_false (ruhu_encoding_from_header ("gzip, zstd", &encoding));
}

static void
test_lines_are_walked (void)
{
  const char body[] = "\n\none\ntwo\n\nthree";
  const char *const expected[] = { "one", "two", "three" };
  gsize offset = 0, length = 0;
  const char *line = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_assert_true (ruhu_wire_next_line (body, sizeof body - 1, &offset, &line, &length));
      g_assert_cmpmem (line, length, expected[i], strlen (expected[i]));
    }
  g_assert_false (ruhu_wire_next_line (body, sizeof body - 1, &offset, &line, &length));
  offset = 0;
  g_assert_false (ruhu_wire_next_line ("\n\n", 2, &offset, &line, &length));
  offset = 0;
  g_assert_false (ruhu_wire_next_line (NULL, 0, &offset, &line, &length));
}

static void
test_page_is_read_with_the_exact_bytes_of_changes (void)
{
  g_autofree char *body = g_strdup (PAGE "\n");
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuPage) page = ruhu_page_parse (body, strlen (body), &error);
  const RuhuEntry *entries;

  g_assert_no_error (error);
  /* What it holds is its own. */
  memset (body, 'x', strlen (body));
  entries = (const RuhuEntry *) page->entries->data;
  g_assert_cmpuint (page->entries->len, ==, 5);
  g_assert_cmpint (entries[0].kind, ==, RUHU_ENTRY_CHANGE);
  g_assert_cmpint (entries[0].position, ==, 4);
  g_assert_cmpmem (entries[0].change, entries[0].change_length, CHANGE, strlen (CHANGE));
  g_assert_cmpint (entries[1].kind, ==, RUHU_ENTRY_ECHO);
  g_assert_cmpint (entries[1].seq, ==, 7);
  g_assert_null (entries[1].reason);
  g_assert_cmpint (entries[2].seq, ==, 8);
  g_assert_cmpstr (entries[2].reason, ==, "forbidden");
  g_assert_cmpstr (entries[2].detail, ==, "not yours");
  g_assert_cmpint (entries[3].kind, ==, RUHU_ENTRY_GRANT);
  g_assert_cmpstr (entries[3].scope, ==, "scope-1");
  g_assert_cmpint (entries[4].kind, ==, RUHU_ENTRY_REVOKE);
  g_assert_cmpstr (entries[4].scope, ==, "scope-2");
  g_assert_cmpint (page->until, ==, 12);
  g_assert_cmpint (page->head, ==, 30);
  g_assert_cmpstr (page->hash, ==, HASH);
}

static void
test_page_that_is_cut_off_is_no_page (void)
{
  for (gsize n = 0; n < strlen (PAGE); n++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (ruhu_page_parse (PAGE, n, &error));
      g_assert_error (error, RUHU_ERROR, RUHU_ERROR_PROTOCOL);
    }
}

static void
test_backfill_is_read (void)
{
  const char more[] = BACKFILL "{\"next\":\"4:x\"}\n", last[] = BACKFILL "{\"done\":true}\n";
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuBackfillPage) page = ruhu_backfill_page_parse (more, strlen (more), &error);
  g_autoptr (RuhuBackfillPage) end = ruhu_backfill_page_parse (last, strlen (last), &error);
  const RuhuBackfillEntry *entries;

  g_assert_no_error (error);
  g_assert_cmpstr (page->next, ==, "4:x");
  g_assert_null (end->next);
  g_assert_cmpuint (page->entries->len, ==, 2);
  entries = (const RuhuBackfillEntry *) page->entries->data;
  g_assert_cmpint (entries[1].position, ==, 2);
  g_assert_cmpmem (entries[0].change, entries[0].change_length, CHANGE, strlen (CHANGE));
  g_assert_cmpstr (json_object_to_json_string_ext (entries[0].fields, JSON_C_TO_STRING_PLAIN), ==, "{\"household\":{\"x\":[\"name\",\"village\"]}}");
}

static void
test_backfill_that_is_cut_off_is_no_page (void)
{
  const char whole[] = BACKFILL "{\"done\":true}";

  for (gsize n = 0; n < strlen (whole); n++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (ruhu_backfill_page_parse (whole, n, &error));
      g_assert_error (error, RUHU_ERROR, RUHU_ERROR_PROTOCOL);
    }
}

#define END "{\"until\":12,\"hash\":\"" HASH "\",\"head\":30}"

static void
test_lines_that_do_not_fit_are_named (void)
{
  const char *const bodies[] = {
    "<!DOCTYPE html>\n" END,
    "[]\n" END,
    "{\"position\":4}\n" END,
    "{\"position\":4,\"later\":1}\n" END,
    "{\"position\":\"4\",\"echo\":1}\n" END,
    "{\"position\":-1,\"echo\":1}\n" END,
    "{\"position\":4.5,\"echo\":1}\n" END,
    "{\"position\":99999999999999999999999,\"echo\":1}\n" END,
    "{\"position\":4,\"echo\":0}\n" END,
    "{\"position\":4,\"echo\":1,\"refused\":\"no\"}\n" END,
    "{\"position\":4,\"echo\":1,\"refused\":{}}\n" END,
    "{\"position\":4,\"grant\":\"\"}\n" END,
    "{\"position\":4,\"grant\":\"a\\u0000b\"}\n" END,
    "{\"position\":4,\"grant\":7}\n" END,
    "{\"position\":4,\"change\":[]}\n" END,
    "{\"position\":4,\"change\":{},\"change\":{\"a\":1}}\n" END,
    "{\"position\":4,\"ch\\u0061nge\":{}}\n" END,
    "{\"position\":4,\"change\":{}} trailing\n" END,
    "{\"position\":4,\"change\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}}}}}}\n" END,
    "{\"position\":4,\"grant\":\"\xff\xfe\"}\n" END,
    "{\"position\":4,\"grant\":\"\xed\xad\x90\"}\n" END,
    "{\"position\":5,\"echo\":1}\n{\"position\":4,\"echo\":2}\n" END,
    "{\"position\":13,\"echo\":1}\n" END,
    END "\n{\"position\":13,\"echo\":1}",
    END "\n" END,
    "{\"until\":12,\"hash\":\"" HASH "\",\"head\":11}",
    "{\"until\":12,\"hash\":\"AA\",\"head\":12}",
    "{\"until\":12,\"head\":12}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (RuhuPage) page = ruhu_page_parse (bodies[i], strlen (bodies[i]), &error);

      g_test_message ("body %" G_GSIZE_FORMAT, i);
      g_assert_null (page);
      g_assert_error (error, RUHU_ERROR, RUHU_ERROR_PROTOCOL);
      g_assert_nonnull (strpbrk (error->message, "123"));
    }
}

static void
test_unknown_members_are_passed_over (void)
{
  const char body[] = "{\"position\":4,\"new\":{\"a\":[1,\"}\"]},\"change\":{\"seq\":1},\"newer\":2}\n" END;
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuPage) page = ruhu_page_parse (body, strlen (body), &error);

  g_assert_no_error (error);
  g_assert_cmpmem (g_array_index (page->entries, RuhuEntry, 0).change, g_array_index (page->entries, RuhuEntry, 0).change_length, "{\"seq\":1}", 9);
}

/* What is read of a line, or why it is refused. */
static char *
describe_line (const char *line)
{
  g_autofree char *body = g_strdup_printf ("{\"position\":4,\"change\":{\"seq\":1}}\n%s\n" END, line);
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuPage) page = ruhu_page_parse (body, strlen (body), &error);
  const RuhuEntry *entry = page != NULL ? &g_array_index (page->entries, RuhuEntry, 1) : NULL;

  if (entry == NULL)
    return g_strdup (error->message);
  return g_strdup_printf ("%d %" G_GINT64_FORMAT " %.*s %s", entry->kind, entry->position, (int) entry->change_length, entry->change,
                          entry->heads != NULL ? json_object_to_json_string_ext (entry->heads, JSON_C_TO_STRING_PLAIN) : "-");
}

/* A blank sends a line to json-c; without one it may be read as townships write most of them. */
static void
test_line_is_read_the_same_either_way (void)
{
  const char *const lines[] = {
    "{\"position\":5,\"change\":{\"a\":[1,-2.5,true,null,\"}\"],\"b\":{\"c\":\"户\"}}}",
    "{\"position\":5,\"heads\":{\"person\":{\"p\":[\"name\"]}},\"change\":{\"seq\":9}}",
    "{\"position\":4,\"change\":{}}",
    "{\"position\":3,\"change\":{\"seq\":9}}",
    "{\"position\":-5,\"change\":{\"seq\":9}}",
    "{\"position\":4611686018427387904,\"change\":{\"seq\":9}}",
    "{\"position\":5,\"change\":{\"seq\":9},\"change\":{\"seq\":8}}",
    "{\"position\":5,\"change\":{\"seq\":9},\"quarantined\":{\"code\":\"x\"}}",
    "{\"position\":5,\"change\":[9]}",
    "{\"position\":5,\"change\":{\"seq\":9}",
    "{\"position\":5,\"heads\":{\"person\":[]},\"change\":{\"seq\":9}}",
    "{\"position\":5,\"heads\":{},\"change\":{\"seq\":9}}",
    "{\"position\":5,\"heads\":{\"person\":{\"p\":[\"name\"]}}}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autofree char *spaced = g_strdup_printf ("{ %s", lines[i] + 1);
      g_autofree char *one = describe_line (lines[i]), *other = describe_line (spaced);

      g_test_message ("%s", lines[i]);
      g_assert_cmpstr (one, ==, other);
    }
}

static void
test_change_over_its_bound_is_refused (void)
{
  g_autofree char *filling = g_strnfill (RUHU_CHANGE_MAX, 'x');
  g_autofree char *body = g_strdup_printf ("{\"position\":4,\"change\":{\"a\":\"%s\"}}\n" END, filling);
  g_autoptr (GError) error = NULL;

  g_assert_null (ruhu_page_parse (body, strlen (body), &error));
  g_assert_error (error, RUHU_ERROR, RUHU_ERROR_PROTOCOL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/packing-round-trips", test_packing_round_trips);
  g_test_add_func ("/wire/a-line-is-read-the-same-either-way", test_line_is_read_the_same_either_way);
  g_test_add_data_func ("/wire/gzip-cut-off-is-invalid", GINT_TO_POINTER (RUHU_ENCODING_GZIP), test_packed_data_that_is_cut_off_is_invalid);
  g_test_add_data_func ("/wire/zstd-cut-off-is-invalid", GINT_TO_POINTER (RUHU_ENCODING_ZSTD), test_packed_data_that_is_cut_off_is_invalid);
  g_test_add_data_func ("/wire/gzip-with-something-behind-is-invalid", GINT_TO_POINTER (RUHU_ENCODING_GZIP), test_packed_data_with_something_behind_is_invalid);
  g_test_add_data_func ("/wire/zstd-with-something-behind-is-invalid", GINT_TO_POINTER (RUHU_ENCODING_ZSTD), test_packed_data_with_something_behind_is_invalid);
  g_test_add_data_func ("/wire/gzip-bomb-stops-at-its-bound", GINT_TO_POINTER (RUHU_ENCODING_GZIP), test_bomb_stops_at_its_bound);
  g_test_add_data_func ("/wire/zstd-bomb-stops-at-its-bound", GINT_TO_POINTER (RUHU_ENCODING_ZSTD), test_bomb_stops_at_its_bound);
  g_test_add_func ("/wire/plain-data-has-a-bound-too", test_plain_data_has_a_bound_too);
  g_test_add_func ("/wire/encodings-are-negotiated", test_encodings_are_negotiated);
  g_test_add_func ("/wire/lines-are-walked", test_lines_are_walked);
  g_test_add_func ("/wire/page-is-read-with-exact-bytes", test_page_is_read_with_the_exact_bytes_of_changes);
  g_test_add_func ("/wire/page-cut-off-is-no-page", test_page_that_is_cut_off_is_no_page);
  g_test_add_func ("/wire/backfill-is-read", test_backfill_is_read);
  g_test_add_func ("/wire/backfill-cut-off-is-no-page", test_backfill_that_is_cut_off_is_no_page);
  g_test_add_func ("/wire/lines-that-do-not-fit-are-named", test_lines_that_do_not_fit_are_named);
  g_test_add_func ("/wire/unknown-members-are-passed-over", test_unknown_members_are_passed_over);
  g_test_add_func ("/wire/change-over-its-bound-is-refused", test_change_over_its_bound_is_refused);
  return g_test_run ();
}
