/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuFilterPopover: order and filters of the household list.
 *
 * Signal "changed": a person chose something. */
#pragma once

#include "ruhu-list-filter.h"
#include "ruhu-worker.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define RUHU_TYPE_FILTER_POPOVER (ruhu_filter_popover_get_type ())
G_DECLARE_FINAL_TYPE (RuhuFilterPopover, ruhu_filter_popover, RUHU, FILTER_POPOVER, GtkPopover)

/* Reads villages, helpers and states of this file, now and whenever it is called again. */
void ruhu_filter_popover_read (RuhuFilterPopover *self, RuhuWorker *worker);

/* Shows @filter; does not say "changed". */
void ruhu_filter_popover_set (RuhuFilterPopover *self, const RuhuListFilter *filter);
/* Puts what is chosen into @filter. */
void ruhu_filter_popover_get (RuhuFilterPopover *self, RuhuListFilter *filter);

/* What a chosen village, state or helper is called; "" when it is not (yet) known. Borrowed. */
const char *ruhu_filter_popover_get_village_name (RuhuFilterPopover *self);
const char *ruhu_filter_popover_get_status_name (RuhuFilterPopover *self);
const char *ruhu_filter_popover_get_helper_name (RuhuFilterPopover *self);

G_END_DECLS
