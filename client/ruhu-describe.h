/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a person reads of stored things. Those that take a store run in the worker's thread. */
#pragma once

#include "ruhu-store-query.h"

G_BEGIN_DECLS

/* A field's label in the user's language, the unit not included; "deleted" has one too, and an unknown field is its name. @type may be NULL. Borrowed, for as long as @type and @name. */
const char *ruhu_describe_field (RuhuRecordType *type, const char *name);

/* A value with its unit; a reference as the title of what it points to (only that needs @store). "" for no value. @field NULL: the field `deleted`, or one that this program does not know. Transfer full. */
char *ruhu_describe_value (RuhuStore *store, RuhuField *field, json_object *value);

/* The same, but of an ID number only how it ends: whole ones are for the form in which they are typed. Transfer full. */
char *ruhu_describe_masked (RuhuStore *store, RuhuField *field, json_object *value);

/* Who wrote it, when, and in which visit (@visit and @visit_date may be NULL). Transfer full. */
char *ruhu_describe_origin (const char *by_name, const char *stamp, const char *visit, const char *visit_date);

/* What a record is called: by its type's title; a code or a reference in it as a person reads it. A sentence in its place when the record is not on this laptop. Transfer full. */
char *ruhu_describe_title (RuhuStore *store, const char *type, const char *id);

/* The field that an expression of the catalogue consists of, or NULL when it is more than a field's name. */
RuhuField *ruhu_describe_bare_field (RuhuRecordType *type, const char *expression);

/* What @n records that are past are called: "Closed problems (3)". Transfer full. */
char *ruhu_describe_past (const RuhuRecordType *type, guint n);

/* A change's stamp as a minute in UTC+8, "2018-06-30 16:12"; the stamp itself if it is not one. Transfer full. */
char *ruhu_describe_stamp (const char *stamp);

/* Unix seconds in the same form. Transfer full. */
char *ruhu_describe_time (gint64 seconds);

/* Now by the calendar that records are dated in, UTC+8, wherever the laptop thinks it is. Transfer full. */
GDateTime *ruhu_describe_now (void);

/* What a change's JSON says, a line (char *) a field: "Household · Safe water: yes". Empty when it cannot be read. Transfer full. */
GPtrArray *ruhu_describe_change (RuhuStore *store, const char *body);

/* A sentence for a person, also for errors that came over D-Bus. Transfer full. */
char *ruhu_describe_error (const GError *error);

/* What the township's code of a refusal means, in the user's language; the code when it is not known. Transfer full. */
char *ruhu_describe_refusal (const char *reason);

G_END_DECLS
