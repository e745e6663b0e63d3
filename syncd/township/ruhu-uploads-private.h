/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of RuhuUploads share. */
#pragma once

#include "ruhu-uploads.h"

G_BEGIN_DECLS

#define RUHU_UPLOADS_DAY G_GINT64_CONSTANT (86400000) /* ms */

typedef struct
{
  RuhuUploadState state;
  char *device;
  char *hash;
  gboolean mentioned; /* of a complete one: a record mentions the photo */
  gboolean drafted;   /* of a complete one: a draft that was handed over did when it was last asked; it is kept on no disk */
  gboolean busy;
} RuhuUpload;

struct _RuhuUploads
{
  RuhuPhotoStore *photos; /* borrowed */
  char *folder;
  GMutex mutex;
  GHashTable *uploads; /* under the mutex: id → RuhuUpload */
  gint64 swept;        /* under the mutex */
};

/* Under the mutex: @upload is forgotten, and what came of it is gone. */
void ruhu_uploads_drop (RuhuUploads *self, RuhuUpload *upload);
/* Under the mutex: a complete one whose photo no record mentions yet is kept for another while. */
void ruhu_uploads_postpone (RuhuUploads *self, RuhuUpload *upload, gint64 now);
/* Under the mutex: of a complete one. */
void ruhu_uploads_set_mentioned (RuhuUploads *self, RuhuUpload *upload, gint64 now);
/* Looks up again what mentions the photos that @device sent and nothing mentioned. Not under the mutex. */
void ruhu_uploads_judge_anew (RuhuUploads *self, RuhuSession *session, const char *device, gint64 now);

G_END_DECLS
