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

G_END_DECLS
