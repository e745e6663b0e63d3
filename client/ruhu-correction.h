/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A change of this laptop that was not let in, opened once more for its author to put right: a visit becomes a draft, which is on disk at once; one record is typed into its window, and
 * the old change counts as dealt with when the new one is saved. */
#pragma once

#include "ruhu-store-review.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  gint64 seq;
  char *scope;
  char *draft; /* of a visit: what to go on with; NULL: one record */
  /* Of one record. */
  char *type;
  char *record; /* NULL: a new one */
  gint64 seen;
  json_object *fields;
} RuhuCorrection;

void ruhu_correction_free (RuhuCorrection *self);

/* Whether this program has a page on which @seq can be put right: it holds the household, and the change is a visit or one record. Errors count as no. */
gboolean ruhu_correction_is_possible (RuhuStore *store, gint64 seq);

/* RuhuWorkerFunc: gint64 (seq) → RuhuCorrection. A visit's draft has been written by then, and its refused change counts as dealt with. NOT_FOUND, INVALID. */
gpointer ruhu_correction_begin (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuCorrection, ruhu_correction_free)

G_END_DECLS
