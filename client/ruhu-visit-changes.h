/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a visit is about to record, in words: record by record, what stands now and what stood before. */
#pragma once

#include "ruhu-edit-session.h"

G_BEGIN_DECLS

typedef struct
{
  RuhuField *field; /* borrowed from the session's catalogue */
  char *now;        /* never empty: "nothing" where the field was emptied */
  char *before;     /* NULL where there was nothing */
} RuhuVisitChange;

typedef struct
{
  RuhuRecordType *type; /* borrowed from the session's catalogue */
  char *record;
  char *title;        /* of the record, with its type where that tells more */
  gboolean added;     /* it is new */
  GPtrArray *changes; /* RuhuVisitChange, at least one */
} RuhuVisitChanges;

/* RuhuVisitChanges, in the catalogue's order; empty when nothing was typed. Fields that are not asked are left out. Transfer full. */
GPtrArray *ruhu_visit_changes_list (RuhuEditSession *session);
/* Of one record, or NULL where nothing in it changed. Transfer full. */
RuhuVisitChanges *ruhu_visit_changes_of_record (RuhuEditSession *session, RuhuRecordType *type, const char *record);
void ruhu_visit_changes_free (RuhuVisitChanges *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuVisitChanges, ruhu_visit_changes_free)

G_END_DECLS
