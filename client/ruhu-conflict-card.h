/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuConflictCard: one conflict: every value beside the others, and the ways to settle it. Signals "resolved": it was settled and saved; "asked": the
 * next visitor is asked to find out, and it stays until then. */
#pragma once

#include <adwaita.h>

#include "ruhu-worker.h"

G_BEGIN_DECLS

/* A conflict in words, made in the worker's thread. */
typedef struct
{
  char *type;
  char *record;
  char *field_name;
  char *scope;
  gboolean of_village;
  gint64 seen;
  char *household;
  char *place;         /* "Living conditions · Safe water" */
  char *fingerprint;   /* equal for two readings of the same values */
  RuhuField *field;    /* borrowed from the catalogue that whoever holds this also holds; NULL for `deleted` */
  GPtrArray *versions; /* RuhuVersionText */
  char *question;      /* what whoever visits next would be asked to find out; NULL: nobody is visited about it */
  gboolean is_asked;   /* that stands as an open problem of the household */
  GPtrArray *choices;  /* of a reference: id, title, id, title, … (char *); else NULL */
} RuhuConflictText;

/* Transfer full. */
RuhuConflictText *ruhu_conflict_text_new (RuhuStore *store, const RuhuConflict *conflict);
void ruhu_conflict_text_free (RuhuConflictText *self);
/* Which conflict it is, whatever its values. Transfer full. */
char *ruhu_conflict_text_dup_key (const RuhuConflictText *self);

#define RUHU_TYPE_CONFLICT_CARD (ruhu_conflict_card_get_type ())
G_DECLARE_FINAL_TYPE (RuhuConflictCard, ruhu_conflict_card, RUHU, CONFLICT_CARD, AdwBin)

/* @catalogue: that of @text's field. Floating. */
GtkWidget *ruhu_conflict_card_new (RuhuWorker *worker, RuhuCatalogue *catalogue, RuhuConflictText *text);

/* Shows a newer reading of the same conflict; what is being written in the card stays. Takes @text over. */
void ruhu_conflict_card_update (RuhuConflictCard *self, RuhuCatalogue *catalogue, RuhuConflictText *text);

/* Whether a value was written in it that is not saved. */
gboolean ruhu_conflict_card_is_written (RuhuConflictCard *self);
/* Says that the conflict is not listed (any more), and that what was written is kept, until a newer reading is shown. */
void ruhu_conflict_card_say_unlisted (RuhuConflictCard *self);

G_END_DECLS
