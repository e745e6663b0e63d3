/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a change. What the plain reader takes, json-c takes too, and makes the same of it; what it writes is what json-c would write; and what is a change is one again when its
 * text is read. */
#include "ruhu-change-text.h"
#include "ruhu-change.h"
#include "ruhu-cleanups.h"
#include "ruhu-error.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define FORM (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

static void
hold_against_json_c (const char *text, gsize size)
{
  g_autoptr (RuhuJson) plain = ruhu_change_read_plain (text, size);
  g_autoptr (RuhuJson) parsed = NULL;
  g_autoptr (GString) written = g_string_new (NULL);
  json_tokener *tokener;

  if (plain == NULL)
    return;
  tokener = json_tokener_new_ex (RUHU_CHANGE_MAX_DEPTH);
  json_tokener_set_flags (tokener, JSON_TOKENER_STRICT);
  parsed = json_tokener_parse_ex (tokener, text, (int) size);
  g_assert_cmpint (json_tokener_get_error (tokener), ==, json_tokener_success);
  g_assert_cmpuint (json_tokener_get_parse_end (tokener), ==, size);
  g_assert_cmpuint (ruhu_change_count_values (text, size), <=, RUHU_CHANGE_MAX_VALUES);
  g_assert_cmpstr (json_object_to_json_string_ext (plain, FORM), ==, json_object_to_json_string_ext (parsed, FORM));
  g_assert_true (json_object_equal (plain, parsed));
  ruhu_change_write_value (written, plain);
  g_assert_cmpstr (written->str, ==, json_object_to_json_string_ext (parsed, FORM));
  json_tokener_free (tokener);
}

/* Escapes too: what json-c reads is written as it writes it. */
static void
write_as_json_c (const char *text, gsize size)
{
  json_tokener *tokener = json_tokener_new_ex (RUHU_CHANGE_MAX_DEPTH);
  g_autoptr (RuhuJson) parsed = json_tokener_parse_ex (tokener, text, (int) size);
  g_autoptr (GString) written = g_string_new (NULL);

  if (parsed != NULL)
    {
      ruhu_change_write_value (written, parsed);
      g_assert_cmpstr (written->str, ==, json_object_to_json_string_ext (parsed, FORM));
    }
  json_tokener_free (tokener);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const char *text = (const char *) data;
  g_autoptr (RuhuChange) change = NULL;
  g_autoptr (GError) error = NULL;

  if (size > RUHU_CHANGE_MAX)
    return 0;
  change = ruhu_change_parse (text, size, &error);
  g_assert_true ((change == NULL) == (error != NULL));
  if (change != NULL)
    {
      g_autofree char *json = ruhu_change_to_json (change);
      g_autoptr (RuhuChange) again = ruhu_change_parse (json, strlen (json), &error);
      g_autofree char *twice = again != NULL ? ruhu_change_to_json (again) : NULL;

      g_assert_cmpstr (json, ==, twice);
    }
  if (!g_utf8_validate (text, (gssize) size, NULL))
    return 0;
  hold_against_json_c (text, size);
  write_as_json_c (text, size);
  return 0;
}
