/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a bundle, and, as somebody could send them who has the keys, as what is in one. What is refused must be refused with an error; what is accepted is the same
 * written down again; and no byte of what was sealed is lost. */
#include "ruhu-bundle.h"
#include "ruhu-error.h"
#include "ruhu-parcel-photos.h"
#include "ruhu-parcel.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define DEVICE "0123456789abcdef"
#define HASH   "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static void
try_bundle (GBytes *bytes)
{
  g_autoptr (GError) error = NULL, peeked = NULL;
  g_autoptr (GBytes) content = ruhu_bundle_open_answer (bytes, DEVICE, HASH, &error);
  g_autofree char *device = NULL;
  RuhuBundleKind kind;

  if (content == NULL)
    g_assert_true (error != NULL && error->domain == RUHU_ERROR && g_utf8_validate (error->message, -1, NULL));
  if (ruhu_bundle_peek (bytes, &kind, &device, &peeked))
    g_assert_cmpuint (strlen (device), ==, strlen (DEVICE));
  else
    g_assert_true (peeked->domain == RUHU_ERROR && content == NULL);
}

static void
try_sealing (GBytes *bytes)
{
  g_autoptr (GBytes) sealed = ruhu_bundle_seal_answer (DEVICE, HASH, bytes, NULL);
  g_autoptr (GBytes) content = ruhu_bundle_open_answer (sealed, DEVICE, HASH, NULL);

  g_assert_true (content != NULL && g_bytes_equal (content, bytes));
}

static void
try_parcel (GBytes *bytes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuParcel) parcel = ruhu_parcel_parse (bytes, &error), again = NULL;
  g_autoptr (GBytes) written = NULL, twice = NULL;

  if (parcel == NULL)
    {
      g_assert_error (error, RUHU_ERROR, RUHU_ERROR_INVALID);
      return;
    }
  written = ruhu_parcel_to_bytes (parcel);
  again = ruhu_parcel_parse (written, &error);
  g_assert_no_error (error);
  twice = ruhu_parcel_to_bytes (again);
  g_assert_true (g_bytes_equal (written, twice));
}

static void
try_standing (const guint8 *data, gsize size)
{
  g_auto (RuhuStanding) standing = { 0 }, again = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *line = NULL;

  if (!ruhu_standing_parse (&standing, (const char *) data, size, &error))
    {
      g_assert_error (error, RUHU_ERROR, RUHU_ERROR_INVALID);
      return;
    }
  g_assert_cmpint (standing.cursor, >=, 0);
  line = ruhu_standing_to_json (&standing);
  g_assert_true (ruhu_standing_parse (&again, line, strlen (line), &error));
  g_assert_cmpint (again.cursor, ==, standing.cursor);
  g_assert_cmpint (again.at, ==, standing.at);
  g_assert_cmpstr (again.hash, ==, standing.hash);
  g_assert_cmpstr (again.scope, ==, standing.scope);
}

/* Photos written down again are the same bytes, but for how their lines were spelt. */
static void
try_photos (GBytes *bytes)
{
  g_autoptr (GError) error = NULL, unread = NULL;
  g_autoptr (GPtrArray) photos = ruhu_parcel_parse_photos (bytes, 0, &error), again = NULL;
  g_autoptr (RuhuReceipt) receipt = g_bytes_get_size (bytes) > 0 ? ruhu_receipt_parse (bytes, &unread) : NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GBytes) written = NULL;

  if (receipt != NULL)
    {
      g_autofree char *json = ruhu_receipt_to_json (receipt);
      g_autoptr (GBytes) spelt = g_bytes_new (json, strlen (json));
      g_autoptr (RuhuReceipt) twice = ruhu_receipt_parse (spelt, &unread);

      g_assert_true (twice != NULL && twice->taken->len == receipt->taken->len && twice->refused->len == receipt->refused->len);
    }
  if (photos == NULL)
    {
      g_assert_error (error, RUHU_ERROR, RUHU_ERROR_INVALID);
      return;
    }
  for (guint i = 0; i < photos->len; i++)
    ruhu_parcel_append_photo (text, ((RuhuParcelPhoto *) photos->pdata[i])->hash, ((RuhuParcelPhoto *) photos->pdata[i])->bytes);
  written = g_bytes_new (text->str, text->len);
  again = ruhu_parcel_parse_photos (written, 0, &error);
  g_assert_true (again != NULL && again->len == photos->len);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);

  try_bundle (bytes);
  try_sealing (bytes);
  try_parcel (bytes);
  try_photos (bytes);
  try_standing (data, size);
  return 0;
}
