/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was taken out of a household's file, and who may take something out. Nothing leaves the log: a removed record is one whose `deleted` is set, and it can be brought back. */
#pragma once

#include "ruhu-store-query.h"

G_BEGIN_DECLS

typedef struct
{
  RuhuRecordType *type; /* borrowed from the store's catalogue */
  RuhuRecord *record;
  RuhuVersion *version; /* who removed it, and when */
  gboolean may_return;  /* this laptop's user may bring it back */
} RuhuRemoved;

void ruhu_removed_free (RuhuRemoved *self);

/* RuhuRemoved of a household, in the catalogue's order, at most a hundred of a type. Transfer full. */
GPtrArray *ruhu_store_list_removed (RuhuStore *self, const char *household, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Ids (a set) of the records of a scope that this laptop's user wrote something of, here or elsewhere. Transfer full. */
GHashTable *ruhu_store_list_own (RuhuStore *self, const char *scope, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuRemoved, ruhu_removed_free)

G_END_DECLS
