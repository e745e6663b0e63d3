/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuChange: what a person did at one save. Its JSON form (one line, UTF-8, at most RUHU_CHANGE_MAX bytes):
 *
 *   {"device":"5f0c…","seq":42,"seen":1017,"time":"<stamp>","by":"<helper id>","household":"<id>","visit":"<id>",
 *    "set":{"household":{"<id>":{"water_safe":true}},"visit":{"<id>":{…}}}}
 *
 * A change of a village has "village" instead of "household", one of the whole township has neither. "visit" may be absent. Unknown members are kept. */
#pragma once

#include "ruhu-types.h"

G_BEGIN_DECLS

#define RUHU_CHANGE_SUM_LENGTH 16

#define RUHU_CHANGE_MAX (1024 * 1024)
/* Bounds on what one change may hold. */
#define RUHU_CHANGE_MAX_RECORDS 2000
#define RUHU_CHANGE_MAX_DEPTH   8
/* Members and elements of all its objects and arrays together. JSON takes some 200 bytes of memory for each, however few bytes it is written with. */
#define RUHU_CHANGE_MAX_VALUES 40000

struct _RuhuChange
{
  /* Owned. */
  char *device;
  char *time;
  char *by;
  char *scope; /* household id, village id, or RUHU_SCOPE_TOWNSHIP */
  char *visit; /* or NULL */
  json_object *set;
  /* Values. */
  gint64 seq;
  gint64 seen;
  gboolean of_village;
};

/* How many members and elements @json has, roughly and without parsing it: what a parser would have to hold. */
gsize ruhu_change_count_values (const char *json, gsize length);

/* Parses and checks the shape (not the catalogue). INVALID or TOO_LARGE, with the member and the reason. Transfer full. */
RuhuChange *ruhu_change_parse (const char *json, gsize length, GError **error) G_GNUC_WARN_UNUSED_RESULT;
RuhuChange *ruhu_change_from_json (json_object *object, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether ruhu_change_parse() would take @json, which ruhu_change_to_json() made of @self; without parsing it. Its errors. */
gboolean ruhu_change_check (const RuhuChange *self, const char *json, gsize length, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One line without its newline. Transfer full. */
char *ruhu_change_to_json (const RuhuChange *self);

/* The value that @self gives to a field; FALSE if it does not write it. *@value borrowed, may be NULL (JSON null). */
gboolean ruhu_change_get_value (const RuhuChange *self, const char *type, const char *record, const char *field, json_object **value);

void ruhu_change_free (RuhuChange *self);

/* The first 16 hexadecimal digits of the SHA-256 of a change's bytes (@length -1: to the NUL): tells two changes with the same number apart. Transfer full. */
char *ruhu_change_sum (const char *json, gssize length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuChange, ruhu_change_free)

G_END_DECLS
