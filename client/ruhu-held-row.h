/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuHeldRow: somebody's change in quarantine as the office sees it: who, when, what and why, and the decision. Signal "decide" (accept, reason): a button was pressed. */
#pragma once

#include <adwaita.h>

#include "ruhu-store-review.h"

G_BEGIN_DECLS

/* In words; made in the worker's thread. */
typedef struct
{
  char *device;
  gint64 seq;
  char *title; /* the household's name, or what else it is of */
  char *origin;
  char *sentence;   /* why it is held back */
  char *detail;     /* the township's own words, or NULL */
  GPtrArray *lines; /* char * */
} RuhuHeldText;

/* Transfer full. */
RuhuHeldText *ruhu_held_text_new (RuhuStore *store, const RuhuQuarantined *item);
void ruhu_held_text_free (RuhuHeldText *self);
char *ruhu_held_text_dup_key (const RuhuHeldText *self);

#define RUHU_TYPE_HELD_ROW (ruhu_held_row_get_type ())
G_DECLARE_FINAL_TYPE (RuhuHeldRow, ruhu_held_row, RUHU, HELD_ROW, AdwExpanderRow)

/* Takes @text over. Floating. */
GtkWidget *ruhu_held_row_new (RuhuHeldText *text);
/* Borrowed. */
const RuhuHeldText *ruhu_held_row_get_text (RuhuHeldRow *self);

G_END_DECLS
