/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A connection of its own, on which the record tables of one household are copies in memory that a draft can be laid over. */
#pragma once

#include "ruhu-rules.h"

G_BEGIN_DECLS

typedef struct _RuhuOverlay RuhuOverlay;

/* What a rule may read besides the r_… tables. */
extern const char *const ruhu_overlay_views[];

/* @path ":memory:": an empty database that only serves to compile. Transfer full. */
RuhuOverlay *ruhu_overlay_new (const char *path, RuhuCatalogue *catalogue, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ruhu_overlay_free (RuhuOverlay *self);
RuhuDatabase *ruhu_overlay_get_database (RuhuOverlay *self);

/* Copies the household, lays @draft (may be NULL) over it. Inside ruhu_database_read(). */
gboolean ruhu_overlay_fill (RuhuOverlay *self, const char *scope, json_object *draft, const char *today, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The last year whose income book is closed on @today: this one in December, the one before until then. */
int ruhu_rules_get_book_year (const char *today);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuOverlay, ruhu_overlay_free)

G_END_DECLS
