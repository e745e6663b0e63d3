/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Search terms of a record, from its fields' "search" kind: names whole and from each of their characters on (so that a part is a prefix), full pinyin and initials with every
 * reading of a surname (曾: zeng, ceng), household and ID numbers' tails. Stored in the table term as lower-case text, matched by prefix: a B-tree does it all. */
#pragma once

#include "ruhu-catalogue.h"
#include "ruhu-database.h"

G_BEGIN_DECLS

/* The terms of one value. Transfer full, NULL-terminated, sorted, without repeats. */
char **ruhu_search_make_terms (const char *kind, const char *text);

/* Replaces the terms of a record. @fields: its values; NULL removes them. */
gboolean ruhu_search_index (RuhuDatabase *database, RuhuRecordType *type, const char *id, const char *scope, json_object *fields, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A word as typed → the form that terms have (lower-case, half-width). Transfer full. */
char *ruhu_search_fold (const char *word);

/* A key by which names sort in pinyin order. Transfer full. */
char *ruhu_search_sort_key (const char *text);

G_END_DECLS
