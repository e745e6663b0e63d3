/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is in a bundle. A laptop's says where it stands, and has its outbox; the township's has the answers that it would have given over the network, each under the request
 * that it is the answer to. A laptop takes in an answer only where it would have made that very request: hence bundles that are repeated, reordered or lost do no harm. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What of an outbox goes into one bundle, in bytes and in values (ruhu_change_count_values()): thousands of visits, and no more memory at the township than it has. */
#define RUHU_PARCEL_MAX_OUTBOX (8 * 1024 * 1024)
#define RUHU_PARCEL_MAX_VALUES 1000000
/* Photos that a laptop names in one bundle as missing. */
#define RUHU_PARCEL_MAX_WANTED 150

/* Where a laptop stands in its township's stream. */
typedef struct
{
  gint64 cursor;
  char *hash; /* NULL: none yet */
  /* A backfill under way: its scope, or NULL; the position that it is for; where to go on, or NULL. */
  char *scope;
  gint64 at;
  char *cookie;
  /* Photos follow behind so many bytes of changes. */
  gboolean photos;
  gint64 changes;
  char **wanted; /* hashes of photos, RUHU_PARCEL_MAX_WANTED at most; NULL: a program that does not take photos out of an answer */
} RuhuStanding;

void ruhu_standing_clear (RuhuStanding *self);
/* One line of JSON, without its end. Transfer full. */
char *ruhu_standing_to_json (const RuhuStanding *self);
/* INVALID. @self is clear on failure. */
gboolean ruhu_standing_parse (RuhuStanding *self, const char *line, gsize length, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The paths and queries that a laptop asks with. Transfer full. */
#define RUHU_TARGET_PUSH    "/v1/push"
#define RUHU_TARGET_UPLOADS "/v1/uploads" /* the receipt for photos, ruhu-parcel-photos.h */
#define RUHU_TARGET_PHOTO   "/v1/photos/" /* and the hash */
char *ruhu_target_pull (gint64 after, const char *hash);
char *ruhu_target_backfill (const char *scope, gint64 at, const char *cookie);

typedef struct _RuhuParcel RuhuParcel;

/* Transfer full. */
RuhuParcel *ruhu_parcel_new (void);
void ruhu_parcel_free (RuhuParcel *self);

/* @body: NULL where the answer is that this device may not have it. The first answer to a target stays. */
void ruhu_parcel_add (RuhuParcel *self, const char *target, const char *body, gsize size);
/* Bytes of all bodies. */
gsize ruhu_parcel_get_size (RuhuParcel *self);

/* Transfer full. */
GBytes *ruhu_parcel_to_bytes (RuhuParcel *self);
/* INVALID when anything does not fit, a page that cannot be parsed included. Transfer full. */
RuhuParcel *ruhu_parcel_parse (GBytes *content, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The answer: transfer full. NULL with NOT_FOUND if there is none; FORBIDDEN if that is the answer. */
GBytes *ruhu_parcel_lookup (RuhuParcel *self, const char *target, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuParcel, ruhu_parcel_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RuhuStanding, ruhu_standing_clear)

G_END_DECLS
