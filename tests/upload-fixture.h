/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small township and three laptops that send and fetch photos, without sockets. */
#pragma once

#include "photo-fixture.h"
#include "township.h"

G_BEGIN_DECLS

#define SIZE  9000
#define PATCH "application/offset+octet-stream"
#define DAY   G_GINT64_CONSTANT (86400000)

typedef struct
{
  Town town;
  RuhuPhotoStore *photos;
  Laptop *helper; /* has h-one */
  Laptop *cadre;  /* has h-one and h-two */
  Laptop *office;
  GBytes *photo;
  char *hash;
} UploadFixture;

void upload_set_up (UploadFixture *self, gconstpointer data);
void upload_tear_down (UploadFixture *self, gconstpointer data);
/* A request of @laptop with headers, name and value by turns, NULL-terminated. @body may be NULL. Transfer full. */
RuhuRequest *upload_request (const char *method, const char *path, const Laptop *laptop, GBytes *body, const char *const *headers);
RuhuResponse *upload_ask (UploadFixture *self, const char *method, const char *path, const Laptop *laptop, GBytes *body, const char *const *headers);
char *upload_metadata_of (const char *hash);
RuhuResponse *upload_ask_creation (UploadFixture *self, const Laptop *laptop, const char *hash, gint64 size, GBytes *body);
/* The path of a new upload. Transfer full. */
char *upload_create (UploadFixture *self, const Laptop *laptop);
/* Bytes from @from to before @to at @from. Transfer full. */
RuhuRequest *upload_patch_request (UploadFixture *self, const Laptop *laptop, const char *path, gsize from, gsize to, const char *checksum);
void upload_patch (UploadFixture *self, const Laptop *laptop, const char *path, gsize from, gsize to, guint status);
/* -1: there is no such upload. */
gint64 upload_get_offset (UploadFixture *self, const Laptop *laptop, const char *path);
/* A record of the household mentions the photo; it is in the store. */
void upload_mention (UploadFixture *self, const char *household);
/* The helper's laptop mentions the photo @hash at a household that it does not hold: the change waits for the office. */
void upload_mention_beyond (UploadFixture *self, const char *record, const char *hash);
/* The laptop hands over its only draft, which mentions the photo @hash; NULL: it has none any more. */
void upload_put_draft (UploadFixture *self, const Laptop *laptop, const char *hash);
void upload_put (UploadFixture *self);
RuhuResponse *upload_get (UploadFixture *self, const Laptop *laptop, const char *name, const char *value);

G_END_DECLS
