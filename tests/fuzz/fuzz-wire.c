/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as every kind of body that arrives over the wire. What is accepted as a page must hold what it says: changes that lie within their line and are JSON, positions in order, a
 * hash; what is refused must be refused with an error; and what was packed must come back. */
#include "ruhu-cleanups.h"
#include "ruhu-error.h"
#include "ruhu-problem.h"
#include "ruhu-wire.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define MOST (1024 * 1024)

static void
check_change (const char *change, gsize length)
{
  g_autoptr (RuhuJson) object = ruhu_wire_parse_json (change, length, RUHU_CHANGE_MAX_DEPTH + 2, NULL);

  g_assert_cmpuint (length, <=, RUHU_CHANGE_MAX);
  g_assert_true (json_object_is_type (object, json_type_object));
}

static void
try_page (const char *body, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuPage) page = ruhu_page_parse (body, size, &error);
  gint64 last = 0;

  if (page == NULL)
    {
      g_assert_error (error, RUHU_ERROR, RUHU_ERROR_PROTOCOL);
      return;
    }
  g_assert_cmpuint (strlen (page->hash), ==, 64);
  for (guint i = 0; i < page->entries->len; i++)
    {
      const RuhuEntry *entry = &g_array_index (page->entries, RuhuEntry, i);

      g_assert_cmpint (entry->position, >=, last);
      last = entry->position;
      if (entry->kind == RUHU_ENTRY_CHANGE || entry->kind == RUHU_ENTRY_QUARANTINED)
        check_change (entry->change, entry->change_length);
      else if (entry->kind == RUHU_ENTRY_ECHO)
        g_assert_cmpint (entry->seq, >, 0);
      else
        g_assert_cmpuint (strlen (entry->scope), >, 0);
    }
  g_assert_cmpint (page->until, >=, last);
  g_assert_cmpint (page->head, >=, page->until);
}

static void
try_backfill (const char *body, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuBackfillPage) page = ruhu_backfill_page_parse (body, size, &error);

  if (page == NULL)
    {
      g_assert_error (error, RUHU_ERROR, RUHU_ERROR_PROTOCOL);
      return;
    }
  for (guint i = 0; i < page->entries->len; i++)
    {
      const RuhuBackfillEntry *entry = &g_array_index (page->entries, RuhuBackfillEntry, i);

      g_assert_cmpint (entry->position, >, 0);
      g_assert_true (entry->reason != NULL || json_object_is_type (entry->fields, json_type_object));
      check_change (entry->change, entry->change_length);
    }
}

static void
try_problem (const char *body, gsize size)
{
  g_autoptr (GError) error = NULL;
  gint64 now = 0;

  ruhu_problem_to_error (409, RUHU_PROBLEM_TYPE, body, size, &now, &error);
  g_assert_true (error != NULL && error->domain == RUHU_ERROR);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_cmpint (now, >=, -1);
}

static void
try_packing (RuhuEncoding encoding, GBytes *bytes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) unpacked = ruhu_wire_decompress (encoding, bytes, MOST, &error);
  g_autoptr (GBytes) packed = ruhu_wire_compress (encoding, bytes, NULL);
  g_autoptr (GBytes) back = ruhu_wire_decompress (encoding, packed, MAX (MOST, g_bytes_get_size (bytes)), NULL);

  g_assert_true (unpacked != NULL || g_error_matches (error, RUHU_ERROR, RUHU_ERROR_INVALID) || g_error_matches (error, RUHU_ERROR, RUHU_ERROR_TOO_LARGE));
  if (unpacked != NULL)
    g_assert_cmpuint (g_bytes_get_size (unpacked), <=, MOST);
  g_assert_true (g_bytes_equal (bytes, back));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, size);
  const char *body = (const char *) data;

  try_page (body, size);
  try_backfill (body, size);
  try_problem (body, size);
  try_packing (RUHU_ENCODING_GZIP, bytes);
  try_packing (RUHU_ENCODING_ZSTD, bytes);
  return 0;
}
