/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table "listing": what the household list is filtered and sorted by, kept beside the record tables in the same transaction. */
#pragma once

#include "ruhu-catalogue.h"
#include "ruhu-database.h"

G_BEGIN_DECLS

/* A row of @type was written; @values are the fields that changed, or (@whole) all of them, of a record that was not there before (@is_new). Passes over types that the list does not show, and catalogues without heads of households. */
gboolean ruhu_listing_follow (RuhuDatabase *database, RuhuRecordType *type, const char *id, const char *scope, json_object *values, gboolean whole, gboolean is_new, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Fills the table once, in a file that was there before it. Inside a transaction. */
gboolean ruhu_listing_fill (RuhuDatabase *database, RuhuCatalogue *catalogue, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
