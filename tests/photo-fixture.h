/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Photos for tests: JPEG files to the letter, of any length, of nothing. */
#pragma once

#include "ruhu-photo.h"

G_BEGIN_DECLS

/* A photo of @size bytes (at least 300); another @seed makes another one. Transfer full. */
GBytes *photo_new (guint seed, gsize size);
/* Its SHA-256. Transfer full. */
char *photo_hash (GBytes *photo);
/* @bytes with @length bytes of @segment put after the JFIF header. Transfer full. */
GBytes *photo_with_segment (GBytes *photo, guint8 marker, const char *content, gsize length);

G_END_DECLS
