/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the fields of a new record start with, by the catalogue, read from a store or from a draft laid over one. */
#pragma once

#include "ruhu-catalogue.h"
#include "ruhu-database.h"

G_BEGIN_DECLS

typedef enum
{
  RUHU_INITIALS_ALL,
  RUHU_INITIALS_FOLLOWING, /* those that look at fields of the record */
  RUHU_INITIALS_LOOKING    /* those that look at other records */
} RuhuInitials;

/* Adds to @values what those fields start with that have nothing in it yet; @fields: the record as it is. A field that the role may not make is passed over. */
gboolean ruhu_initials_read (RuhuDatabase *database, RuhuRecordType *type, RuhuRole role, const char *scope, const char *today, json_object *fields, RuhuInitials which, json_object *values, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
