/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Catalogue → one table per record type: r_NAME (id TEXT PRIMARY KEY, scope TEXT NOT NULL, deleted BIGINT NOT NULL, one column a field). */
#pragma once

#include "ruhu-catalogue.h"
#include "ruhu-database.h"

G_BEGIN_DECLS

/* Creates missing tables and indexes (scope; every reference) and adds missing columns; never drops or alters one. @added, if not NULL, receives the names of the record types that were new or grew (transfer full, of char *). Run inside a transaction. */
gboolean ruhu_tables_follow (RuhuDatabase *database, RuhuCatalogue *catalogue, GPtrArray **added, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The stored (not calculated) fields of a record as a JSON object, with "deleted" when it is set; NULL without error if there is no such row. Transfer full. */
json_object *ruhu_tables_get (RuhuDatabase *database, RuhuRecordType *type, const char *id, GError **error);

/* Whether there is such a row, and whether it is a deleted one. */
gboolean ruhu_tables_look (RuhuDatabase *database, RuhuRecordType *type, const char *id, gboolean *is_there, gboolean *is_deleted, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The scope of a row; *@scope NULL if there is none. Transfer full. */
gboolean ruhu_tables_find_scope (RuhuDatabase *database, RuhuRecordType *type, const char *id, char **scope, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Both at once: the row's scope (*@scope NULL: there is none; transfer full), and whether it is a deleted one. */
gboolean ruhu_tables_find (RuhuDatabase *database, RuhuRecordType *type, const char *id, char **scope, gboolean *is_deleted, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Writes @fields (name → value) of one row, inserting it (with its @scope, which it keeps) if @insert. Names the catalogue does not know are passed over. */
gboolean ruhu_tables_put (RuhuDatabase *database, RuhuRecordType *type, const char *id, const char *scope, json_object *fields, gboolean insert, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Deletes the rows of a scope (of one type, or of all where @type is NULL; every scope where @scope is NULL). */
gboolean ruhu_tables_clear (RuhuDatabase *database, RuhuCatalogue *catalogue, RuhuRecordType *type, const char *scope, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
