/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sum against a laptop's own disk, which a save can afford. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whatever goes wrong within eight bytes is noticed for certain, anything else but once in 2⁶⁴. The same on every machine. Not against anybody who means harm. */
gint64 ruhu_quick_sum (const char *text, gsize length);

G_END_DECLS
