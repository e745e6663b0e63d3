/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a photo. What is refused has a reason; of what is accepted no part may be missing, nothing may follow it, and no segment of it may be one that carries metadata. */
#include "ruhu-error.h"
#include "ruhu-photo.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static gboolean
is_taken (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (GError) error = NULL;

  if (ruhu_photo_check (bytes, &error))
    return TRUE;
  g_assert_true (error->domain == RUHU_ERROR && (error->code == RUHU_ERROR_INVALID || error->code == RUHU_ERROR_TOO_LARGE));
  g_assert_true (g_utf8_validate (error->message, -1, NULL) && *error->message != '\0');
  return FALSE;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree guint8 *more = NULL;

  if (!is_taken (data, size))
    return 0;
  g_assert_false (is_taken (data, size - 1));
  more = g_malloc (size + 6);
  memcpy (more, data, size);
  more[size] = 0;
  g_assert_false (is_taken (more, size + 1));
  memcpy (more, "\xff\xd8\xff\xe1\0\4\0\0", 8);
  memcpy (more + 8, data + 2, size - 2);
  g_assert_false (is_taken (more, size + 6));
  return 0;
}
