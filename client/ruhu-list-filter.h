/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuListFilter: what the household list shows, as the app keeps and remembers it. */
#pragma once

#include "ruhu-store-query.h"

G_BEGIN_DECLS

typedef struct
{
  char *text;    /* what is searched; "" */
  char *village; /* an id; NULL: any. So the next two */
  char *status;
  char *helper;
  gboolean due;     /* not visited within the interval */
  gboolean problem; /* with an open problem */
  RuhuHouseholdSort sort;
  guint months; /* the interval; 0 is 1 */
} RuhuListFilter;

RuhuListFilter *ruhu_list_filter_new (void);
RuhuListFilter *ruhu_list_filter_copy (const RuhuListFilter *self);
void ruhu_list_filter_free (RuhuListFilter *self);
gboolean ruhu_list_filter_equal (const RuhuListFilter *a, const RuhuListFilter *b);
/* Whether anything but the text narrows the list. */
gboolean ruhu_list_filter_is_narrow (const RuhuListFilter *self);

/* a{ss}, without the text and the interval. Floating; what is not known is passed over. */
GVariant *ruhu_list_filter_to_variant (const RuhuListFilter *self);
void ruhu_list_filter_take_variant (RuhuListFilter *self, GVariant *variant);

/* The date so many months before @today ("YYYY-MM-DD"): who was not visited on it or later is due. Transfer full. */
char *ruhu_list_filter_dup_cutoff (const char *today, guint months);

/* Runs the query, on the worker. Numbers, as ruhu_store_select_households(). @first: no more than so many; 0: all. */
GArray *ruhu_list_filter_select (const RuhuListFilter *self, RuhuStore *store, guint first, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuhuListFilter, ruhu_list_filter_free)

G_END_DECLS
