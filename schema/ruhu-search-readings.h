/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How Han characters are read, for ruhu-search.c: pinyin without tones, every reading that a name may have. Safe to call from any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The readings of a Han character as a NULL-terminated array: where it is a surname with a reading of its own, that one first. ü is both "v" and "u". A character nobody
 * knows a reading of has itself. Borrowed, for the life of the program. */
const char *const *ruhu_search_get_readings (gunichar c);

/* The reading that a character most likely has within a name, but not at its start. Borrowed, for the life of the program. */
const char *ruhu_search_get_common_reading (gunichar c);

/* If @name (UTF-8) starts with a surname of two characters, its reading, syllables parted by a space; else NULL. Static. */
const char *ruhu_search_get_compound_surname (const char *name);

G_END_DECLS
