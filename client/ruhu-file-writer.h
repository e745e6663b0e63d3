/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuFileWriter: writes for a household's file, says that it is saved, and takes the last save back.
 *
 * Signal "written" (no arguments): the file reads differently now. */
#pragma once

#include <adwaita.h>

#include "ruhu-worker.h"

G_BEGIN_DECLS

/* What somebody typed was not saved. @data is taken: it can be asked for again. */
typedef void (*RuhuRefusedFunc) (const char *why, gpointer data);

#define RUHU_TYPE_FILE_WRITER (ruhu_file_writer_get_type ())
G_DECLARE_FINAL_TYPE (RuhuFileWriter, ruhu_file_writer, RUHU, FILE_WRITER, GObject)

/* @toasts: where it says so; its button activates "household.undo". Transfer full. */
RuhuFileWriter *ruhu_file_writer_new (RuhuWorker *worker, AdwToastOverlay *toasts);

/* Saves @set (type → record → field → value; taken) as one change of the household; says why not where that fails. */
void ruhu_file_writer_write (RuhuFileWriter *self, const char *household, const char *visit, gint64 seen, json_object *set);

/* The same, and says it in other words than “saved”. */
void ruhu_file_writer_write_saying (RuhuFileWriter *self, const char *household, gint64 seen, json_object *set, const char *sentence);

/* The same for what was typed into something that is gone by now: where it is not saved, @refused is told why, rather than a toast. Else @data is freed by @destroy. */
void ruhu_file_writer_write_typed (RuhuFileWriter *self, const char *household, gint64 seen, json_object *set, RuhuRefusedFunc refused, gpointer data, GDestroyNotify destroy);

/* Takes a record out of the household's file: an ordinary change, which says who did it and when. @title: what it is called. */
void ruhu_file_writer_remove (RuhuFileWriter *self, const char *household, gint64 seen, const char *type, const char *record, const char *title);

/* Something was saved as this device's change @seq: says so, with "Undo" where it can be taken back. */
void ruhu_file_writer_note_saved (RuhuFileWriter *self, gint64 seq);

/* Takes back the last save that was noted, if nothing superseded it; done twice, it is there again. */
void ruhu_file_writer_undo (RuhuFileWriter *self);

G_END_DECLS
