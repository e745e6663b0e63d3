/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuVersionText: one version of a field in words; made in the worker's thread. And the row that shows it. */
#pragma once

#include <adwaita.h>

#include "ruhu-store-query.h"

G_BEGIN_DECLS

typedef struct
{
  char *text;         /* the value; never "" */
  char *edits;        /* what was written of a record that somebody else removed, a line a field; or NULL */
  char *origin;       /* who, when, in which visit */
  char *state;        /* waiting or confirmed */
  json_object *value; /* NULL: emptied */
  gboolean stands;
  gboolean is_head;
} RuhuVersionText;

/* Transfer full. @field may be NULL, as in ruhu_describe_value(). */
RuhuVersionText *ruhu_version_text_new (RuhuStore *store, RuhuField *field, const RuhuVersion *version, gboolean masked);
void ruhu_version_text_free (RuhuVersionText *self);

/* A row; @button (nullable) is put at its end. Floating. */
GtkWidget *ruhu_version_row_new (const RuhuVersionText *text, GtkWidget *button);

G_END_DECLS
