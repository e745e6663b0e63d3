/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a file is taken for, and what becomes of it: kept bounded, or refused with a reason. */
#include "config.h"

#include "ruhu-image.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) cleaned = ruhu_image_clean (bytes, &error);

  g_assert_true ((cleaned == NULL) == (error != NULL));
  g_assert_true (cleaned == NULL || g_bytes_get_size (cleaned) <= RUHU_IMAGE_MAX_BYTES);
  return 0;
}
