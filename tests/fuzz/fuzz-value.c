/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any text typed into a field of any type. What is read is of the field's type, says the same when it is shown for editing and read again, and a refusal never repeats the text;
 * the same bytes as JSON are judged without harm. */
#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-value.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static const char *const fields[][2] = {
  { "person", "name" },
  { "person", "id_no" },
  { "household", "phone" },
  { "visit", "summary" },
  { "person", "work_months" },
  { "household", "land_arable" },
  { "measure", "planned" },
  { "fund", "amount" },
  { "living", "power" },
  { "visit", "date" },
  { "bulletin", "for_month" },
  { "person", "relation" },
  { "person", "health" },
  { "household", "head" },
  { "photo", "image" },
};

static void
type_into (RuhuField *field, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuJson) value = NULL;
  g_autoptr (RuhuJson) again = NULL;

  if (!ruhu_value_parse (field, text, &value, &error))
    {
      g_assert_error (error, RUHU_ERROR, RUHU_ERROR_INVALID);
      g_assert_null (value);
      return;
    }
  g_assert_true (ruhu_value_check (field, value, NULL));
  g_autofree char *shown = ruhu_value_format (field, value);
  g_autofree char *entry = ruhu_value_to_entry (field, value);
  g_assert_true (g_utf8_validate (shown, -1, NULL));
  g_assert_true (ruhu_value_parse (field, entry, &again, &error));
  g_assert_no_error (error);
  g_assert_true (ruhu_value_equal (value, again));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static RuhuCatalogue *catalogue;

  if (catalogue == NULL)
    catalogue = ruhu_catalogue_load_builtin (NULL);
  g_assert_nonnull (catalogue);
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (RuhuJson) json = json_tokener_parse (text);
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      RuhuField *field = ruhu_record_type_get_field (ruhu_catalogue_get_record (catalogue, fields[i][0]), fields[i][1]);
      type_into (field, text);
      (void) !ruhu_value_check (field, json, NULL);
      g_autofree char *shown = ruhu_value_format (field, json);
      g_assert_nonnull (shown);
      g_assert_true (ruhu_value_equal (json, json));
    }
  return 0;
}
