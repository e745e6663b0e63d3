/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A window for one record: to edit it, or to add one. */
#pragma once

#include <adwaita.h>

#include "ruhu-correction.h"
#include "ruhu-worker.h"

G_BEGIN_DECLS

/* The record (its id) was saved as this device's change @seq, and is on disk. */
typedef void (*RuhuRecordSavedFunc) (const char *type, const char *record, gint64 seq, gpointer data);

/**
 * ruhu_record_dialog_present:
 * @record: NULL for a new one
 * @scope: where it belongs: household, village, or RUHU_SCOPE_TOWNSHIP
 * @seen: of the page that it is opened from
 * @saved: (nullable): called after each successful save
 */
void ruhu_record_dialog_present (GtkWindow *parent, RuhuWorker *worker, const char *type, const char *record, const char *scope, gint64 seen, RuhuRecordSavedFunc saved, gpointer data, GDestroyNotify data_free);

/* The same for a record of a change that was not let in, which is typed in already and counts as dealt with when this is saved. @correction: of one record; transfer full. */
void ruhu_record_dialog_present_correction (GtkWindow *parent, RuhuWorker *worker, RuhuCorrection *correction);

G_END_DECLS
